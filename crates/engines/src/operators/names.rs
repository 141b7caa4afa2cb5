//! How accounts, mailboxes and devices are called, as the case allows: `persons` in case.toml.
//!
//! - `never`: by kind alone. No name, no pseudonym.
//! - `pseudonyms`: numbers in the order in which the case came to know them (day, place in the evidence). Nothing of a name
//!   goes into them, so the report alone does not lead back; what becomes known later does not renumber them.
//! - `listed`: by name who is listed in the case (as an actor, an alias or a mailbox of an infrastructure) and is carried by
//!   two documented origins; others by pseudonym.
//!
//! Addresses are no persons and keep their text.

use std::collections::BTreeSet;

use ascribe_intel::Knowledge;
use ascribe_intel::indicators::canonical;
use ascribe_model::observation::IndicatorKind;
use ascribe_model::words::Persons;

use super::seen::{Node, Seen, What};

/// What each node of `seen` is called.
pub(super) fn names(seen: &Seen<'_>, knowledge: &Knowledge) -> Vec<String> {
    let mut order: Vec<(usize, &Node<'_>)> = seen.nodes.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| (a.first, a.what, &a.name).cmp(&(b.first, b.what, &b.name)));
    let listed = listed(knowledge);
    let mut names = vec![String::new(); seen.nodes.len()];
    let mut number = 0u64;
    for (index, node) in order {
        if node.what != What::Address {
            number = number.saturating_add(1);
        }
        let name = match (node.what, knowledge.persons) {
            (What::Address, _) => node.name.clone(),
            (_, Persons::Never) => generic(node).to_owned(),
            (_, Persons::Listed) if node.origins.len() > 1 && listed.contains(&node.name.to_lowercase()) => {
                node.name.clone()
            }
            _ => format!("{} P{number}", noun(node)),
        };
        if let Some(cell) = names.get_mut(index) {
            *cell = name;
        }
    }
    names
}

/// A kind with its article.
pub(super) const fn generic(node: &Node<'_>) -> &'static str {
    match (node.what, node.own) {
        (What::Mailbox, false) => "a mailbox",
        (What::Mailbox, true) => "a mailbox of the victim",
        (What::Account, false) => "an account",
        (What::Account, true) => "an account of the victim",
        (What::Key, _) => "a key",
        (What::Workstation, _) => "a computer",
        (What::Client, _) => "a client program",
        (What::Address, _) => "an address",
    }
}

const fn noun(node: &Node<'_>) -> &'static str {
    match (node.what, node.own) {
        (What::Mailbox, false) => "mailbox",
        (What::Mailbox, true) => "victim's mailbox",
        (What::Account, false) => "account",
        (What::Account, true) => "victim's account",
        (What::Key, _) => "key",
        (What::Workstation, _) => "computer",
        (What::Client, _) => "client program",
        (What::Address, _) => "address",
    }
}

/// Names that the case lists, lower case.
fn listed(knowledge: &Knowledge) -> BTreeSet<String> {
    let actors = knowledge.actors.iter().flat_map(|actor| {
        let aliases = actor.aliases.iter().map(|alias| alias.name.as_str());
        [actor.id.as_str(), actor.name.as_str()]
            .into_iter()
            .chain(aliases)
    });
    let mailboxes = knowledge
        .infrastructure
        .iter()
        .flat_map(|item| &item.what)
        .filter_map(|what| canonical(IndicatorKind::Email, what));
    actors.map(str::to_lowercase).chain(mailboxes).collect()
}
