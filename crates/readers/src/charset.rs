//! Bytes to characters with the way back, for every reader of text.
//!
//! Decodes what a document declares and falls back to Windows-1252 byte by byte where UTF-8 is broken, so nothing
//! is dropped and every character keeps its bytes. Does not guess encodings from letter statistics.

use ascribe_model::Text;
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Adds `bytes`, which stand at byte `start`, in UTF-8; bytes that are no UTF-8 are read as Windows-1252.
/// Returns the offsets (first, count) of such bytes.
pub fn push_utf8(text: &mut Text, bytes: &[u8], start: u64) -> Option<(u64, u64)> {
    let mut at = start;
    let mut broken: Option<(u64, u64)> = None;
    for chunk in bytes.utf8_chunks() {
        text.push_same(chunk.valid(), at);
        at = at.saturating_add(chunk.valid().len() as u64);
        let invalid = chunk.invalid();
        if !invalid.is_empty() {
            let (decoded, _) = WINDOWS_1252.decode_without_bom_handling(invalid);
            text.push_single(&decoded, at);
            let (_, count) = broken.get_or_insert((at, 0));
            *count = count.saturating_add(invalid.len() as u64);
            at = at.saturating_add(invalid.len() as u64);
        }
    }
    broken
}

/// Adds UTF-16 `bytes` that stand at byte `start`. Returns how many units had no partner.
pub fn push_utf16(text: &mut Text, bytes: &[u8], start: u64, order: Order) -> u64 {
    let units = bytes.chunks(2).map(|pair| match (pair, order) {
        ([low, high], Order::Little) | ([high, low], Order::Big) => u16::from_le_bytes([*low, *high]),
        _ => 0xfffd,
    });
    let mut at = start;
    let mut good = String::new();
    let mut good_at = start;
    let mut broken = 0u64;
    for unit in char::decode_utf16(units) {
        if let Ok(character) = unit {
            good.push(character);
            at = at.saturating_add(character.len_utf16() as u64 * 2);
        } else {
            text.push_wide(&good, good_at);
            good.clear();
            text.push_opaque("\u{fffd}", at, at.saturating_add(2));
            broken = broken.saturating_add(1);
            at = at.saturating_add(2);
            good_at = at;
        }
    }
    // A lone last byte was counted as a whole unit: give it back its real length.
    if bytes.len() % 2 == 1 && good.pop().is_some() {
        text.push_wide(&good, good_at);
        let end = start.saturating_add(bytes.len() as u64);
        text.push_opaque("\u{fffd}", end.saturating_sub(1), end);
        return broken.saturating_add(1);
    }
    text.push_wide(&good, good_at);
    broken
}

/// Which byte of a UTF-16 unit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The low one.
    Little,
    /// The high one.
    Big,
}

/// Adds one line of `bytes` at byte `start` in the declared `encoding`.
/// Returns the place of bytes that the encoding does not know, as [`push_utf8`] does.
pub fn push_declared(
    text: &mut Text,
    bytes: &[u8],
    start: u64,
    encoding: Option<&'static Encoding>,
) -> Option<(u64, u64)> {
    let encoding = encoding.unwrap_or(UTF_8);
    let escapes = encoding == ISO_2022_JP && bytes.contains(&0x1b);
    let wide = encoding == UTF_16LE || encoding == UTF_16BE;
    if encoding == UTF_8 || (bytes.is_ascii() && !escapes && !wide) {
        return push_utf8(text, bytes, start);
    }
    let (decoded, bad) = encoding.decode_without_bom_handling(bytes);
    if encoding.is_single_byte() {
        text.push_single(&decoded, start);
    } else {
        text.push_opaque(&decoded, start, start.saturating_add(bytes.len() as u64));
    }
    bad.then_some((start, 1))
}

/// The encoding of this label (`koi8-r`, `GB2312`), if anyone knows it.
#[must_use]
pub fn by_label(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.trim().trim_matches(['"', '\'']).as_bytes())
}
