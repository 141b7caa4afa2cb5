//! A PDF as records: what it says of itself, then each page's text with the bytes of its content.
//!
//! A page's place is the range from the first to the last of its content streams as they stand in the file (for most
//! files one stream); the text has no finer way back. Text of forms that the content draws counts to the page.

use ascribe_model::Span;
use ascribe_model::pages::Record;
use hayro_interpret::hayro_syntax::metadata::Metadata;
use hayro_interpret::hayro_syntax::object::{Array, DateTime, Stream};
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::hayro_syntax::{LoadPdfError, Pdf};
use hayro_interpret::kurbo::{Affine, Rect};
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, interpret_page};

use crate::layout::Sheet;

/// Text that is written out, all pages together.
const TEXT_BYTES_MAX: usize = 16 << 20;

/// Gives the records of a PDF to `write` until it says no.
pub fn document(data: Vec<u8>, write: &mut dyn FnMut(Record) -> bool) {
    let pdf = match Pdf::new(data) {
        Ok(pdf) => pdf,
        Err(error) => {
            let (code, text) = match error {
                LoadPdfError::Decryption(_) => (
                    "pdf.encrypted",
                    "it is encrypted, and an empty password does not open it: nothing was read",
                ),
                LoadPdfError::Invalid => ("pdf.damaged", "no pages could be found in it"),
            };
            write(lost(code, text.to_owned()));
            write(Record::End { pages: 0 });
            return;
        }
    };
    let data = pdf.data().as_ref();
    for record in about(pdf.metadata(), data) {
        if !write(record) {
            return;
        }
    }
    let cache = InterpreterCache::new();
    let mut seen = Seen::default();
    let mut written = 0usize;
    let pages = pdf.pages();
    for (index, page) in pages.iter().enumerate() {
        let number = (index as u64).saturating_add(1);
        let mut sheet = Sheet::default();
        // The box only serves as a clip, which text does not heed.
        let mut context = Context::new(
            Affine::IDENTITY,
            Rect::new(0.0, 0.0, 1.0, 1.0),
            &cache,
            pdf.xref(),
            InterpreterSettings::default(),
        );
        interpret_page(page, &mut context, &mut sheet);
        let (at, encrypted) = place(page, data);
        seen.add(number, &sheet, encrypted);
        let text = sheet.into_text();
        written = written.saturating_add(text.len());
        if written > TEXT_BYTES_MAX {
            let text = format!("it has more than {TEXT_BYTES_MAX} bytes of text; read up to page {index}");
            write(lost("pdf.text-size", text));
            break;
        }
        if !write(Record::Page { number, text, at }) {
            return;
        }
    }
    for record in seen.records() {
        if !write(record) {
            return;
        }
    }
    write(Record::End {
        pages: pages.len() as u64,
    });
}

fn lost(code: &str, text: String) -> Record {
    Record::Lost {
        code: code.to_owned(),
        text,
    }
}

fn odd(code: &str, text: String) -> Record {
    Record::Odd {
        code: code.to_owned(),
        text,
    }
}

/// What the pages had in common that a reader must know.
#[derive(Default)]
struct Seen {
    pictures_only: Vec<u64>,
    letters: u64,
    unknown: u64,
    invisible: u64,
    encrypted: bool,
}

impl Seen {
    fn add(&mut self, number: u64, sheet: &Sheet, encrypted: bool) {
        if sheet.letters() == 0 && sheet.pictures() > 0 {
            self.pictures_only.push(number);
        }
        self.letters = self.letters.saturating_add(sheet.letters());
        self.unknown = self.unknown.saturating_add(sheet.unknown());
        self.invisible = self.invisible.saturating_add(sheet.invisible());
        self.encrypted |= encrypted;
    }

    fn records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        if self.encrypted {
            let text = "it is encrypted with an empty password: its text has no bytes of its own in the file";
            records.push(odd("pdf.encrypted", text.to_owned()));
        }
        if !self.pictures_only.is_empty() {
            let first: Vec<String> = self.pictures_only.iter().take(20).map(u64::to_string).collect();
            let more = if self.pictures_only.len() > first.len() {
                " and more"
            } else {
                ""
            };
            let text = format!(
                "pages with pictures and no text, which were not read: {} of them, {}{more}",
                self.pictures_only.len(),
                first.join(", ")
            );
            records.push(lost("pdf.pictures-only", text));
        }
        if self.unknown > 0 {
            let text = format!(
                "{} of {} characters have no letter that the file names; they stand as U+FFFD",
                self.unknown, self.letters
            );
            // A few are ornaments; where most are unknown the text was not read.
            records.push(if self.unknown.saturating_mul(2) > self.letters {
                lost("pdf.letters", text)
            } else {
                odd("pdf.letters", text)
            });
        }
        if self.invisible > 0 {
            let text = format!(
                "{} of {} characters are drawn so that nobody sees them (a scan's text layer, or hidden)",
                self.invisible, self.letters
            );
            records.push(odd("pdf.invisible-text", text));
        }
        records
    }
}

