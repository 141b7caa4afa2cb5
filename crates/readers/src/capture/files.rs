//! Which packets a capture file holds: the record loops of pcap and pcapng.
//!
//! Streams through a window of a few MB. A file cut short is read to its last whole packet; a record that makes no
//! sense ends the reading, since nothing tells where the next one starts.

use ascribe_model::{Anomaly, Bytes, Out, Span};
use pcap_parser::pcapng::{parse_block_be, parse_block_le};
use pcap_parser::{Block, parse_pcap_header};

use super::flows::Sheet;

/// What the window reads at once.
const WINDOW_BYTES: usize = 4 << 20;
/// The largest record: libpcap writes at most 256 KiB, a few writers more.
const RECORD_BYTES_MAX: u64 = 16 << 20;
/// Interfaces of one section.
const INTERFACES_MAX: usize = 4096;
/// Packets between two looks at the clock.
const PACKETS_PER_LOOK: u64 = 4096;

/// The two families of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Pcap,
    Pcapng,
}

/// The format that the first bytes name.
pub fn format(head: &[u8]) -> Option<Format> {
    match head.get(..4)? {
        [0xD4, 0xC3, 0xB2, 0xA1]
        | [0xA1, 0xB2, 0xC3, 0xD4]
        | [0x4D, 0x3C, 0xB2, 0xA1]
        | [0xA1, 0xB2, 0x3C, 0x4D]
        | [0x34, 0xCD, 0xB2, 0xA1] => Some(Format::Pcap),
        [0x0A, 0x0D, 0x0D, 0x0A] => match head.get(8..12)? {
            [0x1A, 0x2B, 0x3C, 0x4D] | [0x4D, 0x3C, 0x2B, 0x1A] => Some(Format::Pcapng),
            _ => None,
        },
        _ => None,
    }
}

/// Part of a file, moved forwards.
struct Window<'b> {
    bytes: &'b dyn Bytes,
    buffer: Vec<u8>,
    base: u64,
    failed: Option<std::io::Error>,
}

impl Window<'_> {
    /// `len` bytes from `at`; fewer only where the file ends or the disk fails.
    fn get(&mut self, at: u64, len: usize) -> &[u8] {
        let have = |window: &Self| {
            usize::try_from(at.checked_sub(window.base)?)
                .ok()
                .filter(|start| start.saturating_add(len) <= window.buffer.len())
        };
        if have(self).is_none() && self.failed.is_none() {
            match ascribe_model::reading::read_range(self.bytes, at, len.max(WINDOW_BYTES) as u64) {
                Ok(buffer) => (self.buffer, self.base) = (buffer, at),
                Err(error) => self.failed = Some(error),
            }
        }
        let Some(start) = at
            .checked_sub(self.base)
            .and_then(|start| usize::try_from(start).ok())
        else {
            return &[];
        };
        let end = start.saturating_add(len).min(self.buffer.len());
        self.buffer.get(start..end).unwrap_or_default()
    }
}

/// Reads every packet of `bytes` onto `sheet`.
pub fn read(bytes: &dyn Bytes, sheet: &mut Sheet, out: &mut Out<'_>) {
    let mut window = Window {
        bytes,
        buffer: Vec::new(),
        base: 0,
        failed: None,
    };
    match format(window.get(0, 24)) {
        Some(Format::Pcap) => pcap(&mut window, sheet, out),
        Some(Format::Pcapng) => pcapng(&mut window, sheet, out),
        None => out.anomaly(Anomaly::lost("capture.format", None, "neither pcap nor pcapng")),
    }
    if let Some(error) = window.failed {
        out.anomaly(Anomaly::lost(
            "capture.disk",
            None,
            format!("the file could not be read on: {error}"),
        ));
    }
}

fn truncated(sheet: &mut Sheet, out: &mut Out<'_>, at: u64, len: u64) {
    sheet.dropped_record();
    out.anomaly(Anomaly::lost(
        "capture.truncated",
        Some(Span::new(at, len)),
        format!(
            "the file ends inside a record: {} bytes after the last whole packet were not read",
            len.saturating_sub(at)
        ),
    ));
}

fn number(big: bool, data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(if big {
        u32::from_be_bytes(bytes)
    } else {
        u32::from_le_bytes(bytes)
    })
}

