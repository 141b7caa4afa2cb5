//! What an operation leaves behind and what it seems to point to, before anybody publishes anything.
//!
//! Written after: addresses of a country's small network that connected directly when a proxy was forgotten (told on 7
//! January 2015); an "address in China" of March 2013 that was an inside host of a bank, taken back the next day;
//! hard-coded paths read as an insider's (December 2014) that were reconnaissance; a study of twenty phrases that found
//! the wrong mother tongue (24 December 2014); working hours and holidays read from build times (2013 on), shared by all
//! who live in the zone; shared hosting for hire that made strangers look like neighbours; a public program of 1997 under
//! two families (3 April 2017); ransom brands used by many tenants.

use ascribe_model::words::{About, Class, Kind};

use super::dice::Dice;
use super::market::Trade;
use super::scene::Scene;
use super::signs;
use super::world::{Day, Nature, World};

/// What something points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pointer {
    Party(usize),
    Tool(usize),
    Infrastructure(usize),
    Nothing,
}

/// Why the trace is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The operator left it.
    Own,
    /// Many have it.
    Shared,
    /// Put there for others to find.
    Planted,
    /// It is not there; it was misread.
    Misread,
}

/// Who can see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eye {
    /// Whoever has samples and logs.
    Any,
    /// Services and police with access that others lack.
    Agency,
    /// Readers of the news.
    Public,
}

/// A trace.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    pub(super) kind: Kind,
    pub(super) class: Option<Class>,
    pub(super) about: About,
    pub(super) pointer: Pointer,
    pub(super) says: &'static str,
    pub(super) why: Why,
    pub(super) eye: Eye,
    /// P(somebody who looks sees and tells it).
    pub(super) ease: f64,
    /// Mean days until it is told.
    pub(super) lag: f64,
}

/// Addresses with a holder that somebody once named.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) holder: Option<usize>,
    /// How much of its traffic is the holder's alone, as believed.
    pub(super) exclusive: Option<f64>,
    pub(super) known: Day,
}

/// Traces in the making.
pub(super) struct Traces<'w> {
    pub(super) world: &'w World,
    pub(super) scene: &'w Scene,
    pub(super) list: Vec<Trace>,
    pub(super) places: Vec<Place>,
    /// Whether a tool that had leaked was used by somebody else than its maker.
    pub(super) leaked_used: bool,
}

impl Traces<'_> {
    /// Adds a trace of kind, subject, pointer and cause, with ease and lag in days.
    pub(super) fn add(
        &mut self,
        seen: (Kind, About),
        pointer: Pointer,
        says: &'static str,
        why: Why,
        pace: (f64, f64),
    ) {
        self.list.push(Trace {
            kind: seen.0,
            class: None,
            about: seen.1,
            pointer,
            says,
            why,
            eye: Eye::Any,
            ease: pace.0,
            lag: pace.1,
        });
    }

    /// Says of the last trace which class a note about it is given, and who can see it.
    pub(super) fn mark(&mut self, class: Option<Class>, eye: Eye) {
        if let Some(last) = self.list.last_mut() {
            (last.class, last.eye) = (class, eye);
        }
    }

    /// The place of a new holding.
    pub(super) fn place(&mut self, holder: Option<usize>, exclusive: Option<f64>, known: Day) -> usize {
        self.places.push(Place {
            holder,
            exclusive,
            known,
        });
        self.places.len() - 1
    }
}

/// A suspect of the day whom `fits` suits, drawn by suspicion: whom an expert thinks of first.
pub(super) fn suspect(
    dice: &mut Dice,
    world: &World,
    scene: &Scene,
    fits: impl Fn(usize) -> bool,
) -> Option<usize> {
    let weights: Vec<f64> = (0..world.parties.len())
        .map(|place| {
            if fits(place) {
                scene.suspicion(world, place)
            } else {
                0.0
            }
        })
        .collect();
    dice.weighted(&weights)
}

/// All that the operation left, without framing.
pub(super) fn honest(dice: &mut Dice, traces: &mut Traces<'_>) {
    code(dice, traces);
    addresses(dice, traces);
    signs::habits(dice, traces);
    signs::circumstances(dice, traces);
    signs::secret(dice, traces);
}

