//! Tails of the distributions that contacts by chance follow. All exact for what they say, none simulated.

/// P(at least `least` of independent trials succeed), each with its own chance.
///
/// Time: trials × least. Source: the recursion for the Poisson binomial distribution (Hodges and Le Cam 1960 name it; the
/// recursion is elementary).
pub(super) fn at_least(least: usize, chances: impl Iterator<Item = f64>) -> f64 {
    if least == 0 {
        return 1.0;
    }
    // P(exactly i successes so far) for i < least, and P(least or more).
    let mut exactly = vec![0.0f64; least];
    if let Some(none) = exactly.first_mut() {
        *none = 1.0;
    }
    let mut reached = 0.0f64;
    for chance in chances {
        let chance = if chance.is_finite() {
            chance.clamp(0.0, 1.0)
        } else {
            1.0
        };
        reached += exactly.last().copied().unwrap_or(0.0) * chance;
        let mut below = 0.0;
        for cell in &mut exactly {
            let here = *cell;
            *cell = here * (1.0 - chance) + below * chance;
            below = here;
        }
    }
    reached.clamp(0.0, 1.0)
}

/// The largest chance, whatever the rate, that an exponential time lies within `tolerance` (a share below 1) of a given one.
pub(super) fn near(tolerance: f64) -> f64 {
    if tolerance <= 0.0 {
        return 0.0;
    }
    if tolerance >= 1.0 {
        return 1.0;
    }
    let at = libm::log((1.0 + tolerance) / (1.0 - tolerance)) / (2.0 * tolerance);
    libm::exp(-(1.0 - tolerance) * at) - libm::exp(-(1.0 + tolerance) * at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_binomial() {
        let ten = |least| at_least(least, std::iter::repeat_n(0.5, 10));
        assert!((ten(10) - 1.0 / 1024.0).abs() < 1e-15);
        assert!((ten(9) - 11.0 / 1024.0).abs() < 1e-15);
        assert_eq!(ten(0), 1.0);
        assert_eq!(ten(11), 0.0);
        let mixed = at_least(1, [0.1, 0.2, 0.3].into_iter());
        assert!((mixed - (1.0 - 0.9 * 0.8 * 0.7)).abs() < 1e-15);
    }

    #[test]
    fn no_rate_makes_an_interval_likelier_to_be_near_than_said() {
        for tolerance in [0.05, 0.1, 0.2, 0.4] {
            let most = near(tolerance);
            for step in 1..400 {
                let at = f64::from(step) * 0.02;
                let chance = libm::exp(-(1.0 - tolerance) * at) - libm::exp(-(1.0 + tolerance) * at);
                assert!(chance <= most + 1e-12);
            }
        }
    }
}
