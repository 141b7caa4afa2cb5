//! Every stance of METHOD section 3.

use super::*;

#[test]
fn shown_stances_weigh_nothing_and_are_listed() {
    for stance in [
        Stance::Supports,
        Stance::Threatens,
        Stance::Condemns,
        Stance::Declines,
    ] {
        let mut note = from("fbi", finding("n", Kind::Code, stance, "actor:nk"));
        note.class = Some(Class::Telemetry);
        let built = built(&[note.clone()]);
        assert!(built.model.findings.is_empty(), "{stance}");
        assert!(built.lines["n"].weight.is_none());
        assert!(same(&belief(&[note]), &belief(&[])));
    }
}

#[test]
fn asserts_reports_and_accuses_say_present() {
    for stance in [Stance::Asserts, Stance::Reports, Stance::Accuses] {
        let note = finding("n", Kind::Code, stance, "family:seoul");
        assert_eq!(
            built(std::slice::from_ref(&note)).model.findings[0].says,
            Some(true)
        );
        assert!(moved(&[note], "by-nk") > 0.2, "{stance}");
    }
}

#[test]
fn excludes_doubts_and_absent_say_not_present() {
    for stance in [Stance::Excludes, Stance::Doubts, Stance::Absent] {
        let mut note = finding("n", Kind::Code, stance, "actor:nk");
        note.searched = Some("every program, on 3 December, by hand".to_owned());
        note.overrides.if_planted = Some(range(0.1, 0.2, 0.3));
        let built = built(&[note.clone()]);
        assert_eq!(built.model.findings[0].says, Some(false));
        assert_eq!(built.model.findings[0].if_planted, Some(range(0.1, 0.2, 0.3)));
        assert!(weighs(&[note.clone()], "n") < -0.1);
        note.overrides = Overrides::default();
        assert!(moved(&[note], "by-nk") < -0.05, "{stance}");
    }
}

#[test]
fn absence_without_a_recorded_search_weighs_nothing() {
    let note = finding("n", Kind::Code, Stance::Absent, "actor:nk");
    assert!(built(&[note]).model.findings.is_empty());
}

#[test]
fn a_bare_accusation_weighs_at_most_a_tenth_of_a_ban() {
    let note = from("fbi", finding("n", Kind::Statement, Stance::Accuses, "actor:nk"));
    let built = built(std::slice::from_ref(&note));
    let said = &built.model.findings[0];
    assert_eq!(said.over.as_deref(), Some("operator"));
    // Whoever accuses a parent accuses its units.
    let table = said.likelihood.as_ref().unwrap();
    assert!((table["unit"].point() - 0.55).abs() < 1e-12 && (table["else"].point() - 0.45).abs() < 1e-12);
    assert_eq!(said.toward.as_deref(), Some("nk"));
    let weight = built.lines["n"].weight.unwrap();
    assert!(weight.point > 0.0 && weight.point <= 0.1, "{weight:?}");
    assert!(moved(&[note], "by-nk") <= 0.1);
}

#[test]
fn a_denial_by_the_accused_weighs_a_fiftieth_of_a_ban_and_needs_no_target() {
    let named = from(
        "accused",
        finding("n", Kind::Statement, Stance::Denies, "actor:nk"),
    );
    let unnamed = from("accused", finding("n", Kind::Statement, Stance::Denies, ""));
    for note in [named, unnamed] {
        let weight = weighs(&[note], "n");
        assert!((-0.03..0.0).contains(&weight), "{weight}");
    }
    let own = finding("n", Kind::Statement, Stance::Denies, "actor:nk");
    assert!((weighs(&[own], "n") - libm::log10(0.90 / 0.95)).abs() < 1e-12);
}

#[test]
fn a_claim_of_the_deed_is_a_statement_whatever_its_kind() {
    for kind in [Kind::Statement, Kind::Message] {
        let note = from(
            "persona",
            finding("n", kind, Stance::ClaimsResponsibility, "actor:insider"),
        );
        let weight = weighs(&[note], "n");
        assert!(weight > 0.0 && weight <= 0.1, "{weight}");
    }
}

#[test]
fn two_different_statements_of_one_origin_both_count() {
    let mut one = from("fbi", finding("a", Kind::Statement, Stance::Accuses, "actor:nk"));
    one.origin = "briefing".to_owned();
    let mut two = from(
        "fbi",
        finding("b", Kind::Statement, Stance::Accuses, "actor:iran"),
    );
    two.origin = "briefing".to_owned();
    let mut repeated = one.clone();
    repeated.id = "c".to_owned();
    repeated.source = Some("press".to_owned());
    let built = built(&[one, two, repeated]);
    assert_eq!(weigh(&built.model).unwrap().copies, ["c"]);
    assert_eq!(built.lines["c"].copy_of.as_deref(), Some("a"));
    assert_eq!(built.lines["b"].origin, "briefing");
}

#[test]
fn a_retraction_takes_its_finding_away_and_can_itself_be_taken_back() {
    let note = finding("n", Kind::Code, Stance::Asserts, "family:seoul");
    let mut back = finding("r", Kind::Code, Stance::Retracts, "");
    back.retracts = Some("n".to_owned());
    back.known = Moment::parse("2014-12-05").unwrap();
    let built = built(&[note.clone(), back.clone()]);
    assert!(built.model.findings.is_empty());
    assert_eq!(built.retracted["n"], "r");
    assert!(!built.lines.contains_key("n") && built.lines.contains_key("r"));
    assert!(same(&belief(&[note.clone(), back.clone()]), &belief(&[])));
    let mut again = back.clone();
    again.id = "q".to_owned();
    again.retracts = Some("r".to_owned());
    again.known = Moment::parse("2014-12-09").unwrap();
    assert!(same(&belief(&[note.clone(), back, again]), &belief(&[note])));
}

#[test]
fn a_place_never_bears_on_an_actor() {
    let mut note = finding("n", Kind::Address, Stance::Asserts, "actor:nk");
    note.about = Some(About::Place);
    assert!(built(&[note]).model.findings.is_empty());
}

#[test]
fn what_a_claim_shows_of_access_weighs_nothing_for_the_name_that_signs_it() {
    let mut note = from(
        "persona",
        finding("n", Kind::Message, Stance::Asserts, "actor:insider"),
    );
    note.about = Some(About::Access);
    assert!(built(&[note]).model.findings.is_empty());
}
