//! The assessment in other people's formats.
//!
//! Knows no file of the case and computes no belief.

mod stix;

pub use stix::stix_bundle;

use std::collections::BTreeMap;

/// What a bundle needs beside the assessment.
#[derive(Clone, Copy, Debug)]
pub struct Exported<'a> {
    /// Listed parties, as of the assessment's day.
    pub parties: &'a [ExportedParty],
    /// The operators of each hypothesis, by the hypothesis's id.
    pub operators: &'a BTreeMap<String, Vec<String>>,
    /// Addresses, names, mailboxes and files that findings are about.
    pub indicators: &'a [ExportedIndicator],
}

/// A listed party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportedParty {
    /// Its id in the case.
    pub id: String,
    /// Its name.
    pub name: String,
    /// state, agency, unit, group, firm, insider, sympathisers, unlisted.
    pub kind: String,
    /// Other names.
    pub aliases: Vec<String>,
}

/// Something that can be searched for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportedIndicator {
    /// The finding about it.
    pub finding: String,
    /// What it is.
    pub kind: IndicatorKind,
    /// Its value, not defanged.
    pub value: String,
}

/// What an indicator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IndicatorKind {
    /// An IPv4 address or range.
    Ipv4,
    /// An IPv6 address or range.
    Ipv6,
    /// A domain name.
    Domain,
    /// A mailbox.
    Mailbox,
    /// A URL.
    Url,
    /// A file by its SHA-256.
    Sha256,
}
