//! Statements that may be counted, as findings: each in its source's bloc, at most what the table of statements allows.
//!
//! One article is one telling: what several people say in it of one party may all come from one desk, so its findings
//! name each other's origins as possibly the same, and the belief takes one of them. A statement about another event or
//! another matter points to nobody.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::Knowledge;
use ascribe_model::finding::{Grade, Target};
use ascribe_model::words::{About, Kind, Reliability, Stance};
use ascribe_model::{Finding, Moment};
use ascribe_speech::{Record, Tier};

use super::{Document, NAME, Told};
use crate::World;

/// Stances that are worth a line in the ledger.
const SHOWN: [Stance; 9] = [
    Stance::Accuses,
    Stance::Denies,
    Stance::ClaimsResponsibility,
    Stance::Threatens,
    Stance::Condemns,
    Stance::Doubts,
    Stance::Declines,
    Stance::Supports,
    Stance::Excludes,
];
/// An accusation about something that happened this long before the incident is about something else.
const BEFORE_DAYS: i64 = 366;

/// The findings of `told`, which are in the order of documents.
pub(super) fn findings(world: &World<'_>, documents: &[Document<'_>], told: &[Told]) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let mut by_path: BTreeMap<&str, &Document<'_>> = BTreeMap::new();
    for document in documents {
        by_path.entry(document.evidence.path.as_str()).or_insert(document);
    }
    for one in told {
        let counts = one.said.tier == Tier::Accept
            && SHOWN.contains(&one.said.stance)
            && one.said.record != Record::Publisher;
        if counts && let Some(document) = by_path.get(one.doc.as_str()) {
            found.push(finding(world, document, one));
        }
    }
    overlaps(told, &mut found);
    found
}

fn finding(world: &World<'_>, document: &Document<'_>, one: &Told) -> Finding {
    let evidence = document.evidence;
    let said = &one.said;
    let publisher = evidence.reading.document.publisher.clone();
    let publisher = publisher
        .or_else(|| {
            let source = evidence.source.as_ref()?;
            Some(world.knowledge.source(source)?.name.clone())
        })
        .unwrap_or_else(|| evidence.path.clone());
    // From the origin to us: the publisher is the last.
    let via = said
        .via
        .iter()
        .rev()
        .map(|name| {
            if name == "@publisher" {
                publisher.clone()
            } else {
                name.clone()
            }
        })
        .collect();
    let known_source = source(world.knowledge, &said.speaker);
    let happened = said.event_date.as_ref().and_then(|date| Moment::parse(date).ok());
    let uttered = said
        .statement_date
        .as_ref()
        .and_then(|date| Moment::parse(date).ok());
    let earlier = [&happened, &uttered]
        .into_iter()
        .flatten()
        .any(|at| is_before(at, world));
    let elsewhere = earlier || other_matter(&one.anchor);
    let points_to = said
        .target
        .as_deref()
        .filter(|_| !elsewhere)
        .and_then(|target| actor(world.knowledge, target))
        .map(Target::Actor);
    let says = format!(
        "{} {} {}: {}",
        said.speaker,
        said.stance,
        said.target.as_deref().unwrap_or("(nobody named)"),
        if evidence.leaked {
            "(withheld)".to_owned()
        } else {
            short(&one.anchor)
        }
    );
    let unnamed = said.record != Record::OnRecord;
    Finding {
        id: one.id.clone(),
        stance: said.stance,
        says,
        about: Some(About::Operator),
        // Whoever claims the deed under a name of its own points to nobody else.
        points_to,
        source: Some(known_source.clone().unwrap_or_else(|| implied(one))),
        origin: match known_source {
            Some(source) if !unnamed => source,
            _ => one.origin.clone(),
        },
        via,
        grade: Grade {
            // "Cannot be judged" where the case grades nobody of this name; the case's letter comes first.
            reliability: Some(Reliability::F),
            credibility: None,
        },
        happened,
        known: evidence.known.clone(),
        tlp: evidence.tlp,
        provenance: vec![one.at.clone()],
        ..Finding::blank(NAME, Kind::Statement, &evidence.incident)
    }
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(220).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The id of a source that the case does not list: its name in small letters; unnamed ones are one source a subject.
fn implied(one: &Told) -> String {
    // Whoever denies without a name is not whoever accuses without one.
    let denier = match (&one.said.speaks_for, one.said.stance) {
        (Some(party), Stance::Denies) => Some(format!("unnamed:{party}")),
        _ => None,
    };
    let name = match (one.said.record, &denier) {
        (Record::OnRecord, _) => one.said.speaker.as_str(),
        (_, Some(denier)) => denier.as_str(),
        _ => one.origin.as_str(),
    };
    let mut id = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_alphanumeric() || c == ':' {
            id.push(c);
        } else if !id.ends_with('-') {
            id.push('-');
        }
    }
    id.trim_matches('-').to_owned()
}

