//! The whole validation of a set of labelled scores: every number that a report shows, from one function.
//!
//! Scores become weights by a calibrator that has not seen the pair's family; then the weights are measured. With
//! [`ReadAs::Bans`] the scores are weights already and nothing is fitted.

use serde::Serialize;

use crate::Added;
use crate::bootstrap::{Intervals, over_families};
use crate::bounds::{Bounds, caps, elub};
use crate::cost::{Costs, cllr_of_pools, cross_entropy_of_nothing, cross_entropy_of_pools};
use crate::curves::{
    Bin, DetPoint, Misleading, TippettPoint, calibration_error, det, equal_error_rate, misleading,
    reliability, tippett,
};
use crate::folds::{Calibrator, FitError, Folds, Kind, Tested};
use crate::logistic::Logistic;
use crate::pav::Pav;
use crate::runs::{Runs, RunsError};
use crate::sample::Sample;
use crate::verdict::{Verdict, verdict};

/// What the scores are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadAs {
    /// Any number that is higher for more alike; to be calibrated.
    Scores,
    /// Weights in bans, that is log10 of likelihood ratios.
    Bans,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// What the scores are.
    pub read_as: ReadAs,
    /// Which calibrator makes the weights that are measured.
    pub calibrator: Kind,
    /// Draws of the bootstrap; 0 for none.
    pub draws: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            read_as: ReadAs::Scores,
            calibrator: Kind::Logistic,
            draws: 1000,
            seed: 1,
        }
    }
}

/// Points of a curve, at most about so many.
const POINTS_MAX: usize = 400;
/// Prior odds of the cross-entropy curve, in tenths of a ban, each way.
const PRIOR_TENTHS_MAX: i32 = 30;

/// Says why there is no validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValidationError {
    /// The chosen calibrator does not fit.
    #[error("the chosen calibrator does not fit these scores, another calibrator may do")]
    Fit(#[from] FitError),
    /// The weights are no data.
    #[error(transparent)]
    Weights(#[from] RunsError),
}

/// One point of the empirical cross-entropy, in bits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EntropyPoint {
    /// log10 of the prior odds.
    pub prior_bans: f64,
    /// Of the weights. Infinite (`null`) where a weight is infinitely misleading.
    pub weights: f64,
    /// Of the best monotone recalibration of the scores.
    pub best: f64,
    /// Of no weight at all.
    pub nothing: f64,
}

/// A step of the best monotone calibrator of the scores (one misleading item added to each class).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Lowest score.
    pub first: f64,
    /// Highest score.
    pub last: f64,
    /// The weight, in bans.
    pub bans: f64,
}

/// How one calibrator does on families that it has not seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// Which.
    pub calibrator: Kind,
    /// Cllr, in bits; nothing where it could not be fitted.
    pub cllr: Option<f64>,
    /// Why not.
    pub refused: Option<String>,
}

/// The bounds before they are joined.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BoundParts {
    /// From the pairs, one misleading item added to each class.
    pub empirical: Bounds,
    /// From the number of families.
    pub caps: Bounds,
}

/// All numbers of a validation. Shapes of the curves: ascending in their first field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Validation {
    /// Name and version of this form.
    pub schema: &'static str,
    /// Pairs of one source.
    pub n_same: u64,
    /// Pairs of different sources.
    pub n_different: u64,
    /// Independent families.
    pub families: usize,
    /// Cost of the weights at even prior odds, in bits.
    pub cllr: f64,
    /// Cost of the best monotone recalibration of the scores, in bits.
    pub cllr_min: f64,
    /// Expected calibration error at even prior odds: mean difference of the probabilities said and the shares seen.
    pub ece: f64,
    /// Nothing beyond these is to be claimed, in bans.
    pub elub: Bounds,
    /// `cllr` − `cllr_min`.
    pub cllr_cal: f64,
    /// Cost of the weights held within `elub`, in bits.
    pub cllr_within_bounds: f64,
    /// Equal error rate of the scores.
    pub eer: f64,
    /// Families with same pairs.
    pub families_same: usize,
    /// Families with different pairs.
    pub families_different: usize,
    /// What the scores were taken for.
    pub read_as: ReadAs,
    /// Which calibrator made the weights; nothing where they were given.
    pub calibrator: Option<Kind>,
    /// The logistic calibrator of all pairs, where there is one.
    pub logistic: Option<Logistic>,
    /// On what the weights were tested.
    pub tested: Tested,
    /// Fits that the test took.
    pub folds: u32,
    /// Where `elub` comes from.
    pub elub_parts: BoundParts,
    /// Misleading weights.
    pub misleading: Misleading,
    /// 90 % intervals over families.
    pub intervals: Option<Intervals>,
    /// All calibrators on families that they had not seen.
    pub calibrators: Vec<Compared>,
    /// What may be claimed.
    pub verdict: Verdict,
    /// Empirical cross-entropy.
    pub cross_entropy: Vec<EntropyPoint>,
    /// Tippett curves of the weights.
    pub tippett: Vec<TippettPoint>,
    /// Both errors at every threshold of the scores.
    pub det: Vec<DetPoint>,
    /// Said and seen.
    pub reliability: Vec<Bin>,
    /// The best monotone calibrator of the scores.
    pub pav: Vec<Step>,
}

