//! The signatures that a mail carries: what each covers, whether the body is the one signed, and the hash that its
//! key must have signed.
//!
//! Reads DKIM-Signature and the signatures of ARC. Looks up no key and says nothing of whose a signature is: an engine
//! does, with keys of that time. Source: RFC 6376, RFC 8463, RFC 8301, RFC 8617.

use std::collections::BTreeMap;

use ascribe_model::observation::{Signature, SignedBody, Signs};
use ascribe_model::tags::{Tags, shown};
use ascribe_model::{Anomaly, Moment, Out, Saw};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::canonical::{self, Canon, LINE_END};
use super::headers::{Block, Header};
use super::transfer;

/// Signatures of one mail that are read.
const SIGNATURES_MAX: usize = 64;
/// Names in one `h=`.
const NAMES_MAX: usize = 1000;
/// Bytes of headers that one signature may cover.
const COVERED_BYTES_MAX: usize = 8 << 20;
/// Lines after which the end of the signed body is looked for.
const LINES_TRIED_MAX: u64 = 20_000;
/// Characters of a `b=`: 16,384 bits are 2,732.
const VALUE_CHARS_MAX: usize = 4096;
/// Instances of a chain. Source: RFC 8617, section 4.2.1.
const INSTANCES_MAX: u64 = 50;
/// Headers that mail programs show, or that decide what they show.
const SHOWN: [&str; 10] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "content-type",
    "content-transfer-encoding",
];

