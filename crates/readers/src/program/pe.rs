//! A PE file as a program: headers and tables in the words of the model.

use ascribe_code::image::pe::{Pe, directory};
use ascribe_code::image::{Endian, printable, slice, u32_at, zero_ended};
use ascribe_model::program::Program;
use ascribe_model::{Anomaly, Moment, Span};

use super::sections::{Stated, observe};
use super::{Seen, compilers, dwarf, import_hash, resources, rich};

const LE: Endian = Endian::Little;
const DEBUG_ENTRIES_MAX: u64 = 64;
/// More sections than this no linker makes.
const SECTIONS_USUAL_MAX: u16 = 96;
const DAY_S: u32 = 86_400;

pub(crate) fn program<'a>(pe: &Pe, data: &'a [u8], anomalies: &mut Vec<Anomaly>) -> Seen<'a> {
    let len = data.len() as u64;
    if pe.sections_stated > SECTIONS_USUAL_MAX {
        anomalies.push(Anomaly::odd(
            "program.section-count",
            Some(Span::new(pe.header_at, pe.header_at.saturating_add(24))),
            format!(
                "{} sections; the Windows loader takes at most {SECTIONS_USUAL_MAX}",
                pe.sections_stated
            ),
        ));
    }
    let stated = pe
        .sections
        .iter()
        .map(|section| Stated {
            name: section.name.clone(),
            address: pe.image_base.saturating_add(u64::from(section.rva)),
            offset: u64::from(section.raw_offset),
            stored: u64::from(section.raw_size),
            executable: section.flags & 0x2000_0020 != 0,
        })
        .collect();
    let sections = observe(data, stated, anomalies);
    let (imports, imports_cut) = pe.imports(data);
    let (exports, exports_absurd) = pe.exports(data);
    if imports_cut || exports_absurd {
        anomalies.push(Anomaly::lost(
            "program.table-count",
            None,
            "the table of imports or exports states more entries than any program has; part of it was read",
        ));
    }
    let rich = rich::of(data, pe.header_at);
    if let Some(rich) = rich.as_ref().filter(|rich| !rich.checksum_agrees) {
        anomalies.push(Anomaly::odd(
            "program.rich-checksum",
            Some(rich.at),
            "the rich header's checksum does not agree with the bytes before it; it was changed or copied from another file",
        ));
    }
    let resources = resources::of(pe, data, anomalies);
    let debug = debug_entries(pe, data);
    let mut program = Program {
        format: "pe".to_owned(),
        arch: arch(pe.machine),
        role: role(pe).to_owned(),
        entry: (pe.entry_rva != 0).then(|| pe.image_base.saturating_add(u64::from(pe.entry_rva))),
        built: built(pe, data, &debug, anomalies),
        sections,
        import_hash: import_hash::of(&imports),
        imports: imports
            .into_iter()
            .map(|import| {
                let name = import.name.unwrap_or_else(|| format!("#{}", import.ordinal));
                format!("{}!{name}", import.library)
            })
            .collect(),
        exports: exports.into_iter().map(|export| export.name).collect(),
        version: resources.version,
        languages: resources.languages.into_iter().collect(),
        rich,
        debug: debug.paths,
        compilers: compilers::marks(data),
        signed: false,
        overlay: None,
        functions: Vec::new(),
        not_examined: None,
    };
    let debug_section = |name: &str| {
        let section = pe.sections.iter().find(|section| section.name == name)?;
        let size = section.raw_size.min(section.virtual_size.max(1));
        slice(data, u64::from(section.raw_offset), u64::from(size))
    };
    program
        .debug
        .extend(dwarf::directories(&debug_section, gimli::RunTimeEndian::Little));
    if pe.is_managed() {
        program.compilers.push(".NET".to_owned());
        program.not_examined = Some(
            "a .NET assembly: its methods are in an intermediate language that is not decoded".to_owned(),
        );
    }
    let certificates = certificates(pe, len, anomalies);
    program.signed = certificates.is_some();
    program.overlay = overlay(pe, data, certificates);
    Seen {
        program,
        sections_stated: u64::from(pe.sections_stated),
        image: pe.image(data),
        files: resources.files,
    }
}

fn arch(machine: u16) -> String {
    match machine {
        0x14c => "x86".to_owned(),
        0x8664 => "x86-64".to_owned(),
        0xaa64 => "aarch64".to_owned(),
        0x1c0 | 0x1c2 | 0x1c4 => "arm".to_owned(),
        0x200 => "ia64".to_owned(),
        0xebc => "efi-bytecode".to_owned(),
        other => format!("{other:#06x}"),
    }
}

const fn role(pe: &Pe) -> &'static str {
    if pe.flags & 0x2000 != 0 {
        "library"
    } else if matches!(pe.subsystem, 1 | 11 | 12) {
        "driver"
    } else {
        "program"
    }
}

#[derive(Default)]
struct Debug {
    paths: Vec<String>,
    /// Whether the build time is a hash of the content.
    reproducible: bool,
    times: Vec<u32>,
}

