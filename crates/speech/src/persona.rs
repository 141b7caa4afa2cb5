//! Whom words for attackers name: "a group calling itself X", "the actor with the username X", "the gang".

use std::ops::Range;

use crate::lexicon::{Naming, Sort, lexicon};
use crate::memory::Memory;
use crate::statement::{Record, SpeakerKind};
use crate::who::{Like, Who, is_determiner, new, of_party, plain};
use crate::words::Words;

pub(crate) fn persona(
    words: &Words<'_>,
    range: Range<usize>,
    region_end: usize,
    definite: bool,
    memory: &Memory,
) -> Who {
    // "calling itself the “X”", "known as X": the name follows within a few words.
    let window = range.end.saturating_add(9).min(region_end.max(range.end));
    let named = (range.end..window).find(|at| {
        matches!(
            words.low(*at),
            "username"
                | "handle"
                | "alias"
                | "moniker"
                | "pseudonym"
                | "calling"
                | "called"
                | "call"
                | "calls"
                | "themselves"
                | "itself"
                | "as"
                | "dubbed"
                | "named"
                | "goes"
        )
    });
    let cut = region_end.max(range.end.saturating_add(12));
    let inside = range.start..named.map_or(range.end, |_| cut.min(words.len()));
    let mut at = inside.start;
    while at < inside.end {
        if let Some((index, naming, len)) = lexicon().party_at(words, at)
            && naming == Naming::Name
            && let Some(party) = lexicon().parties.get(index)
            && matches!(party.sort, Sort::Persona | Sort::Group)
        {
            let mut who = new(
                party.name.clone(),
                SpeakerKind::Persona,
                Record::OnRecord,
                Like::Persona,
                0,
            );
            who.whose = Some(party.name.clone());
            who.mention = at..at.saturating_add(len);
            return who;
        }
        // "the username "rose87168"": a handle need not have a capital.
        let handle = named.is_some_and(|named| {
            at == named.saturating_add(2)
                && words
                    .mark(at.saturating_sub(1))
                    .is_some_and(|mark| matches!(mark, '"' | '“' | '‘' | '\''))
                && matches!(
                    words.low(named),
                    "username" | "handle" | "alias" | "moniker" | "pseudonym" | "nickname"
                )
        });
        if handle {
            return called(words.raw(at).to_owned());
        }
        if named.is_some_and(|named| at > named)
            && words.is_name(at)
            && let Some(run) = capital_run(words, at)
        {
            return called(plain(words, run));
        }
        at = at.saturating_add(1);
    }
    // "‘X’, a hacking gang which …": the name stands before what it is.
    if range.start >= 2
        && let Some(before) = (range.start.saturating_sub(8)..range.start).rev().find(|at| {
            lexicon().party_at(words, *at).is_some_and(|(index, _, len)| {
                let near = range.start.saturating_sub(at.saturating_add(len)) <= 3;
                let gap = (at.saturating_add(len)..range.start)
                    .all(|at| words.mark(at).is_some() || is_determiner(words.low(at)));
                let sort = lexicon().parties.get(index).map(|party| party.sort);
                near && gap && matches!(sort, Some(Sort::Persona | Sort::Group))
            })
        })
        && let Some((index, _, _)) = lexicon().party_at(words, before)
        && let Some(who) = of_party(index, range.clone())
    {
        return who;
    }
    if definite && let Some(last) = memory.spoken_of(Like::Persona) {
        return last;
    }
    new(
        plain(words, range),
        SpeakerKind::Persona,
        Record::OnRecord,
        Like::Persona,
        1,
    )
}

/// A persona of that name, which is its own.
pub(crate) fn called(name: String) -> Who {
    let mut who = new(
        name.clone(),
        SpeakerKind::Persona,
        Record::OnRecord,
        Like::Persona,
        0,
    );
    who.whose = Some(name);
    who
}

/// A run of capitals with small words between: "Guardians of Peace".
pub(crate) fn capital_run(words: &Words<'_>, start: usize) -> Option<Range<usize>> {
    let mut end = start;
    let mut at = start;
    while at < start.saturating_add(8) {
        if words.is_name(at) {
            end = at.saturating_add(1);
        } else if !matches!(words.low(at), "of" | "the" | "and" | "for" | "in") {
            break;
        }
        at = at.saturating_add(1);
    }
    (end > start).then_some(start..end)
}
