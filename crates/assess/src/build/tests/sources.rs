//! Sources, grades, origins.

use super::*;

#[test]
fn the_letter_is_the_sources_and_a_notes_only_where_the_source_has_none() {
    let graded = |source: &str| {
        let mut note = from(source, finding("n", Kind::Code, Stance::Asserts, "actor:nk"));
        note.grade.reliability = Some(Reliability::D);
        built(&[note]).model.sources[0].reliable.point()
    };
    assert!((graded("fbi") - 0.80).abs() < 1e-12);
    assert!((graded("press") - 0.40).abs() < 1e-12);
    let ungraded = from("press", finding("n", Kind::Code, Stance::Asserts, "actor:nk"));
    assert!((built(&[ungraded]).model.sources[0].reliable.point() - 0.60).abs() < 1e-12);
}

#[test]
fn a_stake_raises_the_push() {
    let push = |source: &str| {
        let note = from(source, finding("n", Kind::Code, Stance::Asserts, "actor:iran"));
        built(&[note]).model.sources[0].push.point()
    };
    assert!((push("fbi") - 0.15).abs() < 1e-12);
    assert!((push("accused") - 0.20).abs() < 1e-12);
}

#[test]
fn our_own_findings_have_no_source_node() {
    let note = from("lab", finding("n", Kind::Code, Stance::Asserts, "actor:nk"));
    let built = built(&[note]);
    assert!(built.model.sources.is_empty() && built.model.findings[0].source.is_none());
}

#[test]
fn the_digit_is_the_findings_pair_and_six_is_wide() {
    let pair = |digit: Option<u8>| {
        let mut note = from("fbi", finding("n", Kind::Code, Stance::Asserts, "actor:nk"));
        note.grade.credibility = digit;
        let said = built(&[note]).model.findings[0].clone();
        (said.if_present.unwrap(), said.if_absent.unwrap())
    };
    for (digit, present, absent) in [
        (1, 0.97, 0.01),
        (2, 0.92, 0.03),
        (3, 0.85, 0.07),
        (4, 0.75, 0.15),
        (5, 0.60, 0.30),
    ] {
        let (h, f) = pair(Some(digit));
        assert!((h.point() - present).abs() < 1e-12, "{digit}");
        // A judged finding may have it raised.
        assert!(f.point() >= absent - 1e-12, "{digit}");
    }
    let (plain, wide) = (pair(None).0, pair(Some(6)).0);
    assert!((plain.point() - wide.point()).abs() < 1e-12);
    assert!(wide.low() < plain.low() && wide.high() > plain.high());
}

#[test]
fn an_origin_left_open_is_the_last_named_speaker() {
    let origin = |source: Option<&str>, via: &[&str]| {
        let mut note = finding("n", Kind::Code, Stance::Asserts, "actor:nk");
        note.origin = String::new();
        note.source = source.map(str::to_owned);
        note.via = via.iter().map(|id| (*id).to_owned()).collect();
        built(&[note]).lines["n"].origin.clone()
    };
    assert_eq!(origin(Some("fbi"), &["press"]), "fbi");
    assert_eq!(origin(None, &["press", "radio"]), "press");
    assert_eq!(origin(None, &[]), "own");
    assert_eq!(origin(Some("unnamed-officials"), &["press"]), "unknown:nk");
}

#[test]
fn origins_that_may_overlap_count_once_and_twice_in_the_sensitivity() {
    let mut one = finding("a", Kind::Code, Stance::Asserts, "family:seoul");
    one.fact = Some("x".to_owned());
    let mut two = one.clone();
    two.id = "b".to_owned();
    two.origin = "elsewhere".to_owned();
    two.may_overlap = vec![one.origin.clone()];
    let findings = [one.clone(), two];
    let with = |overlaps| {
        let built = build(&question(), &world(), &findings, overlaps, OwnNumbers::Used).unwrap();
        believe(&built.model).unwrap().posterior
    };
    assert!(same(&with(Overlaps::Dependent), &belief(&[one])));
    assert!(with(Overlaps::Independent)["by-nk"] > with(Overlaps::Dependent)["by-nk"]);
}

#[test]
fn an_overlap_with_one_of_two_independent_origins_costs_neither() {
    let of = |id: &str, overlap: &[&str]| {
        let mut note = finding(id, Kind::Code, Stance::Asserts, "family:seoul");
        note.fact = Some("x".to_owned());
        note.origin = format!("origin-{id}");
        note.may_overlap = overlap.iter().map(|id| format!("origin-{id}")).collect();
        note
    };
    let built = built(&[of("a", &[]), of("b", &[]), of("c", &["a", "b"])]);
    assert_eq!(weigh(&built.model).unwrap().copies, ["c"]);
}
