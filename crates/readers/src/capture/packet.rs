//! What one packet says of its ends: link layer, IP, ports.
//!
//! Looks through VLAN tags, MPLS labels and PPPoE. IP in IP, GRE and the like stay flows of their protocol number.

use std::net::IpAddr;

use etherparse::{Ipv6ExtensionSlice, LaxIpSlice};

/// Tags and labels looked through before a frame counts as not understood.
const TAGS_MAX: usize = 8;

/// TCP fields that say who opened a connection and what follows what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp {
    pub syn: bool,
    pub ack: bool,
    pub seq: u32,
}

/// Whether the packet is a piece of a larger one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fragment {
    Whole,
    First(u32),
    Later(u32),
}

/// An IP packet.
#[derive(Clone, Debug)]
pub struct Packet<'a> {
    pub source: IpAddr,
    pub target: IpAddr,
    pub protocol: u8,
    pub source_port: u16,
    pub target_port: u16,
    pub tcp: Option<Tcp>,
    /// ICMP type, where it is ICMP of either version.
    pub icmp: Option<u8>,
    pub fragment: Fragment,
    /// What TCP or UDP carries, as far as captured.
    pub payload: &'a [u8],
}

/// What a frame proved to be.
#[derive(Clone, Debug)]
pub enum Decoded<'a> {
    Ip(Packet<'a>),
    /// Understood, but not IP (ARP, spanning tree …).
    Other,
    /// Cut short or nonsense.
    Damaged(&'static str),
    /// A link type that is not read.
    UnknownLink,
}

fn be16(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

fn be32(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// The packet in a frame of link type `link` (LINKTYPE numbers of tcpdump.org).
pub fn decode(link: i32, data: &[u8]) -> Decoded<'_> {
    let cut = Decoded::Damaged("the link header is cut short");
    match link {
        1 => match (be16(data, 12), data.get(14..)) {
            (Some(kind), Some(rest)) => ethertype(kind, rest),
            _ => cut,
        },
        // Null: the address family in the byte order of the writer. Loop: the same in network order.
        0 | 108 => match (data.get(..4), data.get(4..)) {
            (Some(family), Some(rest)) => {
                let value = family.iter().copied().max().unwrap_or(0);
                match value {
                    2 | 10 | 24 | 28 | 30 => ip(rest),
                    _ => Decoded::Other,
                }
            }
            _ => cut,
        },
        12 | 14 | 101 | 228 | 229 => ip(data),
        113 => match (be16(data, 14), data.get(16..)) {
            (Some(kind), Some(rest)) => ethertype(kind, rest),
            _ => cut,
        },
        276 => match (be16(data, 0), data.get(20..)) {
            (Some(kind), Some(rest)) => ethertype(kind, rest),
            _ => cut,
        },
        _ => Decoded::UnknownLink,
    }
}

fn ethertype(mut kind: u16, mut rest: &[u8]) -> Decoded<'_> {
    for _ in 0..TAGS_MAX {
        let cut = Decoded::Damaged("a tag before the IP header is cut short");
        match kind {
            0x0800 | 0x86DD => return ip(rest),
            0x8100 | 0x88A8 | 0x9100 => match (be16(rest, 2), rest.get(4..)) {
                (Some(inner), Some(after)) => (kind, rest) = (inner, after),
                _ => return cut,
            },
            0x8847 | 0x8848 => {
                let (Some(label), Some(after)) = (be32(rest, 0), rest.get(4..)) else {
                    return cut;
                };
                rest = after;
                if label & 0x100 != 0 {
                    // Bottom of the stack: the payload has no type; only its first nibble tells.
                    return match rest.first().map(|byte| byte >> 4) {
                        Some(4 | 6) => ip(rest),
                        _ => Decoded::Other,
                    };
                }
            }
            0x8864 => match (be16(rest, 6), rest.get(8..)) {
                (Some(0x0021 | 0x0057), Some(after)) => return ip(after),
                (Some(_), _) => return Decoded::Other,
                _ => return cut,
            },
            _ => return Decoded::Other,
        }
    }
    Decoded::Other
}

fn ip(data: &[u8]) -> Decoded<'_> {
    let Ok((net, _)) = LaxIpSlice::from_slice(data) else {
        return Decoded::Damaged("the IP header is cut short or nonsense");
    };
    let fragment = fragment(&net);
    let inner = net.payload();
    let mut packet = Packet {
        source: net.source_addr(),
        target: net.destination_addr(),
        protocol: inner.ip_number.0,
        source_port: 0,
        target_port: 0,
        tcp: None,
        icmp: None,
        fragment,
        payload: &[],
    };
    if !matches!(fragment, Fragment::Later(_)) && transport(&mut packet, inner.payload).is_none() {
        return Decoded::Damaged("the transport header is cut short");
    }
    Decoded::Ip(packet)
}

fn fragment(net: &LaxIpSlice<'_>) -> Fragment {
    if !net.is_fragmenting_payload() {
        return Fragment::Whole;
    }
    let (id, offset) = match net {
        LaxIpSlice::Ipv4(four) => {
            let header = four.header();
            (
                u32::from(header.identification()),
                header.fragments_offset().value(),
            )
        }
        LaxIpSlice::Ipv6(six) => six
            .extensions()
            .clone()
            .into_iter()
            .find_map(|extension| match extension {
                Ipv6ExtensionSlice::Fragment(piece) => {
                    Some((piece.identification(), piece.fragment_offset().value()))
                }
                _ => None,
            })
            .unwrap_or_default(),
    };
    if offset == 0 {
        Fragment::First(id)
    } else {
        Fragment::Later(id)
    }
}

/// Fills in ports, flags and payload; none where the header is cut short.
fn transport<'a>(packet: &mut Packet<'a>, data: &'a [u8]) -> Option<()> {
    match packet.protocol {
        6 => {
            (packet.source_port, packet.target_port) = (be16(data, 0)?, be16(data, 2)?);
            let (seq, flags) = (be32(data, 4)?, *data.get(13)?);
            packet.tcp = Some(Tcp {
                syn: flags & 0x02 != 0,
                ack: flags & 0x10 != 0,
                seq,
            });
            let header_bytes = usize::from(*data.get(12)? >> 4) * 4;
            packet.payload = data.get(header_bytes.max(20)..).unwrap_or_default();
        }
        17 => {
            (packet.source_port, packet.target_port) = (be16(data, 0)?, be16(data, 2)?);
            let len = usize::from(be16(data, 4)?).max(8);
            packet.payload = data.get(8..len.min(data.len())).unwrap_or_default();
        }
        33 | 132 => (packet.source_port, packet.target_port) = (be16(data, 0)?, be16(data, 2)?),
        1 | 58 => packet.icmp = Some(*data.first()?),
        _ => {}
    }
    Some(())
}
