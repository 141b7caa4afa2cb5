//! Says whether a model file means something: the first thing that does not, by item and by what was expected.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::Range;

use super::{DIRECTIONS, FORMAT, Finding, ModelFile, OTHER, Over, Subject};

/// Why a model file is refused: which item, which field, what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{item}: {problem}")]
pub struct ModelError {
    /// The item: `finding n1`, `subject seoul-2013`, `model`.
    pub item: String,
    /// What is wrong and what was expected.
    pub problem: String,
}

/// An item by kind and id, put into words only when it is refused.
#[derive(Clone, Copy)]
struct Item<'a>(&'static str, &'a str);

impl From<Item<'_>> for String {
    fn from(item: Item<'_>) -> Self {
        format!("{} {}", item.0, item.1).trim_end().to_owned()
    }
}

fn refuse<T>(item: impl Into<String>, problem: impl Into<String>) -> Result<T, ModelError> {
    Err(ModelError {
        item: item.into(),
        problem: problem.into(),
    })
}

impl ModelFile {
    /// Reads a model file and checks it.
    ///
    /// Errors: a text that is no JSON of this form (item `model file`, with line and column), or the first
    /// problem that [`ModelFile::check`] finds.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        // Editors on Windows write a mark before the first byte.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let model: Self = serde_json::from_str(text).map_err(|error| ModelError {
            item: "model file".to_owned(),
            problem: error.to_string(),
        })?;
        model.check()?;
        Ok(model)
    }

    /// Checks everything that [`crate::weigh::weigh`] relies on.
    ///
    /// Errors: the first problem, in the order of the file.
    pub fn check(&self) -> Result<(), ModelError> {
        if self.format != FORMAT {
            return refuse(
                "model",
                format!("format is `{}`, expected `{FORMAT}`", self.format),
            );
        }
        let names = Names::of(self)?;
        self.check_actors(&names)?;
        self.check_hypotheses(&names)?;
        for (operator, range) in &self.deception {
            if operator != "default" && !names.actors.contains(operator.as_str()) {
                return refuse(
                    "deception",
                    format!("`{operator}` is no actor; expected an actor's id or `default`"),
                );
            }
            probability(Item("deception", ""), operator, *range)?;
        }
        for source in &self.sources {
            let item = Item("source", &source.id);
            probability(item, "reliable", source.reliable)?;
            probability(item, "push", source.push)?;
        }
        for subject in &self.subjects {
            check_subject(subject, &names)?;
        }
        for trace in &self.traces {
            let item = Item("trace", &trace.id);
            let known = names.actors.contains(trace.points_to.as_str())
                || names.subjects.contains_key(trace.points_to.as_str());
            if !known {
                return refuse(
                    item,
                    format!(
                        "points_to `{}` is neither an actor nor a subject",
                        trace.points_to
                    ),
                );
            }
            probability(item, "hit", trace.hit)?;
            probability(item, "rarity", trace.rarity)?;
            probability(item, "forgeability", trace.forgeability)?;
            if let Some(care) = trace.care {
                probability(item, "care", care)?;
            }
        }
        self.findings
            .iter()
            .try_for_each(|finding| check_finding(finding, &names))
    }

    fn check_actors(&self, names: &Names<'_>) -> Result<(), ModelError> {
        if self.actors.is_empty() {
            return refuse("model", "no actors; expected at least one");
        }
        for actor in &self.actors {
            for member in &actor.members {
                if !names.actors.contains(member.as_str()) {
                    return refuse(
                        format!("actor {}", actor.id),
                        format!("member `{member}` is no actor"),
                    );
                }
            }
        }
        Ok(())
    }

    fn check_hypotheses(&self, names: &Names<'_>) -> Result<(), ModelError> {
        if self.hypotheses.is_empty() {
            return refuse("model", "no hypotheses; expected at least one");
        }
        let mut covered: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        let mut total = 0.0;
        for hypothesis in &self.hypotheses {
            let item = Item("hypothesis", &hypothesis.id);
            probability(item, "prior", hypothesis.prior)?;
            total += hypothesis.prior.point();
            if hypothesis.operators.is_empty() {
                return refuse(item, "no operators; expected at least one actor's id");
            }
            let directions: Vec<&str> = match &hypothesis.directions {
                None => DIRECTIONS.to_vec(),
                Some(named) => named.iter().map(String::as_str).collect(),
            };
            if directions.is_empty() {
                return refuse(item, "directions is empty; leave it out to mean all four");
            }
            for direction in &directions {
                if !DIRECTIONS.contains(direction) {
                    return refuse(
                        item,
                        format!(
                            "direction `{direction}` is unknown; expected {}",
                            DIRECTIONS.join(", ")
                        ),
                    );
                }
            }
            for operator in &hypothesis.operators {
                if !names.actors.contains(operator.as_str()) {
                    return refuse(item, format!("operator `{operator}` is no actor"));
                }
                for direction in &directions {
                    let earlier = covered.insert((operator, direction), &hypothesis.id);
                    if let Some(earlier) = earlier {
                        let twice = if earlier == hypothesis.id {
                            format!("names {operator}, {direction} twice")
                        } else {
                            format!(
                                "overlaps hypothesis {earlier}: both cover {operator}, {direction}; expected disjoint sets"
                            )
                        };
                        return refuse(item, twice);
                    }
                }
            }
        }
        if total > 0.0 {
            Ok(())
        } else {
            refuse("hypotheses", "all priors are 0; expected one above 0")
        }
    }
}

