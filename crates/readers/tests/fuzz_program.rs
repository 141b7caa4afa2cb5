//! No bytes break the program reader, and every place it names lies inside the file.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure in a test's helper fails the test"
)]

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use ascribe_model::observation::{IndicatorKind, Occurrence, Saw};
use ascribe_model::{Out, Reading};
use ascribe_readers::program::READER;
use proptest::prelude::*;

/// Finds every `example` in a text: enough to check places.
fn scan(text: &str) -> Vec<Occurrence> {
    text.match_indices("example")
        .map(|(start, found)| Occurrence {
            kind: IndicatorKind::Domain,
            value: found.to_owned(),
            start,
            end: start + found.len(),
        })
        .collect()
}

fn read(data: &[u8]) -> Reading {
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let mut out = Out::new("program", Limits::default(), &scan, &stop, &mut take);
    (READER.read)(&data, &mut out);
    out.finish()
}

fn check(data: &[u8]) {
    let len = data.len() as u64;
    let reading = read(data);
    for anomaly in &reading.anomalies {
        if let Some(at) = anomaly.at {
            assert!(at.start <= at.end, "{anomaly:?}");
        }
    }
    for seen in &reading.observations {
        assert!(seen.at.end <= len && seen.at.start <= seen.at.end);
        if let Saw::Program(program) = &seen.saw {
            assert!(program.sections.iter().all(|section| section.at.end <= len));
            assert!(program.functions.iter().all(|function| function.at.end <= len));
            assert!(program.overlay.is_none_or(|at| at.end <= len));
        }
    }
    let coverage = &reading.coverage;
    assert!(coverage.used + coverage.dropped <= coverage.seen, "{coverage:?}");
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/program");
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|item| item.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read(path).unwrap(),
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn arbitrary_bytes_and_every_fixture_are_read() {
    for (_, data) in fixtures() {
        check(&data);
    }
    bolero::check!().for_each(|input: &[u8]| {
        check(input);
        // Behind a magic number the parsers see more of it.
        check(&[b"\x7fELF\x02\x01\x01".as_slice(), input].concat());
        check(
            &[
                b"MZ".as_slice(),
                &[0; 58],
                &64u32.to_le_bytes(),
                b"PE\0\0\x4c\x01",
                input,
            ]
            .concat(),
        );
    });
}

#[test]
fn strings_of_both_kinds_are_mentions_with_their_places() {
    let data =
        std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/program/tool-pe64.exe"))
            .unwrap();
    let reading = read(&data);
    let mention = reading
        .observations
        .iter()
        .find_map(|seen| match &seen.saw {
            Saw::Mention(mention) => Some(mention),
            _ => None,
        })
        .unwrap();
    let (mut narrow, mut wide) = (0, 0);
    for span in &mention.spans {
        let bytes = &data[usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap()];
        if bytes == b"example" {
            narrow += 1;
        } else {
            let expected: Vec<u8> = "example".encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(bytes, expected);
            wide += 1;
        }
    }
    // One URL in the code's data; in the resources a link and a mailbox.
    assert_eq!((narrow, wide), (1, 2));
    assert!(reading.observations.iter().any(
        |seen| matches!(&seen.saw, Saw::Text(text) if text.as_str().contains("ftp://files.example.org/tool"))
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn changed_fixtures_are_read(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60),
        head in prop::sample::select(vec![512usize, 2048, 1 << 20]),
    ) {
        let fixtures = fixtures();
        let (_, data) = which.get(&fixtures);
        let mut data = data.clone();
        for (at, value) in changes {
            let at = at.index(head.min(data.len()));
            data[at] = value;
        }
        check(&data);
        prop_assert_eq!(read(&data), read(&data));
    }
}
