//! The canonical form of one value that is said to be of a kind, plain or defanged.

use std::net::{Ipv4Addr, Ipv6Addr};

use ascribe_model::observation::IndicatorKind;

use super::{id, join, name};

/// `raw` with every defanged sign in its plain form, and the scheme mended.
#[must_use]
pub fn refang(raw: &str) -> String {
    let raw = raw.trim();
    let bytes = raw.as_bytes();
    let mut out = String::with_capacity(raw.len());
    let mut at = 0usize;
    while at < bytes.len() {
        let here = join::byte(bytes, at);
        let defanged = matches!(here, b'[' | b'(' | b'{' | b' ' | b'\\')
            || (here == b'.' && join::byte(bytes, at + 1) == b']');
        if defanged && let Some(found) = join::join(bytes, at) {
            out.push_str(match found.sign {
                join::Sign::Dot => ".",
                join::Sign::Colon => ":",
                join::Sign::At => "@",
                join::Sign::Scheme => "://",
            });
            at = found.end;
            continue;
        }
        if raw.get(at..).is_some_and(|rest| rest.starts_with("[/]")) {
            out.push('/');
            at += 3;
            continue;
        }
        let Some(letter) = raw.get(at..).and_then(|rest| rest.chars().next()) else {
            break;
        };
        out.push(letter);
        at += letter.len_utf8();
    }
    if let Some((scheme, rest)) = out.split_once("://")
        && let Some(meant) = super::url::scheme(scheme)
    {
        return format!("{meant}://{rest}");
    }
    out
}

/// The canonical form of `raw` as an indicator of `kind`; none where it is none. A domain may be a single label or end
/// in an unknown suffix here: a format states that it is a name.
#[must_use]
pub fn canonical(kind: IndicatorKind, raw: &str) -> Option<String> {
    let plain = refang(raw);
    match kind {
        IndicatorKind::Ipv4 => plain.parse::<Ipv4Addr>().ok().map(|address| address.to_string()),
        IndicatorKind::Ipv6 => {
            let bare = plain
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .unwrap_or(&plain);
            let bare = bare.split('%').next().unwrap_or(bare);
            bare.parse::<Ipv6Addr>().ok().map(|address| address.to_string())
        }
        IndicatorKind::Cidr => plain
            .parse::<ipnet::IpNet>()
            .ok()
            .map(|net| net.trunc().to_string()),
        IndicatorKind::Domain => name::ascii(plain.strip_prefix("*.").unwrap_or(&plain)),
        IndicatorKind::Url => {
            let (scheme, rest) = plain.split_once("://")?;
            let known = super::url::scheme(scheme).map(str::to_owned);
            let scheme = known.unwrap_or_else(|| scheme.to_ascii_lowercase());
            super::url::url(&format!("{scheme}://{rest}"), &scheme, scheme.len() + 3)?.value
        }
        IndicatorKind::Email => {
            let (local, host) = plain.rsplit_once('@')?;
            let fine = !local.is_empty() && local.len() <= 64 && !local.contains([' ', '<', '>', '"']);
            let host = name::ascii(host)?;
            fine.then(|| format!("{}@{host}", local.to_ascii_lowercase()))
        }
        IndicatorKind::Md5 => hex(&plain, 32),
        IndicatorKind::Sha1 => hex(&plain, 40),
        IndicatorKind::Sha256 => hex(&plain, 64),
        IndicatorKind::Cve => id::cve(&plain)
            .filter(|(_, len)| *len == plain.len())
            .map(|(value, _)| value),
        IndicatorKind::Technique => {
            let (word, after) = plain.split_at_checked(5)?;
            id::technique(&word.to_ascii_uppercase(), after)
                .filter(|(_, len)| *len == plain.len())
                .map(|(value, _)| value)
        }
        IndicatorKind::Asn => {
            let number = plain.to_ascii_uppercase();
            let number = number
                .strip_prefix("ASN")
                .or_else(|| number.strip_prefix("AS"))
                .unwrap_or(&number);
            number
                .trim()
                .parse::<u32>()
                .ok()
                .map(|number| format!("AS{number}"))
        }
    }
}

fn hex(plain: &str, len: usize) -> Option<String> {
    (plain.len() == len && plain.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| plain.to_ascii_lowercase())
}
