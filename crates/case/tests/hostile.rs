//! Evidence that is out to crash, hang, hide or escape: the rest of the case still runs, and it is told.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "tests may"
)]
#![cfg(unix)]

mod common;

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use ascribe_case::dispatch::{Dispatch, Status};
use ascribe_case::file::{Stamp, Watched, digest};
use ascribe_case::run::{Outcome, RunOptions};
use ascribe_model::Bytes;
use ascribe_model::limits::{Budget, Limits};
use common::{READERS, boxed, case, try_case, write};

fn row<'o>(outcome: &'o Outcome, path: &str) -> &'o ascribe_assess::assessment::Input {
    let inputs = &outcome.incidents[0].assessment.inputs;
    inputs.iter().find(|input| input.path == path).unwrap()
}

#[test]
fn links_are_listed_and_never_followed() {
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "secret.txt", b"PLAIN\nsecret\n");
    let folder = case(&[("a.txt", b"PLAIN\n")]);
    let link =
        |to: &std::path::Path, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    link(folder.path(), "loop");
    link(std::path::Path::new("self"), "self");
    link(outside.path(), "out-of-case");
    link(&outside.path().join("secret.txt"), "file");
    let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
    assert!(outcome.partial);
    assert_eq!(outcome.incidents[0].assessment.inputs.len(), 5);
    for name in ["loop", "self", "out-of-case", "file"] {
        let row = row(&outcome, name);
        assert_eq!((row.status.as_str(), row.sha256), ("ignored", None));
        assert!(row.why.as_ref().unwrap().starts_with("a symbolic link to"));
    }
    assert_eq!(row(&outcome, "a.txt").status, "read");
}

#[test]
fn an_output_folder_that_is_a_link_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    let folder = case(&[("a.txt", b"PLAIN\n")]);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).unwrap();
    assert!(try_case(folder.path(), &RunOptions::default()).is_err());
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn names_that_could_act_are_escaped_and_told() {
    let folder = case(&[("a.txt", b"PLAIN\n")]);
    for name in [&b"new\nline.txt"[..], b"\x1b[31mred", b"not-utf8-\xff"] {
        std::fs::write(
            folder.path().join(std::ffi::OsStr::from_bytes(name)),
            b"PLAIN\nx\n",
        )
        .unwrap();
    }
    let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
    assert!(outcome.partial);
    for path in [r"new\x0aline.txt", r"\x1b[31mred", r"not-utf8-\xff"] {
        assert_eq!(row(&outcome, path).status, "read");
    }
    let odd = outcome.incidents[0].assessment.anomalies.iter();
    assert_eq!(odd.filter(|line| line.code == "evidence.name").count(), 3);
    let text = std::fs::read_to_string(folder.path().join("out/assessment.json")).unwrap();
    assert!(!text.contains('\x1b') && !text.contains(r"\u001b"));
}

