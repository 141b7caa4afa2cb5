//! MISP warning lists: JSON with a name, a version that is often a day, and a list of addresses, networks or names.
//!
//! What a list is of stands in its name alone, so only names that say a kind of sharing are read.
//! Source: github.com/MISP/misp-warninglists, schema.json.

use ascribe_model::{Moment, Span};
use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
struct Said {
    name: String,
    #[serde(rename = "type")]
    form: String,
    #[serde(default)]
    version: u64,
    list: Vec<IgnoredAny>,
}

/// Words in names of lists, and the kind that they say; the first that fits counts.
const NAMES: [(&str, &str); 14] = [
    ("tor exit", "tor-exit"),
    ("vpn", "vpn"),
    ("public dns resolver", "resolver"),
    ("dynamic dns", "dynamic-dns"),
    ("sinkhole", "sinkhole"),
    ("parking domain", "parking"),
    ("akamai", "cdn"),
    ("cloudflare", "cdn"),
    ("fastly", "cdn"),
    ("stackpath", "cdn"),
    ("amazon aws", "hosting"),
    ("google cloud", "hosting"),
    ("azure", "hosting"),
    ("datacenter", "hosting"),
];

/// Whether the start of a file may be a warning list of a kind of sharing.
pub(super) fn may_be(start: &str) -> bool {
    // `name` and `type` may stand behind the list.
    start.trim_start().starts_with('{')
        && start.contains("\"list\"")
        && ["\"matching_attributes\"", "\"description\"", "\"version\""]
            .iter()
            .filter(|key| start.contains(**key))
            .count()
            >= 2
}

/// Whether what stands before a long list, its description, speaks of a kind of sharing.
pub(super) fn may_be_shared(start: &str) -> bool {
    let about = start.split("\"list\"").next().unwrap_or_default().to_lowercase();
    [
        "vpn",
        "dns",
        "tor exit",
        "sinkhole",
        "parking",
        "cdn",
        "akamai",
        "cloud",
        "datacenter",
        "azure",
        "aws",
    ]
    .iter()
    .any(|word| about.contains(word))
}

/// A warning list.
pub(super) struct Warning {
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// The day of its version.
    pub(super) valid: Option<Moment>,
}

/// What a whole file says of itself; none where it is no list of a kind of sharing.
pub(super) fn warning(data: &[u8]) -> Option<Warning> {
    let said: Said = serde_json::from_slice(data).ok()?;
    if said.list.is_empty() || !matches!(said.form.as_str(), "cidr" | "hostname" | "string") {
        return None;
    }
    let name = said.name.to_lowercase();
    let (_, kind) = NAMES.iter().find(|(word, _)| name.contains(word))?;
    let version = said.version.to_string();
    let valid = match (version.get(..4), version.get(4..6), version.get(6..8)) {
        (Some(year), Some(month), Some(day)) if version.len() == 8 => {
            Moment::parse(&format!("{year}-{month}-{day}")).ok()
        }
        _ => None,
    };
    Some(Warning {
        kind,
        name: said.name.chars().take(200).collect(),
        valid,
    })
}

/// The strings of the member `list` with their bytes, quotes included; `data` is sound JSON.
pub(super) fn values(data: &[u8]) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    let (mut depth, mut at, mut line) = (0usize, 0usize, 1u64);
    let (mut key, mut inside) = (false, false);
    while let Some(byte) = data.get(at) {
        match byte {
            b'\n' => line = line.saturating_add(1),
            b'{' => depth = depth.saturating_add(1),
            b'[' => {
                inside = depth == 1 && key;
                depth = depth.saturating_add(1);
            }
            b']' | b'}' => {
                inside = false;
                depth = depth.saturating_sub(1);
            }
            b'"' => {
                let end = end_of(data, at);
                let text = data.get(at..end).unwrap_or_default();
                if inside && depth == 2 {
                    if let Ok(value) = serde_json::from_slice::<String>(text) {
                        found.push((value, Span::new(at as u64, end as u64).on_line(line)));
                    }
                } else if depth == 1 {
                    key = text == b"\"list\"";
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at = at.saturating_add(1);
    }
    found
}

/// One past the quote that ends the string at `start`.
fn end_of(data: &[u8], start: usize) -> usize {
    let mut at = start.saturating_add(1);
    while let Some(byte) = data.get(at) {
        match byte {
            b'\\' => at = at.saturating_add(2),
            b'"' => return at.saturating_add(1),
            _ => at = at.saturating_add(1),
        }
    }
    data.len()
}
