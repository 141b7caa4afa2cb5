//! Numbers of the Python package `lir` 1.3.1, reproduced. Where its optimiser stops early, the exact optimum counts.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "vectors of another form are a failed test"
)]

use ascribe_ratio::Added;
use ascribe_ratio::bounds::elub;
use ascribe_ratio::cost::{Costs, cllr, cllr_min, cross_entropy_of_nothing, cross_entropy_of_pools};
use ascribe_ratio::kde::Kde;
use ascribe_ratio::logistic::{Logistic, Penalty};
use ascribe_ratio::pav::Pav;
use ascribe_ratio::runs::Runs;
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("data/lir_vectors.json")).unwrap()
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Number(number) => number.as_f64().unwrap(),
        Value::String(text) => match text.as_str() {
            "inf" => f64::INFINITY,
            "-inf" => f64::NEG_INFINITY,
            other => panic!("`{other}`"),
        },
        other => panic!("{other}"),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn split(scores: &[f64], labels: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let of = |label: f64| {
        scores
            .iter()
            .zip(labels)
            .filter(|(_, l)| **l == label)
            .map(|(s, _)| *s)
            .collect()
    };
    (of(1.0), of(0.0))
}

#[track_caller]
fn close(what: &str, got: f64, want: f64, tolerance: f64) {
    let equal = got == want || (got - want).abs() <= tolerance * want.abs().max(1.0);
    assert!(equal, "{what}: {got} instead of {want}");
}

#[track_caller]
fn all_close(what: &str, got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (index, (got, want)) in got.iter().zip(want).enumerate() {
        close(&format!("{what}[{index}]"), *got, *want, tolerance);
    }
}

#[test]
fn calibrators() {
    let vectors = vectors();
    let sets = vectors["calibration_sets"].as_array().unwrap();
    assert_eq!(sets.len(), 5);
    for set in sets {
        let name = set["name"].as_str().unwrap();
        let (scores, labels) = (numbers(&set["scores"]), numbers(&set["labels"]));
        let (same, different) = split(&scores, &labels);
        let eval = numbers(&set["eval_scores"]);
        let runs = Runs::new(&same, &different).unwrap();
        let calibrations = &set["calibrations"];
        for (added, key) in [
            (Added::Nothing, "pav_add_misleading_0_log10"),
            (Added::OneMisleadingEach, "pav_add_misleading_1_log10"),
        ] {
            let pav = Pav::fit(&runs, added);
            for (which, at) in [("train", &scores), ("eval", &eval)] {
                let got: Vec<f64> = at.iter().map(|&score| pav.bans(score)).collect();
                all_close(
                    &format!("{name} {key} {which}"),
                    &got,
                    &numbers(&calibrations[key][which]),
                    1e-12,
                );
            }
        }
        let rows = || scores.iter().zip(&labels).map(|(s, l)| (*s, *l == 1.0));
        let mut checked = 0;
        for (penalty, key) in [
            (Penalty::Ridge { c: 1.0 }, "logistic_l2_C1_balanced"),
            (Penalty::None, "logistic_unpenalised_balanced"),
        ] {
            let exact = &set["exact_reference"][key];
            if exact.is_null() {
                continue;
            }
            checked += 1;
            let fitted = Logistic::fit(rows(), penalty).unwrap();
            close(
                &format!("{name} {key} slope"),
                fitted.slope_ln,
                number(&exact["slope_ln"]),
                1e-9,
            );
            close(
                &format!("{name} {key} intercept"),
                fitted.intercept_ln,
                number(&exact["intercept_ln"]),
                1e-9,
            );
            assert!(!fitted.separable);
        }
        assert!(checked > 0);
        let kde = Kde::fit(&same, &different).unwrap();
        let widths = numbers(&calibrations["kde_silverman"]["bandwidth_h2_h1"]);
        all_close(
            &format!("{name} bandwidths"),
            &[kde.bandwidths().1, kde.bandwidths().0],
            &widths,
            1e-12,
        );
        for (which, at) in [("train_log10", &scores), ("eval_log10", &eval)] {
            let got: Vec<f64> = at.iter().map(|&score| kde.bans(score)).collect();
            all_close(
                &format!("{name} kde {which}"),
                &got,
                &numbers(&calibrations["kde_silverman"][which]),
                1e-10,
            );
        }
        for key in ["metrics_of_lir_default_logistic_llrs", "metrics_of_kde_llrs"] {
            metrics(
                &format!("{name} {key}"),
                &set[key],
                &numbers(&set[key]["llrs_log10"]),
                &labels,
            );
        }
    }
}

