//! The exact answers of METHOD section 5: every model of `vectors/`, to the stated precision.

#![expect(clippy::unwrap_used, reason = "a broken vector file is a failed test")]

use std::collections::BTreeMap;

use ascribe_assess::model_file::ModelFile;
use ascribe_assess::weigh::{believe, weigh};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    model: ModelFile,
    answer: Expected,
}

#[derive(Deserialize)]
struct Expected {
    posterior: BTreeMap<String, f64>,
    framed: BTreeMap<String, f64>,
    ln_evidence: f64,
    owners: BTreeMap<String, BTreeMap<String, f64>>,
    contribution_bans: BTreeMap<String, BTreeMap<String, f64>>,
    copies: Vec<String>,
}

fn close(what: &str, found: &BTreeMap<String, f64>, expected: &BTreeMap<String, f64>, by: f64) {
    assert!(found.keys().eq(expected.keys()), "{what}: keys {found:?}");
    for (key, value) in expected {
        let distance = (found[key] - value).abs();
        assert!(distance <= by, "{what} {key}: {} for {value}", found[key]);
    }
}

#[test]
fn all_models_have_their_exact_answers() {
    let text = include_str!("vectors/weigh_vectors.json");
    let vectors: Vectors = serde_json::from_str(text).unwrap();
    assert_eq!(vectors.cases.len(), 34);
    for case in vectors.cases {
        let name = &case.name;
        let answer = weigh(&case.model).unwrap();
        close(name, &answer.posterior, &case.answer.posterior, 1e-12);
        close(name, &answer.framed, &case.answer.framed, 1e-12);
        let distance = (answer.ln_evidence - case.answer.ln_evidence).abs();
        assert!(
            distance <= 1e-12 * case.answer.ln_evidence.abs().max(1.0),
            "{name} evidence {distance}"
        );
        assert!(answer.owners.keys().eq(case.answer.owners.keys()));
        for (subject, owners) in &case.answer.owners {
            close(name, &answer.owners[subject], owners, 1e-12);
        }
        assert!(
            answer
                .contribution_bans
                .keys()
                .eq(case.answer.contribution_bans.keys()),
            "{name}"
        );
        for (finding, row) in &case.answer.contribution_bans {
            close(
                &format!("{name} {finding}"),
                &answer.contribution_bans[finding],
                row,
                1e-9,
            );
        }
        assert_eq!(answer.copies, case.answer.copies, "{name}");
    }
}

#[derive(Deserialize)]
struct ModelVectors {
    cheap_traces: Vec<Weighed>,
    family_label: Vec<Weighed>,
    one_source: Vec<Weighed>,
}

#[derive(Deserialize)]
struct Weighed {
    model: ModelFile,
    posterior: BTreeMap<String, f64>,
}

fn model_vectors() -> ModelVectors {
    serde_json::from_str(include_str!("vectors/model_vectors.json")).unwrap()
}

fn check_posteriors(cases: &[Weighed]) {
    assert!(!cases.is_empty());
    for (index, case) in cases.iter().enumerate() {
        let answer = believe(&case.model).unwrap();
        close(
            &format!("case {index}"),
            &answer.posterior,
            &case.posterior,
            1e-12,
        );
    }
}

#[test]
fn cheap_traces_are_one_lie_or_one_careless_operator() {
    check_posteriors(&model_vectors().cheap_traces);
}

#[test]
fn code_of_one_family_weighs_no_more_than_its_label() {
    check_posteriors(&model_vectors().family_label);
}

#[test]
fn one_source_is_one_source() {
    check_posteriors(&model_vectors().one_source);
}
