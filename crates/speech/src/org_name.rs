//! Whether capitals are the name of an organisation: by the words that such names have.

use std::ops::Range;

use crate::words::Words;

const ORG_WORDS: [&str; 68] = [
    "cert",
    "csirt",
    "gmbh",
    "telecom",
    "telekom",
    "airlines",
    "airways",
    "mutual",
    "insurance",
    "trust",
    "ledger",
    "herald",
    "tribune",
    "gazette",
    "solutions",
    "software",
    "research",
    "online",
    "international",
    "global",
    "industries",
    "analytics",
    "partners",
    "army",
    "institution",
    "watch",
    "inc",
    "corp",
    "ltd",
    "llc",
    "co",
    "company",
    "group",
    "ministry",
    "agency",
    "department",
    "bureau",
    "institute",
    "university",
    "foundation",
    "service",
    "services",
    "office",
    "committee",
    "council",
    "police",
    "times",
    "post",
    "news",
    "labs",
    "lab",
    "security",
    "networks",
    "intelligence",
    "center",
    "centre",
    "bank",
    "association",
    "party",
    "command",
    "commission",
    "authority",
    "journal",
    "systems",
    "technologies",
    "union",
    "project",
    "court",
];

/// Whether a run of capitals is the name of an organisation.
pub(crate) fn is_org_name(words: &Words<'_>, run: Range<usize>) -> bool {
    !run.is_empty()
        && run
            .clone()
            .any(|at| words.is_name(at) && ORG_WORDS.contains(&words.low(at)))
}
