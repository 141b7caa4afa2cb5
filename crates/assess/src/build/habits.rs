//! Which findings are about one trace. Source: METHOD section 2, "One habit is one trace"; CASE, `fact`.
//!
//! - Claims and names of one persona are one trace, whatever `fact` says: a persona is a source of kind claimant,
//!   else the origin.
//! - Findings with one `fact` are about one trace as far as they point to one party or subject; where they point
//!   to several, each is a trace of its own and the model says so.
//! - Without `fact`: the language marks of one origin are one trace, so is its comparison of tactics.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::Knowledge;
use ascribe_model::words::{Class, SourceKind};
use ascribe_model::{Finding, Range};

use super::sense::Pointed;
use crate::defaults::{ClassDefaults, Defaults, DefaultsError};

/// A finding that says that a trace is there or not.
pub(super) struct Mark<'a> {
    pub(super) finding: &'a Finding,
    pub(super) target: Pointed,
    pub(super) class: Class,
    pub(super) origin: String,
}

/// A trace with the numbers that its findings give it.
#[derive(Clone, Debug)]
pub(super) struct Habit {
    pub(super) id: String,
    pub(super) target: Pointed,
    pub(super) class: Class,
    pub(super) hit: Range,
    pub(super) rarity: Range,
    pub(super) forgeability: Range,
    pub(super) care: Option<f64>,
    /// Whether all that is said about it is one event of telling.
    pub(super) one_telling: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Persona(String),
    Fact(String),
    Language(String),
    Tactics(String),
    Alone(String),
}

impl Key {
    fn id(&self) -> String {
        match self {
            Self::Persona(who) => format!("persona:{who}"),
            Self::Fact(fact) => fact.clone(),
            Self::Language(origin) => format!("language:{origin}"),
            Self::Tactics(origin) => format!("tactics:{origin}"),
            Self::Alone(id) => id.clone(),
        }
    }
}

/// The traces, and for each mark the index of its own. `marks` are in the order in which they became known.
///
/// `own` says whether findings' own numbers are used.
pub(super) fn habits(
    marks: &[Mark<'_>],
    knowledge: &Knowledge,
    defaults: &Defaults,
    own: impl Fn(&Finding) -> ascribe_model::finding::Overrides,
    warnings: &mut Vec<String>,
) -> Result<(Vec<Habit>, Vec<usize>), DefaultsError> {
    let mut groups: BTreeMap<(Key, Pointed), Vec<usize>> = BTreeMap::new();
    for (index, mark) in marks.iter().enumerate() {
        groups
            .entry((key(mark, knowledge), mark.target.clone()))
            .or_default()
            .push(index);
    }
    let mut targets: BTreeMap<&Key, usize> = BTreeMap::new();
    for (key, _) in groups.keys() {
        *targets.entry(key).or_default() += 1;
    }
    for (key, count) in &targets {
        if *count > 1 && matches!(key, Key::Fact(_)) {
            warnings.push(format!(
                "findings about `{}` point to {count} different parties or families: one trace each",
                key.id()
            ));
        }
    }
    let mut habits = Vec::with_capacity(groups.len());
    let mut habit_of = vec![0; marks.len()];
    let mut taken = BTreeSet::new();
    for ((key, target), members) in &groups {
        let several = targets.get(key).is_some_and(|count| *count > 1);
        let mut id = if several {
            format!("{} ({})", key.id(), written(target))
        } else {
            key.id()
        };
        while !taken.insert(id.clone()) {
            id.push('+');
        }
        let of_group: Vec<&Mark<'_>> = members.iter().filter_map(|index| marks.get(*index)).collect();
        let class = class(key, &of_group, warnings, &id);
        let numbers = defaults.class(class)?;
        let mut habit = habit(id, target.clone(), class, numbers);
        habit.one_telling = matches!(key, Key::Persona(_));
        own_numbers(&mut habit, &of_group, &own, warnings);
        for index in members {
            if let Some(cell) = habit_of.get_mut(*index) {
                *cell = habits.len();
            }
        }
        habits.push(habit);
    }
    Ok((habits, habit_of))
}

fn key(mark: &Mark<'_>, knowledge: &Knowledge) -> Key {
    let finding = mark.finding;
    let persona = finding
        .source
        .as_deref()
        .filter(|id| {
            knowledge
                .source(id)
                .is_some_and(|source| source.kind == SourceKind::Claimant)
        })
        .map(str::to_owned);
    match (mark.class, persona, &finding.fact) {
        (Class::Claim | Class::Name, Some(persona), _) => Key::Persona(persona),
        (_, _, Some(fact)) => Key::Fact(fact.clone()),
        (Class::Claim | Class::Name, None, None) => Key::Persona(mark.origin.clone()),
        (Class::Language, _, None) => Key::Language(mark.origin.clone()),
        (Class::Tactics, _, None) => Key::Tactics(mark.origin.clone()),
        _ => Key::Alone(finding.id.clone()),
    }
}

/// The class that counts: of a fact the first that an analyst wrote down, else the first known.
fn class(key: &Key, marks: &[&Mark<'_>], warnings: &mut Vec<String>, id: &str) -> Class {
    let first = marks.first().map_or(Class::Claim, |mark| mark.class);
    let written = marks.iter().find_map(|mark| mark.finding.class);
    let class = match key {
        Key::Persona(_) => first,
        _ => written.unwrap_or(first),
    };
    let differing = marks.iter().any(|mark| mark.class != class);
    if differing && !matches!(key, Key::Persona(_)) {
        warnings.push(format!(
            "findings about `{id}` have different classes: {class} counts"
        ));
    }
    class
}

fn habit(id: String, target: Pointed, class: Class, numbers: &ClassDefaults) -> Habit {
    Habit {
        id,
        target,
        class,
        hit: numbers.hit,
        rarity: numbers.rarity,
        forgeability: numbers.forgeability,
        care: numbers.care,
        one_telling: false,
    }
}

/// Takes the first given number of each field; others that differ are said.
fn own_numbers(
    habit: &mut Habit,
    marks: &[&Mark<'_>],
    own: &impl Fn(&Finding) -> ascribe_model::finding::Overrides,
    warnings: &mut Vec<String>,
) {
    let given: Vec<_> = marks.iter().map(|mark| own(mark.finding)).collect();
    let mut disputed = Vec::new();
    let mut take = |name: &'static str, values: Vec<Range>| {
        let first = values.first().copied()?;
        if values.iter().any(|value| *value != first) {
            disputed.push(name);
        }
        Some(first)
    };
    if let Some(hit) = take("hit", given.iter().filter_map(|numbers| numbers.hit).collect()) {
        habit.hit = hit;
    }
    if let Some(rarity) = take(
        "rarity",
        given.iter().filter_map(|numbers| numbers.rarity).collect(),
    ) {
        habit.rarity = rarity;
    }
    let forgeability = given.iter().filter_map(|numbers| numbers.forgeability).collect();
    if let Some(forgeability) = take("forgeability", forgeability) {
        habit.forgeability = forgeability;
    }
    if !disputed.is_empty() {
        warnings.push(format!(
            "findings about `{}` give different numbers for {}: the first that became known counts",
            habit.id,
            disputed.join(", ")
        ));
    }
}

/// A target as notes write it.
pub(super) fn written(target: &Pointed) -> String {
    match target {
        Pointed::Actor(id) => format!("actor:{id}"),
        Pointed::Subject(target) => target.to_string(),
        Pointed::Several(id) => format!("hypothesis:{id}"),
    }
}
