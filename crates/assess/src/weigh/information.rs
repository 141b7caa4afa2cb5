//! What a finding not yet made would be worth, in bits.
//!
//! Source: METHOD section 5; Lindley (1956).

use super::outcome::Outcome;
use super::{Ready, WeighError};
use crate::model_file::{Finding, ModelFile, Trace};

/// Expected drop of entropy, in bits, from learning whether something is said.
///
/// `belief` over hypotheses sums to 1; `said` is P(it is said | hypothesis) for each. Never negative but for rounding.
#[must_use]
pub fn value_of_information(belief: &[f64], said: &[f64]) -> f64 {
    let outcome = |probability: fn(f64) -> f64| {
        let joint: Vec<f64> = belief
            .iter()
            .zip(said)
            .map(|(b, s)| b * probability(*s))
            .collect();
        let sum: f64 = joint.iter().sum();
        if sum <= 0.0 {
            return 0.0;
        }
        sum * entropy(joint.iter().map(|x| x / sum))
    };
    entropy(belief.iter().copied()) - outcome(|s| s) - outcome(|s| 1.0 - s)
}

/// Entropy in bits.
fn entropy(belief: impl Iterator<Item = f64>) -> f64 {
    belief.filter(|p| *p > 0.0).map(|p| -p * libm::log2(p)).sum()
}

/// A belief to which things could be added: made once for all candidates of a model.
pub struct Worth<'a> {
    model: &'a ModelFile,
    before: Outcome,
    counted: usize,
}

impl<'a> Worth<'a> {
    /// The belief in `model` as it is.
    ///
    /// Errors: as [`super::weigh`].
    pub fn new(model: &'a ModelFile) -> Result<Self, WeighError> {
        let ready = Ready::new(model)?;
        Ok(Self {
            model,
            before: ready.outcome()?,
            counted: ready.world.findings.len(),
        })
    }

    /// Expected drop of entropy over the hypotheses, in bits, from learning whether `finding` is made.
    ///
    /// A finding that would be a copy is worth 0. Errors: as [`super::weigh`], for the model with the finding.
    pub fn of_finding(&self, finding: &Finding) -> Result<f64, WeighError> {
        let mut with = self.model.clone();
        with.findings.push(finding.clone());
        self.of_added(&with)
    }

    /// The same for the one finding that `with` has more, and what it is about.
    ///
    /// `with` is the model with that finding, its trace and its subject, which say nothing by themselves.
    /// Errors: as [`super::weigh`], for `with`.
    pub fn of_added(&self, with: &ModelFile) -> Result<f64, WeighError> {
        let ready = Ready::new(with)?;
        if ready.world.findings.len() == self.counted {
            // One of its origin counts already.
            return Ok(0.0);
        }
        let after = match ready.outcome() {
            Ok(after) => after,
            // It can never be said: nothing to learn.
            Err(WeighError::Impossible) => return Ok(0.0),
            Err(error) => return Err(error),
        };
        let said: Vec<f64> = after
            .likelihoods_ln
            .iter()
            .zip(&self.before.likelihoods_ln)
            .map(|(with, without)| {
                if *without == f64::NEG_INFINITY {
                    0.0
                } else {
                    libm::exp(with - without).min(1.0)
                }
            })
            .collect();
        Ok(value_of_information(&self.before.posterior, &said).max(0.0))
    }
}

/// Expected drop of entropy over the hypotheses, in bits, from learning whether `finding` is made.
///
/// `trace` is what it is about where the model does not list it. For more than one finding: [`Worth`].
/// Errors: as [`super::weigh`], for the model as it is and with the finding.
pub fn value_of_finding(
    model: &ModelFile,
    finding: &Finding,
    trace: Option<&Trace>,
) -> Result<f64, WeighError> {
    let worth = Worth::new(model)?;
    let mut with = model.clone();
    with.traces.extend(trace.cloned());
    with.findings.push(finding.clone());
    worth.of_added(&with)
}
