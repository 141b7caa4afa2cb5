//! What is run by hand to test ascribe itself; nothing here is part of the program.

mod incident;

fn main() {}
