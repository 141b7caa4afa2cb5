//! Which bloc a sourced finding stands in: all that one source says against one family tree.
//!
//! An unreliable source pushes a whole bloc at once. Source: METHOD section 3; CASE, `bloc`.

use std::collections::BTreeMap;

use ascribe_intel::Knowledge;
use ascribe_model::finding::Target;
use ascribe_model::words::Stance;

use super::assemble::{Weighing, says, stand_in};
use super::habits::Habit;
use super::people::root;
use super::sense::{Numbers, Pointed, Sense, Value};
use super::subjects::node;
use crate::model_file::{Finding as ModelFinding, OTHER, Subject};

/// Who owns what, as far as it is labelled.
#[derive(Clone, Copy)]
pub(super) struct Owned<'a> {
    pub(super) knowledge: &'a Knowledge,
    /// Ids of the model's subjects.
    pub(super) names: &'a BTreeMap<Target, String>,
    pub(super) subjects: &'a [Subject],
}

/// Against whom each source speaks.
pub(super) struct Blocs<'a> {
    owned: Owned<'a>,
    /// By source: the family tree that most of what it says points to.
    chief: BTreeMap<String, String>,
}

impl<'a> Blocs<'a> {
    pub(super) fn new(weighing: &[Weighing<'_>], habits: &[Habit], owned: Owned<'a>) -> Self {
        Self {
            owned,
            chief: chief_parties(weighing, habits, owned),
        }
    }

    /// Writes the bloc of a sourced finding into `model`.
    pub(super) fn set(&self, model: &mut ModelFinding, item: &Weighing<'_>, habit: Option<&Habit>) {
        let knowledge = self.owned.knowledge;
        if let Some(habit) = habit {
            model.bloc = Some(party_of_trace(&habit.target, self.owned));
            return;
        }
        let Sense::Value { value, numbers, says } = &item.sense else {
            return;
        };
        let toward = match value {
            Value::Operator(id) | Value::Owner(_, id) => root(knowledge, id),
            Value::Hypothesis(id) => stand_in(id),
            // Whoever accuses a party and says on whose word it acted tells one story.
            Value::Direction(word) => model
                .source
                .as_ref()
                .and_then(|source| self.chief.get(source).cloned())
                .unwrap_or_else(|| format!("direction:{word}")),
        };
        model.toward = Some(if item.finding.stance == Stance::Denies {
            format!("deny:{toward}")
        } else if *says || *numbers == Numbers::Statement {
            toward
        } else {
            format!("not:{toward}")
        });
    }
}

/// The root of the party that a trace points to; of a subject its likeliest owner, ties to the smallest id.
fn party_of_trace(target: &Pointed, owned: Owned<'_>) -> String {
    let Owned {
        knowledge,
        names,
        subjects,
    } = owned;
    match target {
        Pointed::Actor(id) => root(knowledge, id),
        Pointed::Several(id) => stand_in(id),
        Pointed::Subject(target) => {
            let subject = subjects
                .iter()
                .find(|subject| names.get(target) == Some(&subject.id));
            let mut by_root: BTreeMap<String, f64> = BTreeMap::new();
            for (owner, range) in subject.into_iter().flat_map(|subject| &subject.label) {
                *by_root.entry(root(knowledge, owner)).or_default() += range.point();
            }
            let mut best: Option<(String, f64)> = None;
            for (owner, label) in by_root {
                if best.as_ref().is_none_or(|(_, most)| label > *most) {
                    best = Some((owner, label));
                }
            }
            best.map_or_else(|| OTHER.to_owned(), |(owner, _)| owner)
        }
    }
}

/// By source: the family tree that most of what it says points to, ties to the smallest id.
fn chief_parties(weighing: &[Weighing<'_>], habits: &[Habit], owned: Owned<'_>) -> BTreeMap<String, String> {
    let knowledge = owned.knowledge;
    let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for item in weighing {
        let Some(source) = node(item.finding, knowledge) else {
            continue;
        };
        if !says(&item.sense) || item.finding.stance == Stance::Denies {
            continue;
        }
        let habit = item.habit.and_then(|index| habits.get(index));
        let party = match (&item.sense, habit) {
            (_, Some(habit)) => party_of_trace(&habit.target, owned),
            (
                Sense::Value {
                    value: Value::Operator(id) | Value::Owner(_, id),
                    ..
                },
                _,
            ) => root(knowledge, id),
            _ => continue,
        };
        *counts
            .entry(source.to_owned())
            .or_default()
            .entry(party)
            .or_default() += 1;
    }
    let chief = |parties: BTreeMap<String, usize>| {
        let mut best: Option<(String, usize)> = None;
        for (party, count) in parties {
            if best.as_ref().is_none_or(|(_, most)| count > *most) {
                best = Some((party, count));
            }
        }
        best.map(|(party, _)| party)
    };
    counts
        .into_iter()
        .filter_map(|(source, parties)| Some((source, chief(parties)?)))
        .collect()
}
