//! Laws of weighing: against an enumeration of every unknown, and as properties of random models.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken model is a failed test"
)]

mod doubts;
mod enumerate;
mod models;
mod properties;
mod refusals;
mod sensitivity;
