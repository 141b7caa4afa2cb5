//! Traces, subjects and sources of the model, and the weight of one finding alone.

use std::collections::BTreeMap;

use ascribe_model::finding::Target;
use ascribe_model::words::{Class, SourceKind};
use ascribe_model::{Finding, Range};

use super::{BuildError, OwnNumbers, Work};
use crate::assessment::Weight;
use crate::model_file::{Source, Subject, Trace};

/// One ban: no judged finding weighs more (METHOD section 4).
pub(super) const JUDGED_MAX: f64 = 1.0;

/// The numbers that the weight of one finding about a trace rests on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alone {
    pub(super) hit: Range,
    pub(super) rarity: Range,
    pub(super) if_present: Range,
    pub(super) if_absent: Range,
    /// Reliability and push of the source; none: own measurement.
    pub(super) source: Option<(Range, Range)>,
    pub(super) says: bool,
}

impl Alone {
    /// log10 of P(it | the operator owns the subject) / P(it | it has nothing to do with it), at chosen ends.
    ///
    /// Source: METHOD section 5, "Weight alone".
    fn at(&self, pick: impl Fn(Range, Toward) -> f64) -> f64 {
        use Toward::{Less, More};
        let (c, r) = (pick(self.hit, More), pick(self.rarity, Less));
        let (h, f) = (pick(self.if_present, More), pick(self.if_absent, Less));
        let p = 1.0 - (1.0 - r) * (1.0 - c);
        let said = |present: f64| {
            let yes = present * h + (1.0 - present) * f;
            if self.says { yes } else { 1.0 - yes }
        };
        let (rho, push) = self
            .source
            .map_or((1.0, 0.0), |(rho, push)| (pick(rho, More), pick(push, Less)));
        let ratio = (rho * said(p) + (1.0 - rho) * push) / (rho * said(r) + (1.0 - rho) * push);
        libm::log10(ratio)
    }

    pub(super) fn point(&self) -> f64 {
        self.at(|range, _| range.point())
    }

    /// Point, ends and bound of a judged finding.
    pub(super) fn weight(&self, bound: f64) -> Weight {
        let strong = self.at(|range, toward| {
            if toward == Toward::More {
                range.high()
            } else {
                range.low()
            }
        });
        let weak = self.at(|range, toward| {
            if toward == Toward::More {
                range.low()
            } else {
                range.high()
            }
        });
        let point = self.point().clamp(-bound, bound);
        Weight {
            point,
            low: strong.min(weak).clamp(-bound, point.max(-bound)),
            high: strong.max(weak).clamp(point.min(bound), bound),
            bound,
        }
    }

