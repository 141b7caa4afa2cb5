//! Notes beside the main line: alibis, staff cleared or not, whose a family really is, a network that went dark.
//!
//! Written after: a hunt through the leaked list of staff for somebody with a grudge (December 2014), and reviews that
//! cleared the staff; agencies that changed their mind on whose two implants were (October 2019); several firms' different
//! owners for one kit; a small country's network that was dark for hours (22 December 2014), which said nothing of who
//! had attacked before.

use ascribe_model::words::{About, Kind, Stance};

use super::dice::Dice;
use super::reporters::{Cast, Report};
use super::scene::Scene;
use super::tally::Tally;
use super::traces::{Pointer, Why, suspect};
use super::world::{Nature, World};

/// Adds the notes.
pub(super) fn add(
    dice: &mut Dice,
    cast: &Cast,
    world: &World,
    scene: &Scene,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    cleared(dice, cast, world, scene, reports, tally);
    owners(dice, cast, world, scene, reports, tally);
    if dice.chance(0.015 + 0.03 * scene.heat) {
        let state = scene
            .crisis
            .or_else(|| suspect(dice, world, scene, |place| place < 8));
        let by = cast.named("press-1");
        let day = scene.struck + 3 + dice.days(25.0);
        let mut report = Report::new(day, by, cast.id(by), Kind::Outage, Stance::Reports);
        report.about = None;
        report.pointer = state.map_or(Pointer::Nothing, Pointer::Party);
        "the network of the country went dark for hours".clone_into(&mut report.says);
        report.why = Why::Shared;
        reports.push(report);
        tally.add("outage");
    }
}

fn cleared(
    dice: &mut Dice,
    cast: &Cast,
    world: &World,
    scene: &Scene,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    let inside = world
        .parties
        .iter()
        .rposition(|party| party.nature == Nature::Insider);
    let truly = inside == Some(scene.operator);
    if let Some(inside) = inside {
        if dice.chance(if truly { 0.02 } else { 0.06 }) {
            let by = cast.named("victim");
            let day = scene.struck + 10 + dice.days(40.0);
            let mut report = Report::new(day, by, cast.id(by), Kind::Access, Stance::Excludes);
            report.pointer = Pointer::Party(inside);
            "the accounts of staff were reviewed and are clean".clone_into(&mut report.says);
            reports.push(report);
            tally.add(if truly {
                "excluded, wrong"
            } else {
                "excluded, right"
            });
        }
        // Looking through many staff finds a grudge.
        if dice.chance(if truly {
            0.2
        } else {
            0.03 * scene.interest.min(2.0)
        }) {
            let by = cast.named(if truly { "victim" } else { "vendor-1" });
            let day = scene.struck + 5 + dice.days(30.0);
            let mut report = Report::new(day, by, cast.id(by), Kind::Motive, Stance::Accuses);
            report.pointer = Pointer::Party(inside);
            "somebody on the list of staff had a grudge".clone_into(&mut report.says);
            report.rests_on = (!truly).then_some("attacker-released");
            report.why = if truly { Why::Own } else { Why::Misread };
            reports.push(report);
            tally.add(if truly {
                "insider suspected, right"
            } else {
                "insider suspected, wrong"
            });
        }
    }
    if dice.chance(0.03) {
        let right = dice.chance(0.9);
        let found = if right {
            suspect(dice, world, scene, |place| {
                !world.same_side(place, scene.operator) && Some(place) != inside
            })
        } else {
            Some(scene.operator)
        };
        if let Some(party) = found {
            let by = cast.named("police");
            let day = scene.struck + 15 + dice.days(90.0);
            let mut report = Report::new(day, by, cast.id(by), Kind::Operator, Stance::Excludes);
            report.pointer = Pointer::Party(party);
            "was watched at that time and did other things".clone_into(&mut report.says);
            reports.push(report);
            tally.add(if party == scene.operator {
                "excluded, wrong"
            } else {
                "excluded, right"
            });
        }
    }
}

/// Somebody says whose a family is; right more often than the label, not always.
fn owners(
    dice: &mut Dice,
    cast: &Cast,
    world: &World,
    scene: &Scene,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    let mut tools: Vec<usize> = reports
        .iter()
        .filter_map(|report| match report.pointer {
            Pointer::Tool(tool) => Some(tool),
            _ => None,
        })
        .collect();
    tools.sort_unstable();
    tools.dedup();
    for place in tools {
        let Some(tool) = world.tool(place) else { continue };
        if !dice.chance(0.12) {
            continue;
        }
        let holders: Vec<usize> = tool.holders.iter().map(|holder| holder.0).collect();
        let owner = if dice.chance(0.7) {
            tool.maker
        } else {
            dice.pick(&holders)
        };
        let Some(owner) = owner else { continue };
        let number = 1 + dice.below(7);
        let by = cast.named(&format!("vendor-{number}"));
        let day = scene.struck + dice.days(90.0);
        let mut report = Report::new(day, by, cast.id(by), Kind::Code, Stance::Asserts);
        report.about = Some(About::Owner);
        report.of = Some(place);
        report.pointer = Pointer::Party(owner);
        "builds of the family come from this party".clone_into(&mut report.says);
        report.why = if tool.maker == Some(owner) {
            Why::Own
        } else {
            Why::Misread
        };
        reports.push(report);
        let same = tool.label.is_some_and(|(_, party)| world.same_side(party, owner));
        tally.add(if same {
            "owner of a family affirmed"
        } else {
            "owner of a family disputed"
        });
    }
}
