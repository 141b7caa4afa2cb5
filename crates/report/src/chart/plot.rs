//! Curves over two numbered axes. Lines differ by colour and dash, so that they can be told apart without colour.

use maud::{Markup, html};

use super::along;
use super::series::LINES_MAX;

/// One axis.
pub(crate) struct Axis {
    /// What is measured, with its unit.
    pub(crate) label: &'static str,
    /// Value at the left or lower end.
    pub(crate) low: f64,
    /// Value at the right or upper end.
    pub(crate) high: f64,
    /// Where grid lines stand, with their text.
    pub(crate) ticks: Vec<(f64, String)>,
}

/// How a curve is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drawn {
    /// A line from point to point.
    Line,
    /// A line with a dot at each point.
    Dots,
}

/// One curve; points outside the axes are drawn at their edge.
pub(crate) struct Curve {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
    pub(crate) drawn: Drawn,
}

/// A drawing.
pub(crate) struct Plot {
    pub(crate) title: &'static str,
    pub(crate) across: Axis,
    pub(crate) up: Axis,
    /// At most [`LINES_MAX`].
    pub(crate) curves: Vec<Curve>,
}

impl Axis {
    /// Where `value` stands, from 0 to 1.
    fn share(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        if share.is_nan() {
            0.0
        } else {
            share.clamp(0.0, 1.0)
        }
    }
}

/// The plot takes the height from 6 % to 88 %; numbers stand under it. In thousandths.
fn height(share: f64) -> f64 {
    880.0 - 820.0 * share
}

/// The drawing with its legend.
pub(crate) fn plot(plot: &Plot) -> Markup {
    let curves = || plot.curves.iter().take(LINES_MAX).enumerate();
    let down = |value: f64| format!("{:.3}%", height(plot.up.share(value)) / 10.0);
    let across = |value: f64| along(plot.across.share(value));
    html! {
        figure class="plot" {
            p class="small soft" { (plot.up.label) }
            svg class="series" width="100%" height="320" role="img" {
                title { (plot.title) }
                desc { "Across: " (plot.across.label) ". Up: " (plot.up.label) ". Curves: " @for (index, curve) in curves() { @if index > 0 { "; " } (curve.name) } "." }
                @for (value, _) in &plot.up.ticks {
                    line class="grid" x1="0" x2="100%" y1=(down(*value)) y2=(down(*value)) {}
                }
                @for (value, _) in &plot.across.ticks {
                    line class="grid" x1=(across(*value)) x2=(across(*value)) y1="6%" y2="88%" {}
                }
                svg x="0" y="0" width="100%" height="100%" viewBox="0 0 1000 1000" preserveAspectRatio="none" {
                    @for (index, curve) in curves() {
                        path class={ "line l" (index) } vector-effect="non-scaling-stroke" d=(path(plot, curve)) {}
                    }
                }
                @for (index, curve) in curves() {
                    @if curve.drawn == Drawn::Dots {
                        @for &(x, y) in &curve.points {
                            svg class="at" x=(across(x)) y=(down(y)) { circle class={ "mark l" (index) } r="4.5" {} }
                        }
                    }
                }
                @for (value, text) in &plot.up.ticks {
                    text x="0" y=(down(*value)) dy="-4" { (text) }
                }
                @for (index, (value, text)) in plot.across.ticks.iter().enumerate() {
                    text x=(across(*value)) y="100%" dy="-14" text-anchor=(anchor(index, plot.across.ticks.len())) { (text) }
                }
            }
            p class="small soft" { (plot.across.label) }
            ul class="key" {
                @for (index, curve) in curves() {
                    li {
                        svg class="swatch" width="44" height="16" aria-hidden="true" { line class={ "line l" (index) } x1="0" x2="44" y1="8" y2="8" {} }
                        " " (curve.name)
                    }
                }
            }
        }
    }
}

fn anchor(index: usize, count: usize) -> &'static str {
    if index == 0 {
        "start"
    } else if index + 1 == count {
        "end"
    } else {
        "middle"
    }
}

fn path(plot: &Plot, curve: &Curve) -> String {
    let mut path = String::new();
    for (index, &(x, y)) in curve.points.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        path.push_str(&format!(
            "{command}{:.2} {:.2}",
            plot.across.share(x) * 1000.0,
            height(plot.up.share(y))
        ));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(low: f64, high: f64) -> Axis {
        Axis {
            label: "bans",
            low,
            high,
            ticks: vec![(low, "low".to_owned()), (high, "high".to_owned())],
        }
    }

    #[test]
    fn points_stand_where_their_values_are() {
        let drawing = Plot {
            title: "A line",
            across: axis(-2.0, 2.0),
            up: axis(0.0, 1.0),
            curves: vec![Curve {
                name: "one",
                points: vec![(-2.0, 0.0), (0.0, 0.5), (f64::INFINITY, 7.0), (f64::NAN, 0.0)],
                drawn: Drawn::Dots,
            }],
        };
        let svg = plot(&drawing).into_string();
        assert!(
            svg.contains(r#"d="M0.00 880.00L500.00 470.00L1000.00 60.00L0.00 880.00""#),
            "{svg}"
        );
        assert!(
            svg.contains(r#"<svg class="at" x="50.000%" y="47.000%">"#),
            "{svg}"
        );
    }
}
