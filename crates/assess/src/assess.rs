//! From findings to the assessment: builds the model, weighs it, and says how firm the answer is.

use std::collections::BTreeMap;

use ascribe_intel::{Incident, Knowledge};
use ascribe_model::finding::Target;
use ascribe_model::words::{About, Basis, Kind, Stance, Tlp};
use ascribe_model::{Day, Finding, Moment};

use crate::assessment::{
    AnomalyLine, Assessment, Belief, ByteProvenance, Hypothesis, Input, LedgerLine, Run, SCHEMA, Sensitivity,
    Sentences, StandardResult, TimelineEvent,
};
use crate::build::{BuildError, Built, Overlaps, OwnNumbers, Question, build, tree};
use crate::collect::{Candidate, collect};
use crate::confidence::{Grounds, confidence, support};
use crate::doubt::{DEFAULTS_FINDINGS_MAX, doubts};
use crate::firmness::firmness;
use crate::model_file::ModelFile;
use crate::sentences::sentences;
use crate::weigh::{self, Draws, WeighError};
use crate::what_if::{self, WhatIf};
use crate::words::{NO_STATEMENT, words};

/// What must hold before the user does something.
#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    /// Its id.
    pub id: String,
    /// The hypothesis; absent: the leader.
    pub hypothesis: Option<String>,
    /// The low end of its belief must reach this.
    pub low_min: Option<f64>,
    /// So many independent origins.
    pub origins_min: Option<u64>,
    /// At most this share of the weight may be easily forged.
    pub forgeable_share_max: Option<f64>,
}

/// How much of an assessment is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Everything.
    Full,
    /// Points and the ledger: no intervals, no sensitivity, nothing to collect.
    Ledger,
    /// Points of the beliefs, for the series over time.
    Beliefs,
}

/// Everything about the case that the assessment repeats or needs.
pub struct Setting<'a> {
    /// Name of the case.
    pub case: &'a str,
    /// The incident.
    pub incident: &'a Incident,
    /// The day.
    pub as_of: Option<Day>,
    /// Marking of whatever says none.
    pub tlp: Tlp,
    /// What was known of the world.
    pub knowledge: &'a Knowledge,
    /// What is asked.
    pub question: &'a Question,
    /// Standards.
    pub standards: &'a [Standard],
    /// What could be collected.
    pub candidates: &'a [Candidate],
    /// Changed assumptions that the case asks about.
    pub what_ifs: &'a [WhatIf],
    /// Version of ascribe.
    pub version: &'a str,
    /// Draws of the interval.
    pub draws: Draws,
    /// How much is wanted.
    pub depth: Depth,
    /// Who does the work that can be done in pieces; the answer is the same.
    pub hands: weigh::Hands<'a>,
}

