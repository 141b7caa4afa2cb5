//! One run of a case: read everything, ask the engines, weigh, write `out/`.
//!
//! Writes nothing outside `out/` and the state, and nothing at all for a bad case.toml.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use crate::fail::RunError;
pub use ascribe_assess::assess::Depth;
use ascribe_assess::assessment::{AnomalyLine, Assessment, Input};
use ascribe_assess::model_file::ModelFile;
use ascribe_corpus::Corpus;
use ascribe_engines::operators::Ties;
use ascribe_engines::statements::Speech;
use ascribe_engines::{Engine, Lead, Memo, World};
use ascribe_intel::{Incident, Knowledge};
use ascribe_model::limits::Budget;
use ascribe_model::{ArtifactId, Day, Finding};
use ascribe_readers::Reader;

use crate::assemble::{self, Item, NoNote, NoteFile};
use crate::config::{self, Case};
use crate::dispatch::{Dispatch, Scan, Status};
use crate::file::Opened;
use crate::gather::{Gather, Gathered, JOBS_MAX, Progress};
use crate::helper::Helper;
use crate::notes::{self, Evidence as Places};
use crate::quote::{Place, Quote, quotes};
use crate::state::State;
use crate::statements;
use crate::walk::{self, Except, Passed, Planned};
use crate::write;

/// What a run is asked to do beside the case.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// The day; none: the latest on which something became known.
    pub as_of: Option<Day>,
    /// Where to write; none: `out/` in the case.
    pub out: Option<PathBuf>,
    /// The state; none: `case.ascribe` in the case.
    pub state: Option<PathBuf>,
    /// Corpora beside those of the case.
    pub corpus: Vec<PathBuf>,
    /// Files read at the same time; none: as many as there are processors.
    pub jobs: Option<usize>,
    /// Bounds.
    pub budget: Budget,
}

/// From findings to belief: the assessment and the model behind it, or why there is none.
pub type Assess<'a> = &'a dyn Fn(&Question<'_>) -> Result<(Assessment, ModelFile), String>;

/// What a run is made of: the tables of readers and engines, and what weighs.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// Readers.
    pub readers: &'a [Reader],
    /// Engines.
    pub engines: &'a [Engine],
    /// Finds indicators.
    pub scan: Scan,
    /// Opens a corpus.
    pub open_corpus: &'a dyn Fn(&Path) -> Result<Corpus, String>,
    /// The process that reads the pages of PDFs; none: they are listed and not examined.
    pub helper: Option<&'a Helper>,
    /// From findings to belief.
    pub assess: Assess<'a>,
}

/// What is put to the assessment: one incident as of one day. Holds nothing later than the day.
pub struct Question<'a> {
    /// The case.
    pub case: &'a Case,
    /// The incident.
    pub incident: &'a Incident,
    /// The day; none for an undated case.
    pub as_of: Option<Day>,
    /// What was known of the world.
    pub knowledge: &'a Knowledge,
    /// The analyst's hypotheses on the incident.
    pub hypotheses: Vec<&'a config::Hypothesis>,
    /// The user's standards on the incident.
    pub standards: Vec<&'a config::Standard>,
    /// Findings of notes and engines, by id.
    pub findings: Vec<Finding>,
    /// What could be collected.
    pub leads: Vec<Lead>,
    /// Rows of `inputs`.
    pub inputs: Vec<Input>,
    /// What was odd.
    pub anomalies: Vec<AnomalyLine>,
    /// How much is wanted.
    pub depth: Depth,
    /// Threads that it may use.
    pub jobs: usize,
}

/// The belief on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesPoint {
    /// The day.
    pub day: Day,
    /// Belief by hypothesis.
    pub belief: BTreeMap<String, ascribe_assess::assessment::Belief>,
}

