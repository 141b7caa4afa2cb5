//! The answer as words in a terminal.
//!
//! Lines are bounded by the width; no escape code of the evidence gets through, and none of ours without colour.

use ascribe_assess::assessment::{Hypothesis, WhatIf};

use crate::Page;
use crate::figures::{bans, count, counted, interval, percent, percent_range, two_decimals};
use crate::shown::{NAME_CHARS_MAX, SENTENCE_CHARS_MAX, line};

/// How the answer is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Columns; less than 40 counts as 40.
    pub width: usize,
    /// Whether escape codes for bold and colour are written.
    pub color: bool,
    /// How much is said.
    pub detail: Detail,
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The whole answer.
    Full,
    /// One paragraph.
    Quiet,
}

/// Hypotheses shown.
const LEADING: usize = 4;
/// Findings, things to collect and anomalies shown.
const ITEMS: usize = 5;
/// Columns of labels.
const LABEL: usize = 10;

/// The answer, ending in a line feed.
#[must_use]
pub fn terminal(page: &Page<'_>, options: TerminalOptions) -> String {
    let mut out = Lines {
        text: String::new(),
        width: options.width.max(40),
        color: options.color,
    };
    match options.detail {
        Detail::Full => full(page, &mut out),
        Detail::Quiet => out.wrapped("", 0, &quiet(page)),
    }
    out.text
}

fn quiet(page: &Page<'_>) -> String {
    let assessment = page.assessment;
    let as_of = assessment.as_of.as_deref().unwrap_or("an undated case");
    let Some(leader) = page.ranked().first().copied() else {
        return format!("As of {}: no hypothesis was weighed.", clean(as_of));
    };
    format!(
        "As of {}: {}: {} ({}, 90 % interval {}). Confidence {}. {}. {}, {}. TLP:{}.",
        clean(as_of),
        clean(page.hypothesis_name(&leader.id)),
        clean(&leader.words),
        percent(leader.belief.point),
        interval(leader.belief.low, leader.belief.high),
        clean(&assessment.confidence.level),
        flip_words(page),
        inputs_words(page),
        counted(assessment.anomalies.len(), "anomaly", "anomalies"),
        assessment.tlp,
    )
}

