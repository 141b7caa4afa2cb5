//! What observations suggest: one folder per question.
//!
//! An engine never reads files and never believes. It takes what was seen and known as of a day and gives findings.

pub mod addresses;
pub mod code;
pub mod contacts;
pub mod events;
pub mod mail_proof;
pub mod operators;
pub mod personas;
mod received;
mod sharing;
mod sighting;
pub mod statements;
pub mod tactics;

use std::collections::BTreeMap;
use std::sync::Arc;

use ascribe_corpus::Corpus;
use ascribe_intel::Knowledge;
use ascribe_model::words::Tlp;
use ascribe_model::{Anomaly, ArtifactId, Day, Finding, Moment, Reading};

/// One artifact of the case with what was seen in it and what the case says of it.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Path in the case (`archives/x.zip!inner/name` for members), escaped.
    pub path: String,
    /// Its bytes.
    pub id: ArtifactId,
    /// When it became known.
    pub known: Moment,
    /// Whether the case or the content says so; else it is only the day on which the case was opened.
    pub dated: bool,
    /// What is said of when its content held.
    pub valid: Option<Moment>,
    /// The event of collection; default: the path of its top-level file.
    pub origin: String,
    /// Who vouches for it; none: our own collection.
    pub source: Option<String>,
    /// Marking.
    pub tlp: Tlp,
    /// Whether quotes become hash and span only.
    pub leaked: bool,
    /// The incident it belongs to.
    pub incident: String,
    /// What was seen.
    pub reading: Arc<Reading>,
}

/// All that an engine may look at, as of one day. Evidence is sorted by path and holds only what was known.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The day; none: everything.
    pub as_of: Option<Day>,
    /// The incident asked about.
    pub incident: &'a str,
    /// When it was struck or opened, for dated questions about undated observations.
    pub incident_time: Option<&'a Moment>,
    /// What the case knows.
    pub knowledge: &'a Knowledge,
    /// The evidence.
    pub evidence: &'a [Evidence],
    /// Corpora to compare programs with.
    pub corpora: &'a [Corpus],
    /// What was worked out for other days of the same case.
    pub memo: &'a Memo,
}

/// What single artifacts say whatever the day: a case is asked as of many days, and each document is taken apart once.
#[derive(Debug, Default)]
pub struct Memo {
    /// Threads that an engine may use; below 2: its own.
    jobs: usize,
    heard: statements::HeardBefore,
    tried: std::sync::Mutex<mail_proof::Tried>,
}

impl Memo {
    /// Nothing worked out yet. Engines may use `jobs` threads.
    #[must_use]
    pub fn new(jobs: usize) -> Self {
        Self {
            jobs,
            ..Self::default()
        }
    }
}

/// What an engine gives back. Sorted by id before it is used.
#[derive(Clone, Debug, Default)]
pub struct Suggestions {
    /// Findings.
    pub findings: Vec<Finding>,
    /// What is odd across artifacts, by path.
    pub anomalies: Vec<(String, Anomaly)>,
    /// For the report: named counts, as in "addresses seen", "of them private".
    pub counts: BTreeMap<String, u64>,
    /// What could be collected next: (what, how to ask for it, the finding that it would confirm or refute).
    pub leads: Vec<Lead>,
    /// Who says what.
    pub speech: statements::Speech,
    /// Who is tied to whom.
    pub ties: operators::Ties,
}

/// Something not yet collected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lead {
    /// What: "holder of 203.0.113.7 in 2014-11".
    pub what: String,
    /// Whom to ask, for what.
    pub ask: String,
    /// `kind` of the finding it would give, as in notes.
    pub kind: ascribe_model::words::Kind,
    /// What such a finding would point to, if anything known.
    pub points_to: Option<ascribe_model::finding::Target>,
}

/// An engine for one question.
pub struct Engine {
    /// Its name.
    pub name: &'static str,
    /// What the world suggests.
    pub suggest: fn(&World<'_>) -> Suggestions,
}

/// Every engine, by name. A new one is one folder and one line here.
pub const ENGINES: &[Engine] = &[
    Engine {
        name: "addresses",
        suggest: addresses::suggest,
    },
    code::ENGINE,
    Engine {
        name: "contacts",
        suggest: contacts::suggest,
    },
    events::ENGINE,
    Engine {
        name: mail_proof::NAME,
        suggest: mail_proof::suggest,
    },
    Engine {
        name: operators::NAME,
        suggest: operators::suggest,
    },
    Engine {
        name: personas::NAME,
        suggest: personas::suggest,
    },
    Engine {
        name: statements::NAME,
        suggest: statements::suggest,
    },
    Engine {
        name: "tactics",
        suggest: tactics::suggest,
    },
];
