//! Dated actor knowledge: who the parties are, what they own, who says so and since when.
//!
//! No files, no beliefs.

pub mod holdings;
pub mod indicators;
pub mod knowledge;
pub mod registries;

pub use knowledge::{
    Actor, Alias, Family, Incident, Infrastructure, Knowledge, Source, Victim, is_frameable,
};
