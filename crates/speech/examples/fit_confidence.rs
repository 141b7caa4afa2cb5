//! Fits the curve of `src/confidence.rs` on rows of `score_statements --rows` and shows how well it holds.
//!
//! `cargo run -p ascribe-speech --example fit_confidence -- ROWS.tsv … [--write data/confidence.tsv] [--svg FILE]`
//!
//! Logistic regression with a ridge of 1 on every weight but the constant, Newton's method. The table is made by leaving
//! each document out in turn: a statement's confidence comes from a curve that has not seen its document. With `--check` the
//! rows are only held against the curve as it is written.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::many_single_char_names,
    clippy::needless_range_loop,
    reason = "a tool for the developers' own rows: a small dense system"
)]

use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write;

use ascribe_speech::GROUNDS;

const N: usize = GROUNDS.len() + 1;
const RIDGE: f64 = 1.0;

struct Row {
    doc: String,
    right: bool,
    sharp: bool,
    x: [f64; N],
}

fn rows(path: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let mut found = Vec::new();
    for line in text.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        if columns.len() != N + 2 {
            return Err(format!("`{path}`: a row has {} columns, not {}", columns.len(), N + 2).into());
        }
        let mut x = [1.0; N];
        for (to, from) in x[1..].iter_mut().zip(&columns[3..]) {
            *to = from.parse()?;
        }
        found.push(Row {
            doc: columns[0].to_owned(),
            right: columns[1] == "1",
            sharp: columns[2] == "1",
            x,
        });
    }
    Ok(found)
}

fn probability(weights: &[f64; N], x: &[f64; N]) -> f64 {
    let sum: f64 = weights.iter().zip(x).map(|(w, x)| w * x).sum();
    1.0 / (1.0 + libm::exp(-sum))
}

/// Newton's method: each step solves (XᵀWX + ridge) d = Xᵀ(y − p) − ridge·w.
fn fit<'r>(rows: impl Iterator<Item = &'r Row> + Clone) -> [f64; N] {
    let mut weights = [0.0; N];
    for _ in 0..40 {
        let mut a = [[0.0; N]; N];
        let mut b = [0.0; N];
        for i in 1..N {
            a[i][i] = RIDGE;
            b[i] = -RIDGE * weights[i];
        }
        for row in rows.clone() {
            let p = probability(&weights, &row.x);
            for i in 0..N {
                b[i] += row.x[i] * (f64::from(u8::from(row.right)) - p);
                for j in 0..N {
                    a[i][j] += p * (1.0 - p) * row.x[i] * row.x[j];
                }
            }
        }
        for i in 0..N {
            let pivot = a[i][i];
            for j in i + 1..N {
                let factor = a[j][i] / pivot;
                for k in i..N {
                    a[j][k] -= factor * a[i][k];
                }
                b[j] -= factor * b[i];
            }
        }
        for i in (0..N).rev() {
            let rest: f64 = (i + 1..N).map(|j| a[i][j] * b[j]).sum();
            b[i] = (b[i] - rest) / a[i][i];
        }
        for i in 0..N {
            weights[i] += b[i];
        }
    }
    weights
}

fn written(path: &str) -> Result<[f64; N], Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let mut weights = [0.0; N];
    for line in text.lines() {
        let Some((name, rest)) = line.split_once('\t') else {
            continue;
        };
        let at = GROUNDS.iter().position(|ground| *ground == name).map(|at| at + 1);
        if let Some(at) = at.or((name == "constant").then_some(0)) {
            weights[at] = rest.split('\t').next().unwrap_or_default().parse()?;
        }
    }
    Ok(weights)
}

const BINS: [f64; 6] = [0.0, 0.4, 0.55, 0.7, 0.8, 0.9];

/// (predicted, right, count) of each bin.
fn reliability(all: &[(f64, bool, bool)]) -> Vec<(f64, f64, usize)> {
    BINS.iter()
        .enumerate()
        .map(|(at, from)| {
            let to = BINS.get(at + 1).copied().unwrap_or(1.01);
            let inside: Vec<_> = all.iter().filter(|(p, ..)| p >= from && *p < to).collect();
            let count = inside.len().max(1) as f64;
            (
                inside.iter().map(|(p, ..)| p).sum::<f64>() / count,
                inside.iter().filter(|(_, right, _)| *right).count() as f64 / count,
                inside.len(),
            )
        })
        .collect()
}

