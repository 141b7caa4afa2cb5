//! Groups, bridges and shortest ways in a graph of ties. Nothing here recurses: a chain may be as long as the evidence.
//!
//! Sources: Tarjan (1974), "A note on finding the bridges of a graph"; Hopcroft and Tarjan (1973), Algorithm 447.

use std::collections::VecDeque;

/// An undirected graph with nodes `0..nodes`, edges in the order given. Parallel edges are one tie and must be merged
/// before; an edge that names a node beyond the last is left out.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// First place in `ends` of each node, and the end of all.
    starts: Vec<usize>,
    /// (other end, edge).
    ends: Vec<(usize, usize)>,
    edges: usize,
}

/// Which parts hang together, and by what alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Number of the part of each node; parts are numbered by their smallest node.
    pub part: Vec<usize>,
    /// How many parts.
    pub parts: usize,
    /// Whether each edge is a bridge: without it its part falls in two.
    pub bridge: Vec<bool>,
    /// Whether each node is a joint: without it its part falls in two or more.
    pub joint: Vec<bool>,
}

impl Graph {
    /// The graph with these edges.
    #[must_use]
    pub fn new(nodes: usize, edges: &[(usize, usize)]) -> Self {
        let fits = |&(a, b): &(usize, usize)| a < nodes && b < nodes && a != b;
        let mut starts = vec![0usize; nodes.saturating_add(1)];
        for (a, b) in edges.iter().filter(|edge| fits(edge)) {
            for node in [a, b] {
                if let Some(count) = starts.get_mut(node.saturating_add(1)) {
                    *count = count.saturating_add(1);
                }
            }
        }
        let mut sum = 0usize;
        for start in &mut starts {
            sum = sum.saturating_add(*start);
            *start = sum;
        }
        let mut free = starts.clone();
        let mut ends = vec![(0, 0); sum];
        for (edge, (a, b)) in edges.iter().enumerate().filter(|(_, edge)| fits(edge)) {
            for (from, to) in [(a, b), (b, a)] {
                if let Some(at) = free.get_mut(*from)
                    && let Some(end) = ends.get_mut(*at)
                {
                    *end = (*to, edge);
                    *at = at.saturating_add(1);
                }
            }
        }
        Self {
            starts,
            ends,
            edges: edges.len(),
        }
    }

    /// How many nodes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// (Other end, edge) of each edge at `node`.
    #[must_use]
    pub fn around(&self, node: usize) -> &[(usize, usize)] {
        let start = self.starts.get(node).copied().unwrap_or(0);
        let end = self.starts.get(node.saturating_add(1)).copied().unwrap_or(start);
        self.ends.get(start..end).unwrap_or_default()
    }

    /// Parts, bridges and joints, in time and space linear in nodes and edges.
    #[must_use]
    pub fn parts(&self) -> Parts {
        const NONE: usize = usize::MAX;
        let count = self.len();
        let mut out = Parts {
            part: vec![0; count],
            parts: 0,
            bridge: vec![false; self.edges],
            joint: vec![false; count],
        };
        // When each node was first met, and the earliest node that its subtree reaches by one more edge.
        let (mut met, mut low) = (vec![NONE; count], vec![NONE; count]);
        let mut clock = 0usize;
        // (node, edge that it was reached by, next place in its ends)
        let mut open: Vec<(usize, usize, usize)> = Vec::new();
        let get = |list: &[usize], at: usize| list.get(at).copied().unwrap_or(NONE);
        for root in 0..count {
            if get(&met, root) != NONE {
                continue;
            }
            let mut branches = 0usize;
            open.push((root, NONE, 0));
            while let Some(&(node, by, next)) = open.last() {
                if next == 0 {
                    set(&mut met, node, clock);
                    set(&mut low, node, clock);
                    set(&mut out.part, node, out.parts);
                    clock = clock.saturating_add(1);
                }
                if let Some(&(other, edge)) = self.around(node).get(next) {
                    if let Some(top) = open.last_mut() {
                        top.2 = next.saturating_add(1);
                    }
                    if edge == by {
                        continue;
                    }
                    if get(&met, other) == NONE {
                        open.push((other, edge, 0));
                        branches = branches.saturating_add(usize::from(node == root));
                    } else {
                        let reach = get(&low, node).min(get(&met, other));
                        set(&mut low, node, reach);
                    }
                    continue;
                }
                open.pop();
                let Some(&(above, ..)) = open.last() else {
                    continue;
                };
                let reach = get(&low, node);
                let best = get(&low, above).min(reach);
                set(&mut low, above, best);
                if reach > get(&met, above)
                    && let Some(bridge) = out.bridge.get_mut(by)
                {
                    *bridge = true;
                }
                if above != root
                    && reach >= get(&met, above)
                    && let Some(joint) = out.joint.get_mut(above)
                {
                    *joint = true;
                }
            }
            if branches > 1
                && let Some(joint) = out.joint.get_mut(root)
            {
                *joint = true;
            }
            out.parts = out.parts.saturating_add(1);
        }
        out
    }

