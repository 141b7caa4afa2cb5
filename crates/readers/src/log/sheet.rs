//! Rows of a log gathered into flows, answers and names asked for.
//!
//! Rows that say the same are one observation on its first rows. Every table is bounded; what did not fit is counted and
//! said. Rows about requests do not count as connections beside rows that do.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use ascribe_model::limits::Limits;
use ascribe_model::observation::{Flow, IndicatorKind, Mention, Resolution, ServerName};
use ascribe_model::{Anomaly, Moment, Out, Role, Saw, Span};

use super::cells::Cell;
use super::columns::Columns;
use super::lines::Line;
use super::row::{End, Row, Style, address};
use super::when::When;
use crate::host_name::clean_name;
use crate::starts::{Room, Starts};

/// Rows kept with each flow or value, while there is room for so many.
const SPANS_MAX: usize = 16;
/// Rows kept with flows and values in all; beyond, each keeps its first.
const SPANS_ALL_MAX: usize = 2 << 20;
/// Bytes of names and URLs kept.
const NAME_BYTES_MAX: usize = 32 << 20;
/// Names of protocols that are told apart.
const PROTOCOLS_MAX: usize = 64;
const UNKNOWN_PROTOCOL: u16 = u16::MAX;

/// Where something stands, small.
#[derive(Clone, Copy)]
struct Place {
    start: u64,
    line: u64,
    len: u32,
}

impl Place {
    fn new(start: u64, end: u64, line: u64) -> Self {
        let len = u32::try_from(end.saturating_sub(start)).unwrap_or(u32::MAX);
        Self { start, line, len }
    }

    const fn span(self) -> Span {
        Span::new(self.start, self.start.saturating_add(self.len as u64)).on_line(self.line)
    }
}

#[derive(Default)]
struct Times {
    first: Option<When>,
    last: Option<When>,
}

impl Times {
    fn add(&mut self, first: Option<When>, last: Option<When>) {
        if let Some(at) = first
            && self.first.is_none_or(|first| at.order() < first.order())
        {
            self.first = Some(at);
        }
        if let Some(at) = last
            && self.last.is_none_or(|last| at.order() > last.order())
        {
            self.last = Some(at);
        }
    }

    fn moments(&self) -> (Option<Moment>, Option<Moment>) {
        (
            self.first.and_then(When::moment),
            self.last.and_then(When::moment),
        )
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    client: IpAddr,
    server: IpAddr,
    port: u16,
    protocol: u16,
}

struct Gathered {
    key: Key,
    times: Times,
    connections: u64,
    requests: u64,
    packets: u64,
    bytes_out: u64,
    bytes_in: u64,
    starts: Starts,
    places: Vec<Place>,
}

struct Said {
    times: Times,
    count: u64,
    at: Place,
}

/// A value that a cell states, and where.
struct Value {
    column: usize,
    count: u64,
    places: Vec<Place>,
}

/// All that is gathered from one log.
pub struct Sheet {
    limits: Limits,
    flows: HashMap<Key, usize>,
    rows: Vec<Gathered>,
    protocols: Vec<String>,
    resolutions: BTreeMap<(String, String, String), Said>,
    servers: BTreeMap<(&'static str, IpAddr, IpAddr, String), Said>,
    addresses: HashMap<IpAddr, Value>,
    values: HashMap<(IndicatorKind, String), Value>,
    spans: usize,
    room: Room,
    name_bytes: usize,
    no_room: u64,
    names_no_room: u64,
    one_sum: u64,
}

impl Sheet {
    /// An empty one.
    pub fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            flows: HashMap::new(),
            rows: Vec::new(),
            protocols: Vec::new(),
            resolutions: BTreeMap::new(),
            servers: BTreeMap::new(),
            addresses: HashMap::new(),
            values: HashMap::new(),
            spans: 0,
            room: Room::default(),
            name_bytes: 0,
            no_room: 0,
            names_no_room: 0,
            one_sum: 0,
        }
    }

    /// Takes one row. Returns whether it gave a flow, an answer or a value.
    pub fn row(&mut self, line: &Line<'_>, row: &Row<'_>, style: &Style) -> bool {
        let at = Place::new(line.start, line.end, line.number);
        let mut used = false;
        for end in [row.client, row.server].into_iter().flatten() {
            used |= self.address(end, line);
        }
        used |= self.answers(line, row, style, at);
        used |= self.names(line, row, at);
        if let (Some(client), Some(server)) = (row.client, row.server) {
            used |= self.flow(client, server, row, style, at);
        }
        used
    }

