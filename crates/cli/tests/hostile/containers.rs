//! Archives and mail that unpack to more than anybody could want.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use crate::bench::Bench;

/// A member of a zip file as its directory describes it.
struct Member {
    name: Vec<u8>,
    /// What the file says its length is.
    len: u32,
    crc: u32,
    /// Where its local header stands.
    at: u32,
    packed: u32,
}

/// A zip file under construction.
#[derive(Default)]
struct Zip {
    bytes: Vec<u8>,
    members: Vec<Member>,
}

impl Zip {
    /// Adds deflated bytes that say to have `len` bytes.
    fn deflated(&mut self, name: &[u8], packed: &[u8], len: usize, crc: u32) {
        let at = self.bytes.len() as u32;
        let member = Member {
            name: name.to_vec(),
            len: len as u32,
            crc,
            at,
            packed: packed.len() as u32,
        };
        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&header(&member));
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(packed);
        self.members.push(member);
    }

    fn file(&mut self, name: &[u8], data: &[u8]) {
        let mut crc = flate2::Crc::new();
        crc.update(data);
        self.deflated(name, &deflate(data), data.len(), crc.sum());
    }

    fn finish(mut self) -> Vec<u8> {
        let start = self.bytes.len() as u32;
        for member in &self.members {
            self.bytes.extend_from_slice(b"PK\x01\x02\x14\x00");
            self.bytes.extend_from_slice(&header(member));
            self.bytes.extend_from_slice(&[0; 10]);
            self.bytes.extend_from_slice(&member.at.to_le_bytes());
            self.bytes.extend_from_slice(&member.name);
        }
        let len = self.bytes.len() as u32 - start;
        let count = (self.members.len() as u16).to_le_bytes();
        self.bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend_from_slice(&count);
        self.bytes.extend_from_slice(&count);
        self.bytes.extend_from_slice(&len.to_le_bytes());
        self.bytes.extend_from_slice(&start.to_le_bytes());
        self.bytes.extend_from_slice(&[0; 2]);
        self.bytes
    }
}

/// The fields that local header and directory share: version needed up to the length of the extra field.
fn header(member: &Member) -> Vec<u8> {
    let mut bytes = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0x50];
    for number in [member.crc, member.packed, member.len] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&(member.name.len() as u16).to_le_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Deflated zeros: about a thousandth of `mib` MiB.
