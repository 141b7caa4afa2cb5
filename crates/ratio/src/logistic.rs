//! The logistic calibrator: weight = slope · score + intercept, exact optimum.
//!
//! Classes weigh the same however many items they have. Newton's method with step halving on the whole data; where the
//! scores separate the classes there is no optimum, and one misleading item is added to each class, which says so.
//! Source: METHOD section 4; Brümmer & du Preez (2006) section 7; the existence of the optimum: Albert & Anderson (1984).

use crate::cost::LnSum;

/// A fitted logistic calibrator.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Logistic {
    /// Natural log of the ratio per unit of score.
    pub slope_ln: f64,
    /// Natural log of the ratio at score 0.
    pub intercept_ln: f64,
    /// Whether the scores separated the classes, so that a misleading item was added to each.
    pub separable: bool,
}

/// What keeps the slope from growing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Penalty {
    /// Nothing: the maximum of the likelihood.
    None,
    /// Half the square of the slope against this many times the loss. Depends on the unit of the score.
    Ridge {
        /// Inverse strength.
        c: f64,
    },
}

/// Says why no logistic calibrator fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogisticError {
    /// No finite score in a class.
    #[error("no finite {0} score to fit a logistic calibrator to")]
    Empty(&'static str),
    /// An infinite score on the wrong side, or NaN.
    #[error("a score is infinitely misleading; no logistic calibrator allows for that")]
    Misleading,
}

const LN_10: f64 = core::f64::consts::LN_10;
const ITERATIONS_MAX: usize = 200;
const HALVINGS_MAX: usize = 60;

impl Logistic {
    /// The optimum for `rows` of (score, whether same), which are gone through several times.
    ///
    /// Infinite scores on the right side are left out: no slope is too steep for them.
    /// Errors: a class without finite scores, a score that is NaN or infinite on the wrong side.
    pub fn fit<I>(rows: I, penalty: Penalty) -> Result<Self, LogisticError>
    where
        I: Iterator<Item = (f64, bool)> + Clone,
    {
        Self::fit_from(None, rows, penalty)
    }

    /// As [`Self::fit`], from a start near the optimum: the same optimum, sooner.
    pub(crate) fn fit_from<I>(start: Option<Self>, rows: I, penalty: Penalty) -> Result<Self, LogisticError>
    where
        I: Iterator<Item = (f64, bool)> + Clone,
    {
        let extent = Extent::of(rows.clone())?;
        let finite = rows.filter(|(score, _)| score.is_finite());
        if extent.low >= extent.high {
            // One score for all: it says nothing.
            return Ok(Self {
                slope_ln: 0.0,
                intercept_ln: 0.0,
                separable: false,
            });
        }
        let separable = extent.separable();
        if penalty == Penalty::None && separable {
            // Misleading whichever class is the higher one: on the far side of the other.
            let same_higher = extent.different_high <= extent.same_low;
            let added = [(extent.high, !same_higher), (extent.low, same_higher)];
            let fitted = newton(start, finite.chain(added), extent.with_one_more(), penalty);
            return Ok(Self { separable, ..fitted });
        }
        Ok(newton(start, finite, extent, penalty))
    }

    /// The weight of `score`, in bans.
    #[must_use]
    pub fn bans(&self, score: f64) -> f64 {
        if score.is_infinite() && self.slope_ln == 0.0 {
            return self.intercept_ln / LN_10;
        }
        (self.slope_ln * score + self.intercept_ln) / LN_10
    }
}

/// Where the scores lie.
#[derive(Clone, Copy)]
struct Extent {
    same: usize,
    different: usize,
    same_low: f64,
    same_high: f64,
    different_low: f64,
    different_high: f64,
    low: f64,
    high: f64,
}

impl Extent {
    fn of(rows: impl Iterator<Item = (f64, bool)>) -> Result<Self, LogisticError> {
        let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut extent = Self {
            same: 0,
            different: 0,
            same_low: low,
            same_high: high,
            different_low: low,
            different_high: high,
            low,
            high,
        };
        for (score, same) in rows {
            if !score.is_finite() {
                if score.is_nan() || same != (score > 0.0) {
                    return Err(LogisticError::Misleading);
                }
            } else if same {
                extent.same += 1;
                extent.same_low = extent.same_low.min(score);
                extent.same_high = extent.same_high.max(score);
            } else {
                extent.different += 1;
                extent.different_low = extent.different_low.min(score);
                extent.different_high = extent.different_high.max(score);
            }
        }
        if extent.same == 0 {
            return Err(LogisticError::Empty("same"));
        }
        if extent.different == 0 {
            return Err(LogisticError::Empty("different"));
        }
        extent.low = extent.same_low.min(extent.different_low);
        extent.high = extent.same_high.max(extent.different_high);
        Ok(extent)
    }

