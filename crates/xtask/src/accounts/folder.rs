//! From reports to what stands in a case folder: knowledge and notes, as an average analyst enters them.
//!
//! A report that points to a party that the case does not list is kept without a pointer, since a note can only point to what the case
//! knows. Grades are an average analyst's: by the look of the source, hardly by the truth. `class` is set for language
//! marks and for names and emblems alone, which have no kind of their own; everything else is left to its kind.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::{Actor, Family, Infrastructure, Knowledge, Source};
use ascribe_model::finding::{Grade, Target};
use ascribe_model::words::{ActorKind, Reliability, SourceKind, Tlp};
use ascribe_model::{Finding, Moment, Range};

use super::dice::Dice;
use super::listing::Listing;
use super::market::Trade;
use super::reporters::{Cast, Report};
use super::scene::Scene;
use super::traces::{Place, Pointer, Why};
use super::world::{Day, Nature, World};

/// The moment of a day of the world.
pub(super) fn moment(day: Day) -> Option<Moment> {
    // 2010-01-01 is day 14,610 of 1970.
    let micros = (i64::from(day) + 14_610) * 86_400_000_000;
    Moment::of_epoch_micros(micros).map(|moment| Moment::of_day(moment.first_day()))
}

/// A range around `point`, within 0.01 and 0.99.
fn range(point: f64, down: f64, up: f64) -> Option<Range> {
    let middle = libm::round(point.clamp(0.01, 0.99) * 100.0) / 100.0;
    Range::new((middle - down).max(0.01), middle, (middle + up).min(0.99)).ok()
}

/// The folder in the making.
pub(super) struct Folder<'w> {
    pub(super) world: &'w World,
    pub(super) scene: &'w Scene,
    pub(super) cast: &'w Cast,
    pub(super) listing: &'w Listing,
    pub(super) places: &'w [Place],
}

