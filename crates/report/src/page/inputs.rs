//! What happened when, what was odd, and what was read.

use ascribe_assess::assessment::{AnomalyLine, Input};
use maud::{Markup, html};

use super::{Fold, finding_links, in_groups, scrolling};
use crate::Page;
use crate::figures::{count, counted};
use crate::shown::{name, sentence};

/// Rows that stand open.
const OPEN: usize = 40;
/// Rows of one list in the page; a case of a hundred thousand mails has the rest in its assessment.
const ROWS_MAX: usize = 3_000;
/// Rows in a closed group.
const GROUP: usize = 500;

pub(super) fn events(page: &Page<'_>) -> Markup {
    let assessment = page.assessment;
    html! {
        section id="events" {
            h2 { "Course of the incident" }
            @if assessment.timeline.is_empty() { p { "Nothing is dated." } } @else {
                (scrolling("Course of the incident", html! {
                    table {
                        thead { tr { th scope="col" { "When" } th scope="col" { "What" } th scope="col" { "Rests on" } } }
                        tbody { @for event in &assessment.timeline { tr {
                            th scope="row" class="n" { (name(event.at.text())) }
                            td class="says" { (sentence(&event.event)) }
                            td class="mid" { @if event.basis.is_empty() { span class="soft" { "the case file" } } @else { (finding_links(page, &event.basis, 12)) } }
                        } } }
                    }
                }))
            }
            @if !assessment.places.is_empty() {
                h3 { "Findings about places" }
                p { "A place bears on where something stood, never by itself on who did it. They carry no belief: " (finding_links(page, &assessment.places, 40)) "." }
            }
        }
    }
}

/// The first rows of a long list, and how many are left to `assessment.json`.
fn first<T>(rows: &[T]) -> (&[T], usize) {
    let shown = rows.get(..ROWS_MAX).unwrap_or(rows);
    (shown, rows.len().saturating_sub(shown.len()))
}

fn left(count_left: usize) -> Markup {
    html! { @if count_left > 0 { p class="small soft" { (count(u64::try_from(count_left).unwrap_or(u64::MAX))) " more are listed in assessment.json." } } }
}

pub(super) fn anomalies(page: &Page<'_>) -> Markup {
    let all = &page.assessment.anomalies;
    let (shown, more) = first(all);
    html! {
        section id="anomalies" {
            h2 { "Anomalies" }
            @if all.is_empty() { p { "Nothing was wrong with the evidence." } } @else {
                p { (counted(all.len(), "thing was", "things were")) " wrong with the evidence. Damage is evidence too." }
                (in_groups(shown, fold("Anomalies"), anomaly_table))
                (left(more))
            }
        }
    }
}

fn anomaly_table(rows: &[AnomalyLine], label: &str) -> Markup {
    scrolling(
        label,
        html! {
            table {
                thead { tr { th scope="col" { "File" } th scope="col" { "Where" } th scope="col" { "What" } th scope="col" { "Code" } } }
                tbody { @for row in rows { tr {
                    th scope="row" class="path" { (name(&row.path)) }
                    td class="n" { @match &row.at { Some(at) => { @if let Some(line) = at.line { "line " (line) ", " } "bytes " (count(at.start)) "–" (count(at.end)) }, None => "the whole file" } }
                    td class="says" { (sentence(&row.text)) }
                    td { code { (name(&row.code)) } }
                } } }
            }
        },
    )
}

pub(super) fn inputs(page: &Page<'_>) -> Markup {
    let all = &page.assessment.inputs;
    // What was not wholly read comes first where not all can be shown.
    let mut order: Vec<&Input> = all.iter().collect();
    if all.len() > ROWS_MAX {
        order.sort_by_key(|input| input.status == "read");
    }
    let (shown, more) = first(&order);
    html! {
        section id="inputs" {
            h2 { "Inputs" }
            @if all.is_empty() { p { "None." } } @else {
                p { "Every file with its SHA-256, and how much of it was looked at: seen, understood, used, passed over." }
                (by_kind(page))
                (in_groups(shown, fold("Inputs"), input_table))
                (left(more))
            }
        }
    }
}

fn by_kind(page: &Page<'_>) -> Markup {
    scrolling(
        "Inputs by kind",
        html! {
            table {
                thead { tr { th scope="col" { "Kind" } th scope="col" class="n" { "Inputs" } th scope="col" class="n" { "Bytes" } th scope="col" { "Counted" } th scope="col" class="n" { "Seen" } th scope="col" class="n" { "Understood" } th scope="col" class="n" { "Used" } th scope="col" class="n" { "Passed over" } } }
                tbody { @for ((kind, unit), looked) in page.looked() { tr {
                    th scope="row" { (name(kind)) }
                    td class="n" { (count(u64::try_from(looked.inputs).unwrap_or(u64::MAX))) }
                    td class="n" { (count(looked.bytes)) }
                    td { @if unit.is_empty() { "–" } @else { (name(unit)) } }
                    td class="n" { (count(looked.seen)) }
                    td class="n" { (count(looked.parsed)) }
                    td class="n" { (count(looked.used)) }
                    td class="n" { (count(looked.dropped)) }
                } } }
            }
        },
    )
}

fn input_table(rows: &[&Input], label: &str) -> Markup {
    scrolling(
        label,
        html! {
            table {
                thead { tr { th scope="col" { "File" } th scope="col" { "Status" } th scope="col" { "Kind" } th scope="col" class="n" { "Bytes" } th scope="col" { "Coverage" } th scope="col" { "Known" } } }
                tbody { @for row in rows { tr {
                    th scope="row" class="path" { (name(&row.path)) br; span class="soft hash" { @match row.sha256 { Some(hash) => (hash), None => "no hash" } } }
                    td class="mid" { span class={ "tag " (if row.status == "read" { "met" } else { "notmet" }) } { (name(&row.status)) } @if let Some(why) = &row.why { br; span class="small" { (sentence(why)) } } }
                    td { (name(&row.kind)) @if let Some(reader) = &row.reader { br; span class="small soft" { (name(reader)) } } }
                    td class="n" { (count(row.bytes)) }
                    td class="mid" {
                        @if row.coverage.seen == 0 { span class="soft" { "–" } } @else {
                            (count(row.coverage.seen)) " × " (name(&row.coverage.unit)) ": " (count(row.coverage.parsed)) " understood, " (count(row.coverage.used)) " used, " (count(row.coverage.dropped)) " passed over"
                        }
                    }
                    td class="n" { @match &row.known { Some(known) => (name(known)), None => "–" } }
                } } }
            }
        },
    )
}

const fn fold(label: &'static str) -> Fold {
    Fold {
        label,
        rows: "Rows",
        open: OPEN,
        group: GROUP,
    }
}
