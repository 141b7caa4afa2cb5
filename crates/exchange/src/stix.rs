//! The assessment as a STIX 2.1 bundle.
//!
//! The incident is a campaign. It is attributed to a party only where the leading hypothesis names one party and the low
//! end of its interval is at least likely; every hypothesis is a note with its numbers and an opinion on it, so that a
//! reader of the bundle sees the doubt as well. Ids are digests of names and dates are the day of the assessment: the same
//! assessment gives the same bytes. Source: OASIS STIX 2.1 (2021); marking ids: FIRST and OASIS, TLP 2.0 extension.

use ascribe_assess::assessment::{Assessment, Hypothesis, LedgerLine};
use ascribe_model::words::Tlp;
use ascribe_model::{ArtifactId, Moment};
use serde_json::{Map, Value, json};

use crate::{Exported, ExportedIndicator, IndicatorKind};

/// An id made from a digest of `key`.
///
/// Its version and variant bits are those of UUID version 4, because consumers that follow the recommendation of STIX 2.1
/// section 2.9 strictly refuse version 5 for objects other than observables.
fn digest_id(kind: &str, key: &str) -> String {
    let hex = ArtifactId::of(format!("ascribe.stix/1 {key}").as_bytes()).hex();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!(
        "{kind}--{}-{}-4{}-a{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}

/// The extension that carries TLP 2.0.
const TLP_EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
/// Lowest low end at which an attribution is written. Source: METHOD section 6, "likely".
const LIKELY: f64 = 0.55;
/// Findings that are told in a note.
const CARRIERS: usize = 5;
/// Characters of one text in the bundle.
const TEXT_CHARS_MAX: usize = 2_000;

/// The bundle as JSON text, with a line feed at its end.
#[must_use]
pub fn stix_bundle(assessment: &Assessment, exported: &Exported<'_>) -> String {
    let mut bundle = Bundle::new(assessment);
    bundle.push(marking(assessment.tlp));
    let author = bundle.author.clone();
    bundle.push(json!({
        "type": "identity", "spec_version": "2.1", "id": author, "created": bundle.at, "modified": bundle.at,
        "name": "ascribe", "identity_class": "system", "description": "A program that weighs the evidence of cyberattacks.",
    }));

    let campaign = bundle.object(
        "campaign",
        &assessment.incident,
        json!({
            "name": name(&format!("{}: {}", assessment.case, assessment.incident)),
            "description": text(&assessment.question),
        }),
    );
    let mut parties: Vec<_> = exported
        .parties
        .iter()
        .filter(|party| party.kind != "unlisted")
        .collect();
    parties.sort_by(|a, b| a.id.cmp(&b.id));
    parties.dedup_by(|a, b| a.id == b.id);
    for party in &parties {
        let mut fields =
            json!({ "name": name(&party.name), "threat_actor_types": [actor_type(&party.kind)] });
        let aliases: Vec<String> = party.aliases.iter().map(|alias| name(alias)).collect();
        if !aliases.is_empty() {
            set(&mut fields, "aliases", json!(aliases));
        }
        set(
            &mut fields,
            "description",
            json!("A party of the case. That it is listed says nothing about what it did."),
        );
        bundle.object("threat-actor", &party.id, fields);
    }

    let mut ranked: Vec<&Hypothesis> = assessment.hypotheses.iter().collect();
    ranked.sort_by(|a, b| {
        b.belief
            .point
            .total_cmp(&a.belief.point)
            .then_with(|| a.id.cmp(&b.id))
    });
    let leader = ranked.first().copied();
    if let Some(leader) = leader {
        attribution(&mut bundle, leader, exported, &campaign);
    }
    for hypothesis in &ranked {
        let mut about = vec![campaign.clone()];
        about.extend(
            operators(exported, hypothesis)
                .iter()
                .filter(|id| parties.iter().any(|party| party.id == ***id))
                .map(|id| bundle.id("threat-actor", id)),
        );
        let note = bundle.object(
            "note",
            &format!("hypothesis {}", hypothesis.id),
            json!({
                "abstract": name(&format!("Hypothesis: {}", shown_name(hypothesis))),
                "content": text(&hypothesis_words(hypothesis)),
                "object_refs": about,
            }),
        );
        if let Some(opinion) = opinion(hypothesis) {
            bundle.object(
                "opinion",
                &format!("hypothesis {}", hypothesis.id),
                json!({
                    "opinion": opinion, "explanation": text(&hypothesis.words), "object_refs": [note],
                }),
            );
        }
    }
    if let Some(leader) = leader {
        bundle.object(
            "note",
            "basis",
            json!({
                "abstract": "Confidence and what carries the answer",
                "content": text(&basis_words(assessment, leader)),
                "object_refs": [campaign],
            }),
        );
    }
    indicators(&mut bundle, exported.indicators, &campaign);

    let references: Vec<String> = bundle
        .objects
        .iter()
        .filter_map(|object| object.get("id")?.as_str())
        .filter(|id| !id.starts_with("marking-definition"))
        .map(str::to_owned)
        .collect();
    let published = bundle.at.clone();
    bundle.object(
        "report",
        "report",
        json!({
            "name": name(&format!("Attribution assessment: {}", assessment.case)),
            "description": text(&described(assessment)),
            "report_types": ["campaign", "threat-actor"],
            "published": published,
            "object_refs": references,
        }),
    );
    bundle.text()
}

/// Writes who did it, where the interval allows that.
fn attribution(bundle: &mut Bundle<'_>, leader: &Hypothesis, exported: &Exported<'_>, campaign: &str) {
    let [operator] = operators(exported, leader) else {
        return;
    };
    let listed = exported
        .parties
        .iter()
        .any(|party| party.id == *operator && party.kind != "unlisted");
    if listed && leader.belief.low.is_some_and(|low| low >= LIKELY) {
        let actor = bundle.id("threat-actor", operator);
        bundle.object(
            "relationship",
            &format!("attributed-to {operator}"),
            json!({
                "relationship_type": "attributed-to", "source_ref": campaign, "target_ref": actor,
                "confidence": confidence(leader.belief.point),
                "description": text(&hypothesis_words(leader)),
            }),
        );
    }
}

fn operators<'a>(exported: &Exported<'a>, hypothesis: &Hypothesis) -> &'a [String] {
    exported.operators.get(&hypothesis.id).map_or(&[], Vec::as_slice)
}

