//! The ledger as a waterfall: each bar starts where the one above ended, in bans of log-odds.

use maud::{Markup, html};

use super::along;
use crate::figures::{bans, belief_of, percent};

/// The stretch of log-odds that a waterfall covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
}

/// One row of a waterfall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum FallRow {
    /// From the even odds to here: the prior, the posterior.
    Level(f64),
    /// From, to.
    Step(f64, f64),
}

impl Scale {
    /// Covers all `levels`, the even odds, and a margin.
    pub(crate) fn over(levels: impl Iterator<Item = f64>) -> Self {
        let (low, high) = levels
            .filter(|level| level.is_finite())
            .fold((0.0_f64, 0.0_f64), |(low, high), level| {
                (low.min(level), high.max(level))
            });
        let margin = (0.06 * (high - low)).max(0.05);
        Self {
            low: low - margin,
            high: high + margin,
        }
    }

    fn share(self, level: f64) -> f64 {
        (level - self.low) / (self.high - self.low)
    }

    /// Whole and half bans inside; whole ones alone where those would crowd.
    fn marks(self) -> Vec<f64> {
        let width = self.high - self.low;
        let step = if width <= 2.0 {
            0.5
        } else if width <= 6.0 {
            1.0
        } else {
            libm::ceil(width / 6.0)
        };
        (-40_i32..=40)
            .map(|index| f64::from(index) * step)
            .filter(|mark| (self.low..=self.high).contains(mark))
            .collect()
    }
}

/// The bar of one row.
pub(crate) fn fall_bar(scale: Scale, row: FallRow) -> Markup {
    let (from, to) = match row {
        FallRow::Level(level) => (0.0, level),
        FallRow::Step(from, to) => (from, to),
    };
    let (left, right) = (from.min(to), from.max(to));
    let class = match row {
        FallRow::Level(_) => "level",
        FallRow::Step(..) if to < from => "against",
        FallRow::Step(..) => "for",
    };
    html! {
        svg class="fall" width="100%" height="100%" role="img" {
            title {
                @match row {
                    FallRow::Level(level) => { (bans(level)) " bans, that is " (percent(belief_of(level))) }
                    FallRow::Step(from, to) => { (bans(to - from)) " bans: from " (bans(from)) " to " (bans(to)) }
                }
            }
            @for mark in scale.marks() {
                line class=(if mark == 0.0 { "zero" } else { "grid" }) x1=(along(scale.share(mark))) x2=(along(scale.share(mark))) y1="0" y2="100%" {}
            }
            rect class=(class) x=(along(scale.share(left))) y="22%" width=(along(scale.share(right) - scale.share(left))) height="56%" {}
            @if matches!(row, FallRow::Step(..)) {
                line class="link" x1=(along(scale.share(from))) x2=(along(scale.share(from))) y1="0" y2="78%" {}
            }
            line class="link" x1=(along(scale.share(to))) x2=(along(scale.share(to))) y1="22%" y2="100%" {}
        }
    }
}

/// The axis: bans above, the belief that they stand for below.
pub(crate) fn fall_axis(scale: Scale) -> Markup {
    html! {
        svg class="fall axis" width="100%" height="34" aria-hidden="true" {
            @for mark in scale.marks() {
                text x=(along(scale.share(mark))) y="12" text-anchor="middle" { (if mark == 0.0 { "0".to_owned() } else { short(mark) }) }
                text x=(along(scale.share(mark))) y="28" text-anchor="middle" { (short_percent(belief_of(mark))) }
            }
        }
    }
}

fn short(mark: f64) -> String {
    let text = bans(mark);
    text.strip_suffix(".00")
        .map(str::to_owned)
        .unwrap_or_else(|| text.trim_end_matches('0').to_owned())
}

fn short_percent(belief: f64) -> String {
    percent(belief)
        .replace("under ", "<")
        .replace("over ", ">")
        .replace(' ', "\u{202f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_as_wide_as_its_bans() {
        let scale = Scale { low: -2.0, high: 2.0 };
        let up = fall_bar(scale, FallRow::Step(-1.0, 0.5)).into_string();
        assert!(
            up.contains(r#"<rect class="for" x="25.000%" y="22%" width="37.500%" height="56%">"#),
            "{up}"
        );
        let down = fall_bar(scale, FallRow::Step(0.5, -1.0)).into_string();
        assert!(
            down.contains(r#"<rect class="against" x="25.000%" y="22%" width="37.500%" height="56%">"#),
            "{down}"
        );
        assert!(down.contains("−1.50 bans: from +0.50 to −1.00"), "{down}");
    }

    #[test]
    fn a_level_starts_at_even_odds() {
        let svg = fall_bar(Scale { low: -1.0, high: 1.0 }, FallRow::Level(-0.6)).into_string();
        assert!(
            svg.contains(r#"<rect class="level" x="20.000%" y="22%" width="30.000%" height="56%">"#),
            "{svg}"
        );
    }

    #[test]
    fn the_scale_covers_all_levels_and_even_odds() {
        let scale = Scale::over([0.4, 1.7, f64::NAN].into_iter());
        assert!(scale.low < 0.0 && scale.high > 1.7);
        assert!(Scale::over(std::iter::empty()).marks().contains(&0.0));
        assert!(Scale::over([-30.0, 30.0].into_iter()).marks().len() <= 8);
    }

    #[test]
    fn marks_are_short() {
        assert_eq!(short(-1.0), "\u{2212}1");
        assert_eq!(short(0.5), "+0.5");
        assert_eq!(short_percent(0.0001), "<1\u{202f}%");
    }
}
