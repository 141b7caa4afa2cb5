//! Arbitrary pages, and every fixture cut and changed, keeps the laws of readers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
mod support;

use ascribe_readers::html::READER as reader;

const STARTS: &[&[u8]] = &[
    b"<!doctype html><html><head><meta charset=windows-1251><title>A &amp; B</title><meta property=\"article:published_time\" content=\"2014-12-19\"></head><body><p>x",
    b"<html><body><article><h1>H</h1><time datetime=\"2014-12-19\">d</time><p>caf&eacute; &#x1F600; <a href=\"http://192.0.2.1/\">a</a>",
    b"<html><script type=\"application/ld+json\">{\"datePublished\":\"2014-12-19\",\"headline\":\"x\"}</script><p>",
    b"<html><!-- x --><style>p{}</style><textarea></p><pre>\n\n",
];

#[test]
fn noise() {
    bolero::check!().for_each(|noise: &[u8]| support::noise_behind(&reader, STARTS, noise));
}

#[test]
fn fixtures_cut_and_changed() {
    assert!(support::replay(&reader, "html") >= 7);
}
