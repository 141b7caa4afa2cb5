//! What one row says: its ends, its times, its counts, the names in it.
//!
//! Reads cells by what their columns mean. What a cell does not say as expected is not there; nothing is guessed but
//! which end of a one-way record opened the connection.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::cells::Cell;
use super::columns::{Columns, Field};
use super::when::{When, looks_like_time, micros};

/// Beginnings of names of columns that say who opened the connection, not who sent a packet.
const OPENERS: [&str; 4] = ["id.", "client", "c-ip", "initiator"];

/// Beginnings of names of columns that count both directions together.
const SUMS: [&str; 4] = ["tot", "Tot", "TOT", "network"];

/// How the rows of a log are to be read.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// The first end opened the connection, whatever the ports.
    pub directed: bool,
    /// Rows are about requests or answers; a connection may have many or none.
    pub requests: bool,
    /// Protocol where no column tells.
    pub protocol: Option<&'static str>,
    /// Offset of times without one, where the format's specification fixes it.
    pub offset_s: Option<i32>,
    /// What stands for nothing, beside empty cells and `-`.
    pub nothing: Vec<Vec<u8>>,
    /// Between the values of a list in one cell.
    pub between: Option<u8>,
}

impl Style {
    /// Whether `value` says nothing.
    pub fn is_nothing(&self, value: &[u8]) -> bool {
        matches!(value, b"" | b"-" | b"(empty)") || self.nothing.iter().any(|nothing| nothing == value)
    }
}

/// An end of a connection and the cell that names it.
#[derive(Clone, Copy, Debug)]
pub struct End<'r> {
    /// Address.
    pub address: IpAddr,
    /// Port; 0 where none is said.
    pub port: u16,
    /// Where it stands.
    pub cell: &'r Cell,
}

/// What a row says.
#[derive(Debug, Default)]
pub struct Row<'r> {
    /// The end that opened the connection.
    pub client: Option<End<'r>>,
    /// The other.
    pub server: Option<End<'r>>,
    /// Transport protocol as written.
    pub protocol: &'r [u8],
    /// When it began.
    pub first: Option<When>,
    /// When it ended.
    pub last: Option<When>,
    /// There is a time, but without a date or in an order of day and month that it does not tell.
    pub unread_time: bool,
    /// Bytes from the client.
    pub bytes_out: u64,
    /// Bytes to it.
    pub bytes_in: u64,
    /// Packets both ways.
    pub packets: u64,
    /// The row counts both directions as one sum, which stands in `bytes_out`.
    pub one_sum: bool,
    /// The row is one whole connection (or a record that counts as one).
    pub connection: bool,
    /// The row repeats the names of another: an alert, a file in an answer.
    pub repeats: bool,
    /// Name asked for over HTTP.
    pub host: Option<&'r Cell>,
    /// Name asked for in TLS.
    pub tls_name: Option<&'r Cell>,
    /// Path or URL.
    pub url: Option<&'r Cell>,
    /// Name asked for in DNS.
    pub query: Option<&'r Cell>,
    /// Record type asked for.
    pub query_type: &'r [u8],
    /// Owner (where said), type (where said) and cell of each answer.
    pub answers: Vec<(Option<&'r Cell>, &'r [u8], &'r Cell)>,
}

/// The address in a cell, and the port where it is written with it.
pub fn address(bytes: &[u8]) -> Option<(IpAddr, Option<u16>)> {
    if !(2..=56).contains(&bytes.len()) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?.trim();
    if text.as_bytes().first()?.is_ascii_digit()
        && let Ok(found) = text.parse::<Ipv4Addr>()
    {
        return Some((IpAddr::V4(found), None));
    }
    let plain = text.trim_start_matches('[').trim_end_matches(']');
    let plain = plain.split('%').next().unwrap_or(plain);
    if let Ok(found) = plain.parse::<IpAddr>() {
        return Some((found.to_canonical(), None));
    }
    let found = text.parse::<SocketAddr>().ok()?;
    Some((found.ip().to_canonical(), Some(found.port())))
}

fn number(bytes: &[u8]) -> u64 {
    if bytes.is_empty() || bytes.len() > 19 {
        return 0;
    }
    bytes
        .iter()
        .try_fold(0u64, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0'))
        })
        .unwrap_or(0)
}

