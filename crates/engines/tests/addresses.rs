//! The smallest worlds that show what is a trace of infrastructure and what is not.

use std::collections::BTreeMap;
use std::sync::Arc;

use ascribe_engines::{Evidence, Memo, Suggestions, World, addresses, contacts};
use ascribe_intel::{Actor, Alias, Infrastructure, Knowledge, Source, Victim};
use ascribe_model::observation::{Action, Event, Flow, Hop, IndicatorKind, Intelligence, Mail, Mention};
use ascribe_model::text::Role;
use ascribe_model::words::{ActorKind, SourceKind, Tlp};
use ascribe_model::{ArtifactId, Day, Moment, Observation, Reading, Saw, Span};
use proptest::prelude::*;

const STAR: &str = "175.45.178.10";
const RELAY: &str = "203.0.113.9";

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

fn mention(value: &str) -> Saw {
    let kind = match value {
        url if url.contains("://") => IndicatorKind::Url,
        mailbox if mailbox.contains('@') => IndicatorKind::Email,
        address if address.parse::<std::net::Ipv4Addr>().is_ok() => IndicatorKind::Ipv4,
        _ => IndicatorKind::Domain,
    };
    Saw::Mention(Mention {
        kind,
        value: value.to_owned(),
        raw: value.to_owned(),
        role: Role::ProgramString("ascii".to_owned()),
        spans: vec![Span::new(10, 20)],
        count: 1,
    })
}

fn flow(client: &str, server: &str, port: u16, first: &str) -> Saw {
    Saw::Flow(Box::new(Flow {
        client: client.to_owned(),
        server: server.to_owned(),
        port,
        protocol: "tcp".to_owned(),
        first: Moment::parse(first).ok(),
        last: Moment::parse(first).ok(),
        connections: 2,
        packets: 0,
        bytes_out: 0,
        bytes_in: 0,
        starts: vec![],
        spans: vec![],
    }))
}

fn hop(index: u32, address: &str, by: &str) -> Saw {
    Saw::Hop(Box::new(Hop {
        index,
        from_address: Some(address.to_owned()),
        by: Some(by.to_owned()),
        when: Moment::parse("2014-12-10T02:20:46-08:00").ok(),
        ..Hop::default()
    }))
}

fn infrastructure(id: &str, what: &[&str], from: Option<&str>, to: Option<&str>) -> Infrastructure {
    Infrastructure {
        id: id.to_owned(),
        name: None,
        what: what.iter().map(|&what| what.to_owned()).collect(),
        holder: BTreeMap::new(),
        from: from.map(moment),
        to: to.map(moment),
        exclusive: None,
        source: None,
        known: None,
    }
}

fn knowledge() -> Knowledge {
    Knowledge {
        infrastructure: vec![
            infrastructure(
                "star-kp",
                &["175.45.176.0/22", "head@postbox.ru"],
                Some("2009-12"),
                Some("2016"),
            ),
            infrastructure(
                "trap",
                &[
                    "203.0.113.0/24",
                    "10.0.0.0/8",
                    "198.18.0.0/15",
                    "9.9.9.0/24",
                    "bad.example",
                ],
                None,
                None,
            ),
            infrastructure("names", &["bad-news.org"], None, None),
        ],
        victim: Victim {
            networks: vec!["9.9.9.0/24".into(), "192.0.2.0/24".into()],
            domains: vec!["studio.example".into()],
            mail_hosts: vec!["mx1.studio.example".into()],
            ..Victim::default()
        },
        ..Knowledge::default()
    }
}

