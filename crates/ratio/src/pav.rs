//! The best monotone calibrator of the data at hand (pool adjacent violators).
//!
//! Classes weigh the same however many items they have; equal scores are merged first; between scores the *probability*
//! is interpolated, outside it is that of the nearest score. Counts are integers, so a pool's ratio carries no error of sums.
//! Source: METHOD section 4; Ayer et al. (1955); Brümmer & du Preez (2006) section 6.

use crate::Added;
use crate::runs::{Run, Runs};

/// A range of scores with one ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pool {
    /// Lowest score in it.
    pub first: f64,
    /// Highest score in it.
    pub last: f64,
    /// Items of the same class (with an added one).
    pub same: u64,
    /// Items of the different class (with an added one).
    pub different: u64,
}

/// A fitted monotone calibrator.
#[derive(Clone, Debug, PartialEq)]
pub struct Pav {
    pools: Vec<Pool>,
    same: u64,
    different: u64,
}

impl Pav {
    /// The monotone calibrator that explains `runs` best.
    #[must_use]
    pub fn fit(runs: &Runs, added: Added) -> Self {
        let mut pools: Vec<Pool> = Vec::new();
        let all = runs.as_slice();
        // An added item lies beyond every score, so it pools with the outermost run whatever its own score is.
        if let (Added::OneMisleadingEach, Some(lowest)) = (added, all.first()) {
            push(&mut pools, lowest.score, 1, 0);
        }
        for &Run {
            score,
            same,
            different,
        } in all
        {
            push(&mut pools, score, same, different);
        }
        if let (Added::OneMisleadingEach, Some(highest)) = (added, all.last()) {
            push(&mut pools, highest.score, 0, 1);
        }
        Self {
            pools,
            same: runs.same() + added.per_class(),
            different: runs.different() + added.per_class(),
        }
    }

    /// The pools, ascending in score and in ratio.
    #[must_use]
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// The weight of a pool, in bans. Infinite where a class is missing in it.
    #[must_use]
    pub fn pool_bans(&self, pool: &Pool) -> f64 {
        ratio_bans(pool.same, pool.different, self.same, self.different)
    }

    /// The weight of `score`, in bans; NaN for NaN.
    #[must_use]
    pub fn bans(&self, score: f64) -> f64 {
        if score.is_nan() {
            return f64::NAN;
        }
        let at = self.pools.partition_point(|pool| pool.last < score);
        let Some(above) = self.pools.get(at) else {
            return self.pools.last().map_or(f64::NAN, |pool| self.pool_bans(pool));
        };
        let below = at.checked_sub(1).and_then(|index| self.pools.get(index));
        match below {
            Some(below) if score < above.first => self.between(below, above, score),
            _ => self.pool_bans(above),
        }
    }

    fn between(&self, below: &Pool, above: &Pool, score: f64) -> f64 {
        let (low, high) = (self.probability(below), self.probability(above));
        let part = match (below.last.is_finite(), above.first.is_finite()) {
            (true, true) => share_between(below.last, above.first, score),
            // Every finite score is infinitely far from an infinite one.
            (true, false) => 0.0,
            (false, true) => 1.0,
            (false, false) => 0.5,
        };
        let probability = low + (high - low) * part;
        libm::log10(probability / (1.0 - probability))
    }

    /// Probability of "same" at even prior odds.
    fn probability(&self, pool: &Pool) -> f64 {
        let same = pool.same as f64 * self.different as f64;
        same / (same + pool.different as f64 * self.same as f64)
    }
}

/// Where `score` lies from `low` to `high`, finite even where their difference is not.
fn share_between(low: f64, high: f64, score: f64) -> f64 {
    let width = high - low;
    if width.is_finite() {
        (score - low) / width
    } else {
        (score / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)
    }
}

/// log10 of the ratio of two shares.
pub(crate) fn ratio_bans(same: u64, different: u64, all_same: u64, all_different: u64) -> f64 {
    libm::log10((same as f64 * all_different as f64) / (different as f64 * all_same as f64))
}

fn push(pools: &mut Vec<Pool>, score: f64, same: u64, different: u64) {
    if same + different == 0 {
        return;
    }
    let mut new = Pool {
        first: score,
        last: score,
        same,
        different,
    };
    while let Some(below) = pools.last()
        && u128::from(below.same) * u128::from(new.different)
            >= u128::from(new.same) * u128::from(below.different)
    {
        new = Pool {
            first: below.first,
            last: new.last,
            same: below.same + new.same,
            different: below.different + new.different,
        };
        pools.pop();
    }
    pools.push(new);
}
