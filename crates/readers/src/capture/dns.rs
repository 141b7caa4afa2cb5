//! Which answers a DNS message carries.
//!
//! Compression pointers may only point backwards and are followed at most 32 times; at most 256 records a message.
//! Source: RFC 1035, section 4.

use std::net::{Ipv4Addr, Ipv6Addr};

const JUMPS_MAX: usize = 32;
const RECORDS_MAX: usize = 256;

/// What a message says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    pub is_response: bool,
    /// The first name asked for, lower case.
    pub asked: Option<String>,
    /// (owner, record type, value), lower case.
    pub answers: Vec<(String, &'static str, String)>,
}

/// The message in `data`; none where it is no DNS message. Records after a damaged one are not given.
pub fn parse(data: &[u8]) -> Option<Message> {
    let word = |at: usize| -> Option<u16> {
        Some(u16::from_be_bytes(
            data.get(at..at.checked_add(2)?)?.try_into().ok()?,
        ))
    };
    let (flags, questions, answers) = (word(2)?, word(4)?, word(6)?);
    // Standard queries only, with the reserved bit clear.
    if flags & 0x7840 != 0 || questions > 16 {
        return None;
    }
    let mut message = Message {
        is_response: flags & 0x8000 != 0,
        ..Message::default()
    };
    let mut at = 12usize;
    for _ in 0..questions {
        let (name, after) = name(data, at)?;
        at = after.checked_add(4)?;
        if at > data.len() {
            return None;
        }
        message.asked.get_or_insert(name);
    }
    if message.is_response {
        for _ in 0..usize::from(answers).min(RECORDS_MAX) {
            let Some((record, after)) = record(data, at) else {
                break;
            };
            message.answers.extend(record);
            at = after;
        }
    }
    Some(message)
}

type Record = (String, &'static str, String);

/// One resource record (none of a type that names nothing) and where the next starts.
fn record(data: &[u8], at: usize) -> Option<(Option<Record>, usize)> {
    let (owner, at) = name(data, at)?;
    let fixed = data.get(at..at.checked_add(10)?)?;
    let kind = u16::from_be_bytes(fixed.get(..2)?.try_into().ok()?);
    let len = usize::from(u16::from_be_bytes(fixed.get(8..10)?.try_into().ok()?));
    let start = at.checked_add(10)?;
    let end = start.checked_add(len)?;
    let value = data.get(start..end)?;
    let record = match kind {
        1 => <[u8; 4]>::try_from(value)
            .ok()
            .map(|bytes| ("A", Ipv4Addr::from(bytes).to_string())),
        28 => <[u8; 16]>::try_from(value)
            .ok()
            .map(|bytes| ("AAAA", Ipv6Addr::from(bytes).to_string())),
        5 => name(data, start).map(|(name, _)| ("CNAME", name)),
        2 => name(data, start).map(|(name, _)| ("NS", name)),
        12 => name(data, start).map(|(name, _)| ("PTR", name)),
        15 => name(data, start.checked_add(2)?).map(|(name, _)| ("MX", name)),
        33 => name(data, start.checked_add(6)?).map(|(name, _)| ("SRV", name)),
        _ => None,
    };
    Some((record.map(|(kind, value)| (owner, kind, value)), end))
}

/// The name at `at`, lower case with dots (bytes that are no printable ASCII as `\DDD`), and where what follows it starts.
fn name(data: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut after = None;
    let mut jumps = 0usize;
    loop {
        let len = *data.get(at)?;
        match len {
            0 => {
                let end = at.checked_add(1)?;
                return Some((text, after.unwrap_or(end)));
            }
            1..=63 => {
                let start = at.checked_add(1)?;
                let end = start.checked_add(usize::from(len))?;
                if !text.is_empty() {
                    text.push('.');
                }
                for byte in data.get(start..end)? {
                    if byte.is_ascii_graphic() && *byte != b'.' && *byte != b'\\' {
                        text.push(char::from(byte.to_ascii_lowercase()));
                    } else {
                        text.push_str(&format!("\\{byte:03}"));
                    }
                }
                if text.len() > 1024 {
                    return None;
                }
                at = end;
            }
            0xC0.. => {
                let low = *data.get(at.checked_add(1)?)?;
                let to = usize::from(len & 0x3F) << 8 | usize::from(low);
                after.get_or_insert(at.checked_add(2)?);
                jumps += 1;
                // Only backwards: a loop is not possible.
                if to >= at || jumps > JUMPS_MAX {
                    return None;
                }
                at = to;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_to_itself_is_refused() {
        let mut data = vec![0, 1, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0];
        data.extend([0xC0, 12, 0, 1, 0, 1]);
        assert_eq!(parse(&data), None);
    }

    #[test]
    fn a_compressed_answer_is_read() {
        let mut data = vec![0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        data.extend(b"\x03WWW\x07example\x00\x00\x01\x00\x01");
        data.extend([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, 7]);
        let message = parse(&data).unwrap();
        assert_eq!(
            message.answers,
            [("www.example".to_owned(), "A", "203.0.113.7".to_owned())]
        );
    }
}
