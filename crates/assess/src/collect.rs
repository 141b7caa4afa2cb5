//! What to get next: by expected bits, and by bits for each unit of what the case says it costs.
//!
//! Candidates are what the case and the engines propose, an independent look at each finding that carries the leader,
//! and marks that the leading answers predict and nobody has looked for. Source: METHOD section 5; Lindley (1956).

use ascribe_model::finding::Target;
use ascribe_model::words::{About, ActorKind, Class, Kind, Stance};
use ascribe_model::{Finding, Range};

use crate::assess::{AssessError, Setting};
use crate::assessment::{Collect, Hypothesis, LedgerLine};
use crate::build::{Built, Overlaps, OwnNumbers, build};
use crate::model_file::{Finding as ModelFinding, ModelFile};
use crate::weigh;

/// Something that could be collected, and what it would bear on.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// What.
    pub what: String,
    /// Whom to ask, for what.
    pub ask: String,
    /// What it costs, in the case's own unit.
    pub cost: Option<f64>,
    /// What it would be.
    pub bears: Bears,
    /// Whether the case itself lists it: then it is shown even if it is worth little.
    pub listed: bool,
}

/// What a candidate would bear on.
#[derive(Clone, Debug, PartialEq)]
pub enum Bears {
    /// Independent word on what this finding says.
    Finding(String),
    /// A new trace of this kind and class (absent: the kind's), pointing there.
    Trace(Kind, Option<Class>, Target),
}

/// Begins the warning that a thing which the case lists would bear on nothing.
pub const UNWEIGHED: &str = "to collect ";
/// At most so many candidates are weighed.
const WEIGHED_MAX: usize = 60;
/// At most so many are listed.
const LISTED_MAX: usize = 15;
/// Less than this, in bits, is not worth a line of ours.
const BITS_MIN: f64 = 0.005;
/// Less than this is not worth a line that the case asks for: it would be printed as nothing.
const LISTED_BITS_MIN: f64 = 0.0005;
/// So many findings get an independent look.
const SECOND_LOOKS: usize = 12;
/// So many leading answers are asked what else they predict.
const ANSWERS: usize = 2;
/// Id and origin of what is not there yet.
const ASKED: &str = "(asked for)";

/// The classes whose marks anybody can look for, with what to look at.
const LOOKS: [(Class, Kind, &str); 5] = [
    (Class::Code, Kind::Code, "code shared with programs of"),
    (Class::Infrastructure, Kind::Contact, "contacts with addresses of"),
    (
        Class::Language,
        Kind::Tactics,
        "marks of the language or time zone of",
    ),
    (Class::Tactics, Kind::Tactics, "likeness to earlier operations of"),
    (
        Class::Telemetry,
        Kind::Operator,
        "accounts, devices or persons of",
    ),
];

/// What to get next, the most bits per cost first where costs are stated, then by bits.
///
/// `candidates` are the case's and the engines'. Errors: those of the model and the weigher.
pub(crate) fn collect(
    setting: &Setting<'_>,
    findings: &[Finding],
    built: &Built,
    ledger: &[LedgerLine],
    hypotheses: &[Hypothesis],
    leader: &str,
    warnings: &mut Vec<String>,
) -> Result<Vec<Collect>, AssessError> {
    let own = setting.candidates.iter().cloned();
    let second = second_looks(ledger, leader);
    let unlooked = unlooked(setting, findings, hypotheses);
    let mut rows: Vec<Collect> = Vec::new();
    // The belief as it is serves all candidates.
    let worth = weigh::Worth::new(&built.model)?;
    for candidate in own.chain(second).chain(unlooked).take(WEIGHED_MAX) {
        let Some(bits) = bits(setting, findings, &built.model, &worth, &candidate.bears)? else {
            if candidate.listed {
                warnings.push(format!(
                    "{UNWEIGHED}`{}` would bear on nothing that the case weighs as of then",
                    candidate.what
                ));
            }
            continue;
        };
        let least = if candidate.listed {
            LISTED_BITS_MIN
        } else {
            BITS_MIN
        };
        if bits < least || rows.iter().any(|row| row.what == candidate.what) {
            continue;
        }
        rows.push(Collect {
            what: candidate.what,
            ask: candidate.ask,
            bits,
            cost: candidate.cost,
            bits_per_cost: candidate.cost.map(|cost| bits / cost),
        });
    }
    // What has a cost comes first, by its rate: rates and bits do not compare.
    let rate = |row: &Collect| row.bits_per_cost.unwrap_or(-1.0);
    rows.sort_by(|a, b| {
        (rate(b).total_cmp(&rate(a)))
            .then_with(|| b.bits.total_cmp(&a.bits))
            .then_with(|| a.what.cmp(&b.what))
    });
    rows.truncate(LISTED_MAX);
    Ok(rows)
}

fn second_looks<'a>(ledger: &'a [LedgerLine], leader: &'a str) -> impl Iterator<Item = Candidate> + 'a {
    let carries =
        move |line: &&LedgerLine| line.contribution_bans.get(leader).copied().unwrap_or(0.0).abs() >= 0.02;
    ledger
        .iter()
        .filter(carries)
        .take(SECOND_LOOKS)
        .map(|line| Candidate {
            what: format!("an independent look at: {}", line.says),
            ask: line.source.as_ref().map_or_else(
                || "a second laboratory, for the same bytes".to_owned(),
                |source| format!("somebody other than {source}, for the data behind it"),
            ),
            cost: None,
            bears: Bears::Finding(line.finding.clone()),
            listed: false,
        })
}

