//! Which mails one mailbox sent, with which habits, and whose words stand in mails of several.
//!
//! One finding for each mailbox outside the victim: shown, of no weight, since everything in it is the sender's
//! own word (METHOD: claims and names of one persona are one trace; what it says is for the engine `statements`). Words
//! that two mailboxes share, and a mailbox whose programs do not agree with each other, are anomalies.
//! Does not say who a persona is.

mod marks;

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::holdings::Own;
use ascribe_model::finding::engine_finding_id;
use ascribe_model::observation::IndicatorKind;
use ascribe_model::words::{About, Kind};
use ascribe_model::{Anomaly, Finding, Moment, Provenance, Span};

use self::marks::{Letter, Mark, letter};
use crate::sighting::{blank, of_incident, place, stands};
use crate::{Suggestions, World};

/// The name of the engine.
pub const NAME: &str = "personas";
/// Places that a finding names.
const PLACES_MAX: usize = 16;
/// Mailboxes that get a finding, the busiest first.
const PERSONAS_MAX: usize = 50;
/// Values of one kind of mark that a finding names.
const VALUES_MAX: usize = 3;
/// Pairs of mailboxes that are told to share words.
const PAIRS_MAX: usize = 100;
/// A paragraph in mails of more mailboxes than this is a common text (a notice, a signature). Judged.
const SHARED_BY_MAX: usize = 5;

/// What the mails of the world suggest of the mailboxes that they say they are from.
#[must_use]
pub fn suggest(world: &World<'_>) -> Suggestions {
    let own = Own::new(&world.knowledge.victim);
    let mut out = Suggestions::default();
    let mut personas: BTreeMap<String, Vec<Letter<'_>>> = BTreeMap::new();
    for evidence in of_incident(world) {
        // The victim's people are no personas.
        if let Some((mailbox, letter)) =
            letter(evidence).filter(|(mailbox, _)| !own.has(IndicatorKind::Email, mailbox))
        {
            personas.entry(mailbox).or_default().push(letter);
        }
    }
    let threads = threads(&personas);
    let mut count = |what: &str, number: usize| {
        if number > 0 {
            out.counts.insert(what.to_owned(), number as u64);
        }
    };
    count("mailboxes", personas.len());
    count("mails", personas.values().map(Vec::len).sum());
    count("threads of several mails", threads);
    out.anomalies.extend(shared_words(&personas));
    let mut order: Vec<(&String, &Vec<Letter<'_>>)> = personas.iter().collect();
    order.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(b.0)));
    for (mailbox, letters) in order.into_iter().take(PERSONAS_MAX) {
        out.anomalies.extend(mixed(mailbox, letters));
        out.findings.extend(finding(mailbox, letters, world));
    }
    out.findings.sort_by(|a, b| a.id.cmp(&b.id));
    out.anomalies.sort();
    out
}

/// How many threads hold more than one mail: mails that answer each other, or the same mail outside the case.
fn threads(personas: &BTreeMap<String, Vec<Letter<'_>>>) -> usize {
    let letters: Vec<&Letter<'_>> = personas.values().flatten().collect();
    let mut root: Vec<usize> = (0..letters.len()).collect();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    fn top(root: &mut [usize], mut at: usize) -> usize {
        while let Some(above) = root.get(at).copied() {
            if above == at {
                break;
            }
            // Halving the way keeps it short.
            let over = root.get(above).copied().unwrap_or(above);
            if let Some(here) = root.get_mut(at) {
                *here = over;
            }
            at = over;
        }
        at
    }
    for (index, letter) in letters.iter().enumerate() {
        for id in letter.id.iter().chain(&letter.answers) {
            let other = *first.entry(id).or_insert(index);
            let (a, b) = (top(&mut root, index), top(&mut root, other));
            if let Some(here) = root.get_mut(a.max(b)) {
                *here = a.min(b);
            }
        }
    }
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for index in 0..letters.len() {
        let size = sizes.entry(top(&mut root, index)).or_default();
        *size = size.saturating_add(1);
    }
    sizes.values().filter(|size| **size > 1).count()
}

