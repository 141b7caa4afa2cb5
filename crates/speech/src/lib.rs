//! Who says what in a text, through whom, how surely; and which documents repeat each other.
//!
//! Rules and word lists of our own making, no model of language. Every statement is a range of the text it was found
//! in, and so is what it was found by. Knows nothing of a case; reads no files; believes nothing.
//! Source: CASE, "out/statements.json".

mod around;
mod attribution;
mod author;
mod carry;
mod common_noun;
mod confidence;
mod cue;
mod dates;
pub mod echo;
mod fits;
mod gender;
mod handed;
mod heading;
mod layout;
mod lexicon;
mod matter;
mod memory;
mod org_name;
mod parts;
mod persona;
mod portrait;
mod quotes;
mod sense;
mod sentences;
mod speaker;
mod statement;
mod stranger;
mod subject;
mod transcript;
mod turn;
mod verb;
mod who;
mod words;

use std::ops::Range;

use ascribe_model::{Moment, Role};

pub use attribution::statements;
pub use confidence::{BOTH, GROUNDS, OF_BOTH, OF_SPEAKER, grounds};
pub use sense::numbers;
pub use statement::{Form, Record, SpeakerKind, Statement, Tier};

/// A piece of a document's text with what its reader took it for.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// What it is.
    pub role: &'a Role,
    /// The text.
    pub text: &'a str,
}

/// A document.
#[derive(Clone, Debug, Default)]
pub struct Paper<'a> {
    /// Its pieces in order.
    pub pieces: Vec<Piece<'a>>,
    /// Whose words it is; none: the publisher's.
    pub voice: Option<Voice>,
    /// When it was published; none: dates like "Friday" stay open.
    pub published: Option<&'a Moment>,
}

/// Whose words a document is, where it has a writer rather than a publisher: a letter, a mail.
#[derive(Clone, Debug)]
pub struct Voice {
    /// The name to speak of it by.
    pub name: String,
    /// Where that stands.
    pub at: Place,
}

/// A place in a document: which piece, which bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the piece.
    pub piece: usize,
    /// Bytes of its text.
    pub range: Range<usize>,
}

impl Place {
    /// For sorting: where it starts, longer ones first.
    const fn key(&self) -> (usize, usize, usize) {
        (
            self.piece,
            self.range.start,
            usize::MAX.saturating_sub(self.range.end),
        )
    }
}
