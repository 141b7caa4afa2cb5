//! Scores of both classes in order, equal scores merged: what everything that depends on ranks alone starts from.

/// Equal scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// The score. May be infinite, is never NaN.
    pub score: f64,
    /// Items of the same class that have it.
    pub same: u64,
    /// Items of the different class that have it.
    pub different: u64,
}

/// All scores, ascending, each once.
#[derive(Clone, Debug, PartialEq)]
pub struct Runs {
    runs: Vec<Run>,
    same: u64,
    different: u64,
}

/// Says why scores are no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunsError {
    /// A score is NaN.
    #[error("a score is not a number")]
    NotANumber,
    /// A class has no items.
    #[error("no {0} pairs: both classes are needed")]
    Empty(&'static str),
    /// Rows and families are numbered in 31 bits.
    #[error("more than 2,147,483,647 scores or families")]
    TooMany,
}

/// Most items.
const ITEMS_MAX: usize = (u32::MAX / 2) as usize;

impl Runs {
    /// Both classes in one order. Rows may come in any order.
    ///
    /// Errors: a class without items, a NaN, 2^31 items or more.
    pub fn new(same: &[f64], different: &[f64]) -> Result<Self, RunsError> {
        if same.is_empty() {
            return Err(RunsError::Empty("same"));
        }
        if different.is_empty() {
            return Err(RunsError::Empty("different"));
        }
        if same.len().saturating_add(different.len()) > ITEMS_MAX {
            return Err(RunsError::TooMany);
        }
        let (same, different) = (ordered(same)?, ordered(different)?);
        let mut runs: Vec<Run> = Vec::with_capacity(same.len() + different.len());
        let (mut same_left, mut different_left) = (same.iter().peekable(), different.iter().peekable());
        loop {
            let key = match (same_left.peek(), different_left.peek()) {
                (None, None) => break,
                (Some(&&key), None) | (None, Some(&&key)) => key,
                (Some(&&a), Some(&&b)) => a.min(b),
            };
            let mut run = Run {
                score: of_key(key),
                same: 0,
                different: 0,
            };
            while same_left.next_if(|&&next| next == key).is_some() {
                run.same += 1;
            }
            while different_left.next_if(|&&next| next == key).is_some() {
                run.different += 1;
            }
            runs.push(run);
        }
        Ok(Self {
            runs,
            same: same.len() as u64,
            different: different.len() as u64,
        })
    }

    /// Runs that are ascending already; runs without items may stand among them.
    ///
    /// Errors: a class without items.
    pub(crate) fn of_runs(runs: Vec<Run>) -> Result<Self, RunsError> {
        let same = runs.iter().map(|run| run.same).sum();
        let different = runs.iter().map(|run| run.different).sum();
        if same == 0 {
            return Err(RunsError::Empty("same"));
        }
        if different == 0 {
            return Err(RunsError::Empty("different"));
        }
        Ok(Self {
            runs,
            same,
            different,
        })
    }

    pub(crate) fn into_inner(self) -> Vec<Run> {
        self.runs
    }

    /// The runs, ascending.
    #[must_use]
    pub fn as_slice(&self) -> &[Run] {
        &self.runs
    }

    /// Items of the same class.
    #[must_use]
    pub const fn same(&self) -> u64 {
        self.same
    }

    /// Items of the different class.
    #[must_use]
    pub const fn different(&self) -> u64 {
        self.different
    }
}

/// Sorted keys of the scores; integers sort several times faster than floats with a comparison.
fn ordered(scores: &[f64]) -> Result<Vec<u64>, RunsError> {
    if scores.iter().any(|score| score.is_nan()) {
        return Err(RunsError::NotANumber);
    }
    let mut keys: Vec<u64> = scores.iter().map(|&score| key_of(score)).collect();
    keys.sort_unstable();
    Ok(keys)
}

/// An integer that orders as the number does; the two zeros are one.
pub(crate) fn key_of(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

pub(crate) fn of_key(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_numbers_and_come_back() {
        let numbers = [
            f64::NEG_INFINITY,
            -1e300,
            -1.0,
            -f64::MIN_POSITIVE,
            0.0,
            5e-324,
            1.0,
            f64::INFINITY,
        ];
        assert!(numbers.windows(2).all(|pair| key_of(pair[0]) < key_of(pair[1])));
        for number in numbers {
            assert_eq!(of_key(key_of(number)), number);
        }
        assert_eq!(key_of(-0.0), key_of(0.0));
    }

    #[test]
    fn equal_scores_are_one_run() {
        let runs = Runs::new(&[2.0, 1.0, 2.0], &[-0.0, 2.0, 0.0]).unwrap();
        let counts: Vec<_> = runs
            .as_slice()
            .iter()
            .map(|run| (run.score, run.same, run.different))
            .collect();
        assert_eq!(counts, [(0.0, 0, 2), (1.0, 1, 0), (2.0, 2, 1)]);
    }

    #[test]
    fn what_is_no_data_is_refused() {
        assert_eq!(Runs::new(&[], &[1.0]).unwrap_err(), RunsError::Empty("same"));
        assert_eq!(Runs::new(&[1.0], &[]).unwrap_err(), RunsError::Empty("different"));
        assert_eq!(Runs::new(&[f64::NAN], &[1.0]).unwrap_err(), RunsError::NotANumber);
    }
}
