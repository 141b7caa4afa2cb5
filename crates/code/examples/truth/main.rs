//! Pairs on the truth corpus (record/code.md): `truth fit FOLDER PROJECT,…` fits the weights of `data/place.weights` and prints them;
//! `truth measure FOLDER PROJECT,…` measures recall, precision and answers without the right project. FOLDER holds NAME.WAY.bin and .full.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::string_slice,
    clippy::print_stderr,
    clippy::needless_range_loop,
    reason = "a tool for the developers' own files"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use ascribe_code::compare::compare_by;
use ascribe_code::image::{self, Executable, Image};
use ascribe_code::place::{Rules, evidence};
use ascribe_code::{Bounds, CompareOptions, Pair, functions};
use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, Program};

const WAYS: [(&str, &str); 8] = [
    ("gcc-O3", "gcc-O2"),
    ("gcc-Os", "gcc-O2"),
    ("gcc-O0", "gcc-O2"),
    ("clang-O2", "gcc-O2"),
    ("mingw-O2", "gcc-O2"),
    ("gcc32-O2", "gcc-O2"),
    ("mingw32-O2", "gcc-O2"),
    ("mingw32-O2", "clang-O2"),
];

struct Read {
    program: Program,
    names: BTreeMap<u64, String>,
    project: String,
}

fn with_image<T>(data: &[u8], then: impl FnOnce(&Image<'_>) -> T) -> T {
    let image = match image::parse(data, &mut Vec::new()).unwrap() {
        Executable::Pe(pe) => pe.image(data),
        Executable::Elf(elf) => elf.image(data),
    };
    then(&image.unwrap())
}

/// A name without what compilers put at its ends.
fn plain(name: &str) -> String {
    let name = name.trim_start_matches('_');
    let end = [".constprop", ".isra"]
        .iter()
        .filter_map(|mark| name.find(mark))
        .min();
    name[..end.unwrap_or(name.len())].to_owned()
}

fn read(folder: &str, project: &str, way: &str) -> Option<Read> {
    let stripped = std::fs::read(format!("{folder}/{project}.{way}.bin")).ok()?;
    let full = std::fs::read(format!("{folder}/{project}.{way}.full")).ok()?;
    let names = with_image(&full, |image| {
        let seeds = image.seeds.iter();
        seeds
            .filter_map(|seed| Some((seed.address, plain(seed.name.as_deref()?))))
            .collect()
    });
    let functions = with_image(&stripped, |image| {
        functions(image, Bounds::default(), &|| false).functions
    });
    let arch = if way.contains("32") { "x86" } else { "x86-64" };
    Some(Read {
        program: Program {
            functions,
            arch: arch.to_owned(),
            ..Program::default()
        },
        names,
        project: project.to_owned(),
    })
}

/// Names that every program has: what the compiler or its runtime puts in.
fn everywhere(programs: &[&Read]) -> BTreeSet<String> {
    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for read in programs {
        for name in read.names.values() {
            seen.entry(name).or_default().insert(&read.project);
        }
    }
    seen.into_iter()
        .filter(|(name, projects)| projects.len() > 2 && *name != "main")
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn pairs(a: &Read, b: &Read) -> Vec<Pair> {
    let options = CompareOptions::usual(&|_| false, &|_| false);
    compare_by(&a.program, &b.program, &options, &rules(), None).pairs
}

/// The usual rules, or those of the environment: WEIGHTS (a file), BAR, MARGIN.
fn rules() -> Rules {
    let mut rules = Rules::default();
    if let Ok(path) = std::env::var("WEIGHTS") {
        rules.weights = evidence::parse(&std::fs::read_to_string(path).unwrap());
    }
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|value| value.parse::<f64>().unwrap())
    };
    rules.probability_min = number("BAR").unwrap_or(rules.probability_min);
    rules.margin = number("MARGIN").unwrap_or(rules.margin);
    rules
}

mod fit;
mod score;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let projects: Vec<&str> = words[2].split(',').collect();
    let mut out = std::io::stdout();
    if words[0] == "fit" {
        out.write_all(
            fit::fit(
                &words[1],
                &projects,
                words.get(3).map_or(3, |n| n.parse().unwrap()),
            )
            .as_bytes(),
        )
        .unwrap();
    } else {
        score::measure(&words[1], &projects, &mut out);
    }
}
