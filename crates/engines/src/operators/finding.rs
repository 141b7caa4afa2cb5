//! Which personas their ties lead to infrastructure of the case.
//!
//! The trace is that the incident touches the infrastructure, the same that `addresses` sees: one `fact`, and the origin of
//! the row in which the infrastructure stands, so that both count once. A way leads over ties that count, never over a
//! placeholder, and is at most four ties long.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::holdings::{Held, Holdings, Then};
use ascribe_model::finding::{Overrides, Target, engine_finding_id};
use ascribe_model::observation::IndicatorKind;
use ascribe_model::words::{Class, Kind, Tlp};
use ascribe_model::{Finding, Moment, Provenance, Range, Span};

use super::seen::{How, What};
use super::tied::Tie;
use super::{NAME, Woven};
use crate::World;
use crate::sighting::{address_kind, blank, place, stands};

/// Ties between a persona and the infrastructure.
const STEPS_MAX: usize = 4;
/// Members that are looked at around one value of an infrastructure.
const REACH_MAX: usize = 10_000;
/// Places that a finding names.
const PLACES_MAX: usize = 16;

/// A persona with its way to a value of an infrastructure.
struct Led<'k> {
    held: Held<'k>,
    value: String,
    persona: String,
    what: What,
    steps: usize,
    weakest: How,
    /// Whether the infrastructure's own end is a From header.
    self_written: bool,
    at: Option<Moment>,
    known: Moment,
    tlp: Tlp,
    /// Origins of the other rows of the way.
    others: BTreeSet<String>,
    rows: Vec<Provenance>,
}

/// What the case says of a vertex as of when it was seen; nothing of what many use, of placeholders and of the victim's.
pub(super) fn held<'k>(
    woven: &Woven<'_, '_>,
    vertex: usize,
    holdings: &Holdings<'k>,
    world: &World<'_>,
) -> Vec<Held<'k>> {
    let Some(node) = woven.node(vertex) else {
        return Vec::new();
    };
    if node.own || node.placeholder || node.shared.is_some() {
        return Vec::new();
    }
    let kind = match node.what {
        What::Address => address_kind(&node.name),
        What::Mailbox => Some(IndicatorKind::Email),
        _ => None,
    };
    let Some(kind) = kind else { return Vec::new() };
    let at = time(woven, vertex).or_else(|| world.incident_time.cloned());
    let mut held = holdings.find(kind, &node.name, at.as_ref());
    held.retain(|held| held.then == Then::Held);
    held
}

fn time(woven: &Woven<'_, '_>, vertex: usize) -> Option<Moment> {
    let vertex = woven.vertices.get(vertex)?;
    between(vertex.first, vertex.last)
}

fn between(first: Option<&Moment>, last: Option<&Moment>) -> Option<Moment> {
    match (first, last) {
        (Some(first), Some(last)) if first != last => Moment::parse(&format!("{first}..{last}"))
            .ok()
            .or_else(|| Some(first.clone())),
        (first, last) => first.or(last).cloned(),
    }
}

/// One finding per infrastructure and origin.
pub(super) fn findings(woven: &Woven<'_, '_>, holdings: &Holdings<'_>, world: &World<'_>) -> Vec<Finding> {
    let mut groups: BTreeMap<(String, String), Vec<Led<'_>>> = BTreeMap::new();
    for vertex in 0..woven.vertices.len() {
        if woven.graph.around(vertex).is_empty() {
            continue;
        }
        for held in held(woven, vertex, holdings, world) {
            for (origin, led) in led(woven, vertex, &held, holdings, world) {
                groups
                    .entry((held.item.id.clone(), origin))
                    .or_default()
                    .push(led);
            }
        }
    }
    let mut findings: Vec<Finding> = groups
        .into_iter()
        .filter_map(|((infrastructure, origin), led)| finding(&infrastructure, &origin, led, world))
        .collect();
    findings.sort_by(|a, b| a.id.cmp(&b.id));
    findings
}

