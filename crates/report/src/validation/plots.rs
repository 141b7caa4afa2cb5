//! The five plots of a validation.

use ascribe_ratio::validation::{ReadAs, Validation};
use maud::Markup;

use crate::chart::{Axis, Curve, Drawn, Plot, plot};

/// Weights beyond this are drawn at the edge.
const BANS_SHOWN_MAX: f64 = 6.0;
/// Errors that the DET axes name, in percent.
const DET_PERCENT: [f64; 8] = [0.1, 1.0, 5.0, 20.0, 50.0, 80.0, 95.0, 99.0];

fn percent_axis(label: &'static str) -> Axis {
    Axis {
        label,
        low: 0.0,
        high: 1.0,
        ticks: [0_u32, 25, 50, 75, 100]
            .into_iter()
            .map(|percent| (f64::from(percent) / 100.0, format!("{percent} %")))
            .collect(),
    }
}

fn line(name: &'static str, points: Vec<(f64, f64)>) -> Curve {
    Curve {
        name,
        points,
        drawn: Drawn::Line,
    }
}

/// An axis in bans from `low` to `high`, with a tick at whole bans.
fn bans_axis(label: &'static str, low: f64, high: f64) -> Axis {
    let (low, high) = (
        low.clamp(-BANS_SHOWN_MAX, -1.0).floor(),
        high.clamp(1.0, BANS_SHOWN_MAX).ceil(),
    );
    let mut ticks = Vec::new();
    let mut at = low;
    while at <= high {
        ticks.push((
            at,
            format!("{at:+.0}").replace('-', "\u{2212}").replace("+0", "0"),
        ));
        at += 1.0;
    }
    Axis {
        label,
        low,
        high,
        ticks,
    }
}

/// Shares of both classes at or above each weight.
pub(super) fn tippett(validation: &Validation) -> Markup {
    let weights = || {
        validation
            .tippett
            .iter()
            .map(|point| point.bans)
            .filter(|bans| bans.is_finite())
    };
    let mut same = vec![(f64::NEG_INFINITY, 1.0)];
    let mut different = same.clone();
    for point in &validation.tippett {
        same.push((point.bans, point.same));
        different.push((point.bans, point.different));
    }
    same.push((f64::INFINITY, 0.0));
    different.push((f64::INFINITY, 0.0));
    plot(&Plot {
        title: "Tippett plot",
        across: bans_axis(
            "weight, in bans",
            weights().fold(0.0, f64::min),
            weights().fold(0.0, f64::max),
        ),
        up: percent_axis("share of pairs with at least this weight"),
        curves: vec![line("same source", same), line("different sources", different)],
    })
}

/// Cost at every prior odds.
pub(super) fn cross_entropy(validation: &Validation) -> Markup {
    let points = |of: fn(&ascribe_ratio::validation::EntropyPoint) -> f64| {
        validation
            .cross_entropy
            .iter()
            .map(|point| (point.prior_bans, of(point)))
            .collect()
    };
    plot(&Plot {
        title: "Empirical cross-entropy",
        across: bans_axis("prior odds, in bans", -3.0, 3.0),
        up: Axis {
            label: "cost, in bits",
            low: 0.0,
            high: 1.2,
            ticks: [0_u32, 2, 4, 6, 8, 10]
                .into_iter()
                .map(|tenths| {
                    (
                        f64::from(tenths) / 10.0,
                        format!("{:.1}", f64::from(tenths) / 10.0),
                    )
                })
                .collect(),
        },
        curves: vec![
            line("these weights", points(|point| point.weights)),
            line("best recalibration", points(|point| point.best)),
            line("no weight at all", points(|point| point.nothing)),
        ],
    })
}

