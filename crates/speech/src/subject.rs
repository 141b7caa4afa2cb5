//! Who does what a verb says: the tokens of its subject, before it, after it, or taken over from the clause before.

use std::ops::Range;

use ascribe_model::calendar::{WEEKDAYS, month};

use crate::lexicon::{Noun, lexicon};
use crate::words::{Shape, Words};

/// The sentence that is looked at.
#[derive(Clone, Copy)]
pub(crate) struct Clause<'a> {
    pub(crate) words: &'a Words<'a>,
    /// Per token of the block: whether it stands inside a quotation (its marks included).
    pub(crate) quoted: &'a [bool],
    /// Tokens of the sentence.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether verbs may be written with a capital.
    pub(crate) headline: bool,
}

/// The subject of a verb.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// These tokens: the noun phrase and what stands beside it.
    Here {
        /// From the head to the verb.
        region: Range<usize>,
        /// Tokens before, with an office ("FBI director, James Comey").
        office: Option<Range<usize>>,
    },
    /// The subject of the clause before.
    Carried,
    /// None that speaks.
    Nobody,
    /// The noun phrase before "who" or "which", whose head starts here or later.
    Antecedent(Range<usize>),
}

const AUXILIARIES: [&str; 18] = [
    "has", "have", "had", "is", "are", "was", "were", "be", "been", "being", "do", "does", "did", "also",
    "not", "n't", "then", "will",
];
const ADVERBS: [&str; 36] = [
    "meanwhile",
    "nevertheless",
    "nonetheless",
    "therefore",
    "instead",
    "too",
    "also",
    "later",
    "subsequently",
    "earlier",
    "now",
    "still",
    "then",
    "already",
    "previously",
    "repeatedly",
    "publicly",
    "officially",
    "again",
    "first",
    "once",
    "never",
    "often",
    "always",
    "since",
    "further",
    "long",
    "immediately",
    "yesterday",
    "today",
    "even",
    "just",
    "both",
    "all",
    "initially",
    "reportedly",
];
/// Whether the word in lower case is a day of the week.
pub(crate) fn is_weekday(low: &str) -> bool {
    WEEKDAYS.contains(&low)
}

const SUBORDINATORS: [&str; 25] = [
    "as", "while", "because", "although", "though", "when", "after", "before", "since", "if", "whether",
    "where", "until", "unless", "despite", "that", "so", "than", "but", "whereas", "amid", "once", "what",
    "how", "why",
];
const PREPOSITIONS: [&str; 30] = [
    "in",
    "on",
    "at",
    "after",
    "before",
    "following",
    "regarding",
    "despite",
    "during",
    "since",
    "for",
    "with",
    "without",
    "by",
    "from",
    "under",
    "over",
    "about",
    "according",
    "asked",
    "speaking",
    "when",
    "while",
    "although",
    "though",
    "as",
    "if",
    "citing",
    "responding",
    "until",
];

/// Whether the word is an adverb that may stand between subject and verb.
pub(crate) fn is_adverb(low: &str) -> bool {
    ADVERBS.contains(&low) || low.len() > 4 && low.ends_with("ly") && low != "family" && low != "italy"
}

/// Whether the word shows that a clause has its verb.
pub(crate) fn is_verbal(words: &Words<'_>, at: usize) -> bool {
    let low = words.low(at);
    if words.is_name(at) && (low.ends_with("ed") || matches!(low, "may" | "will")) {
        return false;
    }
    matches!(
        low,
        "is" | "are"
            | "was"
            | "were"
            | "has"
            | "have"
            | "had"
            | "will"
            | "would"
            | "could"
            | "may"
            | "might"
            | "can"
            | "did"
            | "does"
            | "do"
            | "should"
            | "must"
            | "said"
            | "says"
            | "began"
            | "came"
            | "took"
            | "made"
            | "led"
            | "stole"
            | "went"
            | "gave"
            | "found"
            | "left"
            | "hit"
            | "shut"
            | "isn't"
            | "wasn't"
            | "won't"
            | "became"
            | "knew"
            | "wrote"
            | "sent"
            | "put"
            | "held"
            | "ran"
            | "broke"
            | "got"
            | "saw"
            | "stood"
            | "remain"
            | "remains"
            | "includes"
            | "include"
            | "appears"
            | "appear"
            | "seems"
            | "spoke"
            | "met"
            | "won"
            | "lost"
            | "fell"
            | "rose"
            | "drew"
            | "grew"
            | "fought"
            | "brought"
            | "built"
            | "sold"
            | "felt"
            | "kept"
            | "paid"
            | "sought"
            | "struck"
            | "spent"
            | "chose"
            | "threw"
            | "withdrew"
            | "comes"
            | "goes"
            | "runs"
            | "works"
            | "gets"
            | "takes"
            | "gives"
            | "keeps"
            | "sits"
            | "lives"
            | "leads"
            | "come"
            | "makes"
            | "uses"
            | "wonders"
    ) || low.len() > 4
        && low.ends_with("ed")
        && !matches!(low, "united" | "hundred" | "speed" | "indeed" | "alleged")
}

