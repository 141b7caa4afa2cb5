//! What a speaker does by saying it, about whom, how surely, resting on what: read off the words that are said.

use std::collections::BTreeSet;
use std::ops::Range;

use ascribe_model::words::Stance;

use crate::author::{accused, blamed, is_struck};
use crate::lexicon::{Naming, Sign, Sort, Tone, lexicon};
use crate::statement::SpeakerKind;
use crate::who::{Like, Who};
use crate::words::{Shape, Words};

/// What was read off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sense {
    pub(crate) stance: Stance,
    pub(crate) target: Option<String>,
    /// 0 the verb says it, 1 the content shows it, 2 guessed.
    pub(crate) doubt: u8,
}

/// A party named in a stretch of text.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) at: usize,
    pub(crate) end: usize,
    pub(crate) name: String,
    pub(crate) sort: Sort,
    pub(crate) naming: Naming,
}

/// Parties of the lists in tokens `range`.
pub(crate) fn named(words: &Words<'_>, range: Range<usize>) -> Vec<Named> {
    let mut found = Vec::new();
    let mut at = range.start;
    while at < range.end {
        if words.is_word(at)
            && let Some((index, naming, len)) = lexicon().party_at(words, at)
            && let Some(party) = lexicon().parties.get(index)
        {
            let end = at.saturating_add(len);
            found.push(Named {
                at,
                end,
                name: party.name.clone(),
                sort: party.sort,
                naming,
            });
            at = end;
        } else {
            if words.is_word(at)
                && words.is_name(at)
                && let Some(party) = lexicon()
                    .backer(words.low(at))
                    .and_then(|index| lexicon().parties.get(index))
            {
                found.push(Named {
                    at,
                    end: at.saturating_add(1),
                    name: party.name.clone(),
                    sort: party.sort,
                    naming: Naming::Name,
                });
            }
            at = at.saturating_add(1);
        }
    }
    found
}

pub(crate) struct Signs {
    found: Vec<(Sign, Range<usize>)>,
}

impl Signs {
    fn of(words: &Words<'_>, range: Range<usize>) -> Self {
        let mut found = Vec::new();
        let mut at = range.start;
        while at < range.end {
            if words.is_name(at) && lexicon().backer(words.low(at)).is_some() {
                found.push((Sign::Resp, at..at.saturating_add(1)));
            }
            if let Some(end) = own_deeds(words, at) {
                found.push((Sign::Resp, at..end.min(range.end)));
            }
            if let Some((sign, len)) = lexicon().content.at(words, at)
                && at.saturating_add(len) <= range.end
                && !(*sign == Sign::Resp && is_pretended(words, at, range.start))
            {
                found.push((*sign, at..at.saturating_add(len)));
                at = at.saturating_add(len);
            } else {
                at = at.saturating_add(1);
            }
        }
        Self { found }
    }

    fn first(&self, sign: Sign) -> Option<&Range<usize>> {
        self.found
            .iter()
            .find(|(found, _)| *found == sign)
            .map(|(_, range)| range)
    }

    pub(crate) fn all(&self, sign: Sign) -> impl Iterator<Item = &Range<usize>> {
        self.found
            .iter()
            .filter(move |(found, _)| *found == sign)
            .map(|(_, range)| range)
    }
}

/// "North Korea's actions", "the agency's attempts": the deeds of a party, and where the words end.
fn own_deeds(words: &Words<'_>, at: usize) -> Option<usize> {
    let deed = matches!(
        words.low(at),
        "actions"
            | "attempts"
            | "attempt"
            | "efforts"
            | "behaviour"
            | "behavior"
            | "campaign"
            | "attacks"
            | "hackers"
            | "operations"
            | "fingerprints"
            | "handiwork"
            | "doing"
    );
    let named = at
        .checked_sub(2)
        .is_some_and(|back| words.is_possessive(at.saturating_sub(1)) && words.is_name(back));
    (deed && named).then(|| at.saturating_add(1))
}

