//! What readers saw. An observation never interprets: it says what stands where.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::place::Span;
use crate::program::Program;
use crate::text::{Role, Text};

/// Something seen in an artifact, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Where it stands in its artifact.
    pub at: Span,
    /// What was seen.
    pub saw: Saw,
}

/// The kinds of observation. What is large and rare is boxed: a case holds millions of texts and mentions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Saw {
    /// A piece of text, kept for quoting.
    Text(Text),
    /// An indicator, with every place it stands in (up to a bound).
    Mention(Mention),
    /// One `Received` header, newest first as in the mail.
    Hop(Box<Hop>),
    /// A mail: the headers that name it.
    Mail(Box<Mail>),
    /// A signature that a mail carries.
    Signature(Box<Signature>),
    /// A record of the domain name system, as a zone file or a tool's answer writes it.
    Record(Box<Record>),
    /// Traffic between two endpoints, aggregated.
    Flow(Box<Flow>),
    /// An answer that tied a name to an address or another name.
    Resolution(Box<Resolution>),
    /// A name that a client asked a server for in the clear.
    ServerName(Box<ServerName>),
    /// Something that a system logged: who did what where.
    Event(Box<Event>),
    /// A program.
    Program(Box<Program>),
    /// An item of threat intelligence.
    Intelligence(Box<Intelligence>),
    /// Techniques that somebody says were used, and by whom.
    Techniques(Box<Techniques>),
}

/// The kinds of indicator. Written as in CASE, `ascribe indicators`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorKind {
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// An IPv4 or IPv6 network in CIDR form.
    Cidr,
    /// A host or domain name, lower case, without trailing dot.
    Domain,
    /// A URL.
    Url,
    /// A mailbox.
    Email,
    /// MD5 in hex.
    Md5,
    /// SHA-1 in hex.
    Sha1,
    /// SHA-256 in hex.
    Sha256,
    /// A CVE id.
    Cve,
    /// An ATT&CK technique id.
    Technique,
    /// An autonomous system number, as `AS64496`.
    Asn,
}

/// One occurrence of an indicator in a text: what a scanner returns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// Its kind.
    pub kind: IndicatorKind,
    /// Canonical (refanged, lower-case where case does not matter).
    pub value: String,
    /// First byte in the scanned text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// An indicator and where it stands in its artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Its kind.
    pub kind: IndicatorKind,
    /// Canonical value.
    pub value: String,
    /// As written at the first place.
    pub raw: String,
    /// What the first place is.
    pub role: Role,
    /// Places, in order, up to a bound.
    pub spans: Vec<Span>,
    /// How often in all.
    pub count: u64,
}

/// One `Received` header, as written; whether to believe it is for an engine to say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// 0 is the topmost, the last to be added.
    pub index: u32,
    /// Name that the sending host gave (HELO).
    pub from_name: Option<String>,
    /// Address of the sending host as the receiver wrote it.
    pub from_address: Option<String>,
    /// The host that added the header.
    pub by: Option<String>,
    /// Protocol.
    pub with: Option<String>,
    /// When.
    pub when: Option<Moment>,
}

/// A mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Mailboxes of From.
    pub from: Vec<String>,
    /// Mailboxes of To and Cc.
    pub to: Vec<String>,
    /// Subject, decoded.
    pub subject: Option<String>,
    /// Date header.
    pub date: Option<Moment>,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// Names of headers that carry signatures or verdicts (dkim-signature, authentication-results …), in order.
    pub signatures: Vec<String>,
}

/// What a signature of a mail is part of. Written in kebab case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signs {
    /// `DKIM-Signature`: a domain vouches for headers and body.
    Mail,
    /// `ARC-Message-Signature`: a handler vouches for the mail as it passed it on.
    Passage,
    /// `ARC-Seal`: a handler vouches for the ARC headers up to its own.
    Chain,
}

