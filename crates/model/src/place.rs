//! Where something stands: an artifact's content id and a byte range inside it.
//!
//! Source: CASE, "Provenance is always in bytes, with `line` beside it where lines exist".

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The SHA-256 of an artifact's bytes. Written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArtifactId([u8; 32]);

impl ArtifactId {
    /// The id of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The id with this digest.
    #[must_use]
    pub const fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// 64 lower-case hex digits.
    #[must_use]
    pub fn hex(self) -> String {
        hex(&self.0)
    }
}

/// Lower-case hex of `bytes`.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0')))
        .collect()
}

impl fmt::Debug for ArtifactId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.hex())
    }
}

impl fmt::Display for ArtifactId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.hex())
    }
}

/// Says that a text is not 64 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a SHA-256 in 64 hex digits")]
pub struct NotAnId(String);

impl TryFrom<String> for ArtifactId {
    type Error = NotAnId;
    fn try_from(text: String) -> Result<Self, NotAnId> {
        let fail = || NotAnId(text.chars().take(70).collect());
        let mut digest = [0u8; 32];
        let mut digits = text
            .chars()
            .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()));
        for byte in &mut digest {
            match (digits.next().flatten(), digits.next().flatten()) {
                (Some(high), Some(low)) => *byte = high << 4 | low,
                _ => return Err(fail()),
            }
        }
        if digits.next().is_some() {
            Err(fail())
        } else {
            Ok(Self(digest))
        }
    }
}

impl From<ArtifactId> for String {
    fn from(id: ArtifactId) -> Self {
        id.hex()
    }
}

/// A range of bytes of one artifact, with the line it starts on (from 1) where lines exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// Line of the first byte, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

impl Span {
    /// Bytes `start..end`; an inverted range is empty at `start`.
    #[must_use]
    pub const fn new(start: u64, end: u64) -> Self {
        Self {
            start,
            end: if end < start { start } else { end },
            line: None,
        }
    }

    /// The same bytes, starting on `line`.
    #[must_use]
    pub const fn on_line(self, line: u64) -> Self {
        Self {
            line: Some(line),
            ..self
        }
    }
}

/// A span of a named artifact: what a number can be traced back to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Provenance {
    /// Path in the case, `/` between parts, `!` before a member of a container, other bytes as `\xNN`.
    pub path: String,
    /// The artifact.
    pub sha256: ArtifactId,
    /// Where in it.
    pub span: Span,
}
