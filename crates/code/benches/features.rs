//! How fast a program's functions and their features are found: `cargo bench -p ascribe-code`, or `PROGRAM=FILE cargo bench …` for another program.
//! Bytes of machine code a second, on one core.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot begin has nothing to say"
)]

use ascribe_code::image::{self, Executable, Image};
use ascribe_code::{Bounds, functions};
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

fn code_bytes(image: &Image<'_>) -> u64 {
    let regions = image.regions.iter().filter(|region| region.executable);
    regions.map(|region| region.stored).sum()
}

#[divan::bench]
fn load_disassemble_and_features(bencher: Bencher<'_, '_>) {
    // A static program of some size is on every Debian; the fixture is small.
    let path = std::env::var("PROGRAM").unwrap_or_else(|_| {
        concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../readers/fixtures/program/tool-elf64"
        )
        .to_owned()
    });
    let data = std::fs::read(path).unwrap();
    let image_of = || match image::parse(&data, &mut Vec::new()).unwrap() {
        Executable::Pe(pe) => pe.image(&data).unwrap(),
        Executable::Elf(elf) => elf.image(&data).unwrap(),
    };
    let bytes = code_bytes(&image_of());
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        functions(&image_of(), Bounds::default(), &|| false)
            .functions
            .len()
    });
}
