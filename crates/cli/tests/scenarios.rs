//! The histories in tests/scenarios: what must and must not be said at each date.
//!
//! Every case is run as of every date with every change that a line names, through the library, in temporary copies.
//! A line that does not parse, a line that fails, a marked deviation that holds or whose number is stale, and a wrong
//! list of what fails without overrides are failures of this test, each with its file and line.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a broken scenario is a failed test"
)]

#[path = "scenarios/cases.rs"]
mod cases;
#[path = "scenarios/expression.rs"]
mod expression;
#[path = "scenarios/story.rs"]
mod story;
#[path = "scenarios/verdict.rs"]
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use cases::{Detail, Numbers, Ran, Wanted, answer, root};
use story::{Line, Story};
use verdict::{Verdict, days, needs_all, verdict};

type Answers = BTreeMap<(String, Wanted), Result<Ran, String>>;

fn stories() -> Vec<Story> {
    let folder = root().join("tests/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files
        .retain(|path| path.extension().is_some_and(|ending| ending == "md") && !path.ends_with("README.md"));
    files.sort();
    assert!(!files.is_empty(), "there are no scenarios");
    let (mut stories, mut problems) = (Vec::new(), Vec::new());
    for path in files {
        let name = format!("tests/scenarios/{}", path.file_name().unwrap().to_string_lossy());
        match story::read(&name, &std::fs::read_to_string(&path).unwrap()) {
            Ok(story) => stories.push(story),
            Err(found) => problems.extend(found),
        }
    }
    assert!(
        problems.is_empty(),
        "lines that do not parse:\n{}",
        problems.join("\n")
    );
    stories
}

fn wanted(line: &Line, numbers: Numbers) -> impl Iterator<Item = Wanted> {
    let (change, detail) = (&line.expectation.change, detail(line));
    days(&line.expectation, line.day)
        .into_iter()
        .map(move |day| Wanted {
            day,
            change: change.clone(),
            numbers,
            detail,
        })
}

fn detail(line: &Line) -> Detail {
    if needs_all(&line.expectation.holds) {
        Detail::Whole
    } else {
        Detail::Points
    }
}

/// Runs what is wanted, as many at a time as there are processors.
fn answers(wanted: BTreeSet<(String, Wanted)>) -> Answers {
    let queue = Mutex::new(wanted.into_iter());
    let done = Mutex::new(Answers::new());
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let Some((case, wanted)) = queue.lock().unwrap().next() else {
                        break;
                    };
                    let ran = answer(&case, &wanted);
                    done.lock().unwrap().insert((case, wanted), ran);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

fn look(story: &Story, line: &Line, numbers: Numbers, answers: &Answers) -> Result<Verdict, String> {
    let as_of = |day| {
        let wanted = Wanted {
            day,
            change: line.expectation.change.clone(),
            numbers,
            detail: detail(line),
        };
        match answers.get(&(story.case.clone(), wanted)) {
            Some(Ok(ran)) => Ok(&ran.assessment),
            Some(Err(why)) => Err(why.clone()),
            None => Err(format!("{day} was not run")),
        }
    };
    verdict(&line.expectation.holds, line.day, &as_of)
}

fn check(story: &Story, answers: &Answers, problems: &mut Vec<String>) {
    for line in &story.lines {
        let at = format!("{}:{}", story.file, line.number);
        match (look(story, line, Numbers::Used, answers), &line.deviates) {
            (Err(why), _) => problems.push(format!("{at}: {}: {why}", line.text)),
            (Ok(found), None) if !found.holds => {
                problems.push(format!(
                    "{at}: fails: {}: {} ({})",
                    line.text, found.measured, line.reason
                ));
            }
            (Ok(found), Some(_)) if found.holds => problems.push(format!(
                "{at}: a known deviation holds now, {}: make it a `must` line: {}",
                found.measured, line.text
            )),
            (Ok(found), Some(written)) if !found.measured.is_written(written) => problems.push(format!(
                "{at}: the file says measured {written}, it is {}: {}",
                found.measured, line.text
            )),
            _ => {}
        }
    }
}

/// What fails without overrides, beside what fails or deviates anyway, must be what the file lists.
fn check_without_overrides(story: &Story, answers: &Answers, problems: &mut Vec<String>) {
    for line in &story.lines {
        let listed = story
            .without_overrides
            .iter()
            .any(|(day, text, _)| *day == line.day && *text == line.text);
        let at = format!("{}:{}", story.file, line.number);
        match look(story, line, Numbers::Removed, answers) {
            Err(why) => problems.push(format!("{at}: with all overrides removed: {}: {why}", line.text)),
            // What fails anyway is told already.
            Ok(found) if fails_anyway(story, line, answers) && !found.holds => {}
            Ok(found) if line.deviates.is_none() && found.holds == listed => {
                let what = if listed {
                    "holds, but is listed as failing"
                } else {
                    "fails and is not listed"
                };
                problems.push(format!(
                    "{at}: with all overrides removed this {what}: {}: {}",
                    line.text, found.measured
                ));
            }
            Ok(_) => {}
        }
    }
}

fn fails_anyway(story: &Story, line: &Line, answers: &Answers) -> bool {
    look(story, line, Numbers::Used, answers).is_ok_and(|found| !found.holds)
}

#[test]
fn every_history_is_told_as_it_must_be() {
    let stories = stories();
    let of = |story: &Story, numbers| -> BTreeSet<(String, Wanted)> {
        let lines = story.lines.iter().flat_map(|line| wanted(line, numbers));
        lines.map(|wanted| (story.case.clone(), wanted)).collect()
    };
    let mut all = answers(
        stories
            .iter()
            .flat_map(|story| of(story, Numbers::Used))
            .collect(),
    );
    // A case without numbers of its own is the same case with all of them removed: it is not run twice.
    let has_overrides = |story: &Story| {
        let mut own = all.iter().filter(|((case, _), _)| *case == story.case);
        own.any(|(_, ran)| ran.as_ref().is_ok_and(|ran| ran.has_overrides))
    };
    let (with, bare): (Vec<&Story>, Vec<&Story>) = stories.iter().partition(|story| has_overrides(story));
    all.extend(answers(
        with.iter()
            .flat_map(|story| of(story, Numbers::Removed))
            .collect(),
    ));
    let mut problems = Vec::new();
    for story in &stories {
        check(story, &all, &mut problems);
    }
    for story in with {
        check_without_overrides(story, &all, &mut problems);
    }
    for story in bare {
        let listed = story.without_overrides.iter();
        problems.extend(
            listed.map(|(_, _, number)| format!("{}:{number}: the case has no overrides", story.file)),
        );
    }
    let lines: usize = stories.iter().map(|story| story.lines.len()).sum();
    assert!(
        problems.is_empty(),
        "{} of {lines} lines:\n{}",
        problems.len(),
        problems.join("\n")
    );
}
