//! What a framer plants, by strategy.
//!
//! Written after the accounts named at [`Ruse`]. Two things that those accounts share: a framer goes on leaving its own
//! traces, for planting is cheap and hiding is not; and what is planted is mostly found, for it is put where people look. A
//! true piece of another's code can be planted only where it leaked, was sold, or the framer stole it; a forged header
//! matches a family and disagrees with the code around it, which a careful lab sees after weeks, if at all.
//! Not in every case wanted: a server may be taken over for its reach alone (fourth-party collection, described by two
//! researchers in 2017); that happens here too, without a framer.

use ascribe_model::words::{About, Class, Kind};

use super::dice::Dice;
use super::scene::Ruse;
use super::traces::{Eye, Pointer, Traces, Why, suspect};
use super::world::{Nature, World};

/// Plants what the ruse of the scene asks for.
pub(super) fn plant(dice: &mut Dice, traces: &mut Traces<'_>) {
    let (world, scene) = (traces.world, traces.scene);
    let Some((ruse, framed)) = scene.ruse else {
        if world.party(scene.operator).of_state() && dice.chance(0.012) {
            let found = suspect(dice, world, scene, |place| {
                world.party(place).nature == Nature::Unit && !world.same_side(place, scene.operator)
            });
            if let Some(holder) = found {
                hijacked(dice, traces, holder);
            }
        }
        return;
    };
    match ruse {
        Ruse::Mark => mark(dice, traces, framed),
        Ruse::Borrowed => {
            if let Some(tool) = borrowed(dice, world, framed, scene.struck) {
                let says = "a part of the program is this family's";
                traces.add(
                    (Kind::Code, About::Author),
                    Pointer::Tool(tool),
                    says,
                    Why::Planted,
                    (0.85, 15.0),
                );
            } else {
                mark(dice, traces, framed);
            }
            if dice.chance(0.35) {
                mark(dice, traces, framed);
            }
        }
        Ruse::ForgedHeader => {
            if let Some(tool) = borrowed(dice, world, framed, scene.struck) {
                let says = "the build header is that of this family";
                traces.add(
                    (Kind::Code, About::Author),
                    Pointer::Tool(tool),
                    says,
                    Why::Planted,
                    (0.85, 10.0),
                );
            } else {
                mark(dice, traces, framed);
            }
        }
        Ruse::Hijacked => {
            hijacked(dice, traces, framed);
            if let Some(tool) = borrowed(dice, world, framed, scene.struck).filter(|_| dice.chance(0.6)) {
                let says = "an implant of this family was used";
                traces.add(
                    (Kind::Code, About::Author),
                    Pointer::Tool(tool),
                    says,
                    Why::Planted,
                    (0.8, 20.0),
                );
            }
        }
        Ruse::Persona => persona(dice, traces, framed),
        Ruse::Thorough => thorough(dice, traces, framed),
    }
}

fn mark(dice: &mut Dice, traces: &mut Traces<'_>, framed: usize) {
    let says = dice
        .pick(&[
            "words of the language stand in the program",
            "the build carries the locale of the country",
            "a comment names a hero of the country",
            "the documents were last saved under a name of that script",
        ])
        .unwrap_or_default();
    let what = (Kind::Message, About::Operator);
    traces.add(what, Pointer::Party(framed), says, Why::Planted, (0.8, 8.0));
    traces.mark(Some(Class::Language), Eye::Any);
}

/// A family that the public gives to the framed and that a framer can get at.
fn borrowed(dice: &mut Dice, world: &World, framed: usize, day: i32) -> Option<usize> {
    let weights: Vec<f64> = world
        .tools
        .iter()
        .map(|tool| {
            let theirs = tool
                .labelled(day)
                .is_some_and(|party| world.same_side(party, framed));
            let out = tool.leaked.is_some_and(|leak| leak < day) || tool.holders.len() > 2;
            match (theirs, out) {
                (true, true) => 1.0,
                // Cut out of published samples.
                (true, false) => 0.3,
                (false, _) => 0.0,
            }
        })
        .collect();
    dice.weighted(&weights)
}

fn hijacked(dice: &mut Dice, traces: &mut Traces<'_>, holder: usize) {
    let since = traces.scene.struck - dice.days(300.0);
    let exclusive = dice.chance(0.5).then(|| dice.between(0.4, 0.95));
    let place = traces.place(Some(holder), exclusive, since);
    let says = "servers were used before in operations given to the holder";
    let what = (Kind::Address, About::Operator);
    traces.add(
        what,
        Pointer::Infrastructure(place),
        says,
        Why::Planted,
        (0.75, 20.0),
    );
    if dice.chance(0.4) {
        let says = "machines at the victim spoke with the holder's control server";
        let what = (Kind::Contact, About::Operator);
        traces.add(
            what,
            Pointer::Infrastructure(place),
            says,
            Why::Planted,
            (0.6, 25.0),
        );
    }
}

fn persona(dice: &mut Dice, traces: &mut Traces<'_>, framed: usize) {
    let what = (Kind::Message, About::Operator);
    let says = "name, emblem and tone are the group's";
    traces.add(what, Pointer::Party(framed), says, Why::Planted, (0.9, 3.0));
    traces.mark(Some(Class::Name), Eye::Any);
    if dice.chance(0.5) {
        let says = "slogans are written in the group's language";
        traces.add(what, Pointer::Party(framed), says, Why::Planted, (0.8, 3.0));
        traces.mark(Some(Class::Language), Eye::Any);
    }
}

fn thorough(dice: &mut Dice, traces: &mut Traces<'_>, framed: usize) {
    for _ in 0..(14 + dice.below(12)) {
        let kinds = [(0, 0.35), (1, 0.15), (2, 0.2), (3, 0.15), (4, 0.08), (5, 0.07)];
        match dice.choose(&kinds) {
            Some(1) => {
                let says = "file names and pictures are those of the party";
                let what = (Kind::Message, About::Operator);
                traces.add(what, Pointer::Party(framed), says, Why::Planted, (0.7, 10.0));
                traces.mark(Some(Class::Name), Eye::Any);
            }
            Some(2) => {
                let says = "steps are done in the order and way of the party";
                let what = (Kind::Tactics, About::Operator);
                traces.add(what, Pointer::Party(framed), says, Why::Planted, (0.6, 20.0));
            }
            Some(3) => {
                let says = "build times and sessions fit a working day there";
                let what = (Kind::Tactics, About::Operator);
                traces.add(what, Pointer::Party(framed), says, Why::Planted, (0.6, 20.0));
                traces.mark(Some(Class::Language), Eye::Any);
            }
            Some(4) => {
                if let Some(tool) = borrowed(dice, traces.world, framed, traces.scene.struck) {
                    let says = "a routine is like one of this family";
                    let what = (Kind::Code, About::Author);
                    traces.add(what, Pointer::Tool(tool), says, Why::Planted, (0.7, 20.0));
                }
            }
            Some(5) => {
                let says = "sessions came through addresses of the country";
                let what = (Kind::Address, About::Operator);
                traces.add(what, Pointer::Party(framed), says, Why::Planted, (0.7, 10.0));
            }
            _ => mark(dice, traces, framed),
        }
    }
}
