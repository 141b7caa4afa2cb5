//! One `Received` header: the names, address and date that a host wrote into it.
//!
//! Reads the forms of Postfix, Sendmail, Exim, qmail and Exchange. Believes nothing.

use std::net::IpAddr;

use ascribe_model::observation::Hop;

use crate::stated_date::mail_date;

/// What the value says.
pub fn parse(value: &str, index: u32) -> Hop {
    let (trace, date) = value.rsplit_once(';').unwrap_or((value, ""));
    let mut hop = Hop {
        index,
        when: mail_date(date.trim()),
        ..Hop::default()
    };
    let mut clause = "";
    let mut helo = None;
    let mut take = false;
    for token in tokens(trace) {
        match token {
            Token::Word(word) => {
                let lower = word.to_ascii_lowercase();
                if ["from", "by", "with", "id", "for", "via"].contains(&lower.as_str()) && !take {
                    clause = match lower.as_str() {
                        "from" => "from",
                        "by" => "by",
                        "with" => "with",
                        _ => "other",
                    };
                    take = true;
                    continue;
                }
                if take {
                    take = false;
                    match clause {
                        "from" if hop.from_name.is_none() => {
                            if let Some(address) = bracketed(word) {
                                hop.from_address = Some(address);
                            } else {
                                hop.from_name = Some(word.to_owned());
                            }
                        }
                        "by" if hop.by.is_none() => hop.by = Some(word.to_owned()),
                        "with" if hop.with.is_none() => hop.with = Some(word.to_owned()),
                        _ => {}
                    }
                }
            }
            Token::Comment(text) if clause == "from" => {
                take = false;
                if hop.from_address.is_none() {
                    hop.from_address = bracketed(text).or_else(|| bare(text));
                }
                helo = helo.or_else(|| greeting(text));
            }
            Token::Comment(_) => {}
        }
    }
    // qmail and Exim put the name looked up first and the name given in the comment.
    if helo.is_some() {
        hop.from_name = helo;
    }
    hop
}

enum Token<'a> {
    Word(&'a str),
    Comment(&'a str),
}

/// Words, and comments whole; nesting is counted, not followed.
fn tokens(text: &str) -> Vec<Token<'_>> {
    const TOKENS_MAX: usize = 200;
    let mut out = Vec::new();
    let (mut depth, mut start) = (0u32, 0usize);
    for (at, c) in text.char_indices() {
        match c {
            '(' => {
                if depth == 0 {
                    if let Some(found) = text.get(start..at).filter(|found| !found.trim().is_empty()) {
                        out.push(Token::Word(found.trim()));
                    }
                    start = at.saturating_add(1);
                }
                depth = depth.saturating_add(1);
            }
            ')' if depth > 0 => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    out.push(Token::Comment(text.get(start..at).unwrap_or_default()));
                    start = at.saturating_add(1);
                }
            }
            c if c.is_whitespace() && depth == 0 => {
                if let Some(found) = text.get(start..at).filter(|found| !found.is_empty()) {
                    out.push(Token::Word(found));
                }
                start = at.saturating_add(c.len_utf8());
            }
            _ => {}
        }
        if out.len() >= TOKENS_MAX {
            return out;
        }
    }
    if let Some(found) = text.get(start..).filter(|found| !found.trim().is_empty()) {
        out.push(if depth > 0 {
            Token::Comment(found)
        } else {
            Token::Word(found.trim())
        });
    }
    out
}

fn address(text: &str) -> Option<String> {
    let plain = text.trim();
    let plain = plain
        .strip_prefix("IPv6:")
        .or_else(|| plain.strip_prefix("ipv6:"))
        .unwrap_or(plain);
    plain.parse::<IpAddr>().ok().map(|address| address.to_string())
}

/// The first address in square brackets.
fn bracketed(text: &str) -> Option<String> {
    text.split('[')
        .skip(1)
        .find_map(|rest| address(rest.split(']').next()?))
}

/// The first word that is an address (qmail writes no brackets).
fn bare(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '@' | '(' | ')' | ',' | '='))
        .find_map(address)
}

/// The name given in the greeting: `HELO name`, `helo=name`.
fn greeting(text: &str) -> Option<String> {
    let mut words = text.split(|c: char| c.is_whitespace() || c == '=' || c == '(' || c == ')');
    words.find(|word| word.eq_ignore_ascii_case("helo") || word.eq_ignore_ascii_case("ehlo"))?;
    words
        .find(|word| !word.is_empty())
        .map(|name| name.trim_matches(['[', ']']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(value: &str) -> String {
        let hop = parse(value, 0);
        let show = |field: Option<String>| field.unwrap_or_else(|| "-".to_owned());
        format!(
            "{} {} {} {} {}",
            show(hop.from_name),
            show(hop.from_address),
            show(hop.by),
            show(hop.with),
            hop.when.map_or("-".to_owned(), String::from)
        )
    }

    #[test]
    fn the_forms_of_five_mailers_are_read() {
        assert_eq!(
            line(
                "from mx.example (host.example [192.0.2.7]) by in.example (Postfix) with ESMTPS id 1A for <a@b.example>; Mon, 24 Nov 2014 09:00:01 -0800 (PST)"
            ),
            "mx.example 192.0.2.7 in.example ESMTPS 2014-11-24T09:00:01-08:00"
        );
        assert_eq!(
            line(
                "from unknown (HELO evil.example) (192.0.2.9) by in.example with SMTP; 24 Nov 2014 17:00:01 -0000"
            ),
            "evil.example 192.0.2.9 in.example SMTP 2014-11-24T17:00:01-00:00"
        );
        assert_eq!(
            line(
                "from [192.0.2.9] (helo=evil.example) by in.example with esmtp (Exim 4.80) id 1; Mon, 24 Nov 2014 17:00:01 +0000"
            ),
            "evil.example 192.0.2.9 in.example esmtp 2014-11-24T17:00:01+00:00"
        );
        assert_eq!(
            line(
                "from a.example (2001:db8::1) by b.example (2001:db8::2) with Microsoft SMTP Server id 15.1; Mon, 24 Nov 2014 17:00:01"
            ),
            "a.example 2001:db8::1 b.example Microsoft 2014-11-24T17:00:01"
        );
        assert_eq!(line("by 10.0.0.1 with SMTP id x; soon"), "- - 10.0.0.1 SMTP -");
    }
}
