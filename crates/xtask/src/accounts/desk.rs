//! From traces to published reports: who looks, who tells, and what is never told.
//!
//! Written after: threat reports of 2010 on, which list what matched; a report that says what was searched for and not
//! found is rare enough to be remembered (the lab of March 2018 on the games). How many firms look is a matter of the news
//! value of the victim. Several firms that read the same uploaded samples publish within days of each other, each as its own
//! work. A firm finds the group that it tracks: four states were named for the games' wiper within days, each from likenesses
//! that were really there.

use ascribe_model::words::{About, Kind, SourceKind, Stance};

use super::dice::Dice;
use super::reporters::{Cast, Report};
use super::scene::Scene;
use super::tally::Tally;
use super::traces::{Eye, Pointer, Trace, Traces, Why};
use super::world::{Nature, World};

/// Publishes what is published of the traces.
pub(super) fn publish(dice: &mut Dice, cast: &Cast, traces: &Traces<'_>, tally: &mut Tally) -> Vec<Report> {
    let (world, scene) = (traces.world, traces.scene);
    let mut reports = Vec::new();
    let lookers = lookers(dice, cast, scene);
    let ourselves = dice.chance(0.6);
    for (number, trace) in traces.list.iter().enumerate() {
        let fact = format!("trace-{}", number + 1);
        match trace.eye {
            Eye::Any => {
                if ourselves && dice.chance(0.4 * trace.ease) {
                    let by = cast.named("own");
                    reports.push(told(dice, cast, scene, trace, by, &fact));
                }
                for by in &lookers {
                    let shy = if at_home(world, cast, *by, trace.pointer) {
                        0.25
                    } else {
                        1.0
                    };
                    if dice.chance(0.45 * trace.ease * shy) {
                        reports.push(told(dice, cast, scene, trace, *by, &fact));
                    }
                }
            }
            Eye::Agency => {
                let who = [("police", 0.45), ("government", 0.35), ("ally-1", 0.2)];
                let by = cast.named(dice.choose(&who).unwrap_or("police"));
                if dice.chance(trace.ease) {
                    reports.push(told(dice, cast, scene, trace, by, &fact));
                }
            }
            Eye::Public => {
                let press = cast.all(SourceKind::Press);
                let labs = cast.all(SourceKind::Researcher);
                let by = if dice.chance(0.55) {
                    dice.pick(&press)
                } else {
                    dice.pick(&labs)
                };
                if let Some(by) = by.filter(|_| dice.chance(trace.ease * scene.interest.min(1.0))) {
                    reports.push(told(dice, cast, scene, trace, by, &fact));
                }
            }
        }
    }
    for by in &lookers {
        likenesses(dice, world, scene, cast, *by, &mut reports, tally);
    }
    if ourselves && dice.chance(0.12) {
        searched(dice, world, scene, cast, &mut reports, tally);
    }
    for report in &reports {
        match report.why {
            Why::Misread => tally.add("error of an honest reporter"),
            Why::Planted => tally.add("planted trace told"),
            _ => {}
        }
    }
    tally.of("lookers", lookers.len());
    reports
}

fn lookers(dice: &mut Dice, cast: &Cast, scene: &Scene) -> Vec<usize> {
    let mut pool = cast.all(SourceKind::Vendor);
    pool.extend(cast.all(SourceKind::Researcher));
    let mut list = Vec::new();
    for _ in 0..dice.count(2.3 * scene.interest).min(9) {
        if pool.is_empty() {
            break;
        }
        let place = dice.below(pool.len());
        list.push(pool.swap_remove(place));
    }
    list.sort_unstable();
    list
}

/// Whether a report would blame the reporter's own state.
fn at_home(world: &World, cast: &Cast, by: usize, pointer: Pointer) -> bool {
    match pointer {
        Pointer::Party(party) => {
            let party = world.party(party);
            party.of_state() && party.home == cast.home(by)
        }
        Pointer::Tool(tool) => world
            .tool(tool)
            .and_then(|tool| tool.label)
            .is_some_and(|(_, party)| {
                world.party(party).of_state() && world.party(party).home == cast.home(by)
            }),
        _ => false,
    }
}

