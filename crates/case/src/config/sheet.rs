//! Reads TOML strictly: every key known, every type as expected, every problem kept with its line.
//!
//! Knows nothing of what the keys mean. Problems are collected, never stopped at, so that one reading names all.

use std::fmt;
use std::ops::Range as Bytes;

use ascribe_model::moment::{Clock, Precision};
use ascribe_model::{Moment, Range};
use jiff::tz::{Offset, TimeZone};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Problems kept of one file; the rest is counted. A file of nothing but mistakes must not make a page of them.
const PROBLEMS_MAX: usize = 100;

/// A value and where it is written.
pub type Value<'i> = Spanned<DeValue<'i>>;

/// One thing that is wrong with a file that an analyst wrote.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, relative to the case folder.
    pub path: String,
    /// Line, from 1; none where it concerns the whole file.
    pub line: Option<u64>,
    /// What is wrong.
    pub message: String,
    /// What to try.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
        }
        write!(out, ": {}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(out, " ({hint})")?;
        }
        Ok(())
    }
}

/// A file being read, with the problems found so far.
pub struct Sheet<'t> {
    path: &'t str,
    text: &'t str,
    lines_before: u64,
    /// The time zone of its days, where one is stated.
    zone: Option<TimeZone>,
    /// Where line feeds stand.
    breaks: Vec<usize>,
    problems: Vec<Problem>,
    /// Problems beyond the bound.
    more: u64,
    warnings: Vec<Problem>,
}

impl<'t> Sheet<'t> {
    /// A sheet over `text`, the part of file `path` that begins after `lines_before` lines.
    #[must_use]
    pub fn new(path: &'t str, text: &'t str, lines_before: u64) -> Self {
        Self {
            path,
            text,
            lines_before,
            zone: None,
            breaks: text.match_indices('\n').map(|(at, _)| at).collect(),
            problems: Vec::new(),
            more: 0,
            warnings: Vec::new(),
        }
    }

    /// Days are those of `zone` from here on.
    pub fn in_zone(&mut self, zone: Option<TimeZone>) {
        self.zone = zone;
    }

