//! `ascribe indicators` on what it is meant for, and on what it is not.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::path::Path;
use std::process::{Command, Output};

fn indicators(folder: &Path, files: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ascribe"));
    command.arg("indicators").args(files).current_dir(folder);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn every_line_is_an_occurrence_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = b"seen at 203[.]0[.]113[.]7 and\n".to_vec();
    // Beyond what is read at a time.
    bytes.resize(3 << 20, b'\n');
    bytes.extend("wide.example.org".encode_utf16().flat_map(u16::to_le_bytes));
    bytes.extend_from_slice(b"\n198.51.100.9\n");
    std::fs::write(folder.path().join("a.bin"), &bytes).unwrap();
    let out = indicators(folder.path(), &["a.bin"]);
    assert_eq!(out.status.code(), Some(0));
    let lines: Vec<serde_json::Value> = text(&out.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let found: Vec<String> = lines
        .iter()
        .map(|line| {
            format!(
                "{} {} {} {}",
                line["kind"], line["value"], line["start"], line["end"]
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            "\"ipv4\" \"203.0.113.7\" 8 25".to_owned(),
            format!("\"domain\" \"wide.example.org\" {} {}", 3 << 20, (3 << 20) + 32),
            format!("\"ipv4\" \"198.51.100.9\" {} {}", (3 << 20) + 33, (3 << 20) + 45),
        ]
    );
    assert_eq!(lines[0]["raw"], "203[.]0[.]113[.]7");
    assert_eq!(lines[0]["path"], "a.bin");
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "198.51.100.9\n").unwrap();
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    for (files, code, words) in [
        (&["folder"][..], 2, "it is a folder"),
        (&["missing.txt"], 2, "No such file"),
        (&["missing.txt", "folder"], 2, "missing.txt"),
        (&["a.txt", "missing.txt"], 3, "No such file"),
        (&["folder", "a.txt"], 3, "it is a folder"),
        (&["\u{1b}[31m"], 2, r"\x1b[31m"),
    ] {
        let out = indicators(folder.path(), files);
        assert_eq!(out.status.code(), Some(code), "{files:?}");
        let said = text(&out.stderr);
        assert!(said.contains(words) && said.starts_with("ascribe: "), "{said}");
        assert!(!said.contains('\u{1b}'));
        assert_eq!(
            text(&out.stdout).contains("198.51.100.9"),
            files.contains(&"a.txt")
        );
    }
}
