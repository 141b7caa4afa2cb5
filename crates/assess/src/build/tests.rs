//! Laws of METHOD section 7 that concern the builder.

use super::{Answer, Overlaps, OwnNumbers, Question, build};
use crate::weigh::believe;
use ascribe_intel::{Actor, Knowledge};
use ascribe_model::words::ActorKind;

fn party(id: &str) -> Actor {
    Actor {
        id: id.to_owned(),
        name: id.to_owned(),
        kind: ActorKind::State,
        frameable: true,
        members: Vec::new(),
        parent: None,
        from: None,
        to: None,
        aliases: Vec::new(),
        size: Vec::new(),
        known: None,
        source: None,
    }
}

fn world() -> Knowledge {
    Knowledge {
        actors: vec![party("a"), party("b")],
        ..Knowledge::default()
    }
}

#[test]
fn no_findings_return_the_prior_and_the_unlisted_are_always_there() {
    let built = build(
        &Question::default(),
        &world(),
        &[],
        Overlaps::Dependent,
        OwnNumbers::Used,
    )
    .unwrap();
    let total: f64 = built.model.hypotheses.iter().map(|h| h.prior.point()).sum();
    let answer = believe(&built.model).unwrap();
    for hypothesis in &built.model.hypotheses {
        let prior = hypothesis.prior.point() / total;
        assert!(
            (answer.posterior[&hypothesis.id] - prior).abs() < 1e-12,
            "{}",
            hypothesis.id
        );
    }
    assert!(answer.posterior["unlisted-state"] > 0.0);
    assert!(answer.posterior["unlisted-nonstate"] > 0.0);
}

#[test]
fn answers_that_cover_the_same_pair_are_refused_by_name() {
    let answer = |id: &str| Answer {
        id: id.to_owned(),
        name: None,
        operators: vec!["a".to_owned()],
        directions: Vec::new(),
        prior: None,
    };
    let question = Question {
        answers: vec![answer("one"), answer("two")],
        ..Question::default()
    };
    let error = build(&question, &world(), &[], Overlaps::Dependent, OwnNumbers::Used).unwrap_err();
    assert!(
        error.to_string().contains("`one`") && error.to_string().contains("`two`"),
        "{error}"
    );
}
