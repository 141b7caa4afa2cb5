//! Who says what in the texts of a case, through whom, what is only an echo, what contradicts.
//!
//! Takes the texts that readers kept; gives statements, origins and conflicts for the report, and a finding for each
//! statement that may be counted. Weighs nothing: the table of statements does. What somebody only describes is told as
//! evidence of the statement and is no finding of its own.

mod conflict;
mod finding;
mod letter;
mod origin;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ascribe_model::finding::engine_finding_id;
use ascribe_model::observation::Saw;
use ascribe_model::{ArtifactId, Moment, Provenance, Reading, Role, Text};
use ascribe_speech::echo::Marks;
use ascribe_speech::{Paper, Piece, Statement, Voice};

pub use ascribe_speech::{Record, Tier};
pub use conflict::{Conflict, Side};
pub use origin::{Edge, Origin};

use crate::{Evidence, Suggestions, World};

/// The name of the engine.
pub const NAME: &str = "statements";

/// Evidence of these kinds is a document.
const KINDS: [&str; 4] = ["text", "markdown", "html", "pdf"];
/// Evidence of these kinds is one where it has a body of text: a mail, a bundle with reports or notes.
const KINDS_WITH_TEXT: [&str; 2] = ["mail", "intelligence"];

/// Whether statements are read off what was read.
#[must_use]
pub fn is_document(reading: &Reading) -> bool {
    let kind = reading.kind.as_str();
    KINDS.contains(&kind)
        || KINDS_WITH_TEXT.contains(&kind)
            && reading
                .observations
                .iter()
                .any(|seen| matches!(&seen.saw, Saw::Text(text) if text.role == Role::Body))
}

/// A statement of a document of the case.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its id; the id of its finding where it has one.
    pub id: String,
    /// Path of the document.
    pub doc: String,
    /// Where it stands.
    pub at: Provenance,
    /// The exact text.
    pub anchor: String,
    /// Where the words stand that name the speaker.
    pub speaker_at: Option<Provenance>,
    /// What is said, by whom.
    pub said: Statement,
    /// The event of telling behind it.
    pub origin: String,
    /// When its document became known.
    pub known: Moment,
}

/// All that was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Speech {
    /// Statements by document and place.
    pub statements: Vec<Told>,
    /// Origins with what they stand behind.
    pub origins: Vec<Origin>,
    /// What contradicts.
    pub conflicts: Vec<Conflict>,
}

/// A document with what it says.
pub(crate) struct Document<'a> {
    pub(crate) evidence: &'a Evidence,
    pub(crate) heard: Arc<Heard>,
}

/// What one document says by itself, whatever others say.
#[derive(Debug)]
pub(crate) struct Heard {
    /// Its statements; their origins are not settled yet.
    told: Vec<Told>,
    /// Marks to find its echoes by.
    pub(crate) marks: Marks,
}

/// What documents said, by path and content.
pub(crate) type HeardBefore = Mutex<BTreeMap<(String, ArtifactId), Arc<Heard>>>;

/// What the texts of the incident's documents suggest.
#[must_use]
pub fn suggest(world: &World<'_>) -> Suggestions {
    let mut documents = documents(world);
    documents.sort_by(|a, b| (&a.evidence.path, a.evidence.id).cmp(&(&b.evidence.path, b.evidence.id)));
    let mut told: Vec<Told> = documents
        .iter()
        .flat_map(|document| document.heard.told.iter().cloned())
        .collect();
    let origins = origin::origins(&documents, &mut told);
    let conflicts = conflict::conflicts(&told);
    let mut out = Suggestions {
        findings: finding::findings(world, &documents, &told),
        ..Suggestions::default()
    };
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    out.counts.insert("documents".to_owned(), count(documents.len()));
    out.counts.insert("statements".to_owned(), count(told.len()));
    out.counts.insert("origins".to_owned(), count(origins.len()));
    out.speech = Speech {
        statements: told,
        origins,
        conflicts,
    };
    out
}

/// The incident's documents, each taken apart once for all days.
fn documents<'a>(world: &World<'a>) -> Vec<Document<'a>> {
    let mut before = world.memo.heard.lock().unwrap_or_else(PoisonError::into_inner);
    let key = |one: &Evidence| (one.path.clone(), one.id);
    let wanted: Vec<&Evidence> = world
        .evidence
        .iter()
        .filter(|one| one.incident == world.incident && is_document(&one.reading))
        .collect();
    let new: Vec<&Evidence> = wanted
        .iter()
        .copied()
        .filter(|one| !before.contains_key(&key(one)))
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let one = || new.get(next.fetch_add(1, Ordering::Relaxed));
        let heard = std::iter::from_fn(|| one().map(|one| (key(one), Arc::new(hear(one)))));
        heard.collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (1..world.memo.jobs.min(new.len()))
            .map(|_| scope.spawn(work))
            .collect();
        before.extend(work());
        for worker in workers {
            match worker.join() {
                Ok(heard) => before.extend(heard),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    wanted
        .into_iter()
        .filter_map(|evidence| {
            let heard = Arc::clone(before.get(&key(evidence))?);
            Some(Document { evidence, heard })
        })
        .collect()
}

fn hear(evidence: &Evidence) -> Heard {
    let all = evidence.reading.observations.iter();
    let mut texts: Vec<&Text> = all
        .filter_map(|seen| match &seen.saw {
            Saw::Text(text) if matches!(text.role, Role::Body | Role::Title | Role::Caption) => Some(text),
            _ => None,
        })
        .collect();
    if evidence.reading.kind == "mail" {
        texts = letter::own_words(&texts);
    }
    Heard {
        told: statements(evidence, &texts),
        marks: Marks::of(texts.iter().map(|text| text.as_str())),
    }
}

/// The statements in the texts of one document.
fn statements(evidence: &Evidence, texts: &[&Text]) -> Vec<Told> {
    let published = evidence.reading.document.published.as_ref();
    let sender = letter::sender(&evidence.reading);
    // The words that name the sender stand in front of the text and are no text of it.
    let mut texts = texts.to_vec();
    texts.extend(sender.as_ref().map(|(_, header)| *header));
    let texts = texts.as_slice();
    let paper = Paper {
        voice: sender.map(|(name, header)| Voice {
            name,
            at: ascribe_speech::Place {
                piece: texts.len().saturating_sub(1),
                range: 0..header.as_str().len(),
            },
        }),
        pieces: texts
            .iter()
            .map(|text| Piece {
                role: &text.role,
                text: text.as_str(),
            })
            .collect(),
        published: published.or_else(|| evidence.dated.then_some(&evidence.known)),
    };
    let place = |at: &ascribe_speech::Place| {
        let text = texts.get(at.piece)?;
        Some(Provenance {
            path: evidence.path.clone(),
            sha256: evidence.id,
            span: text.span(at.range.clone()),
        })
    };
    ascribe_speech::statements(&paper)
        .into_iter()
        .filter_map(|said| {
            let text = texts.get(said.at.piece)?;
            let at = place(&said.at)?;
            let trace = format!("{} {} {}", said.speaker, said.stance, said.nesting);
            Some(Told {
                id: engine_finding_id(NAME, &trace, &at),
                doc: evidence.path.clone(),
                anchor: text.as_str().get(said.at.range.clone())?.to_owned(),
                speaker_at: said.speaker_at.as_ref().and_then(place),
                at,
                said,
                origin: String::new(),
                known: evidence.known.clone(),
            })
        })
        .collect()
}
