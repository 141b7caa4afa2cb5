//! Whether a date that evidence gives of itself may move the day of a run.
//!
//! A plain run is as of the latest `known`, and evidence without an entry in the case is known from the day that its
//! own content names: whoever wrote it could name any. No clock is asked, since the same evidence must give the same
//! answer in ten years; instead the day is held against what an analyst wrote. Only says so, changes nothing: a case
//! of three lines with a folder of later articles is as it should be.

use ascribe_model::{Anomaly, Day};

use crate::assemble::{Item, NoteFile, stated_days};
use crate::config::Case;
use crate::known::Basis;

/// Days that a publication may lie after everything that the case states before it is said.
const AHEAD_DAYS: i32 = 366;

/// Evidence on whose own word alone a plain run is as of a day far after all that the case states: after every `known`
/// and `acquired` in case.toml, `opened` and `struck`, and the notes. Where the case states no day at all, after all
/// other evidence.
#[must_use]
pub fn ahead<'i>(case: &Case, items: &'i [Item], notes: &[NoteFile]) -> Vec<(&'i Item, Anomaly)> {
    let by_itself = |item: &&Item| item.known.1 == Basis::Published && item.artifact.reader.is_some();
    let Some(latest) = items
        .iter()
        .filter(by_itself)
        .map(|item| item.known.0.last_day())
        .max()
    else {
        return Vec::new();
    };
    let mut stated = stated_days(case, notes);
    let entries = case.evidence.iter();
    stated.extend(
        entries
            .flat_map(|entry| [&entry.known, &entry.acquired])
            .flatten()
            .map(|moment| moment.last_day()),
    );
    let incidents = case.incidents.iter();
    stated.extend(
        incidents
            .flat_map(|incident| [&incident.opened, &incident.struck])
            .flatten()
            .map(|moment| moment.last_day()),
    );
    let (bound, what) = match stated.last() {
        Some(day) => (*day, "the latest day that the case states"),
        None => {
            let others = items.iter().filter(by_itself);
            let days = others.map(|item| item.known.0.last_day());
            let Some(day) = days.filter(|day| *day < latest).max() else {
                return Vec::new();
            };
            (day, "all other evidence")
        }
    };
    if days_between(bound, latest) <= AHEAD_DAYS {
        return Vec::new();
    }
    let text = format!(
        "the day of a plain run rests on the publication date in its content, {latest}, which lies more than a year after {what} ({bound}); state `known` for it in [[evidence]], or give the day to answer for"
    );
    items
        .iter()
        .filter(by_itself)
        .filter(|item| {
            item.known.0.last_day() == latest && item.artifact.reading.document.published.is_some()
        })
        .map(|item| (item, Anomaly::odd("known.ahead", None, text.clone())))
        .collect()
}

fn days_between(from: Day, to: Day) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}
