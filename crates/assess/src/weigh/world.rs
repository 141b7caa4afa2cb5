//! A checked model file with names turned into indices and every number into a slot.
//!
//! Decides what is a copy, which bloc a finding stands in and which sources couple parts of the model
//! (the others are folded into the one place that they speak about). Knows no probabilities yet:
//! [`Slot`]s say where a number of the model comes from, so that intervals and corners can vary it.
//! Source: METHOD sections 2, 3 and 5; CASE, "The model file".

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::Range;

use super::cells::at;
use crate::model_file::{
    CARE_DEFAULT, DECEPTION_DEFAULT, DIRECTIONS, Finding, ModelFile, OTHER, OTHER_IS_UNLISTED_DEFAULT, Over,
    Trace,
};

/// Where a number of the model stands in the list of parameters.
pub(super) type Slot = usize;

/// Whose number a parameter is: indices into the lists of the model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    /// P(an operator frames somebody): the actor with a number of its own, or all others.
    Deception(Option<usize>),
    Hypothesis(usize),
    Subject(usize),
    Trace(usize),
    Finding(usize),
    Source(usize),
}

/// One number of the model.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) of: Of,
    /// What it is of that: hit, rarity, label.nk …
    pub(super) field: Cow<'static, str>,
    /// Low, point, high.
    pub(super) range: Range,
    /// Class and field that share one draw; `None`: a draw of its own.
    pub(super) shared: Option<(String, String)>,
    /// Whether exactly one likelihood uses it, so that its mean integrates it exactly.
    pub(super) private: bool,
}

/// An operator with a direction, inside one hypothesis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) hypothesis: usize,
    pub(super) operator: usize,
    pub(super) direction: usize,
    /// The pair's part of its hypothesis's prior.
    pub(super) share: f64,
}

/// The part of the model that a finding speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Trace(usize),
    Owner(usize),
    Pair,
}

