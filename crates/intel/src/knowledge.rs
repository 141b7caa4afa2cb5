//! What a case knows of parties, sources, families and infrastructure, each item with the day it became known.
//!
//! Source: CASE, "case.toml".

use std::collections::BTreeMap;

use ascribe_model::words::{ActorKind, Persons, Reliability, SourceKind};
use ascribe_model::{Day, Moment, Range};
use serde::{Deserialize, Serialize};

/// Another name of a party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The name.
    pub name: String,
    /// Who uses it.
    pub source: Option<String>,
    /// Since when that is known.
    pub known: Option<Moment>,
}

/// A disputed number of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// How many.
    pub people: u64,
    /// Who says so.
    pub source: Option<String>,
    /// Since when that is known.
    pub known: Option<Moment>,
}

/// A party.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Actor {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ActorKind,
    /// Whether somebody might blame it.
    pub frameable: bool,
    /// Of a group: listed parties that it is made of.
    pub members: Vec<String>,
    /// Whose unit it is.
    pub parent: Option<String>,
    /// When it existed.
    pub from: Option<Moment>,
    /// Until when.
    pub to: Option<Moment>,
    /// Other names.
    pub aliases: Vec<Alias>,
    /// Disputed sizes, side by side.
    pub size: Vec<Size>,
    /// Since when it is known; absent: always.
    pub known: Option<Moment>,
    /// Who says so.
    pub source: Option<String>,
}

impl Actor {
    /// A party of which nothing is known but its id, which is its name, and its kind.
    #[must_use]
    pub fn of(id: &str, kind: ActorKind) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            kind,
            frameable: is_frameable(kind),
            members: Vec::new(),
            parent: None,
            from: None,
            to: None,
            aliases: Vec::new(),
            size: Vec::new(),
            known: None,
            source: None,
        }
    }
}

/// Whether somebody might blame a party of this kind, unless the case says otherwise. Source: CASE, "case.toml".
#[must_use]
pub const fn is_frameable(kind: ActorKind) -> bool {
    matches!(
        kind,
        ActorKind::State | ActorKind::Agency | ActorKind::Unit | ActorKind::Group
    )
}

/// Who reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is to the case.
    pub kind: SourceKind,
    /// The party it belongs to (an actor's id or free text).
    pub party: Option<String>,
    /// Admiralty letter.
    pub grade: Option<Reliability>,
    /// P(reliable), in place of the letter's.
    pub reliable: Option<Range>,
    /// P(an unreliable source says it), in place of the default.
    pub push: Option<Range>,
    /// What it has to gain from an answer.
    pub stake: Option<String>,
    /// Why numbers were set.
    pub reason: Option<String>,
    /// Since when it is known; absent: always.
    pub known: Option<Moment>,
}

/// A code family or campaign whose owner is itself a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Family {
    /// Its id; corpora use the same name.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// P(owner = actor); the rest is "other".
    pub label: BTreeMap<String, Range>,
    /// P(a party that does not own it holds it); absent: the default.
    pub shared: Option<Range>,
    /// Who says whose it is.
    pub source: Option<String>,
    /// Since when the label is known; absent: always.
    pub known: Option<Moment>,
}

/// Addresses, ranges, names and mailboxes with a holder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Infrastructure {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Addresses, CIDR ranges, names, mailboxes as written.
    pub what: Vec<String>,
    /// P(holder = actor); the rest is "other".
    pub holder: BTreeMap<String, Range>,
    /// Held from.
    pub from: Option<Moment>,
    /// Held to.
    pub to: Option<Moment>,
    /// How exclusive to the holder; `shared` is 1 − this.
    pub exclusive: Option<Range>,
    /// Who says so.
    pub source: Option<String>,
    /// Since when it is known; absent: always.
    pub known: Option<Moment>,
}

/// The attacked party: what never becomes an indicator, and where mail can be trusted from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Victim {
    /// Its networks, CIDR.
    pub networks: Vec<String>,
    /// Its domains.
    pub domains: Vec<String>,
    /// Its mail hosts: the trust boundary of Received headers.
    pub mail_hosts: Vec<String>,
    /// Offsets of its clocks in seconds, by host.
    pub clocks: BTreeMap<String, i64>,
}

/// One incident of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// The question.
    pub question: String,
    /// When they entered.
    pub entered: Option<Moment>,
    /// When they struck.
    pub struck: Option<Moment>,
    /// When the case was opened; default: struck.
    pub opened: Option<Moment>,
}

/// All that the case knows of the world.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Knowledge {
    /// Parties, by id.
    pub actors: Vec<Actor>,
    /// Sources, by id.
    pub sources: Vec<Source>,
    /// Families, by id.
    pub families: Vec<Family>,
    /// Infrastructure, by id.
    pub infrastructure: Vec<Infrastructure>,
    /// The victim.
    pub victim: Victim,
    /// Whether people may be named where it is about who is tied to whom.
    pub persons: Persons,
}

fn known_on(known: Option<&Moment>, day: Option<Day>) -> bool {
    known.is_none_or(|moment| moment.known_on(day))
}

impl Knowledge {
    /// What was known at the end of `day` (none: everything).
    ///
    /// Later sources, aliases, sizes and infrastructure are gone. Later families stay without a label (all on
    /// "other"), so that traces that point to them keep a subject; later actors stay too, since the
    /// hypotheses name them, but without later aliases.
    #[must_use]
    pub fn as_of(&self, day: Option<Day>) -> Self {
        let mut then = self.clone();
        for actor in &mut then.actors {
            actor.aliases.retain(|alias| known_on(alias.known.as_ref(), day));
            actor.size.retain(|size| known_on(size.known.as_ref(), day));
        }
        then.infrastructure
            .retain(|item| known_on(item.known.as_ref(), day));
        for family in &mut then.families {
            if !known_on(family.known.as_ref(), day) {
                family.label.clear();
            }
        }
        then
    }

    /// The actor with this id.
    #[must_use]
    pub fn actor(&self, id: &str) -> Option<&Actor> {
        self.actors.iter().find(|actor| actor.id == id)
    }

    /// The source with this id.
    #[must_use]
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// The family with this id.
    #[must_use]
    pub fn family(&self, id: &str) -> Option<&Family> {
        self.families.iter().find(|family| family.id == id)
    }

    /// The infrastructure with this id.
    #[must_use]
    pub fn infrastructure(&self, id: &str) -> Option<&Infrastructure> {
        self.infrastructure.iter().find(|item| item.id == id)
    }
}
