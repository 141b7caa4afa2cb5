//! ATT&CK Navigator layers: which techniques a layer marks. Source: the layer file format, versions 2 to 4.5.
//!
//! A layer colours a matrix; whether it shows what an incident did, what a group is known for or what a defender can
//! detect stands only in its name and description, which are kept for whoever uses it. What is switched off is left out.

use ascribe_model::Role;
use ascribe_model::observation::{IndicatorKind, Saw, TechniqueUse, Techniques};
use serde_json::Value;

use super::json::Container;
use super::techniques::USES_MAX;
use super::{Sheet, cut, value_of};

/// Whether the members of a container are those of a layer.
pub(super) fn is_layer(container: &Container<'_>) -> bool {
    !container.techniques.is_empty()
        && container
            .fields
            .iter()
            .any(|(key, _)| matches!(key.as_str(), "domain" | "versions" | "version" | "gradient"))
}

/// Reads a layer. Says whether time is left.
pub(super) fn read<'d>(layer: &Container<'d>, sheet: &mut Sheet<'_, '_, 'd>) -> bool {
    let text = |key: &str| {
        let value = layer.value(key);
        value
            .as_ref()
            .and_then(Value::as_str)
            .map(cut)
            .unwrap_or_default()
    };
    let (name, description) = (text("name"), text("description"));
    if sheet.out.document().title.is_none() && !name.is_empty() {
        sheet.out.document().title = Some(name.clone());
    }
    let mut rows = Vec::new();
    for raw in &layer.techniques {
        if sheet.out.stopped() {
            let at = sheet.places.of(raw.get());
            sheet.out.out_of_time("intelligence.time", at);
            return false;
        }
        match serde_json::from_str::<Value>(raw.get()) {
            Ok(value) if value.is_object() => rows.push((*raw, value)),
            Ok(_) => sheet.drop_object(raw.get(), &"it is no object"),
            Err(why) => sheet.drop_object(raw.get(), &why),
        }
    }
    // A saved layer may list every technique that was unfolded; where any is marked, only the marked ones count.
    let any_marked = rows.iter().any(|(_, value)| is_marked(value));
    let mut uses = Vec::new();
    for (raw, value) in &rows {
        let written = value
            .get("techniqueID")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let on = value.get("enabled").and_then(Value::as_bool).unwrap_or(true);
        let taken = on && (is_marked(value) || !any_marked);
        let technique = value_of(IndicatorKind::Technique, written).filter(|_| taken);
        sheet.count(technique.is_some());
        let Some((kind, technique)) = technique else {
            continue;
        };
        let role = Role::Metadata("technique".to_owned());
        sheet.mention(kind, &technique, written, raw.get(), &role);
        if let Some(comment) = value.get("comment").and_then(Value::as_str) {
            sheet.scan(comment, raw.get(), "comment");
        }
        if uses.len() < USES_MAX {
            uses.push(TechniqueUse {
                technique,
                citations: Vec::new(),
                published: None,
            });
        }
    }
    uses.sort();
    uses.dedup();
    if let (Some(first), Some(last), false) =
        (layer.techniques.first(), layer.techniques.last(), uses.is_empty())
    {
        let start = sheet.places.of(first.get());
        let mut at = start;
        at.end = sheet.places.of(last.get()).end;
        let names = [name, description].into_iter().filter(|text| !text.is_empty());
        let profile = Techniques {
            id: "layer".to_owned(),
            kind: "layer".to_owned(),
            names: names.collect(),
            uses,
            ..Techniques::default()
        };
        sheet.out.see(at, Saw::Techniques(Box::new(profile)));
    }
    true
}

/// Whether somebody set anything on this technique.
fn is_marked(value: &Value) -> bool {
    let filled = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .is_some_and(|text| !text.trim().is_empty())
    };
    value
        .get("score")
        .and_then(Value::as_f64)
        .is_some_and(|score| score > 0.0)
        || filled("color")
        || filled("comment")
}