fn told(dice: &mut Dice, cast: &Cast, scene: &Scene, trace: &Trace, by: usize, fact: &str) -> Report {
    let day = scene.struck + 1 + dice.days(trace.lag);
    let own = by == cast.named("own");
    let origin = if own { "own-work" } else { cast.id(by) };
    let mut report = Report::new(day, by, origin, trace.kind, Stance::Asserts);
    report.class = trace.class;
    report.about = Some(trace.about);
    report.pointer = trace.pointer;
    trace.says.clone_into(&mut report.says);
    report.why = trace.why;
    // Most analysts see that two reports are of one trace, not all.
    report.fact = dice.chance(0.75).then(|| fact.to_owned());
    if trace.eye == Eye::Any && trace.kind == Kind::Code && !own && dice.chance(0.3) {
        report.rests_on = Some("same-samples");
    }
    report
}

/// A firm compares the incident with the groups that it tracks, and tells what fits.
fn likenesses(
    dice: &mut Dice,
    world: &World,
    scene: &Scene,
    cast: &Cast,
    by: usize,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    let focus = cast.0.get(by).map(|reporter| reporter.focus.clone());
    let operator = world.party(scene.operator);
    for party in focus.unwrap_or_default() {
        let other = world.party(party);
        if at_home(world, cast, by, Pointer::Party(party)) && dice.chance(0.75) {
            continue;
        }
        let right = world.same_side(party, scene.operator);
        let fits = if right {
            0.6 - 0.25 * scene.care
        } else {
            let alike = if other.speech == operator.speech { 0.1 } else { 0.0 };
            let framed = scene
                .ruse
                .is_some_and(|(_, framed)| world.same_side(party, framed));
            // Many likenesses are looked for; some are always there.
            0.07 + alike + 0.08 * scene.heat + if framed { 0.15 } else { 0.0 }
        };
        let day = scene.struck + 2 + dice.days(30.0);
        if dice.chance(fits) {
            let mut report = Report::new(day, by, cast.id(by), Kind::Tactics, Stance::Asserts);
            report.pointer = Pointer::Party(party);
            "methods are like those of the party".clone_into(&mut report.says);
            report.why = if right { Why::Own } else { Why::Shared };
            reports.push(report);
            tally.add(if right {
                "likeness found, right"
            } else {
                "likeness found, wrong"
            });
        } else if dice.chance(0.05) {
            let mut report = Report::new(day, by, cast.id(by), Kind::Tactics, Stance::Absent);
            report.pointer = Pointer::Party(party);
            "looked for the party's methods and did not find them".clone_into(&mut report.says);
            report.searched = Some("all samples and logs that were at hand");
            reports.push(report);
            tally.add("search without find told");
        } else {
            tally.add("search without find never told");
        }
    }
}

/// We look ourselves for ties with whom everybody suspects.
fn searched(
    dice: &mut Dice,
    world: &World,
    scene: &Scene,
    cast: &Cast,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    let found = super::traces::suspect(dice, world, scene, |place| {
        world.party(place).nature != Nature::Unit
    });
    let Some(party) = found else { return };
    if world.same_side(party, scene.operator) && dice.chance(0.6 - 0.4 * scene.care) {
        return;
    }
    let day = scene.struck + 3 + dice.days(20.0);
    let mut report = Report::new(day, cast.named("own"), "own-work", Kind::Address, Stance::Absent);
    report.about = Some(About::Operator);
    report.pointer = Pointer::Party(party);
    "no contact with addresses of the party".clone_into(&mut report.says);
    report.searched = Some("flow records of ninety days at the border");
    reports.push(report);
    tally.add("search without find told");
}
