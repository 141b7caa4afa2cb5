//! Whether digits and colons are an IP address, or a version, a section, an object id, a clock, a fingerprint.
//!
//! Plain dotted quads after a word like "version" or "section", glued to letters, with leading zeros or with more parts
//! are no addresses; a defanged one always is. An IPv6 address needs `::` or eight groups, and a digit.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::join::{Sign, byte, join};

/// Words after which a dotted number is no address.
const NUMBER_WORDS: &[&str] = &[
    "appendix",
    "article",
    "assembly",
    "assemblyversion",
    "build",
    "chapter",
    "chrome",
    "clause",
    "edition",
    "figure",
    "fig",
    "fileversion",
    "firmware",
    "item",
    "oid",
    "para",
    "paragraph",
    "patch",
    "productversion",
    "release",
    "rev",
    "revision",
    "rule",
    "sec",
    "section",
    "sect",
    "table",
    "upgrade",
    "upgraded",
    "v",
    "ver",
    "version",
    "versions",
    "vers",
    "driver",
    "sdk",
    "runtime",
    "kernel",
    "update",
    "sections",
];
/// Words that may stand between such a word and the number.
const BETWEEN: &[&str] = &[
    "number", "no", "is", "was", "of", "to", "from", "than", "before", "after", "and", "or", "nr", "string",
    "code", "the",
];

/// The address of four decimal labels, none with a leading zero.
pub(super) fn quad(labels: [&str; 4]) -> Option<Ipv4Addr> {
    let mut octets = [0u8; 4];
    for (octet, label) in octets.iter_mut().zip(labels) {
        let zero = label.len() > 1 && label.starts_with('0');
        if zero || label.len() > 3 || !label.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *octet = label.parse().ok()?;
    }
    Some(Ipv4Addr::from(octets))
}

/// Whether the plain quad at `start..end` reads like a number of something else.
pub(super) fn is_number(text: &[u8], start: usize, end: usize) -> bool {
    let (before, before2) = (
        byte(text, start.wrapping_sub(1)),
        byte(text, start.wrapping_sub(2)),
    );
    let (after, after2) = (byte(text, end), byte(text, end + 1));
    if before == b'.' || before == b'/' && before2.is_ascii_alphanumeric() && !after_protocol(text, start) {
        return true;
    }
    if matches!(before, b'+' | b'~' | b'$')
        || matches!(after, b'+' | b'~')
        || (after == b'.' && after2.is_ascii_alphanumeric())
    {
        return true;
    }
    let mut at = start;
    for _ in 0..3 {
        let (word, from) = word_before(text, at);
        let word = word.to_ascii_lowercase();
        let Ok(word) = std::str::from_utf8(&word) else {
            return false;
        };
        // "ApplicationVersion: 1.2.3.4"
        if NUMBER_WORDS.contains(&word) || word.ends_with("version") {
            return true;
        }
        if !BETWEEN.contains(&word) {
            return section_sign(text, start);
        }
        at = from;
    }
    false
}

fn section_sign(text: &[u8], start: usize) -> bool {
    let from = start.saturating_sub(3);
    text.get(from..start)
        .is_some_and(|part| part.windows(2).any(|pair| pair == [0xc2, 0xa7]))
}

