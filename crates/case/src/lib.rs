//! The case: plan, read, assess, as-of, state, audit log. The only place with a clock, threads and files.

pub mod config;
pub mod escape;
pub mod known;
pub mod notes;
