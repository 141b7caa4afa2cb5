//! The style sheet and the policy that admits it alone.

use ascribe_model::words::Tlp;
use sha2::{Digest, Sha256};

/// The sheet, with the marking on every printed page.
pub(super) fn sheet(tlp: Tlp) -> String {
    let color = match tlp {
        Tlp::Clear => "#ffffff",
        Tlp::Green => "#33ff00",
        Tlp::Amber | Tlp::AmberStrict => "#ffc000",
        Tlp::Red => "#ff2b2b",
    };
    format!(
        "{}@page{{@bottom-right{{content:\"TLP:{tlp}\";color:{color};background:#000;font:bold 9pt monospace;\
         print-color-adjust:exact;text-align:center}}@bottom-left{{content:\"page \" counter(page) \" of \" counter(pages);font:9pt sans-serif}}}}",
        include_str!("page.css")
    )
}

/// The sheet of a page that carries no marking.
pub(crate) fn unmarked_sheet() -> String {
    format!(
        "{}@page{{@bottom-left{{content:\"page \" counter(page) \" of \" counter(pages);font:9pt sans-serif}}}}",
        include_str!("page.css")
    )
}

/// A content security policy: this sheet, nothing from anywhere, no script.
pub(crate) fn policy(sheet: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        base64(&Sha256::digest(sheet.as_bytes()))
    )
}

/// The name of a marking in a class.
pub(super) fn tlp_class(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "clear",
        Tlp::Green => "green",
        Tlp::Amber | Tlp::AmberStrict => "amber",
        Tlp::Red => "red",
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (index, shift) in [18_u32, 12, 6, 0].into_iter().enumerate() {
            let digit = usize::try_from(group >> shift & 63)
                .ok()
                .and_then(|value| DIGITS.get(value));
            text.push(if index <= chunk.len() {
                char::from(digit.copied().unwrap_or(b'='))
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_rfc_4648_section_10() {
        for (plain, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), text);
        }
    }

    #[test]
    fn the_sheet_asks_for_nothing_from_outside() {
        let marked = Tlp::ALL.iter().map(|tlp| sheet(*tlp));
        for sheet in marked.chain([unmarked_sheet()]) {
            assert!(!sheet.contains("url(") && !sheet.contains("@import") && !sheet.contains("</"));
        }
    }
}
