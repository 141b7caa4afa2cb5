//! Arbitrary bytes behind each magic, and every fixture, keep the laws of readers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]
mod support;

use ascribe_readers::archive::READER;
use support::check_laws;

#[test]
fn fuzz_archive() {
    for entry in std::fs::read_dir(format!("{}/fixtures/archive", env!("CARGO_MANIFEST_DIR"))).unwrap() {
        check_laws(&READER, &std::fs::read(entry.unwrap().path()).unwrap());
    }
    bolero::check!().for_each(|noise: &[u8]| {
        for magic in [b"PK\x03\x04".as_slice(), b"PK\x05\x06", &[0x1f, 0x8b, 8, 0], b""] {
            check_laws(&READER, &[magic, noise].concat());
        }
    });
}
