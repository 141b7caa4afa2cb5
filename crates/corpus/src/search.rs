//! Which functions of a program stand in which families' programs, and which of them mean anything.
//!
//! A shared function means nothing where it is runtime or library code on either side (known, or by its neighbourhood:
//! [`crate::standing`]), where three or more unrelated families have it, where there is too little in it to agree on, or where the program
//! repeats it. A function that only its place and what it names speak for ([`crate::locate`]) is listed and never rare. Programs that became known after the day asked about are not looked at, libraries included: the answer is what was known then.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, Function, Program};
use ascribe_model::{ArtifactId, Day, Moment, Span};

use crate::{Corpus, Place, Standing, band_keys, locate, places};

/// This many unrelated families make a function common.
pub const COMMON_FAMILIES_MIN: usize = 3;
/// A function this like a library's is the library's.
const LIBRARY_SIMILARITY_MIN: f64 = 0.75;
/// More copies than this in one program are a commonplace of that program.
const COPIES_MAX: usize = 2;
/// Places that are looked at for one function: bands of very common code are not worth more.
const PLACES_MAX: usize = 20_000;
/// One function counts for at most so many 3-grams: a single long one is no certainty.
pub const GRAMS_COUNTED_MAX: u32 = 200;

/// Options of a search.
#[derive(Clone, Copy)]
pub struct SearchOptions<'a> {
    /// The day; none: everything.
    pub as_of: Option<Day>,
    /// Shorter functions are not looked up.
    pub instructions_min: u32,
    /// Least similarity of a match.
    pub similarity_min: f64,
    /// Matches given per function, best first.
    pub matches_max: usize,
    /// The group that a family belongs to: families of one group are related and count as one.
    pub group: &'a dyn Fn(&str) -> String,
}

impl Default for SearchOptions<'_> {
    fn default() -> Self {
        Self {
            as_of: None,
            instructions_min: COMPARED_INSTRUCTIONS_MIN,
            similarity_min: 0.7,
            matches_max: 20,
            group: &str::to_owned,
        }
    }
}

/// A function of the corpus that agrees.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// Family.
    pub family: String,
    /// File that was added.
    pub file: String,
    /// The program.
    pub sha256: ArtifactId,
    /// Since when it is known to be the family's.
    pub known: Option<Moment>,
    /// Start (virtual address).
    pub start: u64,
    /// Where it stands in that file.
    pub at: Span,
    /// 1 where the normalised instructions are the same.
    pub similarity: f64,
    /// Whether the normalised instructions are the same.
    pub exact: bool,
    /// Fitted probability that both are one function, where the whole programs were paired.
    pub probability: Option<f64>,
    /// Whether it is the family's own there, and there is enough in it to agree on.
    pub rare: bool,
}

/// A function of the program with what it agrees with.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionMatches {
    /// Start (virtual address).
    pub start: u64,
    /// Where it stands in the program.
    pub at: Span,
    /// Its instructions.
    pub instructions: u32,
    /// Hash of its instructions.
    pub exact: u64,
    /// Its different 3-grams of instructions.
    pub grams: u32,
    /// Best first; matches in families only, never in libraries.
    pub matches: Vec<Shared>,
    /// Why sharing it means nothing, if so: the library, `N families`, `says too little`, `repeated`.
    pub common: Option<String>,
}

/// What a program shares with one family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FamilyShare {
    /// Functions of the program with a match in the family.
    pub shared: usize,
    /// Of them those that are no library code, however they were found.
    pub own: usize,
    /// Of them rare: not common in any way, and alike enough; copies counted once.
    pub rare: usize,
    /// Different 3-grams of instructions in the rare ones, at most [`GRAMS_COUNTED_MAX`] a function.
    pub grams: u32,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Functions of the program that were long enough to look up.
    pub compared: usize,
    /// Of them runtime or library code.
    pub known_code: usize,
    /// Unrelated families of the corpora as of the day: what commonness is judged from.
    pub families_known: usize,
    /// Functions with matches, by start.
    pub functions: Vec<FunctionMatches>,
    /// By family.
    pub families: BTreeMap<String, FamilyShare>,
}

impl FunctionMatches {
    /// Its best match in `family`, where sharing it means something.
    #[must_use]
    pub fn rare_in(&self, family: &str) -> Option<&Shared> {
        if self.common.is_some() {
            return None;
        }
        self.matches
            .iter()
            .find(|found| found.family == family && found.rare)
    }
}

/// Name of the corpora's library that has `function`, as of a day.
pub(crate) fn library_match(corpora: &[Corpus], function: &Function, as_of: Option<Day>) -> Option<String> {
    let mut libraries = BTreeSet::new();
    for corpus in corpora.iter().filter(|corpus| corpus.has_libraries()) {
        for (entry, _, similarity) in alike(corpus, function, as_of, LIBRARY_SIMILARITY_MIN) {
            if similarity >= LIBRARY_SIMILARITY_MIN && corpus.is_library(entry) {
                libraries.extend(corpus.entries.get(entry).map(|entry| &entry.label.family));
            }
        }
    }
    libraries.first().map(|name| (*name).clone())
}

