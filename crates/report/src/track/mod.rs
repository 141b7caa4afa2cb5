//! The track record of assessments: as words in a terminal, as Markdown, as a reliability plot.

mod picture;

pub use picture::reliability_svg;

use std::fmt::Write as _;

use ascribe_ratio::track::{Bin, CONFIDENT, Course, Group, Line, Mean, Sight, Track, Truth};

use crate::shown::line;

/// Characters of a name that are shown.
const CHARS_MAX: usize = 60;
/// Characters of a sentence that are shown.
const SENTENCE_MAX: usize = 160;

/// The tables as plain text, ending in a line feed.
#[must_use]
pub fn terminal(track: &Track) -> String {
    let mut text = String::new();
    for part in parts(track) {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{}", part.title);
        for sentence in &part.sentences {
            let _ = writeln!(text, "  {sentence}");
        }
        text.push_str(&part.table.plain());
    }
    text
}

/// The same as Markdown, ending in a line feed.
#[must_use]
pub fn markdown(track: &Track) -> String {
    let mut text = "# Track record\n".to_owned();
    for part in parts(track) {
        let _ = write!(text, "\n## {}\n", part.title);
        for sentence in &part.sentences {
            let _ = write!(text, "\n{sentence}\n");
        }
        text.push('\n');
        text.push_str(&part.table.markdown());
    }
    text
}

struct Part {
    title: String,
    sentences: Vec<String>,
    table: Table,
}

/// Cells; the first row is the head. Columns after the first `words` are numbers.
struct Table {
    words: usize,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn plain(&self) -> String {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let room = " ".repeat(width.saturating_sub(cell.chars().count()));
                line.push_str("  ");
                if index < self.words {
                    line.push_str(cell);
                    line.push_str(&room);
                } else {
                    line.push_str(&room);
                    line.push_str(cell);
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn markdown(&self) -> String {
        let mut text = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
            if index == 0 {
                let marks: Vec<&str> = (0..row.len())
                    .map(|column| if column < self.words { "---" } else { "---:" })
                    .collect();
                let _ = writeln!(text, "|{}|", marks.join("|"));
            }
        }
        text
    }
}

/// Text of a case in a Markdown cell: what could be markup stands for itself.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if "\\`*_[]<>|&#".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

fn parts(track: &Track) -> Vec<Part> {
    let mut parts = vec![truths(&track.truths), assessments(&track.lines)];
    if !track.courses.is_empty() {
        parts.push(courses(&track.courses));
    }
    if !track.groups.is_empty() {
        parts.push(scores(&track.groups));
    }
    for group in &track.groups {
        if group.sight == Sight::Disputed {
            continue;
        }
        parts.push(bins(
            group,
            "Said and seen",
            &group.reliability,
            vec![group.verdict.clone()],
        ));
        parts.push(bins(
            group,
            "By printed words",
            &group.phrases,
            vec![within(group)],
        ));
    }
    parts
}

fn sight(sight: Sight) -> &'static str {
    match sight {
        Sight::Blind => "blind",
        Sight::Hindsight => "hindsight",
        Sight::After => "not blind",
        Sight::Disputed => "disputed",
    }
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.into_iter().map(str::to_owned).collect()
}

fn share(value: f64) -> String {
    format!("{value:.3}")
}

fn signed(value: f64) -> String {
    format!("{value:+.3}").replace('-', "\u{2212}")
}

fn truths(truths: &[Truth]) -> Part {
    let mut rows = vec![row(["case", "what was true", "since", "how sure", "by", ""])];
    for one in truths {
        let ids: Vec<String> = one.truth.iter().map(|id| line(id, CHARS_MAX)).collect();
        rows.push(vec![
            line(&one.case, CHARS_MAX),
            ids.join(" or "),
            one.established.since.clone(),
            one.established.sure.clone(),
            line(&one.established.by, CHARS_MAX),
            line(&one.established.says, SENTENCE_MAX),
        ]);
    }
    Part {
        title: "What was established later".to_owned(),
        sentences: vec![
            "established: a court, a confession, or several independent roots without serious dispute; charged: named by a \
             prosecutor or a state and tested by nobody."
                .to_owned(),
        ],
        table: Table { words: 6, rows },
    }
}

fn assessments(lines: &[Line]) -> Part {
    let mut rows = vec![row([
        "case",
        "as of",
        "",
        "leader",
        "truth leads",
        "belief in truth",
        "bits",
        "Brier",
        "prior's bits",
        "framed",
    ])];
    for one in lines {
        rows.push(vec![
            line(&one.case, CHARS_MAX),
            one.as_of.clone().unwrap_or_else(|| "\u{2014}".to_owned()),
            sight(one.sight).to_owned(),
            line(&one.leader, CHARS_MAX),
            if one.leader_is_truth { "yes" } else { "no" }.to_owned(),
            share(one.belief),
            share(one.scores.log_bits),
            share(one.scores.brier),
            share(one.prior.log_bits),
            one.framed.as_ref().map_or_else(String::new, |(party, belief)| {
                format!("{} {}", line(party, CHARS_MAX), share(*belief))
            }),
        ]);
    }
    Part {
        title: "Assessments".to_owned(),
        sentences: vec![
            "blind: as of a day before the truth was known, from a case written before it; hindsight: as of such a day, but the \
             case was written by somebody who knew; not blind: as of the truth's day or later; disputed: the truth itself is."
                .to_owned(),
        ],
        table: Table { words: 5, rows },
    }
}

