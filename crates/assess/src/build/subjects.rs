//! Families and infrastructures of the model, and the sources with their reliability.
//!
//! Source: METHOD section 2 ("L_F", "X_F", "Held by others") and section 3 ("Grades").

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::Knowledge;
use ascribe_model::finding::Target;
use ascribe_model::words::{Reliability, SourceKind};
use ascribe_model::{Finding, Range};

use super::answers::elicited;
use super::people::{ancestors, counted_as};
use super::{BuildError, OwnNumbers, source_of_node};
use crate::defaults::{Defaults, WIDTH, around};
use crate::model_file::{Source, Subject};

/// Ids of subjects in the model: their own, or `kind:id` where an actor or a family has it already.
pub(super) fn names(targets: &BTreeSet<Target>, actors: &BTreeSet<&str>) -> BTreeMap<Target, String> {
    let mut names: BTreeMap<Target, String> = BTreeMap::new();
    for target in targets {
        let plain = match target {
            Target::Family(id) => id,
            Target::Infrastructure(id) => {
                if targets.contains(&Target::Family(id.clone())) {
                    names.insert(target.clone(), target.to_string());
                    continue;
                }
                id
            }
            _ => continue,
        };
        let name = if actors.contains(plain.as_str()) {
            target.to_string()
        } else {
            plain.clone()
        };
        names.insert(target.clone(), name);
    }
    names
}

/// What the case knows of a subject's owner.
struct Known {
    label: BTreeMap<String, Range>,
    shared: Range,
}

fn known(target: &Target, knowledge: &Knowledge, defaults: &Defaults) -> Result<Known, BuildError> {
    let (label, shared) = match target {
        Target::Infrastructure(id) => {
            let item = knowledge.infrastructure(id);
            let shared = match item.and_then(|item| item.exclusive) {
                Some(exclusive) => super::alone::complement(elicited(exclusive)?)?,
                None => defaults.shared_infrastructure,
            };
            (item.map(|item| &item.holder), shared)
        }
        Target::Family(id) => {
            let family = knowledge.family(id);
            let shared = match family.and_then(|family| family.shared) {
                Some(shared) => elicited(shared)?,
                None => defaults.shared,
            };
            (family.map(|family| &family.label), shared)
        }
        _ => (None, defaults.shared),
    };
    Ok(Known {
        label: label.cloned().unwrap_or_default(),
        shared,
    })
}

/// The subjects by id. `owners` are the actors whom findings call owners of each.
///
/// An owner whom only findings name starts from an even share of what the label leaves, among the parties without
/// a parent and "other": without a prior no finding could move the label to it.
pub(super) fn subjects(
    names: &BTreeMap<Target, String>,
    owners: &BTreeMap<Target, BTreeSet<String>>,
    knowledge: &Knowledge,
    defaults: &Defaults,
    warnings: &mut Vec<String>,
) -> Result<Vec<Subject>, BuildError> {
    let mut subjects = Vec::new();
    for (target, name) in names {
        let Known { label: said, shared } = known(target, knowledge, defaults)?;
        let mut label = BTreeMap::new();
        for (owner, range) in said {
            if knowledge.actor(&owner).is_some() {
                label.insert(owner, elicited(range)?);
            } else {
                warnings.push(format!(
                    "the label of `{name}` names `{owner}`, which is no actor: that part is on \"other\""
                ));
            }
        }
        if label.is_empty() {
            warnings.push(format!(
                "whose `{name}` is was not known then: all of its label is on \"other\""
            ));
        }
        fit(&mut label, name, warnings)?;
        let sum: f64 = label.values().map(|range| range.point()).sum();
        let mut added = BTreeMap::new();
        for owner in owners.get(target).into_iter().flatten() {
            let named = counted_as(knowledge, owner);
            if named.iter().any(|id| label.contains_key(id)) || knowledge.actor(owner).is_none() {
                continue;
            }
            let left = (1.0 - sum).max(0.0);
            let share = even_share(knowledge, left)?.point();
            if share > 0.0 {
                added.insert(owner.clone(), even_share(knowledge, left)?);
                warnings.push(format!(
                    "no label of `{name}` names `{owner}`, but a finding does: it starts from an even share, {share:.3}"
                ));
            }
        }
        label.extend(added);
        subjects.push(Subject {
            id: name.clone(),
            label,
            shared,
            other_is_unlisted: Some(defaults.other_is_unlisted),
            class: None,
            source: None,
            label_without_source: BTreeMap::new(),
        });
    }
    subjects.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(subjects)
}

/// An even part of `left`, shared among the parties without a parent and "other".
fn even_share(knowledge: &Knowledge, left: f64) -> Result<Range, BuildError> {
    let parties = knowledge
        .actors
        .iter()
        .filter(|actor| ancestors(knowledge, &actor.id).is_empty());
    Ok(around(left / count(parties.count() + 1), WIDTH)?)
}

