//! The case's memory: one SQLite file with what was read, what was found, every run and the audit log.
//!
//! What was committed survives the death of the process at any moment. A file of a newer version is refused.

pub mod log;
pub mod requests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use ascribe_model::ArtifactId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::dispatch::{Artifact, FileRead};

/// `case` in ASCII: says that a SQLite file is ours.
const APPLICATION: i32 = 0x6361_7365;
/// Each step brings a file from its index to the next version.
const MIGRATIONS: &[&str] = &[include_str!("schema-1.sql")];
/// The most that a stored reading may unpack to, in bytes.
const UNPACKED_BYTES_MAX: u64 = 4 << 30;

/// Why the state could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// SQLite said no.
    #[error("the case's state `{}` could not be used", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// Another program's file, or a newer version.
    #[error("`{}` is no state of a case that this build can use: {why}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// An input as it was last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Escaped path.
    pub path: String,
    /// Its hash then.
    pub sha256: Option<ArtifactId>,
    /// Its length then.
    pub bytes: u64,
    /// read, partial, unreadable, ignored.
    pub status: String,
}

/// An open state.
pub struct State {
    path: PathBuf,
    db: Connection,
}

impl State {
    /// Opens the state at `path`, made anew where there is none.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        let fail = |source| StateError::Sqlite {
            path: path.to_owned(),
            source,
        };
        let mut state = Self {
            path: path.to_owned(),
            db: Connection::open(path).map_err(fail)?,
        };
        state.prepare()?;
        Ok(state)
    }

    fn prepare(&mut self) -> Result<(), StateError> {
        let path = self.path.clone();
        let fail = |source| StateError::Sqlite {
            path: path.clone(),
            source,
        };
        self.db.busy_timeout(Duration::from_secs(10)).map_err(fail)?;
        let number = |name| self.db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let application = number("application_id").map_err(fail)?;
        let version = number("user_version").map_err(fail)?;
        let tables: i64 = self
            .db
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(fail)?;
        let format = |why: String| StateError::Format {
            path: path.clone(),
            why,
        };
        if application != i64::from(APPLICATION) && tables > 0 {
            return Err(format("it belongs to another program".to_owned()));
        }
        let done = usize::try_from(version).map_err(|error| format(error.to_string()))?;
        let Some(steps) = MIGRATIONS.get(done..) else {
            let known = MIGRATIONS.len();
            return Err(format(format!(
                "it has version {version}; this build reads up to {known}"
            )));
        };
        self.db.pragma_update(None, "journal_mode", "WAL").map_err(fail)?;
        self.db.pragma_update(None, "synchronous", "FULL").map_err(fail)?;
        self.db.pragma_update(None, "foreign_keys", true).map_err(fail)?;
        for (index, step) in steps.iter().enumerate() {
            let version = done.saturating_add(index).saturating_add(1);
            let change = self.db.transaction().map_err(fail)?;
            change.execute_batch(step).map_err(fail)?;
            change
                .pragma_update(None, "user_version", i64::try_from(version).unwrap_or(i64::MAX))
                .map_err(fail)?;
            change
                .pragma_update(None, "application_id", APPLICATION)
                .map_err(fail)?;
            change.commit().map_err(fail)?;
        }
        Ok(())
    }

    fn fail(&self) -> impl Fn(rusqlite::Error) -> StateError + use<> {
        let path = self.path.clone();
        move |source| StateError::Sqlite {
            path: path.clone(),
            source,
        }
    }

    /// What was read of these bytes under this recipe. Damaged rows count as none: they are read again.
    pub fn file(&self, sha256: ArtifactId, recipe: &str) -> Result<Option<FileRead>, StateError> {
        Ok(self.packed(sha256, recipe)?.and_then(|packed| unpack(&packed)))
    }

    /// The same, still packed: so that others need not wait while it is unpacked.
    pub fn packed(&self, sha256: ArtifactId, recipe: &str) -> Result<Option<Vec<u8>>, StateError> {
        self.db
            .prepare_cached("SELECT artifacts FROM files WHERE sha256 = ? AND recipe = ?")
            .and_then(|mut query| {
                let row = query.query_row(params![sha256.hex(), recipe], |row| row.get(0));
                row.optional()
            })
            .map_err(self.fail())
    }

    /// Keeps, in one transaction, that files were read now and what was seen, and says so in the log where it is new.
    pub fn keep(&mut self, files: &[Keep<'_>], recipe: &str, at: &str) -> Result<(), StateError> {
        let fail = self.fail();
        let change = self.db.transaction().map_err(&fail)?;
        for file in files {
            let sha256 = file.top.sha256.map(ArtifactId::hex);
            let bytes = i64::try_from(file.top.bytes).unwrap_or(i64::MAX);
            if let (Some(packed), Some(sha256)) = (file.packed, &sha256) {
                change
                    .prepare_cached(
                        "INSERT OR REPLACE INTO files (sha256, recipe, artifacts) VALUES (?, ?, ?)",
                    )
                    .and_then(|mut query| query.execute(params![sha256, recipe, packed]))
                    .map_err(&fail)?;
            }
            let status = file.top.status.text();
            record(&change, file.path, sha256.as_deref(), bytes, status, at).map_err(&fail)?;
        }
        change.commit().map_err(&fail)
    }

    /// Keeps that the note `path` was read now, and says so in the log if it is new or edited.
    pub fn keep_note(
        &mut self,
        path: &str,
        sha256: Option<ArtifactId>,
        bytes: u64,
        at: &str,
    ) -> Result<(), StateError> {
        let fail = self.fail();
        let sha256 = sha256.map(ArtifactId::hex);
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let change = self.db.transaction().map_err(&fail)?;
        record(&change, path, sha256.as_deref(), bytes, "note", at).map_err(&fail)?;
        change.commit().map_err(&fail)
    }

    /// Forgets inputs that are no longer in the case, and says so in the log.
    pub fn keep_only(
        &mut self,
        paths: &std::collections::BTreeSet<String>,
        at: &str,
    ) -> Result<(), StateError> {
        let gone: Vec<Recorded> = self
            .inputs()?
            .into_iter()
            .filter(|input| !paths.contains(&input.path))
            .collect();
        let fail = self.fail();
        let change = self.db.transaction().map_err(&fail)?;
        for input in gone {
            change
                .execute("DELETE FROM inputs WHERE path = ?", [&input.path])
                .map_err(&fail)?;
            let detail = serde_json::json!({ "path": input.path });
            log::append(&change, at, "input.gone", &detail).map_err(&fail)?;
        }
        change.commit().map_err(&fail)
    }

    /// Inputs as they were last read, by path.
    pub fn inputs(&self) -> Result<Vec<Recorded>, StateError> {
        let mut query = self
            .db
            .prepare("SELECT path, sha256, bytes, status FROM inputs ORDER BY path")
            .map_err(self.fail())?;
        let rows = query.query_map([], |row| {
            let sha256: Option<String> = row.get(1)?;
            Ok(Recorded {
                path: row.get(0)?,
                sha256: sha256.and_then(|text| ArtifactId::try_from(text).ok()),
                bytes: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                status: row.get(3)?,
            })
        });
        rows.and_then(Iterator::collect).map_err(self.fail())
    }

    /// Keeps a finished run with its findings: (incident, id, JSON).
    pub fn keep_run(
        &mut self,
        at: &str,
        as_of: Option<&str>,
        summary: &serde_json::Value,
        findings: &[(String, String, String)],
    ) -> Result<(), StateError> {
        let fail = self.fail();
        let change = self.db.transaction().map_err(&fail)?;
        change
            .execute(
                "INSERT INTO runs (at, as_of, summary) VALUES (?, ?, ?)",
                params![at, as_of, summary.to_string()],
            )
            .map_err(&fail)?;
        let run = change.last_insert_rowid();
        for (incident, id, finding) in findings {
            change
                .prepare_cached(
                    "INSERT OR REPLACE INTO findings (run, incident, id, finding) VALUES (?, ?, ?, ?)",
                )
                .and_then(|mut query| query.execute(params![run, incident, id, finding]))
                .map_err(&fail)?;
        }
        log::append(&change, at, "run.finished", summary).map_err(&fail)?;
        change.commit().map_err(&fail)
    }

    /// Replays the log: its length, or the first entry that does not fit. Also compares it with the inputs.
    pub fn replay(&self) -> Result<Result<u64, log::Broken>, StateError> {
        let recorded = self.inputs()?;
        log::replay(&self.db, &recorded).map_err(self.fail())
    }
}

