//! Mail and mbox: headers, hops, bodies, children, odd dates, hostile nesting.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
mod support;

use ascribe_model::Saw;
use ascribe_readers::{html, mail};
use proptest::prelude::*;
use support::{check_laws, detected, read};

const MAIL: &str = "Received: from mx.example (h.example [192.0.2.7])\r\n\tby in.example with ESMTP; Mon, 24 Nov 2014 09:00:00 +0000\r\nReceived: from a.example ([192.0.2.8]) by mx.example with SMTP; Mon, 24 Nov 2014 11:00:00 +0000\r\nFrom: =?utf-8?B?w6k=?= <a@b.example>\r\nTo: c@d.example\r\nSubject: We =?utf-8?Q?=C3=A9?=\r\nDate: Mon, 24 Nov 2014 08:59:00 +0000\r\nMessage-ID: <1@b.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9 at=\r\n 192.0.2.9\r\n--x\r\nContent-Type: application/zip; name=\"a.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsF\r\nBg==\r\n--x--\r\n";

#[test]
fn hops_bodies_and_attachments_are_read_with_their_places() {
    assert_eq!(detected(MAIL.as_bytes()), Some("mail/1"));
    check_laws(&mail::READER, MAIL.as_bytes());
    let (reading, children) = read(&mail::READER, MAIL.as_bytes());
    let hops: Vec<_> = reading
        .observations
        .iter()
        .filter_map(|seen| match &seen.saw {
            Saw::Hop(hop) => Some((hop.from_address.clone().unwrap(), seen.at.line.unwrap())),
            _ => None,
        })
        .collect();
    assert_eq!(hops, [("192.0.2.7".to_owned(), 1), ("192.0.2.8".to_owned(), 3)]);
    let mail = reading
        .observations
        .iter()
        .find_map(|seen| match &seen.saw {
            Saw::Mail(mail) => Some(mail),
            _ => None,
        })
        .unwrap();
    assert_eq!(
        (
            mail.from[0].as_str(),
            mail.subject.as_deref(),
            mail.message_id.as_deref()
        ),
        ("a@b.example", Some("We é"), Some("1@b.example"))
    );
    let body = reading
        .observations
        .iter()
        .find_map(|seen| match &seen.saw {
            Saw::Text(text) if text.as_str().starts_with("café") => Some(text),
            _ => None,
        })
        .unwrap();
    assert_eq!(body.as_str(), "café at 192.0.2.9");
    let at = body.as_str().find("192").unwrap();
    let span = body.span(at..at + 9);
    assert_eq!(&MAIL[span.start as usize..span.end as usize], "192.0.2.9");
    let line = MAIL[..span.start as usize].matches('\n').count() as u64 + 1;
    assert_eq!(span.line, Some(line));
    assert_eq!(
        (children[0].name.as_slice(), children[0].bytes.as_slice()),
        (b"a.zip".as_slice(), b"PK\x05\x06".as_slice())
    );
    let codes: Vec<_> = reading.anomalies.iter().map(|odd| odd.code.as_str()).collect();
    assert_eq!(codes, ["mail.received-order"]);
}

#[test]
fn a_hundred_thousand_nested_parts_are_cut_off_and_said() {
    let mut bytes =
        b"From: a@b.example\nTo: c@d.example\nSubject: deep\nContent-Type: multipart/mixed; boundary=b0\n\n"
            .to_vec();
    for n in 0..100_000 {
        bytes.extend(format!("--b{n}\nContent-Type: multipart/mixed; boundary=b{}\n\n", n + 1).bytes());
    }
    let started = std::time::Instant::now();
    let (reading, _) = read(&mail::READER, &bytes);
    assert!(
        reading
            .anomalies
            .iter()
            .any(|odd| odd.code == "mail.nesting" && odd.lost)
    );
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn an_mbox_gives_its_messages() {
    let bytes = b"From a@b Mon Nov 24 09:00:00 2014\nFrom: a@b.example\nTo: c@d.example\n\nhi\n>From here\n\nFrom c@d Mon Nov 24 09:01:00 2014\nFrom: c@d.example\nSubject: x\n\nFrom there\n";
    assert_eq!(detected(bytes), Some("mbox/1"));
    let (reading, children) = read(&mail::mbox::READER, bytes);
    assert_eq!(children.len(), 2);
    assert_eq!(reading.coverage.used, 2);
    assert!(children[0].bytes.ends_with(b"hi\nFrom here\n"));
    assert!(children[1].bytes.ends_with(b"From there\n"));
}

#[test]
fn a_page_gives_main_text_apart_from_navigation() {
    let long = "The agency said that it knew who did it, and how. ".repeat(6);
    let page = format!(
        "<!doctype html><html><head><title>A &amp; B</title><meta property=\"article:published_time\" content=\"2014-12-19\"><script>var x='<p>no</p>'</script></head><body><ul><li><a href=\"http://192.0.2.1/\">Home</a></li></ul><p>{long}caf&eacute;</p></body></html>"
    );
    assert_eq!(detected(page.as_bytes()), Some("html/1"));
    check_laws(&html::READER, page.as_bytes());
    let (reading, _) = read(&html::READER, page.as_bytes());
    assert_eq!(reading.document.title.as_deref(), Some("A & B"));
    assert_eq!(reading.document.published.as_ref().unwrap().text(), "2014-12-19");
    let roles: Vec<_> = reading
        .observations
        .iter()
        .filter_map(|seen| match &seen.saw {
            Saw::Text(text) => Some(format!(
                "{:?} {}",
                text.role,
                text.as_str().chars().take(10).collect::<String>()
            )),
            _ => None,
        })
        .collect();
    assert_eq!(
        roles,
        [
            "Title A & B",
            "Metadata(\"published\") 2014-12-19",
            "Boilerplate Home",
            "Body The agency",
            "Link http://192"
        ]
    );
}

proptest! {
    #[test]
    fn arbitrary_and_mutated_bytes_keep_the_laws(noise in proptest::collection::vec(any::<u8>(), 0..300), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20)) {
        for reader in [&mail::READER, &mail::mbox::READER, &html::READER] {
            check_laws(reader, &noise);
        }
        let mut bytes = MAIL.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        check_laws(&mail::READER, &bytes);
    }

    #[test]
    fn arbitrary_tags_keep_the_laws(text in "([<>/&;\"'=! a-z\né-]|<p>|</p>|<a href=|<script>|&amp;|<!--|-->){0,60}") {
        check_laws(&html::READER, text.as_bytes());
    }
}
