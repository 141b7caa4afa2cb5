//! Which unknown is summed out when, and which two tables are multiplied first.
//!
//! Greedy: the unknown whose elimination leaves the smallest table; of the tables of one unknown the two whose
//! product has the fewest classes. The order changes the cost, never the result.

use std::collections::{BTreeMap, BTreeSet};

use super::WeighError;
use super::cells::{at, put};
use super::kernels::Spread;
use super::plan::{Join, Leaf, Node, Plan, TABLE_CELLS_MAX, WORK_MAX, Work, cell_map, cells_in, states};
use super::world::World;

impl Plan {
    /// Eliminates every variable in order of its rank.
    pub(super) fn eliminate(
        &mut self,
        world: &World,
        mut live: Vec<usize>,
        ranks: &[usize],
    ) -> Result<(), WeighError> {
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
        let product = self.framings.join((left, a), (right, b));
        self.work = self
            .work
            .saturating_add(cells.saturating_mul(product.pairs.len()));
        if self.work > WORK_MAX {
            return Err(WeighError::TooWide {
                what: "multiplications",
                found: self.work,
                most: WORK_MAX,
            });
        }
        let left_cells = other_than_same(&cell_map(world, &union, &a.scope), a.size);
        let right_cells = other_than_same(&cell_map(world, &union, &b.scope), b.size);
        let node = Node {
            size: cells_in(world, &scope),
            classes: product.firsts.len() - 1,
            scope,
            class_of: product.class_of,
            coarse: Vec::new(),
            work: Work::Join(Join {
                left,
                right,
                pairs: product.pairs,
                firsts: product.firsts,
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

fn other_than_same(map: &[usize], size: usize) -> Option<Spread> {
    let same = map.len() == size && map.iter().enumerate().all(|(cell, to)| cell == *to);
    if same { None } else { Some(Spread::new(map)) }
}

/// Rank of each variable in the order of elimination: always the one that leaves the smallest table, of equals the
/// one with the most states.
pub(super) fn elimination_ranks(world: &World, leaves: &[(Leaf, Vec<usize>)]) -> Vec<usize> {
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
