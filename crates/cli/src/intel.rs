//! `ascribe intel`: keep intelligence with its day and source, look names up in it, compare two days or two documents.

use std::path::{Path, PathBuf};

use ascribe_model::{Day, Moment};
use ascribe_report::shown::line;
use ascribe_store::view::{self, Document, Said as Telling, Shown};
use ascribe_store::{DOCUMENT_BYTES_MAX, Said, Store, StoreError, Subject};
use serde_json::json;

use crate::{Ended, Failure, say, say_error};

/// Characters of a value in the terminal.
const VALUE_CHARS_MAX: usize = 120;
/// Rows of one list in the terminal; JSON has all.
const ROWS_MAX: usize = 40;
/// Differences in the terminal.
const DIFFERENCES_MAX: usize = 400;

/// `ascribe intel …`.
#[derive(clap::Subcommand)]
pub(crate) enum IntelCommand {
    /// Add documents: STIX 2.0 and 2.1 (ATT&CK too), MISP events and galaxies, Navigator layers, CSV lists.
    Add {
        /// The store, a folder; made where it is missing.
        store: PathBuf,
        /// Documents.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Since when they are known; else the latest day in their content.
        #[arg(long, value_name = "DATE")]
        known: Option<String>,
        /// Who gave them.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        /// Their marking: `TLP:GREEN`.
        #[arg(long, value_name = "TLP")]
        marking: Option<String>,
        /// Their licence.
        #[arg(long, value_name = "NAME")]
        licence: Option<String>,
    },
    /// List the documents, parties, families and campaigns, with how much is said of each.
    List {
        /// The store.
        store: PathBuf,
        /// Only what was known on this day.
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
        /// Print JSON instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Show what is said of a name, by whom and through which alias; or a STIX object by its id.
    Show {
        /// The store.
        store: PathBuf,
        /// A name, an alias, a catalogue id (`G0032`), or the id of a STIX object.
        name: String,
        /// Only what was known on this day.
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
        /// Print the STIX object with this id as it came, byte for byte.
        #[arg(long)]
        stix: bool,
        /// Print JSON instead of text.
        #[arg(long, conflicts_with = "stix")]
        json: bool,
    },
    /// Say what was added, changed, revoked or is gone between two days, or two documents.
    Diff {
        /// The store.
        store: PathBuf,
        /// A day, or the first digits of a document's SHA-256 (8 at least), or its name.
        before: String,
        /// Another.
        after: String,
        /// Print JSON instead of text.
        #[arg(long)]
        json: bool,
    },
}

fn failure(error: &StoreError) -> Failure {
    Failure::of(error)
}

fn moment(text: &str) -> Result<Moment, Failure> {
    Moment::parse(text).map_err(|error| Failure::usage(format!("`{text}` is no date: {error}")))
}

fn day(text: Option<&str>) -> Result<Option<Day>, Failure> {
    text.map(|text| moment(text).map(|at| at.last_day())).transpose()
}

/// The documents of a store that must be there.
fn documents(folder: &Path, as_of: Option<Day>) -> Result<Vec<Document>, Failure> {
    let store = opened(folder)?;
    let documents = view::documents(&store, as_of).map_err(|error| failure(&error))?;
    for document in &documents {
        for wrong in document.read.wrong.iter().take(3) {
            say_error(&line(&format!("{}: {wrong}", document.entry.name), 400));
        }
    }
    Ok(documents)
}

fn opened(folder: &Path) -> Result<Store, Failure> {
    let store = Store::open(folder).map_err(|error| failure(&error))?;
    if store.entries().is_empty() {
        return Err(Failure::usage(format!(
            "`{}` holds no intelligence: add some with `ascribe intel add`",
            folder.display()
        )));
    }
    Ok(store)
}

/// `ascribe intel …`.
pub(crate) fn intel(command: IntelCommand) -> Result<Ended, Failure> {
    match command {
        IntelCommand::Add {
            store,
            files,
            known,
            source,
            marking,
            licence,
        } => {
            let said = Said {
                known: known.as_deref().map(moment).transpose()?,
                source,
                marking,
                licence,
            };
            add(&store, &files, &said)
        }
        IntelCommand::List { store, as_of, json } => list(&store, as_of.as_deref(), json),
        IntelCommand::Show {
            store,
            name,
            as_of,
            stix,
            json,
        } => {
            let all = documents(&store, day(as_of.as_deref())?)?;
            if stix {
                object(&all, &name)
            } else {
                show(&all, &name, json)
            }
        }
        IntelCommand::Diff {
            store,
            before,
            after,
            json,
        } => diff(&store, &before, &after, json),
    }
}

fn add(folder: &Path, files: &[PathBuf], said: &Said) -> Result<Ended, Failure> {
    let mut store = Store::open(folder).map_err(|error| failure(&error))?;
    let mut ended = Ended::Well;
    for file in files {
        let bytes = crate::small::bytes_of(file, DOCUMENT_BYTES_MAX)?;
        let name = file
            .file_name()
            .map_or_else(|| file.to_string_lossy(), |name| name.to_string_lossy());
        match store.add(&name, &bytes, said) {
            Ok((entry, new)) => {
                let hash: String = entry.sha256.chars().take(12).collect();
                let how = if new { "added" } else { "was there already" };
                let basis = if entry.stated {
                    "stated"
                } else {
                    "the latest day in its content"
                };
                let text = format!("{hash}  {name} {how}, known since {} ({basis})", entry.known);
                say(&format!("{}\n", line(&text, 400)));
            }
            Err(error @ (StoreError::Undated(_) | StoreError::Unknown(_) | StoreError::Large { .. })) => {
                say_error(&line(&error.to_string(), 400));
                ended = Ended::Partial;
            }
            Err(error) => return Err(failure(&error)),
        }
    }
    Ok(ended)
}

const KINDS: [(Subject, &str); 3] = [
    (Subject::Party, "parties"),
    (Subject::Family, "families"),
    (Subject::Campaign, "campaigns"),
];

fn list(folder: &Path, as_of: Option<&str>, json: bool) -> Result<Ended, Failure> {
    let all = documents(folder, day(as_of)?)?;
    if json {
        let rows = |subject| json!(view::list(&all, subject));
        let entries: Vec<_> = all.iter().map(|document| &document.entry).collect();
        let answer = json!({ "schema": "ascribe.intel-list/1", "as_of": as_of, "documents": entries,
            "parties": rows(Subject::Party), "families": rows(Subject::Family), "campaigns": rows(Subject::Campaign) });
        say(&format!("{answer}\n"));
        return Ok(Ended::Well);
    }
    let mut text = String::new();
    for document in &all {
        let entry = &document.entry;
        let hash: String = entry.sha256.chars().take(12).collect();
        let source = entry.source.as_deref().unwrap_or("-");
        let row = format!(
            "{hash}  {}  {:>10} bytes  {source}  {}",
            entry.known, entry.bytes, entry.name
        );
        text.push_str(&format!("{}\n", line(&row, 200)));
    }
    for (subject, plural) in KINDS {
        let rows = view::list(&all, subject);
        text.push_str(&format!("\n{} {plural}\n", rows.len()));
        for row in rows.iter().take(ROWS_MAX) {
            let counts = row
                .claims
                .iter()
                .map(|(what, count)| format!("{} {count}", view::word(*what)));
            let counts = counts.collect::<Vec<_>>().join(", ");
            let written = format!("  {} (known since {}): {counts}", row.name, row.known);
            text.push_str(&format!("{}\n", line(&written, 240)));
        }
        more(&mut text, rows.len(), ROWS_MAX);
    }
    say(&text);
    Ok(Ended::Well)
}

fn more(text: &mut String, count: usize, shown: usize) {
    if count > shown {
        text.push_str(&format!(
            "  … and {} more (--json has all)\n",
            count.saturating_sub(shown)
        ));
    }
}

fn object(all: &[Document], id: &str) -> Result<Ended, Failure> {
    let found = view::object(all, id)
        .ok_or_else(|| Failure::usage(format!("no document of the store has an object `{id}`")))?;
    say(&found.raw);
    Ok(Ended::Well)
}

fn show(all: &[Document], name: &str, json: bool) -> Result<Ended, Failure> {
    let found = view::show(all, name);
    if json {
        let answer = json!({ "schema": "ascribe.intel-show/1", "asked": name, "found": found });
        say(&format!("{answer}\n"));
    } else if found.is_empty() {
        say(&format!(
            "nothing is said of `{}` under this name or as an alias\n",
            line(name, 120)
        ));
    } else {
        for one in &found {
            say(&words(one, name));
        }
    }
    Ok(if found.is_empty() {
        Ended::Different
    } else {
        Ended::Well
    })
}

/// `A Lab (2014-05-01, a.json, 70 of 100, TLP:GREEN)`.
fn teller(said: &Telling) -> String {
    let who = said
        .author
        .as_deref()
        .or(said.source.as_deref())
        .unwrap_or("no named author");
    let confidence = said.confidence.map(|value| format!(", {value} of 100"));
    let marking = said
        .marking
        .as_deref()
        .filter(|marking| marking.starts_with("TLP:"));
    let marking = marking.map(|marking| format!(", {marking}"));
    format!(
        "{who} (known {}, {}{}{})",
        said.known,
        said.path,
        confidence.unwrap_or_default(),
        marking.unwrap_or_default()
    )
}

fn words(one: &Shown, asked: &str) -> String {
    let mut text = format!("{} ({})\n", line(&one.name, VALUE_CHARS_MAX), kind(one.subject));
    for said in one.through.iter().take(ROWS_MAX) {
        let through = format!(
            "  found through \"{asked}\", another name as {} has it",
            teller(said)
        );
        text.push_str(&format!("{}\n", line(&through, 300)));
    }
    for (what, values) in &one.claims {
        let disputed = if one.disputed.contains(what) {
            ", side by side"
        } else {
            ""
        };
        text.push_str(&format!("  {} ({}{disputed})\n", view::word(*what), values.len()));
        for value in values.iter().take(ROWS_MAX) {
            let first = value.said.first().map(teller).unwrap_or_default();
            let others = value.said.len().saturating_sub(1);
            let others = if others > 0 {
                format!(" and {others} more")
            } else {
                String::new()
            };
            let value = line(&value.value, VALUE_CHARS_MAX);
            text.push_str(&format!(
                "    {}\n",
                line(&format!("{value}: {first}{others}"), 300)
            ));
        }
        more(&mut text, values.len(), ROWS_MAX);
    }
    text.push('\n');
    text
}

const fn kind(subject: Subject) -> &'static str {
    match subject {
        Subject::Party => "party",
        Subject::Family => "family",
        Subject::Campaign => "campaign",
    }
}

