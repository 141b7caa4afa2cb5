//! Who was spoken of so far in a document: what "he", "the agency" and a surname stand for.

use std::collections::BTreeMap;

use crate::gender::{Gender, of_given_name};
use crate::who::{Like, Who};

/// Persons that are remembered by surname.
const PEOPLE_MAX: usize = 400;

/// Persons that a pronoun looks back over.
const RECENT_MAX: usize = 8;

/// The speakers of a document so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    people: BTreeMap<String, Who>,
    /// Persons that spoke or were the subject, the last one at the end.
    recent: Vec<Who>,
    /// By the last word of a name.
    genders: BTreeMap<String, Gender>,
    last: BTreeMap<Like, (u64, Who)>,
    /// By the last word of the name: "the embassy" is the embassy that spoke.
    by_noun: BTreeMap<String, Who>,
    /// Whom the document has introduced by name: "X is a group that …".
    introduced: BTreeMap<String, Who>,
    /// Who issued a paper of this kind: "the advisory".
    issued: BTreeMap<String, Who>,
    /// Named without speaking.
    named: BTreeMap<Like, Who>,
    clock: u64,
    /// Who got hold of a paper that is quoted: the word for it and the agency.
    obtained: Option<(String, String)>,
}

impl Memory {
    /// Remembers a speaker or a subject.
    pub(crate) fn note(&mut self, who: &Who) {
        self.clock = self.clock.saturating_add(1);
        self.know(who);
        if let Some(noun) = who.name.split(' ').next_back()
            && noun.chars().all(char::is_lowercase)
            && self.by_noun.len() < PEOPLE_MAX
        {
            self.by_noun.insert(noun.to_owned(), who.clone());
        }
        self.last.insert(who.like, (self.clock, who.clone()));
        if matches!(who.like, Like::Person | Like::Anon) && !who.plural && who.doubt < 2 {
            self.recent.retain(|one| one.name != who.name);
            if self.recent.len() >= RECENT_MAX {
                self.recent.remove(0);
            }
            self.recent.push(who.clone());
        }
    }

    /// Remembers what pronoun a person has.
    pub(crate) fn learn(&mut self, name: &str, gender: Gender) {
        if let Some(surname) = name.split(' ').next_back()
            && self.genders.len() < PEOPLE_MAX
        {
            self.genders.entry(surname.to_owned()).or_insert(gender);
        }
    }

    fn gender(&self, name: &str) -> Option<Gender> {
        let mut parts = name.split(' ');
        let first = parts.next().unwrap_or_default();
        let last = parts.next_back().unwrap_or(first);
        self.genders
            .get(last)
            .copied()
            .or_else(|| crate::gender::of_title(&last.to_lowercase()))
            .or_else(|| of_given_name(&first.to_lowercase()))
    }

    /// Remembers that this common noun stands for somebody: "Northwall, a utility".
    pub(crate) fn call(&mut self, noun: &str, who: &Who) {
        if self.by_noun.len() < PEOPLE_MAX {
            self.by_noun.insert(noun.to_owned(), who.clone());
        }
    }

    /// Remembers a name that the document introduces, for "the group" and for the name itself.
    pub(crate) fn introduce(&mut self, who: &Who) {
        if self.introduced.len() < PEOPLE_MAX {
            self.introduced.insert(who.name.clone(), who.clone());
        }
        self.note(who);
    }

    /// Remembers a name that the document introduces, without taking the word.
    pub(crate) fn introduce_silently(&mut self, who: &Who) {
        if self.introduced.len() < PEOPLE_MAX {
            self.introduced.insert(who.name.clone(), who.clone());
        }
    }

    /// Whom the document has introduced by this name.
    pub(crate) fn introduced(&self, name: &str) -> Option<Who> {
        self.introduced.get(name).cloned()
    }

    /// Remembers who issued a paper of this kind.
    pub(crate) fn issue(&mut self, paper: &str, who: &Who) {
        if self.issued.len() < PEOPLE_MAX {
            self.issued.insert(paper.to_owned(), who.clone());
        }
    }

