//! Strings of a program: runs of printable ASCII, and of printable ASCII as UTF-16 little endian, at either alignment.
//!
//! A run has at least five characters, as `strings -n 5`: shorter ones are mostly code. Indicators are looked for in all of them;
//! of those outside the code at most 4,000 of at least eight characters are kept for quoting. A run longer than 8 KiB is looked at in pieces
//! that are cut at a space where there is one. Other scripts are not looked for: random bytes read as UTF-16 are mostly Han and Hangul.

use ascribe_model::{Out, Role, Span, Text};

const CHARACTERS_MIN: usize = 5;
const KEPT_CHARACTERS_MIN: usize = 8;
const KEPT_MAX: usize = 4000;
const PIECE_MAX: usize = 8192;
const STOP_EVERY: usize = 4096;

const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t')
}

/// Looks through `data`; `code` are the places of executable sections.
pub(crate) fn scan(data: &[u8], code: &[Span], out: &mut Out<'_>) {
    let mut code = code.to_vec();
    code.sort_unstable();
    let mut sink = Sink {
        code,
        kept: 0,
        seen: 0,
        out,
    };
    if sink.narrow(data) {
        sink.wide(data);
    }
}

struct Sink<'s, 'o> {
    code: Vec<Span>,
    kept: usize,
    seen: usize,
    out: &'s mut Out<'o>,
}

impl Sink<'_, '_> {
    fn narrow(&mut self, data: &[u8]) -> bool {
        let mut start = 0usize;
        while start < data.len() {
            let rest = data.get(start..).unwrap_or_default();
            let len = rest
                .iter()
                .position(|byte| !is_printable(*byte))
                .unwrap_or(rest.len());
            if len >= CHARACTERS_MIN {
                let run = rest.get(..len).unwrap_or_default();
                if !self.pieces(run, start as u64, "ascii") {
                    return false;
                }
            }
            start = start.saturating_add(len).saturating_add(1);
        }
        true
    }

    fn wide(&mut self, data: &[u8]) {
        let mut start = 0usize;
        let mut run = Vec::new();
        // Every wide string has a zero at its second byte: go from zero to zero.
        while let Some(zero) = data
            .get(start.saturating_add(1)..)
            .and_then(|rest| memchr::memchr(0, rest))
        {
            let at = start.saturating_add(zero);
            run.clear();
            run.extend(
                data.get(at..)
                    .unwrap_or_default()
                    .chunks_exact(2)
                    .map_while(|pair| match pair {
                        [low, 0] if is_printable(*low) => Some(*low),
                        _ => None,
                    }),
            );
            if run.len() >= CHARACTERS_MIN && !self.pieces(&run, at as u64, "utf-16") {
                return;
            }
            start = at.saturating_add(run.len().saturating_mul(2).max(1));
        }
    }

    /// Looks at a run of ASCII characters; false when time is up.
    fn pieces(&mut self, mut run: &[u8], mut at: u64, encoding: &str) -> bool {
        let width: u64 = if encoding == "ascii" { 1 } else { 2 };
        while !run.is_empty() {
            self.seen = self.seen.saturating_add(1);
            if self.seen & (STOP_EVERY - 1) == 0 && self.out.stopped() {
                self.out.out_of_time("program.strings", Span::new(at, at));
                return false;
            }
            let head = run.get(..run.len().min(PIECE_MAX)).unwrap_or_default();
            let cut = if run.len() > PIECE_MAX {
                head.iter()
                    .rposition(|byte| *byte == b' ')
                    .map_or(head.len(), |space| space.saturating_add(1))
            } else {
                head.len()
            };
            let piece = run.get(..cut).unwrap_or_default();
            run = run.get(cut..).unwrap_or_default();
            self.piece(std::str::from_utf8(piece).unwrap_or_default(), at, encoding);
            at = at.saturating_add((cut as u64).saturating_mul(width));
        }
        true
    }

    fn piece(&mut self, text: &str, at: u64, encoding: &str) {
        let mut piece = Text::new(Role::ProgramString(encoding.to_owned()), None);
        if encoding == "ascii" {
            piece.push_same(text, at);
        } else {
            piece.push_wide(text, at);
        }
        if self.kept < KEPT_MAX && text.len() >= KEPT_CHARACTERS_MIN && !self.is_in_code(at) {
            self.kept = self.kept.saturating_add(1);
            self.out.text(piece);
        } else {
            self.out.scan_only(&piece);
        }
    }

    fn is_in_code(&self, at: u64) -> bool {
        let index = self.code.partition_point(|span| span.start <= at);
        index
            .checked_sub(1)
            .and_then(|index| self.code.get(index))
            .is_some_and(|span| at < span.end)
    }
}
