//! When something happened or became known: dates with the precision they are written in.
//!
//! A moment is an interval of civil time plus what is known of its clock. A time without an offset is never
//! silently UTC. Source: CASE, "Dates may be TOML dates or strings".

use std::cmp::Ordering;
use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

/// A civil day, the unit in which knowledge is dated.
pub type Day = Date;

/// How exactly a moment is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// A calendar year.
    Year,
    /// A calendar month.
    Month,
    /// A civil day.
    Day,
    /// A minute.
    Minute,
    /// A second or finer.
    Second,
    /// Two moments with `..` between them.
    Interval,
}

/// What is known of the clock that a time was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// Nothing: local time, unknown offset.
    Unknown,
    /// An offset east of UTC in seconds (0 is UTC).
    Offset(i32),
}

/// A moment: `2014`, `2014-11`, `2014-11-24`, `2014-11-24T09:00`, `2014-11-24T09:00:00-08:00`, or `a..b` of these.
///
/// Serialised as the text it was written in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment {
    text: String,
    first: DateTime,
    last: DateTime,
    precision: Precision,
    clock: Clock,
}

/// Says why a text is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a date: expected YYYY, YYYY-MM, YYYY-MM-DD, YYYY-MM-DDThh:mm with an optional offset, or two of these with `..` between"
)]
pub struct MomentError {
    /// The text.
    pub text: String,
}

const LAST_TIME: Time = Time::constant(23, 59, 59, 999_999_999);
const MIDNIGHT: Time = Time::constant(0, 0, 0, 0);

impl Moment {
    /// Reads a moment as it is written.
    pub fn parse(text: &str) -> Result<Self, MomentError> {
        let fail = || MomentError {
            text: text.chars().take(60).collect(),
        };
        let text = text.trim();
        if let Some((from, to)) = text.split_once("..") {
            let (from, to) = (
                Self::single(from.trim()).ok_or_else(fail)?,
                Self::single(to.trim()).ok_or_else(fail)?,
            );
            if from.first > to.last {
                return Err(fail());
            }
            return Ok(Self {
                text: text.to_owned(),
                first: from.first,
                last: to.last,
                precision: Precision::Interval,
                clock: if from.clock == to.clock {
                    from.clock
                } else {
                    Clock::Unknown
                },
            });
        }
        Self::single(text).ok_or_else(fail)
    }

    /// The moment `day`.
    #[must_use]
    pub fn of_day(day: Day) -> Self {
        Self {
            text: day.to_string(),
            first: day.to_datetime(MIDNIGHT),
            last: day.to_datetime(LAST_TIME),
            precision: Precision::Day,
            clock: Clock::Unknown,
        }
    }

    /// The moment `micros` microseconds after 1970-01-01T00:00:00Z; none outside years 1 to 9999.
    #[must_use]
    pub fn of_epoch_micros(micros: i64) -> Option<Self> {
        let stamp = jiff::Timestamp::from_microsecond(micros).ok()?;
        let at = jiff::tz::Offset::UTC.to_datetime(stamp);
        if at.year() < 1 {
            return None;
        }
        Some(Self {
            text: format!("{}Z", at.strftime("%Y-%m-%dT%H:%M:%S%.f")),
            first: at,
            last: at,
            precision: Precision::Second,
            clock: Clock::Offset(0),
        })
    }

    fn single(text: &str) -> Option<Self> {
        let make = |first, last, precision, clock| {
            Some(Self {
                text: text.to_owned(),
                first,
                last,
                precision,
                clock,
            })
        };
        if !text.is_ascii() || text.len() > 40 {
            return None;
        }
        match text.len() {
            4 => {
                let year = digits(text)?;
                make(
                    Date::new(year, 1, 1).ok()?.to_datetime(MIDNIGHT),
                    Date::new(year, 12, 31).ok()?.to_datetime(LAST_TIME),
                    Precision::Year,
                    Clock::Unknown,
                )
            }
            7 => {
                let (year, month) = text.split_once('-')?;
                let first = Date::new(digits(year)?, digits(month)?.try_into().ok()?, 1).ok()?;
                make(
                    first.to_datetime(MIDNIGHT),
                    first.last_of_month().to_datetime(LAST_TIME),
                    Precision::Month,
                    Clock::Unknown,
                )
            }
            10 => {
                let day = civil_day(text)?;
                make(
                    day.to_datetime(MIDNIGHT),
                    day.to_datetime(LAST_TIME),
                    Precision::Day,
                    Clock::Unknown,
                )
            }
            _ => {
                let (day, rest) = text.split_at_checked(10)?;
                let day = civil_day(day)?;
                let rest = rest.strip_prefix(['T', 't', ' '])?;
                let (time, clock) = split_offset(rest)?;
                let precision = if time.len() == 5 {
                    Precision::Minute
                } else {
                    Precision::Second
                };
                let time: Time = time.parse().ok()?;
                let first = day.to_datetime(time);
                let last = if precision == Precision::Minute {
                    day.to_datetime(Time::new(time.hour(), time.minute(), 59, 999_999_999).ok()?)
                } else {
                    first
                };
                make(first, last, precision, clock)
            }
        }
    }

