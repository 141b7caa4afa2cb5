//! Gives each artifact to the reader that knows its bytes, and what lies inside it to the next, under one budget.
//!
//! Never looks at names. Depth of nesting is bounded, so is everything that children may take together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ascribe_model::limits::Limits;
use ascribe_model::observation::Saw;
use ascribe_model::pages::{AskPages, Helped};
use ascribe_model::reading::{Refused, read_range};
use ascribe_model::{Anomaly, ArtifactId, Bytes, Child, Out, Reading, Span};
use ascribe_readers::{Head, Match, Reader};
use serde::{Deserialize, Serialize};

use crate::escape::{escaped, is_odd};
use crate::file::{Watched, digest};
use crate::helper::Helper;

/// Bytes for detection.
const HEAD_BYTES: u64 = 64 << 10;
/// Bytes of artifacts inside each other that are in memory at one moment.
const HELD_BYTES_MAX: u64 = 192 << 20;

/// Finds indicators in a text.
pub type Scan = fn(&str) -> Vec<ascribe_model::observation::Occurrence>;

/// What it takes to read artifacts.
#[derive(Clone, Copy)]
pub struct Dispatch<'a> {
    /// The readers.
    pub readers: &'a [Reader],
    /// Finds indicators.
    pub scan: Scan,
    /// Bounds for each top-level file.
    pub limits: Limits,
    /// The process that reads the pages of PDFs; none: they are listed and not examined.
    pub helper: Option<&'a Helper>,
}

/// How much of an artifact was read. Written as in CASE, `inputs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// All.
    Read,
    /// Some.
    Partial,
    /// Nothing, though it should have been.
    Unreadable,
    /// Nothing, since nobody knows how or it is nothing to read.
    Ignored,
}

impl Status {
    /// The word.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Partial => "partial",
            Self::Unreadable => "unreadable",
            Self::Ignored => "ignored",
        }
    }
}

/// One artifact: a file or something inside one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    /// Its name below the top-level file, escaped: empty for the file itself, `!a!b` for a member's member.
    pub inside: String,
    /// Index of the artifact that it lies in.
    pub container: Option<usize>,
    /// Where it stands there.
    pub at: Span,
    /// Its hash; none where it could not be read.
    pub sha256: Option<ArtifactId>,
    /// Its length.
    pub bytes: u64,
    /// Name and version of the reader.
    pub reader: Option<String>,
    /// How much was read.
    pub status: Status,
    /// Why not all.
    pub why: Option<String>,
    /// What was seen.
    pub reading: Arc<Reading>,
}

/// A top-level file with all that lies inside it.
#[derive(Clone, Debug, PartialEq)]
pub struct FileRead {
    /// The file first, then members in the order found.
    pub artifacts: Vec<Artifact>,
    /// Whether reading it again may give more: it changed or time ran out.
    pub passing: bool,
}

/// Sees each artifact's bytes before they are read: (name inside, bytes).
pub type Watch<'w> = &'w mut dyn FnMut(&str, &dyn Bytes);

impl Dispatch<'_> {
    /// What the readings depend on beside the bytes: the readers and the bounds.
    #[must_use]
    pub fn recipe(&self) -> String {
        let names: Vec<&str> = self.readers.iter().map(|reader| reader.name).collect();
        let helper = self.helper.map_or("none", |helper| helper.name);
        let text = format!("case/2\n{}\n{helper}\n{:?}", names.join("\n"), self.limits);
        ArtifactId::of(text.as_bytes()).hex()
    }

    /// Reads a file that was hashed as `id` when its stamp was `before`. `stop` becomes true when time is up.
    pub fn read(
        &self,
        file: &dyn Watched,
        id: ArtifactId,
        before: crate::file::Stamp,
        stop: &AtomicBool,
        watch: Watch<'_>,
    ) -> FileRead {
        let mut inside = Inside {
            with: self,
            stop,
            watch,
            artifacts: Vec::new(),
            members: 0,
            expanded: 0,
            text_bytes: 0,
            mentions: 0,
            names: std::collections::BTreeMap::new(),
            passing: AtomicBool::new(false),
        };
        let top = Place {
            inside: String::new(),
            container: None,
            at: Span::new(0, file.len()),
            depth: 0,
            held: 0,
        };
        inside.artifact(as_bytes(file), id, top);
        let mut artifacts = inside.artifacts;
        let mut passing = stop.load(Ordering::Relaxed) || inside.passing.load(Ordering::Relaxed);
        if let Some(why) = changed(file, id, before) {
            passing = true;
            if let Some(top) = artifacts.first_mut() {
                mark_changed(top, why);
            }
        }
        FileRead { artifacts, passing }
    }
}

