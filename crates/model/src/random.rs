//! Random numbers that depend on a seed and the number of a draw alone, never on the order of draws.
//!
//! Source: Steele, Lea & Flood (2014), SplitMix64.

/// A stream of numbers.
pub struct Random(u64);

impl Random {
    /// The stream of draw `draw` under `seed`.
    #[must_use]
    #[inline]
    pub fn of_draw(seed: u64, draw: u64) -> Self {
        let mut seeded = Self(seed);
        let start = seeded.bits() ^ draw.wrapping_mul(0xd1b5_4a32_d192_ed03);
        let mut stream = Self(start);
        // One step apart from the raw start, so that neighbouring draws share nothing.
        Self(stream.bits())
    }

    #[inline]
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number above 0 and below 1, with 52 random bits.
    #[expect(clippy::cast_precision_loss, reason = "52 bits fit a double exactly")]
    #[inline]
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// A number below `n`; the bias is below n / 2^64.
    #[inline]
    pub fn below(&mut self, n: usize) -> usize {
        let wide = u128::from(self.bits()) * n as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }
}
