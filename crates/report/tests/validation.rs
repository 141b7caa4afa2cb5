//! The report on measured weights: self-contained, and never saying more than the numbers.

#![expect(clippy::unwrap_used, reason = "a report that is not made is a failed test")]

use ascribe_ratio::sample::{Row, Sample};
use ascribe_ratio::validation::{Options, ReadAs, Validation, validate};
use ascribe_ratio::verdict::Claim;
use ascribe_report::validation::{page, terminal};

/// Twelve families of eight pairs; every fourth pair is on the wrong side.
fn informative(families: u32) -> Sample {
    let rows = (0..families * 8)
        .map(|index| {
            let same = index % 2 == 0;
            let wrong = index % 8 == index / 8 % 8;
            Row {
                score: f64::from(u8::from(same != wrong)) + f64::from(index % 7) / 10.0,
                same,
                family: index / 8,
            }
        })
        .collect();
    let names: Vec<String> = (0..families).map(|index| format!("family {index}")).collect();
    Sample::new(rows, &names).unwrap()
}

fn made(sample: &Sample) -> Validation {
    validate(sample, Options::default()).unwrap()
}

#[test]
fn the_page_is_self_contained_and_shows_the_plots() {
    let html = page(&made(&informative(12)), "<b>pairs</b>.csv", "0.1.0");
    assert!(html.contains("default-src 'none'"));
    for banned in ["<script", "http://", "https://", "url(", "<b>pairs"] {
        assert!(!html.contains(banned), "{banned}");
    }
    for title in [
        "Tippett plot",
        "Empirical cross-entropy",
        "Detection error trade-off",
        "Reliability",
        "Calibrators",
    ] {
        assert!(html.contains(&format!("<title>{title}</title>")), "{title}");
    }
    assert!(!html.contains("NaN"));
}

#[test]
fn informative_scores_may_be_claimed_within_bounds() {
    let validation = made(&informative(12));
    assert_eq!(validation.verdict.claim, Claim::WithinBounds);
    let text = terminal(&validation, 80);
    assert!(
        text.starts_with("For comparisons like these, weights from"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn one_family_may_claim_nothing() {
    let text = terminal(&made(&informative(1)), 80);
    assert!(text.starts_with("No weight may be claimed"), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("they flatter"), "{text}");
}

#[test]
fn scores_without_signal_may_claim_nothing() {
    let rows = (0..200_u32)
        .map(|index| Row {
            score: f64::from(index % 10),
            same: index / 10 % 2 == 0,
            family: index / 20,
        })
        .collect();
    let names: Vec<String> = (0..10).map(|index| index.to_string()).collect();
    let validation = made(&Sample::new(rows, &names).unwrap());
    assert_eq!(validation.verdict.claim, Claim::Nothing);
    assert_eq!((validation.elub.low, validation.elub.high), (0.0, 0.0));
}

#[test]
fn an_infinitely_wrong_weight_costs_infinitely_much_and_says_so() {
    let sample = informative(12);
    let mut rows = sample.rows().to_vec();
    rows.push(Row {
        score: f64::INFINITY,
        same: false,
        family: 0,
    });
    let sample = Sample::new(rows, sample.families()).unwrap();
    let options = Options {
        read_as: ReadAs::Bans,
        ..Options::default()
    };
    let validation = validate(&sample, options).unwrap();
    assert_eq!(validation.cllr, f64::INFINITY);
    assert_eq!(validation.verdict.claim, Claim::Nothing);
    assert!(terminal(&validation, 100).contains("infinitely misleading"));
    let _ = page(&validation, "x", "0");
    // As scores, a logistic calibrator does not fit and another one is suggested.
    let refused = validate(&sample, Options::default()).unwrap_err().to_string();
    assert!(refused.contains("another calibrator may do"), "{refused}");
}
