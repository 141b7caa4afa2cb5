//! Dated threat intelligence: documents as they came, and who says what of which party in them, as of a day.
//!
//! A store is a folder: `documents/` holds each file under its SHA-256, byte for byte, and `index.jsonl` a line for each with its
//! source, day and marking, chained by hashes. Nothing derived is kept: what a document says is read when it is asked for, so an
//! answer never rests on an older reader. Lines are only ever added. See docs/decisions/0008-intel-store.md.

mod claims;
pub mod view;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use ascribe_model::{ArtifactId, Day, Moment};
use serde::{Deserialize, Serialize};

pub use claims::{Claim, Object, Read, Subject, What, read};

/// The format that this build writes and reads.
const FORMAT: &str = "ascribe-intel/1";
/// Bytes of one document.
pub const DOCUMENT_BYTES_MAX: u64 = 1 << 30;
/// Bytes of an index.
const INDEX_BYTES_MAX: u64 = 64 << 20;

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk.
    #[error("cannot {doing} `{}`", path.display())]
    Disk {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A line of the index is not as it was written.
    #[error("line {line} of `{}` is damaged: {why}", path.display())]
    Damaged {
        /// The index.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The bytes of a document are not those that were added.
    #[error("document {0} is not what was added: its bytes have another SHA-256")]
    Changed(String),
    /// Nothing says since when a document is known.
    #[error("nothing in `{0}` says when it was published: give the day since when it is known")]
    Undated(String),
    /// No reader of intelligence knows the bytes.
    #[error("`{0}` is no intelligence that can be read (STIX, MISP event or galaxy, Navigator layer, CSV)")]
    Unknown(String),
    /// Too large.
    #[error("`{name}` has {bytes} bytes; at most {DOCUMENT_BYTES_MAX} are taken")]
    Large {
        /// Its name.
        name: String,
        /// Its length.
        bytes: u64,
    },
}

/// A document of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// `ascribe-intel/1`.
    pub format: String,
    /// SHA-256 of the line before; of nothing for the first.
    pub before: String,
    /// SHA-256 of the document.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Its file name when it was added.
    pub name: String,
    /// Since when it is known: stated, else the latest day in its content.
    pub known: String,
    /// Whether that day was stated.
    pub stated: bool,
    /// Who gave it, where stated.
    pub source: Option<String>,
    /// Marking, where stated.
    pub marking: Option<String>,
    /// Licence, where stated.
    pub licence: Option<String>,
}

impl Entry {
    /// The day since when it is known.
    #[must_use]
    pub fn day(&self) -> Option<Day> {
        Moment::parse(&self.known).ok().map(|known| known.last_day())
    }
}

/// What is said of a document when it is added.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Since when it is known.
    pub known: Option<Moment>,
    /// Who gave it.
    pub source: Option<String>,
    /// Marking.
    pub marking: Option<String>,
    /// Licence.
    pub licence: Option<String>,
}

/// A store that was opened.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    entries: Vec<Entry>,
    /// SHA-256 of the last line.
    last: String,
}

fn disk(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Disk { doing, path, source }
}

