//! Headers of a Portable Executable: what a Windows loader would map where.
//!
//! Source: Microsoft, "PE Format" (2024). Bounds: 65,535 sections (all that the field can say), 16 directories.

use ascribe_model::{Anomaly, Span};

use super::{
    Bits, Endian, Image, Region, Seed, pe_tables, printable, slice, u16_at, u32_at, u64_at, zero_ended,
};

const LE: Endian = Endian::Little;

/// Index of a data directory.
pub mod directory {
    /// Exports.
    pub const EXPORT: usize = 0;
    /// Imports.
    pub const IMPORT: usize = 1;
    /// Resources.
    pub const RESOURCE: usize = 2;
    /// Unwind tables.
    pub const EXCEPTION: usize = 3;
    /// Certificates (a file offset, not an address).
    pub const SECURITY: usize = 4;
    /// Debug entries.
    pub const DEBUG: usize = 6;
    /// Thread-local storage.
    pub const TLS: usize = 9;
    /// Delayed imports.
    pub const DELAY_IMPORT: usize = 13;
    /// Header of the common language runtime.
    pub const CLR: usize = 14;
}

/// A section as its header states it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeSection {
    /// Name, long names looked up in the string table.
    pub name: String,
    /// Address relative to the image base.
    pub rva: u32,
    /// Bytes in memory.
    pub virtual_size: u32,
    /// First byte in the file.
    pub raw_offset: u32,
    /// Bytes in the file.
    pub raw_size: u32,
    /// Flags.
    pub flags: u32,
}

/// Headers of a PE file.
#[derive(Clone, Debug, Default)]
pub struct Pe {
    /// Where the PE signature stands.
    pub header_at: u64,
    /// Machine.
    pub machine: u16,
    /// Seconds since 1970, or a hash of the content in a reproducible build.
    pub time: u32,
    /// Flags of the file header.
    pub flags: u16,
    /// Whether addresses have 64 bits.
    pub wide: bool,
    /// Subsystem.
    pub subsystem: u16,
    /// Preferred address.
    pub image_base: u64,
    /// Entry point relative to it; 0 is none.
    pub entry_rva: u32,
    /// Bytes of all headers.
    pub headers_size: u32,
    /// (relative address, size) of each data directory.
    pub directories: Vec<(u32, u32)>,
    /// How many sections the header states.
    pub sections_stated: u16,
    /// Those that could be read.
    pub sections: Vec<PeSection>,
    /// Offset and count of the COFF symbol table.
    pub symbols: (u32, u32),
    map: Vec<(u32, u32, u32, u32)>,
}

impl Pe {
    /// Reads the headers; none where there is no PE signature.
    #[must_use]
    pub fn parse(data: &[u8], anomalies: &mut Vec<Anomaly>) -> Option<Self> {
        if data.get(..2)? != b"MZ" {
            return None;
        }
        let at = u64::from(u32_at(data, 0x3c, LE)?);
        if slice(data, at, 4)? != b"PE\0\0" {
            return None;
        }
        let file = at.saturating_add(4);
        let mut pe = Self {
            header_at: at,
            machine: u16_at(data, file, LE)?,
            sections_stated: u16_at(data, file.saturating_add(2), LE).unwrap_or(0),
            time: u32_at(data, file.saturating_add(4), LE).unwrap_or(0),
            symbols: (
                u32_at(data, file.saturating_add(8), LE).unwrap_or(0),
                u32_at(data, file.saturating_add(12), LE).unwrap_or(0),
            ),
            flags: u16_at(data, file.saturating_add(18), LE).unwrap_or(0),
            ..Self::default()
        };
        let optional_size = u64::from(u16_at(data, file.saturating_add(16), LE).unwrap_or(0));
        let optional = file.saturating_add(20);
        if pe.optional_header(data, optional).is_none() {
            anomalies.push(Anomaly::lost(
                "program.headers-cut",
                Some(Span::new(at, data.len() as u64)),
                "the optional header ends before its fixed part does",
            ));
        }
        pe.section_table(data, optional.saturating_add(optional_size), anomalies);
        pe.index(data.len() as u64);
        Some(pe)
    }

