//! The canonical forms of headers and bodies over which mail signatures are made.
//!
//! Line ends that are LF alone are taken as CR LF, as on the way. A CR inside a line stays. Streams the body.
//! Source: RFC 6376, section 3.4 (with its errata) and section 3.7.

use super::headers::{Header, line_at};

/// A canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Canon {
    /// Nearly as it is.
    Simple,
    /// White space and names of headers may change.
    Relaxed,
}

impl Canon {
    /// The form of this name.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "simple" => Some(Self::Simple),
            "relaxed" => Some(Self::Relaxed),
            _ => None,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Relaxed => "relaxed",
        }
    }
}

/// A line end, always handed over by itself.
pub const LINE_END: &[u8] = b"\r\n";

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Hands the canonical body over piece by piece. Lines and [`LINE_END`]s are separate pieces.
pub fn body(data: &[u8], canon: Canon, feed: &mut dyn FnMut(&[u8])) {
    let mut at = 0usize;
    let mut empty_lines = 0u64;
    let mut any = false;
    while at < data.len() {
        let (end, next) = line_at(data, at);
        let mut line = data.get(at..end).unwrap_or_default();
        if canon == Canon::Relaxed {
            line = trim_end(line);
        }
        at = next;
        if line.is_empty() {
            empty_lines = empty_lines.saturating_add(1);
            continue;
        }
        for _ in 0..empty_lines {
            feed(LINE_END);
        }
        empty_lines = 0;
        any = true;
        match canon {
            Canon::Simple => feed(line),
            Canon::Relaxed => collapsed(line, feed),
        }
        feed(LINE_END);
    }
    if !any && canon == Canon::Simple {
        feed(LINE_END);
    }
}

fn trim_end(line: &[u8]) -> &[u8] {
    let len = line.iter().rposition(|byte| !is_space(*byte));
    line.get(..len.map_or(0, |last| last.saturating_add(1)))
        .unwrap_or_default()
}

/// Each run of white space becomes one space.
fn collapsed(line: &[u8], feed: &mut dyn FnMut(&[u8])) {
    let mut rest = line;
    while let Some(at) = needs_change(rest) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        if !before.is_empty() {
            feed(before);
        }
        feed(b" ");
        let run = after.iter().take_while(|byte| is_space(**byte)).count();
        rest = after.get(run..).unwrap_or_default();
    }
    if !rest.is_empty() {
        feed(rest);
    }
}

/// The first white space that is not one single space.
fn needs_change(line: &[u8]) -> Option<usize> {
    let mut from = 0usize;
    loop {
        let found = memchr::memchr2(b' ', b'\t', line.get(from..)?)?;
        let at = from.saturating_add(found);
        let next = line.get(at.saturating_add(1)).copied();
        if line.get(at) == Some(&b'\t') || next.is_some_and(is_space) {
            return Some(at);
        }
        from = at.saturating_add(1);
    }
}

/// Appends a header in canonical form, with its line end.
pub fn header(data: &[u8], header: &Header, canon: Canon, into: &mut Vec<u8>) {
    let value = data.get(header.value.clone()).unwrap_or_default();
    named(data, header, value, canon, into);
    into.extend_from_slice(LINE_END);
}

/// Appends a header with another value than the file has.
pub fn header_with(data: &[u8], header: &Header, value: &[u8], canon: Canon, into: &mut Vec<u8>) {
    named(data, header, value, canon, into);
    into.extend_from_slice(LINE_END);
}

/// Appends a signature's own header: what `b=` says is taken out, and there is no line end.
pub fn own_header(data: &[u8], header: &Header, canon: Canon, into: &mut Vec<u8>) {
    let value = data.get(header.value.clone()).unwrap_or_default();
    named(data, header, &without_signature(value), canon, into);
}

