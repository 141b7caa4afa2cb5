//! The marks that a mail program leaves in a mail: its name, how it makes names for mails and borders between parts,
//! its character set, language and clock.
//!
//! Each is written by the sender and as easily forged. Shapes stand for random parts: runs of digits, hex digits and letters.

use std::collections::BTreeSet;

use ascribe_model::Span;
use ascribe_model::moment::Clock;
use ascribe_model::observation::Saw;
use ascribe_model::text::Role;

use crate::Evidence;

/// Characters of a value that are kept.
const VALUE_CHARS_MAX: usize = 120;
/// A paragraph that is this long is somebody's own words, not a greeting. Judged.
const PARAGRAPH_CHARS_MIN: usize = 80;

/// What kind of mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// X-Mailer or User-Agent.
    Client,
    /// What stands behind the `@` of the Message-ID.
    IdHost,
    /// The shape of what stands before it.
    IdShape,
    /// The shape of the border between parts.
    Border,
    /// Character set of the text.
    Charset,
    /// Language that the mail says it is in.
    Language,
    /// Offset of the Date from UTC.
    Offset,
}

impl Mark {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::IdHost => "Message-ID host",
            Self::IdShape => "Message-ID shape",
            Self::Border => "border shape",
            Self::Charset => "character set",
            Self::Language => "language",
            Self::Offset => "clock",
        }
    }
}

/// A mail with its marks.
#[derive(Debug)]
pub(super) struct Letter<'w> {
    pub(super) evidence: &'w Evidence,
    pub(super) at: Span,
    pub(super) marks: BTreeSet<(Mark, String)>,
    /// Long paragraphs, white space evened out: text and where it stands.
    pub(super) paragraphs: Vec<(String, Span)>,
    /// Message-ID, and those it answers.
    pub(super) id: Option<String>,
    pub(super) answers: Vec<String>,
}

fn shown(value: &str) -> String {
    value
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(VALUE_CHARS_MAX)
        .collect()
}

/// `5481ecc0.19` is `h8.d2`: runs of digits, of hex digits and of letters with their lengths; the rest as it is.
pub(super) fn shape(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    let close = |run: &mut String, out: &mut String| {
        if run.is_empty() {
            return;
        }
        let kind = if run.bytes().all(|byte| byte.is_ascii_digit()) {
            'd'
        } else if run.bytes().all(|byte| byte.is_ascii_hexdigit())
            && run.bytes().any(|byte| byte.is_ascii_digit())
        {
            'h'
        } else if run.bytes().any(|byte| byte.is_ascii_digit()) {
            'm'
        } else {
            'a'
        };
        out.push(kind);
        out.push_str(&run.len().to_string());
        run.clear();
    };
    for letter in text.chars().take(VALUE_CHARS_MAX) {
        if letter.is_ascii_alphanumeric() {
            run.push(letter);
        } else {
            close(&mut run, &mut out);
            out.push(letter);
        }
    }
    close(&mut run, &mut out);
    out
}

/// The value of a parameter in a Content-Type.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|part| {
        let (is, text) = part.split_once('=')?;
        is.trim()
            .eq_ignore_ascii_case(name)
            .then(|| text.trim().trim_matches('"').to_owned())
    })
}

/// The identifiers in angle brackets.
fn ids(value: &str) -> impl Iterator<Item = String> {
    value
        .split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(id, _)| id.trim().to_owned())
        .take(200)
}

/// The mail of an artifact, and the one mailbox it says it is from.
pub(super) fn letter(evidence: &Evidence) -> Option<(String, Letter<'_>)> {
    if evidence.reading.kind != "mail" {
        return None;
    }
    let (at, mail) = evidence
        .reading
        .observations
        .iter()
        .find_map(|seen| match &seen.saw {
            Saw::Mail(mail) => Some((seen.at, mail)),
            _ => None,
        })?;
    let [from] = mail.from.as_slice() else { return None };
    let mailbox =
        ascribe_intel::indicators::canonical(ascribe_model::observation::IndicatorKind::Email, from)?;
    let mut letter = Letter {
        evidence,
        at,
        marks: BTreeSet::new(),
        paragraphs: Vec::new(),
        id: mail.message_id.clone(),
        answers: Vec::new(),
    };
    if let Some((before, host)) = mail.message_id.as_deref().and_then(|id| id.rsplit_once('@')) {
        letter
            .marks
            .insert((Mark::IdHost, shown(host).to_ascii_lowercase()));
        letter.marks.insert((Mark::IdShape, shape(before)));
    }
    if let Some(Clock::Offset(seconds)) = mail.date.as_ref().map(ascribe_model::Moment::clock) {
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.unsigned_abs() / 60;
        let text = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        letter.marks.insert((Mark::Offset, text));
    }
    for seen in &evidence.reading.observations {
        let Saw::Text(text) = &seen.saw else { continue };
        let value = text.as_str();
        match &text.role {
            Role::Header(name) => match name.as_str() {
                "x-mailer" | "user-agent" | "x-mimeole" => {
                    letter.marks.insert((Mark::Client, shown(value)));
                }
                "content-type" => {
                    let charset = parameter(value, "charset").map(|set| shown(&set).to_ascii_lowercase());
                    letter.marks.extend(charset.map(|set| (Mark::Charset, set)));
                    let border = parameter(value, "boundary").map(|border| shape(&border));
                    letter.marks.extend(border.map(|border| (Mark::Border, border)));
                }
                "content-language" | "accept-language" => {
                    letter
                        .marks
                        .insert((Mark::Language, shown(value).to_ascii_lowercase()));
                }
                "in-reply-to" | "references" => letter.answers.extend(ids(value)),
                _ => {}
            },
            Role::Body => {
                let plain = value
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .to_lowercase();
                // Lines that quote another mail are that mail's words.
                if plain.chars().count() >= PARAGRAPH_CHARS_MIN && !value.trim_start().starts_with('>') {
                    letter.paragraphs.push((plain, seen.at));
                }
            }
            _ => {}
        }
    }
    Some((mailbox, letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_parts_have_a_shape() {
        assert_eq!(shape("5481ecc0.19"), "h8.d2");
        assert_eq!(
            shape("----=_NextPart_000_0015_01D00F4B.8A3C2B10"),
            "----=_a8_d3_d4_h8.h8"
        );
        assert_eq!(shape("CAB=xyz"), "a3=a3");
        assert_eq!(shape(""), "");
    }

    #[test]
    fn parameters_and_ids_are_found() {
        let value = "multipart/mixed; boundary=\"a;b\"; CharSet=EUC-KR";
        assert_eq!(parameter(value, "charset").as_deref(), Some("EUC-KR"));
        assert_eq!(ids("<a@b> x <c@d>").collect::<Vec<_>>(), ["a@b", "c@d"]);
    }
}
