//! Runs a case as of a day with a change, through the library, in a temporary copy.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use ascribe_assess::assessment::Assessment;
use ascribe_case::judge::judge;
use ascribe_case::run::{Depth, Parts, Question, RunOptions, run};
use ascribe_intel::Knowledge;
use ascribe_model::finding::{Overrides, Target};
use ascribe_model::{Day, Finding};

use super::expression::{Change, KeyPath, What};

/// One run that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    pub day: Day,
    pub change: Change,
    pub numbers: Numbers,
    /// Intervals and what-ifs only where a line needs them: they are most of the work.
    pub detail: Detail,
}

/// How much of an assessment is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    Whole,
    Points,
}

/// Whether the case's own numbers are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Numbers {
    Used,
    Removed,
}

/// What a run gave.
pub struct Ran {
    pub assessment: Assessment,
    /// Whether the case, as of then, has numbers of its own that can be removed.
    pub has_overrides: bool,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}

/// The first incident of `case` (from the repository root) as it is wanted. Errors: why there is no answer.
pub fn answer(case: &str, wanted: &Wanted) -> Result<Ran, String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = scratch.path().join("case");
    copy(&root().join(case), &folder).map_err(|error| format!("`{case}`: {error}"))?;
    let file = folder.join("case.toml");
    let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
    let edited = edited(&text, wanted)?;
    std::fs::write(&file, edited).map_err(|error| error.to_string())?;
    let own_numbers = sources_have_numbers(&text);
    let has_overrides = RefCell::new(own_numbers);
    let assess = |asked: &Question<'_>| {
        if asked.depth == Depth::Beliefs {
            // The series over time is not looked at.
            return Ok((blank(), serde_json::from_value(blank_model()).unwrap()));
        }
        let own = |finding: &Finding| !finding.overrides.is_empty() || finding.signed.is_some();
        *has_overrides.borrow_mut() |= asked.findings.iter().any(own);
        let mut knowledge = asked.knowledge.clone();
        let mut findings = asked.findings.clone();
        if let Change::Without(what, id) = &wanted.change {
            leave_out(*what, id, &mut findings, &mut knowledge)?;
        }
        if wanted.numbers == Numbers::Removed || matches!(wanted.change, Change::Without(What::Overrides, _))
        {
            for finding in &mut findings {
                finding.overrides = Overrides::default();
                finding.signed = None;
            }
        }
        judge(&Question {
            knowledge: &knowledge,
            hypotheses: asked.hypotheses.clone(),
            standards: asked.standards.clone(),
            findings,
            leads: asked.leads.clone(),
            inputs: asked.inputs.clone(),
            anomalies: asked.anomalies.clone(),
            depth: match wanted.detail {
                Detail::Whole => Depth::Full,
                Detail::Points => Depth::Ledger,
            },
            ..*asked
        })
    };
    let parts = Parts {
        readers: ascribe_readers::READERS,
        engines: ascribe_engines::ENGINES,
        helper: None,
        scan: ascribe_intel::indicators::scan,
        open_corpus: &|path| ascribe_corpus::Corpus::open(path).map_err(|error| error.to_string()),
        assess: &assess,
    };
    let options = RunOptions {
        as_of: Some(wanted.day),
        out: Some(scratch.path().join("out")),
        state: Some(scratch.path().join("state")),
        jobs: Some(1),
        ..RunOptions::default()
    };
    let outcome = run(&folder, &options, &parts, &mut |_| {}).map_err(|error| error.to_string())?;
    if outcome.partial {
        return Err("not all of the case could be read".to_owned());
    }
    let first = outcome
        .incidents
        .into_iter()
        .next()
        .ok_or("the case has no incident")?;
    let has_overrides = *has_overrides.borrow();
    Ok(Ran {
        assessment: first.assessment,
        has_overrides,
    })
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        // What an earlier run wrote is no part of the case.
        if text == "out" || text.starts_with("case.ascribe") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(&name))?;
        } else {
            std::fs::copy(entry.path(), to.join(&name))?;
        }
    }
    Ok(())
}

