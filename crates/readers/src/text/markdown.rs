//! Reads Markdown: headings as titles, front matter as metadata, link targets as links, the rest as paragraphs.
//!
//! Looks at lines and link marks only; it is not a renderer. Files beyond the bound for whole files are read as plain text.

use ascribe_model::{Bytes, Coverage, Out, Role, Text};

use super::trimmed;
use crate::charset;
use crate::stated_date;
use crate::{Head, Match, Reader};
use ascribe_model::{Anomaly, Moment, Span};

/// The reader of Markdown.
pub const READER: Reader = Reader {
    name: "markdown/1",
    kind: "markdown",
    detect,
    read,
};

fn detect(head: &Head<'_>) -> Match {
    if !super::looks_like_text(head.bytes) {
        return Match::No;
    }
    let Ok(text) = std::str::from_utf8(head.bytes)
        .or_else(|error| std::str::from_utf8(head.bytes.get(..error.valid_up_to()).unwrap_or_default()))
    else {
        return Match::No;
    };
    if text.len().saturating_add(4) < head.bytes.len() {
        return Match::No;
    }
    let mut lines = text.lines();
    let fence = lines.next().filter(|line| *line == "+++" || *line == "---");
    if fence.is_some_and(|fence| lines.clone().take(200).any(|line| line == fence)) {
        return Match::Weak;
    }
    let (mut headings, mut other, mut blank_before) = (0u32, 0u32, true);
    for line in text.lines().take(2000) {
        if blank_before && heading(line).is_some() {
            headings = headings.saturating_add(1);
        } else if line.starts_with("```")
            || line.contains("](http")
            || line.starts_with("- ")
            || line.starts_with("* ")
            || line.contains("**")
        {
            other = other.saturating_add(1);
        }
        blank_before = line.trim().is_empty();
    }
    if headings >= 2 || (headings == 1 && other >= 1) {
        Match::Weak
    } else {
        Match::No
    }
}

/// Level and byte offset of the text of an ATX heading.
fn heading(line: &str) -> Option<(usize, usize)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let rest = line.get(level..)?;
    ((1..=6).contains(&level) && rest.starts_with(' ') && rest.trim().len() > 1)
        .then_some((level, level.saturating_add(1)))
}

/// Level of the heading that a line under it makes of the line above.
fn underline(words: &str) -> Option<usize> {
    let all = |mark: char| words.len() >= 2 && words.chars().all(|c| c == mark);
    match (all('='), all('-')) {
        (true, _) => Some(1),
        (_, true) => Some(2),
        _ => None,
    }
}

