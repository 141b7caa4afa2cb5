//! How fast statements are found.
fn main() {
    divan::main();
}
