//! `overlap FAMILY_PROGRAM PROGRAM…`: what each PROGRAM shares with a family of one program, as the engine counts it (record/code.md).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a tool for the developers' own files"
)]

use std::io::Write as _;
use std::sync::atomic::AtomicBool;

use ascribe_corpus::{Corpus, Entry, Label, SearchOptions, search};
use ascribe_model::limits::Limits;
use ascribe_model::observation::Saw;
use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, Program};
use ascribe_model::{ArtifactId, Out};

fn read(path: &str) -> Program {
    let data = std::fs::read(path).unwrap();
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let scan = |_: &str| Vec::new();
    let mut out = Out::new("program", Limits::default(), &scan, &stop, &mut take);
    (ascribe_readers::program::READER.read)(&data.as_slice(), &mut out);
    let seen = out.finish().observations;
    seen.into_iter()
        .find_map(|seen| match seen.saw {
            Saw::Program(program) => Some(*program),
            _ => None,
        })
        .unwrap()
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut functions = read(&words[0]).functions;
    functions.retain(|function| function.instructions >= COMPARED_INSTRUCTIONS_MIN);
    let label = Label {
        family: "family".to_owned(),
        library: false,
        known: None,
        file: words[0].clone(),
        sha256: ArtifactId::of(words[0].as_bytes()),
        format: String::new(),
        arch: String::new(),
    };
    let mut out = std::io::stdout();
    let corpora = [Corpus::of(vec![Entry { label, functions }])];
    for path in &words[1..] {
        let answer = search(&corpora, &read(path), &SearchOptions::default());
        let share = answer.families.get("family").cloned().unwrap_or_default();
        writeln!(
            out,
            "{path}: compared {} known code {} shared {} rare {}",
            answer.compared, answer.known_code, share.shared, share.rare
        )
        .unwrap();
        for function in &answer.functions {
            if let Some(there) = function.rare_in("family", SearchOptions::default().rare_similarity_min) {
                writeln!(
                    out,
                    "  {:#x} {:#x} {} instructions, {:.3}",
                    function.start, there.start, function.instructions, there.similarity
                )
                .unwrap();
            }
        }
    }
}
