//! Whether a program's code is packed or encrypted, so that its functions cannot be seen.
//!
//! A packed program is "not examined", never "shares nothing". Judged by section names of known packers and by the entropy of
//! the executable bytes (compiled x86 code lies between 5 and 6.8 bits per byte; Lyda & Hamrock 2007).

use ascribe_model::program::Program;

const PACKER_SECTIONS: &[(&str, &str)] = &[
    ("UPX0", "UPX"),
    ("UPX1", "UPX"),
    ("UPX!", "UPX"),
    (".aspack", "ASPack"),
    (".adata", "ASPack"),
    (".MPRESS1", "MPRESS"),
    (".MPRESS2", "MPRESS"),
    (".petite", "Petite"),
    ("petite", "Petite"),
    (".themida", "Themida"),
    (".winlice", "WinLicense"),
    (".vmp0", "VMProtect"),
    (".vmp1", "VMProtect"),
    (".nsp0", "NsPack"),
    ("nsp0", "NsPack"),
    (".enigma1", "Enigma"),
    ("FSG!", "FSG"),
    ("PEC2", "PECompact"),
    ("pec1", "PECompact"),
    (".yP", "Y0da"),
    ("MEW", "MEW"),
    (".perplex", "Perplex"),
];
const ENTROPY_MIN: f64 = 7.2;
/// Short sections of ordinary code can look random.
const BYTES_MIN: u64 = 2048;

/// Why the functions cannot be seen, or none.
pub(crate) fn reason(program: &Program) -> Option<String> {
    let named = program.sections.iter().find_map(|section| {
        PACKER_SECTIONS
            .iter()
            .find(|(name, _)| section.name == *name)
            .map(|(_, packer)| (section, *packer))
    });
    if let Some((section, packer)) = named {
        return Some(format!("packed: section `{}` is one of {packer}", section.name));
    }
    let dense = program
        .sections
        .iter()
        .filter(|section| section.executable && section.at.end.saturating_sub(section.at.start) >= BYTES_MIN)
        .max_by_key(|section| section.at.end.saturating_sub(section.at.start))?;
    (dense.entropy >= ENTROPY_MIN).then(|| {
        format!(
            "packed or encrypted: the code in `{}` has {} bits of entropy per byte, with {} imports",
            dense.name,
            dense.entropy,
            program.imports.len()
        )
    })
}
