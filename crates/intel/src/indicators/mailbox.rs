//! Mailboxes: what stands around an at sign, in plain or in defanged form, and where its parts begin and end.

use ascribe_model::observation::IndicatorKind;

use super::join::{Join, Style, byte};
use super::name;
use super::scanner::{Scanner, is_word, word_end};

/// Longest local part of a mailbox (RFC 5321, 4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;
/// Words before " at " in prose about hosts.
const BEFORE_AT: &[&str] = &[
    "access",
    "accessible",
    "address",
    "aimed",
    "at",
    "available",
    "based",
    "connect",
    "connected",
    "contact",
    "directed",
    "domain",
    "domains",
    "downloads",
    "file",
    "files",
    "found",
    "home",
    "host",
    "hosted",
    "hosts",
    "ip",
    "is",
    "it",
    "located",
    "look",
    "looked",
    "looking",
    "page",
    "pages",
    "payload",
    "point",
    "pointed",
    "pointing",
    "points",
    "reach",
    "reachable",
    "registered",
    "resides",
    "running",
    "seen",
    "server",
    "servers",
    "served",
    "site",
    "sites",
    "stored",
    "them",
    "this",
    "url",
    "was",
    "website",
    "websites",
];

impl Scanner<'_> {
    /// Where the local part that ends at `end` starts.
    pub(super) fn local_start(&self, end: usize) -> usize {
        let mut start = end;
        while start > 0
            && end - start < LOCAL_BYTES_MAX
            && (byte(self.bytes, start - 1).is_ascii_alphanumeric()
                || matches!(byte(self.bytes, start - 1), b'.' | b'_' | b'+' | b'-'))
        {
            start -= 1;
        }
        while start < end && matches!(byte(self.bytes, start), b'.' | b'-') {
            start += 1;
        }
        start
    }

    /// The mailbox whose local part is `self.chain`, which ends at `end`, with the at sign `at`.
    pub(super) fn mailbox(&mut self, end: usize, at: Join) -> Option<usize> {
        let from = at.end;
        if !is_word(byte(self.bytes, from)) {
            return None;
        }
        let mut domain = std::mem::take(&mut self.domain);
        let mut to = Self::read_chain(self.bytes, &mut domain, from, word_end(self.bytes, from));
        let spoken = domain.styles.contains(&Style::Word);
        // " dot " after a whole name is the sentence's.
        let mut labels: Vec<&str> = domain
            .labels
            .iter()
            .map(|(start, end)| self.slice(*start, *end))
            .collect();
        if let Some(loose) = domain
            .styles
            .iter()
            .position(|style| matches!(style, Style::Word | Style::Spaced))
        {
            let head = labels.get(..loose).unwrap_or_default().join(".");
            if name::meant(&head).is_some() || name::meant(&labels.join(".")).is_none() {
                labels.truncate(loose);
                to = domain
                    .labels
                    .get(loose.saturating_sub(1))
                    .map_or(to, |label| label.1);
            }
        }
        let first = domain.labels.first().copied();
        let last = domain.labels.get(labels.len().saturating_sub(1)).copied();
        self.domain = domain;
        let (first, last) = (first?, last?);
        let (_, cut) = self.without_glue(first.0, first.1, last.0, to);
        if let Some(label) = labels.last_mut() {
            *label = self.slice(last.0, cut);
        }
        let host = name::meant(&labels.join("."))?;
        let (start, local) = self.local_part(end, at.style)?;
        if at.style == Style::Word {
            let plain_word = !local
                .bytes()
                .any(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-' | b'+'));
            if !spoken
                || labels.len() < 2
                || (plain_word && BEFORE_AT.contains(&local.to_ascii_lowercase().as_str()))
            {
                return None;
            }
        }
        while self.found.last().is_some_and(|before| before.start >= start) {
            self.found.pop();
        }
        self.push(
            IndicatorKind::Email,
            format!("{}@{host}", local.to_ascii_lowercase()),
            start,
            cut,
        );
        self.push(IndicatorKind::Domain, host, from, cut);
        Some(cut)
    }

    fn local_part(&self, end: usize, at: Style) -> Option<(usize, String)> {
        let styles = self.chain.styles.get(1..).unwrap_or_default();
        let defanged =
            styles.contains(&Style::Marked) || (at == Style::Word && styles.contains(&Style::Word));
        let (start, local) = if defanged {
            let start = self.local_start(self.chain.labels.first()?.1);
            let mut local = self.slice(start, self.chain.labels.first()?.1).to_owned();
            for (from, to) in self.chain.labels.iter().skip(1) {
                local.push('.');
                local.push_str(self.slice(*from, *to));
            }
            (start, local)
        } else {
            let start = self.local_start(end);
            (start, self.slice(start, end).to_owned())
        };
        let fine = !local.is_empty()
            && local.len() <= LOCAL_BYTES_MAX
            && local.bytes().any(|byte| byte.is_ascii_alphanumeric());
        fine.then_some((start, local))
    }
}
