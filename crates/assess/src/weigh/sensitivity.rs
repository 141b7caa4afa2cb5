//! What the belief rests on: leaving things out, other priors, the prior that would flip it.
//!
//! A finding left out gives way to its copy, if it has one. Source: METHOD section 5, "Sensitivity".

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::cells::at;
use super::edits::Workbench;
use super::outcome::{Outcome, ln, ln_sum};
use super::world::World;
use super::{Ready, WeighError, by_id};
use crate::assessment::LeaveOneOut;
use crate::model_file::{Finding, ModelFile};

/// Beliefs under three priors, all hypotheses each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThreePriors {
    /// The model's own prior.
    pub case: BTreeMap<String, f64>,
    /// The same for every hypothesis.
    pub uniform: BTreeMap<String, f64>,
    /// Half on the hypotheses whose operators are all unlisted, shared out as the model's prior does; `None` without both kinds.
    pub half_unlisted: Option<BTreeMap<String, f64>>,
}

/// Everything cheap about how far the belief would move.
#[derive(Clone, Debug, PartialEq)]
pub struct Steadiness {
    /// The hypothesis with the highest belief; of equals the smallest id.
    pub leader: String,
    /// Belief without each finding, origin, source, trace class and family, in this order, each by id.
    pub leave_one_out: Vec<LeaveOneOut>,
    /// By hypothesis, the others scaled: for the leader the prior at which it stops leading, for the others the
    /// prior at which they start to; `None`: no prior does.
    pub flip_prior: BTreeMap<String, Option<f64>>,
    /// Beliefs under three priors.
    pub priors: ThreePriors,
}

/// How far the belief of `model` moves when parts are left out or the prior is another one.
///
/// Errors: as [`super::weigh`]. What is left when something is left out is never impossible if the whole is not.
pub fn steadiness(model: &ModelFile) -> Result<Steadiness, WeighError> {
    let ready = Ready::new(model)?;
    let mut bench = Workbench::new(&ready)?;
    let whole = bench.whole().clone();
    let leader = leader(&ready.world, &whole.posterior);
    let mut left_out = Vec::new();
    // A finding of its own origin is asked twice.
    let mut known: BTreeMap<BTreeSet<usize>, Vec<f64>> = BTreeMap::new();
    for (kind, id, dropped) in parts(model) {
        let belief = match known.get(&dropped) {
            Some(belief) => belief.clone(),
            None => belief_without(model, &ready, &mut bench, &dropped)?,
        };
        known.insert(dropped, belief.clone());
        left_out.push(LeaveOneOut {
            kind: kind.to_owned(),
            id,
            leader: ready
                .world
                .hypotheses
                .get(self::leader(&ready.world, &belief))
                .cloned()
                .unwrap_or_default(),
            belief: by_id(&ready.world.hypotheses, &belief),
        });
    }
    Ok(Steadiness {
        leader: ready.world.hypotheses.get(leader).cloned().unwrap_or_default(),
        leave_one_out: left_out,
        flip_prior: flip_priors(&ready.world, &whole),
        priors: three_priors(&ready.world, &whole),
    })
}

/// Belief of `model` without the findings with these ids.
///
/// Errors: as [`super::weigh`]. Ids that the model does not have are ignored.
pub fn believe_without(
    model: &ModelFile,
    ids: &BTreeSet<String>,
) -> Result<BTreeMap<String, f64>, WeighError> {
    let edited = without(model, |finding| !ids.contains(&finding.id));
    Ok(super::believe(&edited)?.posterior)
}

fn without(model: &ModelFile, keep: impl Fn(&Finding) -> bool) -> ModelFile {
    let mut edited = model.clone();
    edited.findings.retain(keep);
    edited
}

/// Index of the highest belief; of equals the one with the smallest id.
pub(super) fn leader(world: &World, belief: &[f64]) -> usize {
    let mut best = 0;
    for index in 1..belief.len() {
        let (more, most) = (at(belief, index), at(belief, best));
        let smaller_id = world.hypotheses.get(index) < world.hypotheses.get(best);
        if more > most || (more >= most && smaller_id) {
            best = index;
        }
    }
    best
}

/// Posterior without the findings at these positions of the model.
fn belief_without(
    model: &ModelFile,
    ready: &Ready,
    bench: &mut Workbench<'_>,
    dropped: &BTreeSet<usize>,
) -> Result<Vec<f64>, WeighError> {
    let counts = super::world::counted(&model.findings);
    let successor = (0..model.findings.len()).any(|position| {
        let counted = at(&counts, position);
        counted != position && dropped.contains(&counted) && !dropped.contains(&position)
    });
    if successor {
        let mut position = 0;
        let mut edited = model.clone();
        edited.findings.retain(|_| {
            position += 1;
            !dropped.contains(&(position - 1))
        });
        let ready = Ready::new(&edited)?;
        return ready.outcome().map(|o| o.posterior);
    }
    let indices: Vec<usize> = ready
        .world
        .findings
        .iter()
        .enumerate()
        .filter(|(_, voice)| dropped.contains(&voice.position))
        .map(|(index, _)| index)
        .collect();
    Ok(bench.without(&indices)?.posterior)
}

