//! Which accounts, mailboxes, devices and addresses were seen together in one observation.
//!
//! An event gives its account, its device and the address that it came from. A mail gives the From mailbox and the
//! address that the victim's own mail host took it from; what its sender wrote beside (X-Originating-IP, the host of the
//! Message-ID) is a claim. A refused logon is no use of an account. Addresses of the victim, private and reserved ones are
//! nobody's. Accounts of the victim count only where they were used from outside.

use std::collections::HashMap;

use ascribe_intel::holdings::{Holdings, Own};
use ascribe_intel::indicators::{canonical, registered};
use ascribe_model::observation::{Action, Event, IndicatorKind, Saw};
use ascribe_model::text::Role;
use ascribe_model::{Day, Moment, Span};

use crate::Evidence;
use crate::received::{self, mails};
use crate::sighting::{Standing, address_kind, standing};

/// Sightings that are kept; more are counted.
const SIGHTINGS_MAX: usize = 8_000_000;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A mailbox.
    Mailbox,
    /// An account of a system.
    Account,
    /// A key, by its fingerprint.
    Key,
    /// A computer, by the name that it gives itself.
    Workstation,
    /// A client program, by the name that it gives itself.
    Client,
    /// An address.
    Address,
}

impl What {
    /// Its word.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Account => "account",
            Self::Key => "key",
            Self::Workstation => "computer",
            Self::Client => "client program",
            Self::Address => "address",
        }
    }
}

/// How good it is that two were together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// A system recorded it.
    Recorded,
    /// The victim's mail host recorded one side, the sender wrote the other: the From header.
    SelfWritten,
    /// The sender wrote both, or it stands below the mail trust boundary.
    Claimed,
}

impl How {
    /// Its word.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::SelfWritten => "self-written",
            Self::Claimed => "claimed",
        }
    }
}

/// A mailbox, an account, a device or an address.
#[derive(Clone, Debug)]
pub(super) struct Node<'w> {
    pub(super) what: What,
    /// Canonical.
    pub(super) name: String,
    /// Whether it is the victim's.
    pub(super) own: bool,
    /// Whether it is set aside for documents.
    pub(super) placeholder: bool,
    /// First appearance: day known, place in the evidence.
    pub(super) first: (Day, u32, u64),
    /// Up to two origins that the case documents.
    pub(super) origins: Vec<&'w str>,
    /// Why it ties nobody, if so.
    pub(super) shared: Option<String>,
}

/// Two nodes in one observation.
#[derive(Clone, Debug)]
pub(super) struct Sighting<'w> {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) first: Option<&'w Moment>,
    pub(super) last: Option<&'w Moment>,
    pub(super) evidence: u32,
    pub(super) span: Span,
    pub(super) count: u64,
    pub(super) how: How,
}

/// All that was seen together.
#[derive(Debug, Default)]
pub(super) struct Seen<'w> {
    pub(super) nodes: Vec<Node<'w>>,
    pub(super) sightings: Vec<Sighting<'w>>,
    pub(super) refused: u64,
    pub(super) dropped: u64,
    names: HashMap<What, HashMap<String, u32>>,
}

