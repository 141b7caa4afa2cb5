//! The hops of mails, one line each (record/mail.md): path, index, name, address, by, with, when.
#![allow(clippy::unwrap_used, reason = "a tool for the developers' own files")]

use std::io::Write as _;
use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use ascribe_model::{Out, Saw};

fn main() {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let data = std::fs::read(&path).unwrap();
        let stop = AtomicBool::new(false);
        let mut take = |_| Ok(());
        let scan = |_: &str| Vec::new();
        let mut sheet = Out::new("mail", Limits::default(), &scan, &stop, &mut take);
        (ascribe_readers::mail::READER.read)(&data.as_slice(), &mut sheet);
        for seen in sheet.finish().observations {
            if let Saw::Hop(hop) = seen.saw {
                let show = |field: Option<String>| field.unwrap_or_else(|| "-".to_owned());
                writeln!(
                    out,
                    "{path}\t{}\t{}\t{}\t{}\t{}\t{}",
                    hop.index,
                    show(hop.from_name),
                    show(hop.from_address),
                    show(hop.by),
                    show(hop.with),
                    show(hop.when.map(|when| when.text().to_owned()))
                )
                .unwrap();
            }
        }
    }
}
