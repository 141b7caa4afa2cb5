//! Who accuses whom, who denies, and how many origins stand behind it.

use maud::{Markup, html};

use super::{Fold, in_groups, scrolling};
use crate::figures::counted;
use crate::shown::{name, sentence};
use crate::{Page, Said};

/// Rows that stand open.
const OPEN: usize = 20;
/// Rows in a closed group.
const GROUP: usize = 300;

pub(super) fn said(page: &Page<'_>) -> Markup {
    let all = page.said;
    html! {
        section id="said" {
            h2 { "Who says what" }
            @if all.is_empty() { p { "No text among the evidence accuses, denies or claims." } } @else {
                p { "Read by rules from the texts; every statement with its bytes stands in " code { "statements.json" } ". Repeating is no confirming: what counts are origins, and one government or one article may be one origin." }
                (in_groups(all, Fold { label: "Who says what", rows: "Rows", open: OPEN, group: GROUP }, table))
            }
        }
    }
}

fn table(rows: &[Said], label: &str) -> Markup {
    scrolling(
        label,
        html! {
            table {
                thead { tr { th scope="col" { "Who" } th scope="col" { "Does" } th scope="col" { "Whom or what" } th scope="col" { "Said to rest on" } th scope="col" { "Named" } th scope="col" { "Told" } } }
                tbody { @for row in rows { tr {
                    th scope="row" { (name(&row.speaker)) }
                    td { (name(&row.stance)) }
                    td { (name(&row.target)) }
                    td class="says" { @if row.evidence.is_empty() { span class="soft" { "nothing described" } } @else { (sentence(&row.evidence.join(", "))) } }
                    td { @if row.named { "yes" } @else { "no" } }
                    td class="mid" { (counted(row.statements, "time", "times")) " in " (counted(row.documents, "document", "documents"))
                        @if row.review > 0 { ", " (row.review) " to review" } }
                } } }
            }
        },
    )
}
