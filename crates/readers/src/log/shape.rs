//! How a log is written, told by its first lines.
//!
//! Only rows decide: where most of them hold a time and two addresses, or a time, an address and a name, by what the
//! columns are called, it is a log. Prose about sources and destinations has no such rows.

use memchr::memchr;

use super::access;
use super::cells::{Cell, pairs, split, split_quoted, unescape};
use super::columns::{Columns, Field};
use super::directives::Directives;
use super::json::flatten;
use super::lines::{Lines, Whole};
use super::row::{Row, Style};

/// Lines that detection looks at.
const LINES_MAX: usize = 200;
/// Lines before a table's header.
const BEFORE_HEADER_MAX: usize = 20;
/// Columns of cloud flow logs that come without a header.
const FLOW_LOG: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

/// How rows are written.
#[derive(Debug)]
pub enum Form {
    /// As lines inside the log say.
    Directed(Directives),
    /// A table with a delimiter.
    Table {
        /// Between cells.
        delimiter: u8,
        /// Line of the header, from 1; 0 where there is none.
        header: u64,
        /// What follows sums up the rows (nfdump).
        ended: bool,
    },
    /// One JSON object a line.
    Objects,
    /// `key=value` pairs.
    Pairs,
    /// Lines of a web server.
    Web,
    /// Lines of Squid.
    Squid,
}

/// How a log is written and what its columns mean.
pub struct Shape {
    /// How rows are written.
    pub form: Form,
    /// What columns mean.
    pub columns: Columns,
    /// How rows are to be read.
    pub style: Style,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A row; its cells are filled in.
    Row,
    /// Not a row: blank, a comment, a header.
    Around,
    /// A row that is damaged, and how.
    Damaged(&'static str),
}

impl Shape {
    fn new(form: Form, columns: Columns) -> Self {
        Self {
            form,
            columns,
            style: Style::default(),
        }
    }

    /// Delimiter of a table whose cells may be quoted.
    pub const fn quotes(&self) -> Option<u8> {
        match self.form {
            Form::Table { delimiter, .. } => Some(delimiter),
            _ => None,
        }
    }

    /// Splits line `number` into cells.
    pub fn part(&mut self, line: &[u8], number: u64, cells: &mut Vec<Cell>) -> Part {
        if line.trim_ascii().is_empty() {
            return Part::Around;
        }
        let result = match &mut self.form {
            Form::Directed(directives) => {
                if line.first() == Some(&b'#') {
                    directives.take(line, &mut self.columns, &mut self.style);
                    return Part::Around;
                }
                directed(line, directives, cells)
            }
            Form::Table {
                delimiter,
                header,
                ended,
            } => {
                *ended |= line == b"Summary";
                if *ended || number <= *header || line.first() == Some(&b'#') {
                    return Part::Around;
                }
                split_quoted(line, *delimiter, cells);
                if cells.len() < self.columns.len() {
                    Err("it has fewer cells than there are columns")
                } else {
                    Ok(())
                }
            }
            Form::Objects => flatten(line, &mut self.columns, cells),
            Form::Pairs => {
                pairs(line, &mut self.columns, cells);
                if cells.is_empty() {
                    Err("it has no pairs")
                } else {
                    Ok(())
                }
            }
            Form::Web => access::web(line, cells),
            Form::Squid => access::squid(line, cells),
        };
        match result {
            Ok(()) => Part::Row,
            Err(why) => Part::Damaged(why),
        }
    }

    /// The shape of a log that begins with `head`; none where it is no log.
    pub fn of(head: &[u8], len: u64) -> Option<Self> {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        if memchr(0, text.get(..text.len().min(1024)).unwrap_or_default()).is_some() {
            return None;
        }
        // The last line of the head may be cut.
        let text = if (head.len() as u64) < len {
            text.get(..memchr::memrchr(b'\n', text)?.saturating_add(1))?
        } else {
            text
        };
        if text.starts_with(b"#separator ") || text.starts_with(b"#fields\t") {
            return Some(Self::new(
                Form::Directed(Directives::new(true)),
                Columns::default(),
            ));
        }
        Self::candidates(text).into_iter().find_map(|mut shape| {
            if !shape.most_rows_fit(text) {
                return None;
            }
            // What the rows of the head said of columns is found again.
            match &mut shape.form {
                Form::Directed(directives) => *directives = Directives::new(false),
                Form::Table { ended, .. } => *ended = false,
                _ => {}
            }
            Some(shape)
        })
    }

