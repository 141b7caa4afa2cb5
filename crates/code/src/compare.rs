//! Which functions of two programs are the same, or nearly.
//!
//! Each function is in at most one pair. First by everything that speaks for two functions being one ([`crate::place`]), then what is left
//! and the same, then what is left and nearly the same, from the most alike down. Pairs that are not alike in themselves are never rare.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, Function, Program};
use serde::{Deserialize, Serialize};

use crate::place::{self, Placed, Rules, Watch};

/// Places of a sketch that make one band: two functions are compared where they agree on a whole band.
const BAND: usize = 4;
/// Pairs that are looked at in all.
const CANDIDATES_MAX: usize = 5_000_000;

/// Options of a comparison.
#[derive(Clone, Copy)]
pub struct CompareOptions<'a> {
    /// Shorter functions are not paired.
    pub instructions_min: u32,
    /// Least similarity of a near pair.
    pub similarity_min: f64,
    /// Whether a function of the first program is runtime or library code.
    pub is_common_a: &'a dyn Fn(&Function) -> bool,
    /// The same of the second.
    pub is_common_b: &'a dyn Fn(&Function) -> bool,
}

impl<'a> CompareOptions<'a> {
    /// The usual thresholds, with this knowledge of common code.
    #[must_use]
    pub fn usual(
        is_common_a: &'a dyn Fn(&Function) -> bool,
        is_common_b: &'a dyn Fn(&Function) -> bool,
    ) -> Self {
        Self {
            instructions_min: COMPARED_INSTRUCTIONS_MIN,
            similarity_min: 0.7,
            is_common_a,
            is_common_b,
        }
    }
}

/// How two functions agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PairKind {
    /// The same normalised instructions.
    Exact,
    /// Most instruction 3-grams in common.
    Near,
    /// Unlike in themselves; mostly what they name speaks for them: texts, tables, constants, imports.
    Marks,
    /// Unlike in themselves; mostly their place speaks for them: callers, callees, neighbours.
    Calls,
}

impl PairKind {
    /// As in the contract.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
            Self::Marks => "marks",
            Self::Calls => "calls",
        }
    }
}

/// Two functions that agree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Start in the first program.
    pub a: u64,
    /// Start in the second.
    pub b: u64,
    /// How.
    pub kind: PairKind,
    /// 1 for exact pairs, else the estimated share of 3-grams in common.
    pub similarity: f64,
    /// Fitted probability that both are one function, by everything that speaks for it; none where only their likeness does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Whether it is no runtime or library code, has enough in it to agree on, and is not repeated all over either program.
    pub rare: bool,
}

/// The pairs of two programs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// By start in the first program.
    pub pairs: Vec<Pair>,
}

impl Comparison {
    /// How many pairs are rare.
    #[must_use]
    pub fn rare(&self) -> usize {
        self.pairs.iter().filter(|pair| pair.rare).count()
    }
}

/// More copies than this of one function in one program make it a commonplace of that program.
const COPIES_MAX: usize = 2;

/// The pairs of two programs, one to one, by start in the first.
#[must_use]
pub fn compare(a: &Program, b: &Program, options: &CompareOptions<'_>) -> Comparison {
    compare_by(a, b, options, &Rules::default(), None)
}

/// The same by other rules, and watched.
#[must_use]
pub fn compare_by(
    a: &Program,
    b: &Program,
    options: &CompareOptions<'_>,
    rules: &Rules,
    watch: Option<Watch<'_>>,
) -> Comparison {
    let (left, right) = (Side::new(a, options), Side::new(b, options));
    let mut pairs = Vec::new();
    let (mut free_a, mut free_b): (BTreeSet<usize>, BTreeSet<usize>) = (
        (0..left.functions.len()).collect(),
        (0..right.functions.len()).collect(),
    );
    let place = |side: &Side<'_>| -> BTreeMap<u64, usize> {
        let starts = side.functions.iter().map(|function| function.start);
        starts.zip(0..).collect()
    };
    let (place_a, place_b) = (place(&left), place(&right));
    for placed in place::pairs(&a.functions, &b.functions, a.arch == b.arch, rules, watch) {
        let (Some(i), Some(j)) = (place_a.get(&placed.a), place_b.get(&placed.b)) else {
            continue;
        };
        free_a.remove(i);
        free_b.remove(j);
        pairs.extend(left.placed(*i, &right, *j, &placed, options));
    }
    for (hash, here) in &left.exact {
        let Some(there) = right.exact.get(hash) else {
            continue;
        };
        let here = here.iter().filter(|i| free_a.contains(i)).copied();
        let there = there.iter().filter(|j| free_b.contains(j)).copied();
        let both: Vec<(usize, usize)> = here.zip(there).collect();
        for (i, j) in both {
            free_a.remove(&i);
            free_b.remove(&j);
            pairs.extend(left.pair(i, &right, j, PairKind::Exact, 1.0, options));
        }
    }
    let mut candidates = near_candidates(&left, &right, &free_a, &free_b, options.similarity_min);
    candidates.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)).then(x.2.cmp(&y.2)));
    for (similarity, i, j) in candidates {
        if free_a.contains(&i) && free_b.contains(&j) {
            free_a.remove(&i);
            free_b.remove(&j);
            pairs.extend(left.pair(i, &right, j, PairKind::Near, similarity, options));
        }
    }
    pairs.sort_by_key(|pair| (pair.a, pair.b));
    Comparison { pairs }
}

