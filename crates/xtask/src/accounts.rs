//! Incidents with known truth, made after accounts of real incidents and not after any method of weighing.
//!
//! Each part names the accounts that it was written after: [`world`] parties and how they change, [`market`] tools,
//! [`scene`] deed, politics and framing, [`traces`], [`signs`] and [`framing`] what is left and planted, [`reporters`] and [`desk`]
//! who looks and tells, [`statements`] what is said, [`asides`] alibis and owners, [`echoes`] copies, doubts and retractions,
//! [`listing`] and [`folder`] what an analyst enters, [`habits`] techniques. Shares that no account gives are
//! judgements; docs/decisions has them with reasons. Nothing here knows how anybody answers.

mod asides;
mod desk;
mod dice;
mod echoes;
mod folder;
mod framing;
mod habits;
mod listing;
mod market;
mod reporters;
mod scene;
mod signs;
mod statements;
mod tally;
#[cfg(test)]
mod tests;
mod traces;
mod world;

use crate::incident::{Incident, Truth};
use dice::Dice;
use folder::Folder;
use listing::Listing;
use reporters::{Cast, Report};
use scene::{Ruse, Scene};
use tally::Tally;
use traces::Traces;
use world::{Nature, World};

/// No analyst enters more than this.
const NOTES_MAX: usize = 60;

/// The incident number `number` of the world under `seed`; the same for the same two numbers, on any machine.
#[must_use]
pub fn incident(seed: u64, number: u64) -> Incident {
    counted(&World::new(seed), seed, number).0
}

/// The incident, and how often each mechanism came up in it.
fn counted(world: &World, seed: u64, number: u64) -> (Incident, Tally) {
    let mut dice = Dice::new(seed, number);
    let mut tally = Tally::default();
    let scene = Scene::draw(&mut dice, world);
    let mut traces = Traces {
        world,
        scene: &scene,
        list: Vec::new(),
        places: Vec::new(),
        leaked_used: false,
    };
    traces::honest(&mut dice, &mut traces);
    framing::plant(&mut dice, &mut traces);
    let mut cast = Cast::draw(&mut dice, world, &scene);
    let mut reports = desk::publish(&mut dice, &cast, &traces, &mut tally);
    statements::speak(&mut dice, &mut cast, &traces, &mut reports, &mut tally);
    asides::add(&mut dice, &cast, world, &scene, &mut reports, &mut tally);
    echoes::echo(&mut dice, &cast, &scene, &mut reports, &mut tally);
    let timely = timely(&mut dice, &scene, reports);
    let only: Vec<Report> = timely.iter().map(|(_, report)| report.clone()).collect();
    let listing = Listing::draw(&mut dice, world, &scene, &only, &traces.places);
    let question = listing.question(&mut dice, world, &scene);
    let folder = Folder {
        world,
        scene: &scene,
        cast: &cast,
        listing: &listing,
        places: &traces.places,
    };
    let knowledge = folder.knowledge(&mut dice, &only);
    let findings = folder.notes(&mut dice, &timely);
    let made = Incident {
        question,
        knowledge,
        findings,
        techniques: habits::seen(&mut dice, world, &scene),
        earlier: habits::earlier(&mut dice, world, &scene, &listing),
        truth: Truth {
            operator: listing.id(world, scene.operator),
            framed: scene.ruse.map(|(_, framed)| listing.id(world, framed)),
        },
    };
    account(world, &scene, traces.leaked_used, &made, &mut tally);
    (made, tally)
}

/// What became known in time, by day, with each report's first place; at most what an analyst enters.
fn timely(dice: &mut Dice, scene: &Scene, reports: Vec<Report>) -> Vec<(usize, Report)> {
    let mut list: Vec<(usize, Report)> = reports
        .into_iter()
        .enumerate()
        .filter(|(_, report)| report.day <= scene.as_of)
        .collect();
    while list.len() > NOTES_MAX {
        let place = dice.below(list.len());
        list.swap_remove(place);
    }
    // A retraction of what was never entered is not entered either.
    let there: std::collections::BTreeSet<usize> = list.iter().map(|(was, _)| *was).collect();
    list.retain(|(_, report)| report.retracts.is_none_or(|place| there.contains(&place)));
    list.sort_by_key(|(was, report)| (report.day, *was));
    list
}

fn account(world: &World, scene: &Scene, leaked_used: bool, made: &Incident, tally: &mut Tally) {
    tally.add("incidents");
    tally.of("findings", made.findings.len());
    tally.add(match scene.ruse.map(|(ruse, _)| ruse) {
        None => "framing: nobody",
        Some(Ruse::Mark) => "framing: a mark",
        Some(Ruse::Borrowed) => "framing: borrowed code",
        Some(Ruse::ForgedHeader) => "framing: forged header",
        Some(Ruse::Hijacked) => "framing: taken-over servers",
        Some(Ruse::Persona) => "framing: another's name",
        Some(Ruse::Thorough) => "framing: thorough",
    });
    tally.add(match world.party(scene.operator).nature {
        Nature::State | Nature::Unit => "operator: of a state",
        Nature::Crew => "operator: crew",
        Nature::Activists => "operator: activists",
        Nature::Insider => "operator: insider",
    });
    if made.truth.operator.starts_with("unlisted") {
        tally.add("operator not listed");
    }
    if made.truth.operator.contains("-unit-") {
        tally.add("operator listed as a unit");
    }
    if leaked_used {
        tally.add("leaked tool in other hands");
    }
    if made.findings.is_empty() {
        tally.add("no finding");
    }
}
