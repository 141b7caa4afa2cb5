//! The commands that need no assessment: `weigh`, `verify`, `indicators`.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ascribe_assess::model_file::ModelFile;
use ascribe_assess::weigh::{Draws, Printed, weigh_printed};
use ascribe_case::cause::chain;
use ascribe_case::escape::escaped;
use ascribe_case::file::Opened;
use ascribe_intel::indicators;

use crate::{Ended, Failure, say, say_error};

/// A model file larger than this is refused.
const MODEL_BYTES_MAX: u64 = 256 << 20;

/// The bytes of a file that has at most `max` of them.
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
///
/// A line of a `.jsonl` without an answer gives `{"error":…}` in its place and exit code 3.
pub(crate) fn weigh(file: &Path) -> Result<Ended, Failure> {
    let bytes = bytes_of(file, MODEL_BYTES_MAX)?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Failure::usage(format!("`{}` is not UTF-8: {error}", file.display())))?;
    if file.extension().is_none_or(|ending| ending != "jsonl") {
        let answer = answer(&text).map_err(|why| Failure::usage(format!("`{}`: {why}", file.display())))?;
        let json = serde_json::to_string_pretty(&answer).map_err(|error| Failure::of(&error))?;
        say(&format!("{json}\n"));
        return Ok(Ended::Well);
    }
    let mut ended = Ended::Well;
    for (number, line) in (1_usize..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let json = match answer(line) {
            Ok(answer) => serde_json::to_string(&answer),
            Err(why) => {
                ended = Ended::Partial;
                serde_json::to_string(&serde_json::json!({ "error": format!("line {number}: {why}") }))
            }
        };
        say(&format!("{}\n", json.map_err(|error| Failure::of(&error))?));
    }
    Ok(ended)
}

fn answer(model: &str) -> Result<Printed, String> {
    let model = ModelFile::from_json(model).map_err(|error| chain(&error))?;
    weigh_printed(&model, Draws::default()).map_err(|error| chain(&error))
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

/// `ascribe indicators FILE…`: one JSON line per occurrence, with byte offsets. A file that cannot be read is said on
/// stderr and the others are read all the same.
pub(crate) fn indicators(files: &[PathBuf]) -> Result<Ended, Failure> {
    let mut lost = Vec::new();
    for file in files {
        match indicators_of(file) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => return Ok(Ended::Well),
            Err(why) => lost.push(format!("`{}`: {why}", file.display())),
        }
    }
    if lost.is_empty() {
        return Ok(Ended::Well);
    }
    if lost.len() == files.len() {
        return Err(Failure::usage(lost.join("\n")));
    }
    for line in lost {
        say_error(&format!("ascribe: {line}"));
    }
    Ok(Ended::Partial)
}

/// Prints the indicators of one file; breaks where nobody reads them any more.
fn indicators_of(file: &Path) -> std::io::Result<ControlFlow<()>> {
    /// Bytes read at a time.
    const CHUNK: usize = 1 << 20;
    // Links that are named are meant; what is opened in the end is a regular file.
    let real = file.canonicalize()?;
    if real.is_dir() {
        let text = "it is a folder; name files, or read a folder as a case with `ascribe run`";
        return Err(std::io::Error::other(text));
    }
    let opened = Opened::open(&real)?;
    let path = escaped(file.as_os_str().as_encoded_bytes());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut gone = false;
    indicators::in_artifact(&opened, CHUNK, &mut |found| {
        let line = serde_json::json!({
            "kind": found.kind, "value": found.value, "raw": found.raw, "path": path,
            "start": found.start, "end": found.end,
        });
        gone = writeln!(out, "{line}").is_err();
        if gone {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    let gone = out.flush().is_err() || gone;
    Ok(if gone {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    })
}