    /// The table that the text holds; syntax errors become problems.
    pub fn parse(&mut self) -> DeTable<'t> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            self.problem(at, format!("not TOML: {}", plain(error.message())), None);
        }
        table.into_inner()
    }

    /// Keeps a problem at byte `at`.
    pub fn problem(&mut self, at: usize, message: impl Into<String>, hint: Option<String>) {
        if self.problems.len() >= PROBLEMS_MAX {
            self.more = self.more.saturating_add(1);
            return;
        }
        let problem = self.at(at, message.into(), hint);
        self.problems.push(problem);
    }

    /// Keeps a warning at byte `at`.
    pub fn warn(&mut self, at: usize, message: impl Into<String>, hint: Option<String>) {
        if self.warnings.len() < PROBLEMS_MAX {
            let warning = self.at(at, message.into(), hint);
            self.warnings.push(warning);
        }
    }

    fn at(&self, at: usize, message: String, hint: Option<String>) -> Problem {
        Problem {
            path: self.path.to_owned(),
            line: Some(self.line(at)),
            message,
            hint,
        }
    }

    /// Line of byte `at` in the whole file, from 1.
    #[must_use]
    pub fn line(&self, at: usize) -> u64 {
        let breaks = self.breaks.partition_point(|feed| *feed < at) as u64;
        self.lines_before.saturating_add(breaks).saturating_add(1)
    }

    /// The text as written at `span`.
    #[must_use]
    pub fn written(&self, span: Bytes<usize>) -> &'t str {
        self.text.get(span).unwrap_or_default()
    }

    /// Problems by line, and warnings by line.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Problem>, Vec<Problem>) {
        self.problems.sort();
        self.problems.dedup();
        if self.more > 0 {
            self.problems.push(Problem {
                path: self.path.to_owned(),
                line: None,
                message: format!("{} more problems are not listed", self.more),
                hint: None,
            });
        }
        self.warnings.sort();
        self.warnings.dedup();
        (self.problems, self.warnings)
    }

    /// How many problems were found so far.
    #[must_use]
    pub fn problems(&self) -> usize {
        self.problems.len()
    }

    fn wrong(&mut self, key: &str, value: &Value<'_>, expected: &str) {
        let message = format!("`{key}` must be {expected}, not {}", describe(value.get_ref()));
        self.problem(value.span().start, message, None);
    }

    /// A string.
    pub fn string(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text.to_string());
        }
        self.wrong(key, value, "a string");
        None
    }

    /// A string with something in it.
    pub fn filled(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        let text = self.string(key, value)?;
        if text.trim().is_empty() {
            self.problem(value.span().start, format!("`{key}` is empty"), None);
            return None;
        }
        Some(text)
    }

    /// An array of strings, each with the byte it is written at.
    pub fn strings(&mut self, key: &str, value: &Value<'_>) -> Vec<(String, usize)> {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(key, value, "an array of strings");
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in items {
            if let Some(text) = self.filled(key, item) {
                found.push((text, item.span().start));
            }
        }
        found
    }

    /// true or false.
    pub fn truth(&mut self, key: &str, value: &Value<'_>) -> Option<bool> {
        if let DeValue::Boolean(truth) = value.get_ref() {
            return Some(*truth);
        }
        self.wrong(key, value, "true or false");
        None
    }

    /// A whole number.
    pub fn integer(&mut self, key: &str, value: &Value<'_>) -> Option<i64> {
        if let DeValue::Integer(number) = value.get_ref()
            && let Ok(number) = i64::from_str_radix(number.as_str(), number.radix())
        {
            return Some(number);
        }
        self.wrong(key, value, "a whole number");
        None
    }

    /// A whole number from 0.
    pub fn count(&mut self, key: &str, value: &Value<'_>) -> Option<u64> {
        let number = self.integer(key, value)?;
        let count = u64::try_from(number).ok();
        if count.is_none() {
            self.problem(value.span().start, format!("`{key}` must not be negative"), None);
        }
        count
    }

    fn finite(&mut self, key: &str, value: &Value<'_>) -> Option<f64> {
        let number = match value.get_ref() {
            #[expect(clippy::cast_precision_loss, reason = "elicited numbers are small")]
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .ok()
                .map(|number| number as f64),
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            _ => {
                self.wrong(key, value, "a number");
                return None;
            }
        };
        match number {
            Some(number) if number.is_finite() => Some(number),
            _ => {
                let text = plain(self.written(value.span()));
                self.problem(
                    value.span().start,
                    format!("`{key}` must be a finite number, not {text}"),
                    None,
                );
                None
            }
        }
    }

    /// A number above 0.
    pub fn positive(&mut self, key: &str, value: &Value<'_>) -> Option<f64> {
        let number = self.finite(key, value)?;
        if number > 0.0 {
            return Some(number);
        }
        self.problem(
            value.span().start,
            format!("`{key}` must be above 0, not {number}"),
            None,
        );
        None
    }

    /// A number from 0 to 1.
    pub fn share(&mut self, key: &str, value: &Value<'_>) -> Option<f64> {
        let number = self.finite(key, value)?;
        if (0.0..=1.0).contains(&number) {
            return Some(number);
        }
        self.problem(
            value.span().start,
            format!("`{key}` must lie in 0 to 1, not {number}"),
            None,
        );
        None
    }

    /// A number, or `[low, point, high]`.
    pub fn range(&mut self, key: &str, value: &Value<'_>) -> Option<Range> {
        let numbers = match value.get_ref() {
            DeValue::Integer(_) | DeValue::Float(_) => {
                let number = self.finite(key, value)?;
                [number, number, number]
            }
            DeValue::Array(items) => {
                let [low, point, high] = items.iter().collect::<Vec<_>>()[..] else {
                    self.wrong(key, value, "a number or [low, point, high]");
                    return None;
                };
                let numbers = (
                    self.finite(key, low),
                    self.finite(key, point),
                    self.finite(key, high),
                );
                let (Some(low), Some(point), Some(high)) = numbers else {
                    return None;
                };
                [low, point, high]
            }
            _ => {
                self.wrong(key, value, "a number or [low, point, high]");
                return None;
            }
        };
        let [low, point, high] = numbers;
        match Range::new(low, point, high) {
            Ok(range) => Some(range),
            Err(error) => {
                self.problem(value.span().start, format!("`{key}`: {error}"), None);
                None
            }
        }
    }

    /// A probability, or `[low, point, high]` of probabilities.
    pub fn probability(&mut self, key: &str, value: &Value<'_>) -> Option<Range> {
        let range = self.range(key, value)?;
        if range.is_probability() {
            return Some(range);
        }
        self.problem(
            value.span().start,
            format!("`{key}` must hold probabilities from 0 to 1"),
            None,
        );
        None
    }

    /// A date as a TOML date or as a string, in the precision it is written in.
    pub fn moment(&mut self, key: &str, value: &Value<'_>) -> Option<Moment> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(_) => self.written(value.span()).to_owned(),
            DeValue::Integer(number) => {
                let hint = Some(format!("write it as a string: {key} = \"{}\"", number.as_str()));
                let message = format!("`{key}` must be a date, not an integer");
                self.problem(value.span().start, message, hint);
                return None;
            }
            _ => {
                self.wrong(key, value, "a date (a TOML date or a string such as \"2014-11\")");
                return None;
            }
        };
        match Moment::parse(&text) {
            Ok(moment) => Some(moment),
            Err(error) => {
                self.problem(
                    value.span().start,
                    format!("`{key}`: {}", plain(&error.to_string())),
                    None,
                );
                None
            }
        }
    }

    /// A moment that counts by its day. An instant with an offset falls on the day that it was in the stated time zone,
    /// and is written so from here on; what has no offset was written in that zone.
    pub fn dated(&mut self, key: &str, value: &Value<'_>) -> Option<Moment> {
        let moment = self.moment(key, value)?;
        let Some(zone) = &self.zone else {
            return Some(moment);
        };
        let parts: Vec<String> = moment
            .text()
            .split("..")
            .map(|part| {
                let part = part.trim();
                let there = Moment::parse(part).ok().and_then(|one| at_home(&one, zone));
                there.unwrap_or_else(|| part.to_owned())
            })
            .collect();
        // An interval whose ends lie within one change of the clocks could turn round; then it stays as it is.
        Some(Moment::parse(&parts.join("..")).unwrap_or(moment))
    }

    /// A word out of a closed list.
    pub fn word<T: Copy>(
        &mut self,
        key: &str,
        value: &Value<'_>,
        all: &[T],
        text_of: fn(T) -> &'static str,
    ) -> Option<T> {
        let text = self.string(key, value)?;
        if let Some(word) = all.iter().copied().find(|word| text_of(*word) == text) {
            return Some(word);
        }
        let words: Vec<&str> = all.iter().map(|word| text_of(*word)).collect();
        self.problem(
            value.span().start,
            format!(
                "`{key}` must be one of {}, not `{}`",
                words.join(", "),
                plain(&text)
            ),
            super::nearest::hint(&text, words.iter().copied()),
        );
        None
    }

    /// The tables of an array of tables; one table alone is wrong.
    pub fn tables<'a, 'i>(&mut self, key: &str, value: &'a Value<'i>) -> Vec<(&'a DeTable<'i>, usize)> {
        let DeValue::Array(items) = value.get_ref() else {
            let expected = format!("an array of tables ([[{key}]])");
            self.wrong(key, value, &expected);
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in items {
            if let DeValue::Table(table) = item.get_ref() {
                found.push((table, item.span().start));
            } else {
                self.wrong(key, item, "a table");
            }
        }
        found
    }

    /// A table.
    pub fn table<'a, 'i>(&mut self, key: &str, value: &'a Value<'i>) -> Option<&'a DeTable<'i>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.wrong(key, value, "a table");
        None
    }

    /// The fields of a table called `what`; keys outside `keys` become problems.
    pub fn fields<'a, 'i>(
        &mut self,
        what: &str,
        table: &'a DeTable<'i>,
        at: usize,
        keys: &[&str],
    ) -> Fields<'a, 'i> {
        for (key, _) in table.iter() {
            let name: &str = key.get_ref();
            if !keys.contains(&name) {
                self.problem(
                    key.span().start,
                    format!("unknown key `{}` in {what}", plain(name)),
                    super::nearest::hint(name, keys.iter().copied()),
                );
            }
        }
        Fields {
            what: what.to_owned(),
            at,
            table,
        }
    }
}

