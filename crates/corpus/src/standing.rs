//! Which functions of one program are library or runtime code, known or by their neighbourhood.
//!
//! Known: the list of runtime code ([`crate::runtime`]), exactly or nearly, and the libraries of corpora. From there it spreads: a function
//! that only library code calls is library code, and so is one inside a stretch of the file that is mostly library code on both sides,
//! since linkers keep the parts of a library together. What starts the program's own code (the entry point and what it calls) passes
//! nothing on.
//!
//! Not told apart, so all of it counts as library code and nothing is rare: programs of Go and Rust; programs that Microsoft's linker gave
//! their runtime inside, until the corpora hold enough unrelated ones of that kind to know it (`record/code.md` has what happened without).

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::Day;
use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, Function, Program};

use crate::{Corpus, runtime, search};

/// Functions on either side that are looked at.
const SIDE: usize = 12;
/// Of them library code, on both sides.
const SIDE_LIBRARY_MIN: usize = 6;
/// Shorter callers pass nothing on: they may be like library code by chance.
const CALLER_INSTRUCTIONS_MIN: u32 = 12;
/// So many families and libraries of programs with Microsoft's runtime inside make it known.
const MICROSOFT_SEEN_MIN: usize = 10;
/// Calls from the entry point within which own code may start.
const ENTRY_CALLS_MAX: usize = 2;

/// What is known of the functions of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    library: BTreeMap<u64, String>,
}

impl Standing {
    /// Looks at every function of `program`, as of a day.
    #[must_use]
    pub fn of(corpora: &[Corpus], program: &Program, as_of: Option<Day>) -> Self {
        if let Some(kind) = not_told_apart(corpora, program, as_of) {
            let name = format!("{kind} (own code is not told apart)");
            let all = program.functions.iter();
            return Self {
                library: all.map(|function| (function.start, name.clone())).collect(),
            };
        }
        Self::of_functions(corpora, &program.functions, program.entry, as_of)
    }

    /// The same where only functions, by start, and the entry point are at hand.
    #[must_use]
    pub fn of_functions(
        corpora: &[Corpus],
        functions: &[Function],
        entry: Option<u64>,
        as_of: Option<Day>,
    ) -> Self {
        let known: BTreeMap<u64, String> = functions
            .iter()
            .filter(|function| function.instructions >= COMPARED_INSTRUCTIONS_MIN)
            .filter_map(|function| Some((function.start, known(corpora, function, as_of)?)))
            .collect();
        let mut standing = Self { library: known };
        // Each spreads what the other found; two rounds settle all but odd cases.
        for _ in 0..2 {
            standing.spread_by_place(functions);
            standing.spread_by_callers(functions, entry);
        }
        standing
    }

    /// The library that the function at `start` belongs to, and how that is known.
    #[must_use]
    pub fn library(&self, start: u64) -> Option<&str> {
        self.library.get(&start).map(String::as_str)
    }

    /// How many functions are library code.
    #[must_use]
    pub fn count(&self) -> usize {
        self.library.len()
    }

    fn spread_by_place(&mut self, functions: &[Function]) {
        let compared: Vec<&Function> = functions
            .iter()
            .filter(|function| function.instructions >= COMPARED_INSTRUCTIONS_MIN)
            .collect();
        let is_library: Vec<bool> = compared
            .iter()
            .map(|function| self.library.contains_key(&function.start))
            .collect();
        let count = |from: usize, to: usize| {
            is_library
                .get(from..to.min(is_library.len()))
                .map_or(0, |side| side.iter().filter(|is| **is).count())
        };
        for (index, function) in compared.iter().enumerate() {
            if self.library.contains_key(&function.start) {
                continue;
            }
            let before = count(index.saturating_sub(SIDE), index);
            let next = index.saturating_add(1);
            let after = count(next, next.saturating_add(SIDE));
            if before >= SIDE_LIBRARY_MIN && after >= SIDE_LIBRARY_MIN {
                self.library
                    .insert(function.start, "library by its place".to_owned());
            }
        }
    }

    fn spread_by_callers(&mut self, functions: &[Function], entry: Option<u64>) {
        let by_start: BTreeMap<u64, &Function> = functions.iter().map(|f| (f.start, f)).collect();
        let starters = near_entry(&by_start, entry);
        let mut callers: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for function in functions {
            for callee in &function.calls {
                if *callee != function.start && by_start.contains_key(callee) {
                    callers.entry(*callee).or_default().push(function.start);
                }
            }
        }
        let passes_on = |library: &BTreeMap<u64, String>, caller: &u64| {
            library.contains_key(caller)
                && !starters.contains(caller)
                && by_start
                    .get(caller)
                    .is_some_and(|function| function.instructions >= CALLER_INSTRUCTIONS_MIN)
        };
        let mut open: Vec<u64> = callers.keys().copied().collect();
        while let Some(start) = open.pop() {
            if self.library.contains_key(&start) || starters.contains(&start) {
                continue;
            }
            let mine = callers.get(&start).map_or(&[][..], Vec::as_slice);
            if !mine.iter().all(|caller| passes_on(&self.library, caller)) {
                continue;
            }
            self.library.insert(start, "library by its callers".to_owned());
            if let Some(function) = by_start.get(&start) {
                open.extend(
                    function
                        .calls
                        .iter()
                        .filter(|callee| callers.contains_key(callee)),
                );
            }
        }
    }
}

