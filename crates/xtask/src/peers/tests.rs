//! Shapes of the peers' answers; how well anybody answers is measured elsewhere.

use std::collections::BTreeSet;

use super::{ach, answers, naive_bayes, overlap};
use crate::accounts::incident;

#[test]
fn every_answer_is_a_distribution_over_the_same_ids() {
    for number in 0..60 {
        let made = incident(5, number);
        let ids: BTreeSet<String> = answers(&made).into_iter().collect();
        for given in [
            ach::answer(&made),
            naive_bayes::answer(&made),
            overlap::answer(&made),
        ] {
            assert_eq!(given.keys().cloned().collect::<BTreeSet<_>>(), ids);
            assert!(given.values().all(|share| (0.0..=1.0).contains(share)));
            assert!((given.values().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}

#[test]
fn the_truth_is_not_looked_at() {
    for number in 0..20 {
        let made = incident(6, number);
        let mut other = made.clone();
        "unlisted-state".clone_into(&mut other.truth.operator);
        other.truth.framed = Some("state-1".to_owned());
        assert_eq!(ach::answer(&made), ach::answer(&other));
        assert_eq!(naive_bayes::answer(&made), naive_bayes::answer(&other));
        assert_eq!(overlap::answer(&made), overlap::answer(&other));
    }
}