#[derive(Clone)]
enum Hasher {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Hasher {
    fn of(algorithm: &str) -> Option<Self> {
        match algorithm {
            "rsa-sha1" => Some(Self::Sha1(Sha1::new())),
            "rsa-sha256" | "ed25519-sha256" => Some(Self::Sha256(Sha256::new())),
            _ => None,
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hasher) => hasher.update(bytes),
            Self::Sha256(hasher) => hasher.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha1(hasher) => hasher.finalize().to_vec(),
            Self::Sha256(hasher) => hasher.finalize().to_vec(),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// Form of the body, whether SHA-1 is meant, and the limit.
type BodyForm = (Canon, bool, Option<u64>);
/// A hash of the body, and how long the whole body is.
type Hashed = (Vec<u8>, u64);

/// A mail under examination.
struct Mail<'d> {
    data: &'d [u8],
    block: &'d Block,
    /// Indices of the headers of each name, in order.
    named: BTreeMap<&'d str, Vec<usize>>,
    bare_line_ends: bool,
    bodies: BTreeMap<BodyForm, Hashed>,
}

/// Whether a line of the mail ends in LF alone.
fn has_bare_line_ends(data: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', data).any(|at| at == 0 || data.get(at.saturating_sub(1)) != Some(&b'\r'))
}

fn signs(name: &str) -> Option<Signs> {
    match name {
        "dkim-signature" => Some(Signs::Mail),
        "arc-message-signature" => Some(Signs::Passage),
        "arc-seal" => Some(Signs::Chain),
        _ => None,
    }
}

/// Writes down every signature of the mail.
pub fn read(data: &[u8], block: &Block, out: &mut Out<'_>) {
    let mut signed = block
        .headers
        .iter()
        .filter_map(|header| Some((header, signs(&header.name)?)))
        .peekable();
    if signed.peek().is_none() {
        return;
    }
    let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, header) in block.headers.iter().enumerate() {
        named.entry(&header.name).or_default().push(index);
    }
    let mut mail = Mail {
        data,
        block,
        named,
        bare_line_ends: has_bare_line_ends(data),
        bodies: BTreeMap::new(),
    };
    for (index, (header, signs)) in signed.enumerate() {
        if index >= SIGNATURES_MAX {
            let text = format!("more than {SIGNATURES_MAX} signatures; the rest were not read");
            out.anomaly(Anomaly::lost("mail.signatures", Some(header.span()), text));
            return;
        }
        if out.stopped() {
            out.out_of_time("mail.time", header.span());
            return;
        }
        let signature = mail.signature(header, signs);
        out.see(header.span(), Saw::Signature(Box::new(signature)));
    }
}

impl Mail<'_> {
    fn signature(&mut self, header: &Header, signs: Signs) -> Signature {
        let raw = self.data.get(header.value.clone()).unwrap_or_default();
        let mut tags = Tags::read(&String::from_utf8_lossy(raw));
        let (header_canon, body_canon) = canons(&mut tags, signs);
        let bounded = |text: Option<String>| text.unwrap_or_default().chars().take(500).collect::<String>();
        let algorithm = bounded(tags.packed("a")).to_ascii_lowercase();
        let headers = match signs {
            Signs::Chain => Vec::new(),
            Signs::Mail | Signs::Passage => names(&mut tags),
        };
        let instance = match signs {
            Signs::Mail => None,
            Signs::Passage | Signs::Chain => instance(&mut tags),
        };
        let at = |seconds: Option<u64>| {
            let micros = i64::try_from(seconds?).ok()?.checked_mul(1_000_000)?;
            Moment::of_epoch_micros(micros)
        };
        let mut signature = Signature {
            signs,
            instance,
            domain: bounded(tags.packed("d"))
                .trim_end_matches('.')
                .to_ascii_lowercase(),
            selector: bounded(tags.packed("s")),
            canonical: format!("{}/{}", header_canon.name(), body_canon.name()),
            identity: (signs == Signs::Mail)
                .then(|| tags.packed("i").map(|text| bounded(Some(text))))
                .flatten(),
            signed_at: at(tags.number("t")),
            expires: at(tags.number("x")),
            verdict: tags
                .packed("cv")
                .map(|text| bounded(Some(text)).to_ascii_lowercase()),
            body_len: tags.number("l"),
            body_unsigned: 0,
            uncovered: self.uncovered(&headers),
            headers,
            body: SignedBody::None,
            digest: String::new(),
            otherwise: Vec::new(),
            value: tags.packed("b").unwrap_or_default(),
            bare_line_ends: self.bare_line_ends,
            faults: Vec::new(),
            algorithm,
        };
        require(&signature, &mut tags);
        if signature.value.len() > VALUE_CHARS_MAX {
            tags.faults.push("`b=` is too long".to_owned());
            signature.value.clear();
        }
        if let Some(hasher) = Hasher::of(&signature.algorithm) {
            if signs != Signs::Chain {
                self.check_body(&hasher, body_canon, &tags, &mut signature);
            }
            match signs {
                Signs::Chain => self.hash_chain(&hasher, header, &mut tags, &mut signature),
                Signs::Mail | Signs::Passage => {
                    self.hash_headers(&hasher, header_canon, header, &mut tags, &mut signature);
                }
            }
        }
        signature.faults = tags.faults;
        signature
    }

    /// Headers that are shown and stand more often than `h=` has them.
    fn uncovered(&self, headers: &[String]) -> Vec<String> {
        let often = |name: &str| self.named.get(name).map_or(0, Vec::len);
        SHOWN
            .iter()
            .filter(|name| often(name) > headers.iter().filter(|signed| signed == *name).count())
            .map(|&name| name.to_owned())
            .collect()
    }

    fn body(&self) -> &[u8] {
        self.data.get(self.block.end..).unwrap_or_default()
    }

