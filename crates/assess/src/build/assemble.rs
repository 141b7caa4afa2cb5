//! Puts the model together: who says what of which trace, with which numbers, from which origin, in which bloc.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::Knowledge;
use ascribe_model::finding::Target;
use ascribe_model::words::{Class, Stance};
use ascribe_model::{Finding, Range};

use super::answers::elicited;
use super::blocs::{self, Owned, take_described};
use super::habits::{Habit, Mark, habits};
use super::origins::{Telling, counted, origin};
use super::people::{actors, counted_as, tree};
use super::sense::{Numbers, Pointed, Sense, Value, sense};
use super::speech::{Spoken, Tables, table};
use super::subjects::{names, node, node_id, sources, subjects, vouched};
use super::{BuildError, Built, Line, Overlaps, OwnNumbers, Question};
use crate::assessment::{AnomalyAt, AnomalyLine};
use crate::defaults::Defaults;
use crate::model_file::{
    Actor, FORMAT, Finding as ModelFinding, Hypothesis, ModelFile, Source, Subject, Trace,
};

/// All that a model is made of.
pub(super) struct Parts<'a> {
    pub(super) question: &'a Question,
    pub(super) knowledge: &'a Knowledge,
    pub(super) defaults: &'a Defaults,
    pub(super) overlaps: Overlaps,
    pub(super) own_numbers: OwnNumbers,
}

/// A finding that weighs something.
pub(super) struct Weighing<'a> {
    pub(super) finding: &'a Finding,
    pub(super) origin: String,
    pub(super) sense: Sense,
    /// Index of its trace, for findings about traces.
    pub(super) habit: Option<usize>,
}

