//! Reads texts with attributions marked in the standoff format of BRAT.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::Range;
use std::path::Path;

/// Who said what, as it is marked. Ranges are characters.
pub(crate) struct Attribution {
    pub(crate) source: Vec<Range<usize>>,
    pub(crate) source_text: String,
    /// The word that heads the source.
    pub(crate) head: String,
    pub(crate) content: Vec<Range<usize>>,
    pub(crate) cue: Vec<Range<usize>>,
    /// Where the cue stands to the content.
    pub(crate) way: &'static str,
    /// Pronoun, name, description.
    pub(crate) kind: &'static str,
    /// Whether the cue is a word of speech.
    pub(crate) speech: bool,
    /// The name that a pronoun stands for, where the coreferences tell one.
    pub(crate) stands_for: Option<String>,
}

const SPEECH: [&str; 47] = [
    "say",
    "said",
    "tell",
    "told",
    "add",
    "announc",
    "stat",
    "declar",
    "assert",
    "claim",
    "contend",
    "insist",
    "argu",
    "explain",
    "comment",
    "remark",
    "wrote",
    "writ",
    "tweet",
    "repl",
    "respond",
    "testif",
    "confirm",
    "acknowledg",
    "admit",
    "conced",
    "report",
    "note",
    "noting",
    "observ",
    "warn",
    "accus",
    "alleg",
    "blam",
    "den",
    "condemn",
    "denounc",
    "criticiz",
    "threaten",
    "vow",
    "according",
    "declin",
    "reject",
    "suggest",
    "predict",
    "describ",
    "called",
];

const PRONOUNS: [&str; 22] = [
    "he", "she", "they", "it", "i", "we", "you", "his", "her", "him", "them", "their", "its", "who", "which",
    "that", "whose", "my", "our", "those", "these", "this",
];

/// Stable over machines and versions.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A text with its marks.
pub(crate) type Article = (String, String, Vec<Attribution>);

/// Name, text and marks of the articles of one half, in order of their names.
pub(crate) fn articles(folder: &Path, half: &str) -> Result<Vec<Article>, Box<dyn Error>> {
    let mut marks: BTreeMap<String, std::path::PathBuf> = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("attributions"))? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        let name = stem.rsplit_once('_').map_or(stem, |(name, _)| name).to_owned();
        let kept = marks.entry(name).or_insert_with(|| path.clone());
        if path < *kept {
            *kept = path;
        }
    }
    let mut found = Vec::new();
    for (name, path) in marks {
        let first = hash(&name).count_ones().is_multiple_of(2);
        if half == "first" && !first || half == "second" && first {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(folder.join("text").join(format!("{name}.txt"))) else {
            continue;
        };
        let coref = std::fs::read_to_string(folder.join("coref").join(format!("{name}.tsv")));
        let all = attributions(&std::fs::read_to_string(path)?, &coref.unwrap_or_default());
        found.push((name, text, all));
    }
    Ok(found)
}

fn attributions(text: &str, coref: &str) -> Vec<Attribution> {
    let mut spans: BTreeMap<&str, (Vec<Range<usize>>, &str)> = BTreeMap::new();
    let mut found = Vec::new();
    for line in text.lines() {
        let mut columns = line.split('\t');
        let (Some(id), Some(what), words) = (columns.next(), columns.next(), columns.next().unwrap_or(""))
        else {
            continue;
        };
        if id.starts_with('T') {
            let Some((_, places)) = what.split_once(' ') else {
                continue;
            };
            let ranges = places
                .split(';')
                .filter_map(|place| {
                    let (start, end) = place.split_once(' ')?;
                    Some(start.parse().ok()?..end.parse().ok()?)
                })
                .collect();
            spans.insert(id, (ranges, words));
        } else if id.starts_with('E') {
            let (mut source, mut cue, mut content) = (None, None, Vec::new());
            for role in what.split(' ') {
                let Some((role, to)) = role.split_once(':') else {
                    continue;
                };
                let span = spans.get(to);
                match role.trim_end_matches(char::is_numeric) {
                    "Source" => source = source.or(span),
                    "Cue" => cue = cue.or(span),
                    "Content" => content.extend(span.into_iter().flat_map(|(ranges, _)| ranges.clone())),
                    _ => {}
                }
            }
            if let Some((source, words)) = source
                && !content.is_empty()
            {
                found.push(made(source, words, cue, content, coref));
            }
        }
    }
    found
}

