//! Quotations in a paragraph: curly, straight and single marks, nested, open to the end, with mixed marks.
//!
//! An apostrophe is no quotation mark: a single mark opens only before a word and after a space or bracket, and closes
//! only after a word or a full stop and before a space or punctuation.

use std::ops::Range;

/// A quotation: bytes with its marks. `closed` is false where the paragraph ends first (the speaker goes on).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quote {
    /// Bytes, marks included.
    pub(crate) range: Range<usize>,
    /// Whether a closing mark was found.
    pub(crate) closed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Double,
    Single,
}

/// Outermost quotations of `text`, in order. Linear: each character is looked at once, and once more for each opening.
pub(crate) fn quotes(text: &str) -> Vec<Quote> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found = Vec::new();
    let mut open: Option<(usize, Family, char)> = None;
    let singles = chars.iter().filter(|(_, c)| *c == '‘').count();
    let mut index = 0usize;
    while let Some((at, c)) = chars.get(index).copied() {
        let before = index
            .checked_sub(1)
            .and_then(|back| chars.get(back))
            .map(|(_, c)| *c);
        // Two single marks in a row are a double one.
        let next = chars.get(index.saturating_add(1)).map(|(_, c)| *c);
        let doubled = matches!(c, '\'' | '`' | '‘' | '’') && next == Some(c);
        let (c, width) = if doubled { ('"', 2) } else { (c, 1) };
        let end = at.saturating_add(if doubled {
            next.map_or(1, char::len_utf8).saturating_mul(2)
        } else {
            c.len_utf8()
        });
        index = index.saturating_add(width);
        let after = chars.get(index).map(|(_, c)| *c);
        match open {
            None => {
                let opens = match c {
                    '“' | '„' | '«' => Some(Family::Double),
                    '"' | '”' if starts(before, after) => Some(Family::Double),
                    '‘' if starts(before, after) => Some(Family::Single),
                    '\'' if starts(before, after) && singles == 0 => {
                        closes_later(&chars, index.saturating_sub(1)).then_some(Family::Single)
                    }
                    _ => None,
                };
                if let Some(family) = opens {
                    open = Some((at, family, c));
                }
            }
            Some((start, family, opened)) => {
                let closes = match (family, c) {
                    (Family::Double, '”' | '"' | '»') => ends(before, after) || c == '”' && opened == '“',
                    // Opened with a double mark and closed with a single one: sloppy, but seen.
                    (Family::Double, '\'' | '’') => {
                        ends(before, after)
                            && before != Some('s')
                            && !double_later(&chars, index.saturating_sub(1))
                            && at.saturating_sub(start) < 60
                    }
                    (Family::Single, '’' | '\'') => {
                        ends(before, after) && before != Some('s')
                            || ends(before, after) && !single_later(&chars, index.saturating_sub(1))
                    }
                    _ => false,
                };
                if closes {
                    found.push(Quote {
                        range: start..end,
                        closed: true,
                    });
                    open = None;
                }
            }
        }
    }
    if let Some((start, family, _)) = open {
        // A single mark that never closes is an apostrophe, unless it opens the paragraph.
        if family == Family::Double || text.get(..start).is_some_and(|head| head.trim().is_empty()) {
            found.push(Quote {
                range: start..text.trim_end().len().max(start),
                closed: false,
            });
        }
    }
    found
}

fn starts(before: Option<char>, after: Option<char>) -> bool {
    before
        .is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '—' | '–' | '-' | '“' | '‘' | '/' | ':'))
        && after.is_some_and(|c| !c.is_whitespace())
}

fn ends(before: Option<char>, after: Option<char>) -> bool {
    before.is_some_and(|c| !c.is_whitespace())
        && after.is_none_or(|c| {
            c.is_whitespace()
                || matches!(
                    c,
                    ',' | '.' | ';' | ':' | '?' | '!' | ')' | ']' | '—' | '–' | '-' | '”' | '"'
                )
        })
}

const LOOK_AHEAD: usize = 600;

fn later(chars: &[(usize, char)], index: usize, is: impl Fn(char) -> bool) -> bool {
    let from = index.saturating_add(1);
    let to = from.saturating_add(LOOK_AHEAD).min(chars.len());
    let mut at = from;
    while at < to {
        let Some((_, c)) = chars.get(at) else { return false };
        let before = at
            .checked_sub(1)
            .and_then(|back| chars.get(back))
            .map(|(_, c)| *c);
        let after = chars.get(at.saturating_add(1)).map(|(_, c)| *c);
        if is(*c) && ends(before, after) {
            return true;
        }
        at = at.saturating_add(1);
    }
    false
}

fn closes_later(chars: &[(usize, char)], index: usize) -> bool {
    later(chars, index, |c| c == '\'' || c == '’')
}

fn single_later(chars: &[(usize, char)], index: usize) -> bool {
    later(chars, index, |c| c == '\'' || c == '’')
}

fn double_later(chars: &[(usize, char)], index: usize) -> bool {
    later(chars, index, |c| c == '”' || c == '"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<&str> {
        quotes(text)
            .into_iter()
            .map(|quote| text.get(quote.range).unwrap())
            .collect()
    }

    #[test]
    fn marks_pair_across_kinds_and_apostrophes_do_not() {
        assert_eq!(
            shown("He said “it’s a ‘legit’ act,” twice."),
            ["“it’s a ‘legit’ act,”"]
        );
        assert_eq!(shown("\"A deed,” the article said."), ["\"A deed,”"]);
        assert_eq!(shown("a message: ‘request be met’."), ["‘request be met’"]);
        assert_eq!(shown("the studio's 'insider' and workers' rights"), ["'insider'"]);
        assert_eq!(shown("“Goes on."), ["“Goes on."]);
        assert_eq!(shown("''It isn't us,'' he said."), ["''It isn't us,''"]);
        assert_eq!(shown("rock 'n roll isn't a quotation"), [] as [&str; 0]);
    }
}
