//! Text, markup and structured data that is too long, too deep, too much or not what it says.

use std::fmt::Write;

use crate::bench::Bench;

#[test]
#[cfg(not(debug_assertions))]
fn a_line_of_fifty_megabytes() {
    let bench = Bench::new();
    let mut plain = "word ".repeat(10 << 20);
    plain.push_str("\nthe last line\n");
    bench.put("words.txt", plain.as_bytes());
    bench.put("one-word.txt", "x".repeat(50 << 20).as_bytes());
    bench.put(
        "log-line.log",
        format!(
            "2014-11-24T10:00:00Z fs01 sshd[1]: {}\n2014-11-24T10:00:01Z fs01 sshd[1]: end\n",
            "a.".repeat(25 << 20)
        )
        .as_bytes(),
    );
    let ran = bench.run();
    for path in ["words.txt", "one-word.txt", "log-line.log"] {
        let row = ran.row(path);
        assert!(
            ["read", "partial"].contains(&row["status"].as_str().unwrap()),
            "{row}"
        );
    }
}

#[test]
#[cfg(not(debug_assertions))]
fn a_structured_log_line_of_fifty_megabytes() {
    let bench = Bench::new();
    let long = "b".repeat(50 << 20);
    let zeek = format!(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\n1416830400.0\tC1\t10.0.0.1\t1\t175.45.178.1\t80\ttcp\n1416830400.0\t{long}\t10.0.0.1\t1\t175.45.178.1\t80\ttcp\n"
    );
    bench.put("conn.log", zeek.as_bytes());
    bench.put(
        "lines.json",
        format!("{{\"ts\":1,\"host\":\"a\"}}\n{{\"ts\":2,\"host\":\"{long}\"}}\n").as_bytes(),
    );
    let mut cells = "time,src,dst\n2014-11-24T10:00:00Z,10.0.0.1,175.45.178.1\n".to_owned();
    cells.push_str("2014-11-24T10:00:00Z,\"");
    cells.push_str(&long);
    bench.put("flows.csv", cells.as_bytes());
    bench.run();
}

#[test]
fn bytes_that_are_no_text() {
    let bench = Bench::new();
    let mut latin = b"R\xe9sum\xe9 of the incident\n\nfrom 175.45.178.2\n".to_vec();
    latin.extend_from_slice(&[
        0xc3, 0x28, 0xa0, 0xa1, 0xe2, 0x28, 0xa1, 0xf0, 0x28, 0x8c, 0xbc, b'\n',
    ]);
    bench.put("latin.txt", &latin);
    let mut broken = b"A sentence of the report.\n".repeat(100);
    for at in (0..broken.len()).step_by(97) {
        broken[at] = 0xff;
    }
    bench.put("broken.txt", &broken);
    bench.put(
        "halves.txt",
        &[0xff, 0xfe, b'a', 0, 0, 0xd8, b'b', 0, b'\n', 0, 0],
    );
    bench.put(
        "escapes.txt",
        b"\x1b]0;title\x07 \x1b[2J plain words\r\nmore <script>alert(1)</script>\n",
    );
    bench.put("escapes.eml", b"From: \x1b[31mred <a@else.example>\nTo: b@studio.example\nSubject: =?utf-8?q?=1B=5B2J<script>alert(1)</script>?=\nMessage-ID: <\x1b[2J@else.example>\nReceived: from \x1b[31m ([175.45.178.9]) by mx1.studio.example; Mon, 24 Nov 2014 10:00:00 +0000\n\n<script>alert(1)</script>\n");
    let ran = bench.run();
    for path in ["latin.txt", "broken.txt", "escapes.txt", "escapes.eml"] {
        assert_ne!(ran.row(path)["status"], "ignored", "{}", ran.row(path));
    }
    // No byte is lost: those that are not UTF-8 are read as Windows-1252, and it is said.
    ran.says("broken.txt", "read", "");
    assert!(ran.odd("broken.txt").contains(&"text.not-utf8"));
}

