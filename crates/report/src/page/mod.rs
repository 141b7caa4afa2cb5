//! The whole page: one HTML document that needs no network and no script.
//!
//! The answer stands first; every number leads to the bytes that it rests on. The content security policy allows this
//! page's own style sheet by its digest and nothing else.

mod answer;
pub(crate) mod document;
mod doubt;
mod evidence;
mod inputs;
mod ledger;
mod method;
mod said;
mod sensitivity;
pub(crate) mod style;
mod tied;

use ascribe_model::words::Tlp;
use document::Document;
use maud::{Markup, html};

use crate::Page;
use crate::lookup::anchor;
use crate::shown::{line, name};

/// The sections, in order: anchor and heading.
const SECTIONS: [(&str, &str); 14] = [
    ("answer", "Answer"),
    ("hypotheses", "Hypotheses"),
    ("who", "Operator, direction, framing"),
    ("ledger", "Ledger"),
    ("time", "Belief over time"),
    ("sensitivity", "What would change it"),
    ("doubt", "What a doubter asks"),
    ("events", "Course of the incident"),
    ("said", "Who says what"),
    ("tied", "Who is tied to whom"),
    ("evidence", "Findings and their bytes"),
    ("anomalies", "Anomalies"),
    ("inputs", "Inputs"),
    ("method", "Method"),
];

/// The report of an assessment as a self-contained HTML document.
#[must_use]
pub fn page(page: &Page<'_>) -> String {
    let assessment = page.assessment;
    let document = Document {
        style: style::sheet(assessment.tlp),
        title: format!(
            "{}: attribution assessment, TLP:{}",
            line(&assessment.case, 120),
            assessment.tlp
        ),
        sections: &SECTIONS,
        header: masthead(page),
        main: html! {
            (answer::answer(page))
            (answer::hypotheses(page))
            (answer::who(page))
            (ledger::ledger(page))
            (sensitivity::time(page))
            (sensitivity::sensitivity(page))
            (doubt::doubt(page))
            (inputs::events(page))
            (said::said(page))
            (tied::tied(page))
            (evidence::evidence(page))
            (inputs::anomalies(page))
            (inputs::inputs(page))
            (method::method(page))
        },
        footer: html! {
            (marking(assessment.tlp))
            p { "Made by ascribe " (name(&assessment.run.version)) " from the evidence listed above. The same evidence gives the same page." }
        },
    };
    document.html()
}

fn masthead(page: &Page<'_>) -> Markup {
    let assessment = page.assessment;
    html! {
        header {
            (marking(assessment.tlp))
            div class="masthead" {
                p class="over" { "Attribution assessment" }
                h1 { (name(&assessment.case)) }
                p class="question" { (crate::shown::sentence(&assessment.question)) }
                dl class="facts" {
                    div { dt { "As of" } dd { @match &assessment.as_of { Some(day) => (name(day)), None => "undated" } } }
                    div { dt { "Incident" } dd { (name(&assessment.incident)) } }
                    div { dt { "Findings" } dd { (assessment.ledger.len()) } }
                    div { dt { "Inputs" } dd { (assessment.inputs.len()) } }
                }
            }
        }
    }
}

fn marking(tlp: Tlp) -> Markup {
    let meaning = match tlp {
        Tlp::Clear => "no limit on disclosure",
        Tlp::Green => "for the community",
        Tlp::Amber => "for the organisation and its clients, as needed",
        Tlp::AmberStrict => "for the organisation alone, as needed",
        Tlp::Red => "for the named recipients alone",
    };
    html! { p class="tlp" { strong class={ "tlp-" (style::tlp_class(tlp)) } { "TLP:" (tlp) } " " span { (meaning) } } }
}

/// A link to a finding; plain text where it has no line of its own.
fn finding_link(page: &Page<'_>, id: &str) -> Markup {
    if page.finding(id).is_some() {
        html! { a href={ "#" (anchor(id)) } { (name(id)) } }
    } else {
        name(id)
    }
}

/// Links to findings, the first `most` of them.
fn finding_links(page: &Page<'_>, ids: &[String], most: usize) -> Markup {
    html! {
        @for (index, id) in ids.iter().take(most).enumerate() {
            @if index > 0 { ", " }
            (finding_link(page, id))
        }
        @if ids.len() > most { " and " (ids.len() - most) " more" }
    }
}

/// How a long table is folded.
#[derive(Clone, Copy)]
struct Fold {
    /// Name of the table for those who hear the page; tables of closed groups add their first row to it.
    label: &'static str,
    /// What a row is, in the plural and with a capital.
    rows: &'static str,
    /// Rows that stand open.
    open: usize,
    /// Rows in a closed group.
    group: usize,
}

/// A table of the first rows, and closed groups of the rest. `table` gets rows and a label that no other has.
fn in_groups<T>(rows: &[T], fold: Fold, table: impl Fn(&[T], &str) -> Markup) -> Markup {
    let (open, closed) = rows.split_at(rows.len().min(fold.open));
    html! {
        (table(open, fold.label))
        @for (index, group) in closed.chunks(fold.group).enumerate() {
            @let first = fold.open + index * fold.group + 1;
            details {
                summary { (fold.rows) " " (first) " to " (first + group.len() - 1) " of " (rows.len()) }
                (table(group, &format!("{} from line {first}", fold.label)))
            }
        }
    }
}

/// A table that scrolls inside its own frame.
pub(crate) fn scrolling(label: &str, table: Markup) -> Markup {
    html! { div class="scroll" tabindex="0" role="region" aria-label=(label) { (table) } }
}
