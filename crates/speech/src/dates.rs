//! Dates in running text, resolved to days or intervals against the day of publication.
//!
//! "late November", "on Friday", "last year", "Saturday (Dec 6)", "four years ago". A date whose year is not written is
//! the last one on or before publication; without a day of publication it stays open. Nothing is guessed beyond that.

use std::ops::Range;

use ascribe_model::Moment;
use ascribe_model::calendar::{WEEKDAYS, month};
use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::words::{Shape, Words};

/// A date expression: its tokens and the days it may mean, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dated {
    pub(crate) tokens: Range<usize>,
    pub(crate) first: Date,
    pub(crate) last: Date,
}

impl Dated {
    /// As it is written out: a day, a month, a year or `a..b`.
    pub(crate) fn text(&self) -> String {
        let (first, last) = (self.first, self.last);
        if first == last {
            return first.to_string();
        }
        if first.day() == 1 && last == first.last_of_month() {
            return format!("{:04}-{:02}", first.year(), first.month());
        }
        if first.day() == 1 && first.month() == 1 && last == date_or(first.year(), 12, 31, last) {
            return format!("{:04}", first.year());
        }
        format!("{first}..{last}")
    }
}

fn date_or(year: i16, month: i8, day: i8, other: Date) -> Date {
    Date::new(year, month, day).unwrap_or(other)
}

const COUNTS: [&str; 12] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];

/// Every date in tokens `range`, in order.
pub(crate) fn dates(words: &Words<'_>, range: Range<usize>, published: Option<&Moment>) -> Vec<Dated> {
    let day = published.map(Moment::last_day);
    let mut found = Vec::new();
    let mut at = range.start;
    while at < range.end {
        if let Some(mut one) = at_token(words, at, day)
            && one.tokens.end <= range.end
        {
            // "Saturday (Dec 6)": the second says which.
            let open = one.tokens.end;
            if words.is_mark(open, '(')
                && let Some(inner) = at_token(words, open.saturating_add(1), day)
            {
                one = Dated {
                    tokens: one.tokens.start..inner.tokens.end.saturating_add(1).min(range.end),
                    ..inner
                };
            }
            at = one.tokens.end.max(at.saturating_add(1));
            found.push(one);
        } else {
            at = at.saturating_add(1);
        }
    }
    found
}

fn number(words: &Words<'_>, at: usize) -> Option<i64> {
    let token = words.at(at)?;
    let low = words.low(at);
    if token.shape == Shape::Number {
        return low.parse().ok();
    }
    let digits = low.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let tail = low.get(digits.len()..).unwrap_or_default();
    if !digits.is_empty() && matches!(tail, "st" | "nd" | "rd" | "th") {
        return digits.parse().ok();
    }
    let count = COUNTS.iter().position(|name| *name == low)?;
    i64::try_from(count.saturating_add(1)).ok()
}

fn year(words: &Words<'_>, at: usize) -> Option<i16> {
    let token = words.at(at)?;
    let low = words.low(at);
    (token.shape == Shape::Number && low.len() == 4)
        .then(|| low.parse().ok())
        .flatten()
        .filter(|year| (1970..=2100).contains(year))
}

fn skip(words: &Words<'_>, at: usize, mark: char) -> usize {
    if words.is_mark(at, mark) {
        at.saturating_add(1)
    } else {
        at
    }
}

