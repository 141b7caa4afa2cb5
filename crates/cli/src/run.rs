//! `ascribe run`: reads a case, prints the answer, writes `out/`.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use ascribe_case::gather::Progress;
use ascribe_case::run::{Outcome, RunOptions};
use ascribe_report::{Detail, Page, TerminalOptions};

use crate::page::material;
use crate::reading::{Reading, day, helper, parts};
use crate::{Ended, Failure, say, say_error};

/// What `run` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The case folder.
    folder: PathBuf,
    /// Answer with what was known at the end of this day.
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// Where to write instead of `out/` in the case.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// Files read at the same time.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Print the first incident's assessment as JSON instead of words.
    #[arg(long)]
    json: bool,
    /// One paragraph, no progress.
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn run(options: Options) -> Result<Ended, Failure> {
    let as_of = day("--as-of", options.as_of.as_deref())?;
    let helper = helper();
    let parts = parts(helper.as_ref());
    let run_options = RunOptions {
        out: options.out.clone(),
        jobs: options.jobs,
        ..options.reading.as_of(as_of)
    };
    let mut progress = Lines {
        loud: !options.quiet,
        files: 0,
        done: 0,
        last: 0,
    };
    let outcome = ascribe_case::run::run(&options.folder, &run_options, &parts, &mut |step| {
        progress.show(&step)
    })
    .map_err(|error| Failure::of(&error))?;
    let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    for (index, one) in outcome.incidents.iter().enumerate() {
        let material = material(&outcome, one);
        let first = index == 0;
        let page = material.page(&one.assessment);
        let html = ascribe_report::page(&page);
        let exported = ascribe_exchange::Exported {
            parties: &material.exported,
            operators: &material.operators,
            indicators: &[],
        };
        let bundle = ascribe_exchange::stix_bundle(&one.assessment, &exported);
        let mut folders = vec![];
        if outcome.incidents.len() > 1 {
            folders.push(outcome.out.join(&one.assessment.incident));
        }
        if first {
            folders.push(outcome.out.clone());
        }
        for folder in &folders {
            write(folder, "report.html", &html)?;
            write(folder, "bundle.json", &bundle)?;
        }
        if options.json {
            if first {
                say(&read(&outcome)?);
            }
            continue;
        }
        let at = folders
            .first()
            .map(|folder| folder.join("report.html").display().to_string());
        let page = Page {
            written_to: at.as_deref(),
            ..page
        };
        let detail = if options.quiet {
            Detail::Quiet
        } else {
            Detail::Full
        };
        say(&ascribe_report::terminal(
            &page,
            TerminalOptions {
                width: width(),
                color,
                detail,
            },
        ));
    }
    Ok(if outcome.partial {
        Ended::Partial
    } else {
        Ended::Well
    })
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    let fail =
        |error: std::io::Error| Failure::usage(format!("`{}` could not be written: {error}", path.display()));
    ascribe_case::write::folder(folder).map_err(fail)?;
    ascribe_case::write::whole(&path, text.as_bytes()).map_err(fail)?;
    Ok(())
}

/// The assessment exactly as it was written.
fn read(outcome: &Outcome) -> Result<String, Failure> {
    let path = outcome.out.join("assessment.json");
    std::fs::read_to_string(&path).map_err(|error| Failure::usage(format!("`{}`: {error}", path.display())))
}

/// Columns of the terminal, as the shell says; 100 where it does not.
fn width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100)
        .clamp(40, 200)
}

/// Progress as lines on stderr: a line per twentieth of the files.
struct Lines {
    loud: bool,
    files: usize,
    done: usize,
    last: usize,
}

impl Lines {
    fn show(&mut self, step: &Progress) {
        if !self.loud {
            return;
        }
        match step {
            Progress::Planned { files } => {
                self.files = *files;
                say_error(&format!("reading {files} files"));
            }
            Progress::Done { path, bytes, fresh } => {
                self.done = self.done.saturating_add(1);
                let part = self.done.saturating_mul(20).checked_div(self.files).unwrap_or(20);
                if part > self.last || *bytes > 64 << 20 {
                    self.last = part;
                    let how = if *fresh { "read" } else { "unchanged" };
                    say_error(&format!(
                        "[{}/{}] {how} {}",
                        self.done,
                        self.files,
                        ascribe_report::shown::line(path, 300)
                    ));
                }
            }
            Progress::Weighing { incident } => say_error(&format!(
                "weighing {}",
                ascribe_report::shown::line(incident, 300)
            )),
        }
    }
}