    /// Compares the hash of the body with `bh=`.
    fn check_body(&mut self, hasher: &Hasher, canon: Canon, tags: &Tags, signature: &mut Signature) {
        let Some(said) = tags.packed("bh") else { return };
        let (said, _) = transfer::base64(said.as_bytes());
        let limit = signature.body_len;
        let key = (canon, matches!(hasher, Hasher::Sha1(_)), limit);
        if !self.bodies.contains_key(&key) {
            let found = hash_body(self.body(), canon, hasher.clone(), limit);
            self.bodies.insert(key, found);
        }
        let Some((found, whole)) = self.bodies.get(&key) else {
            return;
        };
        signature.body_unsigned = limit.map_or(0, |limit| whole.saturating_sub(limit));
        signature.body = if *found == said {
            SignedBody::Same
        } else {
            let how = match limit {
                Some(limit) if *whole < limit => Some(format!(
                    "the signature is over {limit} bytes of the body, and {whole} are left of it"
                )),
                Some(_) => None,
                None => shorter(self.body(), canon, hasher, &said),
            };
            SignedBody::Changed { how }
        };
    }

    /// The indices of the headers that `names` select: each name takes the lowest that is not taken yet.
    fn selected(&self, names: &[String]) -> Vec<usize> {
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        let mut selected = Vec::new();
        for name in names {
            let Some(all) = self.named.get(name.as_str()) else {
                continue;
            };
            let left = left.entry(name).or_insert(all.len());
            let Some(next) = left.checked_sub(1) else { continue };
            *left = next;
            selected.extend(all.get(next));
        }
        selected
    }

    /// The hash over the signed headers and the signature's own.
    fn hash_headers(
        &self,
        hasher: &Hasher,
        canon: Canon,
        own: &Header,
        tags: &mut Tags,
        signature: &mut Signature,
    ) {
        let selected = self.selected(&signature.headers);
        let over = |instead: Option<(usize, &[u8])>| {
            let mut bytes = Vec::new();
            for index in &selected {
                let Some(header) = self.block.headers.get(*index) else {
                    continue;
                };
                match instead {
                    Some((which, value)) if which == *index => {
                        canonical::header_with(self.data, header, value, canon, &mut bytes);
                    }
                    _ => canonical::header(self.data, header, canon, &mut bytes),
                }
                if bytes.len() > COVERED_BYTES_MAX {
                    return None;
                }
            }
            canonical::own_header(self.data, own, canon, &mut bytes);
            let mut hasher = hasher.clone();
            hasher.update(&bytes);
            Some(hex(&hasher.finish()))
        };
        match over(None) {
            Some(digest) => signature.digest = digest,
            None => tags.faults.push(format!(
                "it covers more than {COVERED_BYTES_MAX} bytes of headers"
            )),
        }
        let subject = selected.iter().copied().find(|index| {
            self.block
                .headers
                .get(*index)
                .is_some_and(|h| h.name == "subject")
        });
        if let Some(index) = subject
            && let Some(header) = self.block.headers.get(index)
            && let Some((mark, value)) = self.data.get(header.value.clone()).and_then(without_mark)
            && let Some(digest) = over(Some((index, &value)))
        {
            let what = format!("without `{}` in the Subject", shown(&mark));
            signature.otherwise.push((what, digest));
        }
    }

    /// The hash over the headers of a chain up to this seal.
    fn hash_chain(&self, hasher: &Hasher, own: &Header, tags: &mut Tags, signature: &mut Signature) {
        let Some(last) = signature.instance else { return };
        let mut by_instance: BTreeMap<(u32, u8), Vec<&Header>> = BTreeMap::new();
        for (rank, name) in [
            (0u8, "arc-authentication-results"),
            (1, "arc-message-signature"),
            (2, "arc-seal"),
        ] {
            for index in self.named.get(name).into_iter().flatten() {
                let Some(header) = self.block.headers.get(*index) else {
                    continue;
                };
                let raw = self.data.get(header.value.clone()).unwrap_or_default();
                let first = String::from_utf8_lossy(raw);
                let tag = match rank {
                    0 => Tags::read(first.split(';').next().unwrap_or_default()),
                    _ => Tags::read(&first),
                };
                let number = tag.get("i").and_then(|text| text.parse::<u32>().ok());
                by_instance
                    .entry((number.unwrap_or(0), rank))
                    .or_default()
                    .push(header);
            }
        }
        let mut bytes = Vec::new();
        for instance in 1..=last {
            for rank in 0..=2u8 {
                let Some([header]) = by_instance.get(&(instance, rank)).map(Vec::as_slice) else {
                    tags.faults.push(format!(
                        "the chain has not exactly one header of each kind for i={instance}"
                    ));
                    return;
                };
                if rank == 2 && instance == last {
                    if header.start != own.start {
                        return;
                    }
                    canonical::own_header(self.data, own, Canon::Relaxed, &mut bytes);
                } else {
                    canonical::header(self.data, header, Canon::Relaxed, &mut bytes);
                }
                if bytes.len() > COVERED_BYTES_MAX {
                    tags.faults.push(format!(
                        "it covers more than {COVERED_BYTES_MAX} bytes of headers"
                    ));
                    return;
                }
            }
        }
        let mut hasher = hasher.clone();
        hasher.update(&bytes);
        signature.digest = hex(&hasher.finish());
    }
}

