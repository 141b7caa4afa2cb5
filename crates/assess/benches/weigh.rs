//! How long weighing takes: 12 hypotheses × 200 findings × 8 shared sources, and what is built on it; and
//! 5,000 findings of 300 origins and 40 sources that are heard apart.
//!
//! Run: `cargo bench -p ascribe-assess --bench weigh`. Figures: record/weigh.md.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken model is a failed measurement"
)]

use std::sync::atomic::{AtomicUsize, Ordering};

use ascribe_assess::model_file::ModelFile;
use ascribe_assess::weigh::{
    Draws, FLIP_EVALUATIONS, Ready, Sampler, Worth, believe, flip_set, interval, interval_by, outer,
    steadiness, steadiness_by, value_of_finding, weigh,
};

fn main() {
    // For the comparison with other programs on the same model: record/weigh_peers.py.
    if let Some(path) = std::env::var_os("WEIGH_MODEL") {
        std::fs::write(path, serde_json::to_vec(&large()).unwrap()).unwrap();
    }
    if let Some(path) = std::env::var_os("WEIGH_HUGE_MODEL") {
        std::fs::write(path, serde_json::to_vec(&huge()).unwrap()).unwrap();
    }
    divan::main();
}

/// Numbers that look random and are the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.below(1_000_000) as f64 / 1e6
    }
}

/// A probability with the default spread of .7 on the logit scale.
fn spread(p: f64) -> serde_json::Value {
    let logit = (p / (1.0 - p)).ln();
    let back = |x: f64| 1.0 / (1.0 + (-x).exp());
    serde_json::json!([back(logit - 0.7), p, back(logit + 0.7)])
}

/// How large a model is, and how far a source is heard.
struct Size {
    findings: usize,
    origins: usize,
    traces: usize,
    sources: usize,
    families: usize,
    /// Each source speaks about the traces of one desk alone; traces of one desk have one actor or family.
    desks: bool,
}

/// The large model: ten listed actors and two unlisted, 60 traces to actors and six families.
fn large() -> ModelFile {
    made(&Size {
        findings: 200,
        origins: 200,
        traces: 60,
        sources: 8,
        families: 6,
        desks: false,
    })
}

/// The huge model: as many sources as a newspaper archive has, each heard about one actor or family.
fn huge() -> ModelFile {
    made(&Size {
        findings: 5000,
        origins: 300,
        traces: 300,
        sources: 40,
        families: 20,
        desks: true,
    })
}

fn made(size: &Size) -> ModelFile {
    use serde_json::json;
    let mut numbers = Numbers(7);
    let listed: Vec<String> = (0..10).map(|a| format!("a{a}")).collect();
    let mut actors: Vec<_> = listed
        .iter()
        .map(|id| json!({"id": id, "frameable": true}))
        .collect();
    let mut hypotheses: Vec<_> = listed
        .iter()
        .map(|id| json!({"id": format!("h-{id}"), "operators": [id], "prior": spread(0.08)}))
        .collect();
    for id in ["unlisted-state", "unlisted-nonstate"] {
        actors.push(json!({"id": id, "unlisted": true}));
        hypotheses.push(json!({"id": id, "operators": [id], "prior": spread(0.1)}));
    }
    let sources: Vec<_> = (0..size.sources)
        .map(|s| json!({"id": format!("s{s}"), "reliable": spread(numbers.between(0.5, 0.9)), "push": spread(0.15)}))
        .collect();
    let subjects: Vec<_> = (0..size.families)
        .map(|f| {
            let owner = numbers.below(10);
            json!({"id": format!("f{f}"), "label": {format!("a{owner}"): spread(0.7), format!("a{}", (owner + 3) % 10): spread(0.1)},
                "shared": spread(0.05), "class": "family"})
        })
        .collect();
    let classes = ["code", "infrastructure", "language", "tactics", "motive", "name"];
    let mut traces = Vec::new();
    let mut findings = Vec::new();
    for t in 0..size.traces {
        let target = if size.desks {
            // Desk by desk: the actors, then the families.
            let desk = t % (10 + size.families);
            if desk < 10 {
                format!("a{desk}")
            } else {
                format!("f{}", desk - 10)
            }
        } else if t % 3 == 0 {
            format!("f{}", numbers.below(size.families))
        } else {
            format!("a{}", numbers.below(10))
        };
        let class = classes[numbers.below(classes.len())];
        traces.push(
            json!({"id": format!("t{t}"), "class": class, "points_to": target, "hit": spread(0.6),
            "rarity": spread(0.05), "forgeability": spread(0.4)}),
        );
    }
    for f in 0..size.findings {
        let trace = f % size.traces;
        let mut finding = json!({"id": format!("n{f:03}"), "trace": format!("t{trace}"), "origin": format!("o{}", (f + f / size.traces * usize::from(size.desks)) % size.origins),
            "says": numbers.below(4) > 0, "if_present": spread(numbers.between(0.6, 0.95)), "if_absent": spread(numbers.between(0.01, 0.2))});
        if numbers.below(4) > 0 {
            let source = if size.desks {
                let desk = trace % (10 + size.families);
                (desk + numbers.below(2) * (10 + size.families)) % size.sources
            } else {
                numbers.below(size.sources)
            };
            finding["source"] = json!(format!("s{source}"));
        }
        findings.push(finding);
    }
    serde_json::from_value(json!({"format": "ascribe-model/1", "actors": actors, "hypotheses": hypotheses,
        "deception": {"default": [0.03, 0.08, 0.2]}, "sources": sources, "subjects": subjects, "traces": traces,
        "findings": findings}))
    .unwrap()
}

