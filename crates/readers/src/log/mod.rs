//! Reads logs of network events: Zeek (TSV and JSON lines), Suricata EVE, tables and JSON lines with named columns,
//! W3C extended logs, `key=value` lines, cloud flow logs, Squid, Apache and nginx.
//!
//! Gives flows, DNS answers and names asked for, as captures do, each on the rows it stands on; other cells are looked
//! through for indicators. Streams: memory is bounded by the tables of [`sheet`] and one line, not by the file.
//! Does not join logs, resolve names or turn a time without an offset into UTC.

mod access;
mod cells;
mod columns;
mod directives;
mod json;
pub(crate) mod lines;
mod names;
pub(crate) mod row;
mod shape;
mod sheet;
#[cfg(test)]
mod tests;
pub(crate) mod when;

use ascribe_model::reading::read_range;
use ascribe_model::{Anomaly, Bytes, Coverage, Out, Role, Span, Text};

use self::cells::Cell;
use self::columns::{Columns, Field};
use self::lines::{Line, Lines, Whole};
use self::row::{Row, Style, address};
use self::shape::{Part, Shape};
use self::sheet::Sheet;
use crate::{Head, Match, Reader, charset};

/// The reader of logs.
pub const READER: Reader = Reader {
    name: "log/2",
    kind: "log",
    detect,
    read,
};

/// What the shape is told from.
const HEAD_BYTES: u64 = 64 << 10;
/// Damaged rows that get a line of their own.
const DAMAGED_LISTED: u64 = 8;

fn detect(head: &Head<'_>) -> Match {
    match Shape::of(head.bytes, head.len) {
        Some(_) if head.bytes.starts_with(b"#separator ") => Match::Sure,
        Some(_) => Match::Likely,
        None => Match::No,
    }
}

/// What of the rows was read, and what was wrong with them.
struct Counts {
    coverage: Coverage,
    damaged: u64,
    not_utf8: Option<(u64, u64)>,
    unread_times: u64,
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let shape = read_range(bytes, 0, HEAD_BYTES).map(|head| Shape::of(&head, bytes.len()));
    let mut shape = match shape {
        Ok(Some(shape)) => shape,
        Ok(None) => {
            out.anomaly(Anomaly::lost("log.shape", None, "no rows of a log were found"));
            return;
        }
        Err(error) => {
            out.anomaly(Anomaly::lost(
                "log.read",
                None,
                format!("could not be read: {error}"),
            ));
            return;
        }
    };
    let mut sheet = Sheet::new(out.limits());
    let mut counts = Counts {
        coverage: Coverage {
            unit: "row".to_owned(),
            ..Coverage::default()
        },
        damaged: 0,
        not_utf8: None,
        unread_times: 0,
    };
    let mut lines = Lines::new(bytes, out.limits().line_bytes_max);
    let mut cells = Vec::new();
    loop {
        if out.stopped() {
            let rest = Span::new(lines.offset(), bytes.len()).on_line(lines.number());
            out.out_of_time("log.time", rest);
            break;
        }
        let Some(line) = lines.next(shape.quotes(), &|| out.stopped()) else {
            break;
        };
        take(&line, &mut shape, &mut cells, &mut sheet, &mut counts, out);
    }
    if let Some(error) = lines.error() {
        let rest = Span::new(lines.offset(), bytes.len().max(lines.offset()));
        out.anomaly(Anomaly::lost(
            "log.read",
            Some(rest),
            format!("reading stopped here: {error}"),
        ));
    }
    say(&counts, bytes.len(), out);
    sheet.finish(&shape.columns, out);
    out.coverage(counts.coverage);
}