    fn optional_header(&mut self, data: &[u8], at: u64) -> Option<()> {
        let field = |offset: u64| at.saturating_add(offset);
        self.wide = match u16_at(data, at, LE)? {
            0x20b => true,
            0x10b => false,
            _ => matches!(self.machine, 0x8664 | 0xaa64 | 0x200),
        };
        self.entry_rva = u32_at(data, field(16), LE)?;
        self.image_base = if self.wide {
            u64_at(data, field(24), LE)?
        } else {
            u64::from(u32_at(data, field(28), LE)?)
        };
        self.headers_size = u32_at(data, field(60), LE)?;
        self.subsystem = u16_at(data, field(68), LE)?;
        let count_at = if self.wide { 108 } else { 92 };
        let count = u64::from(u32_at(data, field(count_at), LE)?.min(16));
        for index in 0..count {
            let entry = field(count_at.saturating_add(4).saturating_add(index.saturating_mul(8)));
            self.directories.push((
                u32_at(data, entry, LE)?,
                u32_at(data, entry.saturating_add(4), LE)?,
            ));
        }
        Some(())
    }

    fn section_table(&mut self, data: &[u8], at: u64, anomalies: &mut Vec<Anomaly>) {
        let strings = u64::from(self.symbols.0).saturating_add(u64::from(self.symbols.1).saturating_mul(18));
        let stated = u64::from(self.sections_stated);
        for index in 0..stated {
            let row = at.saturating_add(index.saturating_mul(40));
            let Some(bytes) = slice(data, row, 40) else {
                anomalies.push(Anomaly::lost(
                    "program.section-table-cut",
                    Some(Span::new(at.min(data.len() as u64), data.len() as u64)),
                    format!("the header states {stated} sections; the file ends after {index} of them"),
                ));
                break;
            };
            let number = |offset| u32_at(bytes, offset, LE).unwrap_or(0);
            self.sections.push(PeSection {
                name: self.section_name(data, bytes, strings),
                virtual_size: number(8),
                rva: number(12),
                raw_size: number(16),
                raw_offset: number(20),
                flags: number(36),
            });
        }
    }

    /// `/123` names an offset into the string table behind the COFF symbols.
    fn section_name(&self, data: &[u8], row: &[u8], strings: u64) -> String {
        let name = zero_ended(row, 0, 8).unwrap_or_default();
        let long = || {
            let digits = std::str::from_utf8(name.strip_prefix(b"/")?).ok()?;
            let offset: u64 = digits.parse().ok()?;
            if self.symbols.0 == 0 {
                return None;
            }
            let found = zero_ended(data, strings.checked_add(offset)?, 64)?;
            (!found.is_empty()).then_some(found)
        };
        printable(long().unwrap_or(name))
    }

    /// Sorted (rva, size in memory, file offset, bytes in the file), clipped to the file; overlaps left out.
    fn index(&mut self, len: u64) {
        let mut map: Vec<_> = self
            .sections
            .iter()
            .map(|section| {
                // The Windows loader rounds the offset down to a disk sector.
                let offset = section.raw_offset & !0x1ff;
                let size = if section.virtual_size == 0 {
                    section.raw_size
                } else {
                    section.virtual_size
                };
                let inside = u32::try_from(len.saturating_sub(u64::from(offset))).unwrap_or(u32::MAX);
                (section.rva, size, offset, section.raw_size.min(size).min(inside))
            })
            .collect();
        let headers = self.headers_size.min(u32::try_from(len).unwrap_or(u32::MAX));
        map.push((0, headers, 0, headers));
        map.sort_by_key(|row| (row.0, std::cmp::Reverse(row.3)));
        let mut end = 0u64;
        map.retain(|row| {
            let fits = row.1 > 0 && u64::from(row.0) >= end;
            if fits {
                end = u64::from(row.0).saturating_add(u64::from(row.1));
            }
            fits
        });
        self.map = map;
    }

