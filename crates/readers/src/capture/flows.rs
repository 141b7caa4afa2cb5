//! Who talked to whom: packets gathered into flows, and the names said on the way.
//!
//! Who opened a connection: the sender of a SYN; else, where only one port is below 1024, the other end; else the sender of
//! the first packet seen. Bytes are frame lengths on the wire. All tables are bounded; what did not fit is counted and said.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use ascribe_model::limits::Limits;
use ascribe_model::observation::{Flow, IndicatorKind, Resolution, ServerName};
use ascribe_model::reading::Coverage;
use ascribe_model::{Anomaly, Moment, Out, Role, Saw, Span};

use super::dns;
use super::names::{HELLO_BYTES_MAX, Hello, http, sni};
use super::packet::{Decoded, Fragment, Packet, decode};
use crate::host_name::clean_name;
use crate::starts::{Room, Starts};

/// Connections remembered at once; beyond, the memory starts anew and one that goes on is counted again.
const CONNECTIONS_MAX: usize = 1 << 20;
const FRAGMENTS_MAX: usize = 4096;
/// ClientHellos waiting for their next segment.
const PENDING_MAX: usize = 512;
const SEGMENTS_MAX: u8 = 4;
const SPANS_MAX: usize = 16;
/// Damaged packets that get a line of their own.
const DAMAGED_LISTED: u64 = 8;

type End = (IpAddr, u16);
type ConnectionKey = (End, End, u8);
type FlowKey = (IpAddr, IpAddr, u16, u8);

struct Connection {
    flow: usize,
    /// The smaller end opened it.
    smaller_opened: bool,
    syn: Option<u32>,
}

#[derive(Default)]
struct Times {
    first: Option<i64>,
    last: Option<i64>,
}

impl Times {
    fn add(&mut self, at: Option<i64>) {
        if let Some(at) = at {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
    }

    fn moments(&self) -> (Option<Moment>, Option<Moment>) {
        (
            self.first.and_then(Moment::of_epoch_micros),
            self.last.and_then(Moment::of_epoch_micros),
        )
    }
}

struct Row {
    key: FlowKey,
    times: Times,
    connections: u64,
    packets: u64,
    bytes_out: u64,
    bytes_in: u64,
    starts: Starts,
    spans: Vec<Span>,
}

#[derive(Default)]
struct Said {
    times: Times,
    count: u64,
    at: Span,
}

struct Pending {
    next: u32,
    segments: u8,
    data: Vec<u8>,
}

/// All that is gathered from one capture.
pub struct Sheet {
    limits: Limits,
    connections: HashMap<ConnectionKey, Connection>,
    flows: HashMap<FlowKey, usize>,
    rows: Vec<Row>,
    fragments: HashMap<(IpAddr, IpAddr, u32, u8), (u16, u16)>,
    pending: HashMap<ConnectionKey, Pending>,
    resolutions: BTreeMap<(String, String, &'static str), Said>,
    servers: BTreeMap<(&'static str, IpAddr, IpAddr, String), Said>,
    names: BTreeMap<(IndicatorKind, String), Said>,
    coverage: Coverage,
    damaged: u64,
    fragments_seen: u64,
    unknown_links: BTreeMap<i32, u64>,
    no_room: u64,
    forgot: bool,
    room: Room,
    names_no_room: u64,
}

impl Sheet {
    /// An empty one.
    pub fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            connections: HashMap::new(),
            flows: HashMap::new(),
            rows: Vec::new(),
            fragments: HashMap::new(),
            pending: HashMap::new(),
            resolutions: BTreeMap::new(),
            servers: BTreeMap::new(),
            names: BTreeMap::new(),
            coverage: Coverage {
                unit: "packet".to_owned(),
                ..Coverage::default()
            },
            damaged: 0,
            fragments_seen: 0,
            unknown_links: BTreeMap::new(),
            no_room: 0,
            forgot: false,
            room: Room::default(),
            names_no_room: 0,
        }
    }

    /// Counts a record that could not be read.
    pub fn dropped_record(&mut self) {
        self.coverage.seen += 1;
        self.coverage.dropped += 1;
    }

