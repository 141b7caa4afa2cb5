//! When a thing became known: what the case says, else what its content says, else the day the case was opened.
//!
//! Source: CASE, "known".

use ascribe_model::Moment;

/// Stands for "no date at all" where a date is needed: the first day that can be written, so that it is known on every
/// day. Written out as null.
#[must_use]
pub fn undated() -> Moment {
    Moment::of_day(jiff::civil::Date::constant(1, 1, 1))
}

/// Whether `known` is no date.
#[must_use]
pub fn is_undated(known: &Moment) -> bool {
    *known == undated()
}

/// The text of `known`, none where it is no date.
#[must_use]
pub fn written(known: &Moment) -> Option<String> {
    (!is_undated(known)).then(|| known.text().to_owned())
}

/// What a `known` rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The case or the note says it.
    Said,
    /// The content's own publication date.
    Published,
    /// The day it was acquired: its content gives a later day, which cannot be.
    Acquired,
    /// The day the case was opened, for want of anything else.
    Opened,
    /// Nothing.
    Nothing,
}

/// What bears on the `known` of an artifact.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dates<'a> {
    /// `known` in its entry of the case.
    pub said: Option<&'a Moment>,
    /// `acquired` in its entry of the case.
    pub acquired: Option<&'a Moment>,
    /// What its container's `known` is, and what that rests on.
    pub container: Option<(&'a Moment, Basis)>,
    /// The publication date in its content.
    pub published: Option<&'a Moment>,
    /// When the case was opened.
    pub opened: Option<&'a Moment>,
}

/// `known` of an artifact, and what it rests on: its entry in the case; else what its container's rests on, if that
/// is firm; else the publication date in its content, but never later than the day it was acquired, where that is
/// stated: evidence may lie about its own age; else `opened`; else nothing.
#[must_use]
pub fn of_artifact(dates: Dates<'_>) -> (Moment, Basis) {
    if let Some(said) = dates.said {
        return (said.clone(), Basis::Said);
    }
    if let Some((known, basis @ (Basis::Said | Basis::Published | Basis::Acquired))) = dates.container {
        return (known.clone(), basis);
    }
    if let Some(published) = dates.published {
        let day = published.last_day();
        return match dates.acquired.map(Moment::last_day) {
            Some(acquired) if acquired < day => (Moment::of_day(acquired), Basis::Acquired),
            _ => (Moment::of_day(day), Basis::Published),
        };
    }
    if let Some(opened) = dates.opened {
        return (opened.clone(), Basis::Opened);
    }
    (undated(), Basis::Nothing)
}