fn zeros(mib: usize) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    for _ in 0..mib {
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
#[cfg(not(debug_assertions))]
fn one_member_that_expands_a_thousandfold() {
    let bench = Bench::new();
    let mut zip = Zip::default();
    zip.deflated(b"zeros", &zeros(1000), 1000 << 20, 0);
    bench.put("bomb.zip", &zip.finish());
    bench
        .run()
        .is_partial()
        .says("bomb.zip", "partial", "more bytes than may be expanded");
}

#[test]
#[cfg(not(debug_assertions))]
fn members_that_lie_over_each_other() {
    let bench = Bench::new();
    let mut zip = Zip::default();
    zip.deflated(b"first", &zeros(64), 64 << 20, 0);
    let first = zip.members.pop().unwrap();
    for number in 0..60_000u32 {
        zip.members.push(Member {
            name: format!("copy-{number}").into_bytes(),
            ..first
        });
    }
    bench.put("overlap.zip", &zip.finish());
    bench.run().is_partial().says("overlap.zip", "partial", "");
}

#[test]
#[cfg(not(debug_assertions))]
fn archives_in_archives() {
    let bench = Bench::new();
    let mut inner = b"the innermost text: 175.45.178.99\n".to_vec();
    for depth in 0..40 {
        let mut zip = Zip::default();
        zip.file(format!("{depth}.zip").as_bytes(), &inner);
        inner = zip.finish();
    }
    bench.put("nested.zip", &inner);
    // Ten in each, nine deep: a milliard of texts.
    let mut inner = b"one of many\n".to_vec();
    for depth in 0..9 {
        let mut zip = Zip::default();
        for number in 0..10 {
            zip.file(format!("{depth}-{number}").as_bytes(), &inner);
        }
        inner = zip.finish();
    }
    bench.put("wide.zip", &inner);
    let ran = bench.run();
    ran.is_partial();
    let refused = |path: &str| ran.odd(path).contains(&"container.refused");
    assert!(ran.rows().iter().any(|row| {
        let path = row["path"].as_str().unwrap();
        path.starts_with("nested.zip!") && refused(path) && row["status"] == "partial"
    }));
    assert!(
        ran.rows()
            .iter()
            .any(|row| row["path"].as_str().unwrap().starts_with("wide.zip")
                && refused(row["path"].as_str().unwrap()))
    );
}

#[test]
#[cfg(not(debug_assertions))]
fn gzip_of_gzip_of_gzip() {
    let bench = Bench::new();
    let mut inner = vec![0u8; 8 << 20];
    for _ in 0..100 {
        inner = gzip(&inner);
    }
    bench.put("nested.gz", &inner);
    let mut zeros = Vec::new();
    // Many streams one after another are one file.
    let stream = gzip(&vec![0u8; 16 << 20]);
    for _ in 0..100 {
        zeros.extend_from_slice(&stream);
    }
    bench.put("many.gz", &zeros);
    let ran = bench.run();
    ran.is_partial()
        .says("many.gz", "partial", "more bytes than may be expanded");
    assert!(
        ran.rows()
            .iter()
            .any(|row| row["path"].as_str().unwrap().starts_with("nested.gz!") && row["status"] == "partial")
    );
}

/// A tar header in the style of the old Unix archiver, with its sum.
fn tar_header(name: &[u8], size: &[u8; 12], kind: u8) -> Vec<u8> {
    let mut header = vec![0u8; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..108].copy_from_slice(b"0000644\0");
    header[108..116].copy_from_slice(b"0000000\0");
    header[116..124].copy_from_slice(b"0000000\0");
    header[124..136].copy_from_slice(size);
    header[136..148].copy_from_slice(b"00000000000\0");
    header[148..156].copy_from_slice(b"        ");
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

#[test]
fn a_tar_that_leads_out_and_a_tar_of_nothing() {
    let bench = Bench::new();
    let mut tar = Vec::new();
    for name in [
        &b"/etc/passwd"[..],
        b"../../outside/planted.txt",
        b"a/../../../b.txt",
    ] {
        tar.extend(tar_header(name, b"00000000020\0", b'0'));
        let mut block = b"root:x:0:0:root\n".to_vec();
        block.resize(512, 0);
        tar.extend(block);
    }
    tar.extend([0; 1024]);
    bench.put("out.tar", &tar);
    // A sparse file that says to be 8 EiB long, and a plain one that says so and ends.
    let mut sparse = tar_header(b"sparse", b"00000001000\0", b'S');
    sparse[386..398].copy_from_slice(b"00000000000\0");
    sparse[398..410].copy_from_slice(b"00000001000\0");
    sparse[483..495].copy_from_slice(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
    sparse[148..156].copy_from_slice(b"        ");
    let sum: u32 = sparse.iter().map(|byte| u32::from(*byte)).sum();
    sparse[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    sparse.extend([b'x'; 512]);
    sparse.extend(tar_header(
        b"long",
        b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff",
        b'0',
    ));
    sparse.extend([b'y'; 512]);
    bench.put("huge.tar", &sparse);
    let ran = bench.run();
    ran.is_partial().says("huge.tar", "partial", "");
    assert!(ran.odd("out.tar").contains(&"archive.name"));
    assert_eq!(std::fs::read_dir(bench.outside()).unwrap().count(), 0);
}

/// A mail of parts inside parts.
fn nested_mail(depth: usize) -> Vec<u8> {
    let mut mail =
        b"From: x@else.example\nTo: b@studio.example\nSubject: parts\nMIME-Version: 1.0\n".to_vec();
    for level in 0..depth {
        writeln!(
            mail,
            "Content-Type: multipart/mixed; boundary=\"b{level}\"\n\n--b{level}"
        )
        .unwrap();
    }
    mail.extend_from_slice(b"Content-Type: text/plain\n\nthe innermost part\n");
    mail
}

/// A mail of parts beside each other.
fn wide_mail(count: usize) -> Vec<u8> {
    let mut mail = b"From: x@else.example\nTo: b@studio.example\nSubject: parts\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n".to_vec();
    for number in 0..count {
        writeln!(mail, "--b\nContent-Type: application/octet-stream; name=\"{number}\"\nContent-Disposition: attachment\n\npart {number}").unwrap();
    }
    mail.extend_from_slice(b"--b--\n");
    mail
}

#[test]
#[cfg(not(debug_assertions))]
fn mail_with_a_hundred_thousand_parts() {
    let bench = Bench::new();
    bench.put("deep.eml", &nested_mail(100_000));
    bench.put("wide.eml", &wide_mail(100_000));
    let mut messages = b"From: x@else.example\nSubject: in each other\nMIME-Version: 1.0\n".to_vec();
    for _ in 0..100_000 {
        messages.extend_from_slice(b"Content-Type: message/rfc822\n\nFrom: x@else.example\nSubject: inner\n");
    }
    bench.put("messages.eml", &messages);
    let ran = bench.run();
    ran.is_partial();
    for path in ["deep.eml", "wide.eml"] {
        ran.says(path, "partial", "");
    }
    assert!(
        ran.rows().iter().any(
            |row| row["path"].as_str().unwrap().starts_with("messages.eml") && row["status"] == "partial"
        )
    );
}
