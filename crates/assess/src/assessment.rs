//! The assessment as it is written to `out/assessment.json`, schema `ascribe.assessment/1`.
//!
//! Source: CASE, "out/assessment.json". Numbers are rounded to 12 significant digits when they are written,
//! arrays are sorted by id, the ledger by the size of its contribution to the leader, then id.

use std::collections::BTreeMap;

use ascribe_model::words::{About, Basis, Kind, Stance, Tlp};
use ascribe_model::{ArtifactId, Moment};
use serde::{Deserialize, Serialize};

/// The schema's name.
pub const SCHEMA: &str = "ascribe.assessment/1";

/// Everything that is said about one incident as of one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// [`SCHEMA`].
    pub schema: String,
    /// The case's name.
    pub case: String,
    /// Marking of the whole: the most closed of what it rests on.
    pub tlp: Tlp,
    /// The day; none for an undated case.
    pub as_of: Option<String>,
    /// The incident's id.
    pub incident: String,
    /// The incident's question.
    pub question: String,
    /// How it was computed.
    pub run: Run,
    /// Answers, by id.
    pub hypotheses: Vec<Hypothesis>,
    /// P(operator); parents include their units.
    pub operators: BTreeMap<String, f64>,
    /// P(direction).
    pub directions: BTreeMap<String, f64>,
    /// P(framed party), with `nobody`.
    pub framed: BTreeMap<String, f64>,
    /// Per family or infrastructure: P(owner), with `(other)`.
    pub owners: BTreeMap<String, BTreeMap<String, f64>>,
    /// How much to trust the answer.
    pub confidence: Confidence,
    /// Every finding with its weight and contribution.
    pub ledger: Vec<LedgerLine>,
    /// The answer in one sentence each for the public, an expert and a court.
    #[serde(default)]
    pub sentences: Sentences,
    /// What would change it.
    pub sensitivity: Sensitivity,
    /// What a doubter asks; absent where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubts: Option<Doubts>,
    /// Beliefs under changed assumptions, those of the case first.
    #[serde(default)]
    pub what_ifs: Vec<WhatIf>,
    /// What to get next, by bits.
    pub collect: Vec<Collect>,
    /// The user's standards.
    pub standards: Vec<StandardResult>,
    /// Entry, dwell, trigger, publication.
    pub timeline: Vec<TimelineEvent>,
    /// Findings about a place, no belief.
    #[serde(default)]
    pub places: Vec<String>,
    /// What was wrong with the evidence.
    pub anomalies: Vec<AnomalyLine>,
    /// What the model had to assume or leave out, in sentences.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Every input and what was read of it.
    pub inputs: Vec<Input>,
}

/// How an assessment was computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Version of ascribe.
    pub version: String,
    /// Seed of the draws.
    pub seed: u64,
    /// Number of draws.
    pub draws: u64,
    /// Effective sample size; below 200 no interval is given.
    pub ess: u64,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Normalised prior point.
    pub prior: f64,
    /// Posterior.
    pub belief: Belief,
    /// ICD 203 words for the interval.
    pub words: String,
}

/// A posterior with its interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Belief {
    /// At the central parameters.
    pub point: f64,
    /// 5 % point; null where the interval was refused.
    pub low: Option<f64>,
    /// 95 % point; null where the interval was refused.
    pub high: Option<f64>,
    /// Search over the corners of the shared parameters.
    pub outer: [f64; 2],
}

/// Low, moderate or high, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// low, moderate, high.
    pub level: String,
    /// One sentence.
    pub sentence: String,
    /// Reasons, most important first.
    pub reasons: Vec<String>,
}

/// The answer in words for three kinds of reader, none stronger than the interval.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentences {
    /// Without a term of the trade.
    pub public: String,
    /// With the numbers and what they rest on.
    pub expert: String,
    /// What may be said under oath, and what this does not say.
    pub court: String,
}

