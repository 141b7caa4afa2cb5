//! Tables of a PE file that name functions: imports, exports, unwind ranges, COFF symbols.
//!
//! Bounds: 4,096 libraries, 100,000 imports, 65,536 exports, 1,000,000 unwind entries, 500,000 symbols; names of 512 bytes.

use super::pe::{Pe, directory};
use super::{Endian, printable, slice, u16_at, u32_at, u64_at, zero_ended};

const LE: Endian = Endian::Little;
const LIBRARIES_MAX: u64 = 4096;
const IMPORTS_MAX: usize = 100_000;
const EXPORTS_MAX: u32 = 65_536;
const UNWIND_MAX: u64 = 1_000_000;
const SYMBOLS_MAX: u32 = 500_000;
const NAME_MAX: usize = 512;

/// An imported function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Library as written.
    pub library: String,
    /// Name; none where it is imported by number.
    pub name: Option<String>,
    /// Number, where there is no name.
    pub ordinal: u16,
    /// Whether it is loaded on first use.
    pub late: bool,
    /// Relative address of the place that a loader puts its address in.
    pub slot: u32,
}

/// An exported function or datum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Name, or `#` and the ordinal.
    pub name: String,
    /// Relative address.
    pub rva: u32,
    /// `library.name` it stands for.
    pub forward: Option<String>,
}

fn name_at(pe: &Pe, data: &[u8], rva: u32) -> Option<String> {
    let name = zero_ended(pe.at(data, rva)?, 0, NAME_MAX)?;
    (!name.is_empty()).then(|| printable(name))
}

pub(super) fn imports(pe: &Pe, data: &[u8]) -> (Vec<Import>, bool) {
    let mut found = Vec::new();
    let mut cut = false;
    if let Some((rva, _)) = pe.directory(directory::IMPORT) {
        let table = pe.at(data, rva).unwrap_or_default();
        for index in 0..LIBRARIES_MAX {
            let row = index.saturating_mul(20);
            let number = |offset: u64| u32_at(table, row.saturating_add(offset), LE);
            let (Some(lookup), Some(name), Some(thunks)) = (number(0), number(12), number(16)) else {
                break;
            };
            if name == 0 && thunks == 0 {
                break;
            }
            let Some(library) = name_at(pe, data, name) else {
                continue;
            };
            let list = if lookup != 0 && pe.offset(lookup).is_some() {
                lookup
            } else {
                thunks
            };
            cut |= thunk_list(pe, data, (&library, list, 0, false), thunks, &mut found);
        }
    }
    if let Some((rva, _)) = pe.directory(directory::DELAY_IMPORT) {
        let table = pe.at(data, rva).unwrap_or_default();
        for index in 0..LIBRARIES_MAX {
            let row = index.saturating_mul(32);
            let number = |offset: u64| u32_at(table, row.saturating_add(offset), LE);
            let (Some(flags), Some(name), Some(slots), Some(list)) =
                (number(0), number(4), number(12), number(16))
            else {
                break;
            };
            if name == 0 {
                break;
            }
            // Before Visual C++ 7 these tables held addresses instead of relative ones.
            let base = if flags & 1 == 1 {
                0
            } else {
                u32::try_from(pe.image_base).unwrap_or(0)
            };
            let Some(library) = name_at(pe, data, name.wrapping_sub(base)) else {
                continue;
            };
            cut |= thunk_list(
                pe,
                data,
                (&library, list.wrapping_sub(base), base, true),
                slots.wrapping_sub(base),
                &mut found,
            );
        }
    }
    (found, cut)
}

/// Reads the names behind one library's list; true where a bound cut it off.
fn thunk_list(
    pe: &Pe,
    data: &[u8],
    (library, list, base, late): (&str, u32, u32, bool),
    slots: u32,
    found: &mut Vec<Import>,
) -> bool {
    let thunks = pe.at(data, list).unwrap_or_default();
    let width = if pe.wide { 8 } else { 4 };
    for index in 0u64.. {
        let at = index.saturating_mul(width);
        let value = if pe.wide {
            u64_at(thunks, at, LE)
        } else {
            u32_at(thunks, at, LE).map(|value| u64::from(value & 0x7fff_ffff) | u64::from(value >> 31) << 63)
        };
        let Some(value) = value.filter(|value| *value != 0) else {
            break;
        };
        if found.len() >= IMPORTS_MAX {
            return true;
        }
        let (name, ordinal) = if value >> 63 == 1 {
            (None, u16::try_from(value & 0xffff).unwrap_or(0))
        } else {
            let rva = u32::try_from(value & 0x7fff_ffff).unwrap_or(0).wrapping_sub(base);
            // Two bytes of hint stand before the name.
            let Some(name) = name_at(pe, data, rva.saturating_add(2)) else {
                break;
            };
            (Some(name), 0)
        };
        found.push(Import {
            library: library.to_owned(),
            name,
            ordinal,
            late,
            slot: slots.wrapping_add(u32::try_from(at).unwrap_or(u32::MAX)),
        });
    }
    false
}

