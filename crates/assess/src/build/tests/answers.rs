//! Answers, priors, parties and family trees.

use super::*;

#[test]
fn no_findings_return_the_prior_and_the_unlisted_get_what_is_left() {
    let model = built(&[]).model;
    let belief = believe(&model).unwrap().posterior;
    for hypothesis in &model.hypotheses {
        assert!((belief[&hypothesis.id] - hypothesis.prior.point()).abs() < 1e-12);
        assert!((hypothesis.prior.point() - 0.2).abs() < 1e-12);
    }
    assert!(belief.contains_key("unlisted-state") && belief.contains_key("unlisted-nonstate"));
}

#[test]
fn the_unlisted_keep_a_tenth_even_where_the_others_leave_nothing() {
    let mut question = question();
    for answer in &mut question.answers {
        answer.prior = Some(Range::exactly(0.4));
    }
    let built = build(&question, &world(), &[], Overlaps::Dependent, OwnNumbers::Used).unwrap();
    let prior = |id: &str| {
        let mut all = built.model.hypotheses.iter();
        all.find(|h| h.id == id).unwrap().prior.point()
    };
    assert!((prior("unlisted-state") - 0.05 / 1.3).abs() < 1e-12);
    assert!((prior("by-nk") - 0.4 / 1.3).abs() < 1e-12);
}

#[test]
fn an_unlisted_party_that_the_user_lists_keeps_its_prior_but_never_zero() {
    let mut question = question();
    question.answers.push(Answer {
        id: "some-state".to_owned(),
        name: None,
        operators: vec!["unlisted-state".to_owned()],
        directions: vec![Direction::Directed],
        prior: Some(Range::exactly(0.0)),
    });
    let built = build(&question, &world(), &[], Overlaps::Dependent, OwnNumbers::Used).unwrap();
    let find = |id: &str| built.model.hypotheses.iter().find(|h| h.id == id).unwrap();
    assert!(find("some-state").prior.point() > 0.005);
    // Its other directions are somebody too.
    let rest = find("unlisted-state");
    assert_eq!(rest.directions.as_ref().unwrap().len(), 3);
    assert!(built.warnings.iter().any(|text| text.contains("some-state")));
}

#[test]
fn without_hypotheses_every_party_without_a_parent_is_an_even_answer() {
    let built = build(
        &Question::default(),
        &world(),
        &[],
        Overlaps::Dependent,
        OwnNumbers::Used,
    )
    .unwrap();
    let ids: Vec<&str> = built.model.hypotheses.iter().map(|h| h.id.as_str()).collect();
    assert_eq!(
        ids,
        ["insider", "iran", "nk", "unlisted-nonstate", "unlisted-state"]
    );
    assert!(
        built
            .model
            .hypotheses
            .iter()
            .all(|h| (h.prior.point() - 0.2).abs() < 1e-12)
    );
    assert!(built.warnings.is_empty(), "{:?}", built.warnings);
}

#[test]
fn a_parent_covers_its_units_except_those_that_another_answer_names() {
    let mut question = question();
    question.answers.push(Answer {
        id: "by-rgb".to_owned(),
        name: None,
        operators: vec!["rgb".to_owned()],
        directions: Vec::new(),
        prior: Some(Range::exactly(0.1)),
    });
    let built = build(&question, &world(), &[], Overlaps::Dependent, OwnNumbers::Used).unwrap();
    let operators = |id: &str| {
        let mut all = built.model.hypotheses.iter();
        all.find(|h| h.id == id).unwrap().operators.clone()
    };
    assert_eq!(operators("by-nk"), ["nk"]);
    // The unit's nearest named ancestor is its agency.
    assert_eq!(operators("by-rgb"), ["rgb", "unit"]);
}

#[test]
fn overlapping_answers_are_refused_by_name() {
    let mut question = question();
    question.answers.push(Answer {
        id: "again".to_owned(),
        name: None,
        operators: vec!["iran".to_owned()],
        directions: vec![Direction::Directed],
        prior: None,
    });
    match build(&question, &world(), &[], Overlaps::Dependent, OwnNumbers::Used) {
        Err(BuildError::Overlap {
            first,
            second,
            operator,
            direction,
        }) => assert_eq!(
            (first.as_str(), second.as_str(), operator.as_str(), direction),
            ("by-iran", "again", "iran", "directed")
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_no_answer_covers_is_named() {
    let mut question = question();
    question.answers[0].directions = vec![Direction::Directed, Direction::Encouraged];
    let built = build(&question, &world(), &[], Overlaps::Dependent, OwnNumbers::Used).unwrap();
    let about_nk = built.warnings.iter().find(|text| text.contains("`nk`")).unwrap();
    assert!(about_nk.contains("tolerated, independent"), "{about_nk}");
}

#[test]
fn traces_of_the_parent_are_a_units_own_and_not_the_reverse() {
    let model = built(&[]).model;
    let members = |id: &str| {
        let mut all = model.actors.iter();
        all.find(|a| a.id == id).unwrap().members.clone()
    };
    assert_eq!(members("unit"), ["nk", "rgb"]);
    assert!(members("nk").is_empty());
    let trace = |to: &str| [finding("t", Kind::Operator, Stance::Asserts, to)];
    let operators = |to: &str| believe(&built(&trace(to)).model).unwrap().operators;
    let to_parent = operators("actor:nk");
    assert!((to_parent["unit"] - to_parent["nk"]).abs() < 1e-12);
    let to_unit = operators("actor:unit");
    assert!(to_unit["unit"] > 5.0 * to_unit["nk"]);
    // And what is found about a unit counts for its parent's hypothesis.
    assert!(moved(&trace("actor:unit"), "by-nk") > 0.3);
}

#[test]
fn traces_of_a_member_are_its_groups_own() {
    let mut knowledge = world();
    let mut both = actor("both", ActorKind::Group, None);
    both.members = vec!["iran".to_owned(), "rgb".to_owned()];
    knowledge.actors.insert(0, both);
    let model = built_in(&knowledge, &[]).model;
    let group = model.actors.iter().find(|a| a.id == "both").unwrap();
    assert_eq!(group.members, ["iran", "nk", "rgb", "unit"]);
}
