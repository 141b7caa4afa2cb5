//! `ascribe validate FILE.csv`: the validation of labelled scores, as words, JSON and a page.

use std::path::{Path, PathBuf};

use ascribe_case::cause::chain;
use ascribe_ratio::folds::Kind;
use ascribe_ratio::sample::{Row, Sample};
use ascribe_ratio::table;
use ascribe_ratio::validation::{Options as Asked, ReadAs, validate as validated};
use clap::{Args, ValueEnum};

use crate::{Ended, Failure, say, say_error};

/// A table larger than this is refused.
const TABLE_BYTES_MAX: u64 = 4 << 30;
/// Columns of the report.
const WIDTH: usize = 100;

/// What is asked of a validation.
#[derive(Args)]
pub(crate) struct Options {
    /// Table with the columns score, label (1 same, 0 different) and family.
    file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Write a self-contained page with the plots.
    #[arg(long, value_name = "OUT")]
    html: Option<PathBuf>,
    /// The scores are log10 likelihood ratios already: measure them as they are.
    #[arg(long, conflicts_with = "calibrator")]
    llr: bool,
    /// Low scores mean alike.
    #[arg(long)]
    distance: bool,
    /// How scores become weights.
    #[arg(long, value_enum, default_value_t = Calibrator::Logistic)]
    calibrator: Calibrator,
    /// Resamples of families for the intervals; 0 for none.
    #[arg(long, default_value_t = 1000)]
    draws: usize,
    /// Seed of the resamples.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Names of the calibrators on the command line.
#[derive(Clone, Copy, ValueEnum)]
enum Calibrator {
    Logistic,
    Pav,
    Kde,
}

/// Most resamples.
const DRAWS_MAX: usize = 100_000;

/// Validates and prints. What may be claimed is never in the exit code.
pub(crate) fn validate(options: &Options) -> Result<Ended, Failure> {
    let fail =
        |why: &dyn std::error::Error| Failure::usage(format!("`{}`: {}", options.file.display(), chain(why)));
    let bytes = crate::small::bytes_of(&options.file, TABLE_BYTES_MAX)?;
    let mut table = table::read(&bytes).map_err(|error| fail(&error))?;
    drop(bytes);
    if options.distance {
        table.sample = mirrored(&table.sample).map_err(|error| fail(&error))?;
    }
    if !table.unused_columns.is_empty() {
        say_error(&format!(
            "ascribe: columns not used: {}",
            table.unused_columns.join(", ")
        ));
    }
    let asked = Asked {
        read_as: if options.llr { ReadAs::Bans } else { ReadAs::Scores },
        calibrator: match options.calibrator {
            Calibrator::Logistic => Kind::Logistic,
            Calibrator::Pav => Kind::Pav,
            Calibrator::Kde => Kind::Kde,
        },
        draws: options.draws.min(DRAWS_MAX),
        seed: options.seed,
    };
    let validation = validated(&table.sample, asked).map_err(|error| fail(&error))?;
    if let Some(path) = &options.html {
        let page =
            ascribe_report::validation::page(&validation, &title(&options.file), env!("CARGO_PKG_VERSION"));
        std::fs::write(path, page)
            .map_err(|error| Failure::usage(format!("`{}`: {error}", path.display())))?;
    }
    if options.json {
        let json = serde_json::to_string_pretty(&validation).map_err(|error| fail(&error))?;
        say(&format!("{json}\n"));
    } else {
        say(&ascribe_report::validation::terminal(&validation, WIDTH));
    }
    Ok(Ended::Well)
}

/// The name of the file without its folder: the page must not depend on where it was made.
fn title(file: &Path) -> String {
    file.file_name()
        .map_or_else(|| "table".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The sample with all scores negated.
fn mirrored(sample: &Sample) -> Result<Sample, ascribe_ratio::runs::RunsError> {
    let rows = sample
        .rows()
        .iter()
        .map(|row| Row {
            score: -row.score,
            ..*row
        })
        .collect();
    Sample::new(rows, sample.families())
}
