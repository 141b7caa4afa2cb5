//! Who is tied to whom: accounts, mailboxes, devices and addresses that were seen together, as a dated graph.
//!
//! Each tie keeps the rows behind it. What many use ties nobody (`shared`); a claim ties nobody; an account of the victim
//! ties what it was used from to nothing else, since its owner used it too. A mailbox or account that such ties lead to an
//! infrastructure of the case is a finding of kind `operator` about the trace that the engine `addresses` sees as well, so it
//! says how the incident touches the infrastructure and adds no weight of its own. Whom it may name, `persons` in case.toml
//! says (`names`). Does not judge who holds what.

mod finding;
mod graph;
mod names;
mod seen;
mod shared;
mod tied;

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::holdings::{Holdings, Own};
use ascribe_model::Provenance;
use ascribe_model::words::Tlp;

pub use graph::{Graph, Parts};
pub use seen::{How, What};

use crate::sharing::Lists;
use crate::sighting::{of_incident, stands};
use crate::{Evidence, Suggestions, World};
use seen::Seen;
use tied::{Tie, Vertex};

/// The name of the engine.
pub const NAME: &str = "operators";
/// Ties that are kept for the report, those that tie first.
const ROWS_MAX: usize = 2_000;

/// A tie as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TieRow {
    /// One end, as far as the case lets it be named.
    pub a: String,
    /// What it is.
    pub a_what: What,
    /// The other.
    pub b: String,
    /// What it is.
    pub b_what: What,
    /// First time as written.
    pub first: Option<String>,
    /// Last time as written.
    pub last: Option<String>,
    /// How often.
    pub count: u64,
    /// How good its best sighting is.
    pub how: How,
    /// Why it ties nobody; none: it does.
    pub why_not: Option<String>,
    /// Number of the group that it lies in, from 1.
    pub group: Option<usize>,
    /// Whether its group falls in two without it.
    pub bridge: bool,
    /// Infrastructure of the case that an end belongs to, as of then.
    pub infrastructure: Vec<String>,
    /// Marking.
    pub tlp: Tlp,
    /// The rows behind it.
    pub provenance: Vec<Provenance>,
}

/// What hangs together by ties that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// From 1, largest first.
    pub number: usize,
    /// Members, as far as the case lets them be named, sorted; with how many of the same name.
    pub members: Vec<(String, usize)>,
    /// Members without whom it falls apart.
    pub joints: Vec<String>,
    /// Ties.
    pub ties: usize,
    /// Ties without which it falls in two.
    pub bridges: usize,
    /// First and last time, as written.
    pub first: Option<String>,
    /// See `first`.
    pub last: Option<String>,
}

/// The answer to "who is tied to whom".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// Groups of two or more, largest first.
    pub groups: Vec<Group>,
    /// Ties: those that count first, by group.
    pub rows: Vec<TieRow>,
    /// Ties that are not among `rows`.
    pub left_out: usize,
}

/// The graph, ready for findings.
struct Woven<'w, 's> {
    seen: &'s Seen<'w>,
    vertices: Vec<Vertex<'w>>,
    ties: Vec<Tie<'w>>,
    /// Why each tie does not count.
    why_not: Vec<Option<String>>,
    graph: Graph,
    /// Tie of each edge of the graph.
    tie_of: Vec<usize>,
    names: Vec<String>,
    evidence: Vec<&'w Evidence>,
}

impl Woven<'_, '_> {
    fn node(&self, vertex: usize) -> Option<&seen::Node<'_>> {
        let node = usize::try_from(self.vertices.get(vertex)?.node).ok()?;
        self.seen.nodes.get(node)
    }

    fn name(&self, vertex: usize) -> &str {
        self.vertices
            .get(vertex)
            .and_then(|vertex| usize::try_from(vertex.node).ok())
            .and_then(|node| self.names.get(node))
            .map_or("", String::as_str)
    }

    fn evidence(&self, index: u32) -> Option<&Evidence> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.evidence.get(index))
            .copied()
    }

    fn places(&self, tie: &Tie<'_>) -> Vec<Provenance> {
        tie.rows
            .iter()
            .filter_map(|(index, span)| Some(stands(self.evidence(*index)?, *span)))
            .collect()
    }
}

