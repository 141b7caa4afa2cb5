//! One finding from its number to its bytes, in words: what it says, where it stands, which numbers make its weight.
//!
//! Every number is one of the model file, so whoever reads it can put another in its place with `what-if --set`.

use ascribe_assess::assessment::LedgerLine;
use ascribe_assess::model_file::{Finding, ModelFile, Subject, Trace};
use ascribe_model::Range;

use crate::figures::{bans, count, percent, two_decimals};
use crate::shown::{NAME_CHARS_MAX, QUOTE_CHARS_MAX, SENTENCE_CHARS_MAX, block, hex_dump, line as one_line};
use crate::terminal::rows;
use crate::{Page, Quote, Quoted};

/// Places that are quoted.
const PLACES_MAX: usize = 3;
/// Columns of prose.
const COLUMNS: usize = 98;
/// Bytes of a place that are dumped.
const DUMP_BYTES_MAX: usize = 64;

/// The explanation of finding `id`; none where the ledger has no such finding.
#[must_use]
pub fn explain(page: &Page<'_>, model: &ModelFile, id: &str) -> Option<String> {
    let line = page.finding(id)?;
    let found = model.findings.iter().find(|finding| finding.id == id);
    let mut out = Words::default();
    out.say(&format!(
        "{}: {} of kind {}, {}",
        name(id),
        stands(line),
        line.kind,
        line.stance
    ));
    out.say(&format!("  {}", one_line(&line.says, SENTENCE_CHARS_MAX)));
    told(page, line, &mut out);
    places(page, line, &mut out);
    numbers(page, model, line, found, &mut out);
    weight(page, line, &mut out);
    without(page, line, &mut out);
    Some(out.text)
}

#[derive(Default)]
struct Words {
    text: String,
}

impl Words {
    /// A line, wrapped under its own indent.
    fn say(&mut self, line: &str) {
        let text = line.trim_start();
        let indent = line.len().saturating_sub(text.len());
        for (index, row) in rows(text, COLUMNS.saturating_sub(indent)).iter().enumerate() {
            let hang = if index == 0 { 0 } else { 2 };
            self.quote(&format!("{:1$}{row}", "", indent.saturating_add(hang)));
        }
        if text.is_empty() {
            self.quote("");
        }
    }

    /// A line as it is.
    fn quote(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        self.say("");
        self.say(heading);
    }
}

fn name(text: &str) -> String {
    one_line(text, NAME_CHARS_MAX)
}

fn stands(line: &LedgerLine) -> &'static str {
    if line.finding.starts_with("engine:") {
        "found in the evidence"
    } else {
        "noted by the analyst"
    }
}

fn told(page: &Page<'_>, line: &LedgerLine, out: &mut Words) {
    let happened = line
        .happened
        .as_ref()
        .map_or_else(String::new, |day| format!(", happened {}", name(day)));
    out.say(&format!(
        "  known {}{happened}, origin {}",
        name(&line.known),
        name(&line.origin)
    ));
    let source = match &line.source {
        None => "our own reading of the bytes".to_owned(),
        Some(id) => {
            let card = page.sources.get(id);
            let about = card.map_or_else(String::new, |card| {
                let stake = card.stake.as_ref().map_or_else(String::new, |stake| {
                    format!("; {}", one_line(stake, SENTENCE_CHARS_MAX))
                });
                format!(" ({}, {}{stake})", name(&card.kind), name(&card.grade))
            });
            format!("{}{about}", name(page.source_name(Some(id))))
        }
    };
    let via = match line.via.as_slice() {
        [] => String::new(),
        via => format!(
            ", by way of {}",
            via.iter().map(|one| name(one)).collect::<Vec<_>>().join(", ")
        ),
    };
    out.say(&format!("  from {source}{via}"));
    if !line.copies.is_empty() {
        let copies: Vec<String> = line.copies.iter().map(|id| name(id)).collect();
        out.say(&format!(
            "  repeated by {}, which count for nothing",
            copies.join(", ")
        ));
    }
    for remark in &line.remarks {
        out.say(&format!("  note: {}", one_line(remark, SENTENCE_CHARS_MAX)));
    }
}

