//! What a document says of parties, families and campaigns: one claim for each thing said, with who says it.
//!
//! Of STIX objects and galaxy clusters all members that name people are read; of other formats what the reader of evidence
//! gives. Nothing is merged: another name is a claim that two names mean one thing, and stays one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use ascribe_model::{Day, Out, Reading, Saw};
use ascribe_readers::intelligence::READER;
use ascribe_readers::{Head, Match};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// Objects of one document.
const OBJECTS_MAX: usize = 500_000;
/// Texts of one list.
const LIST_MAX: usize = 1_000;

/// What a claim is about, in the order in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Another name.
    Alias,
    /// Its id in a catalogue: `G0032`.
    Id,
    /// Whose it is: a parent, or who is behind a campaign.
    AttributedTo,
    /// A state that is said to stand behind it.
    Sponsor,
    /// Where it is said to sit.
    Place,
    /// When it was active.
    Active,
    /// What moves it.
    Motive,
    /// What it can do.
    Capability,
    /// An operation of it.
    Campaign,
    /// A code family or tool that it uses.
    Family,
    /// A technique.
    Technique,
    /// A value that is said to be its.
    Indicator,
    /// Its author took it back, or put another in its place.
    Revoked,
}

impl What {
    /// Whether two different values cannot both be so, or are worth a look side by side.
    #[must_use]
    pub const fn is_disputable(self) -> bool {
        matches!(self, Self::AttributedTo | Self::Sponsor | Self::Place)
    }
}

/// What kind of thing is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Somebody.
    Party,
    /// Code or a tool.
    Family,
    /// An operation.
    Campaign,
}

/// One thing that is said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Claim {
    /// What kind of thing it is of.
    pub subject: Subject,
    /// Its name there.
    pub name: String,
    /// What is said.
    pub what: What,
    /// The value.
    pub value: String,
    /// Id of the object that says so, in its document.
    pub id: String,
    /// Who says so in the document.
    pub author: Option<String>,
    /// When that version was made, as written.
    pub published: Option<String>,
    /// 0..=100 as the author gives it.
    pub confidence: Option<u8>,
    /// Marking as written.
    pub marking: Option<String>,
}

/// A STIX object as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its type.
    pub kind: String,
    /// Its name, where it has one.
    pub name: String,
    /// Version: `modified` or `created` as written.
    pub version: String,
    /// Whether its author took it back or retired it.
    pub gone: bool,
    /// Its bytes.
    pub raw: String,
}

/// All that a document says.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Sorted, each once.
    pub claims: Vec<Claim>,
    /// Names that stand for something, by kind, also where nothing more is said.
    pub names: BTreeSet<(Subject, String)>,
    /// STIX objects by id, the youngest version of each.
    pub objects: BTreeMap<String, Object>,
    /// What was wrong, in sentences.
    pub wrong: Vec<String>,
}

/// Whether the reader of intelligence knows these bytes.
pub(crate) fn is_intelligence(bytes: &[u8]) -> bool {
    let head = Head {
        bytes: bytes.get(..bytes.len().min(1 << 16)).unwrap_or_default(),
        len: bytes.len() as u64,
    };
    (READER.detect)(&head) > Match::No
}

/// The latest day of the content.
pub(crate) fn published(bytes: &[u8]) -> Option<Day> {
    reading(bytes).document.published.map(|at| at.last_day())
}

fn reading(bytes: &[u8]) -> Reading {
    let limits = Limits {
        whole_bytes_max: crate::DOCUMENT_BYTES_MAX,
        ..Limits::default()
    };
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let scan = |_: &str| Vec::new();
    let mut out = Out::new("intelligence", limits, &scan, &stop, &mut take);
    (READER.read)(&bytes, &mut out);
    out.finish()
}

