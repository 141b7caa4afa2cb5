//! What a column of a log means, by its name.
//!
//! One table of the names that common programs use: Zeek, Suricata, ECS, nfdump, argus, tshark, firewalls, proxies, cloud
//! flow logs, W3C extended logs. A name that is not here means nothing: its cells are only looked through for indicators.

use std::collections::{HashMap, HashSet};

use super::names::NAMES;

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Address that opened the connection, or sent what the row counts.
    Client,
    /// Port there.
    ClientPort,
    /// The address it went to.
    Server,
    /// Port there.
    ServerPort,
    /// Transport protocol.
    Protocol,
    /// When it began, said so.
    Start,
    /// When, without saying of what.
    Time,
    /// Day, or day and time.
    Date,
    /// Offset of the clock.
    Zone,
    /// When it ended.
    End,
    /// How long it took, in seconds.
    Seconds,
    /// How long it took, in milliseconds.
    Millis,
    /// Bytes from the client.
    BytesOut,
    /// Bytes to the client.
    BytesIn,
    /// Bytes without a direction.
    BytesBoth,
    /// Packets of one direction, or of both.
    Packets,
    /// Host name asked for over HTTP.
    Host,
    /// Name asked for in TLS.
    TlsName,
    /// Path or URL asked for.
    Url,
    /// Name asked for in DNS.
    Query,
    /// Record type asked for.
    QueryType,
    /// What DNS answered.
    Answer,
    /// Owner of the record that comes next.
    AnswerName,
    /// Type of the record that comes next.
    AnswerType,
    /// What kind of event the row is.
    Event,
    /// Method of a request.
    Method,
    /// Nothing by itself, but only rows about requests or answers have it.
    Request,
    /// Words and numbers that hold no indicator.
    Plain,
    /// Anything else.
    Other,
}

/// What the column of this name says.
pub fn field(name: &str) -> Field {
    // W3C names say client or server with one letter that others use for source.
    match name.trim() {
        "s-ip" => return Field::Server,
        "s-port" => return Field::ServerPort,
        _ => {}
    }
    let plain: String = name
        .chars()
        .filter(|c| !matches!(c, '.' | '_' | '-' | ' ' | '"' | '\'' | '(' | ')' | '\u{feff}'))
        .flat_map(char::to_lowercase)
        .take(64)
        .collect();
    NAMES
        .iter()
        .find(|(_, names)| names.contains(&plain.as_str()))
        .map_or(Field::Other, |(field, _)| *field)
}

/// Columns that are told apart; further names count as one that says nothing.
const COLUMNS_MAX: usize = 2000;
/// Values without indicators that are remembered, and how long they may be.
const BARREN_MAX: usize = 4096;
const BARREN_BYTES_MAX: usize = 128;

/// The columns of a log: what they are called and what they say.
#[derive(Default)]
pub struct Columns {
    names: Vec<String>,
    fields: Vec<Field>,
    by_name: HashMap<String, usize>,
    /// Values that were looked through and hold no indicator: logs say the same few words again and again.
    barren: HashSet<Vec<u8>>,
}

impl Columns {
    /// Those of a header, in its order.
    pub fn of<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut columns = Self::default();
        for name in names.take(COLUMNS_MAX) {
            columns.push(name, field(name));
        }
        columns
    }

    fn push(&mut self, name: &str, field: Field) -> usize {
        let at = self.names.len();
        let name: String = name.chars().take(100).collect();
        self.by_name.entry(name.clone()).or_insert(at);
        self.names.push(name);
        self.fields.push(field);
        at
    }

    /// The column of this name, which is a new one if nothing had it before.
    pub fn named(&mut self, name: &str) -> usize {
        if let Some(at) = self.by_name.get(name) {
            return *at;
        }
        if self.names.len() >= COLUMNS_MAX {
            return usize::MAX;
        }
        self.push(name, field(name))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// What column `at` says.
    pub fn field(&self, at: usize) -> Field {
        self.fields.get(at).copied().unwrap_or(Field::Other)
    }

    /// Changes what column `at` says.
    pub fn set(&mut self, at: usize, field: Field) {
        if let Some(old) = self.fields.get_mut(at) {
            *old = field;
        }
    }

    /// What column `at` is called.
    pub fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", String::as_str)
    }

    /// Whether `value` is known to hold no indicator.
    pub fn is_barren(&self, value: &[u8]) -> bool {
        value.len() < 4
            || value.iter().all(u8::is_ascii_digit)
            || (value.len() <= BARREN_BYTES_MAX && self.barren.contains(value))
    }

    /// Remembers that `value` holds no indicator.
    pub fn barren(&mut self, value: &[u8]) {
        if value.len() <= BARREN_BYTES_MAX && self.barren.len() < BARREN_MAX {
            self.barren.insert(value.to_vec());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_has_many_names() {
        for (name, expected) in [
            ("id.orig_h", Field::Client),
            ("Source address", Field::Client),
            ("SourceIp", Field::Client),
            ("source.ip", Field::Client),
            ("srcaddr", Field::Client),
            ("c-ip", Field::Client),
            ("dest_ip", Field::Server),
            ("Destination IP", Field::Server),
            ("dport", Field::ServerPort),
            ("@timestamp", Field::Time),
            ("StartTime", Field::Start),
            ("bytes", Field::BytesBoth),
            ("flow.bytes_toserver", Field::BytesOut),
            ("cs(Host)", Field::Host),
            ("s-ip", Field::Server),
            ("sip", Field::Client),
            ("favourite colour", Field::Other),
        ] {
            assert_eq!(field(name), expected, "{name}");
        }
    }

    #[test]
    fn no_name_means_two_things() {
        let mut seen = HashMap::new();
        for (field, names) in NAMES {
            for name in *names {
                let before = seen.insert(*name, *field);
                assert!(before.is_none_or(|before| before == *field), "{name}");
            }
        }
    }
}
