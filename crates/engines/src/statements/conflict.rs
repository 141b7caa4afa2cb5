//! What statements contradict: numbers of one thing, accusation against denial, a party that says something else later.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::words::Stance;
use ascribe_speech::numbers;

use super::Told;

/// One side of a contradiction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side {
    /// A number, or a stance.
    pub value: String,
    /// Statements that say so.
    pub statements: Vec<String>,
    /// The origins behind them.
    pub origins: Vec<String>,
}

/// A contradiction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// `number`, `stance` or `changed`.
    pub kind: String,
    /// What it is about.
    pub what: String,
    /// Its sides.
    pub sides: Vec<Side>,
}

/// What contradicts among `told`, sorted.
pub(super) fn conflicts(told: &[Told]) -> Vec<Conflict> {
    let mut found = of_numbers(told);
    found.extend(of_stances(told));
    found.extend(changed(told));
    found.sort();
    found
}

fn side(value: String, told: &[&Told]) -> Side {
    let origins: BTreeSet<String> = told.iter().map(|one| one.origin.clone()).collect();
    Side {
        value,
        statements: told.iter().map(|one| one.id.clone()).collect(),
        origins: origins.into_iter().collect(),
    }
}

/// Two numbers of one thing about one party, more than a tenth apart, by different origins.
fn of_numbers(told: &[Told]) -> Vec<Conflict> {
    let mut counted: BTreeMap<(String, String), BTreeMap<u64, Vec<&Told>>> = BTreeMap::new();
    for one in told {
        let about = one.said.target.clone().unwrap_or_default();
        for (number, what) in numbers(&one.anchor) {
            let values = counted.entry((what, about.clone())).or_default();
            values.entry(number).or_default().push(one);
        }
    }
    let mut found = Vec::new();
    for ((what, about), values) in counted {
        let (Some(low), Some(high)) = (values.keys().next(), values.keys().next_back()) else {
            continue;
        };
        let origins: BTreeSet<&str> = values.values().flatten().map(|one| one.origin.as_str()).collect();
        if high.saturating_sub(*low).saturating_mul(10) <= *high || origins.len() < 2 {
            continue;
        }
        found.push(Conflict {
            kind: "number".to_owned(),
            what: if about.is_empty() {
                what
            } else {
                format!("{what}: {about}")
            },
            sides: values
                .iter()
                .map(|(number, told)| side(number.to_string(), told))
                .collect(),
        });
    }
    found
}

/// Who is accused by some and cleared, denied or doubted by others.
fn of_stances(told: &[Told]) -> Vec<Conflict> {
    let mut about: BTreeMap<&str, BTreeMap<Stance, Vec<&Told>>> = BTreeMap::new();
    for one in told {
        let counts = matches!(
            one.said.stance,
            Stance::Accuses | Stance::Denies | Stance::Doubts | Stance::Declines | Stance::Excludes
        );
        if counts && let Some(target) = &one.said.target {
            about
                .entry(target)
                .or_default()
                .entry(one.said.stance)
                .or_default()
                .push(one);
        }
    }
    about
        .into_iter()
        .filter(|(_, sides)| {
            sides.contains_key(&Stance::Accuses)
                && [Stance::Denies, Stance::Doubts, Stance::Excludes]
                    .iter()
                    .any(|stance| sides.contains_key(stance))
        })
        .map(|(target, sides)| Conflict {
            kind: "stance".to_owned(),
            what: target.to_owned(),
            sides: sides
                .into_iter()
                .map(|(stance, told)| side(stance.text().to_owned(), &told))
                .collect(),
        })
        .collect()
}

/// A party that declines or doubts first and accuses later: no contradiction, the later word counts.
fn changed(told: &[Told]) -> Vec<Conflict> {
    let mut by_party: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    for one in told {
        if let Some(party) = &one.said.speaks_for
            && matches!(
                one.said.stance,
                Stance::Accuses | Stance::Declines | Stance::Doubts
            )
        {
            by_party.entry(party).or_default().push(one);
        }
    }
    let mut found = Vec::new();
    for (party, told) in by_party {
        let (accuses, before): (Vec<&Told>, Vec<&Told>) = told
            .into_iter()
            .partition(|one| one.said.stance == Stance::Accuses);
        let first = before.iter().map(|one| one.known.last_day()).min();
        let later: Vec<&Told> = accuses
            .into_iter()
            .filter(|one| first.is_some_and(|first| first < one.known.first_day()))
            .collect();
        if !later.is_empty() {
            found.push(Conflict {
                kind: "changed".to_owned(),
                what: party.to_owned(),
                sides: vec![
                    side("declines or doubts".to_owned(), &before),
                    side("accuses".to_owned(), &later),
                ],
            });
        }
    }
    found
}
