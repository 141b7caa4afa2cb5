//! What the findings about one place say, with the sources that speak only there folded in.
//!
//! A place is one trace, the owner of one subject, or the pair of operator and direction. A reliable source
//! says what its findings say; an unreliable one pushes each of its blocs once, whatever the facts.
//! Source: METHOD section 3.

use super::cells::at;
use super::numbers::Numbers;
use super::world::{Coupling, Place, Reading, Voice, World};

/// The findings about one place, by how their sources enter. Numbers are indices into the world's findings.
#[derive(Clone, Debug, Default)]
pub(super) struct Voices {
    /// Our own measurements.
    pub(super) open: Vec<usize>,
    /// Sources that speak about this place alone.
    pub(super) private: Vec<(usize, Vec<usize>)>,
    /// Sources that speak elsewhere too: variables.
    pub(super) shared: Vec<(usize, Vec<usize>)>,
}

impl Voices {
    /// The findings about each trace, the owner of each subject, and the pair.
    pub(super) fn by_place(world: &World) -> (Vec<Self>, Vec<Self>, Self) {
        let mut traces = vec![Self::default(); world.traces.len()];
        let mut owners = vec![Self::default(); world.subjects.len()];
        let mut pair = Self::default();
        for (index, finding) in world.findings.iter().enumerate() {
            let voices = match finding.place {
                Place::Trace(trace) => traces.get_mut(trace),
                Place::Owner(subject) => owners.get_mut(subject),
                Place::Pair => Some(&mut pair),
            };
            if let Some(voices) = voices {
                voices.hear(world, index, finding.source);
            }
        }
        for voices in traces.iter_mut().chain(&mut owners).chain([&mut pair]) {
            voices.private.sort();
            voices.shared.sort();
        }
        (traces, owners, pair)
    }

    fn hear(&mut self, world: &World, finding: usize, source: Option<usize>) {
        let Some(source) = source else {
            self.open.push(finding);
            return;
        };
        let shared = world
            .sources
            .get(source)
            .is_some_and(|s| matches!(s.coupling, Coupling::Shared(_)));
        let list = if shared {
            &mut self.shared
        } else {
            &mut self.private
        };
        match list.iter_mut().find(|(s, _)| *s == source) {
            Some((_, findings)) => findings.push(finding),
            None => list.push((source, vec![finding])),
        }
    }

    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.private.is_empty() && self.shared.is_empty()
    }

    /// Probability of what is said by `open` and `private` findings if the place has `value`.
    pub(super) fn folded(&self, world: &World, numbers: &Numbers, value: usize) -> f64 {
        let mut product = told(world, numbers, &self.open, value);
        for (source, findings) in &self.private {
            let reliable = numbers.reliable(world, *source);
            product *= reliable * told(world, numbers, findings, value)
                + (1.0 - reliable) * numbers.pushed(world, *source);
        }
        product
    }

    /// Adds `mass` × E\[ln L | value\] of every `open` and `private` finding to `sums`, one cell a finding.
    pub(super) fn add_expected_ln(
        &self,
        world: &World,
        numbers: &Numbers,
        value: usize,
        mass: f64,
        sums: &mut [f64],
    ) {
        if mass == 0.0 {
            return;
        }
        for &finding in &self.open {
            let cell = cell_of(world, finding, value);
            super::cells::add(sums, finding, mass * at(&numbers.ln, cell));
        }
        for (source, findings) in &self.private {
            let reliable = numbers.reliable(world, *source);
            let heard = reliable * told(world, numbers, findings, value);
            let pushed = (1.0 - reliable) * numbers.pushed(world, *source);
            let sum = heard + pushed;
            if sum <= 0.0 {
                continue;
            }
            for &finding in findings {
                let ln = at(&numbers.ln, cell_of(world, finding, value));
                let expected = (heard * ln + pushed * numbers.pushed_ln_each(world, finding)) / sum;
                super::cells::add(sums, finding, mass * expected);
            }
        }
    }
}

/// Product of the likelihoods of `findings` if their place has `value`.
pub(super) fn told(world: &World, numbers: &Numbers, findings: &[usize], value: usize) -> f64 {
    findings
        .iter()
        .map(|&finding| at(&numbers.like, cell_of(world, finding, value)))
        .product()
}

/// Where the likelihood of `finding` given `value` stands.
pub(super) fn cell_of(world: &World, finding: usize, value: usize) -> usize {
    world.findings.get(finding).map_or(0, |f| f.cell(value))
}

impl Voice {
    /// Where its likelihood given `value` stands.
    pub(super) fn cell(&self, value: usize) -> usize {
        match &self.reading {
            Reading::State { .. } => self.first + value,
            Reading::Value { of_value, .. } => self.first + at(of_value, value),
        }
    }
}