#[test]
#[cfg(not(debug_assertions))]
fn markup_in_markup() {
    let bench = Bench::new();
    let deep = format!(
        "<!DOCTYPE html><html><body>{}deep down{}</body></html>",
        "<div>".repeat(1_000_000),
        "</div>".repeat(1_000_000)
    );
    bench.put("deep.html", deep.as_bytes());
    let open = format!("<!DOCTYPE html><html><body>{}", "<a href=\"x".repeat(1_000_000));
    bench.put("open.html", open.as_bytes());
    let comments = format!(
        "<!DOCTYPE html><html><body>{}<p>words</p>",
        "<!--".repeat(1_000_000)
    );
    bench.put("comments.html", comments.as_bytes());
    let entities = format!(
        "<!DOCTYPE html><html><body><p>{}</p>",
        "&amp;&#x1b;&#".repeat(500_000)
    );
    bench.put("entities.html", entities.as_bytes());
    let quotes = format!(
        "# Title\n\n{}deep\n\n{}",
        ">".repeat(1_000_000),
        "* ".repeat(1_000_000)
    );
    bench.put("quotes.md", quotes.as_bytes());
    let ran = bench.run();
    for row in ran.rows() {
        assert_ne!(row["status"], "ignored", "{row}");
    }
}

#[test]
fn intelligence_of_a_million_brackets() {
    let bench = Bench::new();
    let head = r#"{"type":"bundle","id":"bundle--0","spec_version":"2.0","objects":["#;
    bench.put("open.json", format!("{head}{}", "[".repeat(1_000_000)).as_bytes());
    bench.put(
        "closed.json",
        format!("{head}{}{}]}}", "[".repeat(1_000_000), "]".repeat(1_000_000)).as_bytes(),
    );
    let objects = format!(
        "{head}{}1{}]}}",
        "{\"a\":".repeat(1_000_000),
        "}".repeat(1_000_000)
    );
    bench.put("objects.json", objects.as_bytes());
    let pattern = format!(
        "{}[ipv4-addr:value = '175.45.178.4']{}",
        "(".repeat(200_000),
        ")".repeat(200_000)
    );
    bench.put("pattern.json", format!(r#"{head}{{"type":"indicator","id":"indicator--1","pattern":"{pattern}","valid_from":"2014-01-01T00:00:00Z","labels":["a"]}}]}}"#).as_bytes());
    let ran = bench.run();
    ran.is_partial();
    for path in ["open.json", "closed.json", "objects.json"] {
        assert!(
            ["partial", "unreadable"].contains(&ran.row(path)["status"].as_str().unwrap()),
            "{}",
            ran.row(path)
        );
    }
    assert_ne!(ran.row("pattern.json")["status"], "ignored");
}

#[test]
#[cfg(not(debug_assertions))]
fn intelligence_of_a_million_objects() {
    let bench = Bench::new();
    let mut bundle = r#"{"type":"bundle","id":"bundle--0","objects":[{"type":"identity"}"#.to_owned();
    for number in 0..1_000_000u32 {
        write!(
            bundle,
            r#",{{"type":"relationship","id":"relationship--{number}"}}"#
        )
        .unwrap();
    }
    bundle.push_str("]}");
    bench.put("objects.json", bundle.as_bytes());
    bench
        .run()
        .is_partial()
        .says("objects.json", "partial", "more than 200000 objects");
}

#[test]
#[cfg(not(debug_assertions))]
fn intelligence_of_half_a_million_indicators() {
    let bench = Bench::new();
    let mut bundle = r#"{"type":"bundle","id":"bundle--0","objects":[{"type":"identity"}"#.to_owned();
    for number in 0..500_000u32 {
        let [_, a, b, c] = number.to_be_bytes();
        write!(bundle, r#",{{"type":"indicator","id":"indicator--{number}","pattern":"[ipv4-addr:value = '45.{a}.{b}.{c}']","valid_from":"2014-01-01T00:00:00Z"}}"#).unwrap();
    }
    bundle.push_str("]}");
    bench.put("indicators.json", bundle.as_bytes());
    let ran = bench.run();
    ran.is_partial().says("indicators.json", "partial", "");
}
