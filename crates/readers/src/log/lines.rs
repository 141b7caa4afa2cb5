//! Lines of a log of any size, one at a time, with where each stands.
//!
//! One buffer, bounded by the longest line allowed; a longer line is passed over and said so. In a table with quotes a
//! line break inside a quoted cell does not end the row, within a bound. Does not decode.

use ascribe_model::Bytes;
use memchr::memchr;

use crate::window::Window;

const CHUNK_BYTES: usize = 1 << 20;
/// A row with line breaks in quotes is at most this long; beyond, the quote counts as damage.
pub const QUOTED_BYTES_MAX: usize = 64 << 10;

/// What is special about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// Nothing.
    Yes,
    /// It is longer than allowed; its bytes are not given.
    TooLong,
    /// A quote in it has no end within the bound; the line ends where it would without the quote.
    OpenQuote,
}

/// One line (or one row with line breaks inside quotes).
#[derive(Clone, Copy, Debug)]
pub struct Line<'b> {
    /// Its bytes without the line end; none where it is too long.
    pub bytes: &'b [u8],
    /// Its first byte in the file.
    pub start: u64,
    /// One past its last byte, without the line end.
    pub end: u64,
    /// From 1.
    pub number: u64,
    /// Whether it is as it should be.
    pub whole: Whole,
    /// Whether line breaks stand inside, in quotes.
    pub has_breaks: bool,
}

/// Walks the lines of a file.
pub struct Lines<'a> {
    window: Window<'a>,
    line_bytes_max: usize,
    number: u64,
}

impl<'a> Lines<'a> {
    /// At the first line; a UTF-8 byte order mark is passed over.
    pub fn new(bytes: &'a dyn Bytes, line_bytes_max: usize) -> Self {
        let mut lines = Self {
            window: Window::new(bytes),
            line_bytes_max,
            number: 1,
        };
        lines.window.read(CHUNK_BYTES);
        if lines.window.rest().starts_with(&[0xef, 0xbb, 0xbf]) {
            lines.window.take(3);
        }
        lines
    }

    /// Offset of the next byte.
    pub const fn offset(&self) -> u64 {
        self.window.offset()
    }

    /// Line of the next byte.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Why reading stopped early, if it did.
    pub const fn error(&self) -> Option<&std::io::Error> {
        self.window.error()
    }

    /// The next line; none at the end, or inside a line without end once `stopped` says so.
    ///
    /// With `quotes`, the delimiter of a table, a cell that begins with a quote goes on to the next quote.
    pub fn next(&mut self, quotes: Option<u8>, stopped: &dyn Fn() -> bool) -> Option<Line<'_>> {
        let mut searched = 0usize;
        // The end of the first line where a quote is open there, and how the quotes stand.
        let mut first_end: Option<usize> = None;
        let mut state = Quote::Start;
        let mut breaks = 0u64;
        let (len, taken, whole) = loop {
            let rest = self.window.rest();
            let fresh = rest.get(searched..).unwrap_or_default();
            let newline = memchr(b'\n', fresh);
            let piece = fresh.get(..newline.unwrap_or(fresh.len())).unwrap_or_default();
            if let Some(delimiter) = quotes {
                state = state.after(piece, delimiter);
            }
            searched = searched.saturating_add(piece.len());
            let open = state == Quote::Inside;
            if newline.is_some() && !open {
                breaks = breaks.saturating_add(1);
                break (searched, searched.saturating_add(1), Whole::Yes);
            }
            let at_end = newline.is_none() && self.window.ended();
            if let Some(end) = first_end
                && (at_end || searched > QUOTED_BYTES_MAX)
            {
                breaks = 1;
                break (end, end.saturating_add(1), Whole::OpenQuote);
            }
            if newline.is_some() {
                first_end.get_or_insert(searched);
                breaks = breaks.saturating_add(1);
                searched = searched.saturating_add(1);
                continue;
            }
            if at_end {
                if searched == 0 {
                    return None;
                }
                let whole = if open { Whole::OpenQuote } else { Whole::Yes };
                break (searched, searched, whole);
            }
            if searched > self.line_bytes_max {
                return Some(self.pass_over(stopped));
            }
            self.window.read(CHUNK_BYTES);
        };
        let (start, number) = (self.offset(), self.number);
        self.number = number.saturating_add(breaks);
        let bytes = self.window.take(taken).get(..len).unwrap_or_default();
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let too_long = bytes.len() > self.line_bytes_max;
        Some(Line {
            bytes: if too_long { &[] } else { bytes },
            start,
            end: start.saturating_add(bytes.len() as u64),
            number,
            whole: if too_long { Whole::TooLong } else { whole },
            has_breaks: first_end.is_some() && whole == Whole::Yes,
        })
    }

    /// Passes over a line that is too long, chunk by chunk.
    fn pass_over(&mut self, stopped: &dyn Fn() -> bool) -> Line<'static> {
        let (start, number) = (self.offset(), self.number);
        let end = loop {
            if let Some(newline) = memchr(b'\n', self.window.rest()) {
                let end = self.offset().saturating_add(newline as u64);
                self.window.take(newline.saturating_add(1));
                self.number = number.saturating_add(1);
                break end;
            }
            self.window.take(self.window.rest().len());
            if self.window.ended() || stopped() {
                break self.offset();
            }
            self.window.read(CHUNK_BYTES);
        };
        Line {
            bytes: &[],
            start,
            end,
            number,
            whole: Whole::TooLong,
            has_breaks: false,
        }
    }
}