fn at_token(words: &Words<'_>, at: usize, published: Option<Date>) -> Option<Dated> {
    let low = words.low(at);
    let make = |to: usize, first: Date, last: Date| {
        Some(Dated {
            tokens: at..to,
            first,
            last,
        })
    };
    let next = at.saturating_add(1);
    // late November, mid-September
    let (part, from) = match low {
        "early" | "late" | "mid" => (Some(low), skip(words, next, '-')),
        _ => (None, at),
    };
    let glued = low
        .strip_prefix("mid-")
        .or_else(|| low.strip_prefix("late-"))
        .or_else(|| low.strip_prefix("early-"));
    if let Some(number) = glued.and_then(month) {
        let part = low.split('-').next();
        let (first, last, to) = whole_month(words, next, number, published)?;
        let (first, last) = third(first, last, part);
        return make(to, first, last);
    }
    let named = |index: usize| {
        let proper = words.is_name(index);
        month(words.low(index)).filter(|_| proper)
    };
    if let Some(number) = named(from) {
        let after = skip(words, from.saturating_add(1), '.');
        if part.is_none()
            && let Some(day) = self::number(words, after).filter(|day| (1..=31).contains(day))
            && year(words, after).is_none()
        {
            let mut to = after.saturating_add(1);
            let comma = skip(words, to, ',');
            let written = year(words, comma);
            if written.is_some() {
                to = comma.saturating_add(1);
            }
            let day = i8::try_from(day).ok()?;
            let on = resolve(written, published, |year| Date::new(year, number, day).ok())?;
            return make(to, on, on);
        }
        let (first, last, to) = whole_month(words, after, number, published)?;
        let (first, last) = third(first, last, part);
        // "may" and "march" are words too.
        let shy = matches!(words.low(from), "may" | "march") && part.is_none() && to == after;
        let led = from
            .checked_sub(1)
            .map(|back| words.low(back))
            .unwrap_or_default();
        if shy
            && !matches!(
                led,
                "in" | "since" | "last" | "of" | "by" | "until" | "from" | "to"
            )
        {
            return None;
        }
        return make(to, first, last);
    }
    // 19 December 2014
    if let Some(day) = self::number(words, at).filter(|day| (1..=31).contains(day))
        && let Some(number) = named(next)
        && words
            .at(at)
            .is_some_and(|token| token.shape == Shape::Number || words.low(at).len() <= 4)
    {
        let after = skip(words, next.saturating_add(1), '.');
        let comma = skip(words, after, ',');
        let written = year(words, comma);
        let to = if written.is_some() {
            comma.saturating_add(1)
        } else {
            next.saturating_add(1)
        };
        let day = i8::try_from(day).ok()?;
        let on = resolve(written, published, |year| Date::new(year, number, day).ok())?;
        return make(to, on, on);
    }
    if let Some(year) = year(words, at) {
        let led = at.checked_sub(1).map(|back| words.low(back)).unwrap_or_default();
        let dated = matches!(
            led,
            "in" | "since"
                | "around"
                | "during"
                | "by"
                | "of"
                | "until"
                | "from"
                | "to"
                | "before"
                | "after"
                | "the"
                | "late"
                | "early"
                | "mid"
                | "through"
                | "and"
        );
        if dated && !words.low(next).starts_with("hackers") && !words.low(next).starts_with("people") {
            return make(next, date(year, 1, 1), date(year, 12, 31));
        }
        return None;
    }
    let today = published?;
    if let Some(weekday) = WEEKDAYS
        .iter()
        .position(|name| *name == low)
        .filter(|_| words.is_name(at))
    {
        let now = i64::from(today.weekday().to_monday_zero_offset());
        let back = now.saturating_sub(i64::try_from(weekday).ok()?).rem_euclid(7);
        let on = today.checked_sub(back.days()).ok()?;
        return make(next, on, on);
    }
    match low {
        "today" | "tonight" => return make(next, today, today),
        "yesterday" => {
            let on = today.yesterday().ok()?;
            return make(next, on, on);
        }
        "last" | "this" | "earlier" => {
            let (unit, to) = if low == "earlier" && words.low(next) == "this" {
                (words.low(next.saturating_add(1)), next.saturating_add(2))
            } else {
                (words.low(next), next.saturating_add(1))
            };
            let back = i64::from(low == "last");
            match unit {
                "year" => {
                    let year = today.checked_sub(back.years()).ok()?.year();
                    let end = if back == 0 { today } else { date(year, 12, 31) };
                    return make(to, date(year, 1, 1), end);
                }
                "month" => {
                    let first = today.first_of_month().checked_sub(back.months()).ok()?;
                    let end = if back == 0 { today } else { first.last_of_month() };
                    return make(to, first, end);
                }
                "week" => {
                    let monday = today
                        .checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days())
                        .ok()?
                        .checked_sub(back.weeks())
                        .ok()?;
                    let sunday = monday.checked_add(6.days()).ok()?;
                    return make(to, monday, if back == 0 { today } else { sunday });
                }
                _ => return None,
            }
        }
        _ => {}
    }
    // four years ago
    let count = self::number(words, at).filter(|count| (1..=200).contains(count))?;
    let unit = words.low(next);
    if words.low(next.saturating_add(1)) != "ago" {
        return None;
    }
    let to = next.saturating_add(2);
    match unit.trim_end_matches('s') {
        "year" => {
            // Counted in calendar years, said loosely: the year or the one before.
            let year = today.checked_sub(count.years()).ok()?.year();
            make(to, date(year.saturating_sub(1), 1, 1), date(year, 12, 31))
        }
        "month" => {
            let first = today.first_of_month().checked_sub(count.months()).ok()?;
            make(to, first, first.last_of_month())
        }
        "week" => {
            let on = today.checked_sub(count.weeks()).ok()?;
            make(to, on.checked_sub(3.days()).ok()?, on.checked_add(3.days()).ok()?)
        }
        "day" => {
            let on = today.checked_sub(count.days()).ok()?;
            make(to, on, on)
        }
        _ => None,
    }
}