/// CodeView names and whether the build is marked as reproducible.
fn debug_entries(pe: &Pe, data: &[u8]) -> Debug {
    let mut found = Debug::default();
    let Some((rva, size)) = pe.directory(directory::DEBUG) else {
        return found;
    };
    let table = pe.at(data, rva).unwrap_or_default();
    let count = u64::from(size)
        .checked_div(28)
        .unwrap_or(0)
        .min(DEBUG_ENTRIES_MAX);
    for index in 0..count {
        let row = index.saturating_mul(28);
        let number = |offset: u64| u32_at(table, row.saturating_add(offset), LE);
        let (Some(time), Some(kind), Some(size), Some(at)) = (number(4), number(12), number(16), number(24))
        else {
            break;
        };
        found.times.push(time);
        found.reproducible |= kind == 16;
        if kind != 2 {
            continue;
        }
        let entry = slice(data, u64::from(at), u64::from(size)).unwrap_or_default();
        let name_at = match entry.get(..4) {
            Some(b"RSDS") => 24,
            Some(b"NB10") => 16,
            _ => continue,
        };
        let name = zero_ended(entry, name_at, 1024).unwrap_or_default();
        let name = std::str::from_utf8(name).map_or_else(
            |_| printable(name),
            |name| name.chars().filter(|letter| !letter.is_control()).collect(),
        );
        if !name.is_empty() && !found.paths.contains(&name) {
            found.paths.push(name);
        }
    }
    found
}

/// The build time, unless it is known to be none.
fn built(pe: &Pe, data: &[u8], debug: &Debug, anomalies: &mut Vec<Anomaly>) -> Option<Moment> {
    let at = Some(Span::new(
        pe.header_at.saturating_add(8),
        pe.header_at.saturating_add(12),
    ));
    if debug.reproducible {
        anomalies.push(Anomaly::odd(
            "program.build-time-hash",
            at,
            "the build is marked as reproducible: its time field is a hash, not a time",
        ));
        return None;
    }
    if matches!(pe.time, 0 | u32::MAX) {
        anomalies.push(Anomaly::odd(
            "program.build-time-missing",
            at,
            format!("the build time is {:#x}: removed, or never written", pe.time),
        ));
        return None;
    }
    let export_time = pe
        .directory(directory::EXPORT)
        .and_then(|(rva, _)| u32_at(pe.at(data, rva)?, 4, LE));
    let other = export_time
        .into_iter()
        .chain(debug.times.iter().copied())
        .find(|time| !matches!(*time, 0 | u32::MAX) && time.abs_diff(pe.time) > DAY_S);
    let moment = |time: u32| Moment::of_epoch_micros(i64::from(time).saturating_mul(1_000_000));
    if let Some(other) = other.and_then(moment) {
        let own = moment(pe.time);
        anomalies.push(Anomaly::odd(
            "program.build-times-differ",
            at,
            format!(
                "the header says built {}, another table of the file says {}",
                own.as_ref().map_or("nothing", Moment::text),
                other.text()
            ),
        ));
    }
    moment(pe.time)
}

/// Where the certificate table stands, if there is one.
fn certificates(pe: &Pe, len: u64, anomalies: &mut Vec<Anomaly>) -> Option<Span> {
    let (at, size) = pe.directory(directory::SECURITY)?;
    let (at, size) = (u64::from(at), u64::from(size));
    let end = at.saturating_add(size);
    if end > len || size < 8 {
        anomalies.push(Anomaly::lost(
            "program.certificates-outside",
            None,
            format!("the certificate table should span bytes {at} to {end} of a file of {len}"),
        ));
        return None;
    }
    Some(Span::new(at, end))
}

/// Bytes behind the last section that are neither COFF symbols nor certificates.
fn overlay(pe: &Pe, data: &[u8], certificates: Option<Span>) -> Option<Span> {
    let len = data.len() as u64;
    if pe.sections.is_empty() {
        return None;
    }
    let mut start = pe
        .sections
        .iter()
        .filter(|section| section.raw_size > 0)
        .map(|section| u64::from(section.raw_offset).saturating_add(u64::from(section.raw_size)))
        .filter(|end| *end <= len)
        .max()
        .unwrap_or(0)
        .max(u64::from(pe.headers_size));
    let (symbols, count) = pe.symbols;
    if symbols != 0 && u64::from(symbols) >= start.saturating_sub(512) {
        let strings = u64::from(symbols).saturating_add(u64::from(count).saturating_mul(18));
        let size = u32_at(data, strings, LE).map_or(0, u64::from);
        let end = strings.saturating_add(size);
        if end <= len {
            start = start.max(end);
        }
    }
    let mut end = len;
    if let Some(span) = certificates {
        if span.start <= start.saturating_add(8) {
            start = start.max(span.end);
        } else if span.end.saturating_add(8) >= len {
            end = span.start;
        }
    }
    (start < end).then(|| Span::new(start, end))
}
