//! Reads lists of what many people use: Tor exits, VPN, hosting, CDN, sinkholes, resolvers, dynamic DNS, parking.
//!
//! Four forms: Tor's `exit-addresses` (TorDNSEL), a plain list of addresses whose comment says that they are Tor exits,
//! MISP warning lists, and CSV with a column of addresses, networks or names and one that says of which kind each is. Every row is one item of
//! kind `shared` with its own time; a list without times is dated by its evidence or not at all.
//! Source: TorDNSEL exit list format, metrics.torproject.org/collector.html.

mod warning;

use ascribe_intel::indicators::{canonical, refang};
use ascribe_model::observation::{IndicatorKind, Intelligence, Saw};
use ascribe_model::{Anomaly, Bytes, Coverage, Moment, Out, Role, Span};

use crate::{Head, Match, Reader};

/// The reader of lists of shared addresses and names.
pub const READER: Reader = Reader {
    name: "shared/1",
    kind: "intelligence",
    detect,
    read,
};

/// Rows that detection looks at.
const ROWS_LOOKED_AT: usize = 40;
/// Cells of one row.
const CELLS_MAX: usize = 64;

/// What words mean which kind; the word is compared without case and without what is no letter.
const KINDS: [(&str, &[&str]); 9] = [
    (
        "tor-exit",
        &["tor", "torexit", "torexitnode", "exitnode", "tornode"],
    ),
    (
        "vpn",
        &["vpn", "vpnexit", "commercialvpn", "anonymizer", "anonymiser"],
    ),
    (
        "proxy",
        &["proxy", "openproxy", "publicproxy", "residentialproxy"],
    ),
    (
        "hosting",
        &[
            "hosting",
            "host",
            "datacenter",
            "datacentre",
            "cloud",
            "vps",
            "sharedhosting",
        ],
    ),
    ("cdn", &["cdn", "contentdeliverynetwork"]),
    ("sinkhole", &["sinkhole", "sinkholed"]),
    (
        "resolver",
        &[
            "resolver",
            "publicresolver",
            "openresolver",
            "dnsresolver",
            "publicdns",
        ],
    ),
    ("dynamic-dns", &["dynamicdns", "dyndns", "ddns"]),
    ("parking", &["parking", "parked", "parkedpage", "domainparking"]),
];

fn letters(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn kind_of(text: &str) -> Option<&'static str> {
    let plain = letters(text);
    KINDS
        .iter()
        .find(|(_, words)| words.contains(&plain.as_str()))
        .map(|(kind, _)| *kind)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Value,
    Kind,
    First,
    Last,
    At,
    Author,
    Other,
}

fn column(name: &str) -> Column {
    match letters(name).as_str() {
        "address" | "ip" | "ipaddress" | "network" | "net" | "cidr" | "prefix" | "range" | "subnet"
        | "domain" | "name" | "hostname" | "value" | "indicator" | "suffix" => Column::Value,
        "kind" | "category" | "type" | "usage" | "usagetype" | "shared" | "service" => Column::Kind,
        "from" | "firstseen" | "validfrom" | "since" | "first" | "start" => Column::First,
        "to" | "lastseen" | "validuntil" | "until" | "last" | "end" => Column::Last,
        "date" | "asof" | "seen" | "observed" => Column::At,
        "source" | "author" | "by" | "provider" => Column::Author,
        _ => Column::Other,
    }
}

/// The cells of a line, quotes undone; a quote does not go over lines here.
fn cells(line: &str, delimiter: char) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            letter if letter == delimiter && !quoted => {
                if cells.len() < CELLS_MAX {
                    cells.push(cell.trim().to_owned());
                }
                cell.clear();
            }
            letter => cell.push(letter),
        }
    }
    cells.push(cell.trim().to_owned());
    cells
}

fn value_of(text: &str) -> Option<(IndicatorKind, String)> {
    let plain = refang(text.trim().trim_start_matches("*.").trim_start_matches('.'));
    [
        IndicatorKind::Ipv4,
        IndicatorKind::Ipv6,
        IndicatorKind::Cidr,
        IndicatorKind::Domain,
    ]
    .into_iter()
    .find_map(|kind| canonical(kind, &plain).map(|value| (kind, value)))
    .filter(|(kind, value)| *kind != IndicatorKind::Domain || value.contains('.'))
}

fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    let text = text
        .strip_suffix(" UTC")
        .map_or_else(|| text.to_owned(), |plain| format!("{plain}Z"));
    Moment::parse(&text)
        .or_else(|_| Moment::parse(&text.replacen(' ', "T", 1)))
        .ok()
}

/// How a list is written.
enum Form {
    Exits,
    Plain,
    Table { columns: Vec<Column>, delimiter: char },
}

impl Form {
    fn of(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let starts = |word: &str| {
            text.lines()
                .take(ROWS_LOOKED_AT)
                .any(|line| line.starts_with(word))
        };
        if starts("ExitNode ") && starts("ExitAddress ") {
            return Some(Self::Exits);
        }
        let comments: Vec<&str> = text
            .lines()
            .map(str::trim)
            .take_while(|line| line.starts_with('#') || line.is_empty())
            .collect();
        let about = comments.join(" ").to_lowercase();
        let rows: Vec<&str> = lines
            .clone()
            .filter(|line| !line.starts_with('#'))
            .take(ROWS_LOOKED_AT)
            .collect();
        let addresses = rows
            .iter()
            .filter(|row| row.parse::<std::net::IpAddr>().is_ok())
            .count();
        if about.contains("tor")
            && about.contains("exit")
            && addresses > 0
            && addresses.saturating_mul(4) >= rows.len().saturating_mul(3)
        {
            return Some(Self::Plain);
        }
        let header = lines.find(|line| !line.starts_with('#'))?;
        for delimiter in [',', ';', '\t'] {
            let columns: Vec<Column> = cells(header, delimiter).iter().map(|name| column(name)).collect();
            if !(columns.contains(&Column::Value) && columns.contains(&Column::Kind)) {
                continue;
            }
            let rows: Vec<Row> = rows
                .iter()
                .skip(1)
                .map(|row| Row::of(row, &columns, delimiter))
                .collect();
            let named = rows
                .iter()
                .filter(|row| row.kind.is_some() && row.value.is_some())
                .count();
            if named > 0 && named.saturating_mul(2) >= rows.len() {
                return Some(Self::Table { columns, delimiter });
            }
        }
        None
    }
}

#[derive(Default)]
struct Row {
    value: Option<(IndicatorKind, String)>,
    kind: Option<&'static str>,
    valid: Option<Moment>,
    author: Option<String>,
}

impl Row {
    fn of(line: &str, columns: &[Column], delimiter: char) -> Self {
        let mut row = Self::default();
        let (mut first, mut last) = (None, None);
        for (cell, column) in cells(line, delimiter).into_iter().zip(columns) {
            match column {
                Column::Value => row.value = row.value.take().or_else(|| value_of(&cell)),
                Column::Kind => row.kind = row.kind.or_else(|| kind_of(&cell)),
                Column::First => first = moment(&cell),
                Column::Last => last = moment(&cell),
                Column::At => row.valid = moment(&cell),
                Column::Author if !cell.is_empty() => row.author = Some(cell.chars().take(200).collect()),
                _ => {}
            }
        }
        row.valid = match (first, last) {
            (Some(first), Some(last)) => Moment::parse(&format!("{first}..{last}")).ok(),
            (Some(at), None) => Moment::parse(&format!("{at}..9999")).ok(),
            (None, Some(at)) => Moment::parse(&format!("0001..{at}")).ok(),
            (None, None) => row.valid,
        };
        row
    }
}

