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

/// The band of belief that `words` stand for, as [`words`] prints them; nothing where they state no likelihood.
#[must_use]
pub fn band(words: &str) -> Option<(f64, f64)> {
    let of = |word: &str| {
        let index = BANDS.iter().position(|(_, known)| *known == word)?;
        let low = index
            .checked_sub(1)
            .and_then(|before| BANDS.get(before))
            .map_or(0.0, |(end, _)| *end);
        Some((low, BANDS.get(index)?.0))
    };
    match words {
        "at least likely" => Some((of("likely")?.0, 1.0)),
        "at most unlikely" => Some((0.0, of("unlikely")?.1)),
        _ => match words.split_once(" to ") {
            Some((first, second)) => Some((of(first)?.0, of(second)?.1)),
            None => of(words),
        },
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
    fn the_band_of_a_phrase_holds_every_interval_that_gets_it() {
        assert_eq!(band("likely"), Some((0.55, 0.80)));
        assert_eq!(band("likely to very likely"), Some((0.55, 0.95)));
        assert_eq!(band("almost no chance to very unlikely"), Some((0.0, 0.20)));
        assert_eq!(band(NO_STATEMENT), None);
        assert_eq!(band("about even"), None);
        for low in 0..100 {
            for high in low + 1..=100 {
                let (low, high) = (f64::from(low) / 100.0, f64::from(high) / 100.0);
                if let Some((from, to)) = band(&words(low, high)) {
                    assert!(from <= low && high <= to, "{low}..{high}: {from}..{to}");
                }
            }
        }
    }

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
