//! The smallest worlds that show when traffic over a relay is a contact, and when a busy host explains it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ascribe_engines::{Evidence, Memo, Suggestions, World, addresses, contacts};
use ascribe_intel::{Infrastructure, Knowledge, Victim};
use ascribe_model::observation::{Flow, IndicatorKind, Mention};
use ascribe_model::text::Role;
use ascribe_model::words::{Kind, Tlp};
use ascribe_model::{ArtifactId, Day, Moment, Observation, Reading, Saw, Span};

const B: &str = "175.45.178.10";
const RELAY: &str = "8.8.1.1";
const VICTIM: &str = "10.0.0.5";
/// 2014-11-20T00:00:00Z in seconds.
const MIDNIGHT: i64 = 1_416_441_600;

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

/// Flows between two hosts, at these seconds after midnight.
fn flows(client: &str, server: &str, seconds: &[i64]) -> Saw {
    let mut starts: Vec<i64> = seconds
        .iter()
        .map(|second| (MIDNIGHT + second) * 1_000_000 + 17)
        .collect();
    starts.sort_unstable();
    let at = |at: Option<&i64>| at.and_then(|at| Moment::of_epoch_micros(*at));
    Saw::Flow(Box::new(Flow {
        client: client.to_owned(),
        server: server.to_owned(),
        port: 443,
        protocol: "tcp".to_owned(),
        first: at(starts.first()),
        last: at(starts.last()),
        connections: starts.len() as u64,
        packets: 0,
        bytes_out: 0,
        bytes_in: 0,
        starts: starts.into_iter().take(64).collect(),
        spans: vec![],
    }))
}

fn knowledge() -> Knowledge {
    Knowledge {
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
    }
}

fn run(engine: fn(&World<'_>) -> Suggestions, evidence: &[Evidence]) -> Suggestions {
    let incident_time = moment("2014-11-24");
    engine(&World {
        as_of: None,
        incident: "studio",
        incident_time: Some(&incident_time),
        knowledge: &knowledge(),
        evidence,
        corpora: &[],
        memo: &Memo::default(),
    })
}

/// Ten times at irregular minutes of ten hours.
const A_TIMES: [i64; 10] = [
    700, 5_300, 8_111, 13_777, 15_001, 20_500, 22_222, 27_900, 31_234, 35_000,
];

fn world(others: &[i64]) -> Vec<Evidence> {
    let mut saw = vec![flows(VICTIM, RELAY, &A_TIMES), flows(RELAY, B, others)];
    for peer in 0..40i64 {
        let times: Vec<i64> = (0..20).map(|at| (at * 1_733 + peer * 977) % 36_000).collect();
        saw.push(flows(RELAY, &format!("9.9.{peer}.1"), &times));
    }
    vec![evidence("conn.log", "log", saw)]
}

#[test]
fn a_relay_that_answers_at_once_is_a_contact_over_two_hops() {
    let later: Vec<i64> = A_TIMES.iter().map(|at| at + 9).collect();
    let world = world(&later);
    let given = run(contacts::suggest, &world);
    assert_eq!(given.findings.len(), 1);
    let finding = &given.findings[0];
    assert_eq!(finding.kind, Kind::Contact);
    assert_eq!(finding.fact.as_deref(), Some("contact:star-kp"));
    assert!(finding.overrides.hit.is_some() && finding.reason.is_some());
    assert!(
        finding.says.contains("in 10 of the 10 hours") && finding.says.contains("42 peers"),
        "{}",
        finding.says
    );
    // The same rows are not counted as a direct trace as well.
    assert!(run(addresses::suggest, &world).findings.is_empty());
}

#[test]
fn a_busy_host_weighs_nothing_either_way() {
    let unrelated: Vec<i64> = (0..60).map(|at| (at * 601 + 99) % 36_000).collect();
    let world = world(&unrelated);
    let given = run(contacts::suggest, &world);
    assert!(given.findings.is_empty());
    assert_eq!(
        given.counts.get("ways over one relay not beyond chance"),
        Some(&1)
    );
    assert!(run(addresses::suggest, &world).findings.is_empty());
}

#[test]
fn what_the_clock_drives_is_no_way() {
    let hourly: Vec<i64> = (0..10).map(|hour| hour * 3_600 + 5).collect();
    let answers: Vec<i64> = hourly.iter().map(|at| at + 3).collect();
    let saw = vec![flows(VICTIM, RELAY, &hourly), flows(RELAY, B, &answers)];
    assert!(
        run(contacts::suggest, &[evidence("conn.log", "log", saw)])
            .findings
            .is_empty()
    );
}

#[test]
fn a_common_burst_is_one_coincidence() {
    let burst: Vec<i64> = (0..50).map(|at| 700 + at * 7).collect();
    let saw = vec![flows(VICTIM, RELAY, &burst), flows(RELAY, B, &burst)];
    assert!(
        run(contacts::suggest, &[evidence("conn.log", "log", saw)])
            .findings
            .is_empty()
    );
}

#[test]
fn a_direct_contact_is_the_same_trace_and_stands_alone() {
    let later: Vec<i64> = A_TIMES.iter().map(|at| at + 9).collect();
    let mut world = world(&later);
    let mention = Saw::Mention(Mention {
        kind: IndicatorKind::Ipv4,
        value: "8.8.3.3".to_owned(),
        raw: "8.8.3.3".to_owned(),
        role: Role::ProgramString("ascii".to_owned()),
        spans: vec![Span::new(10, 20)],
        count: 1,
    });
    world.push(evidence("a.exe", "program", vec![mention]));
    let beats: Vec<i64> = (0..20).map(|beat| beat * 300 + 17).collect();
    world.push(evidence("direct.log", "log", vec![flows(B, "8.8.3.3", &beats)]));
    let given = run(contacts::suggest, &world);
    assert_eq!(given.findings.len(), 1);
    let finding = &given.findings[0];
    assert!(finding.overrides.hit.is_none());
    assert!(
        finding.says.contains("every 5.0 min with a jitter of 0.0 %"),
        "{}",
        finding.says
    );
}

#[test]
fn without_networks_of_the_victim_nobody_is_a_relay() {
    let later: Vec<i64> = A_TIMES.iter().map(|at| at + 9).collect();
    let incident_time = moment("2014-11-24");
    let mut knowledge = knowledge();
    knowledge.victim.networks.clear();
    let evidence = world(&later);
    let world = World {
        as_of: None,
        incident: "studio",
        incident_time: Some(&incident_time),
        knowledge: &knowledge,
        evidence: &evidence,
        corpora: &[],
        memo: &Memo::default(),
    };
    assert!(contacts::suggest(&world).findings.is_empty());
    assert_eq!(addresses::suggest(&world).findings.len(), 1);
}

/// Over many worlds in which nobody relays anything, no more ways are found than the corrected level says.
#[test]
fn chance_alone_gives_no_ways() {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut roll = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        i64::try_from(state % below).unwrap_or(0)
    };
    let mut found = 0;
    for _ in 0..300 {
        let mut times = |count: usize| -> Vec<i64> { (0..count).map(|_| roll(864_000)).collect() };
        let (a, b) = (times(60), times(60));
        let saw = vec![flows(VICTIM, RELAY, &a), flows(RELAY, B, &b)];
        found += run(contacts::suggest, &[evidence("conn.log", "log", saw)])
            .findings
            .len();
    }
    assert!(found <= 2, "{found} of 300 at a level of one in a thousand");
}
