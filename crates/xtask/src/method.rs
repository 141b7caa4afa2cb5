//! Simulator one: incidents that follow the assumptions of the method to the letter, so that an exact answer must be
//! calibrated on them. Whatever is wrong here is wrong in the program, not in the method.
//!
//! A case is made up (parties, families, sources, what is looked for); the program builds its model; the numbers are
//! drawn from their ranges; then who did it, who is framed, who holds what, who is reliable and what is said are drawn
//! forward, from cause to report. Copies repeat what they copy. An unreliable source pushes "it is there" for a whole
//! bloc or is silent. The method takes what is said as all that was asked, so a source that is silent on anything that it
//! was asked is left out with all that it says: its silence would tell that it is unreliable, and nobody tells of it.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_assess::build::{Answer, Overlaps, OwnNumbers, Question, build};
use ascribe_assess::model_file::{CARE_DEFAULT, ModelFile, OTHER, OTHER_IS_UNLISTED_DEFAULT, Trace};
use ascribe_assess::weigh::drawn;
use ascribe_intel::{Actor, Family, Infrastructure, Knowledge, Source};
use ascribe_model::finding::Target;
use ascribe_model::random::Random;
use ascribe_model::words::{About, ActorKind, Class, Kind, Reliability, SourceKind, Stance};
use ascribe_model::{Finding, Range};

use crate::incident::{Incident, Truth};

/// An incident with the model under which it was made.
pub struct Made {
    /// The incident.
    pub incident: Incident,
    /// The model of what was looked for, at the true numbers, with what was said.
    pub exact: ModelFile,
}

/// Which numbers are true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Those in the middle of their ranges, which the point answer takes.
    Central,
    /// Drawn from their ranges.
    Drawn,
}

/// Incident number `number` under `seed`. Errors: what the program says of a case that it cannot weigh.
pub fn incident(seed: u64, number: u64, numbers: Numbers) -> Result<Made, String> {
    let mut random = Random::of_draw(seed, number);
    let knowledge = knowledge(&mut random);
    let question = question(&mut random, &knowledge);
    let asked = searches(&mut random, &knowledge);
    let model = build(
        &question,
        &knowledge,
        &asked,
        Overlaps::Dependent,
        OwnNumbers::Used,
    )
    .map_err(|error| error.to_string())?
    .model;
    let mut exact = match numbers {
        Numbers::Central => model,
        Numbers::Drawn => drawn(&model, seed ^ 0x51, number).map_err(|error| error.to_string())?,
    };
    let (truth, said) = happen(&mut random, &exact);
    let findings: Vec<Finding> = asked
        .into_iter()
        .filter_map(|mut finding| {
            if !*said.get(&finding.id)?.as_ref()? {
                finding.stance = Stance::Excludes;
            }
            Some(finding)
        })
        .collect();
    exact.findings.retain_mut(|finding| {
        finding.says = said.get(&finding.id).copied().flatten();
        finding.says.is_some()
    });
    Ok(Made {
        incident: Incident {
            question,
            knowledge,
            findings,
            techniques: BTreeSet::new(),
            earlier: BTreeMap::new(),
            truth,
        },
        exact,
    })
}

fn coin(random: &mut Random, p: f64) -> bool {
    random.unit() < p
}

fn pick<'a, T>(random: &mut Random, from: &'a [T]) -> Option<&'a T> {
    from.get(random.below(from.len()))
}

fn knowledge(random: &mut Random) -> Knowledge {
    let mut actors: Vec<Actor> = Vec::new();
    let kinds = [
        ActorKind::State,
        ActorKind::State,
        ActorKind::State,
        ActorKind::Group,
        ActorKind::Insider,
        ActorKind::State,
        ActorKind::Group,
    ];
    for (index, kind) in kinds.iter().take(3 + random.below(5)).enumerate() {
        actors.push(Actor::of(&format!("p{index}"), *kind));
    }
    if coin(random, 0.3) {
        actors.push(Actor {
            parent: Some("p0".to_owned()),
            ..Actor::of("unit", ActorKind::Unit)
        });
    }
    let ids: Vec<String> = actors.iter().map(|actor| actor.id.clone()).collect();
    let mut families = Vec::new();
    for index in 0..1 + random.below(6) {
        let Some(owner) = pick(random, &ids) else { continue };
        let point = 0.4 + 0.5 * random.unit();
        families.push(Family {
            id: format!("f{index}"),
            name: None,
            label: BTreeMap::from([(owner.clone(), about(point))]),
            shared: None,
            source: None,
            known: None,
        });
    }
    let mut infrastructure = Vec::new();
    for index in 0..random.below(5) {
        let Some(owner) = pick(random, &ids) else { continue };
        let point = 0.5 + 0.45 * random.unit();
        let exclusive = 0.3 + 0.6 * random.unit();
        infrastructure.push(Infrastructure {
            id: format!("n{index}"),
            name: None,
            what: Vec::new(),
            holder: BTreeMap::from([(owner.clone(), about(point))]),
            from: None,
            to: None,
            exclusive: Some(about(exclusive)),
            source: None,
            known: None,
        });
    }
    let grades = [
        Reliability::A,
        Reliability::B,
        Reliability::C,
        Reliability::D,
        Reliability::F,
    ];
    let sources = (0..2 + random.below(4))
        .map(|index| Source {
            id: format!("s{index}"),
            name: format!("s{index}"),
            kind: SourceKind::Vendor,
            party: None,
            grade: pick(random, &grades).copied(),
            reliable: None,
            push: None,
            stake: coin(random, 0.3).then(|| "speaks for the victim".to_owned()),
            reason: None,
            known: None,
        })
        .collect();
    Knowledge {
        actors,
        sources,
        families,
        infrastructure,
        ..Knowledge::default()
    }
}

