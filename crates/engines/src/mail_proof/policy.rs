//! What the domain of a From line asked of receivers, whether its own hosts sent the mail, and whether handlers on the
//! way sealed it: SPF, DMARC and ARC by the records of that time which the case holds.
//!
//! Only the address that the victim's own host wrote is asked about, never one that the mail claims. Source: RFC 7208,
//! RFC 7489, RFC 8617.

use std::net::IpAddr;

use ascribe_intel::indicators::registered;
use ascribe_model::Moment;
use ascribe_model::observation::Signs;
use ascribe_model::tags::Tags;

use super::records::{AsOf, Records};
use super::sender::Judged;
use super::spf::{self, Spf};
use super::verdict::{Then, Verdict};

/// A mail as its envelope and the boundary have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery<'a> {
    /// The believed sender's address.
    pub(crate) address: Option<IpAddr>,
    /// The name it greeted with.
    pub(crate) helo: Option<&'a str>,
    /// Mailbox of the envelope, as the victim's host wrote it; empty for a mail without one.
    pub(crate) envelope: Option<&'a str>,
    /// When the mail arrived, or was made.
    pub(crate) at: Option<&'a Moment>,
    /// Domain of the one From mailbox.
    pub(crate) from: Option<&'a str>,
}

/// What a policy makes of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Dmarc {
    /// No policy is given.
    NoRecord,
    /// A signature or the address is of the From's domain.
    Pass,
    /// Neither is.
    Fail {
        /// Whose policy.
        domain: String,
        /// What it asks for: none, quarantine, reject.
        asks: String,
        /// Whether the record is known to have held then, for all mail.
        sure: bool,
    },
    /// A record is missing.
    Unknown,
}

/// Both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Policies {
    /// The domain asked about and the answer.
    pub(crate) spf: Option<(String, Spf)>,
    pub(crate) dmarc: Dmarc,
}

fn is_aligned(from: &str, other: &str, strict: bool) -> bool {
    if strict {
        from == other
    } else {
        registered(from) == registered(other)
    }
}

/// What the policies of then make of a delivery.
pub(crate) fn policies(delivery: &Delivery<'_>, judged: &[Judged<'_>], records: &Records<'_>) -> Policies {
    let world = AsOf::new(records, delivery.at);
    let spf = spf_of(delivery, &world);
    let dmarc = delivery.from.map_or(Dmarc::NoRecord, |from| {
        dmarc(from, delivery, judged, spf.as_ref(), records)
    });
    Policies { spf, dmarc }
}

fn spf_of(delivery: &Delivery<'_>, world: &AsOf<'_, '_>) -> Option<(String, Spf)> {
    let address = delivery.address?;
    let helo = delivery.helo.unwrap_or("unknown");
    let mailbox = match delivery.envelope? {
        "" => format!("postmaster@{}", delivery.helo?),
        mailbox => mailbox.to_owned(),
    };
    let domain = mailbox.rsplit_once('@')?.1.to_ascii_lowercase();
    let sender = spf::Sender {
        address,
        mailbox: &mailbox,
        helo,
    };
    Some((domain, spf::check(&sender, world)))
}

