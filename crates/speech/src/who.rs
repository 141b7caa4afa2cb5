//! Who a noun phrase names: a state behind its capital, an agency, a person with a title, a source without a name.

use crate::common_noun::common;
use crate::gender::Gender;
use crate::lexicon::{Naming, Noun, Sort, lexicon};
use crate::memory::Memory;
pub(crate) use crate::org_name::is_org_name;
use crate::statement::{Record, SpeakerKind};
use crate::words::{Shape, Words};
use std::ops::Range;

/// A speaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) kind: SpeakerKind,
    pub(crate) record: Record,
    /// What it is, for pronouns and "the agency".
    pub(crate) like: Like,
    pub(crate) plural: bool,
    /// State, agency or firm that it speaks for or is.
    pub(crate) whose: Option<String>,
    /// Tokens that named it.
    pub(crate) mention: Range<usize>,
    /// 0 sure to 3 guessed.
    pub(crate) doubt: u8,
}

/// What a speaker is, for later mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Like {
    State,
    Agency,
    Media,
    Firm,
    Ngo,
    Persona,
    Person,
    Anon,
    Experts,
    Paper,
    Crowd,
}

/// Titles and offices that stand with a capital before a name.
const OF: [&str; 17] = [
    "state",
    "defense",
    "defence",
    "energy",
    "treasury",
    "commerce",
    "homeland",
    "security",
    "national",
    "intelligence",
    "foreign",
    "affairs",
    "interior",
    "justice",
    "information",
    "communications",
    "the",
];

const PARTICLES: [&str; 12] = [
    "de", "van", "von", "der", "den", "bin", "al", "el", "la", "du", "da", "ben",
];

/// Words that end the head of a noun phrase.
const AFTER_HEAD: [&str; 44] = [
    "who",
    "which",
    "that",
    "whose",
    "of",
    "in",
    "on",
    "at",
    "for",
    "from",
    "with",
    "by",
    "to",
    "about",
    "under",
    "inside",
    "within",
    "near",
    "into",
    "among",
    "hired",
    "familiar",
    "speaking",
    "briefed",
    "close",
    "calling",
    "known",
    "investigating",
    "involved",
    "working",
    "based",
    "quoted",
    "cited",
    "obtained",
    "published",
    "posted",
    "released",
    "seen",
    "issued",
    "using",
    "led",
    "linked",
    "claiming",
    "against",
];

const DETERMINERS: [&str; 16] = [
    "the", "a", "an", "this", "that", "these", "those", "its", "his", "her", "their", "our", "another",
    "one", "any", "no",
];

/// Whether the token ends the head of a noun phrase.
pub(crate) fn after_head(word: &str) -> bool {
    AFTER_HEAD.contains(&word)
}

/// Whether the token is a determiner.
pub(crate) fn is_determiner(word: &str) -> bool {
    DETERMINERS.contains(&word)
}

/// A run of capitalised tokens that may be a person's name, ending at `end` or later, from `start` on.
pub(crate) fn name_run(words: &Words<'_>, start: usize, end: usize) -> Option<Range<usize>> {
    let mut at = start;
    // "On Sunday": capitals that are no name.
    if crate::stranger::is_nobody(words.low(start)) {
        return None;
    }
    while at < end && words.is_name(at) && !crate::subject::is_weekday(words.low(at)) {
        let dot = words.raw(at).chars().count() == 1 && words.is_mark(at.saturating_add(1), '.');
        at = at.saturating_add(if dot { 2 } else { 1 });
        if at < end && PARTICLES.contains(&words.low(at)) && words.is_name(at.saturating_add(1)) {
            at = at.saturating_add(1);
        }
    }
    (at > start).then_some(start..at)
}

