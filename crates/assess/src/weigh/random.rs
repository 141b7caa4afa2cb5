//! Random numbers that depend on a seed and the number of a draw alone, never on the order of draws.
//!
//! Source: Steele, Lea & Flood (2014), SplitMix64.

/// A stream of numbers.
pub(super) struct Random(u64);

impl Random {
    /// The stream of draw `draw` under `seed`.
    pub(super) fn of_draw(seed: u64, draw: u64) -> Self {
        let mut seeded = Self(seed);
        let start = seeded.next() ^ draw.wrapping_mul(0xd1b5_4a32_d192_ed03);
        let mut stream = Self(start);
        // One step apart from the raw start, so that neighbouring draws share nothing.
        let state = stream.next();
        Self(state)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number above 0 and below 1, with 52 random bits.
    pub(super) fn unit(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }
}
