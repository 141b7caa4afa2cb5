//! Which addresses, names, mailboxes, URLs, hashes and ids stand in a text, in plain and in defanged form.
//!
//! One pass over the words of the text; what joins two words (a dot, a colon, an at sign, in plain or in one of the
//! defanged spellings of [`join`]) makes a chain, and a chain is judged once. Nothing is resolved or looked up; a
//! name that could as well be a file, a version or code is given only with more evidence ([`name`], [`address`]).
//! Everything is bounded, so the time is linear in the length of the text.

mod address;
mod bytes;
mod canonical;
mod class;
mod id;
mod join;
mod mailbox;
mod name;
mod scanner;
mod url;

pub use bytes::{Found, in_artifact, in_bytes};
pub use canonical::{canonical, refang};
pub use class::{AddressClass, address_class, is_documentation_name};
pub use name::registered;

use ascribe_model::observation::Occurrence;

/// The longest raw form of an indicator, in bytes; a longer URL gives only its host.
pub const RAW_BYTES_MAX: usize = 4096;

/// Every indicator in `text`, by start, the longer first.
///
/// Of overlapping candidates the longest is given; a URL and a mailbox also give their host, inside their own span.
/// Offsets are bytes of `text` and lie on character boundaries.
#[must_use]
pub fn scan(text: &str) -> Vec<Occurrence> {
    let mut found = scanner::Scanner::new(text).run();
    found.sort_by(|a, b| (a.start, b.end, a.kind, &a.value).cmp(&(b.start, a.end, b.kind, &b.value)));
    found.dedup();
    found
}