/// Scales labels that together pass 1.
fn fit(
    label: &mut BTreeMap<String, Range>,
    name: &str,
    warnings: &mut Vec<String>,
) -> Result<(), BuildError> {
    let sum: f64 = label.values().map(|range| range.point()).sum();
    if sum <= 1.0 {
        return Ok(());
    }
    warnings.push(format!("the labels of `{name}` sum to {sum:.3}: scaled to 1"));
    for range in label.values_mut() {
        *range = Range::new(
            range.low() / sum,
            range.point() / sum,
            (range.high() / sum).min(1.0),
        )?;
    }
    Ok(())
}

/// Says of each subject whose word its label is, and what the label would be without that source: whom the findings of
/// others still call the owner starts from an even share, as where there is no label at all.
pub(super) fn vouched(
    names: &BTreeMap<Target, String>,
    knowledge: &Knowledge,
    findings: &[crate::model_file::Finding],
    subjects: &mut [Subject],
) -> Result<(), BuildError> {
    let mut sources: BTreeMap<&str, &String> = BTreeMap::new();
    for (target, name) in names {
        let source = match target {
            Target::Family(id) => knowledge.family(id).and_then(|item| item.source.as_ref()),
            Target::Infrastructure(id) => knowledge.infrastructure(id).and_then(|item| item.source.as_ref()),
            _ => None,
        };
        if let Some(source) = source {
            sources.insert(name, source);
        }
    }
    for subject in subjects {
        let Some(source) = sources.get(subject.id.as_str()) else {
            continue;
        };
        for owner in subject.label.keys() {
            let still_named = findings.iter().any(|finding| {
                finding.of.as_deref() == Some(&subject.id)
                    && finding.source.as_deref().map(source_of_node) != Some(source)
                    && finding
                        .likelihood
                        .as_ref()
                        .is_some_and(|table| table.contains_key(owner))
            });
            if still_named {
                let share = even_share(knowledge, 1.0)?;
                subject.label_without_source.insert(owner.clone(), share);
            }
        }
        subject.source = Some((*source).clone());
    }
    Ok(())
}

/// The id of the source node of a finding; none for what is our own.
pub(super) fn node<'a>(finding: &'a Finding, knowledge: &Knowledge) -> Option<&'a str> {
    finding.source.as_deref().filter(|id| {
        knowledge
            .source(id)
            .is_none_or(|source| source.kind != SourceKind::Own)
    })
}

/// The id of a source's node; what it says of the direction has one of its own.
///
/// Whether a source can be believed on who did it and whether on whose word are two questions: with one node, a
/// bare "on the government's orders" would move the belief in the operator. Both nodes share their numbers' draws.
pub(super) fn node_id(source: &str, direction: bool) -> String {
    if direction {
        format!("{source}{ON_DIRECTION}")
    } else {
        source.to_owned()
    }
}

/// Ends the id of a source's second node.
pub(super) const ON_DIRECTION: &str = " (on direction)";

/// The source nodes of `findings` (and whether each is about the direction), which are in the order in which they became known.
///
/// The letter of a finding counts only where its source has none: the first that became known.
pub(super) fn sources(
    findings: &[(&Finding, bool)],
    knowledge: &Knowledge,
    defaults: &Defaults,
    own_numbers: OwnNumbers,
    warnings: &mut Vec<String>,
) -> Result<BTreeMap<String, Source>, BuildError> {
    let mut letters: BTreeMap<&str, Vec<Reliability>> = BTreeMap::new();
    let mut nodes: BTreeMap<&str, BTreeSet<bool>> = BTreeMap::new();
    for (finding, direction) in findings {
        if let Some(id) = node(finding, knowledge) {
            letters.entry(id).or_default().extend(finding.grade.reliability);
            nodes.entry(id).or_default().insert(*direction);
        }
    }
    let mut sources = BTreeMap::new();
    for (id, letters) in letters {
        let known = knowledge.source(id);
        let own = |given: Option<Range>| given.filter(|_| own_numbers == OwnNumbers::Used);
        let reliable = match own(known.and_then(|source| source.reliable)) {
            Some(reliable) => elicited(reliable)?,
            None => {
                let grade = known.and_then(|source| source.grade);
                let first = letters.first().copied();
                if grade.is_none() && letters.iter().any(|letter| Some(*letter) != first) {
                    warnings.push(format!(
                        "source `{id}` has no grade and findings give it different ones: the first that became known counts"
                    ));
                }
                defaults.reliable(grade.or(first))?
            }
        };
        let push = match own(known.and_then(|source| source.push)) {
            Some(push) => elicited(push)?,
            None if known.is_some_and(|source| source.stake.is_some()) => defaults.push_stake,
            None => defaults.push,
        };
        let nodes = nodes.get(id);
        let both = nodes.is_some_and(|nodes| nodes.len() > 1);
        for direction in nodes.into_iter().flatten() {
            let node = node_id(id, *direction);
            let source = Source {
                id: node.clone(),
                reliable,
                push,
                class: both.then(|| format!("source {id}")),
            };
            sources.insert(node, source);
        }
    }
    Ok(sources)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a case has far fewer than 2^52 parties"
)]
const fn count(number: usize) -> f64 {
    number as f64
}
