//! Determinism, shapes, and that each mechanism really comes up; no test of how well anybody answers.

use std::collections::BTreeSet;

use ascribe_model::finding::Target;

use super::tally::Tally;
use super::world::World;
use super::{counted, incident};

#[test]
fn the_same_numbers_give_the_same_incident() {
    let texts: BTreeSet<String> = (0..20)
        .map(|number| format!("{:?}", incident(3, number)))
        .collect();
    let again: BTreeSet<String> = (0..20)
        .rev()
        .map(|number| format!("{:?}", incident(3, number)))
        .collect();
    assert_eq!(texts, again);
    assert_eq!(texts.len(), 20);
}

#[test]
fn everything_that_is_named_exists() {
    for number in 0..300 {
        let made = incident(1, number);
        let listed: BTreeSet<&str> = made
            .question
            .answers
            .iter()
            .map(|answer| answer.id.as_str())
            .collect();
        assert!((4..=9).contains(&listed.len()), "{}", listed.len());
        assert_eq!(made.question.answers.len(), listed.len());
        let points: f64 = made
            .question
            .answers
            .iter()
            .map(|answer| answer.prior.unwrap().point())
            .sum();
        assert!(points > 0.3 && points <= 0.93, "{points}");
        assert_eq!(
            made.earlier.keys().map(String::as_str).collect::<BTreeSet<_>>(),
            listed
        );
        for id in std::iter::once(&made.truth.operator).chain(&made.truth.framed) {
            assert!(
                listed.contains(id.as_str()) || id.starts_with("unlisted-"),
                "{id}"
            );
        }
        if listed.contains(made.truth.operator.as_str()) {
            assert_ne!(made.truth.framed.as_ref(), Some(&made.truth.operator));
        }
        for actor in &made.knowledge.actors {
            assert!(listed.contains(actor.id.as_str()));
            assert!(
                actor
                    .parent
                    .as_deref()
                    .is_none_or(|parent| listed.contains(parent))
            );
        }
        let ids: BTreeSet<&str> = made.findings.iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!(ids.len(), made.findings.len());
        assert!(ids.len() <= 60);
        let last = made.findings.iter().map(|finding| finding.known.last_day()).max();
        for finding in &made.findings {
            match finding.points_to.iter().chain(&finding.of).next() {
                Some(Target::Actor(id)) => assert!(listed.contains(id.as_str()), "{id}"),
                Some(Target::Family(id)) => assert!(made.knowledge.family(id).is_some(), "{id}"),
                Some(Target::Infrastructure(id)) => {
                    assert!(made.knowledge.infrastructure(id).is_some(), "{id}")
                }
                Some(_) => panic!("neither a hypothesis nor a direction is pointed to"),
                None => {}
            }
            assert!(
                made.knowledge
                    .source(finding.source.as_deref().unwrap())
                    .is_some()
            );
            assert!(finding.via.iter().all(|id| made.knowledge.source(id).is_some()));
            assert!(finding.retracts.as_deref().is_none_or(|id| ids.contains(id)));
            assert_eq!(finding.searched.is_some(), finding.stance.text() == "absent");
            assert!(!finding.origin.is_empty());
        }
        for place in &made.knowledge.infrastructure {
            assert!(place.holder.keys().all(|id| listed.contains(id.as_str())));
            assert!(place.known.as_ref().unwrap().last_day() <= last.unwrap());
        }
        for family in &made.knowledge.families {
            assert!(family.label.keys().all(|id| listed.contains(id.as_str())));
        }
    }
}

/// Each mechanism and between which shares of 2,000 incidents it comes up (times per 100 incidents).
const BOUNDS: &[(&str, f64, f64)] = &[
    ("findings", 400.0, 2000.0),
    ("no finding", 0.1, 15.0),
    ("operator not listed", 4.0, 45.0),
    ("operator listed as a unit", 0.3, 20.0),
    ("operator: of a state", 25.0, 65.0),
    ("operator: crew", 15.0, 50.0),
    ("operator: activists", 3.0, 25.0),
    ("operator: insider", 4.0, 25.0),
    ("framing: nobody", 85.0, 97.0),
    ("framing: a mark", 0.5, 6.0),
    ("framing: borrowed code", 0.1, 3.0),
    ("framing: forged header", 0.05, 2.0),
    ("framing: taken-over servers", 0.1, 3.0),
    ("framing: another's name", 0.3, 5.0),
    ("framing: thorough", 0.1, 3.0),
    ("leaked tool in other hands", 2.0, 60.0),
    ("planted trace told", 3.0, 80.0),
    ("planted trace unmasked", 0.2, 15.0),
    ("error of an honest reporter", 2.0, 60.0),
    ("likeness found, right", 5.0, 150.0),
    ("likeness found, wrong", 10.0, 150.0),
    ("search without find told", 3.0, 60.0),
    ("search without find never told", 100.0, 600.0),
    ("bare suspicion, right", 1.0, 30.0),
    ("bare suspicion, wrong", 3.0, 50.0),
    ("official accusation, right", 5.0, 50.0),
    ("official accusation, wrong", 1.0, 25.0),
    ("ally joins, origin stated", 1.0, 40.0),
    ("ally joins as if on its own", 1.0, 40.0),
    ("accusation by a rival", 2.0, 25.0),
    ("persona claims", 10.0, 60.0),
    ("invented persona", 2.0, 25.0),
    ("claim by a stranger", 0.2, 10.0),
    ("nobody claims", 30.0, 90.0),
    ("denial", 20.0, 200.0),
    ("silence of the blamed", 30.0, 400.0),
    ("copy, origin stated", 50.0, 500.0),
    ("copy, origin not stated", 30.0, 400.0),
    ("copy, origin wrong", 15.0, 300.0),
    ("copied by dozens", 1.0, 15.0),
    ("doubt of what is right", 2.0, 60.0),
    ("doubt of what is wrong", 2.0, 90.0),
    ("taken back the next day", 0.5, 15.0),
    ("taken back later", 0.5, 15.0),
    ("owner of a family affirmed", 0.5, 20.0),
    ("owner of a family disputed", 0.5, 20.0),
    ("excluded, right", 2.0, 15.0),
    ("insider suspected, wrong", 0.5, 8.0),
    ("threat before the deed", 0.5, 10.0),
    ("government names nobody", 2.0, 25.0),
    ("outage", 0.5, 8.0),
];

#[test]
fn each_mechanism_comes_up_within_bounds() {
    let mut sum = Tally::default();
    for seed in 0..20 {
        let world = World::new(seed);
        for number in 0..100 {
            for (what, times) in counted(&world, seed, number).1.0 {
                sum.of(what, times);
            }
        }
    }
    // Shown with --nocapture; the decision record has the counts.
    println!("{:#?}", sum.0);
    assert_eq!(sum.0.get("incidents"), Some(&2000));
    let off: Vec<String> = BOUNDS
        .iter()
        .filter_map(|(what, low, high)| {
            let times = sum.0.get(what).copied().unwrap_or(0);
            let share = times as f64 / 20.0;
            (share < *low || share > *high).then(|| format!("{what}: {share} per 100"))
        })
        .collect();
    assert!(off.is_empty(), "{off:#?}\nof {:#?}", sum.0);
}
