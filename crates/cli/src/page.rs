//! From a run's outcome to what the report shows.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_assess::assessment::Assessment;
use ascribe_case::quote::Quote as CaseQuote;
use ascribe_case::run::{IncidentOutcome, Outcome};
use ascribe_exchange::ExportedParty;
use ascribe_report::{Page, Party, Quote, Quoted, Said, SeriesPoint, SourceCard, Tied};

/// What a page needs beside the assessment.
pub(crate) struct Material {
    pub(crate) parties: BTreeMap<String, Party>,
    pub(crate) sources: BTreeMap<String, SourceCard>,
    pub(crate) series: Vec<SeriesPoint>,
    pub(crate) quotes: BTreeMap<(String, usize), Quote>,
    pub(crate) prose: BTreeMap<String, String>,
    pub(crate) exported: Vec<ExportedParty>,
    pub(crate) operators: BTreeMap<String, Vec<String>>,
    pub(crate) said: Vec<Said>,
    pub(crate) tied: Tied,
}

impl Material {
    /// The page of `assessment` made from it.
    pub(crate) const fn page<'a>(&'a self, assessment: &'a Assessment) -> Page<'a> {
        Page {
            assessment,
            parties: &self.parties,
            sources: &self.sources,
            series: self.series.as_slice(),
            quotes: &self.quotes,
            prose: &self.prose,
            said: self.said.as_slice(),
            tied: &self.tied,
            written_to: None,
        }
    }
}

/// Gathers it for one incident.
pub(crate) fn material(outcome: &Outcome, one: &IncidentOutcome) -> Material {
    let knowledge = outcome.case.knowledge.as_of(outcome.as_of);
    let parties = knowledge
        .actors
        .iter()
        .map(|actor| {
            let by =
                |source: &Option<String>| source.as_ref().map_or_else(String::new, |id| format!(" ({id})"));
            let party = Party {
                name: actor.name.clone(),
                kind: actor.kind.text().to_owned(),
                parent: actor.parent.clone(),
                aliases: actor
                    .aliases
                    .iter()
                    .map(|alias| format!("{}{}", alias.name, by(&alias.source)))
                    .collect(),
                facts: actor
                    .size
                    .iter()
                    .map(|size| format!("{} people{}", size.people, by(&size.source)))
                    .collect(),
            };
            (actor.id.clone(), party)
        })
        .collect();
    let sources = knowledge
        .sources
        .iter()
        .map(|source| {
            let card = SourceCard {
                name: source.name.clone(),
                kind: source.kind.text().to_owned(),
                grade: source.grade.map_or("not graded", |grade| grade.text()).to_owned(),
                stake: source.stake.clone(),
            };
            (source.id.clone(), card)
        })
        .collect();
    let series = one
        .series
        .iter()
        .map(|point| SeriesPoint {
            day: point.day.to_string(),
            cause: one
                .findings
                .iter()
                .filter(|finding| finding.known.last_day() == point.day)
                .map(|finding| finding.id.clone())
                .collect(),
            beliefs: point
                .belief
                .iter()
                .map(|(id, belief)| (id.clone(), belief.point))
                .collect(),
        })
        .collect();
    // The rows behind ties hold names that the case may not let be shown; path and range still say where they are.
    let unquoted: BTreeSet<&str> = one
        .findings
        .iter()
        .filter(|finding| finding.engine == ascribe_engines::operators::NAME)
        .map(|finding| finding.id.as_str())
        .collect();
    let mut quotes = BTreeMap::new();
    for line in &one.assessment.ledger {
        if unquoted.contains(line.finding.as_str()) {
            continue;
        }
        for (index, place) in line.provenance.iter().enumerate() {
            let whole = place.end.saturating_sub(place.start);
            let quote = one.quotes.get(&(place.path.clone(), place.start, place.end));
            if let Some(quote) = quote.and_then(|quote| shown(quote, whole)) {
                quotes.insert((line.finding.clone(), index), quote);
            }
        }
    }
    let exported = knowledge
        .actors
        .iter()
        .map(|actor| ExportedParty {
            id: actor.id.clone(),
            name: actor.name.clone(),
            kind: actor.kind.text().to_owned(),
            aliases: actor.aliases.iter().map(|alias| alias.name.clone()).collect(),
        })
        .collect();
    Material {
        parties,
        sources,
        series,
        quotes,
        said: crate::said::rows_of(&one.speech),
        tied: crate::ties::shown(&one.ties),
        prose: one
            .findings
            .iter()
            .map(|finding| (finding.id.clone(), finding.prose.clone()))
            .collect(),
        exported,
        operators: one
            .model
            .hypotheses
            .iter()
            .map(|h| (h.id.clone(), h.operators.clone()))
            .collect(),
    }
}

fn shown(quote: &CaseQuote, whole: u64) -> Option<Quote> {
    Some(match quote {
        CaseQuote::Gone => return None,
        CaseQuote::Text { text, cut } => {
            let left_out = if *cut {
                whole.saturating_sub(text.len() as u64)
            } else {
                0
            };
            Quote {
                content: Quoted::Text(text.clone()),
                left_out,
            }
        }
        CaseQuote::Bytes { bytes, cut } => {
            let left_out = if *cut {
                whole.saturating_sub(bytes.len() as u64)
            } else {
                0
            };
            Quote {
                content: Quoted::Bytes(bytes.clone()),
                left_out,
            }
        }
        CaseQuote::Withheld { .. } => Quote {
            content: Quoted::Withheld,
            left_out: whole,
        },
    })
}
