//! Which numbers of a model vary together, and how a choice of them becomes parameters.
//!
//! Members of a class share one draw for each field: where their ranges differ, the same quantile of each.
//! A number without a class has a draw of its own. Likelihoods of findings without a class are private: each
//! enters the answer linearly, so its mean stands for it, exactly. Source: METHOD section 5.

use std::collections::BTreeMap;

use super::cells::{at, put};
use super::pert::{Level, Pert, mean};
use super::world::World;
use crate::defaults::End;

/// The numbers that vary, in groups that share a draw.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    /// Group, quantile function, and the parameters that have both: most members of a class have one range, so one
    /// quantile serves them all.
    varying: Vec<(usize, Pert, Vec<usize>)>,
    /// Parameters with private numbers at their means, the others at their points.
    pub(super) centre: Vec<f64>,
    /// How many draws one choice needs.
    pub(super) groups: usize,
    /// Members of each group.
    pub(super) members: Vec<Vec<usize>>,
}

impl Spread {
    pub(super) fn new(world: &World) -> Self {
        let mut numbers: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut tables: BTreeMap<(u64, u64, u64), Pert> = BTreeMap::new();
        let mut places: BTreeMap<(usize, (u64, u64, u64)), usize> = BTreeMap::new();
        let mut spread = Self {
            varying: Vec::new(),
            centre: world.points(),
            groups: 0,
            members: Vec::new(),
        };
        for (index, parameter) in world.parameters.iter().enumerate() {
            let range = parameter.range;
            if range.is_exact() {
                continue;
            }
            if parameter.private {
                put(&mut spread.centre, index, mean(range));
                continue;
            }
            let next = spread.groups;
            let group = match &parameter.shared {
                Some((class, field)) => *numbers.entry((class, field)).or_insert(next),
                None => next,
            };
            if group == next {
                spread.groups += 1;
                spread.members.push(Vec::new());
            }
            if let Some(members) = spread.members.get_mut(group) {
                members.push(index);
            }
            let key = (
                range.low().to_bits(),
                range.point().to_bits(),
                range.high().to_bits(),
            );
            let next = spread.varying.len();
            let place = *places.entry((group, key)).or_insert(next);
            if place == next {
                let pert = tables.entry(key).or_insert_with(|| Pert::new(range));
                spread.varying.push((group, pert.clone(), Vec::new()));
            }
            if let Some((_, _, parameters)) = spread.varying.get_mut(place) {
                parameters.push(index);
            }
        }
        spread
    }

    /// Sets `theta` to the quantiles at `levels`, one a group.
    pub(super) fn at_levels(&self, world: &World, levels: &[Level], theta: &mut Vec<f64>) {
        theta.clone_from(&self.centre);
        for (group, pert, parameters) in &self.varying {
            if let Some(level) = levels.get(*group) {
                let quantile = pert.quantile(*level);
                for &parameter in parameters {
                    put(theta, parameter, quantile);
                }
            }
        }
        self.fit(world, theta);
    }

    /// Sets one group's parameters in `theta` to their low or high ends.
    pub(super) fn set_end(&self, world: &World, group: usize, end: End, theta: &mut [f64]) {
        for &parameter in self.members.get(group).map_or(&[][..], |m| m) {
            if let Some(parameter_range) = world.parameters.get(parameter).map(|p| p.range) {
                put(theta, parameter, end.of(parameter_range));
            }
        }
    }

    /// Scales labels that together pass 1.
    pub(super) fn fit(&self, world: &World, theta: &mut [f64]) {
        for subject in &world.subjects {
            let sum: f64 = subject.labels.iter().map(|(_, slot)| at(theta, *slot)).sum();
            if sum > 1.0 {
                for (_, slot) in &subject.labels {
                    let label = at(theta, *slot);
                    put(theta, *slot, label / sum);
                }
            }
        }
    }
}
