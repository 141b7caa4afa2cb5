//! Which known word is nearest to one that was mistyped, by edit distance.

/// `nearest known key: …`, or nothing where no word is known.
#[must_use]
pub fn hint<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    known
        .map(|word| (distance(written, word), word))
        .min()
        .map(|(_, word)| format!("nearest known: `{word}`"))
}

/// Edits (insert, delete, replace, swap neighbours) between the first 64 characters of two words.
///
/// Source: optimal string alignment, Boytsov (2011), Indexing methods for approximate dictionary searching, section 2.
#[must_use]
pub fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().take(64).flat_map(char::to_lowercase).collect();
    let right: Vec<char> = right.chars().take(64).flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.iter().enumerate() {
        let mut row = vec![i.saturating_add(1)];
        for (j, to) in right.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&above, j) + usize::from(from != to))
                .min(at(&above, j + 1) + 1)
                .min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && left.get(i - 1) == Some(to) && right.get(j - 1) == Some(from);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_one_edit() {
        assert_eq!(distance("naem", "name"), 1);
        assert_eq!(distance("nam", "name"), 1);
        assert_eq!(distance("Name", "name"), 0);
        assert_eq!(distance("", "name"), 4);
        assert_eq!(
            hint("oeprators", ["operators", "directions"].into_iter()).unwrap(),
            "nearest known: `operators`"
        );
    }
}
