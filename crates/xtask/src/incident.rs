//! One simulated incident: what an analyst would be given of it, and what is true of it.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_assess::build::Question;
use ascribe_intel::Knowledge;
use ascribe_model::Finding;

/// Id of the operator when a state did it that the case does not list.
pub const UNLISTED_STATE: &str = "unlisted-state";
/// Id of the operator when somebody else did it whom the case does not list.
pub const UNLISTED_NONSTATE: &str = "unlisted-nonstate";

/// What is true of an incident; no answerer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// Who did it: an actor's id, [`UNLISTED_STATE`] or [`UNLISTED_NONSTATE`].
    pub operator: String,
    /// Whom the operator wanted blamed, if anybody.
    pub framed: Option<String>,
}

/// An incident as an analyst has it in a case folder, with the truth beside it.
#[derive(Clone, Debug)]
pub struct Incident {
    /// The answers that the analyst put up, with priors; one answer per listed actor, by the actor's id.
    pub question: Question,
    /// Parties, sources, families and infrastructure, with what is publicly believed of them.
    pub knowledge: Knowledge,
    /// What was reported or measured.
    pub findings: Vec<Finding>,
    /// Techniques seen in the incident, as numbers of an imagined catalogue.
    pub techniques: BTreeSet<u16>,
    /// Techniques that each listed actor is known to have used before, by actor id.
    pub earlier: BTreeMap<String, BTreeSet<u16>>,
    /// What is true.
    pub truth: Truth,
}
