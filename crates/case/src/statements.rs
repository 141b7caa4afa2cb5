//! `out/statements.json`: documents, statements with their offsets in characters, origins, conflicts. Source: CASE.
//!
//! Engines know bytes; how many characters stand before a byte only the file can say, so it is read once more here.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_engines::statements::{Conflict, Origin, Speech, Told, is_document};
use ascribe_model::ArtifactId;
use ascribe_model::moment::Precision;
use ascribe_model::reading::read_range;
use serde_json::{Value, json};

use crate::assemble::Item;
use crate::dispatch::Dispatch;
use crate::gather::Gathered;
use crate::quote::each_artifact;
use crate::write;

/// Bytes of a document in which characters are counted.
const COUNTED_BYTES_MAX: u64 = 64 << 20;

/// Characters before a byte, by path and byte.
pub type Offsets = BTreeMap<(String, u64), u64>;

/// Characters before every byte at which a statement starts or ends, where the file is still what was read.
#[must_use]
pub fn offsets(speech: &Speech, items: &[Item], gathered: &[Gathered], dispatch: &Dispatch<'_>) -> Offsets {
    let mut wanted: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for one in &speech.statements {
        let places = wanted.entry(one.doc.as_str()).or_default();
        places.insert(one.at.span.start);
        places.insert(one.at.span.end);
    }
    let mut found = Offsets::new();
    let paths: BTreeSet<&str> = wanted.keys().copied().collect();
    each_artifact(&paths, items, gathered, dispatch, &mut |path, bytes| {
        let (Some(places), Some(bytes)) = (wanted.get(path), bytes) else {
            return;
        };
        if let Ok(data) = read_range(bytes, 0, bytes.len().min(COUNTED_BYTES_MAX)) {
            count(&data, places, &mut |byte, characters| {
                found.insert((path.to_owned(), byte), characters);
            });
        }
    });
    found
}

/// Counts Unicode scalar values: UTF-16 as its byte order mark says, else UTF-8 with every broken byte as one.
fn count(data: &[u8], places: &BTreeSet<u64>, give: &mut dyn FnMut(u64, u64)) {
    let mut places = places.iter().copied().peekable();
    let mut characters = 0u64;
    let mut at = 0u64;
    let mut step = |len: u64, is_start: bool| {
        while let Some(place) = places.next_if(|place| *place <= at) {
            give(place, characters);
        }
        characters = characters.saturating_add(u64::from(is_start));
        at = at.saturating_add(len);
    };
    match data {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            let high = usize::from(data.first() == Some(&0xff));
            for unit in data.chunks(2) {
                // The second half of a pair is no character of its own.
                let low = unit.get(high).is_some_and(|byte| (0xdc..=0xdf).contains(byte));
                step(unit.len() as u64, !low);
            }
        }
        _ => {
            for chunk in data.utf8_chunks() {
                for byte in chunk.valid().bytes() {
                    step(1, byte & 0xc0 != 0x80);
                }
                for _ in chunk.invalid() {
                    step(1, true);
                }
            }
        }
    }
    step(0, false);
}

/// A document of an incident.
fn document(item: &Item) -> Value {
    let about = &item.artifact.reading.document;
    let precision = about
        .published
        .as_ref()
        .map(|published| match published.precision() {
            Precision::Year => "year",
            Precision::Month => "month",
            Precision::Day => "day",
            Precision::Minute => "minute",
            Precision::Second => "second",
            Precision::Interval => "interval",
        });
    json!({
        "doc": item.path, "sha256": item.artifact.sha256, "title": about.title,
        "publisher": about.publisher, "published": about.published, "precision": precision,
    })
}

fn origin(origin: &Origin) -> Value {
    let edges: Vec<Value> = origin
        .edges
        .iter()
        .map(|edge| json!({"from": edge.from, "to": edge.to, "reason": edge.reason}))
        .collect();
    let overlaps: Vec<Value> = origin
        .may_overlap
        .iter()
        .map(|(other, reason)| json!({"origin": other, "reason": reason}))
        .collect();
    json!({
        "id": origin.id, "named": origin.named, "statements": origin.statements, "documents": origin.documents,
        "edges": edges, "may_overlap": overlaps,
    })
}

