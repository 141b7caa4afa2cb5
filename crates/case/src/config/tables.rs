//! The whole of case.toml, and the tables that say what is asked: incidents, hypotheses, evidence, standards.

use std::collections::BTreeMap;

use ascribe_intel::{Incident, Knowledge};
use ascribe_model::words::{Direction, Persons, Tlp};
use ascribe_model::{ArtifactId, Range};
use toml::de::DeTable;

use super::case::{Case, EvidenceEntry, Hypothesis, Standard};
use super::check::{self, Places};
use super::sheet::{Fields, Sheet, Value, plain};
use super::world::{self, mentioned_source};

/// The contract that this build reads.
const CONTRACT: i64 = 1;

const TOP: &[&str] = &[
    "contract",
    "name",
    "timezone",
    "tlp",
    "corpus",
    "persons",
    "incident",
    "victim",
    "actor",
    "hypothesis",
    "deception",
    "source",
    "family",
    "infrastructure",
    "evidence",
    "standard",
    "what_if",
    "collect",
];
const INCIDENT: &[&str] = &["id", "question", "entered", "struck", "opened"];
const HYPOTHESIS: &[&str] = &[
    "id",
    "name",
    "incident",
    "operators",
    "directions",
    "prior",
    "reason",
];
const EVIDENCE: &[&str] = &[
    "path", "known", "valid", "acquired", "by", "origin", "source", "tlp", "leaked", "incident",
];
const STANDARD: &[&str] = &[
    "id",
    "incident",
    "hypothesis",
    "hypothesis_low",
    "origins",
    "forgeable_share",
];

/// The whole file. None only where something that has no default is missing, which is also a problem on the sheet.
pub fn case(sheet: &mut Sheet<'_>, table: &DeTable<'_>, sha256: ArtifactId) -> Option<Case> {
    let top = sheet.fields("case.toml", table, 0, TOP);
    let contract = top
        .get("contract")
        .and_then(|value| sheet.integer("contract", value))
        .unwrap_or(CONTRACT);
    if contract != CONTRACT {
        let message = format!("contract {contract} is not known; this build reads {CONTRACT}");
        sheet.problem(top.place("contract"), message, None);
    }
    let name = top
        .need(sheet, "name")
        .and_then(|value| sheet.filled("name", value));
    let timezone = optional(sheet, &top, "timezone", Sheet::filled);
    let zone = timezone.as_ref().and_then(|name| {
        let zone = jiff::tz::TimeZone::get(name).ok();
        if zone.is_none() {
            let message = format!("`timezone`: `{}` is no IANA time zone", plain(name));
            let hint = Some("as in \"Europe/Rome\" or \"UTC\"".to_owned());
            sheet.problem(top.place("timezone"), message, hint);
        }
        zone
    });
    sheet.in_zone(zone.clone());
    let tlp = marking(sheet, &top).unwrap_or(Tlp::Amber);
    let corpus = top
        .get("corpus")
        .map(|value| sheet.strings("corpus", value))
        .unwrap_or_default();
    let persons = top
        .get("persons")
        .and_then(|value| sheet.word("persons", value, Persons::ALL, Persons::text))
        .unwrap_or_default();

    let mut places = Places::default();
    let incidents = each(sheet, &top, "incident", |sheet, table, at, index| {
        incident(sheet, table, at, index, &mut places)
    });
    if incidents.is_empty() {
        let hint = Some("add a table [[incident]] with an id and a question".to_owned());
        sheet.problem(top.place("incident"), "the case has no [[incident]]", hint);
    }
    let first = incidents
        .first()
        .map(|incident| incident.id.clone())
        .unwrap_or_default();
    let knowledge = Knowledge {
        actors: each(sheet, &top, "actor", |sheet, table, at, _| {
            world::actor(sheet, table, at, &mut places)
        }),
        sources: each(sheet, &top, "source", |sheet, table, at, _| {
            world::source(sheet, table, at, &mut places)
        }),
        families: each(sheet, &top, "family", |sheet, table, at, _| {
            world::family(sheet, table, at, &mut places)
        }),
        infrastructure: each(sheet, &top, "infrastructure", |sheet, table, at, _| {
            world::infrastructure(sheet, table, at, &mut places)
        }),
        victim: world::victim(sheet, &top),
        persons,
    };
    let hypotheses = each(sheet, &top, "hypothesis", |sheet, table, at, _| {
        hypothesis(sheet, table, at, &first, &mut places)
    });
    let deception = deception(sheet, &top, &mut places);
    let evidence = each(sheet, &top, "evidence", |sheet, table, at, _| {
        evidence(sheet, table, at, &first, &mut places)
    });
    let standards = each(sheet, &top, "standard", |sheet, table, at, _| {
        standard(sheet, table, at, &first, &mut places)
    });
    let what_ifs = each(sheet, &top, "what_if", |sheet, table, at, _| {
        super::what_if::what_if(sheet, table, at, &first, &mut places)
    });
    let collect = each(sheet, &top, "collect", |sheet, table, at, _| {
        super::collect::collect(sheet, table, at, &first, &mut places)
    });
    let mut case = Case {
        contract,
        name: name?,
        timezone: timezone.unwrap_or_else(|| "UTC".to_owned()),
        zone,
        tlp,
        corpus: corpus.into_iter().map(|(path, _)| path).collect(),
        incidents,
        hypotheses,
        knowledge,
        deception,
        evidence,
        standards,
        what_ifs,
        collect,
        warnings: Vec::new(),
        sha256,
    };
    check::whole(sheet, &case, &places);
    case.knowledge.actors.sort_by(|a, b| a.id.cmp(&b.id));
    case.knowledge.sources.sort_by(|a, b| a.id.cmp(&b.id));
    case.knowledge.families.sort_by(|a, b| a.id.cmp(&b.id));
    case.knowledge.infrastructure.sort_by(|a, b| a.id.cmp(&b.id));
    Some(case)
}

