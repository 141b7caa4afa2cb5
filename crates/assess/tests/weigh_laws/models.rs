//! Random small models that use every part of the format.

use serde_json::{Value, json};

use ascribe_assess::model_file::ModelFile;

/// Numbers from a seed.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x5851_f42d_4c95_7f2d)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.below(1_000_000) as f64 / 1e6
    }

    fn pick<'a>(&mut self, names: &[&'a str]) -> &'a str {
        names[usize::try_from(self.below(names.len() as u64)).unwrap()]
    }
}

/// A model with two states, a unit of one, a group of both, an insider, an unlisted party, two subjects and two or three sources.
pub fn random(seed: u64) -> ModelFile {
    serde_json::from_value(random_json(seed)).unwrap()
}

/// The same as JSON.
pub fn random_json(seed: u64) -> Value {
    let n = &mut Numbers::new(seed);
    let actors = json!([
        {"id": "ka", "frameable": true}, {"id": "la", "frameable": true},
        {"id": "unit", "frameable": n.chance(50), "members": ["ka"]},
        {"id": "both", "members": ["ka", "la"]}, {"id": "insider", "frameable": n.chance(30)},
        {"id": "nobody-listed", "unlisted": true}]);
    let hypotheses = json!([
        {"id": "ka-directed", "operators": ["ka", "unit"], "directions": ["directed"], "prior": n.between(0.05, 0.4)},
        {"id": "ka-loose", "operators": ["ka"], "directions": ["encouraged", "tolerated"], "prior": n.between(0.05, 0.4)},
        {"id": "la", "operators": ["la"], "prior": n.between(0.05, 0.4)},
        {"id": "both", "operators": ["both"], "directions": ["directed"], "prior": n.between(0.05, 0.4)},
        {"id": "insider", "operators": ["insider"], "directions": ["independent"], "prior": n.between(0.05, 0.4)},
        {"id": "someone", "operators": ["nobody-listed"], "prior": n.between(0.05, 0.4)}]);
    let mut subjects = vec![
        json!({"id": "f0", "label": {"ka": n.between(0.2, 0.6), "la": n.between(0.05, 0.3)}, "shared": n.between(0.01, 0.4)}),
    ];
    if n.chance(60) {
        subjects.push(
            json!({"id": "f1", "label": {"unit": n.between(0.2, 0.9)}, "shared": n.between(0.01, 0.4), "other_is_unlisted": n.between(0.0, 0.5)}),
        );
    }
    let mut traces = Vec::new();
    let traces_count = 4 + n.below(3);
    for t in 0..traces_count {
        // Three traces to the first family, the rest anywhere.
        let target = if t < 3 {
            "f0"
        } else if subjects.len() > 1 && n.chance(40) {
            "f1"
        } else {
            n.pick(&["ka", "la", "unit", "insider"])
        };
        let mut trace = json!({"id": format!("t{t}"), "points_to": target, "hit": n.between(0.1, 0.95),
            "rarity": n.between(0.001, 0.3), "forgeability": n.between(0.02, 0.95)});
        if n.chance(50) {
            trace["care"] = json!(n.between(0.0, 1.0));
        }
        traces.push(trace);
    }
    let sources_count = 2 + n.below(2);
    let sources: Vec<Value> = (0..sources_count)
        .map(|s| json!({"id": format!("s{s}"), "reliable": n.between(0.2, 0.95), "push": n.between(0.05, 0.6)}))
        .collect();
    let mut findings = Vec::new();
    for f in 0..(6 + n.below(7)) {
        let trace = n.below(traces_count);
        let mut finding = json!({"id": format!("n{f:02}"), "trace": format!("t{trace}"),
            "if_present": n.between(0.5, 0.99), "if_absent": n.between(0.01, 0.3)});
        if n.chance(40) {
            finding["says"] = json!(n.chance(50));
        }
        if n.chance(30) {
            finding["if_planted"] = json!(n.between(0.1, 0.9));
        }
        if n.chance(70) {
            finding["source"] = json!(format!("s{}", n.below(sources_count)));
            if n.chance(30) {
                finding["bloc"] = json!(format!("b{}", n.below(2)));
            }
        }
        if n.chance(50) {
            finding["origin"] = json!(format!("o{}", n.below(4)));
            if n.chance(40) {
                finding["via"] = json!(n.below(3));
            }
            if n.chance(40) {
                finding["known"] = json!(format!("2014-12-0{}", 1 + n.below(9)));
            }
        }
        findings.push(finding);
    }
    let spoken = [
        json!({"over": "operator", "likelihood": {"ka": n.between(0.1, 0.9), "else": n.between(0.1, 0.9)}, "toward": "deny"}),
        json!({"over": "direction", "likelihood": {"directed": n.between(0.1, 0.9), "encouraged": n.between(0.1, 0.9), "else": n.between(0.1, 0.9)}, "toward": "ka"}),
        json!({"over": "hypothesis", "likelihood": {"la": n.between(0.1, 0.9), "both": n.between(0.1, 0.9), "else": n.between(0.1, 0.9)}}),
        json!({"over": "owner", "of": "f0", "likelihood": {"ka": n.between(0.1, 0.9), "else": n.between(0.1, 0.9)}, "toward": "ka"}),
    ];
    for (index, mut finding) in spoken.into_iter().enumerate() {
        if n.chance(60) {
            finding["id"] = json!(format!("over{index}"));
            if n.chance(70) {
                finding["source"] = json!(format!("s{}", n.below(sources_count)));
            }
            findings.push(finding);
        }
    }
    json!({"format": "ascribe-model/1", "actors": actors, "hypotheses": hypotheses,
        "deception": {"default": n.between(0.01, 0.4), "la": n.between(0.01, 0.4)}, "sources": sources,
        "subjects": subjects, "traces": traces, "findings": findings})
}
