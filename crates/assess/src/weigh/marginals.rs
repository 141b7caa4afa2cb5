//! Runs the plan backwards: for every leaf the probability of its cells, one set for each group of settings.
//!
//! Groups are operator profiles (the ledger) or everything together (owners).

use super::cells::{add, at, row, row_mut};
use super::plan::{Join, Plan, Work};
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
}

impl Backward {
    /// Structure for the groups that `plan.settings` fall into by profile.
    pub(super) fn by_profile(plan: &Plan) -> Self {
        let mut nodes = Vec::with_capacity(plan.nodes.len());
        let mut entry_of: Vec<Vec<usize>> = Vec::with_capacity(plan.nodes.len());
        for node in &plan.nodes {
            let mut number = vec![usize::MAX; plan.profiles * node.classes];
            let mut entries = Entries {
                group: Vec::new(),
                class: Vec::new(),
                inputs: Vec::new(),
            };
            let mut of = Vec::with_capacity(plan.settings.len());
            for (index, (setting, &class)) in plan.settings.iter().zip(&node.class_of).enumerate() {
                let key = setting.profile * node.classes + class;
                let mut entry = at(&number, key);
                if entry == usize::MAX {
                    entry = entries.group.len();
                    super::cells::put(&mut number, key, entry);
                    entries.group.push(setting.profile);
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
        }
    }

    /// For each node, one row an entry: P(cell | group, evidence) = row × table.
    ///
    /// `settings` are the weights P(setting | group, evidence).
    pub(super) fn run(&self, plan: &Plan, tables: &Tables, settings: &[f64], rows: &mut Vec<Vec<f64>>) {
        rows.resize(plan.nodes.len(), Vec::new());
        for ((rows, node), entries) in rows.iter_mut().zip(&plan.nodes).zip(&self.nodes) {
            rows.clear();
            rows.resize(entries.group.len() * node.size, 0.0);
        }
        let root = plan.nodes.len() - 1;
        if let (Some(last), Some(node)) = (rows.last_mut(), plan.nodes.last()) {
            for ((entry, class), weight) in self.root.iter().zip(&node.class_of).zip(settings) {
                let value = tables
                    .row(plan, root, *class)
                    .first()
                    .copied()
                    .unwrap_or_default();
                if *weight > 0.0 && value > 0.0 {
                    add(last, *entry, weight / value);
                }
            }
        }
        for (index, node) in plan.nodes.iter().enumerate().rev() {
            let (Work::Join(join), Some(entries)) = (&node.work, self.nodes.get(index)) else {
                continue;
            };
            let above = rows.get_mut(index).map(std::mem::take).unwrap_or_default();
            let mut left = rows.get_mut(join.left).map(std::mem::take).unwrap_or_default();
            let mut right = rows.get_mut(join.right).map(std::mem::take).unwrap_or_default();
            let left_size = plan.nodes.get(join.left).map_or(1, |n| n.size);
            let right_size = plan.nodes.get(join.right).map_or(1, |n| n.size);
            let factors = tables.factor.get(index).map_or(&[][..], |f| f);
            for ((above, class), (to_left, to_right)) in above
                .chunks_exact(node.size.max(1))
                .zip(&entries.class)
                .zip(&entries.inputs)
            {
                let (left_class, right_class) = at(&join.classes, *class);
                push_down(
                    join,
                    above,
                    at(factors, *class),
                    tables.row(plan, join.left, left_class),
                    tables.row(plan, join.right, right_class),
                    row_mut(&mut left, *to_left, left_size),
                    row_mut(&mut right, *to_right, right_size),
                );
            }
            for (place, filled) in [(index, above), (join.left, left), (join.right, right)] {
                if let Some(cell) = rows.get_mut(place) {
                    *cell = filled;
                }
            }
        }
    }
}

fn push_down(
    join: &Join,
    above: &[f64],
    factor: f64,
    a: &[f64],
    b: &[f64],
    left: &mut [f64],
    right: &mut [f64],
) {
    let summed = join.summed.max(1);
    for (out, &above) in above.iter().enumerate() {
        if above == 0.0 {
            continue;
        }
        let above = above * factor;
        let first = out * summed;
        for cell in first..first + summed {
            let l = join.left_cells.as_ref().map_or(cell, |c| at(c, cell));
            let r = join.right_cells.as_ref().map_or(cell, |c| at(c, cell));
            add(left, l, above * at(b, r));
            add(right, r, above * at(a, l));
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
