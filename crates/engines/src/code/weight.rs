//! The weight of a code match alone: METHOD section 5, "Weight alone", for our own measurements (no source node).

use ascribe_model::Range;
use ascribe_model::numbers::WeightBans;

/// No judged finding weighs more (METHOD section 4).
pub const JUDGED_BANS_MAX: f64 = 1.0;

/// The elicited numbers of a class; the caller has them from the one table of defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassNumbers {
    /// How often the owner's operations leave the trace.
    pub hit: Range,
    /// How often anybody's do.
    pub rarity: Range,
    /// P(said | present).
    pub if_present: Range,
    /// P(said | absent).
    pub if_absent: Range,
}

fn bans(hit: f64, rarity: f64, if_present: f64, if_absent: f64) -> f64 {
    let own = 1.0 - (1.0 - rarity) * (1.0 - hit);
    let above = own * if_present + (1.0 - own) * if_absent;
    let below = rarity * if_present + (1.0 - rarity) * if_absent;
    if above <= 0.0 || below <= 0.0 {
        return 0.0;
    }
    libm::log10(above / below)
}

fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-9, 1.0 - 1e-9);
    libm::log(p / (1.0 - p))
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// What rare shared code weighs alone, judged; all zeros where `rare` is 0.
///
/// Where the point would exceed one ban, if_absent is raised until it does not, and its range with it on the logit scale. Low and
/// high are the corners of the four ranges, the high end cut at the bound. How many functions are shared does not change it: pieces of
/// one family are one trace.
#[must_use]
pub fn weight_alone(rare: usize, class: &ClassNumbers) -> WeightBans {
    if rare == 0 {
        return WeightBans {
            bound: JUDGED_BANS_MAX,
            ..WeightBans::default()
        };
    }
    let point = |absent: f64| {
        bans(
            class.hit.point(),
            class.rarity.point(),
            class.if_present.point(),
            absent,
        )
    };
    let mut absent = class.if_absent.point();
    if point(absent) > JUDGED_BANS_MAX {
        // (p·h + (1−p)·f) = 10·(r·h + (1−r)·f), solved for f.
        let own = 1.0 - (1.0 - class.rarity.point()) * (1.0 - class.hit.point());
        let factor = libm::pow(10.0, JUDGED_BANS_MAX);
        let rarity = class.rarity.point();
        let present = class.if_present.point();
        absent = (own * present - factor * rarity * present) / (factor * (1.0 - rarity) - (1.0 - own));
    }
    let shift = logit(absent) - logit(class.if_absent.point());
    let moved = |value: f64| sigmoid(logit(value) + shift);
    WeightBans {
        point: point(absent).min(JUDGED_BANS_MAX),
        low: bans(
            class.hit.low(),
            class.rarity.high(),
            class.if_present.low(),
            moved(class.if_absent.high()),
        )
        .min(JUDGED_BANS_MAX),
        high: bans(
            class.hit.high(),
            class.rarity.low(),
            class.if_present.high(),
            moved(class.if_absent.low()),
        )
        .min(JUDGED_BANS_MAX),
        bound: JUDGED_BANS_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> ClassNumbers {
        let range = |p: f64| Range::new(sigmoid(logit(p) - 0.7), p, sigmoid(logit(p) + 0.7)).unwrap();
        ClassNumbers {
            hit: range(0.70),
            rarity: range(0.005),
            if_present: range(0.90),
            if_absent: range(0.03),
        }
    }

    #[test]
    fn shared_code_weighs_one_ban_at_most_and_nothing_weighs_nothing() {
        let weight = weight_alone(12, &code());
        assert!((weight.point - 1.0).abs() < 1e-12, "{weight:?}");
        assert!(
            weight.low > 0.4 && weight.low < weight.point && weight.high <= 1.0,
            "{weight:?}"
        );
        assert_eq!(weight, weight_alone(1, &code()));
        let none = weight_alone(0, &code());
        assert!(none.point == 0.0 && none.low == 0.0 && none.high == 0.0);
    }

    #[test]
    fn below_the_bound_the_formula_is_left_alone() {
        let mut weak = code();
        weak.if_absent = Range::exactly(0.3);
        // p = .7015, (.7015·.9 + .2985·.3) / (.005·.9 + .995·.3)
        let expected = libm::log10((0.7015 * 0.9 + 0.2985 * 0.3) / (0.005 * 0.9 + 0.995 * 0.3));
        assert!((weight_alone(3, &weak).point - expected).abs() < 1e-12);
    }
}
