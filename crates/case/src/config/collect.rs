//! The tables `[[collect]]` of case.toml: what could be got next, whom to ask, and what that costs.

use ascribe_assess::collect::Bears;
use ascribe_model::finding::Target;
use ascribe_model::words::{Class, Kind};
use toml::de::DeTable;

use super::case::Collect;
use super::check::Places;
use super::sheet::{Sheet, plain};
use super::tables::{of_incident, optional};

const COLLECT: &[&str] = &[
    "what",
    "ask",
    "cost",
    "note",
    "kind",
    "class",
    "points_to",
    "incident",
];

/// One table. `first` is the incident that it belongs to where it names none.
pub(super) fn collect(
    sheet: &mut Sheet<'_>,
    table: &DeTable<'_>,
    at: usize,
    first: &str,
    places: &mut Places,
) -> Option<Collect> {
    let fields = sheet.fields("[[collect]]", table, at, COLLECT);
    let what = fields
        .need(sheet, "what")
        .and_then(|value| sheet.filled("what", value));
    let cost = optional(sheet, &fields, "cost", Sheet::positive);
    let note = optional(sheet, &fields, "note", Sheet::filled);
    let kind = fields
        .get("kind")
        .and_then(|value| sheet.word("kind", value, Kind::ALL, Kind::text));
    let class = fields
        .get("class")
        .and_then(|value| sheet.word("class", value, Class::ALL, Class::text));
    let target = optional(sheet, &fields, "points_to", Sheet::filled).and_then(|written| {
        let at = fields.place("points_to");
        match Target::try_from(written) {
            Ok(target) => {
                let (kind, id) = match &target {
                    Target::Actor(id) => ("actor", id),
                    Target::Family(id) => ("family", id),
                    Target::Infrastructure(id) => ("infrastructure", id),
                    Target::Hypothesis(id) => ("hypothesis", id),
                    Target::Direction(_) => return Some(target),
                };
                places.refer(kind, id, "points_to", at);
                Some(target)
            }
            Err(error) => {
                sheet.problem(at, format!("`points_to`: {}", plain(&error.to_string())), None);
                None
            }
        }
    });
    let bears = match (note, kind, target) {
        (Some(note), None, None) => Bears::Finding(note),
        (None, Some(kind), Some(target)) => Bears::Trace(kind, class, target),
        _ => {
            let hint = Some(
                "as in kind = \"contact\", points_to = \"infrastructure:net\", or note = \"n1\"".to_owned(),
            );
            let message = "[[collect]] needs `kind` with `points_to`, or `note` alone: what it would bear on";
            sheet.problem(at, message, hint);
            return None;
        }
    };
    Some(Collect {
        what: what?,
        ask: optional(sheet, &fields, "ask", Sheet::filled).unwrap_or_default(),
        cost,
        bears,
        incident: of_incident(sheet, &fields, first, places),
    })
}
