//! The smallest worlds that show who is tied to whom, and who is not.

use std::collections::BTreeMap;
use std::sync::Arc;

use ascribe_engines::{Evidence, Memo, Suggestions, World, addresses, operators};
use ascribe_intel::{Infrastructure, Knowledge, Victim};
use ascribe_model::observation::{Action, Event, Hop, Mail};
use ascribe_model::text::{Role, Text};
use ascribe_model::words::{Class, Kind, Persons, Tlp};
use ascribe_model::{ArtifactId, Day, Moment, Observation, Range, Reading, Saw, Span};
use proptest::prelude::*;

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
        origin: format!("collection-{path}"),
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

fn event(account: &str, from: &str, device: &str, day: &str) -> Saw {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Saw::Event(Box::new(Event {
        action: Action::Logon,
        code: "sshd: Accepted publickey".to_owned(),
        host: Some("gate".to_owned()),
        account: some(account),
        target: None,
        from: some(from),
        device: some(device),
        object: None,
        first: Moment::parse(day).ok(),
        last: Moment::parse(day).ok(),
        count: 2,
        spans: vec![],
    }))
}

fn mail(from: &str, sender: &str, helo: &str, below: &[&str]) -> Vec<Saw> {
    let mut saw = vec![Saw::Mail(Box::new(Mail {
        from: vec![from.to_owned()],
        message_id: Some("1.2@win-7f2k".to_owned()),
        date: Moment::parse("2014-11-21T10:00:00Z").ok(),
        ..Mail::default()
    }))];
    saw.push(Saw::Hop(Box::new(Hop {
        index: 0,
        from_name: Some(helo.to_owned()),
        from_address: Some(sender.to_owned()),
        by: Some("mx1.studio.example".to_owned()),
        when: Moment::parse("2014-11-21T10:00:01Z").ok(),
        ..Hop::default()
    })));
    for (index, address) in (1u32..).zip(below) {
        saw.push(Saw::Hop(Box::new(Hop {
            index,
            from_address: Some((*address).to_owned()),
            by: Some("somewhere.test".to_owned()),
            ..Hop::default()
        })));
    }
    saw
}

