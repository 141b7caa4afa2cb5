//! Reads one scenario file: the case, its dates, and the lines to hold. Every other line is prose.
//!
//! Grammar: tests/scenarios/README.md. A line that looks like one of ours and does not parse is a problem with its line.

use ascribe_model::Day;

use super::expression::{self, Expectation};

/// A scenario file.
#[derive(Debug)]
pub struct Story {
    /// The file, from the repository root.
    pub file: String,
    /// The case folder, from the repository root.
    pub case: String,
    /// Its lines, in order.
    pub lines: Vec<Line>,
    /// What fails with all overrides removed: day, expectation as written, line.
    pub without_overrides: Vec<(Day, String, usize)>,
}

/// One expectation.
#[derive(Debug)]
pub struct Line {
    /// From 1.
    pub number: usize,
    pub day: Day,
    /// The expectation as written.
    pub text: String,
    pub expectation: Expectation,
    /// What stands in the file as measured, where the line is known not to hold.
    pub deviates: Option<String>,
    pub reason: String,
}

const MUST: &str = "- must: ";
const DEVIATES: &str = "- deviates: ";
const FAILS: &str = "- fails: ";
const AS_OF: &str = "## as of ";
const OVERRIDES: &str = "## with all overrides removed";

/// The scenario in `text`. Errors: every line that is wrong, as `file:line: what`.
pub fn read(file: &str, text: &str) -> Result<Story, Vec<String>> {
    let mut story = Story {
        file: file.to_owned(),
        case: String::new(),
        lines: Vec::new(),
        without_overrides: Vec::new(),
    };
    let mut problems = Vec::new();
    // The day that is open, its line, and how many expectations it has.
    let mut open: Option<(Day, usize, usize)> = None;
    // None before the section; then how many lines it has.
    let mut overrides: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let mut problem = |what: String| problems.push(format!("{file}:{number}: {what}"));
        if let Some(date) = line.strip_prefix(AS_OF) {
            if let Some((_, at, 0)) = open {
                problem(format!("the date on line {at} has no expectation"));
            }
            match expression::day(date.trim()) {
                Err(why) => problem(why),
                Ok(day) => {
                    if open.is_some_and(|(before, ..)| before >= day) {
                        problem("dates must ascend".to_owned());
                    }
                    open = Some((day, number, 0));
                }
            }
            if overrides.is_some() {
                problem(format!("a date after \"{OVERRIDES}\""));
            }
        } else if line.trim_end() == OVERRIDES {
            overrides = Some(0);
        } else if let Some(path) = line
            .strip_prefix("case: `")
            .and_then(|rest| rest.trim_end().strip_suffix('`'))
        {
            if !story.case.is_empty() || open.is_some() {
                problem("one case, before the first date".to_owned());
            }
            story.case = path.to_owned();
        } else if let Some(rest) = line
            .strip_prefix(MUST)
            .map(|rest| (rest, false))
            .or_else(|| line.strip_prefix(DEVIATES).map(|rest| (rest, true)))
        {
            let Some((day, _, count)) = open.as_mut().filter(|_| overrides.is_none()) else {
                problem("an expectation without a date above it".to_owned());
                continue;
            };
            *count += 1;
            match expectation(rest.0, rest.1) {
                Ok((text, expectation, deviates, reason)) => {
                    story.lines.push(Line {
                        number,
                        day: *day,
                        text,
                        expectation,
                        deviates,
                        reason,
                    });
                }
                Err(why) => problem(why),
            }
        } else if let Some(rest) = line.strip_prefix(FAILS) {
            let Some(count) = overrides.as_mut() else {
                problem(format!("`{FAILS}` stands under \"{OVERRIDES}\""));
                continue;
            };
            *count += 1;
            match failing(rest) {
                Ok(Some((day, text))) => story.without_overrides.push((day, text, number)),
                Ok(None) => {}
                Err(why) => problem(why),
            }
        } else if ["- must", "- deviates", "- fails", "case:", "## as", "## with"]
            .iter()
            .any(|start| line.trim_start().starts_with(start))
        {
            problem("this line does not parse".to_owned());
        }
    }
    let mut whole = |what: &str| problems.push(format!("{file}: {what}"));
    match open {
        None => whole("no date"),
        Some((_, at, 0)) => whole(&format!("the date on line {at} has no expectation")),
        Some(_) => {}
    }
    if story.case.is_empty() {
        whole("no case");
    }
    if overrides.unwrap_or(0) == 0 {
        whole(&format!("no list \"{OVERRIDES}\""));
    }
    for (day, text, number) in &story.without_overrides {
        if !story
            .lines
            .iter()
            .any(|line| line.day == *day && line.text == *text)
        {
            problems.push(format!("{file}:{number}: no line of {day} says this"));
        }
    }
    if problems.is_empty() {
        Ok(story)
    } else {
        Err(problems)
    }
}

type Parts = (String, Expectation, Option<String>, String);

fn expectation(rest: &str, deviates: bool) -> Result<Parts, String> {
    let mut parts = rest.splitn(if deviates { 3 } else { 2 }, " -- ").map(str::trim);
    let text = parts.next().unwrap_or_default();
    let measured = if deviates {
        let measured = parts.next().and_then(|part| part.strip_prefix("measured "));
        Some(
            measured
                .ok_or("after the expectation stands `-- measured VALUE`")?
                .to_owned(),
        )
    } else {
        None
    };
    let reason = parts
        .next()
        .filter(|reason| !reason.is_empty())
        .ok_or("the reason is missing")?;
    Ok((
        text.to_owned(),
        expression::read(text)?,
        measured,
        reason.to_owned(),
    ))
}

/// `DATE: EXPECTATION -- REASON`, or `none -- REASON`.
fn failing(rest: &str) -> Result<Option<(Day, String)>, String> {
    let (what, reason) = rest.split_once(" -- ").ok_or("the reason is missing")?;
    if reason.trim().is_empty() {
        return Err("the reason is missing".to_owned());
    }
    if what.trim() == "none" {
        return Ok(None);
    }
    let (date, text) = what
        .split_once(": ")
        .ok_or("a date and a colon stand before the expectation")?;
    Ok(Some((expression::day(date.trim())?, text.trim().to_owned())))
}

#[test]
fn lines_that_do_not_parse_are_told_with_their_place() {
    let text = "case: `a`\n## as of 2014-13\n- must: leader(x) -- r\n## as of 2014-11\n- must: leader(x)\n- must leader(x) -- r\n";
    let problems = read("s.md", text).unwrap_err();
    assert_eq!(
        problems,
        [
            "s.md:2: `2014-13` is no date of the form YYYY-MM-DD, YYYY-MM or YYYY",
            "s.md:3: an expectation without a date above it",
            "s.md:5: the reason is missing",
            "s.md:6: this line does not parse",
            "s.md: no list \"## with all overrides removed\"",
        ]
    );
}
