//! The order of elimination: which tables exist, what they range over, how they are multiplied and summed.
//!
//! The unknowns split in two. The *settings* (operator profile, framed party, thoroughness, care) are
//! enumerated; under one setting, reliabilities of shared sources and states of subjects are summed out by
//! variable elimination. A table depends on a setting only through its *class* (the operator owns the subject
//! or not, its owner is framed or not, …), so it is computed once for each class, never once for each setting.
//! A plan depends on the structure of a model, never on its numbers: intervals, corners and the ledger reuse it.
//! Refused above [`TABLE_CELLS_MAX`] cells in one table or [`WORK_MAX`] multiplications in all.

use std::collections::{BTreeMap, BTreeSet};

use super::WeighError;
use super::cells::{at, put};
use super::voices::Voices;
use super::world::{Coupling, Place, Reading, Target, World};

/// Most cells of one table before summing (20 binary unknowns at once).
pub const TABLE_CELLS_MAX: usize = 1 << 20;
/// Most multiplications of one evaluation.
pub const WORK_MAX: usize = 1 << 25;
/// Most cells kept for one evaluation (16 MiB).
pub const KEPT_CELLS_MAX: usize = 1 << 21;
/// Most settings (operator profile × framed party × thoroughness × care).
pub const SETTINGS_MAX: usize = 1 << 16;

/// One combination of the enumerated unknowns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) profile: usize,
    pub(super) operator: usize,
    /// Actor that the operator wants blamed.
    pub(super) framed: Option<usize>,
    /// How many actors the operator might frame.
    pub(super) candidates: usize,
    /// 0 thorough, 1 sloppy.
    pub(super) framer: usize,
    /// 0 careless, 1 careful.
    pub(super) care: usize,
}

impl Setting {
    /// Number of the law of one trace for a subject that is held or not, framed or not: 0..9.
    pub(super) fn law(self, held: bool, framed: bool) -> usize {
        law(held, framed, self.framer, self.care)
    }
}

/// How many different laws one trace has.
pub(super) const LAWS: usize = 9;

/// Number of the law: care matters only if held, thoroughness only if framed.
pub(super) fn law(held: bool, framed: bool, framer: usize, care: usize) -> usize {
    match (held, framed) {
        (false, false) => 0,
        (false, true) => 1 + framer,
        (true, false) => 3 + care,
        (true, true) => 5 + 2 * care + framer,
    }
}

/// Traces of one target whose shared sources are the same or fewer.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) target: Target,
    /// Variables' numbers.
    pub(super) sources: Vec<usize>,
    /// Trace, and for each combination of `sources` the combination of the trace's own sources.
    pub(super) traces: Vec<(usize, Vec<usize>)>,
}

/// What a table without inputs holds.
#[derive(Clone, Debug)]
pub(super) enum Leaf {
    /// 1.
    Unit,
    /// P(reliable), what the source says over operator, direction or hypothesis, and what it pushes.
    Source(usize),
    /// P(held, framed) of a subject, with what is said about its owner.
    Subject(usize),
    /// Traces; the number of a [`Group`].
    Group(usize),
}

/// Multiply two tables and sum out what nobody else needs.
#[derive(Clone, Debug)]
pub(super) struct Join {
    pub(super) left: usize,
    pub(super) right: usize,
    /// Classes of the inputs for each class of the result.
    pub(super) classes: Vec<(usize, usize)>,
    /// Cells of the inputs for each cell before summing; `None`: the same cell.
    pub(super) left_cells: Option<Vec<usize>>,
    pub(super) right_cells: Option<Vec<usize>>,
    /// Cells before summing.
    pub(super) cells: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Work {
    Leaf {
        leaf: Leaf,
        /// A setting for each class.
        settings: Vec<usize>,
        /// Cell for each combination in natural order (state fastest, then sources as bits).
        cells: Vec<usize>,
    },
    Join(Join),
}

/// One table for each class.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) scope: Vec<usize>,
    pub(super) size: usize,
    pub(super) classes: usize,
    /// Class of each setting.
    pub(super) class_of: Vec<usize>,
    /// The same for settings of one care and thoroughness alone.
    coarse: Vec<usize>,
    pub(super) work: Work,
}

