//! Who reports on an incident, with home and stake, and what a report holds before an analyst enters it.
//!
//! Written after: vendors that say much of foreign services and little of their own state's (a comparison of reports from
//! 2011 on shows each camp's firms naming the other's); firms paid by the victim; governments that speak for the victim
//! or against a rival; press that passes on "officials".

use ascribe_model::words::{About, Class, Kind, Reliability, SourceKind, Stance};

use super::dice::Dice;
use super::scene::Scene;
use super::traces::{Pointer, Why, suspect};
use super::world::{Day, World};

/// A source in the making.
pub(super) struct Reporter {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: SourceKind,
    /// The state that it belongs to or lives in.
    pub(super) home: usize,
    pub(super) party: Option<String>,
    pub(super) letter: Option<Reliability>,
    pub(super) stake: Option<&'static str>,
    /// Parties that it looks for.
    pub(super) focus: Vec<usize>,
}

/// A report, or our own measurement.
#[derive(Clone)]
pub(super) struct Report {
    pub(super) day: Day,
    /// Place among the reporters.
    pub(super) by: usize,
    /// The origin that the analyst can see; whether it is right is another thing.
    pub(super) origin: String,
    pub(super) via: Vec<String>,
    pub(super) kind: Kind,
    pub(super) class: Option<Class>,
    pub(super) stance: Stance,
    pub(super) about: Option<About>,
    pub(super) pointer: Pointer,
    /// The tool whose owner is meant.
    pub(super) of: Option<usize>,
    pub(super) says: String,
    pub(super) fact: Option<String>,
    pub(super) rests_on: Option<&'static str>,
    pub(super) may_overlap: Vec<String>,
    /// Place among the reports.
    pub(super) retracts: Option<usize>,
    pub(super) searched: Option<&'static str>,
    pub(super) why: Why,
}

impl Report {
    /// A report with nothing in it but who says what kind of thing when.
    pub(super) fn new(day: Day, by: usize, origin: &str, kind: Kind, stance: Stance) -> Self {
        Self {
            day,
            by,
            origin: origin.to_owned(),
            via: Vec::new(),
            kind,
            class: None,
            stance,
            about: Some(About::Operator),
            pointer: Pointer::Nothing,
            of: None,
            says: String::new(),
            fact: None,
            rests_on: None,
            may_overlap: Vec::new(),
            retracts: None,
            searched: None,
            why: Why::Own,
        }
    }
}

/// All who might speak.
pub(super) struct Cast(pub(super) Vec<Reporter>);

impl Cast {
    /// Draws the sources around a scene.
    pub(super) fn draw(dice: &mut Dice, world: &World, scene: &Scene) -> Self {
        let mut cast = Self(Vec::new());
        let victim = scene.victim;
        cast.add(dice, "own", "Own analysis", SourceKind::Own, victim);
        cast.add(dice, "victim", "The victim", SourceKind::Victim, victim);
        cast.add(
            dice,
            "police",
            "Police of the victim's state",
            SourceKind::Investigator,
            victim,
        );
        cast.add(
            dice,
            "government",
            "Government of the victim's state",
            SourceKind::Government,
            victim,
        );
        for number in 1..=3 {
            let home = dice.below(8);
            let (id, name) = (format!("ally-{number}"), format!("Allied government {number}"));
            cast.add(dice, &id, &name, SourceKind::Government, home);
        }
        let enemy = suspect(dice, world, scene, |place| place < 8);
        let homes: Vec<f64> = (0..8)
            .map(|state| enemy.map_or(0.0, |enemy| world.hostility(state, enemy)))
            .collect();
        let home = dice.weighted(&homes).unwrap_or(victim);
        cast.add(
            dice,
            "rival",
            "A government at odds with a suspect",
            SourceKind::Rival,
            home,
        );
        for number in 1..=7 {
            let homes = [(5, 4.0), (6, 1.0), (7, 1.5), (0, 1.0), (1, 1.0), (2, 0.7)];
            let home = dice.choose(&homes).unwrap_or(5);
            let (id, name) = (format!("vendor-{number}"), format!("Vendor {number}"));
            cast.add(dice, &id, &name, SourceKind::Vendor, home);
            let focus = (0..=dice.below(3))
                .filter_map(|_| suspect(dice, world, scene, |place| world.party(place).known > 0.3))
                .collect();
            if let Some(last) = cast.0.last_mut() {
                last.focus = focus;
            }
        }
        for number in 1..=4 {
            let home = dice.below(8);
            let (id, name) = (format!("lab-{number}"), format!("Researchers {number}"));
            cast.add(dice, &id, &name, SourceKind::Researcher, home);
            let focus = suspect(dice, world, scene, |place| world.party(place).known > 0.3);
            if let Some(last) = cast.0.last_mut() {
                last.focus = focus.into_iter().collect();
            }
        }
        for number in 1..=24 {
            let home = if dice.chance(0.6) { victim } else { dice.below(8) };
            let (id, name) = (format!("press-{number}"), format!("Newspaper {number}"));
            cast.add(dice, &id, &name, SourceKind::Press, home);
        }
        cast.add(dice, "persona", "Who claims it", SourceKind::Claimant, victim);
        cast
    }