fn full(page: &Page<'_>, out: &mut Lines) {
    let assessment = page.assessment;
    let ranked = page.ranked();
    out.heading(&clean(&assessment.case), Some(&format!("TLP:{}", assessment.tlp)));
    out.wrapped("", 0, &sentence(&assessment.question));
    let as_of = assessment
        .as_of
        .as_deref()
        .unwrap_or("no date: nothing in the case is dated");
    out.wrapped(
        "",
        0,
        &format!(
            "As of {} · incident {} · {}",
            clean(as_of),
            clean(&assessment.incident),
            counted(assessment.ledger.len(), "finding", "findings")
        ),
    );

    out.heading("Answer", None);
    for hypothesis in ranked.iter().take(LEADING) {
        answer_line(page, hypothesis, out);
    }
    if ranked.len() > LEADING {
        out.wrapped(
            "",
            LABEL,
            &format!(
                "and {} below",
                counted(ranked.len() - LEADING, "hypothesis", "hypotheses")
            ),
        );
    }
    out.wrapped("", 0, &apart(page));

    out.heading("Confidence", Some(&clean(&assessment.confidence.level)));
    out.wrapped("", 0, &sentence(&assessment.confidence.sentence));
    for reason in &assessment.confidence.reasons {
        out.wrapped("  - ", 4, &sentence(reason));
    }

    let said = &assessment.sentences;
    if !said.public.is_empty() {
        out.heading("To be quoted", None);
        for (whom, text) in [
            ("public", &said.public),
            ("expert", &said.expert),
            ("court", &said.court),
        ] {
            out.wrapped(&format!("{whom:>7}   "), LABEL, &sentence(text));
        }
    }

    out.heading("What carries it", Some("bans"));
    let carriers = ranked
        .first()
        .map(|leader| page.carriers(&leader.id))
        .unwrap_or_default();
    for (finding, contribution) in carriers.iter().take(ITEMS) {
        out.wrapped(
            &format!("{:>7}   ", bans(*contribution)),
            LABEL,
            &sentence(&finding.says),
        );
        let place = finding
            .provenance
            .first()
            .map_or_else(String::new, |place| match place.line {
                Some(number) => format!(" · {} line {number}", clean(&place.path)),
                None => format!(
                    " · {} bytes {}–{}",
                    clean(&place.path),
                    count(place.start),
                    count(place.end)
                ),
            });
        out.faint(
            LABEL,
            &format!(
                "{} · {}, known {}{place}",
                clean(&finding.finding),
                clean(page.source_name(finding.source.as_deref())),
                clean(&finding.known)
            ),
        );
    }
    if carriers.is_empty() {
        out.wrapped("", 0, "No finding moves the leading hypothesis.");
    }

    out.heading("What would overturn it", None);
    out.wrapped("", 0, &format!("{}.", flip_words(page)));

    doubts(page, out);

    if !assessment.what_ifs.is_empty() {
        out.heading("What if", None);
        for what_if in &assessment.what_ifs {
            what_if_line(page, what_if, out);
        }
    }

    out.heading("What to collect next", Some("bits"));
    for item in assessment.collect.iter().take(ITEMS) {
        out.wrapped(
            &format!("{:>7}   ", two_decimals(item.bits)),
            LABEL,
            &format!("{}: {}", sentence(&item.what), sentence(&item.ask)),
        );
    }
    if assessment.collect.is_empty() {
        out.wrapped("", 0, "Nothing was found that is expected to narrow the answer.");
    }

    if !assessment.standards.is_empty() {
        out.heading("Standards", None);
        for standard in &assessment.standards {
            let met = if standard.met { "met" } else { "not met" };
            out.wrapped(
                &format!("{met:>7}   "),
                LABEL,
                &format!("{}: {}", clean(&standard.id), sentence(&standard.why)),
            );
        }
    }
    evidence(page, out);
}

/// What a doubter asks, in a line each.
fn doubts(page: &Page<'_>, out: &mut Lines) {
    let assessment = page.assessment;
    let Some(doubts) = &assessment.doubts else {
        return;
    };
    out.heading("What a doubter asks", None);
    if doubts.conflict.bans > 0.0 {
        let all = format!(
            "The findings contradict each other: together they are less probable than unrelated ones, by {} bans.",
            bans(doubts.conflict.bans)
        );
        out.wrapped("  - ", 4, &all);
    }
    for row in doubts.conflict.findings.iter().take(2) {
        let expected = format!(
            "The others speak against {} by {} bans: the model expects such a finding in {} of cases.",
            clean(&row.finding),
            bans(row.bans),
            percent(row.given_rest)
        );
        out.wrapped("  - ", 4, &expected);
    }
    for display in doubts.displays.iter().filter(|display| display.too_good) {
        let text = format!(
            "Too good to be true? {} of {} marks of {} are there; its own operations leave that many in {} of cases, somebody who frames it in {}.",
            display.found,
            display.looked_for,
            clean(page.party_name(&display.party)),
            percent(display.if_own),
            percent(display.if_framed)
        );
        out.wrapped("  - ", 4, &text);
    }
    if let Some(bar) = assessment.sensitivity.tornado.first() {
        let text = format!(
            "The assumption that moves it most: {} of {}; {} at its low end, {} at its high end.",
            clean(&bar.field),
            clean(&bar.of),
            percent(bar.belief[0]),
            percent(bar.belief[1])
        );
        out.wrapped("  - ", 4, &text);
    }
    if let Some(row) = assessment.sensitivity.defaults.first() {
        let text = format!(
            "The default that moves it most: {} {}; {} at its low end, {} at its high end.",
            clean(&row.row),
            clean(&row.field),
            percent(row.belief[0]),
            percent(row.belief[1])
        );
        out.wrapped("  - ", 4, &text);
    }
}

