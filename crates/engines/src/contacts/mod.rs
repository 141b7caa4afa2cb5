//! Did known infrastructure talk to addresses that are written into the incident's programs?
//!
//! A direct contact is one flow with the infrastructure (as of the flow's time) at one end and a written-in address at
//! the other. One trace per infrastructure, one finding per origin of the flows. Traffic with the victim itself is no
//! contact of this kind. Does not ask whether the written-in host talks to everybody; its rarity is the class's.
//! Contacts over one relay: `two_hop`. Regular ones: `beacon`.

mod beacon;
mod chance;
pub(crate) mod two_hop;

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::holdings::{Holdings, Own, Then};
use ascribe_model::finding::{Overrides, Target, engine_finding_id};
use ascribe_model::observation::{Flow, Saw};
use ascribe_model::words::{Class, Kind};
use ascribe_model::{Anomaly, Finding, Moment, Provenance, Range, Span};

use crate::sharing::{Lists, Shared};
use crate::sighting::{
    Standing, Written, address_kind, blank, flow_time, of_incident, place, standing, stands, when,
    written_into_programs,
};
use crate::{Evidence, Suggestions, World};
use beacon::beat;
use two_hop::{Relays, Tested, Way};

const ENGINE: &str = "contacts";
const PLACES_MAX: usize = 16;

struct Contact<'w> {
    evidence: &'w Evidence,
    flow: &'w Flow,
    /// The infrastructure's end.
    ours: &'w str,
    /// The program's end.
    host: &'w str,
    written: &'w Written,
    at: Option<Moment>,
    rows: Vec<Provenance>,
    dated: bool,
    /// What the infrastructure's end is shared as.
    shared: Option<Shared>,
    /// When the flow and the first program with the address were both known.
    known: Moment,
}

