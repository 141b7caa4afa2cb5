//! The JSON around the items: which lists of objects a file holds, and where each object stands.
//!
//! Objects are kept as borrowed slices, so their bytes are exact and what stood before a break is kept. Nesting is
//! bounded by this code above the objects and by the recursion limit of `serde_json` inside each.

use std::fmt;

use ascribe_model::Span;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// How deep lists and wrappers may lie around a bundle or an event.
const WRAPPERS_MAX: u8 = 4;

/// Bytes between two entries of the line index.
const BLOCK: usize = 4096;

/// An object that may hold items: a bundle, an event, or a wrapper around one.
#[derive(Debug, Default)]
pub(super) struct Container<'d> {
    /// Its key in its wrapper.
    pub key: &'static str,
    /// Its members other than the lists below.
    pub fields: Vec<(String, &'d RawValue)>,
    /// `objects` of a bundle.
    pub objects: Vec<&'d RawValue>,
    /// `Attribute` of an event.
    pub attributes: Vec<&'d RawValue>,
    /// `Object` of an event.
    pub groups: Vec<&'d RawValue>,
    /// `EventReport` of an event.
    pub reports: Vec<&'d RawValue>,
    /// `values` of a galaxy.
    pub values: Vec<&'d RawValue>,
    /// `techniques` of a layer.
    pub techniques: Vec<&'d RawValue>,
}

impl Container<'_> {
    /// The member `key`, parsed; none where it is absent or too deep.
    pub fn value(&self, key: &str) -> Option<serde_json::Value> {
        let (_, raw) = self.fields.iter().rev().find(|(name, _)| name == key)?;
        serde_json::from_str(raw.get()).ok()
    }
}

/// All containers of `data` in order, and what broke the JSON, where something did: what stood before is kept.
pub(super) fn containers(data: &[u8]) -> (Vec<Container<'_>>, Option<serde_json::Error>) {
    let mut found = Vec::new();
    let mut source = serde_json::Deserializer::from_slice(data);
    let result = Node {
        found: &mut found,
        key: "",
        depth: 0,
    }
    .deserialize(&mut source)
    .and_then(|()| source.end());
    (found, result.err())
}

struct Node<'f, 'd> {
    found: &'f mut Vec<Container<'d>>,
    key: &'static str,
    depth: u8,
}

impl<'d> DeserializeSeed<'d> for Node<'_, 'd> {
    type Value = ();
    fn deserialize<D: Deserializer<'d>>(self, source: D) -> Result<(), D::Error> {
        if self.depth > WRAPPERS_MAX {
            IgnoredAny::deserialize_from(source)
        } else {
            source.deserialize_any(self)
        }
    }
}

/// Passes over a value without recursion.
trait Pass {
    fn deserialize_from<'d, D: Deserializer<'d>>(source: D) -> Result<(), D::Error>;
}

impl Pass for IgnoredAny {
    fn deserialize_from<'d, D: Deserializer<'d>>(source: D) -> Result<(), D::Error> {
        <Self as serde::Deserialize>::deserialize(source).map(|_| ())
    }
}

/// A value of another type than expected holds nothing.
macro_rules! nothing_else {
    () => {
        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("an object or a list")
        }
        fn visit_bool<E>(self, _: bool) -> Result<(), E> {
            Ok(())
        }
        fn visit_i64<E>(self, _: i64) -> Result<(), E> {
            Ok(())
        }
        fn visit_u64<E>(self, _: u64) -> Result<(), E> {
            Ok(())
        }
        fn visit_f64<E>(self, _: f64) -> Result<(), E> {
            Ok(())
        }
        fn visit_str<E>(self, _: &str) -> Result<(), E> {
            Ok(())
        }
        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(())
        }
    };
}

impl<'d> Visitor<'d> for Node<'_, 'd> {
    type Value = ();
    nothing_else!();

