//! Compilation directories out of DWARF debug information. Source: DWARF 5, section 3.1.
//!
//! Bounds: 1,000 units, 32 directories. Compressed sections are not read.

use std::collections::BTreeSet;

use gimli::{Dwarf, EndianSlice, RunTimeEndian, SectionId};

const UNITS_MAX: usize = 1000;
const DIRECTORIES_MAX: usize = 32;

/// Directories in which the units were compiled, sorted. `section` gives the bytes of a debug section.
pub(crate) fn directories<'a>(
    section: &dyn Fn(&str) -> Option<&'a [u8]>,
    endian: RunTimeEndian,
) -> Vec<String> {
    let load = |id: SectionId| -> Result<EndianSlice<'a, RunTimeEndian>, gimli::Error> {
        Ok(EndianSlice::new(section(id.name()).unwrap_or_default(), endian))
    };
    let Ok(dwarf) = Dwarf::load(load) else {
        return Vec::new();
    };
    let mut found = BTreeSet::new();
    let mut units = dwarf.units();
    for _ in 0..UNITS_MAX {
        let Ok(Some(header)) = units.next() else { break };
        let Ok(unit) = dwarf.unit(header) else { continue };
        if let Some(directory) = unit.comp_dir
            && found.len() < DIRECTORIES_MAX
        {
            let bytes = directory.slice();
            let bytes = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
            found.insert(ascribe_code::image::printable(bytes));
        }
    }
    found
        .into_iter()
        .filter(|directory| !directory.is_empty())
        .collect()
}