/// Looks every function of `program` up in `corpora` together.
#[must_use]
pub fn search(corpora: &[Corpus], program: &Program, options: &SearchOptions<'_>) -> Answer {
    let mut answer = Answer {
        families_known: families_known(corpora, options),
        ..Answer::default()
    };
    let standing = Standing::of(corpora, program, options.as_of);
    let mut there = OtherSides {
        corpora,
        as_of: options.as_of,
        known: BTreeMap::new(),
    };
    let mut copies: BTreeMap<u64, usize> = BTreeMap::new();
    for function in &program.functions {
        let count = copies.entry(function.exact).or_default();
        *count = count.saturating_add(1);
    }
    let mut rare: BTreeMap<String, BTreeMap<u64, u32>> = BTreeMap::new();
    let located = by_function(corpora, program, options);
    for function in &program.functions {
        if function.instructions < options.instructions_min {
            continue;
        }
        answer.compared = answer.compared.saturating_add(1);
        let library = standing.library(function.start).map(str::to_owned);
        if library.is_some() {
            answer.known_code = answer.known_code.saturating_add(1);
        }
        let mut matches = matches(function, options, &mut there);
        add_located(function, &located, corpora, &mut matches);
        if matches.is_empty() {
            continue;
        }
        let families: BTreeSet<String> = matches.iter().map(|shared| shared.family.clone()).collect();
        let groups: BTreeSet<String> = families.iter().map(|family| (options.group)(family)).collect();
        let is_repeated = copies
            .get(&function.exact)
            .is_some_and(|count| *count > COPIES_MAX);
        let is_library = library.is_some();
        let common = library.or_else(|| {
            if groups.len() >= COMMON_FAMILIES_MIN {
                Some(format!("{} families", groups.len()))
            } else if is_repeated {
                Some("repeated".to_owned())
            } else if matches
                .iter()
                .all(|shared| shared.similarity < options.similarity_min)
            {
                Some("by its place only".to_owned())
            } else if matches.iter().all(|shared| !shared.rare) {
                Some("says too little".to_owned())
            } else {
                None
            }
        });
        for family in families {
            let share = answer.families.entry(family).or_default();
            share.shared = share.shared.saturating_add(1);
            share.own = share.own.saturating_add(usize::from(!is_library));
        }
        if common.is_none() {
            for shared in matches.iter().filter(|shared| shared.rare) {
                rare.entry(shared.family.clone())
                    .or_default()
                    .insert(function.exact, function.grams.min(GRAMS_COUNTED_MAX));
            }
        }
        answer.functions.push(FunctionMatches {
            start: function.start,
            at: function.at,
            instructions: function.instructions,
            exact: function.exact,
            grams: function.grams,
            matches: best(matches, options.matches_max),
            common,
        });
    }
    for (family, hashes) in rare {
        let share = answer.families.entry(family).or_default();
        share.rare = hashes.len();
        share.grams = hashes.values().fold(0, |sum, grams| sum.saturating_add(*grams));
    }
    answer
}

/// How many unrelated families the corpora had on the day.
fn families_known(corpora: &[Corpus], options: &SearchOptions<'_>) -> usize {
    corpora
        .iter()
        .flat_map(|corpus| &corpus.entries)
        .filter(|entry| !entry.label.library && entry.known_on(options.as_of))
        .map(|entry| (options.group)(&entry.label.family))
        .collect::<BTreeSet<String>>()
        .len()
}

/// What is library code in the corpora's own programs, looked up once a program.
struct OtherSides<'a> {
    corpora: &'a [Corpus],
    as_of: Option<Day>,
    known: BTreeMap<(usize, usize), Standing>,
}

impl OtherSides<'_> {
    fn is_library(&mut self, corpus: usize, entry: usize, start: u64) -> bool {
        let (corpora, as_of) = (self.corpora, self.as_of);
        self.known
            .entry((corpus, entry))
            .or_insert_with(|| {
                let content = corpora.get(corpus).and_then(|corpus| corpus.entries.get(entry));
                content.map_or_else(Standing::default, |content| {
                    Standing::of_functions(corpora, &content.functions, content.entry, as_of)
                })
            })
            .library(start)
            .is_some()
    }
}

/// The best `max` matches, with the best of every family among them where there is room.
fn best(matches: Vec<Shared>, max: usize) -> Vec<Shared> {
    if matches.len() <= max {
        return matches;
    }
    let mut seen = BTreeSet::new();
    let (first, rest): (Vec<Shared>, Vec<Shared>) = matches
        .into_iter()
        .partition(|shared| seen.insert(shared.family.clone()));
    let mut kept: Vec<Shared> = first.into_iter().chain(rest).take(max).collect();
    sort(&mut kept);
    kept
}

