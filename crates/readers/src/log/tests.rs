//! Logs written by Zeek, Suricata, nfdump, argus, tshark, Squid, nginx and Apache; damage; what is no log.

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use ascribe_model::{Child, Out, Reading, Saw};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::{Head, Match};

fn read_with(data: &[u8], limits: Limits) -> Reading {
    let stop = AtomicBool::new(false);
    let mut take = |_: Child| Ok(());
    let mut out = Out::new("log", limits, &ascribe_intel::indicators::scan, &stop, &mut take);
    super::read(&data, &mut out);
    out.finish()
}

fn read(data: &[u8]) -> Reading {
    read_with(data, Limits::default())
}

fn is_log(data: &[u8]) -> Match {
    super::detect(&Head {
        bytes: &data[..data.len().min(64 << 10)],
        len: data.len() as u64,
    })
}

fn lines(reading: &Reading) -> String {
    let mut text = String::new();
    for observation in &reading.observations {
        match &observation.saw {
            Saw::Flow(flow) => writeln!(
                text,
                "{} {} > {}:{} x{} packets {} out {} in {} {} .. {} lines {:?}",
                flow.protocol,
                flow.client,
                flow.server,
                flow.port,
                flow.connections,
                flow.packets,
                flow.bytes_out,
                flow.bytes_in,
                flow.first.as_ref().map_or("?", |at| at.text()),
                flow.last.as_ref().map_or("?", |at| at.text()),
                flow.spans.iter().filter_map(|span| span.line).collect::<Vec<_>>(),
            ),
            Saw::Resolution(answer) => writeln!(
                text,
                "{} {} {} x{} {}",
                answer.name,
                answer.record,
                answer.answer,
                answer.count,
                answer.first.as_ref().map_or("?", |at| at.text()),
            ),
            Saw::ServerName(name) => writeln!(
                text,
                "{} {} > {} {} x{}",
                name.via, name.client, name.server, name.name, name.count
            ),
            Saw::Mention(mention) => {
                let at = mention.spans[0];
                writeln!(
                    text,
                    "{:?} {} x{} {}..{}",
                    mention.kind, mention.value, mention.count, at.start, at.end
                )
            }
            other => writeln!(text, "{other:?}"),
        }
        .unwrap();
    }
    for anomaly in &reading.anomalies {
        writeln!(text, "{}: {}", anomaly.code, anomaly.text).unwrap();
    }
    let coverage = &reading.coverage;
    writeln!(
        text,
        "{}: seen {} parsed {} used {} dropped {}",
        coverage.unit, coverage.seen, coverage.parsed, coverage.used, coverage.dropped
    )
    .unwrap();
    text
}

fn check(data: &[u8], expected: &Expect) {
    assert!(is_log(data) >= Match::Likely);
    expected.assert_eq(&lines(&read(data)));
}

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../fixtures/log/", $name))
    };
}

const ZEEK: [&[u8]; 9] = [
    fixture!("zeek-conn.log"),
    fixture!("zeek-dns.log"),
    fixture!("zeek-http.log"),
    fixture!("zeek-ssl.log"),
    fixture!("zeek-conn-2018.log"),
    fixture!("zeek-conn.json"),
    fixture!("zeek-dns.json"),
    fixture!("zeek-http.json"),
    fixture!("zeek-ssl.json"),
];
const OTHERS: [&[u8]; 12] = [
    fixture!("suricata-eve.json"),
    fixture!("nfdump.csv"),
    fixture!("argus.csv"),
    fixture!("argus-times.csv"),
    fixture!("tshark.csv"),
    fixture!("squid.log"),
    fixture!("nginx.log"),
    fixture!("apache-vhost.log"),
    fixture!("apache-common.log"),
    fixture!("vhost-combined.log"),
    fixture!("vpc-flow-v2.log"),
    fixture!("vpc-flow-v5.log"),
];

fn all() -> impl Iterator<Item = &'static [u8]> {
    ZEEK.into_iter().chain(OTHERS)
}

/// Rows of `data` whose text does not begin with `#`.
fn rows(data: &[u8]) -> u64 {
    data.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty() && line[0] != b'#')
        .count() as u64
}

