//! How the belief moved with time and how it moves with the assumptions.

use std::collections::BTreeMap;

use ascribe_assess::assessment::LeaveOneOut;
use maud::{Markup, html};

use super::{Fold, finding_links, in_groups, scrolling};
use crate::Page;
use crate::chart::{LINES_MAX, last, series_chart, swatch};
use crate::figures::{interval, percent};
use crate::shown::{name, sentence};

/// Rows of the table of left-out things that stand open, and in each closed group.
const ROWS: usize = 25;
/// Rows in a closed group.
const GROUP: usize = 250;

pub(super) fn time(page: &Page<'_>) -> Markup {
    let ids: Vec<&str> = page
        .ranked()
        .iter()
        .take(LINES_MAX)
        .map(|hypothesis| hypothesis.id.as_str())
        .collect();
    html! {
        section id="time" {
            h2 { "Belief over time" }
            @if page.series.is_empty() {
                p { "The case has no dates, or everything became known at once." }
            } @else {
                p { "One step for each day on which something became known; the steps are evenly spaced, days are not." }
                ul class="key lines" {
                    @for (index, id) in ids.iter().enumerate() {
                        li { (swatch(index)) span { (name(page.hypothesis_name(id))) } b class="n" { (last(page.series, id)) } }
                    }
                }
                (series_chart(page.series, &ids))
                details {
                    summary { "The same as a table" }
                    (scrolling("Belief over time", html! {
                        table {
                            thead { tr { th scope="col" { "Day" } @for id in &ids { th scope="col" class="n" { (name(page.hypothesis_name(id))) } } th scope="col" { "Became known" } } }
                            tbody { @for point in page.series { tr {
                                th scope="row" class="n" { (name(&point.day)) }
                                @for id in &ids { td class="n" { (percent(point.beliefs.get(*id).copied().unwrap_or(0.0))) } }
                                td class="mid" { (finding_links(page, &point.cause, 12)) }
                            } } }
                        }
                    }))
                }
            }
        }
    }
}

pub(super) fn sensitivity(page: &Page<'_>) -> Markup {
    let sensitivity = &page.assessment.sensitivity;
    html! {
        section id="sensitivity" {
            h2 { "What would change it" }
            (changed(page))
            (what_ifs(page))
            @if !sensitivity.flip_prior.is_empty() {
                h3 { "Priors at which the lead changes" }
                (scrolling("Priors at which the lead changes", html! {
                    table {
                        thead { tr { th scope="col" { "Hypothesis" } th scope="col" class="n" { "Prior in this case" } th scope="col" class="n" { "Lead changes at" } } }
                        tbody { @for (id, prior) in &sensitivity.flip_prior { tr {
                            th scope="row" { (name(page.hypothesis_name(id))) }
                            td class="n" { @match page.assessment.hypotheses.iter().find(|hypothesis| hypothesis.id == *id) { Some(hypothesis) => (percent(hypothesis.prior)), None => "–" } }
                            td class="n" { @match prior { Some(prior) => (percent(*prior)), None => "at none" } }
                        } } }
                    }
                }))
            }
            (left_out(page))
        }
    }
}

/// Beliefs under other readings of the whole: priors, bytes alone, defaults alone.
fn changed(page: &Page<'_>) -> Markup {
    let sensitivity = &page.assessment.sensitivity;
    let Some(leader) = page.ranked().first().copied() else {
        return html! {};
    };
    let whole: [(&str, Option<&BTreeMap<String, f64>>); 4] = [
        (
            "From bytes alone, all notes removed",
            sensitivity.without_notes.as_ref(),
        ),
        (
            "Every override removed, class defaults throughout",
            sensitivity.without_overrides.as_ref(),
        ),
        (
            "All reports of one kind about one target taken as one telling",
            sensitivity.as_one_telling.as_ref(),
        ),
        (
            "Origins that may overlap taken as independent",
            sensitivity.independent_overlaps.as_ref(),
        ),
    ];
    html! {
        h3 { "The same evidence under other assumptions" }
        (scrolling("Beliefs under other assumptions", html! {
            table {
                thead { tr { th scope="col" { "Assumption" } th scope="col" class="n" { (name(page.hypothesis_name(&leader.id))) } th scope="col" { "Leads then" } } }
                tbody {
                    tr { th scope="row" { "As assessed" } td class="n" { strong { (percent(leader.belief.point)) } } td { (name(page.hypothesis_name(&leader.id))) } }
                    @for (which, belief) in &sensitivity.priors {
                        @if which != "case" { tr { th scope="row" { (prior_words(which)) } td class="n" { (percent(*belief)) } td class="soft" { "–" } } }
                    }
                    @for (what, beliefs) in whole {
                        @if let Some(beliefs) = beliefs {
                            tr {
                                th scope="row" { (what) }
                                td class="n" { (percent(beliefs.get(&leader.id).copied().unwrap_or(0.0))) }
                                td { @if let Some((id, belief)) = best(beliefs) { (name(page.hypothesis_name(id))) " " span class="n" { (percent(belief)) } } }
                            }
                        }
                    }
                }
            }
        }))
    }
}

