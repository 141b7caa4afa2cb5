//! Writes the sample as a page, and as its assessment where a second path is given:
//! `cargo run -p ascribe-report --example sample_page -- PAGE [ASSESSMENT]`.

#[path = "../tests/sample/mod.rs"]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test material")]
mod sample;

fn main() -> std::io::Result<()> {
    let mut paths = std::env::args_os().skip(1);
    let page = paths
        .next()
        .ok_or_else(|| std::io::Error::other("give the path to write to"))?;
    let sample = sample::sample();
    std::fs::write(page, ascribe_report::page(&sample.page()))?;
    if let Some(path) = paths.next() {
        std::fs::write(path, serde_json::to_vec_pretty(&sample.assessment)?)?;
    }
    Ok(())
}
