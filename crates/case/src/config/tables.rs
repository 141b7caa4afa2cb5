//! The tables of case.toml, one function each.

use std::collections::BTreeMap;

use ascribe_intel::knowledge::Size;
use ascribe_intel::{Actor, Alias, Family, Incident, Infrastructure, Knowledge, Source, Victim};
use ascribe_model::words::{ActorKind, Direction, Reliability, SourceKind, Tlp};
use ascribe_model::{ArtifactId, Range};
use toml::de::DeTable;

use super::case::{Case, EvidenceEntry, Hypothesis, Persons, Standard};
use super::check::{self, Places};
use super::sheet::{Fields, Sheet, Value, plain};

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
];
const INCIDENT: &[&str] = &["id", "question", "entered", "struck", "opened"];
const VICTIM: &[&str] = &["networks", "domains", "mail_hosts", "clocks"];
const ACTOR: &[&str] = &[
    "id",
    "name",
    "kind",
    "frameable",
    "members",
    "parent",
    "from",
    "to",
    "aliases",
    "size",
    "known",
    "source",
];
const HYPOTHESIS: &[&str] = &[
    "id",
    "name",
    "incident",
    "operators",
    "directions",
    "prior",
    "reason",
];
const SOURCE: &[&str] = &[
    "id", "name", "kind", "party", "grade", "reliable", "push", "stake", "reason", "known",
];
const FAMILY: &[&str] = &["id", "name", "label", "shared", "source", "known", "reason"];
const INFRASTRUCTURE: &[&str] = &[
    "id",
    "name",
    "what",
    "holder",
    "from",
    "to",
    "exclusive",
    "source",
    "known",
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
    let timezone = optional(sheet, &top, "timezone", Sheet::filled).unwrap_or_else(|| "UTC".to_owned());
    if jiff::tz::TimeZone::get(&timezone).is_err() {
        let message = format!("`timezone`: `{}` is no IANA time zone", plain(&timezone));
        sheet.problem(
            top.place("timezone"),
            message,
            Some("as in \"Europe/Rome\" or \"UTC\"".to_owned()),
        );
    }
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
            actor(sheet, table, at, &mut places)
        }),
        sources: each(sheet, &top, "source", |sheet, table, at, _| {
            source(sheet, table, at, &mut places)
        }),
        families: each(sheet, &top, "family", |sheet, table, at, _| {
            family(sheet, table, at, &mut places)
        }),
        infrastructure: each(sheet, &top, "infrastructure", |sheet, table, at, _| {
            infrastructure(sheet, table, at, &mut places)
        }),
        victim: victim(sheet, &top),
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
    let mut case = Case {
        contract,
        name: name?,
        timezone,
        tlp,
        corpus: corpus.into_iter().map(|(path, _)| path).collect(),
        persons,
        incidents,
        hypotheses,
        knowledge,
        deception,
        evidence,
        standards,
        what_ifs,
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

fn optional<'s, T>(
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
fn id(
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
        opened: optional(sheet, &fields, "opened", Sheet::moment).or_else(|| struck.clone()),
        struck,
    })
}

fn victim(sheet: &mut Sheet<'_>, top: &Fields<'_, '_>) -> Victim {
    let Some(value) = top.get("victim") else {
        return Victim::default();
    };
    let at = value.span().start;
    let Some(table) = sheet.table("victim", value) else {
        return Victim::default();
    };
    let fields = sheet.fields("[victim]", table, at, VICTIM);
    let strings = |sheet: &mut Sheet<'_>, key| {
        let value = fields.get(key);
        value.map(|value| sheet.strings(key, value)).unwrap_or_default()
    };
    let networks = strings(sheet, "networks");
    for (network, at) in &networks {
        check::network(sheet, "networks", network, *at);
    }
    let mut clocks = BTreeMap::new();
    if let Some(value) = fields.get("clocks") {
        for (table, at) in sheet.tables("clocks", value) {
            let clock = sheet.fields("a clock", table, at, &["host", "offset_s"]);
            let host = clock
                .need(sheet, "host")
                .and_then(|value| sheet.filled("host", value));
            let offset = clock
                .need(sheet, "offset_s")
                .and_then(|value| sheet.integer("offset_s", value));
            if let (Some(host), Some(offset)) = (host, offset)
                && clocks.insert(host.clone(), offset).is_some()
            {
                sheet.problem(at, format!("two clocks for host `{}`", plain(&host)), None);
            }
        }
    }
    Victim {
        networks: networks.into_iter().map(|(text, _)| text).collect(),
        domains: strings(sheet, "domains")
            .into_iter()
            .map(|(text, _)| text)
            .collect(),
        mail_hosts: strings(sheet, "mail_hosts")
            .into_iter()
            .map(|(text, _)| text)
            .collect(),
        clocks,
    }
}

