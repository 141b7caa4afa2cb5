//! Maps of a model file in which every key stands once.
//!
//! JSON lets a key stand twice and readers keep the last one; here that would silently change a likelihood.

use std::collections::BTreeMap;
use std::fmt;

use ascribe_model::Range;
use serde::Deserializer;
use serde::de::{Error, MapAccess, Visitor};

struct Once;

impl<'de> Visitor<'de> for Once {
    type Value = BTreeMap<String, Range>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of ids to a number or [low, point, high]")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry::<String, Range>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!(
                    "`{key}` stands twice, expected once"
                )));
            }
            map.insert(key, value);
        }
        Ok(map)
    }
}

/// Reads a map, refusing a key that stands twice.
pub(super) fn map<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Range>, D::Error> {
    from.deserialize_map(Once)
}

/// [`map`] of a key that may be absent.
pub(super) fn maybe<'de, D: Deserializer<'de>>(from: D) -> Result<Option<BTreeMap<String, Range>>, D::Error> {
    map(from).map(Some)
}
