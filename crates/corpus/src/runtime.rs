//! Code that compilers and C libraries put into every program: known by its exact hash, without any corpus.
//!
//! `data/runtime.hashes`: "ASCRRUNT", recipe u32, count u32, then hashes u64 in order, all little endian. `data/README.md` says from which
//! packages it was made and how to make it again.

use ascribe_model::program::{FEATURE_RECIPE, Function};

const HASHES: &[u8] = include_bytes!("../data/runtime.hashes");
const HEADER_LEN: usize = 16;

fn number(at: usize) -> Option<u64> {
    let start = at.checked_mul(8)?.checked_add(HEADER_LEN)?;
    let bytes = HASHES.get(start..start.checked_add(8)?)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// How many hashes are known; 0 where they were made by another recipe.
#[must_use]
pub fn count() -> usize {
    let field = |at: usize| {
        let bytes = HASHES.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    if HASHES.get(..8) != Some(b"ASCRRUNT") || field(8) != Some(FEATURE_RECIPE) {
        return 0;
    }
    field(12)
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(0)
}

/// Whether `function` is known runtime code.
#[must_use]
pub fn has(function: &Function) -> bool {
    let (mut low, mut high) = (0usize, count());
    while low < high {
        let middle = low.midpoint(high);
        match number(middle) {
            Some(value) if value == function.exact => return true,
            Some(value) if value < function.exact => low = middle.saturating_add(1),
            _ => high = middle,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_of_this_recipe_sorted_and_whole() {
        assert!(count() > 1000, "{}", count());
        assert_eq!(HASHES.len(), HEADER_LEN + count() * 8);
        assert!((1..count()).all(|at| number(at - 1) < number(at)));
        let known = |exact| Function {
            exact,
            ..Function::default()
        };
        assert!((0..count()).all(|at| has(&known(number(at).unwrap()))));
        assert!(!has(&known(number(0).unwrap() + 1)) && !has(&known(0)) && !has(&known(u64::MAX)));
    }
}
