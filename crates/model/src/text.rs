//! Text with the way back to its bytes: decoded characters, and where each stood in the artifact.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::place::Span;

/// What a piece of text is in its artifact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A paragraph or line of main text.
    Body,
    /// The title.
    Title,
    /// Who wrote it.
    Byline,
    /// A caption.
    Caption,
    /// Navigation, comments, subscription appeals: text, but not the document's own voice.
    Boilerplate,
    /// The target of a link (URL as written).
    Link,
    /// Value of a mail header of this name (lower case).
    Header(String),
    /// A cell of the log column or the value of the key of this name.
    Cell(String),
    /// A string in a program: `ascii` or `utf-16`.
    ProgramString(String),
    /// Metadata of a document or a program (author, producer, debug path …), by name.
    Metadata(String),
}

/// How text bytes and artifact bytes correspond from one point on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stride {
    /// One byte of UTF-8 text is one byte of the artifact.
    Same,
    /// One UTF-16 unit of the text is two bytes of the artifact.
    Wide,
    /// One character of the text is one byte of the artifact (a single-byte code page).
    Single,
    /// The whole run came from this many bytes; no finer correspondence.
    Opaque(u64),
}

/// Stored as three numbers: a text of HTML has one for every second word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(usize, u64, i64)", into = "(usize, u64, i64)")]
struct Run {
    text: usize,
    byte: u64,
    stride: Stride,
}

impl From<(usize, u64, i64)> for Run {
    fn from((text, byte, stride): (usize, u64, i64)) -> Self {
        let stride = match stride {
            -3 => Stride::Same,
            -2 => Stride::Wide,
            -1 => Stride::Single,
            len => Stride::Opaque(len.unsigned_abs()),
        };
        Self { text, byte, stride }
    }
}

impl From<Run> for (usize, u64, i64) {
    fn from(run: Run) -> Self {
        let stride = match run.stride {
            Stride::Same => -3,
            Stride::Wide => -2,
            Stride::Single => -1,
            Stride::Opaque(len) => i64::try_from(len).unwrap_or(i64::MAX),
        };
        (run.text, run.byte, stride)
    }
}

/// A piece of decoded text that knows where each part of it stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// What it is.
    pub role: Role,
    text: String,
    runs: Vec<Run>,
    line: Option<u64>,
    /// Lines of the artifact at positions of the text, where the text's own line breaks do not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    marks: Vec<(usize, u64)>,
    #[serde(skip)]
    breaks: Breaks,
}

/// Where the line breaks of a text stand, so that a place deep in a text finds its line without a walk.
///
/// Only a shortcut: a text that was stored and read again has none and walks. So it never makes two texts differ.
#[derive(Clone, Debug, Default)]
struct Breaks {
    at: Vec<usize>,
    /// Bytes of the text that were looked at.
    known: usize,
}

impl PartialEq for Breaks {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Breaks {}

impl Text {
    /// An empty piece; fill it with the `push_` functions, in order.
    #[must_use]
    pub const fn new(role: Role, line: Option<u64>) -> Self {
        Self {
            role,
            text: String::new(),
            runs: Vec::new(),
            line,
            marks: Vec::new(),
            breaks: Breaks {
                at: Vec::new(),
                known: 0,
            },
        }
    }

    /// A piece whose UTF-8 bytes stand in the artifact from byte `start` on.
    #[must_use]
    pub fn verbatim(role: Role, text: &str, start: u64, line: Option<u64>) -> Self {
        let mut piece = Self::new(role, line);
        piece.push_same(text, start);
        piece
    }

    /// Adds text whose UTF-8 bytes stand at byte `start`.
    pub fn push_same(&mut self, text: &str, start: u64) {
        self.push(text, start, Stride::Same);
    }

    /// Adds text that stands in UTF-16 at byte `start`.
    pub fn push_wide(&mut self, text: &str, start: u64) {
        let mut at = start;
        for piece in pieces(text) {
            self.push(piece, at, Stride::Wide);
            at = at.saturating_add(piece.encode_utf16().count() as u64 * 2);
        }
    }

    /// Adds text that stands in a single-byte code page at byte `start`.
    pub fn push_single(&mut self, text: &str, start: u64) {
        let mut at = start;
        for piece in pieces(text) {
            self.push(piece, at, Stride::Single);
            at = at.saturating_add(piece.chars().count() as u64);
        }
    }

