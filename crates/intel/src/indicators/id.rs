//! Hashes, CVE ids, ATT&CK techniques and AS numbers: words that are recognised by their own form.
//!
//! A hash must not lie inside longer hex, be all digits, mix cases (base64 does) or use fewer than six digits
//! (fillers do; one hash in 10¹⁰ does). An AS number needs three digits (`ASN1` is a notation), and `AS400` is a machine.

use ascribe_model::observation::IndicatorKind;

/// A kind, a value and the bytes of the word that it stands in.
pub(super) type Inside = (IndicatorKind, String, usize, usize);

/// The hashes in `word`: its alphanumeric parts of the right length.
pub(super) fn hashes(word: &str, found: &mut Vec<Inside>) {
    let bytes = word.as_bytes();
    let mut start = 0usize;
    while start < bytes.len() {
        let rest = bytes.get(start..).unwrap_or_default();
        let len = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let kind = match len {
            32 => Some(IndicatorKind::Md5),
            40 => Some(IndicatorKind::Sha1),
            64 => Some(IndicatorKind::Sha256),
            _ => None,
        };
        let part = rest.get(..len).unwrap_or_default();
        if let Some(kind) = kind
            && looks_random(part)
            && !hex_neighbour(bytes, start, start + len)
        {
            let value = String::from_utf8_lossy(part).to_ascii_lowercase();
            found.push((kind, value, start, start + len));
        }
        start += len + 1;
    }
}

fn looks_random(part: &[u8]) -> bool {
    let (mut seen, mut lower, mut upper) = (0u32, false, false);
    for byte in part {
        let Some(digit) = char::from(*byte).to_digit(16) else {
            return false;
        };
        seen |= 1 << digit;
        lower |= byte.is_ascii_lowercase();
        upper |= byte.is_ascii_uppercase();
    }
    (lower != upper) && seen.count_ones() >= 6
}

/// Whether a hyphen joins the part to more hex: an id of a trace or a device, no hash.
fn hex_neighbour(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    let hyphen = |at: usize| bytes.get(at) == Some(&b'-');
    (hyphen(end) && is_hex(end + 1)) || (start >= 2 && hyphen(start - 1) && is_hex(start - 2))
}

/// The CVE id that `word` is, and how many of its bytes it takes.
pub(super) fn cve(word: &str) -> Option<(String, usize)> {
    let rest = strip_word(word, "cve")?;
    let rest = strip_hyphen(rest)?;
    let (year, rest) = digits(rest, 4, 4)?;
    let (number, rest) = digits(strip_hyphen(rest)?, 4, 7)?;
    if !matches!(year.parse(), Ok(1999..=2099)) || rest.starts_with(|next: char| next.is_ascii_alphanumeric())
    {
        return None;
    }
    Some((format!("CVE-{year}-{number}"), word.len() - rest.len()))
}

/// The technique that `word` is, with the part after the dot that `after` may start with; and its length.
pub(super) fn technique(word: &str, after: &str) -> Option<(String, usize)> {
    let (number, rest) = digits(word.strip_prefix(['T', 't'])?, 4, 4)?;
    if !rest.is_empty() || !matches!(number.parse(), Ok(800u32..=899 | 1001..=1999)) {
        return None;
    }
    if let Some((sub, rest)) = after.strip_prefix('.').and_then(|after| digits(after, 3, 3)) {
        if !rest.starts_with(|next: char| next.is_alphanumeric()) {
            return Some((format!("T{number}.{sub}"), word.len() + 4));
        }
        return None;
    }
    if word.starts_with('t') {
        return None;
    }
    Some((format!("T{number}"), word.len()))
}

/// The AS number that `word` is.
pub(super) fn asn(word: &str) -> Option<String> {
    let (number, marked) = match strip_word(word, "asn") {
        Some(number) => (number, true),
        None => (word.strip_prefix("AS")?, false),
    };
    let number = number.strip_prefix('-').filter(|_| marked).unwrap_or(number);
    if number.starts_with('0') || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if number.len() < 3 || (!marked && number == "400") {
        return None;
    }
    number.parse::<u32>().ok().map(|number| format!("AS{number}"))
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(word.len())?;
    head.eq_ignore_ascii_case(word).then_some(rest)
}

/// Strips a hyphen, also those that typesetting puts in its place.
fn strip_hyphen(text: &str) -> Option<&str> {
    text.strip_prefix(['-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}'])
}

fn digits(text: &str, min: usize, max: usize) -> Option<(&str, &str)> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    if len < min || len > max {
        return None;
    }
    text.split_at_checked(len)
}