fn places(page: &Page<'_>, line: &LedgerLine, out: &mut Words) {
    out.heading("It stands on");
    for (index, place) in line.provenance.iter().take(PLACES_MAX).enumerate() {
        let number = place
            .line
            .map_or_else(String::new, |number| format!("line {number}, "));
        out.say(&format!(
            "  {} {number}bytes {}\u{2013}{}",
            name(&place.path),
            count(place.start),
            count(place.end)
        ));
        out.say(&format!("    sha256 {}", place.sha256));
        match page.quotes.get(&(line.finding.clone(), index)) {
            Some(Quote {
                content: Quoted::Text(text),
                ..
            }) => {
                for row in block(text.trim_end(), QUOTE_CHARS_MAX).lines() {
                    out.quote(&format!("    | {row}"));
                }
            }
            Some(Quote {
                content: Quoted::Bytes(bytes),
                ..
            }) => {
                let shown = bytes.get(..DUMP_BYTES_MAX).unwrap_or(bytes);
                for row in hex_dump(shown, place.start).lines() {
                    out.quote(&format!("    | {row}"));
                }
            }
            Some(Quote {
                content: Quoted::Withheld,
                ..
            }) => out.say("    leaked material: only its hash and range are shown"),
            // A note is its own evidence: what the analyst wrote below its fields.
            None => match page.prose.get(&line.finding) {
                Some(prose) if !prose.trim().is_empty() => {
                    for row in block(prose.trim(), QUOTE_CHARS_MAX).lines() {
                        out.quote(&format!("    | {row}"));
                    }
                }
                _ => out.say("    its bytes are not shown"),
            },
        }
    }
    if let Some(more) = line
        .provenance
        .len()
        .checked_sub(PLACES_MAX)
        .filter(|more| *more > 0)
    {
        out.say(&format!("  and {more} more places (`report.html` has all)"));
    }
}

/// "0.70 [0.40–0.88]".
fn range(range: Range) -> String {
    format!(
        "{} [{}\u{2013}{}]",
        probability(range.point()),
        probability(range.low()),
        probability(range.high())
    )
}

/// Two digits that count.
fn probability(value: f64) -> String {
    if value == 0.0 || value >= 0.095 {
        two_decimals(value)
    } else {
        format!("{value:.3}")
    }
}

fn numbers(page: &Page<'_>, model: &ModelFile, line: &LedgerLine, found: Option<&Finding>, out: &mut Words) {
    out.heading("The numbers behind it: point [low\u{2013}high]");
    let Some(found) = found else {
        out.say("  none: it is not in the model, so it weighs nothing");
        return;
    };
    match &line.reason {
        Some(reason) => out.say(&format!(
            "  other than the table's: {}",
            one_line(reason, SENTENCE_CHARS_MAX)
        )),
        None => out.say("  from the table of its class"),
    }
    let trace = found
        .trace
        .as_ref()
        .and_then(|id| model.traces.iter().find(|trace| trace.id == *id));
    if let Some(trace) = trace {
        of_trace(page, model, trace, out);
    }
    let says = if found.says == Some(false) {
        "\u{201c}not there\u{201d}"
    } else {
        "\u{201c}there\u{201d}"
    };
    if let (Some(present), Some(absent)) = (found.if_present, found.if_absent) {
        out.say(&format!("  it says {says}; \u{201c}there\u{201d} is said of a trace that is there with {}, of one that is not with {}", range(present), range(absent)));
    }
    if let (Some(over), Some(table)) = (&found.over, &found.likelihood) {
        let of = found
            .of
            .as_ref()
            .map_or_else(String::new, |of| format!(" of {}", name(of)));
        out.say(&format!("  it is said, by the {over}{of}:"));
        for (value, p) in table {
            let value = if value == "else" {
                "any other".to_owned()
            } else {
                name(value)
            };
            out.say(&format!("    {value}: {}", range(*p)));
        }
    }
    let source = found
        .source
        .as_ref()
        .and_then(|id| model.sources.iter().find(|source| source.id == *id));
    if let Some(source) = source {
        out.say(&format!(
            "  its source reports what is the case with {}; else it says such things anyway with {}, all of one sense at once",
            range(source.reliable),
            range(source.push)
        ));
    }
}

