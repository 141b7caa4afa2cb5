//! Dates that a text states about itself, in forms that cannot be read two ways.
//!
//! Reads `19 December 2014`, `Dec. 19, 2014`, `2014-12-19`, `19/12/2014` (only where one number is above 12) and mail
//! dates. Does not resolve "Friday" or dates without a year: that needs context and belongs to an engine.

use ascribe_model::Moment;
use ascribe_model::calendar::{self, WEEKDAYS};
use jiff::civil::Date;

/// Month (1 to 12) of an English month name or its usual abbreviation.
#[must_use]
pub fn month(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    if word.len() < 3 {
        return None;
    }
    calendar::month(&word)
}

fn is_weekday(word: &str) -> bool {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    WEEKDAYS
        .iter()
        .any(|day| *day == word || (word.len() >= 3 && word.len() <= 5 && day.starts_with(&word)))
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| {
        c.is_whitespace() || c == ',' || c == '(' || c == ')' || c == '|' || c == '•' || c == '·'
    })
    .filter(|word| !word.is_empty())
    .take(40)
    .collect()
}

fn year(word: &str) -> Option<i16> {
    (word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()))
        .then(|| word.parse().ok())
        .flatten()
        .filter(|year| (1970..=2100).contains(year))
}

fn day_number(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
    let suffix = word.strip_prefix(digits)?.trim_end_matches('.');
    if digits.is_empty() || digits.len() > 2 || !["", "st", "nd", "rd", "th"].contains(&suffix) {
        return None;
    }
    digits.parse().ok()
}

/// A date at the start of `words`, and how many of them it takes.
fn date_at(words: &[&str]) -> Option<(Date, usize)> {
    if let [first, ..] = words
        && let Some(day) = numeric(first)
    {
        return Some((day, 1));
    }
    if let [a, b, c, ..] = words {
        let year = year(c.trim_end_matches(['.', ':', ';']))?;
        let (month, day) = match (month(a), month(b)) {
            (Some(month), _) => (month, day_number(b)?),
            (None, Some(month)) => (month, day_number(a)?),
            _ => return None,
        };
        return Date::new(year, month, day).ok().map(|date| (date, 3));
    }
    None
}

fn numeric(word: &str) -> Option<Date> {
    let word = word.trim_end_matches(['.', ';', ':']);
    if let Ok(at) = Moment::parse(word)
        && word.len() >= 10
        && !word.contains("..")
    {
        return plausible(at.first_day());
    }
    let parts: Vec<&str> = word.split(['/', '.']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    if let (Some(year), Ok(month), Ok(day)) = (year(a), b.parse::<i8>(), c.parse::<i8>()) {
        return Date::new(year, month, day).ok();
    }
    let (a, b, year) = (a.parse::<i8>().ok()?, b.parse::<i8>().ok()?, year(c)?);
    match (a, b) {
        (13.., 1..=12) => Date::new(year, b, a).ok(),
        (1..=12, 13..) => Date::new(year, a, b).ok(),
        (1..=12, 1..=12) if a == b => Date::new(year, a, b).ok(),
        _ => None,
    }
}

fn plausible(day: Date) -> Option<Date> {
    (1970..=2100).contains(&day.year()).then_some(day)
}

/// What a dated line says its date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stated {
    /// Published, posted, released, or a bare date line.
    Published,
    /// Updated, modified.
    Updated,
}

/// The date of a line that consists of a date: optional label, weekday, time of day and byline around it.
#[must_use]
pub fn date_line(line: &str) -> Option<(Stated, Date)> {
    if line.len() > 140 {
        return None;
    }
    let words = words(line);
    let at = (0..words.len()).find(|at| words.get(*at..).and_then(date_at).is_some())?;
    let (day, taken) = date_at(words.get(at..)?)?;
    let mut stated = Stated::Published;
    let mut byline = false;
    let mut labelled = false;
    for (index, word) in words.iter().take(at).enumerate() {
        let plain = word.trim_end_matches(':').to_ascii_lowercase();
        match plain.as_str() {
            "published" | "posted" | "released" | "publication" | "release" | "issued" | "date" | "dated"
            | "created" => labelled = true,
            "updated" | "modified" | "revised" | "edited" => {
                labelled = true;
                stated = Stated::Updated;
            }
            "first" | "last" | "on" | "at" | "-" | "–" | "—" | "original" | "for" | "immediate" => {}
            "by" if index == 0 => byline = true,
            _ if is_weekday(&plain) || is_time(&plain) => {}
            _ if byline && word.chars().next().is_some_and(char::is_uppercase) => {}
            _ if byline && ["and", "of", "de", "van", "von", "in", "at"].contains(&plain.as_str()) => {}
            _ => return None,
        }
    }
    let rest = words.get(at.saturating_add(taken)..).unwrap_or_default();
    // After the date: a time of day and its zone, a second label; prose means that this is a sentence, not a date line.
    for word in rest {
        let plain = word.trim_end_matches([':', '.']).to_ascii_lowercase();
        let zone = word.len() <= 5 && word.bytes().all(|b| b.is_ascii_uppercase());
        let time = is_time(&plain);
        let known = [
            "at",
            "by",
            "-",
            "–",
            "—",
            "updated",
            "published",
            "last",
            "am",
            "pm",
            "a.m",
            "p.m",
            "gmt",
            "utc",
            "read",
            "min",
            "comments",
        ]
        .contains(&plain.as_str());
        if !(zone
            || time
            || known
            || date_at(&[word]).is_some()
            || labelled && month(word).is_some()
            || day_number(word).is_some()
            || year(word).is_some())
        {
            return None;
        }
    }
    Some((stated, day))
}