/// A person's name as it is given: without middle initials.
fn person_name(words: &Words<'_>, run: Range<usize>) -> String {
    // "Harbor's Paula Reyes"
    let run = run
        .clone()
        .rev()
        .find(|at| words.is_possessive(*at) && *at > run.start && run.end.saturating_sub(*at) > 2)
        .map_or(run.clone(), |at| at.saturating_add(1)..run.end);
    let many = run.len() > 2;
    let parts: Vec<&str> = run
        .filter(|index| words.at(*index).is_some_and(|token| token.shape == Shape::Word))
        .map(|index| words.raw(index))
        .enumerate()
        .filter(|(position, part)| {
            !(many && *position > 0 && part.trim_end_matches('.').chars().count() == 1)
        })
        .map(|(_, part)| part)
        .collect();
    parts.join(" ")
}

/// The text of tokens with possessives dropped and single spaces.
pub(crate) fn plain(words: &Words<'_>, range: Range<usize>) -> String {
    let parts: Vec<&str> = range
        .filter(|index| words.is_word(*index))
        .map(|index| words.raw(index))
        .collect();
    parts.join(" ")
}

/// Whom tokens `range` (a subject with what stands beside it) name.
pub(crate) fn who(words: &Words<'_>, range: Range<usize>, memory: &Memory) -> Option<Who> {
    let start = skip_determiners(words, range.start, range.end);
    if start >= range.end {
        return None;
    }
    if let Some(found) = pronoun(words, range.clone(), memory) {
        return Some(found);
    }
    let head_end = head_end(words, start, range.end);
    let nobody = head_end == start.saturating_add(1) && crate::stranger::is_nobody(words.low(start));
    if head_end <= start || nobody {
        return None;
    }
    if let Some(run) = crate::common_noun::capital_run(words, start)
        && let Some(mut known) = memory.introduced(&plain(words, run.clone()))
        && (run.end >= head_end || !words.is_possessive(run.end))
    {
        known.mention = run;
        return Some(known);
    }
    let mut found = head(words, range.start, start..head_end, range.end, memory)?;
    // "Estonia's foreign minister, Urmas Paet,": the name follows the office.
    let office = found.like == Like::Person && found.doubt > 0 && !memory.knows(&found.name);
    if office
        && let Some(run) = (head_end..range.end)
            .filter(|at| words.is_mark(*at, ','))
            .find_map(|comma| name_run(words, comma.saturating_add(1), range.end))
            .filter(|run| run.len() >= 2 && (run.end == range.end || words.is_mark(run.end, ',')))
        && lexicon().party_at(words, run.start).is_none()
        && found.name.chars().any(char::is_lowercase)
        && lexicon()
            .nouns
            .contains_key(found.name.rsplit(' ').next().unwrap_or_default())
    {
        found.name = person_name(words, run);
        found.record = Record::OnRecord;
        found.doubt = 0;
    }
    describe(words, &mut found, head_end..range.end);
    found.mention = range.start..head_end;
    Some(found)
}

fn skip_determiners(words: &Words<'_>, start: usize, end: usize) -> usize {
    let mut at = start;
    while at < end && (is_determiner(words.low(at)) || words.mark(at).is_some()) {
        at = at.saturating_add(1);
    }
    at
}

/// Where the head of the noun phrase that starts at `start` ends.
fn head_end(words: &Words<'_>, start: usize, end: usize) -> usize {
    let mut at = start;
    let end = end.min(start.saturating_add(24));
    while at < end {
        let low = words.low(at);
        // "Secretary of State", "Bank of England": "of" between capitals belongs to the name.
        let of_name =
            low == "of" && at > start && at.checked_sub(1).is_some_and(|back| words.is_name(back)) && {
                let next = at.saturating_add(1);
                words.is_name(next) || words.low(next) == "the" && words.is_name(next.saturating_add(1))
            };
        if of_name {
            at = at.saturating_add(1);
            continue;
        }
        let list = low == "and"
            && lexicon().party_at(words, start).is_some_and(|(_, naming, len)| {
                naming != Naming::Adjective && start.saturating_add(len) == at
            });
        if list {
            break;
        }
        if at > start && matches!(low, "today" | "yesterday" | "tonight") {
            break;
        }
        if at > start && after_head(low) && !words.is_name(at) {
            break;
        }
        if let Some(mark) = words.mark(at)
            && !matches!(mark, '.' | '-' | '&')
        {
            break;
        }
        at = at.saturating_add(1);
    }
    at
}