/// The forms of headers and body; a fault where one is unknown.
fn canons(tags: &mut Tags, signs: Signs) -> (Canon, Canon) {
    if signs == Signs::Chain {
        return (Canon::Relaxed, Canon::Relaxed);
    }
    let said = tags.packed("c").unwrap_or_default().to_ascii_lowercase();
    let (header, body) = said.split_once('/').unwrap_or((&said, "simple"));
    let header = if header.is_empty() { "simple" } else { header };
    match (Canon::of(header), Canon::of(body)) {
        (Some(header), Some(body)) => (header, body),
        _ => {
            tags.faults.push(format!("`c={}` is unknown", shown(&said)));
            (Canon::Simple, Canon::Simple)
        }
    }
}

fn names(tags: &mut Tags) -> Vec<String> {
    let said = tags.packed("h").unwrap_or_default().to_ascii_lowercase();
    let all: Vec<String> = said
        .split(':')
        .filter(|name| !name.is_empty())
        .take(NAMES_MAX.saturating_add(1))
        .map(|name| name.chars().take(200).collect())
        .collect();
    if all.len() > NAMES_MAX {
        tags.faults.push(format!("`h=` has more than {NAMES_MAX} names"));
    }
    all
}

fn instance(tags: &mut Tags) -> Option<u32> {
    let number = tags.number("i");
    match number {
        Some(number @ 1..=INSTANCES_MAX) => u32::try_from(number).ok(),
        _ => {
            tags.faults
                .push(format!("`i=` is no number from 1 to {INSTANCES_MAX}"));
            None
        }
    }
}

/// What must stand in a signature for it to prove anything.
fn require(signature: &Signature, tags: &mut Tags) {
    let mut faults = Vec::new();
    let wanted: &[&str] = match signature.signs {
        Signs::Mail => &["v", "a", "b", "bh", "d", "h", "s"],
        Signs::Passage => &["a", "b", "bh", "d", "h", "s"],
        Signs::Chain => &["a", "b", "d", "s", "cv"],
    };
    for name in wanted {
        if tags.get(name).is_none_or(str::is_empty) {
            faults.push(format!("it has no `{name}=`"));
        }
    }
    if signature.signs == Signs::Mail && tags.get("v").is_some_and(|version| version != "1") {
        faults.push("`v=` is not 1".to_owned());
    }
    if !signature.algorithm.is_empty() && Hasher::of(&signature.algorithm).is_none() {
        faults.push(format!(
            "the algorithm `{}` is unknown",
            shown(&signature.algorithm)
        ));
    }
    if signature.signs == Signs::Mail && !signature.headers.iter().any(|name| name == "from") {
        faults.push("it does not cover From".to_owned());
    }
    if signature.signs == Signs::Passage && signature.headers.iter().any(|name| name == "arc-seal") {
        faults.push("it covers ARC-Seal".to_owned());
    }
    if signature.signs == Signs::Chain && (tags.get("h").is_some() || tags.get("bh").is_some()) {
        faults.push("a seal has no `h=` or `bh=`".to_owned());
    }
    if let Some(identity) = &signature.identity {
        let host = identity
            .rsplit('@')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let inside = host
            .strip_suffix(signature.domain.as_str())
            .is_some_and(|front| front.is_empty() || front.ends_with('.'));
        if !inside {
            faults.push("`i=` lies outside of `d=`".to_owned());
        }
    }
    if tags.get("q").is_some_and(|query| query != "dns/txt") {
        faults.push("`q=` is not dns/txt".to_owned());
    }
    if let (Some(signed), Some(expires)) = (&signature.signed_at, &signature.expires)
        && expires.first() < signed.first()
    {
        faults.push("it expires before it was made".to_owned());
    }
    for name in ["b", "bh"] {
        let packed = tags.packed(name).unwrap_or_default();
        let digits = packed.trim_end_matches('=');
        let sound = digits
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
        if !sound || !packed.len().is_multiple_of(4) || packed.len().saturating_sub(digits.len()) > 2 {
            faults.push(format!("`{name}=` is not base64"));
        }
    }
    tags.faults.append(&mut faults);
}

