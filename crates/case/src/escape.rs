//! How bytes that could act on a terminal or a page are written: `\xNN`.
//!
//! Source: CASE, "bytes that are not UTF-8 and control characters in paths are written \xNN".

use std::fmt::Write;

/// `bytes` as text: what is not UTF-8, controls, line and paragraph separators and characters that turn the
/// direction of writing become `\xNN` for each byte.
#[must_use]
pub fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        push_shown(&mut out, chunk.valid(), false);
        push_hex(&mut out, chunk.invalid());
    }
    out
}

/// `text` with the same characters escaped.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_shown(&mut out, text, false);
    out
}

/// `bytes` as text of several lines: as [`escaped`], but line breaks and tabs stay.
#[must_use]
pub fn quoted(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        push_shown(&mut out, chunk.valid(), true);
        push_hex(&mut out, chunk.invalid());
    }
    out
}

/// Whether a name holds anything that [`escaped`] would change.
#[must_use]
pub fn is_odd(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or(true, |text| text.chars().any(acts))
}

fn push_shown(out: &mut String, text: &str, lines: bool) {
    for letter in text.chars() {
        if acts(letter) && !(lines && matches!(letter, '\n' | '\t')) {
            let mut buffer = [0u8; 4];
            push_hex(out, letter.encode_utf8(&mut buffer).as_bytes());
        } else {
            out.push(letter);
        }
    }
}

fn push_hex(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "\\x{byte:02x}");
    }
}

fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_act_is_written_in_hex() {
        assert_eq!(escaped(b"a\nb\x1b[31m\xff.txt"), r"a\x0ab\x1b[31m\xff.txt");
        assert_eq!(escaped("\u{202e}gpj.exe".as_bytes()), r"\xe2\x80\xaegpj.exe");
        assert_eq!(escaped("é!/ü".as_bytes()), "é!/ü");
        assert_eq!(quoted(b"a\tb\n\x07"), "a\tb\n\\x07");
    }
}