/// The order of elimination of a model.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) settings: Vec<Setting>,
    pub(super) profiles: usize,
    /// Profile of each pair.
    pub(super) profile_of_pair: Vec<usize>,
    /// A pair of each profile.
    pub(super) pair_of_profile: Vec<usize>,
    pub(super) trace_voices: Vec<Voices>,
    pub(super) owner_voices: Vec<Voices>,
    pub(super) pair_voices: Voices,
    pub(super) groups: Vec<Group>,
    /// Inputs come before what uses them; the last is a single number for each class.
    pub(super) nodes: Vec<Node>,
    /// Multiplications of one evaluation.
    pub(super) work: usize,
    kept: usize,
    scratch: Vec<usize>,
}

impl Plan {
    pub(super) fn new(world: &World) -> Result<Self, WeighError> {
        let pair_voices = Voices::about(world, Place::Pair);
        let (profile_of_pair, pair_of_profile) = profiles(world, &pair_voices);
        let settings = settings(world, &pair_of_profile)?;
        let trace_voices: Vec<Voices> = (0..world.traces.len())
            .map(|t| Voices::about(world, Place::Trace(t)))
            .collect();
        let owner_voices: Vec<Voices> = (0..world.subjects.len())
            .map(|s| Voices::about(world, Place::Owner(s)))
            .collect();
        let groups = groups(world, &trace_voices)?;
        let mut plan = Self {
            settings,
            profiles: pair_of_profile.len(),
            profile_of_pair,
            pair_of_profile,
            trace_voices,
            owner_voices,
            pair_voices,
            groups,
            nodes: Vec::new(),
            work: 0,
            kept: 0,
            scratch: Vec::new(),
        };
        let leaves = plan.leaves(world);
        let ranks = elimination_ranks(world, &leaves);
        let live = plan.add_leaves(world, leaves, &ranks)?;
        plan.eliminate(world, live, &ranks)?;
        Ok(plan)
    }

    /// Leaves with their unordered scopes.
    fn leaves(&self, world: &World) -> Vec<(Leaf, Vec<usize>)> {
        let mut leaves = vec![(Leaf::Unit, Vec::new())];
        for (index, source) in world.sources.iter().enumerate() {
            if let Coupling::Shared(variable) = source.coupling {
                leaves.push((Leaf::Source(index), vec![variable]));
            }
        }
        for (index, group) in self.groups.iter().enumerate() {
            let mut scope = Vec::new();
            if let Target::Subject(subject) = group.target {
                scope.push(world.shared_sources + subject);
            }
            scope.extend(&group.sources);
            leaves.push((Leaf::Group(index), scope));
        }
        for subject in 0..world.subjects.len() {
            let voices = self.owner_voices.get(subject);
            let traced = world.traces.iter().any(|t| t.target == Target::Subject(subject));
            if traced || voices.is_some_and(|v| !v.is_empty()) {
                let mut scope = vec![world.shared_sources + subject];
                if let Some(voices) = voices {
                    scope.extend(voices.shared.iter().filter_map(|(s, _)| variable(world, *s)));
                }
                leaves.push((Leaf::Subject(subject), scope));
            }
        }
        leaves
    }

    fn add_leaves(
        &mut self,
        world: &World,
        leaves: Vec<(Leaf, Vec<usize>)>,
        ranks: &[usize],
    ) -> Result<Vec<usize>, WeighError> {
        let mut live = Vec::new();
        let mut by_target: BTreeMap<Option<usize>, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (leaf, natural) in leaves {
            let unit = matches!(leaf, Leaf::Unit);
            let (class_of, settings) = match &leaf {
                // Groups of one target depend on the setting in the same way.
                Leaf::Group(group) => {
                    let actor = match self.groups.get(*group).map(|g| g.target) {
                        Some(Target::Actor(actor)) => Some(actor),
                        _ => None,
                    };
                    let classes = by_target.entry(actor);
                    classes.or_insert_with(|| self.leaf_classes(world, &leaf)).clone()
                }
                _ => self.leaf_classes(world, &leaf),
            };
            let mut scope = natural.clone();
            scope.sort_by_key(|&variable| std::cmp::Reverse(at(ranks, variable)));
            let size = cells_in(world, &scope);
            let cells = cell_map(world, &natural, &scope);
            self.push(Node {
                size,
                classes: settings.len(),
                scope,
                class_of,
                coarse: Vec::new(),
                work: Work::Leaf {
                    leaf,
                    settings,
                    cells,
                },
            })?;
            if !unit {
                live.push(self.nodes.len() - 1);
            }
        }
        Ok(live)
    }

