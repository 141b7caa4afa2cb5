//! Writes the sample page to the path given as the only argument: `cargo run -p ascribe-report --example sample_page -- FILE`.

#[path = "../tests/sample/mod.rs"]
#[expect(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "test material")]
mod sample;

fn main() -> std::io::Result<()> {
    let path = std::env::args_os().nth(1).ok_or_else(|| std::io::Error::other("give the path to write to"))?;
    std::fs::write(path, ascribe_report::page(&sample::sample().page()))
}
