//! What the statements of documents are worth against marked ones: found, speaker, speaker and stance, chain, accept tier.
//!
//! A statement counts as found when the characters of both that are shared are half of those of either or more
//! (intersection over union), each once, best first. Speakers agree when they have half of their words in common; the
//! publisher's own voice is `@publisher` in one file and a name in the other. The first step of a chain is the publisher
//! and is not scored.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

struct Pair {
    overlap: f64,
    gold: usize,
    found: usize,
}

/// The text of a field; empty without one.
pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
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

/// Whether both name one speaker.
pub fn same_speaker(gold: &Value, found: &Value) -> bool {
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

/// The name of the document's file.
pub fn file_name(value: &Value) -> &str {
    let doc = text(value, "doc");
    doc.rsplit('/').next().unwrap_or(doc)
}

/// Sharp: the stances on which somebody might act.
pub fn is_sharp(value: &Value) -> bool {
    ["accuses", "denies", "claims-responsibility"].contains(&text(value, "stance"))
}

/// A part of a whole; 0 of nothing.
pub fn ratio(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of statements")]
    let (part, whole) = (part as f64, whole as f64);
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Which found statement answers which marked one: index of the marked one to index of the found one.
pub fn matches(gold: &[Value], found: &[Value]) -> BTreeMap<usize, usize> {
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
    matched
}

/// Counts of one comparison.
#[derive(Clone, Copy, Debug, Default)]
pub struct Score {
    /// Documents with marks.
    pub documents: usize,
    /// Marked statements.
    pub marked: usize,
    /// Found statements of those documents.
    pub found: usize,
    /// Marked ones that were found.
    pub matched: usize,
    /// Of these, with the marked speaker.
    pub speaker: usize,
    /// Of these, with the marked stance too.
    pub both: usize,
    /// Links of chains behind the publisher: marked, given, right.
    pub links: [usize; 3],
    /// Sharp statements: marked, given in the accept tier, of these right.
    pub sharp: [usize; 3],
    /// Statements of the accept tier: given, of these right in speaker and stance.
    pub accepted: [usize; 2],
}

impl Score {
    /// F1 of `right` among marked and found statements.
    pub fn f1(&self, right: usize) -> f64 {
        ratio(2 * right, self.found + self.marked)
    }
}

/// Compares; what `found` says of documents without marks is left out.
pub fn score(gold: &[Value], found: &[Value]) -> Score {
    let marked: BTreeSet<&str> = gold.iter().map(file_name).collect();
    let matched = matches(gold, found);
    let of_marked = || found.iter().filter(|one| marked.contains(file_name(one)));
    let accept = |one: &Value| text(one, "tier") == "accept";
    let mut out = Score {
        documents: marked.len(),
        marked: gold.len(),
        found: of_marked().count(),
        matched: matched.len(),
        links: [gold.iter().map(|one| chain(one).len()).sum(), 0, 0],
        sharp: [
            gold.iter().filter(|one| is_sharp(one)).count(),
            of_marked().filter(|one| is_sharp(one) && accept(one)).count(),
            0,
        ],
        accepted: [of_marked().filter(|one| accept(one)).count(), 0],
        ..Score::default()
    };
    for (index, marked) in gold.iter().enumerate() {
        let Some(read) = matched.get(&index).and_then(|at| found.get(*at)) else {
            continue;
        };
        let named = same_speaker(marked, read);
        let right = named && text(marked, "stance") == text(read, "stance");
        out.speaker += usize::from(named);
        out.both += usize::from(right);
        out.sharp[2] += usize::from(right && is_sharp(read) && accept(read));
        out.accepted[1] += usize::from(right && accept(read));
        let marked = chain(marked);
        for link in chain(read) {
            out.links[1] += 1;
            out.links[2] += usize::from(marked.iter().any(|name| same_name(name, link)));
        }
    }
    out
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [links, given, linked] = self.links;
        let [sharp, accepted, right] = self.sharp;
        writeln!(f, "documents               {}", self.documents)?;
        writeln!(f, "marked, found           {}, {}", self.marked, self.found)?;
        writeln!(
            f,
            "found                   precision {:.3} recall {:.3} F1 {:.3}",
            ratio(self.matched, self.found),
            ratio(self.matched, self.marked),
            self.f1(self.matched)
        )?;
        writeln!(
            f,
            "speaker                 {:.3} of marked, {:.3} of matched",
            ratio(self.speaker, self.marked),
            ratio(self.speaker, self.matched)
        )?;
        writeln!(
            f,
            "speaker and stance      {:.3} of marked, F1 {:.3}",
            ratio(self.both, self.marked),
            self.f1(self.both)
        )?;
        writeln!(
            f,
            "chain                   precision {linked}/{given} recall {linked}/{links}"
        )?;
        writeln!(
            f,
            "accept tier             right {}/{} of found {}",
            self.accepted[1], self.accepted[0], self.found
        )?;
        writeln!(
            f,
            "accept tier, sharp      precision {right}/{accepted} coverage {right}/{sharp}"
        )
    }
}
