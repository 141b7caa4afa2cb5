//! Runs the plan backwards: for every leaf the probability of its cells, one set for each group of settings.
//!
//! Groups are operator profiles (the ledger) or everything together (owners).

use super::cells::{add, at, row, row_mut};
use super::kernels::{add_products, collect};
use super::plan::{Leaf, Plan, Work};
use super::settings::Setting;
use super::tables::Tables;

/// For one node: which (group, class) combinations occur.
#[derive(Clone, Debug)]
pub(super) struct Entries {
    pub(super) group: Vec<usize>,
    pub(super) class: Vec<usize>,
    /// Entries of the left and the right input (joins only).
    inputs: Vec<(usize, usize)>,
}

/// Structure of the backward run.
#[derive(Clone, Debug)]
pub(super) struct Backward {
    pub(super) nodes: Vec<Entries>,
    /// Entry of each setting at the root.
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

    /// Structure for everything together and the leaves of subjects alone.
    pub(super) fn of_subjects(plan: &Plan) -> Self {
        Self::new(plan, 1, |_| 0, |leaf| matches!(leaf, Leaf::Subject(_)))
    }

    fn new(
        plan: &Plan,
        groups: usize,
        group_of: impl Fn(&Setting) -> usize,
        asked: impl Fn(&Leaf) -> bool,
    ) -> Self {
        let mut wanted: Vec<bool> = Vec::with_capacity(plan.nodes.len());
        for node in &plan.nodes {
            wanted.push(match &node.work {
                Work::Leaf { leaf, .. } => asked(leaf),
                Work::Join(join) => at(&wanted, join.left) || at(&wanted, join.right),
            });
        }
        let mut nodes = Vec::with_capacity(plan.nodes.len());
        let mut entry_of: Vec<Vec<usize>> = Vec::with_capacity(plan.nodes.len());
        for node in &plan.nodes {
            let mut number = vec![usize::MAX; groups * node.classes];
            let mut entries = Entries {
                group: Vec::new(),
                class: Vec::new(),
                inputs: Vec::new(),
            };
            let mut of = Vec::with_capacity(plan.settings.len());
            for (index, (setting, &class)) in plan.settings.iter().zip(&node.class_of).enumerate() {
                let group = group_of(setting);
                let key = group * node.classes + class;
                let mut entry = at(&number, key);
                if entry == usize::MAX {
                    entry = entries.group.len();
                    super::cells::put(&mut number, key, entry);
                    entries.group.push(group);
                    entries.class.push(class);
                    if let Work::Join(join) = &node.work {
                        let left = entry_of.get(join.left).map_or(0, |e| at(e, index));
                        let right = entry_of.get(join.right).map_or(0, |e| at(e, index));
                        entries.inputs.push((left, right));
                    }
                }
                of.push(entry);
            }
            nodes.push(entries);
            entry_of.push(of);
        }
        Self {
            nodes,
            root: entry_of.pop().unwrap_or_default(),
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
        if let (Some(last), Some(node)) = (rows.last_mut(), plan.nodes.last()) {
            debug_assert_eq!(self.root.len(), node.class_of.len());
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
                let others = tables.spread_out(plan, other, other_cells.as_deref());
                let mut own = rows.get_mut(to).map(std::mem::take).unwrap_or_default();
                let count = self.nodes.get(to).map_or(0, |e| e.group.len());
                let mut full = match to_cells {
                    Some(_) => vec![0.0; count * join.cells],
                    None => std::mem::take(&mut own),
                };
                for ((above, class), inputs) in above
                    .chunks_exact(node.size.max(1))
                    .zip(&entries.class)
                    .zip(&entries.inputs)
                {
                    let (left_class, right_class) = at(&join.classes, *class);
                    let (entry, other_class) = if left {
                        (inputs.0, right_class)
                    } else {
                        (inputs.1, left_class)
                    };
                    let other_row = match &others {
                        Some(others) => row(others, other_class, join.cells),
                        None => tables.row(plan, other, other_class),
                    };
                    let into = row_mut(&mut full, entry, join.cells);
                    add_products(above, at(&factors, *class), other_row, into);
                }
                tables.give_back(others);
                match to_cells {
                    Some(cells) => {
                        let size = plan.nodes.get(to).map_or(1, |n| n.size.max(1));
                        for (full, own) in full
                            .chunks_exact(join.cells.max(1))
                            .zip(own.chunks_exact_mut(size))
                        {
                            collect(full, cells, own);
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
