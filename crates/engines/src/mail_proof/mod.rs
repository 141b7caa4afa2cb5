//! Which mails are as their signing domain sent them, judged with keys that were valid then.
//!
//! A valid signature says that a mail passed the servers of a domain unchanged: authenticity of the mail, not a party.
//! Where the domain or mailbox belongs to known infrastructure the engine `addresses` makes the finding and asks
//! here whether the From line is proven; so one trace is never counted twice. What is broken, forged or too weak becomes
//! an anomaly and strengthens nothing. Looks up nothing: a key that the case does not hold is unknown.
//! Source: RFC 6376, RFC 8301, RFC 8463; CASE, "A key file for DKIM".

mod keys;
mod macros;
mod policy;
mod records;
mod sender;
mod spf;
mod submission;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::holdings::{Holdings, Own};
use ascribe_model::finding::{Target, engine_finding_id};
use ascribe_model::observation::{Hop, IndicatorKind, Signs};
use ascribe_model::words::{About, Kind};
use ascribe_model::{Anomaly, Moment, Provenance};

use self::policy::{Delivery, Dmarc, Policies, Sealed, policies, sealed};
use self::records::Records;
pub(crate) use self::sender::{Judged, Sender, mailbox};
use self::spf::Spf;
pub(crate) use self::submission::{Submitted, is_submission};
pub(crate) use self::verdict::Tried;
use self::verdict::{Judge, Times, Verdict, key_name};
use crate::received::{self, Chain, Entry};
use crate::sighting::{blank, of_incident, place, stands};
use crate::{Evidence, Lead, Suggestions, World};

/// The name of the engine.
pub const NAME: &str = "mail-proof";
/// Places that a finding names.
const PLACES_MAX: usize = 16;
/// Findings about proven mailboxes.
const FINDINGS_MAX: usize = 50;
/// Leads about keys.
const LEADS_MAX: usize = 10;

/// A mail with what its signatures prove.
#[derive(Debug)]
pub(crate) struct Proof<'w> {
    pub(crate) judged: Vec<Judged<'w>>,
    pub(crate) sender: Sender,
    policies: Policies,
    sealed: Sealed,
}

/// Examines mails of one world.
pub(crate) struct Examiner<'w> {
    judge: Judge<'w>,
    clocks: &'w BTreeMap<String, i64>,
}

