//! How good answers are when the truth is known.
//!
//! Proper scores (log, Brier), calibration error with what a perfectly calibrated answerer would have by chance, and
//! what matters to people: true operators named, innocents blamed. Source: METHOD section 7; Gneiting & Raftery (2007).

use std::collections::BTreeMap;

use ascribe_assess::assessment::highest;
use ascribe_model::random::Random;
use ascribe_ratio::forecast::scores;

use crate::incident::{Truth, UNLISTED_NONSTATE, UNLISTED_STATE};

/// A belief from which a party is named.
pub const NAMED: f64 = 0.8;
/// Bins of equal width for the calibration error.
const BINS: usize = 10;
/// Times that truths are drawn from the answers themselves.
const REDRAWN: u64 = 200;
/// No answer costs more bits in the log score, or one would decide it.
const LOG_MAX: f64 = 20.0;

/// An answer beside the truth.
pub struct Answered {
    /// Probability by party.
    pub belief: BTreeMap<String, f64>,
    /// The truth.
    pub truth: Truth,
}

/// The figures of one answerer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Incidents.
    pub incidents: usize,
    /// Mean of −log2 of the probability of the truth, in bits.
    pub log_score: f64,
    /// Mean of the squared distance to the truth, 0 to 2.
    pub brier: f64,
    /// Share of incidents whose truth has the highest belief.
    pub right: f64,
    /// Calibration error of the beliefs in the leading answer.
    pub ece: f64,
    /// 95 % point of that of a perfectly calibrated answerer with the same beliefs.
    pub ece_chance: f64,
    /// Share of listed true operators with a belief of at least [`NAMED`].
    pub named: f64,
    /// Incidents in which a listed party is framed.
    pub framings: usize,
    /// Share of those in which the framed party has at least [`NAMED`].
    pub framed_blamed: f64,
    /// Share of all incidents in which a listed party that did not do it has at least [`NAMED`].
    pub innocent_blamed: f64,
    /// Beliefs in the leader by bin: how many, mean belief, share true.
    pub bins: Vec<(usize, f64, f64)>,
}

/// The figures of these answers; `seed` is for the chance level of the calibration error.
pub fn figures(answers: &[Answered], seed: u64) -> Figures {
    let count = answers.len().max(1) as f64;
    let mut figures = Figures {
        incidents: answers.len(),
        ..Figures::default()
    };
    let mut leaders = Vec::with_capacity(answers.len());
    let (mut listed, mut named, mut blamed) = (0_usize, 0_usize, 0_usize);
    for answer in answers {
        let truth = answer.truth.operator.as_str();
        let of = |id: &str| answer.belief.get(id).copied().unwrap_or(0.0);
        // Sums of shares may pass 1 in the last digit.
        let shares: Vec<f64> = answer.belief.values().map(|p| p.min(1.0)).collect();
        let truly = answer.belief.keys().position(|id| id == truth);
        let scores = truly.and_then(|truly| scores(&shares, truly));
        figures.log_score += scores.map_or(LOG_MAX, |scores| scores.log_bits.min(LOG_MAX)) / count;
        figures.brier += scores.map_or(2.0, |scores| scores.brier) / count;
        let leader = highest(&answer.belief);
        let leader = leader.as_str();
        leaders.push((of(leader), leader == truth));
        if leader == truth {
            figures.right += 1.0 / count;
        }
        if is_listed(truth) {
            listed += 1;
            named += usize::from(of(truth) >= NAMED);
        }
        if let Some(framed) = answer
            .truth
            .framed
            .as_deref()
            .filter(|id| answer.belief.contains_key(*id))
        {
            figures.framings += 1;
            blamed += usize::from(of(framed) >= NAMED);
        }
        if is_listed(leader) && leader != truth && of(leader) >= NAMED {
            figures.innocent_blamed += 1.0 / count;
        }
    }
    figures.named = named as f64 / listed.max(1) as f64;
    figures.framed_blamed = blamed as f64 / figures.framings.max(1) as f64;
    figures.bins = bins(&leaders);
    figures.ece = ece(&figures.bins, count);
    let mut by_chance: Vec<f64> = (0..REDRAWN)
        .map(|again| {
            let mut random = Random::of_draw(seed, again);
            let redrawn: Vec<(f64, bool)> = leaders.iter().map(|(p, _)| (*p, random.unit() < *p)).collect();
            ece(&bins(&redrawn), count)
        })
        .collect();
    by_chance.sort_by(f64::total_cmp);
    figures.ece_chance = by_chance.get(by_chance.len() * 95 / 100).copied().unwrap_or(0.0);
    figures
}