    fn candidates(text: &[u8]) -> Vec<Self> {
        let start = text.trim_ascii_start();
        if start.first() == Some(&b'{') {
            return vec![Self::new(Form::Objects, Columns::default())];
        }
        let mut found = Vec::new();
        if text.starts_with(b"#") && memchr::memmem::find(text, b"#Fields:").is_some() {
            found.push(Self::new(
                Form::Directed(Directives::new(false)),
                Columns::default(),
            ));
        }
        found.extend(
            [b',', b'\t', b';', b'|', b' ']
                .into_iter()
                .filter_map(|delimiter| table(text, delimiter)),
        );
        found.push(Self::new(Form::Squid, access::columns(&access::SQUID)));
        found.push(Self::new(Form::Web, access::columns(&access::WEB)));
        found.push(Self::new(
            Form::Table {
                delimiter: b' ',
                header: 0,
                ended: false,
            },
            access::columns(&FLOW_LOG),
        ));
        found.push(Self::new(Form::Pairs, Columns::default()));
        for shape in &mut found {
            if matches!(shape.form, Form::Squid) {
                shape.style.protocol = Some("tcp");
                shape.style.directed = true;
            }
        }
        found
    }

    /// Whether the rows of the head read as rows of a log.
    ///
    /// JSON logs mix events, most of which may have no ends: there one row that fits is enough where all are objects.
    fn most_rows_fit(&mut self, text: &[u8]) -> bool {
        let (mut rows, mut good, mut fit) = (0usize, 0usize, 0usize);
        let mut cells = Vec::new();
        let quotes = self.quotes();
        let mut lines = Lines::new(&text, text.len());
        let mut read = 0usize;
        while let Some(line) = lines.next(quotes, &|| false) {
            read = read.saturating_add(1);
            if read > LINES_MAX {
                break;
            }
            match self.part(line.bytes, line.number, &mut cells) {
                Part::Around => continue,
                Part::Row if line.whole == Whole::Yes => {
                    good = good.saturating_add(1);
                    let row = Row::of(line.bytes, &cells, &self.columns, &self.style);
                    fit = fit.saturating_add(usize::from(row.fits()));
                }
                Part::Row | Part::Damaged(_) => {}
            }
            rows = rows.saturating_add(1);
        }
        let most = |count: usize| count > 0 && count.saturating_mul(2) >= rows;
        match self.form {
            Form::Objects => fit > 0 && good.saturating_mul(10) >= rows.saturating_mul(9),
            _ => most(fit),
        }
    }
}

/// Cells of a row as the directives before it say.
fn directed(line: &[u8], directives: &Directives, cells: &mut Vec<Cell>) -> Result<(), &'static str> {
    if directives.order.is_empty() {
        return Err("no line before it names the columns");
    }
    if directives.zeek {
        split(line, directives.separator, cells);
        unescape(line, cells);
    } else {
        split_quoted(line, directives.separator, cells);
    }
    if cells.len() != directives.order.len() {
        return Err("it has not as many cells as there are columns");
    }
    for (cell, column) in cells.iter_mut().zip(&directives.order) {
        cell.column = *column;
    }
    Ok(())
}

/// A table whose header says of what a log of network events consists.
fn table(text: &[u8], delimiter: u8) -> Option<Shape> {
    let mut cells = Vec::new();
    let mut lines = Lines::new(&text, text.len());
    for _ in 0..BEFORE_HEADER_MAX {
        let line = lines.next(Some(delimiter), &|| false)?;
        let body = line.bytes.strip_prefix(b"#").unwrap_or(line.bytes);
        split_quoted(body, delimiter, &mut cells);
        if cells.len() < 3 {
            continue;
        }
        let names: Vec<String> = cells
            .iter()
            .map(|cell| String::from_utf8_lossy(cell.value(body)).into_owned())
            .collect();
        let columns = Columns::of(names.iter().map(String::as_str));
        let has = |fields: &[Field]| (0..columns.len()).any(|at| fields.contains(&columns.field(at)));
        let time = has(&[Field::Start, Field::Time, Field::Date, Field::End]);
        let client = has(&[Field::Client]);
        let server = has(&[Field::Server]);
        let name = has(&[Field::Host, Field::Url, Field::Query, Field::TlsName]);
        if time && ((client && server) || (name && (client || server))) {
            let header = line.number;
            return Some(Shape::new(
                Form::Table {
                    delimiter,
                    header,
                    ended: false,
                },
                columns,
            ));
        }
    }
    None
}
