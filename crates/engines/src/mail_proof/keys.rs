//! The key that a DKIM record gives, and what a signature is worth against it.
//!
//! Only checks signatures; makes none, holds no secret. Source: RFC 6376, section 3.6.1; RFC 8463; RFC 8301; RFC 8017,
//! section 8.2.2.

use ascribe_model::observation::Signature;
use ascribe_model::tags::{Tags, shown};
use base64ct::{Base64Unpadded, Encoding};
use rsa::pkcs1::der::Decode;
use rsa::pkcs8::spki::SubjectPublicKeyInfoRef;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, Pkcs1v15Sign};

/// Modulus sizes that are tried at all. Short keys are tried to say that they would fit; they prove nothing.
const RSA_BITS: std::ops::RangeInclusive<usize> = 256..=16_384;
/// Below this, anybody with some computers could have made the signature. Source: RFC 8301, section 3.2.
pub(super) const RSA_BITS_MIN: usize = 1024;

/// A public key.
#[derive(Debug)]
enum Public {
    Rsa(Box<rsa::PublicKey>),
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
}

/// What a record says.
#[derive(Debug)]
pub(super) struct Key {
    public: Public,
    /// Bits of an RSA modulus.
    pub(super) bits: Option<usize>,
    /// Hashes it may be used with; none: all.
    hashes: Option<Vec<String>>,
    /// Whether signatures must be for exactly its domain (`t=s`).
    strict: bool,
}

/// Why a record gives no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoKey {
    /// `p=` is empty: taken back.
    Revoked,
    /// It is none, or not for mail.
    Unusable(String),
}

/// How a signature fits a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It is of this mail by this key.
    Good,
    /// It is of this mail before a change that was undone.
    GoodBefore(String),
    /// The key made it, over other headers.
    OtherHeaders,
    /// The key did not make it.
    OtherKey,
    /// It does not fit; whether key or headers differ cannot be told.
    Neither,
    /// The record forbids this use of its key, or the two are of different kinds.
    Forbidden(String),
}

/// Whether a hash is the one that was signed.
type Fits<'k> = Box<dyn Fn(&[u8]) -> bool + 'k>;

fn decoded(text: &str) -> Option<Vec<u8>> {
    Base64Unpadded::decode_vec(text.trim_end_matches('=')).ok()
}

/// Bytes of an even number of hex digits.
fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| Some(pair.first()? << 4 | pair.get(1)?))
        .collect()
}

impl Key {
    /// Reads the text of a record.
    pub(super) fn read(record: &str) -> Result<Self, NoKey> {
        let unusable = |why: String| NoKey::Unusable(why);
        let tags = Tags::read(record);
        if tags.get("v").is_some_and(|version| version != "DKIM1") {
            return Err(unusable("it is no DKIM record".to_owned()));
        }
        if let Some(fault) = tags.faults.first() {
            return Err(unusable(fault.clone()));
        }
        let list = |name: &str| -> Option<Vec<String>> {
            let text = tags.packed(name)?.to_ascii_lowercase();
            Some(text.split(':').map(str::to_owned).collect())
        };
        let services = list("s");
        if services.is_some_and(|all| !all.iter().any(|one| one == "*" || one == "email")) {
            return Err(unusable("its `s=` is not for mail".to_owned()));
        }
        let text = tags
            .packed("p")
            .ok_or_else(|| unusable("it has no `p=`".to_owned()))?;
        if text.is_empty() {
            return Err(NoKey::Revoked);
        }
        let bytes = decoded(&text).ok_or_else(|| unusable("its `p=` is not base64".to_owned()))?;
        let kind = tags
            .packed("k")
            .unwrap_or_else(|| "rsa".to_owned())
            .to_ascii_lowercase();
        let public = match kind.as_str() {
            "rsa" => Public::Rsa(Box::new(
                rsa_key(&bytes).ok_or_else(|| unusable("its `p=` is no RSA key".to_owned()))?,
            )),
            "ed25519" => {
                let key = <[u8; 32]>::try_from(bytes.as_slice())
                    .ok()
                    .and_then(|bytes| ed25519_dalek::VerifyingKey::from_bytes(&bytes).ok());
                Public::Ed25519(Box::new(
                    key.ok_or_else(|| unusable("its `p=` is no Ed25519 key".to_owned()))?,
                ))
            }
            other => return Err(unusable(format!("keys of kind `{}` are not known", shown(other)))),
        };
        let bits = match &public {
            Public::Rsa(key) => usize::try_from(key.n().as_ref().bit_width_vartime()).ok(),
            Public::Ed25519(_) => None,
        };
        Ok(Self {
            public,
            bits,
            hashes: list("h"),
            strict: list("t").is_some_and(|flags| flags.iter().any(|flag| flag == "s")),
        })
    }