fn each<T>(
    sheet: &mut Sheet<'_>,
    top: &Fields<'_, '_>,
    key: &str,
    mut one: impl FnMut(&mut Sheet<'_>, &DeTable<'_>, usize, usize) -> Option<T>,
) -> Vec<T> {
    let Some(value) = top.get(key) else {
        return Vec::new();
    };
    let tables = sheet.tables(key, value);
    let mut found = Vec::new();
    for (index, (table, at)) in tables.into_iter().enumerate() {
        found.extend(one(sheet, table, at, index));
    }
    found
}

/// What `read` makes of a key, where it is there.
pub(super) fn optional<'s, T>(
    sheet: &mut Sheet<'s>,
    fields: &Fields<'_, '_>,
    key: &str,
    read: fn(&mut Sheet<'s>, &str, &Value<'_>) -> Option<T>,
) -> Option<T> {
    fields.get(key).and_then(|value| read(sheet, key, value))
}

fn marking(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>) -> Option<Tlp> {
    optional(sheet, fields, "tlp", |sheet, key, value| {
        sheet.word(key, value, Tlp::ALL, Tlp::text)
    })
}

/// The id of a table: needed, sane, and the only one of its kind.
pub(super) fn id(
    sheet: &mut Sheet<'_>,
    fields: &mut Fields<'_, '_>,
    places: &mut Places,
    kind: &'static str,
) -> Option<String> {
    let value = fields.need(sheet, "id")?;
    let id = sheet.filled("id", value)?;
    fields.what = format!("{} `{}`", fields.what, plain(&id));
    check::new_id(sheet, places, kind, &id, value.span().start);
    Some(id)
}

fn incident(
    sheet: &mut Sheet<'_>,
    table: &DeTable<'_>,
    at: usize,
    index: usize,
    places: &mut Places,
) -> Option<Incident> {
    let fields = sheet.fields("[[incident]]", table, at, INCIDENT);
    let id = match fields.get("id") {
        Some(value) => sheet.filled("id", value)?,
        None if index == 0 => "incident".to_owned(),
        None => format!("incident-{}", index.saturating_add(1)),
    };
    check::new_id(sheet, places, "incident", &id, fields.place("id"));
    check::folder_name(sheet, &id, fields.place("id"));
    let question = optional(sheet, &fields, "question", Sheet::filled)
        .unwrap_or_else(|| "Who operated the attack, and on whose direction?".to_owned());
    let struck = optional(sheet, &fields, "struck", Sheet::moment);
    Some(Incident {
        id,
        question,
        entered: optional(sheet, &fields, "entered", Sheet::moment),
        opened: optional(sheet, &fields, "opened", Sheet::dated)
            .or_else(|| optional(sheet, &fields, "struck", Sheet::dated)),
        struck,
    })
}

/// The incident that a table names, or the first.
pub(super) fn of_incident(
    sheet: &mut Sheet<'_>,
    fields: &Fields<'_, '_>,
    first: &str,
    places: &mut Places,
) -> String {
    match optional(sheet, fields, "incident", Sheet::filled) {
        Some(incident) => {
            places.refer("incident", &incident, "incident", fields.place("incident"));
            incident
        }
        None => first.to_owned(),
    }
}