    /// Takes one packet: its link type, time, captured bytes, length on the wire and place.
    pub fn packet(
        &mut self,
        link: i32,
        micros: Option<i64>,
        data: &[u8],
        wire_bytes: u64,
        at: Span,
        out: &mut Out<'_>,
    ) {
        self.coverage.seen += 1;
        let mut packet = match decode(link, data) {
            Decoded::Ip(packet) => packet,
            Decoded::Other => {
                self.coverage.parsed += 1;
                return;
            }
            Decoded::Damaged(why) => {
                self.coverage.dropped += 1;
                self.damaged += 1;
                if self.damaged <= DAMAGED_LISTED {
                    out.anomaly(Anomaly::odd("capture.packet", Some(at), why));
                }
                return;
            }
            Decoded::UnknownLink => {
                self.coverage.dropped += 1;
                *self.unknown_links.entry(link).or_default() += 1;
                return;
            }
        };
        self.coverage.parsed += 1;
        self.join_fragments(&mut packet);
        let source = (packet.source, packet.source_port);
        let target = (packet.target, packet.target_port);
        let source_is_smaller = source <= target;
        let key = if source_is_smaller {
            (source, target, packet.protocol)
        } else {
            (target, source, packet.protocol)
        };
        let Some((row, source_opened, opened)) = self.row(key, &packet, source_is_smaller) else {
            self.no_room += 1;
            self.coverage.dropped += 1;
            return;
        };
        self.coverage.used += 1;
        if let Some(row) = self.rows.get_mut(row) {
            row.times.add(micros);
            if let Some(at) = micros.filter(|_| opened) {
                row.starts.add(at, &mut self.room);
            }
            row.packets += 1;
            if source_opened {
                row.bytes_out = row.bytes_out.saturating_add(wire_bytes);
            } else {
                row.bytes_in = row.bytes_in.saturating_add(wire_bytes);
            }
            if row.spans.len() < SPANS_MAX {
                row.spans.push(at);
            }
        }
        if !packet.payload.is_empty() {
            self.look(key, &packet, micros, at);
        }
    }

    /// Gives later fragments the ports of the first.
    fn join_fragments(&mut self, packet: &mut Packet<'_>) {
        let (Fragment::First(id) | Fragment::Later(id)) = packet.fragment else {
            return;
        };
        self.fragments_seen += 1;
        let key = (packet.source, packet.target, id, packet.protocol);
        if matches!(packet.fragment, Fragment::First(_)) {
            if self.fragments.len() >= FRAGMENTS_MAX {
                self.fragments.clear();
            }
            self.fragments
                .insert(key, (packet.source_port, packet.target_port));
        } else if let Some(ports) = self.fragments.get(&key) {
            (packet.source_port, packet.target_port) = *ports;
        }
    }

    /// The flow of this packet, whether its sender is the client, and whether it opens a connection; none where there is
    /// no room for a new one.
    fn row(
        &mut self,
        key: ConnectionKey,
        packet: &Packet<'_>,
        source_is_smaller: bool,
    ) -> Option<(usize, bool, bool)> {
        let syn = packet.tcp.filter(|tcp| tcp.syn && !tcp.ack).map(|tcp| tcp.seq);
        if let Some(known) = self.connections.get(&key)
            && (syn.is_none() || known.syn == syn)
        {
            return Some((known.flow, known.smaller_opened == source_is_smaller, false));
        }
        let source_opened = source_opened(packet);
        let (client, server, port) = if source_opened {
            (packet.source, packet.target, packet.target_port)
        } else {
            (packet.target, packet.source, packet.source_port)
        };
        let flow_key = (client, server, port, packet.protocol);
        let flow = match self.flows.get(&flow_key) {
            Some(flow) => *flow,
            None if self.rows.len() < self.limits.flows_max => {
                let flow = self.rows.len();
                self.rows.push(Row {
                    key: flow_key,
                    times: Times::default(),
                    connections: 0,
                    packets: 0,
                    bytes_out: 0,
                    bytes_in: 0,
                    starts: Starts::default(),
                    spans: Vec::new(),
                });
                self.flows.insert(flow_key, flow);
                flow
            }
            None => return None,
        };
        if let Some(row) = self.rows.get_mut(flow) {
            row.connections += 1;
        }
        if self.connections.len() >= CONNECTIONS_MAX {
            self.connections.clear();
            self.forgot = true;
        }
        let connection = Connection {
            flow,
            smaller_opened: source_opened == source_is_smaller,
            syn,
        };
        self.connections.insert(key, connection);
        Some((flow, source_opened, true))
    }

