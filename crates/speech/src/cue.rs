//! Where in a sentence somebody speaks: verbs with their subjects, "according to", passives, participles, nouns.

use std::ops::Range;

use ascribe_model::words::Stance;

use crate::lexicon::{Cue, Form, Frame, Sign, Tone, lexicon};
use crate::memory::Memory;
use crate::statement::{Record, SpeakerKind};
use crate::subject::{Clause, Subject, before_verb, is_adverb, is_verbal, subject};
use crate::who::{Like, Who, describe, who};
use crate::words::{Shape, Words};

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

/// Marks in `via` that a verb of quoting hands the word to its object.
pub(crate) const HANDED: &str = "(quoted)";

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
    while at < clause.end {
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
            Some(mut one) => {
                hand_over(clause, &mut one, memory);
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
    let mut who = who(words, from..to, memory)?;
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
        || words.is_mark(at.saturating_sub(1), ',') && at.saturating_sub(2) <= clause.start;
    Some(Found {
        cue: at..from,
        who,
        tone: Tone::Content,
        side: if leads { Side::Whole } else { Side::After },
        start: clause.start,
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
                || *at > from && is_verbal(words, *at) && lexicon().cues.contains_key(words.low(*at))
        })
        .unwrap_or(clause.end)
}

fn phrase(clause: &Clause<'_>, at: usize, floor: usize, found: &[Found], memory: &Memory) -> Option<Found> {
    let words = clause.words;
    let (tone, len) = lexicon().phrases.at(words, at)?;
    if *tone == Tone::Nothing || at.saturating_add(len) > clause.end {
        return None;
    }
    let participle = words.low(at).ends_with("ing");
    let made = speaker(clause, at, floor, found, memory)?;
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
        via: Vec::new(),
        nominal: false,
        nested: participle || made.start == at && found.is_empty(),
        passive: false,
        through: None,
        doubt: u8::from(participle),
    })
}

struct Speaker {
    who: Who,
    start: usize,
    /// For relative clauses: where the antecedent starts.
    relative: Option<usize>,
}

/// Who speaks with the verb at `at`.
fn speaker(
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
            None => main_subject(clause, at, memory).or_else(|| messenger(clause, at, memory))?,
        };
        let start = coordinated_start(clause, at);
        Some(Speaker {
            who,
            start,
            relative: None,
        })
    };
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
        let to = words.low(at) == "threatening" && words.low(at.saturating_add(1)) == "to";
        if (comma || to || matches!(low, "by" | "and" | "while")) && !be {
            return carried().map(|one| Speaker { start: at, ..one });
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
            let who = who(words, range.clone(), memory)?;
            Some(Speaker {
                who,
                start: range.start,
                relative: Some(range.start),
            })
        }
        Subject::Here { region, office } => {
            let mut who = who(words, region.clone(), memory)?;
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
fn messenger(clause: &Clause<'_>, at: usize, memory: &Memory) -> Option<Who> {
    let message = (clause.start..at).any(|at| {
        matches!(clause.words.low(at), "message" | "messages" | "email" | "emails" | "e-mail" | "note" | "warning")
    });
    if message { memory.like(Like::Persona) } else { None }
}

/// The last noun phrase in `range`, for "with X saying": the name at its end.
fn named_before(clause: &Clause<'_>, range: Range<usize>, memory: &Memory) -> Option<Who> {
    who(clause.words, range, memory)
}

/// The subject of the sentence's first verb.
fn main_subject(clause: &Clause<'_>, before: usize, memory: &Memory) -> Option<Who> {
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
                memory.like(Like::Persona)
            } else {
                Some(who)
            }
        }
        _ => None,
    }
}

/// First token of a coordinated verb: its adverbs and auxiliaries belong to it, the conjunction does not.
fn coordinated_start(clause: &Clause<'_>, at: usize) -> usize {
    before_verb(clause, at)
}