/// What can be left out: kind, id, positions of its findings.
fn parts(model: &ModelFile) -> Vec<(&'static str, String, BTreeSet<usize>)> {
    let trace_of: BTreeMap<&str, _> = model.traces.iter().map(|t| (t.id.as_str(), t)).collect();
    let subjects: BTreeSet<&str> = model.subjects.iter().map(|s| s.id.as_str()).collect();
    let mut parts: BTreeMap<(usize, &'static str, String), BTreeSet<usize>> = BTreeMap::new();
    for (position, finding) in model.findings.iter().enumerate() {
        let mut add = |order: usize, kind: &'static str, id: &str| {
            parts
                .entry((order, kind, id.to_owned()))
                .or_default()
                .insert(position);
        };
        add(0, "finding", &finding.id);
        if let Some(origin) = &finding.origin {
            add(1, "origin", origin);
        }
        if let Some(source) = &finding.source {
            add(2, "source", source);
        }
        let trace = finding.trace.as_deref().and_then(|id| trace_of.get(id));
        if let Some(class) = trace.and_then(|t| t.class.as_ref()) {
            add(3, "class", class);
        }
        let family = trace.map(|t| t.points_to.as_str()).or(finding.of.as_deref());
        if let Some(family) = family.filter(|id| subjects.contains(id)) {
            add(4, "family", family);
        }
    }
    parts
        .into_iter()
        .map(|((_, kind, id), positions)| (kind, id, positions))
        .collect()
}

/// Each hypothesis's prior at which it starts or stops leading, the others keeping their proportions.
fn flip_priors(world: &World, whole: &Outcome) -> BTreeMap<String, Option<f64>> {
    let mut flips = BTreeMap::new();
    for (index, id) in world.hypotheses.iter().enumerate() {
        let others = || (0..world.hypotheses.len()).filter(move |h| *h != index);
        let rest = ln_sum(others().map(|h| at(&whole.priors_ln, h)));
        // The strongest rival per unit of prior left over.
        let rival = others()
            .map(|h| at(&whole.hypotheses_ln, h) - rest)
            .fold(f64::NEG_INFINITY, f64::max);
        let own = at(&whole.likelihoods_ln, index);
        let flip = if rest == f64::NEG_INFINITY || rival == f64::NEG_INFINITY || own == f64::NEG_INFINITY {
            None
        } else {
            // Where prior·L = (1 − prior)·rival.
            Some(1.0 / (1.0 + libm::exp(own - rival)))
        };
        flips.insert(id.clone(), flip);
    }
    flips
}

fn three_priors(world: &World, whole: &Outcome) -> ThreePriors {
    let under = |priors_ln: &[f64]| -> BTreeMap<String, f64> {
        let joint: Vec<f64> = priors_ln
            .iter()
            .zip(&whole.likelihoods_ln)
            .map(|(p, l)| p + l)
            .collect();
        let sum = ln_sum(joint.iter().copied());
        let belief: Vec<f64> = joint
            .iter()
            .map(|x| {
                if *x == f64::NEG_INFINITY {
                    0.0
                } else {
                    libm::exp(x - sum)
                }
            })
            .collect();
        by_id(&world.hypotheses, &belief)
    };
    let unlisted: Vec<bool> = (0..world.hypotheses.len())
        .map(|h| {
            let mut own = world.pairs.iter().filter(|p| p.hypothesis == h);
            own.all(|p| at(&world.unlisted, p.operator))
        })
        .collect();
    let part = |kind: bool| {
        ln_sum(
            whole
                .priors_ln
                .iter()
                .zip(&unlisted)
                .filter(move |(_, u)| **u == kind)
                .map(|(p, _)| *p),
        )
    };
    let (off, on) = (part(false), part(true));
    let halves = (off > f64::NEG_INFINITY && on > f64::NEG_INFINITY).then(|| {
        let priors: Vec<f64> = whole
            .priors_ln
            .iter()
            .zip(&unlisted)
            .map(|(p, u)| p - if *u { on } else { off } - std::f64::consts::LN_2)
            .collect();
        under(&priors)
    });
    ThreePriors {
        case: by_id(&world.hypotheses, &whole.posterior),
        uniform: under(&vec![ln(1.0); world.hypotheses.len()]),
        half_unlisted: halves,
    }
}
