//! How text from the evidence is shown: bounded, and with everything that hides or reorders made visible.
//!
//! Control characters, bidirectional overrides, invisible and private characters become `<U+202E>`. What is shown in a
//! page is escaped once more by the page's own writer and stands in an isolated `bdi`.

use maud::{Markup, html};

/// Characters of a name, path or id.
pub const NAME_CHARS_MAX: usize = 200;
/// Characters of a sentence.
pub const SENTENCE_CHARS_MAX: usize = 800;
/// Characters of a quoted span.
pub const QUOTE_CHARS_MAX: usize = 2_400;
/// Characters of a note's prose.
pub const PROSE_CHARS_MAX: usize = 12_000;

/// One line of plain text, at most `chars_max` characters of it.
#[must_use]
pub fn line(text: &str, chars_max: usize) -> String {
    bounded(text, chars_max, Lines::Joined)
}

/// Plain text with its line feeds and tabs, at most `chars_max` characters of it.
#[must_use]
pub fn block(text: &str, chars_max: usize) -> String {
    bounded(text, chars_max, Lines::Kept)
}

/// A name, path or id for the page.
#[must_use]
pub fn name(text: &str) -> Markup {
    html! { bdi { (line(text, NAME_CHARS_MAX)) } }
}

/// A sentence for the page.
#[must_use]
pub fn sentence(text: &str) -> Markup {
    html! { bdi { (line(text, SENTENCE_CHARS_MAX)) } }
}

/// Whether a character would hide, move or command something.
#[must_use]
pub fn hides(character: char) -> bool {
    character.is_control()
        || matches!(u32::from(character),
            0xAD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xE000..=0xF8FF | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
            | 0xFFF0..=0xFFFB | 0xFFFE..=0xFFFF | 0xE0000..=0xE0FFF | 0xF0000..=0x0010_FFFF)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Joined,
    Kept,
}

fn bounded(text: &str, chars_max: usize, lines: Lines) -> String {
    let mut shown = String::with_capacity(text.len().min(chars_max));
    let mut rest = text.chars();
    let mut space_before = false;
    for character in rest.by_ref().take(chars_max) {
        let space = matches!(character, '\n' | '\r' | '\t' | ' ');
        if lines == Lines::Kept && matches!(character, '\n' | '\t') {
            shown.push(character);
        } else if lines == Lines::Joined && space {
            if !space_before {
                shown.push(' ');
            }
        } else if hides(character) {
            shown.push_str(&format!("<U+{:04X}>", u32::from(character)));
        } else {
            shown.push(character);
        }
        space_before = space;
    }
    let left_out = rest.count();
    if left_out > 0 {
        shown.push_str(&format!(" … ({left_out} more characters)"));
    }
    shown
}

/// A hex dump of `bytes`, the first of which has offset `start`: offset, 16 bytes, and their printable ASCII.
#[must_use]
pub fn hex_dump(bytes: &[u8], start: u64) -> String {
    let mut dump = String::new();
    for (row, chunk) in bytes.chunks(16).enumerate() {
        let offset = start.saturating_add(u64::try_from(row).unwrap_or(u64::MAX).saturating_mul(16));
        let mut digits = String::new();
        for (index, byte) in chunk.iter().enumerate() {
            if index == 8 {
                digits.push(' ');
            }
            digits.push_str(&format!(" {byte:02x}"));
        }
        let printable: String = chunk
            .iter()
            .map(|byte| {
                if (0x20..0x7f).contains(byte) {
                    char::from(*byte)
                } else {
                    '.'
                }
            })
            .collect();
        dump.push_str(&format!("{offset:08x} {digits:<49}  {printable}\n"));
    }
    dump
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_named() {
        assert_eq!(
            line("a\u{202E}b\u{1b}[31mc\u{200B}", 99),
            "a<U+202E>b<U+001B>[31mc<U+200B>"
        );
        assert_eq!(line("a\r\n  b", 99), "a b");
        assert_eq!(block("a\n\tb\r", 99), "a\n\tb<U+000D>");
        assert_eq!(line("Пхеньян 평양", 99), "Пхеньян 평양");
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(line(&"x".repeat(10_000), 3), "xxx … (9997 more characters)");
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(name("<script>").into_string(), "<bdi>&lt;script&gt;</bdi>");
    }

    #[test]
    fn a_hex_dump_has_offset_bytes_and_ascii() {
        assert_eq!(
            hex_dump(b"MZ\x90\x00.text", 0x1f0),
            "000001f0  4d 5a 90 00 2e 74 65 78  74                       MZ...text\n"
        );
    }
}
