//! How likely speaker and stance of a statement are right: a logistic curve over what had to be guessed.
//!
//! Weights and the line of the accept tier are in `data/confidence.tsv`, written by `examples/fit_confidence.rs` from
//! marked texts (`record/statements.md` tells which and how well it holds).

use std::sync::LazyLock;

use ascribe_model::words::Stance;

use crate::statement::{Form, Record, Statement, Tier};

/// What a statement's confidence rests on, each true or false, in the order of [`grounds`].
pub const GROUNDS: [&str; 8] = [
    "speaker-guessed",
    "publisher",
    "without-a-name",
    "asserts",
    "part-of-another",
    "speech-left-over",
    "asserts-about-a-party",
    "several-speak",
];

/// What had to be guessed for this statement, in the order of [`GROUNDS`].
#[must_use]
pub fn grounds(one: &Statement) -> [bool; GROUNDS.len()] {
    [
        one.naming >= 2,
        one.record == Record::Publisher,
        one.record == Record::Anonymous,
        one.stance == Stance::Asserts,
        one.nesting > 0 || one.form == Form::Nominal,
        one.left_over,
        one.stance == Stance::Asserts && one.target.is_some(),
        one.several,
    ]
}

struct Curve {
    constant: f64,
    weights: [f64; GROUNDS.len()],
    accept: f64,
}

static CURVE: LazyLock<Curve> = LazyLock::new(|| read(include_str!("../data/confidence.tsv")));

fn read(text: &str) -> Curve {
    let mut curve = Curve {
        constant: 0.0,
        weights: [0.0; GROUNDS.len()],
        accept: 1.0,
    };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(name), Some(Ok(number))) = (columns.next(), columns.next().map(str::parse::<f64>)) else {
            continue;
        };
        match name {
            "constant" => curve.constant = number,
            "accept" => curve.accept = number,
            _ => {
                let known = GROUNDS.iter().position(|ground| *ground == name);
                if let Some(weight) = known.and_then(|at| curve.weights.get_mut(at)) {
                    *weight = number;
                }
            }
        }
    }
    curve
}

/// Sets confidence (two digits: more would pretend) and tier.
pub(crate) fn weigh(one: &mut Statement) {
    let curve = &*CURVE;
    let sum: f64 = grounds(one)
        .iter()
        .zip(curve.weights)
        .filter(|(holds, _)| **holds)
        .map(|(_, weight)| weight)
        .sum();
    let exact = 1.0 / (1.0 + libm::exp(-(curve.constant + sum)));
    one.confidence = libm::round(exact * 100.0) / 100.0;
    one.tier = if one.confidence >= curve.accept && one.record != Record::Unattributed {
        Tier::Accept
    } else {
        Tier::Review
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ground_has_a_weight_and_guesses_lower_confidence() {
        let text = include_str!("../data/confidence.tsv");
        for ground in GROUNDS {
            assert!(
                text.lines().any(|line| line.starts_with(&format!("{ground}\t"))),
                "{ground}"
            );
        }
        let curve = read(text);
        assert!(curve.weights.iter().all(|weight| *weight <= 0.0));
        assert!(curve.accept > 0.5 && curve.accept < 1.0);
    }
}