/// What was found about one incident.
#[derive(Clone, Debug)]
pub struct IncidentOutcome {
    /// The assessment as it was written.
    pub assessment: Assessment,
    /// The model behind it.
    pub model: ModelFile,
    /// Findings with prose, by id.
    pub findings: Vec<Finding>,
    /// Belief on each day on which something became known, up to the day asked for.
    pub series: Vec<SeriesPoint>,
    /// The bytes behind each provenance.
    pub quotes: BTreeMap<Place, Quote>,
    /// Named counts of the engines.
    pub counts: BTreeMap<String, u64>,
    /// Who says what.
    pub speech: Speech,
    /// Who is tied to whom.
    pub ties: Ties,
    /// `out/statements.json` as it was written.
    pub statements: String,
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// The day; none for an undated case.
    pub as_of: Option<Day>,
    /// Incidents in the order of the case.
    pub incidents: Vec<IncidentOutcome>,
    /// Where it was written.
    pub out: PathBuf,
    /// Whether something could not be read, or hides: exit code 3.
    pub partial: bool,
    /// Files that were read now, and files that were as before.
    pub read: (usize, usize),
}

/// A case folder before anything is opened.
pub struct Looked {
    /// The case.
    pub case: Case,
    /// Evidence files.
    pub plan: Vec<Planned>,
    /// Files in `notes/`.
    pub notes: Vec<Planned>,
    /// Where to write.
    pub out: PathBuf,
    /// The state.
    pub state: PathBuf,
    /// Corpora.
    pub corpora: Vec<PathBuf>,
}

/// Reads case.toml and plans; writes nothing.
pub fn look(
    folder: &Path,
    out: Option<PathBuf>,
    state: Option<PathBuf>,
    corpus: &[PathBuf],
    files_max: u64,
) -> Result<Looked, RunError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| RunError::Unreadable { path, source }
    };
    let folder = std::path::absolute(folder).map_err(unreadable(folder))?;
    let file = folder.join("case.toml");
    let text = small(&file).map_err(unreadable(&file))?;
    let case = config::read(&text).map_err(RunError::Config)?;
    let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
    let out = out.map_or_else(|| folder.join("out"), absolute);
    let state = state.map_or_else(|| folder.join("case.ascribe"), absolute);
    let mut corpora: Vec<PathBuf> = case
        .corpus
        .iter()
        .map(|path| normal(&folder.join(path)))
        .collect();
    corpora.extend(corpus.iter().map(|path| absolute(path.clone())));
    let mut except = Except {
        paths: corpora.clone(),
    };
    except.paths.push(out.clone());
    for tail in ["", "-wal", "-shm", "-journal"] {
        let mut path = state.clone().into_os_string();
        path.push(tail);
        except.paths.push(path.into());
    }
    let plan = walk::plan(&folder, &except, files_max).map_err(unreadable(&folder))?;
    let notes = walk::notes(&folder, files_max).map_err(unreadable(&folder.join("notes")))?;
    Ok(Looked {
        case,
        plan,
        notes,
        out,
        state,
        corpora,
    })
}

/// The path without `.` parts and a `/` behind, so that it compares with paths of the walk.
fn normal(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .collect()
}

/// A file that an analyst wrote: bounded, regular.
fn small(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = Opened::open(path)?;
    let len = ascribe_model::Bytes::len(&file);
    if len > config::WRITTEN_BYTES_MAX {
        let text = format!("it has {len} bytes, more than {}", config::WRITTEN_BYTES_MAX);
        return Err(std::io::Error::other(text));
    }
    ascribe_model::reading::read_range(&file, 0, len)
}

/// The time for the log: UTC, in seconds.
#[must_use]
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A case that was read: all that is needed to ask of it.
pub(crate) struct Read {
    pub(crate) case: Case,
    out: PathBuf,
    state: State,
    corpora: Vec<Corpus>,
    pub(crate) gathered: Vec<Gathered>,
    pub(crate) items: Vec<Item>,
    notes: Vec<NoteFile>,
    /// Days on which something became known.
    days: BTreeSet<Day>,
    pub(crate) as_of: Option<Day>,
}