    /// The text it was written in.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first instant it covers, in its own clock.
    #[must_use]
    pub const fn first(&self) -> DateTime {
        self.first
    }

    /// The last instant it covers, in its own clock.
    #[must_use]
    pub const fn last(&self) -> DateTime {
        self.last
    }

    /// The first day it covers.
    #[must_use]
    pub fn first_day(&self) -> Day {
        self.first.date()
    }

    /// The last day it covers: a coarse `known` counts from here.
    #[must_use]
    pub fn last_day(&self) -> Day {
        self.last.date()
    }

    /// How exactly it is known.
    #[must_use]
    pub const fn precision(&self) -> Precision {
        self.precision
    }

    /// What is known of its clock.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        self.clock
    }

    /// Whether it was known at the end of `day`; a missing date means every day.
    #[must_use]
    pub fn known_on(&self, day: Option<Day>) -> bool {
        day.is_none_or(|day| self.last_day() <= day)
    }

    /// Whether the two may overlap, each taken as its whole interval of civil time.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

fn digits(text: &str) -> Option<i16> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn civil_day(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() != 2 {
        return None;
    }
    Date::new(
        digits(year)?,
        digits(month)?.try_into().ok()?,
        digits(day)?.try_into().ok()?,
    )
    .ok()
}

/// Time of day and clock of `hh:mm[:ss[.f]][Z|±hh:mm]`.
fn split_offset(text: &str) -> Option<(&str, Clock)> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time, Clock::Offset(0)));
    }
    let Some(at) = text.rfind(['+', '-']) else {
        return Some((text, Clock::Unknown));
    };
    let (time, offset) = text.split_at_checked(at)?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let offset = offset.get(1..)?;
    let (hours, minutes) = offset.split_once(':').or_else(|| offset.split_at_checked(2))?;
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    if hours > 25 || minutes > 59 {
        return None;
    }
    Some((
        time,
        Clock::Offset(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)),
    ))
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Moment {
    /// By last instant, then first, then text: the order in which things are known.
    fn cmp(&self, other: &Self) -> Ordering {
        (self.last, self.first, &self.text).cmp(&(other.last, other.first, &other.text))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl TryFrom<String> for Moment {
    type Error = MomentError;
    fn try_from(text: String) -> Result<Self, MomentError> {
        Self::parse(&text)
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_counts_from_its_last_day() {
        let month = Moment::parse("2014-11").unwrap();
        assert_eq!(month.last_day(), jiff::civil::date(2014, 11, 30));
        assert!(!month.known_on(Some(jiff::civil::date(2014, 11, 29))));
        assert!(month.known_on(Some(jiff::civil::date(2014, 11, 30))));
    }

    #[test]
    fn offsets_are_kept_and_missing_ones_stay_unknown() {
        let with = Moment::parse("2014-12-02T09:00-08:00").unwrap();
        assert_eq!(with.clock(), Clock::Offset(-28800));
        let without = Moment::parse("2014-12-02T09:00:01").unwrap();
        assert_eq!(without.clock(), Clock::Unknown);
        assert_eq!(without.precision(), Precision::Second);
    }

    #[test]
    fn intervals_cover_both_ends() {
        let span = Moment::parse("2014-09..2014-11").unwrap();
        assert_eq!(span.first_day(), jiff::civil::date(2014, 9, 1));
        assert_eq!(span.last_day(), jiff::civil::date(2014, 11, 30));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "soon",
            "2014-13",
            "2014-02-30",
            "2014-11..2014-09",
            "20x4",
            "2014-1-1T",
            "２０１４",
        ] {
            assert!(Moment::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn epoch_times_are_utc() {
        let at = Moment::of_epoch_micros(1_416_787_200_500_000).unwrap();
        assert_eq!(at.text(), "2014-11-24T00:00:00.5Z");
        assert_eq!(at.clock(), Clock::Offset(0));
    }
}
