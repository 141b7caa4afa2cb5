//! An ELF file as a program: headers and tables in the words of the model.

use ascribe_code::image::{Elf, Endian, printable, slice, u32_at, zero_ended};
use ascribe_model::place::hex;
use ascribe_model::program::Program;
use ascribe_model::{Anomaly, Span};

use super::sections::{Stated, observe};
use super::{Seen, dwarf};

const MODULE_SIGNATURE: &[u8] = b"~Module signature appended~\n";
const NOTES_MAX: usize = 64;

pub(crate) fn program<'a>(elf: &Elf, data: &'a [u8], anomalies: &mut Vec<Anomaly>) -> Seen<'a> {
    let stated = if elf.sections.is_empty() {
        segments(elf, data)
    } else {
        sections(elf)
    };
    let mut stated_sections = elf.sections_stated;
    if elf.sections.is_empty() {
        stated_sections = stated_sections.max(stated.len() as u64);
    }
    let mut program = Program {
        format: "elf".to_owned(),
        arch: arch(elf),
        role: role(elf).to_owned(),
        entry: (elf.entry != 0).then_some(elf.entry),
        sections: observe(data, stated, anomalies),
        ..Program::default()
    };
    tables(elf, data, &mut program);
    program.debug = debug(elf, data);
    program.compilers = comments(elf, data);
    program.signed = data.ends_with(MODULE_SIGNATURE);
    program.overlay = overlay(elf, data.len() as u64);
    if elf.kind == 1 {
        program.not_examined =
            Some("an object file: its functions are not looked for before it is linked".to_owned());
    }
    Seen {
        program,
        sections_stated: stated_sections,
        image: elf.image(data),
        files: Vec::new(),
    }
}

/// Section 0 is a placeholder and is left out.
fn sections(elf: &Elf) -> Vec<Stated> {
    elf.sections
        .iter()
        .filter(|section| section.kind != 0)
        .map(|section| Stated {
            name: section.name.clone(),
            address: section.address,
            offset: section.offset,
            stored: if section.is_empty_in_file() {
                0
            } else {
                section.size
            },
            executable: section.flags & 4 != 0,
        })
        .collect()
}

/// Loaded segments stand in for sections that are gone; the name of a known packer's magic is told by it.
fn segments(elf: &Elf, data: &[u8]) -> Vec<Stated> {
    let head = data.get(..data.len().min(4096)).unwrap_or_default();
    let packer = memchr::memmem::find(head, b"UPX!").map(|_| "UPX!");
    elf.segments
        .iter()
        .filter(|segment| segment.kind == 1)
        .map(|segment| Stated {
            name: match packer {
                Some(packer) if segment.flags & 1 != 0 => packer.to_owned(),
                _ => "(segment)".to_owned(),
            },
            address: segment.address,
            offset: segment.offset,
            stored: segment.stored,
            executable: segment.flags & 1 != 0,
        })
        .collect()
}

fn arch(elf: &Elf) -> String {
    match elf.machine {
        2 | 43 => "sparc".to_owned(),
        3 => "x86".to_owned(),
        8 => "mips".to_owned(),
        20 => "ppc".to_owned(),
        21 => "ppc64".to_owned(),
        22 => "s390x".to_owned(),
        40 => "arm".to_owned(),
        42 => "sh".to_owned(),
        4 => "m68k".to_owned(),
        62 => "x86-64".to_owned(),
        183 => "aarch64".to_owned(),
        243 => "riscv".to_owned(),
        258 => "loongarch".to_owned(),
        247 => "bpf".to_owned(),
        other => format!("machine {other}"),
    }
}

fn role(elf: &Elf) -> &'static str {
    let pie = elf
        .dynamic_value(0x6fff_fffb)
        .is_some_and(|flags| flags >> 27 & 1 == 1);
    let interpreted = elf.segments.iter().any(|segment| segment.kind == 3);
    match elf.kind {
        1 if elf.section(".modinfo").is_some() => "driver",
        1 => "object",
        2 => "program",
        3 if interpreted || pie => "program",
        3 => "library",
        4 => "core",
        _ => "unknown",
    }
}

