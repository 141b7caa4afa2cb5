//! Which answers there are, with their priors. Source: METHOD section 2; CASE, `[[hypothesis]]`.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::Knowledge;
use ascribe_model::Range;
use ascribe_model::words::{ActorKind, Direction};

use super::people::{UNLISTED, ancestors, is_party, tree};
use super::{Answer, BuildError, Question};
use crate::defaults::{WIDTH, around};
use crate::model_file::Hypothesis;

/// The least that is kept for parties nobody listed (CASE).
const UNLISTED_MIN: f64 = 0.10;

/// The least prior of an answer of which all operators are unlisted: "someone not listed" is never 0.
const UNLISTED_ANSWER_MIN: f64 = 0.01;

/// The model's hypotheses, by id with priors that sum to 1, and their names.
///
/// An answer that names a party covers its units too, except where another answer names them (the nearest named
/// ancestor counts). Without any prior all answers share evenly with the two unlisted ones; priors left out beside
/// given ones are even parts of half of what these leave. Directions of an unlisted party that no answer covers
/// are answers of their own.
/// Errors: `Overlap`, `TwiceNamed`, `NoOperator`, `UnknownOperator`.
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
    let mut names = BTreeMap::new();
    let mut hypotheses = Vec::new();
    let mut covered: BTreeMap<(String, Direction), String> = BTreeMap::new();
    for answer in answers {
        let operators = operators(answer, knowledge, &named)?;
        cover(answer, &operators, &mut covered)?;
        let name = answer.name.clone().unwrap_or_else(|| name(knowledge, answer));
        if names.insert(answer.id.clone(), name).is_some() {
            return Err(BuildError::TwiceNamed(answer.id.clone()));
        }
        hypotheses.push((
            answer.prior,
            hypothesis(&answer.id, operators, &directions(answer)),
        ));
    }
    let unlisted = unlisted(&covered, &mut names, &mut hypotheses);
    warn_of_gaps(knowledge, &covered, warnings);
    let hypotheses = with_priors(hypotheses, unlisted, knowledge, warnings)?;
    Ok((hypotheses, names))
}

fn directions(answer: &Answer) -> BTreeSet<Direction> {
    if answer.directions.is_empty() {
        return Direction::ALL.iter().copied().collect();
    }
    answer.directions.iter().copied().collect()
}

/// The named operators and their units whose nearest named ancestor is one of them.
fn operators(
    answer: &Answer,
    knowledge: &Knowledge,
    named: &BTreeSet<&str>,
) -> Result<BTreeSet<String>, BuildError> {
    if answer.operators.is_empty() {
        return Err(BuildError::NoOperator(answer.id.clone()));
    }
    let mut operators = BTreeSet::new();
    for id in &answer.operators {
        if !is_party(knowledge, id) {
            return Err(BuildError::UnknownOperator {
                hypothesis: answer.id.clone(),
                operator: id.clone(),
            });
        }
        operators.insert(id.clone());
        operators.extend(tree(knowledge, id).into_iter().filter(|unit| {
            let mut line = std::iter::once(unit.clone()).chain(ancestors(knowledge, unit));
            line.find(|party| named.contains(party.as_str())).as_ref() == Some(id)
        }));
    }
    Ok(operators)
}

fn cover(
    answer: &Answer,
    operators: &BTreeSet<String>,
    covered: &mut BTreeMap<(String, Direction), String>,
) -> Result<(), BuildError> {
    for operator in operators {
        for direction in directions(answer) {
            if let Some(first) = covered.insert((operator.clone(), direction), answer.id.clone()) {
                return Err(BuildError::Overlap {
                    first,
                    second: answer.id.clone(),
                    operator: operator.clone(),
                    direction: direction.text(),
                });
            }
        }
    }
    Ok(())
}

fn hypothesis(id: &str, operators: BTreeSet<String>, directions: &BTreeSet<Direction>) -> Hypothesis {
    let all = directions.len() == Direction::ALL.len();
    Hypothesis {
        id: id.to_owned(),
        operators: operators.into_iter().collect(),
        directions: (!all).then(|| directions.iter().map(|word| word.text().to_owned()).collect()),
        prior: Range::exactly(0.0),
    }
}

/// Adds answers for what the given ones leave of the two unlisted parties; how many were added.
fn unlisted(
    covered: &BTreeMap<(String, Direction), String>,
    names: &mut BTreeMap<String, String>,
    hypotheses: &mut Vec<(Option<Range>, Hypothesis)>,
) -> usize {
    let mut added = 0;
    for (id, name) in UNLISTED {
        let open: BTreeSet<Direction> = Direction::ALL
            .iter()
            .copied()
            .filter(|word| !covered.contains_key(&(id.to_owned(), *word)))
            .collect();
        if open.is_empty() {
            continue;
        }
        let mut free = id.to_owned();
        while names.contains_key(&free) {
            free.push_str("-rest");
        }
        names.insert(free.clone(), name.to_owned());
        let operators = BTreeSet::from([id.to_owned()]);
        hypotheses.push((None, hypothesis(&free, operators, &open)));
        added += 1;
    }
    added
}

