//! Pairs of functions that another compiler or level made unlike: by what they name, and by whom they call and who calls them.
//!
//! First functions that name the same texts and large constants, which few others name. Then, from all pairs, callees and callers that are
//! left: where one side has one candidate that is clearly the best. Such pairs locate code; they carry no weight of their own.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::program::Function;

use crate::{Pair, PairKind};

/// A mark that more functions name tells little.
const MARK_FUNCTIONS_MAX: usize = 4;
/// Least share of telling marks in common.
const MARKS_SHARE_MIN: f64 = 0.5;
/// The longer has at most so many times the instructions of the shorter.
const LENGTH_RATIO_MAX: u32 = 4;
const ROUNDS_MAX: usize = 8;

/// More pairs, given those that exist (`taken`: starts in either program).
pub(crate) fn pairs(a: &[&Function], b: &[&Function], taken: Vec<(u64, u64)>) -> Vec<Pair> {
    let mut sides = Sides {
        a: Graph::new(a),
        b: Graph::new(b),
        to_b: taken.iter().copied().collect(),
        to_a: taken.iter().map(|(a, b)| (*b, *a)).collect(),
        found: Vec::new(),
    };
    sides.by_marks();
    let mut edge: Vec<(u64, u64)> = sides.to_b.iter().map(|(a, b)| (*a, *b)).collect();
    for _ in 0..ROUNDS_MAX {
        let before = sides.found.len();
        for (x, y) in &edge {
            sides.by_calls(*x, *y);
        }
        edge = sides
            .found
            .get(before..)
            .unwrap_or_default()
            .iter()
            .map(|pair| (pair.a, pair.b))
            .collect();
        if edge.is_empty() {
            break;
        }
    }
    sides.found
}

/// A program as functions by start with their callers.
struct Graph<'a> {
    functions: BTreeMap<u64, &'a Function>,
    callers: BTreeMap<u64, Vec<u64>>,
    /// Functions by mark, where few name it.
    marks: BTreeMap<u32, Vec<u64>>,
}

impl<'a> Graph<'a> {
    fn new(functions: &[&'a Function]) -> Self {
        let by_start: BTreeMap<u64, &Function> = functions.iter().map(|f| (f.start, *f)).collect();
        let mut callers: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        let mut marks: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        for function in functions {
            for callee in function
                .calls
                .iter()
                .filter(|callee| by_start.contains_key(callee))
            {
                callers.entry(*callee).or_default().push(function.start);
            }
            for mark in &function.marks {
                marks.entry(*mark).or_default().push(function.start);
            }
        }
        marks.retain(|_, functions| functions.len() <= MARK_FUNCTIONS_MAX);
        Self {
            functions: by_start,
            callers,
            marks,
        }
    }

    fn callees(&self, start: u64) -> &[u64] {
        self.functions.get(&start).map_or(&[], |function| &function.calls)
    }

    fn callers(&self, start: u64) -> &[u64] {
        self.callers.get(&start).map_or(&[], Vec::as_slice)
    }

    fn telling(&self, start: u64) -> BTreeSet<u32> {
        let function = self.functions.get(&start);
        let marks = function.map_or(&[][..], |function| &function.marks);
        marks
            .iter()
            .filter(|mark| self.marks.contains_key(mark))
            .copied()
            .collect()
    }
}

struct Sides<'a> {
    a: Graph<'a>,
    b: Graph<'a>,
    to_b: BTreeMap<u64, u64>,
    to_a: BTreeMap<u64, u64>,
    found: Vec<Pair>,
}

impl Sides<'_> {
    fn take(&mut self, a: u64, b: u64, kind: PairKind, similarity: f64) {
        if self.to_b.contains_key(&a) || self.to_a.contains_key(&b) {
            return;
        }
        self.to_b.insert(a, b);
        self.to_a.insert(b, a);
        self.found.push(Pair {
            a,
            b,
            kind,
            similarity,
            rare: false,
        });
    }

    fn by_marks(&mut self) {
        let mut scores: BTreeMap<(u64, u64), usize> = BTreeMap::new();
        for (mark, here) in &self.a.marks {
            for x in here.iter().filter(|x| !self.to_b.contains_key(x)) {
                for y in self.b.marks.get(mark).into_iter().flatten() {
                    if !self.to_a.contains_key(y) {
                        let score = scores.entry((*x, *y)).or_default();
                        *score = score.saturating_add(1);
                    }
                }
            }
        }
        let mut ranked: Vec<(f64, u64, u64)> = scores
            .into_iter()
            .filter_map(|((x, y), shared)| {
                let all = self.a.telling(x).union(&self.b.telling(y)).count();
                let share = ratio(shared, all);
                (share >= MARKS_SHARE_MIN).then_some((share, x, y))
            })
            .collect();
        ranked.sort_by(|p, q| q.0.total_cmp(&p.0).then((p.1, p.2).cmp(&(q.1, q.2))));
        // Two equally good answers are none. Ranked from the best down: the first row of a function is its best.
        let mut best: [BTreeMap<u64, (f64, usize)>; 2] = [BTreeMap::new(), BTreeMap::new()];
        for (share, x, y) in &ranked {
            for (side, start) in best.iter_mut().zip([x, y]) {
                let row = side.entry(*start).or_insert((*share, 0));
                if *share >= row.0 {
                    row.1 = row.1.saturating_add(1);
                }
            }
        }
        let is_best = |side: usize, start: u64, share: f64| {
            best.get(side)
                .and_then(|side| side.get(&start))
                .is_some_and(|(most, times)| share >= *most && *times == 1)
        };
        let clear: Vec<(f64, u64, u64)> = ranked
            .iter()
            .filter(|(share, x, y)| is_best(0, *x, *share) && is_best(1, *y, *share))
            .copied()
            .collect();
        for (share, x, y) in clear {
            self.take(x, y, PairKind::Marks, share);
        }
    }

    fn by_calls(&mut self, x: u64, y: u64) {
        for direction in [Graph::callees, Graph::callers] {
            let here: Vec<u64> = direction(&self.a, x)
                .iter()
                .copied()
                .filter(|start| self.a.functions.contains_key(start) && !self.to_b.contains_key(start))
                .collect();
            let there: Vec<u64> = direction(&self.b, y)
                .iter()
                .copied()
                .filter(|start| self.b.functions.contains_key(start) && !self.to_a.contains_key(start))
                .collect();
            let (Some(one), Some(other), 1, 1) = (here.first(), there.first(), here.len(), there.len())
            else {
                continue;
            };
            let (Some(f), Some(g)) = (self.a.functions.get(one), self.b.functions.get(other)) else {
                continue;
            };
            let (short, long) = (
                f.instructions.min(g.instructions),
                f.instructions.max(g.instructions),
            );
            if long <= short.saturating_mul(LENGTH_RATIO_MAX) {
                let similarity = f.similarity(g);
                self.take(*one, *other, PairKind::Calls, similarity);
            }
        }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a function has at most some hundred marks"
    )]
    let share = part as f64 / whole.max(1) as f64;
    share
}
