//! Charts as SVG without script, colour-only meaning or text that stretches.
//!
//! Coordinates along the measured axis are percentages of the drawing's width, so that a bar's `width` is its value.

mod interval;
mod plot;
mod series;
mod swing;
mod waterfall;

pub(crate) use interval::{interval_axis, interval_bar, interval_key, share_bar};
pub(crate) use plot::{Axis, Curve, Drawn, Plot, plot};
pub(crate) use series::{LINES_MAX, last, series_chart, swatch};
pub(crate) use swing::swing_bar;
pub(crate) use waterfall::{FallRow, Scale, fall_axis, fall_bar};

/// A share of the width as an SVG length, "55.000%".
fn along(share: f64) -> String {
    let share = if share.is_finite() {
        share.clamp(0.0, 1.0)
    } else {
        0.0
    };
    format!("{:.3}%", share * 100.0)
}
