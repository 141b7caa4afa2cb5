//! What address engines ask of every sighting: whose it is, when it was, how people call its place.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ascribe_intel::holdings::{Own, host_of};
use ascribe_intel::indicators::{AddressClass, address_class, is_documentation_name};
use ascribe_model::observation::{Flow, IndicatorKind, Saw};
use ascribe_model::words::{About, Kind};
use ascribe_model::{Finding, Moment, Provenance, Span};

use crate::{Evidence, World};

/// Whether a value can say anything about a party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// The victim's own.
    Victim,
    /// Set aside for documents and tests.
    Documentation,
    /// Private, loopback, multicast, reserved.
    Private,
    /// Somebody's.
    Global,
}

/// The standing of a canonical value.
pub(crate) fn standing(kind: IndicatorKind, value: &str, own: &Own) -> Standing {
    if own.has(kind, value) {
        return Standing::Victim;
    }
    let of_address = |address: IpAddr| match address_class(address) {
        AddressClass::Documentation => Standing::Documentation,
        AddressClass::Global => Standing::Global,
        _ => Standing::Private,
    };
    let of_name = |name: &str| {
        let private = ["local", "internal", "lan", "localdomain"]
            .iter()
            .any(|tail| name.rsplit('.').next() == Some(*tail));
        match (is_documentation_name(name), private) {
            (true, _) => Standing::Documentation,
            (_, true) => Standing::Private,
            _ => Standing::Global,
        }
    };
    match kind {
        IndicatorKind::Ipv4 | IndicatorKind::Ipv6 => value.parse().map_or(Standing::Private, of_address),
        IndicatorKind::Cidr => value
            .split_once('/')
            .and_then(|(address, _)| address.parse().ok())
            .map_or(Standing::Private, of_address),
        IndicatorKind::Domain => of_name(value),
        IndicatorKind::Email => value
            .rsplit_once('@')
            .map_or(Standing::Private, |(_, host)| of_name(host)),
        IndicatorKind::Url => {
            host_of(value).map_or(Standing::Private, |(kind, host)| standing(kind, host, own))
        }
        _ => Standing::Private,
    }
}

/// The kind of the address `text`, if it is one.
pub(crate) fn address_kind(text: &str) -> Option<IndicatorKind> {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => Some(IndicatorKind::Ipv4),
        Ok(IpAddr::V6(_)) => Some(IndicatorKind::Ipv6),
        Err(_) => None,
    }
}

/// When an observation was, and on whose word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct When {
    /// The moment, if any is known.
    pub(crate) at: Option<Moment>,
    /// Whether the observation itself carries it.
    pub(crate) own: bool,
}

/// The observation's own time, else what the case says of the evidence, else the incident's.
pub(crate) fn when(own: Option<Moment>, evidence: &Evidence, world: &World<'_>) -> When {
    let has_own = own.is_some();
    let at = own
        .or_else(|| evidence.valid.clone())
        .or_else(|| world.incident_time.cloned());
    When { at, own: has_own }
}

/// The time of a flow: from its first to its last packet.
pub(crate) fn flow_time(flow: &Flow) -> Option<Moment> {
    match (&flow.first, &flow.last) {
        (Some(first), Some(last)) if first != last => Moment::parse(&format!("{first}..{last}"))
            .ok()
            .or_else(|| Some(first.clone())),
        (first, last) => first.clone().or_else(|| last.clone()),
    }
}

/// `evidence` at `span`.
pub(crate) fn stands(evidence: &Evidence, span: Span) -> Provenance {
    Provenance {
        path: evidence.path.clone(),
        sha256: evidence.id,
        span,
    }
}

/// `mail/3.eml line 12` or `programs/a.exe byte 4096`.
pub(crate) fn place(provenance: &Provenance) -> String {
    match provenance.span.line {
        Some(line) => format!("{} line {line}", provenance.path),
        None => format!("{} byte {}", provenance.path, provenance.span.start),
    }
}

/// Evidence of the incident that is asked about, by path and content: its order in the world does not matter.
pub(crate) fn of_incident<'w>(world: &World<'w>) -> Vec<&'w Evidence> {
    let mut evidence: Vec<&Evidence> = world
        .evidence
        .iter()
        .filter(|evidence| evidence.incident == world.incident && evidence.known.known_on(world.as_of))
        .collect();
    evidence.sort_by(|a, b| (&a.path, a.id).cmp(&(&b.path, b.id)));
    evidence
}

/// Where an address is written into programs, and with which ports.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written {
    /// (provenance, origin of the evidence).
    pub(crate) places: Vec<(Provenance, String)>,
    /// Ports that stand beside it in URLs of the same programs.
    pub(crate) ports: Vec<u16>,
}

/// Addresses written into programs, but for the victim's and for what is on no network but one's own. Documentation
/// addresses stay: reconstructions use them in place of real ones.
pub(crate) fn written_into_programs(evidence: &[&Evidence], own: &Own) -> BTreeMap<String, Written> {
    let mut written: BTreeMap<String, Written> = BTreeMap::new();
    for evidence in evidence
        .iter()
        .filter(|evidence| evidence.reading.kind == "program")
    {
        for observation in &evidence.reading.observations {
            let Saw::Mention(mention) = &observation.saw else {
                continue;
            };
            match mention.kind {
                IndicatorKind::Ipv4 | IndicatorKind::Ipv6
                    if matches!(
                        standing(mention.kind, &mention.value, own),
                        Standing::Global | Standing::Documentation
                    ) =>
                {
                    let entry = written.entry(mention.value.clone()).or_default();
                    entry.places.extend(
                        mention
                            .spans
                            .iter()
                            .map(|span| (stands(evidence, *span), evidence.origin.clone())),
                    );
                }
                IndicatorKind::Url => {
                    if let Some((host, port)) = host_and_port(&mention.value) {
                        written.entry(host).or_default().ports.push(port);
                    }
                }
                _ => {}
            }
        }
    }
    // An address needs a place of its own; a URL always gives its host as a mention too.
    written.retain(|_, entry| {
        entry.places.sort();
        entry.places.dedup();
        entry.ports.sort_unstable();
        entry.ports.dedup();
        !entry.places.is_empty()
    });
    written
}

fn host_and_port(url: &str) -> Option<(String, u16)> {
    let (_, host) = host_of(url)?;
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let port = authority
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok())
        .or(match scheme {
            "http" => Some(80),
            "https" => Some(443),
            "ftp" => Some(21),
            _ => None,
        })?;
    Some((host.to_owned(), port))
}

/// A finding of `engine` with nothing in it but what all have.
pub(crate) fn blank(
    engine: &str,
    kind: Kind,
    origin: &str,
    world: &World<'_>,
    provenance: Vec<Provenance>,
) -> Finding {
    Finding {
        about: Some(About::Operator),
        origin: origin.to_owned(),
        provenance,
        ..Finding::blank(engine, kind, world.incident)
    }
}
