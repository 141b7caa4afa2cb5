//! How fast logs are read: rows of the fixtures again and again, 16 MB a sample.
#![expect(clippy::unwrap_used, reason = "a bench may")]

use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use ascribe_model::{Child, Out, Reading};
use ascribe_readers::log::READER;
use divan::Bencher;
use divan::counter::BytesCount;

const BYTES: usize = 16 << 20;

fn main() {
    divan::main();
}

/// The fixture's head lines, then its rows until there are enough.
fn many(name: &str) -> Vec<u8> {
    let path = format!("{}/fixtures/log/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let (head, rows): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
    let mut data = format!("{}\n", head.join("\n")).into_bytes();
    let rows = format!("{}\n", rows.join("\n"));
    while data.len() < BYTES {
        data.extend_from_slice(rows.as_bytes());
    }
    data
}

fn read(data: &[u8]) -> Reading {
    let stop = AtomicBool::new(false);
    let mut take = |_: Child| Ok(());
    let scan = &ascribe_intel::indicators::scan;
    let mut out = Out::new("log", Limits::default(), scan, &stop, &mut take);
    (READER.read)(&data, &mut out);
    out.finish()
}

#[divan::bench(args = ["zeek-conn-2018.log", "zeek-http.log", "zeek-dns.log", "zeek-conn.json", "suricata-eve.json", "nginx.log"], sample_count = 10)]
fn log(bencher: Bencher<'_, '_>, name: &str) {
    let data = many(name);
    bencher.counter(BytesCount::of_slice(&data)).bench(|| read(&data));
}
