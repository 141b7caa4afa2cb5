//! Between a reader and the case: the bytes it may read and the sheet it writes on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use crate::anomaly::Anomaly;
use crate::limits::Limits;
use crate::moment::Moment;
use crate::observation::{IndicatorKind, Mention, Observation, Occurrence, Saw};
use crate::pages::AskPages;
use crate::place::Span;
use crate::text::Text;

/// Bytes of an artifact, read by position. Never mapped: a file cut short under a map kills the process.
pub trait Bytes: Sync {
    /// Length in bytes when it was opened.
    fn len(&self) -> u64;

    /// Whether there is nothing.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads into `buffer` from byte `offset`; fewer bytes than asked for only at the end.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize>;
}

impl Bytes for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.get(offset..))
            .unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }
}

/// At most `max` bytes of `bytes` from `offset` on.
pub fn read_range(bytes: &dyn Bytes, offset: u64, max: u64) -> std::io::Result<Vec<u8>> {
    let want = usize::try_from(bytes.len().saturating_sub(offset).min(max)).unwrap_or(usize::MAX);
    let mut buffer = vec![0u8; want];
    let mut have = 0usize;
    while have < want {
        let Some(rest) = buffer.get_mut(have..) else { break };
        let count = bytes.read_at(offset.saturating_add(have as u64), rest)?;
        if count == 0 {
            break;
        }
        have = have.saturating_add(count);
    }
    buffer.truncate(have);
    Ok(buffer)
}

/// An artifact inside another: an attachment, an archive's member, an overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// Its name there, bytes as they are; the case escapes them.
    pub name: Vec<u8>,
    /// Its bytes, decoded.
    pub bytes: Vec<u8>,
    /// Where it stands in its parent.
    pub at: Span,
}

/// What of an artifact was looked at. `used + dropped <= seen`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// What is counted: line, packet, header, object, byte …
    pub unit: String,
    /// How many there were.
    pub seen: u64,
    /// How many were understood.
    pub parsed: u64,
    /// How many gave an observation.
    pub used: u64,
    /// How many were passed over because of damage or a limit.
    pub dropped: u64,
}

/// What a reader says about a document as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Publication date as the content gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Moment>,
}

/// All that a reader saw in one artifact. Deterministic: the same bytes give the same reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// What kind of evidence it is: text, html, pdf, mail, mbox, capture, log, event-log, dns-record, program, intelligence,
    /// archive, unknown.
    pub kind: String,
    /// In the order seen; mentions last, by kind and value.
    pub observations: Vec<Observation>,
    /// What was wrong.
    pub anomalies: Vec<Anomaly>,
    /// What was looked at.
    pub coverage: Coverage,
    /// The document as a whole, where it is one.
    #[serde(default)]
    pub document: Document,
}

/// Why a child was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Too deep.
    #[error("artifacts lie more than {max} deep inside each other")]
    Depth {
        /// The bound.
        max: u32,
    },
    /// Too many.
    #[error("more than {max} artifacts inside one file")]
    Members {
        /// The bound.
        max: u64,
    },
    /// Too large.
    #[error("more than {max} bytes inside one file")]
    Bytes {
        /// The bound.
        max: u64,
    },
}

/// Finds indicators in a text.
pub type Scan<'a> = &'a (dyn Fn(&str) -> Vec<Occurrence> + Sync);

/// The sheet a reader writes on: observations, anomalies, children. Holds the bounds.
pub struct Out<'a> {
    limits: Limits,
    scan: Scan<'a>,
    stop: &'a AtomicBool,
    take_child: &'a mut dyn FnMut(Child) -> Result<(), Refused>,
    ask_pages: Option<AskPages<'a>>,
    reading: Reading,
    mentions: BTreeMap<(IndicatorKind, String), Mention>,
    text_bytes: usize,
    anomalies_dropped: u64,
    mentions_dropped: bool,
    observations_dropped: u64,
}

