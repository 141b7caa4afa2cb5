//! Whole runs over small cases: what is written, what is read again, what was known when.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "tests may"
)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use ascribe_case::config::Problem;
use ascribe_case::quote::Quote;
use ascribe_case::run::{RunError, RunOptions};
use ascribe_case::verify::verify;
use common::{boxed, case, try_case, write};

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

fn rows(outcome: &ascribe_case::run::Outcome) -> Vec<String> {
    let inputs = outcome.incidents[0].assessment.inputs.iter();
    inputs
        .map(|input| {
            format!(
                "{} {} {}",
                input.path,
                input.status,
                input.known.as_deref().unwrap_or("-")
            )
        })
        .collect()
}

#[test]
fn a_second_run_reads_only_what_changed_and_writes_the_same() {
    let inner = boxed("b.txt", b"PLAIN\nin a box\n");
    let folder = case(&[
        ("a.txt", b"PLAIN\none\n"),
        ("deep/x.box", &inner),
        ("z.bin", b"\x01\x02"),
    ]);
    let options = RunOptions {
        jobs: Some(1),
        ..RunOptions::default()
    };
    let first = try_case(folder.path(), &options).unwrap();
    assert_eq!(first.read, (3, 0));
    assert!(!first.partial);
    assert_eq!(
        rows(&first),
        [
            "a.txt read 2014-11-24",
            "deep/x.box read 2014-11-24",
            "deep/x.box!b.txt read 2014-11-24",
            "z.bin ignored 2014-11-24"
        ]
    );
    let out = folder.path().join("out");
    let before = files(&out);
    assert_eq!(before.len(), 6);
    let eight = RunOptions {
        jobs: Some(8),
        ..RunOptions::default()
    };
    let second = try_case(folder.path(), &eight).unwrap();
    assert_eq!(second.read, (0, 3));
    assert_eq!(files(&out), before);
    let fresh = RunOptions {
        state: Some(folder.path().join("other.db")),
        jobs: Some(8),
        ..RunOptions::default()
    };
    assert_eq!(try_case(folder.path(), &fresh).unwrap().read, (3, 0));
    assert_eq!(files(&out).get("assessment.json"), before.get("assessment.json"));
    write(folder.path(), "a.txt", b"PLAIN\ntwo\n");
    std::fs::remove_file(folder.path().join("other.db")).unwrap();
    assert_eq!(try_case(folder.path(), &options).unwrap().read, (1, 2));
}

#[test]
fn what_became_known_later_is_gone_from_an_earlier_day() {
    let folder = case(&[
        ("a.txt", b"PLAIN\npublished 2014-12\n"),
        ("b.txt", b"PLAIN\n"),
        (
            "notes/n1.md",
            b"+++\nkind = \"code\"\nknown = 2014-12-19\nsays = \"s\"\n+++\n",
        ),
        (
            "notes/n2.md",
            b"+++\nkind = \"code\"\nknwon = 2014-12-19\nsays = \"s\"\n+++\n",
        ),
    ]);
    let whole = try_case(folder.path(), &RunOptions::default()).unwrap();
    assert_eq!(whole.as_of.unwrap().to_string(), "2014-12-31");
    assert!(whole.partial, "a bad note is told");
    let series: Vec<String> = whole.incidents[0]
        .series
        .iter()
        .map(|point| point.day.to_string())
        .collect();
    assert_eq!(series, ["2014-11-24", "2014-12-19", "2014-12-31"]);
    let points: Vec<f64> = whole.incidents[0]
        .series
        .iter()
        .map(|point| (point.belief["h"].point * 3.0).round())
        .collect();
    assert_eq!(points, [1.0, 2.0, 3.0]);
    let then = RunOptions {
        as_of: Some(jiff::civil::date(2014, 12, 30)),
        ..RunOptions::default()
    };
    let then = try_case(folder.path(), &then).unwrap();
    assert_eq!(
        rows(&then),
        [
            "b.txt read 2014-11-24",
            "notes/n1.md read 2014-12-19",
            "notes/n2.md unreadable -"
        ]
    );
    let codes: Vec<&str> = then.incidents[0]
        .assessment
        .anomalies
        .iter()
        .map(|line| line.code.as_str())
        .collect();
    assert_eq!(codes, ["known.opened", "note.unreadable"]);
    assert_eq!(then.incidents[0].assessment.as_of.as_deref(), Some("2014-12-30"));
}

#[test]
fn a_case_without_any_date_is_undated_and_says_so() {
    let folder = case(&[("a.txt", b"PLAIN\n")]);
    write(
        folder.path(),
        "case.toml",
        b"name = \"x\"\n[[incident]]\nid = \"a\"\n",
    );
    let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
    assert_eq!(outcome.as_of, None);
    assert_eq!(rows(&outcome), ["a.txt read -"]);
    assert_eq!(outcome.incidents[0].assessment.anomalies[0].code, "known.undated");
}

