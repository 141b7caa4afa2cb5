//! Belief over time: one step for each day on which something became known.
//!
//! Lines differ by colour, dash and mark, so that the chart can be read without colour.

use maud::{Markup, html};

use super::along;
use crate::SeriesPoint;
use crate::figures::percent;

/// How many lines can be told apart.
pub(crate) const LINES_MAX: usize = 6;

/// Marks of the lines, drawn around the origin.
const MARKS: [&str; LINES_MAX] = [
    "M-4 -4 H4 V4 H-4 Z",
    "M0 -5.5 L5.5 0 L0 5.5 L-5.5 0 Z",
    "M0 -5 L5 4 H-5 Z",
    "M0 5 L5 -4 H-5 Z",
    "M-5 -1.5 H-1.5 V-5 H1.5 V-1.5 H5 V1.5 H1.5 V5 H-1.5 V1.5 H-5 Z",
    "M-4.5 0 A4.5 4.5 0 1 0 4.5 0 A4.5 4.5 0 1 0 -4.5 0 Z",
];

/// The chart of `hypotheses` (at most [`LINES_MAX`]) over `series`.
pub(crate) fn series_chart(series: &[SeriesPoint], hypotheses: &[&str]) -> Markup {
    let days = series.len();
    let x = |index: usize| share(index, days.max(1));
    let label_every = (days / 4).max(1);
    html! {
        svg class="series" width="100%" height="320" role="img" {
            title { "Belief over time" }
            desc { "One step for each of " (days) " days on which something became known. The numbers are in the table below." }
            @for percent in [0_u32, 25, 50, 75, 100] {
                line class=(if percent == 0 { "zero" } else { "grid" }) x1="0" x2="100%" y1=(down(f64::from(percent) / 100.0)) y2=(down(f64::from(percent) / 100.0)) {}
            }
            svg x="0" y="0" width="100%" height="100%" viewBox="0 0 1000 1000" preserveAspectRatio="none" {
                @for (index, id) in hypotheses.iter().enumerate().rev() {
                    path class={ "line l" (index) } vector-effect="non-scaling-stroke" d=(steps(series, id, &x)) {}
                }
            }
            @for (index, id) in hypotheses.iter().enumerate().rev() {
                @for (day, point) in marked(series, id) {
                    svg class="at" x=(along(x(day))) y=(down(point)) {
                        path class={ "mark l" (index) } d=(MARKS.get(index).copied().unwrap_or_default()) {}
                    }
                }
            }
            @for percent in [25_u32, 50, 75, 100] {
                text x="0" y=(down(f64::from(percent) / 100.0)) dy="-4" { (percent) " %" }
            }
            @for (index, point) in series.iter().enumerate() {
                @if index == 0 || index + 1 == days || (index % label_every == 0 && index + label_every <= days) {
                    text class={ "day" @if index != 0 && index + 1 != days { " between" } } x=(along(x(index))) y="100%" dy="-4" text-anchor=(anchor(index, days)) { (crate::shown::line(&point.day, 12)) }
                }
            }
        }
    }
}

/// The line and mark of the `index`-th hypothesis, for a legend.
pub(crate) fn swatch(index: usize) -> Markup {
    html! {
        svg class="swatch" width="44" height="16" aria-hidden="true" {
            line class={ "line l" (index) } x1="0" x2="44" y1="8" y2="8" {}
            svg class="at" x="22" y="8" { path class={ "mark l" (index) } d=(MARKS.get(index).copied().unwrap_or_default()) {} }
        }
    }
}

/// The plot takes the height from 6 % to 90 %; the days stand under it.
fn down(belief: f64) -> String {
    format!("{:.3}%", height(belief) / 10.0)
}

/// In thousandths of the height.
fn height(belief: f64) -> f64 {
    let belief = if belief.is_finite() {
        belief.clamp(0.0, 1.0)
    } else {
        0.0
    };
    900.0 - 840.0 * belief
}

#[expect(
    clippy::cast_precision_loss,
    reason = "positions on a chart; days are far fewer than 2^52"
)]
fn share(index: usize, days: usize) -> f64 {
    index as f64 / days as f64
}

fn anchor(index: usize, days: usize) -> &'static str {
    if index == 0 {
        "start"
    } else if index + 1 == days && days > 8 {
        "end"
    } else {
        "middle"
    }
}

fn belief(point: &SeriesPoint, id: &str) -> f64 {
    point.beliefs.get(id).copied().unwrap_or(0.0)
}

fn steps(series: &[SeriesPoint], id: &str, x: &impl Fn(usize) -> f64) -> String {
    let mut path = String::new();
    for (index, point) in series.iter().enumerate() {
        let (across, up) = (x(index) * 1000.0, height(belief(point, id)));
        if index == 0 {
            path.push_str(&format!("M{across:.2} {up:.2}"));
        } else {
            path.push_str(&format!("H{across:.2}V{up:.2}"));
        }
    }
    if !series.is_empty() {
        path.push_str("H1000");
    }
    path
}

/// The days that carry a mark: all of few, else about a dozen with the first and the last.
fn marked(series: &[SeriesPoint], id: &str) -> Vec<(usize, f64)> {
    let every = (series.len() / 12).max(1);
    series
        .iter()
        .enumerate()
        .filter(|(index, _)| index % every == 0 || index + 1 == series.len())
        .map(|(index, point)| (index, belief(point, id)))
        .collect()
}

/// The belief at the end of `series`, for a legend.
pub(crate) fn last(series: &[SeriesPoint], id: &str) -> String {
    series
        .last()
        .map_or_else(|| "not given".to_owned(), |point| percent(belief(point, id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(beliefs: &[f64]) -> Vec<SeriesPoint> {
        beliefs
            .iter()
            .enumerate()
            .map(|(index, belief)| SeriesPoint {
                day: format!("2014-12-{:02}", index + 1),
                cause: Vec::new(),
                beliefs: [("a".to_owned(), *belief)].into(),
            })
            .collect()
    }

    #[test]
    fn a_line_steps_at_each_day_to_its_belief() {
        let svg = series_chart(&series(&[0.0, 0.5, 1.0]), &["a"]).into_string();
        assert!(
            svg.contains(r#"d="M0.00 900.00H333.33V480.00H666.67V60.00H1000""#),
            "{svg}"
        );
        assert!(
            svg.contains(r#"<svg class="at" x="33.333%" y="48.000%">"#),
            "{svg}"
        );
    }

    #[test]
    fn one_day_is_a_level_line_and_none_is_no_panic() {
        let svg = series_chart(&series(&[0.5]), &["a"]).into_string();
        assert!(svg.contains(r#"d="M0.00 480.00H1000""#), "{svg}");
        let _ = series_chart(&[], &["a"]).into_string();
    }

    #[test]
    fn lines_differ_by_mark() {
        for (index, mark) in MARKS.iter().enumerate() {
            assert_eq!(MARKS.iter().filter(|other| *other == mark).count(), 1);
            assert!(swatch(index).into_string().contains(mark));
        }
    }
}
