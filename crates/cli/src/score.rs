//! `ascribe score`: assessments against what was established later.
//!
//! Reads what runs have written; weighs nothing anew unless `--run` asks for it. Never writes into a case.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ascribe_assess::assessment::{Assessment, SCHEMA};
use ascribe_assess::model_file::ModelFile;
use ascribe_assess::words::band;
use ascribe_case::run::RunOptions;
use ascribe_model::Day;
use ascribe_ratio::track::{Answer, Assessed, Established, Sight, Track, track};

use crate::reading::{helper, parts};
use crate::truth::{self, Sure, Truth, Who};
use crate::{Ended, Failure, say, say_error, small};

/// An assessment or model larger than this is refused.
const BYTES_MAX: u64 = 256 << 20;

/// What `score` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Case folders, folders that a run wrote, or assessment.json files; several of one case are its days.
    #[arg(required = true)]
    cases: Vec<PathBuf>,
    /// Weigh each case folder anew, as of each day that its truth.toml lists, instead of reading what was stored.
    #[arg(long)]
    run: bool,
    /// What was established, for all that is named; without it: the truth.toml beside each.
    #[arg(long, value_name = "FILE", conflicts_with = "run")]
    truth: Option<PathBuf>,
    /// Also write track-record.md and reliability.svg to this folder.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<Ended, Failure> {
    let mut assessed = Vec::new();
    for path in &options.cases {
        if options.run {
            weighed(path, &mut assessed)?;
        } else {
            let file = match &options.truth {
                Some(file) => file.clone(),
                None => truth::beside(path)?,
            };
            assessed.push(stored(path, &truth::read(&file)?)?);
        }
    }
    let mut seen = BTreeSet::new();
    for one in &assessed {
        if !seen.insert((one.case.clone(), one.incident.clone(), one.as_of.clone())) {
            let when = one.as_of.as_deref().unwrap_or("no date");
            let case = ascribe_report::shown::line(&one.case, 160);
            return Err(Failure::usage(format!(
                "case \u{201c}{case}\u{201d} as of {when} was named twice"
            )));
        }
    }
    let track = track(assessed).map_err(Failure::usage)?;
    if let Some(folder) = &options.out {
        write(folder, &track)?;
    }
    if options.json {
        say(&ascribe_case::write::json_text(&track).map_err(|error| Failure::of(&error))?);
    } else {
        say(&ascribe_report::track::terminal(&track));
    }
    Ok(Ended::Well)
}

/// The assessment that stands in `path`.
fn stored(path: &Path, truth: &Truth) -> Result<Assessed, Failure> {
    let file = file_of(path, truth.incident.as_deref())?;
    let fail = |why: String| Failure::usage(format!("`{}`: {why}", file.display()));
    let bytes = small::bytes_of(&file, BYTES_MAX)?;
    let assessment: Assessment = serde_json::from_slice(&bytes)
        .map_err(|error| fail(format!("expected an assessment.json that a run wrote: {error}")))?;
    if assessment.schema != SCHEMA {
        let found = ascribe_report::shown::line(&assessment.schema, 80);
        return Err(fail(format!("schema `{found}`, expected `{SCHEMA}`")));
    }
    let model = match &truth.who {
        Who::Hypotheses(_) => None,
        Who::Operator(_) => Some(model_beside(&file)?),
    };
    compared(&assessment, model.as_ref(), truth).map_err(fail)
}

/// The assessment file of a case folder, of a folder that a run wrote, or the file itself.
fn file_of(path: &Path, incident: Option<&str>) -> Result<PathBuf, Failure> {
    if path.is_file() {
        return Ok(path.to_owned());
    }
    let out = path.join("out");
    let mut tried = Vec::new();
    for folder in [out.as_path(), path] {
        tried.extend(incident.map(|id| folder.join(id).join("assessment.json")));
        tried.push(folder.join("assessment.json"));
    }
    tried.into_iter().find(|file| file.is_file()).ok_or_else(|| {
        Failure::usage(format!(
            "`{}`: no assessment.json in it or in its out/; `ascribe run` writes one, `--run` weighs anew",
            path.display()
        ))
    })
}

fn model_beside(file: &Path) -> Result<ModelFile, Failure> {
    let model = file.with_file_name("model.json");
    let fail = |why: String| Failure::usage(format!("`{}`: {why}", model.display()));
    let bytes = small::bytes_of(&model, BYTES_MAX)?;
    let text = String::from_utf8(bytes).map_err(|error| fail(error.to_string()))?;
    ModelFile::from_json(&text).map_err(|error| fail(ascribe_case::cause::chain(&error)))
}

