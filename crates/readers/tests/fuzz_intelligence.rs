//! Arbitrary bytes after each start of a file of threat intelligence never panic the reader.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]

mod support;

use ascribe_readers::intelligence::READER;

#[test]
fn intelligence() {
    bolero::check!().for_each(|data: &[u8]| {
        let starts: [&[u8]; 8] = [
            b"",
            b"{\"type\":\"bundle\",\"objects\":[{\"type\":\"indicator\",\"pattern\":\"[",
            b"{\"Event\":{\"info\":\"x\",\"Attribute\":[{\"type\":\"ip-dst|port\",\"value\":\"",
            b"[{\"type\":\"bundle\",\"objects\":[",
            b"ioc;type;actor\n",
            b"{\"type\":\"threat-actor\",\"uuid\":\"u\",\"category\":\"actor\",\"values\":[{\"value\":\"a\",\"meta\":{",
            b"{\"domain\":\"enterprise-attack\",\"techniques\":[{\"techniqueID\":\"T1105\",\"score\":",
            b"{\"type\":\"bundle\",\"objects\":[{\"type\":\"relationship\",\"relationship_type\":\"uses\",\"external_references\":[",
        ];
        for start in starts {
            support::check_laws(&READER, &[start, data].concat());
        }
    });
}

#[test]
fn fixtures_cut_anywhere() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/intelligence");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let data = std::fs::read(entry.unwrap().path()).unwrap();
        for end in (0..data.len()).step_by((data.len() / 100).max(101)) {
            support::check_laws(&READER, &data[..end]);
        }
        count += 1;
    }
    assert!(count >= 5);
}
