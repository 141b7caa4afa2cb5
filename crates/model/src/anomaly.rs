//! What was wrong with the bytes: damage is evidence too.

use serde::{Deserialize, Serialize};

use crate::place::Span;

/// One thing that was wrong, and where. Text is plain and complete: what was expected, what stood there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Anomaly {
    /// Stable name, `reader.what`, as in `mail.received-order`.
    pub code: String,
    /// Where; none where it concerns the whole artifact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Span>,
    /// One sentence without capitals or full stop at its ends.
    pub text: String,
    /// Whether part of the artifact was not read because of it: the input's status becomes "partial".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
}

impl Anomaly {
    /// Something odd; nothing was lost by it.
    #[must_use]
    pub fn odd(code: &str, at: Option<Span>, text: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            at,
            text: text.into(),
            lost: false,
        }
    }

    /// Something that kept part of the artifact from being read.
    #[must_use]
    pub fn lost(code: &str, at: Option<Span>, text: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            at,
            text: text.into(),
            lost: true,
        }
    }
}
