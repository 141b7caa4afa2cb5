//! Writes `out/`: JSON with numbers of 12 significant digits, each file whole or not at all.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use ascribe_assess::weigh::round12;
use ascribe_model::ArtifactId;
use serde::Serialize;
use serde_json::Value;

use crate::run::{IncidentOutcome, RunError};

/// `value` as JSON text ending in a line feed, numbers rounded to 12 significant digits. Errors: a number that is not
/// finite, or a key that is no text.
pub fn json_text<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&rounded(value)?)?;
    text.push('\n');
    Ok(text)
}

/// `value` as [`json_text`] has it, on one line and without the line feed.
pub fn json_line<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(&rounded(value)?)
}

/// `value` as [`json_text`] has it, inside an array that is a field of the whole.
pub fn json_item(mut value: Value) -> Result<String, serde_json::Error> {
    round(&mut value);
    Ok(serde_json::to_string_pretty(&value)?.replace('\n', "\n    "))
}

fn rounded<T: Serialize>(value: &T) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(value)?;
    round(&mut value);
    Ok(value)
}

/// Rounds every number with a fraction to 12 significant digits; minus zero becomes zero.
fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            if let Some(number) = number
                .as_f64()
                .map(round12)
                .and_then(serde_json::Number::from_f64)
            {
                *value = Value::Number(number);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        _ => {}
    }
}

/// Makes the folder `path`. A symbolic link there is refused: what is written must stay where it was asked for.
pub fn folder(path: &Path) -> std::io::Result<()> {
    if std::fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()) {
        return Err(std::io::Error::other("it is a symbolic link"));
    }
    std::fs::create_dir_all(path)
}

/// Writes `text` to `path` by way of a file beside it, so that a reader sees the old or the new, never half. Gives its hash.
pub fn whole(path: &Path, text: &[u8]) -> std::io::Result<ArtifactId> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = (|| {
        // A leftover of a killed run with the same process id, or a link put there, must not be written through.
        let _ = std::fs::remove_file(&beside);
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside)?;
        file.write_all(text)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written.map(|()| ArtifactId::of(text))
}

/// Writes every file of `out/` and gives their hashes by path.
pub fn all(out: &Path, incidents: &[IncidentOutcome]) -> Result<BTreeMap<String, ArtifactId>, RunError> {
    let mut written = BTreeMap::new();
    let fail = |path: &Path| {
        let path = path.to_owned();
        move |source| RunError::Write { path, source }
    };
    folder(out).map_err(fail(out))?;
    for (index, one) in incidents.iter().enumerate() {
        let id = &one.assessment.incident;
        let texts = [
            ("assessment.json", json_text(&one.assessment).map(Cow::Owned)),
            ("model.json", json_text(&one.model).map(Cow::Owned)),
            ("statements.json", Ok(Cow::Borrowed(one.statements.as_str()))),
        ];
        let own = out.join(id);
        folder(&own).map_err(fail(&own))?;
        for (name, text) in texts {
            let text = text.map_err(|error| RunError::Write {
                path: own.join(name),
                source: error.into(),
            })?;
            for (folder, shown) in [(own.as_path(), format!("{id}/{name}")), (out, name.to_owned())] {
                if folder == out && index > 0 {
                    continue;
                }
                let path = folder.join(name);
                let sha256 = whole(&path, text.as_bytes()).map_err(fail(&path))?;
                written.insert(shown, sha256);
            }
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_have_twelve_significant_digits() {
        let text = json_text(
            &json!({"a": 0.1 + 0.2, "b": [1.0 / 3.0 * 1e-9, -0.0, 3], "c": 123_456_789.123_456_79}),
        )
        .unwrap();
        let back: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            back,
            json!({"a": 0.3, "b": [3.33333333333e-10, 0.0, 3], "c": 123_456_789.123})
        );
    }
}
