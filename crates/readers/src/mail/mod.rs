//! Reads one mail: headers with lines and bytes, the Received chain, bodies as text, everything else as children.
//!
//! Walks parts with a bounded stack of boundaries, never by recursion. Says what is odd about headers and dates; whether
//! a hop is to be believed, or a signature verifies, is for an engine. Source: RFC 5322, RFC 2045 to 2047.

mod canonical;
mod dates;
mod headers;
pub mod mbox;
mod parts;
mod received;
mod signatures;
mod transfer;

use ascribe_model::observation::Mail;
use ascribe_model::{Anomaly, Bytes, Coverage, Out, Role, Saw, Span, Text};
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use self::headers::{Block, Header};
use crate::stated_date::mail_date;
use crate::{Head, Match, Reader};

/// The reader of mail.
pub const READER: Reader = Reader {
    name: "mail/1",
    kind: "mail",
    detect,
    read,
};

/// Header names that mail has and other `name: value` files hardly have.
const TELLING: [&str; 22] = [
    "received",
    "return-path",
    "delivered-to",
    "message-id",
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "reply-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "dkim-signature",
    "authentication-results",
    "x-mailer",
    "x-originating-ip",
    "sender",
    "in-reply-to",
    "references",
    "list-id",
    "x-received",
];

fn detect(head: &Head<'_>) -> Match {
    let block = headers::scan(head.bytes, 0, 1);
    let mut known: Vec<&str> = block
        .headers
        .iter()
        .take(40)
        .map(|header| header.name.as_str())
        .filter(|name| TELLING.contains(name))
        .collect();
    known.sort_unstable();
    known.dedup();
    let only_mail = known.iter().any(|name| {
        [
            "received",
            "return-path",
            "delivered-to",
            "message-id",
            "mime-version",
            "subject",
            "from",
            "x-received",
        ]
        .contains(name)
    });
    if known.len() >= 2 && only_mail && block.headers.first().is_some_and(|first| first.start == 0) {
        Match::Likely
    } else {
        Match::No
    }
}

fn read(bytes: &dyn Bytes, out: &mut Out<'_>) {
    let Some(data) = out.whole(bytes, "mail", "mail") else {
        return;
    };
    let block = headers::scan(&data, 0, 1);
    let mut counts = Coverage {
        unit: "header".to_owned(),
        ..Coverage::default()
    };
    let texts: Vec<Text> = block
        .headers
        .iter()
        .map(|header| headers::value_text(&data, header))
        .collect();
    counts.seen = block.headers.len() as u64;
    counts.parsed = counts.seen;
    counts.used = texts.iter().filter(|text| !text.as_str().is_empty()).count() as u64;
    describe(&data, &block, &texts, out);
    signatures::read(&data, &block, out);
    headers::complain(&data, &block, out);
    for text in texts {
        out.text(text);
    }
    parts::read(&data, &block, out);
    out.coverage(counts);
}

/// The mail and its hops.
fn describe(data: &[u8], block: &Block, texts: &[Text], out: &mut Out<'_>) {
    let mut mail = Mail::default();
    let mut hops = Vec::new();
    for (header, text) in block.headers.iter().zip(texts) {
        let value = text.as_str();
        match header.name.as_str() {
            "from" => mailboxes(data, header, &mut mail.from),
            "to" | "cc" => mailboxes(data, header, &mut mail.to),
            "subject" if mail.subject.is_none() => mail.subject = Some(value.to_owned()),
            "date" if mail.date.is_none() => {
                mail.date = mail_date(value);
                if mail.date.is_none() {
                    out.anomaly(Anomaly::odd(
                        "mail.date",
                        Some(header.span()),
                        "the Date header is not a date",
                    ));
                }
            }
            "message-id" if mail.message_id.is_none() => {
                mail.message_id = Some(
                    value
                        .trim()
                        .trim_start_matches('<')
                        .trim_end_matches('>')
                        .to_owned(),
                );
            }
            "dkim-signature"
            | "domainkey-signature"
            | "authentication-results"
            | "received-spf"
            | "arc-seal"
            | "arc-message-signature"
            | "arc-authentication-results"
            | "x-google-dkim-signature" => {
                mail.signatures.push(header.name.clone());
            }
            "received" => {
                let index = u32::try_from(hops.len()).unwrap_or(u32::MAX);
                hops.push((header.span(), received::parse(value, index)));
            }
            _ => {}
        }
    }
    out.document().title.clone_from(&mail.subject);
    dates::complain(&mail, &hops, block, out);
    out.see(
        Span::new(0, block.end as u64).on_line(1),
        Saw::Mail(Box::new(mail)),
    );
    for (at, hop) in hops {
        out.see(at, Saw::Hop(Box::new(hop)));
    }
}

/// Mailboxes of an address header, as written, up to a bound.
fn mailboxes(data: &[u8], header: &Header, into: &mut Vec<String>) {
    const MAILBOXES_MAX: usize = 1000;
    let mut value = data.get(header.value.clone()).unwrap_or_default().to_vec();
    value.push(b'\n');
    if let HeaderValue::Address(list) = MessageStream::new(&value).parse_address() {
        for address in list.iter().filter_map(|address| address.address.as_deref()) {
            if into.len() < MAILBOXES_MAX {
                into.push(address.to_owned());
            }
        }
    }
}

/// A header's role.
fn role(name: &str) -> Role {
    Role::Header(name.chars().take(80).collect())
}
