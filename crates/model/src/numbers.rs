//! Numbers with a meaning: probabilities, weights in bans, elicited ranges.
//!
//! Source: METHOD sections 1 and 5; Good (1950) for the ban.

use serde::{Deserialize, Serialize};

/// A probability, finite and in 0..=1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

/// Says why a number is no probability or no range.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NumberError {
    /// Not finite, below 0 or above 1.
    #[error("{0} is not a probability from 0 to 1")]
    NotProbability(f64),
    /// The three numbers of a range are not in order.
    #[error("range [{low}, {point}, {high}] is not in the order low, point, high")]
    Order {
        /// First number.
        low: f64,
        /// Second number.
        point: f64,
        /// Third number.
        high: f64,
    },
    /// A number is NaN or infinite.
    #[error("{0} is not a finite number")]
    NotFinite(f64),
}

impl Probability {
    /// The probability `value`; an error unless it is finite and in 0..=1.
    pub fn new(value: f64) -> Result<Self, NumberError> {
        if value.is_finite() && (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(NumberError::NotProbability(value))
        }
    }

    /// The number itself.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Probability {
    type Error = NumberError;
    fn try_from(value: f64) -> Result<Self, NumberError> {
        Self::new(value)
    }
}

impl From<Probability> for f64 {
    fn from(value: Probability) -> f64 {
        value.0
    }
}

/// An elicited number: low, point, high, finite and in order. One number stands for all three.
///
/// In JSON and TOML: a number, or `[low, point, high]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RangeForm", into = "RangeForm")]
pub struct Range {
    /// The low end (5 % or an elicited minimum; METHOD section 5 draws from PERT(low, point, high)).
    low: f64,
    /// The central value, which the point answer uses.
    point: f64,
    /// The high end.
    high: f64,
}

/// The two ways to write a [`Range`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RangeForm {
    /// One number: no spread.
    One(f64),
    /// Low, point, high.
    Three([f64; 3]),
}

impl Range {
    /// The range low, point, high; an error unless finite and in order.
    pub fn new(low: f64, point: f64, high: f64) -> Result<Self, NumberError> {
        for value in [low, point, high] {
            if !value.is_finite() {
                return Err(NumberError::NotFinite(value));
            }
        }
        if low <= point && point <= high {
            Ok(Self { low, point, high })
        } else {
            Err(NumberError::Order { low, point, high })
        }
    }

    /// A range without spread. `value` must be finite; anything else becomes 0.
    #[must_use]
    pub const fn exactly(value: f64) -> Self {
        let value = if value.is_finite() { value } else { 0.0 };
        Self {
            low: value,
            point: value,
            high: value,
        }
    }

    /// The low end.
    #[must_use]
    pub const fn low(self) -> f64 {
        self.low
    }

    /// The central value.
    #[must_use]
    pub const fn point(self) -> f64 {
        self.point
    }

    /// The high end.
    #[must_use]
    pub const fn high(self) -> f64 {
        self.high
    }

    /// Whether all three numbers are probabilities.
    #[must_use]
    pub fn is_probability(self) -> bool {
        self.low >= 0.0 && self.high <= 1.0
    }

    /// Whether low and high are the same number.
    #[must_use]
    #[expect(
        clippy::float_cmp,
        reason = "a range without spread holds one number three times, bit for bit"
    )]
    pub fn is_exact(self) -> bool {
        self.low == self.high
    }
}

impl TryFrom<RangeForm> for Range {
    type Error = NumberError;
    fn try_from(form: RangeForm) -> Result<Self, NumberError> {
        match form {
            RangeForm::One(value) => Self::new(value, value, value),
            RangeForm::Three([low, point, high]) => Self::new(low, point, high),
        }
    }
}

impl From<Range> for RangeForm {
    fn from(range: Range) -> Self {
        if range.is_exact() {
            Self::One(range.point)
        } else {
            Self::Three([range.low, range.point, range.high])
        }
    }
}

/// A weight of evidence: log10 of a likelihood ratio. Positive supports, negative opposes.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bans(pub f64);

/// A weight with its interval and the bound beyond which none is given, as outputs print it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WeightBans {
    /// Central value.
    pub point: f64,
    /// Low end.
    pub low: f64,
    /// High end.
    pub high: f64,
    /// Bound.
    pub bound: f64,
}
