//! The enumerated unknowns: operator profile, framed party, thoroughness, care.
//!
//! Operators and directions that no shared source tells apart are one profile. Says which findings a pair makes
//! true; computes no probability. Source: METHOD section 2.

use std::collections::BTreeMap;

use super::WeighError;
use super::cells::at;
use super::plan::SETTINGS_MAX;
use super::voices::Voices;
use super::world::{Reading, World};

/// One combination of the enumerated unknowns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) profile: usize,
    pub(super) operator: usize,
    /// Actor that the operator wants blamed.
    pub(super) framed: Option<usize>,
    /// How many actors the operator might frame.
    pub(super) candidates: usize,
    /// 0 thorough, 1 sloppy.
    pub(super) framer: usize,
    /// 0 careless, 1 careful.
    pub(super) care: usize,
}

impl Setting {
    /// Number of the law of one trace for a subject that is held or not, framed or not: 0..9.
    pub(super) fn law(self, held: bool, framed: bool) -> usize {
        law(held, framed, self.framer, self.care)
    }
}

/// How many different laws one trace has.
pub(super) const LAWS: usize = 9;

/// Number of the law: care matters only if held, thoroughness only if framed.
pub(super) fn law(held: bool, framed: bool, framer: usize, care: usize) -> usize {
    match (held, framed) {
        (false, false) => 0,
        (false, true) => 1 + framer,
        (true, false) => 3 + care,
        (true, true) => 5 + 2 * care + framer,
    }
}

/// Whether traces of `actor` are the operator's own.
pub(super) fn owns(world: &World, operator: usize, actor: usize) -> bool {
    world.own.get(operator).is_some_and(|row| at(row, actor))
}

/// Whether the operator and an actor belong to one tree or group, so that one never frames the other.
fn kin(world: &World, operator: usize, actor: usize) -> bool {
    match (world.own.get(operator), world.own.get(actor)) {
        (Some(a), Some(b)) => a.iter().zip(b).any(|(x, y)| *x && *y),
        _ => false,
    }
}

/// Likelihoods that a source's findings over operator, direction and hypothesis take for `pair`.
pub(super) fn spoken_rows(world: &World, voices: &Voices, source: usize, pair: usize) -> Vec<usize> {
    let findings = voices.shared.iter().find(|(s, _)| *s == source);
    findings
        .iter()
        .flat_map(|(_, findings)| findings)
        .map(|&finding| super::voices::cell_of(world, finding, pair_value(world, finding, pair)))
        .collect()
}

/// Which value of its unknown a pair is, for a finding over operator, direction or hypothesis.
pub(super) fn pair_value(world: &World, finding: usize, pair: usize) -> usize {
    use crate::model_file::Over;
    let (Some(finding), Some(pair)) = (world.findings.get(finding), world.pairs.get(pair)) else {
        return 0;
    };
    match &finding.reading {
        Reading::Value { over, .. } => match over {
            Over::Operator => pair.operator,
            Over::Direction => pair.direction,
            Over::Hypothesis | Over::Owner => pair.hypothesis,
        },
        Reading::State { .. } => 0,
    }
}

/// Pairs that no shared source tells apart are one profile: profile of each pair, pair of each profile.
pub(super) fn profiles(world: &World, voices: &Voices) -> (Vec<usize>, Vec<usize>) {
    let mut numbers = BTreeMap::new();
    let mut profile_of_pair = Vec::new();
    let mut pair_of_profile = Vec::new();
    for (index, pair) in world.pairs.iter().enumerate() {
        let rows: Vec<Vec<usize>> = voices
            .shared
            .iter()
            .map(|(source, _)| spoken_rows(world, voices, *source, index))
            .collect();
        let profile = *numbers.entry((pair.operator, rows)).or_insert_with(|| {
            pair_of_profile.push(index);
            pair_of_profile.len() - 1
        });
        profile_of_pair.push(profile);
    }
    (profile_of_pair, pair_of_profile)
}

pub(super) fn settings(world: &World, pair_of_profile: &[usize]) -> Result<Vec<Setting>, WeighError> {
    let mut settings = Vec::new();
    for (profile, &pair) in pair_of_profile.iter().enumerate() {
        let operator = world.pairs.get(pair).map_or(0, |p| p.operator);
        let blamed: Vec<usize> = world
            .frameable
            .iter()
            .copied()
            .filter(|&actor| !kin(world, operator, actor))
            .collect();
        let framings = [(None, 0)].into_iter().chain(
            blamed
                .iter()
                .flat_map(|&actor| [(Some(actor), 0), (Some(actor), 1)]),
        );
        for (framed, framer) in framings {
            for care in 0..2 {
                settings.push(Setting {
                    profile,
                    operator,
                    framed,
                    candidates: blamed.len(),
                    framer,
                    care,
                });
            }
        }
        if settings.len() > SETTINGS_MAX {
            return Err(WeighError::TooWide {
                what: "settings",
                found: settings.len(),
                most: SETTINGS_MAX,
            });
        }
    }
    Ok(settings)
}
