//! `ascribe ties`: who is tied to whom, with the rows behind each tie.
//!
//! Reads and weighs the case as `run` does and writes nothing but the state. Names people as far as `persons` in case.toml
//! lets it.

use std::path::PathBuf;

use ascribe_case::run::IncidentOutcome;
use ascribe_engines::operators::{Group, TieRow, Ties};
use ascribe_model::Provenance;
use ascribe_report::shown::line;
use ascribe_report::{TieLine, Tied};
use serde_json::{Value, json};

use crate::reading::{Reading, day};
use crate::{Ended, Failure, say};

/// Characters of a name that are shown.
const CHARS_MAX: usize = 200;
/// Places of a tie that are shown in the terminal.
const PLACES_MAX: usize = 3;
/// Ties that are shown in the terminal.
const ROWS_MAX: usize = 200;

/// What `ties` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The case folder.
    folder: PathBuf,
    /// Answer with what was known at the end of this day.
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: Reading,
}

pub(crate) fn run(options: &Options) -> Result<Ended, Failure> {
    let as_of = day("--as-of", options.as_of.as_deref())?;
    let outcome = options.reading.examine(&options.folder, as_of)?;
    if options.json {
        let incidents: Vec<Value> = outcome.incidents.iter().map(incident).collect();
        let all = json!({
            "schema": "ascribe.ties/1",
            "persons": outcome.case.knowledge.persons.text(),
            "as_of": outcome.as_of.map(|day| day.to_string()),
            "incidents": incidents,
        });
        let text = ascribe_case::write::json_text(&all).map_err(|error| Failure::of(&error))?;
        say(&text);
        return Ok(Ended::Well);
    }
    for one in &outcome.incidents {
        say(&table(one, outcome.case.knowledge.persons.text()));
    }
    Ok(Ended::Well)
}

fn incident(one: &IncidentOutcome) -> Value {
    let groups: Vec<Value> = one.ties.groups.iter().map(group).collect();
    let ties: Vec<Value> = one.ties.rows.iter().map(tie).collect();
    let counts: serde_json::Map<String, Value> = counts(one)
        .map(|(name, count)| (name.to_owned(), json!(count)))
        .collect();
    json!({
        "incident": one.assessment.incident,
        "groups": groups,
        "ties": ties,
        "left_out": one.ties.left_out,
        "counts": counts,
    })
}

fn counts(one: &IncidentOutcome) -> impl Iterator<Item = (&str, u64)> {
    let prefix = format!("{}: ", ascribe_engines::operators::NAME);
    one.counts
        .iter()
        .filter_map(move |(name, count)| Some((name.strip_prefix(&prefix)?, *count)))
}

fn group(group: &Group) -> Value {
    let members: Vec<Value> = group
        .members
        .iter()
        .map(|(name, count)| json!({ "name": name, "count": count }))
        .collect();
    json!({
        "group": group.number,
        "members": members,
        "joints": group.joints,
        "ties": group.ties,
        "bridges": group.bridges,
        "first": group.first,
        "last": group.last,
    })
}

fn tie(row: &TieRow) -> Value {
    let provenance: Vec<Value> = row
        .provenance
        .iter()
        .map(|place| {
            json!({
                "path": place.path,
                "sha256": place.sha256,
                "unit": "byte",
                "start": place.span.start,
                "end": place.span.end,
                "line": place.span.line,
            })
        })
        .collect();
    json!({
        "a": { "kind": row.a_what.text(), "name": row.a },
        "b": { "kind": row.b_what.text(), "name": row.b },
        "first": row.first,
        "last": row.last,
        "count": row.count,
        "how": row.how.text(),
        "counts": row.why_not.is_none(),
        "why_not": row.why_not,
        "group": row.group,
        "bridge": row.bridge,
        "infrastructure": row.infrastructure,
        "tlp": row.tlp,
        "provenance": provenance,
    })
}

