//! Reads logs of Unix systems: syslog files (RFC 3164, RFC 5424, rsyslog with ISO times) and the systemd journal as
//! `journalctl -o export` or `-o json` writes it.
//!
//! Gives who logged on from where, who became whom, accounts, services and tasks, added up per day; messages are looked
//! through for indicators. A time without a year stays out: the log does not say which year it was. Streams.
//! Does not read binary journals, join logs or judge what a message means.
//! Source: RFC 3164, RFC 5424; systemd, "Journal Export Formats".

mod journal;
mod line;
mod message;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use ascribe_model::{Anomaly, Bytes, Coverage, Out, Role, Span, Text};

use self::journal::{Entry, Next};
use crate::events::{Seen, Tally};
use crate::log::lines::{Line, Lines, Whole};
use crate::log::when::When;
use crate::window::Window;
use crate::{Head, Match, Reader, charset};

/// The reader of logs of Unix systems.
pub const READER: Reader = Reader {
    name: "syslog/1",
    kind: "event-log",
    detect,
    read,
};

/// Lines that detection looks at.
const LINES_MAX: usize = 200;
/// Damaged entries that get a line of their own.
const DAMAGED_LISTED: u64 = 8;
/// Messages without indicators that are remembered.
const BARREN_MAX: usize = 1 << 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Lines,
    Export,
    Objects,
}

fn form(head: &[u8]) -> Option<Form> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if text.starts_with(b"__CURSOR=") || text.starts_with(b"__REALTIME_TIMESTAMP=") {
        return Some(Form::Export);
    }
    let lines = || {
        text.split(|byte| *byte == b'\n')
            .filter(|line| !line.trim_ascii().is_empty())
    };
    let first = lines().next()?;
    if first.starts_with(b"{") {
        let has = |name: &[u8]| memchr::memmem::find(first, name).is_some();
        return (has(b"\"__REALTIME_TIMESTAMP\"") && has(b"\"MESSAGE\"")).then_some(Form::Objects);
    }
    let (mut all, mut good) = (0usize, 0usize);
    for line in lines().take(LINES_MAX) {
        all = all.saturating_add(1);
        good = good.saturating_add(usize::from(line::parts(line).is_some()));
    }
    // Messages may go on over several lines.
    (good > 0 && good.saturating_mul(10) >= all.saturating_mul(6)).then_some(Form::Lines)
}

fn detect(head: &Head<'_>) -> Match {
    match form(head.bytes) {
        Some(Form::Export) => Match::Sure,
        Some(_) => Match::Likely,
        None => Match::No,
    }
}

struct State {
    coverage: Coverage,
    tally: Tally,
    barren: HashSet<u64>,
    damaged: u64,
    no_year: u64,
    renamed: u64,
}

/// What one entry or line says, whatever its form.
struct Logged<'l> {
    at: Option<When>,
    host: &'l str,
    program: &'l str,
    message: &'l str,
    unit: &'l str,
    place: Span,
}

impl State {
    fn damaged(&mut self, at: Span, why: &str, out: &mut Out<'_>) {
        self.coverage.seen = self.coverage.seen.saturating_add(1);
        self.coverage.dropped = self.coverage.dropped.saturating_add(1);
        self.damaged = self.damaged.saturating_add(1);
        if self.damaged <= DAMAGED_LISTED {
            let text = format!("this entry was not read: {why}");
            out.anomaly(Anomaly::lost("syslog.entry", Some(at), text));
        }
    }

    /// Counts an entry and what it says; `scan` looks through its message.
    fn take(&mut self, logged: &Logged<'_>, scan: &mut dyn FnMut() -> bool) {
        let mut used = false;
        let mut no_room = false;
        if let Some(said) = message::said(logged.program, logged.message, logged.unit) {
            let seen = Seen {
                action: said.action,
                code: &said.code,
                host: &logged.host.to_lowercase(),
                account: said.account,
                target: said.target,
                from: said.from,
                device: said.device,
                object: said.object,
                at: logged.at,
            };
            used = self.tally.add(&seen, logged.place);
            no_room = !used;
        }
        let mut hasher = DefaultHasher::new();
        logged.message.hash(&mut hasher);
        let hash = hasher.finish();
        if logged.message.len() >= 4 && !self.barren.contains(&hash) {
            let found = scan();
            used |= found;
            if !found && self.barren.len() < BARREN_MAX {
                self.barren.insert(hash);
            }
        }
        let count = &mut self.coverage;
        count.seen = count.seen.saturating_add(1);
        count.parsed = count.parsed.saturating_add(1);
        count.used = count.used.saturating_add(u64::from(used));
        count.dropped = count.dropped.saturating_add(u64::from(no_room && !used));
    }

