//! Expands one deflate stream that stands in a file, up to a bound, and says how it ended.
//!
//! Reads in chunks; keeps what was expanded before damage. Source: RFC 1951.

use ascribe_model::{Bytes, Out};
use flate2::{Decompress, FlushDecompress, Status};

const CHUNK: usize = 32 << 10;

/// How a stream ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// At its end mark.
    Whole,
    /// It has more than the bound; the rest was not expanded.
    TooLarge,
    /// The bytes ended first.
    Cut,
    /// It is no deflate from here on, or the disk failed.
    Bad(String),
    /// Time was up.
    Stopped,
}

/// What a stream gave.
pub struct Inflated {
    /// Expanded bytes, no more than the bound.
    pub data: Vec<u8>,
    /// Offset in the file after the last byte used.
    pub end: u64,
    /// How it ended.
    pub ended: Ended,
}

/// Expands the stream at `start..end` of `bytes` to at most `max` bytes.
pub fn inflate(bytes: &dyn Bytes, start: u64, end: u64, max: u64, out: &Out<'_>) -> Inflated {
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    let mut stream = Decompress::new(false);
    let mut input = vec![0u8; CHUNK];
    let mut output = vec![0u8; CHUNK];
    let mut have = 0..0usize;
    let mut next = start;
    let mut data = Vec::new();
    let ended = loop {
        if out.stopped() {
            break Ended::Stopped;
        }
        if have.is_empty() && next < end {
            let want = usize::try_from(end.saturating_sub(next))
                .unwrap_or(CHUNK)
                .min(CHUNK);
            let count = match bytes.read_at(next, input.get_mut(..want).unwrap_or_default()) {
                Ok(count) => count,
                Err(error) => break Ended::Bad(format!("could not be read: {error}")),
            };
            have = 0..count;
            next = next.saturating_add(count as u64);
        }
        let (before_in, before_out) = (stream.total_in(), stream.total_out());
        let from = input.get(have.clone()).unwrap_or_default();
        let status = stream.decompress(from, &mut output, FlushDecompress::None);
        let used = usize::try_from(stream.total_in().saturating_sub(before_in)).unwrap_or(0);
        let made = usize::try_from(stream.total_out().saturating_sub(before_out)).unwrap_or(0);
        have.start = have.start.saturating_add(used).min(have.end);
        let room = max.saturating_sub(data.len());
        data.extend_from_slice(output.get(..made.min(room)).unwrap_or_default());
        if made > room {
            break Ended::TooLarge;
        }
        match status {
            Ok(Status::StreamEnd) => break Ended::Whole,
            Ok(_) if used == 0 && made == 0 && (have.is_empty() || next >= end) => break Ended::Cut,
            Ok(_) => {}
            Err(error) => break Ended::Bad(format!("is no deflate: {error}")),
        }
    };
    Inflated {
        data,
        end: next.saturating_sub(have.len() as u64),
        ended,
    }
}
