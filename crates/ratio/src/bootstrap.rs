//! How far the numbers would move with other families: the bootstrap over families.
//!
//! A draw takes as many families as there are, with replacement, each with all its pairs. Weights stay as they are; what
//! refitting would add is not in the interval. Seeded: the same sample gives the same interval.
//! Source: Efron & Tibshirani (1993), chapter 8 (resample the independent unit).

use ascribe_model::random::Random;
use serde::Serialize;

use crate::bounds::{Bounds, Tally, caps};
use crate::cost::{LnSum, cllr_of_pools};
use crate::curves::equal_error_rate;
use crate::pav::Pav;
use crate::runs::{Run, Runs};
use crate::sample::Sample;
use crate::{Added, sample::Row};

/// Pairs gone through in all draws together; beyond, there are fewer draws.
const ROWS_DRAWN_MAX: usize = 100_000_000;
/// Fewest draws.
const DRAWS_MIN: usize = 100;

/// The middle 90 % of the draws.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// 5 % of the draws lie below.
    pub low: f64,
    /// 5 % of the draws lie above.
    pub high: f64,
}

/// 90 % intervals over families. Those of Cllr_min, Cllr_cal and the equal error rate are moved so that the draws' median
/// is the number itself; those of a rate or a cost that cannot be negative may then begin below 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Intervals {
    /// Of Cllr.
    pub cllr: Interval,
    /// Of Cllr_min.
    pub cllr_min: Interval,
    /// Of Cllr − Cllr_min.
    pub cllr_cal: Interval,
    /// Of the equal error rate.
    pub eer: Interval,
    /// Of the lower bound, with its cap.
    pub elub_low: Interval,
    /// Of the upper bound, with its cap.
    pub elub_high: Interval,
    /// Draws that count.
    pub draws: usize,
    /// Draws without pairs of one class, which do not count.
    pub draws_void: usize,
    /// Seed of the draws.
    pub seed: u64,
}

/// The draw's numbers.
struct Drawn {
    cllr: f64,
    cllr_min: f64,
    eer: f64,
    bounds: Bounds,
}

/// Intervals of the weights `bans` (one a row of `sample`, in bans); nothing with fewer than two families or where half
/// of the draws are void.
#[must_use]
pub fn over_families(sample: &Sample, bans: &[f64], draws: usize, seed: u64) -> Option<Intervals> {
    let (same_families, different_families, families) = sample.family_counts();
    if families < 2 || draws == 0 {
        return None;
    }
    let present = present(sample);
    let draws = draws.min((ROWS_DRAWN_MAX / sample.rows().len().max(1)).max(DRAWS_MIN));
    let rows = Prepared::of(sample, bans);
    let cap = caps(same_families, different_families);
    let mut drawn = Vec::with_capacity(draws);
    let mut times = vec![0_u64; sample.families().len()];
    let mut room = Room {
        tally: Tally::new(),
        runs: Vec::new(),
    };
    for draw in 0..draws {
        let mut random = Random::of_draw(seed, draw as u64);
        times.fill(0);
        for _ in 0..present.len() {
            let family = present.get(random.below(present.len())).copied().unwrap_or(0);
            if let Some(count) = times.get_mut(family) {
                *count += 1;
            }
        }
        drawn.extend(rows.measure(&times, &mut room, cap));
    }
    let draws_void = draws - drawn.len();
    if drawn.len() <= draws_void {
        return None;
    }
    let interval = |of: fn(&Drawn) -> f64| middle(drawn.iter().map(of).collect());
    let as_sampled = rows.measure(&vec![1; sample.families().len()], &mut room, cap)?;
    Some(Intervals {
        cllr: interval(|d| d.cllr),
        cllr_min: around(as_sampled.cllr_min, drawn.iter().map(|d| d.cllr_min).collect()),
        cllr_cal: around(
            as_sampled.cllr - as_sampled.cllr_min,
            drawn.iter().map(|d| d.cllr - d.cllr_min).collect(),
        ),
        eer: around(as_sampled.eer, drawn.iter().map(|d| d.eer).collect()),
        elub_low: interval(|d| d.bounds.low),
        elub_high: interval(|d| d.bounds.high),
        draws: drawn.len(),
        draws_void,
        seed,
    })
}

