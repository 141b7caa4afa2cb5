//! Reads tar: v7, ustar, GNU long names, pax paths and sizes. Links and devices are noted, never followed.
//!
//! A block that is no header is passed over until the next one that is. Sparse files are not put together.
//! Source: POSIX.1-2017 pax, the GNU tar manual.

use ascribe_model::reading::read_range;
use ascribe_model::{Anomaly, Bytes, Out, Span};

use super::{Members, shown, too_large};
use crate::Match;

const BLOCK: u64 = 512;
/// The longest name or pax header that is read.
const EXTRA_MAX: u64 = 1 << 20;

/// How sure these bytes start a tar.
pub fn is_tar(head: &[u8]) -> Match {
    let Some(block) = head.get(..512) else {
        return Match::No;
    };
    if !sums(block) {
        Match::No
    } else if block.get(257..262) == Some(b"ustar") {
        Match::Sure
    } else if block.first() != Some(&0) && number(block, 100, 8).is_some() && number(block, 124, 12).is_some()
    {
        Match::Likely
    } else {
        Match::No
    }
}

/// Whether the header's sum is right. Some old programs summed signed bytes.
fn sums(block: &[u8]) -> bool {
    let (mut plain, mut signed) = (0u64, 0i64);
    for (at, byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&at) { b' ' } else { *byte };
        plain = plain.saturating_add(u64::from(byte));
        signed = signed.saturating_add(i64::from(byte.cast_signed()));
    }
    number(block, 148, 8).is_some_and(|said| said == plain || i64::try_from(said) == Ok(signed))
}

/// The octal or base-256 number in a field.
fn number(block: &[u8], at: usize, len: usize) -> Option<u64> {
    let field = block.get(at..at.checked_add(len)?)?;
    if let Some((0x80, rest)) = field.split_first() {
        return rest.iter().try_fold(0u64, |sum, byte| {
            sum.checked_mul(256)?.checked_add(u64::from(*byte))
        });
    }
    let digits = field.split(|byte| *byte == 0).next()?.trim_ascii();
    digits.iter().try_fold(0u64, |sum, byte| {
        (b'0'..=b'7')
            .contains(byte)
            .then(|| sum.checked_mul(8)?.checked_add(u64::from(byte - b'0')))?
    })
}