/// The month with the year that is written behind it ("November 2014", "March last year"), else the last one.
fn whole_month(
    words: &Words<'_>,
    at: usize,
    number: i8,
    published: Option<Date>,
) -> Option<(Date, Date, usize)> {
    let comma = skip(words, at, ',');
    let (written, to) = match (year(words, comma), words.low(at), words.low(at.saturating_add(1))) {
        (Some(year), ..) => (Some(year), comma.saturating_add(1)),
        (None, "last", "year") => (Some(published?.year().saturating_sub(1)), at.saturating_add(2)),
        (None, "this", "year") => (Some(published?.year()), at.saturating_add(2)),
        _ => (None, at),
    };
    let first = resolve(written, published, |year| Date::new(year, number, 1).ok())?;
    Some((first, first.last_of_month(), to))
}

fn third(first: Date, last: Date, part: Option<&str>) -> (Date, Date) {
    let on = |day: i8| Date::new(first.year(), first.month(), day).unwrap_or(last);
    match part {
        Some("early") => (first, on(10)),
        Some("mid") => (on(10), on(20)),
        Some("late") => (on(21), last),
        _ => (first, last),
    }
}

/// The date in the written year, else the last one on or before publication.
fn resolve(
    written: Option<i16>,
    published: Option<Date>,
    make: impl Fn(i16) -> Option<Date>,
) -> Option<Date> {
    if let Some(year) = written {
        return make(year);
    }
    let published = published?;
    make(published.year())
        .filter(|date| *date <= published)
        .or_else(|| make(published.year().saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, published: &str) -> Vec<String> {
        let words = Words::of(text);
        let published = Moment::parse(published).ok();
        dates(&words, 0..words.len(), published.as_ref())
            .iter()
            .map(Dated::text)
            .collect()
    }

    #[test]
    fn expressions_are_counted_from_the_day_of_publication() {
        for (text, date) in [
            ("in late November", "2014-11-21..2014-11-30"),
            ("said on Friday that", "2014-12-19"),
            ("quoted Monday", "2014-12-15"),
            ("obtained on Saturday (Dec 6).", "2014-12-06"),
            ("On Dec. 19, the agency", "2014-12-19"),
            ("March last year", "2013-03"),
            ("In March 2013 the", "2013-03"),
            ("four years ago", "2009-01-01..2010-12-31"),
            ("launched last month", "2014-11"),
            ("established around 2009 by", "2009"),
            ("from mid-September", "2014-09-10..2014-09-20"),
            ("on 24 November", "2014-11-24"),
            ("Dec. 31", "2013-12-31"),
        ] {
            assert_eq!(shown(text, "2014-12-19"), [date], "{text}");
        }
        assert!(shown("it may say so; they march on", "2014-12-19").is_empty());
    }
}