/// Whether the body is the one that was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignedBody {
    /// The signature is over headers only.
    None,
    /// Its hash is the one in the signature.
    Same,
    /// It is not.
    Changed {
        /// What was changed, where that can be told from the hash.
        how: Option<String>,
    },
}

/// A signature that a mail carries, with all that checking it against a key takes; whose key it was is for an engine.
///
/// Texts are as written, without white space, and bounded. Source: RFC 6376, section 3.5; RFC 8617, section 4.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// What it is part of.
    pub signs: Signs,
    /// Its place in the chain (`i=` of ARC).
    pub instance: Option<u32>,
    /// `d=`, lower case.
    pub domain: String,
    /// `s=`.
    pub selector: String,
    /// `a=`, lower case.
    pub algorithm: String,
    /// `c=` for headers and body, defaults filled in: `relaxed/simple`.
    pub canonical: String,
    /// `i=`: for whom the domain signs.
    pub identity: Option<String>,
    /// `t=`.
    pub signed_at: Option<Moment>,
    /// `x=`.
    pub expires: Option<Moment>,
    /// `cv=` of a seal: what its writer found of the chain before.
    pub verdict: Option<String>,
    /// `l=`: how many bytes of the body are signed.
    pub body_len: Option<u64>,
    /// Bytes of the body beyond `l=`.
    pub body_unsigned: u64,
    /// `h=`, lower case.
    pub headers: Vec<String>,
    /// Headers that mail programs show and that stand in the mail more often than the signature covers them.
    pub uncovered: Vec<String>,
    /// Whether the body is the one that was signed.
    pub body: SignedBody,
    /// Hash of what was signed (canonical headers and the signature's own header), in hex; empty where it has none.
    pub digest: String,
    /// The same for the mail as it may have been before a change on the way: (what was undone, hash).
    pub otherwise: Vec<(String, String)>,
    /// `b=`: the signature, in base64.
    pub value: String,
    /// Whether line ends were read as CR LF that are LF alone in the file.
    pub bare_line_ends: bool,
    /// What is wrong with the header itself: such a signature proves nothing.
    pub faults: Vec<String>,
}

/// One record of the domain name system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Owner name, lower case, without trailing dot.
    pub name: String,
    /// Type, upper case: TXT, MX, A …
    pub kind: String,
    /// Value: strings of a TXT joined, names and addresses as written.
    pub value: String,
}

/// Traffic between two endpoints, one row per (client, server, server port, protocol).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Address that opened it (or sent the first packet seen), canonical.
    pub client: String,
    /// The other address.
    pub server: String,
    /// Server port; 0 where the protocol has none.
    pub port: u16,
    /// `tcp`, `udp`, `icmp` or the protocol's number.
    pub protocol: String,
    /// First packet or row.
    pub first: Option<Moment>,
    /// Last packet or row (its end where the log has durations).
    pub last: Option<Moment>,
    /// Connections (different client ports, or log rows).
    pub connections: u64,
    /// Packets, both ways; 0 where not known.
    pub packets: u64,
    /// Bytes from client to server, as the source counts them.
    pub bytes_out: u64,
    /// Bytes from server to client.
    pub bytes_in: u64,
    /// When its connections began (requests, where it has only those), in microseconds since 1970 on the clock of `first`:
    /// the earliest, up to 64, in order; empty where there are fewer than two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<i64>,
    /// The rows or packets it stands on, up to 16.
    pub spans: Vec<Span>,
}

/// A name and what it was answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// The name asked for, lower case.
    pub name: String,
    /// Address or name answered.
    pub answer: String,
    /// Record type: A, AAAA, CNAME …
    pub record: String,
    /// First time.
    pub first: Option<Moment>,
    /// Last time.
    pub last: Option<Moment>,
    /// How often.
    pub count: u64,
}

/// A name that a client asked a server for in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerName {
    /// `tls-sni` or `http-host`.
    pub via: String,
    /// Who asked.
    pub client: String,
    /// The address asked.
    pub server: String,
    /// The name.
    pub name: String,
    /// First time.
    pub first: Option<Moment>,
    /// How often.
    pub count: u64,
}

