//! What a doubter asks, against doing the same by hand: agreement by weighing without and alone, the tornado by
//! setting the number.

use std::collections::BTreeSet;

use ascribe_assess::model_file::ModelFile;
use ascribe_assess::weigh::{Corners, Draws, agreement, believe, by_one_hand, drawn, interval, interval_by};
use ascribe_model::Range;

use super::models::random;

/// `model` with only the findings that `keep` has, copies of what is left out included in what goes.
fn with(model: &ModelFile, keep: impl Fn(&str) -> bool) -> ModelFile {
    let mut edited = model.clone();
    edited.findings.retain(|finding| keep(&finding.id));
    edited
}

#[test]
fn agreement_is_weighing_without_and_alone() {
    for seed in 0..25 {
        let model = random(seed);
        let whole = believe(&model).unwrap();
        let copies: BTreeSet<String> = whole.copies.iter().cloned().collect();
        let model = with(&model, |id| !copies.contains(id));
        let nothing = believe(&with(&model, |_| false)).unwrap().ln_evidence;
        let agreement = agreement(&model).unwrap();
        let mut apart = 0.0;
        assert_eq!(agreement.findings.len(), model.findings.len());
        for expected in &agreement.findings {
            let rest = believe(&with(&model, |id| id != expected.finding)).unwrap();
            let alone = believe(&with(&model, |id| id == expected.finding)).unwrap();
            let given = (whole.ln_evidence - rest.ln_evidence).exp();
            let by_itself = (alone.ln_evidence - nothing).exp();
            assert!(
                (expected.given_rest - given).abs() < 1e-10,
                "model {seed} {}",
                expected.finding
            );
            assert!(
                (expected.alone - by_itself).abs() < 1e-10,
                "model {seed} {}",
                expected.finding
            );
            // The finding moves the odds of each answer by how much more it expected it.
            for (id, likelihood) in agreement.hypotheses.iter().zip(&expected.by_hypothesis) {
                let moved = rest.posterior[id] * likelihood / expected.given_rest;
                assert!(
                    (moved - whole.posterior[id]).abs() < 1e-9,
                    "model {seed} {} {id}",
                    expected.finding
                );
            }
            apart += by_itself.ln();
        }
        let bans = (apart - (whole.ln_evidence - nothing)) / std::f64::consts::LN_10;
        assert!((agreement.conflict_bans - bans).abs() < 1e-9, "model {seed}");
    }
}

#[test]
fn a_finding_that_contradicts_an_exclusive_one_conflicts_and_one_that_supports_it_does_not() {
    let model = |second: &str| -> ModelFile {
        serde_json::from_value(serde_json::json!({
            "format": "ascribe-model/1",
            "actors": [{"id": "a"}, {"id": "b"}, {"id": "unlisted-state", "unlisted": true}],
            "hypotheses": [
                {"id": "a", "operators": ["a"], "prior": 0.4}, {"id": "b", "operators": ["b"], "prior": 0.4},
                {"id": "u", "operators": ["unlisted-state"], "prior": 0.2}],
            "traces": [
                {"id": "t1", "points_to": "a", "hit": 0.7, "rarity": 0.001, "forgeability": 0.1},
                {"id": "t2", "points_to": second, "hit": 0.7, "rarity": 0.001, "forgeability": 0.1}],
            "findings": [
                {"id": "f1", "trace": "t1", "if_present": 0.9, "if_absent": 0.01},
                {"id": "f2", "trace": "t2", "if_present": 0.9, "if_absent": 0.01}],
        }))
        .unwrap()
    };
    assert!(agreement(&model("b")).unwrap().conflict_bans > 0.3);
    assert!(agreement(&model("a")).unwrap().conflict_bans < -0.1);
}

