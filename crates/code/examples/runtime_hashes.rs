//! Writes the list of runtime code for `crates/corpus/data`: `runtime_hashes OUT FILE… [--shared FILE…]`. Where OUT exists
//! and `ADD=1` is set, what it holds is kept.
//!
//! Of each FILE every function counts that is long enough to compare. Of the files behind `--shared`, which are by unrelated authors,
//! only functions that two or more have: what their compiler put there. Of functions that are much alike one sketch is kept.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a tool for the developers' own files"
)]

use std::collections::{BTreeMap, BTreeSet};

use ascribe_code::image::{self, Executable};
use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, FEATURE_RECIPE, Function};

/// Sketches of functions with fewer different 3-grams are like too much.
const GRAMS_MIN: u32 = 24;
/// A sketch this like one that is kept adds nothing.
const SIMILARITY_MAX: f64 = 0.85;

fn functions(path: &str) -> Vec<Function> {
    let data = std::fs::read(path).unwrap();
    let mut anomalies = Vec::new();
    let image = match image::parse(&data, &mut anomalies).unwrap() {
        Executable::Pe(pe) => pe.image(&data),
        Executable::Elf(elf) => elf.image(&data),
    };
    let found = ascribe_code::functions(&image.unwrap(), ascribe_code::Bounds::default(), &|| false);
    let is_kept = |function: &Function| {
        function.instructions >= COMPARED_INSTRUCTIONS_MIN && function.name.as_deref() != Some("main")
    };
    found.functions.into_iter().filter(is_kept).collect()
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (out, rest) = words.split_first().unwrap();
    let mut files = rest.splitn(2, |word| word == "--shared");
    let mut found: BTreeMap<u64, Function> = BTreeMap::new();
    for path in files.next().unwrap() {
        found.extend(
            functions(path)
                .into_iter()
                .map(|function| (function.exact, function)),
        );
    }
    let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
    let mut shared = BTreeMap::new();
    for path in files.next().unwrap_or_default() {
        let distinct: BTreeMap<u64, Function> = functions(path)
            .into_iter()
            .map(|function| (function.exact, function))
            .collect();
        for (exact, function) in distinct {
            *counts.entry(exact).or_default() += 1;
            shared.insert(exact, function);
        }
    }
    shared.retain(|exact, _| counts[exact] >= 2);
    found.extend(shared);
    let old = if std::env::var_os("ADD").is_some() {
        std::fs::read(out).unwrap()
    } else {
        Vec::new()
    };
    let number =
        |at: usize| usize::try_from(u32::from_le_bytes(old[at..at + 4].try_into().unwrap())).unwrap();
    let hashes_end = if old.is_empty() { 0 } else { 24 + number(12) * 8 };
    let mut hashes: BTreeSet<u64> = found.keys().copied().collect();
    if !old.is_empty() {
        let rows = old[24..hashes_end].chunks_exact(8);
        hashes.extend(rows.map(|row| u64::from_le_bytes(row.try_into().unwrap())));
        found.retain(|exact, _| {
            !old[24..hashes_end]
                .chunks_exact(8)
                .any(|row| row == exact.to_le_bytes())
        });
    }
    let mut kept: Vec<&Function> = Vec::new();
    let mut bands: BTreeMap<(usize, &[u32]), Vec<usize>> = BTreeMap::new();
    for function in found
        .values()
        .filter(|function| function.grams >= GRAMS_MIN && function.near.len() == 64)
    {
        let like: BTreeSet<usize> = function
            .near
            .chunks(4)
            .enumerate()
            .flat_map(|band| bands.get(&band).into_iter().flatten().copied())
            .collect();
        if like
            .iter()
            .any(|index| kept[*index].similarity(function) >= SIMILARITY_MAX)
        {
            continue;
        }
        for band in function.near.chunks(4).enumerate() {
            bands.entry(band).or_default().push(kept.len());
        }
        kept.push(function);
    }
    let mut rows: Vec<u8> = old.get(hashes_end..).unwrap_or_default().to_vec();
    for function in kept {
        rows.extend(function.instructions.to_le_bytes());
        rows.extend(function.near.iter().map(|place| place.to_le_bytes()[0]));
    }
    let mut bytes = b"ASCRRUNT".to_vec();
    let (count, sketches) = (
        u32::try_from(hashes.len()).unwrap(),
        u32::try_from(rows.len() / 68).unwrap(),
    );
    for number in [FEATURE_RECIPE, count, sketches, 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(hashes.iter().flat_map(|hash| hash.to_le_bytes()));
    bytes.extend(rows);
    std::fs::write(out, bytes).unwrap();
}
