//! Verbs of speech with their speakers: active, inverted, passive, participles, verbs that hand the word on.

use ascribe_model::words::Stance;

use crate::cue::{Found, HANDED, Side, nobody, part_end, words_end};
use crate::fits::{complement, fits, reads_as_noun, told_to};
use crate::lexicon::{Cue, Form, Frame, Sign, Tone, lexicon};
use crate::memory::Memory;
use crate::speaker::{Speaker, main_subject, speaker};
use crate::subject::{Clause, Subject, before_verb, is_adverb, is_verbal, subject};
use crate::turn::{OPINION, claims_deed, friendly_vow, negative, reduced};
use crate::who::{Like, Who, describe, who};
use crate::words::{Shape, Words};

pub(crate) const BE: [&str; 9] = ["is", "are", "was", "were", "be", "been", "being", "'s", "get"];

pub(crate) const MODALS: [&str; 14] = [
    "will", "would", "could", "may", "might", "can", "should", "must", "did", "do", "does", "didn't",
    "don't", "shall",
];

pub(crate) fn verb(
    clause: &Clause<'_>,
    at: usize,
    floor: usize,
    found: &[Found],
    memory: &Memory,
) -> Option<Found> {
    let words = clause.words;
    let cue = *lexicon().cues.get(words.low(at))?;
    if words.is_name(at) && !clause.headline && at > clause.start {
        return None;
    }
    // "a release", "to publish": only who gave out a paper says what is in it.
    let gives = ["releas", "issu", "publish"]
        .iter()
        .any(|verb| words.low(at).starts_with(verb));
    if gives && !crate::fits::ISSUES.contains(&words.low(at)) {
        return None;
    }
    // "United States" is no verb.
    let inside_name = (at.saturating_sub(3)..at).any(|from| {
        words.is_name(from)
            && lexicon()
                .party_at(words, from)
                .is_some_and(|(_, _, len)| from.saturating_add(len) > at)
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
    let neither = words.low(clause.start) == "neither" && clause.start >= floor
        || back.is_some_and(|back| words.low(back) == "neither");
    let not = neither
        || between.clone().any(|at| {
            matches!(words.low(at), "not" | "never")
                || words.low(at).ends_with("n't")
                || words.low(at).ends_with("n’t")
        });
    if passive {
        return passive_cue(clause, at, floor, cue, memory);
    }
    // "he said to cheers" speaks; "said to be" is what nobody in particular says.
    let to_be = words.low(next) == "to"
        && (words.low(at) != "said" || matches!(words.low(next.saturating_add(1)), "be" | "have"));
    if cue.form == Form::Past && OPINION.contains(&words.low(at)) && to_be {
        return reduced(clause, at, cue);
    }
    if let Some(inverted) = inverted(clause, at, cue, memory) {
        return Some(inverted);
    }
    if not {
        return negative(clause, at, floor, cue, found, memory);
    }
    if reads_as_noun(clause, at, cue, back) {
        return None;
    }
    let low_back = back.map(|back| words.low(back)).unwrap_or_default();
    // "when asked": somebody else asks.
    if matches!(low_back, "when" | "if" | "once") && cue.form == Form::Past {
        return None;
    }
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
            ) || matches!(words.low(*before), "began" | "begun" | "started")
                && words.low(before.saturating_sub(1)) != "and"
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
                let blames = (clause.start..at).any(|at| {
                    lexicon()
                        .content
                        .at(words, at)
                        .is_some_and(|(sign, _)| *sign == Sign::Resp)
                });
                Tone::Is(if blames { Stance::Accuses } else { Stance::Asserts })
            } else {
                cue.tone
            },
            // "As reported by X, …" covers the sentence.
            side: if at == clause.start.saturating_add(1) {
                Side::Whole
            } else {
                Side::Inside
            },
            start: at.saturating_sub(1),
            covers: at.saturating_sub(1)..end,
            via: Vec::new(),
            nominal: false,
            nested: at != clause.start.saturating_add(1),
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
    let via = told_to(clause, at, cue);
    let mut one = active(clause, at, cue, made, via);
    if one.tone == Tone::Content && one.who.like == Like::Persona && claims_deed(clause, at) {
        one.tone = Tone::Claim;
    }
    if one.tone == Tone::Is(Stance::Threatens)
        && let Some(stance) = friendly_vow(words, at)
    {
        one.tone = Tone::Is(stance);
    }
    one.nested |= cue.form == Form::Ing && words.is_mark(one.start.saturating_sub(1), ',');
    Some(one)
}

