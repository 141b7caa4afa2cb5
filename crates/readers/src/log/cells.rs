//! Cells of one row: between delimiters with or without quotes, or behind their names.
//!
//! A cell keeps its place in the line; only one with escapes has a value of its own. Bounded by the line.

use memchr::{memchr, memchr_iter};

use super::columns::Columns;

/// Cells of a row that are looked at.
const CELLS_MAX: usize = 2000;

/// One cell: its column and where in the line it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Column.
    pub column: usize,
    /// First byte in the line.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Its value, where that is not what stands in the line.
    pub decoded: Option<Vec<u8>>,
}

impl Cell {
    const fn plain(column: usize, start: usize, end: usize) -> Self {
        Self {
            column,
            start,
            end,
            decoded: None,
        }
    }

    /// Its value.
    pub fn value<'v>(&'v self, line: &'v [u8]) -> &'v [u8] {
        match &self.decoded {
            Some(value) => value,
            None => line.get(self.start..self.end).unwrap_or_default(),
        }
    }
}

/// Cells between `delimiter`s.
pub fn split(line: &[u8], delimiter: u8, cells: &mut Vec<Cell>) {
    cells.clear();
    let mut start = 0usize;
    for at in memchr_iter(delimiter, line).take(CELLS_MAX) {
        cells.push(Cell::plain(cells.len(), start, at));
        start = at.saturating_add(1);
    }
    if cells.len() < CELLS_MAX {
        cells.push(Cell::plain(cells.len(), start, line.len()));
    }
}

/// Cells between `delimiter`s where a cell may be quoted (RFC 4180); blanks around a cell do not count.
pub fn split_quoted(line: &[u8], delimiter: u8, cells: &mut Vec<Cell>) {
    if memchr(b'"', line).is_none() {
        split(line, delimiter, cells);
    } else {
        cells.clear();
        let mut at = 0usize;
        while at <= line.len() && cells.len() < CELLS_MAX {
            let rest = line.get(at..).unwrap_or_default();
            let blanks = rest
                .iter()
                .take_while(|byte| **byte == b' ' && delimiter != b' ')
                .count();
            let inside = rest.get(blanks..).and_then(|rest| rest.strip_prefix(b"\""));
            let start = at.saturating_add(blanks);
            let mut cell = Cell::plain(cells.len(), start, start);
            if let Some(inside) = inside {
                let from = start.saturating_add(1);
                let (len, doubled) = quoted(inside);
                cell.start = from;
                cell.end = from.saturating_add(len);
                if doubled {
                    cell.decoded = Some(halved(inside.get(..len).unwrap_or_default()));
                }
                at = cell.end.saturating_add(1);
            } else {
                at = start;
            }
            // What follows a closing quote up to the delimiter belongs to nothing.
            let rest = line.get(at..).unwrap_or_default();
            let next = memchr(delimiter, rest).unwrap_or(rest.len());
            at = at.saturating_add(next);
            if inside.is_none() {
                cell.end = at.max(cell.start);
            }
            cells.push(cell);
            at = at.saturating_add(1);
        }
    }
    for cell in cells.iter_mut().filter(|cell| cell.decoded.is_none()) {
        let value = line.get(cell.start..cell.end).unwrap_or_default();
        let lead = value.len().saturating_sub(value.trim_ascii_start().len());
        cell.start = cell.start.saturating_add(lead).min(cell.end);
        cell.end = cell.start.saturating_add(value.trim_ascii().len());
    }
}

/// Length up to the closing quote (or the end), and whether a doubled quote stands inside.
fn quoted(inside: &[u8]) -> (usize, bool) {
    let (mut at, mut doubled) = (0usize, false);
    while let Some(found) = inside.get(at..).and_then(|rest| memchr(b'"', rest)) {
        let quote = at.saturating_add(found);
        if inside.get(quote.saturating_add(1)) != Some(&b'"') {
            return (quote, doubled);
        }
        doubled = true;
        at = quote.saturating_add(2);
    }
    (inside.len(), doubled)
}