/// The case in `folder`, weighed as of each day that its truth lists.
fn weighed(folder: &Path, into: &mut Vec<Assessed>) -> Result<(), Failure> {
    let fail = |why: String| Failure::usage(format!("`{}`: {why}", folder.display()));
    if !folder.join("case.toml").is_file() {
        return Err(fail("no case.toml in it; `--run` takes case folders".to_owned()));
    }
    let truth = truth::read(&truth::beside(folder)?)?;
    if truth.as_of.is_empty() {
        let why = format!(
            "{} lists no days: expected `as_of = [DATE, …]` for `--run`",
            truth::NAME
        );
        return Err(fail(why));
    }
    let state = Scratch::new().map_err(|error| fail(format!("no room for a state: {error}")))?;
    let helper = helper();
    for day in &truth.as_of {
        say_error(&format!("weighing {} as of {day}", folder.display()));
        let run = RunOptions {
            as_of: Some(*day),
            state: Some(state.0.join("case.ascribe")),
            ..RunOptions::default()
        };
        let outcome = ascribe_case::run::examine(folder, &run, &parts(helper.as_ref()), &mut |_| {})
            .map_err(|error| Failure::of(&error))?;
        let one = outcome
            .incidents
            .iter()
            .find(|one| {
                truth
                    .incident
                    .as_ref()
                    .is_none_or(|id| *id == one.assessment.incident)
            })
            .ok_or_else(|| fail("the case has no such incident".to_owned()))?;
        into.push(compared(&one.assessment, Some(&one.model), &truth).map_err(fail)?);
    }
    Ok(())
}

/// A folder for the states of this command, gone with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        let base = std::env::temp_dir();
        let process = std::process::id();
        // What stands there already is somebody else's.
        for number in 0..1000_u32 {
            let folder = base.join(format!("ascribe-score-{process}-{number}"));
            match std::fs::create_dir(&folder) {
                Ok(()) => return Ok(Self(folder)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(std::io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn compared(assessment: &Assessment, model: Option<&ModelFile>, truth: &Truth) -> Result<Assessed, String> {
    if let Some(id) = truth.incident.as_ref().filter(|id| **id != assessment.incident) {
        return Err(format!(
            "it is about incident `{}`, the truth about `{id}`",
            assessment.incident
        ));
    }
    let known: BTreeSet<&str> = assessment.hypotheses.iter().map(|one| one.id.as_str()).collect();
    let named = match &truth.who {
        Who::Hypotheses(ids) => ids.clone(),
        Who::Operator(operator) => held_by(operator, model)?,
    };
    if let Some(id) = named.iter().find(|id| !known.contains(id.as_str())) {
        let known: Vec<&str> = known.into_iter().collect();
        return Err(format!(
            "the truth `{id}` is no hypothesis; there are {}",
            known.join(", ")
        ));
    }
    let framed = match &truth.framed {
        None => None,
        Some(party) => {
            let belief = assessment.framed.get(party);
            let belief =
                belief.ok_or_else(|| format!("the framed party `{party}` is not in the assessment"))?;
            Some((party.clone(), *belief))
        }
    };
    let day = match &assessment.as_of {
        None => None,
        Some(text) => Some(text.parse::<Day>().map_err(|error| format!("`as_of`: {error}"))?),
    };
    let sight = if truth.sure == Sure::Disputed {
        Sight::Disputed
    } else if day.is_none_or(|day| day >= truth.since) {
        Sight::After
    } else if truth.hindsight {
        Sight::Hindsight
    } else {
        Sight::Blind
    };
    Ok(Assessed {
        case: assessment.case.clone(),
        incident: assessment.incident.clone(),
        as_of: assessment.as_of.clone(),
        day: day.map(number),
        truth_day: number(truth.since),
        sight,
        answers: assessment
            .hypotheses
            .iter()
            .map(|one| Answer {
                id: one.id.clone(),
                prior: one.prior,
                belief: one.belief.point,
                words: one.words.clone(),
                band: band(&one.words),
            })
            .collect(),
        truth: named,
        framed,
        established: Established {
            since: truth.since.to_string(),
            by: truth.by.clone(),
            sure: truth.sure.name().to_owned(),
            says: truth.says.clone(),
        },
    })
}

/// Days since 1970-01-01, negative before it.
fn number(day: Day) -> i64 {
    let epoch = Day::constant(1970, 1, 1);
    day.duration_since(epoch).as_hours().div_euclid(24)
}

/// Hypotheses that hold `operator` and nobody else.
fn held_by(operator: &str, model: Option<&ModelFile>) -> Result<BTreeSet<String>, String> {
    let hypotheses = model.map(|model| model.hypotheses.as_slice()).unwrap_or_default();
    let mut found = BTreeSet::new();
    for one in hypotheses {
        let holds = one.operators.iter().any(|id| id == operator);
        if holds && one.operators.iter().any(|id| id != operator) {
            return Err(format!(
                "hypothesis `{}` holds others beside operator `{operator}`: name hypotheses in {} instead",
                one.id,
                truth::NAME
            ));
        }
        if holds {
            found.insert(one.id.clone());
        }
    }
    if found.is_empty() {
        return Err(format!("no hypothesis holds operator `{operator}`"));
    }
    Ok(found)
}

fn write(folder: &Path, track: &Track) -> Result<(), Failure> {
    let fail = |error: std::io::Error| Failure::usage(format!("`{}`: {error}", folder.display()));
    ascribe_case::write::folder(folder).map_err(fail)?;
    let report = ascribe_report::track::markdown(track);
    ascribe_case::write::whole(&folder.join("track-record.md"), report.as_bytes()).map_err(fail)?;
    let picture = ascribe_report::track::reliability_svg(track);
    ascribe_case::write::whole(&folder.join("reliability.svg"), picture.as_bytes()).map_err(fail)?;
    Ok(())
}
