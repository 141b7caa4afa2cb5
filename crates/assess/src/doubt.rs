//! What a doubter asks of an answer: does the evidence agree with itself, is it too good to be true, what did an
//! answer predict that was looked for and not found, and which row of the default tables carries it?
//!
//! Numbers for people to doubt with; none of them enters the belief.

mod display;
mod tables;

use std::collections::BTreeMap;

use crate::assessment::{Conflict, Disagreeing, Doubts, Predicted};
use crate::build::Built;
use crate::model_file::ModelFile;
use crate::weigh::{Agreement, WeighError, agreement};

pub(crate) use tables::{FINDINGS_MAX as DEFAULTS_FINDINGS_MAX, default_swings};

/// Bans from which a finding is listed as disagreeing with the rest: the rest makes it 1.25 times less probable.
const LISTED_BANS: f64 = 0.1;
/// So many disagreeing findings, and so many searches, are listed.
const ROWS_MAX: usize = 50;

/// The doubts about an answer.
///
/// `searched` has the findings that somebody looked and did not find, with where, when and how. Errors: as [`crate::weigh::weigh`].
pub(crate) fn doubts(built: &Built, searched: &BTreeMap<&str, Option<&str>>) -> Result<Doubts, WeighError> {
    let agreement = agreement(&built.model)?;
    Ok(Doubts {
        conflict: conflict(&agreement),
        displays: display::displays(&built.model),
        predicted: predicted(&built.model, &agreement, searched),
    })
}

fn conflict(agreement: &Agreement) -> Conflict {
    let mut findings: Vec<Disagreeing> = agreement
        .findings
        .iter()
        .map(|expected| Disagreeing {
            finding: expected.finding.clone(),
            alone: expected.alone,
            given_rest: expected.given_rest,
            bans: expected.conflict_bans(),
        })
        .filter(|row| row.bans >= LISTED_BANS && row.bans.is_finite())
        .collect();
    findings.sort_by(|a, b| b.bans.total_cmp(&a.bans).then_with(|| a.finding.cmp(&b.finding)));
    findings.truncate(ROWS_MAX);
    Conflict {
        bans: agreement.conflict_bans,
        findings,
    }
}

/// Searches that found nothing: how probable it was, under each answer and by all other findings, that they would.
fn predicted(
    model: &ModelFile,
    agreement: &Agreement,
    searched: &BTreeMap<&str, Option<&str>>,
) -> Vec<Predicted> {
    let empty = |id: &str| {
        let finding = model.findings.iter().find(|finding| finding.id == id);
        finding.is_some_and(|finding| finding.says == Some(false))
    };
    agreement
        .findings
        .iter()
        .filter_map(|expected| Some((expected, searched.get(expected.finding.as_str())?)))
        .filter(|(expected, _)| empty(&expected.finding))
        .take(ROWS_MAX)
        .map(|(expected, searched)| Predicted {
            finding: expected.finding.clone(),
            searched: searched.map(str::to_owned),
            found_if: agreement
                .hypotheses
                .iter()
                .cloned()
                .zip(expected.by_hypothesis.iter().map(|p| 1.0 - p))
                .collect(),
        })
        .collect()
}
