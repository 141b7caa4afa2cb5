//! The simulator after accounts is frozen: its sources have the hash that was recorded before anybody was scored on it.

use std::path::{Path, PathBuf};

use ascribe_model::ArtifactId;

/// Whether the sources of `accounts` have the recorded hash; that hash. Errors: what differs or could not be read.
pub fn check() -> Result<String, String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![own.join("accounts.rs")];
    let folder = own.join("accounts");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        files.push(entry.map_err(|error| error.to_string())?.path());
    }
    // In the order of `find … | LC_ALL=C sort`: `accounts.rs` sorts before `accounts/`.
    files.sort_by_key(|path| path.to_string_lossy().into_owned());
    let mut all = Vec::new();
    for file in files {
        all.extend(std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?);
    }
    let found = ArtifactId::of(&all).hex();
    let record: PathBuf = own.join("../../../record/accounts.sha256");
    let recorded =
        std::fs::read_to_string(record).map_err(|error| format!("record/accounts.sha256: {error}"))?;
    if found == recorded.trim() {
        Ok(found)
    } else {
        Err(format!(
            "crates/xtask/src/accounts has hash {found}, record/accounts.sha256 says {}: what is changed after it was scored is \
             another simulator, and voids the scores of the old one",
            recorded.trim()
        ))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_simulator_after_accounts_is_as_it_was_frozen() {
        super::check().unwrap();
    }
}
