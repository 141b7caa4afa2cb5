//! What a document says that a name is: "X is a group that …" makes X the group of what follows.
//!
//! Reports on threats introduce whom they are about in this way, and no list knows all of them.

use std::ops::Range;

use crate::common_noun::capital_run;
use crate::lexicon::{Noun, lexicon};
use crate::memory::Memory;
use crate::persona::called;
use crate::statement::{Record, SpeakerKind};
use crate::subject::Clause;
use crate::who::{Like, Who, is_determiner, name_run, new, plain};
use crate::words::Words;

/// A name with what it is.
#[derive(Clone, Debug)]
pub(crate) struct Portrait {
    pub(crate) who: Who,
    /// Tokens of what it is, from the article to the sentence's end.
    pub(crate) predicate: Range<usize>,
}

/// Words that make a group or a person behind attacks of what they are said of.
const ATTACKERS: [&str; 30] = [
    "groups",
    "gangs",
    "actors",
    "crews",
    "group",
    "gang",
    "collective",
    "persona",
    "hacker",
    "hackers",
    "actor",
    "crew",
    "team",
    "outfit",
    "cartel",
    "syndicate",
    "operation",
    "apt",
    "hacktivist",
    "hacktivists",
    "cybercriminal",
    "adversary",
    "cluster",
    "alias",
    "handle",
    "network",
    "ring",
    "channel",
    "brand",
    "collectives",
];

/// Words for what one may be that attacks, beside which "network" or "team" is a party.
const HOSTILE: [&str; 22] = [
    "threat",
    "hacking",
    "hacktivist",
    "ransomware",
    "extortion",
    "espionage",
    "cybercrime",
    "cybercriminal",
    "cyber",
    "hacker",
    "criminal",
    "underground",
    "disinformation",
    "intrusion",
    "state-sponsored",
    "state-backed",
    "apt",
    "actor",
    "persona",
    "sabotage",
    "cyberespionage",
    "spy",
];

/// "Killnet is a hacktivist collective that …": the name that stands first, and what follows.
pub(crate) fn portrait(clause: &Clause<'_>) -> Option<Portrait> {
    let words = clause.words;
    let mut start = clause.start;
    while start < clause.end && (is_determiner(words.low(start)) || words.mark(start).is_some()) {
        start = start.saturating_add(1);
    }
    let run = run_at(words, start, clause.end)?;
    // "X (also Y), a group …" and "X, also known as Y, is a group": what stands between does not count.
    let mut at = run.end;
    if words.is_mark(at, '(') || words.is_mark(at, ',') {
        let close = if words.is_mark(at, '(') { ')' } else { ',' };
        at = (at.saturating_add(1)..clause.end.min(at.saturating_add(16)))
            .find(|at| words.is_mark(*at, close))?
            .saturating_add(1);
    }
    let be = matches!(words.low(at), "is" | "was" | "are" | "were");
    let article = at.saturating_add(1);
    if !be || !matches!(words.low(article), "a" | "an" | "the" | "another" | "one") {
        return None;
    }
    // "X was one of several groups that": X is one.
    let one_of = words.low(article) == "one" && words.low(article.saturating_add(1)) == "of";
    let article = article.saturating_add(if one_of { 2 } else { 0 });
    let head_end = (article..clause.end.min(article.saturating_add(14)))
        .find(|at| {
            matches!(
                words.low(*at),
                "that" | "which" | "who" | "of" | "by" | "in" | "with"
            ) || words
                .mark(*at)
                .is_some_and(|mark| !matches!(mark, '-' | '/' | '&'))
        })
        .unwrap_or(clause.end.min(article.saturating_add(14)));
    let noun = (article..head_end).find(|at| ATTACKERS.contains(&words.low(*at)))?;
    let hostile = (article..head_end).any(|at| HOSTILE.contains(&words.low(at)))
        || matches!(words.low(noun), "hacker" | "hackers" | "gang" | "hacktivists")
        || lexicon().nouns.get(words.low(noun)) == Some(&Noun::Persona);
    if !hostile {
        return None;
    }
    let mut who = called(plain(words, run.clone()));
    who.mention = run;
    Some(Portrait {
        who,
        predicate: article..clause.end,
    })
}