    fn flow(&mut self, client: End<'_>, server: End<'_>, row: &Row<'_>, style: &Style, at: Place) -> bool {
        let protocol = self.protocol(row.protocol, style);
        let key = Key {
            client: client.address,
            server: server.address,
            // Some write type and code of ICMP where ports stand.
            port: if protocol == 1 { 0 } else { server.port },
            protocol,
        };
        let index = match self.flows.get(&key) {
            Some(index) => *index,
            None if self.rows.len() < self.limits.flows_max => {
                let index = self.rows.len();
                self.flows.insert(key, index);
                self.rows.push(Gathered {
                    key,
                    times: Times::default(),
                    connections: 0,
                    requests: 0,
                    packets: 0,
                    bytes_out: 0,
                    bytes_in: 0,
                    starts: Starts::default(),
                    places: Vec::new(),
                });
                index
            }
            None => {
                self.no_room = self.no_room.saturating_add(1);
                return false;
            }
        };
        let Some(flow) = self.rows.get_mut(index) else {
            return false;
        };
        flow.times.add(row.first, row.last);
        // Requests of connections that have rows of their own would count each twice.
        if row.connection && flow.connections == 0 && flow.requests > 0 {
            flow.starts.clear(&mut self.room);
        }
        if let Some(first) = row.first.filter(|_| row.connection || flow.connections == 0) {
            flow.starts.add(first.order(), &mut self.room);
        }
        if row.connection {
            flow.connections = flow.connections.saturating_add(1);
            flow.packets = flow.packets.saturating_add(row.packets);
            flow.bytes_out = flow.bytes_out.saturating_add(row.bytes_out);
            flow.bytes_in = flow.bytes_in.saturating_add(row.bytes_in);
            self.one_sum = self.one_sum.saturating_add(u64::from(row.one_sum));
        } else {
            flow.requests = flow.requests.saturating_add(1);
        }
        keep(&mut flow.places, at, &mut self.spans);
        true
    }

    fn address(&mut self, end: End<'_>, line: &Line<'_>) -> bool {
        let room = self.addresses.len() < self.limits.mentions_max;
        let value = match self.addresses.get_mut(&end.address) {
            Some(value) => value,
            None if room => self.addresses.entry(end.address).or_insert(Value {
                column: end.cell.column,
                count: 0,
                places: Vec::new(),
            }),
            None => {
                self.names_no_room = self.names_no_room.saturating_add(1);
                return false;
            }
        };
        value.count = value.count.saturating_add(1);
        keep(&mut value.places, cell_place(line, end.cell), &mut self.spans);
        true
    }

    /// Adds a name or URL that `cell` states.
    fn value(&mut self, kind: IndicatorKind, text: String, cell: &Cell, line: &Line<'_>) {
        let room = self.values.len() < self.limits.mentions_max
            && self.name_bytes.saturating_add(text.len()) <= NAME_BYTES_MAX;
        let key = (kind, text);
        if !self.values.contains_key(&key) {
            if !room {
                self.names_no_room = self.names_no_room.saturating_add(1);
                return;
            }
            self.name_bytes = self.name_bytes.saturating_add(key.1.len());
        }
        let value = self.values.entry(key).or_insert(Value {
            column: cell.column,
            count: 0,
            places: Vec::new(),
        });
        value.count = value.count.saturating_add(1);
        keep(&mut value.places, cell_place(line, cell), &mut self.spans);
    }

    /// Keeps an address or a host name; other texts are not values.
    fn name(&mut self, text: &str, cell: &Cell, line: &Line<'_>) {
        match text.parse::<IpAddr>() {
            Ok(address) => {
                let end = End {
                    address,
                    port: 0,
                    cell,
                };
                self.address(end, line);
            }
            Err(_) if text.contains('.') && !text.contains(':') => {
                self.value(IndicatorKind::Domain, text.to_owned(), cell, line);
            }
            Err(_) => {}
        }
    }

    fn names(&mut self, line: &Line<'_>, row: &Row<'_>, at: Place) -> bool {
        let mut used = false;
        for (via, cell) in [("http-host", row.host), ("tls-sni", row.tls_name)] {
            let Some(cell) = cell else { continue };
            let written = cell.value(line.bytes).trim_ascii();
            let Some(name) = without_port(written).and_then(clean_name) else {
                continue;
            };
            self.name(&name, cell, line);
            used = true;
            if let (Some(client), Some(server)) = (row.client, row.server) {
                let key = (via, client.address, server.address, name);
                if row.repeats && self.servers.contains_key(&key) {
                    continue;
                }
                let full = self.servers.len() >= self.limits.observations_max / 4;
                if full && !self.servers.contains_key(&key) {
                    self.names_no_room = self.names_no_room.saturating_add(1);
                    continue;
                }
                note(self.servers.entry(key).or_insert(Said::at(at)), row);
            }
        }
        if let (Some(path), Some(host)) = (row.url, row.host)
            && let Some(url) = url(path, host, line)
        {
            used = true;
            self.value(IndicatorKind::Url, url, path, line);
        }
        used
    }