#[test]
fn a_bar_of_the_tornado_is_the_belief_with_that_number_set() {
    for seed in 0..10 {
        let model = random(seed);
        let corners = Corners::new(&model).unwrap();
        for (number, id) in corners.hypotheses().iter().enumerate() {
            let bars = corners.tornado(&model, number);
            assert!(bars.windows(2).all(|pair| pair[0].length() >= pair[1].length()));
            for bar in bars
                .iter()
                .filter(|bar| bar.of.starts_with("trace ") && bar.numbers == 1)
            {
                let trace = bar.of.trim_start_matches("trace ");
                for (belief, end) in bar.belief.iter().zip(bar.range.unwrap()) {
                    let mut moved = model.clone();
                    let trace = moved.traces.iter_mut().find(|t| t.id == trace).unwrap();
                    let cell = match bar.field.as_str() {
                        "hit" => &mut trace.hit,
                        "rarity" => &mut trace.rarity,
                        "forgeability" => &mut trace.forgeability,
                        "care" => trace.care.as_mut().unwrap(),
                        other => panic!("{other}"),
                    };
                    *cell = Range::exactly(end);
                    let by_hand = believe(&moved).unwrap().posterior[id];
                    assert!(
                        (belief - by_hand).abs() < 1e-9,
                        "model {seed} {} {}",
                        bar.of,
                        bar.field
                    );
                }
            }
        }
    }
}

/// The weighted 5 % and 95 % points over drawn models are those of the interval: the draws are the same draws.
#[test]
fn the_interval_is_that_of_the_drawn_models() {
    const DRAWS: usize = 400;
    let mut compared = 0;
    for seed in 0..6 {
        let model = random(seed);
        let intervals = interval(&model, Draws { draws: DRAWS, seed }).unwrap();
        let answers: Vec<_> = (0..DRAWS)
            .map(|draw| believe(&drawn(&model, seed, draw as u64).unwrap()).unwrap())
            .collect();
        let most = answers
            .iter()
            .map(|a| a.ln_evidence)
            .fold(f64::NEG_INFINITY, f64::max);
        for (id, expected) in &intervals.hypotheses {
            let (Some(low), Some(high)) = (expected.low, expected.high) else {
                continue;
            };
            let mut rows: Vec<(f64, f64)> = answers
                .iter()
                .map(|a| (a.posterior[id], (a.ln_evidence - most).exp()))
                .collect();
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
            let sum: f64 = rows.iter().map(|row| row.1).sum();
            let below = |end: f64| {
                rows.iter()
                    .filter(|row| row.0 < end - 1e-9)
                    .map(|row| row.1)
                    .sum::<f64>()
                    / sum
            };
            let to = |end: f64| {
                rows.iter()
                    .filter(|row| row.0 <= end + 1e-9)
                    .map(|row| row.1)
                    .sum::<f64>()
                    / sum
            };
            assert!(below(low) <= 0.05 && 0.05 <= to(low) + 1e-9, "model {seed} {id}");
            assert!(
                below(high) <= 0.95 && 0.95 <= to(high) + 1e-9,
                "model {seed} {id}"
            );
            compared += 1;
        }
    }
    assert!(compared > 10);
}

/// Pieces of work give the same numbers in any order and on several threads.
#[test]
fn the_hands_that_do_the_work_have_no_effect() {
    let backwards = |count: usize, work: &(dyn Fn(usize) + Sync)| (0..count).rev().for_each(work);
    let threads = |count: usize, work: &(dyn Fn(usize) + Sync)| {
        std::thread::scope(|scope| {
            for piece in 0..count {
                scope.spawn(move || work(piece));
            }
        });
    };
    for seed in 0..4 {
        let model = random(seed);
        let draws = Draws { draws: 1_100, seed };
        let one = interval(&model, draws).unwrap();
        assert_eq!(one.draws, 1_100);
        assert_eq!(one, interval_by(&model, draws, &backwards).unwrap());
        assert_eq!(one, interval_by(&model, draws, &threads).unwrap());
        let corners = Corners::new(&model).unwrap();
        assert_eq!(corners.outer(&by_one_hand), corners.outer(&threads));
    }
}