fn is_listed(id: &str) -> bool {
    id != UNLISTED_STATE && id != UNLISTED_NONSTATE
}

fn bins(leaders: &[(f64, bool)]) -> Vec<(usize, f64, f64)> {
    let mut sums = vec![(0_usize, 0.0, 0.0); BINS];
    for (p, right) in leaders {
        let bin = (0..BINS)
            .rev()
            .find(|bin| *p >= *bin as f64 / BINS as f64)
            .unwrap_or(0);
        if let Some(sum) = sums.get_mut(bin) {
            *sum = (sum.0 + 1, sum.1 + p, sum.2 + f64::from(u8::from(*right)));
        }
    }
    let mean = |(count, p, right): (usize, f64, f64)| {
        let of = count.max(1) as f64;
        (count, p / of, right / of)
    };
    sums.into_iter().map(mean).collect()
}

fn ece(bins: &[(usize, f64, f64)], count: f64) -> f64 {
    bins.iter()
        .map(|(n, p, right)| *n as f64 / count * (p - right).abs())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(p: f64, truth: &str, framed: Option<&str>) -> Answered {
        Answered {
            belief: BTreeMap::from([("a".to_owned(), p), (UNLISTED_STATE.to_owned(), 1.0 - p)]),
            truth: Truth {
                operator: truth.to_owned(),
                framed: framed.map(str::to_owned),
            },
        }
    }

    #[test]
    fn the_figures_are_those_done_by_hand() {
        let answers = [
            answered(0.5, "a", None),
            answered(0.9, UNLISTED_STATE, Some("a")),
            answered(0.9, "a", None),
        ];
        let figures = figures(&answers, 1);
        let log_score = -(0.5_f64.log2() + 0.1_f64.log2() + 0.9_f64.log2()) / 3.0;
        assert!((figures.log_score - log_score).abs() < 1e-12);
        assert!((figures.brier - (0.5 + 1.62 + 0.02) / 3.0).abs() < 1e-12);
        assert!((figures.right - 2.0 / 3.0).abs() < 1e-12);
        assert!((figures.named - 0.5).abs() < 1e-12);
        assert_eq!((figures.framings, figures.framed_blamed), (1, 1.0));
        assert!((figures.innocent_blamed - 1.0 / 3.0).abs() < 1e-12);
        // One at .5 that is right, two at .9 of which one is.
        assert!((figures.ece - (0.5 / 3.0 + 0.4 * 2.0 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn who_says_what_he_believes_scores_best_and_is_calibrated() {
        let mut random = Random::of_draw(3, 0);
        let truths: Vec<bool> = (0..20_000).map(|_| random.unit() < 0.7).collect();
        let score = |said: f64| {
            let answers: Vec<Answered> = truths
                .iter()
                .map(|a| answered(said, if *a { "a" } else { UNLISTED_STATE }, None))
                .collect();
            figures(&answers, 1)
        };
        let honest = score(0.7);
        assert!(
            honest.ece <= honest.ece_chance,
            "{} {}",
            honest.ece,
            honest.ece_chance
        );
        for other in [0.5, 0.6, 0.8, 0.9] {
            let other = score(other);
            assert!(other.log_score > honest.log_score && other.brier > honest.brier);
            assert!(other.ece > other.ece_chance);
        }
    }
}