fn code(dice: &mut Dice, traces: &mut Traces<'_>) {
    let (world, scene) = (traces.world, traces.scene);
    let (day, user) = (scene.struck, scene.operator);
    let weights: Vec<f64> = world
        .tools
        .iter()
        .map(|tool| {
            if !tool.held(user, day) || tool.dropped < day && tool.maker == Some(user) {
                return 0.0;
            }
            let out = tool.leaked.is_some_and(|leak| leak < day);
            match tool.trade {
                Trade::Own if tool.maker == Some(user) && !out => 1.5 - scene.care,
                // A careful operator would rather be seen with everybody's tools.
                Trade::Commodity => 0.15 + 0.35 * scene.care,
                Trade::Rented => 0.8,
                // Of many leaked tools one is taken.
                _ if out && tool.maker != Some(user) => 0.12,
                _ => 0.5,
            }
        })
        .collect();
    let mut left = weights;
    for _ in 0..dice.count(1.3).min(4) {
        let Some(place) = dice.weighted(&left) else { break };
        if let Some(weight) = left.get_mut(place) {
            *weight = 0.0;
        }
        let tool = world.tool(place);
        let own = tool.is_some_and(|tool| tool.maker == Some(user));
        let out = tool.and_then(|tool| tool.leaked).is_some_and(|leak| leak < day);
        traces.leaked_used |= out && !own;
        let why = if own { Why::Own } else { Why::Shared };
        traces.add(
            (Kind::Code, About::Author),
            Pointer::Tool(place),
            "programs share code with this family",
            why,
            (0.75, 25.0),
        );
    }
    // A common library or a public program taken for somebody's own.
    if dice.chance(0.09) {
        let named: Vec<f64> = world
            .tools
            .iter()
            .map(|tool| {
                tool.labelled(day)
                    .map_or(0.0, |party| scene.suspicion(world, party) + 0.001)
            })
            .collect();
        if let Some(place) = dice.weighted(&named) {
            traces.add(
                (Kind::Code, About::Author),
                Pointer::Tool(place),
                "some functions are like those of this family",
                Why::Misread,
                (0.45, 15.0),
            );
        }
    }
}

fn addresses(dice: &mut Dice, traces: &mut Traces<'_>) {
    let (world, scene) = (traces.world, traces.scene);
    let party = world.party(scene.operator);
    let both = (Kind::Address, About::Operator);
    if party.nature != Nature::Insider && dice.chance(party.known * (0.5 - 0.4 * scene.care)) {
        let exclusive = dice.chance(0.5).then(|| dice.between(0.4, 0.9));
        let place = traces.place(Some(scene.operator), exclusive, scene.struck - dice.days(300.0));
        let says = "servers were used before in operations given to the holder";
        traces.add(both, Pointer::Infrastructure(place), says, Why::Own, (0.7, 20.0));
    }
    if dice.chance(0.14 * (1.0 - scene.care)) {
        let holder = if party.of_state() {
            party.home
        } else {
            scene.operator
        };
        let place = traces.place(
            Some(holder),
            Some(dice.between(0.5, 0.95)),
            scene.struck - dice.days(600.0),
        );
        let says = "a session came directly from addresses of the holder";
        traces.add(
            (Kind::Contact, About::Operator),
            Pointer::Infrastructure(place),
            says,
            Why::Own,
            (0.5, 45.0),
        );
    }
    if dice.chance(0.16) {
        // A host for hire or broken into, in a country that is somebody's.
        let found = suspect(dice, world, scene, |place| {
            world.party(place).nature == Nature::State
        });
        let state = if dice.chance(0.5) {
            found
        } else {
            Some(dice.below(8))
        };
        let says = "a host of the way in stands in that country";
        match state {
            Some(state) if dice.chance(0.5) => {
                traces.add(both, Pointer::Party(state), says, Why::Shared, (0.6, 4.0));
            }
            _ => traces.add(
                (Kind::Address, About::Place),
                Pointer::Nothing,
                says,
                Why::Shared,
                (0.6, 4.0),
            ),
        }
    }
    if dice.chance(0.11) {
        let neighbour = suspect(dice, world, scene, |place| {
            world.party(place).known > 0.4 && !world.same_side(place, scene.operator)
        });
        if let Some(neighbour) = neighbour {
            let exclusive = dice.chance(0.25).then(|| dice.between(0.1, 0.7));
            let place = traces.place(Some(neighbour), exclusive, scene.struck - dice.days(400.0));
            let says = "a server stands beside servers of the holder";
            traces.add(
                both,
                Pointer::Infrastructure(place),
                says,
                Why::Shared,
                (0.55, 20.0),
            );
        }
    }
    if dice.chance(0.05) {
        let says = "mail came through a service that many use";
        traces.add(
            (Kind::Mail, About::Operator),
            Pointer::Nothing,
            says,
            Why::Shared,
            (0.5, 10.0),
        );
    }
}
