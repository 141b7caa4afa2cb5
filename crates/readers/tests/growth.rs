//! Time grows with length: short pieces of each format, repeated, cost four times as much when four times as long.
//!
//! Pieces are drawn with a fixed seed from what each format is made of; `ASCRIBE_GROWTH_DRAWS` draws more of them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
mod support;

use std::time::{Duration, Instant};

use ascribe_readers::{Reader, html, intelligence, mail, text};
use support::read;

const SHORT: usize = 16 << 10;
const LONG: usize = 4 * SHORT;
/// Below this nothing is judged: a loaded machine makes any short time long.
const WORTH_A_LOOK: Duration = Duration::from_millis(500);

fn time(reader: &Reader, start: &str, piece: &str, len: usize) -> Duration {
    let mut bytes = start.as_bytes().to_vec();
    while bytes.len() < len {
        bytes.extend_from_slice(piece.as_bytes());
    }
    let begin = Instant::now();
    read(reader, &bytes);
    begin.elapsed()
}

fn check(reader: &Reader, starts: &[&str], alphabet: &[&str]) {
    let draws = std::env::var("ASCRIBE_GROWTH_DRAWS").map_or(12, |text| text.parse().unwrap());
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut draw = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut pieces: Vec<String> = alphabet.iter().map(|piece| (*piece).to_owned()).collect();
    for _ in 0..draws {
        let count = draw(5) + 2;
        pieces.push((0..count).map(|_| alphabet[draw(alphabet.len())]).collect());
    }
    for start in starts {
        for piece in &pieces {
            let long = time(reader, start, piece, LONG);
            if long > WORTH_A_LOOK {
                let short = time(reader, start, piece, SHORT);
                let long = long.min(time(reader, start, piece, LONG));
                assert!(
                    long < short * 9 || long < WORTH_A_LOOK,
                    "{} after {start:?}: {piece:?} takes {short:?}, four times as much {long:?}",
                    reader.name
                );
            }
        }
    }
}

#[test]
fn html() {
    let alphabet = [
        "<a href=\"",
        "<a b='",
        ">",
        "\"",
        "'",
        "=",
        "</",
        "<p>",
        "</p>",
        "<script>",
        "</script",
        "<!--",
        "-->",
        "<",
        "&",
        "&amp",
        "&#x",
        "<title>",
        "<article>",
        "<time datetime=\"2014-12-19\">",
        "<meta property=\"article:published_time\" content=\"",
        "<script type=\"application/ld+json\">",
        "{\"@graph\":[",
        "x ",
        "\n",
        "<textarea>",
        "<style>",
        "<pre>",
        "<li>",
        "203.0.113.7 ",
    ];
    check(
        &html::READER,
        &[
            "<html><body>",
            "<html><script type=\"application/ld+json\">",
            "<html><p ",
        ],
        &alphabet,
    );
}

#[test]
fn mail() {
    let alphabet = [
        "--x\n",
        "--x--\n",
        "\n",
        " ",
        "\t",
        "Content-Type: multipart/mixed; boundary=x\n",
        "Content-Type: multipart/mixed; boundary=\"",
        "Content-Type: text/plain\n\n",
        "Received: from a (b [192.0.2.1]) by c; ",
        "Received: ",
        "=?utf-8?Q?",
        "?=",
        "=?utf-8?B?",
        "=\n",
        "=3D",
        "(",
        ")",
        "<",
        "\"",
        ",",
        "From: ",
        "a@b.example",
        ";",
        "\\",
        "filename*0*=",
        "Mon, 24 Nov 2014 09:00:00 +0000\n",
        "DKIM-Signature: v=1; ",
    ];
    let front = "From: a@b.example\nTo: c@d.example\nContent-Type: multipart/mixed; boundary=x\n";
    let body = format!("{front}\n--x\nContent-Transfer-Encoding: quoted-printable\n\n");
    let page = format!("{front}\n--x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n");
    let starts = [
        front,
        &format!("{front}\n"),
        &body,
        &page,
        "From: a@b.example\nReceived: ",
        "From: ",
        "Subject: x\nTo: ",
    ];
    check(&mail::READER, &starts, &alphabet);
}

#[test]
fn mbox() {
    let alphabet = [
        "From a@b Mon Nov 24 09:00:00 2014\n",
        "From ",
        "\n",
        ">From x\n",
        "From: a@b.example\n",
        "Content-Length: 9999999\n",
        "\r\n",
        "x",
    ];
    check(
        &mail::mbox::READER,
        &["From a@b Mon Nov 24 09:00:00 2014\n"],
        &alphabet,
    );
}

#[test]
fn text_and_markdown() {
    let alphabet = [
        "[",
        "](",
        ")",
        "![",
        "<",
        ">",
        "# ",
        "=\n",
        "`",
        "```\n",
        "*",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "| ",
        "By A. Writer\n",
        "Published: 18 December 2014\n",
        "2014-12-19",
        "http://a.example/",
        "a@",
        "hxxp[:]//",
        "[.]",
        "203.0.113.",
        ".",
        "x",
        "\u{e9}",
        "--- ",
        "+++\n",
        "title = \"",
    ];
    check(&text::READER, &["", "\u{feff}"], &alphabet);
    check(
        &text::markdown::READER,
        &["# Head\n\n", "+++\ntitle = \"x\"\n", "---\ntitle: x\n"],
        &alphabet,
    );
}

#[test]
fn intelligence() {
    let alphabet = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "\\u0041",
        "\"pattern\":\"[",
        "ipv4-addr:value = '192.0.2.1'",
        " OR ",
        "(",
        "a;b;c\n",
        "192.0.2.1",
        "{\"type\":\"indicator\"},",
    ];
    let starts = [
        "{\"type\":\"bundle\",\"objects\":[",
        "{\"Event\":{\"Attribute\":[",
        "{\"type\":\"bundle\",\"objects\":[{\"type\":\"indicator\",\"pattern\":\"[",
        "ip;type;actor\n",
    ];
    check(&intelligence::READER, &starts, &alphabet);
}