/// How a source enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coupling {
    /// No finding of it counts.
    Silent,
    /// All its findings speak about one place: summed out there.
    Private(Place),
    /// A variable of the elimination, with its number.
    Shared(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Informant {
    pub(super) reliable: Slot,
    pub(super) push: Slot,
    pub(super) coupling: Coupling,
    pub(super) blocs: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Property {
    pub(super) id: String,
    /// Labelled owners; "other" follows after the last.
    pub(super) labels: Vec<(usize, Slot)>,
    pub(super) shared: Slot,
    pub(super) other_is_unlisted: Slot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Actor(usize),
    Subject(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) target: Target,
    pub(super) hit: Slot,
    pub(super) rarity: Slot,
    pub(super) forgeability: Slot,
    pub(super) care: Slot,
    pub(super) findings: Vec<usize>,
}

/// What the likelihoods of a finding range over; they lie one after the other from `first`.
#[derive(Clone, Debug)]
pub(super) enum Reading {
    /// Absent, genuine, planted.
    State { says: bool, slots: [Slot; 3] },
    /// One likelihood for each named value; `of_value` maps a value's index to its likelihood.
    Value {
        over: Over,
        slots: Vec<Slot>,
        of_value: Vec<usize>,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Voice {
    pub(super) id: String,
    pub(super) place: Place,
    pub(super) source: Option<usize>,
    pub(super) bloc: Option<usize>,
    pub(super) reading: Reading,
    pub(super) first: usize,
    /// Position in the model file.
    pub(super) position: usize,
}

/// The whole model in indices.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) parameters: Vec<Parameter>,
    pub(super) actors: Vec<String>,
    /// `own[operator][actor]`: whether traces of the actor are the operator's own.
    pub(super) own: Vec<Vec<bool>>,
    pub(super) unlisted: Vec<bool>,
    pub(super) frameable: Vec<usize>,
    pub(super) deception: Vec<Slot>,
    pub(super) hypotheses: Vec<String>,
    pub(super) priors: Vec<Slot>,
    pub(super) pairs: Vec<Pair>,
    pub(super) sources: Vec<Informant>,
    pub(super) blocs: Vec<usize>,
    pub(super) subjects: Vec<Property>,
    pub(super) traces: Vec<Mark>,
    /// The findings that count.
    pub(super) findings: Vec<Voice>,
    /// Findings that repeat another one, by id.
    pub(super) copies: Vec<String>,
    /// How many likelihoods the findings have together.
    pub(super) likelihoods: usize,
    /// How many sources are variables.
    pub(super) shared_sources: usize,
}

impl World {
    /// Indices for `model`, which must have passed its check.
    pub(super) fn new(model: &ModelFile) -> Self {
        Builder::new(model).build()
    }

    /// The central values.
    pub(super) fn points(&self) -> Vec<f64> {
        self.parameters.iter().map(|p| p.range.point()).collect()
    }
}

/// Which findings repeat which: for every finding the position of the one that counts.
///
/// One origin about one trace (or over one unknown) counts once: fewest `via`, earliest `known`, smallest id.
/// Without `via` a finding counts as the origin itself; without `known` as the latest.
pub(crate) fn counted(findings: &[Finding]) -> Vec<usize> {
    /// Origin, trace, unknown and subject.
    type Event<'a> = (&'a str, Option<&'a str>, Option<&'a str>, Option<&'a str>);
    let mut groups: BTreeMap<Event<'_>, Vec<usize>> = BTreeMap::new();
    let mut kept: Vec<usize> = (0..findings.len()).collect();
    for (position, finding) in findings.iter().enumerate() {
        if let Some(origin) = &finding.origin {
            groups
                .entry((
                    origin,
                    finding.trace.as_deref(),
                    finding.over.as_deref(),
                    finding.of.as_deref(),
                ))
                .or_default()
                .push(position);
        }
    }
    for members in groups.values() {
        let nearest = members.iter().copied().min_by_key(|&position| {
            findings.get(position).map(|finding| {
                (
                    finding.via.unwrap_or(0),
                    finding.known.is_none(),
                    finding.known.as_deref().map(last_moment),
                    finding.id.as_str(),
                )
            })
        });
        for &position in members {
            if let (Some(cell), Some(nearest)) = (kept.get_mut(position), nearest) {
                *cell = nearest;
            }
        }
    }
    kept
}

/// Orders dates of any precision: a coarse one counts from its last day, an interval from its end.
fn last_moment(known: &str) -> String {
    let end = known.rsplit("..").next().unwrap_or(known);
    // After every digit, `-` and `T` that a finer date goes on with.
    format!("{end}~")
}

/// The name of the bloc that a finding stands in; `None` for a finding over an unknown without `toward`.
pub(super) fn bloc_of<'a>(finding: &'a Finding, of_trace: &[&'a str], place: Place) -> Option<&'a str> {
    if let Some(bloc) = &finding.bloc {
        return Some(bloc);
    }
    match place {
        Place::Trace(trace) => of_trace.get(trace).copied(),
        Place::Owner(_) | Place::Pair => finding.toward.as_deref(),
    }
}

/// The bloc of findings about a trace that name none: the actor that it points to, or the subject's likeliest owner.
fn bloc_of_trace<'a>(model: &'a ModelFile, trace: &'a Trace) -> &'a str {
    let pointed = trace.points_to.as_str();
    match model.subjects.iter().find(|s| s.id == pointed) {
        Some(subject) => subject.likeliest_owner().unwrap_or(OTHER),
        None => pointed,
    }
}

struct Builder<'a> {
    model: &'a ModelFile,
    parameters: Vec<Parameter>,
    actor_index: BTreeMap<&'a str, usize>,
}

impl<'a> Builder<'a> {
    fn new(model: &'a ModelFile) -> Self {
        let actor_index = model
            .actors
            .iter()
            .enumerate()
            .map(|(index, actor)| (actor.id.as_str(), index))
            .collect();
        Self {
            model,
            parameters: Vec::new(),
            actor_index,
        }
    }

    fn slot(
        &mut self,
        of: Of,
        range: Range,
        class: Option<&str>,
        field: impl Into<Cow<'static, str>>,
    ) -> Slot {
        let field = field.into();
        self.parameters.push(Parameter {
            of,
            range,
            shared: class.map(|class| (class.to_owned(), field.clone().into_owned())),
            field,
            private: false,
        });
        self.parameters.len() - 1
    }

    fn likelihood_slot(
        &mut self,
        position: usize,
        range: Range,
        finding: &Finding,
        field: impl Into<Cow<'static, str>>,
    ) -> Slot {
        let slot = self.slot(Of::Finding(position), range, finding.class.as_deref(), field);
        if let Some(parameter) = self.parameters.last_mut() {
            parameter.private = finding.class.is_none();
        }
        slot
    }

    fn actor(&self, id: &str) -> usize {
        self.actor_index.get(id).copied().unwrap_or_default()
    }

    fn build(mut self) -> World {
        let model = self.model;
        let own = self.ownership();
        let mut default_slot = None;
        let mut deception = Vec::new();
        for (index, actor) in model.actors.iter().enumerate() {
            let slot = if let Some(range) = model.deception.get(&actor.id) {
                self.slot(Of::Deception(Some(index)), *range, None, "deception")
            } else if let Some(slot) = default_slot {
                slot
            } else {
                let range = model
                    .deception
                    .get("default")
                    .copied()
                    .unwrap_or(Range::exactly(DECEPTION_DEFAULT));
                let slot = self.slot(Of::Deception(None), range, None, "deception");
                default_slot = Some(slot);
                slot
            };
            deception.push(slot);
        }
        let (priors, pairs) = self.hypotheses();
        let subjects = self.subjects();
        let mut traces = self.traces();
        let (findings, copies, likelihoods, blocs) = self.findings(&subjects);
        for (index, finding) in findings.iter().enumerate() {
            if let Place::Trace(trace) = finding.place
                && let Some(trace) = traces.get_mut(trace)
            {
                trace.findings.push(index);
            }
        }
        let (sources, shared_sources) = self.sources(&findings, &blocs);
        World {
            actors: model.actors.iter().map(|a| a.id.clone()).collect(),
            own,
            unlisted: model.actors.iter().map(|a| a.unlisted).collect(),
            frameable: (0..model.actors.len())
                .filter(|&index| model.actors.get(index).is_some_and(|a| a.frameable))
                .collect(),
            deception,
            hypotheses: model.hypotheses.iter().map(|h| h.id.clone()).collect(),
            priors,
            pairs,
            sources,
            blocs,
            subjects,
            traces,
            findings,
            copies,
            likelihoods,
            shared_sources,
            parameters: self.parameters,
        }
    }

    fn ownership(&self) -> Vec<Vec<bool>> {
        self.model
            .actors
            .iter()
            .map(|operator| {
                self.model
                    .actors
                    .iter()
                    .map(|actor| actor.id == operator.id || operator.members.contains(&actor.id))
                    .collect()
            })
            .collect()
    }

    fn hypotheses(&mut self) -> (Vec<Slot>, Vec<Pair>) {
        let model = self.model;
        let mut priors = Vec::new();
        let mut pairs = Vec::new();
        for (index, hypothesis) in model.hypotheses.iter().enumerate() {
            priors.push(self.slot(Of::Hypothesis(index), hypothesis.prior, None, "prior"));
            let directions: Vec<usize> = (0..DIRECTIONS.len())
                .filter(|&direction| {
                    hypothesis.directions.as_ref().is_none_or(|named| {
                        DIRECTIONS
                            .get(direction)
                            .is_some_and(|name| named.iter().any(|n| n == name))
                    })
                })
                .collect();
            let count = hypothesis.operators.len() * directions.len();
            for operator in &hypothesis.operators {
                for &direction in &directions {
                    pairs.push(Pair {
                        hypothesis: index,
                        operator: self.actor(operator),
                        direction,
                        share: 1.0 / count as f64,
                    });
                }
            }
        }
        (priors, pairs)
    }

    fn subjects(&mut self) -> Vec<Property> {
        let model = self.model;
        let mut subjects = Vec::new();
        for (index, subject) in model.subjects.iter().enumerate() {
            let class = subject.class.as_deref();
            let of = Of::Subject(index);
            let mut labels = Vec::new();
            for (owner, label) in &subject.label {
                let slot = self.slot(of, *label, class, format!("label.{owner}"));
                labels.push((self.actor(owner), slot));
            }
            let shared = self.slot(of, subject.shared, class, "shared");
            let held = subject
                .other_is_unlisted
                .unwrap_or(Range::exactly(OTHER_IS_UNLISTED_DEFAULT));
            let other_is_unlisted = self.slot(of, held, class, "other_is_unlisted");
            subjects.push(Property {
                id: subject.id.clone(),
                labels,
                shared,
                other_is_unlisted,
            });
        }
        subjects
    }

    fn traces(&mut self) -> Vec<Mark> {
        let model = self.model;
        let subject_index: BTreeMap<&str, usize> = model
            .subjects
            .iter()
            .enumerate()
            .map(|(index, subject)| (subject.id.as_str(), index))
            .collect();
        let mut traces = Vec::new();
        for (index, trace) in model.traces.iter().enumerate() {
            let class = trace.class.as_deref();
            let of = Of::Trace(index);
            let target = match subject_index.get(trace.points_to.as_str()) {
                Some(&subject) => Target::Subject(subject),
                None => Target::Actor(self.actor(&trace.points_to)),
            };
            let care = trace.care.unwrap_or(Range::exactly(CARE_DEFAULT));
            traces.push(Mark {
                target,
                hit: self.slot(of, trace.hit, class, "hit"),
                rarity: self.slot(of, trace.rarity, class, "rarity"),
                forgeability: self.slot(of, trace.forgeability, class, "forgeability"),
                care: self.slot(of, care, class, "care"),
                findings: Vec::new(),
            });
        }
        traces
    }

    fn reading(
        &mut self,
        (position, finding): (usize, &Finding),
        subjects: &[Property],
        trace_index: &BTreeMap<&str, usize>,
    ) -> (Place, Reading) {
        let model = self.model;
        if let Some(trace) = &finding.trace {
            let trace = trace_index.get(trace.as_str()).copied();
            let zero = Range::exactly(0.0);
            let present = finding.if_present.unwrap_or(zero);
            let absent = finding.if_absent.unwrap_or(zero);
            let present = self.likelihood_slot(position, present, finding, "if_present");
            let absent = self.likelihood_slot(position, absent, finding, "if_absent");
            let planted = match finding.if_planted {
                Some(planted) => self.likelihood_slot(position, planted, finding, "if_planted"),
                None => present,
            };
            let reading = Reading::State {
                says: finding.says.unwrap_or(true),
                slots: [absent, present, planted],
            };
            return (Place::Trace(trace.unwrap_or_default()), reading);
        }
        let over = finding.over.as_deref().and_then(Over::named);
        let over = over.unwrap_or(Over::Operator);
        let mut place = Place::Pair;
        let values: Vec<&str> = match over {
            Over::Operator => model.actors.iter().map(|a| a.id.as_str()).collect(),
            Over::Direction => DIRECTIONS.to_vec(),
            Over::Hypothesis => model.hypotheses.iter().map(|h| h.id.as_str()).collect(),
            Over::Owner => {
                let subject = model
                    .subjects
                    .iter()
                    .position(|s| Some(&s.id) == finding.of.as_ref())
                    .unwrap_or_default();
                place = Place::Owner(subject);
                let labels = subjects.get(subject).map_or(&[][..], |s| &s.labels);
                labels
                    .iter()
                    .filter_map(|(actor, _)| model.actors.get(*actor))
                    .map(|a| a.id.as_str())
                    .chain([OTHER])
                    .collect()
            }
        };
        let mut slots = Vec::new();
        let mut by_name = BTreeMap::new();
        for (name, range) in finding.likelihood.iter().flatten() {
            by_name.insert(name.as_str(), slots.len());
            slots.push(self.likelihood_slot(position, *range, finding, format!("likelihood.{name}")));
        }
        let rest = by_name.get("else").copied().unwrap_or_default();
        let of_value = values
            .iter()
            .map(|value| by_name.get(value).copied().unwrap_or(rest))
            .collect();
        let reading = Reading::Value {
            over,
            slots,
            of_value,
        };
        (place, reading)
    }

    fn findings(&mut self, subjects: &[Property]) -> (Vec<Voice>, Vec<String>, usize, Vec<usize>) {
        let model = self.model;
        let counts = counted(&model.findings);
        let source_index: BTreeMap<&str, usize> = model
            .sources
            .iter()
            .enumerate()
            .map(|(index, source)| (source.id.as_str(), index))
            .collect();
        let mut copies = Vec::new();
        for (position, finding) in model.findings.iter().enumerate() {
            let nearest = at(&counts, position);
            if nearest != position {
                copies.push(finding.id.clone());
            }
        }
        copies.sort();
        let mut bloc_index: BTreeMap<(usize, bool, Option<&str>), usize> = BTreeMap::new();
        let mut blocs = Vec::new();
        let mut voices = Vec::new();
        let of_trace: Vec<&str> = model.traces.iter().map(|t| bloc_of_trace(model, t)).collect();
        let trace_index: BTreeMap<&str, usize> = model
            .traces
            .iter()
            .enumerate()
            .map(|(index, trace)| (trace.id.as_str(), index))
            .collect();
        let mut first = 0;
        for (position, finding) in model.findings.iter().enumerate() {
            if at(&counts, position) != position {
                continue;
            }
            let source = finding
                .source
                .as_deref()
                .and_then(|id| source_index.get(id).copied());
            let (place, reading) = self.reading((position, finding), subjects, &trace_index);
            let bloc = source.map(|source| {
                let key = (
                    source,
                    finding.says.unwrap_or(true),
                    bloc_of(finding, &of_trace, place),
                );
                *bloc_index.entry(key).or_insert_with(|| {
                    blocs.push(source);
                    blocs.len() - 1
                })
            });
            let width = match &reading {
                Reading::State { .. } => 3,
                Reading::Value { slots, .. } => slots.len(),
            };
            voices.push(Voice {
                id: finding.id.clone(),
                place,
                source,
                bloc,
                reading,
                first,
                position,
            });
            first += width;
        }
        (voices, copies, first, blocs)
    }

    fn sources(&mut self, findings: &[Voice], blocs: &[usize]) -> (Vec<Informant>, usize) {
        let model = self.model;
        let mut places: Vec<BTreeSet<Place>> = vec![BTreeSet::new(); model.sources.len()];
        for finding in findings {
            if let Some(set) = finding.source.and_then(|source| places.get_mut(source)) {
                set.insert(finding.place);
            }
        }
        let mut shared = 0;
        let mut sources = Vec::new();
        for (index, source) in model.sources.iter().enumerate() {
            let class = source.class.as_deref();
            let spoken = places.get(index);
            let coupling = match spoken.map_or(0, BTreeSet::len) {
                0 => Coupling::Silent,
                1 => spoken
                    .and_then(BTreeSet::first)
                    .map_or(Coupling::Silent, |place| Coupling::Private(*place)),
                _ => {
                    shared += 1;
                    Coupling::Shared(shared - 1)
                }
            };
            sources.push(Informant {
                reliable: self.slot(Of::Source(index), source.reliable, class, "reliable"),
                push: self.slot(Of::Source(index), source.push, class, "push"),
                coupling,
                blocs: (0..blocs.len()).filter(|&b| at(blocs, b) == index).collect(),
            });
        }
        (sources, shared)
    }
}
