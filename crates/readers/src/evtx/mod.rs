//! Reads event logs of Windows (`.evtx`).
//!
//! Gives what was done, by whom and from where, added up per day; connections and answers that Sysmon recorded; and
//! looks through command lines, scripts and service paths for indicators. Streams: one chunk of 64 KiB at a time.
//! Says what is damaged, missing or out of order. Does not render messages (they lie in other files of the system),
//! recover what was overwritten, or judge what an event means.
//! Source: [MS-EVEN6] and the description of the format by the libevtx project.

mod binxml;
mod chunk;
mod meaning;
mod network;
mod record;
mod value;

use ascribe_model::reading::read_range;
use ascribe_model::{Anomaly, Bytes, Coverage, Out, Span};

use self::binxml::{Trees, u16_at, u32_at};
use self::chunk::{CHUNK_BYTES, Head as Start, Record};
use self::record::{Became, Records};
use crate::{Head, Match, Reader};

/// The reader of event logs of Windows.
pub const READER: Reader = Reader {
    name: "evtx/1",
    kind: "event-log",
    detect,
    read,
};

const SIGNATURE: &[u8] = b"ElfFile\0";
/// Damaged things of one kind that get a line of their own.
const LISTED: u64 = 8;
/// Between records, a clock may step back so far without being called wrong: 60 seconds of 100 ns.
const BACK_TICKS: u64 = 600_000_000;
/// Ranges of record numbers that are kept for finding gaps.
const RANGES_MAX: usize = 1 << 20;

fn detect(head: &Head<'_>) -> Match {
    if head.bytes.starts_with(SIGNATURE) {
        Match::Sure
    } else {
        Match::No
    }
}

/// Things of one kind: the first few are listed, the rest are counted.
struct Listed {
    code: &'static str,
    lost: bool,
    count: u64,
}

impl Listed {
    const fn new(code: &'static str, lost: bool) -> Self {
        Self { code, lost, count: 0 }
    }

    fn say(&mut self, at: Span, text: String, out: &mut Out<'_>) {
        self.count = self.count.saturating_add(1);
        if self.count <= LISTED {
            out.anomaly(self.anomaly(Some(at), text));
        }
    }

    fn anomaly(&self, at: Option<Span>, text: String) -> Anomaly {
        if self.lost {
            Anomaly::lost(self.code, at, text)
        } else {
            Anomaly::odd(self.code, at, text)
        }
    }

    fn finish(&self, what: &str, out: &mut Out<'_>) {
        if self.count > LISTED {
            out.anomaly(self.anomaly(None, format!("{} {what} in all", self.count)));
        }
    }
}

struct State {
    coverage: Coverage,
    chunks: Listed,
    sums: Listed,
    damaged: Listed,
    back: Listed,
    /// Numbers of records that follow each other.
    ranges: Vec<(u64, u64)>,
    last_written: u64,
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let mut state = State {
        coverage: Coverage {
            unit: "record".to_owned(),
            ..Coverage::default()
        },
        chunks: Listed::new("evtx.chunk", true),
        sums: Listed::new("evtx.checksum", false),
        damaged: Listed::new("evtx.record", true),
        back: Listed::new("evtx.clock-back", false),
        ranges: Vec::new(),
        last_written: 0,
    };
    let mut records = Records::new(out.limits());
    let first = header(bytes, out);
    let mut at = first;
    while at < bytes.len() {
        if out.stopped() {
            out.out_of_time("evtx.time", Span::new(at, bytes.len()));
            break;
        }
        let chunk = match read_range(bytes, at, CHUNK_BYTES as u64) {
            Ok(chunk) => chunk,
            Err(error) => {
                let text = format!("reading stopped here: {error}");
                out.anomaly(Anomaly::lost("evtx.read", Some(Span::new(at, bytes.len())), text));
                break;
            }
        };
        if chunk.is_empty() {
            break;
        }
        take(&chunk, at, &mut state, &mut records, out);
        at = at.saturating_add(CHUNK_BYTES as u64);
    }
    state.chunks.finish("chunks were not read", out);
    state.sums.finish("checksums do not agree", out);
    state.damaged.finish("records were not read", out);
    state.back.finish("times go back", out);
    gaps(state.ranges, out);
    records.tally.finish("evtx", out);
    records.network.finish(out);
    out.coverage(state.coverage);
}

/// Looks at the header of the file; where the chunks begin.
fn header(bytes: &dyn Bytes, out: &mut Out<'_>) -> u64 {
    const DEFAULT: u64 = 4096;
    let Ok(head) = read_range(bytes, 0, 128) else {
        return DEFAULT;
    };
    let whole = Span::new(0, head.len() as u64);
    if head.len() < 128 {
        out.anomaly(Anomaly::lost(
            "evtx.header",
            Some(whole),
            "the file ends inside its header",
        ));
        return DEFAULT;
    }
    let sum = usize::try_from(crc32fast::hash(head.get(..120).unwrap_or_default())).unwrap_or(usize::MAX);
    if u32_at(&head, 124) != Some(sum) {
        let text = "the checksum of the file's header does not agree";
        out.anomaly(Anomaly::odd("evtx.checksum", Some(whole), text));
    }
    if u32_at(&head, 120).is_some_and(|flags| flags & 1 != 0) {
        let text = "the log was not closed: its header may be older than its records";
        out.anomaly(Anomaly::odd("evtx.dirty", Some(whole), text));
    }
    match u16_at(&head, 40) {
        Some(size) if size >= 128 => size.into(),
        _ => DEFAULT,
    }
}

