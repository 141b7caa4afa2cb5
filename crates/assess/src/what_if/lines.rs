//! The what-ifs of an assessment: those of the case, and a few that every case has.

use std::collections::BTreeMap;

use ascribe_model::Finding;

use super::{Change, Dropped, Number, Said, To, WhatIf, WhatIfError, what_if};
use crate::assess::{AssessError, Setting};
use crate::assessment::{LedgerLine, WhatIf as Shown};
use crate::weigh::{self, Draws};
use crate::words::{NO_STATEMENT, words};

/// Begins the ids of what-ifs that no case asks for.
pub const DEFAULT: &str = "default:";

/// Draws of a what-if's interval for each of the assessment's.
const DRAWS_PART: usize = 5;

/// Less weight than this on the leader (bans) asks for no what-if of its own.
const WEIGHT_MIN: f64 = 0.02;

/// Every what-if that can be asked, those of the case first; warnings for those of the case that cannot.
///
/// Errors: those of the model and the weigher.
pub(crate) fn lines(
    setting: &Setting<'_>,
    findings: &[Finding],
    ledger: &[LedgerLine],
    leader: &str,
    warnings: &mut Vec<String>,
) -> Result<Vec<Shown>, AssessError> {
    let said = Said {
        question: setting.question.clone(),
        knowledge: setting.knowledge.clone(),
        findings: findings.to_vec(),
    };
    let mut shown: Vec<Shown> = Vec::new();
    for asked in setting.what_ifs.iter().cloned().chain(defaults(ledger, leader)) {
        match line(setting, &said, &asked) {
            // What a case asks for anyway is not shown twice.
            Ok(line) if shown.iter().any(|other| other.changes == line.changes) => {}
            Ok(line) => shown.push(line),
            Err(WhatIfError::Build(error)) => return Err(error.into()),
            Err(WhatIfError::Weigh(error)) => return Err(error.into()),
            Err(error) if !asked.id.starts_with(DEFAULT) => {
                warnings.push(format!("what-if `{}` was left out: {error} as of then", asked.id));
            }
            Err(_) => {}
        }
    }
    Ok(shown)
}

fn line(setting: &Setting<'_>, said: &Said, asked: &WhatIf) -> Result<Shown, WhatIfError> {
    let changed = what_if(said, &asked.changes)?;
    let draws = Draws {
        draws: setting.draws.draws / DRAWS_PART,
        ..setting.draws
    };
    let intervals = weigh::interval_by(&changed.built.model, draws, setting.hands)?;
    let belief = changed.answer.posterior.clone();
    let mut leader: Option<(&String, f64)> = None;
    for (id, belief) in &belief {
        // The map is sorted by id, so the first of equals stays.
        if leader.is_none_or(|(_, most)| *belief > most) {
            leader = Some((id, *belief));
        }
    }
    let leader = leader.map(|(id, _)| id.clone()).unwrap_or_default();
    let range = intervals.hypotheses.get(&leader);
    let interval = range.and_then(|range| Some([range.low?, range.high?]));
    Ok(Shown {
        id: asked.id.clone(),
        name: asked.name.clone().unwrap_or_else(|| changed.sentences.join("; ")),
        operators: changed.operators,
        changes: changed.sentences,
        belief,
        words: interval.map_or_else(|| NO_STATEMENT.to_owned(), |[low, high]| words(low, high)),
        interval,
        leader,
    })
}

/// What every case asks: is the weightiest source reliable, and what is left without it; how exclusive is the
/// weightiest infrastructure; what if framing is more common.
fn defaults(ledger: &[LedgerLine], leader: &str) -> Vec<WhatIf> {
    let mut by_source: BTreeMap<&str, f64> = BTreeMap::new();
    let mut by_infrastructure: BTreeMap<&str, f64> = BTreeMap::new();
    for line in ledger {
        let weight = line.contribution_bans.get(leader).copied().unwrap_or(0.0);
        if let Some(source) = &line.source {
            *by_source.entry(source).or_default() += weight;
        }
        let target = line.points_to.as_deref();
        if let Some(id) = target.and_then(|target| target.strip_prefix("infrastructure:")) {
            *by_infrastructure.entry(id).or_default() += weight;
        }
    }
    let one = |id: &str, change: Change| WhatIf {
        id: format!("{DEFAULT}{id}"),
        name: None,
        changes: vec![change],
    };
    let mut asked = Vec::new();
    if let Some(source) = weightiest(&by_source) {
        asked.push(one("source-reliable", Change::reliable(source)));
        asked.push(one(
            "source-absent",
            Change::Drop(Dropped::Source, source.to_owned()),
        ));
    }
    if let Some(id) = weightiest(&by_infrastructure) {
        let exclusive = |to| Change::Set(Number::Exclusive(id.to_owned()), to);
        asked.push(one("exclusive-low", exclusive(To::Low)));
        asked.push(one("exclusive-high", exclusive(To::High)));
    }
    if !ledger.is_empty() {
        let framing = Number::Deception("default".to_owned());
        asked.push(one("framing-high", Change::Set(framing, To::High)));
    }
    asked
}

/// The one with the most weight either way; of equals the smallest id.
fn weightiest<'a>(weights: &BTreeMap<&'a str, f64>) -> Option<&'a str> {
    let mut best: Option<(&str, f64)> = None;
    for (id, weight) in weights {
        if weight.abs() >= WEIGHT_MIN && best.is_none_or(|(_, most)| weight.abs() > most) {
            best = Some((id, weight.abs()));
        }
    }
    best.map(|(id, _)| id)
}
