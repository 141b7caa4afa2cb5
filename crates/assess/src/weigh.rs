//! Exact belief from a model file: posterior, ledger, intervals, sensitivity.
//!
//! [`weigh`] gives the point answer, without sampling. Nothing here reads files, the clock or threads; every
//! number that leaves is computed with `libm` in a fixed order. Source: METHOD sections 2, 3 and 5.

mod alone;
mod cells;
mod corners;
mod drawn;
mod edits;
mod elimination;
mod expected;
mod flip;
mod framings;
mod information;
mod interval;
mod kernels;
mod ledger;
mod marginals;
mod numbers;
mod outcome;
mod pert;
mod plan;
mod printed;
mod quadrature;
mod sensitivity;
mod settings;
mod spread;
mod tables;
mod tornado;
mod voices;
mod world;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model_file::{DIRECTIONS, ModelError, ModelFile, OTHER};
use cells::{add, at, put};
use marginals::{Backward, mass};
use numbers::{Numbers, Tempering};
use outcome::Outcome;
use plan::{Leaf, Plan, Work};
use tables::Tables;
use world::{Target, World};

pub use alone::{
    Alone, CheapTrace, framing_ceiling, report_ceiling, report_ratio, source_ceiling, weight_alone,
};
pub use corners::{CORNER_EVALUATIONS, Corners, Side, outer};
pub use drawn::drawn;
pub use expected::{Agreement, Expected, agreement};
pub use flip::{FLIP_EVALUATIONS, FlipSet, flip_set};
pub use information::{Worth, value_of_finding, value_of_information};
pub use interval::{
    Chunk, Draws, ESS_MIN, Hands, Interval, Intervals, Sampler, by_one_hand, interval, interval_by,
};
pub use plan::{KEPT_CELLS_MAX, SETTINGS_MAX, TABLE_CELLS_MAX, WORK_MAX};
pub use printed::{Printed, PrintedInterval, round12, weigh_printed};
pub use sensitivity::{Steadiness, ThreePriors, believe_without, steadiness, steadiness_by};

/// Id of the framed party that stands for "nobody is framed".
pub const NOBODY: &str = "nobody";

/// Says why a model has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WeighError {
    /// The model file does not say what CASE demands.
    #[error("the model file is not valid")]
    Model(#[from] ModelError),
    /// Every hypothesis gives the findings probability 0.
    #[error("the findings are impossible together: every hypothesis gives them probability 0")]
    Impossible,
    /// Exact elimination would be too large.
    #[error(
        "too many parts of the model are coupled by shared sources for an exact answer: {found} {what}, at most {most}; \
         give findings of one event one origin, or merge sources"
    )]
    TooWide {
        /// What was counted.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many are allowed.
        most: usize,
    },
}

/// The point answer at the central parameters.
///
/// Maps are keyed by id. Probabilities in each of `posterior`, `framed`, `operators`, `directions` and each
/// entry of `owners` sum to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// P(hypothesis | findings).
    pub posterior: BTreeMap<String, f64>,
    /// P(this actor is framed | findings), with `nobody`.
    pub framed: BTreeMap<String, f64>,
    /// ln P(findings), natural logarithm.
    pub ln_evidence: f64,
    /// Per finding that counts and hypothesis: its part of the change in log10 odds.
    pub contribution_bans: BTreeMap<String, BTreeMap<String, f64>>,
    /// P(owner | findings) of each subject, with `(other)`.
    pub owners: BTreeMap<String, BTreeMap<String, f64>>,
    /// Findings that repeat another one, sorted.
    pub copies: Vec<String>,
    /// P(operator | findings), per actor of the model.
    pub operators: BTreeMap<String, f64>,
    /// P(direction | findings).
    pub directions: BTreeMap<String, f64>,
}

/// A model made ready: indices and order of elimination, to be asked more than once.
pub struct Ready {
    world: World,
    plan: Plan,
}

