//! Every value in the evidence as a sighting: what, where, when, and whether it can be a trace of the incident.
//!
//! A trace: what is written into a program, what a capture or log recorded, the sender's address that the victim's own
//! mail host wrote, and (easily forged) the From mailbox. No trace: articles, notes, intelligence, mail bodies,
//! headers from beyond the boundary, and log cells that the sender fills in. Those are only listed.

use std::borrow::Cow;
use std::collections::HashSet;

use ascribe_intel::holdings::{Holdings, Own};
use ascribe_model::observation::{Action, Hop, IndicatorKind, Mail, Saw};
use ascribe_model::text::Role;
use ascribe_model::words::Kind;
use ascribe_model::{Anomaly, Moment, Provenance, Span};

use super::received;
use crate::contacts::two_hop::Relays;
use crate::sighting::{When, Written, flow_time, stands, when};
use crate::{Evidence, World};

/// How a sighting can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// A trace of the incident.
    Trace(Kind),
    /// A trace that its sender wrote himself.
    SelfWritten,
    /// Somebody talks about it: listed, no trace.
    Listed,
}

/// One value at one place (or several of one artifact).
#[derive(Clone, Debug)]
pub(crate) struct Sighting<'w> {
    pub(crate) evidence: &'w Evidence,
    pub(crate) kind: IndicatorKind,
    pub(crate) value: Cow<'w, str>,
    /// Never empty.
    pub(crate) spans: Cow<'w, [Span]>,
    pub(crate) when: When,
    pub(crate) used: Use,
    pub(crate) count: u64,
    /// The topmost sender from outside, for leads.
    pub(crate) entered_here: bool,
}

impl Sighting<'_> {
    /// Where it stands.
    pub(crate) fn places(&self) -> impl Iterator<Item = Provenance> {
        self.spans.iter().map(|span| stands(self.evidence, *span))
    }
}

/// Log columns that the other side fills in as it likes.
fn is_free_text(cell: &str) -> bool {
    let cell = cell.to_ascii_lowercase();
    [
        "agent",
        "referer",
        "referrer",
        "comment",
        "note",
        "message",
        "description",
        "subject",
        "body",
    ]
    .iter()
    .any(|word| cell.contains(word))
}

