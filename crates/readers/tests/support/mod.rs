//! Runs a reader over bytes and shows what it saw, one line an item.
#![allow(dead_code, reason = "each test file uses the part that it needs")]

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use ascribe_model::{Child, Out, Reading, Saw, Span};
use ascribe_readers::{Head, Reader};

/// What `reader` saw in `bytes`, and the children that it gave.
pub fn read(reader: &Reader, bytes: &[u8]) -> (Reading, Vec<Child>) {
    read_within(reader, bytes, Limits::default())
}

/// The same under other bounds; children beyond the bytes of `limits.expanded_bytes_max` are refused.
pub fn read_within(reader: &Reader, bytes: &[u8], limits: Limits) -> (Reading, Vec<Child>) {
    let stop = AtomicBool::new(false);
    let mut children = Vec::new();
    let mut total = 0u64;
    let mut take = |child: Child| {
        total += child.bytes.len() as u64;
        if total > limits.expanded_bytes_max {
            return Err(ascribe_model::reading::Refused::Bytes {
                max: limits.expanded_bytes_max,
            });
        }
        children.push(child);
        Ok(())
    };
    let mut out = Out::new(
        reader.kind,
        limits,
        &ascribe_intel::indicators::scan,
        &stop,
        &mut take,
    );
    (reader.read)(&bytes, &mut out);
    (out.finish(), children)
}

/// Name of the reader that `bytes` are dispatched to.
pub fn detected(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(64 << 10)];
    ascribe_readers::detect(&Head {
        bytes: head,
        len: bytes.len() as u64,
    })
    .map(|reader| reader.name)
}

/// Every span lies inside the file, in order; identical input gives an identical reading.
pub fn check_laws(reader: &Reader, bytes: &[u8]) {
    let (reading, children) = read(reader, bytes);
    let len = bytes.len() as u64;
    let inside = |span: Span| assert!(span.start <= span.end && span.end <= len, "{span:?} of {len}");
    for seen in &reading.observations {
        inside(seen.at);
        if let Saw::Text(text) = &seen.saw {
            inside(text.whole_span());
            for (at, c) in text.as_str().char_indices().take(200) {
                inside(text.span(at..at + c.len_utf8()));
            }
        }
    }
    for anomaly in &reading.anomalies {
        anomaly.at.map(inside);
    }
    children.iter().for_each(|child| inside(child.at));
    let counts = &reading.coverage;
    assert!(counts.used + counts.dropped <= counts.seen, "{counts:?}");
    assert_eq!(reading, read(reader, bytes).0);
}

/// One line an item: what, where, and the first characters.
pub fn show(reader: &Reader, bytes: &[u8]) -> String {
    let (reading, children) = read(reader, bytes);
    let mut text = String::new();
    let document = &reading.document;
    if document.title.is_some() || document.published.is_some() {
        writeln!(
            text,
            "document title={:?} published={:?}",
            document.title.as_deref().unwrap_or(""),
            document.published.as_ref().map_or("", |at| at.text())
        )
        .unwrap();
    }
    for seen in &reading.observations {
        let at = format!(
            "{}..{} line {}",
            seen.at.start,
            seen.at.end,
            seen.at.line.unwrap_or(0)
        );
        match &seen.saw {
            Saw::Text(piece) => {
                let words: String = piece.as_str().chars().take(60).collect();
                writeln!(text, "{:?} {at} {words:?}", piece.role).unwrap();
            }
            Saw::Hop(hop) => writeln!(
                text,
                "hop {} {at} from={} [{}] by={} with={} when={}",
                hop.index,
                hop.from_name.as_deref().unwrap_or("-"),
                hop.from_address.as_deref().unwrap_or("-"),
                hop.by.as_deref().unwrap_or("-"),
                hop.with.as_deref().unwrap_or("-"),
                hop.when.as_ref().map_or("-", |at| at.text())
            )
            .unwrap(),
            Saw::Mail(mail) => writeln!(text, "mail {at} {mail:?}").unwrap(),
            Saw::Mention(mention) => writeln!(
                text,
                "mention {:?} {} x{}",
                mention.kind, mention.value, mention.count
            )
            .unwrap(),
            other => writeln!(text, "{other:?}").unwrap(),
        }
    }
    for child in &children {
        writeln!(
            text,
            "child {:?} {} bytes at {}..{}",
            String::from_utf8_lossy(&child.name),
            child.bytes.len(),
            child.at.start,
            child.at.end
        )
        .unwrap();
    }
    for anomaly in &reading.anomalies {
        writeln!(
            text,
            "anomaly {} {}: {}",
            anomaly.code,
            if anomaly.lost { "lost" } else { "odd" },
            anomaly.text
        )
        .unwrap();
    }
    let c = &reading.coverage;
    writeln!(
        text,
        "coverage {} seen={} parsed={} used={} dropped={}",
        c.unit, c.seen, c.parsed, c.used, c.dropped
    )
    .unwrap();
    text
}

/// Every fixture in a folder, whole, cut short at some places and with some bytes changed, keeps the laws. Says how many.
pub fn replay(reader: &Reader, folder: &str) -> usize {
    let folder = format!("{}/fixtures/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let data = std::fs::read(entry.unwrap().path()).unwrap();
        check_laws(reader, &data);
        let step = data.len() / 6 + 1;
        for cut in (0..data.len()).step_by(step) {
            check_laws(reader, &data[..cut]);
            let mut changed = data.clone();
            for (at, byte) in changed.iter_mut().enumerate().skip(cut % 97).step_by(211) {
                *byte ^= u8::try_from(at % 255).unwrap_or(0);
            }
            check_laws(reader, &changed);
        }
        count += 1;
    }
    count
}

/// Noise alone, behind each start, and written over the start again and again, keeps the laws.
pub fn noise_behind(reader: &Reader, starts: &[&[u8]], noise: &[u8]) {
    check_laws(reader, noise);
    for start in starts {
        check_laws(reader, &[start, noise].concat());
        let mut mutated = start.to_vec();
        for pair in noise.chunks_exact(2) {
            let at = usize::from(pair[0]) * 3 % mutated.len();
            mutated[at] = pair[1];
        }
        check_laws(reader, &mutated);
    }
}
