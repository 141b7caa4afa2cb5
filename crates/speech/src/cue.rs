//! Where in a sentence somebody speaks: verbs with their subjects, "according to", passives, participles, nouns.

use crate::handed::{cites, hand_over};
use crate::lexicon::{Tone, lexicon};
use crate::memory::Memory;
use crate::speaker::speaker;
use crate::statement::{Record, SpeakerKind};
use crate::subject::{Clause, is_verbal};
use crate::verb::verb;
use crate::who::{Like, Who, who};
use ascribe_model::words::Stance;
use std::ops::Range;

/// Where the words of speech stand to what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Before it: "the agency said that …".
    Before,
    /// After it: "…, the agency said".
    After,
    /// Around it: "according to the agency, …".
    Whole,
    /// Inside another clause, without a part of its own: "threats from hackers".
    Inside,
}

/// Somebody speaks.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Tokens of the verb or phrase.
    pub(crate) cue: Range<usize>,
    /// Who.
    pub(crate) who: Who,
    pub(crate) tone: Tone,
    pub(crate) side: Side,
    /// Where the part of the sentence that belongs to it starts, if it starts a part.
    pub(crate) start: usize,
    /// For `Inside`: the tokens that it covers.
    pub(crate) covers: Range<usize>,
    /// Media and others through whom the speaker is heard.
    pub(crate) via: Vec<String>,
    pub(crate) nominal: bool,
    /// A participle or a relative clause: part of another statement.
    pub(crate) nested: bool,
    /// A passive: "is believed".
    pub(crate) passive: bool,
    /// How unsure it is that this is speech at all, 0 to 3.
    pub(crate) doubt: u8,
    /// Whoever passed it on, for later mentions.
    pub(crate) through: Option<Box<Who>>,
}

impl Found {
    /// The one word at `at` says something in the passive, and nobody in particular is behind it.
    pub(crate) fn of_nobody(at: usize, tone: Tone, side: Side, start: usize) -> Self {
        let word = at..at.saturating_add(1);
        Self {
            cue: word.clone(),
            who: nobody("unspecified"),
            tone,
            side,
            start,
            covers: word,
            via: Vec::new(),
            nominal: false,
            nested: false,
            passive: true,
            through: None,
            doubt: 1,
        }
    }
}

/// Marks in `via` that a verb of quoting hands the word to its object.
pub(crate) const HANDED: &str = "(quoted)";

/// Nobody lets more people speak in one sentence.
const SPEAKERS_MAX: usize = 16;

/// Nobody in particular.
pub(crate) fn nobody(name: &str) -> Who {
    Who {
        name: name.to_owned(),
        kind: SpeakerKind::Unspecified,
        record: Record::Unattributed,
        like: Like::Crowd,
        plural: true,
        whose: None,
        mention: 0..0,
        doubt: 0,
    }
}

/// All speech in the sentence, in order.
pub(crate) fn find(clause: &Clause<'_>, memory: &Memory) -> Vec<Found> {
    let words = clause.words;
    let mut found: Vec<Found> = Vec::new();
    let mut floor = clause.start;
    let mut at = clause.start;
    while at < clause.end && found.len() < SPEAKERS_MAX {
        let opens = at > clause.start
            && words.mark(at.saturating_sub(1)).is_some()
            && lexicon().phrases.at(words, at).is_some();
        if clause.quoted.get(at).copied().unwrap_or(false) && !opens || !words.is_word(at) {
            at = at.saturating_add(1);
            continue;
        }
        let one = according(clause, at, memory)
            .or_else(|| phrase(clause, at, floor, &found, memory))
            .or_else(|| noun(clause, at, memory))
            .or_else(|| verb(clause, at, floor, &found, memory));
        match one {
            // "According to X, the group is suspected of": X suspects it.
            Some(one)
                if one.passive
                    && one.who.record == Record::Unattributed
                    && found
                        .last()
                        .is_some_and(|last| last.side == Side::Whole && !last.passive) =>
            {
                if let Some(last) = found.last_mut()
                    && last.tone == Tone::Content
                {
                    last.tone = one.tone;
                }
                at = one.cue.end.max(at.saturating_add(1));
            }
            // "…, she said, according to the Times": heard through it.
            Some(one)
                if words.low(at) == "according"
                    && one.side == Side::After
                    && one.who.like == Like::Media
                    && found.last().is_some_and(|last| {
                        last.side != Side::Inside && !last.passive && last.who.name != one.who.name
                    }) =>
            {
                let end = one.cue.end.max(at.saturating_add(1));
                if let Some(last) = found.last_mut() {
                    last.via.push(one.who.name.clone());
                    last.through = Some(Box::new(one.who));
                }
                at = end;
            }
            // "…, Yonhap reported": heard through it.
            Some(one)
                if one.side == Side::After
                    && one.who.like == Like::Media
                    && matches!(words.low(one.cue.start), "said" | "reported" | "says" | "reports")
                    && found.last().is_some_and(|last| {
                        last.side != Side::Inside
                            && !last.passive
                            && last.who.like != Like::Media
                            && last.who.name != one.who.name
                            && one.start > last.cue.end.saturating_add(2)
                    }) =>
            {
                let end = one.cue.end.max(at.saturating_add(1));
                if let Some(last) = found.last_mut() {
                    last.via.push(one.who.name.clone());
                    last.through = Some(Box::new(one.who));
                }
                at = end;
            }
            Some(mut one) => {
                hand_over(clause, &mut one, memory);
                cites(clause, &mut one, memory);
                let handed = found.last().is_some_and(|last| {
                    last.via.iter().any(|name| name == HANDED) && last.who.name == one.who.name
                });
                if handed && let Some(last) = found.pop() {
                    one.start = last.start;
                    one.nested = false;
                }
                let end = one.cue.end.max(at.saturating_add(1));
                if one.side != Side::Inside {
                    floor = floor.max(one.cue.end);
                }
                found.push(one);
                at = end;
            }
            None => at = at.saturating_add(1),
        }
    }
    found
}

