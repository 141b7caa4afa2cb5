//! A bounded reader over bytes: every number is checked, every failure says what was wanted and where.

use crate::anomaly::Anomaly;
use crate::place::Span;

/// A position in `data`, which starts at byte `base` of its artifact.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    data: &'a [u8],
    at: usize,
    base: u64,
}

/// The data ended before what was wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} needs {need} bytes at offset {at}, {left} are left")]
pub struct Cut {
    /// What was to be read.
    pub wanted: &'static str,
    /// Byte offset in the artifact.
    pub at: u64,
    /// Bytes needed.
    pub need: u64,
    /// Bytes left.
    pub left: u64,
}

impl Cut {
    /// This cut as an anomaly of code `code` that lost data.
    #[must_use]
    pub fn anomaly(&self, code: &str) -> Anomaly {
        Anomaly::lost(
            code,
            Some(Span::new(self.at, self.at.saturating_add(self.left))),
            self.to_string(),
        )
    }
}

macro_rules! number {
    ($name:ident, $endian:ident, $type:ty) => {
        /// The next integer, in the byte order of the name.
        pub fn $name(&mut self, wanted: &'static str) -> Result<$type, Cut> {
            const LEN: usize = size_of::<$type>();
            let bytes = self.take(LEN, wanted)?;
            let mut array = [0u8; LEN];
            array.copy_from_slice(bytes);
            Ok(<$type>::$endian(array))
        }
    };
}

impl<'a> Cursor<'a> {
    /// At the first byte of `data`, which starts at byte `base` of its artifact.
    #[must_use]
    pub const fn new(data: &'a [u8], base: u64) -> Self {
        Self { data, at: 0, base }
    }

    /// Offset of the next byte in the artifact.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.base.saturating_add(self.at as u64)
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.data.len().saturating_sub(self.at)
    }

    /// Moves to byte `at` of `data`.
    pub fn seek(&mut self, at: usize, wanted: &'static str) -> Result<(), Cut> {
        if at > self.data.len() {
            return Err(Cut {
                wanted,
                at: self.base.saturating_add(at as u64),
                need: 0,
                left: 0,
            });
        }
        self.at = at;
        Ok(())
    }

    /// The next `len` bytes.
    pub fn take(&mut self, len: usize, wanted: &'static str) -> Result<&'a [u8], Cut> {
        let end = self.at.saturating_add(len);
        let Some(bytes) = self.data.get(self.at..end) else {
            return Err(Cut {
                wanted,
                at: self.offset(),
                need: len as u64,
                left: self.left() as u64,
            });
        };
        self.at = end;
        Ok(bytes)
    }

    /// Passes over `len` bytes.
    pub fn skip(&mut self, len: usize, wanted: &'static str) -> Result<(), Cut> {
        self.take(len, wanted).map(|_| ())
    }

    /// The next byte.
    pub fn u8(&mut self, wanted: &'static str) -> Result<u8, Cut> {
        self.take(1, wanted)
            .map(|bytes| bytes.first().copied().unwrap_or(0))
    }

    number!(u16_le, from_le_bytes, u16);
    number!(u16_be, from_be_bytes, u16);
    number!(u32_le, from_le_bytes, u32);
    number!(u32_be, from_be_bytes, u32);
    number!(u64_le, from_le_bytes, u64);
    number!(u64_be, from_be_bytes, u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_says_where_and_how_much() {
        let mut cursor = Cursor::new(&[1, 2, 3], 100);
        assert_eq!(cursor.u16_le("count").unwrap(), 0x0201);
        let cut = cursor.u32_be("length").unwrap_err();
        assert_eq!(cut.to_string(), "length needs 4 bytes at offset 102, 1 are left");
        assert_eq!(cursor.u8("tag").unwrap(), 3);
    }
}
