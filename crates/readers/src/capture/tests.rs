//! Captures made by tcpdump and dumpcap, against what tshark says of the same files.

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use ascribe_model::{Child, Out, Reading, Saw};
use expect_test::{Expect, expect};
use proptest::prelude::*;

fn read(data: &[u8]) -> Reading {
    let stop = AtomicBool::new(false);
    let mut take = |_: Child| Ok(());
    let mut out = Out::new("capture", Limits::default(), &|_| Vec::new(), &stop, &mut take);
    super::read(&data, &mut out);
    out.finish()
}

fn lines(reading: &Reading) -> String {
    let mut text = String::new();
    for observation in &reading.observations {
        match &observation.saw {
            Saw::Flow(flow) => writeln!(
                text,
                "{} {} > {}:{} connections {} packets {} out {} in {}",
                flow.protocol,
                flow.client,
                flow.server,
                flow.port,
                flow.connections,
                flow.packets,
                flow.bytes_out,
                flow.bytes_in
            ),
            Saw::Resolution(answer) => writeln!(
                text,
                "{} {} {} x{}",
                answer.name, answer.record, answer.answer, answer.count
            ),
            Saw::ServerName(name) => writeln!(
                text,
                "{} {} > {} {}",
                name.via, name.client, name.server, name.name
            ),
            Saw::Mention(mention) => writeln!(text, "{:?} {}", mention.kind, mention.value),
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
        "seen {} parsed {} used {} dropped {}",
        coverage.seen, coverage.parsed, coverage.used, coverage.dropped
    )
    .unwrap();
    text
}

fn check(file: &[u8], expected: &Expect) {
    expected.assert_eq(&lines(&read(file)));
}

const ETHERNET: &[u8] = include_bytes!("../../fixtures/capture/eth.pcap");
const NANO: &[u8] = include_bytes!("../../fixtures/capture/nano.pcap");
const SLL: &[u8] = include_bytes!("../../fixtures/capture/sll.pcap");
const SLL2: &[u8] = include_bytes!("../../fixtures/capture/sll2.pcap");
const TWO: &[u8] = include_bytes!("../../fixtures/capture/two.pcapng");
const BIG_ENDIAN: &[u8] = include_bytes!("../../fixtures/capture/test016-be.pcapng");
const MODIFIED: &[u8] = include_bytes!("../../fixtures/capture/modified-format.pcap");
const ALL: [&[u8]; 7] = [ETHERNET, NANO, SLL, SLL2, TWO, BIG_ENDIAN, MODIFIED];

#[test]
fn a_loopback_capture_says_what_tshark_says() {
    check(
        ETHERNET,
        &expect![[r#"
        tcp 198.51.100.10 > 203.0.113.7:53 connections 1 packets 10 out 461 in 333
        udp 198.51.100.10 > 203.0.113.7:53 connections 2 packets 4 out 195 in 243
        tcp 198.51.100.10 > 203.0.113.7:443 connections 1 packets 17 out 1119 in 2325
        tcp 198.51.100.10 > 203.0.113.7:8000 connections 1 packets 12 out 566 in 528
        icmp 203.0.113.7 > 203.0.113.7:0 connections 1 packets 2 out 540 in 0
        udp 203.0.113.7 > 203.0.113.7:53 connections 1 packets 2 out 0 in 484
        tcp 2001:db8::7 > 2001:db8::7:8001 connections 1 packets 12 out 692 in 628
        c2.example.net AAAA 2001:db8::7 x1
        c2.example.net A 203.0.113.7 x2
        www.example.org CNAME c2.example.net x1
        http-host 198.51.100.10 > 203.0.113.7 update.example.com
        http-host 2001:db8::7 > 2001:db8::7 2001:db8::7
        tls-sni 198.51.100.10 > 203.0.113.7 secret.example.net
        Ipv4 198.51.100.10
        Ipv4 203.0.113.7
        Ipv6 2001:db8::7
        Domain c2.example.net
        Domain secret.example.net
        Domain update.example.com
        Domain www.example.org
        Url http://[2001:db8::7]:8001/
        Url http://update.example.com/index.html?x=1
        seen 59 parsed 59 used 59 dropped 0
    "#]],
    );
}

#[test]
fn other_link_types_and_clocks_give_the_same_conversations() {
    let talk = |file: &[u8]| {
        let mut talk: Vec<_> = read(file)
            .observations
            .into_iter()
            .filter_map(|observation| match observation.saw {
                Saw::Flow(flow) => Some((flow.client, flow.server, flow.port, flow.protocol, flow.packets)),
                _ => None,
            })
            .collect();
        talk.sort();
        talk
    };
    let expected = talk(ETHERNET);
    for file in [NANO, SLL, SLL2] {
        assert_eq!(talk(file), expected);
    }
    // Two interfaces saw each packet once.
    let doubled: Vec<_> = expected
        .into_iter()
        .map(|(client, server, port, protocol, packets)| (client, server, port, protocol, packets * 2))
        .collect();
    assert_eq!(talk(TWO), doubled);
}

#[test]
fn other_writers_files_are_read() {
    check(
        BIG_ENDIAN,
        &expect![[r#"
        udp 0.0.0.0 > 255.255.255.255:67 connections 1 packets 2 out 628 in 0
        udp 192.168.0.1 > 192.168.0.10:68 connections 1 packets 2 out 684 in 0
        Ipv4 0.0.0.0
        Ipv4 192.168.0.1
        Ipv4 192.168.0.10
        Ipv4 255.255.255.255
        seen 4 parsed 4 used 4 dropped 0
    "#]],
    );
    check(
        MODIFIED,
        &expect![[r#"
        icmp 10.154.0.3 > 8.8.8.8:0 connections 1 packets 1 out 98 in 0
        Ipv4 10.154.0.3
        Ipv4 8.8.8.8
        seen 1 parsed 1 used 1 dropped 0
    "#]],
    );
}

#[test]
fn a_file_cut_short_is_read_to_its_last_whole_packet() {
    let reading = read(&ETHERNET[..ETHERNET.len() - 5]);
    let whole = read(ETHERNET);
    assert_eq!(reading.coverage.parsed + 1, whole.coverage.parsed);
    assert_eq!(reading.coverage.dropped, 1);
    let anomaly = &reading.anomalies[0];
    assert_eq!(anomaly.code, "capture.truncated");
    assert!(anomaly.lost);
}

proptest! {
    #[test]
    fn mutated_captures_keep_spans_inside_the_file(
        which in 0..ALL.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..40),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut data = ALL[which].to_vec();
        for (at, value) in changes {
            let at = at.index(data.len());
            data[at] = value;
        }
        data.truncate(cut.index(data.len()) + 1);
        let reading = read(&data);
        for observation in &reading.observations {
            prop_assert!(observation.at.start <= observation.at.end);
            prop_assert!(observation.at.end <= data.len() as u64);
        }
        let coverage = &reading.coverage;
        prop_assert!(coverage.used + coverage.dropped <= coverage.seen);
        prop_assert!(coverage.parsed <= coverage.seen);
    }
}
