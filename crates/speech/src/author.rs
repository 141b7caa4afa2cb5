//! Whom a statement names as the author of a deed: the object of a verb of blame, whoever stands beside a phrase of
//! responsibility, a name that no list knows.

use std::ops::Range;

use crate::lexicon::{Sign, Sort, lexicon};
use crate::sense::{Named, Signs};
use crate::who::Who;
use crate::words::Words;

const ACTORS: [&str; 18] = [
    "enemy",
    "supporters",
    "sympathisers",
    "sympathizers",
    "insider",
    "insiders",
    "employee",
    "ex-employee",
    "employees",
    "hacktivists",
    "regime",
    "government",
    "state",
    "nation-state",
    "operatives",
    "agents",
    "spies",
    "military",
];

fn actor(words: &Words<'_>, range: &Range<usize>) -> Option<String> {
    range
        .clone()
        .find(|at| ACTORS.contains(&words.low(*at)) || words.low(*at).starts_with("state-"))
        .map(|at| match words.low(at) {
            "supporters" | "sympathisers" | "sympathizers" => "supporters".to_owned(),
            "insider" | "insiders" | "employee" | "ex-employee" | "employees" => "insider".to_owned(),
            "state" | "nation-state" | "regime" | "government" => "state actor".to_owned(),
            low if low.starts_with("state-") => "state actor".to_owned(),
            low => low.to_owned(),
        })
}

/// The party that a verb of blaming names: its object, or what stands after "on" or "to".
pub(crate) fn accused(
    words: &Words<'_>,
    range: Range<usize>,
    parties: &[Named],
    who: &Who,
) -> Option<String> {
    let own = |name: &str| who.name == name || who.whose.as_deref() == Some(name);
    let to = range.clone().take(24).find(|at| {
        matches!(words.low(*at), "on" | "to" | "at")
            && lexicon()
                .party_at(words, skip_the(words, at.saturating_add(1)))
                .is_some()
    });
    let may = |party: &&Named| party.at >= range.start && !own(&party.name);
    // "accused X of an attack on Y": X stands right behind the verb, and a firm is rarely whom a verb of blaming means.
    let next = parties
        .iter()
        .find(may)
        .filter(|party| party.at <= range.start.saturating_add(4));
    let led = to.and_then(|to| parties.iter().filter(may).find(|party| party.at >= to));
    let blamed =
        |party: &&Named| !matches!(party.sort, Sort::Company | Sort::Media) && !is_struck(words, party);
    next.or_else(|| led.filter(blamed))
        .or_else(|| parties.iter().filter(may).find(blamed))
        .map(|party| party.name.clone())
        .or_else(|| actor(words, &range))
}

/// Whether the words before a party say that it was attacked: "against South Korean banks".
pub(crate) fn is_struck(words: &Words<'_>, party: &Named) -> bool {
    (party.at.saturating_sub(3)..party.at).any(|at| {
        matches!(
            words.low(at),
            "against" | "targeting" | "targeted" | "victim" | "hit" | "struck"
        )
    })
}

fn skip_the(words: &Words<'_>, at: usize) -> usize {
    if words.low(at) == "the" && lexicon().party_at(words, at).is_none() {
        at.saturating_add(1)
    } else {
        at
    }
}

/// The author that a phrase of responsibility names.
pub(crate) fn blamed(
    words: &Words<'_>,
    content: &Range<usize>,
    signs: &Signs,
    parties: &[Named],
    who: &Who,
    it: Option<&str>,
) -> Option<String> {
    let own = |name: &str| who.name == name || who.whose.as_deref() == Some(name);
    let able = |party: &&Named| {
        !own(&party.name)
            && matches!(
                party.sort,
                Sort::State | Sort::Agency | Sort::Group | Sort::Persona
            )
    };
    for sign in signs.all(Sign::Resp) {
        let last = words.low(sign.end.saturating_sub(1));
        let forward = matches!(last, "by" | "of" | "to" | "with" | "from" | "in" | "for");
        let after = parties
            .iter()
            .find(|party| able(party) && party.at >= sign.end && party.at <= sign.end.saturating_add(8));
        let before = parties.iter().rfind(|party| able(party) && party.at < sign.start);
        let inside = sign.start..content.end.min(sign.end.saturating_add(12));
        let chosen = if forward
            && !matches!(
                words.low(sign.start),
                "responsible" | "culprit" | "architect" | "behind"
            ) {
            after.or(before)
        } else {
            before.or(after)
        };
        if let Some(party) = chosen {
            return Some(party.name.clone());
        }
        if let Some(name) = actor(words, &inside).or_else(|| actor(words, &(content.start..sign.start))) {
            return Some(name);
        }
        if let Some(name) = unlisted(words, content, sign, forward) {
            return Some(name).filter(|name| !own(name));
        }
        let pronoun = (content.start..sign.start)
            .rev()
            .take(5)
            .any(|at| matches!(words.low(at), "it" | "they" | "he"));
        if pronoun && let Some(it) = it.filter(|it| !own(it)) {
            return Some(it.to_owned());
        }
    }
    None
}

/// A name that no list knows where the author of a deed stands: the subject before the sign, or right behind "by".
fn unlisted(words: &Words<'_>, content: &Range<usize>, sign: &Range<usize>, forward: bool) -> Option<String> {
    let mut subject = content.start;
    while subject < sign.start
        && (crate::who::is_determiner(words.low(subject))
            || words.low(subject) == "that"
            || words.mark(subject).is_some())
    {
        subject = subject.saturating_add(1);
    }
    let mut behind = sign.end;
    while behind < content.end
        && (crate::who::is_determiner(words.low(behind)) || words.mark(behind) == Some('"'))
    {
        behind = behind.saturating_add(1);
    }
    let first = if forward { behind } else { subject };
    let other = if forward { subject } else { behind };
    [first, other].into_iter().find_map(|at| {
        if crate::stranger::is_nobody(words.low(at)) {
            return None;
        }
        let run = crate::common_noun::capital_run(words, at)?;
        let single =
            run.len() == 1 && at == content.start && words.raw(at).chars().skip(1).all(char::is_lowercase);
        let known =
            lexicon().nouns.contains_key(words.low(run.start)) || lexicon().party_at(words, at).is_some();
        let pronoun = matches!(
            words.low(at),
            "it" | "this" | "they" | "he" | "she" | "we" | "these" | "there"
        );
        // A subject has its verb right behind it; "According to" is none.
        let subject = at != behind;
        let verb = (run.end..run.end.saturating_add(2))
            .any(|at| crate::subject::is_verbal(words, at) || words.mark(at).is_some());
        let fits = run.end <= content.end && (!subject || verb);
        let plural = single && words.low(at).ends_with('s');
        (fits && !known && !pronoun && !plural).then(|| crate::who::plain(words, run))
    })
}
