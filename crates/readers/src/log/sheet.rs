//! Rows of a log gathered into flows, answers and names asked for.
//!
//! A row counts as a connection where both ends are addresses. Rows that say the same are one observation with its first
//! spans. Every table is bounded; what did not fit is counted and said. Never turns a time without offset into UTC.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use ascribe_model::moment::Clock;
use ascribe_model::observation::{Flow, IndicatorKind, Resolution, ServerName};
use ascribe_model::{Anomaly, Moment, Out, Saw, Span, Text};

use super::columns::Field;

const SPANS_MAX: usize = 16;

/// One cell of a row.
pub struct Cell {
    /// What it says.
    pub field: Field,
    /// Its value; the role names its column.
    pub text: Text,
}

/// All that is gathered from one log.
#[derive(Default)]
pub struct Sheet {
    flows: BTreeMap<(IpAddr, IpAddr, u16, String), Flow>,
    resolutions: BTreeMap<(String, String, String), (Resolution, Span)>,
    names: BTreeMap<(&'static str, IpAddr, IpAddr, String), (ServerName, Span)>,
    no_room: u64,
}

fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_start_matches('[').trim_end_matches(']');
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn kind_of(address: IpAddr) -> IndicatorKind {
    if address.is_ipv4() { IndicatorKind::Ipv4 } else { IndicatorKind::Ipv6 }
}

/// Decimal text as whole microseconds; none for anything else.
fn micros(text: &str) -> Option<i64> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.chars().chain("000000".chars()).take(6).collect();
    whole.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(part.parse().ok()?)
}

/// A time as logs write it: epoch seconds (with fraction), milliseconds or microseconds, or a civil time.
pub fn time(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Some(value) = micros(text) {
        let whole = text.split('.').next().unwrap_or_default().len();
        return match whole {
            9 | 10 => Moment::of_epoch_micros(value),
            13 => Moment::of_epoch_micros(value.checked_div(1000)?),
            16 => Moment::of_epoch_micros(value.checked_div(1_000_000)?),
            _ => None,
        };
    }
    if text.len() < 10 || text.contains("..") {
        return None;
    }
    Moment::parse(text)
        .or_else(|_| Moment::parse(&text.replacen('/', "-", 2)))
        .ok()
}

/// Where a moment lies among others: in UTC where its offset is known.
fn order(at: &Moment) -> (i64, Moment) {
    let civil = at.last();
    let utc = match at.clock() {
        Clock::Offset(seconds) => {
            let by = Duration::from_secs(u64::from(seconds.unsigned_abs()));
            let moved = if seconds < 0 { civil.checked_add(by) } else { civil.checked_sub(by) };
            moved.unwrap_or(civil)
        }
        Clock::Unknown => civil,
    };
    let day = i64::from(utc.year())
        .saturating_mul(400)
        .saturating_add(i64::from(utc.day_of_year()));
    let second = i64::from(utc.hour())
        .saturating_mul(3600)
        .saturating_add(i64::from(utc.minute()).saturating_mul(60))
        .saturating_add(i64::from(utc.second()));
    let micro = second
        .saturating_mul(1_000_000)
        .saturating_add(i64::from(utc.subsec_nanosecond() / 1000));
    (day.saturating_mul(86_400_000_000).saturating_add(micro), at.clone())
}

fn widen(first: &mut Option<Moment>, last: &mut Option<Moment>, from: Option<&Moment>, to: Option<&Moment>) {
    if let Some(from) = from
        && first.as_ref().is_none_or(|first| order(from) < order(first))
    {
        *first = Some(from.clone());
    }
    if let Some(to) = to
        && last.as_ref().is_none_or(|last| order(to) > order(last))
    {
        *last = Some(to.clone());
    }
}

fn protocol(text: &str) -> String {
    match text.trim().to_ascii_lowercase().as_str() {
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" | "58" | "ipv6-icmp" | "icmpv6" => "icmp".to_owned(),
        other => other.chars().take(20).collect(),
    }
}

impl Sheet {
    /// Takes one row: what it says and every indicator in it. Returns whether it gave a flow, an answer or a name.
    pub fn row(&mut self, cells: &[Cell], at: Span, out: &mut Out<'_>) -> bool {
        let value = |field: Field| {
            cells
                .iter()
                .filter(|cell| cell.field == field)
                .map(|cell| cell.text.as_str().trim())
                .find(|text| !text.is_empty())
        };
        let number = |field: Field| value(field).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        for cell in cells {
            let end = matches!(cell.field, Field::Client | Field::Server);
            match address(cell.text.as_str()).filter(|_| end) {
                Some(found) => out.mention(
                    kind_of(found),
                    &found.to_string(),
                    cell.text.as_str(),
                    &cell.text.role,
                    cell.text.whole_span(),
                ),
                None => out.scan_only(&cell.text),
            }
        }
        let first = value(Field::Time).and_then(time);
        let mut used = self.answers(cells, first.as_ref(), at, out);
        let ends = value(Field::Client).and_then(address).zip(value(Field::Server).and_then(address));
        let Some((client, server)) = ends else { return used };
        used |= self.asked(cells, (client, server), first.as_ref(), at, out);
        // A row of names (DNS, HTTP, TLS) beside a connection log would count its connection twice; alone it is still traffic.
        let last = match (&first, value(Field::Duration).and_then(micros)) {
            (Some(first), Some(took)) => later(first, took).or_else(|| Some(first.clone())),
            (first, _) => first.clone(),
        };
        let port = value(Field::Port).and_then(|text| text.parse().ok()).unwrap_or(0);
        let key = (client, server, port, value(Field::Protocol).map(protocol).unwrap_or_default());
        if !self.flows.contains_key(&key) && self.flows.len() >= out.limits().flows_max {
            self.no_room = self.no_room.saturating_add(1);
            return used;
        }
        let name = key.3.clone();
        let flow = self.flows.entry(key).or_insert_with(|| Flow {
            client: client.to_string(),
            server: server.to_string(),
            port,
            protocol: name,
            first: None,
            last: None,
            connections: 0,
            packets: 0,
            bytes_out: 0,
            bytes_in: 0,
            spans: Vec::new(),
        });
        widen(&mut flow.first, &mut flow.last, first.as_ref(), last.as_ref());
        flow.connections = flow.connections.saturating_add(1);
        flow.bytes_out = flow.bytes_out.saturating_add(number(Field::BytesOut));
        flow.bytes_in = flow.bytes_in.saturating_add(number(Field::BytesIn));
        for cell in cells.iter().filter(|cell| cell.field == Field::Packets) {
            flow.packets = flow.packets.saturating_add(cell.text.as_str().trim().parse().unwrap_or(0));
        }
        if flow.spans.len() < SPANS_MAX {
            flow.spans.push(at);
        }
        true
    }