/// What `bytes` say. Damage is in `wrong`; what stands before it is read.
#[must_use]
pub fn read(bytes: &[u8]) -> Read {
    let mut read = Read::default();
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match serde_json::from_slice::<Document<'_>>(plain) {
        Ok(document) if !document.objects.is_empty() => read.bundle(&document.objects),
        Ok(document) if !document.values.is_empty() && !document.kind.is_empty() => read.galaxy(&document),
        _ => read.items(bytes),
    }
    read.claims.sort();
    read.claims.dedup();
    read
}

#[derive(Deserialize)]
struct Document<'d> {
    #[serde(borrow, default)]
    objects: Vec<&'d RawValue>,
    #[serde(borrow, default)]
    values: Vec<&'d RawValue>,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    source: Option<String>,
}

#[derive(Default)]
struct Stix {
    id: String,
    value: Value,
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v str> {
    let list = value.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).take(LIST_MAX)
}

fn is_set(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool) == Some(true)
}

fn is_gone(value: &Value) -> bool {
    is_set(value, "revoked") || is_set(value, "x_mitre_deprecated")
}

fn version(value: &Value) -> &str {
    match text(value, "modified") {
        "" => text(value, "created"),
        modified => modified,
    }
}

fn subject(kind: &str) -> Option<Subject> {
    match kind {
        "threat-actor" | "intrusion-set" => Some(Subject::Party),
        "malware" | "tool" => Some(Subject::Family),
        "campaign" => Some(Subject::Campaign),
        _ => None,
    }
}

/// `T1566.001`, or the id in another catalogue.
fn external_id(value: &Value) -> Option<&str> {
    let references = value.get("external_references")?.as_array()?;
    references
        .iter()
        .filter(|reference| text(reference, "source_name").starts_with("mitre"))
        .find_map(|reference| reference.get("external_id")?.as_str())
}

impl Read {
    fn bundle(&mut self, raws: &[&RawValue]) {
        if raws.len() > OBJECTS_MAX {
            self.wrong
                .push(format!("more than {OBJECTS_MAX} objects; the rest was not read"));
        }
        let mut all: Vec<Stix> = Vec::new();
        for raw in raws.iter().take(OBJECTS_MAX) {
            let value: Value = match serde_json::from_str(raw.get()) {
                Ok(value) => value,
                Err(why) => {
                    self.wrong.push(format!("an object could not be read: {why}"));
                    continue;
                }
            };
            let (id, kind) = (text(&value, "id").to_owned(), text(&value, "type").to_owned());
            if id.is_empty() || kind.is_empty() {
                self.wrong.push("an object has no id or no type".to_owned());
                continue;
            }
            let young = self
                .objects
                .get(&id)
                .is_none_or(|there| there.version.as_str() <= version(&value));
            if young {
                let object = Object {
                    kind,
                    name: text(&value, "name").to_owned(),
                    version: version(&value).to_owned(),
                    gone: is_gone(&value),
                    raw: raw.get().to_owned(),
                };
                self.objects.insert(id.clone(), object);
            }
            all.push(Stix { id, value });
        }
        let by_id: BTreeMap<String, usize> = all
            .iter()
            .enumerate()
            .map(|(at, one)| (one.id.clone(), at))
            .collect();
        let find = |id: &str| by_id.get(id).and_then(|at| all.get(*at));
        for one in &all {
            // Of several versions the youngest speaks.
            let current = self
                .objects
                .get(&one.id)
                .is_some_and(|there| there.version == version(&one.value));
            if current && text(&one.value, "type") == "relationship" {
                self.relationship(one, &find);
            } else if current {
                self.object(one, &find);
            }
        }
    }