fn hypothesis(
    sheet: &mut Sheet<'_>,
    table: &DeTable<'_>,
    at: usize,
    first: &str,
    places: &mut Places,
) -> Option<Hypothesis> {
    let mut fields = sheet.fields("[[hypothesis]]", table, at, HYPOTHESIS);
    let id = id(sheet, &mut fields, places, "hypothesis")?;
    let operators = fields
        .need(sheet, "operators")
        .map(|value| sheet.strings("operators", value))
        .unwrap_or_default();
    if operators.is_empty() && fields.get("operators").is_some() {
        sheet.problem(fields.place("operators"), "`operators` names nobody", None);
    }
    for (operator, at) in &operators {
        places.refer("actor", operator, "operators", *at);
    }
    let directions = match fields.get("directions") {
        None => Direction::ALL.to_vec(),
        Some(value) => {
            let mut found = Vec::new();
            for item in value.get_ref().as_array().into_iter().flatten() {
                found.extend(sheet.word("directions", item, Direction::ALL, Direction::text));
            }
            found.sort();
            found.dedup();
            if value.get_ref().as_array().is_none_or(|items| items.is_empty()) {
                let message = "`directions` must be an array of directed, encouraged, tolerated, independent";
                sheet.problem(value.span().start, message, None);
            }
            found
        }
    };
    let mut operators: Vec<String> = operators.into_iter().map(|(operator, _)| operator).collect();
    operators.sort();
    operators.dedup();
    Some(Hypothesis {
        name: optional(sheet, &fields, "name", Sheet::filled),
        incident: of_incident(sheet, &fields, first, places),
        operators,
        directions,
        prior: optional(sheet, &fields, "prior", Sheet::probability),
        reason: optional(sheet, &fields, "reason", Sheet::filled),
        id,
    })
}

fn deception(sheet: &mut Sheet<'_>, top: &Fields<'_, '_>, places: &mut Places) -> BTreeMap<String, Range> {
    let mut found = BTreeMap::new();
    let Some(value) = top.get("deception") else {
        return found;
    };
    let Some(table) = sheet.table("deception", value) else {
        return found;
    };
    for (actor, value) in table {
        let name: &str = actor.get_ref();
        if name == "reason" && value.get_ref().is_str() {
            continue;
        }
        if name != "default" {
            places.refer("actor", name, "deception", actor.span().start);
        }
        if let Some(range) = sheet.probability(name, value) {
            found.insert(name.to_owned(), range);
        }
    }
    found
}

fn evidence(
    sheet: &mut Sheet<'_>,
    table: &DeTable<'_>,
    at: usize,
    first: &str,
    places: &mut Places,
) -> Option<EvidenceEntry> {
    let fields = sheet.fields("[[evidence]]", table, at, EVIDENCE);
    let written = fields
        .need(sheet, "path")
        .and_then(|value| sheet.filled("path", value));
    let path = written.and_then(|path| check::case_path(sheet, "path", &path, fields.place("path")));
    let entry = EvidenceEntry {
        path: path.clone().unwrap_or_default(),
        known: optional(sheet, &fields, "known", Sheet::dated),
        valid: optional(sheet, &fields, "valid", Sheet::moment),
        acquired: optional(sheet, &fields, "acquired", Sheet::moment),
        by: optional(sheet, &fields, "by", Sheet::filled),
        origin: optional(sheet, &fields, "origin", Sheet::filled),
        source: mentioned_source(sheet, &fields, places),
        tlp: marking(sheet, &fields),
        leaked: optional(sheet, &fields, "leaked", Sheet::truth).unwrap_or(false),
        incident: of_incident(sheet, &fields, first, places),
        line: sheet.line(fields.place("path")),
    };
    if path.is_some() {
        check::new_id(sheet, places, "evidence", &entry.path, fields.place("path"));
    }
    path.map(|_| entry)
}

fn standard(
    sheet: &mut Sheet<'_>,
    table: &DeTable<'_>,
    at: usize,
    first: &str,
    places: &mut Places,
) -> Option<Standard> {
    let mut fields = sheet.fields("[[standard]]", table, at, STANDARD);
    let id = id(sheet, &mut fields, places, "standard")?;
    let hypothesis = optional(sheet, &fields, "hypothesis", Sheet::filled);
    if let Some(hypothesis) = &hypothesis {
        places.refer("hypothesis", hypothesis, "hypothesis", fields.place("hypothesis"));
    }
    Some(Standard {
        incident: of_incident(sheet, &fields, first, places),
        hypothesis,
        hypothesis_low: optional(sheet, &fields, "hypothesis_low", Sheet::share),
        origins: optional(sheet, &fields, "origins", Sheet::count),
        forgeable_share: optional(sheet, &fields, "forgeable_share", Sheet::share),
        id,
    })
}
