//! Scores who is taken for the speaker on news with marked attributions that stay outside the project.
//!
//! `cargo run -p ascribe-speech --example score_attribution -- FOLDER [--half first|second|all] [--misses] [--rows]`
//!
//! FOLDER has `text/NAME.txt` and `attributions/NAME_WHO.ann` in the standoff format of BRAT (the PolNeAR corpus is laid out so:
//! source, cue and content of each attribution), and may have `coref/NAME.tsv` (start, end, name: what a pronoun at these
//! characters stands for by somebody else's program). Of several markers of a text the first counts. Halves are by the
//! FNV-1a hash of the name. Asked is, for every attribution with a source: does a statement that is not the publisher's
//! cover half of its content, and is its speaker the source? Every marked attitude ("wants", "hopes") counts as unreported here;
//! the row "speech" has only those whose cue is a word of speech.

#![allow(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::arithmetic_side_effects,
    reason = "a tool for the developers: indices come from the vectors that they index"
)]

mod gold;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::ops::Range;
use std::path::Path;

use ascribe_model::Role;
use ascribe_speech::{GROUNDS, Paper, Piece, Record, Statement, grounds, statements};

use gold::Attribution;

/// A statement with its characters in the whole text.
struct Told {
    statement: Statement,
    range: Range<usize>,
    speaker: Option<Range<usize>>,
}

fn told(text: &str) -> Vec<Told> {
    let mut ranges = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        if !line.trim().is_empty() {
            ranges.push(at..at + line.len());
        }
        at += line.len() + 1;
    }
    let pieces = ranges
        .iter()
        .filter_map(|range| {
            Some(Piece {
                role: &Role::Body,
                text: text.get(range.clone())?,
            })
        })
        .collect();
    let paper = Paper {
        pieces,
        voice: None,
        published: None,
    };
    let mut chars = vec![0; text.len() + 1];
    let mut count = 0;
    for (byte, cell) in chars.iter_mut().enumerate() {
        *cell = count;
        count += usize::from(text.is_char_boundary(byte + 1));
    }
    let place = |at: &ascribe_speech::Place| {
        let base = ranges.get(at.piece).map_or(0, |range| range.start);
        let to = |byte: usize| chars.get(base + byte).copied().unwrap_or(count);
        to(at.range.start)..to(at.range.end)
    };
    statements(&paper)
        .into_iter()
        .map(|statement| Told {
            range: place(&statement.at),
            speaker: statement.speaker_at.as_ref().map(&place),
            statement,
        })
        .collect()
}

