//! What truly happened: the deed, the victim, the politics of the day, the operator, and whether somebody is framed.
//!
//! Written after: the build-up against Iraq in February 1998, which made a break-in by teenagers look like a state's; the
//! film studio of 2014, where insiders, criminals and two states were all named; ransom waves of crews that spare their
//! home (2019-22); an employee who posed as an outside extortionist (a network vendor, 2021). Framing: see [`Ruse`].

use super::dice::Dice;
use super::world::{Day, LAST_DAY, Nature, World};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Espionage,
    Money,
    Wreck,
    Leak,
}

/// How somebody is framed.
///
/// - Mark: words of another language by machine translation (bank thefts told of in February 2017), a keyboard setting
///   or a comment; the commonest, since it costs minutes.
/// - Borrowed: one true piece of another's code (exposed or bought), or a build header forged to match it, which a lab showed on
///   8 March 2018 to disagree with the code of the winter games' wiper; four states had been named by then.
/// - Hijacked: servers of another party, taken over (two agencies, 21 October 2019).
/// - Persona: a name that another group uses or could use (the TV station of April 2015: a caliphate claimed it; two
///   months later labs and investigators named a service; a government confirmed it in October 2018), wiper crews as
///   patriots or hacktivists (2012 to 2023).
/// - Thorough: about twenty cheap traces (a campaign of 2014 with marks of several languages and regions at once; the
///   games of 2018 at its edges).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruse {
    Mark,
    Borrowed,
    ForgedHeader,
    Hijacked,
    Persona,
    Thorough,
}

/// An incident in truth.
pub(super) struct Scene {
    pub(super) deed: Deed,
    pub(super) struck: Day,
    /// Up to when the analyst has read.
    pub(super) as_of: Day,
    /// The victim's state.
    pub(super) victim: usize,
    /// How much politics there is in it, 0 to 1.
    pub(super) heat: f64,
    /// The state that everybody suspects in a crisis.
    pub(super) crisis: Option<usize>,
    /// How many look at it; 1 is usual.
    pub(super) interest: f64,
    pub(super) operator: usize,
    /// Care taken this time, 0 to 1.
    pub(super) care: f64,
    pub(super) ruse: Option<(Ruse, usize)>,
}

/// Public base rates of state, crew, activists, insider for a deed: what yearbooks and lists of incidents say, rounded.
pub(super) const fn public_rates(deed: Deed) -> [f64; 4] {
    match deed {
        Deed::Espionage => [0.74, 0.14, 0.03, 0.09],
        Deed::Money => [0.12, 0.70, 0.03, 0.15],
        Deed::Wreck => [0.48, 0.27, 0.12, 0.13],
        Deed::Leak => [0.34, 0.21, 0.27, 0.18],
    }
}

/// The place in [`public_rates`].
pub(super) const fn rate_place(nature: Nature) -> usize {
    match nature {
        Nature::State | Nature::Unit => 0,
        Nature::Crew => 1,
        Nature::Activists => 2,
        Nature::Insider => 3,
    }
}

impl Scene {
    /// Draws what happened.
    pub(super) fn draw(dice: &mut Dice, world: &World) -> Self {
        let deeds = [
            (Deed::Espionage, 0.36),
            (Deed::Money, 0.24),
            (Deed::Wreck, 0.18),
            (Deed::Leak, 0.22),
        ];
        let deed = dice.choose(&deeds).unwrap_or(Deed::Espionage);
        let struck = 500 + dice.days(1.0) + i32::try_from(dice.below(4000)).unwrap_or(0);
        let struck = struck.min(LAST_DAY);
        let victim = dice.below(8);
        let heat = libm::pow(dice.unit(), if deed == Deed::Money { 3.0 } else { 1.6 });
        let states: Vec<f64> = (0..8).map(|state| world.hostility(state, victim)).collect();
        let crisis = if dice.chance(heat * 0.8) {
            dice.weighted(&states)
        } else {
            None
        };
        let interest = dice.around(0.6 + 0.9 * heat, 0.8).clamp(0.02, 6.0);
        let operator = operator(dice, world, deed, victim, crisis);
        let usual = world.party(operator).care;
        let care = if dice.chance(0.12) {
            // A bad day, or a junior's day.
            0.3 * usual
        } else {
            (usual + 0.15 * dice.normal()).clamp(0.0, 1.0)
        };
        let read = dice.around(75.0, 1.5).clamp(2.0, 2200.0);
        #[expect(clippy::cast_possible_truncation, reason = "clamped to 2..=2200")]
        let as_of = struck + read as i32;
        let mut scene = Self {
            deed,
            struck,
            as_of,
            victim,
            heat,
            crisis,
            interest,
            operator,
            care,
            ruse: None,
        };
        scene.ruse = ruse(dice, world, &scene);
        scene
    }

