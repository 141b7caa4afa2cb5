//! Pairs of functions that compilers and levels made unlike: by what they name, by whom they call and who calls them, by where they stand.
//!
//! Begins with functions that are alike instruction by instruction and only once in either program. Then, round by round: candidates for
//! every open function, the evidence for each ([`evidence`]), its probability by fitted weights, and a pair where the probability is high
//! and clearly the best for both. Each pair is evidence for the functions around it, so the bar is lowered slowly; in the end every pair is
//! judged again. Such pairs locate code; they carry no weight of their own. Bounded: candidates a function, judgements in all, rounds.

pub mod evidence;
mod side;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ascribe_model::program::{Function, RARE_GRAMS_MIN};

use self::evidence::{Evidence, log_odds, probability};
use self::side::{Side, frequencies};

/// Candidates of one function that its own looks give, and that paired neighbours give.
const ALIKE_MAX: usize = 12;
const NEAR_MAX: usize = 32;
/// Functions on either side whose pairs say where one should stand.
const BESIDE: usize = 8;
/// Judgements in all.
const JUDGEMENTS_MAX: usize = 4_000_000;
/// Least probability of a pair, round by round.
const BARS: [f64; 14] = [
    0.99, 0.98, 0.96, 0.93, 0.9, 0.87, 0.84, 0.8, 0.76, 0.72, 0.68, 0.65, 0.58, 0.5,
];
/// Rounds after the last bar, while they find anything.
const ROUNDS_MORE: usize = 6;
/// Shorter functions are no evidence for others.
const INSTRUCTIONS_MIN: u32 = 4;

/// How a placed pair is judged.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The weights of the evidence.
    pub weights: Evidence,
    /// Least probability.
    pub probability_min: f64,
    /// By how much, in log odds, the next best must be worse.
    pub margin: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            weights: *evidence::FITTED,
            probability_min: 0.5,
            margin: 0.4,
        }
    }
}

/// A pair found by its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Start in the first program.
    pub a: u64,
    /// Start in the second.
    pub b: u64,
    /// That both are one function.
    pub probability: f64,
    /// Whether what they name is more of the reason than whom they call.
    pub by_marks: bool,
}

/// Who watches the judgements: starts in either program and the evidence at that moment.
pub type Watch<'w> = &'w mut dyn FnMut(u64, u64, &Evidence);

/// Pairs of two programs' functions, by place in the first: each function in at most one.
pub fn pairs(
    a: &[Function],
    b: &[Function],
    same_width: bool,
    rules: &Rules,
    watch: Option<Watch<'_>>,
) -> Vec<Placed> {
    let fit = |functions: &'_ [Function]| -> Vec<usize> {
        let rows = functions.iter().enumerate();
        rows.filter(|(_, function)| function.instructions >= INSTRUCTIONS_MIN)
            .map(|(at, _)| at)
            .collect()
    };
    let (left, right): (Vec<&Function>, Vec<&Function>) = (
        fit(a).into_iter().filter_map(|at| a.get(at)).collect(),
        fit(b).into_iter().filter_map(|at| b.get(at)).collect(),
    );
    let frequencies = frequencies(&left, &right);
    let total = left.len().saturating_add(right.len());
    let (a, b) = (
        Side::new(left, &frequencies, total),
        Side::new(right, &frequencies, total),
    );
    let mut sides = Sides {
        to_b: vec![None; a.len()],
        to_a: vec![None; b.len()],
        rows: vec![None; a.len()],
        data: HashMap::new(),
        judged: 0,
        same_width,
        a,
        b,
        watch,
    };
    sides.anchor();
    for bar in BARS {
        sides.round(rules, bar.max(rules.probability_min));
    }
    for _ in 0..ROUNDS_MORE {
        if sides.round(rules, rules.probability_min) == 0 {
            break;
        }
    }
    sides.judge_again(rules);
    sides.round(rules, rules.probability_min);
    sides.found(rules)
}

/// Two programs with the pairs so far.
struct Sides<'a, 'w> {
    a: Side<'a>,
    b: Side<'a>,
    to_b: Vec<Option<usize>>,
    to_a: Vec<Option<usize>>,
    /// Candidates of each open function with their log odds; none where they must be looked for anew.
    rows: Vec<Option<Vec<(f64, usize)>>>,
    /// The data of the second program that a datum of the first most likely is.
    data: HashMap<u64, u64>,
    judged: usize,
    same_width: bool,
    watch: Option<Watch<'w>>,
}

impl Sides<'_, '_> {
    fn take(&mut self, i: usize, j: usize) {
        if let (Some(here), Some(there)) = (self.to_b.get_mut(i), self.to_a.get_mut(j)) {
            *here = Some(j);
            *there = Some(i);
        }
        self.touch(i);
    }