impl Parts<'_> {
    /// The model of `findings`, which are in the order in which they became known, each id once, none retracted.
    pub(super) fn assemble(
        &self,
        findings: &[&Finding],
        hypotheses: Vec<Hypothesis>,
        mut warnings: Vec<String>,
    ) -> Result<Built, BuildError> {
        let knowledge = self.knowledge;
        let tables = Tables {
            defaults: self.defaults,
            own_numbers: self.own_numbers,
        };
        let mut lines = BTreeMap::new();
        let mut weighing = self.senses(findings, &hypotheses, &mut lines);
        for item in take_unheld(&mut weighing, knowledge) {
            let why = "the case lists its holder as nobody: shown, weighs nothing".to_owned();
            lines.insert(item.finding.id.clone(), unweighed(item.finding, item.origin, why));
        }
        let marks: Vec<Mark<'_>> = weighing.iter().filter_map(mark).collect();
        let own = |finding: &Finding| tables.own(finding);
        let (habits, habit_of) = habits(&marks, knowledge, self.defaults, own, &mut warnings)?;
        let mut places = habit_of.into_iter();
        for item in &mut weighing {
            if matches!(item.sense, Sense::Trace { .. }) {
                item.habit = places.next();
            }
        }
        let several = several(&weighing);
        let actors = self.actors(&several, &hypotheses);
        let ids: BTreeSet<&str> = actors.iter().map(|actor| actor.id.as_str()).collect();
        let (targets, owners) = pointed_subjects(&weighing);
        let names = names(&targets, &ids);
        let mut subjects = subjects(&names, &owners, knowledge, self.defaults, &mut warnings)?;
        let owned = Owned {
            knowledge,
            names: &names,
            subjects: &subjects,
        };
        for (item, why) in take_described(&mut weighing, &habits, owned) {
            lines.insert(item.finding.id.clone(), unweighed(item.finding, item.origin, why));
        }
        let heard: Vec<(&Finding, bool)> = weighing
            .iter()
            .map(|item| (item.finding, about_direction(&item.sense)))
            .collect();
        let sources = sources(&heard, knowledge, self.defaults, self.own_numbers, &mut warnings)?;
        let (origins, copies, anomalies) = self.origins(&weighing, &habits);
        let mut spoken_all = Vec::with_capacity(weighing.len());
        for ((item, origin), copy_of) in weighing.iter().zip(origins).zip(copies) {
            let direction = about_direction(&item.sense);
            let source = node(item.finding, knowledge).and_then(|id| sources.get(&node_id(id, direction)));
            let habit = item.habit.and_then(|index| habits.get(index));
            let (mut model, spoken) = self.finding(item, habit, source, &tables, &names)?;
            model.origin = Some(origin);
            if source.is_some() {
                blocs::set(&mut model, item, habit, owned);
            }
            let line = line(item, habit, &spoken, copy_of, &names, &subjects);
            lines.insert(item.finding.id.clone(), line);
            spoken_all.push(model);
        }
        spoken_all.sort_by(|a, b| a.id.cmp(&b.id));
        vouched(&names, knowledge, &spoken_all, &mut subjects)?;
        let model = ModelFile {
            format: FORMAT.to_owned(),
            actors,
            hypotheses,
            deception: self.deception()?,
            sources: sources.into_values().collect(),
            subjects,
            traces: traces(&habits, &names),
            findings: spoken_all,
        };
        Ok(Built {
            model,
            names: BTreeMap::new(),
            lines,
            warnings,
            anomalies,
            retracted: BTreeMap::new(),
        })
    }

    /// Sorts out what weighs nothing, with a line for it.
    fn senses<'f>(
        &self,
        findings: &[&'f Finding],
        hypotheses: &[Hypothesis],
        lines: &mut BTreeMap<String, Line>,
    ) -> Vec<Weighing<'f>> {
        let operators_of = |id: &str| -> Option<Vec<String>> {
            let written = self
                .question
                .answers
                .iter()
                .find(|answer| answer.id == id)
                .map(|answer| answer.operators.clone());
            let covering = hypotheses.iter().find(|hypothesis| hypothesis.id == id);
            written.or_else(|| match covering?.operators.as_slice() {
                // A proposed answer: the party itself, its units covered with it.
                operators if operators.iter().any(|operator| operator == id) => Some(vec![id.to_owned()]),
                operators => Some(operators.to_vec()),
            })
        };
        let mut weighing = Vec::new();
        for &finding in findings {
            let origin = origin(finding, self.knowledge);
            match sense(finding, self.knowledge, self.defaults, operators_of) {
                Sense::Nothing(why) => {
                    lines.insert(finding.id.clone(), unweighed(finding, origin, why));
                }
                sense => weighing.push(Weighing {
                    finding,
                    origin,
                    sense,
                    habit: None,
                }),
            }
        }
        weighing
    }

    /// The parties, and one stand-in for each set of operators that a trace points to as a whole.
    fn actors(&self, several: &BTreeSet<String>, hypotheses: &[Hypothesis]) -> Vec<Actor> {
        let mut actors = actors(self.knowledge);
        for id in several {
            let Some(hypothesis) = hypotheses.iter().find(|hypothesis| hypothesis.id == *id) else {
                continue;
            };
            let stand_in = stand_in(id);
            let mut frameable = false;
            for actor in &mut actors {
                if hypothesis.operators.contains(&actor.id) {
                    frameable |= actor.frameable;
                    actor.members.push(stand_in.clone());
                    actor.members.sort();
                }
            }
            actors.push(Actor {
                id: stand_in,
                frameable,
                ..Actor::default()
            });
        }
        actors.sort_by(|a, b| a.id.cmp(&b.id));
        actors
    }

    /// P(operator frames somebody): units as their nearest ancestor that the case gives a number.
    fn deception(&self) -> Result<BTreeMap<String, Range>, BuildError> {
        let given = &self.question.deception;
        let mut deception = BTreeMap::new();
        for (id, range) in given {
            if id == "default" || super::people::is_party(self.knowledge, id) {
                deception.insert(id.clone(), elicited(*range)?);
            }
        }
        for actor in &self.knowledge.actors {
            let line = super::people::ancestors(self.knowledge, &actor.id);
            if let Some(range) = line.iter().find_map(|parent| given.get(parent)) {
                let range = elicited(*range)?;
                deception.entry(actor.id.clone()).or_insert(range);
            }
        }
        deception
            .entry("default".to_owned())
            .or_insert(self.defaults.deception);
        Ok(deception)
    }

    /// Model origins, what each finding repeats, and opposite readings of one origin.
    fn origins(
        &self,
        weighing: &[Weighing<'_>],
        habits: &[Habit],
    ) -> (Vec<String>, Vec<Option<String>>, Vec<AnomalyLine>) {
        let tellings: Vec<Telling<'_>> = weighing
            .iter()
            .map(|item| {
                let habit = item.habit.and_then(|index| habits.get(index));
                let one_telling = habit.filter(|habit| habit.one_telling);
                Telling {
                    finding: item.finding,
                    about: about(item, habit),
                    // What a persona says of itself is told once, however often it says it.
                    origin: one_telling.map_or_else(|| item.origin.clone(), |habit| habit.id.clone()),
                }
            })
            .collect();
        let counts = counted(&tellings, self.overlaps);
        // The model tells copies by origin and unknown: one origin that says different things of one unknown
        // needs a name for each.
        let mut said: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
        for (item, telling) in weighing.iter().zip(&tellings) {
            said.entry((unknown(item), telling.origin.as_str()))
                .or_default()
                .insert(telling.about.as_str());
        }
        let mut origins = Vec::with_capacity(weighing.len());
        let mut copies = Vec::with_capacity(weighing.len());
        let mut anomalies = Vec::new();
        for (index, item) in weighing.iter().enumerate() {
            let place = counts.get(index).copied().unwrap_or(index);
            let (telling, counting) = (tellings.get(index), tellings.get(place));
            let (Some(telling), Some(counting)) = (telling, counting) else {
                continue;
            };
            let several = said
                .get(&(unknown(item), counting.origin.as_str()))
                .is_some_and(|abouts| abouts.len() > 1);
            origins.push(if several {
                format!("{} ({})", counting.origin, counting.about)
            } else {
                counting.origin.clone()
            });
            copies.push((place != index).then(|| counting.finding.id.clone()));
            let other = weighing.get(place).map(|other| says(&other.sense));
            if place != index && telling.origin == counting.origin && other != Some(says(&item.sense)) {
                anomalies.push(opposite(item.finding, counting.finding, &telling.origin));
            }
        }
        anomalies.sort();
        (origins, copies, anomalies)
    }

    /// The model's finding with its numbers, still without origin and bloc.
    fn finding(
        &self,
        item: &Weighing<'_>,
        habit: Option<&Habit>,
        source: Option<&Source>,
        tables: &Tables<'_>,
        names: &BTreeMap<Target, String>,
    ) -> Result<(ModelFinding, Spoken), BuildError> {
        let finding = item.finding;
        let heard = source.map(|source| (source.reliable, source.push));
        let common = ModelFinding {
            id: finding.id.clone(),
            source: source.map(|source| source.id.clone()),
            via: u32::try_from(finding.via.len()).ok(),
            known: Some(finding.known.last_day().to_string()),
            ..ModelFinding::default()
        };
        match (&item.sense, habit) {
            (Sense::Value { value, numbers, says }, _) => {
                let statement = self.defaults.statement(finding.stance);
                let (likelihoods, spoken) = tables.about_value(finding, *numbers, statement, heard, *says)?;
                let (over, of, values) = self.value(value, names);
                let model = ModelFinding {
                    over: Some(over.to_owned()),
                    of,
                    likelihood: Some(table(values, likelihoods)),
                    ..common
                };
                Ok((model, spoken))
            }
            (_, habit) => {
                let (says, class) = match &item.sense {
                    Sense::Trace { says, class, .. } => (*says, *class),
                    _ => (true, Class::Claim),
                };
                let rates = habit.map_or_else(
                    || (Range::exactly(1.0), Range::exactly(0.0)),
                    |habit| (habit.hit, habit.rarity),
                );
                let spoken = tables.about_trace(finding, class, rates, heard, says)?;
                let model = ModelFinding {
                    trace: habit.map(|habit| habit.id.clone()),
                    says: Some(says),
                    if_present: Some(spoken.alone.pair.if_present),
                    if_absent: Some(spoken.alone.pair.if_absent),
                    if_planted: spoken.if_planted,
                    ..common
                };
                Ok((model, spoken))
            }
        }
    }

    fn value(
        &self,
        value: &Value,
        names: &BTreeMap<Target, String>,
    ) -> (&'static str, Option<String>, Vec<String>) {
        let knowledge = self.knowledge;
        match value {
            Value::Operator(id) => ("operator", None, counted_as(knowledge, id)),
            Value::Direction(word) => ("direction", None, vec![word.text().to_owned()]),
            Value::Hypothesis(id) => ("hypothesis", None, vec![id.clone()]),
            Value::Owner(of, id) => ("owner", names.get(of).cloned(), tree(knowledge, id)),
        }
    }
}

