//! What signatures of real mails prove with keys of a known time, and what that makes of the From line.
#![allow(clippy::panic, reason = "tests may fail loudly")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ascribe_engines::{Evidence, Memo, Suggestions, World, addresses, mail_proof};
use ascribe_intel::{Infrastructure, Knowledge, Victim};
use ascribe_model::limits::Limits;
use ascribe_model::words::{Kind, Tlp};
use ascribe_model::{ArtifactId, Day, Finding, Moment, Out, Span};
use ascribe_readers::Reader;
use proptest::prelude::*;

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap_or_else(|_| Moment::of_day(Day::ZERO))
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../readers/fixtures/signed");
    std::fs::read(folder.join(name)).unwrap_or_default()
}

fn evidence(path: &str, reader: &Reader, data: &[u8]) -> Evidence {
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let scan = ascribe_intel::indicators::scan;
    let mut out = Out::new(reader.kind, Limits::default(), &scan, &stop, &mut take);
    (reader.read)(&data, &mut out);
    Evidence {
        source: None,
        path: path.to_owned(),
        id: ArtifactId::of(data),
        known: moment("2014-12-08"),
        dated: true,
        valid: None,
        origin: path.to_owned(),
        tlp: Tlp::Amber,
        leaked: false,
        incident: "studio".to_owned(),
        reading: Arc::new(out.finish()),
    }
}

fn mail(path: &str, data: &[u8]) -> Evidence {
    evidence(path, &ascribe_readers::mail::READER, data)
}

/// A file of keys; `valid` may be empty.
fn keys(path: &str, data: &[u8], valid: &str) -> Evidence {
    Evidence {
        valid: Moment::parse(valid).ok(),
        known: moment("2014-12-12"),
        tlp: Tlp::AmberStrict,
        ..evidence(path, &ascribe_readers::zone::READER, data)
    }
}

fn infrastructure(id: &str, what: &str) -> Infrastructure {
    Infrastructure {
        id: id.to_owned(),
        name: None,
        what: vec![what.to_owned()],
        holder: std::collections::BTreeMap::new(),
        from: None,
        to: None,
        exclusive: None,
        source: None,
        known: None,
    }
}

fn knowledge(what: &str) -> Knowledge {
    Knowledge {
        infrastructure: vec![infrastructure("star", what)],
        victim: Victim {
            domains: vec!["studio.example".into()],
            mail_hosts: vec!["mx1.studio.example".into()],
            ..Victim::default()
        },
        ..Knowledge::default()
    }
}

fn with_world<T>(knowledge: &Knowledge, evidence: &[Evidence], ask: impl FnOnce(&World<'_>) -> T) -> T {
    let incident_time = moment("2014-11-24");
    let mut evidence = evidence.to_vec();
    evidence.sort_by(|a, b| a.path.cmp(&b.path));
    ask(&World {
        as_of: None,
        incident: "studio",
        incident_time: Some(&incident_time),
        knowledge,
        evidence: &evidence,
        corpora: &[],
        memo: &Memo::default(),
    })
}

fn verdicts(evidence: &[Evidence]) -> Vec<(String, String, &'static str)> {
    with_world(&Knowledge::default(), evidence, |world| {
        mail_proof::rulings(world)
            .0
            .into_iter()
            .map(|ruling| (ruling.path, ruling.selector, ruling.verdict))
            .collect()
    })
}

fn verdict(mail: &Evidence, keys: &[Evidence]) -> &'static str {
    let all: Vec<Evidence> = keys.iter().chain([mail]).cloned().collect();
    match verdicts(&all).as_slice() {
        [(_, _, verdict)] => verdict,
        _ => "not one signature",
    }
}

fn addresses_of(what: &str, evidence: &[Evidence]) -> Suggestions {
    with_world(&knowledge(what), evidence, addresses::suggest)
}

fn proof_of(evidence: &[Evidence]) -> Suggestions {
    with_world(&knowledge("head@star.kp"), evidence, mail_proof::suggest)
}

fn codes(given: &Suggestions) -> Vec<&str> {
    given
        .anomalies
        .iter()
        .map(|(_, anomaly)| anomaly.code.as_str())
        .collect()
}

