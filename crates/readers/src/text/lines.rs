//! Lines of a file of any size, with where each stands.
//!
//! One buffer of bounded size; a line longer than [`PIECE_BYTES_MAX`] comes in pieces cut at white space where there
//! is any, and never inside a character. A line ends at a line feed; a carriage return before it belongs to the end.

use ascribe_model::Bytes;
use memchr::memchr;

use crate::charset::Order;
use crate::window::Window;

/// The most bytes of a line that come at once.
pub const PIECE_BYTES_MAX: usize = 64 << 10;
const BUFFER_BYTES: usize = 1 << 20;

/// How characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or an older code page where it is broken.
    Utf8,
    /// UTF-16, as its byte order mark says, or its zero bytes where it has none.
    Utf16(Order),
}

impl Encoding {
    /// What the first bytes say.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0xff, 0xfe, ..] => Self::Utf16(Order::Little),
            [0xfe, 0xff, ..] => Self::Utf16(Order::Big),
            _ => unmarked(head).map_or(Self::Utf8, Self::Utf16),
        }
    }

    /// Bytes of the mark at the start.
    pub const fn mark_len(head: &[u8]) -> usize {
        match head {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => 2,
            [0xef, 0xbb, 0xbf, ..] => 3,
            _ => 0,
        }
    }
}

/// The order of UTF-16 without a mark: nearly every second byte is zero and the others never are.
fn unmarked(head: &[u8]) -> Option<Order> {
    const PAIRS_MIN: usize = 8;
    let (mut pairs, mut low, mut high) = (0usize, 0usize, 0usize);
    for pair in head.get(..head.len().min(1024))?.chunks_exact(2) {
        let [first, second] = pair else { continue };
        pairs = pairs.saturating_add(1);
        match (first, second) {
            (0, 0) => return None,
            (0, byte) if is_letter(*byte) => high = high.saturating_add(1),
            (byte, 0) if is_letter(*byte) => low = low.saturating_add(1),
            _ => {}
        }
    }
    let nearly_all = |count: usize| pairs >= PAIRS_MIN && count.saturating_mul(10) >= pairs.saturating_mul(7);
    match (low, high) {
        (low, 0) if nearly_all(low) => Some(Order::Little),
        (0, high) if nearly_all(high) => Some(Order::Big),
        _ => None,
    }
}

const fn is_letter(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// A line or a piece of a long one.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Its bytes without the line end.
    pub bytes: &'a [u8],
    /// Its first byte in the file.
    pub start: u64,
    /// From 1.
    pub number: u64,
    /// Whether the line starts here.
    pub first_piece: bool,
    /// Bytes of the line end that follows; 0 inside a long line and at the end of the file.
    pub end_len: u64,
    at_end: bool,
}

impl Line<'_> {
    /// Whether the line ends here.
    pub const fn last_piece(&self) -> bool {
        self.end_len > 0 || self.at_end
    }

    /// Whether it holds white space only.
    pub fn is_blank(&self) -> bool {
        self.bytes
            .iter()
            .all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0c | 0))
    }
}

/// Walks the lines of a file.
pub struct Lines<'a> {
    window: Window<'a>,
    number: u64,
    first_piece: bool,
    encoding: Encoding,
}

impl<'a> Lines<'a> {
    /// At the first line; a byte order mark is passed over.
    pub fn new(bytes: &'a dyn Bytes) -> Self {
        let mut lines = Self {
            window: Window::new(bytes),
            number: 1,
            first_piece: true,
            encoding: Encoding::Utf8,
        };
        lines.fill();
        lines.encoding = Encoding::of(lines.window.rest());
        lines.window.take(Encoding::mark_len(lines.window.rest()));
        lines
    }

    /// How characters are written.
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Why reading stopped early, if it did.
    pub const fn error(&self) -> Option<&std::io::Error> {
        self.window.error()
    }

    /// Offset of the next byte.
    pub const fn offset(&self) -> u64 {
        self.window.offset()
    }

    /// Makes sure that a whole piece lies in the buffer, or all that is left.
    fn fill(&mut self) {
        while !self.window.ended() && self.window.rest().len() <= PIECE_BYTES_MAX.saturating_add(2) {
            self.window
                .read(BUFFER_BYTES.saturating_sub(self.window.rest().len()));
        }
    }

    /// The next line or piece.
    pub fn next(&mut self) -> Option<Line<'_>> {
        self.fill();
        let start = self.offset();
        let (first_piece, number) = (self.first_piece, self.number);
        let (rest, ended) = (self.window.rest(), self.window.ended());
        if rest.is_empty() {
            return None;
        }
        let window = rest.get(..PIECE_BYTES_MAX.min(rest.len())).unwrap_or(rest);
        let (len, end_len) = match self.encoding {
            Encoding::Utf8 => match memchr(b'\n', window) {
                Some(at) if at > 0 && window.get(at.saturating_sub(1)) == Some(&b'\r') => {
                    (at.saturating_sub(1), 2)
                }
                Some(at) => (at, 1),
                None if window.len() == rest.len() && ended => (rest.len(), 0),
                None => (cut(window), 0),
            },
            Encoding::Utf16(order) => match wide_end(window, order) {
                Some(found) => found,
                None if window.len() == rest.len() && ended => (rest.len(), 0),
                None => (window.len() & !1, 0),
            },
        };
        let taken = len.saturating_add(end_len);
        let at_end = end_len == 0 && ended && taken >= rest.len();
        if end_len > 0 {
            self.number = self.number.saturating_add(1);
        }
        self.first_piece = end_len > 0;
        Some(Line {
            bytes: self.window.take(taken).get(..len).unwrap_or_default(),
            start,
            number,
            first_piece,
            end_len: end_len as u64,
            at_end,
        })
    }
}

/// Where to cut a long piece: after its last white space in the second half, else before its last unfinished character.
fn cut(window: &[u8]) -> usize {
    let half = window.len() / 2;
    if let Some(at) = window
        .iter()
        .rposition(|byte| matches!(byte, b' ' | b'\t' | b',' | b';'))
        && at >= half
    {
        return at.saturating_add(1);
    }
    for back in 1..=4usize {
        let Some(at) = window.len().checked_sub(back) else {
            break;
        };
        match window.get(at) {
            Some(byte) if byte & 0xc0 == 0x80 => {}
            Some(byte) if *byte >= 0xc0 && at > 0 => return at,
            _ => break,
        }
    }
    window.len()
}

fn wide_end(window: &[u8], order: Order) -> Option<(usize, usize)> {
    let (feed, back) = match order {
        Order::Little => ([b'\n', 0], [b'\r', 0]),
        Order::Big => ([0, b'\n'], [0, b'\r']),
    };
    let at = window
        .chunks_exact(2)
        .position(|unit| unit == feed)?
        .saturating_mul(2);
    match at.checked_sub(2) {
        Some(before) if window.get(before..at) == Some(&back) => Some((before, 4)),
        _ => Some((at, 2)),
    }
}
