//! The answer in one sentence each for the public, an expert and a court: one function for every face of the program.
//!
//! The likelihood word is that of the interval (METHOD section 6); no sentence has another, and where the interval
//! supports none, every sentence says so. Source: ICD 203 for the words; ENFSI (2015), Guideline for Evaluative
//! Reporting, for what a court is told: the weight of the findings apart from the prior, and whose the prior is.

use crate::assessment::{Assessment, Hypothesis, Sentences};
use crate::words::NO_STATEMENT;

/// The sentences of an assessment, from its other fields. Empty without hypotheses.
#[must_use]
pub fn sentences(assessment: &Assessment) -> Sentences {
    let Some(leader) = leader(&assessment.hypotheses) else {
        return Sentences::default();
    };
    Sentences {
        public: public(assessment, leader),
        expert: expert(assessment, leader),
        court: court(assessment, leader),
    }
}

fn leader(hypotheses: &[Hypothesis]) -> Option<&Hypothesis> {
    let id = crate::assess::leader(hypotheses);
    hypotheses.iter().find(|hypothesis| hypothesis.id == id)
}

fn day(assessment: &Assessment) -> String {
    match &assessment.as_of {
        Some(day) => format!("on what was known on {day}"),
        None => "on what the case holds".to_owned(),
    }
}

fn public(assessment: &Assessment, leader: &Hypothesis) -> String {
    let (name, day) = (&leader.name, day(assessment));
    let level = &assessment.confidence.level;
    let why = assessment.confidence.reasons.first();
    let why = why.map_or_else(String::new, |why| format!(": {why}"));
    match (leader.belief.low, leader.belief.high) {
        (Some(low), Some(high)) if leader.words != NO_STATEMENT => format!(
            "The answer that leads, {day}, is \"{name}\": {} (between {} and {} in 100); our confidence in that is {level}{why}.",
            leader.words,
            hundred(low),
            hundred(high),
        ),
        _ => format!(
            "No answer can be given a likelihood, {day}; the one that leads is \"{name}\", and our confidence in that is {level}{why}."
        ),
    }
}

fn expert(assessment: &Assessment, leader: &Hypothesis) -> String {
    let belief = &leader.belief;
    let interval = match (belief.low, belief.high) {
        (Some(low), Some(high)) => format!("90 % interval {low:.3} to {high:.3}, {}", leader.words),
        _ => format!("no interval, {NO_STATEMENT}"),
    };
    let (origins, forgeable) = crate::confidence::support(&assessment.ledger, &leader.id);
    let framed = 1.0
        - assessment
            .framed
            .get(crate::weigh::NOBODY)
            .copied()
            .unwrap_or(1.0);
    let flip = match assessment.sensitivity.flip_set.as_slice() {
        [] => "no set of findings was found that changes the lead".to_owned(),
        set => format!(
            "{} {} change the lead ({})",
            set.len(),
            if set.len() == 1 {
                "finding less would"
            } else {
                "findings less would"
            },
            if assessment.sensitivity.flip_set_minimal {
                "proven smallest"
            } else {
                "not proven smallest"
            }
        ),
    };
    format!(
        "{}: {:.3} at the central parameters, {interval}, corners {:.3} to {:.3}; prior {:.3}; {origins} independent {} of support, \
         {:.0} % of it easily forged; P(somebody is framed) {framed:.3}; {flip}; confidence {}.",
        leader.name,
        belief.point,
        belief.outer[0],
        belief.outer[1],
        leader.prior,
        if origins == 1 { "origin" } else { "origins" },
        forgeable * 100.0,
        assessment.confidence.level,
    )
}

fn court(assessment: &Assessment, leader: &Hypothesis) -> String {
    let odds = |p: f64| libm::log10(p / (1.0 - p));
    let bans = odds(leader.belief.point) - odds(leader.prior);
    let weight = if !bans.is_finite() {
        "the weight of the findings cannot be stated".to_owned()
    } else if bans.abs() < 0.05 {
        "the findings together leave the odds where they were".to_owned()
    } else {
        let (more, less) = if bans > 0.0 {
            ("this answer is", "it is not")
        } else {
            ("this answer is not", "it is")
        };
        format!(
            "the findings in the ledger are together about {} times more probable if {more} true than if {less}",
            times(libm::pow(10.0, bans.abs())),
        )
    };
    let met: Vec<&str> = assessment
        .standards
        .iter()
        .filter(|s| s.met)
        .map(|s| s.id.as_str())
        .collect();
    let not: Vec<&str> = assessment
        .standards
        .iter()
        .filter(|s| !s.met)
        .map(|s| s.id.as_str())
        .collect();
    let standards = match (met.as_slice(), not.as_slice()) {
        ([], []) => "no standard was set".to_owned(),
        (met, []) => format!("the standards set are met ({})", met.join(", ")),
        ([], not) => format!("the standards set are not met ({})", not.join(", ")),
        (met, not) => format!(
            "of the standards set {} are met, {} are not",
            met.join(", "),
            not.join(", ")
        ),
    };
    let stated = if leader.words == NO_STATEMENT {
        format!(
            "together with the prior that this case states ({:.2}), {NO_STATEMENT}",
            leader.prior
        )
    } else {
        format!(
            "with the prior that this case states ({:.2}) that makes it {}",
            leader.prior, leader.words
        )
    };
    format!(
        "As to \"{}\", {}: by the stated model {weight}; {stated}; whoever holds another prior has to apply the findings to that; \
         {standards}. This is an opinion on probability; it is no finding of guilt.",
        leader.name,
        day(assessment),
    )
}