fn evidence(page: &Page<'_>, out: &mut Lines) {
    let assessment = page.assessment;
    out.heading("Evidence", None);
    out.wrapped("", 0, &format!("{}.", inputs_words(page)));
    for ((kind, unit), looked) in page.looked().into_iter().filter(|(_, looked)| looked.seen > 0) {
        let inputs = counted(looked.inputs, "input", "inputs");
        let lost = if looked.dropped > 0 {
            format!(", {} passed over", count(looked.dropped))
        } else {
            String::new()
        };
        out.wrapped(
            "  ",
            4,
            &format!(
                "{}: {inputs}, {} of {} understood ({}){lost}",
                clean(kind),
                count(looked.parsed),
                count(looked.seen),
                clean(unit)
            ),
        );
    }
    let unread: Vec<_> = assessment
        .inputs
        .iter()
        .filter(|input| input.status == "unreadable" || input.status == "partial")
        .collect();
    for input in unread.iter().take(ITEMS) {
        let why = input.why.as_deref().unwrap_or("no reason was given");
        out.wrapped(
            "  - ",
            4,
            &format!(
                "{} {}: {}",
                clean(&input.status),
                clean(&input.path),
                sentence(why)
            ),
        );
    }
    more(out, unread.len());
    out.wrapped(
        "",
        0,
        &format!("{}.", counted(assessment.anomalies.len(), "anomaly", "anomalies")),
    );
    for anomaly in assessment.anomalies.iter().take(ITEMS) {
        let at = anomaly.at.as_ref().map_or_else(String::new, |at| match at.line {
            Some(number) => format!(" line {number}"),
            None => format!(" byte {}", at.start),
        });
        out.wrapped(
            "  - ",
            4,
            &format!("{}{at}: {}", clean(&anomaly.path), sentence(&anomaly.text)),
        );
    }
    more(out, assessment.anomalies.len());
    for warning in &assessment.warnings {
        out.wrapped("  ! ", 4, &sentence(warning));
    }
    if let Some(path) = page.written_to {
        out.text.push('\n');
        out.wrapped("", 0, &format!("Report: {}", line(path, 4_096)));
    }
}

fn more(out: &mut Lines, all: usize) {
    if all > ITEMS {
        out.wrapped(
            "",
            4,
            &format!(
                "and {} more in the report",
                count(u64::try_from(all - ITEMS).unwrap_or(u64::MAX))
            ),
        );
    }
}

fn answer_line(page: &Page<'_>, hypothesis: &Hypothesis, out: &mut Lines) {
    let belief = &hypothesis.belief;
    out.strong(
        &format!("{:>7}   ", label(belief.point)),
        LABEL,
        &clean(page.hypothesis_name(&hypothesis.id)),
    );
    out.wrapped(
        "",
        LABEL,
        &format!(
            "{}; 90 % interval {}, outer search {}",
            sentence(&hypothesis.words),
            interval(belief.low, belief.high),
            percent_range(belief.outer[0], belief.outer[1])
        ),
    );
}

/// A percentage that fits the column of labels.
fn label(point: f64) -> String {
    if point < 0.01 {
        "< 1 %".to_owned()
    } else if point > 0.99 {
        "> 99 %".to_owned()
    } else {
        percent(point)
    }
}

fn what_if_line(page: &Page<'_>, what_if: &WhatIf, out: &mut Lines) {
    let belief = what_if.belief.get(&what_if.leader).copied().unwrap_or(0.0);
    let operator = page
        .top_of(&what_if.operators)
        .map_or_else(String::new, |(id, belief)| {
            format!("; operator {}, {}", clean(page.party_name(id)), percent(belief))
        });
    out.wrapped(
        &format!("{:>7}   ", label(belief)),
        LABEL,
        &format!(
            "{}: {}{operator}",
            sentence(&what_if.name),
            clean(page.hypothesis_name(&what_if.leader))
        ),
    );
}

