//! Intervals of belief: draws of the shared parameters, weighted by how well they explain the findings.
//!
//! Each draw takes every shared number from PERT(low, point, high), computes the exact posterior, and counts with
//! weight P(findings | parameters). Low and high are the weighted 5 % and 95 % points. Below an effective
//! sample size of 200 no interval is given. A draw depends on the seed and its number alone, so chunks can run
//! anywhere in any order. Source: METHOD section 5; effective sample size: Kong (1992).

use std::collections::BTreeMap;
use std::ops::Range as Span;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::cells::at;
use super::numbers::{Numbers, Tempering};
use super::outcome::Outcome;
use super::pert::Level;
use super::spread::Spread;
use super::tables::Tables;
use super::{Ready, WeighError};
use crate::model_file::ModelFile;
use ascribe_model::random::Random;

/// Effective sample size below which no interval is given.
pub const ESS_MIN: f64 = 200.0;

/// How many draws, from which seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    /// Number of draws.
    pub draws: usize,
    /// Seed; the same seed gives the same bytes.
    pub seed: u64,
}

impl Default for Draws {
    fn default() -> Self {
        Self {
            draws: 10_000,
            seed: 1,
        }
    }
}

/// The 5 % and 95 % points of one belief.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// 5 % point; none where refused.
    pub low: Option<f64>,
    /// 95 % point; none where refused.
    pub high: Option<f64>,
}

/// Intervals of all hypotheses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervals {
    /// Draws made.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
    /// Effective sample size, (Σw)²/Σw².
    pub ess: f64,
    /// Why no interval is given; none where it is.
    pub refused: Option<String>,
    /// By hypothesis.
    pub hypotheses: BTreeMap<String, Interval>,
}

/// A model made ready for draws.
pub struct Sampler {
    pub(super) ready: Ready,
    pub(super) spread: Spread,
    seed: u64,
}

/// Results of some draws; made by [`Sampler::chunk`], merged by [`Sampler::merge`].
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    first: usize,
    /// ln P(findings | parameters) of each draw.
    evidence_ln: Vec<f64>,
    /// Posterior of each draw, one cell a hypothesis.
    posterior: Vec<f64>,
}

impl Sampler {
    /// Makes `model` ready.
    ///
    /// Errors: as [`super::weigh`].
    pub fn new(model: &ModelFile, seed: u64) -> Result<Self, WeighError> {
        let ready = Ready::new(model)?;
        let spread = Spread::new(&ready.world);
        Ok(Self { ready, spread, seed })
    }

    /// Makes the draws with these numbers.
    #[must_use]
    pub fn chunk(&self, draws: Span<usize>) -> Chunk {
        let (world, plan) = (&self.ready.world, &self.ready.plan);
        let width = world.hypotheses.len();
        let mut chunk = Chunk {
            first: draws.start,
            evidence_ln: Vec::with_capacity(draws.len()),
            posterior: Vec::with_capacity(draws.len() * width),
        };
        let mut numbers = Numbers::new(world, world.points(), Tempering::Whole);
        let mut tables = Tables::forward(world, plan);
        let mut levels = Vec::with_capacity(self.spread.groups);
        for draw in draws {
            let mut random = Random::of_draw(self.seed, draw as u64);
            levels.clear();
            levels.extend((0..self.spread.groups).map(|_| Level::new(random.unit())));
            self.spread.at_levels(world, &levels, &mut numbers.theta);
            numbers.refresh(world);
            tables.fill(world, plan, &numbers);
            match Outcome::read(world, plan, &numbers, &tables) {
                Ok(outcome) => {
                    chunk.evidence_ln.push(outcome.evidence_ln);
                    chunk.posterior.extend(&outcome.posterior);
                }
                Err(_) => {
                    // Parameters under which the findings are impossible have weight 0.
                    chunk.evidence_ln.push(f64::NEG_INFINITY);
                    chunk.posterior.extend(std::iter::repeat_n(0.0, width));
                }
            }
        }
        chunk
    }

