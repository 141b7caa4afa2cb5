//! METHOD section 7: what holds for every model.

use std::collections::BTreeMap;

use ascribe_assess::model_file::ModelFile;
use ascribe_assess::weigh::{Answer, Draws, WeighError, believe, interval, weigh, weigh_printed};
use proptest::prelude::*;

use super::models::{Numbers, random, random_json};

fn same(a: &BTreeMap<String, f64>, b: &BTreeMap<String, f64>) {
    assert_eq!(a.len(), b.len());
    for (key, value) in a {
        assert!((value - b[key]).abs() < 1e-12, "{key}: {value} and {}", b[key]);
    }
}

/// Puts a list into another order.
fn shuffle<T>(list: &mut [T], numbers: &mut Numbers) {
    for index in (1..list.len()).rev() {
        let other = usize::try_from(numbers.below(index as u64 + 1)).unwrap();
        list.swap(index, other);
    }
}

fn log_odds(p: f64) -> f64 {
    (p / (1.0 - p)).log10()
}

fn ledger_sums(model: &ModelFile, answer: &Answer) {
    let total: f64 = model.hypotheses.iter().map(|h| h.prior.point()).sum();
    for hypothesis in &model.hypotheses {
        let change = log_odds(answer.posterior[&hypothesis.id]) - log_odds(hypothesis.prior.point() / total);
        let sum: f64 = answer
            .contribution_bans
            .values()
            .map(|row| row[&hypothesis.id])
            .sum();
        assert!(
            (sum - change).abs() < 1e-9,
            "{}: {sum} for {change}",
            hypothesis.id
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn order_of_evidence_does_not_matter(seed: u64) {
        let model = random(seed);
        let before = believe(&model).unwrap();
        let mut other = model;
        let numbers = &mut Numbers::new(seed.rotate_left(17));
        shuffle(&mut other.findings, numbers);
        shuffle(&mut other.traces, numbers);
        shuffle(&mut other.sources, numbers);
        shuffle(&mut other.actors, numbers);
        shuffle(&mut other.hypotheses, numbers);
        shuffle(&mut other.subjects, numbers);
        let after = believe(&other).unwrap();
        same(&before.posterior, &after.posterior);
        same(&before.framed, &after.framed);
    }

    #[test]
    fn a_copy_adds_nothing(seed: u64) {
        let mut model = random(seed);
        for finding in &mut model.findings {
            finding.origin.get_or_insert(format!("own:{}", finding.id));
        }
        let before = weigh(&model).unwrap();
        let mut copy = model.findings[0].clone();
        copy.id = "zz-copy".to_owned();
        copy.via = Some(9);
        copy.source = None;
        model.findings.push(copy);
        let after = weigh(&model).unwrap();
        same(&before.posterior, &after.posterior);
        prop_assert!(after.copies.contains(&"zz-copy".to_owned()));
        prop_assert!(!after.contribution_bans.contains_key("zz-copy"));
    }

    #[test]
    fn names_of_actors_do_not_matter(seed: u64) {
        // Ids that are not part of other words, in an order that differs from the old one.
        let text = random_json(seed).to_string();
        let renamed = text
            .replace("\"ka\"", "\"zulu\"")
            .replace("\"la\"", "\"alfa\"")
            .replace("\"unit\"", "\"mike\"");
        let before = believe(&serde_json::from_str(&text).unwrap()).unwrap();
        let mut model: ModelFile = serde_json::from_str(&renamed).unwrap();
        // The hypothesis that had an actor's name keeps its own.
        for hypothesis in &mut model.hypotheses {
            if hypothesis.id == "alfa" {
                hypothesis.id = "la".to_owned();
            }
        }
        for finding in &mut model.findings {
            if finding.over.as_deref() == Some("hypothesis")
                && let Some(likelihood) = &mut finding.likelihood
                && let Some(la) = likelihood.remove("alfa")
            {
                likelihood.insert("la".to_owned(), la);
            }
        }
        same(&before.posterior, &believe(&model).unwrap().posterior);
    }

    #[test]
    fn no_evidence_returns_the_prior_exactly(seed: u64) {
        let mut model = random(seed);
        model.findings.clear();
        let total: f64 = model.hypotheses.iter().map(|h| h.prior.point()).sum();
        let answer = weigh(&model).unwrap();
        for hypothesis in &model.hypotheses {
            let prior = hypothesis.prior.point() / total;
            prop_assert!((answer.posterior[&hypothesis.id] - prior).abs() < 1e-15);
        }
        prop_assert!(answer.ln_evidence.abs() < 1e-14);
    }

    #[test]
    fn the_ledger_sums_and_the_unlisted_never_vanish(seed: u64) {
        let model = random(seed);
        let answer = weigh(&model).unwrap();
        ledger_sums(&model, &answer);
        prop_assert!(answer.posterior["someone"] > 0.0);
        let framed: f64 = answer.framed.values().sum();
        prop_assert!((framed - 1.0).abs() < 1e-12);
    }

    #[test]
    fn extreme_numbers_give_an_answer_or_say_impossible(seed: u64) {
        extreme(seed);
    }
}

#[test]
fn the_ledger_is_finite_where_much_is_impossible() {
    // Products of several likelihoods that stand for 0: the ledger was no number.
    extreme(220_848_395_599_953_412);
}

/// A random model with most of its numbers moved to 0 or 1.
fn extreme(seed: u64) {
    let mut model = random_json(seed);
    let numbers = &mut Numbers::new(seed ^ 99);
    for (list, fields) in [
        ("sources", &["reliable", "push"][..]),
        ("subjects", &["shared"]),
        ("traces", &["hit", "rarity", "forgeability"]),
        ("findings", &["if_present", "if_absent", "if_planted"]),
    ] {
        for item in model[list].as_array_mut().unwrap() {
            for field in fields {
                if item.get(field).is_some() && numbers.chance(60) {
                    item[*field] = serde_json::json!(if numbers.chance(50) { 0.0 } else { 1.0 });
                }
            }
        }
    }
    let model: ModelFile = serde_json::from_value(model).unwrap();
    match weigh(&model) {
        Ok(answer) => {
            let sum: f64 = answer.posterior.values().sum();
            assert!((sum - 1.0).abs() < 1e-12);
            for bans in answer.contribution_bans.values().flat_map(|row| row.values()) {
                assert!(bans.is_finite());
            }
            same(
                &answer.posterior,
                &super::enumerate::enumerate(&model, 1.0).posterior,
            );
        }
        Err(error) => {
            assert_eq!(error, WeighError::Impossible);
            assert!(super::enumerate::enumerate(&model, 1.0).evidence <= 0.0);
        }
    }
}

#[test]
fn hundreds_of_findings_do_not_underflow() {
    let mut model = random(5);
    let many: Vec<_> = model.findings.clone();
    for round in 0..160 {
        for finding in &many {
            let mut again = finding.clone();
            again.id = format!("{}-{round}", finding.id);
            again.origin = None;
            if round % 2 == 0 {
                again.source = None;
            }
            model.findings.push(again);
        }
    }
    assert!(model.findings.len() > 1000);
    let answer = weigh(&model).unwrap();
    assert!(answer.ln_evidence < -745.0, "{}", answer.ln_evidence);
    let sum: f64 = answer.posterior.values().sum();
    assert!((sum - 1.0).abs() < 1e-12);
    ledger_sums_where_odds_are_finite(&model, &answer);
}

fn ledger_sums_where_odds_are_finite(model: &ModelFile, answer: &Answer) {
    let total: f64 = model.hypotheses.iter().map(|h| h.prior.point()).sum();
    let mut checked = 0;
    for hypothesis in &model.hypotheses {
        let posterior = answer.posterior[&hypothesis.id];
        // Beyond this the difference from 1 is lost in the printed number, not in the ledger.
        if !(1e-300..=0.9).contains(&posterior) {
            continue;
        }
        checked += 1;
        let change = log_odds(posterior) - log_odds(hypothesis.prior.point() / total);
        let sum: f64 = answer
            .contribution_bans
            .values()
            .map(|row| row[&hypothesis.id])
            .sum();
        assert!(
            (sum - change).abs() < 1e-6,
            "{}: {sum} for {change}",
            hypothesis.id
        );
    }
    assert!(checked > 0);
}

#[test]
fn the_same_draws_give_the_same_bytes_in_any_chunks() {
    use ascribe_assess::weigh::Sampler;
    let mut model = random(11);
    model.sources[0].reliable = ascribe_model::Range::new(0.2, 0.5, 0.8).unwrap();
    model.deception.insert(
        "default".to_owned(),
        ascribe_model::Range::new(0.03, 0.08, 0.2).unwrap(),
    );
    let whole = interval(
        &model,
        Draws {
            draws: 1_000,
            seed: 4,
        },
    )
    .unwrap();
    let sampler = Sampler::new(&model, 4).unwrap();
    let chunks = vec![
        sampler.chunk(700..1_000),
        sampler.chunk(0..300),
        sampler.chunk(300..700),
    ];
    assert_eq!(sampler.merge(chunks).unwrap(), whole);
    assert!(whole.refused.is_none());
    let point = believe(&model).unwrap().posterior;
    let mut wide = 0;
    for (id, range) in &whole.hypotheses {
        let (low, high) = (range.low.unwrap(), range.high.unwrap());
        assert!(
            low <= point[id] && point[id] <= high,
            "{id}: {low} {} {high}",
            point[id]
        );
        wide += usize::from(high - low > 0.001);
    }
    assert!(wide > 0, "a spread of parameters spreads some belief");
}

#[test]
fn the_interval_of_a_single_prior_is_that_of_its_distribution() {
    // Without findings the belief in a is the drawn prior over the sum of both: b's is fixed.
    let model = ModelFile::from_json(
        r#"{"format":"ascribe-model/1","actors":[{"id":"a"},{"id":"b"}],
            "hypotheses":[{"id":"a","operators":["a"],"prior":[0.0,0.25,1.0]},{"id":"b","operators":["b"],"prior":0.5}]}"#,
    )
    .unwrap();
    let found = interval(
        &model,
        Draws {
            draws: 40_000,
            seed: 2,
        },
    )
    .unwrap();
    // PERT(0, .25, 1) is Beta(2, 4): P(x < q) = 1 − (1−q)^5 − 5q(1−q)^4.
    let distribution = |q: f64| 1.0 - (1.0 - q).powi(5) - 5.0 * q * (1.0 - q).powi(4);
    let range = found.hypotheses["a"];
    for (belief, wanted) in [(range.low.unwrap(), 0.05), (range.high.unwrap(), 0.95)] {
        let prior = 0.5 * belief / (1.0 - belief);
        assert!(
            (distribution(prior) - wanted).abs() < 0.004,
            "{belief}: {}",
            distribution(prior)
        );
    }
}

#[test]
fn too_few_effective_draws_are_refused_not_failed() {
    let mut model = random(2);
    for trace in &mut model.traces {
        trace.hit = ascribe_model::Range::new(0.0, 0.0, 1.0).unwrap();
        trace.rarity = ascribe_model::Range::new(0.0, 0.0, 1.0).unwrap();
    }
    let printed = weigh_printed(&model, Draws { draws: 150, seed: 1 }).unwrap();
    assert!(
        printed
            .interval_refused
            .as_ref()
            .unwrap()
            .contains("effective sample size")
    );
    assert!(
        printed
            .interval
            .values()
            .all(|i| i.low.is_none() && i.high.is_none())
    );
    let json = serde_json::to_value(&printed).unwrap();
    for key in [
        "posterior",
        "framed",
        "ln_evidence",
        "contribution_bans",
        "owners",
        "copies",
        "interval",
        "flip_set",
    ] {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert!(json["interval"]["la"]["low"].is_null());
}

#[test]
fn a_class_shares_its_draws_and_widens_the_interval() {
    // Ten traces whose hit rates move together spread belief more than ten that move apart: n deviations against
    // √n, where single readings say little enough that they do not teach what the rate is.
    let build = |class: &str| {
        let traces: Vec<String> = (0..10)
            .map(|t| format!(r#"{{"id":"t{t}","points_to":"a","hit":[0.05,0.3,0.95],"rarity":0.2,"forgeability":0.1,"care":0{class}}}"#))
            .collect();
        let findings: Vec<String> = (0..10)
            .map(|t| format!(r#"{{"id":"n{t}","trace":"t{t}","if_present":0.6,"if_absent":0.4}}"#))
            .collect();
        let text = format!(
            r#"{{"format":"ascribe-model/1","actors":[{{"id":"a"}},{{"id":"b"}}],
            "hypotheses":[{{"id":"a","operators":["a"],"prior":0.5}},{{"id":"b","operators":["b"],"prior":0.5}}],
            "traces":[{}],"findings":[{}]}}"#,
            traces.join(","),
            findings.join(",")
        );
        let found = interval(&ModelFile::from_json(&text).unwrap(), Draws::default()).unwrap();
        found.hypotheses["a"].high.unwrap() - found.hypotheses["a"].low.unwrap()
    };
    let (together, apart) = (build(r#","class":"code""#), build(""));
    assert!(together > 2.0 * apart, "{together} and {apart}");
}
