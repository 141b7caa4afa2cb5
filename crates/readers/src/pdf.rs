//! Reads PDF: paragraphs page by page, title, stated date, what the file says of itself.
//!
//! Only finds the PDF; its pages come from a process of its own under limits (`ascribe_model::pages`), since no PDF
//! library can be bounded. Without such a process nothing is read, and that is said. Text has no byte-exact way back:
//! its place is its page's content, else the whole file. A piece of metadata named `page` precedes each page's text.

use ascribe_model::pages::{Record, parse};
use ascribe_model::{Anomaly, Bytes, Coverage, Moment, Out, Role, Saw, Span, Text};

use crate::stated_date;
use crate::{Head, Match, Reader};

/// The reader of PDF.
pub const READER: Reader = Reader {
    name: "pdf/1",
    kind: "pdf",
    detect,
    read,
};

/// Readers of PDF look for the mark in so many bytes (PDF 1.7, appendix H.3.4.1).
const HEAD_BYTES: usize = 1024;
/// A date line stands among the first lines.
const DATED_LINES: usize = 15;

fn detect(head: &Head<'_>) -> Match {
    let first = head
        .bytes
        .get(..head.bytes.len().min(HEAD_BYTES))
        .unwrap_or_default();
    match memchr::memmem::find(first, b"%PDF-") {
        Some(0) => Match::Sure,
        // A text or a mail about PDF may name the mark; a file that has it on a line of its own, followed by objects, is one.
        Some(at)
            if matches!(first.get(at.saturating_sub(1)), Some(b'\n' | b'\r' | 0))
                && memchr::memmem::find(head.bytes, b" obj").is_some() =>
        {
            Match::Likely
        }
        _ => Match::No,
    }
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let whole = Span::new(0, bytes.len());
    let max = out.limits().whole_bytes_max;
    if bytes.len() > max {
        let text = format!("the PDF is larger than {max} bytes and was not examined");
        out.anomaly(Anomaly::lost("pdf.size", Some(whole), text));
        return;
    }
    let Some(helped) = out.ask_pages(bytes) else {
        let text = "not examined: no PDF helper";
        out.anomaly(Anomaly::lost("pdf.no-helper", Some(whole), text));
        return;
    };
    let (records, ended) = parse(&helped.bytes);
    let read = told(&records, whole, out);
    match helped.failed {
        Some(why) => {
            let text = format!("{why}; {} pages were read", read.parsed);
            out.anomaly(Anomaly::lost("pdf.helper", Some(whole), text));
        }
        None if !ended => {
            let text = format!(
                "the PDF helper stopped in the middle; {} pages were read",
                read.parsed
            );
            out.anomaly(Anomaly::lost("pdf.helper", Some(whole), text));
        }
        None => {}
    }
    out.coverage(read);
}

/// Writes down what the helper told, and counts pages.
fn told(records: &[Record], whole: Span, out: &mut Out<'_>) -> Coverage {
    let mut counts = Coverage {
        unit: "page".to_owned(),
        ..Coverage::default()
    };
    let mut created: Option<Moment> = None;
    for record in records {
        match record {
            Record::Metadata { name, value, at } => {
                if name == "created" {
                    created = day_of(value);
                }
                metadata(name, value, inside(*at, whole), out);
            }
            Record::Page { number, text, at } => {
                counts.seen = counts.seen.max(*number);
                counts.parsed = counts.parsed.saturating_add(1);
                if !text.trim().is_empty() {
                    counts.used = counts.used.saturating_add(1);
                    page(*number, text, inside(*at, whole), out);
                }
            }
            Record::Odd { code, text } => out.anomaly(Anomaly::odd(code, Some(whole), text.as_str())),
            Record::Lost { code, text } => out.anomaly(Anomaly::lost(code, Some(whole), text.as_str())),
            Record::End { pages } => counts.seen = counts.seen.max(*pages),
        }
    }
    // A hostile stream may number its pages as it likes.
    counts.parsed = counts.parsed.min(counts.seen);
    counts.used = counts.used.min(counts.seen);
    counts.dropped = counts.seen.saturating_sub(counts.parsed);
    if out.document().published.is_none()
        && let Some(created) = created
    {
        let text = format!(
            "its date, {created}, is what the file says of its own making; whoever makes a file can say any day"
        );
        out.document().published = Some(created);
        out.anomaly(Anomaly::odd("pdf.date-claimed", Some(whole), text));
    }
    counts
}

/// The span, if it lies in the file and is known; else the whole file.
fn inside(at: Span, whole: Span) -> Span {
    if at.start < at.end && at.end <= whole.end {
        Span::new(at.start, at.end)
    } else {
        whole
    }
}

fn piece(role: Role, text: &str, at: Span) -> Text {
    let mut piece = Text::new(role, None);
    piece.push_opaque(text, at.start, at.end);
    piece
}

fn metadata(name: &str, value: &str, at: Span, out: &mut Out<'_>) {
    let role = if name == "title" {
        out.document().title = Some(value.trim().to_owned());
        Role::Title
    } else {
        Role::Metadata(name.to_owned())
    };
    out.text(piece(role, value.trim(), at));
}

fn page(number: u64, text: &str, at: Span, out: &mut Out<'_>) {
    let mark = piece(Role::Metadata("page".to_owned()), &number.to_string(), at);
    out.see(at, Saw::Text(mark));
    if number == 1 && out.document().published.is_none() {
        let mut lines = text.lines().take(DATED_LINES).filter_map(stated_date::date_line);
        let stated = lines.find(|(stated, _)| *stated == stated_date::Stated::Published);
        out.document().published = stated.map(|(_, day)| Moment::of_day(day));
    }
    for paragraph in text.split("\n\n") {
        let paragraph = paragraph.trim();
        if paragraph.is_empty() {
            continue;
        }
        if out.stopped() {
            out.out_of_time("pdf.time", at);
            return;
        }
        let role = if crate::text::is_byline(paragraph) {
            Role::Byline
        } else {
            Role::Body
        };
        out.text(piece(role, paragraph, at));
    }
}

/// The day of a time as the helper writes it; the hour says nothing about publication.
fn day_of(value: &str) -> Option<Moment> {
    Moment::parse(value.get(..10)?).ok()
}