/// Mails of different mailboxes that hold the same paragraph.
fn shared_words(personas: &BTreeMap<String, Vec<Letter<'_>>>) -> Vec<(String, Anomaly)> {
    let mut by_words: BTreeMap<&str, BTreeMap<&str, (&Letter<'_>, Span)>> = BTreeMap::new();
    for (mailbox, letters) in personas {
        for letter in letters {
            for (words, at) in &letter.paragraphs {
                by_words
                    .entry(words)
                    .or_default()
                    .entry(mailbox)
                    .or_insert((letter, *at));
            }
        }
    }
    let mut pairs: BTreeMap<(&str, &str), (u64, &Letter<'_>, Span, Provenance)> = BTreeMap::new();
    for places in by_words.values().filter(|places| places.len() <= SHARED_BY_MAX) {
        let all: Vec<_> = places.iter().collect();
        for (index, (first, here)) in all.iter().enumerate() {
            for (second, there) in all.iter().skip(index.saturating_add(1)) {
                let pair = pairs
                    .entry((first, second))
                    .or_insert_with(|| (0, there.0, there.1, stands(here.0.evidence, here.1)));
                pair.0 = pair.0.saturating_add(1);
            }
        }
    }
    pairs
        .into_iter()
        .take(PAIRS_MAX)
        .map(|((first, second), (count, letter, at, other))| {
            let paragraphs = if count == 1 { "a paragraph".to_owned() } else { format!("{count} paragraphs") };
            let text = format!(
                "mails from {second} and {first} share {paragraphs} word for word ({}); whoever has one mail can write the other",
                place(&other)
            );
            (letter.evidence.path.clone(), Anomaly::odd("persona.same-words", Some(at), text))
        })
        .collect()
}

/// The values of a kind of mark with how many mails have each, the most common first.
fn values<'l>(letters: &'l [Letter<'_>], mark: Mark) -> Vec<(&'l str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (kind, value) in letters.iter().flat_map(|letter| &letter.marks) {
        if *kind == mark {
            let count = counts.entry(value).or_default();
            *count = count.saturating_add(1);
        }
    }
    let mut all: Vec<(&str, usize)> = counts.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    all
}

/// Whether the programs of a mailbox do not agree with each other: several clients, and hosts, and clocks.
fn mixed(mailbox: &str, letters: &[Letter<'_>]) -> Option<(String, Anomaly)> {
    let kinds = [Mark::Client, Mark::IdHost, Mark::Offset];
    let several: Vec<&str> = kinds
        .iter()
        .filter(|mark| values(letters, **mark).len() > 1)
        .map(|mark| mark.name())
        .collect();
    if several.len() < kinds.len() {
        return None;
    }
    let first = letters.first()?;
    let text = format!(
        "the mails from {mailbox} differ in {}: several programs or people write under this name",
        several.join(", ")
    );
    Some((
        first.evidence.path.clone(),
        Anomaly::odd("persona.mixed", Some(first.at), text),
    ))
}

fn finding(mailbox: &str, letters: &[Letter<'_>], world: &World<'_>) -> Option<Finding> {
    let mut order: Vec<&Letter<'_>> = letters.iter().collect();
    order.sort_by(|a, b| (&a.evidence.known, &a.evidence.path).cmp(&(&b.evidence.known, &b.evidence.path)));
    let first = *order.first()?;
    let known: &Moment = &order.last()?.evidence.known;
    let at = stands(first.evidence, first.at);
    let mut habits = Vec::new();
    for mark in [
        Mark::Client,
        Mark::IdHost,
        Mark::IdShape,
        Mark::Border,
        Mark::Charset,
        Mark::Language,
        Mark::Offset,
    ] {
        let all = values(letters, mark);
        let mut named: Vec<String> = all
            .iter()
            .take(VALUES_MAX)
            .map(|(value, count)| {
                if *count == letters.len() {
                    (*value).to_owned()
                } else {
                    format!("{value} in {count}")
                }
            })
            .collect();
        let more = all.len().saturating_sub(VALUES_MAX);
        if more > 0 {
            named.push(format!("{more} more"));
        }
        if !named.is_empty() {
            habits.push(format!("{} {}", mark.name(), named.join(", ")));
        }
    }
    let how_many = match letters.len() {
        1 => "1 mail says it is".to_owned(),
        count => format!("{count} mails say they are"),
    };
    let habits = if habits.is_empty() {
        "no marks".to_owned()
    } else {
        habits.join("; ")
    };
    let fact = format!("persona:{mailbox}");
    let origins: BTreeSet<&str> = order
        .iter()
        .map(|letter| letter.evidence.origin.as_str())
        .collect();
    let provenance: Vec<Provenance> = order
        .iter()
        .take(PLACES_MAX)
        .map(|letter| stands(letter.evidence, letter.at))
        .collect();
    let tlp = order
        .iter()
        .take(PLACES_MAX)
        .map(|letter| letter.evidence.tlp)
        .max()?;
    Some(Finding {
        id: engine_finding_id(NAME, &fact, &at),
        says: format!("{}: {how_many} from {mailbox}; {habits}", place(&at)),
        about: Some(About::Access),
        fact: Some(fact),
        known: known.clone(),
        tlp,
        ..blank(NAME, Kind::Access, origins.first()?, world, provenance)
    })
}
