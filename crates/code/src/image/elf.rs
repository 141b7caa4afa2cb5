//! Headers of an ELF file, 32 and 64 bits, both byte orders: what a loader would map where, and its symbols.
//!
//! Source: System V gABI, chapters 4 and 5; LSB 5.0 for symbol versions. Where the section table is damaged or gone,
//! the segments and the dynamic table stand in. Bounds: 65,535 sections, 4,096 segments.

use ascribe_model::{Anomaly, Span};

use super::{Bits, Endian, Image, Region, Seed, printable, slice, u16_at, u32_at, u64_at, zero_ended};

const SECTIONS_MAX: u64 = 65_535;
const SEGMENTS_MAX: u64 = 4096;
const DYNAMIC_MAX: u64 = 4096;

/// A section as its header states it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ElfSection {
    /// Name.
    pub name: String,
    /// Type.
    pub kind: u32,
    /// Flags.
    pub flags: u64,
    /// Virtual address.
    pub address: u64,
    /// First byte in the file.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
    /// Index of a section it refers to.
    pub link: u32,
    /// Bytes of one entry.
    pub entry_size: u64,
}

impl ElfSection {
    /// Whether it has no bytes in the file.
    #[must_use]
    pub const fn is_empty_in_file(&self) -> bool {
        self.kind == 8 || self.kind == 0
    }
}

/// A segment as its header states it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Type.
    pub kind: u32,
    /// Flags: 1 is executable.
    pub flags: u32,
    /// First byte in the file.
    pub offset: u64,
    /// Virtual address.
    pub address: u64,
    /// Bytes in the file.
    pub stored: u64,
    /// Bytes in memory.
    pub size: u64,
}

/// Headers of an ELF file.
#[derive(Clone, Debug)]
pub struct Elf {
    /// Whether addresses have 64 bits.
    pub wide: bool,
    /// Byte order.
    pub endian: Endian,
    /// Type: 1 object, 2 program, 3 shared, 4 core.
    pub kind: u16,
    /// Machine.
    pub machine: u16,
    /// Entry point; 0 is none.
    pub entry: u64,
    /// Segments.
    pub segments: Vec<Segment>,
    /// How many sections the header states.
    pub sections_stated: u64,
    /// Where the section table stands.
    pub section_table: Span,
    /// Those that could be read.
    pub sections: Vec<ElfSection>,
    /// The dynamic table: (tag, value).
    pub dynamic: Vec<(u64, u64)>,
}

/// Reads numbers whose width is the file's.
pub(super) struct Words<'a> {
    pub data: &'a [u8],
    pub endian: Endian,
    pub wide: bool,
}

impl Words<'_> {
    pub fn half(&self, at: u64) -> Option<u16> {
        u16_at(self.data, at, self.endian)
    }
    pub fn word(&self, at: u64) -> Option<u32> {
        u32_at(self.data, at, self.endian)
    }
    pub fn long(&self, at: u64) -> Option<u64> {
        if self.wide {
            u64_at(self.data, at, self.endian)
        } else {
            self.word(at).map(u64::from)
        }
    }
    /// The `index`-th field of address width after `start` bytes.
    fn field(&self, at: u64, start: u64, index: u64) -> Option<u64> {
        let width: u64 = if self.wide { 8 } else { 4 };
        self.long(
            at.saturating_add(start)
                .saturating_add(index.saturating_mul(width)),
        )
    }
}

impl Elf {
    /// Reads the headers; none where there is no ELF magic.
    #[must_use]
    pub fn parse(data: &[u8], anomalies: &mut Vec<Anomaly>) -> Option<Self> {
        if data.get(..4)? != b"\x7fELF" {
            return None;
        }
        let wide = match data.get(4)? {
            1 => false,
            2 => true,
            _ => return None,
        };
        let endian = match data.get(5)? {
            1 => Endian::Little,
            2 => Endian::Big,
            _ => return None,
        };
        let words = Words { data, endian, wide };
        let mut elf = Self {
            wide,
            endian,
            kind: words.half(16)?,
            machine: words.half(18)?,
            entry: words.field(24, 0, 0).unwrap_or(0),
            segments: Vec::new(),
            sections_stated: 0,
            section_table: Span::default(),
            sections: Vec::new(),
            dynamic: Vec::new(),
        };
        let counts = if wide { 54 } else { 42 };
        let half = |index: u64| words.half(index.saturating_mul(2).saturating_add(counts));
        if half(5).is_none() {
            anomalies.push(Anomaly::lost(
                "program.headers-cut",
                Some(Span::new(0, data.len() as u64)),
                "the file ends inside the ELF header",
            ));
            return Some(elf);
        }
        let number = |index: u64| u64::from(half(index).unwrap_or(0));
        elf.read_segments(
            &words,
            (words.field(24, 0, 1).unwrap_or(0), number(0), number(1)),
            anomalies,
        );
        elf.read_sections(
            &words,
            (
                words.field(24, 0, 2).unwrap_or(0),
                number(2),
                number(3),
                number(4),
            ),
            anomalies,
        );
        elf.read_dynamic(&words);
        Some(elf)
    }

