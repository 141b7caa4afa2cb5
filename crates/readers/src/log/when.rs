//! Times as logs write them: epoch numbers, ISO 8601, the dates of web servers.
//!
//! A time without an offset stays local with an unknown offset. An order of day and month that the text does not
//! tell is not guessed.

use ascribe_model::{Moment, calendar};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// A time: microseconds since 1970 on its own clock, and the clock's offset where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    civil_micros: i64,
    offset_s: Option<i32>,
}

impl When {
    /// So many microseconds after 1970-01-01T00:00:00Z.
    pub const fn utc(micros: i64) -> Self {
        Self {
            civil_micros: micros,
            offset_s: Some(0),
        }
    }

    /// What sorts: UTC where the offset is known, the clock's own time otherwise.
    pub fn order(self) -> i64 {
        let offset = i64::from(self.offset_s.unwrap_or(0));
        self.civil_micros.saturating_sub(offset.saturating_mul(1_000_000))
    }

    /// Moved by `micros`.
    pub const fn plus(self, micros: i64) -> Self {
        Self {
            civil_micros: self.civil_micros.saturating_add(micros),
            ..self
        }
    }

    /// As a moment; none outside the years 1 to 9999.
    pub fn moment(self) -> Option<Moment> {
        if self.offset_s == Some(0) {
            return Moment::of_epoch_micros(self.civil_micros);
        }
        let stamp = jiff::Timestamp::from_microsecond(self.civil_micros).ok()?;
        let text = Offset::UTC
            .to_datetime(stamp)
            .strftime("%Y-%m-%dT%H:%M:%S%.f")
            .to_string();
        let zone = match self.offset_s {
            Some(offset) => {
                let minutes = offset.unsigned_abs() / 60;
                let sign = if offset < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            None => String::new(),
        };
        Moment::parse(&format!("{text}{zone}")).ok()
    }

    /// The time that `bytes` say.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.trim_ascii();
        let bytes = match bytes {
            [b'[', inside @ .., b']'] => inside,
            other => other,
        };
        if bytes.len() < 9 || bytes.len() > 48 {
            return None;
        }
        if bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
            return epoch(bytes);
        }
        let (date, rest) = date(bytes)?;
        let rest = match rest {
            [b'T' | b't' | b' ' | b':', rest @ ..] => rest.trim_ascii_start(),
            _ => return None,
        };
        let (time, zone) = clock(rest)?;
        Self::of(DateTime::from_parts(date, time), offset(zone.trim_ascii())?)
    }

    /// The time of a date and a time of day in cells of their own, and an offset in a third.
    pub fn of_parts(day: &[u8], time: &[u8], zone: &[u8]) -> Option<Self> {
        let (date, rest) = date(day.trim_ascii())?;
        if !rest.trim_ascii().is_empty() {
            return None;
        }
        let (time, own) = clock(time.trim_ascii())?;
        let zone = zone.trim_ascii();
        let zone = if zone.is_empty() { own.trim_ascii() } else { zone };
        Self::of(DateTime::from_parts(date, time), offset(zone)?)
    }

    fn of(civil: DateTime, offset_s: Option<i32>) -> Option<Self> {
        let stamp = Offset::UTC.to_timestamp(civil).ok()?;
        Some(Self {
            civil_micros: stamp.as_microsecond(),
            offset_s,
        })
    }

    /// This time on a clock of known offset, where its own offset is unknown.
    pub const fn or_offset(self, offset_s: Option<i32>) -> Self {
        match self.offset_s {
            Some(_) => self,
            None => Self { offset_s, ..self },
        }
    }
}

/// Whether `bytes` are a time of day, alone or behind a date that is not read.
pub fn looks_like_time(bytes: &[u8]) -> bool {
    bytes
        .split(|byte| *byte == b' ')
        .any(|word| clock(word).is_some_and(|(_, rest)| rest.is_empty()))
}

/// Whole microseconds of decimal text, in units of `unit_micros`; none for anything else.
pub fn micros(text: &[u8], unit_micros: i64) -> Option<i64> {
    let text = text.trim_ascii();
    let point = text.iter().position(|byte| *byte == b'.').unwrap_or(text.len());
    let (whole, part) = (
        text.get(..point)?,
        text.get(point..)?.get(1..).unwrap_or_default(),
    );
    if whole.is_empty() {
        return None;
    }
    let mut value = number(whole)?.checked_mul(unit_micros)?;
    let mut unit = unit_micros;
    for byte in part {
        if !byte.is_ascii_digit() {
            return None;
        }
        unit /= 10;
        value = value.checked_add(i64::from(byte - b'0').checked_mul(unit)?)?;
    }
    Some(value)
}

/// Digits as a number.
fn number(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    text.iter().try_fold(0i64, |sum, byte| {
        byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'))
    })
}

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, told by their length (years 1973 to 2286).
fn epoch(bytes: &[u8]) -> Option<When> {
    let whole = bytes.iter().position(|byte| *byte == b'.').unwrap_or(bytes.len());
    let civil_micros = match whole {
        9 | 10 => micros(bytes, 1_000_000)?,
        13 => micros(bytes, 1_000)?,
        16 => micros(bytes, 1)?,
        19 if whole == bytes.len() => number(bytes.get(..16)?)?,
        _ => return None,
    };
    Some(When {
        civil_micros,
        offset_s: Some(0),
    })
}

