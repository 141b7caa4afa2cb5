//! The program as it is called from a terminal.

use std::process::{Command, Output};

/// Runs `ascribe` with these words and waits for it.
pub fn ascribe(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ascribe"))
        .args(arguments)
        .output()
        .unwrap()
}