fn pcap(window: &mut Window<'_>, sheet: &mut Sheet, out: &mut Out<'_>) {
    let len = window.bytes.len();
    let Ok((_, header)) = parse_pcap_header(window.get(0, 24)) else {
        truncated(sheet, out, 0, len);
        return;
    };
    let big = header.is_bigendian();
    let head_bytes: usize = if header.is_modified_format() { 24 } else { 16 };
    let fraction_per_micro = if header.is_nanosecond_precision() { 1000 } else { 1 };
    // The upper bits of the field say how long a frame check sequence is.
    let link = header.network.0 & 0xFFFF;
    let caplen_max = u64::from(header.snaplen).clamp(262_144, RECORD_BYTES_MAX);
    let mut at = 24u64;
    let mut count = 0u64;
    while at < len {
        count += 1;
        if count.is_multiple_of(PACKETS_PER_LOOK) && out.stopped() {
            out.out_of_time("capture.time", Span::new(at, len));
            return;
        }
        let head = window.get(at, head_bytes);
        let (Some(seconds), Some(fraction), Some(caplen), Some(wire), true) = (
            number(big, head, 0),
            number(big, head, 4),
            number(big, head, 8),
            number(big, head, 12),
            head.len() == head_bytes,
        ) else {
            truncated(sheet, out, at, len);
            return;
        };
        if u64::from(caplen) > caplen_max {
            sheet.dropped_record();
            out.anomaly(Anomaly::lost(
                "capture.record",
                Some(Span::new(at, len)),
                format!(
                    "packet {count} claims {caplen} captured bytes, more than any writer gives; the {} bytes from here on were not read",
                    len.saturating_sub(at)
                ),
            ));
            return;
        }
        let start = at.saturating_add(head_bytes as u64);
        let end = start.saturating_add(u64::from(caplen));
        let want = usize::try_from(caplen).unwrap_or(usize::MAX);
        let data = window.get(start, want);
        if data.len() < want {
            truncated(sheet, out, at, len);
            return;
        }
        let micros = i64::from(seconds)
            .saturating_add(i64::from(header.thiszone))
            .saturating_mul(1_000_000)
            .saturating_add(i64::from(fraction / fraction_per_micro));
        sheet.packet(
            link,
            Some(micros),
            data,
            u64::from(wire.max(caplen)),
            Span::new(start, end),
            out,
        );
        at = end;
    }
}

/// What packets of an interface need.
struct Interface {
    link: i32,
    snaplen: u32,
    /// Units per second.
    resolution: u64,
    offset_s: i64,
}

impl Interface {
    fn micros(&self, high: u32, low: u32) -> Option<i64> {
        let units = u128::from(u64::from(high) << 32 | u64::from(low));
        let micros = units
            .checked_mul(1_000_000)?
            .checked_div(u128::from(self.resolution))?;
        i64::try_from(micros)
            .ok()?
            .checked_add(self.offset_s.checked_mul(1_000_000)?)
    }
}

fn pcapng(window: &mut Window<'_>, sheet: &mut Sheet, out: &mut Out<'_>) {
    let len = window.bytes.len();
    let mut big = false;
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut at = 0u64;
    let mut count = 0u64;
    while at < len {
        count += 1;
        if count.is_multiple_of(PACKETS_PER_LOOK) && out.stopped() {
            out.out_of_time("capture.time", Span::new(at, len));
            return;
        }
        let head = window.get(at, 12);
        if head.len() < 12 {
            truncated(sheet, out, at, len);
            return;
        }
        let is_section = head.starts_with(&[0x0A, 0x0D, 0x0D, 0x0A]);
        if is_section {
            big = head.get(8..12) == Some(&[0x1A, 0x2B, 0x3C, 0x4D]);
            interfaces.clear();
        }
        let kind = number(big, head, 0).unwrap_or(0);
        let total = u64::from(number(big, head, 4).unwrap_or(0));
        if total < 12 || !total.is_multiple_of(4) {
            sheet.dropped_record();
            out.anomaly(Anomaly::lost(
                "capture.block",
                Some(Span::new(at, len)),
                format!(
                    "block {count} claims a length of {total} bytes; the {} bytes from here on were not read",
                    len.saturating_sub(at)
                ),
            ));
            return;
        }
        let end = at.saturating_add(total);
        if end > len {
            truncated(sheet, out, at, len);
            return;
        }
        let carries = is_section || matches!(kind, 1..=3 | 6);
        if carries && total > RECORD_BYTES_MAX {
            sheet.dropped_record();
            out.anomaly(Anomaly::lost(
                "capture.block",
                Some(Span::new(at, end)),
                format!("a block of {total} bytes was passed over"),
            ));
        } else if carries {
            let data = window.get(at, usize::try_from(total).unwrap_or(usize::MAX));
            if (data.len() as u64) < total {
                truncated(sheet, out, at, len);
                return;
            }
            block(big, kind, data, at, &mut interfaces, sheet, out);
        }
        at = end;
    }
}

