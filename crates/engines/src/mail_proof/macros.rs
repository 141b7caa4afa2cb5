//! Macros in the names of SPF policies. Source: RFC 7208, section 7.

use std::net::IpAddr;

use super::spf::Sender;

/// Whether `text` is plain text and whole macros.
pub(super) fn is_macro_string(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let Some(after) = rest.get(at.saturating_add(1)..) else {
            return false;
        };
        let Some((_, next)) = macro_at(after) else {
            return false;
        };
        rest = next;
    }
    text.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
}

/// Whether `text` can be the name of a mechanism: macros may stand in it, and it ends in one or in a top label.
pub(super) fn is_domain_spec(text: &str) -> bool {
    if text.is_empty() || !is_macro_string(text) {
        return false;
    }
    if text.ends_with('}') || text.ends_with("%%") || text.ends_with("%_") || text.ends_with("%-") {
        return true;
    }
    let Some((_, label)) = text.strip_suffix('.').unwrap_or(text).rsplit_once('.') else {
        return false;
    };
    !label.is_empty()
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && label.bytes().any(|byte| !byte.is_ascii_digit())
        && !label.starts_with('-')
        && !label.ends_with('-')
}

enum Piece<'t> {
    Plain(&'static str),
    Letter {
        letter: char,
        keep: Option<usize>,
        reverse: bool,
        delimiters: &'t str,
    },
}

/// The macro behind a `%`, and what follows it.
fn macro_at(text: &str) -> Option<(Piece<'_>, &str)> {
    for (mark, plain) in [("%", "%"), ("_", " "), ("-", "%20")] {
        if let Some(rest) = text.strip_prefix(mark) {
            return Some((Piece::Plain(plain), rest));
        }
    }
    let (inner, rest) = text.strip_prefix('{')?.split_once('}')?;
    let mut letters = inner.chars();
    let letter = letters.next()?;
    if !"slodiphvSLODIPHV".contains(letter) {
        return None;
    }
    let after = letters.as_str();
    let digits = after
        .len()
        .saturating_sub(after.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    let (number, after) = after.split_at_checked(digits)?;
    let keep = match number {
        "" => None,
        number => Some(number.parse::<usize>().ok().filter(|count| *count > 0)?),
    };
    let (reverse, delimiters) = match after.strip_prefix(['r', 'R']) {
        Some(delimiters) => (true, delimiters),
        None => (false, after),
    };
    if !delimiters.chars().all(|c| ".-+,/_=".contains(c)) {
        return None;
    }
    Some((
        Piece::Letter {
            letter,
            keep,
            reverse,
            delimiters,
        },
        rest,
    ))
}

/// `spec` with its macros filled in, at most 253 characters; labels on the left are cut.
pub(super) fn expand(spec: &str, domain: &str, sender: &Sender<'_>) -> Option<String> {
    let mut out = String::new();
    let mut rest = spec;
    while let Some(at) = rest.find('%') {
        out.push_str(rest.get(..at)?);
        let (piece, next) = macro_at(rest.get(at.saturating_add(1)..)?)?;
        match piece {
            Piece::Plain(plain) => out.push_str(plain),
            Piece::Letter {
                letter,
                keep,
                reverse,
                delimiters,
            } => {
                let value = value(letter.to_ascii_lowercase(), domain, sender);
                let delimiters = if delimiters.is_empty() { "." } else { delimiters };
                let mut parts: Vec<&str> = value.split(|c| delimiters.contains(c)).collect();
                if reverse {
                    parts.reverse();
                }
                let from = keep.map_or(0, |keep| parts.len().saturating_sub(keep));
                let kept = parts.get(from..).unwrap_or_default().join(".");
                if letter.is_ascii_uppercase() {
                    for byte in kept.bytes() {
                        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                            out.push(char::from(byte));
                        } else {
                            out.push_str(&format!("%{byte:02X}"));
                        }
                    }
                } else {
                    out.push_str(&kept);
                }
            }
        }
        rest = next;
        if out.len() > 10_000 {
            return None;
        }
    }
    out.push_str(rest);
    let mut name = out.trim_end_matches('.').to_ascii_lowercase();
    while name.len() > 253 {
        name = name.split_once('.')?.1.to_owned();
    }
    Some(name)
}

fn value(letter: char, domain: &str, sender: &Sender<'_>) -> String {
    let (local, host) = sender
        .mailbox
        .rsplit_once('@')
        .unwrap_or(("postmaster", sender.mailbox));
    let local = if local.is_empty() { "postmaster" } else { local };
    match letter {
        's' => format!("{local}@{host}"),
        'l' => local.to_owned(),
        'o' => host.to_owned(),
        'd' => domain.to_owned(),
        'i' => match sender.address {
            IpAddr::V4(four) => four.to_string(),
            IpAddr::V6(six) => {
                let digits = format!("{:032x}", six.to_bits());
                digits.chars().map(String::from).collect::<Vec<_>>().join(".")
            }
        },
        'v' => if sender.address.is_ipv4() {
            "in-addr"
        } else {
            "ip6"
        }
        .to_owned(),
        'h' => sender.helo.to_owned(),
        // A name of the address that is not checked must not be used.
        _ => "unknown".to_owned(),
    }
}