fn take(data: &[u8], base: u64, state: &mut State, records: &mut Records, out: &mut Out<'_>) {
    let span = |start: usize, end: usize| {
        Span::new(base.saturating_add(start as u64), base.saturating_add(end as u64))
    };
    let whole = span(0, data.len());
    let (end, sure) = match chunk::head(data) {
        Start::Empty => return,
        Start::Foreign => {
            let text = "no chunk of records begins here; 64 KiB were not read".to_owned();
            state.chunks.say(whole, text, out);
            return;
        }
        Start::Chunk {
            end,
            head_differs,
            records_differ,
        } => {
            if data.len() < CHUNK_BYTES {
                let text = "the file ends inside this chunk".to_owned();
                state.chunks.say(whole, text, out);
            }
            if head_differs || records_differ {
                let of = match (head_differs, records_differ) {
                    (true, true) => "header and records",
                    (true, false) => "header",
                    _ => "records",
                };
                let text = format!("the checksum of this chunk's {of} does not agree");
                state.sums.say(whole, text, out);
            }
            (end, !head_differs)
        }
    };
    records.next_chunk();
    for record in chunk::Records::new(data, end, sure) {
        let count = &mut state.coverage;
        count.seen = count.seen.saturating_add(1);
        match record {
            Record::Damaged { start, end } => {
                count.dropped = count.dropped.saturating_add(1);
                let text = "no record that agrees with its own size begins here".to_owned();
                state.damaged.say(span(start, end), text, out);
            }
            Record::Whole {
                start,
                end,
                number,
                written,
            } => {
                let place = span(start, end);
                follow(number, written, place, state, out);
                let tree = (start.saturating_add(24), end.saturating_sub(4));
                let became = records.take(data, tree, written, place, out);
                let count = &mut state.coverage;
                match became {
                    Became::Used => {
                        count.parsed = count.parsed.saturating_add(1);
                        count.used = count.used.saturating_add(1);
                    }
                    Became::Nothing => count.parsed = count.parsed.saturating_add(1),
                    Became::NoRoom => {
                        count.parsed = count.parsed.saturating_add(1);
                        count.dropped = count.dropped.saturating_add(1);
                    }
                    Became::Broken => {
                        count.dropped = count.dropped.saturating_add(1);
                        let text = format!("the event of record {number} could not be read to its end");
                        state.damaged.say(place, text, out);
                    }
                }
            }
        }
    }
}

/// Notes the number and time of a record.
fn follow(number: u64, written: u64, place: Span, state: &mut State, out: &mut Out<'_>) {
    let full = state.ranges.len() >= RANGES_MAX;
    let follows = match state.ranges.last_mut() {
        Some((_, last)) if number == last.saturating_add(1) => {
            *last = number;
            true
        }
        Some(_) if full => false,
        _ => {
            state.ranges.push((number, number));
            false
        }
    };
    if follows && written.saturating_add(BACK_TICKS) < state.last_written {
        let seconds = state.last_written.saturating_sub(written) / 10_000_000;
        let text = format!("record {number} was written {seconds} seconds before the one in front of it");
        state.back.say(place, text, out);
    }
    state.last_written = written;
}

/// Says which record numbers are missing between the first and the last.
fn gaps(mut ranges: Vec<(u64, u64)>, out: &mut Out<'_>) {
    ranges.sort_unstable();
    let (mut count, mut missing, mut first) = (0u64, 0u64, None);
    let mut last: Option<u64> = None;
    for (from, to) in ranges {
        if let Some(before) = last
            && from > before.saturating_add(1)
        {
            count = count.saturating_add(1);
            missing = missing.saturating_add(from.saturating_sub(before).saturating_sub(1));
            first.get_or_insert((before.saturating_add(1), from.saturating_sub(1)));
        }
        last = last.max(Some(to));
    }
    if let Some((from, to)) = first {
        let text = format!(
            "{missing} record numbers are missing in {count} places, the first from {from} to {to}: \
             records were filtered out, overwritten or removed"
        );
        out.anomaly(Anomaly::odd("evtx.record-gap", None, text));
    }
}

/// A record as it stands, for comparison with other readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dumped {
    /// Its number.
    pub number: u64,
    /// When it was written: FILETIME ticks (100 ns since 1601).
    pub written: u64,
    /// Whether all of it could be read.
    pub whole: bool,
    /// Names and values as text, in the order of the tree; names as `System.EventID`, `TargetUserName`.
    pub values: Vec<(String, String)>,
}

/// Gives every record that can be found, with all its values. Slower than reading: nothing is left out.
pub fn dump(bytes: &dyn Bytes, give: &mut dyn FnMut(Dumped)) -> std::io::Result<()> {
    let head = read_range(bytes, 0, 128)?;
    let mut at = match u16_at(&head, 40) {
        Some(size) if size >= 128 => u64::from(size),
        _ => 4096,
    };
    let mut trees = Trees::new(&[]);
    while at < bytes.len() {
        let data = read_range(bytes, at, CHUNK_BYTES as u64)?;
        if data.is_empty() {
            break;
        }
        at = at.saturating_add(CHUNK_BYTES as u64);
        let Start::Chunk {
            end, head_differs, ..
        } = chunk::head(&data)
        else {
            continue;
        };
        trees.next_chunk();
        for record in chunk::Records::new(&data, end, !head_differs) {
            let Record::Whole {
                start,
                end,
                number,
                written,
            } = record
            else {
                continue;
            };
            let mut found = Vec::new();
            let tree = (start.saturating_add(24), end.saturating_sub(4));
            let whole = trees.values(&data, tree.0, tree.1, &mut |name, value| {
                let mut text = String::new();
                value::render(&value, &mut text);
                found.push((name, text));
            });
            let values = found
                .into_iter()
                .map(|(name, text)| (trees.names.text(name).to_owned(), text))
                .collect();
            give(Dumped {
                number,
                written,
                whole,
                values,
            });
        }
    }
    Ok(())
}
