//! The commands that look at programs: `functions`, `compare`, `corpus add`, `corpus search`, `corpus stats`.
//!
//! Programs are read as evidence is: bounded, never run. What a command says about weight is the engine's judgement alone, outside any case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use ascribe_assess::defaults::Defaults;
use ascribe_case::cause::chain;
use ascribe_code::answers::{CompareAnswer, ComparedProgram, FunctionsAnswer};
use ascribe_code::{CompareOptions, Comparison};
use ascribe_corpus::answer::SearchAnswer;
use ascribe_corpus::search::GRAMS_COUNTED_MAX;
use ascribe_corpus::standing::{is_microsoft, not_told_apart};
use ascribe_corpus::{Corpus, Label, SearchOptions, Standing};
use ascribe_engines::code::{ClassNumbers, Overlap, weight_alone};
use ascribe_model::limits::Limits;
use ascribe_model::numbers::WeightBans;
use ascribe_model::observation::Saw;
use ascribe_model::program::Program;
use ascribe_model::words::Class;
use ascribe_model::{ArtifactId, Moment, Out};
use ascribe_report::shown::line;

use crate::{Ended, Failure, say, say_error};

/// Characters of a name in a table.
const NAME_CHARS_MAX: usize = 120;
/// Rows of a table in the terminal; JSON has all.
const ROWS_MAX: usize = 200;

/// `ascribe corpus …`.
#[derive(clap::Subcommand)]
pub(crate) enum CorpusCommand {
    /// Add programs of one family, or of a library that speaks for nobody.
    Add {
        /// The corpus, a directory; made where it is missing.
        corpus: PathBuf,
        /// Programs (PE or ELF).
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The family: a `[[family]]` id of cases, or a library's name.
        #[arg(long, value_name = "NAME")]
        family: String,
        /// It is public library or runtime code: sharing it means nothing.
        #[arg(long)]
        library: bool,
        /// Since when the programs are known to belong to the family.
        #[arg(long, value_name = "DATE")]
        known: Option<String>,
    },
    /// Which functions of a program stand in which families' programs.
    Search {
        /// The corpus.
        corpus: PathBuf,
        /// The program.
        file: PathBuf,
        /// Print JSON instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// What a corpus holds.
    Stats {
        /// The corpus.
        corpus: PathBuf,
        /// Print JSON instead of a table.
        #[arg(long)]
        json: bool,
    },
}

/// A program that was read.
struct Read {
    id: ArtifactId,
    name: String,
    program: Program,
}

/// Reads one program as the case would.
fn read(path: &Path) -> Result<Read, Failure> {
    let limits = Limits::default();
    let bytes = crate::small::bytes_of(path, limits.whole_bytes_max)?;
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let scan = |_: &str| Vec::new();
    let mut out = Out::new("program", limits, &scan, &stop, &mut take);
    (ascribe_readers::program::READER.read)(&bytes.as_slice(), &mut out);
    let reading = out.finish();
    let name = path
        .file_name()
        .map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy())
        .into_owned();
    for anomaly in &reading.anomalies {
        let text = format!("{}: {}", path.display(), anomaly.text);
        say_error(&line(&text, 400));
    }
    reading
        .observations
        .into_iter()
        .find_map(|seen| match seen.saw {
            Saw::Program(program) => Some(*program),
            _ => None,
        })
        .map(|program| Read {
            id: ArtifactId::of(&bytes),
            name,
            program,
        })
        .ok_or_else(|| Failure::usage(format!("`{}` is neither a PE nor an ELF program", path.display())))
}

/// Says on stderr where nothing can be rare, whatever is shared.
fn note_kind(corpora: &[Corpus], read: &Read) {
    if let Some(kind) = not_told_apart(corpora, &read.program, None) {
        let text = format!(
            "{}: its own code is not told apart from what its language or linker puts in ({kind}): nothing in it counts as rare",
            read.name
        );
        say_error(&line(&text, 400));
    }
}

/// A program whose functions were not looked for gives a partial answer, never an empty one.
fn ended(programs: &[&Read]) -> Ended {
    if programs.iter().any(|read| read.program.not_examined.is_some()) {
        Ended::Partial
    } else {
        Ended::Well
    }
}

fn print(answer: serde_json::Result<String>) -> Result<(), Failure> {
    let text = answer.map_err(|error| Failure::of(&error))?;
    say(&format!("{text}\n"));
    Ok(())
}

/// What an overlap weighs alone, from the one table of defaults.
fn weigh(overlap: &Overlap) -> Result<WeightBans, Failure> {
    let defaults = Defaults::load().map_err(|error| Failure::of(&error))?;
    let class = defaults.class(Class::Code).map_err(|error| Failure::of(&error))?;
    Ok(weight_alone(
        overlap,
        &ClassNumbers {
            hit: class.hit,
            rarity: class.rarity,
            if_present: class.if_present,
            if_absent: class.if_absent,
        },
    ))
}