impl Read {
    fn whole<'a>(&'a self, options: &RunOptions, parts: &'a Parts<'a>) -> Whole<'a> {
        Whole {
            case: &self.case,
            items: self.items.as_slice(),
            notes: self.notes.as_slice(),
            corpora: self.corpora.as_slice(),
            parts,
            memo: Memo::new(jobs(options)),
            jobs: jobs(options),
        }
    }

    /// What is found about each incident, with the belief on each of `days`.
    fn answers(
        &self,
        options: &RunOptions,
        parts: &Parts<'_>,
        days: &BTreeSet<Day>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<IncidentOutcome>, RunError> {
        let whole = self.whole(options, parts);
        let mut incidents = Vec::new();
        for incident in &self.case.incidents {
            progress(Progress::Weighing {
                incident: incident.id.clone(),
            });
            let (assessment, model, seen) = whole.assess(incident, self.as_of, Depth::Full)?;
            let mut series = Vec::new();
            let asked = |day: &Day| self.as_of.is_none_or(|as_of| *day <= as_of);
            for day in days.iter().copied().filter(asked) {
                let (then, ..) = whole.assess(incident, Some(day), Depth::Beliefs)?;
                let belief = then.hypotheses.into_iter();
                series.push(SeriesPoint {
                    day,
                    belief: belief
                        .map(|hypothesis| (hypothesis.id, hypothesis.belief))
                        .collect(),
                });
            }
            let places = seen.findings.iter().flat_map(|finding| &finding.provenance);
            let dispatch = dispatch(options, parts);
            let offsets = statements::offsets(&seen.speech, &self.items, &self.gathered, &dispatch);
            let shown = |item: &&Item| item.incident == incident.id && item.known.0.known_on(self.as_of);
            let documents = self.items.iter().filter(shown);
            let statements = statements::json(documents, &seen.speech, &offsets);
            incidents.push(IncidentOutcome {
                quotes: quotes(places, &self.items, &self.gathered, &dispatch),
                assessment,
                model,
                findings: seen.findings,
                series,
                counts: seen.counts,
                statements: statements.map_err(|error| RunError::Write {
                    path: self.out.join(&incident.id).join("statements.json"),
                    source: error.into(),
                })?,
                speech: seen.speech,
                ties: seen.ties,
            });
        }
        Ok(incidents)
    }

    fn outcome(self, incidents: Vec<IncidentOutcome>) -> Outcome {
        let fresh = self.gathered.iter().filter(|one| one.fresh).count();
        Outcome {
            partial: is_partial(&self.items, &self.gathered, &self.notes),
            read: (fresh, self.gathered.len().saturating_sub(fresh)),
            case: self.case,
            as_of: self.as_of,
            incidents,
            out: self.out,
        }
    }
}

