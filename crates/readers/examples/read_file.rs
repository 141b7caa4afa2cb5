//! Prints what the reader of a file saw, as JSON: for looking at and for comparing with other programs.
//!
//! `cargo run --release -p ascribe-readers --example read_file -- FILE [--quiet]`; quiet prints counts only.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use ascribe_model::reading::read_range;
use ascribe_model::{Bytes, Child, Out};
use ascribe_readers::{Head, detect};

struct Disk(File, u64);

impl Bytes for Disk {
    fn len(&self) -> u64 {
        self.1
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("which file?")?;
    let quiet = std::env::args_os().nth(2).is_some();
    let file = File::open(&path)?;
    let len = file.metadata()?.len();
    let bytes = Disk(file, len);
    let head = read_range(&bytes, 0, 64 << 10)?;
    let head = Head { bytes: &head, len };
    let mut print = std::io::stdout().lock();
    let Some(reader) = detect(&head) else {
        writeln!(print, "nobody knows these bytes")?;
        return Ok(());
    };
    let stop = AtomicBool::new(false);
    let mut take = |_: Child| Ok(());
    let scan = &ascribe_intel::indicators::scan;
    let mut out = Out::new(reader.kind, Limits::default(), scan, &stop, &mut take);
    (reader.read)(&bytes, &mut out);
    let reading = out.finish();
    if quiet {
        let count = reading.observations.len();
        writeln!(
            print,
            "{}: {count} observations, {:?}",
            reader.name, reading.coverage
        )?;
        for anomaly in &reading.anomalies {
            writeln!(print, "{}: {}", anomaly.code, anomaly.text)?;
        }
    } else {
        serde_json::to_writer_pretty(&mut print, &reading)?;
        writeln!(print)?;
    }
    Ok(())
}
