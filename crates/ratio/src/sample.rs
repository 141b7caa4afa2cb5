//! Labelled scores with their families, in an order that does not depend on the order of rows.

use std::collections::BTreeMap;

use crate::runs::{Run, Runs, RunsError, key_of, of_key};

/// One scored pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// How alike; more is more alike. May be infinite, is never NaN.
    pub score: f64,
    /// Whether both are of one source.
    pub same: bool,
    /// Index into [`Sample::families`].
    pub family: u32,
}

/// Rows in ascending order of score, then different before same, then by family.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    rows: Vec<Row>,
    families: Vec<String>,
    runs: Runs,
}

impl Sample {
    /// Puts rows in order. `family` of a row is an index into `families`, whose names are made unique and sorted.
    ///
    /// Errors: a class without rows, NaN, 2^31 rows or more. A family index outside `families` becomes its own family.
    pub fn new(rows: Vec<Row>, families: &[String]) -> Result<Self, RunsError> {
        let mut names: Vec<String> = families.to_vec();
        let outside = rows.iter().any(|row| row.family as usize >= families.len());
        if outside {
            names.push(String::new());
        }
        names.sort();
        names.dedup();
        let place: BTreeMap<&str, u32> = names.iter().map(String::as_str).zip(0_u32..).collect();
        let new_index: Vec<u32> = families
            .iter()
            .map(|name| place.get(name.as_str()).copied().unwrap_or(0))
            .collect();
        if rows.len() > (u32::MAX / 2) as usize || names.len() > (u32::MAX / 2) as usize {
            return Err(RunsError::TooMany);
        }
        if rows.iter().any(|row| row.score.is_nan()) {
            return Err(RunsError::NotANumber);
        }
        let mut keys: Vec<(u64, u32)> = rows
            .into_iter()
            .map(|row| {
                let family = new_index.get(row.family as usize).copied().unwrap_or(0);
                (key_of(row.score), u32::from(row.same) << 31 | family)
            })
            .collect();
        keys.sort_unstable();
        let rows: Vec<Row> = keys
            .into_iter()
            .map(|(key, tag)| Row {
                score: of_key(key),
                same: tag >> 31 == 1,
                family: tag & (u32::MAX >> 1),
            })
            .collect();
        let runs = Runs::of_ordered(rows.iter().map(|row| (row.score, row.same)))?;
        Ok(Self {
            rows,
            families: names,
            runs,
        })
    }

    /// The rows, in order.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Names of the families, sorted.
    #[must_use]
    pub fn families(&self) -> &[String] {
        &self.families
    }

    /// The scores with ties merged.
    #[must_use]
    pub const fn runs(&self) -> &Runs {
        &self.runs
    }

    /// How many families have rows: of the same class, of the different class, of either.
    #[must_use]
    pub fn family_counts(&self) -> (usize, usize, usize) {
        let mut seen = vec![(false, false); self.families.len()];
        for row in &self.rows {
            if let Some((same, different)) = seen.get_mut(row.family as usize) {
                *same |= row.same;
                *different |= !row.same;
            }
        }
        let count = |wanted: fn(&(bool, bool)) -> bool| seen.iter().filter(|pair| wanted(pair)).count();
        (count(|s| s.0), count(|s| s.1), count(|s| s.0 || s.1))
    }

    /// `values` (one a row, in order) of the same and of the different class.
    #[must_use]
    pub fn split(&self, values: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let of = |wanted: bool| {
            self.rows
                .iter()
                .zip(values)
                .filter(|(row, _)| row.same == wanted)
                .map(|(_, value)| *value)
                .collect()
        };
        (of(true), of(false))
    }
}

impl Runs {
    /// Runs of rows that are in order already.
    pub(crate) fn of_ordered(rows: impl Iterator<Item = (f64, bool)>) -> Result<Self, RunsError> {
        let mut runs: Vec<Run> = Vec::new();
        for (score, same) in rows {
            let (one_same, one_different) = if same { (1, 0) } else { (0, 1) };
            match runs.last_mut() {
                Some(run) if run.score.total_cmp(&score).is_eq() => {
                    run.same += one_same;
                    run.different += one_different;
                }
                _ => runs.push(Run {
                    score,
                    same: one_same,
                    different: one_different,
                }),
            }
        }
        Self::of_runs(runs)
    }
}
