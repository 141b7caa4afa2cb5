//! Laws of measured weights, on arbitrary scores.

#![expect(clippy::unwrap_used, reason = "a broken law is a failed test")]

use ascribe_ratio::Added;
use ascribe_ratio::bootstrap::over_families;
use ascribe_ratio::bounds::{caps, elub};
use ascribe_ratio::cost::{cllr, cllr_min, cllr_of_pools};
use ascribe_ratio::logistic::{Logistic, Penalty};
use ascribe_ratio::pav::Pav;
use ascribe_ratio::runs::Runs;
use ascribe_ratio::sample::{Row, Sample};
use ascribe_ratio::table;
use ascribe_ratio::validation::{Options, validate};
use proptest::prelude::*;

/// Scores with many ties, and without.
fn scores() -> impl Strategy<Value = Vec<f64>> {
    let tied = prop::collection::vec((-4_i32..5).prop_map(f64::from), 1..40);
    let free = prop::collection::vec(-5.0..5.0, 1..40);
    prop_oneof![tied, free]
}

fn families(count: u32) -> Vec<String> {
    (0..count).map(|index| format!("family {index}")).collect()
}

/// Rows with a shift between the classes, in up to eight families.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (-3.0..3.0_f64, any::<bool>(), 0_u32..8).prop_map(|(score, same, family)| Row {
        score: ((score + f64::from(u8::from(same))) * 8.0).round() / 8.0,
        same,
        family,
    });
    prop::collection::vec(row, 4..60).prop_filter("both classes", |rows| {
        rows.iter().any(|row| row.same) && rows.iter().any(|row| !row.same)
    })
}

/// The cost of weights that are `pools[i]` for the i-th distinct score: what PAV has to beat.
fn cost_of(runs: &Runs, bans: &[f64]) -> f64 {
    let mut same = Vec::new();
    let mut different = Vec::new();
    for (run, bans) in runs.as_slice().iter().zip(bans) {
        same.extend(std::iter::repeat_n(*bans, usize::try_from(run.same).unwrap()));
        different.extend(std::iter::repeat_n(
            *bans,
            usize::try_from(run.different).unwrap(),
        ));
    }
    cllr(&same, &different)
}