#[test]
fn every_row_of_zeek_is_read_and_counted() {
    for data in ZEEK {
        assert!(is_log(data) >= Match::Likely);
        let reading = read(data);
        let coverage = &reading.coverage;
        assert_eq!(coverage.seen, rows(data));
        assert_eq!(coverage.dropped, 0, "{:?}", reading.anomalies);
        assert_eq!(coverage.parsed, coverage.seen);
        assert_eq!(coverage.used, coverage.seen);
        let connections: u64 = reading
            .observations
            .iter()
            .filter_map(|seen| match &seen.saw {
                Saw::Flow(flow) => Some(flow.connections),
                _ => None,
            })
            .sum();
        assert_eq!(connections, coverage.seen);
    }
}

#[test]
fn everything_stands_where_it_says() {
    for data in all() {
        let reading = read(data);
        let mut places = 0u64;
        for observation in &reading.observations {
            let (values, spans): (Vec<&str>, _) = match &observation.saw {
                Saw::Flow(flow) => (vec![], flow.spans.clone()),
                Saw::Mention(mention) if !mention.raw.contains("://") => {
                    (vec![&mention.value], mention.spans.clone())
                }
                _ => (vec![], vec![observation.at]),
            };
            for span in spans {
                let start = usize::try_from(span.start).unwrap();
                let bytes = &data[start..usize::try_from(span.end).unwrap()];
                let text = String::from_utf8_lossy(bytes).to_lowercase();
                let line = data[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
                assert_eq!(span.line, Some(line as u64));
                places += 1;
                for value in &values {
                    let same = text.contains(value)
                        || text
                            .parse::<std::net::IpAddr>()
                            .is_ok_and(|ip| ip.to_string() == **value);
                    assert!(same, "{value} in {text}");
                }
            }
        }
        assert!(places >= reading.coverage.used);
    }
}

#[test]
fn suricata_events_join_into_flows_answers_and_names() {
    check(
        fixture!("suricata-eve.json"),
        &expect![[r#"
        c2.example.net AAAA 2001:db8::7 x1 2026-11-24T10:51:42.530437Z
        c2.example.net A 203.0.113.7 x2 2026-11-24T10:51:42.517979Z
        www.example.org CNAME c2.example.net x1 2026-11-24T10:51:42.517979Z
        http-host 198.51.100.10 > 203.0.113.7 update.example.com x1
        http-host 2001:db8::7 > 2001:db8::7 2001:db8::7 x1
        tls-sni 198.51.100.10 > 203.0.113.7 secret.example.net x1
        tcp 198.51.100.10 > 203.0.113.7:53 x1 packets 10 out 461 in 333 2026-11-24T10:51:42.553227Z .. 2026-11-24T10:51:42.554163Z lines [9, 10, 15]
        udp 198.51.100.10 > 203.0.113.7:53 x2 packets 4 out 195 in 243 2026-11-24T10:51:42.517857Z .. 2026-11-24T10:51:42.530437Z lines [5, 6, 7, 8, 16, 17]
        tcp 198.51.100.10 > 203.0.113.7:443 x1 packets 17 out 1119 in 2325 2026-11-24T10:51:42.599089Z .. 2026-11-24T10:51:42.6027Z lines [11, 12]
        tcp 198.51.100.10 > 203.0.113.7:8000 x1 packets 12 out 566 in 528 2026-11-24T10:51:42.466871Z .. 2026-11-24T10:51:42.471295Z lines [1, 2, 13]
        udp 203.0.113.7 > 203.0.113.7:9999 x1 packets 4 out 1024 in 0 2026-11-24T10:51:42.619247Z .. 2026-11-24T10:51:43.619578Z lines [14]
        tcp 2001:db8::7 > 2001:db8::7:8001 x1 packets 12 out 692 in 628 2026-11-24T10:51:42.47946Z .. 2026-11-24T10:51:42.483929Z lines [3, 4, 18]
        Ipv4 198.51.100.10 x14 117..130
        Ipv4 203.0.113.7 x20 160..171
        Ipv6 2001:db8::7 x10 1098..1137
        Domain c2.example.net x6 2854..2868
        Domain secret.example.net x1 4991..5009
        Domain update.example.com x2 256..274
        Domain www.example.org x2 2334..2349
        Url http://[2001:db8::7]/ x2 1330..1331
        Url http://update.example.com/index.html?x=1 x2 283..298
        row: seen 19 parsed 19 used 18 dropped 0
    "#]],
    );
}

#[test]
fn flow_tables_of_two_programs_agree_on_the_same_capture() {
    check(
        fixture!("nfdump.csv"),
        &expect![[r#"
        tcp 198.51.100.10 > 203.0.113.7:53 x2 packets 10 out 377 in 277 2027-01-13T03:54:29 .. 2027-01-13T03:54:29 lines [8, 9]
        udp 198.51.100.10 > 203.0.113.7:53 x4 packets 4 out 167 in 215 2027-01-13T03:54:29 .. 2027-01-13T03:54:29 lines [4, 5, 6, 7]
        tcp 198.51.100.10 > 203.0.113.7:443 x2 packets 17 out 979 in 2227 2027-01-13T03:54:29 .. 2027-01-13T03:54:29 lines [10, 11]
        tcp 198.51.100.10 > 203.0.113.7:8000 x2 packets 12 out 468 in 458 2027-01-13T03:54:29 .. 2027-01-13T03:54:29 lines [2, 3]
        icmp 203.0.113.7 > 203.0.113.7:0 x1 packets 2 out 512 in 0 2027-01-13T03:54:29 .. 2027-01-13T03:54:30 lines [13]
        udp 203.0.113.7 > 203.0.113.7:53 x1 packets 2 out 0 in 456 2027-01-13T03:54:29 .. 2027-01-13T03:54:30 lines [12]
        tcp 2001:db8::7 > 2001:db8::7:8001 x2 packets 12 out 594 in 558 2027-01-13T03:54:29 .. 2027-01-13T03:54:29 lines [14, 15]
        Ipv4 0.0.0.0 x28 337..344
        Ipv4 198.51.100.10 x10 257..270
        Ipv4 203.0.113.7 x14 271..282
        Ipv6 2001:db8::7 x4 4409..4420
        row: seen 14 parsed 14 used 14 dropped 0
    "#]],
    );
    check(
        fixture!("argus.csv"),
        &expect![[r#"
        tcp 198.51.100.10 > 203.0.113.7:53 x1 packets 10 out 794 in 0 2026-11-24T10:51:42.553227Z .. 2026-11-24T10:51:42.553227Z lines [8]
        udp 198.51.100.10 > 203.0.113.7:53 x2 packets 4 out 438 in 0 2026-11-24T10:51:42.517857Z .. 2026-11-24T10:51:42.530344Z lines [6, 7]
        tcp 198.51.100.10 > 203.0.113.7:443 x1 packets 17 out 3444 in 0 2026-11-24T10:51:42.599089Z .. 2026-11-24T10:51:42.599089Z lines [9]
        tcp 198.51.100.10 > 203.0.113.7:8000 x1 packets 12 out 1094 in 0 2026-11-24T10:51:42.466871Z .. 2026-11-24T10:51:42.466871Z lines [3]
        icmp 203.0.113.7 > 203.0.113.7:0 x1 packets 2 out 540 in 0 2026-11-24T10:51:42.619313Z .. 2026-11-24T10:51:42.619313Z lines [11]
        udp 203.0.113.7 > 203.0.113.7:53 x1 packets 2 out 0 in 484 2026-11-24T10:51:42.619247Z .. 2026-11-24T10:51:42.619247Z lines [10]
        tcp 2001:db8::7 > 2001:db8::7:8001 x2 packets 12 out 692 in 628 2026-11-24T10:51:42.47946Z .. 2026-11-24T10:51:42.47949Z lines [4, 5]
        Ipv4 198.51.100.10 x5 159..172
        Ipv4 203.0.113.7 x9 185..196
        Ipv6 2001:db8::7 x4 247..258
        log.bytes-direction: 9 rows count bytes without their direction; they stand as bytes from the client
        row: seen 11 parsed 11 used 9 dropped 0
    "#]],
    );
    check(
        fixture!("argus-times.csv"),
        &expect![[r#"
        tcp 198.51.100.10 > 203.0.113.7:53 x1 packets 10 out 461 in 333 ? .. ? lines [8]
        udp 198.51.100.10 > 203.0.113.7:53 x2 packets 4 out 195 in 243 ? .. ? lines [6, 7]
        tcp 198.51.100.10 > 203.0.113.7:443 x1 packets 17 out 1119 in 2325 ? .. ? lines [9]
        tcp 198.51.100.10 > 203.0.113.7:8000 x1 packets 12 out 566 in 528 ? .. ? lines [3]
        icmp 203.0.113.7 > 203.0.113.7:0 x1 packets 2 out 540 in 0 ? .. ? lines [11]
        udp 203.0.113.7 > 203.0.113.7:53 x1 packets 2 out 0 in 484 ? .. ? lines [10]
        tcp 2001:db8::7 > 2001:db8::7:8001 x2 packets 12 out 692 in 628 ? .. ? lines [4, 5]
        Ipv4 198.51.100.10 x5 171..184
        Ipv4 203.0.113.7 x9 197..208
        Ipv6 2001:db8::7 x4 259..270
        log.time-unread: 11 rows have a time without a date, or with a date whose order of day and month it does not tell; they count without time
        row: seen 11 parsed 11 used 9 dropped 0
    "#]],
    );
    check(
        fixture!("tshark.csv"),
        &expect![[r#"
        tcp 198.51.100.10 > 203.0.113.7:53 x10 packets 0 out 461 in 333 2026-11-24T10:51:42.553227Z .. 2026-11-24T10:51:42.554163Z lines [30, 31, 32, 33, 34, 35, 36, 37, 38, 39]
        udp 198.51.100.10 > 203.0.113.7:53 x4 packets 0 out 195 in 243 2026-11-24T10:51:42.517857Z .. 2026-11-24T10:51:42.530437Z lines [26, 27, 28, 29]
        tcp 198.51.100.10 > 203.0.113.7:443 x17 packets 0 out 1119 in 2325 2026-11-24T10:51:42.599089Z .. 2026-11-24T10:51:42.6027Z lines [40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55]
        tcp 198.51.100.10 > 203.0.113.7:8000 x12 packets 0 out 566 in 528 2026-11-24T10:51:42.466871Z .. 2026-11-24T10:51:42.471295Z lines [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
        udp 203.0.113.7 > 203.0.113.7:53 x2 packets 0 out 0 in 484 2026-11-24T10:51:42.619247Z .. 2026-11-24T10:51:43.619553Z lines [57, 59]
        Ipv4 198.51.100.10 x43 122..135
        Ipv4 203.0.113.7 x55 147..158
        row: seen 59 parsed 59 used 47 dropped 0
    "#]],
    );
}

#[test]
fn web_servers_and_proxies() {
    check(
        fixture!("squid.log"),
        &expect![[r#"
        tcp 198.51.100.10 > 203.0.113.7:8081 x2 packets 0 out 0 in 784 2026-11-24T14:15:55.682Z .. 2026-11-24T14:15:55.849Z lines [1, 3]
        tcp 198.51.100.10 > 203.0.113.7:8082 x1 packets 0 out 0 in 549 2026-11-24T14:15:55.805Z .. 2026-11-24T14:15:55.806Z lines [2]
        tcp 198.51.100.11 > 203.0.113.7:8081 x2 packets 0 out 0 in 784 2026-11-24T14:16:35.826Z .. 2026-11-24T14:16:36.017Z lines [5, 7]
        tcp 198.51.100.11 > 203.0.113.7:8082 x1 packets 0 out 0 in 549 2026-11-24T14:16:35.967Z .. 2026-11-24T14:16:35.969Z lines [6]
        Ipv4 198.51.100.10 x4 22..35
        Ipv4 198.51.100.11 x4 484..497
        Ipv4 203.0.113.7 x12 64..75
        Domain nowhere.example.com x2 417..436
        Url http://203.0.113.7:8081/via x2 57..84
        Url http://203.0.113.7:8082/via x2 179..206
        Url http://nowhere.example.com/ x2 410..437
        row: seen 8 parsed 8 used 8 dropped 0
    "#]],
    );
    check(
        fixture!("nginx.log"),
        &expect![[r#"
        Ipv4 198.51.100.10 x3 0..13
        Ipv4 198.51.100.11 x3 693..706
        Ipv4 203.0.113.7 x4 314..325
        Domain malware.example.net x2 181..200
        Url http://malware.example.net/start x2 174..206
        row: seen 10 parsed 10 used 10 dropped 0
    "#]],
    );
    check(
        fixture!("apache-vhost.log"),
        &expect![[r#"
        Ipv4 198.51.100.10 x3 19..32
        Ipv4 198.51.100.11 x3 539..552
        Ipv4 203.0.113.7 x2 425..436
        Domain callback.example.com x2 382..402
        Domain malware.example.net x2 221..240
        Domain www.example.org x8 0..18
        Url http://callback.example.com/z x2 375..404
        Url http://malware.example.net/start x2 214..246
        Url http://www.example.org/ x2 71..72
        Url http://www.example.org/%2e%2e/a%20b x2 333..346
        Url http://www.example.org/gate.php?id=1 x2 180..194
        Url http://www.example.org/via?x=1 x2 475..483
        row: seen 8 parsed 8 used 8 dropped 0
    "#]],
    );
}

#[test]
fn cloud_flow_logs_with_and_without_a_header() {
    check(
        fixture!("vpc-flow-v2.log"),
        &expect![[r#"
        tcp 192.0.2.1 > 198.51.100.1:443 x3 packets 50 out 3360 in 840 2015-08-12T13:47:43Z .. 2015-08-12T13:47:46Z lines [1, 2, 3]
        Ipv4 192.0.2.1 x3 41..50
        Ipv4 198.51.100.1 x3 28..40
        row: seen 5 parsed 5 used 3 dropped 0
    "#]],
    );
    check(
        fixture!("vpc-flow-v5.log"),
        &expect![[r#"
        tcp 192.0.2.156 > 198.51.100.6:443 x1 packets 16 out 3015 in 0 2021-03-04T14:01:33Z .. 2021-03-04T14:01:51Z lines [3]
        tcp 192.0.2.156 > 198.51.100.7:443 x1 packets 15 out 0 in 4895 2021-03-04T14:01:33Z .. 2021-03-04T14:01:51Z lines [2]
        Ipv4 192.0.2.156 x4 330..341
        Ipv4 198.51.100.6 x2 432..444
        Ipv4 198.51.100.7 x2 457..469
        log.row: this row was not read: it has fewer cells than there are columns
        row: seen 3 parsed 2 used 2 dropped 1
    "#]],
    );
}

#[test]
fn other_tables_by_the_names_of_their_columns() {
    check(
        b"\"Receive Time\",\"Source address\",\"Destination address\",\"Destination Port\",\"IP Protocol\",\"Bytes Sent\",\"Bytes Received\",\"URL/Filename\"\r\n\
          2014/11/24 09:00:01,10.0.0.5,203.0.113.77,443,tcp,100,200,\"a \"\"quoted\nname\"\" at evil.example.net\"\r\n\
          2014/11/24 09:00:02,10.0.0.5,203.0.113.77,443,tcp,1,2,\r\n",
        &expect![[r#"
            tcp 10.0.0.5 > 203.0.113.77:443 x2 packets 0 out 101 in 202 2014-11-24T09:00:01 .. 2014-11-24T09:00:02 lines [2, 4]
            Ipv4 10.0.0.5 x2 153..161
            Ipv4 203.0.113.77 x2 162..174
            Domain evil.example.net x1 192..229
            row: seen 2 parsed 2 used 2 dropped 0
        "#]],
    );
    check(
        b"#Software: Microsoft Internet Information Services 8.5\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status time-taken\n\
          2014-11-24 09:00:01 198.51.100.9 GET /a.php x=1 80 - 203.0.113.77 Mozilla/5.0+(x) 200 15\n",
        &expect![[r#"
            unknown 203.0.113.77 > 198.51.100.9:80 x1 packets 0 out 0 in 0 2014-11-24T09:00:01Z .. 2014-11-24T09:00:01Z lines [3]
            Ipv4 198.51.100.9 x1 194..206
            Ipv4 203.0.113.77 x1 227..239
            row: seen 1 parsed 1 used 1 dropped 0
        "#]],
    );
    check(
        b"<189>date=2019-05-10 time=11:37:47 tz=\"-0700\" devname=\"fw\" srcip=10.1.100.11 srcport=58012 dstip=203.0.113.35 dstport=80 proto=6 sentbyte=1850 rcvdbyte=39898 hostname=\"c2.example.net\" msg=\"a = b\"\n",
        &expect![[r#"
            tcp 10.1.100.11 > 203.0.113.35:80 x1 packets 0 out 1850 in 39898 2019-05-10T11:37:47-07:00 .. 2019-05-10T11:37:47-07:00 lines [1]
            Ipv4 10.1.100.11 x1 65..76
            Ipv4 203.0.113.35 x1 97..109
            Domain c2.example.net x1 168..182
            row: seen 1 parsed 1 used 1 dropped 0
        "#]],
    );
}

#[test]
fn a_line_of_fifty_megabytes_costs_one_row() {
    let mut data = fixture!("zeek-conn.log").to_vec();
    let whole = read(&data).coverage.seen;
    let at = data.iter().rposition(|byte| *byte == b'#').unwrap();
    let mut long = vec![b'9'; 50 << 20];
    long.push(b'\n');
    data.splice(at..at, long);
    let reading = read(&data);
    assert_eq!(reading.coverage.seen, whole + 1);
    assert_eq!(reading.coverage.dropped, 1);
    assert_eq!(reading.coverage.used, whole);
    assert_eq!(reading.anomalies[0].code, "log.row");
    assert!(reading.anomalies[0].lost);
}

#[test]
fn bytes_that_are_no_text_are_said_and_the_row_is_read() {
    let mut data = fixture!("zeek-http.json").to_vec();
    let at = data.windows(7).position(|part| part == b"Mozilla").unwrap();
    data[at] = 0xff;
    let reading = read(&data);
    assert_eq!(reading.anomalies[0].code, "log.not-utf8");
    assert_eq!(reading.anomalies[0].at.unwrap().start, at as u64);
    assert_eq!(reading.coverage.dropped, 0);
}

#[test]
fn tables_that_are_full_say_so() {
    let limits = Limits {
        flows_max: 3,
        mentions_max: 4,
        observations_max: 8,
        ..Limits::default()
    };
    let reading = read_with(fixture!("zeek-http.log"), limits);
    let codes: Vec<&str> = reading
        .anomalies
        .iter()
        .map(|anomaly| anomaly.code.as_str())
        .collect();
    assert!(
        codes.contains(&"log.flows") && codes.contains(&"log.names"),
        "{codes:?}"
    );
    assert!(reading.anomalies.iter().all(|anomaly| anomaly.lost));
    assert!(reading.observations.len() <= 16);
}

#[test]
fn what_is_no_log() {
    let list = b"timestamp,indicator,type,actor\n2014-11-24T09:00:00Z,203.0.113.7,ip,Group\n2014-11-24T09:00:00Z,203.0.113.8,ip,Group\n";
    let prose = b"The source, the destination, and the time of each call were noted.\n\nOn 24 November, at 09:00, a clerk in 10.0.0.1, of all places, wrote it down.\n";
    let table = b"time,source,destination\n2014-11-24T09:00:00Z,Pyongyang,Beijing\n2014-11-25T09:00:00Z,Beijing,Dandong\n";
    let addresses = b"name,source,destination\nfirst,10.0.0.1,10.0.0.2\nsecond,10.0.0.1,10.0.0.3\n";
    let objects = b"{\"time\":\"2014-11-24T09:00:00Z\",\"text\":\"seen at 203.0.113.7\"}\n{\"time\":\"2014-11-24T09:00:00Z\",\"text\":\"b\"}\n";
    let pretty =
        b"{\n  \"ts\": 1416819601.25,\n  \"id.orig_h\": \"10.0.0.1\",\n  \"id.resp_h\": \"10.0.0.2\"\n}\n";
    for data in [
        &list[..],
        prose,
        table,
        addresses,
        objects,
        pretty,
        b"",
        b"\n",
        b"{",
        b"\0\0\0",
    ] {
        assert_eq!(is_log(data), Match::No, "{}", String::from_utf8_lossy(data));
    }
    let head = Head {
        bytes: list,
        len: list.len() as u64,
    };
    assert_eq!(crate::detect(&head).unwrap().kind, "intelligence");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn damage_never_panics_and_counts_add_up(which in 0usize..21, edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40), cut in any::<prop::sample::Index>()) {
        let mut data = all().nth(which).unwrap().to_vec();
        data.truncate(20_000);
        for (at, byte) in edits {
            let at = at.index(data.len());
            data[at] = byte;
        }
        data.truncate(cut.index(data.len()) + 1);
        let reading = read(&data);
        let coverage = &reading.coverage;
        prop_assert!(coverage.used + coverage.dropped <= coverage.seen);
        for observation in &reading.observations {
            prop_assert!(observation.at.end <= data.len() as u64);
            prop_assert!(observation.at.start <= observation.at.end);
        }
    }

    #[test]
    fn rows_in_any_order_give_the_same_flows(seed in any::<u64>()) {
        let data = fixture!("zeek-conn.log");
        let text = String::from_utf8_lossy(data);
        let (head, mut body): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
        let mut state = seed;
        for at in (1..body.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            body.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
        }
        let mixed = head.iter().chain(&body).fold(String::new(), |sum, line| sum + line + "\n");
        let flows = |data: &[u8]| -> Vec<String> {
            read(data).observations.into_iter().filter_map(|seen| match seen.saw {
                Saw::Flow(mut flow) => {
                    flow.spans.clear();
                    Some(format!("{flow:?}"))
                }
                _ => None,
            }).collect()
        };
        prop_assert_eq!(flows(data), flows(mixed.as_bytes()));
    }
}
