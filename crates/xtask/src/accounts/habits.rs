//! Techniques seen in an incident, and techniques that were published of each listed party before.
//!
//! Written after the public catalogue of techniques as counted in 2026: of some 490 in use the median is given to 3 of 172
//! groups and the commonest to 85; what is published of a group is old, partial, and partly another group's.

use std::collections::{BTreeMap, BTreeSet};

use super::dice::Dice;
use super::listing::Listing;
use super::scene::{Ruse, Scene};
use super::world::{Nature, Party, TECHNIQUES, World};

fn popularity(world: &World, technique: u16) -> f64 {
    world
        .popularity
        .get(usize::from(technique))
        .copied()
        .unwrap_or(0.0)
}

/// What was seen this time.
pub(super) fn seen(dice: &mut Dice, world: &World, scene: &Scene) -> BTreeSet<u16> {
    let party = world.party(scene.operator);
    let now = party.epochs.get(party.epoch(scene.struck));
    // Used in this operation, and noticed by whoever looked.
    let share = (0.15 + 0.15 * scene.interest).min(0.45);
    let mut list = BTreeSet::new();
    for technique in 0..TECHNIQUES {
        let own = now.is_some_and(|epoch| epoch.techniques.contains(&technique));
        // What comes with bought tools, and with any intrusion.
        let common = 0.5 * popularity(world, technique);
        if own && dice.chance(share) || dice.chance(common * share) {
            list.insert(technique);
        }
    }
    if let Some((Ruse::Thorough, framed)) = scene.ruse {
        let shown: Vec<u16> = published(dice, world, framed, scene.struck).into_iter().collect();
        for _ in 0..5 {
            list.extend(dice.pick(&shown));
        }
    }
    list
}

/// What was published before of each listed party.
pub(super) fn earlier(
    dice: &mut Dice,
    world: &World,
    scene: &Scene,
    listing: &Listing,
) -> BTreeMap<String, BTreeSet<u16>> {
    listing
        .0
        .iter()
        .map(|place| {
            let known = published(dice, world, *place, scene.struck);
            (world.party(*place).id.clone(), known)
        })
        .collect()
}

fn published(dice: &mut Dice, world: &World, place: usize, day: i32) -> BTreeSet<u16> {
    let party = world.party(place);
    let behind: Vec<&Party> = world
        .parties
        .iter()
        .enumerate()
        .filter(|(other, unit)| {
            *other == place
                || party.nature == Nature::State && unit.nature == Nature::Unit && unit.home == party.home
        })
        .map(|(_, unit)| unit)
        // A state does nothing by itself.
        .filter(|unit| !matches!(unit.nature, Nature::State | Nature::Insider))
        .collect();
    let mut list = BTreeSet::new();
    for unit in &behind {
        let past: BTreeSet<u16> = unit
            .epochs
            .iter()
            .filter(|epoch| epoch.from + 200 <= day)
            .flat_map(|epoch| epoch.techniques.iter().copied())
            .collect();
        for technique in past {
            if dice.chance(0.75 * unit.known) {
                list.insert(technique);
            }
        }
    }
    if !behind.is_empty() {
        for technique in 0..TECHNIQUES {
            // Other parties' work that was given to it.
            if dice.chance(0.08 * popularity(world, technique)) {
                list.insert(technique);
            }
        }
    }
    list
}