fn halved(inside: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(inside.len());
    let mut skip = false;
    for byte in inside {
        skip = *byte == b'"' && !skip;
        if !skip || *byte != b'"' {
            value.push(*byte);
        }
    }
    value
}

/// Undoes `\xNN` of Zeek in the cells that have it.
pub fn unescape(line: &[u8], cells: &mut [Cell]) {
    if memchr(b'\\', line).is_none() {
        return;
    }
    for cell in cells {
        let written = line.get(cell.start..cell.end).unwrap_or_default();
        if memchr(b'\\', written).is_some() {
            cell.decoded = Some(unescaped(written));
        }
    }
}

/// `written` with each `\xNN` as its byte.
pub fn unescaped(written: &[u8]) -> Vec<u8> {
    let hex = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let mut value = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((first, after)) = rest.split_first() {
        if let [b'\\', b'x', high, low, after @ ..] = rest
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            value.push(high << 4 | low);
            rest = after;
        } else {
            value.push(*first);
            rest = after;
        }
    }
    value
}

/// Cells written as `key=value` or `key="value"` between blanks; text before the first is passed over.
pub fn pairs(line: &[u8], columns: &mut Columns, cells: &mut Vec<Cell>) {
    cells.clear();
    let mut at = 0usize;
    while cells.len() < CELLS_MAX {
        let Some(equals) = line
            .get(at..)
            .and_then(|rest| memchr(b'=', rest))
            .map(|found| at.saturating_add(found))
        else {
            return;
        };
        let before = line.get(at..equals).unwrap_or_default();
        let key_len = before
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@'))
            .count();
        let key = before
            .get(before.len().saturating_sub(key_len)..)
            .unwrap_or_default();
        let from = equals.saturating_add(1);
        let rest = line.get(from..).unwrap_or_default();
        let (start, end) = match rest.strip_prefix(b"\"") {
            Some(inside) => {
                let start = from.saturating_add(1);
                let len = memchr(b'"', inside).unwrap_or(inside.len());
                (start, start.saturating_add(len))
            }
            None => {
                let len = rest
                    .iter()
                    .position(u8::is_ascii_whitespace)
                    .unwrap_or(rest.len());
                (from, from.saturating_add(len))
            }
        };
        if let Ok(key) = std::str::from_utf8(key)
            && !key.is_empty()
        {
            cells.push(Cell::plain(columns.named(key), start, end));
        }
        at = end.max(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(line: &[u8], cells: &[Cell]) -> Vec<String> {
        cells
            .iter()
            .map(|cell| String::from_utf8_lossy(cell.value(line)).into_owned())
            .collect()
    }

    #[test]
    fn quotes_are_undone_and_places_kept() {
        let line = b"a, \"b, \"\"c\"\"\",,\"d\"x, e ,\"open";
        let mut cells = Vec::new();
        split_quoted(line, b',', &mut cells);
        assert_eq!(values(line, &cells), ["a", "b, \"c\"", "", "d", "e", "open"]);
        assert_eq!((cells[1].start, cells[1].end), (4, 12));
        split_quoted(b"1,2,", b',', &mut cells);
        assert_eq!(values(b"1,2,", &cells), ["1", "2", ""]);
    }

    #[test]
    fn pairs_carry_their_names() {
        let line = b"<189>date=2019-05-10 msg=\"a = b\" srcip=10.1.1.1 x=";
        let (mut columns, mut cells) = (Columns::default(), Vec::new());
        pairs(line, &mut columns, &mut cells);
        assert_eq!(values(line, &cells), ["2019-05-10", "a = b", "10.1.1.1", ""]);
        assert_eq!(columns.name(cells[2].column), "srcip");
    }

    #[test]
    fn hexadecimal_escapes_are_bytes() {
        assert_eq!(unescaped(br"a\x09b\xc3\xa4\x\x0"), "a\tb\u{e4}\\x\\x0".as_bytes());
    }
}
