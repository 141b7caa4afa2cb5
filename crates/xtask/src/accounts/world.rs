//! Parties of the world under a seed: who they are, how they speak and work, and how that changes.
//!
//! Written after: one language and one time zone shared by a state and the crews that live in it (the Russian-speaking
//! crime scene; both Koreas); several units of one state that do not know of each other (two Russian services in one
//! party's network, reported 2016 by the firm that was hired); one set of names for what may be several groups (an
//! essay of 2020 asks what "Winnti" still means after seven years and a dozen reports); changes of habit after
//! exposure (a unit described in February 2013 went silent and came back with other tools), after reorganisation (the
//! Chinese services from 2015 on), and when contractors leave with what they know.

use std::collections::BTreeSet;

use super::dice::Dice;
use super::market::{self, Tool};

/// The first day is 2010-01-01; a day is a count from there.
pub(super) type Day = i32;
/// Incidents happen before this day (late 2022).
pub(super) const LAST_DAY: Day = 4700;
/// How many techniques the catalogue has.
pub(super) const TECHNIQUES: u16 = 500;

/// What a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    State,
    Unit,
    Crew,
    Activists,
    Insider,
}

/// A stretch of time in which a party works in one way.
pub(super) struct Epoch {
    pub(super) from: Day,
    /// Hours by which its working day is away from that of its zone.
    pub(super) shift: i8,
    /// Share of its texts and builds in the second language.
    pub(super) mixed: f64,
    pub(super) techniques: BTreeSet<u16>,
}

/// A party.
pub(super) struct Party {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) nature: Nature,
    /// Of a unit its state; of others where they live (place among the parties; states come first).
    pub(super) home: usize,
    pub(super) speech: u8,
    pub(super) second_speech: u8,
    pub(super) zone: i8,
    /// 0 to 1.
    pub(super) skill: f64,
    /// How careful it usually is, 0 to 1.
    pub(super) care: f64,
    /// How much it does, relative to others of its nature.
    pub(super) busy: f64,
    /// How much of it has been published, 0 to 1.
    pub(super) known: f64,
    pub(super) epochs: Vec<Epoch>,
}

impl Party {
    fn new(id: String, name: String, nature: Nature, home: usize) -> Self {
        Self {
            id,
            name,
            nature,
            home,
            speech: 0,
            second_speech: 0,
            zone: 0,
            skill: 0.5,
            care: 0.5,
            busy: 1.0,
            known: 0.5,
            epochs: Vec::new(),
        }
    }

    /// Which stretch `day` falls into.
    pub(super) fn epoch(&self, day: Day) -> usize {
        self.epochs
            .iter()
            .filter(|epoch| epoch.from <= day)
            .count()
            .saturating_sub(1)
    }

    /// Whether a state is behind it.
    pub(super) fn of_state(&self) -> bool {
        matches!(self.nature, Nature::State | Nature::Unit)
    }
}

/// A world.
pub(super) struct World {
    pub(super) parties: Vec<Party>,
    pub(super) tools: Vec<Tool>,
    /// How hostile state a is to state b, by place; 1 is usual.
    hostility: Vec<Vec<f64>>,
    /// P(a party uses it), by technique.
    pub(super) popularity: Vec<f64>,
    nobody: Party,
}

/// Speech, zone, activity and skill of the states. Two pairs share a language, several share a zone.
const STATES: [(u8, i8, f64, f64); 8] = [
    (0, 3, 2.4, 0.85),
    (1, 8, 2.6, 0.70),
    (2, 9, 1.4, 0.65),
    (2, 9, 0.4, 0.60),
    (3, 3, 1.5, 0.55),
    (4, -5, 1.0, 0.95),
    (4, 0, 0.5, 0.90),
    (5, 2, 0.7, 0.85),
];

