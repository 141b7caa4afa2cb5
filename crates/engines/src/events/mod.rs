//! What do the logs of the victim's systems say happened, and when?
//!
//! For the timeline only: logons from outside, accounts made, services and tasks installed, programs started from
//! elsewhere, logs cleared; one finding for each of these and each host. They weigh nothing and point to nobody. Accounts
//! are counted, never named; the records behind a finding say more.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::holdings::Own;
use ascribe_model::finding::engine_finding_id;
use ascribe_model::observation::{Action, Event, Saw};
use ascribe_model::words::{About, Kind};
use ascribe_model::{Anomaly, Finding, Moment, Provenance};

use crate::sighting::{Standing, address_kind, blank, of_incident, place, standing, stands};
use crate::{Engine, Evidence, Suggestions, World};

/// The engine.
pub const ENGINE: Engine = Engine { name: NAME, suggest };
const NAME: &str = "events";
/// Findings of one case: a timeline that people read.
const FINDINGS_MAX: usize = 48;
const PLACES_MAX: usize = 16;
/// Names of services, tasks and addresses in one sentence.
const NAMES_MAX: usize = 4;
const NAME_CHARS_MAX: usize = 60;

/// What is told; the order is that in which there is room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Cleared,
    Accounts,
    Outside,
    Remote,
    Services,
    Groups,
    Tasks,
    Recording,
}

impl What {
    const fn word(self) -> &'static str {
        match self {
            Self::Cleared => "log-cleared",
            Self::Accounts => "accounts-made",
            Self::Outside => "logon-from-outside",
            Self::Remote => "remote-execution",
            Self::Services => "services-installed",
            Self::Groups => "group-membership",
            Self::Tasks => "tasks-planned",
            Self::Recording => "recording-changed",
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Outside => Kind::Access,
            _ => Kind::Timeline,
        }
    }

    /// What an event is told as; none where it is not.
    fn of(event: &Event, own: &Own) -> Option<Self> {
        let code = event.code.as_str();
        match event.action {
            Action::LogCleared if matches!(code, "1102" | "104") => Some(Self::Cleared),
            Action::LogCleared => Some(Self::Recording),
            Action::AccountChange if matches!(code, "4720" | "useradd: new user" | "newusers: new user") => {
                Some(Self::Accounts)
            }
            Action::AccountChange
                if matches!(code, "4728" | "4732" | "4756") || code.contains("to group") =>
            {
                Some(Self::Groups)
            }
            Action::Service if matches!(code, "7045" | "4697") => Some(Self::Services),
            Action::Task if matches!(code, "4698" | "TaskScheduler 106" | "crontab: REPLACE") => {
                Some(Self::Tasks)
            }
            Action::RemoteExecution => Some(Self::Remote),
            Action::Logon => {
                let from = event.from.as_deref()?;
                let standing = standing(address_kind(from)?, from, own);
                // Reconstructions use documentation addresses in place of real ones.
                matches!(standing, Standing::Global | Standing::Documentation).then_some(Self::Outside)
            }
            _ => None,
        }
    }

    /// What the names in the sentence are.
    fn name(self, event: &Event) -> Option<&str> {
        match self {
            Self::Outside => event.from.as_deref(),
            Self::Services | Self::Tasks | Self::Groups => event.object.as_deref(),
            Self::Cleared | Self::Accounts | Self::Remote | Self::Recording => None,
        }
    }
}

struct Seen<'w> {
    evidence: &'w Evidence,
    event: &'w Event,
    rows: Vec<Provenance>,
}

/// What the logs of the world say.
#[must_use]
pub fn suggest(world: &World<'_>) -> Suggestions {
    let own = Own::new(&world.knowledge.victim);
    let mut out = Suggestions::default();
    let mut groups: BTreeMap<(What, String, String), Vec<Seen<'_>>> = BTreeMap::new();
    let mut events = 0u64;
    for evidence in of_incident(world) {
        for observation in &evidence.reading.observations {
            let Saw::Event(event) = &observation.saw else {
                continue;
            };
            events = events.saturating_add(event.count);
            let Some(what) = What::of(event, &own) else {
                continue;
            };
            let at = [observation.at];
            let spans = if event.spans.is_empty() {
                at.as_slice()
            } else {
                &event.spans
            };
            let host = event.host.clone().unwrap_or_default();
            groups
                .entry((what, host, evidence.origin.clone()))
                .or_default()
                .push(Seen {
                    evidence,
                    event,
                    rows: spans.iter().map(|span| stands(evidence, *span)).collect(),
                });
        }
    }
    if events > 0 {
        out.counts.insert("events that systems logged".to_owned(), events);
    }
    let left_out = groups.len().saturating_sub(FINDINGS_MAX);
    for ((what, host, origin), seen) in groups.into_iter().take(FINDINGS_MAX) {
        let first_path = seen.first().map(|seen| seen.evidence.path.clone());
        let Some(finding) = finding(what, &host, &origin, seen, world) else {
            continue;
        };
        if out.findings.is_empty()
            && left_out > 0
            && let Some(path) = first_path
        {
            let text = format!(
                "{left_out} more kinds of event on hosts are not in the timeline; the rows have them"
            );
            out.anomalies
                .push((path, Anomaly::odd("events.more", None, text)));
        }
        out.findings.push(finding);
    }
    out.findings.sort_by(|a, b| a.id.cmp(&b.id));
    out
}

