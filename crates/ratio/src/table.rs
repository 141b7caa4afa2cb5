//! Reads a table of scores: columns `score`, `label`, `family` in any order, one pair a line.
//!
//! Comma, semicolon or tab; quotes as in RFC 4180, closed on their own line. Labels: 1, same, true, h1, hp or
//! 0, different, false, h2, hd. Other columns are left alone and named. Errors name the line.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::runs::RunsError;
use crate::sample::{Row, Sample};

/// What a table holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The rows.
    pub sample: Sample,
    /// Columns that were not used.
    pub unused_columns: Vec<String>,
}

/// Says what is wrong with a table, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Not text.
    #[error("line {line}: not UTF-8 text")]
    NotText {
        /// From 1.
        line: usize,
    },
    /// No line at all.
    #[error("the table is empty: a header with score, label and family is needed")]
    Empty,
    /// A column is missing.
    #[error("line 1: no column `{missing}`; found {found}. A header with score, label and family is needed")]
    NoColumn {
        /// Which.
        missing: &'static str,
        /// Columns that are there.
        found: String,
    },
    /// A column stands there twice.
    #[error("line 1: column `{column}` stands there twice")]
    Twice {
        /// Which.
        column: &'static str,
    },
    /// A line has more or fewer fields than the header.
    #[error("line {line}: {got} fields, the header has {wanted}")]
    Fields {
        /// From 1.
        line: usize,
        /// In the line.
        got: usize,
        /// In the header.
        wanted: usize,
    },
    /// A quote is not closed.
    #[error("line {line}: a quote is not closed on its line")]
    Quote {
        /// From 1.
        line: usize,
    },
    /// A score is no number.
    #[error("line {line}: score `{value}` is not a number (infinite ones are `inf` and `-inf`)")]
    Score {
        /// From 1.
        line: usize,
        /// As it stands there.
        value: String,
    },
    /// A label is unknown.
    #[error("line {line}: label `{value}` is neither 1 (same) nor 0 (different)")]
    Label {
        /// From 1.
        line: usize,
        /// As it stands there.
        value: String,
    },
    /// A family is empty.
    #[error("line {line}: no family; every pair needs one, since pairs of one family are not independent")]
    Family {
        /// From 1.
        line: usize,
    },
    /// The rows are no data.
    #[error(transparent)]
    Rows(#[from] RunsError),
}

const COLUMNS: [&str; 3] = ["score", "label", "family"];
/// Characters of a wrong value that a message shows.
const SHOWN_CHARS_MAX: usize = 40;

/// The table that `bytes` hold.
pub fn read(bytes: &[u8]) -> Result<Table, TableError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = core::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        TableError::NotText {
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        }
    })?;
    let mut lines = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .zip(1..);
    let Some((header, _)) = lines.next().filter(|(header, _)| !header.trim().is_empty()) else {
        return Err(TableError::Empty);
    };
    let layout = Layout::of(header)?;
    let mut rows = Vec::new();
    let mut families: Vec<String> = Vec::new();
    let mut index_of: HashMap<String, u32> = HashMap::new();
    let mut last = 0_u32;
    for (text, line) in lines.filter(|(text, _)| !text.trim().is_empty()) {
        let [score, label, family] = layout.fields(text, line)?;
        let value = score
            .parse::<f64>()
            .ok()
            .filter(|value| !value.is_nan())
            .ok_or_else(|| TableError::Score {
                line,
                value: shown(&score),
            })?;
        let same = same_of(&label).ok_or_else(|| TableError::Label {
            line,
            value: shown(&label),
        })?;
        if family.is_empty() {
            return Err(TableError::Family { line });
        }
        // Rows of one family mostly follow each other.
        if families.get(last as usize).is_none_or(|name| *name != family) {
            last = match index_of.get(family.as_ref()) {
                Some(&index) => index,
                None => {
                    let index = u32::try_from(families.len()).unwrap_or(u32::MAX);
                    if index > u32::MAX / 2 {
                        return Err(RunsError::TooMany.into());
                    }
                    families.push(family.as_ref().to_owned());
                    index_of.insert(family.into_owned(), index);
                    index
                }
            };
        }
        rows.push(Row {
            score: value,
            same,
            family: last,
        });
    }
    Ok(Table {
        sample: Sample::new(rows, &families)?,
        unused_columns: layout.unused,
    })
}

fn shown(value: &str) -> String {
    let mut text: String = value
        .chars()
        .take(SHOWN_CHARS_MAX)
        .map(|character| {
            if character.is_control() {
                '\u{FFFD}'
            } else {
                character
            }
        })
        .collect();
    if value.chars().nth(SHOWN_CHARS_MAX).is_some() {
        text.push('…');
    }
    text
}

fn same_of(label: &str) -> Option<bool> {
    const SAME: [&str; 6] = ["1", "same", "true", "h1", "hp", "1.0"];
    const DIFFERENT: [&str; 6] = ["0", "different", "false", "h2", "hd", "0.0"];
    let among = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(label));
    if among(&SAME) {
        Some(true)
    } else if among(&DIFFERENT) {
        Some(false)
    } else {
        None
    }
}