/// First token of the words between subject and verb that belong to the verb: auxiliaries, adverbs, "on Friday".
pub(crate) fn before_verb(clause: &Clause<'_>, verb: usize) -> usize {
    let words = clause.words;
    let mut at = verb;
    while at > clause.start {
        let Some(back) = at.checked_sub(1) else { break };
        let low = words.low(back);
        let skip = AUXILIARIES.contains(&low)
            || is_adverb(low)
            || low == "far" && matches!(words.low(back.saturating_sub(1)), "so" | "thus")
            || matches!(low, "so" | "thus") && words.low(at) == "far"
            || back == verb.saturating_sub(1)
                && words
                    .mark(back)
                    .is_some_and(|mark| matches!(mark, '“' | '"' | '‘'));
        // "on Friday", "in December", "last week", "this month"
        let time = WEEKDAYS.contains(&low)
            || matches!(low, "week" | "month" | "year")
            || month(low).is_some() && words.is_name(back)
            || words.at(back).is_some_and(|token| token.shape == Shape::Number);
        if skip {
            at = back;
        } else if time {
            let mut from = back;
            while from > clause.start
                && from.checked_sub(1).is_some_and(|before| {
                    let low = words.low(before);
                    matches!(low, "on" | "in" | "last" | "this" | "late" | "early")
                        || month(low).is_some() && words.is_name(before)
                        || words.is_mark(before, '.')
                            && before > clause.start
                            && month(words.low(before.saturating_sub(1))).is_some()
                })
            {
                from = from.saturating_sub(1);
            }
            if from == back && !WEEKDAYS.contains(&low) {
                break;
            }
            if from <= clause.start {
                break;
            }
            at = from;
        } else {
            break;
        }
    }
    at
}

/// A subject with all that stands beside it is not longer.
const SUBJECT_TOKENS_MAX: usize = 60;

