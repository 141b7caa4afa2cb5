//! The marked texts of the repository: marks point at what they quote, and figures do not fall.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../examples/score_statements/read.rs"]
mod read;
#[path = "../examples/score_statements/score.rs"]
mod score;

use std::path::{Path, PathBuf};

use serde_json::Value;

fn folder(half: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../speech/tests/open")
        .join(half)
}

fn gold(half: &str) -> Vec<Value> {
    let lines = std::fs::read_to_string(folder(half).join("gold.jsonl")).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_mark_points_at_the_words_it_quotes() {
    for half in ["dev", "test", "own", "own2"] {
        for one in gold(half) {
            let doc = folder(half).join(score::file_name(&one));
            let text: Vec<char> = std::fs::read_to_string(doc).unwrap().chars().collect();
            let at = |key: &str| usize::try_from(one.get(key).unwrap().as_u64().unwrap()).unwrap();
            let quoted: String = text[at("start")..at("end")].iter().collect();
            assert_eq!(quoted, score::text(&one, "anchor"), "{one}");
        }
    }
}

/// A ratchet: a little under the figures of `record/statements.md`, to be raised with them.
#[test]
fn figures_on_the_development_half_do_not_fall() {
    let found = read::statements(&folder("dev")).unwrap();
    let all = score::score(&gold("dev"), &found);
    assert!(all.f1(all.matched) >= 0.93, "{all}");
    assert!(score::ratio(all.speaker, all.marked) >= 0.90, "{all}");
    assert!(score::ratio(all.both, all.marked) >= 0.87, "{all}");
}
