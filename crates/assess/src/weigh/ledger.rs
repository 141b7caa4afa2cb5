//! The ledger that sums: what each finding contributes to each hypothesis.
//!
//! Every likelihood is raised to the power t and E[ln L | h] − E[ln L | not h] is integrated over t from 0 to 1
//! with 64 Gauss–Legendre nodes; where the sum then misses the change in log-odds by more than
//! [`RESIDUAL_MAX`] (very many or very sharp findings), the same rule is applied on ever finer pieces near 0.
//! Likelihoods of exactly 0 count as 1e-300 here, or as more where products of those leave the range of numbers.
//! Source: METHOD section 5.

use super::WeighError;
use super::cells::{add, at, put, row};
use super::marginals::{Backward, mass};
use super::numbers::{Numbers, Tempering};
use super::outcome::{Outcome, ln_sum};
use super::plan::{Group, Leaf, Plan, Work};
use super::quadrature::gauss_legendre;
use super::settings::{LAWS, pair_value};
use super::tables::{Tables, group_law, owners, said_by_state, said_of_owner, states_by_law};
use super::voices::cell_of;
use super::world::{Property, Target, World};

/// How far, in bans, a hypothesis's contributions may sum beside its change in log-odds before pieces are refined.
const RESIDUAL_MAX: f64 = 2e-10;
/// Nodes of one piece.
const NODES: usize = 64;
/// Halvings towards 0 that are tried in turn.
const HALVINGS: [i32; 4] = [0, 4, 9, 14];

/// What likelihoods of 0 count as: the first that works.
const FLOORS: [f64; 3] = [1e-300, 1e-100, 1e-30];
/// A miss, in bans, that no refinement explains: products of floors were lost.
const LOST_MIN: f64 = 1e-3;

/// Contributions in bans: one row a finding that counts, one cell a hypothesis.
pub(super) fn contributions(world: &World, plan: &Plan, theta: &[f64]) -> Result<Vec<Vec<f64>>, WeighError> {
    let mut best = (f64::INFINITY, Vec::new());
    for floor in FLOORS {
        let (miss, sums) = integrate(world, plan, theta, floor)?;
        if best.1.is_empty() || miss < best.0 {
            best = (miss, sums);
        }
        if best.0 < LOST_MIN {
            break;
        }
    }
    let hypotheses = world.hypotheses.len().max(1);
    Ok(best.1.chunks_exact(hypotheses).map(<[f64]>::to_vec).collect())
}

/// The integral with likelihoods of 0 at `floor`: the largest miss of a sum in bans, and one cell a finding and hypothesis.
fn integrate(world: &World, plan: &Plan, theta: &[f64], floor: f64) -> Result<(f64, Vec<f64>), WeighError> {
    let tempered = |power: f64| Tempering::Power { power, floor };
    let hypotheses = world.hypotheses.len();
    let backward = Backward::by_profile(plan);
    let mut tables = Tables::new(world, plan);
    let mut numbers = Numbers::new(world, theta.to_vec(), tempered(1.0));
    tables.fill(world, plan, &numbers);
    let whole = Outcome::read(world, plan, &numbers, &tables)?;
    numbers.set_tempering(world, tempered(0.0));
    tables.fill(world, plan, &numbers);
    let nothing = Outcome::read(world, plan, &numbers, &tables)?;
    let wanted: Vec<f64> = (0..hypotheses)
        .map(|h| (ln_odds(&whole, h) - ln_odds(&nothing, h)) / std::f64::consts::LN_10)
        .collect();

    let rule = gauss_legendre(NODES);
    let mut workspace = Vec::new();
    let mut sums = Vec::new();
    let mut worst = f64::INFINITY;
    for halvings in HALVINGS {
        sums = vec![0.0; world.findings.len() * hypotheses];
        let mut high = 1.0;
        for piece in (0..=halvings).rev() {
            let low = if piece == 0 { 0.0 } else { high / 2.0 };
            for (node, weight) in &rule {
                let power = low + (high - low) * node;
                numbers.set_tempering(world, tempered(power));
                tables.fill(world, plan, &numbers);
                let outcome = Outcome::read(world, plan, &numbers, &tables)?;
                backward.run(plan, &mut tables, &outcome.seeds, &mut workspace);
                let expected = expected_ln(world, plan, &numbers, &tables, &backward, &workspace);
                add_differences(
                    world,
                    plan,
                    &numbers,
                    &outcome,
                    &expected,
                    weight * (high - low) / std::f64::consts::LN_10,
                    &mut sums,
                );
            }
            high = low;
        }
        worst = wanted
            .iter()
            .enumerate()
            .filter(|(_, wanted)| wanted.is_finite())
            .map(|(h, wanted)| {
                let sum: f64 = sums.iter().skip(h).step_by(hypotheses.max(1)).sum();
                let miss = (sum - wanted).abs();
                if miss.is_nan() { f64::INFINITY } else { miss }
            })
            .fold(0.0, f64::max);
        if worst <= RESIDUAL_MAX {
            break;
        }
    }
    Ok((worst, sums))
}

