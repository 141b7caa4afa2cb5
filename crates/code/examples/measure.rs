//! Measures: `measure starts STRIPPED FULL` (starts found in STRIPPED against symbols of FULL) and `measure pairs A B` (functions compared,
//! pairs, rare pairs without any list of common code). One line each on standard output, as in record/code.md.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a tool for the developers' own files"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::time::Instant;

use ascribe_code::image::{self, Executable, Image};
use ascribe_code::{Bounds, CompareOptions, compare, functions};
use ascribe_model::program::Program;

fn with_image<T>(path: &str, then: impl FnOnce(&Image<'_>) -> T) -> T {
    let data = std::fs::read(path).unwrap();
    let image = match image::parse(&data, &mut Vec::new()).unwrap() {
        Executable::Pe(pe) => pe.image(&data),
        Executable::Elf(elf) => elf.image(&data),
    };
    then(&image.unwrap())
}

fn read(path: &str) -> Program {
    with_image(path, |image| Program {
        functions: functions(image, Bounds::default(), &|| false).functions,
        ..Program::default()
    })
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout();
    if words[0] == "starts" {
        let (found, bytes, seconds) = with_image(&words[1], |image| {
            let bytes: u64 = image
                .regions
                .iter()
                .filter(|region| region.executable)
                .map(|region| region.stored)
                .sum();
            let begun = Instant::now();
            let found = functions(image, Bounds::default(), &|| false).functions;
            (found, bytes, begun.elapsed().as_secs_f64())
        });
        let truth: BTreeMap<u64, String> = with_image(&words[2], |image| {
            let seeds = image.seeds.iter().filter(|seed| image.is_code(seed.address));
            seeds
                .filter_map(|seed| Some((seed.address, seed.name.clone()?)))
                .collect()
        });
        let starts: BTreeSet<u64> = found.iter().map(|function| function.start).collect();
        let hit = starts.iter().filter(|start| truth.contains_key(start)).count();
        writeln!(
            out,
            "{} symbols {} found {} precision {:.4} recall {:.4} {:.1} MB/s",
            words[1],
            truth.len(),
            starts.len(),
            hit as f64 / starts.len() as f64,
            hit as f64 / truth.len() as f64,
            bytes as f64 / 1e6 / seconds
        )
        .unwrap();
        if words.len() > 3 {
            for start in starts.iter().filter(|start| !truth.contains_key(start)).take(15) {
                writeln!(out, "  not a symbol {start:#x}").unwrap();
            }
            for (start, name) in truth.iter().filter(|(start, _)| !starts.contains(start)).take(15) {
                writeln!(out, "  missed {start:#x} {name}").unwrap();
            }
        }
    } else {
        let (a, b) = (read(&words[1]), read(&words[2]));
        let found = compare(&a, &b, &CompareOptions::usual(&|_| false, &|_| false));
        let names: BTreeMap<u64, &str> = a
            .functions
            .iter()
            .filter_map(|f| Some((f.start, f.name.as_deref()?)))
            .collect();
        let others: BTreeMap<u64, &str> = b
            .functions
            .iter()
            .filter_map(|f| Some((f.start, f.name.as_deref()?)))
            .collect();
        let (mut right, mut named) = (0, 0);
        for pair in &found.pairs {
            if let (Some(a), Some(b)) = (names.get(&pair.a), others.get(&pair.b)) {
                named += 1;
                right += usize::from(a == b);
            }
        }
        writeln!(
            out,
            "{} {} functions {} {} pairs {} rare {} named alike {right} of {named}",
            words[1],
            words[2],
            a.functions.len(),
            b.functions.len(),
            found.pairs.len(),
            found.rare()
        )
        .unwrap();
    }
}
