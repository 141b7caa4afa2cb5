//! How much to trust an answer: low, moderate or high, with reasons. Source: METHOD section 6.
//!
//! The thresholds below are judgements, stated here once.

use crate::assessment::{Confidence, LedgerLine};

/// An interval wider than this is said to be wide.
const WIDE: f64 = 0.40;
/// An interval narrower than this allows high confidence.
const NARROW: f64 = 0.20;
/// Forgeability from which a finding counts as easily forged.
pub const FORGEABLE: f64 = 0.45;
/// Independent origins needed for high confidence.
const ORIGINS_HIGH: usize = 3;

/// What the level rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Grounds {
    /// Name of the leading answer.
    pub leader: String,
    /// Its interval; none where it was refused.
    pub interval: Option<(f64, f64)>,
    /// Origins that flip the leader when left out.
    pub flipping_origins: Vec<String>,
    /// Sources that flip the leader when left out.
    pub flipping_sources: Vec<String>,
    /// Independent origins that support the leader.
    pub origins: usize,
    /// Share of the supporting weight that is easily forged.
    pub forgeable_share: f64,
    /// P(somebody is framed).
    pub framed: f64,
    /// Whether the leader changes if all reports of one kind about one target are one telling.
    pub telling_flips: bool,
    /// Whether the leader changes under another of the three priors.
    pub prior_flips: bool,
}

/// Independent origins that support `hypothesis`, and the share of supporting weight with forgeability ≥ .45.
#[must_use]
pub fn support(ledger: &[LedgerLine], hypothesis: &str) -> (usize, f64) {
    let mut origins: Vec<&str> = Vec::new();
    let (mut all, mut forgeable) = (0.0, 0.0);
    for line in ledger {
        let part = line.contribution_bans.get(hypothesis).copied().unwrap_or(0.0);
        if part > 0.0 {
            all += part;
            if line.forgeability.is_some_and(|[_, point, _]| point >= FORGEABLE) {
                forgeable += part;
            }
            if part >= 0.05 {
                origins.push(&line.origin);
            }
        }
    }
    origins.sort_unstable();
    origins.dedup();
    (origins.len(), if all > 0.0 { forgeable / all } else { 0.0 })
}

/// Level, sentence and reasons.
#[must_use]
pub fn confidence(grounds: &Grounds) -> Confidence {
    let mut reasons = Vec::new();
    let mut high = true;
    let mut low = false;
    let mut reason = |text: String, blocks_high: bool, makes_low: bool| {
        reasons.push(text);
        high &= !blocks_high;
        low |= makes_low;
    };
    if let [one, ..] = grounds.flipping_sources.as_slice() {
        reason(
            format!("one source carries the answer: without {one} another hypothesis leads"),
            true,
            true,
        );
    }
    if let [one, ..] = grounds.flipping_origins.as_slice() {
        reason(
            format!("one origin carries the answer: without {one} another hypothesis leads"),
            true,
            true,
        );
    }
    match grounds.interval {
        None => reason("no interval could be given".to_owned(), true, true),
        Some((a, b)) if b - a > WIDE => reason(
            format!("the interval is wide: {:.0} points", (b - a) * 100.0),
            true,
            true,
        ),
        Some((a, b)) if b - a > NARROW => reason(
            format!("the interval spans {:.0} points", (b - a) * 100.0),
            true,
            false,
        ),
        Some(_) => {}
    }
    if grounds.origins < ORIGINS_HIGH {
        let text = match grounds.origins {
            0 => "no origin supports it".to_owned(),
            1 => "only one origin supports it".to_owned(),
            n => format!("only {n} independent origins support it"),
        };
        reason(text, true, grounds.origins < 2);
    }
    if grounds.forgeable_share > 0.5 {
        reason(
            format!(
                "{:.0} % of the supporting weight is easily forged",
                grounds.forgeable_share * 100.0
            ),
            true,
            true,
        );
    }
    if grounds.framed >= 0.10 {
        reason(
            format!(
                "the probability that somebody is being framed is {:.0} %",
                grounds.framed * 100.0
            ),
            true,
            false,
        );
    }
    if grounds.telling_flips {
        reason(
            "if reports of the same thing are copies of each other, another hypothesis leads".to_owned(),
            true,
            false,
        );
    }
    if grounds.prior_flips {
        reason("another prior gives another leader".to_owned(), true, false);
    }
    let level = if low {
        "low"
    } else if high {
        "high"
    } else {
        "moderate"
    };
    if reasons.is_empty() {
        reasons.push("several independent origins agree and no single one carries the answer".to_owned());
    }
    let sentence = format!(
        "Confidence that the leading answer ({}) is rightly placed is {level}: {}.",
        grounds.leader,
        reasons.first().map_or("", String::as_str)
    );
    Confidence {
        level: level.to_owned(),
        sentence,
        reasons,
    }
}
