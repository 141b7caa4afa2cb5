//! The belief under a changed assumption: a number set, a source trusted, something left out.
//!
//! The change is made to what the case says, before the model is built, so a what-if is the case with that one line
//! edited: judged findings stay within one ban, labels go with the source that vouches for them. Reads no files.

mod apply;
mod lines;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ascribe_intel::Knowledge;
use ascribe_model::{Finding, NumberError, Range};

use crate::assess::operators;
use crate::build::{BuildError, Built, Overlaps, OwnNumbers, Question, build};
use crate::defaults::DefaultsError;
use crate::weigh::{self, Answer, WeighError};

pub use lines::DEFAULT;
pub(crate) use lines::lines;

/// A changed assumption, or several at once.
#[derive(Clone, Debug, PartialEq)]
pub struct WhatIf {
    /// Its id.
    pub id: String,
    /// Its name; absent: its changes.
    pub name: Option<String>,
    /// What is changed.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A number of the case is another one.
    Set(Number, To),
    /// Something is left out.
    Drop(Dropped, String),
}

/// A number of the case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// P(the source is reliable).
    Reliable(String),
    /// P(it says so when it is not).
    Push(String),
    /// How exclusive an infrastructure is to its holder.
    Exclusive(String),
    /// P(this party holds the infrastructure).
    Holder(String, String),
    /// P(a party that does not own the family holds it).
    Shared(String),
    /// P(this party owns the family).
    Label(String, String),
    /// Prior of a hypothesis.
    Prior(String),
    /// P(this operator frames somebody); `default` for those that are not named.
    Deception(String),
}

/// What a number becomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum To {
    /// The low end of its range.
    Low,
    /// Its point.
    Point,
    /// The high end of its range.
    High,
    /// This value, from 0 to 1.
    Value(f64),
}

impl Eq for To {}

/// What can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// A finding.
    Finding,
    /// All findings of one origin.
    Origin,
    /// What a source reports, and what only it vouches for.
    Source,
    /// All findings that point to a family.
    Family,
    /// All findings that point to an infrastructure.
    Infrastructure,
    /// All findings that stand on a file, or on what lies under a folder or in an archive of that path.
    Input,
}

/// Says why a text is no change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// No number of that name.
    #[error(
        "`{0}` is no number that can be set: expected source:ID.reliable, source:ID.push, infrastructure:ID.exclusive, \
         infrastructure:ID.holder.ACTOR, family:ID.shared, family:ID.label.ACTOR, hypothesis:ID.prior or deception.ACTOR"
    )]
    Number(String),
    /// No value.
    #[error("`{0}` is no value: expected low, point, high or a number from 0 to 1")]
    Value(String),
    /// Nothing to leave out.
    #[error(
        "`{0}` cannot be left out: expected finding:ID, origin:ID, source:ID, family:ID, infrastructure:ID or input:PATH"
    )]
    Dropped(String),
}

