//! Connections and answers that Sysmon records, added up as other logs give them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ascribe_model::limits::Limits;
use ascribe_model::observation::{Flow, IndicatorKind, Mention, Resolution};
use ascribe_model::{Anomaly, Out, Role, Saw, Span};

use crate::host_name::clean_name;
use crate::log::when::When;
use crate::starts::{Room, Starts};

const PLACES_MAX: usize = 16;

/// Who connected to whom: client, server, its port, protocol.
pub type Ends = (IpAddr, IpAddr, u16, String);

struct Said {
    first: Option<When>,
    last: Option<When>,
    count: u64,
    starts: Starts,
    places: Vec<Span>,
}

/// All that one log says of the network.
pub struct Network {
    flows: BTreeMap<Ends, Said>,
    answers: BTreeMap<(String, String, &'static str), Said>,
    max: usize,
    no_room: u64,
    room: Room,
}

fn note<K: Ord>(to: &mut BTreeMap<K, Said>, key: K, max: usize, at: Option<When>, place: Span) -> bool {
    if to.len() >= max && !to.contains_key(&key) {
        return false;
    }
    let said = to.entry(key).or_insert(Said {
        first: at,
        last: at,
        count: 0,
        starts: Starts::default(),
        places: Vec::new(),
    });
    said.count = said.count.saturating_add(1);
    if let Some(at) = at {
        if said.first.is_none_or(|first| at.order() < first.order()) {
            said.first = Some(at);
        }
        if said.last.is_none_or(|last| at.order() > last.order()) {
            said.last = Some(at);
        }
    }
    if said.places.len() < PLACES_MAX {
        said.places.push(place);
    }
    true
}

impl Network {
    /// An empty one.
    pub fn new(limits: &Limits) -> Self {
        Self {
            flows: BTreeMap::new(),
            answers: BTreeMap::new(),
            max: limits.observations_max / 4,
            no_room: 0,
            room: Room::default(),
        }
    }

    /// Takes a connection.
    pub fn flow(&mut self, ends: Ends, at: Option<When>, place: Span) -> bool {
        let kept = note(&mut self.flows, ends.clone(), self.max, at, place);
        if let (Some(at), Some(said)) = (at, self.flows.get_mut(&ends)) {
            said.starts.add(at.order(), &mut self.room);
        }
        self.no_room = self.no_room.saturating_add(u64::from(!kept));
        kept
    }

    /// Takes what a name was answered with: addresses and `type: 5 name`, with semicolons between.
    pub fn answers(&mut self, name: &str, results: &str, at: Option<When>, place: Span) -> bool {
        let Some(name) = clean_name(name.as_bytes()) else {
            return false;
        };
        let mut used = false;
        for result in results.split(';').map(str::trim).take(256) {
            let (answer, record) = if let Ok(address) = result.parse::<IpAddr>() {
                let address = address.to_canonical();
                let record = if address.is_ipv4() { "A" } else { "AAAA" };
                (address.to_string(), record)
            } else if let Some(alias) = result.strip_prefix("type:").and_then(|rest| {
                rest.trim()
                    .strip_prefix('5')
                    .and_then(|alias| clean_name(alias.trim().as_bytes()))
            }) {
                (alias, "CNAME")
            } else {
                continue;
            };
            let kept = note(
                &mut self.answers,
                (name.clone(), answer, record),
                self.max,
                at,
                place,
            );
            self.no_room = self.no_room.saturating_add(u64::from(!kept));
            used |= kept;
        }
        used
    }

    /// Writes all on `out`.
    pub fn finish(self, out: &mut Out<'_>) {
        if self.no_room > 0 {
            let text = format!(
                "{} connections and answers beyond the bound were not kept",
                self.no_room
            );
            out.anomaly(Anomaly::lost("evtx.network", None, text));
        }
        for ((name, answer, record), said) in self.answers {
            let at = said.places.first().copied().unwrap_or_default();
            if let Ok(address) = answer.parse::<IpAddr>() {
                mention(address, "QueryResults", &said, out);
            }
            let resolution = Resolution {
                name,
                answer,
                record: record.to_owned(),
                first: said.first.and_then(When::moment),
                last: said.last.and_then(When::moment),
                count: said.count,
            };
            out.see(at, Saw::Resolution(Box::new(resolution)));
        }
        for ((client, server, port, protocol), said) in self.flows {
            mention(client, "SourceIp", &said, out);
            mention(server, "DestinationIp", &said, out);
            let at = said.places.first().copied().unwrap_or_default();
            let flow = Flow {
                client: client.to_string(),
                server: server.to_string(),
                port,
                protocol,
                first: said.first.and_then(When::moment),
                last: said.last.and_then(When::moment),
                connections: said.count,
                packets: 0,
                bytes_out: 0,
                bytes_in: 0,
                spans: said.places,
                starts: said.starts.finish(),
            };
            out.see(at, Saw::Flow(Box::new(flow)));
        }
    }
}

fn mention(address: IpAddr, cell: &str, said: &Said, out: &mut Out<'_>) {
    let kind = if address.is_ipv4() {
        IndicatorKind::Ipv4
    } else {
        IndicatorKind::Ipv6
    };
    out.mentioned(Mention {
        kind,
        value: address.to_string(),
        raw: address.to_string(),
        role: Role::Cell(cell.to_owned()),
        spans: said.places.clone(),
        count: said.count,
    });
}
