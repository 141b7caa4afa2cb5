//! Outer bounds of belief: a search over the corners of the shared parameters.
//!
//! From the central parameters every shared number is moved to each end alone; the ends that help (or hurt) a
//! hypothesis most make a corner, which coordinate ascent then improves, beside the starts "all low" and "all
//! high". The result is the widest range that the search met, a lower bound on the true range: it is a search,
//! not a proof, and says nothing about how probable a corner is.

use std::collections::BTreeMap;

use super::cells::{at, put};
use super::interval::{Hands, by_one_hand, in_pieces};
use super::numbers::{Numbers, Tempering};
use super::outcome::Outcome;
use super::spread::Spread;
use super::tables::Tables;
use super::{Ready, WeighError};
use crate::defaults::End;
use crate::model_file::ModelFile;

/// Evaluations after which the search stops for one end of one hypothesis.
pub const CORNER_EVALUATIONS: usize = 2_000;
/// Passes of coordinate ascent over all numbers.
const PASSES: usize = 3;

/// Which end of a belief is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The lowest belief.
    Lowest,
    /// The highest belief.
    Highest,
}

/// A model made ready for the search; each (hypothesis, side) can run anywhere.
pub struct Corners {
    pub(super) ready: Ready,
    pub(super) spread: Spread,
    /// Posterior at the central parameters.
    centre: Vec<f64>,
    /// Posterior with each group at its low and at its high end alone.
    pub(super) alone: Vec<[Vec<f64>; 2]>,
}

impl Corners {
    /// Makes `model` ready and moves every number alone.
    ///
    /// Errors: as [`super::weigh`].
    pub fn new(model: &ModelFile) -> Result<Self, WeighError> {
        let ready = Ready::new(model)?;
        let spread = Spread::new(&ready.world);
        let mut desk = Desk::new(&ready);
        let centre = desk.posterior(&spread, &ready.world.points())?;
        let mut alone = Vec::with_capacity(spread.groups);
        for group in 0..spread.groups {
            let mut ends = [Vec::new(), Vec::new()];
            for (cell, end) in ends.iter_mut().zip([End::Low, End::High]) {
                let mut theta = ready.world.points();
                spread.set_end(&ready.world, group, end, &mut theta);
                // An end that makes the findings impossible is no corner worth having.
                *cell = desk.posterior(&spread, &theta).unwrap_or_else(|_| centre.clone());
            }
            alone.push(ends);
        }
        Ok(Self {
            ready,
            spread,
            centre,
            alone,
        })
    }

    /// Ids of the hypotheses, in the order that [`Corners::search`] numbers them.
    #[must_use]
    pub fn hypotheses(&self) -> &[String] {
        &self.ready.world.hypotheses
    }

    /// The lowest or highest belief in hypothesis number `hypothesis` that the search meets.
    #[must_use]
    pub fn search(&self, hypothesis: usize, side: Side) -> f64 {
        let sign = match side {
            Side::Lowest => -1.0,
            Side::Highest => 1.0,
        };
        let mut desk = Desk::new(&self.ready);
        let mut spent = 0;
        let mut best = sign * at(&self.centre, hypothesis);
        let better_ends: Vec<End> = self
            .alone
            .iter()
            .map(|[low, high]| {
                if sign * at(low, hypothesis) > sign * at(high, hypothesis) {
                    End::Low
                } else {
                    End::High
                }
            })
            .collect();
        let mut starts = Vec::new();
        for ends in [
            better_ends,
            vec![End::Low; self.spread.groups],
            vec![End::High; self.spread.groups],
        ] {
            spent += 1;
            if let Some(value) = self.value(&mut desk, &ends, hypothesis) {
                starts.push((sign * value, ends));
            }
        }
        for [low, high] in &self.alone {
            best = best
                .max(sign * at(low, hypothesis))
                .max(sign * at(high, hypothesis));
        }
        // The start from single moves first: it is almost always the best.
        for (start, mut ends) in starts {
            let mut reached = start;
            for _ in 0..PASSES {
                let mut moved = false;
                for group in 0..self.spread.groups {
                    if spent >= CORNER_EVALUATIONS {
                        break;
                    }
                    spent += 1;
                    let before = ends.get(group).copied().unwrap_or(End::Low);
                    let other = if before == End::Low { End::High } else { End::Low };
                    put(&mut ends, group, other);
                    let value = self.value(&mut desk, &ends, hypothesis);
                    match value {
                        Some(value) if sign * value > reached => {
                            reached = sign * value;
                            moved = true;
                        }
                        _ => put(&mut ends, group, before),
                    }
                }
                if !moved {
                    break;
                }
            }
            best = best.max(reached);
        }
        sign * best
    }

    /// Outer low and high of every hypothesis.
    #[must_use]
    pub fn outer(&self, hands: Hands<'_>) -> BTreeMap<String, [f64; 2]> {
        let ends = in_pieces(2 * self.hypotheses().len(), hands, |piece| {
            let side = if piece % 2 == 0 {
                Side::Lowest
            } else {
                Side::Highest
            };
            self.search(piece / 2, side)
        });
        let pairs = ends.chunks_exact(2).map(|pair| [at(pair, 0), at(pair, 1)]);
        self.hypotheses().iter().cloned().zip(pairs).collect()
    }

    fn value(&self, desk: &mut Desk<'_>, ends: &[End], hypothesis: usize) -> Option<f64> {
        let mut theta = self.ready.world.points();
        for (group, end) in ends.iter().enumerate() {
            self.spread.set_end(&self.ready.world, group, *end, &mut theta);
        }
        let posterior = desk.posterior(&self.spread, &theta).ok()?;
        Some(at(&posterior, hypothesis))
    }
}

/// Outer low and high of every hypothesis of `model`, on one thread.
///
/// Errors: as [`super::weigh`].
pub fn outer(model: &ModelFile) -> Result<BTreeMap<String, [f64; 2]>, WeighError> {
    Ok(Corners::new(model)?.outer(&by_one_hand))
}

/// Tables for one search.
struct Desk<'a> {
    ready: &'a Ready,
    numbers: Numbers,
    tables: Tables,
}

impl<'a> Desk<'a> {
    fn new(ready: &'a Ready) -> Self {
        Self {
            ready,
            numbers: Numbers::new(&ready.world, ready.world.points(), Tempering::Whole),
            tables: Tables::forward(&ready.world, &ready.plan),
        }
    }

    fn posterior(&mut self, spread: &Spread, theta: &[f64]) -> Result<Vec<f64>, WeighError> {
        let (world, plan) = (&self.ready.world, &self.ready.plan);
        self.numbers.theta.clear();
        self.numbers.theta.extend_from_slice(theta);
        spread.fit(world, &mut self.numbers.theta);
        self.numbers.refresh(world);
        self.tables.fill(world, plan, &self.numbers);
        Ok(Outcome::read(world, plan, &self.numbers, &self.tables)?.posterior)
    }
}
