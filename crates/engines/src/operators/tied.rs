//! From sightings to dated ties: an address counts as one thing only as long as it is used without a longer pause, since
//! addresses change hands; accounts, mailboxes and devices do not.

use std::collections::BTreeMap;

use ascribe_model::{Day, Moment, Span};

use super::seen::{How, Seen, What};

/// Days without a sighting after which an address may have another user. Judged: leases last hours to weeks.
pub(super) const ADDRESS_PAUSE_DAYS: i64 = 7;
/// Rows that a tie keeps.
const ROWS_MAX: usize = 16;

/// A node, or an address for as long as it was used without a longer pause.
#[derive(Clone, Debug)]
pub(super) struct Vertex<'w> {
    pub(super) node: u32,
    pub(super) first: Option<&'w Moment>,
    pub(super) last: Option<&'w Moment>,
}

/// Two vertices with all that they were seen together in.
#[derive(Clone, Debug)]
pub(super) struct Tie<'w> {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) first: Option<&'w Moment>,
    pub(super) last: Option<&'w Moment>,
    pub(super) count: u64,
    /// The best of its sightings.
    pub(super) how: How,
    /// (evidence, place), in order.
    pub(super) rows: Vec<(u32, Span)>,
}

/// The earlier of two moments; of two that begin together, the one written first in order of text.
fn earlier<'w>(a: Option<&'w Moment>, b: Option<&'w Moment>) -> Option<&'w Moment> {
    [a, b]
        .into_iter()
        .flatten()
        .min_by(|a, b| (a.first(), a.text()).cmp(&(b.first(), b.text())))
}

fn later<'w>(a: Option<&'w Moment>, b: Option<&'w Moment>) -> Option<&'w Moment> {
    [a, b]
        .into_iter()
        .flatten()
        .max_by(|a, b| (a.last(), a.text()).cmp(&(b.last(), b.text())))
}

fn day(at: &Moment) -> i64 {
    let days = at.first_day().duration_since(Day::ZERO).as_hours();
    days.div_euclid(24)
}

/// Vertices and ties, in an order that does not depend on that of the evidence's rows.
pub(super) fn tied<'w>(seen: &Seen<'w>) -> (Vec<Vertex<'w>>, Vec<Tie<'w>>) {
    let what = |id: u32| {
        usize::try_from(id)
            .ok()
            .and_then(|id| seen.nodes.get(id))
            .map(|node| node.what)
    };
    // (node, undated, day or evidence, sighting, side)
    let mut places: Vec<(u32, bool, i64, usize, bool)> = Vec::with_capacity(seen.sightings.len() * 2);
    for (index, sighting) in seen.sightings.iter().enumerate() {
        for (node, second) in [(sighting.a, false), (sighting.b, true)] {
            let (undated, at) = match (what(node), sighting.first) {
                (Some(What::Address), Some(first)) => (false, day(first)),
                // Nothing says that two undated uses were at one time.
                (Some(What::Address), None) => (true, i64::from(sighting.evidence)),
                _ => (false, 0),
            };
            places.push((node, undated, at, index, second));
        }
    }
    places.sort_unstable();
    let mut vertices: Vec<Vertex<'w>> = Vec::new();
    let mut of = vec![(0usize, 0usize); seen.sightings.len()];
    let mut before: Option<(u32, bool, i64)> = None;
    for (node, undated, at, index, second) in places {
        let goes_on = before.is_some_and(|(last_node, last_undated, last_at)| {
            let pause = if undated { 0 } else { ADDRESS_PAUSE_DAYS };
            last_node == node && last_undated == undated && at.saturating_sub(last_at) <= pause
        });
        let Some(sighting) = seen.sightings.get(index) else {
            continue;
        };
        if !goes_on {
            vertices.push(Vertex {
                node,
                first: None,
                last: None,
            });
        }
        // An event that is added up over days lasts until its last.
        let until = if undated || what(node) != Some(What::Address) {
            at
        } else {
            sighting.last.map_or(at, |last| at.max(day(last)))
        };
        let until = before
            .filter(|_| goes_on)
            .map_or(until, |(.., last)| last.max(until));
        before = Some((node, undated, until));
        let number = vertices.len().saturating_sub(1);
        if let Some(vertex) = vertices.last_mut() {
            vertex.first = earlier(vertex.first, sighting.first);
            vertex.last = later(vertex.last, sighting.last);
        }
        if let Some(ends) = of.get_mut(index) {
            if second {
                ends.1 = number;
            } else {
                ends.0 = number;
            }
        }
    }
    let mut order: Vec<((usize, usize), u32, Span, usize)> = of
        .iter()
        .zip(&seen.sightings)
        .enumerate()
        .map(|(index, (ends, sighting))| (*ends, sighting.evidence, sighting.span, index))
        .collect();
    order.sort_unstable();
    let mut ties: Vec<Tie<'w>> = Vec::new();
    for ((a, b), evidence, span, index) in order {
        let Some(sighting) = seen.sightings.get(index) else {
            continue;
        };
        if ties.last().is_none_or(|tie| (tie.a, tie.b) != (a, b)) {
            ties.push(Tie {
                a,
                b,
                first: None,
                last: None,
                count: 0,
                how: sighting.how,
                rows: Vec::new(),
            });
        }
        let Some(tie) = ties.last_mut() else { continue };
        tie.first = earlier(tie.first, sighting.first);
        tie.last = later(tie.last, sighting.last);
        tie.count = tie.count.saturating_add(sighting.count);
        tie.how = tie.how.min(sighting.how);
        if tie.rows.len() < ROWS_MAX && tie.rows.last() != Some(&(evidence, span)) {
            tie.rows.push((evidence, span));
        }
    }
    (vertices, ties)
}

/// How many vertices each node has: an address that was used again after a longer pause has several.
pub(super) fn episodes(vertices: &[Vertex<'_>]) -> BTreeMap<u32, usize> {
    let mut counts = BTreeMap::new();
    for vertex in vertices {
        let count: &mut usize = counts.entry(vertex.node).or_default();
        *count = count.saturating_add(1);
    }
    counts
}
