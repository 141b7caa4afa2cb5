//! One STIX object: what of it an item needs. Source: STIX 2.0 and 2.1.

use std::collections::BTreeSet;

use ascribe_model::Moment;
use ascribe_model::observation::IndicatorKind;
use serde_json::Value;

use super::pattern;
use super::{cut, tlp, value_of};

/// Aliases of one object.
const NAMES_MAX: usize = 200;

/// Values that one object may name.
const VALUES_MAX: usize = 10_000;

/// A STIX object.
#[derive(Debug, Default)]
pub(super) struct Object<'d> {
    /// Its bytes.
    pub raw: &'d str,
    pub kind: String,
    pub id: String,
    pub name: String,
    pub description: String,
    pub aliases: Vec<String>,
    /// Kind, canonical value, as written.
    pub values: Vec<(IndicatorKind, String, String)>,
    /// A pattern in another language, or in none that gave values: looked through for indicators.
    pub foreign_pattern: Option<String>,
    /// What was wrong with its pattern.
    pub wrong: Option<&'static str>,
    pub author: Option<String>,
    pub created: Option<Moment>,
    pub modified: Option<Moment>,
    pub published: Option<Moment>,
    pub first: Option<Moment>,
    pub last: Option<Moment>,
    pub confidence: Option<u8>,
    pub revoked: bool,
    /// Whether its author retired it without a successor (ATT&CK).
    pub deprecated: bool,
    /// A marking it defines or carries by itself.
    pub marking: Option<String>,
    pub marking_refs: Vec<String>,
    pub relation: Option<(String, String, String)>,
    /// Of a relationship: what it cites, addresses before names.
    pub citations: Vec<String>,
    pub object_refs: Vec<String>,
    pub sample_refs: Vec<String>,
}

impl Object<'_> {
    /// When this version of it was made.
    pub fn dated(&self) -> Option<&Moment> {
        [&self.modified, &self.published, &self.created]
            .into_iter()
            .flatten()
            .max()
    }

    /// Whether its author took it back or retired it.
    pub const fn gone(&self) -> bool {
        self.revoked || self.deprecated
    }

    /// Whether it stands for who is behind something.
    pub fn is_actor(&self) -> bool {
        matches!(self.kind.as_str(), "threat-actor" | "intrusion-set" | "campaign")
    }

    /// Whether it stands for what is used.
    pub fn is_family(&self) -> bool {
        matches!(self.kind.as_str(), "malware" | "tool")
    }

    /// Its name, then its aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str())
            .chain(self.aliases.iter().map(String::as_str))
            .filter(|name| !name.trim().is_empty())
    }
}

/// Reads one object; the error says that it is no JSON object of bounded depth with a type.
pub(super) fn object(raw: &str) -> Result<Object<'_>, String> {
    let value: Value = serde_json::from_str(raw).map_err(|error| error.to_string())?;
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let moment = |key: &str| Moment::parse(text(key)).ok();
    let kind = text("type");
    if kind.is_empty() {
        return Err("it has no type".to_owned());
    }
    let mut object = Object {
        raw,
        kind: kind.chars().take(60).collect(),
        id: text("id").chars().take(200).collect(),
        name: text("name").to_owned(),
        description: text("description").to_owned(),
        aliases: texts(&value, "aliases"),
        author: Some(text("created_by_ref").to_owned()).filter(|author| !author.is_empty()),
        created: moment("created"),
        modified: moment("modified"),
        published: moment("published"),
        confidence: value
            .get("confidence")
            .and_then(Value::as_u64)
            .and_then(|value| u8::try_from(value).ok())
            .filter(|value| *value <= 100),
        revoked: value.get("revoked").and_then(Value::as_bool).unwrap_or(false),
        deprecated: value
            .get("x_mitre_deprecated")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        marking_refs: texts(&value, "object_marking_refs"),
        object_refs: texts(&value, "object_refs"),
        sample_refs: texts(&value, "sample_refs"),
        ..Object::default()
    };
    object.aliases.extend(texts(&value, "x_mitre_aliases"));
    object.aliases = object
        .aliases
        .iter()
        .take(NAMES_MAX)
        .map(|name| cut(name))
        .collect();
    match kind {
        "relationship" => {
            object.relation = Some((
                text("relationship_type").to_owned(),
                text("source_ref").to_owned(),
                text("target_ref").to_owned(),
            ));
            object.citations = citations(&value);
        }
        "marking-definition" => object.marking = defined_marking(&value),
        "indicator" => {
            (object.first, object.last) = (moment("valid_from"), moment("valid_until"));
            indicator_values(&value, &mut object);
        }
        "observed-data" => {
            (object.first, object.last) = (moment("first_observed"), moment("last_observed"));
            for inner in value
                .get("objects")
                .and_then(Value::as_object)
                .into_iter()
                .flat_map(serde_json::Map::values)
            {
                observable(inner, &mut object);
            }
        }
        _ => {
            (object.first, object.last) = (moment("first_seen"), moment("last_seen"));
            observable(&value, &mut object);
        }
    }
    Ok(object)
}