    /// File offset of a relative address, and how many bytes of its section follow there.
    #[must_use]
    pub fn offset(&self, rva: u32) -> Option<(u64, u64)> {
        let index = self.map.partition_point(|row| row.0 <= rva);
        let row = self.map.get(index.checked_sub(1)?)?;
        let inside = rva.checked_sub(row.0)?;
        let left = row.3.checked_sub(inside).filter(|left| *left > 0)?;
        Some((
            u64::from(row.2).saturating_add(u64::from(inside)),
            u64::from(left),
        ))
    }

    /// Bytes from a relative address to the end of its section in the file.
    #[must_use]
    pub fn at<'a>(&self, data: &'a [u8], rva: u32) -> Option<&'a [u8]> {
        let (offset, left) = self.offset(rva)?;
        slice(data, offset, left)
    }

    /// Relative address and size of a directory; none where it is absent or empty.
    #[must_use]
    pub fn directory(&self, index: usize) -> Option<(u32, u32)> {
        self.directories
            .get(index)
            .copied()
            .filter(|(rva, size)| *rva != 0 && *size != 0)
    }

    /// Whether its code is for the common language runtime.
    #[must_use]
    pub fn is_managed(&self) -> bool {
        self.directory(directory::CLR).is_some()
    }

    /// How to decode its code, where that is known.
    #[must_use]
    pub const fn bits(&self) -> Option<Bits> {
        match self.machine {
            0x14c => Some(Bits::B32),
            0x8664 => Some(Bits::B64),
            _ => None,
        }
    }

    /// The view for function discovery; none for machines that cannot be decoded.
    #[must_use]
    pub fn image<'a>(&self, data: &'a [u8]) -> Option<Image<'a>> {
        let bits = self.bits()?;
        let code: std::collections::BTreeSet<u32> = self
            .sections
            .iter()
            .filter(|section| section.flags & 0x2000_0020 != 0)
            .map(|section| section.rva)
            .collect();
        let regions = self
            .map
            .iter()
            .map(|row| Region {
                address: self.image_base.saturating_add(u64::from(row.0)),
                size: u64::from(row.1),
                offset: u64::from(row.2),
                stored: u64::from(row.3),
                executable: code.contains(&row.0),
            })
            .collect();
        let mut seeds: Vec<Seed> = Vec::new();
        let seed = |rva: u32, end: Option<u32>, name: Option<String>| Seed {
            address: self.image_base.saturating_add(u64::from(rva)),
            end: end.map(|end| self.image_base.saturating_add(u64::from(end))),
            name,
        };
        if self.entry_rva != 0 {
            seeds.push(seed(self.entry_rva, None, None));
        }
        for export in self.exports(data).0 {
            if export.forward.is_none() && export.rva != 0 {
                seeds.push(seed(export.rva, None, Some(export.name)));
            }
        }
        if bits == Bits::B64 {
            seeds.extend(
                pe_tables::unwind_ranges(self, data)
                    .into_iter()
                    .map(|(start, end)| seed(start, Some(end), None)),
            );
        }
        seeds.extend(
            pe_tables::coff_functions(self, data)
                .into_iter()
                .map(|(rva, name)| seed(rva, None, Some(name))),
        );
        let slots = self.imports(data).0.into_iter().filter_map(|import| {
            let address = self.image_base.saturating_add(u64::from(import.slot));
            Some((address, import.name?))
        });
        let mut image = Image::new(data, bits, regions, seeds, self.image_base);
        image.imports = slots.collect();
        Some(image)
    }

    /// Imports in the file's order, those loaded late after the others, and whether a bound cut them off.
    #[must_use]
    pub fn imports(&self, data: &[u8]) -> (Vec<pe_tables::Import>, bool) {
        pe_tables::imports(self, data)
    }

    /// Exports by name, then those without one, and whether the counts in the header were absurd.
    #[must_use]
    pub fn exports(&self, data: &[u8]) -> (Vec<pe_tables::Export>, bool) {
        pe_tables::exports(self, data)
    }
}

pub use pe_tables::{Export, Import};
