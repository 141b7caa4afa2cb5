//! A URL from its scheme on: host, port, and the rest up to where a writer would have ended it.
//!
//! Ends before white space, quotes, angle and square brackets, ideographs; closing punctuation is the sentence's.
//! Canonical: scheme and host in lower case and refanged, the rest as written but refanged.

use std::net::Ipv6Addr;

use ascribe_model::observation::IndicatorKind;

use super::join::{Sign, Style, byte, join};
use super::scanner::{is_word, word_end};
use super::{RAW_BYTES_MAX, address, name};

/// A host with its place.
pub(super) struct Host {
    pub(super) kind: IndicatorKind,
    pub(super) value: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A URL; none of it where it was too long.
pub(super) struct Url {
    pub(super) value: Option<String>,
    pub(super) end: usize,
    pub(super) host: Option<Host>,
}

/// The scheme that `word` is, refanged.
pub(super) fn scheme(word: &str) -> Option<&'static str> {
    const SCHEMES: &[(&str, &str)] = &[
        ("http", "http"),
        ("https", "https"),
        ("hxxp", "http"),
        ("hxxps", "https"),
        ("htxp", "http"),
        ("hxtp", "http"),
        ("htxps", "https"),
        ("hxtps", "https"),
        ("ftp", "ftp"),
        ("fxp", "ftp"),
        ("ftps", "ftps"),
        ("fxps", "ftps"),
        ("sftp", "sftp"),
        ("sfxp", "sftp"),
        ("tftp", "tftp"),
        ("ws", "ws"),
        ("wss", "wss"),
        ("wxs", "ws"),
        ("tcp", "tcp"),
        ("txp", "tcp"),
        ("udp", "udp"),
        ("ssh", "ssh"),
        ("rdp", "rdp"),
        ("smb", "smb"),
        ("ldap", "ldap"),
        ("ldaps", "ldaps"),
        ("irc", "irc"),
        ("ircs", "ircs"),
        ("telnet", "telnet"),
        ("rtsp", "rtsp"),
        ("rtmp", "rtmp"),
        ("socks4", "socks4"),
        ("socks5", "socks5"),
        ("svn", "svn"),
        ("git", "git"),
        ("imap", "imap"),
        ("smtp", "smtp"),
        ("pop3", "pop3"),
    ];
    if word.len() > 6 || word.len() < 2 {
        return None;
    }
    SCHEMES
        .iter()
        .find(|(written, _)| written.eq_ignore_ascii_case(word))
        .map(|(_, meant)| *meant)
}

/// The URL of `scheme` whose authority starts at byte `at`.
pub(super) fn url(text: &str, scheme: &str, at: usize) -> Option<Url> {
    let bytes = text.as_bytes();
    let mut value = format!("{scheme}://");
    let start = match user_end(bytes, at) {
        Some(end) => {
            value.push_str(text.get(at..end)?);
            end
        }
        None => at,
    };
    let (host, written, mut end) = host(text, start)?;
    value.push_str(&written);
    if let Some(colon) = join(bytes, end).filter(|found| found.sign == Sign::Colon) {
        let digits = bytes
            .get(colon.end..)?
            .iter()
            .take(6)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let port = text.get(colon.end..colon.end + digits).unwrap_or_default();
        if digits > 0 && port.parse::<u16>().is_ok() {
            value.push(':');
            value.push_str(port);
            end = colon.end + digits;
        }
    }
    let (rest, end) = rest(text, end);
    value.push_str(&rest);
    let fits = end - at <= RAW_BYTES_MAX - 16;
    Some(Url {
        value: fits.then_some(value),
        end,
        host,
    })
}

/// One past the at sign of `user:password@`, if one stands in this authority.
fn user_end(bytes: &[u8], at: usize) -> Option<usize> {
    let window = bytes.get(at..bytes.len().min(at + 256))?;
    let stop = window
        .iter()
        .position(|byte| {
            matches!(
                byte,
                b'/' | b'?' | b'#' | b'"' | b'<' | b'>' | b'\'' | b',' | b'\\' | b'[' | b'('
            ) || *byte <= b' '
        })
        .unwrap_or(window.len());
    let sign = window.get(..stop)?.iter().rposition(|byte| *byte == b'@')?;
    (sign > 0).then_some(at + sign + 1)
}

