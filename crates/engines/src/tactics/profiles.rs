//! Whose techniques they are: those of the incident itself, and those told of groups before it.
//!
//! Of the incident are techniques that a note of kind tactics names, that a Navigator layer marks which says it is of
//! nothing else, and that an incident, campaign, report or event under the incident's own id uses. What intelligence tells
//! of other campaigns never is. Of groups only what was told before the incident counts: what came later may rest on it.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::observation::{IndicatorKind, Saw, TechniqueUse, Techniques};
use ascribe_model::{Anomaly, Moment, Provenance};

use super::likeness::Uses;
use crate::sighting::stands;
use crate::{Evidence, World};

/// More techniques than an incident shows: such a layer is of a matrix, a group's life or a defence.
const LAYER_MAX: usize = 100;

/// Words by which a layer says that it shows something else than one incident.
const OTHER_LAYERS: [&str; 14] = [
    "used by",
    "coverage",
    "covered",
    "detection",
    "detections",
    "detect",
    "visibility",
    "mitigation",
    "mitigations",
    "heatmap",
    "heat map",
    "comparison",
    "data sources",
    "all techniques",
];

/// The techniques of the incident, and what says so.
#[derive(Default)]
pub(super) struct Own<'w> {
    pub(super) techniques: BTreeSet<String>,
    pub(super) stands: Vec<(Provenance, &'w Evidence)>,
    /// Reports that are cited for them: what else they are cited for is no second origin.
    pub(super) citations: BTreeSet<String>,
}

/// What is told of one group.
pub(super) struct Group<'w> {
    /// Its name, as written.
    pub(super) name: String,
    /// Its name and all other names, with who uses them.
    pub(super) names: BTreeSet<(String, Option<String>)>,
    pub(super) uses: Uses,
    pub(super) stands: Vec<(Provenance, &'w Evidence)>,
    pub(super) author: Option<String>,
}

/// One profile where it stands.
#[derive(Clone, Copy)]
struct Told<'w> {
    profile: &'w Techniques,
    evidence: &'w Evidence,
    at: ascribe_model::Span,
}

/// All that the world's profiles give.
#[derive(Default)]
pub(super) struct Profiles<'w> {
    pub(super) own: Own<'w>,
    /// By name, lower case.
    pub(super) groups: BTreeMap<String, Group<'w>>,
    pub(super) anomalies: Vec<(String, Anomaly)>,
    /// Uses that were left out, since they were told after the incident or at an unknown time.
    pub(super) later: u64,
}

fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The words of a text, lower case, one space between and around them.
fn words(text: &str) -> String {
    let spaced: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    format!(" {} ", spaced.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn is_party(kind: &str) -> bool {
    matches!(kind, "intrusion-set" | "threat-actor")
        || kind.ends_with("intrusion-set")
        || kind.ends_with("-threat-actor")
}

/// Whether a profile is called as the incident is.
fn is_called(profile: &Techniques, incident: &str) -> bool {
    let id = plain(incident);
    id.len() >= 3
        && matches!(
            profile.kind.as_str(),
            "incident" | "campaign" | "report" | "grouping" | "event"
        )
        && (profile.id == incident || profile.names.iter().any(|name| plain(name) == id))
}

/// Why a layer is not of the incident, if it says so.
fn other_layer(layer: &Techniques, parties: &BTreeSet<String>) -> Option<String> {
    if layer.uses.len() > LAYER_MAX {
        return Some(format!("it marks {} techniques", layer.uses.len()));
    }
    let text = words(&layer.names.join(" "));
    if let Some(word) = OTHER_LAYERS.iter().find(|word| text.contains(&words(word))) {
        return Some(format!("it says \"{word}\""));
    }
    let is_id = |word: &&str| {
        word.len() == 5
            && word.starts_with(['g', 's', 'c'])
            && word.bytes().skip(1).all(|byte| byte.is_ascii_digit())
    };
    if let Some(id) = text.split(' ').find(is_id) {
        return Some(format!("it names {}", id.to_uppercase()));
    }
    parties
        .iter()
        .find(|name| name.trim().len() >= 3 && text.contains(name.as_str()))
        .map(|name| format!("it names {}", name.trim()))
}

/// Reads the profiles of `evidence`.
pub(super) fn profiles<'w>(evidence: &[&'w Evidence], world: &World<'_>) -> Profiles<'w> {
    let mut all = Profiles::default();
    let mut told: Vec<Told<'w>> = Vec::new();
    // Techniques of objects that other files name by their id alone.
    let mut by_id: BTreeMap<&str, &str> = BTreeMap::new();
    for evidence in evidence {
        for observation in &evidence.reading.observations {
            match &observation.saw {
                Saw::Techniques(profile) => told.push(Told {
                    profile,
                    evidence,
                    at: observation.at,
                }),
                Saw::Intelligence(item) => {
                    let technique = item
                        .values
                        .iter()
                        .find(|(kind, _)| *kind == IndicatorKind::Technique);
                    if let Some((_, technique)) = technique {
                        let id = item.id.strip_prefix("attack-pattern--").unwrap_or(&item.id);
                        by_id.insert(id, technique);
                    }
                }
                _ => {}
            }
        }
    }
    let mut parties: BTreeSet<String> = BTreeSet::new();
    for actor in &world.knowledge.actors {
        let aliases = actor.aliases.iter().map(|alias| alias.name.as_str());
        parties.extend([actor.name.as_str()].into_iter().chain(aliases).map(words));
    }
    for one in told.iter().filter(|one| is_party(&one.profile.kind)) {
        parties.extend(one.profile.names.iter().map(|name| words(name)));
    }
    let (own, others): (Vec<Told<'w>>, Vec<Told<'w>>) = told.into_iter().partition(|one| match one.profile.kind.as_str() {
        "note" => true,
        "layer" => match other_layer(one.profile, &parties) {
            None => true,
            Some(why) => {
                let text = format!(
                    "the layer \"{}\" is not taken for the incident's techniques: {why}; a note of kind tactics that names them says so",
                    one.profile.names.first().map_or("without a name", String::as_str)
                );
                all.anomalies.push((
                    one.evidence.path.clone(),
                    Anomaly::odd("tactics.layer", Some(one.at), text),
                ));
                false
            }
        },
        _ => is_called(one.profile, world.incident),
    });
    for one in own {
        all.own.add(one, &by_id);
    }
    let (parties, others): (Vec<Told<'w>>, Vec<Told<'w>>) =
        others.into_iter().partition(|one| is_party(&one.profile.kind));
    for one in parties {
        let Some(name) = one.profile.names.first() else {
            continue;
        };
        all.add(&name.clone(), one, &by_id, world);
    }
    for one in others.into_iter().filter(|one| one.profile.kind != "layer") {
        // A campaign or report counts for the group that it is said to be of, where it is said to be of one.
        let named: BTreeSet<&String> = one
            .profile
            .attributed_to
            .iter()
            .filter(|name| all.groups.contains_key(&name.to_lowercase()))
            .collect();
        let group = match (named.first(), named.len(), one.profile.attributed_to.first()) {
            (Some(group), 1, _) => Some((*group).clone()),
            (None, _, first) => first.cloned(),
            _ => None,
        };
        if let Some(group) = group {
            all.add(&group, one, &by_id, world);
        }
    }
    all.drop_own_citations();
    all
}

/// The ATT&CK id that a use names, itself or through an object of another file.
fn technique<'a>(of: &'a TechniqueUse, by_id: &BTreeMap<&str, &'a str>) -> Option<&'a str> {
    let digits = of.technique.strip_prefix('T');
    let is_id = digits.is_some_and(|digits| digits.starts_with(|c: char| c.is_ascii_digit()));
    if is_id {
        return Some(&of.technique);
    }
    by_id.get(of.technique.as_str()).copied()
}

impl<'w> Own<'w> {
    fn add(&mut self, one: Told<'w>, by_id: &BTreeMap<&str, &'w str>) {
        for of in &one.profile.uses {
            if let Some(technique) = technique(of, by_id) {
                self.techniques.insert(technique.to_owned());
                self.citations.extend(of.citations.iter().cloned());
            }
        }
        self.stands.push((stands(one.evidence, one.at), one.evidence));
    }
}

impl<'w> Profiles<'w> {
    fn add(&mut self, name: &str, one: Told<'w>, by_id: &BTreeMap<&str, &'w str>, world: &World<'_>) {
        let profile = one.profile;
        let mut uses: Vec<(&str, &TechniqueUse)> = Vec::new();
        for of in &profile.uses {
            let said = of.published.as_ref().or(profile.published.as_ref());
            if said.is_some_and(|said| !said.known_on(world.as_of)) {
                continue;
            }
            if is_later(said, one.evidence, world) {
                self.later = self.later.saturating_add(1);
                continue;
            }
            uses.extend(technique(of, by_id).map(|technique| (technique, of)));
        }
        if uses.is_empty() {
            return;
        }
        let group = self.groups.entry(name.to_lowercase()).or_insert_with(|| Group {
            name: name.to_owned(),
            names: BTreeSet::from([(name.to_owned(), profile.author.clone())]),
            uses: Uses::new(),
            stands: Vec::new(),
            author: profile.author.clone(),
        });
        let names = if is_party(&profile.kind) {
            &profile.names
        } else {
            &profile.attributed_to
        };
        if is_party(&profile.kind)
            || names
                .first()
                .is_some_and(|first| first.eq_ignore_ascii_case(name))
        {
            group
                .names
                .extend(names.iter().map(|name| (name.clone(), profile.author.clone())));
        }
        for (technique, of) in uses {
            let behind = group.uses.entry(technique.to_owned()).or_default();
            if of.citations.is_empty() {
                // Nothing is cited, so all of the document is one origin.
                behind.insert(format!("document {}", one.evidence.origin));
            } else {
                behind.extend(of.citations.iter().cloned());
            }
        }
        group.stands.push((stands(one.evidence, one.at), one.evidence));
    }

    /// Takes away what rests on the reports that tell of the incident itself.
    fn drop_own_citations(&mut self) {
        let own = &self.own.citations;
        for group in self.groups.values_mut() {
            for reports in group.uses.values_mut() {
                reports.retain(|report| !own.contains(report));
            }
            group.uses.retain(|_, reports| !reports.is_empty());
        }
        self.groups.retain(|_, group| !group.uses.is_empty());
    }
}

/// Whether a use may have been told because of the incident.
fn is_later(said: Option<&Moment>, evidence: &Evidence, world: &World<'_>) -> bool {
    let Some(incident) = world.incident_time else {
        return false;
    };
    let said = said.or_else(|| evidence.dated.then_some(&evidence.known));
    said.is_none_or(|said| said.last_day() >= incident.first_day())
}