    /// The intervals of all chunks together; their order does not matter.
    ///
    /// Errors: `Impossible` if no draw makes the findings possible.
    pub fn merge(&self, mut chunks: Vec<Chunk>) -> Result<Intervals, WeighError> {
        chunks.sort_by_key(|chunk| chunk.first);
        let hypotheses = &self.ready.world.hypotheses;
        let evidence: Vec<f64> = chunks
            .iter()
            .flat_map(|c| c.evidence_ln.iter().copied())
            .collect();
        let most = evidence.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most == f64::NEG_INFINITY {
            return Err(WeighError::Impossible);
        }
        let weights: Vec<f64> = evidence.iter().map(|x| libm::exp(x - most)).collect();
        let sum: f64 = weights.iter().sum();
        let squares: f64 = weights.iter().map(|w| w * w).sum();
        let ess = sum * sum / squares;
        let refused = (ess < ESS_MIN).then(|| {
            format!(
                "effective sample size {ess:.0} of {} draws is under {ESS_MIN:.0}: the elicited ranges and the findings disagree",
                evidence.len()
            )
        });
        let mut by_id = BTreeMap::new();
        for (index, id) in hypotheses.iter().enumerate() {
            let interval = if refused.is_some() {
                Interval::default()
            } else {
                let mut drawn: Vec<(f64, f64)> = chunks
                    .iter()
                    .flat_map(|c| c.posterior.chunks_exact(hypotheses.len()))
                    .map(|row| at(row, index))
                    .zip(weights.iter().copied())
                    .collect();
                drawn.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
                Interval {
                    low: quantile(&drawn, 0.05 * sum),
                    high: quantile(&drawn, 0.95 * sum),
                }
            };
            by_id.insert(id.clone(), interval);
        }
        Ok(Intervals {
            draws: evidence.len(),
            seed: self.seed,
            ess,
            refused,
            hypotheses: by_id,
        })
    }
}

/// The first value at which the weights so far reach `wanted`.
fn quantile(sorted: &[(f64, f64)], wanted: f64) -> Option<f64> {
    let mut sum = 0.0;
    for (value, weight) in sorted {
        sum += weight;
        if sum >= wanted {
            return Some(*value);
        }
    }
    sorted.last().map(|(value, _)| *value)
}

/// Does so many independent pieces of work, each named by its number, in any order and on any threads; back when all
/// are done.
pub type Hands<'a> = &'a (dyn Fn(usize, &(dyn Fn(usize) + Sync)) + 'a);

/// Draws in one piece of work.
const PIECE: usize = 250;

/// As [`interval`], in pieces that `hands` does. The same numbers whatever it does with them.
///
/// Errors: as [`interval`].
pub fn interval_by(model: &ModelFile, draws: Draws, hands: Hands<'_>) -> Result<Intervals, WeighError> {
    let sampler = Sampler::new(model, draws.seed)?;
    let count = draws.draws.div_ceil(PIECE).max(1);
    let done = in_pieces(count, hands, |piece| {
        let first = piece * PIECE;
        sampler.chunk(first..(first + PIECE).min(draws.draws))
    });
    sampler.merge(done)
}

/// What `of` gives for every number below `count`, in the order of the numbers.
pub(super) fn in_pieces<T: Send>(count: usize, hands: Hands<'_>, of: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let cells: Vec<Mutex<Option<T>>> = (0..count).map(|_| Mutex::new(None)).collect();
    hands(count, &|piece| {
        let made = of(piece);
        if let Some(cell) = cells.get(piece) {
            *cell.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        }
    });
    cells
        .into_iter()
        .filter_map(|cell| cell.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}

/// One thread, in order: for callers that have no others.
pub fn by_one_hand(count: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..count).for_each(work);
}

/// Intervals of all hypotheses of `model`, on one thread.
///
/// Errors: as [`super::weigh`]. Too small an effective sample size is no error: see [`Intervals::refused`].
pub fn interval(model: &ModelFile, draws: Draws) -> Result<Intervals, WeighError> {
    interval_by(model, draws, &by_one_hand)
}
