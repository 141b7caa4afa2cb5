//! The parts of a mail: which bytes are which part, what becomes text and what a child.
//!
//! One pass over the lines with a bounded stack of boundaries. Beyond the bounds the rest is still searched as plain text.

use ascribe_model::{Anomaly, Child, Out, Role, Span, Text};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use mail_parser::parsers::MessageStream;
use mail_parser::{ContentType, HeaderValue};

use super::headers::{self, Block, line_at};
use super::transfer::{self, Transfer};
use crate::charset;

const DEPTH_MAX: usize = 64;
const PARTS_MAX: usize = 10_000;

/// A part that holds no parts.
struct Leaf {
    media: String,
    charset: Option<&'static Encoding>,
    transfer: Transfer,
    attached: bool,
    name: Option<Vec<u8>>,
    start: usize,
    line: u64,
}

enum Part {
    Leaf(Leaf),
    Multi(Vec<u8>),
}

/// Reads everything after the headers.
pub fn read(data: &[u8], block: &Block, out: &mut Out<'_>) {
    let mut boundaries: Vec<Vec<u8>> = Vec::new();
    let mut leaf = None;
    match part(data, block) {
        Part::Multi(boundary) => boundaries.push(boundary),
        Part::Leaf(found) => leaf = Some(found),
    }
    let mut too_deep = false;
    let mut parts = 1usize;
    let (mut at, mut line) = (block.end, block.end_line);
    while at < data.len() && !boundaries.is_empty() {
        if out.stopped() {
            out.out_of_time("mail.time", Span::new(at as u64, data.len() as u64).on_line(line));
            return;
        }
        let (end, next) = line_at(data, at);
        let found = data.get(at..end).and_then(|bytes| delimiter(bytes, &boundaries));
        let Some((depth, closing)) = found else {
            at = next;
            line = line.saturating_add(1);
            continue;
        };
        if let Some(done) = leaf.take() {
            finish(data, done, before(data, at), parts, out);
        }
        boundaries.truncate(depth.saturating_add(usize::from(!closing)));
        at = next;
        line = line.saturating_add(1);
        if closing {
            continue;
        }
        parts = parts.saturating_add(1);
        if parts > PARTS_MAX {
            out.anomaly(Anomaly::lost(
                "mail.parts",
                Some(Span::new(at as u64, data.len() as u64).on_line(line)),
                format!("more than {PARTS_MAX} parts; the rest was not read"),
            ));
            return;
        }
        let inner = headers::scan(data, at, line);
        for header in &inner.headers {
            out.scan_only(&headers::value_text(data, header));
        }
        at = inner.end;
        line = inner.end_line;
        leaf = match part(data, &inner) {
            Part::Leaf(found) => Some(found),
            Part::Multi(boundary) if boundaries.len() < DEPTH_MAX => {
                boundaries.push(boundary);
                None
            }
            Part::Multi(_) => {
                if !too_deep {
                    out.anomaly(Anomaly::lost("mail.nesting", Some(Span::new(at as u64, data.len() as u64).on_line(line)), format!("parts lie more than {DEPTH_MAX} deep inside each other; what lies deeper was read as plain text")));
                }
                too_deep = true;
                Some(plain(at, line))
            }
        };
    }
    if !boundaries.is_empty() {
        out.anomaly(Anomaly::odd(
            "mail.unclosed",
            Some(Span::new(data.len() as u64, data.len() as u64)),
            "the mail ends inside a multipart body",
        ));
    }
    if let Some(done) = leaf.take() {
        finish(data, done, data.len(), parts, out);
    }
}

fn plain(start: usize, line: u64) -> Leaf {
    Leaf {
        media: "text/plain".to_owned(),
        charset: None,
        transfer: Transfer::Identity,
        attached: false,
        name: None,
        start,
        line,
    }
}

/// The line end before a delimiter belongs to it.
fn before(data: &[u8], at: usize) -> usize {
    match data.get(..at) {
        Some([.., b'\r', b'\n']) => at.saturating_sub(2),
        Some([.., b'\n']) => at.saturating_sub(1),
        _ => at,
    }
}

/// Which open boundary this line is of, the innermost first, and whether it closes it.
fn delimiter(line: &[u8], boundaries: &[Vec<u8>]) -> Option<(usize, bool)> {
    let rest = line.strip_prefix(b"--")?.trim_ascii_end();
    boundaries.iter().enumerate().rev().find_map(|(depth, boundary)| {
        let tail = rest.strip_prefix(boundary.as_slice())?;
        match tail {
            b"" => Some((depth, false)),
            b"--" => Some((depth, true)),
            _ => None,
        }
    })
}

fn content_type(data: &[u8], block: &Block, name: &str) -> Option<ContentType<'static>> {
    let header = block.get(name)?;
    let mut value = data.get(header.value.clone())?.to_vec();
    value.push(b'\n');
    match MessageStream::new(&value).parse_content_type().into_owned() {
        HeaderValue::ContentType(found) => Some(found),
        _ => None,
    }
}

