//! What the zone reader gives for the forms that people keep their records in.

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use ascribe_model::limits::Limits;
use expect_test::{Expect, expect};

use super::*;

fn detected(text: &str) -> Match {
    detect(&Head {
        bytes: text.as_bytes(),
        len: text.len() as u64,
    })
}

fn check(text: &str, wanted: Expect) {
    let stop = AtomicBool::new(false);
    let mut no_child = |_| Ok(());
    let mut out = Out::new(
        "dns-record",
        Limits::default(),
        &|_| Vec::new(),
        &stop,
        &mut no_child,
    );
    read(&text.as_bytes(), &mut out);
    let reading = out.finish();
    let mut shown = format!("{:?} {:?}\n", detected(text), reading.coverage.seen);
    for seen in &reading.observations {
        if let Saw::Record(record) = &seen.saw {
            let line = seen.at.line.unwrap_or(0);
            writeln!(
                shown,
                "line {line}: {} {} {}",
                record.name, record.kind, record.value
            )
            .unwrap();
        }
    }
    for anomaly in &reading.anomalies {
        writeln!(shown, "{}: {}", anomaly.code, anomaly.text).unwrap();
    }
    wanted.assert_eq(&shown);
}

#[test]
fn a_line_of_a_zone_file_is_a_record() {
    check(
        "Sel._domainkey.Example.com. 3600 IN TXT \"v=DKIM1; k=rsa; \" \"p=MIIB\"\n",
        expect![[r#"
            Sure 1
            line 1: sel._domainkey.example.com TXT v=DKIM1; k=rsa; p=MIIB
        "#]],
    );
}

#[test]
fn names_are_relative_to_the_origin_and_owners_are_kept() {
    check(
        "$ORIGIN example.com.\n$TTL 1d\n@ IN SOA ns1 hostmaster ( 1 ; serial\n 3600 600\n 604800 60 )\n  IN NS ns1\n  IN MX 10 mail\nmail 300 IN A 192.0.2.1\n  IN AAAA 2001:db8::1\ns1._domainkey IN TXT ( \"v=DKIM1; p=\"\n   \"AB\" )\nhost IN SSHFP 1 1 00\n",
        expect![[r#"
            Sure 9
            line 3: example.com SOA ns1 hostmaster 1 3600 600 604800 60
            line 6: example.com NS ns1.example.com
            line 7: example.com MX 10 mail.example.com
            line 8: mail.example.com A 192.0.2.1
            line 9: mail.example.com AAAA 2001:db8::1
            line 10: s1._domainkey.example.com TXT v=DKIM1; p=AB
        "#]],
    );
}

#[test]
fn answers_of_tools_are_read() {
    check(
        "; <<>> DiG 9.18 <<>> txt s._domainkey.example.com\n;; ANSWER SECTION:\ns._domainkey.example.com. 300 IN TXT \"v=DKIM1\\; k=rsa\\; p=AB\"\n\n;; Query time: 3 msec\n",
        expect![[r#"
            Sure 1
            line 3: s._domainkey.example.com TXT v=DKIM1; k=rsa; p=AB
        "#]],
    );
    check(
        "s._domainkey.example.com descriptive text \"k=rsa; p=AB\"\nexample.com\ttext = \"v=spf1 -all\"\n",
        expect![[r#"
            Sure 2
            line 1: s._domainkey.example.com TXT k=rsa; p=AB
            line 2: example.com TXT v=spf1 -all
        "#]],
    );
}

#[test]
fn key_generators_name_the_domain_in_a_comment() {
    check(
        "default._domainkey\tIN\tTXT\t( \"v=DKIM1; h=sha256; k=rsa; \"\n\t  \"p=MIIB\" )  ; ----- DKIM key default for example.com\n",
        expect![[r#"
            Sure 1
            line 1: default._domainkey.example.com TXT v=DKIM1; h=sha256; k=rsa; p=MIIB
        "#]],
    );
    check(
        "default._domainkey IN TXT \"v=DKIM1; p=AB\"\n",
        expect![[r#"
            Sure 1
            line 1: default._domainkey TXT v=DKIM1; p=AB
            zone.no-origin: the name `default._domainkey` has no domain: neither $ORIGIN nor a comment says of which zone this is
        "#]],
    );
}

#[test]
fn a_policy_without_quotes_is_read_whole() {
    check(
        "s._domainkey.example.com. IN TXT v=DKIM1; k=rsa; p=AB\n",
        expect![[r#"
            Sure 1
            line 1: s._domainkey.example.com TXT v=DKIM1;k=rsa; p=AB
        "#]],
    );
}

#[test]
fn texts_and_tables_are_no_zone_files() {
    for text in [
        "Dear all,\nthe record is in the zone.\n",
        "name,type\nexample.com,TXT\n",
        "We in TXT trust\n",
        "From: a@b.example\nSubject: in txt\n\nx\n",
        "v=DKIM1; k=rsa; p=AB\n",
        "a b\n",
        "",
    ] {
        assert_eq!(detected(text), Match::No, "{text}");
    }
}

#[test]
fn damage_is_said() {
    check(
        "s._domainkey.example.com. IN TXT \"v=DKIM1; p=AB\n$INCLUDE other.zone\nexample.com. IN A 300.1.1.1\n",
        expect![[r#"
            No 3
            line 1: s._domainkey.example.com TXT v=DKIM1; p=AB
            zone.unclosed: a quote or parenthesis that opens here is not closed; the record ends with the text
            zone.syntax: the file that $INCLUDE names is not read
            zone.syntax: this line is no record
        "#]],
    );
}

#[test]
fn files_of_other_peoples_programs_are_records() {
    let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/zone");
    let mut shown = String::new();
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    for path in names {
        let data = std::fs::read(&path).unwrap();
        let head = Head {
            bytes: &data,
            len: data.len() as u64,
        };
        let reader = crate::detect(&head).map_or("none", |reader| reader.name);
        let stop = AtomicBool::new(false);
        let mut no_child = |_| Ok(());
        let mut out = Out::new(
            "dns-record",
            Limits::default(),
            &|_| Vec::new(),
            &stop,
            &mut no_child,
        );
        read(&data.as_slice(), &mut out);
        let reading = out.finish();
        assert!(reading.anomalies.is_empty(), "{path:?}: {:?}", reading.anomalies);
        writeln!(shown, "{} {reader}", path.file_name().unwrap().to_string_lossy()).unwrap();
        for seen in &reading.observations {
            if let Saw::Record(record) = &seen.saw {
                let value: String = record.value.chars().take(40).collect();
                writeln!(shown, "  {} {} {value}", record.name, record.kind).unwrap();
            }
        }
    }
    expect![[r#"
        bind9-db.local zone/1
          @ SOA localhost. root.localhost. 2 604800 8640
          @ NS localhost
          @ A 127.0.0.1
          @ AAAA ::1
        dig.txt zone/1
          s2014._domainkey.star.kp TXT v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQ
          star.kp MX 10 mail.star.kp
        dnspython-absolute.zone zone/1
          star.kp SOA ns1.star.kp. hostmaster.star.kp. 2014120
          star.kp NS ns1.star.kp
          star.kp MX 10 mail.star.kp
          star.kp TXT v=spf1 a mx include:_spf.elsewhere.kp ~a
          _dmarc.star.kp TXT v=DMARC1; p=quarantine; adkim=s
          old._domainkey.star.kp TXT v=DKIM1; p=
          mail.star.kp A 175.45.178.10
          mail.star.kp AAAA 2001:db8::25
          www.star.kp CNAME mail.star.kp
        dnspython.zone zone/1
          star.kp SOA ns1 hostmaster 2014120101 3600 600 60480
          star.kp NS ns1.star.kp
          star.kp MX 10 mail.star.kp
          star.kp TXT v=spf1 a mx include:_spf.elsewhere.kp ~a
          _dmarc.star.kp TXT v=DMARC1; p=quarantine; adkim=s
          old._domainkey.star.kp TXT v=DKIM1; p=
          mail.star.kp A 175.45.178.10
          mail.star.kp AAAA 2001:db8::25
          www.star.kp CNAME mail.star.kp
        host.txt zone/1
          s2014._domainkey.star.kp TXT v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQ
        nslookup.txt zone/1
          star.kp TXT v=spf1 ip4:175.45.176.0/22 -all
        opendkim-genkey.txt zone/1
          s2015._domainkey.star.kp TXT v=DKIM1; h=sha256; k=rsa; p=MIIBIjANBgkq
    "#]]
    .assert_eq(&shown);
}
