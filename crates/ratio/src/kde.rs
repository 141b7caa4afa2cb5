//! The kernel-density calibrator: the ratio of two smoothed densities.
//!
//! Gaussian kernels; bandwidth by Silverman's rule, (4/3)^(1/5) · σ · n^(-1/5) with the population's σ, for each class by
//! itself. Beyond the data the ratio of two normal tails grows without support: never use it without bounds.
//! Cost: every evaluation visits every item. Source: Silverman (1986), section 3.4.2.

/// A fitted kernel-density calibrator.
#[derive(Clone, Debug, PartialEq)]
pub struct Kde {
    same: Density,
    different: Density,
    /// log10 of the ratio of the classes' finite shares.
    finite_bans: f64,
}

/// Says why no kernel densities can be fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KdeError {
    /// Fewer than two different finite scores in a class.
    #[error("the {0} scores have no spread, so there is no bandwidth")]
    NoSpread(&'static str),
    /// An infinite score on the wrong side, or NaN.
    #[error("a score is infinitely misleading; kernel densities do not allow for that")]
    Misleading,
}

#[derive(Clone, Debug, PartialEq)]
struct Density {
    scores: Vec<f64>,
    bandwidth: f64,
}

impl Kde {
    /// Densities of both classes.
    ///
    /// Infinite scores on the right side count as mass at infinity. Errors: no spread in a class, misleading infinities.
    pub fn fit(same: &[f64], different: &[f64]) -> Result<Self, KdeError> {
        let misleading =
            |scores: &[f64], wrong: f64| scores.iter().any(|&score| score.is_nan() || score == wrong);
        if misleading(same, f64::NEG_INFINITY) || misleading(different, f64::INFINITY) {
            return Err(KdeError::Misleading);
        }
        let share = |density: &Density, all: &[f64]| density.scores.len() as f64 / all.len() as f64;
        let same_density = Density::of(same).ok_or(KdeError::NoSpread("same"))?;
        let different_density = Density::of(different).ok_or(KdeError::NoSpread("different"))?;
        Ok(Self {
            finite_bans: libm::log10(share(&same_density, same) / share(&different_density, different)),
            same: same_density,
            different: different_density,
        })
    }

    /// Bandwidths of the same and the different class, in units of the score.
    #[must_use]
    pub const fn bandwidths(&self) -> (f64, f64) {
        (self.same.bandwidth, self.different.bandwidth)
    }

    /// The weight of `score`, in bans.
    #[must_use]
    pub fn bans(&self, score: f64) -> f64 {
        if !score.is_finite() {
            return score;
        }
        self.finite_bans + (self.same.ln(score) - self.different.ln(score)) / core::f64::consts::LN_10
    }
}

impl Density {
    fn of(scores: &[f64]) -> Option<Self> {
        let mut scores: Vec<f64> = scores.iter().copied().filter(|score| score.is_finite()).collect();
        // Sorted, so that the sums do not depend on the order of rows.
        scores.sort_by(f64::total_cmp);
        let n = scores.len() as f64;
        let mean = scores.iter().map(|score| score / n).sum::<f64>();
        let variance = scores
            .iter()
            .map(|score| (score - mean) * (score - mean) / n)
            .sum::<f64>();
        let bandwidth = libm::sqrt(variance) * libm::pow(4.0 / 3.0 / n, 0.2);
        (bandwidth > 0.0 && bandwidth.is_finite()).then_some(Self { scores, bandwidth })
    }

    /// Natural log of the density, up to the constant that both classes share.
    fn ln(&self, score: f64) -> f64 {
        let exponent = |item: f64| {
            let z = (score - item) / self.bandwidth;
            -z * z / 2.0
        };
        // Scores are sorted: the nearest is next to where this one would stand.
        let at = self.scores.partition_point(|&item| item < score);
        let neighbours = [at.checked_sub(1), Some(at)];
        let largest = neighbours
            .into_iter()
            .flatten()
            .filter_map(|index| self.scores.get(index))
            .map(|&item| exponent(item))
            .fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self
            .scores
            .iter()
            .map(|&item| libm::exp(exponent(item) - largest))
            .sum();
        largest + libm::log(sum) - libm::log(self.bandwidth) - libm::log(self.scores.len() as f64)
    }
}
