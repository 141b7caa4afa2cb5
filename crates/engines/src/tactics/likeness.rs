//! How far the techniques of an incident are like those told of each group, beyond what any group of its size would share.
//!
//! A technique counts by how few groups use it. A group that uses a sub-technique uses its technique; of an incident
//! only the finest ids count. The null is a group with as many known techniques whose every technique is drawn with the
//! chance that its use among all groups gives: the overlap's mean and variance are sums, no sampling.

use std::collections::{BTreeMap, BTreeSet};

/// What is known of one group: by technique, the reports that stand behind it.
pub type Uses = BTreeMap<String, BTreeSet<String>>;

/// Chance of a technique in the null, at most: no group is sure to use anything.
const CHANCE_MAX: f64 = 0.95;

/// The likeness of the incident to one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Likeness {
    /// Which of the given groups.
    pub group: usize,
    /// Techniques of the incident that the group is said to use.
    pub shared: Vec<String>,
    /// Reports behind those, each counted once.
    pub reports: BTreeSet<String>,
    /// How many a group of its size shares by chance.
    pub expected: f64,
    /// Standard deviations of the weighted overlap above the null.
    pub above: f64,
}

/// The likenesses of an incident to all groups.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Likenesses {
    /// Techniques of the incident that were compared, finest ids only.
    pub incident: BTreeSet<String>,
    /// Groups with any technique.
    pub groups: usize,
    /// Most alike first; groups that share nothing are left out.
    pub ranked: Vec<Likeness>,
}

/// `T1059` of `T1059.001`.
fn parent(technique: &str) -> Option<&str> {
    technique.split_once('.').map(|(parent, _)| parent)
}

/// Only the finest ids: a technique goes where one of its sub-techniques is named too.
#[must_use]
pub fn finest(techniques: &BTreeSet<String>) -> BTreeSet<String> {
    let coarser: BTreeSet<&str> = techniques.iter().filter_map(|one| parent(one)).collect();
    techniques
        .iter()
        .filter(|one| !coarser.contains(one.as_str()))
        .cloned()
        .collect()
}

/// Every technique of a group with the reports behind it, those of sub-techniques counted for their techniques too.
fn with_parents(uses: &Uses) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (technique, reports) in uses {
        for name in [Some(technique.as_str()), parent(technique)]
            .into_iter()
            .flatten()
        {
            all.entry(name)
                .or_default()
                .extend(reports.iter().map(String::as_str));
        }
    }
    all
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Compares the techniques of an incident with those of `groups`.
#[must_use]
pub fn likenesses(incident: &BTreeSet<String>, groups: &[Uses]) -> Likenesses {
    let incident = finest(incident);
    let known: Vec<(usize, BTreeMap<&str, BTreeSet<&str>>)> = groups
        .iter()
        .enumerate()
        .filter(|(_, uses)| !uses.is_empty())
        .map(|(index, uses)| (index, with_parents(uses)))
        .collect();
    let mut users: BTreeMap<&str, usize> = BTreeMap::new();
    let mut told = 0usize;
    for (_, uses) in &known {
        for technique in uses.keys() {
            let count = users.entry(technique).or_default();
            *count = count.saturating_add(1);
            told = told.saturating_add(1);
        }
    }
    let count = number(known.len());
    let mean_size = number(told) / count.max(1.0);
    let weighed: Vec<(&str, f64, f64)> = incident
        .iter()
        .filter_map(|technique| {
            let users = number(*users.get(technique.as_str())?);
            let weight = libm::log((count + 1.0) / (users + 1.0));
            Some((technique.as_str(), weight, (users + 0.5) / (count + 1.0)))
        })
        .collect();
    let mut ranked: Vec<Likeness> = known
        .iter()
        .filter_map(|(group, uses)| {
            let size = number(uses.len()) / mean_size.max(1e-9);
            let (mut score, mut mean, mut variance, mut expected) = (0.0, 0.0, 0.0, 0.0);
            let (mut shared, mut reports) = (Vec::new(), BTreeSet::new());
            for (technique, weight, use_rate) in &weighed {
                let chance = (use_rate * size).min(CHANCE_MAX);
                mean += weight * chance;
                variance += weight * weight * chance * (1.0 - chance);
                expected += chance;
                if let Some(behind) = uses.get(technique) {
                    score += weight;
                    shared.push((*technique).to_owned());
                    reports.extend(behind.iter().map(|report| (*report).to_owned()));
                }
            }
            (!shared.is_empty() && variance > 0.0).then(|| Likeness {
                group: *group,
                shared,
                reports,
                expected,
                above: (score - mean) / libm::sqrt(variance),
            })
        })
        .collect();
    ranked.sort_by(|a, b| b.above.total_cmp(&a.above).then_with(|| a.group.cmp(&b.group)));
    Likenesses {
        incident,
        groups: known.len(),
        ranked,
    }
}

