//! Whose words a mail is: who signed it as its sender, without what it quotes of others.
//!
//! A sender is who the From header names; anybody can write anything there. Whether it is true is for other engines.

use ascribe_model::observation::Saw;
use ascribe_model::{Reading, Role, Text};

/// Who a mail says it is from, and the header that says so.
pub(super) fn sender(reading: &Reading) -> Option<(String, &Text)> {
    let mailbox = reading.observations.iter().find_map(|seen| match &seen.saw {
        Saw::Mail(mail) => mail.from.first(),
        _ => None,
    })?;
    let header = reading.observations.iter().find_map(|seen| match &seen.saw {
        Saw::Text(text) if matches!(&text.role, Role::Header(name) if name == "from") => Some(text),
        _ => None,
    })?;
    // A name without its address could be anybody's.
    let name = mailbox.trim();
    (!name.is_empty()).then(|| (name.to_owned(), header))
}

/// The pieces that the sender wrote: no quoted lines, nothing behind a forwarded or original message.
pub(super) fn own_words<'t>(texts: &[&'t Text]) -> Vec<&'t Text> {
    let ends = |text: &str| {
        let first = text.trim_start().lines().next().unwrap_or_default().trim();
        first.starts_with("-----Original Message")
            || first.starts_with("---------- Forwarded message")
            || first.starts_with("Begin forwarded message")
    };
    let quoted = |text: &str| text.lines().all(|line| line.trim_start().starts_with('>'));
    texts
        .iter()
        .take_while(|text| !ends(text.as_str()))
        .filter(|text| !quoted(text.as_str()))
        .copied()
        .collect()
}
