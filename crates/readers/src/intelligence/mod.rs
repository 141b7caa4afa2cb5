//! Reads threat intelligence: STIX 2.0 and 2.1 bundles, MISP events and galaxies, ATT&CK Navigator layers, lists of
//! indicators in CSV.
//!
//! Every item is what its author says, with the bytes of its object; nothing is judged, resolved or looked up.
//! Of a damaged file the objects before the damage are kept.

mod cells;
mod galaxy;
mod graph;
mod json;
mod layer;
mod list;
mod misp;
mod object;
mod pattern;
mod prose;
mod stix;
mod techniques;

use ascribe_intel::indicators::canonical;
use ascribe_model::observation::{IndicatorKind, Intelligence, Saw};
use ascribe_model::{Anomaly, Bytes, Coverage, Moment, Out, Role, Span, Text};
use memchr::memmem;

use self::json::Places;
use crate::{Head, Match, Reader};

/// The reader of threat intelligence.
pub const READER: Reader = Reader {
    name: "intelligence/3",
    kind: "intelligence",
    detect,
    read,
};

/// Characters of a name or description that are kept.
const NAME_CHARS_MAX: usize = 300;

/// Objects that were taken back and are named each.
const GONE_NAMED_MAX: usize = 20;

/// Bytes of names and values in all items of a file.
const ITEM_BYTES_MAX: usize = 256 << 20;

/// Members of an event that, two together, tell it from another program's `Event`.
const EVENT_MEMBERS: [&[u8]; 7] = [
    b"\"info\"",
    b"\"Orgc\"",
    b"\"orgc_id\"",
    b"\"Attribute\"",
    b"\"threat_level_id\"",
    b"\"analysis\"",
    b"\"publish_timestamp\"",
];

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn detect(head: &Head<'_>) -> Match {
    let start = without_mark(head.bytes).trim_ascii_start();
    match start.first() {
        Some(b'{' | b'[') if is_bundle(start) || is_event(start) || is_galaxy(start) || is_layer(start) => {
            Match::Likely
        }
        Some(b'{' | b'[') | None => Match::No,
        Some(_) if list::is_list(start) => Match::Likely,
        Some(_) => Match::No,
    }
}

/// Whether a member `key` stands in `bytes` whose value starts with `value`, white space aside.
fn has_member(bytes: &[u8], key: &[u8], value: &[u8]) -> bool {
    memmem::find_iter(bytes, key).any(|at| {
        let rest = bytes.get(at.saturating_add(key.len())..).unwrap_or_default();
        rest.trim_ascii_start()
            .strip_prefix(b":")
            .is_some_and(|rest| rest.trim_ascii_start().starts_with(value))
    })
}

fn is_bundle(start: &[u8]) -> bool {
    // Members may be sorted, which puts the type behind all the objects.
    has_member(start, b"\"type\"", b"\"bundle\"") || has_member(start, b"\"id\"", b"\"bundle--")
}

fn is_event(start: &[u8]) -> bool {
    has_member(start, b"\"Event\"", b"{")
        && EVENT_MEMBERS
            .iter()
            .filter(|member| has_member(start, member, b""))
            .count()
            >= 2
}

fn is_galaxy(start: &[u8]) -> bool {
    // The list is the last member of a sorted file, so the head may end before it.
    has_member(start, b"\"values\"", b"[")
        && has_member(start, b"\"uuid\"", b"\"")
        && has_member(start, b"\"type\"", b"\"")
        && (has_member(start, b"\"category\"", b"\"") || has_member(start, b"\"authors\"", b"["))
}

fn is_layer(start: &[u8]) -> bool {
    has_member(start, b"\"techniques\"", b"[")
        && has_member(start, b"\"techniqueID\"", b"\"")
        && (has_member(start, b"\"domain\"", b"\"") || has_member(start, b"\"versions\"", b"{"))
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let Some(data) = out.whole(bytes, "intelligence", "file") else {
        return;
    };
    let plain = without_mark(&data);
    let places = Places::new(plain, data.len().saturating_sub(plain.len()) as u64);
    let mut sheet = Sheet::new(out, &places);
    if matches!(plain.trim_ascii_start().first(), Some(b'{' | b'[')) {
        read_json(plain, &mut sheet);
    } else {
        list::read(plain, &mut sheet);
    }
    sheet.finish();
}

