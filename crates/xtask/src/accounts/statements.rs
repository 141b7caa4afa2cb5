//! What people say: suspicions, accusations, allies, denials, claims, threats, silence.
//!
//! Written after: the press naming a state four days after the studio went dark (28 November 2014) from unnamed people;
//! an agency that blamed with few particulars on 19 December 2014 and more on 7 January 2015; joint statements of many
//! states in which one had the evidence (worm of 2017, named by seven states in February 2018); a mission that denies within days and
//! offers a joint inquiry; crews that mostly keep silent and sometimes say "we only want money" (pipeline, May 2021);
//! a persona that calls itself a lone Romanian (15 June 2016); wiper crews under names that nobody had heard
//! (2012, 2013, 2014, 2022); strangers who claim what others did; a state that blames its rival for a wiper
//! or a fuel outage with nothing to see (2010 to 2023). First public suspicions were wrong in a good part of the cases (1998: a state at war,
//! in truth teenagers; March 2013: the wrong country; April 2015: a caliphate); formal ones, late, seldom.

use ascribe_model::words::{Class, Kind, SourceKind, Stance};

use super::dice::Dice;
use super::reporters::{Cast, Report};
use super::scene::{Deed, Ruse, Scene};
use super::tally::Tally;
use super::traces::{Eye, Pointer, Traces, Why, suspect};
use super::world::{Nature, World};

/// Adds what is said to the reports.
pub(super) fn speak(
    dice: &mut Dice,
    cast: &mut Cast,
    traces: &Traces<'_>,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    let (world, scene) = (traces.world, traces.scene);
    rumour(dice, cast, world, scene, reports, tally);
    accuse(dice, cast, traces, reports, tally);
    rival(dice, cast, world, scene, reports, tally);
    claims(dice, cast, world, scene, reports, tally);
    if dice.chance(0.1 * scene.heat) {
        let threat = suspect(dice, world, scene, |place| {
            world.party(place).nature != Nature::Insider
        });
        if let Some(threat) = threat {
            let press = cast.all(SourceKind::Press);
            let by = dice.pick(&press).unwrap_or(0);
            let day = scene.struck - dice.days(40.0);
            let mut report = statement(cast, day, by, Stance::Threatens, Pointer::Party(threat));
            "had threatened before".clone_into(&mut report.says);
            reports.push(report);
            tally.add("threat before the deed");
        }
    }
    if dice.chance(0.12 * scene.interest.min(2.0)) {
        let by = cast.named("government");
        let day = scene.struck + dice.days(10.0);
        let stance = if dice.chance(0.5) {
            Stance::Declines
        } else {
            Stance::Condemns
        };
        let mut report = statement(cast, day, by, stance, Pointer::Nothing);
        "names nobody".clone_into(&mut report.says);
        reports.push(report);
        tally.add("government names nobody");
    }
    deny(dice, cast, world, reports, tally);
}

fn statement(cast: &Cast, day: i32, by: usize, stance: Stance, pointer: Pointer) -> Report {
    let mut report = Report::new(day, by, cast.id(by), Kind::Statement, stance);
    report.pointer = pointer;
    report
}

/// How it came to be said, as truth has it.
fn why(world: &World, scene: &Scene, party: usize) -> Why {
    if world.same_side(party, scene.operator) {
        Why::Own
    } else {
        Why::Misread
    }
}

/// Whom the suspicious suspect early: the framed one if the planting took.
fn first_thought(dice: &mut Dice, world: &World, scene: &Scene) -> Option<usize> {
    if let Some((_, framed)) = scene.ruse
        && dice.chance(0.5)
    {
        return Some(framed);
    }
    // Some early talk rests on something.
    if dice.chance(0.3) {
        let operator = world.party(scene.operator);
        return Some(if operator.of_state() {
            operator.home
        } else {
            scene.operator
        });
    }
    suspect(dice, world, scene, |place| {
        world.party(place).nature != Nature::Unit
    })
}

