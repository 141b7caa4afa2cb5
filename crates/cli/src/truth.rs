//! `truth.toml`: what was established later about a case. Read by `ascribe score` alone, never by a run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ascribe_model::{Day, Moment};

use crate::{Failure, small};

/// Its name, in the case folder.
pub(crate) const NAME: &str = "truth.toml";
/// A larger file is refused.
const BYTES_MAX: u64 = 1 << 20;

/// How sure the truth is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sure {
    /// A court, a confession, or several independent roots, and no serious dispute.
    Established,
    /// Named by a prosecutor or a state, tested by nobody.
    Charged,
    /// Contested by somebody who is not the accused.
    Disputed,
}

impl Sure {
    /// As it is written in the file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Established => "established",
            Self::Charged => "charged",
            Self::Disputed => "disputed",
        }
    }
}

/// Whose answer it is.
pub(crate) enum Who {
    /// Hypotheses of the case: together they are one answer.
    Hypotheses(BTreeSet<String>),
    /// An operator: all hypotheses that hold it alone.
    Operator(String),
}

/// The truth about one incident.
pub(crate) struct Truth {
    /// The incident; none: the case's first or only one.
    pub(crate) incident: Option<String>,
    pub(crate) who: Who,
    /// The party that was framed.
    pub(crate) framed: Option<String>,
    /// When it became known, the last day of it.
    pub(crate) since: Day,
    pub(crate) by: String,
    pub(crate) sure: Sure,
    pub(crate) says: String,
    /// Whether the case was written by somebody who knew the truth.
    pub(crate) hindsight: bool,
    /// Days on which the case is weighed where it is asked to be.
    pub(crate) as_of: Vec<Day>,
}

/// Keys of the file.
const KEYS: [&str; 10] = [
    "incident",
    "hypothesis",
    "operator",
    "framed",
    "since",
    "by",
    "sure",
    "says",
    "hindsight",
    "as_of",
];

/// What the file at `path` says.
pub(crate) fn read(path: &Path) -> Result<Truth, Failure> {
    let bytes = small::bytes_of(path, BYTES_MAX)?;
    parsed(&bytes).map_err(|why| Failure::usage(format!("`{}`: {why}", path.display())))
}

/// The `truth.toml` nearest to `path`: in the folder, or up to two above it (`out/<incident>/` in a case).
pub(crate) fn beside(path: &Path) -> Result<PathBuf, Failure> {
    let start = path
        .canonicalize()
        .map_err(|error| Failure::usage(format!("`{}`: {error}", path.display())))?;
    let folder = if start.is_dir() {
        Some(start.as_path())
    } else {
        start.parent()
    };
    let above = folder.into_iter().flat_map(Path::ancestors).take(3);
    above.map(|folder| folder.join(NAME)).find(|file| file.is_file()).ok_or_else(|| {
        Failure::usage(format!(
            "`{}`: no {NAME} in it or in the two folders above; it says what was established later: hypothesis = \"id\" \
             (or operator), since = DATE, by, sure = \"established\", \"charged\" or \"disputed\", says",
            path.display()
        ))
    })
}

fn parsed(bytes: &[u8]) -> Result<Truth, String> {
    let text = core::str::from_utf8(bytes).map_err(|error| format!("not UTF-8: {error}"))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("unknown key `{key}`; known are {}", KEYS.join(", ")));
    }
    let who = match (table.get("hypothesis"), table.get("operator")) {
        (Some(value), None) => Who::Hypotheses(ids(value)?),
        (None, Some(_)) => Who::Operator(word(&table, "operator")?),
        _ => {
            return Err(
                "expected `hypothesis = \"id\"` (or a list of ids) or `operator = \"id\"`, one of them"
                    .to_owned(),
            );
        }
    };
    let since = table
        .get("since")
        .ok_or("`since` is missing: the date on which it became known")?;
    let sure = match word(&table, "sure")?.as_str() {
        "established" => Sure::Established,
        "charged" => Sure::Charged,
        "disputed" => Sure::Disputed,
        other => {
            return Err(format!(
                "`sure` must be established, charged or disputed, not `{other}`"
            ));
        }
    };
    let hindsight = match table.get("hindsight") {
        None => false,
        Some(value) => value.as_bool().ok_or("`hindsight` must be true or false")?,
    };
    let as_of = match table.get("as_of") {
        None => Vec::new(),
        Some(value) => {
            let days = value.as_array().ok_or("`as_of` must be a list of dates")?;
            days.iter()
                .map(|value| day("as_of", value))
                .collect::<Result<_, _>>()?
        }
    };
    Ok(Truth {
        incident: optional(&table, "incident")?,
        who,
        framed: optional(&table, "framed")?,
        since: day("since", since)?,
        by: word(&table, "by")?,
        sure,
        says: word(&table, "says")?,
        hindsight,
        as_of,
    })
}

fn ids(value: &toml::Value) -> Result<BTreeSet<String>, String> {
    let why = "`hypothesis` must be an id or a list of ids";
    let ids: Option<BTreeSet<String>> = match value {
        toml::Value::String(id) => Some(BTreeSet::from([id.clone()])),
        toml::Value::Array(ids) => ids.iter().map(|id| id.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    ids.filter(|ids| !ids.is_empty()).ok_or_else(|| why.to_owned())
}

fn optional(table: &toml::Table, key: &str) -> Result<Option<String>, String> {
    table.contains_key(key).then(|| word(table, key)).transpose()
}

fn word(table: &toml::Table, key: &str) -> Result<String, String> {
    let value = table.get(key).ok_or_else(|| format!("`{key}` is missing"))?;
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned)
        .ok_or_else(|| format!("`{key}` must be a text"))
}

fn day(key: &str, value: &toml::Value) -> Result<Day, String> {
    let text = match value {
        toml::Value::Datetime(date) => date.to_string(),
        toml::Value::String(text) => text.clone(),
        _ => return Err(format!("`{key}` must be a date")),
    };
    let moment = Moment::parse(&text).map_err(|error| format!("`{key}`: {error}"))?;
    Ok(moment.last_day())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        parsed(text.as_bytes()).err().unwrap()
    }

    #[test]
    fn what_is_wrong_is_named_with_what_was_expected() {
        let good = "hypothesis = \"h\"\nsince = 2015-04\nby = \"a court\"\nsure = \"established\"\nsays = \"it was h\"\n";
        let dated = good.replace("2015-04", "\"2015-04\"");
        assert_eq!(
            parsed(dated.as_bytes()).ok().unwrap().since.to_string(),
            "2015-04-30"
        );
        assert!(why(&format!("{dated}sincee = 1\n")).contains("unknown key `sincee`; known are incident"));
        assert!(
            why(&dated.replace("hypothesis", "operator").replace("\"h\"", "3"))
                .contains("`operator` must be a text")
        );
        assert!(why(&format!("{dated}operator = \"o\"\n")).contains("one of them"));
        assert!(
            why(&dated.replace("established", "sure"))
                .contains("established, charged or disputed, not `sure`")
        );
        assert!(why("hypothesis = \"h\"").contains("`since` is missing"));
        assert!(why(&dated.replace("\"h\"", "[]")).contains("an id or a list of ids"));
    }
}
