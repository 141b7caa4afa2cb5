//! Are the incident's techniques like those told of one group before it, and clearly more than chance would have it?
//!
//! One finding at most: the one group that stands out among all that are known, where its names mean one listed party.
//! One comparison is one trace. Techniques are taught, copied and bought, and most groups use the same ones, so the
//! weight is small and judged; `record/tactics.md` says how often the right group was named when the answer was known.

pub mod likeness;
mod profiles;

use std::collections::BTreeSet;

use ascribe_model::finding::{Overrides, Target, engine_finding_id};
use ascribe_model::words::{Class, Kind};
use ascribe_model::{Finding, Range};

use crate::sighting::{blank, of_incident, place};
use crate::{Suggestions, World};
use likeness::{Likeness, likenesses};
use profiles::{Group, Profiles, profiles};

const ENGINE: &str = "tactics";
/// Places that a finding names.
const PLACES_MAX: usize = 16;
/// Techniques that a sentence names.
const NAMED_MAX: usize = 8;

/// What the techniques of the world suggest.
#[must_use]
pub fn suggest(world: &World<'_>) -> Suggestions {
    let mut out = Suggestions::default();
    let evidence = of_incident(world);
    let mut all = profiles(&evidence, world);
    out.anomalies.append(&mut all.anomalies);
    let mut count = |name: &str, value: usize| {
        if value > 0 {
            out.counts
                .insert(name.to_owned(), u64::try_from(value).unwrap_or(u64::MAX));
        }
    };
    count("techniques of the incident", all.own.techniques.len());
    count("groups with known techniques", all.groups.len());
    count(
        "uses told after the incident, left out",
        usize::try_from(all.later).unwrap_or(usize::MAX),
    );
    if all.own.techniques.is_empty() || all.groups.is_empty() {
        return out;
    }
    let groups: Vec<&Group<'_>> = all.groups.values().collect();
    let uses: Vec<likeness::Uses> = groups.iter().map(|group| group.uses.clone()).collect();
    let alike = likenesses(&all.own.techniques, &uses);
    let Some(best) = alike.standing_out() else {
        count("comparisons in which no group stands out", 1);
        return out;
    };
    let Some(group) = groups.get(best.group) else {
        return out;
    };
    match party(group, world) {
        Some((actor, through)) => {
            let told = Comparison {
                best,
                compared: alike.incident.len(),
                groups: alike.groups,
                group,
                actor: &actor,
                through: &through,
            };
            out.findings.extend(told.finding(&all, world));
        }
        None => count("groups that stand out but are no one party of the case", 1),
    }
    out
}

/// The one listed party that the group's names mean, with the name through which and who uses it.
fn party(group: &Group<'_>, world: &World<'_>) -> Option<(String, String)> {
    let same = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
    let mut found: Vec<(String, String)> = Vec::new();
    for actor in &world.knowledge.actors {
        let aliases = actor
            .aliases
            .iter()
            .filter(|alias| {
                alias
                    .known
                    .as_ref()
                    .is_none_or(|known| known.known_on(world.as_of))
            })
            .map(|alias| alias.name.as_str());
        let own: Vec<&str> = [actor.id.as_str(), actor.name.as_str()]
            .into_iter()
            .chain(aliases)
            .collect();
        let through = group
            .names
            .iter()
            .filter(|(name, _)| own.iter().any(|own| same(own, name)))
            // Its own name before others'.
            .max_by_key(|(name, _)| *name == group.name);
        if let Some((name, by)) = through {
            let by = by.as_deref().unwrap_or("no named author");
            found.push((actor.id.clone(), format!("\"{name}\", as {by} calls it")));
        }
    }
    match found.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// A likeness that stands out, with whose it is.
struct Comparison<'a, 'w> {
    best: &'a Likeness,
    compared: usize,
    groups: usize,
    group: &'a Group<'w>,
    actor: &'a str,
    through: &'a str,
}

impl Comparison<'_, '_> {
    fn finding(&self, all: &Profiles<'_>, world: &World<'_>) -> Option<Finding> {
        let (first, _) = all.own.stands.first()?;
        let (_, told) = self.group.stands.first()?;
        let mut provenance = Vec::new();
        for (at, _) in all
            .own
            .stands
            .iter()
            .take(PLACES_MAX / 2)
            .chain(&self.group.stands)
        {
            if provenance.len() < PLACES_MAX && !provenance.contains(at) {
                provenance.push(at.clone());
            }
        }
        let stands = || all.own.stands.iter().chain(&self.group.stands);
        let fact = format!("tactics:{}", self.actor);
        let source = self.group.author.as_deref().and_then(|author| {
            let sources = &world.knowledge.sources;
            let named = |source: &&ascribe_intel::Source| {
                source.id.eq_ignore_ascii_case(author) || source.name.eq_ignore_ascii_case(author)
            };
            sources.iter().find(named).map(|source| source.id.clone())
        });
        let (overrides, reason) = self.numbers();
        Some(Finding {
            id: engine_finding_id(ENGINE, &fact, first),
            says: self.says(&place(first)),
            points_to: Some(Target::Actor(self.actor.to_owned())),
            fact: Some(fact),
            class: Some(Class::Tactics),
            overrides,
            reason: Some(reason),
            source,
            via: vec![told.path.clone()],
            rests_on: Some("intelligence".to_owned()),
            known: stands().map(|(_, evidence)| &evidence.known).max()?.clone(),
            tlp: stands().map(|(_, evidence)| evidence.tlp).max()?,
            ..blank(ENGINE, Kind::Tactics, &told.origin, world, provenance)
        })
    }

    fn says(&self, first: &str) -> String {
        let shared = &self.best.shared;
        let named: BTreeSet<&str> = shared.iter().map(String::as_str).take(NAMED_MAX).collect();
        let named = named.into_iter().collect::<Vec<_>>().join(", ");
        let more = shared.len().saturating_sub(NAMED_MAX);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!(
            "{first}: of {} techniques of the incident {} are told of {} ({named}{more}), where chance would have {:.1}; no other of {} groups is as like it; it is this party through the name {}",
            self.compared,
            shared.len(),
            self.group.name,
            self.best.expected,
            self.groups,
            self.through,
        )
    }

    /// P(said | absent) in place of the class's, and why.
    fn numbers(&self) -> (Overrides, String) {
        let reports = self.best.reports.len();
        // One report behind everything may be one analyst's picture of the group.
        let (low, point, high) = if reports > 1 {
            (0.25, 0.40, 0.65)
        } else {
            (0.45, 0.60, 0.80)
        };
        let overrides = Overrides {
            if_absent: Range::new(low, point, high).ok(),
            ..Overrides::default()
        };
        let behind = match reports {
            1 => "one report stands".to_owned(),
            count => format!("{count} reports stand"),
        };
        (
            overrides,
            format!("judgement, kept small: {behind} behind the likeness. {MEASURED}"),
        )
    }
}

/// What was measured when the answer was known (`record/tactics.md`).
const MEASURED: &str = "With the answer known (ATT&CK 15, its own citations left out) likeness of techniques put the right group first in 0 of 9 campaigns and 90 of 325 single reports; where one group stood out as here, 41 of 69 were right, none of them a whole campaign, and the reports were written about the group that they describe; techniques are also taught, copied and bought";
