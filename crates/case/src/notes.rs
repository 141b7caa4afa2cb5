//! Reads `notes/*.md`: strict TOML front matter between `+++` lines, then prose. One note is one finding.
//!
//! Gives what is written; the defaults of class, grade and stance are for the assessment. A bad note gives its
//! problems and no finding. Source: CASE, "A note".

use std::collections::BTreeMap;

use ascribe_model::finding::{Grade, Overrides, Signed, Target};
use ascribe_model::words::{About, Class, Kind, Reliability, Stance, Tlp};
use ascribe_model::{ArtifactId, Finding, Provenance, Span};
use toml::de::DeTable;

use crate::config::sheet::{Fields, Problem, Sheet, Value, plain};
use crate::config::{Case, nearest};

const KEYS: &[&str] = &[
    "kind",
    "stance",
    "about",
    "points_to",
    "source",
    "origin",
    "via",
    "grade",
    "happened",
    "known",
    "tlp",
    "says",
    "fact",
    "rests_on",
    "may_overlap",
    "retracts",
    "searched",
    "weight_bans",
    "signed_by",
    "reason",
    "class",
    "hit",
    "rarity",
    "forgeability",
    "if_present",
    "if_absent",
    "if_planted",
    "of",
    "incident",
    "locator",
];

/// What a locator may point into: the evidence by escaped path.
pub type Evidence = BTreeMap<String, (ArtifactId, u64)>;

/// A place in the evidence that a note names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locator {
    /// Escaped path.
    pub path: String,
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    line: u64,
}

/// A note that could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// What it says. Its provenance is the note's own bytes until [`locate`] has been called.
    pub finding: Finding,
    /// The place that it names.
    pub locator: Option<Locator>,
    /// Whether `known` was written in it.
    pub dated: bool,
}

/// Reads the note `path` (`notes/NAME.md`, escaped). Errors: every problem, by line.
pub fn read(path: &str, bytes: &[u8], case: &Case) -> Result<Note, Vec<Problem>> {
    let fail = |line: u64, message: &str| {
        vec![Problem {
            path: path.to_owned(),
            line: Some(line),
            message: message.to_owned(),
            hint: None,
        }]
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            return Err(fail(line, "not UTF-8"));
        }
    };
    let (front, prose) = split(text).map_err(|(line, message)| fail(line, message))?;
    let mut sheet = Sheet::new(path, front, 1);
    sheet.in_zone(case.zone.clone());
    let table = sheet.parse();
    if sheet.problems() > 0 {
        return Err(sheet.finish().0);
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let id = name.strip_suffix(".md").unwrap_or(name);
    let provenance = Provenance {
        path: path.to_owned(),
        sha256: ArtifactId::of(bytes),
        span: Span::new(0, bytes.len() as u64).on_line(1),
    };
    let note = note(&mut sheet, &table, case, id, prose, provenance);
    let (problems, _) = sheet.finish();
    match note {
        Some(note) if problems.is_empty() => Ok(note),
        _ if problems.is_empty() => Err(fail(1, "the note says nothing")),
        _ => Err(problems),
    }
}

/// Points the note's finding into the evidence where it names a place. Errors: the path or the range is not there.
pub fn locate(note: &mut Note, evidence: &Evidence) -> Result<(), Vec<Problem>> {
    let Some(locator) = &note.locator else {
        return Ok(());
    };
    let Some(own) = note.finding.provenance.first() else {
        return Ok(());
    };
    let fail = |message: String, hint| {
        Err(vec![Problem {
            path: own.path.clone(),
            line: Some(locator.line),
            message,
            hint,
        }])
    };
    let Some((sha256, len)) = evidence.get(&locator.path) else {
        let hint = nearest::hint(&locator.path, evidence.keys().map(String::as_str));
        return fail(
            format!("`locator`: no evidence has the path `{}`", plain(&locator.path)),
            hint,
        );
    };
    if locator.end > *len {
        let message = format!(
            "`locator`: bytes {}..{} lie outside `{}`, which has {len} bytes",
            locator.start,
            locator.end,
            plain(&locator.path)
        );
        return fail(message, None);
    }
    note.finding.provenance = vec![Provenance {
        path: locator.path.clone(),
        sha256: *sha256,
        span: Span::new(locator.start, locator.end),
    }];
    Ok(())
}

