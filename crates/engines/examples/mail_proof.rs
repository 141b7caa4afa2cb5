//! The verdict on every signature of mails, one line each, with the keys of zone files (record/mail.md):
//! `mail_proof KEYS.zone MAIL…` prints path, kind, instance, domain, selector, verdict. `TIME=N` does it N times and says how fast.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a tool for the developers' own files"
)]

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use ascribe_engines::{ENGINES, Evidence, Memo, World, mail_proof};
use ascribe_intel::Knowledge;
use ascribe_model::limits::Limits;
use ascribe_model::words::Tlp;
use ascribe_model::{ArtifactId, Day, Moment, Out};

fn evidence(path: &str, data: &[u8]) -> Evidence {
    let head = ascribe_readers::Head {
        bytes: data.get(..64 << 10).unwrap_or(data),
        len: data.len() as u64,
    };
    let reader = ascribe_readers::detect(&head).unwrap_or(&ascribe_readers::mail::READER);
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let scan = ascribe_intel::indicators::scan;
    let mut out = Out::new(reader.kind, Limits::default(), &scan, &stop, &mut take);
    (reader.read)(&data, &mut out);
    Evidence {
        path: path.to_owned(),
        id: ArtifactId::of(data),
        known: Moment::of_day(Day::ZERO),
        dated: true,
        valid: None,
        origin: path.to_owned(),
        source: None,
        tlp: Tlp::Clear,
        leaked: false,
        incident: "all".to_owned(),
        reading: Arc::new(out.finish()),
    }
}

fn main() {
    let files: Vec<(String, Vec<u8>)> = std::env::args()
        .skip(1)
        .map(|path| {
            let data = std::fs::read(&path).unwrap();
            (path, data)
        })
        .collect();
    let times: usize = std::env::var("TIME").map_or(1, |text| text.parse().unwrap());
    let mut out = std::io::stdout().lock();
    for round in 0..times {
        let start = Instant::now();
        let all: Vec<Evidence> = files.iter().map(|(path, data)| evidence(path, data)).collect();
        let read = start.elapsed();
        let memo = Memo::new(1);
        let knowledge = Knowledge::default();
        let world = World {
            as_of: None,
            incident: "all",
            incident_time: None,
            knowledge: &knowledge,
            evidence: &all,
            corpora: &[],
            memo: &memo,
        };
        if times > 1 {
            for engine in ENGINES
                .iter()
                .filter(|engine| ["addresses", mail_proof::NAME].contains(&engine.name))
            {
                let _ = (engine.suggest)(&world);
            }
            let whole = start.elapsed().as_secs_f64();
            writeln!(
                out,
                "round {round}: {} files, reading {:.3} s, with engines {whole:.3} s, {:.0} a second",
                files.len(),
                read.as_secs_f64(),
                files.len() as f64 / whole
            )
            .unwrap();
            continue;
        }
        let (rulings, chains) = mail_proof::rulings(&world);
        for (path, verdict, why) in chains {
            writeln!(out, "{path}\tArc\t-\t-\t-\t{verdict}\t{why}").unwrap();
        }
        for ruling in rulings {
            writeln!(
                out,
                "{}\t{:?}\t{}\t{}\t{}\t{}\t{}",
                ruling.path,
                ruling.signs,
                ruling
                    .instance
                    .map_or("-".to_owned(), |number| number.to_string()),
                ruling.domain,
                ruling.selector,
                ruling.verdict,
                ruling.why.unwrap_or_default()
            )
            .unwrap();
        }
    }
}
