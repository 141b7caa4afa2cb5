//! The pass over a text: words, the chains that joins make of them, and who judges each.

use std::net::Ipv4Addr;

use ascribe_model::observation::{IndicatorKind, Occurrence};

use super::join::{Join, Sign, Style, byte, join};
use super::name::{self, Around};
use super::url::{self, is_ideograph};
use super::{address, id};

/// Labels of a chain; the rest of a longer one is looked at as a chain of its own.
const LABELS_MAX: usize = 64;
const WORD: u8 = 1;
const INNER: u8 = 2;

/// Bytes of words. Letters outside ASCII count, except general punctuation (U+2000 to U+2FFF), Latin-1 signs and
/// full-width forms.
const CLASSES: [u8; 256] = {
    let mut classes = [0u8; 256];
    let mut at = 0u8;
    loop {
        let starts = at.is_ascii_alphanumeric()
            || at == b'-'
            || at == b'_'
            || (at >= 0xc3 && at < 0xf8 && at != 0xe2 && at != 0xef);
        let inner = starts || (at >= 0x80 && at < 0xc0);
        #[expect(
            clippy::indexing_slicing,
            reason = "evaluated when compiled; a byte indexes a table of 256"
        )]
        {
            classes[at as usize] = if starts {
                WORD | INNER
            } else if inner {
                INNER
            } else {
                0
            };
        }
        if at == 255 {
            break;
        }
        at += 1;
    }
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

/// Whether a word can start with `byte`.
pub(super) fn is_word(byte: u8) -> bool {
    class(byte) & WORD != 0
}

/// Where the word that starts at `from` ends.
pub(super) fn word_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest
        .iter()
        .position(|byte| class(*byte) & INNER == 0)
        .unwrap_or(rest.len())
}

#[derive(Default)]
pub(super) struct Chain {
    /// Where each label starts and ends.
    pub(super) labels: Vec<(usize, usize)>,
    /// How the join before the label of the same index is written; the first is no join.
    pub(super) styles: Vec<Style>,
}

