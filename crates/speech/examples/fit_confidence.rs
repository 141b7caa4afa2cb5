//! Fits the curves of `src/confidence.rs` on rows of `score_attribution --rows` and `score_statements --rows`.
//!
//! `cargo run -p ascribe-speech --example fit_confidence -- --speaker SPEAKER_ROWS.tsv ROWS.tsv … [--accept P] [--write data/confidence.tsv] [--svg FILE]`
//!
//! Logistic regressions with a ridge of 1 on every weight but the constant, Newton's method: first the curve of the
//! speaker on the rows after `--speaker` (right: the speaker), then the curve of both on the others (right: speaker and
//! stance), with the log odds of the first as one of its grounds. The table is made by leaving
//! each document out in turn: a statement's confidence comes from a curve that has not seen its document. With `--check` the
//! rows are only held against the curves as they are written.
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

use ascribe_speech::{BOTH, GROUNDS, OF_BOTH, OF_SPEAKER};

const S: usize = OF_SPEAKER + 1;
const N: usize = BOTH + 1;
const RIDGE: f64 = 1.0;

struct Row {
    doc: String,
    right: bool,
    sharp: bool,
    grounds: Vec<f64>,
    x: [f64; N],
}

impl Row {
    /// What the curve of the speaker rests on, after the constant.
    fn speaker(&self) -> [f64; S] {
        let mut x = [1.0; S];
        for (to, from) in x[1..].iter_mut().zip(&self.grounds) {
            *to = *from;
        }
        x
    }

    /// Sets what the curve of both rests on.
    fn both(&mut self, speaker: &[f64; S]) {
        let publisher = GROUNDS
            .iter()
            .position(|ground| *ground == "publisher")
            .is_some_and(|at| self.grounds[at] > 0.5);
        self.x[0] = 1.0;
        self.x[1] = if publisher {
            0.0
        } else {
            speaker.iter().zip(self.speaker()).map(|(w, x)| w * x).sum()
        };
        for (to, from) in self.x[2..].iter_mut().zip(&self.grounds[OF_BOTH..]) {
            *to = *from;
        }
    }
}

fn rows(path: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let mut found = Vec::new();
    for line in text.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        if columns.len() != GROUNDS.len() + 3 {
            return Err(format!(
                "`{path}`: a row has {} columns, not {}",
                columns.len(),
                GROUNDS.len() + 3
            )
            .into());
        }
        let grounds = columns[3..]
            .iter()
            .map(|one| one.parse())
            .collect::<Result<_, _>>()?;
        found.push(Row {
            doc: columns[0].to_owned(),
            right: columns[1] == "1",
            sharp: columns[2] == "1",
            grounds,
            x: [0.0; N],
        });
    }
    Ok(found)
}

fn probability<const M: usize>(weights: &[f64; M], x: &[f64; M]) -> f64 {
    let sum: f64 = weights.iter().zip(x).map(|(w, x)| w * x).sum();
    1.0 / (1.0 + libm::exp(-sum))
}

/// Newton's method: each step solves (XᵀWX + ridge) d = Xᵀ(y − p) − ridge·w.
fn fit<const M: usize>(rows: &[(bool, [f64; M])]) -> [f64; M] {
    let mut weights = [0.0; M];
    for _ in 0..40 {
        let mut a = [[0.0; M]; M];
        let mut b = [0.0; M];
        for i in 1..M {
            a[i][i] = RIDGE;
            b[i] = -RIDGE * weights[i];
        }
        for (right, x) in rows {
            let p = probability(&weights, x);
            for i in 0..M {
                b[i] += x[i] * (f64::from(u8::from(*right)) - p);
                for j in 0..M {
                    a[i][j] += p * (1.0 - p) * x[i] * x[j];
                }
            }
        }
        for i in 0..M {
            let pivot = a[i][i];
            for j in i + 1..M {
                let factor = a[j][i] / pivot;
                for k in i..M {
                    a[j][k] -= factor * a[i][k];
                }
                b[j] -= factor * b[i];
            }
        }
        for i in (0..M).rev() {
            let rest: f64 = (i + 1..M).map(|j| a[i][j] * b[j]).sum();
            b[i] = (b[i] - rest) / a[i][i];
        }
        for i in 0..M {
            weights[i] += b[i];
        }
    }
    weights
}

