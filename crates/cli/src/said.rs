//! `ascribe statements`: who accuses whom on what, who denies, how many origins stand behind it.
//!
//! Prints what the last run wrote to `out/statements.json`; reads no evidence and weighs nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use ascribe_engines::statements::{Record, Speech, Tier};
use ascribe_report::Said;
use serde_json::Value;

use crate::{Ended, Failure, say};

/// What `statements` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The case folder.
    folder: PathBuf,
    /// Where the run wrote, instead of `out/` in the case.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print `statements.json` as it was written.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print one row a statement as CSV.
    #[arg(long)]
    csv: bool,
}

/// Stances of the table, in its order.
const SHOWN: [(&str, &str); 8] = [
    ("accuses", "accuses"),
    ("denies", "denies for"),
    ("claims-responsibility", "claims the deed against"),
    ("doubts", "doubts about"),
    ("declines", "declines to say about"),
    ("threatens", "threatens"),
    ("condemns", "condemns"),
    ("supports", "supports"),
];

pub(crate) fn statements(options: &Options) -> Result<Ended, Failure> {
    let out = options.out.clone().unwrap_or_else(|| options.folder.join("out"));
    let path = out.join("statements.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Failure::usage(format!("`{}`: {error}; `ascribe run` writes it", path.display())))?;
    if options.json {
        say(&text);
        return Ok(Ended::Well);
    }
    let value: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("`{}` is not what a run writes: {error}", path.display())))?;
    say(&if options.csv { csv(&value) } else { words(&value) });
    Ok(Ended::Well)
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A statement as far as rows tell of it.
struct One<'s> {
    doc: &'s str,
    stance: String,
    target: &'s str,
    speaker: &'s str,
    evidence: Vec<&'s str>,
    on_record: bool,
    accepted: bool,
}

/// The statements of `out/statements.json`.
fn written(value: &Value) -> impl Iterator<Item = One<'_>> {
    list(value, "statements").iter().map(|one| One {
        doc: text(one, "doc"),
        stance: text(one, "stance").to_owned(),
        target: text(one, "target"),
        speaker: text(one, "speaker"),
        evidence: list(one, "evidence").iter().filter_map(Value::as_str).collect(),
        on_record: text(one, "record") == "on-record",
        accepted: text(one, "tier") == "accept",
    })
}

/// Rows of what a run found.
pub(crate) fn rows_of(speech: &Speech) -> Vec<Said> {
    rows(speech.statements.iter().map(|one| One {
        doc: &one.doc,
        stance: one.said.stance.to_string(),
        target: one.said.target.as_deref().unwrap_or_default(),
        speaker: &one.said.speaker,
        evidence: one.said.evidence.iter().map(String::as_str).collect(),
        on_record: one.said.record == Record::OnRecord,
        accepted: one.said.tier == Tier::Accept,
    }))
}

/// One row for each speaker, stance and target, accusations first.
fn rows<'s>(statements: impl Iterator<Item = One<'s>>) -> Vec<Said> {
    type Key<'s> = (usize, &'s str, &'s str);
    let mut groups: BTreeMap<Key<'_>, Vec<One<'_>>> = BTreeMap::new();
    for one in statements {
        if let Some(order) = SHOWN.iter().position(|(shown, _)| *shown == one.stance) {
            let key = (order, one.target, one.speaker);
            groups.entry(key).or_default().push(one);
        }
    }
    groups
        .into_iter()
        .map(|((order, target, speaker), told)| {
            let documents: BTreeSet<&str> = told.iter().map(|one| one.doc).collect();
            let evidence: BTreeSet<&str> = told.iter().flat_map(|one| one.evidence.iter().copied()).collect();
            Said {
                speaker: speaker.to_owned(),
                stance: SHOWN.get(order).map_or("", |(_, words)| words).to_owned(),
                target: if target.is_empty() { "nobody named" } else { target }.to_owned(),
                evidence: evidence.into_iter().map(str::to_owned).collect(),
                named: told.iter().any(|one| one.on_record),
                statements: told.len(),
                documents: documents.len(),
                review: told.iter().filter(|one| !one.accepted).count(),
            }
        })
        .collect()
}

