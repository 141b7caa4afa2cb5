//! What logged events become in the timeline, and what they never become.

use std::sync::Arc;

use ascribe_engines::{Evidence, Memo, Suggestions, World, events};
use ascribe_intel::{Knowledge, Victim};
use ascribe_model::observation::{Action, Event};
use ascribe_model::words::{Kind, Tlp};
use ascribe_model::{ArtifactId, Moment, Observation, Reading, Saw, Span};

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap_or_else(|_| Moment::of_day(ascribe_model::Day::ZERO))
}

fn event(action: Action, code: &str, day: u8, from: Option<&str>, object: Option<&str>) -> Event {
    let at = moment(&format!("2014-11-{day:02}T09:00:00Z"));
    Event {
        action,
        code: code.to_owned(),
        host: Some("dc01".to_owned()),
        account: Some("studio\\alice".to_owned()),
        target: None,
        from: from.map(str::to_owned),
        device: None,
        object: object.map(str::to_owned),
        first: Some(at.clone()),
        last: Some(at),
        count: 3,
        spans: vec![Span::new(u64::from(day) * 100, u64::from(day) * 100 + 50)],
    }
}

fn evidence(path: &str, known: &str, events: Vec<Event>) -> Evidence {
    Evidence {
        source: None,
        path: path.to_owned(),
        id: ArtifactId::of(path.as_bytes()),
        known: moment(known),
        dated: true,
        valid: None,
        origin: "studio".to_owned(),
        tlp: Tlp::Amber,
        leaked: false,
        incident: "studio".to_owned(),
        reading: Arc::new(Reading {
            kind: "event-log".to_owned(),
            observations: events
                .into_iter()
                .map(|event| Observation {
                    at: event.spans.first().copied().unwrap_or_default(),
                    saw: Saw::Event(Box::new(event)),
                })
                .collect(),
            ..Reading::default()
        }),
    }
}

fn suggest(evidence: &[Evidence]) -> Suggestions {
    let knowledge = Knowledge {
        victim: Victim {
            networks: vec!["198.51.100.0/24".parse().unwrap()],
            ..Victim::default()
        },
        ..Knowledge::default()
    };
    events::suggest(&World {
        as_of: None,
        incident: "studio",
        incident_time: None,
        knowledge: &knowledge,
        evidence,
        corpora: &[],
        memo: &Memo::default(),
    })
}

fn says(found: &Suggestions) -> Vec<String> {
    let mut says: Vec<String> = found
        .findings
        .iter()
        .map(|finding| finding.says.clone())
        .collect();
    says.sort();
    says
}

#[test]
fn logons_are_told_only_where_they_come_from_outside() {
    let found = suggest(&[evidence(
        "logs/security.evtx",
        "2014-12-01",
        vec![
            event(Action::Logon, "4624", 20, Some("10.0.0.5"), None),
            event(Action::Logon, "4624", 21, Some("198.51.100.4"), None),
            event(Action::LogonRefused, "4625", 21, Some("203.0.113.9"), None),
            event(Action::Logon, "4624", 23, Some("203.0.113.9"), None),
            event(Action::Logon, "4624", 22, Some("203.0.113.8"), None),
        ],
    )]);
    assert_eq!(
        says(&found),
        [
            "logs/security.evtx byte 2200: on dc01, one account got in 6 times from 2 addresses outside the victim's \
             networks (203.0.113.8, 203.0.113.9), first 2014-11-22T09:00:00Z, last 2014-11-23T09:00:00Z"
        ]
    );
    let finding = &found.findings[0];
    assert_eq!((finding.kind, finding.points_to.clone()), (Kind::Access, None));
    assert_eq!(finding.provenance.len(), 2);
    assert_eq!(
        finding.happened.as_ref().unwrap().text(),
        "2014-11-22T09:00:00Z..2014-11-23T09:00:00Z"
    );
}

#[test]
fn one_finding_for_each_action_and_host_and_no_account_is_named() {
    let found = suggest(&[evidence(
        "logs/system.evtx",
        "2014-12-01",
        vec![
            event(
                Action::Service,
                "7045",
                20,
                None,
                Some("PSEXESVC: %SystemRoot%\\PSEXESVC.exe"),
            ),
            event(Action::Service, "7036", 20, None, Some("Spooler: running")),
            event(Action::Service, "7045", 21, None, Some("updater: C:\\u.exe")),
            event(Action::LogCleared, "1102", 24, None, None),
            event(Action::AccountChange, "4720", 19, None, None),
            event(Action::AccountChange, "4723", 19, None, None),
            event(Action::Process, "4688", 19, None, Some("C:\\x.exe")),
        ],
    )]);
    assert_eq!(
        says(&found),
        [
            "logs/system.evtx byte 1900: on dc01, one account made, first 2014-11-19T09:00:00Z",
            "logs/system.evtx byte 2000: on dc01, services were installed 6 times (PSEXESVC: %SystemRoot%\\PSEXESVC.exe, \
             updater: C:\\u.exe), first 2014-11-20T09:00:00Z, last 2014-11-21T09:00:00Z",
            "logs/system.evtx byte 2400: on dc01, a log was cleared 3 times, first 2014-11-24T09:00:00Z",
        ]
    );
    assert!(!says(&found).iter().any(|text| text.contains("alice")));
    assert!(found.findings.iter().all(|finding| finding.points_to.is_none()));
}

#[test]
fn what_became_known_later_does_not_date_the_finding_and_order_does_not_matter() {
    let early = evidence(
        "a.evtx",
        "2014-12-01",
        vec![event(Action::LogCleared, "104", 24, None, None)],
    );
    let late = evidence(
        "b.evtx",
        "2014-12-09",
        vec![event(Action::LogCleared, "104", 20, None, None)],
    );
    let found = suggest(&[early.clone(), late.clone()]);
    assert_eq!(found.findings.len(), 1);
    assert_eq!(found.findings[0].known.text(), "2014-12-01");
    assert_eq!(
        found.findings[0].happened.as_ref().unwrap().text(),
        "2014-11-24T09:00:00Z"
    );
    assert_eq!(found.findings, suggest(&[late, early]).findings);
}

#[test]
fn many_hosts_do_not_flood_the_timeline() {
    let events = (0..200)
        .map(|at| Event {
            host: Some(format!("host{at:03}")),
            ..event(Action::Service, "7045", 20, None, Some("x"))
        })
        .collect();
    let found = suggest(&[evidence("logs/all.evtx", "2014-12-01", events)]);
    assert_eq!(found.findings.len(), 48);
    assert_eq!(found.anomalies.len(), 1);
}