/// Front matter and prose, or the line and what is missing there.
fn split(text: &str) -> Result<(&str, &str), (u64, &'static str)> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != "+++" {
        return Err((1, "a note begins with a line `+++`"));
    }
    let mut at = first.len();
    for line in lines {
        let next = at.saturating_add(line.len());
        if line.trim_end() == "+++" {
            let front = text.get(first.len()..at).unwrap_or_default();
            return Ok((front, text.get(next..).unwrap_or_default().trim()));
        }
        at = next;
    }
    Err((1, "the front matter has no closing line `+++`"))
}

fn note(
    sheet: &mut Sheet<'_>,
    table: &DeTable<'_>,
    case: &Case,
    id: &str,
    prose: &str,
    provenance: Provenance,
) -> Option<Note> {
    let fields = sheet.fields("a note", table, 0, KEYS);
    let kind = fields
        .need(sheet, "kind")
        .and_then(|value| sheet.word("kind", value, Kind::ALL, Kind::text));
    let stance = match fields.get("stance") {
        Some(value) => sheet.word("stance", value, Stance::ALL, Stance::text),
        None => Some(Stance::Asserts),
    };
    let says = fields
        .need(sheet, "says")
        .and_then(|value| sheet.filled("says", value));
    let about = fields
        .get("about")
        .and_then(|value| sheet.word("about", value, About::ALL, About::text));
    let incident = incident(sheet, &fields, case);
    let points_to = target(sheet, &fields, "points_to", case, &incident);
    let of = target(sheet, &fields, "of", case, &incident);
    proposition(sheet, &fields, about, points_to.as_ref(), of.as_ref());
    let source = source(sheet, &fields, case);
    let via = strings(sheet, &fields, "via");
    let origin = text(sheet, &fields, "origin")
        .or_else(|| source.clone())
        .or_else(|| via.first().cloned())
        .unwrap_or_else(|| id.to_owned());
    let searched = text(sheet, &fields, "searched");
    if stance == Some(Stance::Absent) && searched.is_none() && fields.get("searched").is_none() {
        let hint = Some("say where, when and how it was searched".to_owned());
        sheet.problem(fields.place("stance"), "stance `absent` needs `searched`", hint);
    }
    let retracts = text(sheet, &fields, "retracts");
    if stance == Some(Stance::Retracts) && fields.get("retracts").is_none() {
        sheet.problem(fields.place("stance"), "stance `retracts` needs `retracts`", None);
    }
    let reason = text(sheet, &fields, "reason");
    let signed = signed(sheet, &fields, reason.as_deref());
    let overrides = overrides(sheet, &fields, reason.as_deref());
    let written = fields.get("known");
    let known = written.and_then(|value| sheet.dated("known", value));
    let opened = case
        .incident(&incident)
        .and_then(|incident| incident.opened.clone());
    let finding = Finding {
        id: id.to_owned(),
        engine: "notes".to_owned(),
        kind: kind?,
        stance: stance?,
        says: says?,
        about,
        points_to,
        of,
        fact: text(sheet, &fields, "fact"),
        class: fields
            .get("class")
            .and_then(|value| sheet.word("class", value, Class::ALL, Class::text)),
        overrides,
        signed,
        measured: None,
        reason,
        source,
        origin,
        via,
        grade: grade(sheet, &fields),
        rests_on: text(sheet, &fields, "rests_on"),
        may_overlap: strings(sheet, &fields, "may_overlap"),
        retracts,
        searched,
        happened: fields
            .get("happened")
            .and_then(|value| sheet.moment("happened", value)),
        known: known.or(opened).unwrap_or_else(crate::known::undated),
        tlp: fields
            .get("tlp")
            .and_then(|value| sheet.word("tlp", value, Tlp::ALL, Tlp::text))
            .unwrap_or(case.tlp),
        incident,
        prose: prose.to_owned(),
        provenance: vec![provenance],
    };
    Some(Note {
        finding,
        locator: locator(sheet, &fields),
        dated: written.is_some(),
    })
}

