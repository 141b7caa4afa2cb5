//! Files and folders that are not what they seem: links, pipes, names, changing files, too many, too deep.

use std::ffi::OsStr;
use std::io::{Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::bench::{Bench, Still, program};

#[test]
fn links_lead_nowhere() {
    let bench = Bench::new();
    std::fs::write(bench.outside().join("secret.txt"), "secret 175.45.178.7\n").unwrap();
    let link = |to: &Path, name: &str| symlink(to, bench.folder().join(name)).unwrap();
    link(&bench.folder(), "loop");
    link(Path::new("."), "here");
    link(Path::new("b"), "a");
    link(Path::new("a"), "b");
    link(&bench.outside(), "folder");
    link(&bench.outside().join("secret.txt"), "file.txt");
    link(Path::new("/etc/passwd"), "\u{1b}]0;title\u{7}\nlink");
    let ran = bench.run();
    for path in [
        "loop",
        "here",
        "a",
        "b",
        "folder",
        "file.txt",
        r"\x1b]0;title\x07\x0alink",
    ] {
        ran.is_partial().says(path, "ignored", "symbolic link");
    }
    assert!(!ran.page.contains("175.45.178.7"), "a link was followed");
}

#[test]
fn pipes_sockets_and_devices_do_not_block() {
    let bench = Bench::new();
    std::fs::create_dir(bench.folder().join("notes")).unwrap();
    for path in ["pipe", "notes/pipe.md"] {
        let made = Command::new("mkfifo")
            .arg(bench.folder().join(path))
            .status()
            .unwrap();
        assert!(made.success());
    }
    let _socket = std::os::unix::net::UnixListener::bind(bench.folder().join("socket")).unwrap();
    let device = Command::new("mknod")
        .arg(bench.folder().join("device"))
        .args(["c", "1", "5"])
        .output()
        .unwrap();
    let ran = bench.run();
    ran.is_partial();
    for path in ["pipe", "socket", "notes/pipe.md"] {
        ran.says(path, "ignored", "a device, pipe or socket");
    }
    if device.status.success() {
        ran.says("device", "ignored", "a device, pipe or socket");
    } else {
        eprintln!("no device: this user may not make one");
    }
}

#[test]
fn names_act_nowhere() {
    let bench = Bench::new();
    let long = [b'n'; 255];
    let names: &[&[u8]] = &[
        b"new\nline.txt",
        b"carriage\rreturn.txt",
        b"\x1b[2J\x1b[31mred.txt",
        b"<script>alert(1)<",
        b"\"><img src=x onerror=alert(1)>.txt",
        b"'; DROP TABLE inputs; --.txt",
        b"not-utf8-\xff\xfe.txt",
        "\u{202e}txt.exe".as_bytes(),
        b"a!b.txt",
        b"..%2f..%2fetc.txt",
        b" ",
        b"-rf",
        b"case.toml.txt",
        &long,
    ];
    for name in names {
        std::fs::write(
            bench.folder().join(OsStr::from_bytes(name)),
            "Plain text of 175.45.178.9.\n",
        )
        .unwrap();
    }
    // The same names inside an archive made by tar, where there is one.
    let packed = Command::new("tar")
        .args([
            "-cf",
            "../names.tar",
            "--exclude=good.*",
            "--exclude=case.toml",
            ".",
        ])
        .current_dir(bench.folder())
        .status();
    if packed.is_ok_and(|status| status.success()) {
        std::fs::rename(
            bench.folder().join("../names.tar"),
            bench.folder().join("names.tar"),
        )
        .unwrap();
    }
    let ran = bench.run();
    ran.is_partial();
    for path in [
        r"new\x0aline.txt",
        r"carriage\x0dreturn.txt",
        r"\x1b[2J\x1b[31mred.txt",
        r"not-utf8-\xff\xfe.txt",
        r"\xe2\x80\xaetxt.exe",
    ] {
        ran.says(path, "read", "");
        assert!(ran.odd(path).contains(&"evidence.name"), "{path}");
    }
    for path in [
        "<script>alert(1)<",
        "a!b.txt",
        "'; DROP TABLE inputs; --.txt",
        "-rf",
        " ",
    ] {
        ran.says(path, "read", "");
    }
}

#[test]
#[cfg(not(debug_assertions))]
fn a_hundred_thousand_empty_files() {
    let bench = Bench::new();
    for folder in 0..100 {
        let path = bench.folder().join(format!("empty/{folder}"));
        std::fs::create_dir_all(&path).unwrap();
        for file in 0..1000 {
            std::fs::File::create(path.join(file.to_string())).unwrap();
        }
    }
    let ran = bench.run();
    assert_eq!(ran.rows().len(), 100_002);
    ran.says("empty/99/999", "ignored", "it is empty");
}

#[test]
fn folders_in_folders_deeper_than_a_path_may_be() {
    let bench = Bench::new();
    let script = "i=0; while [ $i -lt 2000 ]; do mkdir deep && cd -P deep || exit 1; i=$((i+1)); done; echo deep > text";
    let made = Command::new("sh")
        .args(["-c", script])
        .current_dir(bench.folder())
        .status()
        .unwrap();
    assert!(made.success());
    let ran = bench.run();
    ran.is_partial();
    let lost = ran
        .rows()
        .iter()
        .filter(|row| row["path"].as_str().unwrap().starts_with("deep/"));
    let lost: Vec<_> = lost.collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0]["status"], "unreadable", "{}", lost[0]);
}

