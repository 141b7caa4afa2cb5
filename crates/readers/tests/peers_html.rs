//! Pages of other people's programs, against what lxml, trafilatura and jusText see in them (`fixtures/peers/html.json`).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "tests may fail loudly"
)]
mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ascribe_model::{Role, Saw};
use ascribe_readers::html;
use serde_json::Value;
use support::{check_laws, detected, read};

fn words(text: &str) -> BTreeMap<&str, usize> {
    let mut count = BTreeMap::new();
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        *count.entry(word).or_default() += 1;
    }
    count
}

/// Shares of ours that the other has, and of the other's that we have.
fn shares(ours: &str, theirs: &str) -> (f64, f64) {
    let (ours, theirs) = (words(ours), words(theirs));
    let both: usize = ours
        .iter()
        .map(|(word, count)| theirs.get(word).copied().unwrap_or(0).min(*count))
        .sum();
    let all = |of: &BTreeMap<&str, usize>| of.values().sum::<usize>().max(1) as f64;
    (both as f64 / all(&ours), both as f64 / all(&theirs))
}

#[test]
fn nothing_of_a_page_is_lost_and_its_main_text_is_what_others_see() {
    let folder = format!("{}/fixtures", env!("CARGO_MANIFEST_DIR"));
    let peers: Value =
        serde_json::from_slice(&std::fs::read(format!("{folder}/peers/html.json")).unwrap()).unwrap();
    let mut shown = String::new();
    for (file, peer) in peers.as_object().unwrap() {
        let bytes = std::fs::read(format!("{folder}/html/{file}")).unwrap();
        assert_eq!(detected(&bytes), Some("html/1"), "{file}");
        check_laws(&html::READER, &bytes);
        let (reading, _) = read(&html::READER, &bytes);
        let (mut main, mut rest) = (String::new(), String::new());
        let head = reading.document.title.clone().unwrap_or_default();
        for (index, seen) in reading.observations.iter().enumerate() {
            if let Saw::Text(text) = &seen.saw {
                let to = match text.role {
                    Role::Title if index == 0 && text.as_str() == head => continue,
                    Role::Body | Role::Title | Role::Byline | Role::Caption => &mut main,
                    Role::Boilerplate => &mut rest,
                    _ => continue,
                };
                writeln!(to, "{}", text.as_str()).unwrap();
            }
        }
        let text = |key: &str| peer[key].as_str().unwrap_or_default();
        let (ours, theirs) = shares(&format!("{main}{rest}"), text("body"));
        assert!(ours > 0.98 && theirs > 0.99, "{file}: {ours} {theirs}");
        let (a, b) = shares(&main, text("trafilatura"));
        let (c, d) = shares(&main, text("justext"));
        writeln!(
            shown,
            "{file}: main {} of {} words; trafilatura {a:.2}/{b:.2}, jusText {c:.2}/{d:.2}; title {:?} and {:?}; date {:?} and {:?}",
            words(&main).values().sum::<usize>(),
            words(text("body")).values().sum::<usize>(),
            reading.document.title.as_deref().unwrap_or(""),
            text("title"),
            reading.document.published.as_ref().map_or("", |at| at.text()),
            text("date"),
        )
        .unwrap();
    }
    expect_test::expect![[r#"
        doxygen-header.html: main 169 of 842 words; trafilatura 1.00/0.23, jusText 1.00/0.81; title "json-c: json_pointer.h File Reference" and "◆ json_pointer_get()"; date "" and "2022-10-02"
        doxygen-issues.html: main 81 of 941 words; trafilatura 1.00/0.09, jusText 0.00/0.00; title "json-c: issues_closed_for_0.16" and "json-c: issues_closed_for_0.16"; date "" and "2022-10-02"
        gtk-doc-libxslt.html: main 217 of 300 words; trafilatura 0.98/0.84, jusText 0.00/0.00; title "Module extra from libxslt" and "The XSLT C library for GNOME"; date "" and ""
        libreoffice.html: main 107 of 165 words; trafilatura 0.97/0.65, jusText 0.98/1.00; title "What we found in the intrusion at the studio" and "What we found"; date "2014-12-19" and "2026-11-24"
        mkdocs-material.html: main 146 of 199 words; trafilatura 0.99/0.97, jusText 0.71/1.00; title "What we found in the intrusion at the studio - Advisories" and "What we found"; date "" and "2014-11-21"
        pandoc.html: main 105 of 162 words; trafilatura 0.92/0.71, jusText 0.98/0.92; title "What we found in the intrusion at the studio" and "What we found in the intrusion at the studio"; date "2014-12-19" and "2014-12-19"
        sphinx-alabaster.html: main 101 of 175 words; trafilatura 1.00/0.69, jusText 0.94/1.00; title "What we found — Advisories documentation" and "What we found"; date "" and "2014-11-21"
    "#]].assert_eq(&shown);
}
