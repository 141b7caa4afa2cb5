//! Which findings are about one trace, and which repeat which.

use super::*;

#[test]
fn a_kind_without_a_class_weighs_nothing_unless_the_note_gives_one() {
    for kind in [
        Kind::Access,
        Kind::Timeline,
        Kind::Impact,
        Kind::Statement,
        Kind::Actor,
        Kind::Outage,
    ] {
        let plain = finding("n", kind, Stance::Asserts, "actor:nk");
        let with_class = Finding {
            class: Some(Class::Motive),
            ..plain.clone()
        };
        let built = built(std::slice::from_ref(&plain));
        assert!(built.model.findings.is_empty());
        assert!(built.lines["n"].remarks[0].contains("no class"));
        assert!(weighs(&[with_class], "n") > 0.1);
    }
}

#[test]
fn every_kind_takes_the_numbers_of_its_class() {
    for (kind, class) in [
        (Kind::Code, "code"),
        (Kind::Address, "infrastructure"),
        (Kind::Contact, "infrastructure"),
        (Kind::Mail, "infrastructure"),
        (Kind::Operator, "telemetry"),
        (Kind::Tactics, "tactics"),
        (Kind::Motive, "motive"),
        (Kind::Capability, "capability"),
        (Kind::Message, "claim"),
    ] {
        let built = built(&[finding("n", kind, Stance::Asserts, "actor:nk")]);
        assert_eq!(built.model.traces[0].class.as_deref(), Some(class));
        assert_eq!(
            built.model.traces[0].care.is_some(),
            class == "telemetry",
            "only telemetry knows no care"
        );
    }
}

#[test]
fn two_notes_with_one_fact_are_one_trace_and_one_origin_counts_once() {
    let mut one = finding("a", Kind::Code, Stance::Asserts, "family:seoul");
    one.fact = Some("shared-code".to_owned());
    let mut two = one.clone();
    two.id = "b".to_owned();
    let built = built(&[one.clone(), two.clone()]);
    assert_eq!(built.model.traces.len(), 1);
    assert_eq!(built.lines["b"].copy_of.as_deref(), Some("a"));
    assert!(same(&belief(&[one.clone()]), &belief(&[one, two])));
}

#[test]
fn of_one_origin_the_nearest_counts_then_the_earliest() {
    let mut far = finding("a", Kind::Code, Stance::Asserts, "family:seoul");
    far.fact = Some("x".to_owned());
    far.origin = "samples".to_owned();
    far.via = vec!["press".to_owned()];
    let near = Finding {
        id: "b".to_owned(),
        via: Vec::new(),
        known: Moment::parse("2015-01-01").unwrap(),
        ..far.clone()
    };
    let built = built(&[far, near]);
    assert_eq!(built.lines["a"].copy_of.as_deref(), Some("b"));
    assert_eq!(weigh(&built.model).unwrap().copies, ["a"]);
}

#[test]
fn opposite_readings_of_one_origin_are_an_anomaly() {
    let mut yes = finding("a", Kind::Code, Stance::Asserts, "family:seoul");
    yes.fact = Some("x".to_owned());
    yes.origin = "samples".to_owned();
    let mut no = yes.clone();
    no.id = "b".to_owned();
    no.stance = Stance::Doubts;
    let built = built(&[yes, no]);
    assert_eq!(built.anomalies.len(), 1);
    assert_eq!(built.anomalies[0].code, "assess.opposite-readings");
}

#[test]
fn one_fact_that_points_to_two_parties_is_two_traces_and_is_said() {
    let mut one = finding("a", Kind::Capability, Stance::Asserts, "actor:nk");
    one.fact = Some("knew-names".to_owned());
    let mut two = finding("b", Kind::Capability, Stance::Asserts, "actor:insider");
    two.fact = Some("knew-names".to_owned());
    let built = built(&[one, two]);
    let to: BTreeSet<&str> = built.model.traces.iter().map(|t| t.points_to.as_str()).collect();
    assert_eq!(to, BTreeSet::from(["insider", "nk"]));
    assert!(built.warnings.iter().any(|text| text.contains("knew-names")));
}

#[test]
fn a_second_claim_of_a_persona_moves_nothing() {
    let mut first = from(
        "persona",
        finding("a", Kind::Message, Stance::Asserts, "actor:nk"),
    );
    first.fact = Some("first".to_owned());
    let mut second = first.clone();
    second.id = "b".to_owned();
    second.origin = "another paste".to_owned();
    second.fact = Some("second".to_owned());
    second.class = Some(Class::Name);
    second.known = Moment::parse("2014-12-08").unwrap();
    assert!(same(&belief(&[first.clone()]), &belief(&[first, second])));
}

#[test]
fn language_marks_of_one_text_set_are_one_trace() {
    let mark = |id: &str, origin: &str| {
        let mut mark = finding(id, Kind::Message, Stance::Asserts, "actor:nk");
        mark.class = Some(Class::Language);
        mark.origin = origin.to_owned();
        mark
    };
    let built = built(&[mark("a", "mails"), mark("b", "mails"), mark("c", "binaries")]);
    assert_eq!(built.model.traces.len(), 2);
    assert_eq!(built.lines["b"].copy_of.as_deref(), Some("a"));
}

#[test]
fn no_number_of_language_traces_passes_the_ceiling_or_turns_against_its_party() {
    for count in [1, 3, 10, 30] {
        let marks: Vec<Finding> = (0..count)
            .map(|index| {
                let mut mark = finding(&format!("m{index}"), Kind::Message, Stance::Asserts, "actor:nk");
                mark.class = Some(Class::Language);
                mark.fact = Some(format!("mark {index}"));
                mark
            })
            .collect();
        // METHOD's own example has two parties that somebody might frame.
        let mut knowledge = world();
        knowledge.actors.retain(|actor| actor.parent.is_none());
        let after = believe(&built_in(&knowledge, &marks).model).unwrap().posterior["by-nk"];
        let bans = libm::log10(after / (1.0 - after)) - libm::log10(0.2 / 0.8);
        assert!((0.0..=1.3).contains(&bans), "{count}: {bans}");
    }
}

#[test]
fn a_tenth_report_from_one_source_moves_less_than_a_tenth_of_a_ban() {
    let report = |index: usize| {
        let mut report = from(
            "fbi",
            finding(&format!("r{index}"), Kind::Operator, Stance::Asserts, "actor:nk"),
        );
        report.fact = Some(format!("fact {index}"));
        report
    };
    let reports: Vec<Finding> = (0..10).map(report).collect();
    let step = moved(&reports, "by-nk") - moved(&reports[..9], "by-nk");
    assert!(step < 0.1, "{step}");
}

#[test]
fn the_order_of_findings_has_no_effect() {
    let mut findings = vec![
        from("fbi", finding("a", Kind::Code, Stance::Asserts, "family:seoul")),
        from(
            "press",
            finding("b", Kind::Tactics, Stance::Reports, "actor:iran"),
        ),
        finding("c", Kind::Contact, Stance::Asserts, "infrastructure:star"),
        from(
            "accused",
            finding("d", Kind::Statement, Stance::Denies, "actor:nk"),
        ),
    ];
    let one = built(&findings).model;
    findings.reverse();
    assert_eq!(one, built(&findings).model);
}
