//! The answer, the hypotheses, and who is behind them.

use std::collections::BTreeMap;

use ascribe_assess::assessment::{Hypothesis, LedgerLine};
use maud::{Markup, html};

use super::{finding_link, finding_links, scrolling};
use crate::Page;
use crate::chart::{interval_axis, interval_bar, interval_key, share_bar};
use crate::figures::{bans, counted, interval, percent, percent_range, two_decimals};
use crate::shown::{name, sentence};

/// Hypotheses in the first picture.
const LEADING: usize = 4;
/// Findings that are said to carry the answer.
const CARRIERS: usize = 5;

pub(super) fn answer(page: &Page<'_>) -> Markup {
    let ranked = page.ranked();
    html! {
        section id="answer" tabindex="-1" {
            h2 { "Answer" }
            @match ranked.first() {
                Some(leader) => {
                    (verdict(page, leader))
                    (bars(page, ranked.iter().take(LEADING).copied()))
                    @if ranked.len() > LEADING {
                        p class="small soft" { "The other " (counted(ranked.len() - LEADING, "hypothesis stands", "hypotheses stand")) " " a href="#hypotheses" { "below" } "." }
                    }
                    (confidence(page))
                    (sentences(page))
                    (carried(page, leader))
                    div class="cards" { (flips(page)) (collect(page)) }
                    (standards(page))
                }
                None => p class="verdict" { "No hypothesis was weighed." },
            }
            (reading_note(page))
        }
    }
}

fn verdict(page: &Page<'_>, leader: &Hypothesis) -> Markup {
    let speechless = leader.words.starts_with("the evidence");
    html! {
        p class="verdict" {
            @if speechless {
                "The evidence does not support naming anybody. Ahead, without a statement of likelihood: " (name(&leader.name)) "."
            } @else {
                (name(&leader.name)) ": " strong { (sentence(&leader.words)) } "."
            }
        }
        p {
            "Belief " span class="n" { (percent(leader.belief.point)) } ", 90 % interval "
            span class="n" { (interval(leader.belief.low, leader.belief.high)) } "; the outer search over the shared assumptions reaches "
            span class="n" { (percent_range(leader.belief.outer[0], leader.belief.outer[1])) } "."
            @if let Some((operator, belief)) = page.top_operator() {
                " Operator alone: " (name(page.party_name(operator))) ", " span class="n" { (percent(belief)) } "."
            }
            @if let Some((direction, belief)) = page.top_direction() {
                " Direction alone: " (name(direction)) ", " span class="n" { (percent(belief)) } "."
            }
            @if let Some(nobody) = page.assessment.framed.get("nobody") {
                " That the operator frames somebody: " span class="n" { (percent(1.0 - nobody)) } "."
            }
        }
    }
}

fn bars<'a>(page: &Page<'a>, hypotheses: impl Iterator<Item = &'a Hypothesis>) -> Markup {
    html! {
        ul class="bars" {
            @for hypothesis in hypotheses {
                li {
                    span class="who" { (name(page.hypothesis_name(&hypothesis.id))) span class="words" { (sentence(&hypothesis.words)) } }
                    (interval_bar(hypothesis))
                    span class="num" {
                        span class="n" { strong { (percent(hypothesis.belief.point)) } }
                        span class="words n" { (interval(hypothesis.belief.low, hypothesis.belief.high)) }
                    }
                }
            }
            li class="axisrow" { span class="who" {} (interval_axis()) span class="num" {} }
        }
        (interval_key())
    }
}

fn confidence(page: &Page<'_>) -> Markup {
    let confidence = &page.assessment.confidence;
    html! {
        div class="card" {
            h3 { "Confidence: " (name(&confidence.level)) }
            p { (sentence(&confidence.sentence)) }
            @if !confidence.reasons.is_empty() {
                ul { @for reason in &confidence.reasons { li { (sentence(reason)) } } }
            }
            p class="small soft" { "Confidence says how much to trust the answer; it is no second likelihood." }
        }
    }
}

/// The answer as it may be quoted.
fn sentences(page: &Page<'_>) -> Markup {
    let said = &page.assessment.sentences;
    html! {
        @if !said.public.is_empty() {
            details {
                summary { "In one sentence, for the public, an expert, a court" }
                dl {
                    dt { "For the public" } dd { (sentence(&said.public)) }
                    dt { "For an expert" } dd { (sentence(&said.expert)) }
                    dt { "For a court" } dd { (sentence(&said.court)) }
                }
            }
        }
    }
}