/// "according to X", "in the words of X".
fn according(clause: &Clause<'_>, at: usize, memory: &Memory) -> Option<Found> {
    let words = clause.words;
    if words.low(at) != "according" || words.low(at.saturating_add(1)) != "to" {
        return None;
    }
    let from = at.saturating_add(2);
    let to = phrase_end(clause, from);
    let handed = (from..to).find(|at| {
        words.low(*at) == "by"
            && at.checked_sub(1).is_some_and(|back| {
                matches!(
                    words.low(back),
                    "published"
                        | "released"
                        | "issued"
                        | "collected"
                        | "compiled"
                        | "shared"
                        | "provided"
                        | "gathered"
                        | "disclosed"
                        | "posted"
                )
            })
    });
    // "according to details published by X": X says it.
    let issuer = handed
        .and_then(|by| crate::who::who(words, by.saturating_add(1)..to, memory))
        .filter(|issuer| !matches!(issuer.like, Like::Crowd | Like::Paper));
    let mut who = match (who(words, from..to, memory), issuer) {
        (Some(who), Some(issuer)) if who.like == Like::Paper => issuer,
        (None, Some(issuer)) => issuer,
        (Some(who), _) => who,
        (None, None) => crate::stranger::stranger(words, from..to)?,
    };
    let mut via = Vec::new();
    // "according to an e-mail obtained by Reuters": the paper speaks, the agency passes it on.
    if let Some(by) = (from..to).find(|at| {
        words.low(*at) == "by"
            && at
                .checked_sub(1)
                .is_some_and(|back| matches!(words.low(back), "obtained" | "seen" | "reviewed" | "published"))
    }) && let Some(agency) = crate::who::who(words, by.saturating_add(1)..to, memory)
    {
        via.push(agency.name.clone());
        if who.like == Like::Paper {
            who = agency;
        }
    }
    let leads = at == clause.start
        || at == clause.start.saturating_add(1) && crate::subject::is_adverb(words.low(clause.start))
        || words.is_mark(at.saturating_sub(1), ',') && at.saturating_sub(2) <= clause.start;
    Some(Found {
        cue: at..from,
        who,
        tone: Tone::Content,
        side: if leads { Side::Whole } else { Side::After },
        start: if leads { clause.start } else { at },
        covers: at..to,
        via,
        nominal: false,
        nested: false,
        passive: false,
        through: None,
        doubt: 0,
    })
}

/// End of a phrase that starts at `from`: the next comma outside an apposition, or the sentence's end.
fn phrase_end(clause: &Clause<'_>, from: usize) -> usize {
    let words = clause.words;
    (from..clause.end)
        .find(|at| {
            words
                .mark(*at)
                .is_some_and(|mark| matches!(mark, ',' | ';' | ':' | '“' | '"' | '—' | '.'))
                && *at > from
                || *at > from
                    && is_verbal(words, *at)
                    && lexicon().cues.contains_key(words.low(*at))
                    && words.low(at.saturating_add(1)) != "by"
        })
        .unwrap_or(clause.end)
}

fn phrase(clause: &Clause<'_>, at: usize, floor: usize, found: &[Found], memory: &Memory) -> Option<Found> {
    let words = clause.words;
    let (tone, len) = lexicon().phrases.at(words, at)?;
    if *tone == Tone::Nothing || at.saturating_add(len) > clause.end {
        return None;
    }
    // "his client would plead not guilty": nobody has said it yet.
    if at > clause.start
        && matches!(
            words.low(at.saturating_sub(1)),
            "would" | "will" | "could" | "might" | "may"
        )
    {
        return None;
    }
    // "do not share that view": the phrase does not hold.
    let back = at.saturating_sub(2).max(clause.start)..at;
    if back
        .into_iter()
        .any(|at| matches!(words.low(at), "not" | "never" | "don't" | "doesn't" | "didn't"))
    {
        return None;
    }
    let participle = words.low(at).ends_with("ing");
    let mut handed = Vec::new();
    let made = match crate::verb::quoted_object(clause, at, found) {
        Some((who, via)) => {
            handed = via;
            crate::speaker::Speaker {
                who,
                start: found.last().map_or(at, |last| last.start),
                relative: None,
            }
        }
        None => speaker(clause, at, floor, found, memory)?,
    };
    let after = at.saturating_add(len);
    Some(Found {
        cue: at..after,
        who: made.who,
        tone: *tone,
        side: if made.relative.is_some() {
            Side::Inside
        } else {
            Side::Before
        },
        start: made.start,
        covers: made
            .relative
            .map_or(at..after, |from| from..part_end(clause, after)),
        via: handed,
        nominal: false,
        nested: participle || made.start == at && found.is_empty(),
        passive: false,
        through: None,
        doubt: u8::from(participle),
    })
}

