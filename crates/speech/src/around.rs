//! What stands around the words of speech: datelines, the paper that is quoted and who got hold of it, "reportedly",
//! which date tells when it was said.

use std::ops::Range;

use crate::cue::{Found, Side};
use crate::dates::Dated;
use crate::sense::named;
use crate::subject::{Clause, is_verbal};
use crate::words::Words;

/// Without the dateline: "LONDON (Reuters) – ".
pub(crate) fn dateline(words: &Words<'_>, range: Range<usize>) -> Range<usize> {
    let shout = |at: usize| {
        let raw = words.raw(at);
        words.is_word(at) && raw.chars().any(char::is_alphabetic) && !raw.chars().any(char::is_lowercase)
    };
    if !shout(range.start) || words.raw(range.start).len() < 3 {
        return range;
    }
    let window = range.start.saturating_add(1)..range.end.min(range.start.saturating_add(14));
    for at in window {
        if words.mark(at).is_some_and(|mark| matches!(mark, '-' | '–' | '—')) {
            let mut from = at;
            while words
                .mark(from)
                .is_some_and(|mark| matches!(mark, '-' | '–' | '—'))
            {
                from = from.saturating_add(1);
            }
            return from..range.end;
        }
        if is_verbal(words, at) {
            break;
        }
    }
    range
}

/// The paper that words are quoted from: "said in his e-mail", "according to an e-mail".
pub(crate) fn quoted_paper<'w>(words: &'w Words<'_>, tokens: &Range<usize>) -> Option<&'w str> {
    tokens
        .clone()
        .find(|at| {
            let led = at.saturating_sub(3).max(tokens.start)..*at;
            matches!(
                words.low(*at),
                "e-mail" | "email" | "letter" | "memo" | "document" | "documents" | "cable"
            ) && led
                .clone()
                .any(|at| matches!(words.low(at), "in" | "to" | "from"))
        })
        .map(|at| words.low(at))
}

/// The agency in "obtained by Reuters", "seen by the Times".
pub(crate) fn obtained_by(words: &Words<'_>, tokens: &Range<usize>) -> Option<String> {
    let by = tokens.clone().find(|at| {
        words.low(*at) == "by"
            && at
                .checked_sub(1)
                .is_some_and(|back| matches!(words.low(back), "obtained" | "seen" | "reviewed"))
    })?;
    named(words, by..tokens.end.min(by.saturating_add(6)))
        .into_iter()
        .find(|party| party.sort == crate::lexicon::Sort::Media)
        .map(|party| party.name)
}

/// "reportedly", "allegedly": told by nobody in particular.
pub(crate) fn unattributed(clause: &Clause<'_>) -> Option<usize> {
    (clause.start..clause.end).find(|at| {
        matches!(
            clause.words.low(*at),
            "reportedly" | "allegedly" | "supposedly" | "purportedly"
        ) && !clause.quoted.get(*at).copied().unwrap_or(false)
    })
}

/// Which date says when it was said, and which when it happened.
pub(crate) fn sort_dates(
    all: &[Dated],
    found: &Found,
    tokens: &Range<usize>,
) -> (Option<String>, Option<String>) {
    let mut said = None;
    let mut happened = None;
    for one in all {
        let inside = one.tokens.start >= tokens.start && one.tokens.end <= tokens.end;
        let beside = one.tokens.start >= found.cue.end && one.tokens.start.saturating_sub(found.cue.end) <= 2
            || one.tokens.end <= found.cue.start && found.cue.start.saturating_sub(one.tokens.end) <= 2
            || found.side == Side::Before
                && one.tokens.end <= found.start.max(found.who.mention.start)
                && inside
            || found.side == Side::After && one.tokens.start >= found.cue.end;
        if beside && !found.passive && !found.cue.is_empty() {
            said = said.or_else(|| Some(one.text()));
        } else if inside {
            happened = happened.or_else(|| Some(one.text()));
        }
    }
    (said, happened)
}
