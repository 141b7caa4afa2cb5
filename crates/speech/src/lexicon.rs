//! The word lists in `data/`, read once: verbs and phrases of speech, hedges, kinds of evidence, parties, nouns.
//!
//! The lists are part of the program; a line that cannot be read is left out, and a test counts them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ascribe_model::words::Stance;

use crate::words::Words;

/// What a verb of speech needs beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// Reports by itself.
    Say,
    /// Reports only with "that", a quotation, or at the end.
    Weak,
    /// Its object is the message.
    Act,
    /// Its object is the accused.
    Blame,
    /// Needs a quotation or "as".
    Name,
    /// Hands the word to its object.
    Quote,
    /// With "to".
    Decline,
}

/// The stance that a cue expresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// This one.
    Is(Stance),
    /// What is said decides.
    Content,
    /// A warning: a threat from a party, an assertion from an expert.
    Warn,
    /// A claim to have done something.
    Claim,
    /// No cue: the phrase only looks like one.
    Nothing,
}

/// The form that a verb stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// say, says, said
    Finite,
    /// the same, where it may also be a participle: accused
    Past,
    /// written, known
    Participle,
    /// saying
    Ing,
}

/// A form of a verb of speech.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cue {
    /// What it needs.
    pub(crate) frame: Frame,
    /// What it expresses.
    pub(crate) tone: Tone,
    /// Its form.
    pub(crate) form: Form,
    /// Whether it is the bare form (say), which is also infinitive.
    pub(crate) bare: bool,
}

/// What a phrase inside a statement shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sign {
    /// Names an author of the deed.
    Resp,
    /// A hostile act.
    Hostile,
    /// A tie between things.
    Tie,
    /// Denies.
    Deny,
    /// Threatens.
    Threat,
    /// Condemns.
    Condemn,
    /// Doubts.
    Doubt,
    /// Declines.
    Decline,
    /// Claims the deed.
    Claim,
    /// Supports.
    Support,
    /// Threatens, where attackers say it.
    Menace,
}

/// What a party is, as the lists know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Sort {
    State,
    Agency,
    Media,
    StateMedia,
    Company,
    Group,
    Ngo,
    Persona,
}

/// What a common noun names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Noun {
    Anon,
    Role,
    FirmRole,
    ExpertRole,
    Expert,
    Defector,
    State,
    Mission,
    Org,
    Firm,
    Persona,
    Ngo,
    Paper,
    Outlet,
    Crowd,
}

/// A party of the lists.
#[derive(Clone, Debug)]
pub(crate) struct Party {
    pub(crate) name: String,
    pub(crate) sort: Sort,
    pub(crate) whose: Option<String>,
}

/// How a name names its party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    Name,
    Adjective,
    Capital,
}

/// A sequence of words, each with alternatives, and what it stands for.
#[derive(Clone, Debug)]
pub(crate) struct Phrase<T> {
    words: Vec<Vec<String>>,
    pub(crate) means: T,
}

/// Phrases by their first word.
#[derive(Clone, Debug)]
pub(crate) struct Phrases<T> {
    by_first: BTreeMap<String, Vec<Phrase<T>>>,
}

impl<T: Clone> Phrases<T> {
    fn new(lines: impl Iterator<Item = (String, T)>) -> Self {
        let mut by_first: BTreeMap<String, Vec<Phrase<T>>> = BTreeMap::new();
        for (text, means) in lines {
            let words: Vec<Vec<String>> = text
                .split_whitespace()
                .map(|word| word.split('|').map(str::to_owned).collect())
                .collect();
            let Some(first) = words.first().cloned() else {
                continue;
            };
            for word in first {
                let phrase = Phrase {
                    words: words.clone(),
                    means: means.clone(),
                };
                by_first.entry(word).or_default().push(phrase);
            }
        }
        for phrases in by_first.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.words.len()));
        }
        Self { by_first }
    }

    /// The longest phrase that starts at token `index`, with how many tokens it takes.
    pub(crate) fn at(&self, words: &Words<'_>, index: usize) -> Option<(&T, usize)> {
        self.by_first.get(words.low(index))?.iter().find_map(|phrase| {
            let fits = phrase.words.iter().enumerate().skip(1).all(|(offset, any)| {
                let low = words.low(index.saturating_add(offset));
                any.iter().any(|word| word == low)
            });
            fits.then_some((&phrase.means, phrase.words.len()))
        })
    }
}

/// All lists.
pub(crate) struct Lexicon {
    pub(crate) cues: BTreeMap<String, Cue>,
    pub(crate) phrases: Phrases<Tone>,
    pub(crate) hedges: Phrases<()>,
    pub(crate) evidence: Phrases<&'static str>,
    pub(crate) content: Phrases<Sign>,
    pub(crate) nouns: BTreeMap<String, Noun>,
    pub(crate) parties: Vec<Party>,
    names: Phrases<(usize, Naming)>,
    /// Names of one word, for "China-backed".
    single: BTreeMap<String, usize>,
    pub(crate) boilerplate: Vec<String>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);

