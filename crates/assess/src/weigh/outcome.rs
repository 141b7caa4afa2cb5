//! Reads the filled tables: evidence and belief of every pair, hypothesis, framed party.

use super::WeighError;
use super::cells::{add, at, put};
use super::numbers::Numbers;
use super::plan::Plan;
use super::settings::{Setting, pair_value};
use super::tables::Tables;
use super::voices::told;
use super::world::World;

/// What one evaluation says.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// ln P(evidence, pair); minus infinity where impossible.
    pub(super) pairs_ln: Vec<f64>,
    /// ln of the normalised prior.
    pub(super) priors_ln: Vec<f64>,
    /// ln P(evidence, hypothesis).
    pub(super) hypotheses_ln: Vec<f64>,
    /// ln P(evidence | hypothesis), also where the prior is 0.
    pub(super) likelihoods_ln: Vec<f64>,
    /// ln P(evidence).
    pub(super) evidence_ln: f64,
    /// P(hypothesis | evidence).
    pub(super) posterior: Vec<f64>,
    /// P(unit of the plan | profile, evidence).
    pub(super) units: Vec<f64>,
    /// P(unit | profile, evidence) over the unit's cell of the last table, also where that cell is 0.
    pub(super) seeds: Vec<f64>,
    /// Whether every possible unit has a seed.
    pub(super) seeded: bool,
    /// ln P(evidence of the tables | profile).
    pub(super) profiles_ln: Vec<f64>,
    /// P(pair | evidence).
    pub(super) pairs: Vec<f64>,
}

impl Outcome {
    /// Reads `tables`, which must be filled.
    ///
    /// Errors: `Impossible` if the evidence has probability 0 under every hypothesis.
    pub(super) fn read(
        world: &World,
        plan: &Plan,
        numbers: &Numbers,
        tables: &Tables,
    ) -> Result<Self, WeighError> {
        Self::of_profiles(world, plan, numbers, profiles(world, plan, numbers, tables))
    }

    /// The outcome when the tables say this about each profile.
    pub(super) fn of_profiles(
        world: &World,
        plan: &Plan,
        numbers: &Numbers,
        profiles: Profiles,
    ) -> Result<Self, WeighError> {
        let Profiles {
            profiles_ln,
            units,
            seeds,
            seeded,
        } = profiles;
        let total: f64 = world.priors.iter().map(|&slot| at(&numbers.theta, slot)).sum();
        let mut pairs_ln = Vec::with_capacity(world.pairs.len());
        let mut alone_ln = Vec::with_capacity(world.pairs.len());
        for (index, pair) in world.pairs.iter().enumerate() {
            let prior = at(&world.priors, pair.hypothesis);
            let prior = at(&numbers.theta, prior) / total;
            let said = said_of_pair(world, plan, numbers, index);
            let profile = at(&profiles_ln, at(&plan.profile_of_pair, index));
            let alone = ln(pair.share) + ln(said) + profile;
            alone_ln.push(alone);
            pairs_ln.push(ln(prior) + alone);
        }
        let most = pairs_ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most == f64::NEG_INFINITY || most.is_nan() {
            return Err(WeighError::Impossible);
        }
        let mut posterior = vec![0.0; world.hypotheses.len()];
        let mut pairs: Vec<f64> = pairs_ln.iter().map(|x| libm::exp(x - most)).collect();
        let sum: f64 = pairs.iter().sum();
        for (mass, pair) in pairs.iter_mut().zip(&world.pairs) {
            *mass /= sum;
            add(&mut posterior, pair.hypothesis, *mass);
        }
        let by_hypothesis = |values: &[f64]| -> Vec<f64> {
            (0..world.hypotheses.len())
                .map(|hypothesis| {
                    let own = world.pairs.iter().zip(values);
                    let own = own.filter(|(pair, _)| pair.hypothesis == hypothesis);
                    ln_sum(own.map(|(_, x)| *x))
                })
                .collect()
        };
        let hypotheses_ln = by_hypothesis(&pairs_ln);
        let likelihoods_ln = by_hypothesis(&alone_ln);
        let priors = world.priors.iter();
        let priors_ln = priors.map(|&slot| ln(at(&numbers.theta, slot) / total)).collect();
        Ok(Self {
            pairs_ln,
            priors_ln,
            hypotheses_ln,
            likelihoods_ln,
            evidence_ln: most + libm::log(sum),
            posterior,
            units,
            seeds,
            seeded,
            profiles_ln,
            pairs,
        })
    }

