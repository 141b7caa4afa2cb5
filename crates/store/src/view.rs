//! Answers from a store: what it lists, what is said of a name, what changed between two days or two documents.
//!
//! A name is looked up among names and aliases; every hit says through which it was found, and hits under different names
//! stay apart. Values that differ where one would be expected stand side by side.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::Day;
use serde::Serialize;

use crate::claims::{Claim, Object, Read, Subject, What};
use crate::{Entry, Store, StoreError};

/// A document that was read.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its line in the index.
    pub entry: Entry,
    /// What it says.
    pub read: Read,
}

/// The documents that were known at the end of `day` (none: all), read. Errors: disk, changed documents.
pub fn documents(store: &Store, day: Option<Day>) -> Result<Vec<Document>, StoreError> {
    let known = store
        .entries()
        .iter()
        .filter(|entry| day.is_none_or(|day| entry.day().is_some_and(|known| known <= day)));
    known
        .map(|entry| {
            let bytes = store.bytes(entry)?;
            Ok(Document {
                entry: entry.clone(),
                read: crate::read(&bytes),
            })
        })
        .collect()
}

/// How much is said under one name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The name.
    pub name: String,
    /// Documents that have it.
    pub documents: usize,
    /// Day since when the first of them is known.
    pub known: String,
    /// Claims, by what they are about.
    pub claims: BTreeMap<What, usize>,
}

/// All names of one kind, sorted.
#[must_use]
pub fn list(documents: &[Document], subject: Subject) -> Vec<Row> {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for document in documents {
        for (_, name) in document.read.names.iter().filter(|(kind, _)| *kind == subject) {
            let row = rows.entry(name).or_default();
            row.name.clone_from(name);
            row.documents = row.documents.saturating_add(1);
            if row.known.is_empty() || document.entry.known < row.known {
                row.known.clone_from(&document.entry.known);
            }
        }
        for claim in document
            .read
            .claims
            .iter()
            .filter(|claim| claim.subject == subject)
        {
            let row = rows.entry(&claim.name).or_default();
            row.name.clone_from(&claim.name);
            let count = row.claims.entry(claim.what).or_default();
            *count = count.saturating_add(1);
        }
    }
    rows.into_values().collect()
}

/// Who says it, where and since when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Said {
    /// Day since when the document is known.
    pub known: String,
    /// Who says so in the document.
    pub author: Option<String>,
    /// Who gave the document, where stated.
    pub source: Option<String>,
    /// The document, first 12 digits of its SHA-256.
    pub document: String,
    /// Its name.
    pub path: String,
    /// The object in it.
    pub id: String,
    /// When that version was made, as written.
    pub published: Option<String>,
    /// 0..=100 as the author gives it.
    pub confidence: Option<u8>,
    /// Marking of the object, else of the document.
    pub marking: Option<String>,
}

/// A value with all who say it, the first known first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Value {
    /// The value.
    pub value: String,
    /// Who.
    pub said: Vec<Said>,
}

/// What is said under one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Of what kind.
    pub subject: Subject,
    /// The name.
    pub name: String,
    /// How the asked name led here: none where it is the name itself; else the claims of that alias.
    pub through: Vec<Said>,
    /// By what it is about.
    pub claims: BTreeMap<What, Vec<Value>>,
    /// Where different values stand side by side.
    pub disputed: Vec<What>,
}

