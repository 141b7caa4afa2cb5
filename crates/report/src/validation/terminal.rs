//! The validation as words in a terminal.

use ascribe_ratio::validation::Validation;

use super::{bits, figures, kind_name, tested_name};
use crate::figures::{count, counted};

/// The report, ending in a line feed; lines are broken at `width` columns (at least 40).
#[must_use]
pub fn terminal(validation: &Validation, width: usize) -> String {
    let width = width.max(40);
    let mut text = String::new();
    let mut paragraph = |first: &str, rest: &str, words: &str| wrap(&mut text, width, first, rest, words);
    paragraph("", "", &validation.verdict.sentence);
    for reason in &validation.verdict.reasons {
        paragraph("  - ", "    ", reason);
    }
    let made = validation
        .calibrator
        .map_or_else(String::new, |kind| format!("; calibrator {}", kind_name(kind)));
    paragraph(
        "\n",
        "",
        &format!(
            "{} same pairs and {} different pairs in {}; tested {}{made}.",
            count(validation.n_same),
            count(validation.n_different),
            counted(validation.families, "family", "families"),
            tested_name(validation.tested),
        ),
    );
    text.push('\n');
    for figure in figures(validation) {
        let interval = figure
            .interval
            .map_or_else(String::new, |interval| format!("  [{interval}]"));
        let line = format!("{:<22} {:>9}{interval}", figure.name, figure.value);
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if let Some(intervals) = &validation.intervals {
        wrap(
            &mut text,
            width,
            "",
            "",
            &format!(
                "In brackets: 90 % intervals over {} resamples of families.",
                count(intervals.draws as u64)
            ),
        );
    }
    text.push_str("\nOther calibrators, on families that they had not seen:\n");
    for compared in &validation.calibrators {
        let outcome = match (compared.cllr, &compared.refused) {
            (Some(cllr), _) => format!("Cllr {}", bits(cllr)),
            (None, Some(why)) => why.clone(),
            (None, None) => "not fitted".to_owned(),
        };
        wrap(
            &mut text,
            width,
            "  ",
            "    ",
            &format!("{}: {outcome}", kind_name(compared.calibrator)),
        );
    }
    text
}

fn wrap(text: &mut String, width: usize, first: &str, rest: &str, words: &str) {
    text.push_str(first);
    let mut column = first.trim_start_matches('\n').chars().count();
    let mut fresh = true;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if !fresh && column + 1 + length > width {
            text.push('\n');
            text.push_str(rest);
            column = rest.chars().count();
            fresh = true;
        }
        if !fresh {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
        fresh = false;
    }
    text.push('\n');
}