/// "AFP quoted the mission … denying": the object of the verb of quoting speaks, through its subject.
pub(crate) fn quoted_object(clause: &Clause<'_>, at: usize, found: &[Found]) -> Option<(Who, Vec<String>)> {
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

pub(crate) fn clause_head(clause: &Clause<'_>, at: usize, floor: usize) -> usize {
    let words = clause.words;
    (floor..at)
        .rev()
        .find(|back| words.is_mark(*back, ',') && !clause.quoted.get(*back).copied().unwrap_or(false))
        .map_or(floor, |comma| comma.saturating_add(1))
}

pub(crate) fn active(clause: &Clause<'_>, at: usize, cue: Cue, made: Speaker, via: Vec<String>) -> Found {
    let next = at.saturating_add(1);
    let relative = made.relative;
    let side = if relative.is_some() {
        Side::Inside
    } else if cue.form != Form::Ing && is_after(clause, at, made.start) && cue_may_follow(cue) {
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

pub(crate) fn cue_may_follow(cue: Cue) -> bool {
    matches!(cue.frame, Frame::Say | Frame::Weak)
}

/// Whether what is said stands before the words of speech that start at `start` and end with the verb at `at`.
pub(crate) fn is_after(clause: &Clause<'_>, at: usize, start: usize) -> bool {
    let words = clause.words;
    let Some(before) = start.checked_sub(1).filter(|before| *before > clause.start) else {
        return false;
    };
    // "…, as X noted"
    let before = if words.low(before) == "as" {
        before.saturating_sub(1)
    } else {
        before
    };
    let closes = words
        .mark(before)
        .is_some_and(|mark| matches!(mark, ',' | '”' | '"' | '’' | '\'' | '?' | '—' | '–'));
    closes && !has_content(clause, at.saturating_add(1))
}

/// Whether something is said after the verb: a clause, a quotation, "that".
pub(crate) fn has_content(clause: &Clause<'_>, from: usize) -> bool {
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
        // "told reporters when asked": when, not what.
        if matches!(low, "when" | "after" | "before" | "while" | "as") && at > from {
            return false;
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

/// "…,” said White House spokesman Josh Earnest": the speaker follows.
pub(crate) fn inverted(clause: &Clause<'_>, at: usize, cue: Cue, memory: &Memory) -> Option<Found> {
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
    let told = words.low(at).starts_with("tell") || words.low(at) == "told";
    // "the adviser, said Sunday"
    let day = crate::subject::is_weekday(words.low(next))
        || ascribe_model::calendar::month(words.low(next)).is_some()
            && !words.is_name(next.saturating_add(1));
    if told || day || words.low(next) == "that" {
        return None;
    }
    let begins = words.is_name(next)
        || crate::who::is_determiner(words.low(next))
        || words.low(next).starts_with("u.s");
    let plain =
        words.is_word(next) && cue.frame == Frame::Say && words.mark(back).is_some_and(|mark| mark != ',');
    if !begins && !plain && !lexicon().nouns.contains_key(words.low(next)) {
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
    if (next..end).any(|at| {
        is_verbal(words, at)
            && !words.is_name(at)
            && !after_relative(words, next, at)
            && (at == next || !crate::who::after_head(words.low(at)))
    }) {
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
    let always = cue.frame == Frame::Say;
    let mut speaker = who(words, next..end, memory).or_else(|| {
        always
            .then(|| crate::stranger::stranger(words, next..end))
            .flatten()
    })?;
    if speaker.like == Like::Person {
        describe(words, &mut speaker, end..beside);
    }
    // "says the chief of the guard, Ana Ruiz": the name behind the office.
    if speaker.doubt > 0
        && !speaker.name.contains(char::is_uppercase)
        && words.is_mark(end, ',')
        && let Some(run) = crate::who::name_run(words, end.saturating_add(1), beside)
        && run.len() >= 2
        && run.end == beside
        && !crate::who::is_org_name(words, run.clone())
    {
        speaker.name = crate::who::plain(words, run.clone());
        speaker.record = crate::statement::Record::OnRecord;
        speaker.like = Like::Person;
        speaker.mention = run;
        speaker.doubt = 0;
    }
    Some(Found {
        cue: at..next,
        doubt: speaker.doubt,
        via: told_to(clause, at, cue),
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

pub(crate) fn after_relative(words: &Words<'_>, from: usize, at: usize) -> bool {
    (from..at).any(|back| matches!(words.low(back), "who" | "which" | "that" | "whose"))
}

pub(crate) fn passive_cue(
    clause: &Clause<'_>,
    at: usize,
    floor: usize,
    cue: Cue,
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
    let mut relative = None;
    let start = match subject(clause, at, floor) {
        Subject::Here { region, .. } => region.start,
        // "Iran, which was accused of …, has denied": a clause inside another.
        Subject::Antecedent(range) => {
            relative = Some(range.start..end.max(next));
            range.start
        }
        _ => before_verb(clause, at),
    };
    let make = |who: Who, tone: Tone, doubt: u8| {
        Some(Found {
            cue: at..next,
            who,
            tone,
            side: if relative.is_some() {
                Side::Inside
            } else {
                Side::Before
            },
            start,
            covers: relative.clone().unwrap_or(at..next),
            via: Vec::new(),
            nominal: false,
            nested: relative.is_some(),
            passive: true,
            through: None,
            doubt,
        })
    };
    let low = words.low(at);
    match cue.frame {
        Frame::Say | Frame::Weak | Frame::Name => {
            let opinion = OPINION.contains(&low)
                || matches!(
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
                        | "learned"
                );
            // "was confirmed by the ministry"
            let told = agent.is_some()
                && words.low(next) == "by"
                && matches!(
                    low,
                    "confirmed"
                        | "announced"
                        | "disclosed"
                        | "revealed"
                        | "described"
                        | "acknowledged"
                        | "admitted"
                );
            let opinion = opinion || told;
            let followed = matches!(words.low(next), "to" | "that" | "by" | "as")
                || low == "suspected" && words.low(next) == "of"
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
            // "asked not to be named" accuses nobody.
            let named = low.starts_with("nam") || low.starts_with("identif");
            if named && words.low(next) != "as" {
                return None;
            }
            // The subject is the accused; it is found by what is said of it.
            make(agent.unwrap_or_else(|| nobody("unspecified")), cue.tone, 1)
        }
        // "were questioned by police" is no doubt.
        Frame::Act if low == "questioned" => None,
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
pub(crate) fn words_end_wide(clause: &Clause<'_>, from: usize) -> usize {
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

pub(crate) fn is_dot_inside(words: &Words<'_>, at: usize) -> bool {
    words.is_mark(at, '.')
        && words
            .at(at.saturating_add(1))
            .is_some_and(|token| !token.spaced || token.shape == Shape::Word && token.capital)
}
