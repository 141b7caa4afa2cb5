//! Words of a text: where each stands, whether it is written with a capital, what it is in lower case.
//!
//! One pass, no dictionary. Offsets are bytes of the text.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Letters, with inner hyphens, dots and apostrophes.
    Word,
    /// Digits, with inner commas and dots.
    Number,
    /// A possessive ending: `'s`, `’s`, or the apostrophe after a plural.
    Possessive,
    /// Any other single character.
    Mark(char),
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
    /// What it is.
    pub(crate) shape: Shape,
    /// Whether its first letter is a capital.
    pub(crate) capital: bool,
    /// Whether white space stands before it.
    pub(crate) spaced: bool,
}

/// A text with its tokens.
#[derive(Clone, Debug)]
pub(crate) struct Words<'a> {
    /// The text.
    pub(crate) text: &'a str,
    lower: String,
    /// Tokens in order.
    pub(crate) tokens: Vec<Token>,
}

impl<'a> Words<'a> {
    /// The words of `text`.
    pub(crate) fn of(text: &'a str) -> Self {
        Self {
            text,
            lower: text.to_ascii_lowercase(),
            tokens: tokens(text),
        }
    }

    /// How many tokens there are.
    pub(crate) const fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The token at `index`.
    pub(crate) fn at(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index)
    }

    /// The token at `index` in lower case (ASCII letters); empty outside.
    pub(crate) fn low(&self, index: usize) -> &str {
        self.at(index)
            .and_then(|token| self.lower.get(token.start..token.end))
            .unwrap_or_default()
    }

    /// The token at `index` as it is written; empty outside.
    pub(crate) fn raw(&self, index: usize) -> &'a str {
        self.at(index)
            .and_then(|token| self.text.get(token.start..token.end))
            .unwrap_or_default()
    }

    /// The text of tokens `range`, from the first byte of the first to the last byte of the last.
    pub(crate) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(self.bytes(range)).unwrap_or_default()
    }

    /// Bytes of tokens `range`.
    pub(crate) fn bytes(&self, range: Range<usize>) -> Range<usize> {
        let (Some(first), Some(last)) = (
            self.at(range.start),
            range.end.checked_sub(1).and_then(|last| self.at(last)),
        ) else {
            return 0..0;
        };
        if last.end < first.start {
            return first.start..first.start;
        }
        first.start..last.end
    }

    /// Whether the token is a word or a number.
    pub(crate) fn is_word(&self, index: usize) -> bool {
        self.at(index)
            .is_some_and(|token| matches!(token.shape, Shape::Word | Shape::Number))
    }

    /// Whether the token is a word with a capital.
    pub(crate) fn is_name(&self, index: usize) -> bool {
        self.at(index)
            .is_some_and(|token| token.shape == Shape::Word && token.capital)
    }

    /// Whether the token is this mark.
    pub(crate) fn is_mark(&self, index: usize, mark: char) -> bool {
        self.at(index)
            .is_some_and(|token| token.shape == Shape::Mark(mark))
    }

    /// The mark at `index`, if it is one.
    pub(crate) fn mark(&self, index: usize) -> Option<char> {
        match self.at(index)?.shape {
            Shape::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    /// Whether the token is a possessive ending.
    pub(crate) fn is_possessive(&self, index: usize) -> bool {
        self.at(index)
            .is_some_and(|token| token.shape == Shape::Possessive)
    }
}

/// Whether a character may stand for an apostrophe.
pub(crate) const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘')
}

fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::with_capacity(text.len() / 5);
    let mut rest = text.char_indices().peekable();
    let mut spaced = true;
    let mut previous_letter = false;
    while let Some((start, c)) = rest.next() {
        if c.is_whitespace() {
            spaced = true;
            previous_letter = false;
            continue;
        }
        let (end, shape) = if c.is_alphanumeric() {
            word(text, start, c)
        } else if is_apostrophe(c) && previous_letter && !spaced {
            match possessive(text, start, c) {
                Some(end) => (end, Shape::Possessive),
                None => (start.saturating_add(c.len_utf8()), Shape::Mark(c)),
            }
        } else {
            (start.saturating_add(c.len_utf8()), Shape::Mark(c))
        };
        while rest.peek().is_some_and(|(at, _)| *at < end) {
            rest.next();
        }
        found.push(Token {
            start,
            end,
            shape,
            capital: c.is_uppercase(),
            spaced,
        });
        spaced = false;
        previous_letter = matches!(shape, Shape::Word | Shape::Number);
    }
    found
}

/// End and shape of the word that starts with `first` at `start`.
fn word(text: &str, start: usize, first: char) -> (usize, Shape) {
    let rest = text.get(start..).unwrap_or_default();
    let mut end = start;
    let mut letters = false;
    let mut chars = rest.char_indices().peekable();
    let mut before = first;
    while let Some((offset, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let at = start.saturating_add(offset);
        let keep = if c.is_alphanumeric() {
            letters |= c.is_alphabetic();
            true
        } else {
            let inner = next.is_some_and(char::is_alphanumeric);
            match c {
                '-' | '‐' | '‑' | '&' | '_' | '/' | '@' => inner,
                '.' => {
                    // Initials keep their dots ("U.S."), numbers and names of hosts their inner ones.
                    let initial = before.is_alphabetic() && is_initial(rest, offset);
                    inner && (before.is_ascii_digit() || initial || next.is_some_and(char::is_lowercase))
                        || initial && rest.get(..offset).is_some_and(|head| head.contains('.'))
                        || initial && offset == before.len_utf8() && inner
                }
                ',' => before.is_ascii_digit() && next.is_some_and(|next| next.is_ascii_digit()),
                _ if is_apostrophe(c) => {
                    // The possessive is a token of its own; "don't" and "O'Brien" are one word.
                    inner && possessive(text, at, c).is_none()
                }
                _ => false,
            }
        };
        if !keep {
            break;
        }
        before = c;
        end = at.saturating_add(c.len_utf8());
    }
    let shape = if letters { Shape::Word } else { Shape::Number };
    (end, shape)
}

/// Whether the dot at byte `offset` of `rest` follows a single letter.
fn is_initial(rest: &str, offset: usize) -> bool {
    let mut back = rest.get(..offset).unwrap_or_default().chars().rev();
    let letter = back.next().is_some_and(char::is_uppercase);
    letter && back.next().is_none_or(|before| before == '.')
}

/// End of the possessive ending whose apostrophe `c` stands at `start`.
fn possessive(text: &str, start: usize, c: char) -> Option<usize> {
    let after = start.saturating_add(c.len_utf8());
    let mut rest = text.get(after..)?.chars();
    match rest.next() {
        Some('s' | 'S') => {
            let ends = rest.next().is_none_or(|next| !next.is_alphanumeric());
            ends.then(|| after.saturating_add(1))
        }
        // After a plural: "Sanders' spokesman". A closing quotation mark looks the same: not where one was opened before.
        Some(' ') => {
            let head = text.get(..start)?;
            let word = rest.next().is_some_and(char::is_alphabetic);
            let from = head.char_indices().rev().nth(80).map_or(0, |(at, _)| at);
            let near = head.get(from..).unwrap_or_default();
            let opened = near.contains(['‘', '“'])
                || near.starts_with('\'')
                || near.contains(" '")
                || near.contains("('");
            (word && head.ends_with('s') && !opened).then_some(after)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_numbers_and_possessives_are_tokens() {
        let words = Words::of("The U.S. FBI’s 6,000 hackers don't e-mail N.S.A. (Dec. 6).");
        let raw: Vec<&str> = (0..words.len()).map(|index| words.raw(index)).collect();
        assert_eq!(
            raw,
            [
                "The", "U.S.", "FBI", "’s", "6,000", "hackers", "don't", "e-mail", "N.S.A.", "(", "Dec", ".",
                "6", ")", "."
            ]
        );
    }
}
