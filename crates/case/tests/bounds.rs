//! What is declared is enforced: the bounds of a whole case, and what evidence may say of its own age.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod common;

use ascribe_assess::assessment::Input;
use ascribe_case::run::{Outcome, RunOptions};
use ascribe_model::limits::Budget;
use common::{boxed, case, try_case, write};

fn rows(outcome: &Outcome) -> &[Input] {
    &outcome.incidents[0].assessment.inputs
}

fn row<'o>(outcome: &'o Outcome, path: &str) -> &'o Input {
    rows(outcome).iter().find(|row| row.path == path).unwrap()
}

fn codes(outcome: &Outcome, path: &str) -> Vec<String> {
    let all = outcome.incidents[0].assessment.anomalies.iter();
    all.filter(|line| line.path == path)
        .map(|line| line.code.clone())
        .collect()
}

fn bounded(budget: Budget, jobs: usize) -> RunOptions {
    RunOptions {
        budget,
        jobs: Some(jobs),
        ..RunOptions::default()
    }
}

#[test]
fn the_files_of_a_case_are_bounded_members_counted() {
    let inner = boxed("b", &boxed("c", b"PLAIN\n"));
    let files: Vec<(String, &[u8])> = (0..50)
        .map(|number| (format!("{number:02}.box"), inner.as_slice()))
        .collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), *bytes))
        .collect();
    for jobs in [1, 2, 16] {
        // Every file holds three artifacts, so the sixth is the last with room.
        let budget = Budget {
            files_max: 60,
            ..Budget::default()
        };
        let folder = case(&files);
        let outcome = try_case(folder.path(), &bounded(budget, jobs)).unwrap();
        assert!(outcome.partial);
        assert_eq!(
            rows(&outcome).iter().filter(|row| row.status == "read").count(),
            60
        );
        assert_eq!(row(&outcome, "19.box!b!c").status, "read");
        let cut = row(&outcome, "20.box");
        assert_eq!((cut.status.as_str(), cut.sha256), ("unreadable", None));
        assert!(cut.why.as_ref().unwrap().contains("more than 60 files"));
        // What was kept in the state comes to the same.
        let again = try_case(folder.path(), &bounded(budget, jobs)).unwrap();
        assert_eq!(rows(&again), rows(&outcome));
    }
}

#[test]
fn the_bytes_of_a_case_are_bounded_members_counted() {
    let text = [b"PLAIN\n".as_slice(), &[b'x'; 994]].concat();
    let inner = boxed("t", &text);
    for jobs in [1, 2, 16] {
        let folder = case(&[
            ("a.txt", &text),
            ("b.box", &inner),
            ("c.txt", &text),
            ("d.txt", b"PLAIN\n"),
        ]);
        let budget = Budget {
            bytes_max: 3500,
            ..Budget::default()
        };
        let outcome = try_case(folder.path(), &bounded(budget, jobs)).unwrap();
        assert!(outcome.partial);
        // 1000 bytes, then 1011 and the 1000 inside; then there is room for a small file only.
        for (path, status) in [
            ("a.txt", "read"),
            ("b.box", "read"),
            ("b.box!t", "read"),
            ("c.txt", "unreadable"),
            ("d.txt", "read"),
        ] {
            assert_eq!(row(&outcome, path).status, status, "{path}");
        }
        assert!(
            row(&outcome, "c.txt")
                .why
                .as_ref()
                .unwrap()
                .contains("more than 3500 bytes")
        );
    }
}

#[test]
fn a_walk_ends_at_the_bound_at_the_same_place() {
    let folder = case(&[]);
    for name in ["z", "b", "m", "a/2", "a/1", "a.x"] {
        write(folder.path(), name, b"PLAIN\n");
    }
    let except = ascribe_case::walk::Except::default();
    let plan = |max| ascribe_case::walk::plan(folder.path(), &except, max).unwrap();
    let paths = |max| {
        plan(max)
            .into_iter()
            .map(|planned| planned.path)
            .collect::<Vec<_>>()
    };
    assert_eq!(paths(100), ["a.x", "a/1", "a/2", "b", "m", "z"]);
    // A folder counts, since a tree of empty ones is endless work too.
    assert_eq!(paths(4), ["a.x", "a/1", "a/2", "b"]);
    assert!(plan(4)[3].passed.is_some() && plan(4)[2].passed.is_none());
}

/// A case that was struck in 2014, with more lines.
fn dated(more: &str, files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = case(files);
    let text = format!("name = \"x\"\n[[incident]]\nid = \"a\"\nstruck = 2014-11-24\n{more}");
    write(folder.path(), "case.toml", text.as_bytes());
    folder
}

#[test]
fn evidence_cannot_be_published_after_it_was_acquired() {
    let forged: &[u8] = b"PLAIN\npublished 2099-01-01\n";
    let entry = "[[evidence]]\npath = \"in\"\nacquired = \"2014-12-02T09:00-08:00\"\n";
    let folder = dated(
        entry,
        &[
            ("in/forged.txt", forged),
            ("in/fine.txt", b"PLAIN\npublished 2014-12-01\n"),
        ],
    );
    let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
    assert_eq!(outcome.as_of.unwrap().to_string(), "2014-12-02");
    assert_eq!(
        row(&outcome, "in/forged.txt").known.as_deref(),
        Some("2014-12-02")
    );
    assert_eq!(row(&outcome, "in/fine.txt").known.as_deref(), Some("2014-12-01"));
    assert!(codes(&outcome, "in/forged.txt").contains(&"known.after-acquired".to_owned()));
    assert!(!codes(&outcome, "in/fine.txt").contains(&"known.after-acquired".to_owned()));
    // What the analyst states is the analyst's.
    let stated = format!("{entry}known = 2099-01-01\n");
    let folder = dated(&stated, &[("in/forged.txt", forged)]);
    let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
    assert_eq!(outcome.as_of.unwrap().to_string(), "2099-01-01");
}

#[test]
fn a_day_that_rests_on_one_far_date_is_told() {
    let told = |more: &str, files: &[(&str, &[u8])]| {
        let folder = dated(more, files);
        let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
        let all = outcome.incidents[0].assessment.anomalies.iter();
        let paths: Vec<String> = all
            .filter(|line| line.code == "known.ahead")
            .map(|line| line.path.clone())
            .collect();
        (outcome.as_of.unwrap().to_string(), paths)
    };
    let fine: (&str, &[u8]) = ("fine.txt", b"PLAIN\npublished 2015-06-01\n");
    let forged: (&str, &[u8]) = ("forged.txt", b"PLAIN\npublished 2099-01-01\n");
    assert_eq!(told("", &[fine]), ("2015-06-01".to_owned(), vec![]));
    assert_eq!(
        told("", &[fine, forged]),
        ("2099-01-01".to_owned(), vec!["forged.txt".to_owned()])
    );
    let entry = "[[evidence]]\npath = \"fine.txt\"\nknown = 2098-12-01\n";
    assert_eq!(told(entry, &[fine, forged]), ("2099-01-01".to_owned(), vec![]));
}
