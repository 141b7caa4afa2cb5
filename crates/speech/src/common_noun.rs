//! Whom a common noun names: "the agency", "many experts", "an article from …", "a group calling itself …".

use std::ops::Range;

use crate::lexicon::{Naming, Noun, Sort, lexicon};
use crate::memory::Memory;
pub(crate) use crate::persona::{capital_run, persona};
use crate::statement::{Record, SpeakerKind};
use crate::who::{Head, Like, Who, is_org_name, new, of_party, plain};
use crate::words::Words;

#[expect(
    clippy::too_many_arguments,
    reason = "one decision over all that was seen in a head"
)]
pub(crate) fn common(
    words: &Words<'_>,
    from: usize,
    range: Range<usize>,
    region_end: usize,
    seen: &Head,
    whose: Option<String>,
    definite: bool,
    memory: &Memory,
) -> Option<Who> {
    let range = cut_head(words, range, seen);
    let bare = range.clone().all(|at| !words.is_name(at));
    let short = range.len() == 1
        || range.len() == 2 && words.low(range.start) == "news"
        || words.is_mark(range.start.saturating_add(1), '.');
    let text = plain(words, range.clone());
    let last = range.end.saturating_sub(1);
    let plural = words.low(last).ends_with('s') || words.low(last) == "people" || words.low(last) == "police";
    // The name of an organisation that the lists do not know.
    if is_org_name(words, range.clone()) && range.clone().filter(|at| words.is_name(*at)).count() >= 2 {
        let low = words.low(last);
        let (kind, like) = match low {
            "times" | "post" | "news" | "journal" => (SpeakerKind::Media, Like::Media),
            "foundation" | "institute" | "university" | "association" | "project" | "lab" => {
                (SpeakerKind::Expert, Like::Ngo)
            }
            "solutions" | "software" | "research" | "online" | "international" | "global" | "industries"
            | "analytics" | "partners" | "inc" | "corp" | "ltd" | "llc" | "co" | "company" | "labs"
            | "networks" | "bank" | "systems" | "technologies" | "security" | "group" => {
                (SpeakerKind::Company, Like::Firm)
            }
            _ => (SpeakerKind::Agency, Like::Agency),
        };
        let first = range.clone().find(|at| words.is_name(*at)).unwrap_or(range.start);
        let text = plain(words, first..range.end);
        let mut who = new(text.clone(), kind, Record::OnRecord, like, 1);
        who.whose = whose.or(Some(text));
        return Some(who);
    }
    let (noun, at) = match seen.noun {
        Some(found) => found,
        None => {
            let crowd = lexicon().nouns.get(words.low(from)) == Some(&Noun::Crowd);
            if crowd {
                (Noun::Crowd, from)
            } else {
                return unknown_head(words, range, whose);
            }
        }
    };
    // The noun must be the head, not something before it.
    if at != last
        && !matches!(noun, Noun::Persona | Noun::Paper | Noun::Org | Noun::Crowd)
        && !words.is_name(last)
    {
        return unknown_head(words, range, whose);
    }
    let mut who = match noun {
        Noun::Anon => {
            if definite
                && short
                && let Some(last) = memory.like(Like::Anon)
            {
                return Some(last);
            }
            // "a user with the handle “X”", "somebody who calls himself X"
            let alias = (range.end..range.end.saturating_add(8).min(region_end)).any(|at| {
                matches!(
                    words.low(at),
                    "handle" | "username" | "alias" | "moniker" | "pseudonym" | "nickname"
                )
            });
            if alias {
                return Some(persona(words, range.clone(), region_end, definite, memory));
            }
            new(text, SpeakerKind::Anonymous, Record::Anonymous, Like::Anon, 0)
        }
        Noun::Expert => {
            if let Some(firm) = companies_beside(words, range.end, region_end) {
                return of_party(firm, range);
            }
            // "colleagues at Harbor Research": whom they work for.
            if matches!(words.low(range.end), "at" | "from")
                && range.end < region_end
                && let Some(run) = crate::who::name_run(words, range.end.saturating_add(1), region_end)
                && (run.len() == 1 || is_org_name(words, run.clone()))
                && lexicon().party_at(words, run.start).is_none()
            {
                let name = plain(words, run);
                let mut who = new(
                    name.clone(),
                    SpeakerKind::Company,
                    Record::OnRecord,
                    Like::Firm,
                    1,
                );
                who.whose = Some(name);
                return Some(who);
            }
            // "Acme researchers found … Researchers said": the same ones.
            let bare_plural = plural && !definite && range.len() == 1;
            if bare_plural
                && let Some(known) = memory.called(words.low(at))
                && known.record == Record::OnRecord
            {
                return Some(Who {
                    doubt: known.doubt.max(1),
                    ..known
                });
            }
            let same = range.len() == 2 && words.low(range.start) == "same";
            if definite
                && short
                && let Some(known) = memory.called(words.low(at))
            {
                return Some(Who {
                    doubt: known.doubt.max(1),
                    ..known
                });
            }
            if definite
                && (short || same)
                && let Some(last) = memory.like(if plural { Like::Experts } else { Like::Person })
            {
                return Some(last);
            }
            let with_count = if lexicon().nouns.get(words.low(from)) == Some(&Noun::Crowd) {
                plain(words, from..range.end)
            } else {
                text
            };
            // "Acme researchers": the firm stands behind them.
            let of_firm = company_in(seen).is_some() || has_name(words, range.start..at);
            let record = if of_firm && plural {
                Record::OnRecord
            } else {
                Record::Anonymous
            };
            new(with_count, SpeakerKind::Expert, record, Like::Experts, 0)
        }
        Noun::Role | Noun::FirmRole | Noun::ExpertRole => {
            // "the U.S. president": the official of that state who spoke last.
            let of_state = memory.like(Like::Person).filter(|last| {
                !plural && last.kind == SpeakerKind::Official && last.whose.is_some() && last.whose == whose
            });
            if definite
                && noun == Noun::Role
                && seen.party.is_some()
                && let Some(last) = of_state
            {
                return Some(last);
            }
            if definite
                && short
                && let Some(last) = memory.like(Like::Person)
            {
                return Some(last);
            }
            // "a spokesman for Acme", "a spokeswoman for the ministry": whom they speak for belongs to who they are.
            let house = (matches!(words.low(range.end), "for" | "of" | "at" | "from")
                && range.end < region_end)
                .then(|| crate::who::who(words, range.end.saturating_add(1)..region_end, memory))
                .flatten()
                .filter(|house| {
                    matches!(
                        house.like,
                        Like::Agency | Like::Firm | Like::Ngo | Like::State | Like::Media
                    )
                });
            if noun == Noun::Role
                && words.low(at).starts_with("spokes")
                && let Some(house) = house
            {
                let firm = house.like == Like::Firm;
                let mut who = new(
                    format!("{} {}", house.name, words.low(at)),
                    if firm {
                        SpeakerKind::Company
                    } else {
                        SpeakerKind::Official
                    },
                    Record::OnRecord,
                    Like::Person,
                    1,
                );
                who.whose = house.whose.clone().or_else(|| Some(house.name.clone()));
                return Some(who);
            }
            let firm = noun == Noun::FirmRole || company_in(seen).is_some();
            let kind = if firm {
                SpeakerKind::Company
            } else {
                SpeakerKind::Official
            };
            let spokes = range.clone().any(|at| words.low(at).starts_with("spokes"));
            let unnamed = plural || matches!(words.low(from), "a" | "an" | "one" | "another") && !spokes;
            let record = if unnamed {
                Record::Anonymous
            } else {
                Record::OnRecord
            };
            let kind = if unnamed && !firm {
                SpeakerKind::Anonymous
            } else {
                kind
            };
            new(text, kind, record, Like::Person, 1)
        }
        Noun::Defector => new(text, SpeakerKind::Defector, Record::Anonymous, Like::Person, 0),
        Noun::State => match &whose {
            Some(state) => {
                let index = lexicon().parties.iter().position(|party| party.name == *state)?;
                return of_party(index, range);
            }
            None if has_name(words, range.clone()) => {
                let mut who = new(text, SpeakerKind::Agency, Record::OnRecord, Like::State, 1);
                who.whose = Some(who.name.clone());
                who
            }
            None => memory.spoken_of(Like::State)?,
        },
        Noun::Mission => {
            if definite
                && whose.is_none()
                && let Some(known) = memory.called(words.low(at))
            {
                return Some(known);
            }
            let Some(state) = whose.clone() else {
                let mut who = new(text, SpeakerKind::Agency, Record::OnRecord, Like::Agency, 1);
                who.whose = Some(who.name.clone());
                return Some(who);
            };
            let name = match &seen.last_party {
                Some((index, ..))
                    if lexicon()
                        .parties
                        .get(*index)
                        .is_some_and(|party| party.name == "United Nations") =>
                {
                    format!("{state} UN mission")
                }
                _ => format!("{state} {}", words.low(at)),
            };
            new(name, SpeakerKind::Agency, Record::OnRecord, Like::Agency, 0)
        }
        Noun::Org | Noun::Firm | Noun::Outlet | Noun::Ngo => {
            let criminal = range
                .clone()
                .any(|at| matches!(words.low(at), "criminal" | "hacking" | "ransomware" | "hacker"));
            if criminal && noun != Noun::Firm {
                return Some(persona(words, range.clone(), region_end, definite, memory));
            }
            let news = range.clone().any(|at| words.low(at) == "news");
            // "the Tasnim news agency": the name without what it is.
            let text = match crate::who::name_run(words, range.start, range.end) {
                Some(run) if news && run.end < range.end && words.low(run.end) == "news" => plain(words, run),
                _ => text,
            };
            let like = match noun {
                _ if news => Like::Media,
                Noun::Firm => Like::Firm,
                Noun::Outlet => Like::Media,
                Noun::Ngo => Like::Ngo,
                _ => Like::Agency,
            };
            // "the state KCNA news agency": the name stands before what it is.
            if let Some((index, Naming::Name, _)) = &seen.last_party
                && lexicon()
                    .parties
                    .get(*index)
                    .is_some_and(|party| party.sort != Sort::State)
            {
                return of_party(*index, range);
            }
            if (definite || from == range.start && range.len() == 1)
                && short
                && let Some(known) = memory.called(words.low(at))
            {
                return Some(Who {
                    doubt: known.doubt.max(1),
                    ..known
                });
            }
            // "The operator of the dam" is somebody new.
            let new_one = matches!(
                words.low(range.end),
                "of" | "at" | "that" | "who" | "which" | "behind"
            );
            if definite
                && !new_one
                && (short || bare)
                && let Some(last) = memory
                    .spoken_of(like)
                    .filter(|last| {
                        !ministerial(words.low(at)) || last.name.to_lowercase().contains(words.low(at))
                    })
                    .or_else(|| {
                        memory
                            .spoken_of(Like::Media)
                            .filter(|_| like != Like::Firm && !ministerial(words.low(at)))
                    })
                    .or_else(|| {
                        memory
                            .thing()
                            .filter(|last| {
                                noun != Noun::Firm || matches!(last.like, Like::Firm | Like::Media)
                            })
                            .filter(|_| !ministerial(words.low(at)))
                    })
            {
                // "the department" for an agency that is not called so is a guess.
                let generic = matches!(
                    words.low(at),
                    "agency"
                        | "bureau"
                        | "service"
                        | "organisation"
                        | "organization"
                        | "company"
                        | "firm"
                        | "outlet"
                );
                let called = last.name.to_lowercase().contains(words.low(at));
                let floor = if generic || called { 1 } else { 2 };
                return Some(Who {
                    doubt: last.doubt.max(floor),
                    ..last
                });
            }
            let kind = match like {
                Like::Firm => SpeakerKind::Company,
                Like::Media => SpeakerKind::Media,
                Like::Ngo => SpeakerKind::Expert,
                _ => SpeakerKind::Agency,
            };
            new(text, kind, Record::OnRecord, like, 1)
        }
        Noun::Persona => persona(words, range.clone(), region_end, definite, memory),
        Noun::Paper => return paper(words, range, region_end, seen, definite, memory),
        Noun::Crowd => new(
            plain(words, from..range.end).to_lowercase(),
            SpeakerKind::Unspecified,
            Record::Unattributed,
            Like::Crowd,
            0,
        ),
    };
    who.plural = plural;
    if who.whose.is_none() {
        who.whose = whose;
    }
    Some(who)
}