/// Name of the weight at `at` of the curve of both.
fn both_name(at: usize) -> &'static str {
    match at {
        0 => "constant",
        1 => "speaker",
        _ => GROUNDS[OF_BOTH + at - 2],
    }
}

fn written(path: &str) -> Result<([f64; S], [f64; N]), Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let (mut speaker, mut both) = ([0.0; S], [0.0; N]);
    for line in text.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        if columns.len() < 3 {
            continue;
        }
        match columns[0] {
            "speaker" => {
                let at = GROUNDS.iter().position(|ground| *ground == columns[1]);
                speaker[at.map_or(0, |at| at + 1)] = columns[2].parse()?;
            }
            "both" => {
                let at = (0..N).find(|at| both_name(*at) == columns[1]);
                both[at.ok_or("an unknown ground")?] = columns[2].parse()?;
            }
            _ => {}
        }
    }
    Ok((speaker, both))
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
    let (mut write, mut picture, mut check, mut speakers) = (None, None, None, None);
    let mut accept = "0.8".to_owned();
    let mut arguments = std::env::args().skip(1);
    while let Some(one) = arguments.next() {
        match one.as_str() {
            "--write" => write = arguments.next(),
            "--svg" => picture = arguments.next(),
            "--check" => check = arguments.next(),
            "--speaker" => speakers = arguments.next(),
            "--accept" => accept = arguments.next().unwrap_or(accept),
            _ => files.push(one),
        }
    }
    let mut all = Vec::new();
    for file in &files {
        all.extend(rows(file)?);
    }
    let of_speaker = speakers.as_deref().map(rows).transpose()?.unwrap_or_default();
    let known = check.as_deref().map(written).transpose()?;
    let speaker = match &known {
        Some((speaker, _)) => *speaker,
        None => fit(&of_speaker
            .iter()
            .map(|row| (row.right, row.speaker()))
            .collect::<Vec<_>>()),
    };
    for row in &mut all {
        row.both(&speaker);
    }
    let pairs = |without: &str| -> Vec<(bool, [f64; N])> {
        all.iter()
            .filter(|row| row.doc != without)
            .map(|row| (row.right, row.x))
            .collect()
    };
    let docs: BTreeSet<&str> = all.iter().map(|row| row.doc.as_str()).collect();
    let mut told = Vec::new();
    for doc in &docs {
        let weights = match &known {
            Some((_, both)) => *both,
            None => fit(&pairs(doc)),
        };
        let left = all.iter().filter(|row| row.doc == *doc);
        told.extend(left.map(|row| (probability(&weights, &row.x), row.right, row.sharp)));
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
    let weights = fit(&pairs(""));
    let mut text = format!(
        "# Written by `cargo run -p ascribe-speech --example fit_confidence`: logistic curves (ridge {RIDGE}); of the speaker over {} statements\n\
         # of marked news outside the project, of speaker and stance over {} of {} documents marked by hand (`record/statements.md`).\n\
         # curve | name | weight | statements that have it. \"tier accept\": line of the tier.\n",
        of_speaker.len(),
        all.len(),
        docs.len()
    );
    for (at, weight) in speaker.iter().enumerate() {
        let name = at.checked_sub(1).map_or("constant", |at| GROUNDS[at]);
        let count = of_speaker.iter().filter(|row| row.speaker()[at] > 0.5).count();
        text.push_str(&format!("speaker\t{name}\t{weight:.3}\t{count}\n"));
    }
    for (at, weight) in weights.iter().enumerate() {
        let count = all.iter().filter(|row| at == 1 || row.x[at] > 0.5).count();
        text.push_str(&format!("both\t{}\t{weight:.3}\t{count}\n", both_name(at)));
    }
    text.push_str(&format!("tier\taccept\t{accept}\n"));
    match write {
        Some(path) => std::fs::write(path, text)?,
        None => writeln!(out, "\n{text}")?,
    }
    Ok(())
}