fn prior_words(which: &str) -> Markup {
    match which {
        "uniform" => html! { "Uniform prior" },
        "half_unlisted" => html! { "Half of the prior on parties that nobody has listed" },
        other => html! { "Prior: " (name(other)) },
    }
}

fn best(beliefs: &BTreeMap<String, f64>) -> Option<(&str, f64)> {
    beliefs
        .iter()
        .max_by(|a, b| a.1.total_cmp(b.1).then_with(|| b.0.cmp(a.0)))
        .map(|(id, belief)| (id.as_str(), *belief))
}

fn what_ifs(page: &Page<'_>) -> Markup {
    let assessment = page.assessment;
    let Some(leader) = page.ranked().first().copied() else {
        return html! {};
    };
    html! {
        @if !assessment.what_ifs.is_empty() {
            h3 id="what-if" { "What if" }
            (scrolling("What if", html! {
                table {
                    thead { tr {
                        th scope="col" { "Assumption" } th scope="col" class="n" { (name(page.hypothesis_name(&leader.id))) } th scope="col" { "Leads then" }
                        th scope="col" class="n" { "90 % interval" } th scope="col" { "Words" } th scope="col" { "Operator alone" }
                    } }
                    tbody { @for what_if in &assessment.what_ifs { tr {
                        th scope="row" class="says" { (sentence(&what_if.name)) @if what_if.changes.len() != 1 || what_if.changes.first() != Some(&what_if.name) { " " span class="soft" { (sentence(&what_if.changes.join("; "))) } } }
                        td class="n" { (percent(what_if.belief.get(&leader.id).copied().unwrap_or(0.0))) }
                        td class="mid" { @if what_if.leader == leader.id { span class="soft" { "the same" } } @else { strong { (name(page.hypothesis_name(&what_if.leader))) } " " span class="n" { (percent(what_if.belief.get(&what_if.leader).copied().unwrap_or(0.0))) } } }
                        td class="n" { (interval(what_if.interval.map(|[low, _]| low), what_if.interval.map(|[_, high]| high))) }
                        td class="mid" { (sentence(&what_if.words)) }
                        td class="mid" { @if let Some((operator, belief)) = page.top_of(&what_if.operators) { (name(page.party_name(operator))) " " span class="n" { (percent(belief)) } } }
                    } } }
                }
            }))
        }
    }
}

/// What is left out, those that change the lead first, then by how far the leader falls.
fn left_out(page: &Page<'_>) -> Markup {
    let Some(leader) = page.ranked().first().copied() else {
        return html! {};
    };
    let then = |row: &LeaveOneOut| row.belief.get(&leader.id).copied().unwrap_or(0.0);
    let mut rows: Vec<&LeaveOneOut> = page.assessment.sensitivity.leave_one_out.iter().collect();
    rows.sort_by(|a, b| {
        (a.leader == leader.id)
            .cmp(&(b.leader == leader.id))
            .then_with(|| then(a).total_cmp(&then(b)))
            .then_with(|| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)))
    });
    let fold = Fold {
        label: "Left out one at a time",
        rows: "Rows",
        open: ROWS,
        group: GROUP,
    };
    let table = |rows: &[&LeaveOneOut], label: &str| {
        scrolling(
            label,
            html! {
                table {
                    thead { tr { th scope="col" { "Left out" } th scope="col" class="n" { (name(page.hypothesis_name(&leader.id))) } th scope="col" { "Leads then" } } }
                    tbody { @for row in rows { tr {
                        th scope="row" { (name(&row.kind)) " " @if row.kind == "finding" { (super::finding_link(page, &row.id)) } @else if row.kind == "source" { (name(page.source_name(Some(&row.id)))) } @else { (name(&row.id)) } }
                        td class="n" { (percent(then(row))) }
                        td { @if row.leader == leader.id { span class="soft" { "the same" } } @else { strong { (name(page.hypothesis_name(&row.leader))) } " " span class="n" { (percent(row.belief.get(&row.leader).copied().unwrap_or(0.0))) } } }
                    } } }
                }
            },
        )
    };
    html! {
        @if !rows.is_empty() {
            h3 { "Left out, one at a time" }
            p { "The answer without one finding, origin, source, class of trace or family. Those that cost the leader most stand first." }
            (in_groups(&rows, fold, table))
        }
    }
}
