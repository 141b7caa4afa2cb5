//! The belief with findings left out, from one set of tables.
//!
//! The evidence is linear in every single table. So where leaving findings out changes one leaf, the backward run
//! of the whole gives the answer at once; otherwise only the tables above what changed are computed anew.

use super::cells::{add, at, put};
use super::marginals::{Backward, mass};
use super::numbers::{Numbers, Tempering};
use super::outcome::{Outcome, Profiles, ln};
use super::plan::{Leaf, Plan, Work};
use super::tables::Tables;
use super::world::{Coupling, Place, World};
use super::{Ready, WeighError};

/// Tables of one model and what depends on what.
#[derive(Clone)]
pub(super) struct Workbench<'a> {
    ready: &'a Ready,
    /// Numbers and tables of the base: everything, or everything without [`Workbench::rebase`]'s findings.
    base: Numbers,
    filled: Tables,
    outcome: Outcome,
    rows: Vec<Vec<f64>>,
    /// Whether every profile is possible, so that the backward run says all.
    possible: bool,
    backward: Backward,
    /// What is changed for one answer and put back.
    numbers: Numbers,
    tables: Tables,
    /// Leaf of the place of each finding, if it has one.
    leaf_of_finding: Vec<Option<usize>>,
    /// Leaf of each source that is a variable.
    leaf_of_source: Vec<Option<usize>>,
    dirty: Vec<bool>,
}

impl<'a> Workbench<'a> {
    /// Tables of `ready` at its central parameters.
    pub(super) fn new(ready: &'a Ready) -> Result<Self, WeighError> {
        let (world, plan) = (&ready.world, &ready.plan);
        let numbers = Numbers::new(world, world.points(), Tempering::Whole);
        let mut tables = Tables::new(world, plan);
        tables.fill(world, plan, &numbers);
        let outcome = Outcome::read(world, plan, &numbers, &tables)?;
        let (leaf_of_finding, leaf_of_source) = leaves(world, plan);
        let mut bench = Self {
            ready,
            base: numbers.clone(),
            filled: tables.clone(),
            outcome,
            rows: Vec::new(),
            possible: false,
            backward: Backward::by_profile(plan),
            numbers,
            tables,
            leaf_of_finding,
            leaf_of_source,
            dirty: vec![false; plan.nodes.len()],
        };
        bench.run_backward();
        Ok(bench)
    }

    fn run_backward(&mut self) {
        let plan = &self.ready.plan;
        self.possible = self.outcome.seeded && self.outcome.profiles_ln.iter().all(|x| x.is_finite());
        self.backward
            .run(plan, &mut self.tables, &self.outcome.seeds, &mut self.rows);
    }

    /// The outcome of the base.
    pub(super) fn whole(&self) -> &Outcome {
        &self.outcome
    }

    /// Makes the base everything without these findings.
    pub(super) fn rebase(&mut self, dropped: &[usize]) -> Result<(), WeighError> {
        let (world, plan) = (&self.ready.world, &self.ready.plan);
        self.base.active.fill(true);
        for &finding in dropped {
            put(&mut self.base.active, finding, false);
        }
        self.base.refresh(world);
        self.filled.fill(world, plan, &self.base);
        self.outcome = Outcome::read(world, plan, &self.base, &self.filled)?;
        self.numbers = self.base.clone();
        self.tables.clone_from(&self.filled);
        self.run_backward();
        Ok(())
    }

    /// The outcome of the base without these findings (indices of the world).
    pub(super) fn without(&mut self, dropped: &[usize]) -> Result<Outcome, WeighError> {
        self.changed(dropped, false)
    }

    /// The outcome of the base with these findings, which it lacks.
    pub(super) fn with(&mut self, added: &[usize]) -> Result<Outcome, WeighError> {
        self.changed(added, true)
    }

    fn changed(&mut self, changed: &[usize], to: bool) -> Result<Outcome, WeighError> {
        let world = &self.ready.world;
        for &finding in changed {
            put(&mut self.numbers.active, finding, to);
        }
        self.numbers.refresh(world);
        let leaves = self.changed_leaves(changed);
        let outcome = match leaves.as_slice() {
            [] => self.with_profiles(self.outcome.profiles_ln.clone()),
            [leaf] if self.possible => self.with_leaf(*leaf),
            _ => self.with_leaves(&leaves),
        };
        for &finding in changed {
            let before = at(&self.base.active, finding);
            put(&mut self.numbers.active, finding, before);
        }
        outcome
    }

