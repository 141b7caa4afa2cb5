//! Which sender's address a chain of `Received` headers gives that the victim's own hosts wrote.
//!
//! From the top down, a header is believed while a host of the victim wrote it and the one above was handed the mail
//! by the victim's own host. The first address from outside is the boundary; everything below came with the mail and
//! may be forged, also where it names the victim's hosts. Without mail hosts in the case only the topmost is believed.

use ascribe_intel::holdings::Own;
use ascribe_model::Span;
use ascribe_model::observation::{Hop, IndicatorKind, Mail, Saw, Signature};
use ascribe_model::text::{Role, Text};

use crate::Evidence;
use crate::mail_proof::{Submitted, is_submission};
use crate::sighting::{Standing, address_kind, standing};

/// A chain, judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Index in the chain of the header whose sender is believed.
    pub(crate) believed: Option<usize>,
    /// Indices below the boundary that name an address.
    pub(crate) beyond: Vec<usize>,
    /// Those of them that claim to be written by the victim.
    pub(crate) pretended: Vec<usize>,
}

/// Host name of a `by` or `from` part, lower case, without what follows it.
pub(crate) fn host(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    word.trim_matches(|letter: char| matches!(letter, '[' | ']' | '(' | ')' | ';' | '.'))
        .to_ascii_lowercase()
}

/// The address of a hop, canonical.
pub(crate) fn address(hop: &Hop) -> Option<(IndicatorKind, String)> {
    let text = hop
        .from_address
        .as_deref()?
        .trim()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let text = text.strip_prefix("IPv6:").unwrap_or(text);
    let parsed: std::net::IpAddr = text.parse().ok()?;
    let text = parsed.to_string();
    Some((address_kind(&text)?, text))
}

/// Judges `hops`, newest first. `listed` says whether an address belongs to the case's infrastructure: such a one is
/// never taken for an unlisted host of the victim.
pub(crate) fn enter(hops: &[(Span, &Hop)], own: &Own, listed: &dyn Fn(IndicatorKind, &str) -> bool) -> Entry {
    let mut entry = Entry::default();
    let mut trusted = true;
    for (index, (_, hop)) in hops.iter().enumerate() {
        let by = hop.by.as_deref().map(host).unwrap_or_default();
        let boundary = own.is_mail_host(&by);
        let ours = boundary || own.has_name(&by);
        if !trusted {
            if hop.from_address.is_some() {
                entry.beyond.push(index);
            }
            if ours {
                entry.pretended.push(index);
            }
            continue;
        }
        if !own.has_mail_hosts() {
            // Nobody says which hosts are the victim's: the header on top was written by whoever delivered the mail.
            trusted = false;
            entry.believed = address(hop).map(|_| index);
            continue;
        }
        if !ours {
            trusted = false;
            if hop.from_address.is_some() {
                entry.beyond.push(index);
            }
            continue;
        }
        let Some((kind, value)) = address(hop) else {
            // Handed on inside a host: no sender's address to write. From a name that is not ours it is the boundary.
            trusted = hop
                .from_name
                .as_deref()
                .map(host)
                .is_none_or(|name| own.has_name(&name) || name == "localhost");
            continue;
        };
        let inside = matches!(standing(kind, &value, own), Standing::Victim | Standing::Private);
        // An inner host took it from a mail host whose address the case does not list.
        let from_mail_host = !boundary
            && hop
                .from_name
                .as_deref()
                .map(host)
                .is_some_and(|name| own.is_mail_host(&name))
            && !listed(kind, &value)
            && hops.get(index + 1).is_some_and(|(_, next)| {
                next.by
                    .as_deref()
                    .map(host)
                    .is_some_and(|by| own.is_mail_host(&by))
            });
        if inside || from_mail_host {
            continue;
        }
        entry.believed = Some(index);
        trusted = false;
    }
    entry
}