/// Whether a proper name stands in `range`; a capital that only starts a sentence is none.
fn has_name(words: &Words<'_>, range: Range<usize>) -> bool {
    range.clone().any(|at| {
        let starts = at.checked_sub(1).is_none_or(|back| {
            words
                .mark(back)
                .is_some_and(|mark| matches!(mark, '.' | '!' | '?' | '“' | '"'))
        });
        let inner = words.raw(at).chars().skip(1).any(char::is_uppercase);
        words.is_name(at)
            && (!starts
                || inner
                || words.is_name(at.saturating_add(1)) && range.contains(&at.saturating_add(1)))
    })
}

/// Words that name one body and never stand for another: "the ministry" is no agency of another name.
fn ministerial(noun: &str) -> bool {
    matches!(
        noun,
        "opposition"
            | "coalition"
            | "cabinet"
            | "senate"
            | "jury"
            | "ministry"
            | "parliament"
            | "court"
            | "council"
            | "university"
            | "hospital"
            | "bank"
            | "police"
            | "army"
    )
}

/// "hackers prove": a verb that no list knows ends the head after its noun.
pub(crate) fn cut_head(words: &Words<'_>, range: Range<usize>, seen: &Head) -> Range<usize> {
    match seen.noun {
        Some((noun, at))
            if at.saturating_add(1) < range.end
                && !matches!(
                    noun,
                    Noun::Paper | Noun::Role | Noun::FirmRole | Noun::ExpertRole | Noun::Outlet
                )
                && (at.saturating_add(1)..range.end).all(|next| !words.is_name(next)) =>
        {
            range.start..at.saturating_add(1)
        }
        _ => range,
    }
}

