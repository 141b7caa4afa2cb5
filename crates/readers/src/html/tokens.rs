//! Tags and text runs of HTML, by byte range in the source.
//!
//! A walk, not a parser: tags need not match. Text of `script`, `style` and the like is given as raw text.

use std::ops::Range;

/// A piece of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// Characters between tags.
    Text(Range<usize>),
    /// A tag: name in lower case, range of its inside after the name.
    Tag {
        /// Name.
        name: String,
        /// Whether it closes.
        close: bool,
        /// Where attributes stand.
        attributes: Range<usize>,
    },
    /// The inside of a raw element.
    Raw(Range<usize>),
}

/// Elements whose inside is not markup.
const RAW: [&str; 6] = ["script", "style", "noscript", "template", "iframe", "textarea"];

/// Walks the tokens of `source`.
pub struct Tokens<'a> {
    source: &'a str,
    at: usize,
    raw: Option<String>,
    /// Bytes walked for ends of tags that quotes hid until the end of the page.
    wasted: usize,
}

impl<'a> Tokens<'a> {
    /// At the start.
    pub const fn new(source: &'a str) -> Self {
        Self {
            source,
            at: 0,
            raw: None,
            wasted: 0,
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let rest = self.source.get(self.at..)?;
            if rest.is_empty() {
                return None;
            }
            if let Some(name) = self.raw.take() {
                let end = raw_end(rest, &name).unwrap_or(rest.len());
                let range = self.at..self.at.saturating_add(end);
                self.at = range.end;
                return Some(Token::Raw(range));
            }
            if let Some(comment) = rest.strip_prefix("<!--") {
                let end = comment
                    .find("-->")
                    .map_or(rest.len(), |end| end.saturating_add(7));
                self.at = self.at.saturating_add(end);
                continue;
            }
            if rest.starts_with("<!") || rest.starts_with("<?") {
                self.at = self
                    .at
                    .saturating_add(rest.find('>').map_or(rest.len(), |end| end.saturating_add(1)));
                continue;
            }
            let bytes = rest.as_bytes();
            let close = bytes.get(1) == Some(&b'/');
            let from = if close { 2usize } else { 1 };
            if bytes.first() == Some(&b'<') && bytes.get(from).is_some_and(u8::is_ascii_alphabetic) {
                let name: String = rest
                    .get(from..)?
                    .chars()
                    .take(40)
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == ':')
                    .collect();
                let inside = from.saturating_add(name.len());
                let end = self.tag_end(bytes, inside);
                let name = name.to_ascii_lowercase();
                let attributes = self.at.saturating_add(inside)..self.at.saturating_add(end);
                self.at = self
                    .at
                    .saturating_add(end)
                    .saturating_add(1)
                    .min(self.source.len());
                if !close && RAW.contains(&name.as_str()) {
                    self.raw = Some(name.clone());
                }
                return Some(Token::Tag {
                    name,
                    close,
                    attributes,
                });
            }
            let skip = usize::from(bytes.first() == Some(&b'<'));
            let end = rest
                .get(skip..)?
                .find('<')
                .map_or(rest.len(), |end| end.saturating_add(skip));
            let range = self.at..self.at.saturating_add(end);
            self.at = range.end;
            return Some(Token::Text(range));
        }
    }
}

impl Tokens<'_> {
    /// Where `>` ends a tag, quotes respected as long as that is worth it.
    fn tag_end(&mut self, bytes: &[u8], from: usize) -> usize {
        let mut quote = None;
        let mut before = 0u8;
        // Pages whose quotes never close would be walked to their end for every tag.
        let worth = self.wasted <= self.source.len();
        for (at, byte) in bytes.iter().enumerate().skip(from).take_while(|_| worth) {
            match (quote, byte) {
                (None, b'>') => return at,
                (None, b'"' | b'\'') if before == b'=' => quote = Some(*byte),
                (Some(open), byte) if open == *byte => quote = None,
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                before = *byte;
            }
        }
        if worth {
            self.wasted = self.wasted.saturating_add(bytes.len().saturating_sub(from));
        }
        // An unclosed quote must not swallow the rest of the page.
        bytes
            .iter()
            .skip(from)
            .position(|byte| *byte == b'>')
            .map_or(bytes.len(), |at| at.saturating_add(from))
    }
}

fn raw_end(rest: &str, name: &str) -> Option<usize> {
    memchr::memmem::find_iter(rest.as_bytes(), b"</").find(|at| {
        rest.get(at.saturating_add(2)..at.saturating_add(2).saturating_add(name.len()))
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
    })
}

/// The value of attribute `name`, by range in the source.
pub fn attribute(source: &str, attributes: &Range<usize>, name: &str) -> Option<Range<usize>> {
    let whole = source.get(attributes.clone())?;
    let bytes = whole.as_bytes();
    let mut at = 0usize;
    let skip = |at: usize, stop: &dyn Fn(u8) -> bool| {
        bytes
            .iter()
            .skip(at)
            .position(|b| stop(*b))
            .map_or(bytes.len(), |n| at.saturating_add(n))
    };
    while at < bytes.len() {
        at = skip(at, &|b| !b.is_ascii_whitespace() && b != b'/');
        let key_end = skip(at, &|b| b.is_ascii_whitespace() || b == b'=');
        let key = whole.get(at..key_end).unwrap_or_default();
        at = skip(key_end, &|b| !b.is_ascii_whitespace());
        if bytes.get(at) != Some(&b'=') {
            at = at.max(key_end.saturating_add(usize::from(key.is_empty())));
            continue;
        }
        at = skip(at.saturating_add(1), &|b| !b.is_ascii_whitespace());
        let (from, end, next) = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let end = skip(at.saturating_add(1), &|b| b == *quote);
                (at.saturating_add(1), end, end.saturating_add(1))
            }
            _ => {
                let end = skip(at, &|b| b.is_ascii_whitespace());
                (at, end, end)
            }
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(
                attributes.start.saturating_add(from)..attributes.start.saturating_add(end.max(from)),
            );
        }
        at = next;
    }
    None
}
