//! Contacts over one relay: A talks to R, and R talks to known infrastructure B, more often at the same moments than R's own
//! business explains.
//!
//! A is a host of the victim or an address written into a program; R is neither, nor B's own. Null hypothesis: within each
//! hour in which both were active, R's contacts with B fall anywhere, independently of A's. So hours, days and bursts that
//! A and B have in common are no evidence; only moments are. An hour counts once: the chance that one of B's contacts falls
//! into the windows around A's is their share of the hour, to the power of B's contacts. The tail over all hours is exact
//! (Poisson binomial) and multiplied by the number of pairs tested. What a clock drives is left out: where moving A's times by
//! whole hours gives half as many coincidences, the hour's minute explains them. A busy relay fills its hours and gives nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ascribe_intel::Knowledge;
use ascribe_intel::holdings::{Holdings, Own, Then};
use ascribe_model::moment::{Clock, Precision};
use ascribe_model::observation::{Flow, Saw};
use ascribe_model::{Moment, Provenance, Span};

use super::beacon::seconds;
use super::chance::at_least;
use crate::sharing::Sharing;
use crate::sighting::{Standing, Written, address_kind, flow_time, standing, stands, when};
use crate::{Evidence, World};

/// Seconds between two contacts that may belong together. Judged: a relay hands on at once or after a short wait.
const WINDOW_S: i64 = 60;
const HOUR_US: i64 = 3_600_000_000;
const WINDOW_US: i64 = WINDOW_S * 1_000_000;
/// Pairs of a host and infrastructure at relays that are looked at.
const PAIRS_MAX: usize = 2_000_000;
/// Hours with a coincidence that it takes.
const HOURS_MIN: usize = 3;
/// Chance, corrected for the number of pairs tested, that is accepted.
pub(super) const CHANCE_MAX: f64 = 1e-3;
/// Whole hours by which A's times are moved to see what a clock explains.
const SHIFTS: i64 = 12;
/// Places of each side that are kept.
const PLACES_MAX: usize = 5;

/// Which hosts talk to listed infrastructure and to the victim or a program's address as well.
///
/// Their traffic with the infrastructure is no direct trace of the incident. Empty where the case names no network of the
/// victim: then nobody can say who is outside.
pub(crate) struct Relays<'w> {
    /// R, with its flows to infrastructure: (evidence, flow, whether the client is B).
    hosts: BTreeMap<&'w str, Sides<'w>>,
    business: HashMap<&'w str, Business>,
}

#[derive(Default)]
struct Sides<'w> {
    /// (B, evidence, flow).
    listed: Vec<(&'w str, &'w Evidence, &'w Flow, Span)>,
    /// (A, evidence, flow).
    ours: Vec<(&'w str, &'w Evidence, &'w Flow, Span)>,
}

/// How busy a host is.
#[derive(Default)]
struct Business {
    peers: BTreeSet<u64>,
    connections: u64,
}

/// What was found of all ways.
pub(super) struct Tested<'w> {
    pub(super) ways: Vec<Way<'w>>,
    /// Ways that have an hour in common, each of which counts in the correction.
    pub(super) tested: u64,
    /// Pairs beyond the bound, not looked at.
    pub(super) left: u64,
}

/// A way over a relay that chance does not explain.
pub(super) struct Way<'w> {
    /// The infrastructure.
    pub(super) infrastructure: String,
    pub(super) listed: &'w str,
    pub(super) relay: &'w str,
    pub(super) ours: &'w str,
    /// Hours with a coincidence, and hours in which both were active.
    pub(super) hours: (usize, usize),
    /// Corrected chance.
    pub(super) chance: f64,
    /// Hosts that the relay talks to, and how often.
    pub(super) business: (usize, u64),
    /// Rows between relay and infrastructure, then between relay and A.
    pub(super) rows: Vec<Provenance>,
    pub(super) evidence: Vec<&'w Evidence>,
    pub(super) written: Vec<Provenance>,
    pub(super) first: Option<Moment>,
}

