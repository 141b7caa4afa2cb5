//! Whole lines of a log of any size, one at a time.
//!
//! Memory is bounded by the longest line allowed; a longer one is passed over and said so. Does not decode.

use ascribe_model::Bytes;
use memchr::memchr;

const CHUNK_BYTES: usize = 256 << 10;

/// One line.
#[derive(Debug)]
pub struct Line {
    /// Its bytes without the line end; empty where it was too long.
    pub bytes: Vec<u8>,
    /// Its first byte in the file.
    pub start: u64,
    /// One past its last byte, without the line end.
    pub end: u64,
    /// From 1.
    pub number: u64,
    /// Longer than allowed: its bytes were not kept.
    pub too_long: bool,
}

/// Walks the lines of a file.
pub struct Lines<'a> {
    bytes: &'a dyn Bytes,
    max: usize,
    buffer: Vec<u8>,
    at: usize,
    base: u64,
    number: u64,
    /// Why reading stopped early.
    pub error: Option<std::io::Error>,
}

impl<'a> Lines<'a> {
    /// At the first line; a UTF-8 byte order mark is passed over.
    pub fn new(bytes: &'a dyn Bytes, max: usize) -> Self {
        let mut lines = Self {
            bytes,
            max,
            buffer: Vec::new(),
            at: 0,
            base: 0,
            number: 0,
            error: None,
        };
        if lines.fill() && lines.buffer.starts_with(&[0xef, 0xbb, 0xbf]) {
            lines.at = 3;
        }
        lines
    }

    /// Offset of the next byte.
    pub const fn offset(&self) -> u64 {
        self.base.saturating_add(self.at as u64)
    }

    /// Replaces the used-up buffer; whether there is anything.
    fn fill(&mut self) -> bool {
        self.base = self.base.saturating_add(self.buffer.len() as u64);
        self.at = 0;
        self.buffer.resize(CHUNK_BYTES, 0);
        match self.bytes.read_at(self.base, &mut self.buffer) {
            Ok(count) => self.buffer.truncate(count),
            Err(error) => {
                self.buffer.clear();
                self.error = Some(error);
            }
        }
        !self.buffer.is_empty()
    }

    /// The next line; `stopped` is asked at every chunk, so that one endless line cannot hold the reader.
    pub fn next(&mut self, stopped: &dyn Fn() -> bool) -> Option<Line> {
        let start = self.offset();
        let mut line = Line {
            bytes: Vec::new(),
            start,
            end: start,
            number: self.number.saturating_add(1),
            too_long: false,
        };
        let mut any = false;
        loop {
            if self.at >= self.buffer.len() && (stopped() || self.error.is_some() || !self.fill()) {
                if !any {
                    return None;
                }
                break;
            }
            any = true;
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            let found = memchr(b'\n', rest);
            let piece = rest.get(..found.unwrap_or(rest.len())).unwrap_or_default();
            if line.bytes.len().saturating_add(piece.len()) > self.max {
                line.too_long = true;
                line.bytes = Vec::new();
            }
            if !line.too_long {
                line.bytes.extend_from_slice(piece);
            }
            line.end = line.end.saturating_add(piece.len() as u64);
            self.at = self.at.saturating_add(piece.len());
            if found.is_some() {
                self.at = self.at.saturating_add(1);
                break;
            }
        }
        if line.bytes.last() == Some(&b'\r') {
            line.bytes.pop();
            line.end = line.end.saturating_sub(1);
        }
        self.number = line.number;
        Some(line)
    }
}
