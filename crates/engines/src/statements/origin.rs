//! Which statements go back to one event of telling, with a reason on every edge.
//!
//! One speaker is one origin; unnamed speakers on one subject share `unknown:SUBJECT`; the same quotation is one
//! telling whoever it is put to; a document that repeats another is no second voice. Unsure is `may_overlap`.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::words::Stance;
use ascribe_speech::echo::{MAY_REPEAT, Marks, REPEATS, SHARED_MIN, quotation_key, sharing};
use ascribe_speech::{Record, SpeakerKind};

use super::{Document, Told};

/// Why two things are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// A statement's id or a document's path.
    pub from: String,
    /// The other.
    pub to: String,
    /// Why.
    pub reason: String,
}

/// An event of telling and what goes back to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its name.
    pub id: String,
    /// Whether somebody stands to it with a name.
    pub named: bool,
    /// Statements, in order.
    pub statements: Vec<String>,
    /// Documents that they stand in, in order.
    pub documents: Vec<String>,
    /// Why they are one.
    pub edges: Vec<Edge>,
    /// Origins that it may share with, and why.
    pub may_overlap: Vec<(String, String)>,
}

/// Gives every statement its origin, and lists them by name.
pub(super) fn origins(documents: &[Document<'_>], told: &mut [Told]) -> Vec<Origin> {
    let (repeats, overlaps) = echoes(documents);
    for one in told.iter_mut() {
        one.origin = first_name(one, &repeats);
    }
    let edges = same_quotations(told);
    let mut groups: BTreeMap<String, Origin> = BTreeMap::new();
    for one in told.iter() {
        let group = groups.entry(one.origin.clone()).or_insert_with(|| Origin {
            id: one.origin.clone(),
            named: !one.origin.starts_with("unknown:"),
            statements: Vec::new(),
            documents: Vec::new(),
            edges: Vec::new(),
            may_overlap: Vec::new(),
        });
        if let Some(first) = group.statements.first() {
            let reason = match one.said.record {
                Record::Publisher => "the same document, or one that repeats it",
                Record::OnRecord => "the same speaker",
                Record::Anonymous | Record::Unattributed => "unnamed speakers on one subject",
            };
            group.edges.push(Edge {
                from: first.clone(),
                to: one.id.clone(),
                reason: reason.to_owned(),
            });
        }
        group.statements.push(one.id.clone());
        // Statements come by document, so a document that is in already was the last one.
        if group.documents.last() != Some(&one.doc) {
            group.documents.push(one.doc.clone());
        }
    }
    // A shared quotation is the better reason.
    for (origin, better) in edges {
        if let Some(group) = groups.get_mut(&origin) {
            let to: BTreeSet<&str> = better.iter().map(|edge| edge.to.as_str()).collect();
            group.edges.retain(|other| !to.contains(other.to.as_str()));
            group.edges.extend(better);
        }
    }
    for (later, (earlier, share)) in &repeats {
        let id = format!("document:{earlier}");
        if let Some(group) = groups.get_mut(&id) {
            group.edges.push(Edge {
                from: earlier.clone(),
                to: later.clone(),
                reason: format!("{share:.2} of the shorter text's five-word runs stand in both"),
            });
        }
    }
    for (a, b, share) in &overlaps {
        let reason = format!("{share:.2} of the shorter text's five-word runs stand in both");
        for (one, other) in [(a, b), (b, a)] {
            if let Some(group) = groups.get_mut(&format!("document:{one}")) {
                group
                    .may_overlap
                    .push((format!("document:{other}"), reason.clone()));
            }
        }
    }
    one_government(told, &mut groups);
    one_document(told, &mut groups);
    one_persona(told, &mut groups);
    for group in groups.values_mut() {
        group.edges.sort();
        group.edges.dedup();
        group.may_overlap.sort();
        group.may_overlap.dedup();
    }
    groups.into_values().collect()
}

/// The name of the origin before quotations are compared.
fn first_name(one: &Told, repeats: &BTreeMap<String, (String, f64)>) -> String {
    match one.said.record {
        Record::Publisher => {
            let doc = repeats.get(&one.doc).map_or(&one.doc, |(earlier, _)| earlier);
            format!("document:{doc}")
        }
        Record::OnRecord => one.said.speaker.clone(),
        Record::Anonymous | Record::Unattributed => {
            let subject = one.said.target.as_deref().unwrap_or(&one.said.speaker);
            format!("unknown:{subject}")
        }
    }
}

/// Documents that repeat an earlier one (with it and how much), and pairs that may.
#[expect(clippy::type_complexity, reason = "two short lists, read once")]
fn echoes(documents: &[Document<'_>]) -> (BTreeMap<String, (String, f64)>, Vec<(String, String, f64)>) {
    let mut order: Vec<&Document<'_>> = documents.iter().collect();
    order.sort_by(|a, b| (&a.evidence.known, &a.evidence.path).cmp(&(&b.evidence.known, &b.evidence.path)));
    let marks: Vec<&Marks> = order.iter().map(|document| &document.heard.marks).collect();
    let mut repeats: BTreeMap<String, (String, f64)> = BTreeMap::new();
    let mut overlaps = Vec::new();
    for (document, sharing) in order.iter().zip(sharing(&marks, SHARED_MIN)) {
        for (earlier, shared) in sharing {
            let Some(earlier) = order.get(earlier) else {
                continue;
            };
            let share = document.heard.marks.containment(&earlier.heard.marks, shared);
            let (from, to) = (&earlier.evidence.path, &document.evidence.path);
            if share >= REPEATS {
                let root = repeats
                    .get(from)
                    .map_or_else(|| from.clone(), |(root, _)| root.clone());
                repeats.entry(to.clone()).or_insert((root, share));
            } else if share >= MAY_REPEAT {
                overlaps.push((from.clone(), to.clone(), share));
            }
        }
    }
    (repeats, overlaps)
}

/// One quotation in two documents is one telling: it takes the name of the first, named before unnamed.
fn same_quotations(told: &mut [Told]) -> BTreeMap<String, Vec<Edge>> {
    let mut by_words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, one) in told.iter().enumerate() {
        if one.said.record != Record::Publisher
            && let Some(key) = quotation_key(&one.anchor)
        {
            by_words.entry(key).or_default().push(index);
        }
    }
    let mut edges: BTreeMap<String, Vec<Edge>> = BTreeMap::new();
    for places in by_words.into_values().filter(|places| places.len() > 1) {
        let first = places.iter().copied().min_by_key(|index| {
            let one = told.get(*index);
            (one.is_none_or(|one| one.said.record != Record::OnRecord), *index)
        });
        let Some((id, origin)) = first.and_then(|first| {
            let one = told.get(first)?;
            Some((one.id.clone(), one.origin.clone()))
        }) else {
            continue;
        };
        for index in places {
            if let Some(one) = told.get_mut(index)
                && one.id != id
            {
                one.origin.clone_from(&origin);
                edges.entry(origin.clone()).or_default().push(Edge {
                    from: id.clone(),
                    to: one.id.clone(),
                    reason: "the same quotation".to_owned(),
                });
            }
        }
    }
    edges
}

/// Speakers of one government or firm who say one thing of one party may all have it from one desk.
fn one_government(told: &[Told], groups: &mut BTreeMap<String, Origin>) {
    let mut desks: BTreeMap<(String, Stance, String), BTreeSet<String>> = BTreeMap::new();
    for one in told {
        if let (Some(party), Some(target)) = (&one.said.speaks_for, &one.said.target) {
            let key = (party.clone(), one.said.stance, target.clone());
            desks.entry(key).or_default().insert(one.origin.clone());
        }
    }
    for ((party, ..), names) in desks {
        for name in &names {
            let Some(group) = groups.get_mut(name) else {
                continue;
            };
            for other in names.iter().filter(|other| *other != name) {
                group
                    .may_overlap
                    .push((other.clone(), format!("both speak for {party}")));
            }
        }
    }
}

/// Speakers whom one document quotes in one sense, and unnamed ones in any, may all be one: nothing in it says they are not.
fn one_document(told: &[Told], groups: &mut BTreeMap<String, Origin>) {
    let mut rooms: BTreeMap<(&str, Option<Stance>), BTreeSet<String>> = BTreeMap::new();
    for one in told.iter().filter(|one| one.said.record != Record::Publisher) {
        let sense = Some(one.said.stance);
        rooms
            .entry((one.doc.as_str(), sense))
            .or_default()
            .insert(one.origin.clone());
        if one.said.record != Record::OnRecord {
            rooms
                .entry((one.doc.as_str(), None))
                .or_default()
                .insert(one.origin.clone());
        }
    }
    for ((doc, sense), names) in rooms {
        let how = match sense {
            Some(stance) => format!("both in {doc}: {stance}"),
            None => format!("both unnamed in {doc}"),
        };
        link(&names, &how, groups);
    }
}

/// Attackers without a name and one that calls itself something may be one.
fn one_persona(told: &[Told], groups: &mut BTreeMap<String, Origin>) {
    let personas: BTreeSet<String> = told
        .iter()
        .filter(|one| one.said.speaker_kind == SpeakerKind::Persona)
        .map(|one| one.origin.clone())
        .collect();
    link(&personas, "whoever claims the deed", groups);
}

/// Origins that one document links with each other at most.
const LINKED_MAX: usize = 60;

fn link(names: &BTreeSet<String>, how: &str, groups: &mut BTreeMap<String, Origin>) {
    for name in names.iter().take(LINKED_MAX) {
        let Some(group) = groups.get_mut(name) else {
            continue;
        };
        for other in names.iter().take(LINKED_MAX).filter(|other| *other != name) {
            if !group.may_overlap.iter().any(|(known, _)| known == other) {
                group.may_overlap.push((other.clone(), how.to_owned()));
            }
        }
    }
}
