//! `ascribe what-if`: the answer with an assumption changed, beside the answer as it stands.
//!
//! Points at the central parameters, without intervals, so that it answers at once. Writes nothing but the state.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use ascribe_assess::weigh::NOBODY;
use ascribe_assess::what_if::{Change, Changed, Said, what_if};
use ascribe_case::cause::chain;
use ascribe_case::judge::said;
use ascribe_case::run::{Question, ask};
use ascribe_case::write::json_line;
use ascribe_report::figures::percent;
use ascribe_report::shown::line;

use crate::reading::{Reading, day, helper, parts};
use crate::{Ended, Failure, say};

/// Characters of a name or a sentence that are shown.
const CHARS_MAX: usize = 300;

/// What `what-if` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The case folder.
    folder: PathBuf,
    /// Take this source as reliable.
    #[arg(long, value_name = "SOURCE")]
    reliable: Vec<String>,
    /// Set a number to low, point, high (of its range) or a value: `infrastructure:net.exclusive=high`,
    /// `family:f.label.actor=0.2`, `family:f.shared=low`, `hypothesis:h.prior=0.3`, `deception.default=high`.
    #[arg(long, value_name = "NUMBER=VALUE")]
    set: Vec<String>,
    /// Leave out `finding:ID`, `origin:ID`, `source:ID`, `family:ID`, `infrastructure:ID` or `input:PATH`.
    #[arg(long, value_name = "KIND:ID")]
    drop: Vec<String>,
    /// Add this note, a file as in the case's `notes/`.
    #[arg(long, value_name = "NOTE.md")]
    add: Vec<PathBuf>,
    /// Answer with what was known at the end of this day.
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    reading: Reading,
    /// Print JSON, one line an incident.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<Ended, Failure> {
    let changes = changes(options)?;
    let as_of = day("--as-of", options.as_of.as_deref())?;
    let run_options = options.reading.as_of(as_of);
    let text = RefCell::new(String::new());
    let to = |asked: &Question<'_>| {
        let said = said(asked);
        let fail = |error: ascribe_assess::what_if::WhatIfError| chain(&error);
        let now = what_if(&said, &[]).map_err(fail)?;
        let (with, added) = with_notes(asked, &said, options)?;
        let mut then = what_if(&with, &changes).map_err(fail)?;
        then.sentences.splice(0..0, added);
        let head = Head {
            case: &asked.case.name,
            incident: &asked.incident.id,
            as_of: asked.as_of.map(|day| day.to_string()),
        };
        let shown = if options.json {
            json(&head, &now, &then)?
        } else {
            words(&head, &said, &now, &then)
        };
        text.borrow_mut().push_str(&shown);
        Ok(())
    };
    let helper = helper();
    ask(
        &options.folder,
        &run_options,
        &parts(helper.as_ref()),
        &mut |_| {},
        &to,
    )
    .map_err(|error| Failure::of(&error))?;
    say(&text.borrow());
    Ok(Ended::Well)
}

/// What the case says with these notes added, and a sentence for each. Errors: a note that is none, or does not count.
fn with_notes(asked: &Question<'_>, said: &Said, options: &Options) -> Result<(Said, Vec<String>), String> {
    let (mut with, mut sentences) = (said.clone(), Vec::new());
    for file in &options.add {
        let path = file.display().to_string();
        let bytes = std::fs::read(file).map_err(|error| format!("--add {path}: {error}"))?;
        let name = file
            .file_name()
            .map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned());
        let note = ascribe_case::notes::read(&name, &bytes, asked.case).map_err(|problems| {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            format!("--add {path}: {}", told.join("; "))
        })?;
        let finding = note.finding;
        if finding.incident != asked.incident.id {
            continue;
        }
        // Without a day the answer is as of the latest thing known, which this may be.
        if options.as_of.is_some() && !finding.known.known_on(asked.as_of) {
            return Err(format!(
                "--add {path}: it became known on {}, after the day that is asked about",
                finding.known
            ));
        }
        if with.findings.iter().any(|other| other.id == finding.id) {
            return Err(format!(
                "--add {path}: the case has a finding `{}` already",
                finding.id
            ));
        }
        sentences.push(format!("{} is added: {}", finding.id, finding.says));
        with.findings.push(finding);
    }
    Ok((with, sentences))
}

