//! Reads HTML: main text in paragraphs, title, byline, stated date, link targets; each with its bytes.
//!
//! Tokens are walked without a tree, so nesting costs nothing. Main text is told from the rest by length and link
//! density of blocks (after Pomikálek 2011, "Removing boilerplate", without stop words) and by `main` and `article`.
//! Runs no script, follows no link, shows no hidden judgement: what is not main text is kept as boilerplate.

mod blocks;
mod tokens;

use ascribe_model::{Anomaly, Bytes, Coverage, Moment, Out, Role, Saw, Text};
use memchr::memchr;

use self::blocks::Page;
use crate::charset;
use crate::stated_date;
use crate::{Head, Match, Reader};

/// The reader of HTML.
pub const READER: Reader = Reader {
    name: "html/1",
    kind: "html",
    detect,
    read,
};

/// A block of main text this long is prose.
const PROSE_BYTES: usize = 70;
/// A page's date stands before so many blocks of prose.
const DATED_PROSE: u32 = 2;

fn detect(head: &Head<'_>) -> Match {
    let start = head.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head.bytes);
    let window = start
        .get(..start.len().min(4096))
        .unwrap_or_default()
        .to_ascii_lowercase();
    let first = window.trim_ascii_start();
    let has = |what: &[u8]| memchr::memmem::find(&window, what).is_some();
    if first.starts_with(b"<!doctype html") || first.starts_with(b"<html") {
        Match::Sure
    } else if first.starts_with(b"<") && (has(b"<html") || has(b"<body") || (has(b"<head") && has(b"<title")))
    {
        Match::Likely
    } else {
        Match::No
    }
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let Some(data) = out.whole(bytes, "html", "page") else {
        return;
    };
    let encoding = declared(&data);
    let mut source = Text::new(Role::Body, None);
    let (mut at, mut line, mut broken) = (0usize, 1u64, 0u64);
    while at < data.len() {
        let rest = data.get(at..).unwrap_or_default();
        let len = memchr(b'\n', rest).map_or(rest.len(), |len| len.saturating_add(1));
        source.mark_line(line);
        if let Some((_, count)) = charset::push_declared(
            &mut source,
            rest.get(..len).unwrap_or_default(),
            at as u64,
            encoding,
        ) {
            broken = broken.saturating_add(count);
        }
        at = at.saturating_add(len);
        line = line.saturating_add(1);
    }
    if broken > 0 {
        out.anomaly(Anomaly::odd(
            "html.charset",
            None,
            format!("{broken} places are not in the page's character set"),
        ));
    }
    let page = blocks::page(&source);
    let blocks = page.blocks.len() as u64;
    let used = emit(&source, page, out);
    out.coverage(Coverage {
        unit: "block".to_owned(),
        seen: blocks,
        parsed: blocks,
        used,
        dropped: 0,
    });
}

/// The character set in a `meta` element of the first bytes.
fn declared(data: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = String::from_utf8_lossy(data.get(..data.len().min(2048))?).to_ascii_lowercase();
    let (_, rest) = head.split_once("charset=")?;
    let label: String = rest
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
        .collect();
    charset::by_label(&label)
        .filter(|found| *found != encoding_rs::UTF_16LE && *found != encoding_rs::UTF_16BE)
}

/// The text of a mail body in HTML.
pub(crate) fn body(source: &Text, out: &mut Out<'_>) {
    let page = blocks::page(source);
    let (title, published) = (out.document().title.clone(), out.document().published.clone());
    emit(
        source,
        Page {
            blocks: page
                .blocks
                .into_iter()
                .map(|block| blocks::Block { main: true, ..block })
                .collect(),
            ..page
        },
        out,
    );
    out.document().title = title;
    out.document().published = published;
}

fn emit(source: &Text, page: Page, out: &mut Out<'_>) -> u64 {
    let mut used = 0u64;
    if let Some(title) = page.title {
        out.document().title = Some(title.as_str().to_owned());
        out.text(title);
    }
    for (name, value) in page.facts {
        let whole = value.as_str().trim().to_owned();
        match name.as_str() {
            "published" if out.document().published.is_none() => out.document().published = moment(&whole),
            "publisher" if out.document().publisher.is_none() => out.document().publisher = Some(whole),
            _ => {}
        }
        let role = if name == "author" {
            Role::Byline
        } else {
            Role::Metadata(name)
        };
        let mut piece = Text::new(role, None);
        piece.push_part(&value, 0..value.as_str().len());
        out.text(piece);
    }
    let mut prose = 0u32;
    for block in page.blocks {
        let mut piece = block.text;
        if block.main && piece.as_str().len() >= PROSE_BYTES {
            prose = prose.saturating_add(1);
        }
        // A date by itself further down is a cell of a table or somebody's comment.
        if prose < DATED_PROSE
            && out.document().published.is_none()
            && let Some((stated_date::Stated::Published, day)) = stated_date::date_line(piece.as_str())
        {
            out.document().published = Some(Moment::of_day(day));
        }
        piece.role = match (block.heading, block.main) {
            (true, true) => Role::Title,
            (_, true) if crate::text::is_byline(piece.as_str()) => Role::Byline,
            (_, true) => Role::Body,
            (_, false) => Role::Boilerplate,
        };
        used = used.saturating_add(1);
        out.text(piece);
    }
    for range in page.links {
        let mut piece = Text::new(Role::Link, None);
        piece.push_part(source, range);
        if !piece.as_str().trim().is_empty() {
            out.scan_only(&piece);
            out.see(piece.whole_span(), Saw::Text(piece));
        }
    }
    used
}

/// A date in a `meta` element, `time` element or JSON-LD.
fn moment(text: &str) -> Option<Moment> {
    Moment::parse(text)
        .ok()
        .filter(|at| at.text().len() >= 10)
        .or_else(|| {
            let (_, day) = stated_date::date_line(text)?;
            Some(Moment::of_day(day))
        })
}