    fn entry(&mut self, entry: &Entry, at: Span, out: &mut Out<'_>) {
        // Anybody may call himself sshd; the kernel says that it was `logger`.
        let renamed = entry.command == "logger" && entry.program != "logger";
        self.renamed = self.renamed.saturating_add(u64::from(renamed));
        let program = match (renamed, entry.program.as_str()) {
            (true, _) => "logger",
            (false, "") => entry.command.as_str(),
            (false, program) => program,
        };
        let logged = Logged {
            at: entry.micros.map(When::utc),
            host: &entry.host,
            program,
            message: &entry.message,
            unit: &entry.unit,
            place: at,
        };
        self.take(&logged, &mut || {
            let mut text = Text::new(Role::Cell("MESSAGE".to_owned()), entry.message_at.line);
            text.push_opaque(&entry.message, entry.message_at.start, entry.message_at.end);
            out.scan_only(&text) > 0
        });
    }
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let head = ascribe_model::reading::read_range(bytes, 0, 64 << 10).unwrap_or_default();
    let form = form(&head).unwrap_or(Form::Lines);
    let unit = if form == Form::Lines { "line" } else { "entry" };
    let mut state = State {
        coverage: Coverage {
            unit: unit.to_owned(),
            ..Coverage::default()
        },
        tally: Tally::new(out.limits()),
        barren: HashSet::new(),
        damaged: 0,
        no_year: 0,
        renamed: 0,
    };
    if form == Form::Export {
        exported(bytes, &mut state, out);
    } else {
        written(bytes, form, &mut state, out);
    }
    if state.damaged > DAMAGED_LISTED {
        let text = format!("{} entries in all were not read", state.damaged);
        out.anomaly(Anomaly::lost("syslog.entry", None, text));
    }
    if state.no_year > 0 {
        let text = format!(
            "{} lines give month, day and time without a year; they count without time",
            state.no_year
        );
        out.anomaly(Anomaly::odd("syslog.no-year", None, text));
    }
    if state.renamed > 0 {
        let text = format!(
            "{} entries call themselves by another name, but were written by the program logger; they are not taken for what they say",
            state.renamed
        );
        out.anomaly(Anomaly::odd("syslog.identity", None, text));
    }
    state.tally.finish("syslog", out);
    out.coverage(state.coverage);
}

fn exported(bytes: &dyn Bytes, state: &mut State, out: &mut Out<'_>) {
    let mut window = Window::new(bytes);
    loop {
        if out.stopped() {
            out.out_of_time("syslog.time", Span::new(window.offset(), bytes.len()));
            return;
        }
        match journal::next(&mut window) {
            Next::Entry(entry, at) => state.entry(&entry, at, out),
            Next::Damaged(at) => state.damaged(at, "it is not written like an entry of the journal", out),
            Next::End => break,
        }
    }
    if let Some(error) = window.error() {
        let text = format!("reading stopped here: {error}");
        let rest = Span::new(window.offset(), bytes.len().max(window.offset()));
        out.anomaly(Anomaly::lost("syslog.read", Some(rest), text));
    }
}

fn written(bytes: &dyn Bytes, form: Form, state: &mut State, out: &mut Out<'_>) {
    let mut lines = Lines::new(bytes, out.limits().line_bytes_max);
    loop {
        if out.stopped() {
            let rest = Span::new(lines.offset(), bytes.len()).on_line(lines.number());
            out.out_of_time("syslog.time", rest);
            return;
        }
        let Some(line) = lines.next(None, &|| out.stopped()) else {
            break;
        };
        let at = Span::new(line.start, line.end).on_line(line.number);
        if line.whole != Whole::Yes {
            state.damaged(at, "it is longer than the bound on lines", out);
        } else if line.bytes.trim_ascii().is_empty() {
        } else if form == Form::Objects {
            match journal::object(line.bytes, at) {
                Some(mut entry) => {
                    entry.message_at = at;
                    state.entry(&entry, at, out);
                }
                None => state.damaged(at, "it is no object of JSON", out),
            }
        } else {
            plain(&line, at, state, out);
        }
    }
    if let Some(error) = lines.error() {
        let text = format!("reading stopped here: {error}");
        let rest = Span::new(lines.offset(), bytes.len().max(lines.offset()));
        out.anomaly(Anomaly::lost("syslog.read", Some(rest), text));
    }
}

fn plain(line: &Line<'_>, at: Span, state: &mut State, out: &mut Out<'_>) {
    let parts = line::parts(line.bytes);
    let start = parts.map_or(0, |parts| parts.message);
    let bytes = line.bytes.get(start..).unwrap_or_default();
    state.no_year = state
        .no_year
        .saturating_add(u64::from(parts.is_some_and(|parts| parts.no_year)));
    let (message, host, program) = (
        String::from_utf8_lossy(bytes),
        parts.map_or_else(Default::default, |parts| String::from_utf8_lossy(parts.host)),
        parts.map_or_else(Default::default, |parts| String::from_utf8_lossy(parts.program)),
    );
    let logged = Logged {
        at: parts.and_then(|parts| parts.at),
        host: &host,
        program: &program,
        message: &message,
        unit: "",
        place: at,
    };
    state.take(&logged, &mut || {
        let mut text = Text::new(Role::Cell("message".to_owned()), Some(line.number));
        charset::push_utf8(&mut text, bytes, line.start.saturating_add(start as u64));
        out.scan_only(&text) > 0
    });
}
