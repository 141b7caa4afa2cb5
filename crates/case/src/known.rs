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
    /// The day the case was opened, for want of anything else.
    Opened,
    /// Nothing.
    Nothing,
}

/// `known` of an artifact, and what it rests on: its entry in the case; else what its container's rests on, if that
/// is firm; else the publication date in its content; else its container's; else `opened`; else nothing.
#[must_use]
pub fn of_artifact(
    said: Option<&Moment>,
    container: Option<(&Moment, Basis)>,
    published: Option<&Moment>,
    opened: Option<&Moment>,
) -> (Moment, Basis) {
    if let Some(said) = said {
        return (said.clone(), Basis::Said);
    }
    if let Some((known, basis @ (Basis::Said | Basis::Published))) = container {
        return (known.clone(), basis);
    }
    if let Some(published) = published {
        return (Moment::of_day(published.last_day()), Basis::Published);
    }
    if let Some(opened) = opened {
        return (opened.clone(), Basis::Opened);
    }
    (undated(), Basis::Nothing)
}