/// Id of the party that stands for a hypothesis's operators as a whole.
pub(super) fn stand_in(hypothesis: &str) -> String {
    format!("hypothesis:{hypothesis}")
}

pub(super) fn says(sense: &Sense) -> bool {
    match sense {
        Sense::Trace { says, .. } | Sense::Value { says, .. } => *says,
        Sense::Nothing(_) => true,
    }
}

fn mark<'a>(item: &Weighing<'a>) -> Option<Mark<'a>> {
    match &item.sense {
        Sense::Trace { target, class, .. } => Some(Mark {
            finding: item.finding,
            target: target.clone(),
            class: *class,
            origin: item.origin.clone(),
        }),
        _ => None,
    }
}

fn several(weighing: &[Weighing<'_>]) -> BTreeSet<String> {
    weighing
        .iter()
        .filter_map(|item| match &item.sense {
            Sense::Trace {
                target: Pointed::Several(id),
                ..
            } => Some(id.clone()),
            _ => None,
        })
        .collect()
}

/// Takes out the traces to an infrastructure that the case knows and gives to no party, unless some finding names its owner:
/// no answer explains them better than another, so all that they could move is the standing of whoever reports them.
fn take_unheld<'f>(weighing: &mut Vec<Weighing<'f>>, knowledge: &Knowledge) -> Vec<Weighing<'f>> {
    let (_, owners) = pointed_subjects(weighing);
    let unheld = |item: &Weighing<'_>| match &item.sense {
        Sense::Trace {
            target: Pointed::Subject(target @ Target::Infrastructure(id)),
            ..
        } => {
            let known = knowledge.infrastructure(id);
            known.is_some_and(|known| known.holder.is_empty()) && !owners.contains_key(target)
        }
        _ => false,
    };
    let (taken, kept) = std::mem::take(weighing).into_iter().partition(unheld);
    *weighing = kept;
    taken
}

