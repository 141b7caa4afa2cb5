//! The bounds beyond which the data support no weight (ELUB), and the caps by independent families.
//!
//! A weight beyond a bound would make somebody who acts on it worse off than somebody who has no weight at all, once one
//! more misleading item of each class is imagined. Bounds are multiples of .01 ban, rounded toward 0.
//! Source: Vergeer et al. (2016), Science & Justice 56, 482-491; METHOD section 4 for the caps.

use crate::Added;

/// Thresholds per ban.
const STEPS_PER_BAN: i64 = 100;
/// No bound lies outside ± this many bans, whatever the data.
const BANS_MAX: i64 = 9;
/// Equality of sums of products, relative.
const EQUAL: f64 = 1e-12;

/// Bounds of a weight, in bans: `low` ≤ 0 ≤ `high`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Bounds {
    /// Nothing below.
    pub low: f64,
    /// Nothing above.
    pub high: f64,
}

impl Bounds {
    /// The nearest weight inside. NaN stays NaN.
    #[must_use]
    pub fn hold(self, bans: f64) -> f64 {
        bans.max(self.low).min(self.high)
    }

    /// The narrower of two bounds on each side.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        Self {
            low: self.low.max(other.low),
            high: self.high.min(other.high),
        }
    }
}

/// The caps: log10(n₁ + 1) below, log10(n₀ + 1) above, n counted in independent families.
#[must_use]
pub fn caps(same_families: usize, different_families: usize) -> Bounds {
    Bounds {
        low: -libm::log10(same_families as f64 + 1.0),
        high: libm::log10(different_families as f64 + 1.0),
    }
}

/// Empirical bounds of weights in bans, before the caps by families.
///
/// NaN counts as a weight of −9; infinite weights count as ± 9.
#[must_use]
pub fn elub(same_bans: &[f64], different_bans: &[f64], added: Added) -> Bounds {
    let mut tally = Tally::new();
    for &bans in same_bans {
        tally.add(Tally::cell(bans), 1, 0);
    }
    for &bans in different_bans {
        tally.add(Tally::cell(bans), 0, 1);
    }
    tally.bounds(added)
}

/// How many items of each class lie between two thresholds; one tally serves many resamples.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    same: Vec<u64>,
    different: Vec<u64>,
    /// Odds at each threshold.
    odds: Vec<f64>,
}

impl Tally {
    /// One per threshold: what lies above the one before and not above it.
    const CELLS: usize = 1_801;

    pub(crate) fn new() -> Self {
        Self {
            same: vec![0; Self::CELLS],
            different: vec![0; Self::CELLS],
            odds: (-BANS_MAX * STEPS_PER_BAN..=BANS_MAX * STEPS_PER_BAN)
                .map(|index| libm::exp10(index as f64 / STEPS_PER_BAN as f64))
                .collect(),
        }
    }

    /// The cell of a weight: how many thresholds lie below it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=1800 before; NaN becomes 0"
    )]
    pub(crate) fn cell(bans: f64) -> usize {
        let max = (BANS_MAX * STEPS_PER_BAN) as f64;
        let scaled = (bans * STEPS_PER_BAN as f64).clamp(-max, max);
        // A weight that equals a threshold up to rounding is not above it.
        (libm::ceil(scaled - 1e-10) + max) as usize
    }

    pub(crate) fn add(&mut self, cell: usize, same: u64, different: u64) {
        if let (Some(a), Some(b)) = (self.same.get_mut(cell), self.different.get_mut(cell)) {
            *a += same;
            *b += different;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.same.fill(0);
        self.different.fill(0);
    }

    pub(crate) fn bounds(&self, added: Added) -> Bounds {
        let per_class = added.per_class() as f64;
        let all_same = self.same.iter().sum::<u64>() as f64 + per_class;
        let all_different = self.different.iter().sum::<u64>() as f64 + per_class;
        // Items at or below the threshold with number `index`.
        let (mut same_below, mut different_below) = (0_u64, 0_u64);
        let (mut low, mut high) = (None, None);
        let cells = self.same.iter().zip(&self.different).zip(&self.odds);
        for (index, ((same, different), odds)) in (-BANS_MAX * STEPS_PER_BAN..).zip(cells) {
            same_below += same;
            different_below += different;
            let missed = (same_below as f64 + per_class) / all_same;
            let accepted = (all_different - different_below as f64) / all_different;
            let worse = if index < 0 {
                missed > odds * (1.0 - accepted) * (1.0 + EQUAL)
            } else {
                odds * accepted > (1.0 - missed) * (1.0 + EQUAL)
            };
            if worse && index <= 0 {
                low = Some(index + 1);
            }
            if worse && index >= 0 && high.is_none() {
                high = Some(index - 1);
            }
        }
        let bans = |steps: i64| steps as f64 / STEPS_PER_BAN as f64;
        Bounds {
            low: bans(low.unwrap_or(-BANS_MAX * STEPS_PER_BAN).min(0)),
            high: bans(high.unwrap_or(BANS_MAX * STEPS_PER_BAN).max(0)),
        }
    }
}
