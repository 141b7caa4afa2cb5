//! Arbitrary zone files keep the laws of readers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
mod support;

use ascribe_readers::zone::READER as reader;

const STARTS: &[&[u8]] = &[
    b"s._domainkey.example.com. 3600 IN TXT \"v=DKIM1; k=rsa; \" \"p=",
    b"$ORIGIN example.com.\n@ IN SOA ns hostmaster ( 1\n",
    b"default._domainkey IN TXT ( \"v=DKIM1; \"\n \"p=MIIB\" ) ; ----- DKIM key default for ",
    b"a\\032b TXT \"\\",
];

#[test]
fn noise() {
    bolero::check!().for_each(|noise: &[u8]| support::noise_behind(&reader, STARTS, noise));
}

#[test]
fn fixtures_cut_and_changed() {
    assert!(support::replay(&reader, "zone") >= 3);
}