/// The date that `bytes` begin with, and what follows: `2014-11-24`, `2014/11/24`, `24/Nov/2014`, `24-Nov-2014`.
fn date(bytes: &[u8]) -> Option<(Date, &[u8])> {
    let part = |range: std::ops::Range<usize>| number(bytes.get(range)?);
    if let [_, _, _, _, b'-' | b'/', _, _, b'-' | b'/', _, _, rest @ ..] = bytes {
        return Some((civil(part(0..4)?, part(5..7)?, part(8..10)?)?, rest));
    }
    let day_digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=2).contains(&day_digits) {
        return None;
    }
    match bytes.get(day_digits..)? {
        [
            b'/' | b'-' | b' ',
            a,
            b,
            c,
            b'/' | b'-' | b' ',
            y1,
            y2,
            y3,
            y4,
            rest @ ..,
        ] => {
            let name = [*a, *b, *c].map(|byte| byte.to_ascii_lowercase());
            let month = calendar::month(std::str::from_utf8(&name).ok()?)?;
            let year = number(&[*y1, *y2, *y3, *y4])?;
            Some((civil(year, month.into(), part(0..day_digits)?)?, rest))
        }
        _ => None,
    }
}

fn civil(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(
        year.try_into().ok()?,
        month.try_into().ok()?,
        day.try_into().ok()?,
    )
    .ok()
}

/// The time of day that `bytes` begin with (`9:00`, `09:00:01`, `09:00:01.25`, `09:00:01,25`), and what follows.
fn clock(bytes: &[u8]) -> Option<(Time, &[u8])> {
    let digits = |from: &[u8]| from.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let hour_len = digits(bytes);
    let (hour, rest) = bytes.split_at_checked(hour_len)?;
    let (minute, rest) = rest.strip_prefix(b":")?.split_at_checked(2)?;
    let (mut second, mut nanos, mut rest) = (0i64, 0i64, rest);
    if let Some(after) = rest.strip_prefix(b":") {
        let (digits_two, after) = after.split_at_checked(2)?;
        // A leap second counts as the one before.
        second = number(digits_two)?.min(59);
        rest = after;
        if let [b'.' | b',', after @ ..] = rest {
            let len = digits(after);
            if len == 0 {
                return None;
            }
            let mut unit = 100_000_000i64;
            for byte in after.get(..len)? {
                nanos = nanos.saturating_add(i64::from(byte - b'0').saturating_mul(unit));
                unit /= 10;
            }
            rest = after.get(len..)?;
        }
    }
    let time = Time::new(
        number(hour)?.try_into().ok()?,
        number(minute)?.try_into().ok()?,
        second.try_into().ok()?,
        nanos.try_into().ok()?,
    )
    .ok()?;
    Some((time, rest))
}

/// Seconds east of UTC of `Z`, `UTC`, `+01:00`, `-0800`; inner none where nothing is said, outer none for other texts.
pub fn offset(zone: &[u8]) -> Option<Option<i32>> {
    match zone {
        [] => Some(None),
        b"Z" | b"z" | b"UTC" | b"GMT" => Some(Some(0)),
        [sign @ (b'+' | b'-'), h1, h2, rest @ ..] => {
            let minutes = match rest.strip_prefix(b":").unwrap_or(rest) {
                [] => 0,
                [m1, m2] => number(&[*m1, *m2])?,
                _ => return None,
            };
            let seconds = number(&[*h1, *h2])?
                .checked_mul(3600)?
                .checked_add(minutes.checked_mul(60)?)?;
            let seconds = i32::try_from(seconds).ok().filter(|seconds| *seconds <= 93_600)?;
            Some(Some(if *sign == b'-' { -seconds } else { seconds }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(written: &str) -> String {
        When::parse(written.as_bytes())
            .and_then(When::moment)
            .map_or_else(|| "no time".to_owned(), |moment| moment.text().to_owned())
    }

    #[test]
    fn times_keep_what_is_known_of_their_clock() {
        for (written, expected) in [
            ("1416819601.250000", "2014-11-24T09:00:01.25Z"),
            ("1416819601", "2014-11-24T09:00:01Z"),
            ("1416819601250", "2014-11-24T09:00:01.25Z"),
            ("1416819601250000", "2014-11-24T09:00:01.25Z"),
            ("1416819601250000000", "2014-11-24T09:00:01.25Z"),
            ("2014-11-24T09:00:01.25Z", "2014-11-24T09:00:01.25Z"),
            ("2014-11-24T09:00:01.250000-0800", "2014-11-24T09:00:01.25-08:00"),
            ("2014-11-24 09:00:01,250", "2014-11-24T09:00:01.25"),
            ("2014/11/24 09:00:01", "2014-11-24T09:00:01"),
            ("[24/Nov/2014:09:00:01 -0800]", "2014-11-24T09:00:01-08:00"),
            ("2014-11-24 09:00:01 UTC", "2014-11-24T09:00:01Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("11/24/2014 09:00", "no time"),
            ("4/7/2017 8:54", "no time"),
            ("2014-02-30T09:00:01Z", "no time"),
            ("203.0.113.77", "no time"),
            ("99999", "no time"),
            ("tomorrow, 9", "no time"),
        ] {
            assert_eq!(text(written), expected, "{written}");
        }
    }

    #[test]
    fn a_time_that_is_not_read_still_looks_like_one() {
        for written in ["10:51:42.466871", "4/7/2017 8:54", "11/24/2014 09:00:01 AM"] {
            assert!(looks_like_time(written.as_bytes()), "{written}");
        }
        assert!(!looks_like_time(b"yesterday at nine"));
    }

    #[test]
    fn order_is_by_utc_where_it_is_known() {
        let west = When::parse(b"2014-11-24T09:00:01-08:00").unwrap();
        let utc = When::parse(b"2014-11-24T16:00:01Z").unwrap();
        assert!(utc.order() < west.order());
        assert_eq!(micros(b"1.5", 1_000_000), Some(1_500_000));
        assert_eq!(micros(b"-1.5", 1_000_000), None);
        assert_eq!(micros(b"921", 1_000), Some(921_000));
    }
}