impl<'w> Seen<'w> {
    fn node(&mut self, what: What, name: &str, at: (&'w Evidence, u32, u64)) -> Option<u32> {
        let (evidence, index, byte) = at;
        let first = (evidence.known.last_day(), index, byte);
        let names = self.names.entry(what).or_default();
        let id = match names.get(name) {
            Some(id) => *id,
            None => {
                let id = u32::try_from(self.nodes.len()).ok()?;
                names.insert(name.to_owned(), id);
                self.nodes.push(Node {
                    what,
                    name: name.to_owned(),
                    own: false,
                    placeholder: false,
                    first,
                    origins: Vec::new(),
                    shared: None,
                });
                id
            }
        };
        let node = self.nodes.get_mut(usize::try_from(id).ok()?)?;
        node.first = node.first.min(first);
        if node.origins.len() < 2 && documented(evidence) && !node.origins.contains(&evidence.origin.as_str())
        {
            node.origins.push(&evidence.origin);
        }
        Some(id)
    }

    fn mark(&mut self, id: u32, change: impl FnOnce(&mut Node<'w>)) {
        if let Some(node) = usize::try_from(id).ok().and_then(|id| self.nodes.get_mut(id)) {
            change(node);
        }
    }

    fn pair(&mut self, sighting: Sighting<'w>) {
        if self.sightings.len() >= SIGHTINGS_MAX {
            self.dropped = self.dropped.saturating_add(1);
        } else if sighting.a != sighting.b {
            let (a, b) = (sighting.a.min(sighting.b), sighting.a.max(sighting.b));
            self.sightings.push(Sighting { a, b, ..sighting });
        }
    }

    /// An address that can be somebody's.
    fn address(&mut self, text: &str, own: &Own, at: (&'w Evidence, u32, u64)) -> Option<u32> {
        let kind = address_kind(text)?;
        let standing = standing(kind, text, own);
        if !matches!(standing, Standing::Global | Standing::Documentation) {
            return None;
        }
        let id = self.node(What::Address, text, at)?;
        self.mark(id, |node| node.placeholder = standing == Standing::Documentation);
        Some(id)
    }
}

/// Whether the case says of the evidence where it comes from; else its origin is its own path.
fn documented(evidence: &Evidence) -> bool {
    let top = evidence.path.split('!').next().unwrap_or_default();
    evidence.origin != top
}

/// What was seen together in `evidence`, in its order.
pub(super) fn seen<'w>(evidence: &[&'w Evidence], own: &Own, holdings: &Holdings<'_>) -> Seen<'w> {
    let mut seen = Seen::default();
    for (index, evidence) in (0u32..).zip(evidence.iter().copied()) {
        let top = (evidence, index);
        for observation in &evidence.reading.observations {
            if let Saw::Event(event) = &observation.saw {
                self::event(&mut seen, top, observation.at, event, own);
            }
        }
        mail(&mut seen, top, own, holdings);
    }
    seen
}

fn event<'w>(seen: &mut Seen<'w>, top: (&'w Evidence, u32), at: Span, event: &'w Event, own: &Own) {
    if event.action == Action::LogonRefused {
        seen.refused = seen.refused.saturating_add(event.count);
        return;
    }
    let span = event.spans.first().copied().unwrap_or(at);
    let at = (top.0, top.1, span.start);
    let from = event.from.as_deref().and_then(|from| seen.address(from, own, at));
    let account = event.account.as_deref().and_then(|name| {
        let (what, name, is_own) = account(name, event.host.as_deref(), own)?;
        // The victim's people at their own desks are nobody's business here.
        if is_own && from.is_none() {
            return None;
        }
        let id = seen.node(what, &name, at)?;
        seen.mark(id, |node| node.own = is_own);
        Some((id, is_own))
    });
    // A device of the victim that was not used from outside says nothing of an operator.
    let outside = from.is_some() || account.is_some_and(|(_, own)| !own);
    let device = event.device.as_deref().filter(|_| outside).and_then(|name| {
        let (what, name) = device(name)?;
        let is_own = what == What::Workstation && own.has_name(&name);
        (!is_own).then(|| seen.node(what, &name, at)).flatten()
    });
    let account = account.map(|(id, _)| id);
    let last = event.last.as_ref().or(event.first.as_ref());
    for (a, b) in [(account, from), (account, device), (device, from)] {
        if let (Some(a), Some(b)) = (a, b) {
            seen.pair(Sighting {
                a,
                b,
                first: event.first.as_ref(),
                last,
                evidence: top.1,
                span,
                count: event.count.max(1),
                how: How::Recorded,
            });
        }
    }
}

/// What an account's name names, canonical, and whether it is the victim's: all are, but for mailboxes elsewhere and for
/// accounts on hosts that have a full name elsewhere.
fn account(name: &str, host: Option<&str>, own: &Own) -> Option<(What, String, bool)> {
    let name = name.trim();
    if name.is_empty() || name == "-" || name.ends_with('$') || name.len() > 320 {
        return None;
    }
    if let Some(mailbox) = canonical(IndicatorKind::Email, name) {
        let is_own = own.has(IndicatorKind::Email, &mailbox);
        return Some((What::Mailbox, mailbox, is_own));
    }
    let elsewhere = host
        .and_then(|host| canonical(IndicatorKind::Domain, host))
        .filter(|host| host.contains('.') && !own.has_name(host))
        .filter(|host| standing(IndicatorKind::Domain, host, own) != Standing::Private);
    Some(match elsewhere {
        Some(host) => (What::Account, format!("{name} on {host}"), false),
        None => (What::Account, name.to_owned(), true),
    })
}

/// Names that installers, virtual machines and everybody give.
const COMMON_NAMES: [&str; 24] = [
    "localhost",
    "unknown",
    "workstation",
    "computer",
    "desktop",
    "laptop",
    "server",
    "pc",
    "user",
    "admin",
    "home",
    "windows",
    "user-pc",
    "admin-pc",
    "home-pc",
    "mypc",
    "my-pc",
    "test",
    "ubuntu",
    "debian",
    "kali",
    "macbook",
    "macbook-pro",
    "nmap",
];

/// What a device's name names, canonical.
fn device(name: &str) -> Option<(What, String)> {
    let name = name.trim();
    if name.is_empty() || name == "-" || name.len() > 500 {
        return None;
    }
    let pairs = name.split(':').count() == 16
        && name
            .split(':')
            .all(|pair| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if pairs {
        return Some((What::Key, format!("MD5:{}", name.to_ascii_lowercase())));
    }
    if name.starts_with("SHA256:") || name.starts_with("MD5:") {
        return Some((What::Key, name.to_owned()));
    }
    if name.contains([' ', '/', '(', ';']) {
        return Some((What::Client, name.to_owned()));
    }
    if address_kind(name).is_some() {
        return None;
    }
    let lower = name.trim_start_matches('\\').to_ascii_lowercase();
    (!lower.is_empty() && !COMMON_NAMES.contains(&lower.as_str())).then_some((What::Workstation, lower))
}

/// Domains of services that deliver many people's mail. Source: the services' own documentation of their outgoing hosts,
/// as of 2024; a judged list that can only make a tie less, never more.
const MAIL_SERVICES: [&str; 34] = [
    "google.com",
    "googlemail.com",
    "gmail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "office365.com",
    "yahoo.com",
    "yahoodns.net",
    "aol.com",
    "yandex.ru",
    "yandex.net",
    "yandex.com",
    "mail.ru",
    "rambler.ru",
    "gmx.net",
    "gmx.com",
    "web.de",
    "t-online.de",
    "protonmail.ch",
    "proton.me",
    "tutanota.de",
    "icloud.com",
    "apple.com",
    "me.com",
    "zoho.com",
    "fastmail.com",
    "messagingengine.com",
    "qq.com",
    "163.com",
    "126.com",
    "sina.com",
    "amazonses.com",
    "sendgrid.net",
];

/// Headers in which a webmail service writes the address of whoever sent the mail: claims, since they came with it.
const CLIENT_HEADERS: [&str; 5] = [
    "x-originating-ip",
    "x-originating-client-ip",
    "x-sender-ip",
    "x-client-ip",
    "x-source-ip",
];

fn mail<'w>(seen: &mut Seen<'w>, top: (&'w Evidence, u32), own: &Own, holdings: &Holdings<'_>) {
    let (evidence, index) = top;
    for chain in mails(evidence) {
        let Some((span, mail)) = chain.mail else { continue };
        let at = (evidence, index, span.start);
        let from: Vec<(u32, String)> = mail
            .from
            .iter()
            .take(4)
            .filter_map(|mailbox| canonical(IndicatorKind::Email, mailbox))
            // A mail that comes in from outside in the victim's name shows the victim's mailbox, not its user.
            .filter(|mailbox| !own.has(IndicatorKind::Email, mailbox))
            .filter_map(|mailbox| Some((seen.node(What::Mailbox, &mailbox, at)?, mailbox)))
            .collect();
        let listed = |kind, value: &str| !holdings.find(kind, value, None).is_empty();
        let entry = received::enter(&chain.hops, own, &listed);
        let believed = entry
            .believed
            .and_then(|hop| Some((hop, chain.hops.get(hop)?)))
            .and_then(|(hop, (hop_span, believed))| {
                let (_, value) = received::address(believed)?;
                let id = seen.address(&value, own, (evidence, index, hop_span.start))?;
                Some((hop, *hop_span, *believed, id))
            });
        let when = chain
            .hops
            .first()
            .and_then(|(_, hop)| hop.when.as_ref())
            .or(mail.date.as_ref());
        let pair = |a: u32, b: u32, span: Span, how: How| Sighting {
            a,
            b,
            first: when,
            last: when,
            evidence: index,
            span,
            count: 1,
            how,
        };
        if let Some((hop, hop_span, believed, id)) = believed {
            let relay = relays(believed, hop, chain.hops.len(), &from);
            for (mailbox, _) in &from {
                seen.pair(pair(*mailbox, id, hop_span, How::SelfWritten));
            }
            if let Some(why) = relay {
                seen.mark(id, |node| {
                    node.shared = [node.shared.take(), Some(why)].into_iter().flatten().min();
                });
            }
        }
        let computer = mail
            .message_id
            .as_deref()
            .and_then(|id| id.rsplit_once('@'))
            .and_then(|(_, host)| computer(host));
        let computer = computer.and_then(|name| seen.node(What::Workstation, &name, at));
        for (mailbox, _) in &from {
            if let Some(computer) = computer {
                seen.pair(pair(*mailbox, computer, span, How::Claimed));
            }
        }
        for observation in &evidence.reading.observations {
            let Saw::Text(text) = &observation.saw else {
                continue;
            };
            let Role::Header(name) = &text.role else { continue };
            if !CLIENT_HEADERS.contains(&name.as_str()) {
                continue;
            }
            let value = text.as_str().trim().trim_start_matches('[').trim_end_matches(']');
            let Ok(parsed) = value.parse::<std::net::IpAddr>() else {
                continue;
            };
            let place = (evidence, index, observation.at.start);
            if let Some(id) = seen.address(&parsed.to_string(), own, place) {
                for (mailbox, _) in &from {
                    seen.pair(pair(*mailbox, id, observation.at, How::Claimed));
                }
                if let Some(computer) = computer {
                    seen.pair(pair(computer, id, observation.at, How::Claimed));
                }
            }
        }
    }
}

/// Why the believed sender's address is that of a service or relay, which many people use.
fn relays(
    hop: &ascribe_model::observation::Hop,
    index: usize,
    hops: usize,
    from: &[(u32, String)],
) -> Option<String> {
    if index.saturating_add(1) < hops {
        return Some("a relay: it handed on a mail that it had from elsewhere".to_owned());
    }
    let name = hop.from_name.as_deref()?.split_whitespace().next()?;
    let name = canonical(IndicatorKind::Domain, name)?;
    let domain = registered(&name);
    let of_sender = from.iter().any(|(_, mailbox)| {
        mailbox
            .rsplit_once('@')
            .is_some_and(|(_, host)| registered(host) == domain)
    });
    (of_sender || MAIL_SERVICES.contains(&domain)).then(|| format!("a host of the mail service {domain}"))
}

/// A computer's own name in a Message-ID: a name without a domain, or under a private one.
fn computer(host: &str) -> Option<String> {
    let host = host.trim().trim_end_matches('.').to_ascii_lowercase();
    let first = host.split('.').next().unwrap_or_default();
    let private = ["local", "lan", "localdomain", "internal", "home"];
    let bare = !host.contains('.') || private.iter().any(|tail| host.rsplit('.').next() == Some(tail));
    let plausible = (3..=63).contains(&host.len())
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    (bare && plausible && !COMMON_NAMES.contains(&first)).then_some(host)
}