fn pronoun(words: &Words<'_>, range: Range<usize>, memory: &Memory) -> Option<Who> {
    let first = words.low(range.start);
    let alone = range.len() == 1
        || !words.is_word(range.start.saturating_add(1))
        || after_head(words.low(range.start.saturating_add(1)));
    let mut found = match first {
        "he" if alone => memory.person(Gender::He)?,
        "she" if alone => memory.person(Gender::She)?,
        "it" if alone => memory.thing()?,
        "they" | "both" if alone => memory.group()?,
        // "One of them said": one of those who spoke.
        "one" | "two" | "some" | "both"
            if words.low(range.start.saturating_add(1)) == "of"
                && matches!(
                    words.low(range.start.saturating_add(2)),
                    "them" | "these" | "those"
                )
                && range.len() == 3 =>
        {
            memory.group()?
        }
        "we" if alone => Who {
            name: crate::statement::PUBLISHER.to_owned(),
            kind: SpeakerKind::Media,
            record: Record::Publisher,
            like: Like::Crowd,
            plural: true,
            whose: None,
            mention: 0..0,
            doubt: 1,
        },
        _ => return None,
    };
    found.mention = range.start..range.start.saturating_add(1);
    found.doubt = found.doubt.max(1);
    Some(found)
}

fn party_kind(sort: Sort) -> (SpeakerKind, Like) {
    match sort {
        Sort::State => (SpeakerKind::Agency, Like::State),
        Sort::Agency => (SpeakerKind::Agency, Like::Agency),
        Sort::Media | Sort::StateMedia => (SpeakerKind::Media, Like::Media),
        Sort::Company => (SpeakerKind::Company, Like::Firm),
        Sort::Group | Sort::Persona => (SpeakerKind::Persona, Like::Persona),
        Sort::Ngo => (SpeakerKind::Expert, Like::Ngo),
    }
}

/// A party of the lists as a speaker.
pub(crate) fn of_party(index: usize, mention: Range<usize>) -> Option<Who> {
    let party = lexicon().parties.get(index)?;
    let (kind, like) = party_kind(party.sort);
    let whose = match party.sort {
        Sort::State => Some(party.name.clone()),
        _ => party.whose.clone().or_else(|| Some(party.name.clone())),
    };
    Some(Who {
        name: party.name.clone(),
        kind,
        record: Record::OnRecord,
        like,
        plural: false,
        whose,
        mention,
        doubt: 0,
    })
}

/// What stands in the head of a phrase: parties, the last common noun, a person's name.
pub(crate) struct Head {
    pub(crate) party: Option<(usize, Naming, Range<usize>)>,
    pub(crate) last_party: Option<(usize, Naming, Range<usize>)>,
    pub(crate) noun: Option<(Noun, usize)>,
    pub(crate) role: Option<(Noun, usize)>,
}

fn look(words: &Words<'_>, range: Range<usize>) -> Head {
    let lists = lexicon();
    let mut seen = Head {
        party: None,
        last_party: None,
        noun: None,
        role: None,
    };
    let mut at = range.start;
    while at < range.end {
        if let Some((index, naming, len)) = lists.party_at(words, at) {
            let found = (index, naming, at..at.saturating_add(len));
            // "US Department", "UN mission": a party inside a longer name is whose it is.
            if seen.party.is_none() {
                seen.party = Some(found.clone());
            }
            seen.last_party = Some(found);
            at = at.saturating_add(len);
            continue;
        }
        let low = words.low(at);
        let single = low.rsplit('-').next().unwrap_or(low);
        if let Some(noun) = lists.nouns.get(low).or_else(|| lists.nouns.get(single)) {
            seen.noun = Some((*noun, at));
            if matches!(
                noun,
                Noun::Role | Noun::FirmRole | Noun::ExpertRole | Noun::Expert
            ) {
                seen.role = Some((*noun, at));
            }
        }
        at = at.saturating_add(1);
    }
    seen
}

pub(crate) fn new(name: String, kind: SpeakerKind, record: Record, like: Like, doubt: u8) -> Who {
    Who {
        name,
        kind,
        record,
        like,
        plural: false,
        whose: None,
        mention: 0..0,
        doubt,
    }
}

