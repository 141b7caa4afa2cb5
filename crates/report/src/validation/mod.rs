//! A validation of measured weights, as a page with plots and as words in a terminal.

mod page;
mod plots;
mod terminal;

pub use page::page;
pub use terminal::terminal;

use ascribe_ratio::folds::{Kind, Tested};

/// What a set of scores is called, in words.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Logistic => "logistic",
        Kind::Pav => "monotone (PAV)",
        Kind::Kde => "kernel densities",
    }
}

fn tested_name(tested: Tested) -> &'static str {
    match tested {
        Tested::LeaveOneFamilyOut => "leaving one family out",
        Tested::WholeFamilyFolds => "leaving groups of whole families out",
        Tested::InSample => "on the pairs it was fitted to",
        Tested::AsGiven => "weights as given",
    }
}

/// "0.123", or that it is infinite.
fn bits(value: f64) -> String {
    if value.is_nan() {
        "not given".to_owned()
    } else if value.is_infinite() {
        "infinite".to_owned()
    } else {
        format!("{value:.3}")
    }
}

/// A weight, also an infinite one.
fn bans(value: f64) -> String {
    if value == f64::INFINITY {
        "+infinite".to_owned()
    } else if value == f64::NEG_INFINITY {
        "\u{2212}infinite".to_owned()
    } else {
        crate::figures::bans(value)
    }
}

/// One line of numbers: name, value, 90 % interval, meaning.
struct Figure {
    name: &'static str,
    value: String,
    interval: Option<String>,
    meaning: &'static str,
}

fn figures(validation: &ascribe_ratio::validation::Validation) -> Vec<Figure> {
    use ascribe_ratio::bootstrap::{Interval, Intervals};
    let interval = |of: fn(&Intervals) -> Interval, shown: fn(f64) -> String| {
        validation.intervals.as_ref().map(|all| {
            let interval = of(all);
            format!("{} to {}", shown(interval.low), shown(interval.high))
        })
    };
    let share = |value: f64| format!("{:.1} %", value * 100.0);
    vec![
        Figure {
            name: "Cllr",
            value: bits(validation.cllr),
            interval: interval(|all| all.cllr, bits),
            meaning: "cost of the weights in bits; saying nothing costs 1, perfect weights 0",
        },
        Figure {
            name: "Cllr min",
            value: bits(validation.cllr_min),
            interval: interval(|all| all.cllr_min, bits),
            meaning: "what the best monotone recalibration of these very pairs would cost: discrimination",
        },
        Figure {
            name: "Cllr cal",
            value: bits(validation.cllr_cal),
            interval: interval(|all| all.cllr_cal, bits),
            meaning: "the difference: calibration, and meeting families that were not seen",
        },
        Figure {
            name: "Calibration error",
            value: bits(validation.ece),
            interval: None,
            meaning: "mean difference between the probabilities said and the shares seen, at even prior odds",
        },
        Figure {
            name: "Equal error rate",
            value: share(validation.eer),
            interval: interval(|all| all.eer, |value| format!("{:.1} %", value * 100.0)),
            meaning: "both errors where they are equal; 50 % is chance",
        },
        Figure {
            name: "Lower bound",
            value: bans(validation.elub.low),
            interval: interval(|all| all.elub_low, bans),
            meaning: "no weight below, in bans",
        },
        Figure {
            name: "Upper bound",
            value: bans(validation.elub.high),
            interval: interval(|all| all.elub_high, bans),
            meaning: "no weight above, in bans",
        },
        Figure {
            name: "Misleading, same",
            value: share(validation.misleading.same_below_zero),
            interval: None,
            meaning: "same pairs with a weight below 0",
        },
        Figure {
            name: "Misleading, different",
            value: share(validation.misleading.different_above_zero),
            interval: None,
            meaning: "different pairs with a weight above 0",
        },
        Figure {
            name: "Strongest misleading",
            value: bans(validation.misleading.different_highest),
            interval: None,
            meaning: "highest weight of a different pair, in bans, before the bounds",
        },
    ]
}
