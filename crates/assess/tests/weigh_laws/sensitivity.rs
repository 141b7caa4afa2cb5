//! Leaving out, flipping, other priors, corners, information: against doing the same by hand.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_assess::model_file::ModelFile;
use ascribe_assess::weigh::{
    Alone, CheapTrace, Corners, FLIP_EVALUATIONS, Side, believe, believe_without, flip_set, framing_ceiling,
    outer, report_ceiling, report_ratio, round12, source_ceiling, steadiness, value_of_finding,
    value_of_information, weight_alone,
};
use serde_json::Value;

use super::models::random;

fn leader(belief: &BTreeMap<String, f64>) -> String {
    let mut best = belief.iter().next().unwrap();
    for entry in belief {
        if entry.1 > best.1 {
            best = entry;
        }
    }
    best.0.clone()
}

#[test]
fn leaving_out_is_weighing_without() {
    for seed in 0..25 {
        let model = random(seed);
        let steady = steadiness(&model).unwrap();
        assert_eq!(steady.leader, leader(&believe(&model).unwrap().posterior));
        let mut kinds = BTreeSet::new();
        for row in &steady.leave_one_out {
            kinds.insert(row.kind.clone());
            let subject_of = |finding: &ascribe_assess::model_file::Finding| {
                let trace = model
                    .traces
                    .iter()
                    .find(|t| Some(&t.id) == finding.trace.as_ref());
                trace.map(|t| t.points_to.clone()).or(finding.of.clone())
            };
            let mut edited = model.clone();
            edited.findings.retain(|finding| match row.kind.as_str() {
                "finding" => finding.id != row.id,
                "origin" => finding.origin.as_ref() != Some(&row.id),
                "source" => finding.source.as_ref() != Some(&row.id),
                "family" => subject_of(finding).as_ref() != Some(&row.id),
                other => panic!("{other}"),
            });
            let belief = believe(&edited).unwrap().posterior;
            assert_eq!(
                row.leader,
                leader(&belief),
                "model {seed} {} {}",
                row.kind,
                row.id
            );
            for (id, value) in &row.belief {
                assert!(
                    (value - belief[id]).abs() < 1e-12,
                    "model {seed} {} {}: {value} for {}",
                    row.kind,
                    row.id,
                    belief[id]
                );
            }
        }
        assert!(kinds.contains("finding") && kinds.contains("source") && kinds.contains("family"));
    }
}

/// Ids of a finding and its copies.
fn event(model: &ModelFile, id: &str) -> BTreeSet<String> {
    let finding = model.findings.iter().find(|f| f.id == id).unwrap();
    let same = model.findings.iter().filter(|other| {
        finding.origin.is_some()
            && other.origin == finding.origin
            && other.trace == finding.trace
            && other.over == finding.over
            && other.of == finding.of
    });
    same.map(|f| f.id.clone()).chain([id.to_owned()]).collect()
}

#[test]
fn the_flip_set_flips_and_no_smaller_set_does() {
    let mut sizes = BTreeSet::new();
    for seed in 0..16 {
        let model = random(seed);
        let answer = believe(&model).unwrap();
        let counted: Vec<String> = model
            .findings
            .iter()
            .map(|f| f.id.clone())
            .filter(|id| !answer.copies.contains(id))
            .collect();
        let flip = flip_set(&model, FLIP_EVALUATIONS).unwrap();
        let first = leader(&answer.posterior);
        let flips = |ids: &[&String]| {
            let gone: BTreeSet<String> = ids.iter().flat_map(|id| event(&model, id)).collect();
            leader(&believe_without(&model, &gone).unwrap()) != first
        };
        // A copy goes with what it copies.
        let size = flip.findings.iter().filter(|id| counted.contains(id)).count();
        if flip.minimal {
            if size != 1 {
                assert!(counted.iter().all(|id| !flips(&[id])), "model {seed}");
            }
            if size > 2 || size == 0 {
                for (index, a) in counted.iter().enumerate() {
                    assert!(
                        counted.iter().skip(index + 1).all(|b| !flips(&[a, b])),
                        "model {seed}"
                    );
                }
            }
        }
        if !flip.findings.is_empty() {
            // Nothing but what is named: no copy steps in.
            let gone: BTreeSet<String> = flip.findings.iter().cloned().collect();
            let without = believe_without(&model, &gone).unwrap();
            assert_ne!(leader(&without), first, "model {seed}");
            sizes.insert(size);
        }
        let greedy = flip_set(&model, 0).unwrap();
        assert!(!greedy.minimal);
        if !greedy.findings.is_empty() {
            assert!(flips(&greedy.findings.iter().collect::<Vec<_>>()));
            assert!(greedy.findings.len() >= flip.findings.len());
        }
    }
    assert!(sizes.len() > 1, "sets of several sizes were met: {sizes:?}");
}

