//! Signed, measured and judged weights, and own numbers.

use super::*;

#[test]
fn a_judged_finding_never_weighs_more_than_a_ban() {
    for class in Class::ALL {
        for stance in [Stance::Asserts, Stance::Excludes] {
            let mut note = finding("n", Kind::Code, stance, "actor:nk");
            note.class = Some(*class);
            note.overrides.if_present = Some(Range::exactly(0.999));
            note.overrides.if_absent = Some(Range::exactly(0.0001));
            note.overrides.hit = Some(Range::exactly(0.99));
            let built = built(&[note]);
            let weight = built.lines["n"].weight.unwrap();
            assert!(weight.point.abs() <= 1.0 && weight.high <= 1.0 && weight.low >= -1.0);
            assert_eq!(built.lines["n"].basis, Some(Basis::Judged));
        }
    }
}

#[test]
fn a_signed_weight_may_exceed_a_ban() {
    let mut note = finding("n", Kind::Code, Stance::Asserts, "actor:nk");
    note.signed = Some(Signed {
        weight_bans: range(1.2, 1.5, 1.8),
        by: "an analyst".to_owned(),
    });
    let line = built(&[note.clone()]).lines["n"].clone();
    assert_eq!(line.basis, Some(Basis::Signed));
    assert!((line.weight.unwrap().point - 1.5).abs() < 1e-9);
    // Of a kind without a class, over the operator itself.
    note.kind = Kind::Access;
    assert!((weighs(&[note.clone()], "n") - 1.5).abs() < 1e-9);
    let removed = build(
        &question(),
        &world(),
        &[note],
        Overlaps::Dependent,
        OwnNumbers::Removed,
    );
    assert!(
        removed.unwrap().lines["n"]
            .weight
            .is_none_or(|weight| weight.point <= 1.0)
    );
}

#[test]
fn a_measured_ratio_enters_as_its_pair_and_stays_within_its_bound() {
    let mut note = finding("n", Kind::Code, Stance::Asserts, "family:seoul");
    note.measured = Some(Measured {
        bans: range(0.9, 1.6, 2.4),
        bound: 1.4,
    });
    let built = built(&[note]);
    let said = &built.model.findings[0];
    let ratio = said.if_present.unwrap().point() / said.if_absent.unwrap().point();
    assert!((libm::log10(ratio) - 1.4).abs() < 1e-9);
    assert_eq!(built.lines["n"].basis, Some(Basis::Measured));
    assert!(built.lines["n"].weight.unwrap().high <= 1.4);
    // The trace's own rates stay what they are.
    assert!((built.model.traces[0].hit.point() - 0.7).abs() < 1e-12);
}

#[test]
fn own_numbers_replace_the_class_and_can_be_removed() {
    let mut note = finding("n", Kind::Code, Stance::Asserts, "actor:nk");
    note.overrides.rarity = Some(Range::exactly(0.2));
    let trace = |own| {
        let findings = [note.clone()];
        let built = build(&question(), &world(), &findings, Overlaps::Dependent, own).unwrap();
        built.model.traces[0].rarity
    };
    let used = trace(OwnNumbers::Used);
    assert!((used.point() - 0.2).abs() < 1e-12);
    // A number without a range is an elicited point.
    assert!(used.low() < 0.2 && used.high() > 0.2);
    assert!((trace(OwnNumbers::Removed).point() - 0.005).abs() < 1e-12);
}

#[test]
fn leaving_a_source_out_leaves_out_the_labels_that_are_its_word() {
    let code = finding("a", Kind::Code, Stance::Asserts, "family:seoul");
    let built = built(&[code]);
    assert_eq!(built.model.subjects[0].source.as_deref(), Some("kcc"));
    assert!(built.without_source("kcc").subjects[0].label.is_empty());
    assert_eq!(built.without_source("fbi"), built.model);
}

#[test]
fn units_deceive_as_their_parent_unless_they_have_a_number_of_their_own() {
    let mut question = question();
    question.deception.insert("nk".to_owned(), range(0.1, 0.2, 0.3));
    let built = build(&question, &world(), &[], Overlaps::Dependent, OwnNumbers::Used).unwrap();
    assert!((built.model.deception["unit"].point() - 0.2).abs() < 1e-12);
    assert!((built.model.deception["default"].point() - 0.08).abs() < 1e-12);
}
