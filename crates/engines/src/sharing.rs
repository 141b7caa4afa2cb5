//! What many people use, as of a time: Tor exits, VPN, hosting, CDN, sinkholes, resolvers, dynamic DNS, parking.
//!
//! By lists that lie among the evidence, each row for its own time (a Tor exit for a day around the test that found it),
//! else for the time of its evidence; and by a small table of public resolvers with source and date. A list without a time
//! is used and says so. What is shared can lower a weight, never raise one. Lists are no evidence of anybody's use.

use ascribe_intel::holdings::{Holdings, Then};
use ascribe_intel::{Infrastructure, Knowledge};
use ascribe_model::observation::{IndicatorKind, Saw};
use ascribe_model::words::Tlp;
use ascribe_model::{Day, Moment, Range};

use crate::Evidence;
use crate::sighting::{place, stands};

const RESOLVERS: &str = include_str!("../../intel/data/resolvers.csv");

/// Kind of a list's items.
const SHARED: &str = "shared";

/// All rows of all lists.
pub(crate) struct Lists(Knowledge);

/// A kind of sharing and why it is believed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shared {
    /// `tor-exit`, `vpn` …
    pub(crate) kind: String,
    /// In words, with the place.
    pub(crate) why: String,
    /// Marking of the list that says so.
    pub(crate) tlp: Tlp,
}

impl Shared {
    /// How often anybody's operations leave such a value, in place of the class's rarity. Judged: most of those who use an
    /// exit, a VPN or a resolver have nothing to do with each other; a rented machine mostly has one user at a time.
    pub(crate) fn rarity(&self) -> Option<Range> {
        let (low, point, high) = match self.kind.as_str() {
            "hosting" | "dynamic-dns" => (0.02, 0.05, 0.15),
            "sinkhole" | "parking" => (0.2, 0.4, 0.7),
            _ => (0.1, 0.3, 0.6),
        };
        Range::new(low, point, high).ok()
    }

    /// Whether a contact with it says nothing: everybody's traffic goes there.
    pub(crate) fn is_everybodys(&self) -> bool {
        !matches!(self.kind.as_str(), "hosting" | "dynamic-dns")
    }
}

const fn words(kind: &str) -> &str {
    match kind.as_bytes() {
        b"tor-exit" => "a Tor exit",
        b"vpn" => "an exit of a VPN service",
        b"proxy" => "an open proxy",
        b"hosting" => "in a hosting range",
        b"cdn" => "of a content delivery network",
        b"sinkhole" => "a sinkhole",
        b"resolver" => "a public resolver",
        b"dynamic-dns" => "a name of a dynamic DNS service",
        b"parking" => "a parked name",
        _ => "shared",
    }
}

impl Lists {
    /// The lists among `evidence`, and the table of resolvers.
    pub(crate) fn of(evidence: &[&Evidence]) -> Self {
        let mut rows = Vec::new();
        let mut add = |kind: &str,
                       (why, tlp): (String, Tlp),
                       what: Vec<String>,
                       from: Option<Moment>,
                       to: Option<Moment>| {
            rows.push(Infrastructure {
                // The number keeps two rows of one list apart.
                id: format!("{:08}|{kind}|{tlp}|{why}", rows.len()),
                name: None,
                what,
                holder: std::collections::BTreeMap::new(),
                from,
                to,
                exclusive: None,
                source: None,
                known: None,
            });
        };
        for line in RESOLVERS.lines() {
            let mut cells = line.split(',');
            let (Some(address), Some(operator), Some(since), Some(source)) =
                (cells.next(), cells.next(), cells.next(), cells.next())
            else {
                continue;
            };
            if let (true, Ok(since)) = (address.parse::<std::net::IpAddr>().is_ok(), Moment::parse(since)) {
                let why = format!("{}, {operator} ({source})", words("resolver"));
                add(
                    "resolver",
                    (why, Tlp::Clear),
                    vec![address.to_owned()],
                    Some(since),
                    None,
                );
            }
        }
        for evidence in evidence {
            for observation in &evidence.reading.observations {
                let Saw::Intelligence(item) = &observation.saw else {
                    continue;
                };
                if item.kind != SHARED {
                    continue;
                }
                let at = item.valid.clone().or_else(|| evidence.valid.clone());
                let (from, to) = match &at {
                    Some(at) if item.name == "tor-exit" && at.first_day() == at.last_day() => (
                        Some(Moment::of_day(before(at.first_day()))),
                        Some(Moment::of_day(after(at.last_day()))),
                    ),
                    Some(at) => (
                        Some(Moment::of_day(at.first_day())),
                        Some(Moment::of_day(at.last_day())),
                    ),
                    None => (None, None),
                };
                let dated = if at.is_some() { " as of then" } else { "" };
                let undated = if at.is_some() {
                    ""
                } else {
                    ", a list without a date"
                };
                let by = place(&stands(evidence, observation.at));
                let why = format!("{}{dated} ({by}{undated})", words(&item.name));
                let what = item.values.iter().map(|(_, value)| value.clone()).collect();
                add(&item.name, (why, evidence.tlp), what, from, to);
            }
        }
        Self(Knowledge {
            infrastructure: rows,
            ..Knowledge::default()
        })
    }

    /// Ready for lookups.
    pub(crate) fn ready(&self) -> Sharing<'_> {
        Sharing(Holdings::new(&self.0))
    }
}

fn before(day: Day) -> Day {
    day.yesterday().unwrap_or(day)
}

fn after(day: Day) -> Day {
    day.tomorrow().unwrap_or(day)
}

/// Lists, ready for lookups.
pub(crate) struct Sharing<'k>(Holdings<'k>);

impl Sharing<'_> {
    /// What a value is shared as at a time: the first of several reasons in order of kind.
    pub(crate) fn of(&self, kind: IndicatorKind, value: &str, at: Option<&Moment>) -> Option<Shared> {
        let mut reasons = self.directly(kind, value, at);
        match kind {
            IndicatorKind::Url => {
                let (kind, host) = ascribe_intel::holdings::host_of(value)?;
                return self.of(kind, host, at);
            }
            IndicatorKind::Domain => {
                // Services give names under a suffix that belongs to nobody in particular.
                let mut name = value;
                while let Some((_, above)) = name.split_once('.').filter(|(_, above)| above.contains('.')) {
                    let of_service = self.directly(kind, above, at);
                    reasons.extend(of_service.into_iter().filter(|found| found.kind == "dynamic-dns"));
                    name = above;
                }
            }
            _ => {}
        }
        reasons.into_iter().min()
    }

    fn directly(&self, kind: IndicatorKind, value: &str, at: Option<&Moment>) -> Vec<Shared> {
        let held = self.0.find(kind, value, at);
        held.into_iter()
            .filter(|held| held.then != Then::NotHeld)
            .filter_map(|held| {
                let mut parts = held.item.id.splitn(4, '|');
                let (_, kind, tlp, why) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
                let unknown = if held.then == Then::Unknown {
                    "; when it was seen is not known"
                } else {
                    ""
                };
                Some(Shared {
                    kind: kind.to_owned(),
                    why: format!("{why}{unknown}"),
                    tlp: Tlp::parse(tlp)?,
                })
            })
            .collect()
    }
}
