//! What one finding or one source can weigh by itself, and the ceilings that no number of findings passes.
//!
//! Source: METHOD sections 2, 3 and 5.

/// The numbers of one finding about one trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alone {
    /// Hit rate c.
    pub hit: f64,
    /// Rarity r.
    pub rarity: f64,
    /// P(says present | present).
    pub if_present: f64,
    /// P(says present | absent).
    pub if_absent: f64,
    /// P(the source is reliable); 1 without a source.
    pub reliable: f64,
    /// P(an unreliable source says it).
    pub push: f64,
}

/// Weight alone in bans: log10 of P(it | the operator owns the subject) / P(it | the operator has nothing to do with it).
///
/// Infinite where one of the two is 0; NaN where both are.
/// Source: METHOD section 5, "Weight alone".
#[must_use]
pub fn weight_alone(finding: Alone) -> f64 {
    let present = 1.0 - (1.0 - finding.rarity) * (1.0 - finding.hit);
    let pushed = (1.0 - finding.reliable) * finding.push;
    let said = |p: f64| finding.reliable * (p * finding.if_present + (1.0 - p) * finding.if_absent) + pushed;
    libm::log10(said(present) / said(finding.rarity))
}

/// Likelihood ratio of one report: P(report | trace present with p) / P(report | trace present with q).
#[must_use]
pub fn report_ratio(p: f64, q: f64, if_present: f64, if_absent: f64) -> f64 {
    (p * if_present + (1.0 - p) * if_absent) / (q * if_present + (1.0 - q) * if_absent)
}

/// The ratio that no report passes, however telling its trace: `if_present` / `if_absent`.
#[must_use]
pub fn report_ceiling(if_present: f64, if_absent: f64) -> f64 {
    if_present / if_absent
}

/// The ratio that no number of findings of one bloc passes: (ρ + (1−ρ)·push) / ((1−ρ)·push).
#[must_use]
pub fn source_ceiling(reliable: f64, push: f64) -> f64 {
    let pushed = (1.0 - reliable) * push;
    (reliable + pushed) / pushed
}

/// The numbers of one trace, for [`framing_ceiling`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CheapTrace {
    /// Hit rate c.
    pub hit: f64,
    /// Rarity r.
    pub rarity: f64,
    /// Forgeability φ.
    pub forgeability: f64,
    /// Care spread s.
    pub care: f64,
}

/// The ratio that exact readings of `traces` to an actor never pass against a rival who frames it with probability `framing`.
///
/// `framing` is P(this actor is framed | the rival is the operator). Source: METHOD section 2: Σ_K Π p_own,K /
/// (P(D = a | O = b)·Σ_J Π p_framed,J).
#[must_use]
pub fn framing_ceiling(traces: &[CheapTrace], framing: f64) -> f64 {
    let product = |sign: f64, rate: fn(&CheapTrace) -> f64| -> f64 {
        traces
            .iter()
            .map(|t| {
                let rate = rate(t);
                let spread = rate + sign * t.care * rate.min(1.0 - rate);
                1.0 - (1.0 - t.rarity) * (1.0 - spread)
            })
            .product()
    };
    let own = product(1.0, |t| t.hit) + product(-1.0, |t| t.hit);
    let framed = product(1.0, |t| t.forgeability) + product(-1.0, |t| t.forgeability);
    own / (framing * framed)
}