/// The lists.
pub(crate) fn lexicon() -> &'static Lexicon {
    &LEXICON
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

impl Lexicon {
    fn read() -> Self {
        let (parties, names) = parties();
        let hedges = lines(include_str!("../data/hedges.tsv")).map(|line| (line.trim().to_owned(), ()));
        Self {
            cues: cues(),
            phrases: Phrases::new(lines(include_str!("../data/phrases.tsv")).filter_map(|line| {
                let (words, tone) = line.split_once('\t')?;
                Some((words.to_owned(), tone_of(tone.trim())?))
            })),
            hedges: Phrases::new(hedges),
            evidence: Phrases::new(lines(include_str!("../data/evidence.tsv")).flat_map(|line| {
                let (category, words) = line.split_once('\t').unwrap_or(("", ""));
                words.split('|').map(move |phrase| (phrase.to_owned(), category))
            })),
            content: Phrases::new(lines(include_str!("../data/content.tsv")).filter_map(|line| {
                let (words, sign) = line.split_once('\t')?;
                Some((words.to_owned(), sign_of(sign.trim())?))
            })),
            nouns: lines(include_str!("../data/nouns.tsv"))
                .filter_map(|line| {
                    let (words, noun) = line.split_once('\t')?;
                    Some((words, noun_of(noun.trim())?))
                })
                .flat_map(|(words, noun)| words.split('|').map(move |word| (word.to_owned(), noun)))
                .rev_first(),
            single: names
                .iter()
                .filter(|(text, _)| !text.contains(' '))
                .map(|(text, (index, _))| (text.clone(), *index))
                .collect(),
            parties,
            names: Phrases::new(names.into_iter()),
            boilerplate: lines(include_str!("../data/boilerplate.txt"))
                .map(|line| line.to_lowercase())
                .collect(),
        }
    }

    /// The party named at token `index`: its number, how it is named, how many tokens that takes.
    pub(crate) fn party_at(&self, words: &Words<'_>, index: usize) -> Option<(usize, Naming, usize)> {
        let (found, len) = self.names.at(words, index)?;
        let article = usize::from(words.low(index) == "the");
        // A name is written with a capital; "turkey" is a bird and "us" a pronoun.
        let named = words.is_name(index.saturating_add(article)) || words.is_mark(index, '#');
        let single = len == 1 && words.raw(index).len() <= 4;
        let shouted =
            words.raw(index).chars().any(char::is_lowercase) && single && SHOUTED.contains(&words.low(index));
        (named && !shouted).then_some((found.0, found.1, len))
    }

    /// The party in front of the hyphen of "China-backed", "Russia-linked", "Iran-nexus".
    pub(crate) fn backer(&self, low: &str) -> Option<usize> {
        let (party, tie) = low.split_once('-')?;
        BACKED
            .contains(&tie)
            .then(|| self.single.get(party).copied())
            .flatten()
    }

    /// The party called `name`.
    pub(crate) fn party(&self, name: &str) -> Option<&Party> {
        self.parties.iter().find(|party| party.name == name)
    }
}

/// What stands behind the hyphen when somebody acts for a party.
const BACKED: [&str; 12] = [
    "backed",
    "sponsored",
    "linked",
    "affiliated",
    "aligned",
    "nexus",
    "directed",
    "controlled",
    "run",
    "supported",
    "associated",
    "funded",
];

/// Names that are words when they are not in capitals.
const SHOUTED: [&str; 12] = [
    "us", "un", "rt", "ap", "sea", "gop", "nis", "pla", "eu", "dw", "sana", "vice",
];

trait FirstWins {
    fn rev_first(self) -> BTreeMap<String, Noun>;
}

impl<I: Iterator<Item = (String, Noun)>> FirstWins for I {
    fn rev_first(self) -> BTreeMap<String, Noun> {
        let mut map = BTreeMap::new();
        for (word, noun) in self {
            map.entry(word).or_insert(noun);
        }
        map
    }
}

fn cues() -> BTreeMap<String, Cue> {
    let mut map = BTreeMap::new();
    for line in lines(include_str!("../data/cues.tsv")) {
        let mut columns = line.split('\t');
        let (Some(forms), Some(frame), Some(tone)) = (columns.next(), columns.next(), columns.next()) else {
            continue;
        };
        let frame = match frame {
            "say" => Frame::Say,
            "weak" => Frame::Weak,
            "act" => Frame::Act,
            "blame" => Frame::Blame,
            "name" => Frame::Name,
            "quote" => Frame::Quote,
            "decline" => Frame::Decline,
            _ => continue,
        };
        let Some(tone) = tone_of(tone.trim()) else {
            continue;
        };
        let forms: Vec<&str> = forms.split('|').collect();
        let [base, third, past, participle, ing] = forms.as_slice() else {
            continue;
        };
        let mut put = |word: &str, form: Form, bare: bool| {
            map.entry(word.to_owned()).or_insert(Cue {
                frame,
                tone,
                form,
                bare,
            });
        };
        put(base, Form::Finite, true);
        put(third, Form::Finite, false);
        put(
            past,
            if past == participle {
                Form::Past
            } else {
                Form::Finite
            },
            false,
        );
        put(participle, Form::Participle, false);
        put(ing, Form::Ing, false);
    }
    map
}

