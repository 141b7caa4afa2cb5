//! What one signature of a mail is worth, as of then.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use ascribe_model::observation::{Mail, Signature, SignedBody, Signs};
use ascribe_model::{ArtifactId, Moment};
use jiff::civil::Date;

use super::keys::{Fit, Key, NoKey, RSA_BITS_MIN};
use super::records::{Dated, Records};
use crate::Memo;

/// From this day on, verifiers must not take SHA-1. Source: RFC 8301, published in January 2018.
const SHA1_LAST: Date = Date::constant(2018, 1, 31);

/// How the time of a mail lies to the time of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Then {
    /// The key was valid then.
    Valid,
    /// The case does not say when it was, or nobody says when the mail was.
    Unknown,
    /// It was valid at another time.
    Other,
}

/// A verdict.
#[derive(Clone, Debug)]
pub(crate) enum Verdict<'w> {
    /// Headers and body are as the holder of the key signed them.
    Valid {
        key: Dated<'w>,
        then: Then,
        /// Why it proves less than it seems.
        weak: Option<String>,
    },
    /// It fits, but the mail came after the signature had expired.
    Expired { key: Dated<'w> },
    /// The case does not hold the key.
    KeyUnknown,
    /// The record takes the key back.
    Revoked { key: Dated<'w> },
    /// The record gives no key that could be used for this.
    Unusable { key: Dated<'w>, why: String },
    /// The key is so short that others could have made the signature.
    Short { key: Dated<'w>, bits: usize, fits: bool },
    /// The body is another than was signed.
    BodyChanged { how: Option<String>, headers: bool },
    /// Headers are others than were signed.
    HeadersChanged { key: Dated<'w>, how: Option<String> },
    /// The key did not make this signature.
    OtherKey { key: Dated<'w>, then: Then },
    /// It does not fit; why cannot be told.
    Broken { key: Dated<'w> },
    /// The signature's header is itself wrong.
    Faulty(String),
}

/// Memory of what was tried: whether a value fits a key does not depend on the day that a case is asked about.
pub(crate) type Tried = BTreeMap<ArtifactId, (Option<usize>, Result<Fit, NoKey>)>;

/// When a mail was, as its signature and the victim's own hosts say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    /// When it was signed: `t=`, else a Date that is signed, else when it arrived, else the Date.
    pub(crate) signed: Option<Moment>,
    /// When the victim's host took it.
    pub(crate) arrived: Option<Moment>,
}

impl Times {
    pub(crate) fn of(signature: &Signature, mail: Option<&Mail>, arrived: Option<&Moment>) -> Self {
        let date = mail.and_then(|mail| mail.date.as_ref());
        let signed_date = date.filter(|_| signature.headers.iter().any(|name| name == "date"));
        let signed = signature.signed_at.as_ref().or(signed_date).or(arrived).or(date);
        Self {
            signed: signed.cloned(),
            arrived: arrived.cloned(),
        }
    }
}

/// Checks signatures against the records of the case.
pub(crate) struct Judge<'w> {
    pub(crate) records: Records<'w>,
    keys: BTreeMap<&'w str, Result<Key, NoKey>>,
    memo: &'w Memo,
}

impl<'w> Judge<'w> {
    pub(crate) fn new(records: Records<'w>, memo: &'w Memo) -> Self {
        Self {
            records,
            keys: BTreeMap::new(),
            memo,
        }
    }

    /// The verdict on `signature`, of the key that suits it best.
    pub(crate) fn verdict(&mut self, signature: &Signature, times: &Times) -> Verdict<'w> {
        if !signature.faults.is_empty() {
            return Verdict::Faulty(signature.faults.join("; "));
        }
        let name = key_name(signature);
        let keys: Vec<Dated<'w>> = self.records.of(&name, "TXT").to_vec();
        let mut best: Option<(u8, Verdict<'w>)> = None;
        for key in keys {
            let verdict = self.against(signature, times, key);
            let rank = rank(&verdict, key.held(times.signed.as_ref()));
            if best.as_ref().is_none_or(|(before, _)| rank < *before) {
                best = Some((rank, verdict));
            }
        }
        match best {
            Some((_, verdict)) => verdict,
            None => match &signature.body {
                SignedBody::Changed { how } => Verdict::BodyChanged {
                    how: how.clone(),
                    headers: false,
                },
                _ => Verdict::KeyUnknown,
            },
        }
    }

    fn against(&mut self, signature: &Signature, times: &Times, key: Dated<'w>) -> Verdict<'w> {
        let then = match key.held(times.signed.as_ref()) {
            Some(true) => Then::Valid,
            Some(false) => Then::Other,
            None => Then::Unknown,
        };
        let (bits, tried) = self.try_key(signature, key.value);
        let fit = match tried {
            Ok(fit) => fit,
            Err(NoKey::Revoked) => return Verdict::Revoked { key },
            Err(NoKey::Unusable(why)) => return Verdict::Unusable { key, why },
        };
        if let SignedBody::Changed { how } = &signature.body {
            return Verdict::BodyChanged {
                how: how.clone(),
                headers: fit == Fit::Good,
            };
        }
        if let Some(bits) = bits.filter(|bits| *bits < RSA_BITS_MIN) {
            return Verdict::Short {
                key,
                bits,
                fits: fit == Fit::Good,
            };
        }
        match fit {
            Fit::Good => {
                let late = |(arrived, expires): (&Moment, &Moment)| arrived.first() > expires.last();
                if times
                    .arrived
                    .as_ref()
                    .zip(signature.expires.as_ref())
                    .is_some_and(late)
                {
                    return Verdict::Expired { key };
                }
                Verdict::Valid {
                    key,
                    then,
                    weak: weak(signature, times),
                }
            }
            Fit::GoodBefore(what) => Verdict::HeadersChanged { key, how: Some(what) },
            Fit::OtherHeaders => Verdict::HeadersChanged { key, how: None },
            Fit::OtherKey => Verdict::OtherKey { key, then },
            Fit::Neither => Verdict::Broken { key },
            Fit::Forbidden(why) => Verdict::Unusable { key, why },
        }
    }

    /// Tries the key of a record once, whatever the day.
    fn try_key(&mut self, signature: &Signature, record: &'w str) -> (Option<usize>, Result<Fit, NoKey>) {
        let id = tried_id(signature, record);
        let before = self
            .memo
            .tried
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned();
        if let Some(before) = before {
            return before;
        }
        let key = self.keys.entry(record).or_insert_with(|| Key::read(record));
        let found = match key {
            Ok(key) => (key.bits, Ok(key.check(signature))),
            Err(why) => (None, Err(why.clone())),
        };
        self.memo
            .tried
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, found.clone());
        found
    }
}

fn tried_id(signature: &Signature, record: &str) -> ArtifactId {
    let mut text = String::new();
    let identity = signature.identity.as_deref().unwrap_or_default();
    let fixed = [
        record,
        &signature.algorithm,
        &signature.domain,
        identity,
        &signature.digest,
        &signature.value,
    ];
    let others = signature
        .otherwise
        .iter()
        .flat_map(|(what, digest)| [what.as_str(), digest.as_str()]);
    for part in fixed.into_iter().chain(others) {
        text.push_str(part);
        text.push('\0');
    }
    ArtifactId::of(text.as_bytes())
}

/// Name of the record that holds the key.
pub(crate) fn key_name(signature: &Signature) -> String {
    format!(
        "{}._domainkey.{}",
        signature.selector.to_ascii_lowercase(),
        signature.domain
    )
}

/// Which verdict of several keys counts: the smallest.
fn rank(verdict: &Verdict<'_>, held: Option<bool>) -> u8 {
    let of_time = match held {
        Some(true) => 0,
        None => 1,
        Some(false) => 2,
    };
    let of_kind = match verdict {
        Verdict::Valid { .. } => 0,
        Verdict::Expired { .. } => 3,
        // These say that a key made it: no other key did.
        Verdict::BodyChanged { headers: true, .. }
        | Verdict::HeadersChanged { .. }
        | Verdict::Short { fits: true, .. } => 6,
        _ => 9,
    };
    of_kind + of_time
}

fn weak(signature: &Signature, times: &Times) -> Option<String> {
    if signature.uncovered.iter().any(|name| name == "from") {
        return Some("another From header stands in the mail that is not signed".to_owned());
    }
    if signature.algorithm.ends_with("sha1")
        && times.signed.as_ref().is_none_or(|at| at.last_day() > SHA1_LAST)
    {
        return Some("it is made with SHA-1, which nobody was to take any more".to_owned());
    }
    if signature.body_unsigned > 0 {
        return Some(format!(
            "{} bytes at the end of the body are not signed",
            signature.body_unsigned
        ));
    }
    None
}

impl Verdict<'_> {
    /// The key's record, where one was tried.
    pub(crate) fn key(&self) -> Option<&Dated<'_>> {
        match self {
            Self::Valid { key, .. }
            | Self::Expired { key }
            | Self::Revoked { key }
            | Self::Unusable { key, .. }
            | Self::Short { key, .. }
            | Self::HeadersChanged { key, .. }
            | Self::OtherKey { key, .. }
            | Self::Broken { key } => Some(key),
            Self::KeyUnknown | Self::BodyChanged { .. } | Self::Faulty(_) => None,
        }
    }

    /// One word or two, for counts and comparison with other programs.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Valid {
                then: Then::Valid, ..
            } => "valid",
            Self::Valid {
                then: Then::Unknown, ..
            } => "valid, key's time unknown",
            Self::Valid {
                then: Then::Other, ..
            } => "valid, key of another time",
            Self::Expired { .. } => "expired",
            Self::KeyUnknown => "key unknown",
            Self::Revoked { .. } => "key revoked",
            Self::Unusable { .. } => "key unusable",
            Self::Short { .. } => "key too short",
            Self::BodyChanged { .. } => "body changed",
            Self::HeadersChanged { .. } => "headers changed",
            Self::OtherKey { .. } => "not by this key",
            Self::Broken { .. } => "does not fit",
            Self::Faulty(_) => "faulty",
        }
    }

    /// What is wrong: a code and a sentence; none where nothing is, or nothing is known.
    pub(crate) fn complaint(&self, signature: &Signature) -> Option<(&'static str, String)> {
        let whose = match signature.signs {
            Signs::Mail => format!("the signature of {}", signature.domain),
            Signs::Passage => format!("the ARC signature of {}", signature.domain),
            Signs::Chain => format!("the ARC seal of {}", signature.domain),
        };
        Some(match self {
            Self::KeyUnknown
            | Self::Valid {
                then: Then::Unknown | Then::Valid,
                weak: None,
                ..
            } => return None,
            Self::Valid { weak: Some(why), .. } => {
                ("mail.signature-weak", format!("{whose} fits, but {why}"))
            }
            Self::Valid { key, .. } => (
                "mail.signature-key-time",
                format!(
                    "{whose} fits a key that was valid at another time ({})",
                    key.valid().map_or("", Moment::text)
                ),
            ),
            Self::Expired { .. } => (
                "mail.signature-expired",
                format!("{whose} had expired when the mail arrived"),
            ),
            Self::Revoked { .. } => (
                "mail.signature-key-revoked",
                format!("the key of {whose} was taken back (`p=` is empty)"),
            ),
            Self::Unusable { why, .. } => (
                "mail.signature-key",
                format!("{whose} cannot be checked with the key's record: {why}"),
            ),
            Self::Short { bits, fits, .. } => (
                "mail.signature-key-short",
                format!(
                    "{whose} {} a key of {bits} bits, which others could have broken",
                    if *fits { "fits" } else { "does not fit" }
                ),
            ),
            Self::BodyChanged { how, headers } => {
                let signed = if *headers {
                    "; the headers are as they were signed"
                } else {
                    ""
                };
                let how = how.as_ref().map_or_else(String::new, |how| format!(": {how}"));
                (
                    "mail.signature-body",
                    format!("the body is not the one of {whose}{how}{signed}"),
                )
            }
            Self::HeadersChanged { how, .. } => {
                let how = how.as_ref().map_or_else(
                    || "its key made it over other headers".to_owned(),
                    |how| format!("it fits {how}"),
                );
                (
                    "mail.signature-headers",
                    format!("the headers are not those of {whose}: {how}"),
                )
            }
            Self::OtherKey { then, .. } => (
                "mail.signature-forged",
                format!(
                    "{whose} was not made by the key that the case gives{}",
                    match then {
                        Then::Valid => " for that time",
                        Then::Unknown => ", whose time is not known",
                        Then::Other => " for another time",
                    }
                ),
            ),
            Self::Broken { .. } => (
                "mail.signature-broken",
                format!("{whose} does not fit: headers were changed, or another key made it"),
            ),
            Self::Faulty(why) => ("mail.signature-faulty", format!("{whose} proves nothing: {why}")),
        })
    }
}