    fn answers(&mut self, line: &Line<'_>, row: &Row<'_>, style: &Style, at: Place) -> bool {
        let name_of = |cell: &Cell| clean_name(cell.value(line.bytes).trim_ascii());
        let asked = row.query.and_then(name_of);
        let mut used = false;
        if let (Some(name), Some(cell)) = (&asked, row.query) {
            self.name(name, cell, line);
            used = name.contains('.');
        }
        for (owner, kind, cell) in &row.answers {
            let Some(owner) = owner.and_then(name_of).or_else(|| asked.clone()) else {
                continue;
            };
            let kind = if kind.is_empty() { row.query_type } else { kind };
            let value = cell.value(line.bytes);
            // A list in JSON is a cell each; elsewhere the format says what stands between.
            let between = style.between;
            for answer in value.split(|byte| Some(*byte) == between) {
                let answer = answer.trim_ascii();
                if style.is_nothing(answer) {
                    continue;
                }
                let Some((answer, record)) = answered(answer, kind) else {
                    continue;
                };
                used = true;
                self.name(&answer, cell, line);
                let key = (owner.clone(), answer, record);
                let full = self.resolutions.len() >= self.limits.observations_max / 4;
                if full && !self.resolutions.contains_key(&key) {
                    self.names_no_room = self.names_no_room.saturating_add(1);
                    continue;
                }
                note(self.resolutions.entry(key).or_insert(Said::at(at)), row);
            }
        }
        used
    }

    fn protocol(&mut self, written: &[u8], style: &Style) -> u16 {
        let written = if written.is_empty() {
            style.protocol.unwrap_or_default().as_bytes()
        } else {
            written
        };
        let name = match written {
            b"tcp" | b"TCP" | b"6" => return 6,
            b"udp" | b"UDP" | b"17" => return 17,
            b"" => return UNKNOWN_PROTOCOL,
            _ => String::from_utf8_lossy(written).to_ascii_lowercase(),
        };
        match name.as_str() {
            "tcp" => return 6,
            "udp" => return 17,
            "icmp" | "icmp6" | "ipv6-icmp" | "icmpv6" | "58" => return 1,
            other => {
                if let Ok(number) = other.parse::<u8>() {
                    return number.into();
                }
            }
        }
        let name: String = name.chars().take(20).collect();
        let known = self.protocols.iter().position(|known| *known == name);
        let at = known.unwrap_or_else(|| {
            if self.protocols.len() < PROTOCOLS_MAX {
                self.protocols.push(name);
            }
            self.protocols.len().saturating_sub(1)
        });
        u16::try_from(at).map_or(UNKNOWN_PROTOCOL, |at| at.saturating_add(256))
    }

    fn protocol_name(&self, protocol: u16) -> String {
        match protocol {
            6 => "tcp".to_owned(),
            17 => "udp".to_owned(),
            1 => "icmp".to_owned(),
            0..=255 => protocol.to_string(),
            other => self
                .protocols
                .get(usize::from(other.saturating_sub(256)))
                .map_or_else(|| "unknown".to_owned(), Clone::clone),
        }
    }

    /// Writes all that was gathered on `out`: names, then flows by their ends, then values.
    pub fn finish(mut self, columns: &Columns, out: &mut Out<'_>) {
        self.say_limits(out);
        for ((name, answer, record), said) in std::mem::take(&mut self.resolutions) {
            let (first, last) = said.times.moments();
            let resolution = Resolution {
                name,
                answer,
                record,
                first,
                last,
                count: said.count,
            };
            out.see(said.at.span(), Saw::Resolution(Box::new(resolution)));
        }
        for ((via, client, server, name), said) in std::mem::take(&mut self.servers) {
            let server_name = ServerName {
                via: via.to_owned(),
                client: client.to_string(),
                server: server.to_string(),
                name,
                first: said.times.moments().0,
                count: said.count,
            };
            out.see(said.at.span(), Saw::ServerName(Box::new(server_name)));
        }
        self.flows = HashMap::new();
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by_key(|row| row.key);
        for row in rows {
            let (first, last) = row.times.moments();
            let flow = Flow {
                client: row.key.client.to_string(),
                server: row.key.server.to_string(),
                port: row.key.port,
                protocol: self.protocol_name(row.key.protocol),
                first,
                last,
                connections: if row.connections > 0 {
                    row.connections
                } else {
                    row.requests
                },
                packets: row.packets,
                bytes_out: row.bytes_out,
                bytes_in: row.bytes_in,
                starts: row.starts.finish(),
                spans: row.places.iter().map(|place| place.span()).collect(),
            };
            let at = flow.spans.first().copied().unwrap_or_default();
            out.see(at, Saw::Flow(Box::new(flow)));
        }
        let mut addresses: Vec<_> = self.addresses.into_iter().collect();
        addresses.sort_by_key(|(address, _)| *address);
        for (address, value) in addresses {
            let kind = if address.is_ipv4() {
                IndicatorKind::Ipv4
            } else {
                IndicatorKind::Ipv6
            };
            out.mentioned(value.mention(kind, address.to_string(), columns));
        }
        let mut values: Vec<_> = self.values.into_iter().collect();
        values.sort_by(|a, b| a.0.cmp(&b.0));
        for ((kind, text), value) in values {
            out.mentioned(value.mention(kind, text, columns));
        }
    }

