//! Tools made, bought, rented, leaked and stolen, and the public names that lag behind.
//!
//! Written after: exploit tools of one service published in April 2017, in use by two states' wipers and by common
//! crime within ten weeks, and used by another state before the leak (told in May 2019); a commercial disk driver in
//! three unrelated wipers (2012, 2013, 2014) that made a vendor see a likeness on 4 December 2014 which another denied
//! the same day; remote access kits handed around several units of one state (the "digital quartermaster" told of in
//! 2013; a modular kit described in 2021 as sold privately to at least five clusters) and later seen in ransom cases
//! (2024-25); builders of ransom brands that leaked (2021, 2022) and were used by strangers within weeks; two implants
//! that agencies called Russian in 2017-18 and, in October 2019, Iranian ones taken over.

use super::dice::Dice;
use super::world::{Day, LAST_DAY, Nature, Party};

/// How a tool is come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trade {
    /// Made by its user.
    Own,
    /// Handed around the units of one state and its contractors.
    Quartermaster,
    /// Sold or free: anybody's.
    Commodity,
    /// Rented out under a brand; the builder leaks in the end.
    Rented,
}

/// A tool.
pub(super) struct Tool {
    pub(super) id: String,
    pub(super) trade: Trade,
    /// Who made it; none: a merchant.
    pub(super) maker: Option<usize>,
    /// Who holds it from when, the maker first.
    pub(super) holders: Vec<(usize, Day)>,
    /// When the maker gave it up for something else.
    pub(super) dropped: Day,
    /// When it came out, if ever.
    pub(super) leaked: Option<Day>,
    /// From when the public calls it somebody's, and whose.
    pub(super) label: Option<(Day, usize)>,
}

impl Tool {
    /// Whether `party` holds it on `day`.
    pub(super) fn held(&self, party: usize, day: Day) -> bool {
        self.holders
            .iter()
            .any(|(holder, from)| *holder == party && *from <= day)
    }

    /// Whose the public says that it is on `day`.
    pub(super) fn labelled(&self, day: Day) -> Option<usize> {
        self.label
            .filter(|(from, _)| *from <= day)
            .map(|(_, party)| party)
    }
}

/// All tools of a world.
pub(super) fn tools(dice: &mut Dice, parties: &[Party]) -> Vec<Tool> {
    let mut list = Vec::new();
    for (place, party) in parties.iter().enumerate() {
        if matches!(party.nature, Nature::State | Nature::Insider) {
            continue;
        }
        for epoch in 0..party.epochs.len() {
            // A poor party makes few tools and lives on the market.
            for _ in 0..dice.count(0.4 + 1.6 * party.skill) {
                let tool = made(dice, parties, place, epoch, list.len());
                list.push(tool);
            }
        }
    }
    for _ in 0..22 {
        list.push(bought(dice, parties, list.len()));
    }
    list
}