#[test]
fn at_the_flip_prior_two_hypotheses_are_level() {
    for seed in 0..10 {
        let model = random(seed);
        let steady = steadiness(&model).unwrap();
        for (id, flip) in &steady.flip_prior {
            let Some(flip) = *flip else { continue };
            let mut moved = model.clone();
            let rest: f64 = model
                .hypotheses
                .iter()
                .filter(|h| h.id != *id)
                .map(|h| h.prior.point())
                .sum();
            for hypothesis in &mut moved.hypotheses {
                let prior = hypothesis.prior.point();
                let prior = if hypothesis.id == *id {
                    flip
                } else {
                    prior / rest * (1.0 - flip)
                };
                hypothesis.prior = ascribe_model::Range::exactly(prior);
            }
            let belief = believe(&moved).unwrap().posterior;
            let best = belief
                .iter()
                .filter(|(other, _)| *other != id)
                .map(|(_, p)| *p)
                .fold(0.0, f64::max);
            assert!(
                (belief[id] - best).abs() < 1e-9,
                "model {seed} {id}: {} and {best}",
                belief[id]
            );
        }
    }
}

#[test]
fn three_priors_are_weighing_with_them() {
    let model = random(6);
    let priors = steadiness(&model).unwrap().priors;
    let with = |prior: &dyn Fn(&str, f64) -> f64| {
        let mut moved = model.clone();
        for hypothesis in &mut moved.hypotheses {
            let value = prior(&hypothesis.id, hypothesis.prior.point());
            hypothesis.prior = ascribe_model::Range::exactly(value);
        }
        believe(&moved).unwrap().posterior
    };
    let listed: f64 = model
        .hypotheses
        .iter()
        .filter(|h| h.id != "someone")
        .map(|h| h.prior.point())
        .sum();
    for (found, expected) in [
        (priors.case, with(&|_, p| p)),
        (priors.uniform, with(&|_, _| 0.1)),
        (
            priors.half_unlisted.unwrap(),
            with(&|id, p| if id == "someone" { listed / 4.0 } else { p / 4.0 }),
        ),
    ] {
        for (id, value) in &expected {
            assert!(
                (found[id] - value).abs() < 1e-12,
                "{id}: {} for {value}",
                found[id]
            );
        }
    }
}

#[test]
fn corners_hold_what_random_corners_reach() {
    let mut model = random(9);
    let spread = |p: f64| ascribe_model::Range::new((p - 0.1).max(0.01), p, (p + 0.1).min(0.99)).unwrap();
    for source in &mut model.sources {
        source.reliable = spread(source.reliable.point());
    }
    for trace in &mut model.traces {
        trace.hit = spread(trace.hit.point());
        trace.forgeability = spread(trace.forgeability.point());
    }
    let found = outer(&model).unwrap();
    let corners = Corners::new(&model).unwrap();
    let numbers = &mut super::models::Numbers::new(77);
    let end = |range: ascribe_model::Range, numbers: &mut super::models::Numbers| {
        ascribe_model::Range::exactly(if numbers.chance(50) {
            range.low()
        } else {
            range.high()
        })
    };
    for _ in 0..300 {
        let mut corner = model.clone();
        for source in &mut corner.sources {
            source.reliable = end(source.reliable, numbers);
        }
        for trace in &mut corner.traces {
            trace.hit = end(trace.hit, numbers);
            trace.forgeability = end(trace.forgeability, numbers);
        }
        for (id, belief) in believe(&corner).unwrap().posterior {
            let [low, high] = found[&id];
            assert!(
                low - 1e-9 <= belief && belief <= high + 1e-9,
                "{id}: {belief} outside {low} to {high}"
            );
        }
    }
    for (index, id) in corners.hypotheses().iter().enumerate() {
        assert_eq!(
            corners.search(index, Side::Lowest).to_bits(),
            found[id][0].to_bits()
        );
    }
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/model_vectors.json")).unwrap()
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap()
}

#[test]
fn weights_alone_match_their_vectors() {
    for case in vectors()["weight_alone"].as_array().unwrap() {
        let found = weight_alone(Alone {
            hit: number(case, "hit"),
            rarity: number(case, "rarity"),
            if_present: number(case, "if_present"),
            if_absent: number(case, "if_absent"),
            reliable: number(case, "reliable"),
            push: number(case, "push"),
        });
        assert!((found - number(case, "weight_bans")).abs() < 1e-12, "{case}");
    }
    for case in vectors()["one_report"].as_array().unwrap() {
        let (h, f) = (number(case, "h"), number(case, "f"));
        let ratio = report_ratio(number(case, "p"), number(case, "q"), h, f);
        assert!((ratio - number(case, "LR")).abs() < 1e-9, "{case}");
        assert!(
            (report_ceiling(h, f) - number(case, "ceiling")).abs() < 1e-9,
            "{case}"
        );
    }
}