/// The subject of the verb at token `verb`, looking back no further than `floor`.
pub(crate) fn subject(clause: &Clause<'_>, verb: usize, floor: usize) -> Subject {
    let words = clause.words;
    let end = before_verb(clause, verb).max(floor);
    let floor = floor.max(end.saturating_sub(SUBJECT_TOKENS_MAX));
    let Some(last) = end.checked_sub(1).filter(|last| *last >= floor) else {
        return Subject::Carried;
    };
    let low = words.low(last);
    // "the gang that has claimed": after a noun, not after a verb of speech.
    let relative = low == "that"
        && last
            .checked_sub(1)
            .filter(|back| *back >= floor && words.is_word(*back) && last > floor)
            .is_some_and(|back| !lexicon().cues.contains_key(words.low(back)) && !is_adverb(words.low(back)));
    if matches!(low, "who" | "which") || relative {
        return Subject::Antecedent(antecedent(clause, last, floor));
    }
    if matches!(low, "and" | "but" | "or" | "then" | ";") || words.is_mark(last, ';') {
        return Subject::Carried;
    }
    // A quotation that closes right before is content, not subject.
    let mut start = floor;
    for at in (floor..end).rev() {
        let closes = clause.quoted.get(at).copied().unwrap_or(false)
            && words
                .mark(at)
                .is_some_and(|mark| matches!(mark, '”' | '"' | '’' | '\''))
            && at
                .checked_sub(1)
                .map(|back| {
                    let twice = words.is_mark(at, '\'') && words.is_mark(back, '\'');
                    back.saturating_sub(usize::from(twice))
                })
                .and_then(|back| words.mark(back))
                .is_some_and(|mark| matches!(mark, ',' | '.' | '?' | '!' | '—' | '…'));
        if closes || words.is_mark(at, ';') || words.is_mark(at, ':') {
            start = at.saturating_add(1);
            break;
        }
    }
    let segments = segments(clause, start, end);
    let ends_with_comma = words.is_mark(last, ',') || words.is_mark(last, '–') || words.is_mark(last, '—');
    let Some(count) = segments.len().checked_sub(1) else {
        return Subject::Carried;
    };
    let mut index = if ends_with_comma {
        count.saturating_sub(1)
    } else {
        count
    };
    if ends_with_comma && count == 0 {
        index = 0;
    }
    // Back over what is no noun phrase: "speaking in New York", "whose firm …".
    while index > 0
        && ends_with_comma
        && segments.get(index).is_some_and(|segment| {
            let low = words.low(segment.start);
            PREPOSITIONS.contains(&low)
                || low.ends_with("ing")
                || matches!(low, "who" | "which" | "whose" | "a" | "an")
        })
    {
        index = index.saturating_sub(1);
    }
    if ends_with_comma && let Some(first) = with_appositions(clause, &segments) {
        index = first;
    }
    // "One of the authors of the report, Ana Ruiz, said"
    if ends_with_comma
        && let (Some(name), Some(described)) = (segments.last(), segments.iter().rev().nth(1))
        && (2..=4).contains(&name.len())
        && name.clone().all(|at| words.is_name(at))
        && !crate::who::is_org_name(words, name.clone())
        && lexicon().party_at(words, name.start).is_none()
        && described.len() <= 14
        && (crate::who::is_determiner(words.low(described.start))
            || described.clone().any(|at| words.is_possessive(at)))
        && described.clone().any(|at| {
            lexicon().nouns.get(words.low(at)).is_some_and(|noun| {
                matches!(
                    noun,
                    Noun::Role | Noun::FirmRole | Noun::ExpertRole | Noun::Expert | Noun::Anon | Noun::Firm
                )
            })
        })
        && !described.clone().any(|at| is_verbal(words, at))
    {
        return Subject::Here {
            region: name.start..end,
            office: Some(described.clone()),
        };
    }
    let Some(segment) = segments.get(index).cloned() else {
        return Subject::Carried;
    };
    let from = clause_start(clause, segment.start, segment.end.min(end));
    // "On Wednesday the city said": the day is no part of who speaks.
    let from = {
        let day = |at: usize| {
            is_weekday(words.low(at))
                || month(words.low(at)).is_some() && words.is_name(at)
                || words.at(at).is_some_and(|token| token.shape == Shape::Number)
        };
        let next = from.saturating_add(1);
        let leads = matches!(
            words.low(from),
            "on" | "in" | "by" | "at" | "since" | "last" | "late" | "early"
        );
        let mut at = next;
        while leads && at < segment.end && day(at) {
            at = at.saturating_add(1);
        }
        if leads && at > next && at < segment.end {
            at
        } else {
            from
        }
    };
    // "the first time the agency has accused": told about, not said.
    let told_about = (from.saturating_sub(1)..segment.end)
        .any(|at| words.low(at) == "time" && crate::who::is_determiner(words.low(at.saturating_add(1))));
    if told_about {
        return Subject::Nobody;
    }
    if from >= segment.end {
        return Subject::Carried;
    }
    let office = index
        .checked_sub(1)
        .and_then(|before| segments.get(before))
        .filter(|before| before.len() <= 8 && !(before.start..before.end).any(|at| is_verbal(words, at)))
        .cloned();
    Subject::Here {
        region: from..end,
        office,
    }
}

/// The segment of a noun phrase that only what stands beside it follows: "Ana Ruiz, 22, of Orrin, a pilot who flew to
/// Lund, Sweden, on Monday, said".
fn with_appositions(clause: &Clause<'_>, segments: &[Range<usize>]) -> Option<usize> {
    let words = clause.words;
    let number = |at: usize| words.at(at).is_some_and(|token| token.shape == Shape::Number);
    let opens = |segment: &Range<usize>| {
        let low = words.low(segment.start);
        matches!(
            low,
            "who"
                | "whose"
                | "which"
                | "a"
                | "an"
                | "the"
                | "former"
                | "now"
                | "then"
                | "himself"
                | "herself"
        ) || number(segment.start) && segment.len() <= 3
            || low.ends_with("ing")
    };
    let place = |segment: &Range<usize>| {
        segment.len() <= 4
            && segment
                .clone()
                .all(|at| words.is_name(at) || words.is_mark(at, '.'))
    };
    let finite = |segment: &Range<usize>| {
        segment.clone().any(|at| {
            is_verbal(words, at) && !crate::who::after_head(words.low(at)) && words.low(at) != "based"
        })
    };
    for first in 0..segments.len().saturating_sub(1) {
        let (Some(head), Some(beside)) = (segments.get(first), segments.get(first.saturating_add(1))) else {
            break;
        };
        let low = words.low(head.start);
        let noun = !PREPOSITIONS.contains(&low)
            && !SUBORDINATORS.contains(&low)
            && !is_adverb(low)
            && !low.ends_with("ing")
            && !matches!(low, "but" | "and" | "who" | "which")
            && opens(beside)
            && !finite(head);
        let rest = segments.get(first.saturating_add(2)..).unwrap_or_default();
        let follows = rest.iter().all(|segment| {
            opens(segment)
                || place(segment)
                || PREPOSITIONS.contains(&words.low(segment.start))
                || matches!(words.low(segment.start), "of" | "and") && !finite(segment)
        });
        if noun && follows {
            return Some(first);
        }
    }
    None
}