pub(crate) fn part_end(clause: &Clause<'_>, from: usize) -> usize {
    (from..clause.end)
        .find(|at| clause.words.is_mark(*at, ',') && !clause.quoted.get(*at).copied().unwrap_or(false))
        .unwrap_or(clause.end)
}

const NOUNS: [(&str, Stance); 14] = [
    ("threats", Stance::Threatens),
    ("threat", Stance::Threatens),
    ("warning", Stance::Threatens),
    ("warnings", Stance::Threatens),
    ("accusation", Stance::Accuses),
    ("accusations", Stance::Accuses),
    ("allegation", Stance::Accuses),
    ("allegations", Stance::Accuses),
    ("claim", Stance::Asserts),
    ("claims", Stance::Asserts),
    ("denial", Stance::Denies),
    ("denials", Stance::Denies),
    ("condemnation", Stance::Condemns),
    ("suspicions", Stance::Accuses),
];

const JUDGEMENTS: [&str; 14] = [
    "assertion",
    "assertions",
    "assessment",
    "conclusion",
    "finding",
    "findings",
    "contention",
    "insistence",
    "claim",
    "claims",
    "admission",
    "statement",
    "view",
    "belief",
];

/// Speech as a noun: "Pyongyang's warning that …", "threats from hackers", "suspicions that".
fn noun(clause: &Clause<'_>, at: usize, memory: &Memory) -> Option<Found> {
    let words = clause.words;
    let next = at.saturating_add(1);
    // "the agency's assessment that …": what is assessed decides.
    let judges = words.low(next) == "that" && JUDGEMENTS.contains(&words.low(at));
    let tone = match NOUNS.iter().find(|(noun, _)| *noun == words.low(at)) {
        Some((_, stance)) if !judges => Tone::Is(*stance),
        _ if judges => Tone::Content,
        _ => return None,
    };
    let back = at.checked_sub(1).filter(|back| *back >= clause.start);
    let make = |who: Who, covers: Range<usize>, doubt: u8| {
        Some(Found {
            cue: at..next,
            who,
            tone,
            side: if covers == (clause.start..clause.end) {
                Side::Whole
            } else {
                Side::Inside
            },
            start: covers.start,
            nested: covers != (clause.start..clause.end),
            covers,
            via: Vec::new(),
            nominal: true,
            passive: false,
            through: None,
            doubt,
        })
    };
    // X's warning that …
    if let Some(back) = back
        && words.is_possessive(back)
        && matches!(words.low(next), "that" | "of" | "against" | "to")
    {
        let mut start = back;
        while start > clause.start {
            let before = start.saturating_sub(1);
            if !(words.is_name(before) || words.low(before) == "the") {
                break;
            }
            start = before;
        }
        let speaker = who(words, start..back, memory)?;
        return make(speaker, start..part_end(clause, next), 0);
    }
    if words.low(next) == "from" || words.low(next) == "by" {
        let end = words_end(clause, next.saturating_add(1));
        let speaker = who(words, next.saturating_add(1)..end, memory)?;
        let end = if speaker.mention.end > next {
            speaker.mention.end.min(end)
        } else {
            end
        };
        return make(speaker, at..end, 1);
    }
    if tone == Tone::Is(Stance::Threatens)
        && words.low(at) == "threats"
        && matches!(words.low(next), "issued" | "made" | "sent")
    {
        let speaker = memory.spoken_of(Like::Persona).unwrap_or_else(|| Who {
            kind: SpeakerKind::Persona,
            record: Record::OnRecord,
            like: Like::Persona,
            ..nobody("attackers")
        });
        let end = words_end(clause, next.saturating_add(1));
        return make(speaker, at..end, 1);
    }
    if words.low(at) == "suspicions" && at == clause.start {
        return make(nobody("unspecified"), clause.start..clause.end, 0);
    }
    None
}

/// The last token of the noun phrase after a preposition at `from`, plus one.
pub(crate) fn words_end(clause: &Clause<'_>, from: usize) -> usize {
    let words = clause.words;
    let mut at = from;
    while at < clause.end && at < from.saturating_add(8) {
        if words.mark(at).is_some()
            || at > from && is_verbal(words, at)
            || at > from && words.low(at) == "that"
        {
            break;
        }
        at = at.saturating_add(1);
    }
    at
}