fn weight_words(weight: &WeightBans) -> String {
    format!(
        "{:+.2} ban, {:+.2} to {:+.2}, bound {:.2} (judged)",
        weight.point, weight.low, weight.high, weight.bound
    )
}

/// `ascribe functions FILE`.
pub(crate) fn functions(file: &Path, json: bool) -> Result<Ended, Failure> {
    let read = read(file)?;
    let standing = Standing::of(&[], &read.program, None);
    let answer = FunctionsAnswer::of(read.id, &read.program, &|function| {
        standing.library(function.start).map(str::to_owned)
    });
    if json {
        print(serde_json::to_string(&answer))?;
        return Ok(ended(&[&read]));
    }
    let mut text = format!("{:>18} {:>9}  {:<24} name\n", "start", "bytes", "library");
    for function in &answer.functions {
        text.push_str(&format!(
            "{:>#18x} {:>9}  {:<24} {}\n",
            function.start,
            function.bytes,
            line(function.library.as_deref().unwrap_or("-"), 24),
            line(function.name.as_deref().unwrap_or("-"), NAME_CHARS_MAX),
        ));
    }
    let known = answer.functions.iter().filter(|f| f.library.is_some()).count();
    text.push_str(&format!(
        "{} functions, {known} of them library or runtime code ({}, {})\n",
        answer.functions.len(),
        answer.format,
        answer.arch
    ));
    if let Some(reason) = &answer.not_examined {
        text.push_str(&format!("not examined: {}\n", line(reason, 300)));
    }
    say(&text);
    Ok(ended(&[&read]))
}

/// `ascribe compare A B`.
pub(crate) fn compare(a: &Path, b: &Path, json: bool) -> Result<Ended, Failure> {
    let (left, right) = (read(a)?, read(b)?);
    note_kind(&[], &left);
    note_kind(&[], &right);
    let standing = [&left, &right].map(|read| Standing::of(&[], &read.program, None));
    let [here, there] = &standing;
    let found = ascribe_code::compare(
        &left.program,
        &right.program,
        &CompareOptions::usual(&|f| here.library(f.start).is_some(), &|f| {
            there.library(f.start).is_some()
        }),
    );
    let weight = weigh(&overlap(&left.program, &found))?;
    if json {
        let answer = CompareAnswer::of(
            ComparedProgram::of(&left.name, left.id, &left.program),
            ComparedProgram::of(&right.name, right.id, &right.program),
            found,
            weight,
        );
        print(serde_json::to_string(&answer))?;
        return Ok(ended(&[&left, &right]));
    }
    let mut pairs: Vec<_> = found.pairs.iter().collect();
    pairs.sort_by(|x, y| {
        (y.rare.cmp(&x.rare))
            .then(y.similarity.total_cmp(&x.similarity))
            .then(x.a.cmp(&y.a))
    });
    let sizes = |program: &Program| -> BTreeMap<u64, (u32, Option<String>)> {
        let rows = program.functions.iter();
        rows.map(|f| (f.start, (f.bytes, f.name.clone()))).collect()
    };
    let (here, there) = (sizes(&left.program), sizes(&right.program));
    let mut text = format!(
        "{:>18} {:>18} {:>7} {:>7}  {:<5} {:>5}  {:<5} name\n",
        "a", "b", "bytes a", "bytes b", "kind", "alike", "rare"
    );
    for pair in pairs.iter().take(ROWS_MAX) {
        let (bytes_a, name_a) = here.get(&pair.a).cloned().unwrap_or_default();
        let (bytes_b, name_b) = there.get(&pair.b).cloned().unwrap_or_default();
        let name = name_a.or(name_b).unwrap_or_default();
        text.push_str(&format!(
            "{:>#18x} {:>#18x} {bytes_a:>7} {bytes_b:>7}  {:<5} {:>5.2}  {:<5} {}\n",
            pair.a,
            pair.b,
            pair.kind.text(),
            pair.similarity,
            if pair.rare { "rare" } else { "-" },
            line(&name, NAME_CHARS_MAX),
        ));
    }
    if pairs.len() > ROWS_MAX {
        text.push_str(&format!("and {} more (--json has all)\n", pairs.len() - ROWS_MAX));
    }
    text.push_str(&format!(
        "{} pairs, {} of them rare, of {} and {} functions\nweight alone: {}\n",
        found.pairs.len(),
        found.rare(),
        left.program.functions.len(),
        right.program.functions.len(),
        weight_words(&weight)
    ));
    for read in [&left, &right] {
        if let Some(reason) = &read.program.not_examined {
            let text_of = format!("{} was not examined: {reason}", read.name);
            text.push_str(&format!("{}\n", line(&text_of, 300)));
        }
    }
    say(&text);
    Ok(ended(&[&left, &right]))
}