    /// Class of each setting, and a setting of each class.
    fn leaf_classes(&self, world: &World, leaf: &Leaf) -> (Vec<usize>, Vec<usize>) {
        match leaf {
            Leaf::Unit => dense(self.settings.iter().map(|_| 0), 1),
            Leaf::Source(source) => {
                let rows: Vec<Vec<usize>> = self
                    .pair_of_profile
                    .iter()
                    .map(|&pair| spoken_rows(world, &self.pair_voices, *source, pair))
                    .collect();
                let mut numbers = BTreeMap::new();
                for row in rows.iter() {
                    let next = numbers.len();
                    numbers.entry(row).or_insert(next);
                }
                let by_profile: Vec<usize> = rows
                    .iter()
                    .map(|row| numbers.get(row).copied().unwrap_or_default())
                    .collect();
                dense(
                    self.settings.iter().map(|s| at(&by_profile, s.profile)),
                    numbers.len(),
                )
            }
            Leaf::Group(group) => match self.groups.get(*group).map(|g| g.target) {
                Some(Target::Actor(actor)) => dense(
                    self.settings
                        .iter()
                        .map(|s| s.law(owns(world, s.operator, actor), s.framed == Some(actor))),
                    LAWS,
                ),
                _ => dense(self.settings.iter().map(|s| s.care * 2 + s.framer), 4),
            },
            Leaf::Subject(subject) => {
                let Some(subject) = world.subjects.get(*subject) else {
                    return dense(self.settings.iter().map(|_| 0), 1);
                };
                let mut numbers: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
                let mut by_operator = Vec::new();
                for operator in 0..world.actors.len() {
                    let mut signature: Vec<bool> = subject
                        .labels
                        .iter()
                        .map(|(owner, _)| owns(world, operator, *owner))
                        .collect();
                    signature.push(at(&world.unlisted, operator));
                    let next = numbers.len();
                    by_operator.push(*numbers.entry(signature).or_insert(next));
                }
                let width = subject.labels.len() + 1;
                let keys = self.settings.iter().map(|s| {
                    let framed = subject
                        .labels
                        .iter()
                        .position(|(owner, _)| Some(*owner) == s.framed)
                        .unwrap_or(subject.labels.len());
                    at(&by_operator, s.operator) * width + framed
                });
                dense(keys, numbers.len() * width)
            }
        }
    }

    fn push(&mut self, mut node: Node) -> Result<(), WeighError> {
        let settings = self.settings.iter().zip(&node.class_of);
        node.coarse = settings
            .filter(|(s, _)| s.care == 0 && s.framer == 0)
            .map(|(_, class)| *class)
            .collect();
        self.kept = self.kept.saturating_add(node.classes.saturating_mul(node.size));
        if self.kept > KEPT_CELLS_MAX {
            return Err(WeighError::TooWide {
                what: "kept cells",
                found: self.kept,
                most: KEPT_CELLS_MAX,
            });
        }
        self.nodes.push(node);
        Ok(())
    }

    /// Eliminates every variable in order of its rank.
    fn eliminate(&mut self, world: &World, mut live: Vec<usize>, ranks: &[usize]) -> Result<(), WeighError> {
        let mut order: Vec<usize> = (0..ranks.len()).collect();
        order.sort_by_key(|&variable| at(ranks, variable));
        let mut uses = vec![0_usize; ranks.len()];
        for node in live.iter().filter_map(|&node| self.nodes.get(node)) {
            for &variable in &node.scope {
                if let Some(count) = uses.get_mut(variable) {
                    *count += 1;
                }
            }
        }
        for variable in order {
            let (mut bucket, rest): (Vec<usize>, Vec<usize>) =
                live.into_iter().partition(|&node| self.holds(node, variable));
            live = rest;
            if bucket.is_empty() {
                continue;
            }
            if variable < world.shared_sources && self.covers(&bucket, &live) {
                // The product will range over everything that is left: choose its order freely.
                bucket.append(&mut live);
                live = self
                    .join_all(world, bucket, &mut uses, ranks)?
                    .into_iter()
                    .collect();
                break;
            }
            if let [single] = bucket.as_slice() {
                bucket = vec![0, *single];
            }
            live.extend(self.join_all(world, bucket, &mut uses, ranks)?);
        }
        // A last variable may stand in a single table.
        if let [single] = live.as_slice()
            && self.nodes.get(*single).is_some_and(|n| !n.scope.is_empty())
        {
            live.push(0);
        }
        // Without evidence the unit stands alone and is the root.
        self.join_all(world, live, &mut uses, ranks)?;
        Ok(())
    }