#[divan::bench]
fn posterior_of_a_ready_model(bencher: divan::Bencher) {
    let ready = Ready::new(&large()).unwrap();
    bencher.bench(|| ready.posterior().unwrap());
}

#[divan::bench(sample_count = 20)]
fn posterior_of_the_huge_model(bencher: divan::Bencher) {
    let ready = Ready::new(&huge()).unwrap();
    bencher.bench(|| ready.posterior().unwrap());
}

#[divan::bench(sample_count = 5)]
fn the_huge_model_made_ready(bencher: divan::Bencher) {
    let model = huge();
    bencher.bench(|| Ready::new(&model).unwrap());
}

#[divan::bench]
fn everything_but_the_ledger(bencher: divan::Bencher) {
    let model = large();
    bencher.bench(|| believe(&model).unwrap());
}

#[divan::bench(sample_count = 20)]
fn everything_and_the_ledger(bencher: divan::Bencher) {
    let model = large();
    bencher.bench(|| weigh(&model).unwrap());
}

#[divan::bench(sample_count = 3)]
fn interval_of_10_000_draws(bencher: divan::Bencher) {
    let model = large();
    bencher.bench(|| interval(&model, Draws::default()).unwrap());
}

#[divan::bench(sample_count = 5)]
fn interval_of_10_000_draws_on_two_threads(bencher: divan::Bencher) {
    let model = large();
    bencher.bench(|| interval_by(&model, Draws::default(), &two_threads).unwrap());
}

/// As `ascribe run --jobs 2` does it.
fn two_threads(count: usize, work: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let piece = next.fetch_add(1, Ordering::Relaxed);
                    if piece >= count {
                        break;
                    }
                    work(piece);
                }
            });
        }
    });
}

#[divan::bench]
fn interval_of_100_draws(bencher: divan::Bencher) {
    let model = large();
    let sampler = Sampler::new(&model, 1).unwrap();
    bencher.bench(|| sampler.chunk(0..100));
}

#[divan::bench(sample_count = 20)]
fn leave_one_out(bencher: divan::Bencher) {
    let model = large();
    bencher.bench(|| steadiness(&model).unwrap());
}

#[divan::bench(sample_count = 20)]
fn leave_one_out_on_two_threads(bencher: divan::Bencher) {
    let model = large();
    bencher.bench(|| steadiness_by(&model, &two_threads).unwrap());
}

#[divan::bench(sample_count = 3)]
fn flip(bencher: divan::Bencher) {
    let model = large();
    bencher.bench(|| flip_set(&model, FLIP_EVALUATIONS).unwrap());
}

#[divan::bench(sample_count = 3)]
fn outer_corners(bencher: divan::Bencher) {
    let model = large();
    bencher.bench(|| outer(&model).unwrap());
}

#[divan::bench]
fn value_of_one_finding(bencher: divan::Bencher) {
    let model = large();
    let mut finding = model.findings[0].clone();
    finding.id = "next".to_owned();
    finding.origin = None;
    bencher.bench(|| value_of_finding(&model, &finding, None).unwrap());
}

#[divan::bench(sample_count = 5)]
fn value_of_60_candidates(bencher: divan::Bencher) {
    let model = large();
    let candidates = model.findings.iter().take(60).cloned();
    bencher.bench(|| {
        let worth = Worth::new(&model).unwrap();
        let bits = candidates.clone().map(|mut finding| {
            finding.id = "next".to_owned();
            finding.origin = None;
            worth.of_finding(&finding).unwrap()
        });
        bits.sum::<f64>()
    });
}
