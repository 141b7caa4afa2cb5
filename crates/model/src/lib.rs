//! The words that every part of ascribe shares: artifact, observation, anomaly, finding, weight, moment.
//!
//! No I/O, no clock, no threads.

pub mod anomaly;
pub mod calendar;
pub mod cursor;
pub mod finding;
pub mod limits;
pub mod moment;
pub mod numbers;
pub mod observation;
pub mod pages;
pub mod place;
pub mod program;
pub mod random;
pub mod reading;
pub mod tags;
pub mod text;
pub mod words;

pub use anomaly::Anomaly;
pub use finding::Finding;
pub use moment::{Day, Moment};
pub use numbers::{Bans, NumberError, Probability, Range};
pub use observation::{Observation, Saw};
pub use place::{ArtifactId, Provenance, Span};
pub use reading::{Bytes, Child, Coverage, Out, Reading};
pub use text::{Role, Text};
