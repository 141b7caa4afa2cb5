//! What every command needs that reads a case: where its state and corpora are, and the parts that read and weigh.

use std::path::{Path, PathBuf};

use ascribe_case::gather::Progress;
use ascribe_case::helper::Helper;
use ascribe_case::judge::judge;
use ascribe_case::run::{Outcome, Parts, RunOptions, examine};
use ascribe_model::{Day, Moment};

use crate::Failure;

/// Options of every command that reads a case.
#[derive(clap::Args)]
pub(crate) struct Reading {
    /// The state, where the case folder cannot be written to.
    #[arg(long, value_name = "PATH")]
    state: Option<PathBuf>,
    /// A corpus to compare programs with, beside those of the case.
    #[arg(long, value_name = "PATH")]
    corpus: Vec<PathBuf>,
}

impl Reading {
    /// The case as of a day, with the bounds of every run.
    pub(crate) fn as_of(&self, as_of: Option<Day>) -> RunOptions {
        RunOptions {
            as_of,
            state: self.state.clone(),
            corpus: self.corpus.clone(),
            ..RunOptions::default()
        }
    }

    /// Reads and weighs the case in `folder` as of a day; writes nothing but the state.
    pub(crate) fn examine(&self, folder: &Path, as_of: Option<Day>) -> Result<Outcome, Failure> {
        let helper = helper();
        let outcome = examine(
            folder,
            &self.as_of(as_of),
            &parts(helper.as_ref()),
            &mut |_: Progress| {},
        );
        outcome.map_err(|error| Failure::of(&error))
    }
}

/// The day of the option `option`.
pub(crate) fn day(option: &str, text: Option<&str>) -> Result<Option<Day>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let moment = Moment::parse(text).map_err(|error| Failure::usage(format!("{option}: {error}")))?;
    Ok(Some(moment.last_day()))
}

/// Every reader and engine, and what weighs.
pub(crate) fn parts(helper: Option<&Helper>) -> Parts<'_> {
    Parts {
        readers: ascribe_readers::READERS,
        engines: ascribe_engines::ENGINES,
        scan: ascribe_intel::indicators::scan,
        open_corpus: &crate::programs::open,
        helper,
        assess: &judge,
    }
}

/// This program again, as the process that reads PDFs. None where a process cannot be bounded or we cannot be found.
pub(crate) fn helper() -> Option<Helper> {
    if !cfg!(unix) {
        return None;
    }
    let program = std::env::current_exe().ok()?;
    Some(Helper::new(
        ascribe_pdf::NAME,
        program,
        vec![crate::READ_PDF.into()],
    ))
}