fn carried(page: &Page<'_>, leader: &Hypothesis) -> Markup {
    let carriers = page.carriers(&leader.id);
    html! {
        h3 { "What carries it" }
        @if carriers.is_empty() {
            p { "No finding moves the leading hypothesis: it stands where its prior put it." }
        } @else {
            p class="small soft" { "Contributions to the leading hypothesis in bans (tenfold odds), those against it included." }
            ol class="tally" {
                @for (line, contribution) in carriers.iter().take(CARRIERS) {
                    li {
                        span class={ "n " (if *contribution < 0.0 { "down" } else { "up" }) } { (bans(*contribution)) }
                        span { (sentence(&line.says)) br; span class="small soft" { (origin_words(page, line)) " · " (finding_link(page, &line.finding)) } }
                    }
                }
            }
        }
    }
}

/// Who says it, since when it is known, and in what file it stands.
fn origin_words(page: &Page<'_>, line: &LedgerLine) -> Markup {
    html! {
        (name(page.source_name(line.source.as_deref()))) ", known " span class="n" { (name(&line.known)) }
        @if let Some(place) = line.provenance.first() {
            ", " (name(&place.path))
            @match place.line { Some(number) => { " line " (number) }, None => { " byte " (place.start) } }
        }
    }
}

fn flips(page: &Page<'_>) -> Markup {
    let sensitivity = &page.assessment.sensitivity;
    html! {
        div class="card" {
            h3 { "What would overturn it" }
            @if sensitivity.flip_set.is_empty() {
                p { "No set of findings was found without which another hypothesis leads." }
            } @else {
                p {
                    "Without " (counted(sensitivity.flip_set.len(), "finding", "findings")) " another hypothesis leads: "
                    (finding_links(page, &sensitivity.flip_set, 12)) "."
                    @if sensitivity.flip_set_minimal { " No smaller set does that." } @else { " A smaller set may exist." }
                }
            }
            p class="small" { a href="#sensitivity" { "All that was varied" } }
        }
    }
}

fn collect(page: &Page<'_>) -> Markup {
    html! {
        div class="card" {
            h3 { "What to collect next" }
            @if page.assessment.collect.is_empty() {
                p { "Nothing was found that is expected to narrow the answer." }
            } @else {
                ol {
                    @for item in page.assessment.collect.iter().take(CARRIERS) {
                        li { strong { (sentence(&item.what)) } ": " (sentence(&item.ask)) " " span class="n soft" { "(" (two_decimals(item.bits)) " bits" @if let Some(rate) = item.bits_per_cost { ", " (two_decimals(rate)) " per unit of cost" } ")" } }
                    }
                }
            }
        }
    }
}

fn standards(page: &Page<'_>) -> Markup {
    html! {
        @if !page.assessment.standards.is_empty() {
            h3 { "Standards of this case" }
            ul class="tally" {
                @for standard in &page.assessment.standards {
                    li {
                        span { span class={ "tag " (if standard.met { "met" } else { "notmet" }) } { (if standard.met { "met" } else { "not met" }) } }
                        span { strong { (name(&standard.id)) } ": " (sentence(&standard.why)) }
                    }
                }
            }
        }
    }
}

fn reading_note(page: &Page<'_>) -> Markup {
    let by_status = page.inputs_by_status();
    let assessment = page.assessment;
    html! {
        p class="small" {
            a href="#inputs" { (counted(assessment.inputs.len(), "input", "inputs")) }
            ": "
            @for (index, (status, number)) in by_status.iter().enumerate() {
                @if index > 0 { ", " }
                (number) " " (name(status))
            }
            @if by_status.is_empty() { "none" }
            ". " a href="#anomalies" { (counted(assessment.anomalies.len(), "anomaly", "anomalies")) } "."
        }
        @if !assessment.warnings.is_empty() {
            div class="card warn" {
                h3 { "Warnings" }
                ul { @for warning in &assessment.warnings { li { (sentence(warning)) } } }
            }
        }
    }
}