impl World {
    /// The world under `seed`.
    pub(super) fn new(seed: u64) -> Self {
        // No incident has this number: incidents are counted from 0.
        let mut dice = Dice::new(seed, u64::MAX);
        let popularity: Vec<f64> = (0..TECHNIQUES)
            // Median 3 of 172 groups and 85 of 172 for the commonest of some 500: a log-normal with spread 1.08.
            .map(|_| dice.around(0.0174, 1.08).min(0.5))
            .collect();
        let mut parties = Vec::new();
        for (place, (speech, zone, busy, skill)) in STATES.into_iter().enumerate() {
            let mut state = Party::new(
                format!("state-{}", place + 1),
                format!("State {}", place + 1),
                Nature::State,
                place,
            );
            (state.speech, state.second_speech, state.zone) = (speech, 4, zone);
            (state.busy, state.skill) = (busy, skill);
            parties.push(state);
        }
        for (place, (speech, zone, busy, skill)) in STATES.into_iter().enumerate() {
            for number in 0..(2 + dice.below(2)) {
                let mut unit = Party::new(
                    format!("state-{}-unit-{}", place + 1, number + 1),
                    format!("Unit {} of state {}", number + 1, place + 1),
                    Nature::Unit,
                    place,
                );
                (unit.speech, unit.second_speech, unit.zone) = (speech, 4, zone);
                unit.busy = busy * dice.around(0.4, 0.6);
                unit.skill = (skill + dice.between(-0.2, 0.1)).clamp(0.1, 1.0);
                parties.push(unit);
            }
        }
        for number in 0..12 {
            // Half of the crews live in the first state: its criminals are many and let alone.
            let home = dice.choose(&[
                (0, 6.0),
                (1, 1.5),
                (3, 0.5),
                (4, 1.0),
                (5, 1.0),
                (6, 1.0),
                (7, 1.0),
            ]);
            parties.push(resident(
                &mut dice,
                "crew",
                "Crew",
                Nature::Crew,
                number,
                home.unwrap_or(0),
            ));
        }
        for number in 0..6 {
            let home = dice.below(8);
            parties.push(resident(
                &mut dice,
                "activists",
                "Activists",
                Nature::Activists,
                number,
                home,
            ));
        }
        let mut insider = Party::new(
            "insider".to_owned(),
            "Somebody inside".to_owned(),
            Nature::Insider,
            0,
        );
        (insider.skill, insider.care, insider.known) = (0.35, 0.4, 0.0);
        parties.push(insider);
        for party in &mut parties {
            if party.nature != Nature::State && party.nature != Nature::Insider {
                party.care = dice.between(0.1, 0.95);
                party.known = dice.between(0.15, 0.95);
            }
            party.epochs = epochs(&mut dice, party, &popularity);
        }
        let hostility = (0..STATES.len())
            .map(|_| (0..STATES.len()).map(|_| dice.around(1.0, 0.9)).collect())
            .collect();
        let tools = market::tools(&mut dice, &parties);
        let nobody = Party::new(String::new(), String::new(), Nature::Insider, 0);
        Self {
            parties,
            tools,
            hostility,
            popularity,
            nobody,
        }
    }

    /// The party at `place`.
    pub(super) fn party(&self, place: usize) -> &Party {
        self.parties.get(place).unwrap_or(&self.nobody)
    }

    /// The tool at `place`.
    pub(super) fn tool(&self, place: usize) -> Option<&Tool> {
        self.tools.get(place)
    }

    /// How hostile the home of the party at `place` is to the state `victim`; nothing is done to one's own state.
    pub(super) fn hostility(&self, place: usize, victim: usize) -> f64 {
        let home = self.party(place).home;
        if home == victim {
            return 0.03;
        }
        let row = self.hostility.get(home);
        row.and_then(|row| row.get(victim)).copied().unwrap_or(1.0)
    }

    /// Whether both are one party, or a state and its unit.
    pub(super) fn same_side(&self, a: usize, b: usize) -> bool {
        let (first, second) = (self.party(a), self.party(b));
        a == b || (first.of_state() && second.of_state() && first.home == second.home)
    }
}

fn resident(dice: &mut Dice, id: &str, name: &str, nature: Nature, number: usize, home: usize) -> Party {
    let mut party = Party::new(
        format!("{id}-{}", number + 1),
        format!("{name} {}", number + 1),
        nature,
        home,
    );
    let (speech, zone, ..) = STATES.get(home).copied().unwrap_or_default();
    (party.speech, party.second_speech, party.zone) = (speech, 4, zone);
    party.busy = dice.around(1.0, 0.8);
    party.skill = match nature {
        Nature::Crew => dice.between(0.3, 0.8),
        _ => dice.between(0.1, 0.5),
    };
    party
}

/// The stretches of a party's life: about one change in two and a half years; each change has a cause with its own effect.
fn epochs(dice: &mut Dice, party: &Party, popularity: &[f64]) -> Vec<Epoch> {
    let mut from = -dice.days(1500.0);
    let mut repertoire = BTreeSet::new();
    for technique in 0..TECHNIQUES {
        let chance = popularity.get(usize::from(technique)).copied().unwrap_or(0.0);
        if dice.chance(chance) {
            repertoire.insert(technique);
        }
    }
    let (mut shift, mut mixed) = (0, dice.between(0.02, 0.3));
    let mut list = Vec::new();
    if party.nature == Nature::Insider {
        repertoire.retain(|technique| technique % 3 == 0);
    }
    while from < LAST_DAY && list.len() < 20 {
        list.push(Epoch {
            from,
            shift,
            mixed,
            techniques: repertoire.clone(),
        });
        from += 200 + dice.days(700.0);
        // Retooled after exposure, reorganised, contractors left, or little by little.
        let kept = match dice.choose(&[(0, 0.35), (1, 0.2), (2, 0.2), (3, 0.25)]) {
            Some(0) => 0.55,
            Some(1) => {
                shift = dice.pick(&[-2, -1, 0, 1, 2]).unwrap_or(0);
                0.5
            }
            Some(2) => {
                mixed = dice.between(0.02, 0.5);
                0.7
            }
            _ => 0.85,
        };
        let mut next = BTreeSet::new();
        for technique in 0..TECHNIQUES {
            let chance = popularity.get(usize::from(technique)).copied().unwrap_or(0.0);
            let stays = repertoire.contains(&technique) && dice.chance(kept);
            if stays || dice.chance(chance * (1.0 - kept)) {
                next.insert(technique);
            }
        }
        repertoire = next;
    }
    list
}
