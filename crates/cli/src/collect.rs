//! `ascribe collect`: what to get next, by expected bits, and by bits for each unit of what the case says it costs.
//!
//! Reads and weighs the case as `run` does and writes nothing but the state.

use std::path::PathBuf;

use ascribe_assess::assessment::Collect;
use ascribe_assess::collect::UNWEIGHED;
use ascribe_report::shown::line;
use serde_json::json;

use crate::reading::{Reading, day};
use crate::{Ended, Failure, say, say_error};

/// Characters of a sentence that are shown.
const CHARS_MAX: usize = 600;

/// What `collect` takes.
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
    for warning in outcome.incidents.iter().flat_map(|one| &one.assessment.warnings) {
        if warning.starts_with(UNWEIGHED) {
            say_error(&format!("ascribe: {warning}"));
        }
    }
    if options.json {
        let incidents: Vec<_> = outcome
            .incidents
            .iter()
            .map(|one| json!({ "incident": one.assessment.incident, "as_of": one.assessment.as_of, "collect": one.assessment.collect }))
            .collect();
        let all = json!({ "schema": "ascribe.collect/1", "incidents": incidents });
        let text = ascribe_case::write::json_text(&all).map_err(|error| Failure::of(&error))?;
        say(&text);
        return Ok(Ended::Well);
    }
    for one in &outcome.incidents {
        say(&table(&one.assessment.incident, &one.assessment.collect));
    }
    Ok(Ended::Well)
}

fn table(incident: &str, rows: &[Collect]) -> String {
    let mut text = format!("What to collect next, incident {}\n", line(incident, CHARS_MAX));
    if rows.is_empty() {
        text += "\nNothing was found that is expected to narrow the answer.\n";
        return text;
    }
    let costs = rows.iter().any(|row| row.cost.is_some());
    text += if costs {
        "\n   bits    cost  bits/cost\n"
    } else {
        "\n   bits\n"
    };
    for row in rows {
        let cost = match (row.cost, row.bits_per_cost) {
            (Some(cost), Some(rate)) => format!("{cost:>8}  {rate:>9.4}"),
            _ if costs => format!("{:>8}  {:>9}", "–", "–"),
            _ => String::new(),
        };
        text += &format!("{:>7.3}{cost}  {}\n", row.bits, line(&row.what, CHARS_MAX));
        if !row.ask.is_empty() {
            let indent = if costs { 28 } else { 9 };
            text += &format!("{:indent$}ask {}\n", "", line(&row.ask, CHARS_MAX));
        }
    }
    if !costs {
        text += "\nNo costs are stated; `[[collect]]` in case.toml takes them, in any unit.\n";
    }
    text
}