    fn asked(
        &mut self,
        cells: &[Cell],
        (client, server): (IpAddr, IpAddr),
        first: Option<&Moment>,
        at: Span,
        out: &Out<'_>,
    ) -> bool {
        let mut used = false;
        for cell in cells {
            let via = match cell.field {
                Field::Host => "http-host",
                Field::TlsName => "tls-sni",
                _ => continue,
            };
            let name = cell.text.as_str().trim().trim_end_matches('.').to_ascii_lowercase();
            if name.is_empty() || name.len() > 255 || name.contains(char::is_whitespace) {
                continue;
            }
            let key = (via, client, server, name.clone());
            if !self.names.contains_key(&key) && self.names.len() >= out.limits().observations_max / 4 {
                self.no_room = self.no_room.saturating_add(1);
                continue;
            }
            used = true;
            let (said, _) = self.names.entry(key).or_insert_with(|| {
                let said = ServerName {
                    via: via.to_owned(),
                    client: client.to_string(),
                    server: server.to_string(),
                    name,
                    first: None,
                    count: 0,
                };
                (said, at)
            });
            widen(&mut said.first, &mut None, first, None);
            said.count = said.count.saturating_add(1);
        }
        used
    }

    fn answers(&mut self, cells: &[Cell], first: Option<&Moment>, at: Span, out: &Out<'_>) -> bool {
        let find = |field: Field| cells.iter().find(|cell| cell.field == field).map(|cell| cell.text.as_str().trim());
        let Some(name) = find(Field::Query).filter(|name| !name.is_empty()) else {
            return false;
        };
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let asked = find(Field::QueryType).unwrap_or_default();
        let mut used = false;
        let answers = cells.iter().filter(|cell| cell.field == Field::Answers);
        for answer in answers.flat_map(|cell| cell.text.as_str().split(',')) {
            let answer = answer.trim().trim_end_matches('.').to_ascii_lowercase();
            if answer.is_empty() || answer.len() > 255 {
                continue;
            }
            // A name in answer to a question for an address is an alias on the way.
            let record = match address(&answer) {
                Some(found) if found.is_ipv4() => "A",
                Some(_) => "AAAA",
                None if matches!(asked, "A" | "AAAA" | "") => "CNAME",
                None => asked,
            };
            let key = (name.clone(), answer.clone(), record.to_owned());
            if !self.resolutions.contains_key(&key) && self.resolutions.len() >= out.limits().observations_max / 4 {
                self.no_room = self.no_room.saturating_add(1);
                continue;
            }
            used = true;
            let (said, _) = self.resolutions.entry(key).or_insert_with(|| {
                let said = Resolution {
                    name: name.clone(),
                    answer,
                    record: record.to_owned(),
                    first: None,
                    last: None,
                    count: 0,
                };
                (said, at)
            });
            widen(&mut said.first, &mut said.last, first, first);
            said.count = said.count.saturating_add(1);
        }
        used
    }

    /// Writes all that was gathered on `out`.
    pub fn finish(self, out: &mut Out<'_>) {
        for flow in self.flows.into_values() {
            let at = flow.spans.first().copied().unwrap_or_default();
            out.see(at, Saw::Flow(flow));
        }
        for (said, at) in self.resolutions.into_values() {
            out.see(at, Saw::Resolution(said));
        }
        for (said, at) in self.names.into_values() {
            out.see(at, Saw::ServerName(said));
        }
        if self.no_room > 0 {
            let text = format!("{} rows about further flows or names beyond the bound were not kept", self.no_room);
            out.anomaly(Anomaly::lost("log.flows", None, text));
        }
    }
}

/// `at` moved on by `micros`, on its own clock.
fn later(at: &Moment, micros: i64) -> Option<Moment> {
    let by = Duration::from_micros(u64::try_from(micros).ok()?);
    let civil = at.last().checked_add(by).ok()?;
    let text = at.text();
    let zone = match at.clock() {
        Clock::Unknown => "",
        Clock::Offset(_) if text.ends_with(['Z', 'z']) => "Z",
        Clock::Offset(_) => text.get(text.rfind(['+', '-'])?..)?,
    };
    Moment::parse(&format!("{civil}{zone}")).ok()
}