/// Imports and exports. A needed library without a versioned name stands alone, as `library!`.
fn tables(elf: &Elf, data: &[u8], program: &mut Program) {
    let mut named = std::collections::BTreeSet::new();
    for symbol in elf.dynamic_symbols(data) {
        if symbol.name.is_empty() {
            continue;
        }
        if symbol.section == 0 {
            if let Some(library) = &symbol.library {
                named.insert(library.clone());
            }
            program.imports.push(match symbol.library {
                Some(library) => format!("{library}!{}", symbol.name),
                None => symbol.name,
            });
        } else if symbol.binding != 0 && matches!(symbol.kind, 0 | 1 | 2 | 6 | 10) {
            program.exports.push(symbol.name);
        }
    }
    let alone = elf
        .needed(data)
        .into_iter()
        .filter(|library| !named.contains(library));
    program.imports.extend(alone.map(|library| format!("{library}!")));
}

fn comments(elf: &Elf, data: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let bytes = elf.section_bytes(data, ".comment").unwrap_or_default();
    for text in bytes
        .split(|byte| *byte == 0)
        .filter(|text| !text.is_empty())
        .take(64)
    {
        let text = printable(text.get(..text.len().min(300)).unwrap_or_default());
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

fn debug(elf: &Elf, data: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let notes = elf
        .sections
        .iter()
        .filter(|section| section.kind == 7)
        .map(|section| (section.offset, section.size))
        .chain(
            elf.segments
                .iter()
                .filter(|segment| segment.kind == 4)
                .map(|segment| (segment.offset, segment.stored)),
        );
    for (offset, size) in notes.take(NOTES_MAX) {
        if let Some(id) = build_id(slice(data, offset, size).unwrap_or_default(), elf.endian)
            && !found.contains(&id)
        {
            found.push(id);
        }
    }
    if let Some(name) = elf
        .section_bytes(data, ".gnu_debuglink")
        .and_then(|bytes| zero_ended(bytes, 0, 1024))
        .filter(|name| !name.is_empty())
    {
        found.push(printable(name));
    }
    let endian = match elf.endian {
        Endian::Little => gimli::RunTimeEndian::Little,
        Endian::Big => gimli::RunTimeEndian::Big,
    };
    // A compressed section starts with a header instead of units.
    let section = |name: &str| {
        elf.section(name)
            .filter(|section| section.flags & 0x800 == 0)
            .and_then(|_| elf.section_bytes(data, name))
    };
    found.extend(dwarf::directories(&section, endian));
    found
}

/// `build-id:hex` out of a section or segment of notes.
fn build_id(notes: &[u8], endian: Endian) -> Option<String> {
    let mut at = 0u64;
    for _ in 0..NOTES_MAX {
        let number = |offset: u64| u32_at(notes, at.saturating_add(offset), endian);
        let (name_len, len, kind) = (u64::from(number(0)?), u64::from(number(4)?), number(8)?);
        let name = slice(notes, at.saturating_add(12), name_len)?;
        let padded = |len: u64| len.saturating_add(3) & !3;
        let value_at = at.saturating_add(12).saturating_add(padded(name_len));
        let value = slice(notes, value_at, len)?;
        if kind == 3 && name == b"GNU\0" && len <= 64 {
            return Some(format!("build-id:{}", hex(value)));
        }
        at = value_at.saturating_add(padded(len));
    }
    None
}

/// Bytes behind all that the headers name.
fn overlay(elf: &Elf, len: u64) -> Option<Span> {
    let sections = elf
        .sections
        .iter()
        .filter(|section| !section.is_empty_in_file())
        .map(|section| section.offset.saturating_add(section.size));
    let segments = elf
        .segments
        .iter()
        .map(|segment| segment.offset.saturating_add(segment.stored));
    let end = sections
        .chain(segments)
        .chain([elf.section_table.end])
        .filter(|end| *end <= len)
        .max()?;
    (end < len).then(|| Span::new(end, len))
}