    fn holds(&self, node: usize, variable: usize) -> bool {
        self.nodes.get(node).is_some_and(|n| n.scope.contains(&variable))
    }

    /// Whether the bucket's unknowns are all that is left, so that nothing is gained by eliminating one by one.
    fn covers(&self, bucket: &[usize], live: &[usize]) -> bool {
        let union: BTreeSet<usize> = bucket
            .iter()
            .filter_map(|&node| self.nodes.get(node))
            .flat_map(|n| n.scope.iter().copied())
            .collect();
        live.iter()
            .filter_map(|&node| self.nodes.get(node))
            .all(|n| n.scope.iter().all(|variable| union.contains(variable)))
    }

    /// Joins a bucket into one node, always the two whose product has the fewest classes, of equals the smallest.
    fn join_all(
        &mut self,
        world: &World,
        bucket: Vec<usize>,
        uses: &mut [usize],
        ranks: &[usize],
    ) -> Result<Option<usize>, WeighError> {
        // Tables of equal classes first: nothing is cheaper, and few are left to compare.
        let mut alike: BTreeMap<&[usize], Vec<usize>> = BTreeMap::new();
        for &node in &bucket {
            let classes = self.nodes.get(node).map_or(&[][..], |n| &n.class_of);
            alike.entry(classes).or_default().push(node);
        }
        let mut alike: Vec<Vec<usize>> = alike.into_values().collect();
        alike.sort();
        let mut queue = Bucket::default();
        for mut nodes in alike {
            nodes.sort_by_key(|&node| self.nodes.get(node).map_or((0, 0), |n| (n.size, node)));
            let mut nodes = nodes.into_iter();
            let Some(mut product) = nodes.next() else {
                continue;
            };
            for node in nodes {
                self.join(world, product, node, uses, ranks)?;
                product = self.nodes.len() - 1;
            }
            queue.push(self, product);
        }
        while let Some((left, right)) = queue.pop() {
            self.join(world, left, right, uses, ranks)?;
            queue.push(self, self.nodes.len() - 1);
        }
        Ok(queue.nodes.pop())
    }

    fn join(
        &mut self,
        world: &World,
        left: usize,
        right: usize,
        uses: &mut [usize],
        ranks: &[usize],
    ) -> Result<(), WeighError> {
        let (Some(a), Some(b)) = (self.nodes.get(left), self.nodes.get(right)) else {
            return Ok(());
        };
        let mut union: Vec<usize> = a.scope.clone();
        for &variable in &b.scope {
            if a.scope.contains(&variable) {
                // Two tables become one.
                if let Some(count) = uses.get_mut(variable) {
                    *count -= 1;
                }
            } else {
                union.push(variable);
            }
        }
        // Who is in one table only, this one, is summed out.
        let elsewhere = |variable: usize| at(uses, variable) > 1;
        union.sort_by_key(|&variable| (!elsewhere(variable), std::cmp::Reverse(at(ranks, variable))));
        let scope: Vec<usize> = union.iter().copied().filter(|&v| elsewhere(v)).collect();
        let cells = cells_in(world, &union);
        if cells > TABLE_CELLS_MAX {
            return Err(WeighError::TooWide {
                what: "cells of one table",
                found: cells,
                most: TABLE_CELLS_MAX,
            });
        }
        let keys = a
            .class_of
            .iter()
            .zip(&b.class_of)
            .map(|(ca, cb)| ca * b.classes + cb);
        let (class_of, settings) = dense_in(keys, a.classes * b.classes, &mut self.scratch);
        let classes: Vec<(usize, usize)> = settings
            .iter()
            .map(|&setting| (at(&a.class_of, setting), at(&b.class_of, setting)))
            .collect();
        self.work = self.work.saturating_add(cells.saturating_mul(classes.len()));
        if self.work > WORK_MAX {
            return Err(WeighError::TooWide {
                what: "multiplications",
                found: self.work,
                most: WORK_MAX,
            });
        }
        let left_cells = other_than_same(cell_map(world, &union, &a.scope), a.size);
        let right_cells = other_than_same(cell_map(world, &union, &b.scope), b.size);
        let node = Node {
            size: cells_in(world, &scope),
            classes: classes.len(),
            scope,
            class_of,
            coarse: Vec::new(),
            work: Work::Join(Join {
                left,
                right,
                classes,
                left_cells,
                right_cells,
                cells,
            }),
        };
        self.push(node)
    }
}