/// An elicited range around a point: half a unit of log-odds to each side.
fn about(point: f64) -> Range {
    ascribe_assess::defaults::around(point, 0.5).unwrap_or(Range::exactly(point))
}

fn question(random: &mut Random, knowledge: &Knowledge) -> Question {
    let heights: Vec<f64> = knowledge.actors.iter().map(|_| 0.15 + random.unit()).collect();
    let listed = 0.6 + 0.3 * random.unit();
    let sum: f64 = heights.iter().sum();
    Question {
        answers: knowledge
            .actors
            .iter()
            .zip(heights)
            .map(|(actor, height)| Answer {
                id: actor.id.clone(),
                name: None,
                operators: vec![actor.id.clone()],
                directions: Vec::new(),
                prior: Some(Range::exactly(listed * height / sum)),
            })
            .collect(),
        deception: BTreeMap::new(),
    }
}

/// What is looked for, each as a finding that says it is there.
fn searches(random: &mut Random, knowledge: &Knowledge) -> Vec<Finding> {
    let ids: Vec<&str> = knowledge.actors.iter().map(|actor| actor.id.as_str()).collect();
    // Investigations look at few suspects, guilty or not.
    let suspects: Vec<&str> = (0..3).filter_map(|_| pick(random, &ids).copied()).collect();
    let kinds = [
        (Kind::Code, Class::Code),
        (Kind::Contact, Class::Infrastructure),
        (Kind::Tactics, Class::Tactics),
        (Kind::Tactics, Class::Language),
        (Kind::Code, Class::Name),
        (Kind::Motive, Class::Motive),
        (Kind::Capability, Class::Capability),
        (Kind::Operator, Class::Telemetry),
        (Kind::Code, Class::Code),
    ];
    let mut findings: Vec<Finding> = Vec::new();
    for index in 0..4 + random.below(37) {
        let Some((kind, class)) = pick(random, &kinds).copied() else {
            continue;
        };
        let family = pick(random, &knowledge.families).map(|family| Target::Family(family.id.clone()));
        let network =
            pick(random, &knowledge.infrastructure).map(|item| Target::Infrastructure(item.id.clone()));
        let among = if coin(random, 0.7) { &suspects } else { &ids };
        let party = pick(random, among).map(|id| Target::Actor((*id).to_owned()));
        let target = match class {
            Class::Code => family,
            Class::Infrastructure => network.or(party),
            _ => party,
        };
        let source = (!coin(random, 0.2))
            .then(|| pick(random, &knowledge.sources))
            .flatten();
        let mut finding = Finding::blank("notes", kind, "one");
        finding.id = format!("x{index:02}");
        finding.about = Some(About::Operator);
        finding.points_to = target;
        finding.class = Some(class);
        finding.fact = Some(format!("t{index:02}"));
        finding.origin = format!("o{index:02}");
        finding.source = source.map(|source| source.id.clone());
        finding.grade.credibility = coin(random, 0.4).then_some(3);
        if let Some(before) = findings.last() {
            let before = before.clone();
            let other = finding.source.clone();
            if coin(random, 0.15) {
                // The same event, told again.
                finding = Finding {
                    id: finding.id,
                    via: vec!["press".to_owned()],
                    source: other,
                    ..before
                };
            } else if coin(random, 0.2) && other != before.source {
                // Somebody else looked at the same trace.
                finding = Finding {
                    id: finding.id,
                    origin: finding.origin,
                    source: other,
                    ..before
                };
            }
        }
        findings.push(finding);
    }
    findings
}