fn head(
    words: &Words<'_>,
    from: usize,
    range: Range<usize>,
    region_end: usize,
    memory: &Memory,
) -> Option<Who> {
    let seen = look(words, range.clone());
    let definite = words.low(from) == "the" || words.low(from) == "its";
    let whose = seen.party.as_ref().and_then(|(index, ..)| {
        let party = lexicon().parties.get(*index)?;
        Some(match party.sort {
            Sort::State => party.name.clone(),
            _ => party.whose.clone().unwrap_or_else(|| party.name.clone()),
        })
    });
    // "the country's counselor": of the state that was named last.
    let country = (from..range.end).any(|at| {
        matches!(words.low(at), "country" | "nation" | "state") && words.is_possessive(at.saturating_add(1))
    });
    let whose = whose.or_else(|| country.then(|| memory.named_state()).flatten());
    // A person: a run of capitals at the end of the head, after any office or party.
    let after = [
        seen.role.map(|(_, at)| at.saturating_add(1)),
        seen.last_party.as_ref().map(|(_, _, range)| range.end),
        // "Greywater's Tomas Reik"
        range
            .clone()
            .rev()
            .find(|at| words.is_possessive(*at))
            .map(|at| at.saturating_add(1)),
        seen.noun
            .filter(|(noun, _)| !matches!(noun, Noun::Persona | Noun::Paper))
            .map(|(_, at)| at.saturating_add(1)),
    ];
    let mut name_start = after
        .into_iter()
        .flatten()
        .max()
        .unwrap_or(range.start)
        .max(range.start);
    while name_start < range.end
        && (OF.contains(&words.low(name_start))
            || words.low(name_start) == "of"
            || words.is_mark(name_start, '.')
            || words.is_possessive(name_start))
    {
        name_start = name_start.saturating_add(1);
    }
    // "retired pilot Ana Ruiz": no list knows what she is.
    if name_run(words, name_start, range.end).is_none_or(|run| run.end != range.end)
        && let Some(run) = crate::stranger::trailing_name(words, name_start..range.end)
        && !is_org_name(words, run.clone())
    {
        name_start = run.start;
    }
    // The name ends the head, or a quotation or a common noun follows it.
    if let Some(run) = name_run(words, name_start, range.end)
        && run.end == range.end
        && !is_org_name(words, run.clone())
    {
        let name = person_name(words, run.clone());
        let single = !name.contains(' ');
        let known = memory.surname(words.raw(run.end.saturating_sub(1)).trim_end_matches('.'));
        if let Some(known) = known.filter(|_| single || name.split(' ').count() <= 3) {
            let same = single || known.name.split(' ').next() == name.split(' ').next();
            if same {
                return Some(known);
            }
        }
        // "the hacking group Red Lantern", "the security firm Red Lantern": the noun says what the name is.
        let noun = run.start.checked_sub(1).filter(|at| *at >= range.start);
        let kind = noun.and_then(|at| lexicon().nouns.get(words.low(at)).filter(|_| !words.is_name(at)));
        let sort = match kind {
            Some(Noun::Persona) => return Some(crate::persona::called(name)),
            Some(Noun::Firm) => Some((SpeakerKind::Company, Like::Firm)),
            Some(Noun::Outlet) => Some((SpeakerKind::Media, Like::Media)),
            Some(Noun::Ngo) => Some((SpeakerKind::Expert, Like::Ngo)),
            Some(Noun::Org) => Some((SpeakerKind::Agency, Like::Agency)),
            _ => None,
        };
        if !single && let Some((kind, like)) = sort {
            let mut who = new(name.clone(), kind, Record::OnRecord, like, 0);
            who.whose = Some(name);
            return Some(who);
        }
        if !single || seen.role.is_some() {
            let kind = match seen.role {
                Some((Noun::Expert | Noun::ExpertRole, _)) => SpeakerKind::Expert,
                Some((Noun::FirmRole, _)) => SpeakerKind::Company,
                Some(_) => SpeakerKind::Official,
                None => SpeakerKind::Expert,
            };
            let mut who = new(
                name,
                kind,
                Record::OnRecord,
                Like::Person,
                u8::from(seen.role.is_none()),
            );
            who.whose = whose.clone();
            if let Some((index, ..)) = &seen.party
                && lexicon()
                    .parties
                    .get(*index)
                    .is_some_and(|party| party.sort == Sort::Company)
            {
                who.kind = SpeakerKind::Company;
            }
            return Some(who);
        }
        // "the security company Acme"
        let beside = match seen.noun {
            Some((Noun::Firm, _)) => Some((SpeakerKind::Company, Like::Firm)),
            Some((Noun::Outlet, _)) => Some((SpeakerKind::Media, Like::Media)),
            Some((Noun::Ngo, _)) => Some((SpeakerKind::Expert, Like::Ngo)),
            _ => None,
        };
        if single && let Some((kind, like)) = beside {
            // "the Daily Echo": the noun belongs to the name.
            let noun = seen
                .noun
                .map(|(_, at)| at)
                .filter(|at| words.is_name(*at) && at.saturating_add(1) == run.start && *at > from);
            let raw = &plain(words, noun.unwrap_or(run.start)..run.end);
            let mut who = new(raw.to_owned(), kind, Record::OnRecord, like, 0);
            who.whose = Some(raw.clone());
            return Some(who);
        }
        if single && seen.party.is_none() && seen.noun.is_none() {
            let raw = words.raw(run.start);
            let shout = raw.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase) && raw.len() <= 7;
            let (kind, like) = if shout {
                (SpeakerKind::Agency, Like::Agency)
            } else {
                (SpeakerKind::Company, Like::Firm)
            };
            let mut who = new(raw.to_owned(), kind, Record::OnRecord, like, 2);
            who.whose = Some(raw.to_owned());
            return Some(who);
        }
    }
    if let Some((index, naming, place)) = seen.last_party.clone()
        && (place.end == range.end
            || place.end.saturating_add(1) == range.end && words.is_possessive(place.end)
            || seen.noun.is_none() && !(place.end..range.end).any(|at| words.is_name(at)))
        && naming != Naming::Adjective
        && !is_org_name(words, place.end..range.end)
    {
        return of_party(index, place);
    }
    common(words, from, range, region_end, &seen, whose, definite, memory)
}

