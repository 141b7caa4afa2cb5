//! Indicators in raw bytes: runs of ASCII or UTF-8 text and runs of UTF-16LE whose characters are ASCII.
//!
//! A run ends at a control byte other than tab, so nothing spans lines. Long runs are looked at through windows that
//! are laid from the run's own start, so the result depends on the bytes alone, never on how they were read.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use ascribe_model::Bytes;
use ascribe_model::observation::IndicatorKind;

use super::{RAW_BYTES_MAX, scan};

/// An indicator in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// First byte in the file.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// Its kind.
    pub kind: IndicatorKind,
    /// Canonical value.
    pub value: String,
    /// As written (decoded).
    pub raw: String,
}

/// Runs shorter than this hold no indicator.
const RUN_BYTES_MIN: usize = 5;
/// Bytes of a run that start indicators of one window.
const WINDOW: usize = 64 * 1024;
/// What a window sees before it (the words that make a version of an address) and after it.
const BEFORE: usize = 128;
const AFTER: usize = RAW_BYTES_MAX + 256;

/// Every indicator in `bytes`, by start.
#[must_use]
pub fn in_bytes(bytes: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut runs = Runs::new();
    runs.feed(bytes, &mut |item| found.push(item));
    runs.finish(&mut |item| found.push(item));
    found.sort();
    found.dedup();
    found
}

