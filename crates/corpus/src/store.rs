//! A corpus on disk: a directory with one segment per program and family.
//!
//! A segment's name comes from program and family, so adding a program again replaces what was said of it. Written to a
//! temporary file, then renamed: a reader sees a whole segment or none. Other files in the directory are errors, not ignored.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use ascribe_model::ArtifactId;
use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, Function, Program};
use serde::Serialize;

use crate::segment::{self, SegmentError};
use crate::{Corpus, Entry, Label};

const SUFFIX: &str = "segment";
const SEGMENTS_MAX: usize = 100_000;
const SEGMENT_BYTES_MAX: u64 = 256 << 20;
const BYTES_MAX: u64 = 8 << 30;

/// Says why a corpus cannot be read or added to.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The disk.
    #[error("corpus `{}` cannot be read or written", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A segment that cannot be used.
    #[error("corpus segment `{}` cannot be used", path.display())]
    Segment {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: SegmentError,
    },
    /// Something else lies in the directory.
    #[error("`{}` is no corpus segment; a corpus directory holds nothing else", path.display())]
    Stranger {
        /// What.
        path: PathBuf,
    },
    /// More than can be held.
    #[error("corpus `{}` has more than {SEGMENTS_MAX} programs or {BYTES_MAX} bytes", path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
    },
    /// A name that cases cannot use.
    #[error("family name `{name}` cannot be used: letters, digits, `-`, `_` and `.`, at most 100")]
    Family {
        /// The name.
        name: String,
    },
    /// The program has nothing to compare.
    #[error("`{file}` has no functions to compare: {why}")]
    NothingToCompare {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
}

/// What a corpus holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Programs.
    pub programs: usize,
    /// Functions long enough to compare.
    pub functions: usize,
    /// Families, by name.
    pub families: BTreeMap<String, Count>,
    /// Libraries, by name.
    pub libraries: BTreeMap<String, Count>,
}

/// What a family or library holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Programs.
    pub programs: usize,
    /// Functions long enough to compare.
    pub functions: usize,
}

fn is_compared(function: &Function) -> bool {
    function.instructions >= COMPARED_INSTRUCTIONS_MIN
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> CorpusError + '_ {
    move |source| CorpusError::Io {
        path: path.to_path_buf(),
        source,
    }
}

impl Corpus {
    /// Reads the corpus in `directory`.
    ///
    /// Errors: the first segment that cannot be used, with its name and a hint.
    pub fn open(directory: &Path) -> Result<Self, CorpusError> {
        let mut paths = Vec::new();
        for item in std::fs::read_dir(directory).map_err(io(directory))? {
            let path = item.map_err(io(directory))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // What an addition that was killed left behind.
            if name.starts_with(".tmp") {
                continue;
            }
            if path.extension().is_none_or(|suffix| suffix != SUFFIX) {
                return Err(CorpusError::Stranger { path });
            }
            paths.push(path);
        }
        paths.sort();
        let too_large = || CorpusError::TooLarge {
            path: directory.to_path_buf(),
        };
        if paths.len() > SEGMENTS_MAX {
            return Err(too_large());
        }
        let mut entries = Vec::with_capacity(paths.len());
        let mut left = BYTES_MAX;
        for path in paths {
            let size = std::fs::metadata(&path).map_err(io(&path))?.len();
            left = left.checked_sub(size).ok_or_else(too_large)?;
            if size > SEGMENT_BYTES_MAX {
                return Err(too_large());
            }
            let bytes = std::fs::read(&path).map_err(io(&path))?;
            entries.push(segment::decode(&bytes).map_err(|source| CorpusError::Segment { path, source })?);
        }
        Ok(Self::of(entries))
    }

    /// Adds a program to the corpus in `directory`, which is made where it is missing; gives the number of functions kept.
    ///
    /// Errors: a family name that cases cannot use; a program that was not examined or has no function long enough.
    pub fn add(directory: &Path, label: &Label, program: &Program) -> Result<usize, CorpusError> {
        let name = &label.family;
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if name.is_empty() || name.len() > 100 || !name.chars().all(is_plain) {
            return Err(CorpusError::Family { name: name.clone() });
        }
        let functions: Vec<_> = program
            .functions
            .iter()
            .filter(|function| is_compared(function) || !function.calls.is_empty())
            .cloned()
            .collect();
        let count = functions.iter().filter(|function| is_compared(function)).count();
        if count == 0 {
            return Err(CorpusError::NothingToCompare {
                file: label.file.clone(),
                why: program.not_examined.clone().unwrap_or_else(|| {
                    format!("none of its {} functions is long enough", program.functions.len())
                }),
            });
        }
        let entry = Entry {
            label: label.clone(),
            entry: program.entry,
            functions,
        };
        let key = ArtifactId::of(format!("{}\n{name}", label.sha256).as_bytes()).hex();
        let path = directory.join(format!("{}.{SUFFIX}", key.get(..32).unwrap_or_default()));
        let bytes = segment::encode(&entry).map_err(|source| CorpusError::Segment {
            path: path.clone(),
            source,
        })?;
        std::fs::create_dir_all(directory).map_err(io(directory))?;
        let mut file = tempfile::Builder::new()
            .prefix(".tmp")
            .tempfile_in(directory)
            .map_err(io(directory))?;
        file.write_all(&bytes).map_err(io(&path))?;
        file.as_file().sync_all().map_err(io(&path))?;
        file.persist(&path).map_err(|error| CorpusError::Io {
            path,
            source: error.error,
        })?;
        Ok(count)
    }

    /// What it holds.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        for entry in &self.entries {
            let functions = entry
                .functions
                .iter()
                .filter(|function| is_compared(function))
                .count();
            stats.programs = stats.programs.saturating_add(1);
            stats.functions = stats.functions.saturating_add(functions);
            let table = if entry.label.library {
                &mut stats.libraries
            } else {
                &mut stats.families
            };
            let row = table.entry(entry.label.family.clone()).or_default();
            row.programs = row.programs.saturating_add(1);
            row.functions = row.functions.saturating_add(functions);
        }
        stats
    }
}