fn knowledge(persons: Persons) -> Knowledge {
    Knowledge {
        infrastructure: vec![Infrastructure {
            id: "star-kp".to_owned(),
            name: None,
            what: vec!["175.45.176.0/22".to_owned(), "head@postbox.ru".to_owned()],
            holder: BTreeMap::new(),
            from: Some(moment("2009-12")),
            to: Some(moment("2016")),
            exclusive: None,
            source: None,
            known: None,
        }],
        victim: Victim {
            networks: vec!["192.0.2.0/24".into()],
            domains: vec!["studio.example".into()],
            mail_hosts: vec!["mx1.studio.example".into()],
            ..Victim::default()
        },
        persons,
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

fn ties(evidence: &[Evidence]) -> Suggestions {
    run(operators::suggest, &knowledge(Persons::Pseudonyms), evidence)
}

/// Groups as "members; members".
fn groups(given: &Suggestions) -> Vec<String> {
    given
        .ties
        .groups
        .iter()
        .map(|group| {
            let names: Vec<&str> = group.members.iter().map(|(name, _)| name.as_str()).collect();
            names.join(", ")
        })
        .collect()
}

fn why_not(given: &Suggestions, name: &str) -> Vec<String> {
    given
        .ties
        .rows
        .iter()
        .filter(|row| row.a == name || row.b == name)
        .filter_map(|row| row.why_not.clone())
        .collect()
}

#[test]
fn a_key_ties_two_accounts_elsewhere_and_their_addresses() {
    let given = ties(&[evidence(
        "auth.log",
        "log",
        vec![
            event("one@mail.test", "8.8.1.1", "SHA256:abc", "2014-11-20"),
            event("two@mail.test", "8.8.2.2", "SHA256:abc", "2014-11-21"),
        ],
    )]);
    assert_eq!(
        groups(&given),
        ["8.8.1.1, 8.8.2.2, key P2, mailbox P1, mailbox P3"]
    );
    let group = &given.ties.groups[0];
    assert_eq!(group.joints, ["key P2"]);
    assert_eq!((group.ties, group.bridges), (6, 0));
    assert!(given.findings.is_empty());
}

#[test]
fn an_address_that_many_strangers_use_ties_nobody() {
    let users: Vec<Saw> = (0..4)
        .map(|user| event(&format!("user{user}@mail.test"), "8.8.1.1", "", "2014-11-20"))
        .collect();
    let given = ties(&[evidence("auth.log", "log", users)]);
    assert!(groups(&given).is_empty());
    assert_eq!(
        why_not(&given, "8.8.1.1").first().map(String::as_str),
        Some("4 unrelated accounts or devices use it")
    );
    // Four that one key ties are one.
    let users: Vec<Saw> = (0..4)
        .map(|user| {
            event(
                &format!("user{user}@mail.test"),
                "8.8.1.1",
                "SHA256:abc",
                "2014-11-20",
            )
        })
        .collect();
    assert_eq!(ties(&[evidence("auth.log", "log", users)]).ties.groups.len(), 1);
}

#[test]
fn an_address_that_was_used_by_others_later_does_not_tie_them() {
    let days = |second: &str| {
        ties(&[evidence(
            "auth.log",
            "log",
            vec![
                event("one@mail.test", "8.8.1.1", "", "2014-11-01"),
                event("two@mail.test", "8.8.1.1", "", second),
            ],
        )])
        .ties
        .groups
        .len()
    };
    assert_eq!(days("2014-11-08"), 1);
    assert_eq!(days("2014-11-09"), 2);
}

#[test]
fn accounts_of_the_victim_tie_nobody_and_count_only_from_outside() {
    let given = ties(&[evidence(
        "auth.log",
        "log",
        vec![
            event("jane", "192.0.2.7", "wks-jane", "2014-11-20"),
            event("jane", "8.8.1.1", "", "2014-11-20"),
            event("jane", STAR, "", "2014-11-20"),
            event("bob@studio.example", "8.8.1.1", "", "2014-11-20"),
        ],
    )]);
    assert!(groups(&given).is_empty());
    assert!(given.findings.is_empty());
    assert_eq!(given.ties.rows.len(), 3);
    assert!(given.ties.rows.iter().all(|row| row.why_not.is_some()));
}

#[test]
fn a_refused_logon_is_no_use_of_an_account() {
    let mut refused = event("one@mail.test", STAR, "", "2014-11-20");
    if let Saw::Event(event) = &mut refused {
        event.action = Action::LogonRefused;
    }
    let given = ties(&[evidence("auth.log", "log", vec![refused])]);
    assert!(given.ties.rows.is_empty() && given.findings.is_empty());
}

#[test]
fn a_persona_at_known_infrastructure_is_a_finding_about_the_trace_that_addresses_sees() {
    let world = [evidence(
        "threat.eml",
        "mail",
        mail("gop@mail.test", STAR, "x", &[]),
    )];
    let given = ties(&world);
    let seen = run(addresses::suggest, &knowledge(Persons::Never), &world);
    let (ours, theirs) = (&given.findings[0], &seen.findings[0]);
    assert_eq!(ours.kind, Kind::Operator);
    assert_eq!(ours.class, Some(Class::Infrastructure));
    assert_eq!(
        (&ours.fact, &ours.points_to, &ours.origin),
        (&theirs.fact, &theirs.points_to, &theirs.origin)
    );
    assert!(ours.overrides.is_empty());
    assert!(
        ours.says
            .contains("mailbox P1 was seen with 175.45.178.10 of star-kp (175.45.176.0/22)")
    );
    assert!(ours.says.contains("From header"));
}

#[test]
fn what_stands_below_the_boundary_and_what_the_sender_wrote_ties_nobody() {
    let mut saw = mail("gop@mail.test", "8.8.1.1", "x", &[STAR]);
    let header = Role::Header("x-originating-ip".to_owned());
    saw.push(Saw::Text(Text::verbatim(header, "[175.45.178.10]", 900, Some(9))));
    let given = ties(&[evidence("threat.eml", "mail", saw)]);
    assert!(given.findings.is_empty());
    assert!(groups(&given).is_empty());
    assert_eq!(
        why_not(&given, STAR),
        ["only claimed by whoever sent the mail"; 2]
    );
    assert!(why_not(&given, "8.8.1.1")[0].starts_with("a relay"));
}

#[test]
fn a_mail_services_own_host_ties_nobody() {
    for helo in ["out3.mail.test", "mail-ob0-f180.google.com"] {
        let given = ties(&[evidence(
            "threat.eml",
            "mail",
            mail("gop@mail.test", STAR, helo, &[]),
        )]);
        assert!(given.findings.is_empty(), "{helo}");
        assert!(groups(&given).is_empty(), "{helo}");
    }
}

#[test]
fn shared_infrastructure_ties_nobody() {
    let mut knowledge = knowledge(Persons::Never);
    knowledge.infrastructure[0].exclusive = Range::new(0.1, 0.2, 0.4).ok();
    let world = [evidence(
        "threat.eml",
        "mail",
        mail("gop@mail.test", STAR, "x", &[]),
    )];
    let given = run(operators::suggest, &knowledge, &world);
    assert!(given.findings.is_empty() && given.ties.groups.is_empty());
}

#[test]
fn nobody_is_named_unless_listed_and_carried_by_two_documented_origins() {
    let mut world = vec![
        evidence(
            "a.log",
            "log",
            vec![event("head@postbox.ru", STAR, "SHA256:abc", "2014-11-20")],
        ),
        evidence(
            "b.log",
            "log",
            vec![event("other@mail.test", STAR, "SHA256:abc", "2014-11-20")],
        ),
    ];
    let text = |persons, world: &[Evidence]| {
        let given = run(operators::suggest, &knowledge(persons), world);
        format!("{:?} {:?} {:?}", given.ties, given.findings, given.counts)
    };
    for persons in [Persons::Never, Persons::Pseudonyms, Persons::Listed] {
        let said = text(persons, &world);
        for name in ["head@", "other@", "abc"] {
            assert!(!said.contains(name), "{persons}: {name}");
        }
        assert_eq!(said.contains("mailbox P"), persons != Persons::Never);
    }
    world.push(evidence(
        "c.log",
        "log",
        vec![event("head@postbox.ru", STAR, "", "2014-11-20")],
    ));
    let said = text(Persons::Listed, &world);
    assert!(said.contains("head@postbox.ru") && !said.contains("other@"));
    // A second file of the same collection, or one that nothing is said of, is no second origin.
    world[2].origin = world[2].path.clone();
    assert!(!text(Persons::Listed, &world).contains("head@"));
    assert!(!text(Persons::Pseudonyms, &world).contains("head@"));
}

#[test]
fn pseudonyms_do_not_change_when_more_becomes_known() {
    let first = evidence(
        "z.log",
        "log",
        vec![event("one@mail.test", "8.8.1.1", "", "2014-11-20")],
    );
    let mut later = evidence(
        "a.log",
        "log",
        vec![event("two@mail.test", "8.8.1.1", "", "2014-11-20")],
    );
    later.known = moment("2015-02");
    let given = ties(&[later, first]);
    assert_eq!(groups(&given), ["8.8.1.1, mailbox P1, mailbox P2"]);
    let row = given
        .ties
        .rows
        .iter()
        .find(|row| row.provenance[0].path == "z.log")
        .unwrap();
    assert!([row.a.as_str(), row.b.as_str()].contains(&"mailbox P1"));
}

fn any_event() -> impl Strategy<Value = Saw> {
    ("[a-d]", "[a-c]", "[a-c]?", 1u8..28).prop_map(|(account, from, device, day)| {
        let address = match from.as_str() {
            "a" => STAR.to_owned(),
            "b" => "8.8.98.1".to_owned(),
            _ => "8.8.99.1".to_owned(),
        };
        let device = if device.is_empty() {
            device
        } else {
            format!("SHA256:{device}")
        };
        event(
            &format!("{account}@mail.test"),
            &address,
            &device,
            &format!("2014-11-{day:02}"),
        )
    })
}

proptest! {
    #[test]
    fn the_order_of_evidence_does_not_matter(events in proptest::collection::vec(any_event(), 1..12), at in 0usize..12) {
        let mut world: Vec<Evidence> = (0..)
            .zip(events)
            .map(|(index, event): (usize, _)| evidence(&format!("{index:02}.log"), "log", vec![event]))
            .collect();
        let before = ties(&world);
        let at = at % world.len();
        world.rotate_left(at);
        world.reverse();
        let after = ties(&world);
        prop_assert_eq!(before.ties, after.ties);
        prop_assert_eq!(before.findings, after.findings);
    }

    #[test]
    fn whatever_a_log_says_is_taken(account in ".{0,40}", host in ".{0,20}", from in ".{0,40}", device in ".{0,40}") {
        let mut saw = event(&account, &from, &device, "2014-11-20");
        if let Saw::Event(event) = &mut saw {
            event.host = Some(host);
        }
        let _ = ties(&[evidence("auth.log", "log", vec![saw])]);
    }
}
