//! The records of the domain name system that the case holds, each with when it held.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ascribe_model::observation::Saw;
use ascribe_model::{Moment, Span};

use super::spf::Lookup;
use crate::Evidence;

/// Aliases that are followed, one after the other.
const ALIASES_MAX: usize = 8;

/// A record and the evidence that it stands in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dated<'w> {
    pub(crate) evidence: &'w Evidence,
    pub(crate) span: Span,
    pub(crate) value: &'w str,
}

impl<'w> Dated<'w> {
    /// When the case says that it held.
    pub(crate) fn valid(&self) -> Option<&'w Moment> {
        self.evidence.valid.as_ref()
    }

    /// Whether it held at `at`: not known where the case does not say or there is no time.
    pub(crate) fn held(&self, at: Option<&Moment>) -> Option<bool> {
        Some(self.valid()?.overlaps(at?))
    }
}

/// All records, by name and type.
#[derive(Debug, Default)]
pub(crate) struct Records<'w> {
    by_name: BTreeMap<&'w str, BTreeMap<&'w str, Vec<Dated<'w>>>>,
}

impl<'w> Records<'w> {
    /// Those of `evidence`, but for what came inside a mail: its sender wrote that, and could vouch for itself.
    pub(crate) fn new(evidence: &[&'w Evidence]) -> Self {
        let mails: BTreeSet<&str> = evidence
            .iter()
            .filter(|evidence| matches!(evidence.reading.kind.as_str(), "mail" | "mbox"))
            .map(|evidence| evidence.path.as_str())
            .collect();
        let mut by_name: BTreeMap<&str, BTreeMap<&str, Vec<Dated<'w>>>> = BTreeMap::new();
        for evidence in evidence
            .iter()
            .copied()
            .filter(|evidence| evidence.reading.kind == "dns-record" && !inside(&evidence.path, &mails))
        {
            for observation in &evidence.reading.observations {
                if let Saw::Record(record) = &observation.saw {
                    by_name
                        .entry(&record.name)
                        .or_default()
                        .entry(&record.kind)
                        .or_default()
                        .push(Dated {
                            evidence,
                            span: observation.at,
                            value: &record.value,
                        });
                }
            }
        }
        Self { by_name }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The records of this name and type.
    pub(crate) fn of(&self, name: &str, kind: &str) -> &[Dated<'w>] {
        let of_name = self.by_name.get(name);
        of_name
            .and_then(|kinds| kinds.get(kind))
            .map_or(&[], Vec::as_slice)
    }
}

/// Whether a path is that of a member of one of `containers`, however deep.
fn inside(path: &str, containers: &BTreeSet<&str>) -> bool {
    path.match_indices('!')
        .filter_map(|(at, _)| path.get(..at))
        .any(|container| containers.contains(container))
}

/// Name under which the names of an address stand.
pub(super) fn reversed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(four) => {
            let [a, b, c, d] = four.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(six) => {
            let digits = format!("{:032x}", six.to_bits());
            let labels: Vec<String> = digits.chars().rev().map(String::from).collect();
            format!("{}.ip6.arpa", labels.join("."))
        }
    }
}

/// The records as of a moment. One that the case says held then comes before one of unknown time; one of another time
/// is none.
#[derive(Debug)]
pub(crate) struct AsOf<'r, 'w> {
    records: &'r Records<'w>,
    at: Option<&'r Moment>,
    undated: Cell<bool>,
}

impl<'r, 'w> AsOf<'r, 'w> {
    pub(crate) const fn new(records: &'r Records<'w>, at: Option<&'r Moment>) -> Self {
        Self {
            records,
            at,
            undated: Cell::new(false),
        }
    }

    /// Whether a record was used whose time is not known.
    pub(crate) const fn used_undated(&self) -> bool {
        self.undated.get()
    }

    /// The records of this name and type; an alias is followed.
    pub(crate) fn of(&self, name: &str, kind: &str) -> Option<Vec<Dated<'w>>> {
        let mut name = name.trim_end_matches('.').to_ascii_lowercase();
        for _ in 0..ALIASES_MAX {
            if let Some(found) = self.straight(&name, kind) {
                return Some(found);
            }
            let alias = self.straight(&name, "CNAME")?;
            alias.first()?.value.clone_into(&mut name);
        }
        None
    }

    fn straight(&self, name: &str, kind: &str) -> Option<Vec<Dated<'w>>> {
        let all = self.records.of(name, kind);
        let of = |held| -> Vec<Dated<'w>> {
            all.iter()
                .filter(|record| record.held(self.at) == held)
                .copied()
                .collect()
        };
        let then = of(Some(true));
        if !then.is_empty() {
            return Some(then);
        }
        let undated = of(None);
        if undated.is_empty() {
            return None;
        }
        self.undated.set(true);
        Some(undated)
    }
}

impl Lookup for AsOf<'_, '_> {
    fn txt(&self, name: &str) -> Option<Vec<String>> {
        Some(
            self.of(name, "TXT")?
                .iter()
                .map(|record| record.value.to_owned())
                .collect(),
        )
    }

    fn addresses(&self, name: &str, six: bool) -> Option<Vec<IpAddr>> {
        let all = self.of(name, if six { "AAAA" } else { "A" })?;
        Some(
            all.iter()
                .filter_map(|record| record.value.parse().ok())
                .collect(),
        )
    }

    fn mx(&self, name: &str) -> Option<Vec<String>> {
        let host = |record: &Dated<'_>| record.value.rsplit(' ').next().map(str::to_owned);
        Some(self.of(name, "MX")?.iter().filter_map(host).collect())
    }

    fn ptr(&self, address: IpAddr) -> Option<Vec<String>> {
        let all = self.of(&reversed(address), "PTR")?;
        Some(all.iter().map(|record| record.value.to_owned()).collect())
    }
}