impl<'w> Examiner<'w> {
    /// With the records among `evidence`.
    pub(crate) fn new(evidence: &[&'w Evidence], world: &World<'w>) -> Self {
        Self {
            judge: Judge::new(Records::new(evidence), world.memo),
            clocks: &world.knowledge.victim.clocks,
        }
    }

    /// What the signatures of a mail prove. `entry` says which of its hops are believed.
    pub(crate) fn examine(&mut self, chain: &Chain<'w>, entry: &Entry, own: &Own) -> Proof<'w> {
        let arrived = entry
            .believed
            .and_then(|index| chain.hops.get(index))
            .and_then(|(_, hop)| corrected(hop, self.clocks));
        let arrived = arrived.as_ref();
        let mail = chain.mail.map(|(_, mail)| mail);
        let judged: Vec<Judged<'w>> = chain
            .signatures
            .iter()
            .map(|(at, signature)| {
                let times = Times::of(signature, mail, arrived);
                Judged {
                    at: *at,
                    signature,
                    verdict: self.judge.verdict(signature, &times),
                    times,
                }
            })
            .collect();
        let from = mailbox(chain).map(|(_, domain)| domain);
        let hop = entry
            .believed
            .and_then(|index| chain.hops.get(index))
            .map(|(_, hop)| *hop);
        let delivery = Delivery {
            address: hop
                .and_then(received::address)
                .and_then(|(_, address)| address.parse().ok()),
            helo: hop.and_then(|hop| hop.from_name.as_deref()),
            envelope: chain.envelope,
            at: arrived.or_else(|| mail.and_then(|mail| mail.date.as_ref())),
            from: from.as_deref(),
        };
        let policies = policies(&delivery, &judged, &self.judge.records);
        let sender = match sender::sender(&judged, chain, own) {
            Sender::Unproven(_) if matches!(policies.dmarc, Dmarc::Fail { sure: true, .. }) => {
                Sender::Refused
            }
            sender => sender,
        };
        Proof {
            sealed: sealed(&judged),
            judged,
            sender,
            policies,
        }
    }
}

/// What the signatures of the world suggest.
#[must_use]
pub fn suggest(world: &World<'_>) -> Suggestions {
    let own = Own::new(&world.knowledge.victim);
    let holdings = Holdings::new(world.knowledge);
    let evidence = of_incident(world);
    let listed = |kind, value: &str| !holdings.find(kind, value, None).is_empty();
    let mut examiner = Examiner::new(&evidence, world);
    let mut out = Suggestions::default();
    let mut proven: BTreeMap<(String, String, String), Vec<Mailing>> = BTreeMap::new();
    let mut leads = BTreeSet::new();
    for evidence in evidence.iter().copied() {
        for chain in received::mails(evidence) {
            let nothing = chain.signatures.is_empty()
                && chain.submitted.is_empty()
                && examiner.judge.records.is_empty();
            if chain.mail.is_none() || nothing {
                continue;
            }
            let entry = received::enter(&chain.hops, &own, &listed);
            let proof = examiner.examine(&chain, &entry, &own);
            for one in &proof.judged {
                let kind = match one.signature.signs {
                    Signs::Mail => "signatures",
                    Signs::Passage | Signs::Chain => "ARC signatures",
                };
                count(&mut out.counts, format!("{kind}: {}", one.verdict.name()));
                if let Some((code, text)) = one.verdict.complaint(one.signature) {
                    let mut text = text;
                    if let Some(key) = one.verdict.key() {
                        text = format!("{text} (key in {})", place(&stands(key.evidence, key.span)));
                    }
                    if one.signature.bare_line_ends && !matches!(one.verdict, Verdict::Faulty(_)) {
                        text.push_str("; line ends that are LF alone were read as CR LF");
                    }
                    out.anomalies
                        .push((evidence.path.clone(), Anomaly::odd(code, Some(one.at), text)));
                }
                if matches!(one.verdict, Verdict::KeyUnknown) {
                    leads.extend(key_lead(one, &chain, &holdings));
                }
            }
            let (claims, asked) = submission::claims(&chain, &proof.judged, &holdings);
            out.anomalies
                .extend(claims.into_iter().map(|claim| (evidence.path.clone(), claim)));
            leads.extend(asked);
            let at = chain.mail.map(|(at, _)| at);
            for (code, text) in policy_complaints(&proof, &mut out.counts) {
                out.anomalies
                    .push((evidence.path.clone(), Anomaly::odd(code, at, text)));
            }
            match &proof.sender {
                Sender::Proven { by, from } => {
                    count(&mut out.counts, "mails proven".to_owned());
                    if let (Some(judged), Some((sender, _))) = (proof.judged.get(*by), mailbox(&chain)) {
                        let domain = judged.signature.domain.clone();
                        let key = (sender, domain, evidence.origin.clone());
                        proven
                            .entry(key)
                            .or_default()
                            .extend(Mailing::of(evidence, judged, *from));
                    }
                }
                Sender::Forged => count(&mut out.counts, "mails with a forged signature".to_owned()),
                Sender::Refused => count(&mut out.counts, "mails to be turned away".to_owned()),
                Sender::Unproven(_) => count(&mut out.counts, "mails not proven".to_owned()),
            }
        }
    }
    let mut groups: Vec<_> = proven.into_iter().collect();
    groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    out.findings = groups
        .into_iter()
        .take(FINDINGS_MAX)
        .filter_map(|((sender, domain, origin), mails)| finding(&sender, &domain, &origin, mails, world))
        .collect();
    out.findings.sort_by(|a, b| a.id.cmp(&b.id));
    out.leads.extend(leads.into_iter().take(LEADS_MAX));
    out.anomalies.sort();
    out.anomalies.dedup();
    out
}

/// The verdict on one signature, for comparison with other programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Path of the mail.
    pub path: String,
    /// `mail`, `passage` or `chain`, as in `ascribe_model::observation::Signs`.
    pub signs: Signs,
    /// `i=` of ARC.
    pub instance: Option<u32>,
    /// The signing domain.
    pub domain: String,
    /// Its selector.
    pub selector: String,
    /// The verdict in a word or two.
    pub verdict: &'static str,
    /// What is wrong, where something is.
    pub why: Option<String>,
}

/// The verdict on every signature of the world's mails, in order; and on each chain of seals: path, pass, fail or
/// unknown, why.
#[must_use]
pub fn rulings(world: &World<'_>) -> (Vec<Ruling>, Vec<(String, &'static str, String)>) {
    let own = Own::new(&world.knowledge.victim);
    let evidence = of_incident(world);
    let mut examiner = Examiner::new(&evidence, world);
    let (mut out, mut chains) = (Vec::new(), Vec::new());
    for evidence in evidence.iter().copied() {
        for chain in received::mails(evidence) {
            let entry = received::enter(&chain.hops, &own, &|_, _| false);
            let proof = examiner.examine(&chain, &entry, &own);
            let sealed = match proof.sealed {
                Sealed::No => None,
                Sealed::Pass(handlers) => Some(("pass", format!("{handlers} handlers"))),
                Sealed::Fail(why) => Some(("fail", why)),
                Sealed::Unknown(why) => Some(("unknown", why)),
            };
            chains.extend(sealed.map(|(verdict, why)| (evidence.path.clone(), verdict, why)));
            for one in proof.judged {
                out.push(Ruling {
                    path: evidence.path.clone(),
                    signs: one.signature.signs,
                    instance: one.signature.instance,
                    domain: one.signature.domain.clone(),
                    selector: one.signature.selector.clone(),
                    verdict: one.verdict.name(),
                    why: one.verdict.complaint(one.signature).map(|(_, text)| text),
                });
            }
        }
    }
    (out, chains)
}

