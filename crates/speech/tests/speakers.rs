//! Whose words: constructions of news, advisories and claims, one sentence or two each, with who is to be found.

#![expect(clippy::unwrap_used, reason = "tests")]

use ascribe_model::Role;
use ascribe_speech::{Paper, Piece, statements};

/// Speaker of each statement that is not the publisher's, `; ` between them.
fn speakers(text: &str) -> String {
    let pieces = text
        .split('\n')
        .map(|text| Piece {
            role: &Role::Body,
            text,
        })
        .collect();
    let found = statements(&Paper {
        pieces,
        voice: None,
        published: None,
    });
    let names: Vec<String> = found
        .into_iter()
        .filter(|one| one.speaker != "@publisher")
        .map(|one| one.speaker)
        .collect();
    names.join("; ")
}

#[test]
fn every_construction_is_led_to_its_speaker() {
    let table = include_str!("speakers.tsv");
    let mut wrong = String::new();
    for line in table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (expected, text) = line.split_once('\t').unwrap();
        let found = speakers(&text.replace(" / ", "\n"));
        if found != expected {
            wrong.push_str(&format!("{text}\n  expected {expected}\n  found    {found}\n"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
