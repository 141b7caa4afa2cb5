//! Arbitrary bytes after the beginning of each kind of log never panic the reader, nor do fixtures cut anywhere.

use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use ascribe_model::{Child, Out};
use ascribe_readers::{Head, log};

const BEGINNINGS: [&[u8]; 7] = [
    b"",
    b"#separator \\x09\n#fields\tts\tid.orig_h\tid.resp_h\tquery\tanswers\n1416819601.25\t10.0.0.1\t203.0.113.7\ta.example\tb.example,10.0.0.1\n",
    b"{\"ts\":1416819601.25,\"id.orig_h\":\"10.0.0.1\",\"id.resp_h\":\"203.0.113.7\"}\n",
    b"time,src_ip,dst_ip,note\n2014-11-24T09:00:01Z,10.0.0.1,203.0.113.7,x\n",
    b"date=2014-11-24 time=09:00:01 srcip=10.0.0.1 dstip=203.0.113.7 proto=6\n",
    b"10.0.0.1 - - [24/Nov/2014:09:00:01 -0800] \"GET / HTTP/1.1\" 200 1\n",
    b"1416819601.250      3 10.0.0.1 TCP_MISS/200 436 GET http://203.0.113.7/ - HIER_DIRECT/203.0.113.7 text/html\n",
];

#[test]
fn logs() {
    bolero::check!().for_each(|data: &[u8]| {
        for beginning in BEGINNINGS {
            read(&[beginning, data].concat());
        }
    });
}

#[test]
fn fixtures_cut_anywhere() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/log");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let data = std::fs::read(entry.unwrap().path()).unwrap();
        for end in (0..data.len().min(6000)).step_by(251) {
            read(&data[..end]);
        }
        count += 1;
    }
    assert!(count >= 21);
}

fn read(data: &[u8]) {
    let head = Head {
        bytes: data,
        len: data.len() as u64,
    };
    let _ = (log::READER.detect)(&head);
    let stop = AtomicBool::new(false);
    let mut take = |_: Child| Ok(());
    let mut out = Out::new(
        "log",
        Limits::default(),
        &ascribe_intel::indicators::scan,
        &stop,
        &mut take,
    );
    (log::READER.read)(&data, &mut out);
    let reading = out.finish();
    assert!(reading.coverage.used + reading.coverage.dropped <= reading.coverage.seen);
    for observation in &reading.observations {
        assert!(observation.at.end <= data.len() as u64);
    }
}
