//! Which event of collection a finding goes back to, and which findings repeat which.
//!
//! Independence is documented, never assumed. Source: METHOD section 3, "Copies".

use std::collections::BTreeMap;

use ascribe_intel::Knowledge;
use ascribe_model::Finding;
use ascribe_model::finding::Target;
use ascribe_model::words::SourceKind;

use super::Overlaps;

/// The origin of our own notes that name none.
pub const OWN_ORIGIN: &str = "own";

/// The origin of a finding: as written, else the last named speaker in the chain.
///
/// The chain is us, `via` backwards, the source. Unnamed officials on one subject share `unknown:SUBJECT`.
pub(super) fn origin(finding: &Finding, knowledge: &Knowledge) -> String {
    if !finding.origin.is_empty() {
        return finding.origin.clone();
    }
    let own = |id: &&str| {
        knowledge
            .source(id)
            .is_none_or(|source| source.kind != SourceKind::Own)
    };
    let Some(speaker) = finding
        .source
        .as_deref()
        .filter(own)
        .or_else(|| finding.via.first().map(String::as_str))
    else {
        return OWN_ORIGIN.to_owned();
    };
    let name = knowledge
        .source(speaker)
        .map_or(speaker, |source| source.name.as_str());
    let unnamed = [speaker, name].iter().any(|text| {
        text.to_lowercase()
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|word| matches!(word, "unnamed" | "unknown" | "anonymous"))
    });
    if !unnamed {
        return speaker.to_owned();
    }
    let subject = match &finding.points_to {
        Some(
            Target::Actor(id) | Target::Family(id) | Target::Infrastructure(id) | Target::Hypothesis(id),
        ) => id.as_str(),
        Some(Target::Direction(word)) => word.text(),
        None => finding.incident.as_str(),
    };
    format!("unknown:{subject}")
}

/// A finding as far as copies are concerned.
#[derive(Clone, Debug)]
pub(super) struct Telling<'a> {
    pub(super) finding: &'a Finding,
    /// What it is about: a trace, or a statement over an unknown.
    pub(super) about: String,
    /// Its origin.
    pub(super) origin: String,
}

/// For every telling the index of the one that counts for it (itself where it counts).
///
/// About one thing, one origin counts once: fewest `via`, then the earliest known, then the smallest id. Where
/// overlaps are taken as dependent, a finding that may share its origin with one that counts repeats it too.
pub(super) fn counted(tellings: &[Telling<'_>], overlaps: Overlaps) -> Vec<usize> {
    let mut order: Vec<usize> = (0..tellings.len()).collect();
    order.sort_by_key(|index| tellings.get(*index).map(|telling| rank(telling.finding)));
    let mut counted: Vec<usize> = (0..tellings.len()).collect();
    let mut kept: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for index in order {
        let Some(telling) = tellings.get(index) else {
            continue;
        };
        let rivals = kept.entry(telling.about.as_str()).or_default();
        let repeats = rivals.iter().copied().find(|other| {
            tellings.get(*other).is_some_and(|other| {
                other.origin == telling.origin || overlaps == Overlaps::Dependent && may_share(telling, other)
            })
        });
        match repeats {
            Some(other) => {
                if let Some(cell) = counted.get_mut(index) {
                    *cell = other;
                }
            }
            None => rivals.push(index),
        }
    }
    counted
}

/// Which of two findings of one origin counts: the smaller.
pub(super) fn rank(finding: &Finding) -> (usize, String, String) {
    let known = finding.known.last_day().to_string();
    (finding.via.len(), known, finding.id.clone())
}

fn may_share(one: &Telling<'_>, other: &Telling<'_>) -> bool {
    one.finding.may_overlap.contains(&other.origin) || other.finding.may_overlap.contains(&one.origin)
}
