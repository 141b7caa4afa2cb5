//! Runs the plan backwards: for every leaf the probability of its cells, one set for each group of settings.
//!
//! Groups are operator profiles (the ledger) or everything together (owners).

use super::cells::{add, at, put, row, row_mut};
use super::kernels::add_products;
use super::plan::{Leaf, Plan, Work};
use super::settings::Setting;
use super::tables::Tables;
use super::world::Target;

/// For one node: which (group, class) combinations occur.
#[derive(Clone, Debug)]
pub(super) struct Entries {
    pub(super) group: Vec<usize>,
    pub(super) class: Vec<usize>,
    /// Entries of the left and the right input, for each pair of each entry's class (joins only).
    inputs: Vec<(usize, usize)>,
}

/// Structure of the backward run.
#[derive(Clone, Debug)]
pub(super) struct Backward {
    pub(super) nodes: Vec<Entries>,
    /// Entry of each unit at the root.
    root: Vec<usize>,
    /// Nodes with a leaf below them that is asked for.
    wanted: Vec<bool>,
}

impl Backward {
    /// Structure for one group for each operator profile.
    pub(super) fn by_profile(plan: &Plan) -> Self {
        Self::new(
            plan,
            plan.profiles,
            |setting| setting.profile,
            |leaf| !matches!(leaf, Leaf::Unit),
        )
    }

    /// Structure for everything together: the leaves of subjects, and of each actor one group of its traces.
    pub(super) fn of_marginals(plan: &Plan) -> Self {
        let mut actors = std::collections::BTreeSet::new();
        Self::new(
            plan,
            1,
            |_| 0,
            |leaf| match leaf {
                Leaf::Subject(_) => true,
                Leaf::Group(group) => match plan.groups.get(*group).map(|g| g.target) {
                    Some(Target::Actor(actor)) => actors.insert(actor),
                    _ => false,
                },
                Leaf::Unit | Leaf::Source(_) => false,
            },
        )
    }

    fn new(
        plan: &Plan,
        groups: usize,
        group_of: impl Fn(&Setting) -> usize,
        mut asked: impl FnMut(&Leaf) -> bool,
    ) -> Self {
        let mut wanted: Vec<bool> = Vec::with_capacity(plan.nodes.len());
        for node in &plan.nodes {
            wanted.push(match &node.work {
                Work::Leaf { leaf, .. } => asked(leaf),
                Work::Join(join) => at(&wanted, join.left) || at(&wanted, join.right),
            });
        }
        let mut nodes: Vec<Entries> = Vec::with_capacity(plan.nodes.len());
        // Entry of each (group, class) of each node.
        let mut numbers: Vec<Vec<usize>> = Vec::with_capacity(plan.nodes.len());
        for node in &plan.nodes {
            let mut number = vec![usize::MAX; groups * node.classes];
            let mut entries = Entries {
                group: Vec::new(),
                class: Vec::new(),
                inputs: Vec::new(),
            };
            for (setting, &class) in plan.settings.iter().zip(&node.class_of) {
                let group = group_of(setting);
                let key = group * node.classes + class;
                if at(&number, key) != usize::MAX {
                    continue;
                }
                put(&mut number, key, entries.group.len());
                entries.group.push(group);
                entries.class.push(class);
                if let Work::Join(join) = &node.work {
                    let entry = |input: usize, class: usize| {
                        let classes = plan.nodes.get(input).map_or(0, |n| n.classes);
                        numbers.get(input).map_or(0, |n| at(n, group * classes + class))
                    };
                    for (left, right) in join.pairs.get(join.pairs_of(class)).unwrap_or_default() {
                        let inputs = (entry(join.left, *left), entry(join.right, *right));
                        entries.inputs.push(inputs);
                    }
                }
            }
            nodes.push(entries);
            numbers.push(number);
        }
        let last = plan.nodes.last().map_or(0, |n| n.classes);
        let number = numbers.pop().unwrap_or_default();
        let root = plan.units.iter();
        Self {
            nodes,
            root: root
                .map(|unit| at(&number, group_of(&unit.setting) * last + unit.class))
                .collect(),
            wanted,
        }
    }

    /// For each node, one row an entry: P(cell | group, evidence) = row × table.
    ///
    /// `seeds` are those of the [`super::outcome::Outcome`], times the weight of each profile in its group.
    pub(super) fn run(&self, plan: &Plan, tables: &mut Tables, seeds: &[f64], rows: &mut Vec<Vec<f64>>) {
        rows.resize(plan.nodes.len(), Vec::new());
        for ((rows, node), entries) in rows.iter_mut().zip(&plan.nodes).zip(&self.nodes) {
            rows.clear();
            rows.resize(entries.group.len() * node.size, 0.0);
        }
        if let Some(last) = rows.last_mut() {
            debug_assert_eq!(self.root.len(), seeds.len());
            for (entry, seed) in self.root.iter().zip(seeds) {
                add(last, *entry, *seed);
            }
        }
        for (index, node) in plan.nodes.iter().enumerate().rev() {
            let (Work::Join(join), Some(entries)) = (&node.work, self.nodes.get(index)) else {
                continue;
            };
            if !at(&self.wanted, index) {
                continue;
            }
            let above = rows.get_mut(index).map(std::mem::take).unwrap_or_default();
            let factors = tables.factor.get(index).cloned().unwrap_or_default();
            let sides = [
                (join.left, &join.left_cells, join.right, &join.right_cells, true),
                (join.right, &join.right_cells, join.left, &join.left_cells, false),
            ];
            for (to, to_cells, other, other_cells, left) in sides {
                if !at(&self.wanted, to) {
                    continue;
                }
                let others = tables.spread_out(plan, other, other_cells.as_ref());
                let mut own = rows.get_mut(to).map(std::mem::take).unwrap_or_default();
                let count = self.nodes.get(to).map_or(0, |e| e.group.len());
                let mut full = match to_cells {
                    Some(_) => vec![0.0; count * join.cells],
                    None => std::mem::take(&mut own),
                };
                let mut inputs = entries.inputs.iter();
                for (above, &class) in above.chunks_exact(node.size.max(1)).zip(&entries.class) {
                    // Each term of a sum has the whole of what is above.
                    for pair in join.pairs_of(class) {
                        let (Some(&(left_entry, right_entry)), (left_class, right_class)) =
                            (inputs.next(), at(&join.pairs, pair))
                        else {
                            continue;
                        };
                        let (entry, other_class) = if left {
                            (left_entry, right_class)
                        } else {
                            (right_entry, left_class)
                        };
                        let other_row = match &others {
                            Some(others) => row(others, other_class, join.cells),
                            None => tables.row(plan, other, other_class),
                        };
                        let into = row_mut(&mut full, entry, join.cells);
                        add_products(above, at(&factors, pair), other_row, into);
                    }
                }
                tables.give_back(others);
                match to_cells {
                    Some(cells) => {
                        let size = plan.nodes.get(to).map_or(1, |n| n.size.max(1));
                        for (full, own) in full
                            .chunks_exact(join.cells.max(1))
                            .zip(own.chunks_exact_mut(size))
                        {
                            cells.collect(full, own);
                        }
                    }
                    None => own = full,
                }
                if let Some(cell) = rows.get_mut(to) {
                    *cell = own;
                }
            }
            if let Some(cell) = rows.get_mut(index) {
                *cell = above;
            }
        }
    }
}

/// Multiplies the rows of one entry with its table: P(cell | group, evidence).
pub(super) fn mass<'a>(rows: &'a [f64], entry: usize, table: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    row(rows, entry, table.len())
        .iter()
        .zip(table)
        .map(|(r, t)| r * t)
}
