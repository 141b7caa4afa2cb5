//! How well each finding agrees with the others: what the rest of the evidence leads one to expect of it.
//!
//! P(finding | all the others) beside P(finding) alone. The measure of the whole is Jensen, Chamberlain, Nordahl and
//! Jensen (1990), "Analysis in HUGIN of data conflict": log of the product of the findings' own probabilities over
//! their joint probability. Copies go with the finding that they repeat. Exact; no sampling.

use super::edits::Workbench;
use super::outcome::Outcome;
use super::{Ready, WeighError};
use crate::model_file::ModelFile;

/// One finding against the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// Its id.
    pub finding: String,
    /// P(it is made) before any other finding.
    pub alone: f64,
    /// P(it is made | all others).
    pub given_rest: f64,
    /// P(it is made | hypothesis, all others), in the order of [`Agreement::hypotheses`].
    pub by_hypothesis: Vec<f64>,
}

impl Expected {
    /// log10 of alone over given the rest, in bans: above 0 the rest makes it less probable.
    #[must_use]
    pub fn conflict_bans(&self) -> f64 {
        libm::log10(self.alone / self.given_rest)
    }
}

/// All findings that count, against each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Ids of the hypotheses.
    pub hypotheses: Vec<String>,
    /// By position in the model.
    pub findings: Vec<Expected>,
    /// log10 of Π P(finding) over P(all findings), in bans: above 0 they go together worse than unrelated ones.
    pub conflict_bans: f64,
}

/// How the findings of `model` agree with each other at its central parameters.
///
/// Errors: as [`super::weigh`].
pub fn agreement(model: &ModelFile) -> Result<Agreement, WeighError> {
    let ready = Ready::new(model)?;
    let mut bench = Workbench::new(&ready)?;
    let whole = bench.whole().clone();
    let count = ready.world.findings.len();
    let mut findings = Vec::with_capacity(count);
    for (index, voice) in ready.world.findings.iter().enumerate() {
        let rest = bench.without(&[index])?;
        findings.push(Expected {
            finding: voice.id.clone(),
            alone: 1.0,
            given_rest: ratio(whole.evidence_ln, rest.evidence_ln),
            by_hypothesis: by_hypothesis(&whole, &rest),
        });
    }
    let all: Vec<usize> = (0..count).collect();
    bench.rebase(&all)?;
    let nothing = bench.whole().evidence_ln;
    let mut apart = 0.0;
    for (index, expected) in findings.iter_mut().enumerate() {
        expected.alone = ratio(bench.with(&[index])?.evidence_ln, nothing);
        apart += libm::log(expected.alone);
    }
    Ok(Agreement {
        hypotheses: ready.world.hypotheses.clone(),
        findings,
        conflict_bans: (apart - (whole.evidence_ln - nothing)) / std::f64::consts::LN_10,
    })
}

fn by_hypothesis(whole: &Outcome, rest: &Outcome) -> Vec<f64> {
    let pairs = whole.likelihoods_ln.iter().zip(&rest.likelihoods_ln);
    pairs.map(|(with, without)| ratio(*with, *without)).collect()
}

/// exp(with − without): a probability, as what is added to the evidence can only make it less probable.
fn ratio(with: f64, without: f64) -> f64 {
    if without == f64::NEG_INFINITY || with == f64::NEG_INFINITY {
        return 0.0;
    }
    libm::exp(with - without).min(1.0)
}