fn made(
    source: &[Range<usize>],
    words: &str,
    cue: Option<&(Vec<Range<usize>>, &str)>,
    content: Vec<Range<usize>>,
    coref: &str,
) -> Attribution {
    let start = |ranges: &[Range<usize>]| ranges.iter().map(|range| range.start).min().unwrap_or(0);
    let low = words.to_lowercase();
    let cue_text = cue.map(|(_, words)| words.to_lowercase()).unwrap_or_default();
    let before = cue.is_none_or(|(ranges, _)| start(ranges) < start(&content));
    let inverted = cue.is_some_and(|(ranges, _)| start(ranges) < start(source));
    let way = match cue {
        None => "no cue",
        _ if cue_text.trim() == ":" => "colon",
        _ if cue_text.contains("according") || cue_text == "per" => "according to",
        _ if cue_text.ends_with(" by") || cue_text.contains(" by ") => "passive",
        _ if inverted && !before => "after, inverted",
        _ if !before => "after",
        _ if inverted => "before, source behind the cue",
        _ => "before",
    };
    let pronoun = PRONOUNS.contains(&low.as_str());
    let head = head(words);
    let kind = if matches!(low.as_str(), "who" | "which" | "that" | "whose") {
        "relative"
    } else if pronoun {
        "pronoun"
    } else if head.chars().next().is_some_and(char::is_uppercase) {
        "name"
    } else {
        "description"
    };
    let stands_for = pronoun.then(|| name_at(coref, source)).flatten();
    Attribution {
        source: source.to_vec(),
        source_text: words.to_owned(),
        head,
        content,
        cue: cue.map(|(ranges, _)| ranges.clone()).unwrap_or_default(),
        way,
        kind,
        speech: cue_text
            .split(|c: char| !c.is_alphabetic())
            .any(|word| SPEECH.iter().any(|stem| word.starts_with(stem)))
            || cue_text.trim() == ":",
        stands_for,
    }
}

/// The word that heads a noun phrase: the last before a comma, a preposition or a relative pronoun.
fn head(words: &str) -> String {
    let mut last = "";
    for raw in words.split_whitespace() {
        let bare = raw.trim_matches(|c: char| !c.is_alphanumeric());
        let low = bare.to_lowercase();
        let ends = matches!(
            low.as_str(),
            "of" | "in"
                | "at"
                | "for"
                | "from"
                | "who"
                | "which"
                | "that"
                | "on"
                | "with"
                | "to"
                | "by"
                | "and"
        );
        if ends && !last.is_empty() {
            break;
        }
        let suffix = matches!(low.as_str(), "jr" | "sr" | "ii" | "iii");
        if !bare.is_empty() && !suffix {
            last = bare;
        }
        if raw.ends_with([',', '(', '—', ':']) {
            break;
        }
    }
    last.trim_end_matches("’s").trim_end_matches("'s").to_owned()
}

/// Whether the word that heads a name is one of the words of the other.
pub(crate) fn same_name(speaker: &str, head: &str) -> bool {
    let fold = |word: &str| word.trim_end_matches("’s").trim_end_matches("'s").to_lowercase();
    let head = fold(head);
    !head.is_empty()
        && speaker
            .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '’' && c != '\'' && c != '.')
            .any(|word| fold(word) == head)
}

fn name_at(coref: &str, source: &[Range<usize>]) -> Option<String> {
    let source = source.first()?;
    coref.lines().find_map(|line| {
        let mut columns = line.split('\t');
        let start: usize = columns.next()?.parse().ok()?;
        let end: usize = columns.next()?.parse().ok()?;
        let name = head(columns.next()?);
        let named = name.chars().next().is_some_and(char::is_uppercase)
            && !PRONOUNS.contains(&name.to_lowercase().as_str());
        (start == source.start && end == source.end && named).then_some(name)
    })
}

/// The attribution in its text, for looking at.
pub(crate) fn around(text: &str, gold: &Attribution) -> String {
    let all = gold.source.iter().chain(&gold.content);
    let start = all
        .clone()
        .map(|range| range.start)
        .min()
        .unwrap_or(0)
        .saturating_sub(60);
    let end = all.map(|range| range.end).max().unwrap_or(0) + 60;
    let cut: String = text.chars().skip(start).take((end - start).min(400)).collect();
    cut.replace('\n', " / ")
}
