//! One `Received` header: the names, address and date that a host wrote into it.
//!
//! Reads the forms of Postfix, Sendmail, Exim, qmail, Exchange and Outlook, IIS, Gmail, Yahoo, Courier, CommuniGate,
//! MDaemon, Domino, Haraka, OpenSMTPD, Zimbra and Proofpoint. Believes nothing.

use std::net::IpAddr;

use ascribe_model::observation::Hop;

use crate::stated_date::mail_date;

/// What the value says.
///
/// An address in the comment behind the name was written by the host itself. What it was greeted with is the sender's
/// word, be it a name or an address in brackets: that is taken for the address only where hosts are known to write
/// the real one there.
pub fn parse(value: &str, index: u32) -> Hop {
    let (trace, date) = value.rsplit_once(';').unwrap_or((value, ""));
    let mut hop = Hop {
        index,
        when: mail_date(without_comment(date)),
        ..Hop::default()
    };
    let mut clause = "";
    let mut words = 0u32;
    let mut from = From::default();
    for token in tokens(trace) {
        match token {
            Token::Word(word) => {
                let lower = word.to_ascii_lowercase();
                // The word behind `from` or `by` is a name, whatever it looks like.
                if (clause.is_empty() || words > 0)
                    && let Some(next) = CLAUSES.iter().find(|clause| **clause == lower)
                {
                    clause = next;
                    words = 0;
                    continue;
                }
                words = words.saturating_add(1);
                match clause {
                    "from" => from.word(word, words),
                    "by" if words == 1 && hop.by.is_none() => hop.by = Some(word.to_owned()),
                    "with" if words <= WITH_WORDS_MAX => {
                        let with = hop.with.get_or_insert_default();
                        if !with.is_empty() {
                            with.push(' ');
                        }
                        with.push_str(word);
                    }
                    _ => {}
                }
            }
            Token::Comment(text) => {
                words = words.max(1);
                if clause == "from" {
                    from.comment(text);
                } else {
                    from.is_exim |= text.starts_with("Exim");
                }
            }
        }
    }
    let with = hop.with.as_deref().unwrap_or_default();
    let real = from.is_exim || from.describes || with == "NNFMP";
    let scanner = with.starts_with("qmail-scanner");
    hop.from_address = from.seen.or_else(|| {
        let word = from.word.as_deref()?;
        match (real, scanner) {
            (true, _) => bracketed(word),
            (_, true) => address(word),
            _ => None,
        }
    });
    // qmail and Exim put the name looked up first and the name given in the comment.
    hop.from_name = from
        .greeted
        .or_else(|| from.word.filter(|word| !real || bracketed(word).is_none()));
    hop
}

/// A date without the comment that some hosts write in front of it.
fn without_comment(date: &str) -> &str {
    let date = date.trim();
    match date.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((_, date)) => date.trim_start(),
        None => date,
    }
}

const CLAUSES: [&str; 6] = ["from", "by", "with", "id", "for", "via"];
/// Words of a protocol's name: `Microsoft SMTP Server`.
const WITH_WORDS_MAX: u32 = 4;

/// What stands behind `from`.
#[derive(Default)]
struct From {
    /// The first word: what the sender greeted with, or the name looked up, or (Exim, CommuniGate, Yahoo) its address.
    word: Option<String>,
    /// The name that a comment says it greeted with.
    greeted: Option<String>,
    /// The address that the host wrote.
    seen: Option<String>,
    /// Whether a comment speaks of the greeting, port or account of an address before it, as Exim and CommuniGate do.
    describes: bool,
    is_exim: bool,
}

impl From {
    fn word(&mut self, word: &str, number: u32) {
        if number == 1 {
            self.word = Some(word.to_owned());
        } else if self.seen.is_none() {
            self.seen = bracketed(word);
        }
    }

    fn comment(&mut self, text: &str) {
        let (greeted, rest) = without_greeting(text);
        let start = text.trim_start().to_ascii_lowercase();
        self.describes |= ["helo=", "ehlo=", "port=", "ident=", "account "]
            .iter()
            .any(|word| start.starts_with(word));
        if self.greeted.is_none() {
            self.greeted = greeted;
        }
        if self.seen.is_none() {
            self.seen = last_address(&rest);
        }
    }
}

