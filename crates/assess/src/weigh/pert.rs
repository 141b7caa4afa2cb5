//! Quantiles of PERT distributions, for draws of elicited numbers.
//!
//! PERT(low, point, high) is a beta distribution on low..high with shapes 1 + 4(point − low)/(high − low) and
//! 6 less that, so its mean is (low + 4 point + high)/6. Source: Malcolm et al. (1959); the incomplete beta
//! function by its continued fraction (Press et al., "Numerical Recipes", section 6.4).

use ascribe_model::Range;

use super::cells::at;

/// Cells of the table of quantiles.
const CELLS: usize = 64;
/// Below this spread a range counts as one number.
const SPREAD_MIN: f64 = 1e-12;

/// (low + 4 point + high) / 6.
pub(super) fn mean(range: Range) -> f64 {
    if range.is_exact() {
        return range.point();
    }
    (range.low() + 4.0 * range.point() + range.high()) / 6.0
}

/// Where a quantile is asked: a probability with its place among the knots of every table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    probability: f64,
    cell: usize,
    within: f64,
}

impl Level {
    /// The level of `probability`, above 0 and below 1. Knots lie at (1 − cos(πk/64))/2.
    pub(super) fn new(probability: f64) -> Self {
        let angle = libm::acos(1.0 - 2.0 * probability) / std::f64::consts::PI * CELLS as f64;
        let mut cell = 0;
        while cell + 1 < CELLS && angle >= (cell + 1) as f64 {
            cell += 1;
        }
        Self {
            probability,
            cell,
            within: (angle - cell as f64).clamp(0.0, 1.0),
        }
    }
}

/// The quantile function of one PERT distribution.
#[derive(Clone, Debug)]
pub(super) struct Pert {
    low: f64,
    width: f64,
    shape: f64,
    /// Quantile, on 0..1, and its slope by cell at each knot; empty: one number.
    knots: Vec<(f64, f64)>,
}

impl Pert {
    pub(super) fn new(range: Range) -> Self {
        let width = range.high() - range.low();
        if width < SPREAD_MIN {
            return Self {
                low: range.point(),
                width: 0.0,
                shape: 1.0,
                knots: Vec::new(),
            };
        }
        let shape = 1.0 + 4.0 * (range.point() - range.low()) / width;
        let ln_beta = libm::lgamma(shape) + libm::lgamma(6.0 - shape) - libm::lgamma(6.0);
        let mut knots = vec![(0.0, 0.0)];
        let mut before = 0.0;
        for knot in 1..CELLS {
            let angle = std::f64::consts::PI * knot as f64 / CELLS as f64;
            let probability = (1.0 - libm::cos(angle)) / 2.0;
            let x = solve(probability, shape, ln_beta, before);
            let by_cell = std::f64::consts::PI / CELLS as f64 * libm::sin(angle) / 2.0;
            knots.push((x, by_cell / density(x, shape, ln_beta)));
            before = x;
        }
        knots.push((1.0, 0.0));
        Self {
            low: range.low(),
            width,
            shape,
            knots,
        }
    }

    /// The number below which the distribution has the level's probability.
    pub(super) fn quantile(&self, level: Level) -> f64 {
        if self.knots.is_empty() {
            return self.low;
        }
        let (x0, d0) = at(&self.knots, level.cell);
        let (x1, d1) = at(&self.knots, level.cell + 1);
        let x = if level.cell == 0 {
            // Near the ends the distribution is a power of the distance.
            let edge = (1.0 - libm::cos(std::f64::consts::PI / CELLS as f64)) / 2.0;
            x1 * libm::pow(level.probability / edge, 1.0 / self.shape)
        } else if level.cell + 1 == CELLS {
            let edge = (1.0 - libm::cos(std::f64::consts::PI / CELLS as f64)) / 2.0;
            1.0 - (1.0 - x0) * libm::pow((1.0 - level.probability) / edge, 1.0 / (6.0 - self.shape))
        } else {
            let t = level.within;
            let (t2, t3) = (t * t, t * t * t);
            (2.0 * t3 - 3.0 * t2 + 1.0) * x0
                + (t3 - 2.0 * t2 + t) * d0
                + (3.0 * t2 - 2.0 * t3) * x1
                + (t3 - t2) * d1
        };
        self.low + self.width * x.clamp(0.0, 1.0)
    }
}

fn density(x: f64, shape: f64, ln_beta: f64) -> f64 {
    libm::exp((shape - 1.0) * libm::log(x) + (5.0 - shape) * libm::log(1.0 - x) - ln_beta)
}

/// The point at which the distribution reaches `probability`, above `from`: Newton inside a bracket.
fn solve(probability: f64, shape: f64, ln_beta: f64, from: f64) -> f64 {
    let (mut low, mut high) = (from, 1.0);
    let mut x = shape / 6.0;
    if x <= low {
        x = f64::midpoint(low, high);
    }
    for _ in 0..100 {
        let miss = distribution(x, shape, ln_beta) - probability;
        if miss > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let step = miss / density(x, shape, ln_beta);
        let next = x - step;
        let next = if next > low && next < high {
            next
        } else {
            f64::midpoint(low, high)
        };
        if (next - x).abs() < 1e-13 {
            return next;
        }
        x = next;
    }
    x
}

/// The regularised incomplete beta function with shapes `shape` and 6 − `shape`.
fn distribution(x: f64, shape: f64, ln_beta: f64) -> f64 {
    let other = 6.0 - shape;
    let front = libm::exp(shape * libm::log(x) + other * libm::log(1.0 - x) - ln_beta);
    if x < (shape + 1.0) / 8.0 {
        front * fraction(x, shape, other) / shape
    } else {
        1.0 - front * fraction(1.0 - x, other, shape) / other
    }
}

fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let tiny = 1e-300;
    let clear = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / clear(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for m in 1..200 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / clear(1.0 + even * d);
        c = clear(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / clear(1.0 + odd * d);
        c = clear(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_invert_the_distribution() {
        for (low, point, high) in [
            (0.0, 0.3, 1.0),
            (0.0, 0.0, 1.0),
            (0.2, 0.9, 0.9),
            (0.03, 0.08, 0.2),
        ] {
            let pert = Pert::new(Range::new(low, point, high).unwrap());
            let ln_beta = libm::lgamma(pert.shape) + libm::lgamma(6.0 - pert.shape) - libm::lgamma(6.0);
            for step in 1..2000 {
                let wanted = f64::from(step) / 2000.0;
                let x = (pert.quantile(Level::new(wanted)) - low) / (high - low);
                let found = distribution(x, pert.shape, ln_beta);
                assert!(
                    (found - wanted).abs() < 1e-5,
                    "{low} {point} {high}: {found} for {wanted}"
                );
            }
        }
    }

    #[test]
    fn the_mean_of_quantiles_is_the_mean_of_the_range() {
        let range = Range::new(0.1, 0.2, 0.7).unwrap();
        let pert = Pert::new(range);
        let count = 20_000;
        let sum: f64 = (0..count)
            .map(|k| pert.quantile(Level::new((f64::from(k) + 0.5) / f64::from(count))))
            .sum();
        assert!((sum / f64::from(count) - mean(range)).abs() < 1e-5);
    }
}
