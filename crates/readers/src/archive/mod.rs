//! Reads zip, gzip and tar: every member becomes a child. Nothing is written to disk, no link is followed.
//!
//! A member larger than a child may be is cut off and said so. Names are handed on as they stand, twice where they stand
//! twice. Memory is bounded by one member; the bytes expanded in one archive are bounded together.

mod gzip;
mod inflate;
mod tar;
mod zip;
mod zip_directory;

use std::fmt::Write as _;

use ascribe_model::{Anomaly, Bytes, Child, Coverage, Out, Span};

use crate::{Head, Match, Reader};

/// The reader of archives.
pub const READER: Reader = Reader {
    name: "archive/1",
    kind: "archive",
    detect,
    read,
};

fn detect(head: &Head<'_>) -> Match {
    if zip::is_zip(head.bytes) || gzip::is_gzip(head.bytes) {
        Match::Sure
    } else {
        tar::is_tar(head.bytes)
    }
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let head = match ascribe_model::reading::read_range(bytes, 0, 512) {
        Ok(head) => head,
        Err(error) => {
            out.anomaly(Anomaly::lost(
                "archive.read",
                None,
                format!("could not be read: {error}"),
            ));
            return;
        }
    };
    let mut members = Members::new();
    if zip::is_zip(&head) {
        zip::read(bytes, &mut members, out);
    } else if gzip::is_gzip(&head) {
        gzip::read(bytes, &mut members, out);
    } else {
        tar::read(bytes, &mut members, out);
    }
    out.coverage(members.counts);
}

/// What was counted and expanded so far in one archive.
struct Members {
    counts: Coverage,
    expanded: u64,
}

impl Members {
    fn new() -> Self {
        let unit = "member".to_owned();
        Self {
            counts: Coverage {
                unit,
                ..Coverage::default()
            },
            expanded: 0,
        }
    }

    /// Counts one more member; false, and said, where there are too many or time is up.
    fn next(&mut self, at: Span, out: &mut Out<'_>) -> bool {
        if out.stopped() {
            out.out_of_time("archive.time", at);
            return false;
        }
        let max = out.limits().members_max;
        if self.counts.seen >= max {
            let text = format!("more than {max} members; the rest were not read");
            out.anomaly(Anomaly::lost("archive.members", Some(at), text));
            return false;
        }
        self.counts.seen = self.counts.seen.saturating_add(1);
        true
    }

    /// How many bytes the next member may have.
    fn room(&self, out: &Out<'_>) -> u64 {
        let limits = out.limits();
        limits
            .member_bytes_max
            .min(limits.expanded_bytes_max.saturating_sub(self.expanded))
    }

    /// Says why the member counted last is passed over.
    fn pass(&mut self, anomaly: Anomaly, out: &mut Out<'_>) {
        self.counts.dropped = self.counts.dropped.saturating_add(1);
        out.anomaly(anomaly);
    }

    /// The member counted last is understood and has no bytes of its own: a directory, a link.
    const fn without_bytes(&mut self) {
        self.counts.parsed = self.counts.parsed.saturating_add(1);
    }

    /// Hands on the member counted last; false where no more is taken.
    fn give(&mut self, name: &[u8], bytes: Vec<u8>, at: Span, out: &mut Out<'_>) -> bool {
        self.counts.parsed = self.counts.parsed.saturating_add(1);
        self.expanded = self.expanded.saturating_add(bytes.len() as u64);
        let leaves = name.starts_with(b"/")
            || name
                .split(|byte| *byte == b'/' || *byte == b'\\')
                .any(|step| step == b"..");
        if leaves {
            let text = format!("the name {} leads out of the archive", shown(name));
            out.anomaly(Anomaly::odd("archive.name", Some(at), text));
        }
        let name = name.to_vec();
        let taken = out.child(Child { name, bytes, at }).is_ok();
        let counter = if taken {
            &mut self.counts.used
        } else {
            &mut self.counts.dropped
        };
        *counter = counter.saturating_add(1);
        taken
    }
}

/// A member that has more than `room` bytes.
fn too_large(name: &[u8], room: u64, at: Span) -> Anomaly {
    let text = format!(
        "{} has more bytes than may be expanded here; it was cut off after {room}",
        shown(name)
    );
    Anomaly::lost("archive.member-size", Some(at), text)
}

/// A name for a sentence: at most 200 bytes of it, what is not printable as `\xNN`.
fn shown(name: &[u8]) -> String {
    let mut text = String::new();
    for chunk in name.get(..200).unwrap_or(name).utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() {
                let mut buffer = [0u8; 4];
                escape(&mut text, c.encode_utf8(&mut buffer).as_bytes());
            } else {
                text.push(c);
            }
        }
        escape(&mut text, chunk.invalid());
    }
    text
}

fn escape(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "\\x{byte:02X}");
    }
}
