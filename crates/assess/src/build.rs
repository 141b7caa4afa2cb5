//! From findings and dated knowledge to the model that is weighed.
//!
//! Applies the defaults of METHOD sections 2 and 3: classes, grades, stances, pooling of habits, copies, labels.
//! Believes nothing.

mod answers;
mod items;
mod people;
mod speech;

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::Knowledge;
use ascribe_model::finding::Target;
use ascribe_model::words::{Class, Direction, Stance};
use ascribe_model::{Finding, NumberError, Range};

pub(crate) use self::people::tree;
use crate::assessment::Weight;
use crate::defaults::{Defaults, DefaultsError};
use crate::model_file::{ModelFile, Trace};

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
    /// Forgeability of its trace.
    pub forgeability: Option<Range>,
    /// Class of its trace.
    pub class: Option<Class>,
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
}

/// What the parts of the builder share.
struct Work<'a> {
    knowledge: &'a Knowledge,
    defaults: Defaults,
    own_numbers: OwnNumbers,
    overlaps: Overlaps,
    traces: BTreeMap<String, Trace>,
    subjects: BTreeSet<Target>,
    sources: BTreeMap<String, crate::model_file::Source>,
    findings: Vec<crate::model_file::Finding>,
    lines: BTreeMap<String, Line>,
    warnings: Vec<String>,
}

/// The model of `findings` as METHOD's tables give it.
///
/// `knowledge` and `findings` hold only what was known as of the day. The order of findings has no effect.
/// Errors: `Overlap` if two answers cover one pair of operator and direction.
pub fn build(
    question: &Question,
    knowledge: &Knowledge,
    findings: &[Finding],
    overlaps: Overlaps,
    own_numbers: OwnNumbers,
) -> Result<Built, BuildError> {
    let mut work = Work {
        knowledge,
        defaults: Defaults::load()?,
        own_numbers,
        overlaps,
        traces: BTreeMap::new(),
        subjects: BTreeSet::new(),
        sources: BTreeMap::new(),
        findings: Vec::new(),
        lines: BTreeMap::new(),
        warnings: Vec::new(),
    };
    let (hypotheses, names) = answers::hypotheses(question, knowledge, &mut work.warnings)?;
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let retracted = retracted(&sorted);
    for finding in &sorted {
        if let Some(by) = retracted.get(finding.id.as_str()) {
            let remark = format!("taken back by {by}");
            work.lines.insert(
                finding.id.clone(),
                Line {
                    remarks: vec![remark],
                    ..Line::default()
                },
            );
        } else {
            work.add(finding, &sorted)?;
        }
    }
    let subjects = work.model_subjects()?;
    let mut deception = question.deception.clone();
    deception
        .entry("default".to_owned())
        .or_insert(work.defaults.deception);
    let model = ModelFile {
        format: "ascribe-model/1".to_owned(),
        actors: people::actors(knowledge),
        hypotheses,
        deception,
        sources: work.sources.into_values().collect(),
        subjects,
        traces: work.traces.into_values().collect(),
        findings: work.findings,
    };
    Ok(Built {
        model,
        names,
        lines: work.lines,
        warnings: work.warnings,
    })
}

/// Findings that a later one takes back, with the one that does.
fn retracted<'a>(findings: &[&'a Finding]) -> BTreeMap<&'a str, &'a str> {
    findings
        .iter()
        .filter(|finding| finding.stance == Stance::Retracts || finding.retracts.is_some())
        .filter_map(|finding| Some((finding.retracts.as_deref()?, finding.id.as_str())))
        .collect()
}
