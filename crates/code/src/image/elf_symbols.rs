//! Symbols of an ELF file, the libraries it needs, and which library each needed version names.
//!
//! Source: System V gABI, chapter 4; LSB 5.0 for symbol versions. Bounds: 500,000 symbols, names of 1 KiB, 1,024 needed versions.

use std::collections::BTreeMap;

use super::elf::{Elf, Words};
use super::{printable, slice, u16_at, u32_at, zero_ended};

const SYMBOLS_MAX: u64 = 500_000;
const NAME_MAX: usize = 1024;

/// A symbol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbol {
    /// Name.
    pub name: String,
    /// Value.
    pub value: u64,
    /// Bytes.
    pub size: u64,
    /// Type: 1 object, 2 function, 10 resolver of a function.
    pub kind: u8,
    /// Binding: 0 local, 1 global, 2 weak.
    pub binding: u8,
    /// Section index; 0 is undefined.
    pub section: u16,
    /// Library that a needed version names.
    pub library: Option<String>,
}

impl Elf {
    /// Names of the libraries that the dynamic table asks for.
    #[must_use]
    pub fn needed(&self, data: &[u8]) -> Vec<String> {
        let Some(strings) = self.dynamic_value(5).and_then(|at| self.offset(at)) else {
            return Vec::new();
        };
        self.dynamic
            .iter()
            .filter(|row| row.0 == 1)
            .filter_map(|row| zero_ended(data, strings.checked_add(row.1)?, NAME_MAX))
            .filter(|name| !name.is_empty())
            .map(printable)
            .collect()
    }

    /// Symbols of the dynamic table, with the library of each needed version.
    #[must_use]
    pub fn dynamic_symbols(&self, data: &[u8]) -> Vec<Symbol> {
        let by_section = self
            .sections
            .iter()
            .find(|section| section.kind == 11)
            .and_then(|table| {
                let strings = self.sections.get(usize::try_from(table.link).ok()?)?;
                Some((table.offset, table.size, strings.offset))
            });
        let by_segment = || {
            let (table, strings) = (self.dynamic_value(6)?, self.dynamic_value(5)?);
            // No table states its length; by custom the strings follow the symbols.
            let size = strings.checked_sub(table)?;
            Some((self.offset(table)?, size, self.offset(strings)?))
        };
        let Some((table, size, strings)) = by_section.or_else(by_segment) else {
            return Vec::new();
        };
        let mut symbols = self.symbols_at(data, table, size, strings);
        let libraries = self.version_libraries(data, strings);
        let versions = self.dynamic_value(0x6fff_fff0).and_then(|at| self.offset(at));
        if let Some(versions) = versions {
            for (index, symbol) in (0u64..).zip(&mut symbols) {
                let version = u16_at(
                    data,
                    versions.saturating_add(index.saturating_mul(2)),
                    self.endian,
                );
                symbol.library = version.and_then(|version| libraries.get(&(version & 0x7fff)).cloned());
            }
        }
        symbols
    }

    /// Symbols of the full table, which stripped files lack.
    #[must_use]
    pub fn symbols(&self, data: &[u8]) -> Vec<Symbol> {
        let Some(table) = self.sections.iter().find(|section| section.kind == 2) else {
            return Vec::new();
        };
        let strings = usize::try_from(table.link)
            .ok()
            .and_then(|link| self.sections.get(link))
            .map_or(0, |strings| strings.offset);
        self.symbols_at(data, table.offset, table.size, strings)
    }

    fn symbols_at(&self, data: &[u8], table: u64, size: u64, strings: u64) -> Vec<Symbol> {
        let words = Words {
            data,
            endian: self.endian,
            wide: self.wide,
        };
        let width: u64 = if self.wide { 24 } else { 16 };
        let mut found = Vec::new();
        for index in 0..size.checked_div(width).unwrap_or(0).min(SYMBOLS_MAX) {
            let row = table.saturating_add(index.saturating_mul(width));
            let (info_at, section_at, value_at, size_at) =
                if self.wide { (4, 6, 8, 16) } else { (12, 14, 4, 8) };
            let at = |offset: u64| row.saturating_add(offset);
            let (Some(name), Some(info), Some(section), Some(value), Some(size)) = (
                words.word(row),
                slice(data, at(info_at), 1).and_then(|bytes| bytes.first()),
                words.half(at(section_at)),
                words.long(at(value_at)),
                words.long(at(size_at)),
            ) else {
                break;
            };
            found.push(Symbol {
                name: printable(
                    zero_ended(data, strings.saturating_add(u64::from(name)), NAME_MAX).unwrap_or_default(),
                ),
                value,
                size,
                kind: info & 15,
                binding: info >> 4,
                section,
                library: None,
            });
        }
        found
    }

    /// Version index to library name, out of the table of needed versions.
    fn version_libraries(&self, data: &[u8], strings: u64) -> BTreeMap<u16, String> {
        let mut found = BTreeMap::new();
        let Some(mut need) = self.dynamic_value(0x6fff_fffe).and_then(|at| self.offset(at)) else {
            return found;
        };
        for _ in 0..1024 {
            let half = |offset: u64| u16_at(data, need.saturating_add(offset), self.endian);
            let word = |offset: u64| u32_at(data, need.saturating_add(offset), self.endian);
            let (Some(count), Some(file), Some(first), Some(next)) = (half(2), word(4), word(8), word(12))
            else {
                break;
            };
            let library = zero_ended(data, strings.saturating_add(u64::from(file)), NAME_MAX)
                .map(printable)
                .unwrap_or_default();
            let mut version = need.saturating_add(u64::from(first));
            for _ in 0..count.min(1024) {
                let other = u16_at(data, version.saturating_add(6), self.endian);
                let step = u32_at(data, version.saturating_add(12), self.endian);
                let (Some(other), Some(step)) = (other, step) else {
                    break;
                };
                found.insert(other & 0x7fff, library.clone());
                if step == 0 {
                    break;
                }
                version = version.saturating_add(u64::from(step));
            }
            if next == 0 {
                break;
            }
            need = need.saturating_add(u64::from(next));
        }
        found
    }
}
