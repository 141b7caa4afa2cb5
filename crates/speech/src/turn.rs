//! What stands around a verb of speech and turns it: "not", a passive without its "is", a deed as the object.

use ascribe_model::words::Stance;

use crate::cue::{Found, Side};
use crate::lexicon::{Cue, Tone};
use crate::memory::Memory;
use crate::speaker::speaker;
use crate::subject::{Clause, before_verb};
use crate::verb::{MODALS, active};
use crate::who::Like;
use crate::words::Words;

/// Verbs of opinion: with "to" behind them they are passives, with or without "is".
pub(crate) const OPINION: [&str; 15] = [
    "assessed",
    "judged",
    "deemed",
    "believed",
    "thought",
    "suspected",
    "understood",
    "alleged",
    "presumed",
    "feared",
    "considered",
    "reported",
    "estimated",
    "known",
    "said",
];

/// "X is a group believed to be behind …": nobody in particular believes it of X.
pub(crate) fn reduced(clause: &Clause<'_>, at: usize, cue: Cue) -> Option<Found> {
    let portrait = crate::portrait::portrait(clause)?;
    let deed = clause.words.low(at.saturating_add(2));
    let near = (portrait.predicate.start..at).all(|at| clause.words.mark(at).is_none_or(|mark| mark == '-'));
    (near
        && portrait.predicate.contains(&at)
        && matches!(deed, "be" | "have")
        && clause.words.low(at) != "known")
        .then(|| {
            let tone = if matches!(clause.words.low(at), "alleged" | "suspected") {
                Tone::Is(Stance::Accuses)
            } else {
                cue.tone
            };
            Found::of_nobody(at, tone, Side::Before, clause.start)
        })
}

/// "would not comment", "did not verify the claims": who says that it does not say; "have not observed": what it saw.
pub(crate) fn negative(
    clause: &Clause<'_>,
    at: usize,
    floor: usize,
    cue: Cue,
    found: &[Found],
    memory: &Memory,
) -> Option<Found> {
    let words = clause.words;
    let from = before_verb(clause, at);
    let tone = match words.low(at) {
        "confirm" | "verify" | "comment" | "say" | "disclose" | "name" | "link" | "attribute"
        | "identify" | "elaborate" | "specify" | "respond" | "blame" | "answer" | "discuss" | "speculate"
        | "rule" | "confirmed" | "commented" | "named" | "disclosed" | "responded" | "attributed"
        | "identified" | "said" | "blamed" | "return" | "reply" => Tone::Is(Stance::Declines),
        "observed" | "seen" | "found" | "detected" | "observe" | "see" | "find" | "detect" => Tone::Content,
        _ => return None,
    };
    // "should not confirm": advice, not silence.
    let advice = (from.saturating_sub(1)..at)
        .any(|at| at >= floor && matches!(words.low(at), "should" | "must" | "may" | "might" | "can"));
    if advice && tone == Tone::Is(Stance::Declines) {
        return None;
    }
    // "could not", "will not": the modal belongs to the verb.
    let verb = if from > floor && MODALS.contains(&words.low(from.saturating_sub(1))) {
        from.saturating_sub(1)
    } else {
        from
    };
    // "have neither confirmed nor denied"
    let mut verb = verb;
    while verb > floor
        && matches!(
            words.low(verb.saturating_sub(1)),
            "neither" | "have" | "has" | "had" | "would" | "could" | "will" | "can"
        )
    {
        verb = verb.saturating_sub(1);
    }
    let made = speaker(clause, verb.max(floor), floor, found, memory)?;
    // "The advisory does not identify": a paper withholds nothing.
    let paper = made.who.mention.end.checked_sub(1).is_some_and(|head| {
        crate::lexicon::lexicon().nouns.get(words.low(head)) == Some(&crate::lexicon::Noun::Paper)
    });
    if paper && tone == Tone::Is(Stance::Declines) {
        return None;
    }
    let speaks = matches!(
        made.who.like,
        Like::State
            | Like::Agency
            | Like::Firm
            | Like::Person
            | Like::Anon
            | Like::Experts
            | Like::Ngo
            | Like::Persona
    );
    if !speaks || made.relative.is_some() {
        return None;
    }
    let mut one = active(clause, at, cue, made, Vec::new());
    one.tone = tone;
    Some(one)
}

/// "claimed attacks on", "announced the breach of": the object is a deed.
pub(crate) fn claims_deed(clause: &Clause<'_>, at: usize) -> bool {
    let words = clause.words;
    let low = words.low(at);
    if !["claim", "announc", "boast"]
        .iter()
        .any(|verb| low.starts_with(verb))
    {
        return false;
    }
    let next = at.saturating_add(1);
    for token in next..clause.end.min(next.saturating_add(16)) {
        let low = words.low(token);
        if token > next
            && words
                .mark(token)
                .is_some_and(|mark| matches!(mark, ',' | ';' | ':'))
            || low == "that"
        {
            return false;
        }
        if DEEDS.contains(&low) || low.starts_with("cyberattack") {
            return true;
        }
    }
    false
}

/// "pledged support for", "vowed to investigate": no threat.
pub(crate) fn friendly_vow(words: &Words<'_>, at: usize) -> Option<Stance> {
    let low = words.low(at);
    if !(low.starts_with("pledg") || low.starts_with("vow")) {
        return None;
    }
    (at.saturating_add(1)..at.saturating_add(4)).find_map(|at| match words.low(at) {
        "support" | "allegiance" | "solidarity" | "loyalty" | "help" | "assistance" => Some(Stance::Supports),
        "investigate" | "protect" | "rebuild" | "improve" | "cooperate" | "restore" | "defend"
        | "strengthen" | "fight" | "cooperation" | "transparency" | "find" | "resist" => {
            Some(Stance::Asserts)
        }
        _ => None,
    })
}

/// Nouns and participles for what attackers do.
const DEEDS: [&str; 28] = [
    "attack",
    "attacks",
    "breach",
    "breaches",
    "breached",
    "intrusion",
    "intrusions",
    "hack",
    "hacks",
    "hacked",
    "theft",
    "thefts",
    "defacement",
    "defacements",
    "ddos",
    "leak",
    "leaks",
    "compromise",
    "compromised",
    "compromises",
    "stolen",
    "victim",
    "victims",
    "disruption",
    "disruptions",
    "outage",
    "outages",
    "attacked",
];