    /// Raises `if_absent` (lowers `if_present` for "not present") until the finding weighs at most one ban.
    pub(super) fn capped(mut self) -> Result<Self, BuildError> {
        let over = |alone: &Self| libm::fabs(alone.point()) > JUDGED_MAX;
        if !over(&self) {
            return Ok(self);
        }
        let (mut low, mut high) = (0.0f64, 1.0f64);
        let original = self;
        let mixed = |share: f64| -> Result<Self, BuildError> {
            let mut alone = original;
            let (h, f) = (original.if_present, original.if_absent);
            if original.says {
                let raise = |x: f64| x + (h.point() - x).max(0.0) * share;
                let point = raise(f.point());
                alone.if_absent = Range::new(raise(f.low()).min(point), point, raise(f.high()).max(point))?;
            } else {
                let lower = |x: f64| x - (x - f.point()).max(0.0) * share;
                let point = lower(h.point());
                alone.if_present = Range::new(lower(h.low()).min(point), point, lower(h.high()).max(point))?;
            }
            Ok(alone)
        };
        for _ in 0..80 {
            let middle = f64::midpoint(low, high);
            if over(&mixed(middle)?) {
                low = middle;
            } else {
                high = middle;
            }
        }
        self = mixed(high)?;
        Ok(self)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Toward {
    /// A higher number makes a finding weigh more.
    More,
    /// A higher number makes it weigh less.
    Less,
}

impl Work<'_> {
    /// The trace that `finding` is about, made on first use. One habit is one trace.
    pub(super) fn trace(
        &mut self,
        finding: &Finding,
        class: Class,
        target: &Target,
    ) -> Result<Trace, BuildError> {
        let id = trace_id(finding, class, target);
        if let Some(trace) = self.traces.get(&id) {
            return Ok(trace.clone());
        }
        let defaults = *self.defaults.class(class)?;
        let own = if self.own_numbers == OwnNumbers::Used {
            finding.overrides
        } else {
            Default::default()
        };
        let shared_draw = own.hit.is_none() && own.rarity.is_none() && own.forgeability.is_none();
        let trace = Trace {
            id: id.clone(),
            class: shared_draw.then(|| class.text().to_owned()),
            points_to: subject_id(target),
            hit: own.hit.unwrap_or(defaults.hit),
            rarity: own.rarity.unwrap_or(defaults.rarity),
            forgeability: own.forgeability.unwrap_or(defaults.forgeability),
            care: defaults.care.map(Range::exactly),
        };
        if matches!(target, Target::Family(_) | Target::Infrastructure(_)) {
            self.subjects.insert(target.clone());
        }
        self.traces.insert(id, trace.clone());
        Ok(trace)
    }

    /// The source's reliability and push; none for our own measurements.
    pub(super) fn source(&mut self, finding: &Finding) -> Result<Option<(Range, Range)>, BuildError> {
        let Some(id) = &finding.source else {
            return Ok(None);
        };
        let known = self.knowledge.source(id);
        if known.is_some_and(|source| source.kind == SourceKind::Own) {
            return Ok(None);
        }
        if let Some(source) = self.sources.get(id) {
            return Ok(Some((source.reliable, source.push)));
        }
        let letter = known
            .and_then(|source| source.grade)
            .or(finding.grade.reliability);
        let reliable = match known.and_then(|source| source.reliable) {
            Some(reliable) if self.own_numbers == OwnNumbers::Used => reliable,
            _ => self.defaults.reliable(letter)?,
        };
        let stake = known.is_some_and(|source| source.stake.is_some());
        let push = match known.and_then(|source| source.push) {
            Some(push) if self.own_numbers == OwnNumbers::Used => push,
            _ if stake => self.defaults.push_stake,
            _ => self.defaults.push,
        };
        self.sources.insert(
            id.clone(),
            Source {
                id: id.clone(),
                reliable,
                push,
                class: None,
            },
        );
        Ok(Some((reliable, push)))
    }

    /// Families and infrastructures that findings point to.
    pub(super) fn model_subjects(&mut self) -> Result<Vec<Subject>, BuildError> {
        let mut subjects = Vec::new();
        for target in self.subjects.clone() {
            let (label, shared) = match &target {
                Target::Family(id) => {
                    let family = self.knowledge.family(id);
                    let label = family.map(|family| family.label.clone()).unwrap_or_default();
                    if label.is_empty() {
                        self.warnings.push(format!(
                            "whose family `{id}` is was not known then: all of its label is on \"other\""
                        ));
                    }
                    (
                        label,
                        family
                            .and_then(|family| family.shared)
                            .unwrap_or(self.defaults.shared),
                    )
                }
                Target::Infrastructure(id) => {
                    let item = self.knowledge.infrastructure(id);
                    let label = item.map(|item| item.holder.clone()).unwrap_or_default();
                    if label.is_empty() {
                        self.warnings.push(format!(
                            "whose infrastructure `{id}` is was not known then: all of its label is on \"other\""
                        ));
                    }
                    let shared = match item.and_then(|item| item.exclusive) {
                        Some(e) => Range::new(1.0 - e.high(), 1.0 - e.point(), 1.0 - e.low())?,
                        None => self.defaults.shared_infrastructure,
                    };
                    (label, shared)
                }
                _ => continue,
            };
            let label: BTreeMap<String, Range> = label
                .into_iter()
                .filter(|(actor, _)| self.knowledge.actor(actor).is_some())
                .collect();
            subjects.push(Subject {
                id: subject_id(&target),
                label,
                shared,
                other_is_unlisted: Some(self.defaults.other_is_unlisted),
                class: None,
            });
        }
        subjects.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(subjects)
    }
}

/// How a target is named in the model: an actor by its id, a subject by `kind:id` where needed to be unique.
pub(super) fn subject_id(target: &Target) -> String {
    match target {
        Target::Actor(id) | Target::Hypothesis(id) => id.clone(),
        Target::Family(_) | Target::Infrastructure(_) | Target::Direction(_) => target.to_string(),
    }
}

/// One habit is one trace: claims and names of one persona, language marks, one comparison of tactics.
fn trace_id(finding: &Finding, class: Class, target: &Target) -> String {
    if let Some(fact) = &finding.fact {
        return format!("fact:{fact}");
    }
    match class {
        Class::Claim | Class::Name => format!("persona:{target}"),
        Class::Language => format!("language:{target}"),
        Class::Tactics => format!("tactics:{target}:{}", finding.origin),
        _ => finding.id.clone(),
    }
}
