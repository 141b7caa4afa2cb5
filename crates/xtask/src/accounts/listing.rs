//! Which parties an analyst lists, with what prior.
//!
//! Written after: the first lists of the studio's case (states, insiders, activists; the crews came late), and cases in
//! which the party that did it was on nobody's list (teenagers, 1998; students behind the flood of 2016, who had been taken for a
//! state). Priors are yearbook rates per kind, split by reputation and tilted by the news; the world draws otherwise.

use std::collections::BTreeMap;

use ascribe_assess::build::{Answer, Question};
use ascribe_model::Range;

use super::dice::Dice;
use super::reporters::Report;
use super::scene::{Scene, public_rates, rate_place};
use super::traces::{Place, Pointer};
use super::world::{Nature, World};
use crate::incident::{UNLISTED_NONSTATE, UNLISTED_STATE};

/// The listed parties by place, in order.
pub(super) struct Listing(pub(super) Vec<usize>);

impl Listing {
    /// Draws the list, after the reports: who is named is mostly listed.
    pub(super) fn draw(
        dice: &mut Dice,
        world: &World,
        scene: &Scene,
        reports: &[Report],
        places: &[Place],
    ) -> Self {
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for place in 0..world.parties.len() {
            if world.party(place).nature != Nature::Unit {
                scores.insert(place, scene.suspicion(world, place));
            }
        }
        let mut units = Vec::new();
        for report in reports {
            let (named, weight) = match report.pointer {
                Pointer::Party(party) => (Some(party), 1.5),
                Pointer::Tool(tool) => (world.tool(tool).and_then(|tool| tool.labelled(scene.as_of)), 0.4),
                Pointer::Infrastructure(at) => (places.get(at).and_then(|place| place.holder), 0.8),
                Pointer::Nothing => (None, 0.0),
            };
            let Some(named) = named else { continue };
            let party = world.party(named);
            let shown = if party.nature == Nature::Unit {
                units.push(named);
                party.home
            } else {
                named
            };
            *scores.entry(shown).or_default() += weight;
        }
        let mut list = Vec::new();
        let wanted = 5 + dice.count(1.5).min(4);
        while list.len() < wanted {
            let (keys, weights): (Vec<usize>, Vec<f64>) =
                scores.iter().map(|(key, score)| (*key, *score)).unzip();
            let Some(next) = dice.weighted(&weights).and_then(|at| keys.get(at).copied()) else {
                break;
            };
            scores.remove(&next);
            list.push(next);
        }
        units.sort_unstable();
        units.dedup();
        for unit in units {
            let home = world.party(unit).home;
            if list.len() < 9 && list.contains(&home) && dice.chance(0.3) {
                list.push(unit);
            }
        }
        list.sort_unstable();
        Self(list)
    }

    /// Under which listed party the party at `place` counts.
    pub(super) fn entry(&self, world: &World, place: usize) -> Option<usize> {
        if self.0.contains(&place) {
            return Some(place);
        }
        let party = world.party(place);
        Some(party.home).filter(|home| party.nature == Nature::Unit && self.0.contains(home))
    }

    /// The id under which the party at `place` counts, listed or not.
    pub(super) fn id(&self, world: &World, place: usize) -> String {
        match self.entry(world, place) {
            Some(listed) => world.party(listed).id.clone(),
            None if world.party(place).of_state() => UNLISTED_STATE.to_owned(),
            None => UNLISTED_NONSTATE.to_owned(),
        }
    }

    /// What is asked, with the public's priors.
    pub(super) fn question(&self, dice: &mut Dice, world: &World, scene: &Scene) -> Question {
        let mut rates = public_rates(scene.deed);
        for (at, tilt) in [0.4, -0.3, -0.1, -0.4].into_iter().enumerate() {
            if let Some(rate) = rates.get_mut(at) {
                *rate *= 1.0 + tilt * scene.heat;
            }
        }
        let all: f64 = rates.iter().sum();
        let split: Vec<(usize, f64)> = self
            .0
            .iter()
            .map(|place| {
                let weight = libm::pow(scene.suspicion(world, *place), 0.6) * dice.around(1.0, 0.25);
                (rate_place(world.party(*place).nature), weight.max(1e-6))
            })
            .collect();
        let mut sums = [0.0; 4];
        for (kind, weight) in &split {
            if let Some(sum) = sums.get_mut(*kind) {
                *sum += weight;
            }
        }
        let absent: f64 = (0..4)
            .filter(|kind| sums.get(*kind).is_some_and(|sum| *sum <= 0.0))
            .filter_map(|kind| rates.get(kind))
            .sum();
        // What is left for the rest: a tenth at least, more where a whole kind is not listed.
        let rest = (0.1 + 0.5 * absent / all).min(0.3);
        let present = (all - absent).max(1e-6);
        let answers = self
            .0
            .iter()
            .zip(split)
            .map(|(place, (kind, weight))| {
                let rate = rates.get(kind).copied().unwrap_or(0.0);
                let sum = sums.get(kind).copied().unwrap_or(1.0).max(1e-9);
                let share = (1.0 - rest) * rate / present * weight / sum;
                // People write hundredths, and round small ones up and large ones down.
                let point = (libm::floor(share * 100.0) / 100.0).max(0.005);
                let id = world.party(*place).id.clone();
                Answer {
                    id: id.clone(),
                    name: None,
                    operators: vec![id],
                    directions: Vec::new(),
                    prior: Range::new(point * 0.5, point, (point * 1.8).min(0.9)).ok(),
                }
            })
            .collect();
        Question {
            answers,
            deception: BTreeMap::new(),
        }
    }
}