    /// How likely the public thinks that the party at `place` did it, before any trace; relative.
    pub(super) fn suspicion(&self, world: &World, place: usize) -> f64 {
        let party = world.party(place);
        let rates = public_rates(self.deed);
        let rate = rates.get(rate_place(party.nature)).copied().unwrap_or(0.0);
        // Hot politics hide criminals and insiders.
        let (state, other) = (1.0 + self.heat, 1.0 - 0.5 * self.heat);
        let hostile = world.hostility(place, self.victim);
        match party.nature {
            Nature::State => {
                let crisis = if self.crisis == Some(place) { 4.0 } else { 1.0 };
                rate * state * party.busy * hostile * crisis / 10.0
            }
            Nature::Unit => {
                let crisis = if self.crisis == Some(party.home) { 4.0 } else { 1.0 };
                rate * state * party.busy * hostile * crisis * party.known / 10.0
            }
            Nature::Crew => rate * other * party.busy * (0.3 + party.known) / 12.0,
            Nature::Activists => rate * other * party.busy * (0.4 + hostile) / 7.0,
            Nature::Insider => rate * other,
        }
    }
}

fn operator(dice: &mut Dice, world: &World, deed: Deed, victim: usize, crisis: Option<usize>) -> usize {
    // How often each kind does this kind of thing is not what the yearbooks say: it varies with time and branch.
    let true_rates: Vec<f64> = public_rates(deed)
        .iter()
        .map(|rate| rate * libm::exp(0.7 * dice.normal()))
        .collect();
    let kind = dice.weighted(&true_rates).unwrap_or(0);
    let weights: Vec<f64> = (0..world.parties.len())
        .map(|place| {
            let party = world.party(place);
            if party.nature == Nature::State || rate_place(party.nature) != kind {
                return 0.0;
            }
            let hostile = world.hostility(place, victim);
            match party.nature {
                Nature::Unit => {
                    let crisis = if crisis == Some(party.home) { 1.7 } else { 1.0 };
                    party.busy * party.skill * hostile * crisis
                }
                // Money does not ask who is hostile, but spares the home of the crew.
                Nature::Crew => party.busy * if party.home == victim { 0.1 } else { 1.0 },
                Nature::Activists => party.busy * (0.2 + hostile),
                _ => 1.0,
            }
        })
        .collect();
    dice.weighted(&weights).unwrap_or(0)
}

/// Whether the operator frames somebody, how, and whom: a plausible party of that moment.
fn ruse(dice: &mut Dice, world: &World, scene: &Scene) -> Option<(Ruse, usize)> {
    let party = world.party(scene.operator);
    let share = match (party.nature, scene.deed) {
        (Nature::State | Nature::Unit, Deed::Wreck) => 0.25,
        (Nature::State | Nature::Unit, Deed::Leak) => 0.18,
        (Nature::State | Nature::Unit, Deed::Money) => 0.12,
        (Nature::State | Nature::Unit, Deed::Espionage) => 0.06,
        (Nature::Crew, _) => 0.03,
        (Nature::Activists, _) => 0.02,
        (Nature::Insider, _) => 0.06,
    };
    // Who is being watched, and who is able, frames more often.
    if !dice.chance(share * (0.6 + 0.8 * party.skill)) {
        return None;
    }
    let public = matches!(scene.deed, Deed::Wreck | Deed::Leak);
    let able = party.skill > 0.5;
    let choices = [
        (Ruse::Mark, 0.42),
        (Ruse::Borrowed, if able { 0.14 } else { 0.04 }),
        (Ruse::ForgedHeader, if able { 0.05 } else { 0.0 }),
        (Ruse::Hijacked, if able { 0.13 } else { 0.0 }),
        (Ruse::Persona, if public { 0.45 } else { 0.08 }),
        (Ruse::Thorough, if able { 0.10 } else { 0.01 }),
    ];
    let ruse = dice.choose(&choices)?;
    let weights: Vec<f64> = (0..world.parties.len())
        .map(|place| {
            let other = world.party(place);
            let fits = match ruse {
                Ruse::Mark => matches!(other.nature, Nature::State | Nature::Crew),
                Ruse::Borrowed | Ruse::ForgedHeader => matches!(other.nature, Nature::Unit | Nature::Crew),
                Ruse::Hijacked => other.nature == Nature::Unit,
                Ruse::Persona => matches!(other.nature, Nature::Activists | Nature::Crew),
                Ruse::Thorough => other.of_state(),
            };
            // One's own language and hours frame nobody else.
            let apart = other.speech != party.speech || ruse == Ruse::Persona || ruse == Ruse::Hijacked;
            if fits && apart && !world.same_side(place, scene.operator) {
                scene.suspicion(world, place)
            } else {
                0.0
            }
        })
        .collect();
    dice.weighted(&weights).map(|framed| (ruse, framed))
}