/// The host at `start`: as an indicator where it is one, as written in canonical form, and its end.
fn host(text: &str, start: usize) -> Option<(Option<Host>, String, usize)> {
    let bytes = text.as_bytes();
    if byte(bytes, start) == b'[' {
        let close = bytes
            .get(start..bytes.len().min(start + 64))?
            .iter()
            .position(|byte| *byte == b']')?
            + start;
        let address: Ipv6Addr = text.get(start + 1..close)?.parse().ok()?;
        let host = Host {
            kind: IndicatorKind::Ipv6,
            value: address.to_string(),
            start: start + 1,
            end: close,
        };
        return Some((Some(host), format!("[{address}]"), close + 1));
    }
    let mut labels: Vec<&str> = Vec::new();
    let (mut at, mut spoken_from) = (start, None);
    loop {
        let to = word_end(bytes, at);
        if to == at || !is_word(byte(bytes, at)) {
            break;
        }
        labels.push(text.get(at..to)?);
        let end = to;
        let next = join(bytes, end).filter(|found| found.sign == Sign::Dot && labels.len() < 64);
        match next {
            Some(found) if is_word(byte(bytes, found.end)) => {
                if matches!(found.style, Style::Word | Style::Spaced) && spoken_from.is_none() {
                    spoken_from = Some((labels.len(), end));
                }
                at = found.end;
            }
            _ => {
                at = end;
                break;
            }
        }
    }
    // " dot " after a whole name is the sentence's.
    if let Some((count, end)) = spoken_from {
        let whole = name::meant(&labels.join("."));
        let numbers = <[&str; 4]>::try_from(labels.as_slice())
            .ok()
            .and_then(address::quad);
        if (whole.is_none() && numbers.is_none())
            || labels
                .get(..count)
                .is_some_and(|head| name::meant(&head.join(".")).is_some())
        {
            labels.truncate(count);
            at = end;
        }
    }
    let last = labels.last_mut()?;
    let cut = ideograph_after_ascii(last);
    at -= last.len() - cut;
    *last = last.get(..cut)?;
    if let Ok(four) = <[&str; 4]>::try_from(labels.as_slice())
        && let Some(address) = address::quad(four)
    {
        let host = Host {
            kind: IndicatorKind::Ipv4,
            value: address.to_string(),
            start,
            end: at,
        };
        return Some((Some(host), address.to_string(), at));
    }
    let written = labels.join(".");
    let canonical = name::ascii(&written)?;
    let host = name::meant(&written).map(|value| Host {
        kind: IndicatorKind::Domain,
        value,
        start,
        end: at,
    });
    Some((host, canonical, at))
}

/// How many bytes of `label` stand before an ideograph that follows ASCII.
fn ideograph_after_ascii(label: &str) -> usize {
    if !label.starts_with(|first: char| first.is_ascii()) {
        return label.len();
    }
    label.find(is_ideograph).unwrap_or(label.len())
}

/// Scripts that are written without spaces and therefore touch an address.
pub(super) fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{0e00}'..='\u{0e7f}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// Path, query and fragment from byte `at`, refanged, and where they end.
fn rest(text: &str, at: usize) -> (String, usize) {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut kept, mut end, mut open, mut pos) = (0usize, at, 0u32, at);
    let begins = matches!(byte(bytes, at), b'/' | b'?' | b'#')
        || text
            .get(at..)
            .is_some_and(|rest| rest.starts_with("[/]") || rest.starts_with("\\/"));
    if !begins {
        return (out, at);
    }
    while pos < bytes.len() && pos - at <= RAW_BYTES_MAX {
        let here = byte(bytes, pos);
        let mut good = true;
        match here {
            b'[' | b'{' | b'(' => {
                if text.get(pos..).is_some_and(|rest| rest.starts_with("[/]")) {
                    out.push('/');
                    pos += 3;
                } else if let Some(found) =
                    join(bytes, pos).filter(|found| matches!(byte(bytes, found.end - 1), b']' | b'}' | b')'))
                {
                    out.push_str(match found.sign {
                        Sign::Dot => ".",
                        Sign::Colon => ":",
                        Sign::At => "@",
                        Sign::Scheme => "://",
                    });
                    pos = found.end;
                } else if here == b'(' {
                    out.push('(');
                    open += 1;
                    good = false;
                    pos += 1;
                } else {
                    break;
                }
            }
            b')' => {
                good = open > 0;
                open = open.saturating_sub(1);
                out.push(')');
                pos += 1;
            }
            b'\\' => match byte(bytes, pos + 1) {
                next @ (b'/' | b'.') => {
                    out.push(char::from(next));
                    pos += 2;
                }
                _ => break,
            },
            0..=b' ' | b'"' | b'<' | b'>' | b'`' | b'|' | b'^' | b'}' | b']' | b'\'' | 0x7f => break,
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b'*' => {
                good = false;
                out.push(char::from(here));
                pos += 1;
            }
            _ => {
                let Some(letter) = text.get(pos..).and_then(|rest| rest.chars().next()) else {
                    break;
                };
                if !letter.is_ascii() && (is_ideograph(letter) || !letter.is_alphanumeric()) {
                    break;
                }
                out.push(letter);
                pos += letter.len_utf8();
            }
        }
        if good {
            (kept, end) = (out.len(), pos);
        }
    }
    out.truncate(kept);
    (out, end)
}