proptest! {
    #[test]
    fn pav_is_monotone_and_clipped(same in scores(), different in scores(), at in prop::collection::vec(-9.0..9.0, 2..30)) {
        for added in [Added::Nothing, Added::OneMisleadingEach] {
            let pav = Pav::fit(&Runs::new(&same, &different).unwrap(), added);
            let mut at: Vec<f64> = at.clone();
            at.extend(same.iter().chain(&different));
            at.sort_by(f64::total_cmp);
            let bans: Vec<f64> = at.iter().map(|&score| pav.bans(score)).collect();
            prop_assert!(bans.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12));
            if added == Added::OneMisleadingEach {
                prop_assert!(bans.iter().all(|bans| bans.is_finite()));
            }
            prop_assert_eq!(pav.bans(f64::INFINITY), pav.bans(9.0));
            prop_assert_eq!(pav.bans(f64::NEG_INFINITY), pav.bans(-9.0));
        }
    }

    /// No other monotone assignment of weights to scores costs less.
    #[test]
    fn pav_is_optimal(same in scores(), different in scores(), rises in prop::collection::vec(0.0..1.0_f64, 80), start in -2.0..1.0_f64) {
        let runs = Runs::new(&same, &different).unwrap();
        let best = cllr_of_pools(&Pav::fit(&runs, Added::Nothing));
        let mut bans = start;
        let other: Vec<f64> = runs.as_slice().iter().zip(&rises).map(|(_, rise)| {
            bans += rise * rise;
            bans
        }).collect();
        prop_assert!(best <= cost_of(&runs, &other) + 1e-9);
        // Nor does one next to the optimum.
        let pav = Pav::fit(&runs, Added::OneMisleadingEach);
        let near: Vec<f64> = runs.as_slice().iter().map(|run| pav.bans(run.score)).collect();
        prop_assert!(best <= cost_of(&runs, &near) + 1e-9);
    }

    #[test]
    fn the_best_recalibration_costs_no_more(same in scores(), different in scores()) {
        let (min, as_given) = (cllr_min(&same, &different).unwrap(), cllr(&same, &different));
        prop_assert!(min <= as_given + 1e-12);
        prop_assert!((0.0..=1.0 + 1e-12).contains(&min));
    }

    #[test]
    fn pav_knows_the_order_of_scores_alone(same in scores(), different in scores()) {
        let bend = |scores: &[f64]| -> Vec<f64> { scores.iter().map(|score| score.exp() * 3.0 - 7.0).collect() };
        let plain = Pav::fit(&Runs::new(&same, &different).unwrap(), Added::OneMisleadingEach);
        let bent = Pav::fit(&Runs::new(&bend(&same), &bend(&different)).unwrap(), Added::OneMisleadingEach);
        let counts = |pav: &Pav| pav.pools().iter().map(|pool| (pool.same, pool.different)).collect::<Vec<_>>();
        prop_assert_eq!(counts(&plain), counts(&bent));
        prop_assert_eq!(cllr_min(&same, &different).unwrap().to_bits(), cllr_min(&bend(&same), &bend(&different)).unwrap().to_bits());
    }

    #[test]
    fn bounds_are_within_the_caps_and_hold(same in scores(), different in scores()) {
        let bounds = elub(&same, &different, Added::OneMisleadingEach);
        let cap = caps(same.len(), different.len());
        prop_assert!(cap.low <= bounds.low && bounds.low <= 0.0 && 0.0 <= bounds.high && bounds.high <= cap.high);
        for score in same.iter().chain(&different) {
            prop_assert!((bounds.low..=bounds.high).contains(&bounds.hold(*score)));
        }
    }

    /// The gradient of the balanced loss vanishes at the optimum, so the mean probabilities of the classes balance.
    #[test]
    fn logistic_is_stationary(same in scores(), different in scores()) {
        let rows = || same.iter().map(|&s| (s, true)).chain(different.iter().map(|&s| (s, false)));
        let fitted = Logistic::fit(rows(), Penalty::None).unwrap();
        prop_assert!(fitted.slope_ln.is_finite() && fitted.intercept_ln.is_finite());
        if !fitted.separable && fitted.slope_ln != 0.0 {
            let wrong = |scores: &[f64], sign: f64, power: i32| scores.iter().map(|s| {
                s.powi(power) / (1.0 + (sign * (fitted.slope_ln * s + fitted.intercept_ln)).exp())
            }).sum::<f64>() / scores.len() as f64;
            for power in [0, 1] {
                let gradient = wrong(&same, 1.0, power) - wrong(&different, -1.0, power);
                prop_assert!(gradient.abs() < 1e-9, "{gradient} at {fitted:?}");
            }
        }
    }

    /// Scores of the other sign give the same weights, where the classes separate and where they do not.
    #[test]
    fn logistic_follows_a_change_of_sign(same in scores(), different in scores(), apart in any::<bool>()) {
        let moved = if apart { 12.0 } else { 0.0 };
        let fit = |sign: f64| Logistic::fit(
            same.iter().map(|s| (sign * (s + moved), true)).chain(different.iter().map(|s| (sign * s, false))),
            Penalty::None,
        ).unwrap();
        let (plain, turned) = (fit(1.0), fit(-1.0));
        prop_assert_eq!(plain.separable, turned.separable);
        prop_assert!((plain.slope_ln + turned.slope_ln).abs() < 1e-6 * (1.0 + plain.slope_ln.abs()), "{:?} {:?}", plain, turned);
        prop_assert!((plain.intercept_ln - turned.intercept_ln).abs() < 1e-6 * (1.0 + plain.intercept_ln.abs()), "{:?} {:?}", plain, turned);
    }

    #[test]
    fn logistic_follows_a_change_of_unit(same in scores(), different in scores(), unit in 0.01..100.0_f64, zero in -50.0..50.0_f64) {
        let fit = |unit: f64, zero: f64| Logistic::fit(
            same.iter().map(|s| (s * unit + zero, true)).chain(different.iter().map(|s| (s * unit + zero, false))),
            Penalty::None,
        ).unwrap();
        let (plain, scaled) = (fit(1.0, 0.0), fit(unit, zero));
        for score in same.iter().chain(&different) {
            let (a, b) = (plain.bans(*score), scaled.bans(score * unit + zero));
            prop_assert!((a - b).abs() < 1e-6 * (1.0 + a.abs()), "{a} {b}");
        }
    }

    /// Every family once, whichever they are: the bootstrap's centre is the sample's number.
    #[test]
    fn the_interval_holds_the_number_of_equal_families(scores in prop::collection::vec((-3.0..3.0_f64, any::<bool>()), 4..20)) {
        let rows: Vec<Row> = (0..5_u32).flat_map(|family| scores.iter().map(move |&(score, same)| Row { score, same, family })).collect();
        prop_assume!(scores.iter().any(|row| row.1) && scores.iter().any(|row| !row.1));
        let sample = Sample::new(rows, &families(5)).unwrap();
        let bans: Vec<f64> = sample.rows().iter().map(|row| row.score).collect();
        let found = over_families(&sample, &bans, 20, 7).unwrap();
        let (same, different) = sample.split(&bans);
        prop_assert!((found.cllr.low - cllr(&same, &different)).abs() < 1e-12);
        prop_assert!((found.cllr.high - found.cllr.low).abs() < 1e-12);
        prop_assert!((found.cllr_min.low - cllr_min(&same, &different).unwrap()).abs() < 1e-12);
    }
}