enum Token<'a> {
    Word(&'a str),
    Comment(&'a str),
}

/// Words, and comments whole; nesting is counted, not followed.
fn tokens(text: &str) -> Vec<Token<'_>> {
    const TOKENS_MAX: usize = 200;
    let mut out = Vec::new();
    let (mut depth, mut start) = (0u32, 0usize);
    for (at, c) in text.char_indices() {
        match c {
            '(' => {
                if depth == 0 {
                    if let Some(found) = text.get(start..at).filter(|found| !found.trim().is_empty()) {
                        out.push(Token::Word(found.trim()));
                    }
                    start = at.saturating_add(1);
                }
                depth = depth.saturating_add(1);
            }
            ')' if depth > 0 => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    out.push(Token::Comment(text.get(start..at).unwrap_or_default()));
                    start = at.saturating_add(1);
                }
            }
            c if c.is_whitespace() && depth == 0 => {
                if let Some(found) = text.get(start..at).filter(|found| !found.is_empty()) {
                    out.push(Token::Word(found));
                }
                start = at.saturating_add(c.len_utf8());
            }
            _ => {}
        }
        if out.len() >= TOKENS_MAX {
            return out;
        }
    }
    if let Some(found) = text.get(start..).filter(|found| !found.trim().is_empty()) {
        out.push(if depth > 0 {
            Token::Comment(found)
        } else {
            Token::Word(found.trim())
        });
    }
    out
}

fn address(text: &str) -> Option<String> {
    let plain = text.trim();
    let plain = plain
        .strip_prefix("IPv6:")
        .or_else(|| plain.strip_prefix("ipv6:"))
        .unwrap_or(plain);
    let address = plain.parse::<IpAddr>().ok()?;
    // Courier writes addresses of IPv4 as mapped ones.
    Some(address.to_canonical().to_string())
}

/// The address in square brackets.
fn bracketed(word: &str) -> Option<String> {
    address(word.split('[').nth(1)?.split(']').next()?)
}

/// The last address in a comment, in brackets or not: what stands before it may be the sender's word (an ident, a name
/// that was looked up).
fn last_address(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '@' | '(' | ')' | ',' | '=' | '[' | ']'))
        .filter_map(address)
        .next_back()
}

