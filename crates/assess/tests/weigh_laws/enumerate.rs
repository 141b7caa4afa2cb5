//! The posterior by enumeration of every unknown, one after the other, as METHOD section 2 writes them down.
//!
//! Shares no code with the crate but the types of the model file.

use std::collections::BTreeMap;

use ascribe_assess::model_file::{Finding, ModelFile, Trace};
use ascribe_assess::weigh::{believe, weigh};

use super::models::random;

const DIRECTIONS: [&str; 4] = ["directed", "encouraged", "tolerated", "independent"];

#[derive(Default)]
pub struct Enumerated {
    pub evidence: f64,
    pub posterior: BTreeMap<String, f64>,
    pub framed: BTreeMap<String, f64>,
    pub owners: BTreeMap<String, BTreeMap<String, f64>>,
    pub operators: BTreeMap<String, f64>,
    pub directions: BTreeMap<String, f64>,
    /// Σ P · ln L of each finding, by hypothesis (for the tempered expectations).
    pub ln: BTreeMap<(String, String), f64>,
}

struct World<'a> {
    model: &'a ModelFile,
    kept: Vec<&'a Finding>,
    bloc_size: BTreeMap<(String, bool, Option<String>), f64>,
    power: f64,
}

/// Everything unknown, fixed.
struct State<'a> {
    operator: &'a str,
    direction: &'a str,
    hypothesis: &'a str,
    framed: Option<&'a str>,
    thorough: bool,
    careless: bool,
    reliable: BTreeMap<&'a str, bool>,
    owner: BTreeMap<&'a str, &'a str>,
    held: BTreeMap<&'a str, bool>,
}

fn kept(model: &ModelFile) -> Vec<&Finding> {
    let mut kept: Vec<&Finding> = Vec::new();
    for finding in &model.findings {
        let better = |other: &&Finding| {
            let same = other.id != finding.id
                && other.origin.is_some()
                && other.origin == finding.origin
                && other.trace == finding.trace
                && other.over == finding.over
                && other.of == finding.of;
            let rank = |f: &Finding| {
                (
                    f.via.unwrap_or(0),
                    f.known.clone().unwrap_or("9999".to_owned()),
                    f.id.clone(),
                )
            };
            same && rank(other) < rank(finding)
        };
        if !model.findings.iter().any(|other| better(&other)) {
            kept.push(finding);
        }
    }
    kept
}

impl<'a> World<'a> {
    fn own(&self, operator: &str, actor: &str) -> bool {
        let party = self.model.actors.iter().find(|a| a.id == operator).unwrap();
        operator == actor || party.members.iter().any(|m| m == actor)
    }

    fn unlisted(&self, operator: &str) -> bool {
        self.model.actors.iter().any(|a| a.id == operator && a.unlisted)
    }

    fn bloc(&self, finding: &Finding) -> (String, bool, Option<String>) {
        let name = finding.bloc.clone().or_else(|| match &finding.trace {
            None => finding.toward.clone(),
            Some(trace) => {
                let trace = self.model.traces.iter().find(|t| t.id == *trace).unwrap();
                let subject = self.model.subjects.iter().find(|s| s.id == trace.points_to);
                Some(match subject {
                    None => trace.points_to.clone(),
                    Some(subject) => {
                        let most = subject.label.values().map(|l| l.point()).fold(0.0, f64::max);
                        let mut likeliest = subject.label.iter().filter(|(_, l)| l.point() >= most);
                        likeliest
                            .next()
                            .map_or("(other)".to_owned(), |(id, _)| id.clone())
                    }
                })
            }
        });
        (
            finding.source.clone().unwrap_or_default(),
            finding.says.unwrap_or(true),
            name,
        )
    }

    /// P(it is said) under the state, with the trace state (0 absent, 1 genuine, 2 planted) where there is one.
    fn likelihood(&self, finding: &Finding, state: &State<'_>, trace: usize) -> f64 {
        if let Some(source) = &finding.source
            && !state.reliable[source.as_str()]
        {
            let push = self
                .model
                .sources
                .iter()
                .find(|s| s.id == *source)
                .unwrap()
                .push
                .point();
            return push.powf(1.0 / self.bloc_size[&self.bloc(finding)]);
        }
        if finding.trace.is_some() {
            let present = finding.if_present.unwrap();
            let said = [
                finding.if_absent.unwrap(),
                present,
                finding.if_planted.unwrap_or(present),
            ][trace]
                .point();
            return if finding.says == Some(false) {
                1.0 - said
            } else {
                said
            };
        }
        let value = match finding.over.as_deref().unwrap() {
            "operator" => state.operator,
            "direction" => state.direction,
            "hypothesis" => state.hypothesis,
            _ => state.owner[finding.of.as_deref().unwrap()],
        };
        let likelihood = finding.likelihood.as_ref().unwrap();
        likelihood
            .get(value)
            .unwrap_or_else(|| &likelihood["else"])
            .point()
    }

