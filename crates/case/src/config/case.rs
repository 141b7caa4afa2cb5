//! What case.toml says, every default filled.
//!
//! Source: CASE, "case.toml".

use std::collections::BTreeMap;

use ascribe_assess::collect::Bears;
use ascribe_assess::what_if::Change;
use ascribe_intel::{Incident, Knowledge};
use ascribe_model::words::{Direction, Tlp};
use ascribe_model::{ArtifactId, Moment, Range};
use serde::{Deserialize, Serialize};

use super::sheet::Problem;

/// An answer that the analyst put up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The incident it answers.
    pub incident: String,
    /// Actor ids, `unlisted-state` and `unlisted-nonstate` included.
    pub operators: Vec<String>,
    /// On whose word; all four where the case names none.
    pub directions: Vec<Direction>,
    /// Prior; absent: for the assessment to spread.
    pub prior: Option<Range>,
    /// Why the prior was set.
    pub reason: Option<String>,
}

/// What the case says of a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceEntry {
    /// Path, a file or a folder, `/` between parts, no `/` at its end.
    pub path: String,
    /// Since when it is known.
    pub known: Option<Moment>,
    /// When what it says held.
    pub valid: Option<Moment>,
    /// When it was acquired.
    pub acquired: Option<Moment>,
    /// By whom.
    pub by: Option<String>,
    /// The event of collection.
    pub origin: Option<String>,
    /// Who vouches for it; absent: our own collection.
    pub source: Option<String>,
    /// Marking; absent: the case's.
    pub tlp: Option<Tlp>,
    /// Whether quotes become hash and span only.
    pub leaked: bool,
    /// The incident.
    pub incident: String,
    /// Line in case.toml.
    pub line: u64,
}

/// What must hold before the user does something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standard {
    /// Its id.
    pub id: String,
    /// The incident.
    pub incident: String,
    /// The hypothesis; absent: the leader.
    pub hypothesis: Option<String>,
    /// The low end of its belief must reach this.
    pub hypothesis_low: Option<f64>,
    /// So many independent origins.
    pub origins: Option<u64>,
    /// At most this share of the weight may be forgeable.
    pub forgeable_share: Option<f64>,
}

/// An assumption under which the answer is shown too.
#[derive(Clone, Debug, PartialEq)]
pub struct WhatIf {
    /// Its id.
    pub id: String,
    /// Its name; absent: its changes in words.
    pub name: Option<String>,
    /// The incident.
    pub incident: String,
    /// What is changed.
    pub changes: Vec<Change>,
    /// Why it is asked.
    pub reason: Option<String>,
}

/// What could be got next.
#[derive(Clone, Debug, PartialEq)]
pub struct Collect {
    /// What.
    pub what: String,
    /// Whom to ask, for what; empty where the case does not say.
    pub ask: String,
    /// What it costs, above 0, in the case's own unit.
    pub cost: Option<f64>,
    /// What it would bear on.
    pub bears: Bears,
    /// The incident.
    pub incident: String,
}

/// A case as its folder's case.toml describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Version of the contract.
    pub contract: i64,
    /// Its name.
    pub name: String,
    /// IANA time zone of the days in case.toml and notes; `UTC` where none is stated.
    pub timezone: String,
    /// The same, where one is stated: an instant with an offset then counts by its day there, else by its own.
    pub zone: Option<jiff::tz::TimeZone>,
    /// Marking of whatever says none.
    pub tlp: Tlp,
    /// Corpora, relative to the case folder unless absolute.
    pub corpus: Vec<String>,
    /// Incidents in the order written; the first is the default.
    pub incidents: Vec<Incident>,
    /// Hypotheses in the order written; none for an incident: proposed from the actors.
    pub hypotheses: Vec<Hypothesis>,
    /// Parties, sources, families, infrastructure and the victim, each sorted by id.
    pub knowledge: Knowledge,
    /// P(operator frames somebody), by actor id, with `default`.
    pub deception: BTreeMap<String, Range>,
    /// What paths are, in the order written.
    pub evidence: Vec<EvidenceEntry>,
    /// Standards in the order written.
    pub standards: Vec<Standard>,
    /// What-ifs in the order written.
    pub what_ifs: Vec<WhatIf>,
    /// What could be got next, in the order written.
    pub collect: Vec<Collect>,
    /// What is odd about it, but no error.
    pub warnings: Vec<Problem>,
    /// The file's own hash.
    pub sha256: ArtifactId,
}

impl Case {
    /// The incident that everything belongs to that names none.
    #[must_use]
    pub fn first_incident(&self) -> &str {
        self.incidents.first().map_or("", |incident| incident.id.as_str())
    }

    /// The incident with this id.
    #[must_use]
    pub fn incident(&self, id: &str) -> Option<&Incident> {
        self.incidents.iter().find(|incident| incident.id == id)
    }

    /// What the case says of an escaped path: the entry with the longest path that is the path itself, a folder above
    /// it, or an archive that it lies in. Of two entries with one path the later counts.
    #[must_use]
    pub fn evidence_for(&self, path: &str) -> Option<&EvidenceEntry> {
        self.evidence
            .iter()
            .filter(|entry| covers(&entry.path, path))
            .max_by_key(|entry| entry.path.len())
    }
}

/// Whether `path` is `prefix` or lies under it, part by part.
#[must_use]
pub fn covers(prefix: &str, path: &str) -> bool {
    prefix.is_empty()
        || path
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '!']))
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_path_covers_whole_parts_only() {
        assert!(covers("mail", "mail/1.eml"));
        assert!(covers("mail", "mail"));
        assert!(covers("a/x.zip", "a/x.zip!inner/name"));
        assert!(!covers("mail", "mailbox/1.eml"));
        assert!(covers("", "anything"));
    }
}