/// A finding in the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// Id of the finding.
    pub finding: String,
    /// Kind.
    pub kind: Kind,
    /// Stance.
    pub stance: Stance,
    /// One sentence.
    pub says: String,
    /// Ids of findings that are copies of it.
    pub copies: Vec<String>,
    /// Proposition.
    pub about: Option<About>,
    /// Target.
    pub points_to: Option<String>,
    /// Measured, judged, signed.
    pub basis: Basis,
    /// Who signed a weight.
    pub signed_by: Option<String>,
    /// Weight alone; null where the finding weighs nothing by its kind.
    pub weight_bans: Option<Weight>,
    /// Per hypothesis; they sum over the ledger to the posterior log-odds less the prior log-odds.
    pub contribution_bans: BTreeMap<String, f64>,
    /// Origin.
    pub origin: String,
    /// Source; none: own measurement.
    pub source: Option<String>,
    /// Through whom.
    pub via: Vec<String>,
    /// Forgeability of its trace: low, point, high.
    pub forgeability: Option<[f64; 3]>,
    /// What it rests on, as `attacker-released`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<String>,
    /// Why its numbers are other than the defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it weighs nothing, or other remarks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// When it happened.
    pub happened: Option<String>,
    /// When it became known.
    pub known: String,
    /// Marking.
    pub tlp: Tlp,
    /// What it stands on.
    pub provenance: Vec<ByteProvenance>,
}

/// A weight in bans with its interval and bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// At the central parameters.
    pub point: f64,
    /// Low end.
    pub low: f64,
    /// High end.
    pub high: f64,
    /// Beyond which none is emitted.
    pub bound: f64,
}

/// A range of bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ByteProvenance {
    /// Path in the case.
    pub path: String,
    /// The file's SHA-256.
    pub sha256: ArtifactId,
    /// Always `byte`.
    pub unit: String,
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// Line, where lines exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// What would change the answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sensitivity {
    /// Smallest set of findings without which the leader changes; empty: none was found.
    pub flip_set: Vec<String>,
    /// Whether the flip set is proven smallest.
    #[serde(default)]
    pub flip_set_minimal: bool,
    /// The prior at which each hypothesis starts or stops leading; null: none does.
    pub flip_prior: BTreeMap<String, Option<f64>>,
    /// Leader's belief under three priors: case, uniform, half_unlisted.
    pub priors: BTreeMap<String, f64>,
    /// Belief without each finding, origin, source, trace class and family.
    pub leave_one_out: Vec<LeaveOneOut>,
    /// Every shared number that varies, by how far it moves the leader.
    #[serde(default)]
    pub tornado: Vec<TornadoBar>,
    /// Every row of the default tables that the case rests on, by how far it moves the leader.
    #[serde(default)]
    pub defaults: Vec<DefaultSwing>,
    /// Belief when origins that may overlap are taken as independent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub independent_overlaps: Option<BTreeMap<String, f64>>,
    /// Belief when all reports of one kind about one target are taken as one telling; absent where no two are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_one_telling: Option<BTreeMap<String, f64>>,
    /// Belief with every override removed (class defaults throughout); absent without overrides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_overrides: Option<BTreeMap<String, f64>>,
    /// Belief from bytes alone, all notes removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_notes: Option<BTreeMap<String, f64>>,
}

/// How far one shared number of the model moves the leader's belief, the others at their points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TornadoBar {
    /// What the number belongs to: `class code`, `source fbi`, `deception` …
    pub of: String,
    /// Which number of it.
    pub field: String,
    /// How many numbers of the model move with it.
    pub numbers: u64,
    /// Its range; null where several ranges share the draw.
    pub range: Option<[f64; 2]>,
    /// The leader's belief at the low and at the high end.
    pub belief: [f64; 2],
}

impl TornadoBar {
    /// Length of the bar, in probability.
    #[must_use]
    pub fn length(&self) -> f64 {
        (self.belief[1] - self.belief[0]).abs()
    }
}

/// How far one row of the default tables moves the leader's belief.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefaultSwing {
    /// The row, as in the tables: `class.code`, `reliable.B` …
    pub row: String,
    /// The field; empty where the row is one number.
    pub field: String,
    /// Its range.
    pub range: [f64; 2],
    /// The leader's belief at the low and at the high end.
    pub belief: [f64; 2],
    /// Who leads at the low and at the high end.
    pub leader: [String; 2],
}

/// What a doubter asks: numbers to doubt with, none of which enters the belief.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Doubts {
    /// Whether the findings agree with each other.
    pub conflict: Conflict,
    /// Whether a party's marks are too good to be true.
    pub displays: Vec<Display>,
    /// What was looked for and not found, and who would have left it.
    pub predicted: Vec<Predicted>,
}