/// What two programs share, without any family to judge commonness from.
fn overlap(a: &Program, found: &Comparison) -> Overlap {
    let rare: BTreeSet<u64> = found
        .pairs
        .iter()
        .filter(|pair| pair.rare)
        .map(|pair| pair.a)
        .collect();
    let functions = a
        .functions
        .iter()
        .filter(|function| rare.contains(&function.start));
    let distinct: BTreeMap<u64, u32> = functions
        .map(|f| (f.exact, f.grams.min(GRAMS_COUNTED_MAX)))
        .collect();
    Overlap {
        rare: distinct.len(),
        grams: distinct.values().fold(0, |sum, grams| sum.saturating_add(*grams)),
        families_known: 0,
    }
}

/// Opens a corpus, with the whole chain of what was wrong.
pub(crate) fn open(path: &Path) -> Result<Corpus, String> {
    Corpus::open(path).map_err(|error| chain(&error))
}

/// `ascribe corpus …`.
pub(crate) fn corpus(command: CorpusCommand) -> Result<Ended, Failure> {
    match command {
        CorpusCommand::Add {
            corpus,
            files,
            family,
            library,
            known,
        } => {
            let known = known
                .map(|text| Moment::parse(&text))
                .transpose()
                .map_err(|error| Failure::usage(format!("--known: {error}")))?;
            add(&corpus, &files, &family, library, known.as_ref())
        }
        CorpusCommand::Search { corpus, file, json } => search(&corpus, &file, json),
        CorpusCommand::Stats { corpus, json } => stats(&corpus, json),
    }
}

fn add(
    corpus: &Path,
    files: &[PathBuf],
    family: &str,
    library: bool,
    known: Option<&Moment>,
) -> Result<Ended, Failure> {
    let mut refused = 0usize;
    for file in files {
        let label_of = |read: &Read| Label {
            family: family.to_owned(),
            library,
            known: known.cloned(),
            file: read.name.clone(),
            sha256: read.id,
            format: read.program.format.clone(),
            arch: read.program.arch.clone(),
            microsoft: is_microsoft(&read.program),
        };
        let added = read(file).and_then(|read| {
            Corpus::add(corpus, &label_of(&read), &read.program).map_err(|error| Failure::of(&error))
        });
        match added {
            Ok(count) => {
                let text = format!("{}: {count} functions added to {family}", file.display());
                say(&format!("{}\n", line(&text, 400)));
            }
            // One bad file does not keep the others out.
            Err(failure) => {
                say_error(&line(&format!("ascribe: {}", failure.message), 400));
                refused = refused.saturating_add(1);
            }
        }
    }
    match refused {
        0 => Ok(Ended::Well),
        some if some == files.len() => Err(Failure::usage("nothing was added")),
        _ => Ok(Ended::Partial),
    }
}

fn search(corpus: &Path, file: &Path, json: bool) -> Result<Ended, Failure> {
    let corpora = [open(corpus).map_err(Failure::usage)?];
    let read = read(file)?;
    note_kind(&corpora, &read);
    let found = ascribe_corpus::search(&corpora, &read.program, &SearchOptions::default());
    let mut weights = BTreeMap::new();
    for (family, share) in &found.families {
        weights.insert(
            family.clone(),
            weigh(&Overlap::of_share(share, found.families_known))?,
        );
    }
    let (compared, known_code) = (found.compared, found.known_code);
    let answer = SearchAnswer::of(found, &|family| weights.get(family).copied().unwrap_or_default());
    if json {
        print(serde_json::to_string(&answer))?;
        return Ok(ended(&[&read]));
    }
    let mut text = format!(
        "{compared} functions looked up, {known_code} of them library or runtime code\n{:<24} {:>7} {:>7}  weight alone\n",
        "family", "shared", "rare"
    );
    for row in &answer.families {
        text.push_str(&format!(
            "{:<24} {:>7} {:>7}  {}\n",
            line(&row.family, NAME_CHARS_MAX),
            row.shared,
            row.rare,
            weight_words(&row.weight_bans)
        ));
    }
    if answer.families.is_empty() {
        text.push_str("no family has a function in common with it\n");
    }
    if let Some(reason) = &read.program.not_examined {
        text.push_str(&format!("not examined: {}\n", line(reason, 300)));
    }
    say(&text);
    Ok(ended(&[&read]))
}

fn stats(path: &Path, json: bool) -> Result<Ended, Failure> {
    let stats = open(path).map_err(Failure::usage)?.stats();
    if json {
        print(serde_json::to_string(&stats))?;
        return Ok(Ended::Well);
    }
    let mut text = format!("{:<24} {:>9} {:>9}\n", "family", "programs", "functions");
    let rows = stats.families.iter().map(|row| ("", row));
    for (mark, (name, count)) in rows.chain(stats.libraries.iter().map(|row| ("library ", row))) {
        let name = line(&format!("{mark}{name}"), NAME_CHARS_MAX);
        text.push_str(&format!(
            "{name:<24} {:>9} {:>9}\n",
            count.programs, count.functions
        ));
    }
    text.push_str(&format!(
        "{} programs, {} functions\n",
        stats.programs, stats.functions
    ));
    say(&text);
    Ok(Ended::Well)
}
