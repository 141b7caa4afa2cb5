//! Texts, Markdown files and mailboxes that other people's programs wrote.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]
mod support;

use std::fmt::Write as _;

use ascribe_model::Saw;
use ascribe_readers::{Reader, mail, text};
use support::{check_laws, detected, read};

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/fixtures/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (
                entry.file_name().into_string().unwrap(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

/// One line a file: title, date, pieces, addresses found with the bytes that stand there, anomalies.
fn show(reader: &Reader, folder: &str) -> String {
    let mut shown = String::new();
    for (file, bytes) in files(folder) {
        check_laws(reader, &bytes);
        let (reading, children) = read(reader, &bytes);
        let document = &reading.document;
        let texts = reading
            .observations
            .iter()
            .filter(|seen| matches!(seen.saw, Saw::Text(_)));
        let found: Vec<String> = reading
            .observations
            .iter()
            .filter_map(|seen| match &seen.saw {
                Saw::Mention(mention) => {
                    Some(format!("{}@{}..{}", mention.value, seen.at.start, seen.at.end))
                }
                _ => None,
            })
            .take(4)
            .collect();
        let odd: Vec<&str> = reading.anomalies.iter().map(|odd| odd.code.as_str()).collect();
        writeln!(
            shown,
            "{file}: {} {:?} {:?} {} pieces, {} children, {} {}s, {found:?} {odd:?}",
            detected(&bytes).unwrap_or("nobody"),
            document.title.as_deref().unwrap_or(""),
            document.published.as_ref().map_or("", |at| at.text()),
            texts.count(),
            children.len(),
            reading.coverage.seen,
            reading.coverage.unit,
        )
        .unwrap();
    }
    shown
}

#[test]
fn texts_in_many_encodings() {
    expect_test::expect![[r#"
        iconv-euc-jp.txt: text/1 "" "2014-12-19" 3 pieces, 0 children, 5 lines, ["203.0.113.7@53..64", "update.example.com@68..86"] ["text.not-utf8"]
        iconv-koi8-r.txt: text/1 "úÁÑ×ÌÅÎÉÅ Ï ÎÁÐÁÄÅÎÉÉ" "" 3 pieces, 0 children, 5 lines, ["203.0.113.7@76..87", "update.example.com@92..110"] ["text.not-utf8"]
        iconv-shift-jis.txt: text/1 "" "2014-12-19" 3 pieces, 0 children, 5 lines, ["203.0.113.7@53..64", "update.example.com@68..86"] ["text.not-utf8"]
        iconv-utf16be.txt: text/1 "" "2014-12-19" 3 pieces, 0 children, 5 lines, ["203.0.113.7@70..92", "update.example.com@98..134"] []
        iconv-utf16le-unmarked.txt: text/1 "What we found in the intrusion at the studio" "2014-12-19" 12 pieces, 0 children, 31 lines, ["198.51.100.23@806..832", "198.51.100.77@1454..1480", "203.0.113.7@540..562", "update.example.com@592..636"] []
        iconv-windows-1251.txt: text/1 "Çàÿâëåíèå î íàïàäåíèè" "" 3 pieces, 0 children, 5 lines, ["203.0.113.7@76..87", "update.example.com@92..110"] ["text.not-utf8"]
        libreoffice-utf16.txt: text/1 "" "" 1 pieces, 0 children, 18 lines, ["198.51.100.23@800..826", "198.51.100.77@1348..1374", "203.0.113.7@538..560", "update.example.com@590..634"] []
        libreoffice-windows-1252.txt: text/1 "" "" 1 pieces, 0 children, 18 lines, ["198.51.100.23@405..418", "198.51.100.77@684..697", "203.0.113.7@272..283", "update.example.com@298..320"] ["text.not-utf8"]
        pandoc-plain.txt: text/1 "What we found in the intrusion at the studio" "2014-12-19" 12 pieces, 0 children, 31 lines, ["198.51.100.23@403..416", "198.51.100.77@727..740", "203.0.113.7@270..281", "update.example.com@296..318"] []
    "#]].assert_eq(&show(&text::READER, "text"));
}

#[test]
fn markdown_files() {
    expect_test::expect![[r#"
        crate-aho-corasick-1.1.5.md: markdown/1 "aho-corasick" "" 50 pieces, 0 children, 174 lines, ["crates.io@675..684", "docs.rs@874..881", "en.wikipedia.org@247..263", "github.com@560..570"] []
        crate-encoding_rs-0.8.44.md: markdown/1 "encoding_rs" "" 332 pieces, 0 children, 987 lines, ["crates.io@178..187", "docs.rs@297..304", "encoding.spec.whatwg.org@455..479", "github.com@40..50"] []
        crate-memchr-2.8.3.md: markdown/1 "memchr" "" 53 pieces, 0 children, 196 lines, ["0x80.pl@3366..3373", "blog.burntsushi.net@9464..9483", "crates.io@222..231", "doc.rust-lang.org@9545..9562"] []
        jekyll-post.md: markdown/1 "What we found in the intrusion at the studio" "2014-12-19" 14 pieces, 0 children, 32 lines, ["198.51.100.23@437..450", "198.51.100.77@781..794", "203.0.113.7@301..312", "example.org@662..673"] []
        pandoc-gfm.md: markdown/1 "What we found in the intrusion at the studio" "2014-12-19" 15 pieces, 0 children, 36 lines, ["198.51.100.23@441..454", "198.51.100.77@812..825", "203.0.113.7@301..312", "example.org@666..677"] []
    "#]].assert_eq(&show(&text::markdown::READER, "markdown"));
}

#[test]
fn mailboxes() {
    expect_test::expect![[r#"
        exim-appendfile.mbox: mbox/1 "" "" 0 pieces, 1 children, 1 messages, [] []
        mail-parser-sample.mbox: text/1 "" "" 0 pieces, 4 children, 4 messages, [] []
        mutt-record.mbox: mbox/1 "" "" 0 pieces, 2 children, 2 messages, [] []
        postfix-local.mbox: mbox/1 "" "" 0 pieces, 4 children, 4 messages, [] []
        python-mailbox.mbox: mbox/1 "" "" 0 pieces, 4 children, 4 messages, [] []
    "#]]
    .assert_eq(&show(&mail::mbox::READER, "mbox"));
}

#[test]
fn mails() {
    expect_test::expect![[r#"
        mail-parser-decode-problems.eml: text/1 "" "" 8 pieces, 1 children, 1 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from", "mail.charset", "mail.charset"]
        mail-parser-inner-multipart-closed-by-outer.eml: text/1 "" "" 3 pieces, 0 children, 1 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from"]
        mail-parser-malformed-000.eml: text/1 "" "" 1 pieces, 0 children, 1 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from", "mail.line-ends", "mail.unclosed"]
        mail-parser-malformed-005.eml: text/1 "" "" 2 pieces, 0 children, 1 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from"]
        mail-parser-malformed-012.eml: text/1 "" "" 1 pieces, 3 children, 1 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from", "mail.unclosed"]
        mail-parser-malformed-020.eml: mail/1 "test multipart, related first, with image" "" 7 pieces, 1 children, 6 headers, ["example.com@17..28", "test2@example.com@94..111", "test@example.com@12..28"] ["mail.no-message-id"]
        mail-parser-missing-close-delimiter.eml: text/1 "" "" 2 pieces, 0 children, 1 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from", "mail.unclosed"]
        mail-parser-mixed-message.eml: text/1 "" "" 2 pieces, 1 children, 1 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from"]
        mail-parser-nested-encoded-message.eml: text/1 "" "" 2 pieces, 1 children, 1 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from", "mail.line-ends"]
        mail-parser-nested-multipart-depth.eml: text/1 "" "" 2 pieces, 0 children, 1 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from"]
        mail-parser-related-cid-inline-image.eml: text/1 "" "" 3 pieces, 1 children, 1 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from"]
        postfix-mutt.eml: mail/1 "Re: Question about the intrusion" "" 13 pieces, 1 children, 12 headers, ["198.51.100.77@632..645", "mx2.studio.example@19..37", "studio.example@59..73", "awwg59m8se7ikdse@studio.example@369..400"] []
        postfix-smtplib.eml: mail/1 "Überfall – 質問" "" 14 pieces, 1 children, 11 headers, ["198.51.100.23@160..173", "203.0.113.9@850..861", "laptop.press.example@116..136", "mx2.studio.example@180..198"] []
        postfix-swaks.eml: mail/1 "Question about the intrusion" "" 13 pieces, 1 children, 12 headers, ["203.0.113.7@160..171", "203.0.113.9@682..693", "jetmore.org@494..505", "mx2.studio.example@178..196"] []
        python-msg_01.eml: mail/1 "This is a test message" "" 14 pieces, 0 children, 11 headers, ["aaa.zzz.org@291..302", "ddd.com@314..321", "mail.zzz.org@66..78", "zzz.org@18..25"] []
        python-msg_02.eml: mail/1 "Ppp digest, Vol 1 #2 - 5 msgs" "" 26 pieces, 0 children, 9 headers, ["digicool.com@1438..1450", "www.zzz.org@562..573", "zzz.org@36..43", "http://www.zzz.org/mailman/listinfo/ppp@555..594"] ["mail.no-message-id"]
        python-msg_05.eml: mail/1 "bar" "" 8 pieces, 1 children, 6 headers, ["mail.example.com@199..215", "20010803162810.0ca8aa7acc@mail.example.com@173..215"] ["mail.no-date"]
        python-msg_07.eml: mail/1 "Here is your dingus fish" "" 8 pieces, 1 children, 6 headers, ["cravindogs.com@81..95", "digicool.com@37..49", "barry@digicool.com@31..49", "cravindogs@cravindogs.com@70..95"] ["mail.no-message-id"]
        python-msg_10.eml: mail/1 "Lyrics" "" 11 pieces, 0 children, 6 headers, ["cravindogs.com@86..100", "python.org@44..54", "barry@python.org@38..54", "cravindogs@cravindogs.com@75..100"] ["mail.no-message-id"]
        python-msg_11.eml: mail/1 "The enclosing message" "" 3 pieces, 1 children, 3 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from"]
        python-msg_12.eml: mail/1 "Lyrics" "" 6 pieces, 0 children, 6 headers, ["cravindogs.com@86..100", "python.org@44..54", "barry@python.org@38..54", "cravindogs@cravindogs.com@75..100"] ["mail.no-message-id"]
        python-msg_16.eml: mail/1 "Delivery Notification: Delivery has failed" "" 29 pieces, 1 children, 23 headers, ["169.232.10.18@113..126", "babylon.socal-raves.org@133..156", "cougar.noc.ucla.edu@71..90", "oxy.edu@1785..1792"] []
        python-msg_18.eml: mail/1 "" "" 4 pieces, 0 children, 4 headers, [] ["mail.no-date", "mail.no-message-id", "mail.no-from"]
        python-msg_25.eml: mbox/1 "Returned mail: Too many hops 19 (17 max): from <linuxuser-admin@www.linux.org.uk> via [199.164.235.226], to <scoffman@wellpartner.com>" "" 22 pieces, 0 children, 11 headers, ["195.92.249.252@3960..3974", "199.164.235.226@606..621", "204.245.199.98@60..74", "212.1.130.11@4050..4062"] ["mail.received-order", "mail.duplicate-header"]
        python-msg_30.eml: mail/1 "" "" 7 pieces, 0 children, 3 headers, ["bb.org@153..159", "dd.org@169..175", "aa@bb.org@150..159", "cc@dd.org@166..175"] ["mail.no-date", "mail.no-message-id"]
        python-msg_32.eml: mail/1 "Re: Limiting Perl CPU Utilization..." "" 13 pieces, 0 children, 12 headers, ["example.com@103..114", "freebsd.org@26..37", "aperson@example.com@95..114", "bdude@example.com@133..150"] ["mail.no-message-id"]
        python-msg_35.eml: mail/1 "here's something interesting" "" 4 pieces, 0 children, 3 headers, [] ["mail.header-syntax", "mail.no-date", "mail.no-message-id"]
        python-msg_42.eml: mail/1 "" "" 4 pieces, 1 children, 3 headers, ["example.com@81..92", "xxx@example.com@77..92", "yyy@example.com@98..113"] ["mail.no-date", "mail.no-message-id"]
        python-msg_43.eml: mbox/1 "Banned file: auto__mail.python.bat in mail from you" "" 41 pieces, 0 children, 10 headers, ["127.0.0.1@2406..2415", "70.242.162.63@8667..8680", "dot.ca.gov@1022..1032", "kgsav.org@8615..8624"] []
        python-msg_46.eml: mail/1 "GroupwiseForwardingTest" "" 9 pieces, 1 children, 9 headers, ["64.5.53.58@122..132", "example.com@215..226", "example.net@21..32", "example.org@96..107"] ["mail.date-received", "mail.no-message-id"]
    "#]].assert_eq(&show(&mail::READER, "mail"));
}