/// The time that a host wrote, less what the case says its clock was ahead by.
fn corrected(hop: &Hop, clocks: &BTreeMap<String, i64>) -> Option<Moment> {
    let when = hop.when.as_ref()?;
    let host = hop.by.as_deref().map(received::host).unwrap_or_default();
    let short = host.split('.').next().unwrap_or_default();
    let ahead = clocks.get(&host).or_else(|| clocks.get(short));
    let right = ahead.and_then(|ahead| {
        let micros = sender::seconds(when)?
            .checked_sub(*ahead)?
            .checked_mul(1_000_000)?;
        Moment::of_epoch_micros(micros)
    });
    Some(right.unwrap_or_else(|| when.clone()))
}

fn count(counts: &mut BTreeMap<String, u64>, what: String) {
    let count = counts.entry(what).or_default();
    *count = count.saturating_add(1);
}

/// What the policies of the From's domain and the seals of handlers say against a mail; all of it is counted.
fn policy_complaints(proof: &Proof<'_>, counts: &mut BTreeMap<String, u64>) -> Vec<(&'static str, String)> {
    let mut said = Vec::new();
    if let Some((domain, spf)) = &proof.policies.spf {
        count(counts, format!("SPF: {}", spf.name()));
        if matches!(spf, Spf::Fail | Spf::SoftFail) {
            let text = format!(
                "the policy of {domain} does not let the address send its mail that gave this one to the victim's host (SPF {})",
                spf.name()
            );
            said.push(("mail.spf-fail", text));
        }
    }
    match &proof.policies.dmarc {
        Dmarc::NoRecord => {}
        Dmarc::Pass => count(counts, "DMARC: pass".to_owned()),
        Dmarc::Unknown => count(counts, "DMARC: unknown".to_owned()),
        Dmarc::Fail { domain, asks, sure } => {
            count(counts, "DMARC: fail".to_owned());
            let then = if *sure {
                "; that held then, so the From line is no trace"
            } else {
                ""
            };
            let text = format!(
                "neither signature nor address is of the From's domain; the policy of {domain} for such mail is `{asks}`{then}"
            );
            said.push(("mail.dmarc-fail", text));
        }
    }
    match &proof.sealed {
        Sealed::No => {}
        Sealed::Pass(handlers) => count(counts, format!("ARC chains: pass, {handlers} handlers")),
        Sealed::Unknown(_) => count(counts, "ARC chains: unknown".to_owned()),
        Sealed::Fail(why) => {
            count(counts, "ARC chains: fail".to_owned());
            said.push((
                "mail.arc-fail",
                format!("the chain of seals does not hold: {why}"),
            ));
        }
    }
    said
}

