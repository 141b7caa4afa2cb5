//! Which addresses, names, mailboxes, URLs and hashes stand in a text, in plain and in defanged form.

use ascribe_model::observation::Occurrence;

/// Every indicator in `text`, by start; overlapping ones are given once, the longest first.
#[must_use]
pub fn scan(text: &str) -> Vec<Occurrence> {
    let _ = text;
    Vec::new()
}
