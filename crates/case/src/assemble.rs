//! Puts together what was read and what the case says of it: dated items, then one incident as of one day.
//!
//! Everything that is later than the day is gone here, so that nothing above can see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ascribe_assess::assessment::{AnomalyAt, AnomalyLine, Input};
use ascribe_engines::Evidence;
use ascribe_model::observation::{IndicatorKind, TechniqueUse, Techniques};
use ascribe_model::words::{About, Kind, Stance, Tlp};
use ascribe_model::{Anomaly, ArtifactId, Coverage, Day, Finding, Moment, Observation, Reading, Saw, Span};

use crate::config::{Case, Problem};
use crate::dispatch::{Artifact, Status};
use crate::gather::Gathered;
use crate::known::{self, Basis};
use crate::notes::Note;

/// An artifact and what the case says of it.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its path, escaped, `!` before members.
    pub path: String,
    /// Its top-level file among those gathered.
    pub file: usize,
    /// What was read.
    pub artifact: Artifact,
    /// Since when it is known, and why.
    pub known: (Moment, Basis),
    /// When its content held.
    pub valid: Option<Moment>,
    /// The event of collection.
    pub origin: String,
    /// Who vouches for it.
    pub source: Option<String>,
    /// Marking.
    pub tlp: Tlp,
    /// Whether it may not be quoted.
    pub leaked: bool,
    /// Its incident.
    pub incident: String,
}

/// A file in `notes/`.
#[derive(Clone, Debug)]
pub struct NoteFile {
    /// Its path, escaped.
    pub path: String,
    /// Its hash; none where it could not be opened.
    pub sha256: Option<ArtifactId>,
    /// Its length.
    pub bytes: u64,
    /// What it says, or what is wrong with it.
    pub note: Result<Note, NoNote>,
}

/// Why a file in `notes/` gives no note.
#[derive(Clone, Debug)]
pub enum NoNote {
    /// It is none.
    Ignored(String),
    /// It could not be opened.
    Unreadable(String),
    /// It says something that a note may not say.
    Bad(Vec<Problem>),
}

/// Every artifact with what the case says of it, in the plan's order.
#[must_use]
pub fn items(case: &Case, gathered: &[Gathered]) -> Vec<Item> {
    let mut found = Vec::new();
    for (file, one) in gathered.iter().enumerate() {
        let mut dates: Vec<(Moment, Basis)> = Vec::new();
        for artifact in &one.read.artifacts {
            let path = format!("{}{}", one.planned.path, artifact.inside);
            let entry = case.evidence_for(&path);
            let incident = entry.map_or_else(
                || case.first_incident().to_owned(),
                |entry| entry.incident.clone(),
            );
            let container = artifact.container.and_then(|index| dates.get(index));
            let known = known::of_artifact(known::Dates {
                said: entry.and_then(|entry| entry.known.as_ref()),
                acquired: entry.and_then(|entry| entry.acquired.as_ref()),
                container: container.map(|(known, basis)| (known, *basis)),
                published: artifact.reading.document.published.as_ref(),
                opened: case
                    .incident(&incident)
                    .and_then(|incident| incident.opened.as_ref()),
            });
            dates.push(known.clone());
            let origin = entry.and_then(|entry| entry.origin.clone());
            found.push(Item {
                file,
                artifact: artifact.clone(),
                known,
                valid: entry.and_then(|entry| entry.valid.clone()),
                origin: origin.unwrap_or_else(|| one.planned.path.clone()),
                source: entry.and_then(|entry| entry.source.clone()),
                tlp: entry.and_then(|entry| entry.tlp).unwrap_or(case.tlp),
                leaked: entry.is_some_and(|entry| entry.leaked),
                incident,
                path,
            });
        }
    }
    found
}

