//! How often each mechanism came up in an incident; for tests and the record, never for an answerer.

use std::collections::BTreeMap;

/// Counts by mechanism.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally(pub(super) BTreeMap<&'static str, usize>);

impl Tally {
    /// Once more.
    pub(super) fn add(&mut self, what: &'static str) {
        self.of(what, 1);
    }

    /// `times` more.
    pub(super) fn of(&mut self, what: &'static str, times: usize) {
        *self.0.entry(what).or_default() += times;
    }
}
