//! From shared functions to one finding per family.

use std::collections::BTreeMap;

use ascribe_corpus::search::GRAMS_COUNTED_MAX;
use ascribe_corpus::{Answer, Shared};
use ascribe_model::finding::{Overrides, engine_finding_id};
use ascribe_model::words::{About, Class, Kind};
use ascribe_model::{Finding, Moment, Provenance, Span};

use super::{Overlap, target};
use crate::{Evidence, World};

/// Places that a finding stands on.
const PLACES_MAX: usize = 16;
const LISTED_MAX: usize = 50;

/// What one program shares with one family.
pub(super) struct InProgram<'a> {
    pub evidence: &'a Evidence,
    compared: usize,
    families_known: usize,
    rare: Vec<RareFunction>,
}

struct RareFunction {
    start: u64,
    at: Span,
    instructions: u32,
    exact: u64,
    grams: u32,
    there: Shared,
}

pub(super) fn in_program<'a>(evidence: &'a Evidence, answer: &Answer, family: &str) -> InProgram<'a> {
    let rare = answer
        .functions
        .iter()
        .filter_map(|function| {
            let there = function.rare_in(family)?.clone();
            Some(RareFunction {
                start: function.start,
                at: function.at,
                instructions: function.instructions,
                exact: function.exact,
                grams: function.grams.min(GRAMS_COUNTED_MAX),
                there,
            })
        })
        .collect();
    InProgram {
        evidence,
        compared: answer.compared,
        families_known: answer.families_known,
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
    let grams = distinct
        .iter()
        .map(|(exact, (_, function))| (*exact, function.grams))
        .collect();
    let shared = overlap(&grams, main.families_known);
    let if_absent = shared.if_absent();
    Some(Finding {
        id: engine_finding_id("code", &fact, provenance.first()?),
        says: says(family, main, programs.len(), distinct.len(), longest),
        about: Some(About::Author),
        points_to: Some(target(family)),
        fact: Some(fact),
        class: Some(Class::Code),
        overrides: Overrides {
            if_absent,
            ..Overrides::default()
        },
        reason: if_absent.map(|_| shared.reason()),
        origin: main.evidence.origin.clone(),
        known,
        tlp: programs.iter().map(|program| program.evidence.tlp).max()?,
        prose: listing(&quoted),
        provenance,
        ..Finding::blank("code", Kind::Code, world.incident)
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
    let mut distinct = BTreeMap::new();
    dated
        .into_iter()
        .find(|(_, function)| {
            distinct.insert(function.exact, function.grams);
            overlap(&distinct, 0).is_enough()
        })
        .map(|(known, _)| known.clone())
}

fn overlap(distinct: &BTreeMap<u64, u32>, families_known: usize) -> Overlap {
    Overlap {
        rare: distinct.len(),
        grams: distinct.values().fold(0, |sum, grams| sum.saturating_add(*grams)),
        families_known,
    }
}

fn says(family: &str, main: &InProgram<'_>, programs: usize, distinct: usize, longest: u32) -> String {
    let own = main.rare.len();
    let mut text = format!(
        "{own} of the {} functions compared in {} stand in programs of family {family} and are neither library code nor common to three unrelated families; the longest of {distinct} has {longest} instructions",
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