    /// How `signature` fits.
    pub(super) fn check(&self, signature: &Signature) -> Fit {
        let (kind, hash) = signature.algorithm.split_once('-').unwrap_or_default();
        if self
            .hashes
            .as_ref()
            .is_some_and(|hashes| !hashes.iter().any(|allowed| allowed == hash))
        {
            return Fit::Forbidden(format!("the key's record does not allow {hash}"));
        }
        if self.strict
            && let Some(identity) = &signature.identity
            && !identity
                .rsplit('@')
                .next()
                .is_some_and(|host| host.eq_ignore_ascii_case(&signature.domain))
        {
            return Fit::Forbidden("the key's record does not allow names under its domain".to_owned());
        }
        let Some(value) = decoded(&signature.value) else {
            return Fit::Neither;
        };
        let fits: Fits<'_> = match (&self.public, kind) {
            (Public::Rsa(key), "rsa") => {
                let value = value.clone();
                Box::new(move |digest: &[u8]| {
                    let scheme = match hash {
                        "sha1" => Pkcs1v15Sign::new::<sha1::Sha1>(),
                        "sha256" => Pkcs1v15Sign::new::<sha2::Sha256>(),
                        _ => return false,
                    };
                    key.verify(scheme, digest, &value).is_ok()
                })
            }
            (Public::Ed25519(key), "ed25519") => {
                let Ok(value) = ed25519_dalek::Signature::from_slice(&value) else {
                    return Fit::Neither;
                };
                Box::new(move |digest: &[u8]| key.verify_strict(digest, &value).is_ok())
            }
            _ => {
                return Fit::Forbidden(format!(
                    "the signature is {} and the key is of another kind",
                    shown(&signature.algorithm)
                ));
            }
        };
        let fits_hex =
            |digest: &str| bytes_of_hex(digest).is_some_and(|digest| !digest.is_empty() && fits(&digest));
        if fits_hex(&signature.digest) {
            return Fit::Good;
        }
        if let Some((what, _)) = signature.otherwise.iter().find(|(_, digest)| fits_hex(digest)) {
            return Fit::GoodBefore(what.clone());
        }
        match &self.public {
            Public::Rsa(key) if is_made_by(key, &value) => Fit::OtherHeaders,
            Public::Rsa(_) => Fit::OtherKey,
            Public::Ed25519(_) => Fit::Neither,
        }
    }
}

/// An RSA key in either of the two forms that records have.
fn rsa_key(bytes: &[u8]) -> Option<rsa::PublicKey> {
    let inner = SubjectPublicKeyInfoRef::from_der(bytes)
        .ok()
        .and_then(|info| info.subject_public_key.as_bytes())
        .unwrap_or(bytes);
    let key: rsa::pkcs1::RsaPublicKey<rsa::pkcs1::der::asn1::UintRef<'_>> =
        rsa::pkcs1::RsaPublicKey::from_der(inner).ok()?;
    let (n, e) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
    let bits = |bytes: &[u8]| u32::try_from(bytes.len()).ok()?.checked_mul(8);
    if n.len() > RSA_BITS.end() / 8 || e.len() > 8 {
        return None;
    }
    let n = BoxedUint::from_be_slice(n, bits(n)?).ok()?;
    let e = BoxedUint::from_be_slice(e, bits(e)?).ok()?;
    rsa::PublicKey::new_with_size_limits(n, e, RSA_BITS).ok()
}

/// Whether the key's holder made this value, over whatever: it opens to the padding of a signature.
fn is_made_by(key: &rsa::PublicKey, value: &[u8]) -> bool {
    let size = key.size();
    let Ok(bits) = u32::try_from(size.saturating_mul(8)) else {
        return false;
    };
    if value.len() != size {
        return false;
    }
    let Ok(number) = BoxedUint::from_be_slice(value, bits) else {
        return false;
    };
    let Ok(opened) = rsa::hazmat::rsa_encrypt(key, &number) else {
        return false;
    };
    let opened = opened.to_be_bytes();
    let opened = opened
        .get(opened.len().saturating_sub(size)..)
        .unwrap_or_default();
    // 00 01 FF … FF 00 and the hash with its name: 35 bytes of SHA-1, 51 of SHA-256.
    let Some(rest) = opened.strip_prefix(&[0, 1]) else {
        return false;
    };
    let fill = rest.iter().take_while(|byte| **byte == 0xff).count();
    let hash = rest.len().saturating_sub(fill).saturating_sub(1);
    fill >= 8 && rest.get(fill) == Some(&0) && matches!(hash, 35 | 51)
}
