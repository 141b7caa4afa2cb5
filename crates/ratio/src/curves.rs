//! Pictures of a set of weights as numbers: Tippett, DET with the equal error rate, reliability with the calibration error.
//!
//! All take [`Runs`] whose scores are weights in bans.

use serde::Serialize;

use crate::runs::Runs;

/// Bins of the reliability curve.
const BINS: u32 = 10;

/// Shares of both classes at or above a weight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TippettPoint {
    /// The weight.
    pub bans: f64,
    /// Share of same pairs with at least this weight.
    pub same: f64,
    /// Share of different pairs with at least this weight.
    pub different: f64,
}

/// Both errors at one threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DetPoint {
    /// Share of different pairs taken for same.
    pub false_alarm: f64,
    /// Share of same pairs taken for different.
    pub miss: f64,
}

/// Pairs with about equal weight: what was said and what was seen, at even prior odds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// Mean posterior probability of "same" at even prior odds.
    pub said: f64,
    /// Share of "same" with both classes weighing the same.
    pub seen: f64,
    /// The bin's share of all weight.
    pub share: f64,
    /// Same pairs in it.
    pub same: u64,
    /// Different pairs in it.
    pub different: u64,
}

/// Misleading weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Misleading {
    /// Share of same pairs with a weight below 0.
    pub same_below_zero: f64,
    /// Share of different pairs with a weight above 0.
    pub different_above_zero: f64,
    /// The strongest weight of a different pair, in bans.
    pub different_highest: f64,
    /// The lowest weight of a same pair, in bans.
    pub same_lowest: f64,
}

/// Shares at or above each weight that occurs, ascending, at most `points_max` + 1 of them.
#[must_use]
pub fn tippett(weights: &Runs, points_max: usize) -> Vec<TippettPoint> {
    let (all_same, all_different) = (weights.same() as f64, weights.different() as f64);
    let (mut same, mut different) = (weights.same(), weights.different());
    let mut points = Vec::new();
    for run in weights.as_slice() {
        points.push(TippettPoint {
            bans: run.score,
            same: same as f64 / all_same,
            different: different as f64 / all_different,
        });
        same -= run.same;
        different -= run.different;
    }
    thinned(points, points_max)
}

/// Both errors at every threshold, from "all same" to "all different", at most `points_max` + 1 of them.
#[must_use]
pub fn det(weights: &Runs, points_max: usize) -> Vec<DetPoint> {
    thinned(errors(weights).collect(), points_max)
}

/// The error rate where both errors are equal, interpolated between neighbouring thresholds. 0 is perfect, .5 is chance.
#[must_use]
pub fn equal_error_rate(weights: &Runs) -> f64 {
    let mut before = DetPoint {
        false_alarm: 1.0,
        miss: 0.0,
    };
    for point in errors(weights) {
        if point.miss >= point.false_alarm {
            let gap = before.false_alarm - before.miss;
            let closed = (point.miss - before.miss) + (before.false_alarm - point.false_alarm);
            let part = if closed > 0.0 { gap / closed } else { 0.0 };
            return before.miss + part * (point.miss - before.miss);
        }
        before = point;
    }
    before.miss
}

fn errors(weights: &Runs) -> impl Iterator<Item = DetPoint> {
    let (all_same, all_different) = (weights.same(), weights.different());
    let (mut missed, mut accepted) = (0, all_different);
    core::iter::once(DetPoint {
        false_alarm: 1.0,
        miss: 0.0,
    })
    .chain(weights.as_slice().iter().map(move |run| {
        missed += run.same;
        accepted -= run.different;
        DetPoint {
            false_alarm: accepted as f64 / all_different as f64,
            miss: missed as f64 / all_same as f64,
        }
    }))
}

/// At most ten bins of equal weight (both classes weigh the same; equal weights are never split), ascending.
#[must_use]
pub fn reliability(weights: &Runs) -> Vec<Bin> {
    let (all_same, all_different) = (weights.same() as f64, weights.different() as f64);
    let mut bins = Vec::new();
    let (mut same, mut different, mut said, mut done) = (0_u64, 0_u64, 0.0, 0.0);
    let mut border = 1_u32;
    let last = weights.as_slice().len().saturating_sub(1);
    for (index, run) in weights.as_slice().iter().enumerate() {
        let weight = (run.same as f64 / all_same + run.different as f64 / all_different) / 2.0;
        same += run.same;
        different += run.different;
        said += weight * probability(run.score);
        done += weight;
        if done + 1e-12 >= f64::from(border) / f64::from(BINS) || index == last {
            let (same_share, different_share) = (same as f64 / all_same, different as f64 / all_different);
            let share = (same_share + different_share) / 2.0;
            if share > 0.0 {
                bins.push(Bin {
                    said: said / share,
                    seen: same_share / (same_share + different_share),
                    share,
                    same,
                    different,
                });
            }
            while border < BINS && done + 1e-12 >= f64::from(border) / f64::from(BINS) {
                border += 1;
            }
            (same, different, said) = (0, 0, 0.0);
        }
    }
    bins
}

