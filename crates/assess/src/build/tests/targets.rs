//! Owners, directions, hypotheses, and targets that the case lacks.

use super::*;

#[test]
fn who_owns_a_family_is_a_claim_in_the_claimants_bloc() {
    let code = from("fbi", finding("a", Kind::Code, Stance::Asserts, "family:seoul"));
    let mut owner = from("fbi", finding("b", Kind::Code, Stance::Asserts, "actor:nk"));
    owner.about = Some(About::Owner);
    owner.of = Some(Target::Family("seoul".to_owned()));
    let built = built(&[code, owner.clone()]);
    let said = built.model.findings.iter().find(|f| f.id == "b").unwrap();
    assert_eq!(
        (said.over.as_deref(), said.of.as_deref()),
        (Some("owner"), Some("seoul"))
    );
    assert_eq!(said.toward.as_deref(), Some("nk"));
    assert_eq!(built.model.findings[0].bloc.as_deref(), Some("nk"));
    let owners = believe(&built.model).unwrap().owners;
    assert!(owners["seoul"]["nk"] > 0.7);
    owner.source = None;
    assert!(weighs(&[owner], "b") <= 1.0);
}

#[test]
fn a_finding_can_name_an_owner_whom_no_label_names() {
    let mut knowledge = world();
    knowledge.families[0].label.clear();
    let code = finding("a", Kind::Code, Stance::Asserts, "family:seoul");
    let mut owner = finding("b", Kind::Code, Stance::Asserts, "actor:nk");
    owner.about = Some(About::Owner);
    owner.of = Some(Target::Family("seoul".to_owned()));
    let alone = built_in(&knowledge, std::slice::from_ref(&code));
    assert!(alone.model.subjects[0].label.is_empty());
    assert!(alone.lines["a"].remarks[0].contains("not known"));
    let labelled = built_in(&knowledge, &[code, owner]);
    let nk = |built: &Built| believe(&built.model).unwrap().posterior["by-nk"];
    assert!(nk(&labelled) > nk(&alone) + 0.02);
}

#[test]
fn a_trace_to_what_nobody_listed_holds_weighs_nothing() {
    let mut knowledge = world();
    knowledge.infrastructure[0].holder.clear();
    let id = knowledge.infrastructure[0].id.clone();
    let host = from(
        "fbi",
        finding(
            "a",
            Kind::Address,
            Stance::Asserts,
            &format!("infrastructure:{id}"),
        ),
    );
    let alone = built_in(&knowledge, std::slice::from_ref(&host));
    assert!(alone.model.findings.is_empty());
    assert!(alone.lines["a"].weight.is_none() && alone.lines["a"].remarks[0].contains("nobody"));
    let mut owner = finding("b", Kind::Address, Stance::Asserts, "actor:nk");
    owner.about = Some(About::Owner);
    owner.of = Some(Target::Infrastructure(id));
    assert_eq!(built_in(&knowledge, &[host, owner]).model.findings.len(), 2);
}

#[test]
fn exclusivity_is_the_complement_of_sharing() {
    let model = built(&[finding(
        "n",
        Kind::Contact,
        Stance::Asserts,
        "infrastructure:star",
    )])
    .model;
    let shared = model.subjects[0].shared;
    assert!((shared.low() - 0.05).abs() < 1e-12 && (shared.point() - 0.3).abs() < 1e-12);
}

#[test]
fn findings_about_direction_move_the_direction_and_no_party() {
    let mut note = finding("n", Kind::Operator, Stance::Asserts, "direction:directed");
    note.about = Some(About::Direction);
    let built = built(&[note.clone()]);
    assert!(built.lines["n"].weight.unwrap().point <= 1.0);
    let answer = believe(&built.model).unwrap();
    assert!(answer.directions["directed"] > 0.5);
    assert!(same(&answer.posterior, &belief(&[])));
    // The table of statements where nothing is described.
    let mut bare = from(
        "fbi",
        finding("n", Kind::Statement, Stance::Accuses, "direction:directed"),
    );
    bare.about = Some(About::Direction);
    assert!(weighs(&[bare], "n") <= 0.1);
    note.stance = Stance::Doubts;
    assert!(weighs(&[note], "n") < 0.0);
}

#[test]
fn what_a_source_says_of_the_direction_does_not_move_the_operator() {
    let code = from("fbi", finding("a", Kind::Code, Stance::Asserts, "family:seoul"));
    let direction = from(
        "fbi",
        finding("b", Kind::Statement, Stance::Accuses, "direction:directed"),
    );
    let both = [code.clone(), direction];
    assert!(same(&belief(&[code]), &belief(&both)));
    let built = built(&both);
    assert_eq!(built.model.sources.len(), 2);
    assert!(built.without_source("fbi").findings.is_empty());
}

#[test]
fn a_trace_to_a_hypothesis_points_to_its_operators() {
    let one = finding("n", Kind::Tactics, Stance::Asserts, "hypothesis:by-iran");
    assert_eq!(built(&[one]).model.traces[0].points_to, "iran");
    let mut question = question();
    question.answers[1].operators.push("insider".to_owned());
    question.answers.pop();
    let note = finding("n", Kind::Tactics, Stance::Asserts, "hypothesis:by-iran");
    let built = build(
        &question,
        &world(),
        &[note],
        Overlaps::Dependent,
        OwnNumbers::Used,
    )
    .unwrap();
    let answer = believe(&built.model).unwrap();
    assert!(answer.posterior["by-iran"] > 0.3);
    assert!((answer.operators["iran"] - answer.operators["insider"]).abs() < 0.05);
}

#[test]
fn a_target_that_the_case_lacks_weighs_nothing_and_is_said() {
    for target in ["actor:moon", "hypothesis:none"] {
        let built = built(&[finding("n", Kind::Code, Stance::Asserts, target)]);
        assert!(built.model.findings.is_empty());
        assert!(!built.lines["n"].remarks.is_empty());
    }
    let built = built(&[finding("n", Kind::Code, Stance::Asserts, "family:unheard-of")]);
    assert_eq!(built.model.subjects[0].id, "unheard-of");
    assert!(built.warnings.iter().any(|text| text.contains("unheard-of")));
}

#[test]
fn traces_to_what_is_most_likely_nobodys_accuse_nobody() {
    let bloc = |label: f64| {
        let mut knowledge = world();
        knowledge.families[0]
            .label
            .insert("nk".to_owned(), Range::exactly(label));
        let code = from("fbi", finding("a", Kind::Code, Stance::Asserts, "family:seoul"));
        built_in(&knowledge, &[code]).model.findings[0].bloc.clone()
    };
    assert_eq!(bloc(0.7).as_deref(), Some("nk"));
    assert_eq!(bloc(0.2).as_deref(), Some("(other)"));
}
