//! Which addresses, names and mailboxes of the evidence belonged to known infrastructure, as of then.
//!
//! One trace per infrastructure ("the incident touches it"), one finding per origin of evidence about it: many sightings
//! of one collection are one finding, sightings of different collections are findings with the same fact. Values that
//! are set aside for documents, private, or the victim's never match. A value seen while the infrastructure was not
//! held gives an anomaly and a lead, no finding. Which sightings are traces at all: `sightings`.
//! Does not judge who holds what: the label of the infrastructure does, in the assessment.

mod intelligence;
mod sightings;

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::holdings::{Held, Holdings, How, Own, Then};
use ascribe_model::finding::{Overrides, Target, engine_finding_id};
use ascribe_model::observation::IndicatorKind;
use ascribe_model::words::{Class, Kind};
use ascribe_model::{Anomaly, Finding, Moment, Provenance, Range};

use crate::sharing::{Lists, Shared, Sharing};
use crate::sighting::{Standing, blank, of_incident, place, standing, written_into_programs};
use crate::{Lead, Suggestions, World};
use sightings::{Sighting, Use};

const ENGINE: &str = "addresses";
/// Places that a finding names.
const PLACES_MAX: usize = 16;
/// Leads about holders of unknown addresses.
const LEADS_MAX: usize = 10;

fn is_place(kind: IndicatorKind) -> bool {
    matches!(
        kind,
        IndicatorKind::Ipv4
            | IndicatorKind::Ipv6
            | IndicatorKind::Cidr
            | IndicatorKind::Domain
            | IndicatorKind::Email
            | IndicatorKind::Url
    )
}