fn said(document: &Document, claim: &Claim) -> Said {
    let entry = &document.entry;
    Said {
        known: entry.known.clone(),
        author: claim.author.clone(),
        source: entry.source.clone(),
        document: entry.sha256.chars().take(12).collect(),
        path: entry.name.clone(),
        id: claim.id.clone(),
        published: claim.published.clone(),
        confidence: claim.confidence,
        marking: claim.marking.clone().or_else(|| entry.marking.clone()),
    }
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// What is said of `name`: under it, and under every name that somebody says is another of it.
#[must_use]
pub fn show(documents: &[Document], name: &str) -> Vec<Shown> {
    let mut found: BTreeMap<(Subject, String), Vec<Said>> = BTreeMap::new();
    for document in documents {
        for (subject, own) in document.read.names.iter().filter(|(_, own)| same(own, name)) {
            found.entry((*subject, own.clone())).or_default();
        }
        let as_alias =
            |claim: &&Claim| matches!(claim.what, What::Alias | What::Id) && same(&claim.value, name);
        for claim in document.read.claims.iter().filter(as_alias) {
            found
                .entry((claim.subject, claim.name.clone()))
                .or_default()
                .push(said(document, claim));
        }
    }
    found
        .into_iter()
        .map(|((subject, own), mut through)| {
            if same(&own, name) {
                through.clear();
            }
            through.sort();
            shown(documents, subject, own, through)
        })
        .collect()
}

fn shown(documents: &[Document], subject: Subject, name: String, through: Vec<Said>) -> Shown {
    let mut all: BTreeMap<What, BTreeMap<&str, Vec<Said>>> = BTreeMap::new();
    for document in documents {
        let of_it = |claim: &&Claim| claim.subject == subject && claim.name == name;
        for claim in document.read.claims.iter().filter(of_it) {
            let values = all.entry(claim.what).or_default();
            values
                .entry(&claim.value)
                .or_default()
                .push(said(document, claim));
        }
    }
    let disputed = all
        .iter()
        .filter(|(what, values)| what.is_disputable() && values.len() > 1)
        .map(|(what, _)| *what)
        .collect();
    let claims = all.into_iter().map(|(what, values)| {
        let values = values.into_iter().map(|(value, mut said)| {
            said.sort();
            Value {
                value: value.to_owned(),
                said,
            }
        });
        (what, values.collect())
    });
    Shown {
        subject,
        claims: claims.collect(),
        name,
        through,
        disputed,
    }
}

/// The STIX object with this id as the youngest document and version have it.
#[must_use]
pub fn object<'d>(documents: &'d [Document], id: &str) -> Option<&'d Object> {
    let found = documents
        .iter()
        .filter_map(|document| document.read.objects.get(id));
    found.max_by(|a, b| a.version.cmp(&b.version))
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// `added`, `gone`, `changed`, `revoked`.
    pub how: &'static str,
    /// `claim`, or the type of the object.
    pub kind: String,
    /// In words.
    pub text: String,
}

/// What differs between two sets of documents: objects by id and version, then what is said of whom.
#[must_use]
pub fn diff(before: &[Document], after: &[Document]) -> Vec<Difference> {
    let (old, new) = (objects(before), objects(after));
    let mut rows = Vec::new();
    for (id, now) in &new {
        let how = match old.get(id) {
            None if now.gone => continue,
            None => "added",
            Some(then) if now.gone && !then.gone => "revoked",
            Some(then) if now.raw != then.raw => "changed",
            Some(_) => continue,
        };
        rows.push(row(how, id, now));
    }
    for (id, then) in old.iter().filter(|(id, _)| !new.contains_key(*id)) {
        rows.push(row("gone", id, then));
    }
    let (old, new) = (claims(before), claims(after));
    let mut of_claim = |how: &'static str, (name, what, value): &(&str, What, &str)| {
        rows.push(Difference {
            how,
            kind: "claim".to_owned(),
            text: format!("{name}: {} {value}", word(*what)),
        });
    };
    new.difference(&old).for_each(|one| of_claim("added", one));
    old.difference(&new).for_each(|one| of_claim("gone", one));
    rows.sort();
    rows
}

fn row(how: &'static str, id: &str, object: &Object) -> Difference {
    let name = if object.name.is_empty() {
        id
    } else {
        object.name.as_str()
    };
    Difference {
        how,
        kind: object.kind.clone(),
        text: format!("{name} ({id}, version {})", object.version),
    }
}

fn objects(documents: &[Document]) -> BTreeMap<&str, &Object> {
    let mut all: BTreeMap<&str, &Object> = BTreeMap::new();
    for (id, object) in documents.iter().flat_map(|document| &document.read.objects) {
        let young = all
            .get(id.as_str())
            .is_none_or(|there| there.version <= object.version);
        if young {
            all.insert(id, object);
        }
    }
    all
}

