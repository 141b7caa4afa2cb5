//! Which texts repeat each other: five-word runs, winnowed, compared by containment.
//!
//! Containment and not likeness of the whole: a rewrite is often a small part of a longer text. Source: Schleimer,
//! Wilkerson, Aiken (2003), "Winnowing: local algorithms for document fingerprinting".

use crate::words::Words;

/// Words in a run.
const RUN_WORDS: usize = 5;
/// Runs among which one is kept: any eight shared words in a row leave a shared mark.
const WINDOW: usize = 4;
/// Marks that are kept of one text.
const MARKS_MAX: usize = 200_000;

/// At this containment one text repeats the other.
pub const REPEATS: f64 = 0.11;
/// At this containment they may.
pub const MAY_REPEAT: f64 = 0.03;

/// Fewer shared marks than this are no repetition.
pub const SHARED_MIN: usize = 4;

/// Texts in which a mark is looked up: what stands in more is found through the first of them.
const HOLDERS_MAX: usize = 64;

/// The marks of a text, each once, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    marks: Vec<u64>,
}

impl Marks {
    /// The marks of `texts`, taken as one text.
    #[must_use]
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut marks = Vec::new();
        for text in texts {
            let words = Words::of(text);
            let hashes: Vec<u64> = (0..words.len())
                .filter(|at| words.is_word(*at))
                .map(|at| hash(words.low(at).as_bytes()))
                .collect();
            let runs: Vec<u64> = hashes
                .windows(RUN_WORDS)
                .map(|run| {
                    run.iter().fold(OFFSET, |all, word| {
                        (all ^ word).wrapping_mul(PRIME).rotate_left(23)
                    })
                })
                .collect();
            if runs.len() < WINDOW {
                marks.extend(runs);
            } else {
                let mut kept: Vec<u64> = runs
                    .windows(WINDOW)
                    .filter_map(|window| window.iter().min().copied())
                    .collect();
                // Neighbouring windows mostly keep the same run.
                kept.dedup();
                marks.append(&mut kept);
            }
            // Texts that repeat themselves do not use up the bound.
            if marks.len() >= 2 * MARKS_MAX {
                each_once(&mut marks);
                if marks.len() >= MARKS_MAX {
                    break;
                }
            }
        }
        each_once(&mut marks);
        marks.truncate(MARKS_MAX);
        marks.shrink_to_fit();
        Self { marks }
    }

    /// How many marks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The share of the smaller text's marks that the other has too, where `shared` are in both: 0 to 1.
    #[must_use]
    pub fn containment(&self, other: &Self, shared: usize) -> f64 {
        let smaller = self.len().min(other.len());
        if smaller == 0 {
            return 0.0;
        }
        count(shared) / count(smaller)
    }
}

/// For each of `texts`: which earlier ones share at least `least` marks with it, and how many, in order.
///
/// A mark that stands in more than 64 texts counts between each text and the first 64. So the time grows with the
/// number of marks and not with the number of pairs.
#[must_use]
pub fn sharing(texts: &[&Marks], least: usize) -> Vec<Vec<(usize, usize)>> {
    let mut held: Vec<(u64, usize)> = texts
        .iter()
        .enumerate()
        .flat_map(|(text, marks)| marks.marks.iter().map(move |mark| (*mark, text)))
        .collect();
    held.sort_unstable();
    let holders: Vec<&[(u64, usize)]> = held
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|run| run.len() > 1)
        .collect();
    let mut held_by: Vec<Vec<usize>> = vec![Vec::new(); texts.len()];
    for (group, run) in holders.iter().enumerate() {
        for (_, text) in *run {
            if let Some(groups) = held_by.get_mut(*text) {
                groups.push(group);
            }
        }
    }
    let mut counts = vec![0usize; texts.len()];
    held_by
        .iter()
        .enumerate()
        .map(|(text, groups)| {
            let mut touched = Vec::new();
            for run in groups.iter().filter_map(|group| holders.get(*group)) {
                for (_, earlier) in run
                    .iter()
                    .take(HOLDERS_MAX)
                    .take_while(|(_, other)| *other < text)
                {
                    if let Some(count) = counts.get_mut(*earlier) {
                        if *count == 0 {
                            touched.push(*earlier);
                        }
                        *count = count.saturating_add(1);
                    }
                }
            }
            touched.sort_unstable();
            let shared = touched.into_iter().map(|earlier| {
                (
                    earlier,
                    counts.get_mut(earlier).map(std::mem::take).unwrap_or_default(),
                )
            });
            shared.filter(|(_, count)| *count >= least).collect()
        })
        .collect()
}

fn each_once(marks: &mut Vec<u64>) {
    marks.sort_unstable();
    marks.dedup();
}

#[expect(clippy::cast_precision_loss, reason = "at most MARKS_MAX")]
const fn count(number: usize) -> f64 {
    number as f64
}

// FNV-1a.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

/// The words of a quotation in lower case, for comparing quotations across marks and punctuation; none where it is too
/// short to be anybody's own words.
#[must_use]
pub fn quotation_key(text: &str) -> Option<String> {
    let quote = crate::quotes::quotes(text)
        .into_iter()
        .max_by_key(|quote| quote.range.len())?;
    let inner = text.get(quote.range)?;
    let words = Words::of(inner);
    let parts: Vec<&str> = (0..words.len())
        .filter(|at| words.is_word(*at))
        .map(|at| words.low(at))
        .collect();
    (parts.len() >= 5).then(|| parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hundredth_copy_is_tied_to_the_first() {
        let words = |from: u32| {
            (from..from + 60)
                .map(|word| format!("w{word} "))
                .collect::<String>()
        };
        let common = words(0);
        let texts: Vec<Marks> = (0..100)
            .map(|own| Marks::of([common.as_str(), &words(1000 * (own + 1))]))
            .collect();
        let shared = sharing(&texts.iter().collect::<Vec<_>>(), SHARED_MIN);
        let common = Marks::of([common.as_str()]).len();
        for (text, with) in shared.iter().enumerate() {
            let expected: Vec<_> = (0..text.min(HOLDERS_MAX))
                .map(|earlier| (earlier, common))
                .collect();
            assert_eq!(*with, expected);
        }
    }

    #[test]
    fn a_rewrite_is_told_from_another_text_on_the_same_matter() {
        let one = "The ministry told reporters on Tuesday that two buildings near the harbour had lost their telephone lines for most of the night after somebody cut a cable in the street behind the old market.";
        let rewrite = "In a new report, two buildings near the harbour had lost their telephone lines for most of the night. Much else was said about the harbour and the people who work there, none of which matters here at all.";
        let other = "The ministry denied on Friday that its people had any part in the matter, and called for a joint inquiry into what had happened to the telephones of the company.";
        let share = |a: &str, b: &str| {
            let (a, b) = (Marks::of([a]), Marks::of([b]));
            let shared = sharing(&[&a, &b], 1);
            let shared = shared
                .last()
                .and_then(|with| with.first())
                .map_or(0, |with| with.1);
            a.containment(&b, shared)
        };
        assert!(share(one, rewrite) >= REPEATS);
        assert!(share(one, other) < MAY_REPEAT);
        assert_eq!(share(one, one), 1.0);
    }
}