    fn add(&mut self, dice: &mut Dice, id: &str, name: &str, kind: SourceKind, home: usize) {
        use Reliability::{A, B, C, D, E, F};
        let (letters, stake): (&[(Reliability, f64)], Option<&'static str>) = match kind {
            SourceKind::Own => (&[(B, 1.0)], None),
            SourceKind::Victim => (&[(B, 2.0), (C, 3.0)], Some("was attacked")),
            SourceKind::Investigator => (&[(A, 1.0), (B, 3.0)], Some("wants to have solved it")),
            SourceKind::Government => (&[(A, 0.5), (B, 3.0), (C, 1.5)], Some("speaks for a state")),
            SourceKind::Rival => (&[(C, 1.0), (D, 1.5), (B, 0.5)], Some("at odds with a suspect")),
            SourceKind::Vendor => (&[(A, 0.5), (B, 4.0), (C, 1.5)], Some("sells protection")),
            SourceKind::Researcher => (&[(B, 3.0), (C, 2.0)], None),
            SourceKind::Press => (&[(B, 1.0), (C, 4.0), (D, 1.0)], None),
            SourceKind::Accused => (&[(D, 2.0), (E, 2.0)], Some("is accused")),
            SourceKind::Claimant => (&[(E, 2.0), (F, 2.0)], Some("hides who it is")),
        };
        let letter = dice.choose(letters).filter(|_| dice.chance(0.75));
        let stated = stake.filter(|_| dice.chance(0.5));
        let party = match kind {
            SourceKind::Own => None,
            SourceKind::Victim | SourceKind::Vendor | SourceKind::Researcher | SourceKind::Press => {
                Some(id.to_owned())
            }
            SourceKind::Claimant => Some("persona".to_owned()),
            _ => Some(format!("state-{}", home + 1)),
        };
        self.0.push(Reporter {
            id: id.to_owned(),
            name: name.to_owned(),
            kind,
            home,
            party,
            letter,
            stake: stated,
            focus: Vec::new(),
        });
    }

    /// The place of the speaker for the party at `party`, who is accused.
    pub(super) fn accused(&mut self, dice: &mut Dice, world: &World, party: usize) -> usize {
        let speaker = world.party(party);
        let id = format!("speaker-of-{}", speaker.id);
        let there = self.0.iter().position(|reporter| reporter.id == id);
        there.unwrap_or_else(|| {
            let name = format!("Speaker of {}", speaker.name);
            self.add(dice, &id, &name, SourceKind::Accused, speaker.home);
            if let Some(last) = self.0.last_mut() {
                last.party = Some(speaker.id.clone());
            }
            self.0.len() - 1
        })
    }

    /// The places of all of a kind.
    pub(super) fn all(&self, kind: SourceKind) -> Vec<usize> {
        (0..self.0.len())
            .filter(|place| self.0.get(*place).is_some_and(|reporter| reporter.kind == kind))
            .collect()
    }

    /// The place of the source with this id; our own if there is none.
    pub(super) fn named(&self, id: &str) -> usize {
        self.0.iter().position(|reporter| reporter.id == id).unwrap_or(0)
    }

    /// The id at a place.
    pub(super) fn id(&self, place: usize) -> &str {
        self.0.get(place).map_or("own", |reporter| &reporter.id)
    }

    /// The home at a place.
    pub(super) fn home(&self, place: usize) -> usize {
        self.0.get(place).map_or(0, |reporter| reporter.home)
    }
}
