//! What the bundle says, and what it must not say. `assessment.json` is the sample of the report's tests as it is stored.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet};

use ascribe_assess::assessment::Assessment;
use ascribe_exchange::{Exported, ExportedIndicator, ExportedParty, IndicatorKind, stix_bundle};
use ascribe_model::words::Tlp;
use serde_json::Value;

fn sample() -> Assessment {
    serde_json::from_str(include_str!("assessment.json")).unwrap()
}

fn bundle(assessment: &Assessment, operators: &[&str], name: &str) -> (String, Vec<Value>) {
    let parties = [
        ExportedParty {
            id: "nk".to_owned(),
            name: name.to_owned(),
            kind: "state".to_owned(),
            aliases: vec![name.to_owned()],
        },
        ExportedParty {
            id: "iran".to_owned(),
            name: "Iran".to_owned(),
            kind: "state".to_owned(),
            aliases: Vec::new(),
        },
    ];
    let operators: BTreeMap<String, Vec<String>> = [(
        "nk-directed".to_owned(),
        operators.iter().map(|id| (*id).to_owned()).collect(),
    )]
    .into();
    let indicators = [ExportedIndicator {
        finding: "n1".to_owned(),
        kind: IndicatorKind::Url,
        value: "http://relay.example/it's\\".to_owned(),
    }];
    let text = stix_bundle(
        assessment,
        &Exported {
            parties: &parties,
            operators: &operators,
            indicators: &indicators,
        },
    );
    let objects = serde_json::from_str::<Value>(&text).unwrap()["objects"]
        .as_array()
        .unwrap()
        .clone();
    (text, objects)
}

fn attributions(objects: &[Value]) -> Vec<&Value> {
    objects
        .iter()
        .filter(|object| object["relationship_type"] == "attributed-to")
        .collect()
}

#[test]
fn a_leader_whose_low_end_is_likely_is_attributed_with_its_belief() {
    let (_, objects) = bundle(&sample(), &["nk"], "North Korea");
    let found = attributions(&objects);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["confidence"], 66);
    let actor = objects
        .iter()
        .find(|object| object["id"] == found[0]["target_ref"])
        .unwrap();
    assert_eq!(actor["name"], "North Korea");
}

#[test]
fn doubt_two_operators_or_no_interval_attribute_to_nobody() {
    let change = |change: fn(&mut Assessment)| {
        let mut assessment = sample();
        change(&mut assessment);
        assessment
    };
    for (assessment, operators) in [
        (change(|it| it.hypotheses[0].belief.low = Some(0.54)), vec!["nk"]),
        (change(|it| it.hypotheses[0].belief.low = None), vec!["nk"]),
        (change(|it| it.hypotheses.reverse()), vec!["nk", "iran"]),
        (sample(), vec!["somebody-not-listed"]),
    ] {
        let (_, objects) = bundle(&assessment, &operators, "North Korea");
        assert!(attributions(&objects).is_empty());
        let notes = objects.iter().filter(|object| object["type"] == "note").count();
        assert_eq!(notes, assessment.hypotheses.len() + 1);
    }
}

#[test]
fn every_reference_is_in_the_bundle_and_every_id_is_there_once() {
    let (_, objects) = bundle(&sample(), &["nk"], "North Korea");
    let ids: BTreeSet<&str> = objects
        .iter()
        .map(|object| object["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), objects.len());
    for object in &objects {
        for (field, value) in object.as_object().unwrap() {
            let named: Vec<&Value> = match value {
                Value::Array(all) if field.ends_with("_refs") => all.iter().collect(),
                one if field.ends_with("_ref") => vec![one],
                _ => Vec::new(),
            };
            assert!(
                named.iter().all(|id| ids.contains(id.as_str().unwrap())),
                "{field}"
            );
        }
    }
}

#[test]
fn every_object_bears_the_marking_of_the_whole() {
    for tlp in Tlp::ALL {
        let mut assessment = sample();
        assessment.tlp = *tlp;
        let (_, objects) = bundle(&assessment, &["nk"], "North Korea");
        let marking = objects
            .iter()
            .find(|object| object["type"] == "marking-definition")
            .unwrap();
        assert_eq!(marking["name"], format!("TLP:{tlp}"));
        for object in objects
            .iter()
            .filter(|object| !matches!(object["type"].as_str(), Some("marking-definition" | "identity")))
        {
            assert_eq!(object["object_marking_refs"][0], marking["id"]);
        }
    }
}

#[test]
fn the_same_assessment_gives_the_same_bytes() {
    assert_eq!(
        bundle(&sample(), &["nk"], "North Korea").0,
        bundle(&sample(), &["nk"], "North Korea").0
    );
}

#[test]
fn hostile_names_are_bounded_and_patterns_are_quoted() {
    let (text, objects) = bundle(
        &sample(),
        &["nk"],
        &format!("\u{1b}[2J\u{0}{}", "x".repeat(10_000)),
    );
    assert!(!text.contains("\\u001b") && !text.contains("\\u0000"));
    assert!(objects.iter().all(|object| {
        object["name"]
            .as_str()
            .is_none_or(|name| name.chars().count() <= 200)
    }));
    let indicator = objects
        .iter()
        .find(|object| object["type"] == "indicator")
        .unwrap();
    assert_eq!(
        indicator["pattern"],
        r"[url:value = 'http://relay.example/it\'s\\']"
    );
}
