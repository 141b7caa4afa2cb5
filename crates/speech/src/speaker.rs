//! Who speaks with a verb: its own subject, the one before, the head of a relative clause, the sentence's first.

use std::ops::Range;

use crate::cue::{Found, Side};
use crate::lexicon::{Form, Frame, Noun, lexicon};
use crate::memory::Memory;
use crate::statement::SpeakerKind;
use crate::stranger::stranger;
use crate::subject::{Clause, Subject, before_verb, is_verbal, subject};
use crate::verb::BE;
use crate::who::{Like, Who, describe, who};

pub(crate) struct Speaker {
    pub(crate) who: Who,
    pub(crate) start: usize,
    /// For relative clauses: where the antecedent starts.
    pub(crate) relative: Option<usize>,
}

/// Who speaks with the verb at `at`.
pub(crate) fn speaker(
    clause: &Clause<'_>,
    at: usize,
    floor: usize,
    found: &[Found],
    memory: &Memory,
) -> Option<Speaker> {
    let words = clause.words;
    let carried = || -> Option<Speaker> {
        let before = found
            .iter()
            .rev()
            .find(|one| one.side != Side::Inside && !one.passive);
        let who = match before {
            Some(before) => before.who.clone(),
            None => main_subject(clause, at, memory)
                .or_else(|| messenger(clause, at, memory))
                .or_else(|| first_name(clause, at, memory))?,
        };
        let start = coordinated_start(clause, at);
        Some(Speaker {
            who,
            start,
            relative: None,
        })
    };
    // "X is quick to load, indicating": what shows something says nothing.
    let shows = matches!(
        words.low(at),
        "indicating" | "suggesting" | "showing" | "revealing" | "highlighting" | "signaling" | "implying"
    );
    if shows && found.iter().all(|one| one.side == Side::Inside || one.passive) {
        return None;
    }
    if words.low(at).ends_with("ing")
        && lexicon()
            .cues
            .get(words.low(at))
            .is_none_or(|cue| cue.form == Form::Ing)
    {
        let back = before_verb(clause, at);
        let lead = back.checked_sub(1).filter(|lead| *lead >= floor)?;
        let low = words.low(lead);
        let be =
            (back..at).any(|between| matches!(words.low(between), "is" | "are" | "was" | "were" | "been"));
        let comma = words.is_mark(lead, ',')
            || words.mark(lead).is_some_and(|mark| matches!(mark, '”' | '"'))
                && lead.checked_sub(1).is_some_and(|comma| words.is_mark(comma, ','));
        // "released an article Sunday saying"
        let paper = (back.saturating_sub(4).max(floor)..back)
            .any(|at| lexicon().nouns.get(words.low(at)) == Some(&Noun::Paper))
            && (floor..back).any(|at| {
                matches!(
                    words.low(at),
                    "released"
                        | "issued"
                        | "published"
                        | "posted"
                        | "sent"
                        | "wrote"
                        | "carried"
                        | "made"
                        | "put"
                        | "returned"
                        | "filed"
                        | "unsealed"
                        | "signed"
                )
            });
        let to = paper && words.low(at) != "citing"
            || words.low(at) == "threatening" && words.low(at.saturating_add(1)) == "to";
        // "joined others in condemning"; behind another verb of speech it is part of what that one says.
        let joins = low == "in" && found.is_empty()
            || low == "for"
                && lead
                    .checked_sub(1)
                    .is_some_and(|known| matches!(words.low(known), "known" | "notorious" | "infamous"));
        if (comma || to || joins || matches!(low, "by" | "and" | "while")) && !be {
            let start = if (paper || joins) && !comma { floor } else { at };
            return carried().map(|one| Speaker { start, ..one });
        }
        if !be {
            // "with the counselor saying", "quoted the mission denying"
            let with = (floor..at).rev().find(|back| words.low(*back) == "with");
            if let Some(with) = with
                && at.saturating_sub(with) <= 12
            {
                let who = named_before(clause, with.saturating_add(1)..at, memory)?;
                return Some(Speaker {
                    who,
                    start: with,
                    relative: None,
                });
            }
            return None;
        }
    }
    match subject(clause, at, floor) {
        Subject::Nobody => None,
        Subject::Carried => carried(),
        Subject::Antecedent(range) => {
            // "X is a group that has claimed": X has.
            if let Some(portrait) = crate::portrait::portrait(clause)
                && portrait.predicate.contains(&range.start)
                && found.is_empty()
                && lexicon()
                    .nouns
                    .get(words.low(range.end.saturating_sub(1)))
                    .is_none_or(|noun| matches!(noun, Noun::Persona))
                && (portrait.predicate.start..range.end).all(|at| !words.is_mark(at, ','))
            {
                return Some(Speaker {
                    who: portrait.who,
                    start: clause.start,
                    relative: None,
                });
            }
            let who = who(words, range.clone(), memory)?;
            Some(Speaker {
                who,
                start: range.start,
                relative: Some(range.start),
            })
        }
        Subject::Here { region, office } => {
            // "Still, she added", "something he denied": the pronoun before the verb is its subject.
            let last = region.end.saturating_sub(1);
            let region = if region.len() > 1
                && matches!(words.low(last), "he" | "she" | "they" | "it" | "we" | "i")
                && !words.is_mark(last.saturating_sub(1), '.')
            {
                last..region.end
            } else {
                region
            };
            // "he said" behind somebody who speaks in the same sentence is that one.
            // "X is active, and it claims": the pronoun is the sentence's own subject.
            let thing = region.len() == 1 && matches!(words.low(region.start), "it" | "they");
            if thing
                && found.iter().all(|one| one.side == Side::Inside || one.passive)
                && region.start > clause.start.saturating_add(3)
                && let Some(own) = main_subject(clause, region.start, memory)
                && !matches!(own.like, Like::Paper | Like::Crowd | Like::Anon)
                && (own.like != Like::Person || own.doubt > 0 && own.kind == SpeakerKind::Expert)
                && own.name.chars().any(char::is_uppercase)
            {
                // "it" is no person, whatever the name looks like.
                let mut own = own;
                if own.like == Like::Person {
                    own.like = Like::Firm;
                    own.kind = SpeakerKind::Company;
                }
                return Some(Speaker {
                    who: own,
                    start: region.start,
                    relative: None,
                });
            }
            let alone = region.len() == 1 && matches!(words.low(region.start), "he" | "she" | "it" | "they");
            let person = matches!(words.low(region.start), "he" | "she");
            let same = found.iter().rev().find(|one| {
                one.side != Side::Inside
                    && (one.who.like == Like::Person) == person
                    && one.who.like != Like::Crowd
            });
            if alone && let Some(same) = same {
                return Some(Speaker {
                    who: same.who.clone(),
                    start: region.start,
                    relative: None,
                });
            }
            let human = [
                "wrote", "writ", "add", "note", "repl", "answer", "respond", "stress", "recall", "belie",
                "think",
            ]
            .iter()
            .any(|stem| words.low(at).starts_with(stem))
                && (words.low(at.saturating_add(1)) == "that"
                    || clause.quoted.get(at.saturating_add(1)).copied().unwrap_or(false));
            let always = human
                || lexicon().phrases.at(words, at).is_some()
                || lexicon()
                    .cues
                    .get(words.low(at))
                    .is_some_and(|cue| cue.frame == Frame::Say && cue.form != Form::Ing)
                    && (words.low(at).starts_with("sa")
                        || crate::fits::complement(clause, at, lexicon().cues.get(words.low(at)).copied()?)
                        || crate::verb::is_after(clause, at, region.start));
            let mut who = who(words, region.clone(), memory)
                .or_else(|| always.then(|| stranger(words, region.clone())).flatten())?;
            // "Acme restarted the line, the company said": the sentence's own subject.
            let common = words.low(region.start) == "the"
                && region.len() == 2
                && matches!(who.like, Like::Firm | Like::Agency | Like::Persona)
                && !who.name.contains(char::is_uppercase);
            if common
                && region.start > clause.start.saturating_add(2)
                && let Some(own) = main_subject(clause, region.start, memory)
                && own.name.contains(char::is_uppercase)
                && matches!(own.like, Like::Firm | Like::Agency | Like::Persona | Like::Person)
            {
                let (kind, like, mention) = (who.kind, who.like, who.mention.clone());
                who = Who {
                    kind,
                    like,
                    mention,
                    doubt: own.doubt.max(1),
                    ..own
                };
            }
            let mut start = region.start;
            if who.like == Like::Person
                && who.kind == SpeakerKind::Expert
                && who.doubt > 0
                && let Some(office) = office
            {
                describe(words, &mut who, office.clone());
                if who.doubt == 0 {
                    start = office.start;
                }
            }
            Some(Speaker {
                who,
                start,
                relative: None,
            })
        }
    }
}

