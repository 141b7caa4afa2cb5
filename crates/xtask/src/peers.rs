//! Simpler ways to answer, for comparison: counting inconsistencies, naive Bayes over reports, likeness of techniques.
//!
//! Each gives probabilities over the listed actors and the two unlisted ones, and looks at the truth never.

pub mod ach;
pub mod naive_bayes;
pub mod overlap;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::finding::{Finding, Target};
use ascribe_model::words::Stance;

use crate::incident::{Incident, UNLISTED_NONSTATE, UNLISTED_STATE};

/// The answers that every way gives a probability to.
fn answers(incident: &Incident) -> Vec<String> {
    let mut list: Vec<String> = incident
        .question
        .answers
        .iter()
        .map(|answer| answer.id.clone())
        .collect();
    list.extend([UNLISTED_STATE.to_owned(), UNLISTED_NONSTATE.to_owned()]);
    list
}

/// Whom a finding points to: a family or infrastructure counts as its likeliest labelled owner's.
fn pointed<'i>(incident: &'i Incident, finding: &'i Finding) -> Option<&'i str> {
    let shares = match finding.points_to.as_ref()? {
        Target::Actor(id) => return Some(id),
        Target::Family(id) => &incident.knowledge.family(id)?.label,
        Target::Infrastructure(id) => &incident.knowledge.infrastructure(id)?.holder,
        Target::Hypothesis(_) | Target::Direction(_) => return None,
    };
    shares
        .iter()
        .max_by(|a, b| a.1.point().total_cmp(&b.1.point()))
        .map(|(id, _)| id.as_str())
}

/// Whether what is said of `named` is said of the answer `id`: itself, its unit or its parent.
fn concerns(incident: &Incident, named: &str, id: &str) -> bool {
    let parent = |of: &str| {
        incident
            .knowledge
            .actor(of)
            .and_then(|actor| actor.parent.as_deref())
    };
    named == id || parent(named) == Some(id) || parent(id) == Some(named)
}

/// Findings that were not taken back and take nothing back.
fn standing(incident: &Incident) -> Vec<&Finding> {
    let back: BTreeSet<&str> = incident
        .findings
        .iter()
        .filter_map(|finding| finding.retracts.as_deref())
        .collect();
    incident
        .findings
        .iter()
        .filter(|finding| finding.stance != Stance::Retracts && !back.contains(finding.id.as_str()))
        .collect()
}

/// The analyst's priors, what they leave halved between the unlisted (a tenth at least).
fn priors(incident: &Incident) -> BTreeMap<String, f64> {
    let mut list: BTreeMap<String, f64> = incident
        .question
        .answers
        .iter()
        .map(|answer| {
            let point = answer.prior.map_or(0.0, ascribe_model::Range::point);
            (answer.id.clone(), point)
        })
        .collect();
    let rest = (1.0 - list.values().sum::<f64>()).max(0.1);
    list.insert(UNLISTED_STATE.to_owned(), rest / 2.0);
    list.insert(UNLISTED_NONSTATE.to_owned(), rest / 2.0);
    scaled(list)
}

/// The same, summing to 1.
fn scaled(mut list: BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    let total: f64 = list.values().sum();
    for value in list.values_mut() {
        *value /= total;
    }
    list
}

/// Probabilities from scores in natural logarithms.
fn softmax(scores: BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    let top = scores.values().copied().fold(f64::NEG_INFINITY, f64::max);
    scaled(
        scores
            .into_iter()
            .map(|(id, score)| (id, libm::exp(score - top)))
            .collect(),
    )
}
