//! Worlds of programs that real compilers made.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ascribe_corpus::{Corpus, Entry, Label};
use ascribe_intel::knowledge::Family;
use ascribe_model::limits::Limits;
use ascribe_model::words::Tlp;
use ascribe_model::{ArtifactId, Moment, Out, Range, Reading};

use super::*;

fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../readers/fixtures/program");
    std::fs::read(folder.join(name)).unwrap()
}

fn read(data: &[u8]) -> Reading {
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let scan = |_: &str| Vec::new();
    let mut out = Out::new("program", Limits::default(), &scan, &stop, &mut take);
    (ascribe_readers::program::READER.read)(&data, &mut out);
    out.finish()
}

fn evidence(path: &str, data: &[u8], known: &str) -> Evidence {
    Evidence {
        dated: true,
        path: path.to_owned(),
        id: ArtifactId::of(data),
        known: Moment::parse(known).unwrap(),
        valid: None,
        origin: path.to_owned(),
        source: None,
        tlp: Tlp::Amber,
        leaked: false,
        incident: "one".to_owned(),
        reading: Arc::new(read(data)),
    }
}

fn entry(family: &str, name: &str, known: Option<&str>, library: bool) -> Entry {
    let data = fixture(name);
    let program = evidence("x", &data, "2014");
    let found = programs_in(&program).next().unwrap();
    let (entry, functions) = (found.entry, found.functions.clone());
    Entry {
        label: Label {
            family: family.to_owned(),
            library,
            known: known.map(|known| Moment::parse(known).unwrap()),
            file: name.to_owned(),
            sha256: ArtifactId::of(&data),
            format: "elf".to_owned(),
            arch: "x86-64".to_owned(),
            microsoft: false,
        },
        entry,
        functions,
    }
}

fn family(id: &str) -> Family {
    Family {
        id: id.to_owned(),
        name: None,
        label: [("nk".to_owned(), Range::exactly(0.4))].into(),
        shared: None,
        source: None,
        known: None,
    }
}

fn suggestions(evidence: &[Evidence], entries: Vec<Entry>, as_of: Option<&str>) -> Suggestions {
    let knowledge = Knowledge {
        families: ["tool", "second", "third"].map(family).to_vec(),
        ..Knowledge::default()
    };
    let corpora = [Corpus::of(entries)];
    suggest(&World {
        as_of: as_of.map(|day| Moment::parse(day).unwrap().last_day()),
        incident: "one",
        incident_time: None,
        knowledge: &knowledge,
        evidence,
        corpora: &corpora,
        memo: &crate::Memo::default(),
    })
}

#[test]
fn the_same_source_in_another_build_is_found_once_with_both_places() {
    let data = fixture("tool-elf64");
    let given = suggestions(
        &[
            evidence("programs/a", &data, "2014-12-01"),
            evidence("programs/b", &data, "2014-12-03"),
        ],
        vec![
            entry("tool", "tool-elf64-debug", None, false),
            entry("tool", "tool-elf64", None, false),
        ],
        None,
    );
    assert_eq!(given.findings.len(), 1, "{given:#?}");
    let finding = &given.findings[0];
    assert_eq!(finding.points_to, Some(Target::Family("tool".to_owned())));
    assert_eq!(finding.known.text(), "2014-12-01");
    assert!(
        finding
            .provenance
            .iter()
            .all(|at| at.span.end <= data.len() as u64 && at.span.start < at.span.end)
    );
    assert!(finding.prose.contains("tool-elf64 address"), "{}", finding.prose);
    assert_eq!(given.counts["programs that share rare functions"], 2);
}

#[test]
fn programs_with_nothing_in_common_but_their_runtime_share_nothing() {
    for (mine, theirs) in [
        ("tool-pe64.exe", "library-pe64.dll"),
        ("tool-elf32", "tool-elf64"),
        ("tool-pe32.exe", "distlib-w32.exe"),
        ("tool-pe64.exe", "setuptools-cli-64.exe"),
    ] {
        let given = suggestions(
            &[evidence("a", &fixture(mine), "2014")],
            vec![entry("tool", theirs, None, false)],
            None,
        );
        assert!(given.findings.is_empty(), "{mine} {theirs} {:#?}", given.findings);
    }
}

#[test]
fn libraries_unrelated_families_and_later_knowledge_take_the_match_away() {
    let incident = [evidence("a", &fixture("tool-elf64"), "2014-12-01")];
    let own = || entry("tool", "tool-elf64", Some("2013"), false);
    assert_eq!(suggestions(&incident, vec![own()], None).findings.len(), 1);
    let library = entry("lib", "tool-elf64", None, true);
    assert!(
        suggestions(&incident, vec![own(), library], None)
            .findings
            .is_empty()
    );
    let common = ["second", "third"].map(|name| entry(name, "tool-elf64", None, false));
    assert!(
        suggestions(&incident, [vec![own()], common.to_vec()].concat(), None)
            .findings
            .is_empty()
    );
    let later = entry("tool", "tool-elf64", Some("2015-02"), false);
    assert!(
        suggestions(&incident, vec![later.clone()], Some("2014-12-19"))
            .findings
            .is_empty()
    );
    let then = suggestions(&incident, vec![later], Some("2015-03-01"));
    assert_eq!(then.findings[0].known.text(), "2015-02");
}

#[test]
fn what_was_not_examined_is_named_and_an_unlisted_family_gives_no_finding() {
    let given = suggestions(
        &[
            evidence("a.so", &fixture("libutil-s390x.so"), "2014"),
            evidence("b", &fixture("tool-elf64"), "2014-12-01"),
        ],
        vec![entry("nobody", "tool-elf64", None, false)],
        None,
    );
    let codes: Vec<&str> = given.anomalies.iter().map(|(_, odd)| odd.code.as_str()).collect();
    assert_eq!(codes, ["code.not-examined", "code.family-unlisted"]);
    assert!(given.findings.is_empty());
    assert_eq!(given.counts["programs not examined"], 1);
}

#[test]
fn a_build_time_after_discovery_is_odd() {
    let given = suggestions(
        &[evidence("a", &fixture("tool-pe64.exe"), "2014-11-23")],
        Vec::new(),
        None,
    );
    assert_eq!(given.anomalies[0].1.code, "code.built-after-known");
}
