//! The command line: `ascribe run` and its kin. Results on stdout, progress and errors on stderr.
//!
//! Exit codes: 0 done, 1 differences or failed verification, 2 usage, 3 partial, 4 refused. Who did it is never
//! in the exit code.

mod judge;
mod page;
mod run;
mod said;
mod small;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

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
}

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

/// The message of an error and of what caused it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

fn main() -> ExitCode {
    let ended = match Arguments::parse().command {
        Command::Run(options) => run::run(options),
        Command::Weigh { file, json: _ } => small::weigh(&file),
        Command::Verify { folder, state } => small::verify(&folder, state),
        Command::Statements(options) => said::statements(&options),
        Command::Indicators { files, json: _ } => small::indicators(&files),
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

/// Writes a line to stderr; a closed stderr is no reason to fail.
pub(crate) fn say_error(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Writes text to stdout. A reader that has gone (`| head`) ends the output, not the command.
pub(crate) fn say(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
