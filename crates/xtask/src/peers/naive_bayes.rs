//! Naive Bayes: every report that points to a party is one more independent observation with a fixed ratio for its kind.
//!
//! Ratios from 3 (motive, methods) to 10 (code, accounts); a report that excludes a party, or looked for it in vain, divides by as
//! much. Priors are the analyst's. Copies count as often as they are told; doubts, denials and threats for nothing.

use std::collections::BTreeMap;

use ascribe_model::words::{About, Kind, Stance};

use super::{concerns, pointed, priors, softmax, standing};
use crate::incident::Incident;

const fn ratio(kind: Kind) -> f64 {
    match kind {
        Kind::Code | Kind::Operator => 10.0,
        Kind::Address | Kind::Contact | Kind::Mail | Kind::Statement => 5.0,
        _ => 3.0,
    }
}

/// P(answer), by actor id with the two unlisted ones; sums to 1.
#[must_use]
pub fn answer(incident: &Incident) -> BTreeMap<String, f64> {
    let mut scores: BTreeMap<String, f64> = priors(incident)
        .into_iter()
        .map(|(id, prior)| (id, libm::log(prior)))
        .collect();
    for finding in standing(incident) {
        let Some(named) = pointed(incident, finding) else {
            continue;
        };
        if finding.about == Some(About::Owner) {
            continue;
        }
        let sign = match finding.stance {
            Stance::Asserts
            | Stance::Reports
            | Stance::Accuses
            | Stance::Supports
            | Stance::ClaimsResponsibility => 1.0,
            Stance::Excludes | Stance::Absent => -1.0,
            _ => continue,
        };
        for (id, score) in &mut scores {
            if concerns(incident, named, id) {
                *score += sign * libm::log(ratio(finding.kind));
            }
        }
    }
    softmax(scores)
}