/// How a file that is no longer what was hashed differs.
fn changed(file: &dyn Watched, id: ArtifactId, before: crate::file::Stamp) -> Option<String> {
    match file.stamp() {
        Err(error) => Some(format!("the file could not be looked at again: {error}")),
        Ok(after) if after == before => None,
        Ok(after) => {
            let again = digest(as_bytes(file));
            let same_bytes = again.is_ok_and(|(again, _)| again == id);
            if same_bytes && after.len == before.len {
                return None;
            }
            Some(format!(
                "the file changed while it was read: {} bytes before, {} after{}",
                before.len,
                after.len,
                if same_bytes {
                    "; what was added is not read"
                } else {
                    ""
                }
            ))
        }
    }
}

fn mark_changed(top: &mut Artifact, why: String) {
    let reading = Arc::make_mut(&mut top.reading);
    reading
        .anomalies
        .push(Anomaly::lost("evidence.changed", None, why.clone()));
    top.status = top.status.max(Status::Partial);
    top.why = Some(why);
}

fn as_bytes(file: &dyn Watched) -> &dyn Bytes {
    file
}

/// A row for a file that gave no artifact.
#[must_use]
pub fn not_read(status: Status, why: String) -> Artifact {
    Artifact {
        inside: String::new(),
        container: None,
        at: Span::default(),
        sha256: None,
        bytes: 0,
        reader: None,
        status,
        why: Some(why),
        reading: Arc::new(Reading {
            kind: "unknown".to_owned(),
            ..Reading::default()
        }),
    }
}

struct Place {
    inside: String,
    container: Option<usize>,
    at: Span,
    depth: u32,
    held: u64,
}

struct Inside<'d, 'w> {
    with: &'d Dispatch<'d>,
    stop: &'d AtomicBool,
    watch: Watch<'w>,
    artifacts: Vec<Artifact>,
    members: u64,
    expanded: u64,
    /// Bytes of text kept so far.
    text_bytes: usize,
    /// Distinct indicators kept so far, per artifact.
    mentions: usize,
    names: std::collections::BTreeMap<String, u64>,
    /// Whether the helper may give more another time.
    passing: AtomicBool,
}

impl Inside<'_, '_> {
    fn artifact(&mut self, bytes: &dyn Bytes, id: ArtifactId, place: Place) {
        (self.watch)(&place.inside, bytes);
        let index = self.artifacts.len();
        self.artifacts.push(Artifact {
            inside: place.inside.clone(),
            container: place.container,
            at: place.at,
            sha256: Some(id),
            bytes: bytes.len(),
            reader: None,
            status: Status::Ignored,
            why: None,
            reading: Arc::default(),
        });
        let (reader, reading, status, why) = self.reading(bytes, index, &place);
        if let Some(row) = self.artifacts.get_mut(index) {
            row.reader = reader;
            row.reading = Arc::new(reading);
            row.status = status;
            row.why = why;
        }
    }

    fn reading(
        &mut self,
        bytes: &dyn Bytes,
        index: usize,
        place: &Place,
    ) -> (Option<String>, Reading, Status, Option<String>) {
        let unknown = || Reading {
            kind: "unknown".to_owned(),
            ..Reading::default()
        };
        if bytes.is_empty() {
            return (None, unknown(), Status::Ignored, Some("it is empty".to_owned()));
        }
        let head = match read_range(bytes, 0, HEAD_BYTES) {
            Ok(head) => head,
            Err(error) => return (None, unknown(), Status::Unreadable, Some(error.to_string())),
        };
        let head = Head {
            bytes: &head,
            len: bytes.len(),
        };
        let Some(reader) = surest(self.with.readers, &head) else {
            let why = "no reader knows this kind of bytes".to_owned();
            return (None, unknown(), Status::Ignored, Some(why));
        };
        let (with, stop) = (self.with, self.stop);
        let late = AtomicBool::new(false);
        let ask = |bytes: &dyn Bytes, stop: &AtomicBool| {
            let Some(helper) = with.helper else {
                return Helped::default();
            };
            let answer = helper.ask(bytes, stop);
            late.fetch_or(answer.passing, Ordering::Relaxed);
            answer.helped
        };
        let ask: Option<AskPages<'_>> = with.helper.is_some().then_some(&ask);
        let limits = self.left();
        let mut take = |child: Child| self.take(child, index, place);
        let scan = with.scan;
        let scan = move |text: &str| scan(text);
        let mut out = Out::new(reader.kind, limits, &scan, stop, &mut take).with_pages(ask);
        (reader.read)(bytes, &mut out);
        let reading = out.finish();
        self.count(&reading);
        self.passing
            .fetch_or(late.load(Ordering::Relaxed), Ordering::Relaxed);
        let lost = reading.anomalies.iter().find(|anomaly| anomaly.lost);
        let why = lost.map(|anomaly| anomaly.text.clone());
        let status = if why.is_some() {
            Status::Partial
        } else {
            Status::Read
        };
        (Some(reader.name.to_owned()), reading, status, why)
    }

