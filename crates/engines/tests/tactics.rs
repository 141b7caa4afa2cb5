//! Likeness of techniques: when there is a finding, and all the times when there is none.

use std::sync::Arc;

use ascribe_engines::{Evidence, Memo, Suggestions, World, tactics};
use ascribe_intel::{Actor, Alias, Knowledge};
use ascribe_model::observation::{TechniqueUse, Techniques};
use ascribe_model::words::{ActorKind, Class, Tlp};
use ascribe_model::{ArtifactId, Day, Moment, Observation, Reading, Saw, Span};

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap_or_else(|_| Moment::of_day(Day::ZERO))
}

fn evidence(path: &str, told: Vec<Techniques>) -> Evidence {
    let observations = (1u64..)
        .zip(told)
        .map(|(line, told)| Observation {
            at: Span::new(line * 100, line * 100 + 50).on_line(line),
            saw: Saw::Techniques(Box::new(told)),
        })
        .collect();
    Evidence {
        source: None,
        path: path.to_owned(),
        id: ArtifactId::of(path.as_bytes()),
        known: moment("2014-12-01"),
        dated: true,
        valid: None,
        origin: path.to_owned(),
        tlp: Tlp::Amber,
        leaked: false,
        incident: "studio".to_owned(),
        reading: Arc::new(Reading {
            observations,
            ..Reading::default()
        }),
    }
}

