//! Which families, labelled and dated, have this function? A store of function features by family.

/// A corpus in memory.
#[derive(Clone, Debug, Default)]
pub struct Corpus {}
