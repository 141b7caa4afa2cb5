//! Reads records of the domain name system: zone files, answers of `dig`, `host` and `nslookup`, files of key generators.
//!
//! Gives one record observation each for the types that mail and addresses need. When a record held is for the case to
//! say. Follows no `$INCLUDE`, expands no `$GENERATE`. Source: RFC 1035, section 5; RFC 6376, section 3.6.2.2.

mod entries;

use ascribe_model::observation::Record;
use ascribe_model::{Anomaly, Bytes, Coverage, Out, Role, Saw, Span, Text};

use self::entries::{Entries, Entry};
use crate::{Head, Match, Reader};

/// The reader of zone files.
pub const READER: Reader = Reader {
    name: "zone/1",
    kind: "dns-record",
    detect,
    read,
};

/// Types that become observations.
const KEPT: [&str; 9] = ["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SPF", "TXT"];
/// Types that are known and passed over.
const OTHER: [&str; 21] = [
    "CAA",
    "CDNSKEY",
    "CDS",
    "DNAME",
    "DNSKEY",
    "DS",
    "HINFO",
    "HTTPS",
    "LOC",
    "NAPTR",
    "NSEC",
    "NSEC3",
    "NSEC3PARAM",
    "OPENPGPKEY",
    "RP",
    "RRSIG",
    "SMIMEA",
    "SRV",
    "SSHFP",
    "SVCB",
    "TLSA",
];
/// Bytes of one value.
const VALUE_BYTES_MAX: usize = 64 << 10;

