//! From the pieces of a document to its blocks: headline, body, caption; what is no text of the article is left out.
//!
//! The roles that a reader gave are taken as hints: copies of web pages often arrive as plain text.

use std::collections::BTreeSet;
use std::ops::Range;

use ascribe_model::Role;

use crate::Piece;
use crate::lexicon::lexicon;

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A headline or heading.
    Headline,
    /// Prose.
    Body,
    /// A caption or a summary line: attributed speech counts, the publisher's own words do not.
    Caption,
}

/// A block of a document.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Index of its piece.
    pub(crate) piece: usize,
    /// Bytes of the piece's text.
    pub(crate) range: Range<usize>,
    /// What it is.
    pub(crate) kind: Kind,
}

/// A block longer than this is cut at white space, so that no step looks further.
const BLOCK_BYTES_MAX: usize = 16 << 10;

/// The blocks of a document in order.
pub(crate) fn blocks(pieces: &[Piece<'_>]) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut headlines: BTreeSet<String> = BTreeSet::new();
    let mut seen_body = false;
    for (piece, one) in pieces.iter().enumerate() {
        let hint = match one.role {
            Role::Title => Some(Kind::Headline),
            Role::Body => None,
            Role::Caption => Some(Kind::Caption),
            _ => continue,
        };
        for range in lines(one.text) {
            let Some(line) = one.text.get(range.clone()) else {
                continue;
            };
            if is_noise(line) {
                continue;
            }
            let kind = hint.unwrap_or_else(|| kind(line, seen_body));
            if kind == Kind::Headline {
                // A headline and the title of its page say one thing once.
                let key = key(line);
                // None of them begins another, so only the neighbours in order can.
                let next = headlines.range(key.clone()..).next();
                let before = headlines.range(..key.clone()).next_back();
                let known = next.is_some_and(|other| other.starts_with(&key))
                    || before.is_some_and(|other| key.starts_with(other.as_str()));
                if key.is_empty() || known {
                    continue;
                }
                headlines.insert(key);
            }
            seen_body |= kind == Kind::Body;
            cut(one.text, range, |range| found.push(Block { piece, range, kind }));
        }
    }
    found
}

fn key(line: &str) -> String {
    line.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .take(200)
        .collect()
}

/// The lines of a piece; lines that were only wrapped are one.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let all: Vec<&str> = text.split('\n').collect();
    let inner = all.get(..all.len().saturating_sub(1)).unwrap_or_default();
    let wrapped = inner.len() >= 2
        && inner
            .iter()
            .filter(|line| (45..=100).contains(&line.trim().len()))
            .count()
            .saturating_mul(4)
            >= inner.len().saturating_mul(3);
    let joined = inner.len() == 1
        && inner.iter().all(|line| {
            let line = line.trim();
            line.len() >= 45 && line.ends_with(|c: char| c.is_lowercase() || c == ',')
        });
    if wrapped || joined {
        push(text, 0, text.len(), &mut found);
        return found;
    }
    let mut at = 0usize;
    for line in all {
        push(text, at, at.saturating_add(line.len()), &mut found);
        at = at.saturating_add(line.len()).saturating_add(1);
    }
    found
}

fn push(text: &str, start: usize, end: usize, found: &mut Vec<Range<usize>>) {
    let Some(line) = text.get(start..end) else { return };
    let lead = line.len().saturating_sub(line.trim_start().len());
    let trimmed = line.trim();
    if !trimmed.is_empty() {
        let start = start.saturating_add(lead);
        found.push(start..start.saturating_add(trimmed.len()));
    }
}

fn cut(text: &str, range: Range<usize>, mut give: impl FnMut(Range<usize>)) {
    let mut start = range.start;
    while range.end.saturating_sub(start) > BLOCK_BYTES_MAX {
        let mut to = start.saturating_add(BLOCK_BYTES_MAX);
        while !text.is_char_boundary(to) {
            to = to.saturating_sub(1);
        }
        let window = text.get(start..to).unwrap_or_default();
        let len = window
            .rfind(char::is_whitespace)
            .filter(|at| *at > 0)
            .unwrap_or(window.len());
        give(start..start.saturating_add(len));
        start = start.saturating_add(len);
        let rest = text.get(start..range.end).unwrap_or_default();
        start = start.saturating_add(rest.len().saturating_sub(rest.trim_start().len()));
    }
    if start < range.end {
        give(start..range.end);
    }
}

fn kind(line: &str, seen_body: bool) -> Kind {
    if starts_with_picture(line) {
        return Kind::Caption;
    }
    if crate::heading::is_title_case(line) {
        return Kind::Headline;
    }
    let ends = line.ends_with(['.', '?', '!', '”', '"', '’', ')', ':', ';', ',', '…', '\'']);
    let words = line.split_whitespace().count();
    if !ends && words <= 22 && line.len() <= 180 && (!seen_body || words <= 12) {
        return Kind::Headline;
    }
    Kind::Body
}

/// Copies of pages put the name of a picture's file before its caption.
fn starts_with_picture(line: &str) -> bool {
    let first = line
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let picture = [".jpg", ".jpeg", ".png", ".gif", ".webp"]
        .iter()
        .any(|tail| first.ends_with(tail));
    let label = ["photo:", "caption:", "image:", "file photo", "photograph:"]
        .iter()
        .any(|label| line.to_ascii_lowercase().starts_with(label));
    picture || label
}

/// Lines that belong to the page and not to the article.
fn is_noise(line: &str) -> bool {
    let head: String = line.chars().take(400).collect::<String>().to_lowercase();
    if lexicon()
        .boilerplate
        .iter()
        .any(|mark| match mark.strip_prefix('*') {
            Some(anywhere) => head.contains(anywhere),
            None => head.starts_with(mark.as_str()),
        })
    {
        return true;
    }
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let by = head.starts_with("by ") || head.starts_with("by\u{a0}") || head.starts_with("news by ");
    letters < 3 || by && line.len() < 100 && !line.ends_with('.') || line.starts_with('•') && line.len() < 60
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(Kind, String)> {
        let piece = Piece {
            role: &Role::Body,
            text,
        };
        blocks(&[piece])
            .into_iter()
            .map(|block| (block.kind, text.get(block.range).unwrap().to_owned()))
            .collect()
    }

    #[test]
    fn wrapped_lines_are_one_block_and_page_furniture_is_left_out() {
        let wrapped = "The agency said on Monday that it had found the same tools in\ntwo other networks and that it would publish what it knows of\nthem soon.";
        assert_eq!(shown(wrapped).len(), 1);
        let page = "Ministry blames neighbour for outage\nBy A Reporter\nThe ministry said so.\nSubscribe to our list";
        assert_eq!(
            shown(page),
            [
                (Kind::Headline, "Ministry blames neighbour for outage".to_owned()),
                (Kind::Body, "The ministry said so.".to_owned())
            ]
        );
    }
}