fn apart(page: &Page<'_>) -> String {
    let mut parts = Vec::new();
    if let Some((operator, belief)) = page.top_operator() {
        parts.push(format!(
            "Operator alone: {}, {}.",
            clean(page.party_name(operator)),
            percent(belief)
        ));
    }
    if let Some((direction, belief)) = page.top_direction() {
        parts.push(format!(
            "Direction alone: {}, {}.",
            clean(direction),
            percent(belief)
        ));
    }
    if let Some(nobody) = page.assessment.framed.get("nobody") {
        parts.push(format!("That somebody is framed: {}.", percent(1.0 - nobody)));
    }
    parts.join(" ")
}

fn flip_words(page: &Page<'_>) -> String {
    let set = &page.assessment.sensitivity.flip_set;
    if set.is_empty() {
        return "No set of findings was found without which another hypothesis leads".to_owned();
    }
    let names: Vec<String> = set.iter().take(12).map(|id| clean(id)).collect();
    let rest = if set.len() > 12 {
        format!(" and {} more", set.len() - 12)
    } else {
        String::new()
    };
    format!(
        "Without {} another hypothesis leads: {}{rest}",
        counted(set.len(), "finding", "findings"),
        names.join(", ")
    )
}

fn inputs_words(page: &Page<'_>) -> String {
    let by_status: Vec<String> = page
        .inputs_by_status()
        .iter()
        .map(|(status, number)| format!("{number} {}", clean(status)))
        .collect();
    let inputs = counted(page.assessment.inputs.len(), "input", "inputs");
    if by_status.is_empty() {
        inputs
    } else {
        format!("{inputs}: {}", by_status.join(", "))
    }
}

fn clean(text: &str) -> String {
    line(text, NAME_CHARS_MAX)
}

fn sentence(text: &str) -> String {
    line(text, SENTENCE_CHARS_MAX)
}

struct Lines {
    text: String,
    width: usize,
    color: bool,
}

impl Lines {
    fn heading(&mut self, heading: &str, right: Option<&str>) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let whole = right.map_or_else(|| heading.to_owned(), |right| format!("{heading} ({right})"));
        self.styled("1", "", 0, &whole);
    }

    fn strong(&mut self, first: &str, indent: usize, text: &str) {
        self.styled("1", first, indent, text);
    }

    fn faint(&mut self, indent: usize, text: &str) {
        self.styled("2", "", indent, text);
    }

    /// `text` in lines of the width; the first starts with `first`, the others with `indent` spaces.
    fn wrapped(&mut self, first: &str, indent: usize, text: &str) {
        self.styled("", first, indent, text);
    }

    fn styled(&mut self, code: &str, first: &str, indent: usize, text: &str) {
        let room = self.width.saturating_sub(indent).max(16);
        let mut start = if first.is_empty() {
            " ".repeat(indent)
        } else {
            first.to_owned()
        };
        for row in rows(text, room) {
            self.text.push_str(&start);
            if self.color && !code.is_empty() {
                self.text.push_str(&format!("\u{1b}[{code}m{row}\u{1b}[0m"));
            } else {
                self.text.push_str(&row);
            }
            self.text.push('\n');
            start = " ".repeat(indent);
        }
    }
}

/// Words of `text` in rows of at most `room` characters; longer words are cut.
pub(crate) fn rows(text: &str, room: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let (mut row, mut used) = (String::new(), 0);
    // A number keeps its sign of percent.
    let text = text.replace(" %", "\u{a0}%");
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room {
            rows.push(std::mem::take(&mut row));
            used = 0;
        }
        if used > 0 {
            row.push(' ');
            used += 1;
        }
        for character in word.chars() {
            if used == room {
                rows.push(std::mem::take(&mut row));
                used = 0;
            }
            row.push(if character == '\u{a0}' { ' ' } else { character });
            used += 1;
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}