fn read_json<'d>(data: &'d [u8], sheet: &mut Sheet<'_, '_, 'd>) {
    let (containers, broken) = json::containers(data);
    if let Some(error) = broken {
        sheet.out.anomaly(Anomaly::lost(
            "intelligence.json",
            None,
            format!("the JSON breaks off or is damaged ({error}); what stands after that was not read"),
        ));
    }
    for container in &containers {
        let known = if !container.objects.is_empty() {
            stix::read(container, sheet)
        } else if container.key == "Event" {
            misp::read(container, sheet)
        } else if layer::is_layer(container) {
            layer::read(container, sheet)
        } else if galaxy::is_galaxy(container) {
            galaxy::read(container, sheet)
        } else {
            true
        };
        if !known {
            return;
        }
    }
}

/// Where items go: the case's sheet, with the counts of this file.
struct Sheet<'o, 'c, 'd> {
    out: &'o mut Out<'c>,
    places: &'o Places<'d>,
    counts: Coverage,
    latest: Option<Moment>,
    /// Bytes of names and values in the items so far.
    kept: usize,
    /// Objects that their author took back or retired.
    gone: usize,
}

impl<'o, 'c, 'd> Sheet<'o, 'c, 'd> {
    fn new(out: &'o mut Out<'c>, places: &'o Places<'d>) -> Self {
        Self {
            out,
            places,
            counts: Coverage {
                unit: "object".to_owned(),
                ..Coverage::default()
            },
            latest: None,
            kept: 0,
            gone: 0,
        }
    }

    /// Counts an object that could not be read, and says why.
    fn drop_object(&mut self, raw: &str, why: &dyn std::fmt::Display) {
        self.counts.seen = self.counts.seen.saturating_add(1);
        self.counts.dropped = self.counts.dropped.saturating_add(1);
        self.out.anomaly(Anomaly::lost(
            "intelligence.object",
            Some(self.places.of(raw)),
            format!("this object could not be read: {why}"),
        ));
    }

    /// Says that an object was taken back or retired by its author; of many, the first are named and the rest counted.
    fn taken_back(&mut self, raw: &str, id: &str, revoked: bool) {
        self.gone = self.gone.saturating_add(1);
        if self.gone > GONE_NAMED_MAX {
            return;
        }
        let (code, what) = if revoked {
            ("intelligence.revoked", "revoked")
        } else {
            ("intelligence.deprecated", "retired")
        };
        let text = format!("{id} was {what} by its author and says nothing any more");
        self.out
            .anomaly(Anomaly::odd(code, Some(self.places.of(raw)), text));
    }

    /// Counts an object that was understood.
    fn count(&mut self, used: bool) {
        self.counts.seen = self.counts.seen.saturating_add(1);
        self.counts.parsed = self.counts.parsed.saturating_add(1);
        self.counts.used = self.counts.used.saturating_add(u64::from(used));
    }

    /// Takes note of a date of the content: the file was not published before its latest.
    fn dated(&mut self, at: Option<&Moment>) {
        if let Some(at) = at
            && self.latest.as_ref().is_none_or(|latest| latest < at)
        {
            self.latest = Some(at.clone());
        }
    }

    /// Mentions a value that stands in `raw`.
    fn mention(&mut self, kind: IndicatorKind, value: &str, written: &str, raw: &str, role: &Role) {
        let at = self.places.inside(raw, written);
        self.out.mention(kind, value, written, role, at);
    }

    /// Looks for indicators in free text that stands in `raw`.
    fn scan(&mut self, text: &str, raw: &str, role: &str) {
        let at = self.places.inside(raw, text);
        let mut piece = Text::new(Role::Metadata(role.to_owned()), at.line);
        if at.end.saturating_sub(at.start) == text.len() as u64 {
            piece.push_same(text, at.start);
        } else {
            piece.push_opaque(text, at.start, at.end);
        }
        self.out.scan_only(&piece);
    }

