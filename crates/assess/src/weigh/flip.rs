//! The smallest set of findings without which another hypothesis leads.
//!
//! Sets are tried by increasing size, all of one size before the next, so the first that flips the leader is a
//! smallest one. When a size would pass the bound on evaluations, findings are taken away greedily instead and
//! needless ones put back; the result then says that it is not proven smallest. A finding goes together with
//! its copies here: the question is about what was collected, not about who repeated it. The set names the copies too,
//! so that a model without the named findings has another leader; they count as one finding with what they copy.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::cells::at;
use super::edits::Workbench;
use super::sensitivity::leader;
use super::world::counted;
use super::{Ready, WeighError};
use crate::model_file::ModelFile;

/// Evaluations after which the exact search stops.
pub const FLIP_EVALUATIONS: usize = 20_000;

/// A set of findings that carries the leader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlipSet {
    /// Ids with those of their copies, sorted; empty where no set was found.
    pub findings: Vec<String>,
    /// Whether every smaller set was tried; for an empty list: whether every set at all was tried.
    pub minimal: bool,
}

/// The smallest set of findings of `model` without which the leader changes.
///
/// Of several smallest sets the one that leaves the leader least belief, then the first by id.
/// Errors: as [`super::weigh`].
pub fn flip_set(model: &ModelFile, evaluations_max: usize) -> Result<FlipSet, WeighError> {
    let ready = Ready::new(model)?;
    let mut search = Search::new(model, &ready)?;
    let count = search.order.len();
    let mut spent = 0_usize;
    for size in 1..=count {
        spent = spent.saturating_add(combinations(count, size));
        if spent > evaluations_max {
            return search.greedy();
        }
        if let Some(set) = search.of_size(size)? {
            return Ok(search.named(&set, true));
        }
    }
    Ok(FlipSet {
        findings: Vec::new(),
        minimal: true,
    })
}

/// n over k, saturating.
fn combinations(n: usize, k: usize) -> usize {
    let mut result = 1_usize;
    for step in 0..k {
        result = match result.checked_mul(n - step) {
            Some(product) => product / (step + 1),
            None => return usize::MAX,
        };
    }
    result
}

struct Search<'a> {
    model: &'a ModelFile,
    ready: &'a Ready,
    bench: Workbench<'a>,
    /// Findings sorted by id.
    order: Vec<usize>,
    leader: usize,
}

impl<'a> Search<'a> {
    fn new(model: &'a ModelFile, ready: &'a Ready) -> Result<Self, WeighError> {
        let bench = Workbench::new(ready)?;
        let mut order: Vec<usize> = (0..ready.world.findings.len()).collect();
        order.sort_by_key(|&index| ready.world.findings.get(index).map(|f| f.id.clone()));
        Ok(Self {
            model,
            ready,
            order,
            leader: leader(&ready.world, &bench.whole().posterior),
            bench,
        })
    }

    /// Makes the base everything without `set`, from which single steps are cheap.
    fn rebase(&mut self, set: &[usize]) -> Result<(), WeighError> {
        let dropped: Vec<usize> = set.iter().map(|&place| at(&self.order, place)).collect();
        self.bench.rebase(&dropped)
    }

    /// Belief in the leader without one more finding than the base lacks, and whether another hypothesis leads.
    fn without(&mut self, place: usize) -> Result<(f64, bool), WeighError> {
        let outcome = self.bench.without(&[at(&self.order, place)])?;
        Ok((
            at(&outcome.posterior, self.leader),
            leader(&self.ready.world, &outcome.posterior) != self.leader,
        ))
    }

    /// The best set of this size that flips, as places in `order`.
    fn of_size(&mut self, size: usize) -> Result<Option<Vec<usize>>, WeighError> {
        let mut best: Option<(f64, Vec<usize>)> = None;
        let count = self.order.len();
        // All but the last place of the set; the last runs over the places after them.
        let mut stem: Vec<usize> = (0..size.saturating_sub(1)).collect();
        loop {
            self.rebase(&stem)?;
            for place in stem.last().map_or(0, |last| last + 1)..count {
                let (belief, flips) = self.without(place)?;
                if flips && best.as_ref().is_none_or(|(least, _)| belief < *least) {
                    let mut set = stem.clone();
                    set.push(place);
                    best = Some((belief, set));
                }
            }
            if !next_combination(&mut stem, count) {
                return Ok(best.map(|(_, set)| set));
            }
        }
    }

    fn greedy(&mut self) -> Result<FlipSet, WeighError> {
        let mut set: Vec<usize> = Vec::new();
        loop {
            self.rebase(&set)?;
            let mut best: Option<(f64, usize, bool)> = None;
            for place in 0..self.order.len() {
                if set.contains(&place) {
                    continue;
                }
                let (belief, flips) = self.without(place)?;
                if best.is_none_or(|(least, _, _)| belief < least) {
                    best = Some((belief, place, flips));
                }
            }
            let Some((_, place, flips)) = best else {
                return Ok(FlipSet::default());
            };
            set.push(place);
            if flips {
                break;
            }
        }
        // Earlier choices may have become needless.
        let mut index = 0;
        while index < set.len() {
            let place = set.remove(index);
            self.rebase(&set)?;
            let world = &self.ready.world;
            if leader(world, &self.bench.whole().posterior) == self.leader {
                set.insert(index, place);
                index += 1;
            }
        }
        Ok(self.named(&set, false))
    }

    fn named(&self, set: &[usize], minimal: bool) -> FlipSet {
        let chosen: BTreeSet<&str> = set
            .iter()
            .filter_map(|&place| self.ready.world.findings.get(at(&self.order, place)))
            .map(|f| f.id.as_str())
            .collect();
        let all = &self.model.findings;
        let mut findings: Vec<String> = all
            .iter()
            .zip(counted(all))
            .filter(|(_, nearest)| all.get(*nearest).is_some_and(|f| chosen.contains(f.id.as_str())))
            .map(|(f, _)| f.id.clone())
            .collect();
        findings.sort();
        FlipSet { findings, minimal }
    }
}

/// The next combination of `set.len()` places out of `count`; false after the last.
fn next_combination(set: &mut [usize], count: usize) -> bool {
    let size = set.len();
    for index in (0..size).rev() {
        if at(set, index) < count - size + index {
            let next = at(set, index) + 1;
            for (value, cell) in (next..).zip(set.iter_mut().skip(index)) {
                *cell = value;
            }
            return true;
        }
    }
    false
}