    /// P(profile | evidence).
    pub(super) fn profiles(&self, plan: &Plan) -> Vec<f64> {
        let mut profiles = vec![0.0; plan.profiles];
        for (mass, &profile) in self.pairs.iter().zip(&plan.profile_of_pair) {
            add(&mut profiles, profile, *mass);
        }
        profiles
    }
}

/// P(what is said | pair) by findings without a variable source.
fn said_of_pair(world: &World, plan: &Plan, numbers: &Numbers, pair: usize) -> f64 {
    let value = |finding: usize| pair_value(world, finding, pair);
    let voices = &plan.pair_voices;
    let mut product = 1.0;
    for &finding in &voices.open {
        product *= told(world, numbers, &[finding], value(finding));
    }
    for (source, findings) in &voices.private {
        let reliable = numbers.reliable(world, *source);
        let heard: f64 = findings
            .iter()
            .map(|&finding| told(world, numbers, &[finding], value(finding)))
            .product();
        product *= reliable * heard + (1.0 - reliable) * numbers.pushed(world, *source);
    }
    product
}

/// What the tables say about each profile.
pub(super) struct Profiles {
    pub(super) profiles_ln: Vec<f64>,
    pub(super) units: Vec<f64>,
    pub(super) seeds: Vec<f64>,
    /// Whether every possible unit has a seed: not where one of cell 0 lies beyond the scale of the others.
    pub(super) seeded: bool,
}

fn profiles(world: &World, plan: &Plan, numbers: &Numbers, tables: &Tables) -> Profiles {
    let root = plan.nodes.len() - 1;
    let priors: Vec<f64> = plan
        .units
        .iter()
        .map(|unit| setting_prior(world, numbers, &unit.setting))
        .collect();
    let cell = |class: usize| tables.row(plan, root, class).first().copied().unwrap_or_default();
    // What is impossible has no say in the scale of what is not.
    let mut exponents = vec![i32::MIN; plan.profiles];
    for (unit, prior) in plan.units.iter().zip(&priors) {
        let exponent = tables.exponent_of(root, unit.class);
        let profile = unit.setting.profile;
        if exponent > at(&exponents, profile) && (prior * cell(unit.class)).is_normal() {
            put(&mut exponents, profile, exponent);
        }
    }
    let mut sums = vec![0.0; plan.profiles];
    let mut seeds = priors;
    let mut weights = Vec::with_capacity(plan.units.len());
    let mut seeded = tables.whole;
    for (unit, seed) in plan.units.iter().zip(&mut seeds) {
        let profile = unit.setting.profile;
        let down = tables
            .exponent_of(root, unit.class)
            .saturating_sub(at(&exponents, profile));
        if down > 0 {
            seeded &= *seed == 0.0;
            *seed = 0.0;
        } else if down < 0 {
            *seed = libm::scalbn(*seed, down);
        }
        let weight = *seed * cell(unit.class);
        add(&mut sums, profile, weight);
        weights.push(weight);
    }
    for ((unit, seed), weight) in plan.units.iter().zip(&mut seeds).zip(&mut weights) {
        let sum = at(&sums, unit.setting.profile);
        let over = if sum.is_normal() { 1.0 / sum } else { 0.0 };
        *seed *= over;
        *weight *= over;
    }
    let profiles_ln = sums
        .iter()
        .zip(&exponents)
        .map(|(sum, exponent)| {
            if sum.is_normal() {
                ln(*sum) + f64::from(*exponent) * std::f64::consts::LN_2
            } else {
                f64::NEG_INFINITY
            }
        })
        .collect();
    Profiles {
        profiles_ln,
        units: weights,
        seeds,
        seeded,
    }
}

/// P(framed party, thoroughness, care | operator).
pub(super) fn setting_prior(world: &World, numbers: &Numbers, setting: &Setting) -> f64 {
    let deception = at(&numbers.theta, at(&world.deception, setting.operator));
    match setting.framed {
        Some(_) => deception / setting.candidates as f64 * 0.25,
        None if setting.candidates > 0 => (1.0 - deception) * 0.5,
        None => 0.5,
    }
}

/// Natural logarithm; minus infinity at 0.
pub(super) fn ln(value: f64) -> f64 {
    if value > 0.0 {
        libm::log(value)
    } else {
        f64::NEG_INFINITY
    }
}

/// ln Σ exp.
pub(super) fn ln_sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + libm::log(values.map(|x| libm::exp(x - most)).sum())
}
