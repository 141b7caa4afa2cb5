//! Weights for pairs of families that the calibrator has not seen: leave one family out.
//!
//! A fold holds whole families, never a part of one. With many families on many pairs a fold holds several, so that the
//! number of fits stays within a budget. Where leaving out a fold would leave a class without pairs, there is no such test.

use serde::Serialize;

use crate::Added;
use crate::kde::{Kde, KdeError};
use crate::logistic::{Logistic, LogisticError, Penalty};
use crate::pav::Pav;
use crate::runs::{Runs, RunsError};
use crate::sample::{Row, Sample};

/// Pairs gone through in all fits together; beyond, a fold holds several families.
const ROWS_FITTED_MAX: usize = 10_000_000;
/// Fewest folds where there are as many families.
const FOLDS_MIN: usize = 10;
/// Most pairs for kernel densities, which compare every pair with every other.
pub const KDE_ROWS_MAX: usize = 6_000;

/// Which calibrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Two numbers; the safest with little data.
    Logistic,
    /// Monotone steps, with one misleading item added to each class.
    Pav,
    /// Two smoothed densities.
    Kde,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Logistic, Self::Pav, Self::Kde];

    /// Its name in JSON and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logistic => "logistic",
            Self::Pav => "pav",
            Self::Kde => "kde",
        }
    }
}

/// A fitted calibrator.
#[derive(Clone, Debug, PartialEq)]
pub enum Calibrator {
    /// Logistic.
    Logistic(Logistic),
    /// Monotone.
    Pav(Pav),
    /// Kernel densities.
    Kde(Kde),
}

/// Says why a calibrator cannot be fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// The scores allow no logistic calibrator.
    #[error(transparent)]
    Logistic(#[from] LogisticError),
    /// The scores allow no kernel densities.
    #[error(transparent)]
    Kde(#[from] KdeError),
    /// A class has no pairs.
    #[error(transparent)]
    Rows(#[from] RunsError),
    /// Kernel densities of so many pairs take too long.
    #[error("kernel densities are left out above {KDE_ROWS_MAX} pairs")]
    TooMany,
}

impl Calibrator {
    /// Fits `kind` to the pairs of `sample` that `wanted` takes.
    pub fn fit(kind: Kind, sample: &Sample, wanted: impl Fn(&Row) -> bool) -> Result<Self, FitError> {
        Self::fit_from(None, kind, sample, wanted)
    }

    fn fit_from(
        start: Option<&Self>,
        kind: Kind,
        sample: &Sample,
        wanted: impl Fn(&Row) -> bool,
    ) -> Result<Self, FitError> {
        let start = match start {
            Some(Self::Logistic(fitted)) => Some(*fitted),
            _ => None,
        };
        let rows = sample
            .rows()
            .iter()
            .filter(|row| wanted(row))
            .map(|row| (row.score, row.same));
        Ok(match kind {
            Kind::Logistic => Self::Logistic(Logistic::fit_from(start, rows, Penalty::None)?),
            Kind::Pav => Self::Pav(Pav::fit(&Runs::of_ordered(rows)?, Added::OneMisleadingEach)),
            Kind::Kde => {
                if sample.rows().len() > KDE_ROWS_MAX {
                    return Err(FitError::TooMany);
                }
                let of = |wanted: bool| -> Vec<f64> {
                    rows.clone()
                        .filter(|(_, same)| *same == wanted)
                        .map(|(score, _)| score)
                        .collect()
                };
                Self::Kde(Kde::fit(&of(true), &of(false))?)
            }
        })
    }

    /// The weight of `score`, in bans, before any bounds.
    #[must_use]
    pub fn bans(&self, score: f64) -> f64 {
        match self {
            Self::Logistic(fitted) => fitted.bans(score),
            Self::Pav(fitted) => fitted.bans(score),
            Self::Kde(fitted) => fitted.bans(score),
        }
    }
}

/// On what the weights were tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tested {
    /// Each family by a calibrator fitted to all others.
    LeaveOneFamilyOut,
    /// Each group of whole families by a calibrator fitted to all others.
    WholeFamilyFolds,
    /// On the pairs that the calibrator was fitted to: flattering.
    InSample,
    /// The scores are weights already; nothing was fitted.
    AsGiven,
}

/// Which fold each family is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folds {
    of_family: Vec<u32>,
    folds: u32,
    tested: Tested,
}

