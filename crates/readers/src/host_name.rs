//! What readers of traffic take for a host name.

/// A host name or address in lower case without trailing dot; none where it is neither.
pub fn clean_name(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.trim_end_matches('.');
    let fits = !text.is_empty()
        && text.len() <= 253
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':'));
    fits.then(|| text.to_ascii_lowercase())
}