/// Subjects that findings speak of, and who is called owner of each.
fn pointed_subjects(weighing: &[Weighing<'_>]) -> (BTreeSet<Target>, BTreeMap<Target, BTreeSet<String>>) {
    let mut targets = BTreeSet::new();
    let mut owners: BTreeMap<Target, BTreeSet<String>> = BTreeMap::new();
    for item in weighing {
        match &item.sense {
            Sense::Trace {
                target: Pointed::Subject(target),
                ..
            } => {
                targets.insert(target.clone());
            }
            Sense::Value {
                value: Value::Owner(of, id),
                ..
            } => {
                targets.insert(of.clone());
                owners.entry(of.clone()).or_default().insert(id.clone());
            }
            _ => {}
        }
    }
    (targets, owners)
}

/// What a finding is about, as far as copies are concerned.
fn about(item: &Weighing<'_>, habit: Option<&Habit>) -> String {
    let bare = |value: &str, stance: Stance| match stance {
        Stance::Denies => format!("denies {value}"),
        Stance::ClaimsResponsibility => format!("claims {value}"),
        _ => format!("accuses {value}"),
    };
    match (&item.sense, habit) {
        (_, Some(habit)) => format!("trace {}", habit.id),
        (Sense::Value { value, numbers, .. }, None) => {
            let value = match value {
                Value::Operator(id) => format!("actor:{id}"),
                Value::Direction(word) => format!("direction:{word}"),
                Value::Hypothesis(id) => format!("hypothesis:{id}"),
                Value::Owner(of, id) => format!("{of} of actor:{id}"),
            };
            if *numbers == Numbers::Statement {
                bare(&value, item.finding.stance)
            } else {
                value
            }
        }
        _ => item.finding.id.clone(),
    }
}

/// The unknown that a finding ranges over, as the model tells copies.
fn unknown(item: &Weighing<'_>) -> String {
    match &item.sense {
        Sense::Value { value, .. } => match value {
            Value::Operator(_) => "operator".to_owned(),
            Value::Direction(_) => "direction".to_owned(),
            Value::Hypothesis(_) => "hypothesis".to_owned(),
            Value::Owner(of, _) => format!("owner {of}"),
        },
        _ => format!("trace {}", item.habit.unwrap_or_default()),
    }
}

fn opposite(one: &Finding, other: &Finding, origin: &str) -> AnomalyLine {
    let place = one.provenance.first();
    AnomalyLine {
        path: place.map_or_else(|| one.id.clone(), |place| place.path.clone()),
        code: "assess.opposite-readings".to_owned(),
        at: place.map(|place| AnomalyAt {
            unit: "byte".to_owned(),
            start: place.span.start,
            end: place.span.end,
            line: place.span.line,
        }),
        text: format!(
            "`{}` and `{}` read origin `{origin}` in opposite ways: `{}` counts",
            one.id, other.id, other.id
        ),
    }
}

fn traces(habits: &[Habit], names: &BTreeMap<Target, String>) -> Vec<Trace> {
    let mut traces: Vec<Trace> = habits
        .iter()
        .map(|habit| Trace {
            id: habit.id.clone(),
            class: Some(habit.class.text().to_owned()),
            points_to: match &habit.target {
                Pointed::Actor(id) => id.clone(),
                Pointed::Several(id) => stand_in(id),
                Pointed::Subject(target) => names.get(target).cloned().unwrap_or_default(),
            },
            hit: habit.hit,
            rarity: habit.rarity,
            forgeability: habit.forgeability,
            care: habit.care.map(Range::exactly),
        })
        .collect();
    traces.sort_by(|a, b| a.id.cmp(&b.id));
    traces
}

/// The line of a finding that weighs nothing, and why.
fn unweighed(finding: &Finding, origin: String, why: String) -> Line {
    Line {
        origin,
        remarks: std::iter::once(why).chain(rests_on(finding)).collect(),
        ..Line::default()
    }
}

fn about_direction(sense: &Sense) -> bool {
    matches!(
        sense,
        Sense::Value {
            value: Value::Direction(_),
            ..
        }
    )
}

fn rests_on(finding: &Finding) -> Option<String> {
    finding
        .rests_on
        .as_ref()
        .map(|rests_on| format!("rests on {rests_on} material"))
}

fn line(
    item: &Weighing<'_>,
    habit: Option<&Habit>,
    spoken: &Spoken,
    copy_of: Option<String>,
    names: &BTreeMap<Target, String>,
    subjects: &[Subject],
) -> Line {
    let mut remarks: Vec<String> = rests_on(item.finding).into_iter().collect();
    if let Some(counts) = &copy_of {
        remarks.push(format!("a copy of {counts}: one origin counts once"));
    }
    if let Some(Pointed::Subject(target)) = habit.map(|habit| &habit.target)
        && let Some(name) = names.get(target)
        && subjects
            .iter()
            .any(|subject| subject.id == *name && subject.label.is_empty())
    {
        remarks.push(format!("whose {name} is was not known then"));
    }
    let class = match &item.sense {
        Sense::Value {
            numbers: Numbers::Claim(class) | Numbers::Sign(class),
            ..
        } => Some(*class),
        _ => habit.map(|habit| habit.class),
    };
    Line {
        weight: Some(spoken.weight),
        basis: Some(spoken.basis),
        forgeability: habit.map(|habit| habit.forgeability),
        class,
        trace: habit.map(|habit| habit.id.clone()),
        origin: item.origin.clone(),
        copy_of,
        remarks,
    }
}
