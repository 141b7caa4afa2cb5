//! Items of a MISP event: every attribute that names values, and the event as a report.
//!
//! Names of actors and families come from galaxies and from `misp-galaxy:` tags, on the event for all its attributes
//! and on an attribute for itself. Source: the MISP core format (draft-dulaunoy-misp-core-format).

use std::collections::BTreeSet;

use ascribe_model::observation::{IndicatorKind, Intelligence, Saw, TechniqueUse, Techniques};
use ascribe_model::{Moment, Role};
use serde_json::Value;
use serde_json::value::RawValue;

use super::json::Container;
use super::{Sheet, cut, held, stricter, strictness, tlp, value_of};

/// Names that one item carries, and objects inside one attribute or object that are looked at.
const NAMES_MAX: usize = 200;

/// What an event, an object or an attribute says of whose something is.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    pub attributed_to: Vec<String>,
    pub families: Vec<String>,
    /// ATT&CK ids of the techniques that galaxies and tags name.
    techniques: Vec<String>,
    marking: Option<String>,
    confidence: Option<u8>,
    author: Option<String>,
    published: Option<Moment>,
}

/// Reads an event. Says whether time is left.
pub(super) fn read<'d>(event: &Container<'d>, sheet: &mut Sheet<'_, '_, 'd>) -> bool {
    let text = |key: &str| event.value(key).as_ref().and_then(plain).unwrap_or_default();
    let mut context = Context::default();
    for (key, whole) in [("Tag", event.value("Tag")), ("Galaxy", event.value("Galaxy"))] {
        if let Some(whole) = whole {
            context.add(key, &whole);
        }
    }
    context.author = event
        .value("Orgc")
        .and_then(|org| org.get("name").and_then(Value::as_str).map(cut))
        .filter(|name| !name.is_empty());
    let date = Moment::parse(&text("date")).ok();
    // An event is out when it was published; one that was never published is as old as its last edit.
    let out_at = epoch(&text("publish_timestamp")).or_else(|| epoch(&text("timestamp")));
    context.published = out_at.or_else(|| date.clone());
    sheet.dated(context.published.as_ref());
    let info = cut(&text("info"));
    if sheet.out.document().title.is_none() && !info.is_empty() {
        sheet.out.document().title = Some(info.clone());
    }
    if sheet.out.document().publisher.is_none() {
        sheet.out.document().publisher.clone_from(&context.author);
    }
    if let Some((_, raw)) = event.fields.iter().find(|(key, _)| key == "info")
        && let Some(info) = event.value("info").as_ref().and_then(Value::as_str)
    {
        let at = sheet.places.of(raw.get());
        sheet.scan(info, raw.get(), "info");
        sheet.count(true);
        sheet.item(
            at,
            Intelligence {
                id: text("uuid").chars().take(200).collect(),
                kind: "event".to_owned(),
                name: cut(info),
                attributed_to: context.attributed_to.clone(),
                families: context.families.clone(),
                author: context.author.clone(),
                published: context.published.clone(),
                valid: None,
                confidence: context.confidence,
                marking: context.marking.clone(),
                values: Vec::new(),
            },
        );
    }
    for raw in &event.reports {
        report(raw, sheet);
    }
    let mut techniques: BTreeSet<String> = context.techniques.iter().cloned().collect();
    for (list, grouped) in [(&event.attributes, false), (&event.groups, true)] {
        for raw in list {
            if sheet.out.stopped() {
                let at = sheet.places.of(raw.get());
                sheet.out.out_of_time("intelligence.time", at);
                return false;
            }
            if grouped {
                group(raw, &context, &mut techniques, sheet);
            } else {
                match attribute_of(raw) {
                    Ok(value) => attribute(raw, &value, "", &context, &mut techniques, sheet),
                    Err(why) => sheet.drop_object(raw.get(), &why),
                }
            }
        }
    }
    profile(event, &context, techniques, sheet);
    true
}

/// What the event names of techniques, as one profile of the event.
fn profile<'d>(
    event: &Container<'d>,
    context: &Context,
    techniques: BTreeSet<String>,
    sheet: &mut Sheet<'_, '_, 'd>,
) {
    let text = |key: &str| event.value(key).as_ref().and_then(plain).unwrap_or_default();
    let stands = event.fields.iter().find(|(key, _)| key == "info");
    let (Some((_, raw)), false) = (stands, techniques.is_empty()) else {
        return;
    };
    let uses = techniques.into_iter().map(|technique| TechniqueUse {
        technique,
        citations: Vec::new(),
        published: context.published.clone(),
    });
    let profile = Techniques {
        id: text("uuid").chars().take(200).collect(),
        kind: "event".to_owned(),
        names: Some(cut(&text("info")))
            .filter(|name| !name.is_empty())
            .into_iter()
            .collect(),
        attributed_to: context.attributed_to.clone(),
        uses: uses.collect(),
        author: context.author.clone(),
        published: context.published.clone(),
        marking: context.marking.clone(),
    };
    let at = sheet.places.of(raw.get());
    sheet.out.see(at, Saw::Techniques(Box::new(profile)));
}

