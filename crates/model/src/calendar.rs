//! English names of months and weekdays, in lower case.

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The days of the week, from Monday.
pub const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// The month, 1 to 12, of a name or its usual abbreviation, in lower case and without a full stop.
#[must_use]
pub fn month(low: &str) -> Option<i8> {
    let at = MONTHS.iter().position(|name| {
        *name == low || (low.len() == 3 && name.starts_with(low)) || (low == "sept" && *name == "september")
    })?;
    i8::try_from(at.saturating_add(1)).ok()
}