/// The ids of a model, each kind without duplicates.
struct Names<'a> {
    actors: BTreeSet<&'a str>,
    hypotheses: BTreeSet<&'a str>,
    sources: BTreeSet<&'a str>,
    subjects: BTreeMap<&'a str, &'a Subject>,
    traces: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(model: &'a ModelFile) -> Result<Self, ModelError> {
        let actors = distinct("actor", model.actors.iter().map(|a| a.id.as_str()))?;
        let subject_ids = distinct("subject", model.subjects.iter().map(|s| s.id.as_str()))?;
        for reserved in ["default", "else", "nobody", OTHER] {
            if actors.contains(reserved) {
                return refuse(
                    format!("actor {reserved}"),
                    "this id is reserved; expected another one",
                );
            }
        }
        if let Some(both) = subject_ids.intersection(&actors).next() {
            return refuse(
                format!("subject {both}"),
                "an actor has the same id; expected ids that tell what a trace points to",
            );
        }
        distinct("finding", model.findings.iter().map(|f| f.id.as_str()))?;
        Ok(Self {
            actors,
            hypotheses: distinct("hypothesis", model.hypotheses.iter().map(|h| h.id.as_str()))?,
            sources: distinct("source", model.sources.iter().map(|s| s.id.as_str()))?,
            subjects: model.subjects.iter().map(|s| (s.id.as_str(), s)).collect(),
            traces: distinct("trace", model.traces.iter().map(|t| t.id.as_str()))?,
        })
    }
}

fn distinct<'a>(kind: &str, ids: impl Iterator<Item = &'a str>) -> Result<BTreeSet<&'a str>, ModelError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if id.is_empty() {
            return refuse(kind, "an id is empty; expected a name");
        }
        if !seen.insert(id) {
            return refuse(format!("{kind} {id}"), "this id is used twice");
        }
    }
    Ok(seen)
}

fn probability(item: Item<'_>, field: impl std::fmt::Display, range: Range) -> Result<(), ModelError> {
    if range.is_probability() {
        return Ok(());
    }
    let outside = if range.low() < 0.0 {
        range.low()
    } else {
        range.high()
    };
    refuse(
        item,
        format!("{field} is {outside}, expected a probability from 0 to 1"),
    )
}

fn check_subject(subject: &Subject, names: &Names<'_>) -> Result<(), ModelError> {
    let item = Item("subject", &subject.id);
    let mut total = 0.0;
    for (owner, label) in &subject.label {
        if !names.actors.contains(owner.as_str()) {
            return refuse(item, format!("label names `{owner}`, which is no actor"));
        }
        probability(item, format_args!("label.{owner}"), *label)?;
        total += label.point();
    }
    // Elicited labels are often written with few digits: .333 × 3.
    if total > 1.0 + 1e-9 {
        return refuse(item, format!("labels sum to {total}, expected at most 1"));
    }
    probability(item, "shared", subject.shared)?;
    match subject.other_is_unlisted {
        Some(held) => probability(item, "other_is_unlisted", held),
        None => Ok(()),
    }
}

