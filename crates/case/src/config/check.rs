//! What must hold between the tables of case.toml: ids name something, trees are trees, hypotheses are disjoint.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::words::ActorKind;

use super::case::Case;
use super::nearest;
use super::sheet::{Sheet, plain};

/// Parties that every case has.
pub const ALWAYS: [&str; 2] = ["unlisted-state", "unlisted-nonstate"];

/// Where ids are given and where they are named.
#[derive(Default)]
pub struct Places {
    given: BTreeMap<(&'static str, String), usize>,
    named: Vec<(&'static str, String, &'static str, usize)>,
}

impl Places {
    /// Notes that `key` at byte `at` names the `kind` called `id`.
    pub fn refer(&mut self, kind: &'static str, id: &str, key: &'static str, at: usize) {
        self.named.push((kind, id.to_owned(), key, at));
    }

    fn of(&self, kind: &'static str, id: &str) -> usize {
        self.given.get(&(kind, id.to_owned())).copied().unwrap_or(0)
    }
}

/// Keeps a new id; one given twice, or with characters that could act, is a problem.
pub fn new_id(sheet: &mut Sheet<'_>, places: &mut Places, kind: &'static str, id: &str, at: usize) {
    if crate::escape::is_odd(id.as_bytes()) || id.trim() != id {
        let message = format!(
            "the {kind}'s id `{}` holds control characters or outer spaces",
            plain(id)
        );
        sheet.problem(at, message, None);
    }
    let reserved = match kind {
        "actor" => ["(other)", "nobody", "else", "default"].contains(&id),
        _ => false,
    };
    if reserved {
        sheet.problem(
            at,
            format!("`{id}` has a meaning of its own and cannot be an actor's id"),
            None,
        );
    }
    if let Some(before) = places.given.get(&(kind, id.to_owned())) {
        let what = if kind == "evidence" { "evidence path" } else { kind };
        let message = format!(
            "{what} `{}` stands twice, first on line {}",
            plain(id),
            sheet.line(*before)
        );
        sheet.problem(at, message, None);
    } else {
        places.given.insert((kind, id.to_owned()), at);
    }
}

/// An incident's id becomes a folder of the output.
pub fn folder_name(sheet: &mut Sheet<'_>, id: &str, at: usize) {
    const TAKEN: [&str; 5] = [
        "assessment.json",
        "statements.json",
        "model.json",
        "bundle.json",
        "report.html",
    ];
    if id.contains(['/', '\\', ':', '\0']) || id.starts_with('.') || TAKEN.contains(&id) || id.len() > 200 {
        let message = format!("the incident's id `{}` cannot name a folder in out/", plain(id));
        sheet.problem(at, message, Some("letters, digits and - are safe".to_owned()));
    }
}

/// An address or a CIDR network.
pub fn network(sheet: &mut Sheet<'_>, key: &str, text: &str, at: usize) {
    if text.parse::<std::net::IpAddr>().is_err() && text.parse::<ipnet::IpNet>().is_err() {
        let message = format!(
            "`{key}`: `{}` is no address and no network in CIDR form",
            plain(text)
        );
        sheet.problem(at, message, Some("as in \"198.51.100.0/24\"".to_owned()));
    }
}

/// A path inside the case as it is compared: no `./` before, no `/` behind, no way out.
pub fn case_path(sheet: &mut Sheet<'_>, key: &str, written: &str, at: usize) -> Option<String> {
    let mut path = written;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    let path = path.trim_end_matches('/');
    let leaves = written.starts_with('/') || path.split('/').any(|part| part == "..");
    if leaves {
        let message = format!("`{key}`: `{}` leads out of the case", plain(written));
        sheet.problem(
            at,
            message,
            Some("paths are relative to the case folder".to_owned()),
        );
        return None;
    }
    Some(if path == "." {
        String::new()
    } else {
        path.to_owned()
    })
}

/// Everything that needs the whole case.
pub fn whole(sheet: &mut Sheet<'_>, case: &Case, places: &Places) {
    references(sheet, case, places);
    trees(sheet, case, places);
    unlisted(sheet, case, places);
    hypotheses(sheet, case, places);
    standards(sheet, case, places);
}

fn references(sheet: &mut Sheet<'_>, case: &Case, places: &Places) {
    for (kind, id, key, at) in &places.named {
        let known = places.given.contains_key(&(*kind, id.clone()))
            || (matches!(*kind, "actor" | "hypothesis") && ALWAYS.contains(&id.as_str()));
        if known {
            continue;
        }
        let ids = places
            .given
            .keys()
            .filter(|(given, _)| given == kind)
            .map(|(_, id)| id.as_str());
        let hint = nearest::hint(id, ids);
        if *kind == "source" && *key != "what_if" {
            // A fact's source may be a plain name: only the sources of notes have a reliability.
            sheet.warn(
                *at,
                format!("`{key}`: no [[source]] has the id `{}`", plain(id)),
                hint,
            );
        } else if *kind == "hypothesis" && case.hypotheses.is_empty() {
            // Proposed from the actors: their ids are not known here.
            sheet.warn(
                *at,
                format!("`{key}`: the case lists no hypothesis `{}`", plain(id)),
                hint,
            );
        } else {
            sheet.problem(
                *at,
                format!("`{key}`: no [[{kind}]] has the id `{}`", plain(id)),
                hint,
            );
        }
    }
}

fn trees(sheet: &mut Sheet<'_>, case: &Case, places: &Places) {
    let parents: BTreeMap<&str, &str> = case
        .knowledge
        .actors
        .iter()
        .filter_map(|actor| Some((actor.id.as_str(), actor.parent.as_deref()?)))
        .collect();
    for actor in &case.knowledge.actors {
        let mut seen = BTreeSet::new();
        let mut at = actor.id.as_str();
        while let Some(parent) = parents.get(at).copied() {
            if parent == actor.id {
                let message = format!("actor `{}` is its own ancestor", plain(&actor.id));
                sheet.problem(places.of("actor", &actor.id), message, None);
                break;
            }
            if !seen.insert(parent) {
                break;
            }
            at = parent;
        }
        if actor.members.contains(&actor.id) {
            let message = format!("actor `{}` is a member of itself", plain(&actor.id));
            sheet.problem(places.of("actor", &actor.id), message, None);
        }
    }
}

fn unlisted(sheet: &mut Sheet<'_>, case: &Case, places: &Places) {
    for actor in &case.knowledge.actors {
        if ALWAYS.contains(&actor.id.as_str()) && actor.kind != ActorKind::Unlisted {
            let message = format!(
                "actor `{}` is always there and must be of kind unlisted",
                actor.id
            );
            sheet.problem(places.of("actor", &actor.id), message, None);
        }
    }
    for hypothesis in &case.hypotheses {
        if ALWAYS.contains(&hypothesis.id.as_str()) && hypothesis.operators != [hypothesis.id.clone()] {
            let message = format!(
                "hypothesis `{}` is always there and can only have the operator of that name",
                hypothesis.id
            );
            sheet.problem(places.of("hypothesis", &hypothesis.id), message, None);
        }
    }
}

fn hypotheses(sheet: &mut Sheet<'_>, case: &Case, places: &Places) {
    let mut taken = BTreeMap::new();
    let mut told = BTreeSet::new();
    for hypothesis in &case.hypotheses {
        for operator in &hypothesis.operators {
            for direction in &hypothesis.directions {
                let pair = (hypothesis.incident.as_str(), operator.as_str(), *direction);
                let Some(first) = taken.get(&pair).copied() else {
                    taken.insert(pair, hypothesis.id.as_str());
                    continue;
                };
                if first != hypothesis.id && told.insert((first, hypothesis.id.as_str())) {
                    let message = format!(
                        "hypotheses `{}` and `{}` contradict: both hold operator `{}` with direction {direction}",
                        plain(first),
                        plain(&hypothesis.id),
                        plain(operator),
                    );
                    let hint = Some("hypotheses must not share a pair of operator and direction".to_owned());
                    sheet.problem(places.of("hypothesis", &hypothesis.id), message, hint);
                }
            }
        }
    }
}

fn standards(sheet: &mut Sheet<'_>, case: &Case, places: &Places) {
    for standard in &case.standards {
        let Some(id) = &standard.hypothesis else { continue };
        let other = case
            .hypotheses
            .iter()
            .find(|hypothesis| hypothesis.id == *id && hypothesis.incident != standard.incident);
        if let Some(other) = other {
            let message = format!(
                "standard `{}` is about incident `{}`, its hypothesis `{}` about `{}`",
                plain(&standard.id),
                plain(&standard.incident),
                plain(id),
                plain(&other.incident)
            );
            sheet.problem(places.of("standard", &standard.id), message, None);
        }
    }
}
