//! The track record on cases small enough to be computed by hand.

use super::*;

fn answer(id: &str, prior: f64, belief: f64) -> Answer {
    Answer {
        id: id.to_owned(),
        prior,
        belief,
        words: "likely".to_owned(),
        band: Some((0.55, 0.80)),
    }
}

fn assessed(case: &str, day: i64, sight: Sight, beliefs: [f64; 3], truth: &[&str]) -> Assessed {
    Assessed {
        case: case.to_owned(),
        incident: "i".to_owned(),
        as_of: Some(format!("day {day}")),
        day: Some(day),
        truth_day: 100,
        sight,
        answers: ["a", "b", "c"]
            .into_iter()
            .zip([0.5, 0.25, 0.25])
            .zip(beliefs)
            .map(|((id, prior), belief)| answer(id, prior, belief))
            .collect(),
        truth: truth.iter().map(|&id| id.to_owned()).collect(),
        framed: None,
        established: Established {
            since: "day 100".to_owned(),
            by: "a court".to_owned(),
            sure: "established".to_owned(),
            says: "so it was".to_owned(),
        },
    }
}

fn two() -> Vec<Assessed> {
    vec![
        assessed("one", 0, Sight::Blind, [0.85, 0.125, 0.025], &["b"]),
        assessed("one", 10, Sight::Blind, [0.25, 0.5, 0.25], &["b"]),
        assessed("two", 5, Sight::Blind, [0.5, 0.25, 0.25], &["a"]),
        assessed("two", 120, Sight::After, [0.9, 0.05, 0.05], &["a"]),
    ]
}

fn near(one: f64, other: f64) {
    assert!((one - other).abs() < 1e-12, "{one} against {other}");
}

#[test]
fn a_case_counts_once_and_the_numbers_are_those_by_hand() {
    let track = track(two()).unwrap();
    let [blind, after] = track.groups.as_slice() else {
        panic!("{:?}", track.groups)
    };
    assert_eq!(
        (blind.sight, blind.cases, blind.assessments),
        (Sight::Blind, 2, 3)
    );
    // Case one: (3 + 1) / 2 bits, case two: 1 bit.
    near(blind.log_bits.mean, 1.5);
    // Against the priors .25, .25 (2 bits each) and .5 (1 bit): gains (−1 + 1) / 2 = 0 and 0.
    near(blind.gain_over_prior_bits.mean, 0.0);
    near(blind.gain_over_uniform_bits.mean, 3.0_f64.log2() - 1.5);
    // Right on one of two days, and on the only one.
    near(blind.truth_leads.mean, 0.75);
    assert_eq!((after.sight, after.cases), (Sight::After, 1));
    near(after.log_bits.mean, -0.9_f64.log2());
    assert!(blind.verdict.contains("Nothing can be concluded"));
}

#[test]
fn the_course_says_how_early_it_was_right_and_how_long_surely_wrong() {
    let track = track(two()).unwrap();
    let one = &track.courses[0];
    assert_eq!(one.right_since.as_deref(), Some("day 10"));
    assert_eq!(
        (one.days_to_right, one.days_ahead, one.days_confidently_wrong),
        (Some(10), Some(90), 10)
    );
    assert_eq!(one.most_wrong, Some(("a".to_owned(), 0.85, "day 0".to_owned())));
    let two = &track.courses[1];
    assert_eq!((two.days_to_right, two.days_confidently_wrong), (Some(0), 0));
}

#[test]
fn the_order_of_assessments_has_no_effect() {
    let mut turned = two();
    turned.reverse();
    assert_eq!(track(turned).unwrap(), track(two()).unwrap());
    let mut rotated = two();
    rotated.rotate_left(1);
    assert_eq!(track(rotated).unwrap(), track(two()).unwrap());
}

#[test]
fn several_true_answers_are_one_answer() {
    let track = track(vec![assessed(
        "one",
        0,
        Sight::Blind,
        [0.5, 0.375, 0.125],
        &["a", "c"],
    )])
    .unwrap();
    let line = &track.lines[0];
    near(line.belief, 0.625);
    near(line.scores.log_bits, -0.625_f64.log2());
    near(line.scores.brier, 0.375 * 0.375 * 2.0);
    near(line.uniform.log_bits, -(2.0_f64 / 3.0).log2());
    // One true answer in all, and it is told as one: .625 and .375.
    let bins = track.groups[0].reliability.iter();
    let told: Vec<(f64, f64)> = bins.map(|bin| (bin.said, bin.hits)).collect();
    assert_eq!(told, [(0.375, 0.0), (0.625, 1.0)]);
}

#[test]
fn a_truth_that_is_no_answer_is_an_error_and_a_truth_ruled_out_costs_everything() {
    let why = track(vec![assessed("one", 0, Sight::Blind, [0.5, 0.5, 0.0], &["d"])]).unwrap_err();
    assert!(why.contains("`d` is no hypothesis"), "{why}");
    let found = track(vec![assessed("one", 0, Sight::Blind, [0.5, 0.5, 0.0], &["c"])]).unwrap();
    assert_eq!(found.groups[0].log_bits.mean, f64::INFINITY);
}

/// Twenty cases and more: an answerer who means what it says is not found off, one who overstates is.
#[test]
fn overstating_is_found_with_enough_cases() {
    let mut random = ascribe_model::random::Random::of_draw(3, 0);
    let mut honest = Vec::new();
    let mut loud = Vec::new();
    for case in 0..400 {
        let name = format!("{case}");
        let truth = if random.unit() < 0.6 { "a" } else { "b" };
        honest.push(assessed(&name, 0, Sight::Blind, [0.6, 0.39, 0.01], &[truth]));
        loud.push(assessed(&name, 0, Sight::Blind, [0.97, 0.02, 0.01], &[truth]));
    }
    let (honest, loud) = (track(honest).unwrap(), track(loud).unwrap());
    assert!(
        honest.groups[0].verdict.starts_with("No band"),
        "{}",
        honest.groups[0].verdict
    );
    assert!(
        loud.groups[0].verdict.contains("95\u{2013}100 %"),
        "{}",
        loud.groups[0].verdict
    );
    assert!(honest.groups[0].log_bits.mean < loud.groups[0].log_bits.mean);
    assert!(honest.groups[0].calibration_error < 0.03 && loud.groups[0].calibration_error > 0.2);
}
