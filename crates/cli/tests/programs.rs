//! `functions`, `compare` and `corpus` on real programs, as a user runs them: the contract's JSON, the tables, the exit codes.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Output;

use common::ascribe;
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../readers/fixtures/program")
        .join(name)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn number(value: &Value, path: &str) -> f64 {
    value.pointer(path).and_then(Value::as_f64).unwrap()
}

#[test]
fn functions_are_listed_as_the_contract_says() {
    let file = fixture("tool-elf64-debug");
    let output = ascribe(&["functions", text(&file), "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let answer = json(&output);
    assert_eq!(answer.get("schema").unwrap(), "ascribe.functions/1");
    assert_eq!(
        (answer.get("format").unwrap(), answer.get("arch").unwrap()),
        (&"elf".into(), &"x86-64".into())
    );
    let functions = answer.get("functions").and_then(Value::as_array).unwrap();
    let main = functions
        .iter()
        .find(|f| f.get("name").unwrap() == "main")
        .unwrap();
    assert_eq!(keys(main), ["bytes", "library", "name", "start"]);
    assert!(main.get("start").unwrap().is_u64() && number(main, "/bytes") > 0.0);
    assert!(main.get("library").unwrap().is_null());
    let table = String::from_utf8(ascribe(&["functions", text(&file)]).stdout).unwrap();
    assert!(
        table.contains(" main\n") && table.trim_end().ends_with("(elf, x86-64)"),
        "{table}"
    );
}

#[test]
fn two_builds_of_one_source_pair_at_their_addresses() {
    let (a, b) = (fixture("tool-elf64"), fixture("tool-elf64-debug"));
    let answer = json(&ascribe(&["compare", text(&a), text(&b), "--json"]));
    assert_eq!(answer.get("schema").unwrap(), "ascribe.compare/1");
    let pairs = answer.get("pairs").and_then(Value::as_array).unwrap();
    assert!(!pairs.is_empty());
    for pair in pairs {
        assert_eq!(
            keys(pair),
            ["a", "b", "kind", "probability", "rare", "similarity"]
        );
        assert!(
            ["exact", "near", "marks", "calls"].contains(&pair.get("kind").and_then(Value::as_str).unwrap())
        );
        assert!((0.0..=1.0).contains(&number(pair, "/similarity")));
    }
    assert_eq!(
        keys(answer.get("weight_bans").unwrap()),
        ["bound", "high", "low", "point"]
    );
    let table = String::from_utf8(ascribe(&["compare", text(&a), text(&b)]).stdout).unwrap();
    assert!(
        table.contains("weight alone: ") && table.contains(" exact "),
        "{table}"
    );
}

#[test]
fn strangers_weigh_nothing() {
    for (a, b) in [
        ("tool-pe64.exe", "library-pe64.dll"),
        ("tool-pe32.exe", "distlib-w32.exe"),
        ("tool-pe64.exe", "setuptools-cli-64.exe"),
        ("distlib-w64.exe", "setuptools-gui-64.exe"),
    ] {
        let answer = json(&ascribe(&[
            "compare",
            text(&fixture(a)),
            text(&fixture(b)),
            "--json",
        ]));
        for end in ["/weight_bans/point", "/weight_bans/low", "/weight_bans/high"] {
            assert!(number(&answer, end).abs() <= 0.1, "{a} {b} {answer}");
        }
    }
}

#[test]
fn a_corpus_is_filled_searched_and_counted_and_libraries_speak_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus");
    let add = |family: &str, more: &[&str]| {
        let file = fixture("tool-elf64");
        let words = [
            &["corpus", "add", text(&corpus), text(&file), "--family", family],
            more,
        ]
        .concat();
        ascribe(&words)
    };
    let output = add("tool", &["--known", "2013-04"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let search = || {
        json(&ascribe(&[
            "corpus",
            "search",
            text(&corpus),
            text(&fixture("tool-elf64")),
            "--json",
        ]))
    };
    let answer = search();
    assert_eq!(answer.get("schema").unwrap(), "ascribe.search/1");
    assert_eq!(answer.pointer("/families/0/family").unwrap(), "tool");
    let own = number(&answer, "/families/0/rare");
    assert!(
        own >= 1.0 && number(&answer, "/families/0/shared") >= own,
        "{answer}"
    );
    assert_eq!(
        keys(answer.pointer("/functions/0/matches/0").unwrap()),
        ["family", "file", "probability", "similarity", "start"]
    );
    assert_eq!(add("lib", &["--library"]).status.code(), Some(0));
    let answer = search();
    assert_eq!(answer.pointer("/families/0/family").unwrap(), "tool");
    assert!(number(&answer, "/families/0/rare").abs() < 0.5, "{answer}");
    let stats = String::from_utf8(ascribe(&["corpus", "stats", text(&corpus)]).stdout).unwrap();
    assert!(
        stats.contains("library lib") && stats.contains("2 programs, "),
        "{stats}"
    );
}

#[test]
fn what_cannot_be_compared_is_said_and_never_taken_for_nothing_in_common() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus");
    let other = fixture("libutil-s390x.so");
    let output = ascribe(&["functions", text(&other), "--json"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(json(&output).get("not_examined").is_some());
    let words = ["corpus", "add", text(&corpus), text(&other), "--family", "x"];
    assert_eq!(ascribe(&words).status.code(), Some(2));
    let note = fixture("source/tool.c");
    assert_eq!(ascribe(&["functions", text(&note)]).status.code(), Some(2));
    assert_eq!(
        ascribe(&["corpus", "stats", text(&corpus)]).status.code(),
        Some(2)
    );
}

#[test]
fn run_opens_the_corpora_of_the_case() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case");
    std::fs::create_dir(&case).unwrap();
    let text_of = "name = \"c\"\ncorpus = [\"corpus/\"]\n[[incident]]\nid = \"one\"\nstruck = 2014-11-24\n[[family]]\nid = \"tool\"\nlabel = {}\n";
    std::fs::write(case.join("case.toml"), text_of).unwrap();
    std::fs::copy(fixture("tool-elf64"), case.join("sample")).unwrap();
    let corpus = case.join("corpus");
    let file = fixture("tool-elf64-debug");
    ascribe(&["corpus", "add", text(&corpus), text(&file), "--family", "tool"]);
    let output = ascribe(&["run", text(&case), "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let missing = ascribe(&[
        "run",
        text(&case),
        "--quiet",
        "--corpus",
        text(&folder.path().join("none")),
    ]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8(missing.stderr).unwrap().contains("corpus"));
}
