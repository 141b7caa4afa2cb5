//! Lines of syslog in the forms that files hold: RFC 3164, RFC 5424 and rsyslog's with ISO times.

use crate::log::when::When;

/// One line taken apart; places are bytes of the line.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'l> {
    /// When; none where the form has no year.
    pub at: Option<When>,
    /// The line has a month, a day and a time, but no year.
    pub no_year: bool,
    /// Host.
    pub host: &'l [u8],
    /// Program, without process number.
    pub program: &'l [u8],
    /// First byte of the message.
    pub message: usize,
}

const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// `line` taken apart; none where it is not written like one of syslog.
pub fn parts(line: &[u8]) -> Option<Parts<'_>> {
    let (priority, rest) = priority(line);
    if priority && let Some(rest) = rest.strip_prefix(b"1 ") {
        return structured(line, rest);
    }
    let (at, no_year, rest) = if let Some(rest) = short_date(rest) {
        (None, true, rest)
    } else {
        let end = memchr::memchr(b' ', rest)?;
        let (date, after) = rest.split_at_checked(end)?;
        // An ISO date with its time; an epoch number is another kind of log.
        if date.len() < 19 || date.get(10) != Some(&b'T') {
            return None;
        }
        (Some(When::parse(date)?), false, after)
    };
    let rest = rest.trim_ascii_start();
    let end = memchr::memchr(b' ', rest)?;
    let (host, rest) = rest.split_at_checked(end)?;
    if host.is_empty() || host.len() > 255 || !host.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let colon = rest.iter().take(128).position(|byte| *byte == b':')?;
    let tag = rest.get(..colon)?;
    let program = tag.split(|byte| *byte == b'[').next()?;
    let fits = !program.is_empty()
        && program.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'@' | b'(' | b')')
        });
    if !fits {
        return None;
    }
    let message = rest.get(colon.saturating_add(1)..)?.trim_ascii_start();
    Some(Parts {
        at,
        no_year,
        host,
        program,
        message: line.len().saturating_sub(message.len()),
    })
}

/// Whether the line begins with `<number>`, and what follows.
fn priority(line: &[u8]) -> (bool, &[u8]) {
    let Some(rest) = line.strip_prefix(b"<") else {
        return (false, line);
    };
    let digits = rest
        .iter()
        .take(4)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    match rest.get(digits..).and_then(|rest| rest.strip_prefix(b">")) {
        Some(after) if digits > 0 => (true, after),
        _ => (false, line),
    }
}

/// What follows `Nov 24 09:00:01 `.
fn short_date(text: &[u8]) -> Option<&[u8]> {
    let (month, rest) = text.split_at_checked(3)?;
    if !MONTHS.iter().any(|known| known.as_slice() == month) {
        return None;
    }
    match rest {
        [b' ', d1, d2, b' ', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] => {
            let day = (d1.is_ascii_digit() || *d1 == b' ') && d2.is_ascii_digit();
            let time = [h1, h2, m1, m2, s1, s2].iter().all(|byte| byte.is_ascii_digit());
            (day && time && rest.first() == Some(&b' ')).then_some(rest)
        }
        _ => None,
    }
}

/// The parts behind `<34>1 ` of RFC 5424.
fn structured<'l>(line: &'l [u8], rest: &'l [u8]) -> Option<Parts<'l>> {
    let mut rest = rest;
    let mut next = || {
        let end = memchr::memchr(b' ', rest)?;
        let (word, after) = rest.split_at_checked(end)?;
        rest = after.get(1..)?;
        Some(word)
    };
    let (date, host, program, _process, _id) = (next()?, next()?, next()?, next()?, next()?);
    let at = if date == b"-" {
        None
    } else {
        Some(When::parse(date)?)
    };
    let mut at_byte = 0usize;
    if rest.first() == Some(&b'-') {
        at_byte = 1;
    } else {
        // Elements in brackets; a quote may be escaped.
        let (mut quoted, mut escaped, mut open) = (false, false, false);
        for (place, byte) in rest.iter().enumerate() {
            if escaped {
                escaped = false;
                continue;
            }
            match byte {
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'[' if !quoted => open = true,
                b']' if !quoted => {
                    open = false;
                    at_byte = place.saturating_add(1);
                }
                b' ' if !quoted && !open => break,
                _ => {}
            }
        }
    }
    let message = rest.get(at_byte..)?.trim_ascii_start();
    let message = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message);
    let none = |word: &'l [u8]| if word == b"-" { &[] } else { word };
    Some(Parts {
        at,
        no_year: false,
        host: none(host),
        program: none(program),
        message: line.len().saturating_sub(message.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(line: &str) -> String {
        parts(line.as_bytes()).map_or_else(
            || "no".to_owned(),
            |parts| {
                format!(
                    "{} {} {} | {}",
                    parts.at.and_then(When::moment).map_or_else(
                        || format!("no year: {}", parts.no_year),
                        |at| at.text().to_owned()
                    ),
                    String::from_utf8_lossy(parts.host),
                    String::from_utf8_lossy(parts.program),
                    line.get(parts.message..).unwrap()
                )
            },
        )
    }

    #[test]
    fn forms_of_lines() {
        for (line, expected) in [
            (
                "Nov 24 09:00:01 web1 sshd[412]: Invalid user a from 203.0.113.9",
                "no year: true web1 sshd | Invalid user a from 203.0.113.9",
            ),
            (
                "<38>Nov  4 09:00:01 web1 su: (to root) a on pts/0",
                "no year: true web1 su | (to root) a on pts/0",
            ),
            (
                "2014-11-24T09:00:01.250000-08:00 web1 sudo:    a : TTY=x",
                "2014-11-24T09:00:01.25-08:00 web1 sudo | a : TTY=x",
            ),
            (
                "<34>1 2014-11-24T09:00:01.003Z web1 su 12 ID47 [x@1 a=\"] \\\" b\"][y@1] \u{feff}(to root) a on pts/0",
                "2014-11-24T09:00:01.003Z web1 su | (to root) a on pts/0",
            ),
            ("<34>1 - - su - - - text", "no year: false  su | text"),
            ("November was cold: nobody came", "no"),
            (
                "203.0.113.9 - - [24/Nov/2014:09:00:01 -0800] \"GET / HTTP/1.1\" 200 1",
                "no",
            ),
        ] {
            assert_eq!(show(line), expected, "{line}");
        }
    }
}