/// Brings the table of inputs up to date, with an entry in the log where anything changed.
fn record(
    db: &Connection,
    path: &str,
    sha256: Option<&str>,
    bytes: i64,
    status: &str,
    at: &str,
) -> rusqlite::Result<()> {
    let before: Option<(Option<String>, String)> = db
        .prepare_cached("SELECT sha256, status FROM inputs WHERE path = ?")?
        .query_row([path], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if before.as_ref() == Some(&(sha256.map(str::to_owned), status.to_owned())) {
        return Ok(());
    }
    db.prepare_cached("INSERT OR REPLACE INTO inputs (path, sha256, bytes, status) VALUES (?, ?, ?, ?)")?
        .execute(params![path, sha256, bytes, status])?;
    let event = if before.is_some() {
        "input.changed"
    } else {
        "input.read"
    };
    let detail = serde_json::json!({ "path": path, "sha256": sha256, "bytes": bytes, "status": status });
    log::append(db, at, event, &detail)
}

/// A file as it is kept.
#[derive(Clone, Copy, Debug)]
pub struct Keep<'a> {
    /// Its escaped path.
    pub path: &'a str,
    /// The file itself.
    pub top: &'a Artifact,
    /// Its reading as [`pack`] gave it; none where it is kept already, or may come out otherwise the next time.
    pub packed: Option<&'a [u8]>,
}

/// A reading as it is kept; none where it may come out otherwise the next time, or cannot be written.
#[must_use]
pub fn pack(read: &FileRead) -> Option<Vec<u8>> {
    if read.passing {
        return None;
    }
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    serde_json::to_writer(std::io::BufWriter::new(&mut zlib), &read.artifacts).ok()?;
    zlib.finish().ok()
}

/// What [`State::packed`] gave; none where it is damaged.
#[must_use]
pub fn unpack(packed: &[u8]) -> Option<FileRead> {
    let zlib = flate2::read::ZlibDecoder::new(packed);
    let bounded = std::io::Read::take(zlib, UNPACKED_BYTES_MAX);
    let artifacts = serde_json::from_reader(std::io::BufReader::new(bounded)).ok()?;
    Some(FileRead {
        artifacts,
        passing: false,
    })
}

#[cfg(test)]
mod tests;