fn part_end(clause: &Clause<'_>, from: usize) -> usize {
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

/// Speech as a noun: "Pyongyang's warning that …", "threats from hackers", "suspicions that".
fn noun(clause: &Clause<'_>, at: usize, memory: &Memory) -> Option<Found> {
    let words = clause.words;
    let (_, stance) = NOUNS.iter().find(|(noun, _)| *noun == words.low(at))?;
    let next = at.saturating_add(1);
    let back = at.checked_sub(1).filter(|back| *back >= clause.start);
    let make = |who: Who, covers: Range<usize>, doubt: u8| {
        Some(Found {
            cue: at..next,
            who,
            tone: Tone::Is(*stance),
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
    if *stance == Stance::Threatens
        && words.low(at) == "threats"
        && matches!(words.low(next), "issued" | "made" | "sent")
    {
        let speaker = memory.like(Like::Persona).unwrap_or_else(|| Who {
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
fn words_end(clause: &Clause<'_>, from: usize) -> usize {
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

const BE: [&str; 9] = ["is", "are", "was", "were", "be", "been", "being", "'s", "get"];
const MODALS: [&str; 14] = [
    "will", "would", "could", "may", "might", "can", "should", "must", "did", "do", "does", "didn't",
    "don't", "shall",
];

fn verb(clause: &Clause<'_>, at: usize, floor: usize, found: &[Found], memory: &Memory) -> Option<Found> {
    let words = clause.words;
    let cue = *lexicon().cues.get(words.low(at))?;
    if words.is_name(at) && !clause.headline && at > clause.start {
        return None;
    }
    // "United States" is no verb.
    let inside_name = (at.saturating_sub(3)..at).any(|from| {
        words.is_name(from) && lexicon().party_at(words, from).is_some_and(|(_, _, len)| from.saturating_add(len) > at)
    });
    if inside_name {
        return None;
    }
    let next = at.saturating_add(1);
    let back = at.checked_sub(1).filter(|back| *back >= clause.start);
    let from = before_verb(clause, at);
    let between = from..at;
    let passive = cue.form != Form::Ing
        && between.clone().any(|at| BE.contains(&words.low(at)))
        && matches!(cue.form, Form::Past | Form::Participle);
    let not = between.clone().any(|at| {
        matches!(words.low(at), "not" | "never")
            || words.low(at).ends_with("n't")
            || words.low(at).ends_with("n’t")
    });
    if passive {
        return passive_cue(clause, at, floor, cue, found, memory);
    }
    if let Some(inverted) = inverted(clause, at, cue, memory) {
        return Some(inverted);
    }
    if not || reads_as_noun(clause, at, cue, back) {
        return None;
    }
    let low_back = back.map(|back| words.low(back)).unwrap_or_default();
    if low_back == "to" {
        // "has come out to deny", "went on to accuse"
        let lead = (floor..at.saturating_sub(1)).rev().take(3).filter(|before| {
            matches!(
                words.low(*before),
                "come"
                    | "came"
                    | "comes"
                    | "went"
                    | "goes"
                    | "on"
                    | "out"
                    | "continued"
                    | "continues"
                    | "quick"
                    | "forward"
            )
        });
        let lead = lead.min().filter(|_| cue.bare)?;
        let (main, start) = match subject(clause, lead, floor) {
            Subject::Here { region, .. } => (who(words, region.clone(), memory)?, region.start),
            _ => (main_subject(clause, at, memory)?, clause_head(clause, at, floor)),
        };
        return Some(active(
            clause,
            at,
            cue,
            Speaker {
                who: main,
                start,
                relative: None,
            },
            Vec::new(),
        ));
    }
    if MODALS.contains(&low_back) && cue.bare {
        return None;
    }
    // "as claimed by X"
    if low_back == "as" && words.low(next) == "by" && cue.form != Form::Ing {
        let end = words_end(clause, next.saturating_add(1));
        let who = who(words, next.saturating_add(1)..end, memory)?;
        return Some(Found {
            cue: at..next,
            who,
            tone: if cue.tone == Tone::Content {
                // What is claimed is that somebody did it.
                let blames = (clause.start..at)
                    .any(|at| lexicon().content.at(words, at).is_some_and(|(sign, _)| *sign == Sign::Resp));
                Tone::Is(if blames { Stance::Accuses } else { Stance::Asserts })
            } else {
                cue.tone
            },
            side: Side::Inside,
            start: at.saturating_sub(1),
            covers: at.saturating_sub(1)..end,
            via: Vec::new(),
            nominal: false,
            nested: true,
            passive: false,
            through: None,
            doubt: 1,
        });
    }
    if words.low(next) == "by" && cue.form != Form::Finite {
        return None;
    }
    if cue.form == Form::Participle
        && !between
            .clone()
            .any(|at| matches!(words.low(at), "has" | "have" | "had" | "having"))
    {
        return None;
    }
    let quoting = quoted_object(clause, at, found);
    let made = match quoting {
        Some((speaker, via)) => {
            return complement(clause, at, cue).then(|| Found {
                via,
                nested: false,
                ..active(
                    clause,
                    at,
                    cue,
                    Speaker {
                        who: speaker,
                        start: found.last().map_or(at, |one| one.start),
                        relative: None,
                    },
                    Vec::new(),
                )
            });
        }
        None => speaker(clause, at, floor, found, memory)?,
    };
    if !fits(clause, at, cue, &made) {
        return None;
    }
    let via = told_to(clause, at, cue, memory);
    let mut one = active(clause, at, cue, made, via);
    one.nested |= cue.form == Form::Ing && words.is_mark(one.start.saturating_sub(1), ',');
    Some(one)
}

/// "AFP quoted the mission … denying": the object of the verb of quoting speaks, through its subject.
fn quoted_object(clause: &Clause<'_>, at: usize, found: &[Found]) -> Option<(Who, Vec<String>)> {
    let last = found.last()?;
    let near = at.saturating_sub(last.cue.end) <= 14;
    let words = clause.words;
    let ing = words.low(at).ends_with("ing");
    if !(ing && near && last.via.iter().any(|name| name == HANDED)) {
        return None;
    }
    let via: Vec<String> = last.via.iter().filter(|name| *name != HANDED).cloned().collect();
    Some((last.who.clone(), via))
}

fn clause_head(clause: &Clause<'_>, at: usize, floor: usize) -> usize {
    let words = clause.words;
    (floor..at)
        .rev()
        .find(|back| words.is_mark(*back, ',') && !clause.quoted.get(*back).copied().unwrap_or(false))
        .map_or(floor, |comma| comma.saturating_add(1))
}

fn active(clause: &Clause<'_>, at: usize, cue: Cue, made: Speaker, via: Vec<String>) -> Found {
    let next = at.saturating_add(1);
    let relative = made.relative;
    let side = if relative.is_some() {
        Side::Inside
    } else if is_after(clause, at, made.start) && cue_may_follow(cue) {
        Side::After
    } else {
        Side::Before
    };
    Found {
        cue: at..next,
        doubt: made.who.doubt,
        who: made.who,
        tone: cue.tone,
        side,
        start: made.start,
        covers: relative.map_or(at..next, |from| from..part_end(clause, next)),
        via,
        nominal: false,
        nested: relative.is_some(),
        passive: false,
        through: None,
    }
}

fn cue_may_follow(cue: Cue) -> bool {
    matches!(cue.frame, Frame::Say | Frame::Weak)
}

/// Whether what is said stands before the words of speech that start at `start` and end with the verb at `at`.
fn is_after(clause: &Clause<'_>, at: usize, start: usize) -> bool {
    let words = clause.words;
    let Some(before) = start.checked_sub(1).filter(|before| *before > clause.start) else {
        return false;
    };
    let closes = words
        .mark(before)
        .is_some_and(|mark| matches!(mark, ',' | '”' | '"' | '’' | '\'' | '?' | '—' | '–'));
    closes && !has_content(clause, at.saturating_add(1))
}

/// Whether something is said after the verb: a clause, a quotation, "that".
fn has_content(clause: &Clause<'_>, from: usize) -> bool {
    let words = clause.words;
    let mut at = from;
    let mut plain = 0usize;
    while at < clause.end {
        if clause.quoted.get(at).copied().unwrap_or(false) {
            // A quotation that goes on after "he said," belongs to what was said before as well.
            return at.saturating_sub(from) <= 1 && !words.is_mark(from, ',');
        }
        let low = words.low(at);
        if low == "that" || words.is_mark(at, ':') {
            return true;
        }
        if words.is_mark(at, ',') || words.is_mark(at, ';') || words.is_mark(at, '.') {
            return false;
        }
        if is_verbal(words, at) && plain > 0 {
            return true;
        }
        plain = plain.saturating_add(1);
        at = at.saturating_add(1);
    }
    false
}

/// Whether the form is a noun or an adjective here.
fn reads_as_noun(clause: &Clause<'_>, at: usize, cue: Cue, back: Option<usize>) -> bool {
    let words = clause.words;
    let Some(back) = back else {
        return true;
    };
    let low = words.low(back);
    let next = words.low(at.saturating_add(1));
    if crate::who::is_determiner(low)
        || words.is_possessive(back)
        || matches!(
            low,
            "its" | "his" | "their" | "of" | "in" | "for" | "no" | "such" | "some" | "any"
        )
    {
        return true;
    }
    if cue.form == Form::Finite && !matches!(low, "who" | "which") {
        // "Iranian claims", "media reports": a plural noun after an adjective, or before "of".
        let adjective = lexicon()
            .party_at(words, back)
            .is_some_and(|(_, naming, _)| naming == crate::lexicon::Naming::Adjective)
            && !words.low(back).ends_with('s');
        let noun_like = matches!(
            words.low(at),
            "claims"
                | "reports"
                | "threatens"
                | "comments"
                | "questions"
                | "doubts"
                | "demands"
                | "posts"
                | "calls"
                | "notes"
                | "shows"
                | "protests"
                | "links"
                | "finds"
                | "report"
                | "claim"
                | "comment"
                | "question"
                | "doubt"
                | "demand"
                | "post"
                | "call"
                | "note"
                | "show"
                | "link"
                | "find"
                | "blame"
                | "blast"
                | "challenge"
                | "slam"
        );
        if noun_like && (adjective || matches!(next, "of" | "from" | "about" | "by" | "in" | "on")) {
            return true;
        }
    }
    matches!(low, "to" | "without" | "despite" | "before" | "after") && !cue.bare
        || cue.form == Form::Past && matches!(low, "about" | "by" | "with" | "against" | "from" | "on" | "over")
}

/// Whether the verb has what its frame needs.
fn fits(clause: &Clause<'_>, at: usize, cue: Cue, made: &Speaker) -> bool {
    let words = clause.words;
    let next = at.saturating_add(1);
    // "hackers have broken into sites to spread reports": another verb stands between, so this one is a noun.
    let between = (made.start.saturating_add(1)..before_verb(clause, at)).any(|at| {
        is_verbal(words, at) && !clause.quoted.get(at).copied().unwrap_or(false)
    });
    let relative = (made.start..at).any(|at| {
        matches!(words.low(at), "who" | "which" | "whose" | "that") || words.is_mark(at, ',')
    });
    if cue.form == Form::Finite && words.low(at) != "said" && between && !relative {
        return false;
    }
    match cue.frame {
        Frame::Say => {
            // "said" always; "claims", "comments" only where something is said.
            if cue.form == Form::Ing {
                return complement(clause, at, cue);
            }
            true
        }
        Frame::Weak => {
            complement(clause, at, cue)
                || is_after(clause, at, made.start)
                || matches!(
                    words.low(at),
                    "noted" | "observed" | "confirmed" | "acknowledged"
                        | "detected"
                        | "detects"
                        | "found"
                        | "finds"
                        | "discovered"
                        | "identified"
                        | "determined"
                        | "concluded"
                        | "revealed"
                        | "indicated"
                        | "suggested"
                        | "disclosed"
                ) && matches!(
                    made.who.like,
                    Like::Agency | Like::Firm | Like::Experts | Like::Ngo | Like::Paper | Like::Person
                )
        }
        Frame::Act | Frame::Blame => {
            // "hackers linked to", "an attack blamed on": no verb of its own.
            let reduced = cue.form == Form::Past
                && matches!(words.low(next), "to" | "in" | "with" | "on" | "for" | "of")
                && !(before_verb(clause, at)..at).any(|at| matches!(words.low(at), "has" | "have" | "had"));
            !(reduced && cue.frame == Frame::Blame)
                && !(cue.frame == Frame::Blame
                    && matches!(words.low(at), "link" | "links" | "linking" | "charge"))
                && !matches!(made.who.like, Like::Paper if made.who.doubt > 1)
        }
        Frame::Name => {
            let window = next..clause.end.min(next.saturating_add(22));
            let quote = window
                .clone()
                .find(|at| clause.quoted.get(*at).copied().unwrap_or(false));
            let as_ = window.clone().any(|at| words.low(at) == "as");
            match quote {
                Some(open) => {
                    // “Guardians of Peace” is a name and no judgement.
                    let inner = open.saturating_add(1);
                    !words.is_name(inner)
                }
                None => {
                    as_ && matches!(
                        words.low(at),
                        "describe"
                            | "describes"
                            | "described"
                            | "describing"
                            | "labelled"
                            | "characterized"
                            | "branded"
                    )
                }
            }
        }
        Frame::Quote => cue.form != Form::Ing,
        Frame::Decline => words.low(next) == "to" || words.low(next) == "comment",
    }
}

/// Whether something is said right after the verb.
fn complement(clause: &Clause<'_>, at: usize, cue: Cue) -> bool {
    let words = clause.words;
    let next = at.saturating_add(1);
    let window = next..clause.end.min(next.saturating_add(9));
    if matches!(cue.frame, Frame::Act | Frame::Blame)
        || cue.frame == Frame::Say && cue.form == Form::Ing && next < clause.end && words.low(next) != "to"
    {
        return true;
    }
    for token in window {
        if clause.quoted.get(token).copied().unwrap_or(false)
            || words.low(token) == "that"
            || words.is_mark(token, ':')
        {
            return true;
        }
        if token > next
            && words
                .mark(token)
                .is_some_and(|mark| matches!(mark, ',' | ';' | '.'))
        {
            return false;
        }
        if token > next
            && matches!(
                words.low(token),
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
                    | "did"
                    | "does"
                    | "behind"
            )
        {
            return true;
        }
    }
    false
}

/// "…,” said White House spokesman Josh Earnest": the speaker follows.
fn inverted(clause: &Clause<'_>, at: usize, cue: Cue, memory: &Memory) -> Option<Found> {
    let words = clause.words;
    if !matches!(cue.frame, Frame::Say | Frame::Weak) || !matches!(cue.form, Form::Finite | Form::Past) {
        return None;
    }
    let back = at.checked_sub(1).filter(|back| *back >= clause.start)?;
    let opens = words
        .mark(back)
        .is_some_and(|mark| matches!(mark, ',' | '”' | '"' | '’' | '\'' | '?' | '!' | '—' | '–'));
    if !opens {
        return None;
    }
    let next = at.saturating_add(1);
    let begins = words.is_name(next)
        || crate::who::is_determiner(words.low(next))
        || words.low(next).starts_with("u.s");
    if !begins && !lexicon().nouns.contains_key(words.low(next)) {
        return None;
    }
    // "X, says the agency, …" and "X said Y did": a verb right behind the name is no inversion.
    let mut end = next;
    let mut depth = 0usize;
    while end < clause.end {
        let mark = words.mark(end);
        match mark {
            Some('(') => depth = depth.saturating_add(1),
            Some(')') => depth = depth.saturating_sub(1),
            Some('.')
                if words
                    .at(end.saturating_add(1))
                    .is_some_and(|token| token.start > 0)
                    && end.saturating_add(1) < clause.end => {}
            Some(',' | ';' | '.' | '“' | '"' | ':' | '—' | '–') if depth == 0 => break,
            _ => {}
        }
        end = end.saturating_add(1);
    }
    if words
        .mark(end)
        .is_some_and(|mark| matches!(mark, '“' | '"' | ':'))
    {
        return None;
    }
    if (next..end).any(|at| is_verbal(words, at) && !words.is_name(at) && !after_relative(words, next, at)) {
        return None;
    }
    // What stands beside the name: ", a professor at …,".
    let mut beside = end;
    if words.is_mark(end, ',') {
        beside = (end.saturating_add(1)..clause.end)
            .find(|at| {
                words
                    .mark(*at)
                    .is_some_and(|mark| matches!(mark, ',' | ';' | '.'))
            })
            .unwrap_or(clause.end);
    }
    let mut speaker = who(words, next..end, memory)?;
    if speaker.like == Like::Person {
        describe(words, &mut speaker, end..beside);
    }
    Some(Found {
        cue: at..next,
        doubt: speaker.doubt,
        via: told_to(clause, at, cue, memory),
        who: speaker,
        tone: cue.tone,
        side: Side::After,
        start: at,
        covers: at..end,
        nominal: false,
        nested: false,
        passive: false,
        through: None,
    })
}

fn after_relative(words: &Words<'_>, from: usize, at: usize) -> bool {
    (from..at).any(|back| matches!(words.low(back), "who" | "which" | "that" | "whose"))
}

fn passive_cue(
    clause: &Clause<'_>,
    at: usize,
    floor: usize,
    cue: Cue,
    found: &[Found],
    memory: &Memory,
) -> Option<Found> {
    let words = clause.words;
    let next = at.saturating_add(1);
    let end = part_end(clause, next);
    let by =
        (next..end).find(|at| words.low(*at) == "by" && !clause.quoted.get(*at).copied().unwrap_or(false));
    let agent = by.and_then(|by| {
        who(
            words,
            by.saturating_add(1)..words_end_wide(clause, by.saturating_add(1)),
            memory,
        )
    });
    let start = match subject(clause, at, floor) {
        Subject::Here { region, .. } => region.start,
        _ => before_verb(clause, at),
    };
    let make = |who: Who, tone: Tone, doubt: u8| {
        Some(Found {
            cue: at..next,
            who,
            tone,
            side: Side::Before,
            start,
            covers: at..next,
            via: Vec::new(),
            nominal: false,
            nested: false,
            passive: true,
            through: None,
            doubt,
        })
    };
    let low = words.low(at);
    match cue.frame {
        Frame::Say | Frame::Weak | Frame::Name => {
            let opinion = matches!(
                low,
                "believed"
                    | "thought"
                    | "said"
                    | "considered"
                    | "reported"
                    | "suspected"
                    | "understood"
                    | "alleged"
                    | "presumed"
                    | "feared"
                    | "known"
                    | "claimed"
                    | "estimated"
            );
            let followed = matches!(words.low(next), "to" | "that" | "by" | "as")
                || low == "considered"
                || words.is_adverb_at(next);
            if !opinion || !followed {
                return None;
            }
            let tone = if low == "alleged" || low == "suspected" {
                Tone::Is(Stance::Accuses)
            } else {
                Tone::Content
            };
            make(agent.unwrap_or_else(|| nobody("unspecified")), tone, 1)
        }
        Frame::Blame => {
            // The subject is the accused; it is found by what is said of it.
            make(agent.unwrap_or_else(|| nobody("unspecified")), cue.tone, 1)
        }
        Frame::Act => make(agent?, cue.tone, 0),
        Frame::Quote => {
            // "was quoted by AFP as saying": the subject speaks, the agent passes it on.
            let Subject::Here { region, .. } = subject(clause, at, floor) else {
                return None;
            };
            let speaker = who(words, region, memory)?;
            let mut one = make(speaker, Tone::Content, 0)?;
            one.passive = false;
            one.via = agent.map(|agent| vec![agent.name]).unwrap_or_default();
            one.via.push(HANDED.to_owned());
            Some(one)
        }
        Frame::Decline => None,
    }
}

impl Words<'_> {
    fn is_adverb_at(&self, at: usize) -> bool {
        is_adverb(self.low(at))
    }
}

/// End of an agent phrase: up to a comma followed by a verb, or the clause's end.
fn words_end_wide(clause: &Clause<'_>, from: usize) -> usize {
    let words = clause.words;
    (from..clause.end)
        .find(|at| {
            words
                .mark(*at)
                .is_some_and(|mark| matches!(mark, ',' | ';' | '.' | ':') && !is_dot_inside(words, *at))
                || *at > from && matches!(words.low(*at), "as" | "for" | "who" | "that" | "on" | "after")
        })
        .unwrap_or(clause.end)
}

fn is_dot_inside(words: &Words<'_>, at: usize) -> bool {
    words.is_mark(at, '.')
        && words
            .at(at.saturating_add(1))
            .is_some_and(|token| !token.spaced || token.shape == Shape::Word && token.capital)
}

/// Media that heard it: "told AFP", "in an interview with the BBC"; and the object of a verb of quoting.
fn told_to(clause: &Clause<'_>, at: usize, cue: Cue, memory: &Memory) -> Vec<String> {
    let words = clause.words;
    let low = words.low(at);
    if !(low.starts_with("t") && matches!(low, "told" | "tells" | "tell" | "telling"))
        && cue.frame != Frame::Say
    {
        return Vec::new();
    }
    let window = at.saturating_add(1)..clause.end.min(at.saturating_add(9));
    let told = matches!(low, "told" | "tells" | "tell" | "telling");
    let mut index = window.start;
    while index < window.end {
        let with = index > at.saturating_add(1)
            && matches!(
                words.low(index.saturating_sub(1)),
                "with" | "to" | "the" | "on" | "by"
            );
        if (told && index == at.saturating_add(1)
            || with
            || told && words.low(index.saturating_sub(1)) == "the")
            && let Some((party, naming, len)) = lexicon().party_at(words, index)
            && naming == crate::lexicon::Naming::Name
            && let Some(party) = lexicon().parties.get(party)
            && matches!(
                party.sort,
                crate::lexicon::Sort::Media | crate::lexicon::Sort::StateMedia
            )
        {
            // "RFA's Korean Service": the part that heard it.
            let mut end = index.saturating_add(len);
            let mut name = words.slice(index..end).to_owned();
            if words.is_possessive(end) && words.is_name(end.saturating_add(1)) {
                end = end.saturating_add(1);
                while words.is_name(end) {
                    name.push(' ');
                    name.push_str(words.raw(end));
                    end = end.saturating_add(1);
                }
            } else {
                name.clone_from(&party.name);
            }
            return vec![name];
        }
        if clause.quoted.get(index).copied().unwrap_or(false) || words.low(index) == "that" {
            break;
        }
        index = index.saturating_add(1);
    }
    let _ = memory;
    Vec::new()
}

/// For a verb of quoting: its object as the speaker, its subject as the way.
fn hand_over(clause: &Clause<'_>, one: &mut Found, memory: &Memory) {
    let words = clause.words;
    let verb = one.cue.start;
    if one.passive
        || lexicon()
            .cues
            .get(words.low(verb))
            .is_none_or(|cue| cue.frame != Frame::Quote)
    {
        return;
    }
    let from = verb.saturating_add(1);
    let end = (from..clause.end)
        .find(|at| {
            words
                .mark(*at)
                .is_some_and(|mark| matches!(mark, ',' | ';' | '“' | '"' | '('))
                || matches!(words.low(*at), "as" | "on" | "who") && *at > from
                || words.low(*at).ends_with("ing") && lexicon().cues.contains_key(words.low(*at))
        })
        .unwrap_or(clause.end);
    let says = (end..clause.end.min(end.saturating_add(4)))
        .any(|at| words.low(at).ends_with("ing") && lexicon().cues.contains_key(words.low(at)));
    if !says {
        return;
    }
    if let Some(speaker) = who(words, from..end, memory) {
        let way = one.who.name.clone();
        one.who = speaker;
        one.via.push(way);
        one.via.push(HANDED.to_owned());
    }
}