/// Validates `sample`.
///
/// Errors: the chosen calibrator does not fit the scores.
pub fn validate(sample: &Sample, options: Options) -> Result<Validation, ValidationError> {
    let folds = Folds::of(sample);
    let logistic = match Calibrator::fit(Kind::Logistic, sample, |_| true) {
        Ok(Calibrator::Logistic(fitted)) => Some(fitted),
        _ => None,
    };
    let mut calibrators = Vec::new();
    let mut chosen = None;
    for kind in Kind::ALL {
        let weights = folds.weights(kind, sample);
        calibrators.push(Compared {
            calibrator: kind,
            cllr: weights.as_ref().ok().map(|weights| cost(sample, weights).cllr()),
            refused: weights.as_ref().err().map(FitError::to_string),
        });
        if options.read_as == ReadAs::Scores && kind == options.calibrator {
            chosen = Some(weights?);
        }
    }
    let (weights, tested) = match chosen {
        Some(weights) => (weights, folds.tested()),
        None => (
            sample.rows().iter().map(|row| row.score).collect(),
            Tested::AsGiven,
        ),
    };
    let (same, different) = sample.split(&weights);
    let runs = Runs::new(&same, &different)?;
    let costs = Costs::new(&same, &different);
    let (families_same, families_different, families) = sample.family_counts();
    let empirical = elub(&same, &different, Added::OneMisleadingEach);
    let cap = caps(families_same, families_different);
    let bounds = empirical.within(cap);
    let best = Pav::fit(sample.runs(), Added::Nothing);
    let steps = Pav::fit(sample.runs(), Added::OneMisleadingEach);
    let held: Vec<f64> = weights.iter().map(|&bans| bounds.hold(bans)).collect();
    let bins = reliability(&runs);
    let (cllr, cllr_min) = (costs.cllr(), cllr_of_pools(&best));
    let mut validation = Validation {
        schema: "ascribe.validation/1",
        n_same: runs.same(),
        n_different: runs.different(),
        families,
        cllr,
        cllr_min,
        ece: calibration_error(&bins),
        elub: bounds,
        cllr_cal: cllr - cllr_min,
        cllr_within_bounds: cost(sample, &held).cllr(),
        eer: equal_error_rate(sample.runs()),
        families_same,
        families_different,
        read_as: options.read_as,
        calibrator: (tested != Tested::AsGiven).then_some(options.calibrator),
        logistic,
        tested,
        folds: if tested == Tested::AsGiven || tested == Tested::InSample {
            0
        } else {
            folds.count()
        },
        elub_parts: BoundParts { empirical, caps: cap },
        misleading: misleading(&runs),
        intervals: over_families(sample, &weights, options.draws, options.seed),
        calibrators,
        verdict: Verdict::default(),
        cross_entropy: entropy_curve(&costs, &best),
        tippett: tippett(&runs, POINTS_MAX),
        det: det(sample.runs(), POINTS_MAX),
        reliability: bins,
        pav: steps
            .pools()
            .iter()
            .map(|pool| Step {
                first: pool.first,
                last: pool.last,
                bans: steps.pool_bans(pool),
            })
            .collect(),
    };
    validation.verdict = verdict(&validation);
    Ok(validation)
}

fn cost(sample: &Sample, weights: &[f64]) -> Costs {
    let (same, different) = sample.split(weights);
    Costs::new(&same, &different)
}

fn entropy_curve(costs: &Costs, best: &Pav) -> Vec<EntropyPoint> {
    (-PRIOR_TENTHS_MAX..=PRIOR_TENTHS_MAX)
        .map(|tenths| {
            let prior_bans = f64::from(tenths) / 10.0;
            EntropyPoint {
                prior_bans,
                weights: costs.cross_entropy(prior_bans),
                best: cross_entropy_of_pools(best, prior_bans),
                nothing: cross_entropy_of_nothing(prior_bans),
            }
        })
        .collect()
}
