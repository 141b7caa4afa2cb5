//! The model file: what `ascribe weigh` reads and every run writes as `out/model.json`.
//!
//! Format `ascribe-model/1` (CASE, "The model file"). Any number may be `[low, point, high]`.

mod check;
mod once;

use std::collections::BTreeMap;

use ascribe_model::Range;
use serde::{Deserialize, Serialize};

pub use check::ModelError;

/// The only format that is read.
pub const FORMAT: &str = "ascribe-model/1";
/// The directions, in the order of all tables.
pub const DIRECTIONS: [&str; 4] = ["directed", "encouraged", "tolerated", "independent"];
/// The owner that stands for nobody in the label of a subject.
pub const OTHER: &str = "(other)";
/// Care spread where a trace says none (METHOD section 2).
pub const CARE_DEFAULT: f64 = 0.8;
/// P(held | owner is "other" and the operator is unlisted) where a subject says none (METHOD section 2).
pub const OTHER_IS_UNLISTED_DEFAULT: f64 = 0.1;
/// P(the operator frames somebody) where the model says none (METHOD section 2).
pub const DECEPTION_DEFAULT: f64 = 0.08;

/// What a finding without a trace is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The operator: actor ids.
    Operator,
    /// The direction.
    Direction,
    /// The hypothesis: hypothesis ids.
    Hypothesis,
    /// The owner of a subject: actor ids and `(other)`.
    Owner,
}

impl Over {
    /// The unknown of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "operator" => Some(Self::Operator),
            "direction" => Some(Self::Direction),
            "hypothesis" => Some(Self::Hypothesis),
            "owner" => Some(Self::Owner),
            _ => None,
        }
    }
}

/// The whole model: unknowns, priors and findings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Always `ascribe-model/1`.
    pub format: String,
    /// Every party that may be the operator.
    pub actors: Vec<Actor>,
    /// The answers; disjoint sets of (operator, direction).
    pub hypotheses: Vec<Hypothesis>,
    /// P(the operator frames somebody), per operator id, with `default`.
    #[serde(default, deserialize_with = "once::map")]
    pub deception: BTreeMap<String, Range>,
    /// Who reports.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// Families and infrastructures whose owner is uncertain.
    #[serde(default)]
    pub subjects: Vec<Subject>,
    /// Facts about the incident that point to an actor or a subject.
    #[serde(default)]
    pub traces: Vec<Trace>,
    /// What is suggested about traces, operator, direction, hypothesis or owner.
    #[serde(default)]
    pub findings: Vec<Finding>,
}

/// A party.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Its id.
    pub id: String,
    /// Whether somebody might blame it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frameable: bool,
    /// Whether it stands for parties the case does not list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unlisted: bool,
    /// Parties whose traces are its own and whom it never frames.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
}

/// An answer to the case's question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hypothesis {
    /// Its id.
    pub id: String,
    /// Actor ids.
    pub operators: Vec<String>,
    /// directed, encouraged, tolerated, independent; absent: all four.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directions: Option<Vec<String>>,
    /// Prior; points are normalised to 1.
    pub prior: Range,
}

/// Who reports, with a reliability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// P(reliable).
    pub reliable: Range,
    /// P(an unreliable source says it, whatever the facts).
    pub push: Range,
    /// Members of a class share one draw per field in the interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
}

/// A code family or an infrastructure whose owner is itself uncertain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its id.
    pub id: String,
    /// P(owner = actor); the rest is "other".
    #[serde(default, deserialize_with = "once::map")]
    pub label: BTreeMap<String, Range>,
    /// P(a party that does not own it holds it).
    pub shared: Range,
    /// P(held | owner is "other" and the operator is unlisted).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_is_unlisted: Option<Range>,
    /// Shared draw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Whose word the label is. Only for leaving that source out; has no part in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The label without that source: whom others still call the owner, at an even share.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "once::map"
    )]
    pub label_without_source: BTreeMap<String, Range>,
}

impl Subject {
    /// The owner that its label makes likeliest; of equals the smallest id, none without a label.
    #[must_use]
    pub fn likeliest_owner(&self) -> Option<&str> {
        let mut best: Option<(&str, f64)> = None;
        for (owner, label) in &self.label {
            // The map is sorted by id, so the first of equals stays.
            if best.is_none_or(|(_, most)| label.point() > most) {
                best = Some((owner, label.point()));
            }
        }
        best.map(|(owner, _)| owner)
    }
}

/// A fact about the incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// Its id.
    pub id: String,
    /// Shared draw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// An actor's or a subject's id.
    pub points_to: String,
    /// Hit rate c.
    pub hit: Range,
    /// Rarity r.
    pub rarity: Range,
    /// Forgeability φ.
    pub forgeability: Range,
    /// Care spread s; .8 unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<Range>,
}

/// One likelihood: about a trace (`trace`), or over operator, direction, hypothesis or owner (`over`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Its id.
    pub id: String,
    /// The trace that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// Whether it says "present" (default) or "not present".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<bool>,
    /// operator, direction, hypothesis or owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<String>,
    /// With `over = "owner"`: the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// With `over`: P(it is said | value); `else` for values not named.
    #[serde(
        default,
        deserialize_with = "once::maybe",
        skip_serializing_if = "Option::is_none"
    )]
    pub likelihood: Option<BTreeMap<String, Range>>,
    /// With `over`: whom it is toward (the default bloc).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toward: Option<String>,
    /// The source's id; absent: no reliability node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The event of collection behind it; absent: its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// P(says present | present).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_present: Option<Range>,
    /// P(says present | absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_absent: Option<Range>,
    /// P(says present | planted); absent: `if_present`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_planted: Option<Range>,
    /// Names the bloc that one unreliable draw explains, with source and `says`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bloc: Option<String>,
    /// Shared draw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// How many hands it went through; breaks ties among copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<u32>,
    /// When it became known; breaks ties among copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
}
