//! Writes `out/`: JSON with numbers of 12 significant digits, each file whole or not at all.

use std::io::Write;
use std::path::Path;

use ascribe_model::ArtifactId;
use ascribe_model::moment::Precision;
use serde::Serialize;
use serde_json::{Value, json};

use crate::assemble::Item;

/// `value` as JSON text ending in a line feed, numbers rounded to 12 significant digits. Errors: a number that is not
/// finite, or a key that is no text.
pub fn json_text<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let mut value = serde_json::to_value(value)?;
    round(&mut value);
    let mut text = serde_json::to_string_pretty(&value)?;
    text.push('\n');
    Ok(text)
}

/// Rounds every number with a fraction to 12 significant digits; minus zero becomes zero.
fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let rounded = number
                .as_f64()
                .and_then(|number| format!("{number:.11e}").parse::<f64>().ok());
            let rounded = rounded.map(|number| if number == 0.0 { 0.0 } else { number });
            if let Some(number) = rounded.and_then(serde_json::Number::from_f64) {
                *value = Value::Number(number);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        _ => {}
    }
}

/// The documents of `out/statements.json`; statements, origins and conflicts are empty until they are read.
#[must_use]
pub fn statements<'a>(items: impl Iterator<Item = &'a Item>) -> Value {
    let documents: Vec<Value> = items
        .filter(|item| {
            matches!(
                item.artifact.reading.kind.as_str(),
                "text" | "markdown" | "html" | "pdf"
            )
        })
        .map(|item| {
            let about = &item.artifact.reading.document;
            let precision = about
                .published
                .as_ref()
                .map(|published| match published.precision() {
                    Precision::Year => "year",
                    Precision::Month => "month",
                    Precision::Day => "day",
                    Precision::Minute => "minute",
                    Precision::Second => "second",
                    Precision::Interval => "interval",
                });
            json!({
                "doc": item.path, "sha256": item.artifact.sha256, "title": about.title,
                "publisher": about.publisher, "published": about.published, "precision": precision,
            })
        })
        .collect();
    json!({
        "schema": "ascribe.statements/1", "documents": documents,
        "statements": [], "origins": [], "conflicts": [],
    })
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

#[cfg(test)]
mod tests {
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
