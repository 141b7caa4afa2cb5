//! How the time of the engines for ties and contacts grows with the evidence: `growth TIES FLOWS` prints one line for an
//! eighth of each and one for all of it, and how many times as long the whole takes.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use ascribe_engines::{Evidence, Memo, Suggestions, World, contacts, operators};
use ascribe_intel::{Infrastructure, Knowledge, Victim};
use ascribe_model::observation::{Action, Event, Flow};
use ascribe_model::words::Tlp;
use ascribe_model::{ArtifactId, Day, Moment, Observation, Reading, Saw, Span};

fn evidence(path: &str, saw: Vec<Saw>) -> Evidence {
    let observations = (0u64..)
        .zip(saw)
        .map(|(line, saw)| Observation {
            at: Span::new(line * 100, line * 100 + 50).on_line(line + 1),
            saw,
        })
        .collect();
    Evidence {
        source: None,
        path: path.to_owned(),
        id: ArtifactId::of(path.as_bytes()),
        known: Moment::of_day(Day::ZERO),
        dated: true,
        valid: None,
        origin: path.to_owned(),
        tlp: Tlp::Amber,
        leaked: false,
        incident: "one".to_owned(),
        reading: Arc::new(Reading {
            kind: "log".to_owned(),
            observations,
            ..Reading::default()
        }),
    }
}

/// Numbers below a bound, from a fixed seed.
struct Dice(u64);

impl Dice {
    const fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

fn at(seconds: u64) -> Option<Moment> {
    let micros = i64::try_from(seconds).ok()?.checked_mul(1_000_000)?;
    Moment::of_epoch_micros(1_416_441_600_000_000 + micros)
}

/// Logons of a third as many accounts from half as many addresses; each gives one to three ties.
fn logons(count: u64) -> Vec<Saw> {
    let mut dice = Dice(7);
    let event = |_| {
        let address = dice.below(count / 2 + 1) + 0x0808_0000;
        let first = at(dice.below(86_400 * 30));
        Saw::Event(Box::new(Event {
            action: Action::Logon,
            code: "logon".to_owned(),
            host: None,
            account: Some(format!("user{}@mail.test", dice.below(count / 3 + 1))),
            target: None,
            from: Some(format!(
                "8.{}.{}.{}",
                address >> 16 & 255,
                address >> 8 & 255,
                address & 255
            )),
            device: (dice.below(4) == 0).then(|| format!("SHA256:{}", dice.below(count / 8 + 1))),
            object: None,
            last: first.clone(),
            first,
            count: 1,
            spans: vec![],
        }))
    };
    (0..count).map(event).collect()
}

/// Flows of a busy relay with the victim, with listed infrastructure and with many others, among as many unrelated.
fn flows(count: u64) -> Vec<Saw> {
    let mut dice = Dice(11);
    let flow = |number| {
        let relay = dice.below(count / 64 + 1);
        let relay = format!("8.{}.{}.{}", relay >> 16 & 255, relay >> 8 & 255, relay & 255);
        let other = match number % 10 {
            0 => format!("10.0.{}.{}", dice.below(200), dice.below(200)),
            1 => format!("175.45.176.{}", dice.below(20)),
            _ => format!("9.{}.{}.{}", dice.below(200), dice.below(200), dice.below(200)),
        };
        let first = at(dice.below(86_400 * 30));
        Saw::Flow(Box::new(Flow {
            client: other,
            server: relay,
            port: 443,
            protocol: "tcp".to_owned(),
            last: first.clone(),
            first,
            connections: 1,
            packets: 0,
            bytes_out: 0,
            bytes_in: 0,
            starts: vec![],
            spans: vec![],
        }))
    };
    (0..count).map(flow).collect()
}

fn time(engine: fn(&World<'_>) -> Suggestions, saw: Vec<Saw>) -> f64 {
    let knowledge = Knowledge {
        infrastructure: vec![Infrastructure {
            id: "listed".to_owned(),
            name: None,
            what: vec!["175.45.176.0/22".to_owned()],
            holder: std::collections::BTreeMap::new(),
            from: None,
            to: None,
            exclusive: None,
            source: None,
            known: None,
        }],
        victim: Victim {
            networks: vec!["10.0.0.0/8".to_owned()],
            ..Victim::default()
        },
        ..Knowledge::default()
    };
    let evidence = [evidence("a.log", saw)];
    let begin = Instant::now();
    let given = engine(&World {
        as_of: None,
        incident: "one",
        incident_time: None,
        knowledge: &knowledge,
        evidence: &evidence,
        corpora: &[],
        memo: &Memo::default(),
    });
    let took = begin.elapsed().as_secs_f64();
    let _ = writeln!(std::io::stderr(), "  {:?}", given.counts);
    took
}

fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse::<u64>().ok());
    let (ties, rows) = (
        numbers.next().unwrap_or(1_000_000),
        numbers.next().unwrap_or(1_000_000),
    );
    let mut out = std::io::stdout();
    let mut say = |what: &str, count: u64, small: f64, whole: f64| {
        let _ = writeln!(
            out,
            "{what}: {} in {small:.2} s, {count} in {whole:.2} s, {:.1} times",
            count / 8,
            whole / small
        );
    };
    let (small, whole) = (
        time(operators::suggest, logons(ties / 8)),
        time(operators::suggest, logons(ties)),
    );
    say("logged events", ties, small, whole);
    let (small, whole) = (
        time(contacts::suggest, flows(rows / 8)),
        time(contacts::suggest, flows(rows)),
    );
    say("flows", rows, small, whole);
}
