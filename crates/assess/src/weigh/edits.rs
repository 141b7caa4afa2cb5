//! The belief with findings left out or numbers changed, from one set of tables.
//!
//! Only the tables above what changed are computed anew.

use super::cells::{at, put};
use super::numbers::{Numbers, Tempering};
use super::outcome::Outcome;
use super::plan::{Leaf, Plan, Work};
use super::tables::Tables;
use super::world::{Coupling, Place, Target, World};
use super::{Ready, WeighError};

/// Tables of one model and what depends on what.
pub(super) struct Workbench<'a> {
    ready: &'a Ready,
    base: Numbers,
    numbers: Numbers,
    filled: Tables,
    tables: Tables,
    /// Leaves that each finding enters.
    leaves_of_finding: Vec<Vec<usize>>,
    dirty: Vec<bool>,
}

impl<'a> Workbench<'a> {
    /// Tables of `ready` at its central parameters.
    pub(super) fn new(ready: &'a Ready) -> Self {
        let (world, plan) = (&ready.world, &ready.plan);
        let numbers = Numbers::new(world, world.points(), Tempering::Whole);
        let mut tables = Tables::new(world, plan);
        tables.fill(world, plan, &numbers);
        Self {
            ready,
            base: numbers.clone(),
            numbers,
            filled: tables.clone(),
            tables,
            leaves_of_finding: leaves_of_findings(world, plan),
            dirty: vec![false; plan.nodes.len()],
        }
    }

    /// The outcome with everything as it is.
    pub(super) fn whole(&self) -> Result<Outcome, WeighError> {
        Outcome::read(&self.ready.world, &self.ready.plan, &self.base, &self.filled)
    }

    /// The outcome without these findings (indices of the world).
    pub(super) fn without(&mut self, dropped: &[usize]) -> Result<Outcome, WeighError> {
        let (world, plan) = (&self.ready.world, &self.ready.plan);
        self.dirty.fill(false);
        for &finding in dropped {
            put(&mut self.numbers.active, finding, false);
            for &leaf in self.leaves_of_finding.get(finding).map_or(&[][..], |l| l) {
                put(&mut self.dirty, leaf, true);
            }
        }
        self.numbers.refresh(world);
        for (index, node) in plan.nodes.iter().enumerate() {
            if let Work::Join(join) = &node.work
                && (at(&self.dirty, join.left) || at(&self.dirty, join.right))
            {
                put(&mut self.dirty, index, true);
            }
            if at(&self.dirty, index) {
                self.tables.fill_node(world, plan, &self.numbers, index, node);
            }
        }
        let outcome = Outcome::read(world, plan, &self.numbers, &self.tables);
        for &finding in dropped {
            put(&mut self.numbers.active, finding, true);
        }
        for (index, dirty) in self.dirty.iter().enumerate() {
            if *dirty {
                restore(&mut self.tables.cells, &self.filled.cells, index);
                restore(&mut self.tables.exponent, &self.filled.exponent, index);
                restore(&mut self.tables.factor, &self.filled.factor, index);
            }
        }
        outcome
    }
}

fn restore<T: Clone>(into: &mut [Vec<T>], from: &[Vec<T>], index: usize) {
    if let (Some(into), Some(from)) = (into.get_mut(index), from.get(index)) {
        into.clone_from(from);
    }
}

fn leaves_of_findings(world: &World, plan: &Plan) -> Vec<Vec<usize>> {
    let mut leaves = vec![Vec::new(); world.findings.len()];
    for (index, node) in plan.nodes.iter().enumerate() {
        let Work::Leaf { leaf, .. } = &node.work else {
            continue;
        };
        for (finding, voice) in world.findings.iter().enumerate() {
            let enters = match leaf {
                Leaf::Unit => false,
                Leaf::Source(source) => {
                    voice.source == Some(*source)
                        && world
                            .sources
                            .get(*source)
                            .is_some_and(|s| matches!(s.coupling, Coupling::Shared(_)))
                }
                Leaf::Subject(subject) => voice.place == Place::Owner(*subject),
                Leaf::Group(group) => plan.groups.get(*group).is_some_and(|g| {
                    debug_assert!(matches!(g.target, Target::Actor(_) | Target::Subject(_)));
                    g.traces
                        .iter()
                        .any(|(trace, _)| voice.place == Place::Trace(*trace))
                }),
            };
            if enters && let Some(list) = leaves.get_mut(finding) {
                list.push(index);
            }
        }
    }
    leaves
}
