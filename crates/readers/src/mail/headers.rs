//! A block of mail headers: where each stands, its value unfolded and decoded with the way back.
//!
//! Takes what real mailers write, not only what RFC 5322 allows; the first line that is no header ends the block.

use std::collections::BTreeMap;
use std::ops::Range;

use ascribe_model::{Anomaly, Out, Span, Text};
use memchr::memchr;

use super::transfer;
use crate::charset;

const HEADERS_MAX: usize = 5000;
const NAME_BYTES_MAX: usize = 200;

/// One header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Lower case.
    pub name: String,
    /// First byte of the name.
    pub start: usize,
    /// Bytes of the value, folds included, without the last line end.
    pub value: Range<usize>,
    /// Line of the name.
    pub line: u64,
}

impl Header {
    /// The whole header.
    pub fn span(&self) -> Span {
        Span::new(self.start as u64, self.value.end as u64).on_line(self.line)
    }
}

/// Headers and where they end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// In order.
    pub headers: Vec<Header>,
    /// First byte after the headers (and the blank line).
    pub end: usize,
    /// Line of that byte.
    pub end_line: u64,
    /// Whether a line that is no header ended it instead of a blank one.
    pub ended_by: Option<Span>,
}

impl Block {
    /// The first header of this name.
    pub fn get(&self, name: &str) -> Option<&Header> {
        self.headers.iter().find(|header| header.name == name)
    }
}

/// End of the line at `at` without its end, and the start of the next line.
pub fn line_at(data: &[u8], at: usize) -> (usize, usize) {
    let rest = data.get(at..).unwrap_or_default();
    match memchr(b'\n', rest) {
        Some(len) => {
            let end = at.saturating_add(len);
            let bare = if len > 0 && data.get(end.saturating_sub(1)) == Some(&b'\r') {
                end.saturating_sub(1)
            } else {
                end
            };
            (bare, end.saturating_add(1))
        }
        None => (data.len(), data.len()),
    }
}

/// The headers that start at byte `at`, which is on `line`.
pub fn scan(data: &[u8], mut at: usize, mut line: u64) -> Block {
    let mut block = Block::default();
    while at < data.len() {
        let (end, next) = line_at(data, at);
        let bytes = data.get(at..end).unwrap_or_default();
        if bytes.is_empty() {
            at = next;
            line = line.saturating_add(1);
            break;
        }
        if bytes.starts_with(b" ") || bytes.starts_with(b"\t") {
            let Some(last) = block.headers.last_mut() else {
                break;
            };
            last.value.end = end;
        } else if let Some(colon) = name_len(bytes)
            && block.headers.len() < HEADERS_MAX
        {
            let name = bytes.get(..colon).unwrap_or_default();
            block.headers.push(Header {
                name: String::from_utf8_lossy(name).trim().to_ascii_lowercase(),
                start: at,
                value: at.saturating_add(colon).saturating_add(1)..end,
                line,
            });
        } else if line == 1 && bytes.starts_with(b"From ") {
            // The envelope line of an mbox before a single mail.
        } else {
            block.ended_by = Some(Span::new(at as u64, end as u64).on_line(line));
            break;
        }
        at = next;
        line = line.saturating_add(1);
    }
    block.end = at;
    block.end_line = line;
    block
}

fn name_len(line: &[u8]) -> Option<usize> {
    let colon = memchr(b':', line.get(..NAME_BYTES_MAX.min(line.len()))?)?;
    let name = line.get(..colon)?.trim_ascii_end();
    (!name.is_empty() && name.iter().all(|byte| (33..=126).contains(byte))).then_some(colon)
}

/// The value without folds, encoded words decoded.
pub fn value_text(data: &[u8], header: &Header) -> Text {
    let mut raw = Text::new(super::role(&header.name), None);
    let (mut at, mut line) = (header.value.start, header.line);
    let mut gap = at;
    while at <= header.value.end {
        let (end, next) = line_at(data, at);
        let end = end.min(header.value.end);
        let bytes = data.get(at..end).unwrap_or_default();
        let lead = bytes.len().saturating_sub(bytes.trim_ascii_start().len());
        let words = bytes.trim_ascii();
        let from = at.saturating_add(lead);
        if !words.is_empty() {
            if !raw.as_str().is_empty() {
                raw.push_opaque(" ", gap as u64, from as u64);
            }
            raw.mark_line(line);
            charset::push_utf8(&mut raw, words, from as u64);
            gap = from.saturating_add(words.len());
        }
        if next <= at {
            break;
        }
        at = next;
        line = line.saturating_add(1);
        if at >= header.value.end {
            break;
        }
    }
    if raw.as_str().contains("=?") {
        decode_words(&raw)
    } else {
        raw
    }
}