fn rumour(
    dice: &mut Dice,
    cast: &Cast,
    world: &World,
    scene: &Scene,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    if !dice.chance((0.12 + 0.4 * scene.heat) * scene.interest.min(1.5)) {
        return;
    }
    let Some(party) = first_thought(dice, world, scene) else {
        return;
    };
    let press = cast.all(SourceKind::Press);
    let by = dice.pick(&press).unwrap_or(0);
    let day = scene.struck + 1 + dice.days(5.0);
    let mut report = statement(cast, day, by, Stance::Reports, Pointer::Party(party));
    "officials who are not named suspect the party".clone_into(&mut report.says);
    if dice.chance(0.6) {
        "officials".clone_into(&mut report.origin);
    }
    report.why = why(world, scene, party);
    tally.add(if report.why == Why::Own {
        "bare suspicion, right"
    } else {
        "bare suspicion, wrong"
    });
    reports.push(report);
}

/// The victim's government accuses, from secret evidence if it has any; allies join.
fn accuse(dice: &mut Dice, cast: &Cast, traces: &Traces<'_>, reports: &mut Vec<Report>, tally: &mut Tally) {
    let (world, scene) = (traces.world, traces.scene);
    let seen = traces.list.iter().find(|trace| trace.eye == Eye::Agency);
    let party = match seen.map(|trace| trace.pointer) {
        Some(Pointer::Party(party)) if dice.chance(0.5) => Some(party),
        _ if !dice.chance(0.08 + 0.3 * scene.heat) => None,
        // Something unseen, or belief alone; late accusations rest on more.
        _ => {
            let late = dice.chance(0.6);
            if dice.chance(if late { 0.8 } else { 0.4 }) {
                let operator = world.party(scene.operator);
                let coarse = operator.of_state() && dice.chance(0.6);
                Some(if coarse { operator.home } else { scene.operator })
            } else {
                first_thought(dice, world, scene)
            }
        }
    };
    let Some(party) = party else { return };
    let by = cast.named(if dice.chance(0.65) { "government" } else { "police" });
    let day = scene.struck + 4 + dice.days(110.0);
    let mut report = statement(cast, day, by, Stance::Accuses, Pointer::Party(party));
    "names the party and shows nothing".clone_into(&mut report.says);
    report.why = why(world, scene, party);
    let right = report.why == Why::Own;
    tally.add(if right {
        "official accusation, right"
    } else {
        "official accusation, wrong"
    });
    let origin = report.origin.clone();
    reports.push(report);
    let company = dice.chance(0.3);
    for ally in ["ally-1", "ally-2", "ally-3"] {
        if !company || !dice.chance(0.65) {
            continue;
        }
        let by = cast.named(ally);
        let stance = if dice.chance(0.5) {
            Stance::Supports
        } else {
            Stance::Accuses
        };
        let mut joins = statement(cast, day + dice.days(3.0), by, stance, Pointer::Party(party));
        "shares the view".clone_into(&mut joins.says);
        joins.why = why(world, scene, party);
        if dice.chance(0.4) {
            joins.origin.clone_from(&origin);
            joins.via = vec![cast.id(reports.last().map_or(0, |report| report.by)).to_owned()];
            tally.add("ally joins, origin stated");
        } else {
            tally.add("ally joins as if on its own");
        }
        reports.push(joins);
    }
}

fn rival(
    dice: &mut Dice,
    cast: &Cast,
    world: &World,
    scene: &Scene,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    if !dice.chance(0.04 + 0.14 * scene.heat) {
        return;
    }
    let by = cast.named("rival");
    let weights: Vec<f64> = (0..8)
        .map(|state| {
            if state == cast.home(by) {
                0.0
            } else {
                world.hostility(state, cast.home(by))
            }
        })
        .collect();
    let Some(party) = dice.weighted(&weights) else {
        return;
    };
    let day = scene.struck + 2 + dice.days(60.0);
    let mut report = statement(cast, day, by, Stance::Accuses, Pointer::Party(party));
    "says that secret evidence shows it".clone_into(&mut report.says);
    report.why = why(world, scene, party);
    tally.add("accusation by a rival");
    reports.push(report);
}