#[test]
fn what_may_not_be_read_is_listed() {
    let bench = Bench::new();
    bench.put("locked.txt", b"locked\n");
    bench.put("locked/inner.txt", b"locked\n");
    bench.put("notes/locked.md", b"+++\n+++\n");
    let lock = |path: &str, mode| {
        std::fs::set_permissions(bench.folder().join(path), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    // The superuser may read everything, so the program runs as nobody then.
    let all_powerful =
        std::fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0);
    if all_powerful {
        for path in ["..", "."] {
            lock(path, 0o777);
        }
        let reachable = Command::new(program())
            .arg("--version")
            .uid(65534)
            .gid(65534)
            .output();
        if !reachable.is_ok_and(|output| output.status.success()) {
            eprintln!(
                "skipped: run by the superuser, and the program cannot be run as nobody from where it stands"
            );
            return;
        }
    }
    for path in ["locked.txt", "locked", "notes/locked.md"] {
        lock(path, 0);
    }
    let ran = bench.run_with(
        |command| {
            if all_powerful {
                command.uid(65534).gid(65534).current_dir("/");
            }
        },
        Still::Stays,
    );
    for path in ["locked.txt", "locked", "notes/locked.md"] {
        lock(path, 0o755);
    }
    ran.is_partial();
    for path in ["locked.txt", "locked/", "notes/locked.md"] {
        ran.says(path, "unreadable", "ermission denied");
    }
}

/// Lets the other thread end, also where the run failed.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
#[cfg(not(debug_assertions))]
fn files_that_change_while_they_are_read() {
    let bench = Bench::new();
    let line = b"2014-11-24 10:00:00 something went on at 175.45.178.3\n";
    bench.put("shrinking.txt", &line.repeat(300_000));
    bench.put("growing.txt", &line.repeat(300_000));
    let done = AtomicBool::new(false);
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            let open = |path: &str| {
                std::fs::OpenOptions::new()
                    .write(true)
                    .open(bench.folder().join(path))
                    .unwrap()
            };
            let (shrinking, mut growing) = (open("shrinking.txt"), open("growing.txt"));
            let mut len = (line.len() * 300_000) as u64;
            while !done.load(Ordering::Relaxed) {
                len = if len < 1 << 20 {
                    (line.len() * 300_000) as u64
                } else {
                    len - 4099
                };
                shrinking.set_len(len).unwrap();
                growing.seek(std::io::SeekFrom::End(0)).unwrap();
                growing.write_all(line).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
        });
        let _end = End(&done);
        bench.run_while_changing()
    });
    ran.is_partial();
    for path in ["shrinking.txt", "growing.txt"] {
        ran.says(path, "partial", "changed while it was read");
    }
}