    fn visit_seq<A: SeqAccess<'d>>(self, mut list: A) -> Result<(), A::Error> {
        while list
            .next_element_seed(Node {
                found: &mut *self.found,
                key: self.key,
                depth: self.depth.saturating_add(1),
            })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<(), A::Error> {
        let index = self.found.len();
        self.found.push(Container {
            key: self.key,
            ..Container::default()
        });
        while let Some(key) = map.next_key::<String>()? {
            let wrapped = match key.as_str() {
                "Event" => Some("Event"),
                "response" => Some("response"),
                _ => None,
            };
            if let Some(key) = wrapped {
                map.next_value_seed(Node {
                    found: &mut *self.found,
                    key,
                    depth: self.depth.saturating_add(1),
                })?;
                continue;
            }
            let Some(container) = self.found.get_mut(index) else {
                return Ok(());
            };
            let list = match key.as_str() {
                "objects" => &mut container.objects,
                "Attribute" => &mut container.attributes,
                "Object" => &mut container.groups,
                "EventReport" => &mut container.reports,
                "values" => &mut container.values,
                "techniques" => &mut container.techniques,
                _ => {
                    let raw = map.next_value::<&'d RawValue>()?;
                    container.fields.push((key, raw));
                    continue;
                }
            };
            map.next_value_seed(List(list))?;
        }
        Ok(())
    }
}

/// Keeps the elements of a list as they come.
struct List<'f, 'd>(&'f mut Vec<&'d RawValue>);

impl<'d> DeserializeSeed<'d> for List<'_, 'd> {
    type Value = ();
    fn deserialize<D: Deserializer<'d>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_any(self)
    }
}

impl<'d> Visitor<'d> for List<'_, 'd> {
    type Value = ();
    nothing_else!();

    fn visit_seq<A: SeqAccess<'d>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(raw) = list.next_element::<&'d RawValue>()? {
            self.0.push(raw);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Where slices of the data stand in the file.
pub(super) struct Places<'d> {
    data: &'d [u8],
    base: u64,
    /// Line breaks before each block.
    lines: Vec<u64>,
}

impl<'d> Places<'d> {
    /// `data` stands in the file from byte `base` on.
    pub fn new(data: &'d [u8], base: u64) -> Self {
        let mut count = 0u64;
        let lines = data
            .chunks(BLOCK)
            .map(|block| {
                let before = count;
                count = count.saturating_add(memchr::memchr_iter(b'\n', block).count() as u64);
                before
            })
            .collect();
        Self { data, base, lines }
    }

    /// The span of bytes `start..end` of the data.
    pub fn span(&self, start: usize, end: usize) -> Span {
        let block = start / BLOCK;
        let before = self.lines.get(block).copied().unwrap_or_default();
        let rest = self
            .data
            .get(block.saturating_mul(BLOCK)..start)
            .unwrap_or_default();
        let line = before.saturating_add(memchr::memchr_iter(b'\n', rest).count() as u64);
        Span::new(
            self.base.saturating_add(start as u64),
            self.base.saturating_add(end as u64),
        )
        .on_line(line.saturating_add(1))
    }

    /// First byte in the data of a slice borrowed from it.
    pub fn start(&self, slice: &str) -> usize {
        let start = (slice.as_ptr() as usize).saturating_sub(self.data.as_ptr() as usize);
        start.min(self.data.len())
    }

    /// The span of a slice borrowed from the data.
    pub fn of(&self, slice: &str) -> Span {
        let start = self.start(slice);
        self.span(start, start.saturating_add(slice.len()).min(self.data.len()))
    }

    /// The span of `text` inside `slice` where it stands there as it is; of the whole slice otherwise.
    pub fn inside(&self, slice: &str, text: &str) -> Span {
        match slice.find(text).filter(|_| !text.is_empty()) {
            Some(at) => {
                let start = self.start(slice).saturating_add(at);
                self.span(start, start.saturating_add(text.len()))
            }
            None => self.of(slice),
        }
    }
}

/// Misses after which values of one object are no longer searched for: each costs a pass over the object.
const MISSES_MAX: u32 = 64;

/// Looks for the values of one object in its bytes, mostly in their order, so that many values cost one pass.
#[derive(Debug, Default)]
pub(super) struct Search {
    from: usize,
    misses: u32,
}

impl Search {
    /// The span of `text` inside `slice`; the whole slice where it is written with escapes or too hard to find.
    pub fn next(&mut self, places: &Places<'_>, slice: &str, text: &str) -> Span {
        if text.is_empty() || self.misses >= MISSES_MAX {
            return places.of(slice);
        }
        let ahead = slice
            .get(self.from..)
            .and_then(|rest| rest.find(text))
            .map(|at| at.saturating_add(self.from));
        let found = ahead.or_else(|| {
            self.misses = self.misses.saturating_add(1);
            slice.find(text)
        });
        let Some(at) = found else { return places.of(slice) };
        self.from = at.saturating_add(text.len());
        let start = places.start(slice).saturating_add(at);
        places.span(start, start.saturating_add(text.len()))
    }
}