/// What a logged event says was done. Written in kebab case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// An account got in.
    Logon,
    /// An account was refused.
    LogonRefused,
    /// A session ended.
    Logoff,
    /// An account acted with other rights than its own (sudo, su, explicit credentials).
    Elevation,
    /// An account or group was made, changed or removed.
    AccountChange,
    /// A service was installed, started or stopped.
    Service,
    /// A task was planned.
    Task,
    /// A program was started.
    Process,
    /// Something was started from another host.
    RemoteExecution,
    /// A file, share or mailbox was reached.
    Access,
    /// A log was cleared or its recording changed.
    LogCleared,
    /// Anything else that names an account, a device or an address.
    Other,
}

/// Events that a system logged, added up: one for each combination of what the fields say and day (UTC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What was done.
    pub action: Action,
    /// The log's own name for it: `4624`, `sshd: Accepted publickey`, `GET 200`.
    pub code: String,
    /// Host that it happened on, as the log names it.
    pub host: Option<String>,
    /// Account that did it, as written, lower case where case does not matter (Windows, mailboxes).
    pub account: Option<String>,
    /// Account that it was done to.
    pub target: Option<String>,
    /// Address that it came from, canonical.
    pub from: Option<String>,
    /// Device or client as it named itself: workstation name, key fingerprint, user agent.
    pub device: Option<String>,
    /// What it names: service, task, program, share, path.
    pub object: Option<String>,
    /// First time on that day.
    pub first: Option<Moment>,
    /// Last time on that day.
    pub last: Option<Moment>,
    /// How often.
    pub count: u64,
    /// The records it stands on, up to 16.
    pub spans: Vec<Span>,
}

/// An item of threat intelligence: values, and who says they are whose. A claim, never a fact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intelligence {
    /// Id in its bundle, event or list.
    pub id: String,
    /// Its type there: indicator, malware, threat-actor, intrusion-set, campaign, report, attribute …
    pub kind: String,
    /// Its name or description, cut at 300 characters.
    pub name: String,
    /// Values it names.
    pub values: Vec<(IndicatorKind, String)>,
    /// Names of actors, intrusion sets or campaigns that it says the values belong to, with their aliases.
    pub attributed_to: Vec<String>,
    /// Names of malware families or tools that it ties the values to.
    pub families: Vec<String>,
    /// Who says so (created_by, Orgc, a column), where said.
    pub author: Option<String>,
    /// When it was published there.
    pub published: Option<Moment>,
    /// When what it says held.
    pub valid: Option<Moment>,
    /// Confidence as the source gives it, 0..=100.
    pub confidence: Option<u8>,
    /// Marking as written (`TLP:AMBER` …).
    pub marking: Option<String>,
}

/// Techniques that one party, campaign, incident or layer is said to use. A claim, never a fact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Techniques {
    /// Id in its bundle, event or file.
    pub id: String,
    /// What uses them: intrusion-set, threat-actor, campaign, incident, report, event, layer, note.
    pub kind: String,
    /// Its name, then its aliases.
    pub names: Vec<String>,
    /// Names of the parties that it is said to be of, with their aliases.
    pub attributed_to: Vec<String>,
    /// The uses, by technique; one technique may stand there several times.
    pub uses: Vec<TechniqueUse>,
    /// Who says so.
    pub author: Option<String>,
    /// When it was published there.
    pub published: Option<Moment>,
    /// Marking as written.
    pub marking: Option<String>,
}

/// One use of a technique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TechniqueUse {
    /// ATT&CK id, as `T1566.001`; where the format names an object of another file, that object's id.
    pub technique: String,
    /// What is cited for it (addresses of reports, else their names), sorted.
    pub citations: Vec<String>,
    /// When that was published.
    pub published: Option<Moment>,
}
