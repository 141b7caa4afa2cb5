//! Reads packet captures: pcap (micro- and nanoseconds, both byte orders, modified headers) and pcapng.
//!
//! Gives flows, DNS answers, and names asked for in the clear (TLS SNI, HTTP Host), each on the bytes of its packets.
//! Does not reassemble streams beyond one ClientHello, look into tunnels other than VLAN, MPLS and PPPoE, or
//! decrypt. Memory is bounded by the tables of [`flows`], not by the file.
//! Source: IETF draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng.

mod dns;
mod files;
mod flows;
mod names;
mod packet;
#[cfg(test)]
mod tests;

use ascribe_model::{Bytes, Out};

use crate::{Head, Match, Reader};

/// The reader of captures.
pub const READER: Reader = Reader {
    name: "capture/2",
    kind: "capture",
    detect,
    read,
};

fn detect(head: &Head<'_>) -> Match {
    match files::format(head.bytes) {
        Some(_) => Match::Sure,
        None => Match::No,
    }
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let mut sheet = flows::Sheet::new(out.limits());
    files::read(bytes, &mut sheet, out);
    sheet.finish(out);
}