/// Encoded words (RFC 2047) become text; white space between two of them vanishes.
fn decode_words(raw: &Text) -> Text {
    let whole = raw.as_str();
    let mut out = Text::new(raw.role.clone(), None);
    let (mut at, mut done) = (0usize, 0usize);
    let mut after_word = false;
    while let Some(found) = whole.get(at..).and_then(|rest| rest.find("=?")) {
        let start = at.saturating_add(found);
        let Some((len, decoded)) = whole.get(start..).and_then(encoded_word) else {
            at = start.saturating_add(2);
            continue;
        };
        let between = whole.get(done..start).unwrap_or_default();
        if !(after_word && between.trim().is_empty()) {
            out.push_part(raw, done..start);
        }
        let end = start.saturating_add(len);
        let span = raw.span(start..end);
        if let Some(line) = span.line {
            out.mark_line(line);
        }
        out.push_opaque(&decoded, span.start, span.end);
        after_word = true;
        at = end;
        done = end;
    }
    out.push_part(raw, done..whole.len());
    out
}

/// Length and text of the encoded word at the start of `text`.
fn encoded_word(text: &str) -> Option<(usize, String)> {
    let mut fields = text.get(2..)?.splitn(4, '?');
    let (label, code, word) = (fields.next()?, fields.next()?, fields.next()?);
    if !fields.next()?.starts_with('=') || label.len() > 40 || word.len() > 4000 {
        return None;
    }
    let bytes = match code {
        "B" | "b" => transfer::base64(word.as_bytes()).0,
        "Q" | "q" => transfer::quoted(word.replace('_', " ").as_bytes()),
        _ => return None,
    };
    let encoding = charset::by_label(label.split('*').next().unwrap_or_default())?;
    let (decoded, _) = encoding.decode_without_bom_handling(&bytes);
    let len = 2usize
        .saturating_add(label.len())
        .saturating_add(code.len())
        .saturating_add(word.len())
        .saturating_add(4);
    Some((len, decoded.replace(['\r', '\n'], " ")))
}

/// What is odd about the headers themselves.
pub fn complain(data: &[u8], block: &Block, out: &mut Out<'_>) {
    if let Some(at) = block.ended_by {
        out.anomaly(Anomaly::odd(
            "mail.header-syntax",
            Some(at),
            "this line among the headers is neither a header nor blank; the body starts here",
        ));
    }
    let mut count: BTreeMap<&str, u32> = BTreeMap::new();
    for header in &block.headers {
        let times = count.entry(&header.name).or_default();
        *times = times.saturating_add(1);
        let single = [
            "from",
            "sender",
            "reply-to",
            "to",
            "cc",
            "subject",
            "date",
            "message-id",
            "in-reply-to",
            "mime-version",
            "content-type",
        ];
        if *times == 2 && single.contains(&header.name.as_str()) {
            out.anomaly(Anomaly::odd(
                "mail.duplicate-header",
                Some(header.span()),
                format!("the header `{}` stands more than once", header.name),
            ));
        }
        if !data
            .get(header.start..header.value.end)
            .unwrap_or_default()
            .is_ascii()
        {
            out.anomaly(Anomaly::odd(
                "mail.raw-8bit-header",
                Some(header.span()),
                format!("the header `{}` holds bytes that are not ASCII", header.name),
            ));
        }
    }
    for (name, code) in [
        ("date", "mail.no-date"),
        ("message-id", "mail.no-message-id"),
        ("from", "mail.no-from"),
    ] {
        if !count.contains_key(name) {
            out.anomaly(Anomaly::odd(
                code,
                None,
                format!("the mail has no `{name}` header"),
            ));
        }
    }
    let feeds = memchr::memchr_iter(b'\n', data).count();
    let pairs = memchr::memmem::find_iter(data, b"\r\n").count();
    if pairs > 0 && pairs < feeds {
        out.anomaly(Anomaly::odd(
            "mail.line-ends",
            None,
            format!(
                "{pairs} lines end in CR LF and {} in LF alone",
                feeds.saturating_sub(pairs)
            ),
        ));
    }
}