fn take(
    line: &Line<'_>,
    shape: &mut Shape,
    cells: &mut Vec<Cell>,
    sheet: &mut Sheet,
    counts: &mut Counts,
    out: &mut Out<'_>,
) {
    let part = match line.whole {
        Whole::Yes => shape.part(line.bytes, line.number, cells),
        Whole::TooLong => Part::Damaged("it is longer than the bound on lines"),
        Whole::OpenQuote => Part::Damaged("a quote in it has no end"),
    };
    match part {
        Part::Around => return,
        Part::Damaged(why) => {
            counts.coverage.seen = counts.coverage.seen.saturating_add(1);
            counts.coverage.dropped = counts.coverage.dropped.saturating_add(1);
            counts.damaged = counts.damaged.saturating_add(1);
            if counts.damaged <= DAMAGED_LISTED {
                let at = Span::new(line.start, line.end).on_line(line.number);
                out.anomaly(Anomaly::lost(
                    "log.row",
                    Some(at),
                    format!("this row was not read: {why}"),
                ));
            }
            return;
        }
        Part::Row => {}
    }
    counts.coverage.seen = counts.coverage.seen.saturating_add(1);
    counts.coverage.parsed = counts.coverage.parsed.saturating_add(1);
    if let Err(error) = std::str::from_utf8(line.bytes) {
        let at = line.start.saturating_add(error.valid_up_to() as u64);
        let (_, rows) = counts.not_utf8.get_or_insert((at, 0));
        *rows = rows.saturating_add(1);
    }
    let row = Row::of(line.bytes, cells, &shape.columns, &shape.style);
    counts.unread_times = counts.unread_times.saturating_add(u64::from(row.unread_time));
    let mut used = sheet.row(line, &row, &shape.style);
    let query_type = row.query_type.to_ascii_uppercase();
    for cell in cells.iter() {
        if to_scan(cell, line, &shape.columns, &shape.style, &query_type) {
            used |= scan(cell, line, &mut shape.columns, out);
        }
    }
    counts.coverage.used = counts.coverage.used.saturating_add(u64::from(used));
}

/// Whether a cell is looked through for indicators: what is counted by itself is not.
fn to_scan(cell: &Cell, line: &Line<'_>, columns: &Columns, style: &Style, query_type: &[u8]) -> bool {
    let value = cell.value(line.bytes);
    let field = columns.field(cell.column);
    let open = match field {
        Field::Other | Field::Url => true,
        Field::Client | Field::Server => address(value.trim_ascii()).is_none(),
        Field::Answer => !matches!(
            query_type,
            b"" | b"A" | b"AAAA" | b"CNAME" | b"NS" | b"PTR" | b"MX" | b"SRV"
        ),
        _ => false,
    };
    open && !style.is_nothing(value) && !columns.is_barren(value)
}

/// Looks through a cell for indicators; whether there are any.
fn scan(cell: &Cell, line: &Line<'_>, columns: &mut Columns, out: &mut Out<'_>) -> bool {
    let value = cell.value(line.bytes);
    let start = line.start.saturating_add(cell.start as u64);
    let breaks = if line.has_breaks {
        let before = line.bytes.get(..cell.start).unwrap_or_default();
        memchr::memchr_iter(b'\n', before).count() as u64
    } else {
        0
    };
    let role = Role::Cell(columns.name(cell.column).to_owned());
    let mut text = Text::new(role, Some(line.number.saturating_add(breaks)));
    if cell.decoded.is_some() {
        let end = line.start.saturating_add(cell.end as u64);
        text.push_opaque(&String::from_utf8_lossy(value), start, end);
    } else {
        charset::push_utf8(&mut text, value, start);
    }
    let found = out.scan_only(&text) > 0;
    if !found {
        columns.barren(value);
    }
    found
}

fn say(counts: &Counts, len: u64, out: &mut Out<'_>) {
    if counts.damaged > DAMAGED_LISTED {
        let text = format!("{} rows in all were not read", counts.damaged);
        out.anomaly(Anomaly::lost("log.row", None, text));
    }
    if counts.unread_times > 0 {
        let text = format!(
            "{} rows have a time without a date, or with a date whose order of day and month it does not tell; they count without time",
            counts.unread_times
        );
        out.anomaly(Anomaly::odd("log.time-unread", None, text));
    }
    if let Some((at, rows)) = counts.not_utf8 {
        let text = format!(
            "{rows} rows hold bytes that are not UTF-8, the first at byte {at}; they were read as Windows-1252"
        );
        let at = Span::new(at, at.saturating_add(1).min(len));
        out.anomaly(Anomaly::odd("log.not-utf8", Some(at), text));
    }
}