fn threat() -> Vec<u8> {
    fixture("threat.eml")
}

fn changed(from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(&threat())
        .replacen(from, to, 1)
        .into_bytes()
}

/// The From finding's upper forgeability where it is not the class's default.
fn forgeability(given: &Suggestions) -> Vec<Option<f64>> {
    given
        .findings
        .iter()
        .map(|finding| finding.overrides.forgeability.map(|range| range.point()))
        .collect()
}

#[test]
fn mails_that_other_peoples_programs_signed_verify() {
    let zone = keys("keys.zone", &fixture("keys.zone"), "");
    let names = [
        ("dkimpy-exim-ed25519", vec!["sed valid, key's time unknown"]),
        // Its own header was changed by hand, for a test of dkimpy.
        ("dkimpy-rfc6376-no-t", vec!["test headers changed"]),
        ("dkimpy-rfc6376-rsa", vec!["test valid, key's time unknown"]),
        (
            "mail-auth-dkim-001",
            vec![
                "brisbane valid, key's time unknown",
                "test valid, key's time unknown",
            ],
        ),
        ("mail-auth-dkim-002", vec!["newengland valid, key's time unknown"]),
    ];
    for (name, wanted) in names {
        let mail = mail(name, &fixture(&format!("{name}.eml")));
        let found: Vec<String> = verdicts(&[zone.clone(), mail])
            .into_iter()
            .map(|(_, selector, verdict)| format!("{selector} {verdict}"))
            .collect();
        assert_eq!(found, wanted, "{name}");
    }
    for name in [
        "mail-auth-dkim-003",
        "mail-auth-dkim-004",
        "mail-auth-dkim-005",
        "mail-auth-dkim-006",
    ] {
        let mail = mail(name, &fixture(&format!("{name}.eml")));
        let found = verdicts(&[zone.clone(), mail]);
        assert!(
            found.iter().any(|(_, _, verdict)| verdict.starts_with("valid")),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn the_verdict_depends_on_when_the_key_was_valid() {
    let mail = mail("mail/1.eml", &threat());
    let key = |valid| keys("keys.zone", &fixture("threat-key.zone"), valid);
    let cases = [
        ("2014-01..2014-12", "valid"),
        ("2014-12-05", "valid"),
        ("", "valid, key's time unknown"),
        ("2015", "valid, key of another time"),
        ("2013..2014-12-04", "valid, key of another time"),
    ];
    for (valid, wanted) in cases {
        assert_eq!(verdict(&mail, &[key(valid)]), wanted, "{valid}");
    }
    assert_eq!(verdict(&mail, &[]), "key unknown");
    let other = keys("other.zone", &fixture("threat-other-key.zone"), "2015");
    assert_eq!(verdict(&mail, &[key("2014"), other.clone()]), "valid");
    assert_eq!(verdict(&mail, &[other]), "not by this key");
}

#[test]
fn what_was_changed_is_named() {
    let key = keys("keys.zone", &fixture("threat-key.zone"), "2014");
    let check = |data: &[u8], wanted: &str, text: &str| {
        let mail = mail("mail/1.eml", data);
        assert_eq!(verdict(&mail, std::slice::from_ref(&key)), wanted);
        let given = proof_of(&[key.clone(), mail]);
        let found = given
            .anomalies
            .iter()
            .any(|(_, anomaly)| anomaly.text.contains(text));
        assert!(found, "{text}: {:?}", given.anomalies);
    };
    check(
        &changed("small part", "large part"),
        "body changed",
        "the headers are as they were signed",
    );
    let mut longer = threat();
    longer.extend_from_slice(b"--\nsent through a list\n");
    check(
        &longer,
        "body changed",
        "the first 2 lines are the body that was signed; 2 more stand below them",
    );
    check(
        &changed("Subject: To", "Subject: Not to"),
        "headers changed",
        "its key made it over other headers",
    );
    check(
        &changed("Subject: To", "Subject: [EXTERNAL] To"),
        "headers changed",
        "it fits without `[EXTERNAL]` in the Subject",
    );
    check(
        &changed(" b=dZIc", " b=dZIA"),
        "not by this key",
        "was not made by the key that the case gives for that time",
    );
    check(&changed("v=1;", "v=2;"), "faulty", "`v=` is not 1");
    check(
        &changed("h=from : ", "h="),
        "headers changed",
        "over other headers",
    );
    // The signature covers From once more than it stands: nobody can add one.
    check(
        &changed("From: head", "From: other@star.kp\nFrom: head"),
        "headers changed",
        "over other headers",
    );
}

#[test]
fn records_that_are_no_use_are_said_so() {
    let mail = mail("mail/1.eml", &threat());
    let record = |text: &str| {
        let line = format!("s2014._domainkey.star.kp. IN TXT \"{text}\"\n");
        keys("keys.zone", line.as_bytes(), "2014")
    };
    let cases = [
        ("v=DKIM1; p=", "key revoked", "mail.signature-key-revoked"),
        ("v=DKIM1; k=rsa", "key unusable", "mail.signature-key"),
        ("v=DKIM1; k=rsa; p=AAAA", "key unusable", "mail.signature-key"),
        ("v=DKIM1; k=dsa; p=AAAA", "key unusable", "mail.signature-key"),
        ("v=DKIM1; s=web; p=AAAA", "key unusable", "mail.signature-key"),
        (
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "key unusable",
            "mail.signature-key",
        ),
        // 512 bits, of dkimpy's tests.
        (
            "k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANmBe10IgY+u7h3enWTukkqtUD5PR52Tb/mPfjC0QJTocVBq6Za/PlzfV+Py92VaCak19F4WrbVTK5Gg5tW220MCAwEAAQ==",
            "key too short",
            "mail.signature-key-short",
        ),
    ];
    for (text, wanted, code) in cases {
        assert_eq!(verdict(&mail, &[record(text)]), wanted, "{text}");
        let given = proof_of(&[record(text), mail.clone()]);
        assert_eq!(codes(&given), [code], "{text}");
        assert!(given.findings.is_empty());
    }
}

#[test]
fn a_proven_from_is_the_trace_that_the_address_engine_finds_and_harder_to_forge() {
    let data = threat();
    let key = keys("keys/2014.zone", &fixture("threat-key.zone"), "2014");
    for what in ["head@star.kp", "star.kp"] {
        let given = addresses_of(what, &[key.clone(), mail("mail/1.eml", &data)]);
        let [finding] = given.findings.as_slice() else {
            panic!("{what}: {:?}", given.findings);
        };
        assert_eq!(finding.kind, Kind::Mail);
        assert_eq!(finding.fact.as_deref(), Some("infrastructure:star"));
        assert!(finding.overrides.is_empty(), "{finding:?}");
        let reason = finding.reason.as_deref().unwrap_or_default();
        assert!(
            reason.contains("signed by star.kp with a key that was valid then"),
            "{reason}"
        );
        // It rests on the key's file too: known with it, marked like it, and naming it.
        assert_eq!(finding.known, moment("2014-12-12"));
        assert_eq!(finding.tlp, Tlp::AmberStrict);
        let places: Vec<&str> = finding
            .provenance
            .iter()
            .map(|place| place.path.as_str())
            .collect();
        assert!(places.contains(&"keys/2014.zone"), "{places:?}");
    }
}

#[test]
fn what_is_less_than_proven_never_strengthens() {
    let good = fixture("threat-key.zone");
    let other = fixture("threat-other-key.zone");
    let high = vec![Some(0.75)];
    let check = |data: &[u8], keys: &[Evidence], wanted: &[Option<f64>], why: &str| {
        let mut all = keys.to_vec();
        all.push(mail("mail/1.eml", data));
        assert_eq!(forgeability(&addresses_of("head@star.kp", &all)), wanted, "{why}");
        // The signing domain alone is no trace either.
        assert!(addresses_of("star.kp", &all).findings.is_empty(), "{why}");
    };
    let key = |valid: &str| vec![keys("keys.zone", &good, valid)];
    check(&threat(), &[], &high, "no key");
    check(&threat(), &key(""), &high, "a key without a time");
    check(&threat(), &key("2015"), &high, "a key of another time");
    check(&changed("small", "large"), &key("2014"), &high, "another body");
    check(
        &changed("Subject: To", "Subject: Not to"),
        &key("2014"),
        &high,
        "other headers",
    );
    check(
        &changed("Fri, 5 Dec 2014 09:41:31", "Fri, 19 Dec 2014 09:41:31"),
        &key("2014"),
        &high,
        "sent on later",
    );
    check(
        &threat(),
        &[keys("keys.zone", &other, "2014")],
        &[],
        "a signature that the key did not make",
    );
    check(
        &threat(),
        &[keys("keys.zone", &other, "")],
        &high,
        "a key of unknown time does not fit",
    );
}

#[test]
fn clocks_may_differ_by_an_hour() {
    let early = changed("09:41:31 -0800", "09:11:31 -0800");
    let all = [
        keys("keys.zone", &fixture("threat-key.zone"), "2014"),
        mail("mail/1.eml", &early),
    ];
    assert_eq!(forgeability(&addresses_of("head@star.kp", &all)), [None]);
}

#[test]
fn a_signature_over_less_than_the_mail_proves_less() {
    let loose = fixture("threat-loose.eml");
    let key = keys("keys.zone", &fixture("threat-key.zone"), "2014");
    let check = |data: &[u8], wanted: &[&str]| {
        let mail = mail("mail/1.eml", data);
        assert_eq!(verdict(&mail, std::slice::from_ref(&key)), "valid");
        let all = [key.clone(), mail];
        assert_eq!(forgeability(&addresses_of("head@star.kp", &all)), [Some(0.75)]);
        let given = proof_of(&all);
        let texts: Vec<&str> = given
            .anomalies
            .iter()
            .map(|(_, anomaly)| anomaly.text.as_str())
            .collect();
        assert_eq!(texts.len(), wanted.len(), "{texts:?}");
        for (text, wanted) in texts.iter().zip(wanted) {
            assert!(text.contains(wanted), "{text}");
        }
    };
    // The recipients are not covered: the mail may have been sent on.
    check(&loose, &[]);
    let mut longer = loose.clone();
    longer.extend_from_slice(b"And pay.\r\n");
    check(&longer, &["10 bytes at the end of the body are not signed"]);
    let text = String::from_utf8_lossy(&loose).into_owned();
    let doubled = text.replacen("From: head", "From: other@star.kp\r\nFrom: head", 1);
    let mail = mail("mail/1.eml", doubled.as_bytes());
    let given = proof_of(&[key.clone(), mail.clone()]);
    let said = given.anomalies.iter().any(|(_, anomaly)| {
        anomaly
            .text
            .contains("another From header stands in the mail that is not signed")
    });
    assert!(said, "{:?}", given.anomalies);
    for what in ["star.kp", "head@star.kp", "other@star.kp"] {
        let given = addresses_of(what, &[key.clone(), mail.clone()]);
        assert!(
            given
                .findings
                .iter()
                .all(|finding| finding.overrides.forgeability.is_some())
        );
    }
}

#[test]
fn a_mail_that_was_made_out_to_others_may_have_been_sent_on() {
    let data = threat();
    let key = keys("keys.zone", &fixture("threat-key.zone"), "2014");
    let mut knowledge = knowledge("head@star.kp");
    knowledge.victim.domains = vec!["cinema.example".into()];
    let given = with_world(&knowledge, &[key, mail("mail/1.eml", &data)], addresses::suggest);
    assert_eq!(forgeability(&given), [Some(0.75)]);
}

#[test]
fn an_unproven_mail_beside_a_proven_one_adds_and_takes_nothing() {
    let key = keys("keys.zone", &fixture("threat-key.zone"), "2014");
    let proven = mail("mail/1.eml", &threat());
    let unsigned = changed("DKIM-Signature", "X-Signature");
    let both = [key, proven, mail("mail/2.eml", &unsigned)];
    let given = addresses_of("head@star.kp", &both);
    assert_eq!(forgeability(&given), [None]);
}

#[test]
fn proven_mails_of_a_sender_are_one_finding_without_weight() {
    let key = keys("keys.zone", &fixture("threat-key.zone"), "2014");
    let given = proof_of(&[key, mail("mail/1.eml", &threat())]);
    let [finding] = given.findings.as_slice() else {
        panic!("{:?}", given.findings);
    };
    let Finding {
        kind,
        class,
        points_to,
        says,
        ..
    } = finding;
    assert_eq!((*kind, *class, points_to.as_ref()), (Kind::Access, None, None));
    assert!(
        says.contains("a mail from head@star.kp, signed on 2014-12-05 by star.kp"),
        "{says}"
    );
    assert!(says.contains("LF alone were read as CR LF"), "{says}");
    assert_eq!(given.counts.get("signatures: valid"), Some(&1));
    assert!(given.anomalies.is_empty(), "{:?}", given.anomalies);
}

#[test]
fn a_missing_key_of_known_infrastructure_is_worth_asking_for() {
    let given = proof_of(&[mail("mail/1.eml", &threat())]);
    let leads: Vec<&str> = given.leads.iter().map(|lead| lead.what.as_str()).collect();
    assert_eq!(leads, ["TXT record of s2014._domainkey.star.kp on 2014-12-05"]);
    assert_eq!(given.counts.get("signatures: key unknown"), Some(&1));
}

#[test]
fn the_line_of_the_signature_is_named() {
    let mail = mail("mail/1.eml", &changed("v=1;", "v=2;"));
    let given = proof_of(&[mail]);
    let at = given.anomalies.first().and_then(|(_, anomaly)| anomaly.at);
    assert_eq!(at.and_then(|at: Span| at.line), Some(4));
}

/// Records that all held in 2014.
fn zone(text: &str, valid: &str) -> Evidence {
    keys("policy.zone", text.as_bytes(), valid)
}

fn counted(given: &Suggestions, start: &str) -> Vec<String> {
    given
        .counts
        .keys()
        .filter(|key| key.starts_with(start))
        .cloned()
        .collect()
}

/// The threat mail without its signature, delivered with an envelope.
fn delivered(envelope: &str) -> Evidence {
    let unsigned = String::from_utf8_lossy(&changed("DKIM-Signature", "X-Signature")).into_owned();
    mail(
        "mail/1.eml",
        format!("Return-Path: <{envelope}>\n{unsigned}").as_bytes(),
    )
}

#[test]
fn only_the_address_that_the_victims_host_wrote_is_asked_about() {
    let policy = "star.kp. IN TXT \"v=spf1 ip4:175.45.176.0/22 -all\"\n";
    let ask = |mail: Evidence| counted(&proof_of(&[zone(policy, "2014"), mail]), "SPF");
    assert_eq!(ask(delivered("head@star.kp")), ["SPF: pass"]);
    assert_eq!(ask(delivered("head@elsewhere.kp")), ["SPF: unknown"]);
    // Below the boundary, or without a line of the victim's host, nothing is asked.
    let text =
        String::from_utf8_lossy(&changed("mx1.studio.example (Postfix)", "mx.elsewhere.kp")).into_owned();
    assert!(
        ask(mail(
            "mail/1.eml",
            format!("Return-Path: <head@star.kp>\n{text}").as_bytes()
        ))
        .is_empty()
    );
    // An envelope below the Received lines came with the mail.
    let below = changed("From: head", "Return-Path: <head@star.kp>\nFrom: head");
    assert!(ask(mail("mail/1.eml", &below)).is_empty());
}

#[test]
fn mail_that_its_domain_asked_to_turn_away_is_no_trace_of_the_from() {
    let records = |policy: &str| {
        format!(
            "star.kp. IN TXT \"v=spf1 ip4:192.0.2.1 -all\"\n_dmarc.star.kp. IN TXT \"v=DMARC1; p={policy}\"\n"
        )
    };
    let check = |policy: &str, valid: &str, wanted: &[Option<f64>]| {
        let all = [zone(&records(policy), valid), delivered("head@star.kp")];
        assert_eq!(
            forgeability(&addresses_of("head@star.kp", &all)),
            wanted,
            "{policy} {valid}"
        );
        proof_of(&all)
    };
    let given = check("reject", "2014", &[]);
    assert_eq!(codes(&given), ["mail.dmarc-fail", "mail.spf-fail"]);
    assert_eq!(counted(&given, "DMARC"), ["DMARC: fail"]);
    check("quarantine", "2014", &[]);
    check("none", "2014", &[Some(0.75)]);
    check("reject", "", &[Some(0.75)]);
    check("reject; pct=20", "2014", &[Some(0.75)]);
    let given = check("reject", "2015", &[Some(0.75)]);
    assert!(counted(&given, "DMARC").is_empty());
    // With a key that the case does not hold the answer is open.
    let signed = String::from_utf8_lossy(&threat()).into_owned();
    let signed = mail(
        "mail/1.eml",
        format!("Return-Path: <head@star.kp>\n{signed}").as_bytes(),
    );
    let all = [zone(&records("reject"), "2014"), signed.clone()];
    assert_eq!(forgeability(&addresses_of("head@star.kp", &all)), [Some(0.75)]);
    assert_eq!(counted(&proof_of(&all), "DMARC"), ["DMARC: unknown"]);
    // And with it the mail passes, whatever the address.
    let all = [
        zone(&records("reject"), "2014"),
        keys("a.zone", &fixture("threat-key.zone"), "2014"),
        signed,
    ];
    assert_eq!(forgeability(&addresses_of("head@star.kp", &all)), [None]);
    assert_eq!(counted(&proof_of(&all), "DMARC"), ["DMARC: pass"]);
}

#[test]
fn chains_of_seals_are_followed_to_their_end() {
    let zone = keys("keys.zone", &fixture("keys.zone"), "");
    let ask = |data: &[u8], zones: &[Evidence]| {
        let mut all = zones.to_vec();
        all.push(mail("mail/1.eml", data));
        counted(&proof_of(&all), "ARC chains")
    };
    let one = fixture("mail-auth-arc-001.eml");
    let two = fixture("mail-auth-arc-002.eml");
    assert_eq!(
        ask(&one, std::slice::from_ref(&zone)),
        ["ARC chains: pass, 1 handlers"]
    );
    assert_eq!(
        ask(&two, std::slice::from_ref(&zone)),
        ["ARC chains: pass, 2 handlers"]
    );
    assert_eq!(ask(&two, &[]), ["ARC chains: unknown"]);
    let text = String::from_utf8_lossy(&two).into_owned();
    for changed in [
        text.replacen("Say cheese", "Say bread", 1),
        text.replacen("cv=pass", "cv=fail", 1),
        text.replacen(
            "ARC-Authentication-Results: i=1",
            "ARC-Authentication-Results: i=3",
            1,
        ),
    ] {
        assert_ne!(changed, text);
        assert_eq!(
            ask(changed.as_bytes(), std::slice::from_ref(&zone)),
            ["ARC chains: fail"]
        );
    }
}

#[test]
fn the_clock_of_a_host_is_put_right_before_times_are_compared() {
    // Two hours ahead: by its own word the mail arrived before it was signed, or long after.
    let data = changed("09:41:31 -0800", "07:41:31 -0800");
    let all = [
        keys("keys.zone", &fixture("threat-key.zone"), "2014"),
        mail("mail/1.eml", &data),
    ];
    let mut knowledge = knowledge("head@star.kp");
    let given = with_world(&knowledge, &all, addresses::suggest);
    assert_eq!(forgeability(&given), [Some(0.75)]);
    knowledge
        .victim
        .clocks
        .insert("mx1.studio.example".to_owned(), -7200);
    let given = with_world(&knowledge, &all, addresses::suggest);
    assert_eq!(forgeability(&given), [None]);
}

#[test]
fn an_address_in_a_submission_header_is_somebodys_word_and_worth_asking_about() {
    let data = changed("Subject:", "X-Originating-IP: [175.45.178.10]\nSubject:");
    let all = [mail("mail/1.eml", &data)];
    let given = with_world(&knowledge("175.45.176.0/22"), &all, mail_proof::suggest);
    assert_eq!(codes(&given), ["mail.submission-address"]);
    let asks: Vec<&str> = given.leads.iter().map(|lead| lead.ask.as_str()).collect();
    assert_eq!(
        asks,
        [
            "ask the provider that took the mail in for its record of the submission (Message-ID 5481ecc0.19@star.kp): account, address, time"
        ]
    );
    // The believed hop is the trace here, and the only one.
    let given = with_world(&knowledge("175.45.176.0/22"), &all, addresses::suggest);
    let [finding] = given.findings.as_slice() else {
        panic!("{:?}", given.findings);
    };
    assert!(finding.says.contains("line 1"), "{}", finding.says);
}

#[test]
fn a_key_that_came_with_a_mail_vouches_for_nothing() {
    let good = fixture("threat-key.zone");
    for (path, wanted) in [
        ("mail/1.eml!key.zone", Some(0.75)),
        ("mail/1.eml!keys.zip!key.zone", Some(0.75)),
        ("keys.zip!key.zone", None),
    ] {
        let all = [mail("mail/1.eml", &threat()), keys(path, &good, "2014")];
        assert_eq!(
            forgeability(&addresses_of("head@star.kp", &all)),
            [wanted],
            "{path}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_record_and_no_change_of_a_signature_breaks_the_engine(
        record in "v=DKIM1; k=(rsa|ed25519|); p=[A-Za-z0-9+/]{0,90}={0,2}|[ -~]{0,120}",
        policy in "v=spf1 [ -~]{0,60}",
        at in 0usize..900,
        byte in any::<u8>(),
    ) {
        let mut data = threat();
        if let Some(here) = data.get_mut(at) {
            *here = byte;
        }
        let quoted = |text: &str| text.replace('\\', "").replace('"', "'");
        let text = format!(
            "s2014._domainkey.star.kp. IN TXT \"{}\"\nstar.kp. IN TXT \"{}\"\n_dmarc.star.kp. IN TXT \"v=DMARC1; p=reject\"\n",
            quoted(&record),
            quoted(&policy)
        );
        let all = [keys("a.zone", text.as_bytes(), "2014"), mail("mail/1.eml", &data)];
        let given = proof_of(&all);
        // Nothing that is made up proves anything.
        prop_assert!(given.findings.is_empty());
    }

    #[test]
    fn changed_bytes_of_a_proven_mail_never_prove_another(at in 160usize..1500, byte in 33u8..127) {
        let mut data = threat();
        let before = data.clone();
        if let Some(here) = data.get_mut(at) {
            *here = byte;
        }
        let all = [keys("a.zone", &fixture("threat-key.zone"), "2014"), mail("mail/1.eml", &data)];
        let given = proof_of(&all);
        // A letter's case in a header's name, and nothing else that can be seen, may change.
        if before.eq_ignore_ascii_case(&data) {
            return Ok(());
        }
        prop_assert!(given.findings.is_empty(), "byte {at} became {byte}");
    }

    #[test]
    fn the_order_of_evidence_does_not_matter(order in Just((0usize..4).collect::<Vec<_>>()).prop_shuffle()) {
        let all = [
            keys("b.zone", &fixture("threat-other-key.zone"), "2014"),
            keys("a.zone", &fixture("threat-key.zone"), "2014"),
            mail("mail/1.eml", &threat()),
            mail("mail/2.eml", &fixture("threat-loose.eml")),
        ];
        let shuffled: Vec<Evidence> = order.iter().filter_map(|index| all.get(*index).cloned()).collect();
        let (first, second) = (proof_of(&all), proof_of(&shuffled));
        prop_assert_eq!(first.findings, second.findings);
        prop_assert_eq!(first.anomalies, second.anomalies);
        prop_assert_eq!(first.counts, second.counts);
        let knowledge = knowledge("head@star.kp");
        // Unsorted, too.
        let one = with_world(&knowledge, &all, addresses::suggest).findings;
        let two = with_world(&knowledge, &shuffled, addresses::suggest).findings;
        prop_assert_eq!(one, two);
    }
}
