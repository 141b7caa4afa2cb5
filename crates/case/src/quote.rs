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
    let mut by_artifact: BTreeMap<&str, BTreeSet<(u64, u64)>> = BTreeMap::new();
    for place in wanted {
        let spans = by_artifact.entry(place.path.as_str()).or_default();
        spans.insert((place.span.start, place.span.end));
    }
    let by_path: BTreeMap<&str, &Item> = items.iter().map(|item| (item.path.as_str(), item)).collect();
    let mut found = BTreeMap::new();
    let paths: BTreeSet<&str> = by_artifact.keys().copied().collect();
    each_artifact(&paths, items, gathered, dispatch, &mut |path, bytes| {
        let Some(spans) = by_artifact.get(path) else {
            return;
        };
        let id = by_path.get(path).and_then(|item| item.artifact.sha256);
        let withheld = id.is_some_and(|id| leaked.contains(&id));
        for (start, end) in spans {
            let quote = bytes.map_or(Quote::Gone, |bytes| one(bytes, *start, *end, withheld));
            found.insert((path.to_owned(), *start, *end), quote);
        }
    });
    found
}

/// Gives the bytes of every artifact in `paths`; none where they are no longer what was read.
///
/// A file is opened once, and what lies inside it is unpacked again only if that is wanted.
pub fn each_artifact(
    paths: &BTreeSet<&str>,
    items: &[Item],
    gathered: &[Gathered],
    dispatch: &Dispatch<'_>,
    take: &mut dyn FnMut(&str, Option<&dyn Bytes>),
) {
    let mut files: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for item in items.iter().filter(|item| paths.contains(item.path.as_str())) {
        files
            .entry(item.file)
            .or_default()
            .insert(item.artifact.inside.as_str());
    }
    for (index, wanted) in files {
        let Some(file) = gathered.get(index) else { continue };
        let Some(top) = file.read.artifacts.first() else {
            continue;
        };
        let path = |inside: &str| format!("{}{inside}", file.planned.path);
        let opened = Opened::open(&file.planned.file).ok();
        let same = opened
            .as_ref()
            .and_then(|opened| digest(opened).ok())
            .is_some_and(|(id, _)| Some(id) == top.sha256);
        match opened {
            Some(opened) if same => {
                if wanted.iter().all(|inside| inside.is_empty()) {
                    take(&path(""), Some(&opened));
                } else if let (Some(id), Ok(stamp)) = (top.sha256, opened.stamp()) {
                    let stop = std::sync::atomic::AtomicBool::new(false);
                    // Only the bytes are wanted, not the pages of PDFs among them.
                    let dispatch = Dispatch {
                        helper: None,
                        ..*dispatch
                    };
                    dispatch.read(&opened, id, stamp, &stop, &mut |inside, bytes| {
                        if wanted.contains(inside) {
                            take(&path(inside), Some(bytes));
                        }
                    });
                }
            }
            _ => {
                for inside in wanted {
                    take(&path(inside), None);
                }
            }
        }
    }
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