fn detect(head: &Head<'_>) -> Match {
    let text = String::from_utf8_lossy(head.bytes);
    // Surer than any table with addresses: the kinds of sharing are unmistakable.
    let start = text.trim_start_matches('\u{feff}');
    if warning::may_be(start) {
        // Its name may stand behind the list, so a larger one is only likely to be of a kind of sharing.
        let whole = head.bytes.len() as u64 == head.len;
        match warning::warning(head.bytes) {
            Some(_) => Match::Sure,
            None if whole || !warning::may_be_shared(start) => Match::No,
            None => Match::Likely,
        }
    } else if Form::of(start).is_some() {
        Match::Sure
    } else {
        Match::No
    }
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let Some(data) = out.whole(bytes, "shared", "list") else {
        return;
    };
    if data.trim_ascii_start().first() == Some(&b'{') {
        read_warning(&data, out);
        return;
    }
    let start =
        String::from_utf8_lossy(data.get(..data.len().min(64 << 10)).unwrap_or_default()).into_owned();
    let Some(form) = Form::of(start.trim_start_matches('\u{feff}')) else {
        out.anomaly(Anomaly::lost(
            "shared.form",
            None,
            "this is no list of shared addresses or names",
        ));
        return;
    };
    let mut counts = Coverage {
        unit: "row".to_owned(),
        ..Coverage::default()
    };
    let mut header = matches!(form, Form::Table { .. });
    let (mut at, mut number) = (0usize, 0u64);
    while at < data.len() {
        if out.stopped() {
            out.out_of_time("shared.time", Span::new(at as u64, data.len() as u64));
            break;
        }
        let rest = data.get(at..).unwrap_or_default();
        let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let raw = rest.get(..len).unwrap_or_default();
        number = number.saturating_add(1);
        let span = Span::new(at as u64, at.saturating_add(raw.trim_ascii_end().len()) as u64).on_line(number);
        at = at.saturating_add(len).saturating_add(1);
        let line = String::from_utf8_lossy(raw);
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if std::mem::take(&mut header) {
            continue;
        }
        let row = match &form {
            Form::Exits => {
                let Some(rest) = line.strip_prefix("ExitAddress ") else {
                    continue;
                };
                let (address, when) = rest.split_once(' ').unwrap_or((rest, ""));
                Row {
                    value: value_of(address),
                    kind: Some("tor-exit"),
                    valid: moment(&format!("{when} UTC")),
                    author: Some("Tor exit list".to_owned()),
                }
            }
            Form::Plain => Row {
                value: value_of(line),
                kind: Some("tor-exit"),
                ..Row::default()
            },
            Form::Table { columns, delimiter } => Row::of(line, columns, *delimiter),
        };
        counts.seen = counts.seen.saturating_add(1);
        let (Some((kind, value)), Some(word)) = (row.value, row.kind) else {
            continue;
        };
        counts.parsed = counts.parsed.saturating_add(1);
        counts.used = counts.used.saturating_add(1);
        out.mention(kind, &value, &value, &Role::Cell("shared".to_owned()), span);
        let item = Intelligence {
            id: format!("line {number}"),
            kind: "shared".to_owned(),
            name: word.to_owned(),
            values: vec![(kind, value)],
            author: row.author,
            valid: row.valid,
            ..Intelligence::default()
        };
        out.see(span, Saw::Intelligence(Box::new(item)));
    }
    out.coverage(counts);
}

