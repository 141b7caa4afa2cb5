//! Transfer encodings of mail bodies: base64 and quoted-printable, as bytes and as text with the way back.
//!
//! Takes damaged input as far as it goes. Source: RFC 2045, section 6.

use ascribe_model::{Role, Text};
use encoding_rs::{Encoding, UTF_8};

use super::headers::line_at;
use crate::charset;

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// As it is.
    Identity,
    /// Base64.
    Base64,
    /// Quoted-printable.
    Quoted,
}

impl Transfer {
    /// What a Content-Transfer-Encoding header says.
    pub fn of(value: &str) -> Self {
        match value.trim().to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::Quoted,
            _ => Self::Identity,
        }
    }

    /// The decoded bytes, and how many bytes made no sense.
    pub fn decode(self, bytes: &[u8]) -> (Vec<u8>, u64) {
        match self {
            Self::Identity => (bytes.to_vec(), 0),
            Self::Base64 => base64(bytes),
            Self::Quoted => (quoted(bytes), 0),
        }
    }
}

/// Six bits at a time, kept between lines.
#[derive(Default)]
struct Base64 {
    bits: u32,
    count: u8,
    ended: bool,
    bad: u64,
}

impl Base64 {
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for byte in bytes {
            let value = match byte {
                b'A'..=b'Z' => byte.wrapping_sub(b'A'),
                b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
                b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                b'=' => {
                    self.bits = 0;
                    self.count = 0;
                    self.ended = true;
                    continue;
                }
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                _ => {
                    self.bad = self.bad.saturating_add(1);
                    continue;
                }
            };
            self.bits = (self.bits << 6 | u32::from(value)) & 0xff_ffff;
            self.count = self.count.wrapping_add(1);
            // After 2, 3 and 4 digits of a group one more byte is complete.
            let shift = match self.count {
                2 => 4,
                3 => 2,
                4 => {
                    self.count = 0;
                    0
                }
                _ => continue,
            };
            out.push(u8::try_from((self.bits >> shift) & 0xff).unwrap_or(0));
        }
    }
}

/// Decoded base64, and how many bytes were none.
pub fn base64(bytes: &[u8]) -> (Vec<u8>, u64) {
    let mut state = Base64::default();
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3);
    state.feed(bytes, &mut out);
    (out, state.bad)
}

/// Decoded quoted-printable; what is no escape stays as it is.
pub fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0usize;
    while at < bytes.len() {
        let (end, next) = line_at(bytes, at);
        let line = bytes.get(at..end).unwrap_or_default().trim_ascii_end();
        let soft = line.last() == Some(&b'=');
        let line = if soft {
            line.get(..line.len().saturating_sub(1)).unwrap_or_default()
        } else if end == next {
            bytes.get(at..end).unwrap_or_default()
        } else {
            line
        };
        for (_, piece) in escapes(line) {
            match piece {
                Escape::Plain(plain) => out.extend_from_slice(plain),
                Escape::Coded(coded) => out.extend(coded),
            }
        }
        if !soft {
            out.extend_from_slice(bytes.get(end..next).unwrap_or_default());
        }
        at = next;
    }
    out
}

enum Escape<'a> {
    Plain(&'a [u8]),
    Coded(Vec<u8>),
}

/// The runs of plain bytes and of `=XX` in a line, with where each starts.
fn escapes(line: &[u8]) -> Vec<(usize, Escape<'_>)> {
    let hex = |at: usize| -> Option<u8> {
        let digit = |byte: &u8| {
            char::from(*byte)
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        };
        if line.get(at) != Some(&b'=') {
            return None;
        }
        Some(digit(line.get(at.saturating_add(1))?)? << 4 | digit(line.get(at.saturating_add(2))?)?)
    };
    let mut out = Vec::new();
    let mut at = 0usize;
    while at < line.len() {
        let start = at;
        let mut coded = Vec::new();
        while let Some(byte) = hex(at) {
            coded.push(byte);
            at = at.saturating_add(3);
        }
        if coded.is_empty() {
            at = at.saturating_add(1);
            while at < line.len() && hex(at).is_none() {
                at = at.saturating_add(1);
            }
            out.push((start, Escape::Plain(line.get(start..at).unwrap_or_default())));
        } else {
            out.push((start, Escape::Coded(coded)));
        }
    }
    out
}

/// A body as text. `start` is its first byte in the mail and `line` that byte's line. Returns broken bytes too.
pub fn body_text(
    transfer: Transfer,
    encoding: Option<&'static Encoding>,
    data: &[u8],
    start: usize,
    line: u64,
) -> (Text, u64) {
    const OPAQUE_BYTES: usize = 76;
    let mut text = Text::new(Role::Body, None);
    let mut decoder = encoding.unwrap_or(UTF_8).new_decoder_without_bom_handling();
    let mut state = Base64::default();
    let mut broken = 0u64;
    let (mut at, mut line) = (0usize, line);
    while at < data.len() {
        let (end, next) = line_at(data, at);
        let bytes = data.get(at..end).unwrap_or_default();
        let place = |offset: usize| start.saturating_add(at).saturating_add(offset) as u64;
        text.mark_line(line);
        let mut hard = true;
        match transfer {
            Transfer::Identity => {
                if let Some((_, count)) = charset::push_declared(&mut text, bytes, place(0), encoding) {
                    broken = broken.saturating_add(count);
                }
            }
            Transfer::Base64 => {
                hard = false;
                for (index, piece) in bytes.chunks(OPAQUE_BYTES).enumerate() {
                    let mut decoded = Vec::new();
                    state.feed(piece, &mut decoded);
                    let from = index.saturating_mul(OPAQUE_BYTES);
                    text.push_opaque(
                        &step(&mut decoder, &decoded),
                        place(from),
                        place(from.saturating_add(piece.len())),
                    );
                }
            }
            Transfer::Quoted => {
                let words = bytes.trim_ascii_end();
                let words = match words.strip_suffix(b"=") {
                    Some(words) => {
                        hard = false;
                        words
                    }
                    None => words,
                };
                for (from, piece) in escapes(words) {
                    match piece {
                        Escape::Plain(plain) => {
                            let decoded = step(&mut decoder, plain);
                            if decoded.as_bytes() == plain {
                                text.push_same(&decoded, place(from));
                            } else {
                                text.push_opaque(
                                    &decoded,
                                    place(from),
                                    place(from.saturating_add(plain.len())),
                                );
                            }
                        }
                        Escape::Coded(coded) => {
                            let len = coded.len().saturating_mul(3);
                            text.push_opaque(
                                &step(&mut decoder, &coded),
                                place(from),
                                place(from.saturating_add(len)),
                            );
                        }
                    }
                }
            }
        }
        if hard && next > end {
            text.push_opaque("\n", place(bytes.len()), start.saturating_add(next) as u64);
        }
        at = next;
        line = line.saturating_add(1);
    }
    (text, broken.saturating_add(state.bad))
}

/// Feeds a decoder, keeping its unfinished character.
fn step(decoder: &mut encoding_rs::Decoder, bytes: &[u8]) -> String {
    let mut out = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
    let _ = decoder.decode_to_string(bytes, &mut out, false);
    out
}
