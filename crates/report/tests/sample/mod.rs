//! A made-up state of a case about a film studio, with the public facts of 2014 in own words and invented numbers.
//!
//! Shared by tests and by the example that writes it as a page. The ledger sums as a real one does.

use std::collections::BTreeMap;

use ascribe_assess::assessment::{
    AnomalyAt, AnomalyLine, Assessment, Belief, ByteProvenance, Collect, Confidence, Conflict, DefaultSwing,
    Disagreeing, Display, Doubts, Hypothesis, Input, LeaveOneOut, LedgerLine, Predicted, Run, SCHEMA,
    Sensitivity, Sentences, StandardResult, TimelineEvent, TornadoBar, Weight, WhatIf,
};
use ascribe_model::words::{About, Basis, Kind, Stance, Tlp};
use ascribe_model::{ArtifactId, Coverage, Moment};
use ascribe_report::{Page, Party, Quote, Quoted, Said, SeriesPoint, SourceCard, TieLine, Tied};

/// Owned parts of a page.
pub struct Sample {
    pub assessment: Assessment,
    pub parties: BTreeMap<String, Party>,
    pub sources: BTreeMap<String, SourceCard>,
    pub series: Vec<SeriesPoint>,
    pub quotes: BTreeMap<(String, usize), Quote>,
    pub prose: BTreeMap<String, String>,
    pub said: Vec<Said>,
    pub tied: Tied,
}

impl Sample {
    pub fn page(&self) -> Page<'_> {
        Page {
            assessment: &self.assessment,
            parties: &self.parties,
            sources: &self.sources,
            series: &self.series,
            quotes: &self.quotes,
            prose: &self.prose,
            said: &self.said,
            tied: &self.tied,
            written_to: Some("film-studio/out/report.html"),
        }
    }
}