/// The state of one pass.
pub(super) struct Scanner<'t> {
    text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) found: Vec<Occurrence>,
    pub(super) chain: Chain,
    pub(super) domain: Chain,
    inside: Vec<id::Inside>,
    /// Colons up to here were looked at and are no IPv6 address.
    colons_until: usize,
    /// End of the last version number: a second one follows close by.
    number_until: Option<usize>,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            found: Vec::new(),
            chain: Chain::default(),
            domain: Chain::default(),
            inside: Vec::new(),
            colons_until: 0,
            number_until: None,
        }
    }

    pub(super) fn run(mut self) -> Vec<Occurrence> {
        let mut at = 0usize;
        while let Some(skip) = self
            .bytes
            .get(at..)
            .and_then(|rest| rest.iter().position(|byte| is_word(*byte)))
        {
            let start = at + skip;
            let end = word_end(self.bytes, start);
            at = self.word(start, end).max(end);
        }
        self.found
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn push(&mut self, kind: IndicatorKind, value: String, start: usize, end: usize) {
        self.found.push(Occurrence {
            kind,
            value,
            start,
            end,
        });
    }

    /// Judges what starts with the word at `start..end`; gives where to go on.
    fn word(&mut self, start: usize, end: usize) -> usize {
        if let Some(end) = self.own_form(start, end) {
            return end;
        }
        let next = byte(self.bytes, end);
        let near = byte(self.bytes, end + 1);
        let joins = match next {
            b'.' | b':' | b'@' | b'[' | b'(' | b'{' | b'\\' => true,
            b' ' => matches!(near, b'[' | b'(' | b'{' | b'.' | b'd' | b'D' | b'a' | b'A'),
            _ => false,
        };
        let colon_before =
            start >= 2 && byte(self.bytes, start - 1) == b':' && byte(self.bytes, start - 2) == b':';
        if !joins && !colon_before {
            return end;
        }
        let found = if joins { join(self.bytes, end) } else { None };
        if let Some(found) = found
            && found.sign == Sign::Scheme
        {
            return self.url(start, end, found).unwrap_or(end);
        }
        let colon = colon_before || found.is_some_and(|found| found.sign == Sign::Colon);
        if colon
            && end - start <= 4
            && start >= self.colons_until
            && self
                .slice(start, end)
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit())
        {
            match address::six(self.bytes, start) {
                Ok((six, from, to)) => return self.six(six, from, to),
                Err(looked) => self.colons_until = looked,
            }
        }
        match found {
            Some(Join { sign: Sign::Dot, .. }) => self.dotted(start, end),
            Some(at) if at.sign == Sign::At => {
                self.chain.labels.clear();
                self.chain.styles.clear();
                self.chain.labels.push((start, end));
                self.chain.styles.push(Style::Plain);
                self.mailbox(end, at).unwrap_or(end)
            }
            _ => end,
        }
    }

    /// Hashes, CVE ids, techniques, AS numbers.
    fn own_form(&mut self, start: usize, end: usize) -> Option<usize> {
        if end - start >= 32 {
            self.inside.clear();
            let mut inside = std::mem::take(&mut self.inside);
            id::hashes(self.slice(start, end), &mut inside);
            for (kind, value, from, to) in inside.drain(..) {
                self.push(kind, value, start + from, start + to);
            }
            self.inside = inside;
        }
        match byte(self.bytes, start) {
            b'C' | b'c' if end - start >= 3 => {
                // Typesetting may have put other hyphens, which end a word, in place of the plain one.
                let mut stop = (start + 24).min(self.text.len());
                while !self.text.is_char_boundary(stop) {
                    stop -= 1;
                }
                let (value, len) = id::cve(self.slice(start, stop))?;
                self.push(IndicatorKind::Cve, value, start, start + len);
                Some(start + len)
            }
            b'T' | b't' if end - start == 5 => {
                let mut stop = (end + 6).min(self.text.len());
                while !self.text.is_char_boundary(stop) {
                    stop -= 1;
                }
                if matches!(byte(self.bytes, start.wrapping_sub(1)), b'.' | b'@' | b'$') {
                    return None;
                }
                let (value, len) = id::technique(self.slice(start, end), self.slice(end, stop))?;
                self.push(IndicatorKind::Technique, value, start, start + len);
                Some(start + len)
            }
            b'A' | b'a' if end - start >= 3 && end - start <= 14 => {
                let word = self.slice(start, end);
                if word.eq_ignore_ascii_case("asn") && byte(self.bytes, end) == b' ' {
                    let to = word_end(self.bytes, end + 1);
                    let number = format!("ASN{}", self.slice(end + 1, to));
                    let value = id::asn(&number)?;
                    self.push(IndicatorKind::Asn, value, start, to);
                    return Some(to);
                }
                let value = id::asn(word)?;
                self.push(IndicatorKind::Asn, value, start, end);
                Some(end)
            }
            _ => None,
        }
    }

    fn url(&mut self, start: usize, end: usize, found: Join) -> Option<usize> {
        let word = self.slice(start, end);
        // Text in scripts without spaces may touch the scheme.
        let from = start
            + word
                .rfind(|letter: char| !letter.is_ascii_alphanumeric())
                .map_or(0, |at| {
                    at + word
                        .get(at..)
                        .and_then(|rest| rest.chars().next())
                        .map_or(1, char::len_utf8)
                });
        let scheme = url::scheme(self.slice(from, end))?;
        let url = url::url(self.text, scheme, found.end)?;
        if let Some(value) = url.value {
            self.push(IndicatorKind::Url, value, from, url.end);
        }
        if let Some(host) = url.host {
            self.push(host.kind, host.value, host.start, host.end);
        }
        Some(url.end)
    }

    fn six(&mut self, address: std::net::Ipv6Addr, start: usize, end: usize) -> usize {
        if let Some((length, to)) = address::prefix(self.bytes, end, 128)
            && let Ok(net) = ipnet::Ipv6Net::new(address, length)
        {
            self.push(IndicatorKind::Cidr, net.trunc().to_string(), start, to);
            return to;
        }
        self.push(IndicatorKind::Ipv6, address.to_string(), start, end);
        end
    }

    /// Reads labels joined by dots from the label at `start..end` on into `chain`; gives the end of the last.
    pub(super) fn read_chain(bytes: &[u8], chain: &mut Chain, start: usize, end: usize) -> usize {
        chain.labels.clear();
        chain.styles.clear();
        chain.labels.push((start, end));
        chain.styles.push(Style::Plain);
        let (mut at, mut loose) = (end, 0u32);
        while chain.labels.len() < LABELS_MAX {
            let Some(found) = join(bytes, at).filter(|found| found.sign == Sign::Dot) else {
                break;
            };
            if !is_word(byte(bytes, found.end)) {
                break;
            }
            let spaced_so_far = chain.labels.len() == 1 || chain.styles.last() == Some(&Style::Spaced);
            let fits = match found.style {
                Style::Spaced => spaced_so_far,
                Style::Word => chain.styles.last() != Some(&Style::Spaced),
                Style::Plain | Style::Marked => {
                    chain.labels.len() == 1 || chain.styles.last() != Some(&Style::Spaced)
                }
            };
            if matches!(found.style, Style::Spaced | Style::Word) {
                loose += 1;
            }
            if !fits || loose > 8 {
                break;
            }
            at = word_end(bytes, found.end);
            chain.labels.push((found.end, at));
            chain.styles.push(found.style);
        }
        at
    }

    fn dotted(&mut self, start: usize, end: usize) -> usize {
        let mut chain = std::mem::take(&mut self.chain);
        let at = Self::read_chain(self.bytes, &mut chain, start, end);
        self.chain = chain;
        self.hashes_in_labels();
        if let Some(found) = join(self.bytes, at).filter(|found| found.sign == Sign::At)
            && let Some(to) = self.mailbox(at, found)
        {
            return to;
        }
        if byte(self.bytes, start.wrapping_sub(1)) == b'@'
            && start > 0
            && self.local_start(start - 1) < start - 1
            && !at_host(self.bytes, start)
        {
            // The host of something that was refused as a mailbox.
            return at;
        }
        // The whole chain first; then without what loose joins (" dot ", " . ") added.
        let chain = std::mem::take(&mut self.chain);
        let mut count = chain.labels.len();
        let mut tries = 0;
        let mut to = None;
        while count >= 2 && tries < 10 {
            to = self.judge(&chain, count);
            if to.is_some() {
                break;
            }
            count = chain
                .styles
                .get(..count)
                .unwrap_or_default()
                .iter()
                .rposition(|style| matches!(style, Style::Word | Style::Spaced))
                .unwrap_or(0);
            tries += 1;
        }
        // An object id: a short one may follow in the same list.
        let numbers = chain
            .labels
            .iter()
            .all(|(start, end)| self.slice(*start, *end).bytes().all(|byte| byte.is_ascii_digit()));
        if to.is_none() && numbers && chain.labels.len() > 4 {
            self.number_until = Some(at);
        }
        let first_loose = chain
            .styles
            .iter()
            .position(|style| matches!(style, Style::Word | Style::Spaced));
        let tight_end = first_loose
            .and_then(|count| count.checked_sub(1))
            .and_then(|last| chain.labels.get(last))
            .map_or(at, |label| label.1);
        self.chain = chain;
        to.unwrap_or(tight_end)
    }

    fn hashes_in_labels(&mut self) {
        let labels = std::mem::take(&mut self.chain.labels);
        for (start, end) in labels
            .iter()
            .skip(1)
            .copied()
            .filter(|(start, end)| end - start >= 32)
        {
            let mut inside = std::mem::take(&mut self.inside);
            id::hashes(self.slice(start, end), &mut inside);
            for (kind, value, from, to) in inside.drain(..) {
                self.push(kind, value, start + from, start + to);
            }
            self.inside = inside;
        }
        self.chain.labels = labels;
    }

    /// Judges the first `count` labels of `chain`: address, network or name. Gives the end of what was taken.
    fn judge(&mut self, chain: &Chain, count: usize) -> Option<usize> {
        let spans = chain.labels.get(..count)?;
        let styles = chain.styles.get(1..count)?;
        let (mut first, mut last) = (spans.first()?.0, spans.last()?.1);
        (first, last) = self.without_glue(first, spans.first()?.1, spans.last()?.0, last);
        let head_digit = byte(self.bytes, first).is_ascii_digit();
        let tail = self.slice(if count == 1 { first } else { spans.last()?.0 }, last);
        let tail_digit = tail.starts_with(|digit: char| digit.is_ascii_digit());
        if !(name::may_end(tail) || head_digit && tail_digit) {
            return None;
        }
        let marked = styles.contains(&Style::Marked);
        let plain = styles.iter().all(|style| *style == Style::Plain);
        if head_digit && tail_digit && matches!(count, 4 | 7) {
            let labels = self.labels(chain, count, first, last);
            if let Ok(four) = <[&str; 4]>::try_from(labels.as_slice())
                && let Some(quad) = address::quad(four)
            {
                return Some(self.quad(quad, first, last, marked));
            }
            if let [a, b, c, middle, f, g, h] = labels.as_slice()
                && let Some((d, e)) = middle.split_once('-')
                && let (Some(from), Some(to)) = (address::quad([a, b, c, d]), address::quad([e, f, g, h]))
            {
                let middle_start = spans.get(3)?.0;
                self.quad(from, first, middle_start + d.len(), marked);
                return Some(self.quad(to, middle_start + d.len() + 1, last, marked));
            }
        }
        if !tail
            .bytes()
            .any(|byte| byte.is_ascii_alphabetic() || byte >= 0x80)
        {
            return None;
        }
        let around = Around {
            meant: marked,
            spoken: styles
                .iter()
                .any(|style| matches!(style, Style::Word | Style::Spaced)),
            before: [
                byte(self.bytes, first.wrapping_sub(1)),
                byte(self.bytes, first.wrapping_sub(2)),
            ],
            after: [byte(self.bytes, last), byte(self.bytes, last + 1)],
        };
        let value = if plain {
            name::in_text(self.slice(first, last), around)?
        } else {
            name::in_text(&self.written(chain, count, first, last), around)?
        };
        // A label of a name that is a hash belongs to the name.
        while self.found.last().is_some_and(|before| before.start >= first) {
            self.found.pop();
        }
        self.push(IndicatorKind::Domain, value, first, last);
        Some(last)
    }

    /// The first `count` labels of `chain`, the outer ones cut at `first` and `last`.
    fn labels(&self, chain: &Chain, count: usize, first: usize, last: usize) -> Vec<&'t str> {
        let spans = chain.labels.iter().take(count).copied();
        spans
            .map(|(start, end)| self.slice(start.max(first), end.min(last)))
            .collect()
    }

    fn written(&self, chain: &Chain, count: usize, first: usize, last: usize) -> String {
        self.labels(chain, count, first, last).join(".")
    }

    /// Cuts what touches a name or address without belonging to it: hyphens, and text in scripts without spaces
    /// beside ASCII.
    pub(super) fn without_glue(
        &self,
        first: usize,
        first_end: usize,
        last_start: usize,
        last: usize,
    ) -> (usize, usize) {
        let head = self.slice(first, first_end);
        let mut start = first;
        if head.ends_with(|letter: char| letter.is_ascii()) {
            start += head.rfind(is_ideograph).map_or(0, |at| {
                at + head
                    .get(at..)
                    .and_then(|rest| rest.chars().next())
                    .map_or(1, char::len_utf8)
            });
        }
        start += self
            .slice(start, first_end)
            .bytes()
            .take_while(|byte| *byte == b'-')
            .count();
        let tail = self.slice(last_start, last);
        let mut end = last;
        if tail.starts_with(|letter: char| letter.is_ascii())
            && let Some(at) = tail.find(is_ideograph)
        {
            end = last_start + at;
        } else if let Some(at) = tail.find(|letter| matches!(letter, '\u{3000}'..='\u{303f}')) {
            end = last_start + at;
        }
        while end > last_start && byte(self.bytes, end - 1) == b'-' {
            end -= 1;
        }
        (start, end)
    }

    /// Takes the quad at `start..end` (with its prefix length) unless it is a number of something else.
    fn quad(&mut self, quad: Ipv4Addr, start: usize, end: usize, marked: bool) -> usize {
        if !marked {
            // No host ends in two zeros, but first versions do.
            let version =
                matches!(quad.octets(), [1..=255, _, 0, 0]) && address::prefix(self.bytes, end, 32).is_none();
            if version {
                self.number_until = Some(end);
                return end;
            }
            let again = self.number_until.is_some_and(|until| {
                until <= start
                    && start - until <= 6
                    && !self.slice(until, start).contains(['\n', ';', '|', '\t'])
            });
            if again || address::is_number(self.bytes, start, end) {
                self.number_until = Some(end);
                return end;
            }
        }
        if let Some((length, to)) = address::prefix(self.bytes, end, 32)
            && let Ok(net) = ipnet::Ipv4Net::new(quad, length)
        {
            self.push(IndicatorKind::Cidr, net.trunc().to_string(), start, to);
            return to;
        }
        self.push(IndicatorKind::Ipv4, quad.to_string(), start, end);
        end
    }
}

/// Whether `user@` is followed by an address: the host of a login.
fn at_host(bytes: &[u8], start: usize) -> bool {
    byte(bytes, start).is_ascii_digit()
}
