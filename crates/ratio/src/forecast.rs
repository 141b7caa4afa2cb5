//! How good stated probabilities were, once it is known what was true: proper scores, Wilson intervals, intervals over cases.
//!
//! A forecast is one row of shares over answers that exclude each other. Knows no attack and no date.
//! Source: Good (1952) for the logarithmic score; Brier (1950); Gneiting & Raftery (2007) for the spherical score and for
//! what "proper" means; Wilson (1927) for the interval of a share.

use ascribe_model::random::Random;
use serde::Serialize;

use crate::bootstrap::Interval;

/// What one forecast scored. For all three, an answerer who reports what it believes does best on average.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// −log2 of the share given to the truth, in bits. 0 is perfect; infinite where the truth was ruled out.
    pub log_bits: f64,
    /// Squared distance between the shares and what was true. 0 is perfect; 2 is certain and wrong.
    pub brier: f64,
    /// Share given to the truth over the length of the row. 1 is perfect.
    pub spherical: f64,
}

/// The scores of `shares` where column `truth` was true; nothing if there is no such column or a share is no probability.
///
/// Shapes: `shares` sums to 1 (not checked: what was published is scored as it stands).
#[must_use]
pub fn scores(shares: &[f64], truth: usize) -> Option<Scores> {
    let said = *shares.get(truth)?;
    if shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
        return None;
    }
    let squares: f64 = shares.iter().map(|share| share * share).sum();
    Some(Scores {
        log_bits: (-libm::log2(said)).max(0.0),
        brier: squares - said * said + (1.0 - said) * (1.0 - said),
        spherical: if squares > 0.0 {
            said / libm::sqrt(squares)
        } else {
            0.0
        },
    })
}

/// Normal quantile of a two-sided 90 % interval.
const Z_90: f64 = 1.644_853_626_951_472_6;

/// The 90 % Wilson interval of a share with `hits` of `n`; both may be weights. From 0 to 1 where `n` is 0.
#[must_use]
pub fn wilson(hits: f64, n: f64) -> Interval {
    if n <= 0.0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let share = hits / n;
    let z2 = Z_90 * Z_90;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z_90 / (1.0 + z2 / n) * libm::sqrt(share * (1.0 - share) / n + z2 / (4.0 * n * n));
    Interval {
        low: (middle - half).max(0.0),
        high: (middle + half).min(1.0),
    }
}

/// The mean of `values`; nothing where there are none.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    // Sorted, so that the order of cases changes no digit.
    sorted.sort_by(f64::total_cmp);
    (!sorted.is_empty()).then(|| sorted.iter().sum::<f64>() / sorted.len() as f64)
}

/// The middle 90 % of the means of `draws` resamples of `values` (one value a case); nothing with fewer than two cases.
///
/// The order of `values` has no effect: they are sorted first.
#[must_use]
pub fn over_cases(values: &[f64], draws: usize, seed: u64) -> Option<Interval> {
    if values.len() < 2 || draws == 0 {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut means = Vec::with_capacity(draws);
    for draw in 0..draws {
        let mut random = Random::of_draw(seed, draw as u64);
        let mut sum = 0.0;
        for _ in 0..sorted.len() {
            sum += sorted.get(random.below(sorted.len())).copied().unwrap_or(0.0);
        }
        means.push(sum / sorted.len() as f64);
    }
    means.sort_by(f64::total_cmp);
    let cut = means.len() / 20;
    Some(Interval {
        low: means.get(cut).copied()?,
        high: means.get(means.len().saturating_sub(cut + 1)).copied()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: f64, other: f64) {
        assert!((one - other).abs() < 1e-12, "{one} against {other}");
    }

    #[test]
    fn scores_are_those_computed_by_hand() {
        let found = scores(&[0.5, 0.3, 0.2], 1).unwrap();
        near(found.log_bits, 1.7369655941662063);
        near(found.brier, 0.25 + 0.49 + 0.04);
        near(found.spherical, 0.3 / 0.38_f64.sqrt());
        let sure = scores(&[0.0, 1.0], 1).unwrap();
        assert_eq!((sure.log_bits, sure.brier, sure.spherical), (0.0, 0.0, 1.0));
        let wrong = scores(&[0.0, 1.0], 0).unwrap();
        assert_eq!(
            (wrong.log_bits, wrong.brier, wrong.spherical),
            (f64::INFINITY, 2.0, 0.0)
        );
        assert_eq!(scores(&[0.5, 0.5], 2), None);
        assert_eq!(scores(&[f64::NAN, 0.5], 1), None);
    }

    #[test]
    fn the_interval_of_a_share_is_wilsons() {
        // 8 of 10 at 90 %: 0.8 ± by hand from the formula with z² = 2.705543454.
        let found = wilson(8.0, 10.0);
        near(found.low, 0.5407928056874879);
        near(found.high, 0.9314420122624679);
        assert_eq!(wilson(0.0, 5.0).low, 0.0);
        assert_eq!(wilson(0.0, 0.0), Interval { low: 0.0, high: 1.0 });
    }

    /// A simulated answerer who knows the odds: reporting them is best, and every shift away costs.
    #[test]
    fn who_reports_what_it_believes_does_best() {
        let mut random = Random::of_draw(7, 0);
        let shifts = [-0.2, -0.1, 0.0, 0.1, 0.2];
        let mut sums = vec![[0.0; 3]; shifts.len()];
        for _ in 0..20_000 {
            let belief = 0.3 + 0.4 * random.unit();
            let truth = usize::from(random.unit() >= belief);
            for (shift, sum) in shifts.iter().zip(&mut sums) {
                let said = belief + shift;
                let found = scores(&[said, 1.0 - said], truth).unwrap();
                sum[0] += found.log_bits;
                sum[1] += found.brier;
                sum[2] -= found.spherical;
            }
        }
        let [far_below, below, honest, above, far_above] = sums.as_slice() else {
            panic!("five answerers");
        };
        for other in [far_below, below, above, far_above] {
            for (wrong, right) in other.iter().zip(honest) {
                assert!(wrong > right, "{sums:?}");
            }
        }
    }

    #[test]
    fn the_order_of_cases_has_no_effect() {
        let values = [0.3, 1.7, 0.1, 0.9, 2.2];
        let mut turned = values;
        turned.reverse();
        assert_eq!(over_cases(&values, 500, 1), over_cases(&turned, 500, 1));
        assert_eq!(mean(&values), mean(&turned));
        let found = over_cases(&values, 500, 1).unwrap();
        assert!(found.low < mean(&values).unwrap() && mean(&values).unwrap() < found.high);
        assert_eq!(over_cases(&[1.0], 500, 1), None);
        assert_eq!(
            over_cases(&[1.0, 1.0], 500, 1),
            Some(Interval { low: 1.0, high: 1.0 })
        );
    }
}