/// Everything seen in `evidence`, in order of path; anomalies of mail chains are added to `anomalies`.
pub(crate) fn sightings<'w>(
    evidence: &[&'w Evidence],
    world: &World<'_>,
    own: &Own,
    holdings: &Holdings<'_>,
    written: &std::collections::BTreeMap<String, Written>,
    anomalies: &mut Vec<(String, Anomaly)>,
) -> Vec<Sighting<'w>> {
    let relays = Relays::of(evidence, world.knowledge, own, holdings, written);
    let mut all = Vec::new();
    for evidence in evidence.iter().copied() {
        let mut add = |kind,
                       value: Cow<'w, str>,
                       spans: Cow<'w, [Span]>,
                       own_time: Option<Moment>,
                       used,
                       count,
                       entered_here| {
            if !spans.is_empty() {
                all.push(Sighting {
                    evidence,
                    kind,
                    value,
                    spans,
                    when: when(own_time, evidence, world),
                    used,
                    count,
                    entered_here,
                });
            }
        };
        let record = matches!(evidence.reading.kind.as_str(), "capture" | "log" | "event-log");
        // What a flow or an answer states with its time need not be counted again as a mere mention.
        let mut dated: HashSet<Cow<'_, str>> = HashSet::new();
        for observation in &evidence.reading.observations {
            let at = std::slice::from_ref(&observation.at);
            match &observation.saw {
                Saw::Flow(flow) if record => {
                    let spans = if flow.spans.is_empty() { at } else { &flow.spans };
                    for (this, other) in [(&flow.client, &flow.server), (&flow.server, &flow.client)] {
                        let Some(kind) = crate::sighting::address_kind(this) else {
                            continue;
                        };
                        dated.insert(Cow::from(this));
                        // Traffic with an address that a program carries is a contact, with a host that the victim or a
                        // program talks to as well a contact over a relay; that engine weighs both.
                        let used = if written.contains_key(other) || relays.has(other) {
                            Use::Listed
                        } else {
                            Use::Trace(Kind::Address)
                        };
                        add(
                            kind,
                            this.into(),
                            spans.into(),
                            flow_time(flow),
                            used,
                            flow.connections.max(1),
                            false,
                        );
                    }
                }
                // Who got in came from there; a refused try may be anybody's scan of the whole net.
                Saw::Event(event) if record && got_in(event.action) => {
                    if let Some(from) = &event.from
                        && let Some(kind) = crate::sighting::address_kind(from)
                    {
                        dated.insert(Cow::from(from));
                        let spans = if event.spans.is_empty() { at } else { &event.spans };
                        let own_time = event.first.clone();
                        let used = Use::Trace(Kind::Address);
                        add(
                            kind,
                            from.into(),
                            spans.into(),
                            own_time,
                            used,
                            event.count.max(1),
                            false,
                        );
                    }
                }
                Saw::Resolution(answer) if record => {
                    dated.insert(Cow::from(&answer.name));
                    add(
                        IndicatorKind::Domain,
                        Cow::from(&answer.name),
                        at.into(),
                        answer.first.clone(),
                        Use::Trace(Kind::Address),
                        answer.count.max(1),
                        false,
                    );
                    let kind = crate::sighting::address_kind(&answer.answer).unwrap_or(IndicatorKind::Domain);
                    dated.insert(Cow::from(&answer.answer));
                    add(
                        kind,
                        Cow::from(&answer.answer),
                        at.into(),
                        answer.first.clone(),
                        Use::Trace(Kind::Address),
                        answer.count.max(1),
                        false,
                    );
                }
                Saw::ServerName(asked) if record => {
                    dated.insert(Cow::from(&asked.name));
                    add(
                        IndicatorKind::Domain,
                        Cow::from(&asked.name),
                        at.into(),
                        asked.first.clone(),
                        Use::Trace(Kind::Address),
                        asked.count.max(1),
                        false,
                    );
                }
                _ => {}
            }
        }
        for chain in mails(evidence) {
            let listed = |kind, value: &str| !holdings.find(kind, value, None).is_empty();
            let entry = received::enter(&chain.hops, own, &listed);
            for (index, (span, hop)) in chain.hops.iter().enumerate() {
                let Some((kind, value)) = received::address(hop) else {
                    continue;
                };
                let believed = entry.believed == Some(index);
                let used = if believed {
                    Use::Trace(Kind::Mail)
                } else {
                    Use::Listed
                };
                dated.insert(value.clone().into());
                add(
                    kind,
                    value.clone().into(),
                    vec![*span].into(),
                    hop.when.clone(),
                    used,
                    1,
                    believed,
                );
                if entry.beyond.contains(&index) && listed(kind, &value) {
                    let text = format!(
                        "{value} stands in a header from beyond the victim's mail hosts; anybody could have written it, so it is not used"
                    );
                    anomalies.push((
                        evidence.path.clone(),
                        Anomaly::odd("addresses.beyond-boundary", Some(*span), text),
                    ));
                }
            }
            for index in &entry.pretended {
                if let Some((span, _)) = chain.hops.get(*index) {
                    let text = "a header below the boundary claims to be written by the victim's own host";
                    anomalies.push((
                        evidence.path.clone(),
                        Anomaly::odd("addresses.pretended-hop", Some(*span), text),
                    ));
                }
            }
            if let Some((span, mail)) = chain.mail {
                for mailbox in &mail.from {
                    if let Some(value) = ascribe_intel::indicators::canonical(IndicatorKind::Email, mailbox) {
                        let first = chain.hops.first().and_then(|(_, hop)| hop.when.clone());
                        dated.insert(value.clone().into());
                        add(
                            IndicatorKind::Email,
                            value.into(),
                            vec![span].into(),
                            first.or_else(|| mail.date.clone()),
                            Use::SelfWritten,
                            1,
                            false,
                        );
                    }
                }
            }
        }
        for observation in &evidence.reading.observations {
            let Saw::Mention(mention) = &observation.saw else {
                continue;
            };
            let free = matches!(&mention.role, Role::Cell(name) if is_free_text(name));
            let used = match evidence.reading.kind.as_str() {
                "program" => Use::Trace(Kind::Address),
                "capture" | "log" if !free && !dated.contains(mention.value.as_str()) => {
                    Use::Trace(Kind::Address)
                }
                _ => Use::Listed,
            };
            let spans = if mention.spans.is_empty() {
                std::slice::from_ref(&observation.at)
            } else {
                &mention.spans
            };
            add(
                mention.kind,
                Cow::from(&mention.value),
                spans.into(),
                None,
                used,
                mention.count.max(1),
                false,
            );
        }
    }
    all
}

/// A mail with the headers of its way, newest first.
pub(crate) struct Chain<'e> {
    pub(crate) hops: Vec<(Span, &'e Hop)>,
    pub(crate) mail: Option<(Span, &'e Mail)>,
}

/// The mails of an artifact: a chain starts with hop 0, or with the mail itself.
pub(crate) fn mails(evidence: &Evidence) -> Vec<Chain<'_>> {
    if !matches!(evidence.reading.kind.as_str(), "mail" | "mbox") {
        return Vec::new();
    }
    let mut chains: Vec<Chain<'_>> = Vec::new();
    for observation in &evidence.reading.observations {
        match &observation.saw {
            Saw::Hop(hop) => {
                let fresh = hop.index == 0 && chains.last().is_none_or(|chain| !chain.hops.is_empty());
                if fresh || chains.is_empty() {
                    chains.push(Chain {
                        hops: Vec::new(),
                        mail: None,
                    });
                }
                if let Some(chain) = chains.last_mut() {
                    chain.hops.push((observation.at, hop));
                }
            }
            Saw::Mail(mail) => {
                if chains.last().is_none_or(|chain| chain.mail.is_some()) {
                    chains.push(Chain {
                        hops: Vec::new(),
                        mail: None,
                    });
                }
                if let Some(chain) = chains.last_mut() {
                    chain.mail = Some((observation.at, mail));
                }
            }
            _ => {}
        }
    }
    chains
}

/// Whether the system says that it let somebody in or do something.
const fn got_in(action: Action) -> bool {
    !matches!(action, Action::LogonRefused | Action::Other)
}
