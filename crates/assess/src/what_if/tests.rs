//! What-ifs of one small world.

use ascribe_intel::{Actor, Infrastructure, Source};
use ascribe_model::finding::{Grade, Target};
use ascribe_model::words::{About, ActorKind, Kind, Reliability, SourceKind, Tlp};
use ascribe_model::{Moment, Range};

use super::*;
use crate::build::Answer as Asked;

fn said() -> Said {
    let actor = |id: &str| Actor::of(id, ActorKind::State);
    let range = |low, point, high| Range::new(low, point, high).unwrap();
    let knowledge = Knowledge {
        actors: vec![actor("iran"), actor("nk")],
        sources: vec![Source {
            id: "fbi".to_owned(),
            name: "FBI".to_owned(),
            kind: SourceKind::Investigator,
            party: None,
            grade: Some(Reliability::B),
            reliable: None,
            push: None,
            stake: None,
            reason: None,
            known: None,
        }],
        infrastructure: vec![Infrastructure {
            id: "star".to_owned(),
            name: None,
            what: Vec::new(),
            holder: [("nk".to_owned(), range(0.8, 0.95, 0.99))].into(),
            from: None,
            to: None,
            exclusive: Some(range(0.3, 0.7, 0.95)),
            source: Some("fbi".to_owned()),
            known: None,
        }],
        ..Knowledge::default()
    };
    let answer = |id: &str, operator: &str| Asked {
        id: id.to_owned(),
        name: None,
        operators: vec![operator.to_owned()],
        directions: Vec::new(),
        prior: Some(range(0.1, 0.2, 0.3)),
    };
    Said {
        question: Question {
            answers: vec![answer("by-nk", "nk"), answer("by-iran", "iran")],
            ..Question::default()
        },
        knowledge,
        findings: vec![contact()],
    }
}

fn contact() -> Finding {
    Finding {
        id: "n1".to_owned(),
        says: "a contact".to_owned(),
        about: Some(About::Operator),
        points_to: Some(Target::Infrastructure("star".to_owned())),
        source: Some("fbi".to_owned()),
        origin: "fbi-lab".to_owned(),
        grade: Grade {
            reliability: None,
            credibility: Some(2),
        },
        known: Moment::parse("2014-12-19").unwrap(),
        tlp: Tlp::Clear,
        ..Finding::blank("notes", Kind::Contact, "studio")
    }
}

fn belief(changes: &[&str]) -> f64 {
    let changes: Vec<Change> = changes
        .iter()
        .map(|change| match change.split_once('=') {
            Some((path, value)) => Change::set(path, value).unwrap(),
            None => Change::drop(change).unwrap(),
        })
        .collect();
    what_if(&said(), &changes).unwrap().answer.posterior["by-nk"]
}

#[test]
fn no_change_is_the_case_itself() {
    let built = build(
        &said().question,
        &said().knowledge,
        &said().findings,
        Overlaps::Dependent,
        OwnNumbers::Used,
    );
    let answer = weigh::believe(&built.unwrap().model).unwrap();
    assert_eq!(belief(&[]), answer.posterior["by-nk"]);
}

#[test]
fn assumptions_move_the_belief_the_way_they_should() {
    let now = belief(&[]);
    assert!(belief(&["source:fbi.reliable=1"]) > now);
    assert!(belief(&["source:fbi.reliable=0"]) < now);
    assert!(belief(&["infrastructure:star.exclusive=high"]) > now);
    assert!(belief(&["infrastructure:star.exclusive=low"]) < now);
    assert!(belief(&["infrastructure:star.holder.nk=0.1"]) < now);
    assert!(belief(&["infrastructure:star.holder.iran=0.9"]) < now);
    assert!(belief(&["hypothesis:by-nk.prior=high"]) > now);
    assert!(belief(&["deception.default=high"]) < now);
    assert!(
        belief(&["source:fbi.reliable=1", "infrastructure:star.exclusive=high"])
            > belief(&["source:fbi.reliable=1"])
    );
}

#[test]
fn the_points_of_the_case_change_nothing() {
    let now = belief(&[]);
    for number in [
        "source:fbi.reliable",
        "source:fbi.push",
        "infrastructure:star.exclusive",
        "infrastructure:star.holder.nk",
        "hypothesis:by-nk.prior",
        "deception.default",
    ] {
        let then = belief(&[&format!("{number}=point")]);
        assert!((then - now).abs() < 1e-12, "{number}: {then} for {now}");
    }
}

#[test]
fn what_is_left_out_is_gone_and_takes_its_labels_along() {
    let prior = what_if(
        &Said {
            findings: Vec::new(),
            ..said()
        },
        &[],
    )
    .unwrap()
    .answer
    .posterior["by-nk"];
    for what in [
        "finding:n1",
        "origin:fbi-lab",
        "source:fbi",
        "infrastructure:star",
    ] {
        assert!((belief(&[what]) - prior).abs() < 1e-12, "{what}");
    }
    let mut other = said();
    other.findings[0].source = None;
    let then = what_if(&other, &[Change::drop("source:fbi").unwrap()]).unwrap();
    assert!(
        then.built.model.findings.is_empty(),
        "the holder was the source's word: a trace to nobody weighs nothing"
    );
}

#[test]
fn what_is_not_there_cannot_be_changed() {
    for (path, value) in [
        ("source:cia.reliable", "1"),
        ("infrastructure:moon.exclusive", "high"),
        ("infrastructure:star.holder.moon", "0.5"),
        ("family:seoul.shared", "low"),
        ("hypothesis:by-moon.prior", "0.5"),
        ("deception.moon", "0.5"),
    ] {
        let asked = what_if(&said(), &[Change::set(path, value).unwrap()]);
        assert!(matches!(asked, Err(WhatIfError::NotThere(_))), "{path}");
    }
    for what in [
        "finding:n2",
        "origin:moon",
        "source:cia",
        "family:seoul",
        "infrastructure:moon",
    ] {
        let asked = what_if(&said(), &[Change::drop(what).unwrap()]);
        assert!(matches!(asked, Err(WhatIfError::NotThere(_))), "{what}");
    }
    let end = what_if(
        &said(),
        &[Change::set("infrastructure:star.holder.iran", "low").unwrap()],
    );
    assert!(matches!(end, Err(WhatIfError::NoRange(_))));
}

#[test]
fn paths_are_read_and_written_the_same() {
    for path in [
        "source:a.b.reliable",
        "source:a.push",
        "infrastructure:star-kp.exclusive",
        "infrastructure:a.b.holder.nk",
        "family:f.shared",
        "family:f.label.nk",
        "hypothesis:h.prior",
        "deception.default",
    ] {
        assert_eq!(Number::parse(path).unwrap().to_string(), path);
    }
    for path in [
        "",
        "source:fbi",
        "source:.reliable",
        "infrastructure:a.label.nk",
        "fbi.reliable",
        "family:f.label.",
    ] {
        assert!(Number::parse(path).is_err(), "{path}");
    }
    for value in ["", "1.1", "-0.1", "NaN", "highest"] {
        assert!(To::parse(value).is_err(), "{value}");
    }
    for what in ["fbi", "finding:", "sauce:fbi"] {
        assert!(Change::drop(what).is_err(), "{what}");
    }
}