/// Where in a row of a table with quotes one stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    /// At the start of a cell.
    Start,
    /// In a cell without quotes, or behind them.
    Plain,
    /// Between quotes.
    Inside,
}

impl Quote {
    fn after(self, bytes: &[u8], delimiter: u8) -> Self {
        if self != Self::Inside && memchr(b'"', bytes).is_none() {
            return match bytes.last() {
                Some(last) if *last == delimiter => Self::Start,
                Some(_) => Self::Plain,
                None => self,
            };
        }
        let mut state = self;
        let mut closed = false;
        for byte in bytes {
            let reopened = closed && *byte == b'"';
            closed = false;
            state = match (state, *byte) {
                (Self::Start, b'"') => Self::Inside,
                (Self::Start, b' ') => Self::Start,
                (Self::Inside, b'"') => {
                    closed = true;
                    Self::Plain
                }
                (Self::Inside, _) => Self::Inside,
                (Self::Plain, b'"') if reopened => Self::Inside,
                (_, byte) if byte == delimiter => Self::Start,
                _ => Self::Plain,
            };
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(data: &[u8], max: usize, quotes: Option<u8>) -> Vec<(u64, u64, u64, String, Whole)> {
        let mut lines = Lines::new(&data, max);
        let mut all = Vec::new();
        while let Some(line) = lines.next(quotes, &|| false) {
            let text = String::from_utf8_lossy(line.bytes).into_owned();
            all.push((line.start, line.end, line.number, text, line.whole));
        }
        all
    }

    #[test]
    fn a_line_beyond_the_bound_is_passed_over_and_the_next_is_whole() {
        let mut data = b"one\r\n".to_vec();
        data.extend(vec![b'x'; 5 << 20]);
        data.extend(b"\nthree");
        let found = lines(&data, 100, None);
        let end = 5 + (5 << 20);
        assert_eq!(
            found,
            [
                (0, 3, 1, "one".to_owned(), Whole::Yes),
                (5, end, 2, String::new(), Whole::TooLong),
                (end + 1, end + 6, 3, "three".to_owned(), Whole::Yes),
            ]
        );
    }

    #[test]
    fn line_breaks_in_quotes_do_not_end_a_row() {
        let found = lines(b"\xef\xbb\xbfa,\"b\n\"\"c\"\nd,5\"\ne,\"f\ng", 100, Some(b','));
        let texts: Vec<(u64, &str, Whole)> = found
            .iter()
            .map(|line| (line.2, line.3.as_str(), line.4))
            .collect();
        assert_eq!(
            texts,
            [
                (1, "a,\"b\n\"\"c\"", Whole::Yes),
                (3, "d,5\"", Whole::Yes),
                (4, "e,\"f", Whole::OpenQuote),
                (5, "g", Whole::Yes),
            ]
        );
    }

    #[test]
    fn a_quote_without_end_costs_one_row() {
        let mut data = b"a,\"b\n".to_vec();
        data.extend(b"c,d\n".repeat(QUOTED_BYTES_MAX));
        let found = lines(&data, 1 << 20, Some(b','));
        assert_eq!(found.len(), 1 + QUOTED_BYTES_MAX);
        assert_eq!(found[0].4, Whole::OpenQuote);
        assert!(found[1..].iter().all(|line| line.4 == Whole::Yes));
    }
}
