//! Why a run did not happen.

use std::path::PathBuf;

use crate::config::Problem;
use crate::state::StateError;

/// Why a run did not happen.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The folder or its case.toml could not be read.
    #[error("`{}` could not be read", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// case.toml or the options are wrong: usage.
    #[error("{}", lines(.0))]
    Config(Vec<Problem>),
    /// The state could not be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// There is no state to compare with.
    #[error("`{}` is not there: the case was never run", path.display())]
    NoState {
        /// Where it should be.
        path: PathBuf,
    },
    /// A corpus could not be used.
    #[error("corpus `{}`: {why}", path.display())]
    Corpus {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The model could not be weighed.
    #[error("incident `{incident}` could not be assessed: {why}")]
    Assess {
        /// Which.
        incident: String,
        /// Why.
        why: String,
    },
    /// An output could not be written.
    #[error("`{}` could not be written", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

fn lines(problems: &[Problem]) -> String {
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    texts.join("\n")
}
