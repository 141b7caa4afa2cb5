//! The records of one chunk of 64 KiB.
//!
//! A chunk stands for itself: names and templates are written in it. Damage costs the record that it stands in; behind
//! it the next record is looked for by its signature. Source: the description of the format by the libevtx project.

use super::binxml::u32_at;

/// Bytes of a chunk.
pub const CHUNK_BYTES: usize = 64 << 10;
/// Bytes of its header with the tables of names and templates.
const HEADER_BYTES: usize = 512;
/// The least a record has: signature, size, number, time, size again.
const RECORD_BYTES_MIN: usize = 28;
const SIGNATURE: &[u8] = b"**\0\0";

/// What is known of a chunk before its records are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// It begins like a chunk; how far its records go, and what does not agree.
    Chunk {
        /// One past its last record.
        end: usize,
        /// The checksum of its header does not agree.
        head_differs: bool,
        /// The checksum of its records does not agree.
        records_differ: bool,
    },
    /// Nothing was written there.
    Empty,
    /// Something else stands there.
    Foreign,
}

/// Looks at the header of a chunk.
pub fn head(data: &[u8]) -> Head {
    if !data.starts_with(b"ElfChnk\0") {
        return if data.iter().all(|byte| *byte == 0) {
            Head::Empty
        } else {
            Head::Foreign
        };
    }
    let number = |at: usize| u32_at(data, at).unwrap_or(0);
    let crc = |parts: &[std::ops::Range<usize>]| {
        let mut hasher = crc32fast::Hasher::new();
        for part in parts {
            hasher.update(data.get(part.clone()).unwrap_or_default());
        }
        usize::try_from(hasher.finalize()).unwrap_or(usize::MAX)
    };
    let head_differs = crc(&[0..120, 128..HEADER_BYTES]) != number(124);
    let free = number(48);
    let sane = (HEADER_BYTES..=data.len()).contains(&free);
    Head::Chunk {
        // A header that is not what was written does not say where the records end.
        end: if sane && !head_differs { free } else { data.len() },
        head_differs,
        records_differ: !sane || crc(std::slice::from_ref(&(HEADER_BYTES..free))) != number(52),
    }
}

/// One record of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// It can be read.
    Whole {
        /// First byte in the chunk.
        start: usize,
        /// One past its last byte.
        end: usize,
        /// Its number in the log.
        number: u64,
        /// When it was written, in FILETIME ticks.
        written: u64,
    },
    /// It cannot; the next one is looked for behind.
    Damaged {
        /// First byte in the chunk.
        start: usize,
        /// One past its last byte.
        end: usize,
    },
}

/// Walks the records of a chunk.
pub struct Records<'c> {
    data: &'c [u8],
    at: usize,
    end: usize,
    /// The header is right: what stands before `end` should be records.
    sure: bool,
}

impl<'c> Records<'c> {
    /// Those of a chunk whose records end at `end`.
    pub const fn new(data: &'c [u8], end: usize, sure: bool) -> Self {
        Self {
            data,
            at: HEADER_BYTES,
            end,
            sure,
        }
    }

    fn whole(&self) -> Option<Record> {
        let start = self.at;
        if !self.data.get(start..)?.starts_with(SIGNATURE) {
            return None;
        }
        let size = u32_at(self.data, start.checked_add(4)?)?;
        let end = start.checked_add(size)?;
        if size < RECORD_BYTES_MIN || end > self.data.len() || u32_at(self.data, end.checked_sub(4)?)? != size
        {
            return None;
        }
        let long = |at: usize| -> Option<u64> {
            let bytes = self.data.get(at..at.checked_add(8)?)?;
            Some(u64::from_le_bytes(bytes.try_into().ok()?))
        };
        Some(Record::Whole {
            start,
            end,
            number: long(start.checked_add(8)?)?,
            written: long(start.checked_add(16)?)?,
        })
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.at >= self.end {
            return None;
        }
        if let Some(record @ Record::Whole { end, .. }) = self.whole() {
            self.at = end;
            return Some(record);
        }
        let start = self.at;
        let behind = start.saturating_add(1);
        let next = memchr::memmem::find(self.data.get(behind..self.end).unwrap_or_default(), SIGNATURE)
            .map(|at| at.saturating_add(behind));
        self.at = next.unwrap_or(self.end);
        // Without a right header nothing says that there should be a record.
        if next.is_none() && !self.sure && !self.data.get(start..)?.starts_with(SIGNATURE) {
            return None;
        }
        Some(Record::Damaged { start, end: self.at })
    }
}
