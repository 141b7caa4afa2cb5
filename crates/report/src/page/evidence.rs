//! Every finding with the bytes that it stands on.

use ascribe_assess::assessment::{ByteProvenance, LedgerLine};
use maud::{Markup, html};

use super::{finding_links, ledger};
use crate::figures::{bans, count, two_decimals};
use crate::lookup::anchor;
use crate::shown::{PROSE_CHARS_MAX, QUOTE_CHARS_MAX, block, hex_dump, name, sentence};
use crate::{Page, Quote, Quoted};

/// Findings that stand open; the rest follow in closed groups of as many.
const GROUP: usize = 60;
/// Places of one finding that are shown with their bytes.
const PLACES_MAX: usize = 12;
/// Bytes in a hex dump.
const DUMP_BYTES_MAX: usize = 512;

pub(super) fn evidence(page: &Page<'_>) -> Markup {
    let lines = &page.assessment.ledger;
    html! {
        section id="evidence" {
            h2 { "Findings and their bytes" }
            p { "What each finding says, and what stands in the evidence at that place. A file is named by its path and SHA-256, a place by its byte range." }
            @for (index, group) in lines.chunks(GROUP).enumerate() {
                @if index == 0 { @for line in group { (finding(page, line)) } }
                @else {
                    details {
                        summary { "Findings " (index * GROUP + 1) " to " (index * GROUP + group.len()) " of " (lines.len()) }
                        @for line in group { (finding(page, line)) }
                    }
                }
            }
            @if lines.is_empty() { p { "None." } }
        }
    }
}

fn finding(page: &Page<'_>, line: &LedgerLine) -> Markup {
    html! {
        article class="finding" id=(anchor(&line.finding)) {
            h3 { (name(&line.finding)) }
            p { (sentence(&line.says)) }
            dl class="meta" {
                div { dt { "Is" } dd { (ledger::pointer(line)) } }
                div { dt { "Weight alone" } dd { (weight_in_line(line)) } }
                div { dt { "Basis" } dd { (line.basis) @if let Some(who) = &line.signed_by { ", signed by " (name(who)) } } }
                @if let Some([low, point, high]) = line.forgeability { div { dt { "Forgeability" } dd { (two_decimals(point)) " (" (two_decimals(low)) "–" (two_decimals(high)) ")" } } }
                div { dt { "Source" } dd { (source(page, line)) } }
                div { dt { "Origin" } dd { (name(&line.origin)) } }
                @if let Some(happened) = &line.happened { div { dt { "Happened" } dd { (name(happened)) } } }
                div { dt { "Known" } dd { (name(&line.known)) } }
                @if let Some(rests_on) = &line.rests_on { div { dt { "Rests on" } dd { (name(rests_on)) } } }
                @if !line.copies.is_empty() { div { dt { "Copies" } dd { (finding_links(page, &line.copies, 20)) } } }
                div { dt { "TLP" } dd { (line.tlp) } }
            }
            @if let Some(reason) = &line.reason { p class="small" { "Reason for its numbers: " (sentence(reason)) } }
            @for remark in &line.remarks { p class="small soft" { (sentence(remark)) } }
            @if line.contribution_bans.values().any(|value| value.abs() >= 0.005) {
                p class="small" { "Contributions: "
                    @for (index, (id, value)) in line.contribution_bans.iter().filter(|(_, value)| value.abs() >= 0.005).enumerate() {
                        @if index > 0 { " · " }
                        (name(page.hypothesis_name(id))) " " span class="n" { (bans(*value)) }
                    }
                }
            }
            @if let Some(prose) = page.prose.get(&line.finding).filter(|prose| !prose.trim().is_empty()) {
                p class="prose" { bdi { (block(prose.trim(), PROSE_CHARS_MAX)) } }
            }
            @for (index, place) in line.provenance.iter().take(PLACES_MAX).enumerate() {
                (shown_place(place, page.quotes.get(&(line.finding.clone(), index))))
            }
            @if line.provenance.len() > PLACES_MAX { p class="small soft" { "and " (line.provenance.len() - PLACES_MAX) " more places" } }
        }
    }
}

fn weight_in_line(line: &LedgerLine) -> Markup {
    html! {
        @match &line.weight_bans {
            Some(weight) => { span class="n" { (bans(weight.point)) } " (" (bans(weight.low)) " to " (bans(weight.high)) ", bound " (two_decimals(weight.bound)) ")" }
            None => "none",
        }
    }
}

fn source(page: &Page<'_>, line: &LedgerLine) -> Markup {
    html! {
        (name(page.source_name(line.source.as_deref())))
        @if let Some(card) = line.source.as_ref().and_then(|id| page.sources.get(id)) {
            " (" (name(&card.kind))
            @if !card.grade.is_empty() { ", " (name(&card.grade)) }
            @if let Some(stake) = &card.stake { ", " (sentence(stake)) }
            ")"
        }
    }
}

fn shown_place(place: &ByteProvenance, quote: Option<&Quote>) -> Markup {
    html! {
        p class="place" {
            strong { (name(&place.path)) } " "
            @if let Some(number) = place.line { "line " (number) ", " }
            "bytes " span class="n" { (count(place.start)) "–" (count(place.end)) }
            br; span class="hash soft" { "sha256 " (place.sha256) }
        }
        @if let Some(quote) = quote {
            @match &quote.content {
                Quoted::Text(text) => pre tabindex="0" { bdi { (block(text, QUOTE_CHARS_MAX)) } },
                Quoted::Bytes(bytes) => pre class="hex" tabindex="0" { (hex_dump(bytes.get(..DUMP_BYTES_MAX).unwrap_or(bytes), place.start)) },
                Quoted::Withheld => p class="small soft" { "Leaked material: only its hash and range are shown." },
            }
            @let left_out = quote.left_out + cut(&quote.content);
            @if left_out > 0 { p class="small soft" { (count(left_out)) " more bytes of this range are not shown." } }
        }
    }
}

/// Bytes of the content that the dump leaves out; text says so by itself.
fn cut(content: &Quoted) -> u64 {
    match content {
        Quoted::Bytes(bytes) => u64::try_from(bytes.len().saturating_sub(DUMP_BYTES_MAX)).unwrap_or(u64::MAX),
        Quoted::Text(_) | Quoted::Withheld => 0,
    }
}