struct Side<'a> {
    functions: Vec<&'a Function>,
    exact: BTreeMap<u64, Vec<usize>>,
}

impl<'a> Side<'a> {
    fn new(program: &'a Program, options: &CompareOptions<'_>) -> Self {
        let functions: Vec<&Function> = program
            .functions
            .iter()
            .filter(|function| function.instructions >= options.instructions_min)
            .collect();
        let mut exact: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (index, function) in functions.iter().enumerate() {
            exact.entry(function.exact).or_default().push(index);
        }
        Self { functions, exact }
    }

    fn copies(&self, function: &Function) -> usize {
        self.exact.get(&function.exact).map_or(0, Vec::len)
    }

    /// A pair by everything that speaks for it, with the kind that its likeness gives it.
    fn placed(
        &self,
        i: usize,
        other: &Side<'_>,
        j: usize,
        placed: &Placed,
        options: &CompareOptions<'_>,
    ) -> Option<Pair> {
        let (a, b) = (self.functions.get(i)?, other.functions.get(j)?);
        let (kind, similarity) = if a.exact == b.exact {
            (PairKind::Exact, 1.0)
        } else {
            let similarity = a.similarity(b);
            let kind = if similarity >= options.similarity_min && are_of_like_length(a, b) {
                PairKind::Near
            } else if placed.by_marks {
                PairKind::Marks
            } else {
                PairKind::Calls
            };
            (kind, similarity)
        };
        let mut pair = self.pair(i, other, j, kind, similarity, options)?;
        pair.rare &= matches!(kind, PairKind::Exact | PairKind::Near);
        pair.probability = Some(placed.probability);
        Some(pair)
    }

    fn pair(
        &self,
        i: usize,
        other: &Side<'_>,
        j: usize,
        kind: PairKind,
        similarity: f64,
        options: &CompareOptions<'_>,
    ) -> Option<Pair> {
        let (a, b) = (self.functions.get(i)?, other.functions.get(j)?);
        let rare = a.tells(b, similarity)
            && !(options.is_common_a)(a)
            && !(options.is_common_b)(b)
            && self.copies(a) <= COPIES_MAX
            && other.copies(b) <= COPIES_MAX;
        Some(Pair {
            a: a.start,
            b: b.start,
            kind,
            similarity,
            probability: None,
            rare,
        })
    }
}

/// Pairs that agree on a whole band and are alike enough: (similarity, index in a, index in b).
fn near_candidates(
    left: &Side<'_>,
    right: &Side<'_>,
    free_a: &BTreeSet<usize>,
    free_b: &BTreeSet<usize>,
    similarity_min: f64,
) -> Vec<(f64, usize, usize)> {
    let mut bands: BTreeMap<(usize, &[u32]), Vec<usize>> = BTreeMap::new();
    for j in free_b {
        let Some(function) = right.functions.get(*j) else {
            continue;
        };
        for (band, key) in function.near.chunks(BAND).enumerate() {
            bands.entry((band, key)).or_default().push(*j);
        }
    }
    let mut found = Vec::new();
    let mut looked = 0usize;
    for i in free_a {
        let Some(function) = left.functions.get(*i) else {
            continue;
        };
        let mut others = BTreeSet::new();
        for (band, key) in function.near.chunks(BAND).enumerate() {
            others.extend(bands.get(&(band, key)).into_iter().flatten().copied());
        }
        for j in others {
            looked = looked.saturating_add(1);
            if looked > CANDIDATES_MAX {
                return found;
            }
            let Some(other) = right.functions.get(j) else {
                continue;
            };
            let similarity = function.similarity(other);
            if similarity >= similarity_min && are_of_like_length(function, other) {
                found.push((similarity, *i, j));
            }
        }
    }
    found
}

/// Whether the longer has at most twice the instructions of the shorter.
fn are_of_like_length(a: &Function, b: &Function) -> bool {
    let (short, long) = (
        a.instructions.min(b.instructions),
        a.instructions.max(b.instructions),
    );
    long <= short.saturating_mul(2)
}