fn named(data: &[u8], header: &Header, value: &[u8], canon: Canon, into: &mut Vec<u8>) {
    match canon {
        Canon::Simple => {
            into.extend_from_slice(data.get(header.start..header.value.start).unwrap_or_default());
            let mut at = 0usize;
            while at < value.len() {
                let (end, next) = line_at(value, at);
                into.extend_from_slice(value.get(at..end).unwrap_or_default());
                if next > end {
                    into.extend_from_slice(LINE_END);
                }
                at = next;
            }
        }
        Canon::Relaxed => {
            into.extend_from_slice(header.name.as_bytes());
            into.push(b':');
            let start = into.len();
            let mut at = 0usize;
            while at < value.len() {
                // Folds vanish; the white space around them stays and is collapsed.
                let (end, next) = line_at(value, at);
                for byte in value.get(at..end).unwrap_or_default() {
                    if !is_space(*byte) {
                        into.push(*byte);
                    } else if into.len() > start && into.last() != Some(&b' ') {
                        into.push(b' ');
                    }
                }
                at = next;
            }
            if into.len() > start && into.last() == Some(&b' ') {
                into.pop();
            }
        }
    }
}

/// A tag list whose `b=` is empty; white space around its value goes too.
fn without_signature(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for (index, tag) in value.split(|byte| *byte == b';').enumerate() {
        if index > 0 {
            out.push(b';');
        }
        let equals = tag.iter().position(|byte| *byte == b'=');
        let name = equals.and_then(|at| tag.get(..at)).unwrap_or_default();
        if let Some(at) = equals
            && name.trim_ascii() == b"b"
        {
            out.extend_from_slice(tag.get(..=at).unwrap_or_default());
        } else {
            out.extend_from_slice(tag);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::headers;

    fn canonical_body(data: &[u8], canon: Canon) -> String {
        let mut out = Vec::new();
        body(data, canon, &mut |piece| out.extend_from_slice(piece));
        String::from_utf8(out).unwrap()
    }

    fn canonical_header(data: &[u8], canon: Canon) -> String {
        let block = headers::scan(data, 0, 1);
        let mut out = Vec::new();
        for one in &block.headers {
            header(data, one, canon, &mut out);
        }
        String::from_utf8(out).unwrap()
    }

    // The examples of RFC 6376, section 3.4.5.
    const HEADERS: &[u8] = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n";
    const BODY: &[u8] = b" C \r\nD \t E\r\n\r\n\r\n";

    #[test]
    fn the_examples_of_the_standard_come_out() {
        assert_eq!(canonical_header(HEADERS, Canon::Relaxed), "a:X\r\nb:Y Z\r\n");
        assert_eq!(
            canonical_header(HEADERS, Canon::Simple),
            "A: X\r\nB : Y\t\r\n\tZ  \r\n"
        );
        assert_eq!(canonical_body(BODY, Canon::Relaxed), " C\r\nD E\r\n");
        assert_eq!(canonical_body(BODY, Canon::Simple), " C \r\nD \t E\r\n");
    }

    #[test]
    fn an_empty_body_is_a_line_end_or_nothing() {
        for empty in [&b""[..], b"\r\n", b"\n\n\r\n"] {
            assert_eq!(canonical_body(empty, Canon::Simple), "\r\n");
            assert_eq!(canonical_body(empty, Canon::Relaxed), "");
        }
        assert_eq!(canonical_body(b" \t \r\n\t\r\n", Canon::Relaxed), "");
        assert_eq!(canonical_body(b" \t \r\n", Canon::Simple), " \t \r\n");
    }

    #[test]
    fn a_last_line_without_end_gets_one_and_line_feeds_become_pairs() {
        for canon in [Canon::Simple, Canon::Relaxed] {
            assert_eq!(canonical_body(b"a\n\nb", canon), "a\r\n\r\nb\r\n");
        }
        assert_eq!(canonical_header(b"A: x\n y\n\n", Canon::Simple), "A: x\r\n y\r\n");
    }

    #[test]
    fn only_the_value_of_the_signature_is_taken_out() {
        let value = b" v=1; bh=b=; b = AB\r\n CD== ; h=b";
        assert_eq!(without_signature(value), b" v=1; bh=b=; b =; h=b");
        assert_eq!(without_signature(b" b=AA"), b" b=");
    }

    #[test]
    fn white_space_runs_become_one_space() {
        assert_eq!(
            canonical_body(b"\t\ta b  c\td \n", Canon::Relaxed),
            " a b c d\r\n"
        );
    }
}
