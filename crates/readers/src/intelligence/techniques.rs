//! Who is said to use which ATT&CK techniques, in a bundle: parties, campaigns and incidents by `uses` relationships,
//! reports by what they hold together.
//!
//! Each use keeps what is cited for it, since the same report stands behind many uses. Nothing is compared here.

use std::collections::BTreeMap;

use ascribe_model::observation::{IndicatorKind, Saw, TechniqueUse, Techniques};

use super::object::Object;
use super::stix::Bundle;
use super::{Sheet, cut};

/// Names that one profile carries.
const NAMES_MAX: usize = 200;
/// Uses that one profile carries.
pub(super) const USES_MAX: usize = 10_000;

/// Kinds of object whose techniques are kept.
fn has_profile(kind: &str) -> bool {
    matches!(
        kind,
        "intrusion-set" | "threat-actor" | "campaign" | "incident" | "report" | "grouping"
    )
}

/// The technique that an attack pattern is.
fn technique<'o>(object: &'o Object<'_>) -> Option<&'o str> {
    if object.kind != "attack-pattern" || object.gone() {
        return None;
    }
    object
        .values
        .iter()
        .find(|(kind, ..)| *kind == IndicatorKind::Technique)
        .map(|(_, value, _)| value.as_str())
}

/// The uses of each object of a bundle, by its number.
fn uses(bundle: &Bundle<'_, '_>) -> BTreeMap<usize, Vec<TechniqueUse>> {
    let mut uses: BTreeMap<usize, Vec<TechniqueUse>> = BTreeMap::new();
    for (number, object) in bundle.objects.iter().enumerate() {
        if object.gone() {
            continue;
        }
        if let Some((name, source, target)) = &object.relation {
            let ends = (bundle.index.get(source.as_str()), bundle.by_id(target));
            let (Some(source), Some(target), "uses") = (ends.0, ends.1, name.as_str()) else {
                continue;
            };
            if let Some(technique) = technique(target) {
                uses.entry(*source).or_default().push(TechniqueUse {
                    technique: technique.to_owned(),
                    citations: object.citations.clone(),
                    // Later versions of a relationship have the same ends.
                    published: object.created.clone().or_else(|| object.dated().cloned()),
                });
            }
        } else if matches!(object.kind.as_str(), "report" | "grouping") {
            let held = object.object_refs.iter().filter_map(|id| bundle.by_id(id));
            for technique in held.filter_map(technique).take(USES_MAX) {
                uses.entry(number).or_default().push(TechniqueUse {
                    technique: technique.to_owned(),
                    citations: Vec::new(),
                    published: object.dated().cloned(),
                });
            }
        }
    }
    uses
}

/// Names of the parties that `number` is said to be of.
fn attributed_to(bundle: &Bundle<'_, '_>, number: usize, object: &Object<'_>) -> Vec<String> {
    let walked = bundle.graph.walk(number, bundle.objects).objects;
    let walked = walked.iter().filter_map(|at| bundle.objects.get(*at));
    let held = object.object_refs.iter().filter_map(|id| bundle.by_id(id));
    let mut names: Vec<String> = Vec::new();
    for party in walked
        .chain(held)
        .filter(|other| other.is_actor() && !other.gone())
    {
        for name in party.names().map(cut) {
            if names.len() < NAMES_MAX && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Writes the profiles of a bundle, in the order of its objects.
pub(super) fn emit<'d>(bundle: &Bundle<'_, 'd>, sheet: &mut Sheet<'_, '_, 'd>) {
    for (number, mut uses) in uses(bundle) {
        let Some(object) = bundle.objects.get(number) else {
            continue;
        };
        if !has_profile(&object.kind) || object.gone() {
            continue;
        }
        uses.sort();
        uses.dedup();
        uses.truncate(USES_MAX);
        let mut names: Vec<String> = object.names().map(cut).collect();
        names.dedup();
        let profile = Techniques {
            id: object.id.clone(),
            kind: object.kind.clone(),
            names,
            attributed_to: attributed_to(bundle, number, object),
            uses,
            author: bundle.author(object),
            published: object.dated().cloned(),
            marking: bundle.marking(object),
        };
        let at = sheet.places.of(object.raw);
        sheet.out.see(at, Saw::Techniques(Box::new(profile)));
    }
}