fn indicators(bundle: &mut Bundle<'_>, all: &[ExportedIndicator], campaign: &str) {
    let mut sorted: Vec<&ExportedIndicator> = all
        .iter()
        .filter(|indicator| !indicator.value.is_empty() && indicator.value.chars().count() <= TEXT_CHARS_MAX)
        .collect();
    sorted.sort_by(|a, b| (a.kind, &a.value, &a.finding).cmp(&(b.kind, &b.value, &b.finding)));
    sorted.dedup_by(|a, b| a.kind == b.kind && a.value == b.value);
    let since = bundle.at.clone();
    for indicator in sorted {
        let key = format!("{:?} {}", indicator.kind, indicator.value);
        let id = bundle.object(
            "indicator",
            &key,
            json!({
                "name": name(&indicator.value),
                "description": text(&format!("Stands in the evidence; finding {}.", indicator.finding)),
                "indicator_types": ["attribution"],
                "pattern": pattern(indicator), "pattern_type": "stix", "valid_from": since,
            }),
        );
        bundle.object(
            "relationship",
            &format!("indicates {key}"),
            json!({
                "relationship_type": "indicates", "source_ref": id, "target_ref": campaign,
            }),
        );
    }
}

fn pattern(indicator: &ExportedIndicator) -> String {
    let path = match indicator.kind {
        IndicatorKind::Ipv4 => "ipv4-addr:value",
        IndicatorKind::Ipv6 => "ipv6-addr:value",
        IndicatorKind::Domain => "domain-name:value",
        IndicatorKind::Mailbox => "email-addr:value",
        IndicatorKind::Url => "url:value",
        IndicatorKind::Sha256 => "file:hashes.'SHA-256'",
    };
    format!(
        "[{path} = '{}']",
        indicator.value.replace('\\', "\\\\").replace('\'', "\\'")
    )
}

fn shown_name(hypothesis: &Hypothesis) -> &str {
    if hypothesis.name.is_empty() {
        &hypothesis.id
    } else {
        &hypothesis.name
    }
}

fn hypothesis_words(hypothesis: &Hypothesis) -> String {
    let belief = &hypothesis.belief;
    let interval = match (belief.low, belief.high) {
        (Some(low), Some(high)) => format!("90 % interval {} to {}", percent(low), percent(high)),
        _ => "no interval".to_owned(),
    };
    format!(
        "{}: {}. Belief {}, {interval}, outer search {} to {}, prior {}.",
        shown_name(hypothesis),
        hypothesis.words,
        percent(belief.point),
        percent(belief.outer[0]),
        percent(belief.outer[1]),
        percent(hypothesis.prior)
    )
}

fn basis_words(assessment: &Assessment, leader: &Hypothesis) -> String {
    let share = |line: &LedgerLine| line.contribution_bans.get(&leader.id).copied().unwrap_or(0.0);
    let mut lines: Vec<&LedgerLine> = assessment.ledger.iter().collect();
    lines.sort_by(|a, b| {
        share(b)
            .abs()
            .total_cmp(&share(a).abs())
            .then_with(|| a.finding.cmp(&b.finding))
    });
    let mut words = format!(
        "Confidence {}: {}",
        assessment.confidence.level, assessment.confidence.sentence
    );
    for line in lines
        .into_iter()
        .filter(|line| share(line).abs() >= 0.005)
        .take(CARRIERS)
    {
        words.push_str(&format!(
            "\n{:+.2} bans: {} ({}, known {})",
            share(line),
            bounded(&line.says, 300),
            bounded(&line.finding, 80),
            bounded(&line.known, 40)
        ));
    }
    words
}

/// The question, and the answer as it may be quoted.
fn described(assessment: &Assessment) -> String {
    let said = &assessment.sentences;
    let parts = [
        &assessment.question,
        &assessment.confidence.sentence,
        &said.public,
        &said.expert,
        &said.court,
    ];
    let filled: Vec<&str> = parts
        .into_iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    filled.join("\n")
}

