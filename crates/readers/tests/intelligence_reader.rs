//! Bundles, events and lists of other people's programs, and damage.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]

mod support;

use std::fmt::Write as _;

use ascribe_model::Saw;
use ascribe_readers::intelligence::READER;
use expect_test::expect;
use proptest::prelude::*;
use support::{check_laws, detected, read};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/fixtures/intelligence/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

fn example(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/../../examples/sony-2014/intel/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

/// Items, mentions, anomalies and counts; an item's bytes must be those of a JSON value, or a row.
fn shown(bytes: &[u8]) -> String {
    let (reading, _) = read(&READER, bytes);
    let mut text = String::new();
    let document = &reading.document;
    writeln!(
        text,
        "document {:?} by {:?} of {}",
        document.title.as_deref().unwrap_or("-"),
        document.publisher.as_deref().unwrap_or("-"),
        document.published.as_ref().map_or("-", |at| at.text())
    )
    .unwrap();
    for seen in &reading.observations {
        let (start, end) = (seen.at.start as usize, seen.at.end as usize);
        match &seen.saw {
            Saw::Intelligence(item) => {
                let values: Vec<&str> = item.values.iter().map(|(_, value)| value.as_str()).collect();
                writeln!(
                    text,
                    "{} {} {:?} line {}\n  values={values:?} actors={:?} families={:?}\n  by={} published={} valid={} confidence={:?} marking={}",
                    item.kind,
                    item.id,
                    item.name,
                    seen.at.line.unwrap(),
                    item.attributed_to,
                    item.families,
                    item.author.as_deref().unwrap_or("-"),
                    item.published.as_ref().map_or("-", |at| at.text()),
                    item.valid.as_ref().map_or("-", |at| at.text()),
                    item.confidence,
                    item.marking.as_deref().unwrap_or("-"),
                )
                .unwrap();
                if bytes.starts_with(b"{") {
                    serde_json::from_slice::<serde_json::Value>(&bytes[start..end]).unwrap();
                }
            }
            Saw::Mention(mention) => writeln!(
                text,
                "mention {:?} {} x{} at {:?}",
                mention.kind,
                mention.value,
                mention.count,
                String::from_utf8_lossy(
                    &bytes[mention.spans[0].start as usize..mention.spans[0].end as usize]
                )
                .chars()
                .take(40)
                .collect::<String>()
            )
            .unwrap(),
            other => panic!("{other:?}"),
        }
    }
    for anomaly in &reading.anomalies {
        writeln!(
            text,
            "anomaly {} lost={} {}",
            anomaly.code, anomaly.lost, anomaly.text
        )
        .unwrap();
    }
    let counts = &reading.coverage;
    writeln!(
        text,
        "{} seen={} parsed={} used={} dropped={}",
        counts.unit, counts.seen, counts.parsed, counts.used, counts.dropped
    )
    .unwrap();
    text
}

#[test]
fn a_bundle_of_stix_21() {
    expect![[r#"
        document "Wiper at a studio" by "-" of 2014-12-19T00:00:00Z
        threat-actor threat-actor--00000000-0000-4000-8000-000000000002 "Lazarus Group" line 14
          values=[] actors=["Lazarus Group", "Hidden Cobra", "Guardians of Peace"] families=[]
          by=Example CERT published=2014-12-02T00:00:00.000Z valid=- confidence=None marking=-
        campaign campaign--00000000-0000-4000-8000-000000000003 "Operation Example" line 30
          values=[] actors=["Operation Example", "Lazarus Group", "Hidden Cobra", "Guardians of Peace"] families=[]
          by=Example CERT published=2014-12-02T00:00:00.000Z valid=- confidence=None marking=TLP:RED
        malware malware--00000000-0000-4000-8000-000000000004 "Destover" line 39
          values=[] actors=["Operation Example", "Lazarus Group", "Hidden Cobra", "Guardians of Peace"] families=["Destover", "WhiskeyAlfa"]
          by=Example CERT published=2014-12-02T00:00:00.000Z valid=- confidence=None marking=TLP:RED
        tool tool--00000000-0000-4000-8000-000000000005 "PsExec" line 52
          values=[] actors=[] families=["PsExec"]
          by=Example CERT published=2014-12-02T00:00:00.000Z valid=- confidence=None marking=-
        indicator indicator--00000000-0000-4000-8000-000000000006 "C2 \"host\"" line 61
          values=["203.0.113.7", "c2.example.net", "c3.example.net"] actors=["Operation Example", "Lazarus Group", "Hidden Cobra", "Guardians of Peace"] families=["Destover", "WhiskeyAlfa"]
          by=Example CERT published=2014-12-09T00:00:00.000Z valid=2014-09-01T00:00:00Z..2015-01-01T00:00:00Z confidence=Some(80) marking=TLP:RED
        indicator indicator--00000000-0000-4000-8000-000000000007 "tool" line 80
          values=["abababababababababababababababababababababababababababababababab", "192.0.2.10", "760c35a80d758f032d02cf4db12d3e55"] actors=[] families=["PsExec"]
          by=Example CERT published=2014-12-02T00:00:00.000Z valid=- confidence=None marking=-
        indicator indicator--00000000-0000-4000-8000-000000000008 "rule" line 93
          values=[] actors=[] families=[]
          by=Example CERT published=2014-12-02T00:00:00.000Z valid=- confidence=None marking=-
        ipv4-addr ipv4-addr--a2fbe2c6-009e-52e0-b452-90b71e3109c2 "" line 119
          values=["192.0.2.10"] actors=[] families=[]
          by=- published=- valid=- confidence=None marking=-
        ipv6-addr ipv6-addr--2243e7c0-8a2e-5d1a-97f0-cc373ab05d9b "" line 125
          values=["2001:db8::/64"] actors=[] families=[]
          by=- published=- valid=- confidence=None marking=-
        file file--44141060-376d-502e-b30e-c996f585ec3f "igfxtrayex.exe" line 131
          values=["760c35a80d758f032d02cf4db12d3e55"] actors=[] families=[]
          by=- published=- valid=- confidence=None marking=-
        observed-data observed-data--00000000-0000-4000-8000-000000000010 "" line 140
          values=["192.0.2.10", "760c35a80d758f032d02cf4db12d3e55"] actors=[] families=[]
          by=Example CERT published=2014-12-02T00:00:00.000Z valid=2014-11-24T00:00:00Z..2014-11-25T00:00:00Z confidence=None marking=-
        report report--00000000-0000-4000-8000-000000000011 "Wiper at a studio" line 235
          values=[] actors=[] families=[]
          by=Example CERT published=2014-12-19T00:00:00Z valid=- confidence=None marking=-
        mention Ipv4 192.0.2.10 x1 at "192.0.2.10"
        mention Ipv4 198.51.100.9 x1 at "198.51.100.9"
        mention Ipv4 203.0.113.7 x1 at "203.0.113.7"
        mention Cidr 2001:db8::/64 x1 at "2001:db8::1/64"
        mention Domain c2.example.net x1 at "c2.example.net"
        mention Domain c3.example.net x1 at "C3.Example.NET"
        mention Url http://198.51.100.77/x x1 at "http://198.51.100.77/x"
        mention Md5 760c35a80d758f032d02cf4db12d3e55 x1 at "760c35a80d758f032d02cf4db12d3e55"
        mention Sha256 abababababababababababababababababababababababababababababababab x1 at "abababababababababababababababababababab"
        mention Cve CVE-2014-6271 x1 at "{\n            \"type\": \"indicator\",\n     "
        anomaly intelligence.revoked lost=false indicator--00000000-0000-4000-8000-000000000009 was revoked by its author and says nothing any more
        object seen=23 parsed=23 used=12 dropped=0
    "#]].assert_eq(&shown(&fixture("bundle-21.json")));
}

#[test]
fn a_bundle_of_stix_20() {
    expect![[r#"
        document "-" by "-" of 2014-12-01T00:00:00.000Z
        intrusion-set intrusion-set--00000000-0000-4000-8000-000000000002 "APT Example" line 14
          values=[] actors=["APT Example", "Bear Example"] families=[]
          by=Example CERT published=2014-12-01T00:00:00.000Z valid=- confidence=None marking=-
        indicator indicator--00000000-0000-4000-8000-000000000003 "" line 25
          values=["spear@example.org"] actors=["APT Example", "Bear Example"] families=[]
          by=Example CERT published=2014-12-01T00:00:00.000Z valid=2014-10-01T00:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        observed-data observed-data--00000000-0000-4000-8000-000000000004 "" line 37
          values=["203.0.113.99"] actors=[] families=[]
          by=- published=2014-12-01T00:00:00.000Z valid=2014-11-24T00:00:00Z..2014-11-25T00:00:00Z confidence=None marking=-
        mention Ipv4 203.0.113.99 x1 at "203.0.113.99"
        mention Email spear@example.org x1 at "Spear@Example.org"
        object seen=5 parsed=5 used=3 dropped=0
    "#]].assert_eq(&shown(&fixture("bundle-20.json")));
}

#[test]
fn an_event_of_misp() {
    expect![[r#"
        document "Wiper at a studio, seen with CVE-2014-6271" by "Example ISAC" of 2014-12-04T02:26:40Z
        event 00000000-0000-4000-8000-000000000040 "Wiper at a studio, seen with CVE-2014-6271" line 116
          values=[] actors=["Lazarus Group"] families=["Destover"]
          by=Example ISAC published=2014-12-04T02:26:40Z valid=- confidence=Some(75) marking=TLP:AMBER
        attribute 00000000-0000-4000-8000-000000000050 "C2" line 5
          values=["203.0.113.7"] actors=["Lazarus Group"] families=["Destover"]
          by=Example ISAC published=2014-12-04T02:26:40Z valid=2014-09-01T00:00:00+00:00..2014-12-01T00:00:00+00:00 confidence=Some(75) marking=TLP:AMBER
        attribute 00000000-0000-4000-8000-000000000051 "c2.example.net" line 17
          values=["c2.example.net"] actors=["Lazarus Group"] families=["Destover"]
          by=Example ISAC published=2014-12-04T02:26:40Z valid=- confidence=Some(75) marking=TLP:RED
        attribute 00000000-0000-4000-8000-000000000052 "x.exe|abababababababababababababababababababababababababababababababab" line 30
          values=["abababababababababababababababababababababababababababababababab"] actors=["Lazarus Group"] families=["Destover"]
          by=Example ISAC published=2014-12-04T02:26:40Z valid=- confidence=Some(75) marking=TLP:AMBER
        threat-actor 00000000-0000-4000-8000-000000000053 "Guardians of Peace" line 39
          values=[] actors=["Guardians of Peace"] families=["Destover"]
          by=Example ISAC published=2014-12-04T02:26:40Z valid=- confidence=Some(75) marking=TLP:AMBER
        attribute 00000000-0000-4000-8000-000000000062 "file: md5" line 87
          values=["760c35a80d758f032d02cf4db12d3e55"] actors=["Lazarus Group"] families=["Destover"]
          by=Example ISAC published=2014-12-04T02:26:40Z valid=- confidence=Some(75) marking=TLP:AMBER
        mention Ipv4 203.0.113.7 x1 at "203.0.113.7"
        mention Domain c2.example.net x1 at "c2.example.net"
        mention Domain studio.example x1 at "studio.example"
        mention Email victim@studio.example x1 at "victim@studio.example"
        mention Md5 760c35a80d758f032d02cf4db12d3e55 x1 at "760c35a80d758f032d02cf4db12d3e55"
        mention Sha256 abababababababababababababababababababababababababababababababab x1 at "abababababababababababababababababababab"
        mention Cve CVE-2014-6271 x1 at "CVE-2014-6271"
        object seen=9 parsed=9 used=6 dropped=0
    "#]].assert_eq(&shown(&fixture("event.json")));
}

#[test]
fn the_example_bundle() {
    let text = shown(&example("tool-set-2014-12-19.json"));
    expect![[r#"
        document "-" by "-" of 2014-12-19T12:00:00.000Z
        malware malware--a722dc29-13b4-49c7-aa70-f43afc4acb60 "wiper of the studio attack" line 14
          values=[] actors=[] families=["wiper of the studio attack"]
          by=Example case, made from the public record published=2014-12-19T12:00:00.000Z valid=- confidence=None marking=-
        indicator indicator--5c221f75-45c8-4858-80ab-7230d3c70c6d "contacted host in Thailand, open to others" line 28
          values=["203.131.222.102"] actors=[] families=["wiper of the studio attack"]
          by=Example case, made from the public record published=2014-12-19T12:00:00.000Z valid=2014-11-24T00:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        indicator indicator--4137b295-1445-4812-b80d-e1cf7bf0b7e4 "contacted host in Poland, open to others" line 55
          values=["217.96.33.164"] actors=[] families=["wiper of the studio attack"]
          by=Example case, made from the public record published=2014-12-19T12:00:00.000Z valid=2014-11-24T00:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        indicator indicator--545baeff-5ef3-4f32-8eaa-18107aae4f1d "contacted host in Italy, open to others" line 82
          values=["88.53.215.64"] actors=[] families=["wiper of the studio attack"]
          by=Example case, made from the public record published=2014-12-19T12:00:00.000Z valid=2014-11-24T00:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        indicator indicator--89c75900-7c36-49ed-9713-2fe5b1e5211d "contacted host in Singapore, open to others" line 109
          values=["58.185.154.99"] actors=[] families=["wiper of the studio attack"]
          by=Example case, made from the public record published=2014-12-19T12:00:00.000Z valid=2014-11-24T00:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        indicator indicator--bd93c785-d537-4de6-9b8b-6a5ac23a7eb3 "contacted host in Bolivia, open to others" line 136
          values=["200.87.126.116"] actors=[] families=["wiper of the studio attack"]
          by=Example case, made from the public record published=2014-12-19T12:00:00.000Z valid=2014-11-24T00:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        indicator indicator--0aa452e7-57ff-4851-be43-7934ecf86a8b "contacted host in United States, open to others" line 163
          values=["208.105.226.235"] actors=[] families=["wiper of the studio attack"]
          by=Example case, made from the public record published=2014-12-19T12:00:00.000Z valid=2014-11-24T00:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        indicator indicator--532fdf97-4400-47c2-be96-5dfa1dbf42e6 "contacted host in Cyprus, open to others" line 190
          values=["212.31.102.100"] actors=[] families=["wiper of the studio attack"]
          by=Example case, made from the public record published=2014-12-19T12:00:00.000Z valid=2014-11-24T00:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        indicator indicator--dcfd43fb-73fd-4f1a-9a56-25de101ee3d1 "installer" line 217
          values=["d1c27ee7ce18675974edf42d4eea25c6"] actors=[] families=["wiper of the studio attack"]
          by=Example case, made from the public record published=2014-12-19T12:00:00.000Z valid=2014-11-24T00:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        indicator indicator--f81b2927-3eeb-4990-975b-30ab7551ea53 "wiper" line 244
          values=["760c35a80d758f032d02cf4db12d3e55"] actors=[] families=["wiper of the studio attack"]
          by=Example case, made from the public record published=2014-12-19T12:00:00.000Z valid=2014-11-24T00:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        indicator indicator--d4ab3e88-1cdf-4bad-a99e-6a18599ece4d "backdoor of July 2014" line 271
          values=["6467c6df4ba4526c7f7a7bc950bd47eb"] actors=[] families=["wiper of the studio attack"]
          by=Example case, made from the public record published=2014-12-19T12:00:00.000Z valid=2014-11-24T00:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        mention Ipv4 200.87.126.116 x1 at "200.87.126.116"
        mention Ipv4 203.131.222.102 x1 at "203.131.222.102"
        mention Ipv4 208.105.226.235 x1 at "208.105.226.235"
        mention Ipv4 212.31.102.100 x1 at "212.31.102.100"
        mention Ipv4 217.96.33.164 x1 at "217.96.33.164"
        mention Ipv4 58.185.154.99 x1 at "58.185.154.99"
        mention Ipv4 88.53.215.64 x1 at "88.53.215.64"
        mention Md5 6467c6df4ba4526c7f7a7bc950bd47eb x1 at "6467c6df4ba4526c7f7a7bc950bd47eb"
        mention Md5 760c35a80d758f032d02cf4db12d3e55 x1 at "760c35a80d758f032d02cf4db12d3e55"
        mention Md5 d1c27ee7ce18675974edf42d4eea25c6 x1 at "d1c27ee7ce18675974edf42d4eea25c6"
        object seen=22 parsed=22 used=11 dropped=0
    "#]].assert_eq(&text);
}

#[test]
fn the_example_list() {
    expect![[r#"
        document "-" by "-" of 2014-12-01
        row line 2 "host in Thailand" line 2
          values=["203.131.222.102"] actors=[] families=[]
          by=- published=2014-12-01 valid=- confidence=None marking=-
        row line 3 "host in Poland" line 3
          values=["217.96.33.164"] actors=[] families=[]
          by=- published=2014-12-01 valid=- confidence=None marking=-
        row line 4 "host in Italy" line 4
          values=["88.53.215.64"] actors=[] families=[]
          by=- published=2014-12-01 valid=- confidence=None marking=-
        row line 5 "installer" line 5
          values=["d1c27ee7ce18675974edf42d4eea25c6"] actors=[] families=[]
          by=- published=2014-12-01 valid=- confidence=None marking=-
        row line 6 "wiper" line 6
          values=["760c35a80d758f032d02cf4db12d3e55"] actors=[] families=[]
          by=- published=2014-12-01 valid=- confidence=None marking=-
        mention Ipv4 203.131.222.102 x1 at "203.131.222.102"
        mention Ipv4 217.96.33.164 x1 at "217.96.33.164"
        mention Ipv4 88.53.215.64 x1 at "88.53.215.64"
        mention Md5 760c35a80d758f032d02cf4db12d3e55 x1 at "760c35a80d758f032d02cf4db12d3e55"
        mention Md5 d1c27ee7ce18675974edf42d4eea25c6 x1 at "d1c27ee7ce18675974edf42d4eea25c6"
        row seen=7 parsed=7 used=5 dropped=0
    "#]]
    .assert_eq(&shown(&example("flash-2014-12-01.csv")));
}

#[test]
fn a_feed_with_its_header_in_a_comment() {
    let feed = "# a feed\n# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"threat_actor\",\"malware\",\"reporter\",\"confidence_level\",\"tlp\"\n\
        \"2014-11-24 10:00:00 UTC\", \"1\", \"203.0.113.7:8080\", \"ip:port\", \"Lazarus Group; Hidden Cobra\", \"Destover\", \"cert, the\", \"75\", \"amber\"\n\
        \"2014-11-24 10:00:00 UTC\", \"2\", \"c2[.]example[.]net\", \"domain\", \"None\", \"two\nlines\", \"x\", \"101\", \"\"\n";
    assert_eq!(detected(feed.as_bytes()), Some("intelligence/3"));
    expect![[r#"
        document "-" by "-" of -
        row 1 "" line 3
          values=["203.0.113.7"] actors=["Lazarus Group", "Hidden Cobra"] families=["Destover"]
          by=cert, the published=- valid=2014-11-24 10:00:00Z..9999-12-31T23:59:59Z confidence=Some(75) marking=TLP:AMBER
        row 2 "" line 4
          values=["c2.example.net"] actors=[] families=["two lines"]
          by=x published=- valid=2014-11-24 10:00:00Z..9999-12-31T23:59:59Z confidence=None marking=-
        mention Ipv4 203.0.113.7 x1 at "\"203.0.113.7:8080\""
        mention Domain c2.example.net x1 at "\"c2[.]example[.]net\""
        row seen=2 parsed=2 used=2 dropped=0
    "#]].assert_eq(&shown(feed.as_bytes()));
}

#[test]
fn detection_is_by_content() {
    for name in [
        "bundle-21.json",
        "bundle-21-sorted.json",
        "bundle-20.json",
        "event.json",
        "events-response.json",
    ] {
        assert_eq!(detected(&fixture(name)), Some("intelligence/3"), "{name}");
    }
    for name in ["tool-set-2014-12-19.json", "flash-2014-12-01.csv"] {
        assert_eq!(detected(&example(name)), Some("intelligence/3"), "{name}");
    }
    for other in [
        "{\"Event\": {\"System\": {\"EventID\": 4624}, \"EventData\": {}}}",
        "{\"type\": \"alert\", \"src_ip\": \"192.0.2.1\"}",
        "[1, 2]",
        "ts,src,dst,type\n1,192.0.2.1,192.0.2.2,flow\n",
        "time,value,source\n2014-01-01,17.5,sensor\n2014-01-02,18,sensor\n",
        "Dear reader, the indicator, type and source are words.\n",
    ] {
        assert_ne!(detected(other.as_bytes()), Some("intelligence/3"), "{other}");
    }
}

#[test]
fn sorted_and_wrapped_forms_say_the_same() {
    let items = |bytes: &[u8]| -> Vec<_> {
        read(&READER, bytes)
            .0
            .observations
            .into_iter()
            .filter_map(|seen| match seen.saw {
                Saw::Intelligence(item) => Some(item),
                _ => None,
            })
            .collect()
    };
    assert_eq!(
        items(&fixture("bundle-21.json")),
        items(&fixture("bundle-21-sorted.json"))
    );
    assert_eq!(
        items(&fixture("event.json")),
        items(&fixture("events-response.json"))
    );
    let marked = [b"\xef\xbb\xbf".as_slice(), &fixture("bundle-20.json")].concat();
    assert_eq!(items(&marked), items(&fixture("bundle-20.json")));
    check_laws(&READER, &marked);
}

#[test]
fn the_date_of_a_standard_marking_does_not_date_a_bundle() {
    // The fixture carries the TLP markings of the standard, which are of 2017.
    let (reading, _) = read(&READER, &fixture("bundle-21.json"));
    assert_eq!(reading.document.published.unwrap().text(), "2014-12-19T00:00:00Z");
}

#[test]
fn what_stood_before_a_break_is_kept() {
    let whole = fixture("bundle-21.json");
    let cut = &whole[..whole.len() * 3 / 4];
    let (reading, _) = read(&READER, cut);
    assert!(reading.coverage.used > 0);
    assert!(
        reading
            .anomalies
            .iter()
            .any(|anomaly| anomaly.code == "intelligence.json" && anomaly.lost)
    );
}

#[test]
fn nesting_is_bounded_and_said() {
    let deep = format!(
        "{{\"type\":\"bundle\",\"objects\":[{{\"type\":\"malware\",\"name\":\"kept\"}},{{\"type\":\"x\",\"a\":{}{}}}]}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let (reading, _) = read(&READER, deep.as_bytes());
    assert_eq!((reading.coverage.used, reading.coverage.dropped), (1, 1));
    assert_eq!(reading.anomalies[0].code, "intelligence.object");
    let wrapped = format!("{}{{\"Event\":{{\"info\":\"x\"}}}}", "[".repeat(100_000));
    check_laws(&READER, wrapped.as_bytes());
}

#[test]
fn impersonation_and_targets_attribute_nothing() {
    let bundle = r#"{"type":"bundle","objects":[
        {"type":"threat-actor","id":"threat-actor--1","name":"Someone"},
        {"type":"infrastructure","id":"infrastructure--1","name":"box"},
        {"type":"ipv4-addr","id":"ipv4-addr--1","value":"203.0.113.5"},
        {"type":"ipv4-addr","id":"ipv4-addr--2","value":"203.0.113.6"},
        {"type":"relationship","id":"r--1","relationship_type":"targets","source_ref":"threat-actor--1","target_ref":"ipv4-addr--2"},
        {"type":"relationship","id":"r--2","relationship_type":"uses","source_ref":"threat-actor--1","target_ref":"infrastructure--1"},
        {"type":"relationship","id":"r--3","relationship_type":"consists-of","source_ref":"infrastructure--1","target_ref":"ipv4-addr--1"},
        {"type":"relationship","id":"r--4","relationship_type":"uses","source_ref":"infrastructure--1","target_ref":"infrastructure--1"}]}"#;
    let (reading, _) = read(&READER, bundle.as_bytes());
    let actors = |value: &str| {
        reading
            .observations
            .iter()
            .find_map(|seen| match &seen.saw {
                Saw::Intelligence(item) if item.values.iter().any(|(_, found)| found == value) => {
                    Some(item.attributed_to.clone())
                }
                _ => None,
            })
            .unwrap()
    };
    assert_eq!(actors("203.0.113.5"), ["Someone"]);
    assert!(actors("203.0.113.6").is_empty());
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<_> = [
        "bundle-21.json",
        "bundle-20.json",
        "event.json",
        "events-response.json",
    ]
    .iter()
    .map(|name| fixture(name))
    .collect();
    seeds.push(example("flash-2014-12-01.csv"));
    seeds
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check_laws(&READER, &bytes);
        check_laws(&READER, &[b"{\"type\":\"bundle\",\"objects\":[".as_slice(), &bytes].concat());
        check_laws(&READER, &[b"indicator,type,source\n".as_slice(), &bytes].concat());
    }

    #[test]
    fn damaged_files_are_read_without_panic(
        which in 0usize..5,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = seeds().swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        check_laws(&READER, &bytes);
    }
}