fn actor(sheet: &mut Sheet<'_>, table: &DeTable<'_>, at: usize, places: &mut Places) -> Option<Actor> {
    let mut fields = sheet.fields("[[actor]]", table, at, ACTOR);
    let id = id(sheet, &mut fields, places, "actor")?;
    let kind = fields
        .get("kind")
        .and_then(|value| sheet.word("kind", value, ActorKind::ALL, ActorKind::text))
        .unwrap_or(ActorKind::Group);
    let by_kind = matches!(
        kind,
        ActorKind::State | ActorKind::Agency | ActorKind::Unit | ActorKind::Group
    );
    let members = fields
        .get("members")
        .map(|value| sheet.strings("members", value))
        .unwrap_or_default();
    for (member, at) in &members {
        places.refer("actor", member, "members", *at);
    }
    let parent = optional(sheet, &fields, "parent", Sheet::filled);
    if let Some(parent) = &parent {
        places.refer("actor", parent, "parent", fields.place("parent"));
    }
    Some(Actor {
        name: optional(sheet, &fields, "name", Sheet::filled).unwrap_or_else(|| id.clone()),
        kind,
        frameable: optional(sheet, &fields, "frameable", Sheet::truth).unwrap_or(by_kind),
        members: members.into_iter().map(|(member, _)| member).collect(),
        parent,
        from: optional(sheet, &fields, "from", Sheet::moment),
        to: optional(sheet, &fields, "to", Sheet::moment),
        aliases: aliases(sheet, &fields, places),
        size: sizes(sheet, &fields, places),
        known: optional(sheet, &fields, "known", Sheet::moment),
        source: mentioned_source(sheet, &fields, places),
        id,
    })
}

fn mentioned_source(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>, places: &mut Places) -> Option<String> {
    let source = optional(sheet, fields, "source", Sheet::filled)?;
    places.refer("source", &source, "source", fields.place("source"));
    Some(source)
}

