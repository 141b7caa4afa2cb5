//! Reads gzip: all its members together are one file, as RFC 1952 says. What was expanded before damage is kept.

use ascribe_model::cursor::{Cursor, Cut};
use ascribe_model::reading::read_range;
use ascribe_model::{Anomaly, Bytes, Out, Span};
use flate2::Crc;

use super::inflate::{Ended, inflate};
use super::{Members, too_large};

/// The longest header that is read: names and comments are short.
const HEADER_MAX: u64 = 256 << 10;

/// Whether a gzip header starts here.
pub fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b, 8]) && head.get(3).is_some_and(|flags| flags & 0xe0 == 0)
}

/// Name and length of the header that `head` starts with.
fn header(head: &[u8], base: u64) -> Result<(Vec<u8>, u64), Cut> {
    let mut cursor = Cursor::new(head, base);
    cursor.skip(3, "gzip magic")?;
    let flags = cursor.u8("gzip flags")?;
    cursor.skip(6, "gzip time")?;
    if flags & 4 != 0 {
        let len = cursor.u16_le("length of the gzip extra field")?;
        cursor.skip(usize::from(len), "gzip extra field")?;
    }
    let mut name = Vec::new();
    for (flag, wanted) in [(8, "gzip name"), (16, "gzip comment")] {
        if flags & flag == 0 {
            continue;
        }
        loop {
            match cursor.u8(wanted)? {
                0 => break,
                byte if flag == 8 => name.push(byte),
                _ => {}
            }
        }
    }
    if flags & 2 != 0 {
        cursor.skip(2, "gzip header sum")?;
    }
    Ok((name, cursor.offset().saturating_sub(base)))
}

/// Reads them all.
pub fn read(bytes: &dyn Bytes, members: &mut Members, out: &mut Out<'_>) {
    let whole = Span::new(0, bytes.len());
    if !members.next(whole, out) {
        return;
    }
    let room = members.room(out);
    let mut name = Vec::new();
    let mut data = Vec::new();
    let mut at = 0u64;
    let mut damage: Option<Anomaly> = None;
    while at < bytes.len() && damage.is_none() {
        let rest = Span::new(at, bytes.len());
        let head = read_range(bytes, at, HEADER_MAX).unwrap_or_default();
        if at > 0 && !is_gzip(&head) {
            // Tapes pad with zeros; anything else hides something.
            if head.iter().any(|byte| *byte != 0) {
                let text = "bytes that are no gzip follow the last member";
                out.anomaly(Anomaly::lost("gzip.trailing", Some(rest), text));
            }
            break;
        }
        let len = match header(&head, at) {
            Ok((first, len)) => {
                if at == 0 {
                    name = first;
                }
                len
            }
            Err(cut) => {
                damage = Some(cut.anomaly("gzip.header"));
                break;
            }
        };
        let left = room.saturating_sub(data.len() as u64);
        let part = inflate(bytes, at.saturating_add(len), bytes.len(), left, out);
        let mut sum = Crc::new();
        sum.update(&part.data);
        data.extend_from_slice(&part.data);
        let lost = |text: String| Some(Anomaly::lost("gzip.damaged", Some(rest), text));
        damage = match part.ended {
            Ended::Whole => None,
            Ended::TooLarge => Some(too_large(&name, room, rest)),
            Ended::Cut => lost("the stream ends before its end mark".to_owned()),
            Ended::Bad(why) => lost(format!("the stream {why}")),
            Ended::Stopped => {
                out.out_of_time("archive.time", rest);
                break;
            }
        };
        let tail = read_range(bytes, part.end, 8).unwrap_or_default();
        let mut cursor = Cursor::new(&tail, part.end);
        at = part.end.saturating_add(8);
        if damage.is_none() {
            match (cursor.u32_le("gzip sum"), cursor.u32_le("gzip length")) {
                (Ok(said), Ok(length)) if said == sum.sum() && length == sum.amount() => {}
                (Ok(_), Ok(_)) => {
                    let text = "the sum or length after the stream is not that of its content";
                    out.anomaly(Anomaly::odd("gzip.sum", Some(rest), text));
                }
                (Err(cut), _) | (_, Err(cut)) => damage = Some(cut.anomaly("gzip.damaged")),
            }
        }
    }
    if let Some(damage) = damage {
        out.anomaly(damage);
    }
    if name.is_empty() {
        name = b"content".to_vec();
    }
    members.give(&name, data, whole, out);
}
