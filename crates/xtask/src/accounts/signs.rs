//! The softer half of what is left behind: language, hours, brands, motive, ability, and what services see.
//!
//! Written after the accounts named at [`super::traces`]: the wrong mother tongue of December 2014, working hours that a
//! whole zone shares, ransom brands used by tenants, paths read as an insider's, charges years later (2018).

use ascribe_model::words::{About, Class, Kind};

use super::dice::Dice;
use super::scene::Deed;
use super::traces::{Eye, Pointer, Traces, Why, suspect};
use super::world::Nature;

/// Marks of language, hours and brands.
pub(super) fn habits(dice: &mut Dice, traces: &mut Traces<'_>) {
    let (world, scene) = (traces.world, traces.scene);
    let party = world.party(scene.operator);
    let epoch = party.epochs.get(party.epoch(scene.struck));
    let (shift, mixed) = epoch.map_or((0, 0.1), |epoch| (epoch.shift, epoch.mixed));
    let language = Some(Class::Language);
    if dice.chance(0.5 - 0.35 * scene.care) {
        let speech = if party.nature == Nature::Insider {
            world.party(scene.victim).speech
        } else if dice.chance(mixed) {
            party.second_speech
        } else {
            party.speech
        };
        let reading = suspect(dice, world, scene, |place| {
            let other = world.party(place);
            other.speech == speech && other.nature != Nature::Insider && other.nature != Nature::Unit
        });
        if let Some(reading) = reading {
            let why = if world.same_side(reading, scene.operator) {
                Why::Own
            } else {
                Why::Shared
            };
            let says = "texts and builds carry marks of the language";
            traces.add(
                (Kind::Message, About::Operator),
                Pointer::Party(reading),
                says,
                why,
                (0.6, 12.0),
            );
            traces.mark(language, Eye::Any);
        }
    }
    if dice.chance(0.05 * scene.interest.min(2.0)) {
        let reading = suspect(dice, world, scene, |place| {
            world.party(place).nature == Nature::State
        });
        if let Some(reading) = reading {
            let says = "a study of phrases points to the mother tongue";
            traces.add(
                (Kind::Message, About::Operator),
                Pointer::Party(reading),
                says,
                Why::Misread,
                (0.7, 30.0),
            );
            traces.mark(language, Eye::Public);
        }
    }
    if dice.chance(0.33 - 0.2 * scene.care) {
        let zone = party.zone + shift;
        let reading = suspect(dice, world, scene, |place| {
            let other = world.party(place);
            other.nature != Nature::Insider && (other.zone - zone).abs() <= 1
        });
        if let Some(reading) = reading {
            let why = if world.same_side(reading, scene.operator) {
                Why::Own
            } else {
                Why::Shared
            };
            let says = "build times and sessions fit a working day there";
            traces.add(
                (Kind::Tactics, About::Operator),
                Pointer::Party(reading),
                says,
                why,
                (0.5, 30.0),
            );
            traces.mark(language, Eye::Any);
        }
    }
    // A brand on a ransom note is the landlord's, not the tenant's.
    if scene.deed == Deed::Money && party.nature == Nature::Crew && dice.chance(0.6) {
        let brand = if dice.chance(0.75) {
            Some(scene.operator)
        } else {
            suspect(dice, world, scene, |place| {
                world.party(place).nature == Nature::Crew
            })
        };
        if let Some(brand) = brand {
            let why = if brand == scene.operator {
                Why::Own
            } else {
                Why::Shared
            };
            let says = "note and leak page carry the brand";
            traces.add(
                (Kind::Message, About::Operator),
                Pointer::Party(brand),
                says,
                why,
                (0.9, 3.0),
            );
            traces.mark(Some(Class::Name), Eye::Any);
        }
    }
}

