//! Which values a STIX pattern names: the comparisons `type:path = 'value'` and `type:path IN ('a', 'b')`.
//!
//! One pass over the characters, no tree: how comparisons are combined does not matter for which values stand in them.
//! What is negated, or compared by LIKE, MATCHES or order, names no value. Source: STIX 2.1, section 9.

use ascribe_model::observation::IndicatorKind;

/// Bytes of a pattern that are read.
pub(super) const PATTERN_BYTES_MAX: usize = 1 << 20;

/// A value that a pattern compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compared {
    /// The object path, as in `file:hashes.MD5`, without quotes.
    pub path: String,
    /// The literal, its escapes undone.
    pub literal: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    None,
    Names,
    Other,
}

/// The comparisons with a value, in order, and what was wrong, where something was.
pub(super) fn compared(pattern: &str) -> (Vec<Compared>, Option<&'static str>) {
    let mut found = Vec::new();
    let mut rest = pattern;
    let mut wrong = None;
    if pattern.len() > PATTERN_BYTES_MAX {
        let mut end = PATTERN_BYTES_MAX;
        while !pattern.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        rest = pattern.get(..end).unwrap_or_default();
        wrong = Some("the pattern is too long; its start was read");
    }
    let (mut path, mut operator, mut negated) = (String::new(), Operator::None, false);
    let (mut open, mut observed) = (0i64, false);
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\'' => {
                let Some((literal, next)) = quoted(after) else {
                    return (found, Some("a quoted value has no end"));
                };
                if operator == Operator::Names && !negated && !path.is_empty() {
                    found.push(Compared {
                        path: path.clone(),
                        literal,
                    });
                }
                rest = next;
            }
            '[' | ']' => {
                observed = true;
                open = open.saturating_add(if c == '[' { 1 } else { -1 });
                (path, operator, negated) = (String::new(), Operator::None, false);
                rest = after;
            }
            '=' => {
                // `!=`, `<=` and `>=` were seen by their first character.
                if operator == Operator::None {
                    operator = Operator::Names;
                }
                rest = after.strip_prefix('=').unwrap_or(after);
            }
            '!' | '<' | '>' => {
                operator = Operator::Other;
                rest = after;
            }
            _ if c.is_ascii_digit() || c == '-' => {
                let len = after
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '.')
                    .unwrap_or(after.len());
                let (more, next) = after.split_at_checked(len).unwrap_or((after, ""));
                if operator == Operator::Names && !negated && !path.is_empty() {
                    found.push(Compared {
                        path: path.clone(),
                        literal: format!("{c}{more}"),
                    });
                }
                rest = next;
            }
            _ if c.is_ascii_alphabetic() => {
                let (word, next) = word(rest);
                if word.contains(':') {
                    (path, operator, negated) = (word, Operator::None, false);
                } else {
                    match word.to_ascii_uppercase().as_str() {
                        "NOT" => negated = true,
                        "IN" | "ISSUBSET" => operator = Operator::Names,
                        "LIKE" | "MATCHES" | "ISSUPERSET" => operator = Operator::Other,
                        // A timestamp, binary or hex literal: `t'…'`.
                        "T" | "B" | "H" if next.starts_with('\'') => operator = Operator::Other,
                        _ => (path, operator, negated) = (String::new(), Operator::None, false),
                    }
                }
                rest = next;
            }
            _ => rest = after,
        }
    }
    if wrong.is_none() && (!observed || open != 0) {
        wrong = Some("its brackets do not match");
    }
    (found, wrong)
}

/// A literal after its opening quote, and what follows its closing one.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut literal = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return Some((literal, text.get(at.saturating_add(1)..)?)),
            '\\' => literal.push(chars.next()?.1),
            _ => literal.push(c),
        }
    }
    None
}

/// A keyword or an object path, whose steps may be quoted and indexed; and what follows.
fn word(text: &str) -> (String, &str) {
    let mut word = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.') {
            word.push(c);
            rest = after;
        } else if c == '\'' && word.ends_with(['.', ':']) {
            let Some((step, next)) = quoted(after) else { break };
            word.push_str(&step);
            rest = next;
        } else if c == '[' && word.contains(':') {
            let Some((index, next)) = after.split_once(']') else {
                break;
            };
            if index != "*" && !index.bytes().all(|byte| byte.is_ascii_digit()) {
                break;
            }
            rest = next;
        } else {
            break;
        }
    }
    (word, rest)
}

