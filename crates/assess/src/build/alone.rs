//! What one finding weighs by itself, and the pair of likelihoods that gives a wanted weight.
//!
//! Source: METHOD section 4 (signed, measured, judged) and section 5, "Weight alone".

use ascribe_model::Range;

use super::BuildError;
use crate::assessment::Weight;

/// One ban: no judged finding weighs more (METHOD section 4).
pub(super) const JUDGED_MAX: f64 = 1.0;

/// The larger of a pair that stands for a ratio: "scaled below 1" (METHOD section 4).
const MOST: f64 = 0.95;

/// The smaller of a pair never goes below this part of the larger: no finding makes anything impossible.
const LEAST: f64 = 1e-6;

/// P(said | …) on either side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    /// P(says present | present).
    pub(super) if_present: Range,
    /// P(says present | absent).
    pub(super) if_absent: Range,
}

/// The numbers that the weight of one finding rests on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alone {
    /// Hit rate of the trace; 1 for what is said of a value itself (an owner, the operator).
    pub(super) hit: Range,
    /// Rarity of the trace; 0 for what is said of a value itself.
    pub(super) rarity: Range,
    /// P(says present | present, absent).
    pub(super) pair: Pair,
    /// Reliability and push of the source; none: own measurement.
    pub(super) source: Option<(Range, Range)>,
    /// Whether it says "present".
    pub(super) says: bool,
}

impl Alone {
    fn ranges(&self) -> [Range; 6] {
        let (reliable, push) = self.source.unwrap_or((Range::exactly(1.0), Range::exactly(0.0)));
        let Pair {
            if_present,
            if_absent,
        } = self.pair;
        [self.hit, self.rarity, if_present, if_absent, reliable, push]
    }

    /// log10 of P(it | the operator owns the subject) / P(it | it has nothing to do with it).
    fn at(&self, [hit, rarity, if_present, if_absent, reliable, push]: [f64; 6]) -> f64 {
        let own = 1.0 - (1.0 - rarity) * (1.0 - hit);
        let said = |present: f64| {
            let yes = present * if_present + (1.0 - present) * if_absent;
            let heard = if self.says { yes } else { 1.0 - yes };
            reliable * heard + (1.0 - reliable) * push
        };
        let (ours, theirs) = (said(own), said(rarity));
        if ours <= 0.0 && theirs <= 0.0 {
            return 0.0;
        }
        libm::log10(ours.max(LEAST * theirs) / theirs.max(LEAST * ours))
    }

    /// At the central numbers.
    #[cfg(test)]
    pub(super) fn point(&self) -> f64 {
        self.at(self.ranges().map(Range::point))
    }

    /// Point, ends and bound.
    ///
    /// Each number is moved to its ends alone and the moves of the weight are added as independent ones are, by
    /// squares: all numbers at their worst together would be far wider than the 90 % that the ranges stand for.
    pub(super) fn weight(&self, bound: f64) -> Weight {
        let ranges = self.ranges();
        let points = ranges.map(Range::point);
        let point = self.at(points);
        let (mut below, mut above) = (0.0_f64, 0.0_f64);
        for (index, range) in ranges.iter().enumerate() {
            let moved = |value: f64| {
                let mut numbers = points;
                if let Some(cell) = numbers.get_mut(index) {
                    *cell = value;
                }
                self.at(numbers) - point
            };
            let (one, other) = (moved(range.low()), moved(range.high()));
            let (down, up) = (one.min(other).min(0.0), one.max(other).max(0.0));
            below += down * down;
            above += up * up;
        }
        Weight {
            point: point.clamp(-bound, bound),
            low: (point - libm::sqrt(below)).clamp(-bound, bound),
            high: (point + libm::sqrt(above)).clamp(-bound, bound),
            bound,
        }
    }

    /// `if_absent` moved toward `if_present` until the finding weighs at most one ban.
    pub(super) fn capped(self) -> Result<Self, BuildError> {
        let (present, absent) = (self.pair.if_present.point(), self.pair.if_absent.point());
        let mut numbers = self.ranges().map(Range::point);
        let mut over = |if_absent: f64| {
            if let Some(cell) = numbers.get_mut(3) {
                *cell = if_absent;
            }
            libm::fabs(self.at(numbers)) > JUDGED_MAX
        };
        if !over(absent) {
            return Ok(self);
        }
        // At `present` the finding says nothing, so the border lies between.
        let (mut heavy, mut light) = (absent, present);
        for _ in 0..80 {
            let middle = f64::midpoint(heavy, light);
            if over(middle) {
                heavy = middle;
            } else {
                light = middle;
            }
        }
        let range = self.pair.if_absent;
        let if_absent = if light >= absent {
            Range::new(light, light, range.high().max(light))?
        } else {
            Range::new(range.low().min(light), light, light)?
        };
        Ok(Self {
            pair: Pair {
                if_absent,
                ..self.pair
            },
            ..self
        })
    }
}

/// The pair LR : 1, `bans` being log10 of the ratio (METHOD section 4).
pub(super) fn from_ratio(bans: Range, says: bool) -> Result<Pair, BuildError> {
    from_quotients(bans, says, |bans| libm::pow(10.0, -bans))
}

