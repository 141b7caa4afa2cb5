//! Makes one change to what a case says, and says in words what was changed.

use std::collections::BTreeMap;

use ascribe_intel::{Family, Infrastructure, Knowledge};
use ascribe_model::finding::Target;
use ascribe_model::{NumberError, Range};

use super::{Change, Dropped, Number, Said, To, WhatIfError};
use crate::defaults::{Defaults, WIDTH, around};

/// Half width of the range of a number that is assumed.
const ASSUMED_WIDTH: f64 = 1e-9;

/// The range of an assumed number. A single number would be given the range of an elicited one.
fn assumed(value: f64) -> Result<Range, NumberError> {
    Range::new(
        (value - ASSUMED_WIDTH).max(0.0),
        value,
        (value + ASSUMED_WIDTH).min(1.0),
    )
}

/// A number without a range stands for the range of an elicited one.
fn elicited(range: Range) -> Result<Range, NumberError> {
    if range.is_exact() {
        around(range.point(), WIDTH)
    } else {
        Ok(range)
    }
}

impl Said {
    /// Makes `change` and gives the sentence for it.
    ///
    /// Errors: `NotThere`, `NoRange`.
    pub(super) fn change(&mut self, change: &Change) -> Result<String, WhatIfError> {
        match change {
            Change::Drop(what, id) => self.leave_out(*what, id),
            Change::Set(number, to) => {
                // An end is asked of a range; a value needs none.
                let before = match to {
                    To::Value(_) => self.range(number).ok().flatten(),
                    _ => self.range(number)?,
                };
                let value = match (before, to) {
                    (Some(range), to) => to.of(range),
                    (None, To::Value(value)) => *value,
                    (None, _) => return Err(WhatIfError::NoRange(number.to_string())),
                };
                self.set(number, value)?;
                Ok(sentence(number, *to, value))
            }
        }
    }

    /// The range that a number has in the case, or by default; none: it has neither.
    fn range(&self, number: &Number) -> Result<Option<Range>, WhatIfError> {
        let defaults = Defaults::load()?;
        let found = match number {
            Number::Reliable(id) => {
                let source = self.knowledge.source(id).ok_or_else(|| not_there("source", id))?;
                match (source.reliable, source.grade) {
                    (Some(reliable), _) => Some(reliable),
                    (None, Some(grade)) => Some(defaults.reliable(Some(grade))?),
                    (None, None) => None,
                }
            }
            Number::Push(id) => {
                let source = self.knowledge.source(id).ok_or_else(|| not_there("source", id))?;
                let default = if source.stake.is_some() {
                    defaults.push_stake
                } else {
                    defaults.push
                };
                Some(source.push.unwrap_or(default))
            }
            Number::Exclusive(id) => {
                let shared = defaults.shared_infrastructure;
                let default = Range::new(1.0 - shared.high(), 1.0 - shared.point(), 1.0 - shared.low())?;
                Some(infrastructure(&self.knowledge, id)?.exclusive.unwrap_or(default))
            }
            Number::Holder(id, actor) => infrastructure(&self.knowledge, id)?.holder.get(actor).copied(),
            Number::Shared(id) => Some(family(&self.knowledge, id)?.shared.unwrap_or(defaults.shared)),
            Number::Label(id, actor) => family(&self.knowledge, id)?.label.get(actor).copied(),
            Number::Prior(id) => {
                let mut answers = self.question.answers.iter();
                let answer = answers.find(|answer| answer.id == *id);
                answer.ok_or_else(|| not_there("hypothesis", id))?.prior
            }
            Number::Deception(id) => {
                let given = self.question.deception.get(id);
                let given = given.or_else(|| self.question.deception.get("default"));
                Some(given.copied().unwrap_or(defaults.deception))
            }
        };
        Ok(found.map(elicited).transpose()?)
    }

