//! What an engine or a note suggests: one likelihood about one proposition, with basis, origin and source.
//!
//! Source: METHOD sections 1 to 3; CASE, "A note" and "out/assessment.json".

use serde::{Deserialize, Serialize};

use crate::moment::{Day, Moment};
use crate::numbers::Range;
use crate::place::Provenance;
use crate::words::{About, Class, Direction, Kind, Reliability, Stance, Tlp};

/// What a finding points to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Target {
    /// `actor:ID`
    Actor(String),
    /// `family:ID`
    Family(String),
    /// `infrastructure:ID`
    Infrastructure(String),
    /// `hypothesis:ID`
    Hypothesis(String),
    /// `direction:WORD`
    Direction(Direction),
}

/// Says that a text is no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` points to nothing: expected actor:ID, family:ID, infrastructure:ID, hypothesis:ID or direction:WORD"
)]
pub struct TargetError(String);

impl TryFrom<String> for Target {
    type Error = TargetError;
    fn try_from(text: String) -> Result<Self, TargetError> {
        let target = match text.split_once(':') {
            Some((_, "")) => None,
            Some(("actor", id)) => Some(Self::Actor(id.to_owned())),
            Some(("family", id)) => Some(Self::Family(id.to_owned())),
            Some(("infrastructure", id)) => Some(Self::Infrastructure(id.to_owned())),
            Some(("hypothesis", id)) => Some(Self::Hypothesis(id.to_owned())),
            Some(("direction", word)) => Direction::parse(word).map(Self::Direction),
            _ => None,
        };
        target.ok_or(TargetError(text))
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Actor(id) => write!(out, "actor:{id}"),
            Self::Family(id) => write!(out, "family:{id}"),
            Self::Infrastructure(id) => write!(out, "infrastructure:{id}"),
            Self::Hypothesis(id) => write!(out, "hypothesis:{id}"),
            Self::Direction(word) => write!(out, "direction:{word}"),
        }
    }
}

/// An Admiralty grade: letter for the source, digit 1..=6 for the item. Either may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grade {
    /// How reliable the source is.
    pub reliability: Option<Reliability>,
    /// How credible the item is, 1..=6.
    pub credibility: Option<u8>,
}

/// Numbers that replace the class's defaults; each was set with a reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overrides {
    /// Hit rate.
    pub hit: Option<Range>,
    /// Rarity.
    pub rarity: Option<Range>,
    /// Forgeability.
    pub forgeability: Option<Range>,
    /// P(said | present).
    pub if_present: Option<Range>,
    /// P(said | absent).
    pub if_absent: Option<Range>,
    /// P(said | planted).
    pub if_planted: Option<Range>,
}

impl Overrides {
    /// Whether none is set.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.hit.is_none()
            && self.rarity.is_none()
            && self.forgeability.is_none()
            && self.if_present.is_none()
            && self.if_absent.is_none()
            && self.if_planted.is_none()
    }
}

/// A weight that an analyst set by hand and signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signed {
    /// Bans: low, point, high.
    pub weight_bans: Range,
    /// By whom.
    pub by: String,
}

/// A likelihood ratio from reference data, with the bound beyond which none is emitted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// log10 of the ratio: low, point, high.
    pub bans: Range,
    /// Bound in bans (ELUB or the cap by independent families).
    pub bound: f64,
}

/// One suggestion about one proposition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// A note's file name without `.md`, or `engine:` and 12 hex digits.
    pub id: String,
    /// `notes`, `addresses`, `contacts`, `code` …
    pub engine: String,
    /// Kind.
    pub kind: Kind,
    /// Stance.
    pub stance: Stance,
    /// One sentence for people.
    pub says: String,
    /// The proposition.
    pub about: Option<About>,
    /// What it points to.
    pub points_to: Option<Target>,
    /// With `about = owner`: the family or infrastructure whose owner is meant.
    pub of: Option<Target>,
    /// Findings with one `fact` are about one trace; absent: a trace of its own.
    pub fact: Option<String>,
    /// Class of the trace; absent: by kind.
    pub class: Option<Class>,
    /// Numbers other than the class's.
    pub overrides: Overrides,
    /// A signed weight.
    pub signed: Option<Signed>,
    /// A measured weight.
    pub measured: Option<Measured>,
    /// Why numbers were set.
    pub reason: Option<String>,
    /// Who reports; absent: our own measurement.
    pub source: Option<String>,
    /// The one event of collection behind it.
    pub origin: String,
    /// Through whom, from the origin to us.
    pub via: Vec<String>,
    /// Grade.
    pub grade: Grade,
    /// `attacker-released`, `same-samples` …
    pub rests_on: Option<String>,
    /// Origins that it may share.
    pub may_overlap: Vec<String>,
    /// The finding that it takes back.
    pub retracts: Option<String>,
    /// Where, when and how it was searched (stance `absent`).
    pub searched: Option<String>,
    /// When it happened.
    pub happened: Option<Moment>,
    /// When it became known.
    pub known: Moment,
    /// Marking.
    pub tlp: Tlp,
    /// The incident it belongs to.
    pub incident: String,
    /// Free prose of a note.
    pub prose: String,
    /// What it stands on.
    pub provenance: Vec<Provenance>,
}

impl Finding {
    /// A finding of `engine` with nothing in it but what it is of: asserted, undated, TLP:AMBER.
    #[must_use]
    pub fn blank(engine: &str, kind: Kind, incident: &str) -> Self {
        Self {
            id: String::new(),
            engine: engine.to_owned(),
            kind,
            stance: Stance::Asserts,
            says: String::new(),
            about: None,
            points_to: None,
            of: None,
            fact: None,
            class: None,
            overrides: Overrides::default(),
            signed: None,
            measured: None,
            reason: None,
            source: None,
            origin: String::new(),
            via: Vec::new(),
            grade: Grade::default(),
            rests_on: None,
            may_overlap: Vec::new(),
            retracts: None,
            searched: None,
            happened: None,
            known: Moment::of_day(Day::ZERO),
            tlp: Tlp::Amber,
            incident: incident.to_owned(),
            prose: String::new(),
            provenance: Vec::new(),
        }
    }
}

/// `engine:` and the first 12 hex digits of a SHA-256 over engine, trace, artifact and span (CASE).
#[must_use]
pub fn engine_finding_id(engine: &str, trace: &str, stands_on: &Provenance) -> String {
    let text = format!(
        "{engine}\n{trace}\n{}\n{}..{}",
        stands_on.sha256, stands_on.span.start, stands_on.span.end
    );
    let digest = crate::place::ArtifactId::of(text.as_bytes()).hex();
    format!("engine:{}", digest.get(..12).unwrap_or_default())
}