    fn changed_leaves(&self, changed: &[usize]) -> Vec<usize> {
        let world = &self.ready.world;
        let mut leaves = Vec::new();
        for &finding in changed {
            leaves.extend(at(&self.leaf_of_finding, finding));
            let Some(voice) = world.findings.get(finding) else {
                continue;
            };
            // A source's own table changes with what it says over the pair, and when it begins or ceases to push a bloc.
            if let (Some(source), Some(bloc)) = (voice.source, voice.bloc)
                && (voice.place == Place::Pair
                    || (self.numbers.bloc_size(bloc) == 0) != (self.base.bloc_size(bloc) == 0))
            {
                leaves.extend(at(&self.leaf_of_source, source));
            }
        }
        leaves.sort_unstable();
        leaves.dedup();
        leaves
    }

    fn with_profiles(&self, profiles_ln: Vec<f64>) -> Result<Outcome, WeighError> {
        Outcome::of_profiles(
            &self.ready.world,
            &self.ready.plan,
            &self.numbers,
            Profiles {
                profiles_ln,
                units: Vec::new(),
                seeds: Vec::new(),
                seeded: false,
            },
        )
    }

    /// The outcome with one leaf computed anew: its backward rows times its new cells.
    fn with_leaf(&mut self, leaf: usize) -> Result<Outcome, WeighError> {
        let (world, plan) = (&self.ready.world, &self.ready.plan);
        let (Some(node), Some(entries), Some(rows)) = (
            plan.nodes.get(leaf),
            self.backward.nodes.get(leaf),
            self.rows.get(leaf),
        ) else {
            return Err(WeighError::Impossible);
        };
        self.tables.fill_node(world, plan, &self.numbers, leaf, node);
        let mut gain = vec![0.0; plan.profiles];
        for (entry, (&profile, &class)) in entries.group.iter().zip(&entries.class).enumerate() {
            // Rows belong to cells as they were scaled in the base.
            let up = self.tables.exponent_of(leaf, class) - self.filled.exponent_of(leaf, class);
            let sum: f64 = mass(rows, entry, self.tables.row(plan, leaf, class)).sum();
            add(&mut gain, profile, libm::scalbn(sum, up));
        }
        if gain.iter().any(|gain| !gain.is_normal()) {
            // Beyond the range of one product: the tables carry their own scale.
            return self.with_leaves(&[leaf]);
        }
        let profiles_ln = self
            .outcome
            .profiles_ln
            .iter()
            .zip(&gain)
            .map(|(before, gain)| before + ln(*gain))
            .collect();
        self.restore(leaf);
        self.with_profiles(profiles_ln)
    }

    /// The outcome with every table above these leaves computed anew.
    fn with_leaves(&mut self, leaves: &[usize]) -> Result<Outcome, WeighError> {
        let (world, plan) = (&self.ready.world, &self.ready.plan);
        self.dirty.fill(false);
        for &leaf in leaves {
            put(&mut self.dirty, leaf, true);
        }
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
        for index in 0..self.dirty.len() {
            if at(&self.dirty, index) {
                self.restore(index);
            }
        }
        outcome
    }

    fn restore(&mut self, node: usize) {
        put_back(&mut self.tables.cells, &self.filled.cells, node);
        put_back(&mut self.tables.exponent, &self.filled.exponent, node);
        put_back(&mut self.tables.factor, &self.filled.factor, node);
    }
}

fn put_back<T: Clone>(into: &mut [Vec<T>], from: &[Vec<T>], index: usize) {
    if let (Some(into), Some(from)) = (into.get_mut(index), from.get(index)) {
        into.clone_from(from);
    }
}

/// Leaf of each finding's place, and leaf of each source.
fn leaves(world: &World, plan: &Plan) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let mut of_place = std::collections::BTreeMap::new();
    let mut of_source = vec![None; world.sources.len()];
    for (index, node) in plan.nodes.iter().enumerate() {
        let Work::Leaf { leaf, .. } = &node.work else {
            continue;
        };
        match leaf {
            Leaf::Unit => {}
            Leaf::Source(source) => put(&mut of_source, *source, Some(index)),
            Leaf::Subject(subject) => {
                of_place.insert(Place::Owner(*subject), index);
            }
            Leaf::Group(group) => {
                for (trace, _) in plan.groups.get(*group).iter().flat_map(|g| &g.traces) {
                    of_place.insert(Place::Trace(*trace), index);
                }
            }
        }
    }
    let of_finding = world
        .findings
        .iter()
        .map(|finding| of_place.get(&finding.place).copied())
        .collect();
    for (source, leaf) in world.sources.iter().zip(of_source.iter_mut()) {
        if !matches!(source.coupling, Coupling::Shared(_)) {
            *leaf = None;
        }
    }
    (of_finding, of_source)
}
