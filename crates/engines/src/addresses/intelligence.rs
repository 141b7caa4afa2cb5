//! Values in traces of the incident that threat intelligence says are a listed party's.
//!
//! A claim of its author: all items of one collection about one party are one finding, since they repeat one judgement.
//! An author who is no source of the case gets wide numbers, never those of an own measurement.

use std::collections::BTreeMap;

use ascribe_intel::holdings::Own;
use ascribe_model::finding::{Grade, Overrides, Target, engine_finding_id};
use ascribe_model::observation::{IndicatorKind, Intelligence, Saw};
use ascribe_model::words::{Class, Kind, Reliability};
use ascribe_model::{Finding, Moment, Provenance, Range};

use super::sightings::{Sighting, Use};
use super::{ENGINE, PLACES_MAX};
use crate::sharing::{Shared, Sharing};
use crate::sighting::{Standing, blank, place, standing, stands};
use crate::{Evidence, World};

struct Hit<'w> {
    item: &'w Intelligence,
    from: &'w Evidence,
    stated: Provenance,
    sighting: &'w Sighting<'w>,
}

impl Hit<'_> {
    /// When both sides and the item itself were known.
    fn known(&self) -> Moment {
        let both = (&self.from.known).max(&self.sighting.evidence.known);
        self.item
            .published
            .as_ref()
            .map_or(both, |published| published.max(both))
            .clone()
    }
}

/// Findings about parties that intelligence names.
pub(super) fn findings<'w>(
    evidence: &[&'w Evidence],
    seen: &'w [Sighting<'w>],
    own: &Own,
    sharing: &Sharing<'_>,
    world: &World<'_>,
) -> Vec<Finding> {
    let told = evidence.iter().copied().flat_map(|evidence| {
        let items = evidence.reading.observations.iter();
        items.filter_map(move |observation| match &observation.saw {
            Saw::Intelligence(item) => Some((evidence, observation.at, item)),
            _ => None,
        })
    });
    let mut told = told.peekable();
    if told.peek().is_none() {
        return Vec::new();
    }
    let mut traces: BTreeMap<(IndicatorKind, &str), Vec<&Sighting<'_>>> = BTreeMap::new();
    for sighting in seen {
        if matches!(sighting.used, Use::Trace(_))
            && standing(sighting.kind, &sighting.value, own) == Standing::Global
        {
            traces
                .entry((sighting.kind, &sighting.value))
                .or_default()
                .push(sighting);
        }
    }
    let mut groups: BTreeMap<(String, String), Vec<Hit<'_>>> = BTreeMap::new();
    for (evidence, at, item) in told {
        let published_later = item
            .published
            .as_ref()
            .is_some_and(|at| !at.known_on(world.as_of));
        if published_later || item.attributed_to.is_empty() {
            continue;
        }
        let Some(actor) = actor_of(item, world) else {
            continue;
        };
        for (kind, value) in &item.values {
            for sighting in traces.get(&(*kind, value.as_str())).into_iter().flatten() {
                let then = match (&item.valid, &sighting.when.at) {
                    (Some(valid), Some(at)) => valid.overlaps(at),
                    _ => true,
                };
                if then {
                    groups
                        .entry((actor.clone(), evidence.origin.clone()))
                        .or_default()
                        .push(Hit {
                            item,
                            from: evidence,
                            stated: stands(evidence, at),
                            sighting,
                        });
                }
            }
        }
    }
    groups
        .into_iter()
        .filter_map(|((actor, origin), hits)| finding(&actor, &origin, hits, sharing, world))
        .collect()
}

/// The one listed party that the item's names mean; none if they mean several.
fn actor_of(item: &Intelligence, world: &World<'_>) -> Option<String> {
    let same = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
    let mut named = world.knowledge.actors.iter().filter(|actor| {
        item.attributed_to.iter().any(|name| {
            same(&actor.id, name)
                || same(&actor.name, name)
                || actor
                    .aliases
                    .iter()
                    .filter(|alias| {
                        alias
                            .known
                            .as_ref()
                            .is_none_or(|known| known.known_on(world.as_of))
                    })
                    .any(|alias| same(&alias.name, name))
        })
    });
    let first = named.next()?;
    named.next().is_none().then(|| first.id.clone())
}

