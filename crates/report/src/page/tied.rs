//! Which accounts, mailboxes, devices and addresses were used together, with the rows behind each tie.

use maud::{Markup, html};

use super::{Fold, in_groups, scrolling};
use crate::figures::count;
use crate::shown::{name, sentence};
use crate::{Page, TieLine};

/// Rows that stand open.
const OPEN: usize = 20;
/// Rows in a closed group.
const GROUP: usize = 300;
/// Groups that are told.
const GROUPS_MAX: usize = 20;
/// Places of a tie that are shown.
const PLACES_MAX: usize = 4;

pub(super) fn tied(page: &Page<'_>) -> Markup {
    let tied = page.tied;
    html! {
        section id="tied" {
            h2 { "Who is tied to whom" }
            @if tied.rows.is_empty() { p { "No two accounts, mailboxes, devices or addresses were seen together in one mail or one logged event." } } @else {
                p { "What was used together in one mail or one logged event. What many use ties nobody, nor does what a sender only claims. A tie says that two were in one hand or one place, not whose." }
                @if tied.groups.is_empty() { p { "No tie counts." } } @else {
                    ul {
                        @for group in tied.groups.iter().take(GROUPS_MAX) { li { (sentence(group)) } }
                        @if tied.groups.len() > GROUPS_MAX { li { "and " (tied.groups.len() - GROUPS_MAX) " smaller groups" } }
                    }
                }
                (in_groups(&tied.rows, Fold { label: "Who is tied to whom", rows: "Ties", open: OPEN, group: GROUP }, table))
                @if tied.left_out > 0 { p class="small soft" { (tied.left_out) " more ties are not listed." } }
            }
        }
    }
}

fn table(rows: &[TieLine], label: &str) -> Markup {
    scrolling(
        label,
        html! {
            table {
                thead { tr { th scope="col" { "One" } th scope="col" { "Other" } th scope="col" { "When" } th scope="col" class="n" { "Times" } th scope="col" { "How" } th scope="col" { "Counts" } th scope="col" { "Rows" } } }
                tbody { @for row in rows { tr {
                    th scope="row" { (name(&row.a)) }
                    td { (name(&row.b)) @for id in &row.infrastructure { br; span class="small soft" { "of " (name(id)) } } }
                    td { (name(&row.when)) }
                    td class="n" { (count(row.count)) }
                    td { (name(&row.how)) }
                    td class="says" {
                        @match (&row.why_not, row.group) {
                            (Some(why), _) => { "no: " (sentence(why)) },
                            (None, Some(group)) => { "group " (group) @if row.bridge { ", which falls in two without it" } },
                            (None, None) => "yes",
                        }
                    }
                    td class="path small" {
                        @for (index, place) in row.places.iter().take(PLACES_MAX).enumerate() { @if index > 0 { br; } (name(place)) }
                        @if row.places.len() > PLACES_MAX { br; "and " (row.places.len() - PLACES_MAX) " more" }
                    }
                } } }
            }
        },
    )
}