/// The documents known on a day, or the one document that is named.
fn side(all: &[Document], named: &str) -> Result<Vec<Document>, Failure> {
    let by_hash =
        |document: &&Document| named.len() >= 8 && document.entry.sha256.starts_with(&named.to_lowercase());
    let by_name = |document: &&Document| document.entry.name == named;
    if let Some(one) = all.iter().find(by_hash).or_else(|| all.iter().find(by_name)) {
        return Ok(vec![one.clone()]);
    }
    let day = moment(named)?.last_day();
    let known = all
        .iter()
        .filter(|document| document.entry.day().is_some_and(|known| known <= day));
    Ok(known.cloned().collect())
}

fn diff(folder: &Path, before: &str, after: &str, json: bool) -> Result<Ended, Failure> {
    let all = documents(folder, None)?;
    let rows = view::diff(&side(&all, before)?, &side(&all, after)?);
    if json {
        let answer = json!({ "schema": "ascribe.intel-diff/1", "before": before, "after": after, "differences": rows });
        say(&format!("{answer}\n"));
    } else {
        let mut text = String::new();
        for row in rows.iter().take(DIFFERENCES_MAX) {
            text.push_str(&format!(
                "{}\n",
                line(&format!("{} {}: {}", row.how, row.kind, row.text), 300)
            ));
        }
        more(&mut text, rows.len(), DIFFERENCES_MAX);
        let count = |how: &str| rows.iter().filter(|row| row.how == how).count();
        text.push_str(&format!(
            "{} added, {} changed, {} revoked, {} gone\n",
            count("added"),
            count("changed"),
            count("revoked"),
            count("gone")
        ));
        say(&text);
    }
    Ok(if rows.is_empty() {
        Ended::Well
    } else {
        Ended::Different
    })
}