/// A report that stands beside the attributes of an event: text like any other.
fn report<'d>(raw: &'d RawValue, sheet: &mut Sheet<'_, '_, 'd>) {
    let value: Value = match serde_json::from_str(raw.get()) {
        Ok(value) => value,
        Err(why) => {
            sheet.drop_object(raw.get(), &why);
            return;
        }
    };
    let deleted = value.get("deleted").and_then(Value::as_bool) == Some(true);
    let text = super::prose::prose("note", raw.get(), sheet).filter(|_| !deleted);
    sheet.count(text.is_some());
    if let Some(text) = text {
        sheet.out.text(text);
    }
}

fn attribute_of(raw: &RawValue) -> Result<Value, String> {
    let value: Value = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
    if value.is_object() {
        Ok(value)
    } else {
        Err("it is no object".to_owned())
    }
}

/// The attributes of an object, each with its own bytes; what the object is called stands beside their type.
fn group<'d>(
    raw: &'d RawValue,
    context: &Context,
    techniques: &mut BTreeSet<String>,
    sheet: &mut Sheet<'_, '_, 'd>,
) {
    #[derive(serde::Deserialize)]
    struct Group<'d> {
        #[serde(default)]
        name: String,
        #[serde(default, borrow, rename = "Attribute")]
        attributes: Vec<&'d RawValue>,
        #[serde(default)]
        deleted: bool,
    }
    match serde_json::from_str::<Group<'d>>(raw.get()) {
        Ok(group) if group.deleted => sheet.count(false),
        Ok(group) => {
            for raw in group.attributes {
                match attribute_of(raw) {
                    Ok(value) => attribute(raw, &value, &group.name, context, techniques, sheet),
                    Err(why) => sheet.drop_object(raw.get(), &why),
                }
            }
        }
        Err(error) => sheet.drop_object(raw.get(), &error),
    }
}

fn attribute<'d>(
    raw: &'d RawValue,
    value: &Value,
    object: &str,
    event: &Context,
    techniques: &mut BTreeSet<String>,
    sheet: &mut Sheet<'_, '_, 'd>,
) {
    let raw = raw.get();
    let text = |key: &str| value.get(key).and_then(plain).unwrap_or_default();
    let (kind, written, comment) = (text("type"), text("value"), text("comment"));
    sheet.scan(&comment, raw, "comment");
    if value.get("deleted").and_then(Value::as_bool) == Some(true) {
        sheet.count(false);
        return;
    }
    let mut context = event.clone();
    for key in ["Tag", "Galaxy"] {
        if let Some(whole) = value.get(key) {
            context.add(key, whole);
        }
    }
    techniques.extend(context.techniques.iter().take(NAMES_MAX).cloned());
    // Who is behind it may be stated as an attribute of its own; it says so of the event, which is for people to read.
    let named = match kind.as_str() {
        "threat-actor" | "campaign-name" => Some(&mut context.attributed_to),
        "malware-type" => Some(&mut context.families),
        _ => None,
    };
    let names = named.is_some();
    if let Some(names) = named
        && !written.is_empty()
    {
        *names = vec![cut(&written)];
    }
    let mut values = Vec::new();
    for (kind, part) in parts(&kind, &written) {
        if let Some((kind, canonical)) = value_of(kind, part) {
            let role = Role::Metadata("attribute".to_owned());
            sheet.mention(kind, &canonical, part, raw, &role);
            values.push((kind, canonical));
        }
    }
    if values.is_empty() {
        sheet.scan(&written, raw, "value");
    }
    let edited = epoch(&text("timestamp"));
    sheet.dated(edited.as_ref());
    let used = !values.is_empty() || names;
    sheet.count(used);
    if !used {
        return;
    }
    let seen = |key: &str| Moment::parse(&text(key)).ok();
    let at = sheet.places.of(raw);
    let called = match (object.is_empty(), comment.is_empty()) {
        (true, true) => written.clone(),
        (true, false) => comment,
        (false, true) => format!("{object}: {kind}"),
        (false, false) => format!("{object}: {comment}"),
    };
    sheet.item(
        at,
        Intelligence {
            id: text("uuid").chars().take(200).collect(),
            kind: if names { kind } else { "attribute".to_owned() },
            name: cut(&called),
            values,
            attributed_to: context.attributed_to,
            families: context.families,
            author: context.author,
            published: edited.max(context.published),
            valid: held(seen("first_seen").as_ref(), seen("last_seen").as_ref()),
            confidence: context.confidence,
            marking: context.marking,
        },
    );
}

/// The values in an attribute of a type: types joined by `|` have their values joined alike.
fn parts<'v>(kind: &str, written: &'v str) -> Vec<(IndicatorKind, &'v str)> {
    // A sample stands as its name and its MD5.
    let kind = if kind == "malware-sample" {
        "filename|md5"
    } else {
        kind
    };
    kind.split('|')
        .zip(written.split('|'))
        .filter_map(|(kind, value)| Some((kind_of(kind, value)?, value)))
        .collect()
}

