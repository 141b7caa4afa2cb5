//! What a loader would write into an ELF file's data: addresses of imported things, and of the file's own.
//!
//! Found by the dynamic table, so also without sections. Source: System V gABI, chapter 4, with the x86 and x86-64 supplements.
//! Bounds: 1,000,000 relocations.

use std::collections::BTreeMap;

use super::elf::{Elf, Words};

const RELOCATIONS_MAX: u64 = 1_000_000;

/// Names of imports by place, and own addresses by place where the file's bytes lack them.
type Written = (BTreeMap<u64, String>, BTreeMap<u64, u64>);

impl Elf {
    pub(super) fn relocations(&self, data: &[u8]) -> Written {
        let mut written = Written::default();
        let names: Vec<Option<String>> = self
            .dynamic_symbols(data)
            .into_iter()
            .map(|symbol| (symbol.section == 0 && !symbol.name.is_empty()).then_some(symbol.name))
            .collect();
        let plt_has_addends = self.dynamic_value(20) == Some(7);
        for (table, size, has_addend) in [(23, 2, plt_has_addends), (7, 8, true), (17, 18, false)] {
            let (Some(table), Some(size)) = (self.dynamic_value(table), self.dynamic_value(size)) else {
                continue;
            };
            if let Some(table) = self.offset(table) {
                self.table(data, (table, size, has_addend), &names, &mut written);
            }
        }
        written
    }

    fn table(
        &self,
        data: &[u8],
        (table, size, has_addend): (u64, u64, bool),
        names: &[Option<String>],
        written: &mut Written,
    ) {
        let words = Words {
            data,
            endian: self.endian,
            wide: self.wide,
        };
        let word: u64 = if self.wide { 8 } else { 4 };
        let width = word.saturating_mul(if has_addend { 3 } else { 2 });
        for index in 0..size.checked_div(width).unwrap_or(0).min(RELOCATIONS_MAX) {
            let row = table.saturating_add(index.saturating_mul(width));
            let (Some(place), Some(info)) = (words.long(row), words.long(row.saturating_add(word))) else {
                break;
            };
            let (symbol, kind) = if self.wide {
                (info >> 32, info & 0xffff_ffff)
            } else {
                (info >> 8, info & 0xff)
            };
            match kind {
                1 | 6 | 7 => {
                    let name = usize::try_from(symbol).ok().and_then(|at| names.get(at)).cloned();
                    if let Some(name) = name.flatten() {
                        written.0.insert(place, name);
                    }
                }
                8 if has_addend => {
                    if let Some(address) = words.long(row.saturating_add(word.saturating_mul(2))) {
                        written.1.insert(place, address);
                    }
                }
                _ => {}
            }
        }
    }
}
