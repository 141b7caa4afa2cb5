//! What wrong weights cost: Cllr, its parts, and the empirical cross-entropy at any prior odds.
//!
//! Unit: bits. 0 is perfect; at even odds an answer that always says "no weight" costs 1.
//! Source: Brümmer & du Preez (2006) for Cllr; Ramos & Gonzalez-Rodriguez (2013) for the cross-entropy.

use crate::Added;
use crate::pav::Pav;
use crate::runs::{Runs, RunsError};

/// Sum of ln(1 + w) with few logarithms: factors are multiplied and the logarithm is taken before they overflow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LnSum {
    product: f64,
    sum: f64,
}

/// Far below the square root of the largest number: two factors below it never overflow.
const LARGE: f64 = 1e150;

impl LnSum {
    pub(crate) const fn new() -> Self {
        Self {
            product: 1.0,
            sum: 0.0,
        }
    }

    /// Adds ln(1 + `value`); `value` is not below 0 and may be infinite.
    pub(crate) fn add(&mut self, value: f64) {
        if value < LARGE {
            self.product *= 1.0 + value;
            if self.product > LARGE {
                self.sum += libm::log(self.product);
                self.product = 1.0;
            }
        } else {
            self.sum += libm::log(value);
        }
    }

    pub(crate) fn total(self) -> f64 {
        self.sum + libm::log(self.product)
    }
}

/// Mean of log2(1 + w) over `values`, each times `factor`. Four sums run side by side.
fn mean_log2_one_plus(values: &[f64], factor: f64) -> f64 {
    let mut sums = [LnSum::new(); 4];
    let mut chunks = values.chunks_exact(4);
    for chunk in &mut chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            sum.add(value * factor);
        }
    }
    let [mut first, second, third, fourth] = sums;
    for value in chunks.remainder() {
        first.add(value * factor);
    }
    let total = first.total() + second.total() + third.total() + fourth.total();
    total / core::f64::consts::LN_2 / values.len() as f64
}

/// Weights of both classes as ratios, ready for costs at many prior odds.
#[derive(Clone, Debug)]
pub struct Costs {
    /// 1/LR of the same class.
    same_inverse: Vec<f64>,
    /// LR of the different class.
    different: Vec<f64>,
}

impl Costs {
    /// From weights in bans; infinite ones are allowed, NaN makes every cost NaN.
    #[must_use]
    pub fn new(same_bans: &[f64], different_bans: &[f64]) -> Self {
        Self {
            same_inverse: same_bans.iter().map(|&bans| libm::exp10(-bans)).collect(),
            different: different_bans.iter().map(|&bans| libm::exp10(bans)).collect(),
        }
    }

    /// The log-likelihood-ratio cost, in bits: ½ [mean log2(1 + 1/LR) over same + mean log2(1 + LR) over different].
    #[must_use]
    pub fn cllr(&self) -> f64 {
        (mean_log2_one_plus(&self.same_inverse, 1.0) + mean_log2_one_plus(&self.different, 1.0)) / 2.0
    }

    /// The empirical cross-entropy at prior odds of `prior_bans` (log10), in bits. At 0 it is [`Self::cllr`].
    #[must_use]
    pub fn cross_entropy(&self, prior_bans: f64) -> f64 {
        let odds = libm::exp10(prior_bans);
        let prior = odds / (1.0 + odds);
        prior * mean_log2_one_plus(&self.same_inverse, 1.0 / odds)
            + (1.0 - prior) * mean_log2_one_plus(&self.different, odds)
    }
}

/// The cross-entropy of saying "no weight" at prior odds of `prior_bans` (log10), in bits.
#[must_use]
pub fn cross_entropy_of_nothing(prior_bans: f64) -> f64 {
    let odds = libm::exp10(prior_bans);
    let prior = odds / (1.0 + odds);
    prior * libm::log2(1.0 + 1.0 / odds) + (1.0 - prior) * libm::log2(1.0 + odds)
}

/// Cllr of weights in bans. See [`Costs::cllr`].
#[must_use]
pub fn cllr(same_bans: &[f64], different_bans: &[f64]) -> f64 {
    Costs::new(same_bans, different_bans).cllr()
}

/// Cllr of the best monotone recalibration: what discrimination alone allows. Takes scores as well as weights.
///
/// Errors: a class without items, NaN.
pub fn cllr_min(same: &[f64], different: &[f64]) -> Result<f64, RunsError> {
    Ok(cllr_of_pools(&Pav::fit(
        &Runs::new(same, different)?,
        Added::Nothing,
    )))
}

/// Cllr of a monotone calibrator on the items that it was fitted to.
#[must_use]
pub fn cllr_of_pools(pav: &Pav) -> f64 {
    cross_entropy_of_pools(pav, 0.0)
}

/// Cross-entropy of a monotone calibrator on the items that it was fitted to, at prior odds of `prior_bans`, in bits.
#[must_use]
pub fn cross_entropy_of_pools(pav: &Pav, prior_bans: f64) -> f64 {
    let odds = libm::exp10(prior_bans);
    let prior = odds / (1.0 + odds);
    let (mut same, mut different, mut all_same, mut all_different) = (0.0, 0.0, 0_u64, 0_u64);
    for pool in pav.pools() {
        all_same += pool.same;
        all_different += pool.different;
        let ratio = libm::exp10(pav.pool_bans(pool));
        // A class that is missing in a pool pays nothing there; 0 times infinity would not say so.
        if pool.same > 0 {
            same += pool.same as f64 * libm::log1p(1.0 / (odds * ratio));
        }
        if pool.different > 0 {
            different += pool.different as f64 * libm::log1p(odds * ratio);
        }
    }
    (prior * same / all_same as f64 + (1.0 - prior) * different / all_different as f64)
        / core::f64::consts::LN_2
}