pub(crate) fn read(
    folder: &Path,
    options: &RunOptions,
    parts: &Parts<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Read, RunError> {
    let looked = look(
        folder,
        options.out.clone(),
        options.state.clone(),
        &options.corpus,
        options.budget.files_max,
    )?;
    let Looked { case, plan, out, .. } = looked;
    let mut corpora = Vec::new();
    for path in looked.corpora {
        match (parts.open_corpus)(&path) {
            Ok(corpus) => corpora.push(corpus),
            Err(why) => return Err(RunError::Corpus { path, why }),
        }
    }
    let mut state = State::open(&looked.state)?;
    let gather = Gather {
        dispatch: dispatch(options, parts),
        budget: options.budget,
        jobs: jobs(options),
        clock: &now,
    };
    let gathered = gather.all(plan, &mut state, progress)?;
    let items = assemble::items(&case, &gathered);
    let notes = read_notes(&looked.notes, &case, &items);
    for file in &notes {
        state.keep_note(&file.path, file.sha256, file.bytes, &now())?;
    }
    let mut paths: BTreeSet<String> = gathered.iter().map(|one| one.planned.path.clone()).collect();
    paths.extend(notes.iter().map(|file| file.path.clone()));
    state.keep_only(&paths, &now())?;

    let mut days = assemble::days(&case, &items, &notes);
    if days.is_empty() {
        let opened = case
            .incidents
            .iter()
            .filter_map(|incident| incident.opened.as_ref());
        days.extend(opened.map(ascribe_model::Moment::last_day));
    }
    let as_of = options.as_of.or_else(|| days.last().copied());
    Ok(Read {
        case,
        out,
        state,
        corpora,
        gathered,
        items,
        notes,
        days,
        as_of,
    })
}

/// Reads the case in `folder` and puts each of its incidents to `to`; writes nothing but the state.
pub fn ask(
    folder: &Path,
    options: &RunOptions,
    parts: &Parts<'_>,
    progress: &mut dyn FnMut(Progress),
    to: &dyn Fn(&Question<'_>) -> Result<(), String>,
) -> Result<(), RunError> {
    let read = read(folder, options, parts, progress)?;
    let whole = read.whole(options, parts);
    for incident in &read.case.incidents {
        whole.put(incident, read.as_of, Depth::Beliefs, to)?;
    }
    Ok(())
}

/// Runs the case in `folder` and writes `out/`.
pub fn run(
    folder: &Path,
    options: &RunOptions,
    parts: &Parts<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, RunError> {
    let mut read = read(folder, options, parts, progress)?;
    let incidents = read.answers(options, parts, &read.days, progress)?;
    let written = write::all(&read.out, &incidents)?;
    let findings = incidents.iter().flat_map(|one| {
        one.findings.iter().map(|finding| {
            let text = serde_json::to_string(finding).unwrap_or_default();
            (one.assessment.incident.clone(), finding.id.clone(), text)
        })
    });
    let day = read.as_of.map(|day| day.to_string());
    let summary = serde_json::json!({ "as_of": day, "case_toml": read.case.sha256, "written": written });
    let findings: Vec<_> = findings.collect();
    read.state.keep_run(&now(), day.as_deref(), &summary, &findings)?;
    Ok(read.outcome(incidents))
}

/// As [`run`], without the belief over time, and writes nothing but the state.
pub fn examine(
    folder: &Path,
    options: &RunOptions,
    parts: &Parts<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, RunError> {
    let read = read(folder, options, parts, progress)?;
    let incidents = read.answers(options, parts, &BTreeSet::new(), progress)?;
    Ok(read.outcome(incidents))
}

/// Threads: as many as asked for, or as there are processors.
fn jobs(options: &RunOptions) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    options.jobs.unwrap_or_else(processors).clamp(1, JOBS_MAX)
}

pub(crate) const fn dispatch<'a>(options: &RunOptions, parts: &Parts<'a>) -> Dispatch<'a> {
    Dispatch {
        readers: parts.readers,
        scan: parts.scan,
        limits: options.budget.limits,
        helper: parts.helper,
    }
}

fn read_notes(planned: &[Planned], case: &Case, items: &[Item]) -> Vec<NoteFile> {
    let places: Places = items
        .iter()
        .filter_map(|item| Some((item.path.clone(), (item.artifact.sha256?, item.artifact.bytes))))
        .collect();
    let one = |planned: &Planned| {
        let bytes = match &planned.passed {
            Some(Passed::Ignored(why)) => Err(NoNote::Ignored(why.clone())),
            Some(Passed::Unreadable(why)) => Err(NoNote::Unreadable(why.clone())),
            None => small(&planned.file).map_err(|error| NoNote::Unreadable(error.to_string())),
        };
        let (sha256, len) = match &bytes {
            Ok(bytes) => (Some(ArtifactId::of(bytes)), bytes.len() as u64),
            Err(_) => (None, 0),
        };
        let note = bytes.and_then(|bytes| {
            let mut note = notes::read(&planned.path, &bytes, case).map_err(NoNote::Bad)?;
            notes::locate(&mut note, &places).map_err(NoNote::Bad)?;
            Ok(note)
        });
        NoteFile {
            path: planned.path.clone(),
            sha256,
            bytes: len,
            note,
        }
    };
    planned.iter().map(one).collect()
}

/// Whether the user must be told that not everything was read, or that something may hide.
fn is_partial(items: &[Item], gathered: &[Gathered], notes: &[NoteFile]) -> bool {
    let lost = |item: &Item| matches!(item.artifact.status, Status::Partial | Status::Unreadable);
    let passed = |one: &Gathered| one.planned.passed.is_some() || crate::escape::is_odd(&one.planned.raw);
    let bad = |file: &NoteFile| matches!(file.note, Err(NoNote::Bad(_) | NoNote::Unreadable(_)));
    items.iter().any(lost) || gathered.iter().any(passed) || notes.iter().any(bad)
}

struct Seen {
    findings: Vec<Finding>,
    counts: BTreeMap<String, u64>,
    speech: Speech,
    ties: Ties,
}

struct Whole<'a> {
    jobs: usize,
    case: &'a Case,
    items: &'a [Item],
    notes: &'a [NoteFile],
    corpora: &'a [Corpus],
    parts: &'a Parts<'a>,
    memo: Memo,
}

