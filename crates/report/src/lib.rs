//! The assessment as one self-contained page and as words in a terminal.
//!
//! Takes an assessment and what the case knows beside it (quotes, prose, names, history) and gives text. Reads no
//! files, computes no belief, and lets nothing of the evidence through unescaped.

use std::collections::BTreeMap;

use ascribe_assess::assessment::Assessment;

mod chart;
mod explain;
pub mod figures;
pub mod letter;
mod lookup;
mod page;
pub mod shown;
mod terminal;
pub mod track;
pub mod validation;

pub use explain::explain;
pub use page::page;
pub use terminal::{Detail, TerminalOptions, terminal};

/// Everything that a report is made from.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What is said.
    pub assessment: &'a Assessment,
    /// Parties of the case by id, as of the assessment's day; those that nobody listed may be missing.
    pub parties: &'a BTreeMap<String, Party>,
    /// Sources of the case by id.
    pub sources: &'a BTreeMap<String, SourceCard>,
    /// Belief as of each day on which something became known, in order of days.
    pub series: &'a [SeriesPoint],
    /// What stands in the evidence, by finding and index into its `provenance`.
    pub quotes: &'a BTreeMap<(String, usize), Quote>,
    /// The prose of notes, by finding.
    pub prose: &'a BTreeMap<String, String>,
    /// Who accuses, denies, claims, in the order in which it is shown.
    pub said: &'a [Said],
    /// Who is tied to whom.
    pub tied: &'a Tied,
    /// Where the page is written, for the terminal.
    pub written_to: Option<&'a str>,
}

/// A party as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Its name.
    pub name: String,
    /// state, agency, unit, group …
    pub kind: String,
    /// Id of the party that it belongs to.
    pub parent: Option<String>,
    /// Other names, each with its source where one is stated.
    pub aliases: Vec<String>,
    /// Disputed facts side by side, as "6,000 people (nyt, 2015-01-18)".
    pub facts: Vec<String>,
}

/// What one speaker says of one party in one sense.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub speaker: String,
    /// What the speaker does, in words: "accuses", "denies for".
    pub stance: String,
    /// Whom or what.
    pub target: String,
    /// What it is said to rest on.
    pub evidence: Vec<String>,
    /// Whether the speaker has a name.
    pub named: bool,
    /// How many statements.
    pub statements: usize,
    /// In how many documents.
    pub documents: usize,
    /// How many of the statements are too unsure to be counted before somebody looked.
    pub review: usize,
}

/// Which accounts, mailboxes, devices and addresses were used together. Names are as the case lets them be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tied {
    /// What hangs together, largest first: each in words.
    pub groups: Vec<String>,
    /// Ties: those that count first.
    pub rows: Vec<TieLine>,
    /// Ties that are not among `rows`.
    pub left_out: usize,
}

/// Two that were seen together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TieLine {
    /// One.
    pub a: String,
    /// The other.
    pub b: String,
    /// When, in words.
    pub when: String,
    /// How often.
    pub count: u64,
    /// recorded, self-written, claimed.
    pub how: String,
    /// Number of the group that it lies in; none: it ties nobody.
    pub group: Option<usize>,
    /// Whether the group falls in two without it.
    pub bridge: bool,
    /// Why it ties nobody.
    pub why_not: Option<String>,
    /// Infrastructure of the case that an end belongs to.
    pub infrastructure: Vec<String>,
    /// Where it stands, in words.
    pub places: Vec<String>,
}

/// A source as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceCard {
    /// Its name.
    pub name: String,
    /// victim, investigator, government …
    pub kind: String,
    /// Admiralty letter or numbers, as they stand in the case.
    pub grade: String,
    /// What it has to gain.
    pub stake: Option<String>,
}

/// The belief as of one day.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesPoint {
    /// The day, as 2014-12-19.
    pub day: String,
    /// Findings that became known on it.
    pub cause: Vec<String>,
    /// Belief by hypothesis.
    pub beliefs: BTreeMap<String, f64>,
}

/// What stands in the evidence at a provenance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The bytes, or that they are withheld.
    pub content: Quoted,
    /// Bytes of the range that are not in `content`.
    pub left_out: u64,
}

/// The content of a [`Quote`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quoted {
    /// Decoded text.
    Text(String),
    /// Raw bytes; their first one is at the provenance's `start`.
    Bytes(Vec<u8>),
    /// Leaked material: hash and range only.
    Withheld,
}
