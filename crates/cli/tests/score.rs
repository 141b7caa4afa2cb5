//! `ascribe score` as it is called: stored assessments against `truth.toml`, and that no run ever reads that file.

#![expect(
    clippy::unwrap_used,
    reason = "a command that does not answer is a failed test"
)]

mod common;

use std::path::{Path, PathBuf};

use common::ascribe;
use serde_json::Value;

const CASE: &str = r#"contract = 1
name = "A small case"

[[incident]]
id = "first"
struck = 2020-01-01

[[actor]]
id = "a"
name = "A"
kind = "state"

[[actor]]
id = "b"
name = "B"
kind = "group"

[[hypothesis]]
id = "a-directed"
operators = ["a"]
directions = ["directed"]
prior = [0.1, 0.3, 0.5]

[[hypothesis]]
id = "a-other"
operators = ["a"]
directions = ["encouraged", "tolerated", "independent"]
prior = [0.05, 0.1, 0.2]

[[hypothesis]]
id = "b-attack"
operators = ["b"]
prior = [0.2, 0.4, 0.6]

[[source]]
id = "s"
name = "S"
kind = "researcher"
grade = "B"
"#;

const NOTE: &str = "+++\nkind = \"operator\"\nstance = \"asserts\"\nabout = \"operator\"\npoints_to = \"actor:a\"\nsource = \"s\"\n\
                    grade = \"B1\"\nknown = 2020-02-01\nsays = \"records\"\n+++\nRecords.\n";

const TRUTH: &str = "hypothesis = \"a-directed\"\nsince = 2021-01-01\nby = \"a court\"\nsure = \"established\"\nsays = \"it was A\"\n";

fn case(name: &str, truth: Option<&str>) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("score")
        .join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("notes")).unwrap();
    std::fs::write(folder.join("case.toml"), CASE).unwrap();
    std::fs::write(folder.join("notes/records.md"), NOTE).unwrap();
    if let Some(text) = truth {
        std::fs::write(folder.join("truth.toml"), text).unwrap();
    }
    folder
}