/// Why no assessment could be made.
#[derive(Debug, thiserror::Error)]
pub enum AssessError {
    /// No model.
    #[error("no model could be made of the findings")]
    Build(#[from] BuildError),
    /// No answer.
    #[error("the model has no answer")]
    Weigh(#[from] WeighError),
}

/// The assessment of `findings` and the model behind it. Inputs and anomalies are passed through.
pub fn assess(
    setting: &Setting<'_>,
    findings: &[Finding],
    inputs: Vec<Input>,
    anomalies: Vec<AnomalyLine>,
) -> Result<(Assessment, ModelFile), AssessError> {
    let knowledge = setting.knowledge;
    let built = build(
        setting.question,
        knowledge,
        findings,
        Overlaps::Dependent,
        OwnNumbers::Used,
    )?;
    let full = setting.depth == Depth::Full;
    let answer = match setting.depth {
        Depth::Full | Depth::Ledger => weigh::weigh(&built.model)?,
        Depth::Beliefs => weigh::believe(&built.model)?,
    };
    let standing = standing(findings, &built);
    let intervals = if full {
        Some(weigh::interval_by(&built.model, setting.draws, setting.hands)?)
    } else {
        None
    };
    let corners = if full {
        Some(weigh::Corners::new(&built.model)?)
    } else {
        None
    };
    let outer = corners
        .as_ref()
        .map(|corners| corners.outer(setting.hands))
        .unwrap_or_default();
    let total: f64 = built
        .model
        .hypotheses
        .iter()
        .map(|hypothesis| hypothesis.prior.point())
        .sum();
    let hypotheses: Vec<Hypothesis> = built
        .model
        .hypotheses
        .iter()
        .map(|hypothesis| {
            let id = &hypothesis.id;
            let point = answer.posterior.get(id).copied().unwrap_or(0.0);
            let range = intervals.as_ref().and_then(|all| all.hypotheses.get(id));
            let (low, high) = (range.and_then(|r| r.low), range.and_then(|r| r.high));
            Hypothesis {
                id: id.clone(),
                name: built.names.get(id).cloned().unwrap_or_else(|| id.clone()),
                prior: hypothesis.prior.point() / total,
                belief: Belief {
                    point,
                    low,
                    high,
                    outer: outer.get(id).copied().unwrap_or([point, point]),
                },
                words: match (low, high) {
                    (Some(low), Some(high)) => words(low, high),
                    _ => NO_STATEMENT.to_owned(),
                },
            }
        })
        .collect();
    let leader = leader(&hypotheses);
    let mut ledger = ledger(findings, &built, &answer);
    ledger.sort_by(|a, b| {
        let size = |line: &LedgerLine| line.contribution_bans.get(&leader).copied().unwrap_or(0.0).abs();
        size(b)
            .total_cmp(&size(a))
            .then_with(|| a.finding.cmp(&b.finding))
    });
    let (origins, forgeable_share) = support(&ledger, &leader);
    let mut warnings = built.warnings.clone();
    let (mut sensitivity, grounds, collect, doubts) = if full {
        let (sensitivity, grounds) = firmness(setting, findings, &built, &hypotheses, &leader, &answer)?;
        let grounds = Grounds {
            origins,
            forgeable_share,
            ..grounds
        };
        let searched = searched(&standing);
        (
            sensitivity,
            Some(grounds),
            collect(
                setting,
                findings,
                &built,
                &ledger,
                &hypotheses,
                &leader,
                &mut warnings,
            )?,
            Some(doubts(&built, &searched)?),
        )
    } else {
        (Sensitivity::default(), None, Vec::new(), None)
    };
    if let Some(corners) = &corners {
        let number = corners.hypotheses().iter().position(|id| *id == leader);
        sensitivity.tornado = corners.tornado(&built.model, number.unwrap_or_default());
        if findings.len() > DEFAULTS_FINDINGS_MAX {
            warnings.push(format!(
                "what each default of the tables carries is left out above {DEFAULTS_FINDINGS_MAX} findings"
            ));
        }
    }
    let what_ifs = if full {
        what_if::lines(setting, findings, &ledger, &leader, &mut warnings)?
    } else {
        Vec::new()
    };
    if intervals.as_ref().is_some_and(|all| all.ess < weigh::ESS_MIN) {
        warnings.push("the effective sample size of the draws is under 200: no interval is given".to_owned());
    }
    let mut assessment = Assessment {
        schema: SCHEMA.to_owned(),
        case: setting.case.to_owned(),
        tlp: ledger
            .iter()
            .map(|line| line.tlp)
            .max()
            .unwrap_or(setting.tlp)
            .max(setting.tlp),
        as_of: setting.as_of.map(|day| day.to_string()),
        incident: setting.incident.id.clone(),
        question: setting.incident.question.clone(),
        run: Run {
            version: setting.version.to_owned(),
            seed: setting.draws.seed,
            draws: if full { setting.draws.draws as u64 } else { 0 },
            ess: intervals.as_ref().map_or(0, |all| whole(all.ess)),
        },
        standards: setting
            .standards
            .iter()
            .map(|standard| judge(standard, &hypotheses, &ledger, &leader))
            .collect(),
        hypotheses,
        operators: operators(knowledge, &answer),
        directions: answer.directions.clone(),
        framed: answer.framed.clone(),
        owners: answer.owners.clone(),
        confidence: confidence(&grounds.unwrap_or(Grounds {
            leader: leader.clone(),
            interval: None,
            flipping_origins: Vec::new(),
            flipping_sources: Vec::new(),
            origins,
            forgeable_share,
            framed: 0.0,
            telling_flips: false,
            prior_flips: false,
        })),
        ledger,
        sentences: Sentences::default(),
        sensitivity,
        doubts,
        what_ifs,
        collect,
        timeline: timeline(setting.incident, &standing),
        places: standing
            .iter()
            .filter(|f| f.about == Some(About::Place))
            .map(|f| f.id.clone())
            .collect(),
        anomalies: anomalies.into_iter().chain(built.anomalies).collect(),
        warnings,
        inputs,
    };
    if full {
        assessment.sentences = sentences(&assessment);
    }
    Ok((assessment, built.model))
}

/// Findings that somebody looked and did not find, with where, when and how.
fn searched<'a>(findings: &[&'a Finding]) -> BTreeMap<&'a str, Option<&'a str>> {
    let looked = findings
        .iter()
        .filter(|finding| matches!(finding.stance, Stance::Absent | Stance::Excludes));
    looked
        .map(|finding| (finding.id.as_str(), finding.searched.as_deref()))
        .collect()
}

/// P(operator); parents include their units.
pub(crate) fn operators(knowledge: &Knowledge, answer: &weigh::Answer) -> BTreeMap<String, f64> {
    let mut operators = answer.operators.clone();
    // Stand-ins for several operators operate nothing themselves.
    operators.retain(|id, _| !id.contains(':') || knowledge.actor(id).is_some());
    for actor in &knowledge.actors {
        let units = tree(knowledge, &actor.id);
        let sum = units.iter().filter_map(|id| answer.operators.get(id)).sum();
        operators.insert(actor.id.clone(), sum);
    }
    operators
}

