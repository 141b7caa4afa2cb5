//! Whose words: constructions of news, advisories and claims, one sentence or two each, with who is to be found.

#![expect(clippy::unwrap_used, reason = "tests")]

use ascribe_model::Role;
use ascribe_speech::{Paper, Piece, Statement, statements};

fn told(text: &str) -> Vec<Statement> {
    let pieces = text
        .split('\n')
        .map(|text| Piece {
            role: &Role::Body,
            text,
        })
        .collect();
    let mut found = statements(&Paper {
        pieces,
        voice: None,
        published: None,
    });
    found.retain(|one| one.speaker != "@publisher");
    found
}

/// Lines of `table` whose statements, shown by `show` and joined, are not what the line expects.
fn wrong(table: &str, show: impl Fn(&Statement) -> String) -> String {
    let mut wrong = String::new();
    for line in table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (expected, text) = line.split_once('\t').unwrap();
        let shown: Vec<String> = told(&text.replace(" / ", "\n")).iter().map(&show).collect();
        let found = shown.join("; ");
        if found != expected {
            wrong.push_str(&format!("{text}\n  expected {expected}\n  found    {found}\n"));
        }
    }
    wrong
}

#[test]
fn every_construction_is_led_to_its_speaker() {
    let wrong = wrong(include_str!("speakers.tsv"), |one| one.speaker.clone());
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_construction_has_its_stance() {
    let wrong = wrong(include_str!("stances.tsv"), |one| {
        let stance = serde_json::to_value(one.stance).unwrap();
        format!("{} {}", one.speaker, stance.as_str().unwrap())
    });
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_chain_is_found() {
    let wrong = wrong(include_str!("chains.tsv"), |one| {
        let via: Vec<&str> = one.via.iter().skip(1).map(String::as_str).collect();
        format!("{} ({})", one.speaker, via.join(", "))
    });
    assert!(wrong.is_empty(), "\n{wrong}");
}
