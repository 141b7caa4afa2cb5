//! One small world for every rule of METHOD section 3, and the laws of section 7 that concern the builder.

mod answers;
mod numbers;
mod sources;
mod stances;
mod targets;
mod traces;

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::{Actor, Family, Infrastructure, Knowledge, Source};
use ascribe_model::finding::{Measured, Overrides, Signed, Target};
use ascribe_model::words::{
    About, ActorKind, Basis, Class, Direction, Kind, Reliability, SourceKind, Stance, Tlp,
};
use ascribe_model::{Finding, Moment, Range};

use super::{Answer, BuildError, Built, Overlaps, OwnNumbers, Question, build};
use crate::weigh::{believe, weigh};

fn actor(id: &str, kind: ActorKind, parent: Option<&str>) -> Actor {
    Actor {
        name: id.to_uppercase(),
        parent: parent.map(str::to_owned),
        ..Actor::of(id, kind)
    }
}

fn source(id: &str, kind: SourceKind, grade: Option<Reliability>) -> Source {
    Source {
        id: id.to_owned(),
        name: id.to_owned(),
        kind,
        party: None,
        grade,
        reliable: None,
        push: None,
        stake: None,
        reason: None,
        known: None,
    }
}

fn range(low: f64, point: f64, high: f64) -> Range {
    Range::new(low, point, high).unwrap()
}

fn world() -> Knowledge {
    let mut knowledge = Knowledge {
        actors: vec![
            actor("insider", ActorKind::Insider, None),
            actor("iran", ActorKind::State, None),
            actor("nk", ActorKind::State, None),
            actor("rgb", ActorKind::Agency, Some("nk")),
            actor("unit", ActorKind::Unit, Some("rgb")),
        ],
        sources: vec![
            source("accused", SourceKind::Accused, Some(Reliability::E)),
            source("fbi", SourceKind::Investigator, Some(Reliability::B)),
            source("lab", SourceKind::Own, None),
            source("persona", SourceKind::Claimant, Some(Reliability::E)),
            source("press", SourceKind::Press, None),
        ],
        families: vec![Family {
            id: "seoul".to_owned(),
            name: None,
            label: BTreeMap::from([("nk".to_owned(), range(0.4, 0.7, 0.88))]),
            shared: Some(range(0.01, 0.03, 0.1)),
            source: Some("kcc".to_owned()),
            known: None,
        }],
        infrastructure: vec![Infrastructure {
            id: "star".to_owned(),
            name: None,
            what: Vec::new(),
            holder: BTreeMap::from([("nk".to_owned(), range(0.8, 0.95, 0.99))]),
            from: None,
            to: None,
            exclusive: Some(range(0.3, 0.7, 0.95)),
            source: None,
            known: None,
        }],
        ..Knowledge::default()
    };
    knowledge.sources[0].party = Some("nk".to_owned());
    knowledge.sources[0].stake = Some("the accused".to_owned());
    knowledge.sources[3].stake = Some("the attacker".to_owned());
    knowledge
}

fn question() -> Question {
    let answer = |id: &str, operators: &[&str], prior: f64| Answer {
        id: id.to_owned(),
        name: None,
        operators: operators.iter().map(|id| (*id).to_owned()).collect(),
        directions: Vec::new(),
        prior: Some(Range::exactly(prior)),
    };
    Question {
        answers: vec![
            answer("by-nk", &["nk"], 0.2),
            answer("by-iran", &["iran"], 0.2),
            answer("by-insider", &["insider"], 0.2),
        ],
        deception: BTreeMap::new(),
    }
}

/// A finding of our own: the class of its kind, a trace of its own, known in 2014.
fn finding(id: &str, kind: Kind, stance: Stance, points_to: &str) -> Finding {
    Finding {
        id: id.to_owned(),
        stance,
        says: id.to_owned(),
        points_to: (!points_to.is_empty()).then(|| Target::try_from(points_to.to_owned()).unwrap()),
        origin: format!("origin of {id}"),
        known: Moment::parse("2014-12-01").unwrap(),
        tlp: Tlp::Clear,
        ..Finding::blank("notes", kind, "studio")
    }
}

fn from(source: &str, mut finding: Finding) -> Finding {
    finding.source = Some(source.to_owned());
    finding
}

fn built_in(knowledge: &Knowledge, findings: &[Finding]) -> Built {
    build(
        &question(),
        knowledge,
        findings,
        Overlaps::Dependent,
        OwnNumbers::Used,
    )
    .unwrap()
}

fn built(findings: &[Finding]) -> Built {
    built_in(&world(), findings)
}

fn belief(findings: &[Finding]) -> BTreeMap<String, f64> {
    believe(&built(findings).model).unwrap().posterior
}

/// Movement of the log10 odds of `hypothesis` by `findings`.
fn moved(findings: &[Finding], hypothesis: &str) -> f64 {
    let odds = |p: f64| libm::log10(p / (1.0 - p));
    odds(belief(findings)[hypothesis]) - odds(belief(&[])[hypothesis])
}

fn weighs(findings: &[Finding], id: &str) -> f64 {
    built(findings).lines[id]
        .weight
        .map_or(0.0, |weight| weight.point)
}

fn same(one: &BTreeMap<String, f64>, other: &BTreeMap<String, f64>) -> bool {
    one.len() == other.len() && one.iter().all(|(id, p)| (p - other[id]).abs() < 1e-12)
}
