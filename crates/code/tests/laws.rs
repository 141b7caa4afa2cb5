//! Laws of functions: what a linker decides does not count, and no bytes break the search.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure in a test's helper fails the test"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use ascribe_code::image::{self, Executable};
use ascribe_code::{Bounds, CompareOptions, PairKind, compare, functions};
use ascribe_model::program::{Function, Program};
use proptest::prelude::*;

fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../readers/fixtures/program");
    std::fs::read(folder.join(name)).unwrap()
}

fn found(data: &[u8]) -> Vec<Function> {
    let image = match image::parse(data, &mut Vec::new()) {
        Some(Executable::Pe(pe)) => pe.image(data),
        Some(Executable::Elf(elf)) => elf.image(data),
        None => None,
    };
    image.map_or_else(Vec::new, |image| {
        let bounds = Bounds {
            functions_max: 5000,
            instructions_max: 500_000,
        };
        functions(&image, bounds, &|| false).functions
    })
}

fn program(name: &str) -> Program {
    Program {
        functions: found(&fixture(name)),
        ..Program::default()
    }
}

#[test]
fn a_program_pairs_with_itself_exactly_and_one_to_one() {
    for name in [
        "tool-elf64",
        "tool-elf32",
        "tool-pe64.exe",
        "tool-pe32.exe",
        "distlib-w32.exe",
    ] {
        let program = program(name);
        let pairs = compare(&program, &program, &CompareOptions::usual(&|_| false, &|_| false)).pairs;
        assert!(pairs.len() > 5, "{name}: {}", pairs.len());
        assert!(pairs.iter().all(|pair| pair.kind == PairKind::Exact));
        let (a, b): (BTreeSet<u64>, BTreeSet<u64>) = pairs.iter().map(|pair| (pair.a, pair.b)).unzip();
        assert_eq!((a.len(), b.len()), (pairs.len(), pairs.len()), "{name}");
    }
}

#[test]
fn stripping_and_position_do_not_change_a_function() {
    // Names are gone from the second; addresses differ between the two formats of one source.
    let (clang, gcc) = (program("tool-elf64-clang"), program("tool-elf64"));
    assert!(
        clang
            .functions
            .iter()
            .any(|function| function.name.as_deref() == Some("adler"))
    );
    assert!(gcc.functions.iter().all(|function| function.name.is_none()));
    let (windows, linux) = (program("tool-pe32.exe"), program("tool-elf32"));
    assert!(
        !compare(&windows, &linux, &CompareOptions::usual(&|_| false, &|_| false))
            .pairs
            .is_empty()
    );
}

#[test]
fn symbols_of_the_files_are_starts_that_are_found() {
    let data = fixture("tool-elf64-debug");
    let starts: BTreeSet<u64> = found(&data).iter().map(|function| function.start).collect();
    let file = object::File::parse(data.as_slice()).unwrap();
    let mut count = 0;
    for symbol in object::Object::symbols(&file) {
        use object::ObjectSymbol as _;
        if symbol.kind() == object::SymbolKind::Text && symbol.size() > 0 {
            count += 1;
            assert!(starts.contains(&symbol.address()), "{:?}", symbol.name());
        }
    }
    assert!(count >= 8, "{count}");
}

fn check(data: &[u8]) {
    for function in found(data) {
        assert!(function.at.start < function.at.end);
        assert!(
            function.at.end <= data.len() as u64,
            "{function:?} of {}",
            data.len()
        );
    }
}

#[test]
fn no_bytes_break_the_search() {
    bolero::check!().for_each(|input: &[u8]| check(input));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn changed_programs_are_survived(
        which in 0usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        in_headers in any::<bool>(),
    ) {
        let mut data = fixture(["tool-elf64", "tool-elf32", "tool-pe32.exe", "setuptools-cli-64.exe"][which]);
        for (at, value) in changes {
            let len = if in_headers { 1024.min(data.len()) } else { data.len() };
            let at = at.index(len);
            data[at] = value;
        }
        check(&data);
        prop_assert_eq!(found(&data), found(&data));
    }
}