fn run(folder: &Path, more: &[&str]) {
    let folder = folder.to_str().unwrap();
    let out = ascribe(&[&["run", folder, "--quiet"], more].concat());
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

fn score(arguments: &[&str]) -> Value {
    let out = ascribe(&[&["score", "--json"], arguments].concat());
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

fn complaint(arguments: &[&str]) -> String {
    let out = ascribe(&[&["score"], arguments].concat());
    assert_eq!(out.status.code(), Some(2));
    assert!(out.stdout.is_empty());
    String::from_utf8(out.stderr).unwrap()
}

#[test]
fn no_run_reads_the_truth() {
    let without = case("without-truth", None);
    let with = case("with-truth", Some(TRUTH));
    let broken = case("broken-truth", Some("this is no TOML at all [[["));
    for folder in [&without, &with, &broken] {
        run(folder, &[]);
    }
    let written = |folder: &Path, name: &str| std::fs::read(folder.join("out").join(name)).unwrap();
    for name in [
        "assessment.json",
        "model.json",
        "statements.json",
        "report.html",
        "bundle.json",
    ] {
        let expected = written(&without, name);
        assert!(written(&with, name) == expected, "{name}");
        assert!(written(&broken, name) == expected, "{name}");
    }
    let text = String::from_utf8(written(&with, "assessment.json")).unwrap();
    assert!(!text.contains("truth.toml"));
    // Nor does it count as evidence that changed.
    std::fs::write(with.join("truth.toml"), "other = 1\n").unwrap();
    assert!(ascribe(&["verify", with.to_str().unwrap()]).status.success());
}

#[test]
fn a_stored_assessment_is_scored_as_it_stands() {
    let folder = case("stored", Some(TRUTH));
    run(&folder, &[]);
    let text = std::fs::read_to_string(folder.join("out/assessment.json")).unwrap();
    let assessment: Value = serde_json::from_str(&text).unwrap();
    let belief = assessment["hypotheses"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == "a-directed")
        .unwrap()["belief"]["point"]
        .as_f64()
        .unwrap();
    let found = score(&[folder.to_str().unwrap()]);
    assert_eq!(found["schema"], "ascribe.score/1");
    let line = &found["lines"][0];
    assert_eq!(line["sight"], "blind");
    assert!((line["scores"]["log_bits"].as_f64().unwrap() + belief.log2()).abs() < 1e-9);
    assert_eq!(found["truths"][0]["by"], "a court");
    let verdict = found["groups"][0]["verdict"].as_str().unwrap();
    assert!(verdict.contains("Nothing can be concluded"), "{verdict}");
    // The same by its out folder and by its file.
    for path in [folder.join("out"), folder.join("out/assessment.json")] {
        assert_eq!(score(&[path.to_str().unwrap()])["lines"], found["lines"]);
    }
    let out = folder.join("record");
    let out = out.to_str().unwrap();
    assert!(
        ascribe(&["score", folder.to_str().unwrap(), "--out", out])
            .status
            .success()
    );
    let report = std::fs::read_to_string(folder.join("record/track-record.md")).unwrap();
    assert!(
        report.contains("| A small case | 2020-02-01 | blind |"),
        "{report}"
    );
    let picture = std::fs::read_to_string(folder.join("record/reliability.svg")).unwrap();
    assert!(picture.starts_with("<svg xmlns") && picture.contains("1 case, 1 assessment<"));
}

#[test]
fn an_operator_is_all_its_hypotheses_and_after_the_truth_is_not_blind() {
    let truth = TRUTH
        .replace("hypothesis = \"a-directed\"", "operator = \"a\"")
        .replace("2021", "2020");
    let folder = case("operator", Some(&truth));
    run(&folder, &[]);
    let found = score(&[folder.to_str().unwrap()]);
    let line = &found["lines"][0];
    assert_eq!(line["truth"], serde_json::json!(["a-directed", "a-other"]));
    assert_eq!(line["sight"], "after");
    assert_eq!(found["groups"][0]["sight"], "after");
}

#[test]
fn days_of_one_case_are_weighed_anew_without_a_trace_in_the_case() {
    let truth = format!("{TRUTH}hindsight = true\nas_of = [2020-01-15, 2020-02-01, 2021-06-01]\n");
    let folder = case("days", Some(&truth));
    let found = score(&["--run", folder.to_str().unwrap()]);
    let lines = found["lines"].as_array().unwrap();
    let sights: Vec<&str> = lines.iter().map(|line| line["sight"].as_str().unwrap()).collect();
    assert_eq!(sights, ["hindsight", "hindsight", "after"]);
    // Before anything is known the belief is the prior.
    assert_eq!(lines[0]["scores"], lines[0]["prior"]);
    assert_eq!(found["courses"][0]["right_since"], "2020-02-01");
    assert_eq!(found["courses"][0]["days_to_right"], 17);
    let left: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let bare = case("bare", None);
    let why = complaint(&[bare.to_str().unwrap()]);
    assert!(
        why.contains("bare`: no truth.toml") && why.contains("since = DATE"),
        "{why}"
    );
    let fresh = case("fresh", Some(TRUTH));
    let why = complaint(&[fresh.to_str().unwrap()]);
    assert!(
        why.contains("fresh`: no assessment.json") && why.contains("`ascribe run` writes one"),
        "{why}"
    );
    let other = case("other", Some(&TRUTH.replace("a-directed", "nobody")));
    run(&other, &[]);
    let why = complaint(&[other.to_str().unwrap()]);
    assert!(
        why.contains("`nobody` is no hypothesis; there are a-directed"),
        "{why}"
    );
    let framed = case("framed", Some(&format!("{TRUTH}framed = \"zz\"\n")));
    run(&framed, &[]);
    assert!(complaint(&[framed.to_str().unwrap()]).contains("framed party `zz`"));
    let file = framed.join("case.toml");
    std::fs::write(framed.join("truth.toml"), TRUTH).unwrap();
    let why = complaint(&[file.to_str().unwrap()]);
    assert!(why.contains("case.toml`: expected an assessment.json"), "{why}");
    let twice = framed.to_str().unwrap();
    assert!(complaint(&[twice, twice]).contains("named twice"));
    assert!(complaint(&["--run", twice]).contains("lists no days"));
}

#[test]
fn every_history_has_a_truth_with_the_days_of_its_scenario() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut seen = 0;
    for entry in std::fs::read_dir(root.join("tests/scenarios")).unwrap() {
        let path = entry.unwrap().path();
        let text = match path.extension() {
            Some(ending) if ending == "md" && !path.ends_with("README.md") => {
                std::fs::read_to_string(&path).unwrap()
            }
            _ => continue,
        };
        let place = text
            .lines()
            .find_map(|line| line.strip_prefix("case: `")?.strip_suffix('`'))
            .unwrap();
        let days: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("## as of "))
            .collect();
        let truth: toml::Table = std::fs::read_to_string(root.join(place).join("truth.toml"))
            .unwrap()
            .parse()
            .unwrap();
        let listed: Vec<String> = truth["as_of"]
            .as_array()
            .unwrap()
            .iter()
            .map(|day| day.as_str().map_or_else(|| day.to_string(), str::to_owned))
            .collect();
        assert_eq!(listed, days, "{place}");
        assert_eq!(truth["hindsight"].as_bool(), Some(true), "{place}");
        seen += 1;
    }
    assert!(seen >= 12, "{seen}");
}