fn text(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>, key: &str) -> Option<String> {
    fields.get(key).and_then(|value| sheet.filled(key, value))
}

fn strings(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>, key: &str) -> Vec<String> {
    let found = fields.get(key).map(|value| sheet.strings(key, value));
    found
        .unwrap_or_default()
        .into_iter()
        .map(|(text, _)| text)
        .collect()
}

fn incident(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>, case: &Case) -> String {
    let Some(incident) = text(sheet, fields, "incident") else {
        return case.first_incident().to_owned();
    };
    if case.incident(&incident).is_none() {
        let ids = case.incidents.iter().map(|incident| incident.id.as_str());
        let message = format!("`incident`: the case has no incident `{}`", plain(&incident));
        sheet.problem(fields.place("incident"), message, nearest::hint(&incident, ids));
    }
    incident
}

fn source(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>, case: &Case) -> Option<String> {
    let source = text(sheet, fields, "source")?;
    if case.knowledge.source(&source).is_none() {
        let ids = case.knowledge.sources.iter().map(|source| source.id.as_str());
        let message = format!("`source`: the case has no source `{}`", plain(&source));
        sheet.problem(fields.place("source"), message, nearest::hint(&source, ids));
    }
    Some(source)
}

fn target(
    sheet: &mut Sheet<'_>,
    fields: &Fields<'_, '_>,
    key: &str,
    case: &Case,
    incident: &str,
) -> Option<Target> {
    let written = text(sheet, fields, key)?;
    let place = fields.place(key);
    let target = match Target::try_from(written) {
        Ok(target) => target,
        Err(error) => {
            sheet.problem(place, format!("`{key}`: {}", plain(&error.to_string())), None);
            return None;
        }
    };
    let always = crate::config::ALWAYS;
    let (what, id, ids): (&str, &str, Vec<&str>) = match &target {
        Target::Actor(id) => {
            let listed = case.knowledge.actors.iter().map(|actor| actor.id.as_str());
            ("actor", id, listed.chain(always).collect())
        }
        Target::Family(id) => {
            let listed = case.knowledge.families.iter();
            ("family", id, listed.map(|family| family.id.as_str()).collect())
        }
        Target::Infrastructure(id) => {
            let listed = case.knowledge.infrastructure.iter();
            (
                "infrastructure",
                id,
                listed.map(|item| item.id.as_str()).collect(),
            )
        }
        Target::Hypothesis(id) => {
            let of_incident = case.hypotheses.iter().filter(|item| item.incident == incident);
            let mut ids: Vec<&str> = of_incident.map(|hypothesis| hypothesis.id.as_str()).collect();
            ids.extend(always);
            // Proposed hypotheses are named after the actors.
            if ids.len() == always.len() {
                ids.extend(case.knowledge.actors.iter().map(|actor| actor.id.as_str()));
            }
            ("hypothesis", id, ids)
        }
        Target::Direction(_) => return Some(target),
    };
    if !ids.contains(&id) {
        let message = format!("`{key}`: the case has no {what} `{}`", plain(id));
        sheet.problem(place, message, nearest::hint(id, ids.iter().copied()));
        return None;
    }
    Some(target)
}

