//! The draws that the simulator makes from one stream of random numbers.
//!
//! Every non-trivial function is libm's, so that the same numbers come out on any machine.

use ascribe_model::random::Random;

/// A stream of draws.
pub(super) struct Dice(Random);

impl Dice {
    /// The stream `number` under `seed`.
    pub(super) fn new(seed: u64, number: u64) -> Self {
        Self(Random::of_draw(seed, number))
    }

    /// A number above 0 and below 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.unit()
    }

    /// A number below `n`; 0 if `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0.below(n)
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A number between `low` and `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A standard normal number (Box and Muller, 1958).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// A positive number with this median whose logarithm has standard deviation `spread`.
    pub(super) fn around(&mut self, median: f64, spread: f64) -> f64 {
        median * libm::exp(spread * self.normal())
    }

    /// How often something with this mean happens (Poisson, by products; for means below about 30).
    pub(super) fn count(&mut self, mean: f64) -> usize {
        let floor = libm::exp(-mean.clamp(0.0, 30.0));
        let mut product = self.unit();
        let mut count = 0;
        while product > floor && count < 200 {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// Whole days of a wait with this mean (exponential), at most 6,000.
    pub(super) fn days(&mut self, mean: f64) -> i32 {
        let wait = (-mean * libm::log(self.unit())).clamp(0.0, 6000.0);
        #[expect(clippy::cast_possible_truncation, reason = "clamped to 0..=6000")]
        {
            wait as i32
        }
    }

    /// A place in `weights`, in proportion to them; none if they have no positive sum.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> Option<usize> {
        let total: f64 = weights.iter().sum();
        if total.is_nan() || total <= 0.0 {
            return None;
        }
        let mut left = total * self.unit();
        for (place, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 && *weight > 0.0 {
                return Some(place);
            }
        }
        weights.iter().rposition(|weight| *weight > 0.0)
    }

    /// One of `items`, each as likely.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        let place = self.below(items.len());
        items.get(place).copied()
    }

    /// One of `choices` in proportion to its weight; the last one if no weight is positive.
    pub(super) fn choose<T: Copy>(&mut self, choices: &[(T, f64)]) -> Option<T> {
        let weights: Vec<f64> = choices.iter().map(|choice| choice.1).collect();
        match self.weighted(&weights) {
            Some(place) => choices.get(place).map(|choice| choice.0),
            None => choices.last().map(|choice| choice.0),
        }
    }
}
