//! Arbitrary bytes as an event log of Windows, or over one, never panic the reader.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::unreachable,
    reason = "tests may fail loudly"
)]

#[path = "support/evtx_log.rs"]
mod evtx_log;
mod support;

use ascribe_readers::evtx::READER;
use evtx_log::{log, security};

#[test]
fn event_logs() {
    let values = [
        ("TargetUserName", "a"),
        ("IpAddress", "203.0.113.9"),
        ("CommandLine", "x http://a.example/"),
    ];
    let whole = log(&[security(1, 1, 4624, &values), security(2, 2, 4688, &values)]);
    bolero::check!().for_each(|data: &[u8]| {
        support::check_laws(&READER, data);
        let mut changed = whole.clone();
        for (at, byte) in data.iter().enumerate() {
            // Behind the header of the chunk, where records and templates stand.
            if let Some(place) = changed.get_mut(4096 + 512 + at * 7 % 1500) {
                *place ^= byte;
            }
        }
        support::check_laws(&READER, &changed);
        let mut trees = whole.clone();
        let len = data.len().min(1024);
        trees[4096 + 512 + 24..4096 + 512 + 24 + len].copy_from_slice(&data[..len]);
        support::check_laws(&READER, &trees);
    });
}
