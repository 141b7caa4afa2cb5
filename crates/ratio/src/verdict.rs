//! What may be claimed from a validation, in sentences that follow from its numbers.
//!
//! A claim needs three things: weights tested on families that the calibrator had not seen; a cost below that of no weight
//! in 95 of 100 resamples of families; bounds that leave room. How far a claim goes is the bounds' business alone.

use serde::Serialize;

use crate::folds::Tested;
use crate::validation::{ReadAs, Validation};

/// How far a claim goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// No weight may be claimed.
    #[default]
    Nothing,
    /// Weights within the bounds, for comparisons like these.
    WithinBounds,
}

/// What may be claimed, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Verdict {
    /// How far.
    pub claim: Claim,
    /// The claim in one sentence.
    pub sentence: String,
    /// What it rests on, and what limits it.
    pub reasons: Vec<String>,
}

/// The verdict on `validation`; its own `verdict` field is not read.
#[must_use]
pub fn verdict(validation: &Validation) -> Verdict {
    let against = against(validation);
    let (low, high) = (validation.elub.low, validation.elub.high);
    if against.is_empty() {
        let reach = if low < 0.0 && high > 0.0 {
            format!("weights from {} to {} bans", signed(low), signed(high))
        } else if high > 0.0 {
            format!(
                "weights up to {} bans for one source, none against it",
                signed(high)
            )
        } else {
            format!(
                "weights down to {} bans against one source, none for it",
                signed(low)
            )
        };
        return Verdict {
            claim: Claim::WithinBounds,
            sentence: format!("For comparisons like these, {reach} may be claimed; nothing beyond."),
            reasons: reasons(validation),
        };
    }
    Verdict {
        claim: Claim::Nothing,
        sentence: "No weight may be claimed from these data.".to_owned(),
        reasons: against.into_iter().chain(reasons(validation)).collect(),
    }
}

fn signed(bans: f64) -> String {
    format!("{bans:+.2}").replace('-', "\u{2212}")
}

/// Reasons against any claim.
fn against(validation: &Validation) -> Vec<String> {
    let mut reasons = Vec::new();
    if validation.tested == Tested::InSample {
        reasons.push(
            "The weights could not be tested on families that the calibrator had not seen: leaving one out leaves a \
             class without pairs. More families with pairs of both kinds are needed."
                .to_owned(),
        );
    }
    match &validation.intervals {
        None => reasons.push(
            "There are too few families to say how far the numbers would move with other ones.".to_owned(),
        ),
        Some(intervals) if intervals.cllr.high.is_nan() || intervals.cllr.high >= 1.0 => {
            reasons.push(format!(
                "The cost may be as high as {} bits with other families; saying nothing costs 1.",
                bits(intervals.cllr.high)
            ))
        }
        Some(_) => {}
    }
    if validation.elub.low >= 0.0 && validation.elub.high <= 0.0 {
        reasons.push("The bounds leave no room on either side of 0.".to_owned());
    }
    if validation.read_as == ReadAs::Scores
        && validation.logistic.is_some_and(|fitted| fitted.slope_ln <= 0.0)
    {
        reasons.push(
            "The scores do not rise with likeness. If low scores mean alike, say so (`--distance`)."
                .to_owned(),
        );
    }
    reasons
}

fn bits(value: f64) -> String {
    if value.is_finite() {
        format!("{value:.3}")
    } else {
        "infinite".to_owned()
    }
}

/// What a claim rests on and what limits it.
fn reasons(validation: &Validation) -> Vec<String> {
    let mut reasons = Vec::new();
    reasons.push(match validation.tested {
        Tested::LeaveOneFamilyOut => format!(
            "Every pair was weighed by a calibrator that had not seen its family ({} families).",
            validation.families
        ),
        Tested::WholeFamilyFolds => format!(
            "Every pair was weighed by a calibrator that had not seen its family ({} families in {} folds).",
            validation.families, validation.folds
        ),
        Tested::InSample => "The numbers are those of the pairs that the calibrator was fitted to: they flatter.".to_owned(),
        Tested::AsGiven => {
            "The weights were taken as given. Whether the system that made them had seen these families is not in the table."
                .to_owned()
        }
    });
    let part = if validation.cllr > 0.0 && validation.cllr.is_finite() {
        format!(
            "Of the cost of {} bits, {} come from poor discrimination and {} from calibration and from meeting new families.",
            bits(validation.cllr),
            bits(validation.cllr_min),
            bits(validation.cllr_cal)
        )
    } else if validation.cllr.is_infinite() {
        "A weight is infinitely misleading, so the cost is infinite: such a system may not be used without bounds.".to_owned()
    } else {
        "The weights cost nothing on these pairs.".to_owned()
    };
    reasons.push(part);
    let (parts, bounds) = (validation.elub_parts, validation.elub);
    reasons.push(if parts.caps.high < parts.empirical.high {
        format!(
            "The upper bound is set by the number of families with different pairs ({}): more families raise it, more pairs do not.",
            validation.families_different
        )
    } else {
        format!(
            "The upper bound of {} bans is set by the misleading weights among different pairs, one more added.",
            signed(bounds.high)
        )
    });
    reasons.push(if parts.caps.low > parts.empirical.low {
        format!(
            "The lower bound is set by the number of families with same pairs ({}).",
            validation.families_same
        )
    } else {
        format!(
            "The lower bound of {} bans is set by the misleading weights among same pairs, one more added.",
            signed(bounds.low)
        )
    });
    if validation.logistic.is_some_and(|fitted| fitted.separable) {
        reasons.push(
            "The scores separate the classes entirely; one misleading pair was added to each so that the calibrator has an \
             optimum. Harder pairs would say more than more pairs."
                .to_owned(),
        );
    }
    if validation.tested == Tested::AsGiven
        && let Some(better) = validation
            .calibrators
            .iter()
            .filter_map(|compared| compared.cllr)
            .find(|cllr| *cllr < validation.cllr)
    {
        reasons.push(format!(
            "Recalibrated on other families the weights would cost {} bits instead of {}.",
            bits(better),
            bits(validation.cllr)
        ));
    }
    if let (Some(chosen), Some(intervals)) = (validation.calibrator, &validation.intervals)
        && let Some((better, cllr)) = validation
            .calibrators
            .iter()
            .filter_map(|compared| compared.cllr.map(|cllr| (compared.calibrator, cllr)))
            .filter(|(kind, cllr)| *kind != chosen && *cllr < intervals.cllr.low)
            .min_by(|a, b| a.1.total_cmp(&b.1))
    {
        reasons.push(format!(
            "Another calibrator costs less on families that it had not seen: {} bits (`--calibrator {}`). Choosing it after \
             looking flatters a little.",
            bits(cllr),
            better.name()
        ));
    }
    reasons.push(
        "Comparisons of another kind (other material, other population, other preparation) are not covered by these numbers."
            .to_owned(),
    );
    reasons
}