fn finding(
    actor: &str,
    origin: &str,
    mut hits: Vec<Hit<'_>>,
    sharing: &Sharing<'_>,
    world: &World<'_>,
) -> Option<Finding> {
    hits.sort_by(|a, b| {
        (a.known(), a.sighting.places().next(), &a.stated, &a.item.id).cmp(&(
            b.known(),
            b.sighting.places().next(),
            &b.stated,
            &b.item.id,
        ))
    });
    // What became known later does not date the finding.
    let known = hits.first()?.known();
    hits.retain(|hit| hit.known() <= known);
    let best = hits.first()?;
    let seen = best.sighting.places().next()?;
    let source = best.item.author.as_deref().and_then(|author| {
        world
            .knowledge
            .sources
            .iter()
            .find(|source| source.id.eq_ignore_ascii_case(author) || source.name.eq_ignore_ascii_case(author))
            .map(|source| source.id.clone())
    });
    let author = best.item.author.as_deref().unwrap_or("no named author");
    let mut provenance = vec![seen.clone(), best.stated.clone()];
    for hit in hits.iter().skip(1) {
        for place in hit.sighting.places().chain([hit.stated.clone()]) {
            if provenance.len() < PLACES_MAX && !provenance.contains(&place) {
                provenance.push(place);
            }
        }
    }
    // Who is no source of the case has no reliability; the item itself then counts for little either way.
    let wide = Overrides {
        if_present: Range::new(0.4, 0.6, 0.85).ok(),
        if_absent: Range::new(0.1, 0.2, 0.4).ok(),
        ..Overrides::default()
    };
    let unknown = source.is_none();
    // Where any of the values is exclusive, that counts.
    let mut reasons = hits.iter().map(|hit| {
        let sighting = hit.sighting;
        sharing.of(sighting.kind, &sighting.value, sighting.when.at.as_ref())
    });
    let first = reasons.next().flatten();
    let shared = first.filter(|_| reasons.all(|found| found.is_some()));
    drop(reasons);
    let overrides = Overrides {
        rarity: shared.as_ref().and_then(Shared::rarity),
        ..if unknown { wide } else { Overrides::default() }
    };
    let judged = unknown.then(|| {
        "the author of the intelligence is no source of the case, so it cannot be judged".to_owned()
    });
    let anybody = shared.as_ref().map(|shared| {
        format!(
            "all that was seen of it is shared: {}; anybody may come from there",
            shared.why
        )
    });
    let reason = match (judged, anybody) {
        (Some(judged), Some(anybody)) => Some(format!("{judged}; {anybody}")),
        (judged, anybody) => judged.or(anybody),
    };
    let fact = format!("intelligence:{actor}");
    let evidence = || hits.iter().flat_map(|hit| [hit.from, hit.sighting.evidence]);
    Some(Finding {
        id: engine_finding_id(ENGINE, &fact, &seen),
        says: format!(
            "{}: {} is said to be of {} by {author} ({})",
            place(&seen),
            best.sighting.value,
            best.item.attributed_to.join(", "),
            place(&best.stated)
        ),
        points_to: Some(Target::Actor(actor.to_owned())),
        fact: Some(fact),
        class: Some(Class::Infrastructure),
        overrides,
        reason,
        grade: if unknown {
            Grade {
                reliability: Some(Reliability::F),
                credibility: Some(6),
            }
        } else {
            Grade::default()
        },
        source,
        via: vec![best.from.path.clone()],
        rests_on: Some("intelligence".to_owned()),
        happened: best
            .sighting
            .when
            .own
            .then(|| best.sighting.when.at.clone())
            .flatten(),
        known,
        tlp: evidence()
            .map(|evidence| evidence.tlp)
            .chain(shared.as_ref().map(|shared| shared.tlp))
            .max()?,
        ..blank(ENGINE, Kind::Address, origin, world, provenance)
    })
}
