//! Arbitrary text in every encoding, and every fixture cut and changed, keeps the laws of readers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
mod support;

use ascribe_readers::text::READER as reader;

const STARTS: &[&[u8]] = &[
    b"Title of it\n\nBy A. Writer\nPublished: 18 December 2014\n\nProse at 203.0.113.7.\n",
    b"\xff\xfeT\0i\0t\0l\0e\0\n\0\n\0x\0",
    b"\xfe\xff\0T\0i\0t\0l\0e\0\r\0\n\xd8\0",
    b"\xef\xbb\xbfcaf\xc3\xa9 caf\xe9\r\n\r\nmore\r",
];

#[test]
fn noise() {
    bolero::check!().for_each(|noise: &[u8]| support::noise_behind(&reader, STARTS, noise));
}

#[test]
fn fixtures_cut_and_changed() {
    assert!(support::replay(&reader, "text") >= 8);
}
