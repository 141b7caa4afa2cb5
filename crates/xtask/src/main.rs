//! What is run by hand to test ascribe itself; nothing here is part of the program.
//!
//! `cargo xtask trials` puts the same simulated incidents to the program and its peers and writes `record/trials.md`. `cargo xtask truth` builds
//! programs whose functions are known, `cargo xtask places` fits on them and measures (record/code.md).

mod accounts;
mod figures;
mod frozen;
mod incident;
mod method;
mod peers;
mod table;
mod trials;
mod truth;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::figures::figures;
use crate::method::Numbers;
use crate::table::{Section, page};
use crate::trials::Answerer;

#[derive(Parser)]
#[command(name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Simulated incidents with known truth, to the program and its peers.
    Trials {
        /// Incidents of each simulator.
        #[arg(long, default_value_t = 50_000)]
        incidents: u64,
        /// Incidents whose intervals are compared with the exact answer at the true numbers.
        #[arg(long, default_value_t = 2_000)]
        intervals: u64,
        /// Draws of each interval.
        #[arg(long, default_value_t = 2_000)]
        draws: usize,
        /// Seed.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where the page goes; nothing: to standard output.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Builds the truth corpus of programs (needs Debian 12, its compilers and the network).
    Truth {
        /// Where sources and programs go: outside the repository.
        folder: PathBuf,
    },
    /// Pairs of functions on the truth corpus.
    Places {
        /// Where `truth` built it.
        folder: PathBuf,
        /// Measure on this half; nothing: fit the weights on the development half and write them.
        #[arg(long)]
        measure: Option<String>,
    },
}

fn main() -> ExitCode {
    let made = match Arguments::parse().command {
        Command::Trials {
            incidents,
            intervals,
            draws,
            seed,
            out,
        } => trials(incidents, intervals, draws, seed).and_then(|text| match out {
            Some(path) => std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display())),
            None => say(&text),
        }),
        Command::Truth { folder } => truth::build(&folder).and_then(|text| say(&text)),
        Command::Places { folder, measure } => match measure {
            Some(half) => truth::measure(&folder, &half),
            None => truth::fit(&folder),
        }
        .and_then(|text| say(&text)),
    };
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr().lock(), "xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

fn say(text: &str) -> Result<(), String> {
    use std::io::Write;
    std::io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(|error| error.to_string())
}

fn trials(incidents: u64, intervals: u64, draws: usize, seed: u64) -> Result<String, String> {
    let hash = frozen::check()?;
    let common: [(&str, Answerer); 6] = [
        ("ascribe", trials::ascribe),
        (
            "ascribe, deception understated four times",
            trials::ascribe_trusting,
        ),
        (
            "ascribe, reports of one thing as one telling",
            trials::ascribe_one_telling,
        ),
        ("inconsistencies counted (ACH)", |incident| {
            Ok(peers::ach::answer(incident))
        }),
        ("naive Bayes over reports", |incident| {
            Ok(peers::naive_bayes::answer(incident))
        }),
        ("prior alone", trials::prior),
    ];
    let with_techniques: Vec<(&str, Answerer)> = common
        .into_iter()
        .chain([(
            "likeness of techniques",
            (|incident| Ok(peers::overlap::answer(incident))) as Answerer,
        )])
        .collect();
    let asked = |answerers: &[(&str, Answerer)]| -> (Vec<String>, Vec<Answerer>) {
        answerers
            .iter()
            .map(|(name, of)| ((*name).to_owned(), *of))
            .unzip()
    };
    let rows =
        |names: Vec<String>, columns: Vec<Vec<figures::Answered>>| -> Vec<(String, figures::Figures)> {
            let figures = columns.iter().map(|column| figures(column, seed));
            names.into_iter().zip(figures).collect()
        };
    let (names, answerers) = asked(&common);
    let mut sections = Vec::new();
    for (numbers, title, about) in [
        (
            Numbers::Central,
            "Simulator one: the method's own assumptions",
            "`crates/xtask/src/method.rs`, with every number in the middle of its range: whatever is wrong here is wrong in the program, not in the method.",
        ),
        (
            Numbers::Drawn,
            "Simulator one, numbers drawn from their ranges",
            "The same, but no incident has the numbers of the tables: what not knowing them costs.",
        ),
    ] {
        let one = trials::answers(
            incidents,
            |number| Ok(method::incident(seed, number, numbers)?.incident),
            &answerers,
        )?;
        sections.push(Section {
            title: title.to_owned(),
            about: about.to_owned(),
            rows: rows(names.clone(), one),
        });
    }
    let (names, answerers) = asked(&with_techniques);
    let two = trials::answers(
        incidents,
        |number| Ok(accounts::incident(seed, number)),
        &answerers,
    )?;
    sections.push(Section {
        title: "Simulator two: after accounts of real incidents".to_owned(),
        about: format!(
            "`crates/xtask/src/accounts.rs`, written without the method and frozen before the first score \
             (SHA-256 of its sources {hash}); `docs/decisions/0006-accounts-simulator.md` says which accounts."
        ),
        rows: rows(names, two),
    });
    let coverage = if intervals == 0 {
        None
    } else {
        Some(trials::coverage(seed.wrapping_add(1), intervals, draws)?)
    };
    let command = format!(
        "cargo xtask trials --incidents {incidents} --intervals {intervals} --draws {draws} --seed {seed} --out record/trials.md"
    );
    Ok(page(&command, &sections, coverage))
}