pub(super) fn hypotheses(page: &Page<'_>) -> Markup {
    html! {
        section id="hypotheses" {
            h2 { "Hypotheses" }
            p { "The list is exhaustive: what the listed parties leave goes to parties that nobody has listed." }
            (scrolling("Hypotheses with prior, belief and intervals", html! {
                table {
                    thead { tr { th scope="col" { "Hypothesis" } th scope="col" { "Words" } th scope="col" class="n" { "Prior" } th scope="col" class="n" { "Belief" } th scope="col" class="n" { "90 % interval" } th scope="col" class="n" { "Outer search" } th scope="col" { "Bar" } } }
                    tbody {
                        @for hypothesis in page.ranked() {
                            tr {
                                th scope="row" class="mid" { (name(page.hypothesis_name(&hypothesis.id))) br; code { (name(&hypothesis.id)) } }
                                td class="mid" { (sentence(&hypothesis.words)) }
                                td class="n" { (percent(hypothesis.prior)) }
                                td class="n" { strong { (percent(hypothesis.belief.point)) } }
                                td class="n" { (interval(hypothesis.belief.low, hypothesis.belief.high)) }
                                td class="n" { (percent_range(hypothesis.belief.outer[0], hypothesis.belief.outer[1])) }
                                td class="sharecell" { (interval_bar(hypothesis)) }
                            }
                        }
                    }
                }
            }))
        }
    }
}

pub(super) fn who(page: &Page<'_>) -> Markup {
    let assessment = page.assessment;
    html! {
        section id="who" {
            h2 { "Operator, direction, framing" }
            p { "Who carried it out and on whose word are two questions. Only findings about direction move the direction." }
            div class="cards" {
                div { h3 { "Operator" } (beliefs(page, "Belief by operator", &assessment.operators)) p class="small soft" { "A parent includes its units." } }
                div { h3 { "Direction" } (beliefs(page, "Belief by direction", &assessment.directions)) }
                div { h3 { "Framed party" } (beliefs(page, "Belief by framed party", &assessment.framed)) p class="small soft" { "Whom the operator wants blamed." } }
            }
            @if !page.parties.is_empty() {
                details {
                    summary { "What is known of the parties" }
                    (scrolling("Parties", html! {
                        table {
                            thead { tr { th scope="col" { "Party" } th scope="col" { "Kind" } th scope="col" { "Part of" } th scope="col" { "Other names" } th scope="col" { "Disputed facts, side by side" } } }
                            tbody { @for (id, party) in page.parties { tr {
                                th scope="row" class="mid" { (name(page.party_name(id))) }
                                td { (name(&party.kind)) }
                                td { @if let Some(parent) = &party.parent { (name(page.party_name(parent))) } }
                                td class="mid" { (list(&party.aliases)) }
                                td class="mid" { (list(&party.facts)) }
                            } } }
                        }
                    }))
                }
            }
            @if !assessment.owners.is_empty() {
                h3 { "Owners of families and infrastructures" }
                p { "What a trace points to is itself a claim: these are the beliefs about who holds what." }
                (scrolling("Owners", html! {
                    table {
                        thead { tr { th scope="col" { "Family or infrastructure" } th scope="col" { "Owner" } th scope="col" class="n" { "Belief" } } }
                        tbody {
                            @for (subject, owners) in &assessment.owners {
                                @for (index, (owner, belief)) in by_belief(owners).into_iter().enumerate() {
                                    tr { td { @if index == 0 { strong { (name(subject)) } } } td { (name(page.party_name(owner))) } td class="n" { (percent(belief)) } }
                                }
                            }
                        }
                    }
                }))
            }
        }
    }
}

fn list(items: &[String]) -> Markup {
    html! { @for (index, item) in items.iter().enumerate() { @if index > 0 { "; " } (name(item)) } }
}

fn by_belief(beliefs: &BTreeMap<String, f64>) -> Vec<(&str, f64)> {
    let mut sorted: Vec<_> = beliefs
        .iter()
        .map(|(id, belief)| (id.as_str(), *belief))
        .collect();
    sorted.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    sorted
}

fn beliefs(page: &Page<'_>, label: &str, beliefs: &BTreeMap<String, f64>) -> Markup {
    scrolling(
        label,
        html! {
            table {
                thead { tr { th scope="col" { "Who or what" } th scope="col" class="n" { "Belief" } } }
                tbody { @for (id, belief) in by_belief(beliefs) {
                    tr { th scope="row" { (name(page.party_name(id))) (share_bar(belief)) } td class="n" { (percent(belief)) } }
                } }
            }
        },
    )
}