/// Gives every indicator in an artifact of any size to `take`, reading `chunk` bytes at a time (at least one).
///
/// The same as [`in_bytes`], in the same order. Memory: one chunk, one window of each kind and what was found in them.
/// `take` says whether to go on. Errors: those of reading.
pub fn in_artifact(
    bytes: &dyn Bytes,
    chunk: usize,
    take: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> std::io::Result<()> {
    let mut buffer = vec![0u8; chunk.max(1)];
    let mut offset = 0u64;
    let mut runs = Runs::new();
    let mut found = BTreeSet::new();
    loop {
        let count = bytes.read_at(offset, &mut buffer)?;
        let mut keep = |item| {
            found.insert(item);
        };
        let until = if count == 0 {
            runs.finish(&mut keep);
            u64::MAX
        } else {
            runs.feed(buffer.get(..count).unwrap_or_default(), &mut keep);
            runs.open_from()
        };
        while let Some(first) = found.pop_first() {
            if first.start >= until {
                found.insert(first);
                break;
            }
            if take(first).is_break() {
                return Ok(());
            }
        }
        if count == 0 {
            return Ok(());
        }
        offset = offset.saturating_add(count as u64);
    }
}

/// A run that is being gathered. Holds at most one window with its surroundings.
struct Run {
    /// Offset in the file of the first byte held.
    base: u64,
    /// Text bytes held (of UTF-16: its ASCII characters).
    held: Vec<u8>,
    /// How many of the held bytes belong to an earlier window.
    seen: usize,
    /// Bytes of the file per byte held: 1 or 2.
    stride: u64,
}

impl Run {
    const fn new(stride: u64) -> Self {
        Self {
            base: 0,
            held: Vec::new(),
            seen: 0,
            stride,
        }
    }

    fn push(&mut self, part: &[u8], offset: u64, take: &mut dyn FnMut(Found)) {
        if self.base.saturating_add(self.held.len() as u64 * self.stride) != offset {
            self.end(take);
        }
        let mut part = part;
        let mut offset = offset;
        while !part.is_empty() {
            if self.held.is_empty() {
                self.base = offset;
                self.seen = 0;
            }
            let room = (self.seen + WINDOW + AFTER).saturating_sub(self.held.len());
            let (now, later) = part.split_at(room.min(part.len()));
            self.held.extend_from_slice(now);
            offset = offset.saturating_add(now.len() as u64 * self.stride);
            part = later;
            if !part.is_empty() {
                self.look(self.seen + WINDOW, take);
                let gone = (self.seen + WINDOW).saturating_sub(BEFORE);
                self.held.drain(..gone);
                self.base = self.base.saturating_add(gone as u64 * self.stride);
                self.seen = BEFORE;
            }
        }
    }

    fn end(&mut self, take: &mut dyn FnMut(Found)) {
        if self.held.len() >= RUN_BYTES_MIN {
            self.look(usize::MAX, take);
        }
        self.held.clear();
        self.seen = 0;
    }

    /// Scans what is held; gives what starts in `seen..until`.
    fn look(&self, until: usize, take: &mut dyn FnMut(Found)) {
        let mut at = 0usize;
        for piece in self.held.utf8_chunks() {
            let text = piece.valid();
            if text.len() >= RUN_BYTES_MIN {
                for occurrence in scan(text) {
                    let (start, end) = (at + occurrence.start, at + occurrence.end);
                    if start < self.seen || start >= until {
                        continue;
                    }
                    take(Found {
                        start: self.base.saturating_add(start as u64 * self.stride),
                        end: self.base.saturating_add(end as u64 * self.stride),
                        kind: occurrence.kind,
                        value: occurrence.value,
                        raw: text
                            .get(occurrence.start..occurrence.end)
                            .unwrap_or_default()
                            .to_owned(),
                    });
                }
            }
            at += text.len() + piece.invalid().len();
        }
    }
}

/// Finds the runs in bytes that come in pieces.
struct Runs {
    narrow: Run,
    /// UTF-16 characters that start at even and at odd offsets.
    wide: [Run; 2],
    /// The last byte fed, if it may be the low half of a UTF-16 character.
    low: Option<u8>,
    offset: u64,
}

fn is_text(byte: u8) -> bool {
    byte >= 0x80 || (b' '..0x7f).contains(&byte) || byte == b'\t'
}

impl Runs {
    const fn new() -> Self {
        Self {
            narrow: Run::new(1),
            wide: [Run::new(2), Run::new(2)],
            low: None,
            offset: 0,
        }
    }

    fn feed(&mut self, bytes: &[u8], take: &mut dyn FnMut(Found)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let len = rest.iter().position(|byte| !is_text(*byte)).unwrap_or(rest.len());
            let (run, after) = rest.split_at(len);
            // Noise is full of runs too short for anything; whether it ends here is known unless the piece ends.
            let short = run.len() < RUN_BYTES_MIN && !after.is_empty() && self.narrow.held.is_empty();
            self.text(run, short, take);
            let len = after
                .iter()
                .position(|byte| is_text(*byte))
                .unwrap_or(after.len());
            let (gap, after) = after.split_at(len);
            self.gap(gap, take);
            rest = after;
        }
    }

    fn text(&mut self, run: &[u8], short: bool, take: &mut dyn FnMut(Found)) {
        let Some(last) = run.last().copied() else { return };
        if !short {
            self.narrow.push(run, self.offset, take);
        }
        self.offset = self.offset.saturating_add(run.len() as u64);
        self.low = last.is_ascii().then_some(last);
    }

    fn gap(&mut self, gap: &[u8], take: &mut dyn FnMut(Found)) {
        let Some(first) = gap.first().copied() else { return };
        self.narrow.end(take);
        let low = self.low.take();
        // The byte before the gap is at `offset - 1`; with a zero after it, it is a character.
        if let (Some(low), 0) = (low, first) {
            let at = self.offset.saturating_sub(1);
            self.wide_at(at).push(&[low], at, take);
        }
        self.offset = self.offset.saturating_add(gap.len() as u64);
    }

    fn wide_at(&mut self, offset: u64) -> &mut Run {
        let [even, odd] = &mut self.wide;
        if offset.is_multiple_of(2) { even } else { odd }
    }

    /// Where the first indicator that is still to come may start.
    fn open_from(&self) -> u64 {
        // The last byte may be the first half of a character.
        let mut first = self.offset.saturating_sub(1);
        for run in std::iter::once(&self.narrow).chain(&self.wide) {
            if !run.held.is_empty() {
                first = first.min(run.base.saturating_add(run.seen as u64 * run.stride));
            }
        }
        first
    }

    fn finish(&mut self, take: &mut dyn FnMut(Found)) {
        self.narrow.end(take);
        for run in &mut self.wide {
            run.end(take);
        }
    }
}
