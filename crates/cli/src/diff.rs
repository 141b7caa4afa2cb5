//! `ascribe diff`: what moved the belief between two runs, or between two days of one case.

use std::path::{Path, PathBuf};

use ascribe_assess::assessment::{Assessment, Belief};
use ascribe_assess::diff::{Became, Diff, Move, diff};
use ascribe_report::figures::{bans, interval, percent};
use ascribe_report::shown::line;

use crate::reading::{Reading, day};
use crate::{Ended, Failure, say};

/// Characters of a name or a sentence that are shown.
const CHARS_MAX: usize = 160;
/// Steps of a move that are shown.
const STEPS_MAX: usize = 15;
/// Steps that are printed as something other than 0.00.
const SEEN_BANS: f64 = 0.005;
/// Paths that are shown of a list.
const PATHS_MAX: usize = 10;
/// Columns of the names.
const NAME: usize = 60;

/// What `diff` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The earlier run: its `out/`, or an assessment.json. With --from and --to: the case folder.
    earlier: PathBuf,
    /// The later run.
    #[arg(required_unless_present_all = ["from", "to"], conflicts_with_all = ["from", "to"])]
    later: Option<PathBuf>,
    /// Compare the case as of the end of this day.
    #[arg(long, value_name = "DATE", requires = "to")]
    from: Option<String>,
    /// With the case as of the end of this day.
    #[arg(long, value_name = "DATE", requires = "from")]
    to: Option<String>,
    /// Show what moved this hypothesis; without it: whoever leads before or after.
    #[arg(long, value_name = "ID")]
    hypothesis: Option<String>,
    #[command(flatten)]
    reading: Reading,
    /// Print JSON, one line an incident.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<Ended, Failure> {
    let (before, after) = match &options.later {
        Some(later) => (vec![written(&options.earlier)?], vec![written(later)?]),
        None => (
            as_of(options, "--from", options.from.as_deref())?,
            as_of(options, "--to", options.to.as_deref())?,
        ),
    };
    let mut text = String::new();
    for new in &after {
        let Some(old) = before.iter().find(|old| old.incident == new.incident) else {
            return Err(Failure::usage(format!(
                "the earlier run has no incident `{}`",
                line(&new.incident, CHARS_MAX)
            )));
        };
        let found = diff(old, new);
        if let Some(id) = &options.hypothesis
            && found.moves.iter().all(|one| one.hypothesis != *id)
        {
            let id = line(id, CHARS_MAX);
            return Err(Failure::usage(format!("no hypothesis is called `{id}`")));
        }
        text.push_str(&if options.json {
            json(&found)?
        } else {
            words(&found, options.hypothesis.as_deref())
        });
    }
    say(&text);
    Ok(Ended::Well)
}

/// The assessments of the case in the folder, as of a day.
fn as_of(options: &Options, option: &str, text: Option<&str>) -> Result<Vec<Assessment>, Failure> {
    let outcome = options.reading.examine(&options.earlier, day(option, text)?)?;
    Ok(outcome.incidents.into_iter().map(|one| one.assessment).collect())
}

/// The assessment that a run wrote.
fn written(path: &Path) -> Result<Assessment, Failure> {
    let file = if path.is_dir() {
        path.join("assessment.json")
    } else {
        path.to_owned()
    };
    let fail = |why: String| Failure::usage(format!("`{}`: {why}", file.display()));
    let text = std::fs::read_to_string(&file)
        .map_err(|error| fail(format!("{error}; `ascribe run` writes it to out/")))?;
    serde_json::from_str(&text).map_err(|error| fail(format!("it is not what a run writes: {error}")))
}

fn json(found: &Diff) -> Result<String, Failure> {
    let value = ascribe_case::write::json_line(found).map_err(|error| Failure::of(&error))?;
    Ok(format!("{value}\n"))
}

fn words(found: &Diff, hypothesis: Option<&str>) -> String {
    let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "no date".to_owned());
    let mut text = format!(
        "{} \u{b7} incident {} \u{b7} {} \u{2192} {}\n\n",
        line(&found.case, CHARS_MAX),
        line(&found.incident, CHARS_MAX),
        line(&day(&found.from), CHARS_MAX),
        line(&day(&found.to), CHARS_MAX)
    );
    text.push_str(&format!("{:NAME$}   before    after     bans\n", "Answer"));
    for one in &found.moves {
        let share = |belief: &Option<Belief>| {
            belief
                .as_ref()
                .map_or_else(|| "\u{2014}".to_owned(), |b| percent(b.point))
        };
        text.push_str(&format!(
            "{:NAME$} {:>9} {:>9} {:>7}\n",
            line(&one.name, CHARS_MAX),
            share(&one.before),
            share(&one.after),
            one.bans.map_or_else(|| "\u{2014}".to_owned(), bans)
        ));
    }
    let shown = |one: &&Move| match hypothesis {
        Some(id) => one.hypothesis == id,
        None => found.leaders.contains(&one.hypothesis),
    };
    for one in found.moves.iter().filter(shown) {
        moved(one, &mut text);
    }
    let [earlier, later] = &found.confidence;
    if earlier != later {
        text.push_str(&format!(
            "\nConfidence: {} \u{2192} {}\n",
            line(earlier, CHARS_MAX),
            line(later, CHARS_MAX)
        ));
    }
    for (what, paths) in [
        ("New inputs", &found.inputs_new),
        ("Inputs that are gone", &found.inputs_gone),
        ("Inputs with other bytes", &found.inputs_changed),
    ] {
        if !paths.is_empty() {
            text.push_str(&format!("\n{what}: {}\n", paths.len()));
            for path in paths.iter().take(PATHS_MAX) {
                text.push_str(&format!("  {}\n", line(path, CHARS_MAX)));
            }
            if paths.len() > PATHS_MAX {
                text.push_str(&format!("  and {} more\n", paths.len() - PATHS_MAX));
            }
        }
    }
    text
}

fn moved(one: &Move, text: &mut String) {
    let range = |belief: &Option<Belief>| {
        belief
            .as_ref()
            .map_or_else(|| "not there".to_owned(), |b| interval(b.low, b.high))
    };
    text.push_str(&format!(
        "\nWhat moved \u{201c}{}\u{201d} ({} \u{2192} {}), in bans\n",
        line(&one.name, CHARS_MAX),
        range(&one.before),
        range(&one.after)
    ));
    if one.steps.is_empty() {
        text.push_str("  no finding\n");
    }
    let seen = one
        .steps
        .iter()
        .take(STEPS_MAX)
        .take_while(|step| step.bans.abs() >= SEEN_BANS);
    let shown = seen.clone().count();
    for step in seen {
        let became = match step.became {
            Became::New => "new    ",
            Became::Gone => "gone   ",
            Became::Kept => "beside ",
        };
        text.push_str(&format!(
            "  {:>6}  {became} {}: {}\n",
            bans(step.bans),
            line(&step.finding, CHARS_MAX),
            line(&step.says, CHARS_MAX)
        ));
    }
    let rest: Vec<f64> = one.steps.iter().skip(shown).map(|step| step.bans).collect();
    if !rest.is_empty() {
        text.push_str(&format!(
            "  {:>6}  {} more findings together\n",
            bans(rest.iter().sum()),
            rest.len()
        ));
    }
    if one.prior_bans != 0.0 {
        text.push_str(&format!("  {:>6}  another prior\n", bans(one.prior_bans)));
    }
    if one.steps.iter().any(|step| step.became == Became::Kept) {
        text.push_str(
            "  (beside: it was there before and counts for more or less beside what came or went)\n",
        );
    }
}
