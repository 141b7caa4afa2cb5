//! Evidence that is out to crash, hang, fill, hide, escape or act: the rest of the case is read and answered, and it is told.
//!
//! Each test puts one kind of it beside good evidence and runs the real program as a child (`bench.rs`).
//! Set `HOSTILE_FIGURES` to see time and memory of each run, `HOSTILE_PROGRAM` to hold another build to it.
//! The large ones run in the release build only: `cargo test --release -p ascribe-cli --test hostile`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    reason = "tests may"
)]
#![cfg_attr(
    debug_assertions,
    allow(
        dead_code,
        unused_imports,
        unused_macros,
        reason = "the large ones run in the release build only"
    )
)]
#![cfg(target_os = "linux")]

mod bench;
mod containers;
mod files;
mod formats;
mod texts;
mod written;