/// How well the findings go together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// log10 of Π P(finding) / P(all findings): above 0 they go together worse than unrelated ones.
    pub bans: f64,
    /// Those that the rest makes less probable, the most first.
    pub findings: Vec<Disagreeing>,
}

/// A finding that the rest of the evidence speaks against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disagreeing {
    /// Its id.
    pub finding: String,
    /// P(it is made) before any other.
    pub alone: f64,
    /// P(it is made | all others): how often the model expects such a thing.
    pub given_rest: f64,
    /// log10 of the first over the second.
    pub bans: f64,
}

/// The marks of one party, counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Display {
    /// Whose marks.
    pub party: String,
    /// Marks that somebody looked for.
    pub looked_for: u64,
    /// Marks that somebody says are there.
    pub found: u64,
    /// P(at least so many) if it is the operator and nobody is framed.
    pub if_own: f64,
    /// P(at least so many) if somebody else frames it.
    pub if_framed: f64,
    /// Whether an owner would hardly leave so many and a framer would more often.
    pub too_good: bool,
}

/// A search that found nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Predicted {
    /// The finding that says so.
    pub finding: String,
    /// Where, when and how somebody looked.
    pub searched: Option<String>,
    /// Per hypothesis: P(it would have been found | hypothesis, all other findings).
    pub found_if: BTreeMap<String, f64>,
}

/// The belief with something left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeaveOneOut {
    /// finding, origin, source, class or family.
    pub kind: String,
    /// Which.
    pub id: String,
    /// The leader then.
    pub leader: String,
    /// All beliefs then.
    pub belief: BTreeMap<String, f64>,
}

/// The belief under a changed assumption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhatIf {
    /// Its id; `default:` begins those that no case asked for.
    pub id: String,
    /// Its name, or its changes.
    pub name: String,
    /// What is changed, one sentence each.
    pub changes: Vec<String>,
    /// The leader then.
    pub leader: String,
    /// All beliefs then.
    pub belief: BTreeMap<String, f64>,
    /// 5 % and 95 % points of the leader then; null where the interval was refused.
    pub interval: Option<[f64; 2]>,
    /// ICD 203 words for that interval.
    pub words: String,
    /// P(operator) then; parents include their units.
    pub operators: BTreeMap<String, f64>,
}

/// Something to get next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Collect {
    /// What.
    pub what: String,
    /// Whom to ask, for what.
    pub ask: String,
    /// Expected drop of entropy over the hypotheses, in bits.
    pub bits: f64,
    /// What it costs, in the case's own unit; absent where the case does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Bits over cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits_per_cost: Option<f64>,
}

/// Whether a standard is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandardResult {
    /// Its id.
    pub id: String,
    /// Whether it is met.
    pub met: bool,
    /// Why, in words and numbers.
    pub why: String,
}

/// An event of the incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// entered, struck, opened, or a note's sentence.
    pub event: String,
    /// When.
    pub at: Moment,
    /// Findings it rests on; empty: the case file.
    pub basis: Vec<String>,
}

/// An anomaly with the file it is in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AnomalyLine {
    /// Path in the case.
    pub path: String,
    /// Stable name.
    pub code: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<AnomalyAt>,
    /// One sentence.
    pub text: String,
}

/// Bytes of an anomaly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AnomalyAt {
    /// Always `byte`.
    pub unit: String,
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// Line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// One input and what was read of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Path in the case, escaped; `!` before a member.
    pub path: String,
    /// Its SHA-256; none where it could not be opened or was not taken.
    pub sha256: Option<ArtifactId>,
    /// Bytes.
    pub bytes: u64,
    /// Kind of evidence.
    pub kind: String,
    /// Reader and version; none where nobody knows the format.
    pub reader: Option<String>,
    /// When it became known.
    pub known: Option<String>,
    /// read, partial, unreadable, ignored.
    pub status: String,
    /// Why it is not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What was looked at.
    pub coverage: ascribe_model::Coverage,
}

/// Whose belief is highest; of equals the smallest id. Empty without answers.
#[must_use]
pub fn highest(beliefs: &BTreeMap<String, f64>) -> String {
    let mut leader: Option<(&String, f64)> = None;
    for (id, belief) in beliefs {
        // The map is sorted by id, so the first of equals stays.
        if leader.is_none_or(|(_, most)| *belief > most) {
            leader = Some((id, *belief));
        }
    }
    leader.map(|(id, _)| id.clone()).unwrap_or_default()
}