/// "making it appear as if it came from X": what is only made to look so.
fn is_pretended(words: &Words<'_>, at: usize, floor: usize) -> bool {
    (at.saturating_sub(9).max(floor)..at).any(|back| {
        words.low(back) == "as" && matches!(words.low(back.saturating_add(1)), "if" | "though")
            || matches!(
                words.low(back),
                "pretending" | "disguised" | "impersonating" | "framed" | "framing"
            )
    })
}

fn negated(words: &Words<'_>, sign: &Range<usize>, floor: usize) -> bool {
    let at = sign.start;
    matches!(words.low(sign.end), "neither" | "nobody" | "none")
        || (at.saturating_sub(4).max(floor)..at).any(|back| {
            // "no doubt that" negates nothing.
            let surely = matches!(
                words.low(back.saturating_add(1)),
                "doubt" | "doubts" | "question" | "only"
            );
            !surely
                && matches!(
                    words.low(back),
                    "not" | "never" | "no" | "rather" | "nobody" | "nothing" | "neither" | "nor"
                )
                || words.low(back).ends_with("n't")
                || words.low(back).ends_with("n’t")
        })
}

/// What tokens `content` show when `who` says them in this tone; `after` is where the words of speech end.
///
/// `it` is the party that a pronoun may stand for.
pub(crate) fn sense(
    words: &Words<'_>,
    content: Range<usize>,
    after: usize,
    who: &Who,
    tone: Tone,
    it: Option<&str>,
) -> Sense {
    let parties = named(words, content.clone());
    let signs = Signs::of(words, content.clone());
    let own = |name: &str| who.name == name || who.whose.as_deref() == Some(name);
    match tone {
        // "accused it of making groundless accusations" denies.
        Tone::Is(Stance::Accuses) if signs.first(Sign::Deny).is_some() && who.whose.is_some() => Sense {
            stance: Stance::Denies,
            target: who.whose.clone(),
            doubt: 1,
        },
        Tone::Is(Stance::Accuses) => Sense {
            stance: Stance::Accuses,
            target: accused(words, after..content.end, &parties, who)
                .or_else(|| blamed(words, &content, &signs, &parties, who, it))
                .or_else(|| {
                    // "Iran has been accused": the subject of a passive.
                    let before = parties.iter().find(|party| party.at < after && !own(&party.name));
                    before.map(|party| party.name.clone())
                }),
            doubt: 0,
        },
        Tone::Is(Stance::Denies) => {
            let object = parties
                .iter()
                .find(|party| {
                    party.at >= after
                        && party.sort == Sort::State
                        && party.naming != Naming::Adjective
                        && own(&party.name)
                })
                .map(|party| party.name.clone());
            let other = parties
                .iter()
                .find(|party| party.at >= after && party.sort == Sort::State);
            let target = object
                .or_else(|| who.whose.clone().filter(|_| who.like != Like::Experts))
                .or_else(|| other.map(|party| party.name.clone()))
                .or_else(|| Some(who.name.clone()));
            Sense {
                stance: Stance::Denies,
                target,
                doubt: 0,
            }
        }
        Tone::Is(Stance::ClaimsResponsibility) | Tone::Claim => Sense {
            stance: Stance::ClaimsResponsibility,
            target: first_after(&parties, after, &own),
            doubt: u8::from(tone == Tone::Claim),
        },
        Tone::Is(Stance::Condemns) if signs.first(Sign::Deny).is_some() => Sense {
            stance: Stance::Denies,
            target: who.whose.clone(),
            doubt: 1,
        },
        Tone::Is(stance) => Sense {
            stance,
            target: first_after(&parties, after, &own).or_else(|| first_after(&parties, content.start, &own)),
            doubt: 0,
        },
        Tone::Warn => {
            let told = parties
                .iter()
                .find(|party| party.at >= after && party.at <= after.saturating_add(2));
            let party = matches!(
                who.kind,
                SpeakerKind::Agency | SpeakerKind::Suspect | SpeakerKind::Persona | SpeakerKind::Official
            ) || who.kind == SpeakerKind::Media
                && who.whose.as_deref().is_some_and(|whose| whose != who.name);
            let threat = signs.first(Sign::Threat).is_some();
            let gravely = signs.first(Sign::Condemn).is_some()
                && matches!(who.like, Like::State | Like::Persona | Like::Agency);
            if party
                && (gravely
                    || told.is_some_and(|told| !own(&told.name))
                    || threat
                    || matches!(who.kind, SpeakerKind::Persona))
            {
                return Sense {
                    stance: Stance::Threatens,
                    target: told
                        .map(|told| told.name.clone())
                        .or_else(|| first_after(&parties, after, &own)),
                    doubt: 1,
                };
            }
            by_content(words, &content, &signs, &parties, who, it)
        }
        Tone::Content | Tone::Nothing => by_content(words, &content, &signs, &parties, who, it),
    }
}

