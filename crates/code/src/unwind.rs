//! Function ranges out of the unwind tables of an ELF file (`.eh_frame`), which stripped programs keep.
//!
//! Source: LSB 5.0 core, section 10.6; System V ABI for x86-64, chapter 4. Bound: 500,000 entries.

use gimli::{BaseAddresses, CieOrFde, EhFrame, LittleEndian, UnwindSection};

use crate::image::{Elf, Image, Seed};

const ENTRIES_MAX: usize = 500_000;

/// A range for each frame description; empty where there is no such table.
pub(crate) fn ranges(elf: &Elf, image: &Image<'_>) -> Vec<Seed> {
    let Some((address, bytes)) = table(elf, image) else {
        return Vec::new();
    };
    let mut frames = EhFrame::new(bytes, LittleEndian);
    frames.set_address_size(if elf.wide { 8 } else { 4 });
    let text = elf.section(".text").map_or(0, |section| section.address);
    let bases = BaseAddresses::default().set_eh_frame(address).set_text(text);
    let mut entries = frames.entries(&bases);
    let mut found = Vec::new();
    while let Ok(Some(entry)) = entries.next() {
        if found.len() >= ENTRIES_MAX {
            break;
        }
        let CieOrFde::Fde(partial) = entry else { continue };
        let Ok(description) = partial.parse(|frames, bases, offset| frames.cie_from_offset(bases, offset))
        else {
            continue;
        };
        let start = description.initial_address();
        if description.len() > 0 && image.is_code(start) {
            found.push(Seed {
                address: start,
                end: Some(start.saturating_add(description.len())),
                name: None,
            });
        }
    }
    found
}

/// Address and bytes of the table: by section, else by the pointer in `PT_GNU_EH_FRAME`.
fn table<'a>(elf: &Elf, image: &Image<'a>) -> Option<(u64, &'a [u8])> {
    if let Some(section) = elf.section(".eh_frame")
        && let Some(bytes) = elf.section_bytes(image.data, ".eh_frame")
    {
        return Some((section.address, bytes));
    }
    let header = elf.segments.iter().find(|segment| segment.kind == 0x6474_e550)?;
    let bytes = crate::image::slice(image.data, header.offset, header.stored)?;
    let mut bases = BaseAddresses::default().set_eh_frame_hdr(header.address);
    let text = elf.section(".text").map_or(0, |section| section.address);
    bases = bases.set_text(text);
    let parsed = gimli::EhFrameHdr::new(bytes, LittleEndian)
        .parse(&bases, if elf.wide { 8 } else { 4 })
        .ok()?;
    let gimli::Pointer::Direct(address) = parsed.eh_frame_ptr() else {
        return None;
    };
    let bytes = image.bytes(address);
    (!bytes.is_empty()).then_some((address, bytes))
}
