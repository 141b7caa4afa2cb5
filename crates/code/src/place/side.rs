//! One program as the pairing sees it: functions in file order, who calls whom, what each names and how seldom that is named.

use std::collections::{BTreeMap, HashMap};

use ascribe_model::program::Function;

/// Kinds of things that functions name: marks, imports, numbers, fields.
pub(super) const KINDS: usize = 4;
/// Callers and callees of one function that are looked at.
const LINKS_MAX: usize = 64;
/// A name that more functions of a program have leads to no candidates.
const LEADING_FUNCTIONS_MAX: usize = 24;
/// Places of a sketch that make one band.
const BAND: usize = 2;

/// A named thing and what it tells: the logarithm of how seldom it is named.
pub(super) type Named = (u32, f64);

/// A program.
pub(super) struct Side<'a> {
    /// By start.
    pub functions: Vec<&'a Function>,
    pub callees: Vec<Vec<usize>>,
    pub callers: Vec<Vec<usize>>,
    /// By function and kind, sorted by the thing's hash.
    pub named: Vec<[Vec<Named>; KINDS]>,
    /// (kind and hash, function), sorted: where to look for candidates.
    by_name: Vec<(u64, usize)>,
    /// (band, function), sorted.
    by_band: Vec<(u64, usize)>,
    /// (exact hash, function), sorted.
    by_exact: Vec<(u64, usize)>,
}

fn lists(function: &Function) -> [&[u32]; KINDS] {
    [
        &function.marks,
        &function.imports,
        &function.numbers,
        &function.fields,
    ]
}

/// In how many functions of either program a thing of a kind is named.
pub(super) type Frequencies = [HashMap<u32, u32>; KINDS];

pub(super) fn frequencies(a: &[&Function], b: &[&Function]) -> Frequencies {
    let mut found = Frequencies::default();
    for function in a.iter().chain(b) {
        for (counts, list) in found.iter_mut().zip(lists(function)) {
            for thing in list {
                let count = counts.entry(*thing).or_default();
                *count = count.saturating_add(1);
            }
        }
    }
    found
}

impl<'a> Side<'a> {
    pub fn new(mut functions: Vec<&'a Function>, frequencies: &Frequencies, total: usize) -> Self {
        functions.sort_by_key(|function| function.start);
        let index: HashMap<u64, usize> = functions
            .iter()
            .enumerate()
            .map(|(at, function)| (function.start, at))
            .collect();
        let callees: Vec<Vec<usize>> = functions
            .iter()
            .map(|function| {
                let calls = function
                    .calls
                    .iter()
                    .filter_map(|start| index.get(start).copied());
                calls.take(LINKS_MAX).collect()
            })
            .collect();
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); functions.len()];
        for (caller, list) in callees.iter().enumerate() {
            for callee in list {
                if let Some(row) = callers.get_mut(*callee).filter(|row| row.len() < LINKS_MAX) {
                    row.push(caller);
                }
            }
        }
        let all = number(total.max(2));
        let telling = |kind: usize, thing: u32| {
            let count = frequencies.get(kind).and_then(|counts| counts.get(&thing));
            libm::log(all / f64::from(count.copied().unwrap_or(1))).max(0.0)
        };
        let named: Vec<[Vec<Named>; KINDS]> = functions
            .iter()
            .map(|function| {
                let mut kind = 0usize;
                lists(function).map(|list| {
                    let row = list.iter().map(|thing| (*thing, telling(kind, *thing))).collect();
                    kind = kind.saturating_add(1);
                    row
                })
            })
            .collect();
        let mut side = Self {
            by_name: by_name(&named),
            by_band: Vec::new(),
            by_exact: Vec::new(),
            functions,
            callees,
            callers,
            named,
        };
        for (at, function) in side.functions.iter().enumerate() {
            side.by_band.extend(bands(function).map(|band| (band, at)));
            side.by_exact.push((function.exact, at));
        }
        side.by_band.sort_unstable();
        side.by_exact.sort_unstable();
        side
    }

    pub fn len(&self) -> usize {
        self.functions.len()
    }

    /// Functions of this program that may be `function` of the other, judged alone; best first.
    pub fn alike(&self, function: &Function, named: &[Vec<Named>; KINDS], max: usize) -> Vec<usize> {
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for (kind, list) in (0u64..).zip(named) {
            for (thing, telling) in list {
                let rows = rows(&self.by_name, kind << 32 | u64::from(*thing));
                if rows.len() <= LEADING_FUNCTIONS_MAX {
                    for (_, at) in rows {
                        *scores.entry(*at).or_default() += telling;
                    }
                }
            }
        }
        for band in bands(function) {
            let rows = rows(&self.by_band, band);
            for (_, at) in rows.iter().take(LEADING_FUNCTIONS_MAX) {
                *scores.entry(*at).or_default() += 1.0;
            }
        }
        for (_, at) in rows(&self.by_exact, function.exact)
            .iter()
            .take(LEADING_FUNCTIONS_MAX)
        {
            *scores.entry(*at).or_default() += 20.0;
        }
        let mut ranked: Vec<(f64, usize)> = scores.into_iter().map(|(at, score)| (score, at)).collect();
        ranked.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        ranked.into_iter().take(max).map(|(_, at)| at).collect()
    }
}

fn by_name(named: &[[Vec<Named>; KINDS]]) -> Vec<(u64, usize)> {
    let mut rows = Vec::new();
    for (at, kinds) in named.iter().enumerate() {
        for (kind, list) in (0u64..).zip(kinds) {
            rows.extend(list.iter().map(|(thing, _)| (kind << 32 | u64::from(*thing), at)));
        }
    }
    rows.sort_unstable();
    rows
}

fn bands(function: &Function) -> impl Iterator<Item = u64> + '_ {
    (0u64..).zip(function.near.chunks(BAND)).map(|(band, values)| {
        values.iter().fold(band, |key, value| {
            crate::normalise::mix(key ^ u64::from(*value).rotate_left(17))
        })
    })
}

fn rows(index: &[(u64, usize)], key: u64) -> &[(u64, usize)] {
    let start = index.partition_point(|row| row.0 < key);
    let end = index.partition_point(|row| row.0 <= key);
    index.get(start..end).unwrap_or_default()
}

/// A count as a number to calculate with.
pub(super) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
