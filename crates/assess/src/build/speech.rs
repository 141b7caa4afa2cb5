//! The numbers of a finding: from its own, a signed or measured weight, its credibility digit, its class.
//!
//! Source: METHOD sections 2 to 4.

use std::collections::BTreeMap;

use ascribe_model::finding::Overrides;
use ascribe_model::words::{Basis, Class};
use ascribe_model::{Finding, Range};

use super::alone::{Alone, JUDGED_MAX, Pair, complement, from_ratio, from_weight};
use super::answers::elicited;
use super::sense::Numbers;
use super::{BuildError, OwnNumbers};
use crate::assessment::Weight;
use crate::defaults::{Credibility, Defaults, around};

/// The numbers of one finding in the model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spoken {
    /// What it weighs alone, with its pair.
    pub(super) alone: Alone,
    /// How the weight was come by.
    pub(super) basis: Basis,
    /// Point, ends, bound.
    pub(super) weight: Weight,
    /// P(planted is called present), where given.
    pub(super) if_planted: Option<Range>,
}

/// Where numbers come from.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    pub(super) defaults: &'a Defaults,
    pub(super) own_numbers: OwnNumbers,
}

impl Tables<'_> {
    /// The finding's own numbers, a number without a range taken as an elicited point.
    pub(super) fn own(&self, finding: &Finding) -> Overrides {
        if self.own_numbers == OwnNumbers::Removed {
            return Overrides::default();
        }
        let wide = |range: Option<Range>| range.map(|range| elicited(range).unwrap_or(range));
        let given = finding.overrides;
        Overrides {
            hit: wide(given.hit),
            rarity: wide(given.rarity),
            forgeability: wide(given.forgeability),
            if_present: wide(given.if_present),
            if_absent: wide(given.if_absent),
            if_planted: wide(given.if_planted),
        }
    }

    /// The numbers of a finding about a trace of these rates.
    pub(super) fn about_trace(
        &self,
        finding: &Finding,
        class: Class,
        (hit, rarity): (Range, Range),
        source: Option<(Range, Range)>,
        says: bool,
    ) -> Result<Spoken, BuildError> {
        let own = self.own(finding);
        let alone = |pair: Pair| Alone {
            hit,
            rarity,
            pair,
            source,
            says,
        };
        if let Some(signed) = finding
            .signed
            .as_ref()
            .filter(|_| self.own_numbers == OwnNumbers::Used)
        {
            let bans = signed.weight_bans;
            let pair = from_weight(bans, hit.point(), rarity.point(), says)?;
            let bound = libm::fabs(bans.low()).max(libm::fabs(bans.high()));
            return Ok(spoken(alone(pair), Basis::Signed, bound, own.if_planted));
        }
        if let Some(measured) = finding.measured {
            let bound = libm::fabs(measured.bound);
            let held = |bans: f64| bans.clamp(-bound, bound);
            let bans = measured.bans;
            let bans = Range::new(held(bans.low()), held(bans.point()), held(bans.high()))?;
            let pair = from_ratio(bans, says)?;
            return Ok(spoken(alone(pair), Basis::Measured, bound, own.if_planted));
        }
        let pair = self.judged(finding, class, &own)?;
        let alone = alone(pair).capped()?;
        Ok(spoken(alone, Basis::Judged, JUDGED_MAX, own.if_planted))
    }

    /// P(said | so) and P(said | not so) of a finding about a value of an unknown, with its weight.
    pub(super) fn about_value(
        &self,
        finding: &Finding,
        numbers: Numbers,
        statement: Option<(Range, Range)>,
        source: Option<(Range, Range)>,
        says: bool,
    ) -> Result<((Range, Range), Spoken), BuildError> {
        let (certain, never) = (Range::exactly(1.0), Range::exactly(0.0));
        let own = self.own(finding);
        let spoken = match numbers {
            Numbers::Claim(class) => self.about_trace(finding, class, (certain, never), source, says)?,
            Numbers::Sign(class) => {
                let defaults = self.defaults.class(class)?;
                let rates = (
                    own.hit.unwrap_or(defaults.hit),
                    own.rarity.unwrap_or(defaults.rarity),
                );
                self.about_trace(finding, class, rates, source, says)?
            }
            // The class is not looked at where a weight is signed.
            Numbers::Signed => self.about_trace(finding, Class::Claim, (certain, never), source, says)?,
            Numbers::Statement => {
                let (so, not) = statement.unwrap_or((Range::exactly(0.5), Range::exactly(0.5)));
                let alone = Alone {
                    hit: certain,
                    rarity: never,
                    pair: Pair {
                        if_present: own.if_present.unwrap_or(so),
                        if_absent: own.if_absent.unwrap_or(not),
                    },
                    source,
                    says,
                };
                spoken(alone.capped()?, Basis::Judged, JUDGED_MAX, None)
            }
        };
        let Alone {
            hit,
            rarity,
            pair,
            says,
            ..
        } = spoken.alone;
        let own_rate = |hit: f64, rarity: f64| 1.0 - (1.0 - rarity) * (1.0 - hit);
        let so = mixed(
            [hit.low(), hit.point(), hit.high()],
            [rarity.low(), rarity.point(), rarity.high()],
            pair,
            own_rate,
        )?;
        let not = mixed(
            [hit.low(), hit.point(), hit.high()],
            [rarity.low(), rarity.point(), rarity.high()],
            pair,
            |_, rarity| rarity,
        )?;
        let likelihoods = if says {
            (so, not)
        } else {
            (complement(so)?, complement(not)?)
        };
        Ok((likelihoods, spoken))
    }

    /// The pair of a judged finding: own numbers, else the credibility digit, else the class.
    fn judged(&self, finding: &Finding, class: Class, own: &Overrides) -> Result<Pair, BuildError> {
        let defaults = self.defaults.class(class)?;
        let digit = finding
            .grade
            .credibility
            .and_then(|digit| self.defaults.credibility(digit));
        let (present, absent) = match digit {
            Some(Credibility::Pair(present, absent)) => (present, absent),
            Some(Credibility::Wide(width)) => (
                around(defaults.if_present.point(), width)?,
                around(defaults.if_absent.point(), width)?,
            ),
            None => (defaults.if_present, defaults.if_absent),
        };
        Ok(Pair {
            if_present: own.if_present.unwrap_or(present),
            if_absent: own.if_absent.unwrap_or(absent),
        })
    }
}