/// What a consumer should think of "this hypothesis is true"; none where the evidence supports no statement.
fn opinion(hypothesis: &Hypothesis) -> Option<&'static str> {
    if hypothesis.words.starts_with("the evidence") {
        return None;
    }
    Some(match hypothesis.belief.point {
        point if point < 0.05 => "strongly-disagree",
        point if point < 0.45 => "disagree",
        point if point <= 0.55 => "neutral",
        point if point <= 0.95 => "agree",
        _ => "strongly-agree",
    })
}

/// A belief on STIX's scale of 0 to 100, never at its ends.
fn confidence(belief: f64) -> Value {
    json!(
        (1_u8..=99)
            .find(|whole| belief * 100.0 < f64::from(*whole) + 0.5)
            .unwrap_or(99)
    )
}

fn percent(belief: f64) -> String {
    if belief < 0.01 {
        "under 1 %".to_owned()
    } else if belief > 0.99 {
        "over 99 %".to_owned()
    } else {
        format!("{:.0} %", belief * 100.0)
    }
}

/// STIX's open vocabulary `threat-actor-type-ov`.
fn actor_type(kind: &str) -> &'static str {
    match kind {
        "state" | "agency" | "unit" => "nation-state",
        "insider" => "insider-disgruntled",
        "sympathisers" => "activist",
        _ => "unknown",
    }
}

/// The id, name and word of a TLP 2.0 marking.
fn tlp_words(tlp: Tlp) -> (&'static str, &'static str) {
    match tlp {
        Tlp::Clear => (
            "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
            "clear",
        ),
        Tlp::Green => (
            "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
            "green",
        ),
        Tlp::Amber => (
            "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
            "amber",
        ),
        Tlp::AmberStrict => (
            "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
            "amber+strict",
        ),
        Tlp::Red => ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red"),
    }
}

fn marking(tlp: Tlp) -> Value {
    let (id, word) = tlp_words(tlp);
    json!({
        "type": "marking-definition", "spec_version": "2.1", "id": id, "created": "2022-10-01T00:00:00.000Z", "name": format!("TLP:{tlp}"),
        "extensions": { TLP_EXTENSION: { "extension_type": "property-extension", "tlp_2_0": word } },
    })
}

fn name(content: &str) -> String {
    bounded(content, 200)
}

fn text(content: &str) -> String {
    bounded(content, TEXT_CHARS_MAX)
}

/// At most `chars_max` characters, without control characters other than line feeds; never empty.
fn bounded(content: &str, chars_max: usize) -> String {
    let kept: String = content
        .chars()
        .take(chars_max)
        .map(|character| {
            if character.is_control() && character != '\n' {
                '\u{FFFD}'
            } else {
                character
            }
        })
        .collect();
    if kept.trim().is_empty() {
        "(none)".to_owned()
    } else {
        kept
    }
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

struct Bundle<'a> {
    assessment: &'a Assessment,
    at: String,
    author: String,
    objects: Vec<Value>,
}

impl<'a> Bundle<'a> {
    fn new(assessment: &'a Assessment) -> Self {
        let day = assessment
            .as_of
            .iter()
            .chain(assessment.ledger.iter().map(|line| &line.known))
            .find_map(|text| Moment::parse(text).ok())
            .map_or_else(|| "1970-01-01".to_owned(), |moment| moment.last_day().to_string());
        Self {
            assessment,
            at: format!("{day}T00:00:00.000Z"),
            author: digest_id("identity", "ascribe"),
            objects: Vec::new(),
        }
    }

    /// The id of the object of this type that is called `key` in this case.
    fn id(&self, kind: &str, key: &str) -> String {
        let whole = [
            self.assessment.case.as_str(),
            &self.assessment.incident,
            &self.at,
            kind,
            key,
        ]
        .map(|part| format!("{}:{part}", part.len()))
        .concat();
        digest_id(kind, &whole)
    }

    /// Adds an object with what all of ours have; gives its id.
    fn object(&mut self, kind: &str, key: &str, fields: Value) -> String {
        let id = self.id(kind, key);
        let mut object = Map::new();
        for (field, value) in [
            ("type", json!(kind)),
            ("spec_version", json!("2.1")),
            ("id", json!(id)),
            ("created_by_ref", json!(self.author)),
            ("created", json!(self.at)),
            ("modified", json!(self.at)),
            ("object_marking_refs", json!([tlp_words(self.assessment.tlp).0])),
        ] {
            object.insert(field.to_owned(), value);
        }
        if let Value::Object(fields) = fields {
            object.extend(fields);
        }
        self.objects.push(Value::Object(object));
        id
    }

    fn push(&mut self, object: Value) {
        self.objects.push(object);
    }

    fn text(self) -> String {
        let id = self.id("bundle", &self.assessment.run.seed.to_string());
        format!(
            "{:#}\n",
            json!({ "type": "bundle", "id": id, "objects": self.objects })
        )
    }
}