/// Families with rows.
fn present(sample: &Sample) -> Vec<usize> {
    let mut seen = vec![false; sample.families().len()];
    for row in sample.rows() {
        if let Some(slot) = seen.get_mut(row.family as usize) {
            *slot = true;
        }
    }
    (0..)
        .zip(seen)
        .filter(|(_, seen)| *seen)
        .map(|(index, _)| index)
        .collect()
}

fn middle(mut values: Vec<f64>) -> Interval {
    values.sort_by(f64::total_cmp);
    let cut = values.len() / 20;
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    Interval {
        low: at(cut),
        high: at(values.len().saturating_sub(cut + 1)),
    }
}

/// The middle of the draws, moved so that their median is `number`.
///
/// A draw repeats families, and on repeated pairs the best recalibration looks better than it is: all draws of what
/// depends on it lie to one side. Their spread is still that of other families.
fn around(number: f64, mut values: Vec<f64>) -> Interval {
    values.sort_by(f64::total_cmp);
    let median = values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
    let Interval { low, high } = middle(values);
    Interval {
        low: number + (low - median),
        high: number + (high - median),
    }
}

/// Memory that the draws use in turn.
struct Room {
    tally: Tally,
    runs: Vec<Run>,
}

/// What every draw needs of the rows.
struct Prepared<'a> {
    rows: &'a [Row],
    /// Thresholds of the bounds below each weight.
    cells: Vec<usize>,
    /// By family: sum of ln(1 + 1/LR) and count of same pairs, sum of ln(1 + LR) and count of different pairs.
    costs: Vec<[f64; 2]>,
    counts: Vec<[u64; 2]>,
}

impl<'a> Prepared<'a> {
    fn of(sample: &'a Sample, bans: &[f64]) -> Self {
        let mut sums = vec![[LnSum::new(); 2]; sample.families().len()];
        let mut counts = vec![[0_u64; 2]; sample.families().len()];
        for (row, &bans) in sample.rows().iter().zip(bans) {
            let family = row.family as usize;
            if let (Some([same_sum, different_sum]), Some([same, different])) =
                (sums.get_mut(family), counts.get_mut(family))
            {
                if row.same {
                    same_sum.add(libm::exp10(-bans));
                    *same += 1;
                } else {
                    different_sum.add(libm::exp10(bans));
                    *different += 1;
                }
            }
        }
        Self {
            rows: sample.rows(),
            cells: bans.iter().map(|&bans| Tally::cell(bans)).collect(),
            costs: sums.into_iter().map(|pair| pair.map(LnSum::total)).collect(),
            counts,
        }
    }

    /// The numbers of a draw that has each family `times` over; nothing without pairs of both classes.
    fn measure(&self, times: &[u64], room: &mut Room, cap: Bounds) -> Option<Drawn> {
        let Room { tally, runs } = room;
        runs.clear();
        tally.clear();
        for (row, &cell) in self.rows.iter().zip(&self.cells) {
            let count = times.get(row.family as usize).copied().unwrap_or(0);
            if count == 0 {
                continue;
            }
            let (same, different) = if row.same { (count, 0) } else { (0, count) };
            tally.add(cell, same, different);
            match runs.last_mut() {
                Some(run) if run.score.total_cmp(&row.score).is_eq() => {
                    run.same += same;
                    run.different += different;
                }
                _ => runs.push(Run {
                    score: row.score,
                    same,
                    different,
                }),
            }
        }
        let ordered = Runs::of_runs(core::mem::take(runs)).ok()?;
        let mut sums = [0.0; 2];
        let mut counts = [0_u64; 2];
        for ((&count, cost), number) in times.iter().zip(&self.costs).zip(&self.counts) {
            if count > 0 {
                for (sum, cost) in sums.iter_mut().zip(cost) {
                    *sum += count as f64 * cost;
                }
                for (sum, number) in counts.iter_mut().zip(number) {
                    *sum += count * number;
                }
            }
        }
        let [same_cost, different_cost] = sums;
        let [same, different] = counts;
        let drawn = Drawn {
            cllr: (same_cost / same as f64 + different_cost / different as f64)
                / 2.0
                / core::f64::consts::LN_2,
            cllr_min: cllr_of_pools(&Pav::fit(&ordered, Added::Nothing)),
            eer: equal_error_rate(&ordered),
            bounds: tally.bounds(Added::OneMisleadingEach).within(cap),
        };
        *runs = ordered.into_inner();
        Some(drawn)
    }
}