    fn set(&mut self, number: &Number, value: f64) -> Result<(), WhatIfError> {
        let range = assumed(value)?;
        let named = match number {
            Number::Holder(_, actor) | Number::Label(_, actor) => Some(actor),
            Number::Deception(actor) if actor != "default" => Some(actor),
            _ => None,
        };
        if let Some(actor) = named
            && self.knowledge.actor(actor).is_none()
        {
            return Err(not_there("actor", actor));
        }
        let knowledge = &mut self.knowledge;
        let mut sources = knowledge.sources.iter_mut();
        let mut source = |id: &str| {
            sources
                .find(|s| s.id == id)
                .ok_or_else(|| not_there("source", id))
        };
        let mut items = knowledge.infrastructure.iter_mut();
        let mut item = |id: &str| {
            items
                .find(|i| i.id == id)
                .ok_or_else(|| not_there("infrastructure", id))
        };
        let mut families = knowledge.families.iter_mut();
        let mut family = |id: &str| {
            families
                .find(|f| f.id == id)
                .ok_or_else(|| not_there("family", id))
        };
        match number {
            Number::Reliable(id) => source(id)?.reliable = Some(range),
            Number::Push(id) => source(id)?.push = Some(range),
            Number::Exclusive(id) => item(id)?.exclusive = Some(range),
            Number::Holder(id, actor) => own(&mut item(id)?.holder, actor, range)?,
            Number::Shared(id) => family(id)?.shared = Some(range),
            Number::Label(id, actor) => own(&mut family(id)?.label, actor, range)?,
            Number::Prior(id) => {
                let mut answers = self.question.answers.iter_mut();
                let answer = answers.find(|answer| answer.id == *id);
                answer.ok_or_else(|| not_there("hypothesis", id))?.prior = Some(range);
            }
            Number::Deception(id) => {
                self.question.deception.insert(id.clone(), range);
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, what: Dropped, id: &str) -> Result<String, WhatIfError> {
        let before = self.findings.len();
        let target = match what {
            Dropped::Family => Some(Target::Family(id.to_owned())),
            Dropped::Infrastructure => Some(Target::Infrastructure(id.to_owned())),
            _ => None,
        };
        self.findings.retain(|finding| match what {
            Dropped::Finding => finding.id != id,
            Dropped::Origin => finding.origin != id,
            Dropped::Source => finding.source.as_deref() != Some(id),
            Dropped::Family | Dropped::Infrastructure => finding.points_to != target && finding.of != target,
            // What stands elsewhere too stays.
            Dropped::Input => {
                finding.provenance.is_empty()
                    || finding.provenance.iter().any(|place| !lies_in(&place.path, id))
            }
        });
        let mut left_out = before - self.findings.len();
        if what == Dropped::Source {
            // "A label is a claim too": it goes with whoever makes it.
            let families = self.knowledge.families.iter_mut();
            let items = self.knowledge.infrastructure.iter_mut();
            let owners = families
                .map(|family| (&family.source, &mut family.label))
                .chain(items.map(|item| (&item.source, &mut item.holder)));
            for (source, owners) in owners {
                if source.as_deref() == Some(id) {
                    left_out += owners.len();
                    owners.clear();
                }
            }
        }
        if left_out == 0 {
            return Err(not_there(what.text(), id));
        }
        Ok(match what {
            Dropped::Source => format!("without source {id} and without the labels that only it vouches for"),
            Dropped::Family | Dropped::Infrastructure => {
                format!("without what points to {} {id}", what.text())
            }
            Dropped::Finding | Dropped::Origin | Dropped::Input => format!("without {} {id}", what.text()),
        })
    }
}

/// Whether `path` is `above` or lies under it, in a folder or an archive.
fn lies_in(path: &str, above: &str) -> bool {
    path.strip_prefix(above.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '!']))
}

fn not_there(kind: &str, id: &str) -> WhatIfError {
    WhatIfError::NotThere(format!("{kind} `{id}`"))
}

fn infrastructure<'a>(knowledge: &'a Knowledge, id: &str) -> Result<&'a Infrastructure, WhatIfError> {
    let found = knowledge.infrastructure(id);
    found.ok_or_else(|| not_there("infrastructure", id))
}

fn family<'a>(knowledge: &'a Knowledge, id: &str) -> Result<&'a Family, WhatIfError> {
    let found = knowledge.family(id);
    found.ok_or_else(|| not_there("family", id))
}

/// Sets one owner; the others share what is left, in their proportions.
fn own(owners: &mut BTreeMap<String, Range>, actor: &str, range: Range) -> Result<(), NumberError> {
    owners.remove(actor);
    let (left, sum) = (
        1.0 - range.point(),
        owners.values().map(|other| other.point()).sum::<f64>(),
    );
    if sum > left {
        let scale = left / sum;
        for other in owners.values_mut() {
            *other = Range::new(other.low() * scale, other.point() * scale, other.high() * scale)?;
        }
    }
    owners.insert(actor.to_owned(), range);
    Ok(())
}

fn sentence(number: &Number, to: To, value: f64) -> String {
    let end = match to {
        To::Low => ", its low end",
        To::Point => ", its point",
        To::High => ", its high end",
        To::Value(_) => "",
    };
    match number {
        Number::Reliable(id) if to == To::Value(1.0) => format!("source {id} is reliable"),
        Number::Reliable(id) => format!("source {id} is reliable with probability {value}{end}"),
        Number::Push(id) => format!("source {id}, if unreliable, says it with probability {value}{end}"),
        Number::Exclusive(id) => format!("{id} is exclusive to its holder with {value}{end}"),
        Number::Holder(id, actor) => format!("{actor} holds {id} with probability {value}{end}"),
        Number::Shared(id) => format!("others hold {id} with probability {value}{end}"),
        Number::Label(id, actor) => format!("{id} is {actor}'s with probability {value}{end}"),
        Number::Prior(id) => format!("the prior of {id} is {value}{end}"),
        Number::Deception(id) if id == "default" => {
            format!("operators frame somebody with probability {value}{end}")
        }
        Number::Deception(id) => format!("{id} frames somebody with probability {value}{end}"),
    }
}
