//! Which hypothesis leads, what carries it, and what things are called.

use std::collections::BTreeMap;

use ascribe_assess::assessment::{Hypothesis, LedgerLine};
use ascribe_model::ArtifactId;

use crate::Page;

impl<'a> Page<'a> {
    /// Hypotheses, likeliest first; ties by id.
    pub(crate) fn ranked(&self) -> Vec<&'a Hypothesis> {
        let mut ranked: Vec<_> = self.assessment.hypotheses.iter().collect();
        ranked.sort_by(|a, b| {
            b.belief
                .point
                .total_cmp(&a.belief.point)
                .then_with(|| a.id.cmp(&b.id))
        });
        ranked
    }

    /// Findings whose contribution to `hypothesis` can be seen, strongest first; those for it and those against it.
    pub(crate) fn carriers(&self, hypothesis: &str) -> Vec<(&'a LedgerLine, f64)> {
        let mut carriers: Vec<_> = self
            .assessment
            .ledger
            .iter()
            .map(|line| (line, contribution(line, hypothesis)))
            .filter(|(_, bans)| bans.abs() >= 0.005)
            .collect();
        carriers.sort_by(|a, b| {
            b.1.abs()
                .total_cmp(&a.1.abs())
                .then_with(|| a.0.finding.cmp(&b.0.finding))
        });
        carriers
    }

    /// The line of a finding.
    pub(crate) fn finding(&self, id: &str) -> Option<&'a LedgerLine> {
        self.assessment.ledger.iter().find(|line| line.finding == id)
    }

    /// A hypothesis's name, or its id.
    pub(crate) fn hypothesis_name(&self, id: &'a str) -> &'a str {
        self.assessment
            .hypotheses
            .iter()
            .find(|hypothesis| hypothesis.id == id)
            .map_or(id, |hypothesis| named(&hypothesis.name, id))
    }

    /// A party's name, or words for those that nobody listed, or its id.
    pub(crate) fn party_name(&self, id: &'a str) -> &'a str {
        match (self.parties.get(id), id) {
            (Some(party), _) => named(&party.name, id),
            (None, "unlisted-state") => "A state that the case does not list",
            (None, "unlisted-nonstate") => "A party that is no state and that the case does not list",
            (None, "nobody") => "Nobody",
            (None, "(other)") => "Somebody else",
            (None, _) => id,
        }
    }

    /// A source's name; own measurements have none.
    pub(crate) fn source_name(&self, id: Option<&'a str>) -> &'a str {
        id.map_or("own measurement", |id| {
            self.sources.get(id).map_or(id, |source| named(&source.name, id))
        })
    }

    /// Likeliest party among those that belong to no other listed party.
    pub(crate) fn top_operator(&self) -> Option<(&'a str, f64)> {
        self.top_of(&self.assessment.operators)
    }

    /// The same among these operators.
    pub(crate) fn top_of(&self, operators: &'a BTreeMap<String, f64>) -> Option<(&'a str, f64)> {
        top(operators.iter().filter(|(id, _)| {
            self.parties
                .get(*id)
                .and_then(|party| party.parent.as_ref())
                .is_none()
        }))
    }

    /// Likeliest direction.
    pub(crate) fn top_direction(&self) -> Option<(&'a str, f64)> {
        top(self.assessment.directions.iter())
    }

    /// Number of inputs by status: read, partial, unreadable, ignored.
    pub(crate) fn inputs_by_status(&self) -> BTreeMap<&'a str, usize> {
        let mut by_status = BTreeMap::new();
        for input in &self.assessment.inputs {
            *by_status.entry(input.status.as_str()).or_default() += 1;
        }
        by_status
    }

    /// What was looked at, by kind of evidence and by what its reader counts.
    pub(crate) fn looked(&self) -> BTreeMap<(&'a str, &'a str), Looked> {
        let mut looked: BTreeMap<(&str, &str), Looked> = BTreeMap::new();
        for input in &self.assessment.inputs {
            let coverage = &input.coverage;
            let one = looked
                .entry((input.kind.as_str(), coverage.unit.as_str()))
                .or_default();
            one.inputs = one.inputs.saturating_add(1);
            one.bytes = one.bytes.saturating_add(input.bytes);
            one.seen = one.seen.saturating_add(coverage.seen);
            one.parsed = one.parsed.saturating_add(coverage.parsed);
            one.used = one.used.saturating_add(coverage.used);
            one.dropped = one.dropped.saturating_add(coverage.dropped);
        }
        looked
    }
}

/// What was looked at of one kind of evidence.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Looked {
    /// Artifacts.
    pub(crate) inputs: usize,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Units seen, understood, used and passed over.
    pub(crate) seen: u64,
    pub(crate) parsed: u64,
    pub(crate) used: u64,
    pub(crate) dropped: u64,
}

fn named<'a>(name: &'a str, id: &'a str) -> &'a str {
    if name.is_empty() { id } else { name }
}

fn top<'a>(beliefs: impl Iterator<Item = (&'a String, &'a f64)>) -> Option<(&'a str, f64)> {
    beliefs
        .max_by(|a, b| a.1.total_cmp(b.1).then_with(|| b.0.cmp(a.0)))
        .map(|(id, belief)| (id.as_str(), *belief))
}

/// What a finding contributes to a hypothesis, in bans.
pub(crate) fn contribution(line: &LedgerLine, hypothesis: &str) -> f64 {
    line.contribution_bans.get(hypothesis).copied().unwrap_or(0.0)
}

/// The page's anchor of a finding: its id where that is a plain name, else a digest of it.
pub(crate) fn anchor(finding: &str) -> String {
    let plain = !finding.is_empty()
        && finding.len() <= 80
        && finding
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'));
    if plain {
        format!("f-{finding}")
    } else {
        let digest = ArtifactId::of(finding.as_bytes()).hex();
        format!("h-{}", digest.get(..24).unwrap_or_default())
    }
}
