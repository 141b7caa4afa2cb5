//! The words that every part of ascribe shares: artifact, observation, anomaly, finding, weight, moment.
//!
//! No I/O, no clock, no threads.

pub mod numbers;

pub use numbers::{Bans, NumberError, Probability, Range};
