//! Are the marks of a party too good to be true?
//!
//! Every operation leaves some of its owner's marks and not others. If nearly all that were looked for are there,
//! more than the owner's own hit rates would leave in one operation of twenty, and a framer would leave as many
//! more often, then the marks look like a display. Counts marks with the numbers of METHOD section 2; who reports them,
//! and which searches were never published, it cannot know.

use std::collections::{BTreeMap, BTreeSet};

use crate::assessment::Display;
use crate::model_file::{CARE_DEFAULT, ModelFile, Trace};

/// Fewer marks than this say nothing about their number.
const MARKS_MIN: usize = 4;
/// An owner leaves so many in fewer operations than this: too good.
const RARE: f64 = 0.05;

/// One row for each party that enough marks point to, by id.
pub(super) fn displays(model: &ModelFile) -> Vec<Display> {
    let mut marks: BTreeMap<&str, Vec<&Trace>> = BTreeMap::new();
    for trace in &model.traces {
        if let Some(party) = party(model, &trace.points_to) {
            marks.entry(party).or_default().push(trace);
        }
    }
    let mut there: BTreeSet<&str> = BTreeSet::new();
    let mut looked_for: BTreeSet<&str> = BTreeSet::new();
    for finding in &model.findings {
        if let Some(trace) = finding.trace.as_deref() {
            looked_for.insert(trace);
            if finding.says != Some(false) {
                there.insert(trace);
            }
        }
    }
    marks
        .into_iter()
        .filter_map(|(party, traces)| {
            let traces: Vec<&Trace> = traces
                .into_iter()
                .filter(|trace| looked_for.contains(trace.id.as_str()))
                .collect();
            let found = traces
                .iter()
                .filter(|trace| there.contains(trace.id.as_str()))
                .count();
            (traces.len() >= MARKS_MIN).then(|| display(party, &traces, found))
        })
        .collect()
}

/// The party that a trace to `pointed` speaks about: itself, or the likeliest owner of the subject.
fn party<'a>(model: &'a ModelFile, pointed: &'a str) -> Option<&'a str> {
    match model.subjects.iter().find(|subject| subject.id == pointed) {
        Some(subject) => subject.likeliest_owner(),
        None => Some(pointed),
    }
}

fn display(party: &str, traces: &[&Trace], found: usize) -> Display {
    let left = |rate: fn(&Trace) -> f64| -> f64 {
        // Careless and careful, or thorough and sloppy: one draw for all marks, evens.
        let of = |sign: f64| {
            let rates = traces.iter().map(|trace| {
                let rate = rate(trace);
                let spread = trace.care.map_or(CARE_DEFAULT, |care| care.point());
                let rate = rate + sign * spread * rate.min(1.0 - rate);
                1.0 - (1.0 - trace.rarity.point()) * (1.0 - rate)
            });
            at_least(rates, found)
        };
        0.5 * of(1.0) + 0.5 * of(-1.0)
    };
    let own = left(|trace| trace.hit.point());
    let framed = left(|trace| trace.forgeability.point());
    Display {
        party: party.to_owned(),
        looked_for: traces.len() as u64,
        found: found as u64,
        if_own: own,
        if_framed: framed,
        too_good: own < RARE && framed > own,
    }
}

/// P(at least `most` of independent events happen).
fn at_least(rates: impl Iterator<Item = f64>, most: usize) -> f64 {
    // Cell k: k have happened; the last cell holds all counts from `most` on.
    let mut counts = vec![0.0; most + 1];
    if let Some(first) = counts.first_mut() {
        *first = 1.0;
    }
    for rate in rates {
        let mut carried = 0.0;
        for (count, cell) in counts.iter_mut().enumerate() {
            let stays = if count == most {
                *cell
            } else {
                *cell * (1.0 - rate)
            };
            let moves = if count == most { 0.0 } else { *cell * rate };
            *cell = stays + carried;
            carried = moves;
        }
    }
    counts.last().copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_coins_are_binomial() {
        let coins = || [0.5; 4].into_iter();
        let expected = [1.0, 15.0 / 16.0, 11.0 / 16.0, 5.0 / 16.0, 1.0 / 16.0];
        for (most, expected) in expected.into_iter().enumerate() {
            assert!((at_least(coins(), most) - expected).abs() < 1e-15, "{most}");
        }
        assert_eq!(at_least(coins(), 5), 0.0);
    }
}
