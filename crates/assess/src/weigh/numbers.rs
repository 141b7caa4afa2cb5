//! The numbers of one evaluation: parameters, which findings count, likelihoods raised to a power.

use super::cells::{at, put};
use super::world::{Reading, World};

/// How likelihoods enter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tempering {
    /// As they are.
    Whole,
    /// Raised to a power from 0 to 1; logarithms are kept too.
    Power {
        /// The power.
        power: f64,
        /// Likelihoods below it count as it, so that the logarithms stay finite.
        floor: f64,
    },
}

/// Parameters and likelihoods of one evaluation.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    /// One value for every parameter of the world.
    pub(super) theta: Vec<f64>,
    /// Whether each finding counts.
    pub(super) active: Vec<bool>,
    /// Likelihoods of all findings, tempered.
    pub(super) like: Vec<f64>,
    /// Natural logarithms of the untempered likelihoods (only with a power).
    pub(super) ln: Vec<f64>,
    /// push of each source, tempered.
    push: Vec<f64>,
    /// ln push of each source, untempered.
    push_ln: Vec<f64>,
    /// How many findings each bloc has.
    bloc_size: Vec<usize>,
    tempering: Tempering,
}

impl Numbers {
    /// Numbers with every finding counting.
    pub(super) fn new(world: &World, theta: Vec<f64>, tempering: Tempering) -> Self {
        let mut numbers = Self {
            theta,
            active: vec![true; world.findings.len()],
            like: vec![1.0; world.likelihoods],
            ln: vec![0.0; world.likelihoods],
            push: vec![1.0; world.sources.len()],
            push_ln: vec![0.0; world.sources.len()],
            bloc_size: vec![0; world.blocs.len()],
            tempering,
        };
        numbers.refresh(world);
        numbers
    }

    /// Computes likelihoods anew after `theta`, `active` or the tempering changed.
    pub(super) fn refresh(&mut self, world: &World) {
        for (index, source) in world.sources.iter().enumerate() {
            let push = at(&self.theta, source.push);
            let (tempered, ln) = temper(push, self.tempering);
            put(&mut self.push, index, tempered);
            put(&mut self.push_ln, index, ln);
        }
        self.bloc_size.fill(0);
        for index in 0..world.findings.len() {
            self.refresh_finding(world, index);
        }
    }

    /// Sets how likelihoods enter and computes them anew.
    pub(super) fn set_tempering(&mut self, world: &World, tempering: Tempering) {
        self.tempering = tempering;
        self.refresh(world);
    }

    fn refresh_finding(&mut self, world: &World, index: usize) {
        let Some(finding) = world.findings.get(index) else {
            return;
        };
        let active = at(&self.active, index);
        if active && let Some(size) = finding.bloc.and_then(|bloc| self.bloc_size.get_mut(bloc)) {
            *size += 1;
        }
        let (says, slots): (bool, &[usize]) = match &finding.reading {
            Reading::State { says, slots } => (*says, slots),
            Reading::Value { slots, .. } => (true, slots),
        };
        for (offset, &slot) in slots.iter().enumerate() {
            let said = at(&self.theta, slot);
            let likelihood = if says { said } else { 1.0 - said };
            let (tempered, ln) = if active {
                temper(likelihood, self.tempering)
            } else {
                (1.0, 0.0)
            };
            put(&mut self.like, finding.first + offset, tempered);
            put(&mut self.ln, finding.first + offset, ln);
        }
    }

    /// How many findings of a bloc count.
    pub(super) fn bloc_size(&self, bloc: usize) -> usize {
        at(&self.bloc_size, bloc)
    }

    /// P(reliable) of a source.
    pub(super) fn reliable(&self, world: &World, source: usize) -> f64 {
        world
            .sources
            .get(source)
            .map_or(1.0, |s| at(&self.theta, s.reliable))
    }

    /// Probability that an unreliable source pushes all its blocs.
    pub(super) fn pushed(&self, world: &World, source: usize) -> f64 {
        let push = at(&self.push, source);
        world.sources.get(source).map_or(1.0, |s| {
            s.blocs
                .iter()
                .filter(|&&bloc| at(&self.bloc_size, bloc) > 0)
                .map(|_| push)
                .product()
        })
    }

    /// One finding's part of ln push in its bloc: each of n findings carries `push^(1/n)`.
    pub(super) fn pushed_ln_each(&self, world: &World, finding: usize) -> f64 {
        let Some(finding) = world.findings.get(finding) else {
            return 0.0;
        };
        match (finding.source, finding.bloc) {
            (Some(source), Some(bloc)) => {
                let size = at(&self.bloc_size, bloc);
                if size == 0 {
                    0.0
                } else {
                    at(&self.push_ln, source) / size as f64
                }
            }
            _ => 0.0,
        }
    }
}

fn temper(likelihood: f64, tempering: Tempering) -> (f64, f64) {
    match tempering {
        Tempering::Whole => (likelihood, 0.0),
        Tempering::Power { power, floor } => {
            let ln = libm::log(likelihood.max(floor));
            (libm::exp(power * ln), ln)
        }
    }
}