/// One mail of an artifact.
#[derive(Debug, Default)]
pub(crate) struct Chain<'e> {
    /// Its Received headers, newest first.
    pub(crate) hops: Vec<(Span, &'e Hop)>,
    /// The mail.
    pub(crate) mail: Option<(Span, &'e Mail)>,
    /// Its signatures, in order.
    pub(crate) signatures: Vec<(Span, &'e Signature)>,
    /// The envelope's sender, where it stands above the Received headers: the last host wrote it there.
    pub(crate) envelope: Option<&'e str>,
    /// Headers in which servers name the client that handed it in.
    pub(crate) submitted: Vec<Submitted<'e>>,
}

/// The name of the header that a text is the value of.
fn header(text: &Text) -> Option<&str> {
    match &text.role {
        Role::Header(name) => Some(name),
        _ => None,
    }
}

/// The mails of an artifact: a chain starts with hop 0, or with the mail itself.
pub(crate) fn mails(evidence: &Evidence) -> Vec<Chain<'_>> {
    if !matches!(evidence.reading.kind.as_str(), "mail" | "mbox") {
        return Vec::new();
    }
    let mut chains: Vec<Chain<'_>> = Vec::new();
    for observation in &evidence.reading.observations {
        let fresh = match &observation.saw {
            Saw::Hop(hop) => hop.index == 0 && chains.last().is_none_or(|chain| !chain.hops.is_empty()),
            Saw::Mail(_) => chains.last().is_none_or(|chain| chain.mail.is_some()),
            Saw::Signature(_) => false,
            Saw::Text(text)
                if header(text).is_some_and(|name| name == "return-path" || is_submission(name)) =>
            {
                false
            }
            _ => continue,
        };
        if fresh || chains.is_empty() {
            chains.push(Chain::default());
        }
        let Some(chain) = chains.last_mut() else { continue };
        match &observation.saw {
            Saw::Hop(hop) => chain.hops.push((observation.at, hop)),
            Saw::Mail(mail) => chain.mail = Some((observation.at, mail)),
            Saw::Signature(signature) => chain.signatures.push((observation.at, signature)),
            Saw::Text(text) => {
                let above = |(at, _): &(Span, &Hop)| observation.at.start < at.start;
                match header(text) {
                    Some(name) if is_submission(name) => {
                        chain.submitted.push((observation.at, name, text.as_str()));
                    }
                    _ if chain.envelope.is_none() && chain.hops.first().is_some_and(above) => {
                        let mailbox = text.as_str().trim();
                        chain.envelope = Some(mailbox.trim_start_matches('<').trim_end_matches('>'));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    chains
}

#[cfg(test)]
mod tests {
    use ascribe_intel::Victim;

    use super::*;

    fn own(hosts: &[&str]) -> Own {
        Own::new(&Victim {
            networks: vec!["192.0.2.0/24".into()],
            domains: vec!["studio.example".into()],
            mail_hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
            ..Victim::default()
        })
    }

    fn check(own: &Own, chain: &[(&str, &str, &str)]) -> (Option<usize>, Vec<usize>, Vec<usize>) {
        let hops: Vec<Hop> = chain
            .iter()
            .map(|(name, address, by)| Hop {
                from_name: (!name.is_empty()).then(|| (*name).to_owned()),
                from_address: (!address.is_empty()).then(|| (*address).to_owned()),
                by: Some((*by).to_owned()),
                ..Hop::default()
            })
            .collect();
        let hops: Vec<(Span, &Hop)> = hops.iter().map(|hop| (Span::default(), hop)).collect();
        let entry = enter(&hops, own, &|_, value| value.starts_with("175.45."));
        (entry.believed, entry.beyond, entry.pretended)
    }

    #[test]
    fn the_first_sender_from_outside_is_believed_and_nothing_below() {
        let own = own(&["mx1.studio.example"]);
        let chain = [
            ("mx1.studio.example", "192.0.2.25", "mail2.studio.example"),
            ("relay.freemail.test", "203.0.113.140", "mx1.studio.example"),
            ("", "175.45.178.10", "webmail.freemail.test"),
        ];
        assert_eq!(check(&own, &chain), (Some(1), vec![2], vec![]));
    }

    #[test]
    fn a_forged_header_that_names_our_host_is_not_believed() {
        let own = own(&["mx1.studio.example"]);
        let chain = [
            ("x", "8.8.4.4", "mx1.studio.example"),
            ("y", "175.45.178.10", "mx1.studio.example"),
        ];
        assert_eq!(check(&own, &chain), (Some(0), vec![1], vec![1]));
    }

    #[test]
    fn a_mail_host_with_an_unlisted_address_is_passed_unless_the_address_is_known() {
        let own = own(&["mx1.studio.example"]);
        let passed = [
            ("mx1.studio.example", "8.8.4.4", "mail2.studio.example"),
            ("z", "175.45.178.10", "mx1.studio.example"),
        ];
        assert_eq!(check(&own, &passed), (Some(1), vec![], vec![]));
        let posing = [
            ("mx1.studio.example", "175.45.176.9", "mail2.studio.example"),
            ("z", "8.8.8.8", "mx1.studio.example"),
        ];
        assert_eq!(check(&own, &posing), (Some(0), vec![1], vec![1]));
    }

    #[test]
    fn without_mail_hosts_only_the_topmost_counts() {
        let own = own(&[]);
        let chain = [
            ("a", "175.45.178.10", "mail.studio.example"),
            ("b", "8.8.8.8", "mail.studio.example"),
        ];
        assert_eq!(check(&own, &chain).0, Some(0));
        assert_eq!(
            check(&own, &[("a", "", "mail.studio.example"), ("b", "8.8.8.8", "m")]).0,
            None
        );
    }

    #[test]
    fn a_chain_that_starts_at_a_stranger_gives_nothing() {
        let own = own(&["mx1.studio.example"]);
        assert_eq!(
            check(&own, &[("a", "175.45.178.10", "mx.elsewhere.test")]),
            (None, vec![0], vec![])
        );
    }
}