/// What a line that is neither comment nor blank can be.
enum Line {
    Record(Record),
    /// A record of a type that is not kept, or a directive.
    Other,
    Bad(&'static str),
}

/// What stands from line to line: the origin and the last owner.
#[derive(Default)]
struct State {
    origin: Option<String>,
    owner: Option<String>,
}

fn detect(head: &Head<'_>) -> Match {
    if head.bytes.contains(&0) {
        return Match::No;
    }
    let whole = head.bytes.len() as u64 == head.len;
    let mut state = State::default();
    let (mut records, mut telling, mut bad) = (0usize, 0usize, 0usize);
    for entry in Entries::new(head.bytes) {
        if !whole && entry.span.end == head.bytes.len() as u64 {
            break;
        }
        match state.take(&entry) {
            Line::Record(record) => {
                records = records.saturating_add(1);
                let policy = record.value.trim_start();
                let known = policy.starts_with("v=") || policy.starts_with("k=") || policy.starts_with("p=");
                let sure = record.kind == "SOA"
                    || record.kind == "TXT" && (known || record.name.contains("._domainkey"));
                telling = telling.saturating_add(usize::from(sure));
            }
            Line::Other => {}
            Line::Bad(_) => bad = bad.saturating_add(1),
        }
        if bad > 0 {
            return Match::No;
        }
    }
    match (records, telling) {
        (0, _) => Match::No,
        (_, 0) => Match::Likely,
        _ => Match::Sure,
    }
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let Some(data) = out.whole(bytes, "zone", "zone file") else {
        return;
    };
    let mut counts = Coverage {
        unit: "record".to_owned(),
        ..Coverage::default()
    };
    let mut state = State::default();
    for entry in Entries::new(&data) {
        if out.stopped() {
            out.out_of_time("zone.time", Span::new(entry.span.start, data.len() as u64));
            break;
        }
        counts.seen = counts.seen.saturating_add(1);
        let line = state.take(&entry);
        if entry.unclosed {
            let text = "a quote or parenthesis that opens here is not closed; the record ends with the text";
            out.anomaly(Anomaly::odd("zone.unclosed", Some(entry.span), text));
        }
        scan(&entry, out);
        match line {
            Line::Record(record) => {
                counts.parsed = counts.parsed.saturating_add(1);
                counts.used = counts.used.saturating_add(1);
                if record.name.ends_with("._domainkey") || record.name == "_dmarc" {
                    let text = format!(
                        "the name `{}` has no domain: neither $ORIGIN nor a comment says of which zone this is",
                        record.name
                    );
                    out.anomaly(Anomaly::odd("zone.no-origin", Some(entry.span), text));
                }
                out.see(entry.span, Saw::Record(Box::new(record)));
            }
            Line::Other => counts.parsed = counts.parsed.saturating_add(1),
            Line::Bad(why) => {
                counts.dropped = counts.dropped.saturating_add(1);
                out.anomaly(Anomaly::odd("zone.syntax", Some(entry.span), why));
            }
        }
    }
    out.coverage(counts);
}

/// Looks for indicators in the values.
fn scan(entry: &Entry, out: &mut Out<'_>) {
    for token in &entry.tokens {
        let mut text = Text::new(Role::Cell("record".to_owned()), entry.span.line);
        text.push_opaque(&token.shown(), token.start, token.end);
        out.scan_only(&text);
    }
}

impl State {
    fn take(&mut self, entry: &Entry) -> Line {
        let Some(first) = entry.tokens.first() else {
            return Line::Other;
        };
        let words: Vec<String> = entry.tokens.iter().map(entries::Token::shown).collect();
        if !first.quoted && first.bytes.starts_with(b"$") {
            let name = words.first().map(|word| word.to_ascii_uppercase());
            return match name.as_deref() {
                Some("$ORIGIN") => match words.get(1) {
                    Some(origin) => {
                        self.origin = Some(self.absolute(origin));
                        Line::Other
                    }
                    None => Line::Bad("$ORIGIN without a name"),
                },
                Some("$TTL") => Line::Other,
                Some("$INCLUDE") => Line::Bad("the file that $INCLUDE names is not read"),
                Some("$GENERATE") => Line::Bad("the records of $GENERATE are not made"),
                _ => Line::Bad("an unknown directive"),
            };
        }
        if is_preamble(&words) {
            return Line::Other;
        }
        let mut at = 0usize;
        let owner = if entry.indented {
            self.owner.clone()
        } else {
            at = 1;
            (!first.quoted)
                .then(|| words.first().map(|word| self.absolute(word)))
                .flatten()
        };
        let Some(mut owner) = owner.filter(|owner| is_owner(owner)) else {
            return Line::Bad("a record without the name of its owner");
        };
        let bare = |index: usize| {
            entry
                .tokens
                .get(index)
                .filter(|token| !token.quoted)
                .and_then(|_| words.get(index))
                .map(|word| word.to_ascii_uppercase())
        };
        // The forms of `host` and `nslookup`.
        let spoken = match (bare(at).as_deref(), bare(at.saturating_add(1)).as_deref()) {
            (Some("DESCRIPTIVE"), Some("TEXT")) => Some(at.saturating_add(2)),
            (Some("TEXT"), Some("=")) => Some(at.saturating_add(2)),
            _ => None,
        };
        let mut said = 0usize;
        let (kind, from) = if let Some(from) = spoken {
            ("TXT".to_owned(), from)
        } else {
            while let Some(word) = bare(at) {
                let class = ["IN", "CH", "HS", "CS", "ANY"].contains(&word.as_str());
                if !class && !is_lifetime(&word) {
                    break;
                }
                said = said.saturating_add(1);
                if said > 2 {
                    return Line::Bad("this line is no record");
                }
                at = at.saturating_add(1);
            }
            let Some(kind) = bare(at) else {
                return Line::Bad("this line is no record");
            };
            (kind, at.saturating_add(1))
        };
        let unknown = kind
            .strip_prefix("TYPE")
            .is_some_and(|rest| rest.parse::<u16>().is_ok());
        if unknown || OTHER.contains(&kind.as_str()) {
            self.owner = Some(owner);
            return Line::Other;
        }
        let Some(rest) = entry.tokens.get(from..).filter(|rest| !rest.is_empty()) else {
            return Line::Bad("a record without a value");
        };
        if !KEPT.contains(&kind.as_str()) || !fits(&kind, rest, &words, from, said > 0 || spoken.is_some()) {
            return Line::Bad("this line is no record");
        }
        self.owner = Some(owner.clone());
        if self.origin.is_none()
            && owner.ends_with("._domainkey")
            && let Some(domain) = entry.comment.as_deref().and_then(key_domain)
        {
            owner = format!("{owner}.{domain}");
        }
        let value = match kind.as_str() {
            "TXT" | "SPF" => strings(entry, rest),
            "CNAME" | "NS" | "PTR" => words
                .get(from)
                .map(|word| self.absolute(word))
                .unwrap_or_default(),
            "MX" => {
                let host = words.get(from.saturating_add(1)).map(|word| self.absolute(word));
                format!(
                    "{} {}",
                    words.get(from).map_or("", String::as_str),
                    host.unwrap_or_default()
                )
            }
            _ => words.get(from..).unwrap_or_default().join(" "),
        };
        if value.len() > VALUE_BYTES_MAX {
            return Line::Bad("the value of this record is too long");
        }
        Line::Record(Record {
            name: owner,
            kind,
            value,
        })
    }