/// The name given in the greeting (`HELO name`, `helo=name`), and the comment without it.
fn without_greeting(text: &str) -> (Option<String>, String) {
    let mut rest = String::new();
    let mut greeted = None;
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        let lower = word.to_ascii_lowercase();
        let name = match lower.as_str() {
            "helo" | "ehlo" => words.next(),
            _ => ["helo=", "ehlo="]
                .iter()
                .find(|start| lower.starts_with(**start))
                .and_then(|start| word.get(start.len()..)),
        };
        match name {
            Some(name) => {
                let name = name.trim_matches(['[', ']', '(', ')']);
                if greeted.is_none() && !name.is_empty() {
                    greeted = Some(name.to_owned());
                }
            }
            None => {
                rest.push(' ');
                rest.push_str(word);
            }
        }
    }
    (greeted, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(value: &str) -> String {
        let hop = parse(value, 0);
        let show = |field: Option<String>| field.unwrap_or_else(|| "-".to_owned());
        format!(
            "{} {} {} {} {}",
            show(hop.from_name),
            show(hop.from_address),
            show(hop.by),
            show(hop.with),
            hop.when.map_or("-".to_owned(), String::from)
        )
    }

    #[test]
    fn the_forms_of_five_mailers_are_read() {
        assert_eq!(
            line(
                "from mx.example (host.example [192.0.2.7]) by in.example (Postfix) with ESMTPS id 1A for <a@b.example>; Mon, 24 Nov 2014 09:00:01 -0800 (PST)"
            ),
            "mx.example 192.0.2.7 in.example ESMTPS 2014-11-24T09:00:01-08:00"
        );
        assert_eq!(
            line(
                "from unknown (HELO evil.example) (192.0.2.9) by in.example with SMTP; 24 Nov 2014 17:00:01 -0000"
            ),
            "evil.example 192.0.2.9 in.example SMTP 2014-11-24T17:00:01-00:00"
        );
        assert_eq!(
            line(
                "from [192.0.2.9] (helo=evil.example) by in.example with esmtp (Exim 4.80) id 1; Mon, 24 Nov 2014 17:00:01 +0000"
            ),
            "evil.example 192.0.2.9 in.example esmtp 2014-11-24T17:00:01+00:00"
        );
        assert_eq!(
            line(
                "from a.example (2001:db8::1) by b.example (2001:db8::2) with Microsoft SMTP Server id 15.1; Mon, 24 Nov 2014 17:00:01"
            ),
            "a.example 2001:db8::1 b.example Microsoft SMTP Server 2014-11-24T17:00:01"
        );
        assert_eq!(line("by 10.0.0.1 with SMTP id x; soon"), "- - 10.0.0.1 SMTP -");
    }

    #[test]
    fn more_forms_of_real_mailers_are_read() {
        let cases = [
            // IIS, MDaemon, CommuniGate, Yahoo, Gmail, Courier, Domino, OpenSMTPD, Haraka, Proofpoint, Outlook, qmail.
            (
                "from [70.39.115.201] ([70.39.115.201]) by NEWKDEMO.kdemo.local with Microsoft SMTPSVC(6.0.3790.4675); Mon, 24 Nov 2014 17:00:01 +0900",
                "[70.39.115.201] 70.39.115.201 NEWKDEMO.kdemo.local Microsoft SMTPSVC 2014-11-24T17:00:01+09:00",
            ),
            (
                "from COMP02.CSC.local by voidstudicom.it with ESMTPA id md50000234499.msg; Fri, 09 Jun 2017 17:56:17 +0200",
                "COMP02.CSC.local - voidstudicom.it ESMTPA 2017-06-09T17:56:17+02:00",
            ),
            (
                "from [130.210.145.27] (account captivatedm41@tin.it HELO kzr.nczlmxxd.com) by (8.13.6/8.13.6) with ESMTPA id 3; Mon, 24 Nov 2014 17:00:01 +0900",
                "kzr.nczlmxxd.com 130.210.145.27 - ESMTPA 2014-11-24T17:00:01+09:00",
            ),
            (
                "from [98.138.90.55] by nm4.bullet.mail.ne1.yahoo.com with NNFMP; 24 Nov 2014 17:00:01 -0000",
                "- 98.138.90.55 nm4.bullet.mail.ne1.yahoo.com NNFMP 2014-11-24T17:00:01-00:00",
            ),
            (
                "from mail-wm1-f41.google.com (mail-wm1-f41.google.com. [209.85.128.41]) by mx.google.com with ESMTPS id a1 for <b@c.example> (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128); Mon, 24 Nov 2014 09:00:01 -0800 (PST)",
                "mail-wm1-f41.google.com 209.85.128.41 mx.google.com ESMTPS 2014-11-24T09:00:01-08:00",
            ),
            (
                "from mail.example (host.example [::ffff:192.0.2.7]) (AUTH: LOGIN u, TLS: TLSv1/SSLv3) by in.example with ESMTPSA id 1; Mon, 24 Nov 2014 17:00:01 +0000",
                "mail.example 192.0.2.7 in.example ESMTPSA 2014-11-24T17:00:01+00:00",
            ),
            (
                "from smtp.notes.example (192.155.248.67) by us1a3-smtp02.isc4sb.com (10.106.154.159) with smtp.notes.example ESMTP; Mon, 24 Nov 2014 17:00:01 -0000",
                "smtp.notes.example 192.155.248.67 us1a3-smtp02.isc4sb.com smtp.notes.example ESMTP 2014-11-24T17:00:01-00:00",
            ),
            (
                "from out.example ([192.0.2.7]) by mail.example (Lotus Domino Release 8.5.3FP6) with ESMTP id 2014112417000198-1 ; Mon, 24 Nov 2014 18:00:01 +0100",
                "out.example 192.0.2.7 mail.example ESMTP 2014-11-24T18:00:01+01:00",
            ),
            (
                "from out.example (host.example [192.0.2.7]) by in.example (OpenSMTPD) with ESMTPS id 5f (TLSv1.3:AEAD-AES256-GCM-SHA384:256:NO) for <b@in.example>; Mon, 24 Nov 2014 18:00:01 +0100 (CET)",
                "out.example 192.0.2.7 in.example ESMTPS 2014-11-24T18:00:01+01:00",
            ),
            (
                "from out.example (host.example [192.0.2.7]) by in.example (Haraka/2.8.18) with ESMTPS id 1-2.1 envelope-from <a@out.example> (version=TLSv1.2 verify=FAIL); Mon, 24 Nov 2014 18:00:01 +0100",
                "out.example 192.0.2.7 in.example ESMTPS 2014-11-24T18:00:01+01:00",
            ),
            (
                "from pps.filterd (m0098419.ppops.net [127.0.0.1]) by mx0b-001b2d01.pphosted.com (8.16.0.17/8.16.0.17) with SMTP id u7M; Mon, 24 Nov 2014 18:00:01 -0400",
                "pps.filterd 127.0.0.1 mx0b-001b2d01.pphosted.com SMTP 2014-11-24T18:00:01-04:00",
            ),
            (
                "from DM6PR06MB4475.namprd06.prod.outlook.com (2603:10b6:207:3d::31) by BL0PR06MB4465.namprd06.prod.outlook.com with HTTPS via BL0PR02CA0054.NAMPRD02.PROD.OUTLOOK.COM; Mon, 24 Nov 2014 18:00:01 +0000",
                "DM6PR06MB4475.namprd06.prod.outlook.com 2603:10b6:207:3d::31 BL0PR06MB4465.namprd06.prod.outlook.com HTTPS 2014-11-24T18:00:01+00:00",
            ),
            (
                "from unknown (HELO ljhw) (zyb@sgis.com.cn@[223.152.177.168]) (envelope-sender <zyb@sgis.com.cn>) by 218.15.33.11 (qmail) with SMTP for <b@c.example>; 24 Nov 2014 17:00:01 -0000",
                "ljhw 223.152.177.168 218.15.33.11 SMTP 2014-11-24T17:00:01-00:00",
            ),
            (
                "from 223.152.177.168 by mail.sgis.com.cn (envelope-from <zyb@sgis.com.cn>, uid 0) with qmail-scanner-1.24 (spamassassin: 3.1.1); 26 Dec 2016 05:32:04 -0000",
                "223.152.177.168 223.152.177.168 mail.sgis.com.cn qmail-scanner-1.24 2016-12-26T05:32:04-00:00",
            ),
            (
                "from smtp.example (192.0.2.7) by d50.example (158.87.18.25) with IBM ESMTP SMTP Gateway: Authorized Use Only! Violators will be prosecuted; (version=TLSv1/SSLv3 cipher=AES128-GCM-SHA256 bits=128/128) Wed, 8 Mar 2017 11:46:17 -0500",
                "smtp.example 192.0.2.7 d50.example IBM ESMTP SMTP Gateway: 2017-03-08T11:46:17-05:00",
            ),
            (
                "(qmail 11769 invoked from network); 22 Aug 2016 14:23:01 -0000",
                "- - - - 2016-08-22T14:23:01-00:00",
            ),
        ];
        for (value, wanted) in cases {
            assert_eq!(line(value), wanted, "{value}");
        }
    }

    #[test]
    fn an_address_that_the_sender_gave_as_its_name_is_not_its_address() {
        let cases = [
            (
                "from [175.45.178.10] (unknown [192.0.2.9]) by mx.example (Postfix) with ESMTP id 1; x",
                "192.0.2.9",
            ),
            (
                "from [175.45.178.10] ([192.0.2.9]) by mx.example with ESMTP; x",
                "192.0.2.9",
            ),
            (
                "from unknown (HELO [175.45.178.10]) (192.0.2.9) by mx.example with SMTP; x",
                "192.0.2.9",
            ),
            (
                "from unknown (HELO 175.45.178.10) (x[175.45.178.10]@192.0.2.9) by mx.example with SMTP; x",
                "192.0.2.9",
            ),
            (
                "from 175.45.178.10 (EHLO mail.example) (192.0.2.9) by mta.example with SMTP; x",
                "192.0.2.9",
            ),
            (
                "from [192.0.2.9] (port=4711 helo=[175.45.178.10]) by mx.example with esmtp (Exim 4.80) id 1; x",
                "192.0.2.9",
            ),
            (
                "from host.example ([192.0.2.9]:45321 helo=[175.45.178.10]) by mx.example with esmtp; x",
                "192.0.2.9",
            ),
            (
                "from a (IDENT:[175.45.178.10]@host.example [192.0.2.9] (may be forged)) by mx.example (8.14.4/8.14.4) with SMTP; x",
                "192.0.2.9",
            ),
            ("from [175.45.178.10] by mx.example with ESMTP id 1; x", "-"),
            ("from 175.45.178.10 by mx.example with ESMTP id 1; x", "-"),
        ];
        for (value, wanted) in cases {
            let found = parse(value, 0).from_address;
            assert_eq!(found.as_deref().unwrap_or("-"), wanted, "{value}");
        }
    }
}
