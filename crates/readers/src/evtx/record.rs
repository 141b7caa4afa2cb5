//! From the values of one record to what it says was done.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use ascribe_model::observation::Action;
use ascribe_model::{Out, Role, Span, Text};

use super::binxml::Trees;
use super::meaning::{KEYS, Key, Rule, SCANNED, Who, rule, short};
use super::network::Network;
use super::value::{Value, file_time, render};
use crate::events::{Seen, Tally, outside};
use crate::log::when::When;

/// Values without indicators that are remembered.
const BARREN_MAX: usize = 1 << 16;
/// Characters of one value that are looked through.
const SCANNED_MAX: usize = 64 << 10;

/// What became of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// An observation.
    Used,
    /// It was read and names no account, device, address or indicator.
    Nothing,
    /// It could not be read to its end.
    Broken,
    /// There was no room for it.
    NoRoom,
}

/// The values of one record that the table asks for.
struct Values<'c> {
    values: Vec<Option<Value<'c>>>,
}

impl Values<'_> {
    /// The value as text; empty where there is none, or where it says that there is none.
    fn text(&self, key: Key) -> String {
        let mut text = String::new();
        if let Some(Some(value)) = self.values.get(key as usize) {
            render(value, &mut text);
        }
        let trimmed = text.trim();
        if matches!(trimmed, "-" | "N/A" | "NULL") {
            return String::new();
        }
        if trimmed.len() == text.len() {
            text
        } else {
            trimmed.to_owned()
        }
    }

    fn first(&self, keys: &[Key]) -> String {
        keys.iter()
            .map(|key| self.text(*key))
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    fn all(&self, keys: &[Key]) -> String {
        let mut all = String::new();
        for key in keys {
            let text = self.text(*key);
            if !text.is_empty() {
                if !all.is_empty() {
                    all.push_str(": ");
                }
                all.push_str(&text);
            }
        }
        all
    }

    /// `domain\name` in lower case.
    fn who(&self, who: &[Who]) -> String {
        for (name, domain) in who {
            let name = self.text(*name);
            if name.is_empty() {
                continue;
            }
            let domain = domain.map(|key| self.text(key)).unwrap_or_default();
            let whole = if domain.is_empty() || name.contains(['\\', '@']) {
                name
            } else {
                format!("{domain}\\{name}")
            };
            return whole.to_lowercase();
        }
        String::new()
    }
}

/// Reads records and adds up what they say.
pub struct Records {
    trees: Trees,
    barren: HashSet<u64>,
    /// Events of this log.
    pub tally: Tally,
    /// Connections and answers of this log.
    pub network: Network,
}

impl Records {
    /// Before the first.
    pub fn new(limits: &ascribe_model::limits::Limits) -> Self {
        Self {
            trees: Trees::new(KEYS),
            barren: HashSet::new(),
            tally: Tally::new(limits),
            network: Network::new(limits),
        }
    }

    /// Before a chunk.
    pub fn next_chunk(&mut self) {
        self.trees.next_chunk();
    }

    /// Takes the record whose tree stands in bytes `start..end` of `chunk`.
    pub fn take(
        &mut self,
        chunk: &[u8],
        (start, end): (usize, usize),
        written: u64,
        place: Span,
        out: &mut Out<'_>,
    ) -> Became {
        let mut values = Values {
            values: Vec::with_capacity(KEYS.len()),
        };
        values.values.resize_with(KEYS.len(), || None);
        let whole = self.trees.values(chunk, start, end, &mut |name, value| {
            if let Some(slot @ None) = values.values.get_mut(name) {
                *slot = Some(value);
            }
        });
        let provider = values.text(Key::Provider);
        let Ok(id) = values.text(Key::EventId).parse::<u64>() else {
            return Became::Broken;
        };
        let time = values
            .values
            .get(Key::Time as usize)
            .and_then(|value| value.as_ref()?.micros())
            .or_else(|| file_time(written))
            .map(When::utc);
        let (event, no_room) = self.event(&values, &provider, id, time, place);
        let mut used = event;
        if short(&provider) == "Sysmon" {
            used |= self.sysmon(&values, id, time, place);
        }
        for key in SCANNED {
            used |= self.scan(&values, *key, place, out);
        }
        match (used, no_room, whole) {
            (true, ..) => Became::Used,
            (_, true, _) => Became::NoRoom,
            (_, _, false) => Became::Broken,
            _ => Became::Nothing,
        }
    }

