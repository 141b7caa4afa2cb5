//! What a document says that a name is: "X is a group that …" makes X the group of what follows.
//!
//! Reports on threats introduce whom they are about in this way, and no list knows all of them.

use std::ops::Range;

use crate::common_noun::capital_run;
use crate::lexicon::{Noun, lexicon};
use crate::persona::called;
use crate::subject::Clause;
use crate::who::{Who, is_determiner, name_run, plain};
use crate::words::Words;

/// A name with what it is.
#[derive(Clone, Debug)]
pub(crate) struct Portrait {
    pub(crate) who: Who,
    /// Tokens of what it is, from the article to the sentence's end.
    pub(crate) predicate: Range<usize>,
}

/// Words that make a group or a person behind attacks of what they are said of.
const ATTACKERS: [&str; 26] = [
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