fn changes(options: &Options) -> Result<Vec<Change>, Failure> {
    let mut changes: Vec<Change> = options.reliable.iter().map(|id| Change::reliable(id)).collect();
    for set in &options.set {
        let (path, value) = set
            .rsplit_once('=')
            .ok_or_else(|| Failure::usage(format!("--set {set}: NUMBER=VALUE is expected")))?;
        let change = Change::set(path, value);
        changes.push(change.map_err(|error| Failure::usage(format!("--set {set}: {error}")))?);
    }
    for what in &options.drop {
        let change = Change::drop(what);
        changes.push(change.map_err(|error| Failure::usage(format!("--drop {what}: {error}")))?);
    }
    if changes.is_empty() && options.add.is_empty() {
        return Err(Failure::usage(
            "nothing is changed: give --reliable, --set, --drop or --add",
        ));
    }
    Ok(changes)
}

struct Head<'a> {
    case: &'a str,
    incident: &'a str,
    as_of: Option<String>,
}

fn json(head: &Head<'_>, now: &Changed, then: &Changed) -> Result<String, String> {
    let side = |changed: &Changed| {
        serde_json::json!({
            "belief": changed.answer.posterior, "operators": changed.operators,
            "directions": changed.answer.directions, "framed": changed.answer.framed,
        })
    };
    let whole = serde_json::json!({
        "schema": "ascribe.what-if/1", "incident": head.incident, "as_of": head.as_of, "changes": then.sentences,
        "before": side(now), "after": side(then),
    });
    let text = json_line(&whole).map_err(|error| error.to_string())?;
    Ok(format!("{text}\n"))
}

/// Columns of the names.
const NAME: usize = 60;
/// Operators shown.
const OPERATORS: usize = 5;

fn words(head: &Head<'_>, said: &Said, now: &Changed, then: &Changed) -> String {
    let as_of = head.as_of.as_deref().unwrap_or("no date");
    let mut text = format!(
        "{} · incident {} · as of {as_of}\n",
        line(head.case, CHARS_MAX),
        line(head.incident, CHARS_MAX)
    );
    for sentence in &then.sentences {
        text.push_str(&format!("What if {}\n", line(sentence, CHARS_MAX)));
    }
    let mut table = |heading: &str, rows: Vec<(String, f64, f64)>| {
        text.push_str(&format!("\n{heading:NAME$}       now      then\n"));
        for (name, before, after) in rows {
            let name = line(&name, CHARS_MAX);
            text.push_str(&format!(
                "{name:NAME$} {:>9} {:>9}\n",
                percent(before),
                percent(after)
            ));
        }
    };
    let name = |id: &String| then.built.names.get(id).unwrap_or(id).clone();
    table(
        "Answer",
        rows(&now.answer.posterior, &then.answer.posterior, name),
    );
    let party = |id: &String| {
        said.knowledge
            .actor(id)
            .map_or_else(|| id.clone(), |actor| actor.name.clone())
    };
    let mut operators = rows(&now.operators, &then.operators, party);
    operators.truncate(OPERATORS);
    table("Operator", operators);
    table(
        "Direction",
        rows(&now.answer.directions, &then.answer.directions, String::clone),
    );
    let framed = |changed: &Changed| 1.0 - changed.answer.framed.get(NOBODY).copied().unwrap_or(1.0);
    table(
        "Framing",
        vec![("somebody is framed".to_owned(), framed(now), framed(then))],
    );
    text.push_str("\nPoints at the central parameters; `ascribe run` gives intervals.\n");
    text
}

/// Name, before, after; likeliest after the change first.
fn rows(
    before: &BTreeMap<String, f64>,
    after: &BTreeMap<String, f64>,
    name: impl Fn(&String) -> String,
) -> Vec<(String, f64, f64)> {
    let mut rows: Vec<(String, f64, f64)> = after
        .iter()
        .map(|(id, belief)| (name(id), before.get(id).copied().unwrap_or(0.0), *belief))
        .collect();
    rows.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    rows
}
