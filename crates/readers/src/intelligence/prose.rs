//! The text of a report or a note as it stands in its JSON: escapes decoded, every part with its bytes.
//!
//! Source: STIX 2.1 sections 4.12 (note), 4.14 (opinion), 4.16 (report); RFC 8259 section 7.

use ascribe_model::{Role, Text};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Sheet;

/// Bytes of one text that are kept.
const PROSE_BYTES_MAX: usize = 1 << 20;

/// The members that hold prose.
#[derive(Deserialize)]
struct Members<'d> {
    #[serde(borrow, default)]
    description: Option<&'d RawValue>,
    #[serde(borrow, default)]
    content: Option<&'d RawValue>,
    #[serde(borrow, default)]
    explanation: Option<&'d RawValue>,
}

/// The prose of the object `raw` of this kind; none where it has none.
pub(super) fn prose(kind: &str, raw: &str, sheet: &Sheet<'_, '_, '_>) -> Option<Text> {
    let members: Members<'_> = match kind {
        "report" | "note" | "opinion" => serde_json::from_str(raw).ok()?,
        _ => return None,
    };
    let value = match kind {
        "report" => members.description,
        "note" => members.content,
        _ => members.explanation,
    }?
    .get();
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    if inner.is_empty() || inner.len() > PROSE_BYTES_MAX {
        return None;
    }
    let at = sheet.places.of(value);
    let mut text = Text::new(Role::Body, at.line);
    decode(inner, at.start.saturating_add(1), &mut text);
    Some(text)
}

/// Adds the characters of a JSON string whose inner bytes start at `start`.
fn decode(inner: &str, start: u64, text: &mut Text) {
    let mut at = 0usize;
    while at < inner.len() {
        let rest = inner.get(at..).unwrap_or_default();
        let plain = rest.find('\\').unwrap_or(rest.len());
        if plain > 0 {
            text.push_same(
                rest.get(..plain).unwrap_or_default(),
                start.saturating_add(at as u64),
            );
            at = at.saturating_add(plain);
            continue;
        }
        let len = escape_len(rest);
        let escape = rest.get(..len).unwrap_or(rest);
        // A lone half of a surrogate pair is no character; it is shown as a broken one.
        let decoded: String = serde_json::from_str(&format!("\"{escape}\""))
            .unwrap_or_else(|_| char::REPLACEMENT_CHARACTER.to_string());
        let from = start.saturating_add(at as u64);
        text.push_opaque(&decoded, from, from.saturating_add(escape.len() as u64));
        at = at.saturating_add(escape.len().max(1));
    }
}

/// Bytes of the escape that `rest` starts with: two, six, or twelve for the two halves of a pair.
fn escape_len(rest: &str) -> usize {
    let half = |from: usize, first: char| {
        rest.get(from..from.saturating_add(4)).is_some_and(|text| {
            text.starts_with("\\u")
                && text
                    .chars()
                    .nth(2)
                    .is_some_and(|c| c.eq_ignore_ascii_case(&first))
        }) && rest.is_char_boundary(from.saturating_add(6).min(rest.len()))
    };
    let len = if rest.starts_with("\\u") {
        if half(0, 'd') && half(6, 'd') { 12 } else { 6 }
    } else {
        2
    };
    let mut len = len.min(rest.len());
    while !rest.is_char_boundary(len) {
        len = len.saturating_add(1);
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_every_part_keeps_its_bytes() {
        let inner = r#"He said \u201cno\u201d.\nTwo \ud83d\ude00 \"x\" \ud800 é"#;
        let mut text = Text::new(Role::Body, None);
        decode(inner, 100, &mut text);
        assert_eq!(text.as_str(), "He said “no”.\nTwo 😀 \"x\" \u{fffd} é");
        let bytes = |part: &str| {
            let from = text.as_str().find(part).unwrap();
            let span = text.span(from..from + part.len());
            let at = |byte: u64| usize::try_from(byte - 100).unwrap();
            inner.get(at(span.start)..at(span.end)).unwrap()
        };
        assert_eq!(bytes("no"), "no");
        assert_eq!(bytes("“"), r"\u201c");
        assert_eq!(bytes("😀"), r"\ud83d\ude00");
    }
}
