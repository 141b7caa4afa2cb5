//! From findings and dated knowledge to the model that is weighed.
//!
//! Applies the defaults of METHOD sections 2 and 3: classes, grades, stances, pooling of habits, copies, labels.
//! Reads no files, knows no date (what it is given was known), believes nothing. The order of findings has no effect.

mod alone;
mod answers;
mod assemble;
mod blocs;
mod habits;
mod origins;
mod people;
mod sense;
mod speech;
mod subjects;
mod telling;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::Knowledge;
use ascribe_model::words::{Basis, Class, Direction, Stance};
use ascribe_model::{Finding, NumberError, Range};

use crate::assessment::{AnomalyLine, Weight};
use crate::defaults::{Defaults, DefaultsError};
use crate::model_file::ModelFile;

pub use origins::OWN_ORIGIN;
pub(crate) use people::tree;
pub use telling::as_one_telling;

/// An answer that the analyst put up.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its id.
    pub id: String,
    /// Its name; absent: the operators' names.
    pub name: Option<String>,
    /// Actor ids; a parent stands for its units that no other answer names.
    pub operators: Vec<String>,
    /// Directions; empty: all four.
    pub directions: Vec<Direction>,
    /// Prior; absent: an even part of what the others leave.
    pub prior: Option<Range>,
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// Answers; none: one per actor without a parent.
    pub answers: Vec<Answer>,
    /// P(operator frames somebody), by actor, with `default`.
    pub deception: BTreeMap<String, Range>,
}

/// How origins that may overlap are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlaps {
    /// As one origin: what the belief takes.
    Dependent,
    /// As separate origins: what the sensitivity shows.
    Independent,
}

/// Whether findings' own numbers are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnNumbers {
    /// As given.
    Used,
    /// Class defaults throughout.
    Removed,
}

/// What became of one finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Weight alone; none: it weighs nothing by its kind or stance.
    pub weight: Option<Weight>,
    /// How the weight was come by; none: it weighs nothing.
    pub basis: Option<Basis>,
    /// Forgeability of its trace.
    pub forgeability: Option<Range>,
    /// Class of its trace, or of the sign that it is of a direction or an owner.
    pub class: Option<Class>,
    /// The trace that it is about, as the model names it.
    pub trace: Option<String>,
    /// The origin, with its default.
    pub origin: String,
    /// The finding that it repeats.
    pub copy_of: Option<String>,
    /// Why it weighs nothing, and other remarks.
    pub remarks: Vec<String>,
}

/// A model with what is needed to read its answer.
#[derive(Clone, Debug)]
pub struct Built {
    /// The model.
    pub model: ModelFile,
    /// Names of hypotheses by id.
    pub names: BTreeMap<String, String>,
    /// What became of each finding, by id.
    pub lines: BTreeMap<String, Line>,
    /// What had to be assumed, in sentences.
    pub warnings: Vec<String>,
    /// What is odd about the findings themselves.
    pub anomalies: Vec<AnomalyLine>,
    /// Findings that were taken back, with the one that does; they are in neither model nor `lines`.
    pub retracted: BTreeMap<String, String>,
}

impl Built {
    /// The model without what a source reports, and without the labels that are its word (they go to "other").
    ///
    /// "A label is a claim too": whoever leaves a source out leaves out whose the families are by its account.
    #[must_use]
    pub fn without_source(&self, source: &str) -> ModelFile {
        let mut model = self.model.clone();
        model
            .findings
            .retain(|finding| finding.source.as_deref().map(source_of_node) != Some(source));
        for subject in &mut model.subjects {
            if subject.source.as_deref() == Some(source) {
                subject.label = std::mem::take(&mut subject.label_without_source);
            }
        }
        model
    }
}

/// The source behind a source node of the model.
pub(crate) fn source_of_node(node: &str) -> &str {
    node.strip_suffix(subjects::ON_DIRECTION).unwrap_or(node)
}

/// Why no model could be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The shipped tables are broken.
    #[error("the default tables cannot be read")]
    Defaults(#[from] DefaultsError),
    /// A number came out of range.
    #[error("a number of the model is out of range")]
    Number(#[from] NumberError),
    /// Two answers cover the same thing.
    #[error("hypotheses `{first}` and `{second}` both cover {operator} acting {direction}")]
    Overlap {
        /// One.
        first: String,
        /// The other.
        second: String,
        /// The operator.
        operator: String,
        /// The direction.
        direction: &'static str,
    },
    /// Two answers have one id.
    #[error("two hypotheses are called `{0}`")]
    TwiceNamed(String),
    /// An answer names nobody.
    #[error("hypothesis `{0}` names no operator")]
    NoOperator(String),
    /// An answer names a party that the case does not list.
    #[error("hypothesis `{hypothesis}` names the operator `{operator}`, which is no actor of the case")]
    UnknownOperator {
        /// The answer.
        hypothesis: String,
        /// Who.
        operator: String,
    },
}

/// The model of `findings` as METHOD's tables give it.
///
/// `knowledge` and `findings` hold only what was known as of the day. The order of findings has no effect.
/// Errors: `Overlap` if two answers cover one pair of operator and direction; `TwiceNamed`, `NoOperator`,
/// `UnknownOperator` for answers that do not hold together.
pub fn build(
    question: &Question,
    knowledge: &Knowledge,
    findings: &[Finding],
    overlaps: Overlaps,
    own_numbers: OwnNumbers,
) -> Result<Built, BuildError> {
    let defaults = Defaults::load()?;
    build_from(defaults, question, knowledge, findings, overlaps, own_numbers)
}

/// [`build`] with other default tables than the shipped ones.
pub(crate) fn build_from(
    defaults: &Defaults,
    question: &Question,
    knowledge: &Knowledge,
    findings: &[Finding],
    overlaps: Overlaps,
    own_numbers: OwnNumbers,
) -> Result<Built, BuildError> {
    let mut warnings = Vec::new();
    let (hypotheses, names) = answers::hypotheses(question, knowledge, &mut warnings)?;
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by(|a, b| known_order(a).cmp(&known_order(b)));
    let mut ids = BTreeSet::new();
    sorted.retain(|finding| {
        let first = ids.insert(finding.id.as_str());
        if !first {
            warnings.push(format!(
                "two findings are called `{}`: the first counts",
                finding.id
            ));
        }
        first
    });
    let retracted = retracted(&sorted);
    sorted.retain(|finding| !retracted.contains_key(&finding.id));
    let parts = assemble::Parts {
        question,
        knowledge,
        defaults,
        overlaps,
        own_numbers,
    };
    let mut built = parts.assemble(&sorted, hypotheses, warnings)?;
    built.names = names;
    built.retracted = retracted;
    Ok(built)
}

fn known_order(finding: &Finding) -> (String, &str) {
    (finding.known.last_day().to_string(), finding.id.as_str())
}

/// Findings that another one takes back, with the one that does. What was itself taken back takes nothing back.
fn retracted(findings: &[&Finding]) -> BTreeMap<String, String> {
    let mut retracted: BTreeMap<String, String> = BTreeMap::new();
    // The latest first: whether it stands is known before what it takes back is looked at.
    for finding in findings.iter().rev() {
        if finding.stance != Stance::Retracts || retracted.contains_key(&finding.id) {
            continue;
        }
        if let Some(named) = finding.retracts.as_ref().filter(|named| **named != finding.id)
            && findings.iter().any(|other| other.id == **named)
        {
            retracted
                .entry(named.clone())
                .or_insert_with(|| finding.id.clone());
        }
    }
    retracted
}