impl Folder<'_> {
    /// What the case knows, for these reports.
    pub(super) fn knowledge(&self, dice: &mut Dice, reports: &[Report]) -> Knowledge {
        let actors = self
            .listing
            .0
            .iter()
            .map(|place| self.actor(dice, *place))
            .collect();
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let (mut tools, mut places) = (BTreeSet::new(), BTreeSet::new());
        for report in reports {
            used.insert(self.cast.id(report.by));
            used.extend(report.via.iter().map(String::as_str));
            tools.extend(report.of);
            match report.pointer {
                Pointer::Tool(tool) => {
                    tools.insert(tool);
                }
                Pointer::Infrastructure(place) => {
                    places.insert(place);
                }
                _ => {}
            }
        }
        let mut sources: Vec<Source> = self
            .cast
            .0
            .iter()
            .filter(|reporter| used.contains(reporter.id.as_str()))
            .map(|reporter| Source {
                id: reporter.id.clone(),
                name: reporter.name.clone(),
                kind: reporter.kind,
                party: reporter.party.clone(),
                grade: reporter.letter,
                reliable: None,
                push: None,
                stake: reporter.stake.map(str::to_owned),
                reason: None,
                known: None,
            })
            .collect();
        sources.sort_by(|a, b| a.id.cmp(&b.id));
        Knowledge {
            actors,
            sources,
            families: tools.iter().filter_map(|tool| self.family(dice, *tool)).collect(),
            infrastructure: places
                .iter()
                .filter_map(|place| self.holding(dice, *place))
                .collect(),
            ..Knowledge::default()
        }
    }

    fn actor(&self, dice: &mut Dice, place: usize) -> Actor {
        let party = self.world.party(place);
        let kind = match party.nature {
            Nature::State => ActorKind::State,
            Nature::Unit if dice.chance(0.5) => ActorKind::Agency,
            Nature::Unit => ActorKind::Unit,
            Nature::Crew => ActorKind::Group,
            Nature::Activists if dice.chance(0.3) => ActorKind::Sympathisers,
            Nature::Activists => ActorKind::Group,
            Nature::Insider => ActorKind::Insider,
        };
        let parent = self.world.party(party.home);
        Actor {
            id: party.id.clone(),
            name: party.name.clone(),
            kind,
            frameable: matches!(
                kind,
                ActorKind::State | ActorKind::Agency | ActorKind::Unit | ActorKind::Group
            ),
            members: Vec::new(),
            parent: (party.nature == Nature::Unit).then(|| parent.id.clone()),
            from: None,
            to: None,
            aliases: Vec::new(),
            size: Vec::new(),
            known: None,
            source: None,
        }
    }

    fn family(&self, dice: &mut Dice, place: usize) -> Option<Family> {
        let tool = self.world.tool(place)?;
        let day = self.scene.as_of;
        let owner = tool
            .labelled(day)
            .and_then(|party| self.listing.entry(self.world, party));
        let mut label = BTreeMap::new();
        if let Some(owner) = owner
            && let Some(range) = range(dice.between(0.55, 0.93), 0.25, 0.08)
        {
            label.insert(self.world.party(owner).id.clone(), range);
        }
        let out = tool.leaked.is_some_and(|leak| leak + 30 < day);
        let shared = match tool.trade {
            Trade::Commodity if dice.chance(0.75) => Range::new(0.2, 0.4, 0.7).ok(),
            Trade::Rented if dice.chance(0.5) => Range::new(0.05, 0.15, 0.4).ok(),
            Trade::Quartermaster if dice.chance(0.35) => Range::new(0.03, 0.1, 0.3).ok(),
            _ if out && dice.chance(0.65) => Range::new(0.1, 0.3, 0.6).ok(),
            Trade::Own if dice.chance(0.1) => Range::new(0.005, 0.02, 0.06).ok(),
            _ => None,
        };
        let since = tool.label.map(|(since, _)| since).filter(|_| !label.is_empty());
        Some(Family {
            id: tool.id.clone(),
            name: None,
            label,
            shared,
            source: None,
            known: since.and_then(moment),
        })
    }

    fn holding(&self, dice: &mut Dice, at: usize) -> Option<Infrastructure> {
        let place = self.places.get(at)?;
        let mut holder = BTreeMap::new();
        let listed = place
            .holder
            .and_then(|party| self.listing.entry(self.world, party));
        if let Some(party) = listed
            && let Some(range) = range(dice.between(0.55, 0.95), 0.25, 0.05)
        {
            holder.insert(self.world.party(party).id.clone(), range);
        }
        Some(Infrastructure {
            id: format!("servers-{}", at + 1),
            name: None,
            what: vec![format!("198.51.100.{}", at + 1)],
            holder,
            from: None,
            to: None,
            exclusive: place.exclusive.and_then(|share| range(share, 0.3, 0.2)),
            source: None,
            known: moment(place.known),
        })
    }

    /// The notes, by day; `reports` are those that became known in time, in order of day.
    pub(super) fn notes(&self, dice: &mut Dice, reports: &[(usize, Report)]) -> Vec<Finding> {
        let ids: BTreeMap<usize, String> = reports
            .iter()
            .enumerate()
            .map(|(number, (was, _))| (*was, format!("n{:03}", number + 1)))
            .collect();
        reports
            .iter()
            .filter_map(|(was, report)| {
                let mut note = Finding::blank("notes", report.kind, "incident");
                note.id.clone_from(ids.get(was)?);
                note.stance = report.stance;
                note.says.clone_from(&report.says);
                note.about = report.about;
                note.points_to = self.target(report.pointer);
                note.of = report
                    .of
                    .and_then(|tool| self.world.tool(tool))
                    .map(|tool| Target::Family(tool.id.clone()));
                note.fact.clone_from(&report.fact);
                note.class = report.class;
                note.source = Some(self.cast.id(report.by).to_owned());
                note.origin.clone_from(&report.origin);
                note.via.clone_from(&report.via);
                note.grade = self.grade(dice, report);
                note.rests_on = report.rests_on.map(str::to_owned);
                note.may_overlap.clone_from(&report.may_overlap);
                note.retracts = report.retracts.and_then(|place| ids.get(&place).cloned());
                note.searched = report.searched.map(str::to_owned);
                note.known = moment(report.day)?;
                note.tlp = Tlp::Clear;
                Some(note)
            })
            .collect()
    }

    fn target(&self, pointer: Pointer) -> Option<Target> {
        match pointer {
            Pointer::Party(party) => self
                .listing
                .entry(self.world, party)
                .map(|listed| Target::Actor(self.world.party(listed).id.clone())),
            Pointer::Tool(tool) => self.world.tool(tool).map(|tool| Target::Family(tool.id.clone())),
            Pointer::Infrastructure(at) => Some(Target::Infrastructure(format!("servers-{}", at + 1))),
            Pointer::Nothing => None,
        }
    }

    fn grade(&self, dice: &mut Dice, report: &Report) -> Grade {
        let reporter = self.cast.0.get(report.by);
        let kind = reporter.map_or(SourceKind::Own, |reporter| reporter.kind);
        let lacking = reporter.is_none_or(|reporter| reporter.letter.is_none());
        let middle = match kind {
            SourceKind::Own => 1.8,
            SourceKind::Accused | SourceKind::Claimant => 4.6,
            SourceKind::Press | SourceKind::Rival => 3.2,
            _ => 2.5,
        };
        let seen = if report.why == Why::Misread { 0.25 } else { 0.0 };
        let digit = libm::round(middle + seen + 0.7 * dice.normal()).clamp(1.0, 6.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to 1..=6"
        )]
        let digit = digit as u8;
        let letters = [
            (Reliability::B, 0.4),
            (Reliability::C, 0.4),
            (Reliability::F, 0.2),
        ];
        Grade {
            reliability: dice.choose(&letters).filter(|_| lacking && dice.chance(0.6)),
            credibility: Some(digit).filter(|_| dice.chance(0.85)),
        }
    }
}
