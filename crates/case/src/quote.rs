//! The bytes behind a number: short excerpts of evidence, escaped, or hash and span only where it was leaked.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::reading::read_range;
use ascribe_model::{ArtifactId, Bytes, Provenance};
use serde::Serialize;

use crate::assemble::Item;
use crate::dispatch::Dispatch;
use crate::file::{Opened, Watched, digest};
use crate::gather::Gathered;

/// Bytes shown of one place.
const SHOWN_BYTES: u64 = 600;
/// Bytes that are hashed for a place that may not be quoted.
const HASHED_BYTES_MAX: u64 = 16 << 20;

/// A place in the evidence: path, first byte, one past the last.
pub type Place = (String, u64, u64);

/// Spans wanted of one file, by what lies inside it.
type Wanted<'p> = BTreeMap<&'p str, BTreeSet<(u64, u64)>>;

/// What stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quote {
    /// Text, with control characters escaped; `cut` says that more follows.
    Text {
        /// The text.
        text: String,
        /// Whether it goes on.
        cut: bool,
    },
    /// Bytes that are no text.
    Bytes {
        /// The first of them.
        bytes: Vec<u8>,
        /// Whether it goes on.
        cut: bool,
    },
    /// Leaked material: the hash of the range, nothing else.
    Withheld {
        /// SHA-256 of the bytes of the range.
        sha256: ArtifactId,
    },
    /// The bytes are no longer what was read.
    Gone,
}

/// Quotes for every place in `wanted` that stands in the evidence.
#[must_use]
pub fn quotes<'p>(
    wanted: impl Iterator<Item = &'p Provenance>,
    items: &[Item],
    gathered: &[Gathered],
    dispatch: &Dispatch<'_>,
) -> BTreeMap<Place, Quote> {
    let leaked: BTreeSet<ArtifactId> = items
        .iter()
        .filter(|item| item.leaked)
        .filter_map(|item| item.artifact.sha256)
        .collect();
    let by_path: BTreeMap<&str, &Item> = items.iter().map(|item| (item.path.as_str(), item)).collect();
    // By file, then by what lies inside it: a file is opened once, and its members are unpacked again only if needed.
    let mut files: BTreeMap<usize, Wanted<'_>> = BTreeMap::new();
    for place in wanted {
        if let Some(item) = by_path.get(place.path.as_str()) {
            let inside = files.entry(item.file).or_default();
            let spans = inside.entry(item.artifact.inside.as_str()).or_default();
            spans.insert((place.span.start, place.span.end));
        }
    }
    let mut found = BTreeMap::new();
    for (index, wanted) in files {
        let Some(file) = gathered.get(index) else { continue };
        let Some(top) = file.read.artifacts.first() else {
            continue;
        };
        let mut take = |inside: &str, bytes: &dyn Bytes| {
            let Some(spans) = wanted.get(inside) else { return };
            let path = format!("{}{inside}", file.planned.path);
            let id = by_path.get(path.as_str()).and_then(|item| item.artifact.sha256);
            let withheld = id.is_some_and(|id| leaked.contains(&id));
            for (start, end) in spans {
                found.insert((path.clone(), *start, *end), one(bytes, *start, *end, withheld));
            }
        };
        let opened = Opened::open(&file.planned.file).ok();
        let same = opened
            .as_ref()
            .and_then(|opened| digest(opened).ok())
            .is_some_and(|(id, _)| Some(id) == top.sha256);
        match opened {
            Some(opened) if same => {
                if wanted.keys().all(|inside| inside.is_empty()) {
                    take("", &opened);
                } else if let (Some(id), Ok(stamp)) = (top.sha256, opened.stamp()) {
                    let stop = std::sync::atomic::AtomicBool::new(false);
                    // Only the bytes are wanted, not the pages of PDFs among them.
                    let dispatch = Dispatch {
                        helper: None,
                        ..*dispatch
                    };
                    dispatch.read(&opened, id, stamp, &stop, &mut take);
                }
            }
            _ => {
                for (inside, spans) in &wanted {
                    for (start, end) in spans {
                        let path = format!("{}{inside}", file.planned.path);
                        found.insert((path, *start, *end), Quote::Gone);
                    }
                }
            }
        }
    }
    found
}

fn one(bytes: &dyn Bytes, start: u64, end: u64, withheld: bool) -> Quote {
    let len = end.saturating_sub(start);
    if withheld {
        return match read_range(bytes, start, len.min(HASHED_BYTES_MAX)) {
            Ok(range) => Quote::Withheld {
                sha256: ArtifactId::of(&range),
            },
            Err(_) => Quote::Gone,
        };
    }
    let Ok(range) = read_range(bytes, start, len.min(SHOWN_BYTES)) else {
        return Quote::Gone;
    };
    let cut = len > SHOWN_BYTES;
    // A cut may fall inside a character; what is missing of it does not make the bytes less of a text.
    let text = std::str::from_utf8(&range);
    let is_text = match text {
        Ok(_) => true,
        Err(error) => cut && error.error_len().is_none(),
    };
    if is_text && !range.contains(&0) {
        let valid = text.map_or_else(|error| error.valid_up_to(), str::len);
        let text = crate::escape::quoted(range.get(..valid).unwrap_or_default());
        return Quote::Text { text, cut };
    }
    Quote::Bytes { bytes: range, cut }
}