    /// Whether no more items are kept.
    const fn full(&self) -> bool {
        self.kept > ITEM_BYTES_MAX
    }

    /// Counts an item as passed over that was counted as used.
    const fn not_kept(&mut self) {
        self.counts.used = self.counts.used.saturating_sub(1);
        self.counts.dropped = self.counts.dropped.saturating_add(1);
    }

    /// Keeps an item that was counted as used, as far as the bound allows: each may repeat what many others say.
    fn item(&mut self, at: Span, item: Intelligence) {
        let lists = item.attributed_to.iter().chain(&item.families);
        let texts = lists.chain(item.values.iter().map(|(_, value)| value));
        let size: usize = texts.map(|text| text.len().saturating_add(32)).sum();
        let before = self.kept;
        self.kept = self.kept.saturating_add(size);
        if self.full() {
            if before <= ITEM_BYTES_MAX {
                self.out.anomaly(Anomaly::lost(
                    "intelligence.items",
                    Some(at),
                    format!("names and values of the items pass {ITEM_BYTES_MAX} bytes here; no more items were kept"),
                ));
            }
            self.not_kept();
            return;
        }
        self.out.see(at, Saw::Intelligence(Box::new(item)));
    }

    fn finish(self) {
        let more = self.gone.saturating_sub(GONE_NAMED_MAX);
        if more > 0 {
            let text = format!(
                "{more} more objects were revoked or retired by their author and say nothing any more"
            );
            self.out.anomaly(Anomaly::odd("intelligence.revoked", None, text));
        }
        self.out.coverage(self.counts);
        if self.out.document().published.is_none() {
            self.out.document().published = self.latest;
        }
    }
}

/// The canonical value of what a format says is of `kind`; an address may be a network or of the other family.
fn value_of(kind: IndicatorKind, written: &str) -> Option<(IndicatorKind, String)> {
    let kind = match kind {
        IndicatorKind::Ipv4 | IndicatorKind::Ipv6 | IndicatorKind::Cidr => {
            let plain = ascribe_intel::indicators::refang(written);
            pattern::address_kind(plain.trim())?
        }
        other => other,
    };
    let written = written.trim();
    let written = match kind {
        IndicatorKind::Ipv4 => written.trim_end_matches("/32").to_owned(),
        IndicatorKind::Ipv6 => written.trim_end_matches("/128").to_owned(),
        IndicatorKind::Asn if written.starts_with(|c: char| c.is_ascii_digit()) => format!("AS{written}"),
        _ => written.to_owned(),
    };
    canonical(kind, &written).map(|value| (kind, value))
}

/// Text cut at the bound of names, on one line.
fn cut(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(NAME_CHARS_MAX)
        .collect()
}

/// When something held that has a stated first or last moment; an end that is not stated is open.
fn held(first: Option<&Moment>, last: Option<&Moment>) -> Option<Moment> {
    let from = first.map_or("0001-01-01T00:00:00Z", Moment::text);
    let to = last.map_or("9999-12-31T23:59:59Z", Moment::text);
    if first.is_none() && last.is_none() {
        return None;
    }
    Moment::parse(&format!("{from}..{to}")).ok()
}

/// How strict a TLP marking is; markings that are not TLP come last.
fn strictness(marking: &str) -> u8 {
    match marking {
        "TLP:RED" => 5,
        "TLP:AMBER+STRICT" => 4,
        "TLP:AMBER" => 3,
        "TLP:GREEN" => 2,
        "TLP:CLEAR" | "TLP:WHITE" => 1,
        _ => 0,
    }
}

/// `TLP:…` in capitals, where `text` is such a marking.
fn tlp(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase().replace(['_', ' '], "-");
    let color = text.strip_prefix("TLP:").unwrap_or(&text).trim_start_matches('-');
    let marking = format!("TLP:{}", color.replace("AMBER-STRICT", "AMBER+STRICT"));
    (strictness(&marking) > 0).then_some(marking)
}

/// The stricter of two markings.
fn stricter(a: Option<String>, b: Option<String>) -> Option<String> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if strictness(&b) > strictness(&a) { b } else { a }),
        (a, b) => a.or(b),
    }
}