/// Who the world shows to be tied to whom.
#[must_use]
pub fn suggest(world: &World<'_>) -> Suggestions {
    let own = Own::new(&world.knowledge.victim);
    let holdings = Holdings::new(world.knowledge);
    let evidence = of_incident(world);
    let mut seen = seen::seen(&evidence, &own, &holdings);
    let mut out = Suggestions::default();
    if seen.nodes.is_empty() {
        return out;
    }
    let lists = Lists::of(&evidence);
    shared::mark(&mut seen, &holdings, &lists.ready(), world);
    let woven = weave(&seen, evidence, world);
    let parts = woven.graph.parts();
    out.ties = shown(&woven, &parts, &holdings, world);
    out.findings = finding::findings(&woven, &holdings, world);
    count(&seen, &woven, &out.ties, &mut out.counts);
    out
}

fn weave<'w, 's>(seen: &'s Seen<'w>, evidence: Vec<&'w Evidence>, world: &World<'_>) -> Woven<'w, 's> {
    let (vertices, ties) = tied::tied(seen);
    let mut woven = Woven {
        seen,
        names: names::names(seen, world.knowledge),
        vertices,
        ties,
        why_not: Vec::new(),
        graph: Graph::default(),
        tie_of: Vec::new(),
        evidence,
    };
    let mut edges = Vec::new();
    for (index, tie) in woven.ties.iter().enumerate() {
        let why_not = why_not(&woven, tie);
        if why_not.is_none() {
            edges.push((tie.a, tie.b));
            woven.tie_of.push(index);
        }
        woven.why_not.push(why_not);
    }
    woven.graph = Graph::new(woven.vertices.len(), &edges);
    woven
}

/// Why a tie ties nobody.
fn why_not(woven: &Woven<'_, '_>, tie: &Tie<'_>) -> Option<String> {
    if tie.how == How::Claimed {
        return Some("only claimed by whoever sent the mail".to_owned());
    }
    let ends = [woven.node(tie.a)?, woven.node(tie.b)?];
    if ends.iter().any(|node| node.own) {
        return Some("an account of the victim, which its owner uses too".to_owned());
    }
    ends.iter().find_map(|node| node.shared.clone())
}

fn text(at: Option<&ascribe_model::Moment>) -> Option<String> {
    at.map(|at| at.text().to_owned())
}