    /// For each node that `from` reaches in at most `steps` edges: (node, edge that it was reached by, steps), nearest first.
    /// `through` says whether a way may go on behind a node. At most `nodes_max` nodes.
    #[must_use]
    pub fn reach(
        &self,
        from: usize,
        steps: usize,
        nodes_max: usize,
        through: &dyn Fn(usize) -> bool,
    ) -> Vec<(usize, usize, usize)> {
        let mut seen = std::collections::BTreeSet::from([from]);
        let mut queue = VecDeque::from([(from, 0usize)]);
        let mut found = Vec::new();
        while let Some((node, far)) = queue.pop_front() {
            if far >= steps || (node != from && !through(node)) {
                continue;
            }
            for (other, edge) in self.around(node) {
                if found.len() >= nodes_max {
                    return found;
                }
                if seen.insert(*other) {
                    found.push((*other, *edge, far.saturating_add(1)));
                    queue.push_back((*other, far.saturating_add(1)));
                }
            }
        }
        found
    }
}

fn set(list: &mut [usize], at: usize, value: usize) {
    if let Some(cell) = list.get_mut(at) {
        *cell = value;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts_without(
        nodes: usize,
        edges: &[(usize, usize)],
        node: Option<usize>,
        edge: Option<usize>,
    ) -> usize {
        let mut group: Vec<usize> = (0..nodes).collect();
        let kept = edges
            .iter()
            .enumerate()
            .filter(|(index, (a, b))| Some(*index) != edge && Some(*a) != node && Some(*b) != node);
        for (_, (a, b)) in kept {
            let (old, new) = (group[*a], group[*b]);
            for cell in &mut group {
                if *cell == old {
                    *cell = new;
                }
            }
        }
        let mut left: Vec<usize> = (0..nodes)
            .filter(|at| Some(*at) != node)
            .map(|at| group[at])
            .collect();
        left.sort_unstable();
        left.dedup();
        left.len()
    }

    proptest! {
        #[test]
        fn bridges_and_joints_are_what_parts_fall_apart_without(
            edges in proptest::collection::btree_set((0usize..9, 0usize..9), 0..14)
        ) {
            let mut edges: Vec<(usize, usize)> = edges.into_iter().filter(|(a, b)| a < b).collect();
            edges.dedup();
            let parts = Graph::new(9, &edges).parts();
            let whole = parts_without(9, &edges, None, None);
            prop_assert_eq!(parts.parts, whole);
            for edge in 0..edges.len() {
                prop_assert_eq!(parts.bridge[edge], parts_without(9, &edges, None, Some(edge)) > whole);
            }
            for node in 0..9 {
                let alone = !edges.iter().any(|(a, b)| *a == node || *b == node);
                let without = parts_without(9, &edges, Some(node), None);
                prop_assert_eq!(parts.joint[node], !alone && without > whole);
            }
        }
    }

    #[test]
    fn a_chain_of_a_million_is_no_deeper_than_one() {
        let edges: Vec<(usize, usize)> = (0..1_000_000).map(|at| (at, at + 1)).collect();
        let parts = Graph::new(1_000_001, &edges).parts();
        assert_eq!(parts.parts, 1);
        assert!(parts.bridge.iter().all(|bridge| *bridge));
    }
}
