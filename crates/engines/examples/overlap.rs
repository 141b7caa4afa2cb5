//! What programs share, as `ascribe compare` counts it (record/code.md): `overlap unrelated FILE…` compares every two files whose names differ
//! before the first dot, `overlap same FILE…` the first with each other one, `overlap scores FILE…` every two as CSV for `ascribe validate`
//! (score: different 3-grams in the rare pairs; files whose names agree before the first dot are of one family). One line a pair; `LIST=1` lists the
//! rare pairs too.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a tool for the developers' own files"
)]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::atomic::AtomicBool;

use ascribe_code::{CompareOptions, compare};
use ascribe_corpus::Standing;
use ascribe_engines::code::Overlap;
use ascribe_model::Out;
use ascribe_model::limits::Limits;
use ascribe_model::observation::Saw;
use ascribe_model::program::{COMPARED_INSTRUCTIONS_MIN, Function, Program};

struct Read {
    path: String,
    family: String,
    program: Program,
    standing: Standing,
}

fn read(path: &str) -> Read {
    let data = std::fs::read(path).unwrap();
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let scan = |_: &str| Vec::new();
    let mut out = Out::new("program", Limits::default(), &scan, &stop, &mut take);
    (ascribe_readers::program::READER.read)(&data.as_slice(), &mut out);
    let seen = out.finish().observations;
    let program = seen
        .into_iter()
        .find_map(|seen| match seen.saw {
            Saw::Program(program) => Some(*program),
            _ => None,
        })
        .unwrap();
    let name = path.rsplit('/').next().unwrap();
    Read {
        path: path.to_owned(),
        family: name.split('.').next().unwrap().to_owned(),
        standing: Standing::of(&[], &program, None),
        program,
    }
}

fn row(a: &Read, b: &Read) -> (Overlap, String) {
    let found = compare(
        &a.program,
        &b.program,
        &CompareOptions::usual(&|f| a.standing.library(f.start).is_some(), &|f| {
            b.standing.library(f.start).is_some()
        }),
    );
    let here: BTreeMap<u64, &Function> = a.program.functions.iter().map(|f| (f.start, f)).collect();
    let there: BTreeMap<u64, &Function> = b.program.functions.iter().map(|f| (f.start, f)).collect();
    let mut distinct = BTreeMap::new();
    let (mut named, mut right) = (0usize, 0usize);
    let mut list = String::new();
    for pair in &found.pairs {
        let (f, g) = (here[&pair.a], there[&pair.b]);
        if let (Some(x), Some(y)) = (&f.name, &g.name) {
            named = named.saturating_add(1);
            right = right.saturating_add(usize::from(
                x.trim_start_matches('_') == y.trim_start_matches('_'),
            ));
        }
        if pair.rare {
            distinct.insert(f.exact, f.grams.min(200));
            list.push_str(&format!(
                "    {:#x} {:#x} {} {:.2} grams {} instructions {} {:?}\n",
                pair.a,
                pair.b,
                pair.kind.text(),
                pair.similarity,
                f.grams,
                f.instructions,
                f.name
            ));
        }
    }
    let overlap = Overlap {
        rare: distinct.len(),
        grams: distinct.values().sum(),
        families_known: 0,
    };
    // Functions of the first that have a namesake of comparable length in the second: what could be found.
    let namesakes: std::collections::BTreeSet<&str> = b
        .program
        .functions
        .iter()
        .filter(|f| f.instructions >= COMPARED_INSTRUCTIONS_MIN)
        .filter_map(|f| f.name.as_deref())
        .map(|name| name.trim_start_matches('_'))
        .collect();
    let possible = a
        .program
        .functions
        .iter()
        .filter(|f| f.instructions >= COMPARED_INSTRUCTIONS_MIN && a.standing.library(f.start).is_none())
        .filter(|f| {
            f.name
                .as_deref()
                .is_some_and(|name| namesakes.contains(name.trim_start_matches('_')))
        })
        .count();
    let line = format!(
        "{} {} functions {} {} library {} {} pairs {} rare {} grams {} finding {} named alike {right} of {named} possible {possible}",
        a.path.rsplit('/').next().unwrap(),
        b.path.rsplit('/').next().unwrap(),
        a.program.functions.len(),
        b.program.functions.len(),
        a.standing.count(),
        b.standing.count(),
        found.pairs.len(),
        overlap.rare,
        overlap.grams,
        u8::from(overlap.is_enough()),
    );
    let listed = std::env::var_os("LIST").is_some() && !list.is_empty();
    (
        overlap,
        if listed {
            format!("{line}\n{list}")
        } else {
            format!("{line}\n")
        },
    )
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let programs: Vec<Read> = words[1..].iter().map(|path| read(path)).collect();
    let mut out = std::io::stdout();
    let (mut pairs, mut findings, mut any) = (0usize, 0usize, 0usize);
    if words[0] == "scores" {
        writeln!(out, "score,label,family,other,rare").unwrap();
    }
    for (index, a) in programs.iter().enumerate() {
        for b in programs.iter().skip(index.saturating_add(1)) {
            if words[0] == "same" && index > 0 || words[0] == "unrelated" && a.family == b.family {
                continue;
            }
            let (overlap, line) = row(a, b);
            if words[0] == "scores" {
                let label = if a.family == b.family { "same" } else { "different" };
                let (x, y) = (
                    a.path.rsplit('/').next().unwrap(),
                    b.path.rsplit('/').next().unwrap(),
                );
                writeln!(out, "{},{label},{x},{y},{}", overlap.grams, overlap.rare).unwrap();
                continue;
            }
            pairs = pairs.saturating_add(1);
            findings = findings.saturating_add(usize::from(overlap.is_enough()));
            any = any.saturating_add(usize::from(overlap.rare > 0));
            if words[0] == "same" || overlap.rare > 0 {
                out.write_all(line.as_bytes()).unwrap();
            }
        }
    }
    if words[0] == "scores" {
        return;
    }
    writeln!(
        out,
        "{pairs} pairs, {any} with any rare function, {findings} findings"
    )
    .unwrap();
}