pub(crate) fn unknown_head(words: &Words<'_>, range: Range<usize>, whose: Option<String>) -> Option<Who> {
    // "Israel's Channel 9": the name stands behind the possessive.
    let range = range
        .clone()
        .rev()
        .find(|at| words.is_possessive(*at) && at.saturating_add(1) < range.end)
        .map_or(range.clone(), |at| at.saturating_add(1)..range.end);
    let last = range.end.saturating_sub(1);
    // "Qihoo 360": a number may end a name.
    let number = |at: usize| {
        words
            .at(at)
            .is_some_and(|token| token.shape == crate::words::Shape::Number)
    };
    if (words.is_name(last) || number(last) && range.len() > 1 && words.is_name(range.start))
        && range
            .clone()
            .all(|at| words.is_name(at) || words.is_possessive(at) || at == last)
        && range.len() <= 5
    {
        let mut who = new(
            plain(words, range),
            SpeakerKind::Company,
            Record::OnRecord,
            Like::Firm,
            2,
        );
        who.whose = whose;
        return Some(who);
    }
    None
}

pub(crate) fn company_in(seen: &Head) -> Option<usize> {
    let (index, ..) = seen.party.as_ref()?;
    let party = lexicon().parties.get(*index)?;
    (party.sort == Sort::Company).then_some(*index)
}

