//! What one statement tells of the next: the day it was said, through whom a person was heard, which state is accused.

use std::collections::BTreeMap;

use ascribe_model::words::Stance;

use crate::lexicon::{Sort, lexicon};
use crate::statement::{Record, SpeakerKind, Statement};

/// What a speaker says later in a document was said on the day of what it said before, unless a day is given.
pub(crate) fn dates(found: &mut [Statement]) {
    let mut days: BTreeMap<String, String> = BTreeMap::new();
    for one in found.iter_mut().filter(|one| one.record != Record::Publisher) {
        if one.record == Record::Unattributed {
            continue;
        }
        match &one.statement_date {
            Some(day) => {
                days.insert(one.speaker.clone(), day.clone());
            }
            None => one.statement_date = days.get(&one.speaker).cloned(),
        }
    }
}

/// The state that most accusations are about is the suspect; its people and media speak for it.
pub(crate) fn suspects(found: &mut [Statement]) {
    let mut blamed: BTreeMap<String, u32> = BTreeMap::new();
    for one in found.iter() {
        let weight = match one.stance {
            Stance::Accuses => 1,
            Stance::Denies => 2,
            _ => 0,
        };
        if weight > 0
            && let Some(target) = &one.target
            && let Some(party) = lexicon().party(target)
        {
            let state = party.whose.clone().unwrap_or_else(|| party.name.clone());
            let total = blamed.entry(state).or_default();
            *total = total.saturating_add(weight);
        }
    }
    let Some((suspect, _)) = blamed
        .into_iter()
        .filter(|(name, _)| {
            lexicon()
                .party(name)
                .is_some_and(|party| party.sort == Sort::State)
        })
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)))
    else {
        return;
    };
    for one in found.iter_mut() {
        if one.speaks_for.as_deref() == Some(suspect.as_str())
            && matches!(
                one.speaker_kind,
                SpeakerKind::Agency | SpeakerKind::Official | SpeakerKind::Media
            )
        {
            one.speaker_kind = SpeakerKind::Suspect;
        }
    }
}

/// A person heard by somebody else ("told AFP") is heard by them further on in the document; experts who follow one who
/// was, too, since one reporter asked them.
pub(crate) fn chains(found: &mut [Statement]) {
    let mut ways: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut experts: Option<Vec<String>> = None;
    for one in found.iter_mut().filter(|one| one.record != Record::Publisher) {
        let expert = matches!(one.speaker_kind, SpeakerKind::Expert | SpeakerKind::Defector);
        let person = expert || one.speaker.contains(' ') && lexicon().party(&one.speaker).is_none();
        if !person {
            continue;
        }
        if one.via.len() > 1 {
            ways.insert(one.speaker.clone(), one.via.clone());
            if expert {
                experts = Some(one.via.clone());
            }
        } else if let Some(way) = ways.get(&one.speaker) {
            one.via.clone_from(way);
        } else if let Some(way) = experts
            .as_ref()
            .filter(|_| expert && one.record == Record::OnRecord)
        {
            one.via.clone_from(way);
        }
    }
}