fn first_after(parties: &[Named], after: usize, own: &impl Fn(&str) -> bool) -> Option<String> {
    parties
        .iter()
        .find(|party| party.at >= after && !own(&party.name) && party.sort != Sort::Media)
        .map(|party| party.name.clone())
}

fn by_content(
    words: &Words<'_>,
    content: &Range<usize>,
    signs: &Signs,
    parties: &[Named],
    who: &Who,
    it: Option<&str>,
) -> Sense {
    let own = |name: &str| who.name == name || who.whose.as_deref() == Some(name);
    let make = |stance: Stance, target: Option<String>, doubt: u8| Sense {
        stance,
        target,
        doubt,
    };
    let other = || {
        parties
            .iter()
            .find(|party| !own(&party.name) && party.sort != Sort::Media)
            .map(|party| party.name.clone())
    };
    if signs.first(Sign::Decline).is_some() {
        return make(Stance::Declines, other(), 1);
    }
    if signs.first(Sign::Doubt).is_some() {
        return make(Stance::Doubts, other(), 1);
    }
    let speaks_for_party =
        !matches!(who.like, Like::Experts | Like::Crowd) && who.kind != SpeakerKind::Expert;
    // "my client had no part in it": whoever says "we" and "my" is a party.
    let own_cause = content
        .clone()
        .any(|at| matches!(words.low(at), "we" | "our" | "us" | "my" | "i"));
    let speaks_for_party = speaks_for_party || own_cause && who.like == Like::Person;
    if signs.first(Sign::Deny).is_some() && !speaks_for_party && who.like != Like::Crowd {
        // Who is no party has nothing to deny; "groundless" is a doubt then.
        return make(Stance::Doubts, other(), 1);
    }
    if signs.first(Sign::Deny).is_some() && speaks_for_party {
        let about = parties
            .iter()
            .find(|party| party.sort == Sort::State && own(&party.name));
        let target = about
            .map(|party| party.name.clone())
            .or_else(|| who.whose.clone())
            .or_else(other);
        return make(Stance::Denies, target, 1);
    }
    let mut refuted = None;
    // "said it was behind the outage"
    let owns = signs.all(Sign::Resp).any(|sign| {
        let near = (sign.start.saturating_sub(4).max(content.start)..sign.start)
            .any(|at| matches!(words.low(at), "it" | "they" | "we" | "i" | "he"));
        near && !negated(words, sign, content.start)
    });
    if who.like == Like::Persona && owns {
        return make(Stance::ClaimsResponsibility, other(), 1);
    }
    for sign in signs.all(Sign::Resp) {
        if negated(words, sign, content.start) {
            refuted = Some(sign.clone());
        } else if signs
            .first(Sign::Threat)
            .is_none_or(|threat| threat.start > sign.start)
            && let Some(target) = blamed(words, content, signs, parties, who, it)
        {
            return make(Stance::Accuses, Some(target), 1);
        }
    }
    if let Some(sign) = refuted {
        let before = parties
            .iter()
            .rfind(|party| party.at < sign.end && party.naming != Naming::Adjective)
            .map(|party| party.name.clone());
        return make(
            Stance::Denies,
            before.or_else(|| who.whose.clone()).or_else(other),
            1,
        );
    }
    let may_threaten = matches!(
        who.kind,
        SpeakerKind::Agency
            | SpeakerKind::Suspect
            | SpeakerKind::Persona
            | SpeakerKind::Official
            | SpeakerKind::Anonymous
    );
    if signs.first(Sign::Threat).is_some() && may_threaten {
        return make(Stance::Threatens, other(), 1);
    }
    if who.like == Like::Persona && signs.first(Sign::Menace).is_some() {
        return make(Stance::Threatens, other(), 1);
    }
    if who.like == Like::Persona && signs.first(Sign::Claim).is_some() {
        return make(Stance::ClaimsResponsibility, other(), 1);
    }
    let accuser = !matches!(who.like, Like::Crowd);
    let foreign = parties.iter().find(|party| {
        matches!(party.sort, Sort::State | Sort::Agency | Sort::Group)
            && !own(&party.name)
            && !is_struck(words, party)
    });
    let tied = signs.first(Sign::Tie).is_some() && who.kind != SpeakerKind::Expert;
    if accuser && foreign.is_none() && tied && parties.iter().any(|party| !own(&party.name)) {
        // A likeness with something else that somebody suffered: it accuses, but does not say whom.
        return make(Stance::Accuses, None, 2);
    }
    if accuser && let Some(party) = foreign {
        // "North Korean hackers stole", "overlap with … North Korean actors"
        let hostile = signs.all(Sign::Hostile).any(|sign| {
            party.at < sign.start
                && sign.start.saturating_sub(party.end) <= 6
                && (party.end..sign.start)
                    .all(|at| !matches!(words.low(at), "was" | "were" | "been" | "by" | "be"))
                && !negated(words, sign, content.start)
        });
        let by = signs.all(Sign::Hostile).any(|sign| {
            words.low(sign.end) == "by" && party.at > sign.end && party.at <= sign.end.saturating_add(3)
        });
        if hostile || by || tied {
            return make(Stance::Accuses, Some(party.name.clone()), 2);
        }
    }
    if signs.first(Sign::Condemn).is_some() {
        return make(Stance::Condemns, other(), 1);
    }
    if signs.first(Sign::Support).is_some() {
        return make(Stance::Supports, other(), 1);
    }
    make(Stance::Asserts, other(), 1)
}