fn field(block: &[u8], at: usize, len: usize) -> &[u8] {
    let field = block.get(at..at.saturating_add(len)).unwrap_or_default();
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn own_name(block: &[u8]) -> Vec<u8> {
    let prefix = field(block, 345, 155);
    let mut name = Vec::new();
    if block.get(257..263) == Some(b"ustar\0") && !prefix.is_empty() {
        name.extend_from_slice(prefix);
        name.push(b'/');
    }
    name.extend_from_slice(field(block, 0, 100));
    name
}

/// What headers before a member say about it.
#[derive(Clone, Default)]
struct Said {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

impl Said {
    /// Takes pax records `length key=value\n`; false where they are not so.
    fn records(&mut self, mut data: &[u8]) -> bool {
        while !data.is_empty() {
            let record = data.iter().position(|byte| *byte == b' ').and_then(|space| {
                let len = std::str::from_utf8(data.get(..space)?)
                    .ok()?
                    .parse::<usize>()
                    .ok()?;
                let body = data.get(space.checked_add(1)?..len.checked_sub(1)?)?;
                let equals = body.iter().position(|byte| *byte == b'=')?;
                Some((len, body.get(..equals)?, body.get(equals.checked_add(1)?..)?))
            });
            let Some((len, key, value)) = record else {
                return false;
            };
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()),
                _ if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
            data = data.get(len..).unwrap_or_default();
        }
        true
    }
}

/// Reads every member.
pub fn read(bytes: &dyn Bytes, members: &mut Members, out: &mut Out<'_>) {
    let mut at = 0u64;
    let (mut global, mut said) = (Said::default(), Said::default());
    let mut ended = false;
    let mut lost_from: Option<u64> = None;
    while at < bytes.len() {
        if out.stopped() {
            out.out_of_time("archive.time", Span::new(at, bytes.len()));
            return;
        }
        let block = read_range(bytes, at, BLOCK).unwrap_or_default();
        if block.len() < 512 {
            break;
        }
        if block.iter().all(|byte| *byte == 0) {
            ended = true;
            at = at.saturating_add(BLOCK);
            continue;
        }
        let size = number(&block, 124, 12).filter(|_| sums(&block));
        let Some(mut size) = size else {
            lost_from.get_or_insert(at);
            at = at.saturating_add(BLOCK);
            continue;
        };
        no_header(&mut lost_from, at, out);
        ended = false;
        let kind = block.get(156).copied().unwrap_or(0);
        let mut start = at.saturating_add(BLOCK);
        if matches!(kind, b'L' | b'K' | b'x' | b'g') {
            let here = Span::new(at, start.saturating_add(size).min(bytes.len()));
            let data = read_range(bytes, start, size.min(EXTRA_MAX)).unwrap_or_default();
            let text = || data.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
            let good = match kind {
                b'L' => said.name.insert(text()).len() as u64 <= size,
                b'K' => said.link.insert(text()).len() as u64 <= size,
                b'x' => said.records(&data),
                _ => global.records(&data),
            };
            if !good || (data.len() as u64) < size {
                let text = "a header with a long name or pax records is cut or is not of that form";
                out.anomaly(Anomaly::lost("tar.extra", Some(here), text));
            }
            at = after(start, size);
            continue;
        }
        let mut about = std::mem::take(&mut said);
        about.name = about.name.or_else(|| global.name.clone());
        size = about.size.unwrap_or(size);
        let name = about.name.unwrap_or_else(|| own_name(&block));
        if kind == b'S' {
            start = past_sparse_map(bytes, &block, start);
        }
        let file = matches!(kind, 0 | b'0' | b'7' | b'S') && !(kind == 0 && name.ends_with(b"/"));
        if !file && kind != b'5' && kind != 0 && !kind.is_ascii_uppercase() {
            // Links and devices have no content whatever their size field says.
            size = 0;
        }
        let end = start.saturating_add(size);
        let span = Span::new(start.min(bytes.len()), end.min(bytes.len()));
        if !members.next(span, out) {
            return;
        }
        if kind == b'S' || about.sparse {
            let text = format!("{} is a sparse file; these are not put together", shown(&name));
            members.pass(Anomaly::lost("tar.sparse", Some(span), text), out);
        } else if file {
            if !member(bytes, &name, span, end, members, out) {
                return;
            }
        } else {
            members.without_bytes();
            let target = about.link.unwrap_or_else(|| field(&block, 157, 100).to_vec());
            note(kind, &name, &target, Span::new(at, start), out);
        }
        at = after(start, size);
    }
    no_header(&mut lost_from, bytes.len().min(at), out);
    if !ended {
        let text = "the archive ends without its end mark";
        out.anomaly(Anomaly::odd("tar.end", None, text));
    }
}

/// Hands one file on; false where no more is taken.
fn member(
    bytes: &dyn Bytes,
    name: &[u8],
    at: Span,
    end: u64,
    members: &mut Members,
    out: &mut Out<'_>,
) -> bool {
    let room = members.room(out);
    let len = at.end.saturating_sub(at.start);
    let data = match read_range(bytes, at.start, len.min(room)) {
        Ok(data) => data,
        Err(error) => {
            let text = format!("{} could not be read: {error}", shown(name));
            members.pass(Anomaly::lost("archive.read", Some(at), text), out);
            return true;
        }
    };
    if at.end < end {
        let text = format!("{} is cut: {} bytes of it are missing", shown(name), end - at.end);
        out.anomaly(Anomaly::lost("tar.cut", Some(at), text));
    }
    if len > room {
        out.anomaly(too_large(name, room, at));
    }
    members.give(name, data, at, out)
}

/// Offset after content of `size` bytes at `start`, in whole blocks.
const fn after(start: u64, size: u64) -> u64 {
    start.saturating_add(size.div_ceil(BLOCK).saturating_mul(BLOCK))
}

/// Offset of the content of an old GNU sparse file: its map may go on for blocks.
fn past_sparse_map(bytes: &dyn Bytes, block: &[u8], mut start: u64) -> u64 {
    let mut more = block.get(482).is_some_and(|flag| *flag != 0);
    while more && start < bytes.len() {
        let next = read_range(bytes, start, BLOCK).unwrap_or_default();
        more = next.get(504).is_some_and(|flag| *flag != 0);
        start = start.saturating_add(BLOCK);
    }
    start
}

/// Says which blocks before `at` were no headers.
fn no_header(from: &mut Option<u64>, at: u64, out: &mut Out<'_>) {
    if let Some(from) = from.take() {
        let text = "these blocks are no header of a member; they were passed over";
        out.anomaly(Anomaly::lost(
            "tar.header",
            Some(Span::new(from, at.max(from))),
            text,
        ));
    }
}

/// Notes a member that has no content.
fn note(kind: u8, name: &[u8], target: &[u8], at: Span, out: &mut Out<'_>) {
    let (name, target) = (shown(name), shown(target));
    let (code, text) = match kind {
        b'1' => (
            "tar.link",
            format!("{name} is a hard link to {target}; it was not followed"),
        ),
        b'2' => (
            "tar.link",
            format!("{name} is a link to {target}; it was not followed"),
        ),
        b'3' | b'4' | b'6' => ("tar.device", format!("{name} is a device or pipe")),
        0 | b'5' => return,
        _ => ("tar.type", format!("{name} is of the unknown type \\x{kind:02X}")),
    };
    out.anomaly(Anomaly::odd(code, Some(at), text));
}