fn dmarc(
    from: &str,
    delivery: &Delivery<'_>,
    judged: &[Judged<'_>],
    spf: Option<&(String, Spf)>,
    records: &Records<'_>,
) -> Dmarc {
    let world = AsOf::new(records, delivery.at);
    let above = registered(from);
    let policy = |domain: &str| {
        let all = world.of(&format!("_dmarc.{domain}"), "TXT")?;
        let mut policies = all
            .iter()
            .filter(|record| record.value.trim_start().starts_with("v=DMARC1"));
        match (policies.next(), policies.next()) {
            (Some(policy), None) => Some(Tags::read(policy.value)),
            _ => None,
        }
    };
    let (domain, tags) = match (policy(from), above) {
        (Some(tags), _) => (from, tags),
        (None, above) if above != from => match policy(above) {
            Some(tags) => (above, tags),
            None => return Dmarc::NoRecord,
        },
        _ => return Dmarc::NoRecord,
    };
    let strict = |name: &str| tags.get(name) == Some("s");
    let mut open = false;
    for one in judged.iter().filter(|one| one.signature.signs == Signs::Mail) {
        if !is_aligned(from, &one.signature.domain, strict("adkim")) {
            continue;
        }
        match one.verdict {
            Verdict::Valid {
                then: Then::Valid | Then::Unknown,
                weak: None,
                ..
            } => return Dmarc::Pass,
            Verdict::Valid { .. } | Verdict::KeyUnknown => open = true,
            _ => {}
        }
    }
    match spf {
        Some((domain, Spf::Pass)) if is_aligned(from, domain, strict("aspf")) => return Dmarc::Pass,
        Some((domain, Spf::Unknown(_))) if is_aligned(from, domain, strict("aspf")) => open = true,
        // Without an envelope or an address nothing excludes that the domain's hosts sent it.
        None => open = true,
        Some(_) => {}
    }
    if open {
        return Dmarc::Unknown;
    }
    let asks = tags
        .get("sp")
        .filter(|_| domain != from)
        .or_else(|| tags.get("p"))
        .unwrap_or("none")
        .to_ascii_lowercase();
    let all = tags.get("pct").is_none_or(|share| share == "100");
    Dmarc::Fail {
        domain: domain.to_owned(),
        sure: !world.used_undated() && all && matches!(asks.as_str(), "quarantine" | "reject"),
        asks,
    }
}

/// What a chain of seals is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sealed {
    /// It has none.
    No,
    /// Every seal fits, and the mail is as the last handler had it.
    Pass(u32),
    /// It does not hold.
    Fail(String),
    /// A key is missing.
    Unknown(String),
}

/// The chain of a mail. Source: RFC 8617, section 5.2.
pub(crate) fn sealed(judged: &[Judged<'_>]) -> Sealed {
    let arc: Vec<&Judged<'_>> = judged
        .iter()
        .filter(|one| one.signature.signs != Signs::Mail)
        .collect();
    if arc.is_empty() {
        return Sealed::No;
    }
    let of = |signs: Signs, instance: u32| {
        let mut all = arc
            .iter()
            .filter(|one| one.signature.signs == signs && one.signature.instance == Some(instance));
        match (all.next(), all.next()) {
            (Some(one), None) => Some(*one),
            _ => None,
        }
    };
    let last = arc
        .iter()
        .filter_map(|one| one.signature.instance)
        .max()
        .unwrap_or(0);
    let whole = arc.len() as u64 == u64::from(last).saturating_mul(2);
    if last == 0 || !whole {
        return Sealed::Fail("it has not one signature and one seal of each handler".to_owned());
    }
    let mut unknown = None;
    for instance in (1..=last).rev() {
        let (Some(passage), Some(seal)) = (of(Signs::Passage, instance), of(Signs::Chain, instance)) else {
            return Sealed::Fail(format!("signature or seal {instance} is missing or stands twice"));
        };
        let wanted = if instance == 1 { "none" } else { "pass" };
        if seal.signature.verdict.as_deref() != Some(wanted) {
            return Sealed::Fail(format!(
                "seal {instance} says that the chain before it was {}",
                seal.signature.verdict.as_deref().unwrap_or("nothing")
            ));
        }
        // Earlier signatures may be broken by later handlers; earlier seals may not.
        let mut tested = vec![("seal", seal)];
        if instance == last {
            tested.push(("signature", passage));
        }
        for (what, one) in tested {
            match &one.verdict {
                Verdict::Valid { .. } => {}
                Verdict::KeyUnknown => {
                    unknown.get_or_insert(format!("the key of {} is not given", one.signature.domain));
                }
                other => return Sealed::Fail(format!("{what} {instance}: {}", other.name())),
            }
        }
    }
    unknown.map_or(Sealed::Pass(last), Sealed::Unknown)
}