fn same(a: &str, b: &str) -> bool {
    let plain = |text: &str| {
        let low = text.to_lowercase();
        let low = low.strip_prefix("the ").unwrap_or(&low).to_owned();
        low.chars().filter(|c| c.is_alphanumeric()).collect::<String>()
    };
    plain(a) == plain(b)
}

/// The case's source of this name or id.
fn source(knowledge: &Knowledge, name: &str) -> Option<String> {
    knowledge
        .sources
        .iter()
        .find(|source| same(&source.name, name) || same(&source.id, name))
        .map(|source| source.id.clone())
}

/// The case's party of this id, name or alias.
fn actor(knowledge: &Knowledge, name: &str) -> Option<String> {
    knowledge
        .actors
        .iter()
        .find(|actor| {
            same(&actor.id, name)
                || same(&actor.name, name)
                || actor.aliases.iter().any(|alias| same(&alias.name, name))
        })
        .map(|actor| actor.id.clone())
}

fn is_before(at: &Moment, world: &World<'_>) -> bool {
    world.incident_time.is_some_and(|incident| {
        let days = incident
            .first_day()
            .since(at.last_day())
            .map_or(0, |span| i64::from(span.get_days()));
        days > BEFORE_DAYS
    })
}

/// An outage that a party suffered is no attack on the victim.
fn other_matter(text: &str) -> bool {
    let low = text.to_lowercase();
    let outage = [
        "outage",
        "disrupted the country",
        "internet use",
        "knocked offline",
    ]
    .iter()
    .any(|word| low.contains(word));
    outage
        && !["hack", "breach", "malware"]
            .iter()
            .any(|word| low.contains(word))
}

/// Findings of one document, or of one government, on one party and in one sense may have one origin.
fn overlaps(told: &[Told], found: &mut [Finding]) {
    let by_id: BTreeMap<&str, &Told> = told.iter().map(|one| (one.id.as_str(), one)).collect();
    let mut groups: BTreeMap<(String, Stance, String), BTreeSet<String>> = BTreeMap::new();
    let keys = |finding: &Finding| -> Vec<(String, Stance, String)> {
        let (Some(one), Some(target)) = (by_id.get(finding.id.as_str()), &finding.points_to) else {
            return Vec::new();
        };
        let mut keys = vec![(
            format!("document {}", one.doc),
            finding.stance,
            target.to_string(),
        )];
        if let Some(party) = &one.said.speaks_for {
            keys.push((format!("party {party}"), finding.stance, target.to_string()));
        }
        keys
    };
    for finding in found.iter() {
        for key in keys(finding) {
            groups.entry(key).or_default().insert(finding.origin.clone());
        }
    }
    for finding in found {
        let mut others: BTreeSet<String> = keys(finding)
            .into_iter()
            .filter_map(|key| groups.get(&key))
            .flatten()
            .cloned()
            .collect();
        others.remove(&finding.origin);
        finding.may_overlap = others.into_iter().collect();
    }
}