impl<'a> Out<'a> {
    /// An empty sheet. `take_child` dispatches a child at once; `stop` becomes true when time is up.
    pub fn new(
        kind: &str,
        limits: Limits,
        scan: Scan<'a>,
        stop: &'a AtomicBool,
        take_child: &'a mut dyn FnMut(Child) -> Result<(), Refused>,
    ) -> Self {
        Self {
            limits,
            scan,
            stop,
            take_child,
            ask_pages: None,
            reading: Reading {
                kind: kind.to_owned(),
                ..Reading::default()
            },
            mentions: BTreeMap::new(),
            text_bytes: 0,
            anomalies_dropped: 0,
            mentions_dropped: false,
            observations_dropped: 0,
        }
    }

    /// The same sheet, with a process that reads the pages of documents whose library cannot be bounded.
    #[must_use]
    pub const fn with_pages(mut self, ask: Option<AskPages<'a>>) -> Self {
        self.ask_pages = ask;
        self
    }

    /// Asks the helper process for the pages of a document; none where this build or caller has no helper.
    #[must_use]
    pub fn ask_pages(&self, bytes: &dyn Bytes) -> Option<crate::pages::Helped> {
        self.ask_pages.map(|ask| ask(bytes, self.stop))
    }

    /// The bounds.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether time is up: keep what you have, say `out_of_time`, return.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Notes that time ran out at `at`.
    pub fn out_of_time(&mut self, code: &str, at: Span) {
        self.anomaly(Anomaly::lost(
            code,
            Some(at),
            "the time for this file ran out here; the rest was not read",
        ));
    }

    /// Keeps an observation (not for text: use [`Out::text`]).
    pub fn see(&mut self, at: Span, saw: Saw) {
        let bound = match saw {
            Saw::Flow(_) => self.limits.flows_max.max(self.limits.observations_max),
            _ => self.limits.observations_max,
        };
        if self.reading.observations.len() < bound {
            self.reading.observations.push(Observation { at, saw });
        } else {
            self.observations_dropped = self.observations_dropped.saturating_add(1);
        }
    }

    /// Looks for indicators in `text` and keeps it for quoting as far as the bound allows.
    pub fn text(&mut self, mut text: Text) {
        self.scan_only(&text);
        let len = text.as_str().len();
        if !text.as_str().trim().is_empty()
            && self.text_bytes.saturating_add(len) <= self.limits.text_bytes_kept_max
        {
            self.text_bytes = self.text_bytes.saturating_add(len);
            let at = text.whole_span();
            text.settle();
            self.see(at, Saw::Text(text));
        }
    }

    /// Looks for indicators in `text` without keeping it (log cells, program strings). Returns how many there are.
    pub fn scan_only(&mut self, text: &Text) -> usize {
        let all = (self.scan)(text.as_str());
        let count = all.len();
        for found in all {
            let raw = text.as_str().get(found.start..found.end).unwrap_or_default();
            let span = text.span(found.start..found.end);
            self.mention(found.kind, &found.value, raw, &text.role, span);
        }
        count
    }

    /// Adds an indicator that a reader counted by itself, with all its places.
    pub fn mentioned(&mut self, mention: Mention) {
        let key = (mention.kind, mention.value.clone());
        let room = self.limits.spans_per_mention_max;
        if let Some(known) = self.mentions.get_mut(&key) {
            known.count = known.count.saturating_add(mention.count);
            known.spans.extend(mention.spans);
            known.spans.sort();
            known.spans.truncate(room);
        } else if self.mentions.len() < self.limits.mentions_max {
            self.mentions.insert(key, mention);
        } else {
            self.mentions_dropped = true;
        }
    }

