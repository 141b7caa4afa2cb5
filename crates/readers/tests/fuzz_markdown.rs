//! Arbitrary Markdown, and every fixture cut and changed, keeps the laws of readers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
mod support;

use ascribe_readers::text::markdown::READER as reader;

const STARTS: &[&[u8]] = &[
    b"+++\ntitle = \"x\"\ndate = 2014-12-19\n+++\n# Head\n\nSee [this](http://192.0.2.1/x \"t\") now.\n",
    b"---\ntitle: x\ndate: 2014-12-19\nauthor: A\n---\nHead\n====\n\n- [a][b]\n\n[b]: <http://192.0.2.1/>\n",
    b"```\n# no head\n```\n\n![a](b) <http://192.0.2.2/> [[x](y)](z)\n",
];

#[test]
fn noise() {
    bolero::check!().for_each(|noise: &[u8]| support::noise_behind(&reader, STARTS, noise));
}

#[test]
fn fixtures_cut_and_changed() {
    assert!(support::replay(&reader, "markdown") >= 5);
}