    /// Whether the classes touch at most: then the likelihood has no maximum.
    fn separable(&self) -> bool {
        self.different_high <= self.same_low || self.same_high <= self.different_low
    }

    fn with_one_more(self) -> Self {
        Self {
            same: self.same + 1,
            different: self.different + 1,
            ..self
        }
    }
}

/// Value, gradient and curvature of the loss at a slope and intercept (of scores mapped to −1..=1).
#[derive(Clone, Copy, Default)]
struct Loss {
    value: f64,
    slope: f64,
    intercept: f64,
    slope_slope: f64,
    slope_intercept: f64,
    intercept_intercept: f64,
}

fn newton(
    start: Option<Logistic>,
    rows: impl Iterator<Item = (f64, bool)> + Clone,
    extent: Extent,
    penalty: Penalty,
) -> Logistic {
    // Halves first: the difference of two finite scores may be infinite.
    let (middle, half) = (
        extent.low / 2.0 + extent.high / 2.0,
        extent.high / 2.0 - extent.low / 2.0,
    );
    let all = (extent.same + extent.different) as f64;
    let (same_weight, different_weight) = (
        all / 2.0 / extent.same as f64,
        all / 2.0 / extent.different as f64,
    );
    let (loss_factor, ridge) = match penalty {
        Penalty::None => (1.0, 0.0),
        Penalty::Ridge { c } => (c, 1.0 / half / half),
    };
    let rows = rows.map(|(score, same)| ((score - middle) / half, same));
    let loss = |slope: f64, intercept: f64| {
        let mut loss = Loss::default();
        let (mut same_sum, mut different_sum) = (LnSum::new(), LnSum::new());
        for (x, same) in rows.clone() {
            let z = slope * x + intercept;
            let small = libm::exp(-z.abs());
            let near = 1.0 / (1.0 + small);
            let far = small * near;
            // Probability of the wrong class, and its loss.
            let (wrong, weight, sign) = if same {
                (if z > 0.0 { far } else { near }, same_weight, -1.0)
            } else {
                (if z > 0.0 { near } else { far }, different_weight, 1.0)
            };
            if same {
                loss.value += same_weight * (-z).max(0.0);
                same_sum.add(small);
            } else {
                loss.value += different_weight * z.max(0.0);
                different_sum.add(small);
            }
            let gradient = sign * weight * wrong;
            let curvature = weight * near * far;
            loss.slope += gradient * x;
            loss.intercept += gradient;
            loss.slope_slope += curvature * x * x;
            loss.slope_intercept += curvature * x;
            loss.intercept_intercept += curvature;
        }
        loss.value += same_weight * same_sum.total() + different_weight * different_sum.total();
        Loss {
            value: loss.value * loss_factor + ridge * slope * slope / 2.0,
            slope: loss.slope * loss_factor + ridge * slope,
            intercept: loss.intercept * loss_factor,
            slope_slope: loss.slope_slope * loss_factor + ridge,
            slope_intercept: loss.slope_intercept * loss_factor,
            intercept_intercept: loss.intercept_intercept * loss_factor,
        }
    };
    let (mut slope, mut intercept) = start.map_or((0.0, 0.0), |start| {
        (
            start.slope_ln * half,
            start.intercept_ln + start.slope_ln * middle,
        )
    });
    let mut now = loss(slope, intercept);
    for _ in 0..ITERATIONS_MAX {
        let determinant =
            now.slope_slope * now.intercept_intercept - now.slope_intercept * now.slope_intercept;
        let mut slope_step =
            (now.slope_intercept * now.intercept - now.intercept_intercept * now.slope) / determinant;
        let mut intercept_step =
            (now.slope_intercept * now.slope - now.slope_slope * now.intercept) / determinant;
        if !(slope_step.is_finite() && intercept_step.is_finite()) {
            break;
        }
        let mut next = loss(slope + slope_step, intercept + intercept_step);
        for _ in 0..HALVINGS_MAX {
            // Rounding may raise the value a little at the optimum; that is no reason to halve.
            if next.value <= now.value * (1.0 + 1e-13) {
                break;
            }
            slope_step /= 2.0;
            intercept_step /= 2.0;
            next = loss(slope + slope_step, intercept + intercept_step);
        }
        slope += slope_step;
        intercept += intercept_step;
        now = next;
        let moved = (slope_step / (1.0 + slope.abs()))
            .abs()
            .max((intercept_step / (1.0 + intercept.abs())).abs());
        // Convergence is quadratic: the next step would be about the square of this one.
        if moved < 1e-8 {
            break;
        }
    }
    let slope_ln = slope / half;
    Logistic {
        slope_ln,
        intercept_ln: intercept - slope_ln * middle,
        separable: false,
    }
}