/// "researchers at Acme", "experts from Acme": a firm right after the head.
pub(crate) fn companies_beside(words: &Words<'_>, at: usize, end: usize) -> Option<usize> {
    if !matches!(words.low(at), "at" | "from" | "with" | "of" | "for") || at >= end {
        return None;
    }
    let mut next = at.saturating_add(1);
    for _ in 0..6 {
        if let Some((index, _, _)) = lexicon().party_at(words, next) {
            let party = lexicon().parties.get(index)?;
            return (party.sort == Sort::Company).then_some(index);
        }
        next = next.saturating_add(1);
    }
    None
}

pub(crate) fn paper(
    words: &Words<'_>,
    range: Range<usize>,
    region_end: usize,
    seen: &Head,
    definite: bool,
    memory: &Memory,
) -> Option<Who> {
    // "Their analysis suggests": theirs.
    let whose = match words.low(range.start.saturating_sub(1)) {
        "their" => memory.group().or_else(|| memory.thing()),
        "its" => memory.thing(),
        _ => None,
    };
    if let Some(whose) = whose.filter(|whose| whose.like != Like::Crowd && whose.like != Like::Paper) {
        return Some(Who {
            doubt: whose.doubt.max(2),
            ..whose
        });
    }
    // Whose paper: before it ("a New York Times report") or after it ("an article from KCNA").
    if let Some((index, naming, place)) = &seen.last_party
        && *naming != Naming::Adjective
    {
        let party = lexicon().parties.get(*index)?;
        if matches!(
            party.sort,
            Sort::Media | Sort::StateMedia | Sort::Company | Sort::Ngo
        ) {
            return of_party(*index, place.clone());
        }
        let mut who = of_party(*index, place.clone())?;
        // Whoever issued it speaks.
        let issued = matches!(
            words.low(range.end.saturating_sub(1)),
            "advisory"
                | "report"
                | "alert"
                | "bulletin"
                | "statement"
                | "post"
                | "blog"
                | "analysis"
                | "announcement"
        );
        if issued && place.end < range.end {
            return Some(who);
        }
        who.name = format!("{} {}", party.name, words.low(range.end.saturating_sub(1)));
        who.like = Like::Paper;
        return Some(who);
    }
    let by = words.low(range.end);
    if matches!(by, "from" | "by" | "in" | "of" | "on") {
        let mut at = range.end.saturating_add(1);
        let end = region_end.min(at.saturating_add(7));
        while at < end {
            if let Some((index, naming, len)) = lexicon().party_at(words, at)
                && naming != Naming::Adjective
            {
                let sort = lexicon().parties.get(index).map(|party| party.sort);
                if !matches!(sort, Some(Sort::State)) || matches!(by, "from" | "by") {
                    return of_party(index, at..at.saturating_add(len));
                }
            }
            at = at.saturating_add(1);
        }
    }
    if matches!(by, "from" | "by")
        && range.end.saturating_add(1) < region_end
        && let Some(issuer) = crate::who::who(words, range.end.saturating_add(1)..region_end, memory)
        && matches!(
            issuer.like,
            Like::Firm | Like::Agency | Like::Media | Like::Ngo | Like::Person | Like::Persona
        )
    {
        return Some(issuer);
    }
    let low = words.low(range.end.saturating_sub(1));
    let single = low.strip_suffix('s').unwrap_or(low);
    if definite
        && range.len() <= 2
        && let Some(issuer) = memory.issuer(single)
    {
        return Some(Who {
            doubt: issuer.doubt.max(1),
            ..issuer
        });
    }
    let official = matches!(
        low,
        "indictment" | "complaint" | "affidavit" | "advisory" | "bulletin" | "alert"
    );
    let own = official
        || matches!(
            low,
            "data"
                | "figures"
                | "statistics"
                | "poll"
                | "polls"
                | "survey"
                | "surveys"
                | "records"
                | "calculations"
                | "estimates"
                | "lawsuit"
                | "suit"
                | "filings"
                | "charges"
                | "memo"
                | "document"
                | "documents"
                | "letter"
                | "transcript"
                | "manifesto"
                | "paper"
        );
    let issued = matches!(low, "statement" | "post" | "tweet" | "message");
    if definite
        && issued
        && range.len() == 1
        && let Some(last) = memory.thing().or_else(|| memory.paper())
    {
        return Some(Who {
            doubt: last.doubt.max(1),
            ..last
        });
    }
    if definite
        && !own
        && let Some(last) = memory.paper()
    {
        return Some(Who {
            doubt: last.doubt.max(1),
            ..last
        });
    }
    let text = plain(words, range);
    let kind = if official {
        SpeakerKind::Agency
    } else {
        SpeakerKind::Unspecified
    };
    Some(new(text, kind, Record::OnRecord, Like::Paper, 2))
}