fn claims(
    dice: &mut Dice,
    cast: &Cast,
    world: &World,
    scene: &Scene,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    let by = cast.named("persona");
    let operator = world.party(scene.operator);
    let public = matches!(scene.deed, Deed::Wreck | Deed::Leak);
    let name = |place: usize| world.party(place).nature == Nature::Activists;
    let spoken = match (scene.ruse, operator.nature) {
        (Some((Ruse::Persona, framed)), _) => Some(Pointer::Party(framed)),
        (_, Nature::Activists) if dice.chance(0.8) => Some(Pointer::Party(scene.operator)),
        (_, Nature::Crew) if scene.deed == Deed::Money && dice.chance(0.45) => {
            Some(Pointer::Party(scene.operator))
        }
        (_, Nature::Unit) if public && dice.chance(0.5) => {
            tally.add("invented persona");
            let like = suspect(dice, world, scene, name).filter(|_| dice.chance(0.3));
            Some(like.map_or(Pointer::Nothing, Pointer::Party))
        }
        (_, Nature::Insider) if dice.chance(0.3) => Some(Pointer::Nothing),
        _ if public && dice.chance(0.06) => {
            tally.add("claim by a stranger");
            suspect(dice, world, scene, name).map(Pointer::Party)
        }
        _ => None,
    };
    let Some(pointer) = spoken else {
        tally.add("nobody claims");
        return;
    };
    let day = scene.struck + dice.days(2.0);
    for number in 0..=dice.below(2) {
        let later = day + i32::try_from(number).unwrap_or(0) * (1 + dice.days(5.0));
        let mut report = Report::new(later, by, "persona", Kind::Message, Stance::ClaimsResponsibility);
        report.pointer = pointer;
        "a persona says that it did it".clone_into(&mut report.says);
        report.fact = Some("persona-claims".to_owned());
        report.why = match (scene.ruse, pointer) {
            (Some(_), _) => Why::Planted,
            (_, Pointer::Party(party)) => why(world, scene, party),
            _ => Why::Own,
        };
        reports.push(report);
    }
    if dice.chance(0.2) {
        let mut report = Report::new(day, by, "persona", Kind::Message, Stance::Asserts);
        report.class = Some(Class::Name);
        "emblem and name were not seen before".clone_into(&mut report.says);
        reports.push(report);
    }
    tally.add("persona claims");
}

/// Whoever was blamed in public may deny it; most states do, most crews say nothing.
fn deny(dice: &mut Dice, cast: &mut Cast, world: &World, reports: &mut Vec<Report>, tally: &mut Tally) {
    let mut blamed: Vec<(usize, i32)> = Vec::new();
    for report in reports.iter() {
        let loud = matches!(report.stance, Stance::Accuses | Stance::Reports | Stance::Asserts);
        if let Pointer::Party(party) = report.pointer
            && loud
            && report.by != 0
        {
            let place = world.party(party);
            let speaker = if place.of_state() { place.home } else { party };
            if !blamed.iter().any(|(other, _)| *other == speaker) {
                blamed.push((speaker, report.day));
            }
        }
    }
    for (party, day) in blamed {
        let share = match world.party(party).nature {
            Nature::State | Nature::Unit => 0.42,
            Nature::Activists => 0.2,
            Nature::Crew => 0.06,
            Nature::Insider => 0.03,
        };
        if !dice.chance(share) {
            tally.add("silence of the blamed");
            continue;
        }
        let by = cast.accused(dice, world, party);
        let later = day + 1 + dice.days(4.0);
        let mut report = statement(cast, later, by, Stance::Denies, Pointer::Party(party));
        "denies it".clone_into(&mut report.says);
        reports.push(report);
        tally.add("denial");
    }
}