fn conflict(conflict: &Conflict) -> Value {
    let sides: Vec<Value> = conflict
        .sides
        .iter()
        .map(|side| json!({"value": side.value, "statements": side.statements, "origins": side.origins}))
        .collect();
    json!({"kind": conflict.kind, "what": conflict.what, "sides": sides})
}

/// The whole file, as JSON text. Of leaked documents the words are withheld: a hash stands for them.
///
/// Written item by item: as one value in memory it would be ten times the text. Errors: as [`write::json_text`].
pub fn json<'a>(
    items: impl Iterator<Item = &'a Item> + Clone,
    speech: &Speech,
    offsets: &Offsets,
) -> Result<String, serde_json::Error> {
    let leaked: BTreeSet<&str> = items
        .clone()
        .filter(|item| item.leaked)
        .map(|item| item.path.as_str())
        .collect();
    let mut text = "{".to_owned();
    array(&mut text, "conflicts", speech.conflicts.iter().map(conflict))?;
    array(
        &mut text,
        "documents",
        items
            .filter(|item| is_document(&item.artifact.reading))
            .map(document),
    )?;
    array(&mut text, "origins", speech.origins.iter().map(origin))?;
    text.push_str("\n  \"schema\": \"ascribe.statements/1\",");
    let statements = speech.statements.iter();
    let statements = statements.map(|one| statement(one, leaked.contains(one.doc.as_str()), offsets));
    array(&mut text, "statements", statements)?;
    text.pop();
    text.push_str("\n}\n");
    Ok(text)
}

/// Adds the field `name` with a comma behind.
fn array(
    text: &mut String,
    name: &str,
    values: impl Iterator<Item = Value>,
) -> Result<(), serde_json::Error> {
    text.push_str("\n  \"");
    text.push_str(name);
    text.push_str("\": [");
    let mut is_empty = true;
    for value in values {
        text.push_str(if is_empty { "\n    " } else { ",\n    " });
        text.push_str(&write::json_item(value)?);
        is_empty = false;
    }
    text.push_str(if is_empty { "]," } else { "\n  ]," });
    Ok(())
}

fn statement(one: &Told, leaked: bool, offsets: &Offsets) -> Value {
    let said = &one.said;
    let span = one.at.span;
    let character = |byte: u64| offsets.get(&(one.doc.clone(), byte)).copied();
    let words = |text: &Option<String>| text.as_ref().filter(|_| !leaked).cloned();
    let mut value = json!({
        "id": one.id, "doc": one.doc, "line": span.line, "start": character(span.start), "end": character(span.end),
        "byte_start": span.start, "byte_end": span.end,
        "anchor": (!leaked).then_some(one.anchor.as_str()),
        "speaker": said.speaker, "speaker_kind": said.speaker_kind, "record": said.record, "via": said.via,
        "stance": said.stance, "target": said.target, "evidence": said.evidence, "certainty": words(&said.certainty),
        "event_date": said.event_date, "statement_date": said.statement_date, "form": said.form,
        "nesting": said.nesting, "origin": one.origin, "cue": words(&said.cue),
        "confidence": said.confidence, "tier": said.tier,
        "speaks_for": said.speaks_for,
        "speaker_bytes": one.speaker_at.as_ref().map(|at| [at.span.start, at.span.end]),
    });
    if leaked && let Some(fields) = value.as_object_mut() {
        let hash = ArtifactId::of(one.anchor.as_bytes());
        fields.insert("anchor_sha256".to_owned(), json!(hash));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_in_utf8_with_broken_bytes_and_in_utf16() {
        let shown = |data: &[u8], places: &[u64]| {
            let mut found = Vec::new();
            count(
                data,
                &places.iter().copied().collect(),
                &mut |byte, characters| {
                    found.push((byte, characters));
                },
            );
            found
        };
        assert_eq!(
            shown("aé“b".as_bytes(), &[0, 1, 3, 6, 7]),
            [(0, 0), (1, 1), (3, 2), (6, 3), (7, 4)]
        );
        assert_eq!(shown(b"a\xffb", &[2, 3]), [(2, 2), (3, 3)]);
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("a𝄞b".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(shown(&wide, &[2, 4, 8, 10]), [(2, 1), (4, 2), (8, 3), (10, 4)]);
    }
}
