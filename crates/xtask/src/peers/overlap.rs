//! Best match by techniques: rarity-weighted Jaccard likeness with what each party used before.
//!
//! A technique weighs ln((n + 1) / users) among the n listed parties. Likenesses are normalised to what the analyst's
//! priors give to listed parties; the unlisted, of whom nothing is known, keep their priors. Without any likeness the
//! priors stay.

use std::collections::BTreeMap;

use super::{priors, scaled};
use crate::incident::Incident;

/// P(answer), by actor id with the two unlisted ones; sums to 1.
#[must_use]
pub fn answer(incident: &Incident) -> BTreeMap<String, f64> {
    let mut users: BTreeMap<u16, f64> = BTreeMap::new();
    for technique in incident.earlier.values().flatten() {
        *users.entry(*technique).or_default() += 1.0;
    }
    let all: f64 = incident.earlier.values().map(|_| 1.0).sum();
    let weight =
        |technique: &u16| libm::log((all + 1.0) / users.get(technique).copied().unwrap_or(1.0).max(1.0));
    let likeness: BTreeMap<&str, f64> = incident
        .earlier
        .iter()
        .map(|(id, before)| {
            let both: f64 = incident.techniques.intersection(before).map(weight).sum();
            let either: f64 = incident.techniques.union(before).map(weight).sum();
            (id.as_str(), if either > 0.0 { both / either } else { 0.0 })
        })
        .collect();
    let total: f64 = likeness.values().sum();
    let prior = priors(incident);
    if total <= 0.0 {
        return prior;
    }
    let listed: f64 = prior
        .iter()
        .filter(|(id, _)| likeness.contains_key(id.as_str()))
        .map(|(_, share)| share)
        .sum();
    scaled(
        prior
            .into_iter()
            .map(|(id, share)| {
                let share = likeness
                    .get(id.as_str())
                    .map_or(share, |like| listed * like / total);
                (id, share)
            })
            .collect(),
    )
}