impl Whole<'_> {
    fn assess(
        &self,
        incident: &Incident,
        day: Option<Day>,
        depth: Depth,
    ) -> Result<(Assessment, ModelFile, Seen), RunError> {
        let ((assessment, model), seen) = self.put(incident, day, depth, self.parts.assess)?;
        Ok((assessment, model, seen))
    }

    /// Puts the question of an incident as of a day to `to`.
    fn put<T>(
        &self,
        incident: &Incident,
        day: Option<Day>,
        depth: Depth,
        to: &dyn Fn(&Question<'_>) -> Result<T, String>,
    ) -> Result<(T, Seen), RunError> {
        let case = self.case;
        let knowledge = case.knowledge.as_of(day);
        let (mut evidence, copies) = assemble::evidence(self.items, &incident.id, day);
        evidence.extend(assemble::noted_techniques(self.notes, &incident.id, day));
        evidence.sort_by(|a, b| a.path.cmp(&b.path));
        let world = World {
            as_of: day,
            incident: &incident.id,
            incident_time: incident.struck.as_ref().or(incident.opened.as_ref()),
            knowledge: &knowledge,
            evidence: &evidence,
            corpora: self.corpora,
            memo: &self.memo,
        };
        let noted = self.notes.iter().filter_map(|file| file.note.as_ref().ok());
        let mut findings: Vec<Finding> = noted
            .filter(|note| note.finding.incident == incident.id && note.finding.known.known_on(day))
            .map(|note| note.finding.clone())
            .collect();
        let mut anomalies = assemble::anomalies(case, self.items, self.notes, &copies, &incident.id, day);
        let (mut leads, mut counts) = (Vec::new(), BTreeMap::new());
        let (mut speech, mut ties) = (Speech::default(), Ties::default());
        for engine in self.parts.engines {
            let mut suggested = (engine.suggest)(&world);
            assemble::vouch(&mut suggested.findings, &evidence);
            findings.extend(suggested.findings);
            anomalies.extend(
                suggested
                    .anomalies
                    .iter()
                    .map(|(path, odd)| assemble::line(path, odd)),
            );
            leads.extend(suggested.leads);
            if !suggested.speech.statements.is_empty() {
                speech = suggested.speech;
            }
            if !suggested.ties.rows.is_empty() {
                ties = suggested.ties;
            }
            for (name, count) in suggested.counts {
                counts.insert(format!("{}: {name}", engine.name), count);
            }
        }
        findings.sort_by(|a, b| a.id.cmp(&b.id));
        findings.dedup_by(|a, b| a.id == b.id);
        anomalies.sort();
        anomalies.dedup();
        leads.sort();
        leads.dedup();
        let question = Question {
            case,
            incident,
            as_of: day,
            knowledge: &knowledge,
            hypotheses: case
                .hypotheses
                .iter()
                .filter(|one| one.incident == incident.id)
                .collect(),
            standards: case
                .standards
                .iter()
                .filter(|one| one.incident == incident.id)
                .collect(),
            inputs: assemble::inputs(self.items, self.notes, &incident.id, day),
            findings,
            leads,
            anomalies,
            depth,
            jobs: self.jobs,
        };
        let answer = to(&question).map_err(|why| RunError::Assess {
            incident: incident.id.clone(),
            why,
        })?;
        let findings = question.findings;
        let seen = Seen {
            findings,
            counts,
            speech,
            ties,
        };
        Ok((answer, seen))
    }
}