    /// Who issued the last paper of this kind.
    pub(crate) fn issuer(&self, paper: &str) -> Option<Who> {
        self.issued.get(paper).cloned()
    }

    /// Remembers a person's name without taking the word: "he" is still somebody else.
    pub(crate) fn know(&mut self, who: &Who) {
        if who.like == Like::Person
            && let Some(surname) = who.name.split(' ').next_back()
            && who.name.contains(' ')
            && self.people.len() < PEOPLE_MAX
        {
            // Names like "Kim Jong Un" and "Jang Se-yul" are taken up by their first part.
            for part in [surname, who.name.split(' ').next().unwrap_or_default()] {
                self.people.insert(part.to_owned(), who.clone());
            }
        }
    }

    /// Remembers somebody who is only named, for "the company" where none spoke yet.
    pub(crate) fn mention(&mut self, who: &Who) {
        self.named.insert(who.like, who.clone());
    }

    /// The last one of this kind that spoke, else that was named.
    pub(crate) fn spoken_of(&self, like: Like) -> Option<Who> {
        self.like(like).or_else(|| self.named.get(&like).cloned())
    }

    /// The person of this surname.
    pub(crate) fn surname(&self, name: &str) -> Option<Who> {
        self.people.get(name).cloned()
    }

    /// Remembers who got hold of a paper ("an e-mail obtained by Reuters").
    pub(crate) fn obtain(&mut self, paper: &str, by: &str) {
        self.obtained = Some((paper.replace('-', ""), by.to_owned()));
    }

    /// Who got hold of the paper that is called so.
    pub(crate) fn obtained(&self, paper: &str) -> Option<&str> {
        let (known, by) = self.obtained.as_ref()?;
        (*known == paper.replace('-', "")).then_some(by.as_str())
    }

    /// The state that was named last, speaking or not.
    pub(crate) fn named_state(&self) -> Option<String> {
        self.named.get(&Like::State).map(|who| who.name.clone())
    }

    /// The speaker whose name ends in this common noun.
    pub(crate) fn called(&self, noun: &str) -> Option<Who> {
        self.by_noun.get(noun).cloned()
    }

    /// Whether somebody of this name was remembered.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.people.values().any(|who| who.name == name)
    }

    /// The last one of this kind.
    pub(crate) fn like(&self, like: Like) -> Option<Who> {
        self.last.get(&like).map(|(_, who)| who.clone())
    }

    fn latest(&self, any: &[Like]) -> Option<Who> {
        any.iter()
            .filter_map(|like| self.last.get(like))
            .max_by_key(|(at, _)| *at)
            .map(|(_, who)| who.clone())
    }

    /// Whom "he" or "she" means: the last one that it fits.
    pub(crate) fn person(&self, gender: Gender) -> Option<Who> {
        let fits = |one: &&Who| self.gender(&one.name).is_none_or(|known| known == gender);
        self.recent.iter().rev().find(fits).cloned()
    }

    /// Whom "it" means.
    pub(crate) fn thing(&self) -> Option<Who> {
        self.latest(&[
            Like::State,
            Like::Agency,
            Like::Media,
            Like::Firm,
            Like::Ngo,
            Like::Persona,
            Like::Paper,
        ])
    }

    /// Whom "they" means.
    pub(crate) fn group(&self) -> Option<Who> {
        self.latest(&[
            Like::Experts,
            Like::Anon,
            Like::Persona,
            Like::Crowd,
            Like::Firm,
            Like::Agency,
        ])
    }

    /// What "the article", "the report", "the statement" means: who published or issued it.
    pub(crate) fn paper(&self) -> Option<Who> {
        self.latest(&[Like::Media, Like::Paper])
            .or_else(|| self.named.get(&Like::Media).cloned())
            .or_else(|| self.latest(&[Like::Agency, Like::Firm, Like::Persona, Like::State]))
    }
}
