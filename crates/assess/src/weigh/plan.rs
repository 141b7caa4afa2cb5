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
    /// How many neighbouring cells add up to one.
    pub(super) summed: usize,
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
        for (leaf, natural) in leaves {
            let unit = matches!(leaf, Leaf::Unit);
            let (class_of, settings) = self.leaf_classes(world, &leaf);
            let mut scope = natural.clone();
            scope.sort_by_key(|&variable| at(ranks, variable));
            let size = cells_in(world, &scope);
            let cells = cell_map(world, &natural, &scope);
            self.push(Node {
                size,
                classes: settings.len(),
                scope,
                class_of,
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

    fn push(&mut self, node: Node) -> Result<(), WeighError> {
        let kept: usize = self
            .nodes
            .iter()
            .chain([&node])
            .map(|n| n.classes.saturating_mul(n.size))
            .fold(0, usize::saturating_add);
        if kept > KEPT_CELLS_MAX {
            return Err(WeighError::TooWide {
                what: "kept cells",
                found: kept,
                most: KEPT_CELLS_MAX,
            });
        }
        self.nodes.push(node);
        Ok(())
    }

    fn eliminate(&mut self, world: &World, mut live: Vec<usize>, ranks: &[usize]) -> Result<(), WeighError> {
        let mut order: Vec<usize> = (0..ranks.len()).collect();
        order.sort_by_key(|&variable| at(ranks, variable));
        for variable in order {
            let (mut bucket, rest): (Vec<usize>, Vec<usize>) =
                live.into_iter().partition(|&node| self.holds(node, variable));
            live = rest;
            if let [single] = bucket.as_slice() {
                bucket = vec![0, *single];
            }
            live.extend(self.join_all(world, bucket, &live.clone(), ranks)?);
        }
        // Without evidence the unit stands alone and is the root.
        self.join_all(world, live, &[], ranks)?;
        Ok(())
    }

    fn holds(&self, node: usize, variable: usize) -> bool {
        self.nodes.get(node).is_some_and(|n| n.scope.contains(&variable))
    }

    /// Joins a bucket into one node: equal classes first, then the fewest classes.
    fn join_all(
        &mut self,
        world: &World,
        mut bucket: Vec<usize>,
        others: &[usize],
        ranks: &[usize],
    ) -> Result<Option<usize>, WeighError> {
        while bucket.len() > 1 {
            bucket.sort_by_key(|&node| {
                self.nodes
                    .get(node)
                    .map(|n| (n.classes, n.size, node))
                    .unwrap_or_default()
            });
            let mut chosen = (0, 1);
            'search: for first in 0..bucket.len() {
                for second in first + 1..bucket.len() {
                    let same = match (
                        self.nodes.get(at(&bucket, first)),
                        self.nodes.get(at(&bucket, second)),
                    ) {
                        (Some(a), Some(b)) => {
                            if a.classes != b.classes {
                                break;
                            }
                            a.class_of == b.class_of
                        }
                        _ => false,
                    };
                    if same {
                        chosen = (first, second);
                        break 'search;
                    }
                }
            }
            let right = bucket.remove(chosen.1);
            let left = bucket.remove(chosen.0);
            let elsewhere: BTreeSet<usize> = bucket
                .iter()
                .chain(others)
                .filter_map(|&node| self.nodes.get(node))
                .flat_map(|n| n.scope.iter().copied())
                .collect();
            self.join(world, left, right, &elsewhere, ranks)?;
            bucket.push(self.nodes.len() - 1);
        }
        Ok(bucket.pop())
    }

    fn join(
        &mut self,
        world: &World,
        left: usize,
        right: usize,
        elsewhere: &BTreeSet<usize>,
        ranks: &[usize],
    ) -> Result<(), WeighError> {
        let (Some(a), Some(b)) = (self.nodes.get(left), self.nodes.get(right)) else {
            return Ok(());
        };
        let mut union: Vec<usize> = a.scope.iter().chain(&b.scope).copied().collect();
        union.sort_by_key(|&variable| (elsewhere.contains(&variable), at(ranks, variable)));
        union.dedup();
        let cells = cells_in(world, &union);
        if cells > TABLE_CELLS_MAX {
            return Err(WeighError::TooWide {
                what: "cells of one table",
                found: cells,
                most: TABLE_CELLS_MAX,
            });
        }
        let summed = cells_in(
            world,
            &union
                .iter()
                .copied()
                .filter(|v| !elsewhere.contains(v))
                .collect::<Vec<_>>(),
        );
        let scope: Vec<usize> = union.iter().copied().filter(|v| elsewhere.contains(v)).collect();
        let keys = a
            .class_of
            .iter()
            .zip(&b.class_of)
            .map(|(ca, cb)| ca * b.classes + cb);
        let (class_of, settings) = dense(keys, a.classes * b.classes);
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
        let left_cells = other_than_same(cell_map(world, &union, &a.scope));
        let right_cells = other_than_same(cell_map(world, &union, &b.scope));
        let node = Node {
            size: cells / summed.max(1),
            classes: classes.len(),
            scope,
            class_of,
            work: Work::Join(Join {
                left,
                right,
                classes,
                left_cells,
                right_cells,
                summed,
            }),
        };
        self.push(node)
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

fn other_than_same(map: Vec<usize>) -> Option<Vec<usize>> {
    if map.iter().enumerate().all(|(cell, to)| cell == *to) {
        None
    } else {
        Some(map)
    }
}

/// Renumbers keys below `bound` by first appearance: number of each item, first item of each number.
fn dense(keys: impl Iterator<Item = usize>, bound: usize) -> (Vec<usize>, Vec<usize>) {
    let mut number = vec![usize::MAX; bound];
    let mut firsts = Vec::new();
    let numbers = keys
        .enumerate()
        .map(|(item, key)| {
            let known = at(&number, key);
            if known == usize::MAX {
                put(&mut number, key, firsts.len());
                firsts.push(item);
                firsts.len() - 1
            } else {
                known
            }
        })
        .collect();
    (numbers, firsts)
}

/// Rank of each variable in the order of elimination: always the one that leaves the smallest table.
fn elimination_ranks(world: &World, leaves: &[(Leaf, Vec<usize>)]) -> Vec<usize> {
    let variables = world.shared_sources + world.subjects.len();
    let mut scopes: Vec<BTreeSet<usize>> = leaves
        .iter()
        .map(|(_, scope)| scope.iter().copied().collect())
        .collect();
    let mut left: BTreeSet<usize> = (0..variables).collect();
    let mut ranks = vec![0; variables];
    for rank in 0..variables {
        let best = left
            .iter()
            .copied()
            .min_by_key(|variable| (bucket_cells(world, &scopes, *variable), *variable));
        let Some(best) = best else {
            break;
        };
        left.remove(&best);
        put(&mut ranks, best, rank);
        let (bucket, mut rest): (Vec<_>, Vec<_>) =
            scopes.into_iter().partition(|scope| scope.contains(&best));
        let mut union: BTreeSet<usize> = bucket.into_iter().flatten().collect();
        union.remove(&best);
        rest.push(union);
        scopes = rest;
    }
    ranks
}

fn bucket_cells(world: &World, scopes: &[BTreeSet<usize>], variable: usize) -> usize {
    let union: BTreeSet<usize> = scopes
        .iter()
        .filter(|scope| scope.contains(&variable))
        .flatten()
        .copied()
        .collect();
    union
        .iter()
        .map(|&v| states(world, v))
        .fold(1, usize::saturating_mul)
}
