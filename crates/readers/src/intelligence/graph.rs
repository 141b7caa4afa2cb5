//! Whose an object is by the relationships of its bundle.
//!
//! Followed are relationships that say so: indicates, attributed-to, authored-by; uses, owns, hosts and consists-of from
//! the user to what is used. A public tool does not point to its users, and impersonates, targets and related-to say
//! nothing of the kind. The walk visits a bounded number of objects and is not recursive.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::object::Object;

/// Objects that are visited from one object.
const VISITED_MAX: usize = 256;

/// Steps between objects of a bundle: from, to, and the relationship that says so.
#[derive(Debug, Default)]
pub(super) struct Graph {
    steps: BTreeMap<usize, Vec<(usize, usize)>>,
    /// Observations that an indicator is based on.
    based_on: BTreeMap<usize, Vec<usize>>,
}

/// What a walk met.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// Objects, nearest first, without the first one.
    pub objects: Vec<usize>,
    /// Relationships walked along.
    pub relations: Vec<usize>,
    /// Whether the bound cut the walk off.
    pub cut: bool,
}

impl Graph {
    /// The steps that the relationships among `objects` give; what is revoked gives none.
    pub fn new(objects: &[Object<'_>], index: &BTreeMap<&str, usize>) -> Self {
        let mut graph = Self::default();
        for (number, object) in objects.iter().enumerate() {
            if object.gone() {
                continue;
            }
            for sample in &object.sample_refs {
                if let Some(sample) = index.get(sample.as_str()) {
                    graph.steps.entry(*sample).or_default().push((number, number));
                }
            }
            let Some((name, source, target)) = &object.relation else {
                continue;
            };
            let (Some(source), Some(target)) = (index.get(source.as_str()), index.get(target.as_str()))
            else {
                continue;
            };
            let kind = |at: usize| objects.get(at).map_or("", |object| object.kind.as_str());
            let (from, to) = match name.as_str() {
                "based-on" => {
                    graph.based_on.entry(*source).or_default().push(*target);
                    continue;
                }
                "indicates" | "attributed-to" | "authored-by" => (*source, *target),
                "uses" | "owns" | "hosts" if matches!(kind(*target), "malware" | "infrastructure") => {
                    (*target, *source)
                }
                "consists-of" | "communicates-with" | "beacons-to" | "exfiltrates-to"
                    if matches!(kind(*source), "malware" | "infrastructure") =>
                {
                    (*target, *source)
                }
                _ => continue,
            };
            graph.steps.entry(from).or_default().push((to, number));
        }
        graph
    }

    /// Observations that the indicator `at` is based on.
    pub fn based_on(&self, at: usize) -> &[usize] {
        self.based_on.get(&at).map_or(&[], Vec::as_slice)
    }

    /// What can be reached from `start`.
    pub fn walk(&self, start: usize, objects: &[Object<'_>]) -> Met {
        let mut met = Met::default();
        let mut seen = BTreeSet::from([start]);
        let mut queue = VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            for (to, relation) in self.steps.get(&at).into_iter().flatten() {
                if objects.get(*to).is_none_or(|object| object.gone()) || seen.contains(to) {
                    continue;
                }
                if seen.len() >= VISITED_MAX {
                    met.cut = true;
                    return met;
                }
                seen.insert(*to);
                met.objects.push(*to);
                met.relations.push(*relation);
                queue.push_back(*to);
            }
        }
        met
    }
}