fn run(engine: fn(&World<'_>) -> Suggestions, knowledge: &Knowledge, evidence: &[Evidence]) -> Suggestions {
    let incident_time = moment("2014-11-24");
    engine(&World {
        as_of: None,
        incident: "studio",
        incident_time: Some(&incident_time),
        knowledge,
        evidence,
        corpora: &[],
        memo: &Memo::default(),
    })
}

/// Findings as `fact | origin | kind | says`.
fn lines(given: &Suggestions) -> Vec<String> {
    let mut lines: Vec<String> = given
        .findings
        .iter()
        .map(|finding| {
            format!(
                "{} | {} | {} | {}",
                finding.fact.as_deref().unwrap_or("-"),
                finding.origin,
                finding.kind,
                finding.says
            )
        })
        .collect();
    lines.sort();
    lines
}

fn codes(given: &Suggestions) -> Vec<(&str, &str)> {
    given
        .anomalies
        .iter()
        .map(|(path, anomaly)| (path.as_str(), anomaly.code.as_str()))
        .collect()
}

#[test]
fn one_origin_gives_one_finding_and_another_origin_a_second_about_the_same_trace() {
    let mut second = evidence("programs/b", "program", vec![mention("175.45.177.1")]);
    second.origin = "programs/a".to_owned();
    let world = [
        evidence(
            "logs/p.csv",
            "log",
            vec![flow("192.0.2.7", STAR, 443, "2014-11-20T10:00:00Z")],
        ),
        evidence(
            "programs/a",
            "program",
            vec![mention(STAR), mention("cdn.bad-news.org")],
        ),
        second,
    ];
    let given = run(addresses::suggest, &knowledge(), &world);
    assert_eq!(
        lines(&given),
        [
            "infrastructure:names | programs/a | address | programs/a byte 10: cdn.bad-news.org lies under bad-news.org of names, held as of 2014-11-24 (the evidence's own date is not known)",
            "infrastructure:star-kp | logs/p.csv | address | logs/p.csv line 1: 175.45.178.10 is inside star-kp (175.45.176.0/22), held as of 2014-11-20T10:00:00Z",
            "infrastructure:star-kp | programs/a | address | programs/a byte 10: 175.45.178.10 is inside star-kp (175.45.176.0/22), held as of 2014-11-24 (the evidence's own date is not known); the same evidence has 1 more value of it (175.45.177.1)",
        ]
    );
    assert_eq!(given.counts.get("addresses matched"), Some(&2));
}

#[test]
fn articles_notes_intelligence_bodies_and_free_cells_are_no_traces() {
    let mut agent = mention(STAR);
    if let Saw::Mention(mention) = &mut agent {
        mention.role = Role::Cell("user_agent".to_owned());
    }
    let mut world: Vec<Evidence> = [
        "text",
        "markdown",
        "html",
        "pdf",
        "intelligence",
        "mail",
        "unknown",
    ]
    .iter()
    .map(|kind| {
        evidence(
            &format!("x.{kind}"),
            kind,
            vec![
                mention(STAR),
                mention("http://bad-news.org/"),
                mention("bad-news.org"),
            ],
        )
    })
    .collect();
    world.push(evidence("x.log", "log", vec![agent]));
    world.sort_by(|a, b| a.path.cmp(&b.path));
    let given = run(addresses::suggest, &knowledge(), &world);
    assert_eq!(lines(&given), Vec::<String>::new());
    assert_eq!(given.counts.get("addresses seen"), Some(&1));
    assert_eq!(given.counts.get("addresses matched"), None);
}

#[test]
fn documentation_private_reserved_and_the_victims_own_never_match() {
    let world = [evidence(
        "a",
        "program",
        [
            "203.0.113.5",
            "10.1.2.3",
            "198.18.0.1",
            "9.9.9.9",
            "www.bad.example",
        ]
        .map(mention)
        .to_vec(),
    )];
    let given = run(addresses::suggest, &knowledge(), &world);
    assert_eq!(lines(&given), Vec::<String>::new());
    assert_eq!(given.leads, []);
    assert_eq!(given.counts.get("addresses of the victim"), Some(&1));
    assert_eq!(given.counts.get("addresses set aside for documents"), Some(&1));
    assert_eq!(given.counts.get("addresses private or reserved"), Some(&2));
}

#[test]
fn outside_its_window_infrastructure_gives_an_anomaly_and_a_lead() {
    let world = [evidence(
        "l",
        "log",
        vec![flow("192.0.2.7", STAR, 443, "2008-05-01T10:00:00Z")],
    )];
    let given = run(addresses::suggest, &knowledge(), &world);
    assert_eq!(lines(&given), Vec::<String>::new());
    assert_eq!(codes(&given), [("l", "addresses.not-held-then")]);
    assert_eq!(given.leads[0].what, "holder of 175.45.178.10 in 2008-05");
    // The evidence's own validity stands in for a missing time.
    let mut old = evidence("p", "program", vec![mention(STAR)]);
    old.valid = Some(moment("2018"));
    assert_eq!(
        codes(&run(addresses::suggest, &knowledge(), &[old])),
        [("p", "addresses.not-held-then")]
    );
}

#[test]
fn a_mail_is_believed_as_far_as_the_victims_hosts_wrote_it() {
    let direct = evidence(
        "d.eml",
        "mail",
        vec![
            hop(0, "192.0.2.25", "mail2.studio.example"),
            hop(1, STAR, "mx1.studio.example"),
        ],
    );
    let given = run(addresses::suggest, &knowledge(), &[direct]);
    assert_eq!(
        lines(&given),
        [
            "infrastructure:star-kp | d.eml | mail | d.eml line 2: 175.45.178.10 is inside star-kp (175.45.176.0/22), held as of 2014-12-10T02:20:46-08:00"
        ]
    );
    let forged = evidence(
        "f.eml",
        "mail",
        vec![
            hop(0, "8.8.4.4", "mx1.studio.example"),
            hop(1, STAR, "mx1.studio.example"),
        ],
    );
    let given = run(addresses::suggest, &knowledge(), &[forged]);
    assert_eq!(lines(&given), Vec::<String>::new());
    assert_eq!(
        codes(&given),
        [
            ("f.eml", "addresses.beyond-boundary"),
            ("f.eml", "addresses.pretended-hop")
        ]
    );
    assert_eq!(given.leads[0].what, "holder of 8.8.4.4 in 2014-11");
    let from = Mail {
        from: vec!["Head@postbox.ru".to_owned()],
        ..Mail::default()
    };
    let given = run(
        addresses::suggest,
        &knowledge(),
        &[evidence("g.eml", "mail", vec![Saw::Mail(Box::new(from))])],
    );
    assert_eq!(given.findings.len(), 1);
    assert!(given.findings[0].overrides.forgeability.is_some() && given.findings[0].reason.is_some());
}

fn claim(author: Option<&str>, of: &str, value: &str) -> Saw {
    Saw::Intelligence(Box::new(Intelligence {
        id: "i1".to_owned(),
        kind: "indicator".to_owned(),
        values: vec![(IndicatorKind::Ipv4, value.to_owned())],
        attributed_to: vec![of.to_owned()],
        author: author.map(str::to_owned),
        ..Intelligence::default()
    }))
}

#[test]
fn intelligence_speaks_for_its_author_about_a_party_known_by_that_name() {
    let mut known = knowledge();
    known.actors = vec![Actor {
        id: "nk".to_owned(),
        name: "North Korea".to_owned(),
        kind: ActorKind::State,
        frameable: true,
        members: vec![],
        parent: None,
        from: None,
        aliases: vec![Alias {
            name: "HIDDEN COBRA".to_owned(),
            source: None,
            known: None,
        }],
        size: vec![],
        known: None,
        source: None,
        to: None,
    }];
    known.sources = vec![Source {
        id: "dhs".to_owned(),
        name: "DHS".to_owned(),
        kind: SourceKind::Government,
        party: None,
        grade: None,
        reliable: None,
        push: None,
        stake: None,
        reason: None,
        known: None,
    }];
    let program = || evidence("p", "program", vec![mention("8.8.40.4"), mention(RELAY)]);
    let given = run(
        addresses::suggest,
        &known,
        &[
            evidence(
                "i",
                "intelligence",
                vec![claim(Some("dhs"), "hidden cobra", "8.8.40.4")],
            ),
            program(),
        ],
    );
    assert_eq!(given.findings.len(), 1);
    let finding = &given.findings[0];
    assert_eq!(
        (finding.source.as_deref(), finding.fact.as_deref()),
        (Some("dhs"), Some("intelligence:nk"))
    );
    assert!(finding.overrides.is_empty() && finding.rests_on.is_some());
    let given = run(
        addresses::suggest,
        &known,
        &[
            evidence("i", "intelligence", vec![claim(None, "Hidden Cobra", "8.8.40.4")]),
            program(),
        ],
    );
    assert!(given.findings[0].source.is_none() && given.findings[0].overrides.if_absent.is_some());
    for claim in [
        claim(Some("dhs"), "COZY", "8.8.40.4"),
        claim(Some("dhs"), "nk", RELAY),
        claim(Some("dhs"), "nk", "8.8.8.8"),
    ] {
        let given = run(
            addresses::suggest,
            &known,
            &[evidence("i", "intelligence", vec![claim]), program()],
        );
        assert_eq!(lines(&given), Vec::<String>::new());
    }
}

#[test]
fn traffic_with_an_address_that_a_program_carries_is_a_contact_and_counted_once() {
    let world = [
        evidence(
            "conn.log",
            "log",
            vec![
                flow(STAR, RELAY, 8080, "2014-11-01T00:00:00Z"),
                flow("175.45.176.9", RELAY, 8080, "2014-11-03T00:00:00Z"),
            ],
        ),
        evidence(
            "p",
            "program",
            vec![mention(RELAY), mention("http://203.0.113.9:8080/x")],
        ),
    ];
    let given = run(contacts::suggest, &knowledge(), &world);
    assert_eq!(
        lines(&given),
        [
            "contact:star-kp | conn.log | contact | conn.log line 1: 175.45.176.9, 175.45.178.10 of star-kp and 203.0.113.9, written into p byte 10, talked 4 times on port 8080 from 2014-11-01T00:00:00Z to 2014-11-03T00:00:00Z; the program names port 8080 with it"
        ]
    );
    let paths: Vec<&str> = given.findings[0]
        .provenance
        .iter()
        .map(|place| place.path.as_str())
        .collect();
    assert_eq!(paths, ["conn.log", "conn.log", "p"]);
    assert_eq!(given.findings[0].may_overlap, ["p"]);
    // The same rows are no second trace for the other engine.
    assert_eq!(
        lines(&run(addresses::suggest, &knowledge(), &world)),
        Vec::<String>::new()
    );
}

#[test]
fn no_contact_without_the_program_or_with_the_victim_or_out_of_time() {
    let check = |flow: Saw, written: &str| {
        let world = [
            evidence("c", "log", vec![flow]),
            evidence("p", "program", vec![mention(written)]),
        ];
        lines(&run(contacts::suggest, &knowledge(), &world)).len()
    };
    assert_eq!(check(flow(STAR, RELAY, 80, "2014-11-01T00:00:00Z"), RELAY), 1);
    assert_eq!(check(flow(RELAY, STAR, 80, "2014-11-01T00:00:00Z"), RELAY), 1);
    assert_eq!(
        check(flow(STAR, RELAY, 80, "2014-11-01T00:00:00Z"), "203.0.113.10"),
        0
    );
    assert_eq!(check(flow(STAR, RELAY, 80, "2003-11-01T00:00:00Z"), RELAY), 0);
    assert_eq!(
        check(flow(STAR, "9.9.9.9", 80, "2014-11-01T00:00:00Z"), "9.9.9.9"),
        0
    );
    assert_eq!(
        check(flow(STAR, "10.0.0.9", 80, "2014-11-01T00:00:00Z"), "10.0.0.9"),
        0
    );
    // Documentation space listed as infrastructure is nobody's.
    assert_eq!(
        check(flow("203.0.113.77", RELAY, 80, "2014-11-01T00:00:00Z"), RELAY),
        0
    );
}

#[test]
fn what_becomes_known_later_does_not_date_a_finding() {
    let mut late = evidence("a-late", "program", vec![mention("175.45.177.1")]);
    late.known = moment("2018-09-06");
    late.origin = "samples".to_owned();
    let mut early = evidence("b-early", "program", vec![mention(STAR)]);
    early.origin = "samples".to_owned();
    let given = run(addresses::suggest, &knowledge(), &[late, early]);
    assert_eq!(given.findings.len(), 1);
    assert_eq!(given.findings[0].known, moment("2014-12-01"));
    assert!(
        given.findings[0]
            .provenance
            .iter()
            .all(|place| place.path == "b-early")
    );
}

proptest! {
    #[test]
    fn the_order_of_evidence_does_not_matter(order in Just((0usize..6).collect::<Vec<_>>()).prop_shuffle()) {
        let mut world = vec![
            evidence("a.log", "log", vec![flow("192.0.2.7", STAR, 443, "2014-11-20T10:00:00Z"), flow(STAR, RELAY, 8080, "2014-11-01T00:00:00Z")]),
            evidence("b", "program", vec![mention(RELAY), mention("175.45.176.3"), mention("8.8.8.8")]),
            evidence("c", "program", vec![mention("175.45.176.4"), mention("bad-news.org")]),
            evidence("d.eml", "mail", vec![hop(0, STAR, "mx1.studio.example"), hop(1, "175.45.176.5", "x")]),
            evidence("e.txt", "text", vec![mention(STAR)]),
            evidence("f.log", "log", vec![flow(RELAY, "175.45.176.6", 80, "2008-11-01T00:00:00Z")]),
        ];
        for item in &mut world[1..3] {
            item.origin = "samples".to_owned();
        }
        let shuffled: Vec<Evidence> = order.iter().map(|index| world[*index].clone()).collect();
        for engine in [addresses::suggest, contacts::suggest] {
            let (a, b) = (run(engine, &knowledge(), &world), run(engine, &knowledge(), &shuffled));
            prop_assert_eq!(&a.findings, &b.findings);
            prop_assert_eq!((&a.anomalies, &a.counts, &a.leads), (&b.anomalies, &b.counts, &b.leads));
            prop_assert!(!a.findings.is_empty());
        }
    }
}

#[test]
fn who_got_in_from_infrastructure_is_a_sighting_and_a_refused_try_is_none() {
    let logged = |action| {
        Saw::Event(Box::new(Event {
            action,
            code: "4624".to_owned(),
            host: Some("dc01".to_owned()),
            account: Some("alice".to_owned()),
            target: None,
            from: Some(STAR.to_owned()),
            device: None,
            object: None,
            first: Some(moment("2014-11-20T10:00:00Z")),
            last: Some(moment("2014-11-20T10:00:00Z")),
            count: 2,
            spans: vec![Span::new(10, 20)],
        }))
    };
    let given = |action| {
        let evidence = evidence("logs/security.evtx", "event-log", vec![logged(action)]);
        run(addresses::suggest, &knowledge(), &[evidence])
    };
    assert!(given(Action::LogonRefused).findings.is_empty());
    assert!(given(Action::Other).findings.is_empty());
    let found = given(Action::Logon);
    assert_eq!(found.findings.len(), 1);
    assert_eq!(found.findings[0].fact.as_deref(), Some("infrastructure:star-kp"));
}
