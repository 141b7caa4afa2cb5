//! Records and cells of a CSV file, with their bytes. Source: RFC 4180; also `;` and tab between cells.
//!
//! A record is bounded: where a quote has no end, the record ends with its first line.

/// Cells of one record that are looked at.
const CELLS_MAX: usize = 200;

/// A cell: its text with quotes undone, and its bytes, quotes included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub text: String,
    pub start: usize,
    pub end: usize,
}

/// A record and its bytes, without the line break.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub cells: Vec<Cell>,
    pub start: usize,
    pub end: usize,
    /// Whether it begins with `#`.
    pub comment: bool,
    /// Whether a quote had no end within the bound.
    pub open_quote: bool,
}

/// The records of `data`.
pub(super) struct Records<'d> {
    data: &'d [u8],
    at: usize,
    delimiter: u8,
    record_bytes_max: usize,
}

impl<'d> Records<'d> {
    pub const fn new(data: &'d [u8], delimiter: u8, record_bytes_max: usize) -> Self {
        Self {
            data,
            at: 0,
            delimiter,
            record_bytes_max,
        }
    }

    /// First byte behind the record at `start` and whether a quote had no end: line breaks in quotes do not end it.
    fn end_of(&self, start: usize) -> (usize, bool) {
        let rest = self.data.get(start..).unwrap_or_default();
        let mut quoted = false;
        for (at, byte) in rest.iter().enumerate().take(self.record_bytes_max) {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' if !quoted => return (start.saturating_add(at), false),
                _ => {}
            }
        }
        if rest.len() <= self.record_bytes_max && !quoted {
            return (self.data.len(), false);
        }
        let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        (start.saturating_add(line), quoted)
    }

    fn cells(&self, mut start: usize, end: usize) -> Vec<Cell> {
        let mut cells = Vec::new();
        let mut quoted = false;
        let mut at = start;
        while at <= end && cells.len() < CELLS_MAX {
            let byte = self.data.get(at).copied().unwrap_or_default();
            if byte == b'"' && at < end {
                quoted = !quoted;
            }
            if at == end || (byte == self.delimiter && !quoted) {
                cells.push(self.cell(start, at));
                start = at.saturating_add(1);
            }
            at = at.saturating_add(1);
        }
        cells
    }

    fn cell(&self, start: usize, end: usize) -> Cell {
        let whole = self.data.get(start..end).unwrap_or_default();
        let lead = whole.len().saturating_sub(whole.trim_ascii_start().len());
        let plain = whole.trim_ascii();
        let start = start.saturating_add(lead);
        let text = String::from_utf8_lossy(plain);
        let text = match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inside) => inside.replace("\"\"", "\"").trim().to_owned(),
            None => text.into_owned(),
        };
        Cell {
            text,
            start,
            end: start.saturating_add(plain.len()),
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        while self.at < self.data.len() {
            let start = self.at;
            let comment = self.data.get(start) == Some(&b'#');
            let (end, open_quote) = if comment {
                let rest = self.data.get(start..).unwrap_or_default();
                let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                (start.saturating_add(line), false)
            } else {
                self.end_of(start)
            };
            self.at = end.saturating_add(1);
            let body = self.data.get(start..end).unwrap_or_default();
            if body.trim_ascii().is_empty() {
                continue;
            }
            let end = if body.ends_with(b"\r") {
                end.saturating_sub(1)
            } else {
                end
            };
            let first = start.saturating_add(usize::from(comment));
            return Some(Record {
                cells: self.cells(first, end),
                start,
                end,
                comment,
                open_quote,
            });
        }
        None
    }
}
