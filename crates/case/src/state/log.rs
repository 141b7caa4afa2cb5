//! The audit log: append-only, each entry carrying the hash of the one before.
//!
//! An entry's hash is the SHA-256 of `seq`, time, event, detail (JSON with sorted keys) and the hash before, joined
//! by line feeds. The first entry's hash before is 64 zeros.

use std::collections::BTreeMap;

use ascribe_model::ArtifactId;
use rusqlite::{Connection, OptionalExtension, params};

use super::Recorded;

const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The first place where the log does not hold together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("audit log, entry {seq}: {why}")]
pub struct Broken {
    /// The entry.
    pub seq: i64,
    /// What does not fit.
    pub why: String,
}

fn hash(seq: i64, at: &str, event: &str, detail: &str, before: &str) -> String {
    ArtifactId::of(format!("{seq}\n{at}\n{event}\n{detail}\n{before}").as_bytes()).hex()
}

/// Adds an entry, inside the caller's transaction.
pub fn append(db: &Connection, at: &str, event: &str, detail: &serde_json::Value) -> rusqlite::Result<()> {
    let head: Option<(i64, String)> = db
        .query_row("SELECT seq, hash FROM head", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (last, before) = head.unwrap_or((0, START.to_owned()));
    let seq = last.saturating_add(1);
    // serde_json's maps are sorted by key, so this text is canonical.
    let detail = detail.to_string();
    let hash = hash(seq, at, event, &detail, &before);
    db.prepare_cached("INSERT INTO log (seq, at, event, detail, before, hash) VALUES (?, ?, ?, ?, ?, ?)")?
        .execute(params![seq, at, event, detail, before, hash])?;
    db.prepare_cached("INSERT OR REPLACE INTO head (one, seq, hash) VALUES (1, ?, ?)")?
        .execute(params![seq, hash])?;
    Ok(())
}

/// Replays the whole log and compares what it says of inputs with `recorded`.
pub fn replay(db: &Connection, recorded: &[Recorded]) -> rusqlite::Result<Result<u64, Broken>> {
    let mut query = db.prepare("SELECT seq, at, event, detail, before, hash FROM log ORDER BY seq")?;
    let mut rows = query.query([])?;
    let (mut last, mut before) = (0i64, START.to_owned());
    let mut inputs: BTreeMap<String, Option<String>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let (at, event, detail): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let (named, stored): (String, String) = (row.get(4)?, row.get(5)?);
        let broken = |why: &str| {
            Ok(Err(Broken {
                seq,
                why: why.to_owned(),
            }))
        };
        if seq != last.saturating_add(1) {
            return broken("an entry before it is missing");
        }
        if named != before {
            return broken("it does not follow the entry before it");
        }
        if hash(seq, &at, &event, &detail, &before) != stored {
            return broken("it was changed after it was written");
        }
        let Ok(detail) = serde_json::from_str::<serde_json::Value>(&detail) else {
            return broken("it is not JSON");
        };
        let text = |key: &str| {
            detail
                .get(key)
                .and_then(|value| value.as_str())
                .map(str::to_owned)
        };
        if let Some(path) = text("path") {
            match event.as_str() {
                "input.read" | "input.changed" => {
                    inputs.insert(path, text("sha256"));
                }
                "input.gone" => {
                    inputs.remove(&path);
                }
                _ => {}
            }
        }
        (last, before) = (seq, stored);
    }
    let head: Option<(i64, String)> = db
        .query_row("SELECT seq, hash FROM head", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    if head.unwrap_or((0, START.to_owned())) != (last, before) {
        return Ok(Err(Broken {
            seq: last,
            why: "entries after it are missing".to_owned(),
        }));
    }
    let table: BTreeMap<String, Option<String>> = recorded
        .iter()
        .map(|input| (input.path.clone(), input.sha256.map(ArtifactId::hex)))
        .collect();
    let differs = table
        .iter()
        .find(|(path, sha256)| inputs.get(*path) != Some(sha256))
        .map(|(path, _)| path)
        .or_else(|| inputs.keys().find(|path| !table.contains_key(*path)));
    if let Some(path) = differs {
        return Ok(Err(Broken {
            seq: last,
            why: format!("the table of inputs says other than the log about `{path}`"),
        }));
    }
    Ok(Ok(u64::try_from(last).unwrap_or(0)))
}
