//! Who is said to use which techniques, in files of other people: ATT&CK, MISP galaxies and events, Navigator layers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]

mod support;

use std::collections::BTreeSet;

use ascribe_model::observation::{Intelligence, Techniques};
use ascribe_model::{Reading, Saw};
use ascribe_readers::intelligence::READER;
use support::{detected, read};

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/intelligence");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

fn told(reading: &Reading) -> Vec<&Techniques> {
    let seen = reading.observations.iter();
    seen.filter_map(|seen| match &seen.saw {
        Saw::Techniques(profile) => Some(profile.as_ref()),
        _ => None,
    })
    .collect()
}

fn items(reading: &Reading) -> Vec<&Intelligence> {
    let seen = reading.observations.iter();
    seen.filter_map(|seen| match &seen.saw {
        Saw::Intelligence(item) => Some(item.as_ref()),
        _ => None,
    })
    .collect()
}

#[test]
fn uses_and_citations_of_attack_agree_with_stix2() {
    let bytes = fixture("attack-15-cut.json");
    let (reading, _) = read(&READER, &bytes);
    let found: BTreeSet<(String, usize, usize)> = told(&reading)
        .iter()
        .map(|one| {
            let techniques: BTreeSet<&str> = one.uses.iter().map(|of| of.technique.as_str()).collect();
            let cited: BTreeSet<&str> = one
                .uses
                .iter()
                .flat_map(|of| &of.citations)
                .map(String::as_str)
                .collect();
            (one.names[0].clone(), techniques.len(), cited.len())
        })
        .collect();
    // Printed by fixtures/cut_intel.py with stix2 3.0.2.
    let expected = [("Elderwood", 9, 4), ("Transparent Tribe", 14, 5), ("C0011", 8, 1)];
    assert_eq!(
        found,
        expected
            .map(|(name, used, cited)| (name.to_owned(), used, cited))
            .into()
    );
    let campaign = told(&reading)
        .into_iter()
        .find(|one| one.kind == "campaign")
        .unwrap()
        .clone();
    assert_eq!(campaign.attributed_to[0], "Transparent Tribe");
    assert_eq!(campaign.author.as_deref(), Some("The MITRE Corporation"));
    let revoked = reading
        .anomalies
        .iter()
        .filter(|odd| odd.code == "intelligence.revoked");
    assert_eq!(revoked.count(), 1, "Charming Kitten");
    assert!(items(&reading).iter().all(|item| item.name != "Charming Kitten"));
    assert_eq!(reading.coverage.dropped, 0);
}

#[test]
fn clusters_are_items_with_their_synonyms_and_related_techniques() {
    let bytes = fixture("galaxy-threat-actor-cut.json");
    let (reading, _) = read(&READER, &bytes);
    let names: Vec<(&str, usize)> = items(&reading)
        .iter()
        .map(|item| (item.name.as_str(), item.attributed_to.len()))
        .collect();
    // A synonym that only differs in case from a name before it is the same name.
    assert_eq!(names.len(), 2);
    assert!(
        names
            .iter()
            .any(|(name, count)| *name == "Turla" && (24..=26).contains(count)),
        "{names:?}"
    );
    assert!(
        names
            .iter()
            .any(|(name, count)| *name == "Lazarus Group" && (38..=41).contains(count)),
        "{names:?}"
    );
    let bytes = fixture("galaxy-mitre-intrusion-set-cut.json");
    let (reading, _) = read(&READER, &bytes);
    let [profile] = told(&reading)[..] else {
        panic!("one profile")
    };
    assert_eq!((profile.names[0].as_str(), profile.uses.len()), ("Elderwood", 12));
    assert!(
        profile.uses.iter().all(|of| of.technique.len() == 36),
        "ids of clusters in another file"
    );
}

#[test]
fn a_layer_gives_what_is_marked_and_not_switched_off() {
    let layer = br##"{"name":"What we saw","versions":{"attack":"15","navigator":"5.1.0","layer":"4.5"},"domain":"enterprise-attack","description":"d",
"techniques":[{"techniqueID":"T1566.001","tactic":"initial-access","score":1,"color":"","comment":"mail from 198.51.100.7","enabled":true},
{"techniqueID":"T1059","tactic":"execution","enabled":true,"showSubtechniques":true},
{"techniqueID":"T1485","tactic":"impact","color":"#ff6666","enabled":false},
{"techniqueID":"T1105","tactic":"command-and-control","color":"#ff6666"},7]}"##;
    assert_eq!(detected(layer), Some("intelligence/3"));
    let (reading, _) = read(&READER, layer);
    let [profile] = told(&reading)[..] else {
        panic!("one profile")
    };
    let used: Vec<&str> = profile.uses.iter().map(|of| of.technique.as_str()).collect();
    assert_eq!(
        (profile.kind.as_str(), used),
        ("layer", vec!["T1105", "T1566.001"])
    );
    assert_eq!(profile.names, ["What we saw", "d"]);
    assert_eq!(
        (
            reading.coverage.seen,
            reading.coverage.used,
            reading.coverage.dropped
        ),
        (5, 2, 1)
    );
}

#[test]
fn an_event_names_techniques_by_galaxy_and_tells_in_reports() {
    let event = br#"{"Event":{"info":"Studio","uuid":"u","date":"2014-11-24","Orgc":{"name":"IR"},"Tag":[{"name":"misp-galaxy:mitre-attack-pattern=\"Data Destruction - T1485\""}],
"Attribute":[{"type":"ip-dst","value":"198.51.100.7","uuid":"a","Tag":[{"name":"misp-galaxy:mitre-attack-pattern=\"Ingress Tool Transfer - T1105\""}]}],
"EventReport":[{"name":"r","uuid":"r","content":"Seen at 203.0.113.9.","deleted":false},{"name":"s","content":"no","deleted":true}]}}"#;
    let (reading, _) = read(&READER, event);
    let [profile] = told(&reading)[..] else {
        panic!("one profile")
    };
    let used: Vec<&str> = profile.uses.iter().map(|of| of.technique.as_str()).collect();
    assert_eq!(
        (profile.names[0].as_str(), used),
        ("Studio", vec!["T1105", "T1485"])
    );
    let texts: Vec<&str> = reading
        .observations
        .iter()
        .filter_map(|seen| match &seen.saw {
            Saw::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["Seen at 203.0.113.9."]);
    for name in [
        "galaxy-threat-actor-cut.json",
        "galaxy-mitre-intrusion-set-cut.json",
        "attack-15-cut.json",
        "pymisp-event.json",
    ] {
        assert_eq!(detected(&fixture(name)), Some("intelligence/3"), "{name}");
    }
}
