//! Scores statements against marked ones.
//!
//! `cargo run -p ascribe-engines --example score_statements -- FOLDER [GOLD.jsonl] [--misses]` reads the `.txt` files of
//! a folder as a case would and compares with its `gold.jsonl`, or the one given; with `statements.json` of a case in
//! place of the folder, what is written there. `--misses` prints what differs: `-` marked, `+` given. `--rows` prints one row a
//! statement given, for `fit_confidence`: document, right or not, sharp or not, and what its confidence rests on.
//!
//! Gold: one JSON object a line with doc (file name), start, end (characters), speaker, record, via, stance.

mod read;
mod score;

use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn line(value: &Value) -> String {
    let anchor: String = score::text(value, "anchor").chars().take(150).collect();
    format!(
        "{} | {} | {} | {} | {}",
        score::text(value, "speaker"),
        score::text(value, "record"),
        score::text(value, "stance"),
        score::text(value, "tier"),
        anchor.replace('\n', " ")
    )
}

fn rows(out: &mut impl Write, gold: &[Value], found: &[Value]) -> Result<(), Box<dyn Error>> {
    let matched = score::matches(gold, found);
    let docs: BTreeSet<&str> = gold.iter().map(score::file_name).collect();
    writeln!(
        out,
        "document\tright\tsharp\t{}",
        ascribe_speech::GROUNDS.join("\t")
    )?;
    for (index, read) in found.iter().enumerate() {
        if !docs.contains(score::file_name(read)) {
            continue;
        }
        let marked = matched.iter().find(|(_, at)| **at == index);
        let right = marked.and_then(|(at, _)| gold.get(*at)).is_some_and(|marked| {
            score::same_speaker(marked, read) && score::text(marked, "stance") == score::text(read, "stance")
        });
        write!(
            out,
            "{}\t{}\t{}",
            score::file_name(read),
            u8::from(right),
            u8::from(score::is_sharp(read))
        )?;
        let grounds = read.get("grounds").and_then(Value::as_array);
        for ground in grounds.map_or(&[][..], Vec::as_slice) {
            write!(out, "\t{}", u8::from(ground.as_bool().unwrap_or_default()))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let (options, plain): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|one| one.starts_with("--"));
    let Some(place) = plain.first().map(Path::new) else {
        return Err("usage: score_statements FOLDER|statements.json [GOLD.jsonl] [--misses]".into());
    };
    let marks = plain
        .get(1)
        .map_or_else(|| place.join("gold.jsonl"), PathBuf::from);
    let gold: Vec<Value> = std::fs::read_to_string(marks)?
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    let found = if place.is_dir() {
        read::statements(place)?
    } else {
        let all: Value = serde_json::from_str(&std::fs::read_to_string(place)?)?;
        let rows = all.get("statements").and_then(Value::as_array);
        rows.cloned().unwrap_or_default()
    };
    let mut out = std::io::stdout().lock();
    if options.iter().any(|one| one == "--rows") {
        return rows(&mut out, &gold, &found);
    }
    if options.iter().any(|one| one == "--misses") {
        let matched = score::matches(&gold, &found);
        let mut doc = "";
        for (index, marked) in gold.iter().enumerate() {
            let read = matched.get(&index).and_then(|at| found.get(*at));
            let right = read.is_some_and(|read| {
                score::same_speaker(marked, read)
                    && score::text(marked, "stance") == score::text(read, "stance")
            });
            if right {
                continue;
            }
            if doc != score::file_name(marked) {
                doc = score::file_name(marked);
                writeln!(out, "\n{doc}")?;
            }
            writeln!(out, "- {}", line(marked))?;
            if let Some(read) = read {
                writeln!(out, "  + {}", line(read))?;
            }
        }
        let docs: BTreeSet<&str> = gold.iter().map(score::file_name).collect();
        let taken: BTreeSet<usize> = matched.into_values().collect();
        writeln!(out, "\ngiven, not marked")?;
        for (index, read) in found.iter().enumerate() {
            if docs.contains(score::file_name(read)) && !taken.contains(&index) {
                writeln!(out, "+ {} {}", score::file_name(read), line(read))?;
            }
        }
        writeln!(out)?;
    }
    write!(out, "{}", score::score(&gold, &found))?;
    Ok(())
}