/// Whether a paragraph so far is one line that an underline makes a heading, not a list, quotation or table.
fn is_title(paragraph: &str) -> bool {
    let line = paragraph.trim();
    !line.is_empty() && !line.contains('\n') && !line.starts_with(['-', '*', '>', '|', '+'])
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Place {
    FrontMatter,
    Prose,
    Fence,
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    if bytes.len() > out.limits().whole_bytes_max {
        super::read(bytes, out);
        return;
    }
    let Some(data) = out.whole(bytes, "markdown", "text") else {
        return;
    };
    let mut place = Place::Prose;
    let mut paragraph = Text::new(Role::Body, None);
    let mut at = 0u64;
    let mut counts = Coverage {
        unit: "line".to_owned(),
        ..Coverage::default()
    };
    for (number, raw) in (1u64..).zip(data.split_inclusive(|byte| *byte == b'\n')) {
        if out.stopped() {
            out.out_of_time("markdown.time", Span::new(at, bytes.len()).on_line(number));
            break;
        }
        counts.seen = number;
        counts.parsed = number;
        let start = at;
        at = at.saturating_add(raw.len() as u64);
        let content = raw.strip_suffix(b"\n").unwrap_or(raw);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let mut line = Text::new(Role::Body, Some(number));
        if let Some((first, count)) = charset::push_utf8(&mut line, content, start) {
            out.anomaly(Anomaly::odd(
                "text.not-utf8",
                Some(Span::new(first, first.saturating_add(1)).on_line(number)),
                format!("{count} bytes of this line are not UTF-8; they were read as Windows-1252"),
            ));
        }
        let words = line.as_str().trim();
        if !words.is_empty() {
            counts.used = counts.used.saturating_add(1);
        }
        if number == 1 && (words == "+++" || words == "---") {
            place = Place::FrontMatter;
            continue;
        }
        if place == Place::FrontMatter {
            if words == "+++" || words == "---" {
                place = Place::Prose;
            } else {
                front_matter(&line, out);
            }
            continue;
        }
        if words.starts_with("```") || words.starts_with("~~~") {
            place = if place == Place::Fence {
                Place::Prose
            } else {
                Place::Fence
            };
        }
        if words.is_empty()
            || (place == Place::Prose && heading(line.as_str()).is_some())
            || paragraph.as_str().len() > 64 << 10
        {
            flush(&mut paragraph, out);
        }
        if place == Place::Prose
            && let Some((level, from)) = heading(line.as_str())
        {
            let mut title = Text::new(Role::Title, None);
            title.push_part(&line, from..line.as_str().trim_end().trim_end_matches('#').len());
            let title = trimmed(title);
            if level == 1 && out.document().title.is_none() {
                out.document().title = Some(title.as_str().to_owned());
            }
            out.text(title);
            continue;
        }
        if place == Place::Prose
            && let Some(level) = underline(words)
            && is_title(paragraph.as_str())
        {
            let done = std::mem::replace(&mut paragraph, Text::new(Role::Body, None));
            let mut title = Text::new(Role::Title, None);
            title.push_part(&done, 0..done.as_str().len());
            let title = trimmed(title);
            if level == 1 && out.document().title.is_none() {
                out.document().title = Some(title.as_str().to_owned());
            }
            out.text(title);
            continue;
        }
        links(&line, out);
        if !words.is_empty() {
            if number > 1
                && out.document().published.is_none()
                && counts.used <= 12
                && let Some((stated_date::Stated::Published, day)) = stated_date::date_line(words)
            {
                out.document().published = Some(Moment::of_day(day));
            }
            let len = line.as_str().len();
            paragraph.push_part(&line, 0..len);
            let end = start.saturating_add(content.len() as u64);
            paragraph.push_opaque("\n", end, at);
        }
    }
    flush(&mut paragraph, out);
    out.coverage(counts);
}

fn flush(paragraph: &mut Text, out: &mut Out<'_>) {
    let done = trimmed(std::mem::replace(paragraph, Text::new(Role::Body, None)));
    if !done.as_str().is_empty() {
        out.text(done);
    }
}

fn front_matter(line: &Text, out: &mut Out<'_>) {
    let whole = line.as_str();
    let Some(split) = whole.find(['=', ':']) else {
        out.text(line.clone());
        return;
    };
    let key: String = whole.get(..split).unwrap_or_default().trim().to_lowercase();
    let value = whole
        .get(split.saturating_add(1)..)
        .unwrap_or_default()
        .trim()
        .trim_matches(['"', '\'']);
    if value.is_empty() {
        return;
    }
    match key.as_str() {
        "title" => out.document().title = Some(value.to_owned()),
        "date" | "published" | "pubdate" => out.document().published = Moment::parse(value).ok(),
        "publisher" => out.document().publisher = Some(value.to_owned()),
        _ => {}
    }
    let from = (value.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    let mut piece = Text::new(Role::Metadata(key.chars().take(60).collect()), None);
    piece.push_part(line, from..from.saturating_add(value.len()));
    out.text(piece);
}

/// Targets of `[text](target)`; bare addresses in the prose are found there anyway.
fn links(line: &Text, out: &mut Out<'_>) {
    let whole = line.as_str();
    let mut at = 0usize;
    while let Some(found) = whole.get(at..).and_then(|rest| rest.find("](")) {
        let from = at.saturating_add(found).saturating_add(2);
        let Some(len) = whole.get(from..).and_then(|rest| rest.find([')', ' '])) else {
            return;
        };
        let mut piece = Text::new(Role::Link, None);
        piece.push_part(line, from..from.saturating_add(len));
        if !piece.as_str().is_empty() {
            out.see(piece.whole_span(), ascribe_model::Saw::Text(piece));
        }
        at = from.saturating_add(len);
    }
}