/// The expected calibration error: Σ over bins of share · |said − seen|. 0 is perfect, 1 is certain and always wrong.
///
/// With few pairs chance alone gives a value above 0.
#[must_use]
pub fn calibration_error(bins: &[Bin]) -> f64 {
    bins.iter()
        .map(|bin| bin.share * (bin.said - bin.seen).abs())
        .sum()
}

/// Which weights mislead, and how far.
#[must_use]
pub fn misleading(weights: &Runs) -> Misleading {
    let (mut below, mut above) = (0_u64, 0_u64);
    let (mut highest, mut lowest) = (f64::NEG_INFINITY, f64::INFINITY);
    for run in weights.as_slice() {
        if run.score < 0.0 {
            below += run.same;
        }
        if run.score > 0.0 {
            above += run.different;
        }
        if run.same > 0 {
            lowest = lowest.min(run.score);
        }
        if run.different > 0 {
            highest = highest.max(run.score);
        }
    }
    Misleading {
        same_below_zero: below as f64 / weights.same() as f64,
        different_above_zero: above as f64 / weights.different() as f64,
        different_highest: highest,
        same_lowest: lowest,
    }
}

/// Posterior probability at even prior odds.
fn probability(bans: f64) -> f64 {
    1.0 / (1.0 + libm::exp10(-bans))
}

fn thinned<T: Copy>(points: Vec<T>, points_max: usize) -> Vec<T> {
    let every = points.len().div_ceil(points_max.max(1)).max(1);
    let last = points.len().saturating_sub(1);
    points
        .into_iter()
        .enumerate()
        .filter(|(index, _)| index % every == 0 || *index == last)
        .map(|(_, point)| point)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(same: &[f64], different: &[f64]) -> Runs {
        Runs::new(same, different).unwrap()
    }

    #[test]
    fn equal_error_rates_known_by_hand() {
        assert_eq!(equal_error_rate(&runs(&[1.0, 2.0], &[-1.0, -2.0])), 0.0);
        assert_eq!(equal_error_rate(&runs(&[-1.0], &[1.0])), 1.0);
        assert_eq!(equal_error_rate(&runs(&[0.0], &[0.0])), 0.5);
        // One of four of each class on the wrong side.
        let (same, different) = ([-1.0, 1.0, 2.0, 3.0], [-3.0, -2.0, -1.5, 1.5]);
        assert_eq!(equal_error_rate(&runs(&same, &different)), 0.25);
    }

    #[test]
    fn what_is_said_and_what_is_seen() {
        // Ratio 9 said of pairs that are same in nine of ten, ratio 1/9 the other way round.
        let nine = 9_f64.log10();
        let same: Vec<f64> = [nine; 9].into_iter().chain([-nine]).collect();
        let different: Vec<f64> = [-nine; 9].into_iter().chain([nine]).collect();
        let bins = reliability(&runs(&same, &different));
        assert_eq!(bins.len(), 2);
        assert!((bins[1].said - 0.9).abs() < 1e-12 && (bins[1].seen - 0.9).abs() < 1e-12);
        assert!(calibration_error(&bins) < 1e-12);
        let worst = reliability(&runs(&[f64::NEG_INFINITY], &[f64::INFINITY]));
        assert!((calibration_error(&worst) - 1.0).abs() < 1e-12);
        assert!((bins.iter().map(|bin| bin.share).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn tippett_starts_with_all_and_keeps_its_ends() {
        let points = tippett(&runs(&[0.0, 1.0, 2.0], &[-1.0, 0.0]), 100);
        assert_eq!(points.first().unwrap().same, 1.0);
        assert_eq!(points[1].different, 0.5);
        let last = points.last().unwrap();
        assert_eq!((last.bans, last.different), (2.0, 0.0));
        let many: Vec<f64> = (0..10_000).map(f64::from).collect();
        let points = tippett(&runs(&many, &many), 100);
        assert!(points.len() <= 101 && points.last().unwrap().bans == 9999.0);
    }

    #[test]
    fn misleading_weights_are_counted() {
        let found = misleading(&runs(&[-1.0, 0.0, 1.0, 2.0], &[-1.0, 0.5]));
        assert_eq!((found.same_below_zero, found.different_above_zero), (0.25, 0.5));
        assert_eq!((found.same_lowest, found.different_highest), (-1.0, 0.5));
    }
}