fn shared(a: &Range<usize>, b: &Range<usize>) -> usize {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

/// Counts of one kind of attribution.
#[derive(Default)]
struct Count {
    marked: usize,
    reported: usize,
    /// The words of the source were taken for the speaker.
    mention: usize,
    /// Of pronouns: those whose name is known, and those that were led back to it.
    known: usize,
    led_back: usize,
}

/// Whether the speaker is the source: a word of the name that heads it, or the very place.
///
/// Of "X, who said": the source is marked as "who", the speaker's place is X right before it.
fn is_source(one: &Told, gold: &Attribution) -> bool {
    let before = if gold.kind == "relative" { 3 } else { 0 };
    let place = one.speaker.as_ref().is_some_and(|at| {
        let at = at.start..at.end + before;
        gold.source.iter().any(|source| shared(&at, source) > 0)
    });
    place || gold::same_name(&one.statement.speaker, &gold.head)
}

fn report(out: &mut impl Write, counts: &BTreeMap<String, Count>) -> std::io::Result<()> {
    writeln!(
        out,
        "{:<24}{:>8}{:>10}{:>14}{:>12}{:>18}",
        "", "marked", "reported", "source right", "of marked", "pronoun led back"
    )?;
    for (name, count) in counts {
        let share = |of: usize, all: usize| of as f64 / all.max(1) as f64;
        writeln!(
            out,
            "{name:<24}{:>8}{:>10.3}{:>14.3}{:>12.3}{:>10.3} of {}",
            count.marked,
            share(count.reported, count.marked),
            share(count.mention, count.reported),
            share(count.mention, count.marked),
            share(count.led_back, count.known),
            count.known
        )?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut options = std::env::args().skip(1);
    let folder = options
        .next()
        .ok_or("usage: score_attribution FOLDER [--half first|second|all] [--misses] [--rows]")?;
    let (mut half, mut misses, mut rows) = ("first".to_owned(), false, false);
    while let Some(one) = options.next() {
        match one.as_str() {
            "--half" => half = options.next().unwrap_or_default(),
            "--misses" => misses = true,
            "--rows" => rows = true,
            _ => return Err(format!("unknown option `{one}`").into()),
        }
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if rows {
        writeln!(out, "document\tright\tsharp\t{}", GROUNDS.join("\t"))?;
    }
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let (mut texts, mut given, mut good, mut matched) = (0usize, 0usize, 0usize, 0usize);
    for (name, text, marks) in gold::articles(Path::new(&folder), &half)? {
        texts += 1;
        let all = told(&text);
        let voiced: Vec<&Told> = all
            .iter()
            .filter(|one| one.statement.record != Record::Publisher && one.statement.speaker != "unspecified")
            .collect();
        given += voiced.len();
        let mut state = vec![None; voiced.len()];
        for gold in &marks {
            let length: usize = gold.content.iter().map(ExactSizeIterator::len).sum();
            let covers = |one: &Told| {
                gold.content
                    .iter()
                    .map(|content| shared(&one.range, content))
                    .sum::<usize>()
            };
            let near = |one: &Told| {
                let words = gold.source.iter().chain(&gold.cue);
                words.map(|at| shared(&one.range, at)).sum::<usize>() > 0
            };
            let touched: Vec<(usize, usize)> = voiced
                .iter()
                .enumerate()
                .map(|(index, one)| (index, covers(one)))
                .filter(|(_, covered)| *covered > 0)
                .collect();
            let all_covered = touched.iter().map(|(_, covered)| covered).sum::<usize>() * 2 >= length;
            // The one with the words of speech in it; of several the smallest, a nested one before the one around it.
            let best = touched
                .iter()
                .copied()
                .filter(|_| all_covered)
                .min_by_key(|(index, covered)| {
                    let extra = voiced[*index].range.len().saturating_sub(*covered);
                    (!near(voiced[*index]), extra, *index)
                });
            let right = best.is_some_and(|(index, _)| is_source(voiced[index], gold));
            if let Some((index, _)) = best {
                let before = state[index].unwrap_or(false);
                state[index] = Some(before || right);
            }
            let mut kinds = vec![
                "0 all".to_owned(),
                format!("2 cue: {}", gold.way),
                format!("3 source: {}", gold.kind),
            ];
            if gold.speech {
                kinds.push("1 speech".to_owned());
            }
            for kind in kinds {
                let count = counts.entry(kind).or_default();
                count.marked += 1;
                count.reported += usize::from(best.is_some());
                count.mention += usize::from(right);
                if let (Some((index, _)), Some(stands_for)) = (best, &gold.stands_for) {
                    count.known += 1;
                    count.led_back +=
                        usize::from(gold::same_name(&voiced[index].statement.speaker, stands_for));
                }
            }
            let elsewhere = gold.stands_for.as_ref().is_some_and(|name| {
                best.is_some_and(|(index, _)| !gold::same_name(&voiced[index].statement.speaker, name))
            });
            if misses && gold.speech && (!right || elsewhere) {
                let what = match best {
                    Some((index, _)) => {
                        let one = voiced[index];
                        format!("WRONG {} [{:?}]", one.statement.speaker, one.statement.cue)
                    }
                    None => "NONE".to_owned(),
                };
                writeln!(
                    out,
                    "{name} {} | {} {} | {what} | {}",
                    gold.way,
                    gold.source_text,
                    gold.stands_for.as_deref().unwrap_or_default(),
                    gold::around(&text, gold)
                )?;
            }
        }
        for (one, state) in voiced.iter().zip(&state) {
            matched += usize::from(state.is_some());
            good += usize::from(*state == Some(true));
            // Whether a quotation that goes on is the right one's is not marked by name here.
            if let (true, Some(right)) = (rows && one.statement.cue.is_some(), state) {
                write!(out, "{name}\t{}\t0", u8::from(*right))?;
                for ground in grounds(&one.statement) {
                    write!(out, "\t{}", u8::from(ground))?;
                }
                writeln!(out)?;
            }
        }
    }
    if !rows {
        report(&mut out, &counts)?;
        writeln!(
            out,
            "\n{texts} texts; statements with a speaker {given}, of a marked attribution {:.3}, of these with its source {:.3}",
            matched as f64 / given.max(1) as f64,
            good as f64 / matched.max(1) as f64
        )?;
    }
    out.flush()?;
    Ok(())
}
