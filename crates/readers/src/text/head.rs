//! The first paragraphs of a plain text: which line is its title, its byline, its date.
//!
//! Takes a title only where a line stands alone, reads like a headline and is not the appeal of a web page; a
//! headline that is glued to prose is left as it is. Roles are set, nothing is dropped.

use ascribe_model::{Moment, Out, Role, Text};

use crate::stated_date::{self, Stated};

const PARAGRAPHS_MAX: usize = 16;
const BYTES_MAX: usize = 64 << 10;
const TITLE_CHARS_MAX: usize = 180;
/// Lines of web pages that copies of articles start with.
const APPEALS: [&str; 10] = [
    "this content is not available",
    "access to the comments",
    "skip to",
    "advertisement",
    "subscribe",
    "sign in",
    "cookie",
    "share this",
    "log in",
    "menu",
];

/// The first paragraphs, held back until it is known what they are.
#[derive(Default)]
pub struct Front {
    held: Vec<Text>,
    bytes: usize,
}

impl Front {
    /// Holds one more paragraph.
    pub fn push(&mut self, text: Text) {
        self.bytes = self.bytes.saturating_add(text.as_str().len());
        self.held.push(text);
    }

    /// Whether enough was seen.
    pub const fn is_full(&self) -> bool {
        self.held.len() >= PARAGRAPHS_MAX || self.bytes >= BYTES_MAX
    }

    /// Gives every paragraph its role and hands it on.
    pub fn finish(self, out: &mut Out<'_>) {
        let pieces: Vec<Text> = self.held.into_iter().flat_map(split_front).collect();
        let title = title_of(&pieces);
        let mut published: Option<(Stated, Moment)> = None;
        for (index, mut piece) in pieces.into_iter().enumerate() {
            let line = piece.as_str();
            let found = stated_date::date_line(line).or_else(|| {
                let day = stated_date::dateline(line)?;
                Some((Stated::Published, day))
            });
            if let Some((stated, day)) = found
                && index < 12
                && published.as_ref().is_none_or(|(kind, _)| stated < *kind)
            {
                published = Some((stated, Moment::of_day(day)));
            }
            if title == Some(index) {
                out.document().title = Some(line.to_owned());
                piece.role = Role::Title;
            } else if is_byline(line) {
                piece.role = Role::Byline;
            }
            out.text(piece);
        }
        if let Some((_, day)) = published {
            out.document().published = Some(day);
        }
    }
}

/// Short lines that stand together (headline, byline, date) become pieces of their own; prose stays whole.
fn split_front(text: Text) -> Vec<Text> {
    let whole = text.as_str();
    let short = whole.lines().count() > 1
        && whole.lines().count() <= 6
        && whole.lines().all(|line| line.len() <= 200);
    let telling = whole
        .lines()
        .any(|line| is_byline(line.trim()) || stated_date::date_line(line.trim()).is_some());
    if !short || !telling {
        return vec![text];
    }
    let mut pieces = Vec::new();
    let mut at = 0usize;
    for line in whole.split_inclusive('\n') {
        let mut piece = Text::new(Role::Body, None);
        piece.push_part(&text, at..at.saturating_add(line.len()));
        at = at.saturating_add(line.len());
        let piece = super::trimmed(piece);
        if !piece.as_str().is_empty() {
            pieces.push(piece);
        }
    }
    pieces
}

fn title_of(pieces: &[Text]) -> Option<usize> {
    let first = pieces.iter().take(8);
    // Web copies often carry the headline twice; the repetition names it.
    let twice = first.clone().position(|piece| {
        is_headline(piece.as_str())
            && pieces
                .iter()
                .filter(|other| other.as_str() == piece.as_str())
                .count()
                > 1
    });
    twice.or_else(|| {
        let index = first.clone().position(|piece| !is_appeal(piece.as_str()))?;
        (pieces.len() > 1 && pieces.get(index).is_some_and(|piece| is_headline(piece.as_str())))
            .then_some(index)
    })
}

fn is_appeal(line: &str) -> bool {
    let lower = line.to_lowercase();
    APPEALS.iter().any(|start| lower.starts_with(start))
}

fn is_headline(line: &str) -> bool {
    let words = line.split_whitespace().count();
    line.chars().count() <= TITLE_CHARS_MAX
        && !line.contains('\n')
        && (2..=30).contains(&words)
        && line
            .chars()
            .next()
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '“' | '‘' | '"' | '\''))
        && !line.ends_with(['.', ':', ';', ',', '|'])
        && !is_appeal(line)
        && !is_byline(line)
        && stated_date::date_line(line).is_none()
        && !line.contains('=')
        && !line.contains("://")
}

/// `By A Name`, `News by A Desk`.
pub fn is_byline(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    if line.len() > 100 || line.ends_with(['.', ':', '?', '!', ',']) || words.len() > 12 {
        return false;
    }
    let by = words
        .iter()
        .take(3)
        .position(|word| word.trim_end_matches(':').eq_ignore_ascii_case("by"));
    let named = |from: usize| {
        words
            .get(from)
            .is_some_and(|word| word.chars().next().is_some_and(char::is_uppercase))
    };
    match by {
        Some(0) => {
            named(1)
                && words.get(1..).is_some_and(|rest| {
                    rest.iter()
                        .filter(|w| w.chars().next().is_some_and(char::is_lowercase))
                        .count()
                        <= 2
                })
        }
        Some(1) => {
            [
                "news", "written", "posted", "report", "reported", "story", "analysis", "words", "text",
            ]
            .contains(&words.first().copied().unwrap_or_default().to_lowercase().as_str())
                && named(2)
        }
        _ => false,
    }
}
