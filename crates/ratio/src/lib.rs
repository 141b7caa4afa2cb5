//! Measured likelihood ratios: calibrators from labelled scores, bounds, and how good the ratios are.
//!
//! A score says how alike two things are; a calibrator turns it into a weight in bans (log10 of a likelihood ratio);
//! the bounds say beyond which weight the data give no support; the validation says how good the weights are on families
//! that the calibrator has not seen. Reads no files, knows no engine. Class 1 is "same" (same source), class 0 "different".
//! Source: METHOD section 4.

pub mod bootstrap;
pub mod bounds;
pub mod cost;
pub mod curves;
pub mod folds;
pub mod forecast;
pub mod kde;
pub mod logistic;
pub mod pav;
pub mod runs;
pub mod sample;
pub mod table;
pub mod track;
pub mod validation;
pub mod verdict;

/// How items are added before something is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// The data as they are.
    Nothing,
    /// One misleading item per class: a different one above every score, a same one below every score. So no ratio is
    /// ever 0 or infinite.
    OneMisleadingEach,
}

impl Added {
    /// Items that each class gets.
    #[must_use]
    pub const fn per_class(self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::OneMisleadingEach => 1,
        }
    }
}