/// One proven mail of a sender.
struct Mailing {
    at: Provenance,
    key: Provenance,
    known: Moment,
    tlp: ascribe_model::words::Tlp,
    signed: Option<Moment>,
    from: bool,
    bare_line_ends: bool,
}

impl Mailing {
    fn of(evidence: &Evidence, judged: &Judged<'_>, from: bool) -> Option<Self> {
        let key = judged.key()?;
        Some(Self {
            at: stands(evidence, judged.at),
            key: stands(key.evidence, key.span),
            known: evidence.known.clone().max(key.evidence.known.clone()),
            tlp: evidence.tlp.max(key.evidence.tlp),
            signed: judged.times.signed.clone(),
            from,
            bare_line_ends: judged.signature.bare_line_ends,
        })
    }
}

/// That mails of a sender are as their domain sent them: shown, of no weight about any party.
fn finding(
    sender: &str,
    domain: &str,
    origin: &str,
    mut mails: Vec<Mailing>,
    world: &World<'_>,
) -> Option<ascribe_model::Finding> {
    mails.sort_by(|a, b| (&a.known, &a.at).cmp(&(&b.known, &b.at)));
    let first = mails.first()?;
    let known = first.known.clone();
    mails.retain(|mail| mail.known <= known);
    let first = mails.first()?;
    let whose = if first.from {
        format!("from {sender}")
    } else {
        format!("that names {sender} as sender")
    };
    let mut days: Vec<&Moment> = mails.iter().filter_map(|mail| mail.signed.as_ref()).collect();
    days.sort();
    let when = match (days.first(), days.last()) {
        (Some(first), Some(last)) if first.first_day() != last.last_day() => {
            format!(" between {} and {}", first.first_day(), last.last_day())
        }
        (Some(first), _) => format!(" on {}", first.first_day()),
        _ => String::new(),
    };
    let how_many = if mails.len() == 1 {
        "a mail".to_owned()
    } else {
        format!("{} mails", mails.len())
    };
    let ends = if mails.iter().any(|mail| mail.bare_line_ends) {
        "; line ends that are LF alone were read as CR LF"
    } else {
        ""
    };
    let says = format!(
        "{}: {how_many} {whose}, signed{when} by {domain} with a key that was valid then ({}): as {domain} sent it{ends}",
        place(&first.at),
        place(&first.key)
    );
    let fact = format!("mail-proof:{sender}:{domain}");
    let mut provenance = Vec::new();
    for place in mails.iter().flat_map(|mail| [&mail.at, &mail.key]) {
        if !provenance.contains(place) && provenance.len() < PLACES_MAX {
            provenance.push(place.clone());
        }
    }
    let tlp = mails.iter().map(|mail| mail.tlp).max()?;
    Some(ascribe_model::Finding {
        id: engine_finding_id(NAME, &fact, &first.at),
        says,
        about: Some(About::Access),
        fact: Some(fact),
        happened: first.signed.clone(),
        known,
        tlp,
        ..blank(NAME, Kind::Access, origin, world, provenance)
    })
}

/// What to ask where the key of a signature is not known that would prove a mailbox of known infrastructure.
fn key_lead(judged: &Judged<'_>, chain: &Chain<'_>, holdings: &Holdings<'_>) -> Option<Lead> {
    let signature = judged.signature;
    let at = judged.times.signed.as_ref();
    let from = mailbox(chain)
        .into_iter()
        .flat_map(|(mailbox, _)| holdings.find(IndicatorKind::Email, &mailbox, at));
    let held = from
        .chain(holdings.find(IndicatorKind::Domain, &signature.domain, at))
        .next()?;
    let name = key_name(signature);
    let when = at.map_or_else(|| "at the time".to_owned(), |at| format!("on {}", at.first_day()));
    Some(Lead {
        what: format!("TXT record of {name} {when}"),
        ask: format!(
            "ask {} or a keeper of old records of the domain name system for the TXT record of {name} {when}; it says whether the mail was signed there",
            signature.domain
        ),
        kind: Kind::Mail,
        points_to: Some(Target::Infrastructure(held.item.id.clone())),
    })
}