/// What an object cites: the address of each reference, or its name where it has none.
fn citations(value: &Value) -> Vec<String> {
    let references = value.get("external_references").and_then(Value::as_array);
    let mut cited: Vec<String> = references
        .into_iter()
        .flatten()
        .filter_map(|reference| {
            let text = |key: &str| reference.get(key).and_then(Value::as_str);
            text("url").or_else(|| text("source_name")).map(cut)
        })
        .take(NAMES_MAX)
        .collect();
    cited.sort();
    cited.dedup();
    cited
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn add(object: &mut Object<'_>, kind: IndicatorKind, written: &str) {
    if object.values.len() < VALUES_MAX
        && let Some((kind, value)) = value_of(kind, written)
    {
        object.values.push((kind, value, written.to_owned()));
    }
}

/// Values of an indicator, each once, in the order of its pattern.
fn indicator_values(value: &Value, object: &mut Object<'_>) {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let pattern = text("pattern");
    if !matches!(text("pattern_type"), "" | "stix") {
        object.foreign_pattern = Some(pattern.to_owned());
        return;
    }
    let (found, wrong) = pattern::compared(pattern);
    object.wrong = wrong;
    let mut seen = BTreeSet::new();
    for compared in found {
        if let Some(kind) = pattern::kind_at(&compared.path, &compared.literal)
            && seen.insert((kind, compared.literal.clone()))
        {
            add(object, kind, &compared.literal);
        }
    }
}

/// Values of an observable, or of an object that is one by itself (a technique, a vulnerability).
fn observable(value: &Value, object: &mut Object<'_>) {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = text("type");
    match kind {
        "autonomous-system" => {
            if let Some(number) = value.get("number").and_then(Value::as_u64) {
                add(object, IndicatorKind::Asn, &number.to_string());
            }
        }
        "vulnerability" => add(object, IndicatorKind::Cve, text("name")),
        "attack-pattern" => {
            for reference in value
                .get("external_references")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let source = reference.get("source_name").and_then(Value::as_str);
                if source.is_some_and(|source| source.starts_with("mitre"))
                    && let Some(id) = reference.get("external_id").and_then(Value::as_str)
                {
                    add(object, IndicatorKind::Technique, id);
                }
            }
        }
        _ => {
            let written = text("value");
            if let Some(found) = pattern::kind_at(&format!("{kind}:value"), written) {
                add(object, found, written);
            }
        }
    }
    for (name, hash) in value
        .get("hashes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if let (Some(found), Some(hash)) = (pattern::hash_kind(name), hash.as_str()) {
            add(object, found, hash);
        }
    }
}

/// The TLP colour of a marking definition; otherwise its name or statement.
fn defined_marking(value: &Value) -> Option<String> {
    let inner = |path: &str| value.pointer(path).and_then(Value::as_str);
    let extension = value
        .get("extensions")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(serde_json::Map::values)
        .find_map(|extension| extension.get("tlp_2_0").and_then(Value::as_str));
    [inner("/definition/tlp"), extension, inner("/name")]
        .into_iter()
        .flatten()
        .find_map(tlp)
        .or_else(|| inner("/definition/statement").or_else(|| inner("/name")).map(cut))
}