fn claims(documents: &[Document]) -> BTreeSet<(&str, What, &str)> {
    let all = documents.iter().flat_map(|document| &document.read.claims);
    all.map(|claim| (claim.name.as_str(), claim.what, claim.value.as_str()))
        .collect()
}

/// What a claim is about, for people.
#[must_use]
pub const fn word(what: What) -> &'static str {
    match what {
        What::Alias => "also called",
        What::Id => "catalogue id",
        What::AttributedTo => "attributed to",
        What::Sponsor => "suspected sponsor",
        What::Place => "place",
        What::Active => "active",
        What::Motive => "motive",
        What::Capability => "capability",
        What::Campaign => "operation",
        What::Family => "code family or tool",
        What::Technique => "technique",
        What::Indicator => "indicator",
        What::Revoked => "taken back",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(known: &str, bundle: &str) -> Document {
        Document {
            entry: Entry {
                format: String::new(),
                before: String::new(),
                sha256: "ab".repeat(32),
                bytes: 0,
                name: format!("{known}.json"),
                known: known.to_owned(),
                stated: true,
                source: None,
                marking: None,
                licence: None,
            },
            read: crate::read(bundle.as_bytes()),
        }
    }

    fn galaxy(source: &str, name: &str, synonyms: &str, sponsor: &str) -> String {
        format!(
            r#"{{"type":"threat-actor","uuid":"u","category":"actor","source":"{source}","values":[{{"value":"{name}","uuid":"c","meta":{{"synonyms":[{synonyms}],"cfr-suspected-state-sponsor":"{sponsor}"}}}}]}}"#
        )
    }

    #[test]
    fn a_look_up_says_through_which_alias_and_merges_nothing() {
        let all = [
            document("2014-01-01", &galaxy("One", "Lazarus", "\"Cobra\"", "North")),
            document("2015-01-01", &galaxy("Two", "Andariel", "\"cobra\"", "North")),
            document("2016-01-01", &galaxy("Three", "Lazarus", "", "South")),
        ];
        let found = show(&all, "COBRA");
        let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["Andariel", "Lazarus"]);
        assert_eq!(found[1].through[0].author.as_deref(), Some("One"));
        assert_eq!(found[1].disputed, [What::Sponsor]);
        assert_eq!(found[1].claims[&What::Sponsor].len(), 2);
        assert!(show(&all, "lazarus")[0].through.is_empty());
        assert_eq!(list(&all, Subject::Party).len(), 2);
    }

    #[test]
    fn a_difference_is_added_changed_revoked_or_gone() {
        let bundle = |objects: &str| format!(r#"{{"type":"bundle","id":"bundle--1","objects":[{objects}]}}"#);
        let set = |id: u8, version: u8, more: &str| {
            format!(
                r#"{{"type":"intrusion-set","id":"intrusion-set--{id}","name":"G{id}","modified":"2014-01-0{version}T00:00:00Z"{more}}}"#
            )
        };
        let before = document(
            "2014-01-01",
            &bundle(&[set(1, 1, ""), set(2, 1, ""), set(3, 1, "")].join(",")),
        );
        let after = bundle(
            &[
                set(1, 2, r#","aliases":["X"]"#),
                set(2, 2, r#","revoked":true"#),
                set(4, 2, ""),
            ]
            .join(","),
        );
        let after = document("2014-02-01", &after);
        let told: Vec<String> = diff(&[before], &[after])
            .iter()
            .map(|one| format!("{} {}", one.how, one.text))
            .collect();
        assert_eq!(
            told,
            [
                "added G1: also called X",
                "added G2: taken back revoked",
                "added G4 (intrusion-set--4, version 2014-01-02T00:00:00Z)",
                "changed G1 (intrusion-set--1, version 2014-01-02T00:00:00Z)",
                "gone G3 (intrusion-set--3, version 2014-01-01T00:00:00Z)",
                "revoked G2 (intrusion-set--2, version 2014-01-02T00:00:00Z)",
            ]
        );
    }
}