/// Marks that the leading answers predict and of which no finding says that anybody looked.
fn unlooked(setting: &Setting<'_>, findings: &[Finding], hypotheses: &[Hypothesis]) -> Vec<Candidate> {
    let mut leading: Vec<&Hypothesis> = hypotheses.iter().collect();
    leading.sort_by(|a, b| (b.belief.point.total_cmp(&a.belief.point)).then_with(|| a.id.cmp(&b.id)));
    let mut candidates = Vec::new();
    let mut asked: Vec<&str> = Vec::new();
    for hypothesis in leading {
        let operators = setting
            .question
            .answers
            .iter()
            .find(|answer| answer.id == hypothesis.id);
        let party = match operators.map(|answer| answer.operators.as_slice()) {
            Some([one]) => one.as_str(),
            Some(_) => continue,
            // Proposed answers are called as their party.
            None => hypothesis.id.as_str(),
        };
        let Some(actor) = setting.knowledge.actor(party) else {
            continue;
        };
        if asked.contains(&party) {
            continue;
        }
        asked.push(party);
        // Insiders and sympathisers have no earlier operations to compare with.
        let operates = matches!(
            actor.kind,
            ActorKind::State | ActorKind::Agency | ActorKind::Unit | ActorKind::Group | ActorKind::Firm
        );
        for (class, kind, what) in LOOKS {
            if !operates && !matches!(class, Class::Language | Class::Telemetry) {
                continue;
            }
            let target = Target::Actor(party.to_owned());
            let looked = findings.iter().any(|finding| {
                let of_class = finding.class.map_or(finding.kind == kind, |own| own == class);
                of_class && points_at(setting, finding, party)
            });
            if !looked {
                candidates.push(Candidate {
                    what: format!("{what} {}", actor.name),
                    ask:
                        "whoever holds the evidence; write down where was searched, also if nothing is found"
                            .to_owned(),
                    cost: None,
                    bears: Bears::Trace(kind, Some(class), target),
                    listed: false,
                });
            }
        }
        if asked.len() == ANSWERS {
            break;
        }
    }
    candidates
}

/// Whether a finding is about the party, or about something that it is said to own.
fn points_at(setting: &Setting<'_>, finding: &Finding, party: &str) -> bool {
    let owned = |owners: Option<&std::collections::BTreeMap<String, Range>>| {
        owners.is_some_and(|owners| owners.contains_key(party))
    };
    match &finding.points_to {
        Some(Target::Actor(id)) => id == party,
        Some(Target::Family(id)) => owned(setting.knowledge.family(id).map(|family| &family.label)),
        Some(Target::Infrastructure(id)) => {
            owned(setting.knowledge.infrastructure(id).map(|item| &item.holder))
        }
        _ => false,
    }
}

/// Expected drop of entropy, in bits; none where the case does not hold what it would bear on.
fn bits(
    setting: &Setting<'_>,
    findings: &[Finding],
    model: &ModelFile,
    worth: &weigh::Worth<'_>,
    bears: &Bears,
) -> Result<Option<f64>, AssessError> {
    match bears {
        Bears::Finding(id) => {
            let Some(like) = model.findings.iter().find(|finding| finding.id == *id) else {
                return Ok(None);
            };
            let asked = ModelFinding {
                id: ASKED.to_owned(),
                origin: Some(ASKED.to_owned()),
                source: None,
                bloc: None,
                says: None,
                ..like.clone()
            };
            Ok(Some(worth.of_finding(&asked)?))
        }
        Bears::Trace(kind, class, target) => {
            let asked = Finding {
                id: ASKED.to_owned(),
                origin: ASKED.to_owned(),
                stance: Stance::Asserts,
                about: Some(match target {
                    Target::Direction(_) => About::Direction,
                    _ => About::Operator,
                }),
                points_to: Some(target.clone()),
                class: *class,
                fact: Some(ASKED.to_owned()),
                ..Finding::blank("notes", *kind, &setting.incident.id)
            };
            let mut with = findings.to_vec();
            with.push(asked);
            let mut with = build(
                setting.question,
                setting.knowledge,
                &with,
                Overlaps::Dependent,
                OwnNumbers::Used,
            )?
            .model;
            let Some(at) = with.findings.iter().position(|finding| finding.id == ASKED) else {
                return Ok(None);
            };
            let asked = with.findings.remove(at);
            if says_the_same(&with, model) {
                with.findings.push(asked);
                return Ok(Some(worth.of_added(&with)?));
            }
            Ok(Some(weigh::value_of_finding(&with, &asked, None)?))
        }
    }
}

/// Whether two models have the same belief: `with` may list traces and subjects that nothing is said about.
fn says_the_same(with: &ModelFile, model: &ModelFile) -> bool {
    with.findings == model.findings
        && with.hypotheses == model.hypotheses
        && with.actors == model.actors
        && with.deception == model.deception
        && with.sources == model.sources
        && model.traces.iter().all(|trace| with.traces.contains(trace))
        && model
            .subjects
            .iter()
            .all(|subject| with.subjects.contains(subject))
}
