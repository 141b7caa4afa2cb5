//! Reads mailboxes in the mbox format: one child per message. Streams; memory is bounded by one message.
//!
//! A message starts at a `From ` line with a time of day, at the start of the file or after a blank line. One `>` is
//! taken off quoted `>From ` lines (mboxrd). Source: RFC 4155.

use ascribe_model::{Anomaly, Bytes, Child, Coverage, Out, Span};

use crate::text::lines::Lines;
use crate::{Head, Match, Reader};

/// The reader of mbox files.
pub const READER: Reader = Reader {
    name: "mbox/1",
    kind: "mbox",
    detect,
    read,
};

fn detect(head: &Head<'_>) -> Match {
    let (end, next) = super::headers::line_at(head.bytes, 0);
    let first = head.bytes.get(..end).unwrap_or_default();
    let after = super::headers::scan(head.bytes, next, 2);
    if is_start(first) && !after.headers.is_empty() {
        Match::Sure
    } else {
        Match::No
    }
}

fn is_start(line: &[u8]) -> bool {
    let clock = |word: &[u8]| {
        word.len() >= 5 && word.iter().all(|b| b.is_ascii_digit() || *b == b':') && word.contains(&b':')
    };
    line.len() < 1000 && line.starts_with(b"From ") && line.split(|byte| *byte == b' ').any(clock)
}

#[derive(Default)]
struct Message {
    bytes: Vec<u8>,
    start: u64,
    line: u64,
    too_long: bool,
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let mut lines = Lines::new(bytes);
    let mut counts = Coverage {
        unit: "message".to_owned(),
        ..Coverage::default()
    };
    let mut message: Option<Message> = None;
    let mut after_blank = true;
    let max = usize::try_from(out.limits().member_bytes_max).unwrap_or(usize::MAX);
    let mut go_on = true;
    while let Some(line) = lines.next() {
        if out.stopped() {
            out.out_of_time(
                "mbox.time",
                Span::new(line.start, bytes.len()).on_line(line.number),
            );
            go_on = false;
            break;
        }
        if line.first_piece && after_blank && is_start(line.bytes) {
            if let Some(done) = message.take()
                && !finish(done, line.start, &mut counts, out)
            {
                go_on = false;
                break;
            }
            let start = line
                .start
                .saturating_add(line.bytes.len() as u64)
                .saturating_add(line.end_len);
            message = Some(Message {
                start,
                line: line.number.saturating_add(1),
                ..Message::default()
            });
            after_blank = false;
            continue;
        }
        after_blank = line.first_piece && line.bytes.is_empty();
        let Some(message) = &mut message else { continue };
        if message.bytes.len().saturating_add(line.bytes.len()) > max {
            message.too_long = true;
            continue;
        }
        let quoted = line.first_piece
            && line.bytes.trim_ascii_start().len() == line.bytes.len()
            && line
                .bytes
                .iter()
                .position(|byte| *byte != b'>')
                .is_some_and(|at| {
                    at > 0
                        && line
                            .bytes
                            .get(at..)
                            .is_some_and(|rest| rest.starts_with(b"From "))
                });
        message
            .bytes
            .extend_from_slice(line.bytes.get(usize::from(quoted)..).unwrap_or_default());
        message.bytes.extend_from_slice(match line.end_len {
            2 => b"\r\n",
            1 => b"\n",
            _ => b"",
        });
    }
    if let Some(error) = lines.error() {
        let at = lines.offset();
        out.anomaly(Anomaly::lost(
            "mbox.read",
            Some(Span::new(at, bytes.len().max(at))),
            format!("reading stopped here: {error}"),
        ));
    }
    if let Some(done) = message.take()
        && go_on
    {
        finish(done, bytes.len(), &mut counts, out);
    }
    out.coverage(counts);
}

/// Hands one message on; false where the case takes no more.
fn finish(mut message: Message, end: u64, counts: &mut Coverage, out: &mut Out<'_>) -> bool {
    counts.seen = counts.seen.saturating_add(1);
    let at = Span::new(message.start, end).on_line(message.line);
    if message.too_long {
        counts.dropped = counts.dropped.saturating_add(1);
        out.anomaly(Anomaly::lost(
            "mbox.message-size",
            Some(at),
            "this message is larger than a child may be; it was passed over",
        ));
        return true;
    }
    // The blank line before the next `From ` belongs to the mailbox.
    for ending in [b"\r\n\r\n".as_slice(), b"\n\n"] {
        if message.bytes.ends_with(ending) {
            message
                .bytes
                .truncate(message.bytes.len().saturating_sub(ending.len() / 2));
            break;
        }
    }
    counts.parsed = counts.parsed.saturating_add(1);
    let name = format!("message-{:06}.eml", counts.seen).into_bytes();
    let taken = out.child(Child {
        name,
        bytes: message.bytes,
        at,
    });
    if taken.is_ok() {
        counts.used = counts.used.saturating_add(1);
    } else {
        counts.dropped = counts.dropped.saturating_add(1);
    }
    taken.is_ok()
}