    /// Looks for names in what the packet carries.
    fn look(&mut self, key: ConnectionKey, packet: &Packet<'_>, micros: Option<i64>, at: Span) {
        match (packet.protocol, packet.source_port, packet.target_port) {
            (17, 53, _) | (17, _, 53) => self.dns(packet.payload, micros, at),
            (6, 53, _) | (6, _, 53) => {
                let mut rest = packet.payload;
                while let Some((len, after)) = rest.split_at_checked(2) {
                    let len = len.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
                    let Some((message, after)) = after.split_at_checked(len.max(1)) else {
                        break;
                    };
                    self.dns(message, micros, at);
                    rest = after;
                }
            }
            (6, ..) => self.asked(key, packet, micros, at),
            _ => {}
        }
    }

    fn dns(&mut self, data: &[u8], micros: Option<i64>, at: Span) {
        let Some(message) = dns::parse(data) else { return };
        if let Some(asked) = message.asked {
            self.name(&asked, micros, at);
        }
        for (owner, record, value) in message.answers {
            self.name(&owner, micros, at);
            self.name(&value, micros, at);
            let full = self.resolutions.len() >= self.limits.observations_max / 4;
            let key = (owner, value, record);
            if full && !self.resolutions.contains_key(&key) {
                self.names_no_room += 1;
                continue;
            }
            note(self.resolutions.entry(key).or_default(), micros, at);
        }
    }

    /// Keeps an address or a host name; other texts are not values.
    fn name(&mut self, text: &str, micros: Option<i64>, at: Span) {
        let kind = match text.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => IndicatorKind::Ipv4,
            Ok(IpAddr::V6(_)) => IndicatorKind::Ipv6,
            Err(_) if text.contains('.') && !text.contains(':') && clean_name(text.as_bytes()).is_some() => {
                IndicatorKind::Domain
            }
            Err(_) => return,
        };
        self.value(kind, text.to_owned(), micros, at);
    }

    fn value(&mut self, kind: IndicatorKind, text: String, micros: Option<i64>, at: Span) {
        let full = self.names.len() >= self.limits.mentions_max;
        let key = (kind, text);
        if full && !self.names.contains_key(&key) {
            self.names_no_room += 1;
            return;
        }
        note(self.names.entry(key).or_default(), micros, at);
    }

    fn asked(&mut self, key: ConnectionKey, packet: &Packet<'_>, micros: Option<i64>, at: Span) {
        let seq = packet.tcp.map_or(0, |tcp| tcp.seq);
        let after = seq.wrapping_add(u32::try_from(packet.payload.len()).unwrap_or(0));
        if packet.payload.starts_with(&[0x16, 3]) {
            match sni(packet.payload) {
                Hello::Name(name) => self.server("tls-sni", packet, &name, micros, at),
                Hello::More if self.pending.len() < PENDING_MAX => {
                    let waiting = Pending {
                        next: after,
                        segments: 1,
                        data: packet.payload.to_vec(),
                    };
                    self.pending.insert(key, waiting);
                }
                Hello::More | Hello::None => {}
            }
            return;
        }
        if let Some(mut waiting) = self.pending.remove(&key) {
            if waiting.next != seq {
                // The other side, a repeat or a gap: wait on, but not for ever.
                waiting.segments = waiting.segments.saturating_add(1);
                if waiting.segments < SEGMENTS_MAX * 2 {
                    self.pending.insert(key, waiting);
                }
                return;
            }
            waiting.data.extend_from_slice(packet.payload);
            waiting.segments = waiting.segments.saturating_add(1);
            waiting.next = after;
            match sni(&waiting.data) {
                Hello::Name(name) => self.server("tls-sni", packet, &name, micros, at),
                Hello::More if waiting.segments < SEGMENTS_MAX && waiting.data.len() < HELLO_BYTES_MAX => {
                    self.pending.insert(key, waiting);
                }
                Hello::More | Hello::None => {}
            }
            return;
        }
        if let Some((name, url)) = http(packet.payload) {
            self.server("http-host", packet, &name, micros, at);
            if !url.is_empty() {
                self.value(IndicatorKind::Url, url, micros, at);
            }
        }
    }

    fn server(&mut self, via: &'static str, packet: &Packet<'_>, name: &str, micros: Option<i64>, at: Span) {
        self.name(name, micros, at);
        let full = self.servers.len() >= self.limits.observations_max / 4;
        let key = (via, packet.source, packet.target, name.to_owned());
        if full && !self.servers.contains_key(&key) {
            self.names_no_room += 1;
            return;
        }
        note(self.servers.entry(key).or_default(), micros, at);
    }

