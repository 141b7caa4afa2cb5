//! Reads zip by its central directory; where that is gone, by the headers before each member.
//!
//! Stored and deflated members. Encrypted ones and other methods are said, not read. Source: PKWARE APPNOTE 6.3.10.

use std::collections::BTreeMap;

use ascribe_model::cursor::{Cursor, Cut};
use ascribe_model::reading::read_range;
use ascribe_model::{Anomaly, Bytes, Out, Span};
use flate2::Crc;

use super::inflate::{Ended, Inflated, inflate};
use super::zip_directory::{self, Directory, Entry};
use super::{Members, shown, too_large};

/// A header before a member: 30 bytes, name and extra field of at most 64 KiB each.
const LOCAL_MAX: u64 = 30 + 2 * 65_535;

/// Whether a zip starts here.
pub fn is_zip(head: &[u8]) -> bool {
    let split = head.strip_prefix(b"PK\x07\x08").unwrap_or(head);
    split.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") || head.starts_with(b"PK\x06\x06")
}

/// Reads every member.
pub fn read(bytes: &dyn Bytes, members: &mut Members, out: &mut Out<'_>) {
    match zip_directory::find(bytes) {
        Some(directory) => by_directory(bytes, &directory, members, out),
        None => {
            let text = "the zip has no directory at its end; members were looked for by their own headers";
            out.anomaly(Anomaly::lost("zip.directory", None, text));
            by_headers(bytes, members, out);
        }
    }
}

fn by_directory(bytes: &dyn Bytes, directory: &Directory, members: &mut Members, out: &mut Out<'_>) {
    let len = directory.len.min(out.limits().whole_bytes_max);
    let end = directory.start.saturating_add(directory.len).min(bytes.len());
    let whole = Span::new(directory.start.min(end), end);
    let data = read_range(bytes, directory.start, len).unwrap_or_default();
    let mut cursor = Cursor::new(&data, directory.start);
    let mut taken: BTreeMap<u64, u64> = BTreeMap::new();
    let mut overlap = false;
    let mut listed = 0u64;
    loop {
        let entry = match zip_directory::entry(&mut cursor) {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            Err(cut) => {
                out.anomaly(cut.anomaly("zip.directory"));
                break;
            }
        };
        if !members.next(whole, out) {
            return;
        }
        listed = listed.saturating_add(1);
        let local = entry.local.saturating_add(directory.shift);
        let header = read_range(bytes, local, LOCAL_MAX).unwrap_or_default();
        let start = match local_header(&header, local) {
            Ok(Some((found, start))) => {
                if found.name != entry.name {
                    let text = format!(
                        "the directory calls it {}, its own header {}",
                        shown(&entry.name),
                        shown(&found.name)
                    );
                    out.anomaly(Anomaly::odd("zip.names", Some(Span::new(local, start)), text));
                }
                start
            }
            Ok(None) | Err(_) => {
                let text = format!("{} does not stand where the directory says", shown(&entry.name));
                members.pass(Anomaly::lost("zip.member", Some(whole), text), out);
                continue;
            }
        };
        let end = start.saturating_add(entry.packed);
        let before = taken
            .range(..end)
            .next_back()
            .is_some_and(|(_, end)| *end > local);
        if before && !overlap {
            overlap = true;
            let text = format!("{} shares bytes with another member", shown(&entry.name));
            let at = Span::new(local, end.min(bytes.len()));
            out.anomaly(Anomaly::odd("zip.overlap", Some(at), text));
        }
        taken.insert(local, end);
        if member(bytes, &entry, start, members, out).is_none() {
            return;
        }
    }
    if listed != directory.entries {
        let text = format!(
            "the directory lists {listed} members, its end record says {}",
            directory.entries
        );
        out.anomaly(Anomaly::lost("zip.count", Some(whole), text));
    }
}

/// Members one after the other, as far as each says or shows where it ends.
fn by_headers(bytes: &dyn Bytes, members: &mut Members, out: &mut Out<'_>) {
    let mut at = if read_range(bytes, 0, 4).unwrap_or_default() == b"PK\x07\x08" {
        4
    } else {
        0
    };
    loop {
        let header = read_range(bytes, at, LOCAL_MAX).unwrap_or_default();
        let (entry, start) = match local_header(&header, at) {
            Ok(Some(found)) => found,
            Ok(None) => return,
            Err(cut) => {
                out.anomaly(cut.anomaly("zip.member"));
                return;
            }
        };
        if !members.next(Span::new(at, bytes.len()), out) {
            return;
        }
        let Some(end) = member(bytes, &entry, start, members, out) else {
            return;
        };
        at = end;
        if entry.flags & 8 != 0 {
            // A descriptor follows: signature or none, 32 or 64 bit sizes. The next header shows which.
            let tail = read_range(bytes, end, 28).unwrap_or_default();
            let next = memchr::memmem::find(&tail, b"PK\x03\x04");
            let Some(next) = next else { return };
            at = end.saturating_add(next as u64);
        }
    }
}