#[test]
fn a_bad_case_file_writes_nothing() {
    let folder = case(&[("a.txt", b"PLAIN\n")]);
    write(folder.path(), "case.toml", b"naem = \"x\"\n[[incident]]\n");
    let before = files(folder.path());
    let Err(RunError::Config(problems)) = try_case(folder.path(), &RunOptions::default()) else {
        panic!("a bad case file was taken")
    };
    assert_eq!(
        problems
            .iter()
            .filter(|problem: &&Problem| problem.line == Some(1))
            .count(),
        2
    );
    assert_eq!(files(folder.path()), before);
}

#[test]
fn quotes_stand_behind_findings_and_leaked_bytes_are_withheld() {
    let inner = boxed("b.txt", b"PLAIN\nin a box\n");
    let folder = case(&[("a.txt", b"PLAIN\none\n"), ("x.box", &inner)]);
    let text = "name = \"x\"\n[[incident]]\nid = \"a\"\n[[evidence]]\npath = \"a.txt\"\nleaked = true\n";
    write(folder.path(), "case.toml", text.as_bytes());
    let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
    let quotes = &outcome.incidents[0].quotes;
    let sha256 = ascribe_model::ArtifactId::of(b"PLAIN");
    assert_eq!(quotes[&("a.txt".to_owned(), 0, 5)], Quote::Withheld { sha256 });
    assert_eq!(
        quotes[&("x.box!b.txt".to_owned(), 0, 5)],
        Quote::Text {
            text: "PLAIN".to_owned(),
            cut: false
        }
    );
}

#[test]
fn the_same_bytes_count_once() {
    let folder = case(&[("a.txt", b"PLAIN\n"), ("b.txt", b"PLAIN\n")]);
    let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
    assert_eq!(outcome.incidents[0].findings.len(), 1);
    assert_eq!(rows(&outcome).len(), 2);
}

#[test]
fn every_incident_has_its_own_folder() {
    let folder = case(&[("a.txt", b"PLAIN\n"), ("b.txt", b"PLAIN\nb\n")]);
    let text = "name = \"x\"\n[[incident]]\nid = \"a\"\n[[incident]]\nid = \"b\"\n[[evidence]]\npath = \"b.txt\"\nincident = \"b\"\n";
    write(folder.path(), "case.toml", text.as_bytes());
    let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
    assert_eq!(outcome.incidents[1].assessment.inputs.len(), 1);
    let names: Vec<String> = files(&folder.path().join("out")).into_keys().collect();
    assert_eq!(names.len(), 9);
    assert!(names.contains(&"b/assessment.json".to_owned()));
}

#[test]
fn verify_names_every_difference() {
    let folder = case(&[
        ("a.txt", b"PLAIN\n"),
        ("b.txt", b"PLAIN\nb\n"),
        ("notes/n.md", b"+++\nkind = \"code\"\nsays = \"s\"\n+++\n"),
    ]);
    assert!(matches!(
        verify(folder.path(), None),
        Err(RunError::NoState { .. })
    ));
    try_case(folder.path(), &RunOptions::default()).unwrap();
    let same = verify(folder.path(), None).unwrap();
    assert_eq!((same.inputs, same.differences.len()), (3, 0));
    write(folder.path(), "a.txt", b"PLAIM\n");
    std::fs::remove_file(folder.path().join("b.txt")).unwrap();
    write(folder.path(), "c.txt", b"new");
    let found = verify(folder.path(), None).unwrap().differences;
    assert_eq!(found.len(), 3);
    assert!(found[0].starts_with("`a.txt` changed: "));
    assert_eq!(found[1], "`b.txt` is gone");
    assert_eq!(found[2], "`c.txt` is new and was not read");
}

#[test]
fn what_was_measured_on_vouched_for_bytes_has_a_source() {
    let folder = case(&[("own/a.txt", b"PLAIN\none\n"), ("theirs/b.txt", b"PLAIN\ntwo\n")]);
    let text = "name = \"x\"\n[[incident]]\nid = \"a\"\nstruck = 2014-11-24\n\
                [[source]]\nid = \"court\"\n[[evidence]]\npath = \"theirs\"\nsource = \"court\"\n";
    write(folder.path(), "case.toml", text.as_bytes());
    let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
    let sources: BTreeMap<_, _> = outcome.incidents[0]
        .findings
        .iter()
        .map(|finding| (finding.provenance[0].path.as_str(), finding.source.as_deref()))
        .collect();
    assert_eq!(
        sources,
        BTreeMap::from([("own/a.txt", None), ("theirs/b.txt", Some("court"))])
    );
}