/// An instant with an offset, as a clock in `zone` shows it; none for what has no offset.
fn at_home(moment: &Moment, zone: &TimeZone) -> Option<String> {
    let Clock::Offset(seconds) = moment.clock() else {
        return None;
    };
    let stamp = Offset::from_seconds(seconds)
        .ok()?
        .to_timestamp(moment.first())
        .ok()?;
    let there = stamp.to_zoned_datetime(zone.clone());
    let form = if moment.precision() == Precision::Minute {
        "%Y-%m-%dT%H:%M%:z"
    } else {
        "%Y-%m-%dT%H:%M:%S%.f%:z"
    };
    Some(there.strftime(form).to_string())
}

/// A table whose keys were checked.
pub struct Fields<'a, 'i> {
    /// What it is, for messages: `[[actor]]`.
    pub what: String,
    /// Byte of its header.
    pub at: usize,
    table: &'a DeTable<'i>,
}

impl<'a, 'i> Fields<'a, 'i> {
    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a Value<'i>> {
        self.table
            .iter()
            .find(|(name, _)| name.get_ref() == key)
            .map(|(_, value)| value)
    }

    /// Where `key` is written, or the table.
    #[must_use]
    pub fn place(&self, key: &str) -> usize {
        self.get(key).map_or(self.at, |value| value.span().start)
    }

    /// The value of a key that must be there; its absence becomes a problem.
    pub fn need(&self, sheet: &mut Sheet<'_>, key: &str) -> Option<&'a Value<'i>> {
        let value = self.get(key);
        if value.is_none() {
            sheet.problem(self.at, format!("{} has no `{key}`", self.what), None);
        }
        value
    }
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// At most 80 characters of `text` on one line, without control characters: what messages may repeat of a file.
#[must_use]
pub fn plain(text: &str) -> String {
    crate::escape::shown(&text.chars().take(80).collect::<String>())
}
