//! The weights of what speaks for a pair: a logistic regression on judgements that the pairing itself asks for.

use ascribe_code::compare::compare_by;
use ascribe_code::place::evidence::{Evidence, NAMES};

use super::{CompareOptions, Pair, Read, WAYS, everywhere, read};

pub(super) fn rank(pair: &Pair) -> f64 {
    pair.probability.unwrap_or(pair.similarity - 0.5)
}

pub(super) fn shown(pair: &Pair) -> Option<f64> {
    pair.probability
}

struct Row {
    evidence: Evidence,
    same: bool,
    weight: f64,
}

/// The text of the file of weights, fitted in `rounds` rounds: each judges by what the round before found.
pub(super) fn fit(folder: &str, projects: &[&str], rounds: usize) -> String {
    let mut rules = super::rules();
    let mut summary = String::new();
    for round in 0..rounds {
        let mut rows = Vec::new();
        for (number, (way, base)) in WAYS.iter().enumerate() {
            let corpus: Vec<Read> = projects
                .iter()
                .filter_map(|name| read(folder, name, base))
                .collect();
            let queries: Vec<Read> = projects
                .iter()
                .filter_map(|name| read(folder, name, way))
                .collect();
            let common = everywhere(&corpus.iter().chain(&queries).collect::<Vec<_>>());
            for query in &queries {
                let own = corpus.iter().position(|entry| entry.project == query.project);
                let Some(own) = own else { continue };
                // Two strangers beside the right one: what an absent project looks like.
                for step in [0, 1 + number, 5 + number] {
                    let entry = &corpus[(own + step) % corpus.len()];
                    let related = entry.project == query.project;
                    let mut seen: u32 = 0;
                    let mut watch = |a: u64, b: u64, evidence: &Evidence| {
                        let (Some(x), Some(y)) = (query.names.get(&a), entry.names.get(&b)) else {
                            return;
                        };
                        let same = x == y;
                        if common.contains(x) || common.contains(y) || same && !related {
                            return;
                        }
                        seen = seen.wrapping_add(1);
                        // Every fifth of the many that are not the same.
                        if same || seen.is_multiple_of(5) {
                            rows.push(Row {
                                evidence: *evidence,
                                same,
                                weight: if same { 1.0 } else { 5.0 },
                            });
                        }
                    };
                    let options = CompareOptions::usual(&|_| false, &|_| false);
                    let _ = compare_by(&query.program, &entry.program, &options, &rules, Some(&mut watch));
                }
            }
        }
        let same = rows.iter().filter(|row| row.same).count();
        rules.weights = regression(&rows);
        summary = format!(
            "round {} of {rounds}, {} judgements, {same} of them right",
            round + 1,
            rows.len()
        );
        eprintln!("{summary}");
    }
    let mut text = format!(
        "# What the evidence for a pair of functions weighs: log odds a unit (src/place/evidence.rs).\n# Fitted by `cargo xtask places` on the development half of the truth corpus: {}.\n# {summary}.\n",
        projects.join(" ")
    );
    for (name, weight) in NAMES.iter().zip(&rules.weights) {
        text.push_str(&format!("{weight:.4} {name}\n"));
    }
    text
}

/// Newton's method with a little ridge.
fn regression(rows: &[Row]) -> Evidence {
    const N: usize = NAMES.len();
    let mut weights = [0.0; N];
    for _ in 0..12 {
        let mut gradient = [0.0; N];
        let mut curvature = vec![[0.0; N]; N];
        for row in rows {
            let score: f64 = weights.iter().zip(&row.evidence).map(|(w, x)| w * x).sum();
            let p = 1.0 / (1.0 + (-score).exp());
            let off = row.weight * (f64::from(u8::from(row.same)) - p);
            let bend = row.weight * (p * (1.0 - p)).max(1e-9);
            for i in 0..N {
                let x = row.evidence[i];
                if x == 0.0 {
                    continue;
                }
                gradient[i] += off * x;
                for j in 0..=i {
                    curvature[i][j] += bend * x * row.evidence[j];
                }
            }
        }
        for i in 0..N {
            for j in i + 1..N {
                curvature[i][j] = curvature[j][i];
            }
            gradient[i] -= 3.0 * weights[i];
            curvature[i][i] += 3.0;
        }
        let step = solve(curvature, gradient);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight += step;
        }
    }
    weights
}

/// Gauss elimination with pivots.
fn solve(mut matrix: Vec<[f64; NAMES.len()]>, mut right: Evidence) -> Evidence {
    let n = right.len();
    for column in 0..n {
        let pivot = (column..n)
            .max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))
            .unwrap();
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..n {
            let factor = matrix[row][column] / matrix[column][column];
            for at in column..n {
                let value = matrix[column][at];
                matrix[row][at] -= factor * value;
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..n).rev() {
        for at in row + 1..n {
            right[row] -= matrix[row][at] * right[at];
        }
        right[row] /= matrix[row][row];
    }
    right
}