fn words(value: &Value) -> String {
    let mut out = String::new();
    let statements = list(value, "statements");
    let documents = list(value, "documents").len();
    out.push_str(&format!(
        "{} statements in {documents} documents go back to {} origins.\n",
        statements.len(),
        list(value, "origins").len()
    ));
    let accepted = written(value).filter(|one| one.accepted).count();
    if !statements.is_empty() {
        out.push_str(&format!(
            "{accepted} may be counted as they are, {} want a look first (--csv: confidence, tier).\n",
            statements.len().saturating_sub(accepted)
        ));
    }
    let mut heading = String::new();
    for row in rows(written(value)) {
        let about = format!("{} {}", row.stance, row.target);
        if about != heading {
            out.push_str(&format!("\nWho {about}{}\n", behind(value, &row)));
            heading = about;
        }
        let rests = if row.evidence.is_empty() {
            "nothing described".to_owned()
        } else {
            row.evidence.join(", ")
        };
        out.push_str(&format!(
            "  {}{} · {} in {}{} · {rests}\n",
            row.speaker,
            if row.named { "" } else { " (unnamed)" },
            times(row.statements, "statement"),
            times(row.documents, "document"),
            if row.review == 0 {
                String::new()
            } else if row.review == row.statements {
                ", to review".to_owned()
            } else {
                format!(", {} to review", row.review)
            },
        ));
    }
    let conflicts = list(value, "conflicts");
    if !conflicts.is_empty() {
        out.push_str("\nWhat does not agree\n");
    }
    for conflict in conflicts {
        let sides: Vec<String> = list(conflict, "sides")
            .iter()
            .map(|side| {
                let origins: Vec<&str> = list(side, "origins").iter().filter_map(Value::as_str).collect();
                format!("{} ({})", text(side, "value"), origins.join("; "))
            })
            .collect();
        out.push_str(&format!("  {}: {}\n", text(conflict, "what"), sides.join(" · ")));
    }
    out
}

fn times(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

/// How many origins stand behind all who do this, and how many of them have a name.
fn behind(value: &Value, row: &Said) -> String {
    let stance = SHOWN
        .iter()
        .find(|(_, words)| *words == row.stance)
        .map_or("", |(stance, _)| stance);
    let target = if row.target == "nobody named" {
        ""
    } else {
        row.target.as_str()
    };
    let names: BTreeSet<&str> = list(value, "statements")
        .iter()
        .filter(|one| text(one, "stance") == stance && text(one, "target") == target)
        .map(|one| text(one, "origin"))
        .collect();
    let unnamed = names.iter().filter(|name| name.starts_with("unknown:")).count();
    let shares = list(value, "origins")
        .iter()
        .filter(|origin| names.contains(text(origin, "id")))
        .any(|origin| {
            list(origin, "may_overlap")
                .iter()
                .any(|other| names.contains(text(other, "origin")))
        });
    let apart = if shares { ", some of which may be one" } else { "" };
    format!(": {}, {unnamed} unnamed{apart}", times(names.len(), "origin"))
}

const COLUMNS: [&str; 19] = [
    "id",
    "doc",
    "line",
    "start",
    "end",
    "speaker",
    "speaker_kind",
    "record",
    "via",
    "stance",
    "target",
    "evidence",
    "certainty",
    "event_date",
    "statement_date",
    "origin",
    "tier",
    "anchor",
    "confidence",
];

fn csv(value: &Value) -> String {
    let mut out = COLUMNS.join(",");
    out.push('\n');
    for one in list(value, "statements") {
        let cells: Vec<String> = COLUMNS.iter().map(|column| cell(one.get(column))).collect();
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

/// A cell as RFC 4180 has it. Text that a spreadsheet would take for a formula gets an apostrophe before it.
fn cell(value: Option<&Value>) -> String {
    let plain = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            texts.join("; ")
        }
        Some(other) => other.to_string(),
    };
    let guarded = if plain.starts_with(['=', '+', '-', '@', '\t', '\r']) && plain != "@publisher" {
        format!("'{plain}")
    } else {
        plain
    };
    if guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_count_documents_once_and_cells_are_no_formulas() {
        let value = serde_json::json!({"documents": [{}, {}], "origins": [
            {"id": "A", "may_overlap": [{"origin": "B"}]}, {"id": "B", "may_overlap": []}],
            "statements": [
                {"doc": "x", "speaker": "A", "stance": "accuses", "target": "T", "record": "on-record", "origin": "A", "evidence": ["code"]},
                {"doc": "x", "speaker": "A", "stance": "accuses", "target": "T", "record": "on-record", "origin": "A", "evidence": []},
                {"doc": "y", "speaker": "B", "stance": "accuses", "target": "T", "record": "anonymous", "origin": "B", "evidence": []},
                {"doc": "y", "speaker": "@publisher", "stance": "reports", "target": null, "record": "publisher", "origin": "d", "evidence": []}],
            "conflicts": []});
        let rows = rows(written(&value));
        assert_eq!(rows.len(), 2);
        assert_eq!(
            rows.first().map(|row| (row.statements, row.documents, row.named)),
            Some((2, 1, true))
        );
        assert!(words(&value).contains("Who accuses T: 2 origins, 0 unnamed, some of which may be one"));
        assert_eq!(cell(Some(&Value::String("=1+1".into()))), "'=1+1");
        assert_eq!(
            cell(Some(&Value::String("a \"b\", c".into()))),
            "\"a \"\"b\"\", c\""
        );
    }
}