/// The pair with which a finding about a trace of these rates weighs `bans` alone, before its source is counted.
///
/// A weight that the trace's own rates do not allow becomes the nearest that they do.
pub(super) fn from_weight(bans: Range, hit: f64, rarity: f64, says: bool) -> Result<Pair, BuildError> {
    let own = 1.0 - (1.0 - rarity) * (1.0 - hit);
    from_quotients(bans, says, |bans| {
        let ratio = libm::pow(10.0, bans);
        let (above, below) = (own - ratio * rarity, ratio * (1.0 - rarity) - (1.0 - own));
        if above <= 0.0 {
            LEAST
        } else if below <= 0.0 {
            1.0 / LEAST
        } else {
            above / below
        }
    })
}

/// The pair whose quotient P(said | absent) / P(said | present) is `quotient` at each end of `bans`.
fn from_quotients(bans: Range, says: bool, quotient: impl Fn(f64) -> f64) -> Result<Pair, BuildError> {
    let at = |bans: f64| quotient(bans).clamp(LEAST, 1.0 / LEAST);
    let (weak, point, strong) = (at(bans.low()), at(bans.point()), at(bans.high()));
    let scale = MOST / weak.max(point).max(strong).max(1.0);
    let said_if_present = Range::exactly(scale);
    let said_if_absent = ordered(scale * strong, scale * point, scale * weak)?;
    if says {
        return Ok(Pair {
            if_present: said_if_present,
            if_absent: said_if_absent,
        });
    }
    Ok(Pair {
        if_present: complement(said_if_present)?,
        if_absent: complement(said_if_absent)?,
    })
}

fn ordered(low: f64, point: f64, high: f64) -> Result<Range, BuildError> {
    Ok(Range::new(low.min(point), point, high.max(point))?)
}

/// 1 − x.
pub(super) fn complement(range: Range) -> Result<Range, BuildError> {
    Ok(Range::new(
        1.0 - range.high(),
        1.0 - range.point(),
        1.0 - range.low(),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Alone {
        Alone {
            hit: Range::exactly(0.7),
            rarity: Range::exactly(0.005),
            pair: Pair {
                if_present: Range::exactly(0.9),
                if_absent: Range::exactly(0.03),
            },
            source: None,
            says: true,
        }
    }

    #[test]
    fn the_weights_of_the_reference_are_reproduced() {
        assert!((code().point() - 1.270_460_151_751_308_3).abs() < 1e-12);
        let heard = Alone {
            pair: Pair {
                if_present: Range::exactly(0.92),
                ..code().pair
            },
            source: Some((Range::exactly(0.8), Range::exactly(0.2))),
            ..code()
        };
        assert!((heard.point() - 0.921_179_616_097_105_1).abs() < 1e-12);
    }

    #[test]
    fn a_judged_finding_is_raised_to_one_ban_and_no_further() {
        let capped = code().capped().unwrap();
        assert!(capped.point() <= 1.0 && capped.point() > 1.0 - 1e-9);
        assert!(capped.pair.if_absent.point() > 0.03);
        let weight = capped.weight(JUDGED_MAX);
        assert!(weight.high <= 1.0 && weight.low <= weight.point);
        let light = Alone {
            hit: Range::exactly(0.15),
            rarity: Range::exactly(0.01),
            ..code()
        };
        assert_eq!(light.capped().unwrap().pair, light.pair);
    }

    #[test]
    fn a_denied_trace_is_capped_on_the_other_side() {
        let searched = Alone {
            hit: Range::exactly(0.99),
            pair: Pair {
                if_present: Range::exactly(0.99),
                if_absent: Range::exactly(0.01),
            },
            says: false,
            ..code()
        };
        assert!(searched.point() < -1.0);
        assert!((searched.capped().unwrap().point() + 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_signed_weight_is_the_weight_alone_where_the_rates_allow_it() {
        let bans = Range::new(1.2, 1.5, 1.8).unwrap();
        for (says, sign) in [(true, 1.0), (false, -1.0)] {
            let bans = if says {
                bans
            } else {
                Range::new(-0.45, -0.3, -0.1).unwrap()
            };
            let pair = from_weight(bans, 0.7, 0.005, says).unwrap();
            let alone = Alone { pair, says, ..code() };
            assert!((alone.point() - bans.point()).abs() < 1e-9, "{}", alone.point());
            assert!(alone.point() * sign > 0.0);
        }
        let never = from_weight(Range::exactly(3.0), 0.7, 0.005, true).unwrap();
        let alone = Alone {
            pair: never,
            ..code()
        };
        assert!((alone.point() - libm::log10(0.7015 / 0.005)).abs() < 1e-3);
    }

    #[test]
    fn a_measured_ratio_is_its_pair_and_scaled_below_one() {
        for bans in [-1.5, -0.2, 0.0, 0.4, 2.0] {
            let range = Range::new(bans - 0.3, bans, bans + 0.3).unwrap();
            let pair = from_ratio(range, true).unwrap();
            let ratio = pair.if_present.point() / pair.if_absent.point();
            assert!((libm::log10(ratio) - bans).abs() < 1e-12);
            assert!(pair.if_absent.high() < 1.0 && pair.if_present.high() < 1.0);
        }
    }
}