/// ln odds of a hypothesis, from logarithms so that it stays exact near 0 and 1.
fn ln_odds(outcome: &Outcome, hypothesis: usize) -> f64 {
    let rest = ln_sum(
        outcome
            .hypotheses_ln
            .iter()
            .enumerate()
            .filter(|(h, _)| *h != hypothesis)
            .map(|(_, x)| *x),
    );
    at(&outcome.hypotheses_ln, hypothesis) - rest
}

/// Adds `weight` × (E[ln L | h] − E[ln L | not h]) for every finding and hypothesis.
fn add_differences(
    world: &World,
    plan: &Plan,
    numbers: &Numbers,
    outcome: &Outcome,
    expected: &[Vec<f64>],
    weight: f64,
    sums: &mut [f64],
) {
    let findings = world.findings.len();
    let hypotheses = world.hypotheses.len();
    // E[ln L | hypothesis], one row a hypothesis.
    let mut means = vec![0.0; hypotheses * findings];
    let mut spoken = vec![0.0; findings];
    for (index, pair) in world.pairs.iter().enumerate() {
        let part = libm::exp(at(&outcome.pairs_ln, index) - at(&outcome.hypotheses_ln, pair.hypothesis));
        if part.is_nan() || part <= 0.0 {
            continue;
        }
        spoken.fill(0.0);
        add_pair_ln(world, plan, numbers, index, &mut spoken);
        let profile = expected.get(at(&plan.profile_of_pair, index));
        let row = super::cells::row_mut(&mut means, pair.hypothesis, findings);
        for ((cell, spoken), traced) in row.iter_mut().zip(&spoken).zip(profile.map_or(&[][..], |p| p)) {
            *cell += part * (spoken + traced);
        }
    }
    for hypothesis in 0..hypotheses {
        let others = || (0..hypotheses).filter(move |h| *h != hypothesis);
        let rest = ln_sum(others().map(|h| at(&outcome.hypotheses_ln, h)));
        if at(&outcome.hypotheses_ln, hypothesis) == f64::NEG_INFINITY || rest == f64::NEG_INFINITY {
            continue;
        }
        let own = row(&means, hypothesis, findings);
        for (finding, mean) in own.iter().enumerate() {
            add(sums, finding * hypotheses + hypothesis, weight * mean);
        }
        for other in others() {
            let part = libm::exp(at(&outcome.hypotheses_ln, other) - rest);
            for (finding, mean) in row(&means, other, findings).iter().enumerate() {
                add(sums, finding * hypotheses + hypothesis, -weight * part * mean);
            }
        }
    }
}

/// ln L of the findings over operator, direction and hypothesis that no variable source makes, given a pair.
fn add_pair_ln(world: &World, plan: &Plan, numbers: &Numbers, pair: usize, sums: &mut [f64]) {
    let voices = &plan.pair_voices;
    let cell = |finding: usize| cell_of(world, finding, pair_value(world, finding, pair));
    for &finding in &voices.open {
        add(sums, finding, at(&numbers.ln, cell(finding)));
    }
    for (source, findings) in &voices.private {
        let reliable = numbers.reliable(world, *source);
        let product: f64 = findings.iter().map(|&f| at(&numbers.like, cell(f))).product();
        let heard = reliable * product;
        let pushed = (1.0 - reliable) * numbers.pushed(world, *source);
        if heard + pushed <= 0.0 {
            continue;
        }
        for &finding in findings {
            let ln = heard * at(&numbers.ln, cell(finding)) + pushed * numbers.pushed_ln_each(world, finding);
            add(sums, finding, ln / (heard + pushed));
        }
    }
}