/// What the traffic of the world suggests.
#[must_use]
pub fn suggest(world: &World<'_>) -> Suggestions {
    let own = Own::new(&world.knowledge.victim);
    let holdings = Holdings::new(world.knowledge);
    let evidence = of_incident(world);
    let written = written_into_programs(&evidence, &own);
    let mut out = Suggestions::default();
    let lists = Lists::of(&evidence);
    let sharing = lists.ready();
    let mut everybodys = 0u64;
    let known: BTreeMap<&str, &Evidence> = evidence
        .iter()
        .map(|evidence| (evidence.path.as_str(), *evidence))
        .collect();
    let mut groups: BTreeMap<(String, String), Vec<Contact<'_>>> = BTreeMap::new();
    let (mut flows, mut touching) = (0u64, 0u64);
    for evidence in evidence.iter().copied() {
        if !matches!(evidence.reading.kind.as_str(), "capture" | "log" | "event-log") {
            continue;
        }
        for observation in &evidence.reading.observations {
            let Saw::Flow(flow) = &observation.saw else {
                continue;
            };
            flows = flows.saturating_add(1);
            for (ours, host) in [(&flow.client, &flow.server), (&flow.server, &flow.client)] {
                let Some(entry) = written.get(host) else { continue };
                let Some(kind) = address_kind(ours) else { continue };
                if standing(kind, ours, &own) != Standing::Global {
                    continue;
                }
                let time = when(flow_time(flow), evidence, world);
                // Everybody talks to a resolver, whatever program names it too.
                let shared =
                    |host: &str| address_kind(host).and_then(|kind| sharing.of(kind, host, time.at.as_ref()));
                if holdings.find(kind, ours, time.at.as_ref()).is_empty() {
                    continue;
                }
                if shared(host).is_some_and(|shared| shared.is_everybodys()) {
                    everybodys = everybodys.saturating_add(1);
                    continue;
                }
                for held in holdings.find(kind, ours, time.at.as_ref()) {
                    // A host that is itself infrastructure of the same holder's list talks to its own kind.
                    let inside = address_kind(host).is_some_and(|kind| {
                        holdings
                            .find(kind, host, time.at.as_ref())
                            .iter()
                            .any(|other| other.item.id == held.item.id)
                    });
                    if inside {
                        continue;
                    }
                    if held.then == Then::NotHeld {
                        let at = time.at.as_ref().map_or("an unknown time", Moment::text);
                        let text = format!(
                            "{ours} of {} talked to {host}, which a program carries, at {at}, when it was not held; no contact of its holder",
                            held.item.id
                        );
                        out.anomalies.push((
                            evidence.path.clone(),
                            Anomaly::odd("contacts.not-held-then", Some(observation.at), text),
                        ));
                        continue;
                    }
                    touching = touching.saturating_add(1);
                    let at = [observation.at];
                    let spans: &[Span] = if flow.spans.is_empty() { &at } else { &flow.spans };
                    groups
                        .entry((held.item.id.clone(), evidence.origin.clone()))
                        .or_default()
                        .push(Contact {
                            evidence,
                            flow,
                            ours,
                            host,
                            written: entry,
                            at: time.at.clone(),
                            rows: spans.iter().map(|span| stands(evidence, *span)).collect(),
                            dated: time.own,
                            shared: shared(ours),
                            known: entry
                                .places
                                .iter()
                                .filter_map(|(place, _)| known.get(place.path.as_str()))
                                .map(|program| program.known.clone())
                                .min()
                                .map_or_else(
                                    || evidence.known.clone(),
                                    |program| program.max(evidence.known.clone()),
                                ),
                        });
                }
            }
        }
    }
    out.counts
        .insert("addresses written into programs".to_owned(), written.len() as u64);
    out.counts.insert("flows looked at".to_owned(), flows);
    out.counts
        .insert("flows between infrastructure and them".to_owned(), touching);
    out.counts.insert(
        "flows with what everybody uses, which weigh nothing".to_owned(),
        everybodys,
    );
    let direct: BTreeSet<String> = groups
        .keys()
        .map(|(infrastructure, _)| infrastructure.clone())
        .collect();
    let relays = Relays::of(&evidence, world.knowledge, &own, &holdings, &written);
    let Tested { ways, tested, left } = relays.ways(&holdings, &written, &sharing, world);
    out.counts.insert("ways over one relay tested".to_owned(), tested);
    let beyond = ways.len() as u64;
    out.counts.insert(
        "ways over one relay not beyond chance".to_owned(),
        tested.saturating_sub(beyond),
    );
    out.counts
        .insert("ways over one relay beyond chance".to_owned(), beyond);
    if left > 0 {
        out.counts.insert(
            "ways over one relay beyond the bound, not tested".to_owned(),
            left,
        );
    }
    // A direct contact is the same trace, and better.
    let mut over: BTreeMap<(String, String), Vec<Way<'_>>> = BTreeMap::new();
    for way in ways {
        let Some(origin) = way.evidence.first().map(|evidence| evidence.origin.clone()) else {
            continue;
        };
        if !direct.contains(&way.infrastructure) {
            over.entry((way.infrastructure.clone(), origin))
                .or_default()
                .push(way);
        }
    }
    for ((infrastructure, origin), ways) in over {
        out.findings
            .extend(over_relay(&infrastructure, &origin, ways, &known, world));
    }
    for ((infrastructure, origin), contacts) in groups {
        out.findings
            .extend(finding(&infrastructure, &origin, contacts, &known, flows, world));
    }
    out.findings.sort_by(|a, b| a.id.cmp(&b.id));
    out.anomalies.sort();
    out.anomalies.dedup();
    out
}

