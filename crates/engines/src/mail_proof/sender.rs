//! Whether the From line of a mail is proven by a signature, and why not.
//!
//! Proven needs: one From; a signature that covers it, the whole body and the recipients; of the domain of the From or
//! one above it; with a key that the case says was valid then; arrived within the days that a mail may lie in a queue;
//! made out to the victim where the case says who that is. Anything less leaves the From as good as its writer.

use ascribe_intel::holdings::Own;
use ascribe_intel::indicators::canonical;
use ascribe_model::moment::Clock;
use ascribe_model::observation::{IndicatorKind, Signature, Signs};
use ascribe_model::{Moment, Span};

use super::records::Dated;
use super::verdict::{Then, Times, Verdict};
use crate::received::Chain;

/// A mail that is older than this was not in a queue. Source: RFC 5321, section 4.5.4.1 (four to five days).
const QUEUE_S: i64 = 5 * 86_400;
/// How far clocks may differ.
const CLOCKS_S: i64 = 3600;

/// A signature with its verdict.
#[derive(Clone, Debug)]
pub(crate) struct Judged<'w> {
    pub(crate) at: Span,
    pub(crate) signature: &'w Signature,
    pub(crate) times: Times,
    pub(crate) verdict: Verdict<'w>,
}

/// What the signatures say of who sent a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The servers of a domain sent it as it is: index of the signature that says so.
    Proven {
        /// Which signature.
        by: usize,
        /// Whether the From line lies in the signing domain.
        from: bool,
    },
    /// A signature of the From's domain that its key did not make.
    Forged,
    /// The From's domain then asked receivers to turn such mail away.
    Refused,
    /// Nothing is proven.
    Unproven(String),
}

/// Seconds since 1970 of a moment with a known offset.
pub(super) fn seconds(at: &Moment) -> Option<i64> {
    let Clock::Offset(offset) = at.clock() else {
        return None;
    };
    let offset = jiff::tz::Offset::from_seconds(offset).ok()?;
    Some(offset.to_timestamp(at.first()).ok()?.as_second())
}

/// Whether `name` is `domain` or lies under it.
pub(crate) fn is_under(name: &str, domain: &str) -> bool {
    !domain.is_empty()
        && name
            .strip_suffix(domain)
            .is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

/// The one From mailbox of a mail, canonical, and its domain.
pub(crate) fn mailbox(chain: &Chain<'_>) -> Option<(String, String)> {
    let (_, mail) = chain.mail?;
    let [from] = mail.from.as_slice() else { return None };
    let mailbox = canonical(IndicatorKind::Email, from)?;
    let domain = mailbox.rsplit_once('@')?.1.to_owned();
    Some((mailbox, domain))
}

/// Why a signature does not prove who sent this mail to this victim.
fn lacks(judged: &Judged<'_>, chain: &Chain<'_>, own: &Own) -> Option<String> {
    let Judged {
        signature,
        verdict,
        times,
        ..
    } = judged;
    match verdict {
        Verdict::Valid { weak: Some(why), .. } => return Some(why.clone()),
        Verdict::Valid {
            then: Then::Valid, ..
        } => {}
        Verdict::Valid {
            then: Then::Unknown, ..
        } => {
            return Some("the case does not say when its key was valid, or no time is known".to_owned());
        }
        Verdict::Valid {
            then: Then::Other, ..
        } => {
            return Some("its key was valid at another time".to_owned());
        }
        other => return Some(format!("it is no valid signature ({})", other.name())),
    }
    if signature
        .uncovered
        .iter()
        .any(|name| name == "to" || name == "cc")
    {
        return Some("it does not cover the recipients: anybody could have sent the mail on".to_owned());
    }
    if let Some((_, mail)) = chain.mail
        && own.has_any_name()
        && !mail.to.iter().any(|to| {
            canonical(IndicatorKind::Email, to).is_some_and(|to| own.has(IndicatorKind::Email, &to))
        })
    {
        return Some("no recipient is the victim's: anybody could have sent the mail on".to_owned());
    }
    let signed = times.signed.as_ref().and_then(seconds);
    if let (Some(signed), Some(arrived)) = (signed, times.arrived.as_ref().and_then(seconds)) {
        let on_the_way = arrived.saturating_sub(signed);
        if !(CLOCKS_S.saturating_neg()..=QUEUE_S).contains(&on_the_way) {
            return Some("it was signed at another time than the mail arrived".to_owned());
        }
    }
    None
}

/// What `judged`, the signatures of the mail `chain`, say of its sender.
pub(crate) fn sender(judged: &[Judged<'_>], chain: &Chain<'_>, own: &Own) -> Sender {
    let from = mailbox(chain).map(|(_, domain)| domain);
    let of_from = |signature: &Signature| {
        from.as_deref()
            .is_some_and(|from| is_under(from, &signature.domain))
    };
    let mut why = None;
    let mut proven: Option<(usize, bool)> = None;
    let mut forged = false;
    for (index, one) in judged.iter().enumerate() {
        if one.signature.signs != Signs::Mail {
            continue;
        }
        forged |= of_from(one.signature)
            && matches!(
                one.verdict,
                Verdict::OtherKey {
                    then: Then::Valid,
                    ..
                }
            );
        match lacks(one, chain, own) {
            None => {
                let from = of_from(one.signature);
                if proven.is_none_or(|(_, before)| from && !before) {
                    proven = Some((index, from));
                }
            }
            Some(lack) => {
                why.get_or_insert(lack);
            }
        }
    }
    match proven {
        Some((by, from)) if from || !forged => Sender::Proven { by, from },
        _ if forged => Sender::Forged,
        _ => Sender::Unproven(why.unwrap_or_else(|| "it has no signature".to_owned())),
    }
}

impl<'w> Judged<'w> {
    /// The key that it was checked with.
    pub(crate) fn key(&self) -> Option<Dated<'w>> {
        match &self.verdict {
            Verdict::Valid { key, .. } => Some(*key),
            _ => None,
        }
    }
}