/// Nodes to be joined, with the classes that each two would have together.
#[derive(Default)]
struct Bucket {
    nodes: Vec<usize>,
    /// For each node the cost with each node before it.
    costs: Vec<Vec<(usize, usize)>>,
    scratch: Vec<usize>,
    stamp: usize,
}

impl Bucket {
    fn push(&mut self, plan: &Plan, node: usize) {
        let costs = (0..self.nodes.len())
            .map(|place| self.cost(plan, at(&self.nodes, place), node))
            .collect();
        self.nodes.push(node);
        self.costs.push(costs);
    }

    /// Takes out the two cheapest to join.
    fn pop(&mut self) -> Option<(usize, usize)> {
        let (_, second, first) = self
            .costs
            .iter()
            .enumerate()
            .flat_map(|(second, costs)| {
                let each = costs.iter().enumerate();
                each.map(move |(first, cost)| (*cost, second, first))
            })
            .min()?;
        for costs in self.costs.iter_mut().skip(second + 1) {
            costs.remove(second);
        }
        for costs in self.costs.iter_mut().skip(first + 1) {
            if first < costs.len() {
                costs.remove(first);
            }
        }
        self.costs.remove(second);
        self.costs.remove(first);
        let right = self.nodes.remove(second);
        let left = self.nodes.remove(first);
        Some((left, right))
    }

    /// Classes of the product, counted over settings of one care and thoroughness (the others follow), and its size.
    fn cost(&mut self, plan: &Plan, left: usize, right: usize) -> (usize, usize) {
        let (Some(a), Some(b)) = (plan.nodes.get(left), plan.nodes.get(right)) else {
            return (usize::MAX, 0);
        };
        let size = a.size.max(b.size);
        if a.classes == 1 || b.classes == 1 {
            // Nothing is cheaper than what does not depend on the setting.
            return (0, size);
        }
        self.stamp += 1;
        let bound = a.classes * b.classes;
        if self.scratch.len() < bound {
            self.scratch.resize(bound, 0);
        }
        let mut classes = 0;
        for (ca, cb) in a.coarse.iter().zip(&b.coarse) {
            if let Some(cell) = self.scratch.get_mut(ca * b.classes + cb)
                && *cell != self.stamp
            {
                *cell = self.stamp;
                classes += 1;
            }
        }
        (classes, size)
    }
}

/// Whether traces of `actor` are the operator's own.
pub(super) fn owns(world: &World, operator: usize, actor: usize) -> bool {
    world.own.get(operator).is_some_and(|row| at(row, actor))
}

/// Whether the operator and an actor belong to one tree or group, so that one never frames the other.
fn kin(world: &World, operator: usize, actor: usize) -> bool {
    match (world.own.get(operator), world.own.get(actor)) {
        (Some(a), Some(b)) => a.iter().zip(b).any(|(x, y)| *x && *y),
        _ => false,
    }
}

/// The variable of a shared source.
pub(super) fn variable(world: &World, source: usize) -> Option<usize> {
    match world.sources.get(source).map(|s| s.coupling) {
        Some(Coupling::Shared(variable)) => Some(variable),
        _ => None,
    }
}

/// Likelihoods that a source's findings over operator, direction and hypothesis take for `pair`.
fn spoken_rows(world: &World, voices: &Voices, source: usize, pair: usize) -> Vec<usize> {
    let findings = voices.shared.iter().find(|(s, _)| *s == source);
    findings
        .iter()
        .flat_map(|(_, findings)| findings)
        .map(|&finding| super::voices::cell_of(world, finding, pair_value(world, finding, pair)))
        .collect()
}

