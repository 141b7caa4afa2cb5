//! What an address or name is set aside for: documentation, private networks, loopback and the like.
//!
//! Sources: RFC 1122, 1918, 2544, 2606, 3849, 3927, 4193, 4291, 5737, 5771, 6598, 6666, 6761, 6890, 7526, 7534, 9637.
//! Addresses that carry an IPv4 address (mapped, 6to4, NAT64) count as that address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is set aside for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressClass {
    /// For examples in documents.
    Documentation,
    /// For networks of one's own.
    Private,
    /// The host itself.
    Loopback,
    /// The link itself.
    LinkLocal,
    /// Shared between a carrier and its customers.
    Cgn,
    /// Groups of hosts.
    Multicast,
    /// Anything else that is not to be seen on the Internet.
    Reserved,
    /// Somebody's.
    Global,
}

/// What `address` is set aside for.
#[must_use]
pub fn address_class(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(address) => class_v4(address),
        IpAddr::V6(address) => class_v6(address),
    }
}

fn class_v4(address: Ipv4Addr) -> AddressClass {
    match address.octets() {
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => AddressClass::Documentation,
        [10, ..] | [192, 168, ..] => AddressClass::Private,
        [172, second, ..] if second & 0xf0 == 16 => AddressClass::Private,
        [127, ..] => AddressClass::Loopback,
        [169, 254, ..] => AddressClass::LinkLocal,
        [100, second, ..] if second & 0xc0 == 64 => AddressClass::Cgn,
        // MCAST-TEST-NET, RFC 6676.
        [233, 252, 0, _] => AddressClass::Documentation,
        [224..=239, ..] => AddressClass::Multicast,
        // 192.0.0.9 and .10 are anycast services that are globally reachable.
        [192, 0, 0, 9 | 10] => AddressClass::Global,
        [0 | 240..=255, ..] | [192, 0, 0, _] | [192, 88, 99, _] | [198, 18 | 19, ..] => {
            AddressClass::Reserved
        }
        _ => AddressClass::Global,
    }
}

fn class_v6(address: Ipv6Addr) -> AddressClass {
    let s = address.segments();
    let low = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        class_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressClass::Loopback,
        [0, 0, 0, 0, 0, 0xffff, a, b] | [0x64, 0xff9b, 0, 0, 0, 0, a, b] => low(a, b),
        [0x2002, a, b, ..] => low(a, b),
        [0x2001, 0xdb8, ..] => AddressClass::Documentation,
        [0x3fff, second, ..] if second & 0xf000 == 0 => AddressClass::Documentation,
        [first, ..] if first & 0xfe00 == 0xfc00 => AddressClass::Private,
        [0x64, 0xff9b, 1, ..] => AddressClass::Private,
        [first, ..] if first & 0xffc0 == 0xfe80 => AddressClass::LinkLocal,
        [first, ..] if first & 0xff00 == 0xff00 => AddressClass::Multicast,
        [first, ..] if first & 0xe000 == 0x2000 => AddressClass::Global,
        _ => AddressClass::Reserved,
    }
}

/// Whether `name` (lower case, without trailing dot) can belong to nobody on the Internet because it is set aside for
/// documents, tests or the local host.
///
/// Source: RFC 2606 sections 2 and 3, RFC 6761.
#[must_use]
pub fn is_documentation_name(name: &str) -> bool {
    let tail = name.rsplit('.').next().unwrap_or_default();
    if matches!(tail, "test" | "example" | "invalid" | "localhost") {
        return true;
    }
    ["example.com", "example.net", "example.org"]
        .iter()
        .any(|set_aside| {
            name.strip_suffix(set_aside)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}
