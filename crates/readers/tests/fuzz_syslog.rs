//! Arbitrary bytes as a log of a Unix system, or behind the beginning of one, never panic the reader.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::unreachable,
    reason = "tests may fail loudly"
)]

mod support;

use ascribe_readers::syslog::READER;

#[test]
fn logs_of_unix_systems() {
    let starts: [&[u8]; 5] = [
        b"Nov 24 09:00:01 web1 sshd[1]: Failed password for invalid user ",
        b"<34>1 2014-11-24T09:00:01Z web1 su - - [a@1 b=\"",
        b"2014-11-24T09:00:01+00:00 web1 sudo:    a : TTY=x ; USER=root ; COMMAND=",
        b"__REALTIME_TIMESTAMP=1416819601000000\nMESSAGE\n\x10\0\0\0\0\0\0\0",
        b"{\"__REALTIME_TIMESTAMP\":\"1416819601000000\",\"MESSAGE\":[1,2,",
    ];
    bolero::check!().for_each(|data: &[u8]| support::noise_behind(&READER, &starts, data));
}

#[test]
fn fixtures_keep_the_laws() {
    assert_eq!(support::replay(&READER, "syslog"), 5);
}