/// Every day on which something became known, of evidence, notes and what the case knows, sorted.
#[must_use]
pub fn days(case: &Case, items: &[Item], notes: &[NoteFile]) -> BTreeSet<Day> {
    let mut days = stated_days(case, notes);
    let read = items.iter().filter(|item| item.artifact.reader.is_some());
    days.extend(
        read.map(|item| &item.known.0)
            .filter(|known| !known::is_undated(known))
            .map(Moment::last_day),
    );
    days
}

/// The days on which something became known that an analyst wrote: facts of case.toml, and notes.
#[must_use]
pub fn stated_days(case: &Case, notes: &[NoteFile]) -> BTreeSet<Day> {
    let knowledge = &case.knowledge;
    let facts = knowledge.actors.iter().flat_map(|actor| {
        let aliases = actor.aliases.iter().map(|alias| &alias.known);
        let sizes = actor.size.iter().map(|size| &size.known);
        aliases.chain(sizes).chain([&actor.known])
    });
    let facts = facts
        .chain(knowledge.sources.iter().map(|source| &source.known))
        .chain(knowledge.families.iter().map(|family| &family.known))
        .chain(knowledge.infrastructure.iter().map(|item| &item.known));
    let said = notes.iter().filter_map(|file| file.note.as_ref().ok());
    facts
        .flatten()
        .chain(said.map(|note| &note.finding.known))
        .filter(|known| !known::is_undated(known))
        .map(Moment::last_day)
        .collect()
}

/// The evidence of an incident that was known on `day`: each content once, by path; and the paths of the copies.
#[must_use]
pub fn evidence(items: &[Item], incident: &str, day: Option<Day>) -> (Vec<Evidence>, Vec<(String, String)>) {
    let mut order: Vec<&Item> = items
        .iter()
        .filter(|item| item.incident == incident && item.artifact.reader.is_some())
        .filter(|item| item.known.0.known_on(day))
        .collect();
    order.sort_by(|a, b| (&a.known.0, &a.path).cmp(&(&b.known.0, &b.path)));
    let mut by_content: BTreeMap<ArtifactId, Evidence> = BTreeMap::new();
    let mut copies = Vec::new();
    for item in order {
        let Some(id) = item.artifact.sha256 else { continue };
        if let Some(first) = by_content.get_mut(&id) {
            // One content, two entries: the more closed of what they say counts.
            first.leaked |= item.leaked;
            first.tlp = first.tlp.max(item.tlp);
            copies.push((item.path.clone(), first.path.clone()));
            continue;
        }
        by_content.insert(
            id,
            Evidence {
                path: item.path.clone(),
                id,
                known: item.known.0.clone(),
                dated: matches!(item.known.1, Basis::Said | Basis::Published),
                valid: item.valid.clone(),
                origin: item.origin.clone(),
                source: item.source.clone(),
                tlp: item.tlp,
                leaked: item.leaked,
                incident: item.incident.clone(),
                reading: Arc::clone(&item.artifact.reading),
            },
        );
    }
    let mut evidence: Vec<Evidence> = by_content.into_values().collect();
    evidence.sort_by(|a, b| a.path.cmp(&b.path));
    copies.sort();
    (evidence, copies)
}

