//! The inner loops: products and sums of neighbouring cells, in a fixed order.
//!
//! Cells lie with the kept unknowns fastest and the summed ones slowest, so that a row of sums is a sum of rows.

/// Lanes of one long sum; adding them in a fixed order keeps results the same everywhere.
const LANES: usize = 8;

/// Spreads `part` over `cells`: `full[i] = part[cells[i]]`.
pub(super) fn expand(part: &[f64], cells: &[usize], full: &mut [f64]) {
    for (full, &cell) in full.iter_mut().zip(cells) {
        *full = part.get(cell).copied().unwrap_or_default();
    }
}

/// Adds `full` back: `part[cells[i]] += full[i]`.
pub(super) fn collect(full: &[f64], cells: &[usize], part: &mut [f64]) {
    for (full, &cell) in full.iter().zip(cells) {
        if let Some(part) = part.get_mut(cell) {
            *part += full;
        }
    }
}

/// `out[o] = Σ_s a[s, o]·b[s, o]`, with `out.len()` cells for each s.
pub(super) fn multiply_and_sum(a: &[f64], b: &[f64], out: &mut [f64]) {
    let width = out.len();
    if let [single] = out {
        *single = dot(a, b);
        return;
    }
    let mut rows = a.chunks_exact(width).zip(b.chunks_exact(width));
    if let Some((a, b)) = rows.next() {
        for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
            *out = a * b;
        }
    }
    for (a, b) in rows {
        for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
            *out += a * b;
        }
    }
}

/// `out[o] += factor·Σ_s a[s, o]·b[s, o]`.
pub(super) fn multiply_and_add(a: &[f64], b: &[f64], factor: f64, out: &mut [f64]) {
    let width = out.len();
    if let [single] = out {
        *single += factor * dot(a, b);
        return;
    }
    for (a, b) in a.chunks_exact(width).zip(b.chunks_exact(width)) {
        for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
            *out += factor * a * b;
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a_blocks, b_blocks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a_blocks
        .remainder()
        .iter()
        .zip(b_blocks.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in a_blocks.zip(b_blocks) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f64>() + rest
}

/// Above this a scaled row is cut, so that nothing becomes infinite on the way down.
const ROW_MAX: f64 = 1e290;

/// `into[s, o] += min(factor·above[o], 1e290)·other[s, o]`.
pub(super) fn add_products(above: &[f64], factor: f64, other: &[f64], into: &mut [f64]) {
    let width = above.len();
    if let [above] = above {
        let above = (above * factor).min(ROW_MAX);
        for (into, other) in into.iter_mut().zip(other) {
            *into += above * other;
        }
        return;
    }
    for (into, other) in into.chunks_exact_mut(width).zip(other.chunks_exact(width)) {
        for ((into, above), other) in into.iter_mut().zip(above).zip(other) {
            *into += (factor * above).min(ROW_MAX) * other;
        }
    }
}

/// The largest cell, at least 0.
pub(super) fn largest(cells: &[f64]) -> f64 {
    let more = |a: f64, b: f64| if b > a { b } else { a };
    let mut lanes = [0.0; LANES];
    let blocks = cells.chunks_exact(LANES);
    let rest = blocks.remainder().iter().copied().fold(0.0, more);
    for block in blocks {
        for (lane, cell) in lanes.iter_mut().zip(block) {
            *lane = more(*lane, *cell);
        }
    }
    lanes.into_iter().fold(rest, more)
}
