//! Which regional registry keeps the record of an address: whom to ask who held it.
//!
//! A block stays with the registry that IANA gave it to, but parts of it may have moved between registries since; the
//! registry itself says so. Source and date: `data/registries.csv`.

use std::net::IpAddr;

use ascribe_model::observation::IndicatorKind;

const TABLE: &str = include_str!("../data/registries.csv");

/// A regional registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registry {
    /// Its name.
    pub name: &'static str,
    /// Its whois server.
    pub whois: &'static str,
    /// The block by which it is found.
    pub block: &'static str,
}

/// The registry of `address`, by the smallest block; none where no registry has it.
#[must_use]
pub fn registry(address: IpAddr) -> Option<Registry> {
    TABLE
        .lines()
        .filter_map(|line| {
            let mut cells = line.split(',');
            let (block, name, whois) = (cells.next()?, cells.next()?, cells.next()?);
            let net: ipnet::IpNet = block.parse().ok()?;
            net.contains(&address)
                .then_some((net.prefix_len(), Registry { name, whois, block }))
        })
        .max_by_key(|(len, _)| *len)
        .map(|(_, registry)| registry)
}

/// The registry of a canonical value, where it is an address.
#[must_use]
pub fn registry_of(kind: IndicatorKind, value: &str) -> Option<Registry> {
    match kind {
        IndicatorKind::Ipv4 | IndicatorKind::Ipv6 => registry(value.parse().ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lead_to_their_registry() {
        let name = |text: &str| registry(text.parse().unwrap()).map(|found| found.name);
        assert_eq!(name("175.45.178.10"), Some("APNIC"));
        assert_eq!(name("193.0.6.139"), Some("RIPE NCC"));
        assert_eq!(name("200.7.84.1"), Some("LACNIC"));
        assert_eq!(name("196.216.2.1"), Some("AFRINIC"));
        assert_eq!(name("2001:500:4::1"), Some("ARIN"));
        assert_eq!(name("10.0.0.1"), None);
        assert_eq!(name("224.0.0.1"), None);
    }
}