/// Techniques that notes of kind tactics name in `says`, as seen in the incident: notes that point to nobody, since what points to a
/// party is a comparison by itself and may name that party's techniques.
#[must_use]
pub fn noted_techniques(notes: &[NoteFile], incident: &str, day: Option<Day>) -> Vec<Evidence> {
    let known: Vec<(&NoteFile, &Finding)> = notes
        .iter()
        .filter_map(|file| Some((file, &file.note.as_ref().ok()?.finding)))
        .filter(|(_, finding)| finding.incident == incident && finding.known.known_on(day))
        .collect();
    let retracted: BTreeSet<&str> = known
        .iter()
        .filter_map(|(_, finding)| finding.retracts.as_deref())
        .collect();
    let seen = known.iter().filter(|(_, finding)| {
        finding.kind == Kind::Tactics
            && matches!(finding.stance, Stance::Asserts | Stance::Reports)
            && finding.points_to.is_none()
            && finding.of.is_none()
            && !matches!(finding.about, Some(About::Owner | About::Author | About::Place))
            && !retracted.contains(finding.id.as_str())
    });
    seen.filter_map(|(file, finding)| {
        let mut uses: Vec<TechniqueUse> = ascribe_intel::indicators::scan(&finding.says)
            .into_iter()
            .filter(|found| found.kind == IndicatorKind::Technique)
            .map(|found| TechniqueUse {
                technique: found.value,
                citations: Vec::new(),
                published: None,
            })
            .collect();
        uses.sort();
        uses.dedup();
        if uses.is_empty() {
            return None;
        }
        let named = Techniques {
            id: finding.id.clone(),
            kind: "note".to_owned(),
            uses,
            ..Techniques::default()
        };
        let reading = Reading {
            kind: "note".to_owned(),
            observations: vec![Observation {
                at: Span::new(0, file.bytes).on_line(1),
                saw: Saw::Techniques(Box::new(named)),
            }],
            ..Reading::default()
        };
        Some(Evidence {
            path: file.path.clone(),
            id: file.sha256?,
            known: finding.known.clone(),
            dated: true,
            valid: finding.happened.clone(),
            origin: finding.origin.clone(),
            source: finding.source.clone(),
            tlp: finding.tlp,
            leaked: false,
            incident: incident.to_owned(),
            reading: Arc::new(reading),
        })
    })
    .collect()
}

/// A measurement on bytes is as good as who vouches for the bytes: a finding without a source takes that of the first of its
/// places whose evidence names one.
pub fn vouch(findings: &mut [Finding], evidence: &[Evidence]) {
    let sources: BTreeMap<ArtifactId, &String> = evidence
        .iter()
        .filter_map(|one| one.source.as_ref().map(|source| (one.id, source)))
        .collect();
    for finding in findings.iter_mut().filter(|finding| finding.source.is_none()) {
        let mut places = finding.provenance.iter();
        finding.source = places
            .find_map(|place| sources.get(&place.sha256))
            .map(|source| (*source).clone());
    }
}

/// The rows of `inputs`: what was known on `day` of an incident, notes included, by path.
#[must_use]
pub fn inputs(items: &[Item], notes: &[NoteFile], incident: &str, day: Option<Day>) -> Vec<Input> {
    let shown = items
        .iter()
        .filter(|item| item.incident == incident && item.known.0.known_on(day));
    let mut rows: Vec<Input> = shown
        .map(|item| Input {
            path: item.path.clone(),
            sha256: item.artifact.sha256,
            bytes: item.artifact.bytes,
            kind: item.artifact.reading.kind.clone(),
            reader: item.artifact.reader.clone(),
            known: known::written(&item.known.0),
            status: item.artifact.status.text().to_owned(),
            why: item.artifact.why.clone(),
            coverage: item.artifact.reading.coverage.clone(),
        })
        .collect();
    for file in notes {
        let (known, status, why) = match &file.note {
            Ok(note) if note.finding.incident != incident || !note.finding.known.known_on(day) => continue,
            Ok(note) => (known::written(&note.finding.known), Status::Read, None),
            Err(NoNote::Ignored(why)) => (None, Status::Ignored, Some(why.clone())),
            Err(NoNote::Unreadable(why)) => (None, Status::Unreadable, Some(why.clone())),
            Err(NoNote::Bad(problems)) => {
                let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
                (None, Status::Unreadable, Some(texts.join("; ")))
            }
        };
        let used = u64::from(status == Status::Read);
        rows.push(Input {
            path: file.path.clone(),
            sha256: file.sha256,
            bytes: file.bytes,
            kind: "note".to_owned(),
            reader: (status != Status::Ignored).then(|| "note/1".to_owned()),
            known,
            status: status.text().to_owned(),
            why,
            coverage: Coverage {
                unit: "note".to_owned(),
                seen: 1,
                parsed: used,
                used,
                dropped: 1 - used,
            },
        });
    }
    rows.sort_by(|a, b| a.path.cmp(&b.path));
    rows
}

