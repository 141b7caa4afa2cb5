//! Speakers that no list knows: "a beekeeper from Orrin said", "retired pilot Ana Ruiz said", "data from Acme".
//!
//! What is said decides here that somebody speaks; so these are asked only for verbs that always report, and for
//! "according to". The words are kept as they stand and count as guessed.

use std::ops::Range;

use crate::statement::{Record, SpeakerKind};
use crate::subject::is_verbal;
use crate::who::{Like, Who, after_head, is_determiner, name_run, new, plain};
use crate::words::Words;

/// A noun phrase is not longer up to its head.
const HEAD_TOKENS_MAX: usize = 9;

/// Words that begin clauses and stand for nobody, though a sentence may begin with them.
const NOBODY: [&str; 61] = [
    "when",
    "while",
    "if",
    "but",
    "and",
    "in",
    "on",
    "at",
    "what",
    "why",
    "how",
    "there",
    "this",
    "that",
    "those",
    "these",
    "it",
    "he",
    "she",
    "they",
    "we",
    "you",
    "i",
    "here",
    "now",
    "then",
    "yes",
    "no",
    "not",
    "as",
    "after",
    "before",
    "since",
    "also",
    "still",
    "yet",
    "so",
    "because",
    "for",
    "with",
    "asked",
    "where",
    "which",
    "who",
    "whose",
    "all",
    "both",
    "me",
    "him",
    "them",
    "himself",
    "herself",
    "itself",
    "themselves",
    "or",
    "nor",
    "once",
    "first",
    "later",
    "earlier",
    "instead",
];

/// Whether the word names nobody, capital or not.
pub(crate) fn is_nobody(low: &str) -> bool {
    NOBODY.contains(&low)
}

/// The name at the end of a phrase whose first words no list knows: "retired pilot Ana Ruiz".
pub(crate) fn trailing_name(words: &Words<'_>, range: Range<usize>) -> Option<Range<usize>> {
    let mut start = range.end;
    while start > range.start {
        let back = start.saturating_sub(1);
        let initial = words.is_mark(back, '.') && words.raw(back.saturating_sub(1)).chars().count() == 1;
        if !(words.is_name(back) || initial) {
            break;
        }
        start = back;
    }
    let before = start.checked_sub(1).filter(|before| *before >= range.start)?;
    let lower = words.is_word(before) && !after_head(words.low(before)) && !is_determiner(words.low(before));
    let run = name_run(words, start, range.end)?;
    // One word is a name where the word before says of what: "the hacker group NoMark".
    let told = crate::lexicon::lexicon()
        .nouns
        .get(words.low(before))
        .is_some_and(|noun| {
            use crate::lexicon::Noun;
            matches!(noun, Noun::Persona | Noun::Firm | Noun::Outlet | Noun::Ngo)
        });
    (lower && run.end == range.end && words.is_word(range.end.saturating_sub(1)) && (run.len() >= 2 || told))
        .then_some(run)
}

/// Whoever the words before a verb that always reports name.
pub(crate) fn stranger(words: &Words<'_>, range: Range<usize>) -> Option<Who> {
    // "he said": somebody who was not led back to a name.
    let pronoun = range.end.saturating_sub(1);
    if matches!(words.low(pronoun), "he" | "she" | "they") && range.len() <= 2 {
        let mut who = new(
            words.low(pronoun).to_owned(),
            SpeakerKind::Unspecified,
            Record::Anonymous,
            Like::Crowd,
            3,
        );
        who.mention = pronoun..range.end;
        return Some(who);
    }
    let mut start = range.start;
    while start < range.end
        && (words.mark(start).is_some() || is_determiner(words.low(start)) && words.low(start) != "one")
    {
        start = start.saturating_add(1);
    }
    let end = (start..range.end.min(start.saturating_add(HEAD_TOKENS_MAX)))
        .find(|at| {
            *at > start
                && (after_head(words.low(*at)) && !words.is_name(*at)
                    || words
                        .mark(*at)
                        .is_some_and(|mark| !matches!(mark, '-' | '&' | '.' | '%')))
        })
        .unwrap_or(range.end);
    let last = end.checked_sub(1).filter(|last| *last >= start)?;
    let speaks = |at: usize| {
        words.is_word(at) && words.raw(at).chars().any(char::is_alphabetic) && !is_nobody(words.low(at))
    };
    if end.saturating_sub(start) > HEAD_TOKENS_MAX
        || !speaks(last)
        || !(words.is_word(start))
        || after_head(words.low(start)) && !words.is_name(start)
        || is_nobody(words.low(start))
        || (start..end).any(|at| is_verbal(words, at) && !words.low(at).ends_with("ed"))
    {
        return None;
    }
    let name = plain(words, start..end);
    let named = words.is_name(last) && (last > start || start > range.start);
    let (record, kind, like) = if named {
        (Record::OnRecord, SpeakerKind::Unspecified, Like::Firm)
    } else {
        (Record::Anonymous, SpeakerKind::Unspecified, Like::Anon)
    };
    let mut who = new(name, kind, record, like, 2);
    who.plural = words.low(last).ends_with('s');
    who.mention = range.start..end;
    Some(who)
}
