//! The addresses that webmail and submission servers write into headers: whose word each is, and what to ask.
//!
//! Such a header is a claim of whoever wrote it. A valid signature over it makes it the word of the signing domain,
//! which may be the sender's own; so it is never a trace, only a reason to ask the provider for its records.

use std::net::IpAddr;

use ascribe_intel::holdings::Holdings;
use ascribe_model::finding::Target;
use ascribe_model::observation::Signs;
use ascribe_model::words::Kind;
use ascribe_model::{Anomaly, Span};

use super::sender::Judged;
use super::verdict::{Then, Verdict};
use crate::Lead;
use crate::received::Chain;
use crate::sighting::address_kind;

/// Headers in which servers name the client that handed a mail in.
const HEADERS: [&str; 15] = [
    "x-originating-ip",
    "x-originating-email-ip",
    "x-sender-ip",
    "x-source-ip",
    "x-client-ip",
    "x-remote-ip",
    "x-eip",
    "x-aol-ip",
    "x-yahoo-post-ip",
    "x-mdremoteip",
    "x-ms-exchange-organization-originalclientipaddress",
    "x-ms-exchange-crosstenant-originalclientipaddress",
    "x-forwarded-for",
    "x-authenticated-ip",
    "x-webmail-ip",
];

/// Whether a header of this name (lower case) names a client.
pub(crate) fn is_submission(name: &str) -> bool {
    HEADERS.contains(&name)
}

/// The addresses in a header's value.
fn addresses(value: &str) -> Vec<String> {
    let parts = value.split(|letter: char| {
        letter.is_whitespace() || matches!(letter, ',' | ';' | '[' | ']' | '(' | ')' | '"' | '=')
    });
    parts
        .filter_map(|part| part.parse::<IpAddr>().ok())
        .map(|address| address.to_canonical().to_string())
        .take(8)
        .collect()
}

/// Whose word the header is.
fn word_of(name: &str, chain: &Chain<'_>, judged: &[Judged<'_>]) -> (String, Option<String>) {
    let once = chain.submitted.iter().filter(|(_, is, _)| *is == name).count() == 1;
    let signed = judged.iter().find(|one| {
        one.signature.signs == Signs::Mail
            && once
            && one.signature.headers.iter().any(|covered| covered == name)
            && matches!(
                one.verdict,
                Verdict::Valid {
                    then: Then::Valid,
                    weak: None,
                    ..
                }
            )
    });
    match signed {
        Some(one) => {
            let domain = one.signature.domain.clone();
            let text = format!("it is the word of {domain}, which signed it with a key that was valid then");
            (text, Some(domain))
        }
        None => (
            "no signature covers it: anybody on the way could have written it".to_owned(),
            None,
        ),
    }
}

/// What is said, and to be asked, of the submission headers of a mail that name known infrastructure.
pub(crate) fn claims(
    chain: &Chain<'_>,
    judged: &[Judged<'_>],
    holdings: &Holdings<'_>,
) -> (Vec<Anomaly>, Vec<Lead>) {
    let (mut said, mut leads) = (Vec::new(), Vec::new());
    let mail = chain.mail.map(|(_, mail)| mail);
    let at = mail.and_then(|mail| mail.date.as_ref());
    for (span, name, value) in &chain.submitted {
        for address in addresses(value) {
            let Some(kind) = address_kind(&address) else {
                continue;
            };
            let Some(held) = holdings.find(kind, &address, at).into_iter().next() else {
                continue;
            };
            let infrastructure = &held.item.id;
            let (whose, domain) = word_of(name, chain, judged);
            let text = format!(
                "`{name}` names {address} of {infrastructure} as the client; {whose}, so it is no trace"
            );
            said.push(Anomaly::odd("mail.submission-address", Some(*span), text));
            let provider = domain.unwrap_or_else(|| "the provider that took the mail in".to_owned());
            let id = mail
                .and_then(|mail| mail.message_id.as_deref())
                .map_or_else(String::new, |id| format!(" (Message-ID {id})"));
            leads.push(Lead {
                what: format!("who handed in the mail that names {address} as its client"),
                ask: format!("ask {provider} for its record of the submission{id}: account, address, time"),
                kind: Kind::Mail,
                points_to: Some(Target::Infrastructure(infrastructure.clone())),
            });
        }
    }
    (said, leads)
}

/// A submission header: where it stands, its name, its value.
pub(crate) type Submitted<'e> = (Span, &'e str, &'e str);
