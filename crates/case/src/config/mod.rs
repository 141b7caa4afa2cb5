//! Reads case.toml strictly and fills every default.
//!
//! All problems are found in one reading: unknown keys with the nearest known one, wrong types with what was expected,
//! ids that name nothing, hypotheses that contradict each other. Source: CASE, "case.toml".

pub mod case;
mod check;
mod collect;
pub mod nearest;
pub mod sheet;
mod tables;
mod what_if;
mod world;

pub use case::{Case, Collect, EvidenceEntry, Hypothesis, Standard, WhatIf};
pub use check::ALWAYS;
pub use sheet::Problem;

use sheet::Sheet;

/// The largest case.toml or note that is read, in bytes.
pub const WRITTEN_BYTES_MAX: u64 = 16 << 20;

/// Reads the text of case.toml. Errors: every problem, by line.
pub fn read(text: &[u8]) -> Result<Case, Vec<Problem>> {
    let whole = |message: &str, line| {
        vec![Problem {
            path: "case.toml".to_owned(),
            line,
            message: message.to_owned(),
            hint: None,
        }]
    };
    let sha256 = ascribe_model::ArtifactId::of(text);
    let text = match std::str::from_utf8(text) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let before = text.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            return Err(whole("not UTF-8", Some(line)));
        }
    };
    let mut sheet = Sheet::new("case.toml", text, 0);
    let table = sheet.parse();
    if sheet.problems() > 0 {
        return Err(sheet.finish().0);
    }
    let case = tables::case(&mut sheet, &table, sha256);
    let (problems, warnings) = sheet.finish();
    match case {
        Some(mut case) if problems.is_empty() => {
            case.warnings = warnings;
            Ok(case)
        }
        _ if problems.is_empty() => Err(whole("the case has no name", None)),
        _ => Err(problems),
    }
}

#[cfg(test)]
mod tests;