    /// A claim of `one` about `of`.
    fn claim<'a>(
        &mut self,
        one: &Stix,
        of: &Stix,
        what: What,
        value: &str,
        find: &dyn Fn(&str) -> Option<&'a Stix>,
    ) {
        let Some(subject) = subject(text(&of.value, "type")) else {
            return;
        };
        let (name, value) = (text(&of.value, "name").trim(), value.trim());
        if name.is_empty() || value.is_empty() {
            return;
        }
        let author = Some(text(&one.value, "created_by_ref")).filter(|id| !id.is_empty());
        let markings = list(&one.value, "object_marking_refs").map(|id| {
            let named = find(id).map(|marking| {
                let tlp = marking.value.pointer("/definition/tlp").and_then(Value::as_str);
                tlp.map_or_else(
                    || text(&marking.value, "name").to_owned(),
                    |tlp| format!("TLP:{}", tlp.to_uppercase()),
                )
            });
            named
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| id.to_owned())
        });
        self.claims.push(Claim {
            subject,
            name: name.to_owned(),
            what,
            value: value.to_owned(),
            id: one.id.clone(),
            author: author.map(|id| {
                let named = find(id).map(|author| text(&author.value, "name").to_owned());
                named
                    .filter(|name| !name.is_empty())
                    .unwrap_or_else(|| id.to_owned())
            }),
            published: Some(version(&one.value).to_owned()).filter(|version| !version.is_empty()),
            confidence: one
                .value
                .get("confidence")
                .and_then(Value::as_u64)
                .and_then(|value| u8::try_from(value).ok()),
            marking: Some(markings.collect::<Vec<_>>().join(", ")).filter(|marking| !marking.is_empty()),
        });
    }

    fn object<'a>(&mut self, one: &Stix, find: &dyn Fn(&str) -> Option<&'a Stix>) {
        let Some(subject) = subject(text(&one.value, "type")) else {
            return;
        };
        let name = text(&one.value, "name").trim().to_owned();
        if name.is_empty() {
            return;
        }
        self.names.insert((subject, name.clone()));
        if is_gone(&one.value) {
            let why = if is_set(&one.value, "revoked") {
                "revoked"
            } else {
                "retired"
            };
            self.claim(one, one, What::Revoked, why, find);
            return;
        }
        for key in ["aliases", "x_mitre_aliases"] {
            for alias in list(&one.value, key).filter(|alias| *alias != name) {
                self.claim(one, one, What::Alias, alias, find);
            }
        }
        if let Some(id) = external_id(&one.value) {
            self.claim(one, one, What::Id, id, find);
        }
        for (key, what) in [
            ("primary_motivation", What::Motive),
            ("resource_level", What::Capability),
            ("sophistication", What::Capability),
        ] {
            self.claim(one, one, what, text(&one.value, key), find);
        }
        for (key, what) in [
            ("secondary_motivations", What::Motive),
            ("personal_motivations", What::Motive),
            ("goals", What::Motive),
            ("capabilities", What::Capability),
        ] {
            for value in list(&one.value, key) {
                self.claim(one, one, what, value, find);
            }
        }
        self.claim(one, one, What::Motive, text(&one.value, "objective"), find);
        let (first, last) = (text(&one.value, "first_seen"), text(&one.value, "last_seen"));
        if !first.is_empty() || !last.is_empty() {
            self.claim(one, one, What::Active, &format!("{first}..{last}"), find);
        }
    }

    fn relationship<'a>(&mut self, one: &Stix, find: &dyn Fn(&str) -> Option<&'a Stix>) {
        let ends = (
            find(text(&one.value, "source_ref")),
            find(text(&one.value, "target_ref")),
        );
        let (Some(from), Some(to)) = ends else { return };
        if is_gone(&one.value) {
            return;
        }
        let (from_kind, to_kind) = (text(&from.value, "type"), text(&to.value, "type"));
        let (from_name, to_name) = (text(&from.value, "name"), text(&to.value, "name"));
        match text(&one.value, "relationship_type") {
            "revoked-by" => self.claim(one, from, What::Revoked, &format!("replaced by {to_name}"), find),
            _ if is_gone(&from.value) || is_gone(&to.value) => {}
            "uses" if matches!(to_kind, "malware" | "tool") => {
                self.claim(one, from, What::Family, to_name, find)
            }
            "uses" if to_kind == "attack-pattern" => {
                let id = external_id(&to.value).unwrap_or_default();
                self.claim(one, from, What::Technique, format!("{id} {to_name}").trim(), find);
            }
            "attributed-to" => {
                self.claim(one, from, What::AttributedTo, to_name, find);
                if from_kind == "campaign" {
                    self.claim(one, to, What::Campaign, from_name, find);
                }
            }
            "located-at" | "originates-from" if to_kind == "location" => {
                let named = [to_name, text(&to.value, "country"), text(&to.value, "region")];
                let place = named
                    .into_iter()
                    .find(|name| !name.is_empty())
                    .unwrap_or_default();
                self.claim(one, from, What::Place, place, find);
            }
            _ => {}
        }
    }

    fn galaxy(&mut self, document: &Document<'_>) {
        let kind = document.kind.as_str();
        let subject = match kind {
            "threat-actor" | "microsoft-activity-group" | "360net-threat-actor" => Subject::Party,
            _ if kind.ends_with("intrusion-set") => Subject::Party,
            _ if kind.ends_with("campaign") => Subject::Campaign,
            "ransomware" | "malpedia" | "tool" | "rat" | "backdoor" | "banker" | "botnet" | "stealer" => {
                Subject::Family
            }
            _ if kind.ends_with("malware") || kind.ends_with("-tool") => Subject::Family,
            _ => return,
        };
        for raw in document.values.iter().take(OBJECTS_MAX) {
            let value: Value = match serde_json::from_str(raw.get()) {
                Ok(value) => value,
                Err(why) => {
                    self.wrong.push(format!("a cluster could not be read: {why}"));
                    continue;
                }
            };
            let name = text(&value, "value").trim();
            if name.is_empty() {
                continue;
            }
            self.names.insert((subject, name.to_owned()));
            let none = Value::Null;
            let meta = value.get("meta").unwrap_or(&none);
            let confidence = text(meta, "attribution-confidence").parse().ok();
            let mut claim = |what: What, said: &str, confidence: Option<u8>| {
                if !said.trim().is_empty() && said != name {
                    self.claims.push(Claim {
                        subject,
                        name: name.to_owned(),
                        what,
                        value: said.trim().to_owned(),
                        id: text(&value, "uuid").to_owned(),
                        author: document.source.clone(),
                        published: None,
                        confidence: confidence.filter(|value| *value <= 100),
                        marking: None,
                    });
                }
            };
            if is_set(&value, "revoked") {
                claim(What::Revoked, "revoked", None);
                continue;
            }
            for said in list(meta, "synonyms") {
                claim(What::Alias, said, None);
            }
            claim(What::Id, text(meta, "external_id"), None);
            claim(What::Place, text(meta, "country"), confidence);
            claim(
                What::Sponsor,
                text(meta, "cfr-suspected-state-sponsor"),
                confidence,
            );
            for said in list(meta, "suspected-state-sponsor") {
                claim(What::Sponsor, said, confidence);
            }
            claim(What::Capability, text(meta, "cfr-type-of-incident"), None);
            for said in list(meta, "cfr-type-of-incident") {
                claim(What::Capability, said, None);
            }
            claim(What::Motive, text(meta, "motive"), None);
        }
    }

    /// What the reader of evidence gives: events, lists, layers.
    fn items(&mut self, bytes: &[u8]) {
        let reading = reading(bytes);
        self.wrong
            .extend(reading.anomalies.iter().map(|odd| odd.text.clone()));
        for seen in reading.observations {
            let Saw::Intelligence(item) = seen.saw else {
                continue;
            };
            self.names
                .extend(item.families.iter().map(|name| (Subject::Family, name.clone())));
            // Names of one item may be of several parties, so none is another's alias; each is said to have the values.
            for party in &item.attributed_to {
                self.names.insert((Subject::Party, party.clone()));
                let families = item.families.iter().map(|name| (What::Family, name));
                let values = item.values.iter().map(|(_, value)| (What::Indicator, value));
                for (what, value) in families.chain(values) {
                    self.claims.push(Claim {
                        subject: Subject::Party,
                        name: party.clone(),
                        what,
                        value: value.clone(),
                        id: item.id.clone(),
                        author: item.author.clone(),
                        published: item.published.as_ref().map(|at| at.text().to_owned()),
                        confidence: item.confidence,
                        marking: item.marking.clone(),
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn who_says_what_of_whom_stays_with_who_said_it() {
        let bundle = br#"{"type":"bundle","id":"bundle--1","objects":[
            {"type":"identity","id":"identity--1","name":"A Lab"},
            {"type":"intrusion-set","id":"intrusion-set--1","name":"Lazarus","aliases":["Lazarus","Cobra"],"created_by_ref":"identity--1","primary_motivation":"revenge","modified":"2014-05-01T00:00:00Z","confidence":70},
            {"type":"intrusion-set","id":"intrusion-set--2","name":"Old","revoked":true},
            {"type":"campaign","id":"campaign--1","name":"Wiping"},
            {"type":"malware","id":"malware--1","name":"Destover"},
            {"type":"relationship","id":"relationship--1","relationship_type":"uses","source_ref":"intrusion-set--1","target_ref":"malware--1"},
            {"type":"relationship","id":"relationship--2","relationship_type":"attributed-to","source_ref":"campaign--1","target_ref":"intrusion-set--1"},
            {"type":"relationship","id":"relationship--3","relationship_type":"uses","source_ref":"intrusion-set--1","target_ref":"malware--1","revoked":true},
            {"type":"relationship","id":"relationship--4","relationship_type":"uses","source_ref":"intrusion-set--2","target_ref":"malware--1"}]}"#;
        let read = read(bundle);
        let said: Vec<String> = read
            .claims
            .iter()
            .map(|one| {
                format!(
                    "{} {:?} {} ({})",
                    one.name,
                    one.what,
                    one.value,
                    one.author.as_deref().unwrap_or("-")
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                "Lazarus Alias Cobra (A Lab)",
                "Lazarus Motive revenge (A Lab)",
                "Lazarus Campaign Wiping (-)",
                "Lazarus Family Destover (-)",
                "Old Revoked revoked (-)",
                "Wiping AttributedTo Lazarus (-)",
            ]
        );
        assert_eq!(read.objects.len(), 9);
    }

    #[test]
    fn the_names_of_one_event_are_not_aliases_of_each_other() {
        let event = br#"{"Event":{"info":"two","Orgc":{"name":"O"},"date":"2014-01-01","Tag":[{"name":"misp-galaxy:threat-actor=\"A\""},{"name":"misp-galaxy:threat-actor=\"B\""}],
            "Attribute":[{"type":"ip-dst","value":"198.51.100.7","uuid":"1"}]}}"#;
        let read = read(event);
        assert!(read.claims.iter().all(|one| one.what == What::Indicator));
        assert_eq!(read.claims.len(), 2);
    }

    proptest! {
        #[test]
        fn arbitrary_and_mutated_bytes_never_panic(data in prop::collection::vec(any::<u8>(), 0..300), cut in 0usize..400) {
            let _ = read(&data);
            let bundle = br#"{"type":"bundle","objects":[{"type":"campaign","id":"campaign--1","name":"a","goals":["x"]},{"type":"relationship","id":"r--1","relationship_type":"uses","source_ref":"campaign--1","target_ref":"campaign--1"}]}"#;
            let mut changed = bundle.to_vec();
            changed.truncate(cut.min(bundle.len()));
            changed.extend(&data);
            let _ = read(&changed);
        }
    }
}