    /// Adds text that was decoded from bytes `start..end` as a whole (an entity, an encoded word, white space).
    pub fn push_opaque(&mut self, text: &str, start: u64, end: u64) {
        self.push(text, start, Stride::Opaque(end.saturating_sub(start)));
    }

    /// Says that what is added next stands on `line` of the artifact, where line breaks in the text do not tell
    /// (folded headers, white space of HTML, soft breaks of quoted-printable).
    pub fn mark_line(&mut self, line: u64) {
        let at = self.text.len();
        match self.marks.last_mut() {
            Some(last) if last.0 == at => last.1 = line,
            _ => self.marks.push((at, line)),
        }
    }

    /// Adds bytes `range` of another piece's text, with their way back and their lines.
    /// A range that cuts through a run without finer correspondence keeps that run's whole span.
    pub fn push_part(&mut self, from: &Self, range: Range<usize>) {
        let mut at = range.start;
        let end = range.end.min(from.text.len());
        let mut run_index = from.runs.partition_point(|run| run.text <= at).saturating_sub(1);
        let mut mark_index = from.marks.partition_point(|mark| mark.0 <= at);
        if at < end
            && let Some(line) = from.line_at(at)
        {
            self.mark_line(line);
        }
        while at < end {
            let Some(run) = from.runs.get(run_index) else {
                return;
            };
            run_index = run_index.saturating_add(1);
            let run_end = from.runs.get(run_index).map_or(end, |next| next.text.min(end));
            while at < run_end {
                let mark = from.marks.get(mark_index).filter(|mark| mark.0 < run_end);
                let stop = mark.map_or(run_end, |mark| mark.0);
                if let Some(text) = from.text.get(at..stop) {
                    let byte = if matches!(run.stride, Stride::Opaque(_)) {
                        run.byte
                    } else {
                        from.byte_of(at, End::First)
                    };
                    self.push(text, byte, run.stride);
                }
                at = stop;
                if let Some((_, line)) = mark {
                    self.mark_line(*line);
                    mark_index = mark_index.saturating_add(1);
                }
            }
        }
    }

    fn push(&mut self, text: &str, byte: u64, stride: Stride) {
        if text.is_empty() {
            return;
        }
        // A byte for a byte: white space in HTML, mostly. No correspondence is finer.
        let stride = if stride == Stride::Opaque(1) && text.len() == 1 {
            Stride::Same
        } else {
            stride
        };
        let continues = stride == Stride::Same
            && self.runs.last().is_some_and(|run| {
                run.stride == Stride::Same
                    && run.byte.saturating_add((self.text.len() - run.text) as u64) == byte
            });
        if !continues {
            self.runs.push(Run {
                text: self.text.len(),
                byte,
                stride,
            });
        }
        if self.breaks.known == self.text.len() {
            let base = self.text.len();
            let found = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            self.breaks
                .at
                .extend(found.map(|(at, _)| base.saturating_add(at)));
            self.breaks.known = base.saturating_add(text.len());
        }
        self.text.push_str(text);
    }

    /// Gives back the room that was kept for more, and short cuts that a short text does not need.
    pub(crate) fn settle(&mut self) {
        const WALKED_BYTES: usize = 4096;
        if self.text.len() <= WALKED_BYTES {
            self.breaks = Breaks::default();
        }
        self.text.shrink_to_fit();
        self.runs.shrink_to_fit();
        self.marks.shrink_to_fit();
        self.breaks.at.shrink_to_fit();
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Bytes of the artifact behind text bytes `range` (of the UTF-8 text), widened to whole runs where
    /// the correspondence is no finer. An empty or outside range gives the nearest position.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.byte_of(range.start, End::First);
        let end = if range.end > range.start {
            self.byte_of(range.end, End::Last)
        } else {
            start
        };
        let span = Span::new(start, end);
        match self.line_at(range.start) {
            Some(line) => span.on_line(line),
            None => span,
        }
    }

    /// Line of the artifact at byte `at` of the text: the last mark before it, or the piece's first line, and the line breaks since.
    fn line_at(&self, at: usize) -> Option<u64> {
        let mark = self
            .marks
            .partition_point(|mark| mark.0 <= at)
            .checked_sub(1)
            .and_then(|index| self.marks.get(index).copied());
        let (from, line) = match mark {
            Some(mark) => mark,
            None => (0, self.line?),
        };
        Some(line.saturating_add(self.newlines_between(from, at)))
    }

    /// Bytes of the artifact behind the whole piece.
    #[must_use]
    pub fn whole_span(&self) -> Span {
        self.span(0..self.text.len())
    }