/// E[ln L | profile] of every finding that enters a table: one row a profile.
fn expected_ln(
    world: &World,
    plan: &Plan,
    numbers: &Numbers,
    tables: &Tables,
    backward: &Backward,
    rows: &[Vec<f64>],
) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![0.0; world.findings.len()]; plan.profiles];
    for (index, node) in plan.nodes.iter().enumerate() {
        let (
            Work::Leaf {
                leaf,
                settings,
                cells: order,
            },
            Some(entries),
            Some(rows),
        ) = (&node.work, backward.nodes.get(index), rows.get(index))
        else {
            continue;
        };
        let masses = |entry: usize| {
            let class = at(&entries.class, entry);
            mass(rows, entry, tables.row(plan, index, class))
        };
        match leaf {
            Leaf::Unit => {}
            Leaf::Source(source) => {
                for (entry, &profile) in entries.group.iter().enumerate() {
                    let cells: Vec<f64> = masses(entry).collect();
                    if let Some(sums) = sums.get_mut(profile) {
                        add_source_ln(world, plan, numbers, *source, profile, &cells, sums);
                    }
                }
            }
            Leaf::Subject(subject) => {
                let Some(property) = world.subjects.get(*subject) else {
                    continue;
                };
                if plan.owner_voices.get(*subject).is_none_or(|v| v.is_empty()) {
                    continue;
                }
                for (entry, &profile) in entries.group.iter().enumerate() {
                    let setting = at(settings, at(&entries.class, entry));
                    let masses: Vec<f64> = masses(entry).collect();
                    let by_owner =
                        owner_masses(world, plan, numbers, *subject, property, setting, order, &masses);
                    if let Some(sums) = sums.get_mut(profile) {
                        add_owner_ln(world, plan, numbers, *subject, &by_owner, sums);
                    }
                }
            }
            Leaf::Group(group) => {
                let Some(group) = plan.groups.get(*group) else {
                    continue;
                };
                let combinations = 1_usize << group.sources.len();
                let mut laws = vec![0.0; plan.profiles * LAWS * combinations];
                for (entry, &profile) in entries.group.iter().enumerate() {
                    let Some(setting) = plan.settings.get(at(settings, at(&entries.class, entry))) else {
                        continue;
                    };
                    let masses: Vec<f64> = masses(entry).collect();
                    for (natural, &cell) in order.iter().enumerate() {
                        let (law, combination) = group_law(world, group.target, *setting, natural);
                        add(
                            &mut laws,
                            (profile * LAWS + law) * combinations + combination,
                            at(&masses, cell),
                        );
                    }
                }
                add_group_ln(world, plan, numbers, tables, group, &laws, &mut sums);
            }
        }
    }
    sums
}

/// A variable source: what it says over the pair when reliable, and every push when not.
fn add_source_ln(
    world: &World,
    plan: &Plan,
    numbers: &Numbers,
    source: usize,
    profile: usize,
    cells: &[f64],
    sums: &mut [f64],
) {
    let pair = at(&plan.pair_of_profile, profile);
    let unreliable = at(cells, 0);
    for (finding, voice) in world.findings.iter().enumerate() {
        if voice.source == Some(source) {
            add(sums, finding, unreliable * numbers.pushed_ln_each(world, finding));
        }
    }
    let findings = plan.pair_voices.shared.iter().find(|(s, _)| *s == source);
    for &finding in findings.iter().flat_map(|(_, findings)| findings) {
        let cell = cell_of(world, finding, pair_value(world, finding, pair));
        add(sums, finding, at(cells, 1) * at(&numbers.ln, cell));
    }
}