    fn read_segments(
        &mut self,
        words: &Words<'_>,
        (table, row_size, count): (u64, u64, u64),
        anomalies: &mut Vec<Anomaly>,
    ) {
        let least = if self.wide { 56 } else { 32 };
        if count > 0 && row_size < least {
            anomalies.push(Anomaly::lost(
                "program.segment-table",
                None,
                format!("a row of the segment table has {row_size} bytes; at least {least} are needed"),
            ));
            return;
        }
        for index in 0..count.min(SEGMENTS_MAX) {
            let row = table.saturating_add(index.saturating_mul(row_size));
            let (first, flags_at) = if self.wide { (8, 4) } else { (4, 24) };
            let read = || {
                let width: u64 = if self.wide { 8 } else { 4 };
                let field =
                    |index: u64| words.long(row.checked_add(first)?.checked_add(index.checked_mul(width)?)?);
                Some(Segment {
                    kind: words.word(row)?,
                    flags: words.word(row.checked_add(flags_at)?)?,
                    offset: field(0)?,
                    address: field(1)?,
                    stored: field(3)?,
                    size: field(4)?,
                })
            };
            let Some(segment) = read() else {
                let len = words.data.len() as u64;
                anomalies.push(Anomaly::lost(
                    "program.segment-table-cut",
                    Some(Span::new(table.min(len), len)),
                    format!("the header states {count} segments; the file ends after {index} of them"),
                ));
                break;
            };
            self.segments.push(segment);
        }
    }

    fn read_sections(
        &mut self,
        words: &Words<'_>,
        (table, row_size, stated, names): (u64, u64, u64, u64),
        anomalies: &mut Vec<Anomaly>,
    ) {
        let len = words.data.len() as u64;
        let least = if self.wide { 64 } else { 40 };
        if table == 0 {
            return;
        }
        if row_size < least {
            anomalies.push(Anomaly::lost(
                "program.section-table",
                None,
                format!("a row of the section table has {row_size} bytes; at least {least} are needed"),
            ));
            return;
        }
        let field = |row: u64, index: u64| words.field(row, 8, index);
        // With 65,280 sections or more the count and the name index stand in the first row.
        let count = if stated == 0 {
            field(table, 3).unwrap_or(0)
        } else {
            stated
        };
        let names = if names == 0xffff {
            let link = if self.wide { 40 } else { 24 };
            u64::from(words.word(table.saturating_add(link)).unwrap_or(0))
        } else {
            names
        };
        self.sections_stated = count;
        self.section_table = Span::new(
            table.min(len),
            table.saturating_add(count.saturating_mul(row_size)).min(len),
        );
        let mut name_offsets = Vec::new();
        for index in 0..count.min(SECTIONS_MAX) {
            let row = table.saturating_add(index.saturating_mul(row_size));
            let read = || {
                let link = if self.wide { 40 } else { 24 };
                let last = if self.wide { 56 } else { 36 };
                Some((
                    words.word(row)?,
                    ElfSection {
                        name: String::new(),
                        kind: words.word(row.checked_add(4)?)?,
                        flags: field(row, 0)?,
                        address: field(row, 1)?,
                        offset: field(row, 2)?,
                        size: field(row, 3)?,
                        link: words.word(row.checked_add(link)?)?,
                        entry_size: words.long(row.checked_add(last)?)?,
                    },
                ))
            };
            let Some((name, section)) = read() else {
                anomalies.push(Anomaly::lost(
                    "program.section-table-cut",
                    Some(Span::new(table.min(len), len)),
                    format!("the header states {count} sections at byte {table}; the file ends after {index} of them"),
                ));
                break;
            };
            name_offsets.push(name);
            self.sections.push(section);
        }
        if count > SECTIONS_MAX {
            anomalies.push(Anomaly::lost(
                "program.section-count",
                Some(self.section_table),
                format!("{count} sections are stated; {SECTIONS_MAX} were read"),
            ));
        }
        let table_of_names = usize::try_from(names)
            .ok()
            .and_then(|index| self.sections.get(index).cloned());
        if let Some(table_of_names) = table_of_names {
            for (section, name) in self.sections.iter_mut().zip(name_offsets) {
                let at = table_of_names.offset.saturating_add(u64::from(name));
                section.name = printable(zero_ended(words.data, at, 64).unwrap_or_default());
            }
        }
    }

