//! Where sentences end: not after abbreviations and initials, not inside a quotation.

use std::ops::Range;

use crate::quotes::Quote;
use crate::words::{Shape, Words};

const ABBREVIATIONS: [&str; 58] = [
    "mr", "mrs", "ms", "dr", "prof", "gen", "lt", "col", "capt", "cmdr", "adm", "sgt", "maj", "sen", "rep",
    "gov", "st", "mt", "jr", "sr", "inc", "corp", "ltd", "co", "llc", "plc", "vs", "etc", "no", "nos", "vol",
    "fig", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue",
    "tues", "wed", "thu", "thurs", "fri", "sat", "approx", "dept", "gov't", "ave", "univ", "spc",
];
/// Abbreviations that often end a sentence too: what follows decides.
const EITHER: [&str; 9] = ["inc", "corp", "ltd", "co", "llc", "plc", "etc", "jr", "sr"];
const STARTERS: [&str; 44] = [
    "the",
    "it",
    "he",
    "she",
    "they",
    "we",
    "this",
    "that",
    "these",
    "those",
    "in",
    "on",
    "at",
    "a",
    "an",
    "but",
    "and",
    "however",
    "according",
    "after",
    "before",
    "as",
    "while",
    "when",
    "some",
    "many",
    "there",
    "its",
    "his",
    "her",
    "their",
    "if",
    "for",
    "although",
    "meanwhile",
    "experts",
    "officials",
    "since",
    "last",
    "another",
    "both",
    "earlier",
    "such",
    "what",
];

/// The sentences of a block as ranges of tokens, in order, without gaps.
pub(crate) fn sentences(words: &Words<'_>, quotes: &[Quote]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0usize;
    let mut index = 0usize;
    let mut quote = quotes.iter().peekable();
    while index < words.len() {
        let Some(token) = words.at(index) else { break };
        while quote.peek().is_some_and(|quote| quote.range.end <= token.start) {
            quote.next();
        }
        // The mark that closes a quotation may end a sentence; nothing before it does.
        let inside = quote.peek().is_some_and(|quote| {
            quote.range.start < token.start && (token.end < quote.range.end || !quote.closed)
        });
        let ends = !inside && ends_here(words, index);
        index = index.saturating_add(1);
        if ends {
            while words.mark(index).is_some_and(|mark| {
                matches!(mark, '.' | '!' | '?' | '”' | '"' | '’' | '\'' | ')' | ']' | '»')
            }) && words.at(index).is_some_and(|token| !token.spaced)
            {
                index = index.saturating_add(1);
            }
            found.push(start..index);
            start = index;
        }
    }
    if start < words.len() {
        found.push(start..words.len());
    }
    found.into_iter().flat_map(cut).collect()
}

/// No step looks further than this many tokens: nobody reads a longer sentence either.
const TOKENS_MAX: usize = 300;

fn cut(range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range
        .step_by(TOKENS_MAX)
        .map(move |start| start..start.saturating_add(TOKENS_MAX).min(end))
}

fn ends_here(words: &Words<'_>, index: usize) -> bool {
    let Some(token) = words.at(index) else {
        return false;
    };
    let mut next = index.saturating_add(1);
    match token.shape {
        Shape::Mark('!' | '?' | '…') => {}
        Shape::Mark('.') => {
            let before = index
                .checked_sub(1)
                .map(|back| words.low(back))
                .unwrap_or_default();
            let starter = STARTERS.contains(&words.low(next)) && words.is_name(next);
            if ABBREVIATIONS.contains(&before) && !(EITHER.contains(&before) && starter) {
                return false;
            }
            let initial = before.chars().count() == 1 && before.chars().all(char::is_alphabetic);
            if initial && index.checked_sub(1).is_some_and(|back| words.is_name(back)) && !starter {
                return false;
            }
        }
        // "…in the U.S. The agency": the dot is part of the word.
        Shape::Word if words.raw(index).ends_with('.') => {
            return words.is_name(next) && STARTERS.contains(&words.low(next));
        }
        // ".”" and "?”" close a quotation and, where a capital follows, a sentence.
        Shape::Mark('”' | '"' | '’' | '\'') if !token.spaced => {
            let twice = index
                .checked_sub(1)
                .is_some_and(|back| words.mark(back) == words.mark(index) && words.mark(index) != Some('"'));
            let before = index
                .checked_sub(if twice { 2 } else { 1 })
                .and_then(|back| words.mark(back));
            if !matches!(before, Some('.' | '!' | '?' | '…')) {
                return false;
            }
        }
        _ => return false,
    }
    while words
        .mark(next)
        .is_some_and(|mark| matches!(mark, '.' | '!' | '?' | '”' | '"' | '’' | '\'' | ')' | ']'))
        && words.at(next).is_some_and(|token| !token.spaced)
    {
        next = next.saturating_add(1);
    }
    match words.at(next) {
        None => true,
        Some(token) => {
            let opens = matches!(
                token.shape,
                Shape::Mark('“' | '"' | '‘' | '\'' | '(' | '[' | '—' | '•')
            );
            token.capital || opens || token.shape == Shape::Number && token.spaced
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quotes::quotes;

    fn shown(text: &str) -> Vec<&str> {
        let words = Words::of(text);
        sentences(&words, &quotes(text))
            .into_iter()
            .map(|range| words.slice(range))
            .collect()
    }

    #[test]
    fn abbreviations_initials_and_quotations_do_not_end_sentences() {
        assert_eq!(
            shown("On Dec. 6 Gen. James B. Comey of Acme Inc. said so in the U.S. The firm agreed."),
            [
                "On Dec. 6 Gen. James B. Comey of Acme Inc. said so in the U.S.",
                "The firm agreed."
            ]
        );
        assert_eq!(
            shown("“We know. We will act,” he said. “It was them.” Some agree."),
            [
                "“We know. We will act,” he said.",
                "“It was them.”",
                "Some agree."
            ]
        );
    }
}
