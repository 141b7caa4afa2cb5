//! Dated actor knowledge: who the parties are, what they own, who says so and since when.
//!
//! No files, no beliefs.
