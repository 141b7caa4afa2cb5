//! Which answers there are, with their priors.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::Knowledge;
use ascribe_model::Range;
use ascribe_model::words::Direction;

use super::people::{UNLISTED, tree};
use super::{Answer, BuildError, Question};
use crate::defaults::{WIDTH, around};
use crate::model_file::Hypothesis;

/// The least that is kept for parties nobody listed (CASE).
const UNLISTED_MIN: f64 = 0.10;

/// The model's hypotheses and their names, by id.
///
/// Without priors the answers and the two unlisted ones share evenly. A prior left out is an even part of half of
/// what the given ones leave; the other half is for the unlisted.
pub(super) fn hypotheses(
    question: &Question,
    knowledge: &Knowledge,
    warnings: &mut Vec<String>,
) -> Result<(Vec<Hypothesis>, BTreeMap<String, String>), BuildError> {
    let proposed;
    let answers: &[Answer] = if question.answers.is_empty() {
        proposed = propose(knowledge);
        &proposed
    } else {
        &question.answers
    };
    let named: BTreeSet<&str> = answers
        .iter()
        .flat_map(|answer| &answer.operators)
        .map(String::as_str)
        .collect();
    let missing: Vec<(&str, &str)> = UNLISTED
        .into_iter()
        .filter(|(id, _)| !named.contains(id))
        .collect();
    let given: f64 = answers
        .iter()
        .filter_map(|answer| answer.prior)
        .map(Range::point)
        .sum();
    let silent = answers.iter().filter(|answer| answer.prior.is_none()).count();
    let left = (1.0 - given).max(0.0);
    let (each_silent, unlisted) = if silent == 0 {
        (0.0, left.max(UNLISTED_MIN))
    } else if silent == answers.len() {
        let each = 1.0 / count(answers.len().saturating_add(missing.len()));
        (each, (each * count(missing.len())).max(UNLISTED_MIN))
    } else {
        (
            (left / 2.0).max(UNLISTED_MIN) / count(silent),
            (left / 2.0).max(UNLISTED_MIN),
        )
    };
    let mut hypotheses = Vec::new();
    let mut names = BTreeMap::new();
    let mut covered: BTreeMap<(String, Direction), String> = BTreeMap::new();
    for answer in answers {
        let directions = if answer.directions.is_empty() {
            Direction::ALL.to_vec()
        } else {
            answer.directions.clone()
        };
        let mut operators: Vec<String> = Vec::new();
        for id in &answer.operators {
            operators.extend(
                tree(knowledge, id)
                    .into_iter()
                    .filter(|unit| unit == id || !named.contains(unit.as_str())),
            );
        }
        operators.sort();
        operators.dedup();
        for operator in &operators {
            for direction in &directions {
                if let Some(first) = covered.insert((operator.clone(), *direction), answer.id.clone()) {
                    return Err(BuildError::Overlap {
                        first,
                        second: answer.id.clone(),
                        operator: operator.clone(),
                        direction: direction.text(),
                    });
                }
            }
        }
        names.insert(
            answer.id.clone(),
            answer.name.clone().unwrap_or_else(|| name(knowledge, answer)),
        );
        let prior = match answer.prior {
            Some(prior) => prior,
            None => around(each_silent, WIDTH)?,
        };
        let directions = directions
            .iter()
            .map(|direction| direction.text().to_owned())
            .collect();
        hypotheses.push(Hypothesis {
            id: answer.id.clone(),
            operators,
            directions: Some(directions),
            prior,
        });
    }
    for (id, name) in &missing {
        let prior = around(unlisted / count(missing.len()), WIDTH)?;
        names.insert((*id).to_owned(), (*name).to_owned());
        hypotheses.push(Hypothesis {
            id: (*id).to_owned(),
            operators: vec![(*id).to_owned()],
            directions: None,
            prior,
        });
        covered.extend(
            Direction::ALL
                .iter()
                .map(|word| (((*id).to_owned(), *word), (*id).to_owned())),
        );
    }
    for actor in &knowledge.actors {
        let open: Vec<&str> = Direction::ALL
            .iter()
            .filter(|word| !covered.contains_key(&(actor.id.clone(), **word)))
            .map(|word| word.text())
            .collect();
        if !open.is_empty() {
            warnings.push(format!(
                "no hypothesis covers {} acting {}: probability 0 by the case's own choice",
                actor.name,
                open.join(", ")
            ));
        }
    }
    hypotheses.sort_by(|a, b| a.id.cmp(&b.id));
    Ok((hypotheses, names))
}

fn propose(knowledge: &Knowledge) -> Vec<Answer> {
    knowledge
        .actors
        .iter()
        .filter(|actor| actor.parent.is_none())
        .map(|actor| Answer {
            id: actor.id.clone(),
            name: Some(actor.name.clone()),
            operators: vec![actor.id.clone()],
            directions: Vec::new(),
            prior: None,
        })
        .collect()
}

fn name(knowledge: &Knowledge, answer: &Answer) -> String {
    let names: Vec<&str> = answer
        .operators
        .iter()
        .map(|id| {
            knowledge
                .actor(id)
                .map_or(id.as_str(), |actor| actor.name.as_str())
        })
        .collect();
    names.join(" or ")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a case has far fewer than 2^52 hypotheses"
)]
const fn count(number: usize) -> f64 {
    number as f64
}
