//! Which families, labelled and dated, have this function? A store of function features by family.
//!
//! A corpus is a directory with one file (segment) per added program; all of it is read into memory. Runtime code that compilers put into
//! every program is known without a corpus ([`runtime`]). Holds features only, never a program's bytes.
#![deny(clippy::arithmetic_side_effects)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        reason = "an overflow in a test fails the test"
    )
)]

pub mod answer;
mod locate;
pub mod runtime;
pub mod search;
pub mod segment;
pub mod standing;
pub mod store;

use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, Function};
use ascribe_model::{ArtifactId, Day, Moment};
use serde::{Deserialize, Serialize};

pub use search::{Answer, FamilyShare, FunctionMatches, SearchOptions, Shared, search};
pub use standing::Standing;
pub use store::{CorpusError, Count, Stats};

/// Places of a sketch that make one band: functions are compared where they agree on a whole band.
const BAND: usize = 4;

/// What is said of a program when it is added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The family's name: a `[[family]]` id of cases.
    pub family: String,
    /// Whether it is public library or runtime code, which speaks for nobody.
    pub library: bool,
    /// Since when it is known to belong to the family; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Moment>,
    /// Name of the file that was added, without its folder.
    pub file: String,
    /// The program.
    pub sha256: ArtifactId,
    /// `pe` or `elf`.
    pub format: String,
    /// `x86` or `x86-64`.
    pub arch: String,
    /// Whether Microsoft's linker put its runtime inside ([`standing::is_microsoft`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub microsoft: bool,
}

/// A program of a corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub label: Label,
    /// Its entry point (virtual address).
    pub entry: Option<u64>,
    /// Its functions that are long enough to compare or call others, by start.
    pub functions: Vec<Function>,
}

impl Entry {
    fn known_on(&self, day: Option<Day>) -> bool {
        self.label.known.as_ref().is_none_or(|known| known.known_on(day))
    }
}

/// Where a function stands in a corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    entry: usize,
    function: usize,
}

/// A corpus in memory.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    entries: Vec<Entry>,
    /// (exact hash, place), sorted.
    exact: Vec<(u64, Place)>,
    /// (hash of a band, place), sorted.
    bands: Vec<(u64, Place)>,
    /// (thing that a function names, entry), sorted.
    names: Vec<(u32, usize)>,
}

impl Corpus {
    /// A corpus of these entries, with its indexes.
    #[must_use]
    pub fn of(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| {
            (&a.label.family, a.label.sha256, &a.label.file).cmp(&(
                &b.label.family,
                b.label.sha256,
                &b.label.file,
            ))
        });
        let mut exact = Vec::new();
        let mut bands = Vec::new();
        for (entry, content) in entries.iter().enumerate() {
            for (function, features) in content.functions.iter().enumerate() {
                if features.instructions < COMPARED_INSTRUCTIONS_MIN {
                    continue;
                }
                let place = Place { entry, function };
                exact.push((features.exact, place));
                bands.extend(band_keys(features).map(|key| (key, place)));
            }
        }
        exact.sort_unstable();
        bands.sort_unstable();
        let names = locate::names(entries.iter().map(|entry| entry.functions.as_slice()));
        Self {
            entries,
            exact,
            bands,
            names,
        }
    }

    /// Its programs, by family.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn is_library(&self, entry: usize) -> bool {
        self.entries.get(entry).is_some_and(|entry| entry.label.library)
    }

    fn has_libraries(&self) -> bool {
        self.entries.iter().any(|entry| entry.label.library)
    }

    fn at(&self, place: Place) -> Option<(&Entry, &Function)> {
        let entry = self.entries.get(place.entry)?;
        Some((entry, entry.functions.get(place.function)?))
    }
}

/// A key for each band of a function's sketch.
fn band_keys(function: &Function) -> impl Iterator<Item = u64> + '_ {
    (0u64..).zip(function.near.chunks(BAND)).map(|(band, values)| {
        // FNV-1a over 32-bit words, then one round of mixing.
        let mut key = 0xcbf2_9ce4_8422_2325 ^ band;
        for value in values {
            key = (key ^ u64::from(*value)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        key ^ key >> 29
    })
}

/// The places with `key` in a sorted index.
fn places(index: &[(u64, Place)], key: u64) -> &[(u64, Place)] {
    let start = index.partition_point(|row| row.0 < key);
    let end = index.partition_point(|row| row.0 <= key);
    index.get(start..end).unwrap_or_default()
}