/// Which value of its unknown a pair is, for a finding over operator, direction or hypothesis.
pub(super) fn pair_value(world: &World, finding: usize, pair: usize) -> usize {
    use crate::model_file::Over;
    let (Some(finding), Some(pair)) = (world.findings.get(finding), world.pairs.get(pair)) else {
        return 0;
    };
    match &finding.reading {
        Reading::Value { over, .. } => match over {
            Over::Operator => pair.operator,
            Over::Direction => pair.direction,
            Over::Hypothesis | Over::Owner => pair.hypothesis,
        },
        Reading::State { .. } => 0,
    }
}

/// Pairs that no shared source tells apart are one profile: profile of each pair, pair of each profile.
fn profiles(world: &World, voices: &Voices) -> (Vec<usize>, Vec<usize>) {
    let mut numbers = BTreeMap::new();
    let mut profile_of_pair = Vec::new();
    let mut pair_of_profile = Vec::new();
    for (index, pair) in world.pairs.iter().enumerate() {
        let rows: Vec<Vec<usize>> = voices
            .shared
            .iter()
            .map(|(source, _)| spoken_rows(world, voices, *source, index))
            .collect();
        let profile = *numbers.entry((pair.operator, rows)).or_insert_with(|| {
            pair_of_profile.push(index);
            pair_of_profile.len() - 1
        });
        profile_of_pair.push(profile);
    }
    (profile_of_pair, pair_of_profile)
}

fn settings(world: &World, pair_of_profile: &[usize]) -> Result<Vec<Setting>, WeighError> {
    let mut settings = Vec::new();
    for (profile, &pair) in pair_of_profile.iter().enumerate() {
        let operator = world.pairs.get(pair).map_or(0, |p| p.operator);
        let blamed: Vec<usize> = world
            .frameable
            .iter()
            .copied()
            .filter(|&actor| !kin(world, operator, actor))
            .collect();
        let framings = [(None, 0)].into_iter().chain(
            blamed
                .iter()
                .flat_map(|&actor| [(Some(actor), 0), (Some(actor), 1)]),
        );
        for (framed, framer) in framings {
            for care in 0..2 {
                settings.push(Setting {
                    profile,
                    operator,
                    framed,
                    candidates: blamed.len(),
                    framer,
                    care,
                });
            }
        }
        if settings.len() > SETTINGS_MAX {
            return Err(WeighError::TooWide {
                what: "settings",
                found: settings.len(),
                most: SETTINGS_MAX,
            });
        }
    }
    Ok(settings)
}