fn is_time(word: &str) -> bool {
    word.len() <= 14
        && word.starts_with(|c: char| c.is_ascii_digit())
        && word.contains([':', 'm'])
        && word
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | 'a' | 'p' | 'm' | 'z' | 'h' | '+' | '-'))
}

/// The date of a dateline with its year: `PYONGYANG, December 7, 2014 (KCNA) --`.
#[must_use]
pub fn dateline(paragraph: &str) -> Option<Date> {
    let head: String = paragraph.chars().take(120).collect();
    let (head, _) = head
        .split_once(" -- ")
        .or_else(|| head.split_once(" — "))
        .or_else(|| head.split_once(" – "))?;
    let (place, rest) = head.split_once(',')?;
    if place.is_empty() || place.chars().any(char::is_lowercase) {
        return None;
    }
    let words = words(rest);
    (0..words.len().min(4))
        .find_map(|at| words.get(at..).and_then(date_at))
        .map(|(day, _)| day)
}

/// A mail date (RFC 5322 with its obsolete forms, and the `ctime` form), as the moment it states.
/// Without a zone the clock stays unknown.
#[must_use]
pub fn mail_date(text: &str) -> Option<Moment> {
    let text: String = text.chars().take(120).collect();
    let plain = text.split('(').next().unwrap_or_default().replace(',', " ");
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    if words.first().is_some_and(|word| is_weekday(word)) {
        words.remove(0);
    }
    let (day, month_name, year_word, time, zone) = match words.as_slice() {
        // Nov 24 09:00:00 [zone] 2014
        [name, day, time, year] if month(name).is_some() => (*day, *name, *year, *time, None),
        [name, day, time, zone, year] if month(name).is_some() && time.contains(':') => {
            (*day, *name, *year, *time, Some(*zone))
        }
        [day, name, year, time, rest @ ..] => (*day, *name, *year, *time, rest.first().copied()),
        _ => return None,
    };
    let month = month(month_name)?;
    let day: i8 = day.parse().ok()?;
    let year: i16 = match (year_word.len(), year_word.parse::<i16>().ok()?) {
        (2, year @ 0..=49) => year.saturating_add(2000),
        (2 | 3, year @ 0..) => year.saturating_add(1900),
        (4, year) => year,
        _ => return None,
    };
    let date = Date::new(year, month, day).ok()?;
    let parts: Vec<u8> = time
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (*hour, *minute, 0),
        // A leap second has no civil time of its own here.
        [hour, minute, second] => (*hour, *minute, (*second).min(59)),
        _ => return None,
    };
    let zone = zone.and_then(offset).unwrap_or_default();
    Moment::parse(&format!("{date}T{hour:02}:{minute:02}:{second:02}{zone}")).ok()
}

/// `±hh:mm` of a mail zone; none where it says nothing.
fn offset(zone: &str) -> Option<String> {
    let hours = match zone.to_ascii_uppercase().as_str() {
        "GMT" | "UT" | "UTC" | "Z" => return Some("Z".to_owned()),
        "EDT" => "-04:00",
        "EST" | "CDT" => "-05:00",
        "CST" | "MDT" => "-06:00",
        "MST" | "PDT" => "-07:00",
        "PST" => "-08:00",
        other => {
            let (sign, digits) = other.split_at_checked(1)?;
            if !["+", "-"].contains(&sign) || digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit())
            {
                return None;
            }
            let (hours, minutes) = digits.split_at_checked(2)?;
            return Some(format!("{sign}{hours}:{minutes}"));
        }
    };
    Some(hours.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_lines_are_read_only_where_they_cannot_mean_anything_else() {
        let day = |text: &str| date_line(text).map(|(_, day)| day.to_string());
        assert_eq!(day("Published: 18 December 2014").as_deref(), Some("2014-12-18"));
        assert_eq!(
            day("Friday, Dec. 19, 2014 5:05 p.m. ET").as_deref(),
            Some("2014-12-19")
        );
        assert_eq!(
            day("By David Sanger | December 19, 2014").as_deref(),
            Some("2014-12-19")
        );
        assert_eq!(day("2014-12-19T12:00:00Z").as_deref(), Some("2014-12-19"));
        assert_eq!(day("24/11/2014").as_deref(), Some("2014-11-24"));
        assert_eq!(day("03/04/2014"), None);
        assert_eq!(day("On Dec. 19, the agency said"), None);
        assert_eq!(
            day("The company said on December 19, 2014 that it had found nothing"),
            None
        );
        assert_eq!(day("December 19, 2014 was a bad day"), None);
        assert_eq!(
            date_line("Last updated: 2 January 2015").unwrap().0,
            Stated::Updated
        );
        assert_eq!(
            dateline("PYONGYANG, December 7, 2014 (KCNA) -- The")
                .unwrap()
                .to_string(),
            "2014-12-07"
        );
        assert_eq!(dateline("SEOUL, Dec 7 (Reuters) -- The"), None);
    }

    #[test]
    fn mail_dates_keep_their_offset_and_never_invent_one() {
        let text = |date: &str| mail_date(date).map(|at| at.text().to_owned());
        assert_eq!(
            text("Mon, 24 Nov 2014 09:00:01 -0800 (PST)").as_deref(),
            Some("2014-11-24T09:00:01-08:00")
        );
        assert_eq!(
            text("24 Nov 14 09:00 GMT").as_deref(),
            Some("2014-11-24T09:00:00Z")
        );
        assert_eq!(
            text("Mon Nov 24 09:00:00 2014").as_deref(),
            Some("2014-11-24T09:00:00")
        );
        assert_eq!(
            text("Mon, 24 Nov 2014 09:00:01").as_deref(),
            Some("2014-11-24T09:00:01")
        );
        assert_eq!(text("Mon, 31 Feb 2014 09:00:01 +0000"), None);
        assert_eq!(text("yesterday"), None);
    }
}
