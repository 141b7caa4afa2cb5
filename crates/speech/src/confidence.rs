//! How likely speaker and stance of a statement are right: two logistic curves over what had to be guessed.
//!
//! The first tells how likely the speaker is the right one; what it says is one ground of the second, which tells it of
//! speaker and stance together. Weights and the line of the accept tier are in `data/confidence.tsv`, written by
//! `examples/fit_confidence.rs` from marked texts (`record/statements.md` tells which and how well it holds).

use std::sync::LazyLock;

use ascribe_model::words::Stance;

use crate::statement::{Form, Record, Statement, Tier};

/// What a statement's confidence rests on, each true or false, in the order of [`grounds`].
pub const GROUNDS: [&str; 14] = [
    "named-before",
    "speaker-guessed",
    "goes-on",
    "indirect",
    "no-name-in-it",
    "part-of-another",
    "several-speak",
    "speech-left-over",
    "publisher",
    "without-a-name",
    "asserts",
    "takes-a-side",
    "stance-guessed",
    "plainly-a-side",
];

/// The first so many grounds are those of the speaker.
pub const OF_SPEAKER: usize = 8;

/// From here on they are those of speaker and stance together, after the log odds of the speaker.
pub const OF_BOTH: usize = 4;

/// How many weights the curve of both has: the log odds of the speaker and its own grounds.
pub const BOTH: usize = GROUNDS.len() - OF_BOTH + 1;

/// What had to be guessed for this statement, in the order of [`GROUNDS`].
#[must_use]
pub fn grounds(one: &Statement) -> [bool; GROUNDS.len()] {
    let publisher = one.record == Record::Publisher;
    let named = !publisher && one.speaker.chars().any(char::is_uppercase);
    let side = matches!(
        one.stance,
        Stance::Accuses | Stance::Denies | Stance::ClaimsResponsibility
    );
    let inner = one.nesting > 0 || one.form == Form::Nominal;
    // Somebody named on the spot takes a side in the publisher's words, and nobody else speaks in the sentence.
    let told = one.form == Form::Indirect && !one.several && !inner;
    let plain = side && named && one.naming == 0 && told;
    [
        one.naming == 1,
        one.naming >= 2,
        one.cue.is_none() && !publisher,
        one.form == Form::Indirect,
        !publisher && !named,
        inner,
        one.several,
        one.left_over,
        publisher,
        one.record == Record::Anonymous,
        one.stance == Stance::Asserts,
        side,
        one.reading >= 2,
        plain,
    ]
}

/// A constant and a weight for each ground.
struct Curve<const N: usize> {
    constant: f64,
    weights: [f64; N],
}

impl<const N: usize> Curve<N> {
    fn log_odds(&self, grounds: &[f64]) -> f64 {
        let sum: f64 = self
            .weights
            .iter()
            .zip(grounds)
            .map(|(weight, x)| weight * x)
            .sum();
        self.constant + sum
    }
}

struct Curves {
    speaker: Curve<OF_SPEAKER>,
    both: Curve<BOTH>,
    accept: f64,
}

static CURVES: LazyLock<Curves> = LazyLock::new(|| read(include_str!("../data/confidence.tsv")));

fn read(text: &str) -> Curves {
    let mut curves = Curves {
        speaker: Curve {
            constant: 0.0,
            weights: [0.0; OF_SPEAKER],
        },
        both: Curve {
            constant: 0.0,
            weights: [0.0; BOTH],
        },
        accept: 1.0,
    };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(curve), Some(name), Some(Ok(number))) = (
            columns.next(),
            columns.next(),
            columns.next().map(str::parse::<f64>),
        ) else {
            continue;
        };
        let known = GROUNDS.iter().position(|ground| *ground == name);
        let place = match (curve, name) {
            ("tier", "accept") => Some(&mut curves.accept),
            ("speaker", "constant") => Some(&mut curves.speaker.constant),
            ("both", "constant") => Some(&mut curves.both.constant),
            ("both", "speaker") => curves.both.weights.first_mut(),
            ("speaker", _) => known.and_then(|at| curves.speaker.weights.get_mut(at)),
            ("both", _) => known
                .and_then(|at| at.checked_sub(OF_BOTH))
                .and_then(|at| curves.both.weights.get_mut(at.saturating_add(1))),
            _ => None,
        };
        if let Some(place) = place {
            *place = number;
        }
    }
    curves
}

/// P(speaker and stance are right) as the curves tell it.
fn probability(curves: &Curves, one: &Statement) -> f64 {
    let all = grounds(one).map(|holds| f64::from(u8::from(holds)));
    let speaker = if one.record == Record::Publisher {
        0.0
    } else {
        curves.speaker.log_odds(&all)
    };
    let mut both = [0.0; BOTH];
    let own = all.iter().skip(OF_BOTH);
    for (to, from) in both.iter_mut().zip(std::iter::once(&speaker).chain(own)) {
        *to = *from;
    }
    1.0 / (1.0 + libm::exp(-curves.both.log_odds(&both)))
}

/// Sets confidence (two digits: more would pretend) and tier.
pub(crate) fn weigh(one: &mut Statement) {
    let curves = &*CURVES;
    one.confidence = libm::round(probability(curves, one) * 100.0) / 100.0;
    one.tier = if one.confidence >= curves.accept && one.record != Record::Unattributed {
        Tier::Accept
    } else {
        Tier::Review
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ground_has_a_weight_and_a_surer_speaker_makes_a_surer_statement() {
        let text = include_str!("../data/confidence.tsv");
        for (at, ground) in GROUNDS.iter().enumerate() {
            let has = |curve: &str| {
                text.lines()
                    .any(|line| line.starts_with(&format!("{curve}\t{ground}\t")))
            };
            assert_eq!(has("speaker"), at < OF_SPEAKER, "{ground}");
            assert_eq!(has("both"), at >= OF_BOTH, "{ground}");
        }
        let curves = read(text);
        assert!(curves.both.weights.first().is_some_and(|weight| *weight >= 0.0));
        assert!(curves.accept > 0.5 && curves.accept < 1.0);
    }
}