fn metrics(name: &str, want: &Value, llrs: &[f64], labels: &[f64]) {
    let (same, different) = split(llrs, labels);
    let costs = Costs::new(&same, &different);
    close(
        &format!("{name} cllr"),
        costs.cllr(),
        number(&want["cllr"]),
        1e-12,
    );
    let min = cllr_min(&same, &different).unwrap();
    close(&format!("{name} cllr_min"), min, number(&want["cllr_min"]), 1e-12);
    close(
        &format!("{name} cllr_cal"),
        costs.cllr() - min,
        number(&want["cllr_cal"]),
        1e-12,
    );
    let bounds = elub(&same, &different, Added::OneMisleadingEach);
    all_close(
        &format!("{name} elub"),
        &[bounds.low, bounds.high],
        &numbers(&want["elub_log10"]),
        0.005,
    );
    let pav = Pav::fit(&Runs::new(&same, &different).unwrap(), Added::Nothing);
    if !want["pav_of_llrs_log10"].is_null() {
        let got: Vec<f64> = llrs.iter().map(|&llr| pav.bans(llr)).collect();
        all_close(
            &format!("{name} pav"),
            &got,
            &numbers(&want["pav_of_llrs_log10"]),
            1e-12,
        );
    }
    let ece = &want["ece"];
    for (index, prior) in numbers(&ece["log10_prior_odds"]).into_iter().enumerate() {
        let what = format!("{name} cross-entropy at {prior}");
        close(
            &what,
            cross_entropy_of_nothing(prior),
            number(&ece["reference"][index]),
            1e-12,
        );
        // The package takes 1 - p of posteriors next to 1: with weights of 76 bans it loses all digits (and is
        // infinite from prior odds of 3 on). There the definition itself is the reference.
        if !llrs.iter().any(|llr| llr.is_finite() && llr.abs() > 8.0) {
            close(
                &what,
                costs.cross_entropy(prior),
                number(&ece["llrs"][index]),
                1e-12,
            );
        }
        close(
            &what,
            costs.cross_entropy(prior),
            plainly(&same, &different, prior),
            1e-12,
        );
        close(
            &what,
            cross_entropy_of_pools(&pav, prior),
            number(&ece["pav"][index]),
            1e-12,
        );
    }
}

/// The definition, one logarithm an item.
fn plainly(same: &[f64], different: &[f64], prior: f64) -> f64 {
    let odds = 10_f64.powf(prior);
    let mean = |terms: Vec<f64>| terms.iter().sum::<f64>() / terms.len() as f64 / std::f64::consts::LN_2;
    let same = mean(
        same.iter()
            .map(|llr| (1.0 / (odds * 10_f64.powf(*llr))).ln_1p())
            .collect(),
    );
    let different = mean(
        different
            .iter()
            .map(|llr| (odds * 10_f64.powf(*llr)).ln_1p())
            .collect(),
    );
    (odds * same + different) / (1.0 + odds)
}

#[test]
fn metrics_of_ratios() {
    let vectors = vectors();
    let sets = vectors["metric_sets"].as_array().unwrap();
    assert_eq!(sets.len(), 17);
    for set in sets {
        let name = set["name"].as_str().unwrap();
        let (llrs, labels) = if set["construct"].is_string() {
            breath(name.ends_with("True"))
        } else if set["lrs"].is_array() {
            let llrs = numbers(&set["lrs"]).into_iter().map(libm_log10).collect();
            (llrs, numbers(&set["labels"]))
        } else {
            (numbers(&set["llrs_log10"]), numbers(&set["labels"]))
        };
        metrics(name, set, &llrs, &labels);
    }
}

fn libm_log10(ratio: f64) -> f64 {
    ratio.log10()
}

/// The construction that the set states: 990 and 10 of each ratio, 90 and 10 reversed.
fn breath(ill: bool) -> (Vec<f64>, Vec<f64>) {
    let positive = if ill { 1000_f64 } else { 90.0 }.log10();
    let negative = 0.101_f64.log10();
    let mut llrs = Vec::new();
    let mut labels = Vec::new();
    for (count, llr, label) in [
        (990, negative, 0.0),
        (10, positive, 0.0),
        (90, positive, 1.0),
        (10, negative, 1.0),
    ] {
        for _ in 0..count {
            llrs.push(llr);
            labels.push(label);
        }
    }
    (llrs, labels)
}

#[test]
fn unit_table() {
    let vectors = vectors();
    let units = vectors["cllr_units"].as_array().unwrap();
    assert_eq!(units.len(), 7);
    for (index, unit) in units.iter().enumerate() {
        let logs = |key: &str| -> Vec<f64> { numbers(&unit[key]).into_iter().map(f64::log10).collect() };
        let (same, different) = (logs("h1_lrs"), logs("h2_lrs"));
        close(
            &format!("unit {index}"),
            cllr(&same, &different),
            number(&unit["cllr"]),
            1e-12,
        );
        close(
            &format!("unit {index} min"),
            cllr_min(&same, &different).unwrap(),
            number(&unit["cllr_min"]),
            1e-12,
        );
    }
}
