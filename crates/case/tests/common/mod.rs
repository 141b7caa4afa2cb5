//! A small world for tests: two tiny readers, one engine, and a judge that only counts.

use std::collections::BTreeMap;
use std::path::Path;

use ascribe_assess::assessment::{
    Assessment, Belief, Confidence, Hypothesis, Run, SCHEMA, Sensitivity, Sentences,
};
use ascribe_assess::model_file::ModelFile;
use ascribe_case::run::{Outcome, Parts, Question, RunError, RunOptions, run};
use ascribe_engines::{Engine, Suggestions, World};
use ascribe_model::finding::engine_finding_id;
use ascribe_model::reading::read_range;
use ascribe_model::words::Kind;
use ascribe_model::{Anomaly, Bytes, Child, Coverage, Finding, Moment, Out, Provenance, Role, Span, Text};
use ascribe_readers::{Head, Match, Reader};

/// `PLAIN\n`, then `published DATE` lines and text, in chunks.
fn read_plain(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let (mut at, mut lines) = (0u64, 0u64);
    while at < bytes.len() {
        if out.stopped() {
            out.out_of_time("plain.time", Span::new(at, bytes.len()));
            break;
        }
        let chunk = read_range(bytes, at, 1 << 20).unwrap();
        if chunk.is_empty() {
            out.anomaly(Anomaly::lost("plain.cut", None, "the bytes end early"));
            break;
        }
        lines += chunk.iter().filter(|byte| **byte == b'\n').count() as u64;
        let text = String::from_utf8_lossy(&chunk);
        if let Some(date) = text.lines().find_map(|line| line.strip_prefix("published ")) {
            out.document().published = Moment::parse(date).ok();
        }
        if at == 0 {
            let first = text.chars().take(100).collect::<String>();
            out.text(Text::verbatim(Role::Body, &first, 0, Some(1)));
        }
        at += chunk.len() as u64;
    }
    let unit = "line".to_owned();
    out.coverage(Coverage {
        unit,
        seen: lines,
        parsed: lines,
        used: lines,
        dropped: 0,
    });
}

/// `SLOW\n`: never done before time is up.
fn read_slow(bytes: &dyn Bytes, out: &mut Out<'_>) {
    while !out.stopped() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    out.out_of_time("slow.time", Span::new(0, bytes.len()));
}

/// `BOX\n`, then `name length\n` and bytes, again and again.
fn read_box(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let all = read_range(bytes, 0, bytes.len()).unwrap();
    let mut at = 4;
    while let Some(line) = all[at.min(all.len())..].split(|byte| *byte == b'\n').next() {
        let Some((name, len)) = std::str::from_utf8(line)
            .ok()
            .and_then(|line| line.split_once(' '))
        else {
            break;
        };
        let start = at + line.len() + 1;
        let end = start + len.parse::<usize>().unwrap();
        let child = Child {
            name: name.as_bytes().to_vec(),
            bytes: all[start..end].to_vec(),
            at: Span::new(start as u64, end as u64),
        };
        if out.child(child).is_err() {
            break;
        }
        at = end;
    }
}

pub fn boxed(name: &str, inner: &[u8]) -> Vec<u8> {
    let mut bytes = format!("BOX\n{name} {}\n", inner.len()).into_bytes();
    bytes.extend_from_slice(inner);
    bytes
}

fn starts(head: &Head<'_>, with: &[u8]) -> Match {
    if head.bytes.starts_with(with) {
        Match::Sure
    } else {
        Match::No
    }
}

pub const READERS: &[Reader] = &[
    Reader {
        name: "slow/1",
        kind: "text",
        detect: |head| starts(head, b"SLOW\n"),
        read: read_slow,
    },
    Reader {
        name: "plain/1",
        kind: "text",
        detect: |head| starts(head, b"PLAIN\n"),
        read: read_plain,
    },
    Reader {
        name: "box/1",
        kind: "archive",
        detect: |head| starts(head, b"BOX\n"),
        read: read_box,
    },
];

/// One finding for each text.
fn suggest(world: &World<'_>) -> Suggestions {
    let mut found = Suggestions::default();
    for item in world.evidence.iter().filter(|item| item.reading.kind == "text") {
        let place = Provenance {
            path: item.path.clone(),
            sha256: item.id,
            span: Span::new(0, 5).on_line(1),
        };
        found.findings.push(Finding {
            id: engine_finding_id("test", "text", &place),
            says: "a text".to_owned(),
            origin: item.origin.clone(),
            known: item.known.clone(),
            tlp: item.tlp,
            provenance: vec![place],
            ..Finding::blank("test", Kind::Message, &item.incident)
        });
    }
    found
}

pub const ENGINES: &[Engine] = &[Engine {
    name: "test",
    suggest,
}];

/// The share of findings, so that as-of shows; no inference.
fn assess(question: &Question<'_>) -> Result<(Assessment, ModelFile), String> {
    let count = question.findings.len() as f64;
    let belief = Belief {
        point: count / 3.0,
        low: None,
        high: None,
        outer: [0.0, 1.0],
    };
    let assessment = Assessment {
        schema: SCHEMA.to_owned(),
        case: question.case.name.clone(),
        tlp: question.case.tlp,
        as_of: question.as_of.map(|day| day.to_string()),
        incident: question.incident.id.clone(),
        question: question.incident.question.clone(),
        run: Run {
            version: "0".to_owned(),
            seed: 1,
            draws: 0,
            ess: 0,
        },
        hypotheses: vec![Hypothesis {
            id: "h".to_owned(),
            name: "h".to_owned(),
            prior: 1.0,
            belief,
            words: String::new(),
        }],
        operators: BTreeMap::new(),
        directions: BTreeMap::new(),
        framed: BTreeMap::new(),
        owners: BTreeMap::new(),
        confidence: Confidence {
            level: "low".to_owned(),
            sentence: String::new(),
            reasons: Vec::new(),
        },
        ledger: Vec::new(),
        sentences: Sentences::default(),
        sensitivity: Sensitivity::default(),
        doubts: None,
        what_ifs: Vec::new(),
        collect: Vec::new(),
        standards: Vec::new(),
        timeline: Vec::new(),
        places: Vec::new(),
        anomalies: question.anomalies.clone(),
        warnings: Vec::new(),
        inputs: question.inputs.clone(),
    };
    let model = ModelFile {
        format: "ascribe-model/1".to_owned(),
        actors: Vec::new(),
        hypotheses: Vec::new(),
        deception: BTreeMap::new(),
        sources: Vec::new(),
        subjects: Vec::new(),
        traces: Vec::new(),
        findings: Vec::new(),
    };
    Ok((assessment, model))
}

pub fn try_case(folder: &Path, options: &RunOptions) -> Result<Outcome, RunError> {
    run(folder, options, &parts(), &mut |_| {})
}

pub fn parts() -> Parts<'static> {
    Parts {
        readers: READERS,
        engines: ENGINES,
        scan: |_| Vec::new(),
        open_corpus: &|_| Ok(ascribe_corpus::Corpus::default()),
        helper: None,
        assess: &assess,
    }
}

pub fn case(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = "name = \"x\"\n[[incident]]\nid = \"a\"\nstruck = 2014-11-24\n";
    write(folder.path(), "case.toml", text.as_bytes());
    for (name, bytes) in files {
        write(folder.path(), name, bytes);
    }
    folder
}

pub fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}