struct Layout {
    separator: char,
    /// Where score, label and family stand.
    places: [usize; 3],
    columns: usize,
    unused: Vec<String>,
}

impl Layout {
    fn of(header: &str) -> Result<Self, TableError> {
        let separator = [',', ';', '\t']
            .into_iter()
            .max_by_key(|separator| (header.matches(*separator).count(), *separator == ','))
            .unwrap_or(',');
        let mut names = Vec::new();
        split(header, separator, 1, |_, field| {
            names.push(field.trim().to_ascii_lowercase());
        })?;
        let mut places = [0_usize; 3];
        for (column, place) in COLUMNS.into_iter().zip(&mut places) {
            let mut found = names.iter().zip(0..).filter(|(name, _)| *name == column);
            let Some((_, first)) = found.next() else {
                return Err(TableError::NoColumn {
                    missing: column,
                    found: shown(&names.join(", ")),
                });
            };
            if found.next().is_some() {
                return Err(TableError::Twice { column });
            }
            *place = first;
        }
        Ok(Self {
            separator,
            places,
            columns: names.len(),
            unused: names
                .iter()
                .filter(|name| !COLUMNS.contains(&name.as_str()))
                .map(|name| shown(name))
                .collect(),
        })
    }

    fn fields<'a>(&self, text: &'a str, line: usize) -> Result<[Cow<'a, str>; 3], TableError> {
        let mut found: [Cow<'a, str>; 3] = Default::default();
        let mut got = 0;
        split(text, self.separator, line, |index, field| {
            got = index + 1;
            for (place, slot) in self.places.iter().zip(&mut found) {
                if *place == index {
                    *slot = match &field {
                        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
                        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
                    };
                }
            }
        })?;
        if got == self.columns {
            Ok(found)
        } else {
            Err(TableError::Fields {
                line,
                got,
                wanted: self.columns,
            })
        }
    }
}

/// Calls `each` with the number and text of every field of a line.
fn split<'a>(
    text: &'a str,
    separator: char,
    line: usize,
    mut each: impl FnMut(usize, Cow<'a, str>),
) -> Result<(), TableError> {
    if !text.contains('"') {
        for (index, field) in text.split(separator).enumerate() {
            each(index, Cow::Borrowed(field));
        }
        return Ok(());
    }
    let mut field = String::new();
    let mut index = 0;
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if quoted => quoted = false,
            '"' if field.trim().is_empty() => {
                field.clear();
                quoted = true;
            }
            other if other == separator && !quoted => {
                each(index, Cow::Owned(core::mem::take(&mut field)));
                index += 1;
            }
            other => field.push(other),
        }
    }
    if quoted {
        return Err(TableError::Quote { line });
    }
    each(index, Cow::Owned(field));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn columns_in_any_order_quotes_and_other_separators() {
        let plain = read(b"score,label,family\n1.5,1,a\n-2,0,b\n").unwrap();
        for text in [
            "\u{FEFF}family;note;Score;LABEL\r\na;x;1.5;same\r\n\r\nb;;-2;Different\r\n",
            "label\tscore\tfamily\ntrue\t1.5\t\"a\"\nfalse\t-2e0\tb",
            "\"family\",\"x\",\"score\",\"label\"\n\"a\",\"1,\"\"2\"\"\",\"1.5\",h1\nb,,-2,H2\n",
        ] {
            assert_eq!(read(text.as_bytes()).unwrap().sample, plain.sample, "{text}");
        }
        assert_eq!(plain.sample.families(), ["a", "b"]);
        assert_eq!(
            read(b"score,label,family,id\n1,1,a,7\n0,0,a,8\n")
                .unwrap()
                .unused_columns,
            ["id"]
        );
    }

    #[test]
    fn every_error_names_its_line() {
        assert!(failure("").contains("empty"));
        assert!(failure("1,1,a\n").contains("no column `score`"));
        assert!(failure("score,label,score,family\n").contains("twice"));
        assert!(failure("score,label,family\n1,1,a\n1,1\n").starts_with("line 3: 2 fields"));
        assert!(failure("score,label,family\nnan,1,a\n").starts_with("line 2: score `nan`"));
        assert!(failure("score,label,family\n,1,a\n").starts_with("line 2: score ``"));
        assert!(failure("score,label,family\n1,maybe,a\n").starts_with("line 2: label `maybe`"));
        assert!(failure("score,label,family\n1,1,\n").starts_with("line 2: no family"));
        assert!(failure("score,label,family\n1,1,\"a\n").starts_with("line 2: a quote"));
        assert!(failure("score,label,family\n1,1,a\n").contains("no different pairs"));
        assert!(
            read(b"score,label,family\n1,1,a\n1,0,\xFF\n")
                .unwrap_err()
                .to_string()
                .starts_with("line 3")
        );
    }

    #[test]
    fn infinite_scores_are_scores() {
        let table = read(b"score,label,family\ninf,1,a\n-inf,0,b\n").unwrap();
        assert_eq!(table.sample.rows().len(), 2);
    }
}