/// The highest point; of equals the smallest id.
pub(crate) fn leader(hypotheses: &[Hypothesis]) -> String {
    let mut best: Option<&Hypothesis> = None;
    for hypothesis in hypotheses {
        if best.is_none_or(|best| hypothesis.belief.point > best.belief.point) {
            best = Some(hypothesis);
        }
    }
    best.map(|hypothesis| hypothesis.id.clone()).unwrap_or_default()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a sample size between 0 and the number of draws"
)]
fn whole(ess: f64) -> u64 {
    libm::floor(ess.max(0.0)) as u64
}

/// A line for every finding that was not taken back.
fn ledger(findings: &[Finding], built: &Built, answer: &weigh::Answer) -> Vec<LedgerLine> {
    let mut copies: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (id, line) in &built.lines {
        if let Some(counts) = &line.copy_of {
            copies.entry(counts).or_default().push(id.clone());
        }
    }
    findings
        .iter()
        .filter_map(|finding| {
            let line = built.lines.get(&finding.id)?.clone();
            Some((finding, line))
        })
        .map(|(finding, line)| {
            let zero = || {
                built
                    .model
                    .hypotheses
                    .iter()
                    .map(|hypothesis| (hypothesis.id.clone(), 0.0))
                    .collect()
            };
            LedgerLine {
                finding: finding.id.clone(),
                kind: finding.kind,
                stance: finding.stance,
                says: finding.says.clone(),
                copies: copies.get(finding.id.as_str()).cloned().unwrap_or_default(),
                about: finding.about,
                points_to: finding.points_to.as_ref().map(Target::to_string),
                basis: line.basis.unwrap_or(Basis::Judged),
                signed_by: finding.signed.as_ref().map(|signed| signed.by.clone()),
                weight_bans: line.weight,
                contribution_bans: answer
                    .contribution_bans
                    .get(&finding.id)
                    .cloned()
                    .unwrap_or_else(zero),
                origin: line.origin,
                source: finding.source.clone(),
                via: finding.via.clone(),
                forgeability: line
                    .forgeability
                    .map(|range| [range.low(), range.point(), range.high()]),
                rests_on: finding.rests_on.clone(),
                reason: finding.reason.clone(),
                remarks: line.remarks,
                happened: finding.happened.as_ref().map(Moment::to_string),
                known: finding.known.to_string(),
                tlp: finding.tlp,
                provenance: finding
                    .provenance
                    .iter()
                    .map(|place| ByteProvenance {
                        path: place.path.clone(),
                        sha256: place.sha256,
                        unit: "byte".to_owned(),
                        start: place.span.start,
                        end: place.span.end,
                        line: place.span.line,
                    })
                    .collect(),
            }
        })
        .collect()
}

fn judge(
    standard: &Standard,
    hypotheses: &[Hypothesis],
    ledger: &[LedgerLine],
    leader: &str,
) -> StandardResult {
    let id = standard.hypothesis.as_deref().unwrap_or(leader);
    let Some(hypothesis) = hypotheses.iter().find(|hypothesis| hypothesis.id == id) else {
        return StandardResult {
            id: standard.id.clone(),
            met: false,
            why: format!("there is no hypothesis {id}"),
        };
    };
    let mut open = Vec::new();
    if let Some(min) = standard.low_min {
        match hypothesis.belief.low {
            Some(low) if low >= min => {}
            Some(low) => open.push(format!("low end {low:.2} is under {min:.2}")),
            None => open.push("there is no interval".to_owned()),
        }
    }
    let (origins, forgeable) = support(ledger, id);
    if let Some(min) = standard.origins_min
        && (origins as u64) < min
    {
        open.push(format!(
            "{origins} independent origins support it, {min} are asked for"
        ));
    }
    if let Some(max) = standard.forgeable_share_max
        && forgeable > max
    {
        open.push(format!(
            "{forgeable:.2} of its weight is easily forged, at most {max:.2} is allowed"
        ));
    }
    let met = open.is_empty();
    let why = if met {
        format!("every condition on {} holds", hypothesis.name)
    } else {
        open.join("; ")
    };
    StandardResult {
        id: standard.id.clone(),
        met,
        why,
    }
}

/// Findings that were not taken back.
fn standing<'a>(findings: &'a [Finding], built: &Built) -> Vec<&'a Finding> {
    findings
        .iter()
        .filter(|finding| !built.retracted.contains_key(&finding.id))
        .collect()
}

fn timeline(incident: &Incident, findings: &[&Finding]) -> Vec<TimelineEvent> {
    let of_case = [
        ("entered", &incident.entered),
        ("struck", &incident.struck),
        ("opened", &incident.opened),
    ];
    let mut events: Vec<TimelineEvent> = of_case
        .into_iter()
        .filter_map(|(event, at)| {
            Some(TimelineEvent {
                event: event.to_owned(),
                at: at.clone()?,
                basis: Vec::new(),
            })
        })
        .collect();
    for finding in findings
        .iter()
        .filter(|f| f.kind == Kind::Timeline || f.about == Some(About::Timeline))
    {
        if let Some(at) = &finding.happened {
            events.push(TimelineEvent {
                event: finding.says.clone(),
                at: at.clone(),
                basis: vec![finding.id.clone()],
            });
        }
    }
    events.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.event.cmp(&b.event)));
    events
}
