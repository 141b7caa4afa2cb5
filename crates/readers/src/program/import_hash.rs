//! The import hash: MD5 over the list of imported functions, as the field computes it.
//!
//! Source: Mandiant, "Tracking Malware with Import Hashing" (2014); pefile's `get_imphash` for the details: library names in lower case
//! without `dll`, `ocx` or `sys`, function names in lower case, numbers of three libraries looked up, others as `ord` and the number.

use ascribe_code::image::pe::Import;
use ascribe_model::place::hex;
use md5::{Digest, Md5};

const ORDINALS: &str = include_str!("ordinals.txt");

/// Hex of the hash; empty without imports. Imports that are loaded late do not count.
pub(crate) fn of(imports: &[Import]) -> String {
    let parts: Vec<String> = imports
        .iter()
        .filter(|import| !import.late)
        .map(|import| {
            let library = import.library.to_lowercase();
            let name = import
                .name
                .as_ref()
                .map_or_else(|| by_number(&library, import.ordinal), |name| name.to_lowercase());
            let stem = match library.rsplit_once('.') {
                Some((stem, "dll" | "ocx" | "sys")) => stem,
                _ => library.as_str(),
            };
            format!("{stem}.{name}")
        })
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    hex(&Md5::digest(parts.join(",").as_bytes()))
}

/// Name of a function that is imported by number, in lower case.
fn by_number(library: &str, ordinal: u16) -> String {
    let number = ordinal.to_string();
    ORDINALS
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ');
            (fields.next() == Some(library) && fields.next() == Some(number.as_str()))
                .then(|| fields.next())
                .flatten()
        })
        .next()
        .map_or_else(|| format!("ord{number}"), str::to_lowercase)
}
