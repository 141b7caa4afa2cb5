//! Archives made by real programs: members, names, links, damage, bounds.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]
mod support;

use ascribe_model::limits::Limits;
use ascribe_model::{Child, Reading};
use ascribe_readers::archive::READER;
use proptest::prelude::*;
use support::{check_laws, detected, read, read_within};

const NOTE: &[u8] = b"seen 192.0.2.44 at noon\n";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/fixtures/archive/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn open(name: &str) -> (Reading, Vec<Child>) {
    let bytes = fixture(name);
    assert_eq!(detected(&bytes), Some("archive/1"), "{name}");
    check_laws(&READER, &bytes);
    read(&READER, &bytes)
}

fn codes(reading: &Reading) -> Vec<&str> {
    reading.anomalies.iter().map(|odd| odd.code.as_str()).collect()
}

fn numbers() -> Vec<u8> {
    (1..=2000).flat_map(|n| format!("{n}\n").into_bytes()).collect()
}

fn has(children: &[Child], name: &str, bytes: &[u8]) -> bool {
    children
        .iter()
        .any(|child| child.name == name.as_bytes() && child.bytes == bytes)
}

#[test]
fn members_of_every_program_are_what_was_packed() {
    let long = format!("in/{}.txt", "long".repeat(40));
    for (name, link) in [
        ("infozip.zip", "zip.link"),
        ("v7.tar", "tar.link"),
        ("ustar.tar", "tar.link"),
        ("gnu.tar", "tar.link"),
        ("pax.tar", "tar.link"),
    ] {
        let (reading, children) = open(name);
        assert_eq!(codes(&reading), [link], "{name}");
        assert!(!reading.anomalies[0].lost);
        assert!(reading.anomalies[0].text.contains("../note.txt"), "{name}");
        assert!(has(&children, "in/note.txt", NOTE), "{name}");
        assert!(has(&children, "in/sub/numbers.txt", &numbers()), "{name}");
        let holds_long = !name.starts_with("v7") && !name.starts_with("ustar");
        assert_eq!(has(&children, &long, b"long\n"), holds_long, "{name}");
        assert_eq!(reading.coverage.used, children.len() as u64);
    }
    assert!(has(&open("tool.jar").1, "note.txt", NOTE));
    assert!(has(&open("infozip-stdin.zip").1, "-", NOTE));
    assert!(has(&open("python-zip64.zip").1, "wide.txt", b"wide"));
}

#[test]
fn gzip_members_are_one_file() {
    assert!(has(&open("one.gz").1, "note.txt", NOTE));
    let (reading, children) = open("two.gz");
    assert_eq!(codes(&reading), Vec::<&str>::new());
    assert!(has(&children, "content", &[NOTE, &numbers()].concat()));
    let inner = open("gnu.tar.gz").1.remove(0);
    assert_eq!(detected(&inner.bytes), Some("archive/1"));
    assert!(has(&read(&READER, &inner.bytes).1, "in/note.txt", NOTE));
}

#[test]
fn what_cannot_be_read_is_said() {
    for (name, code) in [
        ("infozip-encrypted.zip", "zip.encrypted"),
        ("python-bzip2.zip", "zip.method"),
    ] {
        let (reading, children) = open(name);
        assert_eq!(codes(&reading), [code]);
        assert!(reading.anomalies[0].lost && children.is_empty());
        assert_eq!(reading.coverage.dropped, 1);
    }
}

#[test]
fn one_name_twice_is_two_members() {
    let children = open("python-duplicate.zip").1;
    assert!(has(&children, "a.txt", b"first") && has(&children, "a.txt", b"second"));
}

#[test]
fn a_bomb_is_cut_off_at_the_bound() {
    let limits = Limits {
        member_bytes_max: 1 << 20,
        ..Limits::default()
    };
    let (reading, children) = read_within(&READER, &fixture("python-bomb.zip"), limits);
    assert_eq!(children[0].bytes.len(), 1 << 20);
    assert_eq!(codes(&reading), ["archive.member-size"]);
    assert!(reading.anomalies[0].lost);
    let limits = Limits {
        members_max: 2,
        ..Limits::default()
    };
    let (reading, children) = read_within(&READER, &fixture("pax.tar"), limits);
    assert!(children.len() <= 2 && codes(&reading).contains(&"archive.members"));
}

#[test]
fn a_zip_without_its_directory_gives_its_members_still() {
    let bytes = fixture("infozip.zip");
    let directory = bytes.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
    let (reading, children) = read(&READER, &bytes[..directory]);
    assert!(has(&children, "in/note.txt", NOTE));
    assert!(has(&children, "in/sub/numbers.txt", &numbers()));
    assert_eq!(codes(&reading)[0], "zip.directory");
    let bytes = fixture("tool.jar");
    let directory = bytes.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
    assert!(has(&read(&READER, &bytes[..directory]).1, "note.txt", NOTE));
}

#[test]
fn a_zip_behind_a_false_start_is_found_by_its_end() {
    let mut bytes = b"PK\x03\x04 not a member ".to_vec();
    bytes.extend(fixture("infozip.zip"));
    let (reading, children) = read(&READER, &bytes);
    assert_eq!(codes(&reading), ["zip.link"]);
    assert!(has(&children, "in/sub/numbers.txt", &numbers()));
}

#[test]
fn cut_streams_keep_their_beginning() {
    let bytes = fixture("two.gz");
    let (reading, children) = read(&READER, &bytes[..2000]);
    assert_eq!(codes(&reading), ["gzip.damaged"]);
    assert!(children[0].bytes.starts_with(NOTE) && children[0].bytes.len() > 1000);
    let mut bytes = fixture("gnu.tar");
    bytes[0] ^= 1;
    let (reading, children) = read(&READER, &bytes);
    assert!(codes(&reading).contains(&"tar.header"));
    assert!(has(&children, "in/note.txt", NOTE));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn mutated_archives_keep_the_laws(which in 0usize..7, cut in any::<prop::sample::Index>(), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12)) {
        let name = ["infozip.zip", "infozip-stdin.zip", "python-zip64.zip", "tool.jar", "two.gz", "pax.tar", "gnu.tar"][which];
        let mut bytes = fixture(name);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        check_laws(&READER, &bytes);
        bytes.truncate(cut.index(bytes.len()));
        check_laws(&READER, &bytes);
    }
}
