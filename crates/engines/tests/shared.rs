//! What many use lowers a weight and says why, as of then; it never raises one.

use std::collections::BTreeMap;
use std::sync::Arc;

use ascribe_engines::{Evidence, Memo, Suggestions, World, addresses, contacts, operators};
use ascribe_intel::{Infrastructure, Knowledge, Victim};
use ascribe_model::observation::{Event, Flow, IndicatorKind, Intelligence, Mention};
use ascribe_model::text::Role;
use ascribe_model::words::Tlp;
use ascribe_model::{ArtifactId, Day, Moment, Observation, Reading, Saw, Span};

const STAR: &str = "175.45.178.10";

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap_or_else(|_| Moment::of_day(Day::ZERO))
}

fn evidence(path: &str, kind: &str, saw: Vec<Saw>) -> Evidence {
    let observations = (1u64..)
        .zip(saw)
        .map(|(line, saw)| Observation {
            at: Span::new(line * 100, line * 100 + 50).on_line(line),
            saw,
        })
        .collect();
    Evidence {
        source: None,
        path: path.to_owned(),
        id: ArtifactId::of(path.as_bytes()),
        known: moment("2014-12-01"),
        dated: true,
        valid: None,
        origin: path.to_owned(),
        tlp: Tlp::Amber,
        leaked: false,
        incident: "studio".to_owned(),
        reading: Arc::new(Reading {
            kind: kind.to_owned(),
            observations,
            ..Reading::default()
        }),
    }
}

fn flow(client: &str, server: &str, at: &str) -> Saw {
    Saw::Flow(Box::new(Flow {
        client: client.to_owned(),
        server: server.to_owned(),
        port: 443,
        protocol: "tcp".to_owned(),
        first: Moment::parse(at).ok(),
        last: Moment::parse(at).ok(),
        connections: 2,
        packets: 0,
        bytes_out: 0,
        bytes_in: 0,
        starts: vec![],
        spans: vec![],
    }))
}

fn listed(kind: &str, value: &str, valid: Option<&str>) -> Evidence {
    let of = if value.contains('/') {
        IndicatorKind::Cidr
    } else {
        IndicatorKind::Ipv4
    };
    evidence(
        "lists/shared.csv",
        "intelligence",
        vec![Saw::Intelligence(Box::new(Intelligence {
            id: "line 1".to_owned(),
            kind: "shared".to_owned(),
            name: kind.to_owned(),
            values: vec![(of, value.to_owned())],
            valid: valid.map(moment),
            ..Intelligence::default()
        }))],
    )
}

fn run(engine: fn(&World<'_>) -> Suggestions, evidence: &[Evidence]) -> Suggestions {
    let incident_time = moment("2014-11-24");
    let knowledge = Knowledge {
        infrastructure: vec![Infrastructure {
            id: "star-kp".to_owned(),
            name: None,
            what: vec!["175.45.176.0/22".to_owned()],
            holder: BTreeMap::new(),
            from: None,
            to: None,
            exclusive: None,
            source: None,
            known: None,
        }],
        victim: Victim {
            networks: vec!["10.0.0.0/8".into()],
            ..Victim::default()
        },
        ..Knowledge::default()
    };
    engine(&World {
        as_of: None,
        incident: "studio",
        incident_time: Some(&incident_time),
        knowledge: &knowledge,
        evidence,
        corpora: &[],
        memo: &Memo::default(),
    })
}

fn rarity(list: Option<Evidence>, more: &[Saw]) -> (Option<f64>, String) {
    let mut saw = vec![flow("10.0.0.5", STAR, "2014-11-20T10:00:00Z")];
    saw.extend(more.iter().cloned());
    let mut world = vec![evidence("conn.log", "log", saw)];
    world.extend(list);
    let given = run(addresses::suggest, &world);
    let [finding] = given.findings.as_slice() else {
        return (None, format!("{} findings", given.findings.len()));
    };
    assert_eq!(finding.overrides.rarity.is_some(), finding.reason.is_some());
    (
        finding.overrides.rarity.map(|range| range.point()),
        finding.says.clone(),
    )
}

#[test]
fn an_exit_counts_as_of_its_day_only() {
    assert_eq!(rarity(None, &[]).0, None);
    for (valid, expected) in [
        (Some("2014-11-20T07:00:00Z"), Some(0.3)),
        (Some("2014-11-21"), Some(0.3)),
        (Some("2014-11-23"), None),
        (Some("2026-11-20"), None),
        (None, Some(0.3)),
    ] {
        let (rarity, says) = rarity(Some(listed("tor-exit", STAR, valid)), &[]);
        assert_eq!(rarity, expected, "{valid:?}");
        assert_eq!(says.contains("a Tor exit"), expected.is_some());
        assert_eq!(says.contains("a list without a date"), valid.is_none());
    }
}

#[test]
fn a_rented_machine_is_less_shared_than_an_exit_and_one_exclusive_value_is_enough() {
    let hosting = || Some(listed("hosting", "175.45.178.0/24", Some("2014")));
    assert_eq!(rarity(hosting(), &[]).0, Some(0.05));
    let other = flow("10.0.0.5", "175.45.179.9", "2014-11-20T10:00:00Z");
    assert_eq!(rarity(hosting(), &[other]).0, None);
}

#[test]
fn traffic_with_a_public_resolver_that_a_program_names_is_no_contact() {
    let program = |address: &str| {
        evidence(
            "a.exe",
            "program",
            vec![Saw::Mention(Mention {
                kind: IndicatorKind::Ipv4,
                value: address.to_owned(),
                raw: address.to_owned(),
                role: Role::ProgramString("ascii".to_owned()),
                spans: vec![Span::new(10, 20)],
                count: 1,
            })],
        )
    };
    let count = |address: &str| {
        let log = evidence(
            "conn.log",
            "log",
            vec![flow(STAR, address, "2014-11-20T10:00:00Z")],
        );
        run(contacts::suggest, &[program(address), log]).findings.len()
    };
    assert_eq!(count("8.8.7.7"), 1);
    assert_eq!(count("8.8.8.8"), 0);
    // Quad9 was not there yet.
    assert_eq!(count("9.9.9.9"), 1);
}

#[test]
fn accounts_behind_a_shared_address_are_not_tied() {
    let event = |account: &str| {
        Saw::Event(Box::new(Event {
            action: ascribe_model::observation::Action::Logon,
            code: "4624".to_owned(),
            host: None,
            account: Some(account.to_owned()),
            target: None,
            from: Some("8.8.7.7".to_owned()),
            device: None,
            object: None,
            first: Moment::parse("2014-11-20").ok(),
            last: None,
            count: 1,
            spans: vec![],
        }))
    };
    let log = || {
        evidence(
            "auth.log",
            "log",
            vec![event("a@mail.test"), event("b@mail.test")],
        )
    };
    assert_eq!(run(operators::suggest, &[log()]).ties.groups.len(), 1);
    let given = run(
        operators::suggest,
        &[log(), listed("vpn", "8.8.7.0/24", Some("2014"))],
    );
    assert!(given.ties.groups.is_empty());
    let why = given.ties.rows[0].why_not.clone().unwrap();
    assert!(
        why.contains("VPN") && why.contains("lists/shared.csv line 1"),
        "{why}"
    );
}