fn courses(courses: &[Course]) -> Part {
    let mut rows = vec![row([
        "case",
        "from",
        "truth leads for good from",
        "most believed wrong answer",
        "when",
        "belief",
        "days to right",
        "days ahead of truth",
        "days sure and wrong",
    ])];
    let number = |days: Option<i64>| {
        days.map_or_else(
            || "\u{2014}".to_owned(),
            |days| days.to_string().replace('-', "\u{2212}"),
        )
    };
    for one in courses {
        let (wrong, belief, when) = one.most_wrong.as_ref().map_or_else(
            || ("\u{2014}".to_owned(), String::new(), String::new()),
            |(id, belief, when)| (line(id, CHARS_MAX), share(*belief), when.clone()),
        );
        rows.push(vec![
            line(&one.case, CHARS_MAX),
            one.first.clone(),
            one.right_since.clone().unwrap_or_else(|| "never".to_owned()),
            wrong,
            when,
            belief,
            number(one.days_to_right),
            number(one.days_ahead),
            one.days_confidently_wrong.to_string(),
        ]);
    }
    Part {
        title: "How early right, how long surely wrong".to_owned(),
        sentences: vec![format!(
            "Only the days that were assessed are known; an assessment stands until the next one. Surely wrong: a wrong answer \
             believed at {CONFIDENT:.2} or more before the truth was known."
        )],
        table: Table { words: 5, rows },
    }
}

fn scores(groups: &[Group]) -> Part {
    let mean = |mean: &Mean| share(mean.mean);
    let gain = |mean: &Mean| {
        let interval = mean.interval.map_or_else(String::new, |interval| {
            format!(" [{}, {}]", signed(interval.low), signed(interval.high))
        });
        format!("{}{interval}", signed(mean.mean))
    };
    let mut rows = vec![row([
        "",
        "cases",
        "assessments",
        "bits",
        "Brier",
        "spherical",
        "truth leads",
        "bits gained on the prior",
        "on a uniform answerer",
        "Brier gained on the prior",
        "on a uniform answerer",
    ])];
    for one in groups {
        rows.push(vec![
            sight(one.sight).to_owned(),
            one.cases.to_string(),
            one.assessments.to_string(),
            mean(&one.log_bits),
            mean(&one.brier),
            mean(&one.spherical),
            mean(&one.truth_leads),
            gain(&one.gain_over_prior_bits),
            gain(&one.gain_over_uniform_bits),
            gain(&one.gain_over_prior_brier),
            gain(&one.gain_over_uniform_brier),
        ]);
    }
    Part {
        title: "Scores".to_owned(),
        sentences: vec![
            "Means over cases (days of a case averaged first); in brackets 90 % intervals over resamples of cases. Bits: \
             \u{2212}log2 of the belief in the truth, 0 is perfect; Brier 0 is perfect, 2 certain and wrong; spherical 1 is perfect; \
             gains above 0 are better than the other."
                .to_owned(),
        ],
        table: Table { words: 1, rows },
    }
}

fn bins(group: &Group, title: &str, bins: &[Bin], sentences: Vec<String>) -> Part {
    let mut rows = vec![row([
        "what was said",
        "meets its band",
        "answers",
        "true",
        "said",
        "seen",
        "90 % interval of seen",
    ])];
    for one in bins {
        rows.push(vec![
            one.name.clone(),
            match one.meets {
                Some(true) => "yes",
                Some(false) => "no",
                None => "\u{2014}",
            }
            .to_owned(),
            format!("{:.1}", one.n),
            format!("{:.1}", one.hits),
            share(one.said),
            share(one.seen),
            format!("{} to {}", share(one.wilson.low), share(one.wilson.high)),
        ]);
    }
    Part {
        title: format!("{title}: {}", sight(group.sight)),
        sentences,
        table: Table { words: 2, rows },
    }
}

/// Which share of the answers stood under a phrase whose band meets what was seen.
fn within(group: &Group) -> String {
    let all: f64 = group.phrases.iter().map(|bin| bin.n).sum();
    let of = |meets: Option<bool>| {
        let there = group.phrases.iter().filter(|bin| bin.meets == meets);
        there.fold(0.0, |sum, bin| sum + bin.n)
    };
    format!(
        "Of {all:.1} answers {:.1} stand under words whose band meets the interval of the share that was true, {:.1} under words \
         whose band does not, {:.1} under words that state no likelihood. Answers: by weight, every case one of each.",
        of(Some(true)),
        of(Some(false)),
        of(None)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_case_cannot_act_in_a_table() {
        let table = Table {
            words: 1,
            rows: vec![row(["a", "n"]), row(["x | <b>y</b>", "1"])],
        };
        assert_eq!(
            table.markdown(),
            "| a | n |\n|---|---:|\n| x \\| \\<b\\>y\\</b\\> | 1 |\n"
        );
        assert_eq!(table.plain(), "  a             n\n  x | <b>y</b>  1\n");
    }

    #[test]
    fn nothing_to_score_is_an_empty_table() {
        let track = ascribe_ratio::track::track(Vec::new()).unwrap();
        assert!(terminal(&track).contains("belief in truth"));
        assert!(reliability_svg(&track).contains("</svg>"));
    }
}
