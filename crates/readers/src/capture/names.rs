//! Which server name a client asked for in the clear: TLS ClientHello and HTTP request heads.
//!
//! Source: RFC 8446 section 4.1.2, RFC 6066 section 3, RFC 9112.

use ascribe_model::cursor::{Cursor, Cut};

use crate::host_name::clean_name;

/// The head of an HTTP request is looked at up to here.
const HEAD_BYTES_MAX: usize = 8192;
/// No ClientHello is larger.
pub const HELLO_BYTES_MAX: usize = 18 * 1024;

/// What a look at the start of a client's stream gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hello {
    /// Not a ClientHello, or one without a name.
    None,
    /// More bytes are needed.
    More,
    /// The name, lower case.
    Name(String),
}

/// The server name in a TLS ClientHello at the start of `data`.
pub fn sni(data: &[u8]) -> Hello {
    if data.len() < 6 {
        return if data.starts_with(&[0x16, 3]) {
            Hello::More
        } else {
            Hello::None
        };
    }
    let (Some([0x16, 3, minor]), Some(1)) = (data.get(..3), data.get(5).copied()) else {
        return Hello::None;
    };
    if *minor > 4 {
        return Hello::None;
    }
    // A hello may be spread over several records: join what they carry.
    let mut body = Vec::new();
    let mut cursor = Cursor::new(data, 0);
    let mut whole = true;
    while cursor.left() > 0 && body.len() < HELLO_BYTES_MAX {
        let header = cursor
            .u8("record type")
            .and_then(|kind| cursor.u16_be("version").map(|_| kind));
        let (Ok(0x16), Ok(len)) = (header, cursor.u16_be("record length")) else {
            break;
        };
        let len = usize::from(len);
        let take = len.min(cursor.left());
        whole = take == len;
        match cursor.take(take, "record") {
            Ok(bytes) => body.extend_from_slice(bytes),
            Err(_) => break,
        }
    }
    match hello_name(&body) {
        Ok(Some(name)) => Hello::Name(name),
        Ok(None) => Hello::None,
        Err(_) if body.len() >= HELLO_BYTES_MAX => Hello::None,
        // The records seen are whole but the hello is not: it goes on in the next record.
        Err(_) => {
            let said = body.get(1..4).map_or(usize::MAX, |len| {
                len.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
            });
            if whole && body.len() >= said.saturating_add(4) {
                Hello::None
            } else {
                Hello::More
            }
        }
    }
}

fn hello_name(body: &[u8]) -> Result<Option<String>, Cut> {
    let mut cursor = Cursor::new(body, 0);
    cursor.skip(4 + 2 + 32, "hello head")?;
    let len = cursor.u8("session id length")?;
    cursor.skip(usize::from(len), "session id")?;
    let len = cursor.u16_be("cipher suites length")?;
    cursor.skip(usize::from(len), "cipher suites")?;
    let len = cursor.u8("compression length")?;
    cursor.skip(usize::from(len), "compression")?;
    let mut left = usize::from(cursor.u16_be("extensions length")?);
    while left >= 4 {
        let kind = cursor.u16_be("extension type")?;
        let len = usize::from(cursor.u16_be("extension length")?);
        let data = cursor.take(len, "extension")?;
        left = left.saturating_sub(len.saturating_add(4));
        if kind == 0 {
            let mut list = Cursor::new(data, 0);
            list.skip(2, "list length")?;
            let kind = list.u8("name type")?;
            let len = list.u16_be("name length")?;
            let name = list.take(usize::from(len), "name")?;
            return Ok((kind == 0).then(|| clean_name(name)).flatten());
        }
    }
    Ok(None)
}

/// Host (without port) and URL of an HTTP request that starts `data`.
pub fn http(data: &[u8]) -> Option<(String, String)> {
    const METHODS: [&[u8]; 9] = [
        b"GET ",
        b"POST ",
        b"HEAD ",
        b"PUT ",
        b"DELETE ",
        b"OPTIONS ",
        b"CONNECT ",
        b"PATCH ",
        b"PROPFIND ",
    ];
    let method = METHODS.into_iter().find(|method| data.starts_with(method))?;
    let head = data.get(..data.len().min(HEAD_BYTES_MAX))?;
    let mut lines = head.split(|byte| *byte == b'\n');
    let request = lines.next()?.get(method.len()..)?;
    let mut parts = request.split(|byte| *byte == b' ');
    let target = std::str::from_utf8(parts.next()?).ok()?;
    if !parts.next()?.starts_with(b"HTTP/1") {
        return None;
    }
    for line in lines {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return None;
        }
        let Some((name, value)) = line.split_at_checked(5) else {
            continue;
        };
        if name.eq_ignore_ascii_case(b"host:") {
            let value = value.trim_ascii();
            let name = host_of(value)?;
            let url = if target.contains("://") {
                target.to_owned()
            } else if target.starts_with('/') {
                format!("http://{}{target}", std::str::from_utf8(value).ok()?)
            } else {
                String::new()
            };
            return Some((name, url));
        }
    }
    None
}

/// The name in `name:port` or `[address]:port`.
fn host_of(value: &[u8]) -> Option<String> {
    if let Some(rest) = value.strip_prefix(b"[") {
        return clean_name(rest.split(|byte| *byte == b']').next()?);
    }
    clean_name(value.split(|byte| *byte == b':').next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_lose_their_port_and_urls_keep_it() {
        let request = b"GET /a?b=1 HTTP/1.1\r\nUser-Agent: x\r\nhOST: Evil.Example:8080\r\n\r\n";
        assert_eq!(
            http(request),
            Some((
                "evil.example".to_owned(),
                "http://Evil.Example:8080/a?b=1".to_owned()
            ))
        );
        assert_eq!(http(b"GET / HTTP/1.1\r\n\r\nHost: body.example\r\n"), None);
    }
}