    /// What is near a function is to be judged anew.
    fn touch(&mut self, i: usize) {
        let linked = [self.a.callees.get(i), self.a.callers.get(i)];
        let linked: Vec<usize> = linked.into_iter().flatten().flatten().copied().collect();
        let beside = i.saturating_sub(BESIDE)..=i.saturating_add(BESIDE);
        for at in linked.into_iter().chain(beside) {
            if let Some(row) = self.rows.get_mut(at) {
                *row = None;
            }
        }
    }

    /// Functions that are alike in everything and only once on either side.
    fn anchor(&mut self) {
        let once = |side: &Side<'_>| -> BTreeMap<u64, Option<usize>> {
            let mut found: BTreeMap<u64, Option<usize>> = BTreeMap::new();
            for (at, function) in side.functions.iter().enumerate() {
                if function.grams >= RARE_GRAMS_MIN {
                    let row = found.entry(function.exact);
                    row.and_modify(|only| *only = None).or_insert(Some(at));
                }
            }
            found
        };
        let (here, there) = (once(&self.a), once(&self.b));
        for (hash, i) in &here {
            if let (Some(i), Some(Some(j))) = (i, there.get(hash)) {
                self.take(*i, *j);
            }
        }
    }

    /// Functions of the second program that function `i` of the first may be.
    fn candidates(&self, i: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let is_open = |j: &usize| self.to_a.get(*j).is_some_and(Option::is_none);
        if let (Some(function), Some(named)) = (self.a.functions.get(i), self.a.named.get(i)) {
            found.extend(self.b.alike(function, named, ALIKE_MAX));
        }
        let mut near = Vec::new();
        for (links, answers) in [
            (&self.a.callers, &self.b.callees),
            (&self.a.callees, &self.b.callers),
        ] {
            for x in links.get(i).into_iter().flatten() {
                let y = self.to_b.get(*x).copied().flatten();
                near.extend(y.and_then(|y| answers.get(y)).into_iter().flatten().copied());
            }
        }
        for (anchor, there) in self.anchors(i) {
            let step = i.abs_diff(anchor).saturating_add(2);
            near.extend(there.saturating_sub(step)..=there.saturating_add(step));
        }
        found.extend(near.into_iter().filter(is_open).take(NEAR_MAX));
        found.retain(is_open);
        found
    }

    /// The nearest pairs before and behind function `i`.
    fn anchors(&self, i: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let at = move |x: usize| Some((x, self.to_b.get(x).copied().flatten()?));
        let before = (1..=BESIDE).find_map(move |step| at(i.checked_sub(step)?));
        let behind = (1..=BESIDE).find_map(move |step| at(i.checked_add(step)?));
        before.into_iter().chain(behind)
    }

    /// How near the place of `j` is to where the pairs around `i` put it, and how many of them are around both.
    fn neighbourhood(&self, i: usize, j: usize) -> (f64, f64) {
        let mut place = 0.0f64;
        for (anchor, there) in self.anchors(i) {
            let off = i.abs_diff(anchor).abs_diff(j.abs_diff(there));
            place = place.max(1.0 / side::number(off.saturating_add(1)));
        }
        let mut company = 0usize;
        for x in i.saturating_sub(BESIDE)..=i.saturating_add(BESIDE) {
            let partner = self.to_b.get(x).copied().flatten();
            if x != i && partner.is_some_and(|y| y.abs_diff(j) <= BESIDE.saturating_mul(2)) {
                company = company.saturating_add(1);
            }
        }
        (place, side::number(company) / side::number(BESIDE))
    }

    /// Data that `i` and `j` use and that answer each other, and such that answer something else.
    fn data(&self, i: usize, j: usize) -> (f64, f64) {
        let (Some(f), Some(g)) = (self.a.functions.get(i), self.b.functions.get(j)) else {
            return (0.0, 0.0);
        };
        let (mut agree, mut disagree) = (0.0, 0.0);
        for known in f.data.iter().filter_map(|x| self.data.get(x)) {
            if g.data.binary_search(known).is_ok() {
                agree += 1.0;
            } else {
                disagree += 1.0;
            }
        }
        (agree, disagree)
    }

    /// Which data answer each other, by the pairs of functions that use them.
    fn pair_data(&mut self) {
        const LISTED_MAX: usize = 12;
        let mut votes: BTreeMap<(u64, u64), f64> = BTreeMap::new();
        for (i, j) in self.taken() {
            let (Some(f), Some(g)) = (self.a.functions.get(i), self.b.functions.get(j)) else {
                continue;
            };
            if f.data.len() > LISTED_MAX || g.data.len() > LISTED_MAX {
                continue;
            }
            for x in &f.data {
                for y in &g.data {
                    *votes.entry((*x, *y)).or_default() += 1.0 / side::number(f.data.len().max(g.data.len()));
                }
            }
        }
        let mut best: BTreeMap<u64, (f64, u64, f64)> = BTreeMap::new();
        for ((x, y), vote) in votes {
            let row = best.entry(x).or_insert((0.0, 0, 0.0));
            if vote > row.0 {
                *row = (vote, y, row.0);
            } else {
                row.2 = row.2.max(vote);
            }
        }
        self.data = best
            .into_iter()
            .filter(|(_, (vote, _, next))| *vote >= 0.5 && *vote > 1.5 * next)
            .map(|(x, (_, y, _))| (x, y))
            .collect();
    }

    fn taken(&self) -> Vec<(usize, usize)> {
        let rows = self.to_b.iter().enumerate();
        rows.filter_map(|(i, j)| Some((i, (*j)?))).collect()
    }

    fn judge(&mut self, i: usize, j: usize, rules: &Rules) -> f64 {
        self.judged = self.judged.saturating_add(1);
        let evidence = self.evidence(i, j);
        if let Some(watch) = &mut self.watch
            && let (Some(f), Some(g)) = (self.a.functions.get(i), self.b.functions.get(j))
        {
            watch(f.start, g.start, &evidence);
        }
        log_odds(&rules.weights, &evidence)
    }

    /// One round: gives the number of new pairs.
    fn round(&mut self, rules: &Rules, bar: f64) -> usize {
        self.pair_data();
        for i in 0..self.a.len() {
            let is_open = self.to_b.get(i).is_some_and(Option::is_none);
            let is_known = self.rows.get(i).is_some_and(Option::is_some);
            if !is_open || is_known || self.judged >= JUDGEMENTS_MAX {
                continue;
            }
            let row: Vec<(f64, usize)> = self
                .candidates(i)
                .into_iter()
                .map(|j| (self.judge(i, j, rules), j))
                .collect();
            if let Some(slot) = self.rows.get_mut(i) {
                *slot = Some(row);
            }
        }
        let mut ranked: Vec<(f64, usize, usize)> = Vec::new();
        for (i, row) in self.rows.iter().enumerate() {
            if self.to_b.get(i).is_some_and(Option::is_none) {
                let open = row
                    .iter()
                    .flatten()
                    .filter(|(_, j)| self.to_a.get(*j).is_some_and(Option::is_none));
                ranked.extend(open.map(|(score, j)| (*score, i, *j)));
            }
        }
        ranked.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
        // Ranked from the best down: the first two rows of a function are its best and its next best.
        let mut best_of_a: HashMap<usize, [f64; 2]> = HashMap::new();
        let mut best_of_b: HashMap<usize, [f64; 2]> = HashMap::new();
        for (score, i, j) in &ranked {
            for (best, at) in [(&mut best_of_a, *i), (&mut best_of_b, *j)] {
                let row = best.entry(at).or_insert([f64::NEG_INFINITY; 2]);
                if row[0] == f64::NEG_INFINITY {
                    row[0] = *score;
                } else if row[1] == f64::NEG_INFINITY {
                    row[1] = *score;
                }
            }
        }
        let is_clear = |best: &HashMap<usize, [f64; 2]>, at: usize, score: f64| {
            best.get(&at)
                .is_some_and(|[first, next]| score >= *first && score - next >= rules.margin)
        };
        let clear: Vec<(usize, usize)> = ranked
            .iter()
            .take_while(|(score, _, _)| probability(*score) >= bar)
            .filter(|(score, i, j)| is_clear(&best_of_a, *i, *score) && is_clear(&best_of_b, *j, *score))
            .map(|(_, i, j)| (*i, *j))
            .collect();
        for (i, j) in &clear {
            self.take(*i, *j);
        }
        clear.len()
    }

    /// Lets go of pairs that all the others speak against.
    fn judge_again(&mut self, rules: &Rules) {
        for (i, j) in self.taken() {
            let score = self.judge(i, j, rules);
            if probability(score) < rules.probability_min {
                if let (Some(here), Some(there)) = (self.to_b.get_mut(i), self.to_a.get_mut(j)) {
                    *here = None;
                    *there = None;
                }
                self.touch(i);
            }
        }
    }

    fn found(&self, rules: &Rules) -> Vec<Placed> {
        let pairs = self.taken().into_iter().filter_map(|(i, j)| {
            let (f, g) = (self.a.functions.get(i)?, self.b.functions.get(j)?);
            let evidence = self.evidence(i, j);
            let sum = |places: std::ops::RangeInclusive<usize>| -> f64 {
                places
                    .filter_map(|at| Some(rules.weights.get(at)? * evidence.get(at)?))
                    .sum()
            };
            Some(Placed {
                a: f.start,
                b: g.start,
                probability: probability(log_odds(&rules.weights, &evidence)),
                by_marks: sum(3..=10) > sum(16..=21),
            })
        });
        pairs.collect()
    }
}