    fn say_limits(&self, out: &mut Out<'_>) {
        if self.no_room > 0 {
            let text = format!(
                "more than {} flows; {} rows about others were not counted",
                self.limits.flows_max, self.no_room
            );
            out.anomaly(Anomaly::lost("log.flows", None, text));
        }
        if self.names_no_room > 0 {
            let text = format!(
                "{} names and addresses beyond the bound were not kept",
                self.names_no_room
            );
            out.anomaly(Anomaly::lost("log.names", None, text));
        }
        if self.spans >= SPANS_ALL_MAX {
            let text =
                format!("more than {SPANS_ALL_MAX} places; further flows and values keep only their first");
            out.anomaly(Anomaly::odd("log.places", None, text));
        }
        if self.one_sum > 0 {
            let text = format!(
                "{} rows count bytes without their direction; they stand as bytes from the client",
                self.one_sum
            );
            out.anomaly(Anomaly::odd("log.bytes-direction", None, text));
        }
    }
}

impl Value {
    fn mention(self, kind: IndicatorKind, value: String, columns: &Columns) -> Mention {
        Mention {
            kind,
            raw: value.chars().take(500).collect(),
            value,
            role: Role::Cell(columns.name(self.column).to_owned()),
            spans: self.places.iter().map(|place| place.span()).collect(),
            count: self.count,
        }
    }
}

impl Said {
    fn at(at: Place) -> Self {
        Self {
            times: Times::default(),
            count: 0,
            at,
        }
    }
}

fn note(said: &mut Said, row: &Row<'_>) {
    said.count = said.count.saturating_add(1);
    said.times.add(row.first, row.first);
}

fn keep(places: &mut Vec<Place>, at: Place, all: &mut usize) {
    if places.is_empty() || (places.len() < SPANS_MAX && *all < SPANS_ALL_MAX) {
        places.push(at);
        *all = all.saturating_add(1);
    }
}

fn cell_place(line: &Line<'_>, cell: &Cell) -> Place {
    let start = line.start.saturating_add(cell.start as u64);
    let end = line.start.saturating_add(cell.end as u64);
    // A row may go on over several lines.
    let before = line.bytes.get(..cell.start).unwrap_or_default();
    let breaks = if line.has_breaks {
        memchr::memchr_iter(b'\n', before).count() as u64
    } else {
        0
    };
    Place::new(start, end, line.number.saturating_add(breaks))
}

/// The URL of a path that a host was asked for; none where the cell is no path.
fn url(path: &Cell, host: &Cell, line: &Line<'_>) -> Option<String> {
    let path = std::str::from_utf8(path.value(line.bytes).trim_ascii()).ok()?;
    let host = std::str::from_utf8(host.value(line.bytes).trim_ascii()).ok()?;
    if !path.starts_with('/') {
        return None;
    }
    let host = host.strip_suffix(":80").unwrap_or(host);
    ascribe_intel::indicators::canonical(IndicatorKind::Url, &format!("http://{host}{path}"))
}

/// `name` of `name:port` and `[address]:port`.
fn without_port(written: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = written.strip_prefix(b"[") {
        return rest.split(|byte| *byte == b']').next();
    }
    match written.iter().filter(|byte| **byte == b':').count() {
        1 => written.split(|byte| *byte == b':').next(),
        _ => Some(written),
    }
}

/// What an answer of a question for `kind` is, and the type of its record; none where it names nothing.
pub fn answered(answer: &[u8], kind: &[u8]) -> Option<(String, String)> {
    if let Some((address, None)) = address(answer) {
        let record = if address.is_ipv4() { "A" } else { "AAAA" };
        return Some((address.to_string(), record.to_owned()));
    }
    let kind = String::from_utf8_lossy(kind).to_ascii_uppercase();
    // A name in answer to a question for an address is an alias on the way.
    let record = match kind.as_str() {
        "A" | "AAAA" | "CNAME" | "" => "CNAME",
        "NS" | "PTR" | "MX" | "SRV" => kind.as_str(),
        _ => return None,
    };
    // Priorities and the like stand before the name.
    let name = answer.rsplit(|byte| *byte == b' ').next()?;
    let name = clean_name(name).filter(|name| name.contains('.') && !name.contains(':'))?;
    Some((name, record.to_owned()))
}
