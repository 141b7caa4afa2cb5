//! Code that compilers and C libraries put into every program, known without any corpus: exactly by its hash, and nearly by its sketch.
//!
//! `data/runtime.hashes`: "ASCRRUNT", recipe u32, number of hashes u32, number of sketches u32, zero u32; hashes u64 in order; then per
//! sketch its instructions u32 and the low byte of each of its 64 places (b-bit MinHash, Li and König 2010). All little endian.
//! `data/README.md` says from which packages it was made and how to make it again.

use std::sync::LazyLock;

use ascribe_model::program::{FEATURE_RECIPE, Function};

const DATA: &[u8] = include_bytes!("../data/runtime.hashes");
const HEADER_LEN: usize = 24;
const PLACES: usize = 64;
const ROW_LEN: usize = PLACES + 4;
const BAND: usize = 4;
/// A function this like runtime code is another version of it.
const SIMILARITY_MIN: f64 = 0.6;
/// Two unrelated bytes agree this often.
const CHANCE: f64 = 1.0 / 256.0;

fn u32_at(at: usize) -> Option<u32> {
    let bytes = DATA.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

fn counted(at: usize) -> usize {
    if DATA.get(..8) != Some(b"ASCRRUNT") || u32_at(8) != Some(FEATURE_RECIPE) {
        return 0;
    }
    u32_at(at)
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(0)
}

/// How many hashes are known; 0 where they were made by another recipe.
#[must_use]
pub fn count() -> usize {
    counted(12)
}

fn number(at: usize) -> Option<u64> {
    let start = at.checked_mul(8)?.checked_add(HEADER_LEN)?;
    let bytes = DATA.get(start..start.checked_add(8)?)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// Whether `function` is known runtime code, instruction by instruction.
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

/// A sketch: instructions and the low bytes of its places.
fn row(at: usize) -> Option<(u32, &'static [u8])> {
    let start = count()
        .checked_mul(8)?
        .checked_add(at.checked_mul(ROW_LEN)?)?
        .checked_add(HEADER_LEN)?;
    let places = start.checked_add(4)?;
    Some((u32_at(start)?, DATA.get(places..places.checked_add(PLACES)?)?))
}

fn band_keys(places: &[u8]) -> impl Iterator<Item = u64> + '_ {
    (0u64..)
        .zip(places.chunks_exact(BAND))
        .map(|(band, bytes)| bytes.iter().fold(band, |key, byte| key << 8 | u64::from(*byte)))
}

/// (key of a band, sketch), sorted.
static BANDS: LazyLock<Vec<(u64, u32)>> = LazyLock::new(|| {
    let mut bands: Vec<(u64, u32)> = (0u32..)
        .map_while(|index| {
            let at = usize::try_from(index).ok()?;
            (at < counted(16))
                .then(|| row(at))
                .flatten()
                .map(|row| (index, row.1))
        })
        .flat_map(|(index, places)| band_keys(places).map(move |key| (key, index)))
        .collect();
    bands.sort_unstable();
    bands
});

/// Whether `function` is nearly the same as known runtime code: another version of it, or another build.
#[must_use]
pub fn is_near(function: &Function) -> bool {
    let places: Vec<u8> = function
        .near
        .iter()
        .map(|place| place.to_le_bytes().first().copied().unwrap_or(0))
        .collect();
    if places.len() != PLACES {
        return false;
    }
    band_keys(&places).any(|key| {
        let from = BANDS.partition_point(|band| band.0 < key);
        BANDS
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|band| band.0 == key)
            .filter_map(|band| row(usize::try_from(band.1).ok()?))
            .any(|(instructions, other)| {
                let (short, long) = (
                    instructions.min(function.instructions),
                    instructions.max(function.instructions),
                );
                long <= short.saturating_mul(2) && agreement(&places, other) >= SIMILARITY_MIN
            })
    })
}

/// The share of 3-grams in common, from the low bytes of the places.
fn agreement(a: &[u8], b: &[u8]) -> f64 {
    let equal = a.iter().zip(b).filter(|(a, b)| a == b).count();
    #[expect(clippy::cast_precision_loss, reason = "64 places at most")]
    let share = equal as f64 / PLACES as f64;
    (share - CHANCE) / (1.0 - CHANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_of_this_recipe_sorted_and_whole() {
        assert!(count() > 1000, "{}", count());
        assert_eq!(DATA.len(), HEADER_LEN + count() * 8 + counted(16) * ROW_LEN);
        assert!((1..count()).all(|at| number(at - 1) < number(at)));
        let known = |exact| Function {
            exact,
            ..Function::default()
        };
        assert!((0..count()).all(|at| has(&known(number(at).unwrap()))));
        assert!(!has(&known(number(0).unwrap() + 1)) && !has(&known(0)) && !has(&known(u64::MAX)));
    }

    #[test]
    fn a_sketch_finds_itself_and_its_like_but_no_stranger() {
        let (instructions, places) = row(counted(16) / 2).unwrap();
        let with = |near: Vec<u32>| Function {
            instructions,
            near,
            ..Function::default()
        };
        let mut near: Vec<u32> = places.iter().map(|byte| u32::from(*byte) | 0xabcd_ef00).collect();
        assert!(is_near(&with(near.clone())));
        near.iter_mut().rev().take(15).for_each(|place| *place ^= 0xff);
        assert!(is_near(&with(near.clone())));
        near.iter_mut().rev().take(40).for_each(|place| *place ^= 0x5a);
        assert!(!is_near(&with(near)));
        assert!(!is_near(&with(Vec::new())));
    }
}