/// Packet fields of a block: interface, time, captured length, wire length, offset of the data.
struct Packet {
    interface: u32,
    time: Option<(u32, u32)>,
    caplen: u32,
    wire: u32,
    data_at: usize,
}

fn block(
    big: bool,
    kind: u32,
    data: &[u8],
    at: u64,
    interfaces: &mut Vec<Interface>,
    sheet: &mut Sheet,
    out: &mut Out<'_>,
) {
    let span = Span::new(at, at.saturating_add(data.len() as u64));
    // The obsolete packet block, which the library does not know.
    let packet = if kind == 2 {
        obsolete(big, data)
    } else {
        let parsed = if big {
            parse_block_be(data)
        } else {
            parse_block_le(data)
        };
        match parsed {
            Ok((_, Block::InterfaceDescription(interface))) => {
                if interfaces.len() < INTERFACES_MAX {
                    interfaces.push(Interface {
                        link: interface.linktype.0,
                        snaplen: interface.snaplen,
                        resolution: resolution(interface.if_tsresol).unwrap_or(1_000_000),
                        offset_s: interface.if_tsoffset,
                    });
                }
                return;
            }
            Ok((_, Block::EnhancedPacket(packet))) => Some(Packet {
                interface: packet.if_id,
                time: Some((packet.ts_high, packet.ts_low)),
                caplen: packet.caplen,
                wire: packet.origlen,
                data_at: 28,
            }),
            Ok((_, Block::SimplePacket(packet))) => {
                let snaplen = interfaces.first().map_or(0, |interface| interface.snaplen);
                let room = u32::try_from(data.len().saturating_sub(16)).unwrap_or(u32::MAX);
                let snaplen = if snaplen == 0 { u32::MAX } else { snaplen };
                Some(Packet {
                    interface: 0,
                    time: None,
                    caplen: packet.origlen.min(snaplen).min(room),
                    wire: packet.origlen,
                    data_at: 12,
                })
            }
            Ok(_) => return,
            Err(_) => None,
        }
    };
    let place = packet.as_ref().and_then(|packet| {
        let index = usize::try_from(packet.interface).ok()?;
        let end = packet.data_at.checked_add(usize::try_from(packet.caplen).ok()?)?;
        Some((interfaces.get(index)?, data.get(packet.data_at..end)?))
    });
    let (Some(packet), Some((interface, frame))) = (packet, place) else {
        sheet.dropped_record();
        out.anomaly(Anomaly::lost(
            "capture.block",
            Some(span),
            "a block is damaged or names an interface that was not described; it was passed over",
        ));
        return;
    };
    let micros = packet.time.and_then(|(high, low)| interface.micros(high, low));
    let start = at.saturating_add(packet.data_at as u64);
    let frame_span = Span::new(start, start.saturating_add(frame.len() as u64));
    let wire = u64::from(packet.wire.max(packet.caplen));
    sheet.packet(interface.link, micros, frame, wire, frame_span, out);
}

fn obsolete(big: bool, data: &[u8]) -> Option<Packet> {
    let first = number(big, data, 8)?;
    Some(Packet {
        interface: if big { first >> 16 } else { first & 0xFFFF },
        time: Some((number(big, data, 12)?, number(big, data, 16)?)),
        caplen: number(big, data, 20)?,
        wire: number(big, data, 24)?,
        data_at: 28,
    })
}

/// Units per second of an `if_tsresol` byte.
fn resolution(code: u8) -> Option<u64> {
    let power = u32::from(code & 0x7F);
    if code & 0x80 == 0 {
        10u64.checked_pow(power)
    } else {
        2u64.checked_pow(power)
    }
}
