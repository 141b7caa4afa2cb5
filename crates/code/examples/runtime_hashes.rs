//! Writes a list of exact hashes for `crates/corpus/data`: `runtime_hashes OUT FILE… [--shared FILE…]`.
//!
//! Of each FILE every function counts that is long enough to compare. Of the files behind `--shared`, which are by unrelated authors,
//! only functions that two or more have: what their compiler put there.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a tool for the developers' own files"
)]

use std::collections::{BTreeMap, BTreeSet};

use ascribe_code::image::{self, Executable};
use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, FEATURE_RECIPE};

fn hashes(path: &str) -> BTreeSet<u64> {
    let data = std::fs::read(path).unwrap();
    let mut anomalies = Vec::new();
    let image = match image::parse(&data, &mut anomalies).unwrap() {
        Executable::Pe(pe) => pe.image(&data),
        Executable::Elf(elf) => elf.image(&data),
    };
    ascribe_code::functions(&image.unwrap(), ascribe_code::Bounds::default(), &|| false)
        .functions
        .iter()
        .filter(|function| {
            function.instructions >= COMPARED_INSTRUCTIONS_MIN && function.name.as_deref() != Some("main")
        })
        .map(|function| function.exact)
        .collect()
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (out, rest) = words.split_first().unwrap();
    let mut files = rest.splitn(2, |word| word == "--shared");
    let mut found: BTreeSet<u64> = files
        .next()
        .unwrap()
        .iter()
        .flat_map(|path| hashes(path))
        .collect();
    let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
    for path in files.next().unwrap_or_default() {
        for hash in hashes(path) {
            *counts.entry(hash).or_default() += 1;
        }
    }
    found.extend(
        counts
            .iter()
            .filter(|(_, count)| **count >= 2)
            .map(|(hash, _)| *hash),
    );
    let mut bytes = b"ASCRRUNT".to_vec();
    bytes.extend(FEATURE_RECIPE.to_le_bytes());
    bytes.extend(u32::try_from(found.len()).unwrap().to_le_bytes());
    bytes.extend(found.iter().flat_map(|hash| hash.to_le_bytes()));
    std::fs::write(out, bytes).unwrap();
}