/// Leaves out findings and what only they vouch for. Errors: nothing is there to leave out.
fn leave_out(
    what: What,
    id: &str,
    findings: &mut Vec<Finding>,
    knowledge: &mut Knowledge,
) -> Result<(), String> {
    let points = |finding: &Finding, target: Target| {
        finding.points_to.as_ref() == Some(&target) || finding.of.as_ref() == Some(&target)
    };
    let mut left_out = findings.len();
    match what {
        What::Source => findings.retain(|finding| finding.source.as_deref() != Some(id)),
        What::Finding => findings.retain(|finding| finding.id != id),
        What::Origin => findings.retain(|finding| finding.origin != id),
        What::Family => findings.retain(|finding| !points(finding, Target::Family(id.to_owned()))),
        What::Infrastructure => {
            findings.retain(|finding| !points(finding, Target::Infrastructure(id.to_owned())))
        }
        What::Notes => findings.retain(|finding| finding.engine != "notes"),
        What::Bytes => findings.retain(|finding| finding.engine == "notes"),
        What::Overrides => return Ok(()),
    }
    left_out -= findings.len();
    if what == What::Source {
        let labels = knowledge
            .families
            .iter_mut()
            .map(|family| (&family.source, &mut family.label));
        let holders = knowledge
            .infrastructure
            .iter_mut()
            .map(|item| (&item.source, &mut item.holder));
        for (source, owners) in labels
            .chain(holders)
            .filter(|(source, _)| source.as_deref() == Some(id))
        {
            left_out += owners.len() + usize::from(source.is_none());
            owners.clear();
        }
    }
    if left_out == 0 {
        return Err(format!("there is no {what:?} `{id}` to leave out on that day"));
    }
    Ok(())
}

/// case.toml with the keys that are given, and without the sources' own numbers where overrides are removed.
fn edited(text: &str, wanted: &Wanted) -> Result<String, String> {
    let given = match &wanted.change {
        Change::Given(settings) => settings.as_slice(),
        _ => &[],
    };
    let removed =
        wanted.numbers == Numbers::Removed || matches!(wanted.change, Change::Without(What::Overrides, _));
    if given.is_empty() && !removed {
        return Ok(text.to_owned());
    }
    let mut whole: toml::Table = text.parse().map_err(|error| format!("case.toml: {error}"))?;
    if removed {
        for source in listed(&mut whole, "source") {
            source.remove("reliable");
            source.remove("push");
        }
    }
    for (path, value) in given {
        let value: toml::Table = format!("x = {value}")
            .parse()
            .map_err(|error| format!("{error}"))?;
        let value = value["x"].clone();
        match path {
            KeyPath::Plain { table, key } => {
                let table = whole
                    .entry(table.clone())
                    .or_insert_with(|| toml::Table::new().into());
                table
                    .as_table_mut()
                    .ok_or("not a plain table")?
                    .insert(key.clone(), value);
            }
            KeyPath::Listed { kind, id, key } => {
                let entry = listed(&mut whole, kind)
                    .find(|entry| entry.get("id").and_then(|id| id.as_str()) == Some(id));
                entry
                    .ok_or_else(|| format!("there is no [[{kind}]] `{id}`"))?
                    .insert(key.clone(), value);
            }
        }
    }
    Ok(whole.to_string())
}

fn listed<'t>(whole: &'t mut toml::Table, kind: &str) -> impl Iterator<Item = &'t mut toml::Table> {
    let entries = whole.get_mut(kind).and_then(|entries| entries.as_array_mut());
    entries
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.as_table_mut())
}

fn sources_have_numbers(text: &str) -> bool {
    let mut whole: toml::Table = text.parse().unwrap_or_default();
    listed(&mut whole, "source").any(|source| source.contains_key("reliable") || source.contains_key("push"))
}

/// An assessment that says nothing, for days that nobody asks for.
fn blank() -> Assessment {
    serde_json::from_value(serde_json::json!({
        "schema": "", "case": "", "tlp": "CLEAR", "as_of": null, "incident": "", "question": "",
        "run": {"version": "", "seed": 0, "draws": 0, "ess": 0}, "hypotheses": [], "operators": {}, "directions": {},
        "framed": {}, "owners": {}, "confidence": {"level": "", "sentence": "", "reasons": []}, "ledger": [],
        "sensitivity": {"flip_set": [], "flip_prior": {}, "priors": {}, "leave_one_out": []}, "collect": [],
        "standards": [], "timeline": [], "anomalies": [], "inputs": [],
    }))
    .unwrap()
}

fn blank_model() -> serde_json::Value {
    serde_json::json!({"format": "ascribe-model/1", "actors": [], "hypotheses": []})
}