    /// Adds up the event; whether it was kept, and whether there was no room for it.
    fn event(
        &mut self,
        values: &Values<'_>,
        provider: &str,
        id: u64,
        at: Option<When>,
        place: Span,
    ) -> (bool, bool) {
        let rule = rule(provider, id);
        let mut account = values.who(rule.account);
        let from = outside(&values.first(rule.from));
        let device = values.first(rule.device);
        let device = device.trim_start_matches('\\');
        if rule.action == Action::Other && account.is_empty() && from.is_none() && device.is_empty() {
            return (false, false);
        }
        if account.is_empty() && rule.by_sid {
            account = values.text(Key::UserId).to_lowercase();
        }
        let mut object = values.all(rule.object);
        if matches!(id, 4624 | 4625 | 4634 | 4647) && rule.object.is_empty() {
            let kind = values.text(Key::LogonType);
            if !kind.is_empty() {
                object = format!("logon type {kind}");
            }
        }
        let code = match short(provider) {
            "Security-Auditing" | "Eventlog" | "Service Control Manager" => id.to_string(),
            other => format!("{other} {id}"),
        };
        let seen = Seen {
            action: refused(&rule, values),
            code: &code,
            host: &values.text(Key::Computer).to_lowercase(),
            account: &account,
            target: &values.who(rule.target),
            from,
            device,
            object: &object,
            at,
        };
        let kept = self.tally.add(&seen, place);
        (kept, !kept)
    }

    fn sysmon(&mut self, values: &Values<'_>, id: u64, at: Option<When>, place: Span) -> bool {
        let at = When::parse(values.text(Key::UtcTime).as_bytes())
            .map(|when| when.or_offset(Some(0)))
            .or(at);
        match id {
            3 => {
                let (Some(from), Some(to)) = (
                    crate::log::row::address(values.text(Key::SourceIp).as_bytes()),
                    crate::log::row::address(values.text(Key::DestinationIp).as_bytes()),
                ) else {
                    return false;
                };
                let port = values.text(Key::DestinationPort).parse().unwrap_or(0);
                let protocol = values.text(Key::Protocol).to_lowercase();
                self.network.flow((from.0, to.0, port, protocol), at, place)
            }
            22 => {
                let (name, results) = (values.text(Key::QueryName), values.text(Key::QueryResults));
                self.network.answers(&name, &results, at, place)
            }
            _ => false,
        }
    }

    /// Looks through a value for indicators; whether there are any.
    fn scan(&mut self, values: &Values<'_>, key: Key, place: Span, out: &mut Out<'_>) -> bool {
        let Some(Some(value)) = values.values.get(key as usize) else {
            return false;
        };
        let mut hasher = DefaultHasher::new();
        match value {
            Value::Raw { bytes, .. } => bytes.hash(&mut hasher),
            Value::Text(text) => text.hash(&mut hasher),
        }
        let hash = hasher.finish();
        if self.barren.contains(&hash) {
            return false;
        }
        let mut written = String::new();
        render(value, &mut written);
        let end = written
            .char_indices()
            .nth(SCANNED_MAX)
            .map_or(written.len(), |(at, _)| at);
        written.truncate(end);
        let name = KEYS.get(key as usize).copied().unwrap_or_default();
        let mut text = Text::new(Role::Cell(name.to_owned()), None);
        text.push_opaque(&written, place.start, place.end);
        let found = out.scan_only(&text) > 0;
        if !found && self.barren.len() < BARREN_MAX {
            self.barren.insert(hash);
        }
        found
    }
}

/// What was done, or that it was refused.
fn refused(rule: &Rule, values: &Values<'_>) -> Action {
    let status = values.text(Key::Status);
    let failed = rule.may_fail && !status.is_empty() && !status.trim_start_matches(['0', 'x']).is_empty();
    if failed { Action::LogonRefused } else { rule.action }
}
