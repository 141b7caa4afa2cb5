//! Which functions of a program stand in which families' programs, and which of them mean anything.
//!
//! A shared function means nothing where it is short, where it is runtime or library code, where three or more unrelated families have
//! it, or where the program repeats it all over. Programs that became known after the day asked about are not looked at, libraries
//! included: the answer is what was known then.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, Function, Program, RARE_INSTRUCTIONS_MIN};
use ascribe_model::{ArtifactId, Day, Moment, Span};

use crate::{Corpus, Place, band_keys, places, runtime};

/// This many unrelated families make a function common.
pub const COMMON_FAMILIES_MIN: usize = 3;
/// A function this like a library's is the library's.
const LIBRARY_SIMILARITY_MIN: f64 = 0.9;
/// More copies than this in one program are a commonplace of that program.
const COPIES_MAX: usize = 3;
/// Places that are looked at for one function: bands of very common code are not worth more.
const PLACES_MAX: usize = 20_000;

/// Options of a search.
#[derive(Clone, Copy)]
pub struct SearchOptions<'a> {
    /// The day; none: everything.
    pub as_of: Option<Day>,
    /// Shorter functions are not looked up.
    pub instructions_min: u32,
    /// Shared functions shorter than this are never rare.
    pub rare_instructions_min: u32,
    /// Least similarity of a match.
    pub similarity_min: f64,
    /// Least similarity of a rare match.
    pub rare_similarity_min: f64,
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
            rare_instructions_min: RARE_INSTRUCTIONS_MIN,
            similarity_min: 0.7,
            rare_similarity_min: 0.8,
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
    /// Best first; matches in families only, never in libraries.
    pub matches: Vec<Shared>,
    /// Why sharing it means nothing, if so: `runtime`, `library NAME`, `N families`, `short`, `repeated`.
    pub common: Option<String>,
}

/// What a program shares with one family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FamilyShare {
    /// Functions of the program with a match in the family.
    pub shared: usize,
    /// Of them rare: not common in any way, and alike enough; copies counted once.
    pub rare: usize,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Functions of the program that were long enough to look up.
    pub compared: usize,
    /// Of them runtime or library code.
    pub known_code: usize,
    /// Functions with matches, by start.
    pub functions: Vec<FunctionMatches>,
    /// By family.
    pub families: BTreeMap<String, FamilyShare>,
}

impl FunctionMatches {
    /// Its best match in `family`, where sharing it means something.
    #[must_use]
    pub fn rare_in(&self, family: &str, similarity_min: f64) -> Option<&Shared> {
        if self.common.is_some() {
            return None;
        }
        self.matches
            .iter()
            .find(|found| found.family == family && found.similarity >= similarity_min)
    }
}

/// Name of the library or runtime that a function belongs to, as of a day.
#[must_use]
pub fn library_of(corpora: &[Corpus], function: &Function, as_of: Option<Day>) -> Option<String> {
    let options = SearchOptions {
        as_of,
        ..SearchOptions::default()
    };
    if function.instructions < options.instructions_min {
        return None;
    }
    if runtime::has(function) {
        return Some("runtime".to_owned());
    }
    candidates(corpora, function, &options).library
}

/// Looks every function of `program` up in `corpora` together.
#[must_use]
pub fn search(corpora: &[Corpus], program: &Program, options: &SearchOptions<'_>) -> Answer {
    let mut answer = Answer::default();
    let mut copies: BTreeMap<u64, usize> = BTreeMap::new();
    for function in &program.functions {
        let count = copies.entry(function.exact).or_default();
        *count = count.saturating_add(1);
    }
    let mut rare: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for function in &program.functions {
        if function.instructions < options.instructions_min {
            continue;
        }
        answer.compared = answer.compared.saturating_add(1);
        let found = candidates(corpora, function, options);
        let library = if runtime::has(function) {
            Some("runtime".to_owned())
        } else {
            found.library.map(|name| format!("library {name}"))
        };
        if library.is_some() {
            answer.known_code = answer.known_code.saturating_add(1);
        }
        if found.matches.is_empty() {
            continue;
        }
        let families: BTreeSet<&str> = found
            .matches
            .iter()
            .map(|shared| shared.family.as_str())
            .collect();
        let groups: BTreeSet<String> = families.iter().map(|family| (options.group)(family)).collect();
        let common = library.or_else(|| {
            if groups.len() >= COMMON_FAMILIES_MIN {
                Some(format!("{} families", groups.len()))
            } else if function.instructions < options.rare_instructions_min {
                Some("short".to_owned())
            } else if copies
                .get(&function.exact)
                .is_some_and(|count| *count > COPIES_MAX)
            {
                Some("repeated".to_owned())
            } else {
                None
            }
        });
        for family in families {
            let share = answer.families.entry(family.to_owned()).or_default();
            share.shared = share.shared.saturating_add(1);
        }
        if common.is_none() {
            for shared in &found.matches {
                if shared.similarity >= options.rare_similarity_min {
                    rare.entry(shared.family.clone())
                        .or_default()
                        .insert(function.exact);
                }
            }
        }
        answer.functions.push(FunctionMatches {
            start: function.start,
            at: function.at,
            instructions: function.instructions,
            exact: function.exact,
            matches: best(found.matches, options.matches_max),
            common,
        });
    }
    for (family, hashes) in rare {
        answer.families.entry(family).or_default().rare = hashes.len();
    }
    answer
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

fn sort(matches: &mut [Shared]) {
    matches.sort_by(|a, b| {
        b.similarity
            .total_cmp(&a.similarity)
            .then_with(|| b.exact.cmp(&a.exact))
            .then_with(|| {
                (&a.family, &a.file, a.sha256, a.start).cmp(&(&b.family, &b.file, b.sha256, b.start))
            })
    });
}

#[derive(Default)]
struct Candidates {
    matches: Vec<Shared>,
    library: Option<String>,
}

fn candidates(corpora: &[Corpus], function: &Function, options: &SearchOptions<'_>) -> Candidates {
    let mut found = Candidates::default();
    for corpus in corpora {
        let exact = places(&corpus.exact, function.exact).iter().map(|row| row.1);
        let near = band_keys(function).flat_map(|key| {
            places(&corpus.bands, key)
                .iter()
                .take(PLACES_MAX)
                .map(|row| row.1)
        });
        let looked_at: BTreeSet<Place> = exact.chain(near).collect();
        for place in looked_at {
            let Some((entry, other)) = corpus.at(place) else {
                continue;
            };
            let is_exact = other.exact == function.exact;
            let similarity = if is_exact { 1.0 } else { function.similarity(other) };
            let (short, long) = (
                function.instructions.min(other.instructions),
                function.instructions.max(other.instructions),
            );
            if similarity < options.similarity_min
                || long > short.saturating_mul(2)
                || !entry.known_on(options.as_of)
            {
                continue;
            }
            if entry.label.library {
                if similarity >= LIBRARY_SIMILARITY_MIN
                    && found
                        .library
                        .as_ref()
                        .is_none_or(|name| *name > entry.label.family)
                {
                    found.library = Some(entry.label.family.clone());
                }
                continue;
            }
            found.matches.push(Shared {
                family: entry.label.family.clone(),
                file: entry.label.file.clone(),
                sha256: entry.label.sha256,
                known: entry.label.known.clone(),
                start: other.start,
                at: other.at,
                similarity,
                exact: is_exact,
            });
        }
    }
    sort(&mut found.matches);
    found
}
