//! Captures and programs whose tables say more than there is.

use crate::bench::Bench;

fn packet(number: u32) -> Vec<u8> {
    let mut frame = vec![0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00];
    frame.extend_from_slice(&[
        0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 175, 45, 178, 1,
    ]);
    frame.extend_from_slice(&(number as u16).to_be_bytes());
    frame.extend_from_slice(&[0, 53, 0, 8, 0, 0]);
    frame
}

/// A capture of `count` datagrams to one address.
fn pcap(count: u32) -> Vec<u8> {
    let mut bytes = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0".to_vec();
    for number in 0..count {
        let frame = packet(number);
        let len = frame.len() as u32;
        for field in [1_416_830_400 + number, 0, len, len] {
            bytes.extend_from_slice(&field.to_le_bytes());
        }
        bytes.extend_from_slice(&frame);
    }
    bytes
}

#[test]
fn captures_that_end_early() {
    let bench = Bench::new();
    let whole = pcap(1000);
    bench.put("in-a-packet.pcap", &whole[..whole.len() - 5]);
    bench.put("in-a-header.pcap", &whole[..whole.len() - 50]);
    bench.put("in-the-first.pcap", &whole[..30]);
    let mut huge = whole.clone();
    huge.extend_from_slice(&[
        0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f,
    ]);
    bench.put("huge-packet.pcap", &huge);
    let ran = bench.run();
    ran.is_partial();
    for path in [
        "in-a-packet.pcap",
        "in-a-header.pcap",
        "in-the-first.pcap",
        "huge-packet.pcap",
    ] {
        ran.says(path, "partial", "");
    }
    assert_eq!(ran.row("in-a-packet.pcap")["coverage"]["used"], 999);
}

/// A PE file for 64-bit Windows with `count` section headers, of which the first `real` stand in the file.
fn pe(count: u16, real: usize) -> Vec<u8> {
    let mut bytes = vec![0u8; 0x40];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3c] = 0x40;
    bytes.extend_from_slice(b"PE\0\0\x64\x86");
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&[0x80, 0x9e, 0x72, 0x54, 0, 0, 0, 0, 0, 0, 0, 0, 240, 0, 0x22, 0]);
    let optional = bytes.len();
    bytes.resize(optional + 240, 0);
    bytes[optional..optional + 2].copy_from_slice(&[0x0b, 0x02]);
    bytes[optional + 32] = 0x10;
    bytes[optional + 33] = 0x10;
    bytes[optional + 37] = 0x02;
    bytes[optional + 108] = 16;
    for number in 0..real {
        let start = bytes.len();
        bytes.extend_from_slice(b".text\0\0\0");
        // Every section says to be all of the file, at an address of its own.
        for field in [0x10_0000u32, (number as u32 + 1) << 12, 0x10_0000, 0] {
            bytes.extend_from_slice(&field.to_le_bytes());
        }
        bytes.resize(start + 36, 0);
        bytes.extend_from_slice(&0x6000_0020u32.to_le_bytes());
    }
    bytes
}

#[test]
#[cfg(not(debug_assertions))]
fn a_windows_program_with_65535_sections() {
    let bench = Bench::new();
    bench.put("all.exe", &pe(65535, 65535));
    bench.put("few.exe", &pe(65535, 3));
    let ran = bench.run();
    ran.is_partial();
    for path in ["all.exe", "few.exe"] {
        assert_eq!(ran.row(path)["kind"], "program");
        assert!(ran.odd(path).contains(&"program.section-count"), "{path}");
    }
    // Each of its sections is there, if on top of the others.
    ran.says("all.exe", "read", "");
    assert!(ran.odd("all.exe").contains(&"program.section-overlap"));
    ran.says("few.exe", "partial", "");
}

/// The header of a 64-bit ELF program for x86-64, little endian.
fn elf(section_offset: u64, section_count: u16, program_count: u16, names: u16) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0".to_vec();
    for field in [0x40_0000u64, 64, section_offset] {
        bytes.extend_from_slice(&field.to_le_bytes());
    }
    bytes.extend_from_slice(&[0; 4]);
    for field in [64u16, 56, program_count, 64, section_count, names] {
        bytes.extend_from_slice(&field.to_le_bytes());
    }
    bytes
}

#[test]
fn programs_for_linux_with_tables_that_are_not_there() {
    let bench = Bench::new();
    let with = |head: Vec<u8>, len: usize| {
        let mut bytes = head;
        bytes.resize(len, 0);
        bytes
    };
    bench.put("past-the-end", &with(elf(1 << 20, 10, 0, 9), 4096));
    bench.put(
        "far-past-the-end",
        &with(elf(u64::MAX - 8, 0xfeff, 0xffff, 1), 4096),
    );
    // Section count 0 moves the count into the first section's size: here 2^63.
    let mut counted = elf(64, 0, 0, 0xffff);
    let mut section = vec![0u8; 64];
    section[32..40].copy_from_slice(&(1u64 << 63).to_le_bytes());
    section[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    counted.extend(section);
    bench.put("counted-elsewhere", &counted);
    // 65,279 sections, each of which says to be a symbol table over the whole file.
    let mut tables = elf(64, 0xfeff, 0, 1);
    let mut section = vec![0u8; 64];
    section[4] = 2;
    section[32..40].copy_from_slice(&(4u64 << 20).to_le_bytes());
    section[56] = 24;
    for _ in 0..0xfeff {
        tables.extend_from_slice(&section);
    }
    bench.put("symbol-tables", &tables);
    bench.put("cut", &elf(64, 3, 3, 1)[..40]);
    let ran = bench.run();
    ran.is_partial();
    for path in [
        "past-the-end",
        "far-past-the-end",
        "counted-elsewhere",
        "symbol-tables",
    ] {
        assert_eq!(ran.row(path)["kind"], "program");
        ran.says(path, "partial", "");
    }
}