/// Where a page's content stands, and whether it had to be decrypted (which leaves no place).
fn place(page: &Page<'_>, data: &[u8]) -> (Span, bool) {
    let mut streams: Vec<Stream<'_>> = Vec::new();
    if let Some(stream) = page.raw().get::<Stream<'_>>(b"Contents".as_slice()) {
        streams.push(stream);
    } else if let Some(array) = page.raw().get::<Array<'_>>(b"Contents".as_slice()) {
        streams.extend(array.iter::<Stream<'_>>().take(10_000));
    }
    let base = data.as_ptr().addr();
    let (mut all, mut encrypted): (Option<Span>, bool) = (None, false);
    for stream in streams {
        let raw = stream.raw_data();
        let inside = raw
            .as_ptr()
            .addr()
            .checked_sub(base)
            .filter(|start| start.checked_add(raw.len()).is_some_and(|end| end <= data.len()));
        let Some(start) = inside else {
            encrypted = true;
            continue;
        };
        let one = Span::new(start as u64, start.saturating_add(raw.len()) as u64);
        all = Some(all.map_or(one, |all| {
            Span::new(all.start.min(one.start), all.end.max(one.end))
        }));
    }
    (all.unwrap_or_default(), encrypted)
}

/// What a document says of itself.
fn about(metadata: &Metadata, data: &[u8]) -> Vec<Record> {
    let texts = [
        ("title", "/Title", &metadata.title),
        ("author", "/Author", &metadata.author),
        ("subject", "/Subject", &metadata.subject),
        ("keywords", "/Keywords", &metadata.keywords),
        ("creator", "/Creator", &metadata.creator),
        ("producer", "/Producer", &metadata.producer),
    ];
    let mut records = Vec::new();
    for (name, key, value) in texts {
        let Some(value) = value.as_deref() else { continue };
        let text = decoded(value);
        if !text.trim().is_empty() {
            records.push(Record::Metadata {
                name: name.to_owned(),
                value: text.chars().take(4096).collect(),
                at: literal(data, key, value),
            });
        }
    }
    let dates = [
        ("created", metadata.creation_date),
        ("modified", metadata.modification_date),
    ];
    for (name, date) in dates {
        if let Some(date) = date {
            records.push(Record::Metadata {
                name: name.to_owned(),
                value: written(&date),
                at: Span::default(),
            });
        }
    }
    records
}

/// Where `key (value)` stands plainly in the file; 0..0 where it does not (compressed, escaped, encrypted).
fn literal(data: &[u8], key: &str, value: &[u8]) -> Span {
    for found in memchr::memmem::find_iter(data, key.as_bytes()).take(1000) {
        let after = found.saturating_add(key.len());
        let rest = data.get(after..).unwrap_or_default();
        let space = rest.len().saturating_sub(rest.trim_ascii_start().len());
        let start = after.saturating_add(space).saturating_add(1);
        let end = start.saturating_add(value.len());
        if data.get(start.saturating_sub(1)) == Some(&b'(')
            && data.get(start..end) == Some(value)
            && data.get(end) == Some(&b')')
        {
            return Span::new(start as u64, end as u64);
        }
    }
    Span::default()
}

/// A text string: UTF-16 or UTF-8 with a mark, otherwise one byte a letter (PDFDocEncoding is Latin-1 but for a few signs).
fn decoded(value: &[u8]) -> String {
    if let Some(wide) = value.strip_prefix(b"\xfe\xff") {
        let units = wide.chunks_exact(2).map(|pair| match pair {
            [high, low] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        });
        return char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
    }
    if let Some(plain) = value.strip_prefix(b"\xef\xbb\xbf") {
        return String::from_utf8_lossy(plain).into_owned();
    }
    value.iter().map(|byte| char::from(*byte)).collect()
}

/// A date as it is written; an offset of zero may have been left out, so it is not shown.
fn written(date: &DateTime) -> String {
    let DateTime {
        year,
        month,
        day,
        hour,
        minute,
        second,
        utc_offset_hour,
        utc_offset_minute,
    } = date;
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if *utc_offset_hour != 0 {
        let sign = if *utc_offset_hour < 0 { '-' } else { '+' };
        let hours = utc_offset_hour.unsigned_abs();
        text.push_str(&format!("{sign}{hours:02}:{utc_offset_minute:02}"));
    }
    text
}
