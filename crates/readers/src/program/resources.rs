//! Resources of a PE file: languages, version strings, files inside.
//!
//! Three levels (type, name, language), walked with loops. Bounds: 20,000 entries, 256 version strings, 64 files.
//! Source: Microsoft "PE Format", section `.rsrc`; `VS_VERSIONINFO` and its parts.

use std::collections::BTreeSet;

use ascribe_code::image::pe::{Pe, directory};
use ascribe_code::image::{Endian, slice, u16_at, u32_at};
use ascribe_model::{Anomaly, Span};

const LE: Endian = Endian::Little;
const ENTRIES_MAX: u64 = 20_000;
const STRINGS_MAX: usize = 256;
const FILES_MAX: usize = 64;
const VERSION: u32 = 16;

/// What the resources hold.
#[derive(Default)]
pub(crate) struct Resources {
    pub languages: BTreeSet<u16>,
    pub version: Vec<(String, String)>,
    pub files: Vec<(String, Span)>,
}

/// Walks the resources of `pe`.
pub(crate) fn of(pe: &Pe, data: &[u8], anomalies: &mut Vec<Anomaly>) -> Resources {
    let mut found = Resources::default();
    let Some((rva, _)) = pe.directory(directory::RESOURCE) else {
        return found;
    };
    let Some(tree) = pe.at(data, rva) else {
        anomalies.push(Anomaly::lost(
            "program.resources",
            None,
            format!("the resource directory at relative address {rva:#x} is not in the file"),
        ));
        return found;
    };
    let mut left = ENTRIES_MAX;
    for kind in entries(tree, 0, &mut left) {
        let Some(kind_at) = kind.subdirectory else {
            continue;
        };
        for name in entries(tree, kind_at, &mut left) {
            let Some(name_at) = name.subdirectory else {
                continue;
            };
            for language in entries(tree, name_at, &mut left) {
                let Some(leaf) = language.leaf else { continue };
                if let Some(id) = language.id.and_then(|id| u16::try_from(id).ok()) {
                    found.languages.insert(id);
                }
                let (Some(at), Some(size)) =
                    (u32_at(tree, leaf, LE), u32_at(tree, leaf.saturating_add(4), LE))
                else {
                    continue;
                };
                let Some((offset, held)) = pe.offset(at) else {
                    continue;
                };
                let size = u64::from(size).min(held);
                let bytes = slice(data, offset, size).unwrap_or_default();
                if kind.id == Some(VERSION) {
                    version(bytes, &mut found.version);
                } else if is_file(bytes) && found.files.len() < FILES_MAX {
                    let label = |id: Option<u32>| id.map_or_else(|| "named".to_owned(), |id| id.to_string());
                    found.files.push((
                        format!(
                            "resource-{}-{}-{}",
                            label(kind.id),
                            label(name.id),
                            label(language.id)
                        ),
                        Span::new(offset, offset.saturating_add(size)),
                    ));
                }
            }
        }
    }
    if left == 0 {
        anomalies.push(Anomaly::lost(
            "program.resources",
            None,
            format!("more than {ENTRIES_MAX} resources; the rest were not read"),
        ));
    }
    found
}

/// Whether a resource is a program or an archive of its own.
fn is_file(bytes: &[u8]) -> bool {
    bytes.len() >= 64
        && (bytes.starts_with(b"PK\x03\x04")
            || bytes.starts_with(b"\x7fELF")
            || bytes.starts_with(b"%PDF-")
            || bytes.starts_with(b"MZ")
                && u32_at(bytes, 0x3c, LE).and_then(|at| slice(bytes, u64::from(at), 4)) == Some(b"PE\0\0"))
}

struct Entry {
    id: Option<u32>,
    subdirectory: Option<u64>,
    leaf: Option<u64>,
}

fn entries(tree: &[u8], at: u64, left: &mut u64) -> Vec<Entry> {
    let named = u16_at(tree, at.saturating_add(12), LE).unwrap_or(0);
    let numbered = u16_at(tree, at.saturating_add(14), LE).unwrap_or(0);
    let mut found = Vec::new();
    for index in 0..u64::from(named).saturating_add(u64::from(numbered)) {
        let row = at.saturating_add(16).saturating_add(index.saturating_mul(8));
        let (Some(name), Some(target), Some(rest)) = (
            u32_at(tree, row, LE),
            u32_at(tree, row.saturating_add(4), LE),
            left.checked_sub(1),
        ) else {
            break;
        };
        *left = rest;
        let place = u64::from(target & 0x7fff_ffff);
        let is_directory = target >> 31 == 1;
        found.push(Entry {
            id: (name >> 31 == 0).then_some(name),
            subdirectory: is_directory.then_some(place),
            leaf: (!is_directory).then_some(place),
        });
    }
    found
}

/// A block of the version resource: key, value bytes, the blocks inside.
struct Block<'a> {
    key: String,
    text_value: bool,
    value: &'a [u8],
    inside: &'a [u8],
    len: usize,
}

/// The block that `bytes` begin with.
fn block(bytes: &[u8]) -> Option<Block<'_>> {
    let len = usize::from(u16_at(bytes, 0, LE)?).min(bytes.len());
    let value_len = usize::from(u16_at(bytes, 2, LE)?);
    let text_value = u16_at(bytes, 4, LE)? == 1;
    let body = bytes.get(..len)?;
    let (key, key_len) = wide(body.get(6..)?);
    let value_at = aligned(key_len.saturating_add(6));
    let value_bytes = if text_value {
        value_len.saturating_mul(2)
    } else {
        value_len
    };
    let value_end = value_at.saturating_add(value_bytes).min(len);
    Some(Block {
        key,
        text_value,
        value: body
            .get(value_at.min(len)..value_end.max(value_at.min(len)))
            .unwrap_or_default(),
        inside: body.get(aligned(value_end).min(len)..).unwrap_or_default(),
        len,
    })
}

const fn aligned(at: usize) -> usize {
    at.saturating_add(3) & !3
}

/// Text up to its zero and how many bytes both take.
fn wide(bytes: &[u8]) -> (String, usize) {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .take(2048)
        .map_while(|pair| u16_at(pair, 0, LE).filter(|unit| *unit != 0))
        .collect();
    let len = units.len().saturating_add(1).saturating_mul(2);
    (String::from_utf16_lossy(&units), len)
}

/// The blocks that stand one after the other in `bytes`.
fn blocks(mut bytes: &[u8]) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    while let Some(next) = block(bytes) {
        if next.len < 6 || found.len() >= STRINGS_MAX {
            break;
        }
        bytes = bytes
            .get(aligned(next.len).min(bytes.len())..)
            .unwrap_or_default();
        found.push(next);
    }
    found
}

fn version(bytes: &[u8], found: &mut Vec<(String, String)>) {
    let Some(root) = block(bytes).filter(|root| root.key == "VS_VERSION_INFO") else {
        return;
    };
    let tables = blocks(root.inside)
        .into_iter()
        .filter(|part| part.key == "StringFileInfo")
        .flat_map(|part| blocks(part.inside));
    for table in tables {
        for pair in blocks(table.inside) {
            if found.len() < STRINGS_MAX && !pair.key.is_empty() && (pair.text_value || pair.value.is_empty())
            {
                found.push((pair.key, wide(pair.value).0));
            }
        }
    }
}
