//! How much of anything is read: one place for every bound.
//!
//! A limit is a number of things or bytes, never a time; time is bounded by the caller through [`Out::stopped`](crate::reading::Out::stopped).

/// Bounds for one top-level piece of evidence and all that lies inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Formats that need the whole artifact in memory read at most this many bytes of it.
    pub whole_bytes_max: u64,
    /// The longest line of a log that is parsed; longer ones are counted as dropped.
    pub line_bytes_max: usize,
    /// Text kept for quoting, per artifact, in bytes of UTF-8. Indicators are still looked for beyond it.
    pub text_bytes_kept_max: usize,
    /// The same for a top-level file and all that lies inside it.
    pub file_text_bytes_kept_max: usize,
    /// Distinct indicators kept per artifact.
    pub mentions_max: usize,
    /// The same for a top-level file and all that lies inside it, counted per artifact.
    pub file_mentions_max: usize,
    /// Spans kept per distinct indicator (its count goes on).
    pub spans_per_mention_max: usize,
    /// Distinct flows kept per artifact.
    pub flows_max: usize,
    /// Other observations kept per artifact.
    pub observations_max: usize,
    /// Anomalies kept per artifact (the rest are counted in the last one).
    pub anomalies_max: usize,
    /// How deep artifacts may lie inside each other; the evidence file itself has depth 0.
    pub depth_max: u32,
    /// Children of one top-level file, all depths together.
    pub members_max: u64,
    /// Bytes of one child.
    pub member_bytes_max: u64,
    /// Bytes of all children of one top-level file, all depths together.
    pub expanded_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            whole_bytes_max: 128 << 20,
            line_bytes_max: 1 << 20,
            text_bytes_kept_max: 2 << 20,
            file_text_bytes_kept_max: 32 << 20,
            mentions_max: 100_000,
            file_mentions_max: 200_000,
            spans_per_mention_max: 16,
            flows_max: 500_000,
            observations_max: 100_000,
            anomalies_max: 200,
            depth_max: 8,
            members_max: 20_000,
            member_bytes_max: 128 << 20,
            expanded_bytes_max: 1 << 30,
        }
    }
}

/// Bounds for a whole case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Evidence files, children included.
    pub files_max: u64,
    /// Bytes of evidence, children included.
    pub bytes_max: u64,
    /// Seconds spent on reading one top-level file before it is cut off and said so.
    pub seconds_per_file_max: u64,
    /// Bounds for each top-level file.
    pub limits: Limits,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            files_max: 1_000_000,
            bytes_max: 1 << 40,
            seconds_per_file_max: 600,
            limits: Limits::default(),
        }
    }
}
