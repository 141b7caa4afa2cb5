//! Tests of `state`: what is taken, and what is refused with which words.

use std::sync::Arc;

use ascribe_model::{ArtifactId, Reading};

use super::{Keep, State, StateError, log, pack};
use crate::dispatch::{Artifact, FileRead, Status, not_read};

fn read(bytes: &[u8]) -> FileRead {
    let top = Artifact {
        sha256: Some(ArtifactId::of(bytes)),
        bytes: bytes.len() as u64,
        status: Status::Read,
        why: None,
        reading: Arc::new(Reading::default()),
        ..not_read(Status::Read, String::new())
    };
    FileRead {
        artifacts: vec![top],
        passing: false,
    }
}

fn keep(state: &mut State, path: &str, read: &FileRead) {
    let packed = pack(read);
    let file = Keep {
        path,
        top: &read.artifacts[0],
        packed: packed.as_deref(),
    };
    state.keep(&[file], "r", "t").unwrap();
}

#[test]
fn what_was_kept_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.ascribe");
    let mut state = State::open(&path).unwrap();
    keep(&mut state, "a", &read(b"a"));
    drop(state);
    let state = State::open(&path).unwrap();
    assert_eq!(state.file(ArtifactId::of(b"a"), "r").unwrap(), Some(read(b"a")));
    assert_eq!(state.file(ArtifactId::of(b"a"), "other recipe").unwrap(), None);
    assert_eq!(state.inputs().unwrap()[0].path, "a");
    assert_eq!(state.replay().unwrap(), Ok(1));
}

#[test]
fn a_passing_reading_is_not_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = State::open(&folder.path().join("s")).unwrap();
    let mut cut = read(b"a");
    cut.passing = true;
    keep(&mut state, "a", &cut);
    assert_eq!(state.file(ArtifactId::of(b"a"), "r").unwrap(), None);
    assert_eq!(state.inputs().unwrap().len(), 1);
}

#[test]
fn every_change_of_the_log_is_found() {
    for (sql, why) in [
        (
            "UPDATE log SET detail = replace(detail, 'b', 'c') WHERE seq = 2",
            "entry 2: it was changed",
        ),
        (
            "DELETE FROM log WHERE seq = 2",
            "entry 3: an entry before it is missing",
        ),
        (
            "DELETE FROM log WHERE seq = 3",
            "entry 2: entries after it are missing",
        ),
        (
            "UPDATE log SET before = hash WHERE seq = 2",
            "entry 2: it does not follow",
        ),
        (
            "UPDATE inputs SET sha256 = NULL WHERE path = 'b'",
            "says other than the log about `b`",
        ),
        (
            "DELETE FROM inputs WHERE path = 'c'",
            "says other than the log about `c`",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::open(&folder.path().join("s")).unwrap();
        for name in ["a", "b", "c"] {
            keep(&mut state, name, &read(name.as_bytes()));
        }
        assert_eq!(state.replay().unwrap(), Ok(3));
        if sql.contains("log") {
            assert!(state.db.execute(sql, []).is_err(), "the log is append-only");
            state
                .db
                .execute_batch("DROP TRIGGER log_keeps; DROP TRIGGER log_stays")
                .unwrap();
        }
        state.db.execute(sql, []).unwrap();
        let broken: log::Broken = state.replay().unwrap().unwrap_err();
        assert!(broken.to_string().contains(why), "{sql}: {broken}");
    }
}

#[test]
fn a_file_of_another_program_or_a_later_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    let db = rusqlite::Connection::open(&other).unwrap();
    db.execute_batch("CREATE TABLE t (x)").unwrap();
    drop(db);
    assert!(matches!(State::open(&other), Err(StateError::Format { .. })));
    let later = folder.path().join("later");
    let state = State::open(&later).unwrap();
    state.db.pragma_update(None, "user_version", 99).unwrap();
    drop(state);
    assert!(matches!(State::open(&later), Err(StateError::Format { .. })));
    std::fs::write(
        folder.path().join("text"),
        "not a database, by far not a database",
    )
    .unwrap();
    assert!(State::open(&folder.path().join("text")).is_err());
}

/// A file of every old version is kept in `fixtures/` and opened here.
#[test]
fn files_of_old_versions_open() {
    let folder = tempfile::tempdir().unwrap();
    for version in 1..=super::MIGRATIONS.len() {
        let kept = format!("{}/fixtures/state-{version}.ascribe", env!("CARGO_MANIFEST_DIR"));
        let copy = folder.path().join(format!("{version}"));
        std::fs::copy(kept, &copy).unwrap();
        let state = State::open(&copy).unwrap();
        assert_eq!(state.replay().unwrap(), Ok(1), "version {version}");
        assert_eq!(state.inputs().unwrap()[0].path, "a");
        assert!(state.file(ArtifactId::of(b"a"), "r").unwrap().is_some());
    }
}
