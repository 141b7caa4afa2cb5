//! Which programs of a corpus a program most likely shares code with, and which functions answer each other there though compilers made
//! them unlike.
//!
//! Only some programs are paired as a whole ([`ascribe_code::place`]), those that name the most seldom things in common or have like functions:
//! pairing is costly, a look into an index is not. What is found so says where code is; it is never rare.

use std::collections::BTreeMap;

use ascribe_code::place::{self, Placed, Rules};
use ascribe_model::Day;
use ascribe_model::program::{Function, Program};

use crate::{Corpus, band_keys, places};

/// Programs of a corpus that are paired as a whole.
const ENTRIES_MAX: usize = 24;
/// A thing that more programs of a corpus name does not lead to any.
const LEADING_MAX: usize = 64;

/// Things that functions name, with the entries that have them, sorted and each once.
pub(crate) fn names<'a>(entries: impl Iterator<Item = &'a [Function]>) -> Vec<(u32, usize)> {
    let mut rows = Vec::new();
    for (entry, functions) in entries.enumerate() {
        for function in functions {
            rows.extend(function.marks.iter().map(|mark| (*mark, entry)));
        }
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// The pairs of `program` with entries of `corpus`, libraries left out, by entry.
pub(crate) fn located(
    corpus: &Corpus,
    program: &Program,
    as_of: Option<Day>,
) -> BTreeMap<usize, Vec<Placed>> {
    let rules = Rules::default();
    let mut found = BTreeMap::new();
    for at in likely(corpus, program, as_of) {
        if let Some(entry) = corpus.entries.get(at) {
            let same_width = entry.label.arch == program.arch;
            let pairs = place::pairs(&program.functions, &entry.functions, same_width, &rules, None);
            found.insert(at, pairs);
        }
    }
    found
}

fn likely(corpus: &Corpus, program: &Program, as_of: Option<Day>) -> Vec<usize> {
    let fits = |at: &usize| {
        let entry = corpus.entries.get(*at);
        entry.is_some_and(|entry| !entry.label.library && entry.known_on(as_of))
    };
    if corpus.entries.len() <= ENTRIES_MAX {
        return (0..corpus.entries.len()).filter(fits).collect();
    }
    let mut marks: Vec<u32> = program
        .functions
        .iter()
        .flat_map(|f| f.marks.iter().copied())
        .collect();
    marks.sort_unstable();
    marks.dedup();
    let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
    for mark in marks {
        let from = corpus.names.partition_point(|row| row.0 < mark);
        let to = corpus.names.partition_point(|row| row.0 <= mark);
        let rows = corpus.names.get(from..to).unwrap_or_default();
        if rows.len() <= LEADING_MAX {
            for (_, entry) in rows {
                *scores.entry(*entry).or_default() += 1.0 / count(rows.len());
            }
        }
    }
    for function in &program.functions {
        let mut near: Vec<usize> = places(&corpus.exact, function.exact)
            .iter()
            .take(LEADING_MAX)
            .map(|row| row.1.entry)
            .collect();
        for key in band_keys(function) {
            near.extend(
                places(&corpus.bands, key)
                    .iter()
                    .take(LEADING_MAX)
                    .map(|row| row.1.entry),
            );
        }
        near.sort_unstable();
        near.dedup();
        if near.len() <= LEADING_MAX {
            for entry in &near {
                *scores.entry(*entry).or_default() += 1.0 / count(near.len());
            }
        }
    }
    let mut ranked: Vec<(f64, usize)> = scores
        .into_iter()
        .filter(|(entry, _)| fits(entry))
        .map(|(entry, score)| (score, entry))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.truncate(ENTRIES_MAX);
    ranked.into_iter().map(|(_, entry)| entry).collect()
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
