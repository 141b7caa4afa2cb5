//! Who is heard through whom in one sentence: "AFP quoted the mission as saying", "The Echo, citing two officials".

use crate::cue::{Found, HANDED, Side};
use crate::lexicon::{Frame, lexicon};
use crate::memory::Memory;
use crate::subject::Clause;
use crate::who::{Like, who};

/// "The Echo, citing two officials, reported that": the officials speak, through The Echo.
pub(crate) fn cites(clause: &Clause<'_>, one: &mut Found, memory: &Memory) {
    let words = clause.words;
    if one.who.like != Like::Media || one.passive || one.nested || one.side == Side::Inside {
        return;
    }
    let Some(citing) = (clause.start.saturating_add(1)..clause.end).find(|at| {
        words.low(*at) == "citing"
            && words.is_mark(at.saturating_sub(1), ',')
            && !clause.quoted.get(*at).copied().unwrap_or(false)
    }) else {
        return;
    };
    let from = citing.saturating_add(1);
    let end = (from..clause.end)
        .find(|at| words.is_mark(*at, ',') || words.is_mark(*at, ';'))
        .unwrap_or(clause.end);
    let source = who(words, from..end, memory).filter(|source| {
        matches!(
            source.like,
            Like::Anon | Like::Person | Like::Agency | Like::State | Like::Experts | Like::Firm
        ) && source.name != one.who.name
    });
    if let Some(source) = source {
        one.via.push(one.who.name.clone());
        one.through = Some(Box::new(std::mem::replace(&mut one.who, source)));
    }
}

/// For a verb of quoting: its object as the speaker, its subject as the way.
pub(crate) fn hand_over(clause: &Clause<'_>, one: &mut Found, memory: &Memory) {
    let words = clause.words;
    let verb = one.cue.start;
    if one.passive
        || lexicon()
            .cues
            .get(words.low(verb))
            .is_none_or(|cue| cue.frame != Frame::Quote)
            && !(words.low(verb) == "observed" && words.is_name(verb.saturating_add(1)))
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
