//! Which texts repeat each other: five-word runs, winnowed, compared by containment.
//!
//! Containment and not likeness of the whole: a rewrite is often a small part of a longer text. Source: Schleimer,
//! Wilkerson, Aiken (2003), "Winnowing: local algorithms for document fingerprinting".

use std::collections::BTreeSet;

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

/// The marks of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    marks: BTreeSet<u64>,
}

impl Marks {
    /// The marks of `texts`, taken as one text.
    #[must_use]
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut marks = BTreeSet::new();
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
                marks.extend(runs.iter().copied());
                continue;
            }
            for window in runs.windows(WINDOW) {
                marks.extend(window.iter().min());
                if marks.len() >= MARKS_MAX {
                    return Self { marks };
                }
            }
        }
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

    /// How many marks both have: few say nothing, whatever their share.
    #[must_use]
    pub fn shared(&self, other: &Self) -> usize {
        self.marks.intersection(&other.marks).count()
    }

    /// The share of the smaller text's marks that the other has too, 0 to 1.
    #[must_use]
    pub fn containment(&self, other: &Self) -> f64 {
        let (small, large) = if self.marks.len() <= other.marks.len() {
            (self, other)
        } else {
            (other, self)
        };
        if small.marks.is_empty() {
            return 0.0;
        }
        count(small.shared(large)) / count(small.marks.len())
    }
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
    fn a_rewrite_is_told_from_another_text_on_the_same_matter() {
        let one = "The ministry told reporters on Tuesday that two buildings near the harbour had lost their telephone lines for most of the night after somebody cut a cable in the street behind the old market.";
        let rewrite = "In a new report, two buildings near the harbour had lost their telephone lines for most of the night. Much else was said about the harbour and the people who work there, none of which matters here at all.";
        let other = "The ministry denied on Friday that its people had any part in the matter, and called for a joint inquiry into what had happened to the telephones of the company.";
        let marks = |text: &str| Marks::of([text]);
        assert!(marks(one).containment(&marks(rewrite)) >= REPEATS);
        assert!(marks(one).containment(&marks(other)) < MAY_REPEAT);
        assert_eq!(marks(one).containment(&marks(one)), 1.0);
    }
}