fn warn_of_gaps(
    knowledge: &Knowledge,
    covered: &BTreeMap<(String, Direction), String>,
    warnings: &mut Vec<String>,
) {
    for actor in &knowledge.actors {
        let open: Vec<&str> = Direction::ALL
            .iter()
            .filter(|word| !covered.contains_key(&(actor.id.clone(), **word)))
            .map(|word| word.text())
            .collect();
        if open.is_empty() || UNLISTED.iter().any(|(id, _)| *id == actor.id) {
            continue;
        }
        let how = if open.len() == Direction::ALL.len() {
            String::new()
        } else {
            format!(" acting {}", open.join(", "))
        };
        warnings.push(format!(
            "no hypothesis covers {} (`{}`){how}: it has probability 0",
            actor.name, actor.id
        ));
    }
}

/// Fills the priors that were left out and normalises all to 1. The last `unlisted` ones are what the others leave.
fn with_priors(
    hypotheses: Vec<(Option<Range>, Hypothesis)>,
    unlisted: usize,
    knowledge: &Knowledge,
    warnings: &mut Vec<String>,
) -> Result<Vec<Hypothesis>, BuildError> {
    let listed = hypotheses.len().saturating_sub(unlisted);
    let given = || hypotheses.iter().take(listed).filter_map(|(prior, _)| *prior);
    let (sum, silent) = (given().map(Range::point).sum::<f64>(), listed - given().count());
    let left = (1.0 - sum).max(0.0);
    let (each, rest) = if silent == 0 {
        (0.0, left.max(UNLISTED_MIN))
    } else if silent == listed {
        let each = 1.0 / count(listed + unlisted);
        (each, (each * count(unlisted)).max(UNLISTED_MIN))
    } else {
        let half = (left / 2.0).max(UNLISTED_MIN);
        (half / count(silent), half)
    };
    let mut filled = Vec::with_capacity(hypotheses.len());
    for (index, (prior, mut hypothesis)) in hypotheses.into_iter().enumerate() {
        let prior = match prior {
            Some(prior) => elicited(prior)?,
            None if index < listed => around(each, WIDTH)?,
            None => around(rest / count(unlisted), WIDTH)?,
        };
        let nobody_listed = hypothesis.operators.iter().all(|id| {
            UNLISTED.iter().any(|(unlisted, _)| unlisted == id)
                || knowledge
                    .actor(id)
                    .is_some_and(|actor| actor.kind == ActorKind::Unlisted)
        });
        hypothesis.prior = if nobody_listed && prior.point() < UNLISTED_ANSWER_MIN {
            warnings.push(format!(
                "the prior of `{}` is {}: somebody not listed is never impossible, so it is {UNLISTED_ANSWER_MIN}",
                hypothesis.id,
                prior.point()
            ));
            around(UNLISTED_ANSWER_MIN, WIDTH)?
        } else {
            prior
        };
        filled.push(hypothesis);
    }
    let total: f64 = filled.iter().map(|hypothesis| hypothesis.prior.point()).sum();
    for hypothesis in &mut filled {
        let part = |value: f64| (value / total).min(1.0);
        let prior = hypothesis.prior;
        hypothesis.prior = Range::new(part(prior.low()), part(prior.point()), part(prior.high()))?;
    }
    filled.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(filled)
}

/// A number without a range stands for the range of half width .7 on the logit scale (METHOD section 2).
pub(super) fn elicited(range: Range) -> Result<Range, BuildError> {
    if range.is_exact() {
        return Ok(around(range.point(), WIDTH)?);
    }
    Ok(range)
}

fn propose(knowledge: &Knowledge) -> Vec<Answer> {
    let unlisted = |id: &str| UNLISTED.iter().any(|(unlisted, _)| *unlisted == id);
    knowledge
        .actors
        .iter()
        .filter(|actor| ancestors(knowledge, &actor.id).is_empty() && !unlisted(&actor.id))
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
    let unlisted = |id: &str| UNLISTED.iter().find(|(unlisted, _)| *unlisted == id);
    let names: Vec<&str> = answer
        .operators
        .iter()
        .map(|id| match (knowledge.actor(id), unlisted(id)) {
            (Some(actor), _) => actor.name.as_str(),
            (None, Some((_, name))) => name,
            (None, None) => id.as_str(),
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