/// Why there is no answer under a change.
#[derive(Debug, thiserror::Error)]
pub enum WhatIfError {
    /// What is to be changed is not there (on that day).
    #[error("there is no {0} to change")]
    NotThere(String),
    /// The case gives no range of which an end could be taken.
    #[error("{0} has no range in the case: give a number")]
    NoRange(String),
    /// A value that is no probability.
    #[error("a value is no probability")]
    Number(#[from] NumberError),
    /// The shipped tables are broken.
    #[error("the default tables cannot be read")]
    Defaults(#[from] DefaultsError),
    /// No model.
    #[error("no model could be made")]
    Build(#[from] BuildError),
    /// No answer.
    #[error("the model has no answer")]
    Weigh(#[from] WeighError),
}

impl Number {
    /// The number that `path` names.
    ///
    /// Errors: `Number`.
    pub fn parse(path: &str) -> Result<Self, ChangeError> {
        let bad = || ChangeError::Number(path.to_owned());
        if let Some(actor) = path.strip_prefix("deception.") {
            return Ok(Self::Deception(actor.to_owned()));
        }
        let (kind, rest) = path.split_once(':').ok_or_else(bad)?;
        let ends = |key: &str| {
            rest.strip_suffix(key)
                .filter(|id| !id.is_empty())
                .map(str::to_owned)
        };
        let owner = |key: &str| {
            let (id, actor) = rest.split_once(key)?;
            (!id.is_empty() && !actor.is_empty()).then(|| (id.to_owned(), actor.to_owned()))
        };
        match kind {
            "source" => ends(".reliable")
                .map(Self::Reliable)
                .or_else(|| ends(".push").map(Self::Push)),
            "infrastructure" => ends(".exclusive")
                .map(Self::Exclusive)
                .or_else(|| owner(".holder.").map(|(id, actor)| Self::Holder(id, actor))),
            "family" => ends(".shared")
                .map(Self::Shared)
                .or_else(|| owner(".label.").map(|(id, actor)| Self::Label(id, actor))),
            "hypothesis" => ends(".prior").map(Self::Prior),
            _ => None,
        }
        .ok_or_else(bad)
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Reliable(id) => write!(out, "source:{id}.reliable"),
            Self::Push(id) => write!(out, "source:{id}.push"),
            Self::Exclusive(id) => write!(out, "infrastructure:{id}.exclusive"),
            Self::Holder(id, actor) => write!(out, "infrastructure:{id}.holder.{actor}"),
            Self::Shared(id) => write!(out, "family:{id}.shared"),
            Self::Label(id, actor) => write!(out, "family:{id}.label.{actor}"),
            Self::Prior(id) => write!(out, "hypothesis:{id}.prior"),
            Self::Deception(actor) => write!(out, "deception.{actor}"),
        }
    }
}

impl To {
    /// low, point, high, or a number from 0 to 1.
    ///
    /// Errors: `Value`.
    pub fn parse(text: &str) -> Result<Self, ChangeError> {
        match text {
            "low" => Ok(Self::Low),
            "point" => Ok(Self::Point),
            "high" => Ok(Self::High),
            _ => text
                .parse::<f64>()
                .ok()
                .filter(|value| (0.0..=1.0).contains(value))
                .map(Self::Value)
                .ok_or_else(|| ChangeError::Value(text.to_owned())),
        }
    }

    fn of(self, range: Range) -> f64 {
        match self {
            Self::Low => range.low(),
            Self::Point => range.point(),
            Self::High => range.high(),
            Self::Value(value) => value,
        }
    }
}

impl Dropped {
    /// The words for them.
    pub const ALL: [(&'static str, Self); 6] = [
        ("finding", Self::Finding),
        ("origin", Self::Origin),
        ("source", Self::Source),
        ("family", Self::Family),
        ("infrastructure", Self::Infrastructure),
        ("input", Self::Input),
    ];

    /// The word for it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::Origin => "origin",
            Self::Source => "source",
            Self::Family => "family",
            Self::Infrastructure => "infrastructure",
            Self::Input => "input",
        }
    }
}

impl Change {
    /// The change that sets the number `path` to `value`.
    ///
    /// Errors: `Number`, `Value`.
    pub fn set(path: &str, value: &str) -> Result<Self, ChangeError> {
        Ok(Self::Set(Number::parse(path)?, To::parse(value)?))
    }

    /// The change that leaves out `what`, as `kind:id`.
    ///
    /// Errors: `Dropped`.
    pub fn drop(what: &str) -> Result<Self, ChangeError> {
        let found = what.split_once(':').and_then(|(kind, id)| {
            let (_, kind) = Dropped::ALL.into_iter().find(|(word, _)| *word == kind)?;
            (!id.is_empty()).then(|| Self::Drop(kind, id.to_owned()))
        });
        found.ok_or_else(|| ChangeError::Dropped(what.to_owned()))
    }

    /// The change that takes a source as reliable.
    #[must_use]
    pub fn reliable(source: &str) -> Self {
        Self::Set(Number::Reliable(source.to_owned()), To::Value(1.0))
    }
}

/// What a case says, as it stands or changed.
#[derive(Clone, Debug)]
pub struct Said {
    /// What is asked.
    pub question: Question,
    /// What was known of the world.
    pub knowledge: Knowledge,
    /// Findings.
    pub findings: Vec<Finding>,
}

/// The answer under a change.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The model that was weighed.
    pub built: Built,
    /// Its answer, without ledger.
    pub answer: Answer,
    /// P(operator); parents include their units.
    pub operators: BTreeMap<String, f64>,
    /// What was changed, in words with the values taken, one sentence each.
    pub sentences: Vec<String>,
}

/// The answer on `said` with `changes` made, in order.
///
/// Errors: `NotThere` for what the case does not hold on that day, `NoRange` for an end of a range that is not given.
pub fn what_if(said: &Said, changes: &[Change]) -> Result<Changed, WhatIfError> {
    let mut then = said.clone();
    let mut sentences = Vec::new();
    for change in changes {
        sentences.push(then.change(change)?);
    }
    let built = build(
        &then.question,
        &then.knowledge,
        &then.findings,
        Overlaps::Dependent,
        OwnNumbers::Used,
    )?;
    let answer = weigh::believe(&built.model)?;
    Ok(Changed {
        operators: operators(&then.knowledge, &answer),
        built,
        answer,
        sentences,
    })
}
