//! Logged events added up: one row for each combination of what the fields say and day (UTC).
//!
//! Bounded: rows, bytes of each field, places. What there is most of (programs started, files reached, other) may fill
//! half of the table only, so that a flood of it does not push out a logon.

use std::collections::HashMap;
use std::net::IpAddr;

use ascribe_model::limits::Limits;
use ascribe_model::observation::{Action, Event, IndicatorKind, Mention};
use ascribe_model::{Anomaly, Out, Role, Saw, Span};

use crate::log::when::When;

/// Records kept with each row.
const PLACES_MAX: usize = 16;
/// Records kept with rows in all; beyond, each keeps its first.
const PLACES_ALL_MAX: usize = 1 << 20;
/// Bytes of one field.
const FIELD_BYTES_MAX: usize = 256;
const MICROS_A_DAY: i64 = 86_400_000_000;
/// Between fields of a key: no byte of UTF-8.
const BETWEEN: u8 = 0xff;
/// How many fields a key has behind its action and day.
const FIELDS: usize = 7;

/// One event; what is not said is empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    /// What was done.
    pub action: Action,
    /// The log's own name for it.
    pub code: &'a str,
    /// Host that it happened on.
    pub host: &'a str,
    /// Account that did it.
    pub account: &'a str,
    /// Account that it was done to.
    pub target: &'a str,
    /// Address that it came from.
    pub from: Option<IpAddr>,
    /// Device or client as it named itself.
    pub device: &'a str,
    /// What it names.
    pub object: &'a str,
    /// When.
    pub at: Option<When>,
}

struct Row {
    first: Option<When>,
    last: Option<When>,
    count: u64,
    from: Option<IpAddr>,
    places: Vec<Span>,
}

/// All events of one log.
pub(crate) struct Tally {
    rows: HashMap<Vec<u8>, Row>,
    rows_max: usize,
    bulk: usize,
    places: usize,
    no_room: u64,
    key: Vec<u8>,
}

impl Tally {
    /// An empty one.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            rows: HashMap::new(),
            rows_max: limits.observations_max / 2,
            bulk: 0,
            places: 0,
            no_room: 0,
            key: Vec::new(),
        }
    }

    /// Takes an event that stands in `place`. Returns false where there was no room for it.
    pub(crate) fn add(&mut self, seen: &Seen<'_>, place: Span) -> bool {
        let day = seen.at.map(|at| at.order().div_euclid(MICROS_A_DAY));
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        key.push(seen.action as u8);
        // Bytes sort as the day does.
        key.extend((day.unwrap_or(i64::MIN) ^ i64::MIN).to_be_bytes());
        let from = seen.from.map(|address| address.to_string());
        for field in [
            seen.code,
            seen.host,
            seen.account,
            seen.target,
            from.as_deref().unwrap_or_default(),
            seen.device,
            seen.object,
        ] {
            key.extend(cut(field.trim()).as_bytes());
            key.push(BETWEEN);
        }
        let kept = self.count(&key, seen, place);
        self.key = key;
        kept
    }

    fn count(&mut self, key: &[u8], seen: &Seen<'_>, place: Span) -> bool {
        if let Some(row) = self.rows.get_mut(key) {
            row.count = row.count.saturating_add(1);
            if let Some(at) = seen.at {
                if row.first.is_none_or(|first| at.order() < first.order()) {
                    row.first = Some(at);
                }
                if row.last.is_none_or(|last| at.order() > last.order()) {
                    row.last = Some(at);
                }
            }
            if row.places.len() < PLACES_MAX && self.places < PLACES_ALL_MAX {
                row.places.push(place);
                self.places = self.places.saturating_add(1);
            }
            return true;
        }
        let bulk = matches!(seen.action, Action::Process | Action::Access | Action::Other);
        if self.rows.len() >= self.rows_max || (bulk && self.bulk >= self.rows_max / 2) {
            self.no_room = self.no_room.saturating_add(1);
            return false;
        }
        self.bulk = self.bulk.saturating_add(usize::from(bulk));
        self.places = self.places.saturating_add(1);
        let row = Row {
            first: seen.at,
            last: seen.at,
            count: 1,
            from: seen.from,
            places: vec![place],
        };
        self.rows.insert(key.to_vec(), row);
        true
    }

    /// Writes all rows on `out`, by action, day and fields, and their addresses; `reader` begins the codes of anomalies.
    pub(crate) fn finish(self, reader: &str, out: &mut Out<'_>) {
        if self.no_room > 0 {
            let text = format!(
                "more kinds of event than the bound of {}; {} events of further kinds were not counted",
                self.rows_max, self.no_room
            );
            out.anomaly(Anomaly::lost(&format!("{reader}.events"), None, text));
        }
        let mut rows: Vec<(Vec<u8>, Row)> = self.rows.into_iter().collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        for (key, row) in rows {
            if let Some(address) = row.from {
                let kind = if address.is_ipv4() {
                    IndicatorKind::Ipv4
                } else {
                    IndicatorKind::Ipv6
                };
                out.mentioned(Mention {
                    kind,
                    value: address.to_string(),
                    raw: address.to_string(),
                    role: Role::Cell("from".to_owned()),
                    spans: row.places.clone(),
                    count: row.count,
                });
            }
            if let Some(event) = event(&key, row) {
                let at = event.spans.first().copied().unwrap_or_default();
                out.see(at, Saw::Event(Box::new(event)));
            }
        }
    }
}

fn event(key: &[u8], row: Row) -> Option<Event> {
    let (action, fields) = key.split_first()?;
    let mut fields = fields.get(8..)?.split(|byte| *byte == BETWEEN).take(FIELDS);
    let mut next = || {
        let text = std::str::from_utf8(fields.next()?).ok()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    Some(Event {
        action: *ACTIONS.iter().find(|known| **known as u8 == *action)?,
        code: next().unwrap_or_default(),
        host: next(),
        account: next(),
        target: next(),
        from: next(),
        device: next(),
        object: next(),
        first: row.first.and_then(When::moment),
        last: row.last.and_then(When::moment),
        count: row.count,
        spans: row.places,
    })
}

const ACTIONS: [Action; 12] = [
    Action::Logon,
    Action::LogonRefused,
    Action::Logoff,
    Action::Elevation,
    Action::AccountChange,
    Action::Service,
    Action::Task,
    Action::Process,
    Action::RemoteExecution,
    Action::Access,
    Action::LogCleared,
    Action::Other,
];

fn cut(text: &str) -> &str {
    let mut end = text.len().min(FIELD_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

/// The address that a record says something came from: none of a host's own loopback or of nothing.
pub(crate) fn outside(written: &str) -> Option<IpAddr> {
    let (address, _) = crate::log::row::address(written.trim().as_bytes())?;
    let address = address.to_canonical();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}
