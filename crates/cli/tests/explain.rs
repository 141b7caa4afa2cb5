//! `ascribe explain` and `ascribe diff` as they are called, on a case of two notes.

#![expect(
    clippy::unwrap_used,
    reason = "a command that does not answer is a failed test"
)]

mod common;

use std::path::{Path, PathBuf};

use common::ascribe;

/// Two parties, one family that a source gives to one of them, two notes a week apart.
fn case(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("notes")).unwrap();
    let note = |name: &str, fields: &str, prose: &str| {
        std::fs::write(
            folder.join("notes").join(name),
            format!("+++\n{fields}+++\n{prose}\n"),
        )
        .unwrap();
    };
    std::fs::write(
        folder.join("case.toml"),
        "name = \"two notes\"\n[[incident]]\nid = \"i\"\nopened = 2020-03-01\n\
         [[actor]]\nid = \"north\"\nname = \"North\"\nkind = \"state\"\n\
         [[actor]]\nid = \"crew\"\nname = \"The crew\"\nkind = \"group\"\n\
         [[source]]\nid = \"lab\"\nname = \"The laboratory\"\nkind = \"vendor\"\ngrade = \"B\"\n\
         [[family]]\nid = \"old\"\nname = \"The old wiper\"\nlabel = { north = 0.8 }\nsource = \"lab\"\n",
    )
    .unwrap();
    note(
        "code.md",
        "kind = \"code\"\nstance = \"asserts\"\nsays = \"lines of the old wiper are in it\"\n\
         points_to = \"family:old\"\nsource = \"lab\"\nknown = 2020-03-05\n",
        "The laboratory compared two samples.",
    );
    note(
        "tongue.md",
        "kind = \"tactics\"\nstance = \"asserts\"\nsays = \"its resources are in the tongue of the north\"\n\
         points_to = \"actor:north\"\nsource = \"lab\"\nknown = 2020-03-12\n",
        "From the resources.",
    );
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_moved_the_belief_adds_up() {
    let folder = case("diff");
    let out = ascribe(&[
        "diff",
        text(&folder),
        "--from",
        "2020-03-05",
        "--to",
        "2020-03-12",
        "--json",
    ]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let found: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let moves = found.get("moves").unwrap().as_array().unwrap();
    assert!(moves.len() >= 2);
    let mut largest = 0.0_f64;
    for one in moves {
        let number = |key: &str| one.get(key).unwrap().as_f64().unwrap();
        let steps = one.get("steps").unwrap().as_array().unwrap();
        let sum: f64 = steps
            .iter()
            .map(|step| step.get("bans").unwrap().as_f64().unwrap())
            .sum();
        assert!(
            (sum + number("prior_bans") - number("bans")).abs() < 1e-9,
            "{one}"
        );
        let new: Vec<&str> = steps
            .iter()
            .filter(|step| step.get("became").unwrap() == "new")
            .map(|step| step.get("finding").unwrap().as_str().unwrap())
            .collect();
        assert!(new.iter().all(|id| *id == "tongue"), "{new:?}");
        largest = largest.max(number("bans").abs());
    }
    assert!(largest > 0.05, "a week's note moves something");
    // The same from what two runs wrote.
    let outs: Vec<PathBuf> = ["2020-03-05", "2020-03-12"]
        .iter()
        .map(|day| {
            let to = folder.with_file_name(format!("diff-{day}"));
            let ran = ascribe(&[
                "run",
                text(&folder),
                "--quiet",
                "--as-of",
                day,
                "--out",
                text(&to),
            ]);
            assert!(ran.status.success());
            to
        })
        .collect();
    let [earlier, later] = outs.as_slice() else {
        panic!("two runs")
    };
    let again = ascribe(&["diff", text(earlier), text(later), "--json"]);
    let again: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(again.get("leaders"), found.get("leaders"));
    let words = ascribe(&["diff", text(earlier), text(later)]);
    let words = String::from_utf8(words.stdout).unwrap();
    assert!(words.contains("new     tongue: its resources"), "{words}");
    assert!(words.contains("notes/tongue.md"), "{words}");
}

#[test]
fn a_finding_is_explained_and_an_unknown_one_is_told_from_its_neighbours() {
    let folder = case("explain");
    let out = ascribe(&["explain", text(&folder), "cod"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let told = String::from_utf8(out.stdout).unwrap();
    for expected in [
        "lines of the old wiper are in it",
        "notes/code.md",
        "| The laboratory compared two samples.",
        "by the word of The laboratory",
        "bans alone",
        "without all of source lab",
    ] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    // Nothing is written but the state.
    assert!(!folder.join("out").exists());
    let unknown = ascribe(&["explain", text(&folder), "o"]);
    assert_eq!(unknown.status.code(), Some(2));
    let why = String::from_utf8(unknown.stderr).unwrap();
    assert!(why.contains("code, tongue"), "{why}");
}
