//! Arbitrary mailboxes, and every fixture cut and changed, keeps the laws of readers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
mod support;

use ascribe_readers::mail::mbox::READER as reader;

const STARTS: &[&[u8]] = &[
    b"From a@b Mon Nov 24 09:00:00 2014\nFrom: a@b.example\nTo: c@d.example\n\nhi\n>From here\n\nFrom c@d Mon Nov 24 09:01:00 2014\nFrom: c@d.example\n\n",
    b"From - Mon Nov 24 09:00:00 2014\r\nX-Mozilla-Status: 0001\r\nFrom: a@b.example\r\nContent-Length: 4\r\n\r\n",
];

#[test]
fn noise() {
    bolero::check!().for_each(|noise: &[u8]| support::noise_behind(&reader, STARTS, noise));
}

#[test]
fn fixtures_cut_and_changed() {
    assert!(support::replay(&reader, "mbox") >= 5);
}
