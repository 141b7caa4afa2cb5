//! The command line: `ascribe run` and its kin.

fn main() {}