/// The personas that ties lead to `vertex`, each with the origin of the row in which the vertex stands.
fn led<'k>(
    woven: &Woven<'_, '_>,
    vertex: usize,
    held: &Held<'k>,
    holdings: &Holdings<'_>,
    world: &World<'_>,
) -> Vec<(String, Led<'k>)> {
    // A way over a placeholder would join strangers whose addresses somebody replaced by one.
    let through = |node: usize| woven.node(node).is_some_and(|node| !node.placeholder);
    let reached = woven.graph.reach(vertex, STEPS_MAX, REACH_MAX, &through);
    let by: BTreeMap<usize, usize> = reached.iter().map(|(node, edge, _)| (*node, *edge)).collect();
    let mut found = Vec::new();
    for (node, _, steps) in &reached {
        let Some(about) = woven.node(*node) else { continue };
        if !matches!(about.what, What::Mailbox | What::Account) {
            continue;
        }
        // What belongs to the same infrastructure is no persona beside it.
        let inside = self::held(woven, *node, holdings, world)
            .iter()
            .any(|other| other.item.id == held.item.id);
        if inside {
            continue;
        }
        let mut ties: Vec<&Tie<'_>> = Vec::new();
        let mut at = *node;
        while at != vertex && ties.len() <= STEPS_MAX {
            let Some(tie) = by
                .get(&at)
                .and_then(|edge| woven.tie_of.get(*edge))
                .and_then(|tie| woven.ties.get(*tie))
            else {
                break;
            };
            at = if tie.a == at { tie.b } else { tie.a };
            ties.push(tie);
        }
        let known_of = |index: u32| woven.evidence(index).map(|evidence| &evidence.known);
        // A way is known once every tie of it is; rows that became known later do not date it.
        let known = ties
            .iter()
            .filter_map(|tie| tie.rows.iter().filter_map(|(index, _)| known_of(*index)).min())
            .max()
            .cloned();
        let (Some(known), Some(last)) = (known, ties.last()) else {
            continue;
        };
        let then = |index: u32| known_of(index).is_some_and(|row| *row <= known);
        // The last tie of the way is the one at the infrastructure; its row that was known first comes first.
        let mut rows: Vec<(u32, Span)> = ties
            .iter()
            .rev()
            .flat_map(|tie| tie.rows.iter().copied())
            .collect();
        rows.retain(|(index, _)| then(*index));
        let Some(best) = last
            .rows
            .iter()
            .filter(|(index, _)| then(*index))
            .min_by_key(|(index, span)| (known_of(*index), *index, *span))
            .copied()
        else {
            continue;
        };
        rows.retain(|row| *row != best);
        rows.insert(0, best);
        let evidence = || rows.iter().filter_map(|(index, _)| woven.evidence(*index));
        let (Some(top), Some(tlp)) = (
            woven.evidence(best.0),
            evidence().map(|evidence| evidence.tlp).max(),
        ) else {
            continue;
        };
        let origin = top.origin.clone();
        let of_mailbox = woven.node(vertex).is_some_and(|node| node.what == What::Mailbox);
        found.push((
            origin.clone(),
            Led {
                held: held.clone(),
                value: woven.name(vertex).to_owned(),
                persona: woven.name(*node).to_owned(),
                what: about.what,
                steps: *steps,
                weakest: ties.iter().map(|tie| tie.how).max().unwrap_or(How::Recorded),
                self_written: of_mailbox && last.how == How::SelfWritten,
                at: between(last.first, last.last),
                known,
                tlp,
                others: evidence()
                    .map(|evidence| evidence.origin.clone())
                    .filter(|other| *other != origin)
                    .collect(),
                rows: rows
                    .iter()
                    .filter_map(|(index, span)| Some(stands(woven.evidence(*index)?, *span)))
                    .collect(),
            },
        ));
    }
    found
}

fn finding(infrastructure: &str, origin: &str, mut led: Vec<Led<'_>>, world: &World<'_>) -> Option<Finding> {
    led.sort_by(|a, b| {
        (&a.known, a.self_written, a.steps, a.weakest, &a.rows, &a.persona).cmp(&(
            &b.known,
            b.self_written,
            b.steps,
            b.weakest,
            &b.rows,
            &b.persona,
        ))
    });
    // What became known later does not date the finding: it would be missing from the days before.
    let known = led.first()?.known.clone();
    led.retain(|led| led.known <= known);
    let best = led.first()?;
    let first = best.rows.first()?.clone();
    let mut provenance: Vec<Provenance> = led.iter().flat_map(|led| led.rows.iter().cloned()).collect();
    provenance.sort();
    provenance.dedup();
    provenance.retain(|place| *place != first);
    provenance.insert(0, first.clone());
    provenance.truncate(PLACES_MAX);
    let personas = led.len();
    let who = match (personas, best.what) {
        (1, _) => best.persona.clone(),
        (count, _) => format!("{} and {} more", best.persona, count.saturating_sub(1)),
    };
    let way = match best.steps {
        1 => "was seen with".to_owned(),
        2 => "is tied through one other to".to_owned(),
        steps => format!("is tied through {} others to", steps.saturating_sub(1)),
    };
    let when = best
        .at
        .as_ref()
        .map_or_else(|| " (undated)".to_owned(), |at| format!(", {at}"));
    // A mailbox is called as the case lets persons be called, so its entry is not repeated.
    let entry = if address_kind(&best.value).is_some() && best.held.what != best.value {
        format!(" ({})", best.held.what)
    } else {
        String::new()
    };
    let weakest = match best.weakest {
        How::Recorded => "",
        _ => "; the weakest tie is a From header, which its sender writes",
    };
    let (overrides, reason) = if best.self_written {
        let overrides = Overrides {
            forgeability: Range::new(0.5, 0.75, 0.9).ok(),
            ..Overrides::default()
        };
        let reason = "the From header is written by whoever sends the mail".to_owned();
        (overrides, Some(reason))
    } else {
        (Overrides::default(), None)
    };
    let fact = format!("infrastructure:{infrastructure}");
    Some(Finding {
        id: engine_finding_id(NAME, &fact, &first),
        says: format!(
            "{}: {who} {way} {} of {infrastructure}{entry}{when}{weakest}; the same trace as that it was seen at all",
            place(&first),
            best.value,
        ),
        points_to: Some(Target::Infrastructure(infrastructure.to_owned())),
        fact: Some(fact),
        class: Some(Class::Infrastructure),
        overrides,
        reason,
        happened: best.at.clone(),
        known,
        tlp: led.iter().map(|led| led.tlp).max()?,
        may_overlap: led
            .iter()
            .flat_map(|led| led.others.iter().cloned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        ..blank(NAME, Kind::Operator, origin, world, provenance)
    })
}
