//! Mails and reports in bundles are documents: who says what in them, and that every statement points at its bytes.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ascribe_engines::statements::{Told, suggest};
use ascribe_engines::{Evidence, Memo, World};
use ascribe_intel::Knowledge;
use ascribe_model::limits::Limits;
use ascribe_model::words::{Stance, Tlp};
use ascribe_model::{ArtifactId, Moment, Out};

fn told(data: &[u8]) -> Vec<Told> {
    let head = ascribe_readers::Head {
        bytes: data,
        len: data.len() as u64,
    };
    let reader = ascribe_readers::detect(&head).unwrap();
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let scan = |_: &str| Vec::new();
    let mut out = Out::new(reader.kind, Limits::default(), &scan, &stop, &mut take);
    (reader.read)(&data, &mut out);
    let all = [Evidence {
        path: "x".to_owned(),
        id: ArtifactId::of(data),
        known: Moment::parse("2014-12-01").unwrap(),
        dated: true,
        valid: None,
        origin: "x".to_owned(),
        source: None,
        tlp: Tlp::Clear,
        leaked: false,
        incident: "i".to_owned(),
        reading: Arc::new(out.finish()),
    }];
    let given = suggest(&World {
        as_of: None,
        incident: "i",
        incident_time: None,
        knowledge: &Knowledge::default(),
        evidence: &all,
        corpora: &[],
        memo: &Memo::new(1),
    });
    given.speech.statements
}

fn bytes<'d>(data: &'d [u8], one: &Told) -> &'d str {
    let at = |byte: u64| usize::try_from(byte).unwrap();
    let range = at(one.at.span.start)..at(one.at.span.end);
    std::str::from_utf8(&data[range]).unwrap()
}

const THREAT: &str = "From: \"Tide of Iron\" <tide@mail.example>\r\nTo: board@studio.example\r\n\
Subject: notice\r\nDate: Fri, 21 Nov 2014 10:00:00 +0000\r\nMessage-ID: <1@mail.example>\r\n\
MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
We have hacked your network and we have taken all of your mail.\r\n\r\n\
We will publish everything unless the board answers by Monday.\r\n\r\n\
> We do not negotiate, the board said in an earlier mail to you.\r\n";

#[test]
fn a_threat_mail_claims_and_threatens_in_the_name_of_its_sender() {
    let data = THREAT.as_bytes();
    let all = told(data);
    let stances: Vec<Stance> = all.iter().map(|one| one.said.stance).collect();
    assert_eq!(
        stances,
        [Stance::ClaimsResponsibility, Stance::Threatens],
        "{all:#?}"
    );
    for one in &all {
        assert!(
            one.said.speaker.contains("tide@mail.example"),
            "{}",
            one.said.speaker
        );
        assert_eq!(bytes(data, one), one.anchor);
        let at = one.speaker_at.as_ref().unwrap().span;
        let header = &data[usize::try_from(at.start).unwrap()..usize::try_from(at.end).unwrap()];
        assert!(std::str::from_utf8(header).unwrap().contains("Tide of Iron"));
    }
}

#[test]
fn an_ordinary_mail_has_an_ordinary_writer_and_others_still_speak_in_it() {
    let mail = "From: Ann Lee <ann@studio.example>\r\nTo: bob@studio.example\r\nSubject: news\r\n\
Date: Fri, 21 Nov 2014 10:00:00 +0000\r\nMessage-ID: <2@studio.example>\r\n\r\n\
The FBI said that North Korea is responsible for the attack on our network.\r\n\r\n\
Please change your passwords on all of the servers today.\r\n\r\n\
-----Original Message-----\r\n\r\nWe have hacked your network and will publish it all.\r\n";
    let all = told(mail.as_bytes());
    let first = all.first().unwrap();
    assert_eq!(
        (first.said.speaker.as_str(), first.said.stance),
        ("FBI", Stance::Accuses)
    );
    assert!(
        all.iter()
            .all(|one| one.said.stance != Stance::ClaimsResponsibility),
        "{all:#?}"
    );
}

#[test]
fn a_report_in_a_bundle_is_read_with_its_escapes_and_a_revoked_one_is_not() {
    let report = |number: u8, revoked: bool| {
        format!(
            r#"{{"type":"report","spec_version":"2.1","id":"report--0000000{number}-0000-4000-8000-000000000000","created":"2014-12-01T00:00:00Z","modified":"2014-12-01T00:00:00Z","revoked":{revoked},"name":"Studio","published":"2014-12-01T00:00:00Z","object_refs":[],"description":"The FBI said \u201cNorth Korea is responsible for the attack on the studio.\u201d\nNorth Korea denied any involvement in attack number {number}."}}"#
        )
    };
    let bundle = format!(
        r#"{{"type":"bundle","id":"bundle--00000000-0000-4000-8000-00000000000a","objects":[{},{}]}}"#,
        report(1, false),
        report(2, true)
    );
    let all = told(bundle.as_bytes());
    let shown: Vec<(&str, Stance)> = all
        .iter()
        .map(|one| (one.said.speaker.as_str(), one.said.stance))
        .collect();
    assert_eq!(
        shown,
        [("FBI", Stance::Accuses), ("North Korea", Stance::Denies)],
        "{all:#?}"
    );
    let quoted = all.first().unwrap();
    assert!(quoted.anchor.contains('“'));
    let raw: String = serde_json::from_str(&format!("\"{}\"", bytes(bundle.as_bytes(), quoted))).unwrap();
    assert_eq!(raw, quoted.anchor);
}