/// Whether the token is a common noun that may stand for a name further on: "the utility", "the researchers".
pub(crate) fn stands_for_a_name(words: &Words<'_>, at: usize) -> bool {
    !words.is_name(at)
        && lexicon().nouns.get(words.low(at)).is_some_and(|noun| {
            matches!(
                noun,
                Noun::Firm | Noun::Org | Noun::Ngo | Noun::Outlet | Noun::Expert | Noun::Persona
            )
        })
        || words.low(at) == "researchers" && words.is_name(at)
}

/// Names with what they are beside them: "Orrin Water, a utility in the north,"; with the token of the noun.
pub(crate) fn appositions(clause: &Clause<'_>, memory: &Memory) -> Vec<(Who, usize)> {
    let words = clause.words;
    let mut found = Vec::new();
    // "the BlackTar gang": the gang is BlackTar further on.
    for noun in clause.start.saturating_add(1)..clause.end {
        let gang =
            matches!(words.low(noun), "gang" | "group" | "crew" | "collective") && !words.is_name(noun);
        if !gang || clause.quoted.get(noun).copied().unwrap_or(false) || found.len() >= 2 {
            continue;
        }
        let mut start = noun;
        while start > clause.start && words.is_name(start.saturating_sub(1)) {
            start = start.saturating_sub(1);
        }
        let listed = lexicon().party_at(words, start).is_some();
        if start == noun
            || listed
            || crate::stranger::is_nobody(words.low(start))
            || words.low(start) == "the"
        {
            continue;
        }
        let mut who = called(plain(words, start..noun));
        who.mention = start..noun;
        found.push((who, noun));
    }
    for comma in clause.start.saturating_add(1)..clause.end {
        let article = comma.saturating_add(1);
        if !words.is_mark(comma, ',')
            || !matches!(words.low(article), "a" | "an" | "the")
            || clause.quoted.get(comma).copied().unwrap_or(false)
            || found.len() >= 2
        {
            continue;
        }
        let Some(noun) = (article..clause.end.min(article.saturating_add(6)))
            .take_while(|at| words.mark(*at).is_none_or(|mark| mark == '-'))
            .find(|at| {
                matches!(
                    lexicon().nouns.get(words.low(*at)),
                    Some(Noun::Firm | Noun::Org | Noun::Ngo | Noun::Outlet | Noun::Persona)
                ) && !words.is_name(*at)
            })
        else {
            continue;
        };
        // The noun heads what stands beside the name.
        let next = noun.saturating_add(1);
        let heads = words.mark(next).is_some() || crate::who::after_head(words.low(next));
        let mut start = comma;
        while start > clause.start && words.is_name(start.saturating_sub(1)) {
            start = start.saturating_sub(1);
        }
        if !heads || start == comma || comma.saturating_sub(start) > 5 {
            continue;
        }
        if crate::stranger::is_nobody(words.low(start)) || lexicon().party_at(words, start).is_some() {
            continue;
        }
        if lexicon().nouns.get(words.low(noun)) == Some(&Noun::Persona) {
            let hostile = (article..noun).any(|at| HOSTILE.contains(&words.low(at)))
                || matches!(words.low(noun), "gang" | "hacker" | "hackers" | "hacktivists");
            if hostile {
                let mut who = called(plain(words, start..comma));
                who.mention = start..comma;
                found.push((who, noun));
            }
            continue;
        }
        let (kind, like) = match lexicon().nouns.get(words.low(noun)) {
            Some(Noun::Firm) => (SpeakerKind::Company, Like::Firm),
            Some(Noun::Outlet) => (SpeakerKind::Media, Like::Media),
            Some(Noun::Ngo) => (SpeakerKind::Expert, Like::Ngo),
            _ => (SpeakerKind::Agency, Like::Agency),
        };
        let name = plain(words, start..comma);
        if memory.knows(&name) {
            continue;
        }
        let mut who = new(name.clone(), kind, Record::OnRecord, like, 0);
        who.whose = Some(name);
        who.mention = start..comma;
        found.push((who, noun));
    }
    found
}

/// The name at `start`: capitals with small words between, one word with a digit or a capital in it.
fn run_at(words: &Words<'_>, start: usize, end: usize) -> Option<Range<usize>> {
    let run = capital_run(words, start).or_else(|| name_run(words, start, end))?;
    let single = run.len() == 1;
    let pronoun = matches!(
        words.low(run.start),
        "it" | "this" | "that" | "they" | "he" | "she" | "there" | "what" | "we" | "these" | "one"
    );
    (run.end <= end && !pronoun && !(single && lexicon().nouns.contains_key(words.low(run.start))))
        .then_some(run)
}