impl Folds {
    /// Folds of whole families; none ([`Tested::InSample`]) where leaving one out leaves a class without pairs.
    #[must_use]
    pub fn of(sample: &Sample) -> Self {
        let mut sizes = vec![(0_usize, 0_usize); sample.families().len()];
        for row in sample.rows() {
            if let Some((same, different)) = sizes.get_mut(row.family as usize) {
                *same += usize::from(row.same);
                *different += usize::from(!row.same);
            }
        }
        let budget = (ROWS_FITTED_MAX / sample.rows().len().max(1)).max(FOLDS_MIN);
        let families = sizes
            .iter()
            .filter(|(same, different)| same + different > 0)
            .count();
        let folds = families.min(budget);
        // Largest families first, each into the emptiest fold; equal ones by name.
        let mut by_size: Vec<(usize, (usize, usize))> = sizes.into_iter().enumerate().collect();
        by_size.sort_by_key(|(index, (same, different))| (core::cmp::Reverse(same + different), *index));
        let mut loads = vec![(0_usize, 0_usize); folds];
        let mut of_family = vec![0_u32; by_size.len()];
        for (family, (same, different)) in by_size {
            let emptiest = (0_u32..)
                .zip(loads.iter_mut())
                .min_by_key(|(fold, load)| (load.0 + load.1, *fold));
            if let (Some((fold, load)), Some(slot)) = (emptiest, of_family.get_mut(family)) {
                load.0 += same;
                load.1 += different;
                *slot = fold;
            }
        }
        let (all_same, all_different) = (sample.runs().same(), sample.runs().different());
        let whole = |&(same, different): &(usize, usize)| {
            same as u64 == all_same || different as u64 == all_different
        };
        let tested = if loads.iter().any(whole) {
            Tested::InSample
        } else if folds == families {
            Tested::LeaveOneFamilyOut
        } else {
            Tested::WholeFamilyFolds
        };
        Self {
            of_family,
            folds: u32::try_from(folds).unwrap_or(u32::MAX),
            tested,
        }
    }

    /// How the weights are tested.
    #[must_use]
    pub const fn tested(&self) -> Tested {
        self.tested
    }

    /// How many fits that takes.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.folds
    }

    fn fold(&self, row: &Row) -> u32 {
        self.of_family.get(row.family as usize).copied().unwrap_or(0)
    }

    /// The weight of every row, in bans, by calibrators that have not seen its family (unless [`Tested::InSample`]).
    pub fn weights(&self, kind: Kind, sample: &Sample) -> Result<Vec<f64>, FitError> {
        if self.tested == Tested::InSample {
            let fitted = Calibrator::fit(kind, sample, |_| true)?;
            return Ok(sample.rows().iter().map(|row| fitted.bans(row.score)).collect());
        }
        let mut places: Vec<Vec<usize>> = vec![Vec::new(); self.folds as usize];
        for (index, row) in sample.rows().iter().enumerate() {
            if let Some(fold) = places.get_mut(self.fold(row) as usize) {
                fold.push(index);
            }
        }
        let mut weights = vec![f64::NAN; sample.rows().len()];
        // The optimum of all pairs is where the search for the others' optimum starts; it ends at theirs.
        let start = match kind {
            Kind::Logistic => Calibrator::fit(kind, sample, |_| true).ok(),
            Kind::Pav | Kind::Kde => None,
        };
        for (fold, held_out) in (0_u32..).zip(&places) {
            let fitted = Calibrator::fit_from(start.as_ref(), kind, sample, |row| self.fold(row) != fold)?;
            for &index in held_out {
                if let (Some(weight), Some(row)) = (weights.get_mut(index), sample.rows().get(index)) {
                    *weight = fitted.bans(row.score);
                }
            }
        }
        Ok(weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(rows: &[(f64, bool, u32)]) -> Sample {
        let families: Vec<String> = (0..=9).map(|index| format!("f{index}")).collect();
        let rows = rows
            .iter()
            .map(|&(score, same, family)| Row { score, same, family })
            .collect();
        Sample::new(rows, &families).unwrap()
    }

    #[test]
    fn a_family_is_judged_by_the_others_alone() {
        let rows = [
            (0.0, false, 0),
            (1.0, true, 0),
            (0.5, false, 1),
            (2.0, true, 1),
            (0.7, false, 2),
            (0.6, true, 2),
            (0.9, false, 3),
            (0.8, true, 3),
        ];
        let all = sample(&rows);
        let folds = Folds::of(&all);
        assert_eq!((folds.tested(), folds.count()), (Tested::LeaveOneFamilyOut, 4));
        let weights = folds.weights(Kind::Logistic, &all).unwrap();
        let others: Vec<_> = rows.iter().copied().filter(|row| row.2 != 1).collect();
        let fitted = Calibrator::fit(Kind::Logistic, &sample(&others), |_| true).unwrap();
        let mut checked = 0;
        for (row, weight) in all.rows().iter().zip(weights) {
            if row.family == 1 {
                assert!((weight - fitted.bans(row.score)).abs() < 1e-12);
                checked += 1;
            }
        }
        assert_eq!(checked, 2);
    }

    #[test]
    fn where_a_class_would_be_left_without_pairs_there_is_no_test() {
        let one = sample(&[(0.0, false, 0), (1.0, true, 0), (0.5, true, 0)]);
        assert_eq!(Folds::of(&one).tested(), Tested::InSample);
        let apart = sample(&[(0.0, false, 0), (1.0, true, 1), (0.5, true, 2)]);
        assert_eq!(Folds::of(&apart).tested(), Tested::InSample);
        assert_eq!(Folds::of(&apart).weights(Kind::Pav, &apart).unwrap().len(), 3);
    }
}
