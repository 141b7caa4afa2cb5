//! What a finding says, by kind, stance and target, before any number. Source: METHOD section 3, "Stances".
//!
//! - supports, threatens, condemns, declines, retracts: shown, weigh nothing; so does whatever is about a place.
//! - denies, claims-responsibility, and accuses without a class ("bare"): the table of statements.
//! - asserts, reports, accuses with a class: the trace is there. excludes, doubts, absent: it is not.
//! - what a persona says of access is strong for access and weighs nothing for the name that signs it.

use ascribe_intel::Knowledge;
use ascribe_model::Finding;
use ascribe_model::finding::Target;
use ascribe_model::words::{About, Class, Direction, Stance};

use super::people::is_party;
use crate::defaults::Defaults;

/// What a finding says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sense {
    /// It weighs nothing, for this reason.
    Nothing(String),
    /// A trace of this class, pointing there, is present or not.
    Trace {
        target: Pointed,
        class: Class,
        says: bool,
    },
    /// One value of an unknown is so or not.
    Value {
        value: Value,
        numbers: Numbers,
        says: bool,
    },
}

/// What a trace points to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pointed {
    /// An actor.
    Actor(String),
    /// A family or an infrastructure.
    Subject(Target),
    /// Whoever of a hypothesis's several operators it was.
    Several(String),
}

/// A value of an unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// This actor is the operator.
    Operator(String),
    /// This is the direction.
    Direction(Direction),
    /// This hypothesis is true.
    Hypothesis(String),
    /// This actor owns that subject.
    Owner(Target, String),
}

/// Where the likelihoods come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// The table of statements.
    Statement,
    /// P(said | so), P(said | not so) of the class.
    Claim(Class),
    /// The trace that such a direction leaves, at the rates of the class.
    Sign(Class),
    /// A signed weight alone.
    Signed,
}

/// What `finding` says. `operators_of` gives a hypothesis's operators as they were written.
pub(super) fn sense(
    finding: &Finding,
    knowledge: &Knowledge,
    defaults: &Defaults,
    operators_of: impl Fn(&str) -> Option<Vec<String>>,
) -> Sense {
    let nothing = |why: String| Sense::Nothing(why);
    match finding.stance {
        Stance::Supports | Stance::Threatens | Stance::Condemns | Stance::Declines => {
            return nothing(format!("\"{}\" is shown and weighs nothing", finding.stance));
        }
        Stance::Retracts => {
            let what = finding.retracts.as_deref().unwrap_or("nothing that is named");
            return nothing(format!("takes back {what}"));
        }
        _ => {}
    }
    if finding.about == Some(About::Place) {
        return nothing("bears on a place, never by itself on an actor".to_owned());
    }
    let class = finding.class.or_else(|| defaults.class_of(finding.kind));
    let bare = match finding.stance {
        Stance::Denies | Stance::ClaimsResponsibility => true,
        Stance::Accuses => class.is_none(),
        _ => false,
    };
    let target = target(finding, knowledge, bare, &operators_of);
    if bare {
        return match target {
            Ok(Aim::Value(value)) => Sense::Value {
                value,
                numbers: Numbers::Statement,
                says: true,
            },
            Ok(Aim::Trace(Pointed::Actor(id))) => Sense::Value {
                value: Value::Operator(id),
                numbers: Numbers::Statement,
                says: true,
            },
            Ok(Aim::Trace(Pointed::Several(id))) => Sense::Value {
                value: Value::Hypothesis(id),
                numbers: Numbers::Statement,
                says: true,
            },
            Ok(Aim::Trace(Pointed::Subject(_))) => nothing("a bare statement names no party".to_owned()),
            Err(why) => nothing(why),
        };
    }
    if finding.stance == Stance::Absent && finding.searched.is_none() {
        return nothing("absence weighs only where a search was made and recorded".to_owned());
    }
    let says = !matches!(finding.stance, Stance::Excludes | Stance::Doubts | Stance::Absent);
    let Some(class) = class else {
        return match (&finding.signed, target) {
            (Some(_), Ok(Aim::Value(value))) => Sense::Value {
                value,
                numbers: Numbers::Signed,
                says,
            },
            (Some(_), Ok(Aim::Trace(Pointed::Actor(id)))) => Sense::Value {
                value: Value::Operator(id),
                numbers: Numbers::Signed,
                says,
            },
            _ => nothing(format!(
                "kind \"{}\" has no class: shown, weighs nothing",
                finding.kind
            )),
        };
    };
    let elsewhere = matches!(
        finding.about,
        Some(About::Access | About::Timeline | About::Impact)
    );
    if elsewhere && matches!(class, Class::Claim | Class::Name) {
        return nothing(
            "what a message shows of access weighs nothing for the name that signs it".to_owned(),
        );
    }
    match target {
        Ok(Aim::Trace(target)) => Sense::Trace { target, class, says },
        Ok(Aim::Value(value)) => Sense::Value {
            numbers: if matches!(value, Value::Direction(_)) {
                Numbers::Sign(class)
            } else {
                Numbers::Claim(class)
            },
            value,
            says,
        },
        Err(why) => nothing(why),
    }
}

enum Aim {
    Trace(Pointed),
    Value(Value),
}

/// What the finding is aimed at, or why it is aimed at nothing.
fn target(
    finding: &Finding,
    knowledge: &Knowledge,
    bare: bool,
    operators_of: &impl Fn(&str) -> Option<Vec<String>>,
) -> Result<Aim, String> {
    let party = |id: &str| {
        if is_party(knowledge, id) {
            Ok(id.to_owned())
        } else {
            Err(format!("points to `{id}`, a party that the case does not list"))
        }
    };
    if finding.about == Some(About::Owner) {
        let Some(of @ (Target::Family(_) | Target::Infrastructure(_))) = &finding.of else {
            return Err("says whose, but not whose what".to_owned());
        };
        let Some(Target::Actor(id)) = &finding.points_to else {
            return Err("says of what, but not whose".to_owned());
        };
        return Ok(Aim::Value(Value::Owner(of.clone(), party(id)?)));
    }
    match &finding.points_to {
        Some(Target::Direction(word)) => Ok(Aim::Value(Value::Direction(*word))),
        Some(_) if finding.about == Some(About::Direction) => {
            Err("is about the direction, but points to none".to_owned())
        }
        Some(Target::Actor(id)) => Ok(Aim::Trace(Pointed::Actor(party(id)?))),
        Some(target @ (Target::Family(_) | Target::Infrastructure(_))) => {
            Ok(Aim::Trace(Pointed::Subject(target.clone())))
        }
        Some(Target::Hypothesis(id)) => match operators_of(id).as_deref() {
            None => Err(format!("points to `{id}`, which is no hypothesis of the case")),
            Some([one]) => Ok(Aim::Trace(Pointed::Actor(one.clone()))),
            Some(_) => Ok(Aim::Trace(Pointed::Several(id.clone()))),
        },
        // Who denies or claims without naming himself speaks for his own party.
        None if bare && finding.stance != Stance::Accuses => {
            let own = finding.source.as_deref().and_then(|id| knowledge.source(id));
            match own.and_then(|source| source.party.as_deref()) {
                Some(id) if is_party(knowledge, id) => Ok(Aim::Trace(Pointed::Actor(id.to_owned()))),
                _ => Err("names no party of the case".to_owned()),
            }
        }
        None => Err("points to nobody".to_owned()),
    }
}
