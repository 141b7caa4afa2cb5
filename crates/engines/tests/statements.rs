//! Statements of a case: findings in their source's bloc, one article one telling, echoes one origin, no other event.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use ascribe_engines::statements::suggest;
use ascribe_engines::{Evidence, Memo, Suggestions, World};
use ascribe_intel::Knowledge;
use ascribe_intel::knowledge::{Actor, Alias, Source};
use ascribe_model::finding::Target;
use ascribe_model::observation::{Observation, Saw};
use ascribe_model::words::{ActorKind, Kind, SourceKind, Stance, Tlp};
use ascribe_model::{ArtifactId, Moment, Reading, Role, Text};

fn article(path: &str, known: &str, paragraphs: &[&str]) -> Evidence {
    let mut observations = Vec::new();
    let mut at = 0;
    for (line, paragraph) in (1..).step_by(2).zip(paragraphs) {
        let text = Text::verbatim(Role::Body, paragraph, at, Some(line));
        at += paragraph.len() as u64 + 2;
        observations.push(Observation {
            at: text.whole_span(),
            saw: Saw::Text(text),
        });
    }
    Evidence {
        path: path.to_owned(),
        id: ArtifactId::of(paragraphs.join("\n\n").as_bytes()),
        known: Moment::parse(known).unwrap(),
        dated: true,
        valid: None,
        origin: path.to_owned(),
        source: None,
        tlp: Tlp::Clear,
        leaked: false,
        incident: "i".to_owned(),
        reading: Arc::new(Reading {
            kind: "text".to_owned(),
            observations,
            ..Reading::default()
        }),
    }
}

fn knowledge() -> Knowledge {
    Knowledge {
        actors: vec![Actor {
            id: "ir".to_owned(),
            name: "Iran".to_owned(),
            kind: ActorKind::State,
            frameable: true,
            members: Vec::new(),
            parent: None,
            from: None,
            to: None,
            aliases: vec![Alias {
                name: "Tehran".to_owned(),
                source: None,
                known: None,
            }],
            size: Vec::new(),
            known: None,
            source: None,
        }],
        sources: vec![Source {
            id: "bureau".to_owned(),
            name: "FBI".to_owned(),
            kind: SourceKind::Investigator,
            party: Some("us".to_owned()),
            grade: None,
            reliable: None,
            push: None,
            stake: None,
            reason: None,
            known: None,
        }],
        ..Knowledge::default()
    }
}

fn told(evidence: &[Evidence]) -> Suggestions {
    let knowledge = knowledge();
    let struck = Moment::parse("2014-11-24").unwrap();
    suggest(&World {
        as_of: None,
        incident: "i",
        incident_time: Some(&struck),
        knowledge: &knowledge,
        evidence,
        corpora: &[],
        memo: &Memo::default(),
    })
}

#[test]
fn an_accusation_is_a_finding_of_its_source_and_points_to_a_party_of_the_case() {
    let told = told(&[article(
        "a.txt",
        "2014-12-19",
        &["The FBI on Friday accused Iran of hacking into Acme Corp."],
    )]);
    let finding = &told.findings[0];
    assert_eq!(finding.kind, Kind::Statement);
    assert_eq!(finding.stance, Stance::Accuses);
    assert_eq!(finding.source.as_deref(), Some("bureau"));
    assert_eq!(finding.points_to, Some(Target::Actor("ir".to_owned())));
    assert_eq!(
        finding.class, None,
        "bare: only the table of statements gives it weight"
    );
    assert_eq!(finding.provenance[0].span.line, Some(1));
    assert_eq!(
        told.speech.statements[0].said.statement_date.as_deref(),
        Some("2014-12-19")
    );
}

#[test]
fn what_one_article_says_of_one_party_may_be_one_telling() {
    let told = told(&[article(
        "a.txt",
        "2014-12-19",
        &[
            "The FBI accused Iran of hacking into Acme Corp.",
            "Italy blamed Iran for the attack.",
            "Iran denied involvement in the attack.",
        ],
    )]);
    let accuses: Vec<_> = told
        .findings
        .iter()
        .filter(|one| one.stance == Stance::Accuses)
        .collect();
    assert_eq!(accuses.len(), 2);
    assert_eq!(accuses[0].may_overlap, [accuses[1].origin.clone()]);
    assert_eq!(accuses[1].may_overlap, [accuses[0].origin.clone()]);
    let denies: Vec<_> = told
        .findings
        .iter()
        .filter(|one| one.stance == Stance::Denies)
        .collect();
    assert_eq!(denies[0].points_to, Some(Target::Actor("ir".to_owned())));
    assert!(
        denies[0].may_overlap.is_empty(),
        "a denial is another thing to say"
    );
    let conflict = &told.speech.conflicts[0];
    assert_eq!(
        (conflict.kind.as_str(), conflict.what.as_str()),
        ("stance", "Iran")
    );
}

#[test]
fn an_old_accusation_and_one_about_an_outage_point_to_nobody() {
    let told = told(&[article(
        "a.txt",
        "2014-12-19",
        &[
            "In March 2012 Italy blamed Iran for an attack on its banks.",
            "Japan accused Iran of the outage of its internet use.",
        ],
    )]);
    assert_eq!(told.findings.len(), 2);
    assert!(told.findings.iter().all(|one| one.points_to.is_none()));
}

#[test]
fn a_rewrite_speaks_with_the_voice_of_the_first_and_one_quotation_is_one_telling() {
    let text = "The servers of the company were shut down on Monday and thousands of internal messages were published by the group within two days of the attack.";
    let told = told(&[
        article(
            "b.txt",
            "2014-12-20",
            &[
                text,
                "“We have never had anything to do with this matter,” an Iranian official said.",
            ],
        ),
        article(
            "a.txt",
            "2014-12-19",
            &[
                text,
                "“We have never had anything to do with this matter,” said Hassan Rezaei, a spokesman for Iran.",
            ],
        ),
    ]);
    let origins = &told.speech.origins;
    let document = origins
        .iter()
        .find(|origin| origin.id == "document:a.txt")
        .unwrap();
    assert_eq!(document.documents, ["a.txt", "b.txt"]);
    assert!(
        document
            .edges
            .iter()
            .any(|edge| edge.reason.contains("five-word runs"))
    );
    let quoted = origins
        .iter()
        .find(|origin| origin.id == "Hassan Rezaei")
        .unwrap();
    assert_eq!(quoted.statements.len(), 2);
    assert!(
        quoted
            .edges
            .iter()
            .any(|edge| edge.reason == "the same quotation")
    );
}

#[test]
fn the_order_of_evidence_has_no_effect() {
    let one = article(
        "a.txt",
        "2014-12-19",
        &["The FBI accused Iran of hacking into Acme Corp."],
    );
    let two = article(
        "b.txt",
        "2014-12-20",
        &["Iran denied it. A source said 6,000 hackers work for Iran."],
    );
    let (forth, back) = (told(&[one.clone(), two.clone()]), told(&[two, one]));
    assert_eq!(forth.findings, back.findings);
    assert_eq!(forth.speech, back.speech);
}
