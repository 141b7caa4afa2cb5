//! What a doubter asks: which assumption carries the answer, whether the evidence agrees with itself, whether it is too
//! good to be true, and what was looked for and not found.

use ascribe_assess::assessment::{DefaultSwing, Display, Doubts, TornadoBar};
use maud::{Markup, html};

use super::{Fold, finding_link, in_groups, scrolling};
use crate::Page;
use crate::chart::swing_bar;
use crate::figures::{bans, percent};
use crate::shown::{name, sentence};

/// Bars of the tornado that stand open, and rows of the other tables.
const OPEN: usize = 10;
/// Rows in a closed group.
const GROUP: usize = 100;
/// Hypotheses beside which a search is shown.
const LEADING: usize = 3;

pub(super) fn doubt(page: &Page<'_>) -> Markup {
    let assessment = page.assessment;
    html! {
        section id="doubt" {
            h2 { "What a doubter asks" }
            @match &assessment.doubts {
                Some(doubts) => {
                    (agreement(page, doubts))
                    (displays(page, &doubts.displays))
                    (predicted(page, doubts))
                    (tornado(page))
                    (defaults(page))
                }
                None => p { "Nothing was asked of this answer." },
            }
        }
    }
}

fn agreement(page: &Page<'_>, doubts: &Doubts) -> Markup {
    let conflict = &doubts.conflict;
    html! {
        h3 { "Does the evidence agree with itself?" }
        p {
            @if conflict.bans > 0.0 {
                strong { "No: " } "the findings together are less probable than if they had nothing to do with each other, by "
                span class="n" { (bans(conflict.bans)) } " bans. One of them is likely to be wrong, or the model lacks the right answer."
            } @else {
                "On the whole: the findings together are more probable than if they had nothing to do with each other, by "
                span class="n" { (bans(-conflict.bans)) } " bans."
            }
            @if conflict.findings.is_empty() { " None of them is less probable beside the others than alone." }
        }
        @if !conflict.findings.is_empty() {
            p class="small soft" { "These are the ones that all others speak against. The model expects a finding like that as often as the last column says; one that it hardly expects deserves a second look, whichever way it points." }
            (in_groups(&conflict.findings, Fold { label: "Findings that the others speak against", rows: "Findings", open: OPEN, group: GROUP }, |rows, label| scrolling(label, html! {
                table {
                    thead { tr { th scope="col" { "Finding" } th scope="col" class="n" { "Against it, bans" } th scope="col" class="n" { "Expected alone" } th scope="col" class="n" { "Expected beside all others" } } }
                    tbody { @for row in rows { tr {
                        th scope="row" { (finding_link(page, &row.finding)) }
                        td class="n" { (bans(row.bans)) } td class="n" { (percent(row.alone)) } td class="n" { (percent(row.given_rest)) }
                    } } }
                }
            })))
        }
    }
}

fn displays(page: &Page<'_>, displays: &[Display]) -> Markup {
    html! {
        h3 { "Is it too good to be true?" }
        @if displays.is_empty() {
            p { "No party has so many marks that their number would say anything." }
        }
        @for display in displays {
            p {
                @if display.too_good { strong { "Perhaps. " } }
                (display.found) " of " (display.looked_for) " marks of " (name(page.party_name(&display.party))) " that somebody looked for are said to be there. Its own operations leave that many in "
                span class="n" { (percent(display.if_own)) } " of cases, somebody who frames it in " span class="n" { (percent(display.if_framed)) } "."
                @if display.too_good { " An operator hardly leaves so much; a display does." }
                " Searches that were never told of are not counted."
            }
        }
    }
}