fn aliases(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>, places: &mut Places) -> Vec<Alias> {
    let Some(value) = fields.get("aliases") else {
        return Vec::new();
    };
    let Some(items) = value.get_ref().as_array() else {
        let message = "`aliases` must be an array of names or of { name, source, known }";
        sheet.problem(value.span().start, message, None);
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in items {
        let at = item.span().start;
        if let Some(table) = item.get_ref().as_table() {
            let alias = sheet.fields("an alias", table, at, &["name", "source", "known"]);
            let name = alias
                .need(sheet, "name")
                .and_then(|value| sheet.filled("name", value));
            let source = mentioned_source(sheet, &alias, places);
            let known = optional(sheet, &alias, "known", Sheet::moment);
            found.extend(name.map(|name| Alias { name, source, known }));
        } else if item.get_ref().is_str() {
            found.extend(sheet.filled("aliases", item).map(|name| Alias {
                name,
                source: None,
                known: None,
            }));
        } else {
            sheet.problem(at, "an alias must be a name or { name, source, known }", None);
        }
    }
    found
}

fn sizes(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>, places: &mut Places) -> Vec<Size> {
    let Some(value) = fields.get("size") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (table, at) in sheet.tables("size", value) {
        let size = sheet.fields("a size", table, at, &["people", "source", "known"]);
        let people = size
            .need(sheet, "people")
            .and_then(|value| sheet.count("people", value));
        let source = mentioned_source(sheet, &size, places);
        let known = optional(sheet, &size, "known", Sheet::moment);
        found.extend(people.map(|people| Size {
            people,
            source,
            known,
        }));
    }
    found
}

fn source(sheet: &mut Sheet<'_>, table: &DeTable<'_>, at: usize, places: &mut Places) -> Option<Source> {
    let mut fields = sheet.fields("[[source]]", table, at, SOURCE);
    let id = id(sheet, &mut fields, places, "source")?;
    Some(Source {
        name: optional(sheet, &fields, "name", Sheet::filled).unwrap_or_else(|| id.clone()),
        kind: fields
            .get("kind")
            .and_then(|value| sheet.word("kind", value, SourceKind::ALL, SourceKind::text))
            .unwrap_or(SourceKind::Press),
        party: optional(sheet, &fields, "party", Sheet::filled),
        grade: optional(sheet, &fields, "grade", |sheet, key, value| {
            sheet.word(key, value, Reliability::ALL, Reliability::text)
        }),
        reliable: optional(sheet, &fields, "reliable", Sheet::probability),
        push: optional(sheet, &fields, "push", Sheet::probability),
        stake: optional(sheet, &fields, "stake", Sheet::filled),
        reason: optional(sheet, &fields, "reason", Sheet::filled),
        known: optional(sheet, &fields, "known", Sheet::moment),
        id,
    })
}

/// P(owner = actor), from a table of actor ids.
fn owners(
    sheet: &mut Sheet<'_>,
    fields: &Fields<'_, '_>,
    key: &'static str,
    places: &mut Places,
) -> BTreeMap<String, Range> {
    let mut found = BTreeMap::new();
    let Some(value) = fields.get(key) else {
        return found;
    };
    let Some(table) = sheet.table(key, value) else {
        return found;
    };
    for (actor, value) in table {
        places.refer("actor", actor.get_ref(), key, actor.span().start);
        if let Some(range) = sheet.probability(actor.get_ref(), value) {
            found.insert(actor.get_ref().to_string(), range);
        }
    }
    let sum: f64 = found.values().map(|range| range.point()).sum();
    if sum > 1.0 + 1e-9 {
        let message = format!("the points of `{key}` sum to {sum}, which is more than 1");
        sheet.problem(value.span().start, message, None);
    }
    found
}

fn family(sheet: &mut Sheet<'_>, table: &DeTable<'_>, at: usize, places: &mut Places) -> Option<Family> {
    let mut fields = sheet.fields("[[family]]", table, at, FAMILY);
    let id = id(sheet, &mut fields, places, "family")?;
    let _ = optional(sheet, &fields, "reason", Sheet::filled);
    Some(Family {
        id,
        name: optional(sheet, &fields, "name", Sheet::filled),
        label: owners(sheet, &fields, "label", places),
        shared: optional(sheet, &fields, "shared", Sheet::probability),
        source: mentioned_source(sheet, &fields, places),
        known: optional(sheet, &fields, "known", Sheet::moment),
    })
}

fn infrastructure(
    sheet: &mut Sheet<'_>,
    table: &DeTable<'_>,
    at: usize,
    places: &mut Places,
) -> Option<Infrastructure> {
    let mut fields = sheet.fields("[[infrastructure]]", table, at, INFRASTRUCTURE);
    let id = id(sheet, &mut fields, places, "infrastructure")?;
    let _ = optional(sheet, &fields, "reason", Sheet::filled);
    let what = fields
        .need(sheet, "what")
        .map(|value| sheet.strings("what", value))
        .unwrap_or_default();
    for (item, at) in &what {
        if item
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"./".contains(&byte))
        {
            check::network(sheet, "what", item, *at);
        }
    }
    let (from, to) = (
        optional(sheet, &fields, "from", Sheet::moment),
        optional(sheet, &fields, "to", Sheet::moment),
    );
    if let (Some(from), Some(to)) = (&from, &to)
        && from.first() > to.last()
    {
        sheet.problem(
            fields.place("to"),
            format!("`to` ({to}) lies before `from` ({from})"),
            None,
        );
    }
    Some(Infrastructure {
        id,
        name: optional(sheet, &fields, "name", Sheet::filled),
        what: what.into_iter().map(|(item, _)| item).collect(),
        holder: owners(sheet, &fields, "holder", places),
        from,
        to,
        exclusive: optional(sheet, &fields, "exclusive", Sheet::probability),
        source: mentioned_source(sheet, &fields, places),
        known: optional(sheet, &fields, "known", Sheet::moment),
    })
}

/// The incident that a table names, or the first.
fn of_incident(sheet: &mut Sheet<'_>, fields: &Fields<'_, '_>, first: &str, places: &mut Places) -> String {
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
        known: optional(sheet, &fields, "known", Sheet::moment),
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
