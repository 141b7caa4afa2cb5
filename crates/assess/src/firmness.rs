//! How firm an answer is: what it rests on, and what it would be under other readings of the same evidence.
//!
//! Source: METHOD section 5, "Sensitivity".

use std::collections::BTreeMap;

use ascribe_model::Finding;

use crate::assess::{AssessError, Setting};
use crate::assessment::{Hypothesis, Sensitivity};
use crate::build::{Built, Overlaps, OwnNumbers, as_one_telling, build};
use crate::confidence::Grounds;
use crate::doubt::{DEFAULTS_FINDINGS_MAX, default_swings};
use crate::leave_out;
use crate::weigh;

/// Leave-one-out, flip set, priors, and the answers without notes, overrides and overlaps.
pub(crate) fn firmness(
    setting: &Setting<'_>,
    findings: &[Finding],
    built: &Built,
    hypotheses: &[Hypothesis],
    leader: &str,
    answer: &weigh::Answer,
) -> Result<(Sensitivity, Grounds), AssessError> {
    let mut steady = weigh::steadiness_by(&built.model, setting.hands)?;
    leave_out::by_what_was_said(built, &mut steady.leave_one_out)?;
    let flip = weigh::flip_set(&built.model, weigh::FLIP_EVALUATIONS)?;
    let again = |findings: &[Finding], overlaps, numbers| -> Result<BTreeMap<String, f64>, AssessError> {
        let other = build(setting.question, setting.knowledge, findings, overlaps, numbers)?;
        Ok(weigh::believe(&other.model)?.posterior)
    };
    let bytes: Vec<Finding> = findings
        .iter()
        .filter(|finding| finding.engine != "notes")
        .cloned()
        .collect();
    let told_once = match as_one_telling(findings) {
        Some(one) => Some(again(&one, Overlaps::Dependent, OwnNumbers::Used)?),
        None => None,
    };
    let overlaps = findings.iter().any(|finding| !finding.may_overlap.is_empty());
    let own = findings
        .iter()
        .any(|finding| !finding.overrides.is_empty() || finding.signed.is_some())
        || setting
            .knowledge
            .sources
            .iter()
            .any(|source| source.reliable.is_some() || source.push.is_some());
    let lead_of = |beliefs: &BTreeMap<String, f64>| beliefs.get(leader).copied().unwrap_or(0.0);
    let mut priors = BTreeMap::from([
        ("case".to_owned(), lead_of(&steady.priors.case)),
        ("uniform".to_owned(), lead_of(&steady.priors.uniform)),
    ]);
    if let Some(half) = &steady.priors.half_unlisted {
        priors.insert("half_unlisted".to_owned(), lead_of(half));
    }
    let highest = |beliefs: &BTreeMap<String, f64>| beliefs.values().all(|value| *value <= lead_of(beliefs));
    let flipping = |kind: &str| -> Vec<String> {
        let of_kind = steady
            .leave_one_out
            .iter()
            .filter(|row| row.kind == kind && row.leader != leader);
        of_kind.map(|row| row.id.clone()).collect()
    };
    let lead = hypotheses.iter().find(|hypothesis| hypothesis.id == leader);
    let grounds = Grounds {
        leader: lead.map_or_else(|| leader.to_owned(), |hypothesis| hypothesis.name.clone()),
        interval: lead.and_then(|hypothesis| hypothesis.belief.low.zip(hypothesis.belief.high)),
        flipping_origins: flipping("origin"),
        flipping_sources: flipping("source"),
        origins: 0,
        forgeable_share: 0.0,
        framed: 1.0 - answer.framed.get(weigh::NOBODY).copied().unwrap_or(1.0),
        telling_flips: !told_once.as_ref().is_none_or(highest),
        prior_flips: !(highest(&steady.priors.uniform)
            && steady.priors.half_unlisted.as_ref().is_none_or(highest)),
    };
    let sensitivity = Sensitivity {
        flip_set: flip.findings,
        flip_set_minimal: flip.minimal,
        flip_prior: steady.flip_prior,
        priors,
        leave_one_out: steady.leave_one_out,
        tornado: Vec::new(),
        defaults: if findings.len() > DEFAULTS_FINDINGS_MAX {
            Vec::new()
        } else {
            default_swings(setting.question, setting.knowledge, findings, built, leader)?
        },
        as_one_telling: told_once,
        independent_overlaps: if overlaps {
            Some(again(findings, Overlaps::Independent, OwnNumbers::Used)?)
        } else {
            None
        },
        without_overrides: if own {
            Some(again(findings, Overlaps::Dependent, OwnNumbers::Removed)?)
        } else {
            None
        },
        without_notes: if bytes.len() < findings.len() {
            Some(again(&bytes, Overlaps::Dependent, OwnNumbers::Used)?)
        } else {
            None
        },
    };
    Ok((sensitivity, grounds))
}