fn told(kind: &str, names: &[&str], techniques: &[&str], citations: &[&str]) -> Techniques {
    let told_at = if kind == "intrusion-set" {
        Some(moment("2013-05-01"))
    } else {
        None
    };
    Techniques {
        id: format!("{kind}--{}", names.join("-")),
        kind: kind.to_owned(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
        uses: techniques
            .iter()
            .enumerate()
            .map(|(at, &technique)| TechniqueUse {
                technique: technique.to_owned(),
                citations: citations
                    .iter()
                    .skip(at % citations.len().max(1))
                    .take(1)
                    .map(|&cited| cited.to_owned())
                    .collect(),
                published: told_at.clone(),
            })
            .collect(),
        author: Some("The Encyclopaedia".to_owned()),
        ..Techniques::default()
    }
}

const RARE: [&str; 5] = ["T1485", "T1561.002", "T1529", "T1588.003", "T1491.001"];

/// Thirty groups that share what everybody does, and one that wipes.
fn groups(wiper: Techniques) -> Evidence {
    let mut all: Vec<Techniques> = (0..30)
        .map(|index| {
            let own = format!("T20{index:02}");
            told(
                "intrusion-set",
                &[&format!("Group {index}")],
                &["T1105", "T1059.001", "T1566.001", &own],
                &["a", "b"],
            )
        })
        .collect();
    all.push(wiper);
    evidence("intel/groups.json", all)
}

fn wiper(citations: &[&str]) -> Techniques {
    let mut all = vec!["T1105"];
    all.extend(RARE);
    told(
        "intrusion-set",
        &["Lazarus Group", "Hidden Cobra"],
        &all,
        citations,
    )
}

fn incident() -> Evidence {
    let mut seen = vec!["T1105"];
    seen.extend(RARE);
    evidence("notes/techniques.md", vec![told("note", &[], &seen, &[])])
}

fn knowledge(alias: &str) -> Knowledge {
    let actor = Actor {
        aliases: vec![Alias {
            name: alias.to_owned(),
            source: None,
            known: None,
        }],
        ..Actor::of("nk", ActorKind::State)
    };
    Knowledge {
        actors: vec![actor, Actor::of("insider", ActorKind::Insider)],
        ..Knowledge::default()
    }
}

fn run(alias: &str, evidence: &[Evidence]) -> Suggestions {
    let struck = moment("2014-11-24");
    tactics::suggest(&World {
        as_of: None,
        incident: "studio",
        incident_time: Some(&struck),
        knowledge: &knowledge(alias),
        evidence,
        corpora: &[],
        memo: &Memo::default(),
    })
}

#[test]
fn the_one_group_that_stands_out_is_one_small_finding_that_says_through_which_name() {
    let given = run("hidden cobra", &[groups(wiper(&["x", "y"])), incident()]);
    let [finding] = given.findings.as_slice() else {
        panic!("one finding, not {:?}", given.findings);
    };
    assert!(
        finding.says.contains("6 are told of Lazarus Group"),
        "{}",
        finding.says
    );
    assert!(
        finding.says.contains("31 groups")
            && finding
                .says
                .contains("\"Hidden Cobra\", as The Encyclopaedia calls it")
    );
    assert_eq!(finding.class, Some(Class::Tactics));
    assert_eq!(finding.fact.as_deref(), Some("tactics:nk"));
    assert!(finding.measured.is_none() && finding.signed.is_none());
    let paths: Vec<&str> = finding.provenance.iter().map(|at| at.path.as_str()).collect();
    assert_eq!(paths, ["notes/techniques.md", "intel/groups.json"]);
    let absent = |given: &Suggestions| {
        given
            .findings
            .first()
            .and_then(|finding| finding.overrides.if_absent)
            .map(|range| range.point())
    };
    assert!(absent(&given) >= Some(0.4));
    let one_report = run("hidden cobra", &[groups(wiper(&["x"])), incident()]);
    assert!(absent(&one_report) > absent(&given), "one report weighs less");
}

#[test]
fn nothing_is_said_without_techniques_of_the_incident_itself() {
    let campaign = told("campaign", &["Another Campaign"], &RARE, &["z"]);
    let mut same = told("campaign", &["Studio"], &RARE, &["z"]);
    let elsewhere = run(
        "hidden cobra",
        &[
            groups(wiper(&["x", "y"])),
            evidence("intel/campaign.json", vec![campaign]),
        ],
    );
    assert!(
        elsewhere.findings.is_empty(),
        "what intelligence tells of another campaign is not the incident's"
    );
    let own = run(
        "hidden cobra",
        &[
            groups(wiper(&["x", "y"])),
            evidence("intel/campaign.json", vec![same.clone()]),
        ],
    );
    assert_eq!(own.findings.len(), 1, "a campaign under the incident's own id is");
    same.uses
        .iter_mut()
        .for_each(|of| of.citations = vec!["x".to_owned(), "y".to_owned()]);
    let copied = run(
        "hidden cobra",
        &[
            groups(wiper(&["x", "y"])),
            evidence("intel/campaign.json", vec![same]),
        ],
    );
    assert!(
        copied.findings.is_empty(),
        "the reports about the incident count for nobody"
    );
}

#[test]
fn layers_count_unless_they_say_that_they_are_of_something_else() {
    let layer = |name: &str| evidence("layer.json", vec![told("layer", &[name], &RARE, &[])]);
    for (name, count) in [
        ("What we saw", 1),
        ("Hidden Cobra", 0),
        ("Enterprise techniques used by somebody", 0),
        ("G0032", 0),
        ("Our detection coverage", 0),
    ] {
        let given = run("hidden cobra", &[groups(wiper(&["x", "y"])), layer(name)]);
        assert_eq!(given.findings.len(), count, "{name}");
        assert_eq!(given.anomalies.len(), 1 - count, "{name}");
    }
}

#[test]
fn what_was_told_after_the_incident_may_rest_on_it() {
    let mut later = wiper(&["x", "y"]);
    later
        .uses
        .iter_mut()
        .for_each(|of| of.published = Some(moment("2014-12-20")));
    let given = run("hidden cobra", &[groups(later), incident()]);
    assert!(given.findings.is_empty());
    assert_eq!(
        given.counts.get("uses told after the incident, left out"),
        Some(&6)
    );
}

#[test]
fn an_unlisted_or_ambiguous_group_gives_no_finding() {
    assert!(
        run("somebody else", &[groups(wiper(&["x", "y"])), incident()])
            .findings
            .is_empty()
    );
    let both = Knowledge {
        actors: vec![
            Actor {
                name: "Lazarus Group".to_owned(),
                ..Actor::of("a", ActorKind::Group)
            },
            Actor {
                name: "Hidden Cobra".to_owned(),
                ..Actor::of("b", ActorKind::Group)
            },
        ],
        ..Knowledge::default()
    };
    let struck = moment("2014-11-24");
    let given = tactics::suggest(&World {
        as_of: None,
        incident: "studio",
        incident_time: Some(&struck),
        knowledge: &both,
        evidence: &[groups(wiper(&["x", "y"])), incident()],
        corpora: &[],
        memo: &Memo::default(),
    });
    assert!(given.findings.is_empty());
    assert_eq!(
        given
            .counts
            .get("groups that stand out but are no one party of the case"),
        Some(&1)
    );
}