/// Whether subject and proposition go together.
fn proposition(
    sheet: &mut Sheet<'_>,
    fields: &Fields<'_, '_>,
    about: Option<About>,
    points_to: Option<&Target>,
    of: Option<&Target>,
) {
    let is_subject = matches!(of, Some(Target::Family(_) | Target::Infrastructure(_)));
    if of.is_some() && !is_subject {
        sheet.problem(
            fields.place("of"),
            "`of` must name a family or an infrastructure",
            None,
        );
    }
    if is_subject && about != Some(About::Owner) {
        sheet.problem(fields.place("of"), "`of` goes with about = \"owner\"", None);
    }
    if is_subject && points_to.is_some() && !matches!(points_to, Some(Target::Actor(_))) {
        let message = "a note about who owns `of` must point to an actor";
        sheet.problem(fields.place("points_to"), message, None);
    }
    let to_direction = matches!(points_to, Some(Target::Direction(_)));
    if to_direction && about.is_some_and(|about| about != About::Direction) {
        let message = "`points_to = \"direction:…\"` goes with about = \"direction\"";
        sheet.problem(fields.place("points_to"), message, None);
    }
}

/// `B2`, `B` or `2`.
fn grade(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>) -> Grade {
    let Some(written) = text(sheet, fields, "grade") else {
        return Grade::default();
    };
    let (letter, digit) = match written.strip_prefix(|first: char| first.is_ascii_alphabetic()) {
        Some(rest) => (written.get(..1), rest),
        None => (None, written.as_str()),
    };
    let reliability = letter.and_then(Reliability::parse);
    let credibility = digit.parse::<u8>().ok().filter(|digit| (1..=6).contains(digit));
    let bad = (letter.is_some() && reliability.is_none())
        || (!digit.is_empty() && (credibility.is_none() || digit.len() != 1));
    if bad {
        let message = format!("`grade`: `{}` is no Admiralty grade", plain(&written));
        sheet.problem(
            fields.place("grade"),
            message,
            Some("as in \"B2\": A to F, 1 to 6".to_owned()),
        );
    }
    Grade {
        reliability,
        credibility,
    }
}

fn signed(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>, reason: Option<&str>) -> Option<Signed> {
    let by = text(sheet, fields, "signed_by");
    let Some(value) = fields.get("weight_bans") else {
        if fields.get("signed_by").is_some() {
            sheet.problem(
                fields.place("signed_by"),
                "`signed_by` goes with `weight_bans`",
                None,
            );
        }
        return None;
    };
    let weight_bans = sheet.range("weight_bans", value);
    for (key, missing) in [("signed_by", by.is_none()), ("reason", reason.is_none())] {
        if missing && fields.get(key).is_none() {
            sheet.problem(value.span().start, format!("`weight_bans` needs `{key}`"), None);
        }
    }
    Some(Signed {
        weight_bans: weight_bans?,
        by: by?,
    })
}

fn overrides(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>, reason: Option<&str>) -> Overrides {
    let mut one = |key: &str| {
        let value: &Value<'_> = fields.get(key)?;
        if reason.is_none() && fields.get("reason").is_none() {
            sheet.problem(value.span().start, format!("`{key}` needs `reason`"), None);
        }
        sheet.probability(key, value)
    };
    Overrides {
        hit: one("hit"),
        rarity: one("rarity"),
        forgeability: one("forgeability"),
        if_present: one("if_present"),
        if_absent: one("if_absent"),
        if_planted: one("if_planted"),
    }
}

fn locator(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>) -> Option<Locator> {
    let value = fields.get("locator")?;
    let at = value.span().start;
    let table = sheet.table("locator", value)?;
    let place = sheet.fields("a locator", table, at, &["path", "start", "end"]);
    let path = place
        .need(sheet, "path")
        .and_then(|value| sheet.filled("path", value));
    let start = place
        .need(sheet, "start")
        .and_then(|value| sheet.count("start", value));
    let end = place
        .need(sheet, "end")
        .and_then(|value| sheet.count("end", value));
    let (path, start, end) = (path?, start?, end?);
    if end < start {
        sheet.problem(
            at,
            format!("`locator`: it ends ({end}) before it starts ({start})"),
            None,
        );
        return None;
    }
    Some(Locator {
        path: path.strip_prefix("./").unwrap_or(&path).to_owned(),
        start,
        end,
        line: sheet.line(at),
    })
}

#[cfg(test)]
mod tests;
