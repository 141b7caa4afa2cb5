//! `ascribe request`: the letter, its markings, and that nothing of it weighs.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

mod common;

use common::ascribe;
use serde_json::Value;

const CASE: &str = r#"name = "Studio"
tlp = "GREEN"
[[incident]]
id = "studio"
question = "Who?"
struck = 2014-11-24
[victim]
networks = ["10.0.0.0/8"]
[[actor]]
id = "nk"
name = "North Korea"
kind = "state"
[[infrastructure]]
id = "star-kp"
name = "Star net"
what = ["175.45.176.0/22"]
holder = { nk = [0.8, 0.95, 0.99] }
from = "2009-12"
source = "apnic"
[[source]]
id = "apnic"
name = "APNIC"
kind = "researcher"
[[evidence]]
path = "secret.csv"
tlp = "RED"
[[evidence]]
path = "leaked.csv"
leaked = true
"#;

fn case() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let rows = |day: &str| {
        let mut text = "ts,src_ip,src_port,dst_ip,dst_port,proto\n".to_owned();
        for minute in 0..5 {
            text += &format!("{day}T10:0{minute}:00Z,10.0.0.5,4000{minute},175.45.178.10,443,tcp\n");
        }
        text
    };
    std::fs::write(folder.path().join("case.toml"), CASE).unwrap();
    std::fs::write(folder.path().join("open.csv"), rows("2014-11-20")).unwrap();
    std::fs::write(folder.path().join("secret.csv"), rows("2014-12-24")).unwrap();
    std::fs::write(folder.path().join("leaked.csv"), rows("2014-11-22")).unwrap();
    folder
}

#[test]
fn a_letter_has_window_holders_and_rows_and_keeps_markings() {
    let folder = case();
    let path = folder.path().to_str().unwrap();
    let out = ascribe(&["request", path, "175.45.178[.]10", "--json"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let json: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(json["schema"], "ascribe.request/1");
    assert_eq!(json["window"]["from"], "2014-11-19");
    assert_eq!(json["window"]["to"], "2014-11-23");
    assert!(json["withheld"].as_u64().unwrap() > 0);
    let whom = json["whom"].to_string();
    for part in ["APNIC", "Star net (175.45.176.0/22)", "held in the period"] {
        assert!(whom.contains(part), "{whom}");
    }
    let id = json["id"].as_str().unwrap();
    for ending in ["md", "html", "json"] {
        let text =
            std::fs::read_to_string(folder.path().join(format!("out/requests/{id}.{ending}"))).unwrap();
        assert!(text.contains("open.csv"), "{ending}");
        for hidden in [
            "secret.csv",
            "leaked.csv",
            "2014-12-24T",
            "2014-11-22T10:00:00Z,",
            "North Korea",
        ] {
            assert!(!text.contains(hidden), "{ending}: {hidden}");
        }
    }
    let red = ascribe(&["request", path, "175.45.178.10", "--tlp", "RED", "--json"]);
    let red: Value = serde_json::from_slice(&red.stdout).unwrap();
    assert_eq!(red["window"]["to"], "2014-12-25");
    let clear = ascribe(&["request", path, "175.45.178.10", "--tlp", "CLEAR"]);
    assert_eq!(clear.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&clear.stderr).contains("above TLP:CLEAR"));
    let nowhere = ascribe(&["request", path, "9.9.9.9"]);
    assert_eq!(nowhere.status.code(), Some(2));
}

#[test]
fn a_refusal_never_weighs_and_every_step_is_kept() {
    let folder = case();
    let path = folder.path().to_str().unwrap();
    let assessment = || {
        let out = ascribe(&["run", path, "--json"]);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    };
    let before = assessment();
    let out = ascribe(&["request", path, "175.45.178.10", "--json"]);
    let id: Value = serde_json::from_slice(&out.stdout).unwrap();
    let id = id["id"].as_str().unwrap();
    for state in ["asked", "refused"] {
        assert!(ascribe(&["request", path, "--mark", id, state]).status.success());
        assert_eq!(before, assessment(), "{state} moved the assessment");
    }
    let list = ascribe(&["request", path, "--list", "--json"]);
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    let request = &list["requests"][0];
    assert_eq!(request["state"], "refused");
    assert_eq!(request["steps"].as_array().unwrap().len(), 3);
    assert!(ascribe(&["verify", path]).status.success());
    assert_eq!(
        ascribe(&["request", path, "--mark", id, "lost"]).status.code(),
        Some(2)
    );
    assert_eq!(
        ascribe(&["request", path, "--mark", "R-0", "asked"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn the_victims_own_header_dates_a_use_and_one_below_it_does_not() {
    let folder = case();
    let path = folder.path().to_str().unwrap();
    let with_host = CASE.replace("[victim]\n", "[victim]\nmail_hosts = [\"mx1.studio.example\"]\n");
    std::fs::write(folder.path().join("case.toml"), with_host).unwrap();
    let mail = "Received: from out.post.example (out.post.example [203.0.113.201]) by mx1.studio.example (Postfix)\n\
        \twith ESMTP id 8; Fri, 5 Dec 2014 09:41:31 -0800\n\
        Received: from home ([198.51.100.23]) by mx1.studio.example with SMTP; Fri, 5 Dec 2014 09:40:00 -0800\n\
        From: a@post.example\nTo: b@studio.example\nSubject: x\nDate: Fri, 5 Dec 2014 09:40:00 -0800\n\nHello.\n";
    std::fs::write(folder.path().join("threat.eml"), mail).unwrap();
    let ask = |value: &str| -> Value {
        let out = ascribe(&["request", path, value, "--json"]);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).unwrap()
    };
    let relay = ask("203.0.113.201");
    assert_eq!(relay["window"]["from"], "2014-12-04", "{relay}");
    assert_eq!(relay["window"]["to"], "2014-12-06");
    let claimed = ask("198.51.100.23");
    assert!(claimed["window"]["from"].is_null(), "{claimed}");
}