/// Fewer groups do not tell what is common.
pub const GROUPS_MIN: usize = 20;
/// Fewer techniques of an incident are like many groups.
pub const INCIDENT_MIN: usize = 5;
/// Fewer shared techniques are chance.
pub const SHARED_MIN: usize = 4;
/// Standard deviations above the null that the likest group must reach.
pub const ABOVE_MIN: f64 = 4.0;
/// Standard deviations by which it must lead the next.
pub const LEAD_MIN: f64 = 1.0;

impl Likenesses {
    /// The one group that clearly stands out, if any does. The bounds were set where left-out reports were named right more
    /// often than not (`record/tactics.md`).
    #[must_use]
    pub fn standing_out(&self) -> Option<&Likeness> {
        let first = self.ranked.first()?;
        let next = self.ranked.get(1).map_or(0.0, |next| next.above);
        let clear = self.groups >= GROUPS_MIN
            && self.incident.len() >= INCIDENT_MIN
            && first.shared.len() >= SHARED_MIN
            && first.above >= ABOVE_MIN
            && first.above - next >= LEAD_MIN;
        clear.then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    fn uses(ids: &[&str]) -> Uses {
        ids.iter()
            .map(|id| ((*id).to_owned(), set(&["report"])))
            .collect()
    }

    /// `count` groups that all use the common techniques, each with two of its own.
    fn world(count: usize) -> Vec<Uses> {
        (0..count)
            .map(|index| {
                let own = [format!("T2{index:03}"), format!("T3{index:03}.001")];
                let mut all = uses(&["T1105", "T1059", "T1566.001"]);
                all.extend(own.map(|id| (id, set(&["a", "b"]))));
                all
            })
            .collect()
    }

    #[test]
    fn what_everybody_does_is_like_nobody() {
        let alike = likenesses(
            &set(&["T1105", "T1059", "T1566.001", "T9999", "T9998"]),
            &world(40),
        );
        assert_eq!(alike.standing_out(), None);
        assert_eq!(alike.groups, 40);
        assert!(alike.ranked.iter().all(|one| one.above < 1.0));
    }

    #[test]
    fn rare_techniques_single_out_their_group_and_nobody_else() {
        let mut groups = world(40);
        groups[7] = uses(&["T1105", "T4001", "T4002.001", "T4003", "T4004"]);
        let incident = set(&["T1105", "T4001", "T4002", "T4002.001", "T4003", "T4004"]);
        let alike = likenesses(&incident, &groups);
        assert_eq!(alike.incident.len(), 5, "T4002 goes beside its sub-technique");
        let best = alike.standing_out().unwrap();
        assert_eq!(best.group, 7);
        assert!(best.expected < 2.0 && best.shared.len() == 5);
        groups[8] = groups[7].clone();
        assert_eq!(
            likenesses(&incident, &groups).standing_out(),
            None,
            "two are as like"
        );
        assert_eq!(
            likenesses(&incident, &groups[..10]).standing_out(),
            None,
            "too few groups"
        );
    }

    proptest! {
        #[test]
        fn order_of_groups_changes_no_likeness(
            groups in prop::collection::vec(prop::collection::btree_set("T1[0-2][0-9]{2}", 0..12), 0..30),
            incident in prop::collection::btree_set("T1[0-2][0-9]{2}(\\.00[1-3])?", 0..12),
        ) {
            let groups: Vec<Uses> = groups
                .iter()
                .map(|ids| ids.iter().map(|id| (id.clone(), set(&["r"]))).collect())
                .collect();
            let forward = likenesses(&incident, &groups);
            let reversed: Vec<Uses> = groups.iter().rev().cloned().collect();
            let backward = likenesses(&incident, &reversed);
            let by = |all: &Likenesses, last: Option<usize>| {
                let mut rows: Vec<(usize, Vec<String>, String)> = all
                    .ranked
                    .iter()
                    .map(|one| (last.map_or(one.group, |last| last - one.group), one.shared.clone(), format!("{:.9}", one.above)))
                    .collect();
                rows.sort();
                rows
            };
            prop_assert_eq!(by(&forward, None), by(&backward, groups.len().checked_sub(1)));
            prop_assert!(forward.ranked.iter().all(|one| one.above.is_finite() && one.expected >= 0.0));
        }
    }
}
