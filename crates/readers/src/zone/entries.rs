//! The entries of a zone file: words and quoted strings, over lines where parentheses are open, and the comment.
//!
//! One pass, bounded memory, no recursion. Source: RFC 1035, section 5.1.

use ascribe_model::Span;

/// Words of one entry; what stands beyond is passed over.
const TOKENS_MAX: usize = 2000;
/// Bytes of one entry.
const ENTRY_BYTES_MAX: usize = 256 << 10;

/// A word or a quoted string, escapes undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it stood in quotes.
    pub quoted: bool,
    /// First byte in the file.
    pub start: u64,
    /// One past the last.
    pub end: u64,
}

impl Token {
    /// As text.
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its words.
    pub tokens: Vec<Token>,
    /// Whether its line starts with white space: the owner is the one before.
    pub indented: bool,
    /// The last comment in it.
    pub comment: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// Whether a quote or a parenthesis stays open.
    pub unclosed: bool,
}

/// All entries of a text, in order.
pub struct Entries<'d> {
    data: &'d [u8],
    at: usize,
    line: u64,
}

impl<'d> Entries<'d> {
    /// Starts at the first byte.
    pub fn new(data: &'d [u8]) -> Self {
        let at = if data.starts_with(&[0xef, 0xbb, 0xbf]) {
            3
        } else {
            0
        };
        Self { data, at, line: 1 }
    }

    fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    fn step(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at = self.at.saturating_add(1);
        if byte == b'\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(byte)
    }

    /// The rest of the line, without its end.
    fn comment(&mut self) -> String {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.at = self.at.saturating_add(len);
        let text = rest.get(..len).unwrap_or_default().trim_ascii();
        String::from_utf8_lossy(text.get(..text.len().min(8192)).unwrap_or_default()).into_owned()
    }

    /// What follows a backslash: a byte as it is, or three digits.
    fn escaped(&mut self) -> Option<u8> {
        let digits = self.data.get(self.at..self.at.saturating_add(3));
        if let Some(digits) = digits
            && digits.iter().all(u8::is_ascii_digit)
        {
            let number = digits.iter().fold(0u32, |number, digit| {
                number
                    .saturating_mul(10)
                    .saturating_add(u32::from(digit.wrapping_sub(b'0')))
            });
            if let Ok(byte) = u8::try_from(number) {
                self.at = self.at.saturating_add(3);
                return Some(byte);
            }
        }
        self.step()
    }

    /// A quoted string; in parentheses it may go on over lines. False where it is not closed.
    fn quoted(&mut self, over_lines: bool, token: &mut Token) -> bool {
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.step();
                    return true;
                }
                b'\n' if !over_lines => return false,
                b'\\' => {
                    self.step();
                    token.bytes.extend(self.escaped());
                }
                b'\r' | b'\n' => {
                    self.step();
                }
                _ => {
                    self.step();
                    token.bytes.push(byte);
                }
            }
            if token.bytes.len() > ENTRY_BYTES_MAX {
                return false;
            }
        }
        false
    }

    fn word(&mut self, token: &mut Token) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'(' | b')' | b'"' => return,
                b'\\' => {
                    self.step();
                    token.bytes.extend(self.escaped());
                }
                _ => {
                    self.step();
                    token.bytes.push(byte);
                }
            }
            if token.bytes.len() > ENTRY_BYTES_MAX {
                return;
            }
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let mut entry = Entry::default();
        let mut open = false;
        let mut fresh = true;
        let mut bytes = 0usize;
        loop {
            let here = self.at;
            let Some(byte) = self.peek() else { break };
            match byte {
                b'\n' => {
                    self.step();
                    if !open && !entry.tokens.is_empty() {
                        break;
                    }
                    if !open {
                        entry.indented = false;
                        entry.comment = None;
                        fresh = true;
                    }
                    continue;
                }
                b' ' | b'\t' | b'\r' => {
                    self.step();
                    entry.indented |= fresh && byte != b'\r';
                }
                b'#' if fresh && entry.tokens.is_empty() => {
                    self.comment();
                }
                b';' => {
                    self.step();
                    entry.comment = Some(self.comment());
                }
                b'(' | b')' => {
                    self.step();
                    open = byte == b'(';
                }
                _ => {
                    let line = self.line;
                    let mut token = Token {
                        start: here as u64,
                        ..Token::default()
                    };
                    if byte == b'"' {
                        self.step();
                        token.quoted = true;
                        entry.unclosed |= !self.quoted(open, &mut token);
                    } else {
                        self.word(&mut token);
                    }
                    token.end = self.at as u64;
                    if entry.tokens.is_empty() {
                        entry.span = Span::new(token.start, token.end).on_line(line);
                    }
                    entry.span.end = token.end;
                    bytes = bytes.saturating_add(token.bytes.len());
                    if entry.tokens.len() < TOKENS_MAX && bytes <= ENTRY_BYTES_MAX {
                        entry.tokens.push(token);
                    }
                }
            }
            fresh = false;
        }
        entry.unclosed |= open;
        (!entry.tokens.is_empty()).then_some(entry)
    }
}