    fn states(&self, trace: &Trace, state: &State<'_>) -> [f64; 3] {
        let owner = *state
            .owner
            .get(trace.points_to.as_str())
            .unwrap_or(&trace.points_to.as_str());
        let held = *state
            .held
            .get(trace.points_to.as_str())
            .unwrap_or(&self.own(state.operator, &trace.points_to));
        let spread = trace.care.map_or(0.8, |c| c.point());
        let vary = |rate: f64, up: bool| {
            let width = spread * rate.min(1.0 - rate);
            if up { rate + width } else { rate - width }
        };
        let hit = vary(trace.hit.point(), state.careless);
        let planted = if state.framed == Some(owner) {
            vary(trace.forgeability.point(), state.thorough)
        } else {
            0.0
        };
        let rarity = trace.rarity.point();
        let present = 1.0 - (1.0 - rarity) * (1.0 - if held { hit } else { 0.0 });
        [
            (1.0 - planted) * (1.0 - present),
            (1.0 - planted) * present,
            planted,
        ]
    }

    /// Adds every completion of `state` by trace states; `prior` is the probability of the state.
    fn add(&self, prior: f64, state: &State<'_>, sums: &mut Enumerated) {
        let mut product = prior;
        let mut lns: BTreeMap<&str, f64> = BTreeMap::new();
        for finding in self.kept.iter().filter(|f| f.over.is_some()) {
            let likelihood = self.likelihood(finding, state, 0);
            product *= likelihood.powf(self.power);
            lns.insert(&finding.id, likelihood.ln());
        }
        for trace in &self.model.traces {
            let about: Vec<&&Finding> = self
                .kept
                .iter()
                .filter(|f| f.trace.as_ref() == Some(&trace.id))
                .collect();
            let mut sum = 0.0;
            let mut ln_sums = vec![0.0; about.len()];
            for (index, probability) in self.states(trace, state).into_iter().enumerate() {
                let each: Vec<f64> = about.iter().map(|f| self.likelihood(f, state, index)).collect();
                let joint = probability * each.iter().map(|l| l.powf(self.power)).product::<f64>();
                sum += joint;
                for (ln_sum, likelihood) in ln_sums.iter_mut().zip(&each) {
                    *ln_sum += joint * likelihood.ln();
                }
            }
            product *= sum;
            for (finding, ln_sum) in about.iter().zip(ln_sums) {
                lns.insert(&finding.id, ln_sum / sum);
            }
        }
        let put = |map: &mut BTreeMap<String, f64>, key: &str| {
            *map.entry(key.to_owned()).or_default() += product;
        };
        sums.evidence += product;
        put(&mut sums.posterior, state.hypothesis);
        put(&mut sums.framed, state.framed.unwrap_or("nobody"));
        put(&mut sums.operators, state.operator);
        put(&mut sums.directions, state.direction);
        for (subject, owner) in &state.owner {
            put(sums.owners.entry((*subject).to_owned()).or_default(), owner);
        }
        for (finding, ln) in lns {
            *sums
                .ln
                .entry((finding.to_owned(), state.hypothesis.to_owned()))
                .or_default() += product * ln;
        }
    }

    fn with_owners(
        &self,
        prior: f64,
        state: &mut State<'a>,
        rest: &'a [ascribe_assess::model_file::Subject],
        sums: &mut Enumerated,
    ) {
        let Some((subject, rest)) = rest.split_first() else {
            self.add(prior, state, sums);
            return;
        };
        let other = 1.0 - subject.label.values().map(|l| l.point()).sum::<f64>();
        let labels = subject.label.iter().map(|(id, l)| (id.as_str(), l.point()));
        for (owner, label) in labels.chain([("(other)", other)]) {
            let held = if owner != "(other)" && self.own(state.operator, owner) {
                1.0
            } else if owner == "(other)" && self.unlisted(state.operator) {
                subject.other_is_unlisted.map_or(0.1, |x| x.point())
            } else {
                subject.shared.point()
            };
            for (is_held, probability) in [(true, held), (false, 1.0 - held)] {
                state.owner.insert(&subject.id, owner);
                state.held.insert(&subject.id, is_held);
                self.with_owners(prior * label * probability, state, rest, sums);
            }
        }
        state.owner.remove(subject.id.as_str());
        state.held.remove(subject.id.as_str());
    }
}

