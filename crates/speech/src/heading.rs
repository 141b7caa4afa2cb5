//! Headlines: lines in title case, and who speaks before a colon in them ("Acme: no data was taken").

use crate::cue::{Found, Side};
use crate::lexicon::{Naming, Tone, lexicon};
use crate::memory::Memory;
use crate::subject::Clause;
use crate::who::{Like, Who, name_run, who};

/// Words before the colon of a headline.
const LABEL_TOKENS_MAX: usize = 6;

/// What stands before a colon and speaks for nobody.
const LABELS: [&str; 28] = [
    "exclusive",
    "breaking",
    "analysis",
    "update",
    "updated",
    "report",
    "video",
    "watch",
    "photos",
    "poll",
    "opinion",
    "review",
    "explainer",
    "live",
    "factbox",
    "timeline",
    "interview",
    "transcript",
    "warning",
    "note",
    "alert",
    "advisory",
    "summary",
    "source",
    "sources",
    "background",
    "overview",
    "correction",
];

/// Whether a line is written like a headline: hardly a word of length without a capital.
pub(crate) fn is_title_case(line: &str) -> bool {
    let mut long = 0usize;
    let mut capital = 0usize;
    let mut all = 0usize;
    for word in line.split_whitespace() {
        all = all.saturating_add(1);
        let mut letters = word.chars().filter(|c| c.is_alphabetic());
        let Some(first) = letters.next() else { continue };
        if letters.count() >= 3 {
            long = long.saturating_add(1);
            capital = capital.saturating_add(usize::from(first.is_uppercase()));
        }
    }
    (4..=26).contains(&all) && long >= 3 && capital.saturating_mul(10) >= long.saturating_mul(9)
}

/// Who speaks before the colon of a headline.
pub(crate) fn before_colon(clause: &Clause<'_>, memory: &Memory) -> Option<Found> {
    let words = clause.words;
    let colon = (clause.start..clause.end.min(clause.start.saturating_add(LABEL_TOKENS_MAX)))
        .find(|at| words.is_mark(*at, ':'))?;
    let label = clause.start..colon;
    let rest = clause.end.saturating_sub(colon);
    if label.is_empty() || rest < 4 || LABELS.contains(&words.low(colon.saturating_sub(1))) {
        return None;
    }
    let party = lexicon()
        .party_at(words, label.start)
        .is_some_and(|(_, naming, len)| {
            naming != Naming::Adjective && label.start.saturating_add(len) == colon
        });
    let known = memory.introduced(words.slice(label.clone())).is_some();
    let run = name_run(words, label.start, colon).filter(|run| run.end == colon);
    if !party && !known && run.is_none() {
        return None;
    }
    let found: Who = who(words, label.clone(), memory)?;
    if matches!(found.like, Like::Paper | Like::Crowd) {
        return None;
    }
    Some(Found {
        cue: colon..colon.saturating_add(1),
        doubt: found.doubt.max(1),
        who: found,
        tone: Tone::Content,
        side: Side::Before,
        start: label.start,
        covers: colon..colon.saturating_add(1),
        via: Vec::new(),
        nominal: false,
        nested: false,
        passive: false,
        through: None,
    })
}
