//! What happened when, what was odd, and what was read.

use ascribe_assess::assessment::{AnomalyLine, Input};
use maud::{Markup, html};

use super::{Fold, finding_links, in_groups, scrolling};
use crate::Page;
use crate::figures::{count, counted};
use crate::shown::{name, sentence};

/// Rows that stand open.
const OPEN: usize = 40;
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

pub(super) fn anomalies(page: &Page<'_>) -> Markup {
    let all = &page.assessment.anomalies;
    html! {
        section id="anomalies" {
            h2 { "Anomalies" }
            @if all.is_empty() { p { "Nothing was wrong with the evidence." } } @else {
                p { (counted(all.len(), "thing was", "things were")) " wrong with the evidence. Damage is evidence too." }
                (in_groups(all, fold("Anomalies"), anomaly_table))
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
    html! {
        section id="inputs" {
            h2 { "Inputs" }
            @if all.is_empty() { p { "None." } } @else {
                p { "Every file with its SHA-256, and how much of it was looked at: seen, understood, used, passed over." }
                (in_groups(all, fold("Inputs"), input_table))
            }
        }
    }
}

fn input_table(rows: &[Input], label: &str) -> Markup {
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