fn tone_of(text: &str) -> Option<Tone> {
    Some(match text {
        "content" => Tone::Content,
        "warn" => Tone::Warn,
        "claims-content" => Tone::Claim,
        "none" => Tone::Nothing,
        other => Tone::Is(Stance::parse(other)?),
    })
}

fn sign_of(text: &str) -> Option<Sign> {
    Some(match text {
        "resp" => Sign::Resp,
        "hostile" => Sign::Hostile,
        "tie" => Sign::Tie,
        "deny" => Sign::Deny,
        "threat" => Sign::Threat,
        "condemn" => Sign::Condemn,
        "doubt" => Sign::Doubt,
        "decline" => Sign::Decline,
        "claim" => Sign::Claim,
        "support" => Sign::Support,
        "menace" => Sign::Menace,
        _ => return None,
    })
}

fn noun_of(text: &str) -> Option<Noun> {
    Some(match text {
        "anon" => Noun::Anon,
        "role" => Noun::Role,
        "firmrole" => Noun::FirmRole,
        "expertrole" => Noun::ExpertRole,
        "expert" => Noun::Expert,
        "defector" => Noun::Defector,
        "state" => Noun::State,
        "mission" => Noun::Mission,
        "org" => Noun::Org,
        "firm" => Noun::Firm,
        "persona" => Noun::Persona,
        "ngo" => Noun::Ngo,
        "paper" => Noun::Paper,
        "outlet" => Noun::Outlet,
        "crowd" => Noun::Crowd,
        _ => return None,
    })
}

fn sort_of(text: &str) -> Option<Sort> {
    Some(match text {
        "state" => Sort::State,
        "agency" => Sort::Agency,
        "media" => Sort::Media,
        "state-media" => Sort::StateMedia,
        "company" => Sort::Company,
        "group" => Sort::Group,
        "ngo" => Sort::Ngo,
        "persona" => Sort::Persona,
        _ => return None,
    })
}

/// Names in lower case with the party that each is of and how it names it.
type Names = Vec<(String, (usize, Naming))>;

fn parties() -> (Vec<Party>, Names) {
    let mut parties = Vec::new();
    let mut names = Vec::new();
    for line in lines(include_str!("../data/parties.tsv")) {
        let mut columns = line.split('\t');
        let (Some(name), Some(sort)) = (columns.next(), columns.next().and_then(sort_of)) else {
            continue;
        };
        let whose = columns
            .next()
            .filter(|whose| !whose.is_empty())
            .map(str::to_owned);
        let index = parties.len();
        names.push((spaced(name), (index, Naming::Name)));
        for other in columns
            .next()
            .unwrap_or_default()
            .split('|')
            .filter(|other| !other.is_empty())
        {
            let (text, naming) = match (other.strip_prefix('~'), other.strip_prefix('^')) {
                (Some(adjective), _) => (adjective, Naming::Adjective),
                (_, Some(capital)) => (capital, Naming::Capital),
                _ => (other, Naming::Name),
            };
            names.push((spaced(text), (index, naming)));
        }
        parties.push(Party {
            name: name.to_owned(),
            sort,
            whose,
        });
    }
    (parties, names)
}

/// A name as its tokens in lower case, with spaces between.
fn spaced(name: &str) -> String {
    let words = Words::of(name);
    let parts: Vec<&str> = (0..words.len()).map(|index| words.low(index)).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_list_is_read() {
        let count = |text: &'static str| lines(text).count();
        let lists = lexicon();
        assert_eq!(lists.parties.len(), count(include_str!("../data/parties.tsv")));
        assert!(lists.cues.len() > 400);
        assert_eq!(
            lists.boilerplate.len(),
            count(include_str!("../data/boilerplate.txt"))
        );
        let words = Words::of("The U.S. Federal Bureau of Investigation and Pyongyang's army");
        let (fbi, naming, len) = lists.party_at(&words, 1).unwrap();
        assert_eq!(
            (lists.parties[fbi].name.as_str(), naming, len),
            ("FBI", Naming::Name, 5)
        );
        let (nk, naming, _) = lists.party_at(&words, 7).unwrap();
        assert_eq!(
            (lists.parties[nk].name.as_str(), naming),
            ("North Korea", Naming::Capital)
        );
        assert!(lists.party_at(&Words::of("told us so"), 1).is_none());
    }
}
