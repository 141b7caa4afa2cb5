//! Lists of what many use: arbitrary bytes and changed fixtures keep the laws of readers; real lists give every row.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
mod support;

use ascribe_model::Saw;
use ascribe_readers::shared::READER as reader;

const STARTS: &[&[u8]] = &[
    b"ExitNode 63BA28370F543D175173E414D5450590D73E22DC\nExitAddress 91.102.152.236 2014-11-20 07:10:30\n",
    b"network,kind,from,to\n198.51.100.0/24,vpn,2014,2015\n",
    b"# Tor exit nodes\n91.102.152.236\n",
    br#"{"description":"x","list":["1.2.3.4"],"name":"List of known sinkholes","type":"cidr","version":2"#,
];

#[test]
fn noise() {
    bolero::check!().for_each(|noise: &[u8]| support::noise_behind(&reader, STARTS, noise));
}

#[test]
fn fixtures_cut_and_changed() {
    assert!(support::replay(&reader, "shared") >= 4);
}

/// Python's json module says how many values each list has.
#[test]
fn warning_lists_give_every_row_of_their_kind() {
    for (name, bytes, kind, rows) in [
        (
            "fastly",
            include_bytes!("../fixtures/shared/warninglist-fastly.json").as_slice(),
            "cdn",
            19,
        ),
        (
            "cloudflare",
            include_bytes!("../fixtures/shared/warninglist-cloudflare.json").as_slice(),
            "cdn",
            22,
        ),
        (
            "stackpath",
            include_bytes!("../fixtures/shared/warninglist-stackpath.json").as_slice(),
            "cdn",
            247,
        ),
        (
            "sinkholes",
            include_bytes!("../fixtures/shared/warninglist-sinkholes.json").as_slice(),
            "sinkhole",
            107,
        ),
    ] {
        assert_eq!(support::detected(bytes), Some("shared/1"), "{name}");
        let (reading, _) = support::read(&reader, bytes);
        let items: Vec<_> = reading
            .observations
            .iter()
            .filter_map(|seen| match &seen.saw {
                Saw::Intelligence(item) => Some((seen.at, item)),
                _ => None,
            })
            .collect();
        assert_eq!(items.len(), rows, "{name}");
        assert_eq!(
            (reading.coverage.seen, reading.coverage.used),
            (rows as u64, rows as u64)
        );
        for (at, item) in items {
            assert_eq!(item.name, kind);
            let written = &bytes[at.start as usize..at.end as usize];
            assert!(written.starts_with(b"\"") && written.ends_with(b"\""));
        }
    }
}
