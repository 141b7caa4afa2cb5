//! Every value in the evidence as a sighting: what, where, when, and whether it can be a trace of the incident.
//!
//! A trace: what is written into a program, what a capture or log recorded, the sender's address that the victim's own
//! mail host wrote, and the From mailbox: easily forged, but for mails whose signature proves who sent them. No trace: articles, notes, intelligence, mail bodies,
//! headers from beyond the boundary, and log cells that the sender fills in. Those are only listed.

use std::borrow::Cow;
use std::collections::HashSet;

use ascribe_intel::holdings::{Holdings, Own};
use ascribe_model::observation::{Action, IndicatorKind, Saw};
use ascribe_model::text::Role;
use ascribe_model::words::{Kind, Tlp};
use ascribe_model::{Anomaly, Moment, Provenance, Span};

use crate::contacts::two_hop::Relays;
use crate::mail_proof::{Examiner, Sender};
use crate::received::{self, mails};
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
    /// The signature that proves it.
    pub(crate) vouched: Option<Vouched>,
}

/// A signature of the mail that a value stands in, by a key that was valid then.
#[derive(Clone, Debug)]
pub(crate) struct Vouched {
    /// The domain that signed.
    pub(crate) domain: String,
    /// The key's record.
    pub(crate) key: Provenance,
    /// When the key became known to us.
    known: Moment,
    /// Marking of the key's evidence.
    pub(crate) tlp: Tlp,
}

impl Sighting<'_> {
    /// When it became known, with all that it rests on.
    pub(crate) fn known(&self) -> Moment {
        let known = self.evidence.known.clone();
        match &self.vouched {
            Some(vouched) => known.max(vouched.known.clone()),
            None => known,
        }
    }

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
    world: &World<'w>,
    own: &Own,
    holdings: &Holdings<'_>,
    written: &std::collections::BTreeMap<String, Written>,
    anomalies: &mut Vec<(String, Anomaly)>,
) -> Vec<Sighting<'w>> {
    let relays = Relays::of(evidence, world.knowledge, own, holdings, written);
    let mut all = Vec::new();
    let mut examiner = Examiner::new(evidence, world);
    for evidence in evidence.iter().copied() {
        let mut add = |kind,
                       value: Cow<'w, str>,
                       spans: Cow<'w, [Span]>,
                       own_time: Option<Moment>,
                       used,
                       count,
                       entered_here,
                       vouched: Option<Vouched>| {
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
                    vouched,
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
                            None,
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
                            None,
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
                        None,
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
                        None,
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
                        None,
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
                    None,
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
            let Some((span, mail)) = chain.mail else { continue };
            let proof = examiner.examine(&chain, &entry, own);
            let arrived = chain.hops.first().and_then(|(_, hop)| hop.when.clone());
            let at = arrived.or_else(|| mail.date.clone());
            let (used, vouched) = match &proof.sender {
                Sender::Forged | Sender::Refused => (Use::Listed, None),
                Sender::Unproven(_) => (Use::SelfWritten, None),
                Sender::Proven { by, from } => {
                    let judged = proof.judged.get(*by);
                    let vouched = judged.and_then(|judged| {
                        let key = judged.key()?;
                        Some(Vouched {
                            domain: judged.signature.domain.clone(),
                            key: stands(key.evidence, key.span),
                            known: key.evidence.known.clone(),
                            tlp: key.evidence.tlp,
                        })
                    });
                    if let (Some(judged), Some(vouched)) = (judged, &vouched) {
                        // Whoever the From names: the mail passed the servers of the domain that signed it.
                        add(
                            IndicatorKind::Domain,
                            vouched.domain.clone().into(),
                            vec![judged.at].into(),
                            at.clone(),
                            Use::Trace(Kind::Mail),
                            1,
                            false,
                            Some(vouched.clone()),
                        );
                    }
                    match vouched {
                        Some(vouched) if *from => (Use::Trace(Kind::Mail), Some(vouched)),
                        _ => (Use::SelfWritten, None),
                    }
                }
            };
            for mailbox in &mail.from {
                if let Some(value) = ascribe_intel::indicators::canonical(IndicatorKind::Email, mailbox) {
                    dated.insert(value.clone().into());
                    add(
                        IndicatorKind::Email,
                        value.into(),
                        vec![span].into(),
                        at.clone(),
                        used,
                        1,
                        false,
                        vouched.clone(),
                    );
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
                None,
            );
        }
    }
    all
}

/// Whether the system says that it let somebody in or do something.
const fn got_in(action: Action) -> bool {
    !matches!(action, Action::LogonRefused | Action::Other)
}