/// Counts the addresses, networks, names, mailboxes and URLs that stand anywhere, each once.
fn count(
    seen: &[Sighting<'_>],
    own: &Own,
    matched: &BTreeSet<(IndicatorKind, &str)>,
    counts: &mut BTreeMap<String, u64>,
) {
    let mut values: Vec<(IndicatorKind, &str)> = seen
        .iter()
        .filter(|sighting| is_place(sighting.kind))
        .map(|sighting| (sighting.kind, &*sighting.value))
        .collect();
    values.sort_unstable();
    values.dedup();
    let mut add = |what: &str, how: &str| {
        let count = counts.entry(format!("{what} {how}")).or_default();
        *count = count.saturating_add(1);
    };
    for (kind, value) in values {
        let what = match kind {
            IndicatorKind::Ipv4 | IndicatorKind::Ipv6 => "addresses",
            IndicatorKind::Cidr => "networks",
            IndicatorKind::Domain => "names",
            IndicatorKind::Email => "mailboxes",
            _ => "urls",
        };
        add(what, "seen");
        match standing(kind, value, own) {
            Standing::Victim => add(what, "of the victim"),
            Standing::Documentation => add(what, "set aside for documents"),
            Standing::Private => add(what, "private or reserved"),
            Standing::Global => {}
        }
        if matched.contains(&(kind, value)) {
            add(what, "matched");
        }
    }
}

/// What the addresses of the world suggest.
#[must_use]
pub fn suggest(world: &World<'_>) -> Suggestions {
    let own = Own::new(&world.knowledge.victim);
    let holdings = Holdings::new(world.knowledge);
    let evidence = of_incident(world);
    let written = written_into_programs(&evidence, &own);
    let mut out = Suggestions::default();
    let seen = sightings::sightings(&evidence, world, &own, &holdings, &written, &mut out.anomalies);
    for (infrastructure, entry) in &holdings.unread {
        let text = format!(
            "`{entry}` of infrastructure {infrastructure} is no address, network, name, mailbox or URL and matches nothing"
        );
        out.anomalies.push((
            "case.toml".to_owned(),
            Anomaly::odd("addresses.unreadable-entry", None, text),
        ));
    }

    let mut groups: BTreeMap<(String, String), Vec<Match<'_, '_>>> = BTreeMap::new();
    let mut unknown: BTreeMap<String, u64> = BTreeMap::new();
    let mut leads: BTreeSet<Lead> = BTreeSet::new();
    let mut matched = BTreeSet::new();
    for sighting in &seen {
        if sighting.used == Use::Listed
            || !is_place(sighting.kind)
            || standing(sighting.kind, &sighting.value, &own) != Standing::Global
        {
            continue;
        }
        let held = holdings.find(sighting.kind, &sighting.value, sighting.when.at.as_ref());
        let address = matches!(sighting.kind, IndicatorKind::Ipv4 | IndicatorKind::Ipv6);
        if held.is_empty()
            && address
            && (sighting.evidence.reading.kind == "program" || sighting.entered_here)
        {
            let count = unknown.entry(sighting.value.to_string()).or_default();
            *count = count.saturating_add(sighting.count);
        }
        for held in held {
            if held.then == Then::NotHeld {
                outside(sighting, &held, &mut out.anomalies, &mut leads);
            } else {
                matched.insert((sighting.kind, &*sighting.value));
                groups
                    .entry((held.item.id.clone(), sighting.evidence.origin.clone()))
                    .or_default()
                    .push(Match { sighting, held });
            }
        }
    }
    count(&seen, &own, &matched, &mut out.counts);
    // A From line that anybody could have written says nothing beside a trace that not everybody could leave.
    let firm: BTreeSet<String> = groups
        .iter()
        .filter(|(_, matches)| {
            matches
                .iter()
                .any(|matched| matched.sighting.used != Use::SelfWritten)
        })
        .map(|((infrastructure, _), _)| infrastructure.clone())
        .collect();
    groups.retain(|(infrastructure, _), matches| {
        !firm.contains(infrastructure)
            || matches
                .iter()
                .any(|matched| matched.sighting.used != Use::SelfWritten)
    });
    let lists = Lists::of(&evidence);
    let sharing = lists.ready();
    let open = all_shared(&groups, &sharing);
    for ((infrastructure, origin), matches) in groups {
        let shared = open.get(&infrastructure);
        out.findings
            .extend(finding(&infrastructure, &origin, matches, shared, world));
    }
    out.counts.insert(
        "infrastructure seen only at what many use".to_owned(),
        open.len() as u64,
    );
    out.findings
        .extend(intelligence::findings(&evidence, &seen, &own, &sharing, world));
    let mut unknown: Vec<(String, u64)> = unknown.into_iter().collect();
    unknown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let month = month(world.incident_time);
    out.leads.extend(
        unknown
            .into_iter()
            .take(LEADS_MAX)
            .map(|(value, _)| holder_lead(&value, &month, None)),
    );
    out.leads.extend(leads.into_iter().take(LEADS_MAX));
    out.findings.sort_by(|a, b| a.id.cmp(&b.id));
    out.anomalies.sort();
    out.anomalies.dedup();
    out
}

/// Infrastructure of which nothing was seen but what many use, with a reason: where anything of it is exclusive, that counts.
fn all_shared(
    groups: &BTreeMap<(String, String), Vec<Match<'_, '_>>>,
    sharing: &Sharing<'_>,
) -> BTreeMap<String, Shared> {
    let mut reasons: BTreeMap<&str, Option<Shared>> = BTreeMap::new();
    for ((infrastructure, _), matches) in groups {
        for matched in matches {
            let sighting = matched.sighting;
            let found = sharing.of(sighting.kind, &sighting.value, sighting.when.at.as_ref());
            match reasons.get_mut(infrastructure.as_str()) {
                None => {
                    reasons.insert(infrastructure, found);
                }
                // The rarest kind counts where several are shared.
                Some(kept) => {
                    *kept = kept.take().zip(found).map(|(a, b)| {
                        let point = |shared: &Shared| shared.rarity().map_or(0.0, Range::point);
                        match point(&a).total_cmp(&point(&b)) {
                            std::cmp::Ordering::Less => a,
                            std::cmp::Ordering::Greater => b,
                            std::cmp::Ordering::Equal => a.min(b),
                        }
                    });
                }
            }
        }
    }
    reasons
        .into_iter()
        .filter_map(|(infrastructure, shared)| Some((infrastructure.to_owned(), shared?)))
        .collect()
}

struct Match<'s, 'k> {
    sighting: &'s Sighting<'s>,
    held: Held<'k>,
}

/// The month of a moment, `2014-11`, as far as it lies in one.
fn month(at: Option<&Moment>) -> Option<String> {
    at.map(|at| {
        let (first, last) = (at.first_day(), at.last_day());
        let (from, to) = (
            first.strftime("%Y-%m").to_string(),
            last.strftime("%Y-%m").to_string(),
        );
        if from == to {
            from
        } else {
            format!("{from} to {to}")
        }
    })
}

fn holder_lead(value: &str, month: &Option<String>, infrastructure: Option<&str>) -> Lead {
    let then = month
        .as_ref()
        .map_or_else(|| "at the time".to_owned(), |month| format!("in {month}"));
    Lead {
        what: format!("holder of {value} {then}"),
        ask: format!(
            "ask the registry for the assignment of {value} {then} and the provider for the customer behind it"
        ),
        kind: Kind::Address,
        points_to: infrastructure.map(|id| Target::Infrastructure(id.to_owned())),
    }
}

fn outside(
    sighting: &Sighting<'_>,
    held: &Held<'_>,
    anomalies: &mut Vec<(String, Anomaly)>,
    leads: &mut BTreeSet<Lead>,
) {
    let from = held.item.from.as_ref().map_or("the start", Moment::text);
    let to = held.item.to.as_ref().map_or("now", Moment::text);
    let at = sighting.when.at.as_ref().map_or("an unknown time", Moment::text);
    let text = format!(
        "{} belongs to {} ({}), held from {from} to {to}; what is seen here is of {at}, so it is no trace",
        sighting.value, held.item.id, held.what
    );
    let span = sighting.spans.first().copied();
    anomalies.push((
        sighting.evidence.path.clone(),
        Anomaly::odd("addresses.not-held-then", span, text),
    ));
    leads.insert(holder_lead(
        &sighting.value,
        &month(sighting.when.at.as_ref()),
        Some(&held.item.id),
    ));
}

/// How good a sighting is to stand for its group: harder to forge first, then known earlier, dated by itself, by place.
fn rank(sighting: &Sighting<'_>) -> (u8, Moment, bool, Option<Provenance>, String) {
    let used = match sighting.used {
        Use::Trace(_) => 0,
        Use::SelfWritten => 1,
        Use::Listed => 2,
    };
    (
        used,
        sighting.known(),
        !sighting.when.own,
        sighting.places().next(),
        sighting.value.to_string(),
    )
}

fn finding(
    infrastructure: &str,
    origin: &str,
    mut matches: Vec<Match<'_, '_>>,
    shared: Option<&Shared>,
    world: &World<'_>,
) -> Option<Finding> {
    matches.sort_by_key(|matched| rank(matched.sighting));
    let best = matches.first()?;
    let first = best.sighting.places().next()?;
    let relation = match best.held.how {
        How::Same => format!("is {infrastructure}"),
        How::Inside => format!("is inside {infrastructure} ({})", best.held.what),
        How::Under => format!("lies under {} of {infrastructure}", best.held.what),
    };
    let then = match (&best.sighting.when.at, best.sighting.when.own, best.held.then) {
        (_, _, Then::Unknown) => "; when this was is not known, nor so whether it was held then".to_owned(),
        (None, ..) => "; no date is known".to_owned(),
        (Some(at), true, _) => format!(", held as of {at}"),
        (Some(at), false, _) => format!(", held as of {at} (the evidence's own date is not known)"),
    };
    // What became known later does not date the finding: it would be missing from the days before.
    let known = best.sighting.known();
    let matches: Vec<&Match<'_, '_>> = matches
        .iter()
        .filter(|matched| matched.sighting.known() <= known)
        .collect();
    let others: BTreeSet<&str> = matches
        .iter()
        .map(|matched| &*matched.sighting.value)
        .filter(|value| *value != best.sighting.value)
        .collect();
    let more = match others.len() {
        0 => String::new(),
        1 => format!("; the same evidence has 1 more value of it ({})", others.first()?),
        count => format!("; the same evidence has {count} more values of it"),
    };
    let self_written = best.sighting.used == Use::SelfWritten;
    let (kind, overrides, reason) = match best.sighting.used {
        Use::Trace(kind) => (
            kind,
            Overrides::default(),
            best.sighting.vouched.as_ref().map(|vouched| {
                format!(
                    "the mail is signed by {} with a key that was valid then ({}): its servers sent it as it is, so its sender is not just what the mail says",
                    vouched.domain,
                    place(&vouched.key)
                )
            }),
        ),
        _ => (
            Kind::Mail,
            Overrides {
                forgeability: Range::new(0.5, 0.75, 0.9).ok(),
                ..Overrides::default()
            },
            Some("the From header is written by whoever sends the mail".to_owned()),
        ),
    };
    let rarity = shared.and_then(Shared::rarity);
    let overrides = Overrides { rarity, ..overrides };
    let anybody = shared.map(|shared| {
        format!(
            "all that was seen of it is shared: {}; anybody may come from there",
            shared.why
        )
    });
    let reason = match (reason, anybody) {
        (Some(reason), Some(anybody)) => Some(format!("{reason}; {anybody}")),
        (reason, anybody) => reason.or(anybody),
    };
    let used_by_many = shared.map_or_else(String::new, |shared| format!("; {}", shared.why));
    let traces = matches
        .iter()
        .filter(|matched| self_written || matched.sighting.used != Use::SelfWritten);
    let mut provenance: Vec<Provenance> = traces.flat_map(|matched| matched.sighting.places()).collect();
    provenance.sort();
    provenance.dedup();
    provenance.retain(|place| *place != first);
    provenance.insert(0, first.clone());
    if let Some(vouched) = &best.sighting.vouched {
        provenance.insert(1, vouched.key.clone());
    }
    provenance.truncate(PLACES_MAX);
    let fact = format!("infrastructure:{infrastructure}");
    // Only evidence that the finding names marks it.
    let named: Vec<_> = matches
        .iter()
        .map(|matched| matched.sighting.evidence)
        .filter(|evidence| {
            provenance
                .iter()
                .any(|place| place.sha256 == evidence.id && place.path == evidence.path)
        })
        .collect();
    Some(Finding {
        id: engine_finding_id(ENGINE, &fact, &first),
        says: format!(
            "{}: {} {relation}{then}{more}{used_by_many}",
            place(&first),
            best.sighting.value
        ),
        points_to: Some(Target::Infrastructure(infrastructure.to_owned())),
        fact: Some(fact),
        class: Some(Class::Infrastructure),
        overrides,
        reason,
        happened: best
            .sighting
            .when
            .own
            .then(|| best.sighting.when.at.clone())
            .flatten(),
        known,
        tlp: named
            .iter()
            .map(|evidence| evidence.tlp)
            .chain(shared.map(|shared| shared.tlp))
            .chain(best.sighting.vouched.as_ref().map(|vouched| vouched.tlp))
            .max()?,
        ..blank(ENGINE, kind, origin, world, provenance)
    })
}