fn spoken(alone: Alone, basis: Basis, bound: f64, if_planted: Option<Range>) -> Spoken {
    Spoken {
        alone,
        basis,
        weight: alone.weight(bound),
        if_planted,
    }
}

/// P(says present) where a trace of these rates is left with the rate that `rate` gives.
fn mixed(
    hit: [f64; 3],
    rarity: [f64; 3],
    pair: Pair,
    rate: impl Fn(f64, f64) -> f64,
) -> Result<Range, BuildError> {
    let present = [
        pair.if_present.low(),
        pair.if_present.point(),
        pair.if_present.high(),
    ];
    let absent = [
        pair.if_absent.low(),
        pair.if_absent.point(),
        pair.if_absent.high(),
    ];
    let mut ends = hit
        .into_iter()
        .zip(rarity)
        .zip(present.into_iter().zip(absent))
        .map(|((hit, rarity), (present, absent))| {
            let rate = rate(hit, rarity);
            rate * present + (1.0 - rate) * absent
        });
    let (low, point, high) = (
        ends.next().unwrap_or_default(),
        ends.next().unwrap_or_default(),
        ends.next().unwrap_or_default(),
    );
    Ok(Range::new(low.min(point), point, high.max(point))?)
}

/// The likelihood table of an `over` finding.
pub(super) fn table(values: Vec<String>, (so, not): (Range, Range)) -> BTreeMap<String, Range> {
    let mut table: BTreeMap<String, Range> = values.into_iter().map(|value| (value, so)).collect();
    table.insert("else".to_owned(), not);
    table
}
