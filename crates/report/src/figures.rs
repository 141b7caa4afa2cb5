//! How numbers are printed: beliefs in percent, weights in bans, counts with separators.
//!
//! No belief is printed below 1 or above 99 percent. Source: METHOD section 6.

/// A belief as "74 %", "under 1 %", "over 99 %".
#[must_use]
pub fn percent(belief: f64) -> String {
    match end(belief) {
        End::Under => "under 1 %".to_owned(),
        End::Over => "over 99 %".to_owned(),
        End::At(number) => format!("{number} %"),
        End::None => "not given".to_owned(),
    }
}

/// Two beliefs as "55–86 %", "under 1 to 12 %", "88 to over 99 %".
#[must_use]
pub fn percent_range(low: f64, high: f64) -> String {
    match (end(low), end(high)) {
        (End::None, _) | (_, End::None) => "not given".to_owned(),
        (End::Under, End::Under) | (End::Over, End::Over) => percent(low),
        (End::At(low), End::At(high)) if low == high => format!("{low} %"),
        (End::At(low), End::At(high)) => format!("{low}–{high} %"),
        (End::Under, _) => format!("under 1 to {}", percent(high)),
        (End::Over, _) => format!("over 99 to {}", percent(high)),
        (End::At(low), _) => format!("{low} to {}", percent(high)),
    }
}

/// The 90 % interval in words, or that it was refused.
#[must_use]
pub fn interval(low: Option<f64>, high: Option<f64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => percent_range(low, high),
        _ => "no interval".to_owned(),
    }
}

enum End {
    Under,
    At(String),
    Over,
    None,
}

fn end(belief: f64) -> End {
    if !belief.is_finite() {
        End::None
    } else if belief < 0.01 {
        End::Under
    } else if belief > 0.99 {
        End::Over
    } else {
        End::At(format!("{:.0}", belief * 100.0))
    }
}

/// A signed number of bans with two decimals: "+0.80", "−0.02", "0.00".
#[must_use]
pub fn bans(value: f64) -> String {
    if !value.is_finite() {
        return "not given".to_owned();
    }
    let digits = format!("{:.2}", value.abs());
    if digits == "0.00" {
        digits
    } else if value < 0.0 {
        format!("\u{2212}{digits}")
    } else {
        format!("+{digits}")
    }
}

/// A number without sign, with two decimals.
#[must_use]
pub fn two_decimals(value: f64) -> String {
    if value.is_finite() {
        format!("{value:.2}")
    } else {
        "not given".to_owned()
    }
}

/// log10 of the odds of `belief`; finite for every belief in 0..=1.
#[must_use]
pub fn log_odds_bans(belief: f64) -> f64 {
    let inside = belief.clamp(1e-12, 1.0 - 1e-12);
    libm::log10(inside / (1.0 - inside))
}

/// The belief with these log10 odds.
#[must_use]
pub fn belief_of(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::pow(10.0, -log_odds))
}

/// "1,234,567".
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 finding", "2 findings".
#[must_use]
pub fn counted(number: usize, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    format!("{} {word}", count(u64::try_from(number).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beliefs_stop_at_one_and_ninety_nine_percent() {
        assert_eq!(percent(0.0), "under 1 %");
        assert_eq!(percent(0.0099), "under 1 %");
        assert_eq!(percent(0.01), "1 %");
        assert_eq!(percent(0.745), "74 %");
        assert_eq!(percent(0.99), "99 %");
        assert_eq!(percent(0.9901), "over 99 %");
        assert_eq!(percent(f64::NAN), "not given");
        assert_eq!(percent_range(0.55, 0.86), "55–86 %");
        assert_eq!(percent_range(0.001, 0.12), "under 1 to 12 %");
        assert_eq!(percent_range(0.88, 0.999), "88 to over 99 %");
        assert_eq!(percent_range(0.001, 0.999), "under 1 to over 99 %");
        assert_eq!(percent_range(0.001, 0.002), "under 1 %");
    }

    #[test]
    fn bans_never_show_a_negative_nothing() {
        assert_eq!(bans(-0.004), "0.00");
        assert_eq!(bans(-0.02), "\u{2212}0.02");
        assert_eq!(bans(0.8), "+0.80");
    }

    #[test]
    fn odds_and_belief_are_inverse() {
        for belief in [0.001, 0.2, 0.5, 0.93] {
            assert!((belief_of(log_odds_bans(belief)) - belief).abs() < 1e-12);
        }
        assert!(log_odds_bans(1.0).is_finite());
    }

    #[test]
    fn counts_have_separators() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1234), "1,234");
        assert_eq!(count(123_456_789), "123,456,789");
    }
}
