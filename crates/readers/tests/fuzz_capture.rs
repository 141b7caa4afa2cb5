//! Arbitrary bytes after each magic number of a capture never panic the reader.

use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use ascribe_model::{Child, Out};

#[test]
fn captures() {
    bolero::check!().for_each(|data: &[u8]| {
        let magics: [&[u8]; 4] = [
            &[],
            &[
                0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
            ],
            &[
                0xA1, 0xB2, 0x3C, 0x4D, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 101,
            ],
            &[
                0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0,
            ],
        ];
        for magic in magics {
            read(&[magic, data].concat());
        }
    });
}

#[test]
fn fixtures_cut_anywhere() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/capture");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let data = std::fs::read(entry.unwrap().path()).unwrap();
        for end in (0..data.len()).step_by(7) {
            read(&data[..end]);
        }
        count += 1;
    }
    assert!(count >= 7);
}

fn read(data: &[u8]) {
    let stop = AtomicBool::new(false);
    let mut take = |_: Child| Ok(());
    let mut out = Out::new("capture", Limits::default(), &|_| Vec::new(), &stop, &mut take);
    (ascribe_readers::capture::READER.read)(&data, &mut out);
    let coverage = out.finish().coverage;
    assert!(coverage.used + coverage.dropped <= coverage.seen);
}