/// Pieces of `start..end` between commas and dashes outside brackets and quotations.
fn segments(clause: &Clause<'_>, start: usize, end: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = start;
    let mut depth = 0usize;
    for at in start..end {
        match clause.words.mark(at) {
            Some('(' | '[') => depth = depth.saturating_add(1),
            Some(')' | ']') => depth = depth.saturating_sub(1),
            Some(',' | '–' | '—') if depth == 0 && !clause.quoted.get(at).copied().unwrap_or(false) => {
                if at > from {
                    found.push(from..at);
                }
                from = at.saturating_add(1);
            }
            _ => {}
        }
    }
    if end > from {
        found.push(from..end);
    }
    found
}

/// Where the last clause in `start..end` starts: after "that", "while", and after "and" behind a verb.
fn clause_start(clause: &Clause<'_>, start: usize, end: usize) -> usize {
    let words = clause.words;
    let mut from = start;
    let mut verb_seen = false;
    for at in start..end {
        let low = words.low(at);
        let next = at.saturating_add(1);
        let conjunction = matches!(low, "and" | "or");
        let named_as = low == "as"
            && at.checked_sub(1).is_some_and(|back| {
                matches!(
                    words.low(back),
                    "known" | "identified" | "tracked" | "described" | "itself" | "themselves"
                )
            });
        // "a group that goes by the name": a relative clause, not a new one.
        let relative_that = low == "that"
            && at.checked_sub(1).is_some_and(|back| {
                back >= start
                    && (words.is_name(back) || lexicon().nouns.contains_key(words.low(back)))
                    && !lexicon().cues.contains_key(words.low(back))
            })
            && is_verbal(words, next);
        if (SUBORDINATORS.contains(&low) && !named_as && !relative_that
            || matches!(low, "which" | "who") && !(next..end).any(|at| is_verbal(words, at)))
            && next < end
            && (at == start || !words.is_name(at))
            || conjunction && (at == start || verb_seen)
            || at == start && is_adverb(low)
            || at == start
                && matches!(
                    low,
                    "but" | "yet" | "so" | "however" | "meanwhile" | "nonetheless" | "with" | "though"
                )
            || low.ends_with("wards") && at == start
        {
            from = next;
            verb_seen = false;
        } else if is_verbal(words, at) && at > from {
            verb_seen = true;
        }
    }
    from
}

/// The noun phrase before the relative pronoun at `at`.
fn antecedent(clause: &Clause<'_>, at: usize, floor: usize) -> Range<usize> {
    let words = clause.words;
    let mut end = at;
    if end > floor && words.is_mark(end.saturating_sub(1), ',') {
        end = end.saturating_sub(1);
    }
    let mut start = end;
    while start > floor {
        let back = start.saturating_sub(1);
        let low = words.low(back);
        if words
            .mark(back)
            .is_some_and(|mark| matches!(mark, ',' | ';' | ':'))
            || is_verbal(words, back) && back != start
        {
            break;
        }
        if matches!(
            low,
            "that" | "and" | "but" | "by" | "from" | "of" | "with" | "to" | "for"
        ) {
            break;
        }
        start = back;
    }
    start..end
}

/// Whether tokens `range` start like an adverbial: "On Dec. 19", "After the attack".
pub(crate) fn is_adverbial(words: &Words<'_>, start: usize) -> bool {
    PREPOSITIONS.contains(&words.low(start)) || is_adverb(words.low(start))
}