/// A port, or the port of a service that programs write by its name.
fn port(bytes: &[u8]) -> Option<u16> {
    if bytes.first().is_some_and(u8::is_ascii_alphabetic) {
        return SERVICES
            .iter()
            .find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(bytes))
            .map(|(_, port)| *port);
    }
    u16::try_from(number(bytes)).ok()
}

/// Names of services as argus and tcpdump write them (IANA service names).
const SERVICES: [(&str, u16); 22] = [
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("domain", 53),
    ("bootps", 67),
    ("http", 80),
    ("pop3", 110),
    ("ntp", 123),
    ("netbios-ns", 137),
    ("imap2", 143),
    ("snmp", 161),
    ("ldap", 389),
    ("https", 443),
    ("microsoft-ds", 445),
    ("submission", 587),
    ("imaps", 993),
    ("pop3s", 995),
    ("ms-sql-s", 1433),
    ("mysql", 3306),
    ("ms-wbt-server", 3389),
    ("postgresql", 5432),
];

impl<'r> Row<'r> {
    /// Reads the cells of `line`.
    pub fn of(line: &'r [u8], cells: &'r [Cell], columns: &Columns, style: &Style) -> Self {
        let mut row = Self::default();
        let (mut event, mut sum_of_two) = (None, false);
        let mut ports = (None, None);
        let mut times = Times::default();
        let (mut both, mut directed, mut request) = (0u64, style.directed, false);
        let (mut owner, mut kind): (Option<&Cell>, &[u8]) = (None, b"");
        let mut bare_host = None;
        for cell in cells {
            let field = columns.field(cell.column);
            if matches!(field, Field::Plain | Field::Other) {
                continue;
            }
            request |= matches!(field, Field::Request | Field::Method);
            let value = cell.value(line).trim_ascii();
            if style.is_nothing(value) {
                continue;
            }
            match field {
                Field::Client | Field::Server => {
                    let Some((address, port)) = address(value) else {
                        continue;
                    };
                    let end = End {
                        address,
                        port: port.unwrap_or(0),
                        cell,
                    };
                    let slot = if field == Field::Client {
                        &mut row.client
                    } else {
                        &mut row.server
                    };
                    slot.get_or_insert(end);
                }
                Field::ClientPort => ports.0 = ports.0.or_else(|| port(value)),
                Field::ServerPort => ports.1 = ports.1.or_else(|| port(value)),
                Field::Protocol if row.protocol.is_empty() => row.protocol = value,
                Field::Start => {
                    let parsed = When::parse(value);
                    row.unread_time |= parsed.is_none() && looks_like_time(value);
                    times.start = times.start.or(parsed);
                }
                Field::Time => {
                    let parsed = When::parse(value);
                    if parsed.is_none() && times.clock.is_empty() {
                        times.clock = value;
                        row.unread_time |= looks_like_time(value);
                    }
                    times.time = times.time.or(parsed);
                }
                Field::Date => {
                    times.day = value;
                    times.time = times.time.or_else(|| When::parse(value));
                }
                Field::Zone => times.zone = value,
                Field::End => times.end = times.end.or_else(|| When::parse(value)),
                Field::Seconds => times.took = times.took.or_else(|| micros(value, 1_000_000)),
                Field::Millis => times.took = times.took.or_else(|| micros(value, 1_000)),
                Field::BytesOut => row.bytes_out = row.bytes_out.saturating_add(number(value)),
                Field::BytesIn => row.bytes_in = row.bytes_in.saturating_add(number(value)),
                Field::BytesBoth => {
                    both = both.saturating_add(number(value));
                    let name = columns.name(cell.column);
                    sum_of_two |= SUMS.iter().any(|start| name.starts_with(start));
                }
                Field::Packets => row.packets = row.packets.saturating_add(number(value)),
                Field::Host if columns.name(cell.column) == "host" => bare_host = Some(cell),
                Field::Host => row.host = row.host.or(Some(cell)),
                Field::TlsName => row.tls_name = row.tls_name.or(Some(cell)),
                Field::Url => row.url = row.url.or(Some(cell)),
                Field::Query => row.query = row.query.or(Some(cell)),
                Field::QueryType if row.query_type.is_empty() => row.query_type = value,
                Field::AnswerName => owner = Some(cell),
                Field::AnswerType => kind = value,
                Field::Answer => row.answers.push((owner, kind, cell)),
                Field::Event => {
                    // Other events of Suricata count the packets so far, in the direction of one of them.
                    event = Some(value == b"flow");
                    row.repeats = !matches!(value, b"flow" | b"http" | b"tls" | b"dns" | b"quic");
                }
                _ => {}
            }
        }
        // `host` alone is more often the machine that wrote the log.
        if row.url.is_some() || request {
            row.host = row.host.or(bare_host);
        }
        if both > 0 && row.bytes_out == 0 && row.bytes_in == 0 {
            row.bytes_out = both;
            row.one_sum = sum_of_two;
        }
        (row.first, row.last) = times.ends(style.offset_s);
        row.unread_time &= row.first.is_none();
        // A name without counts is one request among those of a connection.
        let request = (request || row.has_name()) && row.bytes_out == 0 && row.bytes_in == 0;
        row.connection = event.unwrap_or(!style.requests && !request);
        let opener = row.client.map_or("", |client| columns.name(client.cell.column));
        directed |= event == Some(true) || OPENERS.iter().any(|start| opener.starts_with(start));
        if ports.1.is_none() {
            ports.1 = row.url.and_then(|cell| url_port(cell.value(line)));
        }
        row.orient(ports, directed);
        row
    }