pub(super) fn exports(pe: &Pe, data: &[u8]) -> (Vec<Export>, bool) {
    let Some((rva, size)) = pe.directory(directory::EXPORT) else {
        return (Vec::new(), false);
    };
    let Some(table) = pe.at(data, rva) else {
        return (Vec::new(), true);
    };
    let number = |offset| u32_at(table, offset, LE).unwrap_or(0);
    let (base, functions, names) = (number(16), number(20), number(24));
    let absurd = functions > EXPORTS_MAX || names > EXPORTS_MAX;
    let addresses = pe.at(data, number(28)).unwrap_or_default();
    let name_list = pe.at(data, number(32)).unwrap_or_default();
    let ordinals = pe.at(data, number(36)).unwrap_or_default();
    let address = |index: u32| u32_at(addresses, u64::from(index).saturating_mul(4), LE).unwrap_or(0);
    let forward = |target: u32| {
        (target >= rva && target < rva.saturating_add(size))
            .then(|| name_at(pe, data, target))
            .flatten()
    };
    let mut named = std::collections::BTreeSet::new();
    let mut found = Vec::new();
    for index in 0..names.min(EXPORTS_MAX) {
        let row = u64::from(index);
        let (Some(at), Some(ordinal)) = (
            u32_at(name_list, row.saturating_mul(4), LE),
            u16_at(ordinals, row.saturating_mul(2), LE),
        ) else {
            break;
        };
        let Some(name) = name_at(pe, data, at) else {
            continue;
        };
        named.insert(u32::from(ordinal));
        let target = address(u32::from(ordinal));
        found.push(Export {
            name,
            rva: target,
            forward: forward(target),
        });
    }
    for index in 0..functions.min(EXPORTS_MAX) {
        let target = address(index);
        if target != 0 && !named.contains(&index) {
            found.push(Export {
                name: format!("#{}", base.saturating_add(index)),
                rva: target,
                forward: forward(target),
            });
        }
    }
    (found, absurd)
}

/// Ranges of functions in the unwind table of an x64 image; parts chained to another range are left out.
pub(super) fn unwind_ranges(pe: &Pe, data: &[u8]) -> Vec<(u32, u32)> {
    let Some((rva, size)) = pe.directory(directory::EXCEPTION) else {
        return Vec::new();
    };
    let table = pe.at(data, rva).unwrap_or_default();
    let count = u64::from(size).checked_div(12).unwrap_or(0).min(UNWIND_MAX);
    let mut found = Vec::new();
    for index in 0..count {
        let row = index.saturating_mul(12);
        let number = |offset: u64| u32_at(table, row.saturating_add(offset), LE);
        let (Some(start), Some(end), Some(info)) = (number(0), number(4), number(8)) else {
            break;
        };
        let chained = info & 1 == 1
            || pe
                .at(data, info)
                .and_then(|bytes| bytes.first())
                .is_some_and(|flags| flags >> 3 & 4 != 0);
        if start < end && !chained {
            found.push((start, end));
        }
    }
    found
}

/// Functions in the COFF symbol table, which MinGW leaves in images that are not stripped.
pub(super) fn coff_functions(pe: &Pe, data: &[u8]) -> Vec<(u32, String)> {
    let (at, count) = pe.symbols;
    if at == 0 || count == 0 {
        return Vec::new();
    }
    let strings = u64::from(at).saturating_add(u64::from(count).saturating_mul(18));
    let mut found = Vec::new();
    let mut index = 0u32;
    while index < count.min(SYMBOLS_MAX) {
        let row = u64::from(at).saturating_add(u64::from(index).saturating_mul(18));
        let Some(bytes) = slice(data, row, 18) else { break };
        let (value, section, kind) = (
            u32_at(bytes, 8, LE).unwrap_or(0),
            u16_at(bytes, 12, LE).unwrap_or(0),
            u16_at(bytes, 14, LE).unwrap_or(0),
        );
        let extra = bytes.get(17).copied().unwrap_or(0);
        index = index.saturating_add(1).saturating_add(u32::from(extra));
        // Derived type 2 is a function.
        if kind >> 4 != 2 {
            continue;
        }
        let owner = usize::from(section)
            .checked_sub(1)
            .and_then(|section| pe.sections.get(section));
        let Some(owner) = owner else { continue };
        let name = if bytes.get(..4) == Some(&[0; 4]) {
            let offset = u32_at(bytes, 4, LE).unwrap_or(0);
            zero_ended(data, strings.saturating_add(u64::from(offset)), NAME_MAX)
        } else {
            zero_ended(bytes, 0, 8)
        };
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            found.push((owner.rva.saturating_add(value), printable(name)));
        }
    }
    found
}
