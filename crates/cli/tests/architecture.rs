//! ARCHITECTURE.md against the tree: a map that nobody checks is wrong within a year.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a broken map is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .parent()
        .unwrap()
}

fn page() -> String {
    std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap()
}

type Arrows = BTreeMap<String, BTreeSet<String>>;

fn drawn() -> Arrows {
    let page = page();
    let block = page
        .split("```arrows\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    block
        .lines()
        .map(|line| {
            let (from, to) = line.split_once("->").unwrap();
            (
                from.trim().to_owned(),
                to.split_whitespace().map(str::to_owned).collect(),
            )
        })
        .collect()
}

fn real() -> Arrows {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let all: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let short = |name: &serde_json::Value| name.as_str().unwrap().strip_prefix("ascribe-").map(str::to_owned);
    let packages = all
        .get("packages")
        .and_then(|p| p.as_array())
        .expect("metadata has packages");
    packages
        .iter()
        .map(|package| {
            let uses = package
                .get("dependencies")
                .and_then(|d| d.as_array())
                .unwrap()
                .iter()
                .filter(|dependency| dependency.get("kind").is_some_and(serde_json::Value::is_null))
                .filter_map(|dependency| short(dependency.get("name").unwrap()))
                .collect();
            (short(package.get("name").unwrap()).unwrap(), uses)
        })
        .collect()
}

#[test]
fn the_arrows_are_those_of_cargo() {
    assert_eq!(drawn(), real());
}

#[test]
fn every_path_that_the_page_names_is_there() {
    let page = page();
    let mut seen = 0;
    for word in page.split('`').skip(1).step_by(2) {
        let path = word.trim_end_matches('/');
        let names_a_path = path.contains('/') && !path.contains([' ', '<', '*', '\n']);
        if names_a_path || ["record", "examples"].contains(&path) {
            seen += 1;
            assert!(
                root().join(path).exists(),
                "ARCHITECTURE.md names `{path}`, which is not there"
            );
        }
    }
    assert!(seen > 10, "the page names paths in back quotes");
}

#[test]
fn every_source_file_says_its_purpose_first() {
    let mut folders = vec![root().join("crates")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(
                    text.starts_with("//! "),
                    "{} does not open with its purpose",
                    path.display()
                );
            }
        }
    }
    assert!(files > 50);
}