fn finding(
    what: What,
    host: &str,
    origin: &str,
    mut seen: Vec<Seen<'_>>,
    world: &World<'_>,
) -> Option<Finding> {
    // What became known later does not date the finding: it would be missing from the days before.
    let known = seen.iter().map(|seen| seen.evidence.known.clone()).min()?;
    seen.retain(|seen| seen.evidence.known <= known);
    let moments = || {
        seen.iter()
            .flat_map(|seen| seen.event.first.iter().chain(&seen.event.last))
    };
    let first = moments().min_by(|a, b| (a.first(), a.text()).cmp(&(b.first(), b.text())));
    let last = moments().max_by(|a, b| (a.last(), a.text()).cmp(&(b.last(), b.text())));
    seen.sort_by(|a, b| {
        let key = |seen: &Seen<'_>| seen.event.first.as_ref().map(Moment::first);
        // Without a time, last.
        (key(a).is_none(), key(a), &a.rows).cmp(&(key(b).is_none(), key(b), &b.rows))
    });
    let leaked = seen.iter().any(|seen| seen.evidence.leaked);
    let count = seen
        .iter()
        .fold(0u64, |sum, seen| sum.saturating_add(seen.event.count));
    let mut names: Vec<&str> = Vec::new();
    let mut parties: BTreeSet<&str> = BTreeSet::new();
    for seen in &seen {
        if let Some(name) = what.name(seen.event)
            && !names.contains(&name)
        {
            names.push(name);
        }
        let party = match what {
            What::Accounts | What::Groups => seen.event.target.as_deref(),
            _ => seen.event.account.as_deref(),
        };
        parties.extend(party);
    }
    let mut rows: Vec<Provenance> = Vec::new();
    for row in seen.iter().flat_map(|seen| &seen.rows) {
        if rows.len() < PLACES_MAX && !rows.contains(row) {
            rows.push(row.clone());
        }
    }
    let row = rows.first()?.clone();
    let listed = if leaked { String::new() } else { list(&names) };
    let fact = format!("{}:{host}", what.word());
    let (n, addresses, accounts) = (count, names.len(), parties.len());
    let on = if host.is_empty() {
        "a host that the log does not name"
    } else {
        host
    };
    let sentence = match what {
        What::Cleared => format!("a log was cleared {}", times(n)),
        What::Accounts => format!("{} made", people(accounts.max(1))),
        What::Outside => format!(
            "{} got in {} from {addresses} {} outside the victim's networks{listed}",
            people(accounts),
            times(n),
            if addresses == 1 { "address" } else { "addresses" },
        ),
        What::Remote => format!("a session for commands from another host was opened {}", times(n)),
        What::Services => format!("services were installed {}{listed}", times(n)),
        What::Groups => format!("{} added to groups {}{listed}", people(accounts.max(1)), times(n)),
        What::Tasks => format!("tasks were planned {}{listed}", times(n)),
        What::Recording => format!("logging stopped or its settings changed {}", times(n)),
    };
    let span = match (first, last) {
        (Some(from), Some(to)) if from.first_day() != to.last_day() => {
            format!(", first {from}, last {to}")
        }
        (Some(at), _) => format!(", first {at}"),
        _ => "; the log does not say when".to_owned(),
    };
    Some(Finding {
        id: engine_finding_id(NAME, &fact, &row),
        says: format!("{}: on {on}, {sentence}{span}", place(&row)),
        about: Some(About::Timeline),
        fact: Some(format!("event:{fact}")),
        happened: match (first, last) {
            (Some(from), Some(to)) if from != to => Moment::parse(&format!("{from}..{to}"))
                .ok()
                .or_else(|| Some(from.clone())),
            (from, _) => from.cloned(),
        },
        known,
        tlp: seen.iter().map(|seen| seen.evidence.tlp).max()?,
        source: seen.first()?.evidence.source.clone(),
        ..blank(NAME, what.kind(), origin, world, rows)
    })
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

fn people(count: usize) -> String {
    match count {
        1 => "one account".to_owned(),
        count => format!("{count} accounts"),
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = names
        .iter()
        .take(NAMES_MAX)
        .map(|name| {
            let cut: String = name.chars().take(NAME_CHARS_MAX).collect();
            if cut.len() < name.len() {
                format!("{cut}…")
            } else {
                cut
            }
        })
        .collect();
    let more = names.len().saturating_sub(NAMES_MAX);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!(" ({}{rest})", shown.join(", "))
}
