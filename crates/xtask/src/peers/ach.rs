//! Analysis of competing hypotheses: the answer with the fewest inconsistent findings is the best.
//!
//! A finding that points to one party is inconsistent with every other listed party; one that excludes a party, or looked for it in
//! vain, is inconsistent with that party. Motive and ability are consistent with many and count for nothing, nor do claims,
//! denials, doubts and threats. Copies that state their origin count once. The method gives an order, no probabilities;
//! they are made here by softmax of minus the count, the usual generous reading. Source: Heuer (1999), chapter 8.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::words::{About, Kind, Stance};

use super::{answers, concerns, pointed, softmax, standing};
use crate::incident::Incident;

/// P(answer), by actor id with the two unlisted ones; sums to 1.
#[must_use]
pub fn answer(incident: &Incident) -> BTreeMap<String, f64> {
    let mut counts: BTreeMap<String, f64> = answers(incident).into_iter().map(|id| (id, 0.0)).collect();
    let mut seen = BTreeSet::new();
    for finding in standing(incident) {
        let Some(named) = pointed(incident, finding) else {
            continue;
        };
        if finding.about == Some(About::Owner) || matches!(finding.kind, Kind::Motive | Kind::Capability) {
            continue;
        }
        let against = match finding.stance {
            Stance::Asserts | Stance::Reports | Stance::Accuses | Stance::Supports => false,
            Stance::Excludes | Stance::Absent => true,
            _ => continue,
        };
        if !seen.insert((finding.origin.as_str(), finding.kind, named, against)) {
            continue;
        }
        for (id, count) in &mut counts {
            if concerns(incident, named, id) == against {
                *count -= 1.0;
            }
        }
    }
    softmax(counts)
}
