//! `ascribe ties` on mails in the way mail hosts write them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

mod common;

use std::path::Path;

use common::ascribe;
use serde_json::Value;

fn mail(folder: &Path, name: &str, from: &str, sender: &str) {
    let text = format!(
        "Received: from x ([{sender}]) by mx1.studio.example with ESMTP id 1\r\n\tfor <boss@studio.example>; Fri, 21 Nov 2014 10:00:01 +0000\r\n\
         From: <{from}>\r\nTo: boss@studio.example\r\nSubject: notice\r\nDate: Fri, 21 Nov 2014 10:00:00 +0000\r\n\
         Message-ID: <{name}@win-7f2k>\r\nX-Originating-IP: [9.9.9.9]\r\n\r\nPay.\r\n"
    );
    std::fs::write(folder.join(name), text).unwrap();
}

fn case(persons: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let toml = format!(
        r#"name = "Studio"
persons = "{persons}"
[[incident]]
id = "studio"
question = "Who?"
struck = 2014-11-24
[victim]
domains = ["studio.example"]
mail_hosts = ["mx1.studio.example"]
[[actor]]
id = "nk"
name = "North Korea"
kind = "state"
[[infrastructure]]
id = "star-kp"
what = ["175.45.176.0/22"]
holder = {{ nk = [0.8, 0.95, 0.99] }}
"#
    );
    std::fs::write(folder.path().join("case.toml"), toml).unwrap();
    mail(folder.path(), "1.eml", "gop@mail.test", "175.45.178.10");
    mail(folder.path(), "2.eml", "gop2@mail.test", "175.45.178.10");
    folder
}

#[test]
fn two_personas_at_one_address_are_a_group_and_nobody_is_named() {
    for persons in ["never", "pseudonyms"] {
        let folder = case(persons);
        let path = folder.path().to_str().unwrap();
        let out = ascribe(&["ties", path, "--json"]);
        assert!(out.status.success());
        let json: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(json["schema"], "ascribe.ties/1");
        let incident = &json["incidents"][0];
        assert_eq!(incident["groups"].as_array().unwrap().len(), 1);
        let counted: Vec<&Value> = incident["ties"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|tie| tie["counts"] == true)
            .collect();
        assert_eq!(counted.len(), 2);
        assert_eq!(counted[0]["infrastructure"][0], "star-kp");
        let run = ascribe(&["run", path]);
        let page = std::fs::read_to_string(folder.path().join("out/report.html")).unwrap();
        assert!(page.contains("Who is tied to whom"));
        let words = ascribe(&["ties", path]);
        for text in [&out.stdout, &words.stdout] {
            let text = String::from_utf8_lossy(text);
            assert!(!text.contains("gop") && !text.contains("win-7f2k"), "{text}");
            assert_eq!(text.contains("mailbox P"), persons == "pseudonyms");
        }
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(run.status.code() == Some(0), "{said}");
        // The persona's finding is a copy of the address's: one trace, one origin.
        let assessment: Value = serde_json::from_str(
            &std::fs::read_to_string(folder.path().join("out/assessment.json")).unwrap(),
        )
        .unwrap();
        let rows = assessment["ledger"].as_array().unwrap();
        let operator: Vec<&Value> = rows.iter().filter(|row| row["kind"] == "operator").collect();
        assert!(!operator.is_empty());
        for row in operator {
            let copies = row["copies"].as_array().map_or(0, Vec::len);
            let of_another = rows.iter().any(|other| {
                other["copies"]
                    .as_array()
                    .is_some_and(|all| all.contains(&row["finding"]))
            });
            assert!(copies > 0 || of_another, "{row}");
            assert!(!row["says"].as_str().unwrap().contains("gop"));
        }
    }
}