impl Ready {
    /// Checks `model` and plans its elimination.
    ///
    /// Errors: `Model` if the file is not valid, `TooWide` above the stated bounds.
    pub fn new(model: &ModelFile) -> Result<Self, WeighError> {
        model.check()?;
        let world = World::new(model);
        let plan = Plan::new(&world)?;
        Ok(Self { world, plan })
    }
}

/// The exact answer of `model` at its central parameters.
///
/// Errors: `Model` if the file is not valid, `Impossible` if the findings have probability 0, `TooWide` above the
/// stated bounds. Source: METHOD sections 2, 3 and 5.
pub fn weigh(model: &ModelFile) -> Result<Answer, WeighError> {
    let ready = Ready::new(model)?;
    let mut answer = ready.belief()?;
    let theta = ready.world.points();
    let rows = ledger::contributions(&ready.world, &ready.plan, &theta)?;
    for (finding, row) in ready.world.findings.iter().zip(rows) {
        let by_hypothesis = ready.world.hypotheses.iter().cloned().zip(row).collect();
        answer.contribution_bans.insert(finding.id.clone(), by_hypothesis);
    }
    Ok(answer)
}

/// The answer of [`weigh`] without the ledger, which is most of the work.
///
/// Errors: as [`weigh`].
pub fn believe(model: &ModelFile) -> Result<Answer, WeighError> {
    Ready::new(model)?.belief()
}

impl Ready {
    /// P(hypothesis | findings) alone, at the central parameters.
    ///
    /// Errors: `Impossible` if the findings have probability 0.
    pub fn posterior(&self) -> Result<BTreeMap<String, f64>, WeighError> {
        let outcome = self.outcome()?;
        Ok(by_id(&self.world.hypotheses, &outcome.posterior))
    }

    fn outcome(&self) -> Result<Outcome, WeighError> {
        let (world, plan) = (&self.world, &self.plan);
        let numbers = Numbers::new(world, world.points(), Tempering::Whole);
        let mut tables = Tables::forward(world, plan);
        tables.fill(world, plan, &numbers);
        Outcome::read(world, plan, &numbers, &tables)
    }

    fn belief(&self) -> Result<Answer, WeighError> {
        let (world, plan) = (&self.world, &self.plan);
        let numbers = Numbers::new(world, world.points(), Tempering::Whole);
        let mut tables = Tables::new(world, plan);
        tables.fill(world, plan, &numbers);
        let outcome = Outcome::read(world, plan, &numbers, &tables)?;
        let mut operators = vec![0.0; world.actors.len()];
        let mut directions = vec![0.0; DIRECTIONS.len()];
        for (pair, mass) in world.pairs.iter().zip(&outcome.pairs) {
            add(&mut operators, pair.operator, *mass);
            add(&mut directions, pair.direction, *mass);
        }
        let (owners, framed) = self.marginals(&numbers, &mut tables, &outcome);
        // One cell more than actors: nobody.
        let nobody = world.actors.len();
        let named = world
            .frameable
            .iter()
            .filter_map(|&actor| Some((world.actors.get(actor)?.clone(), at(&framed, actor))));
        Ok(Answer {
            posterior: by_id(&world.hypotheses, &outcome.posterior),
            framed: named.chain([(NOBODY.to_owned(), at(&framed, nobody))]).collect(),
            ln_evidence: outcome.evidence_ln,
            contribution_bans: BTreeMap::new(),
            owners,
            copies: world.copies.clone(),
            operators: by_id(&world.actors, &operators),
            directions: DIRECTIONS
                .iter()
                .map(|d| (*d).to_owned())
                .zip(directions)
                .collect(),
        })
    }

