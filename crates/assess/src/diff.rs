//! What moved the belief between two assessments: which findings, by how many bans.
//!
//! A ledger sums to posterior log-odds less prior log-odds (METHOD section 5), so the move of a hypothesis is exactly
//! the change of its prior and the changes of the contributions: what is new, what is gone, what counts for more or
//! less beside the rest.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::assess::leader;
use crate::assessment::{Assessment, Belief, Hypothesis, Input, LedgerLine};

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Became {
    /// Only the later assessment has it.
    New,
    /// Only the earlier one has it.
    Gone,
    /// Both have it.
    Kept,
}

/// A finding's part in a move.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Its id.
    pub finding: String,
    /// What it says.
    pub says: String,
    /// What became of it.
    pub became: Became,
    /// Contribution after less contribution before, in bans.
    pub bans: f64,
}

/// The move of one hypothesis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Move {
    /// Its id.
    pub hypothesis: String,
    /// Its name.
    pub name: String,
    /// Belief before; none where the earlier assessment does not have it.
    pub before: Option<Belief>,
    /// Belief after; none where the later one does not have it.
    pub after: Option<Belief>,
    /// Log-odds after less log-odds before, in bans; none where either is missing or certain.
    pub bans: Option<f64>,
    /// The part of the prior, in bans.
    pub prior_bans: f64,
    /// The part of each finding that moved it at all, largest first.
    pub steps: Vec<Step>,
}

/// Two assessments beside each other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// Always `ascribe.diff/1`.
    pub schema: String,
    /// The case, as the later one calls it.
    pub case: String,
    /// The incident.
    pub incident: String,
    /// The day of the earlier one.
    pub from: Option<String>,
    /// The day of the later one.
    pub to: Option<String>,
    /// Hypotheses, likeliest after first.
    pub moves: Vec<Move>,
    /// Who leads before and after, by id; empty where there is no hypothesis.
    pub leaders: [String; 2],
    /// Level of confidence before and after.
    pub confidence: [String; 2],
    /// Paths that only the later one has.
    pub inputs_new: Vec<String>,
    /// Paths that only the earlier one has.
    pub inputs_gone: Vec<String>,
    /// Paths whose bytes are others.
    pub inputs_changed: Vec<String>,
}

/// What moved between `before` and `after`.
#[must_use]
pub fn diff(before: &Assessment, after: &Assessment) -> Diff {
    let ids: BTreeSet<&str> = [before, after]
        .iter()
        .flat_map(|one| one.hypotheses.iter().map(|hypothesis| hypothesis.id.as_str()))
        .collect();
    let ledgers = [ledger(before), ledger(after)];
    let mut moves: Vec<Move> = ids.iter().map(|id| moved(before, after, &ledgers, id)).collect();
    let point = |one: &Move| {
        one.after
            .as_ref()
            .or(one.before.as_ref())
            .map_or(0.0, |belief| belief.point)
    };
    moves.sort_by(|a, b| {
        (a.after.is_none().cmp(&b.after.is_none()))
            .then_with(|| point(b).total_cmp(&point(a)))
            .then_with(|| a.hypothesis.cmp(&b.hypothesis))
    });
    let (old, new) = (inputs(before), inputs(after));
    let only = |these: &BTreeMap<&str, &Input>, others: &BTreeMap<&str, &Input>| -> Vec<String> {
        these
            .keys()
            .filter(|path| !others.contains_key(*path))
            .map(|path| (*path).to_owned())
            .collect()
    };
    let changed = new
        .iter()
        .filter(|(path, input)| old.get(*path).is_some_and(|other| other.sha256 != input.sha256));
    Diff {
        schema: "ascribe.diff/1".to_owned(),
        case: after.case.clone(),
        incident: after.incident.clone(),
        from: before.as_of.clone(),
        to: after.as_of.clone(),
        moves,
        leaders: [before, after].map(|one| leader(&one.hypotheses)),
        confidence: [before.confidence.level.clone(), after.confidence.level.clone()],
        inputs_new: only(&new, &old),
        inputs_gone: only(&old, &new),
        inputs_changed: changed.map(|(path, _)| (*path).to_owned()).collect(),
    }
}

fn inputs(one: &Assessment) -> BTreeMap<&str, &Input> {
    one.inputs
        .iter()
        .map(|input| (input.path.as_str(), input))
        .collect()
}

fn log_odds(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| libm::log10(p / (1.0 - p)))
}

type Ledger<'a> = BTreeMap<&'a str, &'a LedgerLine>;

fn ledger(one: &Assessment) -> Ledger<'_> {
    one.ledger
        .iter()
        .map(|line| (line.finding.as_str(), line))
        .collect()
}

fn moved(before: &Assessment, after: &Assessment, ledgers: &[Ledger<'_>; 2], id: &str) -> Move {
    let of = |one: &'_ Assessment| {
        one.hypotheses
            .iter()
            .find(|hypothesis| hypothesis.id == id)
            .cloned()
    };
    let (old, new) = (of(before), of(after));
    let change = |value: fn(&Hypothesis) -> f64| {
        let at = |one: &Option<Hypothesis>| one.as_ref().and_then(|one| log_odds(value(one)));
        Some(at(&new)? - at(&old)?)
    };
    let [earlier, later] = ledgers;
    let bans = |line: Option<&&LedgerLine>| {
        let by_hypothesis = line.and_then(|line| line.contribution_bans.get(id));
        by_hypothesis.copied().unwrap_or(0.0)
    };
    let findings: BTreeSet<&str> = earlier.keys().chain(later.keys()).copied().collect();
    let mut steps: Vec<Step> = Vec::new();
    for finding in findings {
        let (old, new) = (earlier.get(finding), later.get(finding));
        let by = bans(new) - bans(old);
        let (Some(line), true) = (new.or(old), by != 0.0) else {
            continue;
        };
        steps.push(Step {
            finding: finding.to_owned(),
            says: line.says.clone(),
            became: match (old, new) {
                (None, _) => Became::New,
                (_, None) => Became::Gone,
                _ => Became::Kept,
            },
            bans: by,
        });
    }
    steps.sort_by(|a, b| {
        b.bans
            .abs()
            .total_cmp(&a.bans.abs())
            .then_with(|| a.finding.cmp(&b.finding))
    });
    Move {
        hypothesis: id.to_owned(),
        name: new
            .as_ref()
            .or(old.as_ref())
            .map_or_else(String::new, |one| one.name.clone()),
        bans: change(|one| one.belief.point),
        prior_bans: change(|one| one.prior).unwrap_or(0.0),
        before: old.map(|one| one.belief),
        after: new.map(|one| one.belief),
        steps,
    }
}
