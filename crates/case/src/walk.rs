//! Plans what to read: every file under the case folder that may be evidence, sorted, and what was passed over and why.
//!
//! Opens nothing but folders. Never follows a symbolic link.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::escape::escaped;

/// A file that may be evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Path in the case, bytes as they are, `/` between parts: the order of everything.
    pub raw: Vec<u8>,
    /// The same, escaped.
    pub path: String,
    /// Where to open it.
    pub file: PathBuf,
    /// Why it is not read, if so.
    pub passed: Option<Passed>,
}

/// Why something under the case folder is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passed {
    /// It is nothing to read; evidence may hide behind it.
    Ignored(String),
    /// It could not be read.
    Unreadable(String),
}

/// What is never evidence, beside `case.toml`, `notes/`, `out/`, `case.ascribe*`, and `truth.toml`, which says what was
/// established later and must not be read by what is scored against it.
#[derive(Clone, Debug, Default)]
pub struct Except {
    /// Files and folders, absolute.
    pub paths: Vec<PathBuf>,
}

/// The plan for `folder`, by path bytes: at most `files_max` entries, folders counted. What lies beyond is one row that
/// says so, the same one whatever order the file system gives. The error is that of opening the folder itself.
pub fn plan(folder: &Path, except: &Except, files_max: u64) -> std::io::Result<Vec<Planned>> {
    let mut found = Vec::new();
    let mut seen = 0u64;
    let mut open = entries(folder, b"", except)?;
    while let Some(entry) = open.pop() {
        seen = seen.saturating_add(1);
        if seen > files_max {
            let why =
                format!("the case has more than {files_max} files and folders; from here on nothing is read");
            found.push(passed(entry.raw, entry.file, Passed::Unreadable(why)));
            break;
        }
        match entry.kind {
            Ok(kind) if kind.is_symlink() => found.push(link(entry.raw, entry.file)),
            Ok(kind) if kind.is_dir() => match entries(&entry.file, &entry.raw, except) {
                Ok(inner) => open.extend(inner),
                Err(error) => found.push(passed(
                    entry.raw,
                    entry.file,
                    Passed::Unreadable(error.to_string()),
                )),
            },
            Ok(kind) if kind.is_file() => found.push(Planned {
                path: escaped(&entry.raw),
                raw: entry.raw,
                file: entry.file,
                passed: None,
            }),
            Ok(_) => {
                let why = "a device, pipe or socket".to_owned();
                found.push(passed(entry.raw, entry.file, Passed::Ignored(why)));
            }
            Err(why) => found.push(passed(entry.raw, entry.file, Passed::Unreadable(why))),
        }
    }
    found.sort_by(|a, b| a.raw.cmp(&b.raw));
    Ok(found)
}

/// Something in a folder. A folder's own path ends in `/`, so that paths sort as what lies in them does.
struct Entry {
    raw: Vec<u8>,
    file: PathBuf,
    kind: Result<std::fs::FileType, String>,
}

/// What stands directly in `path`, which is called `raw`, the last first.
fn entries(path: &Path, raw: &[u8], except: &Except) -> std::io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = match entry {
            Ok(entry) => entry,
            // What was listed so far is kept; the folder itself stands for the rest.
            Err(error) if !raw.is_empty() => {
                found.push(Entry {
                    raw: raw.to_vec(),
                    file: path.to_path_buf(),
                    kind: Err(error.to_string()),
                });
                break;
            }
            Err(error) => return Err(error),
        };
        let name = entry.file_name();
        let file = entry.path();
        if raw.is_empty() && is_ours(&name) || except.paths.contains(&file) {
            continue;
        }
        let mut inner = raw.to_vec();
        inner.extend_from_slice(name.as_encoded_bytes());
        let kind = entry.file_type().map_err(|error| error.to_string());
        if kind.as_ref().is_ok_and(std::fs::FileType::is_dir) {
            inner.push(b'/');
        }
        found.push(Entry {
            raw: inner,
            file,
            kind,
        });
    }
    found.sort_by(|a, b| b.raw.cmp(&a.raw));
    Ok(found)
}

/// The notes of a case: files in `notes/` that end in `.md`; everything else there is passed over.
pub fn notes(folder: &Path, files_max: u64) -> std::io::Result<Vec<Planned>> {
    let folder = folder.join("notes");
    match std::fs::symlink_metadata(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
        Ok(kind) if kind.is_symlink() => return Ok(vec![link(b"notes".to_vec(), folder)]),
        Ok(kind) if !kind.is_dir() => {
            let why = Passed::Ignored("not a folder".to_owned());
            return Ok(vec![passed(b"notes".to_vec(), folder, why)]);
        }
        Ok(_) => {}
    }
    let mut found = Vec::new();
    let lost = |error: std::io::Error| {
        passed(
            b"notes/".to_vec(),
            folder.clone(),
            Passed::Unreadable(error.to_string()),
        )
    };
    let listed = match std::fs::read_dir(&folder) {
        Ok(listed) => listed,
        Err(error) => return Ok(vec![lost(error)]),
    };
    for entry in listed {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.push(lost(error));
                break;
            }
        };
        let file = entry.path();
        let mut raw = b"notes/".to_vec();
        raw.extend_from_slice(entry.file_name().as_encoded_bytes());
        let kind = entry.file_type()?;
        if found.len() as u64 >= files_max {
            let why = format!("more than {files_max} notes; the rest is not read");
            found.push(passed(raw, file, Passed::Unreadable(why)));
            break;
        }
        if kind.is_symlink() {
            found.push(link(raw, file));
        } else if kind.is_dir() {
            raw.push(b'/');
            let why = "a folder inside notes/; notes stand directly in it".to_owned();
            found.push(passed(raw, file, Passed::Ignored(why)));
        } else if !kind.is_file() {
            found.push(passed(
                raw,
                file,
                Passed::Ignored("a device, pipe or socket".to_owned()),
            ));
        } else if raw.ends_with(b".md") {
            found.push(Planned {
                path: escaped(&raw),
                raw,
                file,
                passed: None,
            });
        } else {
            let why = "not a note: its name does not end in .md".to_owned();
            found.push(passed(raw, file, Passed::Ignored(why)));
        }
    }
    found.sort_by(|a, b| a.raw.cmp(&b.raw));
    Ok(found)
}

fn is_ours(name: &OsString) -> bool {
    let name = name.as_encoded_bytes();
    matches!(name, b"case.toml" | b"notes" | b"out" | b"truth.toml") || name.starts_with(b"case.ascribe")
}

fn passed(raw: Vec<u8>, file: PathBuf, why: Passed) -> Planned {
    Planned {
        path: escaped(&raw),
        raw,
        file,
        passed: Some(why),
    }
}

fn link(raw: Vec<u8>, file: PathBuf) -> Planned {
    let to = std::fs::read_link(&file).map_or_else(
        |_| "a place that cannot be read".to_owned(),
        |to| format!("`{}`", escaped(to.as_os_str().as_encoded_bytes())),
    );
    let why = format!("a symbolic link to {to}; links are not followed");
    passed(raw, file, Passed::Ignored(why))
}