fn made(dice: &mut Dice, parties: &[Party], maker: usize, epoch: usize, number: usize) -> Tool {
    let nobody = (0, 0);
    let party = parties.get(maker);
    let (from, until) = party.map_or(nobody, |party| {
        let from = party.epochs.get(epoch).map_or(0, |epoch| epoch.from);
        let next = party
            .epochs
            .get(epoch + 1)
            .map_or(LAST_DAY + 1500, |epoch| epoch.from);
        // Three in ten tools outlive a change of habits.
        (
            from,
            if dice.chance(0.3) {
                next + 900
            } else {
                next + dice.days(120.0)
            },
        )
    });
    let since = from + dice.days(120.0);
    let nature = party.map_or(Nature::Crew, |party| party.nature);
    let trade = match nature {
        Nature::Unit if dice.chance(0.3) => Trade::Quartermaster,
        Nature::Crew if dice.chance(0.35) => Trade::Rented,
        _ => Trade::Own,
    };
    let mut holders = vec![(maker, since)];
    if trade == Trade::Quartermaster {
        for (place, other) in parties.iter().enumerate() {
            let kin = party.is_some_and(|party| party.home == other.home);
            let share = if other.nature == Nature::Unit { 0.7 } else { 0.12 };
            if kin && place != maker && other.nature != Nature::State && dice.chance(share) {
                holders.push((place, since + dice.days(400.0)));
            }
        }
    }
    if trade == Trade::Rented {
        for (place, other) in parties.iter().enumerate() {
            let share = match other.nature {
                Nature::Crew => 0.3,
                // States rent too, as cover or for money.
                Nature::Unit => 0.05,
                _ => 0.04,
            };
            if place != maker && dice.chance(share) {
                holders.push((place, since + dice.days(300.0)));
            }
        }
    }
    let leak_share = match trade {
        Trade::Rented => 0.35,
        _ => 0.09,
    };
    let leaked = dice.chance(leak_share).then(|| since + 150 + dice.days(700.0));
    if let Some(day) = leaked {
        spread(dice, parties, &mut holders, day);
    }
    if dice.chance(0.07) {
        // Stolen by another service or carried away by a contractor; nobody is told.
        let thief = dice.below(parties.len());
        holders.push((thief, since + 60 + dice.days(500.0)));
    }
    let label = named(dice, parties, maker, since, &holders);
    Tool {
        id: format!("family-{number}"),
        trade,
        maker: Some(maker),
        holders,
        dropped: until,
        leaked,
        label,
    }
}

/// After a leak the able and the quick come first; within two years most who can use it have it.
fn spread(dice: &mut Dice, parties: &[Party], holders: &mut Vec<(usize, Day)>, day: Day) {
    for (place, other) in parties.iter().enumerate() {
        if matches!(other.nature, Nature::State | Nature::Insider) {
            continue;
        }
        if dice.chance(0.25 + 0.4 * other.skill) {
            holders.push((place, day + 10 + dice.days(300.0)));
        }
    }
}

fn named(
    dice: &mut Dice,
    parties: &[Party],
    maker: usize,
    since: Day,
    holders: &[(usize, Day)],
) -> Option<(Day, usize)> {
    let known = parties.get(maker).map_or(0.5, |party| party.known);
    if !dice.chance(0.35 + 0.55 * known) {
        return None;
    }
    let day = since + 60 + dice.days(420.0);
    // One label in twelve names a later holder or a relative of the maker instead of the maker.
    let whose = if dice.chance(0.08) {
        let place = dice.below(holders.len());
        holders.get(place).map_or(maker, |holder| holder.0)
    } else {
        maker
    };
    let whose = if dice.chance(0.04) {
        let home = parties.get(whose).map_or(0, |party| party.home);
        let kin: Vec<usize> = (0..parties.len())
            .filter(|place| parties.get(*place).is_some_and(|party| party.home == home))
            .collect();
        dice.pick(&kin).unwrap_or(whose)
    } else {
        whose
    };
    Some((day, whose))
}

fn bought(dice: &mut Dice, parties: &[Party], number: usize) -> Tool {
    let since = dice.days(900.0) - 400;
    let mut holders = Vec::new();
    for (place, other) in parties.iter().enumerate() {
        let share = match other.nature {
            Nature::State => 0.0,
            Nature::Insider => 0.15,
            _ => 0.45,
        };
        if dice.chance(share) {
            holders.push((place, since + dice.days(600.0)));
        }
    }
    // A merchant's tool is now and then known by the first party that was caught with it.
    let label = if dice.chance(0.15) && !holders.is_empty() {
        let place = dice.below(holders.len());
        holders
            .get(place)
            .map(|(party, from)| (from + 60 + dice.days(300.0), *party))
    } else {
        None
    };
    Tool {
        id: format!("family-{number}"),
        trade: Trade::Commodity,
        maker: None,
        holders,
        dropped: LAST_DAY + 3000,
        leaked: None,
        label,
    }
}