fn part(data: &[u8], block: &Block) -> Part {
    let kind = content_type(data, block, "content-type");
    let disposition = content_type(data, block, "content-disposition");
    let main = kind
        .as_ref()
        .map_or("text", |kind| kind.ctype())
        .to_ascii_lowercase();
    let sub = kind
        .as_ref()
        .and_then(|kind| kind.subtype())
        .unwrap_or(if main == "text" { "plain" } else { "" })
        .to_ascii_lowercase();
    let value = |of: &Option<ContentType<'static>>, name: &str| {
        of.as_ref()
            .and_then(|found| found.attribute(name))
            .map(str::to_owned)
    };
    if main == "multipart"
        && let Some(boundary) = value(&kind, "boundary").filter(|boundary| !boundary.is_empty())
    {
        return Part::Multi(boundary.trim_end().as_bytes().to_vec());
    }
    let transfer = block
        .get("content-transfer-encoding")
        .and_then(|header| data.get(header.value.clone()))
        .map_or(Transfer::Identity, |value| {
            Transfer::of(&String::from_utf8_lossy(value))
        });
    let label = value(&kind, "charset");
    let name = value(&disposition, "filename").or_else(|| value(&kind, "name"));
    let attached = disposition
        .as_ref()
        .is_some_and(|found| found.ctype().eq_ignore_ascii_case("attachment"));
    Part::Leaf(Leaf {
        media: format!("{main}/{sub}"),
        // "us-ascii" that is none is better read as UTF-8.
        charset: label
            .filter(|label| !label.eq_ignore_ascii_case("us-ascii"))
            .and_then(|label| charset::by_label(&label)),
        transfer,
        attached: attached || name.is_some(),
        name: name.map(String::into_bytes),
        start: block.end,
        line: block.end_line,
    })
}

fn finish(data: &[u8], leaf: Leaf, end: usize, number: usize, out: &mut Out<'_>) {
    let bytes = data.get(leaf.start..end).unwrap_or_default();
    let at = Span::new(leaf.start as u64, end.max(leaf.start) as u64).on_line(leaf.line);
    if bytes.trim_ascii().is_empty() && !leaf.attached {
        return;
    }
    let html = leaf.media == "text/html";
    let readable = html || matches!(leaf.media.as_str(), "text/plain" | "text/enriched" | "multipart/");
    let readable = readable
        || leaf.media.starts_with("multipart/")
        || leaf.media == "message/delivery-status"
        || leaf.media == "text/rfc822-headers";
    if leaf.attached || !readable {
        let (decoded, bad) = leaf.transfer.decode(bytes);
        complain(bad, at, out);
        let ending = if leaf.media == "message/rfc822" {
            "eml"
        } else {
            "bin"
        };
        let name = leaf
            .name
            .unwrap_or_else(|| format!("part-{number:03}.{ending}").into_bytes());
        let _ = out.child(Child {
            name,
            bytes: decoded,
            at,
        });
        return;
    }
    let wide = leaf
        .charset
        .is_some_and(|charset| charset == UTF_16LE || charset == UTF_16BE);
    let charset = if wide && leaf.transfer == Transfer::Identity {
        None
    } else {
        leaf.charset
    };
    let (text, bad) = transfer::body_text(leaf.transfer, charset, bytes, leaf.start, leaf.line);
    complain(if leaf.transfer == Transfer::Base64 { bad } else { 0 }, at, out);
    if leaf.transfer != Transfer::Base64 && bad > 0 {
        out.anomaly(Anomaly::odd(
            "mail.charset",
            Some(at),
            format!("{bad} places of this body are not in its declared character set"),
        ));
    }
    if html {
        crate::html::body(&text, out);
    } else {
        paragraphs(&text, out);
    }
}

fn complain(bad: u64, at: Span, out: &mut Out<'_>) {
    if bad > 0 {
        out.anomaly(Anomaly::odd(
            "mail.base64",
            Some(at),
            format!("{bad} bytes of this part are not base64; they were passed over"),
        ));
    }
}

/// Pieces between blank lines.
fn paragraphs(text: &Text, out: &mut Out<'_>) {
    const PARAGRAPH_BYTES_MAX: usize = 64 << 10;
    let whole = text.as_str();
    let (mut start, mut at) = (0usize, 0usize);
    let emit = |range: std::ops::Range<usize>, out: &mut Out<'_>| {
        let mut piece = Text::new(Role::Body, None);
        piece.push_part(text, range);
        let piece = crate::text::trimmed(piece);
        if !piece.as_str().is_empty() {
            out.text(piece);
        }
    };
    for line in whole.split_inclusive('\n') {
        if line.trim().is_empty() || at.saturating_sub(start) > PARAGRAPH_BYTES_MAX {
            emit(start..at, out);
            start = at;
        }
        at = at.saturating_add(line.len());
    }
    emit(start..at, out);
}