/// Reads a warning list. One of another kind gives nothing and says so.
fn read_warning(data: &[u8], out: &mut Out<'_>) {
    let mut counts = Coverage {
        unit: "row".to_owned(),
        ..Coverage::default()
    };
    let Some(list) = warning::warning(data) else {
        let text = "this is no sound warning list of a kind of sharing; nothing of it is used";
        out.anomaly(Anomaly::lost("shared.form", None, text));
        return;
    };
    for (written, span) in warning::values(data) {
        if out.stopped() {
            out.out_of_time("shared.time", Span::new(span.start, data.len() as u64));
            break;
        }
        counts.seen = counts.seen.saturating_add(1);
        let Some((kind, value)) = value_of(&written) else {
            continue;
        };
        counts.parsed = counts.parsed.saturating_add(1);
        counts.used = counts.used.saturating_add(1);
        out.mention(kind, &value, &written, &Role::Cell("shared".to_owned()), span);
        let item = Intelligence {
            id: format!("line {}", span.line.unwrap_or_default()),
            kind: "shared".to_owned(),
            name: list.kind.to_owned(),
            values: vec![(kind, value)],
            author: Some(list.name.clone()),
            valid: list.valid.clone(),
            ..Intelligence::default()
        };
        out.see(span, Saw::Intelligence(Box::new(item)));
    }
    out.coverage(counts);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use ascribe_model::limits::Limits;
    use proptest::prelude::*;

    use super::*;

    fn items(text: &str) -> Vec<String> {
        let bytes = text.as_bytes();
        let head = Head {
            bytes,
            len: bytes.len() as u64,
        };
        assert_eq!(detect(&head), Match::Sure, "{text}");
        let stop = AtomicBool::new(false);
        let mut child = |_| Ok(());
        let mut out = Out::new(
            "intelligence",
            Limits::default(),
            &|_| Vec::new(),
            &stop,
            &mut child,
        );
        read(&bytes, &mut out);
        let reading = out.finish();
        let seen = reading.observations.iter().filter_map(|seen| match &seen.saw {
            Saw::Intelligence(item) => Some(format!(
                "{} {} {} {}",
                seen.at.line.unwrap_or(0),
                item.name,
                item.values[0].1,
                item.valid.as_ref().map_or("undated", Moment::text)
            )),
            _ => None,
        });
        seen.collect()
    }

    #[test]
    fn exits_come_with_the_time_of_their_test() {
        let text = "ExitNode 63BA28370F543D175173E414D5450590D73E22DC\nPublished 2014-11-20 07:35:55\nLastStatus 2014-11-20 08:10:11\n\
            ExitAddress 91.102.152.236 2014-11-20 07:10:30\nExitAddress 91.102.152.227 2014-11-20 10:35:30\n";
        assert_eq!(
            items(text),
            [
                "4 tor-exit 91.102.152.236 2014-11-20 07:10:30Z",
                "5 tor-exit 91.102.152.227 2014-11-20 10:35:30Z"
            ]
        );
    }

    #[test]
    fn tables_say_the_kind_of_each_row() {
        let text = "network,kind,from,to,source\n198.51.100.0/24,VPN,2014-01,2014-12,vendor\n*.dyn.test,dynamic DNS,,,vendor\n8[.]8.8.8,public resolver,2009-12-03,,\nx,y,,,\n";
        assert_eq!(
            items(text),
            [
                "2 vpn 198.51.100.0/24 2014-01..2014-12",
                "3 dynamic-dns dyn.test undated",
                "4 resolver 8.8.8.8 2009-12-03..9999"
            ]
        );
        assert_eq!(
            items("# Tor exit nodes of 2014-11-20\n91.102.152.236\n"),
            ["2 tor-exit 91.102.152.236 undated"]
        );
    }

    #[test]
    fn other_tables_are_left_to_others() {
        for text in [
            "ts,src_ip,type\n2014-11-20,8.8.8.8,flow\n",
            "value,type,actor\n8.8.8.8,ipv4,x\n",
            "network,kind\n8.8.8.0/24,office\n",
            "# notes on the exit of the story\n8.8.8.8 was seen\n",
            "",
        ] {
            let head = Head {
                bytes: text.as_bytes(),
                len: text.len() as u64,
            };
            assert_eq!(detect(&head), Match::No, "{text}");
        }
    }

    proptest! {
        #[test]
        fn bytes_of_any_kind_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..400), table in any::<bool>()) {
            let mut data = if table { b"ip,kind\n1.2.3.4,tor\n".to_vec() } else { b"ExitNode A\nExitAddress 1.2.3.4 2014-11-20 07:10:30\n".to_vec() };
            data.extend(bytes);
            let stop = AtomicBool::new(false);
            let mut child = |_| Ok(());
            let mut out = Out::new("intelligence", Limits::default(), &|_| Vec::new(), &stop, &mut child);
            read(&data.as_slice(), &mut out);
            let reading = out.finish();
            for seen in &reading.observations {
                prop_assert!(seen.at.end <= data.len() as u64);
            }
            prop_assert!(reading.coverage.used + reading.coverage.dropped <= reading.coverage.seen);
        }
    }
}