/// Both errors on normal axes.
pub(super) fn det(validation: &Validation) -> Markup {
    let axis = |label| Axis {
        label,
        low: normal_quantile(0.001),
        high: normal_quantile(0.99),
        ticks: DET_PERCENT
            .into_iter()
            .map(|percent| (normal_quantile(percent / 100.0), format!("{percent} %")))
            .collect(),
    };
    let even = [0.001, 0.99].map(|share| (normal_quantile(share), normal_quantile(share)));
    plot(&Plot {
        title: "Detection error trade-off",
        across: axis("different pairs taken for same"),
        up: axis("same pairs taken for different"),
        curves: vec![
            line(
                "errors at each threshold of the score",
                validation
                    .det
                    .iter()
                    .map(|point| (normal_quantile(point.false_alarm), normal_quantile(point.miss)))
                    .collect(),
            ),
            line("equal errors", even.to_vec()),
        ],
    })
}

/// Said against seen.
pub(super) fn reliability(validation: &Validation) -> Markup {
    plot(&Plot {
        title: "Reliability",
        across: percent_axis("probability said, at even prior odds"),
        up: percent_axis("share of same source seen, both classes weighing the same"),
        curves: vec![
            Curve {
                name: "bins of equal weight",
                points: validation
                    .reliability
                    .iter()
                    .map(|bin| (bin.said, bin.seen))
                    .collect(),
                drawn: Drawn::Dots,
            },
            line("perfect calibration", vec![(0.0, 0.0), (1.0, 1.0)]),
        ],
    })
}

/// The monotone and the logistic calibrator over the score.
pub(super) fn calibrators(validation: &Validation) -> Markup {
    let mut steps: Vec<(f64, f64)> = Vec::new();
    for step in &validation.pav {
        steps.push((step.first, step.bans));
        steps.push((step.last, step.bans));
    }
    let finite = || {
        steps
            .iter()
            .map(|(score, _)| *score)
            .filter(|score| score.is_finite())
    };
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    let (low, high) = if low < high {
        (low, high)
    } else {
        (low - 1.0, low + 1.0)
    };
    let reach = validation.elub_parts.empirical;
    let up = bans_axis(
        "weight, in bans",
        steps.iter().map(|(_, bans)| *bans).fold(reach.low, f64::min),
        steps.iter().map(|(_, bans)| *bans).fold(reach.high, f64::max),
    );
    let ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
        .into_iter()
        .map(|share| {
            let at = low + (high - low) * share;
            (at, format!("{at:.3}"))
        })
        .collect();
    let mut curves = vec![line("monotone steps (PAV)", steps)];
    match (validation.read_as, validation.logistic) {
        (ReadAs::Scores, Some(fitted)) => curves.push(line(
            "logistic",
            vec![(low, fitted.bans(low)), (high, fitted.bans(high))],
        )),
        (ReadAs::Bans, _) => curves.push(line("as given", vec![(low, low), (high, high)])),
        _ => {}
    }
    let bounds = validation.elub;
    curves.push(line("upper bound", vec![(low, bounds.high), (high, bounds.high)]));
    curves.push(line("lower bound", vec![(low, bounds.low), (high, bounds.low)]));
    plot(&Plot {
        title: "Calibrators",
        across: Axis {
            label: "score",
            low,
            high,
            ticks,
        },
        up,
        curves,
    })
}

/// The standard normal quantile of `share`, by halving; ± 9 for shares outside 0..1.
fn normal_quantile(share: f64) -> f64 {
    let (mut low, mut high) = (-9.0_f64, 9.0_f64);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        let below = libm::erfc(-middle / core::f64::consts::SQRT_2) / 2.0;
        if below < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_the_normal_distribution() {
        for (share, quantile) in [(0.5, 0.0), (0.975, 1.959_964), (0.001, -3.090_232)] {
            assert!((normal_quantile(share) - quantile).abs() < 1e-6);
        }
        assert!(normal_quantile(0.0) <= -8.9 && normal_quantile(1.0) >= 8.0);
    }

    #[test]
    fn axes_in_bans_have_whole_ticks() {
        let axis = bans_axis("bans", -2.3, 40.0);
        assert_eq!((axis.low, axis.high), (-3.0, 6.0));
        assert_eq!(axis.ticks.len(), 10);
        assert_eq!(axis.ticks[3].1, "0");
    }
}
