//! The commands that need no assessment: `weigh`, `verify`, `indicators`.

use std::path::{Path, PathBuf};

use ascribe_assess::model_file::ModelFile;
use ascribe_assess::weigh::{Draws, weigh_printed};
use ascribe_intel::indicators;

use crate::{Ended, Failure, say};

/// A model file larger than this is refused.
const MODEL_BYTES_MAX: u64 = 256 << 20;

pub(crate) fn bytes_of(path: &Path, max: u64) -> Result<Vec<u8>, Failure> {
    let fail = |why: String| Failure::usage(format!("`{}`: {why}", path.display()));
    let len = std::fs::metadata(path)
        .map_err(|error| fail(error.to_string()))?
        .len();
    if len > max {
        return Err(fail(format!("{len} bytes, at most {max} are read")));
    }
    std::fs::read(path).map_err(|error| fail(error.to_string()))
}

/// `ascribe weigh FILE`: the answer of a model file as JSON; of `.jsonl` one answer a line.
pub(crate) fn weigh(file: &Path) -> Result<Ended, Failure> {
    let bytes = bytes_of(file, MODEL_BYTES_MAX)?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Failure::usage(format!("`{}` is not UTF-8: {error}", file.display())))?;
    let lines = file.extension().is_some_and(|ending| ending == "jsonl");
    let models: Vec<&str> = if lines {
        text.lines().filter(|line| !line.trim().is_empty()).collect()
    } else {
        vec![text.as_str()]
    };
    for (number, model) in models.into_iter().enumerate() {
        let fail = |error: &dyn std::error::Error| {
            let place = if lines {
                format!(" line {}", number.saturating_add(1))
            } else {
                String::new()
            };
            Failure::usage(format!("`{}`{place}: {}", file.display(), crate::chain(error)))
        };
        let model = ModelFile::from_json(model).map_err(|error| fail(&error))?;
        let printed = weigh_printed(&model, Draws::default()).map_err(|error| fail(&error))?;
        let json = if lines {
            serde_json::to_string(&printed)
        } else {
            serde_json::to_string_pretty(&printed)
        };
        say(&format!("{}\n", json.map_err(|error| fail(&error))?));
    }
    Ok(Ended::Well)
}

/// `ascribe verify FOLDER`: names every difference; exit 1 if there is one.
pub(crate) fn verify(folder: &Path, state: Option<PathBuf>) -> Result<Ended, Failure> {
    let verified = ascribe_case::verify::verify(folder, state).map_err(|error| Failure::of(&error))?;
    if verified.differences.is_empty() {
        say(&format!(
            "{} log entries replayed, every file as recorded\n",
            verified.entries
        ));
        return Ok(Ended::Well);
    }
    for difference in &verified.differences {
        say(&format!("{}\n", ascribe_report::shown::line(difference, 300)));
    }
    Ok(Ended::Different)
}

/// `ascribe indicators FILE…`: one JSON line per occurrence, with byte offsets.
pub(crate) fn indicators(files: &[PathBuf]) -> Result<Ended, Failure> {
    /// A file larger than this is refused here; a case streams.
    const BYTES_MAX: u64 = 4 << 30;
    for file in files {
        let bytes = bytes_of(file, BYTES_MAX)?;
        let mut lines = String::new();
        for found in indicators::in_bytes(&bytes) {
            let line = serde_json::json!({
                "kind": found.kind, "value": found.value, "raw": found.raw, "path": file.to_string_lossy(),
                "start": found.start, "end": found.end,
            });
            lines.push_str(&line.to_string());
            lines.push('\n');
        }
        say(&lines);
    }
    Ok(Ended::Well)
}