/// Who had a reason, who was able, what was known inside, and what points to nobody.
pub(super) fn circumstances(dice: &mut Dice, traces: &mut Traces<'_>) {
    let (world, scene) = (traces.world, traces.scene);
    for _ in 0..dice.count(0.35 + 1.3 * scene.heat).min(4) {
        if let Some(reading) = suspect(dice, world, scene, |place| {
            world.party(place).nature != Nature::Unit
        }) {
            let why = if world.same_side(reading, scene.operator) {
                Why::Own
            } else {
                Why::Shared
            };
            let says = "had a reason to do it at that time";
            traces.add(
                (Kind::Motive, About::Operator),
                Pointer::Party(reading),
                says,
                why,
                (0.6, 5.0),
            );
            traces.mark(None, Eye::Public);
        }
    }
    let skill = world.party(scene.operator).skill;
    if dice.chance(0.2) {
        let reading = suspect(dice, world, scene, |place| {
            let other = world.party(place);
            other.nature != Nature::Unit && other.skill > skill - 0.15
        });
        if let Some(reading) = reading {
            let why = if world.same_side(reading, scene.operator) {
                Why::Own
            } else {
                Why::Shared
            };
            let says = "is able to do this, and few are";
            traces.add(
                (Kind::Capability, About::Operator),
                Pointer::Party(reading),
                says,
                why,
                (0.6, 12.0),
            );
            traces.mark(None, Eye::Public);
        }
    }
    let inside = world
        .parties
        .iter()
        .rposition(|party| party.nature == Nature::Insider);
    let truly = world.party(scene.operator).nature == Nature::Insider;
    if let Some(inside) = inside
        && dice.chance(if truly { 0.5 } else { 0.09 })
    {
        let why = if truly { Why::Own } else { Why::Misread };
        let says = "paths and passwords were known that only staff should know";
        let what = (Kind::Access, About::Operator);
        traces.add(what, Pointer::Party(inside), says, why, (0.6, 20.0));
        traces.mark(None, if truly { Eye::Any } else { Eye::Public });
    }
    if dice.chance(0.35) {
        let says = "the way in was a known hole or a stolen password";
        traces.add(
            (Kind::Access, About::Access),
            Pointer::Nothing,
            says,
            Why::Shared,
            (0.7, 5.0),
        );
    }
    if dice.chance(0.3) {
        let says = "what was damaged and for how long";
        traces.add(
            (Kind::Impact, About::Impact),
            Pointer::Nothing,
            says,
            Why::Own,
            (0.7, 5.0),
        );
    }
    if dice.chance(0.2) {
        let says = "when they entered and when they struck";
        traces.add(
            (Kind::Timeline, About::Timeline),
            Pointer::Nothing,
            says,
            Why::Own,
            (0.7, 20.0),
        );
    }
}

/// What services and police see: rare, mostly right, told late.
pub(super) fn secret(dice: &mut Dice, traces: &mut Traces<'_>) {
    let (world, scene) = (traces.world, traces.scene);
    let party = world.party(scene.operator);
    let watched = (0.10 + 0.12 * party.known + 0.08 * scene.heat) * (1.2 - 0.5 * scene.care);
    let shown = if party.of_state() && dice.chance(0.5) {
        party.home
    } else {
        scene.operator
    };
    if dice.chance(watched) {
        traces.add(
            (Kind::Operator, About::Operator),
            Pointer::Party(shown),
            "accounts, devices or sessions lead to the party",
            Why::Own,
            (0.7, 150.0),
        );
        traces.mark(None, Eye::Agency);
        if dice.chance(0.35) {
            let says = "records of providers lead to the party";
            traces.add(
                (Kind::Operator, About::Operator),
                Pointer::Party(shown),
                says,
                Why::Own,
                (0.6, 300.0),
            );
            traces.mark(None, Eye::Agency);
        }
    }
    if dice.chance(0.012 + 0.02 * scene.heat) {
        let wrong = suspect(dice, world, scene, |place| {
            !world.same_side(place, scene.operator)
        });
        if let Some(wrong) = wrong {
            let says = "an intercept was read as theirs";
            traces.add(
                (Kind::Operator, About::Operator),
                Pointer::Party(wrong),
                says,
                Why::Misread,
                (0.7, 40.0),
            );
            traces.mark(None, Eye::Agency);
        }
    }
}