fn table(one: &IncidentOutcome, persons: &str) -> String {
    let ties = &one.ties;
    let mut text = format!(
        "Who is tied to whom, incident {} (persons: {persons})\n\n",
        line(&one.assessment.incident, CHARS_MAX)
    );
    if ties.rows.is_empty() {
        text += "No two accounts, mailboxes, devices or addresses were seen together.\n";
        return text;
    }
    for group in &ties.groups {
        text += &in_words(group);
        text += "\n";
    }
    if ties.groups.is_empty() {
        text += "No tie counts.\n";
    }
    text += "\n";
    for row in ties.rows.iter().take(ROWS_MAX) {
        text += &format!(
            "{} – {}: {} {}{}",
            line(&row.a, CHARS_MAX),
            line(&row.b, CHARS_MAX),
            row.count,
            if row.count == 1 { "time" } else { "times" },
            period(row.first.as_deref(), row.last.as_deref())
        );
        text += &format!(", {}", row.how.text());
        if row.bridge {
            text += ", a bridge";
        }
        for id in &row.infrastructure {
            text += &format!(", of {}", line(id, CHARS_MAX));
        }
        text += "\n";
        if let Some(why) = &row.why_not {
            text += &format!("  ties nobody: {}\n", line(why, CHARS_MAX));
        }
        let places: Vec<String> = row.provenance.iter().take(PLACES_MAX).map(place).collect();
        let more = row.provenance.len().saturating_sub(places.len());
        let and = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        text += &format!("  {}{and}\n", places.join("; "));
    }
    let left = ties.left_out + ties.rows.len().saturating_sub(ROWS_MAX);
    if left > 0 {
        text += &format!("{left} more ties are not shown.\n");
    }
    text += "\n";
    for (name, count) in counts(one) {
        text += &format!("{count:>8}  {name}\n");
    }
    text
}

fn place(place: &Provenance) -> String {
    match place.span.line {
        Some(number) => format!("{} line {number}", line(&place.path, CHARS_MAX)),
        None => format!("{} byte {}", line(&place.path, CHARS_MAX), place.span.start),
    }
}

/// A group in one line.
fn in_words(group: &Group) -> String {
    let mut text = format!(
        "Group {}: {}; {} {}",
        group.number,
        members(group),
        group.ties,
        if group.ties == 1 { "tie" } else { "ties" }
    );
    if group.bridges > 0 {
        text += &format!(
            ", {} of them {}",
            group.bridges,
            if group.bridges == 1 { "a bridge" } else { "bridges" }
        );
    }
    text += &period(group.first.as_deref(), group.last.as_deref());
    if !group.joints.is_empty() {
        let joints: Vec<String> = group
            .joints
            .iter()
            .take(8)
            .map(|name| line(name, CHARS_MAX))
            .collect();
        text += &format!("; falls apart without {}", joints.join(", "));
    }
    text
}

/// The ties as the page has them.
pub(crate) fn shown(ties: &Ties) -> Tied {
    let row = |row: &TieRow| TieLine {
        a: row.a.clone(),
        b: row.b.clone(),
        when: period(row.first.as_deref(), row.last.as_deref())
            .trim_start_matches(", ")
            .to_owned(),
        count: row.count,
        how: row.how.text().to_owned(),
        group: row.group,
        bridge: row.bridge,
        why_not: row.why_not.clone(),
        infrastructure: row.infrastructure.clone(),
        places: row.provenance.iter().map(place).collect(),
    };
    Tied {
        groups: ties.groups.iter().map(in_words).collect(),
        rows: ties.rows.iter().map(row).collect(),
        left_out: ties.left_out,
    }
}

fn members(group: &Group) -> String {
    let shown: Vec<String> = group
        .members
        .iter()
        .take(12)
        .map(|(name, count)| {
            let name = line(name, CHARS_MAX);
            if *count > 1 {
                format!("{count} × {name}")
            } else {
                name
            }
        })
        .collect();
    let more = group.members.len().saturating_sub(shown.len());
    let and = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{and}", shown.join(", "))
}

fn period(first: Option<&str>, last: Option<&str>) -> String {
    match (first, last) {
        (Some(first), Some(last)) if first != last => format!(", {first} to {last}"),
        (Some(at), _) | (None, Some(at)) => format!(", {at}"),
        (None, None) => ", undated".to_owned(),
    }
}