/// Whether each finding is made and what it says (none: its source is silent), with the truth; `model` is exact.
fn happen(random: &mut Random, model: &ModelFile) -> (Truth, BTreeMap<String, Option<bool>>) {
    let total: f64 = model
        .hypotheses
        .iter()
        .map(|hypothesis| hypothesis.prior.point())
        .sum();
    let mut left = random.unit() * total;
    let mut operator = String::new();
    for hypothesis in &model.hypotheses {
        let share = hypothesis.prior.point() / hypothesis.operators.len().max(1) as f64;
        for party in &hypothesis.operators {
            if left >= 0.0 {
                operator.clone_from(party);
            }
            left -= share;
        }
    }
    let own = |operator: &str, of: &str| -> bool {
        let actor = model.actors.iter().find(|actor| actor.id == operator);
        operator == of || actor.is_some_and(|actor| actor.members.iter().any(|member| member == of))
    };
    let kin = |a: &str, b: &str| {
        model
            .actors
            .iter()
            .any(|shared| own(a, &shared.id) && own(b, &shared.id))
    };
    let blamable: Vec<&str> = model
        .actors
        .iter()
        .filter(|actor| actor.frameable && !kin(&operator, &actor.id))
        .map(|actor| actor.id.as_str())
        .collect();
    let deception = model.deception.get(&operator).or(model.deception.get("default"));
    let frames = coin(random, deception.map_or(0.08, |range| range.point()));
    let framed = if frames {
        pick(random, &blamable).copied()
    } else {
        None
    };
    let (careless, thorough) = (coin(random, 0.5), coin(random, 0.5));
    let unlisted = model
        .actors
        .iter()
        .any(|actor| actor.id == operator && actor.unlisted);

    // Owner, and whether the operator holds it.
    let mut subjects: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for subject in &model.subjects {
        let mut left = random.unit();
        let mut owner = OTHER;
        for (party, label) in &subject.label {
            if left >= 0.0 && left < label.point() {
                owner = party;
            }
            left -= label.point();
        }
        let other = subject
            .other_is_unlisted
            .map_or(OTHER_IS_UNLISTED_DEFAULT, |range| range.point());
        let holds = if owner == OTHER && unlisted {
            coin(random, other)
        } else {
            (owner != OTHER && own(&operator, owner)) || coin(random, subject.shared.point())
        };
        subjects.insert(&subject.id, (owner, holds));
    }
    let mut states: BTreeMap<&str, State> = BTreeMap::new();
    for trace in &model.traces {
        let (owner, holds) = match subjects.get(trace.points_to.as_str()) {
            Some((owner, holds)) => (*owner, *holds),
            None => (trace.points_to.as_str(), own(&operator, &trace.points_to)),
        };
        let planted = framed == Some(owner);
        let planted = planted && leaves(random, trace, trace.forgeability.point(), thorough);
        let genuine = holds && leaves(random, trace, trace.hit.point(), careless);
        let by_chance = coin(random, trace.rarity.point());
        let state = if planted {
            State::Planted
        } else if genuine || by_chance {
            State::Genuine
        } else {
            State::Absent
        };
        states.insert(&trace.id, state);
    }
    // One draw of reliability for a source, one push for each of its blocs.
    let reliable: BTreeMap<&str, bool> = model
        .sources
        .iter()
        .map(|source| (source.id.as_str(), coin(random, source.reliable.point())))
        .collect();
    let mut pushed: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    let mut events: BTreeMap<(&str, &str), Option<bool>> = BTreeMap::new();
    let mut said = BTreeMap::new();
    for finding in &model.findings {
        let trace = finding.trace.as_deref().unwrap_or_default();
        let source = finding.source.as_deref();
        let honest = source.is_none_or(|source| reliable.get(source).copied().unwrap_or(true));
        let tells = if honest {
            let rate = match states.get(trace) {
                Some(State::Planted) => finding.if_planted.or(finding.if_present),
                Some(State::Genuine) => finding.if_present,
                _ => finding.if_absent,
            };
            Some(coin(random, rate.map_or(0.0, |range| range.point())))
        } else {
            let bloc = (
                source.unwrap_or_default(),
                finding.bloc.as_deref().unwrap_or_default(),
            );
            let push = model
                .sources
                .iter()
                .find(|known| Some(known.id.as_str()) == source);
            let push = push.map_or(0.0, |source| source.push.point());
            let pushes = *pushed.entry(bloc).or_insert_with(|| coin(random, push));
            pushes.then_some(true)
        };
        // A copy says what its event says.
        let event = (finding.origin.as_deref().unwrap_or(&finding.id), trace);
        let tells = *events.entry(event).or_insert(tells);
        said.insert(finding.id.clone(), tells);
    }
    let silent: BTreeSet<&str> = model
        .findings
        .iter()
        .filter(|finding| said.get(&finding.id).copied().flatten().is_none())
        .filter_map(|finding| finding.source.as_deref())
        .collect();
    for finding in &model.findings {
        if finding
            .source
            .as_deref()
            .is_some_and(|source| silent.contains(source))
        {
            said.insert(finding.id.clone(), None);
        }
    }
    let framed = framed.map(str::to_owned);
    (Truth { operator, framed }, said)
}

enum State {
    Absent,
    Genuine,
    Planted,
}

/// Whether a mark is left at this rate by somebody careless (a framer: thorough), or not.
fn leaves(random: &mut Random, trace: &Trace, rate: f64, more: bool) -> bool {
    let spread = trace.care.map_or(CARE_DEFAULT, |care| care.point()) * rate.min(1.0 - rate);
    coin(random, if more { rate + spread } else { rate - spread })
}