/// The first word that lowers or raises certainty in tokens `range`.
pub(crate) fn certainty(words: &Words<'_>, range: Range<usize>) -> Option<String> {
    range.clone().find_map(|at| {
        let (_, len) = lexicon().hedges.at(words, at)?;
        (at.saturating_add(len) <= range.end).then(|| words.slice(at..at.saturating_add(len)).to_owned())
    })
}

/// What tokens `range` say that they rest on, each once, in the order of the list.
pub(crate) fn evidence(words: &Words<'_>, range: Range<usize>) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut at = range.start;
    while at < range.end {
        match lexicon().evidence.at(words, at) {
            Some((category, len)) if at.saturating_add(len) <= range.end => {
                found.insert((*category).to_owned());
                at = at.saturating_add(len);
            }
            _ => at = at.saturating_add(1),
        }
    }
    found.into_iter().collect()
}

/// A number with what it counts: (the number, the word it counts in the singular), for comparing statements.
#[must_use]
pub fn numbers(text: &str) -> Vec<(u64, String)> {
    let words = Words::of(text);
    let mut found = Vec::new();
    for at in 0..words.len() {
        if words.at(at).is_none_or(|token| token.shape != Shape::Number) {
            continue;
        }
        let digits: String = words.low(at).chars().filter(|c| *c != ',').collect();
        let Ok(number) = digits.parse::<u64>() else {
            continue;
        };
        // What is counted: the last plural word of the few that follow.
        let counted = (at.saturating_add(1)..at.saturating_add(4))
            .take_while(|next| words.is_word(*next) && !words.is_name(*next))
            .find(|next| {
                words.low(*next).len() > 3 && words.low(*next).ends_with('s') || words.low(*next) == "people"
            });
        if let Some(next) = counted
            && !matches!(
                words.low(next),
                "years" | "months" | "weeks" | "days" | "hours" | "minutes" | "times"
            )
            && number > 1
        {
            found.push((number, words.low(next).trim_end_matches('s').to_owned()));
        }
    }
    found
}
