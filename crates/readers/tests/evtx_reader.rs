//! What event logs of Windows say, and what is said of damage.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::unreachable,
    reason = "tests may fail loudly"
)]

#[path = "support/evtx_log.rs"]
mod evtx_log;
mod support;

use ascribe_model::{Reading, Saw};
use ascribe_readers::evtx::{READER, dump};
use evtx_log::{DAY, Logged, SECOND, log, security};
use proptest::prelude::*;

const LOGON: &[(&str, &str)] = &[
    ("TargetUserName", "Alice"),
    ("TargetDomainName", "STUDIO"),
    ("LogonType", "10"),
    ("WorkstationName", "LAPTOP-7"),
    ("IpAddress", "::ffff:203.0.113.9"),
];

fn events(reading: &Reading) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    reading
        .observations
        .iter()
        .filter_map(|seen| match &seen.saw {
            Saw::Event(event) => Some(format!(
                "{:?} {} on {} by {} to {} from {} device {} object {} x{} {}",
                event.action,
                event.code,
                text(&event.host),
                text(&event.account),
                text(&event.target),
                text(&event.from),
                text(&event.device),
                text(&event.object),
                event.count,
                event.first.as_ref().map_or("-", |at| at.text()),
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
fn what_says_the_same_on_one_day_is_one_event_on_its_records() {
    let data = log(&[
        security(1, 10, 4624, LOGON),
        security(2, 20, 4624, LOGON),
        security(3, 86_400, 4624, LOGON),
        security(4, 86_401, 4625, LOGON),
    ]);
    assert_eq!(support::detected(&data), Some("evtx/1"));
    let (reading, _) = support::read(&READER, &data);
    let logon =
        "on dc01.studio.example by studio\\alice to - from 203.0.113.9 device LAPTOP-7 object logon type 10";
    assert_eq!(
        events(&reading),
        [
            format!("Logon 4624 {logon} x2 2014-11-24T00:00:10Z"),
            format!("Logon 4624 {logon} x1 2014-11-25T00:00:00Z"),
            format!("LogonRefused 4625 {logon} x1 2014-11-25T00:00:01Z"),
        ]
    );
    assert_eq!(codes(&reading), [""; 0]);
    let Saw::Event(first) = &reading.observations[0].saw else {
        unreachable!()
    };
    assert_eq!(first.spans.len(), 2);
    for span in &first.spans {
        let start = usize::try_from(span.start).unwrap();
        let end = usize::try_from(span.end).unwrap();
        assert_eq!(&data[start..start + 4], b"**\0\0");
        assert_eq!(data[start + 4..start + 8], data[end - 4..end]);
    }
    assert_eq!((reading.coverage.seen, reading.coverage.used), (4, 4));
}

#[test]
fn services_accounts_and_cleared_logs_are_told_apart() {
    let sysmon = |number, id, data| Logged {
        number,
        written: DAY + number * SECOND,
        provider: "Microsoft-Windows-Sysmon",
        id,
        data,
    };
    let data = log(&[
        Logged {
            number: 1,
            written: DAY,
            provider: "Service Control Manager",
            id: 7045,
            data: &[
                ("ServiceName", "PSEXESVC"),
                ("ImagePath", "%SystemRoot%\\PSEXESVC.exe"),
                ("AccountName", "LocalSystem"),
            ],
        },
        security(
            2,
            2,
            4720,
            &[
                ("TargetUserName", "backup2"),
                ("TargetDomainName", "STUDIO"),
                ("SubjectUserName", "root"),
                ("SubjectDomainName", "-"),
            ],
        ),
        security(
            3,
            3,
            4776,
            &[
                ("TargetUserName", "bob"),
                ("Workstation", "\\\\WS9"),
                ("Status", "0xc000006a"),
            ],
        ),
        security(
            4,
            4,
            1102,
            &[("SubjectUserName", "root"), ("SubjectDomainName", "STUDIO")],
        ),
        security(5, 5, 4616, &[("Nothing", "of interest")]),
        sysmon(
            6,
            3,
            &[
                ("User", "STUDIO\\eve"),
                ("Image", "C:\\a.exe"),
                ("UtcTime", "2014-11-24 00:00:05.123"),
                ("Protocol", "tcp"),
                ("SourceIp", "10.0.0.5"),
                ("DestinationIp", "203.0.113.7"),
                ("DestinationPort", "443"),
            ],
        ),
        sysmon(
            7,
            22,
            &[
                ("QueryName", "c2.example"),
                ("QueryResults", "type:  5 relay.example;::ffff:203.0.113.7;"),
            ],
        ),
    ]);
    let (reading, _) = support::read(&READER, &data);
    let host = "on dc01.studio.example";
    assert_eq!(
        events(&reading),
        [
            format!(
                "LogonRefused 4776 {host} by bob to - from - device WS9 object - x1 2014-11-24T00:00:03Z"
            ),
            format!(
                "AccountChange 4720 {host} by root to studio\\backup2 from - device - object - x1 2014-11-24T00:00:02Z"
            ),
            format!(
                "Service 7045 {host} by - to localsystem from - device - object PSEXESVC: %SystemRoot%\\PSEXESVC.exe x1 2014-11-24T00:00:00Z"
            ),
            format!(
                "LogCleared 1102 {host} by studio\\root to - from - device - object - x1 2014-11-24T00:00:04Z"
            ),
            format!(
                "Other Sysmon 3 {host} by studio\\eve to - from - device - object C:\\a.exe x1 2014-11-24T00:00:06Z"
            ),
        ]
    );
    let flows: Vec<String> = reading
        .observations
        .iter()
        .filter_map(|seen| match &seen.saw {
            Saw::Flow(flow) => Some(format!(
                "{} > {}:{} {} {}",
                flow.client,
                flow.server,
                flow.port,
                flow.protocol,
                flow.first.as_ref().unwrap().text()
            )),
            Saw::Resolution(answer) => Some(format!("{} {} {}", answer.name, answer.record, answer.answer)),
            _ => None,
        })
        .collect();
    assert_eq!(
        flows,
        [
            "c2.example A 203.0.113.7",
            "c2.example CNAME relay.example",
            "10.0.0.5 > 203.0.113.7:443 tcp 2014-11-24T00:00:05.123Z",
        ]
    );
    let counts = &reading.coverage;
    assert_eq!(
        (counts.seen, counts.parsed, counts.used, counts.dropped),
        (7, 7, 6, 0)
    );
}

#[test]
fn damage_gaps_and_clocks_are_said() {
    let events = [
        security(1, 1000, 4624, LOGON),
        security(2, 1001, 4624, LOGON),
        security(3, 10, 4624, LOGON),
        security(9, 1003, 4624, LOGON),
    ];
    let whole = log(&events);
    let (reading, _) = support::read(&READER, &whole);
    assert_eq!(codes(&reading), ["evtx.clock-back", "evtx.record-gap"]);
    assert!(
        reading.anomalies[1]
            .text
            .contains("5 record numbers are missing in 1 places, the first from 4 to 8")
    );
    assert!(reading.anomalies.iter().all(|found| !found.lost));

    let mut places = Vec::new();
    dump(&whole.as_slice(), &mut |record| places.push(record.number)).unwrap();
    assert_eq!(places, [1, 2, 3, 9]);

    // The second record loses its signature: the others are read, and the loss is said.
    let mut hurt = whole.clone();
    let at = memchr::memmem::find_iter(&whole, b"**\0\0").nth(1).unwrap();
    hurt[at] = 0;
    let (reading, _) = support::read(&READER, &hurt);
    assert_eq!(
        (
            reading.coverage.seen,
            reading.coverage.used,
            reading.coverage.dropped
        ),
        (4, 3, 1)
    );
    assert!(codes(&reading).contains(&"evtx.checksum"));
    assert!(
        reading
            .anomalies
            .iter()
            .any(|found| found.code == "evtx.record" && found.lost)
    );
}

#[test]
fn a_log_cut_or_changed_anywhere_keeps_the_laws() {
    let data = log(&[
        security(1, 1, 4624, LOGON),
        security(
            2,
            2,
            4688,
            &[
                ("NewProcessName", "C:\\x.exe"),
                ("SubjectUserName", "a"),
                ("CommandLine", "curl http://203.0.113.5/a"),
            ],
        ),
    ]);
    for cut in (0..6000).step_by(41) {
        support::check_laws(&READER, &data[..cut]);
    }
    support::check_laws(&READER, &[&data[..4096], &data[4096..], &data[4096..]].concat());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn changed_bytes_keep_the_laws(changes in proptest::collection::vec((4096usize..8000, any::<u8>()), 1..24)) {
        let mut data = log(&[security(1, 1, 4624, LOGON), security(2, 2, 4624, LOGON)]);
        for (at, byte) in changes {
            data[at] = byte;
        }
        support::check_laws(&READER, &data);
    }
}
