//! A helper process that hangs, floods, dies or is not there: what came before counts, and the case goes on.
#![cfg(unix)]

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use ascribe_case::helper::{Answer, Helper};

fn shell(script: &str) -> Helper {
    Helper::new("test", "/bin/sh".into(), vec!["-c".into(), script.into()])
}

fn ask(helper: &Helper, bytes: &[u8]) -> Answer {
    helper.ask(&bytes, &AtomicBool::new(false))
}

#[test]
fn it_gets_the_bytes_and_no_environment() {
    let answer = ask(&shell("cat; /usr/bin/env | grep -c HOME"), b"some bytes\n");
    assert_eq!(answer.helped.bytes, b"some bytes\n0\n");
    assert_eq!(
        answer.helped.failed.as_deref(),
        Some("the helper process failed: it ended with exit status: 1")
    );
    let whole = vec![b'x'; 5 << 20];
    let answer = ask(&shell("cat"), &whole);
    assert!(answer.helped.bytes == whole && answer.helped.failed.is_none() && !answer.passing);
}

#[test]
fn one_that_hangs_is_ended_and_what_it_said_is_kept() {
    let helper = Helper {
        seconds_max: 1,
        ..shell("echo before; exec sleep 600")
    };
    let started = Instant::now();
    let answer = ask(&helper, &vec![0; 1 << 20]);
    assert!(started.elapsed() < Duration::from_secs(60));
    assert_eq!(answer.helped.bytes, b"before\n");
    assert_eq!(
        answer.helped.failed.as_deref(),
        Some("the helper process took more than 1 seconds and was ended")
    );
    assert!(answer.passing);
}

#[test]
fn the_time_for_the_file_ends_it_too() {
    let answer = shell("exec sleep 600").ask(&b"x".as_slice(), &AtomicBool::new(true));
    assert!(
        answer.passing
            && answer
                .helped
                .failed
                .unwrap()
                .starts_with("the time for this file")
    );
}

#[test]
fn one_that_floods_is_ended() {
    let helper = Helper {
        output_bytes_max: 1000,
        ..shell("exec cat /dev/zero")
    };
    let answer = ask(&helper, b"x");
    assert_eq!(answer.helped.bytes.len(), 1000);
    assert!(answer.helped.failed.unwrap().contains("more than 1000 bytes"));
    let loud = ask(&shell("head -c 3000000 /dev/zero >&2; echo done"), b"x");
    assert_eq!(
        (loud.helped.bytes.as_slice(), loud.helped.failed),
        (b"done\n".as_slice(), None)
    );
}

#[test]
fn how_it_died_is_said() {
    let why = |script: &str| ask(&shell(script), b"x").helped.failed.unwrap();
    assert!(why("kill -XCPU $$").ends_with("it used up its computing time"));
    assert!(why("kill -SEGV $$").ends_with("signal 11 ended it"));
    assert!(why("echo memory allocation of 7 bytes failed >&2; kill -ABRT $$").contains("more memory"));
    assert!(why("echo \"thread panicked at x\" >&2; exit 101").contains("its library failed"));
    let Answer { helped, passing } = ask(&Helper::new("test", "/nowhere".into(), vec![]), b"x");
    assert!(
        passing
            && helped
                .failed
                .unwrap()
                .starts_with("the helper process could not be started")
    );
}