/// Equal, infinite or to twelve digits.
fn near(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() < 1e-12 * a.abs().max(1.0)
}

proptest! {
    // Whole validations with resamples: fewer cases.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_of_rows_does_not_matter(rows in rows(), shift in 0_usize..60) {
        let names = families(8);
        let options = Options { draws: 20, ..Options::default() };
        let one = validate(&Sample::new(rows.clone(), &names).unwrap(), options).unwrap();
        let mut turned = rows.clone();
        turned.rotate_left(shift % rows.len());
        turned.reverse();
        // Other numbers for the same families, as another order of first appearance gives them.
        let renumbered: Vec<String> = names.iter().rev().cloned().collect();
        for row in &mut turned {
            row.family = 7 - row.family;
        }
        let two = validate(&Sample::new(turned, &renumbered).unwrap(), options).unwrap();
        prop_assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&two).unwrap());
    }

    #[test]
    fn a_validation_is_consistent(rows in rows()) {
        let sample = Sample::new(rows, &families(8)).unwrap();
        let found = validate(&sample, Options { draws: 30, ..Options::default() }).unwrap();
        prop_assert!(near(found.cllr_cal, found.cllr - found.cllr_min));
        prop_assert!((0.0..=1.0).contains(&found.ece) && (0.0..=1.0).contains(&found.eer));
        prop_assert!(found.elub.high <= ((found.families_different + 1) as f64).log10() + 1e-12);
        prop_assert!(found.elub.low >= -((found.families_same + 1) as f64).log10() - 1e-12);
        let even = found.cross_entropy.iter().find(|point| point.prior_bans == 0.0).unwrap();
        prop_assert!(near(even.weights, found.cllr) && (even.best - found.cllr_min).abs() < 1e-12);
        prop_assert!(found.cross_entropy.iter().all(|point| point.best <= point.nothing + 1e-9));
        prop_assert!(found.tippett.windows(2).all(|pair| pair[0].same >= pair[1].same && pair[0].different >= pair[1].different));
        prop_assert!(found.det.windows(2).all(|pair| pair[0].miss <= pair[1].miss && pair[0].false_alarm >= pair[1].false_alarm));
    }

    #[test]
    fn arbitrary_bytes_are_a_table_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300), body in "[0-9a-z,\"\\n.-]{0,200}") {
        let _ = table::read(&bytes);
        let text = format!("score,label,family\n{body}");
        if let Ok(table) = table::read(text.as_bytes()) {
            let _ = validate(&table.sample, Options { draws: 5, ..Options::default() });
        }
    }
}