fn predicted(page: &Page<'_>, doubts: &Doubts) -> Markup {
    let leading: Vec<&str> = page
        .ranked()
        .iter()
        .take(LEADING)
        .map(|one| one.id.as_str())
        .collect();
    html! {
        h3 { "What was looked for and not found?" }
        @if doubts.predicted.is_empty() {
            p { "No finding records a search without a result. What nobody looked for cannot speak against an answer: record such searches with " code { "stance = \"absent\"" } "." }
        } @else {
            p class="small soft" { "How probable it was, under each answer and with all other findings, that the search would find it." }
            (in_groups(&doubts.predicted, Fold { label: "Searches that found nothing", rows: "Searches", open: OPEN, group: GROUP }, |rows, label| scrolling(label, html! {
                table {
                    thead { tr { th scope="col" { "Finding" } th scope="col" { "It would have been found, if" } th scope="col" { "Where was looked" } } }
                    tbody { @for row in rows { tr {
                        th scope="row" { (finding_link(page, &row.finding)) }
                        td class="mid" { @for id in &leading { span class="n" { (percent(row.found_if.get(*id).copied().unwrap_or(0.0))) } " " (name(page.hypothesis_name(id))) br; } }
                        td class="mid" { @match &row.searched { Some(text) => (sentence(text)), None => span class="soft" { "not said" } } }
                    } } }
                }
            })))
        }
    }
}

fn tornado(page: &Page<'_>) -> Markup {
    let bars = &page.assessment.sensitivity.tornado;
    let Some(leader) = page.ranked().first().copied() else {
        return html! {};
    };
    let row = |bar: &TornadoBar| {
        html! { tr {
            th scope="row" { (name(&bar.of)) " " span class="soft" { (name(&bar.field)) @if bar.numbers > 1 { ", " (bar.numbers) " numbers" } } }
            td class="n" { @match bar.range { Some([low, high]) => { (percent(low)) " to " (percent(high)) } None => "several" } }
            td class="n" { (percent(bar.belief[0])) " to " (percent(bar.belief[1])) }
            td class="wide" { (swing_bar(bar.belief, leader.belief.point)) }
        } }
    };
    html! {
        @if !bars.is_empty() {
            h3 { "Which assumption carries it?" }
            p class="small soft" { "Each shared number alone at both ends of its range, and the belief in " (name(page.hypothesis_name(&leader.id))) " then; the line stands at the belief." }
            (in_groups(bars, Fold { label: "Shared numbers by how far they move the belief", rows: "Numbers", open: OPEN, group: GROUP }, |rows, label| scrolling(label, html! {
                table {
                    thead { tr { th scope="col" { "Number" } th scope="col" class="n" { "Range" } th scope="col" class="n" { "Belief then" } th scope="col" { "The same as a bar" } } }
                    tbody { @for bar in rows { (row(bar)) } }
                }
            })))
        }
    }
}

fn defaults(page: &Page<'_>) -> Markup {
    let rows = &page.assessment.sensitivity.defaults;
    let Some(leader) = page.ranked().first().copied() else {
        return html! {};
    };
    let flips = |row: &DefaultSwing| row.leader.iter().any(|id| *id != leader.id);
    html! {
        @if !rows.is_empty() {
            h3 { "Which row of the default tables carries it?" }
            p class="small soft" { "Each default that this case rests on at both ends of its range, the whole case weighed again." }
            (in_groups(rows, Fold { label: "Rows of the default tables by how far they move the belief", rows: "Rows", open: OPEN, group: GROUP }, |rows, label| scrolling(label, html! {
                table {
                    thead { tr { th scope="col" { "Row" } th scope="col" class="n" { "Range" } th scope="col" class="n" { "Belief then" } th scope="col" { "The same as a bar" } th scope="col" { "Leads then" } } }
                    tbody { @for row in rows { tr {
                        th scope="row" { (name(&row.row)) " " span class="soft" { (name(&row.field)) } }
                        td class="n" { (percent(row.range[0])) " to " (percent(row.range[1])) }
                        td class="n" { (percent(row.belief[0])) " to " (percent(row.belief[1])) }
                        td class="wide" { (swing_bar(row.belief, leader.belief.point)) }
                        td { @if flips(row) { strong { "another, at one end" } } @else { span class="soft" { "the same" } } }
                    } } }
                }
            })))
        }
    }
}
