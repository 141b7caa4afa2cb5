//! Splits a sentence among those who speak in it; what is left is the publisher's.

use std::ops::Range;

use crate::cue::{Found, Side};
use crate::lexicon::{Frame, Tone, lexicon};
use crate::statement::Record;
use crate::subject::{Clause, is_adverbial, is_verbal};
use crate::who::Like;
use crate::words::Words;

/// A part of a sentence with who says it; none: the publisher.
pub(crate) struct Part {
    pub(crate) tokens: Range<usize>,
    pub(crate) found: Option<Found>,
}

/// The token of `range` nearest to `at`; a range whose ends are crossed has only its first.
pub(crate) fn within(at: usize, range: &Range<usize>) -> usize {
    at.min(range.end).max(range.start)
}

/// What is said, as tokens of the part: all of it, for verbs whose object matters what follows.
pub(crate) fn content_of(found: &Found, tokens: &Range<usize>) -> Range<usize> {
    match found.side {
        // "“…,” the mission was quoted as saying": what was said stands before it.
        Side::Before
            if found.via.iter().any(|name| name == crate::cue::HANDED)
                && tokens.end.saturating_sub(found.cue.end) <= 6 =>
        {
            tokens.clone()
        }
        // Nothing stands behind the words of speech.
        Side::Before if tokens.end.saturating_sub(found.cue.end) <= 2 => tokens.clone(),
        Side::Before if !found.passive => within(found.cue.end, tokens)..tokens.end,
        Side::After => tokens.start..within(found.start, tokens).max(tokens.start),
        _ => tokens.clone(),
    }
}

/// Splits the sentence among those who speak in it.
pub(crate) fn parts(clause: &Clause<'_>, found: Vec<Found>) -> Vec<Part> {
    let words = clause.words;
    let mut parts: Vec<Part> = Vec::new();
    let mut inside: Vec<Part> = Vec::new();
    let mut at = clause.start;
    let mut governing: Option<Found> = None;
    for one in found {
        if one.side == Side::Inside {
            let tokens = one.covers.clone();
            inside.push(Part {
                tokens,
                found: Some(one),
            });
            continue;
        }
        let Some(last) = governing.take() else {
            // What stands before the first one is its own if it comes after its content or is adverbial.
            let lead = at..one.start.max(at);
            let own = matches!(one.side, Side::After | Side::Whole)
                || lead.is_empty()
                || is_adverbial(words, lead.start)
                || !has_clause(clause, &lead);
            if !own {
                parts.push(Part {
                    tokens: trim(words, lead),
                    found: None,
                });
                at = one.start;
            } else if discourse(words, at) {
                at = at.saturating_add(2);
            }
            governing = Some(one);
            continue;
        };
        // "According to X, the message said": X says it; "according to the Times, the agency said": through the Times.
        if last.side == Side::Whole
            && one.side == Side::Before
            && !one.passive
            && last.who.name != one.who.name
        {
            let speaks = is_speech(words, &one) && !matches!(one.who.like, Like::Paper | Like::Crowd);
            governing = Some(if speaks {
                let mut via = last.via.clone();
                via.push(last.who.name.clone());
                via.extend(one.via.clone());
                Found {
                    via,
                    through: Some(Box::new(last.who)),
                    start: last.start,
                    ..one
                }
            } else {
                last
            });
            continue;
        }
        // "The agency announced it has identified X": the pronoun is the agency, and what it did is what it says.
        let echoed = last.side == Side::Before
            && one.side == Side::Before
            && !one.passive
            && (one.start <= last.cue.end.saturating_add(1)
                || one
                    .start
                    .checked_sub(1)
                    .is_some_and(|back| words.low(back) == "that"))
            && (matches!(words.low(one.start), "it" | "they" | "he" | "she")
                || own_house(words, &last, &one));
        if echoed {
            let tone = if last.tone == Tone::Content {
                one.tone
            } else {
                last.tone
            };
            governing = Some(Found { tone, ..last });
            continue;
        }
        // "An article said the North said that …": the second speaks through the first.
        let through = last.side == Side::Before
            && one.side == Side::Before
            && one.start <= last.cue.end.saturating_add(2)
            && last.who.name != one.who.name
            && !one.passive
            && !last.passive
            && is_speech(words, &one);
        if through {
            let mut via = last.via.clone();
            via.push(last.who.name.clone());
            via.extend(one.via.clone());
            governing = Some(Found {
                via,
                through: Some(Box::new(last.who)),
                start: last.start,
                ..one
            });
            continue;
        }
        // "According to the analyst X said that": one speaker, named twice over.
        if last.side == Side::Whole && one.who.name == last.who.name && one.side == Side::Before {
            governing = Some(Found {
                start: last.start,
                ..one
            });
            continue;
        }
        // "… said that while there is no proof, he believes it was X": the same one goes on.
        let goes_on = last.side == Side::Before
            && one.side == Side::Before
            && !is_speech(words, &one)
            && matches!(words.low(one.start), "he" | "she" | "they" | "it");
        if goes_on {
            governing = Some(last);
            continue;
        }
        // "rejected the charge, calling it a lie": one thing said.
        let calls = last.side == Side::Before
            && one.who.name == last.who.name
            && matches!(
                words.low(one.cue.start),
                "calling" | "describing" | "asserting" | "insisting" | "arguing"
            );
        if calls {
            governing = Some(last);
            continue;
        }
        // A passive or a thought inside what somebody says is how sure it is, not a speaker of its own.
        let within = last.side == Side::Before
            && !last.passive
            && (one.passive || !is_speech(words, &one) && one.start <= last.cue.end.saturating_add(3))
            || one.passive && last.side != Side::After && !last.passive;
        if within {
            governing = Some(last);
            continue;
        }
        if one.side == Side::After && one.cue.start > last.cue.end {
            // "… knew it, according to a report": the report tells it.
            // "…, according to an e-mail": another source of the same words; "X is believed to …, a source said".
            if last.passive
                || words.low(one.cue.start) == "according" && !is_speech(words, &last)
                || words.low(one.cue.start) == "according"
                    && last.who.record != Record::OnRecord
                    && last.who.like == Like::Crowd
            {
                governing = Some(Found {
                    doubt: one.doubt,
                    ..one
                });
                continue;
            }
            if words.low(one.cue.start) == "according" {
                let mut last = last;
                last.via.extend(one.via.clone());
                if one.who.name != last.who.name
                    && !one.via.contains(&one.who.name)
                    && one.who.like != Like::Paper
                {
                    last.via.push(one.who.name.clone());
                }
                governing = Some(last);
                continue;
            }
        }
        let split = split_at(words, &last, &one, at);
        parts.push(Part {
            tokens: trim(words, at..split),
            found: Some(last),
        });
        at = split;
        governing = Some(one);
    }
    let rest = at..clause.end;
    match governing {
        Some(one) => {
            // "X denies it, but the use of spies is documented": the publisher goes on.
            let own = own_words(clause, &one, &rest);
            parts.push(Part {
                tokens: trim_end(
                    words,
                    lead_trim(words, rest.start..own.unwrap_or(rest.end)),
                    own.is_some(),
                ),
                found: Some(one),
            });
            if let Some(own) = own {
                parts.push(Part {
                    tokens: lead_trim(words, own..rest.end),
                    found: None,
                });
            }
        }
        None => parts.push(Part {
            tokens: rest,
            found: None,
        }),
    }
    inside.retain(|part| {
        let name = |part: &Part| part.found.as_ref().map(|found| found.who.name.clone());
        let nominal = part.found.as_ref().is_some_and(|found| found.nominal);
        // "released an advisory, which detailed": the paper says what its issuer says.
        let paper = part.found.as_ref().is_some_and(|found| {
            found
                .who
                .mention
                .clone()
                .any(|at| lexicon().nouns.get(words.low(at)) == Some(&crate::lexicon::Noun::Paper))
        }) && parts.iter().any(|other| {
            other
                .found
                .as_ref()
                .is_some_and(|found| crate::fits::ISSUES.contains(&words.low(found.cue.start)))
        });
        nominal || !paper && !parts.iter().any(|other| name(other) == name(part))
    });
    let mut parts: Vec<Part> = parts
        .into_iter()
        .filter(|part| !part.tokens.is_empty())
        .flat_map(|part| second_claim(clause, part))
        .collect();
    parts.extend(inside);
    parts.retain(|part| !part.tokens.is_empty());
    parts
}