/// What was odd about the case and the evidence of an incident as of `day`, by path.
#[must_use]
pub fn anomalies(
    case: &Case,
    items: &[Item],
    notes: &[NoteFile],
    copies: &[(String, String)],
    incident: &str,
    day: Option<Day>,
) -> Vec<AnomalyLine> {
    let mut lines = Vec::new();
    for warning in &case.warnings {
        lines.push(AnomalyLine {
            path: warning.path.clone(),
            code: "case.warning".to_owned(),
            at: None,
            text: warning.to_string(),
        });
    }
    for entry in &case.evidence {
        if !items
            .iter()
            .any(|item| crate::config::case::covers(&entry.path, &item.path))
        {
            lines.push(AnomalyLine {
                path: "case.toml".to_owned(),
                code: "case.evidence-path".to_owned(),
                at: None,
                text: format!(
                    "line {}: [[evidence]] names `{}`, which is not there",
                    entry.line, entry.path
                ),
            });
        }
    }
    let shown = items
        .iter()
        .filter(|item| item.incident == incident && item.known.0.known_on(day));
    for item in shown {
        for anomaly in &item.artifact.reading.anomalies {
            lines.push(line(&item.path, anomaly));
        }
        if item.artifact.container.is_none() && item.artifact.reader.is_some() {
            lines.extend(date_flag(&item.path, &item.known.0, item.known.1));
        }
        if item.known.1 == Basis::Acquired
            && let Some(published) = &item.artifact.reading.document.published
        {
            let text = format!(
                "its content gives {published} as the day of publication, after it was acquired; counted from {}",
                item.known.0
            );
            lines.push(line(
                &item.path,
                &Anomaly::odd("known.after-acquired", None, text),
            ));
        }
    }
    for (item, anomaly) in crate::plausible::ahead(case, items, notes) {
        if item.incident == incident && item.known.0.known_on(day) {
            lines.push(line(&item.path, &anomaly));
        }
    }
    for (copy, first) in copies {
        let text = format!("the same bytes as `{first}`; counted once");
        lines.push(line(copy, &Anomaly::odd("evidence.duplicate", None, text)));
    }
    for file in notes {
        match &file.note {
            Ok(note)
                if note.finding.incident == incident && note.finding.known.known_on(day) && !note.dated =>
            {
                let undated = known::is_undated(&note.finding.known);
                let basis = if undated { Basis::Nothing } else { Basis::Opened };
                lines.extend(date_flag(&file.path, &note.finding.known, basis));
            }
            Err(NoNote::Bad(problems)) => {
                for problem in problems {
                    let anomaly = Anomaly::lost("note.unreadable", None, problem.to_string());
                    lines.push(line(&file.path, &anomaly));
                }
            }
            _ => {}
        }
    }
    lines.sort();
    lines.dedup();
    lines
}

fn date_flag(path: &str, known: &Moment, basis: Basis) -> Option<AnomalyLine> {
    let anomaly = match basis {
        Basis::Said | Basis::Published | Basis::Acquired => return None,
        Basis::Opened => Anomaly::odd(
            "known.opened",
            None,
            format!("nothing says since when it is known; counted from {known}, when the case was opened"),
        ),
        Basis::Nothing => Anomaly::odd(
            "known.undated",
            None,
            "nothing says since when it is known; counted as always known",
        ),
    };
    Some(line(path, &anomaly))
}

/// An anomaly as it is written out.
#[must_use]
pub fn line(path: &str, anomaly: &Anomaly) -> AnomalyLine {
    AnomalyLine {
        path: path.to_owned(),
        code: anomaly.code.clone(),
        at: anomaly.at.map(|span| AnomalyAt {
            unit: "byte".to_owned(),
            start: span.start,
            end: span.end,
            line: span.line,
        }),
        text: anomaly.text.clone(),
    }
}