#[test]
fn pipes_and_unreadable_files_do_not_stop_a_run() {
    let folder = case(&[
        ("a.txt", b"PLAIN\n"),
        ("locked.txt", b"PLAIN\n"),
        ("dir/b.txt", b"PLAIN\nb\n"),
    ]);
    let pipe = folder.path().join("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    use std::os::unix::fs::PermissionsExt;
    let lock = |name: &str, mode| {
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    lock("locked.txt", 0);
    lock("dir", 0);
    let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
    let all_powerful = std::fs::File::open(folder.path().join("locked.txt")).is_ok();
    lock("dir", 0o755);
    assert_eq!(row(&outcome, "pipe").status, "ignored");
    assert!(outcome.partial);
    if !all_powerful {
        assert_eq!(row(&outcome, "locked.txt").status, "unreadable");
        assert_eq!(row(&outcome, "dir/").status, "unreadable");
    }
}

#[test]
fn boxes_in_boxes_end_at_the_bound() {
    let mut inner = b"PLAIN\n".to_vec();
    for depth in 0..50 {
        inner = boxed(&format!("{depth}"), &inner);
    }
    let folder = case(&[("bomb", &inner)]);
    let outcome = try_case(folder.path(), &RunOptions::default()).unwrap();
    assert_eq!(outcome.incidents[0].assessment.inputs.len(), 9);
    let lost = outcome.incidents[0]
        .assessment
        .inputs
        .iter()
        .filter(|row| row.status == "partial");
    assert_eq!(lost.count(), 1);
    assert!(outcome.partial);
}

#[test]
fn what_children_take_together_is_bounded() {
    let mut bytes = b"BOX\n".to_vec();
    for _ in 0..100 {
        bytes.extend_from_slice(b"same 6\nPLAIN\n");
    }
    let run = |limits: Limits| {
        let budget = Budget {
            limits,
            ..Budget::default()
        };
        let folder = case(&[("x.box", &bytes)]);
        let options = RunOptions {
            budget,
            ..RunOptions::default()
        };
        try_case(folder.path(), &options).unwrap().incidents[0]
            .assessment
            .inputs
            .clone()
    };
    let few = run(Limits {
        members_max: 10,
        ..Limits::default()
    });
    assert_eq!(few.len(), 11);
    assert!(few[0].why.as_ref().unwrap().contains("more than 10 artifacts"));
    let small = run(Limits {
        expanded_bytes_max: 60,
        ..Limits::default()
    });
    assert_eq!(small.len(), 11);
    let all = run(Limits::default());
    let names: std::collections::BTreeSet<_> = all.iter().map(|row| row.path.clone()).collect();
    assert_eq!(names.len(), 101, "members of one name have paths of their own");
}

#[test]
fn a_file_that_takes_too_long_is_cut_and_read_again_next_time() {
    let folder = case(&[("a.txt", b"PLAIN\n"), ("slow.txt", b"SLOW\nfor ever\n")]);
    let budget = Budget {
        seconds_per_file_max: 1,
        ..Budget::default()
    };
    let options = RunOptions {
        budget,
        ..RunOptions::default()
    };
    let outcome = try_case(folder.path(), &options).unwrap();
    assert_eq!(row(&outcome, "slow.txt").status, "partial");
    assert!(row(&outcome, "slow.txt").why.as_ref().unwrap().contains("time"));
    assert_eq!(row(&outcome, "a.txt").status, "read");
    assert_eq!(try_case(folder.path(), &options).unwrap().read, (1, 1));
}

/// Bytes that become others at the second reading.
struct Shifting {
    before: Vec<u8>,
    after: Vec<u8>,
    readings: Mutex<u32>,
    changes_at: u32,
}

impl Shifting {
    fn now(&self) -> &[u8] {
        if *self.readings.lock().unwrap() >= self.changes_at {
            &self.after
        } else {
            &self.before
        }
    }
}

impl Bytes for Shifting {
    fn len(&self) -> u64 {
        self.before.len() as u64
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let end = buffer
            .len()
            .min(usize::try_from(self.len().saturating_sub(offset)).unwrap());
        let got = self.now().read_at(offset, &mut buffer[..end]);
        if offset == 0 {
            *self.readings.lock().unwrap() += 1;
        }
        got
    }
}

impl Watched for Shifting {
    fn stamp(&self) -> io::Result<Stamp> {
        Ok(Stamp {
            len: self.now().len() as u64,
            changed: (0, 0),
        })
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_told() {
    for (after, changes_at) in [
        (&b"PLAIN\nshort"[..], 2),
        (b"PLAIN\nlonger than before\n", 2),
        (b"", 1),
    ] {
        let file = Shifting {
            before: b"PLAIN\nas it was\n".to_vec(),
            after: after.to_vec(),
            readings: Mutex::new(0),
            changes_at,
        };
        let dispatch = Dispatch {
            readers: READERS,
            scan: |_| Vec::new(),
            limits: Limits::default(),
            helper: None,
        };
        let before = file.stamp().unwrap();
        let (id, _) = digest(&file).unwrap();
        let read = dispatch.read(&file, id, before, &AtomicBool::new(false), &mut |_, _| {});
        assert!(read.passing);
        let top = &read.artifacts[0];
        assert!(top.status >= Status::Partial);
        assert!(
            top.reading
                .anomalies
                .iter()
                .any(|anomaly| anomaly.code == "evidence.changed"),
            "{after:?}"
        );
    }
}