/// How good a match is: its probability; where only likeness is known, less than that of most that were paired.
fn rank(shared: &Shared) -> f64 {
    shared.probability.unwrap_or(shared.similarity - 0.5)
}

fn sort(matches: &mut [Shared]) {
    matches.sort_by(|a, b| {
        rank(b)
            .total_cmp(&rank(a))
            .then_with(|| b.similarity.total_cmp(&a.similarity))
            .then_with(|| b.exact.cmp(&a.exact))
            .then_with(|| {
                (&a.family, &a.file, a.sha256, a.start).cmp(&(&b.family, &b.file, b.sha256, b.start))
            })
    });
}

/// Functions of a corpus that are alike: (entry, function, similarity), libraries included.
fn alike(
    corpus: &Corpus,
    function: &Function,
    as_of: Option<Day>,
    similarity_min: f64,
) -> Vec<(usize, usize, f64)> {
    let exact = places(&corpus.exact, function.exact).iter().map(|row| row.1);
    let near = band_keys(function).flat_map(|key| {
        places(&corpus.bands, key)
            .iter()
            .take(PLACES_MAX)
            .map(|row| row.1)
    });
    let looked_at: BTreeSet<Place> = exact.chain(near).collect();
    looked_at
        .into_iter()
        .filter_map(|place| {
            let (entry, other) = corpus.at(place)?;
            let is_exact = other.exact == function.exact;
            let similarity = if is_exact { 1.0 } else { function.similarity(other) };
            let (short, long) = (
                function.instructions.min(other.instructions),
                function.instructions.max(other.instructions),
            );
            let fits =
                similarity >= similarity_min && long <= short.saturating_mul(2) && entry.known_on(as_of);
            fits.then_some((place.entry, place.function, similarity))
        })
        .collect()
}

/// Where the program's functions were located: by start, (corpus, entry, start there, probability).
type Located = BTreeMap<u64, Vec<(usize, usize, u64, f64)>>;

fn by_function(corpora: &[Corpus], program: &Program, options: &SearchOptions<'_>) -> Located {
    let mut found = Located::new();
    for (index, corpus) in corpora.iter().enumerate() {
        for (entry, pairs) in locate::located(corpus, program, options.as_of) {
            for pair in pairs {
                let row = found.entry(pair.a).or_default();
                row.push((index, entry, pair.b, pair.probability));
            }
        }
    }
    found
}

/// Adds where `function` was located to its matches, or the probability to a match that is there.
fn add_located(function: &Function, located: &Located, corpora: &[Corpus], matches: &mut Vec<Shared>) {
    for (corpus, entry, start, probability) in located.get(&function.start).into_iter().flatten() {
        let Some(content) = corpora.get(*corpus).and_then(|corpus| corpus.entries.get(*entry)) else {
            continue;
        };
        let is_it = |shared: &&mut Shared| {
            shared.start == *start
                && shared.sha256 == content.label.sha256
                && shared.family == content.label.family
        };
        if let Some(known) = matches.iter_mut().find(is_it) {
            known.probability = Some(*probability);
            continue;
        }
        let other = content
            .functions
            .binary_search_by_key(start, |function| function.start);
        let Some(other) = other.ok().and_then(|at| content.functions.get(at)) else {
            continue;
        };
        if other.instructions < COMPARED_INSTRUCTIONS_MIN {
            continue;
        }
        matches.push(Shared {
            family: content.label.family.clone(),
            file: content.label.file.clone(),
            sha256: content.label.sha256,
            known: content.label.known.clone(),
            start: *start,
            at: other.at,
            similarity: function.similarity(other),
            exact: false,
            probability: Some(*probability),
            rare: false,
        });
    }
    sort(matches);
}

/// What families have that is like `function`, best first.
fn matches(function: &Function, options: &SearchOptions<'_>, there: &mut OtherSides<'_>) -> Vec<Shared> {
    let mut found = Vec::new();
    for (index, corpus) in there.corpora.iter().enumerate() {
        for (entry, place, similarity) in alike(corpus, function, options.as_of, options.similarity_min) {
            let Some((content, other)) = corpus.at(Place {
                entry,
                function: place,
            }) else {
                continue;
            };
            if content.label.library {
                continue;
            }
            let rare = function.tells(other, similarity) && !there.is_library(index, entry, other.start);
            found.push(Shared {
                family: content.label.family.clone(),
                file: content.label.file.clone(),
                sha256: content.label.sha256,
                known: content.label.known.clone(),
                start: other.start,
                at: other.at,
                similarity,
                exact: other.exact == function.exact,
                probability: None,
                rare,
            });
        }
    }
    sort(&mut found);
    found
}
