//! The tables `[[what_if]]` of case.toml: assumptions under which the answer is shown too.

use ascribe_assess::what_if::{Change, ChangeError, DEFAULT, Dropped, Number};
use toml::de::{DeTable, DeValue};

use super::case::WhatIf;
use super::check::{self, Places};
use super::sheet::{Sheet, Value, plain};

const WHAT_IF: &[&str] = &["id", "name", "incident", "reliable", "set", "drop", "reason"];

/// One table. `first` is the incident that it belongs to where it names none.
pub(super) fn what_if(
    sheet: &mut Sheet<'_>,
    table: &DeTable<'_>,
    at: usize,
    first: &str,
    places: &mut Places,
) -> Option<WhatIf> {
    let fields = sheet.fields("[[what_if]]", table, at, WHAT_IF);
    let value = fields.need(sheet, "id")?;
    let id = sheet.filled("id", value)?;
    check::new_id(sheet, places, "what_if", &id, value.span().start);
    if id.starts_with(DEFAULT) {
        let message = format!("ids that begin with `{DEFAULT}` are those that every case has");
        sheet.problem(value.span().start, message, None);
    }
    let text = |sheet: &mut Sheet<'_>, key: &str| {
        let value = fields.get(key)?;
        sheet.filled(key, value)
    };
    let incident = match text(sheet, "incident") {
        Some(incident) => {
            places.refer("incident", &incident, "incident", fields.place("incident"));
            incident
        }
        None => first.to_owned(),
    };
    let mut changes = Vec::new();
    for (source, at) in fields
        .get("reliable")
        .map(|value| sheet.strings("reliable", value))
        .unwrap_or_default()
    {
        places.refer("source", &source, "what_if", at);
        changes.push(Change::reliable(&source));
    }
    if let Some(value) = fields.get("set") {
        for (path, value) in sheet.table("set", value).into_iter().flatten() {
            changes.extend(set(sheet, path.get_ref(), path.span().start, value, places));
        }
    }
    for (what, at) in fields
        .get("drop")
        .map(|value| sheet.strings("drop", value))
        .unwrap_or_default()
    {
        let change = Change::drop(&what);
        changes.extend(checked(sheet, at, change, places));
    }
    if changes.is_empty() {
        let hint = Some("as in reliable = [\"fbi\"], set = { \"infrastructure:net.exclusive\" = \"high\" } or drop = [\"finding:n1\"]".to_owned());
        sheet.problem(at, format!("what-if `{}` changes nothing", plain(&id)), hint);
    }
    Some(WhatIf {
        name: text(sheet, "name"),
        reason: text(sheet, "reason"),
        incident,
        changes,
        id,
    })
}

fn set(
    sheet: &mut Sheet<'_>,
    path: &str,
    at: usize,
    value: &Value<'_>,
    places: &mut Places,
) -> Option<Change> {
    let to = match value.get_ref() {
        DeValue::String(word) => word.to_string(),
        _ => sheet.share(path, value)?.to_string(),
    };
    checked(sheet, at, Change::set(path, &to), places)
}

/// The change, with what it names to be looked up; a text that is none is a problem.
fn checked(
    sheet: &mut Sheet<'_>,
    at: usize,
    change: Result<Change, ChangeError>,
    places: &mut Places,
) -> Option<Change> {
    let change = match change {
        Ok(change) => change,
        Err(error) => {
            sheet.problem(at, plain(&error.to_string()), None);
            return None;
        }
    };
    let mut refer = |kind, id: &str| places.refer(kind, id, "what_if", at);
    match &change {
        Change::Set(Number::Reliable(id) | Number::Push(id), _) | Change::Drop(Dropped::Source, id) => {
            refer("source", id);
        }
        Change::Set(Number::Exclusive(id), _) | Change::Drop(Dropped::Infrastructure, id) => {
            refer("infrastructure", id);
        }
        Change::Set(Number::Shared(id), _) | Change::Drop(Dropped::Family, id) => refer("family", id),
        Change::Set(Number::Holder(id, actor), _) => {
            refer("infrastructure", id);
            refer("actor", actor);
        }
        Change::Set(Number::Label(id, actor), _) => {
            refer("family", id);
            refer("actor", actor);
        }
        Change::Set(Number::Prior(id), _) => refer("hypothesis", id),
        Change::Set(Number::Deception(id), _) if id != "default" => refer("actor", id),
        // Notes are read later.
        Change::Set(Number::Deception(_), _)
        | Change::Drop(Dropped::Finding | Dropped::Origin | Dropped::Input, _) => {}
    }
    Some(change)
}
