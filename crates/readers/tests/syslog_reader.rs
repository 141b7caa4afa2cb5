//! What logs of Unix systems say, whatever form they are written in.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::unreachable,
    reason = "tests may fail loudly"
)]

mod support;

use ascribe_model::{Reading, Saw};
use ascribe_readers::syslog::READER;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/fixtures/syslog/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn events(reading: &Reading) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    reading
        .observations
        .iter()
        .filter_map(|seen| match &seen.saw {
            Saw::Event(event) => Some(format!(
                "{:?} [{}] {} > {} from {} device {} object {} x{}",
                event.action,
                event.code,
                text(&event.account),
                text(&event.target),
                text(&event.from),
                text(&event.device),
                text(&event.object),
                event.count,
            )),
            _ => None,
        })
        .collect()
}

fn codes(reading: &Reading) -> Vec<&str> {
    reading
        .anomalies
        .iter()
        .map(|found| found.code.as_str())
        .collect()
}

#[test]
fn a_day_of_real_messages() {
    let data = fixture("rsyslog-iso.log");
    assert_eq!(support::detected(&data), Some("syslog/1"));
    let (reading, _) = support::read(&READER, &data);
    expect_test::expect![[r#"
        Logon [sshd: Accepted password] forged > - from 203.0.113.66 device - object - x1
        Logon [sshd: Accepted publickey] alice > - from 192.0.2.2 device SHA256:NYP91Xkc1gZCGPGXWfvdenoWXhFcsoMK7YwHsiE5lgU object - x1
        LogonRefused [sshd: Failed password] alice > - from 192.0.2.2 device - object - x1
        LogonRefused [sshd: Failed password] root from 198.51.100.1 > - from 192.0.2.2 device - object - x1
        LogonRefused [sshd: Invalid user] nosuch > - from 192.0.2.2 device - object - x1
        LogonRefused [sshd: Invalid user] root from 198.51.100.1 > - from 192.0.2.2 device - object - x1
        LogonRefused [sshd: authentication failure] alice > - from 192.0.2.2 device - object - x1
        LogonRefused [sshd: authentication failure] - > - from 192.0.2.2 device - object - x1
        LogonRefused [su: FAILED SU] alice > root from - device - object - x1
        LogonRefused [su: authentication failure] root > - from - device - object - x1
        LogonRefused [sudo: a password is required] alice > root from - device - object /bin/sh x1
        Logoff [sshd: Disconnected from user] alice > - from 192.0.2.2 device - object - x1
        Logoff [sshd: session closed] alice > - from - device - object - x1
        Elevation [su: session opened] - > alice from - device - object - x2
        Elevation [su: to] root > alice from - device - object - x2
        Elevation [sudo: COMMAND] alice > root from - device - object /usr/bin/id x1
        Elevation [sudo: session opened] - > root from - device - object - x1
        AccountChange [chpasswd: password changed] - > alice from - device - object - x1
        AccountChange [useradd: new group] - > - from - device - object alice x1
        AccountChange [useradd: new user] - > alice from - device - object - x1
        AccountChange [userdel: delete from group] - > alice from - device - object - x1
        AccountChange [userdel: delete user] - > alice from - device - object - x1
        AccountChange [usermod: add to group] - > alice from - device - object sudo x1
        Other [sshd: session opened] alice > - from - device - object - x1
        Other [su: session closed] alice > - from - device - object - x2
        Other [sudo: session closed] root > - from - device - object - x1"#]].assert_eq(&events(&reading).join("\n"));
    assert_eq!(codes(&reading), [""; 0]);
    let counts = &reading.coverage;
    assert_eq!((counts.seen, counts.parsed, counts.dropped), (54, 54, 0));
    for seen in &reading.observations {
        if let Saw::Event(event) = &seen.saw {
            assert!(
                event
                    .first
                    .as_ref()
                    .unwrap()
                    .text()
                    .starts_with("2026-11-25T02:06:")
            );
            assert_eq!(event.host.as_deref(), Some("web1"));
            let span = event.spans[0];
            let line = &data[usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap()];
            assert!(line.starts_with(b"2026-11-25T") && !line.contains(&b'\n'));
        }
    }
}

#[test]
fn the_forms_of_syslog_say_the_same() {
    let iso = events(&support::read(&READER, &fixture("rsyslog-iso.log")).0);
    let (structured, _) = support::read(&READER, &fixture("rsyslog-rfc5424.log"));
    assert_eq!(iso, events(&structured));
    let (old, _) = support::read(&READER, &fixture("rsyslog-rfc3164.log"));
    assert_eq!(iso, events(&old));
    // The old form has no year: no time is made up.
    assert_eq!(codes(&old), ["syslog.no-year"]);
    for seen in &old.observations {
        if let Saw::Event(event) = &seen.saw {
            assert_eq!(event.first, None);
        }
    }
}

#[test]
fn the_journal_knows_who_wrote_what() {
    let export = fixture("journal.export");
    let objects = fixture("journal.jsonl");
    for data in [&export, &objects] {
        assert_eq!(support::detected(data), Some("syslog/1"));
    }
    let (export, _) = support::read(&READER, &export);
    let (objects, _) = support::read(&READER, &objects);
    assert_eq!(events(&export), events(&objects));
    assert_eq!(codes(&export), ["syslog.identity"]);
    assert_eq!(codes(&objects), ["syslog.identity"]);
    let mut expected = events(&support::read(&READER, &fixture("rsyslog-iso.log")).0);
    expected.retain(|event| !event.contains("forged"));
    expected.push("Service [systemd: Started] - > - from - device - object backdoor.service x1".to_owned());
    let mut found = events(&export);
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!((export.coverage.seen, objects.coverage.seen), (55, 55));
    // A message with bytes that are no text stands where it stands.
    let text = b"password changed for alice";
    let at = memchr::memmem::find(&fixture("journal.export"), text).unwrap() as u64;
    let changed = export
        .observations
        .iter()
        .find(|seen| matches!(&seen.saw, Saw::Event(event) if event.code.contains("password changed")));
    let span = changed.unwrap().at;
    assert!(span.start < at && at < span.end);
}

#[test]
fn prose_and_other_logs_are_not_taken() {
    for data in [
        &b"Nov 24 was a cold day.\nNobody came: not even the cat.\n"[..],
        b"10.0.0.1 - - [24/Nov/2014:09:00:01 -0800] \"GET / HTTP/1.1\" 200 1\n",
        b"{\"MESSAGE\":\"x\"}\n",
        b"From: a@b.example\nSubject: x\n\ntext\n",
    ] {
        assert_ne!(support::detected(data), Some("syslog/1"));
    }
    let firewall = b"<188>date=2014-11-24 time=09:00:01 srcip=10.0.0.1 dstip=203.0.113.7 proto=6\n";
    assert_ne!(support::detected(firewall), Some("syslog/1"));
}
