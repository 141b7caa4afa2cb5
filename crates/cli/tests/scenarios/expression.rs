//! Reads one expectation of a scenario: text to a tree, or what is wrong with it.
//!
//! Grammar: tests/scenarios/README.md. Knows nothing of cases; ids are checked when the tree is evaluated.

use ascribe_model::{Day, Moment};

/// What is changed about the case before a line is looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Nothing.
    None,
    /// Something is left out.
    Without(What, String),
    /// Keys of case.toml have these values.
    Given(Vec<(KeyPath, String)>),
}

/// What can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Source,
    Finding,
    Origin,
    Family,
    Infrastructure,
    Overrides,
    Notes,
    Bytes,
}

/// A key of case.toml.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyPath {
    /// Of the table `[[kind]]` with that id.
    Listed { kind: String, id: String, key: String },
    /// Of a plain table.
    Plain { table: String, key: String },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    pub change: Change,
    pub holds: Holds,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Holds {
    Compared(Sum, Relation, Sum),
    Words(String, Vec<String>),
    Leader(String),
    Flagged(String, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Less,
    AtMost,
    More,
    AtLeast,
}

/// Terms with their signs.
pub type Sum = Vec<(f64, Term)>;

#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    Number(f64),
    Value(Value),
    Abs(Sum),
    /// As of an earlier day.
    Was(Day, Value),
}

/// `name(id, …)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    pub name: String,
    pub ids: Vec<String>,
}

/// Names of values, and how many ids each takes.
const VALUES: [(&str, usize); 11] = [
    ("belief", 1),
    ("low", 1),
    ("high", 1),
    ("prior", 1),
    ("operator", 1),
    ("direction", 1),
    ("framed", 1),
    ("owner", 2),
    ("contribution", 2),
    ("weight", 1),
    ("what_if", 2),
];
/// Takes a number in place of an id.
const BYTES_OVER: &str = "bytes_over";

/// The day that is meant by a date: its last one.
pub fn day(text: &str) -> Result<Day, String> {
    let shape = text.len() == 4 || text.len() == 7 || text.len() == 10;
    match Moment::parse(text) {
        Ok(moment) if shape => Ok(moment.last_day()),
        _ => Err(format!(
            "`{text}` is no date of the form YYYY-MM-DD, YYYY-MM or YYYY"
        )),
    }
}

/// The expectation that `text` states.
pub fn read(text: &str) -> Result<Expectation, String> {
    let (change, rest) = change(text.trim())?;
    let mut tokens = Tokens {
        all: tokens(rest)?,
        at: 0,
    };
    let holds = tokens.holds()?;
    match tokens.next() {
        None => Ok(Expectation { change, holds }),
        Some(token) => Err(format!("`{token}` is too much")),
    }
}

fn change(text: &str) -> Result<(Change, &str), String> {
    for (word, given) in [("without", false), ("given", true)] {
        let Some(rest) = text
            .strip_prefix(word)
            .map(str::trim_start)
            .and_then(|rest| rest.strip_prefix('('))
        else {
            continue;
        };
        let (inside, rest) = enclosed(rest)?;
        let change = if given {
            Change::Given(settings(inside)?)
        } else {
            without(inside)?
        };
        return Ok((change, rest));
    }
    Ok((Change::None, text))
}

/// What stands before the bracket that closes, and what comes after it. Brackets in quotes do not count.
fn enclosed(text: &str) -> Result<(&str, &str), String> {
    let (mut depth, mut quoted) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => return Ok((&text[..at], &text[at + 1..])),
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    Err("a bracket is not closed".to_owned())
}

fn without(text: &str) -> Result<Change, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (what, id) = match words[..] {
        ["source", id] => (What::Source, id),
        ["finding", id] => (What::Finding, id),
        ["origin", id] => (What::Origin, id),
        ["family", id] => (What::Family, id),
        ["infrastructure", id] => (What::Infrastructure, id),
        ["overrides"] => (What::Overrides, ""),
        ["notes"] => (What::Notes, ""),
        ["bytes"] => (What::Bytes, ""),
        _ => return Err(format!("`without({text})` names nothing that can be left out")),
    };
    Ok(Change::Without(what, id.to_owned()))
}

