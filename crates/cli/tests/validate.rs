//! `ascribe validate` as it is called: the contract's JSON, errors with lines, the page.

#![expect(
    clippy::unwrap_used,
    reason = "a command that does not answer is a failed test"
)]

use std::path::PathBuf;
use std::process::{Command, Output};

fn written(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn ascribe(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ascribe"))
        .arg("validate")
        .args(arguments)
        .output()
        .unwrap()
}

fn table() -> String {
    let mut text = "family,score,label\n".to_owned();
    for index in 0..80 {
        let same = index % 2;
        let score = f64::from(same) * 1.5 + f64::from(index * 7 % 20) / 10.0;
        text.push_str(&format!("f{},{score},{same}\n", index / 10));
    }
    text
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let path = written("contract.csv", &table());
    let out = ascribe(&[path.to_str().unwrap(), "--json"]);
    assert!(out.status.success());
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(json["schema"], "ascribe.validation/1");
    assert_eq!(
        (&json["n_same"], &json["n_different"], &json["families"]),
        (&40.into(), &40.into(), &8.into())
    );
    for key in ["cllr", "cllr_min", "ece"] {
        assert!(json[key].is_number(), "{key}");
    }
    assert!(json["cllr_min"].as_f64() <= json["cllr"].as_f64());
    let cap = 9_f64.log10();
    let (low, high) = (
        json["elub"]["low"].as_f64().unwrap(),
        json["elub"]["high"].as_f64().unwrap(),
    );
    assert!(-cap - 1e-12 <= low && low < 0.0 && 0.0 < high && high <= cap + 1e-12);
}

#[test]
fn low_scores_may_mean_alike() {
    let plain = written("plain.csv", &table());
    let turned: String = table()
        .lines()
        .map(|line| match line.split(',').collect::<Vec<_>>()[..] {
            [family, score, label] if label != "label" => {
                format!("{family},{},{label}\n", -score.parse::<f64>().unwrap())
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let turned = written("turned.csv", &turned);
    let one = ascribe(&[plain.to_str().unwrap(), "--json"]);
    let two = ascribe(&[turned.to_str().unwrap(), "--json", "--distance"]);
    assert!(one.status.success() && one.stdout == two.stdout);
    let wrong = ascribe(&[turned.to_str().unwrap()]);
    let text = String::from_utf8(wrong.stdout).unwrap();
    assert!(
        text.starts_with("No weight may be claimed") && text.contains("--distance"),
        "{text}"
    );
}

#[test]
fn errors_name_the_file_and_the_line() {
    let path = written("broken.csv", "score,label,family\n1,1,a\nNaN,0,b\n");
    let out = ascribe(&[path.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    let text = String::from_utf8(out.stderr).unwrap();
    assert!(text.contains("broken.csv`: line 3: score `NaN`"), "{text}");
    let path = written("one-class.csv", "score,label,family\n1,1,a\n2,1,b\n");
    let text = String::from_utf8(ascribe(&[path.to_str().unwrap()]).stderr).unwrap();
    assert!(
        text.contains("no different pairs: both classes are needed"),
        "{text}"
    );
}

#[test]
fn the_page_is_the_same_for_the_same_table() {
    let path = written("page.csv", &table());
    let page = |name: &str| {
        let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        assert!(
            ascribe(&[path.to_str().unwrap(), "--html", out.to_str().unwrap()])
                .status
                .success()
        );
        std::fs::read_to_string(out).unwrap()
    };
    let one = page("one.html");
    assert!(one.contains("What may be claimed") && one == page("two.html"));
}