/// The kind of indicator that stands at `path`, where one does: `value` decides what a reference may mean.
pub(super) fn kind_at(path: &str, value: &str) -> Option<IndicatorKind> {
    let (object, steps) = path.split_once(':')?;
    if let Some((before, hash)) = steps.rsplit_once('.')
        && (before == "hashes" || before.ends_with(".hashes"))
    {
        return hash_kind(hash);
    }
    match (object, steps) {
        ("autonomous-system", "number") => Some(IndicatorKind::Asn),
        ("vulnerability", "name") => Some(IndicatorKind::Cve),
        ("email-message", "from_ref.value" | "sender_ref.value") => Some(IndicatorKind::Email),
        ("ipv4-addr" | "ipv6-addr", "value") => address_kind(value),
        ("domain-name", "value") => Some(IndicatorKind::Domain),
        ("url", "value") => Some(IndicatorKind::Url),
        ("email-addr", "value") => Some(IndicatorKind::Email),
        ("network-traffic", steps)
            if steps.ends_with("_ref.value") || steps.ends_with("request_header.Host") =>
        {
            address_kind(value).or(Some(IndicatorKind::Domain))
        }
        ("domain-name" | "network-traffic", "resolves_to_refs.value") => {
            address_kind(value).or(Some(IndicatorKind::Domain))
        }
        _ => None,
    }
}

/// The kind of a hash by the name of its algorithm, however it is spelt.
pub(super) fn hash_kind(name: &str) -> Option<IndicatorKind> {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    match plain.as_str() {
        "md5" => Some(IndicatorKind::Md5),
        "sha1" => Some(IndicatorKind::Sha1),
        "sha256" => Some(IndicatorKind::Sha256),
        _ => None,
    }
}

/// Address or network, of either family; none where it is neither.
pub(super) fn address_kind(value: &str) -> Option<IndicatorKind> {
    let (address, length) = value
        .split_once('/')
        .map_or((value, None), |(address, length)| (address, Some(length)));
    match (address.parse::<std::net::IpAddr>().ok()?, length) {
        (std::net::IpAddr::V4(_), None | Some("32")) => Some(IndicatorKind::Ipv4),
        (std::net::IpAddr::V6(_), None | Some("128")) => Some(IndicatorKind::Ipv6),
        (_, Some(_)) => Some(IndicatorKind::Cidr),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pattern: &str) -> Vec<String> {
        compared(pattern)
            .0
            .into_iter()
            .map(|found| format!("{} {}", found.path, found.literal))
            .collect()
    }

    #[test]
    fn equal_and_in_name_values() {
        assert_eq!(
            shown(
                "[file:hashes.'SHA-256' = 'aa' OR file:hashes.MD5 IN ('b', 'c')] FOLLOWEDBY [url:value = 'http://x/\\'q'] \
                 START t'2014-01-01T00:00:00Z' STOP t'2015-01-01T00:00:00Z'"
            ),
            [
                "file:hashes.SHA-256 aa",
                "file:hashes.MD5 b",
                "file:hashes.MD5 c",
                "url:value http://x/'q"
            ]
        );
        assert_eq!(
            shown("[autonomous-system:number = 64496]"),
            ["autonomous-system:number 64496"]
        );
        assert_eq!(
            shown(
                "[email-message:received_lines[*] = 'a' AND domain-name:resolves_to_refs[0].value = '192.0.2.1']"
            ),
            [
                "email-message:received_lines a",
                "domain-name:resolves_to_refs.value 192.0.2.1"
            ]
        );
    }

    #[test]
    fn what_is_denied_or_matched_names_none() {
        for pattern in [
            "[ipv4-addr:value != '192.0.2.1']",
            "[ipv4-addr:value NOT = '192.0.2.1']",
            "[ipv4-addr:value NOT IN ('192.0.2.1')]",
            "[url:value LIKE '%x%']",
            "[url:value MATCHES '^x']",
            "[file:created = t'2014-01-01T00:00:00Z']",
            "[file:size >= 5]",
        ] {
            assert_eq!(compared(pattern), (vec![], None), "{pattern}");
        }
    }

    #[test]
    fn damage_is_said() {
        assert!(compared("[url:value = 'x").1.is_some());
        assert!(compared("[url:value = 'x'").1.is_some());
        assert!(compared("url").1.is_some());
    }
}
