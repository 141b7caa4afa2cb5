//! Does a program of the incident share rare functions with a family's earlier programs, beyond library code?
//!
//! One finding per family, however many functions and programs: pieces of code from one family are one trace. A program that shares
//! nothing gives no finding; one that could not be examined is named, never counted as sharing nothing.

mod matches;
mod weight;

use std::collections::BTreeMap;

use ascribe_corpus::search::COMMON_FAMILIES_MIN;
use ascribe_corpus::standing::not_told_apart;
use ascribe_corpus::{SearchOptions, search};
use ascribe_intel::Knowledge;
use ascribe_model::Anomaly;
use ascribe_model::finding::Target;
use ascribe_model::observation::Saw;
use ascribe_model::program::Program;
use ascribe_model::words::Kind;

use crate::{Engine, Evidence, Lead, Suggestions, World};

pub use weight::{ClassNumbers, JUDGED_BANS_MAX, Overlap, weight_alone};

/// The engine.
pub const ENGINE: Engine = Engine {
    name: "code",
    suggest,
};

fn suggest(world: &World<'_>) -> Suggestions {
    let mut given = Suggestions::default();
    let group = |family: &str| group_of(world.knowledge, family);
    let options = SearchOptions {
        as_of: world.as_of,
        group: &group,
        ..SearchOptions::default()
    };
    let mut by_family: BTreeMap<String, Vec<matches::InProgram<'_>>> = BTreeMap::new();
    let programs = world
        .evidence
        .iter()
        .filter(|evidence| evidence.incident == world.incident)
        .flat_map(|evidence| programs_in(evidence).map(move |program| (evidence, program)));
    for (evidence, program) in programs {
        count(&mut given, "programs", 1);
        if let Some(oddity) = built_later(evidence, program) {
            given.anomalies.push((evidence.path.clone(), oddity));
        }
        if let Some(reason) = &program.not_examined {
            not_examined(&mut given, evidence, reason);
            continue;
        }
        count(&mut given, "functions", program.functions.len());
        if world.corpora.iter().all(|corpus| corpus.entries().is_empty()) {
            continue;
        }
        if let Some(kind) = not_told_apart(world.corpora, program, world.as_of) {
            not_weighed(&mut given, evidence, kind);
        }
        let answer = search(world.corpora, program, &options);
        count(&mut given, "functions compared", answer.compared);
        count(&mut given, "functions of libraries or runtime", answer.known_code);
        let mut shares = false;
        for (family, share) in &answer.families {
            if share.rare > 0 {
                shares = true;
                by_family
                    .entry(family.clone())
                    .or_default()
                    .push(matches::in_program(evidence, &answer, family));
            }
        }
        count(
            &mut given,
            "programs that share rare functions",
            usize::from(shares),
        );
    }
    for (family, found) in by_family {
        if world.knowledge.family(&family).is_none() {
            let first = found.first().map(|program| program.evidence.path.clone());
            given.anomalies.push((
                first.unwrap_or_default(),
                Anomaly::odd(
                    "code.family-unlisted",
                    None,
                    format!("functions are shared with `{family}` of the corpus, which the case does not list as a family"),
                ),
            ));
            continue;
        }
        match matches::finding(world, &family, &found) {
            Some(finding) => given.findings.push(finding),
            None => count(&mut given, "families with too little in common", 1),
        }
    }
    given
}

fn count(given: &mut Suggestions, name: &str, more: usize) {
    let value = given.counts.entry(name.to_owned()).or_default();
    *value = value.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
}

fn programs_in(evidence: &Evidence) -> impl Iterator<Item = &Program> {
    evidence
        .reading
        .observations
        .iter()
        .filter_map(|seen| match &seen.saw {
            Saw::Program(program) => Some(program.as_ref()),
            _ => None,
        })
}

fn not_examined(given: &mut Suggestions, evidence: &Evidence, reason: &str) {
    count(given, "programs not examined", 1);
    given.anomalies.push((
        evidence.path.clone(),
        Anomaly::odd(
            "code.not-examined",
            None,
            format!(
                "what it shares with other programs is not known, which is not the same as nothing: {reason}"
            ),
        ),
    ));
    if reason.starts_with("packed") {
        given.leads.push(Lead {
            what: format!("the unpacked code of {}", evidence.path),
            ask: "the incident response team: a memory image of a host while it ran, or an unpacked sample"
                .to_owned(),
            kind: Kind::Code,
            points_to: None,
        });
    }
}

fn not_weighed(given: &mut Suggestions, evidence: &Evidence, kind: &str) {
    count(given, "programs whose own code is not told apart", 1);
    given.anomalies.push((
        evidence.path.clone(),
        Anomaly::odd(
            "code.not-told-apart",
            None,
            format!("its own code is not told apart from what its language or linker puts in ({kind}): nothing it shares is weighed"),
        ),
    ));
}

/// A program cannot be built after it was found: its time was set, or the clock was wrong.
fn built_later(evidence: &Evidence, program: &Program) -> Option<Anomaly> {
    let built = program.built.as_ref()?;
    (built.first_day() > evidence.known.last_day()).then(|| {
        Anomaly::odd(
            "code.built-after-known",
            None,
            format!(
                "it says it was built {}, after it became known ({})",
                built.text(),
                evidence.known.text()
            ),
        )
    })
}

/// Families that more likely than not have one owner are related: code that they share is the owner's, not common.
fn group_of(knowledge: &Knowledge, family: &str) -> String {
    knowledge
        .family(family)
        .and_then(|family| {
            family
                .label
                .iter()
                .find(|(_, likely)| likely.point() > 0.5)
                .map(|(owner, _)| format!("owner {owner}"))
        })
        .unwrap_or_else(|| format!("family {family}"))
}

/// The rule in words, for the report's page on method.
#[must_use]
pub fn rule() -> String {
    format!(
        "functions that are alike, and neither library code by name, callers or place nor in {COMMON_FAMILIES_MIN} unrelated families; at least {} of them with {} different 3-grams of instructions",
        weight::RARE_MIN,
        weight::GRAMS_MIN
    )
}

/// What this engine's findings point to.
fn target(family: &str) -> Target {
    Target::Family(family.to_owned())
}

#[cfg(test)]
mod tests;
