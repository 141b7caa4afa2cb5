//! Needles (record/code.md): `needle FOLDER CORPUS-NAME,… NEEDLE…` looks each FOLDER/needle/NEEDLE.bin up in a corpus of FOLDER/bin/NAME.gcc-O2.bin and
//! says which family comes first, and of the needle's functions how many were found and how many answers for it are right.
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

use std::collections::BTreeMap;
use std::io::Write as _;

use ascribe_code::image::{self, Executable, Image};
use ascribe_corpus::{Corpus, Entry, Label, SearchOptions, search};
use ascribe_model::ArtifactId;
use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, Program};

fn with_image<T>(path: &str, then: impl FnOnce(&Image<'_>) -> T) -> T {
    let data = std::fs::read(path).unwrap();
    let image = match image::parse(&data, &mut Vec::new()).unwrap() {
        Executable::Pe(pe) => pe.image(&data),
        Executable::Elf(elf) => elf.image(&data),
    };
    then(&image.unwrap())
}

fn program(path: &str) -> Program {
    let functions = with_image(path, |image| {
        ascribe_code::functions(image, ascribe_code::Bounds::default(), &|| false).functions
    });
    let is_narrow = path.contains("32");
    Program {
        functions,
        entry: with_image(path, |image| image.seeds.first().map(|_| 0)).filter(|entry| *entry != 0),
        format: "elf".to_owned(),
        arch: if is_narrow { "x86" } else { "x86-64" }.to_owned(),
        ..Program::default()
    }
}

fn names(path: &str) -> BTreeMap<u64, String> {
    with_image(path, |image| {
        let seeds = image.seeds.iter();
        seeds
            .filter_map(|seed| {
                let name = seed.name.as_deref()?.trim_start_matches('_');
                let end = [".constprop", ".isra"]
                    .iter()
                    .filter_map(|mark| name.find(mark))
                    .min();
                Some((seed.address, name[..end.unwrap_or(name.len())].to_owned()))
            })
            .collect()
    })
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let folder = &words[0];
    let families: Vec<&str> = words[1].split(',').collect();
    let entries = families.iter().map(|family| {
        let path = format!("{folder}/bin/{family}.gcc-O2.bin");
        let program = program(&path);
        Entry {
            label: Label {
                family: (*family).to_owned(),
                library: false,
                known: None,
                file: (*family).to_owned(),
                sha256: ArtifactId::of(family.as_bytes()),
                format: "elf".to_owned(),
                arch: program.arch.clone(),
                microsoft: false,
            },
            entry: program.entry,
            functions: program.functions,
        }
    });
    let corpora = [Corpus::of(entries.collect())];
    let mut out = std::io::stdout();
    let (mut first, mut asked, mut sums) = (0, 0, (0, 0, 0));
    for needle in &words[2..] {
        let family = needle.split('.').next().unwrap();
        let query = program(&format!("{folder}/needle/{needle}.bin"));
        let here = names(&format!("{folder}/needle/{needle}.full"));
        let there = names(&format!("{folder}/bin/{family}.gcc-O2.full"));
        let long = |f: &&ascribe_model::program::Function| f.instructions >= COMPARED_INSTRUCTIONS_MIN;
        let answers: Vec<&String> = corpora[0]
            .entries()
            .iter()
            .filter(|entry| entry.label.family == family)
            .flat_map(|entry| entry.functions.iter().filter(long))
            .filter_map(|function| there.get(&function.start))
            .collect();
        let answer = search(&corpora, &query, &SearchOptions::default());
        let mut ranked: Vec<_> = answer.families.iter().collect();
        ranked.sort_by_key(|(name, share)| {
            std::cmp::Reverse((share.rare, share.own, share.shared, std::cmp::Reverse(*name)))
        });
        let mut found = (0, 0, 0);
        let bytes: u64 = query
            .functions
            .iter()
            .map(|function| u64::from(function.bytes))
            .sum();
        let mut needle_bytes = 0;
        let common = ["main", "start", "init", "fini"];
        for function in query.functions.iter().filter(long) {
            let name = here.get(&function.start);
            let possible =
                name.is_some_and(|name| answers.contains(&name) && !common.contains(&name.as_str()));
            let runtime =
                ascribe_corpus::runtime::has(function) || name.is_some_and(|name| name.contains("start"));
            if possible && !runtime {
                found.0 += 1;
                needle_bytes += u64::from(function.bytes);
            }
            let best = answer
                .functions
                .iter()
                .find(|row| row.start == function.start)
                .filter(|row| {
                    row.common
                        .as_deref()
                        .is_none_or(|why| why.starts_with("by its") || why.starts_with("says"))
                })
                .and_then(|row| row.matches.first());
            if let Some(best) = best.filter(|best| best.family == family) {
                found.1 += 1;
                found.2 += usize::from(there.get(&best.start) == name);
            }
        }
        asked += 1;
        let is_first = ranked.first().is_some_and(|(name, _)| *name == family);
        first += usize::from(is_first);
        sums = (sums.0 + found.0, sums.1 + found.1, sums.2 + found.2);
        writeln!(
            out,
            "{needle}: {:.1} % of the code, named first {is_first} ({:?}), possible {} answered {} right {}",
            100.0 * needle_bytes as f64 / bytes as f64,
            ranked
                .iter()
                .take(3)
                .map(|(name, share)| (name.as_str(), share.rare, share.own))
                .collect::<Vec<_>>(),
            found.0,
            found.1,
            found.2
        )
        .unwrap();
    }
    writeln!(
        out,
        "named first {first} of {asked}, recall {:.3}, precision {:.3}",
        sums.2 as f64 / sums.0.max(1) as f64,
        sums.2 as f64 / sums.1.max(1) as f64
    )
    .unwrap();
}
