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

/// What is never evidence, beside `case.toml`, `notes/`, `out/` and `case.ascribe*`.
#[derive(Clone, Debug, Default)]
pub struct Except {
    /// Files and folders, absolute.
    pub paths: Vec<PathBuf>,
}

/// The plan for `folder`: at most `files_max` files, by path bytes. The error is that of opening the folder itself.
pub fn plan(folder: &Path, except: &Except, files_max: u64) -> std::io::Result<Vec<Planned>> {
    let mut found = Vec::new();
    let mut open = vec![(Vec::new(), folder.to_path_buf())];
    let mut first = true;
    while let Some((raw, path)) = open.pop() {
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if first => return Err(error),
            Err(error) => {
                let mut raw = raw;
                raw.push(b'/');
                found.push(passed(raw, path, Passed::Unreadable(error.to_string())));
                continue;
            }
        };
        let top = std::mem::replace(&mut first, false);
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let mut raw = raw.clone();
                    raw.push(b'/');
                    found.push(passed(raw, path.clone(), Passed::Unreadable(error.to_string())));
                    break;
                }
            };
            let name = entry.file_name();
            if top && is_ours(&name) {
                continue;
            }
            let file = entry.path();
            if except.paths.contains(&file) {
                continue;
            }
            let mut inner = raw.clone();
            if !inner.is_empty() {
                inner.push(b'/');
            }
            inner.extend_from_slice(name.as_encoded_bytes());
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => found.push(link(inner, file)),
                Ok(kind) if kind.is_dir() => open.push((inner, file)),
                Ok(kind) if kind.is_file() => {
                    if found.len() as u64 >= files_max {
                        let why = format!("the case has more than {files_max} files; the rest is not read");
                        found.push(passed(inner, file, Passed::Unreadable(why)));
                        open.clear();
                        break;
                    }
                    found.push(Planned {
                        path: escaped(&inner),
                        raw: inner,
                        file,
                        passed: None,
                    });
                }
                Ok(_) => {
                    let why = "a device, pipe or socket".to_owned();
                    found.push(passed(inner, file, Passed::Ignored(why)));
                }
                Err(error) => found.push(passed(inner, file, Passed::Unreadable(error.to_string()))),
            }
        }
    }
    found.sort_by(|a, b| a.raw.cmp(&b.raw));
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
    for entry in std::fs::read_dir(&folder)? {
        let entry = entry?;
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
    matches!(name, b"case.toml" | b"notes" | b"out") || name.starts_with(b"case.ascribe")
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
