//! Writes every record of an event log of Windows as a line of JSON: number, time, values by name.
#![allow(clippy::print_stdout, reason = "an example that prints")]

use std::io::Write as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: dump_events FILE")?;
    let data = std::fs::read(path)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut failed = Ok(());
    ascribe_readers::evtx::dump(&data.as_slice(), &mut |record| {
        let line = serde_json::json!({
            "number": record.number,
            "written": record.written,
            "whole": record.whole,
            "values": record.values,
        });
        if failed.is_ok() {
            failed = writeln!(out, "{line}");
        }
    })?;
    failed?;
    out.flush()?;
    Ok(())
}