impl<'w> Relays<'w> {
    /// Looks through all flows.
    pub(crate) fn of(
        evidence: &[&'w Evidence],
        knowledge: &Knowledge,
        own: &Own,
        holdings: &Holdings<'_>,
        written: &BTreeMap<String, Written>,
    ) -> Self {
        let mut relays = Self {
            hosts: BTreeMap::new(),
            business: HashMap::new(),
        };
        if knowledge.victim.networks.is_empty() || knowledge.infrastructure.is_empty() {
            return relays;
        }
        let mut roles: HashMap<&str, Role> = HashMap::new();
        let mut role = |host: &'w str| {
            *roles
                .entry(host)
                .or_insert_with(|| Role::of(host, own, holdings, written))
        };
        each(evidence, &mut |evidence, flow, at| {
            for (this, other) in [(&flow.client, &flow.server), (&flow.server, &flow.client)] {
                if role(this) == Role::Listed && role(other) == Role::Other {
                    let sides = relays.hosts.entry(other).or_default();
                    sides.listed.push((this, evidence, flow, at));
                }
            }
        });
        if relays.hosts.is_empty() {
            return relays;
        }
        // Most flows are of nobody that is asked about.
        let asked: HashSet<&str> = relays.hosts.keys().copied().collect();
        each(evidence, &mut |evidence, flow, at| {
            for (this, other) in [(&flow.client, &flow.server), (&flow.server, &flow.client)] {
                if asked.contains(other.as_str())
                    && let Some(sides) = relays.hosts.get_mut(other.as_str())
                {
                    if role(this) == Role::Ours {
                        sides.ours.push((this, evidence, flow, at));
                    }
                    let business = relays.business.entry(other).or_default();
                    business.peers.insert(short(this));
                    business.connections = business.connections.saturating_add(flow.connections.max(1));
                }
            }
        });
        relays.hosts.retain(|_, sides| !sides.ours.is_empty());
        relays
    }

    /// Whether `host` stands between the incident's side and listed infrastructure.
    pub(crate) fn has(&self, host: &str) -> bool {
        self.hosts.contains_key(host)
    }

    /// The ways that chance does not explain.
    pub(super) fn ways(
        &self,
        holdings: &Holdings<'_>,
        written: &BTreeMap<String, Written>,
        sharing: &Sharing<'_>,
        world: &World<'_>,
    ) -> Tested<'w> {
        let mut found = Vec::new();
        let (mut tested, mut looked, mut left) = (0u64, 0usize, 0u64);
        for (relay, sides) in &self.hosts {
            let open = |host: &str| {
                address_kind(host)
                    .and_then(|kind| sharing.of(kind, host, world.incident_time))
                    .is_some_and(|shared| shared.is_everybodys())
            };
            if open(relay) {
                continue;
            }
            let mut listed: BTreeMap<(String, &str), Vec<Row<'w>>> = BTreeMap::new();
            for (host, evidence, flow, at) in &sides.listed {
                let Some(kind) = address_kind(host) else { continue };
                let time = when(flow_time(flow), evidence, world);
                for held in holdings.find(kind, host, time.at.as_ref()) {
                    let inside = address_kind(relay).is_some_and(|kind| {
                        holdings
                            .find(kind, relay, time.at.as_ref())
                            .iter()
                            .any(|other| other.item.id == held.item.id)
                    });
                    if held.then == Then::Held && time.own && !inside {
                        let row = Row {
                            evidence,
                            flow,
                            at: *at,
                        };
                        listed.entry((held.item.id.clone(), host)).or_default().push(row);
                    }
                }
            }
            let mut ours: BTreeMap<&str, Vec<Row<'w>>> = BTreeMap::new();
            for (host, evidence, flow, at) in &sides.ours {
                let row = Row {
                    evidence,
                    flow,
                    at: *at,
                };
                ours.entry(host).or_default().push(row);
            }
            let ours: Vec<(&str, Vec<Row<'w>>, Times)> = ours
                .into_iter()
                .map(|(host, rows)| {
                    let times = Times::of(&rows);
                    (host, rows, times)
                })
                .collect();
            for ((infrastructure, host), b) in &listed {
                let b_times = Times::of(b);
                for (other, a, a_times) in &ours {
                    if looked >= PAIRS_MAX {
                        left = left.saturating_add(1);
                        continue;
                    }
                    looked = looked.saturating_add(1);
                    let Some(met) = meet(a_times, &b_times) else {
                        continue;
                    };
                    tested = tested.saturating_add(1);
                    if met.chance > CHANCE_MAX || met.hours.0 < HOURS_MIN || met.by_clock {
                        continue;
                    }
                    let business = self
                        .business
                        .get(relay)
                        .map_or((0, 0), |business| (business.peers.len(), business.connections));
                    let rows = |rows: &[Row<'w>]| -> Vec<Provenance> {
                        let mut places: Vec<Provenance> = rows.iter().flat_map(Row::places).collect();
                        places.sort();
                        places.truncate(PLACES_MAX);
                        places
                    };
                    found.push(Way {
                        infrastructure: infrastructure.clone(),
                        listed: host,
                        relay,
                        ours: other,
                        hours: met.hours,
                        chance: met.chance,
                        business,
                        rows: rows(b).into_iter().chain(rows(a)).collect(),
                        evidence: b.iter().chain(a).map(|row| row.evidence).collect(),
                        written: written
                            .get(*other)
                            .map(|written| written.places.iter().map(|(place, _)| place.clone()).collect())
                            .unwrap_or_default(),
                        first: met.first.and_then(Moment::of_epoch_micros),
                    });
                }
            }
        }
        found.retain_mut(|way| {
            way.chance = (way.chance * times(tested)).min(1.0);
            way.chance <= CHANCE_MAX
        });
        Tested {
            ways: found,
            tested,
            left,
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a factor of a bound; 53 bits are enough"
)]
const fn times(tested: u64) -> f64 {
    tested as f64
}

fn each<'w>(evidence: &[&'w Evidence], take: &mut dyn FnMut(&'w Evidence, &'w Flow, Span)) {
    for evidence in evidence.iter().copied() {
        if !matches!(evidence.reading.kind.as_str(), "capture" | "log" | "event-log") {
            continue;
        }
        for observation in &evidence.reading.observations {
            if let Saw::Flow(flow) = &observation.saw {
                take(evidence, flow, observation.at);
            }
        }
    }
}

