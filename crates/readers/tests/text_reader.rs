//! Plain text and Markdown: spans, encodings, titles, dates, bounds.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
mod support;

use ascribe_model::{Bytes, Saw};
use ascribe_readers::text;
use expect_test::expect;
use proptest::prelude::*;
use support::{check_laws, detected, read, show};

#[test]
fn an_article_has_a_title_a_byline_and_a_date() {
    expect![[r#"
        document title="Suspicions over studio hack" published="2014-12-18"
        Title 0..27 line 1 "Suspicions over studio hack"
        Byline 30..42 line 3 "By A. Writer"
        Body 43..70 line 4 "Published: 18 December 2014"
        Body 72..114 line 6 "The hackers used caf\u{e9}.\nA second line here"
        coverage line seen=7 parsed=7 used=5 dropped=0
    "#]]
    .assert_eq(&show(&text::READER, "Suspicions over studio hack\r\n\nBy A. Writer\nPublished: 18 December 2014\n\nThe hackers used café.\nA second line here".as_bytes()).replace('é', "\\u{e9}"));
}

#[test]
fn prose_is_not_taken_for_a_title_and_relative_dates_are_not_dated() {
    let (reading, _) = read(
        &text::READER,
        b"The agency said on Friday, Dec. 19, that it knew who did it.\n\nMore prose here.\n",
    );
    assert_eq!(reading.document, Default::default());
}

#[test]
fn broken_utf8_is_read_byte_by_byte_and_said() {
    let (reading, _) = read(&text::READER, b"caf\xe9 at 192.0.2.1\n");
    let Saw::Text(piece) = &reading.observations[0].saw else {
        panic!()
    };
    assert_eq!(piece.as_str(), "café at 192.0.2.1");
    let span = piece.span(9..18);
    assert_eq!((span.start, span.end), (8, 17));
    assert_eq!(reading.anomalies[0].code, "text.not-utf8");
}

#[test]
fn utf16_keeps_its_bytes() {
    let bytes: Vec<u8> = std::iter::once(0xfeff)
        .chain("one line\r\n\r\ntwo 𝄞 lines".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    check_laws(&text::READER, &bytes);
    let (reading, _) = read(&text::READER, &bytes);
    let last = &reading.observations[1];
    assert_eq!(
        (last.at.start, last.at.end, last.at.line),
        (26, bytes.len() as u64, Some(3))
    );
    assert_eq!(detected(&bytes), Some("text/1"));
}

#[test]
fn binary_is_not_text() {
    assert_eq!(detected(&[0u8; 600]), None);
    assert_eq!(detected(b""), None);
    let noise: Vec<u8> = (0..4000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    assert_eq!(detected(&noise), None);
}

#[test]
fn markdown_gives_headings_links_and_front_matter() {
    let bytes = b"+++\ntitle = \"A note\"\ndate = 2014-12-19\n+++\n# Head\n\nSee [this](http://192.0.2.1/x) now.\n\n## Next\n- item\n";
    assert_eq!(detected(bytes), Some("markdown/1"));
    expect![[r#"
        document title="A note" published="2014-12-19"
        Metadata("title") 13..19 line 2 "A note"
        Metadata("date") 28..38 line 3 "2014-12-19"
        Title 45..49 line 5 "Head"
        Link 62..80 line 7 "http://192.0.2.1/x"
        Body 51..86 line 7 "See [this](http://192.0.2.1/x) now."
        Title 91..95 line 9 "Next"
        Body 96..102 line 10 "- item"
        mention Ipv4 192.0.2.1 x1
        mention Url http://192.0.2.1/x x1
        coverage line seen=10 parsed=10 used=8 dropped=0
    "#]]
    .assert_eq(&show(&text::markdown::READER, bytes));
}

/// A file of one endless line that exists only as a rule.
struct Endless(u64);
impl Bytes for Endless {
    fn len(&self) -> u64 {
        self.0
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min((self.0 - offset) as usize);
        buffer[..count].fill(b'x');
        Ok(count)
    }
}

#[test]
fn a_line_of_fifty_megabytes_is_read_in_pieces() {
    let stop = std::sync::atomic::AtomicBool::new(false);
    let mut take = |_| Ok(());
    let mut out = ascribe_model::Out::new("text", Default::default(), &|_| Vec::new(), &stop, &mut take);
    (text::READER.read)(&Endless(50 << 20), &mut out);
    let reading = out.finish();
    assert_eq!(reading.coverage.seen, 1);
    assert_eq!(reading.anomalies[0].code, "text.long-line");
}

proptest! {
    #[test]
    fn arbitrary_bytes_keep_the_laws(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        check_laws(&text::READER, &bytes);
        check_laws(&text::markdown::READER, &bytes);
    }

    #[test]
    fn arbitrary_lines_keep_the_laws(text in "(\u{feff})?([#+\\-\\[\\]()a-zé🎵 .:]{0,20}\r?\n){0,20}") {
        check_laws(&text::READER, text.as_bytes());
        check_laws(&text::markdown::READER, text.as_bytes());
        let wide: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        check_laws(&text::READER, &wide);
    }
}