/// A message without a name that threatens is the persona's.
pub(crate) fn messenger(clause: &Clause<'_>, at: usize, memory: &Memory) -> Option<Who> {
    let verb = clause.words.low(at);
    if !(verb.starts_with("threat")
        || verb.starts_with("demand")
        || verb.starts_with("claim")
        || verb.starts_with("warn"))
    {
        return None;
    }
    let message = (clause.start..at).any(|at| {
        matches!(
            clause.words.low(at),
            "message" | "messages" | "email" | "emails" | "e-mail" | "note" | "warning"
        )
    });
    if message {
        memory.spoken_of(Like::Persona)
    } else {
        None
    }
}

/// The last noun phrase in `range`, for "with X saying": the name at its end.
pub(crate) fn named_before(clause: &Clause<'_>, range: Range<usize>, memory: &Memory) -> Option<Who> {
    who(clause.words, range, memory)
}

/// "Acme tracks the group as X and attributes …": the name that begins the sentence, whatever the verb behind it.
fn first_name(clause: &Clause<'_>, before: usize, memory: &Memory) -> Option<Who> {
    let words = clause.words;
    let end = match lexicon().party_at(words, clause.start) {
        Some((_, naming, len)) if naming != crate::lexicon::Naming::Adjective => {
            clause.start.saturating_add(len)
        }
        _ => crate::who::name_run(words, clause.start, before)?.end,
    };
    let mut end = end;
    while lexicon().nouns.contains_key(words.low(end)) && !words.is_name(end) {
        end = end.saturating_add(1);
    }
    let verb = words.low(end);
    let plural = end
        .checked_sub(1)
        .is_some_and(|back| words.low(back).ends_with('s'));
    let present = plural && words.is_word(end) && !words.is_name(end);
    let present =
        present || verb.len() > 3 && verb.ends_with('s') && words.is_word(end) && !words.is_name(end);
    present.then(|| who(words, clause.start..end, memory)).flatten()
}

/// The subject of the sentence's first verb.
pub(crate) fn main_subject(clause: &Clause<'_>, before: usize, memory: &Memory) -> Option<Who> {
    let words = clause.words;
    let verb = (clause.start.saturating_add(1)..before)
        .find(|at| !clause.quoted.get(*at).copied().unwrap_or(false) && is_verbal(words, *at))?;
    let passive = BE.contains(&words.low(verb));
    if passive
        && let Some(by) = (verb..before).find(|at| words.low(*at) == "by")
        && let Some(agent) = who(words, by.saturating_add(1)..before, memory)
        && agent.like == Like::Persona
    {
        return Some(agent);
    }
    match subject(clause, verb, clause.start) {
        Subject::Here { region, .. } => {
            let who = who(words, region, memory)?;
            // A message without a name that threatens is the persona's.
            let message = who.like == Like::Paper && who.doubt > 1;
            if message {
                memory.spoken_of(Like::Persona)
            } else {
                Some(who)
            }
        }
        _ => None,
    }
}

/// First token of a coordinated verb: its adverbs and auxiliaries belong to it, the conjunction does not.
pub(crate) fn coordinated_start(clause: &Clause<'_>, at: usize) -> usize {
    before_verb(clause, at)
}
