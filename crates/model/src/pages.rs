//! Pages that a helper process read out of a document, and how they travel through its pipe.
//!
//! A library that cannot be bounded runs in a process of its own; what it writes is as hostile as the document that it
//! read. So the form is plain, every length is checked, and a stream that stops in the middle keeps what came before.
//!
//! Form: 16 bytes `ascribe-pages/1` and a line end, then records: kind (1 byte: `m` metadata, `p` page, `o` oddity,
//! `l` loss, `e` end), number, start, end (8 bytes each, little-endian), length (4 bytes, little-endian), that many
//! bytes of UTF-8. Metadata, oddities and losses are a name, a zero byte, and the text.

use std::sync::atomic::AtomicBool;

use crate::cursor::Cursor;
use crate::place::Span;
use crate::reading::Bytes;

const MAGIC: &[u8; 16] = b"ascribe-pages/1\n";

/// What a helper gave before it ended or was ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Helped {
    /// Its output, as far as it came.
    pub bytes: Vec<u8>,
    /// Why there may be more to it: it failed, or time, memory or output reached a bound.
    pub failed: Option<String>,
}

/// Asks a helper process for the pages of a document. The flag becomes true when time is up.
pub type AskPages<'a> = &'a (dyn Fn(&dyn Bytes, &AtomicBool) -> Helped + Sync);

/// One thing that a helper says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The document says this of itself.
    Metadata {
        /// `title`, `author`, `creator`, `producer`, `subject`, `keywords`, `created`, `modified`.
        name: String,
        /// As it says.
        value: String,
        /// Where; 0..0 where that is not known.
        at: Span,
    },
    /// The text of a page: lines end with `\n`, paragraphs with an empty line.
    Page {
        /// From 1.
        number: u64,
        /// Its text.
        text: String,
        /// Where its content stands; 0..0 where that is not known.
        at: Span,
    },
    /// Something odd, as in [`crate::Anomaly`]: code and sentence.
    Odd {
        /// Code.
        code: String,
        /// Sentence.
        text: String,
    },
    /// Something that kept part of the document from being read: code and sentence.
    Lost {
        /// Code.
        code: String,
        /// Sentence.
        text: String,
    },
    /// All was said: so many pages.
    End {
        /// Pages of the document.
        pages: u64,
    },
}

impl Record {
    /// Appends the record to `to`; text beyond 4 GiB cannot occur under the bounds of a helper and is cut.
    pub fn write(&self, to: &mut Vec<u8>) {
        let named = |name: &str, value: &str| format!("{}\0{value}", name.replace('\0', ""));
        let (kind, number, at, text) = match self {
            Self::Metadata { name, value, at } => (b'm', 0, *at, named(name, value)),
            Self::Page { number, text, at } => (b'p', *number, *at, text.clone()),
            Self::Odd { code, text } => (b'o', 0, Span::default(), named(code, text)),
            Self::Lost { code, text } => (b'l', 0, Span::default(), named(code, text)),
            Self::End { pages } => (b'e', *pages, Span::default(), String::new()),
        };
        to.push(kind);
        for value in [number, at.start, at.end] {
            to.extend(value.to_le_bytes());
        }
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
        to.extend(len.to_le_bytes());
        to.extend(text.bytes().take(usize::try_from(len).unwrap_or(usize::MAX)));
    }
}

/// The head of the stream.
#[must_use]
pub fn head() -> Vec<u8> {
    MAGIC.to_vec()
}

/// The records of a stream, and whether it ends as it should: with its end record and nothing after.
///
/// Spans are those of the stream: whoever uses them checks that they lie in the document.
#[must_use]
pub fn parse(bytes: &[u8]) -> (Vec<Record>, bool) {
    let mut records = Vec::new();
    let Some(mut rest) = bytes.strip_prefix(MAGIC.as_slice()) else {
        return (records, false);
    };
    while let Some((record, len)) = one(rest) {
        rest = rest.get(len..).unwrap_or_default();
        let end = matches!(record, Record::End { .. });
        records.push(record);
        if end {
            return (records, rest.is_empty());
        }
    }
    (records, false)
}

fn one(bytes: &[u8]) -> Option<(Record, usize)> {
    let mut cursor = Cursor::new(bytes, 0);
    let kind = cursor.u8("kind").ok()?;
    let number = cursor.u64_le("number").ok()?;
    let at = Span::new(cursor.u64_le("start").ok()?, cursor.u64_le("end").ok()?);
    let len = usize::try_from(cursor.u32_le("length").ok()?).ok()?;
    const HEAD: usize = 29;
    let end = HEAD.checked_add(len)?;
    let text = std::str::from_utf8(bytes.get(HEAD..end)?).ok()?;
    let named = || {
        let (name, value) = text.split_once('\0')?;
        Some((name.to_owned(), value.to_owned()))
    };
    let record = match kind {
        b'm' => named().map(|(name, value)| Record::Metadata { name, value, at })?,
        b'p' => Record::Page {
            number,
            text: text.to_owned(),
            at,
        },
        b'o' => named().map(|(code, text)| Record::Odd { code, text })?,
        b'l' => named().map(|(code, text)| Record::Lost { code, text })?,
        b'e' => Record::End { pages: number },
        _ => return None,
    };
    Some((record, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_a_cut_keeps_what_came_before() {
        let records = vec![
            Record::Metadata {
                name: "title".into(),
                value: "a\0b".into(),
                at: Span::new(3, 9),
            },
            Record::Page {
                number: 1,
                text: "é\n".into(),
                at: Span::new(10, 90),
            },
            Record::Odd {
                code: "pdf.x".into(),
                text: "odd".into(),
            },
            Record::Lost {
                code: "pdf.y".into(),
                text: "lost".into(),
            },
            Record::End { pages: 1 },
        ];
        let mut bytes = head();
        for record in &records {
            record.write(&mut bytes);
        }
        assert_eq!(parse(&bytes), (records.clone(), true));
        for end in 0..bytes.len() {
            let (some, whole) = parse(bytes.split_at(end).0);
            assert!(!whole && records.starts_with(&some) && some.len() < records.len());
        }
        bytes.push(0);
        assert!(!parse(&bytes).1);
    }
}
