//! What joins two words of an address: the plain signs and their defanged spellings.
//!
//! Spellings: `[.] (.) {.} [dot] (dot) {dot}` also with spaces inside or around, half brackets `[.` and `.]`, ` dot `,
//! backslash-dot, ` . `; `[:]` for the colon; `[@] [at] (at) {at}`, ` at `; `[://]`, `[:]//`, `:\/\/`.

/// How a join is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// The bare sign.
    Plain,
    /// In brackets or after a backslash: nobody writes this but to defang.
    Marked,
    /// The word between spaces: ` dot `, ` at `.
    Word,
    /// The sign between spaces: ` . `.
    Spaced,
}

/// A sign that joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// `.`
    Dot,
    /// `:`
    Colon,
    /// `@`
    At,
    /// `://`
    Scheme,
}

/// A join and the first byte after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Join {
    pub(super) sign: Sign,
    pub(super) style: Style,
    pub(super) end: usize,
}

/// The byte at `at`; 0 outside.
pub(super) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// Whether `bytes` at `at` reads `word` (given in lower case).
pub(super) fn reads(bytes: &[u8], at: usize, word: &[u8]) -> bool {
    bytes
        .get(at..at.saturating_add(word.len()))
        .is_some_and(|part| part.eq_ignore_ascii_case(word))
}

/// The join that starts at byte `at`, if one does.
pub(super) fn join(bytes: &[u8], at: usize) -> Option<Join> {
    let found = |sign, style, end| Some(Join { sign, style, end });
    match byte(bytes, at) {
        b'.' => {
            if byte(bytes, at + 1) == b']' && byte(bytes, at.wrapping_sub(1)) != b'[' {
                return found(Sign::Dot, Style::Marked, at + 2);
            }
            found(Sign::Dot, Style::Plain, at + 1)
        }
        b':' => {
            if reads(bytes, at, b"://") {
                return found(Sign::Scheme, Style::Plain, at + 3);
            }
            if reads(bytes, at, b":\\/\\/") {
                return found(Sign::Scheme, Style::Plain, at + 5);
            }
            found(Sign::Colon, Style::Plain, at + 1)
        }
        b'@' => found(Sign::At, Style::Plain, at + 1),
        b'\\' if byte(bytes, at + 1) == b'.' => found(Sign::Dot, Style::Marked, at + 2),
        b'[' | b'(' | b'{' => bracketed(bytes, at),
        b' ' => {
            let next = at + 1;
            match byte(bytes, next) {
                b'[' | b'(' | b'{' => {
                    let mut inner = bracketed(bytes, next)?;
                    if byte(bytes, inner.end) == b' ' {
                        inner.end += 1;
                    }
                    Some(inner)
                }
                b'd' | b'D' if reads(bytes, next, b"dot ") => found(Sign::Dot, Style::Word, next + 4),
                b'a' | b'A' if reads(bytes, next, b"at ") => found(Sign::At, Style::Word, next + 3),
                b'.' if byte(bytes, next + 1) == b' ' => found(Sign::Dot, Style::Spaced, next + 2),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `[.]`, `( dot )`, `{at}`, `[:]`, `[://]`, `[.`
fn bracketed(bytes: &[u8], at: usize) -> Option<Join> {
    let close = match byte(bytes, at) {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        _ => return None,
    };
    let mut inside = at + 1;
    if byte(bytes, inside) == b' ' {
        inside += 1;
    }
    let (sign, len) = if reads(bytes, inside, b"://") {
        (Sign::Scheme, 3)
    } else if reads(bytes, inside, b"dot") {
        (Sign::Dot, 3)
    } else if reads(bytes, inside, b"at") {
        (Sign::At, 2)
    } else {
        match byte(bytes, inside) {
            b'.' => (Sign::Dot, 1),
            b':' => (Sign::Colon, 1),
            b'@' => (Sign::At, 1),
            _ => return None,
        }
    };
    let mut end = inside + len;
    if byte(bytes, end) == b' ' && byte(bytes, end + 1) == close {
        end += 1;
    }
    if byte(bytes, end) == close {
        end += 1;
        if sign == Sign::Colon && reads(bytes, end, b"//") {
            return Some(Join {
                sign: Sign::Scheme,
                style: Style::Marked,
                end: end + 2,
            });
        }
        return Some(Join {
            sign,
            style: Style::Marked,
            end,
        });
    }
    // `1.1.1[.1`: half a bracket, closed nowhere.
    let half = sign == Sign::Dot && len == 1 && inside == at + 1 && byte(bytes, end).is_ascii_alphanumeric();
    half.then_some(Join {
        sign,
        style: Style::Marked,
        end,
    })
}