    fn read_dynamic(&mut self, words: &Words<'_>) {
        let Some(segment) = self.segments.iter().find(|segment| segment.kind == 2) else {
            return;
        };
        let width: u64 = if self.wide { 16 } else { 8 };
        for index in 0..segment.stored.checked_div(width).unwrap_or(0).min(DYNAMIC_MAX) {
            let row = segment.offset.saturating_add(index.saturating_mul(width));
            let (Some(tag), Some(value)) = (words.field(row, 0, 0), words.field(row, 0, 1)) else {
                break;
            };
            if tag == 0 {
                break;
            }
            self.dynamic.push((tag, value));
        }
    }

    /// The first value of a dynamic tag.
    #[must_use]
    pub fn dynamic_value(&self, tag: u64) -> Option<u64> {
        self.dynamic.iter().find(|row| row.0 == tag).map(|row| row.1)
    }

    /// The section of this name.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&ElfSection> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// Bytes of the section of this name; none where absent or outside the file.
    #[must_use]
    pub fn section_bytes<'a>(&self, data: &'a [u8], name: &str) -> Option<&'a [u8]> {
        let section = self.section(name)?;
        if section.is_empty_in_file() {
            return None;
        }
        slice(data, section.offset, section.size)
    }

    /// Where a virtual address stands in the file, by the loaded segments.
    #[must_use]
    pub fn offset(&self, address: u64) -> Option<u64> {
        self.segments
            .iter()
            .filter(|segment| segment.kind == 1)
            .find_map(|segment| {
                let inside = address.checked_sub(segment.address)?;
                (inside < segment.stored).then(|| segment.offset.saturating_add(inside))
            })
    }

    /// How to decode its code, where that is known.
    #[must_use]
    pub const fn bits(&self) -> Option<Bits> {
        match (self.machine, self.endian) {
            (3, Endian::Little) => Some(Bits::B32),
            (62, Endian::Little) => Some(Bits::B64),
            _ => None,
        }
    }

    /// The view for function discovery; none for machines that cannot be decoded.
    #[must_use]
    pub fn image<'a>(&self, data: &'a [u8]) -> Option<Image<'a>> {
        let bits = self.bits()?;
        let len = data.len() as u64;
        let region = |(address, size, offset, stored, executable): (u64, u64, u64, u64, bool)| Region {
            address,
            size,
            offset,
            stored: stored.min(size).min(len.saturating_sub(offset)),
            executable,
        };
        // Sections are finer: data in an executable segment is not taken for code.
        let by_section: Vec<Region> = self
            .sections
            .iter()
            .filter(|section| section.flags & 2 != 0 && section.size > 0 && section.address != 0)
            .map(|section| {
                let stored = if section.is_empty_in_file() {
                    0
                } else {
                    section.size
                };
                region((
                    section.address,
                    section.size,
                    section.offset,
                    stored,
                    section.flags & 4 != 0,
                ))
            })
            .collect();
        let regions = if by_section
            .iter()
            .any(|region| region.executable && region.stored > 0)
        {
            by_section
        } else {
            self.segments
                .iter()
                .filter(|segment| segment.kind == 1)
                .map(|segment| {
                    region((
                        segment.address,
                        segment.size,
                        segment.offset,
                        segment.stored,
                        segment.flags & 1 != 0,
                    ))
                })
                .collect()
        };
        let mut seeds = Vec::new();
        if self.entry != 0 {
            seeds.push(Seed {
                address: self.entry,
                ..Seed::default()
            });
        }
        for symbol in self.symbols(data).into_iter().chain(self.dynamic_symbols(data)) {
            if matches!(symbol.kind, 2 | 10) && symbol.section != 0 && symbol.value != 0 {
                seeds.push(Seed {
                    address: symbol.value,
                    end: (symbol.size > 0).then(|| symbol.value.saturating_add(symbol.size)),
                    name: (!symbol.name.is_empty()).then_some(symbol.name),
                });
            }
        }
        for tag in [12, 13] {
            // Initialisation and termination functions.
            seeds.extend(self.dynamic_value(tag).map(|address| Seed {
                address,
                ..Seed::default()
            }));
        }
        let mut image = Image::new(data, bits, regions, Vec::new(), 0);
        seeds.extend(crate::unwind::ranges(self, &image));
        image = Image::new(data, bits, image.regions, seeds, 0);
        (image.imports, image.pointers) = self.relocations(data);
        // In 32-bit position-independent code a register holds this address.
        image.table = (bits == Bits::B32).then(|| self.dynamic_value(3)).flatten();
        Some(image)
    }
}