/// What an attribute of a type names. Targets and recipients are the victim's and name nothing here.
fn kind_of(kind: &str, value: &str) -> Option<IndicatorKind> {
    match kind {
        "ip-src" | "ip-dst" | "ip" => Some(IndicatorKind::Ipv4),
        "domain" | "hostname" => Some(IndicatorKind::Domain),
        "url" | "uri" if value.contains("://") => Some(IndicatorKind::Url),
        "email" | "email-src" | "email-reply-to" | "whois-registrant-email" | "dns-soa-email" => {
            Some(IndicatorKind::Email)
        }
        "md5" => Some(IndicatorKind::Md5),
        "sha1" => Some(IndicatorKind::Sha1),
        "sha256" => Some(IndicatorKind::Sha256),
        "vulnerability" => Some(IndicatorKind::Cve),
        "AS" => Some(IndicatorKind::Asn),
        _ => None,
    }
}

/// A text or a number as text: exports write either.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Seconds since 1970; 0 means never.
fn epoch(text: &str) -> Option<Moment> {
    let seconds: i64 = text.trim().parse().ok()?;
    (seconds > 0)
        .then(|| seconds.checked_mul(1_000_000))
        .flatten()
        .and_then(Moment::of_epoch_micros)
}

impl Context {
    /// Adds the members of a `Tag` or `Galaxy` list.
    fn add(&mut self, key: &str, whole: &Value) {
        for entry in whole.as_array().into_iter().flatten().take(NAMES_MAX) {
            if key == "Tag" {
                self.tag(entry.get("name").and_then(Value::as_str).unwrap_or_default());
                continue;
            }
            let clusters = entry.get("GalaxyCluster").and_then(Value::as_array);
            for cluster in clusters.into_iter().flatten().take(NAMES_MAX) {
                let text = |key: &str| cluster.get(key).and_then(Value::as_str);
                let kind = text("type").or_else(|| entry.get("type").and_then(Value::as_str));
                let synonyms = cluster.pointer("/meta/synonyms").and_then(Value::as_array);
                let names = text("value")
                    .into_iter()
                    .chain(synonyms.into_iter().flatten().filter_map(Value::as_str));
                for name in names {
                    self.name(kind.unwrap_or_default(), name);
                }
            }
        }
    }

    fn tag(&mut self, tag: &str) {
        if let Some(rest) = tag.strip_prefix("misp-galaxy:") {
            if let Some((galaxy, name)) = rest.split_once('=') {
                self.name(galaxy.trim(), name.trim().trim_matches('"'));
            }
        } else if let Some(marking) = tag
            .get(..4)
            .filter(|start| start.eq_ignore_ascii_case("tlp:"))
            .and_then(|_| tlp(tag))
        {
            self.marking = stricter(self.marking.take(), Some(marking)).filter(|it| strictness(it) > 0);
        } else if let Some(level) = tag
            .strip_prefix("misp:confidence-level=")
            .map(|level| level.trim_matches('"'))
        {
            // The numbers are the taxonomy's own.
            self.confidence = match level {
                "completely-confident" => Some(100),
                "usually-confident" => Some(75),
                "fairly-confident" => Some(50),
                "rarely-confident" => Some(25),
                "unconfident" => Some(0),
                _ => self.confidence,
            };
        }
    }

    /// Adds a name of a galaxy: of a party, of a family, of a technique, or of neither.
    pub fn name(&mut self, galaxy: &str, name: &str) {
        if galaxy.ends_with("attack-pattern") {
            // `Spearphishing Attachment - T1566.001`
            let id = name.rsplit_once(" - ").map_or(name, |(_, id)| id);
            if let Some((_, id)) = value_of(IndicatorKind::Technique, id)
                && self.techniques.len() < NAMES_MAX
                && !self.techniques.contains(&id)
            {
                self.techniques.push(id);
            }
            return;
        }
        let names = match galaxy {
            "threat-actor" | "microsoft-activity-group" | "360net-threat-actor" => &mut self.attributed_to,
            _ if galaxy.ends_with("intrusion-set") || galaxy.ends_with("campaign") => &mut self.attributed_to,
            "ransomware" | "malpedia" | "tool" | "rat" | "backdoor" | "banker" | "botnet" | "stealer" => {
                &mut self.families
            }
            _ if galaxy.ends_with("malware") || galaxy.ends_with("-tool") => &mut self.families,
            _ => return,
        };
        // ATT&CK's galaxies add the id: `Lazarus Group - G0032`.
        let name = cut(match name.rsplit_once(" - ") {
            Some((plain, id))
                if id.starts_with(['G', 'S', 'C'])
                    && id.len() == 5
                    && id.bytes().skip(1).all(|byte| byte.is_ascii_digit()) =>
            {
                plain
            }
            _ => name,
        });
        let known: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
        if names.len() < NAMES_MAX && !name.is_empty() && !known.contains(&name.to_lowercase()) {
            names.push(name);
        }
    }
}
