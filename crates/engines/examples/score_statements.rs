//! Scores statements against marked ones: found, speaker, speaker and stance, chain, accept tier.
//!
//! `cargo run -p ascribe-engines --example score_statements -- GOLD.jsonl out/statements.json`
//!
//! Gold: one JSON object a line with doc (file name), start, end, speaker, record, via, stance. A statement counts as found
//! when the characters of both that are shared are half of those of either or more (intersection over union), each once,
//! best first. Speakers agree when they have half of their words in common; the publisher's own voice is `@publisher`
//! in one file and a name in the other. The first step of a chain is the publisher and is not scored.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::Write;

use serde_json::Value;

struct Pair {
    overlap: f64,
    gold: usize,
    found: usize,
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, key: &str) -> f64 {
    value.get(key).and_then(Value::as_f64).unwrap_or_default()
}

fn words(name: &str) -> BTreeSet<String> {
    name.to_lowercase()
        .replace("u.s.", "us")
        .split(|c: char| !(c.is_alphanumeric() || c == '-'))
        .filter(|word| !word.is_empty() && !["the", "a", "an"].contains(word))
        .map(str::to_owned)
        .collect()
}

fn same_name(a: &str, b: &str) -> bool {
    let (a, b) = (words(a), words(b));
    let both = a.intersection(&b).count();
    let any = a.union(&b).count();
    any > 0 && both * 2 >= any
}

fn same_speaker(gold: &Value, found: &Value) -> bool {
    let publisher = text(gold, "record") == "publisher";
    if text(found, "speaker") == "@publisher" {
        return publisher;
    }
    !publisher && same_name(text(gold, "speaker"), text(found, "speaker"))
}

/// The chain behind the publisher.
fn chain(value: &Value) -> Vec<&str> {
    let all = value
        .get("via")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    all.iter().skip(1).filter_map(Value::as_str).collect()
}

fn overlap(a: &Value, b: &Value) -> f64 {
    let shared = number(a, "end").min(number(b, "end")) - number(a, "start").max(number(b, "start"));
    let whole = number(a, "end").max(number(b, "end")) - number(a, "start").min(number(b, "start"));
    if whole > 0.0 {
        (shared / whole).max(0.0)
    } else {
        0.0
    }
}

fn file_name(value: &Value) -> &str {
    let doc = text(value, "doc");
    doc.rsplit('/').next().unwrap_or(doc)
}

/// Sharp: the stances on which somebody might act.
fn is_sharp(value: &Value) -> bool {
    ["accuses", "denies", "claims-responsibility"].contains(&text(value, "stance"))
}

fn ratio(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of statements")]
    let (part, whole) = (part as f64, whole as f64);
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(gold), Some(found)) = (arguments.next(), arguments.next()) else {
        return Err("usage: score_statements GOLD.jsonl statements.json".into());
    };
    let gold: Vec<Value> = std::fs::read_to_string(gold)?
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    let found: Value = serde_json::from_str(&std::fs::read_to_string(found)?)?;
    let marked: BTreeSet<&str> = gold.iter().map(file_name).collect();
    let found: Vec<&Value> = found
        .get("statements")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .filter(|one| marked.contains(file_name(one)))
        .collect();

    let mut pairs = Vec::new();
    for (g, marked) in gold.iter().enumerate() {
        for (f, read) in found.iter().enumerate() {
            let overlap = overlap(marked, read);
            if file_name(marked) == file_name(read) && overlap >= 0.5 {
                pairs.push(Pair {
                    overlap,
                    gold: g,
                    found: f,
                });
            }
        }
    }
    pairs.sort_by(|a, b| {
        b.overlap
            .total_cmp(&a.overlap)
            .then((a.gold, a.found).cmp(&(b.gold, b.found)))
    });
    let mut matched: BTreeMap<usize, usize> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for pair in pairs {
        if !matched.contains_key(&pair.gold) && taken.insert(pair.found) {
            matched.insert(pair.gold, pair.found);
        }
    }

    let (mut speaker, mut both, mut links, mut links_right) = (0, 0, 0, 0);
    let (mut accepted_right, mut sharp) = (0, 0);
    let links_marked: usize = gold.iter().map(|one| chain(one).len()).sum();
    for (index, marked) in gold.iter().enumerate() {
        sharp += usize::from(is_sharp(marked));
        let Some(read) = matched.get(&index).and_then(|at| found.get(*at)) else {
            continue;
        };
        let named = same_speaker(marked, read);
        let right = named && text(marked, "stance") == text(read, "stance");
        speaker += usize::from(named);
        both += usize::from(right);
        accepted_right += usize::from(right && is_sharp(read) && text(read, "tier") == "accept");
        let marked = chain(marked);
        for link in chain(read) {
            links += 1;
            links_right += usize::from(marked.iter().any(|name| same_name(name, link)));
        }
    }
    let accepted = found
        .iter()
        .filter(|one| is_sharp(one) && text(one, "tier") == "accept")
        .count();
    let (precision, recall) = (
        ratio(matched.len(), found.len()),
        ratio(matched.len(), gold.len()),
    );
    let f1 = |right: usize| ratio(2 * right, found.len() + gold.len());
    let mut out = std::io::stdout().lock();
    writeln!(out, "documents               {}", marked.len())?;
    writeln!(out, "marked, found           {}, {}", gold.len(), found.len())?;
    writeln!(
        out,
        "found                   precision {precision:.3} recall {recall:.3} F1 {:.3}",
        f1(matched.len())
    )?;
    writeln!(
        out,
        "speaker                 {:.3} of marked, {:.3} of matched",
        ratio(speaker, gold.len()),
        ratio(speaker, matched.len())
    )?;
    writeln!(
        out,
        "speaker and stance      {:.3} of marked, F1 {:.3}",
        ratio(both, gold.len()),
        f1(both)
    )?;
    writeln!(
        out,
        "chain                   precision {links_right}/{links} recall {links_right}/{links_marked}"
    )?;
    writeln!(
        out,
        "accept tier, sharp      precision {accepted_right}/{accepted} coverage {accepted_right}/{sharp}"
    )?;
    Ok(())
}
