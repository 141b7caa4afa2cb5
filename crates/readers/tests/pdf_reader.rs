//! PDF: what the helper's stream says becomes text with places; a stream that lies or stops is survived and said.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]
mod support;

use std::sync::atomic::AtomicBool;

use ascribe_model::pages::{Helped, Record, head};
use ascribe_model::{Bytes, Out, Reading, Role, Saw, Span};
use ascribe_readers::pdf::READER;

/// A reading of `document` by a helper that says `stream`.
fn told(document: &[u8], stream: &[u8], failed: Option<&str>) -> Reading {
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let ask = |_: &dyn Bytes, _: &AtomicBool| Helped {
        bytes: stream.to_vec(),
        failed: failed.map(str::to_owned),
    };
    let scan = &ascribe_intel::indicators::scan;
    let mut out = Out::new("pdf", Default::default(), scan, &stop, &mut take).with_pages(Some(&ask));
    (READER.read)(&document, &mut out);
    out.finish()
}

fn stream(records: &[Record]) -> Vec<u8> {
    let mut bytes = head();
    records.iter().for_each(|record| record.write(&mut bytes));
    bytes
}

fn page(number: u64, text: &str, at: Span) -> Record {
    let text = text.to_owned();
    Record::Page { number, text, at }
}

fn codes(reading: &Reading) -> Vec<(&str, bool)> {
    let anomalies = reading.anomalies.iter();
    anomalies.map(|odd| (odd.code.as_str(), odd.lost)).collect()
}

#[test]
fn pages_become_paragraphs_with_the_place_of_their_content() {
    let records = [
        Record::Metadata {
            name: "created".into(),
            value: "2014-12-19T10:00:00".into(),
            at: Span::default(),
        },
        page(
            1,
            "A heading\n\nBeacons to 203.0.113.7\nall day",
            Span::new(10, 50),
        ),
        page(2, "", Span::new(60, 70)),
        page(3, "Far away", Span::new(60, 7000)),
        Record::End { pages: 3 },
    ];
    let reading = told(&[b'x'; 100], &stream(&records), None);
    let texts: Vec<_> = reading
        .observations
        .iter()
        .filter_map(|seen| match &seen.saw {
            Saw::Text(text) => Some((text.role.clone(), text.as_str(), seen.at.start, seen.at.end)),
            _ => None,
        })
        .collect();
    let named = |name: &str| Role::Metadata(name.to_owned());
    assert_eq!(
        texts,
        [
            (named("created"), "2014-12-19T10:00:00", 0, 100),
            (named("page"), "1", 10, 50),
            (Role::Body, "A heading", 10, 50),
            (Role::Body, "Beacons to 203.0.113.7\nall day", 10, 50),
            (named("page"), "3", 0, 100),
            (Role::Body, "Far away", 0, 100),
        ]
    );
    let mention = reading.observations.iter().find_map(|seen| match &seen.saw {
        Saw::Mention(mention) => Some((mention.value.as_str(), seen.at)),
        _ => None,
    });
    assert_eq!(mention, Some(("203.0.113.7", Span::new(10, 50))));
    assert_eq!(reading.document.published.as_ref().unwrap().text(), "2014-12-19");
    assert_eq!(codes(&reading), [("pdf.date-claimed", false)]);
    let counts = &reading.coverage;
    assert_eq!(
        (counts.seen, counts.parsed, counts.used, counts.dropped),
        (3, 3, 2, 0)
    );
}

#[test]
fn a_date_line_counts_before_what_the_file_says_of_its_making() {
    let records = [
        Record::Metadata {
            name: "created".into(),
            value: "2001-01-01T00:00:00".into(),
            at: Span::default(),
        },
        page(1, "Advisory\nPublished: 19 December 2014\n", Span::new(1, 2)),
        Record::End { pages: 1 },
    ];
    let reading = told(b"xxxx", &stream(&records), None);
    assert_eq!(reading.document.published.as_ref().unwrap().text(), "2014-12-19");
    assert_eq!(codes(&reading), []);
}

#[test]
fn a_helper_that_dies_leaves_the_pages_before() {
    let mut bytes = stream(&[
        page(1, "first", Span::new(0, 4)),
        page(2, "second", Span::new(0, 4)),
    ]);
    bytes.truncate(bytes.len() - 3);
    let reading = told(
        b"xxxx",
        &bytes,
        Some("the helper process failed: it used up its computing time"),
    );
    assert_eq!(codes(&reading), [("pdf.helper", true)]);
    assert!(reading.anomalies[0].text.ends_with("; 1 pages were read"));
    let quiet = told(b"xxxx", &bytes, None);
    assert_eq!(codes(&quiet), [("pdf.helper", true)]);
}

#[test]
fn without_a_helper_nothing_is_examined_and_it_is_said() {
    let (reading, _) = support::read(&READER, b"%PDF-1.7\n");
    assert_eq!(codes(&reading), [("pdf.no-helper", true)]);
    assert_eq!(reading.anomalies[0].text, "not examined: no PDF helper");
}

#[test]
fn a_pdf_is_known_by_its_mark_and_a_text_about_one_is_not() {
    assert_eq!(support::detected(b"%PDF-1.4\n"), Some("pdf/1"));
    assert_eq!(support::detected(b"\n\n%PDF-1.4\n1 0 obj\n"), Some("pdf/1"));
    assert_eq!(
        support::detected(b"A file that starts with %PDF-1.4 is a PDF, 1 0 obj\n"),
        Some("text/1")
    );
    assert_eq!(
        support::detected(b"Starts like this:\n%PDF-1.4\nand goes on.\n"),
        Some("text/1")
    );
}