    /// A name with the origin behind it unless it ends in a dot; without an origin it is taken as whole.
    fn absolute(&self, name: &str) -> String {
        let name = name.to_ascii_lowercase();
        let origin = self.origin.as_deref();
        if let Some(whole) = name.strip_suffix('.') {
            return whole.to_owned();
        }
        match (name.as_str(), origin) {
            ("@", Some(origin)) => origin.to_owned(),
            (_, Some("") | None) => name,
            (_, Some(origin)) => format!("{name}.{origin}"),
        }
    }
}

/// What `host` and `nslookup` print around their answers.
fn is_preamble(words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(
        words.as_slice(),
        ["Server:" | "Address:" | "Name:", _]
            | ["Aliases:"]
            | ["Using", "domain", "server:"]
            | ["Non-authoritative", "answer:"]
            | ["Authoritative", "answers", "can", "be", "found", "from:"]
    )
}

fn is_owner(name: &str) -> bool {
    name.len() <= 255
        && !name.is_empty()
        && name.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*' | b'/' | b'@' | b'+')
        })
}

/// `3600`, `1h30m`.
fn is_lifetime(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
        && word.len() <= 12
        && word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'S' | b'M' | b'H' | b'D' | b'W'))
}

/// Whether the values are those of such a record. A text stands in quotes or is a policy.
fn fits(kind: &str, rest: &[entries::Token], words: &[String], from: usize, stated: bool) -> bool {
    let word = |index: usize| words.get(from.saturating_add(index)).map(String::as_str);
    match kind {
        "A" => rest.len() == 1 && word(0).is_some_and(|word| word.parse::<std::net::Ipv4Addr>().is_ok()),
        "AAAA" => rest.len() == 1 && word(0).is_some_and(|word| word.parse::<std::net::Ipv6Addr>().is_ok()),
        "CNAME" | "NS" | "PTR" => {
            rest.len() == 1 && word(0).is_some_and(|word| is_owner(word) && (stated || word.contains('.')))
        }
        "MX" => rest.len() == 2 && word(0).is_some_and(|word| word.parse::<u16>().is_ok()),
        "SOA" => rest.len() == 7,
        _ => rest.iter().all(|token| token.quoted) || rest.first().is_some_and(is_policy),
    }
}

/// Whether a word starts a policy.
fn is_policy(token: &entries::Token) -> bool {
    [&b"v="[..], b"k=", b"p="]
        .iter()
        .any(|start| token.bytes.starts_with(start))
}

/// The strings of a text, joined. An unquoted policy whose `;` are not escaped goes on behind them.
fn strings(entry: &Entry, rest: &[entries::Token]) -> String {
    let mut bytes = Vec::new();
    for token in rest {
        bytes.extend_from_slice(&token.bytes);
    }
    let loose = rest
        .first()
        .is_some_and(|token| !token.quoted && is_policy(token));
    if loose && let Some(comment) = &entry.comment {
        bytes.push(b';');
        bytes.extend_from_slice(comment.as_bytes());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The domain in the comment that `opendkim-genkey` writes: `----- DKIM key default for example.com`.
fn key_domain(comment: &str) -> Option<String> {
    let (_, name) = comment.split_once("DKIM key ")?.1.split_once(" for ")?;
    let name = name.trim().trim_end_matches('.').to_ascii_lowercase();
    (name.contains('.') && is_owner(&name)).then_some(name)
}

#[cfg(test)]
mod tests;
