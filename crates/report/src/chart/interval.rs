//! A belief as a bar from 0 to 100 %: outer search, 90 % interval, point and prior.

use ascribe_assess::assessment::Hypothesis;
use maud::{Markup, html};

use super::along;
use crate::figures::{interval, percent, percent_range};

/// Borders between words of likelihood. Source: METHOD section 6.
const WORD_BORDERS: [f64; 4] = [0.20, 0.45, 0.55, 0.80];

/// The bar of one hypothesis.
pub(crate) fn interval_bar(hypothesis: &Hypothesis) -> Markup {
    let belief = &hypothesis.belief;
    let [outer_low, outer_high] = belief.outer;
    html! {
        svg class="bar" width="100%" height="30" role="img" {
            title { (percent(belief.point)) ", 90 % interval " (interval(belief.low, belief.high)) }
            desc { "Outer search " (percent_range(outer_low, outer_high)) ", prior " (percent(hypothesis.prior)) "." }
            rect class="track" x="0" y="0" width="100%" height="30" {}
            @for border in WORD_BORDERS {
                line class="grid" x1=(along(border)) x2=(along(border)) y1="0" y2="30" {}
            }
            rect class="outer" x=(along(outer_low)) y="13" width=(along(outer_high - outer_low)) height="4" {}
            @if let (Some(low), Some(high)) = (belief.low, belief.high) {
                rect class="interval" x=(along(low)) y="8" width=(along(high - low)) height="14" {}
            }
            svg class="at" x=(along(hypothesis.prior)) y="15" {
                path class="prior" d="M-5 13 L0 7 L5 13 Z" {}
            }
            svg class="at" x=(along(belief.point)) y="15" {
                rect class="point" x="-2.5" y="-12" width="5" height="24" rx="1" {}
            }
        }
    }
}

/// The axis under a column of bars.
pub(crate) fn interval_axis() -> Markup {
    html! {
        svg class="bar axis" width="100%" height="18" aria-hidden="true" {
            text x="0" y="13" text-anchor="start" { "0" }
            @for border in WORD_BORDERS {
                text x=(along(border)) y="13" text-anchor="middle" { (format!("{:.0}", border * 100.0)) }
            }
            text x="100%" y="13" text-anchor="end" { "100" }
        }
    }
}

/// What the parts of a bar mean.
pub(crate) fn interval_key() -> Markup {
    html! {
        ul class="key" {
            li { svg class="swatch" width="16" height="20" aria-hidden="true" { rect class="point" x="6" y="1" width="5" height="18" rx="1" {} } " belief" }
            li { svg class="swatch" width="28" height="20" aria-hidden="true" { rect class="interval" x="0" y="4" width="28" height="12" {} } " 90 % interval" }
            li { svg class="swatch" width="28" height="20" aria-hidden="true" { rect class="outer" x="0" y="8" width="28" height="4" {} } " outer search" }
            li { svg class="swatch" width="16" height="20" aria-hidden="true" { path class="prior" d="M3 16 L8 7 L13 16 Z" {} } " prior" }
            li { "percent; vertical lines: borders between the words of likelihood" }
        }
    }
}

/// A plain bar for one probability.
pub(crate) fn share_bar(share: f64) -> Markup {
    html! {
        svg class="bar share" width="100%" height="12" role="img" {
            title { (percent(share)) }
            rect class="track" x="0" y="0" width="100%" height="12" {}
            rect class="interval" x="0" y="0" width=(along(share)) height="12" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use ascribe_assess::assessment::{Belief, Hypothesis};

    use super::*;

    fn hypothesis(low: Option<f64>, high: Option<f64>) -> Hypothesis {
        Hypothesis {
            id: "a".to_owned(),
            name: "A".to_owned(),
            prior: 0.2,
            belief: Belief {
                point: 0.74,
                low,
                high,
                outer: [0.31, 0.93],
            },
            words: "likely".to_owned(),
        }
    }

    #[test]
    fn the_bars_are_as_wide_as_their_values() {
        let svg = interval_bar(&hypothesis(Some(0.55), Some(0.86))).into_string();
        assert!(
            svg.contains(r#"<rect class="outer" x="31.000%" y="13" width="62.000%" height="4">"#),
            "{svg}"
        );
        assert!(
            svg.contains(r#"<rect class="interval" x="55.000%" y="8" width="31.000%" height="14">"#),
            "{svg}"
        );
        assert!(
            svg.contains(r#"<svg class="at" x="74.000%" y="15"><rect class="point""#),
            "{svg}"
        );
        assert!(
            svg.contains(r#"<svg class="at" x="20.000%" y="15"><path class="prior""#),
            "{svg}"
        );
        assert!(
            svg.contains("<title>74 %, 90 % interval 55–86 %</title>"),
            "{svg}"
        );
    }

    #[test]
    fn a_refused_interval_has_no_bar() {
        let svg = interval_bar(&hypothesis(None, None)).into_string();
        assert!(
            !svg.contains(r#"class="interval""#) && svg.contains("no interval"),
            "{svg}"
        );
    }

    #[test]
    fn a_number_that_is_none_draws_nothing() {
        assert!(share_bar(f64::NAN).into_string().contains(r#"width="0.000%""#));
        assert!(
            share_bar(7.0)
                .into_string()
                .contains(r#"class="interval" x="0" y="0" width="100.000%""#)
        );
    }
}
