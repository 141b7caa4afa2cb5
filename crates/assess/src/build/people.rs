//! Which parties the model has, and who belongs to whom.

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
/// A unit's `members` are its ancestors: their traces are its own, and it never frames them. A group's are its own.
pub(super) fn actors(knowledge: &Knowledge) -> Vec<Actor> {
    let mut actors: Vec<Actor> = knowledge
        .actors
        .iter()
        .map(|actor| {
            let mut members = ancestors(knowledge, &actor.id);
            members.extend(actor.members.iter().cloned());
            members.sort();
            members.dedup();
            members.retain(|member| *member != actor.id && knowledge.actor(member).is_some());
            Actor {
                id: actor.id.clone(),
                frameable: actor.frameable,
                unlisted: actor.kind == ActorKind::Unlisted,
                members,
            }
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
    actors
}

/// Parent, its parent and so on; a loop ends where it closes.
pub(super) fn ancestors(knowledge: &Knowledge, id: &str) -> Vec<String> {
    let mut above: Vec<String> = Vec::new();
    let mut at = knowledge.actor(id);
    while let Some(parent) = at.and_then(|actor| actor.parent.as_deref()) {
        if parent == id || above.iter().any(|seen| seen == parent) {
            break;
        }
        above.push(parent.to_owned());
        at = knowledge.actor(parent);
    }
    above
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
    tree
}