/// A probability as a count in a hundred, never 0 nor 100.
fn hundred(p: f64) -> String {
    format!("{:.0}", (p * 100.0).clamp(1.0, 99.0))
}

/// A factor with two significant digits at most.
fn times(factor: f64) -> String {
    if factor >= 1e6 {
        return "more than a million".to_owned();
    }
    if factor < 10.0 {
        return format!("{factor:.1}");
    }
    let scale = libm::pow(10.0, libm::floor(libm::log10(factor)) - 1.0);
    format!("{:.0}", libm::round(factor / scale) * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every word of likelihood, the longest first, so that none is found inside another.
    const WORDS: [&str; 13] = [
        "almost no chance",
        "roughly even chance",
        "almost certain",
        "at most unlikely",
        "at least likely",
        "very unlikely",
        "very likely",
        "about even",
        "unlikely",
        "likely",
        "certain",
        "proven",
        "guilty",
    ];

    fn hypothesis(low: f64, high: f64) -> Hypothesis {
        let point = f64::midpoint(low, high);
        Hypothesis {
            id: "a".to_owned(),
            name: "A".to_owned(),
            prior: 0.2,
            belief: crate::assessment::Belief {
                point,
                low: Some(low),
                high: Some(high),
                outer: [0.0, 1.0],
            },
            words: crate::words::words(low, high),
        }
    }

    fn assessment(low: f64, high: f64) -> Assessment {
        let mut whole: Assessment = serde_json::from_str(EMPTY).unwrap();
        whole.hypotheses = vec![hypothesis(low, high)];
        whole
    }

    const EMPTY: &str = r#"{"schema":"ascribe.assessment/1","case":"c","tlp":"CLEAR","as_of":"2014-12-19","incident":"i","question":"q",
        "run":{"version":"0","seed":1,"draws":0,"ess":0},"hypotheses":[],"operators":{},"directions":{},"framed":{"nobody":0.9},"owners":{},
        "confidence":{"level":"low","sentence":"","reasons":["one source carries it"]},"ledger":[],"sensitivity":{"flip_set":[],"flip_prior":{},"priors":{},"leave_one_out":[]},
        "collect":[],"standards":[{"id":"charge","met":false,"why":""}],"timeline":[],"anomalies":[],"inputs":[]}"#;

    proptest::proptest! {
        #[test]
        fn no_sentence_has_a_word_that_the_interval_does_not_give(a in 0.0..1.0_f64, b in 0.0..1.0_f64) {
            let (low, high) = (a.min(b), a.max(b));
            let whole = assessment(low, high);
            let said = sentences(&whole);
            for text in [&said.public, &said.expert, &said.court] {
                let mut rest = text.replace(&whole.hypotheses[0].words, "");
                // What is said of the flip set, and what a court is told it is not.
                rest = rest.replace("not proven smallest", "").replace("finding of guilt", "");
                for word in WORDS {
                    proptest::prop_assert!(!rest.contains(word), "{word}: {text}");
                }
                proptest::prop_assert!(text.contains(&whole.hypotheses[0].words) || text.contains("No answer can be given a likelihood"));
            }
        }
    }

    #[test]
    fn without_an_interval_nobody_gets_a_likelihood() {
        let mut whole = assessment(0.9, 0.95);
        whole.hypotheses[0].belief.low = None;
        whole.hypotheses[0].words = NO_STATEMENT.to_owned();
        let said = sentences(&whole);
        assert!(said.public.starts_with("No answer can be given a likelihood"));
        assert!(said.court.contains(NO_STATEMENT) && said.expert.contains(NO_STATEMENT));
    }

    #[test]
    fn factors_have_two_digits() {
        let shown: Vec<String> = [1.26, 9.96, 10.4, 47.3, 1234.0, 99_960.0, 3e7]
            .map(times)
            .to_vec();
        assert_eq!(
            shown,
            ["1.3", "10.0", "10", "47", "1200", "100000", "more than a million"]
        );
    }
}
