//! Reads plain text of any size: paragraphs with their bytes and lines, title, byline, stated date.
//!
//! Streams: memory is bounded by one paragraph, whatever the length of file or line. UTF-8, UTF-16 with and
//! without a byte order mark; broken UTF-8 is read as Windows-1252 and said so. Does not judge what a text says, nor guess its date from context.

mod head;
pub(crate) mod lines;
pub mod markdown;

use ascribe_model::{Anomaly, Bytes, Coverage, Out, Role, Span, Text};

use self::head::Front;
pub(crate) use self::head::is_byline;
use self::lines::{Encoding, Lines};
use crate::charset;
use crate::{Head, Match, Reader};

/// The reader of plain text.
pub const READER: Reader = Reader {
    name: "text/1",
    kind: "text",
    detect,
    read,
};

/// A paragraph is cut here so that memory stays bounded; cuts fall on line ends or white space where there is one.
const PARAGRAPH_BYTES_MAX: usize = 64 << 10;

fn detect(head: &Head<'_>) -> Match {
    if looks_like_text(head.bytes) {
        Match::Weak
    } else {
        Match::No
    }
}

/// Whether bytes are text for people: a byte order mark, or hardly any control characters.
pub(crate) fn looks_like_text(bytes: &[u8]) -> bool {
    if bytes.is_empty() {
        return false;
    }
    if let Encoding::Utf16(order) = Encoding::of(bytes) {
        let mut text = Text::new(Role::Body, None);
        let whole = bytes.len() - bytes.len() % 2;
        let mark = Encoding::mark_len(bytes);
        let units = bytes.get(mark..whole).unwrap_or_default();
        let broken = charset::push_utf16(&mut text, units, mark as u64, order);
        let controls = text
            .as_str()
            .chars()
            .filter(|c| c.is_control() && !c.is_whitespace())
            .count();
        return broken.saturating_add(controls as u64).saturating_mul(50) <= bytes.len() as u64;
    }
    let controls = bytes
        .iter()
        .filter(|byte| matches!(**byte, 0..=6 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f))
        .count();
    let nuls = memchr::memchr_iter(0, bytes).count();
    controls.saturating_mul(100) <= bytes.len() && nuls.saturating_mul(1000) <= bytes.len()
}

/// Reads any text as plain paragraphs.
pub(crate) fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let mut lines = Lines::new(bytes);
    let encoding = lines.encoding();
    let mut paragraph = Text::new(Role::Body, Some(1));
    let mut front = Some(Front::default());
    let mut counts = Coverage {
        unit: "line".to_owned(),
        ..Coverage::default()
    };
    let mut broken: Option<(u64, u64)> = None;
    let mut unpaired = 0u64;
    let mut long_lines = 0u64;
    while let Some(line) = lines.next() {
        if out.stopped() {
            out.out_of_time(
                "text.time",
                Span::new(line.start, bytes.len()).on_line(line.number),
            );
            break;
        }
        if line.first_piece {
            counts.seen = counts.seen.saturating_add(1);
            counts.parsed = counts.parsed.saturating_add(1);
        } else {
            long_lines = long_lines.saturating_add(1);
        }
        let blank = line.is_blank();
        if !blank {
            if line.first_piece {
                counts.used = counts.used.saturating_add(1);
            }
            if paragraph.as_str().is_empty() {
                paragraph = Text::new(Role::Body, Some(line.number));
            }
            match encoding {
                Encoding::Utf8 => {
                    if let Some((at, count)) = charset::push_utf8(&mut paragraph, line.bytes, line.start) {
                        let all = broken.get_or_insert((at, 0));
                        all.1 = all.1.saturating_add(count);
                    }
                }
                Encoding::Utf16(order) => {
                    unpaired = unpaired.saturating_add(charset::push_utf16(
                        &mut paragraph,
                        line.bytes,
                        line.start,
                        order,
                    ));
                }
            }
            if line.end_len > 0 {
                let end = line.start.saturating_add(line.bytes.len() as u64);
                paragraph.push_opaque("\n", end, end.saturating_add(line.end_len));
            }
        }
        if blank || paragraph.as_str().len() >= PARAGRAPH_BYTES_MAX || !line.last_piece() {
            flush(&mut paragraph, &mut front, out);
        }
    }
    flush(&mut paragraph, &mut front, out);
    if let Some(front) = front.take() {
        front.finish(out);
    }
    if let Some(error) = lines.error() {
        out.anomaly(Anomaly::lost(
            "text.read",
            Some(Span::new(lines.offset(), bytes.len().max(lines.offset()))),
            format!("reading stopped here: {error}"),
        ));
    }
    if let Some((at, count)) = broken {
        out.anomaly(Anomaly::odd(
            "text.not-utf8",
            Some(Span::new(at, at.saturating_add(1).min(bytes.len()))),
            format!("{count} bytes are not UTF-8, the first at byte {at}; they were read as Windows-1252"),
        ));
    }
    if unpaired > 0 {
        out.anomaly(Anomaly::odd(
            "text.not-utf16",
            None,
            format!("{unpaired} UTF-16 units have no partner; they were read as U+FFFD"),
        ));
    }
    if long_lines > 0 {
        out.anomaly(Anomaly::odd(
            "text.long-line",
            None,
            format!(
                "lines longer than {} bytes were read in {long_lines} more pieces",
                lines::PIECE_BYTES_MAX
            ),
        ));
    }
    out.coverage(counts);
}

fn flush(paragraph: &mut Text, front: &mut Option<Front>, out: &mut Out<'_>) {
    let done = std::mem::replace(paragraph, Text::new(Role::Body, None));
    let text = trimmed(done);
    if text.as_str().is_empty() {
        return;
    }
    match front {
        Some(held) => {
            held.push(text);
            if held.is_full()
                && let Some(held) = front.take()
            {
                held.finish(out);
            }
        }
        None => out.text(text),
    }
}

/// The piece without the white space at its ends, so that spans name words and not line ends.
pub(crate) fn trimmed(text: Text) -> Text {
    let whole = text.as_str();
    let start = whole.len().saturating_sub(whole.trim_start().len());
    let end = start.saturating_add(whole.trim().len());
    if start == 0 && end == whole.len() {
        return text;
    }
    let mut part = Text::new(text.role.clone(), None);
    part.push_part(&text, start..end);
    part
}