fn check_finding(finding: &Finding, names: &Names<'_>) -> Result<(), ModelError> {
    let item = Item("finding", &finding.id);
    if let Some(source) = &finding.source
        && !names.sources.contains(source.as_str())
    {
        return refuse(item, format!("source `{source}` is not listed"));
    }
    match (&finding.trace, &finding.over) {
        (Some(_), Some(_)) => refuse(item, "has both trace and over; expected one of them"),
        (None, None) => refuse(item, "has neither trace nor over; expected one of them"),
        (Some(trace), None) => check_about_trace(finding, trace, item, names),
        (None, Some(over)) => check_over(finding, over, item, names),
    }
}

fn check_about_trace(
    finding: &Finding,
    trace: &str,
    item: Item<'_>,
    names: &Names<'_>,
) -> Result<(), ModelError> {
    if !names.traces.contains(trace) {
        return refuse(item, format!("trace `{trace}` is not listed"));
    }
    for (field, given) in [
        ("of", finding.of.is_some()),
        ("likelihood", finding.likelihood.is_some()),
    ] {
        if given {
            return refuse(item, format!("{field} belongs to findings with over"));
        }
    }
    for (field, range) in [
        ("if_present", finding.if_present),
        ("if_absent", finding.if_absent),
    ] {
        let Some(range) = range else {
            return refuse(item, format!("{field} is missing; expected a probability"));
        };
        probability(item, field, range)?;
    }
    match finding.if_planted {
        Some(planted) => probability(item, "if_planted", planted),
        None => Ok(()),
    }
}

fn check_over(finding: &Finding, over: &str, item: Item<'_>, names: &Names<'_>) -> Result<(), ModelError> {
    let Some(over) = Over::named(over) else {
        return refuse(
            item,
            format!("over is `{over}`, expected operator, direction, hypothesis or owner"),
        );
    };
    for (field, given) in [
        ("if_present", finding.if_present.is_some()),
        ("if_absent", finding.if_absent.is_some()),
        ("if_planted", finding.if_planted.is_some()),
    ] {
        if given {
            return refuse(item, format!("{field} belongs to findings with trace"));
        }
    }
    if finding.says == Some(false) {
        return refuse(
            item,
            "says = false belongs to findings with trace; expected the probability of what was said in likelihood",
        );
    }
    let mut values: Vec<&str> = match over {
        Over::Operator => names.actors.iter().copied().collect(),
        Over::Direction => DIRECTIONS.to_vec(),
        Over::Hypothesis => names.hypotheses.iter().copied().collect(),
        Over::Owner => {
            let Some(of) = &finding.of else {
                return refuse(item, "over = owner needs `of`: a subject's id");
            };
            if !names.subjects.contains_key(of.as_str()) {
                return refuse(item, format!("of `{of}` is no subject"));
            }
            names.actors.iter().copied().chain([OTHER]).collect()
        }
    };
    if over != Over::Owner && finding.of.is_some() {
        return refuse(item, "of belongs to findings with over = owner");
    }
    let Some(likelihood) = &finding.likelihood else {
        return refuse(item, "likelihood is missing; expected P(it is said | value)");
    };
    for (value, range) in likelihood {
        if value != "else" && !values.contains(&value.as_str()) {
            return refuse(
                item,
                format!("likelihood names `{value}`, which is no value of its unknown"),
            );
        }
        probability(item, format_args!("likelihood.{value}"), *range)?;
    }
    if over == Over::Owner {
        // Only labelled owners and "other" can own the subject.
        let subject = finding.of.as_ref().and_then(|of| names.subjects.get(of.as_str()));
        values.retain(|v| *v == OTHER || subject.is_some_and(|s| s.label.contains_key(*v)));
    }
    match values.iter().find(|v| !likelihood.contains_key(**v)) {
        Some(missing) if !likelihood.contains_key("else") => refuse(
            item,
            format!("likelihood says nothing for `{missing}` and has no `else`"),
        ),
        _ => Ok(()),
    }
}
