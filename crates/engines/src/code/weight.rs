//! The weight of a code match alone: METHOD section 5, "Weight alone", for our own measurements (no source node).

use ascribe_corpus::FamilyShare;
use ascribe_model::Range;
use ascribe_model::numbers::WeightBans;

/// No judged finding weighs more (METHOD section 4).
pub const JUDGED_BANS_MAX: f64 = 1.0;

/// Fewer rare functions are chance, or code of a library that nobody listed.
pub(super) const RARE_MIN: usize = 3;
/// Fewer different 3-grams in all of them: as above.
pub(super) const GRAMS_MIN: u32 = 90;
/// From so many rare functions on an overlap is no small one.
const RARE_MANY_MIN: usize = 10;
/// Fewer unrelated families do not tell what is common.
const FAMILIES_MIN: usize = 10;

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

/// How much is shared with one family, or between two programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Rare functions.
    pub rare: usize,
    /// Different 3-grams of instructions in them.
    pub grams: u32,
    /// Unrelated families from which it was judged how common they are.
    pub families_known: usize,
}

impl Overlap {
    /// Of a search's answer about one family.
    #[must_use]
    pub const fn of_share(share: &FamilyShare, families_known: usize) -> Self {
        Self {
            rare: share.rare,
            grams: share.grams,
            families_known,
        }
    }

    /// Whether it is enough for a finding: less was seen between unrelated programs (`record/code.md`).
    #[must_use]
    pub const fn is_enough(&self) -> bool {
        self.rare >= RARE_MIN && self.grams >= GRAMS_MIN
    }

    /// P(said | absent) in place of the class's; none: the class's own.
    ///
    /// Judged, wide: from few families nobody knows how common a function is, and a small overlap is nearer to what chance and unknown
    /// libraries leave.
    #[must_use]
    pub fn if_absent(&self) -> Option<Range> {
        let is_small = self.rare < RARE_MANY_MIN;
        let are_few = self.families_known < FAMILIES_MIN;
        let (low, point, high) = match (is_small, are_few) {
            (false, false) => return None,
            (true, false) => (0.04, 0.10, 0.25),
            (false, true) => (0.05, 0.12, 0.30),
            (true, true) => (0.10, 0.20, 0.40),
        };
        Range::new(low, point, high).ok()
    }

    /// The reason that stands beside [`Self::if_absent`].
    #[must_use]
    pub fn reason(&self) -> String {
        format!(
            "judgement: {} rare functions, their commonness judged from {} unrelated families",
            self.rare, self.families_known
        )
    }
}

/// What an overlap weighs alone, judged; all zeros where it is not enough for a finding.
///
/// Where the point would exceed one ban, if_absent is raised until it does not, and its range with it on the logit scale. Low and
/// high are the corners of the four ranges, the high end cut at the bound. How many functions are shared changes it only as far as
/// [`Overlap::if_absent`] says: pieces of one family are one trace.
#[must_use]
pub fn weight_alone(overlap: &Overlap, class: &ClassNumbers) -> WeightBans {
    if !overlap.is_enough() {
        return WeightBans {
            bound: JUDGED_BANS_MAX,
            ..WeightBans::default()
        };
    }
    let if_absent = overlap.if_absent().unwrap_or(class.if_absent);
    let point = |absent: f64| {
        bans(
            class.hit.point(),
            class.rarity.point(),
            class.if_present.point(),
            absent,
        )
    };
    let mut absent = if_absent.point();
    if point(absent) > JUDGED_BANS_MAX {
        // (p·h + (1−p)·f) = 10·(r·h + (1−r)·f), solved for f.
        let own = 1.0 - (1.0 - class.rarity.point()) * (1.0 - class.hit.point());
        let factor = libm::pow(10.0, JUDGED_BANS_MAX);
        let rarity = class.rarity.point();
        let present = class.if_present.point();
        absent = (own * present - factor * rarity * present) / (factor * (1.0 - rarity) - (1.0 - own));
    }
    let shift = logit(absent) - logit(if_absent.point());
    let moved = |value: f64| sigmoid(logit(value) + shift);
    WeightBans {
        point: point(absent).min(JUDGED_BANS_MAX),
        low: bans(
            class.hit.low(),
            class.rarity.high(),
            class.if_present.low(),
            moved(if_absent.high()),
        )
        .min(JUDGED_BANS_MAX),
        high: bans(
            class.hit.high(),
            class.rarity.low(),
            class.if_present.high(),
            moved(if_absent.low()),
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

    fn overlap(rare: usize, families_known: usize) -> Overlap {
        Overlap {
            rare,
            grams: 1000,
            families_known,
        }
    }

    #[test]
    fn shared_code_weighs_one_ban_at_most_and_nothing_weighs_nothing() {
        let weight = weight_alone(&overlap(12, 40), &code());
        assert!((weight.point - 1.0).abs() < 1e-12, "{weight:?}");
        assert!(
            weight.low > 0.4 && weight.low < weight.point && weight.high <= 1.0,
            "{weight:?}"
        );
        assert_eq!(weight, weight_alone(&overlap(500, 40), &code()));
        for too_little in [
            overlap(2, 40),
            Overlap {
                grams: 60,
                ..overlap(3, 40)
            },
        ] {
            let none = weight_alone(&too_little, &code());
            assert!(none.point == 0.0 && none.low == 0.0 && none.high == 0.0);
        }
    }

    #[test]
    fn few_families_and_few_functions_weigh_less_and_are_less_sure() {
        let full = weight_alone(&overlap(12, 40), &code());
        let small = weight_alone(&overlap(4, 40), &code());
        let alone = weight_alone(&overlap(12, 1), &code());
        let both = weight_alone(&overlap(4, 1), &code());
        assert!(full.point > small.point && small.point > both.point && alone.point > both.point);
        assert!(both.point > 0.3 && both.low > 0.0 && both.low < 0.3, "{both:?}");
        assert!(both.high - both.low > full.high - full.low);
    }

    #[test]
    fn below_the_bound_the_formula_is_left_alone() {
        let mut weak = code();
        weak.if_absent = Range::exactly(0.3);
        // p = .7015, (.7015·.9 + .2985·.3) / (.005·.9 + .995·.3)
        let expected = libm::log10((0.7015 * 0.9 + 0.2985 * 0.3) / (0.005 * 0.9 + 0.995 * 0.3));
        assert!((weight_alone(&overlap(12, 40), &weak).point - expected).abs() < 1e-12);
    }
}
