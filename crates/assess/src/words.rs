//! Words for beliefs. Source: METHOD section 6 (ICD 203, Analytic Standards, 2015).

/// Bands by upper end, with their words.
const BANDS: [(f64, &str); 7] = [
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.00, "almost certain"),
];
const EVEN: usize = 3;
const LIKELY: usize = 4;
const UNLIKELY: usize = 2;
/// Up to this width an interval over more than two bands is still "about even".
const EVEN_WIDTH: f64 = 0.20;

/// What is said when an interval covers too much.
pub const NO_STATEMENT: &str = "the evidence does not support a statement of likelihood";

/// The words for a belief between `low` and `high` (probabilities, `low <= high`).
///
/// A band counts when the interval overlaps it by a positive length; a point on a border takes the word nearer even.
#[must_use]
pub fn words(low: f64, high: f64) -> String {
    let mut lower = 0.0;
    let mut bands = Vec::new();
    for (index, (upper, word)) in BANDS.iter().enumerate() {
        if low.max(lower) < high.min(*upper) {
            bands.push((index, *word));
        }
        lower = *upper;
    }
    match bands.as_slice() {
        [] => point_word(low).to_owned(),
        [(_, word)] => (*word).to_owned(),
        [(_, first), (_, second)] => format!("{first} to {second}"),
        [(first, _), .., (last, _)] => if *first >= LIKELY {
            "at least likely"
        } else if *last <= UNLIKELY {
            "at most unlikely"
        } else if high - low <= EVEN_WIDTH + 1e-12 {
            "about even"
        } else {
            NO_STATEMENT
        }
        .to_owned(),
    }
}

fn point_word(p: f64) -> &'static str {
    let mut best = "almost no chance";
    let mut lower = 0.0;
    for (index, (upper, word)) in BANDS.iter().enumerate() {
        let inside = if index < EVEN {
            p >= lower && p < *upper
        } else if index == EVEN {
            p >= lower && p <= *upper
        } else {
            p > lower && p <= *upper
        };
        if inside {
            best = word;
        }
        lower = *upper;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_hold() {
        let text = include_str!("../tests/vectors/model_vectors.json");
        let all: serde_json::Value = serde_json::from_str(text).unwrap();
        let rows = all["words"].as_array().unwrap();
        assert_eq!(rows.len(), 25);
        for row in rows {
            let (low, high) = (row["low"].as_f64().unwrap(), row["high"].as_f64().unwrap());
            assert_eq!(words(low, high), row["words"].as_str().unwrap(), "{low}..{high}");
        }
    }
}
