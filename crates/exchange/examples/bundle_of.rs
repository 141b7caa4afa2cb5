//! Writes the bundle of an `assessment.json`: `cargo run -p ascribe-exchange --example bundle_of -- ASSESSMENT BUNDLE`.
//!
//! Parties are the assessment's operators under their ids; a hypothesis has the operator that its id starts with.

use std::collections::BTreeMap;

use ascribe_assess::assessment::Assessment;
use ascribe_exchange::{Exported, ExportedIndicator, ExportedParty, IndicatorKind, stix_bundle};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut paths = std::env::args_os().skip(1);
    let (from, to) = paths.next().zip(paths.next()).ok_or("give two paths")?;
    let assessment: Assessment = serde_json::from_slice(&std::fs::read(from)?)?;
    let parties: Vec<ExportedParty> = assessment
        .operators
        .keys()
        .filter(|id| !id.starts_with("unlisted"))
        .map(|id| ExportedParty {
            id: id.clone(),
            name: id.clone(),
            kind: "state".to_owned(),
            aliases: vec![format!("{id}, also known as")],
        })
        .collect();
    let operators: BTreeMap<String, Vec<String>> = assessment
        .hypotheses
        .iter()
        .map(|hypothesis| {
            let of = parties
                .iter()
                .filter(|party| hypothesis.id.starts_with(&party.id))
                .map(|party| party.id.clone());
            (hypothesis.id.clone(), of.collect())
        })
        .collect();
    let indicators: Vec<ExportedIndicator> = [
        (IndicatorKind::Ipv4, "203.0.113.71"),
        (IndicatorKind::Ipv6, "2001:db8::71"),
        (IndicatorKind::Domain, "relay.example"),
        (IndicatorKind::Mailbox, "it's@relay.example"),
        (IndicatorKind::Url, "http://relay.example/a\\b"),
        (
            IndicatorKind::Sha256,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
    ]
    .into_iter()
    .map(|(kind, value)| ExportedIndicator {
        finding: "n1".to_owned(),
        kind,
        value: value.to_owned(),
    })
    .collect();
    std::fs::write(
        to,
        stix_bundle(
            &assessment,
            &Exported {
                parties: &parties,
                operators: &operators,
                indicators: &indicators,
            },
        ),
    )?;
    Ok(())
}