    /// The bounds of the next artifact: what those before it have left.
    fn left(&self) -> Limits {
        let limits = self.with.limits;
        let text_bytes = limits.file_text_bytes_kept_max.saturating_sub(self.text_bytes);
        let mentions = limits.file_mentions_max.saturating_sub(self.mentions);
        Limits {
            text_bytes_kept_max: limits.text_bytes_kept_max.min(text_bytes),
            mentions_max: limits.mentions_max.min(mentions),
            ..limits
        }
    }

    /// Counts what is kept of an artifact.
    fn count(&mut self, reading: &Reading) {
        for observation in &reading.observations {
            match &observation.saw {
                Saw::Text(text) => self.text_bytes = self.text_bytes.saturating_add(text.as_str().len()),
                Saw::Mention(_) => self.mentions = self.mentions.saturating_add(1),
                _ => {}
            }
        }
    }

    fn take(&mut self, child: Child, container: usize, place: &Place) -> Result<(), Refused> {
        let limits = self.with.limits;
        let depth = place.depth.saturating_add(1);
        if depth > limits.depth_max {
            return Err(Refused::Depth {
                max: limits.depth_max,
            });
        }
        self.members = self.members.saturating_add(1);
        if self.members > limits.members_max {
            return Err(Refused::Members {
                max: limits.members_max,
            });
        }
        let len = child.bytes.len() as u64;
        self.expanded = self.expanded.saturating_add(len);
        if self.expanded > limits.expanded_bytes_max {
            return Err(Refused::Bytes {
                max: limits.expanded_bytes_max,
            });
        }
        let held = place.held.saturating_add(len);
        if held > HELD_BYTES_MAX {
            return Err(Refused::Bytes { max: HELD_BYTES_MAX });
        }
        // Names come from hostile bytes: a bound, then the escape.
        let name = child.name.get(..child.name.len().min(1024)).unwrap_or_default();
        let inner = Place {
            inside: self.free_name(format!("{}!{}", place.inside, escaped(name))),
            container: Some(container),
            at: child.at,
            depth,
            held,
        };
        let bytes: &[u8] = &child.bytes;
        self.artifact(&bytes, ArtifactId::of(bytes), inner);
        Ok(())
    }

    /// Two members may have one name; the later gets a number.
    fn free_name(&mut self, name: String) -> String {
        let mut free = name.clone();
        while let Some(count) = self.names.get_mut(&free) {
            *count = count.saturating_add(1);
            free = format!("{name}#{count}");
        }
        self.names.insert(free.clone(), 1);
        free
    }
}

fn surest<'r>(readers: &'r [Reader], head: &Head<'_>) -> Option<&'r Reader> {
    let mut best: Option<(Match, &Reader)> = None;
    for reader in readers {
        let found = (reader.detect)(head);
        if found > best.map_or(Match::No, |(best, _)| best) {
            best = Some((found, reader));
        }
    }
    best.map(|(_, reader)| reader)
}

/// An anomaly for a name that could act on a terminal.
#[must_use]
pub fn odd_name(raw: &[u8]) -> Option<Anomaly> {
    is_odd(raw).then(|| {
        let text = "its name holds control characters or bytes that are not UTF-8; they are written \\xNN";
        Anomaly::odd("evidence.name", None, text)
    })
}