/// The hash of the first `limit` bytes of the canonical body, and how many bytes that body has.
fn hash_body(data: &[u8], canon: Canon, mut hasher: Hasher, limit: Option<u64>) -> Hashed {
    let mut whole = 0u64;
    canonical::body(data, canon, &mut |piece| {
        let room = limit.map_or(u64::MAX, |limit| limit.saturating_sub(whole));
        whole = whole.saturating_add(piece.len() as u64);
        let taken = usize::try_from(room).unwrap_or(usize::MAX).min(piece.len());
        if taken > 0 {
            hasher.update(piece.get(..taken).unwrap_or_default());
        }
    });
    (hasher.finish(), whole)
}

/// Whether the body up to some line is the one that was signed: lines were added below.
fn shorter(data: &[u8], canon: Canon, hasher: &Hasher, said: &[u8]) -> Option<String> {
    let mut empty = hasher.clone();
    if canon == Canon::Simple {
        empty.update(LINE_END);
    }
    if empty.finish() == said {
        return Some("the body that was signed is empty; this one is not".to_owned());
    }
    let mut hasher = hasher.clone();
    let mut lines = 0u64;
    let mut found = None;
    let mut within = false;
    canonical::body(data, canon, &mut |piece| {
        if lines >= LINES_TRIED_MAX && found.is_none() {
            return;
        }
        if piece == LINE_END {
            lines = lines.saturating_add(1);
        }
        if found.is_some() {
            return;
        }
        hasher.update(piece);
        if piece == LINE_END && within && hasher.clone().finish() == said {
            found = Some(lines);
        }
        within = piece != LINE_END;
    });
    let found = found?;
    let added = lines.saturating_sub(found);
    Some(format!(
        "the first {found} lines are the body that was signed; {added} more stand below them"
    ))
}

/// A Subject without the mark in brackets that a list or a filter put before it or after `Re:`.
fn without_mark(value: &[u8]) -> Option<(String, Vec<u8>)> {
    let open = value.iter().position(|byte| *byte == b'[')?;
    let before = value.get(..open)?;
    let lead = before.trim_ascii();
    if !(lead.is_empty() || lead.eq_ignore_ascii_case(b"re:") || lead.eq_ignore_ascii_case(b"fwd:")) {
        return None;
    }
    let rest = value.get(open..)?;
    let close = rest.iter().position(|byte| *byte == b']')?;
    let mark = rest.get(..=close)?;
    let after = rest.get(close.saturating_add(1)..)?;
    let after = after.strip_prefix(b" ").unwrap_or(after);
    Some((
        String::from_utf8_lossy(mark).into_owned(),
        [before, after].concat(),
    ))
}