/// The entry point and what it calls, a few calls deep: the start-up code that hands over to the program's own.
fn near_entry(by_start: &BTreeMap<u64, &Function>, entry: Option<u64>) -> BTreeSet<u64> {
    let mut reached: BTreeSet<u64> = entry.into_iter().collect();
    let mut edge: Vec<u64> = entry.into_iter().collect();
    for _ in 0..ENTRY_CALLS_MAX {
        let callees = edge
            .iter()
            .filter_map(|start| by_start.get(start))
            .flat_map(|function| function.calls.iter().copied())
            .collect::<Vec<u64>>();
        edge = callees
            .into_iter()
            .filter(|start| reached.insert(*start))
            .collect();
    }
    reached
}

fn known(corpora: &[Corpus], function: &Function, as_of: Option<Day>) -> Option<String> {
    if runtime::has(function) || runtime::is_near(function) {
        return Some("runtime".to_owned());
    }
    search::library_match(corpora, function, as_of)
}

/// What kind of program it is, where runtime and own code cannot be told apart.
#[must_use]
pub fn not_told_apart(corpora: &[Corpus], program: &Program, as_of: Option<Day>) -> Option<&'static str> {
    let marks = &program.compilers;
    if marks.iter().any(|mark| mark.starts_with("Go")) {
        return Some("go");
    }
    if marks.iter().any(|mark| mark.starts_with("rustc")) {
        return Some("rust");
    }
    let seen: BTreeSet<&str> = corpora
        .iter()
        .flat_map(Corpus::entries)
        .filter(|entry| entry.label.microsoft && entry.known_on(as_of))
        .map(|entry| entry.label.family.as_str())
        .collect();
    (is_microsoft(program) && seen.len() < MICROSOFT_SEEN_MIN).then_some("microsoft runtime")
}

/// Whether Microsoft's linker made the program, with its C runtime inside: a rich header, and no runtime among the imports.
#[must_use]
pub fn is_microsoft(program: &Program) -> bool {
    const RUNTIMES: [&str; 5] = ["msvcr", "msvcp", "vcruntime", "ucrtbase", "api-ms-win-crt"];
    let imports_runtime = program.imports.iter().any(|import| {
        let library = import.to_ascii_lowercase();
        RUNTIMES.iter().any(|name| library.starts_with(name))
    });
    program.rich.is_some() && !imports_runtime
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entry, Label};
    use ascribe_model::ArtifactId;

    /// A function whose sketch is like no other's.
    fn function(start: u64, calls: &[u64]) -> Function {
        Function {
            start,
            bytes: 90,
            instructions: 30,
            exact: start.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            near: (0..64)
                .map(|at| u32::try_from(start * 64 + at).unwrap())
                .collect(),
            grams: 28,
            calls: calls.to_vec(),
            ..Function::default()
        }
    }

    fn library(functions: &[Function]) -> [Corpus; 1] {
        [Corpus::of(vec![Entry {
            label: Label {
                family: "lib".to_owned(),
                library: true,
                known: None,
                file: "lib".to_owned(),
                sha256: ArtifactId::of(b"lib"),
                format: "elf".to_owned(),
                arch: "x86-64".to_owned(),
                microsoft: false,
            },
            entry: None,
            functions: functions.to_vec(),
        }])]
    }

    #[test]
    fn what_only_library_code_calls_is_library_code() {
        let program = [
            function(1, &[2, 5]),
            function(2, &[3]),
            function(3, &[4]),
            function(4, &[]),
            function(5, &[4]),
        ];
        let standing = Standing::of_functions(&library(&program[1..2]), &program, None, None);
        assert_eq!(standing.library(2), Some("lib"));
        assert_eq!(standing.library(3), Some("library by its callers"));
        assert_eq!((standing.library(4), standing.library(5)), (None, None));
    }

    #[test]
    fn start_up_code_does_not_make_a_library_of_the_program() {
        let program = [
            function(1, &[2]),
            function(2, &[3]),
            function(3, &[4]),
            function(4, &[]),
        ];
        let corpora = library(&program[..2]);
        assert_eq!(
            Standing::of_functions(&corpora, &program, Some(1), None).count(),
            2
        );
        assert_eq!(Standing::of_functions(&corpora, &program, None, None).count(), 4);
    }

    #[test]
    fn a_hole_in_a_long_stretch_of_library_code_is_library_code_and_its_edge_is_not() {
        let program: Vec<Function> = (1..=40).map(|start| function(start, &[])).collect();
        let shipped: Vec<Function> = program
            .iter()
            .filter(|f| f.start > 10 && f.start != 25)
            .cloned()
            .collect();
        let standing = Standing::of_functions(&library(&shipped), &program, None, None);
        assert_eq!(standing.library(25), Some("library by its place"));
        assert!((1..=10).all(|start| standing.library(start).is_none()));
    }

    #[test]
    fn go_and_rust_programs_are_not_told_apart() {
        let program = Program {
            functions: vec![function(1, &[])],
            compilers: vec!["Go 1.19".to_owned()],
            ..Program::default()
        };
        assert!(
            Standing::of(&[], &program, None)
                .library(1)
                .unwrap()
                .starts_with("go")
        );
    }
}
