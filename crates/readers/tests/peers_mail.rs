//! Mails of other people's programs, against what Python's `email` says of them (`fixtures/peers/python-email.json`).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]
mod support;

use std::collections::BTreeSet;

use ascribe_model::{ArtifactId, Saw};
use ascribe_readers::mail;
use serde_json::Value;
use support::{check_laws, read};

/// Files and fields where the two differ, with the reason. All others must agree.
const DIFFER: &[(&str, &str, &str)] = &[
    (
        "mail-parser-decode-problems.eml",
        "missing parts",
        "Python decodes x-uuencode without an end to nothing",
    ),
    (
        "mail-parser-decode-problems.eml",
        "other parts",
        "the same part: its bytes as they are",
    ),
    (
        "mail-parser-malformed-005.eml",
        "missing parts",
        "a multipart without boundary and content",
    ),
    (
        "python-msg_25.eml",
        "missing parts",
        "a multipart in which no part is found: one part there, text here",
    ),
    (
        "python-msg_05.eml",
        "from",
        "a mailbox without a domain is not listed",
    ),
];

fn differs(file: &str, field: &str) -> bool {
    DIFFER.iter().any(|(a, b, _)| (*a, *b) == (file, field))
}

#[test]
fn headers_and_attachments_agree_with_python() {
    let folder = format!("{}/fixtures", env!("CARGO_MANIFEST_DIR"));
    let peers: Value =
        serde_json::from_slice(&std::fs::read(format!("{folder}/peers/python-email.json")).unwrap()).unwrap();
    let (mut checked, mut wrong) = (0, Vec::new());
    for (file, peer) in peers.as_object().unwrap() {
        let bytes = std::fs::read(format!("{folder}/mail/{file}")).unwrap();
        check_laws(&mail::READER, &bytes);
        let (reading, children) = read(&mail::READER, &bytes);
        let mail = reading.observations.iter().find_map(|seen| match &seen.saw {
            Saw::Mail(mail) => Some(mail),
            _ => None,
        });
        let mail = mail.unwrap();
        let hops = reading
            .observations
            .iter()
            .filter(|seen| matches!(seen.saw, Saw::Hop(_)));
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = |value: &Value| value.as_str().map(squeezed);
        let id = text(&peer["message-id"]).map(|id| id.trim_matches(['<', '>']).to_owned());
        let given: Vec<String> = children
            .iter()
            .map(|child| ArtifactId::of(&child.bytes).hex())
            .collect();
        let leaves = peer["leaves"].as_array().unwrap();
        let hashes: BTreeSet<&str> = leaves.iter().filter_map(|leaf| leaf[2].as_str()).collect();
        // What is not text without a name is handed on; of messages inside Python has no bytes.
        let handed: Vec<&Value> = leaves
            .iter()
            .filter(|leaf| {
                !leaf[1].is_null()
                    || !["text/plain", "text/html", "text/rfc822-headers"]
                        .contains(&leaf[0].as_str().unwrap())
            })
            .filter(|leaf| leaf[2].is_string())
            .collect();
        let missing = handed
            .iter()
            .filter(|leaf| !given.iter().any(|hash| *hash == leaf[2]))
            .count();
        let strange = given
            .iter()
            .filter(|hash| !hashes.contains(hash.as_str()))
            .count();
        let messages = leaves.iter().filter(|leaf| leaf[2].is_null()).count();
        let pairs = [
            (
                "headers",
                format!("{}", reading.coverage.seen),
                format!("{}", peer["headers"]),
            ),
            (
                "subject",
                format!("{:?}", mail.subject.as_deref().map(squeezed)),
                format!("{:?}", text(&peer["subject"])),
            ),
            (
                "message-id",
                format!("{:?}", mail.message_id.as_deref().map(squeezed)),
                format!("{id:?}"),
            ),
            (
                "from",
                format!("{:?}", mail.from),
                format!(
                    "{:?}",
                    peer["from"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|v| v.as_str().unwrap())
                        .collect::<Vec<_>>()
                ),
            ),
            (
                "received",
                format!("{}", hops.count()),
                format!("{}", peer["received"]),
            ),
            ("missing parts", format!("{missing}"), "0".to_owned()),
            (
                "other parts",
                format!("{strange}"),
                format!("{}", messages.min(strange)),
            ),
        ];
        for (field, ours, theirs) in pairs {
            checked += 1;
            if (ours != theirs) != differs(file, field) {
                wrong.push(format!("{file}: {field}: {ours} and {theirs}"));
            }
        }
    }
    assert!(wrong.is_empty(), "of {checked}:\n{}", wrong.join("\n"));
    assert!(checked > 150);
}

#[test]
fn hops_of_real_servers_are_read() {
    let folder = format!("{}/fixtures", env!("CARGO_MANIFEST_DIR"));
    let hop = |file: &str, skip: usize| {
        let bytes = std::fs::read(format!("{folder}/{file}")).unwrap();
        let bytes = &bytes[skip..];
        let (reading, _) = read(&mail::READER, bytes);
        let hop = reading.observations.iter().find_map(|seen| match &seen.saw {
            Saw::Hop(hop) => Some(hop.clone()),
            _ => None,
        });
        hop.map(|hop| {
            format!(
                "from {:?} {:?} by {:?} with {:?} at {:?}",
                hop.from_name,
                hop.from_address,
                hop.by,
                hop.with,
                hop.when.map(|at| at.text().to_owned())
            )
        })
    };
    let first_line = |file: &str| {
        let bytes = std::fs::read(format!("{folder}/{file}")).unwrap();
        bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1
    };
    expect_test::expect![[r#"
        from Some("ws7.press.example") Some("203.0.113.7") by Some("mx2.studio.example") with Some("ESMTP") at Some("2026-11-24T14:35:57+00:00")
        from None None by Some("mx2.studio.example") with None at Some("2026-11-24T14:36:23+00:00")
        from Some("ws7.press.example") Some("203.0.113.7") by Some("mx1.studio.example") with Some("esmtp") at Some("2026-11-24T14:35:46+00:00")"#]].assert_eq(&format!(
        "{}\n{}\n{}",
        hop("mail/postfix-swaks.eml", 0).unwrap(),
        hop("mail/postfix-mutt.eml", 0).unwrap(),
        hop(
            "mbox/exim-appendfile.mbox",
            first_line("mbox/exim-appendfile.mbox")
        )
        .unwrap(),
    ));
}