fn finding(
    infrastructure: &str,
    origin: &str,
    mut contacts: Vec<Contact<'_>>,
    known: &BTreeMap<&str, &Evidence>,
    flows: u64,
    world: &World<'_>,
) -> Option<Finding> {
    contacts.sort_by(|a, b| (&a.known, &a.rows, a.ours, a.host).cmp(&(&b.known, &b.rows, b.ours, b.host)));
    // What became known later does not date the finding: it would be missing from the days before.
    let day = contacts.first()?.known.clone();
    contacts.retain(|contact| contact.known <= day);
    let early = |place: &Provenance| {
        known
            .get(place.path.as_str())
            .is_none_or(|evidence| evidence.known <= day)
    };
    let first = contacts.first()?;
    let row = first.rows.first()?;
    let program = first
        .written
        .places
        .iter()
        .map(|(place, _)| place)
        .find(|place| early(place))?;
    let mut rows: Vec<Provenance> = contacts
        .iter()
        .flat_map(|contact| contact.rows.iter().cloned())
        .collect();
    rows.sort();
    rows.dedup();
    let mut programs: Vec<Provenance> = contacts
        .iter()
        .flat_map(|contact| contact.written.places.iter().map(|(place, _)| place.clone()))
        .collect();
    programs.retain(|place| early(place));
    programs.sort();
    programs.dedup();
    // The rows and the program's side both stand on the page, whatever there is more of.
    rows.truncate(PLACES_MAX / 2);
    programs.truncate(PLACES_MAX / 2);
    let hosts: BTreeSet<&str> = contacts.iter().map(|contact| contact.host).collect();
    let ends: BTreeSet<&str> = contacts.iter().map(|contact| contact.ours).collect();
    let ports: BTreeSet<u16> = contacts
        .iter()
        .map(|contact| contact.flow.port)
        .filter(|port| *port != 0)
        .collect();
    let agreed: BTreeSet<u16> = contacts
        .iter()
        .filter(|contact| {
            contact.flow.server == contact.host && contact.written.ports.contains(&contact.flow.port)
        })
        .map(|contact| contact.flow.port)
        .collect();
    let connections: u64 = contacts
        .iter()
        .fold(0, |sum, contact| sum.saturating_add(contact.flow.connections));
    let times: Vec<&Moment> = contacts
        .iter()
        .filter(|contact| contact.dated)
        .filter_map(|contact| contact.at.as_ref())
        .collect();
    let earliest = contacts
        .iter()
        .filter_map(|contact| contact.flow.first.as_ref().or(contact.flow.last.as_ref()))
        .min_by_key(|at| at.first());
    let latest = contacts
        .iter()
        .filter_map(|contact| contact.flow.last.as_ref().or(contact.flow.first.as_ref()))
        .max_by_key(|at| at.last());
    let span = match (earliest, latest) {
        (Some(from), Some(to)) if from != to => format!(" from {from} to {to}"),
        (Some(at), _) => format!(" at {at}"),
        _ => String::new(),
    };
    let list = |ports: &BTreeSet<u16>| {
        ports
            .iter()
            .take(6)
            .map(u16::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let on = if ports.is_empty() {
        String::new()
    } else {
        format!(" on port {}", list(&ports))
    };
    let agree = if agreed.is_empty() {
        String::new()
    } else {
        format!("; the program names port {} with it", list(&agreed))
    };
    let some = |values: &BTreeSet<&str>| {
        let shown = values.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        if values.len() > 3 {
            format!("{shown} and {} more", values.len() - 3)
        } else {
            shown
        }
    };
    let undated = if times.is_empty() {
        "; the traffic itself carries no time"
    } else {
        ""
    };
    let beat = contacts
        .iter()
        .filter_map(|contact| beat(&contact.flow.starts, flows))
        .min_by(|a, b| a.false_alarm.total_cmp(&b.false_alarm))
        .map_or_else(String::new, |beat| format!("; {beat}"));
    // Where any of its ends is exclusive, that counts.
    let shared = contacts
        .iter()
        .all(|contact| contact.shared.is_some())
        .then(|| contacts.iter().find_map(|contact| contact.shared.as_ref()))
        .flatten();
    let used_by_many = shared.map_or_else(String::new, |shared| {
        format!("; the infrastructure's end is {}", shared.why)
    });
    let fact = format!("contact:{infrastructure}");
    let provenance: Vec<Provenance> = rows.iter().chain(&programs).cloned().collect();
    let evidence: Vec<&Evidence> = provenance
        .iter()
        .filter_map(|place| known.get(place.path.as_str()).copied())
        .chain([first.evidence])
        .collect();
    let overlap: BTreeSet<String> = contacts
        .iter()
        .flat_map(|contact| contact.written.places.iter().map(|(_, origin)| origin.clone()))
        .filter(|program_origin| program_origin != origin)
        .collect();
    Some(Finding {
        id: engine_finding_id(ENGINE, &fact, row),
        says: format!(
            "{}: {} of {infrastructure} and {}, written into {}, talked {connections} times{on}{span}{agree}{beat}{used_by_many}{undated}",
            place(row),
            some(&ends),
            some(&hosts),
            place(program),
        ),
        points_to: Some(Target::Infrastructure(infrastructure.to_owned())),
        fact: Some(fact),
        class: Some(Class::Infrastructure),
        overrides: Overrides {
            rarity: shared.and_then(Shared::rarity),
            ..Overrides::default()
        },
        reason: shared.map(|shared| {
            format!(
                "the infrastructure's end is shared: {}; anybody may come from there",
                shared.why
            )
        }),
        may_overlap: overlap.into_iter().collect(),
        happened: match (earliest, latest) {
            (Some(from), Some(to)) if from != to => Moment::parse(&format!("{from}..{to}"))
                .ok()
                .or_else(|| Some(from.clone())),
            (from, _) => from.cloned(),
        },
        known: day.clone(),
        tlp: evidence
            .iter()
            .map(|evidence| evidence.tlp)
            .chain(shared.map(|shared| shared.tlp))
            .max()?,
        ..blank(ENGINE, Kind::Contact, origin, world, provenance)
    })
}

/// One finding about contacts with `infrastructure` over relays, of one origin.
fn over_relay(
    infrastructure: &str,
    origin: &str,
    mut ways: Vec<Way<'_>>,
    known: &BTreeMap<&str, &Evidence>,
    world: &World<'_>,
) -> Option<Finding> {
    // The test stands on all rows of both sides, so the way is known once they all are.
    let day = |way: &Way<'_>| {
        let programs = way
            .written
            .iter()
            .filter_map(|place| known.get(place.path.as_str()));
        let program = programs.map(|evidence| &evidence.known).min();
        let rows = way.evidence.iter().map(|evidence| &evidence.known).max();
        rows.into_iter().chain(program).max().cloned()
    };
    ways.sort_by(|a, b| {
        day(a)
            .cmp(&day(b))
            .then(a.chance.total_cmp(&b.chance))
            .then_with(|| (a.relay, a.listed, a.ours).cmp(&(b.relay, b.listed, b.ours)))
    });
    let first = ways.first()?;
    let known_on = day(first)?;
    let row = first.rows.first()?.clone();
    let mut provenance = first.rows.clone();
    provenance.extend(first.written.iter().take(4).cloned());
    provenance.dedup();
    provenance.truncate(PLACES_MAX);
    let others: BTreeSet<String> = first
        .evidence
        .iter()
        .map(|evidence| evidence.origin.clone())
        .filter(|other| other != origin)
        .collect();
    let more = match ways
        .iter()
        .filter(|way| day(way).as_ref() <= Some(&known_on))
        .count()
    {
        0 | 1 => String::new(),
        count => format!("; {} more ways like it", count.saturating_sub(1)),
    };
    let fact = format!("contact:{infrastructure}");
    let what = if first.written.is_empty() {
        "a host of the victim"
    } else {
        "written into a program"
    };
    let (hits, hours) = first.hours;
    let (peers, connections) = first.business;
    Some(Finding {
        id: engine_finding_id(ENGINE, &fact, &row),
        says: format!(
            "{}: two hops: {} of {infrastructure} and {}, {what}, both talked to {}, within a minute of each other in {hits} of the {hours} hours in which both did; \
             beyond what {} does anyway with {peers} peers and {connections} connections (chance {:.1e}, corrected for all ways tested){more}",
            place(&row),
            first.listed,
            first.ours,
            first.relay,
            first.relay,
            first.chance.max(1e-99),
        ),
        points_to: Some(Target::Infrastructure(infrastructure.to_owned())),
        fact: Some(fact),
        class: Some(Class::Infrastructure),
        overrides: Overrides {
            hit: Range::new(0.10, 0.25, 0.45).ok(),
            rarity: Range::new(0.01, 0.03, 0.08).ok(),
            forgeability: Range::new(0.10, 0.25, 0.45).ok(),
            ..Overrides::default()
        },
        reason: Some(
            "a second hop is inferred from times alone: fewer operators leave it than a direct contact, others leave it more often, and whoever holds the relay can make it"
                .to_owned(),
        ),
        may_overlap: others.into_iter().collect(),
        happened: first.first.clone(),
        known: known_on,
        tlp: first.evidence.iter().map(|evidence| evidence.tlp).max()?,
        ..blank(ENGINE, Kind::Contact, origin, world, provenance)
    })
}
