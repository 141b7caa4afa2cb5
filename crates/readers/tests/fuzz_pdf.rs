//! Arbitrary streams from a helper, and arbitrary bytes around the mark of a PDF, never panic; places stay inside.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
mod support;

use std::sync::atomic::AtomicBool;

use ascribe_model::pages::{Helped, Record, head};
use ascribe_model::{Bytes, Out, Span};
use ascribe_readers::pdf::READER;

#[test]
fn helpers_that_say_anything() {
    let mut start = head();
    Record::Page {
        number: 1,
        text: "text 203.0.113.7\n\nmore".into(),
        at: Span::new(2, 8),
    }
    .write(&mut start);
    bolero::check!().for_each(|noise: &[u8]| {
        let mut mutated = start.clone();
        for pair in noise.chunks_exact(2) {
            let at = usize::from(pair[0]) % mutated.len();
            mutated[at] = pair[1];
        }
        for stream in [
            [start.as_slice(), noise].concat(),
            [&start[..16], noise].concat(),
            noise.to_vec(),
            mutated,
        ] {
            heard(&stream);
        }
        support::detected(noise);
        support::detected(&[b"%PDF-".as_slice(), noise].concat());
    });
}

#[test]
fn fixtures_are_known() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pdf");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let data = std::fs::read(entry.unwrap().path()).unwrap();
        assert_eq!(support::detected(&data), Some("pdf/1"));
        count += 1;
    }
    assert!(count >= 8);
}

fn heard(stream: &[u8]) {
    let document: &[u8] = b"%PDF-1.7 of some bytes";
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let ask = |_: &dyn Bytes, _: &AtomicBool| Helped {
        bytes: stream.to_vec(),
        failed: None,
    };
    let scan = &ascribe_intel::indicators::scan;
    let mut out = Out::new("pdf", Default::default(), scan, &stop, &mut take).with_pages(Some(&ask));
    (READER.read)(&document, &mut out);
    let reading = out.finish();
    let len = document.len() as u64;
    for seen in &reading.observations {
        assert!(seen.at.start <= seen.at.end && seen.at.end <= len);
    }
    let counts = &reading.coverage;
    assert!(counts.used + counts.dropped <= counts.seen);
}
