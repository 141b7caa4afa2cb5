//! Which settings may be added up early: those that frame somebody of whom the rest of the plan knows nothing.
//!
//! Under one operator every framed party has the same prior. Once all leaves whose tables tell a framed party from
//! nobody are multiplied together, the rest treats it as nobody: only the sum over such parties (and over
//! thoroughness) goes on. This takes the last tables of a model with twelve operators from 422 classes to 72.

use std::collections::BTreeMap;

use super::cells::{at, put};
use super::plan::{Node, Unit};
use super::settings::Setting;

/// How many leaves see each setting.
///
/// A leaf sees a setting if its class is another one than with nobody framed.
#[derive(Clone, Debug, Default)]
pub(super) struct Framings {
    /// For each setting the one with the same profile and care and nobody framed.
    unframed: Vec<usize>,
    /// Group of each setting, by profile and care.
    groups: Vec<usize>,
    /// Leaves below each node that see each setting.
    seen: Vec<Vec<u32>>,
    /// Whether each node is a leaf: leaves add nothing up.
    leaves: Vec<bool>,
    /// All `usize::MAX` before and after a join.
    scratch: Vec<usize>,
    /// Leaves that see each setting.
    all: Vec<u32>,
}

/// The classes of a product.
pub(super) struct Product {
    pub(super) class_of: Vec<usize>,
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) firsts: Vec<usize>,
}

impl Framings {
    pub(super) fn new(settings: &[Setting]) -> Self {
        let groups: Vec<usize> = settings.iter().map(|s| s.profile * 2 + s.care).collect();
        let mut unframed = vec![0; groups.last().map_or(0, |last| last / 2 * 2 + 2)];
        for (index, (setting, group)) in settings.iter().zip(&groups).enumerate() {
            if setting.framed.is_none() {
                put(&mut unframed, *group, index);
            }
        }
        Self {
            unframed: groups.iter().map(|&group| at(&unframed, group)).collect(),
            seen: Vec::new(),
            leaves: Vec::new(),
            scratch: Vec::new(),
            all: vec![0; settings.len()],
            groups,
        }
    }

    /// Counts a leaf with these classes.
    pub(super) fn add_leaf(&mut self, class_of: &[usize]) {
        let seen: Vec<u32> = class_of
            .iter()
            .zip(&self.unframed)
            .map(|(class, &unframed)| u32::from(*class != at(class_of, unframed)))
            .collect();
        for (all, seen) in self.all.iter_mut().zip(&seen) {
            *all += seen;
        }
        self.seen.push(seen);
        self.leaves.push(true);
    }

    /// Whether everything that sees the setting is below.
    fn closed(&self, below: &[u32], setting: usize) -> bool {
        let all = at(&self.all, setting);
        all > 0 && at(below, setting) == all
    }

    /// Whether the node has the setting in a sum already.
    fn summed(&self, node: usize, setting: usize) -> bool {
        let below = self.seen.get(node).filter(|_| !at(&self.leaves, node));
        below.is_some_and(|below| self.closed(below, setting))
    }

    /// Counts a node that joins two others, and gives its classes.
    pub(super) fn join(&mut self, left: (usize, &Node), right: (usize, &Node)) -> Product {
        let empty = Vec::new();
        let (left, a) = left;
        let (right, b) = right;
        let below_left = self.seen.get(left).unwrap_or(&empty);
        let below_right = self.seen.get(right).unwrap_or(&empty);
        let below: Vec<u32> = below_left.iter().zip(below_right).map(|(l, r)| l + r).collect();
        let count = below.len();
        let pair = |setting: usize| (at(&a.class_of, setting), at(&b.class_of, setting));
        // What each group of closed settings adds up: what a side has added up already is one.
        let mut sums: Vec<Vec<(usize, usize)>> = vec![Vec::new(); at(&self.groups, count.max(1) - 1) + 2];
        let mut added = vec![[false; 2]; sums.len()];
        for setting in (0..count).filter(|&setting| self.closed(&below, setting)) {
            let group = at(&self.groups, setting);
            let side = [left, right].iter().position(|&side| self.summed(side, setting));
            if let (Some(side), Some(added)) = (side, added.get_mut(group)) {
                if at(added, side) {
                    continue;
                }
                put(added, side, true);
            }
            if let Some(sum) = sums.get_mut(group) {
                sum.push(pair(setting));
            }
        }
        for sum in &mut sums {
            sum.sort_unstable();
        }
        let mut product = Product {
            class_of: Vec::with_capacity(count),
            pairs: Vec::new(),
            firsts: vec![0],
        };
        // A single pair is found by its number, several by their list.
        let mut singles = std::mem::take(&mut self.scratch);
        if singles.len() < a.classes * b.classes {
            singles.resize(a.classes * b.classes, usize::MAX);
        }
        let mut lists: BTreeMap<&[(usize, usize)], usize> = BTreeMap::new();
        let mut of_group = vec![usize::MAX; sums.len()];
        for setting in 0..count {
            let own = [pair(setting)];
            let group = at(&self.groups, setting);
            let closed = self.closed(&below, setting);
            let list: &[(usize, usize)] = if closed {
                sums.get(group).map_or(&own, |sum| sum)
            } else {
                &own
            };
            if closed && at(&of_group, group) != usize::MAX {
                product.class_of.push(at(&of_group, group));
                continue;
            }
            let next = product.firsts.len() - 1;
            let class = match list {
                [(l, r)] => {
                    let known = at(&singles, l * b.classes + r);
                    if known == usize::MAX {
                        put(&mut singles, l * b.classes + r, next);
                    }
                    known.min(next)
                }
                _ => *lists
                    .entry(sums.get(group).map_or(&[][..], |sum| sum))
                    .or_insert(next),
            };
            if class == next {
                product.pairs.extend_from_slice(list);
                product.firsts.push(product.pairs.len());
            }
            if closed {
                put(&mut of_group, group, class);
            }
            product.class_of.push(class);
        }
        for (l, r) in &product.pairs {
            put(&mut singles, l * b.classes + r, usize::MAX);
        }
        self.scratch = singles;
        self.seen.push(below);
        self.leaves.push(false);
        product
    }

    /// The cells of the last node.
    pub(super) fn units(&self, settings: &[Setting], last: Option<&Node>) -> Vec<Unit> {
        let classes = last.map_or(&[][..], |node| &node.class_of);
        let root = self.seen.len().saturating_sub(1);
        let mut units = Vec::new();
        let mut known = vec![false; self.groups.last().map_or(0, |last| last + 2)];
        for (index, (setting, &class)) in settings.iter().zip(classes).enumerate() {
            let merged = self.summed(root, index);
            let group = at(&self.groups, index);
            if merged && at(&known, group) {
                continue;
            }
            if merged {
                put(&mut known, group, true);
            }
            units.push(Unit {
                setting: *setting,
                merged,
                class,
            });
        }
        units
    }
}