    /// Adds an indicator that a format states as a value of its own (an address in a flow log, say).
    pub fn mention(
        &mut self,
        kind: IndicatorKind,
        value: &str,
        raw: &str,
        role: &crate::text::Role,
        span: Span,
    ) {
        let key = (kind, value.to_owned());
        if let Some(mention) = self.mentions.get_mut(&key) {
            mention.count = mention.count.saturating_add(1);
            if mention.spans.len() < self.limits.spans_per_mention_max {
                mention.spans.push(span);
            }
        } else if self.mentions.len() < self.limits.mentions_max {
            let mention = Mention {
                kind,
                value: value.to_owned(),
                raw: raw.chars().take(500).collect(),
                role: role.clone(),
                spans: vec![span],
                count: 1,
            };
            self.mentions.insert(key, mention);
        } else {
            self.mentions_dropped = true;
        }
    }

    /// The whole artifact up to `whole_bytes_max`, for formats that need it in memory; none if it cannot be read.
    ///
    /// What could not be read or lies beyond the bound is said as `reader.read` or `reader.size`, calling the
    /// artifact `what`.
    pub fn whole(&mut self, bytes: &dyn Bytes, reader: &str, what: &str) -> Option<Vec<u8>> {
        let max = self.limits.whole_bytes_max;
        let data = match read_range(bytes, 0, max) {
            Ok(data) => data,
            Err(error) => {
                let text = format!("could not be read: {error}");
                self.anomaly(Anomaly::lost(&format!("{reader}.read"), None, text));
                return None;
            }
        };
        if bytes.len() > max {
            let text = format!("the {what} is larger than {max} bytes; the rest was not read");
            let rest = Span::new(max, bytes.len());
            self.anomaly(Anomaly::lost(&format!("{reader}.size"), Some(rest), text));
        }
        Some(data)
    }

    /// Keeps an anomaly.
    pub fn anomaly(&mut self, anomaly: Anomaly) {
        if self.reading.anomalies.len() < self.limits.anomalies_max {
            self.reading.anomalies.push(anomaly);
        } else {
            self.anomalies_dropped = self.anomalies_dropped.saturating_add(1);
        }
    }

    /// Hands a child to the case, which dispatches it at once under the budget of the top-level file.
    /// A refusal is also kept as an anomaly that lost data; a container should stop at it.
    pub fn child(&mut self, child: Child) -> Result<(), Refused> {
        let at = child.at;
        let taken = (self.take_child)(child);
        if let Err(refused) = &taken {
            self.anomaly(Anomaly::lost("container.refused", Some(at), refused.to_string()));
        }
        taken
    }

    /// Sets what was looked at.
    pub fn coverage(&mut self, coverage: Coverage) {
        self.reading.coverage = coverage;
    }

    /// The document's title, publisher and date, to fill in.
    pub const fn document(&mut self) -> &mut Document {
        &mut self.reading.document
    }

    /// Changes the kind of evidence (a text that proves to be a log, say).
    pub fn kind(&mut self, kind: &str) {
        kind.clone_into(&mut self.reading.kind);
    }

    /// The finished reading.
    #[must_use]
    pub fn finish(mut self) -> Reading {
        let limits = self.limits;
        if self.mentions_dropped {
            let text = format!(
                "more than {} distinct indicators (all in one file together: {}); the rest were not kept",
                limits.mentions_max, limits.file_mentions_max
            );
            self.reading
                .anomalies
                .push(Anomaly::lost("limit.mentions", None, text));
        }
        if self.observations_dropped > 0 {
            let text = format!(
                "{} observations beyond the bound were not kept",
                self.observations_dropped
            );
            self.reading
                .anomalies
                .push(Anomaly::lost("limit.observations", None, text));
        }
        if self.anomalies_dropped > 0 {
            let text = format!("{} more anomalies were not listed", self.anomalies_dropped);
            self.reading
                .anomalies
                .push(Anomaly::odd("limit.anomalies", None, text));
        }
        for (_, mention) in self.mentions {
            let at = mention.spans.first().copied().unwrap_or_default();
            self.reading.observations.push(Observation {
                at,
                saw: Saw::Mention(mention),
            });
        }
        self.reading.observations.shrink_to_fit();
        self.reading
    }
}