    /// P(owner | findings) of each subject, and P(framed party | findings) by actor, "nobody" last.
    fn marginals(
        &self,
        numbers: &Numbers,
        tables: &mut Tables,
        outcome: &Outcome,
    ) -> (BTreeMap<String, BTreeMap<String, f64>>, Vec<f64>) {
        let (world, plan) = (&self.world, &self.plan);
        let mut owners: Vec<Vec<f64>> = world
            .subjects
            .iter()
            .map(|subject| {
                let mut rest = 1.0;
                let mut row: Vec<f64> = Vec::new();
                for (_, slot) in &subject.labels {
                    row.push(at(&numbers.theta, *slot));
                    rest -= at(&numbers.theta, *slot);
                }
                row.push(rest.max(0.0));
                row
            })
            .collect();
        let nobody = world.actors.len();
        let mut framed = vec![0.0; nobody + 1];
        let mut known = vec![false; nobody + 1];
        let profiles = outcome.profiles(plan);
        for (unit, weight) in plan.units.iter().zip(&outcome.units) {
            // Who stands in a sum is told apart by the leaves below.
            if !unit.merged {
                let party = unit.setting.framed.unwrap_or(nobody);
                put(&mut known, party, true);
                add(&mut framed, party, at(&profiles, unit.setting.profile) * weight);
            }
        }
        let backward = Backward::of_marginals(plan);
        let mut rows = Vec::new();
        let units = plan.units.iter().zip(&outcome.seeds);
        let weights: Vec<f64> = units
            .map(|(unit, seed)| at(&profiles, unit.setting.profile) * seed)
            .collect();
        backward.run(plan, tables, &weights, &mut rows);
        for (index, node) in plan.nodes.iter().enumerate() {
            let (
                Work::Leaf {
                    leaf,
                    settings,
                    cells,
                },
                Some(entries),
                Some(rows),
            ) = (&node.work, backward.nodes.get(index), rows.get(index))
            else {
                continue;
            };
            // The first leaf whose classes tell a party from nobody has its probability.
            let mut shown: Vec<usize> = match leaf {
                Leaf::Group(group) => match plan.groups.get(*group).map(|g| g.target) {
                    Some(Target::Actor(actor)) => vec![actor],
                    _ => Vec::new(),
                },
                Leaf::Subject(subject) => {
                    let property = world.subjects.get(*subject);
                    let labels = property.iter().flat_map(|p| &p.labels);
                    labels.map(|(actor, _)| *actor).collect()
                }
                Leaf::Unit | Leaf::Source(_) => Vec::new(),
            };
            shown.retain(|&actor| !at(&known, actor));
            if let Leaf::Subject(subject) = leaf
                && let Some(sums) = owners.get_mut(*subject)
            {
                sums.fill(0.0);
            }
            for (entry, &class) in entries.class.iter().enumerate() {
                let masses: Vec<f64> = mass(rows, entry, tables.row(plan, index, class)).collect();
                let party = plan.settings.get(at(settings, class)).and_then(|s| s.framed);
                if let Some(party) = party.filter(|party| shown.contains(party)) {
                    add(&mut framed, party, masses.iter().sum());
                }
                let Leaf::Subject(subject) = leaf else {
                    continue;
                };
                let (Some(property), Some(sums)) = (world.subjects.get(*subject), owners.get_mut(*subject))
                else {
                    continue;
                };
                let setting = at(settings, class);
                let parts =
                    ledger::owner_masses(world, plan, numbers, *subject, property, setting, cells, &masses);
                for (sum, part) in sums.iter_mut().zip(parts) {
                    *sum += part.iter().sum::<f64>();
                }
            }
            for actor in shown {
                put(&mut known, actor, true);
            }
        }
        let mut named = BTreeMap::new();
        for (subject, row) in world.subjects.iter().zip(owners) {
            let ids = subject
                .labels
                .iter()
                .filter_map(|(actor, _)| world.actors.get(*actor).cloned())
                .chain([OTHER.to_owned()]);
            named.insert(subject.id.clone(), ids.zip(row).collect());
        }
        (named, framed)
    }
}

fn by_id(ids: &[String], values: &[f64]) -> BTreeMap<String, f64> {
    ids.iter().cloned().zip(values.iter().copied()).collect()
}
