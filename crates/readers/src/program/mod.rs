//! Reads programs: PE (32, 64 bits) and ELF (32, 64 bits, both byte orders).
//!
//! Gives one program observation, the indicators in its strings, one child for the overlay and one for each resource that is a
//! file of its own. Functions of x86 and x86-64 are looked for; of packed, managed and other programs it is said that they were not.
//! Nothing is loaded, unpacked or run. Files beyond `whole_bytes_max` are read up to there.
//! Sources: Microsoft "PE Format"; System V gABI; further ones in each file.

#![deny(clippy::arithmetic_side_effects)]

mod compilers;
mod dwarf;
mod elf;
mod import_hash;
mod packed;
mod pe;
mod resources;
mod rich;
mod sections;
mod strings;

use ascribe_code::image::{self, Executable, Image};
use ascribe_model::observation::Saw;
use ascribe_model::program::Program;
use ascribe_model::reading::read_range;
use ascribe_model::{Anomaly, Bytes, Child, Coverage, Out, Span};

use crate::{Head, Match, Reader};

/// The reader of programs.
pub const READER: Reader = Reader {
    name: "program/2",
    kind: "program",
    detect,
    read,
};

fn detect(head: &Head<'_>) -> Match {
    if head.bytes.starts_with(b"\x7fELF") && matches!(head.bytes.get(4..6), Some([1 | 2, 1 | 2])) {
        return Match::Sure;
    }
    if !head.bytes.starts_with(b"MZ") {
        return Match::No;
    }
    let at = image::u32_at(head.bytes, 0x3c, image::Endian::Little).map(u64::from);
    match at.and_then(|at| image::slice(head.bytes, at, 4)) {
        Some(b"PE\0\0") => Match::Sure,
        Some(_) => Match::No,
        // The header may stand behind the head, or the file may be cut.
        None if at.is_some_and(|at| at < head.len && at >= head.bytes.len() as u64) => Match::Likely,
        None => Match::No,
    }
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let max = out.limits().whole_bytes_max;
    let whole = Span::new(0, bytes.len());
    let data = match read_range(bytes, 0, max) {
        Ok(data) => data,
        Err(error) => {
            out.anomaly(Anomaly::lost(
                "program.unreadable",
                Some(whole),
                error.to_string(),
            ));
            return;
        }
    };
    if (data.len() as u64) < bytes.len() {
        let text = format!("{} of {} bytes were read", data.len(), bytes.len());
        out.anomaly(Anomaly::lost(
            "program.size",
            Some(Span::new(data.len() as u64, bytes.len())),
            text,
        ));
    }
    let mut anomalies = Vec::new();
    let Some(executable) = image::parse(&data, &mut anomalies) else {
        out.anomaly(Anomaly::lost(
            "program.headers-cut",
            Some(whole),
            "the headers that the first bytes announce are not there",
        ));
        strings::scan(&data, &[], out);
        return;
    };
    let seen = match &executable {
        Executable::Pe(pe) => pe::program(pe, &data, &mut anomalies),
        Executable::Elf(elf) => elf::program(elf, &data, &mut anomalies),
    };
    let Seen {
        mut program,
        sections_stated,
        image,
        files,
    } = seen;
    for mark in compilers::marks(&data) {
        if !program.compilers.contains(&mark) {
            program.compilers.push(mark);
        }
    }
    examine(&mut program, image.as_ref(), out, &mut anomalies);
    for anomaly in anomalies {
        out.anomaly(anomaly);
    }
    out.coverage(coverage(&program, sections_stated, data.len() as u64));
    let code: Vec<Span> = program
        .sections
        .iter()
        .filter(|section| section.executable)
        .map(|section| section.at)
        .collect();
    let overlay = program.overlay;
    out.see(Span::new(0, data.len() as u64), Saw::Program(Box::new(program)));
    strings::scan(&data, &code, out);
    children(&data, overlay, files, out);
}

/// What the part for one format gives.
pub(crate) struct Seen<'a> {
    program: Program,
    sections_stated: u64,
    image: Option<Image<'a>>,
    /// Files inside, by name.
    files: Vec<(String, Span)>,
}

/// Looks for functions, unless there is a reason not to.
fn examine(program: &mut Program, image: Option<&Image<'_>>, out: &Out<'_>, anomalies: &mut Vec<Anomaly>) {
    if program.not_examined.is_none() {
        program.not_examined = packed::reason(program);
    }
    match (&program.not_examined, image) {
        (None, Some(image)) => {
            let found = ascribe_code::functions(image, ascribe_code::Bounds::default(), &|| out.stopped());
            if found.cut {
                anomalies.push(Anomaly::lost(
                    "program.functions-cut",
                    None,
                    format!(
                        "the search for functions ended early, after {}",
                        found.functions.len()
                    ),
                ));
            }
            program.functions = found.functions;
        }
        (None, None) => {
            program.not_examined = Some(format!(
                "functions of {} programs are not looked for",
                program.arch
            ));
        }
        (Some(_), _) => {}
    }
    if let Some(reason) = &program.not_examined {
        anomalies.push(Anomaly::odd("program.not-examined", None, reason.clone()));
    }
}

fn coverage(program: &Program, stated: u64, len: u64) -> Coverage {
    let parsed = program.sections.len() as u64;
    let seen = stated.max(parsed);
    let used = program
        .sections
        .iter()
        .filter(|section| section.at.end <= len && section.at.start < section.at.end)
        .count() as u64;
    Coverage {
        unit: "section".to_owned(),
        seen,
        parsed,
        used,
        dropped: seen.saturating_sub(parsed),
    }
}

/// Hands on the overlay and files inside. An overlay of zeros alone is padding.
fn children(data: &[u8], overlay: Option<Span>, files: Vec<(String, Span)>, out: &mut Out<'_>) {
    let overlay = overlay.map(|span| ("overlay".to_owned(), span));
    for (name, at) in files.into_iter().chain(overlay) {
        let Some(bytes) = image::slice(data, at.start, at.end.saturating_sub(at.start)) else {
            continue;
        };
        if bytes.iter().all(|byte| *byte == 0) {
            continue;
        }
        let child = Child {
            name: name.into_bytes(),
            bytes: bytes.to_vec(),
            at,
        };
        if out.child(child).is_err() {
            return;
        }
    }
}
