//! Which tables exist, what they range over, how they are multiplied and summed.
//!
//! The unknowns split in two. The *settings* (operator profile, framed party, thoroughness, care) are
//! enumerated; under one setting, reliabilities of shared sources and states of subjects are summed out by
//! variable elimination. A table depends on a setting only through its *class* (the operator owns the subject
//! or not, its owner is framed or not, …), so it is computed once for each class, never once for each setting.
//! A plan depends on the structure of a model, never on its numbers: intervals, corners and the ledger reuse it.
//! Refused above [`TABLE_CELLS_MAX`] cells in one table or [`WORK_MAX`] multiplications in all.

use std::collections::BTreeMap;

use super::WeighError;
use super::cells::{at, put};
use super::elimination::elimination_ranks;
use super::framings::Framings;
use super::kernels::Spread;
use super::settings::{LAWS, Setting, owns, profiles, settings, spoken_rows};
use super::voices::Voices;
use super::world::{Coupling, Target, World};

/// Most cells of one table before summing (20 binary unknowns at once).
pub const TABLE_CELLS_MAX: usize = 1 << 20;
/// Most multiplications of one evaluation.
pub const WORK_MAX: usize = 1 << 25;
/// Most cells and classes kept for one evaluation (16 MiB).
pub const KEPT_CELLS_MAX: usize = 1 << 21;
/// Most settings (operator profile × framed party × thoroughness × care).
pub const SETTINGS_MAX: usize = 1 << 16;

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
    /// Classes of the inputs, class by class of the result; the products of one class are added.
    pub(super) pairs: Vec<(usize, usize)>,
    /// Where the pairs of each class begin; the last is their number.
    pub(super) firsts: Vec<usize>,
    /// Cells of the inputs for each cell before summing; `None`: the same cell.
    pub(super) left_cells: Option<Spread>,
    pub(super) right_cells: Option<Spread>,
    /// Cells before summing.
    pub(super) cells: usize,
}

impl Join {
    /// Numbers of the pairs of a class.
    pub(super) fn pairs_of(&self, class: usize) -> std::ops::Range<usize> {
        at(&self.firsts, class)..at(&self.firsts, class + 1)
    }
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
    pub(super) coarse: Vec<usize>,
    pub(super) work: Work,
}

/// A cell of the last table: one setting, or the sum of an operator's settings that frame somebody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    /// The setting, or one of them: all have the same probability.
    pub(super) setting: Setting,
    /// Whether it stands for several.
    pub(super) merged: bool,
    /// Class in the last node.
    pub(super) class: usize,
}

/// The order of elimination of a model.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) settings: Vec<Setting>,
    /// The cells of the last table.
    pub(super) units: Vec<Unit>,
    pub(super) framings: Framings,
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
}

impl Plan {
    pub(super) fn new(world: &World) -> Result<Self, WeighError> {
        let (trace_voices, owner_voices, pair_voices) = Voices::by_place(world);
        let (profile_of_pair, pair_of_profile) = profiles(world, &pair_voices);
        let settings = settings(world, &pair_of_profile)?;
        let groups = groups(world, &trace_voices)?;
        let mut plan = Self {
            framings: Framings::new(&settings),
            settings,
            units: Vec::new(),
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
        };
        let leaves = plan.leaves(world);
        let ranks = elimination_ranks(world, &leaves);
        let live = plan.add_leaves(world, leaves, &ranks)?;
        plan.eliminate(world, live, &ranks)?;
        plan.units = plan.framings.units(&plan.settings, plan.nodes.last());
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
        let mut by_target: BTreeMap<Target, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (leaf, natural) in leaves {
            let unit = matches!(leaf, Leaf::Unit);
            let (class_of, settings) = match &leaf {
                // Groups of one target depend on the setting in the same way.
                Leaf::Group(group) => match self.groups.get(*group).map(|g| g.target) {
                    Some(target) => {
                        let classes = by_target.entry(target);
                        classes.or_insert_with(|| self.leaf_classes(world, &leaf)).clone()
                    }
                    None => continue,
                },
                _ => self.leaf_classes(world, &leaf),
            };
            let mut scope = natural.clone();
            scope.sort_by_key(|&variable| std::cmp::Reverse(at(ranks, variable)));
            let size = cells_in(world, &scope);
            let cells = cell_map(world, &natural, &scope);
            self.framings.add_leaf(&class_of);
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
                // Thoroughness matters only where a labelled owner is framed: elsewhere the framed states have mass 0.
                Some(Target::Subject(subject)) => {
                    let labels = world.subjects.get(subject).map_or(&[][..], |s| &s.labels);
                    let labelled = |s: &Setting| labels.iter().any(|(owner, _)| s.framed == Some(*owner));
                    let key = |s: &Setting| s.care * 2 + if labelled(s) { s.framer } else { 0 };
                    dense(self.settings.iter().map(key), 4)
                }
                None => dense(self.settings.iter().map(|_| 0), 1),
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

    pub(super) fn push(&mut self, mut node: Node) -> Result<(), WeighError> {
        let settings = self.settings.iter().zip(&node.class_of);
        node.coarse = settings
            .filter(|(s, _)| s.care == 0 && s.framer == 0)
            .map(|(_, class)| *class)
            .collect();
        // A node remembers the class of each setting beside its cells.
        let cells = node.classes.saturating_mul(node.size);
        self.kept = self
            .kept
            .saturating_add(cells.saturating_add(self.settings.len()));
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
}

/// The variable of a shared source.
pub(super) fn variable(world: &World, source: usize) -> Option<usize> {
    match world.sources.get(source).map(|s| s.coupling) {
        Some(Coupling::Shared(variable)) => Some(variable),
        _ => None,
    }
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
pub(super) fn states(world: &World, variable: usize) -> usize {
    if variable < world.shared_sources { 2 } else { 4 }
}

pub(super) fn cells_in(world: &World, scope: &[usize]) -> usize {
    scope
        .iter()
        .map(|&variable| states(world, variable))
        .fold(1, usize::saturating_mul)
}

/// For each cell of a table over `from` the cell of a table over `to`; variables lie fastest first.
pub(super) fn cell_map(world: &World, from: &[usize], to: &[usize]) -> Vec<usize> {
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

/// Renumbers keys below `bound` by first appearance: number of each item, first item of each number.
fn dense(keys: impl Iterator<Item = usize>, bound: usize) -> (Vec<usize>, Vec<usize>) {
    let mut numbers = vec![usize::MAX; bound];
    let mut firsts = Vec::new();
    let renumbered = keys
        .enumerate()
        .map(|(item, key)| {
            let known = at(&numbers, key);
            if known != usize::MAX {
                return known;
            }
            put(&mut numbers, key, firsts.len());
            firsts.push(item);
            firsts.len() - 1
        })
        .collect();
    (renumbered, firsts)
}