    /// Writes all that was gathered on `out`: flows by their key, then names.
    pub fn finish(mut self, out: &mut Out<'_>) {
        self.say_limits(out);
        self.rows.sort_by_key(|row| row.key);
        let flow_role = Role::Metadata("flow".to_owned());
        for row in self.rows {
            let (client, server, port, protocol) = row.key;
            let at = row.spans.first().copied().unwrap_or_default();
            let (first, last) = row.times.moments();
            for end in [client, server] {
                let kind = if end.is_ipv4() {
                    IndicatorKind::Ipv4
                } else {
                    IndicatorKind::Ipv6
                };
                let text = end.to_string();
                out.mention(kind, &text, &text, &flow_role, at);
            }
            let flow = Flow {
                client: client.to_string(),
                server: server.to_string(),
                port,
                protocol: protocol_name(protocol),
                first,
                last,
                connections: row.connections,
                packets: row.packets,
                bytes_out: row.bytes_out,
                bytes_in: row.bytes_in,
                starts: row.starts.finish(),
                spans: row.spans,
            };
            out.see(at, Saw::Flow(Box::new(flow)));
        }
        for ((name, answer, record), said) in self.resolutions {
            let (first, last) = said.times.moments();
            let resolution = Resolution {
                name,
                answer,
                record: record.to_owned(),
                first,
                last,
                count: said.count,
            };
            out.see(said.at, Saw::Resolution(Box::new(resolution)));
        }
        for ((via, client, server, name), said) in self.servers {
            let server_name = ServerName {
                via: via.to_owned(),
                client: client.to_string(),
                server: server.to_string(),
                name,
                first: said.times.moments().0,
                count: said.count,
            };
            out.see(said.at, Saw::ServerName(Box::new(server_name)));
        }
        let name_role = Role::Metadata("name".to_owned());
        for ((kind, value), said) in self.names {
            out.mention(kind, &value, &value, &name_role, said.at);
        }
        out.coverage(self.coverage);
    }

    fn say_limits(&self, out: &mut Out<'_>) {
        let mut say = |lost: bool, code: &str, text: String| {
            out.anomaly(Anomaly {
                code: code.to_owned(),
                at: None,
                text,
                lost,
            });
        };
        for (link, count) in &self.unknown_links {
            say(
                true,
                "capture.link",
                format!("{count} packets of link type {link}, which is not read"),
            );
        }
        if self.damaged > DAMAGED_LISTED {
            say(
                false,
                "capture.packet",
                format!("{} packets in all were cut short or nonsense", self.damaged),
            );
        }
        if self.fragments_seen > 0 {
            say(
                false,
                "capture.fragments",
                format!(
                    "{} packets are IP fragments; their content was not joined",
                    self.fragments_seen
                ),
            );
        }
        if self.no_room > 0 {
            let text = format!(
                "more than {} flows; {} packets of others were not counted",
                self.limits.flows_max, self.no_room
            );
            say(true, "capture.flows", text);
        }
        if self.forgot {
            let text = format!("more than {CONNECTIONS_MAX} connections; some are counted more than once");
            say(false, "capture.connections", text);
        }
        if self.names_no_room > 0 {
            say(
                true,
                "capture.names",
                format!("{} names beyond the bound were not kept", self.names_no_room),
            );
        }
    }
}

fn note(said: &mut Said, micros: Option<i64>, at: Span) {
    if said.count == 0 {
        said.at = at;
    }
    said.count += 1;
    said.times.add(micros);
}

fn source_opened(packet: &Packet<'_>) -> bool {
    if let Some(tcp) = packet.tcp
        && tcp.syn
    {
        return !tcp.ack;
    }
    // Echo replies come from the end that was asked.
    match (packet.protocol, packet.icmp) {
        (1, Some(0)) | (58, Some(129)) => return false,
        _ => {}
    }
    !matches!((packet.source_port, packet.target_port), (1..=1023, 1024..))
}

fn protocol_name(protocol: u8) -> String {
    match protocol {
        6 => "tcp".to_owned(),
        17 => "udp".to_owned(),
        1 | 58 => "icmp".to_owned(),

        other => other.to_string(),
    }
}