fn shown(woven: &Woven<'_, '_>, parts: &Parts, holdings: &Holdings<'_>, world: &World<'_>) -> Ties {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut tied = vec![false; woven.vertices.len()];
    for tie in woven.tie_of.iter().filter_map(|tie| woven.ties.get(*tie)) {
        for end in [tie.a, tie.b] {
            if let Some(cell) = tied.get_mut(end) {
                *cell = true;
            }
        }
    }
    for (vertex, part) in parts.part.iter().enumerate() {
        if tied.get(vertex).copied().unwrap_or(false) {
            members.entry(*part).or_default().push(vertex);
        }
    }
    let mut largest: Vec<(usize, Vec<usize>)> = members.into_iter().collect();
    largest.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(&b.0)));
    let number: BTreeMap<usize, usize> = (1usize..)
        .zip(&largest)
        .map(|(number, (part, _))| (*part, number))
        .collect();
    let group_of = |vertex: usize| parts.part.get(vertex).and_then(|part| number.get(part)).copied();
    let mut bridge = vec![false; woven.ties.len()];
    let mut sums: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (edge, tie) in woven.tie_of.iter().enumerate() {
        let is_bridge = parts.bridge.get(edge).copied().unwrap_or(false);
        if let Some(cell) = bridge.get_mut(*tie) {
            *cell = is_bridge;
        }
        let group = woven.ties.get(*tie).and_then(|tie| group_of(tie.a)).unwrap_or(0);
        let sum = sums.entry(group).or_default();
        sum.0 = sum.0.saturating_add(1);
        sum.1 = sum.1.saturating_add(usize::from(is_bridge));
    }
    let groups = largest
        .iter()
        .zip(1usize..)
        .map(|((_, vertices), number)| {
            let mut names: BTreeMap<&str, usize> = BTreeMap::new();
            for vertex in vertices {
                let count = names.entry(woven.name(*vertex)).or_default();
                *count = count.saturating_add(1);
            }
            let joint = |vertex: &&usize| parts.joint.get(**vertex).copied().unwrap_or(false);
            let joints: BTreeSet<&str> = vertices
                .iter()
                .filter(joint)
                .map(|vertex| woven.name(*vertex))
                .collect();
            let moments = || vertices.iter().filter_map(|vertex| woven.vertices.get(*vertex));
            let (ties, bridges) = sums.get(&number).copied().unwrap_or_default();
            Group {
                number,
                members: names
                    .into_iter()
                    .map(|(name, count)| (name.to_owned(), count))
                    .collect(),
                joints: joints.into_iter().map(str::to_owned).collect(),
                ties,
                bridges,
                first: text(
                    moments()
                        .filter_map(|vertex| vertex.first)
                        .min_by_key(|at| at.first()),
                ),
                last: text(
                    moments()
                        .filter_map(|vertex| vertex.last)
                        .max_by_key(|at| at.last()),
                ),
            }
        })
        .collect();
    let mut order: Vec<(bool, usize, usize)> = woven
        .ties
        .iter()
        .enumerate()
        .map(|(index, tie)| {
            let counts = woven.why_not.get(index).is_some_and(Option::is_none);
            let group = if counts { group_of(tie.a).unwrap_or(0) } else { 0 };
            (!counts, group, index)
        })
        .collect();
    order.sort_unstable();
    let left_out = order.len().saturating_sub(ROWS_MAX);
    order.truncate(ROWS_MAX);
    let rows = order
        .into_iter()
        .filter_map(|(not, group, index)| {
            let tie = woven.ties.get(index)?;
            let (a, b) = (woven.node(tie.a)?, woven.node(tie.b)?);
            let provenance = woven.places(tie);
            let held = [tie.a, tie.b].into_iter().flat_map(|end| {
                finding::held(woven, end, holdings, world)
                    .into_iter()
                    .map(|held| held.item.id.clone())
            });
            Some(TieRow {
                a: woven.name(tie.a).to_owned(),
                a_what: a.what,
                b: woven.name(tie.b).to_owned(),
                b_what: b.what,
                first: text(tie.first),
                last: text(tie.last),
                count: tie.count,
                how: tie.how,
                why_not: woven.why_not.get(index).cloned().flatten(),
                group: (!not).then_some(group),
                bridge: bridge.get(index).copied().unwrap_or(false),
                infrastructure: held.collect::<BTreeSet<_>>().into_iter().collect(),
                tlp: tie
                    .rows
                    .iter()
                    .filter_map(|(index, _)| woven.evidence(*index))
                    .map(|evidence| evidence.tlp)
                    .max()
                    .unwrap_or(Tlp::Amber),
                provenance,
            })
        })
        .collect();
    Ties {
        groups,
        rows,
        left_out,
    }
}

fn count(seen: &Seen<'_>, woven: &Woven<'_, '_>, ties: &Ties, counts: &mut BTreeMap<String, u64>) {
    let mut add = |what: &str, count: usize| {
        counts.insert(what.to_owned(), count as u64);
    };
    let of = |kinds: &[What]| {
        seen.nodes
            .iter()
            .filter(|node| kinds.contains(&node.what))
            .count()
    };
    add("accounts used from outside", of(&[What::Account]));
    add("mailboxes", of(&[What::Mailbox]));
    add("devices", of(&[What::Key, What::Workstation, What::Client]));
    add("addresses", of(&[What::Address]));
    add(
        "shared, so that they tie nobody",
        seen.nodes.iter().filter(|node| node.shared.is_some()).count(),
    );
    add(
        "addresses used again after a pause, counted anew",
        tied::episodes(&woven.vertices)
            .values()
            .filter(|count| **count > 1)
            .count(),
    );
    add("ties", woven.ties.len());
    add("ties that count", woven.tie_of.len());
    add("groups", ties.groups.len());
    counts.insert("refused logons, which tie nobody".to_owned(), seen.refused);
    if seen.dropped > 0 {
        counts.insert(
            "sightings beyond the bound, not looked at".to_owned(),
            seen.dropped,
        );
    }
}