    fn orient(&mut self, (client_port, server_port): (Option<u16>, Option<u16>), directed: bool) {
        if let (Some(client), Some(port)) = (&mut self.client, client_port) {
            client.port = port;
        }
        if let (Some(server), Some(port)) = (&mut self.server, server_port) {
            server.port = port;
        }
        if let (Some(client), Some(server), false) = (self.client, self.server, directed)
            && opened_by_second(client.port, server.port)
        {
            self.client = Some(server);
            self.server = Some(client);
            std::mem::swap(&mut self.bytes_out, &mut self.bytes_in);
        }
    }

    const fn has_name(&self) -> bool {
        self.host.is_some() || self.tls_name.is_some() || self.url.is_some() || self.query.is_some()
    }

    /// Whether this is a row of a log of network events: a time, and two ends or one end and a name.
    pub fn fits(&self) -> bool {
        let names = self.has_name();
        let ends = self.client.is_some() && self.server.is_some();
        (self.first.is_some() || self.unread_time)
            && (ends || (names && (self.client.is_some() || self.server.is_some())))
    }
}

/// The port that a request goes to: of `scheme://host[:port]` or of `host:port`; none of a path.
fn url_port(url: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(url).ok()?;
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?;
    let written = host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    written.or(match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    })
}

/// Whether, of a record whose direction may be that of a packet, the second end opened the connection: only the first
/// has a port of a service, or only the second has one from the range for callers.
const fn opened_by_second(first: u16, second: u16) -> bool {
    const CALLERS: u16 = 32_768;
    match (first, second) {
        (0, _) | (_, 0) => false,
        (1..=1023, second) => second > 1023,
        (_, 1..=1023) => false,
        (first, second) => first < CALLERS && second >= CALLERS,
    }
}

#[derive(Default)]
struct Times<'r> {
    start: Option<When>,
    time: Option<When>,
    end: Option<When>,
    took: Option<i64>,
    day: &'r [u8],
    clock: &'r [u8],
    zone: &'r [u8],
}

impl Times<'_> {
    /// First and last moment.
    fn ends(&self, offset_s: Option<i32>) -> (Option<When>, Option<When>) {
        let parts = || When::of_parts(self.day, self.clock, self.zone);
        let time = self.time.or_else(parts);
        let took = self.took.unwrap_or(0);
        let first = match (self.start, self.end) {
            (Some(start), _) => Some(start),
            (None, Some(end)) if self.took.is_some() => Some(end.plus(took.saturating_neg())),
            (None, end) => time.or(end),
        };
        let last = match (self.end, self.start) {
            (Some(end), _) => Some(end),
            (None, Some(start)) if self.took.is_some() => Some(start.plus(took)),
            (None, _) => time.or(first),
        };
        let last = match (first, last) {
            (Some(first), Some(last)) if last.order() < first.order() => Some(first),
            (_, last) => last,
        };
        let with = |at: When| at.or_offset(offset_s);
        (first.map(with), last.map(with))
    }
}
