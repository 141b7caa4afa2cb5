//! Puts a case's question to the assessment.

use std::sync::atomic::{AtomicUsize, Ordering};

use ascribe_assess::assess::{Setting, Standard, assess};
use ascribe_assess::assessment::Assessment;
use ascribe_assess::build::{Answer, Question};
use ascribe_assess::collect::{Bears, Candidate};
use ascribe_assess::model_file::ModelFile;
use ascribe_assess::weigh::Draws;
use ascribe_assess::what_if::{Said, WhatIf};

use crate::cause;
use crate::run::Question as Asked;

/// The assessment of one incident as of one day. Errors: why there is none, with what caused it.
pub fn judge(asked: &Asked<'_>) -> Result<(Assessment, ModelFile), String> {
    let question = question(asked);
    let standards: Vec<Standard> = asked
        .standards
        .iter()
        .map(|standard| Standard {
            id: standard.id.clone(),
            hypothesis: standard.hypothesis.clone(),
            low_min: standard.hypothesis_low,
            origins_min: standard.origins,
            forgeable_share_max: standard.forgeable_share,
        })
        .collect();
    let candidates = candidates(asked);
    let of_incident = asked
        .case
        .what_ifs
        .iter()
        .filter(|what_if| what_if.incident == asked.incident.id);
    let what_ifs: Vec<WhatIf> = of_incident
        .map(|what_if| WhatIf {
            id: what_if.id.clone(),
            name: what_if.name.clone(),
            changes: what_if.changes.clone(),
        })
        .collect();
    let setting = Setting {
        case: &asked.case.name,
        incident: asked.incident,
        as_of: asked.as_of,
        tlp: asked.case.tlp,
        knowledge: asked.knowledge,
        question: &question,
        standards: &standards,
        candidates: &candidates,
        what_ifs: &what_ifs,
        version: env!("CARGO_PKG_VERSION"),
        draws: Draws::default(),
        depth: asked.depth,
        hands: &|count, work| in_threads(asked.jobs, count, work),
    };
    assess(
        &setting,
        &asked.findings,
        asked.inputs.clone(),
        asked.anomalies.clone(),
    )
    .map_err(|error| cause::chain(&error))
}

/// What could be got next: what the case lists, then what the engines propose.
fn candidates(asked: &Asked<'_>) -> Vec<Candidate> {
    let listed = asked
        .case
        .collect
        .iter()
        .filter(|item| item.incident == asked.incident.id);
    let listed = listed.map(|item| Candidate {
        what: item.what.clone(),
        ask: item.ask.clone(),
        cost: item.cost,
        bears: item.bears.clone(),
        listed: true,
    });
    let proposed = asked.leads.iter().filter_map(|lead| {
        let like = asked
            .findings
            .iter()
            .find(|finding| finding.kind == lead.kind && finding.points_to == lead.points_to);
        let bears = match (like, &lead.points_to) {
            (Some(finding), _) => Bears::Finding(finding.id.clone()),
            (None, Some(target)) => Bears::Trace(lead.kind, None, target.clone()),
            (None, None) => return None,
        };
        Some(Candidate {
            what: lead.what.clone(),
            ask: lead.ask.clone(),
            cost: None,
            bears,
            listed: false,
        })
    });
    listed.chain(proposed).collect()
}

/// Does `count` pieces of work on at most `jobs` threads.
fn in_threads(jobs: usize, count: usize, work: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, count.max(1)) {
            scope.spawn(|| {
                loop {
                    let piece = next.fetch_add(1, Ordering::Relaxed);
                    if piece >= count {
                        break;
                    }
                    work(piece);
                }
            });
        }
    });
}

/// What a case says of one incident as of one day, for changes of it.
#[must_use]
pub fn said(asked: &Asked<'_>) -> Said {
    Said {
        question: question(asked),
        knowledge: asked.knowledge.clone(),
        findings: asked.findings.clone(),
    }
}

fn question(asked: &Asked<'_>) -> Question {
    Question {
        answers: asked
            .hypotheses
            .iter()
            .map(|hypothesis| Answer {
                id: hypothesis.id.clone(),
                name: hypothesis.name.clone(),
                operators: hypothesis.operators.clone(),
                directions: hypothesis.directions.clone(),
                prior: hypothesis.prior,
            })
            .collect(),
        deception: asked.case.deception.clone(),
    }
}