/// P(owner, combination of sources | …) from the probabilities of a subject's cells: one row an owner.
#[expect(clippy::too_many_arguments, reason = "one leaf of the plan with its numbers")]
pub(super) fn owner_masses(
    world: &World,
    plan: &Plan,
    numbers: &Numbers,
    subject: usize,
    property: &Property,
    setting: usize,
    order: &[usize],
    masses: &[f64],
) -> Vec<Vec<f64>> {
    let (Some(setting), Some(voices)) = (plan.settings.get(setting), plan.owner_voices.get(subject)) else {
        return Vec::new();
    };
    let combinations = 1_usize << voices.shared.len();
    let owners = owners(world, numbers, property, *setting);
    let mut parts: Vec<Vec<f64>> = Vec::new();
    let mut totals = vec![0.0; order.len()];
    for (owner, (label, held, framed)) in owners.iter().enumerate() {
        let said = said_of_owner(world, numbers, voices, owner, combinations);
        let state = if *framed { 2 } else { 0 };
        let mut part = vec![0.0; order.len()];
        for (combination, said) in said.iter().enumerate() {
            let not_held = 4 * combination + state;
            put(&mut part, not_held, label * said * (1.0 - held));
            put(&mut part, not_held + 1, label * said * held);
        }
        for (total, part) in totals.iter_mut().zip(&part) {
            *total += part;
        }
        parts.push(part);
    }
    parts
        .iter()
        .map(|part| {
            let mut row = vec![0.0; combinations];
            for (natural, (part, total)) in part.iter().zip(&totals).enumerate() {
                if *total > 0.0 {
                    let cell = at(masses, at(order, natural));
                    add(&mut row, natural >> 2, cell * part / total);
                }
            }
            row
        })
        .collect()
}

fn add_owner_ln(
    world: &World,
    plan: &Plan,
    numbers: &Numbers,
    subject: usize,
    by_owner: &[Vec<f64>],
    sums: &mut [f64],
) {
    let Some(voices) = plan.owner_voices.get(subject) else {
        return;
    };
    for (owner, row) in by_owner.iter().enumerate() {
        voices.add_expected_ln(world, numbers, owner, row.iter().sum(), sums);
        for (bit, (_, findings)) in voices.shared.iter().enumerate() {
            let reliable: f64 = row
                .iter()
                .enumerate()
                .filter(|(combination, _)| (combination >> bit) & 1 == 1)
                .map(|(_, mass)| mass)
                .sum();
            for &finding in findings {
                let ln = at(&numbers.ln, cell_of(world, finding, owner));
                add(sums, finding, reliable * ln);
            }
        }
    }
}

/// Splits the probabilities of a group's laws over the states of each of its traces.
fn add_group_ln(
    world: &World,
    plan: &Plan,
    numbers: &Numbers,
    tables: &Tables,
    group: &Group,
    laws: &[f64],
    sums: &mut [Vec<f64>],
) {
    let combinations = 1_usize << group.sources.len();
    debug_assert!(matches!(group.target, Target::Actor(_) | Target::Subject(_)));
    for (trace, project) in &group.traces {
        let (Some(voices), Some(table)) = (plan.trace_voices.get(*trace), tables.traces.get(*trace)) else {
            continue;
        };
        let states = states_by_law(world, numbers, *trace);
        let said = said_by_state(world, numbers, voices);
        let own = said.len();
        for (profile, sums) in sums.iter_mut().enumerate() {
            // P(state, combination of the trace's sources | profile).
            let mut by_state = vec![[0.0; 3]; own];
            for (law, states) in states.iter().enumerate() {
                let cells = row(laws, profile * LAWS + law, combinations);
                for (&mass, &combination) in cells.iter().zip(project) {
                    let total = at(table, law * own + combination);
                    if mass <= 0.0 || total <= 0.0 {
                        continue;
                    }
                    if let (Some(cell), Some(said)) = (by_state.get_mut(combination), said.get(combination)) {
                        for ((cell, p), l) in cell.iter_mut().zip(states).zip(said) {
                            *cell += mass * p * l / total;
                        }
                    }
                }
            }
            for state in 0..3 {
                let all: f64 = by_state.iter().map(|s| at(s, state)).sum();
                voices.add_expected_ln(world, numbers, state, all, sums);
                for (bit, (_, findings)) in voices.shared.iter().enumerate() {
                    let reliable: f64 = by_state
                        .iter()
                        .enumerate()
                        .filter(|(combination, _)| (combination >> bit) & 1 == 1)
                        .map(|(_, s)| at(s, state))
                        .sum();
                    for &finding in findings {
                        let ln = at(&numbers.ln, cell_of(world, finding, state));
                        add(sums, finding, reliable * ln);
                    }
                }
            }
        }
    }
}