/// Id, name, prior, point, [low, high, outer low, outer high], words.
type Answer = (&'static str, &'static str, f64, f64, [f64; 4], &'static str);

const ANSWERS: [Answer; 6] = [
    (
        "nk-directed",
        "North Korea, on the state's direction",
        0.14,
        0.66,
        [0.56, 0.83, 0.18, 0.94],
        "likely to very likely",
    ),
    (
        "crew-attack",
        "The extortion crew of the messages",
        0.16,
        0.09,
        [0.03, 0.18, 0.01, 0.38],
        "very unlikely",
    ),
    (
        "insider-attack",
        "Present or former staff",
        0.13,
        0.07,
        [0.02, 0.15, 0.004, 0.30],
        "very unlikely",
    ),
    (
        "nk-undirected",
        "North Korea's people, encouraged, tolerated or on their own",
        0.04,
        0.08,
        [0.02, 0.17, 0.01, 0.30],
        "very unlikely",
    ),
    (
        "unlisted-nonstate",
        "A party that is no state and that the case does not list",
        0.30,
        0.095,
        [0.04, 0.21, 0.02, 0.55],
        "very unlikely",
    ),
    (
        "unlisted-state",
        "A state that the case does not list",
        0.23,
        0.005,
        [0.001, 0.009, 0.0005, 0.08],
        "almost no chance",
    ),
];

/// Id, kind, what it says, source, share of the leader's gain, target.
type Told = (&'static str, Kind, &'static str, &'static str, f64, &'static str);

const FINDINGS: [Told; 9] = [
    (
        "fbi-code-overlap",
        Kind::Code,
        "lines of code, encryption and the way of deleting data overlap with programs that the bureau ties to North Korea",
        "fbi",
        0.62,
        "family:seoul-2013",
    ),
    (
        "engine:4be1c09ad377",
        Kind::Code,
        "the disk wiper shares 14 rare functions with the programs of the 2013 attack on banks in Seoul",
        "",
        0.48,
        "family:seoul-2013",
    ),
    (
        "fbi-addresses",
        Kind::Contact,
        "addresses of known North Korean infrastructure talked with addresses written into the wiper",
        "fbi",
        0.41,
        "infrastructure:star-kp",
    ),
    (
        "demand-for-money",
        Kind::Message,
        "three days before the attack a mail to executives demands money and does not mention the film",
        "studio",
        -0.34,
        "actor:extortion-crew",
    ),
    (
        "engine:90aa12be44f0",
        Kind::Address,
        "the wiper carries 203.0.113.71, listed as a relay of the family's operators",
        "",
        0.22,
        "infrastructure:relays",
    ),
    (
        "open-proxies",
        Kind::Address,
        "most of the coded addresses are proxies that anybody could use",
        "rogers",
        -0.18,
        "infrastructure:relays",
    ),
    (
        "korean-resources",
        Kind::Code,
        "the installer has Korean language resources",
        "us-cert",
        0.11,
        "actor:nk",
    ),
    (
        "nk-denial",
        Kind::Statement,
        "the accused state denies it and calls it a righteous deed of supporters",
        "nk-mission",
        -0.01,
        "actor:nk",
    ),
    (
        "wh-declines",
        Kind::Statement,
        "the White House declines to name anybody",
        "white-house",
        0.0,
        "actor:nk",
    ),
];

fn logit(belief: f64) -> f64 {
    libm::log10(belief / (1.0 - belief))
}

pub fn sample() -> Sample {
    let sum: f64 = FINDINGS.iter().map(|finding| finding.4).sum();
    let mut ledger: Vec<LedgerLine> = FINDINGS
        .iter()
        .map(|(id, kind, says, source, share, target)| {
            let own = source.is_empty();
            let path = if own {
                "programs/wiper.bin".to_owned()
            } else {
                format!("notes/{id}.md")
            };
            LedgerLine {
                finding: (*id).to_owned(),
                kind: *kind,
                stance: if *id == "nk-denial" {
                    Stance::Denies
                } else if *id == "wh-declines" {
                    Stance::Declines
                } else {
                    Stance::Asserts
                },
                says: (*says).to_owned(),
                copies: if *id == "fbi-code-overlap" {
                    vec!["us-cert-overlap".to_owned()]
                } else {
                    Vec::new()
                },
                about: Some(if *kind == Kind::Code {
                    About::Author
                } else {
                    About::Operator
                }),
                points_to: Some((*target).to_owned()),
                basis: if own { Basis::Measured } else { Basis::Judged },
                signed_by: None,
                weight_bans: (*share != 0.0).then(|| Weight {
                    point: share * 1.3,
                    low: share * 0.6,
                    high: share * 1.7,
                    bound: 1.0,
                }),
                contribution_bans: ANSWERS
                    .iter()
                    .map(|answer| {
                        (
                            answer.0.to_owned(),
                            (logit(answer.3) - logit(answer.2)) * share / sum,
                        )
                    })
                    .collect(),
                origin: if own {
                    "programs/wiper.bin".to_owned()
                } else {
                    format!("{source}-lab")
                },
                source: (!own).then(|| (*source).to_owned()),
                via: if *id == "nk-denial" {
                    vec!["kcna".to_owned()]
                } else {
                    Vec::new()
                },
                forgeability: (*share != 0.0).then_some([0.15, 0.25, 0.40]),
                rests_on: None,
                reason: None,
                remarks: if *id == "wh-declines" {
                    vec!["weighs nothing: a refusal to name says nothing about who it was".to_owned()]
                } else {
                    Vec::new()
                },
                happened: Some("2014-11".to_owned()),
                known: if own {
                    "2014-12-04".to_owned()
                } else {
                    "2014-12-19".to_owned()
                },
                tlp: Tlp::Clear,
                provenance: vec![ByteProvenance {
                    sha256: ArtifactId::of(path.as_bytes()),
                    path,
                    unit: "byte".to_owned(),
                    start: if own { 0x1f40 } else { 220 },
                    end: if own { 0x1f40 + 48 } else { 380 },
                    line: (!own).then_some(12),
                }],
            }
        })
        .collect();
    ledger.sort_by(|a, b| {
        b.contribution_bans["nk-directed"]
            .abs()
            .total_cmp(&a.contribution_bans["nk-directed"].abs())
            .then_with(|| a.finding.cmp(&b.finding))
    });
    let quotes = FINDINGS
        .iter()
        .map(|finding| {
            let content = if finding.3.is_empty() {
                Quoted::Bytes(
                    b"\x55\x8b\xec\x83\xec\x20$MFT Record read failed.\x00\x00203.0.113.71\x00".to_vec(),
                )
            } else if finding.0 == "demand-for-money" {
                Quoted::Withheld
            } else {
                Quoted::Text(format!("says = \"{}\"", finding.2))
            };
            ((finding.0.to_owned(), 0), Quote { content, left_out: 0 })
        })
        .collect();
    let text = |map: &[(&str, f64)]| {
        map.iter()
            .map(|(id, belief)| ((*id).to_owned(), *belief))
            .collect::<BTreeMap<_, _>>()
    };
    let days = [
        "2014-11-28",
        "2014-12-04",
        "2014-12-08",
        "2014-12-16",
        "2014-12-18",
        "2014-12-19",
    ];
    let series = days
        .iter()
        .enumerate()
        .map(|(index, day)| {
            let share = [0.0, 0.42, 0.36, 0.45, 0.45, 1.0][index];
            SeriesPoint {
                day: (*day).to_owned(),
                cause: FINDINGS
                    .iter()
                    .skip(index)
                    .take(2)
                    .map(|finding| finding.0.to_owned())
                    .collect(),
                beliefs: ANSWERS
                    .iter()
                    .map(|answer| (answer.0.to_owned(), answer.2 + (answer.3 - answer.2) * share))
                    .collect(),
            }
        })
        .collect();
    let assessment = Assessment {
        schema: SCHEMA.to_owned(),
        case: "Film studio, 2014".to_owned(),
        tlp: Tlp::Amber,
        as_of: Some("2014-12-19".to_owned()),
        incident: "studio".to_owned(),
        question: "Who operated the attack on the studio, and on whose direction?".to_owned(),
        run: Run {
            version: "0.1.0".to_owned(),
            seed: 1,
            draws: 10_000,
            ess: 7_312,
        },
        hypotheses: ANSWERS
            .iter()
            .map(
                |(id, name, prior, point, [low, high, outer_low, outer_high], words)| Hypothesis {
                    id: (*id).to_owned(),
                    name: (*name).to_owned(),
                    prior: *prior,
                    belief: Belief {
                        point: *point,
                        low: Some(*low),
                        high: Some(*high),
                        outer: [*outer_low, *outer_high],
                    },
                    words: (*words).to_owned(),
                },
            )
            .collect(),
        operators: text(&[
            ("nk", 0.74),
            ("rgb", 0.51),
            ("extortion-crew", 0.09),
            ("insider", 0.07),
            ("unlisted-nonstate", 0.095),
            ("unlisted-state", 0.005),
        ]),
        directions: text(&[
            ("directed", 0.70),
            ("encouraged", 0.08),
            ("tolerated", 0.07),
            ("independent", 0.15),
        ]),
        framed: text(&[("nobody", 0.91), ("nk", 0.085), ("rgb", 0.005)]),
        owners: [
            ("seoul-2013".to_owned(), text(&[("nk", 0.88), ("(other)", 0.12)])),
            ("relays".to_owned(), text(&[("nk", 0.55), ("(other)", 0.45)])),
        ]
        .into(),
        confidence: Confidence {
            level: "low".to_owned(),
            sentence: "Confidence is low: leaving out one source takes the leader below even odds."
                .to_owned(),
            reasons: vec![
                "one source, the FBI, carries most of the weight".to_owned(),
                "the interval is 27 points wide".to_owned(),
                "two findings suffice to flip the leader".to_owned(),
            ],
        },
        ledger,
        sensitivity: Sensitivity {
            flip_set: vec!["fbi-code-overlap".to_owned(), "engine:4be1c09ad377".to_owned()],
            flip_set_minimal: true,
            flip_prior: [
                ("nk-directed".to_owned(), Some(0.025)),
                ("crew-attack".to_owned(), Some(0.61)),
                ("unlisted-state".to_owned(), None),
            ]
            .into(),
            priors: text(&[("case", 0.66), ("uniform", 0.69), ("half_unlisted", 0.58)]),
            leave_one_out: vec![
                LeaveOneOut {
                    kind: "source".to_owned(),
                    id: "fbi".to_owned(),
                    leader: "unlisted-nonstate".to_owned(),
                    belief: text(&[("nk-directed", 0.24), ("unlisted-nonstate", 0.27)]),
                },
                LeaveOneOut {
                    kind: "family".to_owned(),
                    id: "seoul-2013".to_owned(),
                    leader: "nk-directed".to_owned(),
                    belief: text(&[("nk-directed", 0.31)]),
                },
                LeaveOneOut {
                    kind: "finding".to_owned(),
                    id: "demand-for-money".to_owned(),
                    leader: "nk-directed".to_owned(),
                    belief: text(&[("nk-directed", 0.79)]),
                },
            ],
            tornado: vec![TornadoBar {
                of: "source fbi".to_owned(),
                field: "reliable".to_owned(),
                numbers: 1,
                range: Some([0.65, 0.90]),
                belief: [0.57, 0.72],
            }],
            defaults: vec![DefaultSwing {
                row: "class.code".to_owned(),
                field: "hit".to_owned(),
                range: [0.54, 0.82],
                belief: [0.48, 0.69],
                leader: ["crew-attack".to_owned(), "nk-directed".to_owned()],
            }],
            as_one_telling: Some(text(&[("nk-directed", 0.60), ("crew-attack", 0.12)])),
            independent_overlaps: None,
            without_overrides: Some(text(&[("nk-directed", 0.63), ("crew-attack", 0.11)])),
            without_notes: Some(text(&[("nk-directed", 0.34), ("unlisted-nonstate", 0.29)])),
        },
        sentences: Sentences {
            public: "The answer that leads is \"North Korea\": likely".to_owned(),
            expert: "0.66 at the central parameters".to_owned(),
            court: "This is an opinion on probability".to_owned(),
        },
        doubts: Some(Doubts {
            conflict: Conflict {
                bans: 0.31,
                findings: vec![Disagreeing {
                    finding: "demand-for-money".to_owned(),
                    alone: 0.42,
                    given_rest: 0.17,
                    bans: 0.39,
                }],
            },
            displays: vec![Display {
                party: "nk".to_owned(),
                looked_for: 9,
                found: 9,
                if_own: 0.03,
                if_framed: 0.38,
                too_good: true,
            }],
            predicted: vec![Predicted {
                finding: "demand-for-money".to_owned(),
                searched: Some("the mail store, by sender".to_owned()),
                found_if: text(&[("nk-directed", 0.63), ("crew-attack", 0.08)]),
            }],
        }),
        what_ifs: vec![WhatIf {
            id: "bureau-exclusive".to_owned(),
            name: "The bureau is reliable and the address range is its holder's alone".to_owned(),
            changes: vec![
                "source fbi is reliable".to_owned(),
                "star-kp is exclusive to its holder with 0.95, its high end".to_owned(),
            ],
            leader: "nk-directed".to_owned(),
            belief: [("nk-directed".to_owned(), 0.88), ("crew-attack".to_owned(), 0.04)].into(),
            interval: Some([0.81, 0.94]),
            words: "very likely".to_owned(),
            operators: [("nk".to_owned(), 0.91), ("insider".to_owned(), 0.03)].into(),
        }],
        collect: vec![
            Collect {
                what: "holder of 203.0.113.71 in 2014-11".to_owned(),
                ask: "the provider, for the customer and its access logs from 2014-09 to 2014-11".to_owned(),
                bits: 0.31,
                cost: Some(2.0),
                bits_per_cost: Some(0.155),
            },
            Collect {
                what: "the samples behind the stated overlap".to_owned(),
                ask: "the bureau, for hashes or for a comparison by a third party".to_owned(),
                bits: 0.22,
                cost: None,
                bits_per_cost: None,
            },
        ],
        standards: vec![
            StandardResult {
                id: "warn-others".to_owned(),
                met: true,
                why: "low end .56 is over .30, from 3 origins".to_owned(),
            },
            StandardResult {
                id: "name-publicly".to_owned(),
                met: false,
                why: "low end .56 is under .80".to_owned(),
            },
        ],
        timeline: vec![
            TimelineEvent {
                event: "entered".to_owned(),
                at: Moment::parse("2014-09..2014-11").unwrap(),
                basis: Vec::new(),
            },
            TimelineEvent {
                event: "struck".to_owned(),
                at: Moment::parse("2014-11-24").unwrap(),
                basis: vec!["demand-for-money".to_owned()],
            },
        ],
        places: Vec::new(),
        anomalies: vec![AnomalyLine {
            path: "mail/threat.eml".to_owned(),
            code: "mail.received-order".to_owned(),
            at: Some(AnomalyAt {
                unit: "byte".to_owned(),
                start: 412,
                end: 530,
                line: Some(9),
            }),
            text: "the hop is dated 41 seconds before the one under it".to_owned(),
        }],
        warnings: vec![
            "the pair (rgb, tolerated) is covered by no hypothesis and has probability 0".to_owned(),
        ],
        inputs: [
            ("mail/threat.eml", "mail", "read", None),
            ("programs/wiper.bin", "program", "read", None),
            (
                "captures/edge.pcap",
                "capture",
                "partial",
                Some("cut after packet 8,112: 31 of 74 bytes are there"),
            ),
        ]
        .into_iter()
        .map(|(path, kind, status, why)| Input {
            path: path.to_owned(),
            sha256: Some(ArtifactId::of(path.as_bytes())),
            bytes: 184_320,
            kind: kind.to_owned(),
            reader: Some(format!("{kind}/1")),
            known: Some("2014-12-02".to_owned()),
            status: status.to_owned(),
            why: why.map(str::to_owned),
            coverage: Coverage {
                unit: "object".to_owned(),
                seen: 8_113,
                parsed: 8_112,
                used: 940,
                dropped: 1,
            },
        })
        .collect(),
    };
    let party = |name: &str, kind: &str, parent: Option<&str>| Party {
        name: name.to_owned(),
        kind: kind.to_owned(),
        parent: parent.map(str::to_owned),
        ..Party::default()
    };
    let mut rgb = party("Reconnaissance General Bureau", "agency", Some("nk"));
    rgb.aliases = vec!["General Reconnaissance Bureau (kyodo)".to_owned()];
    rgb.facts = vec![
        "6,000 people (nyt, 2015-01-18)".to_owned(),
        "1,800 people (euronews, 2014-12-18)".to_owned(),
    ];
    let card = |name: &str, kind: &str, grade: &str| SourceCard {
        name: name.to_owned(),
        kind: kind.to_owned(),
        grade: grade.to_owned(),
        stake: None,
    };
    Sample {
        assessment,
        parties: [
            ("nk".to_owned(), party("North Korea", "state", None)),
            ("rgb".to_owned(), rgb),
            ("extortion-crew".to_owned(), party("The crew of the messages", "group", None)),
            ("insider".to_owned(), party("Present or former staff", "insider", None)),
        ]
        .into(),
        sources: [("fbi".to_owned(), card("FBI", "investigator", "B")), ("rogers".to_owned(), card("A conference's head of security", "researcher", "C")), ("studio".to_owned(), card("The studio", "victim", "B"))].into(),
        series,
        quotes,
        prose: [("fbi-code-overlap".to_owned(), "Said in the bureau's update of 19 December 2014.\n\nThe samples were not published, so nobody outside could repeat the comparison.".to_owned())].into(),
        tied: Tied {
            groups: vec!["Group 1: 175.45.178.10, mailbox P1; 1 tie, 1 of them a bridge, 2014-11-21".into()],
            rows: vec![TieLine {
                a: "mailbox P1".into(),
                b: "175.45.178.10".into(),
                when: "2014-11-21".into(),
                count: 3,
                how: "self-written".into(),
                group: Some(1),
                bridge: true,
                why_not: None,
                infrastructure: vec!["star-kp".into()],
                places: vec!["mail/1.eml line 2".into()],
            }],
            left_out: 0,
        },
        said: vec![Said {
            speaker: "The bureau".into(),
            stance: "accuses".into(),
            target: "North Korea".into(),
            evidence: vec!["IP address".into(), "malware code".into()],
            named: true,
            statements: 3,
            documents: 2,
            review: 0,
        }],
    }
}
