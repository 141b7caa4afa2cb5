//! Whether the publisher's own words tell something about the matter.

use std::ops::Range;

use crate::layout::Kind;
use crate::sense::named;
use crate::subject::is_verbal;
use crate::words::{Shape, Words};

pub(crate) const MATTER: [&str; 90] = [
    "attack",
    "attacks",
    "attacked",
    "cyberattack",
    "cyberattacks",
    "cyber-attack",
    "cyber-attacks",
    "hack",
    "hacks",
    "hacked",
    "hackers",
    "hacker",
    "hacking",
    "breach",
    "breached",
    "malware",
    "virus",
    "worm",
    "intrusion",
    "intrusions",
    "intruders",
    "leak",
    "leaked",
    "stolen",
    "stole",
    "theft",
    "threat",
    "threats",
    "threatened",
    "threatening",
    "ransomware",
    "phishing",
    "cyber",
    "cyberwarfare",
    "cyber-warfare",
    "defaced",
    "espionage",
    "spying",
    "sanctions",
    "retaliation",
    "attribution",
    "attackers",
    "compromised",
    "compromise",
    "infected",
    "exploit",
    "exploited",
    "vulnerability",
    "data",
    "servers",
    "networks",
    "websites",
    "website",
    "messages",
    "message",
    "emails",
    "email",
    "outage",
    "outages",
    "computers",
    "systems",
    "group",
    "actors",
    "loader",
    "backdoor",
    "implant",
    "payload",
    "domain",
    "domains",
    "server",
    "accounts",
    "account",
    "passwords",
    "password",
    "credentials",
    "encryption",
    "encrypted",
    "exfiltrated",
    "incident",
    "incidents",
    "campaign",
    "victims",
    "victim",
    "ransom",
    "extortion",
    "vulnerabilities",
    "infrastructure",
    "access",
    "tools",
    "operations",
];

/// Whether the publisher's own words tell something about the matter: a word of it or a party, and a verb.
pub(crate) fn tells(words: &Words<'_>, tokens: &Range<usize>, kind: Kind) -> bool {
    let count = tokens.clone().filter(|at| words.is_word(*at)).count();
    let matter = tokens
        .clone()
        .filter(|at| {
            let low = words.low(*at);
            MATTER.contains(&low) || low.starts_with("cyber")
        })
        .count();
    let parties = named(words, tokens.clone());
    if kind == Kind::Headline {
        return count >= 4 && matter > 0 && !parties.is_empty();
    }
    let past = tokens.clone().any(|at| is_verbal(words, at));
    // "An address is a numeric code": what is always so is no report.
    let is_a = |at: usize| {
        matches!(words.low(at), "is" | "are") && matches!(words.low(at.saturating_add(1)), "a" | "an")
    };
    let defines = words.low(tokens.start) == "a" || words.low(tokens.start) == "an";
    let general = defines && tokens.clone().take(8).any(is_a);
    count >= 6
        && !general
        && past
        && (matter >= 1 || !parties.is_empty())
        && !words
            .at(tokens.start)
            .is_some_and(|token| token.shape == Shape::Mark('•'))
}
