//! The tables of case.toml that say what is known of the world: victim, parties, sources, families, infrastructure.

use std::collections::BTreeMap;

use ascribe_intel::knowledge::Size;
use ascribe_intel::{Actor, Alias, Family, Infrastructure, Source, Victim, is_frameable};
use ascribe_model::Range;
use ascribe_model::words::{ActorKind, Reliability, SourceKind};
use toml::de::DeTable;

use super::check::{self, Places};
use super::sheet::{Fields, Sheet, plain};
use super::tables::{id, optional};

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

/// `[victim]`.
pub(super) fn victim(sheet: &mut Sheet<'_>, top: &Fields<'_, '_>) -> Victim {
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

/// `[[actor]]`.
pub(super) fn actor(
    sheet: &mut Sheet<'_>,
    table: &DeTable<'_>,
    at: usize,
    places: &mut Places,
) -> Option<Actor> {
    let mut fields = sheet.fields("[[actor]]", table, at, ACTOR);
    let id = id(sheet, &mut fields, places, "actor")?;
    let kind = fields
        .get("kind")
        .and_then(|value| sheet.word("kind", value, ActorKind::ALL, ActorKind::text))
        .unwrap_or(ActorKind::Group);
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
        frameable: optional(sheet, &fields, "frameable", Sheet::truth).unwrap_or(is_frameable(kind)),
        members: members.into_iter().map(|(member, _)| member).collect(),
        parent,
        from: optional(sheet, &fields, "from", Sheet::moment),
        to: optional(sheet, &fields, "to", Sheet::moment),
        aliases: aliases(sheet, &fields, places),
        size: sizes(sheet, &fields, places),
        known: optional(sheet, &fields, "known", Sheet::dated),
        source: mentioned_source(sheet, &fields, places),
        id,
    })
}

/// The source that a table names.
pub(super) fn mentioned_source(
    sheet: &mut Sheet<'_>,
    fields: &Fields<'_, '_>,
    places: &mut Places,
) -> Option<String> {
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
            let known = optional(sheet, &alias, "known", Sheet::dated);
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
        let known = optional(sheet, &size, "known", Sheet::dated);
        found.extend(people.map(|people| Size {
            people,
            source,
            known,
        }));
    }
    found
}

/// `[[source]]`.
pub(super) fn source(
    sheet: &mut Sheet<'_>,
    table: &DeTable<'_>,
    at: usize,
    places: &mut Places,
) -> Option<Source> {
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
        known: optional(sheet, &fields, "known", Sheet::dated),
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

/// `[[family]]`.
pub(super) fn family(
    sheet: &mut Sheet<'_>,
    table: &DeTable<'_>,
    at: usize,
    places: &mut Places,
) -> Option<Family> {
    let mut fields = sheet.fields("[[family]]", table, at, FAMILY);
    let id = id(sheet, &mut fields, places, "family")?;
    let _ = optional(sheet, &fields, "reason", Sheet::filled);
    Some(Family {
        id,
        name: optional(sheet, &fields, "name", Sheet::filled),
        label: owners(sheet, &fields, "label", places),
        shared: optional(sheet, &fields, "shared", Sheet::probability),
        source: mentioned_source(sheet, &fields, places),
        known: optional(sheet, &fields, "known", Sheet::dated),
    })
}

/// `[[infrastructure]]`.
pub(super) fn infrastructure(
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
        known: optional(sheet, &fields, "known", Sheet::dated),
    })
}
