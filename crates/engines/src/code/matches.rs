//! From shared functions to one finding per family.

use std::collections::BTreeMap;

use ascribe_corpus::{Answer, Shared};
use ascribe_model::finding::{Grade, Overrides, engine_finding_id};
use ascribe_model::words::{About, Class, Kind, Stance};
use ascribe_model::{Finding, Moment, Provenance, Span};

use super::target;
use crate::{Evidence, World};

/// One rare function alone may be chance: at least this many, or one long one.
pub(super) const RARE_MIN: usize = 2;
/// A single shared function of this many instructions is no chance.
pub(super) const LONG_INSTRUCTIONS_MIN: u32 = 40;
/// Places that a finding stands on.
const PLACES_MAX: usize = 16;
const LISTED_MAX: usize = 50;

/// What one program shares with one family.
pub(super) struct InProgram<'a> {
    pub evidence: &'a Evidence,
    compared: usize,
    rare: Vec<RareFunction>,
}

struct RareFunction {
    start: u64,
    at: Span,
    instructions: u32,
    exact: u64,
    there: Shared,
}

pub(super) fn in_program<'a>(
    evidence: &'a Evidence,
    answer: &Answer,
    family: &str,
    similarity_min: f64,
) -> InProgram<'a> {
    let rare = answer
        .functions
        .iter()
        .filter_map(|function| {
            let there = function.rare_in(family, similarity_min)?.clone();
            Some(RareFunction {
                start: function.start,
                at: function.at,
                instructions: function.instructions,
                exact: function.exact,
                there,
            })
        })
        .collect();
    InProgram {
        evidence,
        compared: answer.compared,
        rare,
    }
}

/// The finding about `family`, if what is shared is enough.
pub(super) fn finding(world: &World<'_>, family: &str, programs: &[InProgram<'_>]) -> Option<Finding> {
    let known = known_when_enough(programs)?;
    // Copies count once; the first program by path is quoted for each.
    let mut distinct: BTreeMap<u64, (&InProgram<'_>, &RareFunction)> = BTreeMap::new();
    for program in programs {
        for function in &program.rare {
            distinct.entry(function.exact).or_insert((program, function));
        }
    }
    let mut quoted: Vec<_> = distinct.values().copied().collect();
    quoted.sort_by_key(|(program, function)| {
        (
            std::cmp::Reverse(function.instructions),
            program.evidence.path.as_str(),
            function.start,
        )
    });
    let longest = quoted.first().map_or(0, |(_, function)| function.instructions);
    let mut provenance: Vec<Provenance> = quoted
        .iter()
        .take(PLACES_MAX)
        .map(|(program, function)| Provenance {
            path: program.evidence.path.clone(),
            sha256: program.evidence.id,
            span: function.at,
        })
        .collect();
    provenance.sort();
    provenance.dedup();
    let main = programs.iter().max_by_key(|program| {
        (
            program.rare.len(),
            std::cmp::Reverse(program.evidence.path.as_str()),
        )
    })?;
    let fact = format!("code:family:{family}");
    Some(Finding {
        id: engine_finding_id("code", &fact, provenance.first()?),
        engine: "code".to_owned(),
        kind: Kind::Code,
        stance: Stance::Asserts,
        says: says(family, main, programs.len(), distinct.len(), longest),
        about: Some(About::Author),
        points_to: Some(target(family)),
        of: None,
        fact: Some(fact),
        class: Some(Class::Code),
        overrides: Overrides::default(),
        signed: None,
        measured: None,
        reason: None,
        source: None,
        origin: main.evidence.origin.clone(),
        via: Vec::new(),
        grade: Grade::default(),
        rests_on: None,
        may_overlap: Vec::new(),
        retracts: None,
        searched: None,
        happened: None,
        known,
        tlp: programs.iter().map(|program| program.evidence.tlp).max()?,
        incident: world.incident.to_owned(),
        prose: listing(&quoted),
        provenance,
    })
}

/// The day from which enough was known, adding programs as they became known: of the evidence and of the family.
fn known_when_enough(programs: &[InProgram<'_>]) -> Option<Moment> {
    let mut dated: Vec<(&Moment, &RareFunction)> = Vec::new();
    for program in programs {
        for function in &program.rare {
            let there = function.there.known.as_ref();
            let known = there
                .filter(|there| there.last_day() > program.evidence.known.last_day())
                .unwrap_or(&program.evidence.known);
            dated.push((known, function));
        }
    }
    dated.sort_by_key(|(known, function)| (known.last_day(), known.text(), function.exact));
    let mut distinct = std::collections::BTreeSet::new();
    dated
        .into_iter()
        .find(|(_, function)| {
            distinct.insert(function.exact);
            distinct.len() >= RARE_MIN || function.instructions >= LONG_INSTRUCTIONS_MIN
        })
        .map(|(known, _)| known.clone())
}

fn says(family: &str, main: &InProgram<'_>, programs: usize, distinct: usize, longest: u32) -> String {
    let own = main.rare.len();
    let mut text = format!(
        "{own} of the {} functions compared in {} stand in programs of family {family} and in no library known here and not in three unrelated families; the longest of {distinct} has {longest} instructions",
        main.compared, main.evidence.path
    );
    if programs > 1 {
        text.push_str(&format!(
            "; {} more programs share some",
            programs.saturating_sub(1)
        ));
    }
    text
}

/// Each match with both places.
fn listing(quoted: &[(&InProgram<'_>, &RareFunction)]) -> String {
    let mut lines: Vec<String> = quoted
        .iter()
        .take(LISTED_MAX)
        .map(|(program, function)| {
            let there = &function.there;
            format!(
                "{} address {:#x}, bytes {} to {}: {} address {:#x}, bytes {} to {}, {} ({} instructions)",
                program.evidence.path,
                function.start,
                function.at.start,
                function.at.end,
                there.file,
                there.start,
                there.at.start,
                there.at.end,
                if there.exact {
                    "the same".to_owned()
                } else {
                    format!("alike {:.2}", there.similarity)
                },
                function.instructions
            )
        })
        .collect();
    if quoted.len() > LISTED_MAX {
        lines.push(format!("and {} more", quoted.len().saturating_sub(LISTED_MAX)));
    }
    lines.join("\n")
}
