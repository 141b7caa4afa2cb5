//! Lines that say how a log is written, inside the log: those of Zeek and of W3C extended logs.
//!
//! They may come again with other columns where logs were joined. Source: Zeek ASCII writer; W3C WD-logfile-960323.

use super::cells::unescaped;
use super::columns::{Columns, Field};
use super::row::Style;

/// How the rows that follow are written.
#[derive(Debug)]
pub struct Directives {
    /// Between cells.
    pub separator: u8,
    /// Column of each cell; empty before the first line that names them.
    pub order: Vec<usize>,
    /// Zeek's rows, not W3C's.
    pub zeek: bool,
    set_separator: u8,
    unset: Vec<u8>,
    empty: Vec<u8>,
}

impl Directives {
    /// Before the first line.
    pub fn new(zeek: bool) -> Self {
        Self {
            separator: if zeek { b'\t' } else { b' ' },
            order: Vec::new(),
            zeek,
            set_separator: b',',
            unset: b"-".to_vec(),
            empty: b"(empty)".to_vec(),
        }
    }

    /// Takes a line that begins with `#`.
    pub fn take(&mut self, line: &[u8], columns: &mut Columns, style: &mut Style) {
        if self.zeek {
            self.take_zeek(line, columns, style);
        } else if let Some(names) = line.strip_prefix(b"#Fields:") {
            self.order = names
                .split(|byte| byte.is_ascii_whitespace())
                .filter(|name| !name.is_empty())
                .map(|name| columns.named(&String::from_utf8_lossy(name)))
                .collect();
            *style = Style {
                offset_s: Some(0),
                ..Style::default()
            };
        }
    }

    fn take_zeek(&mut self, line: &[u8], columns: &mut Columns, style: &mut Style) {
        // The line that names the separator cannot use it.
        if let Some(written) = line.strip_prefix(b"#separator ") {
            self.separator = unescaped(written).first().copied().unwrap_or(b'\t');
            return;
        }
        let mut parts = line.split(|byte| *byte == self.separator);
        let name = parts.next().unwrap_or_default();
        let value = || parts.clone().next().map(unescaped).unwrap_or_default();
        match name {
            b"#set_separator" => self.set_separator = value().first().copied().unwrap_or(b','),
            b"#unset_field" => self.unset = value(),
            b"#empty_field" => self.empty = value(),
            b"#fields" => {
                self.order = parts
                    .map(|name| columns.named(&String::from_utf8_lossy(name)))
                    .collect();
                // Without a path only these columns tell a connection.
                style.requests = !self.order.iter().any(|at| columns.name(*at) == "conn_state");
            }
            b"#types" => {
                for (at, kind) in self.order.iter().zip(parts) {
                    let is_plain = matches!(
                        kind,
                        b"bool" | b"count" | b"int" | b"double" | b"time" | b"interval" | b"port" | b"enum"
                    );
                    if is_plain && columns.field(*at) == Field::Other {
                        columns.set(*at, Field::Plain);
                    }
                }
            }
            b"#path" => {
                let path = value();
                style.protocol = matches!(path.as_slice(), b"http" | b"ssl").then_some("tcp");
            }
            _ => {}
        }
        style.directed = true;
        style.between = Some(self.set_separator);
        style.nothing = vec![self.unset.clone(), self.empty.clone()];
    }
}