/// Enough of an address to count how many different there are.
fn short(host: &str) -> u64 {
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(four)) => u64::from(four.to_bits()),
        Ok(std::net::IpAddr::V6(six)) => {
            u64::try_from(six.to_bits() >> 64).unwrap_or(0)
                ^ u64::try_from(six.to_bits() & u128::from(u64::MAX)).unwrap_or(0)
        }
        Err(_) => 0,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The victim's, inside, or written into a program.
    Ours,
    /// Listed infrastructure.
    Listed,
    Other,
}

impl Role {
    fn of(host: &str, own: &Own, holdings: &Holdings<'_>, written: &BTreeMap<String, Written>) -> Self {
        let Some(kind) = address_kind(host) else {
            return Self::Ours;
        };
        let standing = standing(kind, host, own);
        if written.contains_key(host) || matches!(standing, Standing::Victim | Standing::Private) {
            return Self::Ours;
        }
        if standing == Standing::Global && !holdings.find(kind, host, None).is_empty() {
            return Self::Listed;
        }
        Self::Other
    }
}

#[derive(Clone, Copy)]
struct Row<'w> {
    evidence: &'w Evidence,
    flow: &'w Flow,
    at: Span,
}

impl Row<'_> {
    fn places(&self) -> Vec<Provenance> {
        let at = [self.at];
        let spans: &[Span] = if self.flow.spans.is_empty() {
            &at
        } else {
            &self.flow.spans
        };
        spans.iter().map(|span| stands(self.evidence, *span)).collect()
    }
}

/// Starts in order, on clocks whose offset is known, up to where all of them are known.
struct Times {
    starts: Vec<i64>,
    until: i64,
}

