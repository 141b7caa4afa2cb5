//! Transcripts and letters: a block that starts with a name in capitals and a colon is what that one says; what nobody
//! else says in a letter is said by who wrote it.

use crate::Paper;
use crate::cue::{Found, Side};
use crate::layout::Block;
use crate::lexicon::{Sign, Tone, lexicon};
use crate::memory::Memory;
use crate::parts::Part;
use crate::statement::{Record, SpeakerKind};
use crate::subject::Clause;
use crate::who::{Like, Who, new};
use crate::words::Words;

/// Words of a label before the colon.
const LABEL_WORDS_MAX: usize = 5;

/// Labels that are no speakers.
const NO_SPEAKERS: [&str; 14] = [
    "correction",
    "clarification",
    "note",
    "update",
    "summary",
    "warning",
    "source",
    "photo",
    "watch",
    "related",
    "tlp",
    "subject",
    "date",
    "re",
];

/// Who speaks in the block, with the token after the colon: "HOLM: …", "MS. HOLM: …", "Q: …" (nobody of interest).
pub(crate) fn turn(words: &Words<'_>, memory: &Memory) -> Option<(Who, usize)> {
    let colon = (1..words.len().min(LABEL_WORDS_MAX.saturating_add(2))).find(|at| words.is_mark(*at, ':'))?;
    let capitals = |at: usize| {
        let raw = words.raw(at);
        raw.chars().any(char::is_alphabetic) && !raw.chars().any(char::is_lowercase)
    };
    let label: Vec<usize> = (0..colon).filter(|at| words.is_word(*at)).collect();
    let plain = label.iter().all(|at| capitals(*at))
        && (0..colon).all(|at| words.is_word(at) || words.is_mark(at, '.'));
    if label.is_empty() || label.len() > LABEL_WORDS_MAX || !plain || colon.saturating_add(2) >= words.len() {
        return None;
    }
    let last = *label.last()?;
    if NO_SPEAKERS.contains(&words.low(last)) {
        return None;
    }
    let surname = titled(words.raw(last));
    let who = memory.surname(&surname).unwrap_or_else(|| {
        let names: Vec<String> = label
            .iter()
            .filter(|at| !matches!(words.low(**at), "mr" | "ms" | "mrs" | "dr"))
            .map(|at| titled(words.raw(*at)))
            .collect();
        new(
            names.join(" "),
            SpeakerKind::Expert,
            Record::OnRecord,
            Like::Person,
            1,
        )
    });
    Some((who, colon.saturating_add(1)))
}

/// Who wrote a letter: somebody who claims a deed or makes demands in it is a persona, whatever the name.
pub(crate) fn writer(name: &str, paper: &Paper<'_>, blocks: &[Block]) -> Who {
    let hostile = blocks.iter().any(|block| {
        let piece = paper.pieces.get(block.piece);
        let text = piece
            .and_then(|piece| piece.text.get(block.range.clone()))
            .unwrap_or_default();
        let words = Words::of(text);
        (0..words.len()).any(|at| {
            let first_person = |at: usize| matches!(words.low(at), "we" | "i" | "we'll" | "i'll");
            match lexicon().content.at(&words, at) {
                Some((Sign::Claim, _)) => first_person(at),
                Some((Sign::Menace, _)) => {
                    words.low(at) == "or" || at.checked_sub(1).is_some_and(first_person)
                }
                _ => false,
            }
        })
    });
    let (kind, like) = if hostile {
        (SpeakerKind::Persona, Like::Persona)
    } else {
        (SpeakerKind::Unspecified, Like::Person)
    };
    let mut who = new(name.to_owned(), kind, Record::OnRecord, like, 0);
    who.whose = Some(name.to_owned());
    who
}

/// In a transcript what nobody else says is said by whose turn it is, and so is "we"; questions say nothing.
pub(crate) fn take_turn(clause: &Clause<'_>, parts: &mut [Part], who: &Who) {
    let asks = (clause.start..clause.end)
        .rev()
        .take(2)
        .any(|at| clause.words.is_mark(at, '?'));
    for part in parts {
        match &mut part.found {
            Some(found) if found.who.record == Record::Publisher => found.who = who.clone(),
            None if !asks && part.tokens.len() >= 4 => {
                part.found = Some(Found {
                    cue: part.tokens.start..part.tokens.start,
                    who: who.clone(),
                    tone: Tone::Content,
                    side: Side::Whole,
                    start: part.tokens.start,
                    covers: part.tokens.start..part.tokens.start,
                    via: Vec::new(),
                    nominal: false,
                    nested: false,
                    passive: false,
                    through: None,
                    doubt: who.doubt,
                });
            }
            _ => {}
        }
    }
}

/// "HOLM" as "Holm".
fn titled(raw: &str) -> String {
    let mut chars = raw.chars();
    chars.next().map_or_else(String::new, |first| {
        first
            .to_uppercase()
            .chain(chars.flat_map(char::to_lowercase))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_in_capitals_speaks_and_a_sentence_does_not() {
        let speaker = |text: &str| turn(&Words::of(text), &Memory::default()).map(|(who, _)| who.name);
        assert_eq!(speaker("HOLM: We are very sure of it.").as_deref(), Some("Holm"));
        assert_eq!(
            speaker("MS. EDDA HOLM: It was them.").as_deref(),
            Some("Edda Holm")
        );
        assert_eq!(speaker("The FBI: it was them, they say."), None);
        assert_eq!(speaker("UPDATE: It was them all along."), None);
    }
}