/// `/dev/tcp/203.0.113.7`
fn after_protocol(text: &[u8], start: usize) -> bool {
    let (word, _) = word_before(text, start);
    [b"tcp".as_slice(), b"udp", b"ip", b"host"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
}

/// The word before `at`, past a few signs, and where it starts. At most 24 bytes of it.
fn word_before(text: &[u8], at: usize) -> (&[u8], usize) {
    let mut end = at;
    for _ in 0..4 {
        let sign = byte(text, end.wrapping_sub(1));
        if end > 0
            && matches!(
                sign,
                b' ' | b':' | b'=' | b'"' | b'\'' | b'(' | b'#' | b'.' | b'/' | b'\t'
            )
        {
            end -= 1;
        } else {
            break;
        }
    }
    let mut start = end;
    while start > 0 && end - start < 24 && byte(text, start - 1).is_ascii_alphabetic() {
        start -= 1;
    }
    (text.get(start..end).unwrap_or_default(), start)
}

/// The prefix length after an address that ends at `end`: its value and end.
pub(super) fn prefix(text: &[u8], end: usize, max: u8) -> Option<(u8, usize)> {
    let from = match byte(text, end) {
        b'/' => end + 1,
        b'[' if byte(text, end + 1) == b'/' && byte(text, end + 2) == b']' => end + 3,
        _ => return None,
    };
    let digits = text
        .get(from..)?
        .iter()
        .take(4)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let to = from + digits;
    let value: u8 = std::str::from_utf8(text.get(from..to)?).ok()?.parse().ok()?;
    let after = byte(text, to);
    let more = after.is_ascii_alphanumeric()
        || matches!(after, b'/' | b'_' | b'-')
        || (after == b'.' && byte(text, to + 1).is_ascii_alphanumeric());
    (value <= max && digits <= 3 && !more).then_some((value, to))
}

/// An IPv6 address that starts at or just before the hex word at `start`: address, first byte, end.
///
/// Also gives the end of what was looked at when it is none.
pub(super) fn six(text: &[u8], word: usize) -> Result<(Ipv6Addr, usize, usize), usize> {
    let mut start = word;
    if byte(text, start.wrapping_sub(1)) == b':' && byte(text, start.wrapping_sub(2)) == b':' {
        start -= 2;
    }
    let mut plain = String::new();
    let (mut at, mut end, mut groups, mut marked) = (start, start, 0u32, false);
    while plain.len() <= 46 {
        let next = byte(text, at);
        if next.is_ascii_hexdigit() {
            let len = text
                .get(at..)
                .unwrap_or_default()
                .iter()
                .take(5)
                .take_while(|byte| byte.is_ascii_hexdigit())
                .count();
            plain.push_str(
                std::str::from_utf8(text.get(at..at + len).unwrap_or_default()).unwrap_or_default(),
            );
            at += len;
            end = at;
            groups += 1;
            continue;
        }
        let Some(found) = join(text, at) else { break };
        match found.sign {
            // A last single colon belongs to the sentence.
            Sign::Colon => {
                plain.push(':');
                marked |= found.style != super::join::Style::Plain;
                at = found.end;
                if plain.ends_with("::") {
                    end = at;
                }
            }
            Sign::Dot if groups > 0 && byte(text, found.end).is_ascii_digit() => {
                plain.push('.');
                at = found.end;
            }
            _ => break,
        }
    }
    let refuse = Err(at.max(word + 1));
    let before = byte(text, start.wrapping_sub(1));
    let glued =
        start > 0 && (before.is_ascii_alphanumeric() || matches!(before, b'_' | b'.' | b'-' | b'$' | b'&'));
    let after = byte(text, end);
    if plain.len() > 46 || glued || after.is_ascii_alphanumeric() || matches!(after, b'_' | b'(') {
        return refuse;
    }
    let trimmed = if plain.ends_with(':') && !plain.ends_with("::") {
        plain.strip_suffix(':').unwrap_or(&plain)
    } else {
        &plain
    };
    if after == b':' && byte(text, end + 1).is_ascii_alphanumeric() {
        return refuse;
    }
    let Ok(address) = trimmed.parse::<Ipv6Addr>() else {
        return refuse;
    };
    let digit = trimmed.bytes().any(|byte| byte.is_ascii_digit());
    let bytewise = !trimmed.contains("::") && trimmed.split(':').all(|group| group.len() == 2);
    // `a::b` is a name in half a dozen languages; `10::5` a range of lines.
    let slight = !marked
        && (!digit || (groups < 3 && trimmed.len() < 5 && address.segments() != [0, 0, 0, 0, 0, 0, 0, 1]));
    if bytewise || slight || groups == 0 {
        return refuse;
    }
    Ok((address, start, end))
}
