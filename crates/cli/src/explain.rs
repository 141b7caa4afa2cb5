//! `ascribe explain`: one finding of a case from its number to its bytes.
//!
//! Reads and weighs the case as `run` does and writes nothing but the state, so what is explained is what is there now.

use std::path::PathBuf;

use ascribe_report::shown::line;

use crate::page::material;
use crate::reading::{Reading, day};
use crate::{Ended, Failure, say};

/// Ids that are named where the one asked for is not there.
const NAMED_MAX: usize = 12;
/// Characters of an id that are shown.
const CHARS_MAX: usize = 200;

/// What `explain` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The case folder.
    folder: PathBuf,
    /// The finding's id, or its beginning.
    finding: String,
    /// Answer with what was known at the end of this day.
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    reading: Reading,
}

pub(crate) fn run(options: &Options) -> Result<Ended, Failure> {
    let as_of = day("--as-of", options.as_of.as_deref())?;
    let outcome = options.reading.examine(&options.folder, as_of)?;
    let wanted = options.finding.as_str();
    let mut known = Vec::new();
    for one in &outcome.incidents {
        let ids = || one.assessment.ledger.iter().map(|row| row.finding.as_str());
        let exact = ids().find(|id| *id == wanted);
        let mut begins = ids().filter(|id| id.starts_with(wanted));
        let id = exact.or_else(|| begins.next().filter(|_| begins.next().is_none()));
        let Some(id) = id else {
            let near = ids().filter(|id| id.contains(wanted));
            known.extend(near.map(str::to_owned));
            continue;
        };
        let material = material(&outcome, one);
        let page = material.page(&one.assessment);
        if let Some(text) = ascribe_report::explain(&page, &one.model, id) {
            say(&text);
            return Ok(Ended::Well);
        }
    }
    let wanted = line(wanted, CHARS_MAX);
    let near: Vec<String> = known
        .iter()
        .take(NAMED_MAX)
        .map(|id| line(id, CHARS_MAX))
        .collect();
    Err(Failure::usage(if near.is_empty() {
        format!("no finding is called `{wanted}`; `assessment.json` lists them under `ledger`")
    } else {
        format!(
            "no finding is called `{wanted}`, or several are: {}",
            near.join(", ")
        )
    }))
}