fn of_trace(page: &Page<'_>, model: &ModelFile, trace: &Trace, out: &mut Words) {
    let subject = model
        .subjects
        .iter()
        .find(|subject| subject.id == trace.points_to);
    let holder = match subject {
        Some(subject) => {
            of_subject(page, subject, out);
            format!("holds {}", name(&subject.id))
        }
        None => format!("is {}", name(page.party_name(&trace.points_to))),
    };
    let ratio = libm::log10(trace.hit.point() / trace.rarity.point());
    out.say(&format!(
        "  the trace is there with {} where the operator {holder}, by chance with {}: {} bans at most",
        range(trace.hit),
        range(trace.rarity),
        bans(ratio)
    ));
    out.say(&format!(
        "  somebody who frames that party plants it with {}",
        range(trace.forgeability)
    ));
}

fn of_subject(page: &Page<'_>, subject: &Subject, out: &mut Words) {
    let word = subject.source.as_ref().map_or_else(
        || "the case".to_owned(),
        |source| name(page.source_name(Some(source))),
    );
    for (owner, label) in &subject.label {
        out.say(&format!(
            "  {} is {}'s with {}, by the word of {word}",
            name(&subject.id),
            name(page.party_name(owner)),
            range(*label)
        ));
    }
    if subject.label.is_empty() {
        out.say(&format!("  nobody says whose {} is", name(&subject.id)));
    }
    out.say(&format!(
        "  a party that does not own it holds it with {}",
        range(subject.shared)
    ));
}

fn weight(page: &Page<'_>, line: &LedgerLine, out: &mut Words) {
    out.heading("What it weighs");
    match &line.weight_bans {
        None => out.say("  nothing by its kind"),
        Some(weight) => out.say(&format!(
            "  {} bans alone ({} to {}; no more than {} whatever the numbers)",
            bans(weight.point),
            bans(weight.low),
            bans(weight.high),
            two_decimals(weight.bound)
        )),
    }
    let mut moved: Vec<(&String, f64)> = line
        .contribution_bans
        .iter()
        .map(|(id, value)| (id, *value))
        .collect();
    moved.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    if moved.iter().all(|(_, value)| value.abs() < 0.005) {
        out.say("  in this case it moves no hypothesis by 0.01 ban");
        return;
    }
    out.say("  in this case, together with all else, in bans:");
    for (id, value) in moved {
        out.say(&format!(
            "    {:>6}  {}",
            bans(value),
            name(page.hypothesis_name(id))
        ));
    }
}

fn without(page: &Page<'_>, line: &LedgerLine, out: &mut Words) {
    let sensitivity = &page.assessment.sensitivity;
    let rows: Vec<_> = sensitivity
        .leave_one_out
        .iter()
        .filter(|row| match row.kind.as_str() {
            "finding" => row.id == line.finding,
            "origin" => row.id == line.origin,
            "source" => line.source.as_ref() == Some(&row.id),
            _ => false,
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    out.heading("Without it");
    let Some(first) = page.ranked().first().copied() else {
        return;
    };
    for row in rows {
        let what = match row.kind.as_str() {
            "finding" => "without this finding".to_owned(),
            kind => format!("without all of {kind} {}", name(&row.id)),
        };
        let then = row.belief.get(&first.id).copied().unwrap_or_default();
        let leads = if row.leader == first.id {
            String::new()
        } else {
            format!("; {} leads then", name(page.hypothesis_name(&row.leader)))
        };
        out.say(&format!(
            "  {what}: {} {} (now {}){leads}",
            name(&first.name),
            percent(then),
            percent(first.belief.point)
        ));
    }
    if sensitivity.flip_set.contains(&line.finding) {
        out.say(&format!(
            "  it is one of the {} findings without which another hypothesis leads",
            sensitivity.flip_set.len()
        ));
    }
}
