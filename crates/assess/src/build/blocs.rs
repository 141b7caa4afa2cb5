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

/// Writes the bloc of a sourced finding into `model`.
pub(super) fn set(model: &mut ModelFinding, item: &Weighing<'_>, habit: Option<&Habit>, owned: Owned<'_>) {
    if let Some(habit) = habit {
        model.bloc = Some(party_of_trace(&habit.target, owned));
        return;
    }
    let Sense::Value { value, numbers, says } = &item.sense else {
        return;
    };
    let toward = match value {
        Value::Operator(id) | Value::Owner(_, id) => root(owned.knowledge, id),
        Value::Hypothesis(id) => stand_in(id),
        Value::Direction(word) => format!("direction:{word}"),
    };
    model.toward = Some(if item.finding.stance == Stance::Denies {
        format!("deny:{toward}")
    } else if *says || *numbers == Numbers::Statement {
        toward
    } else {
        format!("not:{toward}")
    });
}

/// Takes out accusations that are not bare: their source, or their origin, describes a trace against the same
/// family tree. What it describes weighs by itself; that it also accuses then says nothing more.
///
/// The table of statements is for accusations with "nothing described". Given with each finding taken out: why.
pub(super) fn take_described<'a>(
    weighing: &mut Vec<Weighing<'a>>,
    habits: &[Habit],
    owned: Owned<'_>,
) -> Vec<(Weighing<'a>, String)> {
    let mut described: BTreeMap<(Speaker, String), String> = BTreeMap::new();
    for item in weighing.iter().filter(|item| says(&item.sense)) {
        if let Some(habit) = item.habit.and_then(|index| habits.get(index)) {
            let party = party_of_trace(&habit.target, owned);
            for speaker in speakers(item, owned.knowledge) {
                described
                    .entry((speaker, party.clone()))
                    .or_insert_with(|| item.finding.id.clone());
            }
        }
    }
    let (mut bare, mut taken) = (Vec::new(), Vec::new());
    for item in std::mem::take(weighing) {
        let accused = match &item.sense {
            Sense::Value {
                value: Value::Operator(id),
                numbers: Numbers::Statement,
                ..
            } if item.finding.stance == Stance::Accuses => Some(root(owned.knowledge, id)),
            _ => None,
        };
        let by = accused.and_then(|party| {
            let mut speakers = speakers(&item, owned.knowledge).into_iter();
            speakers.find_map(|speaker| described.get(&(speaker, party.clone())))
        });
        match by {
            Some(by) => {
                let why =
                    format!("no bare accusation: what it rests on stands in findings of its own, as {by}");
                taken.push((item, why));
            }
            None => bare.push(item),
        }
    }
    *weighing = bare;
    taken
}

/// Who speaks: the source, and the origin behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Speaker {
    Source(String),
    Origin(String),
}

fn speakers(item: &Weighing<'_>, knowledge: &Knowledge) -> Vec<Speaker> {
    let source = node(item.finding, knowledge).map(|id| Speaker::Source(id.to_owned()));
    source
        .into_iter()
        .chain([Speaker::Origin(item.origin.clone())])
        .collect()
}

/// The root of the party that a trace points to; of a subject its likeliest owner, ties to the smallest id.
///
/// "Other" is an owner too: whoever reports traffic with hosts that are most likely nobody's of the case accuses
/// none of its parties.
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
            let labelled: f64 = by_root.values().sum();
            let mut best = Some((OTHER.to_owned(), 1.0 - labelled));
            for (owner, label) in by_root {
                if best.as_ref().is_none_or(|(_, most)| label > *most) {
                    best = Some((owner, label));
                }
            }
            best.map_or_else(|| OTHER.to_owned(), |(owner, _)| owner)
        }
    }
}
