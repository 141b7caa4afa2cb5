//! Entries of the systemd journal, as `journalctl -o export` and `-o json` write them.
//!
//! Source: systemd, "Journal Export Formats" and systemd.journal-fields(7).

use ascribe_model::Span;

use crate::window::Window;

/// Bytes of one entry that are held; a longer one is passed over field by field.
const ENTRY_BYTES_MAX: usize = 8 << 20;
/// Bytes of one field that are kept.
const FIELD_BYTES_MAX: usize = 256 << 10;

/// The fields of an entry that are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// `__REALTIME_TIMESTAMP`: microseconds since 1970.
    pub micros: Option<i64>,
    /// `_HOSTNAME`.
    pub host: String,
    /// `SYSLOG_IDENTIFIER`: what the writer calls itself.
    pub program: String,
    /// `_COMM`: what the kernel calls the writer.
    pub command: String,
    /// `UNIT`: the unit that a message of systemd is about.
    pub unit: String,
    /// `MESSAGE`.
    pub message: String,
    /// Where the message stands; the entry where that is not known.
    pub message_at: Span,
}

impl Entry {
    /// Takes a field; others than the above are passed over.
    pub fn take(&mut self, name: &[u8], value: &[u8], at: Span) {
        let text = || {
            String::from_utf8_lossy(value.get(..value.len().min(FIELD_BYTES_MAX)).unwrap_or_default())
                .into_owned()
        };
        match name {
            b"__REALTIME_TIMESTAMP" => self.micros = text().parse().ok(),
            b"_HOSTNAME" => self.host = text(),
            b"SYSLOG_IDENTIFIER" => self.program = text(),
            b"_COMM" => self.command = text(),
            b"UNIT" => self.unit = text(),
            b"MESSAGE" => {
                self.message = text();
                self.message_at = at;
            }
            _ => {}
        }
    }
}

/// What the next bytes of an export are.
pub enum Next {
    /// An entry and where it stands.
    Entry(Box<Entry>, Span),
    /// Bytes that are no entry.
    Damaged(Span),
    /// The end.
    End,
}

/// The next entry of an export.
pub fn next(window: &mut Window<'_>) -> Next {
    const CHUNK_BYTES: usize = 1 << 20;
    loop {
        // Empty lines stand between entries.
        let blank = window.rest().iter().take_while(|byte| **byte == b'\n').count();
        window.take(blank);
        let base = window.offset();
        if window.rest().is_empty() {
            if window.ended() {
                return Next::End;
            }
            window.read(CHUNK_BYTES);
            continue;
        }
        let held = window.rest().len();
        match one(window.rest(), base, window.ended()) {
            Some((entry, len)) => {
                let at = Span::new(base, base.saturating_add(len as u64));
                window.take(len);
                return entry.map_or(Next::Damaged(at), |entry| Next::Entry(Box::new(entry), at));
            }
            None if held >= ENTRY_BYTES_MAX || window.ended() => {
                // Go on behind the next empty line.
                let len =
                    memchr::memmem::find(window.rest(), b"\n\n").map_or(held, |at| at.saturating_add(2));
                window.take(len.max(1));
                return Next::Damaged(Span::new(base, base.saturating_add(len.max(1) as u64)));
            }
            None => window.read(CHUNK_BYTES),
        }
    }
}

/// The entry that `data` begins with (none where it is damaged) and its length; outer none where more is needed.
fn one(data: &[u8], base: u64, last: bool) -> Option<(Option<Entry>, usize)> {
    let mut entry = Entry::default();
    let mut at = 0usize;
    loop {
        let rest = data.get(at..)?;
        if rest.is_empty() && last {
            return Some((Some(entry), at));
        }
        let Some(end) = memchr::memchr(b'\n', rest) else {
            // A last line without its end is a field cut short.
            return last.then_some((None, data.len()));
        };
        let line = rest.get(..end)?;
        let after = at.saturating_add(end).saturating_add(1);
        if line.is_empty() {
            return Some((Some(entry), after));
        }
        let place = |start: usize, end: usize| {
            Span::new(base.saturating_add(start as u64), base.saturating_add(end as u64))
        };
        if let Some(equals) = memchr::memchr(b'=', line) {
            let (name, value) = line.split_at_checked(equals)?;
            let start = at.saturating_add(equals).saturating_add(1);
            entry.take(name, value.get(1..)?, place(start, at.saturating_add(end)));
            at = after;
        } else if line
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        {
            let len = u64::from_le_bytes(data.get(after..after.saturating_add(8))?.try_into().ok()?);
            let start = after.saturating_add(8);
            let stop = start.checked_add(usize::try_from(len).ok()?)?;
            let value = data.get(start..stop)?;
            entry.take(line, value, place(start, stop));
            if data.get(stop)? != &b'\n' {
                return Some((None, stop));
            }
            at = stop.saturating_add(1);
        } else {
            return Some((None, after));
        }
    }
}

/// The entry in a line of JSON; none where it is no object.
pub fn object(line: &[u8], at: Span) -> Option<Entry> {
    let fields: std::collections::BTreeMap<String, serde_json::Value> = serde_json::from_slice(line).ok()?;
    let mut entry = Entry::default();
    for (name, value) in &fields {
        match value {
            serde_json::Value::String(text) => entry.take(name.as_bytes(), text.as_bytes(), at),
            // Bytes that are no text are a list of numbers; several values of one field are a list of texts.
            serde_json::Value::Array(items) => {
                if let Some(serde_json::Value::String(text)) = items.first() {
                    entry.take(name.as_bytes(), text.as_bytes(), at);
                } else {
                    let bytes: Vec<u8> = items
                        .iter()
                        .filter_map(|item| u8::try_from(item.as_u64()?).ok())
                        .collect();
                    entry.take(name.as_bytes(), &bytes, at);
                }
            }
            _ => {}
        }
    }
    Some(entry)
}
