//! What stands in the evidence: one folder per format.
//!
//! A reader says what it saw. It never interprets, never calls another reader (what lies inside becomes a child
//! that the case dispatches), never fails on damage: it keeps what it read and says what broke.

pub mod archive;
pub mod capture;
mod charset;
mod events;
pub mod evtx;
mod host_name;
pub mod html;
pub mod intelligence;
pub mod log;
pub mod mail;
pub mod pdf;
pub mod program;
pub mod shared;
mod starts;
mod stated_date;
pub mod syslog;
pub mod text;
mod window;
pub mod zone;

use ascribe_model::{Bytes, Out};

/// How sure a reader is that bytes are of its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// They are not.
    No,
    /// They may be; any reader that is surer comes first.
    Weak,
    /// They look like it.
    Likely,
    /// A magic number says so.
    Sure,
}

/// The start of an artifact, for detection. Names never decide.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// At most the first 64 KiB.
    pub bytes: &'a [u8],
    /// Length of the whole artifact.
    pub len: u64,
}

/// A reader of one format.
pub struct Reader {
    /// Name and version: `mail/1`. A new version makes the case read again.
    pub name: &'static str,
    /// Kind of evidence: `mail`.
    pub kind: &'static str,
    /// Looks at the head.
    pub detect: fn(&Head<'_>) -> Match,
    /// Reads it all. An error of the disk becomes an anomaly that lost data.
    pub read: fn(&dyn Bytes, &mut Out<'_>),
}

/// Every reader, by name. A new one is one folder and one line here.
pub const READERS: &[Reader] = &[
    archive::READER,
    capture::READER,
    evtx::READER,
    html::READER,
    intelligence::READER,
    log::READER,
    mail::READER,
    mail::mbox::READER,
    pdf::READER,
    program::READER,
    shared::READER,
    syslog::READER,
    text::markdown::READER,
    text::READER,
    zone::READER,
];

/// The reader for these bytes: the surest, the first in the table among equals.
#[must_use]
pub fn detect(head: &Head<'_>) -> Option<&'static Reader> {
    let mut best: Option<(Match, &'static Reader)> = None;
    for reader in READERS {
        let found = (reader.detect)(head);
        if found > best.map_or(Match::No, |(best, _)| best) {
            best = Some((found, reader));
        }
    }
    best.map(|(_, reader)| reader)
}
