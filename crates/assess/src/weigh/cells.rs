//! Reads and writes single cells of slices without a way to panic.
//!
//! Out of range reads the default and writes nothing; debug builds stop there, so tests find it.

/// The cell at `index`, or the default when there is none.
pub(super) fn at<T: Copy + Default>(cells: &[T], index: usize) -> T {
    debug_assert!(index < cells.len(), "cell {index} of {}", cells.len());
    cells.get(index).copied().unwrap_or_default()
}

/// Sets the cell at `index`.
pub(super) fn put<T>(cells: &mut [T], index: usize, value: T) {
    debug_assert!(index < cells.len(), "cell {index} of {}", cells.len());
    if let Some(cell) = cells.get_mut(index) {
        *cell = value;
    }
}

/// Adds to the cell at `index`.
pub(super) fn add(cells: &mut [f64], index: usize, value: f64) {
    debug_assert!(index < cells.len(), "cell {index} of {}", cells.len());
    if let Some(cell) = cells.get_mut(index) {
        *cell += value;
    }
}

/// The `width` cells of row `row` of a table whose rows lie one after the other.
pub(super) fn row(cells: &[f64], row: usize, width: usize) -> &[f64] {
    let start = row.saturating_mul(width);
    let cut = cells.get(start..start.saturating_add(width));
    debug_assert!(cut.is_some(), "row {row} of width {width}");
    cut.unwrap_or_default()
}

/// The same row, to write into.
pub(super) fn row_mut(cells: &mut [f64], row: usize, width: usize) -> &mut [f64] {
    let start = row.saturating_mul(width);
    let cut = cells.get_mut(start..start.saturating_add(width));
    debug_assert!(cut.is_some(), "row {row} of width {width}");
    cut.unwrap_or_default()
}
