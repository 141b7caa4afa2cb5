//! The inner loops: products and sums of neighbouring cells, in a fixed order.
//!
//! Cells lie with the kept unknowns fastest and the summed ones slowest, so that a row of sums is a sum of rows.

/// Lanes of one long sum; adding them in a fixed order keeps results the same everywhere.
const LANES: usize = 8;

/// Copies shorter than this are faster cell by cell.
const COPY_MIN: usize = 8;

/// For each cell of a table the cell of a smaller one, in blocks: most maps repeat one cell or go on by one.
///
/// Blocks halve the time of spreading, and tell where one cell multiplies a whole row.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    /// Cells of one block.
    width: usize,
    /// Whether a block has one cell all over; else it has `width` cells one after the other.
    repeats: bool,
    /// First cell of each block.
    starts: Vec<usize>,
}

impl Spread {
    /// The widest blocks of `cells`, whose number is a power of two.
    pub(super) fn new(cells: &[usize]) -> Self {
        let fits = |width: usize, step: usize| {
            cells.chunks_exact(width).all(|block| {
                let first = block.first().copied().unwrap_or_default();
                block
                    .iter()
                    .enumerate()
                    .all(|(place, cell)| *cell == first + step * place)
            })
        };
        let widest = |step: usize| {
            let mut width = 1;
            while width < cells.len() && fits(2 * width, step) {
                width *= 2;
            }
            width
        };
        let (repeated, run) = (widest(0), widest(1));
        let repeats = repeated > 1 || run < COPY_MIN;
        let width = if repeats { repeated } else { run };
        Self {
            width,
            repeats,
            starts: cells.iter().copied().step_by(width).collect(),
        }
    }

    /// Cells of the larger table.
    #[inline(always)]
    pub(super) fn cells(&self) -> usize {
        self.width * self.starts.len()
    }

    /// `full[i] = part[cells[i]]`.
    #[inline(always)]
    pub(super) fn expand(&self, part: &[f64], full: &mut [f64]) {
        match (self.repeats, self.width) {
            // Known widths need no loop for each block.
            (true, 1) => repeat::<1>(&self.starts, part, full),
            (true, 2) => repeat::<2>(&self.starts, part, full),
            (true, 4) => repeat::<4>(&self.starts, part, full),
            (true, width) => {
                for (block, &start) in full.chunks_exact_mut(width).zip(&self.starts) {
                    block.fill(part.get(start).copied().unwrap_or_default());
                }
            }
            (false, width) => {
                for (block, &start) in full.chunks_exact_mut(width).zip(&self.starts) {
                    // Always there; a slice of another length would be a wrong plan, and is left alone.
                    if let Some(part) = part.get(start..start + width) {
                        block.copy_from_slice(part);
                    }
                }
            }
        }
    }

    /// Adds `full` back: `part[cells[i]] += full[i]`.
    pub(super) fn collect(&self, full: &[f64], part: &mut [f64]) {
        let blocks = full.chunks_exact(self.width).zip(&self.starts);
        if self.repeats {
            for (block, &start) in blocks {
                if let Some(part) = part.get_mut(start) {
                    *part += block.iter().sum::<f64>();
                }
            }
        } else {
            for (block, &start) in blocks {
                let part = part.get_mut(start..).unwrap_or_default();
                for (part, full) in part.iter_mut().zip(block) {
                    *part += full;
                }
            }
        }
    }

    /// Whether one cell stands for whole rows of `row` cells.
    #[inline(always)]
    pub(super) fn is_by_row(&self, row: usize) -> bool {
        row >= COPY_MIN && self.repeats && self.width >= row
    }

    /// `out[o] += factor·Σ_s full[s, o]·part[cell of row s]`: the part is never spread out.
    #[inline(always)]
    pub(super) fn add_rows(&self, full: &[f64], part: &[f64], factor: f64, out: &mut [f64]) {
        let block = full.chunks_exact(self.width).zip(&self.starts);
        for (block, &start) in block {
            let cell = factor * part.get(start).copied().unwrap_or_default();
            // Half of a subject's states are impossible wherever none of its owners is framed.
            if cell == 0.0 {
                continue;
            }
            for full in block.chunks_exact(out.len()) {
                for (out, full) in out.iter_mut().zip(full) {
                    *out += cell * full;
                }
            }
        }
    }
}

#[inline(always)]
fn repeat<const WIDTH: usize>(starts: &[usize], part: &[f64], full: &mut [f64]) {
    let (blocks, _) = full.as_chunks_mut::<WIDTH>();
    for (block, &start) in blocks.iter_mut().zip(starts) {
        *block = [part.get(start).copied().unwrap_or_default(); WIDTH];
    }
}

/// `out[o] = Σ_s a[s, o]·b[s, o]`, with `out.len()` cells for each s.
#[inline(always)]
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
#[inline(always)]
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

#[inline(always)]
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

/// Whether a cell is at least `least`: from the end, where all sources are reliable, as the first looked at mostly says yes.
#[inline(always)]
pub(super) fn reaches(cells: &[f64], least: f64) -> bool {
    if cells.last().is_some_and(|cell| *cell >= least) {
        return true;
    }
    let more = |a: f64, b: f64| if b > a { b } else { a };
    let blocks = cells.chunks_exact(2 * LANES);
    let rest = blocks.remainder();
    let mut blocks = blocks.rev();
    rest.iter().any(|cell| *cell >= least)
        || blocks.any(|block| {
            let mut lanes = [0.0; LANES];
            for half in block.chunks_exact(LANES) {
                for (lane, cell) in lanes.iter_mut().zip(half) {
                    *lane = more(*lane, *cell);
                }
            }
            lanes.into_iter().fold(0.0, more) >= least
        })
}

/// The largest cell, at least 0.
#[inline(always)]
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