fn settings(text: &str) -> Result<Vec<(KeyPath, String)>, String> {
    let mut parts = vec![String::new()];
    let (mut depth, mut quoted) = (0, false);
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(character);
    }
    parts.iter().map(|part| setting(part)).collect()
}

fn setting(text: &str) -> Result<(KeyPath, String), String> {
    let (path, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{}` sets nothing", text.trim()))?;
    let (path, value) = (path.trim(), value.trim());
    let parsed: Result<toml::Table, _> = format!("x = {value}").parse();
    if parsed.is_err() {
        return Err(format!("`{value}` is no TOML value"));
    }
    let names: Vec<&str> = path.split('.').collect();
    let key = match names[..] {
        [table, key] => KeyPath::Plain {
            table: table.to_owned(),
            key: key.to_owned(),
        },
        // Ids may hold dots.
        [kind, .., key] => KeyPath::Listed {
            kind: kind.to_owned(),
            id: path[kind.len() + 1..path.len() - key.len() - 1].to_owned(),
            key: key.to_owned(),
        },
        _ => return Err(format!("`{path}` is neither KIND.ID.KEY nor TABLE.KEY")),
    };
    Ok((key, value.to_owned()))
}

/// Words, quoted texts and signs. A `-` is a sign only with a space on both sides: ids hold hyphens.
fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '_');
        let length = if first == '"' {
            rest[1..].find('"').ok_or("a text is not closed")? + 2
        } else if rest.starts_with("<=") || rest.starts_with(">=") {
            2
        } else if "()[],<>+".contains(first) || rest.starts_with("- ") {
            1
        } else if word(first) && first != '-' {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else {
            return Err(format!("`{first}` means nothing here"));
        };
        found.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(found)
}

struct Tokens {
    all: Vec<String>,
    at: usize,
}

impl Tokens {
    fn peek(&self) -> &str {
        self.all.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> Option<String> {
        self.at += 1;
        self.all.get(self.at - 1).cloned()
    }

    fn demand(&mut self, wanted: &str) -> Result<(), String> {
        match self.next() {
            Some(token) if token == wanted => Ok(()),
            Some(token) => Err(format!("`{wanted}` is expected, not `{token}`")),
            None => Err(format!("`{wanted}` is expected at the end")),
        }
    }

    fn id(&mut self) -> Result<String, String> {
        match self.next() {
            Some(token) if token.starts_with(|c: char| c.is_ascii_alphanumeric()) => Ok(token),
            other => Err(format!("an id is expected, not `{}`", other.unwrap_or_default())),
        }
    }

    fn text(&mut self) -> Result<String, String> {
        match self.next() {
            Some(token) if token.starts_with('"') => Ok(token[1..token.len() - 1].to_owned()),
            other => Err(format!(
                "a text in quotes is expected, not `{}`",
                other.unwrap_or_default()
            )),
        }
    }

    fn holds(&mut self) -> Result<Holds, String> {
        match self.peek() {
            "words" => {
                self.at += 1;
                self.demand("(")?;
                let id = self.id()?;
                self.demand(")")?;
                self.demand("in")?;
                self.demand("[")?;
                let mut texts = vec![self.text()?];
                while self.peek() == "," {
                    self.at += 1;
                    texts.push(self.text()?);
                }
                self.demand("]")?;
                Ok(Holds::Words(id, texts))
            }
            "leader" => {
                self.at += 1;
                self.demand("(")?;
                let id = self.id()?;
                self.demand(")")?;
                Ok(Holds::Leader(id))
            }
            "flagged" => {
                self.at += 1;
                self.demand("(")?;
                let id = self.id()?;
                self.demand(",")?;
                let text = self.text()?;
                self.demand(")")?;
                Ok(Holds::Flagged(id, text))
            }
            _ => {
                let left = self.sum()?;
                let relation = match self.next().as_deref() {
                    Some("<") => Relation::Less,
                    Some("<=") => Relation::AtMost,
                    Some(">") => Relation::More,
                    Some(">=") => Relation::AtLeast,
                    other => {
                        return Err(format!(
                            "a comparison is expected, not `{}`",
                            other.unwrap_or_default()
                        ));
                    }
                };
                Ok(Holds::Compared(left, relation, self.sum()?))
            }
        }
    }

    fn sum(&mut self) -> Result<Sum, String> {
        let mut terms = vec![(1.0, self.term()?)];
        loop {
            let sign = match self.peek() {
                "+" => 1.0,
                "-" => -1.0,
                _ => return Ok(terms),
            };
            self.at += 1;
            terms.push((sign, self.term()?));
        }
    }

    fn term(&mut self) -> Result<Term, String> {
        let name = self.next().ok_or("a value is expected at the end")?;
        if self.peek() != "(" {
            return name
                .parse()
                .map(Term::Number)
                .map_err(|error| format!("`{name}` is neither number nor value: {error}"));
        }
        self.at += 1;
        let term = match name.as_str() {
            "abs" => Term::Abs(self.sum()?),
            "was" => {
                let day = day(&self.id()?)?;
                self.demand(",")?;
                let name = self.id()?;
                self.demand("(")?;
                let value = self.value(name)?;
                self.demand(")")?;
                Term::Was(day, value)
            }
            _ => Term::Value(self.value(name)?),
        };
        self.demand(")")?;
        Ok(term)
    }

    /// What stands in the brackets of `name`.
    fn value(&mut self, name: String) -> Result<Value, String> {
        let mut ids = vec![self.id()?];
        while self.peek() == "," {
            self.at += 1;
            ids.push(self.id()?);
        }
        let wanted = if name == BYTES_OVER {
            ids[0]
                .parse::<f64>()
                .map_err(|error| format!("`{BYTES_OVER}` takes a number: {error}"))?;
            1
        } else {
            let known = VALUES.iter().find(|(known, _)| *known == name);
            known.ok_or_else(|| format!("`{name}` is no value"))?.1
        };
        if ids.len() != wanted {
            return Err(format!("`{name}` takes {wanted} ids, not {}", ids.len()));
        }
        Ok(Value { name, ids })
    }
}

#[test]
fn what_the_grammar_allows_is_read() {
    for text in [
        "operator(nk) < 0.55",
        "without(source fbi) operator(nk) < 0.55",
        "without( notes ) belief(a-b) + abs(weight(n1) - 0.2) <= was(1998,owner(star-kp,nk))",
        "given(source.fbi.reliable = [0.97, 0.99, 0.995], deception.default = 0.1) operator(nk) >= 0.80",
        "words(nk) in [\"likely\", \"very likely\"]",
        "flagged(n1, \"attacker-released, (all)\")",
        "bytes_over(0.1) >= 3",
        "leader(nk-directed)",
    ] {
        assert!(read(text).is_ok(), "{text}: {:?}", read(text));
    }
}

#[test]
fn what_it_does_not_allow_is_an_error() {
    for text in [
        "",
        "operator(nk)",
        "operator(nk) < ",
        "operator(nk) = 0.5",
        "operator(nk) < 0.55 0.6",
        "operater(nk) < 0.55",
        "owner(nk) < 0.5",
        "weight(a,b) < 0.5",
        "bytes_over(many) > 1",
        "without(everything) operator(nk) < 1",
        "without(source) operator(nk) < 1",
        "given(source.fbi) operator(nk) < 1",
        "given(source.fbi.grade = A) operator(nk) < 1",
        "given(source.fbi.grade = \"A\" operator(nk) < 1",
        "words(nk) in likely",
        "flagged(n1, attacker)",
        "was(2015-13-40,operator(nk)) < 1",
        "operator(nk) -0.1 < 1",
    ] {
        assert!(read(text).is_err(), "{text}: {:?}", read(text));
    }
}

#[test]
fn a_setting_reads_its_path_and_its_value() {
    let read = read("given(infrastructure.a.b.exclusive = [0.1, 0.2, 0.3]) leader(x)").unwrap();
    let key = KeyPath::Listed {
        kind: "infrastructure".into(),
        id: "a.b".into(),
        key: "exclusive".into(),
    };
    assert_eq!(
        read.change,
        Change::Given(vec![(key, "[0.1, 0.2, 0.3]".to_owned())])
    );
}