    fn newlines_between(&self, from: usize, at: usize) -> u64 {
        let at = at.min(self.text.len());
        let before = |end: usize| self.breaks.at.partition_point(|found| *found < end);
        let known = before(at).saturating_sub(before(from)) as u64;
        let rest = self.text.as_bytes().get(from.max(self.breaks.known)..at);
        let walked = rest.unwrap_or_default().iter().filter(|byte| **byte == b'\n');
        known.saturating_add(walked.count() as u64)
    }

    fn byte_of(&self, at: usize, end: End) -> u64 {
        let at = at.min(self.text.len());
        // The last byte of a range decides which run its end lies in.
        let probe = if end == End::Last {
            at.saturating_sub(1)
        } else {
            at
        };
        let index = self
            .runs
            .partition_point(|run| run.text <= probe)
            .saturating_sub(1);
        let Some(run) = self.runs.get(index) else { return 0 };
        let inside = self.text.get(run.text..at).unwrap_or_default();
        run.byte.saturating_add(match run.stride {
            Stride::Same => at.saturating_sub(run.text) as u64,
            Stride::Wide => inside.encode_utf16().count() as u64 * 2,
            Stride::Single => inside.chars().count() as u64,
            Stride::Opaque(len) => {
                if end == End::Last {
                    len
                } else {
                    0
                }
            }
        })
    }
}

/// Pieces of a text that has to be walked to find a place in it: so short that the walk costs nothing.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    const PIECE_BYTES: usize = 256;
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, tail) = rest.split_at_checked(rest.ceil_char_boundary(PIECE_BYTES))?;
        rest = tail;
        Some(piece)
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_lead_back_to_bytes_through_entities_and_wide_text() {
        let mut piece = Text::new(Role::Body, Some(3));
        piece.push_same("a < ".get(..2).unwrap(), 10);
        piece.push_opaque("<", 12, 16);
        piece.push_same(" b\nc", 16);
        assert_eq!(piece.as_str(), "a < b\nc");
        assert_eq!(piece.span(0..1), Span::new(10, 11).on_line(3));
        assert_eq!(piece.span(2..3), Span::new(12, 16).on_line(3));
        assert_eq!(piece.span(6..7), Span::new(19, 20).on_line(4));
        let mut wide = Text::new(Role::ProgramString("utf-16".into()), None);
        wide.push_wide("aé𝄞b", 100);
        let b = wide.as_str().len() - 1;
        assert_eq!(wide.span(b..b + 1), Span::new(108, 110));
        assert_eq!(wide.whole_span(), Span::new(100, 110));
    }

    #[test]
    fn places_in_long_pieces_are_found_without_a_walk_and_after_storage() {
        let line = "é".repeat(400);
        let mut text = Text::new(Role::Body, Some(1));
        for number in 0..50u64 {
            text.push_single(&line, number * 401);
            text.push_opaque("\n", number * 401 + 400, number * 401 + 401);
        }
        let stored = serde_json::to_string(&text).unwrap();
        let again: Text = serde_json::from_str(&stored).unwrap();
        assert_eq!(text, again);
        for at in (0..text.as_str().len() - 1).step_by(2) {
            let Some(rest) = text.as_str().get(at..) else {
                continue;
            };
            let len = rest.chars().next().unwrap().len_utf8();
            assert_eq!(text.span(at..at + len), again.span(at..at + len));
        }
        let last = text.as_str().len() - 3;
        assert_eq!(
            text.span(last..last + 2),
            Span::new(49 * 401 + 399, 49 * 401 + 400).on_line(50)
        );
    }

    #[test]
    fn a_part_of_a_piece_keeps_bytes_and_lines() {
        let mut whole = Text::new(Role::Body, Some(1));
        whole.push_same("ab\n", 0);
        whole.push_single("é1", 3);
        whole.mark_line(7);
        whole.push_opaque("xyz", 20, 26);
        whole.push_same("\nend", 26);
        let mut part = Text::new(Role::Body, None);
        let from = whole.as_str().find('1').unwrap();
        part.push_part(&whole, from..whole.as_str().len());
        assert_eq!(part.as_str(), "1xyz\nend");
        assert_eq!(part.span(0..1), Span::new(4, 5).on_line(2));
        assert_eq!(part.span(2..3), Span::new(20, 26).on_line(7));
        assert_eq!(part.span(5..8), Span::new(27, 30).on_line(8));
    }
}