/// "A spokeswoman said the company does not comment": the company is whom she speaks for.
fn own_house(words: &Words<'_>, last: &Found, one: &Found) -> bool {
    let head = one.who.mention.end.saturating_sub(1);
    let definite = words.low(one.who.mention.start) == "the"
        && one.who.mention.len() == 2
        && words.at(head).is_some_and(|token| !token.capital);
    matches!(last.who.like, Like::Person | Like::Anon)
        && definite
        && matches!(one.who.like, Like::Agency | Like::Firm | Like::Ngo | Like::Media)
}

/// "the source said it was X and the country is not responsible": two claims of one speaker.
pub(crate) fn second_claim(clause: &Clause<'_>, part: Part) -> Vec<Part> {
    let words = clause.words;
    let Some(found) = part
        .found
        .as_ref()
        .filter(|found| found.side == Side::Before && found.tone == Tone::Content)
    else {
        return vec![part];
    };
    let from = within(found.cue.end, &part.tokens);
    let cut = (from.saturating_add(3)..part.tokens.end).find(|at| {
        let next = at.saturating_add(1);
        let clause_follows =
            (next.saturating_add(1)..next.saturating_add(6).min(part.tokens.end)).any(|at| {
                matches!(
                    words.low(at),
                    "is" | "was" | "are" | "were" | "had" | "has" | "did" | "does"
                ) && matches!(
                    words.low(at.saturating_add(1)),
                    "not" | "no" | "never" | "nothing"
                )
            });
        matches!(words.low(*at), "and" | "but")
            && clause_follows
            && !clause.quoted.get(*at).copied().unwrap_or(false)
            && (from..*at).any(|at| is_verbal(words, at))
    });
    match cut {
        Some(cut) => {
            let second = Found {
                start: cut.saturating_add(1),
                side: Side::Whole,
                ..found.clone()
            };
            vec![
                Part {
                    tokens: trim(words, part.tokens.start..cut),
                    found: part.found,
                },
                Part {
                    tokens: cut.saturating_add(1)..part.tokens.end,
                    found: Some(second),
                },
            ]
        }
        None => vec![part],
    }
}