/// What stands beside a person: "a former soldier who had defected", "chief executive of Acme".
pub(crate) fn describe(words: &Words<'_>, who: &mut Who, beside: Range<usize>) {
    if who.like != Like::Person || beside.is_empty() {
        return;
    }
    let defected = beside.clone().any(|at| {
        matches!(
            words.low(at),
            "defected" | "defector" | "deserted" | "deserter" | "defecting" | "defection"
        )
    });
    if defected {
        who.kind = SpeakerKind::Defector;
        who.doubt = 0;
        return;
    }
    let seen = look(
        words,
        beside.start..beside.end.min(beside.start.saturating_add(16)),
    );
    let first_role = beside.clone().take(14).find_map(|at| {
        let low = words.low(at);
        let noun = lexicon().nouns.get(low.rsplit('-').next().unwrap_or(low))?;
        matches!(
            noun,
            Noun::Role | Noun::FirmRole | Noun::ExpertRole | Noun::Expert
        )
        .then_some(*noun)
    });
    match first_role {
        Some(Noun::Expert | Noun::ExpertRole) => who.kind = SpeakerKind::Expert,
        Some(Noun::FirmRole) => who.kind = SpeakerKind::Company,
        Some(_) => who.kind = SpeakerKind::Official,
        None => {}
    }
    if first_role.is_some() {
        who.doubt = 0;
    }
    if let Some((index, ..)) = seen.party
        && let Some(party) = lexicon().parties.get(index)
    {
        if party.sort == Sort::Company && who.kind != SpeakerKind::Expert {
            who.kind = SpeakerKind::Company;
        }
        if who.whose.is_none() {
            who.whose = match party.sort {
                Sort::State => Some(party.name.clone()),
                _ => party.whose.clone().or_else(|| Some(party.name.clone())),
            };
        }
    }
}
