//! A million scores in a thousand families, step by step. Run with `cargo bench -p ascribe-ratio`.

#![expect(clippy::unwrap_used, reason = "a benchmark of nothing is no benchmark")]

use ascribe_ratio::Added;
use ascribe_ratio::bounds::elub;
use ascribe_ratio::cost::{Costs, cllr, cllr_min};
use ascribe_ratio::folds::{Folds, Kind};
use ascribe_ratio::logistic::{Logistic, Penalty};
use ascribe_ratio::pav::Pav;
use ascribe_ratio::runs::Runs;
use ascribe_ratio::sample::{Row, Sample};
use ascribe_ratio::validation::{Options, validate};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

const ROWS: u32 = 1_000_000;

/// Sums of twelve uniform numbers, one in ten of the same class and 2 higher.
fn rows() -> Vec<Row> {
    let mut state = 1_u64;
    let mut unit = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..ROWS)
        .map(|index| {
            let same = index % 10 == 0;
            let noise: f64 = (0..12).map(|_| unit()).sum();
            Row {
                score: noise - 6.0 + if same { 2.0 } else { 0.0 },
                same,
                family: index / 1000,
            }
        })
        .collect()
}

fn sample() -> Sample {
    let families: Vec<String> = (0..1000).map(|index| format!("family {index}")).collect();
    Sample::new(rows(), &families).unwrap()
}

fn classes() -> (Vec<f64>, Vec<f64>) {
    let of = |wanted: bool| {
        rows()
            .into_iter()
            .filter(|row| row.same == wanted)
            .map(|row| row.score)
            .collect()
    };
    (of(true), of(false))
}

#[divan::bench(sample_count = 10)]
fn sort_and_merge(bencher: Bencher<'_, '_>) {
    let (same, different) = classes();
    bencher.bench(|| Runs::new(black_box(&same), black_box(&different)).unwrap());
}

#[divan::bench(sample_count = 10)]
fn pav_fit_and_apply(bencher: Bencher<'_, '_>) {
    let (same, different) = classes();
    bencher.bench(|| {
        let pav = Pav::fit(
            &Runs::new(black_box(&same), black_box(&different)).unwrap(),
            Added::Nothing,
        );
        same.iter()
            .chain(&different)
            .map(|&score| pav.bans(score))
            .collect::<Vec<f64>>()
    });
}

#[divan::bench(sample_count = 10)]
fn cost(bencher: Bencher<'_, '_>) {
    let (same, different) = classes();
    bencher.bench(|| cllr(black_box(&same), black_box(&different)));
}

#[divan::bench(sample_count = 10)]
fn cost_after_recalibration(bencher: Bencher<'_, '_>) {
    let (same, different) = classes();
    bencher.bench(|| cllr_min(black_box(&same), black_box(&different)).unwrap());
}

#[divan::bench(sample_count = 10)]
fn logistic_fit(bencher: Bencher<'_, '_>) {
    let rows = rows();
    bencher.bench(|| {
        Logistic::fit(
            black_box(&rows).iter().map(|row| (row.score, row.same)),
            Penalty::None,
        )
        .unwrap()
    });
}

#[divan::bench(sample_count = 10)]
fn bounds(bencher: Bencher<'_, '_>) {
    let (same, different) = classes();
    bencher.bench(|| elub(black_box(&same), black_box(&different), Added::OneMisleadingEach));
}

#[divan::bench(sample_count = 10)]
fn cross_entropy_at_61_priors(bencher: Bencher<'_, '_>) {
    let (same, different) = classes();
    bencher.bench(|| {
        let costs = Costs::new(black_box(&same), black_box(&different));
        (-30..=30)
            .map(|tenths| costs.cross_entropy(f64::from(tenths) / 10.0))
            .sum::<f64>()
    });
}

#[divan::bench(sample_count = 3)]
fn logistic_on_unseen_families(bencher: Bencher<'_, '_>) {
    let sample = sample();
    bencher.bench(|| Folds::of(&sample).weights(Kind::Logistic, &sample).unwrap());
}

#[divan::bench(sample_count = 3)]
fn whole_validation(bencher: Bencher<'_, '_>) {
    let sample = sample();
    bencher.bench(|| validate(&sample, Options::default()).unwrap());
}