impl Times {
    fn of(rows: &[Row<'_>]) -> Self {
        let mut starts = Vec::new();
        let mut until = i64::MAX;
        for row in rows {
            let Some(first) = row.flow.first.as_ref() else {
                continue;
            };
            let Clock::Offset(offset_s) = first.clock() else {
                continue;
            };
            if row.flow.starts.is_empty() {
                if first.precision() == Precision::Second
                    && row.flow.connections <= 1
                    && let Some(at) = micros(first, offset_s)
                {
                    starts.push(at);
                } else if let Some(at) = micros(first, offset_s) {
                    // Later ones are not known.
                    until = until.min(at);
                }
                continue;
            }
            starts.extend(&row.flow.starts);
            let kept = u64::try_from(row.flow.starts.len()).unwrap_or(u64::MAX);
            if row.flow.connections > kept {
                until = until.min(row.flow.starts.last().copied().unwrap_or(i64::MAX));
            }
        }
        starts.sort_unstable();
        starts.dedup();
        Self { starts, until }
    }
}

/// Microseconds since 1970 of a moment with an offset.
fn micros(at: &Moment, offset_s: i32) -> Option<i64> {
    let epoch = Moment::of_epoch_micros(0)?.first();
    let civil = i64::try_from(at.first().duration_since(epoch).as_micros()).ok()?;
    civil.checked_sub(i64::from(offset_s).checked_mul(1_000_000)?)
}

struct Met {
    chance: f64,
    hours: (usize, usize),
    /// Whether the minute of the hour explains it.
    by_clock: bool,
    first: Option<i64>,
}

/// How often the two coincide, and how often they would by chance; none where no hour holds both.
fn meet(a: &Times, b: &Times) -> Option<Met> {
    let until = a.until.min(b.until);
    let known = |starts: &[i64]| -> Vec<i64> { starts.iter().copied().filter(|at| *at <= until).collect() };
    let (a, b) = (known(&a.starts), bursts(&known(&b.starts)));
    // Times to the minute are no finer than the window.
    if a.iter().chain(&b).all(|at| at.rem_euclid(WINDOW_US) == 0) {
        return None;
    }
    let (hits, chances, first) = coincidences(&a, &b, 0);
    if chances.is_empty() {
        return None;
    }
    let by_clock = (1..=SHIFTS)
        .flat_map(|hours| [hours, -hours])
        .any(|hours| coincidences(&a, &b, hours * HOUR_US).0 * 2 >= hits);
    Some(Met {
        hours: (hits, chances.len()),
        chance: at_least(hits, chances.into_iter()),
        by_clock,
        first,
    })
}

/// The first of each run of starts that follow each other within the window.
fn bursts(starts: &[i64]) -> Vec<i64> {
    let mut kept = Vec::new();
    let mut last: Option<i64> = None;
    for start in starts {
        if last.is_none_or(|last| start.saturating_sub(last) > WINDOW_US) {
            kept.push(*start);
        }
        last = Some(*start);
    }
    kept
}

/// Hours in which a contact of `b` falls into a window around one of `a` (moved by `shift`), the chance of it in each hour
/// that holds both, and the first.
fn coincidences(a: &[i64], b: &[i64], shift: i64) -> (usize, Vec<f64>, Option<i64>) {
    // Windows of `a`, joined where they overlap.
    let mut windows: Vec<(i64, i64)> = Vec::new();
    for start in a {
        let start = start.saturating_add(shift);
        let (from, to) = (start.saturating_sub(WINDOW_US), start.saturating_add(WINDOW_US));
        match windows.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(to),
            _ => windows.push((from, to)),
        }
    }
    let (mut hits, mut chances, mut first) = (0usize, Vec::new(), None);
    let mut at = 0usize;
    while let Some(start) = b.get(at) {
        let hour = start.div_euclid(HOUR_US);
        let (from, to) = (
            hour.saturating_mul(HOUR_US),
            hour.saturating_add(1).saturating_mul(HOUR_US),
        );
        let end = b.partition_point(|other| *other < to);
        let contacts = b.get(at..end).unwrap_or_default();
        at = end;
        let place = windows.partition_point(|window| window.1 < from);
        let near: Vec<(i64, i64)> = windows
            .iter()
            .skip(place)
            .take_while(|window| window.0 < to)
            .copied()
            .collect();
        let covered: i64 = near
            .iter()
            .map(|(start, end)| (*end).min(to) - (*start).max(from))
            .sum();
        if covered <= 0 {
            continue;
        }
        let share = seconds(covered) / seconds(HOUR_US);
        let miss = libm::pow(
            1.0 - share.clamp(0.0, 1.0),
            seconds(i64::try_from(contacts.len()).unwrap_or(i64::MAX)) * 1e6,
        );
        chances.push(1.0 - miss);
        let hit = contacts.iter().find(|contact| {
            let place = near.partition_point(|window| window.1 < **contact);
            near.get(place).is_some_and(|window| window.0 <= **contact)
        });
        if let Some(hit) = hit {
            hits = hits.saturating_add(1);
            first = first.or(Some(*hit));
        }
    }
    (hits, chances, first)
}
