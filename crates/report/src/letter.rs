//! A letter to whoever can say who held an address, a name or a mailbox: Markdown, and a page that is ready to print.
//!
//! Holds only what its addressee may see; what was left out is counted, not shown.

use maud::{DOCTYPE, Markup, html};

use crate::page::style;
use crate::shown::{block, line, name, sentence};

/// Characters of a quoted place.
const QUOTE_CHARS_MAX: usize = 700;
/// Characters of a line.
const CHARS_MAX: usize = 600;

/// A request to one or more holders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// Its id.
    pub id: String,
    /// The case's name.
    pub case: String,
    /// Marking of the letter: what its addressee may see.
    pub tlp: String,
    /// address, name or mailbox.
    pub kind: String,
    /// The value.
    pub subject: String,
    /// Whom to ask: role, who, why.
    pub whom: Vec<Addressee>,
    /// First and last day asked for (UTC); none where no sighting that may be shown is dated.
    pub window: Option<(String, String)>,
    /// What the window rests on.
    pub basis: String,
    /// What is asked for.
    pub fields: Vec<String>,
    /// What is attached.
    pub attached: Vec<Attached>,
    /// Sightings that are marked above the addressee's marking.
    pub withheld: usize,
    /// Sightings beyond the bound.
    pub more: usize,
    /// What the addressee must know to read it right.
    pub remarks: Vec<String>,
}

/// Somebody to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addressee {
    /// registry, provider, mailbox operator, registrar …
    pub role: String,
    /// Who, as far as the case knows.
    pub who: String,
    /// Why them.
    pub why: String,
}

/// A place in the evidence that stands behind the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// What was seen.
    pub what: String,
    /// When.
    pub when: String,
    /// How often.
    pub count: u64,
    /// Path; none of leaked material.
    pub path: Option<String>,
    /// SHA-256 of the file.
    pub sha256: String,
    /// First byte.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// Line.
    pub line: Option<u64>,
    /// Marking of the evidence.
    pub tlp: String,
    /// The bytes there; none where they may not be quoted.
    pub quote: Option<String>,
}

impl Attached {
    fn place(&self) -> String {
        let path = self.path.as_deref().map_or_else(
            || "material that may not be quoted".to_owned(),
            |path| line(path, CHARS_MAX),
        );
        match self.line {
            Some(number) => format!("{path}, line {number}, bytes {}–{}", self.start, self.end),
            None => format!("{path}, bytes {}–{}", self.start, self.end),
        }
    }
}

/// Text in which Markdown means nothing.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for letter in line(text, CHARS_MAX).chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

fn asked(letter: &Letter) -> String {
    match &letter.window {
        Some((from, to)) if from == to => format!("on {from} (UTC)"),
        Some((from, to)) => format!("from {from} to {to} (UTC, both days included)"),
        None => "at the times given below".to_owned(),
    }
}

/// The letter in Markdown.
#[must_use]
pub fn markdown(letter: &Letter) -> String {
    let mut text = format!(
        "TLP:{}\n\n# Request for records on {} {}\n\nOur reference: {} ({})\n\n",
        letter.tlp,
        letter.kind,
        plain(&letter.subject),
        letter.id,
        plain(&letter.case)
    );
    text += "## To\n\n";
    for to in &letter.whom {
        text += &format!("- {}: {}. {}\n", plain(&to.role), plain(&to.who), plain(&to.why));
    }
    text += &format!(
        "\nPlease preserve, and give as far as the law lets you, what you hold on **{}** {}.\n{}\n\n## What is asked for\n\n",
        plain(&letter.subject),
        asked(letter),
        plain(&letter.basis)
    );
    for field in &letter.fields {
        text += &format!("- {}\n", plain(field));
    }
    text += "\n## What it rests on\n\n";
    for place in &letter.attached {
        text += &format!(
            "- {}, {}, {} times, TLP:{}\n  {}\n  sha256 {}\n",
            plain(&place.what),
            plain(&place.when),
            place.count,
            place.tlp,
            plain(&place.place()),
            place.sha256
        );
        if let Some(quote) = &place.quote {
            for quoted in block(quote, QUOTE_CHARS_MAX).lines() {
                text += &format!("  > {}\n", plain(quoted));
            }
        }
    }
    if letter.attached.is_empty() {
        text += "Nothing that may be shown.\n";
    }
    text += &left(letter);
    text += "\n## Please note\n\n";
    for remark in &letter.remarks {
        text += &format!("- {}\n", plain(remark));
    }
    text
}

fn left(letter: &Letter) -> String {
    let mut text = String::new();
    if letter.more > 0 {
        text += &format!("\n{} more places are not listed.\n", letter.more);
    }
    if letter.withheld > 0 {
        text += &format!(
            "\n{} more places are marked above TLP:{} and are neither shown nor counted in the period.\n",
            letter.withheld, letter.tlp
        );
    }
    text
}

const STYLE: &str = "body{font:11pt/1.45 serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#000;background:#fff}\
h1{font-size:1.35rem}h2{font-size:1.05rem;margin-top:1.4rem}.tlp{font-weight:bold;text-align:right}\
li{margin:.35rem 0;overflow-wrap:anywhere}pre{white-space:pre-wrap;overflow-wrap:anywhere;border-left:3px solid #666;padding-left:.6rem;margin:.3rem 0;font-size:.85rem}\
.hash{font:.8rem monospace}@page{margin:2cm}@media print{body{margin:0;max-width:none}li,pre{break-inside:avoid}}";

/// The letter as a page that is ready to print; needs no network and no script.
#[must_use]
pub fn page(letter: &Letter) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(style::policy(STYLE));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                title { "Request " (letter.id) ", TLP:" (letter.tlp) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                p class="tlp" { "TLP:" (letter.tlp) }
                main { (body(letter)) }
                p class="tlp" { "TLP:" (letter.tlp) }
            }
        }
    }
    .into_string()
}

fn body(letter: &Letter) -> Markup {
    html! {
        h1 { "Request for records on " (letter.kind) " " (name(&letter.subject)) }
        p { "Our reference: " (name(&letter.id)) " (" (name(&letter.case)) ")" }
        h2 { "To" }
        ul { @for to in &letter.whom { li { strong { (sentence(&to.role)) } ": " (sentence(&to.who)) ". " (sentence(&to.why)) } } }
        p { "Please preserve, and give as far as the law lets you, what you hold on " strong { (name(&letter.subject)) } " " (asked(letter)) ". " (sentence(&letter.basis)) }
        h2 { "What is asked for" }
        ul { @for field in &letter.fields { li { (sentence(field)) } } }
        h2 { "What it rests on" }
        ul {
            @for place in &letter.attached {
                li {
                    (sentence(&place.what)) ", " (sentence(&place.when)) ", " (place.count) " times, TLP:" (place.tlp) br;
                    (sentence(&place.place())) br;
                    span class="hash" { "sha256 " (place.sha256) }
                    @if let Some(quote) = &place.quote { pre { bdi { (block(quote, QUOTE_CHARS_MAX)) } } }
                }
            }
        }
        @if letter.attached.is_empty() { p { "Nothing that may be shown." } }
        @for text in left(letter).lines().filter(|text| !text.is_empty()) { p { (text) } }
        h2 { "Please note" }
        ul { @for remark in &letter.remarks { li { (sentence(remark)) } } }
    }
}
