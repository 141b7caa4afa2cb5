//! `ascribe intel` on files of other people: what goes in comes out, look-ups say through which name.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../readers/fixtures/intelligence")
        .join(name)
}

fn intel(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ascribe"))
        .arg("intel")
        .args(arguments)
        .output()
        .unwrap()
}

fn answer(arguments: &[&str]) -> Value {
    serde_json::from_slice(&intel(arguments).stdout).unwrap()
}

#[test]
fn attack_and_a_galaxy_are_kept_apart_and_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("intel.store");
    let store = store.to_str().unwrap();
    let attack = fixture("attack-15-cut.json");
    let galaxy = fixture("galaxy-threat-actor-cut.json");
    let added = intel(&["add", store, attack.to_str().unwrap(), "--source", "MITRE"]);
    assert!(added.status.success(), "{added:?}");
    // A galaxy has no date of its own.
    assert_eq!(
        intel(&["add", store, galaxy.to_str().unwrap()]).status.code(),
        Some(3)
    );
    let added = intel(&["add", store, galaxy.to_str().unwrap(), "--known", "2025-11-01"]);
    assert!(added.status.success(), "{added:?}");

    let shown = answer(&["show", store, "APT36", "--json"]);
    let found = &shown["found"][0];
    assert_eq!(found["name"], "Transparent Tribe");
    assert_eq!(found["through"][0]["author"], "The MITRE Corporation");
    assert_eq!(found["claims"]["campaign"][0]["value"], "C0011");
    assert_eq!(found["claims"]["technique"].as_array().unwrap().len(), 14);
    assert_eq!(
        intel(&["show", store, "APT36", "--as-of", "2020-01-01"])
            .status
            .code(),
        Some(1)
    );

    // Every object comes back byte for byte.
    let text = std::fs::read_to_string(&attack).unwrap();
    let bundle: Value = serde_json::from_str(&text).unwrap();
    for object in bundle["objects"].as_array().unwrap().iter().step_by(29) {
        let id = object["id"].as_str().unwrap();
        let out = intel(&["show", store, id, "--stix"]).stdout;
        let out = String::from_utf8(out).unwrap();
        assert!(text.contains(&out), "{id}");
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), *object);
    }

    let listed = answer(&["list", store, "--json"]);
    let names: Vec<&str> = listed["parties"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "Charming Kitten",
            "Elderwood",
            "Lazarus Group",
            "Magic Hound",
            "Transparent Tribe",
            "Turla"
        ]
    );
    let differences = answer(&["diff", store, "2024-12-31", "2025-12-31", "--json"]);
    let rows = differences["differences"].as_array().unwrap();
    assert!(
        !rows.is_empty()
            && rows
                .iter()
                .all(|row| row["how"] == "added" && row["kind"] == "claim")
    );
}
