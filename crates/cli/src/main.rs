//! The command line: `ascribe run` and its kin. Results on stdout, progress and errors on stderr.
//!
//! Exit codes: 0 done, 1 differences or failed verification, 2 usage, 3 partial, 4 refused. Who did it is never
//! in the exit code.

mod collect;
mod diff;
mod explain;
mod intel;
mod page;
mod programs;
mod reading;
mod request;
mod run;
mod said;
mod score;
mod small;
mod ties;
mod truth;
mod validate;
mod what_if;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use ascribe_case::cause::chain;
use clap::{Parser, Subcommand};

/// From the evidence of a cyberattack to who did it, how sure that is, why, and what would change it.
#[derive(Parser)]
#[command(name = "ascribe", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read a case folder, weigh it, print the answer and write `out/`.
    Run(run::Options),
    /// Show the answer with an assumption changed: a source reliable, a number set, something left out.
    WhatIf(what_if::Options),
    /// Show what moved the belief between two runs, or two days of one case.
    Diff(diff::Options),
    /// Explain one finding from its number to its bytes.
    Explain(explain::Options),
    /// List what to get next, by expected bits and stated cost, with whom to ask.
    Collect(collect::Options),
    /// Show which accounts, mailboxes, devices and addresses were used together, with the rows behind each tie.
    Ties(ties::Options),
    /// Write a request to whoever can say who held an address, a name or a mailbox; keep what became of it.
    Request(request::Options),
    /// Weigh a model file alone (`.json`), or one model a line (`.jsonl`).
    Weigh {
        /// The model file.
        file: PathBuf,
        /// Print JSON (the only form so far).
        #[arg(long)]
        json: bool,
    },
    /// Compare the evidence with what was recorded, and replay the audit log.
    Verify {
        /// The case folder.
        folder: PathBuf,
        /// The state, where it is not in the folder.
        #[arg(long)]
        state: Option<PathBuf>,
    },
    /// Say how good measured weights are, from labelled scores, and what may be claimed.
    Validate(validate::Options),
    /// Compare stored assessments with what was established later: proper scores, calibration, how early, how wrong.
    Score(score::Options),
    /// Print who accuses whom, who denies, and how many origins stand behind it, as the last run read it.
    Statements(said::Options),
    /// List every address, name, mailbox, URL and hash in files, one JSON line each.
    Indicators {
        /// Files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Print JSON lines (the only form so far).
        #[arg(long)]
        json: bool,
    },
    /// List the functions of a program, and which of them are library or runtime code.
    Functions {
        /// A PE or ELF program.
        file: PathBuf,
        /// Print JSON instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Pair the functions of two programs that are the same or nearly, and say what the rare ones weigh.
    Compare {
        /// A program.
        a: PathBuf,
        /// Another.
        b: PathBuf,
        /// Print JSON instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Keep programs by family, and look others up in them.
    Corpus {
        /// What to do.
        #[command(subcommand)]
        command: programs::CorpusCommand,
    },
    /// Keep threat intelligence with its day and source, look names up in it, compare days.
    Intel {
        /// What to do.
        #[command(subcommand)]
        command: intel::IntelCommand,
    },
    /// Bound this process, read a PDF from standard input, write its pages: what `run` starts for each PDF.
    #[command(name = READ_PDF, hide = true)]
    ReadPdf {
        /// Bytes of address space that it may take.
        #[arg(long, default_value_t = ascribe_pdf::MEMORY_BYTES_MAX)]
        memory: u64,
        /// Seconds of computing.
        #[arg(long, default_value_t = ascribe_pdf::SECONDS_MAX)]
        seconds: u64,
    },
}

/// The name of the command by which this program starts itself.
const READ_PDF: &str = "read-pdf";

/// How a command ended, when it did not fail.
pub(crate) enum Ended {
    /// Done.
    Well,
    /// Something differs.
    Different,
    /// Some inputs could not be read.
    Partial,
}

/// A failure with its exit code.
pub(crate) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Wrong usage, or a case that cannot be read: 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            code: 2,
            message: message.into(),
        }
    }

    /// An error with its chain.
    pub(crate) fn of(error: &dyn Error) -> Self {
        Self::usage(chain(error))
    }
}

fn main() -> ExitCode {
    let ended = match Arguments::parse().command {
        Command::Run(options) => run::run(options),
        Command::WhatIf(options) => what_if::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Explain(options) => explain::run(&options),
        Command::Collect(options) => collect::run(&options),
        Command::Ties(options) => ties::run(&options),
        Command::Request(options) => request::run(&options),
        Command::Weigh { file, json: _ } => small::weigh(&file),
        Command::Verify { folder, state } => small::verify(&folder, state),
        Command::Validate(options) => validate::validate(&options),
        Command::Score(options) => score::run(&options),
        Command::Statements(options) => said::statements(&options),
        Command::Indicators { files, json: _ } => small::indicators(&files),
        Command::Functions { file, json } => programs::functions(&file, json),
        Command::Compare { a, b, json } => programs::compare(&a, &b, json),
        Command::Corpus { command } => programs::corpus(command),
        Command::Intel { command } => intel::intel(command),
        Command::ReadPdf { memory, seconds } => ascribe_pdf::serve(memory, seconds)
            .map(|()| Ended::Well)
            .map_err(|error| Failure::usage(error.to_string())),
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Different) => ExitCode::from(1),
        Ok(Ended::Partial) => ExitCode::from(3),
        Err(failure) => {
            say_error(&format!("ascribe: {}", failure.message));
            ExitCode::from(failure.code)
        }
    }
}

/// Writes a line to stderr, or several; a closed stderr is no reason to fail. Names of files and what the system says
/// of them may hold anything, so what could act on a terminal is escaped.
pub(crate) fn say_error(line: &str) {
    use std::io::Write;
    let line = ascribe_case::escape::quoted(line.as_bytes());
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Writes text to stdout. A reader that has gone (`| head`) ends the output, not the command.
pub(crate) fn say(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