impl Store {
    /// Opens the store in `folder`, or an empty one where there is none yet. Errors: disk, a damaged index.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("index.jsonl");
        let mut store = Self {
            folder: folder.to_owned(),
            entries: Vec::new(),
            last: ArtifactId::of(b"").hex(),
        };
        let bytes = match fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(store),
            Err(error) => return Err(disk("open", &path)(error)),
            Ok(of) if of.len() > INDEX_BYTES_MAX => {
                let why = format!("it has more than {INDEX_BYTES_MAX} bytes");
                return Err(StoreError::Damaged { path, line: 1, why });
            }
            Ok(_) => fs::read(&path).map_err(disk("read", &path))?,
        };
        for (line, text) in (1_usize..).zip(bytes.split(|byte| *byte == b'\n')) {
            if text.is_empty() {
                continue;
            }
            let damaged = |why: String| StoreError::Damaged {
                path: path.clone(),
                line,
                why,
            };
            let entry: Entry = serde_json::from_slice(text).map_err(|error| damaged(error.to_string()))?;
            if entry.format != FORMAT {
                return Err(damaged(format!(
                    "format {}; this build reads {FORMAT}",
                    entry.format
                )));
            }
            if entry.before != store.last {
                return Err(damaged("the line before it was changed".to_owned()));
            }
            let is_hash =
                entry.sha256.len() == 64 && entry.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !is_hash || entry.day().is_none() {
                return Err(damaged("its hash or its day cannot be read".to_owned()));
            }
            store.last = ArtifactId::of(text).hex();
            store.entries.push(entry);
        }
        Ok(store)
    }

    /// The documents, in the order in which they were added.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds a document; one that is there already keeps its first day. Returns its entry and whether it is new.
    ///
    /// Errors: disk; bytes that nobody reads; no day stated and none in the content.
    pub fn add(&mut self, name: &str, bytes: &[u8], said: &Said) -> Result<(Entry, bool), StoreError> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if length > DOCUMENT_BYTES_MAX {
            return Err(StoreError::Large {
                name: name.to_owned(),
                bytes: length,
            });
        }
        let sha256 = ArtifactId::of(bytes).hex();
        if let Some(there) = self.entries.iter().find(|entry| entry.sha256 == sha256) {
            return Ok((there.clone(), false));
        }
        if !claims::is_intelligence(bytes) {
            return Err(StoreError::Unknown(name.to_owned()));
        }
        let known = match &said.known {
            Some(known) => known.last_day(),
            None => claims::published(bytes).ok_or_else(|| StoreError::Undated(name.to_owned()))?,
        };
        let documents = self.folder.join("documents");
        fs::create_dir_all(&documents).map_err(disk("make", &documents))?;
        let path = documents.join(&sha256);
        let mut file = tempfile::NamedTempFile::new_in(&documents).map_err(disk("write in", &documents))?;
        file.write_all(bytes).map_err(disk("write", &path))?;
        file.as_file().sync_all().map_err(disk("write", &path))?;
        file.persist(&path)
            .map_err(|error| disk("write", &path)(error.error))?;
        let entry = Entry {
            format: FORMAT.to_owned(),
            before: self.last.clone(),
            sha256,
            bytes: length,
            name: name.to_owned(),
            known: known.to_string(),
            stated: said.known.is_some(),
            source: said.source.clone(),
            marking: said.marking.clone(),
            licence: said.licence.clone(),
        };
        let index = self.folder.join("index.jsonl");
        let line = serde_json::to_string(&entry).map_err(|error| StoreError::Damaged {
            path: index.clone(),
            line: self.entries.len().saturating_add(1),
            why: error.to_string(),
        })?;
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&index)
            .map_err(disk("open", &index))?;
        file.write_all(format!("{line}\n").as_bytes())
            .map_err(disk("write", &index))?;
        file.sync_all().map_err(disk("write", &index))?;
        self.last = ArtifactId::of(line.as_bytes()).hex();
        self.entries.push(entry.clone());
        Ok((entry, true))
    }

    /// The bytes of a document. Errors: disk; bytes that are not those that were added.
    pub fn bytes(&self, entry: &Entry) -> Result<Vec<u8>, StoreError> {
        let path = self.folder.join("documents").join(&entry.sha256);
        let bytes = fs::read(&path).map_err(disk("read", &path))?;
        if ArtifactId::of(&bytes).hex() != entry.sha256 {
            return Err(StoreError::Changed(entry.sha256.clone()));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &[u8] = br#"{"type":"bundle","id":"bundle--1","objects":[{"type":"intrusion-set","id":"intrusion-set--1","name":"A","aliases":["B"],"modified":"2014-05-01T00:00:00Z"}]}"#;

    #[test]
    fn a_document_comes_back_as_it_was_and_a_changed_line_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let (entry, new) = store.add("a.json", ONE, &Said::default()).unwrap();
        assert!(new && !store.add("b.json", ONE, &Said::default()).unwrap().1);
        assert_eq!((entry.known.as_str(), entry.stated), ("2014-05-01", false));
        let second = [ONE, b"\n"].concat();
        store.add("c.json", &second, &Said::default()).unwrap();
        let again = Store::open(folder.path()).unwrap();
        assert_eq!(again.entries(), store.entries());
        assert_eq!(again.bytes(&entry).unwrap(), ONE);
        let index = folder.path().join("index.jsonl");
        let changed = fs::read_to_string(&index)
            .unwrap()
            .replacen("a.json", "x.json", 1);
        fs::write(&index, changed).unwrap();
        assert!(matches!(
            Store::open(folder.path()),
            Err(StoreError::Damaged { line: 2, .. })
        ));
        fs::write(folder.path().join("documents").join(&entry.sha256), b"{}").unwrap();
        assert!(matches!(again.bytes(&entry), Err(StoreError::Changed(_))));
    }

    #[test]
    fn what_nobody_reads_and_what_has_no_day_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        assert!(matches!(
            store.add("x", b"hello", &Said::default()),
            Err(StoreError::Unknown(_))
        ));
        let undated = br#"{"type":"bundle","id":"bundle--1","objects":[{"type":"intrusion-set","id":"intrusion-set--1","name":"A"}]}"#;
        assert!(matches!(
            store.add("x", undated, &Said::default()),
            Err(StoreError::Undated(_))
        ));
        assert!(store.entries().is_empty());
    }
}
