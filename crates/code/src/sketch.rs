//! A sketch of a function: 64 numbers whose agreement estimates how many instruction 3-grams two functions share.
//!
//! One-permutation MinHash (Li, Owen, Zhang 2012) with empty places filled by seeded probing (Shrivastava 2017), so that short
//! functions can be compared too. The standard error of the estimate is at most 1/16.

use crate::normalise::{Token, mix};

/// Places of a sketch.
pub const PLACES: usize = 64;
const GRAM: usize = 3;
const PROBES_MAX: u64 = 1 << 12;

fn gram_hash(gram: &[Token]) -> u64 {
    gram.iter().fold(0x0005_1ce7, |hash: u64, token| {
        mix(hash.rotate_left(11) ^ token.coarse)
    })
}

/// How many different 3-grams `tokens` have.
#[must_use]
pub fn grams(tokens: &[Token]) -> u32 {
    let mut hashes: Vec<u64> = tokens.windows(GRAM).map(gram_hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    u32::try_from(hashes.len()).unwrap_or(u32::MAX)
}

/// The sketch of `tokens`; empty where there are fewer than three.
#[must_use]
pub fn of(tokens: &[Token]) -> Vec<u32> {
    let mut places: [Option<u32>; PLACES] = [None; PLACES];
    for gram in tokens.windows(GRAM) {
        let hash = gram_hash(gram);
        let value = u32::try_from(hash & 0xffff_ffff).unwrap_or(u32::MAX);
        if let Some(place) = usize::try_from(hash >> 58).ok().and_then(|at| places.get_mut(at)) {
            *place = Some(place.map_or(value, |old| old.min(value)));
        }
    }
    if places.iter().all(Option::is_none) {
        return Vec::new();
    }
    (0u64..)
        .zip(&places)
        .map(|(at, place)| place.unwrap_or_else(|| probe(&places, at)))
        .collect()
}

/// The value of the first filled place in the order that the empty place's own number draws.
fn probe(places: &[Option<u32>; PLACES], at: u64) -> u32 {
    (0..PROBES_MAX)
        .find_map(|attempt| {
            let drawn = usize::try_from(mix(at << 32 | attempt) >> 58).ok()?;
            places.get(drawn).copied().flatten()
        })
        .unwrap_or(0)
}
