//! What the belief rests on: leaving things out, other priors, the prior that would flip it.
//!
//! A finding left out gives way to its copy, if it has one. Source: METHOD section 5, "Sensitivity".

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::cells::{at, put};
use super::edits::Workbench;
use super::interval::{Hands, by_one_hand, in_pieces};
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

/// How far the belief of `model` moves when parts are left out or the prior is another one, on one thread.
///
/// Errors: as [`super::weigh`]. What is left when something is left out is never impossible if the whole is not.
pub fn steadiness(model: &ModelFile) -> Result<Steadiness, WeighError> {
    steadiness_by(model, &by_one_hand)
}

/// Pieces that what is left out is asked in; each has tables of its own.
const PIECES: usize = 4;

/// As [`steadiness`], in pieces that `hands` does. The same numbers whatever it does with them.
///
/// Errors: as [`steadiness`].
pub fn steadiness_by(model: &ModelFile, hands: Hands<'_>) -> Result<Steadiness, WeighError> {
    let ready = Ready::new(model)?;
    let bench = Workbench::new(&ready)?;
    let whole = bench.whole();
    let leader = leader(&ready.world, &whole.posterior);
    let copies = Copies::new(model, &ready.world);
    let parts = parts(model);
    // A finding of its own origin is asked once.
    let mut known: BTreeMap<&BTreeSet<usize>, usize> = BTreeMap::new();
    let mut questions: Vec<&BTreeSet<usize>> = Vec::new();
    for (_, _, dropped) in &parts {
        known.entry(dropped).or_insert_with(|| {
            questions.push(dropped);
            questions.len() - 1
        });
    }
    let answered = in_pieces(PIECES, hands, |piece| {
        let mut bench = bench.clone();
        let asked = questions.iter().skip(piece).step_by(PIECES);
        asked
            .map(|dropped| belief_without(model, &copies, &mut bench, dropped))
            .collect::<Result<Vec<_>, _>>()
    });
    let answered = answered.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut left_out = Vec::new();
    for (kind, id, dropped) in &parts {
        let question = known.get(dropped).copied().unwrap_or_default();
        let piece = answered.get(question % PIECES);
        let Some(belief) = piece.and_then(|piece| piece.get(question / PIECES)) else {
            continue;
        };
        left_out.push(LeaveOneOut {
            kind: (*kind).to_owned(),
            id: id.clone(),
            leader: ready
                .world
                .hypotheses
                .get(self::leader(&ready.world, belief))
                .cloned()
                .unwrap_or_default(),
            belief: by_id(&ready.world.hypotheses, belief),
        });
    }
    Ok(Steadiness {
        leader: ready.world.hypotheses.get(leader).cloned().unwrap_or_default(),
        leave_one_out: left_out,
        flip_prior: flip_priors(&ready.world, whole),
        priors: three_priors(&ready.world, whole),
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

/// Which findings of a model count, and which repeat one that does.
struct Copies {
    /// Index in the world of the finding at each position of the model, if it counts.
    index: Vec<Option<usize>>,
    /// Position of what counts, position of what repeats it.
    repeated: Vec<(usize, usize)>,
}

impl Copies {
    fn new(model: &ModelFile, world: &World) -> Self {
        let mut index = vec![None; model.findings.len()];
        for (number, voice) in world.findings.iter().enumerate() {
            put(&mut index, voice.position, Some(number));
        }
        let counts = super::world::counted(&model.findings).into_iter().enumerate();
        let repeated = counts
            .filter(|(position, counted)| counted != position)
            .map(|(position, counted)| (counted, position))
            .collect();
        Self { index, repeated }
    }
}

/// Posterior without the findings at these positions of the model.
fn belief_without(
    model: &ModelFile,
    copies: &Copies,
    bench: &mut Workbench<'_>,
    dropped: &BTreeSet<usize>,
) -> Result<Vec<f64>, WeighError> {
    let mut repeated = copies.repeated.iter();
    if repeated.any(|(counted, position)| dropped.contains(counted) && !dropped.contains(position)) {
        // A copy takes the place of what is left out: another model.
        let mut position = 0;
        let mut edited = model.clone();
        edited.findings.retain(|_| {
            position += 1;
            !dropped.contains(&(position - 1))
        });
        let ready = Ready::new(&edited)?;
        return ready.outcome().map(|o| o.posterior);
    }
    let indices: Vec<usize> = dropped
        .iter()
        .filter_map(|&position| at(&copies.index, position))
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