/// Enumerates `model` with every likelihood raised to `power`.
pub fn enumerate(model: &ModelFile, power: f64) -> Enumerated {
    let mut world = World {
        model,
        kept: kept(model),
        bloc_size: BTreeMap::new(),
        power,
    };
    for finding in world.kept.clone() {
        *world.bloc_size.entry(world.bloc(finding)).or_default() += 1.0;
    }
    let mut sums = Enumerated::default();
    let total: f64 = model.hypotheses.iter().map(|h| h.prior.point()).sum();
    for hypothesis in &model.hypotheses {
        let directions: Vec<&str> = DIRECTIONS
            .into_iter()
            .filter(|d| {
                hypothesis
                    .directions
                    .as_ref()
                    .is_none_or(|list| list.iter().any(|x| x == d))
            })
            .collect();
        let pairs = (hypothesis.operators.len() * directions.len()) as f64;
        for operator in &hypothesis.operators {
            let blamed: Vec<&str> = model
                .actors
                .iter()
                .filter(|a| a.frameable)
                .map(|a| a.id.as_str())
                // Nobody frames his own tree: whatever shares an own party with the operator.
                .filter(|a| {
                    !model
                        .actors
                        .iter()
                        .any(|x| world.own(operator, &x.id) && world.own(a, &x.id))
                })
                .collect();
            let deception = model
                .deception
                .get(operator)
                .unwrap_or(&model.deception["default"])
                .point();
            let nobody = if blamed.is_empty() { 1.0 } else { 1.0 - deception };
            let mut parties = vec![(None, nobody)];
            parties.extend(blamed.iter().map(|a| (Some(*a), deception / blamed.len() as f64)));
            for direction in &directions {
                for (framed, p_framed) in &parties {
                    for bits in 0..4_usize << model.sources.len() {
                        let mut prior = hypothesis.prior.point() / total / pairs * p_framed * 0.25;
                        let mut reliable = BTreeMap::new();
                        for (index, source) in model.sources.iter().enumerate() {
                            let is = (bits >> (2 + index)) & 1 == 1;
                            let p = source.reliable.point();
                            prior *= if is { p } else { 1.0 - p };
                            reliable.insert(source.id.as_str(), is);
                        }
                        let mut state = State {
                            operator,
                            direction,
                            hypothesis: &hypothesis.id,
                            framed: *framed,
                            thorough: bits & 1 == 1,
                            careless: bits & 2 == 2,
                            reliable,
                            owner: BTreeMap::new(),
                            held: BTreeMap::new(),
                        };
                        world.with_owners(prior, &mut state, &model.subjects, &mut sums);
                    }
                }
            }
        }
    }
    let evidence = sums.evidence;
    let divide = |map: &mut BTreeMap<String, f64>| map.values_mut().for_each(|x| *x /= evidence);
    divide(&mut sums.posterior);
    divide(&mut sums.framed);
    divide(&mut sums.operators);
    divide(&mut sums.directions);
    sums.owners.values_mut().for_each(divide);
    sums.ln.values_mut().for_each(|x| *x /= evidence);
    sums
}

fn close(what: &str, found: &BTreeMap<String, f64>, expected: &BTreeMap<String, f64>) {
    for (key, value) in found {
        let wanted = expected.get(key).copied().unwrap_or(0.0);
        assert!(
            (value - wanted).abs() < 1e-12,
            "{what} {key}: {value} for {wanted}"
        );
    }
    assert!(
        expected.keys().all(|key| found.contains_key(key)),
        "{what}: {found:?}"
    );
}

#[test]
fn elimination_agrees_with_enumeration() {
    for seed in 0..24 {
        let model = random(seed);
        let expected = enumerate(&model, 1.0);
        let answer = believe(&model).unwrap();
        let what = format!("model {seed}");
        close(&what, &answer.posterior, &expected.posterior);
        close(&what, &answer.framed, &expected.framed);
        close(&what, &answer.operators, &expected.operators);
        close(&what, &answer.directions, &expected.directions);
        for (subject, owners) in &answer.owners {
            close(&what, owners, &expected.owners[subject]);
        }
        assert!(
            (answer.ln_evidence - expected.evidence.ln()).abs() < 1e-11,
            "{what}"
        );
    }
}

#[test]
fn the_ledger_agrees_with_enumeration() {
    // Simpson's rule on 21 points is enough to tell a wrong term from a right one.
    for seed in [3] {
        let model = random(seed);
        let answer = weigh(&model).unwrap();
        let mut sums: BTreeMap<(String, String), f64> = BTreeMap::new();
        let points = 20;
        for point in 0..=points {
            let weight = match point {
                0 => 1.0,
                p if p == points => 1.0,
                p if p % 2 == 1 => 4.0,
                _ => 2.0,
            } / (3.0 * f64::from(points));
            let at = enumerate(&model, f64::from(point) / f64::from(points));
            for finding in answer.contribution_bans.keys() {
                let ln = |h: &str| at.ln[&(finding.clone(), h.to_owned())];
                let all: f64 = at.posterior.keys().map(|h| ln(h)).sum();
                for (hypothesis, p) in &at.posterior {
                    let own = ln(hypothesis);
                    let difference = own / p - (all - own) / (1.0 - p);
                    *sums.entry((finding.clone(), hypothesis.clone())).or_default() +=
                        weight * difference / std::f64::consts::LN_10;
                }
            }
        }
        for (finding, row) in &answer.contribution_bans {
            for (hypothesis, bans) in row {
                let wanted = sums[&(finding.clone(), hypothesis.clone())];
                assert!(
                    (bans - wanted).abs() < 1e-5,
                    "model {seed} {finding} {hypothesis}: {bans} for {wanted}"
                );
            }
        }
    }
}