/// Traces of one target together; a trace joins the first group that has all its sources.
fn groups(world: &World, voices: &[Voices]) -> Result<Vec<Group>, WeighError> {
    let mut wanted: Vec<(Target, usize, Vec<usize>)> = Vec::new();
    for (index, trace) in world.traces.iter().enumerate() {
        if trace.findings.is_empty() {
            continue;
        }
        let sources: Vec<usize> = voices
            .get(index)
            .map(|v| v.shared.iter().filter_map(|(s, _)| variable(world, *s)).collect())
            .unwrap_or_default();
        if sources.len() > 16 {
            return Err(WeighError::TooWide {
                what: "shared sources of one trace",
                found: sources.len(),
                most: 16,
            });
        }
        wanted.push((trace.target, index, sources));
    }
    wanted.sort_by_key(|(target, index, sources)| {
        (*target, usize::MAX - sources.len(), sources.clone(), *index)
    });
    let mut groups: Vec<Group> = Vec::new();
    for (target, trace, sources) in wanted {
        let found = groups
            .iter()
            .position(|g| g.target == target && sources.iter().all(|s| g.sources.contains(s)));
        let place = found.unwrap_or_else(|| {
            groups.push(Group {
                target,
                sources: sources.clone(),
                traces: Vec::new(),
            });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(place) {
            let bits: Vec<usize> = sources
                .iter()
                .filter_map(|s| group.sources.iter().position(|g| g == s))
                .collect();
            let project = (0..1_usize << group.sources.len())
                .map(|all| {
                    bits.iter()
                        .enumerate()
                        .map(|(own, bit)| ((all >> bit) & 1) << own)
                        .sum()
                })
                .collect();
            group.traces.push((trace, project));
        }
    }
    Ok(groups)
}

/// States of a variable: 2 for a source, 4 (held × framed) for a subject.
fn states(world: &World, variable: usize) -> usize {
    if variable < world.shared_sources { 2 } else { 4 }
}

fn cells_in(world: &World, scope: &[usize]) -> usize {
    scope
        .iter()
        .map(|&variable| states(world, variable))
        .fold(1, usize::saturating_mul)
}

/// For each cell of a table over `from` the cell of a table over `to`; variables lie fastest first.
fn cell_map(world: &World, from: &[usize], to: &[usize]) -> Vec<usize> {
    let mut map = vec![0];
    for &variable in from {
        let mut stride = 1;
        let mut here = 0;
        for &other in to {
            if other == variable {
                here = stride;
            }
            stride *= states(world, other);
        }
        let before = map.clone();
        for state in 1..states(world, variable) {
            map.extend(before.iter().map(|cell| cell + state * here));
        }
    }
    map
}

fn other_than_same(map: Vec<usize>, size: usize) -> Option<Vec<usize>> {
    let same = map.len() == size && map.iter().enumerate().all(|(cell, to)| cell == *to);
    if same { None } else { Some(map) }
}

/// Renumbers keys below `bound` by first appearance: number of each item, first item of each number.
fn dense(keys: impl Iterator<Item = usize>, bound: usize) -> (Vec<usize>, Vec<usize>) {
    dense_in(keys, bound, &mut Vec::new())
}

/// [`dense`] with a scratch list that is all `usize::MAX` before and after.
fn dense_in(
    keys: impl Iterator<Item = usize>,
    bound: usize,
    scratch: &mut Vec<usize>,
) -> (Vec<usize>, Vec<usize>) {
    if scratch.len() < bound {
        scratch.resize(bound, usize::MAX);
    }
    let mut firsts = Vec::new();
    let mut used = Vec::new();
    let numbers = keys
        .enumerate()
        .map(|(item, key)| {
            let known = at(scratch, key);
            if known == usize::MAX {
                put(scratch, key, firsts.len());
                firsts.push(item);
                used.push(key);
                firsts.len() - 1
            } else {
                known
            }
        })
        .collect();
    for key in used {
        put(scratch, key, usize::MAX);
    }
    (numbers, firsts)
}

/// Rank of each variable in the order of elimination: always the one that leaves the smallest table, of equals the
/// one with the most states.
fn elimination_ranks(world: &World, leaves: &[(Leaf, Vec<usize>)]) -> Vec<usize> {
    let variables = world.shared_sources + world.subjects.len();
    // Scopes as sorted lists without repetition: most models have fewer than a hundred.
    let mut scopes: Vec<Vec<usize>> = leaves
        .iter()
        .map(|(_, scope)| {
            let mut scope = scope.clone();
            scope.sort_unstable();
            scope
        })
        .filter(|scope| !scope.is_empty())
        .collect();
    scopes.sort();
    scopes.dedup();
    let mut left: Vec<usize> = (0..variables).collect();
    let mut ranks = vec![0; variables];
    let mut seen = vec![usize::MAX; variables];
    for rank in 0..variables {
        let best = left.iter().copied().min_by_key(|&variable| {
            let cells = cells_left(world, &scopes, variable, &mut seen);
            (cells, usize::MAX - states(world, variable), variable)
        });
        let Some(best) = best else {
            break;
        };
        left.retain(|variable| *variable != best);
        put(&mut ranks, best, rank);
        let (bucket, mut rest): (Vec<_>, Vec<_>) =
            scopes.into_iter().partition(|scope| scope.contains(&best));
        let mut union: Vec<usize> = bucket.into_iter().flatten().filter(|v| *v != best).collect();
        union.sort_unstable();
        union.dedup();
        if !union.is_empty() {
            rest.push(union);
        }
        scopes = rest;
    }
    ranks
}

/// Cells of the table that eliminating `variable` leaves. `seen` is scratch space.
fn cells_left(world: &World, scopes: &[Vec<usize>], variable: usize, seen: &mut [usize]) -> usize {
    seen.fill(usize::MAX);
    let mut cells = 1_usize;
    for scope in scopes.iter().filter(|scope| scope.contains(&variable)) {
        for &other in scope {
            if other != variable && at(seen, other) == usize::MAX {
                put(seen, other, 0);
                cells = cells.saturating_mul(states(world, other));
            }
        }
    }
    cells
}
