//! Fields of real programs, as other programs read them (`fixtures/program/expected.json`; how it was made stands in `expect.py`).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure in a test's helper fails the test"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use ascribe_model::observation::Saw;
use ascribe_model::program::Program;
use ascribe_model::{Child, Out, Reading};
use ascribe_readers::program::READER;
use ascribe_readers::{Head, Match};
use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/program")
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn read(data: &[u8]) -> (Reading, Vec<Child>) {
    let head = Head {
        bytes: &data[..data.len().min(65_536)],
        len: data.len() as u64,
    };
    assert_eq!((READER.detect)(&head), Match::Sure);
    let stop = AtomicBool::new(false);
    let mut children = Vec::new();
    let mut take = |child| {
        children.push(child);
        Ok(())
    };
    let scan = |_: &str| Vec::new();
    let mut out = Out::new("program", Limits::default(), &scan, &stop, &mut take);
    (READER.read)(&data, &mut out);
    (out.finish(), children)
}

fn program(reading: &Reading) -> &Program {
    reading
        .observations
        .iter()
        .find_map(|seen| match &seen.saw {
            Saw::Program(program) => Some(program.as_ref()),
            _ => None,
        })
        .unwrap()
}

fn codes(reading: &Reading) -> BTreeSet<&str> {
    reading
        .anomalies
        .iter()
        .map(|anomaly| anomaly.code.as_str())
        .collect()
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().unwrap().iter();
    list.map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn pe_fields_are_those_that_pefile_reads() {
    let expected: Value = serde_json::from_slice(&fixture("expected.json")).unwrap();
    let mut count = 0;
    for (name, value) in expected.as_object().unwrap() {
        let Some(pe) = value.get("pe") else { continue };
        count += 1;
        let (reading, _) = read(&fixture(name));
        let program = program(&reading);
        assert_eq!(program.import_hash, pe["imphash"].as_str().unwrap(), "{name}");
        assert_eq!(
            program.entry,
            pe["entry"].as_u64().filter(|entry| entry & 0xfff_ffff != 0),
            "{name}"
        );
        let imports: Vec<&String> = program.imports.iter().collect();
        assert_eq!(
            imports,
            texts(&pe["imports"]).iter().collect::<Vec<_>>(),
            "{name}"
        );
        assert_eq!(program.exports, texts(&pe["exports"]), "{name}");
        let languages: Vec<u64> = program.languages.iter().map(|id| u64::from(*id)).collect();
        assert_eq!(serde_json::json!(languages), pe["languages"], "{name}");
        for (key, value) in pe["version"].as_object().unwrap() {
            let pair = (key.clone(), value.as_str().unwrap().to_owned());
            assert!(
                program.version.contains(&pair),
                "{name}: {key} in {:?}",
                program.version
            );
        }
        for (ours, theirs) in program.sections.iter().zip(pe["sections"].as_array().unwrap()) {
            assert_eq!(ours.name, theirs[0].as_str().unwrap(), "{name}");
            assert_eq!(ours.address, theirs[1].as_u64().unwrap(), "{name} {}", ours.name);
            let size = theirs[3].as_u64().unwrap();
            if size > 0 {
                assert_eq!(ours.at.start, theirs[2].as_u64().unwrap(), "{name} {}", ours.name);
            }
            assert_eq!(ours.at.end - ours.at.start, size, "{name} {}", ours.name);
            let entropy = theirs[4].as_f64().unwrap();
            assert!(
                (ours.entropy - entropy).abs() < 0.011,
                "{name} {} {entropy}",
                ours.name
            );
        }
        assert_eq!(program.sections.len(), pe["sections"].as_array().unwrap().len());
        let rich = program.rich.as_ref().map(|rich| serde_json::json!(rich.entries));
        assert_eq!(rich.unwrap_or(Value::Null), pe["rich"], "{name}");
        if let Some(rich) = &program.rich {
            assert_eq!(serde_json::json!(rich.checksum_agrees), pe["rich_ok"], "{name}");
        }
        let pdb: Vec<String> = program.debug.clone();
        assert_eq!(pdb, texts(&pe["pdb"]), "{name}");
        let overlay = program.overlay.map(|span| span.start);
        assert_eq!(overlay, pe["overlay"].as_u64(), "{name}");
        let time = pe["time"].as_i64().unwrap();
        if let Some(built) = &program.built {
            let expected = ascribe_model::Moment::of_epoch_micros(time * 1_000_000).unwrap();
            assert_eq!(built, &expected, "{name}");
        } else {
            assert!(
                codes(&reading).contains("program.build-time-hash"),
                "{name}: no build time"
            );
        }
    }
    assert!(count >= 9, "{count} PE fixtures");
}

#[test]
fn elf_fields_are_those_that_readelf_prints() {
    let expected: Value = serde_json::from_slice(&fixture("expected.json")).unwrap();
    let mut count = 0;
    for (name, value) in expected.as_object().unwrap() {
        let Some(elf) = value.get("elf") else { continue };
        count += 1;
        let (reading, children) = read(&fixture(name));
        let program = program(&reading);
        assert_eq!(
            program.entry.unwrap_or(0),
            elf["entry"].as_u64().unwrap(),
            "{name}"
        );
        let bare: Vec<String> = program
            .imports
            .iter()
            .filter(|import| !import.ends_with('!'))
            .map(|import| {
                import
                    .split_once('!')
                    .map_or(import.as_str(), |(_, name)| name)
                    .to_owned()
            })
            .collect();
        let mut theirs = texts(&elf["imports"]);
        theirs.retain(|name| !name.is_empty());
        assert_eq!(bare, theirs, "{name}");
        assert_eq!(program.exports, texts(&elf["exports"]), "{name}");
        for needed in texts(&elf["needed"]) {
            let prefix = format!("{needed}!");
            assert!(
                program.imports.iter().any(|import| import.starts_with(&prefix)),
                "{name}: {needed}"
            );
        }
        if let Some(id) = elf["build_id"].as_str() {
            assert!(program.debug.contains(&format!("build-id:{id}")), "{name}");
        }
        for directory in texts(&elf["comp_dir"]) {
            assert!(
                program.debug.contains(&directory),
                "{name}: {directory} in {:?}",
                program.debug
            );
        }
        for comment in texts(&elf["comment"]) {
            assert!(program.compilers.contains(&comment), "{name}: {comment}");
        }
        for (ours, theirs) in program.sections.iter().zip(elf["sections"].as_array().unwrap()) {
            assert_eq!(ours.name, theirs[0].as_str().unwrap(), "{name}");
            assert_eq!(ours.address, theirs[1].as_u64().unwrap(), "{name} {}", ours.name);
            assert_eq!(ours.at.start, theirs[2].as_u64().unwrap(), "{name} {}", ours.name);
            assert_eq!(
                ours.at.end - ours.at.start,
                theirs[3].as_u64().unwrap(),
                "{name} {}",
                ours.name
            );
        }
        assert_eq!(
            program.sections.len(),
            elf["sections"].as_array().unwrap().len(),
            "{name}"
        );
        assert_eq!((program.overlay, children.len()), (None, 0), "{name}");
    }
    assert!(count >= 8, "{count} ELF fixtures");
}

#[test]
fn what_is_not_examined_is_said() {
    for (name, arch, reason) in [
        (
            "libutil-s390x.so",
            "s390x",
            "functions of s390x programs are not looked for",
        ),
        (
            "libutil-powerpc.so",
            "ppc",
            "functions of ppc programs are not looked for",
        ),
        (
            "libutil-armhf.so",
            "arm",
            "functions of arm programs are not looked for",
        ),
        (
            "setuptools-cli-arm64.exe",
            "aarch64",
            "functions of aarch64 programs are not looked for",
        ),
        (
            "tool-elf64.o",
            "x86-64",
            "an object file: its functions are not looked for before it is linked",
        ),
    ] {
        let (reading, _) = read(&fixture(name));
        let program = program(&reading);
        assert_eq!(program.arch, arch);
        assert_eq!(program.not_examined.as_deref(), Some(reason), "{name}");
        assert!(program.functions.is_empty());
        assert!(codes(&reading).contains("program.not-examined"));
    }
}

/// A stream that compresses to nothing, in place of the code: what an encrypting packer leaves.
fn with_noise_for_code(name: &str) -> Vec<u8> {
    let mut data = fixture(name);
    let (reading, _) = read(&data);
    let code = program(&reading)
        .sections
        .iter()
        .find(|section| section.executable)
        .unwrap()
        .at;
    let mut state = 1u64;
    for byte in &mut data[usize::try_from(code.start).unwrap()..usize::try_from(code.end).unwrap()] {
        state = ascribe_code::normalise::mix(state);
        *byte = state.to_le_bytes()[0];
    }
    data
}

#[test]
fn encrypted_code_and_packer_sections_are_not_examined() {
    let (reading, _) = read(&with_noise_for_code("distlib-w32.exe"));
    let reason = program(&reading).not_examined.clone().unwrap();
    assert!(
        reason.starts_with("packed or encrypted: the code in `.text` has 8 bits"),
        "{reason}"
    );
    let mut renamed = fixture("tool-pe32.exe");
    let at = renamed
        .windows(6)
        .position(|window| window == b".text\0")
        .unwrap();
    renamed[at..at + 6].copy_from_slice(b"UPX0\0\0");
    let (reading, _) = read(&renamed);
    assert_eq!(
        program(&reading).not_examined.as_deref(),
        Some("packed: section `UPX0` is one of UPX")
    );
}

#[test]
fn an_overlay_becomes_a_child_with_its_place() {
    let plain = fixture("tool-pe64.exe");
    let (reading, children) = read(&fixture("tool-pe64-overlay.exe"));
    assert_eq!(program(&reading).overlay.unwrap().start, plain.len() as u64);
    assert_eq!(children.len(), 1);
    assert_eq!(children[0].name, b"overlay");
    assert!(children[0].bytes.starts_with(b"PK\x03\x04"));
}

#[test]
fn a_changed_stub_breaks_the_rich_checksum() {
    let mut data = fixture("setuptools-cli-32.exe");
    data[0x50] ^= 1;
    let (reading, _) = read(&data);
    assert!(!program(&reading).rich.as_ref().unwrap().checksum_agrees);
    assert!(codes(&reading).contains("program.rich-checksum"));
}

#[test]
fn sixty_five_thousand_sections_are_read_in_under_a_second() {
    let mut data = fixture("tool-pe64.exe");
    let at = usize::try_from(u32::from_le_bytes(data[0x3c..0x40].try_into().unwrap())).unwrap();
    data[at + 6..at + 8].copy_from_slice(&u16::MAX.to_le_bytes());
    let started = std::time::Instant::now();
    let (reading, _) = read(&data);
    assert!(codes(&reading).contains("program.section-table-cut"));
    // Every row present, each claiming the whole file.
    let row_at = at + 24 + 240;
    let mut rows = data[..row_at].to_vec();
    for index in 0..u32::from(u16::MAX) {
        let mut row = [0u8; 40];
        row[8..12].copy_from_slice(&0x1000u32.to_le_bytes());
        row[12..16].copy_from_slice(&(index * 0x1000).to_le_bytes());
        row[16..20].copy_from_slice(&2_000_000u32.to_le_bytes());
        row[36..40].copy_from_slice(&0x6000_0020u32.to_le_bytes());
        rows.extend(row);
    }
    let (reading, _) = read(&rows);
    assert_eq!(program(&reading).sections.len(), 65_535);
    assert!(codes(&reading).is_superset(&BTreeSet::from([
        "program.section-count",
        "program.section-overlap"
    ])));
    // Debug builds are some twenty times slower.
    let bound = if cfg!(debug_assertions) { 20 } else { 1 };
    assert!(started.elapsed().as_secs() < bound, "{:?}", started.elapsed());
}

#[test]
fn an_elf_file_with_its_section_table_past_the_end_is_read_by_segments() {
    let mut data = fixture("tool-elf64");
    data[0x28..0x30].copy_from_slice(&0x7fff_0000u64.to_le_bytes());
    let (reading, _) = read(&data);
    assert!(codes(&reading).contains("program.section-table-cut"));
    let cut = program(&reading);
    assert!(
        cut.imports.iter().any(|import| import == "libc.so.6!qsort"),
        "{:?}",
        cut.imports
    );
    let (whole, _) = read(&fixture("tool-elf64"));
    let whole_hashes: BTreeSet<u64> = program(&whole).functions.iter().map(|f| f.exact).collect();
    let found = cut
        .functions
        .iter()
        .filter(|f| whole_hashes.contains(&f.exact))
        .count();
    assert!(
        found * 10 >= whole_hashes.len() * 9,
        "{found} of {}",
        whole_hashes.len()
    );
}

#[test]
fn every_cut_of_a_program_is_survived() {
    for name in ["tool-elf32", "setuptools-cli-32.exe"] {
        let data = fixture(name);
        for len in (64..data.len()).step_by(211) {
            let stop = AtomicBool::new(false);
            let mut take = |_| Ok(());
            let scan = |_: &str| Vec::new();
            let mut out = Out::new("program", Limits::default(), &scan, &stop, &mut take);
            (READER.read)(&&data[..len], &mut out);
            let reading = out.finish();
            if len + 600 < data.len() {
                assert!(
                    reading.anomalies.iter().any(|anomaly| anomaly.lost),
                    "{name} cut at {len}"
                );
            }
        }
    }
}
