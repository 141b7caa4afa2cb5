//! The findings as they would count if nobody's reports were independent: for the sensitivity, never for the belief.
//!
//! Who copies whom is often not said, or said wrongly (`record/trials.md`, simulator two). So reports of one kind that
//! point to one thing are taken as one event of collection about one trace. Our own measurements stay as they are.

use std::collections::BTreeMap;

use ascribe_model::Finding;
use ascribe_model::words::Stance;

/// `findings` with all reports of one kind and class about one target made copies of each other; none where no two are.
#[must_use]
pub fn as_one_telling(findings: &[Finding]) -> Option<Vec<Finding>> {
    let mut told: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let (Some(_), Some(target)) = (&finding.source, &finding.points_to) else {
            continue;
        };
        if matches!(
            finding.stance,
            Stance::Asserts | Stance::Reports | Stance::Accuses
        ) {
            let class = finding.class.map_or("", |class| class.text());
            told.entry(format!("{}:{class}:{target}", finding.kind))
                .or_default()
                .push(index);
        }
    }
    told.retain(|_, members| members.len() > 1);
    if told.is_empty() {
        return None;
    }
    let mut one = findings.to_vec();
    for (what, members) in told {
        for index in members {
            if let Some(finding) = one.get_mut(index) {
                finding.origin = format!("one telling of {what}");
                finding.fact = Some(what.clone());
            }
        }
    }
    Some(one)
}
