//! Whether the evidence is still what was read, and the log what was written.
//!
//! Reads only. Names every difference, the first one first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ascribe_model::limits::Budget;

use crate::file::{Opened, digest};
use crate::run::{RunError, look};
use crate::state::State;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many inputs were hashed.
    pub inputs: u64,
    /// How many entries of the log were replayed.
    pub entries: u64,
    /// Differences, in the order of the paths; the log's last.
    pub differences: Vec<String>,
}

/// Compares the case in `folder` with its state (at `state`, or in the folder). Errors: no state, or not a case.
pub fn verify(folder: &Path, state: Option<PathBuf>) -> Result<Verified, RunError> {
    let looked = look(folder, None, state, &[], Budget::default().files_max)?;
    if !looked.state.exists() {
        return Err(RunError::NoState { path: looked.state });
    }
    let db = State::open(&looked.state)?;
    let recorded = db.inputs()?;
    let mut now: BTreeMap<String, crate::walk::Planned> = BTreeMap::new();
    for planned in looked.plan.into_iter().chain(looked.notes) {
        now.insert(planned.path.clone(), planned);
    }
    let mut found = Verified {
        inputs: 0,
        entries: 0,
        differences: Vec::new(),
    };
    for input in recorded {
        let planned = now.remove(&input.path);
        let Some(expected) = input.sha256 else { continue };
        found.inputs = found.inputs.saturating_add(1);
        let Some(planned) = planned else {
            found.differences.push(format!("`{}` is gone", input.path));
            continue;
        };
        let hashed = Opened::open(&planned.file).and_then(|file| digest(&file));
        match hashed {
            Ok((id, _)) if id == expected => {}
            Ok((id, bytes)) => found.differences.push(format!(
                "`{}` changed: {expected} with {} bytes was read, {id} with {bytes} bytes is there",
                input.path, input.bytes
            )),
            Err(error) => found
                .differences
                .push(format!("`{}` cannot be read: {error}", input.path)),
        }
    }
    for (path, planned) in now {
        if planned.passed.is_none() {
            found
                .differences
                .push(format!("`{path}` is new and was not read"));
        }
    }
    match db.replay()? {
        Ok(entries) => found.entries = entries,
        Err(broken) => found.differences.push(broken.to_string()),
    }
    Ok(found)
}