fn svg(bins: &[(f64, f64, usize)]) -> String {
    let mut out = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 240 240\" font-family=\"sans-serif\" font-size=\"9\">\n\
         <rect width=\"240\" height=\"240\" fill=\"#fff\"/><path d=\"M30 210H230M30 210V10M30 210L230 10\" stroke=\"#888\" fill=\"none\"/>\n\
         <text x=\"95\" y=\"234\">confidence</text><text x=\"4\" y=\"8\">share right (number in the bin)</text>\n",
    );
    for (p, right, count) in bins.iter().filter(|(.., count)| *count > 0) {
        let (x, y) = (30.0 + 200.0 * p, 210.0 - 200.0 * right);
        out.push_str(&format!(
            "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"4\"/><text x=\"{:.0}\" y=\"{:.0}\">{count}</text>\n",
            x + 6.0,
            y + 3.0
        ));
    }
    out.push_str("</svg>\n");
    out
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    let (mut write, mut picture, mut check) = (None, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(one) = arguments.next() {
        match one.as_str() {
            "--write" => write = arguments.next(),
            "--svg" => picture = arguments.next(),
            "--check" => check = arguments.next(),
            _ => files.push(one),
        }
    }
    let mut all = Vec::new();
    for file in &files {
        all.extend(rows(file)?);
    }
    let docs: BTreeSet<&str> = all.iter().map(|row| row.doc.as_str()).collect();
    let mut told = Vec::new();
    if let Some(path) = &check {
        let weights = written(path)?;
        told.extend(
            all.iter()
                .map(|row| (probability(&weights, &row.x), row.right, row.sharp)),
        );
    } else {
        for doc in &docs {
            let weights = fit(all.iter().filter(|row| row.doc != *doc));
            let left = all.iter().filter(|row| row.doc == *doc);
            told.extend(left.map(|row| (probability(&weights, &row.x), row.right, row.sharp)));
        }
    }
    let mut out = std::io::stdout().lock();
    let bins = reliability(&told);
    writeln!(out, "{} rows of {} documents\n", told.len(), docs.len())?;
    writeln!(
        out,
        "| confidence | statements | mean confidence | share right |\n|---|---|---|---|"
    )?;
    for (at, (p, right, count)) in bins.iter().enumerate() {
        let to = BINS.get(at + 1).copied().unwrap_or(1.0);
        writeln!(
            out,
            "| {:.2} to {to:.2} | {count} | {p:.2} | {right:.2} |",
            BINS[at]
        )?;
    }
    let n = told.len() as f64;
    let gap: f64 = bins
        .iter()
        .map(|(p, right, count)| *count as f64 / n * (p - right).abs())
        .sum();
    let brier = told
        .iter()
        .map(|(p, right, _)| (p - f64::from(u8::from(*right))).powi(2))
        .sum::<f64>();
    writeln!(
        out,
        "\nexpected calibration error {gap:.3}, Brier {:.3}",
        brier / n
    )?;
    writeln!(
        out,
        "\n| accept from | accepted | right | sharp accepted | right |\n|---|---|---|---|---|"
    )?;
    for line in [0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9] {
        let accepted: Vec<_> = told.iter().filter(|(p, ..)| *p >= line).collect();
        let sharp: Vec<_> = accepted.iter().filter(|(.., sharp)| *sharp).collect();
        let right = |of: usize, right: usize| format!("{of} | {right}");
        writeln!(
            out,
            "| {line:.2} | {} | {} |",
            right(
                accepted.len(),
                accepted.iter().filter(|(_, right, _)| *right).count()
            ),
            right(sharp.len(), sharp.iter().filter(|(_, right, _)| *right).count()),
        )?;
    }
    if let Some(path) = picture {
        std::fs::write(path, svg(&bins))?;
    }
    let weights = fit(all.iter());
    let mut text = format!(
        "# Written by `cargo run -p ascribe-speech --example fit_confidence`: a logistic curve (ridge {RIDGE}) over {} statements of {}\n\
         # documents, marked by hand; rows in `record/statements/`. name | weight | statements that have it. \"accept\": line of the tier.\n",
        all.len(),
        docs.len()
    );
    for (at, weight) in weights.iter().enumerate() {
        let name = at.checked_sub(1).map_or("constant", |at| GROUNDS[at]);
        let count = all.iter().filter(|row| row.x[at] > 0.5).count();
        text.push_str(&format!("{name}\t{weight:.3}\t{count}\n"));
    }
    match write {
        Some(path) => {
            let accept = std::fs::read_to_string(&path)?
                .lines()
                .find(|line| line.starts_with("accept\t"))
                .unwrap_or("accept\t0.8")
                .to_owned();
            std::fs::write(path, format!("{text}{accept}\n"))?;
        }
        None => writeln!(out, "\n{text}")?,
    }
    Ok(())
}
