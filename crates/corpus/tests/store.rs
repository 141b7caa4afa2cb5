//! A corpus on disk: what is added is found again, and what was changed is refused with a hint.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure in a test's helper fails the test"
)]

use ascribe_corpus::segment::{decode, encode};
use ascribe_corpus::{Corpus, CorpusError, Entry, Label, SearchOptions, search};
use ascribe_model::program::{Function, Program};
use ascribe_model::{ArtifactId, Moment, Span};
use proptest::prelude::*;

fn label(family: &str) -> Label {
    Label {
        family: family.to_owned(),
        library: false,
        known: Some(Moment::parse("2013-04").unwrap()),
        file: "old.exe".to_owned(),
        sha256: ArtifactId::of(family.as_bytes()),
        format: "pe".to_owned(),
        arch: "x86".to_owned(),
        microsoft: false,
    }
}

fn function(start: u64, exact: u64) -> Function {
    Function {
        start,
        at: Span::new(start, start + 60),
        bytes: 60,
        instructions: 20,
        exact,
        near: (0u32..64)
            .map(|place| place ^ u32::try_from(exact & 0xffff).unwrap())
            .collect(),
        name: start.is_multiple_of(2).then(|| "name".to_owned()),
        grams: 18,
        calls: vec![start + 100],
        marks: vec![7, 9],
        imports: vec![3],
        numbers: vec![4, 5],
        fields: vec![16],
        data: vec![0x4000],
        shape: vec![1; 20],
    }
}

fn program() -> Program {
    Program {
        functions: (1..20)
            .map(|index| function(index * 100, index * 77_777))
            .collect(),
        ..Program::default()
    }
}

#[test]
fn what_is_added_is_found_again_and_added_twice_is_once() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus");
    for _ in 0..2 {
        assert_eq!(Corpus::add(&corpus, &label("lua"), &program()).unwrap(), 19);
    }
    let opened = Corpus::open(&corpus).unwrap();
    assert_eq!(opened.stats().programs, 1);
    assert_eq!(opened.entries()[0].functions, program().functions);
    let answer = search(&[opened], &program(), &SearchOptions::default());
    assert_eq!(
        (answer.families["lua"].shared, answer.families["lua"].rare),
        (19, 19)
    );
    assert_eq!(answer.functions[0].matches[0].start, 100);
}

#[test]
fn a_segment_of_the_first_format_is_read_and_found() {
    let bytes = include_bytes!("../fixtures/format-1.segment");
    let entry = decode(bytes).unwrap();
    assert_eq!(entry.label.family, "tool");
    assert!(entry.functions.len() > 5 && entry.functions.iter().all(|function| function.shape.is_empty()));
    let program = Program {
        functions: entry.functions.clone(),
        arch: entry.label.arch.clone(),
        ..Program::default()
    };
    let answer = search(&[Corpus::of(vec![entry])], &program, &SearchOptions::default());
    assert!(answer.families["tool"].shared > 3, "{answer:?}");
}

#[test]
fn segments_of_another_format_cut_ones_and_strangers_are_refused_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    Corpus::add(folder.path(), &label("lua"), &program()).unwrap();
    let path = std::fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = std::fs::read(&path).unwrap();
    let refusal = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        match Corpus::open(folder.path()).unwrap_err() {
            CorpusError::Segment { source, .. } => source.to_string(),
            other => other.to_string(),
        }
    };
    let mut changed = whole.clone();
    changed[8] = 3;
    assert!(refusal(&changed).contains("format 3; this build reads 1 to 2: add the programs again"));
    changed[8] = 2;
    changed[12] = 99;
    assert!(refusal(&changed).contains("recipe 99"));
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert!(refusal(&flipped).contains("checksum"));
    assert!(refusal(&whole[..whole.len() - 3]).contains("checksum"));
    assert!(refusal(b"").contains("does not start"));
    std::fs::write(&path, &whole).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
    assert!(matches!(
        Corpus::open(folder.path()),
        Err(CorpusError::Stranger { .. })
    ));
}

#[test]
fn programs_without_functions_and_odd_names_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let packed = Program {
        not_examined: Some("packed: section `UPX0` is one of UPX".to_owned()),
        ..Program::default()
    };
    let error = Corpus::add(folder.path(), &label("lua"), &packed).unwrap_err();
    assert!(
        error.to_string().contains("no functions to compare: packed"),
        "{error}"
    );
    for name in ["", "a/b", "../x", "a b", "é"] {
        assert!(matches!(
            Corpus::add(folder.path(), &label(name), &program()),
            Err(CorpusError::Family { .. })
        ));
    }
}

#[test]
fn no_bytes_break_the_reader_of_segments() {
    bolero::check!().for_each(|input: &[u8]| {
        let _ = decode(input);
    });
}

proptest! {
    #[test]
    fn a_segment_holds_what_was_put_in(starts in prop::collection::vec((1u64..1 << 40, any::<u64>()), 0..30)) {
        let entry = Entry {
            entry: Some(100),
            label: label("any"),
            functions: starts.into_iter().map(|(start, exact)| function(start, exact)).collect(),
        };
        prop_assert_eq!(decode(&encode(&entry).unwrap()).unwrap(), entry);
    }

    #[test]
    fn order_of_adding_does_not_change_an_answer(seed in any::<u64>()) {
        let mut entries: Vec<Entry> = ["a", "b", "c"]
            .map(|name| Entry { label: label(name), entry: None, functions: program().functions[..10].to_vec() })
            .to_vec();
        let first = search(&[Corpus::of(entries.clone())], &program(), &SearchOptions::default());
        let turn = usize::try_from(seed % 3).unwrap();
        entries.rotate_left(turn);
        let second = search(&[Corpus::of(entries)], &program(), &SearchOptions::default());
        prop_assert_eq!(&first, &second);
        // Three unrelated families: common to all, rare in none.
        prop_assert!(first.families.values().all(|share| share.shared == 10 && share.rare == 0));
    }
}