/// The header at the start of `data` and where its content begins; none where there is no header.
fn local_header(data: &[u8], base: u64) -> Result<Option<(Entry, u64)>, Cut> {
    let mut cursor = Cursor::new(data, base);
    if !data.starts_with(b"PK\x03\x04") {
        return Ok(None);
    }
    cursor.skip(6, "header of a member")?;
    let flags = cursor.u16_le("flags")?;
    let method = cursor.u16_le("method")?;
    cursor.skip(4, "time")?;
    let sum = cursor.u32_le("sum")?;
    let mut packed = u64::from(cursor.u32_le("packed size")?);
    let mut size = u64::from(cursor.u32_le("size")?);
    let name_len = cursor.u16_le("name length")?;
    let extra_len = cursor.u16_le("extra length")?;
    let name = cursor.take(usize::from(name_len), "name")?.to_vec();
    let extra = cursor.take(usize::from(extra_len), "extra field")?;
    // A damaged extra field leaves the numbers as they are; the member then fails by itself.
    let _ = zip_directory::widen(extra, [&mut size, &mut packed]);
    let entry = Entry {
        name,
        flags,
        method,
        sum,
        packed,
        size,
        local: base,
        link: false,
    };
    Ok(Some((entry, cursor.offset())))
}

/// Reads the member whose content begins at `start`. Where its content ended; none where no more is taken.
fn member(
    bytes: &dyn Bytes,
    entry: &Entry,
    start: u64,
    members: &mut Members,
    out: &mut Out<'_>,
) -> Option<u64> {
    let name = shown(&entry.name);
    // Without a directory, a member with a descriptor does not say how long it is.
    let unsaid = entry.flags & 8 != 0 && entry.packed == 0 && entry.sum == 0;
    let said_end = start.saturating_add(entry.packed);
    let end = if unsaid {
        bytes.len()
    } else {
        said_end.min(bytes.len())
    };
    let at = Span::new(start.min(end), end);
    if entry.flags & 1 != 0 {
        let text = format!("{name} is encrypted; its {} bytes were not read", entry.size);
        members.pass(Anomaly::lost("zip.encrypted", Some(at), text), out);
        return Some(said_end);
    }
    let room = members.room(out);
    let content = match entry.method {
        0 => stored(bytes, at, said_end, room),
        8 => inflate(bytes, at.start, at.end, room, out),
        other => {
            let text = format!("{name} is packed by method {other}, which is not read");
            members.pass(Anomaly::lost("zip.method", Some(at), text), out);
            return Some(said_end);
        }
    };
    if entry.name.ends_with(b"/") && content.data.is_empty() {
        members.without_bytes();
        return Some(if unsaid { content.end } else { said_end });
    }
    let at = Span::new(at.start, if unsaid { content.end.max(at.start) } else { at.end });
    let damaged = |why: &str| Anomaly::lost("zip.damaged", Some(at), format!("{name} {why}"));
    match &content.ended {
        Ended::Whole if !unsaid => {
            let mut sum = Crc::new();
            sum.update(&content.data);
            if sum.sum() != entry.sum || content.data.len() as u64 != entry.size {
                let text = format!("the sum or size stated for {name} is not that of its content");
                out.anomaly(Anomaly::odd("zip.sum", Some(at), text));
            }
        }
        Ended::Whole => {}
        Ended::TooLarge => out.anomaly(too_large(&entry.name, room, at)),
        Ended::Cut => out.anomaly(damaged("is cut: it ends before its end mark")),
        Ended::Bad(why) => out.anomaly(damaged(why)),
        Ended::Stopped => {
            out.out_of_time("archive.time", at);
            return None;
        }
    }
    if entry.link {
        members.without_bytes();
        let text = format!(
            "{name} is a link to {}; it was not followed",
            shown(&content.data)
        );
        out.anomaly(Anomaly::odd("zip.link", Some(at), text));
        return Some(said_end);
    }
    let next = if unsaid { content.end } else { said_end };
    members.give(&entry.name, content.data, at, out).then_some(next)
}

fn stored(bytes: &dyn Bytes, at: Span, said_end: u64, room: u64) -> Inflated {
    let len = at.end.saturating_sub(at.start);
    let (data, ended) = match read_range(bytes, at.start, len.min(room)) {
        Err(error) => (Vec::new(), Ended::Bad(format!("could not be read: {error}"))),
        Ok(data) if len > room => (data, Ended::TooLarge),
        Ok(data) if at.end < said_end => (data, Ended::Cut),
        Ok(data) => (data, Ended::Whole),
    };
    Inflated {
        data,
        end: at.end,
        ended,
    }
}
