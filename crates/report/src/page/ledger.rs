//! The ledger: a waterfall for the leader and every finding with its two weights.

use ascribe_assess::assessment::{Hypothesis, LedgerLine};
use maud::{Markup, html};

use super::{Fold, finding_link, finding_links, in_groups, scrolling};
use crate::Page;
use crate::chart::{FallRow, Scale, fall_axis, fall_bar};
use crate::figures::{bans, counted, log_odds_bans, percent, two_decimals};
use crate::lookup::contribution;
use crate::shown::{name, sentence};

/// Findings with a step of their own in the waterfall.
const STEPS: usize = 14;
/// Lines of a table that stand open; the rest follow in closed groups of [`GROUP`].
const OPEN: usize = 30;
/// Lines in a closed group.
const GROUP: usize = 250;

pub(super) fn ledger(page: &Page<'_>) -> Markup {
    let ranked = page.ranked();
    html! {
        section id="ledger" {
            h2 { "Ledger" }
            @match ranked.first() {
                Some(leader) => { (waterfall(page, leader)) (tables(page, leader, ranked.get(1).copied())) }
                None => p { "No hypothesis was weighed." },
            }
        }
    }
}

fn waterfall(page: &Page<'_>, leader: &Hypothesis) -> Markup {
    let carriers = page.carriers(&leader.id);
    let (own, rest) = carriers.split_at(carriers.len().min(STEPS));
    let start = log_odds_bans(leader.prior);
    let end = log_odds_bans(leader.belief.point);
    let mut level = start;
    let mut steps = Vec::new();
    for (line, step) in own {
        steps.push((*line, level, level + step));
        level += step;
    }
    let others = end - level;
    let scale = Scale::over(steps.iter().map(|(_, _, to)| *to).chain([start, end]));
    html! {
        p { "From prior to belief for " strong { (name(page.hypothesis_name(&leader.id))) } ". Each bar starts where the one above it ended; one ban is tenfold odds. To the right: more likely." }
        ol class="falls" {
            li class="total" { span class="what" { "Prior, " (percent(leader.prior)) } (fall_bar(scale, FallRow::Level(start))) span class="n" { (bans(start)) } }
            @for (line, from, to) in &steps {
                li {
                    span class="what" { (finding_link(page, &line.finding)) " " (sentence(&line.says)) }
                    (fall_bar(scale, FallRow::Step(*from, *to)))
                    span class={ "n " (if to < from { "down" } else { "up" }) } { (bans(to - from)) }
                }
            }
            @if !rest.is_empty() || others.abs() >= 0.005 {
                li {
                    span class="what" { "All other findings together" }
                    (fall_bar(scale, FallRow::Step(level, end)))
                    span class={ "n " (if others < 0.0 { "down" } else { "up" }) } { (bans(others)) }
                }
            }
            li class="total" { span class="what" { "Belief, " (percent(leader.belief.point)) } (fall_bar(scale, FallRow::Level(end))) span class="n" { (bans(end)) } }
            li aria-hidden="true" { span class="what soft" { "bans, and the belief they stand for" } (fall_axis(scale)) span {} }
        }
    }
}

fn tables(page: &Page<'_>, leader: &Hypothesis, second: Option<&Hypothesis>) -> Markup {
    let lines = &page.assessment.ledger;
    let fold = Fold {
        label: "Ledger",
        rows: "Findings",
        open: OPEN,
        group: GROUP,
    };
    html! {
        h3 { "Every finding" }
        p { "The weight alone is about the finding's own proposition. The contribution is what it adds in this case, beside everything else; a copy adds nothing. Contributions sum to posterior log-odds less prior log-odds." }
        @if lines.is_empty() { p { "There are no findings: every belief is its prior." } }
        @else { (in_groups(lines, fold, |lines, label| table(page, leader, second, lines, label))) }
    }
}

fn table(
    page: &Page<'_>,
    leader: &Hypothesis,
    second: Option<&Hypothesis>,
    lines: &[LedgerLine],
    label: &str,
) -> Markup {
    scrolling(
        label,
        html! {
            table {
                caption { "Bans. Leader: " (name(page.hypothesis_name(&leader.id))) @if let Some(second) = second { ". Second: " (name(page.hypothesis_name(&second.id))) } "." }
                thead { tr {
                    th scope="col" { "Finding" }
                    th scope="col" class="n" { "To the leader" }
                    @if second.is_some() { th scope="col" class="n" { "To the second" } }
                    th scope="col" class="n" { "Weight alone" }
                    th scope="col" { "Points to" } th scope="col" { "Source and origin" } th scope="col" { "Known" } th scope="col" class="n" { "Forgeable" } th scope="col" { "Basis" } th scope="col" { "TLP" }
                } }
                tbody { @for line in lines { tr {
                    th scope="row" class="says" { (finding_link(page, &line.finding)) br; span class="small" { (sentence(&line.says)) }
                        @if !line.copies.is_empty() { br; span class="small soft" { (counted(line.copies.len(), "copy", "copies")) ": " (finding_links(page, &line.copies, 6)) } } }
                    td class="n" { strong { (bans(contribution(line, &leader.id))) } }
                    @if let Some(second) = second { td class="n" { (bans(contribution(line, &second.id))) } }
                    td class="n" { (weight(line)) }
                    td class="mid" { (pointer(line)) }
                    td class="mid" { (name(page.source_name(line.source.as_deref()))) @if !line.via.is_empty() { br; span class="small soft" { "through " @for (index, via) in line.via.iter().enumerate() { @if index > 0 { ", " } (name(page.source_name(Some(via)))) } } } br; span class="small soft" { (name(&line.origin)) } }
                    td class="n" { (name(&line.known)) }
                    td class="n" { @match line.forgeability { Some([_, point, _]) => (two_decimals(point)), None => "–" } }
                    td { (line.basis) @if let Some(who) = &line.signed_by { " by " (name(who)) } }
                    td { (line.tlp) }
                } } }
            }
        },
    )
}

/// The weight alone with its interval and bound.
fn weight(line: &LedgerLine) -> Markup {
    html! {
        @match &line.weight_bans {
            Some(weight) => { (bans(weight.point)) br; span class="small soft" { (bans(weight.low)) " to " (bans(weight.high)) br; "bound " (two_decimals(weight.bound)) } }
            None => "none",
        }
    }
}

/// What a finding is and what it points to.
pub(super) fn pointer(line: &LedgerLine) -> Markup {
    html! {
        (line.kind) ", " (line.stance)
        @if let Some(about) = line.about { ", about " (about) }
        @if let Some(target) = &line.points_to { br; code { (name(target)) } }
    }
}
