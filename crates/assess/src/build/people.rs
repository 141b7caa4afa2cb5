//! Which parties the model has, and who belongs to whom. Source: METHOD section 2, "O operator".

use std::collections::BTreeSet;

use ascribe_intel::Knowledge;
use ascribe_model::words::ActorKind;

use crate::model_file::Actor;

/// Ids of the two answers that are always there.
pub(super) const UNLISTED: [(&str, &str); 2] = [
    ("unlisted-state", "A state that is not listed"),
    ("unlisted-nonstate", "Somebody else who is not listed"),
];

/// The listed parties and the two unlisted ones, by id.
///
/// `members` of a unit are its ancestors, of a group its members with their units and ancestors: their traces are
/// its own, and it never frames them.
pub(super) fn actors(knowledge: &Knowledge) -> Vec<Actor> {
    let mut actors: Vec<Actor> = knowledge
        .actors
        .iter()
        .map(|actor| Actor {
            id: actor.id.clone(),
            frameable: actor.frameable,
            unlisted: actor.kind == ActorKind::Unlisted || UNLISTED.iter().any(|(id, _)| *id == actor.id),
            members: own(knowledge, &actor.id)
                .into_iter()
                .filter(|member| *member != actor.id)
                .collect(),
        })
        .collect();
    for (id, _) in UNLISTED {
        if !actors.iter().any(|actor| actor.id == id) {
            actors.push(Actor {
                id: id.to_owned(),
                unlisted: true,
                ..Actor::default()
            });
        }
    }
    actors.sort_by(|a, b| a.id.cmp(&b.id));
    actors.dedup_by(|a, b| a.id == b.id);
    actors
}

/// Whether `id` can be the operator: a listed party or one of the two unlisted.
pub(super) fn is_party(knowledge: &Knowledge, id: &str) -> bool {
    knowledge.actor(id).is_some() || UNLISTED.iter().any(|(unlisted, _)| *unlisted == id)
}

/// Parent, its parent and so on; a loop ends where it closes.
pub(super) fn ancestors(knowledge: &Knowledge, id: &str) -> Vec<String> {
    let mut above: Vec<String> = Vec::new();
    let mut at = knowledge.actor(id);
    while let Some(parent) = at.and_then(|actor| actor.parent.as_deref()) {
        if parent == id || knowledge.actor(parent).is_none() || above.iter().any(|seen| seen == parent) {
            break;
        }
        above.push(parent.to_owned());
        at = knowledge.actor(parent);
    }
    above
}

/// The topmost ancestor, or the party itself: what one source pushes against is a whole family tree.
pub(super) fn root(knowledge: &Knowledge, id: &str) -> String {
    ancestors(knowledge, id).pop().unwrap_or_else(|| id.to_owned())
}

/// `id` and every unit below it, by id.
pub(crate) fn tree(knowledge: &Knowledge, id: &str) -> Vec<String> {
    let mut tree: Vec<String> = knowledge
        .actors
        .iter()
        .filter(|actor| actor.id == id || ancestors(knowledge, &actor.id).iter().any(|above| above == id))
        .map(|actor| actor.id.clone())
        .collect();
    if tree.is_empty() {
        tree.push(id.to_owned());
    }
    tree.sort();
    tree
}

/// Parties whose traces are those of `id`: itself, its ancestors, and what a group is made of with its units.
fn own(knowledge: &Knowledge, id: &str) -> BTreeSet<String> {
    let mut own = BTreeSet::from([id.to_owned()]);
    let mut open = vec![id.to_owned()];
    while let Some(at) = open.pop() {
        let Some(actor) = knowledge.actor(&at) else {
            continue;
        };
        let members = actor
            .members
            .iter()
            .filter(|member| knowledge.actor(member).is_some())
            .flat_map(|member| tree(knowledge, member));
        for party in members.chain(ancestors(knowledge, &at)) {
            if own.insert(party.clone()) {
                open.push(party);
            }
        }
    }
    own
}

/// Operators for whom "it was `id`" is true: itself, its units, and groups that it is a member of.
pub(super) fn counted_as(knowledge: &Knowledge, id: &str) -> Vec<String> {
    let mut operators: Vec<String> = knowledge
        .actors
        .iter()
        .filter(|actor| own(knowledge, &actor.id).contains(id))
        .map(|actor| actor.id.clone())
        .collect();
    if operators.is_empty() {
        operators.push(id.to_owned());
    }
    operators.sort();
    operators
}