pub(crate) fn trim_end(words: &Words<'_>, range: Range<usize>, cut: bool) -> Range<usize> {
    if cut { trim(words, range) } else { range }
}

/// Where the publisher's own clause starts behind a denial or an accusation: after ", but", where a verb follows.
pub(crate) fn own_words(clause: &Clause<'_>, one: &Found, rest: &Range<usize>) -> Option<usize> {
    let words = clause.words;
    let act = one.side == Side::Before
        && lexicon()
            .cues
            .get(words.low(one.cue.start))
            .is_some_and(|cue| matches!(cue.frame, Frame::Act | Frame::Blame | Frame::Decline));
    let although = matches!(words.low(clause.start), "although" | "though" | "while")
        && one.cue.start.saturating_sub(clause.start) <= 8;
    if although {
        let comma = (one.cue.end.saturating_add(3)..rest.end)
            .find(|at| words.is_mark(*at, ',') && !clause.quoted.get(*at).copied().unwrap_or(false))?;
        let verb = (comma.saturating_add(2)..rest.end).any(|at| is_verbal(words, at));
        return verb.then(|| comma.saturating_add(1));
    }
    if !act {
        return None;
    }
    let conjunction = (one.cue.end..rest.end).find(|at| {
        words.is_mark(at.saturating_sub(1), ',')
            && matches!(words.low(*at), "but" | "while" | "although" | "though")
            && !clause.quoted.get(*at).copied().unwrap_or(false)
    })?;
    let own = conjunction.saturating_add(1);
    let verb = (own.saturating_add(1)..rest.end).any(|at| is_verbal(words, at));
    (verb && rest.end.saturating_sub(own) >= 5).then_some(own)
}

/// Where the part of `one` starts, behind the part of `last`.
pub(crate) fn split_at(words: &Words<'_>, last: &Found, one: &Found, at: usize) -> usize {
    if one.side == Side::After {
        // "A said X, and Y, B said": the second part starts at the conjunction before it.
        let from = last.cue.end.max(at.saturating_add(1));
        return (from..one.start)
            .rev()
            .find(|at| matches!(words.low(*at), "and" | "but" | "while"))
            .map_or(from.min(one.start), |conjunction| conjunction.saturating_add(1));
    }
    one.start.max(last.cue.end).max(at)
}

pub(crate) fn is_speech(words: &Words<'_>, one: &Found) -> bool {
    !matches!(
        words.low(one.cue.start),
        "believed"
            | "posted"
            | "believe"
            | "believes"
            | "think"
            | "thought"
            | "knew"
            | "know"
            | "knows"
            | "found"
            | "find"
            | "determined"
            | "determine"
            | "concluded"
            | "detected"
            | "discovered"
            | "suspect"
            | "suspects"
            | "suspected"
            | "fear"
            | "feared"
            | "understood"
            | "showed"
            | "shows"
            | "show"
            | "suggests"
            | "indicates"
            | "indicated"
            | "revealed"
    )
}

pub(crate) fn discourse(words: &Words<'_>, at: usize) -> bool {
    matches!(
        words.low(at),
        "nonetheless"
            | "however"
            | "meanwhile"
            | "nevertheless"
            | "moreover"
            | "still"
            | "separately"
            | "furthermore"
            | "additionally"
    ) && words.is_mark(at.saturating_add(1), ',')
}

pub(crate) fn has_clause(clause: &Clause<'_>, range: &Range<usize>) -> bool {
    range.len() >= 4
        && range
            .clone()
            .skip(1)
            .any(|at| is_verbal(clause.words, at) && !clause.quoted.get(at).copied().unwrap_or(false))
}

/// Without commas, conjunctions and dashes at its ends.
pub(crate) fn trim(words: &Words<'_>, range: Range<usize>) -> Range<usize> {
    let range = lead_trim(words, range);
    let mut end = range.end;
    while end > range.start {
        let last = end.saturating_sub(1);
        let loose = words
            .mark(last)
            .is_some_and(|mark| matches!(mark, ',' | ';' | '—' | '–' | '-' | ':'))
            || matches!(
                words.low(last),
                "and" | "but" | "while" | "as" | "that" | "with" | "although" | "because"
            );
        if !loose {
            break;
        }
        end = last;
    }
    range.start..end
}

pub(crate) fn lead_trim(words: &Words<'_>, range: Range<usize>) -> Range<usize> {
    let mut start = range.start;
    while start < range.end {
        let loose = words
            .mark(start)
            .is_some_and(|mark| matches!(mark, ',' | ';' | '—' | '–' | ':'))
            || matches!(words.low(start), "and" | "while")
                && start > 0
                && words.at(start).is_some_and(|token| !token.capital);
        if !loose {
            break;
        }
        start = start.saturating_add(1);
    }
    start..range.end
}