#[test]
fn information_matches_its_vectors() {
    let list = |value: &Value| -> Vec<f64> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_f64().unwrap())
            .collect()
    };
    for case in vectors()["value_of_information"].as_array().unwrap() {
        let bits = value_of_information(&list(&case["prior"]), &list(&case["p_obs_given_h"]));
        assert!((bits - number(case, "bits")).abs() < 1e-12, "{case}: {bits}");
    }
}

#[test]
fn the_value_of_a_finding_is_the_expected_drop_of_entropy() {
    let entropy = |belief: &BTreeMap<String, f64>| -> f64 { belief.values().map(|p| -p * p.log2()).sum() };
    let model = random(4);
    let mut asked = model.findings[0].clone();
    asked.id = "asked".to_owned();
    asked.origin = None;
    asked.source = None;
    asked.says = Some(true);
    let before = believe(&model).unwrap();
    let outcome = |says: bool| {
        let mut with = model.clone();
        let mut finding = asked.clone();
        finding.says = Some(says);
        with.findings.push(finding);
        believe(&with).unwrap()
    };
    let mut expected = entropy(&before.posterior);
    for says in [true, false] {
        let after = outcome(says);
        expected -= (after.ln_evidence - before.ln_evidence).exp() * entropy(&after.posterior);
    }
    let bits = value_of_finding(&model, &asked, None).unwrap();
    assert!((bits - expected).abs() < 1e-10, "{bits} for {expected}");
    assert!(bits > 0.0);
    // Of an event that counts already there is nothing to learn.
    let mut known = model.clone();
    known.findings[0].origin = Some("event".to_owned());
    asked.origin = Some("event".to_owned());
    assert!(value_of_finding(&known, &asked, None).unwrap().abs() < 1e-15);
}

#[test]
fn ceilings_hold_for_what_they_bound() {
    // One source about ten traces: the ratio of beliefs stays under the ceiling of the source.
    let ceiling = source_ceiling(0.75, 0.15);
    for count in [1, 10, 40] {
        let traces: Vec<String> = (0..count)
            .map(|t| {
                format!(
                    r#"{{"id":"t{t}","points_to":"a","hit":0.7,"rarity":0.001,"forgeability":0.02,"care":0}}"#
                )
            })
            .collect();
        let findings: Vec<String> = (0..count)
            .map(|t| {
                format!(r#"{{"id":"n{t}","trace":"t{t}","source":"s","if_present":0.99,"if_absent":0.001}}"#)
            })
            .collect();
        let text = format!(
            r#"{{"format":"ascribe-model/1","actors":[{{"id":"a"}},{{"id":"b"}}],
            "hypotheses":[{{"id":"a","operators":["a"],"prior":0.5}},{{"id":"b","operators":["b"],"prior":0.5}}],
            "sources":[{{"id":"s","reliable":0.75,"push":0.15}}],"traces":[{}],"findings":[{}]}}"#,
            traces.join(","),
            findings.join(",")
        );
        let belief = believe(&ModelFile::from_json(&text).unwrap()).unwrap().posterior;
        assert!(belief["a"] / belief["b"] <= ceiling, "{count}: {belief:?}");
    }
    // Exact readings of cheap traces: one lie explains them all.
    let cheap = CheapTrace {
        hit: 0.5,
        rarity: 0.1,
        forgeability: 0.7,
        care: 0.8,
    };
    for count in [1, 3, 10, 30] {
        let traces: Vec<String> = (0..count)
            .map(|t| format!(r#"{{"id":"t{t}","points_to":"a","hit":0.5,"rarity":0.1,"forgeability":0.7}}"#))
            .collect();
        let findings: Vec<String> = (0..count)
            .map(|t| format!(r#"{{"id":"n{t}","trace":"t{t}","if_present":1,"if_absent":0}}"#))
            .collect();
        let text = format!(
            r#"{{"format":"ascribe-model/1","actors":[{{"id":"a","frameable":true}},{{"id":"b"}}],"deception":{{"default":0.08}},
            "hypotheses":[{{"id":"a","operators":["a"],"prior":0.5}},{{"id":"b","operators":["b"],"prior":0.5}}],
            "traces":[{}],"findings":[{}]}}"#,
            traces.join(","),
            findings.join(",")
        );
        let belief = believe(&ModelFile::from_json(&text).unwrap()).unwrap().posterior;
        let ceiling = framing_ceiling(&vec![cheap; count], 0.08);
        assert!(
            belief["a"] / belief["b"] <= ceiling + 1e-9,
            "{count}: {belief:?} {ceiling}"
        );
    }
}

#[test]
fn printed_numbers_have_twelve_digits() {
    for (value, wanted) in [
        (0.123_456_789_012_345_6, 0.123_456_789_012),
        (-123_456.789_012_345_67, -123_456.789_012),
        (0.0, 0.0),
        (-0.0, 0.0),
        (1.0, 1.0),
        (9.999_999_999_999_9e-9, 1e-8),
    ] {
        assert_eq!(round12(value).to_bits(), f64::to_bits(wanted), "{value}");
    }
}
