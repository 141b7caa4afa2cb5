//! MISP galaxies: clusters of names, one file for a kind of thing (threat actors, malware, techniques).
//!
//! Each cluster is an item with its synonyms; what it is `related` to by `uses` becomes a profile whose techniques are
//! ids of clusters in another file. Source: the MISP galaxy format (draft-dulaunoy-misp-galaxy-format).

use ascribe_model::Role;
use ascribe_model::observation::{IndicatorKind, Intelligence, Saw, TechniqueUse, Techniques};
use serde::Deserialize;
use serde_json::Value;

use super::json::Container;
use super::techniques::USES_MAX;
use super::{Sheet, cut, misp, value_of};

/// Names of one cluster, and related clusters that are looked at.
const NAMES_MAX: usize = 200;

#[derive(Deserialize)]
struct Cluster {
    #[serde(default)]
    value: String,
    #[serde(default)]
    uuid: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    revoked: bool,
    #[serde(default)]
    meta: Value,
    #[serde(default)]
    related: Vec<Value>,
}

/// Whether the members of a container are those of a galaxy.
pub(super) fn is_galaxy(container: &Container<'_>) -> bool {
    let has = |key: &str| container.fields.iter().any(|(name, _)| name == key);
    !container.values.is_empty() && has("type") && has("uuid") && (has("category") || has("authors"))
}

/// Reads a galaxy. Says whether time is left.
pub(super) fn read<'d>(galaxy: &Container<'d>, sheet: &mut Sheet<'_, '_, 'd>) -> bool {
    let text = |key: &str| {
        let value = galaxy.value(key);
        value
            .as_ref()
            .and_then(Value::as_str)
            .map(cut)
            .unwrap_or_default()
    };
    let kind = text("type");
    let author = Some(text("source")).filter(|source| !source.is_empty());
    if sheet.out.document().title.is_none() {
        sheet.out.document().title = Some(text("name")).filter(|name| !name.is_empty());
    }
    if sheet.out.document().publisher.is_none() {
        sheet.out.document().publisher.clone_from(&author);
    }
    for raw in &galaxy.values {
        if sheet.out.stopped() {
            let at = sheet.places.of(raw.get());
            sheet.out.out_of_time("intelligence.time", at);
            return false;
        }
        match serde_json::from_str::<Cluster>(raw.get()) {
            Ok(one) => cluster(raw.get(), &one, &kind, author.as_ref(), sheet),
            Err(why) => sheet.drop_object(raw.get(), &why),
        }
    }
    true
}

fn cluster(raw: &str, one: &Cluster, kind: &str, author: Option<&String>, sheet: &mut Sheet<'_, '_, '_>) {
    if one.revoked {
        sheet.taken_back(raw, &one.uuid, true);
        sheet.count(false);
        return;
    }
    sheet.scan(&one.description, raw, "description");
    let list = |key: &str| one.meta.get(key).and_then(Value::as_array).into_iter().flatten();
    let synonyms = list("synonyms").filter_map(Value::as_str);
    let mut context = misp::Context::default();
    for name in std::iter::once(one.value.as_str())
        .chain(synonyms)
        .take(NAMES_MAX)
    {
        context.name(kind, name);
    }
    let mut values = Vec::new();
    if kind.ends_with("attack-pattern")
        && let Some(written) = one.meta.get("external_id").and_then(Value::as_str)
        && let Some((found, value)) = value_of(IndicatorKind::Technique, written)
    {
        let role = Role::Metadata("technique".to_owned());
        sheet.mention(found, &value, written, raw, &role);
        values.push((found, value));
    }
    let used = !values.is_empty() || !context.attributed_to.is_empty() || !context.families.is_empty();
    sheet.count(used);
    if !used {
        return;
    }
    let at = sheet.places.of(raw);
    let id: String = one.uuid.chars().take(200).collect();
    let mut citations: Vec<String> = list("refs")
        .filter_map(Value::as_str)
        .map(cut)
        .take(NAMES_MAX)
        .collect();
    citations.sort();
    citations.dedup();
    let related = one.related.iter().take(USES_MAX);
    let mut uses: Vec<TechniqueUse> = related
        .filter(|related| related.get("type").and_then(Value::as_str) == Some("uses"))
        .filter_map(|related| related.get("dest-uuid").and_then(Value::as_str))
        .map(|to| TechniqueUse {
            technique: to.chars().take(200).collect(),
            citations: Vec::new(),
            published: None,
        })
        .collect();
    uses.sort();
    uses.dedup();
    if !uses.is_empty() && !context.attributed_to.is_empty() {
        let profile = Techniques {
            id: id.clone(),
            kind: kind.chars().take(60).collect(),
            names: context.attributed_to.clone(),
            uses,
            author: author.cloned(),
            ..Techniques::default()
        };
        sheet.out.see(at, Saw::Techniques(Box::new(profile)));
    }
    sheet.item(
        at,
        Intelligence {
            id,
            kind: kind.chars().take(60).collect(),
            name: cut(&one.value),
            values,
            attributed_to: context.attributed_to,
            families: context.families,
            author: author.cloned(),
            confidence: one
                .meta
                .get("attribution-confidence")
                .and_then(Value::as_str)
                .and_then(|text| text.parse().ok())
                .filter(|value| *value <= 100),
            ..Intelligence::default()
        },
    );
}
