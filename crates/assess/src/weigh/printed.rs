//! The answer as `ascribe weigh` prints it: everything about one model, numbers to 12 significant digits.
//!
//! Source: CASE, "The model file".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Answer, Draws, FlipSet, Intervals, WeighError};
use crate::model_file::ModelFile;

/// One belief's interval as printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrintedInterval {
    /// 5 % point; null where refused.
    pub low: Option<f64>,
    /// 95 % point; null where refused.
    pub high: Option<f64>,
    /// Search over the corners of the shared parameters.
    pub outer: [f64; 2],
}

/// The whole answer as printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Printed {
    /// The point answer.
    #[serde(flatten)]
    pub answer: Answer,
    /// By hypothesis.
    pub interval: BTreeMap<String, PrintedInterval>,
    /// Effective sample size of the interval.
    pub ess: f64,
    /// Why no interval is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_refused: Option<String>,
    /// Smallest set of findings without which the leader changes.
    pub flip_set: Vec<String>,
    /// Whether it is proven smallest.
    pub flip_set_minimal: bool,
}

impl Printed {
    /// Puts the parts together, rounded.
    #[must_use]
    pub fn new(
        answer: &Answer,
        intervals: &Intervals,
        outer: &BTreeMap<String, [f64; 2]>,
        flip: &FlipSet,
    ) -> Self {
        let interval = intervals
            .hypotheses
            .iter()
            .map(|(id, found)| {
                let printed = PrintedInterval {
                    low: found.low.map(round12),
                    high: found.high.map(round12),
                    outer: outer.get(id).map_or([0.0, 1.0], |ends| ends.map(round12)),
                };
                (id.clone(), printed)
            })
            .collect();
        Self {
            answer: answer.rounded(),
            interval,
            ess: round12(intervals.ess),
            interval_refused: intervals.refused.clone(),
            flip_set: flip.findings.clone(),
            flip_set_minimal: flip.minimal,
        }
    }
}

/// Everything that `ascribe weigh` prints about `model`, on one thread.
///
/// Errors: as [`super::weigh`].
pub fn weigh_printed(model: &ModelFile, draws: Draws) -> Result<Printed, WeighError> {
    Ok(Printed::new(
        &super::weigh(model)?,
        &super::interval(model, draws)?,
        &super::outer(model)?,
        &super::flip_set(model, super::FLIP_EVALUATIONS)?,
    ))
}

/// `value` to 12 significant digits.
///
/// The nearest decimal of 12 digits, read back; infinities, NaN and 0 stay.
#[must_use]
pub fn round12(value: f64) -> f64 {
    if value == 0.0 {
        // Never a printed "-0".
        return 0.0;
    }
    format!("{value:.11e}").parse().unwrap_or(value)
}

impl Answer {
    /// The same answer with every number to 12 significant digits.
    #[must_use]
    pub fn rounded(&self) -> Self {
        let flat = |map: &BTreeMap<String, f64>| -> BTreeMap<String, f64> {
            map.iter().map(|(k, v)| (k.clone(), round12(*v))).collect()
        };
        let nested = |map: &BTreeMap<String, BTreeMap<String, f64>>| {
            map.iter().map(|(k, v)| (k.clone(), flat(v))).collect()
        };
        Self {
            posterior: flat(&self.posterior),
            framed: flat(&self.framed),
            ln_evidence: round12(self.ln_evidence),
            contribution_bans: nested(&self.contribution_bans),
            owners: nested(&self.owners),
            copies: self.copies.clone(),
            operators: flat(&self.operators),
            directions: flat(&self.directions),
        }
    }
}
