//! A bar from one belief to another, with a mark where the belief stands: one row of a tornado.

use maud::{Markup, html};

use super::along;
use crate::figures::percent;

/// The bar between the beliefs at both ends of a number, on the scale from 0 to 100 %.
pub(crate) fn swing_bar(ends: [f64; 2], belief: f64) -> Markup {
    let (from, to) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    html! {
        svg class="bar share" width="100%" height="14" role="img" {
            title { (percent(ends[0])) " at the low end, " (percent(ends[1])) " at the high end" }
            rect class="track" x="0" y="0" width="100%" height="14" {}
            rect class="interval" x=(along(from)) y="2" width=(along(to - from)) height="10" {}
            svg class="at" x=(along(belief)) y="0" { rect class="point" x="-1" y="0" width="2" height="14" {} }
        }
    }
}
